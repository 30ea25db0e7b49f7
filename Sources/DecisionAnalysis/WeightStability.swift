/// How far each weight may move, the others keeping their proportions, before another alternative takes the first place.
///
/// The score of alternative i as weight j becomes t is t·vᵢⱼ + (1 − t)·(Sᵢ − wⱼvᵢⱼ)/(1 − wⱼ), a straight line, so the ends are exact.
/// Source: Triantaphyllou, Sánchez (1997), A sensitivity analysis approach for some deterministic MCDM methods, Decision Sciences 28(1), 151–194.
public struct WeightStability: Sendable, Equatable {
  /// The interval of one weight.
  public struct Interval: Sendable, Equatable {
    /// The relative weight as it is, 0…1.
    public let weight: Double
    /// The smallest share at which the first place stays, 0 or more.
    public let low: Double
    /// The largest share at which the first place stays, 1 or less.
    public let high: Double
    /// Who takes over just below `low`; nil when nobody does.
    public let successorBelow: Int?
    /// Who takes over just above `high`; nil when nobody does.
    public let successorAbove: Int?
  }

  /// The alternative in first place; the first of equals.
  public let leader: Int
  /// One interval for each criterion.
  public let intervals: [Interval]

  /// Takes column-major values that are comparable and higher is better (worth 0…1, or normalised) with weights of any sum.
  ///
  /// Throws when counts do not fit, a value is not finite or a weight is not above zero. O(n·m).
  public init(values: [Double], alternativeCount n: Int, weights: [Double]) throws(DecisionError) {
    let m = try criterionCount(values, n)
    guard weights.count == m else { throw .count(what: "weights", found: weights.count, expected: m) }
    for (column, weight) in weights.enumerated() where !(weight > 0 && weight.isFinite) {
      throw .weight(column: column, value: weight)
    }
    let total = weights.reduce(0, +)
    let shares = weights.map { $0 / total }
    let scores = affineSum(values, count: n, scales: shares, offset: 0)
    let leader = orderBestFirst(scores)[0]
    var intervals: [Interval] = []
    for j in 0..<m {
      guard m > 1 else {
        intervals.append(Interval(weight: 1, low: 1, high: 1, successorBelow: nil, successorAbove: nil))
        continue
      }
      let w = shares[j]
      var low = 0.0
      var high = 1.0
      var below: Int?
      var above: Int?
      let leaderAtZero = (scores[leader] - w * values[j * n + leader]) / (1 - w)
      for i in 0..<n where i != leader {
        // Lead over i: `lead` now, rising by `slope` for each unit of weight j.
        let lead = scores[leader] - scores[i]
        let atZero = leaderAtZero - (scores[i] - w * values[j * n + i]) / (1 - w)
        let atOne = values[j * n + leader] - values[j * n + i]
        let slope = atOne - atZero
        if slope > 0 {
          let end = w - max(0, lead) / slope
          if end > low {
            low = end
            below = i
          }
        } else if slope < 0 {
          let end = w + max(0, lead) / -slope
          if end < high {
            high = end
            above = i
          }
        }
      }
      intervals.append(Interval(weight: w, low: low, high: high, successorBelow: below, successorAbove: above))
    }
    self.leader = leader
    self.intervals = intervals
  }
}
