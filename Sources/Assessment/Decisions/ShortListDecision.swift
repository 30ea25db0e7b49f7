import DecisionAnalysis

/// How the first sites of a study stand against each other, and how firmly: draws over weights and missing facts, other methods, the
/// stakeholders' weights, the room that each weight has, reversals by removal, and which missing fact would change the list most.
struct ShortListDecision: Sendable {
  /// A method with the ranks it gives.
  struct MethodRanking: Sendable {
    var method: RankingMethod
    var ranks: [Int]
    /// `nil` when only single sites are asked for.
    var reversals: RankReversalCertificate?
  }

  /// Site ids by rank.
  let ids: [String]
  /// Name, address or id, by rank.
  let names: [String]
  let profile: Profile
  /// Criteria of the profile that weigh more than 0: the columns of the table.
  let weighted: [Int]
  let model: AdditiveValueModel
  let columns: [AdditiveValueModel.Column]
  let scores: AdditiveValueModel.Scores
  let smaa: SMAA.Result
  let rankings: [MethodRanking]
  /// Methods that the table does not allow, with the reason.
  let leftOut: [(method: RankingMethod, reason: String)]
  let agreement: RankingAgreement
  let stakeholders: StakeholderComparison?
  let stability: WeightStability
  /// `nil` when only single sites are asked for.
  let information: ValueOfInformation?
  /// Number of sites that make the list whose members a fact may change.
  let listed: Int

  /// Most sites that are compared.
  static let limit = 60

  /// Compares sites by their worth.
  /// - Parameters:
  ///   - criteria: worth of each site on each criterion of the profile, sites by rank.
  ///   - top: how many sites are reported.
  ///   - isWhole: whether the list itself is asked for, with reversals by removal and the facts that would change it; else only its sites.
  /// - Complexity: O(draws · n·m + n³) for n sites and m criteria.
  init(
    ids: [String], names: [String], criteria: [[ScoredCriterion]], profile: Profile, top: Int, draws: Int, seed: UInt64,
    isWhole: Bool = true
  ) throws(DecisionError) {
    let n = ids.count
    let weighted = profile.criteria.indices.filter { profile.criteria[$0].weight > 0 }
    (self.ids, self.names, self.profile, self.weighted) = (ids, names, profile, weighted)
    let model = try AdditiveValueModel(
      criteria: weighted.map { profile.criteria[$0].id }, groups: weighted.map { profile.groups[profile.criteria[$0].group].id },
      weights: weighted.map { profile.criteria[$0].weight })
    let columns = weighted.map { c in
      AdditiveValueModel.Column(
        expected: criteria.map { $0[c].value }, low: criteria.map { min($0[c].low, $0[c].value) },
        high: criteria.map { max($0[c].high, $0[c].value) }, isKnown: criteria.map { $0[c].basis == .data })
    }
    (self.model, self.columns) = (model, columns)
    scores = try model.scores(columns)
    smaa = try SMAA(weights: .dirichlet(profile: model.weights, concentration: profile.concentration), draws: draws, seed: seed).evaluate(
      SMAA.Table(worth: columns, rows: Array(0..<n)))

    let flat = columns.flatMap(\.expected)
    let table = try DecisionMatrix(
      columns: flat, alternativeCount: n, directions: Array(repeating: .maximise, count: weighted.count), weights: model.weights)
    var rankings: [MethodRanking] = []
    var leftOut: [(method: RankingMethod, reason: String)] = []
    for method in RankingMethod.allCases {
      do {
        let ranks = try method.ranks(table)
        let reversals =
          isWhole ? try RankReversalCertificate(table) { (part) throws(DecisionError) in try method.ranks(part) } : nil
        rankings.append(MethodRanking(method: method, ranks: ranks, reversals: reversals))
      } catch { leftOut.append((method, error.description)) }
    }
    (self.rankings, self.leftOut) = (rankings, leftOut)
    agreement = try RankingAgreement(names: rankings.map(\.method.rawValue), ranks: rankings.map(\.ranks))
    stakeholders =
      profile.stakeholders.isEmpty
      ? nil : try StakeholderComparison(profile.stakeholders, profile: profile, worth: criteria.map { $0.map(\.value) }, listed: top)
    stability = try WeightStability(values: flat, alternativeCount: n, weights: model.weights)
    // Where every site would be on the list, the question is who comes first.
    listed = top > 0 && top < n ? top : 1
    information = isWhole ? try ValueOfInformation(model, columns, shortListCount: listed, limit: 20) : nil
  }

  // MARK: Reports

  private func criterion(_ column: Int) -> Profile.Criterion { profile.criteria[weighted[column]] }

  private func site(_ k: Int) -> SiteName { SiteName(id: ids[k], name: names[k]) }

  /// Everything on the list, for the study's front page.
  var report: ShortListReport {
    let sites = ids.indices.map { k -> ShortListReport.Site in
      let firm = smaa.rankRange(alternative: k)
      let acceptability: [Double] = (1...ids.count).map { smaa.acceptability(alternative: k, rank: $0) }
      return ShortListReport.Site(
        id: ids[k], name: names[k], rank: k + 1, score: scores.score[k], scoreLow: scores.low[k], scoreHigh: scores.high[k],
        rankAcceptability: acceptability, meanRank: smaa.meanRanks[k], rank90Low: firm.lowerBound, rank90High: firm.upperBound,
        confidenceFactor: smaa.confidenceFactors[k], ranksByMethod: ranksByMethod(k), ranksByStakeholder: stakeholders?.ranks(of: k))
    }
    return ShortListReport(
      among: ids.count, listed: listed, draws: smaa.draws, seed: Double(smaa.seed), concentration: profile.concentration,
      method: profile.method.rawValue, sites: sites, agreement: methodAgreement, stakeholders: stakeholders?.report(ids: ids, names: names),
      stability: weightRoom,
      reversals: rankings.compactMap(reversal), information: informationReport)
  }

  private func ranksByMethod(_ k: Int) -> NamedNumbers {
    NamedNumbers(entries: rankings.map { ($0.method.rawValue, Double($0.ranks[k])) })
  }

  private var methodAgreement: MethodAgreement {
    let own = rankings.firstIndex { $0.method == .weightedSum } ?? 0, n = rankings.count
    return MethodAgreement(
      methods: rankings.enumerated().map { k, ranking -> MethodAgreement.Method in
        MethodAgreement.Method(
          id: ranking.method.rawValue, kendall: agreement.kendall[own * n + k], spearman: agreement.spearman[own * n + k],
          first: ranking.ranks.indices.filter { ranking.ranks[$0] == 1 }.map(site), note: ranking.method.note)
      }, kendall: (0..<n).map { row -> [Double?] in (0..<n).map { agreement.kendall[row * n + $0] } },
      unanimousFirst: agreement.unanimousFirst.map(site),
      leftOut: leftOut.map { .init(id: $0.method.rawValue, reason: $0.reason) })
  }

  private func reversal(_ ranking: MethodRanking) -> ShortListReport.Reversal? {
    guard let certificate = ranking.reversals else { return nil }
    return .init(
      id: ranking.method.rawValue, isStable: certificate.isStable, reversals: certificate.reversals.count,
      firstPlaceChanges: certificate.firstPlaceChanges.count,
      example: certificate.reversals.first.map {
        .init(removed: site($0.removed), wasAhead: site($0.wasAhead), isAhead: site($0.isAhead))
      })
  }

  /// A share in %, rounded to a millionth of a point so that the ends of the scale are met.
  private static func percent(_ share: Double) -> Double { (share * 1e8).rounded() / 1e6 }

  private func interval(_ column: Int) -> WeightRoom.Interval {
    let interval = stability.intervals[column]
    let low = Self.percent(interval.low), high = Self.percent(interval.high)
    return .init(
      criterion: criterion(column).id, title: criterion(column).title, weight: criterion(column).weight, low: low, high: high,
      below: low > 0 ? interval.successorBelow.map(site) : nil, above: high < 100 ? interval.successorAbove.map(site) : nil)
  }

  /// How far a weight may move before the first place changes, points; `nil` when it never does.
  private func room(_ column: Int) -> Double? {
    let i = stability.intervals[column]
    let down = i.successorBelow == nil ? nil : i.weight - i.low
    let up = i.successorAbove == nil ? nil : i.high - i.weight
    return [down, up].compactMap(\.self).min()
  }

  private var weightRoom: WeightRoom {
    let order = weighted.indices.sorted { (room($0) ?? .infinity, $0) < (room($1) ?? .infinity, $1) }
    return WeightRoom(
      leader: site(stability.leader), leastChange: order.first.flatMap(room).map(Self.percent), intervals: order.map(interval))
  }

  private var informationReport: InformationReport? {
    guard let information else { return nil }
    let order = weighted.indices.filter { information.byCriterion[$0] > 0 }.sorted {
      (information.byCriterion[$1], $0) < (information.byCriterion[$0], $1)
    }
    return InformationReport(
      listed: listed,
      facts: information.facts.filter { $0.changeProbability > 0 }.prefix(10).map { fact in
        let c = criterion(fact.criterion)
        return .init(
          site: ids[fact.alternative], name: names[fact.alternative], criterion: c.id, title: c.title,
          changeProbability: fact.changeProbability, rankBest: fact.bestRank, rankWorst: fact.worstRank, scoreSpan: fact.scoreSpan)
      },
      byCriterion: order.prefix(6).map {
        .init(criterion: criterion($0).id, title: criterion($0).title, expectedChanges: information.byCriterion[$0])
      })
  }

  // MARK: One site

  /// The figures of the draws for a site on the list, its ranks by method and by stakeholder, and the room of the weights.
  func standing(_ k: Int) -> SiteStanding {
    let range = agreement.rankRanges[k]
    return SiteStanding(
      robustness: RobustnessReport(
        draws: smaa.draws, seed: Double(smaa.seed), among: ids.count,
        rankAcceptability: (1...min(10, ids.count)).map { smaa.acceptability(alternative: k, rank: $0) },
        confidenceFactor: smaa.confidenceFactors[k], firstPlaceShare: smaa.acceptability(alternative: k, rank: 1),
        meanRank: smaa.meanRanks[k]),
      agreement: RankAgreement(among: ids.count, ranks: ranksByMethod(k), low: range.lowerBound, high: range.upperBound),
      stakeholders: stakeholders?.report(of: k), stability: siteStability(k))
  }

  /// For the first site the room of each weight; for another the single weights that would put it ahead of the first, the least change first.
  func siteStability(_ k: Int) -> SiteStability {
    guard k != stability.leader else { return .first(weightRoom) }
    let leader = stability.leader
    let n = ids.count
    let lead = (scores.score[leader] - scores.score[k]) / 100
    let overtaking = weighted.indices.compactMap { j -> (column: Int, weight: Double, needed: Double)? in
      let w = model.weights[j]
      let gain = columns[j].expected[k] - columns[j].expected[leader]
      guard w < 1, n > 1 else { return nil }
      // The lead over this site is lead − t·slope as the weight moves by t, the others keeping their proportions.
      let slope = (gain + lead) / (1 - w)
      guard slope != 0 else { return nil }
      let needed = w + lead / slope
      return needed >= 0 && needed <= 1 ? (j, w, needed) : nil
    }.sorted { ($0.needed - $0.weight).magnitude < ($1.needed - $1.weight).magnitude }
    return .behind(
      leader: site(leader),
      overtakes: overtaking.prefix(3).map {
        .init(
          criterion: criterion($0.column).id, title: criterion($0.column).title, weight: criterion($0.column).weight,
          needed: Self.percent($0.needed))
      })
  }
}
