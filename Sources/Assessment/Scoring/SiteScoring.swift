import DecisionAnalysis
import Foundation
import SimpleFeatures
import UrbanIndicators

/// The scored buildings of a study as columns, in the order of rank.
public struct SiteScores: Sendable {
  /// Row of each site in the city's buildings. A site's rank is its place here, from 1; ties in score are ordered by id.
  public var rows: [Int]
  /// Best rank that the score intervals allow.
  public var rankLow: [Int]
  /// Worst rank that the score intervals allow.
  public var rankHigh: [Int]
  /// Score, 0–100.
  public var score: [Double]
  /// Lowest score that the unknown allows.
  public var low: [Double]
  /// Highest score that the unknown allows.
  public var high: [Double]
  /// Sub-score of the groups that speak of suitability, 0–100.
  public var suitability: [Double]
  /// Sub-score of the groups that speak of need, 0–100.
  public var regenerationNeed: [Double]
  /// Weight of the criteria known from data, 0–1.
  public var completeness: [Double]

  /// Number of sites.
  public var count: Int { rows.count }
}

/// Scores sites by a profile: score = Σ wᵢ vᵢ with w in %, beside it its interval, its two sub-scores and the sectors' fit.
struct SiteScoring: Sendable {
  let profile: Profile
  let sectors: [Sector]
  let source: StudyCity
  let table: IndicatorTable
  let evaluators: [CriterionEvaluator]
  let efficiency: [Double]
  /// The constraints of the study, as `table.constraintShares` has them.
  let constraints: [Study.ConstraintSource]
  let threads: Int

  init(
    profile: Profile, sectors: [Sector], source: StudyCity, table: IndicatorTable, efficiency: [Double],
    constraints: [Study.ConstraintSource], threads: Int
  ) {
    (self.profile, self.sectors, self.source, self.table, self.efficiency, self.constraints, self.threads) = (
      profile, sectors, source, table, efficiency, constraints, threads
    )
    evaluators = concurrentMap(profile.criteria.count, threads: threads) {
      CriterionEvaluator(profile.criteria[$0], source: source, table: table)
    }
  }

  /// What a building offers to a sector; the columns are looked up once.
  private var offers: @Sendable (Int) -> SectorOffer {
    let buildings = source.city.buildings
    let given = buildings.grossFloorArea, functions = buildings.function
    let gross = table[.grossFloorArea], shared = table[.sharedWallLength], height = table[.clearHeight], load = table[.imposedLoad]
    let light = table[.daylightShare], frontage = table[.streetFrontage], road = table[.mainRoadDistance]
    let noise = source.city.constraints.contains { $0.kind == .noise } ? table[.noiseShare] : .unmeasured
    let efficiency = efficiency
    return { row in
      let function = functions[row]
      let area = given[row].isNaN ? gross[row] : given[row]
      return SectorOffer(
        clearHeight: height[row], load: load[row], daylightShare: light[row], area: area * efficiency[Int(function.rawValue)],
        frontage: frontage[row], mainRoadDistance: road[row],
        sharesWallWithDwellings: shared[row] > 1 && (function == .residential || function == .mixed || function == .unknown),
        noiseShare: noise[row])
    }
  }

  /// Scores the given rows; the result does not depend on which rows those are, on their order, or on `threads`.
  func scores(of rows: [Int], threads: Int) -> SiteScores {
    struct Part {
      var score: [Double], low: [Double], high: [Double], suitability: [Double], need: [Double], completeness: [Double]

      init(count: Int) {
        let zeros = Array(repeating: 0.0, count: count)
        (score, low, high, suitability, need, completeness) = (zeros, zeros, zeros, zeros, zeros, zeros)
      }
    }
    let isNeed = profile.criteria.map { profile.groups[$0.group].role == .need }
    var suitabilityWeight = 0.0, needWeight = 0.0
    for (c, criterion) in profile.criteria.enumerated() {
      if isNeed[c] { needWeight += criterion.weight } else { suitabilityWeight += criterion.weight }
    }
    let suitabilityTotal = suitabilityWeight, needTotal = needWeight
    let chunk = CriterionEvaluator.chunk
    var parts = concurrentMap((rows.count + chunk - 1) / chunk, threads: threads) { k -> Part in
      let range = rows[(k * chunk)..<min(rows.count, (k + 1) * chunk)]
      var part = Part(count: range.count)
      // Criterion by criterion, each in the order of the profile, so that every sum has one order of its terms.
      for (c, evaluator) in evaluators.enumerated() {
        let weight = evaluator.weight
        for (site, worth) in evaluator.worths(range).enumerated() {
          part.score[site] += weight * worth.value
          part.low[site] += weight * worth.low
          part.high[site] += weight * worth.high
          if case .data = worth.basis { part.completeness[site] += weight }
          if isNeed[c] { part.need[site] += weight * worth.value } else { part.suitability[site] += weight * worth.value }
        }
      }
      // Suitability and need are what they are; what a constraint takes, it takes from the score.
      for (site, factor) in (penaltyFactors(of: range) ?? []).enumerated() {
        part.score[site] *= factor
        part.low[site] *= factor
        part.high[site] *= factor
      }
      for site in part.score.indices {
        part.suitability[site] = suitabilityTotal > 0 ? part.suitability[site] / suitabilityTotal * 100 : .nan
        part.need[site] = needTotal > 0 ? part.need[site] / needTotal * 100 : .nan
        part.completeness[site] = min(1, part.completeness[site] / 100)
      }
      return part
    }
    // Each part is let go as soon as its rows stand in the whole, and each column as soon as it is ordered: these are the largest tables
    // of a run, and they must not stand in memory thrice.
    var all = Part(count: rows.count)
    for k in parts.indices {
      let part = parts[k]
      parts[k] = Part(count: 0)
      let range = (k * chunk)..<(k * chunk + part.score.count)
      all.score.replaceSubrange(range, with: part.score)
      all.low.replaceSubrange(range, with: part.low)
      all.high.replaceSubrange(range, with: part.high)
      all.suitability.replaceSubrange(range, with: part.suitability)
      all.need.replaceSubrange(range, with: part.need)
      all.completeness.replaceSubrange(range, with: part.completeness)
    }
    let order = rankOrder(rows, all.score)
    let (rankLow, rankHigh) = rankRange(order, all.low, all.high)
    func arrange<T>(_ column: inout [T]) { column = order.map { column[$0] } }
    arrange(&all.score)
    arrange(&all.low)
    arrange(&all.high)
    arrange(&all.suitability)
    arrange(&all.need)
    arrange(&all.completeness)
    return SiteScores(
      rows: order.map { rows[$0] }, rankLow: rankLow, rankHigh: rankHigh, score: all.score, low: all.low, high: all.high,
      suitability: all.suitability, regenerationNeed: all.need, completeness: all.completeness)
  }

  /// What buildings offer to the sectors: the fit by sector, then building, and the best sector of each; the first of equals.
  func fits(of rows: [Int]) -> (fits: [[Double]], best: [Int]) {
    let table = SectorFitTable(sectors), offers = offers
    var memory = table.memory()
    var one = Array(repeating: 0.0, count: sectors.count)
    var fits = Array(repeating: Array(repeating: 0.0, count: rows.count), count: sectors.count)
    let best = rows.enumerated().map { site, row in
      table.fits(offers(row), &memory, into: &one)
      var best = 0
      for s in one.indices {
        fits[s][site] = one[s]
        if one[s] > one[best] { best = s }
      }
      return best
    }
    return (fits, best)
  }

  /// The sites from best to worst; equal scores by id.
  private func rankOrder(_ rows: [Int], _ score: [Double]) -> [Int] {
    let ids = source.city.buildings.ids
    var order = orderBestFirst(score)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, score[order[end]] == score[order[start]] { end += 1 }
      if end - start > 1 {
        order[start..<end].sort { a, b in
          ids.bytes[ids.range(of: rows[a])].lexicographicallyPrecedes(ids.bytes[ids.range(of: rows[b])])
        }
      }
      start = end
    }
    return order
  }

  /// The best and the worst rank that the score intervals allow, in the order of rank.
  private func rankRange(_ order: [Int], _ low: [Double], _ high: [Double]) -> (low: [Int], high: [Int]) {
    let lows = low.sorted(), highs = high.sorted()
    /// Number of entries of an ascending column that are above x (or not below it).
    func above(_ column: [Double], _ x: Double, orEqual: Bool) -> Int {
      var a = 0, b = column.count
      while a < b {
        let m = (a + b) / 2
        if column[m] > x || (orEqual && column[m] == x) { b = m } else { a = m + 1 }
      }
      return column.count - a
    }
    return (order.map { above(lows, high[$0], orEqual: false) + 1 }, order.map { max(1, above(highs, low[$0], orEqual: true)) })
  }
}
