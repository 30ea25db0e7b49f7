/// A certificate of what happens to the order of the others when one alternative leaves.
///
/// Methods that normalise by the batch may turn two alternatives round when a third, even a poor one, is removed.
/// Source: Belton, Gear (1983), On a short-coming of Saaty's method of analytic hierarchies, Omega 11(3), 228–230; García-Cascales, Lamata (2012).
public struct RankReversalCertificate: Sendable, Equatable {
  /// Two alternatives whose order turns round when a third leaves.
  public struct Reversal: Sendable, Equatable {
    /// Who leaves.
    public let removed: Int
    /// Who was ahead with all alternatives present.
    public let wasAhead: Int
    /// Who is ahead afterwards.
    public let isAhead: Int
  }

  /// Ranks with all alternatives present, 1 is best.
  public let ranks: [Int]
  /// Every reversal found, by who leaves; empty when the order never turns round.
  public let reversals: [Reversal]
  /// Alternatives whose leaving changes who is first among the others.
  public let firstPlaceChanges: [Int]

  /// Whether no order turns round on any removal.
  public var isStable: Bool { reversals.isEmpty }

  /// Removes each alternative in turn and ranks the rest. Two that become equal are no reversal. O(n · method + n³).
  ///
  /// `ranking` is any method that answers ranks, 1 is best. Throws what it throws. A table of one alternative is stable.
  public init(_ matrix: DecisionMatrix, ranking: (DecisionMatrix) throws(DecisionError) -> [Int]) throws(DecisionError) {
    let n = matrix.alternativeCount
    let ranks = try ranking(matrix)
    var reversals: [Reversal] = []
    var changes: [Int] = []
    if n > 1 {
      for removed in 0..<n {
        let rest = try ranking(try matrix.removing(alternative: removed))
        func rank(_ alternative: Int) -> Int { rest[alternative < removed ? alternative : alternative - 1] }
        for a in 0..<n where a != removed {
          for b in 0..<n where b != removed && ranks[a] < ranks[b] && rank(a) > rank(b) {
            reversals.append(Reversal(removed: removed, wasAhead: a, isAhead: b))
          }
        }
        let others = (0..<n).filter { $0 != removed }
        let bestBefore = others.map { ranks[$0] }.min() ?? 1
        if others.contains(where: { ranks[$0] == bestBefore && rank($0) > 1 }) { changes.append(removed) }
      }
    }
    self.ranks = ranks
    self.reversals = reversals
    firstPlaceChanges = changes
  }
}
