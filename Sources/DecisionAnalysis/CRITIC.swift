/// CRITIC: a criterion counts for its contrast (standard deviation) and its conflict with the others (1 − correlation).
///
/// Cⱼ = σⱼ·Σₖ(1 − rⱼₖ) over values stretched to 0…1 (or as they are), weight = Cⱼ/ΣC.
/// Source: Diakoulaki, Mavrotas, Papayannakis (1995), Computers & Operations Research 22(7), 763–770.
public struct CRITIC: Sendable, Equatable {
  /// How conflict is measured.
  public enum Correlation: String, Sendable, Equatable, CaseIterable {
    /// Product-moment correlation.
    case pearson
    /// Correlation of ranks.
    case spearman
  }

  /// How conflict is measured.
  public var correlation: Correlation
  /// Whether values are stretched to 0…1 first, minimised criteria turned around.
  public var isScaled: Bool

  /// CRITIC with product-moment correlation on stretched values unless said otherwise.
  public init(correlation: Correlation = .pearson, isScaled: Bool = true) {
    self.correlation = correlation
    self.isScaled = isScaled
  }

  /// Weights, contrast and conflict.
  public struct Result: Sendable, Equatable {
    /// Standard deviation of each criterion (divisor n), after stretching if any.
    public let deviations: [Double]
    /// Correlations of criteria, row by row, m × m; 0 with a constant criterion.
    public let correlations: [Double]
    /// One weight for each criterion; they sum to 1, and a constant criterion has 0.
    public let weights: [Double]
  }

  /// Weighs criteria from a column-major table. O(n·m² + m·n log n).
  ///
  /// Throws when directions are missing, a value is not finite, or no column varies.
  public func weigh(columns values: [Double], alternativeCount n: Int, directions: [Direction]) throws(DecisionError) -> Result {
    let m = try criterionCount(values, n)
    guard directions.count == m else { throw .count(what: "directions", found: directions.count, expected: m) }
    var columns: [[Double]] = []
    for j in 0..<m {
      let raw = Array(values[j * n..<(j + 1) * n])
      guard isScaled, let low = raw.min(), let high = raw.max() else {
        columns.append(raw)
        continue
      }
      let range = high - low
      if range == 0 {
        columns.append(raw.map { _ in 0 })
      } else {
        columns.append(raw.map { directions[j] == .maximise ? ($0 - low) / range : (high - $0) / range })
      }
    }
    let deviations = columns.map { column in
      let mean = column.reduce(0, +) / Double(n)
      return (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)).squareRoot()
    }
    let compared = correlation == .spearman ? columns.map { averageRanks($0) } : columns
    var correlations = [Double](repeating: 0, count: m * m)
    for j in 0..<m {
      correlations[j * m + j] = 1
      for k in stride(from: j + 1, to: m, by: 1) {
        let r = pearsonCorrelation(compared[j], compared[k]) ?? 0
        correlations[j * m + k] = r
        correlations[k * m + j] = r
      }
    }
    var information = [Double](repeating: 0, count: m)
    for j in 0..<m {
      var conflict = 0.0
      for k in 0..<m { conflict += 1 - correlations[j * m + k] }
      information[j] = deviations[j] * conflict
    }
    let total = information.reduce(0, +)
    guard total > 0 else { throw .indistinguishable(method: "CRITIC") }
    return Result(deviations: deviations, correlations: correlations, weights: information.map { $0 / total })
  }
}
