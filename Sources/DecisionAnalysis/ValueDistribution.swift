import Glibc

/// What is known of one value: a number, or a distribution.
public enum ValueDistribution: Sendable, Equatable {
  /// A known number.
  case exact(Double)
  /// Any number between two is equally likely.
  case uniform(low: Double, high: Double)
  /// Normal with a mean and a standard deviation.
  case normal(mean: Double, deviation: Double)
  /// Log-normal: the logarithm has this mean and this standard deviation.
  case logNormal(mean: Double, deviation: Double)

  /// The middle: the number, the centre, the mean, the median.
  public var centre: Double {
    switch self {
    case .exact(let x): return x
    case .uniform(let low, let high): return low + (high - low) / 2
    case .normal(let mean, _): return mean
    case .logNormal(let mean, _): return exp(mean)
    }
  }

  /// The ends of a uniform, ±1.96 standard deviations of a normal, that of the logarithm for a log-normal; the central 95 %.
  public var interval: ClosedRange<Double> {
    switch self {
    case .exact(let x): return x...x
    case .uniform(let low, let high): return low...high
    case .normal(let mean, let deviation): return (mean - 1.96 * deviation)...(mean + 1.96 * deviation)
    case .logNormal(let mean, let deviation): return exp(mean - 1.96 * deviation)...exp(mean + 1.96 * deviation)
    }
  }

  func draw(_ generator: inout SeededGenerator) -> Double {
    switch self {
    case .exact(let x): return x
    case .uniform(let low, let high): return low + (high - low) * generator.uniform()
    case .normal(let mean, let deviation): return mean + deviation * generator.normal()
    case .logNormal(let mean, let deviation): return exp(mean + deviation * generator.normal())
    }
  }

  func validate(row: Int, column: Int) throws(DecisionError) {
    switch self {
    case .exact(let x):
      guard x.isFinite else { throw .notFinite(row: row, column: column, value: x) }
    case .uniform(let low, let high):
      guard low.isFinite else { throw .notFinite(row: row, column: column, value: low) }
      guard high.isFinite else { throw .notFinite(row: row, column: column, value: high) }
      guard low <= high else { throw .bounds(column: column, low: low, high: high) }
    case .normal(let mean, let deviation), .logNormal(let mean, let deviation):
      guard mean.isFinite else { throw .notFinite(row: row, column: column, value: mean) }
      guard deviation >= 0 && deviation.isFinite else {
        throw .parameter(
          name: "standard deviation in row \(row + 1), column \(column + 1)", value: deviation, allowed: "finite and zero or more")
      }
    }
  }
}
