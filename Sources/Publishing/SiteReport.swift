public import Assessment
import SimpleFeatures
public import TextFormats

/// The report on one site as a HTML page that stands alone: style and pictures inside, no script, no request.
/// - Parameters:
///   - site: the site's record, as in `site.json`.
///   - surroundings: the layers of its maps; for many sites make an `Atlas` once and call the other form.
///   - language: code of a catalogue.
/// - Throws: `TemplateError.unknownLanguage`.
/// - Complexity: O(record + vertices of the surroundings).
public func siteReport(_ site: JSON, surroundings: Surroundings, library: TemplateLibrary, language: String) throws(TemplateError) -> String
{
  try siteReport(site, atlas: Atlas(surroundings), library: library, language: language)
}

/// The report on one site as a HTML page, drawn from surroundings that were prepared once.
/// - Throws: `TemplateError.unknownLanguage`.
/// - Complexity: O(record + vertices within the maps' windows).
public func siteReport(_ site: JSON, atlas: Atlas, library: TemplateLibrary, language: String) throws(TemplateError) -> String {
  let catalogue = try library.catalogue(language)
  var page = SitePage(site: site, catalogue: catalogue)
  let view = page.view(atlas: atlas)
  var fields = pageFields(view, catalogue: catalogue, library: library)
  fields["pictures"] = Dictionary(page.pictures.map { ($0.name, ["markup": $0.markup, "description": $0.description, "title": $0.title]) })
  { $1 }
  return library.render(fields, with: "report")
}

/// What every page has: the view's members, the catalogue's texts as `t`, and the style.
func pageFields(_ view: JSON, catalogue: Catalogue, library: TemplateLibrary) -> [String: Any] {
  var fields = view.mustacheView as? [String: Any] ?? [:]
  fields["t"] = catalogue.texts
  fields["language"] = catalogue.language
  fields["translated"] = catalogue.isComplete
  fields["style"] = ["palette.css", "chart.css", "report.css"].map { library.files[$0] ?? "" }.joined(separator: "\n")
  return fields
}

/// Builds what the report on one site shows: formatted texts by section, and pictures.
struct SitePage {
  let site: JSON
  let catalogue: Catalogue
  let currency: String
  private let album = PictureAlbum()
  private var notes = SourceNotes()
  private let chosen: JSON?

  /// The pictures that `view` drew.
  var pictures: [ReportPicture] { album.pictures }

  /// Drawing widths in user units: text column of a page, and a phone.
  static let wide = 700.0
  static let half = 520.0
  static let narrow = 344.0

  init(site: JSON, catalogue: Catalogue) {
    self.site = site
    self.catalogue = catalogue
    currency = PageText.clean(site.at("study", "currency")?.string ?? "EUR", limit: 8)
    let alternatives = site.list("alternatives")
    let named = site.at("verdict", "alternative")?.string
    chosen = alternatives.first { $0["chosen"]?.bool == true } ?? alternatives.first { named != nil && $0.text("id") == named }
  }

  mutating func view(atlas: Atlas) -> JSON {
    drawMaps(atlas)
    let sections: KeyValuePairs<String, JSON> = [
      "study": study(), "site": heading(), "headline": headline(), "facts": facts(), "vacancy": vacancy(), "surroundings": surroundings(),
      "score": score(), "firmness": DecisionViews.site(site["score"], catalogue: catalogue), "sectors": sectors(),
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

  // MARK: Figures

  /// A Figure as texts: value, range, note of its source, price base, estimate class, and whether it is no more than an assumption.
  mutating func figure(_ figure: JSON?, unknown: String? = nil) -> JSON {
    let unit = figure?.text("unit") ?? ""
    let kind = figure?.text("kind")
    let note = notes.number(of: figure?.text("source"))
    guard let figure, let value = figure.number("value") else {
      return .members([
        "known": .bool(false), "value": .string(unknown ?? catalogue.text(.unknown)), "range": .null, "raw": .null,
        "note": JSON(note.map(Double.init)),
        "source": .clean(figure?.text("source")), "kind": .null, "base": .null, "class": .null, "assumed": .bool(false),
      ])
    }
    var range = JSON.null
    if let low = figure.number("low"), let high = figure.number("high"), low != value || high != value {
      range = .string(catalogue.interval(low, high, unit: unit))
    }
    return .members([
      "known": .bool(true), "value": .string(catalogue.quantity(value, unit: unit)), "range": range, "raw": .string(JSON.text(of: value)),
      "note": JSON(note.map(Double.init)), "source": .clean(figure.text("source")),
      "kind": .clean(kind.map { catalogue.title("kind", $0) }),
      "base": figure.number("price_base").map { .string(catalogue.text(.priceBase, ["year": JSON.text(of: $0)])) } ?? .null,
      "class": figure.number("class").map { .string(catalogue.text(.estimateClass, ["class": JSON.text(of: $0)])) } ?? .null,
      "assumed": .bool(kind == "assumption" || kind == "prior"),
    ])
  }

  /// "Prices of 2026, class 5" when all money figures of a table share one base; else what bases there are.
  private func basis(of figures: [JSON?]) -> JSON {
    var bases: Set<Double> = []
    var classes: Set<Double> = []
    for figure in figures {
      if let base = figure?.number("price_base") { bases.insert(base) }
      if let level = figure?.number("class") { classes.insert(level) }
    }
    var parts: [String] = []
    if !bases.isEmpty {
      parts.append(catalogue.text(.pricesOf, ["years": bases.sorted().map { JSON.text(of: $0) }.joined(separator: ", ")]))
    }
    if !classes.isEmpty {
      parts.append(catalogue.text(.estimateClass, ["class": classes.sorted().map { JSON.text(of: $0) }.joined(separator: ", ")]))
    }
    return parts.isEmpty ? .null : .string(parts.joined(separator: " · "))
  }

  /// A sentence of the record in the page's language where the catalogue has it, else as it is.
  private func narrative(_ text: String?, limit: Int = 2_000) -> JSON {
    guard let text, !text.isEmpty else { return .null }
    return .string(catalogue.narrative(PageText.clean(text, limit: limit)))
  }

  private func text(of value: JSON?, unit: String) -> String {
    if let number = value?.number { return catalogue.quantity(number, unit: unit) }
    if let text = value?.string, !text.isEmpty { return catalogue.title("value", text, text) }
    if let flag = value?.bool { return catalogue.text(flag ? .yes : .no) }
    return catalogue.text(.unknown)
  }

  private func add(
    _ name: String, _ title: String, _ description: String, style: String = "chart", width: Double = Self.wide, narrow: Bool = true,
    draw: (Double) -> SVGPicture
  ) {
    album.pictures.append(
      ReportPicture(
        name: name, title: title, description: description, wide: draw(width), narrow: narrow ? draw(Self.narrow) : nil, style: style))
  }

  // MARK: Sections

  private func study() -> JSON {
    let study = site["study"] ?? .null
    return .members([
      "id": .clean(study.text("id")), "title": .clean(study.text("title")),
      "price_date": study.text("price_date").map { .string(catalogue.date($0)) } ?? .null,
      "as_of": study.text("as_of").map { .string(catalogue.date($0)) } ?? .null,
      "grant_date": study.text("grant_date").map { .string(catalogue.date($0)) } ?? .null,
      "illustrative": .bool(study["illustrative_vacancy"]?.bool ?? false),
      "attribution": .clean(study.list("attribution").compactMap(\.string).joined(separator: " · ")),
      "currency": .clean(currency),
    ])
  }

  private func heading() -> JSON {
    let place = site["site"] ?? .null
    let id = PageText.clean(place.text("id") ?? "")
    let name = PageText.clean(place.text("name") ?? place.text("address") ?? id, limit: 120)
    let district = place.at("district", "name")?.string ?? place.at("district", "id")?.string
    let coordinates = zip2(place.number("lat"), place.number("lon")).map { lat, lon in
      "\(catalogue.number(lat, decimals: 5))°, \(catalogue.number(lon, decimals: 5))°"
    }
    return .members([
      "id": .string(id), "name": .string(name), "address": .clean(place.text("address"), limit: 200),
      "district": .clean(district, limit: 120),
      "function": .clean(catalogue.title("function", place.text("function"), place.text("function_title")), limit: 120),
      "coordinates": JSON(coordinates),
      "year": place.number("year").map { .string(JSON.text(of: $0)) } ?? .null,
    ])
  }

  private mutating func headline() -> JSON {
    let score = site["score"] ?? .null
    let verdict = site["verdict"] ?? .null
    var tiles: [JSON] = []
    func tile(_ label: Phrase, _ value: String, _ detail: String?) {
      tiles.append(.members(["label": .string(catalogue.text(label)), "value": .string(value), "detail": JSON(detail)]))
    }
    if let value = score.number("score") {
      tile(
        .score, catalogue.number(value, decimals: 1),
        zip2(score.number("low"), score.number("high")).map {
          catalogue.text(.interval, ["low": catalogue.number($0, decimals: 1), "high": catalogue.number($1, decimals: 1)])
        })
    }
    if let rank = score.number("rank") {
      var detail = score.number("of").map { catalogue.text(.ofSites, ["count": catalogue.number($0)]) }
      if let low = score.number("rank_low"), let high = score.number("rank_high"), low != high {
        detail =
          (detail.map { $0 + ", " } ?? "")
          + catalogue.text(.rankBetween, ["low": catalogue.number(low), "high": catalogue.number(high)])
      }
      tile(.rank, catalogue.number(rank), detail)
    }
    if let chosen {
      for (name, phrase) in [("capex", Phrase.capex), ("grant", .grant), ("fnpv_c", .fnpvC), ("jobs", .jobs)] {
        guard let figure = chosen[name] else { continue }
        let unit = figure.text("unit") ?? ""
        let isMoney = unit == currency
        let value = figure.number("value").map {
          isMoney
            ? catalogue.compactMoney($0, currency: currency) : catalogue.number($0, decimals: abs($0) < 10 && $0 != $0.rounded() ? 1 : 0)
        }
        let range = zip2(figure.number("low"), figure.number("high")).flatMap { low, high -> String? in
          guard low != high else { return nil }
          let ends = [low, high].map { isMoney ? catalogue.compactMoney($0, currency: currency) : catalogue.number($0) }
          return catalogue.text(.interval, ["low": ends[0], "high": ends[1]])
        }
        tile(phrase, value ?? catalogue.text(.unknown), range)
      }
    }
    let id = verdict.text("verdict")
    var rows: [JSON] = []
    func row(_ label: Phrase, _ value: String?) {
      guard let value, !value.isEmpty else { return }
      rows.append(.members(["label": .string(catalogue.text(label)), "value": .string(value)]))
    }
    let place = site["site"] ?? .null
    let area = place.list("facts").first { $0.text("id") == "gross_floor_area" }?["figure"]?.number("value")
    let function = catalogue.title("function", place.text("function"), place.text("function_title"))
    row(
      .summaryWhat,
      [
        function, area.map { catalogue.text(.grossArea, ["area": catalogue.quantity($0, unit: "m2")]) },
        place.number("year").map { catalogue.text(.builtIn, ["year": JSON.text(of: $0)]) },
      ].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", "))
    row(
      .summaryWhere,
      [place.text("address"), place.at("district", "name")?.string].compactMap { $0.map { PageText.clean($0, limit: 200) } }.joined(
        separator: ", "))
    let sectors = site.list("sectors").prefix(3).map { sector in
      catalogue.title("sector", sector.text("id"), sector.text("title"))
        + (sector.number("fit").map { " (\(catalogue.percent($0, decimals: 0)))" } ?? "")
    }
    row(.summaryWhom, sectors.joined(separator: ", "))
    if let chosen {
      row(.summaryAlternative, catalogue.title("alternative", chosen.text("id"), chosen.text("title")))
      let money: (String) -> String? = { [catalogue, currency] name in
        guard let figure = chosen[name], let value = figure.number("value") else { return nil }
        let text = catalogue.quantity(value, unit: figure.text("unit") ?? currency)
        guard let low = figure.number("low"), let high = figure.number("high"), low != high else { return text }
        return text + " (" + catalogue.interval(low, high, unit: figure.text("unit") ?? currency) + ")"
      }
      row(.summaryCost, money("capex"))
      row(
        .summaryGrant,
        [
          money("grant"),
          money("public_cofinancing").map { catalogue.text(.plusCofinancing, ["amount": $0]) },
        ].compactMap { $0 }.joined(separator: "; "))
      row(
        .summaryReturn,
        [("fnpv_c", Phrase.fnpvC), ("fnpv_k", .fnpvK), ("enpv", .enpv)].compactMap { name, phrase in
          money(name).map { catalogue.text(phrase) + " " + $0 }
        }.joined(separator: "; "))
    }
    let worst = site.list("risks").max {
      ($0.number("likelihood") ?? 0) * ($0.number("impact") ?? 0) < ($1.number("likelihood") ?? 0) * ($1.number("impact") ?? 0)
    }
    row(.summaryRisk, worst.flatMap { $0.text("title") }.map { catalogue.narrative(PageText.clean($0, limit: 300)) })
    let bases = basis(of: chosen.map { alternative in ["capex", "grant", "fnpv_c", "fnpv_k", "enpv"].map { alternative[$0] } } ?? [])
    if let value = score.number("score") {
      let interval = ChartValue(value: value, low: score.number("low"), high: score.number("high"))
      add("strip", catalogue.text(.score), catalogue.text(.scoreStripAlt), style: "chart strip-chart", narrow: false) {
        _ in ScoreCharts.scoreStrip(interval, width: 344, height: 16, isLabelled: true, catalogue: catalogue)
      }
    }
    var figures: [JSON] = []
    for figure in verdict.list("figures") {
      figures.append(.members(["title": narrative(figure.text("title")), "figure": self.figure(figure["figure"])]))
    }
    return .members([
      "tiles": .array(tiles), "rows": .array(rows), "basis": bases, "has_verdict": .bool(id != nil),
      "verdict": JSON(id.map { catalogue.title("verdict", $0) }),
      "verdict_style": JSON(id.map { String($0.map { $0 == " " ? "-" : $0 }.filter { $0.isASCII && ($0.isLetter || $0 == "-") }) }),
      "rule": narrative(verdict.text("rule")), "summary": narrative(verdict.text("summary"), limit: 4_000), "figures": .array(figures),
      "has_figures": .bool(!figures.isEmpty), "missing": .array(verdict.list("missing").map { narrative($0.string) }),
      "has_missing": .bool(!verdict.list("missing").isEmpty),
    ])
  }

  private mutating func facts() -> JSON {
    let place = site["site"] ?? .null
    var rows: [JSON] = []
    for fact in place.list("facts") {
      rows.append(
        .members(["title": .string(catalogue.title("fact", fact.text("id"), fact.text("title"))), "figure": figure(fact["figure"])]))
    }
    var plain: [JSON] = []
    func add(_ phrase: Phrase, _ value: String?) {
      plain.append(
        .members([
          "label": .string(catalogue.text(phrase)), "value": .string(value ?? catalogue.text(.unknown)), "known": .bool(value != nil),
        ]))
    }
    add(.formerUse, place.text("function").map { catalogue.title("function", $0, place.text("function_title")) })
    add(.yearBuilt, place.number("year").map { JSON.text(of: $0) })
    add(.condition, place.text("condition").map { catalogue.title("value", $0, $0) })
    add(.heritage, place["heritage"]?.bool.map { catalogue.text($0 ? .listed : .notListed) })
    add(.owner, place.text("owner").map { catalogue.title("value", $0, $0) })
    if let energy = place.text("energy_class") {
      plain.append(
        .members([
          "label": .string(catalogue.title("fact", "energy_class", "Energy class")), "value": .clean(energy, limit: 8), "known": true,
        ]))
    }
    return .members(["rows": .array(rows), "plain": .array(plain), "has_rows": .bool(!rows.isEmpty)])
  }

  private func vacancy() -> JSON {
    let vacancy = site["vacancy"] ?? .null
    let rows = vacancy.list("evidence").map { row -> JSON in
      .members([
        "source": .clean(row.text("source"), limit: 200), "kind": .string(catalogue.title("evidence", row.text("kind"))),
        "status": .string(catalogue.title("vacancy", row.text("status"), row.text("status"))),
        "observed": .string(row.text("observed").map { catalogue.date($0) } ?? catalogue.text(.unknown)),
        "since": .string(row.text("since").map { catalogue.date($0) } ?? "–"),
        "confidence": .string(row.number("confidence").map { catalogue.number($0, decimals: 2) } ?? "–"),
        "decayed": .string(row.number("decayed_confidence").map { catalogue.number($0, decimals: 2) } ?? "–"),
        "counts": .bool(row["counts"]?.bool ?? false),
      ])
    }
    let state = vacancy.text("class").map { catalogue.title("vacancy", $0) }
    return .members([
      "class": JSON(state), "confidence": JSON(vacancy.number("confidence").map { catalogue.number($0, decimals: 2) }),
      "rows": .array(rows),
      "has_rows": .bool(!rows.isEmpty),
    ])
  }

  private mutating func surroundings() -> JSON {
    var rows: [JSON] = []
    for row in site.list("surroundings") {
      rows.append(
        .members(["title": .string(catalogue.title("fact", row.text("id"), row.text("title"))), "figure": figure(row["figure"])]))
    }
    return .members(["rows": .array(rows), "has_rows": .bool(!rows.isEmpty)])
  }

  private mutating func score() -> JSON {
    let score = site["score"] ?? .null
    let criteria = score.list("criteria")
    guard let value = score.number("score") else { return .null }
    var groups: [ScoreGroup] = []
    var rows: [JSON] = []
    for (position, group) in score.list("groups").enumerated() {
      let id = group.text("id") ?? ""
      let title = catalogue.title("group", id, group.text("title"))
      let members = criteria.filter { $0.text("group") == id }
      groups.append(
        ScoreGroup(
          id: id, title: title, weight: group.number("weight") ?? 0,
          contribution: ChartValue(value: group.number("contribution"), low: group.number("low"), high: group.number("high")),
          bars: members.map { criterion in
            ScoreBar(
              title: catalogue.title("criterion", criterion.text("id"), criterion.text("title")), weight: criterion.number("weight") ?? 0,
              contribution: criterion.chartValue("contribution"), isKnown: criterion.text("basis") == "data")
          }))
      rows.append(
        .members([
          "is_group": .bool(true), "title": .string(title), "style": .string("g\(ScoreCharts.style(ofGroup: id, at: position))"),
          "weight": .string(catalogue.number(group.number("weight") ?? 0)),
          "contribution": .string(group.number("contribution").map { catalogue.number($0, decimals: 1) } ?? "–"),
          "range": JSON(points(group.number("low"), group.number("high"))), "value": .null, "x": .null, "basis": .null, "note": .null,
          "assumed": .bool(false), "source": .null,
        ]))
      for criterion in members {
        let unit = criterion.text("unit") ?? ""
        var x = text(of: criterion["x"], unit: unit)
        if let low = criterion.number("x_low"), let high = criterion.number("x_high"), low != high, criterion["x"]?.number != nil {
          x += " (" + catalogue.interval(low, high, unit: unit) + ")"
        }
        let basis = criterion.text("basis")
        rows.append(
          .members([
            "is_group": .bool(false), "title": .string(catalogue.title("criterion", criterion.text("id"), criterion.text("title"))),
            "style": .null, "weight": .string(catalogue.significant(criterion.number("weight") ?? 0, figures: 2)),
            "contribution": .string(criterion.number("contribution").map { catalogue.number($0, decimals: 2) } ?? "–"),
            "range": JSON(points(criterion.number("contribution_low"), criterion.number("contribution_high"))),
            "value": .string(criterion.number("v").map { catalogue.number($0, decimals: 2) } ?? "–"), "x": .string(x),
            "basis": .clean(basis.map { catalogue.title("basis", $0) }),
            "note": JSON(notes.number(of: criterion.text("source")).map(Double.init)),
            "assumed": .bool(basis != "data"), "source": .clean(criterion.text("source")),
          ]))
      }
    }
    let chart = groups
    let total = catalogue.number(value, decimals: 1)
    if !groups.isEmpty {
      let parts = groups.map { "\($0.title) \($0.contribution.value.map { catalogue.number($0, decimals: 1) } ?? "–")" }.joined(
        separator: ", ")
      add("score", catalogue.text(.scoreChart), catalogue.text(.scoreChartAlt, ["score": total, "parts": parts])) {
        ScoreCharts.breakdown(chart, width: $0, catalogue: catalogue)
      }
    }
    let robustness = score["robustness"] ?? .null
    let shares = robustness.list("rank_acceptability").compactMap(\.number)
    if !shares.isEmpty {
      add(
        "acceptability", catalogue.text(.acceptabilityChart),
        catalogue.text(
          .acceptabilityChartAlt, ["first": catalogue.percent(shares[0]), "draws": catalogue.number(robustness.number("draws") ?? 0)])
      ) { ScoreCharts.acceptability($0 < 500 ? Array(shares.prefix(6)) : shares, width: min($0, Self.half), catalogue: catalogue) }
    }
    let counterfactuals = site.list("counterfactuals").map { row -> JSON in
      let delta = row.number("score_delta")
      return .members([
        "change": narrative(row.text("change"), limit: 400),
        "delta": .string(delta.map { ($0 > 0 ? "+" : "") + catalogue.number($0, decimals: 1) } ?? "–"),
      ])
    }
    return .members([
      "total": .string(total), "range": JSON(points(score.number("low"), score.number("high"))),
      "suitability": JSON(score.number("suitability").map { catalogue.number($0, decimals: 1) }),
      "need": JSON(score.number("regeneration_need").map { catalogue.number($0, decimals: 1) }),
      "completeness": JSON(score.number("completeness").map { catalogue.percent($0, decimals: 0) }), "rows": .array(rows),
      "has_rows": .bool(!rows.isEmpty), "has_robustness": .bool(!shares.isEmpty),
      "robustness": .string(
        shares.isEmpty
          ? ""
          : catalogue.text(
            .robustnessText,
            [
              "draws": catalogue.number(robustness.number("draws") ?? 0), "seed": JSON.text(of: robustness.number("seed") ?? 0),
              "first": catalogue.percent(robustness.number("first_place_share") ?? shares[0]),
              "confidence": robustness.number("confidence_factor").map { catalogue.percent($0) } ?? catalogue.text(.unknown),
            ])),
      "counterfactuals": .array(counterfactuals), "has_counterfactuals": .bool(!counterfactuals.isEmpty),
    ])
  }

  /// An interval of points; nothing when it has no width.
  private func points(_ low: Double?, _ high: Double?) -> String? {
    guard let low, let high, high - low > 0.005 else { return nil }
    return catalogue.text(.interval, ["low": catalogue.number(low, decimals: 1), "high": catalogue.number(high, decimals: 1)])
  }

  private mutating func sectors() -> JSON {
    let sectors = site.list("sectors")
    guard !sectors.isEmpty else { return .null }
    let bars = sectors.map { sector in
      (
        title: catalogue.title("sector", sector.text("id"), sector.text("title")), fit: sector.number("fit"),
        limiting: sector.text("limiting").map { catalogue.title("utility", $0, sector.text("limiting_title")) } ?? ""
      )
    }
    add(
      "sectors", catalogue.text(.sectorChart),
      catalogue.text(
        .sectorChartAlt,
        ["best": bars[0].title, "fit": bars[0].fit.map { catalogue.percent($0, decimals: 0) } ?? catalogue.text(.unknown)])
    ) { ScoreCharts.sectors(bars, width: $0, catalogue: catalogue) }
    let utilities = ["height", "load", "daylight", "size", "frontage", "loading", "noise"]
    let rows = sectors.map { sector -> JSON in
      .members([
        "title": .string(catalogue.title("sector", sector.text("id"), sector.text("title"))),
        "fit": .string(sector.number("fit").map { catalogue.percent($0, decimals: 0) } ?? "–"),
        "utilities": .array(
          utilities.map { id in
            .members([
              "value": .string(sector["utilities"]?.number(id).map { catalogue.number($0, decimals: 2) } ?? "–"),
              "limits": .bool(sector.text("limiting") == id),
            ])
          }),
        "rent": .string(sector.number("rent_share").map { catalogue.percent($0, decimals: 0) } ?? "–"),
      ])
    }
    return .members([
      "rows": .array(rows), "heads": .array(utilities.map { .string(catalogue.title("utility", $0)) }),
    ])
  }

  private func swot() -> JSON {
    let swot = site["swot"] ?? .null
    let parts: [(String, Phrase)] = [
      ("strengths", .strengths), ("weaknesses", .weaknesses), ("opportunities", .opportunities), ("threats", .threats),
    ]
    guard parts.contains(where: { !swot.list($0.0).isEmpty }) else { return .null }
    return .members([
      "parts": .array(
        parts.map { name, phrase in
          .members([
            "title": .string(catalogue.text(phrase)), "style": .string(name), "empty": .bool(swot.list(name).isEmpty),
            "lines": .array(
              swot.list(name).map { line in
                .members([
                  "text": narrative(line.text("text"), limit: 500), "rule": narrative(line.text("rule"), limit: 300),
                  "figure": narrative(line.text("figure"), limit: 120),
                ])
              }),
          ])
        })
    ])
  }

  private static let metrics: [(name: String, phrase: Phrase)] = [
    ("converted_area", .convertedArea), ("lettable_area", .lettableArea), ("jobs", .jobs), ("capex", .capex),
    ("capex_per_m2", .capexPerArea), ("capex_reference_class", .referenceClass), ("revenue", .revenue),
    ("operating_cost", .operatingCost), ("grant", .grant), ("public_cofinancing", .cofinancing), ("loan", .loan), ("soft_loan", .softLoan),
    ("equity", .equity), ("unfunded", .unfunded), ("fnpv_c", .fnpvC), ("frr_c", .frrC), ("fnpv_k", .fnpvK), ("frr_k", .frrK),
    ("fnpv_k_private", .npvOwner), ("enpv", .enpv), ("err", .err),
    ("benefit_cost", .benefitCost), ("dscr_min", .dscrMin), ("dscr_mean", .dscrMean), ("llcr", .llcr), ("break_even_rent", .breakEvenRent),
    ("payback", .payback),
    ("public_per_job", .publicPerJob), ("funding_gap", .fundingGap),
  ]

  private mutating func alternatives() -> JSON {
    let alternatives = site.list("alternatives")
    guard !alternatives.isEmpty else { return .null }
    let chosenID = chosen?.text("id")
    var rows: [JSON] = []
    var figures: [JSON?] = []
    for metric in Self.metrics where alternatives.contains(where: { $0[metric.name]?.number("value") != nil }) {
      var cells: [JSON] = []
      for alternative in alternatives {
        figures.append(alternative[metric.name])
        var cell = figure(alternative[metric.name], unknown: "–").object ?? []
        cell.append(JSON.Member("chosen", .bool(alternative.text("id") == chosenID)))
        cells.append(.object(cell))
      }
      let shared = Set(cells.compactMap { $0.number("note") })
      if shared.count == 1 {
        cells = cells.map { .object(($0.object ?? []).map { $0.name == "note" ? JSON.Member("note", .null) : $0 }) }
      }
      rows.append(
        .members([
          "title": .string(catalogue.text(metric.phrase)), "cells": .array(cells),
          "row_note": shared.count == 1 ? JSON(shared.first) : .null,
        ]))
    }
    for (name, picture, axis, title) in [
      ("capex", "capex", Phrase.axisCapex, Phrase.capexChart), ("fnpv_c", "returns", .axisNPV, .returnChart),
    ] where alternatives.contains(where: { $0[name]?.number("value") != nil }) {
      let bars = alternatives.map { alternative in
        (
          title: catalogue.title("alternative", alternative.text("id"), alternative.text("title")),
          value: alternative[name]?.chartValue ?? ChartValue(), isMarked: alternative.text("id") == chosenID
        )
      }
      let texts = bars.map {
        "\($0.title) \($0.value.value.map { catalogue.compactMoney($0, currency: currency) } ?? catalogue.text(.unknown))"
      }
      let charts = AppraisalCharts(catalogue: catalogue, currency: currency)
      add(picture, catalogue.text(title), texts.joined(separator: ", "), width: Self.half) {
        charts.intervals(bars, width: $0, axisName: catalogue.text(axis))
      }
    }
    return .members([
      "heads": .array(
        alternatives.map {
          .members([
            "title": .string(catalogue.title("alternative", $0.text("id"), $0.text("title"))), "chosen": .bool($0.text("id") == chosenID),
            "description": narrative($0.text("description"), limit: 400),
          ])
        }), "rows": .array(rows),
      "verdicts": .array(
        alternatives.map {
          .members([
            "text": JSON($0.text("verdict").map { catalogue.title("verdict", $0) } ?? "–"), "chosen": .bool($0.text("id") == chosenID),
          ])
        }), "has_verdicts": .bool(alternatives.contains { $0.text("verdict") != nil }), "basis": basis(of: figures),
      "count": .string(catalogue.number(Double(alternatives.count))),
    ])
  }

  private mutating func chosenAlternative() -> JSON {
    guard let chosen else { return .null }
    let charts = AppraisalCharts(catalogue: catalogue, currency: currency)
    let money: (Double?) -> String = { [catalogue, currency] in $0.map { catalogue.money($0.rounded(), currency: currency) } ?? "–" }
    return .members([
      "title": .string(catalogue.title("alternative", chosen.text("id"), chosen.text("title"))),
      "description": narrative(chosen.text("description"), limit: 2_000), "programme": programme(chosen),
      "costs": costs(chosen, charts, money),
      "financing": financing(chosen, charts), "aid": aid(chosen), "inverse": inverse(chosen), "cash_flow": cashFlow(chosen, charts, money),
      "sensitivity": sensitivity(chosen, charts, money), "economics": economics(chosen, money),
    ])
  }

  private func programme(_ chosen: JSON) -> JSON {
    let rows = chosen.list("programme")
    guard !rows.isEmpty else { return .null }
    let area = rows.compactMap { $0.number("area_m2") }.reduce(0, +)
    let jobs = rows.compactMap { $0.number("jobs") }.reduce(0, +)
    return .members([
      "rows": .array(
        rows.map { row in
          .members([
            "title": .string(catalogue.title("sector", row.text("sector"), row.text("title"))),
            "area": .string(row.number("area_m2").map { catalogue.number($0) } ?? "–"),
            "unit": .string(row.number("unit_m2").map { catalogue.number($0) } ?? "–"),
            "units": .string(row.number("units").map { catalogue.number($0) } ?? "–"),
            "jobs": .string(row.number("jobs").map { catalogue.number($0, decimals: 1) } ?? "–"),
            "rent": .string(row.number("rent_eur_m2_month").map { catalogue.number($0, decimals: 2) } ?? "–"),
          ])
        }), "area": .string(catalogue.number(area)), "jobs": .string(catalogue.number(jobs, decimals: 1)),
      "rent_unit": .string(catalogue.unit(currency + "/m2/month")),
    ])
  }

  private mutating func costs(_ chosen: JSON, _ charts: AppraisalCharts, _ money: (Double?) -> String) -> JSON {
    let groups = chosen.list("cost_groups")
    guard !groups.isEmpty else { return .null }
    let title: (JSON) -> String = { [catalogue] in
      let group = PageText.clean($0.text("group") ?? "", limit: 20)
      return (group.isEmpty ? "" : group + " ") + catalogue.title("cost_group", group, $0.text("title"))
    }
    let bars = groups.map {
      (title: title($0), value: ChartValue(value: $0.number("central"), low: $0.number("low"), high: $0.number("high")), isMarked: true)
    }
    add(
      "costs", catalogue.text(.costChart),
      bars.map { "\($0.title) \($0.value.value.map { catalogue.compactMoney($0, currency: currency) } ?? catalogue.text(.unknown))" }
        .joined(separator: ", ")
    ) { charts.intervals(bars, width: $0, axisName: catalogue.text(.axisCapex)) }
    return .members([
      "rows": .array(
        groups.map {
          .members([
            "title": .string(title($0)), "low": .string(money($0.number("low"))), "central": .string(money($0.number("central"))),
            "high": .string(money($0.number("high"))),
          ])
        }), "total": figure(chosen["capex"]), "per_area": figure(chosen["capex_per_m2"]), "basis": basis(of: [chosen["capex"]]),
      "reference": chosen["capex_reference_class"]?.number("value") == nil ? .null : figure(chosen["capex_reference_class"]),
      "factors": .array(
        chosen.list("cost_factors").map {
          .members([
            "title": narrative($0.text("title")), "value": .string($0.number("value").map { catalogue.number($0, decimals: 2) } ?? "–"),
          ])
        }), "has_factors": .bool(!chosen.list("cost_factors").isEmpty),
      "extras": .array(
        chosen.list("cost_extras").map {
          .members([
            "title": narrative($0.text("title")), "low": .string(money($0.number("low"))), "central": .string(money($0.number("central"))),
            "high": .string(money($0.number("high"))),
          ])
        }), "has_extras": .bool(!chosen.list("cost_extras").isEmpty),
    ])
  }

  private mutating func financing(_ chosen: JSON, _ charts: AppraisalCharts) -> JSON {
    let sources: [(String, Phrase)] = [
      ("grant", .grant), ("public_cofinancing", .cofinancing), ("soft_loan", .softLoan), ("loan", .loan), ("equity", .equity),
      ("unfunded", .unfunded),
    ]
    let known = sources.compactMap { name, phrase in
      chosen[name]?.number("value").flatMap { $0 > 0 ? (title: catalogue.text(phrase), value: $0) : nil }
    }
    guard !known.isEmpty else { return .null }
    add(
      "financing", catalogue.text(.financingChart),
      known.map { "\($0.title) \(catalogue.money($0.value.rounded(), currency: currency))" }.joined(separator: ", ")
    ) { charts.stack(known, width: $0) }
    var rows: [JSON] = []
    for (name, phrase) in sources where chosen[name] != nil {
      rows.append(.members(["title": .string(catalogue.text(phrase)), "figure": figure(chosen[name])]))
    }
    let bases = basis(of: sources.map { chosen[$0.0] })
    // The sources pay for more than the capital cost: losses before full letting and interest before the first payment.
    let total = sources.reduce(0) { $0 + (chosen[$1.0]?.number("value") ?? 0) }
    let uses = chosen["uses"]?.number("value") ?? total
    let other = uses - (chosen["capex"]?.number("value") ?? uses)
    let money: (Double) -> String = { [catalogue, currency] in catalogue.money($0.rounded(), currency: currency) }
    return .members([
      "rows": .array(rows), "uses": figure(chosen["capex"]), "basis": bases, "total": .string(money(total)),
      "other_uses": other > 0.5 ? .string(money(other)) : .null, "text": narrative(chosen.text("financing_text")),
    ])
  }

  private func aid(_ chosen: JSON) -> JSON {
    guard let aid = chosen["aid"], aid.object != nil else { return .null }
    return .members([
      "title": .clean(aid.text("title"), limit: 300), "rule": .clean(aid.text("rule"), limit: 120), "text": narrative(aid.text("text")),
      "rate": JSON(aid.number("rate").map { catalogue.percent($0) }),
      "ceiling": JSON(aid.number("ceiling_eur").map { catalogue.money($0, currency: "EUR") }),
      "valid_to": JSON(aid.text("valid_to").map { catalogue.date($0) }), "verified": .bool(aid["verified"]?.bool ?? false),
      "has_routes": .bool(!aid.list("routes").isEmpty),
      "routes": .array(
        aid.list("routes").map { route in
          .members([
            "rule": .clean(route.text("rule"), limit: 80), "title": .clean(route.text("title"), limit: 200),
            "status": .clean(route.text("status").map { catalogue.title("status", $0, $0) }, limit: 120),
            "ceiling": .string(route.number("ceiling_eur").map { catalogue.money($0.rounded(), currency: "EUR") } ?? "–"),
            "valid": .string(
              [route.text("valid_from"), route.text("valid_to")].map { $0.map { catalogue.date($0) } ?? "…" }.joined(separator: " – ")),
            "text": narrative(route.text("text")),
          ])
        }),
    ])
  }

  private mutating func inverse(_ chosen: JSON) -> JSON {
    let answers = chosen.list("inverse")
    guard !answers.isEmpty else { return .null }
    var rows: [JSON] = []
    for answer in answers {
      rows.append(
        .members([
          "title": narrative(answer.text("title"), limit: 300), "figure": figure(answer["figure"]),
          "verified": .bool(answer["verified"]?.bool ?? false),
        ]))
    }
    return .members(["rows": .array(rows)])
  }

  private mutating func cashFlow(_ chosen: JSON, _ charts: AppraisalCharts, _ money: (Double?) -> String) -> JSON {
    let years = chosen.list("cash_flow")
    guard !years.isEmpty else { return .null }
    let parts: [(name: String, phrase: Phrase, isCost: Bool)] = [
      ("capex", .capex, true), ("operating_cost", .operatingCost, true), ("replacements", .replacements, true),
      ("revenue", .revenue, false),
      ("residual", .residual, false),
    ]
    let shown = parts.filter { part in years.contains { ($0.number(part.name) ?? 0) != 0 } }
    let bars = years.map { year in
      AppraisalCharts.Year(
        label: JSON.text(of: year.number("year") ?? 0),
        parts: shown.map { part in
          let amount = year.number(part.name) ?? 0
          return part.isCost ? -abs(amount) : amount
        }, cumulative: year.number("cumulative"))
    }
    add(
      "cashflow", catalogue.text(.cashFlowChart),
      catalogue.text(
        .cashFlowChartAlt,
        [
          "from": bars[0].label, "to": bars[bars.count - 1].label,
          "end": bars[bars.count - 1].cumulative.map { catalogue.compactMoney($0, currency: currency) } ?? catalogue.text(.unknown),
        ])
    ) { charts.cashFlow(bars, series: shown.map { catalogue.text($0.phrase) }, width: $0) }
    let columns: [(String, Phrase)] = [
      ("capex", .capex), ("revenue", .revenue), ("operating_cost", .operatingCost), ("replacements", .replacements),
      ("residual", .residual),
      ("net", .net), ("discounted", .discounted), ("grant", .grant), ("debt_service", .debtService), ("cumulative", .cumulative),
    ]
    let present = columns.filter { column in years.contains { ($0.number(column.0) ?? 0) != 0 } }
    return .members([
      "heads": .array(present.map { .string(catalogue.text($0.1)) }),
      "rows": .array(
        years.map { year in
          .members([
            "year": .string(JSON.text(of: year.number("year") ?? 0)),
            "cells": .array(present.map { .string(year.number($0.0).map { catalogue.number($0) } ?? "–") }),
          ])
        }), "currency": .string(catalogue.unit(currency)), "basis": basis(of: [chosen["capex"]]),
    ])
  }

  private mutating func economics(_ chosen: JSON, _ money: (Double?) -> String) -> JSON {
    guard let economics = chosen["economics"], !economics.list("benefits").isEmpty else { return .null }
    return .members([
      "rows": .array(
        economics.list("benefits").map {
          .members([
            "title": .string(catalogue.title("benefit", $0.text("id"), $0.text("title"))),
            "value": .string(money($0.number("present_value"))),
          ])
        }), "costs": .string(money(economics.number("costs").map { -abs($0) })), "total": figure(chosen["enpv"]),
      "not_counted": .array(economics.list("not_counted").map { narrative($0.string) }),
      "has_not_counted": .bool(!economics.list("not_counted").isEmpty), "basis": basis(of: [chosen["enpv"]]),
    ])
  }

  private mutating func sensitivity(_ chosen: JSON, _ charts: AppraisalCharts, _ money: (Double?) -> String) -> JSON {
    let tornado = chosen.list("tornado")
    let base = chosen["fnpv_c"]?.number("value")
    if !tornado.isEmpty {
      let bars = tornado.map { row in
        (
          title: catalogue.narrative(PageText.clean(row.text("title") ?? "", limit: 120)), low: row.number("low_value"),
          high: row.number("high_value"),
          lowLabel: change(row["low_change"]), highLabel: change(row["high_change"])
        )
      }
      add("tornado", catalogue.text(.tornadoChart), catalogue.text(.tornadoChartAlt, ["first": bars[0].title])) {
        charts.tornado(bars, base: base, width: $0)
      }
    }
    let draws = chosen["monte_carlo"] ?? .null
    let histogram = draws["histogram"] ?? .null
    let counts = histogram.list("counts").map { $0.number ?? 0 }
    let marks = [("P10", draws.number("p10")), ("P50", draws.number("p50")), ("P90", draws.number("p90"))].compactMap { label, value in
      value.map { (label: label, value: $0) }
    }
    if !counts.isEmpty, let from = histogram.number("from"), let to = histogram.number("to"), to > from {
      add(
        "montecarlo", catalogue.text(.monteCarloChart),
        marks.map { "\($0.label) \(catalogue.compactMoney($0.value, currency: currency))" }.joined(separator: ", ")
      ) { charts.histogram(from: from, to: to, counts: counts, marks: marks, width: $0) }
    }
    let switching = chosen.list("switching").map { row -> JSON in
      .members(["title": narrative(row.text("title"), limit: 200), "text": narrative(row.text("text"), limit: 400)])
    }
    let scenarios = chosen.list("scenarios").map { row -> JSON in
      .members(["title": narrative(row.text("title"), limit: 200), "value": .string(money(row.number("fnpv_c")))])
    }
    let drivers = draws.list("drivers").map { row -> JSON in
      .members([
        "title": narrative(row.text("title"), limit: 200), "share": .string(row.number("share").map { catalogue.percent($0) } ?? "–"),
      ])
    }
    let spreads = draws.list("spreads").map { row -> JSON in
      let unit = row.text("unit") ?? ""
      let cell = { [catalogue] (name: String) in JSON(row.number(name).map { catalogue.quantity($0, unit: unit) } ?? "–") }
      return .members([
        "title": .string(catalogue.title("spread", row.text("id"), row.text("title"))), "p10": cell("p10"), "p50": cell("p50"),
        "p90": cell("p90"),
      ])
    }
    guard !tornado.isEmpty || !counts.isEmpty || !switching.isEmpty || !scenarios.isEmpty else { return .null }
    let hasDraws = draws.object != nil
    return .members([
      "has_tornado": .bool(!tornado.isEmpty), "has_draws": .bool(hasDraws), "has_histogram": .bool(!counts.isEmpty),
      "draws": .string(
        hasDraws
          ? catalogue.text(
            .monteCarloText,
            [
              "draws": catalogue.number(draws.number("draws") ?? 0), "seed": JSON.text(of: draws.number("seed") ?? 0),
              "positive": draws.number("probability_npv_positive").map { catalogue.percent($0) } ?? catalogue.text(.unknown),
              "dscr": draws.number("probability_dscr").map { catalogue.percent($0) } ?? catalogue.text(.unknown),
              "p10": money(draws.number("p10")),
              "p50": money(draws.number("p50")), "p90": money(draws.number("p90")),
            ]) : ""),
      "switching": .array(switching), "has_switching": .bool(!switching.isEmpty), "scenarios": .array(scenarios),
      "has_scenarios": .bool(!scenarios.isEmpty), "drivers": .array(drivers), "has_drivers": .bool(!drivers.isEmpty),
      "spreads": .array(spreads), "has_spreads": .bool(!spreads.isEmpty),
      "note": narrative(draws.text("note")),
      "inputs": .array(
        draws.list("inputs").map { row in
          .members(["title": narrative(row.text("title")), "spread": narrative(row.text("spread"))])
        }), "has_inputs": .bool(!draws.list("inputs").isEmpty),
      "correlations": .array(draws.list("correlations").map { narrative($0.string) }),
      "has_correlations": .bool(!draws.list("correlations").isEmpty),
    ])
  }

  /// A change as the tornado's label: a share as signed per cent, a text as it is.
  private func change(_ value: JSON?) -> String {
    if let share = value?.number { return (share > 0 ? "+" : "") + catalogue.percent(share) }
    return PageText.clean(value?.string ?? "", limit: 24)
  }

  private mutating func risks() -> JSON {
    let risks = site.list("risks")
    guard !risks.isEmpty else { return .null }
    let sorted = risks.enumerated().sorted { a, b in
      let (x, y) = (severity(a.element), severity(b.element))
      return x == y ? a.offset < b.offset : x > y
    }.map(\.element)
    let cells = sorted.enumerated().compactMap { i, risk in
      zip2(risk.number("likelihood"), risk.number("impact")).map { (number: i + 1, likelihood: Int($0), impact: Int($1)) }
    }
    let charts = AppraisalCharts(catalogue: catalogue, currency: currency)
    add(
      "risks", catalogue.text(.riskChart),
      catalogue.text(.riskChartAlt, ["worst": catalogue.narrative(PageText.clean(sorted[0].text("title") ?? "", limit: 120))]),
      narrow: false
    ) {
      _ in charts.riskMatrix(cells, width: 344)
    }
    return .members([
      "rows": .array(
        sorted.enumerated().map { i, risk in
          .members([
            "number": .number(Double(i + 1)), "title": narrative(risk.text("title"), limit: 300),
            "rule": narrative(risk.text("rule"), limit: 400),
            "likelihood": .string(risk.number("likelihood").map { catalogue.number($0) } ?? "–"),
            "impact": .string(risk.number("impact").map { catalogue.number($0) } ?? "–"),
            "mitigation": narrative(risk.text("mitigation"), limit: 600),
          ])
        })
    ])
  }

  private func severity(_ risk: JSON) -> Double { (risk.number("likelihood") ?? 0) * (risk.number("impact") ?? 0) }

  private mutating func timetable() -> JSON {
    let phases = site.list("timetable").compactMap { row in
      zip2(row.number("from_month"), row.number("to_month")).map {
        (title: catalogue.title("phase", row.text("id"), row.text("phase")), from: $0, to: $1)
      }
    }
    guard !phases.isEmpty else { return .null }
    let charts = AppraisalCharts(catalogue: catalogue, currency: currency)
    add(
      "timetable", catalogue.text(.timetableChart),
      phases.map { "\($0.title): \(catalogue.number($0.from))–\(catalogue.number($0.to))" }.joined(separator: "; ")
    ) { charts.timetable(phases, width: $0) }
    return .members([
      "rows": .array(
        phases.map {
          .members(["title": .string($0.title), "from": .string(catalogue.number($0.from)), "to": .string(catalogue.number($0.to))])
        })
    ])
  }

  private func findOut() -> JSON {
    let rows = site.list("find_out")
    guard !rows.isEmpty else { return .null }
    return .members([
      "rows": .array(
        rows.map { row in
          .members([
            "fact": .string(catalogue.title("criterion", row.text("criterion"), row.text("fact"))),
            "swing": .string(row.number("score_swing").map { "±" + catalogue.number(abs($0) / 2, decimals: 1) } ?? "–"),
            "width": .string(row.number("score_swing").map { catalogue.number(abs($0), decimals: 1) } ?? "–"),
            "ranks": .string(row.number("rank_swing").map { catalogue.number($0) } ?? "–"), "how": narrative(row.text("how"), limit: 500),
          ])
        })
    ])
  }

  private func quality() -> JSON {
    let criteria = site.at("score", "criteria")?.array ?? []
    var counts: [String: Int] = [:]
    for criterion in criteria { counts[criterion.text("basis") ?? "none", default: 0] += 1 }
    let order = ["data", "prior", "district", "city-median", "none"]
    let defects = site.list("defects").map { defect -> JSON in
      .members([
        "code": .clean(defect.text("code"), limit: 80), "title": .string(catalogue.title("defect", defect.text("code"))),
        "detail": .clean(defect.text("detail"), limit: 300),
      ])
    }
    return .members([
      "completeness": JSON(site["score"]?.number("completeness").map { catalogue.percent($0, decimals: 0) }),
      "bases": .array(
        order.compactMap { id in
          counts[id].map { .members(["title": .string(catalogue.title("basis", id)), "count": .string(catalogue.number(Double($0)))]) }
        }), "defects": .array(defects), "has_defects": .bool(!defects.isEmpty),
    ])
  }

  private mutating func assumptions() -> JSON {
    let rows = site.list("assumptions")
    guard !rows.isEmpty else { return .null }
    var views: [JSON] = []
    for row in rows {
      let unit = row.text("unit") ?? ""
      let value = row["value"]
      views.append(
        .members([
          "id": .clean(row.text("id"), limit: 80), "title": .clean(row.text("title"), limit: 200),
          "value": .string(text(of: value, unit: unit)),
          "range": JSON(zip2(row.number("low"), row.number("high")).map { catalogue.interval($0, $1, unit: unit) }),
          "base": row.number("price_base").map { .string(JSON.text(of: $0)) } ?? .null, "country": .clean(row.text("country"), limit: 20),
          "kind": .clean(row.text("kind").map { catalogue.title("kind", $0) }), "assumed": .bool(row.text("kind") == "assumption"),
          "source": .clean(row.text("source"), limit: 400), "remark": .clean(row.text("note"), limit: 400),
        ]))
    }
    return .members(["rows": .array(views)])
  }

  private func method() -> JSON {
    let method = site["method"] ?? .null
    return .members([
      "engine": .clean(method.text("engine_version")), "version": .clean(method.text("method_version")),
      "profile": .clean(method.text("profile") ?? site.at("study", "profile")?.string),
      "seed": (method.number("seed") ?? site.at("study", "seed")?.number).map { .string(JSON.text(of: $0)) } ?? .null,
      "crs": .clean(site.at("study", "crs")?.string, limit: 120),
      "inputs": .array(
        method.list("inputs").map {
          .members(["path": .clean($0.text("path"), limit: 200), "sha256": .clean($0.text("sha256"), limit: 64)])
        }),
      "has_inputs": .bool(!method.list("inputs").isEmpty), "notes": .array(notesOnce(method.list("notes"))),
      "has_notes": .bool(!method.list("notes").isEmpty),
    ])
  }

  /// The notes, each once, in their order.
  private func notesOnce(_ notes: [JSON]) -> [JSON] {
    var seen: Set<String> = []
    return notes.compactMap { note in
      guard let text = note.string, seen.insert(text).inserted else { return nil }
      return narrative(text)
    }
  }

  // MARK: Maps

  private mutating func drawMaps(_ atlas: Atlas) {
    let id = site.at("site", "id")?.string ?? ""
    guard let envelope = atlas.envelope(ofSite: id) else { return }
    let rows = atlas.buildings(ofSite: id)
    let center = envelope.center
    let closeWidth = SiteWindow.closeWidth(envelope), contextWidth = SiteWindow.contextWidth(envelope)
    let name = PageText.clean(site.at("site", "name")?.string ?? site.at("site", "address")?.string ?? id, limit: 80)
    for (picture, groundWidth, title) in [("context", contextWidth, Phrase.contextMap), ("close", closeWidth, .closeMap)] {
      let isClose = picture == "close"
      var map = MapDrawing(frame: MapFrame(center: center, groundWidth: groundWidth, width: Self.half, height: isClose ? 360 : 400))
      map.drawStreets(atlas)
      map.drawBuildings(atlas, except: rows, tolerance: isClose ? 0.4 : 0.9)
      map.drawDistricts(atlas.surroundings.districts)
      map.drawPlaces(atlas, radius: isClose ? 4.2 : 2.5)
      map.drawSite(atlas, buildings: rows)
      if !isClose {
        map.labelDistricts(atlas.surroundings.districts)
        map.drawRing(center, meters: 400, label: catalogue.text(.ringLabel, ["meters": "400"]))
      }
      map.drawFurniture(attribution: atlas.surroundings.attribution, north: catalogue.text(.northLetter))
      let kilometers = catalogue.number(groundWidth / 1000, decimals: 1)
      let description = catalogue.text(
        .mapAlt,
        [
          "name": name, "width": kilometers, "buildings": catalogue.number(Double(map.buildingCount)),
          "places": catalogue.number(Double(map.places.values.reduce(0, +))),
        ])
      let drawn = map
      album.pictures.append(
        ReportPicture(
          name: picture, title: catalogue.text(title, ["name": name]), description: description, wide: drawn.picture, narrow: nil,
          style: "chart map"))
      let legend = legend(of: map, hasRing: !isClose)
      add(
        picture + "-legend", catalogue.text(.legend), legend.entries.map(\.label).joined(separator: ", "), style: "chart legend",
        width: Self.half
      ) {
        legend.picture(width: $0)
      }
    }
  }

  private func legend(of map: MapDrawing, hasRing: Bool) -> MapLegend {
    var legend = MapLegend()
    legend.entries.append((.site, catalogue.text(.legendSite)))
    for style in [VacancyStyle.vacant, .partlyVacant, .derelict, .inUse, .unknown] where map.vacancies.contains(style) {
      legend.entries.append((.building(style), catalogue.title("vacancy", style.rawValue)))
    }
    for style in PlaceStyle.allCases where map.places[style] != nil {
      legend.entries.append((.place(style), catalogue.title("category", style.rawValue)))
    }
    if map.hasStreets { legend.entries.append((.street(2), catalogue.text(.legendStreet))) }
    if map.hasDistricts { legend.entries.append((.district, catalogue.text(.legendDistrict))) }
    if hasRing { legend.entries.append((.ring, catalogue.text(.ringLabel, ["meters": "400"]))) }
    return legend
  }
}

/// Both values, if both are known.
func zip2<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
  guard let a, let b else { return nil }
  return (a, b)
}
