import Assessment
import ProjectFinance
import TextFormats

/// The cover and the summary.
extension SitePage {
  func study() -> JSON {
    let study = site.study
    return .members([
      "id": .clean(study.id), "title": .clean(study.title), "price_date": .string(catalogue.date(study.priceDate.description)),
      "as_of": .string(catalogue.date(study.asOf.description)), "grant_date": .string(catalogue.date(study.grantDate.description)),
      "illustrative": .bool(study.isIllustrative), "attribution": .clean(study.attribution.joined(separator: " · ")),
      "currency": .clean(currency),
    ])
  }

  func heading() -> JSON {
    let place = site.site
    let coordinates = zip2(place.latitude, place.longitude).map { lat, lon in
      "\(catalogue.number(lat, decimals: 5))°, \(catalogue.number(lon, decimals: 5))°"
    }
    return .members([
      "id": .string(PageText.clean(place.id)), "name": .string(PageText.clean(place.title, limit: 120)),
      "address": .clean(place.address, limit: 200), "district": .clean(place.district?.name, limit: 120),
      "function": .clean(catalogue.title("function", place.function), limit: 120), "coordinates": JSON(coordinates),
      "year": JSON(place.year.map { "\($0)" }),
    ])
  }

  mutating func headline() -> JSON {
    let verdict = site.verdict
    if let value = site.score.score {
      let interval = ChartValue(value: value, low: site.score.low, high: site.score.high)
      add("strip", catalogue.text(.score), catalogue.text(.scoreStripAlt), style: "chart strip-chart", narrow: false) {
        _ in ScoreCharts.scoreStrip(interval, width: ReportPicture.narrowWidth, height: 16, isLabelled: true, catalogue: catalogue)
      }
    }
    var figures: [JSON] = []
    for test in verdict.figures { figures.append(.members(["title": say(test.title), "figure": figure(test.figure).json])) }
    let id = verdict.verdict.rawValue
    return .members([
      "tiles": .array(tiles()), "rows": .array(summary()),
      "basis": basis(of: chosen.map { [$0.capex, $0.grant, $0.fnpvC, $0.fnpvK, $0.enpv] } ?? []), "has_verdict": true,
      "verdict": .string(catalogue.title("verdict", id)),
      "verdict_style": .string(String(id.map { $0 == " " ? "-" : $0 }.filter { $0.isASCII && ($0.isLetter || $0 == "-") })),
      "rule": say(verdict.rule), "summary": say(verdict.summary, limit: 4_000), "figures": .array(figures),
      "has_figures": .bool(!figures.isEmpty), "missing": .array(verdict.missing.map { say($0) }),
      "has_missing": .bool(!verdict.missing.isEmpty),
    ])
  }

  private func tiles() -> [JSON] {
    let score = site.score
    var tiles: [JSON] = []
    func tile(_ label: Phrase, _ value: String, _ detail: String?) {
      tiles.append(.members(["label": .string(catalogue.text(label)), "value": .string(value), "detail": JSON(detail)]))
    }
    func whole(_ value: Int) -> String { catalogue.number(Double(value)) }
    if let value = score.score {
      tile(
        .score, catalogue.number(value, decimals: 1),
        zip2(score.low, score.high).map {
          catalogue.text(.interval, ["low": catalogue.number($0, decimals: 1), "high": catalogue.number($1, decimals: 1)])
        })
    }
    if let rank = score.rank {
      var detail = catalogue.text(.ofSites, ["count": whole(score.of)])
      if let low = score.rankLow, let high = score.rankHigh, low != high {
        detail += ", " + catalogue.text(.rankBetween, ["low": whole(low), "high": whole(high)])
      }
      tile(.rank, whole(rank), detail)
    }
    guard let chosen else { return tiles }
    for (figure, phrase) in [(chosen.capex, Phrase.capex), (chosen.grant, .grant), (chosen.fnpvC, .fnpvC), (chosen.jobs, .jobs)] {
      let isMoney = figure.unit == currency
      let value = figure.value.map {
        isMoney
          ? catalogue.compactMoney($0, currency: currency) : catalogue.number($0, decimals: abs($0) < 10 && $0 != $0.rounded() ? 1 : 0)
      }
      let range = zip2(figure.low, figure.high).flatMap { low, high -> String? in
        guard low != high else { return nil }
        let ends = [low, high].map { isMoney ? catalogue.compactMoney($0, currency: currency) : catalogue.number($0) }
        return catalogue.text(.interval, ["low": ends[0], "high": ends[1]])
      }
      tile(phrase, value ?? catalogue.text(.unknown), range)
    }
    return tiles
  }

  private func summary() -> [JSON] {
    let place = site.site
    var rows: [JSON] = []
    func row(_ label: Phrase, _ parts: [String?], separator: String = ", ") {
      let value = parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: separator)
      if !value.isEmpty { rows.append(.members(["label": .string(catalogue.text(label)), "value": .string(value)])) }
    }
    let area = place.facts.first { $0.id == "gross_floor_area" }?.figure.value
    row(
      .summaryWhat,
      [
        catalogue.title("function", place.function),
        area.map { catalogue.text(.grossArea, ["area": catalogue.quantity($0, unit: "m2")]) },
        place.year.map { catalogue.text(.builtIn, ["year": "\($0)"]) },
      ])
    row(.summaryWhere, [place.address, place.district?.name].map { $0.map { PageText.clean($0, limit: 200) } })
    row(
      .summaryWhom,
      site.sectors.prefix(3).map { catalogue.title("sector", $0.id, $0.title) + " (\(catalogue.percent($0.fit, decimals: 0)))" })
    if let chosen {
      row(.summaryAlternative, [words(chosen.title)])
      row(.summaryCost, [amount(chosen.capex)])
      row(
        .summaryGrant, [amount(chosen.grant), amount(chosen.cofinancing).map { catalogue.text(.plusCofinancing, ["amount": $0]) }],
        separator: "; ")
      row(
        .summaryReturn,
        [(chosen.fnpvC, Phrase.fnpvC), (chosen.fnpvK, .fnpvK), (chosen.enpv, .enpv)].map { figure, phrase in
          amount(figure).map { catalogue.text(phrase) + " " + $0 }
        }, separator: "; ")
    }
    let worst = site.risks.max { $0.likelihood * $0.impact < $1.likelihood * $1.impact }
    row(.summaryRisk, [worst.map { words($0.title) }])
    return rows
  }

  /// An amount with its range.
  private func amount(_ figure: Figure) -> String? {
    guard let value = figure.value else { return nil }
    let text = catalogue.quantity(value, unit: figure.unit)
    guard let low = figure.low, let high = figure.high, low != high else { return text }
    return text + " (" + catalogue.interval(low, high, unit: figure.unit) + ")"
  }
}
