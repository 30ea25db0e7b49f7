import DecisionAnalysis
import Foundation
import GeoFormats
import SimpleFeatures
import Testing
import UrbanIndicators

@testable import Assessment

@Suite("Scores")
struct SiteScoringTests {
  @Test("Contributions sum to the score exactly, and the score lies in its interval", arguments: [1, 2, 3] as [UInt64])
  func contributions(_ seed: UInt64) throws {
    let study = try SmallTown.varied(seed: seed).scored()
    try #require(study.scores.count > 0)
    for site in 0..<study.scores.count {
      var score = 0.0, low = 0.0, high = 0.0, known = 0.0
      for (k, criterion) in study.profile.criteria.enumerated() {
        let worth = study.scoring.evaluators[k].worth(study.scores.rows[site])
        #expect(0 <= worth.low && worth.low <= worth.value && worth.value <= worth.high && worth.high <= 1, "seed \(seed): \(criterion.id)")
        if worth.basis == .data { #expect(worth.low == worth.high) }
        score += criterion.weight * worth.value
        low += criterion.weight * worth.low
        high += criterion.weight * worth.high
        known += worth.basis == .data ? criterion.weight : 0
      }
      #expect(study.scores.score[site] == score && study.scores.low[site] == low && study.scores.high[site] == high, "seed \(seed)")
      #expect(study.scores.completeness[site] == known / 100)
      // The two sub-scores, weighted, are the score: need 15 %, suitability 85 %.
      #expect(abs(0.85 * study.scores.suitability[site] + 0.15 * study.scores.regenerationNeed[site] - score) < 1e-9)
    }
    #expect(study.scores.score == study.scores.score.sorted(by: >))
    for site in 0..<study.scores.count {
      #expect(study.scores.rankLow[site] <= site + 1 && site + 1 <= study.scores.rankHigh[site])
      #expect(study.scores.rankHigh[site] <= study.scores.count && study.scores.rankLow[site] >= 1)
    }
  }

  @Test("A score does not depend on which other buildings are candidates", arguments: [4, 5] as [UInt64])
  func candidates(_ seed: UInt64) throws {
    let few = try SmallTown.varied(seed: seed).scored()
    var town = SmallTown.varied(seed: seed)
    town.candidates = "{vacancy: all}"
    let all = try town.scored()
    #expect(all.scores.count > few.scores.count)
    let fits = few.scoring.fits(of: few.scores.rows), otherFits = all.scoring.fits(of: all.scores.rows)
    for site in 0..<few.scores.count {
      let other = all.position(few.id(site))
      #expect(few.scores.score[site] == all.scores.score[other] && few.scores.low[site] == all.scores.low[other], "seed \(seed)")
      #expect(few.scores.high[site] == all.scores.high[other] && few.scores.completeness[site] == all.scores.completeness[other])
      #expect(fits.best[site] == otherFits.best[other])
      for s in few.sectors.indices { #expect(fits.fits[s][site] == otherFits.fits[s][other]) }
    }
  }

  @Test("Nor on the order of the buildings, the register or the companies", arguments: [6, 7] as [UInt64])
  func order(_ seed: UInt64) throws {
    let forward = try SmallTown.varied(seed: seed).scored()
    var town = SmallTown.varied(seed: seed)
    town.buildings.reverse()
    town.register.reverse()
    town.companies.reverse()
    town.places.reverse()
    town.districts.reverse()
    let backward = try town.scored()
    #expect((0..<forward.scores.count).map { forward.id($0) } == (0..<backward.scores.count).map { backward.id($0) }, "seed \(seed)")
    for site in 0..<forward.scores.count {
      #expect(abs(forward.scores.score[site] - backward.scores.score[site]) < 1e-9, "seed \(seed)")
      #expect(
        abs(forward.scores.low[site] - backward.scores.low[site]) < 1e-9
          && abs(forward.scores.high[site] - backward.scores.high[site]) < 1e-9)
    }
  }

  @Test("Nor on the number of threads")
  func threads() throws {
    let one = try SmallTown.varied(seed: 8).scored(threads: 1), four = try SmallTown.varied(seed: 8).scored(threads: 4)
    #expect(one.scores.rows == four.scores.rows && one.scores.score == four.scores.score && one.scores.low == four.scores.low)
    #expect(one.scores.high == four.scores.high && one.record.jsonText == four.record.jsonText)
  }

  @Test("Equal scores are ranked by id")
  func ties() throws {
    var town = SmallTown(buildings: ["b", "a", "c"].enumerated().map { .init(id: $1, x: $0, y: 0, fields: ["vacancy": "vacant"]) })
    town.candidates = "{min_floor_area: 0}"
    let study = try town.scored()
    #expect(Set(study.scores.score).count == 1)
    #expect((0..<3).map { study.id($0) } == ["a", "b", "c"])
    #expect(study.scores.rankLow == [1, 1, 1] && study.scores.rankHigh == [3, 3, 3])
  }

  @Test("A value that goes missing widens the interval and never counts 0")
  func missing() throws {
    var town = SmallTown(
      buildings: (0..<6).map { .init(id: "b\($0)", x: $0, y: 0, fields: ["vacancy": "vacant", "condition": "good", "storeys": "2"]) })
    let whole = try town.scored()
    town.buildings[0].fields["condition"] = ""
    let gap = try town.scored()
    let before = whole.worth("b0", "condition"), after = gap.worth("b0", "condition")
    #expect(before == CriterionWorth(value: 1, low: 1, high: 1, basis: .data))
    #expect(after.low == 0 && after.high == 1 && after.basis == .cityMedian && abs(after.value - 1) < 1e-4)
    let a = whole.position("b0"), b = gap.position("b0")
    #expect(gap.scores.high[b] - gap.scores.low[b] > whole.scores.high[a] - whole.scores.low[a])
    #expect(abs(gap.scores.score[b] - whole.scores.score[a]) < 0.01)
    #expect(gap.scores.completeness[b] < whole.scores.completeness[a])
  }

  @Test("The unknown is reckoned with the prior, else the district's median, else the city's, else one half")
  func fallback() throws {
    func building(_ id: String, _ x: Int, _ condition: String) -> SmallTown.Building {
      .init(id: id, x: x, y: 0, fields: ["vacancy": "vacant", "condition": condition, "storeys": "2", "function": "industrial"])
    }
    // West knows good, fair, fair (median .7); east knows nothing; beyond, poor × 5. City: .35 × 5, .7 × 2, 1 → median .35.
    var town = SmallTown(
      buildings: [building("w0", 0, ""), building("w1", 1, "good"), building("w2", 2, "fair"), building("w3", 3, "fair")]
        + [building("e0", 5, ""), building("e1", 6, "")] + (8..<13).map { building("n\($0)", $0, "poor") })
    town.districts = [("west", 0, -1, 4, 1, [:]), ("east", 5, -1, 7, 1, [:])]
    let study = try town.scored()
    let west = study.worth("w0", "condition"), east = study.worth("e0", "condition")
    #expect(west.basis == .district && abs(west.value - 0.7) < 1e-4 && west.low == 0 && west.high == 1)
    #expect(east.basis == .cityMedian && abs(east.value - 0.35) < 1e-4)
    #expect(study.worth("w0", "contamination") == CriterionWorth(value: 0.5, low: 0, high: 1, basis: .none))
    // Clear height of an industrial building: prior 3.6–6 m, worth from .875 (3.6 m) to 1; the centre 4.8 m is worth 1.
    let height = study.worth("w0", "clear_height")
    #expect(height.basis == .prior && height.value == 1 && abs(height.low - 0.875) < 1e-12 && height.high == 1)
    // No flood layer: unknown, not dry.
    #expect(study.worth("w0", "flood_share").basis == .none)
    #expect(study.worth("w0", "unemployment_ratio") == CriterionWorth(value: 0.5, low: 0, high: 1, basis: .none))
  }

  @Test("A prior that spans a peak reaches it inside its range")
  func peak() throws {
    // Floor area worth rises to 1 at 800 m² and falls after 6000: an interval across both is worth up to 1.
    let profile = try Profile(named: "cci-location", folder: shippedData(), relativeTo: "/nowhere/study.yml")
    let area = try #require(profile.criteria.first { $0.id == "gross_floor_area" })
    let range = area.value.range(over: 150...12_000)
    #expect(range.lowerBound == 0 && range.upperBound == 1)
  }

  @Test("A place beyond the search is worth 0 for certain, an unmapped city is not")
  func beyond() throws {
    var town = SmallTown(buildings: [.init(id: "a", x: 0, y: 0, fields: ["vacancy": "vacant"]), .init(id: "b", x: 1, y: 0)])
    #expect(try town.scored().worth("a", "walk_to_transit").basis == .none)
    town.places = [("transit", 70, 0)]
    let far = try town.scored()
    #expect(far.worth("a", "walk_to_transit") == CriterionWorth(value: 0, low: 0, high: 0, basis: .data))
    town.places = [("transit", 1, 0)]
    // 100 m away in a straight line × 1.3 to the wall.
    #expect(try town.scored().worth("a", "walk_to_transit").value == 1)
  }

  @Test("The site table names every column once and keeps what the contract asks, in its order")
  func table() throws {
    let study = try SmallTown.varied(seed: 9).scored()
    let names = try study.siteTable().attributes.map(\.name)
    #expect(Set(names).count == names.count)
    let first = [
      "site_id", "name", "rank", "score", "score_low", "score_high", "suitability", "regeneration_need", "completeness", "vacancy",
      "vacancy_confidence", "vacancy_source", "best_sector", "best_sector_fit",
    ]
    #expect(Array(names.prefix(first.count)) == first)
    #expect(names.filter { $0.hasPrefix("fit_") }.count == 12)
    #expect(names.filter { $0.hasPrefix("value_") } == study.profile.criteria.map { "value_" + $0.id })
    let wanted = ["district_id", "verdict", "alternative"] + ConceptHeadline.columns + ["rank_acceptability_first"]
    #expect(names.filter { wanted.contains($0) } == wanted)
  }

  @Test("Threads share work without changing its order")
  func concurrent() {
    for threads in [1, 2, 5, 64] { #expect(concurrentMap(100, threads: threads) { $0 * $0 } == (0..<100).map { $0 * $0 }) }
    #expect(concurrentMap(0, threads: 4) { $0 } == [])
  }
}
