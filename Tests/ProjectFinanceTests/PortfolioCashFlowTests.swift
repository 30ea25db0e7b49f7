import ProjectFinance
import Testing

@Suite("Portfolio cash flow")
struct PortfolioCashFlowTests {
  @Test("The columns give what the single-building functions give")
  func agreesWithSingles() throws {
    var generator = SeededGenerator(seed: 71)
    let n = 203
    let capital = (0..<n).map { _ in Double.random(in: 1e5...5e6, using: &generator) }
    let portfolio = PortfolioCashFlow(
      capitalCost: capital, netOperatingIncome: capital.map { $0 * Double.random(in: -0.02...0.2, using: &generator) },
      growth: (0..<n).map { _ in Double.random(in: -0.02...0.05, using: &generator) },
      discountRate: (0..<n).map { _ in Double.random(in: 0.01...0.1, using: &generator) })
    let result = try portfolio.evaluated(keepsFlows: true)
    for index in 0..<n {
      let flow = (0...30).map { result.flows[$0 * n + index] }
      let npv = try netPresentValue(of: flow, rate: portfolio.discountRate[index])
      #expect(abs(result.netPresentValue[index] - npv) <= 1e-9 * capital[index], "seed 71, building \(index)")
      let rate = try internalRateOfReturn(of: flow).value
      #expect(result.hasRateOfReturn[index] == (rate != nil), "seed 71, building \(index)")
      if let rate { #expect(abs(result.rateOfReturn[index] - rate) <= 1e-9, "seed 71, building \(index)") }
      let service = annuityPayment(principal: capital[index] * 0.6, rate: 0.045, years: 20)
      let coverage = try #require(DebtCoverage(cashAvailable: Array(flow[1...20]), debtService: [Double](repeating: service, count: 20)))
      #expect(abs(result.minimumCoverage[index] - coverage.minimum) <= 1e-9, "seed 71, building \(index)")
    }
  }

  @Test("Columns of unequal length are refused")
  func refusal() {
    #expect(throws: ProjectFinanceError.unequalLengths(field: "growth", count: 0, expected: 1)) {
      try PortfolioCashFlow(capitalCost: [1], netOperatingIncome: [1], growth: [], discountRate: [0.1]).evaluated()
    }
  }
}
