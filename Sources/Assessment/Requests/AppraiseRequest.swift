internal import ProjectFinance
public import TextFormats

/// Appraises a financial case: takes a request as JSON and gives results as JSON.
///
/// The case is recognised by its keys:
/// - `cashflow` with optional `rate`, `schedule`, `finance` and `reinvest`: `irr` with all roots, `npv`, `mirr`, payback. With a rate `irr` is the number itself
///   when there is exactly one; else, and without a rate, it is an object of kind and roots.
/// - `dates` and `amounts` with optional `rate`, `rates`, `day_count`: `xirr`, `xnpv`.
/// - `principal` (any suffix), `rate`, `n` with optional `repayment`, `grace`, `cash_available`: `pmt` (same suffix), schedule, coverage.
/// - `schedule` of rates by years, or `rates` and `years`, or nothing at all: discount factors, annuity factors.
/// - `capex`, `revenue`, `operating_cost`, …: the funding gap with grant, loan, equity, and break-even answers.
/// - `parcels` and `cols` with `rent_res`, `rent_office`, `rent_retail` or `rent_industrial`: square-foot pro forma.
/// - `emp`, `share_in_commercial`, …: demand for space. `yearly_benefit` and `years`: a discounted sum of benefits.
///
/// A record with the request under `inputs` is taken as well. Figures that do not exist are `null`.
/// - Throws: `AssessmentError` of kind `badInput`, naming the field.
public func appraise(_ request: JSON) throws -> JSON {
  let inputs = request["inputs"] ?? request
  guard let members = inputs.object else {
    throw AssessmentError(.badInput, "appraise: the request is no JSON object. Give {\"cashflow\": […]}.")
  }
  let fields = AppraisalFields(root: inputs)
  do {
    let names = members.map(\.name)
    if names.contains("capex") { return try fundingGap(fields) }
    if names.contains("parcels") { return try proForma(fields) }
    if names.contains("emp") { return try spaceDemand(fields) }
    if names.contains("dates") || names.contains("amounts") { return try datedCashFlow(fields) }
    if names.contains(where: { $0.hasPrefix("principal") }) { return try loan(fields) }
    if names.contains("cashflow") { return try cashFlow(fields) }
    if names.contains("yearly_benefit") { return try discountedBenefit(fields) }
    if names.isEmpty || names.contains("schedule") || names.contains("rates") { return try discountFactors(fields) }
    let known = ["cashflow", "amounts", "principal", "schedule", "rates", "capex", "parcels", "emp", "yearly_benefit"]
    let hint = names.lazy.compactMap { name in suggestion(for: name, among: known).map { (name, $0) } }.first
    let help = hint.map { " Did you mean \"\($0.1)\" where it says \"\($0.0)\"?" } ?? ""
    throw AssessmentError(
      .badInput,
      "appraise: the fields \(names.map { "\"\($0)\"" }.joined(separator: ", ")) make no case.\(help) Give one of \(known.joined(separator: ", "))."
    )
  } catch let error as ProjectFinanceError {
    throw AssessmentError(.badInput, "appraise: \(error.description).")
  }
}

// MARK: Cases

private func cashFlow(_ fields: AppraisalFields) throws -> JSON {
  try fields.allow(["cashflow", "rate", "schedule", "finance", "reinvest"])
  let flow = try fields.numbers("cashflow")
  guard !flow.isEmpty else { throw ProjectFinanceError.empty(field: "cashflow") }
  let rates = try internalRateOfReturn(of: flow)
  let rate = try fields.optionalNumber("rate")
  var members: [JSON.Member] = []
  if let rate { members.append(.init("npv", JSON(try netPresentValue(of: flow, rate: rate)))) }
  if fields.has("schedule") {
    let schedule = try fields.discountSchedule("schedule")
    members.append(.init(rate == nil ? "npv" : "npv_schedule", JSON(try netPresentValue(of: flow, schedule: schedule))))
  }
  members.append(.init("irr", rate == nil ? object(rates) : figure(rates)))
  members.append(.init("all_real_roots_gt_minus1", JSON(rates.roots)))
  if fields.has("finance") || fields.has("reinvest") {
    let modified = try modifiedInternalRateOfReturn(
      of: flow, financeRate: try fields.number("finance"), reinvestmentRate: try fields.number("reinvest"))
    members.append(.init("mirr", JSON(modified)))
  }
  members.append(.init("payback", JSON(try paybackYears(of: flow))))
  if let rate { members.append(.init("discounted_payback", JSON(try paybackYears(of: flow, rate: rate)))) }
  return .object(members)
}

private func datedCashFlow(_ fields: AppraisalFields) throws -> JSON {
  try fields.allow(["dates", "amounts", "rate", "rates", "day_count"])
  let dates = try fields.dates("dates")
  let amounts = try fields.numbers("amounts")
  var dayCount = DayCount.actual365Fixed
  if let name = try fields.optionalString("day_count") {
    guard let known = DayCount(rawValue: name) else {
      throw fields.failure("day_count", "is \"\(name)\"; give one of \(DayCount.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    dayCount = known
  }
  let rates = try datedInternalRateOfReturn(amounts: amounts, dates: dates, dayCount: dayCount)
  var members: [JSON.Member] = [.init("xirr", figure(rates))]
  if dayCount == .actual365Fixed { members.append(.init("xirr_act365f", figure(rates))) }
  members.append(.init("all_real_roots_gt_minus1", JSON(rates.roots)))
  members.append(.init("day_count", .string(dayCount.rawValue)))
  if let rate = try fields.optionalNumber("rate") {
    members.append(.init("xnpv", JSON(try datedNetPresentValue(amounts: amounts, dates: dates, rate: rate, dayCount: dayCount))))
  }
  for rate in try fields.optionalNumbers("rates") ?? [0.09, 0.10] {
    let percent = JSON.text(of: (rate * 1e8).rounded() / 1e6)
    members.append(
      .init("xnpv_\(percent)pct", JSON(try datedNetPresentValue(amounts: amounts, dates: dates, rate: rate, dayCount: dayCount))))
  }
  return .object(members)
}

private func loan(_ fields: AppraisalFields) throws -> JSON {
  let principals = fields.names.filter { $0.hasPrefix("principal") }
  guard principals.count == 1 else { throw fields.failure(principals[1], "is a second principal; give one") }
  let suffix = principals[0].dropFirst("principal".count)
  try fields.allow([principals[0], "rate", "n", "repayment", "grace", "cash_available"])
  let principal = try fields.number(principals[0])
  guard principal >= 0 else { throw fields.failure(principals[0], "is \(JSON.text(of: principal)); give an amount of at least 0") }
  var repayment = Repayment.annuity
  if let name = try fields.optionalString("repayment") {
    guard let known = Repayment(rawValue: name) else {
      throw fields.failure("repayment", "is \"\(name)\"; give one of \(Repayment.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    repayment = known
  }
  let terms = LoanTerms(
    rate: try fields.number("rate"), years: try fields.whole("n", in: 1...100), repayment: repayment,
    graceYears: try fields.has("grace") ? fields.whole("grace", in: 0...50) : 0)
  var draw = [Double](repeating: 0, count: 1 + terms.graceYears + terms.years)
  draw[0] = principal
  let schedule = try LoanSchedule(terms: terms, draw: draw, firstPaymentYear: 1)
  let service = Array(schedule.debtService.dropFirst())
  var members: [JSON.Member] = [
    .init(
      "pmt\(suffix)",
      JSON(repayment == .annuity ? annuityPayment(principal: principal, rate: terms.rate, years: terms.years) : service.max())),
    .init("debt_service", JSON(service)), .init("interest", JSON(Array(schedule.interest.dropFirst()))),
    .init("principal", JSON(Array(schedule.principal.dropFirst()))), .init("balance", JSON(Array(schedule.balance.dropFirst()))),
  ]
  if let cash = try fields.optionalNumbers("cash_available") {
    guard cash.count == service.count else {
      throw ProjectFinanceError.unequalLengths(field: "cash_available", count: cash.count, expected: service.count)
    }
    let coverage = DebtCoverage(cashAvailable: cash, debtService: service)
    members.append(.init("dscr_min", JSON(coverage?.minimum)))
    members.append(.init("dscr_mean", JSON(coverage?.mean)))
    members.append(.init("llcr", JSON(loanLifeCoverageRatio(cashAvailable: [0] + cash, schedule: schedule, rate: terms.rate))))
  }
  return .object(members)
}

private func discountFactors(_ fields: AppraisalFields) throws -> JSON {
  try fields.allow(["schedule", "rates", "years"])
  if fields.has("schedule") {
    let schedule = try fields.discountSchedule("schedule")
    let years = try fields.wholes("years", in: 0...10_000) ?? [1, 10, 30, 31, 75, 76, 125, 126, 200, 300]
    var members = years.map { JSON.Member(String($0), JSON(schedule.factor(year: $0))) }
    // The published check of a schedule: an outlay of 100 and five yearly receipts of 30.
    members.append(.init("npv[-100,30x5]", JSON(try netPresentValue(of: [-100, 30, 30, 30, 30, 30], schedule: schedule))))
    return .object(members)
  }
  let rates = try fields.optionalNumbers("rates") ?? [0.03, 0.04, 0.05]
  let years = try fields.wholes("years", in: 0...10_000) ?? [10, 15, 20, 25, 30]
  return .object(
    try rates.enumerated().map { index, rate in
      guard rate > -1 else { throw fields.failure("rates[\(index)]", "is \(JSON.text(of: rate)); give a rate above -1") }
      return JSON.Member(
        "\(JSON.text(of: (rate * 1e8).rounded() / 1e6))%",
        .object(years.map { JSON.Member(String($0), JSON(annuityFactor(rate: rate, years: $0))) }))
    })
}

private func fundingGap(_ fields: AppraisalFields) throws -> JSON {
  try fields.allow([
    "capex", "revenue", "operating_cost", "replacements", "residual_value", "discount_rate", "max_cofinancing_rate",
    "national_public_share",
    "loan_share_of_remainder", "loan",
  ])
  let capex = try fields.numbers("capex"), revenue = try fields.numbers("revenue"), cost = try fields.numbers("operating_cost")
  let replacements = try fields.optionalNumbers("replacements")
  let residual = try fields.optionalNumber("residual_value") ?? 0
  let rate = try fields.number("discount_rate")
  let loan = try fields.loanTerms("loan")
  let project = CofinancedProject(
    capitalCost: capex, revenue: revenue, operatingCost: cost, replacements: replacements, residualValue: residual, discountRate: rate,
    maximumCofinancingRate: try fields.optionalNumber("max_cofinancing_rate") ?? 1,
    nationalPublicShare: try fields.optionalNumber("national_public_share") ?? 0,
    loanShareOfRemainder: try fields.optionalNumber("loan_share_of_remainder") ?? 0, loan: loan?.terms ?? LoanTerms(rate: 0, years: 1),
    firstPaymentYear: loan?.firstPaymentYear ?? (capex.lastIndex { $0 != 0 } ?? -1) + 1)
  if loan == nil, project.loanShareOfRemainder > 0 {
    throw fields.failure(
      "loan", "is missing, though loan_share_of_remainder is above 0; give {\"rate\", \"years\", \"type\", \"first_payment_year\"}")
  }
  let r = try project.appraised()
  return [
    "DIC": JSON(r.gap.discountedInvestmentCost), "DR": JSON(r.gap.discountedRevenue), "DO": JSON(r.gap.discountedOperatingCost),
    "DRV": JSON(r.gap.discountedResidualValue), "DNR": JSON(r.gap.discountedNetRevenue), "R": JSON(r.gap.rate),
    "FNPV_C": JSON(r.gap.netPresentValue), "FRR_C": figure(r.rateOfReturnOnInvestment), "EC": JSON(r.eligibleCost),
    "DA": JSON(r.decisionAmount), "grant": JSON(r.grant), "national_public": JSON(r.nationalPublic), "loan": JSON(r.loan),
    "equity": JSON(r.equity), "annuity": JSON(r.loan > 0 ? r.firstDebtService : nil), "IDC": JSON(r.interestDuringConstruction),
    "DSCR": JSON(r.coverage?.minimum), "DSCR_mean": JSON(r.coverage?.mean), "FNPV_K": JSON(r.netPresentValueOfNationalCapital),
    "FRR_K": figure(r.rateOfReturnOnNationalCapital), "min_cum_cash": JSON(r.minimumCumulatedCash),
    "sustainable": .bool(r.minimumCumulatedCash >= 0), "break_even_revenue": JSON(r.breakEvenRevenue),
    "revenue_switching_pct": JSON(r.revenueSwitchingPercent), "capex_switching_pct": JSON(r.capitalCostSwitchingPercent),
    "opex_switching_pct": JSON(r.operatingCostSwitchingPercent), "revenue_for_DSCR_1_2": JSON(r.revenueForCoverage),
  ]
}

private func proForma(_ fields: AppraisalFields) throws -> JSON {
  let rentKeys: [(key: String, use: SquareFootProForma.Use)] = [
    ("rent_res", .residential), ("rent_office", .office), ("rent_retail", .retail), ("rent_industrial", .industrial),
  ]
  try fields.allow(["parcels", "cols", "defaults"] + rentKeys.map(\.key))
  let columns = try fields.optionalStrings("cols") ?? ["land_cost", "parcel_size_sqft", "max_far", "max_height"]
  let rows = try fields.rows("parcels")
  guard !rows.isEmpty else { throw ProjectFinanceError.empty(field: "parcels") }
  func column(_ name: String) throws -> Int {
    guard let index = columns.firstIndex(of: name) else { throw fields.failure("cols", "has no column \"\(name)\"") }
    return index
  }
  let land = try column("land_cost"), size = try column("parcel_size_sqft"), far = try column("max_far"), height = try column("max_height")
  let given = rentKeys.filter { fields.has($0.key) }
  guard given.count == 1 else {
    throw fields.failure(given.count > 1 ? given[1].key : "rent_res", "give exactly one of \(rentKeys.map(\.key).joined(separator: ", "))")
  }
  let rents = try fields.numberOrNumbers(given[0].key, count: rows.count)
  var proposals: [SquareFootProForma.Proposal?] = []
  for (index, row) in rows.enumerated() {
    guard row.count == columns.count else {
      throw ProjectFinanceError.unequalLengths(field: "parcels[\(index)]", count: row.count, expected: columns.count)
    }
    proposals.append(
      try SquareFootProForma.bestProposal(
        on: .init(
          landCost: row[land], area: row[size], maximumFloorAreaRatio: row[far], maximumHeight: row[height], rent: rents[index]),
        use: given[0].use))
  }
  func list(_ value: (SquareFootProForma.Proposal) -> Double) -> JSON { .array(proposals.map { JSON($0.map(value)) }) }
  return [
    "building_sqft": list(\.builtArea), "building_cost": list(\.buildingCost), "financing_cost": list(\.financingCost),
    "total_cost": list(\.totalCost), "revenue": list(\.revenue), "max_profit": list(\.profit), "months": list(\.months),
    "parking": .array(proposals.map { JSON($0?.parking.rawValue) }),
  ]
}

private func spaceDemand(_ fields: AppraisalFields) throws -> JSON {
  try fields.allow(["emp", "share_in_commercial", "resettle", "relocate", "m2_per_emp", "years"])
  let employees = try fields.numbers("emp")
  guard !employees.isEmpty else { throw ProjectFinanceError.empty(field: "emp") }
  func list(_ name: String) throws -> [Double] { try fields.numberOrNumbers(name, count: employees.count) }
  let shares = try list("share_in_commercial"), resettle = try list("resettle"), relocate = try list("relocate")
  let area = try list("m2_per_emp"), years = try fields.number("years")
  let demand = try SpaceDemand(
    sectors: employees.indices.map {
      .init(
        employees: employees[$0], percentInCommercialSpace: shares[$0], resettlementRate: resettle[$0], relocationRate: relocate[$0],
        areaPerEmployee: area[$0])
    }, years: years)
  let suffix = "\(JSON.text(of: years))y"
  return .object([
    .init("emp_per_year", JSON(demand.employeesPerYear)), .init("emp_total_per_year", JSON(demand.totalEmployeesPerYear)),
    .init("area_per_year", JSON(demand.areaPerYear)), .init("area_total_per_year", JSON(demand.totalAreaPerYear)),
    .init("emp_\(suffix)", JSON(demand.totalEmployees)), .init("area_\(suffix)", JSON(demand.totalArea)),
  ])
}

private func discountedBenefit(_ fields: AppraisalFields) throws -> JSON {
  try fields.allow(["yearly_benefit", "years", "start", "end"])
  let years = try fields.whole("years", in: 0...1000)
  let start = try fields.has("start") ? fields.whole("start", in: 0...1000) : 0
  let end = try fields.has("end") ? fields.whole("end", in: 0...1000) : nil
  let value = try RegenerationBenefits.discountedSum(try fields.number("yearly_benefit"), years: years, from: start, to: end)
  return ["value": JSON(value), "discount_rate": JSON(RegenerationBenefits.discountRate)]
}

// MARK: Rates as JSON

/// Kind, roots, and for no rate the reason.
private func object(_ rates: InternalRateOfReturn) -> JSON {
  switch rates {
  case .unique: ["kind": "unique", "roots": JSON(rates.roots)]
  case .multiple: ["kind": "multiple", "roots": JSON(rates.roots)]
  case .none(let reason): ["kind": "none", "roots": [], "reason": .string(reason.rawValue)]
  }
}

/// The rate itself when there is exactly one, else the object that says why not.
private func figure(_ rates: InternalRateOfReturn) -> JSON {
  rates.value.map { JSON($0) } ?? object(rates)
}

// MARK: Reading fields

/// The fields of a request, read with errors that name them.
private struct AppraisalFields {
  let root: JSON

  var names: [String] { root.object?.map(\.name) ?? [] }

  func failure(_ field: String, _ what: String) -> AssessmentError {
    AssessmentError(.badInput, "appraise: field \"\(field)\" \(what).")
  }

  /// Refuses fields that the case does not know, so that a misspelt one is never ignored.
  func allow(_ known: [String]) throws {
    for name in names where !known.contains(name) {
      let hint = suggestion(for: name, among: known).map { "did you mean \"\($0)\"" } ?? "known are \(known.joined(separator: ", "))"
      throw failure(name, "is not known here; \(hint)")
    }
    for (index, name) in names.enumerated() where names[..<index].contains(name) { throw failure(name, "is given twice") }
  }

  func has(_ name: String) -> Bool { names.contains(name) }

  private func value(_ name: String) throws -> JSON {
    guard let value = root[name] else { throw failure(name, "is missing") }
    return value
  }

  func number(_ name: String) throws -> Double {
    guard let number = try value(name).number, number.isFinite else { throw failure(name, "must be a number") }
    return number
  }

  func optionalNumber(_ name: String) throws -> Double? { has(name) ? try number(name) : nil }

  func whole(_ name: String, in range: ClosedRange<Int>) throws -> Int {
    try whole(try number(name), name, in: range)
  }

  private func whole(_ number: Double, _ name: String, in range: ClosedRange<Int>) throws -> Int {
    guard number == number.rounded(), number >= Double(range.lowerBound), number <= Double(range.upperBound) else {
      throw failure(name, "is \(JSON.text(of: number)); give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return Int(number)
  }

  func wholes(_ name: String, in range: ClosedRange<Int>) throws -> [Int]? {
    guard has(name) else { return nil }
    return try numbers(name).enumerated().map { try whole($1, "\(name)[\($0)]", in: range) }
  }

  func numbers(_ name: String) throws -> [Double] { try numbers(try value(name), name) }

  func optionalNumbers(_ name: String) throws -> [Double]? { has(name) ? try numbers(name) : nil }

  private func numbers(_ value: JSON, _ name: String) throws -> [Double] {
    guard let array = value.array else { throw failure(name, "must be a list of numbers") }
    return try array.enumerated().map { index, element in
      guard let number = element.number, number.isFinite else { throw failure("\(name)[\(index)]", "must be a number") }
      return number
    }
  }

  func rows(_ name: String) throws -> [[Double]] {
    guard let array = try value(name).array else { throw failure(name, "must be a list of rows") }
    return try array.enumerated().map { try numbers($1, "\(name)[\($0)]") }
  }

  /// One number for all rows, or one per row.
  func numberOrNumbers(_ name: String, count: Int) throws -> [Double] {
    if let number = try value(name).number { return [Double](repeating: number, count: count) }
    let list = try numbers(name)
    guard list.count == count else { throw ProjectFinanceError.unequalLengths(field: name, count: list.count, expected: count) }
    return list
  }

  func optionalString(_ name: String) throws -> String? {
    guard has(name) else { return nil }
    guard let string = try value(name).string else { throw failure(name, "must be a string") }
    return string
  }

  func optionalStrings(_ name: String) throws -> [String]? {
    guard has(name) else { return nil }
    guard let array = try value(name).array else { throw failure(name, "must be a list of strings") }
    return try array.enumerated().map { index, element in
      guard let string = element.string else { throw failure("\(name)[\(index)]", "must be a string") }
      return string
    }
  }

  func dates(_ name: String) throws -> [ProjectFinance.CalendarDate] {
    guard let texts = try optionalStrings(name) else { throw failure(name, "is missing") }
    return try texts.enumerated().map { index, text in
      guard let date = ProjectFinance.CalendarDate(text) else {
        throw ProjectFinanceError.notADate(field: "\(name)[\(index)]", text: text)
      }
      return date
    }
  }

  /// A schedule such as {"0-30": 0.035, "31+": 0.03}, or one rate for all years.
  func discountSchedule(_ name: String) throws -> DiscountSchedule {
    let value = try value(name)
    if let rate = value.number { return .constant(rate) }
    guard let members = value.object, !members.isEmpty else {
      throw failure(name, "must be a rate or an object such as {\"0-30\": 0.035, \"31+\": 0.03}")
    }
    var steps: [DiscountSchedule.Step] = []
    var next = 0
    for (index, member) in members.enumerated() {
      let field = "\(name).\(member.name)"
      guard let rate = member.value.number else { throw failure(field, "must be a number") }
      let isLast = index == members.count - 1
      let parts = member.name.split(separator: "-", omittingEmptySubsequences: false)
      if member.name.hasSuffix("+"), isLast, Int(member.name.dropLast()) == next {
        steps.append(.init(throughYear: .max, rate: rate))
      } else if parts.count == 2, Int(parts[0]) == next, let through = Int(parts[1]), through >= next, through < 100_000 {
        steps.append(.init(throughYear: through, rate: rate))
        next = through + 1
      } else {
        throw failure(
          field, "does not follow on; a step from year \(next) is expected, such as \"\(next)-\(next + 29)\" or, as the last, \"\(next)+\"")
      }
    }
    return .stepped(steps)
  }

  func loanTerms(_ name: String) throws -> (terms: LoanTerms, firstPaymentYear: Int)? {
    guard has(name) else { return nil }
    let nested = try value(name)
    guard nested.object != nil else { throw failure(name, "must be an object such as {\"rate\": 0.035, \"years\": 10}") }
    let fields = AppraisalFields(root: .object((nested.object ?? []).map { .init("\(name).\($0.name)", $0.value) }))
    let known = ["rate", "years", "type", "grace", "first_payment_year"].map { "\(name).\($0)" }
    try fields.allow(known)
    var repayment = Repayment.annuity
    if let type = try fields.optionalString(known[2]) {
      guard let named = Repayment(rawValue: type) else {
        throw failure(known[2], "is \"\(type)\"; give one of \(Repayment.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      repayment = named
    }
    return (
      LoanTerms(
        rate: try fields.number(known[0]), years: try fields.whole(known[1], in: 1...100), repayment: repayment,
        graceYears: try fields.has(known[3]) ? fields.whole(known[3], in: 0...50) : 0),
      try fields.whole(known[4], in: 0...200)
    )
  }
}
