import Assessment
import ProjectFinance
import TextFormats

/// The alternatives side by side, and the chosen one.
extension SitePage {
  /// The figures of an alternative in the order of the table.
  private static func metrics(_ a: AlternativeReport) -> [(phrase: Phrase, figure: Figure?)] {
    [
      (.convertedArea, a.convertedArea), (.lettableArea, a.lettableArea), (.jobs, a.jobs), (.capex, a.capex),
      (.capexPerArea, a.capexPerArea), (.referenceClass, a.capexReferenceClass), (.revenue, a.revenue),
      (.operatingCost, a.operatingCost), (.grant, a.grant), (.cofinancing, a.cofinancing), (.loan, a.loan), (.softLoan, a.softLoan),
      (.equity, a.equity), (.unfunded, a.unfunded), (.fnpvC, a.fnpvC), (.frrC, a.frrC), (.fnpvK, a.fnpvK), (.frrK, a.frrK),
      (.npvOwner, a.fnpvKPrivate), (.enpv, a.enpv), (.err, a.err), (.benefitCost, a.benefitCost), (.dscrMin, a.dscrMin),
      (.dscrMean, a.dscrMean), (.llcr, a.llcr), (.breakEvenRent, a.breakEvenRent), (.payback, a.payback),
      (.publicPerJob, a.publicPerJob), (.fundingGap, a.fundingGap),
    ]
  }

  mutating func alternatives() -> JSON {
    let alternatives = site.alternatives
    guard !alternatives.isEmpty else { return .null }
    let columns = alternatives.map(Self.metrics)
    var rows: [JSON] = []
    var figures: [Figure] = []
    for (row, metric) in columns[0].enumerated() where columns.contains(where: { $0[row].figure?.value != nil }) {
      figures += columns.compactMap { $0[row].figure }
      var cells: [FigureView] = []
      for column in columns { cells.append(figure(column[row].figure, unknown: "–")) }
      let shared = Set(cells.compactMap(\.note))
      if shared.count == 1 { for k in cells.indices { cells[k].note = nil } }
      rows.append(
        .members([
          "title": .string(catalogue.text(metric.phrase)),
          "cells": .array(zip(cells, alternatives).map { $0.cell(isChosen: $1.isChosen) }),
          "row_note": shared.count == 1 ? JSON(shared.first.map(Double.init)) : .null,
        ]))
    }
    draw(alternatives.map { ($0, $0.capex) }, "capex", axis: .axisCapex, title: .capexChart)
    draw(alternatives.map { ($0, $0.fnpvC) }, "returns", axis: .axisNPV, title: .returnChart)
    return .members([
      "heads": .array(
        alternatives.map {
          .members(["title": say($0.title), "chosen": .bool($0.isChosen), "description": say($0.description, limit: 400)])
        }), "rows": .array(rows),
      "verdicts": .array(
        alternatives.map {
          .members(["text": .string(catalogue.title("verdict", $0.verdict.rawValue)), "chosen": .bool($0.isChosen)])
        }), "has_verdicts": true, "basis": basis(of: figures), "count": .string(catalogue.number(Double(alternatives.count))),
    ])
  }

  private func draw(_ rows: [(AlternativeReport, Figure)], _ picture: String, axis: Phrase, title: Phrase) {
    guard rows.contains(where: { $0.1.value != nil }) else { return }
    let bars = rows.map { (title: words($0.title), value: $1.chartValue, isMarked: $0.isChosen) }
    let texts = bars.map { "\($0.title) \(compact($0.value.value))" }
    add(picture, catalogue.text(title), texts.joined(separator: ", "), width: Self.half) {
      charts.intervals(bars, width: $0, axisName: catalogue.text(axis))
    }
  }

  mutating func chosenAlternative() -> JSON {
    guard let chosen else { return .null }
    return .members([
      "title": say(chosen.title), "description": say(chosen.description), "programme": programme(chosen), "costs": costs(chosen),
      "financing": financing(chosen), "aid": chosen.aid.map(aid) ?? .null, "inverse": inverse(chosen), "cash_flow": cashFlow(chosen),
      "sensitivity": sensitivity(chosen), "economics": economics(chosen),
    ])
  }

  private func programme(_ chosen: AlternativeReport) -> JSON {
    let rows = chosen.programme
    guard !rows.isEmpty else { return .null }
    return .members([
      "rows": .array(
        rows.map {
          .members([
            "title": say($0.title), "area": number($0.area), "unit": number($0.unitArea), "units": number($0.units.map(Double.init)),
            "jobs": number($0.jobs, decimals: 1), "rent": number($0.rent, decimals: 2),
          ])
        }), "area": number(rows.reduce(0) { $0 + $1.area }), "jobs": number(rows.reduce(0) { $0 + $1.jobs }, decimals: 1),
      "rent_unit": .string(catalogue.unit(currency + "/m2/month")),
    ])
  }

  private mutating func costs(_ chosen: AlternativeReport) -> JSON {
    let groups = chosen.costGroups
    guard !groups.isEmpty else { return .null }
    let bars = groups.map {
      (title: catalogue.costGroup($0), value: ChartValue(value: $0.central, low: $0.low, high: $0.high), isMarked: true)
    }
    add("costs", catalogue.text(.costChart), bars.map { "\($0.title) \(compact($0.value.value))" }.joined(separator: ", ")) {
      charts.intervals(bars, width: $0, axisName: catalogue.text(.axisCapex))
    }
    func range(_ title: JSON, _ low: Double, _ central: Double, _ high: Double) -> JSON {
      .members(["title": title, "low": moneyText(low), "central": moneyText(central), "high": moneyText(high)])
    }
    return .members([
      "rows": .array(groups.map { range(.string(catalogue.costGroup($0)), $0.low, $0.central, $0.high) }),
      "total": figure(chosen.capex).json, "per_area": figure(chosen.capexPerArea).json, "basis": basis(of: [chosen.capex]),
      "reference": chosen.capexReferenceClass.value == nil ? .null : figure(chosen.capexReferenceClass).json,
      "factors": .array(chosen.costFactors.map { .members(["title": say($0.title), "value": number($0.value, decimals: 2)]) }),
      "has_factors": .bool(!chosen.costFactors.isEmpty),
      "extras": .array(chosen.costExtras.map { range(say($0.title), $0.low, $0.central, $0.high) }),
      "has_extras": .bool(!chosen.costExtras.isEmpty),
    ])
  }

  private mutating func financing(_ chosen: AlternativeReport) -> JSON {
    let sources: [(phrase: Phrase, figure: Figure)] = [
      (.grant, chosen.grant), (.cofinancing, chosen.cofinancing), (.softLoan, chosen.softLoan), (.loan, chosen.loan),
      (.equity, chosen.equity), (.unfunded, chosen.unfunded),
    ]
    let known = sources.compactMap { source in
      source.figure.value.flatMap { $0 > 0 ? (title: catalogue.text(source.phrase), value: $0) : nil }
    }
    guard !known.isEmpty else { return .null }
    add(
      "financing", catalogue.text(.financingChart), known.map { "\($0.title) \(money($0.value))" }.joined(separator: ", ")
    ) { charts.stack(known, width: $0) }
    var rows: [JSON] = []
    for source in sources {
      rows.append(.members(["title": .string(catalogue.text(source.phrase)), "figure": figure(source.figure).json]))
    }
    // The sources pay for more than the capital cost: losses before full letting and interest before the first payment.
    let total = sources.reduce(0) { $0 + ($1.figure.value ?? 0) }
    let uses = chosen.uses.value ?? total
    let other = uses - (chosen.capex.value ?? uses)
    return .members([
      "rows": .array(rows), "uses": figure(chosen.capex).json, "basis": basis(of: sources.map(\.figure)), "total": moneyText(total),
      "other_uses": other > 0.5 ? moneyText(other) : .null, "text": say(chosen.financing),
    ])
  }

  private func aid(_ aid: AidReport) -> JSON {
    .members([
      "title": .clean(aid.title, limit: 300), "rule": .clean(aid.rule, limit: 120), "text": say(aid.text),
      "rate": JSON(aid.rate.map { catalogue.percent($0) }),
      "ceiling": JSON(aid.ceiling.map { catalogue.money($0, currency: "EUR") }),
      "valid_to": JSON(aid.validTo.map { catalogue.date($0.description) }), "verified": .bool(aid.isVerified),
      "has_routes": .bool(!aid.routes.isEmpty),
      "routes": .array(
        aid.routes.map { route in
          .members([
            "rule": .clean(route.rule, limit: 80), "title": .clean(route.title, limit: 200),
            "status": .string(catalogue.title("status", route.status.rawValue)),
            "ceiling": .string(route.ceiling.map { catalogue.money($0.rounded(), currency: "EUR") } ?? "–"),
            "valid": .string(
              catalogue.date(route.validFrom.description) + " – " + (route.validTo.map { catalogue.date($0.description) } ?? "…")),
            "text": say(route.text),
          ])
        }),
    ])
  }

  private mutating func inverse(_ chosen: AlternativeReport) -> JSON {
    guard !chosen.inverse.isEmpty else { return .null }
    var rows: [JSON] = []
    for answer in chosen.inverse {
      rows.append(
        .members(["title": say(answer.title, limit: 300), "figure": figure(answer.figure).json, "verified": .bool(answer.isVerified)]))
    }
    return .members(["rows": .array(rows)])
  }

  private func cashFlow(_ chosen: AlternativeReport) -> JSON {
    let years = chosen.cashFlow
    guard let first = years.first, let last = years.last else { return .null }
    let parts: [(phrase: Phrase, isCost: Bool, amount: (CashFlowYear) -> Double)] = [
      (.capex, true, \.capex), (.operatingCost, true, \.operatingCost), (.replacements, true, \.replacements),
      (.revenue, false, { $0.revenue ?? 0 }), (.residual, false, \.residual),
    ]
    let shown = parts.filter { part in years.contains { part.amount($0) != 0 } }
    let bars = years.map { year in
      AppraisalCharts.Year(
        label: "\(year.year)", parts: shown.map { $0.isCost ? -abs($0.amount(year)) : $0.amount(year) }, cumulative: year.cumulative)
    }
    add(
      "cashflow", catalogue.text(.cashFlowChart),
      catalogue.text(.cashFlowChartAlt, ["from": "\(first.year)", "to": "\(last.year)", "end": compact(last.cumulative)])
    ) { charts.cashFlow(bars, series: shown.map { catalogue.text($0.phrase) }, width: $0) }
    let columns: [(phrase: Phrase, amount: (CashFlowYear) -> Double?)] = [
      (.capex, \.capex), (.revenue, \.revenue), (.operatingCost, \.operatingCost), (.replacements, \.replacements),
      (.residual, \.residual), (.net, \.net), (.discounted, \.discounted), (.grant, \.grant), (.debtService, \.debtService),
      (.cumulative, \.cumulative),
    ]
    let present = columns.filter { column in years.contains { (column.amount($0) ?? 0) != 0 } }
    return .members([
      "heads": .array(present.map { .string(catalogue.text($0.phrase)) }),
      "rows": .array(
        years.map { year in
          .members(["year": .string("\(year.year)"), "cells": .array(present.map { number($0.amount(year)) })])
        }), "currency": .string(catalogue.unit(currency)), "basis": basis(of: [chosen.capex]),
    ])
  }

  private mutating func economics(_ chosen: AlternativeReport) -> JSON {
    guard let economics = chosen.economics, !economics.benefits.isEmpty else { return .null }
    return .members([
      "rows": .array(economics.benefits.map { .members(["title": say($0.title), "value": moneyText($0.presentValue)]) }),
      "costs": moneyText(-abs(economics.costs)), "total": figure(chosen.enpv).json,
      "not_counted": .array(economics.notCounted.map { say($0) }), "has_not_counted": .bool(!economics.notCounted.isEmpty),
      "basis": basis(of: [chosen.enpv]),
    ])
  }
}

extension Catalogue {
  /// Number and title of a DIN 276 group.
  func costGroup(_ line: CostGroupLine) -> String {
    PageText.clean(line.group, limit: 20) + " " + title("cost_group", line.group, line.title)
  }
}
