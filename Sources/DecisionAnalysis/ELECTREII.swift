/// ELECTRE II: ranks alternatives by a strong and a weak outranking relation, from the top, from the bottom, and by the mean of both.
///
/// a can outrank b only where concordance(a, b) > concordance(b, a). With concordance thresholds p₀ ≥ p₁ ≥ p₂ and discordance thresholds
/// q₀ ≥ q₁: strong is (c ≥ p₀ and d ≤ q₀) or (c ≥ p₁ and d ≤ q₁), weak is c ≥ p₂ and d ≤ q₀.
/// Source: Roy, Bertier (1973), La méthode ELECTRE II; thresholds as in Gomes, Araya, Carignano (2004), Tomada de decisões em
/// cenários complexos, p. 100.
public struct ELECTREII: Sendable, Equatable {
  /// Concordance thresholds, the strictest first.
  public var concordanceThresholds: [Double]
  /// Discordance thresholds, the most tolerant first.
  public var discordanceThresholds: [Double]
  /// How deficits become comparable.
  public var normalisation: Normalisation

  /// ELECTRE II with p = (0.65, 0.5, 0.35), q = (0.65, 0.35) and division by column sums unless said otherwise.
  public init(
    concordanceThresholds: [Double] = [0.65, 0.5, 0.35], discordanceThresholds: [Double] = [0.65, 0.35],
    normalisation: Normalisation = .sum
  ) {
    self.concordanceThresholds = concordanceThresholds
    self.discordanceThresholds = discordanceThresholds
    self.normalisation = normalisation
  }

  /// Ranks and the relations behind them.
  public struct Result: Sendable, Equatable {
    /// Concordance and discordance of every pair.
    public let indices: OutrankingIndices
    /// Whether a strongly outranks b, at `a * n + b`.
    public let strong: [Bool]
    /// Whether a weakly outranks b and not strongly, at `a * n + b`.
    public let weak: [Bool]
    /// Places counted from the top.
    public let descendingRanks: [Int]
    /// Places counted from the bottom, turned round.
    public let ascendingRanks: [Int]
    /// Places by the mean of both, equals together, without gaps.
    public let ranks: [Int]
  }

  /// Compares every pair and ranks. O(m·n² + n³).
  ///
  /// Throws when thresholds are not in order within [0, 1], values do not fit the normalisation or no criterion varies.
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    guard concordanceThresholds.count == 3 else {
      throw .count(what: "concordance thresholds", found: concordanceThresholds.count, expected: 3)
    }
    guard discordanceThresholds.count == 2 else {
      throw .count(what: "discordance thresholds", found: discordanceThresholds.count, expected: 2)
    }
    for value in concordanceThresholds { try requireShare(value, "concordance threshold") }
    for value in discordanceThresholds { try requireShare(value, "discordance threshold") }
    for k in 0..<2 where concordanceThresholds[k] < concordanceThresholds[k + 1] {
      throw .parameter(
        name: "concordance threshold p\(k + 1)", value: concordanceThresholds[k + 1], allowed: "at most p\(k) = \(concordanceThresholds[k])"
      )
    }
    guard discordanceThresholds[0] >= discordanceThresholds[1] else {
      throw .parameter(
        name: "discordance threshold q1", value: discordanceThresholds[1], allowed: "at most q0 = \(discordanceThresholds[0])")
    }
    let indices = try OutrankingIndices(matrix, normalisation: normalisation)
    let n = matrix.alternativeCount
    var strong = [Bool](repeating: false, count: n * n)
    var weak = strong
    for a in 0..<n {
      for b in 0..<n where a != b {
        let c = indices.concordance[a * n + b] + thresholdSlack
        let d = indices.discordance[a * n + b] - thresholdSlack
        guard indices.concordance[a * n + b] > indices.concordance[b * n + a] + thresholdSlack else { continue }
        strong[a * n + b] =
          (c >= concordanceThresholds[0] && d <= discordanceThresholds[0])
          || (c >= concordanceThresholds[1] && d <= discordanceThresholds[1])
        weak[a * n + b] = !strong[a * n + b] && c >= concordanceThresholds[2] && d <= discordanceThresholds[0]
      }
    }
    let descending = layers(n) { a, b in strong[a * n + b] || weak[a * n + b] }
    let upward = layers(n) { a, b in strong[b * n + a] || weak[b * n + a] }
    let deepest = upward.max() ?? 1
    let ascending = upward.map { deepest + 1 - $0 }
    let means = zip(descending, ascending).map { $0 + $1 }
    let distinct = Set(means).sorted()
    let ranks = means.map { mean in (distinct.firstIndex(of: mean) ?? 0) + 1 }
    return Result(
      indices: indices, strong: strong, weak: weak, descendingRanks: descending, ascendingRanks: ascending, ranks: ranks)
  }

  /// Peels off, again and again, what nothing left outranks; what is left in circles shares the last place.
  private func layers(_ n: Int, _ outranks: (Int, Int) -> Bool) -> [Int] {
    var places = [Int](repeating: 0, count: n)
    var left = Array(0..<n)
    var place = 1
    while !left.isEmpty {
      var top = left.filter { b in !left.contains { $0 != b && outranks($0, b) } }
      if top.isEmpty { top = left }
      for alternative in top { places[alternative] = place }
      left.removeAll { places[$0] > 0 }
      place += 1
    }
    return places
  }
}
