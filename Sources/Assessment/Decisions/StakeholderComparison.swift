import DecisionAnalysis
import TextFormats

/// What each group of people would choose by its own weights, and where the groups agree and part.
///
/// The same comparison as `StakeholderGroups` of the decision library, for weights of which some are 0: a group may not care for a criterion.
struct StakeholderComparison: Sendable {
  let groups: [Profile.Stakeholder]
  let profile: Profile
  /// Score by group, then site, 0–100.
  let scores: [[Double]]
  /// Rank by group, then site.
  let ranks: [[Int]]
  /// Weights of all together: the mean by importance, %.
  let together: [Double]
  /// Rank of each site under `together`.
  let togetherRanks: [Int]
  let agreement: RankingAgreement
  /// Sites that every group has among its first `listed`.
  let shared: [Int]
  /// How many sites a list has.
  let listed: Int

  init(_ groups: [Profile.Stakeholder], profile: Profile, worth: [[Double]], listed: Int) throws(DecisionError) {
    (self.groups, self.profile) = (groups, profile)
    func score(_ weights: [Double]) -> [Double] {
      worth.map { site in zip(weights, site).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    let scores = groups.map { score($0.weights) }
    let ranks = scores.map { competitionRanks($0) }
    let total = groups.reduce(0) { $0 + $1.importance }
    let together = profile.criteria.indices.map { c in groups.reduce(0) { $0 + $1.importance / total * $1.weights[c] } }
    (self.scores, self.ranks, self.together) = (scores, ranks, together)
    togetherRanks = competitionRanks(score(together))
    agreement = try RankingAgreement(names: groups.map(\.name), ranks: ranks)
    let listed = max(1, min(listed, worth.count))
    shared = worth.indices.filter { site in ranks.allSatisfy { $0[site] <= listed } }
    self.listed = listed
  }

  func ranksJSON(_ site: Int) -> JSON { .object(groups.indices.map { .init(groups[$0].name, .number(Double(ranks[$0][site]))) }) }

  /// Rank and score of a site by group.
  func siteJSON(_ site: Int) -> JSON {
    .array(
      groups.indices.map {
        [
          "name": .string(groups[$0].name), "title": .string(groups[$0].title), "rank": .number(Double(ranks[$0][site])),
          "score": JSON(scores[$0][site]), "among": .number(Double(togetherRanks.count)),
        ]
      })
  }

  func json(ids: [String], names: [String]) -> JSON {
    func site(_ k: Int) -> JSON { ["site_id": .string(ids[k]), "name": .string(names[k])] }
    let n = groups.count
    let spread = agreement.rankRanges.map { $0.upperBound - $0.lowerBound }
    let parted = spread.indices.filter { spread[$0] > 0 }.sorted { (spread[$1], $0) < (spread[$0], $1) }
    let criteria = profile.criteria.indices.map { c -> (c: Int, low: Double, high: Double) in
      let own = groups.map { $0.weights[c] }
      return (c, own.min() ?? 0, own.max() ?? 0)
    }.filter { $0.high > $0.low }.sorted { ($1.high - $1.low, $0.c) < ($0.high - $0.low, $1.c) }
    return [
      "listed": .number(Double(listed)),
      "groups": .array(
        groups.enumerated().map { k, group in
          let order = ranks[k].indices.sorted { (ranks[k][$0], $0) < (ranks[k][$1], $1) }
          return [
            "name": .string(group.name), "title": .string(group.title), "importance": JSON(group.importance),
            "first": .array(order.filter { ranks[k][$0] == 1 }.map(site)), "list": .array(order.prefix(listed).map(site)),
            "weights": .object(
              profile.groups.enumerated().map { g, part in
                .init(
                  part.id, JSON(profile.criteria.indices.reduce(0) { $0 + (profile.criteria[$1].group == g ? group.weights[$1] : 0) }))
              }),
          ]
        }), "kendall": .array((0..<n).map { row in .array((0..<n).map { JSON(agreement.kendall[row * n + $0]) }) }),
      "first_together": .array(togetherRanks.indices.filter { togetherRanks[$0] == 1 }.map(site)),
      "ranks_together": .array(togetherRanks.map { .number(Double($0)) }), "agreed": .array(shared.map(site)),
      "disputed_sites": .array(
        parted.prefix(5).map { k in
          [
            "site_id": .string(ids[k]), "name": .string(names[k]), "ranks": ranksJSON(k),
            "low": .number(Double(agreement.rankRanges[k].lowerBound)), "high": .number(Double(agreement.rankRanges[k].upperBound)),
          ]
        }),
      "disputed_criteria": .array(
        criteria.prefix(5).map { entry in
          let most = groups.first { $0.weights[entry.c] == entry.high }, least = groups.first { $0.weights[entry.c] == entry.low }
          return [
            "criterion": .string(profile.criteria[entry.c].id), "title": .string(profile.criteria[entry.c].title), "low": JSON(entry.low),
            "high": JSON(entry.high), "low_group": JSON(least?.title), "high_group": JSON(most?.title),
          ]
        }),
    ]
  }
}
