import Foundation
import ProjectFinance
import SimpleFeatures
import Testing

@testable import Assessment

@Suite("Evidence of vacancy")
struct VacancyEvidenceTests {
  func evidence(_ confidence: Double, _ observed: String?) -> VacancyEvidence {
    VacancyEvidence(
      status: .vacant, kind: .register, source: "test", observed: observed.flatMap { CalendarDate(partial: $0) }, confidence: confidence)
  }

  func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(partial: text)) }

  @Test("Confidence halves every four years; a missing date counts as one half-life, never as fresh")
  func decay() throws {
    // 2022-01-01 to 2026-01-01 are 1461 days, 4 years of 365.25 days: exactly one half-life.
    #expect(evidence(0.95, "2022-01-01").confidence(on: try day("2026-01-01"), halfLife: 4) == 0.475)
    #expect(abs(evidence(0.8, "2018-01-01").confidence(on: try day("2026-01-01"), halfLife: 4) - 0.2) < 1e-12)
    #expect(evidence(0.7, "2026-01-01").confidence(on: try day("2026-01-01"), halfLife: 4) == 0.7)
    #expect(evidence(0.7, "2030-01-01").confidence(on: try day("2026-01-01"), halfLife: 4) == 0.7)
    #expect(evidence(0.7, nil).confidence(on: try day("2026-01-01"), halfLife: 4) == 0.35)
    // A tag of April 2019 seven years later: 0.35 × 2^(−6.7/4) ≈ 0.11, as the evidence study says.
    #expect(abs(evidence(0.35, "2019-04-21").confidence(on: try day("2026-01-01"), halfLife: 4) - 0.11) < 0.002)
  }

  /// One building with the given field and register rows.
  func town(_ fields: [String: String], _ rows: [(String, String)]) throws -> ScoredStudy {
    let town = SmallTown(
      buildings: [.init(id: "a", x: 0, y: 0, fields: fields), .init(id: "b", x: 1, y: 0, fields: ["condition": "good"])],
      register: rows.map { ("a", $0.0, $0.1) })
    return try town.scored()
  }

  @Test("The highest decayed confidence wins, not the newest and not the highest when fresh")
  func highest() throws {
    // The register's 0.95 of 2010 has decayed to 0.06; the cadastre's 0.6 is undated: one half-life old, 0.3, and at most 0.6 × 2^(−1/4).
    let study = try town(["condition": "declined"], [("inUse", "2010-01-01")])
    #expect(study.source.vacancy[0] == .vacant && study.source.vacancyConfidence[0] == 0.3)
    #expect(abs(study.source.vacancyConfidenceHigh[0] - 0.6 * exp2(-0.25)) < 1e-12)
    #expect(study.source.evidence[0]?.count == 2)
    #expect(study.source.evidence[0]?[Int(study.source.decidingEvidence[0])].kind == .cadastre)
    // Fresh, the register wins: and says in use.
    let fresh = try town(["condition": "declined"], [("inUse", "2025-12-01")])
    #expect(fresh.source.vacancy[0] == .inUse && fresh.exclusions[0] == .notVacant)
  }

  @Test("In-use evidence counts like any other")
  func inUse() throws {
    let later = try town([:], [("vacant", "2020-01-01"), ("inUse", "2024-01-01")])
    #expect(later.source.vacancy[0] == .inUse)
    let earlier = try town([:], [("inUse", "2020-01-01"), ("vacant", "2024-01-01")])
    #expect(earlier.source.vacancy[0] == .vacant)
    #expect(abs(earlier.source.vacancyConfidence[0] - 0.95 * exp2(-731.0 / 365.25 / 4)) < 1e-12)
  }

  @Test("Of equal confidence the newest wins, of equal evidence of one day that which claims least, whatever the order of the rows")
  func ties() throws {
    for rows in [[("vacant", "2025-03-01"), ("partlyVacant", "2025-03-01")], [("partlyVacant", "2025-03-01"), ("vacant", "2025-03-01")]] {
      let study = try town([:], rows)
      #expect(study.source.vacancy[0] == .partlyVacant)
      #expect(abs(study.source.vacancyConfidence[0] - 0.95 * exp2(-306.0 / 365.25 / 4)) < 1e-12)
    }
  }

  @Test("Evidence of one day that contradicts itself makes the class unknown, with a defect, whatever the order of the rows")
  func contradiction() throws {
    for date in ["2025-03-01", ""] {
      for rows in [[("vacant", date), ("inUse", date)], [("inUse", date), ("vacant", date)]] {
        let study = try town([:], rows)
        #expect(study.source.vacancy[0] == .unknown && study.source.vacancyConfidence[0].isNaN)
        #expect(study.source.defects.kept.filter { $0.code == .contradictingEvidence }.count == 1)
      }
    }
  }

  @Test("A future date is a defect and counts as none")
  func future() throws {
    let study = try town([:], [("vacant", "2062-02-28")])
    #expect(study.source.vacancy[0] == .vacant && study.source.vacancyConfidence[0] == 0.475)
    #expect(study.source.defects.kept.contains { $0.code == .unreadableValue && $0.detail.contains("future") })
    #expect(study.source.notes.contains { $0.english.contains("without a readable date") })
  }

  @Test("Without evidence a building is unknown; an unknown status is a defect and no evidence")
  func none() throws {
    let study = try town([:], [("sort of empty", "2025-01-01"), ("unknown", "2025-01-01")])
    #expect(study.source.vacancy[0] == .unknown && study.source.vacancyConfidence[0].isNaN && study.source.decidingEvidence[0] == -1)
    #expect(study.source.defects.kept.contains { $0.code == .unknownCode && $0.feature == "a" && $0.detail.contains("sort of empty") })
    let register = try #require(study.source.inputs.first { $0.layer == "vacancy" })
    #expect(register.read == register.kept + register.refused && register.read == 2 && register.kept == 0)
  }

  @Test("A register row without a building, and a date that is none, are defects; counts reconcile")
  func defects() throws {
    let town = SmallTown(
      buildings: [.init(id: "a", x: 0, y: 0), .init(id: "b", x: 1, y: 0)],
      register: [("a", "vacant", "last summer"), ("z", "vacant", "2025-01-01"), ("b", "", "2025-01-01")])
    let study = try town.scored()
    #expect(study.source.vacancy[0] == .vacant && study.source.vacancyConfidence[0] == 0.475)
    let codes = study.source.defects.kept.map(\.code)
    #expect(codes.contains(.unreadableValue) && codes.contains(.unmatchedRecord))
    let register = try #require(study.source.inputs.first { $0.layer == "vacancy" })
    #expect(register.read == 3 && register.kept == 1 && register.refused == 2)
  }

  @Test("A register without ids finds its building by place")
  func byPlace() throws {
    let folder = try ScratchFolder()
    var town = SmallTown(buildings: [.init(id: "a", x: 0, y: 0), .init(id: "b", x: 1, y: 0)])
    let x = SmallTown.origin.x + 110, y = SmallTown.origin.y + 15
    try folder.write("x,y,status,observed\n\(x),\(y),vacant,2025-06-01\n\(x + 50),\(y),vacant,2025-06-01\n", to: "found.csv")
    town.study = []
    let file = try town.write(to: folder)
    let text = try String(contentsOfFile: file, encoding: .utf8) + "  vacancy: {source: found.csv, crs: EPSG:3067}\n"
    try folder.write(text, to: "study.yml")
    let data = try shippedData(), study = try Study(file: file)
    let scored = try score(study, folder: data, register: AssumptionRegister(folder: data, studyFile: nil), options: RunOptions())
    #expect(scored.source.vacancy == [.unknown, .vacant])
    #expect(scored.source.defects.kept.filter { $0.code == .unmatchedRecord }.count == 1)
  }
}
