/// A linear axis with round ticks: maps values to positions along a line.
struct Axis {
  let low: Double
  let high: Double
  /// Position of `low`.
  let from: Double
  /// Position of `high`.
  let to: Double
  /// Round values within the axis, ascending.
  let ticks: [Double]

  /// Makes an axis whose ends are round values around `low ... high`; zero is always on it, so that lengths of bars are honest.
  /// - Parameter count: wanted number of intervals.
  init(low: Double, high: Double, from: Double, to: Double, count: Int = 5, includesZero: Bool = true) {
    var low = low
    var high = high
    if includesZero {
      low = min(low, 0)
      high = max(high, 0)
    }
    if !(high > low) { high = low + 1 }
    let step = Self.roundStep((high - low) / Double(max(count, 1)))
    let first = (low / step + 1e-9).rounded(.down)
    let last = max((high / step - 1e-9).rounded(.up), first + 1)
    self.low = first * step
    self.high = last * step
    self.from = from
    self.to = to
    ticks = (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// Makes an axis with the very ends given.
  init(exactly low: Double, _ high: Double, from: Double, to: Double, ticks: [Double]) {
    self.low = low
    self.high = high
    self.from = from
    self.to = to
    self.ticks = ticks
  }

  /// Position of a value, held within the axis.
  func callAsFunction(_ value: Double) -> Double {
    let share = (min(max(value, low), high) - low) / (high - low)
    return from + (to - from) * share
  }

  /// 1, 2 or 5 times a power of ten, not below `step`.
  static func roundStep(_ step: Double) -> Double {
    guard step > 0, step.isFinite else { return 1 }
    var power = 1.0
    while power * 10 <= step { power *= 10 }
    while power > step { power /= 10 }
    for factor in [1.0, 2, 5] where power * factor >= step * (1 - 1e-9) { return power * factor }
    return power * 10
  }
}
