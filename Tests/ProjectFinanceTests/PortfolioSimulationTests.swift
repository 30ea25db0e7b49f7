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

  @Test("Quantiles of a normal income are those of its normal distribution, for any number of draws")
  func quantiles() throws {
    // A certain cost and one normal multiplier: the present value is normal, with mean and deviation in closed form.
    let portfolio = PortfolioCashFlow(capitalCost: [1e6], netOperatingIncome: [8e4], growth: [0], discountRate: [0.05])
    let value = 8e4 * (annuityFactor(rate: 0.05, years: 30) + DiscountSchedule.constant(0.05).factor(year: 30) / 0.065)
    let result = try portfolio.simulated(
      PortfolioUncertainty(capitalCost: .fixed(1), income: [.normal(mean: 1, deviation: 0.1)]), draws: 40_000, seed: 8)
    for (quantile, score) in [(result.p10[0], -1.2815515655446), (result.p50[0], 0), (result.p90[0], 1.2815515655446)] {
      #expect(abs(quantile - (value * (1 + 0.1 * score) - 1e6)) < 0.003 * value)
    }
    // Few draws: a quantile between two order statistics, or the only one.
    for draws in 1...12 {
      let few = try portfolio.simulated(
        PortfolioUncertainty(capitalCost: .fixed(1), income: [.uniform(low: 0.9, high: 1.1)]), draws: draws, seed: 8)
      #expect(few.p10[0] <= few.p50[0] && few.p50[0] <= few.p90[0] && few.p90[0].isFinite)
    }
  }
}
