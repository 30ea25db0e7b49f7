import Foundation
import GeoFormats
import Testing
import TextFormats

@testable import Assessment

/// Constraints do what they say (method §1): a penalty multiplies the score by 1 − share × strength, a cost adds a record per m² affected.
@Suite("Effects of constraints")
struct ConstraintEffectTests {
  /// The mill of 40 × 30 m, of whose footprint the western half (20 m = .2 plots) lies inside.
  private func town(_ effects: [String], above: Double = 0) -> SmallTown {
    var town = ConceptTests.town()
    town.constraints = effects.map { ("flood", $0, above, -1, -1, 0.2, 1) }
    return town
  }

  private func record(_ town: SmallTown) throws -> JSON { try town.scored().portfolio().dossier(of: "mill").json }

  @Test("Half a footprint in a penalty of strength .5 leaves .75 of the score; two of them leave .75²")
  func penalty() throws {
    // All three have the flood layer, so that its own criterion is the same.
    let free = try town(["cost"]).scored(), once = try town(["penalty"]).scored(), twice = try town(["penalty", "penalty"]).scored()
    func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 }
    for column in [\SiteScores.score, \.low, \.high] {
      let base = free.scores[keyPath: column][0]
      #expect(close(once.scores[keyPath: column][0], base * 0.75) && close(twice.scores[keyPath: column][0], base * 0.5625))
    }
    #expect(once.scores.suitability == free.scores.suitability && once.scores.regenerationNeed == free.scores.regenerationNeed)
    // It sets in above a share.
    #expect(try town(["penalty"], above: 0.5).scored().scores.score == free.scores.score)
    #expect(close(try town(["penalty"], above: 0.49).scored().scores.score[0], once.scores.score[0]))
  }

  @Test("The penalty is a line of its own: groups and penalties sum to the score, and the explanation shows it")
  func line() throws {
    let portfolio = try town(["penalty", "penalty"]).scored().portfolio()
    let score = try #require(try portfolio.dossier(of: "mill").json["score"])
    func sum(_ member: String, _ part: String) -> Double {
      (score[member]?.array ?? []).reduce(0) { $0 + ($1[part]?.number ?? .nan) }
    }
    let whole = try #require(score["score"]?.number)
    #expect(abs(sum("groups", "contribution") + sum("penalties", "points") - whole) < 1e-9)
    #expect(score["penalties"]?.array?.compactMap { $0["factor"]?.number } == [0.75, 0.75])
    #expect(score["penalties"]?.array?.first?["share"]?.number == 0.5 && score["penalties"]?.array?.first?["kind"]?.string == "flood")
    let text = try portfolio.explanationText(of: "mill")
    #expect(text.contains("Penalty: flood, 50 % of the footprint, × 0.75"), "\(text)")
    #expect(try record(town(["cost"]))["score"]?["penalties"] == .array([]))
  }

  @Test("What could move the score moves what a penalty leaves of it, and the draws rank by the score that stands there")
  func elsewhere() throws {
    let free = try record(town(["cost"])), penalised = try record(town(["penalty"]))
    for (list, member) in [("find_out", "score_swing"), ("counterfactuals", "score_delta")] {
      let before = (free[list]?.array ?? []).compactMap { $0[member]?.number }
      let after = (penalised[list]?.array ?? []).compactMap { $0[member]?.number }
      for (a, b) in zip(before, after) { #expect(abs(a * 0.75 - b) < 1e-9, "\(list)") }
    }
    // Two equal mills; the one in the zone comes second in every draw.
    var pair = town(["penalty"])
    var twin = pair.buildings[0]
    (twin.id, twin.x) = ("twin", 2)
    pair.buildings.append(twin)
    let both = try pair.scored()
    #expect(both.id(0) == "twin" && both.scores.count == 2)
    let robustness = try both.portfolio().robustness(top: 2)
    #expect((robustness.firstPlaceShare(0) ?? 0) > 0.9)
    let json = try both.portfolio().dossier(of: "mill").json
    let members = try #require(both.portfolio().robustness(top: 2).report.json["sites"]?.array)
    #expect(abs((members[1]["score"]?.number ?? .nan) - (json["score"]?["score"]?.number ?? 0)) < 1e-9)
  }

  @Test("A cost is paid for each m² of footprint inside, in its range, and stands among the assumptions with its source")
  func cost() throws {
    let free = try record(town(["penalty"])), charged = try record(town(["cost"]))
    func capex(_ record: JSON, _ id: String, _ member: String) throws -> Double {
      try #require(record["alternatives"]?.array?.first { $0["id"]?.string == id }?["capex"]?[member]?.number)
    }
    // Half of 40 × 30 m² inside, 60 EUR/m²: 36,000 EUR where the whole building is converted, the stage's share of it else.
    for id in ["light", "full", "cultural_anchor"] {
      let more = try capex(charged, id, "value") - capex(free, id, "value")
      #expect(more > 0 && more <= 36_000 + 1e-6, "\(id): \(more)")
      // Class 5 widens 60 (40–90) to −30/+50 %: 42–90, of which the source's low end, 40, is wider.
      #expect(abs(try capex(charged, id, "low") - capex(free, id, "low") - more * 40 / 60) < 1, "\(id)")
      #expect(abs(try capex(charged, id, "high") - capex(free, id, "high") - more * 1.5) < 1, "\(id)")
    }
    #expect(try capex(charged, "meanwhile", "value") == capex(free, "meanwhile", "value"))
    let assumption = try #require(charged["assumptions"]?.array?.first { $0["id"]?.string == "constraint.1.flood" })
    #expect(assumption["value"]?.number == 60 && assumption["source"]?.string == "an offer of 2025")
    #expect(!(free["assumptions"]?.array ?? []).contains { $0["id"]?.string?.hasPrefix("constraint.") == true })
  }
}
