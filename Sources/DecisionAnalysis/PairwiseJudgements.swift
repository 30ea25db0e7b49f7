import Glibc

/// A square matrix of pairwise judgements: how many times more important the item of the row is than that of the column.
///
/// The diagonal is 1 and mirrored judgements are reciprocal within 1 %, so that 0.33 against 3 passes.
public struct PairwiseJudgements: Sendable, Equatable {
  /// The number of items n ≥ 1.
  public let size: Int
  /// The judgements, row by row.
  public let values: [Double]

  /// Takes a full matrix. Throws when it is not square, positive and reciprocal.
  public init(rows: [[Double]]) throws(DecisionError) {
    guard !rows.isEmpty else { throw .empty(what: "judgements") }
    for (index, row) in rows.enumerated() where row.count != rows.count {
      throw .count(what: "judgements in row \(index + 1)", found: row.count, expected: rows.count)
    }
    try self.init(size: rows.count, values: rows.flatMap { $0 })
  }

  /// Takes the judgements above the diagonal, row by row: (1, 2), (1, 3) … (n−1, n). Throws when one is not above zero.
  public init(upperTriangle: [Double], size: Int) throws(DecisionError) {
    guard size > 0 else { throw .empty(what: "items to judge") }
    guard upperTriangle.count == size * (size - 1) / 2 else {
      throw .count(what: "judgements", found: upperTriangle.count, expected: size * (size - 1) / 2)
    }
    var values = [Double](repeating: 1, count: size * size)
    var next = 0
    for i in 0..<size {
      for j in stride(from: i + 1, to: size, by: 1) {
        let value = upperTriangle[next]
        guard value > 0 && value.isFinite else { throw .judgement(row: i, column: j, value: value) }
        values[i * size + j] = value
        values[j * size + i] = 1 / value
        next += 1
      }
    }
    try self.init(size: size, values: values)
  }

  private init(size: Int, values: [Double]) throws(DecisionError) {
    for (index, value) in values.enumerated() where !(value > 0 && value.isFinite) {
      throw .judgement(row: index / size, column: index % size, value: value)
    }
    for i in 0..<size {
      for j in i..<size where (values[i * size + j] * values[j * size + i] - 1).magnitude > 0.0100001 {
        throw .notReciprocal(row: i, column: j, value: values[i * size + j], mirror: values[j * size + i])
      }
    }
    self.size = size
    self.values = values
  }

  /// The judgement of row over column.
  public func value(_ row: Int, _ column: Int) -> Double { values[row * size + column] }

  /// The judgements of a group: the geometric mean of every member's, weighted by importance, which keeps them reciprocal.
  ///
  /// Source: Aczél, Saaty (1983), Procedures for synthesizing ratio judgements, J. Math. Psychology 27, 93–102.
  /// Throws when there are none, sizes differ or an importance is not above zero.
  public static func aggregate(_ members: [PairwiseJudgements], importance: [Double]? = nil) throws(DecisionError) -> PairwiseJudgements {
    guard let first = members.first else { throw .empty(what: "members") }
    let shares = importance ?? members.map { _ in 1 }
    guard shares.count == members.count else { throw .count(what: "importances", found: shares.count, expected: members.count) }
    for (k, share) in shares.enumerated() where !(share > 0 && share.isFinite) { throw .weight(column: k, value: share) }
    let total = shares.reduce(0, +)
    var logarithms = [Double](repeating: 0, count: first.values.count)
    for (member, share) in zip(members, shares) {
      guard member.size == first.size else { throw .count(what: "items", found: member.size, expected: first.size) }
      for k in logarithms.indices { logarithms[k] += share / total * log(member.values[k]) }
    }
    return try PairwiseJudgements(size: first.size, values: logarithms.map { exp($0) })
  }
}

/// A judgement that fits badly to the weights that all judgements together imply.
public struct PairwiseConflict: Sendable, Equatable, CustomStringConvertible {
  /// The item of the row, counted from 0.
  public let row: Int
  /// The item of the column, counted from 0.
  public let column: Int
  /// The judgement as given.
  public let value: Double
  /// The ratio of the resulting weights, which would not contradict the others.
  public let implied: Double

  /// A conflict between a judgement and the ratio that the others imply.
  public init(row: Int, column: Int, value: Double, implied: Double) {
    self.row = row
    self.column = column
    self.value = value
    self.implied = implied
  }

  /// How far off the judgement is, as a factor of 1 or more.
  public var factor: Double { max(value / implied, implied / value) }

  /// The judgement by row and column (from 1), what was said and what the others imply.
  public var description: String {
    "row \(row + 1) over column \(column + 1) is \(rounded(value, 3)) where the others imply \(rounded(implied, 3))"
  }
}
