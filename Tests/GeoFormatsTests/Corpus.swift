import Foundation
import Testing

/// The corpora of real and malformed files, when they lie beside the package (or where `REKINDLE_CORPORA` says).
enum Corpus {
  static let path: String? = {
    var roots = [String]()
    if let named = ProcessInfo.processInfo.environment["REKINDLE_CORPORA"] { roots.append(named) }
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    roots.append(package.deletingLastPathComponent().appendingPathComponent("shared/data").path)
    roots.append(FileManager.default.currentDirectoryPath + "/../shared/data")
    return roots.first { FileManager.default.fileExists(atPath: $0 + "/malformed") }
  }()

  /// Whether the corpora are there; says so once when they are not.
  static let isPresent: Bool = {
    if path == nil { print("skipped: the corpora of malformed files do not lie beside the package (REKINDLE_CORPORA)") }
    return path != nil
  }()

  static func files(_ folder: String, _ suffix: String) throws -> [String] {
    let root = try #require(path) + "/" + folder
    return try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.hasSuffix(suffix) }.sorted().map { root + "/" + $0 }
  }
}
