import ProjectFinance

/// The ways public money may lawfully take to one alternative on the grant date.
struct FundingRoute: Sendable {
  /// The ceiling by rules in force.
  var ceiling: AidCeiling
  /// Rules by id.
  var rules: [String: AidRule]
  /// The route outside State-aid law, if the alternative may qualify for it: never applied without a legal opinion.
  var notAid: AidRule?
  /// The grant if that route is confirmed, EUR.
  var notAidGrant: Double?
}

extension ConceptBuilder {
  /// The terms of a loan of the register, in real or nominal rates.
  /// - Parameter atMost: Years in which it must be paid back.
  mutating func loan(_ kind: String, atMost limit: Int, isReal: Bool = true) throws -> LoanTerms {
    let rate = try figure("loan.\(kind).rate"), years = max(1, min(limit, Int(try figure("loan.\(kind).years"))))
    let inflation = try figure("rate.inflation")
    // The first payment comes after the bank's grace; a longer one is interest-only from there.
    let grace = Int(try figure("loan.\(kind).grace")) - Int(try figure("loan.bank.grace"))
    return LoanTerms(
      rate: isReal ? max(0, realRate(nominal: rate, inflation: inflation)) : rate, years: years, repayment: .annuity,
      graceYears: max(0, min(grace, limit - years)))
  }

  /// Terms of financing and the aid route of an investment.
  /// - Parameter loanYears: Years in which loans must be paid back.
  mutating func funding(_ purposes: [String], cost: Double, operatingProfit: Double?, loanYears: Int) throws
    -> (FundingTerms, FundingRoute)
  {
    let ceiling = try AidCeiling(
      rules: rules,
      application: AidApplication(
        purposes: purposes, eligibleCost: cost, totalCost: cost, operatingProfit: operatingProfit, grantDate: study.grantDate))
    let soft = try loan("soft", atMost: loanYears), bank = try loan("bank", atMost: loanYears)
    // What a soft loan is worth as a grant: one euro less what its payments are worth at the bank's rate.
    var worth = 0.0
    let payment = annuityPayment(principal: 1, rate: soft.rate, years: soft.years)
    for year in 1...(soft.graceYears + soft.years) {
      worth += (year <= soft.graceYears ? soft.rate : payment) * DiscountSchedule.constant(bank.rate).factor(year: year)
    }
    let terms = FundingTerms(
      maximumGrantRate: try figure("cofinancing.rate.max"), eligibleShare: 1,
      aid: ceiling.amount.map { .ceiling($0) } ?? .noRuleKnown,
      softLoan: .init(terms: soft, maximum: try figure("loan.soft.share") * cost), softLoanGrantEquivalent: min(1, max(0, 1 - worth)),
      bankLoan: .init(terms: bank, maximum: try figure("loan.bank.share") * cost), minimumOwnShare: try figure("equity.share.min"),
      requiredCoverage: try figure("dscr.min"), requiredEquityReturn: try figure("rate.financial"))
    return (terms, FundingRoute(ceiling: ceiling, rules: Dictionary(rules.map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })))
  }

  /// Lowest debt service cover in money of each year: the same loans as nominal annuities against cash that rises with inflation.
  ///
  /// Real annuities flatter the first years, since a nominal annuity weighs most when rents have not risen yet.
  mutating func nominalCoverage(_ appraisal: Appraisal, loanYears: Int) throws -> Double? {
    guard let first = appraisal.years.firstIndex(where: { $0.interest + $0.principal > 0 }) else { return nil }
    let inflation = try figure("rate.inflation"), count = appraisal.years.count
    var service = [Double](repeating: 0, count: count)
    for (kind, draw) in [("soft", appraisal.years.map(\.softLoan)), ("bank", appraisal.years.map(\.bankLoan))]
    where draw.contains(where: { $0 > 0 }) {
      let prices = (0..<count).map { 1 / DiscountSchedule.constant(inflation).factor(year: $0) }
      let schedule = try LoanSchedule(
        terms: try loan(kind, atMost: loanYears, isReal: false), draw: draw.indices.map { draw[$0] * prices[$0] }, firstPaymentYear: first)
      for year in 0..<count { service[year] += schedule.debtService(year: year) / prices[year] }
    }
    return (first..<count).filter { service[$0] > 0 }.map { year in
      ((appraisal.years[year].revenue ?? 0) - appraisal.years[year].operatingCost) / service[year]
    }.min()
  }
}
