import ProjectFinance
import Testing

@Suite("Appraisal")
struct AppraisalTests {
  /// Every number in an appraisal, found by walking through it.
  func numbers(in value: Any) -> [Double] {
    if let number = value as? Double { return [number] }
    return Mirror(reflecting: value).children.flatMap { numbers(in: $0.value) }
  }

  @Test("Uses equal sources every year, balances close, ceilings hold, nothing is negative, no figure is NaN or infinite")
  func invariants() throws {
    var generator = SeededGenerator(seed: 43)
    for round in 0..<200 {
      let value = ConversionCases.random(using: &generator)
      let a = try appraise(value), stack = try #require(a.stack)
      let scale = 1e-7 * (1 + stack.totalUses)
      let note: Comment = "seed 43, round \(round)"
      var debt = 0.0
      for year in a.years {
        #expect(abs(year.uses - year.sources) <= scale, note)
        for source in [year.grant, year.publicCofinancing, year.softLoan, year.bankLoan, year.equity, year.unfunded, year.startUpLoss] {
          #expect(source >= -scale, note)
        }
        debt += year.softLoan + year.bankLoan - year.principal
        #expect(abs(debt - year.debtBalance) <= scale && year.debtBalance >= -scale, note)
      }
      func total(_ part: (FinancedYear) -> Double) -> Double { a.years.reduce(0) { $0 + part($1) } }
      #expect(abs(total(\.grant) - stack.grant) <= scale, note)
      #expect(abs(total(\.equity) - stack.equity) <= scale, note)
      #expect(abs(stack.totalSources + stack.unfunded - stack.totalUses) <= scale, note)

      // Ceilings.
      let gapGrant = a.gapGrant ?? 0
      #expect(stack.grant <= gapGrant + scale, note)
      #expect(stack.publicCofinancing <= (a.gapCofinancing ?? 0) + scale, note)
      #expect(stack.grant <= value.funding.maximumGrantRate * stack.publicMoney + scale, note)
      switch value.funding.aid {
      case .ceiling(let amount): #expect(stack.publicMoney + 0.2 * stack.softLoan <= amount + scale, note)
      case .noRuleKnown: #expect(stack.publicMoney <= scale && stack.softLoan <= scale, note)
      case .notStateAid: break
      }
      #expect(stack.equity >= value.funding.minimumOwnShare * stack.totalUses - scale || stack.unfunded > 0, note)
      if let coverage = a.coverage { #expect(coverage.minimum >= 1.2 - 1e-6, note) }
      if stack.unfunded <= scale { #expect(try #require(a.ownersNetPresentValue) >= -scale, note) }

      // The optimiser's own value of equity is that of the yearly rows, and FNPV(C) of the gap that of the flow.
      if stack.unfunded <= scale { #expect(abs(stack.ownersNetPresentValue - (a.ownersNetPresentValue ?? 0)) <= scale, note) }
      #expect(abs((a.fundingGap?.netPresentValue ?? 0) - (a.netPresentValue ?? 0)) <= scale, note)
      if round % 20 == 0 { for number in numbers(in: a) { #expect(number.isFinite, note) } }
    }
  }

  @Test("Scaling all money scales every amount and leaves every rate")
  func scalingMoney() throws {
    var generator = SeededGenerator(seed: 47)
    for round in 0..<100 {
      let value = ConversionCases.random(using: &generator)
      var scaled = value
      let factor = 4.0
      scaled.capitalCost = value.capitalCost.scaled(by: factor)
      scaled.rentPerSquareMetreMonth = value.rentPerSquareMetreMonth.map { $0 * factor }
      scaled.otherRevenuePerYear *= factor
      scaled.operatingCostPerSquareMetreYear *= factor
      scaled.otherOperatingCostPerYear *= factor
      scaled.holdingCostPerYear *= factor
      if case .ceiling(let amount) = value.funding.aid { scaled.funding.aid = .ceiling(amount * factor) }
      if let maximum = value.funding.softLoan?.maximum { scaled.funding.softLoan?.maximum = maximum * factor }
      let a = try appraise(value), b = try appraise(scaled)
      let tolerance = 1e-6 * value.capitalCost.central
      #expect(abs((b.netPresentValue ?? 0) - factor * (a.netPresentValue ?? 0)) <= tolerance, "seed 47, round \(round)")
      #expect(abs((b.stack?.grant ?? 0) - factor * (a.stack?.grant ?? 0)) <= tolerance, "seed 47, round \(round)")
      #expect(abs((b.stack?.bankLoan ?? 0) - factor * (a.stack?.bankLoan ?? 0)) <= tolerance, "seed 47, round \(round)")
      #expect(abs((b.fundingGap?.rate ?? 0) - (a.fundingGap?.rate ?? 0)) <= 1e-9, "seed 47, round \(round)")
      if let x = a.rateOfReturn?.value, let y = b.rateOfReturn?.value { #expect(abs(x - y) <= 1e-9, "seed 47, round \(round)") }
    }
  }

  @Test("Without a rent all that depends on it is nil, and the rent needed is still answered")
  func unknownRent() throws {
    let a = try appraise(ConversionCases.works(rent: nil))
    #expect(a.netPresentValue == nil && a.rateOfReturn == nil && a.fundingGap == nil && a.stack == nil && a.economics == nil)
    #expect(a.coverage == nil && a.isSustainable == nil && a.publicMoneyPerJob == nil)
    #expect(a.years.allSatisfy { $0.revenue == nil && $0.net == nil && $0.cumulatedCash == nil })
    let needed = try #require(a.breakEven.rentPerSquareMetreMonth)
    let known = try #require(try appraise(ConversionCases.works(rent: 8)).breakEven.rentPerSquareMetreMonth)
    #expect(abs(needed.value - known.value) < 1e-9)
    #expect(a.breakEven.capitalCost == nil && a.breakEven.occupancy == nil)
  }

  @Test("Keeping a building vacant costs the present value of holding it")
  func keepVacant() throws {
    let a = try appraise(ConversionCases.vacant())
    var expected = 0.0
    for year in 0..<30 { expected -= 12_000 * DiscountSchedule.constant(0.04).factor(year: year) }
    #expect(abs(try #require(a.netPresentValue) - expected) < 1e-6)
    #expect(abs(a.statusQuoNetPresentValue - expected) < 1e-6)
    #expect(a.rateOfReturn == .none(.noSignChange))
    #expect(a.fundingGap?.rate == nil && a.stack?.totalUses == 0)
  }

  @Test("Each answer to a break-even question puts FNPV(C) at zero when substituted")
  func breakEvenBySubstitution() throws {
    var generator = SeededGenerator(seed: 53)
    for round in 0..<100 {
      let value = ConversionCases.random(using: &generator)
      let answers = try appraise(value).breakEven
      let tolerance = 1e-8 * value.capitalCost.central
      if let rent = answers.rentPerSquareMetreMonth, rent.isAttainable {
        var changed = value
        changed.rentPerSquareMetreMonth = rent.value
        #expect(abs(try #require(try appraise(changed).netPresentValue)) <= tolerance, "seed 53, round \(round)")
      }
      if let cost = answers.capitalCost, cost.isAttainable {
        var changed = value
        changed.capitalCost = CostRange(low: cost.value, central: cost.value, high: cost.value)
        #expect(abs(try #require(try appraise(changed).netPresentValue)) <= tolerance, "seed 53, round \(round)")
      }
      if let occupancy = answers.occupancy, occupancy.isAttainable {
        var changed = value
        changed.occupancy.initial *= occupancy.value / value.occupancy.stabilised
        changed.occupancy.stabilised = occupancy.value
        #expect(abs(try #require(try appraise(changed).netPresentValue)) <= tolerance, "seed 53, round \(round)")
      }
    }
  }

  @Test("The least grant gives equity exactly its return, and one per cent less does not")
  func leastGrant() throws {
    let value = ConversionCases.works(rent: 8)
    let grant = try #require(try minimumGrant(value))
    #expect(grant.value > 0 && grant.isAttainable)
    #expect(abs(grant.residual) < 1e-3)
    #expect(try minimumGrant(ConversionCases.works(rent: nil)) == nil)
    #expect(try #require(try minimumGrant(ConversionCases.works(rent: 25))).value == 0)
    // Without rents operation loses money every year: no grant to the investment helps.
    #expect(try minimumGrant(ConversionCases.works(rent: 0)) == nil)
  }

  @Test("Benefits that are not known are named and not counted")
  func economicBenefits() throws {
    let a = try #require(try appraise(ConversionCases.works()).economics)
    #expect(a.notCounted == ["property_uplift", "carbon", "services"])
    var known = ConversionCases.works()
    known.economics.propertyUplift = 100_000
    let b = try #require(try appraise(known).economics)
    // Opening in year 1, at 3 %.
    #expect(abs(b.netPresentValue - a.netPresentValue - 100_000 / 1.03) < 1e-6)
    let sum = b.benefits.reduce(0) { $0 + ($1.presentValue ?? 0) }
    #expect(abs(sum - b.costs - b.netPresentValue) < 1e-6)
    #expect(abs(try #require(b.benefitCostRatio) - sum / b.costs) < 1e-12)
    for rate in b.rateOfReturn.roots { #expect(abs(try netPresentValue(of: b.cashFlow, rate: rate)) < 1e-4) }
  }

  @Test("Benefits of jobs may end, services count while in use, carbon once when works end")
  func datedBenefits() throws {
    func worth(_ change: (inout EconomicTerms) -> Void) throws -> [String: Double] {
      var value = ConversionCases.works()
      change(&value.economics)
      let benefits = try #require(try appraise(value).economics).benefits
      return Dictionary(uniqueKeysWithValues: benefits.compactMap { benefit in benefit.presentValue.map { (benefit.name, $0) } })
    }
    func factor(_ year: Int) -> Double { DiscountSchedule.constant(0.03).factor(year: year) }
    // Open from month 18, so three years from year 1: years 1 to 3; occupancy rises from .4 to .92 over months 18 to 42.
    let jobs = try worth { $0.jobBenefitYears = 3 }
    let occupied = [0.5 * (0.4 + 0.13 / 2), 0.53 + 0.13, 0.5 * (0.79 + 0.13 / 2) + 0.5 * 0.92]
    let expected = (0..<3).reduce(0) { $0 + 40 * 3000 * occupied[$1] * factor($1 + 1) }
    #expect(abs(try #require(jobs["jobs"]) - expected) < 1e-6)
    let services = try worth { $0.serviceBenefitPerYear = 1000 }
    let inUse = 500 * factor(1) + (2..<30).reduce(0) { $0 + 1000 * factor($1) }
    #expect(abs(try #require(services["services"]) - inUse) < 1e-6)
    let carbon = try worth {
      $0.carbonTonnesOnce = 100
      $0.carbonPrice = PricePath(points: [.init(year: 2026, price: 200)])
    }
    #expect(abs(try #require(carbon["carbon"]) - 20_000 * factor(1)) < 1e-6)
  }

  @Test("Jobs are those at the stabilised occupancy")
  func jobs() throws {
    let a = try appraise(ConversionCases.works())
    #expect(abs(try #require(a.jobs) - 40 * 0.92) < 1e-12)
    #expect(abs(try #require(a.publicMoneyPerJob) - (try #require(a.stack)).publicMoney / 36.8) < 1e-6)
  }

  @Test("Where nothing can be let no rent breaks even, and without jobs' worth their benefit is not known")
  func nothingToLet() throws {
    var value = ConversionCases.works(rent: 8)
    value.lettableArea = 0
    value.economics.benefitPerJobYear = nil
    let a = try appraise(value)
    #expect(a.breakEven.rentPerSquareMetreMonth == nil && a.breakEven.occupancy == nil)
    // Revenue is the 5,000 a year that is not rent: cost is what it can be paid from, less than nothing here.
    let capital = try #require(a.breakEven.capitalCost)
    #expect(!capital.isAttainable && abs(capital.residual) < 1e-3)
  }
}
