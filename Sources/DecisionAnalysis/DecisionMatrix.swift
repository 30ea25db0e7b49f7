/// Whether more of a criterion is better or worse.
public enum Direction: String, Sendable, Equatable, CaseIterable {
  /// More is better.
  case maximise = "max"
  /// Less is better.
  case minimise = "min"
}

/// A decision table: alternatives in rows, criteria in columns, a direction and a weight for each criterion.
///
/// Values are stored flat and column-major (criterion by criterion), because almost every method walks criteria. Every
/// value is finite and every weight finite and above zero; the initialisers see to it, so that kernels need not.
public struct DecisionMatrix: Sendable, Equatable {
  /// The number of alternatives, n ≥ 1.
  public let alternativeCount: Int
  /// The number of criteria, m ≥ 1.
  public let criterionCount: Int
  /// The values, column-major: alternative i on criterion j is at `j * alternativeCount + i`.
  public let values: [Double]
  /// One direction for each criterion.
  public let directions: [Direction]
  /// One weight for each criterion as given, above zero, of any sum.
  public let weights: [Double]

  /// Takes a flat column-major table.
  ///
  /// Throws when a count does not fit, a value is not finite or a weight is not above zero. O(n·m).
  public init(columns values: [Double], alternativeCount: Int, directions: [Direction], weights: [Double]) throws(DecisionError) {
    guard alternativeCount > 0 else { throw .empty(what: "alternatives") }
    guard !directions.isEmpty else { throw .empty(what: "criteria") }
    guard weights.count == directions.count else {
      throw .count(what: "weights", found: weights.count, expected: directions.count)
    }
    guard values.count == alternativeCount * directions.count else {
      throw .count(what: "values", found: values.count, expected: alternativeCount * directions.count)
    }
    for (column, weight) in weights.enumerated() where !(weight > 0 && weight.isFinite) {
      throw .weight(column: column, value: weight)
    }
    if let index = firstNotFinite(values) {
      throw .notFinite(row: index % alternativeCount, column: index / alternativeCount, value: values[index])
    }
    self.alternativeCount = alternativeCount
    self.criterionCount = directions.count
    self.values = values
    self.directions = directions
    self.weights = weights
  }

  /// Takes a table as a list of rows, one for each alternative.
  ///
  /// Throws what `init(columns:alternativeCount:directions:weights:)` throws, and when a row has not one value for each
  /// criterion. For tables typed by people; large tables come in columns.
  public init(rows: [[Double]], directions: [Direction], weights: [Double]) throws(DecisionError) {
    let columns = try columnMajor(rows, criterionCount: directions.count)
    try self.init(columns: columns, alternativeCount: rows.count, directions: directions, weights: weights)
  }

  /// Weights divided by their sum.
  public var relativeWeights: [Double] {
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// The value of one alternative on one criterion.
  public func value(alternative: Int, criterion: Int) -> Double {
    values[criterion * alternativeCount + alternative]
  }

  /// The values of all alternatives on one criterion.
  public func column(_ criterion: Int) -> ArraySlice<Double> {
    values[criterion * alternativeCount..<(criterion + 1) * alternativeCount]
  }

  /// The same table with other weights.
  ///
  /// Throws when the weights are not one for each criterion, finite and above zero.
  public func with(weights: [Double]) throws(DecisionError) -> DecisionMatrix {
    try DecisionMatrix(columns: values, alternativeCount: alternativeCount, directions: directions, weights: weights)
  }

  /// The same table without one alternative.
  ///
  /// Throws when it is the last one. O(n·m).
  public func removing(alternative: Int) throws(DecisionError) -> DecisionMatrix {
    precondition(alternative >= 0 && alternative < alternativeCount, "alternative out of range")
    var kept: [Double] = []
    kept.reserveCapacity(values.count - criterionCount)
    for criterion in 0..<criterionCount {
      for i in 0..<alternativeCount where i != alternative { kept.append(values[criterion * alternativeCount + i]) }
    }
    return try DecisionMatrix(columns: kept, alternativeCount: alternativeCount - 1, directions: directions, weights: weights)
  }

  /// Throws unless every value is above zero, naming the first that is not.
  func requirePositive(method: String) throws(DecisionError) {
    for index in values.indices where !(values[index] > 0) {
      throw .notPositive(row: index % alternativeCount, column: index / alternativeCount, value: values[index], method: method)
    }
  }

  /// Throws unless every value is zero or more, naming the first that is not.
  func requireNonNegative(method: String) throws(DecisionError) {
    for index in values.indices where values[index] < 0 {
      throw .negative(row: index % alternativeCount, column: index / alternativeCount, value: values[index], method: method)
    }
  }
}

/// Rows laid out column by column; throws at the first row of another length.
func columnMajor(_ rows: [[Double]], criterionCount: Int) throws(DecisionError) -> [Double] {
  for (index, row) in rows.enumerated() where row.count != criterionCount {
    throw .ragged(row: index, found: row.count, expected: criterionCount)
  }
  var values: [Double] = []
  values.reserveCapacity(rows.count * criterionCount)
  for criterion in 0..<criterionCount {
    for row in rows { values.append(row[criterion]) }
  }
  return values
}

/// The index of the first value that is NaN or infinite. x·0 is 0 for finite x and NaN otherwise, which a vector unit adds up fast.
func firstNotFinite(_ values: [Double]) -> Int? {
  let total = values.withUnsafeBufferPointer { buffer in
    var lanes = SIMD8<Double>(repeating: 0)
    let raw = UnsafeRawBufferPointer(buffer)
    let blocks = buffer.count / 8
    for block in 0..<blocks {
      lanes += raw.loadUnaligned(fromByteOffset: block * 64, as: SIMD8<Double>.self) * 0
    }
    var total = lanes.sum()
    for index in (blocks * 8)..<buffer.count { total += buffer[index] * 0 }
    return total
  }
  return total == 0 ? nil : values.firstIndex { !$0.isFinite }
}
