import SimpleFeatures
import Testing
import UrbanIndicators

@testable import Assessment

@Suite("Screening")
struct ScreeningTests {
  /// One building for each reason, and one that is scored.
  static func town() -> SmallTown {
    var town = SmallTown(buildings: [
      .init(id: "geometry", x: 0, y: 0, fields: ["vacancy": "vacant"], wkt: "LINESTRING(385000 6671000,385020 6671000)"),
      .init(id: "gone", x: 1, y: 0, fields: ["vacancy": "demolished"]), .init(id: "used", x: 2, y: 0, fields: ["vacancy": "inUse"]),
      .init(id: "nobody-knows", x: 3, y: 0), .init(id: "stale", x: 4, y: 0),
      .init(id: "ruined", x: 0, y: 1, fields: ["vacancy": "vacant", "condition": "collapsed"]),
      .init(id: "small", x: 1, y: 1, width: 10, depth: 10, fields: ["vacancy": "vacant", "storeys": "1"]),
      .init(id: "wet", x: 2, y: 1, fields: ["vacancy": "vacant", "storeys": "2"]),
      .init(id: "damp", x: 3, y: 1, fields: ["vacancy": "vacant", "storeys": "2"]),
      .init(id: "forbidden", x: 4, y: 1, fields: ["vacancy": "vacant", "storeys": "2"]),
      .init(id: "fine", x: 0, y: 2, fields: ["vacancy": "vacant", "storeys": "2"]),
      .init(id: "small-but-unknown", x: 1, y: 2, width: 10, depth: 10, fields: ["vacancy": "vacant"]),
    ])
    town.register = [("stale", "vacant", "2015-01-01")]
    // wet: wholly under water; damp: 40 % of its 20 m; forbidden: a veto from a tenth on.
    town.constraints = [
      ("flood", "penalty", 0.5, 1.9, 0.9, 2.9, 1.9), ("flood", "penalty", 0.5, 3.12, 0.9, 3.9, 1.9),
      ("nature", "veto", 0.1, 4.1, 0.9, 4.9, 1.9),
    ]
    return town
  }

  @Test("Every excluded building has the first reason that applies, and the counts reconcile")
  func reasons() throws {
    let study = try Self.town().scored()
    func reason(_ id: String) -> String { study.exclusions[study.row(id)]?.rawValue ?? "scored" }
    let expected = [
      "geometry": "geometry-defect", "gone": "demolished", "used": "not-vacant", "nobody-knows": "vacancy-unknown",
      "stale": "vacancy-not-credible",
      "ruined": "ruin", "small": "floor-area-below-minimum", "wet": "flood-share-above-limit", "damp": "scored",
      "forbidden": "vetoed-by-constraint", "fine": "scored",
    ]
    for (id, code) in expected { #expect(reason(id) == code, "\(id)") }
    let counts = study.record.counts
    #expect(counts.buildings == 12 && counts.buildings == counts.excluded + counts.scored && counts.scored == study.scores.count)
    #expect(study.record.exclusions.reduce(0) { $0 + $1.count } == counts.excluded)
    #expect(study.excludedTable[0].count == counts.excluded)
    for input in study.record.inputs { #expect(input.read == input.kept + input.refused, "\(input)") }
    let known = Set(ExclusionReason.allCases.map(\.rawValue))
    #expect(study.record.exclusions.allSatisfy { known.contains($0.reason) && $0.count > 0 })
  }

  @Test("A building is too small only if its largest possible area is")
  func floorArea() throws {
    // 100 m² of footprint, storeys unknown, but neighbours have two: its area may be 200 m², so it is scored.
    let study = try Self.town().scored()
    let row = study.row("small-but-unknown")
    #expect(Screening.floorAreaUpperEnd(study.source.city.buildings, study.indicators, row) >= 150)
    #expect(study.exclusions[row] == nil)
    // Without neighbours nothing is known of its storeys: ignorance excludes nobody.
    var alone = SmallTown(buildings: [.init(id: "alone", x: 0, y: 0, width: 10, depth: 10, fields: ["vacancy": "vacant"])])
    alone.candidates = "{min_floor_area: 5000}"
    let single = try alone.scored()
    #expect(Screening.floorAreaUpperEnd(single.source.city.buildings, single.indicators, 0) == .infinity)
    #expect(single.exclusions[0] == nil)
  }

  @Test("With `vacancy: all` vacancy excludes nobody, everything else still does")
  func all() throws {
    var town = Self.town()
    town.candidates = "{vacancy: all}"
    let study = try town.scored()
    #expect(study.exclusions[study.row("used")] == nil && study.exclusions[study.row("stale")] == nil)
    #expect(study.exclusions[study.row("ruined")] == .ruin && study.exclusions[study.row("gone")] == .demolished)
    #expect(study.record.counts.buildings == study.record.counts.excluded + study.record.counts.scored)
  }

  @Test("The study chooses classes, confidence and size")
  func rules() throws {
    var town = Self.town()
    town.candidates = "{vacancy: [inUse], min_confidence: 0, min_floor_area: 0}"
    let study = try town.scored()
    #expect((0..<study.scores.count).map { study.id($0) } == ["used"])
    town.candidates = "{vacancy: [vacant], min_confidence: 0.1, min_floor_area: 0}"
    // 0.95 × 2^(−11/4) = 0.141
    let wide = try town.scored()
    #expect(wide.exclusions[wide.row("stale")] == nil && wide.exclusions[wide.row("small")] == nil)
  }

  @Test("No candidate at all is a result, not an error")
  func nobody() throws {
    let study = try SmallTown(buildings: [.init(id: "a", x: 0, y: 0), .init(id: "b", x: 1, y: 0)]).scored()
    #expect(study.scores.count == 0 && study.record.counts.excluded == 2 && study.record.exclusions.first?.reason == "vacancy-unknown")
    #expect(try study.siteTable().count == 0)
  }
}
