import Foundation
import GeoFormats
import SimpleFeatures
public import TextFormats

/// Counts of a run; buildings = excluded + scored.
public struct RunCounts: Sendable {
  /// Buildings kept by the reader.
  public var buildings = 0
  /// Buildings whose vacancy evidence makes them candidates.
  public var candidates = 0
  /// Buildings that screening excluded, not-vacant among them.
  public var excluded = 0
  /// Buildings scored.
  public var scored = 0
  /// Sites with a concept and a report.
  public var reported = 0
}

/// The record of a run, written as `run.json`: no clock, host or absolute path in it.
public struct RunRecord: Sendable {
  /// The study's id.
  public var study: String
  /// Seed of every draw.
  public var seed: UInt64
  /// What was read.
  public var inputs: [InputRecord] = []
  /// Counts.
  public var counts = RunCounts()
  /// Defects by code.
  public var defects: [(code: String, count: Int)] = []
  /// Excluded buildings by reason.
  public var exclusions: [(reason: String, count: Int)] = []
  /// What the reader must know of how the figures came about.
  public var notes: [Message] = []
  /// The working CRS.
  public var crs = ""
  /// Written files with their hashes.
  public var outputs: [(path: String, sha256: String)] = []
  /// SHA-256 of the profile file and of the tables of assumptions.
  public var settings: [(path: String, sha256: String)] = []

  /// Version of the engine.
  public static let engineVersion = "0.1.0"
  /// Version of the method: changes whenever a result of unchanged input may change.
  public static let methodVersion = "2026.1"

  /// What binds a private store to the record: the SHA-256 of all that it says but its list of outputs, to which `report` adds.
  var binding: String { Self.binding(of: json) }

  static func binding(of record: JSON) -> String {
    let members = (record.object ?? []).filter { $0.name != "outputs" }
    return sha256(of: Array(JSON.object(members).serialized().utf8))
  }

  /// - Returns: `nil` when the file is no record.
  static func binding(ofFile path: String) -> String? {
    guard let bytes = try? bytes(ofFile: path), let json = try? JSON(parsing: bytes) else { return nil }
    return binding(of: json)
  }

  /// The record as JSON text.
  public var jsonText: String { json.serialized(indent: 2) }

  /// The record as JSON.
  public var json: JSON {
    .object([
      .init("study", .string(study)), .init("engine_version", .string(Self.engineVersion)),
      .init("method_version", .string(Self.methodVersion)),
      .init("seed", .number(Double(seed))), .init("crs", .string(crs)),
      .init(
        "inputs",
        .array(
          inputs.map {
            [
              "path": .string($0.path), "sha256": .string($0.sha256), "layer": .string($0.layer), "crs": JSON($0.crs),
              "size": .number(Double($0.size)), "read": .number(Double($0.read)),
              "kept": .number(Double($0.kept)), "refused": .number(Double($0.refused)),
            ]
          })),
      .init("settings", .array(settings.map { ["path": .string($0.path), "sha256": .string($0.sha256)] })),
      .init(
        "counts",
        [
          "buildings": .number(Double(counts.buildings)), "candidates": .number(Double(counts.candidates)),
          "excluded": .number(Double(counts.excluded)),
          "scored": .number(Double(counts.scored)), "reported": .number(Double(counts.reported)),
        ]),
      .init("exclusions", .object(exclusions.map { .init($0.reason, .number(Double($0.count))) })),
      .init("defects", .object(defects.map { .init($0.code, .number(Double($0.count))) })),
      .init("notes", .array(notes.map { .string($0.english) })), .init("messages", .array(notes.map(\.record))),
      .init("outputs", .array(outputs.map { ["path": .string($0.path), "sha256": .string($0.sha256)] })),
    ])
  }
}
