import Glibc

/// How two alternatives stand to each other in a partial order.
public enum OutrankingOutcome: String, Sendable, Equatable {
  /// The first is preferred.
  case preferred
  /// The second is preferred.
  case notPreferred
  /// Both are equal.
  case indifferent
  /// Each is better in its own way.
  case incomparable
}

/// PROMETHEE I and II: preference flows from pairwise differences; divisor n − 1.
///
/// φ⁺ says how much an alternative is preferred to the others, φ⁻ how much they are to it, φ = φ⁺ − φ⁻ ranks them all (PROMETHEE II). Where
/// φ⁺ and φ⁻ disagree two alternatives are incomparable (PROMETHEE I).
/// Every shape but the gaussian is piecewise linear, so the sum over all others follows from sorted prefix sums in O(n log n) for each
/// criterion; the gaussian takes O(n²). Source: Brans, Vincke (1985); Brans, De Smet (2016), in Multiple Criteria Decision Analysis, 187–219.
public struct PROMETHEE: Sendable, Equatable {
  /// One preference function for each criterion.
  public let functions: [PreferenceFunction]

  /// PROMETHEE with one preference function for each criterion.
  public init(functions: [PreferenceFunction]) { self.functions = functions }

  /// The flows of every alternative.
  public struct Flows: Sendable, Equatable {
    /// φ⁺: mean preference over the others.
    public let positive: [Double]
    /// φ⁻: mean preference of the others.
    public let negative: [Double]
    /// φ = φ⁺ − φ⁻, in [−1, 1], sums to 0.
    public let net: [Double]

    /// PROMETHEE II: competition ranks by net flow, 1 is best. O(n log n).
    public var ranks: [Int] { competitionRanks(net, tolerance: 1e-11) }

    /// PROMETHEE I: how two alternatives stand to each other when both flows must agree; equal within 1e-12.
    public func outcome(_ a: Int, _ b: Int) -> OutrankingOutcome {
      let slack = 1e-12
      let plus = positive[a] - positive[b]
      let minus = negative[b] - negative[a]
      let p = plus.magnitude <= slack ? 0 : plus
      let q = minus.magnitude <= slack ? 0 : minus
      if p == 0 && q == 0 { return .indifferent }
      if p >= 0 && q >= 0 { return .preferred }
      if p <= 0 && q <= 0 { return .notPreferred }
      return .incomparable
    }
  }

  /// Flows and the whole matrix of preferences behind them.
  public struct Result: Sendable, Equatable {
    /// π(a, b) row by row: the weighted preference of alternative a over b.
    public let preferences: [Double]
    /// Net flow of each alternative on each single criterion, column-major: what makes the profile of an alternative.
    public let criterionFlows: [Double]
    /// The flows.
    public let flows: Flows
  }

  /// The flows of every alternative, without the matrix of pairs. O(m·n log n), O(n²) for each gaussian criterion; memory O(n).
  ///
  /// Throws when functions are missing or their thresholds are not in order.
  public func flows(_ matrix: DecisionMatrix) throws(DecisionError) -> Flows {
    try validate(matrix)
    let n = matrix.alternativeCount
    var positive = [Double](repeating: 0, count: n)
    var negative = [Double](repeating: 0, count: n)
    var workspace = SortedColumn(capacity: n)
    let weights = matrix.relativeWeights
    for j in 0..<matrix.criterionCount {
      addFlows(matrix, j, weights[j], &workspace, &positive, &negative)
    }
    return finish(positive, negative, n)
  }

  /// The flows, the matrix of pairs and the profile by criterion, for tables that people read. O(m·n²), memory O(n² + n·m).
  ///
  /// Throws when functions are missing or their thresholds are not in order.
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    try validate(matrix)
    let n = matrix.alternativeCount
    let weights = matrix.relativeWeights
    var preferences = [Double](repeating: 0, count: n * n)
    var single = [Double](repeating: 0, count: n * matrix.criterionCount)
    let divisor = Double(max(n - 1, 1))
    for j in 0..<matrix.criterionCount {
      let sign = matrix.directions[j] == .maximise ? 1.0 : -1.0
      for a in 0..<n {
        for b in 0..<n where a != b {
          let value = functions[j].preference(sign * (matrix.values[j * n + a] - matrix.values[j * n + b]))
          preferences[a * n + b] += weights[j] * value
          single[j * n + a] += value / divisor
          single[j * n + b] -= value / divisor
        }
      }
    }
    var positive = [Double](repeating: 0, count: n)
    var negative = [Double](repeating: 0, count: n)
    for a in 0..<n {
      for b in 0..<n {
        positive[a] += preferences[a * n + b]
        negative[b] += preferences[a * n + b]
      }
    }
    return Result(preferences: preferences, criterionFlows: single, flows: finish(positive, negative, n))
  }

  private func validate(_ matrix: DecisionMatrix) throws(DecisionError) {
    guard functions.count == matrix.criterionCount else {
      throw .count(what: "preference functions", found: functions.count, expected: matrix.criterionCount)
    }
    for (j, function) in functions.enumerated() { try function.validate(column: j) }
  }

  private func finish(_ positive: [Double], _ negative: [Double], _ n: Int) -> Flows {
    let divisor = Double(max(n - 1, 1))
    let plus = positive.map { $0 / divisor }
    let minus = negative.map { $0 / divisor }
    return Flows(positive: plus, negative: minus, net: zip(plus, minus).map { $0 - $1 })
  }

  private func addFlows(
    _ matrix: DecisionMatrix, _ criterion: Int, _ weight: Double, _ workspace: inout SortedColumn, _ positive: inout [Double],
    _ negative: inout [Double]
  ) {
    let n = matrix.alternativeCount
    workspace.load(matrix.values, from: criterion * n, negated: matrix.directions[criterion] == .minimise)
    switch functions[criterion] {
    case .usual: workspace.addSteps(above: 0, weight, &positive, &negative)
    case .uShape(let q): workspace.addSteps(above: q, weight, &positive, &negative)
    case .level(let q, let p):
      workspace.addSteps(above: q, weight / 2, &positive, &negative)
      workspace.addSteps(above: p, weight / 2, &positive, &negative)
    case .vShape(let p): workspace.addRamp(0, p, weight, &positive, &negative)
    case .linear(let q, let p): workspace.addRamp(q, p, weight, &positive, &negative)
    case .gaussian(let s): workspace.addGaussian(s, weight, &positive, &negative)
    }
  }
}

/// One criterion in ascending order with the prefix sums that turn n² comparisons into sweeps.
private struct SortedColumn {
  private var first: [KeyedIndex]
  private var second: [KeyedIndex]
  private var values: [Double]
  private var indices: [UInt32]
  private var prefix: [Double]
  private var middle = 0.0

  init(capacity n: Int) {
    first = [KeyedIndex](repeating: KeyedIndex(key: 0, index: 0), count: n)
    second = first
    values = [Double](repeating: 0, count: n)
    indices = [UInt32](repeating: 0, count: n)
    prefix = [Double](repeating: 0, count: n + 1)
  }

  /// Sorts n values from `start`; sums run over distances from the middle value, so that a large common offset costs no digits.
  mutating func load(_ source: [Double], from start: Int, negated: Bool) {
    let n = values.count
    source.withUnsafeBufferPointer { source in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          for i in 0..<n {
            let value = source[start + i]
            first[i] = KeyedIndex(key: orderedBits(negated ? -value : value), index: UInt32(truncatingIfNeeded: i))
          }
          let sorted = radixSort(first, second)
          values.withUnsafeMutableBufferPointer { values in
            indices.withUnsafeMutableBufferPointer { indices in
              prefix.withUnsafeMutableBufferPointer { prefix in
                middle = fromOrderedBits(sorted[n / 2].key)
                var sum = 0.0
                for i in 0..<n {
                  let value = fromOrderedBits(sorted[i].key)
                  values[i] = value
                  indices[i] = sorted[i].index
                  sum += value - middle
                  prefix[i + 1] = sum
                }
              }
            }
          }
        }
      }
    }
  }

  /// P(d) = 1 where d > threshold: counts how many lie that far below and above.
  func addSteps(above threshold: Double, _ weight: Double, _ positive: inout [Double], _ negative: inout [Double]) {
    let n = values.count
    positive.withUnsafeMutableBufferPointer { positive in
      negative.withUnsafeMutableBufferPointer { negative in
        values.withUnsafeBufferPointer { values in
          indices.withUnsafeBufferPointer { indices in
            var below = 0
            var above = 0
            for i in 0..<n {
              let value = values[i]
              while below < n && value - values[below] > threshold { below += 1 }
              while above < n && !(values[above] - value > threshold) { above += 1 }
              let index = Int(indices[i])
              positive[index] += weight * Double(below)
              negative[index] += weight * Double(n - above)
            }
          }
        }
      }
    }
  }

  /// P(d) = (d − q)/(p − q) between q and p, 1 beyond: a count and a sum on either side.
  func addRamp(_ q: Double, _ p: Double, _ weight: Double, _ positive: inout [Double], _ negative: inout [Double]) {
    let n = values.count
    let slope = 1 / (p - q)
    positive.withUnsafeMutableBufferPointer { positive in
      negative.withUnsafeMutableBufferPointer { negative in
        values.withUnsafeBufferPointer { values in
          indices.withUnsafeBufferPointer { indices in
            prefix.withUnsafeBufferPointer { prefix in
              var full = 0  // lower ones at distance p or more
              var partial = 0  // lower ones at a distance above q
              var near = 0  // the first higher one at a distance above q
              var far = 0  // the first higher one at distance p or more
              for i in 0..<n {
                let value = values[i]
                while full < n && value - values[full] >= p { full += 1 }
                while partial < n && value - values[partial] > q { partial += 1 }
                while near < n && !(values[near] - value > q) { near += 1 }
                while far < n && !(values[far] - value >= p) { far += 1 }
                let lower = Double(partial - full) * (value - middle - q) - (prefix[partial] - prefix[full])
                let higher = (prefix[far] - prefix[near]) - Double(far - near) * (value - middle + q)
                let index = Int(indices[i])
                positive[index] += weight * (Double(full) + slope * lower)
                negative[index] += weight * (Double(n - far) + slope * higher)
              }
            }
          }
        }
      }
    }
  }

  /// P(d) = 1 − exp(−d²/2s²): every pair once.
  func addGaussian(_ s: Double, _ weight: Double, _ positive: inout [Double], _ negative: inout [Double]) {
    let n = values.count
    let factor = -1 / (2 * s * s)
    for i in 0..<n {
      var sum = 0.0
      for k in 0..<i {
        let d = values[i] - values[k]
        let term = 1 - exp(factor * d * d)
        sum += term
        negative[Int(indices[k])] += weight * term
      }
      positive[Int(indices[i])] += weight * sum
    }
  }
}
