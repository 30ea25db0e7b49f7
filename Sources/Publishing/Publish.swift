public import Assessment
import Foundation
public import GeoFormats
public import SimpleFeatures
import TextFormats

/// What to write and where.
public struct PublishOptions: Sendable {
  /// How many sites get a concept and a report; 0 = none, as in `score`.
  public var top: Int
  /// html, pdf, xlsx.
  public var formats: [String]
  /// Languages; the first one is that of `report.html`, others are `report.<language>.html`.
  public var languages: [String]
  /// Whether pages are written at all; `score` writes none.
  public var isBatch: Bool
  /// Whether a batch writes `sites.geojson` beside the GeoPackage, which holds the same and is a third as large.
  public var hasGeoJSON = true
  /// Whether a link that stands where the results go was named by the user; else it is refused.
  public var followsLink = false
  /// Threads for making and writing tables; the bytes do not depend on it.
  public var threads = 1
  /// Called with what is being written.
  public var progress: (@Sendable (String, Int, Int?) -> Void)?

  /// Makes options.
  public init(top: Int, formats: [String], languages: [String], isBatch: Bool, progress: (@Sendable (String, Int, Int?) -> Void)? = nil) {
    (self.top, self.formats, self.languages, self.isBatch, self.progress) = (top, formats, languages, isBatch, progress)
  }
}

/// Columns of `ranking.csv`.
let rankingColumns = [
  "rank", "rank_low", "rank_high", "site_id", "name", "address", "lon", "lat", "score", "score_low", "score_high", "suitability",
  "regeneration_need", "completeness", "vacancy",
  "vacancy_confidence", "best_sector", "verdict", "capex_eur", "fnpv_c_eur", "grant_eur",
]

/// Writes a scored study into its output folder: tables, layers and, unless it is a batch, concepts and pages.
///
/// The folder appears whole or not at all; a run that was interrupted goes on from its finished sites.
/// - Returns: The record of the run as written.
/// - Throws: `OutputError`, `FormatError`, `TemplateError` or `AssessmentError`; `PDFError` after all else is written, when PDFs were
///   asked for and Typst is not there.
public func publish(
  _ scored: ScoredStudy, register: AssumptionRegister, data: DataFolder, to path: String, options: PublishOptions, lastChange: String
) throws -> RunRecord {
  var record = scored.record
  let top = options.isBatch ? 0 : min(options.top, scored.scores.count)
  record.counts.reported = top
  let signature = try [
    record.json.serialized(), options.formats.joined(separator: ","), options.languages.joined(separator: ","), "\(options.isBatch)",
    signatureOfFiles([scored.study.file] + listing(data.templates) + listing(data.geoData + "/assumptions")),
  ].joined(separator: "\n")
  let study = scored.study
  let folder = try OutputFolder(path: path, signature: signature, followsLink: options.followsLink) { place throws(OutputError) in
    try ResultsRecord.files(in: place, ofStudy: study.id)
  }
  try StudyOrigin.check(folder.path, belongsTo: study)
  try StudyOrigin.note(folder.path, of: study)
  let pageSize = scored.scores.count > 20_000 ? 16_384 : 4_096
  let facts = try PrivateStoreWriter(beside: folder.path, lastChange: lastChange, pageSize: pageSize)
  var expected: Set<String> = []

  if options.isBatch {
    expected = try writeBatch(
      scored, register: register, data: data, to: folder, facts, options: options, lastChange: lastChange, pageSize: pageSize)
    return try close(folder, expected, facts, scored, &record, threads: options.threads)
  }
  let library = try TemplateLibrary(folder: data.templates)

  // Concepts come first: their headlines stand in the site table.
  let plain = try scored.siteTable()
  let portfolio = try Portfolio(scored, register: register, folder: data, sites: plain, record: record)
  var headlines: [Int: ConceptHeadline] = [:]
  var acceptability: [Int: Double] = [:]
  var dossiers: [(row: Int, dossier: SiteDossier)] = []
  var failures = SiteFailures()
  var decisions: ShortListReport?
  var firmness: Robustness?
  if top > 0 {
    let robustness = try portfolio.robustness(top: top)
    firmness = robustness
    decisions = robustness.report
    for site in 0..<top {
      options.progress?("concepts", site, top)
      acceptability[site] = robustness.firstPlaceShare(site)
      // A site whose size nobody knows has a place and no cost.
      guard portfolio.hasFloorArea(site) else { continue }
      guard
        let dossier = failures.attempt(
          portfolio.siteID(site) ?? "", { try portfolio.dossier(at: site, robustness: robustness) })
      else { continue }
      headlines[site] = dossier.headline
      dossiers.append((site, dossier))
    }
    try failures.throwIfAll()
    record.counts.reported = dossiers.count
    if dossiers.count + failures.failures.count < top {
      record.notes.append(Message(.noteWithoutFloorArea, .number(Double(top - dossiers.count - failures.failures.count), decimals: nil)))
    }
  }
  let sites = top > 0 ? plain.adding(headlines: headlines, acceptability: acceptability) : plain
  var full = portfolio
  full.sites = sites
  full.record = record

  // Tables and layers.
  options.progress?("tables", 0, nil)
  try facts.append(sites)
  try facts.finish(scored, robustness: firmness)
  try writeCSV(ranking(sites, scored.study), to: folder.place("ranking.csv"))
  try writeCSV(scored.excludedTable, to: folder.place("excluded.csv"))
  try writeCSV(scored.defectTable, to: folder.place("defects.csv"))
  if let outcomes = scored.registerOutcomes {
    try writeCSV(outcomes, to: folder.place("registers.csv"))
    expected.insert("registers.csv")
  }
  expected.formUnion(["ranking.csv", "excluded.csv", "defects.csv", "sites.geojson", "sites.gpkg", "sites.schema.json"])
  let located = try reprojected(sites, from: scored.workingCRS, to: .wgs84)
  try writeGeoJSON(located, study: scored.study, form: .collection, to: folder.place("sites.geojson"))
  let schema = siteSchema(profileOf: full)
  try folder.write(schema.serialized(indent: 2) + "\n", to: "sites.schema.json")
  options.progress?("GeoPackage", 0, nil)
  try writeGeoPackage(
    full, schema: schema, styles: layerStyles(templates: data.templates), to: folder.place("sites.gpkg"), lastChange: lastChange)

  // Pages.
  let atlas = Atlas(full.surroundings)
  let files = SiteFiles(study: scored.study, atlas: atlas, library: library, options: options)
  var reports: [String: String] = [:]
  for (k, (row, dossier)) in dossiers.enumerated() {
    options.progress?("reports", k, dossiers.count)
    let place = "sites/" + pathComponent(ofSite: dossier.id)
    let names = try files.write(dossier, feature: located.selecting([row]), at: place, into: folder)
    expected.formUnion(names)
    if let page = names.first(where: { $0.hasSuffix("/report.html") }) { reports[dossier.id] = page.replacing("%", with: "%25") }
  }
  let context = full.report(reports: reports, decisions: decisions)
  for (k, language) in options.languages.enumerated() {
    let name = k == 0 ? "index.html" : "index.\(language).html"
    try folder.write(cityPage(context, atlas: atlas, library: library, language: language), to: name)
    expected.insert(name)
  }
  _ = try close(folder, expected, facts, scored, &record, threads: options.threads)
  // Everything else stands; that the PDFs are missing is still an error for whoever asked for them.
  try failures.throwIfAny()
  if let missing = files.missing ?? files.refused.first?.error { throw missing }
  return record
}

/// Drops what does not belong to the results, writes the record and swaps the folder in; the private store goes with it.
private func close(
  _ folder: OutputFolder, _ expected: Set<String>, _ facts: PrivateStoreWriter, _ scored: ScoredStudy, _ record: inout RunRecord,
  threads: Int
) throws -> RunRecord {
  folder.keepOnly(expected)
  let names = folder.files(), place = folder.partial
  let digests = concurrentMap(names.count, threads: threads) { k in Result { try sha256(ofFile: place + "/" + names[k]) } }
  record.outputs = try zip(names, digests).map { ($0, try $1.get()) }
  let text = record.json.serialized(indent: 2) + "\n"
  try folder.write(text, to: "run.json")
  scored.date(record: folder.partial + "/run.json")
  try facts.seal(record)
  try folder.finish()
  facts.settle()
  return record
}

private func listing(_ folder: String) -> [String] {
  ((try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []).sorted().map { folder + "/" + $0 }.filter {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue
  }
}

private func signatureOfFiles(_ paths: [String]) throws -> String { try paths.map { try sha256(ofFile: $0) }.joined() }

/// The rows of `ranking.csv`.
func ranking(_ sites: FeatureBatch, _ study: Study) -> [AttributeColumn] {
  rankingColumns.compactMap { sites.attribute($0) } + [study.illustrativeNote(rows: sites.count)].compactMap(\.self)
}

func writeCSV(_ columns: [AttributeColumn], to path: String) throws {
  var writer = try CSVWriter(path: path)
  try writer.append(ExportTable(columns: columns))
  try writer.finish()
}

/// The columns that leave in exports: those of the contract, and what the study publishes.
func exportedColumns(_ names: [String]) -> [String] {
  let end = names.firstIndex(of: "rank_acceptability_first") ?? names.endIndex
  return names.enumerated().filter { $0.offset <= end || $0.element.hasPrefix("pub_") }.map(\.element)
}

/// The site table as other tools get it.
public func exportTable(_ sites: FeatureBatch) -> ExportTable {
  let exported = Set(exportedColumns(sites.attributes.map(\.name)))
  return ExportTable(geometry: sites.geometry, columns: sites.attributes.filter { exported.contains($0.name) })
}

/// Writes sites in WGS 84 as GeoJSON or its text sequence, with attribution and the warning of an invented register.
public func writeGeoJSON(_ sites: FeatureBatch, study: Study, form: GeoJSONWriter.Form, to path: String) throws {
  var writer = try GeoJSONWriter(path: path, form: form, members: geoJSONMembers(study))
  try writer.append(exportTable(sites))
  try writer.finish()
}

/// What stands at the top of a GeoJSON of sites.
func geoJSONMembers(_ study: Study) -> [JSON.Member] {
  var members: [JSON.Member] = [.init("name", .string(study.id)), .init("attribution", .string(study.attribution.joined(separator: "; ")))]
  if study.isIllustrative {
    members.append(
      .init("note", "Illustrative vacancy: the register is invented for demonstration and says nothing of the real buildings."))
  }
  return members
}

private func writeGeoPackage(_ portfolio: Portfolio, schema: JSON, styles: [String: String], to path: String, lastChange: String) throws {
  let writer = try GeoPackageWriter(path: path, lastChange: lastChange)
  let reference = try spatialReference(of: portfolio.surroundings.crs)
  let layers = LayerDescription(portfolio, schema: schema, styles: styles)
  for (name, batch, title) in [
    ("sites", portfolio.sites.handedOut, "Scored sites"), ("buildings", portfolio.surroundings.buildings, "All buildings"),
  ] {
    try writer.add(layers.layer(name, title, ExportTable(batch), reference))
  }
  for (name, batch, title) in layers.others where batch.count > 0 {
    try writer.add(layers.layer(name, title, ExportTable(batch).withoutNullColumns, reference))
  }
  try writer.finish()
}
