import Assessment
import Foundation
import GeoFormats
import Glibc

/// Why results cannot be written.
public struct OutputError: Error, Sendable, CustomStringConvertible {
  /// What was being done, what was found, where, and what to do.
  public var description: String

  init(_ description: String) { self.description = description }

  /// A file or folder that the operating system does not let us write, with its last error.
  init(doing what: String, _ path: String, errno number: Int32 = errno) {
    description = "\(what) \(path): \(String(cString: strerror(number)))"
  }
}

/// A folder that is built beside its place and swapped in when whole, so that a reader finds the old results or the new, never a mixture.
///
/// It is built as `.<name>.partial`. While it is built it is locked: a second run into the same place is refused. What an interrupted run
/// with the same signature left there is kept, so that finished parts need not be made again.
///
/// Of what stood there before, only files go that the engine wrote and nobody has changed since: those that the old record lists with the digest
/// they still have. Whatever else a user put among the results is carried over; a listed file that was edited is kept as `NAME.kept-N`. No link is
/// followed, neither where the folder is built nor inside it.
public final class OutputFolder {
  /// Where the results appear.
  public let path: String
  /// Where they are built.
  public let partial: String
  private let descriptor: Int32
  private let owned: (String) throws(OutputError) -> [String: String]?
  private static let stateName = ".state"

  /// Opens the folder for building.
  /// - Parameters:
  ///   - path: Where the results shall appear; an existing folder is replaced only if it holds results of this engine.
  ///   - signature: Names inputs, settings and engine; parts of an interrupted run with another signature are thrown away.
  ///   - followsLink: Whether a link that stands at `path` was named by the user and leads to the folder that is meant; else it is refused.
  ///   - owned: Of an existing folder the files that the engine wrote there, with their SHA-256; `nil` when it holds no results of this engine.
  ///     It throws for results that are not to be replaced.
  /// - Throws: `OutputError` when the place cannot be written, is somebody else's, or is in use.
  public init(
    path: String, signature: String, followsLink: Bool = false, owned: @escaping (String) throws(OutputError) -> [String: String]?
  ) throws(OutputError) {
    let place = try Self.place(path, followsLink: followsLink)
    self.path = place
    self.owned = owned
    let parent = URL(fileURLWithPath: place).deletingLastPathComponent()
    partial = parent.appendingPathComponent(".\(URL(fileURLWithPath: place).lastPathComponent).partial").path
    do { try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true) } catch {
      throw OutputError("Cannot make the folder \(parent.path): \(error.localizedDescription)")
    }
    try Self.check(place, owned)
    descriptor = try Self.lock(partial, for: place)
    try prepare(signature)
  }

  deinit { close(descriptor) }

  /// The folder that a path stands for.
  private static func place(_ path: String, followsLink: Bool) throws(OutputError) -> String {
    let plain = URL(fileURLWithPath: path).standardizedFileURL.path
    guard FileEntry(plain)?.isLink == true else { return plain }
    guard followsLink else {
      throw OutputError("\(plain) is a link; results do not go through links that were not named. Remove it, or name a folder with --out.")
    }
    guard let real = try? realPath(plain) else {
      throw OutputError("\(plain) is a link that leads nowhere. Make the folder it names, or name another with --out.")
    }
    return real
  }

  /// Refuses a place where something else stands than results of this engine.
  private static func check(_ place: String, _ owned: (String) throws(OutputError) -> [String: String]?) throws(OutputError) {
    guard let entry = FileEntry(place) else { return }
    let isEmpty = (try? FileManager.default.contentsOfDirectory(atPath: place))?.isEmpty == true
    let isOurs = try entry.isFolder && !isEmpty ? owned(place) != nil : entry.isFolder
    guard isOurs else {
      throw OutputError("\(place) exists and holds no results of a study; nothing is replaced. Name another folder with --out.")
    }
  }

  /// Makes the folder in which results are built, or opens what an interrupted run left, and locks it. No link is followed.
  private static func lock(_ partial: String, for place: String) throws(OutputError) -> Int32 {
    // The lock is on the folder itself: it goes with the process, whatever becomes of it.
    for _ in 0..<16 {
      if mkdir(partial, 0o755) != 0, errno != EEXIST { throw OutputError(doing: "Cannot write", partial) }
      let opened = open(partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard opened >= 0 else {
        guard let entry = FileEntry(partial), !entry.isFolder else { continue }
        throw OutputError(
          "\(partial), where the results would be built, is \(entry.isLink ? "a link" : "no folder"). Nothing was changed; remove it, or name another folder with --out."
        )
      }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        close(opened)
        throw OutputError("Another run is writing \(place). Wait for it, or name another folder with --out.")
      }
      var mine = stat()
      // Somebody may have swapped the folder away between opening and locking.
      if fstat(opened, &mine) == 0, let there = FileEntry(partial), there.isSame(as: mine) { return opened }
      close(opened)
    }
    throw OutputError("Cannot lock \(partial). Remove it if no run is using it.")
  }

  /// Leaves in the folder what an interrupted run of the same signature finished, and nothing else.
  private func prepare(_ signature: String) throws(OutputError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: partial)) ?? []
    if !names.isEmpty, !names.contains(Self.stateName) {
      // A run that was killed between putting its results in place and clearing away the old ones leaves these here.
      guard FileEntry(path) != nil, let old = try owned(partial) else {
        throw OutputError(
          "\(partial), where the results would be built, holds files of which this run knows nothing. Move them away, or name another folder with --out."
        )
      }
      let relics = Relics(of: partial, owned: old)
      try relics.carry(into: path)
      try relics.remove(keepsFolder: true)
    }
    let state = partial + "/" + Self.stateName
    if FileEntry(state)?.isRegular != true || (try? bytes(ofFile: state)) != Array(signature.utf8) {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: partial)) ?? [] {
        try? FileManager.default.removeItem(atPath: partial + "/" + name)
      }
      do { try Data(signature.utf8).write(to: URL(fileURLWithPath: state), options: .atomic) } catch {
        throw OutputError("Cannot write \(state): \(error.localizedDescription)")
      }
      return
    }
    // What would lead out of the folder is no part of results.
    for entry in FileTree.entries(of: partial) where entry.isLink { unlink(entry.path) }
  }

  /// A path inside the folder that is being built; its parent folders are made.
  public func place(_ relative: String) throws(OutputError) -> String {
    let full = partial + "/" + relative
    let parent = URL(fileURLWithPath: full).deletingLastPathComponent()
    do { try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true) } catch {
      throw OutputError("Cannot make \(parent.path): \(error.localizedDescription)")
    }
    return full
  }

  /// Writes a text file whole or not at all.
  public func write(_ text: String, to relative: String) throws(OutputError) {
    let full = try place(relative)
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: full), options: .atomic) } catch {
      throw OutputError("Cannot write \(full): \(error.localizedDescription)")
    }
  }

  /// The text of a file that is there already.
  public func read(_ relative: String) -> String? {
    (try? bytes(ofFile: partial + "/" + relative)).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// All files, relative, in the order of their names.
  public func files() -> [String] {
    FileTree.entries(of: partial).filter { $0.isRegular && !$0.relative.hasPrefix(".") }.map(\.relative).sorted()
  }

  /// Removes what no longer belongs: everything that is not in the list.
  public func keepOnly(_ relative: Set<String>) {
    // Hidden files, too: half-written ones of a run that was killed.
    for entry in FileTree.entries(of: partial).reversed() where entry.relative != Self.stateName && !relative.contains(entry.relative) {
      // Neither call takes a folder that still holds something.
      if unlink(entry.path) != 0 { _ = rmdir(entry.path) }
    }
  }

  /// Puts the finished folder in its place in one step, carries over what users put there, and removes the old results.
  public func finish() throws(OutputError) {
    guard FileEntry(path) != nil else {
      unlink(partial + "/" + Self.stateName)
      guard rename(partial, path) == 0 else { throw notInPlace }
      return
    }
    let old = try owned(path) ?? [:]
    // Before the swap by a second name, so that nothing is ever missing; what comes in between follows when the old results are cleared away.
    let seen = Relics(of: path, owned: old)
    try seen.carry(into: partial)
    unlink(partial + "/" + Self.stateName)
    var aside = partial
    if !exchanged(partial, path) {
      // A file system without exchange: the old results step aside first.
      aside = partial + ".old"
      guard FileEntry(aside) == nil, rename(path, aside) == 0, rename(partial, path) == 0 else { throw notInPlace }
    }
    let relics = Relics(of: aside, owned: old, earlier: seen)
    try relics.carry(into: path)
    try relics.remove()
  }

  private var notInPlace: OutputError {
    OutputError("Cannot put the results in place at \(path): \(String(cString: strerror(errno))). They are whole in \(partial).")
  }

  /// renameat2(2) with RENAME_EXCHANGE: both names change hands in one step. Looked up by name, since Swift's view of the C library lacks it.
  private func exchanged(_ a: String, _ b: String) -> Bool {
    typealias Function = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else { return false }
    return unsafeBitCast(symbol, to: Function.self)(AT_FDCWD, a, AT_FDCWD, b, 2) == 0
  }
}
