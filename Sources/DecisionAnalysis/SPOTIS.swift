/// SPOTIS, the Stable Preference Ordering Towards Ideal Solution: weighted, normalised distance to the ideal; lower is better.
///
/// Bounds are fixed by the model and not by the batch, so that alternatives may enter and leave and no score moves: it is free of rank
/// reversal. Source: Dezert, Tchamova, Han, Tacnet (2020), The SPOTIS rank reversal free method, FUSION 2020.
public struct SPOTIS: Sendable, Equatable {
  /// The lowest and highest conceivable value of each criterion.
  public let bounds: [ClosedRange<Double>]
  /// The ideal value of each criterion; nil takes the better bound (the expected solution point of ESP-SPOTIS otherwise).
  public let ideal: [Double]?

  /// SPOTIS under the given bounds, one for each criterion.
  public init(bounds: [ClosedRange<Double>], ideal: [Double]? = nil) {
    self.bounds = bounds
    self.ideal = ideal
  }

  /// Distances, ranks and the ideal that was used.
  public struct Result: Sendable, Equatable {
    /// The ideal value of each criterion.
    public let ideal: [Double]
    /// Weighted distance of each alternative to the ideal, in [0, 1] when the ideal is a bound.
    public let distances: [Double]
    /// Competition ranks, 1 is best.
    public let ranks: [Int]
    /// Alternatives from best to worst.
    public let orderBestFirst: [Int]
  }

  /// Measures every alternative. Throws when bounds are missing, empty or left by a value. O(n·m + n log n).
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    let n = matrix.alternativeCount
    guard bounds.count == matrix.criterionCount else {
      throw .count(what: "bounds", found: bounds.count, expected: matrix.criterionCount)
    }
    if let ideal, ideal.count != matrix.criterionCount {
      throw .count(what: "ideal values", found: ideal.count, expected: matrix.criterionCount)
    }
    let weights = matrix.relativeWeights
    var chosen: [Double] = []
    var distances = [Double](repeating: 0, count: n)
    for j in 0..<matrix.criterionCount {
      let (low, high) = (bounds[j].lowerBound, bounds[j].upperBound)
      guard low.isFinite && high.isFinite && low < high else { throw .bounds(column: j, low: low, high: high) }
      let target = ideal?[j] ?? (matrix.directions[j] == .maximise ? high : low)
      chosen.append(target)
      let scale = weights[j] / (high - low)
      for i in 0..<n {
        let value = matrix.values[j * n + i]
        guard value >= low && value <= high else {
          throw .outsideBounds(row: i, column: j, value: value, low: low, high: high)
        }
        distances[i] += scale * (value - target).magnitude
      }
    }
    return Result(
      ideal: chosen, distances: distances, ranks: competitionRanks(distances, higherIsBetter: false),
      orderBestFirst: DecisionAnalysis.orderBestFirst(distances, higherIsBetter: false))
  }
}
