import Glibc

/// AHP: weights from pairwise judgements, with a measure of how far the judgements contradict each other.
///
/// λmax is the mean of (A·w)ᵢ/wᵢ, the consistency index CI = (λmax − n)/(n − 1), and the consistency ratio CR = CI divided by the random
/// index of the named table. CR > 0.10 is refused unless accepted. Source: Saaty (1980), The Analytic Hierarchy Process; Crawford, Williams
/// (1985), A note on the analysis of subjective judgment matrices, J. Math. Psychology 29, 387–405, for the geometric mean.
public struct AHP: Sendable, Equatable {
  /// How weights follow from judgements.
  public enum Prioritisation: String, Sendable, Equatable, CaseIterable {
    /// The principal eigenvector.
    case eigenvector
    /// The geometric mean of each row.
    case geometricMean = "geometric_mean"
  }

  /// How weights follow from judgements.
  public var prioritisation: Prioritisation
  /// The table that the consistency index is compared with.
  public var randomIndex: RandomIndex
  /// Whether judgements with CR > 0.10 are taken all the same.
  public var acceptsInconsistency: Bool

  /// AHP by the principal eigenvector under the table of Saaty (2005), refusing CR > 0.10, unless said otherwise.
  public init(prioritisation: Prioritisation = .eigenvector, randomIndex: RandomIndex = .saaty2005, acceptsInconsistency: Bool = false) {
    self.prioritisation = prioritisation
    self.randomIndex = randomIndex
    self.acceptsInconsistency = acceptsInconsistency
  }

  /// Weights and their consistency.
  public struct Result: Sendable, Equatable {
    /// How weights followed from judgements.
    public let prioritisation: Prioritisation
    /// The table of random indices that was used.
    public let randomIndex: RandomIndex
    /// One weight for each item; they sum to 1.
    public let weights: [Double]
    /// λmax ≥ n, equal to n when nothing contradicts.
    public let principalEigenvalue: Double
    /// CI = (λmax − n)/(n − 1), 0 for one or two items.
    public let consistencyIndex: Double
    /// CR = CI / random index, 0 for one or two items.
    public let consistencyRatio: Double
    /// Up to three judgements that fit worst, the worst first; none when all fit.
    public let worstJudgements: [PairwiseConflict]

    /// CR under another table, nil where it has no entry for this many items.
    public func consistencyRatio(_ table: RandomIndex) -> Double? {
      guard let index = table.value(size: weights.count) else { return nil }
      return index > 0 ? consistencyIndex / index : 0
    }
  }

  /// Weighs the items. O(n²) for each of a few dozen iterations.
  ///
  /// Throws when CR exceeds 0.10 and that was not accepted, or the table has no entry for this many items.
  public func weigh(_ judgements: PairwiseJudgements) throws(DecisionError) -> Result {
    let n = judgements.size
    guard let index = randomIndex.value(size: n) else { throw .randomIndex(table: randomIndex.rawValue, size: n) }
    let weights = prioritisation == .eigenvector ? principalEigenvector(judgements) : rowGeometricMeans(judgements)
    let products = multiply(judgements, weights)
    var eigenvalue = 0.0
    for i in 0..<n { eigenvalue += products[i] / weights[i] }
    eigenvalue /= Double(n)
    let consistency = n > 2 ? (eigenvalue - Double(n)) / Double(n - 1) : 0
    let ratio = index > 0 ? consistency / index : 0
    var conflicts: [PairwiseConflict] = []
    for i in 0..<n {
      for j in stride(from: i + 1, to: n, by: 1) {
        let conflict = PairwiseConflict(row: i, column: j, value: judgements.value(i, j), implied: weights[i] / weights[j])
        if conflict.factor > 1 + 1e-6 { conflicts.append(conflict) }
      }
    }
    conflicts.sort { ($1.factor, $0.row, $0.column) < ($0.factor, $1.row, $1.column) }
    let worst = Array(conflicts.prefix(3))
    if ratio > 0.10 && !acceptsInconsistency { throw .inconsistent(ratio: ratio, table: randomIndex.rawValue, worst: worst) }
    return Result(
      prioritisation: prioritisation, randomIndex: randomIndex, weights: weights, principalEigenvalue: eigenvalue,
      consistencyIndex: consistency, consistencyRatio: ratio, worstJudgements: worst)
  }

  private func multiply(_ judgements: PairwiseJudgements, _ vector: [Double]) -> [Double] {
    let n = judgements.size
    return (0..<n).map { i in
      var sum = 0.0
      for j in 0..<n { sum += judgements.values[i * n + j] * vector[j] }
      return sum
    }
  }

  /// Power iteration; a positive matrix has one dominant eigenvector (Perron), so it converges from the row means.
  private func principalEigenvector(_ judgements: PairwiseJudgements) -> [Double] {
    var vector = rowGeometricMeans(judgements)
    for _ in 0..<10_000 {
      let product = multiply(judgements, vector)
      let sum = product.reduce(0, +)
      let next = product.map { $0 / sum }
      let change = zip(next, vector).map { ($0 - $1).magnitude }.max() ?? 0
      vector = next
      if change < 1e-16 { break }
    }
    return vector
  }

  private func rowGeometricMeans(_ judgements: PairwiseJudgements) -> [Double] {
    let n = judgements.size
    let means = (0..<n).map { i in
      var sum = 0.0
      for j in 0..<n { sum += log(judgements.values[i * n + j]) }
      return exp(sum / Double(n))
    }
    let total = means.reduce(0, +)
    return means.map { $0 / total }
  }
}
