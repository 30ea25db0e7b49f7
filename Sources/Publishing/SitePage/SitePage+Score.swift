import Assessment
import TextFormats

/// The score, the sectors, and what follows from them.
extension SitePage {
  mutating func score() -> JSON {
    let score = site.score
    guard let value = score.score else { return .null }
    var groups: [ScoreGroup] = []
    var rows: [JSON] = []
    for (position, group) in score.groups.enumerated() {
      let title = catalogue.title("group", group.id, group.title)
      let members = score.criteria.filter { $0.group == group.id }
      groups.append(
        ScoreGroup(
          id: group.id, title: title, weight: group.weight,
          contribution: ChartValue(value: group.contribution, low: group.low, high: group.high),
          bars: members.map { criterion in
            ScoreBar(
              title: catalogue.title("criterion", criterion.id, criterion.title), weight: criterion.weight,
              contribution: ChartValue(
                value: criterion.contribution, low: criterion.contributionLow, high: criterion.contributionHigh),
              isKnown: criterion.basis == .data)
          }))
      rows.append(
        .members([
          "is_group": true, "title": .string(title), "style": .string("g\(ScoreCharts.style(ofGroup: group.id, at: position))"),
          "weight": .string(catalogue.number(group.weight)), "contribution": number(group.contribution, decimals: 1),
          "range": points(group.low, group.high), "value": .null, "x": .null, "basis": .null, "note": .null, "assumed": false,
          "source": .null,
        ]))
      for criterion in members { rows.append(row(criterion)) }
    }
    drawScore(groups, total: catalogue.number(value, decimals: 1))
    let shares = score.robustness?.rankAcceptability ?? []
    let counterfactuals = site.counterfactuals.map { row -> JSON in
      .members([
        "change": say(row.change, limit: 400),
        "delta": .string((row.scoreDelta > 0 ? "+" : "") + catalogue.number(row.scoreDelta, decimals: 1)),
      ])
    }
    return .members([
      "total": .string(catalogue.number(value, decimals: 1)), "range": points(score.low, score.high),
      "suitability": JSON(score.suitability.map { catalogue.number($0, decimals: 1) }),
      "need": JSON(score.regenerationNeed.map { catalogue.number($0, decimals: 1) }),
      "completeness": JSON(score.completeness.map { catalogue.percent($0, decimals: 0) }), "rows": .array(rows),
      "has_rows": .bool(!rows.isEmpty), "has_robustness": .bool(!shares.isEmpty),
      "robustness": .string(score.robustness.map(robustnessText) ?? ""), "counterfactuals": .array(counterfactuals),
      "has_counterfactuals": .bool(!counterfactuals.isEmpty),
    ])
  }

  private mutating func row(_ criterion: ScoreReport.Criterion) -> JSON {
    var x = text(of: criterion.measured, unit: criterion.unit)
    if case .number = criterion.measured, let low = criterion.measuredLow, let high = criterion.measuredHigh, low != high {
      x += " (" + catalogue.interval(low, high, unit: criterion.unit) + ")"
    }
    return .members([
      "is_group": false, "title": .string(catalogue.title("criterion", criterion.id, criterion.title)), "style": .null,
      "weight": .string(catalogue.significant(criterion.weight, figures: 2)), "contribution": number(criterion.contribution, decimals: 2),
      "range": points(criterion.contributionLow, criterion.contributionHigh), "value": number(criterion.worth, decimals: 2),
      "x": .string(x), "basis": .clean(catalogue.title("basis", criterion.basis.rawValue)),
      "note": JSON(note(criterion.source).map(Double.init)), "assumed": .bool(criterion.basis != .data), "source": say(criterion.source),
    ])
  }

  /// What was measured, in words.
  private func text(of measurement: Measurement, unit: String) -> String {
    let text: String
    switch measurement {
    case .number(let value): text = catalogue.quantity(value, unit: unit)
    case .codes(let codes): text = codes.map { catalogue.title("value", $0, $0) }.joined(separator: ", ")
    case .built(let year, let isListed):
      text = [year.map { "\($0)" }, isListed ? catalogue.text(.listed) : nil].compactMap { $0 }.joined(separator: ", ")
    case .unknown: text = ""
    }
    return text.isEmpty ? catalogue.text(.unknown) : text
  }

  private func robustnessText(_ robustness: RobustnessReport) -> String {
    catalogue.text(
      .robustnessText,
      [
        "draws": catalogue.number(Double(robustness.draws)), "seed": JSON.text(of: robustness.seed),
        "first": catalogue.percent(robustness.firstPlaceShare),
        "confidence": robustness.confidenceFactor.map { catalogue.percent($0) } ?? catalogue.text(.unknown),
      ])
  }

  private func drawScore(_ groups: [ScoreGroup], total: String) {
    if !groups.isEmpty {
      let parts = groups.map { "\($0.title) \($0.contribution.value.map { catalogue.number($0, decimals: 1) } ?? "–")" }.joined(
        separator: ", ")
      add("score", catalogue.text(.scoreChart), catalogue.text(.scoreChartAlt, ["score": total, "parts": parts])) {
        ScoreCharts.breakdown(groups, width: $0, catalogue: catalogue)
      }
    }
    guard let robustness = site.score.robustness, let first = robustness.rankAcceptability.first else { return }
    let shares = robustness.rankAcceptability
    add(
      "acceptability", catalogue.text(.acceptabilityChart),
      catalogue.text(
        .acceptabilityChartAlt, ["first": catalogue.percent(first), "draws": catalogue.number(Double(robustness.draws))])
    ) { ScoreCharts.acceptability($0 < 500 ? Array(shares.prefix(6)) : shares, width: min($0, Self.half), catalogue: catalogue) }
  }

  func sectors() -> JSON {
    let sectors = site.sectors
    guard !sectors.isEmpty else { return .null }
    let bars = sectors.map { sector in
      (
        title: catalogue.title("sector", sector.id, sector.title), fit: Double?.some(sector.fit),
        limiting: sector.limitingTitle.map { words($0) } ?? ""
      )
    }
    add(
      "sectors", catalogue.text(.sectorChart),
      catalogue.text(.sectorChartAlt, ["best": bars[0].title, "fit": catalogue.percent(sectors[0].fit, decimals: 0)])
    ) { ScoreCharts.sectors(bars, width: $0, catalogue: catalogue) }
    let needs = sectors[0].utilities.entries.map(\.name)
    return .members([
      "rows": .array(
        sectors.map { sector in
          .members([
            "title": .string(catalogue.title("sector", sector.id, sector.title)), "fit": percent(sector.fit, decimals: 0),
            "utilities": .array(
              needs.map { .members(["value": number(sector.utilities($0), decimals: 2), "limits": .bool(sector.limiting == $0)]) }),
            "rent": percent(sector.rentShare, decimals: 0),
          ])
        }), "heads": .array(needs.map { .string(catalogue.title("utility", $0)) }),
    ])
  }

  func swot() -> JSON {
    let swot = site.swot
    let parts: [(style: String, phrase: Phrase, lines: [SWOTReport.Line])] = [
      ("strengths", .strengths, swot.strengths), ("weaknesses", .weaknesses, swot.weaknesses),
      ("opportunities", .opportunities, swot.opportunities), ("threats", .threats, swot.threats),
    ]
    guard parts.contains(where: { !$0.lines.isEmpty }) else { return .null }
    return .members([
      "parts": .array(
        parts.map { part in
          .members([
            "title": .string(catalogue.text(part.phrase)), "style": .string(part.style), "empty": .bool(part.lines.isEmpty),
            "lines": .array(
              part.lines.map {
                .members([
                  "text": say($0.text, limit: 500), "rule": say($0.rule, limit: 300), "figure": say($0.figure, limit: 120),
                ])
              }),
          ])
        })
    ])
  }
}
