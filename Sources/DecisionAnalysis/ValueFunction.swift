import Glibc

/// How much a measured value is worth, 0 (worst) to 1 (best): absolute, so that it never depends on the other alternatives.
///
/// Source: Keeney, Raiffa (1976), Decisions with Multiple Objectives; Belton, Stewart (2002), Multiple Criteria Decision Analysis, ch. 5.
public struct ValueFunction: Sendable, Equatable {
  /// One anchor of a piecewise function: the value that x is worth.
  public struct Anchor: Sendable, Equatable {
    /// The measured value, in the unit of the criterion.
    public let x: Double
    /// What it is worth, 0…1.
    public let value: Double

    /// An anchor.
    public init(x: Double, value: Double) {
      self.x = x
      self.value = value
    }
  }

  private enum Shape: Sendable, Equatable {
    case linear(x: [Double], value: [Double])
    case step(x: [Double], value: [Double], below: Double)
    case category(names: [String], value: [Double])
    case logistic(midpoint: Double, scale: Double)
  }

  private let shape: Shape

  /// Straight lines between anchors, constant outside them. Throws unless anchors rise in x and their values lie in [0, 1].
  public static func piecewiseLinear(_ anchors: [Anchor]) throws(DecisionError) -> ValueFunction {
    try check(anchors)
    return ValueFunction(shape: .linear(x: anchors.map(\.x), value: anchors.map(\.value)))
  }

  /// Constant between steps: from each anchor's x on its value holds, and `below` before the first.
  ///
  /// Throws unless anchors rise in x and all values lie in [0, 1].
  public static func step(_ anchors: [Anchor], below: Double = 0) throws(DecisionError) -> ValueFunction {
    try check(anchors)
    guard below >= 0 && below <= 1 else { throw .valueFunction(detail: "the value below the first step is \(below), not in 0…1") }
    return ValueFunction(shape: .step(x: anchors.map(\.x), value: anchors.map(\.value), below: below))
  }

  /// A value for each named category; x is the index of the category. Throws unless names differ and values lie in [0, 1].
  public static func category(_ categories: [(name: String, value: Double)]) throws(DecisionError) -> ValueFunction {
    guard !categories.isEmpty else { throw .valueFunction(detail: "it has no categories") }
    var seen: Set<String> = []
    for category in categories {
      guard seen.insert(category.name).inserted else { throw .name(what: "category", name: category.name, detail: "occurs twice") }
      guard category.value >= 0 && category.value <= 1 else {
        throw .valueFunction(detail: "category \(category.name) has the value \(category.value), not in 0…1")
      }
    }
    return ValueFunction(shape: .category(names: categories.map(\.name), value: categories.map(\.value)))
  }

  /// 1/(1 + exp(−(x − midpoint)/scale)): ½ at the midpoint, rising for a scale above zero and falling below. Throws for a scale of 0.
  public static func logistic(midpoint: Double, scale: Double) throws(DecisionError) -> ValueFunction {
    guard midpoint.isFinite && scale.isFinite && scale != 0 else {
      throw .valueFunction(detail: "the logistic midpoint is \(midpoint) and the scale \(scale); both must be finite and the scale not 0")
    }
    return ValueFunction(shape: .logistic(midpoint: midpoint, scale: scale))
  }

  private static func check(_ anchors: [Anchor]) throws(DecisionError) {
    guard !anchors.isEmpty else { throw .valueFunction(detail: "it has no anchors") }
    for (k, anchor) in anchors.enumerated() {
      guard anchor.x.isFinite && anchor.value >= 0 && anchor.value <= 1 else {
        throw .valueFunction(detail: "anchor \(k + 1) is \(anchor.value) at \(anchor.x); give a finite x and a value in 0…1")
      }
      if k > 0 && !(anchor.x > anchors[k - 1].x) {
        throw .valueFunction(detail: "anchor \(k + 1) at \(anchor.x) does not lie above anchor \(k) at \(anchors[k - 1].x)")
      }
    }
  }

  /// The names of the categories in order, or nil for a function of numbers.
  public var categories: [String]? {
    if case .category(let names, _) = shape { return names }
    return nil
  }

  /// The value of a named category, or nil when it is unknown or the function is one of numbers.
  public func value(ofCategory name: String) -> Double? {
    guard case .category(let names, let value) = shape, let index = names.firstIndex(of: name) else { return nil }
    return value[index]
  }

  /// What x is worth. x must not be NaN; infinite x takes the outer value. A category index outside the list is a bug. O(log anchors).
  public func value(_ x: Double) -> Double {
    switch shape {
    case .linear(let xs, let values):
      if x <= xs[0] { return values[0] }
      let last = xs.count - 1
      if x >= xs[last] { return values[last] }
      let k = upperBound(xs, x)
      let share = (x - xs[k - 1]) / (xs[k] - xs[k - 1])
      return values[k - 1] + share * (values[k] - values[k - 1])
    case .step(let xs, let values, let below):
      let k = upperBound(xs, x)
      return k == 0 ? below : values[k - 1]
    case .category(_, let values):
      let index = Int(x)
      precondition(index >= 0 && index < values.count && Double(index) == x, "a category index outside the list")
      return values[index]
    case .logistic(let midpoint, let scale):
      return 1 / (1 + exp(-(x - midpoint) / scale))
    }
  }

  /// The lowest and the highest worth over an interval of x, ends included: a tent's summit inside the interval counts.
  ///
  /// For categories the ends are indices and every category between them counts. O(anchors).
  public func range(over interval: ClosedRange<Double>) -> ClosedRange<Double> {
    var low = min(value(interval.lowerBound), value(interval.upperBound))
    var high = max(value(interval.lowerBound), value(interval.upperBound))
    func include(_ candidate: Double) {
      low = min(low, candidate)
      high = max(high, candidate)
    }
    switch shape {
    case .linear(let xs, let values), .step(let xs, let values, _):
      for k in xs.indices where xs[k] >= interval.lowerBound && xs[k] <= interval.upperBound { include(values[k]) }
    case .category(_, let values):
      for k in values.indices where Double(k) >= interval.lowerBound && Double(k) <= interval.upperBound { include(values[k]) }
    case .logistic: break
    }
    return low...high
  }

  /// The lowest and the highest worth the function can give.
  public var range: ClosedRange<Double> {
    switch shape {
    case .linear(_, let values), .category(_, let values): return (values.min() ?? 0)...(values.max() ?? 1)
    case .step(_, let values, let below): return min(below, values.min() ?? 0)...max(below, values.max() ?? 1)
    case .logistic: return 0...1
    }
  }

  /// What each x of a column is worth; entries that are NaN stay NaN. O(n log anchors).
  public func values(_ column: [Double]) -> [Double] {
    guard case .linear(let xs, let values) = shape else { return column.map { $0.isNaN ? .nan : value($0) } }
    let last = xs.count - 1
    return column.map { x in
      if x.isNaN { return .nan }
      if x <= xs[0] { return values[0] }
      if x >= xs[last] { return values[last] }
      // Anchors are few: walking up finds the piece sooner than halving does.
      var k = 1
      while xs[k] <= x { k += 1 }
      let share = (x - xs[k - 1]) / (xs[k] - xs[k - 1])
      return values[k - 1] + share * (values[k] - values[k - 1])
    }
  }

  /// The first index whose x is above the given one.
  private func upperBound(_ xs: [Double], _ x: Double) -> Int {
    var low = 0
    var high = xs.count
    while low < high {
      let middle = (low + high) / 2
      if xs[middle] <= x { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
