public import Assessment
import Foundation
import GeoFormats
import SimpleFeatures

/// What `publishSites` wrote.
public struct WrittenSites: Sendable {
  /// Paths of the files.
  public var paths: [String]
  /// The records of the sites as JSON text.
  public var jsonText: String
}

/// Writes concepts and reports for chosen sites into the output folder of a study that was scored.
///
/// A what-if (changed assumptions) goes to `sites/<id>/what-if/`, so that the results of the run stay as they are.
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
  for (k, id) in chosen.enumerated() {
    options.progress?("reports", k, chosen.count)
    let site = try portfolio.row(of: id)
    let dossier = try portfolio.dossier(of: id)
    files.atlas = Atlas(try portfolio.surroundings(around: id, SiteWindow.window))
    let place = out + "/sites/" + pathComponent(ofSite: id) + (isWhatIf ? "/what-if" : "")
    let folder = try OutputFolder(path: place, signature: "site", isResult: { $0.contains("site.json") })
    let feature = try reprojected(portfolio.sites.selecting([site]), from: portfolio.surroundings.crs, to: .wgs84)
    let names = try files.write(dossier, feature: feature, at: ".", into: folder)
    try folder.finish()
    paths += names.map { place + "/" + $0.dropFirst(2) }
    records.append(dossier.json)
  }
  if let missing = files.missing { throw missing }
  return WrittenSites(paths: paths, jsonText: (records.count == 1 ? records[0] : .array(records)).serialized(indent: 2))
}
