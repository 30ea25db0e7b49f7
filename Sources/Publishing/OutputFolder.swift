import Foundation
import Glibc

/// Why results cannot be written.
public struct OutputError: Error, Sendable, CustomStringConvertible {
  /// What was being done, what was found, where, and what to do.
  public var description: String

  init(_ description: String) { self.description = description }
}

/// A folder that is built beside its place and swapped in when whole, so that a reader finds the old results or the new, never a mixture.
///
/// It is built as `.<name>.partial`. While it is built it is locked: a second run into the same place is refused. What an interrupted run
/// with the same signature left there is kept, so that finished parts need not be made again.
public final class OutputFolder {
  /// Where the results appear.
  public let path: String
  /// Where they are built.
  public let partial: String
  private let descriptor: Int32
  private static let stateName = ".state"

  /// Opens the folder for building.
  /// - Parameters:
  ///   - path: Where the results shall appear; an existing folder is replaced only if it holds results of this engine.
  ///   - isResult: Whether the names in an existing folder are those of results of this engine.
  ///   - signature: Names inputs, settings and engine; parts of an interrupted run with another signature are thrown away.
  /// - Throws: `OutputError` when the place cannot be written, is somebody else's, or is in use.
  public init(path: String, signature: String, isResult: ([String]) -> Bool = { $0.contains("run.json") }) throws(OutputError) {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    self.path = url.path
    let parent = url.deletingLastPathComponent()
    partial = parent.appendingPathComponent(".\(url.lastPathComponent).partial").path
    let files = FileManager.default
    do { try files.createDirectory(at: parent, withIntermediateDirectories: true) } catch {
      throw OutputError("Cannot make the folder \(parent.path): \(error.localizedDescription)")
    }
    var isFolder: ObjCBool = false
    if files.fileExists(atPath: self.path, isDirectory: &isFolder) {
      let names = (try? files.contentsOfDirectory(atPath: self.path)) ?? []
      guard isFolder.boolValue, names.isEmpty || isResult(names) else {
        throw OutputError("\(self.path) exists and holds no results of a study; nothing is replaced. Name another folder with --out.")
      }
    }
    // The lock is on the folder itself: it goes with the process, whatever becomes of it.
    var found: Int32 = -1
    for _ in 0..<16 {
      if mkdir(partial, 0o755) != 0, errno != EEXIST { throw OutputError("Cannot write \(partial): \(String(cString: strerror(errno)))") }
      let opened = open(partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard opened >= 0 else { continue }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        close(opened)
        throw OutputError("Another run is writing \(self.path). Wait for it, or name another folder with --out.")
      }
      var mine = stat(), there = stat()
      // Somebody may have swapped the folder away between opening and locking.
      if fstat(opened, &mine) == 0, stat(partial, &there) == 0, mine.st_ino == there.st_ino, mine.st_dev == there.st_dev {
        found = opened
        break
      }
      close(opened)
    }
    guard found >= 0 else { throw OutputError("Cannot lock \(partial). Remove it if no run is using it.") }
    descriptor = found
    let state = partial + "/" + Self.stateName
    if (try? String(contentsOfFile: state, encoding: .utf8)) != signature {
      for name in (try? files.contentsOfDirectory(atPath: partial)) ?? [] { try? files.removeItem(atPath: partial + "/" + name) }
      do { try Data(signature.utf8).write(to: URL(fileURLWithPath: state), options: .atomic) } catch {
        throw OutputError("Cannot write \(state): \(error.localizedDescription)")
      }
    }
  }

  deinit { close(descriptor) }

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
  public func read(_ relative: String) -> String? { try? String(contentsOfFile: partial + "/" + relative, encoding: .utf8) }

  /// All files, relative, in the order of their names.
  public func files() -> [String] {
    guard let walker = FileManager.default.enumerator(atPath: partial) else { return [] }
    return walker.compactMap { $0 as? String }.filter { name in
      var isFolder: ObjCBool = false
      return !name.hasPrefix(".") && FileManager.default.fileExists(atPath: partial + "/" + name, isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }

  /// Removes what no longer belongs: everything that is not in the list.
  public func keepOnly(_ relative: Set<String>) {
    // Hidden files, too: half-written ones of a run that was killed.
    for name in ((try? FileManager.default.subpathsOfDirectory(atPath: partial)) ?? []).sorted(by: >)
    where name != Self.stateName && !relative.contains(name) {
      // Neither call takes a folder that still holds something.
      if unlink(partial + "/" + name) != 0 { _ = rmdir(partial + "/" + name) }
    }
  }

  /// Puts the finished folder in its place in one step, and removes what stood there.
  public func finish() throws(OutputError) {
    unlink(partial + "/" + Self.stateName)
    if exchanged(partial, path) {
      try? FileManager.default.removeItem(atPath: partial)
      return
    }
    if rename(partial, path) == 0 { return }
    // A file system without exchange: the old results step aside first.
    let aside = partial + ".old"
    try? FileManager.default.removeItem(atPath: aside)
    guard rename(path, aside) == 0, rename(partial, path) == 0 else {
      throw OutputError("Cannot put the results in place at \(path): \(String(cString: strerror(errno))). They are whole in \(partial).")
    }
    try? FileManager.default.removeItem(atPath: aside)
  }

  /// renameat2(2) with RENAME_EXCHANGE: both names change hands in one step. Looked up by name, since Swift's view of the C library lacks it.
  private func exchanged(_ a: String, _ b: String) -> Bool {
    typealias Function = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else { return false }
    return unsafeBitCast(symbol, to: Function.self)(AT_FDCWD, a, AT_FDCWD, b, 2) == 0
  }
}
