import Foundation
public import GeoFormats
public import SimpleFeatures

/// The output folder of a study that was scored, once it is known to belong to the inputs as they are now.
///
/// It holds the record of the run and reads the layers from `sites.gpkg` when they are asked for: the site table of a country is larger than memory.
public struct StudyStore: Sendable {
  /// The study.
  public let study: Study
  /// The record of the run.
  public let record: RunRecord
  let profile: Profile
  private let folder: String

  /// Reads the record of an output folder and compares the inputs with it. O(bytes of the inputs).
  /// - Throws: `AssessmentError` when there is no record, or when an input has changed since it was written.
  public init(_ out: String, study: Study, folder: DataFolder) throws {
    self.study = study
    self.folder = out
    let path = out + "/run.json"
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw AssessmentError(.missingInput, "\(out) holds no run.json: run `rekindle score` or `rekindle run` on the study first.")
    }
    let json: JSON
    do { json = try JSON(parsing: [UInt8](bytes)) } catch {
      throw AssessmentError(.badInput, "\(path) is no JSON: \(error). Run the study again.")
    }
    guard json["study"]?.string == study.id else {
      throw AssessmentError(.badInput, "\(path) is the record of the study \"\(json["study"]?.string ?? "?")\", not of \"\(study.id)\".")
    }
    let record = RunRecord(reading: json, of: study)
    self.record = record
    profile = try Profile(named: study.profile, folder: folder, relativeTo: study.file)
    let stale = try record.changedInputs(study: study, profile: profile)
    guard stale.isEmpty else {
      throw AssessmentError(.badInput, "Changed since \(out) was written: \(stale.joined(separator: ", ")). Run the study again.")
    }
  }

  private func reference(_ layer: String) -> LayerReference { LayerReference(path: folder + "/sites.gpkg", layer: layer) }

  /// A layer of `sites.gpkg` as a whole.
  func layer(_ name: String) throws -> Layer { try readLayer(reference(name), options: ReadOptions()) }

  /// What `sites.gpkg` says about its layer of sites: CRS, type of geometry and columns; the sites are not counted.
  public func siteLayer() throws -> LayerDescription {
    let reference = reference("sites")
    let layers = try describeLayers(in: reference.path, counting: false)
    guard let layer = layers.first(where: { $0.name == "sites" }) else {
      throw FormatError.layerNotFound(path: reference.path, layer: "sites", available: layers.map(\.name))
    }
    return layer
  }

  /// Hands over the sites in the order of rank, a batch at a time, with the given columns in the given order.
  ///
  /// Positions are in the working CRS. At least one batch is handed over, if need be an empty one.
  /// - Parameters:
  ///   - columns: names of columns of the site table.
  ///   - size: sites of a batch, but for the last.
  ///   - progress: called now and then with the number of sites read.
  /// - Throws: what `body` throws, and `FormatError`.
  public func forEachSiteBatch(
    columns: [String], size: Int, progress: (@Sendable (Int) -> Void)? = nil, _ body: (FeatureBatch) throws -> Void
  ) throws {
    var order: [Int] = []
    let summary = try forEachBatch(
      of: reference("sites"), options: ReadOptions(fields: Set(columns), progress: progress), size: size
    ) { batch in
      if order.isEmpty {
        let places = Dictionary(uniqueKeysWithValues: batch.attributes.enumerated().map { ($0.element.name, $0.offset) })
        order = columns.compactMap { places[$0] }
      }
      try body(FeatureBatch(numbers: batch.numbers, geometry: batch.geometry, attributes: order.map { batch.attributes[$0] }))
    }
    guard summary.refusedCount == 0 else {
      throw AssessmentError(
        .badInput, "\(summary.refusedCount) sites of \(folder)/sites.gpkg cannot be read: the file is damaged. Run the study again.")
    }
  }
}

extension RunRecord {
  /// The record of a study as it stands in its `run.json`; what is missing there is empty.
  init(reading json: JSON, of study: Study) {
    self.init(study: study.id, seed: UInt64(json["seed"]?.number ?? 1))
    func count(_ value: JSON?, _ name: String) -> Int { Int(value?[name]?.number ?? 0) }
    crs = json["crs"]?.string ?? ""
    inputs = (json["inputs"]?.array ?? []).map {
      InputRecord(
        path: $0["path"]?.string ?? "", sha256: $0["sha256"]?.string ?? "", layer: $0["layer"]?.string ?? "", crs: $0["crs"]?.string,
        read: count($0, "read"), kept: count($0, "kept"),
        refused: count($0, "refused"))
    }
    counts = RunCounts(
      buildings: count(json["counts"], "buildings"), candidates: count(json["counts"], "candidates"),
      excluded: count(json["counts"], "excluded"),
      scored: count(json["counts"], "scored"), reported: count(json["counts"], "reported"))
    defects = (json["defects"]?.object ?? []).map { ($0.name, Int($0.value.number ?? 0)) }
    exclusions = (json["exclusions"]?.object ?? []).map { ($0.name, Int($0.value.number ?? 0)) }
    notes = (json["messages"]?.array ?? []).compactMap { Message(reading: $0) }
    settings = (json["settings"]?.array ?? []).map { ($0["path"]?.string ?? "", $0["sha256"]?.string ?? "") }
  }

  /// The inputs whose bytes are not those that the record names, and the profile likewise.
  fileprivate func changedInputs(study: Study, profile: Profile) throws -> [String] {
    let base = URL(fileURLWithPath: study.file).deletingLastPathComponent().path
    var stale: [String] = []
    for (path, expected) in Set(inputs.map { [$0.path, $0.sha256] }).sorted(by: { $0[0] < $1[0] }).map({ ($0[0], $0[1]) }) {
      let sources = (Array(study.layers.values) + study.constraints.map(\.layer)).map(\.reference.path)
      let full = sources.first { $0.hasSuffix("/" + path) || $0 == path } ?? base + "/" + path
      if (try? sha256(ofFile: full)) != expected { stale.append(path) }
    }
    if let expected = settings.first?.sha256, try sha256(ofFile: profile.file) != expected { stale.append("profile \(profile.id)") }
    return stale
  }
}
