public import Assessment
import ProjectFinance
import SimpleFeatures
import TextFormats

/// The study's front page: map of all sites, ranking, charts, comparison, exclusions and defects, as one HTML page that stands alone.
///
/// Everything but sorting, filtering, zooming and comparing works without its script. The table holds the first 1,000 sites; `ranking.csv` has all.
/// - Parameters:
///   - city: the study's report.
///   - surroundings: the layers of the map.
///   - language: code of a catalogue.
/// - Throws: `TemplateError.unknownLanguage`.
public func cityPage(
  _ city: CityReport, surroundings: Surroundings, library: TemplateLibrary, language: String
) throws(TemplateError) -> String {
  try cityPage(city, atlas: Atlas(surroundings), library: library, language: language)
}

/// The study's front page, drawn from surroundings that were prepared once.
/// - Throws: `TemplateError.unknownLanguage`.
public func cityPage(_ city: CityReport, atlas: Atlas, library: TemplateLibrary, language: String) throws(TemplateError) -> String {
  library.render(try cityPageFields(city, atlas: atlas, library: library, language: language), with: "portfolio")
}

/// What the template of the front page is filled with.
func cityPageFields(_ city: CityReport, atlas: Atlas, library: TemplateLibrary, language: String) throws(TemplateError) -> [String: Any] {
  let catalogue = try library.catalogue(language)
  var page = CityPage(city: city, catalogue: catalogue)
  let view = page.view(atlas: atlas)
  var fields = pageFields(view, catalogue: catalogue, library: library)
  fields["pictures"] = pictureFields(page.pictures)
  fields["firmness"] = DecisionViews.fields(city.decisions, catalogue: catalogue)
  fields["script"] = library.files["portfolio.js"] ?? ""
  fields["comparison"] = page.comparison().serialized()
  return fields
}

/// Builds what the front page shows.
struct CityPage {
  let city: CityReport
  let catalogue: Catalogue
  let currency: String
  private(set) var pictures: [ReportPicture] = []
  private let sites: [CityReport.Site]

  /// Rows that the page's table holds.
  static let rowLimit = 1_000
  /// Footprints that the page's map holds before only those near a site are drawn.
  static let buildingLimit = 5_000

  init(city: CityReport, catalogue: Catalogue) {
    self.city = city
    self.catalogue = catalogue
    currency = PageText.clean(city.study.currency, limit: 8)
    sites = Array(city.sites.prefix(Self.rowLimit))
  }

  mutating func view(atlas: Atlas) -> JSON {
    let generalised = drawMap(atlas)
    drawScatter()
    let study = city.study
    let counts = city.counts
    let count: (Int) -> JSON = { [catalogue] in .string(catalogue.number(Double($0))) }
    return .members([
      "study": .members([
        "id": .clean(study.id), "title": .clean(study.title, limit: 200),
        "price_date": .string(catalogue.date(study.priceDate.description)),
        "as_of": .string(catalogue.date(study.asOf.description)),
        "illustrative": .bool(study.isIllustrative),
        "attribution": .clean(study.attribution.joined(separator: " · ")), "currency": .clean(currency),
      ]),
      "counts": .members([
        "buildings": count(counts.buildings), "candidates": count(counts.candidates), "excluded": count(counts.excluded),
        "scored": count(counts.scored),
        "reported": count(counts.reported),
      ]),
      "reconciled": .bool(counts.buildings == counts.excluded + counts.scored),
      "sites": .array(sites.enumerated().map { row($1, at: $0) }), "has_sites": .bool(!sites.isEmpty),
      "can_compare": .bool(sites.count > 1),
      "row_limit_note": city.sites.count > sites.count
        ? .string(
          catalogue.text(
            .rowLimitNote, ["shown": catalogue.number(Double(sites.count)), "all": catalogue.number(Double(city.sites.count))])
        )
        : .null,
      "map_note": generalised ? .string(catalogue.text(.mapGeneralised)) : .null, "verdicts": options(\.verdict, kind: "verdict"),
      "has_verdicts": .bool(sites.contains { $0.verdict != nil }), "vacancies": options(\.vacancy, kind: "vacancy"),
      "sector_options": options(\.bestSector, kind: "sector"),
      "has_money": .bool(sites.contains { $0.capex != nil }),
      "exclusions": .array(
        city.exclusions.map {
          .members([
            "code": .clean($0.code, limit: 80), "title": .string(catalogue.title("exclusion", $0.code)), "count": count($0.count),
          ])
        }), "has_exclusions": .bool(!city.exclusions.isEmpty),
      "defects": .array(
        city.defects.map {
          .members([
            "code": .clean($0.code, limit: 80), "title": .string(catalogue.title("defect", $0.code)), "count": count($0.count),
          ])
        }), "has_defects": .bool(!city.defects.isEmpty),
      "defect_total": count(city.defects.reduce(0) { $0 + $1.count }),
      "inputs": .array(
        city.inputs.map { input in
          .members([
            "path": .clean(input.path, limit: 200), "layer": .clean(input.layer, limit: 100),
            "crs": .clean(input.crs, limit: 80),
            "read": count(input.read),
            "kept": count(input.kept),
            "refused": count(input.refused),
          ])
        }), "has_inputs": .bool(!city.inputs.isEmpty), "notes": .array(city.notes.map { .clean(catalogue.text(of: $0)) }),
      "has_notes": .bool(!city.notes.isEmpty), "profile": profile(), "method": methodView(city.method, crs: city.study.crs, catalogue),
    ])
  }

  // MARK: Ranking

  private func row(_ site: CityReport.Site, at position: Int) -> JSON {
    let strip = ScoreCharts.scoreStrip(
      ChartValue(value: site.score, low: site.scoreLow, high: site.scoreHigh), width: 120, height: 14, isLabelled: false,
      catalogue: catalogue)
    let interval = interval(of: site)
    var fields: [JSON.Member] = []
    func set(_ name: String, _ value: String?) { fields.append(JSON.Member(name, JSON(value))) }
    func decimal(_ value: Double?) -> String { value.map { catalogue.number($0, decimals: 1) } ?? "–" }
    func money(_ value: Double?) -> String { value.map { catalogue.compactMoney($0, currency: currency) } ?? "–" }
    set("index", String(position))
    set("rank", site.rank.map(whole) ?? "–")
    set(
      "ranks",
      zip2(site.rankLow, site.rankHigh).flatMap { $0 == $1 ? nil : catalogue.text(.interval, ["low": whole($0), "high": whole($1)]) })
    set("id", PageText.clean(site.id, limit: 120))
    set("name", PageText.clean(site.title, limit: 90))
    set("address", site.name == nil ? nil : site.address.map { PageText.clean($0, limit: 120) })
    set("report", site.report.flatMap(Self.safeLink))
    set("score", decimal(site.score))
    set("interval", interval)
    set("strip", strip.element(id: "r\(position)", title: catalogue.text(.scoreInterval), description: interval ?? "", style: "spark"))
    set("suitability", decimal(site.suitability))
    set("need", decimal(site.regenerationNeed))
    set("completeness", site.completeness.map { catalogue.percent($0, decimals: 0) } ?? "–")
    set("vacancy", catalogue.title("vacancy", site.vacancy))
    set("confidence", site.vacancyConfidence.map { catalogue.number($0, decimals: 2) } ?? "–")
    set("sector", site.bestSector.map { catalogue.title("sector", $0) } ?? "–")
    set("fit", site.bestSectorFit.map { catalogue.percent($0, decimals: 0) })
    set("verdict", site.verdict.map { catalogue.title("verdict", $0) } ?? "–")
    for (field, code) in [("vacancy_id", site.vacancy), ("sector_id", site.bestSector), ("verdict_id", site.verdict)] {
      set(field, code.map { PageText.clean($0, limit: 80) })
    }
    for (field, value) in [("capex", site.capex), ("fnpv", site.fnpvC), ("grant", site.grant)] { set(field, money(value)) }
    set("jobs", site.jobs.map { catalogue.number($0) } ?? "–")
    for (field, value) in [
      ("rank", site.rank.map(Double.init)), ("score", site.score), ("completeness", site.completeness),
      ("confidence", site.vacancyConfidence), ("capex", site.capex), ("fnpv", site.fnpvC), ("fit", site.bestSectorFit), ("jobs", site.jobs),
    ] { set("sort_" + field, JSON.text(of: value ?? -1e15)) }
    return .object(fields)
  }

  private func whole(_ value: Int) -> String { catalogue.number(Double(value)) }

  private func interval(of site: CityReport.Site) -> String? {
    zip2(site.scoreLow, site.scoreHigh).map {
      catalogue.text(.interval, ["low": catalogue.number($0, decimals: 1), "high": catalogue.number($1, decimals: 1)])
    }
  }

  /// A relative link made of harmless characters; anything else is no link.
  static func safeLink(_ link: String) -> String? {
    let isHarmless = link.utf8.allSatisfy { byte in
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"),
        UInt8(ascii: "%"):
        true
      default: false
      }
    }
    guard isHarmless, !link.isEmpty, !link.hasPrefix("/") else { return nil }
    return link
  }

  /// The values of a field that occur, as choices of a filter.
  private func options(_ code: (CityReport.Site) -> String?, kind: String) -> JSON {
    var seen: Set<String> = []
    let values = sites.compactMap(code).filter { seen.insert($0).inserted }.sorted()
    return .array(values.map { .members(["id": .clean($0), "title": .string(catalogue.title(kind, $0))]) })
  }

  /// What the comparison of two sites shows: for every row of the table, formatted values by line.
  func comparison() -> JSON {
    let money: (Double?) -> String = { [catalogue, currency] in
      $0.map { catalogue.money($0.rounded(), currency: currency) } ?? catalogue.text(.unknown)
    }
    let groups = groups
    let hasMoney = sites.contains { $0.capex != nil }
    var titles = [catalogue.text(.rank), catalogue.text(.score)] + groups.map(\.title)
    titles += [catalogue.text(.completeness), catalogue.text(.vacancyState), catalogue.text(.bestSector)]
    if hasMoney { titles += [.verdict, .capex, .grant, .fnpvC, .jobs].map { catalogue.text($0) } }
    var columns: [JSON] = []
    for site in sites {
      var values: [String] = []
      var shares: [Double?] = []
      func add(_ value: String?, _ detail: String? = nil, share: Double? = nil) {
        values.append((value ?? "–") + (detail.map { " (\($0))" } ?? ""))
        shares.append(share.map { ($0 * 1000).rounded() / 1000 })
      }
      add(site.rank.map(whole))
      add(site.score.map { catalogue.number($0, decimals: 1) }, interval(of: site), share: site.score.map { $0 / 100 })
      for group in groups {
        let points = site.contributions(group.id)
        add(points.map { catalogue.number($0, decimals: 1) }, share: points.map { $0 / max(group.weight, 1) })
      }
      add(site.completeness.map { catalogue.percent($0, decimals: 0) })
      add(catalogue.title("vacancy", site.vacancy), site.vacancyConfidence.map { catalogue.number($0, decimals: 2) })
      add(
        site.bestSector.map { catalogue.title("sector", $0) },
        site.bestSectorFit.map { catalogue.percent($0, decimals: 0) })
      if hasMoney {
        add(site.verdict.map { catalogue.title("verdict", $0) })
        for value in [site.capex, site.grant, site.fnpvC] { add(money(value)) }
        add(site.jobs.map { catalogue.number($0) })
      }
      let name = PageText.clean(site.title, limit: 90)
      columns.append(
        .members(["name": .string(name), "values": .array(values.map { .string($0) }), "shares": .array(shares.map { JSON($0) })]))
    }
    return .members(["lines": .array(titles.map { .string($0) }), "sites": .array(columns)])
  }

  private var groups: [(id: String, title: String, weight: Double)] {
    city.profile.groups.map { ($0.id, catalogue.title("group", $0.id, $0.title), $0.weight) }
  }

  // MARK: Profile and method

  private func profile() -> JSON {
    let groups = city.profile.groups
    guard !groups.isEmpty else { return .null }
    return .members([
      "title": .clean(city.profile.title, limit: 200),
      "groups": .array(
        groups.enumerated().map { position, group in
          .members([
            "title": .string(catalogue.title("group", group.id, group.title)),
            "weight": .string(catalogue.number(group.weight)),
            "style": .string("g\(ScoreCharts.style(ofGroup: group.id, at: position))"),
            "criteria": .array(
              group.criteria.map { criterion in
                .members([
                  "title": .string(catalogue.title("criterion", criterion.id, criterion.title)),
                  "weight": .string(catalogue.significant(criterion.weight, figures: 2)),
                  "unit": .string(catalogue.unit(criterion.unit)),
                  "function": .clean(criterion.valueFunction, limit: 300),
                ])
              }),
          ])
        }),
    ])
  }

  // MARK: Pictures

  private mutating func drawScatter() {
    let hasReturns = sites.contains { $0.fnpvC != nil }
    let points = sites.enumerated().compactMap { i, site in
      zip2(site.score, hasReturns ? site.fnpvC : site.capex).map { score, value in
        (
          score: score, value: value,
          label: i < 5 ? PageText.clean(site.title, limit: 60) : nil, id: i
        )
      }
    }
    guard !points.isEmpty else { return }
    let axis = catalogue.text(hasReturns ? .axisNPV : .axisCapex)
    let draw = { [catalogue, currency] width in
      ScoreCharts.scatter(points, width: width, height: width < 500 ? 320 : 380, axisName: axis, currency: currency, catalogue: catalogue)
    }
    pictures.append(
      ReportPicture(
        name: "scatter", title: catalogue.text(.scatterChart),
        description: catalogue.text(.scatterChartAlt, ["count": catalogue.number(Double(points.count))]),
        wide: draw(700), narrow: draw(ReportPicture.narrowWidth)))
  }

  /// Draws the map; true when footprints away from the sites were left out.
  private mutating func drawMap(_ atlas: Atlas) -> Bool {
    var bounds = Envelope()
    let places = sites.enumerated().compactMap { i, site -> (index: Int, envelope: Envelope, rows: [Int])? in
      let id = site.id
      guard let envelope = atlas.envelope(ofSite: id) else { return nil }
      bounds.add(envelope)
      return (i, envelope, atlas.buildings(ofSite: id))
    }
    guard !bounds.isEmpty else { return false }
    let (width, height) = (960.0, 620.0)
    let frame = MapFrame(fitting: bounds.expanded(by: max(150, max(bounds.width, bounds.height) * 0.06)), width: width, height: height)
    var map = MapDrawing(frame: frame)
    map.picture.open("map-sheet")
    map.drawStreets(atlas, from: frame.window.width > 6_000 ? 2 : frame.window.width > 2_500 ? 1 : 0)
    let all = atlas.buildings.features(in: frame.window)
    let isGeneralised = all.count > Self.buildingLimit
    if isGeneralised {
      var near: Set<Int> = []
      for place in places.prefix(400) where near.count < Self.buildingLimit {
        near.formUnion(atlas.buildings.features(in: place.envelope.expanded(by: 120)).prefix(200))
      }
      map.drawBuildings(atlas, selection: near.sorted(), tolerance: 0.5)
    } else {
      map.drawBuildings(atlas, selection: all, tolerance: 0.5)
    }
    map.drawDistricts(atlas.surroundings.districts)
    map.labelDistricts(atlas.surroundings.districts)
    let scoreBounds = Self.levels(among: sites)
    for place in places.reversed() {
      let center = place.envelope.center
      let (x, y) = (frame.x(center.x), frame.y(center.y))
      let site = sites[place.index]
      let level = Self.level(of: site.score, bounds: scoreBounds)
      let name = PageText.clean(site.title, limit: 60)
      map.picture.open("pin", attributes: " data-site=\"\(place.index)\"")
      map.picture.hover(
        "\(site.rank.map(whole) ?? "–"). \(name) – \(site.score.map { catalogue.number($0, decimals: 1) } ?? "–")"
      )
      map.picture.circle(x, y, place.index < 20 ? 9 : 6, "map-dot q\(level)")
      if place.index < 20 {
        map.picture.text(
          site.rank.map(whole) ?? "", x, y + 3.8, level >= 3 ? "pin-rank dark" : "pin-rank", .middle)
      }
      map.picture.close()
    }
    map.picture.close()
    map.drawFurniture(attribution: atlas.surroundings.attribution, north: catalogue.text(.northLetter))
    let title = catalogue.text(.portfolioMap)
    let description = catalogue.text(
      .portfolioMapAlt,
      ["count": catalogue.number(Double(places.count)), "width": catalogue.number(frame.window.width / 1000, decimals: 1)])
    pictures.append(
      ReportPicture(name: "map", title: title, description: description, wide: map.picture, narrow: nil, style: "chart map pannable"))
    var legend = MapLegend()
    for level in (0..<5).reversed() {
      let (low, high) = (scoreBounds[level], scoreBounds[level + 1])
      legend.entries.append(
        (
          .siteDot(level),
          catalogue.text(.legendScore, ["low": catalogue.number(low), "high": catalogue.number(high)])
        ))
    }
    for style in [VacancyStyle.vacant, .partlyVacant, .derelict, .inUse, .unknown] where map.vacancies.contains(style) {
      legend.entries.append((.building(style), catalogue.title("vacancy", style.rawValue)))
    }
    if map.hasStreets { legend.entries.append((.street(2), catalogue.text(.legendStreet))) }
    if map.hasDistricts { legend.entries.append((.district, catalogue.text(.legendDistrict))) }
    pictures.append(
      ReportPicture(
        name: "map-legend", title: catalogue.text(.legend), description: legend.entries.map(\.label).joined(separator: ", "),
        wide: legend.picture(width: 960), narrow: legend.picture(width: ReportPicture.narrowWidth), style: "chart legend"))
    return isGeneralised
  }

  /// Six round bounds of five score classes that hold all scores.
  static func levels(among sites: [CityReport.Site]) -> [Double] {
    let scores = sites.compactMap(\.score)
    let low = ((scores.min() ?? 0) / 5).rounded(.down) * 5
    let high = max(((scores.max() ?? 100) / 5).rounded(.up) * 5, low + 5)
    return (0...5).map { low + (high - low) * Double($0) / 5 }
  }

  /// The class of a score, 0 to 4.
  static func level(of score: Double?, bounds: [Double]) -> Int {
    guard let score else { return 0 }
    return bounds[1...4].filter { score >= $0 }.count
  }
}
