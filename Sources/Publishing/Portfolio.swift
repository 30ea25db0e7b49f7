public import Assessment
import SimpleFeatures
public import TextFormats

/// The study's front page: map of all sites, ranking, charts, comparison, exclusions and defects, as one HTML page that stands alone.
///
/// Everything but sorting, filtering, zooming and comparing works without its script. The table holds the first 1,000 sites; `ranking.csv` has all.
/// - Parameters:
///   - portfolio: the study's record with its `sites` in the order of their rank.
///   - surroundings: the layers of the map.
///   - language: code of a catalogue.
/// - Throws: `TemplateError.unknownLanguage`.
public func portfolioPage(
  _ portfolio: JSON, surroundings: Surroundings, library: TemplateLibrary, language: String
) throws(TemplateError) -> String {
  try portfolioPage(portfolio, atlas: Atlas(surroundings), library: library, language: language)
}

/// The study's front page, drawn from surroundings that were prepared once.
/// - Throws: `TemplateError.unknownLanguage`.
public func portfolioPage(_ portfolio: JSON, atlas: Atlas, library: TemplateLibrary, language: String) throws(TemplateError) -> String {
  let catalogue = try library.catalogue(language)
  var page = PortfolioPage(portfolio: portfolio, catalogue: catalogue)
  let view = page.view(atlas: atlas)
  var fields = pageFields(view, catalogue: catalogue, library: library)
  fields["pictures"] = Dictionary(page.pictures.map { ($0.name, ["markup": $0.markup, "description": $0.description, "title": $0.title]) })
  { $1 }
  fields["firmness"] = DecisionViews.fields(portfolio["decisions"], catalogue: catalogue)
  fields["script"] = library.files["portfolio.js"] ?? ""
  fields["comparison"] = page.comparison().serialized()
  return library.render(fields, with: "portfolio")
}

/// Builds what the front page shows.
struct PortfolioPage {
  let portfolio: JSON
  let catalogue: Catalogue
  let currency: String
  private(set) var pictures: [ReportPicture] = []
  private let sites: [JSON]

  /// Rows that the page's table holds.
  static let rowLimit = 1_000
  /// Footprints that the page's map holds before only those near a site are drawn.
  static let buildingLimit = 5_000

  init(portfolio: JSON, catalogue: Catalogue) {
    self.portfolio = portfolio
    self.catalogue = catalogue
    currency = PageText.clean(portfolio.at("study", "currency")?.string ?? "EUR", limit: 8)
    sites = Array(portfolio.list("sites").prefix(Self.rowLimit))
  }

  mutating func view(atlas: Atlas) -> JSON {
    let generalised = drawMap(atlas)
    drawScatter()
    let study = portfolio["study"] ?? .null
    let counts = portfolio["counts"] ?? .null
    let count: (String) -> JSON = { [catalogue] in JSON(counts.number($0).map { catalogue.number($0) }) }
    return .members([
      "study": .members([
        "id": .clean(study.text("id")), "title": .clean(study.text("title"), limit: 200),
        "price_date": study.text("price_date").map { .string(catalogue.date($0)) } ?? .null,
        "as_of": study.text("as_of").map { .string(catalogue.date($0)) } ?? .null,
        "illustrative": .bool(study["illustrative_vacancy"]?.bool ?? false),
        "attribution": .clean(study.list("attribution").compactMap(\.string).joined(separator: " · ")), "currency": .clean(currency),
      ]),
      "counts": .members([
        "buildings": count("buildings"), "candidates": count("candidates"), "excluded": count("excluded"), "scored": count("scored"),
        "reported": count("reported"),
      ]),
      "reconciled": .bool(counts.number("buildings") == zip2(counts.number("excluded"), counts.number("scored")).map { $0 + $1 }),
      "sites": .array(sites.enumerated().map { row($1, at: $0) }), "has_sites": .bool(!sites.isEmpty),
      "can_compare": .bool(sites.count > 1),
      "row_limit_note": portfolio.list("sites").count > sites.count
        ? .string(
          catalogue.text(
            .rowLimitNote, ["shown": catalogue.number(Double(sites.count)), "all": catalogue.number(Double(portfolio.list("sites").count))])
        )
        : .null,
      "map_note": generalised ? .string(catalogue.text(.mapGeneralised)) : .null, "verdicts": options(name: "verdict", kind: "verdict"),
      "has_verdicts": .bool(sites.contains { $0.text("verdict") != nil }), "vacancies": options(name: "vacancy", kind: "vacancy"),
      "sector_options": options(name: "best_sector", kind: "sector"),
      "has_money": .bool(sites.contains { $0.number("capex_eur") != nil }),
      "exclusions": .array(
        portfolio.list("exclusions").map {
          .members([
            "code": .clean($0.text("reason"), limit: 80), "title": .string(catalogue.title("exclusion", $0.text("reason"))),
            "count": JSON($0.number("count").map { catalogue.number($0) }),
          ])
        }), "has_exclusions": .bool(!portfolio.list("exclusions").isEmpty),
      "defects": .array(
        portfolio.list("defects").map {
          .members([
            "code": .clean($0.text("code"), limit: 80), "title": .string(catalogue.title("defect", $0.text("code"))),
            "count": JSON($0.number("count").map { catalogue.number($0) }),
          ])
        }), "has_defects": .bool(!portfolio.list("defects").isEmpty),
      "defect_total": .string(catalogue.number(portfolio.list("defects").compactMap { $0.number("count") }.reduce(0, +))),
      "inputs": .array(
        portfolio.list("inputs").map { input in
          .members([
            "path": .clean(input.text("path"), limit: 200), "layer": .clean(input.text("layer"), limit: 100),
            "crs": .clean(input.text("crs"), limit: 80),
            "read": JSON(input.number("read").map { catalogue.number($0) }),
            "kept": JSON(input.number("kept").map { catalogue.number($0) }),
            "refused": JSON(input.number("refused").map { catalogue.number($0) }),
          ])
        }), "has_inputs": .bool(!portfolio.list("inputs").isEmpty), "notes": .array(portfolio.list("notes").map { .clean($0.string) }),
      "has_notes": .bool(!portfolio.list("notes").isEmpty), "profile": profile(), "method": method(),
    ])
  }

  // MARK: Ranking

  private func row(_ site: JSON, at position: Int) -> JSON {
    let id = PageText.clean(site.text("site_id") ?? "", limit: 120)
    let name = PageText.clean(site.text("name") ?? site.text("address") ?? id, limit: 90)
    let strip = ScoreCharts.scoreStrip(site.chartValue("score"), width: 120, height: 14, isLabelled: false, catalogue: catalogue)
    let number: (String) -> String = { JSON.text(of: site.number($0) ?? -1e15) }
    let money: (String) -> String = { [catalogue, currency] in
      site.number($0).map { catalogue.compactMoney($0, currency: currency) } ?? "–"
    }
    var ranks = JSON.null
    if let low = site.number("rank_low"), let high = site.number("rank_high"), low != high {
      ranks = .string(catalogue.text(.interval, ["low": catalogue.number(low), "high": catalogue.number(high)]))
    }
    let report = site.text("report").flatMap(Self.safeLink)
    let interval = zip2(site.number("score_low"), site.number("score_high")).map {
      catalogue.text(.interval, ["low": catalogue.number($0, decimals: 1), "high": catalogue.number($1, decimals: 1)])
    }
    var fields: [JSON.Member] = []
    func set(_ name: String, _ value: String?) { fields.append(JSON.Member(name, JSON(value))) }
    func decimal(_ name: String) -> String { site.number(name).map { catalogue.number($0, decimals: 1) } ?? "–" }
    set("index", String(position))
    set("rank", site.number("rank").map { catalogue.number($0) } ?? "–")
    fields.append(JSON.Member("ranks", ranks))
    set("id", id)
    set("name", name)
    set("address", site.text("name") == nil ? nil : site.text("address").map { PageText.clean($0, limit: 120) })
    set("report", report)
    set("score", decimal("score"))
    set("interval", interval)
    set("strip", strip.element(id: "r\(position)", title: catalogue.text(.scoreInterval), description: interval ?? "", style: "spark"))
    set("suitability", decimal("suitability"))
    set("need", decimal("regeneration_need"))
    set("completeness", site.number("completeness").map { catalogue.percent($0, decimals: 0) } ?? "–")
    set("vacancy", catalogue.title("vacancy", site.text("vacancy")))
    set("confidence", site.number("vacancy_confidence").map { catalogue.number($0, decimals: 2) } ?? "–")
    set("sector", site.text("best_sector").map { catalogue.title("sector", $0) } ?? "–")
    set("fit", site.number("best_sector_fit").map { catalogue.percent($0, decimals: 0) })
    set("verdict", site.text("verdict").map { catalogue.title("verdict", $0) } ?? "–")
    for (field, member) in [("vacancy_id", "vacancy"), ("sector_id", "best_sector"), ("verdict_id", "verdict")] {
      set(field, site.text(member).map { PageText.clean($0, limit: 80) })
    }
    for (field, member) in [("capex", "capex_eur"), ("fnpv", "fnpv_c_eur"), ("grant", "grant_eur")] { set(field, money(member)) }
    set("jobs", site.number("jobs").map { catalogue.number($0) } ?? "–")
    for (field, member) in [
      ("rank", "rank"), ("score", "score"), ("completeness", "completeness"), ("confidence", "vacancy_confidence"), ("capex", "capex_eur"),
      ("fnpv", "fnpv_c_eur"), ("fit", "best_sector_fit"), ("jobs", "jobs"),
    ] { set("sort_" + field, number(member)) }
    return .object(fields)
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
  private func options(name: String, kind: String) -> JSON {
    var seen: Set<String> = []
    let values = sites.compactMap { $0.text(name) }.filter { seen.insert($0).inserted }.sorted()
    return .array(values.map { .members(["id": .clean($0), "title": .string(catalogue.title(kind, $0))]) })
  }

  /// What the comparison of two sites shows: for every row of the table, formatted values by line.
  func comparison() -> JSON {
    let money: (Double?) -> String = { [catalogue, currency] in
      $0.map { catalogue.money($0.rounded(), currency: currency) } ?? catalogue.text(.unknown)
    }
    let groups = groups
    let hasMoney = sites.contains { $0.number("capex_eur") != nil }
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
      add(site.number("rank").map { catalogue.number($0) })
      add(
        site.number("score").map { catalogue.number($0, decimals: 1) },
        zip2(site.number("score_low"), site.number("score_high")).map {
          catalogue.text(.interval, ["low": catalogue.number($0, decimals: 1), "high": catalogue.number($1, decimals: 1)])
        }, share: site.number("score").map { $0 / 100 })
      for group in groups {
        let points = Self.contribution(site, group.id)
        add(points.map { catalogue.number($0, decimals: 1) }, share: points.map { $0 / max(group.weight, 1) })
      }
      add(site.number("completeness").map { catalogue.percent($0, decimals: 0) })
      add(catalogue.title("vacancy", site.text("vacancy")), site.number("vacancy_confidence").map { catalogue.number($0, decimals: 2) })
      add(
        site.text("best_sector").map { catalogue.title("sector", $0) },
        site.number("best_sector_fit").map { catalogue.percent($0, decimals: 0) })
      if hasMoney {
        add(site.text("verdict").map { catalogue.title("verdict", $0) })
        for name in ["capex_eur", "grant_eur", "fnpv_c_eur"] { add(money(site.number(name))) }
        add(site.number("jobs").map { catalogue.number($0) })
      }
      let name = PageText.clean(site.text("name") ?? site.text("address") ?? site.text("site_id") ?? "", limit: 90)
      columns.append(
        .members(["name": .string(name), "values": .array(values.map { .string($0) }), "shares": .array(shares.map { JSON($0) })]))
    }
    return .members(["lines": .array(titles.map { .string($0) }), "sites": .array(columns)])
  }

  private static func contribution(_ site: JSON, _ group: String) -> Double? {
    site.list("groups").first { $0.text("id") == group }?.number("contribution")
  }

  private var groups: [(id: String, title: String, weight: Double)] {
    (portfolio.at("profile", "groups")?.array ?? []).map { group in
      (group.text("id") ?? "", catalogue.title("group", group.text("id"), group.text("title")), group.number("weight") ?? 0)
    }
  }

  // MARK: Profile and method

  private func profile() -> JSON {
    let profile = portfolio["profile"] ?? .null
    let groups = profile.list("groups")
    guard !groups.isEmpty else { return .null }
    return .members([
      "title": .clean(profile.text("title"), limit: 200),
      "groups": .array(
        groups.enumerated().map { position, group in
          .members([
            "title": .string(catalogue.title("group", group.text("id"), group.text("title"))),
            "weight": .string(catalogue.number(group.number("weight") ?? 0)),
            "style": .string("g\(ScoreCharts.style(ofGroup: group.text("id") ?? "", at: position))"),
            "criteria": .array(
              group.list("criteria").map { criterion in
                .members([
                  "title": .string(catalogue.title("criterion", criterion.text("id"), criterion.text("title"))),
                  "weight": .string(catalogue.significant(criterion.number("weight") ?? 0, figures: 2)),
                  "unit": .string(criterion.text("unit").map { catalogue.unit($0) } ?? ""),
                  "function": .clean(criterion.text("value_function"), limit: 300),
                ])
              }),
          ])
        }),
    ])
  }

  private func method() -> JSON {
    let method = portfolio["method"] ?? .null
    return .members([
      "engine": .clean(method.text("engine_version")), "version": .clean(method.text("method_version")),
      "profile": .clean(method.text("profile")),
      "seed": (method.number("seed") ?? portfolio.at("study", "seed")?.number).map { .string(JSON.text(of: $0)) } ?? .null,
      "inputs": .array(
        method.list("inputs").map {
          .members(["path": .clean($0.text("path"), limit: 200), "sha256": .clean($0.text("sha256"), limit: 64)])
        }),
      "has_inputs": .bool(!method.list("inputs").isEmpty), "notes": .array(method.list("notes").map { .clean($0.string) }),
      "has_notes": .bool(!method.list("notes").isEmpty),
    ])
  }

  // MARK: Pictures

  private mutating func drawScatter() {
    let name = sites.contains { $0.number("fnpv_c_eur") != nil } ? "fnpv_c_eur" : "capex_eur"
    let points = sites.enumerated().compactMap { i, site in
      zip2(site.number("score"), site.number(name)).map { score, value in
        (
          score: score, value: value,
          label: i < 5 ? PageText.clean(site.text("name") ?? site.text("address") ?? site.text("site_id") ?? "", limit: 60) : nil, id: i
        )
      }
    }
    guard !points.isEmpty else { return }
    let axis = catalogue.text(name == "fnpv_c_eur" ? .axisNPV : .axisCapex)
    let draw = { [catalogue, currency] width in
      ScoreCharts.scatter(points, width: width, height: width < 500 ? 320 : 380, axisName: axis, currency: currency, catalogue: catalogue)
    }
    pictures.append(
      ReportPicture(
        name: "scatter", title: catalogue.text(.scatterChart),
        description: catalogue.text(.scatterChartAlt, ["count": catalogue.number(Double(points.count))]),
        wide: draw(700), narrow: draw(344)))
  }

  /// Draws the map; true when footprints away from the sites were left out.
  private mutating func drawMap(_ atlas: Atlas) -> Bool {
    var bounds = Envelope()
    let places = sites.enumerated().compactMap { i, site -> (index: Int, envelope: Envelope, rows: [Int])? in
      let id = site.text("site_id") ?? ""
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
      let level = Self.level(of: site.number("score"), bounds: scoreBounds)
      let name = PageText.clean(site.text("name") ?? site.text("address") ?? site.text("site_id") ?? "", limit: 60)
      map.picture.open("pin", attributes: " data-site=\"\(place.index)\"")
      map.picture.hover(
        "\(site.number("rank").map { catalogue.number($0) } ?? "–"). \(name) – \(site.number("score").map { catalogue.number($0, decimals: 1) } ?? "–")"
      )
      map.picture.circle(x, y, place.index < 20 ? 9 : 6, "map-dot q\(level)")
      if place.index < 20 {
        map.picture.text(
          site.number("rank").map { catalogue.number($0) } ?? "", x, y + 3.8, level >= 3 ? "pin-rank dark" : "pin-rank", .middle)
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
        wide: legend.picture(width: 960), narrow: legend.picture(width: 344), style: "chart legend"))
    return isGeneralised
  }

  /// Six round bounds of five score classes that hold all scores.
  static func levels(among sites: [JSON]) -> [Double] {
    let scores = sites.compactMap { $0.number("score") }
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
