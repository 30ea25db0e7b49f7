/// Concordance and discordance of every ordered pair of alternatives, as ELECTRE I and II use them.
///
/// Concordance(a, b) is the share of weight on which a is at least as good as b. Discordance(a, b) is the largest normalised deficit of a
/// against b over the largest spread of any criterion. Matrices are flat, row by row; the diagonal is NaN-free and holds 1 and 0.
/// Source: Roy (1968), Classement et choix en présence de points de vue multiples, RIRO 2(8), 57–75.
public struct OutrankingIndices: Sendable, Equatable {
  /// The number of alternatives n; both matrices hold n·n values.
  public let alternativeCount: Int
  /// The normalisation under which deficits are comparable.
  public let normalisation: Normalisation
  /// Concordance of a over b at `a * n + b`.
  public let concordance: [Double]
  /// Discordance of a against b at `a * n + b`.
  public let discordance: [Double]

  /// Compares every pair. Throws when values do not fit the normalisation or no criterion varies. O(m·n²).
  public init(_ matrix: DecisionMatrix, normalisation: Normalisation) throws(DecisionError) {
    try normalisation.requireFitting(matrix)
    let n = matrix.alternativeCount
    let weights = matrix.relativeWeights
    var concordance = [Double](repeating: 0, count: n * n)
    var deficit = [Double](repeating: 0, count: n * n)
    var widest = 0.0
    for (j, summary) in matrix.columnSummaries().enumerated() {
      let factor = normalisation.factor(summary)
      widest = max(widest, (summary.high - summary.low) * factor)
      let sign = matrix.directions[j] == .maximise ? 1.0 : -1.0
      for a in 0..<n {
        for b in 0..<n where a != b {
          let difference = sign * (matrix.values[j * n + b] - matrix.values[j * n + a])
          if difference <= 0 {
            concordance[a * n + b] += weights[j]
          } else {
            deficit[a * n + b] = max(deficit[a * n + b], difference * factor)
          }
        }
      }
    }
    guard widest > 0 || n == 1 else { throw .indistinguishable(method: "ELECTRE") }
    for a in 0..<n {
      concordance[a * n + a] = 1
      for b in 0..<n where a != b {
        concordance[a * n + b] = min(1, concordance[a * n + b])
        deficit[a * n + b] /= widest
      }
    }
    self.alternativeCount = n
    self.normalisation = normalisation
    self.concordance = concordance
    self.discordance = deficit
  }
}

/// Throws unless a threshold lies between 0 and 1.
func requireShare(_ value: Double, _ name: String) throws(DecisionError) {
  guard value >= 0 && value <= 1 else { throw .parameter(name: name, value: value, allowed: "between 0 and 1") }
}

/// Room for the last bits of a sum of weights when it is compared with a threshold.
let thresholdSlack = 1e-12
