/// What became of one alternative between two rankings by value models, and why.
public struct RankChange: Sendable, Equatable {
  /// The alternative.
  public let alternative: Int
  /// Rank under the first model, 1 is best.
  public let rankBefore: Int
  /// Rank under the second model.
  public let rankAfter: Int
  /// Score under the first model.
  public let scoreBefore: Double
  /// Score under the second model.
  public let scoreAfter: Double
  /// Points that each criterion brought or cost, by name, the largest effect first; they add up to the change of the score.
  public let causes: [Cause]

  /// What one criterion brought or cost.
  public struct Cause: Sendable, Equatable {
    /// The name of the criterion.
    public let criterion: String
    /// Points before; 0 where the first model has no such criterion.
    public let before: Double
    /// Points after; 0 where the second model has no such criterion.
    public let after: Double

    /// Points brought, or cost below zero.
    public var points: Double { after - before }
  }

  /// Compares two models on the same alternatives, by falling change of rank, then of score, then in table order.
  ///
  /// Criteria are matched by name, so that models may add and drop some. Alternatives that keep rank and score are left out.
  /// Throws when columns do not fit their model or the numbers of alternatives differ. O(n log n + changed · m log m).
  public static func between(
    _ first: AdditiveValueModel, _ firstColumns: [AdditiveValueModel.Column], _ second: AdditiveValueModel,
    _ secondColumns: [AdditiveValueModel.Column]
  ) throws(DecisionError) -> [RankChange] {
    let before = try first.scores(firstColumns).score
    let after = try second.scores(secondColumns).score
    guard before.count == after.count else { throw .count(what: "alternatives", found: after.count, expected: before.count) }
    let ranksBefore = competitionRanks(before)
    let ranksAfter = competitionRanks(after)
    let names = first.criteria + second.criteria.filter { !first.criteria.contains($0) }
    let placesBefore = names.map { first.criteria.firstIndex(of: $0) }
    let placesAfter = names.map { second.criteria.firstIndex(of: $0) }
    var changes: [RankChange] = []
    for i in before.indices where ranksBefore[i] != ranksAfter[i] || before[i] != after[i] {
      let old = first.contributions(firstColumns, alternative: i)
      let new = second.contributions(secondColumns, alternative: i)
      var causes: [Cause] = []
      for (k, name) in names.enumerated() {
        let cause = Cause(criterion: name, before: placesBefore[k].map { old[$0] } ?? 0, after: placesAfter[k].map { new[$0] } ?? 0)
        if cause.before != cause.after { causes.append(cause) }
      }
      let order = orderBestFirst(causes.map(\.points.magnitude))
      changes.append(
        RankChange(
          alternative: i, rankBefore: ranksBefore[i], rankAfter: ranksAfter[i], scoreBefore: before[i], scoreAfter: after[i],
          causes: order.map { causes[$0] }))
    }
    return changes.sorted { a, b in
      let movedA = (a.rankAfter - a.rankBefore).magnitude
      let movedB = (b.rankAfter - b.rankBefore).magnitude
      if movedA != movedB { return movedA > movedB }
      let scoreA = (a.scoreAfter - a.scoreBefore).magnitude
      let scoreB = (b.scoreAfter - b.scoreBefore).magnitude
      return scoreA != scoreB ? scoreA > scoreB : a.alternative < b.alternative
    }
  }
}
