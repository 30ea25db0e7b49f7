import ProjectFinance
import Testing

@Suite("Funding gap")
struct FundingGapTests {
  /// A constructed project after European Commission, Working Document 4, 2006; Regulation (EU) 480/2014, articles 15–17.
  static let project = CofinancedProject(
    capitalCost: [500_000, 700_000] + [Double](repeating: 0, count: 14), revenue: [0, 0] + [Double](repeating: 120_000, count: 14),
    operatingCost: [0, 0] + [Double](repeating: 80_000, count: 14), residualValue: 240_000, discountRate: 0.04,
    maximumCofinancingRate: 0.8, nationalPublicShare: 0.1, loanShareOfRemainder: 0.6, loan: LoanTerms(rate: 0.035, years: 10),
    firstPaymentYear: 2)

  @Test("The constructed project gives all its figures")
  func constructedProject() throws {
    let r = try Self.project.appraised()
    func expect(_ value: Double?, _ expected: Double, _ name: String) throws {
      let value = try #require(value)
      #expect(abs(value - expected) <= 1e-6 * max(1, abs(expected) * 1e-6), "\(name): \(value) instead of \(expected)")
    }
    try expect(r.gap.discountedInvestmentCost, 1173076.923076923, "DIC")
    try expect(r.gap.discountedRevenue, 1218821.876475559, "DR")
    try expect(r.gap.discountedOperatingCost, 812547.9176503726, "DO")
    try expect(r.gap.discountedResidualValue, 133263.48065118596, "DRV")
    try expect(r.gap.discountedNetRevenue, 539537.4394763724, "DNR")
    try expect(r.gap.rate, 0.5400664450365349, "R")
    try expect(r.gap.netPresentValue, -633539.4836005508, "FNPV_C")
    try expect(r.rateOfReturnOnInvestment.value, -0.03878601942407451, "FRR_C")
    try expect(r.decisionAmount, 648079.7340438418, "DA")
    try expect(r.grant, 518463.7872350735, "grant")
    try expect(r.loan, 336921.7276589559, "loan")
    try expect(r.equity, 224614.48510597058, "equity")
    try expect(r.firstDebtService, 40511.92939795761, "annuity")
    try expect(r.interestDuringConstruction, 4913.441861693108, "IDC")
    try expect(r.coverage?.minimum, 0.9873634900740269, "DSCR")
    try expect(r.netPresentValueOfNationalCapital, -118019.80945329391, "FNPV_K")
    try expect(r.rateOfReturnOnNationalCapital.value, 0.008806826948833857, "FRR_K")
    try expect(r.minimumCumulatedCash, -10032.735841269212, "min_cum_cash")
    try expect(r.breakEvenRevenue, 182375.59359527184, "break_even_revenue")
    try expect(r.revenueSwitchingPercent, 51.9796613293932, "revenue_switching_pct")
    try expect(r.capitalCostSwitchingPercent, -54.00664450365351, "capex_switching_pct")
    try expect(r.operatingCostSwitchingPercent, -77.96949199408981, "opex_switching_pct")
    try expect(r.revenueForCoverage, 128614.31527754913, "revenue_for_DSCR_1_2")
  }

  @Test("The founding programme's own figures are 80.1 % of its cost")
  func referenceProgramme() {
    // Urban Creative Poles, Baltic Sea Region Programme 2007–2013, project record
    #expect(((1_916_622.50 / 2_393_287.50) * 1000).rounded() / 10 == 80.1)
  }

  @Test("Sources add up to the eligible cost, and no source is negative")
  func sourcesAddUp() throws {
    var generator = SeededGenerator(seed: 3)
    for round in 0..<300 {
      var project = Self.project
      project.capitalCost[0] = Double.random(in: 0...2e6, using: &generator)
      let revenue = Double.random(in: 0...3e5, using: &generator)
      project.revenue = project.revenue.map { $0 > 0 ? revenue : 0 }
      project.maximumCofinancingRate = Double.random(in: 0...1, using: &generator)
      project.nationalPublicShare = Double.random(in: 0...1, using: &generator)
      let r = try project.appraised()
      #expect(abs(r.grant + r.nationalPublic + r.loan + r.equity - r.eligibleCost) <= 1e-6, "seed 3, round \(round)")
      for source in [r.grant, r.nationalPublic, r.loan, r.equity] { #expect(source >= -1e-9, "seed 3, round \(round)") }
      let rate = try #require(r.gap.rate)
      #expect((0...1).contains(rate))
      #expect(r.grant <= r.decisionAmount + 1e-9)
    }
  }

  @Test("Revenue that pays for all leaves no gap; losses do not raise it above the cost")
  func limits() throws {
    let rich = try FundingGap(capitalCost: [100, 0], revenue: [0, 500], operatingCost: [0, 0], discountRate: 0.04)
    #expect(rich.rate == 0)
    let poor = try FundingGap(capitalCost: [100, 0], revenue: [0, 0], operatingCost: [0, 50], discountRate: 0.04)
    #expect(poor.rate == 1)
    let nothing = try FundingGap(capitalCost: [0], revenue: [1], operatingCost: [0], discountRate: 0.04)
    #expect(nothing.rate == nil && nothing.grant(eligibleCost: 1, maximumRate: 0.8) == nil)
  }

  @Test("Lists of unequal length are refused by name")
  func refusals() {
    #expect(throws: ProjectFinanceError.unequalLengths(field: "revenue", count: 1, expected: 2)) {
      try FundingGap(capitalCost: [1, 2], revenue: [1], operatingCost: [1, 2], discountRate: 0.04)
    }
    var project = Self.project
    project.maximumCofinancingRate = 1.2
    #expect(throws: ProjectFinanceError.outOfRange(field: "max_cofinancing_rate", value: 1.2, allowed: "from 0.0 to 1.0")) {
      try project.appraised()
    }
  }
}
