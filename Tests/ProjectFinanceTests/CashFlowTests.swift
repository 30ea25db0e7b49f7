import ProjectFinance
import Testing

@Suite("Cash flow")
struct CashFlowTests {
  @Test("Months 12t to 12t + 11 add up to year t, in real and in nominal money")
  func monthlyAgreesWithAnnual() throws {
    var generator = SeededGenerator(seed: 31)
    for round in 0..<200 {
      var value = ConversionCases.random(using: &generator)
      if round % 2 == 1 { value.priceBasis = .nominal(inflation: 0.02) }
      let annual = try value.annualCashFlow(), monthly = try value.monthlyCashFlow()
      try #require(monthly.count == annual.count * 12)
      let scale = 1e-9 * (1 + value.capitalCost.central)
      func compare(_ year: [Double], _ month: [Double], _ name: String) {
        for index in year.indices {
          let sum = month[(12 * index)..<(12 * index + 12)].reduce(0, +)
          #expect(abs(sum - year[index]) <= scale, "seed 31, round \(round), \(name), year \(index): \(sum) and \(year[index])")
        }
      }
      compare(annual.capitalCost, monthly.capitalCost, "capital cost")
      compare(try #require(annual.revenue), try #require(monthly.revenue), "revenue")
      compare(annual.operatingCost, monthly.operatingCost, "operating cost")
      compare(annual.replacements, monthly.replacements, "replacements")
      compare(annual.residualValue, monthly.residualValue, "residual value")
    }
  }

  @Test("The capital cost is spent once, all of it")
  func capitalCostIsSpent() throws {
    var generator = SeededGenerator(seed: 37)
    for _ in 0..<100 {
      let value = ConversionCases.random(using: &generator)
      let spent = try value.annualCashFlow().capitalCost.reduce(0, +)
      #expect(abs(spent - value.capitalCost.central) <= 1e-9 * value.capitalCost.central)
    }
  }

  @Test("A stabilised year earns rents, recovered charges and other revenue")
  func stabilisedYear() throws {
    let flow = try ConversionCases.works(rent: 8).annualCashFlow()
    let expected = (780.0 * 8 * 12 + 42_000 * 0.7) * 0.92 + 5_000
    #expect(abs(try #require(flow.revenue)[10] - expected) < 1e-6)
    #expect(flow.operatingCost[10] == 42_000)
    #expect(flow.revenue?[0] == 0 && flow.operatingCost[0] == 0)
    // Opens in month 18: six months in year 1.
    #expect(abs(flow.operatingCost[1] - 21_000) < 1e-9)
    #expect(abs(flow.replacements[16] - 190_000) < 1e-9)
    // 28.5 of 50 years used.
    #expect(abs(flow.residualValue[29] - 1_900_000 * (1 - 28.5 / 50)) < 1e-6)
  }

  @Test("After its use a building costs its holding cost again")
  func meanwhileUse() throws {
    var value = ConversionCases.works(rent: 3)
    value.constructionMonths = 6
    value.useMonths = 36
    let flow = try value.annualCashFlow()
    // Use from month 6 to month 42: half of year 0, years 1 and 2, half of year 3.
    #expect(abs(flow.operatingCost[0] - 21_000) < 1e-9)
    #expect(abs(flow.operatingCost[3] - (21_000 + 6_000)) < 1e-9)
    #expect(flow.operatingCost[4] == 12_000 && flow.revenue?[4] == 0)
  }

  @Test("An unknown rent leaves revenue unknown, not zero")
  func unknownRent() throws {
    let flow = try ConversionCases.works(rent: nil).annualCashFlow()
    #expect(flow.revenue == nil && flow.net == nil && flow.operatingCash == nil)
    #expect(flow.capitalCost.reduce(0, +) > 0)
  }

  @Test("Real flows at real rates and nominal flows at nominal rates have the same value")
  func realAndNominalAgree() throws {
    var generator = SeededGenerator(seed: 41)
    for round in 0..<100 {
      let real = ConversionCases.random(using: &generator)
      var nominal = real
      nominal.priceBasis = .nominal(inflation: 0.025)
      let a = try #require(try appraise(real).netPresentValue), b = try #require(try appraise(nominal).netPresentValue)
      #expect(abs(a - b) <= 1e-9 * real.capitalCost.central * 10, "seed 41, round \(round)")
      let c = try #require(try appraise(real).economics), d = try #require(try appraise(nominal).economics)
      #expect(abs(c.netPresentValue - d.netPresentValue) <= 1e-9 * real.capitalCost.central * 10)
    }
  }

  @Test("Figures that make no sense are refused by name")
  func refusals() {
    var value = ConversionCases.works()
    value.grossFloorArea = -1
    #expect(throws: ProjectFinanceError.self) { try value.annualCashFlow() }
    value = ConversionCases.works()
    value.rentPerSquareMetreMonth = .nan
    #expect(throws: ProjectFinanceError.notFinite(field: "rent")) { try appraise(value) }
    value = ConversionCases.works()
    value.occupancy.stabilised = 1.1
    #expect(throws: ProjectFinanceError.outOfRange(field: "occupancy.stabilised", value: 1.1, allowed: "from 0.0 to 1.0")) {
      try appraise(value)
    }
  }

  @Test("Each figure of a case is refused by its own name when it is not a number or out of its range")
  func everyFigure() throws {
    let cases: [(String, (inout ConversionCase) -> Void)] = [
      ("capital_cost.low", { $0.capitalCost.low = -1 }), ("capital_cost.central", { $0.capitalCost.central = .nan }),
      ("capital_cost.high", { $0.capitalCost.high = .infinity }), ("gross_floor_area", { $0.grossFloorArea = .nan }),
      ("lettable_area", { $0.lettableArea = -1 }), ("rent", { $0.rentPerSquareMetreMonth = -1 }),
      ("other_revenue", { $0.otherRevenuePerYear = 1e16 }), ("operating_cost", { $0.operatingCostPerSquareMetreYear = .nan }),
      ("other_operating_cost", { $0.otherOperatingCostPerYear = -1 }), ("holding_cost", { $0.holdingCostPerYear = -1 }),
      ("jobs", { $0.jobs = -1 }), ("benefit_per_job_year", { $0.economics.benefitPerJobYear = .nan }),
      ("job_benefit_years", { $0.economics.jobBenefitYears = -1 }),
      ("service_benefit_per_year", { $0.economics.serviceBenefitPerYear = -1 }),
      ("carbon_tonnes_once", { $0.economics.carbonTonnesOnce = -1 }),
      ("capital_cost_conversion", { $0.economics.capitalCostConversion = .nan }),
      ("property_uplift", { $0.economics.propertyUplift = -1e16 }), ("carbon_tonnes_per_year", { $0.economics.carbonTonnesPerYear = .nan }),
      ("occupancy.initial", { $0.occupancy.initial = -0.1 }), ("occupancy.stabilised", { $0.occupancy.stabilised = .nan }),
      ("occupancy.months", { $0.occupancy.months = 601 }), ("recoverable_share", { $0.recoverableShare = 1.5 }),
      ("horizon_years", { $0.horizonYears = 0 }), ("construction_months", { $0.constructionMonths = 12 * $0.horizonYears + 1 }),
      ("use_months", { $0.useMonths = -1 }), ("years_before_repayment", { $0.yearsBeforeRepayment = -1 }),
      ("financial_discount_rate", { $0.financialDiscountRate = -0.6 }), ("social_discount_rate", { $0.socialDiscountRate = 11 }),
      ("inflation", { $0.priceBasis = .nominal(inflation: .nan) }),
      ("replacement.years_after_opening", { $0.replacements = [Replacement(yearsAfterOpening: 0, shareOfCapitalCost: 0.1)] }),
      ("replacement.share_of_capital_cost", { $0.replacements = [Replacement(yearsAfterOpening: 5, shareOfCapitalCost: -0.1)] }),
      ("residual_value", { $0.residualValue = .amount(.nan) }),
      ("residual_value.life_years", { $0.residualValue = .remainingLife(years: 0) }),
      ("funding.maximum_grant_rate", { $0.funding.maximumGrantRate = 1.1 }),
      ("funding.eligible_share", { $0.funding.eligibleShare = -0.1 }),
      ("funding.aid_ceiling", { $0.funding.aid = .ceiling(-1) }),
    ]
    for (field, spoil) in cases {
      var value = ConversionCases.works()
      spoil(&value)
      let error = #expect(throws: ProjectFinanceError.self, "\(field)") { try appraise(value) }
      #expect(error?.field == field)
    }
  }
}
