internal import Foundation
internal import Synchronization

/// A private folder that is removed with the object, at exit, or, after a kill, by the next run.
///
/// Folders are named after the process; a folder whose process is gone is swept away when the first one is made.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let path: String

  private static let open = Mutex<Set<String>>([])
  private static let prepared: Void = {
    sweep()
    atexit { TemporaryFolder.removeAll() }
  }()

  /// Removes all folders that are open.
  static func removeAll() {
    open.withLock { paths in paths.forEach { try? FileManager.default.removeItem(atPath: $0) } }
  }

  private static var parent: String {
    let named = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
    return named.isEmpty ? "/tmp" : named
  }

  /// Makes a folder that only this user can read.
  public init() throws(FormatError) {
    _ = Self.prepared
    var template = Array("\(Self.parent)/rekindle-\(getpid())-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw .cannotWrite(path: "\(Self.parent)/rekindle-…", reason: systemErrorText())
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = path
    Self.open.withLock { _ = $0.insert(path) }
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
