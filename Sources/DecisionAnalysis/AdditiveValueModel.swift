/// An additive value model on absolute value functions: score = 100·Σ wⱼvⱼ with weights divided by their sum, so 0–100.
///
/// Scores never depend on which alternatives are scored together, so none enters or leaves without the others keeping theirs.
/// Source: Keeney, Raiffa (1976), ch. 3; Belton, Stewart (2002), ch. 5.
public struct AdditiveValueModel: Sendable, Equatable {
  /// The criteria by name.
  public let criteria: [String]
  /// The group of each criterion, for sub-scores.
  public let groups: [String]
  /// One weight for each criterion, above zero; they sum to 1.
  public let weights: [Double]

  /// Takes criteria with their groups and weights of any sum.
  ///
  /// Throws when names repeat, counts differ or a weight is not above zero.
  public init(criteria: [String], groups: [String], weights: [Double]) throws(DecisionError) {
    guard !criteria.isEmpty else { throw .empty(what: "criteria") }
    guard groups.count == criteria.count else { throw .count(what: "groups", found: groups.count, expected: criteria.count) }
    guard weights.count == criteria.count else { throw .count(what: "weights", found: weights.count, expected: criteria.count) }
    var seen: Set<String> = []
    for name in criteria where !seen.insert(name).inserted { throw .name(what: "criterion", name: name, detail: "occurs twice") }
    for (column, weight) in weights.enumerated() where !(weight > 0 && weight.isFinite) {
      throw .weight(column: column, value: weight)
    }
    let sum = weights.reduce(0, +)
    self.criteria = criteria
    self.groups = groups
    self.weights = weights.map { $0 / sum }
  }

  /// What is known of all alternatives on one criterion, as worth in 0…1.
  public struct Column: Sendable, Equatable {
    /// The worth that is reckoned with.
    public var expected: [Double]
    /// The lowest worth it may have.
    public var low: [Double]
    /// The highest worth it may have.
    public var high: [Double]
    /// Whether it is known from evidence; priors and medians count as unknown.
    public var isKnown: [Bool]

    /// A column of low ≤ expected ≤ high, all in 0…1, one entry for each alternative.
    public init(expected: [Double], low: [Double], high: [Double], isKnown: [Bool]) {
      self.expected = expected
      self.low = low
      self.high = high
      self.isKnown = isKnown
    }

    /// A column of which everything is known.
    public init(known values: [Double]) {
      self.init(expected: values, low: values, high: values, isKnown: [Bool](repeating: true, count: values.count))
    }
  }

  /// Scores of a batch; every list has one entry for each alternative.
  public struct Scores: Sendable, Equatable {
    /// 0–100 on expected worth.
    public let score: [Double]
    /// 0–100 when everything unknown is at its worst.
    public let low: [Double]
    /// 0–100 when everything unknown is at its best.
    public let high: [Double]
    /// Weight of the criteria known from evidence, 0…1.
    public let completeness: [Double]
  }

  /// Scores a batch of columns, one for each criterion in order. O(n·m) without intermediate tables.
  ///
  /// Contributions are added criterion by criterion, in the order of `contributions`, so that their sum is the score to the last bit.
  /// Throws when columns are missing or uneven, or a worth is not 0 ≤ low ≤ expected ≤ high ≤ 1 (the first row found is named).
  public func scores(_ columns: [Column]) throws(DecisionError) -> Scores {
    let n = try check(columns)
    var score = [Double](repeating: 0, count: n)
    var low = score
    var high = score
    var completeness = score
    for (j, column) in columns.enumerated() {
      let points = weights[j] * 100
      let weight = weights[j]
      accumulate(points, column.expected, &score)
      accumulate(points, column.low, &low)
      accumulate(points, column.high, &high)
      column.isKnown.withUnsafeBufferPointer { known in
        completeness.withUnsafeMutableBufferPointer { target in
          for i in 0..<n { target[i] += known[i] ? weight : 0 }
        }
      }
    }
    for i in 0..<n where completeness[i] > 1 { completeness[i] = 1 }
    return Scores(score: score, low: low, high: high, completeness: completeness)
  }

  /// Contributions of each criterion to the score of one alternative, in points; added in order they are the score to the last bit.
  public func contributions(_ columns: [Column], alternative: Int) -> [Double] {
    columns.indices.map { weights[$0] * 100 * columns[$0].expected[alternative] }
  }

  /// The score of one alternative from its worth on each criterion, in order; the same bits as in a batch.
  public func score(_ worth: [Double]) -> Double {
    precondition(worth.count == weights.count, "one worth for each criterion")
    var sum = 0.0
    for j in worth.indices { sum += weights[j] * 100 * worth[j] }
    return sum
  }

  /// The score within chosen groups, stretched to 0–100 by their weight; nil when no criterion belongs to them. O(n·m).
  public func scores(_ columns: [Column], inGroups chosen: Set<String>) throws(DecisionError) -> [Double]? {
    let n = try check(columns)
    let members = criteria.indices.filter { chosen.contains(groups[$0]) }
    guard !members.isEmpty else { return nil }
    let total = members.reduce(0) { $0 + weights[$1] }
    var result = [Double](repeating: 0, count: n)
    for j in members { accumulate(weights[j] / total * 100, columns[j].expected, &result) }
    return result
  }

  /// By how many points the score moves when one criterion's worth becomes another: the counterfactual of one change.
  public func lift(criterion: Int, from current: Double, to changed: Double) -> Double { weights[criterion] * 100 * (changed - current) }

  /// One change to one alternative and what it gains.
  public struct Lift: Sendable, Equatable {
    /// The criterion that changes.
    public let criterion: Int
    /// Its worth before.
    public let from: Double
    /// Its worth after.
    public let to: Double
    /// Points gained.
    public let points: Double
    /// Whether this change alone brings the score to the target; false without a target.
    public let reachesTarget: Bool
  }

  /// Single changes of one alternative by falling gain: each criterion raised to the best worth it can reach.
  ///
  /// `attainable` is that worth for each criterion, 1 unless said otherwise; what cannot rise is left out. `target` is a score, for example the
  /// lowest on the short list. O(m log m).
  public func lifts(_ worth: [Double], attainable: [Double]? = nil, target: Double? = nil) -> [Lift] {
    let now = score(worth)
    var lifts: [Lift] = []
    for j in worth.indices {
      let best = attainable?[j] ?? 1
      guard best > worth[j] else { continue }
      let points = lift(criterion: j, from: worth[j], to: best)
      lifts.append(Lift(criterion: j, from: worth[j], to: best, points: points, reachesTarget: target.map { now + points >= $0 } ?? false))
    }
    return lifts.sorted { ($1.points, $0.criterion) < ($0.points, $1.criterion) }
  }

  private func check(_ columns: [Column]) throws(DecisionError) -> Int {
    guard columns.count == criteria.count else { throw .count(what: "columns", found: columns.count, expected: criteria.count) }
    let n = columns[0].expected.count
    for (j, column) in columns.enumerated() {
      for count in [column.expected.count, column.low.count, column.high.count, column.isKnown.count] where count != n {
        throw .count(what: "entries of criterion \(criteria[j])", found: count, expected: n)
      }
      let fault = column.expected.withUnsafeBufferPointer { expected in
        column.low.withUnsafeBufferPointer { low in
          column.high.withUnsafeBufferPointer { high in
            (0..<n).first { !(low[$0] >= 0 && low[$0] <= expected[$0] && expected[$0] <= high[$0] && high[$0] <= 1) }
          }
        }
      }
      if let row = fault {
        throw .outsideBounds(row: row, column: j, value: column.expected[row], low: max(0, column.low[row]), high: min(1, column.high[row]))
      }
    }
    return n
  }

  private func accumulate(_ points: Double, _ worth: [Double], _ target: inout [Double]) {
    worth.withUnsafeBufferPointer { worth in
      target.withUnsafeMutableBufferPointer { target in
        for i in 0..<worth.count { target[i] += points * worth[i] }
      }
    }
  }
}

/// Rounds parts so that they add up to their rounded whole: largest remainders get the last units.
///
/// Rounded one by one, printed contributions may miss the printed score by a few units of the last place. Source: Hamilton's method;
/// Balinski, Young (1982), Fair Representation. O(k log k).
public func apportioned(_ parts: [Double], decimals: Int) -> [Double] {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let whole = (parts.reduce(0, +) * scale).rounded()
  var units = parts.map { ($0 * scale).rounded(.down) }
  var missing = Int(whole - units.reduce(0, +))
  let order = orderBestFirst(zip(parts, units).map { $0 * scale - $1 })
  for index in order where missing > 0 {
    units[index] += 1
    missing -= 1
  }
  return units.map { $0 / scale }
}
