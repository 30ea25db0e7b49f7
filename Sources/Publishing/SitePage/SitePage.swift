public import Assessment
import SimpleFeatures
import TextFormats

/// The report on one site as a HTML page that stands alone: style and pictures inside, no script, no request.
/// - Parameters:
///   - site: the site's report.
///   - surroundings: the layers of its maps; for many sites make an `Atlas` once and call the other form.
///   - language: code of a catalogue.
/// - Throws: `TemplateError.unknownLanguage`.
/// - Complexity: O(report + vertices of the surroundings).
public func sitePage(_ site: SiteReport, surroundings: Surroundings, library: TemplateLibrary, language: String) throws(TemplateError)
  -> String
{
  try sitePage(site, atlas: Atlas(surroundings), library: library, language: language)
}

/// The report on one site as a HTML page, drawn from surroundings that were prepared once.
/// - Throws: `TemplateError.unknownLanguage`.
/// - Complexity: O(report + vertices within the maps' windows).
public func sitePage(_ site: SiteReport, atlas: Atlas, library: TemplateLibrary, language: String) throws(TemplateError) -> String {
  library.render(try sitePageFields(site, atlas: atlas, library: library, language: language), with: "report")
}

/// What the template of a site's page is filled with.
func sitePageFields(_ site: SiteReport, atlas: Atlas, library: TemplateLibrary, language: String) throws(TemplateError) -> [String: Any] {
  let catalogue = try library.catalogue(language)
  var page = SitePage(site: site, catalogue: catalogue)
  let view = page.view(atlas: atlas)
  var fields = pageFields(view, catalogue: catalogue, library: library)
  fields["pictures"] = pictureFields(page.pictures)
  return fields
}

/// Builds what the report on one site shows: formatted texts by section, and pictures.
struct SitePage {
  let site: SiteReport
  let catalogue: Catalogue
  let currency: String
  private let album = PictureAlbum()
  private(set) var notes = SourceNotes()

  /// The pictures that `view` drew.
  var pictures: [ReportPicture] { album.pictures }
  /// The alternative that is reported.
  var chosen: AlternativeReport? { site.chosen }
  /// The charts of the appraisal.
  var charts: AppraisalCharts { AppraisalCharts(catalogue: catalogue, currency: currency) }

  /// Drawing widths in user units: text column of a page, and less.
  static let wide = 700.0
  static let half = 520.0

  init(site: SiteReport, catalogue: Catalogue) {
    self.site = site
    self.catalogue = catalogue
    currency = PageText.clean(site.study.currency, limit: 8)
  }

  mutating func view(atlas: Atlas) -> JSON {
    drawMaps(atlas)
    let sections: KeyValuePairs<String, JSON> = [
      "study": study(), "site": heading(), "headline": headline(), "facts": facts(), "vacancy": vacancy(), "surroundings": surroundings(),
      "score": score(), "firmness": DecisionViews.site(site.score, catalogue: catalogue), "sectors": sectors(),
      "swot": swot(), "alternatives": alternatives(), "chosen": chosenAlternative(),
      "risks": risks(),
      "timetable": timetable(), "find_out": findOut(), "quality": quality(), "assumptions": assumptions(), "method": method(),
    ]
    var view = sections.map { JSON.Member($0.key, $0.value) }
    view.append(
      JSON.Member(
        "sources", .array(notes.texts.enumerated().map { .members(["number": .number(Double($0 + 1)), "text": .string($1)]) })))
    view.append(JSON.Member("has_sources", .bool(!notes.texts.isEmpty)))
    return .object(view)
  }

  // MARK: Words

  /// A message in the page's language; null for one that says nothing.
  func say(_ message: Message?, limit: Int = 2_000) -> JSON { .clean(message.map(catalogue.text(of:)), limit: limit) }

  /// A message in the page's language as text.
  func words(_ message: Message, limit: Int = 300) -> String { PageText.clean(catalogue.text(of: message), limit: limit) }

  /// The number of the note that holds a source.
  mutating func note(_ source: Message) -> Int? { notes.number(of: catalogue.text(of: source)) }

  // MARK: Figures

  /// A figure as texts: value, range, note of its source, price base, estimate class, and whether it is no more than an assumption.
  mutating func figure(_ figure: Figure?, unknown: String? = nil) -> FigureView {
    var view = FigureView()
    view.note = figure.flatMap { note($0.source) }
    view.source = figure.map { catalogue.text(of: $0.source) }
    guard let figure, let value = figure.value else {
      view.value = unknown ?? catalogue.text(.unknown)
      return view
    }
    view.isKnown = true
    view.value = catalogue.quantity(value, unit: figure.unit)
    if let low = figure.low, let high = figure.high, low != value || high != value {
      view.range = catalogue.interval(low, high, unit: figure.unit)
    }
    view.raw = JSON.text(of: value)
    view.kind = catalogue.title("kind", figure.kind.rawValue)
    view.base = figure.priceBase.map { catalogue.text(.priceBase, ["year": "\($0)"]) }
    view.estimateClass = figure.estimateClass.map { catalogue.text(.estimateClass, ["class": "\($0)"]) }
    view.isAssumed = figure.kind == .assumption || figure.kind == .prior
    return view
  }

  /// "Prices of 2026, class 5" when all money figures of a table share one base; else what bases there are.
  func basis(of figures: [Figure]) -> JSON {
    let bases = Set(figures.compactMap(\.priceBase)).sorted(), classes = Set(figures.compactMap(\.estimateClass)).sorted()
    func list(_ numbers: [Int]) -> String { numbers.map { "\($0)" }.joined(separator: ", ") }
    var parts: [String] = []
    if !bases.isEmpty { parts.append(catalogue.text(.pricesOf, ["years": list(bases)])) }
    if !classes.isEmpty { parts.append(catalogue.text(.estimateClass, ["class": list(classes)])) }
    return parts.isEmpty ? .null : .string(parts.joined(separator: " · "))
  }

  /// An amount in full; a dash when unknown.
  func money(_ value: Double?) -> String { value.map { catalogue.money($0.rounded(), currency: currency) } ?? "–" }

  /// An amount in full.
  func moneyText(_ value: Double?) -> JSON { .string(money(value)) }

  /// An amount in millions or thousands; "unknown" when it is.
  func compact(_ value: Double?) -> String {
    value.map { catalogue.compactMoney($0, currency: currency) } ?? catalogue.text(.unknown)
  }

  /// A number; a dash when unknown.
  func number(_ value: Double?, decimals: Int = 0) -> JSON { .string(value.map { catalogue.number($0, decimals: decimals) } ?? "–") }

  /// A share in per cent; a dash when unknown.
  func percent(_ share: Double?, decimals: Int? = nil) -> JSON {
    .string(share.map { catalogue.percent($0, decimals: decimals) } ?? "–")
  }

  /// An interval of points; nothing when it has no width.
  func points(_ low: Double?, _ high: Double?) -> JSON {
    guard let low, let high, high - low > 0.005 else { return .null }
    return .string(catalogue.text(.interval, ["low": catalogue.number(low, decimals: 1), "high": catalogue.number(high, decimals: 1)]))
  }

  /// Draws a picture of the page.
  func add(
    _ name: String, _ title: String, _ description: String, style: String = "chart", width: Double = Self.wide, narrow: Bool = true,
    draw: (Double) -> SVGPicture
  ) {
    album.pictures.append(
      ReportPicture(
        name: name, title: title, description: description, wide: draw(width), narrow: narrow ? draw(ReportPicture.narrowWidth) : nil,
        style: style))
  }
}

/// A figure as a page shows it.
struct FigureView {
  var isKnown = false
  var value = ""
  var range: String?
  var raw: String?
  var note: Int?
  var source: String?
  var kind: String?
  var base: String?
  var estimateClass: String?
  var isAssumed = false

  var members: [JSON.Member] {
    [
      .init("known", .bool(isKnown)), .init("value", .string(value)), .init("range", JSON(range)), .init("raw", JSON(raw)),
      .init("note", JSON(note.map(Double.init))), .init("source", .clean(source)), .init("kind", .clean(kind)),
      .init("base", JSON(base)), .init("class", JSON(estimateClass)), .init("assumed", .bool(isAssumed)),
    ]
  }

  /// The view.
  var json: JSON { .object(members) }

  /// The view as a cell of a table of alternatives.
  func cell(isChosen: Bool) -> JSON { .object(members + [.init("chosen", .bool(isChosen))]) }
}

extension Figure {
  /// Value and interval for a chart.
  var chartValue: ChartValue { ChartValue(value: value, low: low, high: high) }
}
