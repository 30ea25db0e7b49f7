import CXLSXWriter
import ProjectFinance

/// The cash-flow sheet.
extension SiteWorkbook {
  /// A row of the cash-flow sheet: `formula` of the year's column letter and of the column before it, empty in year 0.
  func row(
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
  func cell(_ name: String, _ column: String) -> String {
    guard let row = rows[name] else { preconditionFailure("no row '\(name)'") }
    return "\(column)\(row + 1)"
  }

  func writeFlow() {
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

  func chart(_ type: lxw_chart_type, _ series: [(String, Phrase)], _ title: Phrase, _ row: Int, _ column: Int) {
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

  func rentYear(_ year: Int) -> Double {
    (plan.rentPerSquareMetreMonth ?? 0) * 12 * plan.lettableArea * model.occupied[year] * model.prices[year]
  }

  func chargesYear(_ year: Int) -> Double {
    plan.operatingCostPerSquareMetreYear * plan.grossFloorArea * plan.recoverableShare * model.occupied[year] * model.prices[year]
  }

  func writeFunding(money: String, zero: [Double], revenue: [Double]) {
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

  func writeLoan(
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
}
