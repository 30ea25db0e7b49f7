import Glibc

/// How raw values of a criterion become comparable with those of another. It decides ranks, so every result names it.
public enum Normalisation: String, Sendable, Equatable, CaseIterable {
  /// Values as they are.
  case none
  /// Divided by the Euclidean length of the column.
  case vector
  /// Stretched so that the worst alternative is 0 and the best is 1.
  case minMax = "minmax"
  /// Divided by the sum of the column.
  case sum
  /// Divided by the largest value of the column.
  case max
}

/// What one pass over a column tells: enough for every linear normalisation.
struct ColumnSummary: Sendable, Equatable {
  var low: Double
  var high: Double
  var sum: Double
  var sumOfSquares: Double

  /// One pass, four running figures, two independent chains of four lanes each so that additions overlap.
  init(_ column: UnsafeBufferPointer<Double>) {
    let raw = UnsafeRawBufferPointer(column)
    let blocks = column.count / 8
    var low = SIMD4<Double>(repeating: .infinity)
    var high = SIMD4<Double>(repeating: -.infinity)
    var low2 = low
    var high2 = high
    var sum = SIMD4<Double>(repeating: 0)
    var squares = sum
    var sum2 = sum
    var squares2 = sum
    for block in 0..<blocks {
      let a = raw.loadUnaligned(fromByteOffset: block * 64, as: SIMD4<Double>.self)
      let b = raw.loadUnaligned(fromByteOffset: block * 64 + 32, as: SIMD4<Double>.self)
      low = a.replacing(with: low, where: low .< a)
      high = a.replacing(with: high, where: high .> a)
      low2 = b.replacing(with: low2, where: low2 .< b)
      high2 = b.replacing(with: high2, where: high2 .> b)
      sum += a
      sum2 += b
      squares += a * a
      squares2 += b * b
    }
    self.low = Swift.min(low.min(), low2.min())
    self.high = Swift.max(high.max(), high2.max())
    self.sum = (sum + sum2).sum()
    self.sumOfSquares = (squares + squares2).sum()
    for index in (blocks * 8)..<column.count {
      let value = column[index]
      self.low = Swift.min(self.low, value)
      self.high = Swift.max(self.high, value)
      self.sum += value
      self.sumOfSquares += value * value
    }
  }
}

extension Normalisation {
  /// The linear map value·scale + offset that makes more better and comparable, for one criterion.
  ///
  /// Minimised criteria turn around: −x under `none`, 1 − x/norm under `vector`, `sum` and `max`, and (high − x)/(high − low) under
  /// `minMax`. A criterion without any spread maps to 0 (`minMax`), and a norm of zero to 0.
  func affine(_ summary: ColumnSummary, _ direction: Direction) -> (scale: Double, offset: Double) {
    let norm: Double
    switch self {
    case .none: return direction == .maximise ? (1, 0) : (-1, 0)
    case .minMax:
      let range = summary.high - summary.low
      guard range > 0 else { return (0, 0) }
      return direction == .maximise ? (1 / range, -summary.low / range) : (-1 / range, summary.high / range)
    case .vector: norm = summary.sumOfSquares.squareRoot()
    case .sum: norm = summary.sum
    case .max: norm = summary.high
    }
    guard norm != 0 else { return (0, 0) }
    return direction == .maximise ? (1 / norm, 0) : (-1 / norm, 1)
  }

  /// What a value is divided by, without turning minimised criteria around; 0 where the criterion says nothing.
  func factor(_ summary: ColumnSummary) -> Double {
    let norm: Double
    switch self {
    case .none: return 1
    case .minMax: norm = summary.high - summary.low
    case .vector: norm = summary.sumOfSquares.squareRoot()
    case .sum: norm = summary.sum
    case .max: norm = summary.high
    }
    return norm == 0 ? 0 : 1 / norm
  }

  /// Throws when values of the table do not fit: `sum` and `max` need values of zero or more.
  func requireFitting(_ matrix: DecisionMatrix) throws(DecisionError) {
    switch self {
    case .none, .vector, .minMax: return
    case .sum, .max: try matrix.requireNonNegative(method: "the normalisation \(rawValue)")
    }
  }
}

extension DecisionMatrix {
  /// Low, high, sum and sum of squares of every column. O(n·m).
  func columnSummaries() -> [ColumnSummary] {
    values.withUnsafeBufferPointer { buffer in
      (0..<criterionCount).map { criterion in
        ColumnSummary(UnsafeBufferPointer(rebasing: buffer[criterion * alternativeCount..<(criterion + 1) * alternativeCount]))
      }
    }
  }
}
