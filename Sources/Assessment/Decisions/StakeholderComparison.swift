import DecisionAnalysis

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

  /// Rank of a site by name of the group.
  func ranks(of site: Int) -> NamedNumbers { NamedNumbers(entries: groups.indices.map { (groups[$0].name, Double(ranks[$0][site])) }) }

  /// Rank and score of a site by group.
  func report(of site: Int) -> [StakeholderRank] {
    groups.indices.map {
      StakeholderRank(
        name: groups[$0].name, title: groups[$0].title, rank: ranks[$0][site], score: scores[$0][site], among: togetherRanks.count)
    }
  }

  func report(ids: [String], names: [String]) -> StakeholderReport {
    func site(_ k: Int) -> SiteName { SiteName(id: ids[k], name: names[k]) }
    let n = groups.count
    let spread = agreement.rankRanges.map { $0.upperBound - $0.lowerBound }
    let parted = spread.indices.filter { spread[$0] > 0 }.sorted { (spread[$1], $0) < (spread[$0], $1) }
    let criteria = profile.criteria.indices.map { c -> (c: Int, low: Double, high: Double) in
      let own = groups.map { $0.weights[c] }
      return (c, own.min() ?? 0, own.max() ?? 0)
    }.filter { $0.high > $0.low }.sorted { ($1.high - $1.low, $0.c) < ($0.high - $0.low, $1.c) }
    return StakeholderReport(
      listed: listed,
      groups: groups.enumerated().map { k, group -> StakeholderReport.Group in
        let order = ranks[k].indices.sorted { (ranks[k][$0], $0) < (ranks[k][$1], $1) }
        let weights = profile.groups.indices.map { g -> Double in
          profile.criteria.indices.reduce(0.0) { $0 + (profile.criteria[$1].group == g ? group.weights[$1] : 0) }
        }
        return StakeholderReport.Group(
          name: group.name, title: group.title, importance: group.importance, first: order.filter { ranks[k][$0] == 1 }.map(site),
          list: order.prefix(listed).map(site), weights: NamedNumbers(entries: zip(profile.groups, weights).map { ($0.id, $1) }))
      }, kendall: (0..<n).map { row -> [Double?] in (0..<n).map { agreement.kendall[row * n + $0] } },
      firstTogether: togetherRanks.indices.filter { togetherRanks[$0] == 1 }.map(site), ranksTogether: togetherRanks,
      agreed: shared.map(site),
      disputedSites: parted.prefix(5).map { k in
        StakeholderReport.DisputedSite(
          id: ids[k], name: names[k], ranks: ranks(of: k), low: agreement.rankRanges[k].lowerBound,
          high: agreement.rankRanges[k].upperBound)
      },
      disputedCriteria: criteria.prefix(5).map { entry -> StakeholderReport.DisputedCriterion in
        let most = groups.first { $0.weights[entry.c] == entry.high }, least = groups.first { $0.weights[entry.c] == entry.low }
        return .init(
          criterion: profile.criteria[entry.c].id, title: profile.criteria[entry.c].title, low: entry.low, high: entry.high,
          lowGroup: least?.title, highGroup: most?.title)
      })
  }
}
