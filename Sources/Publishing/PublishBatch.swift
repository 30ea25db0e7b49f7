import Assessment
import GeoFormats
import SimpleFeatures
import TextFormats

/// Rows of the tables that are made and written at a time: a batch never holds more of them.
private let pieceSize = 16_384

/// Writes tables and layers of a batch piece by piece; gives the names of what was written. The bytes do not depend on `options.threads`.
///
/// The site table of a million buildings is twice as large as all that it is made from, so it never stands in memory as a whole. With two
/// threads the next piece is made, and put into the GeoJSON, while the GeoPackage takes the last one.
func writeBatch(
  _ scored: ScoredStudy, register: AssumptionRegister, data: DataFolder, to folder: OutputFolder, _ facts: PrivateStoreWriter,
  options: PublishOptions, lastChange: String, pageSize: Int
) throws -> Set<String> {
  let study = scored.study
  let frame = try Portfolio(frameOf: scored, register: register, folder: data, record: scored.record)
  let schema = siteSchema(profileOf: frame)
  try folder.write(schema.serialized(indent: 2) + "\n", to: "sites.schema.json")
  try writeCSV(scored.excludedTable, to: folder.place("excluded.csv"))
  try writeCSV(scored.defectTable, to: folder.place("defects.csv"))
  let outcomes = scored.registerOutcomes
  if let outcomes { try writeCSV(outcomes, to: folder.place("registers.csv")) }

  let count = scored.scores.count
  let styles = try layerStyles(templates: data.templates)
  let layers = LayerDescription(frame, schema: schema, styles: styles)
  let reference = try spatialReference(of: scored.workingCRS)
  let writer = try GeoPackageWriter(path: folder.place("sites.gpkg"), lastChange: lastChange, pageSize: pageSize)
  let ranks = try RankingOutput(path: folder.place("ranking.csv"), study: study)
  let features = try options.hasGeoJSON ? GeoJSONOutput(path: folder.place("sites.geojson"), study: study) : nil

  /// Adds a piece to a layer of the GeoPackage, which the first piece begins.
  func append(_ piece: FeatureBatch, _ start: Int, _ name: String, _ title: String, _ kinds: @autoclosure () -> Set<GeometryKind>) throws {
    let table = ExportTable(piece)
    if start > 0 { return try writer.append(table) }
    try writer.begin(layers.layer(name, title, table, reference), kinds: kinds())
  }

  let sites = try SiteTable(scored)
  let toWGS84 = try features == nil ? nil : Reprojection(from: scored.workingCRS, to: .wgs84)
  try writePieces(of: count, threads: options.threads) { start in
    options.progress?("tables", start, count)
  } make: { range in
    sites.rows(range)
  } first: { piece, start in
    try append(piece.handedOut, start, "sites", "Scored sites", scored.siteKinds)
    try facts.append(piece)
    try ranks.append(piece)
  } second: { piece in
    if let features, let toWGS84 { try features.append(toWGS84(piece)) }
  }
  try writer.end()
  try facts.finish(scored, robustness: nil)
  try ranks.finish()
  try features?.finish()

  try writePieces(of: scored.buildingCount, threads: options.threads) { start in
    options.progress?("GeoPackage", start, scored.buildingCount)
  } make: { range in
    scored.buildingTable(range)
  } first: { piece, start in
    try append(piece, start, "buildings", "All buildings", scored.buildingKinds)
  }
  try writer.end()
  for (name, batch, title) in layers.others where batch.count > 0 {
    try writer.add(layers.layer(name, title, ExportTable(batch).withoutNullColumns, reference))
  }
  try writer.finish()
  return Set(
    ["ranking.csv", "excluded.csv", "defects.csv", "sites.gpkg", "sites.schema.json"] + (options.hasGeoJSON ? ["sites.geojson"] : [])
      + (outcomes == nil ? [] : ["registers.csv"]))
}

/// Makes pieces of a table and hands each to two writers, which share nothing but the piece. With two threads the first writer takes a piece
/// while the second takes it and the next one is made; an empty table is one empty piece.
private func writePieces(
  of count: Int, threads: Int, begin: (Int) -> Void, make: @escaping (Range<Int>) -> FeatureBatch,
  first: @escaping (FeatureBatch, Int) throws -> Void, second: @escaping (FeatureBatch) throws -> Void = { _ in }
) throws {
  // Each of the two jobs calls its own closures, and only the second makes pieces; both have ended before a piece is read.
  nonisolated(unsafe) let jobs = (make: make, first: first, second: second)
  nonisolated(unsafe) var next = make(0..<min(count, pieceSize))
  var start = 0
  repeat {
    begin(start)
    let piece = next, here = start, end = start + piece.count
    let results = concurrentMap(2, threads: threads) { job -> Result<Void, any Error> in
      if job == 0 { return Result { try jobs.first(piece, here) } }
      let result = Result { try jobs.second(piece) }
      if end < count { next = jobs.make(end..<min(count, end + pieceSize)) }
      return result
    }
    for result in results { try result.get() }
    start = end
  } while start < count
}

/// How the layers of `sites.gpkg` present themselves.
struct LayerDescription: Sendable {
  private let text: String
  private let styles: [String: String]
  private let titles: ColumnTitles
  /// The layers beside sites and buildings.
  let others: [(name: String, batch: FeatureBatch, title: String)]

  init(_ portfolio: Portfolio, schema: JSON, styles: [String: String]) {
    self.styles = styles
    text = portfolio.study.layerDescription
    titles = ColumnTitles(schema: schema)
    let surroundings = portfolio.surroundings
    others = [
      ("districts", surroundings.districts, "Districts"), ("places", surroundings.places, "Places"),
      ("streets", surroundings.streets, "Streets"),
    ]
  }

  func layer(_ name: String, _ title: String, _ table: ExportTable, _ reference: SpatialReference) -> GeoPackageLayer {
    GeoPackageLayer(
      name: name, table: table, reference: reference, title: title, description: text, styleQML: styles[name],
      columnTitles: titles.titles(of: table.columns, in: name), columnDescriptions: titles.descriptions(in: name))
  }
}

/// `ranking.csv`, written piece by piece.
private final class RankingOutput {
  private var writer: CSVWriter?
  private let study: Study

  init(path: String, study: Study) throws {
    writer = try CSVWriter(path: path)
    self.study = study
  }

  func append(_ sites: FeatureBatch) throws { try writer?.append(ExportTable(columns: ranking(sites, study))) }

  func finish() throws { try writer.take()?.finish() }
}

/// `sites.geojson`, written piece by piece.
private final class GeoJSONOutput {
  private var writer: GeoJSONWriter?

  init(path: String, study: Study) throws { writer = try GeoJSONWriter(path: path, form: .collection, members: geoJSONMembers(study)) }

  func append(_ sites: FeatureBatch) throws { try writer?.append(exportTable(sites)) }

  func finish() throws { try writer.take()?.finish() }
}
