/// VIKOR: group utility S, individual regret R, their compromise Q, and the compromise set; lower is better in all three.
///
/// S and R measure the weighted, normalised distance to the best value of each criterion. Q = v(S−S*)/(S⁻−S*) + (1−v)(R−R*)/(R⁻−R*).
/// The best by Q is the answer only with an acceptable advantage (Q₂ − Q₁ ≥ 1/(n−1)) and an acceptable stability (it is also best by S or
/// R); otherwise several alternatives are. Source: Opricovic, Tzeng (2004), EJOR 156, 445–455.
public struct VIKOR: Sendable, Equatable {
  /// Weight of group utility against individual regret, 0…1.
  public var strategyWeight: Double

  /// VIKOR with the usual balance of 0.5 unless said otherwise.
  public init(strategyWeight: Double = 0.5) { self.strategyWeight = strategyWeight }

  /// S, R, Q, both conditions and the compromise set.
  public struct Result: Sendable, Equatable {
    /// Group utility of each alternative.
    public let groupUtility: [Double]
    /// Individual regret of each alternative.
    public let individualRegret: [Double]
    /// Compromise index of each alternative, 0…1.
    public let compromise: [Double]
    /// Whether the best is better than the second by at least 1/(n−1).
    public let hasAcceptableAdvantage: Bool
    /// Whether the best by Q is also best by S or by R.
    public let hasAcceptableStability: Bool
    /// The alternatives that make the compromise, in table order.
    public let compromiseSet: [Int]
    /// Competition ranks by Q, 1 is best.
    public let ranks: [Int]
    /// Criteria on which all alternatives are equal, so that they do not count.
    public let constantCriteria: [Int]
  }

  /// Weighs every alternative. Throws when the strategy weight leaves [0, 1]. O(n·m + n log n).
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    guard strategyWeight >= 0 && strategyWeight <= 1 else {
      throw .parameter(name: "v", value: strategyWeight, allowed: "between 0 and 1")
    }
    let n = matrix.alternativeCount
    let weights = matrix.relativeWeights
    var utility = [Double](repeating: 0, count: n)
    var regret = [Double](repeating: 0, count: n)
    var constant: [Int] = []
    for (j, summary) in matrix.columnSummaries().enumerated() {
      guard summary.high > summary.low else {
        constant.append(j)
        continue
      }
      let best = matrix.directions[j] == .maximise ? summary.high : summary.low
      let range = summary.high - summary.low
      for i in 0..<n {
        let term = weights[j] * (best - matrix.values[j * n + i]).magnitude / range
        utility[i] += term
        regret[i] = max(regret[i], term)
      }
    }
    let compromise = zip(relative(utility), relative(regret)).map { strategyWeight * $0 + (1 - strategyWeight) * $1 }
    let order = orderBestFirst(compromise, higherIsBetter: false)
    let first = order[0]
    let required = n > 1 ? 1 / Double(n - 1) : 0
    let slack = 1e-12
    let advantage = n == 1 || compromise[order[1]] - compromise[first] >= required - slack
    let utilityRanks = competitionRanks(utility, higherIsBetter: false)
    let regretRanks = competitionRanks(regret, higherIsBetter: false)
    let stability = utilityRanks[first] == 1 || regretRanks[first] == 1
    let set: [Int]
    if !advantage {
      set = order.filter { compromise[$0] - compromise[first] < required - slack }
    } else if !stability && n > 1 {
      set = [first, order[1]]
    } else {
      set = [first]
    }
    return Result(
      groupUtility: utility, individualRegret: regret, compromise: compromise, hasAcceptableAdvantage: advantage,
      hasAcceptableStability: stability, compromiseSet: set.sorted(), ranks: competitionRanks(compromise, higherIsBetter: false),
      constantCriteria: constant)
  }

  /// Stretched to 0…1 between its own smallest and largest value; 0 where all are equal.
  private func relative(_ values: [Double]) -> [Double] {
    guard let low = values.min(), let high = values.max(), high > low else { return values.map { _ in 0 } }
    return values.map { ($0 - low) / (high - low) }
  }
}
