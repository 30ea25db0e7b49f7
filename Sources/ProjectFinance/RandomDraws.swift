import Glibc

/// A seeded generator of uniform numbers: xoshiro256++ filled by SplitMix64, the same sequence for a seed on every machine.
///
/// Source: D. Blackman and S. Vigna, Scrambled linear pseudorandom number generators, ACM TOMS 47(4), 2021. Not for cryptography.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var a: UInt64, b: UInt64, c: UInt64, d: UInt64

  /// A generator for a seed; close seeds give unrelated sequences.
  public init(seed: UInt64) {
    var state = seed
    func mixed() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    a = mixed()
    b = mixed()
    c = mixed()
    d = mixed()
  }

  /// The next 64 random bits.
  @inline(__always)
  public mutating func next() -> UInt64 {
    let sum = a &+ d
    let result = ((sum << 23) | (sum >> 41)) &+ a
    let t = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 45) | (d >> 19)
    return result
  }

  /// A number between 0 and 1, neither included.
  @inline(__always)
  public mutating func uniform() -> Double {
    (Double(next() >> 12) + 0.5) * 0x1p-52
  }

  /// A number from the standard normal distribution.
  @inline(__always)
  public mutating func normal() -> Double { normalQuantile(uniform()) }
}

/// The value a standard normal variable stays below with a probability between 0 and 1.
///
/// Absolute error below 1e-9 relative to the value. Source: M. Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37(3), 1988.
public func normalQuantile(_ p: Double) -> Double {
  let q = p - 0.5
  if abs(q) <= 0.425 {
    let r = 0.180625 - q * q
    var n = 2509.0809287301226727 * r + 33430.575583588128105
    n = n * r + 67265.770927008700853
    n = n * r + 45921.953931549871457
    n = n * r + 13731.693765509461125
    n = n * r + 1971.5909503065514427
    n = n * r + 133.14166789178437745
    n = n * r + 3.387132872796366608
    var d = 5226.495278852854561 * r + 28729.085735721942674
    d = d * r + 39307.89580009271061
    d = d * r + 21213.794301586595867
    d = d * r + 5394.1960214247511077
    d = d * r + 687.1870074920579083
    d = d * r + 42.313330701600911252
    d = d * r + 1
    return q * n / d
  }
  var r = (-log(min(p, 1 - p))).squareRoot()
  let value: Double
  if r <= 5 {
    r -= 1.6
    var n = 7.7454501427834140764e-4 * r + 0.0227238449892691845833
    n = n * r + 0.24178072517745061177
    n = n * r + 1.27045825245236838258
    n = n * r + 3.64784832476320460504
    n = n * r + 5.7694972214606914055
    n = n * r + 4.6303378461565452959
    n = n * r + 1.42343711074968357734
    var d = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4
    d = d * r + 0.0151986665636164571966
    d = d * r + 0.14810397642748007459
    d = d * r + 0.68976733498510000455
    d = d * r + 1.6763848301838038494
    d = d * r + 2.05319162663775882187
    d = d * r + 1
    value = n / d
  } else {
    r -= 5
    var n = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
    n = n * r + 0.0012426609473880784386
    n = n * r + 0.026532189526576123093
    n = n * r + 0.29656057182850489123
    n = n * r + 1.7848265399172913358
    n = n * r + 5.4637849111641143699
    n = n * r + 6.6579046435011037772
    var d = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7
    d = d * r + 1.8463183175100546818e-5
    d = d * r + 7.868691311456132591e-4
    d = d * r + 0.0148753612908506148525
    d = d * r + 0.13692988092273580531
    d = d * r + 0.59983220655588793769
    d = d * r + 1
    value = n / d
  }
  return q < 0 ? -value : value
}

/// How an uncertain figure is spread.
public enum Distribution: Sendable, Equatable {
  /// Always the same.
  case fixed(Double)
  /// All values of a range alike.
  case uniform(low: Double, high: Double)
  /// Straight lines from the ends of a range to its most likely value.
  case triangular(low: Double, mode: Double, high: Double)
  /// A beta distribution over a range with mean (low + 4 mode + high) / 6 (D. Malcolm et al., Application of a technique for research and development
  /// program evaluation, Operations Research 7(5), 1959).
  case pert(low: Double, mode: Double, high: Double)
  /// Logarithm normally distributed, given by its median and the value exceeded once in ten times.
  case lognormal(median: Double, percentile90: Double)
  /// Normal.
  case normal(mean: Double, deviation: Double)
  /// Beta on 0…1.
  case beta(a: Double, b: Double)

  func validate(_ field: String) throws(ProjectFinanceError) {
    func ordered(_ values: [Double]) throws(ProjectFinanceError) {
      try requireFinite(values, field)
      for index in values.indices.dropFirst() where values[index] < values[index - 1] {
        throw .outOfRange(field: field, value: values[index], allowed: "of at least \(values[index - 1]), in the order low, mode, high")
      }
    }
    switch self {
    case .fixed(let value): try requireFinite(value, field)
    case .uniform(let low, let high): try ordered([low, high])
    case .triangular(let low, let mode, let high), .pert(let low, let mode, let high): try ordered([low, mode, high])
    case .lognormal(let median, let p90):
      try requireFinite([median, p90], field)
      guard median > 0 else { throw .outOfRange(field: field, value: median, allowed: "above 0") }
      guard p90 >= median else { throw .outOfRange(field: field, value: p90, allowed: "of at least the median \(median)") }
    case .normal(let mean, let deviation):
      try requireFinite(mean, field)
      try requireNonNegative(deviation, field)
    case .beta(let a, let b):
      try requireFinite([a, b], field)
      guard a >= 1, b >= 1 else { throw .outOfRange(field: field, value: min(a, b), allowed: "of at least 1") }
    }
  }
}

/// The quantiles of a distribution by normal score and by probability, tabulated, so that a draw costs one look-up.
///
/// Linear between 1,921 normal scores from −6 to 6, and between 4,097 probabilities, beyond whose outer 32 on either side the scores take over; error below
/// 1e-4 of the spread.
public struct QuantileTable: Sendable {
  private static let reach = 6.0, perUnit = 160.0
  private static let cells = 4096, outer = 32
  private let values: [Double]
  private let byProbability: [Double]

  /// Tabulates a distribution.
  ///
  /// - Throws: `ProjectFinanceError` naming `field` for parameters out of order.
  public init(_ distribution: Distribution, field: String = "distribution") throws(ProjectFinanceError) {
    try distribution.validate(field)
    let values = Self.quantiles(distribution)
    self.values = values
    byProbability = (0...Self.cells).map { cell in
      let p = min(max(Double(cell) / Double(Self.cells), 1e-9), 1 - 1e-9)
      return Self.interpolated(values, atNormalScore: normalQuantile(p))
    }
  }

  /// The quantiles at equally spaced normal scores.
  private static func quantiles(_ distribution: Distribution) -> [Double] {
    let count = Int(2 * Self.reach * Self.perUnit) + 1
    let scores = (0..<count).map { Double($0) / Self.perUnit - Self.reach }
    func probability(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }
    switch distribution {
    case .fixed(let value): return [Double](repeating: value, count: count)
    case .uniform(let low, let high): return scores.map { low + (high - low) * probability($0) }
    case .triangular(let low, let mode, let high):
      guard high > low else {
        return [Double](repeating: low, count: count)
      }
      return scores.map { z in
        let p = probability(z)
        return p * (high - low) < mode - low
          ? low + (p * (high - low) * (mode - low)).squareRoot() : high - (probability(-z) * (high - low) * (high - mode)).squareRoot()
      }
    case .pert(let low, let mode, let high):
      guard high > low else {
        return [Double](repeating: low, count: count)
      }
      let a = 1 + 4 * (mode - low) / (high - low)
      return Self.betaQuantiles(a: a, b: 6 - a, scores.map(probability)).map { low + (high - low) * $0 }
    case .beta(let a, let b): return Self.betaQuantiles(a: a, b: b, scores.map(probability))
    case .lognormal(let median, let p90):
      let sigma = log(p90 / median) / normalQuantile(0.9)
      return scores.map { median * exp(sigma * $0) }
    case .normal(let mean, let deviation): return scores.map { mean + deviation * $0 }
    }
  }

  /// Quantiles of a beta distribution by a cumulated Simpson sum of its density; `probabilities` ascend.
  private static func betaQuantiles(a: Double, b: Double, _ probabilities: [Double]) -> [Double] {
    let cells = 2048
    func density(_ x: Double) -> Double { pow(x, a - 1) * pow(1 - x, b - 1) }
    var cumulated = [Double](repeating: 0, count: cells + 1)
    var left = density(0)
    for cell in 0..<cells {
      let x = Double(cell) / Double(cells), h = 1 / Double(cells)
      let right = density(x + h)
      cumulated[cell + 1] = cumulated[cell] + (left + 4 * density(x + h / 2) + right) * h / 6
      left = right
    }
    let total = cumulated[cells]
    var cell = 0
    return probabilities.map { p in
      while cell < cells - 1, cumulated[cell + 1] < p * total { cell += 1 }
      let mass = cumulated[cell + 1] - cumulated[cell]
      let inside = mass > 0 ? min(1, max(0, (p * total - cumulated[cell]) / mass)) : 0
      return (Double(cell) + inside) / Double(cells)
    }
  }

  /// The value of a normal score; scores beyond ±6 count as ±6.
  @inline(__always)
  public func value(atNormalScore z: Double) -> Double { Self.interpolated(values, atNormalScore: z) }

  /// The value that is not exceeded with a probability between 0 and 1.
  @inline(__always)
  public func value(atProbability p: Double) -> Double {
    let position = p * Double(Self.cells)
    let cell = Int(position)
    guard cell >= Self.outer, cell < Self.cells - Self.outer else { return value(atNormalScore: normalQuantile(p)) }
    let share = position - Double(cell)
    return byProbability.withUnsafeBufferPointer { $0[cell] + ($0[cell + 1] - $0[cell]) * share }
  }

  @inline(__always)
  private static func interpolated(_ values: [Double], atNormalScore z: Double) -> Double {
    let position = min(max((z + reach) * perUnit, 0), 2 * reach * perUnit - 1e-9)
    let index = Int(position)
    let share = position - Double(index)
    return values.withUnsafeBufferPointer { $0[index] + ($0[index + 1] - $0[index]) * share }
  }
}

/// The lower triangular factor L of a correlation matrix, L Lᵀ = R, row by row.
///
/// - Parameter correlations: Pairs of indices with their correlation; unnamed pairs have none.
/// - Throws: `ProjectFinanceError` for an index outside 0..<count, a correlation outside −1…1, or a matrix that no variables can have.
func correlationFactor(
  count: Int, correlations: [(first: Int, second: Int, value: Double)]
) throws(ProjectFinanceError) -> [Double] {
  var r = [Double](repeating: 0, count: count * count)
  for i in 0..<count { r[i * count + i] = 1 }
  for pair in correlations {
    guard (0..<count).contains(pair.first), (0..<count).contains(pair.second), pair.first != pair.second else {
      throw .outOfRange(
        field: "correlations", value: Double(pair.first == pair.second ? pair.first : max(pair.first, pair.second)),
        allowed: "as the index of another input, below \(count)")
    }
    try require(pair.value, in: -1...1, "correlations")
    r[pair.first * count + pair.second] = pair.value
    r[pair.second * count + pair.first] = pair.value
  }
  var l = [Double](repeating: 0, count: count * count)
  for i in 0..<count {
    for j in 0...i {
      var sum = r[i * count + j]
      for k in 0..<j { sum -= l[i * count + k] * l[j * count + k] }
      if i == j {
        guard sum > -1e-9 else {
          throw .outOfRange(field: "correlations", value: sum, allowed: "such that the correlation matrix is positive semidefinite")
        }
        l[i * count + i] = max(0, sum).squareRoot()
      } else {
        l[i * count + j] = l[j * count + j] > 1e-12 ? sum / l[j * count + j] : 0
      }
    }
  }
  return l
}
