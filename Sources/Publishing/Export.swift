public import Assessment
import Dispatch
import Foundation
public import GeoFormats
import SimpleFeatures
import TextFormats

/// What leaves in an export, and how.
public struct ExportOptions: Sendable {
  /// `geojson`, `geojsonseq`, `gpkg` or `csv`.
  public var format = "geojson"
  /// Ids of the sites in the order in which they are written; `nil` for all by rank.
  public var sites: [String]?
  /// Names of columns, patterns such as `ind_*`, or `ranking` for the columns of `ranking.csv`; `nil` for those of the contract.
  public var columns: [String]?
  /// CRS of the positions; `nil` for WGS 84 in GeoJSON, which knows no other, and the working CRS else.
  public var crs: String?
  /// When a GeoPackage says it was changed, ISO 8601.
  public var lastChange = "1970-01-01T00:00:00.000Z"
  /// Threads for making GeoJSON; the bytes do not depend on it.
  public var threads = 1
  /// Styles of a GeoPackage by layer.
  public var styles: [String: String] = [:]
  /// What becomes of a file that stands there already.
  public var existing = ExistingFile.replacedIfAlike
  /// Called now and then with the number of sites read and of all.
  public var progress: (@Sendable (Int, Int) -> Void)?

  /// Makes options for all sites and columns as GeoJSON.
  public init() {}
}

/// Sites that are read, made into text and forgotten at a time.
private let batchSize = 1_024

/// Writes what was scored for other tools to a file or, but for a GeoPackage, `-`. The sites pass through in batches, so memory does not grow
/// with their number.
/// - Throws: `AssessmentError` for an unknown site or column, `SpatialError` for a CRS that leads nowhere, `FormatError` when the output cannot
///   be written.
public func export(_ store: StudyStore, to path: String, options: ExportOptions) throws {
  let layer = try store.siteLayer()
  let working = layer.crs ?? CoordinateReferenceSystem(store.record.crs)
  let isGeoJSON = options.format.hasPrefix("geojson")
  let target = isGeoJSON ? .wgs84 : options.crs.map { CoordinateReferenceSystem($0) } ?? working
  let stored = layer.fields.map(\.name)
  let columns = try chosenColumns(options.columns, of: options.columns == nil ? stored : stored + store.nullColumns(beside: stored))
  let chosen = try options.sites.map { try batches(of: $0, columns: columns, in: store) }
  let total = store.record.counts.scored
  var told: (@Sendable (Int) -> Void)?
  if let progress = options.progress { told = { progress($0, total) } }
  func forEachBatch(_ body: (FeatureBatch) throws -> Void) throws {
    if let chosen { return try chosen.forEach(body) }
    try store.forEachSiteBatch(columns: columns, size: batchSize, progress: told, body)
  }
  if isGeoJSON {
    let output = try OrderedGeoJSON(
      to: path, form: options.format == "geojson" ? .collection : .sequence, members: geoJSONMembers(store.study), from: working,
      threads: options.threads, existing: options.existing)
    do {
      try forEachBatch(output.append)
      return try output.finish()
    } catch {
      output.cancel()
      throw error
    }
  }
  let reprojected = try Reprojection(from: working, to: target)
  if options.format == "csv" {
    var writer = try CSVWriter(path: path, geometryName: "wkt", existing: options.existing)
    try forEachBatch { batch in
      var table = ExportTable(reprojected(batch))
      if let note = store.study.illustrativeNote(rows: batch.count) { table.columns.append(note) }
      try writer.append(table)
    }
    return try writer.finish()
  }
  let writer = try GeoPackageWriter(path: path, lastChange: options.lastChange, existing: options.existing)
  let reference = try spatialReference(of: target)
  let titles = ColumnTitles(schema: store.siteSchema)
  let kinds = chosen.map { Set($0.flatMap(\.geometry.kinds)) } ?? layer.geometryKinds
  var isFirst = true
  try forEachBatch { batch in
    let table = ExportTable(reprojected(batch))
    if isFirst {
      try writer.begin(
        GeoPackageLayer(
          name: "sites", table: table, reference: reference, title: store.study.title,
          description: store.study.layerDescription,
          styleQML: options.styles["sites"].flatMap { styledColumn($0).map(columns.contains) == false ? nil : $0 },
          columnTitles: titles.titles(of: table.columns, in: "sites"), columnDescriptions: titles.descriptions(in: "sites")),
        kinds: kinds)
      isFirst = false
    } else {
      try writer.append(table)
    }
  }
  try writer.end()
  try writer.finish()
}

/// The sites with the given ids in the order of the ids, one a batch; a lone empty batch when there are no ids.
private func batches(of ids: [String], columns: [String], in store: StudyStore) throws -> [FeatureBatch] {
  let wanted = Set(ids)
  var found: [String: FeatureBatch] = [:]
  var known: [String] = []
  var empty = FeatureBatch()
  try store.forEachSiteBatch(columns: columns, size: batchSize) { batch in
    guard let column = batch.attribute("site_id") else { return }
    empty = batch.selecting([])
    for row in 0..<batch.count {
      guard let id = column.text(row) else { continue }
      // Enough of them to propose the one that was meant.
      if known.count < 20_000 { known.append(id) }
      if wanted.contains(id), found[id] == nil { found[id] = batch.selecting([row]) }
    }
  }
  let chosen = try ids.map { id in
    guard let batch = found[id] else { throw AssessmentError(unknownSite: id, among: known) }
    return batch
  }
  return chosen.isEmpty ? [empty] : chosen
}

/// The columns that a request names, each once; `site_id` comes first unless it is named elsewhere. Without a request those of the contract.
///
/// Besides the columns of the contract those of `ranking.csv` may be named; what else the store holds is not for others.
/// - Throws: `AssessmentError` for a name or pattern that no column has.
func chosenColumns(_ request: [String]?, of names: [String]) throws -> [String] {
  let exported = exportedColumns(names)
  guard let request else { return exported }
  let known = exported + rankingColumns.filter { names.contains($0) && !exported.contains($0) }
  var chosen: [String] = []
  for name in request {
    var found = name == "ranking" ? rankingColumns.filter(known.contains) : known.filter { name == $0 }
    if found.isEmpty, name.contains("*") { found = known.filter { matches($0, pattern: name) } }
    guard !found.isEmpty else {
      let hint = suggestion(for: name, among: known + ["ranking"]).map { " Did you mean \($0)?" } ?? ""
      throw AssessmentError(
        .usage, "--columns: no column \(name.contains("*") ? "matches" : "is called") \(name).\(hint) `sites.schema.json` lists them.")
    }
    chosen += found.filter { !chosen.contains($0) }
  }
  return chosen.contains("site_id") ? chosen : ["site_id"] + chosen
}

/// Whether a name is one that a pattern stands for: each `*` takes the place of any characters. O(name × stars).
private func matches(_ name: String, pattern: String) -> Bool {
  let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
  guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else { return name == pattern }
  guard name.count >= first.count + last.count, name.hasPrefix(first), name.hasSuffix(last) else { return false }
  var rest = name.dropFirst(first.count).dropLast(last.count)
  for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
    guard let place = rest.firstRange(of: piece) else { return false }
    rest = rest[place.upperBound...]
  }
  return true
}

/// The column by which a QGIS style draws.
private func styledColumn(_ style: String) -> String? {
  guard let start = style.firstRange(of: " attr=\"")?.upperBound else { return nil }
  return String(style[start...].prefix { $0 != "\"" })
}

extension GeoFormats.LayerDescription {
  /// Kinds of geometry of which a written layer has the same type again.
  fileprivate var geometryKinds: Set<GeometryKind> {
    let kinds: [GeometryKind] = [.point, .lineString, .polygon, .multiPoint, .multiLineString, .multiPolygon]
    let name = geometryType?.uppercased()
    return kinds.first { "\($0)".uppercased() == name }.map { [$0] } ?? Set(kinds)
  }
}

/// Makes the text of batches on several threads and writes it in the order of the batches.
///
/// Sendable: the writer is used only by the task that has set `isWriting`, everything else only under the lock.
private final class OrderedGeoJSON: @unchecked Sendable {
  /// What a task makes text with; it is in the hands of one task at a time, or idle.
  private struct Desk: @unchecked Sendable {
    let encoder: GeoJSONEncoder
    let reprojected: Reprojection
  }

  private let lock = NSCondition()
  private let group = DispatchGroup()
  private let isSerial: Bool
  private var idle: [Desk] = []
  private var made: [Int: Desk] = [:]
  private var given = 0
  private var written = 0
  private var isWriting = false
  private var failure: (any Error)?
  private var writer: GeoJSONWriter?

  init(
    to path: String, form: GeoJSONWriter.Form, members: [JSON.Member], from crs: CoordinateReferenceSystem, threads: Int,
    existing: ExistingFile
  ) throws {
    isSerial = threads < 2
    for _ in 0..<max(1, threads) {
      idle.append(Desk(encoder: GeoJSONEncoder(form: form), reprojected: try Reprojection(from: crs, to: .wgs84)))
    }
    writer = try GeoJSONWriter(path: path, form: form, members: members, existing: existing)
  }

  /// Takes a batch; waits while all desks are busy.
  func append(_ batch: FeatureBatch) throws {
    lock.lock()
    while idle.isEmpty, failure == nil { lock.wait() }
    guard failure == nil, let desk = idle.popLast() else {
      defer { lock.unlock() }
      throw failure ?? CancellationError()
    }
    let place = given
    given += 1
    lock.unlock()
    if isSerial {
      encode(batch, desk, place)
    } else {
      DispatchQueue.global().async(group: group) { self.encode(batch, desk, place) }
    }
  }

  private func encode(_ batch: FeatureBatch, _ desk: Desk, _ place: Int) {
    desk.encoder.encode(ExportTable(desk.reprojected(batch)))
    lock.lock()
    defer { lock.unlock() }
    made[place] = desk
    // Whoever writes takes this one, too, when its turn comes.
    guard !isWriting else { return }
    isWriting = true
    while failure == nil, let next = made.removeValue(forKey: written) {
      lock.unlock()
      let result = Result { try writer?.append(next.encoder) }
      lock.lock()
      if case .failure(let error) = result { failure = error }
      written += 1
      idle.append(next)
      lock.signal()
    }
    isWriting = false
  }

  /// Waits for all text and gives the file its name.
  func finish() throws {
    group.wait()
    if let failure { throw failure }
    try writer.take()?.finish()
  }

  /// Waits for what is under way and removes the file.
  func cancel() {
    group.wait()
    writer = nil
  }
}

/// Writes the indicators of a file; CSV has no geometry.
/// - Throws: `FormatError` when the output cannot be written.
public func export(_ measured: MeasuredFile, format: String, to path: String, threads: Int, existing: ExistingFile) throws {
  switch format {
  case "csv":
    var writer = try CSVWriter(path: path, existing: existing)
    try writer.append(ExportTable(columns: measured.table.attributes), threads: threads)
    try writer.finish()
  case "gpkg":
    let writer = try GeoPackageWriter(path: path, lastChange: "1970-01-01T00:00:00.000Z", existing: existing)
    try writer.add(
      GeoPackageLayer(
        name: "indicators", table: ExportTable(measured.table), reference: try spatialReference(of: measured.crs),
        columnTitles: measured.columnTitles, columnDescriptions: measured.columnDescriptions))
    try writer.finish()
  default:
    let table = try reprojected(measured.table, from: measured.crs, to: .wgs84, threads: threads)
    var writer = try GeoJSONWriter(path: path, form: format == "geojson" ? .collection : .sequence, existing: existing)
    try writer.append(ExportTable(table))
    try writer.finish()
  }
}

extension FeatureBatch {
  /// The rows in the given order.
  func selecting(_ rows: [Int]) -> FeatureBatch {
    FeatureBatch(
      numbers: rows.map { numbers[$0] }, geometry: geometry.selecting(rows),
      attributes: attributes.map { column in
        var validity = ValidityBitmap()
        for row in rows { validity.append(column.validity[row]) }
        let values: AttributeColumn.Values
        switch column.values {
        case .integer(let v): values = .integer(rows.map { v[$0] })
        case .real(let v): values = .real(rows.map { v[$0] })
        case .boolean(let v): values = .boolean(rows.map { v[$0] })
        case .text(let v):
          var text = TextColumn()
          for row in rows { text.append(v[row]) }
          values = .text(text)
        }
        return AttributeColumn(name: column.name, values: values, validity: validity)
      })
  }
}
