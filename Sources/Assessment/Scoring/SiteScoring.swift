import Foundation
import SimpleFeatures
import UrbanIndicators

/// The scored buildings of a study as columns, in the order of rank.
public struct SiteScores: Sendable {
  /// Row of each site in the city's buildings.
  public var rows: [Int]
  /// Rank from 1; ties in score are ordered by id and get ranks of their own.
  public var rank: [Int]
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
  /// Fit by sector, then site.
  public var fits: [[Double]]
  /// Index of the best sector.
  public var bestSector: [Int]

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
  let threads: Int

  init(profile: Profile, sectors: [Sector], source: StudyCity, table: IndicatorTable, efficiency: [Double], threads: Int) {
    (self.profile, self.sectors, self.source, self.table, self.efficiency, self.threads) = (profile, sectors, source, table, efficiency, threads)
    evaluators = concurrentMap(profile.criteria.count, threads: threads) {
      CriterionEvaluator(profile.criteria[$0], source: source, table: table)
    }
  }

  /// What a building offers to a sector.
  func offer(_ row: Int) -> SectorOffer {
    let buildings = source.city.buildings
    let given = buildings.grossFloorArea[row]
    let gross = given.isNaN ? table[.grossFloorArea, row] : given
    let shared = table[.sharedWallLength, row] > 1
    return SectorOffer(
      clearHeight: table[.clearHeight, row], load: table[.imposedLoad, row], daylightShare: table[.daylightShare, row],
      area: gross * efficiency[Int(buildings.function[row].rawValue)], frontage: table[.streetFrontage, row],
      mainRoadDistance: table[.mainRoadDistance, row],
      sharesWallWithDwellings: shared && [.residential, .mixed, .unknown].contains(buildings.function[row]),
      noiseShare: source.city.constraints.contains { $0.kind == .noise } ? table[.noiseShare, row] : .nan)
  }

  /// Scores the given rows; the result does not depend on which rows those are, on their order, or on `threads`.
  func scores(of rows: [Int], threads: Int) -> SiteScores {
    struct Part {
      var score: [Double] = [], low: [Double] = [], high: [Double] = [], suitability: [Double] = [], need: [Double] = [],
        completeness: [Double] = []
      var fits: [[Double]] = []
      var best: [Int] = []
    }
    var weightOfRole: [Profile.Role: Double] = [:]
    for criterion in profile.criteria { weightOfRole[profile.groups[criterion.group].role, default: 0] += criterion.weight }
    let suitabilityWeight = weightOfRole[.suitability] ?? 0, needWeight = weightOfRole[.need] ?? 0
    let chunk = 4096
    let parts = concurrentMap((rows.count + chunk - 1) / chunk, threads: threads) { k -> Part in
      let range = rows[(k * chunk)..<min(rows.count, (k + 1) * chunk)]
      var part = Part()
      part.fits = Array(repeating: [], count: sectors.count)
      for row in range {
        var score = 0.0, low = 0.0, high = 0.0, suitability = 0.0, need = 0.0, known = 0.0
        for (c, evaluator) in evaluators.enumerated() {
          let worth = evaluator.worth(row)
          let weight = evaluator.weight
          score += weight * worth.value
          low += weight * worth.low
          high += weight * worth.high
          if worth.basis == .data { known += weight }
          if profile.groups[profile.criteria[c].group].role == .suitability {
            suitability += weight * worth.value
          } else {
            need += weight * worth.value
          }
        }
        part.score.append(score)
        part.low.append(low)
        part.high.append(high)
        part.suitability.append(suitabilityWeight > 0 ? suitability / suitabilityWeight * 100 : .nan)
        part.need.append(needWeight > 0 ? need / needWeight * 100 : .nan)
        part.completeness.append(min(1, known / 100))
        let offer = offer(row)
        var best = 0
        for (s, sector) in sectors.enumerated() {
          let fit = sector.fit(offer).fit
          part.fits[s].append(fit)
          if fit > part.fits[best][part.fits[best].count - 1] { best = s }
        }
        part.best.append(best)
      }
      return part
    }
    var all = Part()
    all.fits = Array(repeating: [], count: sectors.count)
    for part in parts {
      all.score += part.score
      all.low += part.low
      all.high += part.high
      all.suitability += part.suitability
      all.need += part.need
      all.completeness += part.completeness
      all.best += part.best
      for s in sectors.indices { all.fits[s] += part.fits[s] }
    }
    return ranked(rows, all.score, all.low, all.high, all.suitability, all.need, all.completeness, all.fits, all.best)
  }

  private func ranked(
    _ rows: [Int], _ score: [Double], _ low: [Double], _ high: [Double], _ suitability: [Double], _ need: [Double],
    _ completeness: [Double],
    _ fits: [[Double]], _ best: [Int]
  ) -> SiteScores {
    let ids = source.city.buildings.ids
    let order = rows.indices.sorted { a, b in
      if score[a] != score[b] { return score[a] > score[b] }
      return ids.bytes[ids.range(of: rows[a])].lexicographicallyPrecedes(ids.bytes[ids.range(of: rows[b])])
    }
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
    return SiteScores(
      rows: order.map { rows[$0] }, rank: Array(1..<(order.count + 1)), rankLow: order.map { above(lows, high[$0], orEqual: false) + 1 },
      rankHigh: order.map { max(1, above(highs, low[$0], orEqual: true)) }, score: order.map { score[$0] }, low: order.map { low[$0] },
      high: order.map { high[$0] },
      suitability: order.map { suitability[$0] }, regenerationNeed: order.map { need[$0] }, completeness: order.map { completeness[$0] },
      fits: fits.map { fit in order.map { fit[$0] } }, bestSector: order.map { best[$0] })
  }
}

/// Maps 0 ..< count over threads; the results stand in order whatever the number of threads.
func concurrentMap<T: Sendable>(_ count: Int, threads: Int, _ body: @Sendable (Int) -> T) -> [T] {
  guard threads > 1, count > 1 else { return (0..<count).map(body) }
  let slots = UnsafeMutablePointer<T?>.allocate(capacity: count)
  slots.initialize(repeating: nil, count: count)
  defer {
    slots.deinitialize(count: count)
    slots.deallocate()
  }
  // Each slot is written by exactly one task, and read only after all have ended.
  nonisolated(unsafe) let shared = slots
  DispatchQueue.concurrentPerform(iterations: min(threads, count)) { worker in
    var k = worker
    while k < count {
      shared[k] = body(k)
      k += threads
    }
  }
  return (0..<count).map { slots[$0]! }
}
