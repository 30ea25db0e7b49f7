import Assessment
import Foundation
import Glibc

/// What stands in a folder of old results, told apart: what the engine wrote and nobody has changed, and all the rest, which is a user's.
struct Relics {
  /// What is carried over: an entry and the name it wants.
  private struct Heirloom {
    var entry: FileEntry
    /// Whether it may not have its own name, since it was a result that somebody has changed.
    var isEdited: Bool
  }

  private let folder: String
  /// Unchanged results.
  private var results: [FileEntry] = []
  private var heirlooms: [Heirloom] = []
  private var folders: [FileEntry] = []
  /// What a database that is open elsewhere, or was left so, keeps beside itself; it belongs to it under every name.
  private static let companions = ["-wal", "-journal", "-shm"]

  /// Looks through a folder. O(bytes of the listed files).
  /// - Parameters:
  ///   - owned: relative names of files that the engine wrote, with their SHA-256.
  ///   - earlier: what an earlier look found; files that have not been touched since are not read again.
  init(of folder: String, owned: [String: String], earlier: Relics? = nil) {
    self.folder = folder
    let entries = FileTree.entries(of: folder)
    let sizes = Dictionary(uniqueKeysWithValues: entries.map { ($0.relative, $0.size) })
    // A change that a database has not taken in yet is a change.
    func isPending(_ name: String) -> Bool { ["-wal", "-journal"].contains { (sizes[name + $0] ?? 0) > 0 } }
    let known = Dictionary(uniqueKeysWithValues: (earlier?.results ?? []).map { ($0.relative, $0) })
    var changed: Set<String> = []
    for entry in entries where !entry.isFolder {
      guard entry.relative != "run.json" else {
        results.append(entry)
        continue
      }
      guard let digest = owned[entry.relative] else { continue }
      if entry.isRegular, !isPending(entry.relative),
        known[entry.relative]?.isUntouched(since: entry) == true || (try? sha256(ofFile: entry.path)) == digest
      {
        results.append(entry)
      } else {
        changed.insert(entry.relative)
      }
    }
    for entry in entries {
      if entry.isFolder {
        folders.append(entry)
      } else if owned[entry.relative] != nil || entry.relative == "run.json" {
        if changed.contains(entry.relative) { heirlooms.append(Heirloom(entry: entry, isEdited: true)) }
      } else if let base = Self.database(of: entry.relative), owned[base] != nil {
        // It goes with its database: beside another one it would damage that.
        if !changed.contains(base) { results.append(entry) }
      } else if entry.relative != ".state" {
        heirlooms.append(Heirloom(entry: entry, isEdited: false))
      } else {
        results.append(entry)
      }
    }
  }

  private static func database(of name: String) -> String? {
    companions.first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
  }

  /// Gives everything that is not the engine's a name in another folder, too; what is there already stays as it is.
  ///
  /// A name that is taken becomes `NAME.kept-N`, N being the first that is free.
  /// - Throws: `OutputError` when one of them can be given no name there; nothing is lost then.
  func carry(into target: String) throws(OutputError) {
    let holding = Set((results + heirlooms.map(\.entry)).map { URL(fileURLWithPath: "/" + $0.relative).deletingLastPathComponent().path })
    for empty in folders
    where !holding.contains("/" + empty.relative) && !folders.contains(where: { $0.relative.hasPrefix(empty.relative + "/") }) {
      try makeFolder(empty.relative, in: target)
    }
    // What was kept earlier has its name before what is kept now looks for one.
    for heirloom in heirlooms.filter({ !$0.isEdited }) + heirlooms.filter(\.isEdited) {
      let name = heirloom.entry.relative
      if let slash = name.lastIndex(of: "/") { try makeFolder(String(name[..<slash]), in: target) }
      var wanted = heirloom.isEdited ? name + ".kept-1" : name
      var number = heirloom.isEdited ? 1 : 0
      var isThere = false
      while let other = FileEntry(target + "/" + wanted) {
        if holdsSame(heirloom.entry, other) {
          isThere = true
          break
        }
        number += 1
        wanted = "\(name).kept-\(number)"
      }
      guard !isThere else { continue }
      try give(heirloom.entry.path, target + "/" + wanted)
      for companion in Self.companions where heirloom.isEdited && FileEntry(heirloom.entry.path + companion) != nil {
        try give(heirloom.entry.path + companion, target + "/" + wanted + companion)
      }
    }
  }

  /// Removes all that has another name elsewhere or is the engine's, and the folder itself unless it `keepsFolder`.
  /// - Throws: `OutputError` when something is left, such as a file that came in this moment.
  func remove(keepsFolder: Bool = false) throws(OutputError) {
    for entry in results { unlink(entry.path) }
    for heirloom in heirlooms {
      unlink(heirloom.entry.path)
      if heirloom.isEdited { for companion in Self.companions { unlink(heirloom.entry.path + companion) } }
    }
    for entry in folders.reversed() { rmdir(entry.path) }
    guard keepsFolder ? (try? FileManager.default.contentsOfDirectory(atPath: folder))?.isEmpty == true : rmdir(folder) == 0 else {
      throw OutputError("The new results are in place. Of the old ones something is left in \(folder): look at it and remove it.")
    }
  }

  /// Makes a folder as it stands in the old results.
  private func makeFolder(_ relative: String, in target: String) throws(OutputError) {
    var path = ""
    for component in relative.split(separator: "/") {
      path += "/" + component
      if let there = FileEntry(target + path) {
        guard there.isFolder else {
          throw OutputError(
            "\(folder)\(path) is a folder with files of yours, and a result of that name is to be written. Move the folder away and run again."
          )
        }
        continue
      }
      guard mkdir(target + path, FileEntry(folder + path)?.mode ?? 0o755) == 0 else {
        throw OutputError(doing: "Cannot make", target + path)
      }
    }
  }

  /// Whether two entries are one file, or a copy made where files can have one name only.
  private func holdsSame(_ a: FileEntry, _ b: FileEntry) -> Bool {
    if a.isSame(as: b) { return true }
    guard a.isRegular, b.isRegular, a.size == b.size else { return false }
    guard let digest = try? sha256(ofFile: a.path) else { return false }
    return (try? sha256(ofFile: b.path)) == digest
  }

  /// A second name for a file or link, or a copy where the file system knows none.
  private func give(_ old: String, _ new: String) throws(OutputError) {
    // linkat(2) without AT_SYMLINK_FOLLOW names a link itself.
    if linkat(AT_FDCWD, old, AT_FDCWD, new, 0) == 0 { return }
    do { try FileManager.default.copyItem(atPath: old, toPath: new) } catch {
      throw OutputError("Cannot carry over \(old) to \(new): \(error.localizedDescription). Nothing was removed.")
    }
  }
}
