import Foundation
import Glibc

/// What stands at a path itself: a link is a link, wherever it leads.
struct FileEntry {
  /// The full path.
  let path: String
  /// The path below the folder that was listed; the path itself for a lone entry.
  let relative: String
  private let facts: stat

  /// - Returns: `nil` when nothing stands there.
  init?(_ path: String, relative: String? = nil) {
    var facts = stat()
    guard lstat(path, &facts) == 0 else { return nil }
    (self.path, self.relative, self.facts) = (path, relative ?? path, facts)
  }

  var isLink: Bool { facts.st_mode & S_IFMT == S_IFLNK }
  var isFolder: Bool { facts.st_mode & S_IFMT == S_IFDIR }
  var isRegular: Bool { facts.st_mode & S_IFMT == S_IFREG }
  var size: Int { Int(facts.st_size) }
  var mode: mode_t { facts.st_mode & 0o7777 }

  /// Whether nothing was written to the file between the two looks at it.
  func isUntouched(since other: FileEntry) -> Bool {
    isSame(as: other) && size == other.size && facts.st_mtim == other.facts.st_mtim && facts.st_ctim == other.facts.st_ctim
  }

  /// Whether both names stand for one file.
  func isSame(as other: stat) -> Bool { facts.st_ino == other.st_ino && facts.st_dev == other.st_dev }

  /// Whether both names stand for one file.
  func isSame(as other: FileEntry) -> Bool { isSame(as: other.facts) }
}

/// What a folder holds at any depth.
enum FileTree {
  /// All entries below a folder, a folder before what it holds, in the order of their names; links are listed and never followed. O(entries).
  static func entries(of folder: String) -> [FileEntry] {
    var found: [FileEntry] = []
    var open = [""]
    while let prefix = open.popLast() {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: prefix.isEmpty ? folder : folder + "/" + prefix)) ?? []
      for name in names.sorted() {
        let relative = prefix.isEmpty ? name : prefix + "/" + name
        guard let entry = FileEntry(folder + "/" + relative, relative: relative) else { continue }
        found.append(entry)
        if entry.isFolder { open.append(relative) }
      }
    }
    return found.sorted { $0.relative < $1.relative }
  }
}

extension timespec {
  fileprivate static func == (a: timespec, b: timespec) -> Bool { a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec }
}
