import Glibc

/// How much a difference d in favour of one alternative is worth, 0 (indifferent) to 1 (strict preference).
///
/// The six shapes of Brans, Vincke (1985), Management Science 31(6), 647–656, table 1. Thresholds are in units of the criterion.
public enum PreferenceFunction: Sendable, Equatable {
  /// 1 as soon as d > 0.
  case usual
  /// 1 as soon as d > q.
  case uShape(q: Double)
  /// Rises linearly to 1 at d = p.
  case vShape(p: Double)
  /// 0 up to q, ½ up to p, 1 beyond.
  case level(q: Double, p: Double)
  /// 0 up to q, rises linearly to 1 at p.
  case linear(q: Double, p: Double)
  /// 1 − exp(−d²/2s²).
  case gaussian(s: Double)

  /// The preference for a difference d; 0 where d ≤ 0.
  public func preference(_ d: Double) -> Double {
    guard d > 0 else { return 0 }
    switch self {
    case .usual: return 1
    case .uShape(let q): return d > q ? 1 : 0
    case .vShape(let p): return d >= p ? 1 : d / p
    case .level(let q, let p): return d > p ? 1 : d > q ? 0.5 : 0
    case .linear(let q, let p): return d >= p ? 1 : d > q ? (d - q) / (p - q) : 0
    case .gaussian(let s): return 1 - exp(-(d * d) / (2 * s * s))
    }
  }

  /// Throws unless thresholds are finite, not negative and in order.
  func validate(column: Int) throws(DecisionError) {
    switch self {
    case .usual: return
    case .uShape(let q):
      guard q >= 0 && q.isFinite else { throw .thresholds(column: column, detail: "q is \(q) and must be zero or more") }
    case .vShape(let p):
      guard p > 0 && p.isFinite else { throw .thresholds(column: column, detail: "p is \(p) and must be above zero") }
    case .level(let q, let p):
      guard q >= 0 && q < p && p.isFinite else { throw .thresholds(column: column, detail: "q is \(q) and p is \(p); give 0 ≤ q < p") }
    case .linear(let q, let p):
      guard q >= 0 && q < p && p.isFinite else { throw .thresholds(column: column, detail: "q is \(q) and p is \(p); give 0 ≤ q < p") }
    case .gaussian(let s):
      guard s > 0 && s.isFinite else { throw .thresholds(column: column, detail: "s is \(s) and must be above zero") }
    }
  }
}
