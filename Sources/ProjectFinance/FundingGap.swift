/// The part of an investment that its own net revenue does not pay for, in the terms of EU cohesion policy.
///
/// R = (DIC − DNR) / DIC with DNR = discounted revenue − operating cost − replacements + residual value
/// (European Commission, Working Document 4: Guidance on the methodology for carrying out cost-benefit analysis, 2006, section 2.4;
/// Commission Delegated Regulation (EU) 480/2014, articles 15–17).
public struct FundingGap: Sendable, Equatable {
  /// Discounted investment cost (DIC).
  public let discountedInvestmentCost: Double
  /// Discounted revenue.
  public let discountedRevenue: Double
  /// Discounted operating cost.
  public let discountedOperatingCost: Double
  /// Discounted replacements.
  public let discountedReplacements: Double
  /// Discounted residual value, taken in the last year.
  public let discountedResidualValue: Double

  /// Discounted net revenue (DNR).
  public var discountedNetRevenue: Double {
    discountedRevenue - discountedOperatingCost - discountedReplacements + discountedResidualValue
  }

  /// The financial net present value of the investment, FNPV(C) = DNR − DIC.
  public var netPresentValue: Double { discountedNetRevenue - discountedInvestmentCost }

  /// The funding gap rate R from 0 (net revenue pays for all) to 1; `nil` without an investment.
  ///
  /// A negative net revenue pays for nothing and does not raise the gap above the investment.
  public var rate: Double? {
    guard discountedInvestmentCost > 0 else { return nil }
    return min(1, max(0, (discountedInvestmentCost - discountedNetRevenue) / discountedInvestmentCost))
  }

  /// The gap of yearly flows, year 0 first.
  ///
  /// - Throws: `ProjectFinanceError` for lists of unequal length, figures that are not finite or above 1e15, or a rate outside −50 % … 1000 %.
  public init(
    capitalCost: [Double], revenue: [Double], operatingCost: [Double], replacements: [Double]? = nil, residualValue: Double = 0,
    discountRate: Double
  ) throws(ProjectFinanceError) {
    guard !capitalCost.isEmpty else { throw .empty(field: "capex") }
    let years = capitalCost.count
    for (field, list) in [("revenue", revenue), ("operating_cost", operatingCost), ("replacements", replacements ?? capitalCost)]
    where list.count != years {
      throw .unequalLengths(field: field, count: list.count, expected: years)
    }
    try requireAmounts(capitalCost, "capex")
    try requireAmounts(revenue, "revenue")
    try requireAmounts(operatingCost, "operating_cost")
    try requireAmounts(replacements ?? [], "replacements")
    try require(residualValue, in: -largestAmount...largestAmount, "residual_value")
    try requireDiscountRate(discountRate, "discount_rate")
    discountedInvestmentCost = presentValue(capitalCost, rate: discountRate)
    discountedRevenue = presentValue(revenue, rate: discountRate)
    discountedOperatingCost = presentValue(operatingCost, rate: discountRate)
    discountedReplacements = presentValue(replacements ?? [], rate: discountRate)
    discountedResidualValue = residualValue * DiscountSchedule.constant(discountRate).factor(year: years - 1)
  }

  /// The highest grant the gap allows: eligible cost × R × maximum rate; `nil` without an investment.
  public func grant(eligibleCost: Double, maximumRate: Double) -> Double? {
    rate.map { eligibleCost * $0 * maximumRate }
  }

  /// The rest of the gap, eligible cost × R × (1 − maximum rate): national or municipal co-financing; `nil` without an investment.
  public func publicCofinancing(eligibleCost: Double, maximumRate: Double) -> Double? {
    rate.map { eligibleCost * $0 * (1 - maximumRate) }
  }
}

/// A project with its grant, national co-financing, loan and equity, as a programme's application form asks for it.
///
/// The eligible cost is the sum of the capital cost; the grant is eligible cost × R × maximum rate; the national public share is a share of
/// the eligible cost; the loan is a share of what is left and equity is the rest. All sources are drawn in proportion to the capital cost.
public struct CofinancedProject: Sendable, Equatable {
  /// Capital cost by year, year 0 first.
  public var capitalCost: [Double]
  /// Revenue by year.
  public var revenue: [Double]
  /// Operating cost by year.
  public var operatingCost: [Double]
  /// Replacements by year; `nil` for none.
  public var replacements: [Double]?
  /// Residual value in the last year.
  public var residualValue: Double
  /// Financial discount rate.
  public var discountRate: Double
  /// Highest share of the gap the programme pays.
  public var maximumCofinancingRate: Double
  /// National public money as a share of the eligible cost.
  public var nationalPublicShare: Double
  /// The loan's share of what grant and national money leave open.
  public var loanShareOfRemainder: Double
  /// Terms of the loan.
  public var loan: LoanTerms
  /// Index of the year of the first debt service.
  public var firstPaymentYear: Int

  /// A project with its sources.
  public init(
    capitalCost: [Double], revenue: [Double], operatingCost: [Double], replacements: [Double]? = nil, residualValue: Double,
    discountRate: Double, maximumCofinancingRate: Double, nationalPublicShare: Double, loanShareOfRemainder: Double, loan: LoanTerms,
    firstPaymentYear: Int
  ) {
    self.capitalCost = capitalCost
    self.revenue = revenue
    self.operatingCost = operatingCost
    self.replacements = replacements
    self.residualValue = residualValue
    self.discountRate = discountRate
    self.maximumCofinancingRate = maximumCofinancingRate
    self.nationalPublicShare = nationalPublicShare
    self.loanShareOfRemainder = loanShareOfRemainder
    self.loan = loan
    self.firstPaymentYear = firstPaymentYear
  }

  /// What the project yields, to whom, and where it breaks even.
  public struct Result: Sendable, Equatable {
    /// Discounted figures and the gap rate.
    public let gap: FundingGap
    /// Sum of the capital cost.
    public let eligibleCost: Double
    /// The gap in money of the eligible cost: eligible cost × R.
    public let decisionAmount: Double
    /// Grant, national public money, loan and equity; they add up to the eligible cost.
    public let grant: Double, nationalPublic: Double, loan: Double, equity: Double
    /// The loan's level payment when it is an annuity, else its first payment.
    public let firstDebtService: Double
    /// Interest before the first payment year.
    public let interestDuringConstruction: Double
    /// FRR(C): the rates of return on the investment.
    public let rateOfReturnOnInvestment: InternalRateOfReturn
    /// FNPV(K): net present value of national capital (equity and national public money), net of debt service.
    public let netPresentValueOfNationalCapital: Double
    /// FRR(K): the rates of return on national capital.
    public let rateOfReturnOnNationalCapital: InternalRateOfReturn
    /// Coverage of debt service by revenue less operating cost; `nil` without debt service.
    public let coverage: DebtCoverage?
    /// The lowest sum of revenue − operating cost − replacements − debt service up to any year; below 0 the project is not sustainable.
    public let minimumCumulatedCash: Double
    /// Level revenue of the revenue years at which FNPV(C) is zero; `nil` without revenue.
    public let breakEvenRevenue: Double?
    /// Change of revenue, capital cost and operating cost in percent at which FNPV(C) is zero; `nil` where there is nothing to change.
    public let revenueSwitchingPercent: Double?, capitalCostSwitchingPercent: Double?, operatingCostSwitchingPercent: Double?
    /// Level revenue at which the weakest payment year has a debt service coverage of 1.2; `nil` without debt service.
    public let revenueForCoverage: Double?
    /// Cash flow to national capital by year.
    public let nationalCapitalCashFlow: [Double]
  }

  /// Appraises the project.
  ///
  /// - Parameter requiredCoverage: The debt service coverage ratio that `revenueForCoverage` reaches.
  /// - Throws: `ProjectFinanceError` for figures that are not finite, lists of unequal length, shares outside 0…1,
  ///   or a first payment that does not follow the last draw.
  public func appraised(requiredCoverage: Double = 1.2) throws(ProjectFinanceError) -> Result {
    let gap = try FundingGap(
      capitalCost: capitalCost, revenue: revenue, operatingCost: operatingCost, replacements: replacements, residualValue: residualValue,
      discountRate: discountRate)
    for (year, cost) in capitalCost.enumerated() { try requireNonNegative(cost, "capex[\(year)]") }
    try require(maximumCofinancingRate, in: 0...1, "max_cofinancing_rate")
    try require(nationalPublicShare, in: 0...1, "national_public_share")
    try require(loanShareOfRemainder, in: 0...1, "loan_share_of_remainder")
    let years = capitalCost.count
    let eligible = capitalCost.reduce(0, +)
    let gapRate = gap.rate ?? 0
    let grant = eligible * gapRate * maximumCofinancingRate
    let national = min(nationalPublicShare * eligible, eligible - grant)
    let remainder = eligible - grant - national
    let loanAmount = loanShareOfRemainder * remainder
    let equity = remainder - loanAmount
    let draw = capitalCost.map { eligible > 0 ? loanAmount * $0 / eligible : 0 }
    let schedule = try LoanSchedule(terms: loan, draw: draw, firstPaymentYear: firstPaymentYear)

    var investmentFlow: [Double] = [], capitalFlow: [Double] = [], operating: [Double] = []
    var cumulated = 0.0, lowest = Double.infinity
    for year in 0..<years {
      let residual = year == years - 1 ? residualValue : 0
      let net = revenue[year] - operatingCost[year] - (replacements?[year] ?? 0)
      let service = schedule.debtService(year: year) + schedule.interestDuringConstruction[year]
      operating.append(revenue[year] - operatingCost[year])
      investmentFlow.append(net - capitalCost[year] + residual)
      let share = eligible > 0 ? capitalCost[year] / eligible : 0
      capitalFlow.append(net + residual - service - (equity + national) * share)
      cumulated += net - service
      lowest = min(lowest, cumulated)
    }
    let npv = gap.netPresentValue
    let revenueYears = revenue.filter { $0 != 0 }
    let firstService = schedule.debtService.first { $0 > 0 } ?? 0
    var revenueForCoverage: Double?
    for year in 0..<years where schedule.debtService(year: year) > 0 {
      let needed = operatingCost[year] + requiredCoverage * schedule.debtService(year: year)
      revenueForCoverage = max(revenueForCoverage ?? needed, needed)
    }
    return Result(
      gap: gap, eligibleCost: eligible, decisionAmount: eligible * gapRate, grant: grant, nationalPublic: national, loan: loanAmount,
      equity: equity, firstDebtService: firstService, interestDuringConstruction: schedule.interestDuringConstruction.reduce(0, +),
      rateOfReturnOnInvestment: try internalRateOfReturn(of: investmentFlow),
      netPresentValueOfNationalCapital: presentValue(capitalFlow, rate: discountRate),
      rateOfReturnOnNationalCapital: try internalRateOfReturn(of: capitalFlow),
      coverage: DebtCoverage(cashAvailable: operating, debtService: schedule.debtService), minimumCumulatedCash: lowest,
      breakEvenRevenue: gap.discountedRevenue > 0
        ? revenueYears.reduce(0, +) / Double(revenueYears.count) * (1 - npv / gap.discountedRevenue) : nil,
      revenueSwitchingPercent: gap.discountedRevenue > 0 ? -npv / gap.discountedRevenue * 100 : nil,
      capitalCostSwitchingPercent: gap.discountedInvestmentCost > 0 ? npv / gap.discountedInvestmentCost * 100 : nil,
      operatingCostSwitchingPercent: gap.discountedOperatingCost > 0 ? npv / gap.discountedOperatingCost * 100 : nil,
      revenueForCoverage: revenueForCoverage, nationalCapitalCashFlow: capitalFlow)
  }
}
