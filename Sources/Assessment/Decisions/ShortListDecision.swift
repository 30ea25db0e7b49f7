import DecisionAnalysis
import TextFormats

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

  // MARK: JSON

  private func criterion(_ column: Int) -> Profile.Criterion { profile.criteria[weighted[column]] }

  private func site(_ k: Int?) -> JSON { k.map { ["site_id": .string(ids[$0]), "name": .string(names[$0])] } ?? nil }

  private func matrix(_ values: [Double?], _ n: Int) -> JSON {
    .array((0..<n).map { row in .array((0..<n).map { JSON(values[row * n + $0]) }) })
  }

  /// Everything on the list, for `portfolio.json` and the study's front page.
  var json: JSON {
    let n = ids.count
    let sites = (0..<n).map { k -> JSON in
      let firm = smaa.rankRange(alternative: k)
      return [
        "site_id": .string(ids[k]), "name": .string(names[k]), "rank": .number(Double(k + 1)), "score": JSON(scores.score[k]),
        "score_low": JSON(scores.low[k]), "score_high": JSON(scores.high[k]),
        "rank_acceptability": .array((1...n).map { JSON(smaa.acceptability(alternative: k, rank: $0)) }),
        "mean_rank": JSON(smaa.meanRanks[k]), "rank_90_low": .number(Double(firm.lowerBound)),
        "rank_90_high": .number(Double(firm.upperBound)), "confidence_factor": JSON(smaa.confidenceFactors[k]),
        "ranks_by_method": ranksByMethod(k), "ranks_by_stakeholder": stakeholders.map { $0.ranksJSON(k) } ?? nil,
      ]
    }
    return [
      "among": .number(Double(n)), "listed": .number(Double(listed)), "draws": .number(Double(smaa.draws)),
      "seed": .number(Double(smaa.seed)), "concentration": JSON(profile.concentration), "method": .string(profile.method.rawValue),
      "sites": .array(sites), "agreement": agreementJSON, "stakeholders": stakeholders?.json(ids: ids, names: names) ?? nil,
      "weight_stability": stabilityJSON, "rank_reversal": .array(rankings.map(reversalJSON)),
      "value_of_information": informationJSON,
    ]
  }

  private func ranksByMethod(_ k: Int) -> JSON {
    .object(rankings.map { .init($0.method.rawValue, .number(Double($0.ranks[k]))) })
  }

  private var agreementJSON: JSON {
    let own = rankings.firstIndex { $0.method == .weightedSum } ?? 0
    return [
      "methods": .array(
        rankings.enumerated().map { k, ranking in
          [
            "id": .string(ranking.method.rawValue), "kendall_with_score": JSON(agreement.kendall[own * rankings.count + k]),
            "spearman_with_score": JSON(agreement.spearman[own * rankings.count + k]),
            "first": .array(ranking.ranks.indices.filter { ranking.ranks[$0] == 1 }.map(site)), "note": .string(ranking.method.note),
          ]
        }),
      "kendall": matrix(agreement.kendall, rankings.count), "unanimous_first": .array(agreement.unanimousFirst.map(site)),
      "left_out": .array(leftOut.map { ["id": .string($0.method.rawValue), "reason": .string($0.reason)] }),
    ]
  }

  private func reversalJSON(_ ranking: MethodRanking) -> JSON {
    guard let certificate = ranking.reversals else { return nil }
    let example = certificate.reversals.first
    return [
      "id": .string(ranking.method.rawValue), "stable": .bool(certificate.isStable),
      "reversals": .number(Double(certificate.reversals.count)),
      "first_place_changes": .number(Double(certificate.firstPlaceChanges.count)),
      "example": example.map { ["removed": site($0.removed), "was_ahead": site($0.wasAhead), "is_ahead": site($0.isAhead)] } ?? nil,
    ]
  }

  /// A share in %, rounded to a millionth of a point so that the ends of the scale are met.
  private static func percent(_ share: Double) -> Double { (share * 1e8).rounded() / 1e6 }

  private func interval(_ column: Int) -> JSON {
    let interval = stability.intervals[column]
    let low = Self.percent(interval.low), high = Self.percent(interval.high)
    return [
      "criterion": .string(criterion(column).id), "title": .string(criterion(column).title), "weight": JSON(criterion(column).weight),
      "low": JSON(low), "high": JSON(high), "below": low > 0 ? site(interval.successorBelow) : nil,
      "above": high < 100 ? site(interval.successorAbove) : nil,
    ]
  }

  /// How far a weight may move before the first place changes, points; `nil` when it never does.
  private func room(_ column: Int) -> Double? {
    let i = stability.intervals[column]
    let down = i.successorBelow == nil ? nil : i.weight - i.low
    let up = i.successorAbove == nil ? nil : i.high - i.weight
    return [down, up].compactMap(\.self).min()
  }

  private var stabilityJSON: JSON {
    let order = weighted.indices.sorted { (room($0) ?? .infinity, $0) < (room($1) ?? .infinity, $1) }
    return [
      "leader": site(stability.leader), "least_change": JSON(order.first.flatMap(room).map(Self.percent)),
      "intervals": .array(order.map(interval)),
    ]
  }

  private var informationJSON: JSON {
    guard let information else { return nil }
    let order = weighted.indices.filter { information.byCriterion[$0] > 0 }.sorted {
      (information.byCriterion[$1], $0) < (information.byCriterion[$0], $1)
    }
    return [
      "listed": .number(Double(listed)),
      "facts": .array(
        information.facts.filter { $0.changeProbability > 0 }.prefix(10).map { fact in
          let c = criterion(fact.criterion)
          return [
            "site_id": .string(ids[fact.alternative]), "name": .string(names[fact.alternative]), "criterion": .string(c.id),
            "title": .string(c.title), "change_probability": JSON(fact.changeProbability), "rank_best": .number(Double(fact.bestRank)),
            "rank_worst": .number(Double(fact.worstRank)), "score_span": JSON(fact.scoreSpan),
          ]
        }),
      "by_criterion": .array(
        order.prefix(6).map {
          [
            "criterion": .string(criterion($0).id), "title": .string(criterion($0).title),
            "expected_changes": JSON(information.byCriterion[$0]),
          ]
        }),
    ]
  }

  // MARK: One site

  /// The figures of the draws for one site.
  func robustnessJSON(_ k: Int) -> JSON {
    [
      "draws": .number(Double(smaa.draws)), "seed": .number(Double(smaa.seed)), "among": .number(Double(ids.count)),
      "rank_acceptability": .array((1...min(10, ids.count)).map { JSON(smaa.acceptability(alternative: k, rank: $0)) }),
      "confidence_factor": JSON(smaa.confidenceFactors[k]), "first_place_share": JSON(smaa.acceptability(alternative: k, rank: 1)),
      "mean_rank": JSON(smaa.meanRanks[k]),
    ]
  }

  /// Members that join the score of a site on the list: ranks by method and by stakeholder, and the room of the weights.
  func scoreMembers(_ k: Int) -> [JSON.Member] {
    let range = agreement.rankRanges[k]
    return [
      .init(
        "agreement",
        [
          "among": .number(Double(ids.count)), "ranks": ranksByMethod(k), "low": .number(Double(range.lowerBound)),
          "high": .number(Double(range.upperBound)),
        ]),
      .init("stakeholders", stakeholders?.siteJSON(k) ?? nil), .init("weight_stability", siteStability(k)),
    ]
  }

  /// For the first site the room of each weight; for another the single weights that would put it ahead of the first, the least change first.
  private func siteStability(_ k: Int) -> JSON {
    guard k != stability.leader else {
      return .object((stabilityJSON.object ?? []) + [.init("is_first", true)])
    }
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
    return [
      "is_first": false, "leader": site(leader),
      "overtakes": .array(
        overtaking.prefix(3).map {
          [
            "criterion": .string(criterion($0.column).id), "title": .string(criterion($0.column).title),
            "weight": JSON(criterion($0.column).weight),
            "needed": JSON(Self.percent($0.needed)),
          ]
        }),
    ]
  }
}
