import Assessment
import CXLSXWriter
import ProjectFinance

/// The sheets that follow: results, sensitivity, checks.
extension SiteWorkbook {
  func writeResults() {
    heading(results, .sheetResults)
    results.text(1, 0, chosen.map { PageText.clean(catalogue.text(of: $0.title), limit: 300) } ?? "", .note)
    results.widths([52, 18, 26, 60])
    let hasRent = plan.rentPerSquareMetreMonth != nil
    var at = 3
    for (column, head) in [t(.resultHead), t(.valueLabel), t(.nameLabel), ""].enumerated() {
      results.text(2, column, head, column == 1 ? .headRight : .head)
    }
    func result(
      _ name: String, _ label: String, _ formula: String, _ value: Double?, _ number: CellNumber, note: String = "", needsRent: Bool = true
    ) {
      results.text(at, 0, label)
      results.formula(at, 1, hasRent || !needsRent ? formula : "IF(rent=\"\",\"–\",\(formula))", value, .total, number)
      results.text(at, 2, name, .unit)
      results.text(at, 3, note, .note)
      book.define(name, results.reference(at, 1))
      at += 1
    }
    let gap = appraisal.fundingGap
    result("result_npv", "FNPV(C)", "SUMPRODUCT(y_net,y_factor)", appraisal.netPresentValue, .money, note: t(.noteNPV))
    result(
      "result_irr", "FRR(C)", irr("net", "cumulative", appraisal.rateOfReturn?.value), appraisal.rateOfReturn?.value, .share,
      note: rateNote(appraisal.rateOfReturn))
    result(
      "discounted_investment", t(.discountedInvestment), "SUMPRODUCT(y_capex,y_factor)",
      model.sum(appraisal.years.map(\.capitalCost), model.factors),
      .money, needsRent: false)
    result(
      "discounted_net_revenue", t(.discountedNetRevenue), "SUMPRODUCT(y_revenue-y_opex-y_replacements+y_residual,y_factor)",
      gap?.discountedNetRevenue, .money)
    result(
      "funding_gap", t(.fundingGap),
      "IF(AND(rent<>\"\",discounted_investment>0),MIN(1,MAX(0,(discounted_investment-discounted_net_revenue)/discounted_investment)),0)",
      gap?.rate ?? 0, .share, needsRent: false)
    result(
      "gap_grant", t(.gapGrant), "SUM(y_capex)*eligible_share*funding_gap*grant_rate_max", appraisal.gapGrant ?? 0, .money, needsRent: false
    )
    result(
      "gap_cofinancing", t(.gapCofinancing), "SUM(y_capex)*eligible_share*funding_gap*(1-grant_rate_max)", appraisal.gapCofinancing ?? 0,
      .money, needsRent: false)
    let stack = appraisal.stack
    result(
      "public_needed", t(.publicNeeded),
      "IF(OR(rent=\"\",SUM(y_capex)=0),0,MAX(0,-SUMPRODUCT(y_owner_before,(1+equity_return)^-y_year)/SUMPRODUCT(y_spread,(1+equity_return)^-y_year)))",
      hasRent ? publicMoneyNeeded.amount : 0, .money, needsRent: false)
    result(
      "grant", t(.grant),
      "IF(public_mode=\"least\",MAX(0,MIN(gap_grant,public_needed-cofinancing,IF(grant_rate_max<1,grant_rate_max/(1-grant_rate_max)*cofinancing,gap_grant))),gap_grant*grant_taken)",
      stack?.grant ?? 0, .money, note: t(isLeast ? .publicModeNote : .fromOptimiser), needsRent: false)
    result(
      "cofinancing", t(.cofinancing), "IF(public_mode=\"least\",MIN(gap_cofinancing,public_needed),gap_cofinancing*cofinancing_taken)",
      stack?.publicCofinancing ?? 0, .money, note: t(isLeast ? .publicModeNote : .fromOptimiser), needsRent: false)
    result("result_soft_loan", t(.softLoan), "SUM(y_soft_draw)", stack?.softLoan ?? 0, .money, needsRent: false)
    result("result_bank_loan", t(.loan), "SUM(y_bank_draw)", stack?.bankLoan ?? 0, .money, needsRent: false)
    result("result_equity", t(.equity), "SUM(y_equity)", sum(appraisal.years.map(\.equity)), .money, needsRent: false)
    result(
      "result_npv_owner", t(.npvOwner), "SUMPRODUCT(y_owner,(1+equity_return)^-y_year)", appraisal.ownersNetPresentValue, .money)
    result(
      "result_npv_national", "FNPV(K)", "SUMPRODUCT(y_national,y_factor)", appraisal.nationalNetPresentValue, .money, note: t(.noteNational)
    )
    result(
      "result_irr_national", "FRR(K)", irr("national", "national_cumulative", appraisal.nationalRateOfReturn?.value),
      appraisal.nationalRateOfReturn?.value, .share,
      note: rateNote(appraisal.nationalRateOfReturn))
    result("result_dscr_min", t(.dscrMin), "IF(COUNT(y_dscr)=0,\"–\",MIN(y_dscr))", appraisal.coverage?.minimum, .rate)
    result("result_dscr_mean", t(.dscrMean), "IF(COUNT(y_dscr)=0,\"–\",AVERAGE(y_dscr))", appraisal.coverage?.mean, .rate)
    result("result_cash_min", t(.cashMinimum), "MIN(y_cash)", appraisal.minimumCumulatedCash, .money)
    at += 1
    results.text(at, 0, t(.notLive), .head)
    for column in 1..<4 { results.text(at, column, "", .head) }
    at += 1
    for (label, value, number) in [
      (Phrase.enpv, appraisal.economics?.netPresentValue, CellNumber.money), (.benefitCost, appraisal.economics?.benefitCostRatio, .rate),
      (.jobs, appraisal.jobs, .rate),
      (.publicPerJob, appraisal.publicMoneyPerJob, .money),
    ] {
      results.text(at, 0, t(label))
      results.number(at, 1, value, .formula, number)
      at += 1
    }
    at += 1
    results.text(at, 0, t(.checkAll), .label)
    results.formula(at, 1, "IF(checks_failed=0,\"OK\",\"!\")", text: "OK", .good)
    let chart = book.chart(LXW_CHART_BAR)
    let rowOfGrant = 3 + 8
    let series = chart_add_series(
      chart, "=" + results.reference(rowOfGrant, 0, rowOfGrant + 4, 0), "=" + results.reference(rowOfGrant, 1, rowOfGrant + 4, 1))
    chart_series_set_name(series, t(.financingChart))
    chart_title_set_name(chart, t(.financingChart))
    chart_legend_set_position(chart, UInt8(LXW_CHART_LEGEND_NONE.rawValue))
    results.insert(chart, at + 2, 0, width: 620, height: 280, description: t(.financingChart))
  }

  /// The internal rate of return of a row. One change of sign of the flow (Descartes) or of its running sum (Norstrom 1972) makes the rate
  /// unique; else none is shown.
  func irr(_ name: String, _ running: String, _ guess: Double?) -> String {
    guard model.count > 1 else { return "\"–\"" }
    let changes = [name, running].map { name -> String in
      guard let at = rows[name] else { preconditionFailure("no row '\(name)'") }
      let last = Self.first + model.count - 1
      return "SUMPRODUCT(--(\(flow.reference(at, Self.first, at, last - 1))*\(flow.reference(at, Self.first + 1, at, last))<0))=1"
    }
    return "IF(OR(\(changes[0]),\(changes[1])),IFERROR(IRR(y_\(name),\(guess.map { String($0) } ?? "0.05")),\"–\"),\"–\")"
  }

  func rateNote(_ rate: InternalRateOfReturn?) -> String {
    switch rate {
    case .multiple(let roots):
      catalogue.text(.severalRates, ["rates": roots.map { catalogue.percent($0, decimals: 2) }.joined(separator: ", ")])
    case .none?: t(.noRate)
    default: ""
    }
  }

  func writeSensitivity() {
    heading(sensitivity, .sheetSensitivity)
    sensitivity.text(1, 0, t(.sensitivityNote), .note)
    sensitivity.widths([44, 18, 18, 18, 18, 18])
    let last = model.count - 1
    let rents = (0..<model.count).map { rentYear($0) }
    let opex = appraisal.years.map(\.operatingCost)
    let charges = (0..<model.count).map { chargesYear($0) }
    let operatingOnly = (0..<model.count).map { opex[$0] - charges[$0] }
    let perCapital =
      -model.sum(model.draw, model.prices, model.factors) - model.sum(model.renewals, model.prices, model.factors)
      + model.residualShare * model.prices[last] * model.factors[last]
    let lines: [(name: String, label: Phrase, formula: String, value: Double)] = [
      ("pv_rents", .pvRents, "SUMPRODUCT(y_rents,y_factor)", model.sum(rents, model.factors)),
      (
        "pv_capital", .pvCapital,
        "capital_cost*(-SUMPRODUCT(y_draw,y_price,y_factor)-SUMPRODUCT(y_renewal,y_price,y_factor)+residual_share*INDEX(y_price,1,horizon_years)*INDEX(y_factor,1,horizon_years))",
        plan.capitalCost.central * perCapital
      ),
      ("pv_operating", .pvOperating, "-SUMPRODUCT(y_opex-y_charges,y_factor)", -model.sum(operatingOnly, model.factors)),
    ]
    for (column, head) in [Phrase.resultHead, .valueLabel].enumerated() {
      sensitivity.text(3, column, t(head), column == 0 ? .head : .headRight)
    }
    for (i, line) in lines.enumerated() {
      sensitivity.text(4 + i, 0, t(line.label))
      sensitivity.formula(4 + i, 1, line.formula, line.value, .formula, .money)
      book.define(line.name, sensitivity.reference(4 + i, 1))
    }
    let changes = [-0.2, -0.1, 0.1, 0.2]
    sensitivity.text(9, 0, t(.npvWhenChanged), .head)
    for (i, change) in changes.enumerated() { sensitivity.number(9, 1 + i, change, .input, .share) }
    let npv = appraisal.netPresentValue
    for (i, line) in lines.enumerated() {
      sensitivity.text(10 + i, 0, t([Phrase.rentLabel, .capex, .operatingCost][i]))
      for (k, change) in changes.enumerated() {
        let letter = WorkbookSheet.letters(1 + k)
        sensitivity.formula(
          10 + i, 1 + k, "IF(rent=\"\",\"–\",result_npv+\(letter)10*\(line.name))", npv.map { $0 + change * line.value }, .formula, .money)
      }
    }
    sensitivity.text(14, 0, t(.breakEvenHead), .head)
    sensitivity.text(14, 1, "", .head)
    let perRent = 12 * plan.lettableArea * model.sum(model.occupied, model.prices, model.factors)
    let withoutRent = npv.map { $0 - lines[0].value } ?? valueWithoutRent
    let breakRent = perRent > 0 ? -withoutRent / perRent : nil
    let bearable = npv.flatMap { lines[1].value != 0 ? plan.capitalCost.central * (1 - $0 / lines[1].value) : nil }
    sensitivity.text(15, 0, t(.breakEvenRent) + " (" + catalogue.unit(currency + "/m2/month") + ")")
    sensitivity.formula(
      15, 1,
      "IF(lettable_area*SUM(y_occupied)>0,N(rent)-SUMPRODUCT(y_net,y_factor)/(12*lettable_area*SUMPRODUCT(y_occupied,y_price,y_factor)),\"–\")",
      breakRent, .total, .rate)
    book.define("break_even_rent", sensitivity.reference(15, 1))
    sensitivity.text(16, 0, t(.bearableCost))
    sensitivity.formula(16, 1, "IF(AND(rent<>\"\",pv_capital<>0),capital_cost*(1-result_npv/pv_capital),\"–\")", bearable, .total, .money)
    book.define("bearable_cost", sensitivity.reference(16, 1))
  }

  /// The net present value with a rent of nothing.
  var valueWithoutRent: Double {
    appraisal.years.indices.reduce(0) { sum, year in
      let flow = appraisal.years[year]
      let revenue = chargesYear(year) + plan.otherRevenuePerYear * model.use[year] * model.prices[year]
      return sum + (revenue - flow.operatingCost - flow.capitalCost - flow.replacements + flow.residualValue) * model.factors[year]
    }
  }

  func writeChecks() {
    heading(checks, .sheetChecks)
    checks.widths([70, 18, 12])
    var at = 3
    for (column, head) in [Phrase.checkLabel, .valueLabel, .resultHead].enumerated() {
      checks.text(2, column, t(head), column == 1 ? .headRight : .head)
    }
    func check(_ label: Phrase, _ formula: String, _ value: Double?, _ test: String, holds: Bool) {
      checks.text(at, 0, t(label))
      checks.formula(at, 1, formula, value, .formula, .rate)
      checks.formula(at, 2, "IF(\(test.replacing("#", with: "B\(at + 1)")),\"OK\",\"!\")", text: holds ? "OK" : "!", .good)
      at += 1
    }
    let years = appraisal.years
    let uses = sum(years.map { $0.capitalCost + $0.startUpLoss + $0.interestDuringConstruction })
    let sources = sum(years.map { $0.grant + $0.publicCofinancing + $0.softLoan + $0.bankLoan + $0.equity + $0.unfunded })
    check(
      .checkSources,
      "SUM(y_grant)+SUM(y_cofinancing)+SUM(y_soft_draw)+SUM(y_bank_draw)+SUM(y_equity)+SUM(y_unfunded)-SUM(y_capex)-SUM(y_startup)-SUM(y_interest_before)",
      sources - uses, "ABS(#)<0.01*MAX(1,capital_cost/1000000)", holds: abs(sources - uses) < 0.01 * max(1, plan.capitalCost.central / 1e6))
    check(.checkDraw, "SUM(y_draw)-1", sum(model.draw) - 1, "ABS(#)<0.000001", holds: abs(sum(model.draw) - 1) < 1e-6)
    let identity =
      (appraisal.fundingGap.map { $0.discountedNetRevenue - $0.discountedInvestmentCost } ?? 0) - (appraisal.netPresentValue ?? 0)
    if appraisal.netPresentValue != nil {
      check(.checkIdentity, "discounted_net_revenue-discounted_investment-result_npv", identity, "ABS(#)<0.01", holds: abs(identity) < 0.01)
    }
    let support = (appraisal.stack?.grant ?? 0) + (appraisal.stack?.publicCofinancing ?? 0)
    check(
      .checkAid, "grant+cofinancing", support, "OR(aid_ceiling=\"\",#<=aid_ceiling+0.01)",
      holds: { if case .ceiling(let c) = plan.funding.aid { support <= c + 0.01 } else { true } }())
    let lowest = appraisal.minimumCumulatedCash ?? 0
    check(.checkCash, "IF(rent=\"\",0,MIN(y_cash))", lowest, "#>=-0.01", holds: lowest >= -0.01)
    let failed = lowest < -0.01 ? 1.0 : 0
    checks.text(at, 0, t(.checkFailed), .total)
    checks.formula(at, 1, "COUNTIF(C4:C\(at),\"!\")", failed, .total, .whole)
    checks.text(at, 2, "", .total)
    book.define("checks_failed", checks.reference(at, 1))
    at += 2
    if let npv = appraisal.netPresentValue {
      checks.text(at, 0, t(.checkEngine))
      checks.number(at, 1, npv, .formula, .rate)
      checks.formula(
        at, 2, "IF(ABS(result_npv-B\(at + 1))<0.01,\"=\",\"≠\")", text: "=", .good)
    }
  }
}
