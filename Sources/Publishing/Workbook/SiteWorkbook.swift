public import Assessment
import CXLSXWriter
public import ProjectFinance
import TextFormats

/// The investor's workbook of one site: assumptions, programme, cost, cash flow, financing, results, sensitivity and checks with live formulas.
///
/// Input cells are coloured and unlocked; every formula has the value that the engine gives, and follows the engine when an input changes. Only what the
/// financing optimiser has chosen (shares of the ceilings, loans) stands as an input, because a sheet cannot optimise.
/// - Parameters:
///   - site: the site's report.
///   - plan: the alternative that is appraised.
///   - appraisal: what the engine computed of it.
///   - path: file to write.
/// - Throws: `WorkbookError`, or `TemplateError.unknownLanguage`.
public func siteWorkbook(
  _ site: SiteReport, plan: ConversionCase, appraisal: Appraisal, library: TemplateLibrary, language: String, to path: String
) throws {
  let catalogue = try library.catalogue(language)
  try SiteWorkbook(site: site, plan: plan, appraisal: appraisal, catalogue: catalogue, path: path).write()
}

/// Lays out the sheets.
final class SiteWorkbook {
  let site: SiteReport
  let plan: ConversionCase
  let appraisal: Appraisal
  let catalogue: Catalogue
  let model: InvestmentModel
  let book: WorkbookWriter
  let currency: String
  let startYear: Int
  let results: WorkbookSheet
  let inputs: WorkbookSheet
  let programme: WorkbookSheet
  let costs: WorkbookSheet
  let flow: WorkbookSheet
  let sensitivity: WorkbookSheet
  let checks: WorkbookSheet
  var rows: [String: Int] = [:]
  var inputRow = 2

  /// The first year's column on the cash-flow sheet.
  static let first = 3
  /// The columns that the narrative sheets have.
  static let value = 2

  init(site: SiteReport, plan: ConversionCase, appraisal: Appraisal, catalogue: Catalogue, path: String) throws {
    (self.site, self.plan, self.appraisal, self.catalogue) = (site, plan, appraisal, catalogue)
    model = InvestmentModel(plan, appraisal)
    currency = PageText.clean(site.study.currency, limit: 8)
    let day = site.study.priceDate
    startYear = day.year
    let created = PDFPress.secondsSince1970(year: day.year, month: day.month, day: day.day)
    let name = PageText.clean(site.site.name ?? site.site.id, limit: 120)
    book = try WorkbookWriter(path: path, title: name, subject: catalogue.text(.sheetResults), created: created)
    results = book.sheet(catalogue.text(.sheetResults))
    inputs = book.sheet(catalogue.text(.sheetInputs))
    programme = book.sheet(catalogue.text(.sheetProgramme))
    costs = book.sheet(catalogue.text(.sheetCosts))
    flow = book.sheet(catalogue.text(.sheetFlow))
    sensitivity = book.sheet(catalogue.text(.sheetSensitivity))
    checks = book.sheet(catalogue.text(.sheetChecks))
  }

  func write() throws {
    heading(programme, .sheetProgramme)
    let rented = writeProgramme()
    writeCosts()
    writeInputs(rented: rented)
    writeFlow()
    writeResults()
    writeSensitivity()
    writeChecks()
    try book.close()
  }

  func t(_ phrase: Phrase) -> String { catalogue.text(phrase) }

  func heading(_ sheet: WorkbookSheet, _ title: Phrase) {
    let name = PageText.clean(site.site.name ?? site.site.id, limit: 120)
    sheet.text(0, 0, name + " – " + t(title), .title)
    sheet.height(26, ofRow: 0)
  }

  var chosen: AlternativeReport? { site.chosen }
}
