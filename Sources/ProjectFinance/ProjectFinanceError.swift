/// A figure that an appraisal cannot honour: what was given, where, and what would be accepted.
///
/// Thrown at the entrance of the library so that no NaN or infinity ever reaches a result.
public enum ProjectFinanceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A number is NaN or infinite.
  case notFinite(field: String)
  /// A list that must hold at least one value is empty.
  case empty(field: String)
  /// A number lies outside the range in which the formula holds.
  case outOfRange(field: String, value: Double, allowed: String)
  /// Two lists that describe the same periods differ in length.
  case unequalLengths(field: String, count: Int, expected: Int)
  /// A text is not a calendar date of the form YYYY-MM-DD.
  case notADate(field: String, text: String)

  /// The field at fault.
  public var field: String {
    switch self {
    case .notFinite(let field), .empty(let field): field
    case .outOfRange(let field, _, _): field
    case .unequalLengths(let field, _, _): field
    case .notADate(let field, _): field
    }
  }

  /// One sentence: what was found, in which field, and what to give instead.
  public var description: String {
    switch self {
    case .notFinite(let field):
      "\(field) is not a finite number; give a number without NaN or infinity"
    case .empty(let field):
      "\(field) is empty; give at least one value"
    case .outOfRange(let field, let value, let allowed):
      "\(field) is \(value); give a value \(allowed)"
    case .unequalLengths(let field, let count, let expected):
      "\(field) has \(count) values where \(expected) are needed; give one value per period"
    case .notADate(let field, let text):
      "\(field) is \"\(text)\", which is no calendar date; write YYYY-MM-DD"
    }
  }
}

/// Refuses NaN and infinities in a list.
func requireFinite(_ values: [Double], _ field: String) throws(ProjectFinanceError) {
  for index in values.indices where !values[index].isFinite {
    throw .notFinite(field: "\(field)[\(index)]")
  }
}

/// Refuses NaN and infinities.
@inline(__always)
func requireFinite(_ value: Double, _ field: @autoclosure () -> String) throws(ProjectFinanceError) {
  guard value.isFinite else { throw .notFinite(field: field()) }
}

/// Refuses values outside a closed range, and NaN. The field's name is only made when it is needed.
@inline(__always)
func require(_ value: Double, in range: ClosedRange<Double>, _ field: @autoclosure () -> String) throws(ProjectFinanceError) {
  guard value.isFinite else { throw .notFinite(field: field()) }
  guard range.contains(value) else {
    let allowed =
      range.upperBound == .greatestFiniteMagnitude
      ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    throw .outOfRange(field: field(), value: value, allowed: allowed)
  }
}

/// The largest amount of money, area or number of people taken, so that no product or sum of a model overflows.
let largestAmount = 1e15

/// Refuses negative values, values above `largestAmount`, and NaN.
@inline(__always)
func requireNonNegative(_ value: Double, _ field: @autoclosure () -> String) throws(ProjectFinanceError) {
  try require(value, in: 0...largestAmount, field())
}

/// Refuses values beyond `largestAmount` on either side, and NaN.
func requireAmounts(_ values: [Double], _ field: String) throws(ProjectFinanceError) {
  for index in values.indices { try require(values[index], in: -largestAmount...largestAmount, "\(field)[\(index)]") }
}

/// Refuses discount rates of a model outside −50 % … 1000 %, and NaN.
func requireDiscountRate(_ value: Double, _ field: @autoclosure () -> String) throws(ProjectFinanceError) {
  try require(value, in: -0.5...10, field())
}

/// Refuses rates at or below −100 %, at which a discount factor has no meaning.
@inline(__always)
func requireRate(_ value: Double, _ field: @autoclosure () -> String) throws(ProjectFinanceError) {
  guard value.isFinite else { throw .notFinite(field: field()) }
  guard value > -1 else { throw .outOfRange(field: field(), value: value, allowed: "above -1 (a rate of -100 %)") }
}
