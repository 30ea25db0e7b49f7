import Glibc

/// Entropy weights: a criterion counts for as much as its values differ.
///
/// With pᵢⱼ = xᵢⱼ/Σᵢxᵢⱼ and Eⱼ = −Σ p ln p / ln n, the weight is (1 − Eⱼ)/Σ(1 − E). Source: Shannon (1948); Zeleny (1982), Multiple Criteria
/// Decision Making, ch. 7.
public struct EntropyWeights: Sendable, Equatable {
  /// Entropy weights; there are no parameters.
  public init() {}

  /// Weights and entropies.
  public struct Result: Sendable, Equatable {
    /// Eⱼ in [0, 1] for each criterion.
    public let entropies: [Double]
    /// One weight for each criterion; they sum to 1, and a constant criterion has 0.
    public let weights: [Double]
  }

  /// Weighs criteria from a column-major table; directions play no part. O(n·m).
  ///
  /// Throws when a value is negative or not finite, a column is all zero, or no column varies.
  public func weigh(columns values: [Double], alternativeCount n: Int) throws(DecisionError) -> Result {
    let m = try criterionCount(values, n)
    var entropies: [Double] = []
    for j in 0..<m {
      var sum = 0.0
      for i in 0..<n {
        let value = values[j * n + i]
        guard value >= 0 else { throw .negative(row: i, column: j, value: value, method: "entropy weighting") }
        sum += value
      }
      guard sum > 0 else { throw .notPositive(row: 0, column: j, value: values[j * n], method: "entropy weighting") }
      var entropy = 0.0
      for i in 0..<n {
        let share = values[j * n + i] / sum
        if share > 0 { entropy -= share * log(share) }
      }
      entropies.append(n > 1 ? min(1, entropy / log(Double(n))) : 1)
    }
    let total = entropies.reduce(0) { $0 + (1 - $1) }
    guard total > 1e-14 else { throw .indistinguishable(method: "entropy weighting") }
    return Result(entropies: entropies, weights: entropies.map { (1 - $0) / total })
  }
}

/// The number of criteria of a column-major table; throws when it is empty, uneven or holds a value that is not finite.
func criterionCount(_ values: [Double], _ n: Int) throws(DecisionError) -> Int {
  guard n > 0 else { throw .empty(what: "alternatives") }
  guard !values.isEmpty else { throw .empty(what: "criteria") }
  guard values.count % n == 0 else {
    throw .count(what: "values", found: values.count, expected: (values.count / n + 1) * n)
  }
  if let index = firstNotFinite(values) { throw .notFinite(row: index % n, column: index / n, value: values[index]) }
  return values.count / n
}
