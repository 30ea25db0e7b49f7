import Assessment
import Foundation
import GeoFormats
import SimpleFeatures
import TextFormats

/// Writes the files of sites: pages, workbook, PDF, GeoJSON and record. Keeps one press for all PDFs of a run.
final class SiteFiles {
  private let study: Study
  /// The layers of the maps of the site that is written next.
  var atlas: Atlas
  private let library: TemplateLibrary
  private let options: PublishOptions
  private var press: PDFPress?
  /// Why PDFs that were asked for could not be made; everything else is written all the same.
  private(set) var missing: PDFError?
  /// Why the PDF of a site could not be made, by site.
  private(set) var refused: [(site: String, error: PDFError)] = []

  init(study: Study, atlas: Atlas, library: TemplateLibrary, options: PublishOptions) {
    (self.study, self.atlas, self.library, self.options) = (study, atlas, library, options)
    guard options.formats.contains("pdf") else { return }
    do throws(PDFError) { press = try PDFPress(library: library) } catch { missing = error }
  }

  /// Writes the files of one site, or keeps those that an interrupted run has finished; gives their relative names.
  /// - Parameter feature: the site's row of the site table, in WGS 84.
  func write(_ dossier: SiteDossier, feature: FeatureBatch, at place: String, into folder: OutputFolder) throws -> [String] {
    func name(_ file: String, _ ending: String, _ language: Int) -> String {
      place + "/" + (language == 0 ? "\(file).\(ending)" : "\(file).\(options.languages[language]).\(ending)")
    }
    let json = dossier.json.serialized(indent: 2) + "\n"
    let record = place + "/site.json", outline = place + "/site.geojson", workbook = place + "/model.xlsx"
    var names = [record, outline]
    if options.formats.contains("html") { names += options.languages.indices.map { name("report", "html", $0) } }
    if options.formats.contains("xlsx") { names.append(workbook) }
    if press != nil { names += options.languages.indices.map { name("report", "pdf", $0) } }
    // The record is written last: where it stands with the same content, the site is finished.
    if folder.read(record) == json, names.allSatisfy({ FileManager.default.fileExists(atPath: folder.partial + "/" + $0) }) { return names }
    try writeGeoJSON(feature, study: study, form: .collection, to: folder.place(outline))
    if options.formats.contains("html") {
      for (k, language) in options.languages.enumerated() {
        try folder.write(sitePage(dossier.report, atlas: atlas, library: library, language: language), to: name("report", "html", k))
      }
    }
    if options.formats.contains("xlsx") {
      try siteWorkbook(
        dossier.report, plan: dossier.plan, appraisal: dossier.appraisal, library: library, language: options.languages[0],
        to: folder.place(workbook))
    }
    if let press {
      var attachments = [
        PDFAttachment(
          name: "site.geojson", bytes: bytes(folder, outline), mediaType: "application/geo+json", relationship: "data",
          description: "The site's outline and figures, WGS 84")
      ]
      if options.formats.contains("xlsx") {
        attachments.append(
          PDFAttachment(
            name: "model.xlsx", bytes: bytes(folder, workbook),
            mediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", relationship: "source",
            description: "The financial model with live formulas"))
      }
      for (k, language) in options.languages.enumerated() {
        let pdf: [UInt8]
        do { pdf = try press.sitePDF(dossier.report, atlas: atlas, language: language, attachments: attachments) } catch let error
          as PDFError
        {
          // One report that cannot be set costs neither the others nor the rest of its own site.
          if case .refused = error {} else { throw error }
          refused.append((dossier.id, error))
          names.removeAll { $0 == name("report", "pdf", k) }
          continue
        }
        let path = try folder.place(name("report", "pdf", k))
        guard FileManager.default.createFile(atPath: path, contents: Data(pdf)) else { throw PDFError.cannotWrite(path: path) }
      }
    }
    try folder.write(json, to: record)
    return names
  }

  private func bytes(_ folder: OutputFolder, _ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: folder.partial + "/" + name).map { [UInt8]($0) } ?? []
  }
}
