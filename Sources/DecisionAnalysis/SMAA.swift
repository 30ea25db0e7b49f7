/// SMAA-2: how often each alternative takes each rank when weights and values are uncertain, by seeded draws.
///
/// The value of an alternative is Σ wⱼ·uⱼ(x) with linear utilities on given scales (values beyond a scale are not cut off). Rank acceptability is
/// the share of draws in which an alternative takes a rank; its central weights are the mean weights that put it first, and its confidence
/// factor the share of draws of values in which it is first under them.
/// Source: Lahdelma, Salminen (2001), SMAA-2, Operations Research 49(3), 444–454; Tervonen, Lahdelma (2007), EJOR 178, 500–513.
public struct SMAA: Sendable, Equatable {
  /// The weights that are thought possible.
  public var weights: WeightSpace
  /// How many draws; the standard error of a share p is √(p(1−p)/draws).
  public var draws: Int
  /// The seed; the same seed gives the same result.
  public var seed: UInt64

  /// SMAA over a space of weights with 10,000 draws unless said otherwise.
  public init(weights: WeightSpace = .simplex, draws: Int = 10_000, seed: UInt64 = 1) {
    self.weights = weights
    self.draws = draws
    self.seed = seed
  }

  /// A table of what is known: alternatives by criteria, column-major.
  public struct Table: Sendable, Equatable {
    /// The number of alternatives.
    public let alternativeCount: Int
    /// What is known of alternative i on criterion j, at `j * alternativeCount + i`.
    public let values: [ValueDistribution]
    /// One direction for each criterion.
    public let directions: [Direction]
    /// For each criterion the values worth 0 and 1 (1 and 0 when minimised).
    public let scales: [ClosedRange<Double>]

    /// Takes a column-major table. `scales` nil takes for each criterion the hull of the intervals of its values.
    ///
    /// Throws when counts do not fit, a distribution is not well formed, or a scale has no width (a constant criterion gets one of 1).
    public init(
      columns values: [ValueDistribution], alternativeCount n: Int, directions: [Direction], scales: [ClosedRange<Double>]? = nil
    ) throws(DecisionError) {
      guard n > 0 else { throw .empty(what: "alternatives") }
      guard !directions.isEmpty else { throw .empty(what: "criteria") }
      let m = directions.count
      guard values.count == n * m else { throw .count(what: "values", found: values.count, expected: n * m) }
      for (index, value) in values.enumerated() { try value.validate(row: index % n, column: index / n) }
      var chosen: [ClosedRange<Double>] = []
      if let scales {
        guard scales.count == m else { throw .count(what: "scales", found: scales.count, expected: m) }
        for (j, scale) in scales.enumerated() where !(scale.lowerBound < scale.upperBound && (scale.upperBound - scale.lowerBound).isFinite)
        {
          throw .bounds(column: j, low: scale.lowerBound, high: scale.upperBound)
        }
        chosen = scales
      } else {
        for j in 0..<m {
          var low = Double.infinity
          var high = -Double.infinity
          for i in 0..<n {
            let interval = values[j * n + i].interval
            low = min(low, interval.lowerBound)
            high = max(high, interval.upperBound)
          }
          chosen.append(low < high ? low...high : low...(low + max(1, low.magnitude)))
        }
      }
      alternativeCount = n
      self.values = values
      self.directions = directions
      self.scales = chosen
    }

    /// Takes chosen rows of an additive value model: worth 0…1, any worth between low and high equally likely where it is not exact.
    ///
    /// With `.dirichlet(profile: model.weights, …)` the draws are those of the model's scores. Throws when columns are missing or uneven,
    /// or no row is chosen; `rows` must lie within the columns.
    public init(worth columns: [AdditiveValueModel.Column], rows: [Int]) throws(DecisionError) {
      var values: [ValueDistribution] = []
      values.reserveCapacity(columns.count * rows.count)
      for column in columns {
        for row in rows {
          let (low, high) = (column.low[row], column.high[row])
          values.append(low < high ? .uniform(low: low, high: high) : .exact(column.expected[row]))
        }
      }
      try self.init(
        columns: values, alternativeCount: rows.count, directions: [Direction](repeating: .maximise, count: columns.count),
        scales: [ClosedRange<Double>](repeating: 0...1, count: columns.count))
    }
  }

  /// What the draws say; matrices are flat, row by row.
  public struct Result: Sendable, Equatable {
    /// The number of alternatives n.
    public let alternativeCount: Int
    /// The number of criteria m.
    public let criterionCount: Int
    /// The number of draws.
    public let draws: Int
    /// The seed.
    public let seed: UInt64
    /// The scales of the criteria.
    public let scales: [ClosedRange<Double>]
    /// Share of draws in which alternative i takes rank r (from 0), at `i * n + r`; equals share the better rank.
    public let rankAcceptability: [Double]
    /// Mean weights that put alternative i first, at `i * m + j`; NaN-free: all 0 where it never is, see `isEverFirst`.
    public let centralWeights: [Double]
    /// Whether an alternative was first in any draw, so that it has central weights.
    public let isEverFirst: [Bool]
    /// Share of draws of values in which an alternative is first under its central weights; nil where it has none.
    public let confidenceFactors: [Double?]
    /// Share of draws in which a is better than b, equals by half, at `a * n + b`; 0.5 on the diagonal.
    public let pairwiseWinning: [Double]
    /// Mean rank of each alternative, from 1.
    public let meanRanks: [Double]

    /// Share of draws in which an alternative takes a rank, from 1.
    public func acceptability(alternative: Int, rank: Int) -> Double { rankAcceptability[alternative * alternativeCount + rank - 1] }

    /// Mean weights that put an alternative first, or nil.
    public func centralWeights(alternative: Int) -> [Double]? {
      guard isEverFirst[alternative] else { return nil }
      return Array(centralWeights[alternative * criterionCount..<(alternative + 1) * criterionCount])
    }

    /// The lowest and highest rank (from 1) between which an alternative lies in at least `share` of the draws, tails cut evenly.
    public func rankRange(alternative: Int, share: Double = 0.9) -> ClosedRange<Int> {
      let tail = (1 - share) / 2 + 1e-12
      let row = rankAcceptability[alternative * alternativeCount..<(alternative + 1) * alternativeCount]
      var low = 0
      var high = alternativeCount - 1
      var sum = row.first ?? 0
      while sum <= tail && low < alternativeCount - 1 {
        low += 1
        sum += row[row.startIndex + low]
      }
      sum = row.last ?? 0
      while sum <= tail && high > low {
        high -= 1
        sum += row[row.startIndex + high]
      }
      return (low + 1)...(high + 1)
    }
  }

  /// Draws weights and values. O(draws·(n·m + n²)); memory O(n²).
  ///
  /// Throws when the space of weights does not fit or is empty, or there are no draws.
  public func evaluate(_ table: Table) throws(DecisionError) -> Result {
    let n = table.alternativeCount
    let m = table.directions.count
    try weights.validate(m)
    guard draws > 0 else { throw .parameter(name: "draws", value: Double(draws), allowed: "1 or more") }
    var weightGenerator = SeededGenerator(seed: seed, stream: 1)
    var valueGenerator = SeededGenerator(seed: seed, stream: 2)
    var sampler = WeightSampler(weights, m, &weightGenerator)
    var utilities = UtilitySampler(table)
    var w = [Double](repeating: 0, count: m)
    var scores = [Double](repeating: 0, count: n)
    var counts = [Int](repeating: 0, count: n * n)
    var firstWeights = [Double](repeating: 0, count: n * m)
    var firsts = [Int](repeating: 0, count: n)
    var wins = [Int](repeating: 0, count: n * n)  // twice the wins, so that equals count one each
    var order = Array(0..<n)
    for _ in 0..<draws {
      sampler.draw(&weightGenerator, into: &w)
      utilities.draw(&valueGenerator)
      utilities.score(w, &scores)
      sortDescending(&order, scores)
      var leader = 0
      for position in 0..<n {
        let alternative = order[position]
        if scores[alternative] < scores[order[leader]] { leader = position }
        counts[alternative * n + leader] += 1
        if leader == 0 {
          firsts[alternative] += 1
          for j in 0..<m { firstWeights[alternative * m + j] += w[j] }
        }
        for earlier in 0..<leader { wins[order[earlier] * n + alternative] += 2 }
        for equal in leader..<position {
          wins[order[equal] * n + alternative] += 1
          wins[alternative * n + order[equal]] += 1
        }
      }
    }
    let share = 1 / Double(draws)
    for i in 0..<n where firsts[i] > 0 {
      for j in 0..<m { firstWeights[i * m + j] /= Double(firsts[i]) }
    }
    let confidence = confidenceFactors(table, firstWeights, firsts)
    var pairwise = wins.map { Double($0) * share / 2 }
    for i in 0..<n { pairwise[i * n + i] = 0.5 }
    let means = (0..<n).map { i in
      (0..<n).reduce(0.0) { $0 + Double(counts[i * n + $1]) * share * Double($1 + 1) }
    }
    return Result(
      alternativeCount: n, criterionCount: m, draws: draws, seed: seed, scales: table.scales,
      rankAcceptability: counts.map { Double($0) * share }, centralWeights: firstWeights, isEverFirst: firsts.map { $0 > 0 },
      confidenceFactors: confidence, pairwiseWinning: pairwise, meanRanks: means)
  }

  /// Draws values again and asks, for each alternative, whether its own central weights put it first. One round if all values are exact.
  private func confidenceFactors(_ table: Table, _ centralWeights: [Double], _ firsts: [Int]) -> [Double?] {
    let n = table.alternativeCount
    let m = table.directions.count
    var generator = SeededGenerator(seed: seed, stream: 3)
    var utilities = UtilitySampler(table)
    let rounds = utilities.isExact ? 1 : draws
    let contenders = (0..<n).filter { firsts[$0] > 0 }
    let central = contenders.map { Array(centralWeights[$0 * m..<($0 + 1) * m]) }
    var wins = [Int](repeating: 0, count: contenders.count)
    var scores = [Double](repeating: 0, count: n)
    for _ in 0..<rounds {
      utilities.draw(&generator)
      for (k, alternative) in contenders.enumerated() {
        utilities.score(central[k], &scores)
        let own = scores[alternative]
        if !scores.contains(where: { $0 > own + 1e-15 }) { wins[k] += 1 }
      }
    }
    var result = [Double?](repeating: nil, count: n)
    for (k, alternative) in contenders.enumerated() { result[alternative] = Double(wins[k]) / Double(rounds) }
    return result
  }
}

/// Utilities of all alternatives, redrawn where they are uncertain. Row-major, so that a score is one dot product.
private struct UtilitySampler {
  private let m: Int
  private let n: Int
  private var utilities: [Double]
  private var uncertain: [(cell: Int, distribution: ValueDistribution, factor: Double, offset: Double)] = []

  init(_ table: SMAA.Table) {
    m = table.directions.count
    n = table.alternativeCount
    utilities = [Double](repeating: 0, count: n * m)
    for j in 0..<m {
      let scale = table.scales[j]
      let width = scale.upperBound - scale.lowerBound
      let isMaximised = table.directions[j] == .maximise
      let factor = isMaximised ? 1 / width : -1 / width
      let offset = isMaximised ? -scale.lowerBound / width : scale.upperBound / width
      for i in 0..<n {
        let value = table.values[j * n + i]
        utilities[i * m + j] = value.centre * factor + offset
        if case .exact = value { continue }
        uncertain.append((i * m + j, value, factor, offset))
      }
    }
  }

  var isExact: Bool { uncertain.isEmpty }

  mutating func draw(_ generator: inout SeededGenerator) {
    for item in uncertain { utilities[item.cell] = item.distribution.draw(&generator) * item.factor + item.offset }
  }

  func score(_ weights: [Double], _ scores: inout [Double]) {
    utilities.withUnsafeBufferPointer { utilities in
      weights.withUnsafeBufferPointer { weights in
        for i in 0..<n {
          var sum = 0.0
          for j in 0..<m { sum += weights[j] * utilities[i * m + j] }
          scores[i] = sum
        }
      }
    }
  }
}

/// Brings alternatives into descending order of score, starting from the order of the draw before, which is usually close.
private func sortDescending(_ order: inout [Int], _ scores: [Double]) {
  if order.count > 64 {
    order.sort { (scores[$1], $0) < (scores[$0], $1) }
    return
  }
  for i in stride(from: 1, to: order.count, by: 1) {
    let item = order[i]
    var k = i
    while k > 0 && (scores[order[k - 1]] < scores[item] || (scores[order[k - 1]] == scores[item] && order[k - 1] > item)) {
      order[k] = order[k - 1]
      k -= 1
    }
    order[k] = item
  }
}
