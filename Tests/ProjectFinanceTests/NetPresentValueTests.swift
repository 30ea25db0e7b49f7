import ProjectFinance
import Testing

@Suite("Discounting and net present value")
struct NetPresentValueTests {
  @Test("The Hungarian guide's project is worth 124.4 at 4 %")
  func publishedValue() throws {
    let flow = [-200.0] + [Double](repeating: 40, count: 10)
    #expect(abs(try netPresentValue(of: flow, rate: 0.04) - 124.435831174) <= 1e-8)
  }

  @Test(
    "Green Book factors step down with the years",
    arguments: [
      // HM Treasury, The Green Book, 2022; recomputed with the R package greenbook
      (1, 0.966183574879), (10, 0.70891881371), (30, 0.356278410602), (31, 0.345901369517), (75, 0.094213772577), (76, 0.091915875685),
      (125, 0.027410763016), (126, 0.026873297075), (200, 0.006207378716), (300, 0.001400567414),
    ])
  func greenBook(year: Int, factor: Double) {
    #expect(abs(DiscountSchedule.greenBook.factor(year: year) - factor) <= 1e-11)
    #expect(DiscountSchedule.greenBook.factor(year: 0) == 1)
  }

  @Test("A flow of −100 and five times 30 is worth 35.45 under the Green Book schedule")
  func greenBookValue() throws {
    // R package greenbook; npv[-100, 30 × 5]
    let value = try netPresentValue(of: [-100, 30, 30, 30, 30, 30], schedule: .greenBook)
    #expect(abs(value - 35.45157126412247) <= 1e-11)
  }

  @Test(
    "Annuity factors follow the closed form",
    arguments: [
      (0.03, [8.530202837, 11.937935087, 14.87747486, 17.413147691, 19.600441349]),
      (0.04, [8.110895779, 11.118387432, 13.590326345, 15.622079944, 17.292033301]),
      (0.05, [7.721734929, 10.379658038, 12.462210343, 14.093944566, 15.372451027]),
    ])
  func annuityFactors(rate: Double, expected: [Double]) {
    for (years, factor) in zip([10, 15, 20, 25, 30], expected) { #expect(abs(annuityFactor(rate: rate, years: years) - factor) <= 1e-9) }
    #expect(annuityFactor(rate: 0, years: 7) == 7)
    #expect(annuityFactor(rate: 0.04, years: 0) == 0)
  }

  @Test("A tiny rate does not lose digits")
  func tinyRate() {
    #expect(abs(annuityFactor(rate: 1e-12, years: 30) - (30 - 465e-12)) < 1e-13)
  }

  @Test("Payback splits the year in which the sum turns positive")
  func payback() throws {
    #expect(try paybackYears(of: [-100, 40, 40, 40]) == 2.5)
    #expect(try paybackYears(of: [-100, 40, 40]) == nil)
    #expect(try paybackYears(of: [10, 5]) == 0)
    // Turning negative again means not yet paid back.
    #expect(try paybackYears(of: [-100, 120, -50]) == nil)
    let discounted = try #require(try paybackYears(of: [-100, 55, 60.5], rate: 0.1))
    #expect(abs(discounted - 2) < 1e-12)
  }

  @Test("Bad figures are refused by name")
  func refusals() {
    #expect(throws: ProjectFinanceError.notFinite(field: "cashflow[2]")) { try netPresentValue(of: [1, 2, .infinity], rate: 0.1) }
    #expect(throws: ProjectFinanceError.self) { try netPresentValue(of: [1], rate: -1) }
    #expect(throws: ProjectFinanceError.empty(field: "rate")) { try netPresentValue(of: [1], schedule: .stepped([])) }
  }

  @Test("Real flows at a real rate equal nominal flows at the nominal rate")
  func realAndNominal() throws {
    let real = [-100.0, 30, 40, 60]
    var index = 1.0
    let nominal = real.map { flow -> Double in
      defer { index *= 1.02 }
      return flow * index
    }
    let a = try netPresentValue(of: real, rate: 0.04)
    let b = try netPresentValue(of: nominal, rate: nominalRate(real: 0.04, inflation: 0.02))
    #expect(abs(a - b) < 1e-12)
    #expect(abs(realRate(nominal: nominalRate(real: 0.04, inflation: 0.02), inflation: 0.02) - 0.04) < 1e-15)
  }

  @Test("A value beyond what a number holds is an error, not infinity")
  func overflow() {
    let error = #expect(throws: ProjectFinanceError.self) { try netPresentValue(of: [1e308, 1e308, 1e308], rate: -0.9) }
    #expect(error?.field == "cashflow")
  }
}
