import Glibc

/// MEREC: a criterion counts for how much the overall performance changes when it is removed.
///
/// With rᵢⱼ = min/x (maximise) or x/max (minimise), Sᵢ = ln(1 + Σⱼ|ln rᵢⱼ|/m), S′ᵢⱼ the same without criterion j, Eⱼ = Σᵢ|S′ᵢⱼ − Sᵢ|, the weight
/// is Eⱼ/ΣE. Source: Keshavarz-Ghorabaee et al. (2021), Determination of objective weights using MEREC, Symmetry 13(4), 525.
public struct MEREC: Sendable, Equatable {
  /// MEREC; there are no parameters.
  public init() {}

  /// Weights, overall performance and removal effects.
  public struct Result: Sendable, Equatable {
    /// Sᵢ of each alternative.
    public let performances: [Double]
    /// Eⱼ of each criterion.
    public let removalEffects: [Double]
    /// One weight for each criterion; they sum to 1, and a constant criterion has 0.
    public let weights: [Double]
  }

  /// Weighs criteria from a column-major table. O(n·m).
  ///
  /// Throws when directions are missing, a value is not above zero, or no column varies.
  public func weigh(columns values: [Double], alternativeCount n: Int, directions: [Direction]) throws(DecisionError) -> Result {
    let m = try criterionCount(values, n)
    guard directions.count == m else { throw .count(what: "directions", found: directions.count, expected: m) }
    var logarithms = [Double](repeating: 0, count: n * m)
    var sums = [Double](repeating: 0, count: n)
    for j in 0..<m {
      var reference = values[j * n]
      for i in 0..<n {
        let value = values[j * n + i]
        guard value > 0 else { throw .notPositive(row: i, column: j, value: value, method: "MEREC") }
        reference = directions[j] == .maximise ? min(reference, value) : max(reference, value)
      }
      for i in 0..<n {
        let term = log(values[j * n + i] / reference).magnitude
        logarithms[j * n + i] = term
        sums[i] += term
      }
    }
    let performances = sums.map { log(1 + $0 / Double(m)) }
    var effects = [Double](repeating: 0, count: m)
    for j in 0..<m {
      for i in 0..<n {
        effects[j] += (log(1 + max(0, sums[i] - logarithms[j * n + i]) / Double(m)) - performances[i]).magnitude
      }
    }
    let total = effects.reduce(0, +)
    guard total > 0 else { throw .indistinguishable(method: "MEREC") }
    return Result(performances: performances, removalEffects: effects, weights: effects.map { $0 / total })
  }
}
