import Assessment
import TextFormats

/// Sensitivity, risks, timetable.
extension SitePage {
  func sensitivity(_ chosen: AlternativeReport) -> JSON {
    guard let uncertainty = chosen.uncertainty else { return .null }
    let draws = uncertainty.simulation
    if !uncertainty.tornado.isEmpty {
      func change(_ share: Double) -> String { (share > 0 ? "+" : "") + catalogue.percent(share) }
      let bars = uncertainty.tornado.map {
        (
          title: words($0.title, limit: 120), low: Double?.some($0.lowValue), high: Double?.some($0.highValue),
          lowLabel: change($0.lowChange), highLabel: change($0.highChange)
        )
      }
      add("tornado", catalogue.text(.tornadoChart), catalogue.text(.tornadoChartAlt, ["first": bars[0].title])) {
        charts.tornado(bars, base: chosen.fnpvC.value, width: $0)
      }
    }
    let counts = (draws.histogram?.counts ?? []).map(Double.init)
    if let histogram = draws.histogram, !counts.isEmpty, histogram.to > histogram.from {
      let marks = [("P10", draws.p10), ("P50", draws.p50), ("P90", draws.p90)].compactMap { label, value in
        value.map { (label: label, value: $0) }
      }
      add("montecarlo", catalogue.text(.monteCarloChart), marks.map { "\($0.label) \(compact($0.value))" }.joined(separator: ", ")) {
        charts.histogram(from: histogram.from, to: histogram.to, counts: counts, marks: marks, width: $0)
      }
    }
    func quantity(_ value: Double?, _ unit: String) -> JSON { .string(value.map { catalogue.quantity($0, unit: unit) } ?? "–") }
    return .members([
      "has_tornado": .bool(!uncertainty.tornado.isEmpty), "has_draws": true, "has_histogram": .bool(!counts.isEmpty),
      "draws": .string(drawsText(draws)),
      "switching": .array(
        uncertainty.switching.map { .members(["title": say($0.title, limit: 200), "text": say($0.text, limit: 400)]) }),
      "has_switching": .bool(!uncertainty.switching.isEmpty),
      "scenarios": .array(
        uncertainty.scenarios.map { .members(["title": say($0.title, limit: 200), "value": moneyText($0.netPresentValue)]) }),
      "has_scenarios": .bool(!uncertainty.scenarios.isEmpty),
      "drivers": .array(draws.drivers.map { .members(["title": say($0.title, limit: 200), "share": percent($0.share)]) }),
      "has_drivers": .bool(!draws.drivers.isEmpty),
      "spreads": .array(
        draws.spreads.map {
          .members([
            "title": .string(catalogue.label("spread", $0.id) ?? words($0.title)), "p10": quantity($0.p10, $0.unit),
            "p50": quantity($0.p50, $0.unit), "p90": quantity($0.p90, $0.unit),
          ])
        }), "has_spreads": .bool(!draws.spreads.isEmpty), "note": say(draws.note),
      "inputs": .array(draws.inputs.map { .members(["title": say($0.title), "spread": say($0.spread)]) }),
      "has_inputs": .bool(!draws.inputs.isEmpty), "correlations": .array(draws.correlations.map { say($0) }),
      "has_correlations": .bool(!draws.correlations.isEmpty),
    ])
  }

  private func drawsText(_ draws: SimulationReport) -> String {
    func share(_ value: Double?) -> String { value.map { catalogue.percent($0) } ?? catalogue.text(.unknown) }
    return catalogue.text(
      .monteCarloText,
      [
        "draws": catalogue.number(Double(draws.draws)), "seed": JSON.text(of: draws.seed), "positive": share(draws.positiveValue),
        "dscr": share(draws.coverage), "p10": money(draws.p10), "p50": money(draws.p50), "p90": money(draws.p90),
      ])
  }

  func risks() -> JSON {
    guard !site.risks.isEmpty else { return .null }
    let sorted = site.risks.enumerated().sorted { a, b in
      let x = a.element.likelihood * a.element.impact, y = b.element.likelihood * b.element.impact
      return x == y ? a.offset < b.offset : x > y
    }.map(\.element)
    let cells = sorted.enumerated().map { (number: $0 + 1, likelihood: $1.likelihood, impact: $1.impact) }
    add(
      "risks", catalogue.text(.riskChart), catalogue.text(.riskChartAlt, ["worst": words(sorted[0].title, limit: 120)]), narrow: false
    ) { _ in charts.riskMatrix(cells, width: ReportPicture.narrowWidth) }
    return .members([
      "rows": .array(
        sorted.enumerated().map { i, risk in
          .members([
            "number": .number(Double(i + 1)), "title": say(risk.title, limit: 300), "rule": say(risk.rule, limit: 400),
            "likelihood": number(Double(risk.likelihood)), "impact": number(Double(risk.impact)),
            "mitigation": say(risk.mitigation, limit: 600),
          ])
        })
    ])
  }

  func timetable() -> JSON {
    let phases = site.timetable.map { (title: words($0.title), from: Double($0.from), to: Double($0.to)) }
    guard !phases.isEmpty else { return .null }
    add(
      "timetable", catalogue.text(.timetableChart),
      phases.map { "\($0.title): \(catalogue.number($0.from))–\(catalogue.number($0.to))" }.joined(separator: "; ")
    ) { charts.timetable(phases, width: $0) }
    return .members([
      "rows": .array(phases.map { .members(["title": .string($0.title), "from": number($0.from), "to": number($0.to)]) })
    ])
  }
}
