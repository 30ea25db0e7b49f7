/// How a let building fills up after opening: straight from one occupancy to another, then level.
public struct OccupancyRamp: Sendable, Equatable {
  /// Share of the lettable area let on opening day.
  public var initial: Double
  /// Share let once the ramp is over.
  public var stabilised: Double
  /// Months from opening to the stabilised occupancy; 0 for none.
  public var months: Int

  /// A ramp.
  public init(initial: Double, stabilised: Double, months: Int) {
    self.initial = initial
    self.stabilised = stabilised
    self.months = months
  }

  /// Occupancy summed from opening until `elapsed` months after it, in month-equivalents of full occupancy.
  func occupiedMonths(until elapsed: Double) -> Double {
    let e = max(0, elapsed), ramp = Double(months)
    guard ramp > 0, e < ramp else { return ramp * (initial + stabilised) / 2 + (e - ramp) * stabilised }
    return e * (initial + (stabilised - initial) * e / ramp / 2)
  }

  /// Occupancy at a moment, in months after opening.
  func occupancy(at elapsed: Double) -> Double {
    let ramp = Double(months)
    return elapsed < ramp ? initial + (stabilised - initial) * elapsed / ramp : stabilised
  }
}

/// What an investment is still worth at the end of the horizon.
public enum ResidualValue: Sendable, Equatable {
  /// Nothing.
  case none
  /// Capital cost × remaining life ÷ life, straight line from opening.
  case remainingLife(years: Double)
  /// A given amount in money of the price date.
  case amount(Double)
}

/// A part of the investment that is renewed some years after opening.
public struct Replacement: Sendable, Equatable {
  /// Whole years after opening.
  public var yearsAfterOpening: Int
  /// Cost as a share of the capital cost.
  public var shareOfCapitalCost: Double

  /// A renewal.
  public init(yearsAfterOpening: Int, shareOfCapitalCost: Double) {
    self.yearsAfterOpening = yearsAfterOpening
    self.shareOfCapitalCost = shareOfCapitalCost
  }
}

/// Whether flows are in money of the price date or of their year.
public enum PriceBasis: Sendable, Equatable {
  /// Money of the price date; all rates are real.
  case real
  /// Money of each year, all prices rising with inflation; discount rates are given as real and raised with it, loan rates are nominal.
  case nominal(inflation: Double)

  var inflation: Double {
    if case .nominal(let inflation) = self { return inflation }
    return 0
  }
}

/// What State-aid law allows a project on its grant date.
public enum AidRoute: Sendable, Equatable {
  /// All public support together may reach an amount.
  case ceiling(Double)
  /// The support is not State aid; only the funding gap limits it.
  case notStateAid
  /// No rule is known on the grant date: no grant can be assumed.
  case noRuleKnown
}

/// The terms on which a project is financed.
public struct FundingTerms: Sendable, Equatable {
  /// Share of the funding gap a programme pays at most.
  public var maximumGrantRate: Double
  /// Share of the capital cost that is eligible.
  public var eligibleShare: Double
  /// What State-aid law allows.
  public var aid: AidRoute
  /// Soft loan on offer.
  public var softLoan: FinancingProblem.LoanOffer?
  /// Grant equivalent of a euro of soft loan.
  public var softLoanGrantEquivalent: Double
  /// Bank loan on offer.
  public var bankLoan: FinancingProblem.LoanOffer?
  /// Lowest share of equity in the uses.
  public var minimumOwnShare: Double
  /// Lowest debt service coverage.
  public var requiredCoverage: Double
  /// Return the owner must earn, in the price basis of the case.
  public var requiredEquityReturn: Double
  /// What decides among lawful stacks.
  public var objective: FinancingProblem.Objective

  /// Terms of financing; defaults follow the method (80 % of the gap, coverage 1.2, equity at the financial discount rate of 4 %).
  public init(
    maximumGrantRate: Double = 0.8, eligibleShare: Double = 1, aid: AidRoute, softLoan: FinancingProblem.LoanOffer? = nil,
    softLoanGrantEquivalent: Double = 0, bankLoan: FinancingProblem.LoanOffer? = nil, minimumOwnShare: Double = 0.1,
    requiredCoverage: Double = 1.2, requiredEquityReturn: Double = 0.04, objective: FinancingProblem.Objective = .leastPublicMoney
  ) {
    self.maximumGrantRate = maximumGrantRate
    self.eligibleShare = eligibleShare
    self.aid = aid
    self.softLoan = softLoan
    self.softLoanGrantEquivalent = softLoanGrantEquivalent
    self.bankLoan = bankLoan
    self.minimumOwnShare = minimumOwnShare
    self.requiredCoverage = requiredCoverage
    self.requiredEquityReturn = requiredEquityReturn
    self.objective = objective
  }
}

/// Effects on society that pass no owner's account; `nil` means not known, and then not counted but named as missing.
public struct EconomicTerms: Sendable, Equatable {
  /// Benefit of one job for one year.
  public var benefitPerJobYear: Double?
  /// Years from opening for which the benefit of a job counts; `nil` for the whole horizon.
  public var jobBenefitYears: Int?
  /// Benefit of services (cultural visits, advice) beyond what their users pay, per year of operation.
  public var serviceBenefitPerYear: Double?
  /// Carbon avoided once, when works end (a new building not built), tonnes of CO₂ equivalent.
  public var carbonTonnesOnce: Double?
  /// Increase in value of property near by, once, in the year of opening.
  public var propertyUplift: Double?
  /// Carbon avoided, tonnes of CO₂ equivalent per year of operation.
  public var carbonTonnesPerYear: Double?
  /// Value of a tonne by calendar year.
  public var carbonPrice: PricePath?
  /// Calendar year of year 0, for the carbon price.
  public var priceYear: Int
  /// Shadow price of a euro of capital cost (1 for none).
  public var capitalCostConversion: Double

  /// Effects on society.
  public init(
    benefitPerJobYear: Double? = nil, propertyUplift: Double? = nil, carbonTonnesPerYear: Double? = nil, carbonPrice: PricePath? = nil,
    priceYear: Int = 2026, capitalCostConversion: Double = 1, jobBenefitYears: Int? = nil, serviceBenefitPerYear: Double? = nil,
    carbonTonnesOnce: Double? = nil
  ) {
    self.benefitPerJobYear = benefitPerJobYear
    self.jobBenefitYears = jobBenefitYears
    self.serviceBenefitPerYear = serviceBenefitPerYear
    self.carbonTonnesOnce = carbonTonnesOnce
    self.propertyUplift = propertyUplift
    self.carbonTonnesPerYear = carbonTonnesPerYear
    self.carbonPrice = carbonPrice
    self.priceYear = priceYear
    self.capitalCostConversion = capitalCostConversion
  }
}

/// One alternative for one building, complete enough to be appraised.
///
/// Money is in the currency of the study at the price date, areas in m². "Keep vacant" is the case without capital cost, rent and use
/// (`useMonths` 0): only the holding cost is left.
public struct ConversionCase: Sendable, Equatable {
  /// Investment cost with range, groups 200–700, net of recoverable VAT.
  public var capitalCost: CostRange
  /// Gross floor area (DIN 277).
  public var grossFloorArea: Double
  /// Area that can be let.
  public var lettableArea: Double
  /// Rent per m² of let area and month; `nil` when not known, which leaves every figure that needs it `nil`.
  public var rentPerSquareMetreMonth: Double?
  /// Revenue besides rents per year of operation (events, services).
  public var otherRevenuePerYear: Double
  /// How the building fills up.
  public var occupancy: OccupancyRamp
  /// Operating cost per m² of gross floor area and year.
  public var operatingCostPerSquareMetreYear: Double
  /// Share of the operating cost that tenants of let area pay back.
  public var recoverableShare: Double
  /// Further operating cost per year of operation (management, programme, staff).
  public var otherOperatingCostPerYear: Double
  /// Cost per year of holding the building vacant.
  public var holdingCostPerYear: Double
  /// Months of construction from the price date.
  public var constructionMonths: Int
  /// Months of use after opening, `nil` for the rest of the horizon; afterwards the building costs its holding cost.
  public var useMonths: Int?
  /// Renewals.
  public var replacements: [Replacement]
  /// Worth at the end.
  public var residualValue: ResidualValue
  /// Years of the horizon; years 0 to `horizonYears` − 1.
  public var horizonYears: Int
  /// Real financial discount rate.
  public var financialDiscountRate: Double
  /// Real social discount rate.
  public var socialDiscountRate: Double
  /// Real or nominal flows.
  public var priceBasis: PriceBasis
  /// Years after completion in which only interest is paid (part of the uses), `nil` for the ramp-up in whole years.
  public var yearsBeforeRepayment: Int?
  /// Terms of financing.
  public var funding: FundingTerms
  /// Effects on society.
  public var economics: EconomicTerms
  /// Jobs in the building at full occupancy; `nil` when not known.
  public var jobs: Double?

  /// A case; defaults are the method's.
  public init(
    capitalCost: CostRange, grossFloorArea: Double, lettableArea: Double, rentPerSquareMetreMonth: Double?, otherRevenuePerYear: Double = 0,
    occupancy: OccupancyRamp, operatingCostPerSquareMetreYear: Double, recoverableShare: Double = 0.7,
    otherOperatingCostPerYear: Double = 0, holdingCostPerYear: Double, constructionMonths: Int, useMonths: Int? = nil,
    replacements: [Replacement] = [], residualValue: ResidualValue = .remainingLife(years: 50), horizonYears: Int = 30,
    financialDiscountRate: Double = 0.04, socialDiscountRate: Double = 0.03, priceBasis: PriceBasis = .real,
    yearsBeforeRepayment: Int? = nil, funding: FundingTerms, economics: EconomicTerms = EconomicTerms(), jobs: Double? = nil
  ) {
    self.capitalCost = capitalCost
    self.grossFloorArea = grossFloorArea
    self.lettableArea = lettableArea
    self.rentPerSquareMetreMonth = rentPerSquareMetreMonth
    self.otherRevenuePerYear = otherRevenuePerYear
    self.occupancy = occupancy
    self.operatingCostPerSquareMetreYear = operatingCostPerSquareMetreYear
    self.recoverableShare = recoverableShare
    self.otherOperatingCostPerYear = otherOperatingCostPerYear
    self.holdingCostPerYear = holdingCostPerYear
    self.constructionMonths = constructionMonths
    self.useMonths = useMonths
    self.replacements = replacements
    self.residualValue = residualValue
    self.horizonYears = horizonYears
    self.financialDiscountRate = financialDiscountRate
    self.socialDiscountRate = socialDiscountRate
    self.priceBasis = priceBasis
    self.yearsBeforeRepayment = yearsBeforeRepayment
    self.funding = funding
    self.economics = economics
    self.jobs = jobs
  }

  /// Refuses figures the model cannot honour.
  func validate() throws(ProjectFinanceError) {
    try capitalCost.validate("capital_cost")
    let nonNegative: [(String, Double)] = [
      ("gross_floor_area", grossFloorArea), ("lettable_area", lettableArea), ("rent", rentPerSquareMetreMonth ?? 0),
      ("other_revenue", otherRevenuePerYear), ("operating_cost", operatingCostPerSquareMetreYear),
      ("other_operating_cost", otherOperatingCostPerYear), ("holding_cost", holdingCostPerYear), ("jobs", jobs ?? 0),
      ("benefit_per_job_year", economics.benefitPerJobYear ?? 0), ("job_benefit_years", Double(economics.jobBenefitYears ?? 0)),
      ("service_benefit_per_year", economics.serviceBenefitPerYear ?? 0), ("carbon_tonnes_once", economics.carbonTonnesOnce ?? 0),
      ("capital_cost_conversion", economics.capitalCostConversion),
    ]
    for (field, value) in nonNegative { try requireNonNegative(value, field) }
    try require(economics.propertyUplift ?? 0, in: -largestAmount...largestAmount, "property_uplift")
    try require(economics.carbonTonnesPerYear ?? 0, in: -largestAmount...largestAmount, "carbon_tonnes_per_year")
    try require(occupancy.initial, in: 0...1, "occupancy.initial")
    try require(occupancy.stabilised, in: 0...1, "occupancy.stabilised")
    try require(Double(occupancy.months), in: 0...600, "occupancy.months")
    try require(recoverableShare, in: 0...1, "recoverable_share")
    try require(Double(horizonYears), in: 1...200, "horizon_years")
    try require(Double(constructionMonths), in: 0...Double(horizonYears * 12), "construction_months")
    try requireNonNegative(Double(useMonths ?? 0), "use_months")
    try requireNonNegative(Double(yearsBeforeRepayment ?? 0), "years_before_repayment")
    try requireDiscountRate(financialDiscountRate, "financial_discount_rate")
    try requireDiscountRate(socialDiscountRate, "social_discount_rate")
    try requireDiscountRate(priceBasis.inflation, "inflation")
    for replacement in replacements {
      try require(Double(replacement.yearsAfterOpening), in: 1...200, "replacement.years_after_opening")
      try requireNonNegative(replacement.shareOfCapitalCost, "replacement.share_of_capital_cost")
    }
    switch residualValue {
    case .none: break
    case .amount(let amount): try require(amount, in: -largestAmount...largestAmount, "residual_value")
    case .remainingLife(let years): try require(years, in: 1...1000, "residual_value.life_years")
    }
    try require(funding.maximumGrantRate, in: 0...1, "funding.maximum_grant_rate")
    try require(funding.eligibleShare, in: 0...1, "funding.eligible_share")
    if case .ceiling(let ceiling) = funding.aid { try requireNonNegative(ceiling, "funding.aid_ceiling") }
  }
}
