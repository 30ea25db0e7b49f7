public import Assessment
import Foundation
import SimpleFeatures
import TextFormats

/// What `publishSites` wrote.
public struct WrittenSites: Sendable {
  /// Paths of the files.
  public var paths: [String]
  /// The records of the sites as JSON text.
  public var jsonText: String
}

/// Writes concepts and reports for chosen sites into the output folder of a study that was scored.
///
/// A what-if (changed assumptions) goes to `sites/<id>/what-if/`, so that the results of the run stay as they are; it lists its files in
/// `files.json` and stays when the site is written again. The reports of a site stand in `run.json`.
/// - Throws: `AssessmentError` for an unknown site, `OutputError` when the folder cannot be written.
public func publishSites(
  _ ids: [String], top: Int, of portfolio: Portfolio, data: DataFolder, into out: String, options: PublishOptions, isWhatIf: Bool
) throws -> WrittenSites {
  let library = try TemplateLibrary(folder: data.templates)
  let files = SiteFiles(study: portfolio.study, atlas: Atlas(portfolio.surroundings), library: library, options: options)
  var chosen = ids
  for site in 0..<min(top, portfolio.sites.count) {
    if let id = portfolio.siteID(site), !chosen.contains(id) { chosen.append(id) }
  }
  var paths: [String] = []
  var records: [JSON] = []
  var failures = SiteFailures()
  for (k, id) in chosen.enumerated() {
    options.progress?("reports", k, chosen.count)
    let site = try portfolio.row(of: id)
    guard portfolio.hasFloorArea(site) else {
      failures.refuse(
        id,
        AssessmentError(
          .badInput,
          "neither its footprint nor its floor area is known, so nothing can be costed. Give `grossFloorArea` in the register, or a buildings layer."
        ))
      continue
    }
    guard let dossier = failures.attempt(id, { try portfolio.dossier(of: id) }) else { continue }
    files.atlas = Atlas(try portfolio.surroundings(around: id, SiteWindow.window))
    let below = "sites/" + pathComponent(ofSite: id)
    let place = out + "/" + below + (isWhatIf ? "/what-if" : "")
    let folder = try OutputFolder(path: place, signature: "site") { _ throws(OutputError) in
      isWhatIf ? ResultsRecord.files(listedIn: place) : ResultsRecord.files(ofRun: out, below: below)
    }
    let feature = try reprojected(portfolio.sites.selecting([site]), from: portfolio.surroundings.crs, to: .wgs84)
    let names = try files.write(dossier, feature: feature, at: ".", into: folder)
    let files = try names.map { (path: String($0.dropFirst(2)), sha256: try sha256(ofFile: folder.place($0))) }
    if isWhatIf { try folder.write(ResultsRecord.listText(of: files), to: ResultsRecord.listName) }
    try folder.finish()
    if !isWhatIf {
      try ResultsRecord.replace(below: below, by: files.map { ("\(below)/\($0.path)", $0.sha256) }, inRun: out)
    }
    paths += files.map { place + "/" + $0.path }
    records.append(dossier.json)
  }
  try failures.throwIfAll()
  try failures.throwIfAny()
  if let missing = files.missing ?? files.refused.first?.error { throw missing }
  return WrittenSites(paths: paths, jsonText: (records.count == 1 ? records[0] : .array(records)).serialized(indent: 2))
}
