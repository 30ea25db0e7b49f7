import Glibc

/// The weighted product: score = Π rᵢⱼ^wⱼ with rᵢⱼ = x/max or min/x; higher is better, 1 would be best everywhere.
///
/// It is a weighted geometric mean, so that one very poor value cannot be bought off, and it does not depend on units of measure.
/// Source: Bridgman (1922), Dimensional Analysis; Triantaphyllou (2000), Multi-Criteria Decision Making Methods, ch. 2.
public struct WeightedProduct: Sendable, Equatable {
  /// The weighted product; it has no parameters.
  public init() {}

  /// Scores, ranks and what held each alternative back most.
  public struct Result: Sendable, Equatable {
    /// The value that each criterion is set against: the largest (maximise) or the smallest (minimise).
    public let references: [Double]
    /// One score for each alternative, in (0, 1].
    public let scores: [Double]
    /// The criterion with the smallest factor rᵢⱼ^wⱼ for each alternative; the first of equals.
    public let limitingCriterion: [Int]
    /// Competition ranks, 1 is best.
    public let ranks: [Int]
  }

  /// Scores every alternative. Throws unless every value is above zero. O(n·m + n log n).
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    try matrix.requirePositive(method: "the weighted product")
    let n = matrix.alternativeCount
    let weights = matrix.relativeWeights
    var references: [Double] = []
    var logarithms = [Double](repeating: 0, count: n)
    var smallest = [Double](repeating: .infinity, count: n)
    var limiting = [Int](repeating: 0, count: n)
    for (j, summary) in matrix.columnSummaries().enumerated() {
      let isMaximised = matrix.directions[j] == .maximise
      let reference = isMaximised ? summary.high : summary.low
      references.append(reference)
      let sign = isMaximised ? weights[j] : -weights[j]
      for i in 0..<n {
        let term = sign * log(matrix.values[j * n + i] / reference)
        logarithms[i] += term
        if term < smallest[i] {
          smallest[i] = term
          limiting[i] = j
        }
      }
    }
    let scores = logarithms.map { exp($0) }
    return Result(references: references, scores: scores, limitingCriterion: limiting, ranks: competitionRanks(scores))
  }
}

/// A weighted geometric mean of utilities and the factor that limits it: Π uₖ^wₖ with weights divided by their sum.
///
/// `floor` lifts every utility to at least that much, so that one zero does not hide the others; the limiting factor is the one with
/// the smallest uₖ^wₖ, the first of equals. Throws when counts differ, a weight is not above zero or a utility lies outside [0, 1].
public func weightedGeometricMean(_ utilities: [Double], weights: [Double], floor: Double = 0) throws(DecisionError)
  -> (mean: Double, limiting: Int)
{
  guard !utilities.isEmpty else { throw .empty(what: "utilities") }
  guard weights.count == utilities.count else { throw .count(what: "weights", found: weights.count, expected: utilities.count) }
  for (k, weight) in weights.enumerated() where !(weight > 0 && weight.isFinite) { throw .weight(column: k, value: weight) }
  let total = weights.reduce(0, +)
  var sum = 0.0
  var limiting = 0
  var smallest = Double.infinity
  for k in utilities.indices {
    guard utilities[k] >= 0 && utilities[k] <= 1 else {
      throw .parameter(name: "utility \(k + 1)", value: utilities[k], allowed: "between 0 and 1")
    }
    let term = weights[k] / total * log(max(utilities[k], floor))
    sum += term
    if term < smallest {
      smallest = term
      limiting = k
    }
  }
  return (exp(sum), limiting)
}
