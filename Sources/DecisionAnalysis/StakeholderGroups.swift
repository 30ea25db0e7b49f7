import Glibc

/// The weights of one group of people.
public struct StakeholderGroup: Sendable, Equatable {
  /// The name of the group.
  public let name: String
  /// How much the group counts among the groups, above zero, of any unit.
  public let importance: Double
  /// One weight for each criterion, above zero, of any sum.
  public let weights: [Double]

  /// A group with its weights; they are checked when groups come together.
  public init(name: String, importance: Double = 1, weights: [Double]) {
    self.name = name
    self.importance = importance
    self.weights = weights
  }
}

/// Several groups side by side: what each wants, what they want together, and where they agree and part.
public struct StakeholderGroups: Sendable, Equatable {
  /// How the weights of several groups become one set.
  public enum Aggregation: String, Sendable, Equatable, CaseIterable {
    /// The mean of weights, importance-weighted.
    case arithmetic
    /// The geometric mean of weights, importance-weighted, divided by its sum.
    case geometric
  }

  /// The groups.
  public let groups: [StakeholderGroup]
  /// Weights of each group divided by their sum, one list for each group.
  public let relativeWeights: [[Double]]

  /// Takes groups that weigh the same criteria. Throws when there is none, a name repeats, or weights are missing or not above zero.
  public init(_ groups: [StakeholderGroup]) throws(DecisionError) {
    guard let first = groups.first, !first.weights.isEmpty else { throw .empty(what: "stakeholder groups with weights") }
    var names: Set<String> = []
    for (k, group) in groups.enumerated() {
      guard names.insert(group.name).inserted else { throw .name(what: "stakeholder group", name: group.name, detail: "occurs twice") }
      guard group.importance > 0 && group.importance.isFinite else { throw .weight(column: k, value: group.importance) }
      guard group.weights.count == first.weights.count else {
        throw .count(what: "weights of group \(group.name)", found: group.weights.count, expected: first.weights.count)
      }
      for (column, weight) in group.weights.enumerated() where !(weight > 0 && weight.isFinite) {
        throw .weight(column: column, value: weight)
      }
    }
    self.groups = groups
    relativeWeights = groups.map { group in
      let sum = group.weights.reduce(0, +)
      return group.weights.map { $0 / sum }
    }
  }

  /// One set of weights for all groups; it sums to 1.
  public func aggregated(_ aggregation: Aggregation = .arithmetic) -> [Double] {
    let total = groups.reduce(0) { $0 + $1.importance }
    var result = [Double](repeating: 0, count: groups[0].weights.count)
    for (group, weights) in zip(groups, relativeWeights) {
      for j in result.indices {
        result[j] += group.importance / total * (aggregation == .arithmetic ? weights[j] : log(weights[j]))
      }
    }
    if aggregation == .geometric { result = result.map { exp($0) } }
    let sum = result.reduce(0, +)
    return result.map { $0 / sum }
  }

  /// What each group would choose, and what all would together.
  public struct Comparison: Sendable, Equatable {
    /// The aggregated weights.
    public let aggregatedWeights: [Double]
    /// Ranks under each group's weights, one list for each group.
    public let ranks: [[Int]]
    /// Ranks under the aggregated weights.
    public let aggregatedRanks: [Int]
    /// How far the groups' rankings agree.
    public let agreement: RankingAgreement
    /// Largest less smallest relative weight of each criterion over the groups: where they part.
    public let weightSpread: [Double]
    /// Criteria from the most disputed to the least.
    public let criteriaByDispute: [Int]
    /// Alternatives that every group has among its first `shortList`.
    public let sharedShortList: [Int]
    /// Alternatives from the most disputed rank to the least.
    public let alternativesByDispute: [Int]
  }

  /// Ranks a table under each group's weights and under all together.
  ///
  /// `ranking` is any method that answers ranks, 1 is best. Throws what it throws, and when the table has other criteria.
  public func compare(
    _ matrix: DecisionMatrix, aggregation: Aggregation = .arithmetic, shortList: Int = 10,
    ranking: (DecisionMatrix) throws(DecisionError) -> [Int]
  ) throws(DecisionError) -> Comparison {
    let weights = aggregated(aggregation)
    var ranks: [[Int]] = []
    for own in relativeWeights { ranks.append(try ranking(try matrix.with(weights: own))) }
    let together = try ranking(try matrix.with(weights: weights))
    let agreement = try RankingAgreement(names: groups.map(\.name), ranks: ranks)
    let spread = weights.indices.map { j in
      let own = relativeWeights.map { $0[j] }
      return (own.max() ?? 0) - (own.min() ?? 0)
    }
    let width = agreement.rankRanges.map { Double($0.upperBound - $0.lowerBound) }
    return Comparison(
      aggregatedWeights: weights, ranks: ranks, aggregatedRanks: together, agreement: agreement, weightSpread: spread,
      criteriaByDispute: orderBestFirst(spread),
      sharedShortList: (0..<matrix.alternativeCount).filter { i in ranks.allSatisfy { $0[i] <= shortList } },
      alternativesByDispute: orderBestFirst(width))
  }
}
