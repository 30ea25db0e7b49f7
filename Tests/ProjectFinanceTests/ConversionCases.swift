import ProjectFinance

/// Cases that several suites appraise.
enum ConversionCases {
  /// A thousand square metres of a former works, complete conversion at 1,900 €/m².
  static func works(rent: Double? = 8) -> ConversionCase {
    ConversionCase(
      capitalCost: CostRange(low: 1_330_000, central: 1_900_000, high: 2_850_000), grossFloorArea: 1000, lettableArea: 780,
      rentPerSquareMetreMonth: rent, otherRevenuePerYear: 5_000, occupancy: OccupancyRamp(initial: 0.4, stabilised: 0.92, months: 24),
      operatingCostPerSquareMetreYear: 42, holdingCostPerYear: 12_000, constructionMonths: 18,
      replacements: [Replacement(yearsAfterOpening: 15, shareOfCapitalCost: 0.1)],
      funding: FundingTerms(
        aid: .ceiling(1_520_000), softLoan: .init(terms: LoanTerms(rate: 0.01, years: 20), maximum: 200_000),
        bankLoan: .init(terms: LoanTerms(rate: 0.035, years: 20))), economics: EconomicTerms(benefitPerJobYear: 3000), jobs: 40)
  }

  /// The same building kept vacant.
  static func vacant() -> ConversionCase {
    var value = works(rent: 0)
    value.capitalCost = .zero
    value.constructionMonths = 0
    value.useMonths = 0
    value.otherRevenuePerYear = 0
    value.replacements = []
    value.jobs = 0
    return value
  }

  /// A case drawn at random within plausible ranges.
  static func random(using generator: inout SeededGenerator) -> ConversionCase {
    let area = Double.random(in: 100...20_000, using: &generator)
    let central = area * Double.random(in: 200...3000, using: &generator)
    let soft = Bool.random(using: &generator), bank = Bool.random(using: &generator)
    let aid: AidRoute
    switch Int.random(in: 0...2, using: &generator) {
    case 0: aid = .notStateAid
    case 1: aid = .ceiling(Double.random(in: 0...central, using: &generator))
    default: aid = .noRuleKnown
    }
    var value = ConversionCase(
      capitalCost: CostRange(low: central * 0.7, central: central, high: central * 1.5), grossFloorArea: area,
      lettableArea: area * Double.random(in: 0.6...0.85, using: &generator),
      rentPerSquareMetreMonth: Double.random(in: 0...25, using: &generator),
      otherRevenuePerYear: Double.random(in: 0...20_000, using: &generator),
      occupancy: OccupancyRamp(
        initial: Double.random(in: 0...0.6, using: &generator), stabilised: Double.random(in: 0.6...1, using: &generator),
        months: Int.random(in: 0...48, using: &generator)),
      operatingCostPerSquareMetreYear: Double.random(in: 5...90, using: &generator),
      recoverableShare: Double.random(in: 0...1, using: &generator),
      otherOperatingCostPerYear: Double.random(in: 0...30_000, using: &generator),
      holdingCostPerYear: Double.random(in: 0...50_000, using: &generator), constructionMonths: Int.random(in: 0...40, using: &generator),
      replacements: [
        Replacement(
          yearsAfterOpening: Int.random(in: 5...20, using: &generator), shareOfCapitalCost: Double.random(in: 0...0.2, using: &generator))
      ], horizonYears: Int.random(in: 15...40, using: &generator),
      funding: FundingTerms(
        maximumGrantRate: Double.random(in: 0...1, using: &generator), eligibleShare: Double.random(in: 0.5...1, using: &generator),
        aid: aid,
        softLoan: soft ? .init(terms: LoanTerms(rate: 0.01, years: 15), maximum: central * 0.2) : nil, softLoanGrantEquivalent: 0.2,
        bankLoan: bank
          ? .init(terms: LoanTerms(rate: 0.04, years: 20, repayment: Bool.random(using: &generator) ? .linear : .annuity)) : nil,
        minimumOwnShare: Double.random(in: 0...0.3, using: &generator)),
      economics: EconomicTerms(
        benefitPerJobYear: 2000, propertyUplift: 50_000, carbonTonnesPerYear: 10, carbonPrice: .frenchClimateAction, jobBenefitYears: 5,
        serviceBenefitPerYear: 3_000,
        carbonTonnesOnce: 40),
      jobs: area / 25)
    if Bool.random(using: &generator) { value.useMonths = Int.random(in: 12...240, using: &generator) }
    return value
  }
}
