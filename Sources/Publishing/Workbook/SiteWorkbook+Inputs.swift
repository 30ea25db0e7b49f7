import Assessment
import CXLSXWriter
import ProjectFinance

/// The sheets that are filled in: programme, cost, assumptions.
extension SiteWorkbook {
  struct Rented {
    var area: String
    var rent: String
  }

  /// Writes the space programme; gives the formulas of let area and mean rent when they agree with the plan.
  func writeProgramme() -> Rented? {
    let heads: [(Phrase, String)] = [
      (.useLabel, ""), (.areaLabel, "m²"), (.unitSizeLabel, "m²"), (.unitsLabel, ""), (.jobs, ""),
      (.rentLabel, catalogue.unit(currency + "/m2/month")),
      (.yearlyRent, catalogue.unit(currency + "/a")),
    ]
    for (column, head) in heads.enumerated() {
      programme.text(2, column, t(head.0) + (head.1.isEmpty ? "" : " (\(head.1))"), column == 0 ? .head : .headRight)
    }
    programme.widths([34, 12, 12, 9, 9, 14, 16])
    let lines = chosen?.programme ?? []
    let firstRow = 3
    for (i, line) in lines.enumerated() {
      let row = firstRow + i
      programme.text(row, 0, PageText.clean(catalogue.text(of: line.title), limit: 300))
      programme.number(row, 1, line.area, .input, .rate)
      programme.number(row, 2, line.unitArea, .formula, .rate)
      programme.number(row, 3, line.units.map(Double.init), .formula, .whole)
      programme.number(row, 4, line.jobs, .formula, .rate)
      programme.number(row, 5, line.rent, .input, .rate)
      let yearly = line.rent.map { line.area * $0 * 12 } ?? 0
      programme.formula(row, 6, "B\(row + 1)*F\(row + 1)*12", yearly, .formula, .money)
    }
    guard !lines.isEmpty else { return nil }
    let last = firstRow + lines.count
    let sumRow = last
    programme.text(sumRow, 0, t(.total), .total)
    let area = lines.reduce(0) { $0 + $1.area }
    let jobs = lines.reduce(0) { $0 + $1.jobs }
    programme.formula(sumRow, 1, "SUM(B\(firstRow + 1):B\(last))", area, .total, .rate)
    for column in [2, 3, 5] { programme.text(sumRow, column, "", .total) }
    programme.formula(sumRow, 4, "SUM(E\(firstRow + 1):E\(last))", jobs, .total, .rate)
    let yearly = lines.reduce(0) { $0 + $1.area * ($1.rent ?? 0) * 12 }
    programme.formula(sumRow, 6, "SUM(G\(firstRow + 1):G\(last))", yearly, .total, .money)
    programme.text(sumRow + 2, 0, t(.programmeNote), .note)
    // Let is what has a rent; the engine's mean rent is weighted by area.
    let rented = lines.filter { $0.rent != nil }
    let letArea = rented.reduce(0) { $0 + $1.area }
    guard let rent = plan.rentPerSquareMetreMonth, letArea > 0, abs(letArea - plan.lettableArea) <= 1e-9 * letArea,
      abs(yearly / 12 / letArea - rent) <= 1e-9 * max(rent, 1)
    else { return nil }
    let areas = programme.reference(firstRow, 1, last - 1, 1)
    let rents = programme.reference(firstRow, 5, last - 1, 5)
    return Rented(area: "SUMIF(\(rents),\">0\",\(areas))", rent: "IF(lettable_area>0,SUMPRODUCT(\(areas),\(rents))/lettable_area,0)")
  }

  func writeCosts() {
    heading(costs, .sheetCosts)
    costs.widths([40, 16, 16, 16])
    for (column, head) in [Phrase.costGroup, .low, .central, .high].enumerated() {
      costs.text(2, column, t(head) + (column > 0 ? " (\(catalogue.unit(currency)))" : ""), column == 0 ? .head : .headRight)
    }
    let groups = chosen?.costGroups ?? []
    let sum = groups.reduce(0) { $0 + $1.central }
    let isSplit = !groups.isEmpty && abs(sum - plan.capitalCost.central) <= 1e-9 * max(1, sum)
    let lines: [(String, CostRange)] =
      isSplit
      ? groups.map { (catalogue.costGroup($0), CostRange(low: $0.low, central: $0.central, high: $0.high)) }
      : [(t(.capex), plan.capitalCost)]
    for (i, line) in lines.enumerated() {
      costs.text(3 + i, 0, line.0)
      costs.number(3 + i, 1, line.1.low, .formula, .money)
      costs.number(3 + i, 2, line.1.central, .input, .money)
      costs.number(3 + i, 3, line.1.high, .formula, .money)
    }
    let row = 3 + lines.count
    costs.text(row, 0, t(.total), .total)
    for (column, value) in [
      (1, lines.reduce(0) { $0 + $1.1.low }), (2, lines.reduce(0) { $0 + $1.1.central }), (3, lines.reduce(0) { $0 + $1.1.high }),
    ] {
      let letter = WorkbookSheet.letters(column)
      costs.formula(row, column, "SUM(\(letter)4:\(letter)\(row))", value, .total, .money)
    }
    book.define("capital_cost", costs.reference(row, 2))
    if let figure = chosen?.capex {
      let parts = [
        figure.priceBase.map { catalogue.text(.pricesOf, ["years": "\($0)"]) },
        figure.estimateClass.map { catalogue.text(.estimateClass, ["class": "\($0)"]) },
        PageText.clean(catalogue.text(of: figure.source), limit: 400),
      ]
      costs.text(row + 2, 0, parts.compactMap { $0 }.joined(separator: "; "), .note)
    }
    let chart = book.chart(LXW_CHART_BAR)
    let series = chart_add_series(chart, "=" + costs.reference(3, 0, row - 1, 0), "=" + costs.reference(3, 2, row - 1, 2))
    chart_series_set_name(series, t(.central))
    chart_title_set_name(chart, t(.costChart))
    chart_legend_set_position(chart, UInt8(LXW_CHART_LEGEND_NONE.rawValue))
    costs.insert(chart, row + 4, 0, width: 640, height: 300, description: t(.costChart))
  }

  func section(_ title: Phrase) {
    inputRow += 1
    inputs.text(inputRow, 0, t(title), .head)
    for column in 1..<5 { inputs.text(inputRow, column, "", .head) }
    inputRow += 1
  }

  func input(
    _ name: String, _ label: Phrase, _ value: Double?, _ unit: String, _ number: CellNumber, note: String = "", formula: String? = nil
  ) {
    inputs.text(inputRow, 0, t(label))
    inputs.text(inputRow, 1, unit, .unit)
    if let formula {
      inputs.formula(inputRow, Self.value, formula, value, .formula, number)
    } else {
      inputs.number(inputRow, Self.value, value, .input, number)
    }
    inputs.text(inputRow, 3, name, .unit)
    inputs.text(inputRow, 4, note, .note)
    inputs.comment(inputRow, Self.value, note)
    book.define(name, inputs.reference(inputRow, Self.value))
    inputRow += 1
  }

  func source(_ ids: String...) -> String {
    for id in ids {
      guard let row = site.assumptions.first(where: { $0.id == id }) else { continue }
      var parts = [row.source, catalogue.title("kind", row.kind)]
      if let base = row.priceBase { parts.append(catalogue.text(.priceBase, ["year": "\(base)"])) }
      return parts.filter { !$0.isEmpty }.joined(separator: "; ")
    }
    return ""
  }

  func writeInputs(rented: Rented?) {
    heading(inputs, .sheetInputs)
    inputs.text(1, 0, t(.inputNote), .note)
    inputs.widths([44, 14, 16, 22, 70])
    inputs.freeze(2, 0)
    let month = catalogue.unit("months")
    section(.sectionOperation)
    input("gross_floor_area", .grossFloorArea, plan.grossFloorArea, "m²", .rate)
    input(
      "lettable_area", .lettableArea, plan.lettableArea, "m²", .rate, note: rented == nil ? "" : t(.fromProgramme), formula: rented?.area)
    input(
      "rent", .rentLabel, plan.rentPerSquareMetreMonth, catalogue.unit(currency + "/m2/month"), .rate,
      note: rented == nil ? source("rent.market") : t(.fromProgramme), formula: rented?.rent)
    input("other_revenue", .otherRevenue, plan.otherRevenuePerYear, catalogue.unit(currency + "/a"), .money)
    input("occupancy_first", .occupancyFirst, plan.occupancy.initial, "%", .share, note: source("occupancy.first"))
    input(
      "occupancy_stable", .occupancyStable, plan.occupancy.stabilised, "%", .share,
      note: source("occupancy.target.light", "occupancy.target"))
    input("ramp_months", .rampMonths, Double(plan.occupancy.months), month, .whole, note: source("occupancy.rampup.years"))
    input(
      "operating_cost_m2", .operatingCostPerArea, plan.operatingCostPerSquareMetreYear, catalogue.unit(currency + "/m2/a"), .rate,
      note: source("opex.office", "opex.industrial", "opex.culture", "opex.meanwhile"))
    input("recoverable_share", .recoverableShare, plan.recoverableShare, "%", .share, note: source("opex.recoverable"))
    input("other_operating_cost", .otherOperatingCost, plan.otherOperatingCostPerYear, catalogue.unit(currency + "/a"), .money)
    input("holding_cost", .holdingCost, plan.holdingCostPerYear, catalogue.unit(currency + "/a"), .money, note: source("hold.security"))
    section(.sectionTime)
    input("construction_months", .constructionMonths, Double(plan.constructionMonths), month, .whole)
    input("use_months", .useMonths, plan.useMonths.map(Double.init), month, .whole, note: t(.blankMeansHorizon))
    input(
      "horizon_years", .horizonYears, Double(plan.horizonYears), catalogue.unit("years"), .whole, note: t(.fixedColumns),
      formula: String(plan.horizonYears))
    var life: Double?
    if case .remainingLife(let years) = plan.residualValue { life = years }
    input("residual_life", .residualLife, life, catalogue.unit("years"), .rate, note: t(.blankMeansNone))
    input("residual_amount", .residualAmount, model.residualAmount, catalogue.unit(currency), .money)
    for i in 0..<max(plan.replacements.count, 2) {
      let renewal = plan.replacements.indices.contains(i) ? plan.replacements[i] : nil
      input("renewal_year_\(i + 1)_", .renewalYear, renewal.map { Double($0.yearsAfterOpening) }, catalogue.unit("years"), .whole)
      input("renewal_share_\(i + 1)_", .renewalShare, renewal?.shareOfCapitalCost, "%", .share, note: source("replacement.share"))
    }
    section(.sectionValuation)
    input("discount_rate", .discountRate, plan.financialDiscountRate, "%", .share, note: source("rate.financial"))
    input("inflation", .inflation, model.inflation, "%", .share, note: model.inflation == 0 ? t(.realTerms) : "")
    input("equity_return", .equityReturn, plan.funding.requiredEquityReturn, "%", .share)
    section(.sectionFunding)
    let stack = appraisal.stack
    var ceiling: Double?
    if case .ceiling(let amount) = plan.funding.aid { ceiling = amount }
    if case .noRuleKnown = plan.funding.aid { ceiling = 0 }
    input("eligible_share", .eligibleShare, plan.funding.eligibleShare, "%", .share)
    input("grant_rate_max", .grantRateMax, plan.funding.maximumGrantRate, "%", .share, note: source("cofinancing.rate.max"))
    input(
      "aid_ceiling", .aidCeilingLabel, ceiling, catalogue.unit(currency), .money,
      note: chosen?.aid.map { PageText.clean(catalogue.text(of: $0.text), limit: 2_000) } ?? t(.blankMeansNone))
    inputs.text(inputRow, 0, t(.publicMode))
    inputs.text(inputRow, Self.value, isLeast ? "least" : "share", .input)
    inputs.text(inputRow, 3, "public_mode", .unit)
    inputs.text(inputRow, 4, t(.publicModeNote), .note)
    book.define("public_mode", inputs.reference(inputRow, Self.value))
    inputRow += 1
    input("grant_taken", .grantTaken, ratio(stack?.grant, appraisal.gapGrant), "%", .share, note: t(.fromOptimiser))
    input(
      "cofinancing_taken", .cofinancingTaken, ratio(stack?.publicCofinancing, appraisal.gapCofinancing), "%", .share,
      note: t(.fromOptimiser))
    for (prefix, label, offer, amount) in [
      ("soft", Phrase.softLoan, plan.funding.softLoan, stack?.softLoan), ("bank", .loan, plan.funding.bankLoan, stack?.bankLoan),
    ] {
      input("\(prefix)_loan", label, amount ?? 0, catalogue.unit(currency), .money, note: t(.fromOptimiser))
      input("\(prefix)_rate", .loanRate, offer?.terms.rate ?? 0, "%", .factor, note: source("loan.\(prefix).rate"))
      input("\(prefix)_years", .loanYears, Double(offer?.terms.years ?? 1), catalogue.unit("years"), .whole)
      input("\(prefix)_grace", .loanGrace, Double(offer?.terms.graceYears ?? 0), catalogue.unit("years"), .whole)
      inputs.text(inputRow, 0, t(.loanKind))
      inputs.text(inputRow, Self.value, (offer?.terms.repayment ?? .annuity).rawValue, .input)
      inputs.text(inputRow, 3, "\(prefix)_kind", .unit)
      inputs.text(inputRow, 4, "annuity, linear, bullet", .note)
      book.define("\(prefix)_kind", inputs.reference(inputRow, Self.value))
      inputRow += 1
    }
    input(
      "repayment_wait", .repaymentWait, plan.yearsBeforeRepayment.map(Double.init), catalogue.unit("years"), .whole,
      note: t(.blankMeansRamp))
    input("unfunded", .unfunded, sum(appraisal.years.map(\.unfunded)), catalogue.unit(currency), .money, note: t(.fromOptimiser))
    section(.sectionDerived)
    let opening = Double(plan.constructionMonths)
    input("opening_month", .openingMonth, opening, month, .whole, formula: "construction_months")
    input(
      "use_end", .useEnd, model.useEnd, month, .whole,
      formula: "MIN(12*horizon_years,construction_months+IF(use_months=\"\",12*horizon_years,use_months))")
    input("rate_used", .rateUsed, model.rate, "%", .factor, formula: "(1+discount_rate)*(1+inflation)-1")
    input(
      "first_payment", .firstPayment, Double(model.firstPayment), "", .whole,
      formula:
        "IF(construction_months=0,0,INT((construction_months-1)/12))+1+IF(repayment_wait=\"\",INT((ramp_months+11)/12),repayment_wait)")
    input(
      "residual_share", .residualShare, model.residualShare, "%", .factor,
      formula: "IF(residual_life=\"\",0,MAX(0,1-(12*horizon_years-construction_months)/12/residual_life))")
  }

  func ratio(_ part: Double?, _ whole: Double?) -> Double {
    guard let part, let whole, whole > 0 else { return 0 }
    return part / whole
  }

  /// The public money without which equity does not earn its return, given the loans: what the optimiser takes when that limit binds.
  var publicMoneyNeeded: (ownerBefore: [Double], amount: Double) {
    let rate = plan.funding.requiredEquityReturn
    let capital = appraisal.years.map(\.capitalCost)
    let total = sum(capital)
    var factor = 1.0
    var (value, unit) = (0.0, 0.0)
    var before: [Double] = []
    for (year, flow) in appraisal.years.enumerated() {
      let unlet = chargesYear(year) + plan.otherRevenuePerYear * model.use[year] * model.prices[year]
      let cash = (flow.revenue ?? unlet) - flow.operatingCost - flow.replacements + flow.residualValue
      let own = flow.capitalCost + flow.startUpLoss + flow.interestDuringConstruction - flow.softLoan - flow.bankLoan
      before.append(cash + flow.startUpLoss - flow.interest - flow.principal - own)
      value += before[year] * factor
      unit += total > 0 ? capital[year] / total * factor : 0
      factor /= 1 + rate
    }
    return (before, unit > 0 ? max(0, -value / unit) : 0)
  }

  /// Whether the least public money that gives equity its return is what the optimiser took; then the sheet can follow it live.
  var isLeast: Bool {
    guard let stack = appraisal.stack, plan.funding.objective == .leastPublicMoney, stack.unfunded == 0 else { return false }
    let needed = publicMoneyNeeded.amount
    let cofinancing = min(appraisal.gapCofinancing ?? 0, needed)
    let rate = plan.funding.maximumGrantRate
    var grant = min(appraisal.gapGrant ?? 0, needed - cofinancing)
    if rate < 1 { grant = min(grant, rate / (1 - rate) * cofinancing) }
    let slack = 1e-7 * max(1, plan.capitalCost.central)
    return abs(grant - stack.grant) <= slack && abs(cofinancing - stack.publicCofinancing) <= slack
  }

  func sum(_ values: [Double]) -> Double { values.reduce(0, +) }
}
