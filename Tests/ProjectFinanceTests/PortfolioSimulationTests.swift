import ProjectFinance
import Testing

@Suite("Portfolio simulation")
struct PortfolioSimulationTests {
  static let portfolio = PortfolioCashFlow(
    capitalCost: [1e6, 5e5, 2e6], netOperatingIncome: [8e4, 2e4, 1.5e5], growth: [0.02, 0, 0.01], discountRate: [0.05, 0.06, 0.07])

  @Test("Without uncertainty the draws are the evaluation itself")
  func certain() throws {
    let result = try Self.portfolio.simulated(
      PortfolioUncertainty(capitalCost: .fixed(1), income: [.fixed(1)]), draws: 11, seed: 1, ratesOfReturn: true)
    let single = try Self.portfolio.evaluated()
    for index in 0..<3 {
      #expect(
        abs(result.p10[index] - single.netPresentValue[index]) < 1e-6 && abs(result.p90[index] - single.netPresentValue[index]) < 1e-6)
      #expect(abs(result.medianRateOfReturn[index] - single.rateOfReturn[index]) < 1e-9)
      #expect(result.probabilityOfLoss[index] == (single.netPresentValue[index] < 0 ? 1 : 0))
    }
  }

  @Test("A building's draws do not depend on its neighbours, and a seed repeats them")
  func cuttable() throws {
    let uncertainty = PortfolioUncertainty(
      capitalCost: .triangular(low: 0.9, mode: 1, high: 1.4), income: [.normal(mean: 1, deviation: 0.1), .beta(a: 18, b: 2)],
      growth: .normal(mean: 0, deviation: 0.008), discountRate: .normal(mean: 0, deviation: 0.005))
    let all = try Self.portfolio.simulated(uncertainty, draws: 101, seed: 4)
    #expect(all == (try Self.portfolio.simulated(uncertainty, draws: 101, seed: 4)))
    let first = try PortfolioCashFlow(capitalCost: [1e6], netOperatingIncome: [8e4], growth: [0.02], discountRate: [0.05])
      .simulated(uncertainty, draws: 101, seed: 4)
    #expect(first.p50[0] == all.p50[0] && first.probabilityOfLoss[0] == all.probabilityOfLoss[0])
    for index in 0..<3 { #expect(all.p10[index] < all.p50[index] && all.p50[index] < all.p90[index]) }
  }
}
