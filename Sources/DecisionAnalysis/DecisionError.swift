/// Why a table, a set of weights or a method's parameters cannot be honoured.
///
/// Rows, columns and judgements are counted from 0 here and from 1 in the sentence, because people count from 1.
public enum DecisionError: Error, Equatable, Sendable {
  /// There is nothing to decide on: no alternative or no criterion.
  case empty(what: String)
  /// A row of the table has another number of values than there are criteria.
  case ragged(row: Int, found: Int, expected: Int)
  /// A value is NaN or infinite.
  case notFinite(row: Int, column: Int, value: Double)
  /// A list (weights, directions, bounds …) has another length than the table asks for.
  case count(what: String, found: Int, expected: Int)
  /// A weight is zero, negative or not finite.
  case weight(column: Int, value: Double)
  /// A method needs values above zero and one is not.
  case notPositive(row: Int, column: Int, value: Double, method: String)
  /// A method needs values of zero or more and one is negative.
  case negative(row: Int, column: Int, value: Double, method: String)
  /// No criterion tells the alternatives apart, so the method has no answer.
  case indistinguishable(method: String)
  /// A bound of a criterion is not an interval of some width.
  case bounds(column: Int, low: Double, high: Double)
  /// A value lies outside the bounds that the model fixes for its criterion.
  case outsideBounds(row: Int, column: Int, value: Double, low: Double, high: Double)
  /// Thresholds of a criterion are not in their order.
  case thresholds(column: Int, detail: String)
  /// A parameter of a method lies outside the range in which it means anything.
  case parameter(name: String, value: Double, allowed: String)
  /// A pairwise judgement is not above zero and finite.
  case judgement(row: Int, column: Int, value: Double)
  /// Two mirrored judgements are not each other's reciprocal.
  case notReciprocal(row: Int, column: Int, value: Double, mirror: Double)
  /// The consistency ratio exceeds 0.10 and was not accepted.
  case inconsistent(ratio: Double, table: String, worst: [PairwiseConflict])
  /// The named random-index table has no entry for this many items.
  case randomIndex(table: String, size: Int)
  /// Limiting profiles of ordered categories cross each other.
  case profileOrder(category: String, column: Int, value: Double, next: Double)
  /// Constraints on weights leave no weight vector.
  case infeasible(detail: String)
  /// A value function is not well formed.
  case valueFunction(detail: String)
  /// A name occurs twice or is unknown.
  case name(what: String, name: String, detail: String)
}

extension DecisionError: CustomStringConvertible {
  /// What was found, where, and what to do about it, in one sentence or two.
  public var description: String {
    switch self {
    case .empty(let what):
      return "The decision table has no \(what). Give at least one alternative (row) and one criterion (column)."
    case .ragged(let row, let found, let expected):
      return "Row \(row + 1) has \(found) values but there are \(expected) criteria. Give every row one value for each column."
    case .notFinite(let row, let column, let value):
      return "Row \(row + 1), column \(column + 1) is \(value), not a finite number. "
        + "Give a number, or leave the alternative or the criterion out."
    case .count(let what, let found, let expected):
      return "There are \(found) \(what) but \(expected) are needed. Give exactly one for each."
    case .weight(let column, let value):
      return "The weight of column \(column + 1) is \(value). Weights must be finite and above zero; "
        + "leave a criterion out of the table when it shall not count."
    case .notPositive(let row, let column, let value, let method):
      return "Row \(row + 1), column \(column + 1) is \(value), but \(method) needs values above zero. "
        + "Measure the criterion on a scale above zero or choose another method."
    case .negative(let row, let column, let value, let method):
      return "Row \(row + 1), column \(column + 1) is \(value), but \(method) needs values of zero or more. "
        + "Shift the criterion to start at zero or choose another method."
    case .indistinguishable(let method):
      return "No column tells the rows apart, so \(method) has no answer. Add a criterion whose values differ between rows."
    case .bounds(let column, let low, let high):
      return "The bounds of column \(column + 1) are \(low) and \(high). Give two finite numbers, the lower one first."
    case .outsideBounds(let row, let column, let value, let low, let high):
      return "Row \(row + 1), column \(column + 1) is \(value), outside its bounds \(low) to \(high). "
        + "Widen the bounds of the column or correct the value."
    case .thresholds(let column, let detail):
      return "The thresholds of column \(column + 1) are not usable: \(detail)."
    case .parameter(let name, let value, let allowed):
      return "The parameter \(name) is \(value). It must be \(allowed)."
    case .judgement(let row, let column, let value):
      return "The judgement in row \(row + 1), column \(column + 1) is \(value). Judgements must be finite and above zero, "
        + "for example 3 for moderately more important and 1/3 for the reverse."
    case .notReciprocal(let row, let column, let value, let mirror):
      return "The judgement in row \(row + 1), column \(column + 1) is \(value) but row \(column + 1), column \(row + 1) is "
        + "\(mirror). Mirrored judgements must be reciprocal: set one of them to 1 divided by the other."
    case .inconsistent(let ratio, let table, let worst):
      let list = worst.map(\.description).joined(separator: "; ")
      return "The judgements contradict each other: consistency ratio \(rounded(ratio, 4)) (random index \(table)) exceeds 0.10. "
        + "Worst judgements: \(list). Revise them, or accept the inconsistency explicitly."
    case .randomIndex(let table, let size):
      return "The random-index table \(table) has no entry for \(size) items. Choose another table or split the judgements "
        + "into a hierarchy of fewer items."
    case .profileOrder(let category, let column, let value, let next):
      return "In column \(column + 1) the profile of category \(category) is \(value), worse than \(next) of the category below it. "
        + "Order categories from best to worst and their profiles with them."
    case .infeasible(let detail):
      return "No weights satisfy the constraints: \(detail). Loosen them."
    case .valueFunction(let detail):
      return "The value function is not usable: \(detail)."
    case .name(let what, let name, let detail):
      return "The \(what) \"\(name)\" \(detail)."
    }
  }
}

/// A number with at most `places` decimals, for sentences; never for results.
func rounded(_ value: Double, _ places: Int) -> Double {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let result = (value * scale).rounded() / scale
  return result.isFinite ? result : value
}
