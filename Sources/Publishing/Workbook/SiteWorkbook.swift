import CXLSXWriter
public import ProjectFinance
public import TextFormats

/// The investor's workbook of one site: assumptions, programme, cost, cash flow, financing, results, sensitivity and checks with live formulas.
///
/// Input cells are coloured and unlocked; every formula has the value that the engine gives, and follows the engine when an input changes. Only what the
/// financing optimiser has chosen (shares of the ceilings, loans) stands as an input, because a sheet cannot optimise.
/// - Parameters:
///   - site: the site's record.
///   - plan: the alternative that is appraised.
///   - appraisal: what the engine computed of it.
///   - path: file to write.
/// - Throws: `WorkbookError`, or `TemplateError.unknownLanguage`.
public func siteWorkbook(
  _ site: JSON, plan: ConversionCase, appraisal: Appraisal, library: TemplateLibrary, language: String, to path: String
) throws {
  let catalogue = try library.catalogue(language)
  try SiteWorkbook(site: site, plan: plan, appraisal: appraisal, catalogue: catalogue, path: path).write()
}

/// Lays out the sheets.
private final class SiteWorkbook {
  private let site: JSON
  private let plan: ConversionCase
  private let appraisal: Appraisal
  private let catalogue: Catalogue
  private let model: InvestmentModel
  private let book: WorkbookWriter
  private let currency: String
  private let startYear: Int
  private let results: WorkbookSheet
  private let inputs: WorkbookSheet
  private let programme: WorkbookSheet
  private let costs: WorkbookSheet
  private let flow: WorkbookSheet
  private let sensitivity: WorkbookSheet
  private let checks: WorkbookSheet
  private var rows: [String: Int] = [:]
  private var inputRow = 2

  /// The first year's column on the cash-flow sheet.
  private static let first = 3
  /// The columns that the narrative sheets have.
  private static let value = 2

  init(site: JSON, plan: ConversionCase, appraisal: Appraisal, catalogue: Catalogue, path: String) throws {
    (self.site, self.plan, self.appraisal, self.catalogue) = (site, plan, appraisal, catalogue)
    model = InvestmentModel(plan, appraisal)
    currency = PageText.clean(site.at("study", "currency")?.string ?? "EUR", limit: 8)
    let date = (site.at("study", "price_date")?.string ?? "2000-01-01").prefix(10).split(separator: "-").compactMap { Int($0) }
    startYear = date.count == 3 ? date[0] : 2000
    let created = date.count == 3 ? PDFPress.secondsSince1970(year: date[0], month: date[1], day: date[2]) : 946_684_800
    let name = PageText.clean(site.at("site", "name")?.string ?? site.at("site", "id")?.string ?? "", limit: 120)
    book = try WorkbookWriter(path: path, title: name, subject: catalogue.text(.sheetResults), created: created)
    results = book.sheet(catalogue.text(.sheetResults))
    inputs = book.sheet(catalogue.text(.sheetInputs))
    programme = book.sheet(catalogue.text(.sheetProgramme))
    costs = book.sheet(catalogue.text(.sheetCosts))
    flow = book.sheet(catalogue.text(.sheetFlow))
    sensitivity = book.sheet(catalogue.text(.sheetSensitivity))
    checks = book.sheet(catalogue.text(.sheetChecks))
  }

  func write() throws {
    heading(programme, .sheetProgramme)
    let rented = writeProgramme()
    writeCosts()
    writeInputs(rented: rented)
    writeFlow()
    writeResults()
    writeSensitivity()
    writeChecks()
    try book.close()
  }

  private func t(_ phrase: Phrase) -> String { catalogue.text(phrase) }

  private func heading(_ sheet: WorkbookSheet, _ title: Phrase) {
    let name = PageText.clean(site.at("site", "name")?.string ?? site.at("site", "id")?.string ?? "", limit: 120)
    sheet.text(0, 0, name + " – " + t(title), .title)
    sheet.height(26, ofRow: 0)
  }

  private var chosen: JSON { site.list("alternatives").first { $0["chosen"]?.bool == true } ?? .null }

  // MARK: Programme

  private struct Rented {
    var area: String
    var rent: String
  }

  /// Writes the space programme; gives the formulas of let area and mean rent when they agree with the plan.
  private func writeProgramme() -> Rented? {
    let heads: [(Phrase, String)] = [
      (.useLabel, ""), (.areaLabel, "m²"), (.unitSizeLabel, "m²"), (.unitsLabel, ""), (.jobs, ""),
      (.rentLabel, catalogue.unit(currency + "/m2/month")),
      (.yearlyRent, catalogue.unit(currency + "/a")),
    ]
    for (column, head) in heads.enumerated() {
      programme.text(2, column, t(head.0) + (head.1.isEmpty ? "" : " (\(head.1))"), column == 0 ? .head : .headRight)
    }
    programme.widths([34, 12, 12, 9, 9, 14, 16])
    let lines = chosen.list("programme")
    let firstRow = 3
    for (i, line) in lines.enumerated() {
      let row = firstRow + i
      programme.text(row, 0, catalogue.title("sector", line.text("sector"), line.text("title")))
      programme.number(row, 1, line.number("area_m2"), .input, .rate)
      programme.number(row, 2, line.number("unit_m2"), .formula, .rate)
      programme.number(row, 3, line.number("units"), .formula, .whole)
      programme.number(row, 4, line.number("jobs"), .formula, .rate)
      programme.number(row, 5, line.number("rent_eur_m2_month"), .input, .rate)
      let yearly = zip2(line.number("area_m2"), line.number("rent_eur_m2_month")).map { $0 * $1 * 12 } ?? 0
      programme.formula(row, 6, "B\(row + 1)*F\(row + 1)*12", yearly, .formula, .money)
    }
    guard !lines.isEmpty else { return nil }
    let last = firstRow + lines.count
    let sumRow = last
    programme.text(sumRow, 0, t(.total), .total)
    let area = lines.compactMap { $0.number("area_m2") }.reduce(0, +)
    let jobs = lines.compactMap { $0.number("jobs") }.reduce(0, +)
    programme.formula(sumRow, 1, "SUM(B\(firstRow + 1):B\(last))", area, .total, .rate)
    for column in [2, 3, 5] { programme.text(sumRow, column, "", .total) }
    programme.formula(sumRow, 4, "SUM(E\(firstRow + 1):E\(last))", jobs, .total, .rate)
    let yearly = lines.reduce(0) { $0 + ($1.number("area_m2") ?? 0) * ($1.number("rent_eur_m2_month") ?? 0) * 12 }
    programme.formula(sumRow, 6, "SUM(G\(firstRow + 1):G\(last))", yearly, .total, .money)
    programme.text(sumRow + 2, 0, t(.programmeNote), .note)
    // Let is what has a rent; the engine's mean rent is weighted by area.
    let rented = lines.filter { $0.number("rent_eur_m2_month") != nil }
    let letArea = rented.reduce(0) { $0 + ($1.number("area_m2") ?? 0) }
    guard let rent = plan.rentPerSquareMetreMonth, letArea > 0, abs(letArea - plan.lettableArea) <= 1e-9 * letArea,
      abs(yearly / 12 / letArea - rent) <= 1e-9 * max(rent, 1)
    else { return nil }
    let areas = programme.reference(firstRow, 1, last - 1, 1)
    let rents = programme.reference(firstRow, 5, last - 1, 5)
    return Rented(area: "SUMIF(\(rents),\">0\",\(areas))", rent: "IF(lettable_area>0,SUMPRODUCT(\(areas),\(rents))/lettable_area,0)")
  }

  // MARK: Cost

  private func writeCosts() {
    heading(costs, .sheetCosts)
    costs.widths([40, 16, 16, 16])
    for (column, head) in [Phrase.costGroup, .low, .central, .high].enumerated() {
      costs.text(2, column, t(head) + (column > 0 ? " (\(catalogue.unit(currency)))" : ""), column == 0 ? .head : .headRight)
    }
    let groups = chosen.list("cost_groups")
    let sum = groups.reduce(0) { $0 + ($1.number("central") ?? 0) }
    let isSplit = !groups.isEmpty && abs(sum - plan.capitalCost.central) <= 1e-9 * max(1, sum)
    let lines: [(String, CostRange)] =
      isSplit
      ? groups.map { group in
        let id = PageText.clean(group.text("group") ?? "", limit: 20)
        return (
          id + " " + catalogue.title("cost_group", id, group.text("title")),
          CostRange(low: group.number("low") ?? 0, central: group.number("central") ?? 0, high: group.number("high") ?? 0)
        )
      } : [(t(.capex), plan.capitalCost)]
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
    if let figure = chosen["capex"] {
      let parts = [
        figure.number("price_base").map { catalogue.text(.pricesOf, ["years": JSON.text(of: $0)]) },
        figure.number("class").map { catalogue.text(.estimateClass, ["class": JSON.text(of: $0)]) }, figure.text("source"),
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

  // MARK: Assumptions

  private func section(_ title: Phrase) {
    inputRow += 1
    inputs.text(inputRow, 0, t(title), .head)
    for column in 1..<5 { inputs.text(inputRow, column, "", .head) }
    inputRow += 1
  }

  private func input(
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

  private func source(_ ids: String...) -> String {
    for id in ids {
      guard let row = site.list("assumptions").first(where: { $0.text("id") == id }) else { continue }
      var parts = [row.text("source") ?? ""]
      if let kind = row.text("kind") { parts.append(catalogue.title("kind", kind)) }
      if let base = row.number("price_base") { parts.append(catalogue.text(.priceBase, ["year": JSON.text(of: base)])) }
      return parts.filter { !$0.isEmpty }.joined(separator: "; ")
    }
    return ""
  }

  private func writeInputs(rented: Rented?) {
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
      note: chosen.at("aid", "text")?.string ?? t(.blankMeansNone))
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

  private func ratio(_ part: Double?, _ whole: Double?) -> Double {
    guard let part, let whole, whole > 0 else { return 0 }
    return part / whole
  }

  /// The public money without which equity does not earn its return, given the loans: what the optimiser takes when that limit binds.
  private var publicMoneyNeeded: (ownerBefore: [Double], amount: Double) {
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
  private var isLeast: Bool {
    guard let stack = appraisal.stack, plan.funding.objective == .leastPublicMoney, stack.unfunded == 0 else { return false }
    let needed = publicMoneyNeeded.amount
    let cofinancing = min(appraisal.gapCofinancing ?? 0, needed)
    let rate = plan.funding.maximumGrantRate
    var grant = min(appraisal.gapGrant ?? 0, needed - cofinancing)
    if rate < 1 { grant = min(grant, rate / (1 - rate) * cofinancing) }
    let slack = 1e-7 * max(1, plan.capitalCost.central)
    return abs(grant - stack.grant) <= slack && abs(cofinancing - stack.publicCofinancing) <= slack
  }

  private func sum(_ values: [Double]) -> Double { values.reduce(0, +) }

  // MARK: Cash flow

  /// A row of the cash-flow sheet: `formula` of the year's column letter and of the column before it, empty in year 0.
  private func row(
    _ name: String, _ label: String, _ unit: String, _ number: CellNumber, _ values: [Double], isTotal: Bool = false, hasSum: Bool = true,
    formula: (_ column: String, _ before: String, _ year: Int) -> String
  ) {
    let row = rows.count + 3
    rows[name] = row
    let kind: CellKind = isTotal ? .total : .formula
    flow.text(row, 0, label, isTotal ? .total : .label)
    flow.text(row, 1, unit, isTotal ? .total : .unit)
    let first = Self.first
    let last = Self.first + model.count - 1
    if hasSum {
      flow.formula(
        row, 2, "SUM(\(WorkbookSheet.letters(first))\(row + 1):\(WorkbookSheet.letters(last))\(row + 1))", sum(values), kind, number)
    } else {
      flow.text(row, 2, "", kind)
    }
    for year in 0..<model.count {
      let column = first + year
      flow.formula(
        row, column, formula(WorkbookSheet.letters(column), WorkbookSheet.letters(column - 1), year), values[year], kind, number)
    }
    book.define("y_" + name, flow.reference(row, first, row, last))
  }

  /// The cell of a row that was written, in a column.
  private func cell(_ name: String, _ column: String) -> String {
    guard let row = rows[name] else { preconditionFailure("no row '\(name)'") }
    return "\(column)\(row + 1)"
  }

  private func writeFlow() {
    heading(flow, .sheetFlow)
    flow.widths([40, 9, 14])
    flow.width(12, from: Self.first, to: Self.first + model.count - 1)
    flow.freeze(3, Self.first)
    flow.text(2, 0, t(.yearLabel), .head)
    flow.text(2, 1, "", .head)
    flow.text(2, 2, t(.total), .headRight)
    for year in 0..<model.count { flow.text(2, Self.first + year, String(startYear + year), .headRight) }
    let money = catalogue.unit(currency)
    let years = appraisal.years
    let zero = [Double](repeating: 0, count: model.count)
    let c = { (name: String, column: String) in self.cell(name, column) }

    row("year", t(.yearNumber), "", .whole, (0..<model.count).map(Double.init), hasSum: false) { _, _, year in String(year) }
    row("price", t(.priceIndex), "", .factor, model.prices, hasSum: false) { column, _, _ in "(1+inflation)^\(c("year", column))" }
    row("factor", t(.discountFactor), "", .factor, model.factors, hasSum: false) { column, _, _ in "(1+rate_used)^-\(c("year", column))" }
    row("draw", t(.drawShare), "", .factor, model.draw) { column, _, year in
      let part = { (months: String) in
        let m = "MIN(1,MAX(0,\(months)/construction_months))"
        return "\(m)^2*(3-2*\(m))"
      }
      let (from, to) = ("(12*\(c("year", column)))", "(12*\(c("year", column))+12)")
      return "IF(construction_months=0,\(year == 0 ? 1 : 0),\(part(to))-\(part(from)))"
    }
    row("open_from", t(.monthsFromOpening), "", .rate, model.fromOpening, hasSum: false) { column, _, _ in
      "MAX(12*\(c("year", column)),opening_month)-opening_month"
    }
    row("open_to", t(.monthsUntilOpening), "", .rate, model.untilOpening, hasSum: false) { column, _, _ in
      "MAX(MIN(12*\(c("year", column))+12,use_end)-opening_month,\(c("open_from", column)))"
    }
    row("use", t(.useShare), "", .factor, model.use) { column, _, _ in "(\(c("open_to", column))-\(c("open_from", column)))/12" }
    row("occupied", t(.occupiedShare), "", .factor, model.occupied) { column, _, _ in
      let months = { (e: String) in
        "IF(AND(ramp_months>0,\(e)<ramp_months),\(e)*(occupancy_first+(occupancy_stable-occupancy_first)*\(e)/MAX(ramp_months,1)/2),ramp_months*(occupancy_first+occupancy_stable)/2+(\(e)-ramp_months)*occupancy_stable)"
      }
      return "(\(months(c("open_to", column)))-\(months(c("open_from", column))))/12"
    }
    row("idle", t(.idleShare), "", .factor, model.idle) { column, _, _ in
      "MAX(0,12*\(c("year", column))+12-MAX(12*\(c("year", column)),MAX(use_end,opening_month)))/12"
    }
    row("renewal", t(.renewalShare), "", .factor, model.renewals) { column, _, _ in
      let terms = (0..<max(plan.replacements.count, 2)).map { i in
        let month = "(opening_month+12*renewal_year_\(i + 1)_)"
        let start = "12*\(c("year", column))"
        return "IF(AND(renewal_year_\(i + 1)_<>\"\",\(month)>=\(start),\(month)<\(start)+12,\(month)<use_end),renewal_share_\(i + 1)_,0)"
      }
      return terms.joined(separator: "+")
    }

    row("capex", t(.capex), money, .money, years.map(\.capitalCost)) { column, _, _ in
      "capital_cost*\(c("draw", column))*\(c("price", column))"
    }
    row("rents", t(.rents), money, .money, (0..<model.count).map { rentYear($0) }) { column, _, _ in
      "rent*12*lettable_area*\(c("occupied", column))*\(c("price", column))"
    }
    row("charges", t(.serviceCharges), money, .money, (0..<model.count).map { chargesYear($0) }) { column, _, _ in
      "operating_cost_m2*gross_floor_area*recoverable_share*\(c("occupied", column))*\(c("price", column))"
    }
    row("other", t(.otherRevenue), money, .money, (0..<model.count).map { plan.otherRevenuePerYear * model.use[$0] * model.prices[$0] }) {
      column, _, _ in
      "other_revenue*\(c("use", column))*\(c("price", column))"
    }
    let revenue = years.indices.map { years[$0].revenue ?? (chargesYear($0) + plan.otherRevenuePerYear * model.use[$0] * model.prices[$0]) }
    row("revenue", t(.revenue), money, .money, revenue, isTotal: true) { column, _, _ in
      "\(c("rents", column))+\(c("charges", column))+\(c("other", column))"
    }
    row("opex", t(.operatingCost), money, .money, years.map(\.operatingCost)) { column, _, _ in
      "((operating_cost_m2*gross_floor_area+other_operating_cost)*\(c("use", column))+holding_cost*\(c("idle", column)))*\(c("price", column))"
    }
    row("replacements", t(.replacements), money, .money, years.map(\.replacements)) { column, _, _ in
      "capital_cost*\(c("renewal", column))*\(c("price", column))"
    }
    row("residual", t(.residual), money, .money, years.map(\.residualValue)) { column, _, year in
      year == model.count - 1 ? "(capital_cost*residual_share+residual_amount)*\(c("price", column))" : "0"
    }
    let net = years.indices.map {
      revenue[$0] - years[$0].operatingCost - years[$0].capitalCost - years[$0].replacements + years[$0].residualValue
    }
    row("net", t(.netFlow), money, .money, net, isTotal: true) { column, _, _ in
      "\(c("revenue", column))-\(c("opex", column))-\(c("capex", column))-\(c("replacements", column))+\(c("residual", column))"
    }
    var running = 0.0
    row(
      "cumulative", t(.cumulative), money, .money,
      net.map {
        running += $0; return running
      }, hasSum: false
    ) { column, before, year in
      year == 0 ? c("net", column) : "\(cell("cumulative", before))+\(c("net", column))"
    }
    row("discounted", t(.discounted), money, .money, years.indices.map { net[$0] * model.factors[$0] }) { column, _, _ in
      "\(c("net", column))*\(c("factor", column))"
    }
    writeFunding(money: money, zero: zero, revenue: revenue)
    let chartRow = rows.count + 5
    chart(LXW_CHART_COLUMN_STACKED, [("revenue", .revenue), ("capex", .capex), ("opex", .operatingCost)], .cashFlowChart, chartRow, 0)
    chart(LXW_CHART_LINE, [("cumulative", .cumulative), ("cash", .cashInHand)], .cumulative, chartRow, 6)
  }

  private func chart(_ type: lxw_chart_type, _ series: [(String, Phrase)], _ title: Phrase, _ row: Int, _ column: Int) {
    let chart = book.chart(type)
    let last = Self.first + model.count - 1
    for (name, label) in series {
      guard let values = rows[name] else { continue }
      let line = chart_add_series(
        chart, "=" + flow.reference(2, Self.first, 2, last), "=" + flow.reference(values, Self.first, values, last))
      chart_series_set_name(line, t(label))
    }
    chart_title_set_name(chart, t(title))
    chart_legend_set_position(chart, UInt8(LXW_CHART_LEGEND_BOTTOM.rawValue))
    flow.insert(chart, row, column, width: 620, height: 320, description: t(title))
  }

  private func rentYear(_ year: Int) -> Double {
    (plan.rentPerSquareMetreMonth ?? 0) * 12 * plan.lettableArea * model.occupied[year] * model.prices[year]
  }

  private func chargesYear(_ year: Int) -> Double {
    plan.operatingCostPerSquareMetreYear * plan.grossFloorArea * plan.recoverableShare * model.occupied[year] * model.prices[year]
  }

  private func writeFunding(money: String, zero: [Double], revenue: [Double]) {
    let years = appraisal.years
    let capital = years.map(\.capitalCost)
    let total = sum(capital)
    let c = { (name: String, column: String) in self.cell(name, column) }
    let operating = years.indices.map { revenue[$0] - years[$0].operatingCost }
    let spread = capital.map { total > 0 ? $0 / total : 0 }
    row("operating", t(.operatingCash), money, .money, operating, isTotal: true) { column, _, _ in
      "\(c("revenue", column))-\(c("opex", column))"
    }
    row("spread", t(.capitalShare), "", .factor, spread) { column, _, _ in "IF(SUM(y_capex)>0,\(c("capex", column))/SUM(y_capex),0)" }
    // Losses before the first payment that earlier surpluses do not cover.
    var surplus = 0.0
    var losses: [Double] = []
    let surpluses = years.indices.map { year -> Double in
      guard year < model.firstPayment, total > 0, plan.rentPerSquareMetreMonth != nil else {
        losses.append(0)
        return 0
      }
      let open = surplus + operating[year] - years[year].replacements
      losses.append(max(0, -open))
      surplus = max(0, open)
      return surplus
    }
    row("surplus", t(.earlySurplus), money, .money, surpluses, hasSum: false) { column, before, year in
      let open = "\(year == 0 ? "0" : cell("surplus", before))+\(c("operating", column))-\(c("replacements", column))"
      return "IF(AND(\(c("year", column))<first_payment,capital_cost>0,rent<>\"\"),MAX(0,\(open)),0)"
    }
    row("startup", t(.startUpLoss), money, .money, losses) { column, before, year in
      let open = "\(year == 0 ? "0" : c("surplus", before))+\(c("operating", column))-\(c("replacements", column))"
      return "IF(AND(\(c("year", column))<first_payment,capital_cost>0,rent<>\"\"),MAX(0,-(\(open))),0)"
    }
    row("grant", t(.grant), money, .money, years.map(\.grant)) { column, _, _ in "grant*\(c("spread", column))" }
    row("cofinancing", t(.cofinancing), money, .money, years.map(\.publicCofinancing)) { column, _, _ in
      "cofinancing*\(c("spread", column))"
    }
    let soft = writeLoan("soft", .softLoan, plan.funding.softLoan?.terms, appraisal.stack?.softLoan ?? 0, spread, money)
    let bank = writeLoan("bank", .loan, plan.funding.bankLoan?.terms, appraisal.stack?.bankLoan ?? 0, spread, money)
    let before = years.indices.map { $0 < model.firstPayment ? soft.due[$0] + bank.due[$0] : 0 }
    row("interest_before", t(.interestBefore), money, .money, before) { column, _, _ in
      "IF(\(c("year", column))<first_payment,\(c("soft_due", column))+\(c("bank_due", column)),0)"
    }
    row("unfunded", t(.unfunded), money, .money, years.map(\.unfunded)) { column, _, _ in "unfunded*\(c("spread", column))" }
    row("equity", t(.equity), money, .money, years.map(\.equity)) { column, _, _ in
      "MAX(0,\(c("capex", column))+\(c("startup", column))+\(c("interest_before", column))-\(c("grant", column))-\(c("cofinancing", column))-\(c("soft_draw", column))-\(c("bank_draw", column))-\(c("unfunded", column)))"
    }
    let service = years.indices.map { years[$0].interest + years[$0].principal }
    row("service", t(.debtService), money, .money, service, isTotal: true) { column, _, _ in
      "IF(\(c("year", column))<first_payment,0,\(c("soft_due", column))+\(c("bank_due", column)))+\(c("soft_principal", column))+\(c("bank_principal", column))"
    }
    row("owner_before", t(.ownerBefore), money, .money, publicMoneyNeeded.ownerBefore) { column, _, _ in
      "\(c("operating", column))-\(c("replacements", column))+\(c("residual", column))-\(c("service", column))-\(c("capex", column))-\(c("interest_before", column))+\(c("soft_draw", column))+\(c("bank_draw", column))"
    }
    let coverage = years.indices.map { service[$0] > 0 ? operating[$0] / service[$0] : .nan }
    row("dscr", t(.dscrLabel), "", .rate, coverage, hasSum: false) { column, _, _ in
      "IF(\(c("service", column))>0.000001,\(c("operating", column))/\(c("service", column)),\"–\")"
    }
    let owner = years.indices.map { year in
      operating[year] - years[year].replacements + years[year].residualValue + losses[year] - service[year] - years[year].equity
        - years[year].unfunded
    }
    row("owner", t(.ownerFlow), money, .money, owner, isTotal: true) { column, _, _ in
      "\(c("operating", column))-\(c("replacements", column))+\(c("residual", column))+\(c("startup", column))-\(c("service", column))-\(c("equity", column))-\(c("unfunded", column))"
    }
    row("national", t(.nationalFlow), money, .money, years.indices.map { owner[$0] - years[$0].publicCofinancing }) { column, _, _ in
      "\(c("owner", column))-\(c("cofinancing", column))"
    }
    var nationalSum = 0.0
    row(
      "national_cumulative", t(.cumulative), money, .money,
      years.indices.map {
        nationalSum += owner[$0] - years[$0].publicCofinancing; return nationalSum
      }, hasSum: false
    ) { column, before, year in
      year == 0 ? c("national", column) : "\(cell("national_cumulative", before))+\(c("national", column))"
    }
    var cash = 0.0
    let inHand = years.indices.map { year -> Double in
      cash += operating[year] - years[year].replacements + losses[year] - service[year]
      return cash
    }
    row("cash", t(.cashInHand), money, .money, inHand, hasSum: false) { column, before, year in
      "\(year == 0 ? "0" : cell("cash", before))+\(c("operating", column))-\(c("replacements", column))+\(c("startup", column))-\(c("service", column))"
    }
  }

  private func writeLoan(
    _ prefix: String, _ label: Phrase, _ terms: LoanTerms?, _ amount: Double, _ spread: [Double], _ money: String
  ) -> InvestmentModel.Loan {
    let loan = model.loan(terms, amount: amount, spread: spread)
    let c = { (name: String, column: String) in self.cell(prefix + "_" + name, column) }
    let title = t(label) + ": "
    let balanceRow = rows.count + 3 + 3
    row(prefix + "_draw", title + t(.loanDraw), money, .money, loan.draw) { column, _, _ in "\(prefix)_loan*\(self.cell("spread", column))"
    }
    row(prefix + "_due", title + t(.loanInterest), money, .money, loan.due) { _, before, year in
      year == 0 ? "0" : "\(before)\(balanceRow + 1)*\(prefix)_rate"
    }
    row(prefix + "_principal", title + t(.loanPrincipal), money, .money, loan.principal) { column, before, year in
      guard year > 0 else { return "0" }
      let open = "\(before)\(balanceRow + 1)"
      let start = "(first_payment+\(prefix)_grace)"
      let y = self.cell("year", column)
      let level =
        "IF(\(prefix)_rate=0,\(prefix)_loan/\(prefix)_years,\(prefix)_loan*\(prefix)_rate/(1-(1+\(prefix)_rate)^-\(prefix)_years))"
      let part =
        "IF(\(prefix)_kind=\"linear\",MIN(\(open),\(prefix)_loan/\(prefix)_years),IF(\(prefix)_kind=\"bullet\",0,MIN(\(open),\(level)-\(c("due", column)))))"
      return "IF(\(y)=\(start)+\(prefix)_years-1,\(open),IF(AND(\(y)>=\(start),\(y)<\(start)+\(prefix)_years-1),\(part),0))"
    }
    row(prefix + "_balance", title + t(.loanBalance), money, .money, loan.balance, hasSum: false) { column, before, year in
      "\(year == 0 ? "0" : "\(before)\(balanceRow + 1)")+\(c("draw", column))-\(c("principal", column))"
    }
    return loan
  }

  // MARK: Results

  private func writeResults() {
    heading(results, .sheetResults)
    results.text(1, 0, catalogue.title("alternative", chosen.text("id"), chosen.text("title")), .note)
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
  private func irr(_ name: String, _ running: String, _ guess: Double?) -> String {
    guard model.count > 1 else { return "\"–\"" }
    let changes = [name, running].map { name -> String in
      guard let at = rows[name] else { preconditionFailure("no row '\(name)'") }
      let last = Self.first + model.count - 1
      return "SUMPRODUCT(--(\(flow.reference(at, Self.first, at, last - 1))*\(flow.reference(at, Self.first + 1, at, last))<0))=1"
    }
    return "IF(OR(\(changes[0]),\(changes[1])),IFERROR(IRR(y_\(name),\(guess.map { String($0) } ?? "0.05")),\"–\"),\"–\")"
  }

  private func rateNote(_ rate: InternalRateOfReturn?) -> String {
    switch rate {
    case .multiple(let roots):
      catalogue.text(.severalRates, ["rates": roots.map { catalogue.percent($0, decimals: 2) }.joined(separator: ", ")])
    case .none?: t(.noRate)
    default: ""
    }
  }

  // MARK: Sensitivity

  private func writeSensitivity() {
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
  private var valueWithoutRent: Double {
    appraisal.years.indices.reduce(0) { sum, year in
      let flow = appraisal.years[year]
      let revenue = chargesYear(year) + plan.otherRevenuePerYear * model.use[year] * model.prices[year]
      return sum + (revenue - flow.operatingCost - flow.capitalCost - flow.replacements + flow.residualValue) * model.factors[year]
    }
  }

  // MARK: Checks

  private func writeChecks() {
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
