import ProjectFinance
import Testing

@Suite("Debt")
struct DebtTests {
  @Test("The incinerator loan of the European guide is paid back with 9,443.6 thousand euros a year")
  func publishedAnnuity() {
    // European Commission, Guide to Cost-Benefit Analysis, 2008, incinerator case: 72,921 k€ at 5 % over 10 years; payment recomputed
    #expect(abs(annuityPayment(principal: 72_921, rate: 0.05, years: 10) - 9443.603111056063) <= 1e-6)
    #expect(annuityPayment(principal: 100, rate: 0, years: 4) == 25)
  }

  @Test("Every loan's balance closes and its payments are worth what was lent", arguments: Repayment.allCases)
  func balanceCloses(repayment: Repayment) throws {
    var generator = SeededGenerator(seed: 5)
    for round in 0..<200 {
      let rate = Double.random(in: 0...0.12, using: &generator), years = Int.random(in: 1...30, using: &generator)
      let grace = Int.random(in: 0...4, using: &generator), building = Int.random(in: 1...3, using: &generator)
      var draw = [Double](repeating: 0, count: building + grace + years)
      for year in 0..<building { draw[year] = Double.random(in: 0...1e6, using: &generator) }
      let schedule = try LoanSchedule(
        terms: LoanTerms(rate: rate, years: years, repayment: repayment, graceYears: grace), draw: draw, firstPaymentYear: building)
      let lent = draw.reduce(0, +), tolerance = 1e-9 * max(1, lent)
      #expect(abs(schedule.balance[draw.count - 1]) <= tolerance, "seed 5, round \(round)")
      #expect(abs(schedule.principal.reduce(0, +) - lent) <= tolerance, "seed 5, round \(round)")
      var worthOfDraws = 0.0, worthOfPayments = 0.0, factor = 1.0, before = 0.0
      for year in draw.indices {
        worthOfDraws += draw[year] * factor
        worthOfPayments += (schedule.debtService(year: year) + schedule.interestDuringConstruction[year]) * factor
        factor /= 1 + rate
        #expect(abs(before + draw[year] - schedule.principal[year] - schedule.balance[year]) <= tolerance)
        #expect(schedule.principal[year] >= -tolerance && schedule.interest[year] >= 0 && schedule.balance[year] >= -tolerance)
        before = schedule.balance[year]
      }
      #expect(abs(worthOfDraws - worthOfPayments) <= 1e-8 * max(1, lent), "seed 5, round \(round)")
    }
  }

  @Test("A bullet loan pays its principal at the end, a linear one in equal parts")
  func shapes() throws {
    let draw = [100.0, 0, 0, 0, 0]
    let bullet = try LoanSchedule(terms: LoanTerms(rate: 0.1, years: 4, repayment: .bullet), draw: draw, firstPaymentYear: 1)
    #expect(bullet.debtService == [0, 10, 10, 10, 110])
    let linear = try LoanSchedule(terms: LoanTerms(rate: 0.1, years: 4, repayment: .linear), draw: draw, firstPaymentYear: 1)
    #expect(linear.principal == [0, 25, 25, 25, 25])
    #expect(linear.interest == [0, 10, 7.5, 5, 2.5])
    let grace = try LoanSchedule(terms: LoanTerms(rate: 0.1, years: 3, repayment: .linear, graceYears: 1), draw: draw, firstPaymentYear: 1)
    #expect(grace.principal[1] == 0 && grace.interest[1] == 10 && grace.balance[4] < 1e-12)
  }

  @Test("Coverage is the lowest and the mean ratio over the years with debt service")
  func coverage() throws {
    let coverage = try #require(DebtCoverage(cashAvailable: [5, 12, 9, 20], debtService: [0, 10, 10, 10]))
    #expect(coverage.minimum == 0.9)
    #expect(coverage.weakestYear == 2)
    #expect(abs(coverage.mean - 4.1 / 3) < 1e-15)
    #expect(DebtCoverage(cashAvailable: [1, 2], debtService: [0, 0]) == nil)
  }

  @Test("With cash of k times a level debt service the loan life coverage ratio is k")
  func loanLifeCoverage() throws {
    let schedule = try LoanSchedule(
      terms: LoanTerms(rate: 0.04, years: 5), draw: [1000, 0, 0, 0, 0, 0], firstPaymentYear: 1)
    let cash = schedule.debtService.map { $0 * 1.3 }
    let ratio = try #require(loanLifeCoverageRatio(cashAvailable: cash, schedule: schedule, rate: 0.04))
    #expect(abs(ratio - 1.3) < 1e-12)
  }

  @Test("A draw after the first payment is refused")
  func refusal() {
    #expect(throws: ProjectFinanceError.self) {
      try LoanSchedule(terms: LoanTerms(rate: 0.04, years: 5), draw: [0, 0, 10], firstPaymentYear: 1)
    }
    #expect(throws: ProjectFinanceError.self) {
      try LoanSchedule(terms: LoanTerms(rate: 0.04, years: 5), draw: [-1, 0, 0], firstPaymentYear: 1)
    }
  }
}
