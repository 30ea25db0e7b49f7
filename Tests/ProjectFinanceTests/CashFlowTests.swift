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
}
