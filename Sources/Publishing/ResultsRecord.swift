import Assessment
import Foundation
import GeoFormats
import Glibc
import TextFormats

/// The list of what the engine wrote into a folder of results, with digests: `run.json` of an output folder.
enum ResultsRecord {
  /// Files that a run of the study wrote into a folder, by relative name, with their SHA-256; `nil` when the folder holds no results.
  ///
  /// A file that is merely called `run.json` makes no folder ours: it must be a record of this engine.
  /// - Throws: `OutputError` for results of another study.
  static func files(in folder: String, ofStudy id: String) throws(OutputError) -> [String: String]? {
    guard let record = record(folder + "/run.json"), let study = record["study"]?.string, record["engine_version"]?.string != nil,
      let outputs = list(record["outputs"])
    else { return nil }
    guard study == id else {
      throw OutputError(
        "\(folder) holds the results of the study \"\(study)\", not of \"\(id)\"; nothing is replaced. Name another folder with --out.")
    }
    return outputs
  }

  /// Those files of a run that stand below a folder inside its results, relative to that; empty when there is no run.
  static func files(ofRun out: String, below folder: String) -> [String: String] {
    let prefix = folder + "/"
    let all = list(record(out + "/run.json")?["outputs"]) ?? [:]
    return Dictionary(
      uniqueKeysWithValues: all.compactMap { $0.key.hasPrefix(prefix) ? (String($0.key.dropFirst(prefix.count)), $0.value) : nil })
  }

  /// Files that a list of a folder's own names, as `list(of:)` makes it.
  static func files(listedIn folder: String) -> [String: String] {
    let path = folder + "/" + listName
    guard var files = list(record(path)?["files"]) else { return [:] }
    files[listName] = try? sha256(ofFile: path)
    return files
  }

  /// The name of a list of a folder's own.
  static let listName = "files.json"

  /// A list of files with their digests as JSON text.
  static func listText(of files: [(path: String, sha256: String)]) -> String {
    JSON.object([.init("files", array(files))]).serialized(indent: 2) + "\n"
  }

  /// Puts new files below a folder in the place of the earlier ones in a run's record.
  /// - Parameter files: names relative to the output folder.
  static func replace(below folder: String, by files: [(path: String, sha256: String)], inRun out: String) throws(OutputError) {
    let path = out + "/run.json"
    // Two reports at once write their lines one after the other.
    let descriptor = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { throw OutputError(doing: "Cannot lock", out) }
    defer { close(descriptor) }
    guard case .object(var members)? = record(path), let place = members.firstIndex(where: { $0.name == "outputs" }),
      let old = list(members[place].value)
    else { throw OutputError("\(path) is no record of a run. Run the study again.") }
    // Whether inputs are newer than the record is told by its date.
    let date = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
    let kept = old.filter { !$0.key.hasPrefix(folder + "/") }.map { (path: $0.key, sha256: $0.value) }
    members[place].value = array((kept + files).sorted { $0.path < $1.path })
    do { try Data((JSON.object(members).serialized(indent: 2) + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch
    {
      throw OutputError("Cannot write \(path): \(error.localizedDescription)")
    }
    if let date { try? FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path) }
  }

  private static func record(_ path: String) -> JSON? {
    guard FileEntry(path)?.isRegular == true, let bytes = try? bytes(ofFile: path) else { return nil }
    return try? JSON(parsing: [UInt8](bytes))
  }

  private static func list(_ rows: JSON?) -> [String: String]? {
    guard let rows = rows?.array else { return nil }
    return Dictionary(
      rows.compactMap { row in row["path"]?.string.flatMap { path in row["sha256"]?.string.map { (path, $0) } } }
    ) { $1 }
  }

  private static func array(_ files: [(path: String, sha256: String)]) -> JSON {
    .array(files.map { ["path": .string($0.path), "sha256": .string($0.sha256)] })
  }
}
