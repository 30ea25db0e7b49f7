import Foundation
public import GeoFormats
public import SimpleFeatures
public import TextFormats

/// The output folder of a study that was scored, once it is known to belong to the inputs as they are now.
///
/// It holds the record of the run and reads rows and layers when they are asked for: the site table of a country is larger than memory.
public struct StudyStore: Sendable {
  /// The study.
  public let study: Study
  /// The record of the run.
  public let record: RunRecord
  let profile: Profile
  private let folder: String
  /// What binds the private store to `run.json`.
  private let digest: String

  /// Reads the record of an output folder and compares the inputs with it. O(inputs), and their bytes where size or date speak of a change.
  /// - Throws: `AssessmentError` when there is no record, or when an input has changed since it was written.
  public init(_ out: String, study: Study, folder: DataFolder) throws {
    self.study = study
    self.folder = out
    let path = out + "/run.json"
    guard FileManager.default.fileExists(atPath: path) else {
      throw AssessmentError(.missingInput, "\(out) holds no run.json: run `rekindle score` or `rekindle run` on the study first.")
    }
    let bytes = try bytes(ofFile: path)
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch {
      throw AssessmentError(.badInput, "\(path) is no JSON: \(error). Run the study again.")
    }
    guard json["study"]?.string == study.id else {
      throw AssessmentError(.badInput, "\(path) is the record of the study \"\(json["study"]?.string ?? "?")\", not of \"\(study.id)\".")
    }
    let record = RunRecord(reading: json, of: study)
    self.record = record
    digest = RunRecord.binding(of: json)
    profile = try Profile(named: study.profile, folder: folder, relativeTo: study.file)
    let stale = try record.changedInputs(study: study, profile: profile, since: FileStamp(of: path))
    guard stale.isEmpty else {
      throw AssessmentError(.badInput, "Changed since \(out) was written: \(stale.joined(separator: ", ")). Run the study again.")
    }
  }

  private func reference(_ layer: String) -> LayerReference { LayerReference(path: folder + "/sites.gpkg", layer: layer) }

  /// Opens the store for single rows: what may leave, and what does not.
  /// - Throws: `AssessmentError` when the private store is not there or belongs to another run, `FormatError` for damaged files.
  func rows() throws -> StoreRows {
    let path = reference("sites").path
    return StoreRows(
      shown: try GeoPackageRowReader(path: path), facts: try PrivateStore.open(beside: folder, record: digest), path: path,
      count: record.counts.scored)
  }

  /// What `sites.gpkg` says about its layer of sites: CRS, type of geometry and columns; the sites are not counted.
  public func siteLayer() throws -> LayerDescription {
    let reference = reference("sites")
    let layers = try describeLayers(in: reference.path, counting: false)
    guard let layer = layers.first(where: { $0.name == "sites" }) else {
      throw FormatError.layerNotFound(path: reference.path, layer: "sites", available: layers.map(\.name))
    }
    return layer
  }

  /// The data dictionary of the site table as it stands in the folder; `nil` where it is not there or no JSON.
  public var siteSchema: JSON? { (try? bytes(ofFile: folder + "/sites.schema.json")).flatMap { try? JSON(parsing: $0) } }

  /// The columns of published fields that the store lacks, because they are null for all sites: who names one gets nulls.
  public func nullColumns(beside stored: [String]) -> [String] {
    toldApart(study.publishedExtras).map { "pub_" + $0 }.filter { !stored.contains($0) }
  }

  /// Hands over the sites in the order of rank, a batch at a time, with the given columns in the given order.
  ///
  /// Positions are in the working CRS. At least one batch is handed over, if need be an empty one.
  /// - Parameters:
  ///   - columns: names of columns of the site table; one that the store lacks is null.
  ///   - size: sites of a batch, but for the last.
  ///   - progress: called now and then with the number of sites read.
  /// - Throws: what `body` throws, and `FormatError`.
  public func forEachSiteBatch(
    columns: [String], size: Int, progress: (@Sendable (Int) -> Void)? = nil, _ body: (FeatureBatch) throws -> Void
  ) throws {
    var order: [Int?] = []
    let summary = try forEachBatch(
      of: reference("sites"), options: ReadOptions(fields: Set(columns), progress: progress), size: size
    ) { batch in
      if order.isEmpty {
        let places = Dictionary(uniqueKeysWithValues: batch.attributes.enumerated().map { ($0.element.name, $0.offset) })
        order = columns.map { places[$0] }
      }
      let attributes = zip(columns, order).map { name, place in
        place.map { batch.attributes[$0] } ?? AttributeColumn(name: name, texts: Array(repeating: nil, count: batch.count))
      }
      try body(FeatureBatch(numbers: batch.numbers, geometry: batch.geometry, attributes: attributes))
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
        size: count($0, "size"), read: count($0, "read"), kept: count($0, "kept"), refused: count($0, "refused"))
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
  ///
  /// A file of the recorded size that nobody has touched since the record was written is taken to be the same; others are hashed.
  func changedInputs(study: Study, profile: Profile, since written: FileStamp?) throws -> [String] {
    let base = URL(fileURLWithPath: study.file).deletingLastPathComponent().path
    let sources = (Array(study.layers.values) + study.constraints.map(\.layer)).map(\.reference.path)
    var stale: [String] = [], seen: Set<String> = []
    for input in inputs.sorted(by: { $0.path < $1.path }) where seen.insert(input.path).inserted {
      let full = sources.first { $0.hasSuffix("/" + input.path) || $0 == input.path } ?? base + "/" + input.path
      if let written, let now = FileStamp(of: full), now.size == input.size, now.isOlder(than: written) { continue }
      if (try? sha256(ofFile: full)) != input.sha256 { stale.append(input.path) }
    }
    if let expected = settings.first?.sha256, try sha256(ofFile: profile.file) != expected { stale.append("profile \(profile.id)") }
    return stale
  }
}

/// The rows of a store, found by id, by rank and by place.
struct StoreRows: Sendable {
  private let shown: GeoPackageRowReader
  private let facts: GeoPackageRowReader
  private let path: String
  /// Number of sites.
  let count: Int

  init(shown: GeoPackageRowReader, facts: GeoPackageRowReader, path: String, count: Int) {
    (self.shown, self.facts, self.path, self.count) = (shown, facts, path, count)
  }

  /// The working CRS.
  var crs: CoordinateReferenceSystem? { shown.crs(of: PrivateStore.sites) }

  /// The whole rows of sites, by rank from 1, in the order of rank.
  func sites(_ ranks: some Sequence<Int>) throws -> FeatureBatch {
    let keys = Set(ranks).sorted().map(Int64.init)
    var rows = try shown.rows(keys, of: PrivateStore.sites)
    let known = try facts.rows(keys, of: PrivateStore.sites)
    guard rows.numbers == known.numbers, rows.count == keys.count else {
      throw AssessmentError(.badInput, "\(path) and the private store beside its folder hold other sites: damaged. Run the study again.")
    }
    rows.attributes += known.attributes
    return rows
  }

  /// The rank of a site. O(log n).
  /// - Throws: `AssessmentError` for an unknown id, with the one that was probably meant.
  func rank(of id: String) throws -> Int {
    let hash = Int64(PrivateStore.hash(id.utf8))
    var low = 1, high = count + 1
    while low < high {
      let middle = (low + high) / 2
      if try facts.integer("hash", ofRow: Int64(middle), in: PrivateStore.identifiers) ?? .max < hash {
        low = middle + 1
      } else {
        high = middle
      }
    }
    // Equal hashes of different ids stand beside each other.
    while low <= count, try facts.integer("hash", ofRow: Int64(low), in: PrivateStore.identifiers) == hash {
      if let rank = try facts.integer("rank", ofRow: Int64(low), in: PrivateStore.identifiers),
        try shown.rows([rank], of: PrivateStore.sites, columns: ["site_id"]).attribute("site_id")?.text(0) == id
      {
        return Int(rank)
      }
      low += 1
    }
    let some = try shown.rows((1...max(1, min(count, 20_000))).map(Int64.init), of: PrivateStore.sites, columns: ["site_id"])
    throw AssessmentError(
      unknownSite: id, among: some.attribute("site_id").map { ids in (0..<some.count).compactMap { ids.text($0) } } ?? [])
  }

  /// The score of the site at a rank.
  func score(_ rank: Int) throws -> Double { try shown.number("score", ofRow: Int64(rank), in: PrivateStore.sites) ?? 0 }

  /// How the first sites stand, by rank; `nil` when the run made no draws.
  func standings() throws -> [Int: SiteStanding]? {
    guard facts.has(PrivateStore.standing) else { return nil }
    let rows = try facts.rows(of: PrivateStore.standing)
    guard let texts = rows.attribute("standing") else { return nil }
    return Dictionary(
      uniqueKeysWithValues: try (0..<rows.count).compactMap { row in
        try texts.text(row).map { (Int(rows.numbers[row]), try SiteStanding(kept: $0)) }
      })
  }

  /// The layers of the maps within a window.
  func surroundings(in window: Envelope, attribution: [String], crs: CoordinateReferenceSystem) throws -> Surroundings {
    func layer(_ name: String) throws -> FeatureBatch {
      shown.has(name) ? try shown.features(of: name, meeting: window) : FeatureBatch()
    }
    return Surroundings(
      crs: crs, buildings: try layer("buildings"), districts: try layer("districts"), places: try layer("places"),
      streets: try layer("streets"), attribution: attribution)
  }
}
