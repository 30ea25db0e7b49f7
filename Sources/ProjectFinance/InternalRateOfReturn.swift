import Glibc

/// The rates at which a cash flow has a net present value of zero: one, several, or none and why.
///
/// A cash flow can have more than one rate or none (J. Lorie and L. Savage, Three Problems in Rationing Capital, 1955), so
/// none is ever picked silently.
public enum InternalRateOfReturn: Sendable, Equatable {
  /// Exactly one rate above −100 %.
  case unique(Double)
  /// More than one rate above −100 %, in ascending order.
  case multiple([Double])
  /// No rate above −100 %.
  case none(AbsenceReason)

  /// Why a cash flow has no internal rate of return.
  public enum AbsenceReason: String, Sendable, Equatable {
    /// There are no flows, or all are zero.
    case noFlows = "no_flows"
    /// All flows have the same sign, so nothing is paid back.
    case noSignChange = "no_sign_change"
    /// The flows change sign, yet the present value is never zero at any rate above −100 %.
    case noRealRoot = "no_real_root"
  }

  /// The rate when there is exactly one.
  public var value: Double? {
    if case .unique(let rate) = self { return rate }
    return nil
  }

  /// All rates, ascending; empty when there are none.
  public var roots: [Double] {
    switch self {
    case .unique(let rate): [rate]
    case .multiple(let rates): rates
    case .none: []
    }
  }

  init(sortedRoots: [Double]) {
    switch sortedRoots.count {
    case 0: self = .none(.noRealRoot)
    case 1: self = .unique(sortedRoots[0])
    default: self = .multiple(sortedRoots)
    }
  }
}

/// All internal rates of return above −100 % of yearly cash flows.
///
/// - Parameter cashFlow: Flows of periods 0, 1, 2, …; the rates are per period.
/// - Throws: `ProjectFinanceError` when a flow is not finite.
///
/// The present value is a polynomial in v = 1 / (1 + r). By Descartes' rule one change of sign means one positive root, which a
/// safeguarded Newton iteration finds. With more changes Laguerre's rule may prove a root to be the only one; otherwise all roots in (0, 1] and, for the reversed polynomial, in (0, 1) are isolated
/// by subdivision in the Bernstein basis (G. Collins and A. Akritas, Polynomial real root isolation using Descartes' rule of
/// signs, 1976; J. Lane and R. Riesenfeld, Bounds on a polynomial, 1981), so that none is missed and none depends on a starting value.
/// A double root, where the curve only touches zero, is reported once.
/// Complexity: O(n) per iteration for one change of sign, O(n²) per subdivision otherwise.
public func internalRateOfReturn(of cashFlow: [Double]) throws(ProjectFinanceError) -> InternalRateOfReturn {
  try requireFinite(cashFlow, "cashflow")
  guard let first = cashFlow.firstIndex(where: { $0 != 0 }), let last = cashFlow.lastIndex(where: { $0 != 0 }) else {
    return .none(.noFlows)
  }
  // Scaling by the largest flow changes no root and keeps products of extreme amounts finite.
  let scale = cashFlow[first...last].reduce(0) { max($0, abs($1)) }
  let flows = cashFlow[first...last].map { $0 / scale }
  switch signChanges(flows) {
  case 0: return .none(.noSignChange)
  case 1:
    if let rate = soleRate(flows) { return .unique(rate) }
    return .none(.noRealRoot)
  default:
    if let rate = soleRate(near: 0.05, flows) { return .unique(rate) }
    return InternalRateOfReturn(sortedRoots: allRates(flows))
  }
}

/// The number of changes of sign, zeros left out.
func signChanges(_ values: [Double]) -> Int {
  var changes = 0
  var previous = 0.0
  for value in values where value != 0 {
    if previous != 0, (value < 0) != (previous < 0) { changes += 1 }
    previous = value
  }
  return changes
}

/// The value of a polynomial given by ascending coefficients, and the sum of the absolute values of its terms.
@inline(__always)
private func polynomial(_ a: [Double], at x: Double) -> (value: Double, magnitude: Double) {
  var value = 0.0, magnitude = 0.0
  for coefficient in a.reversed() {
    value = value * x + coefficient
    magnitude = magnitude * x + abs(coefficient)
  }
  return (value, magnitude)
}

/// The root between `low` and `high`, where the polynomial is negative just above `low` or not, as said, and changes sign once.
///
/// The ends themselves are not evaluated, because a root close to an end may have the other sign there by rounding.
private func refinedRoot(_ a: [Double], _ low: Double, _ high: Double, negativeAtLow: Bool) -> Double {
  var low = low, high = high
  var x = (low + high) / 2
  for _ in 0..<200 {
    var value = 0.0, slope = 0.0
    for coefficient in a.reversed() {
      slope = slope * x + value
      value = value * x + coefficient
    }
    if value == 0 { return x }
    if (value < 0) == negativeAtLow { low = x } else { high = x }
    var next = slope != 0 ? x - value / slope : .infinity
    if !(next > low && next < high) { next = (low + high) / 2 }
    if abs(next - x) <= x * 1e-16 || next == low || next == high { return next }
    x = next
  }
  return x
}

/// The only rate of flows that change sign once.
private func soleRate(_ flows: [Double]) -> Double? {
  // r ≥ 0 when the flows' sum has the sign of the later ones.
  let sum = flows.reduce(0, +)
  if sum == 0 { return 0 }
  let laterSign = flows[flows.count - 1] < 0
  if (sum < 0) == laterSign {
    return 1 / refinedRoot(flows, 0, 1, negativeAtLow: flows[0] < 0) - 1
  }
  let root = refinedRoot(Array(flows.reversed()), 0, 1, negativeAtLow: laterSign)
  return root > 0 ? root - 1 : nil
}

/// The only rate of flows when Newton's iteration from a guess settles on one and Laguerre's rule proves that there is no other; `nil` when it does not.
///
/// For any x > 0 the roots above x are at most as many as the changes of sign among the sums compounded forward at x, and those below x at
/// most as many as among the sums discounted backward (E. Laguerre, Mémoire sur la théorie des équations numériques, 1883). Just below the root found, one
/// and none leave no room for another. Complexity: O(n) per iteration.
func soleRate(near guess: Double, _ flows: [Double]) -> Double? {
  flows.withUnsafeBufferPointer { flows in
    var v = 1 / (1 + guess)
    var hasSettled = false
    for _ in 0..<30 {
      var value = 0.0, slope = 0.0
      for index in stride(from: flows.count - 1, through: 0, by: -1) {
        slope = slope * v + value
        value = value * v + flows[index]
      }
      let step = value / slope
      guard step.isFinite, v - step > 0 else { return nil }
      v -= step
      // Newton squares the error: after a step this small the rest is rounding.
      if abs(step) <= 1e-8 * v {
        hasSettled = true
        break
      }
    }
    guard hasSettled else { return nil }
    let below = 1 / v * (1 - 1e-9), above = 1 / below
    var forward = 0.0, previous = 0.0
    var changes = 0
    for flow in flows {
      forward = forward * below + flow
      if forward != 0 {
        if previous != 0, (forward < 0) != (previous < 0) { changes += 1 }
        previous = forward
      }
    }
    guard changes == 1 else { return nil }
    var backward = 0.0
    previous = 0
    for flow in flows.reversed() {
      backward = backward * above + flow
      if backward != 0 {
        if previous != 0, (backward < 0) != (previous < 0) { return nil }
        previous = backward
      }
    }
    return 1 / v - 1
  }
}

/// All rates of flows that change sign more than once, ascending.
private func allRates(_ flows: [Double]) -> [Double] {
  let reversed = Array(flows.reversed())
  // Both halves must agree on the sign at a rate of zero, or a root there is found twice or not at all.
  let sum = flows.reduce(0, +)
  var rates: [Double] = []
  if sum == 0 { rates.append(0) }
  for root in rootsInsideUnitInterval(flows, valueAtOne: sum) where root > 0 { rates.append(1 / root - 1) }
  for root in rootsInsideUnitInterval(reversed, valueAtOne: sum) where root > 0 { rates.append(root - 1) }
  return rates.sorted().filter { $0.isFinite && $0 > -1 }
}

/// The roots of a polynomial in the open interval (0, 1), double roots once.
private func rootsInsideUnitInterval(_ a: [Double], valueAtOne: Double) -> [Double] {
  var roots = isolatedRoots(a, valueAtOne: valueAtOne)
  // Where the derivative vanishes and the value is zero to rounding, the curve touches the axis: one double root, which
  // rounding may have shown as two close ones or as none.
  let derivative = a.indices.dropFirst().map { a[$0] * Double($0) }
  let tolerance = Double(a.count) * 4 * Double.ulpOfOne
  for x in isolatedRoots(derivative, valueAtOne: derivative.reduce(0, +)) {
    let (value, magnitude) = polynomial(a, at: x)
    guard abs(value) <= tolerance * magnitude else { continue }
    roots.removeAll { abs($0 - x) <= 1e-6 * x }
    roots.append(x)
  }
  return roots.sorted()
}

/// The simple roots of a polynomial in the open interval (0, 1) by subdivision in the Bernstein basis.
private func isolatedRoots(_ a: [Double], valueAtOne: Double) -> [Double] {
  let degree = a.count - 1
  guard degree > 0 else { return [] }
  // Bernstein coefficient j is Σ over i ≤ j of C(j,i) / C(n,i) aᵢ; each weight is at most 1, so the change of basis is stable.
  var bernstein = [Double](repeating: 0, count: degree + 1)
  for j in 0...degree {
    var weight = 1.0, sum = a[0]
    for i in stride(from: 1, through: j, by: 1) {
      weight *= Double(j - i + 1) / Double(degree - i + 1)
      sum += weight * a[i]
    }
    bernstein[j] = sum
  }
  bernstein[degree] = valueAtOne
  var roots: [Double] = []
  var pending: [(low: Double, high: Double, coefficients: [Double])] = [(0, 1, bernstein)]
  while let part = pending.popLast() {
    let changes = signChanges(part.coefficients)
    if changes == 0 { continue }
    if changes == 1, let first = part.coefficients.first(where: { $0 != 0 }) {
      roots.append(refinedRoot(a, part.low, part.high, negativeAtLow: first < 0))
      continue
    }
    let middle = (part.low + part.high) / 2
    if part.high - part.low < 1e-13 { continue }
    // De Casteljau: both halves' coefficients in one triangle.
    var left = [Double](repeating: 0, count: degree + 1)
    var right = part.coefficients
    left[0] = right[0]
    for level in stride(from: 1, through: degree, by: 1) {
      for i in 0...(degree - level) { right[i] = (right[i] + right[i + 1]) / 2 }
      left[level] = right[0]
    }
    if right[0] == 0 { roots.append(middle) }
    pending.append((part.low, middle, left))
    pending.append((middle, part.high, right))
  }
  return roots
}

/// The modified internal rate of return: outlays financed at one rate, receipts reinvested at another until the last period.
///
/// - Parameters:
///   - cashFlow: Flows of periods 0, 1, 2, ….
///   - financeRate: Rate paid on outlays.
///   - reinvestmentRate: Rate earned on receipts.
/// - Returns: (future value of receipts / present value of outlays)^(1 / n) − 1; `nil` without both an outlay and a receipt.
/// - Throws: `ProjectFinanceError` when a flow is not finite or a rate is −1 or less.
///
/// Source: S. Lin, The Modified Internal Rate of Return and Investment Criterion, The Engineering Economist 21(4), 1976.
public func modifiedInternalRateOfReturn(
  of cashFlow: [Double], financeRate: Double, reinvestmentRate: Double
) throws(ProjectFinanceError) -> Double? {
  try requireFinite(cashFlow, "cashflow")
  try requireRate(financeRate, "finance")
  try requireRate(reinvestmentRate, "reinvest")
  let periods = cashFlow.count - 1
  guard periods > 0 else { return nil }
  var outlays = 0.0, receipts = 0.0
  for (period, flow) in cashFlow.enumerated() {
    if flow < 0 {
      outlays -= flow * pow(1 + financeRate, -Double(period))
    } else {
      receipts += flow * pow(1 + reinvestmentRate, Double(periods - period))
    }
  }
  guard outlays > 0, receipts > 0 else { return nil }
  let rate = pow(receipts / outlays, 1 / Double(periods)) - 1
  return rate.isFinite ? rate : nil
}
