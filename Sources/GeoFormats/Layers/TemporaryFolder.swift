internal import Foundation
internal import SimpleFeatures
internal import Synchronization

/// A private folder that is removed with the object, at exit, or, after a kill, by the next run.
///
/// Folders are named after the process; a folder whose process is gone is swept away when the first one is made.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let path: String

  private static let open = Lock<Set<String>>([])
  private static let prepared: Void = {
    sweep()
    atexit { TemporaryFolder.open.withLock { remove($0) } }
  }()

  /// Removes all folders that are open and goes on to `end`; no folder is made any more.
  static func removeAll(then end: () -> Never) -> Never {
    open.withLock { paths in
      remove(paths)
      end()
    }
  }

  /// Removes folders; a converter that has just been killed may still write into one of them for a moment.
  private static func remove(_ paths: Set<String>) {
    for _ in 0..<200 {
      var isLeft = false
      for path in paths {
        try? FileManager.default.removeItem(atPath: path)
        if FileManager.default.fileExists(atPath: path) { isLeft = true }
      }
      guard isLeft else { return }
      usleep(5_000)
    }
  }

  private static var parent: String {
    let named = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
    return named.isEmpty ? "/tmp" : named
  }

  /// Makes a folder that only this user can read.
  public init() throws(FormatError) {
    _ = Self.prepared
    var template = Array("\(Self.parent)/rekindle-\(getpid())-XXXXXX".utf8CString)
    let made: String? = Self.open.withLock { paths in
      guard unsafe mkdtemp(&template) != nil else { return nil }
      let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      paths.insert(path)
      return path
    }
    guard let made else { throw .cannotWrite(path: "\(Self.parent)/rekindle-…", reason: systemErrorText()) }
    path = made
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    let path = path
    Self.open.withLock { _ = $0.remove(path) }
  }

  /// Removes the folders of processes that are gone.
  private static func sweep() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix("rekindle-") {
      let parts = name.split(separator: "-")
      guard parts.count == 3, let process = Int32(parts[1]), process > 0, kill(process, 0) != 0, errno == ESRCH else { continue }
      try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
    }
  }
}
