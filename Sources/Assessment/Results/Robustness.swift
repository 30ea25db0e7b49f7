import DecisionAnalysis
import GeoFormats
import SimpleFeatures

/// How firmly the first places stand when weights and unknown facts vary (SMAA-2 on the short list).
public struct Robustness: Sendable {
  private let result: SMAA.Result
  private let shortList: Int

  init(result: SMAA.Result, shortList: Int) { (self.result, self.shortList) = (result, shortList) }

  /// Share of the draws in which the site (position by rank) is first; `nil` outside the short list.
  public func firstPlaceShare(_ site: Int) -> Double? { site < shortList ? result.acceptability(alternative: site, rank: 1) : nil }

  /// The figures of a site as in `site.json`; `null` outside the short list.
  func json(_ site: Int) -> JSON {
    guard site < shortList else { return nil }
    return [
      "draws": .number(Double(result.draws)), "seed": .number(Double(result.seed)), "among": .number(Double(shortList)),
      "rank_acceptability": .array((1...min(10, shortList)).map { JSON(result.acceptability(alternative: site, rank: $0)) }),
      "confidence_factor": JSON(result.confidenceFactors[site]),
      "first_place_share": JSON(result.acceptability(alternative: site, rank: 1)), "mean_rank": JSON(result.meanRanks[site]),
    ]
  }
}

extension Portfolio {
  /// Varies weights around the profile's (Dirichlet with its concentration) and unknown worth within its interval, 10,000 draws, over the
  /// short list: twice the reported sites, at least 20, where there are as many.
  public func robustness(top: Int, draws: Int = 10_000) throws -> Robustness {
    let count = min(sites.count, max(20, top * 2))
    let criteria = (0..<count).map { context.criteria(SiteRecord(sites, row: $0)) }
    let weighted = context.profile.criteria.indices.filter { context.profile.criteria[$0].weight > 0 }
    var columns: [ValueDistribution] = []
    for c in weighted {
      for site in 0..<count {
        let worth = criteria[site][c]
        columns.append(worth.low < worth.high ? .uniform(low: worth.low, high: worth.high) : .exact(worth.value))
      }
    }
    let smaa = SMAA(
      weights: .dirichlet(
        profile: weighted.map { context.profile.criteria[$0].weight / 100 }, concentration: context.profile.concentration), draws: draws,
      seed: record.seed)
    let table = try SMAA.Table(
      columns: columns, alternativeCount: count, directions: Array(repeating: Direction.maximise, count: weighted.count),
      scales: Array(repeating: 0...1, count: weighted.count))
    return Robustness(result: try smaa.evaluate(table), shortList: count)
  }

  /// The dossier of the site at a position by rank, with the robustness of its rank.
  public func dossier(at site: Int, robustness: Robustness) throws -> SiteDossier {
    try context.dossier(SiteRecord(sites, row: site), robustness: robustness.json(site))
  }
}
