import Foundation
import SimpleFeatures
import Testing
import TextFormats

@testable import Assessment

@Suite("What is written of a site")
struct SiteDossierTests {
  /// Calls `visit` with every value and its path.
  func walk(_ json: JSON, _ path: String = "", _ visit: (JSON, String) -> Void) {
    visit(json, path)
    for (k, value) in (json.array ?? []).enumerated() { walk(value, path + "[\(k)]", visit) }
    for member in json.object ?? [] { walk(member.value, path + "." + member.name, visit) }
  }

  func check(_ dossier: SiteDossier) throws {
    let text = dossier.json.serialized(indent: 2)
    for word in ["nan", "NaN", "inf", "Infinity"] {
      #expect(!text.contains(": \(word)") && !text.contains(": -\(word)"), "\(dossier.id) holds \(word)")
    }
    #expect(try JSON(parsing: text) == dossier.json)
    walk(dossier.json) { value, path in
      if let number = value.number { #expect(number.isFinite, "\(path)") }
      guard value["value"] != nil, value["unit"] != nil, value["kind"] != nil else { return }
      #expect(value["unit"]?.string?.isEmpty == false, "\(path) has no unit")
      #expect(value["source"]?.string?.isEmpty == false, "\(path) has no source")
      #expect(value["kind"]?.string?.isEmpty == false, "\(path) has no kind")
      if let low = value["low"]?.number, let high = value["high"]?.number { #expect(low <= high, "\(path)") }
    }
  }

  @Test("Every number is finite and every figure has unit, kind and source", arguments: [1, 2, 3] as [UInt64])
  func pedigree(_ seed: UInt64) throws {
    let portfolio = try SmallTown.varied(seed: seed).scored().portfolio()
    let robustness = try portfolio.robustness(top: 3, draws: 200)
    for site in 0..<min(6, portfolio.sites.count) { try check(portfolio.dossier(at: site, robustness: robustness)) }
  }

  @Test("So it is where all is known and where next to nothing is")
  func extremes() throws {
    try check(ConceptTests.town().scored().portfolio().dossier(of: "mill"))
    try check(ConceptTests.town(rent: "").scored().portfolio().dossier(of: "mill"))
    let bare = SmallTown(buildings: [.init(id: "bare", x: 0, y: 0, fields: ["vacancy": "vacant"])])
    try check(bare.scored().portfolio().dossier(of: "bare"))
  }

  @Test("The printed contributions sum to the printed score, by criterion and by group")
  func sums() throws {
    let study = try SmallTown.varied(seed: 12).scored()
    let portfolio = try study.portfolio()
    for site in 0..<study.scores.count {
      let score = try #require(try portfolio.dossier(of: study.id(site)).json["score"])
      let criteria = score["criteria"]?.array ?? [], groups = score["groups"]?.array ?? []
      #expect(criteria.count == 25 && groups.count == 5)
      func sum(_ rows: [JSON], _ name: String) -> Double { rows.reduce(0) { $0 + ($1[name]?.number ?? .nan) } }
      #expect(sum(criteria, "contribution") == score["score"]?.number)
      #expect(abs(sum(criteria, "contribution_low") - (score["low"]?.number ?? .nan)) < 1e-9)
      #expect(abs(sum(criteria, "contribution_high") - (score["high"]?.number ?? .nan)) < 1e-9)
      #expect(abs(sum(groups, "contribution") - (score["score"]?.number ?? .nan)) < 1e-9 && abs(sum(groups, "weight") - 100) < 1e-9)
    }
  }

  @Test("What to find out next is what could move the score most, first")
  func findOut() throws {
    let study = try SmallTown.varied(seed: 13).scored()
    let json = try study.portfolio().dossier(of: study.id(0)).json
    let swings = (json["find_out"]?.array ?? []).compactMap { $0["score_swing"]?.number }
    try #require(!swings.isEmpty)
    #expect(swings == swings.sorted(by: >) && swings.allSatisfy { $0 > 0 })
    let width = (json["score"]?["high"]?.number ?? 0) - (json["score"]?["low"]?.number ?? 0)
    #expect(abs(swings.reduce(0, +) - width) < 1e-9)
  }

  @Test("Discounted cash flows of the page sum to its net present value")
  func cashFlow() throws {
    let json = try ConceptTests.town().scored().portfolio().dossier(of: "mill").json
    for alternative in json["alternatives"]?.array ?? [] {
      let value = try #require(alternative["fnpv_c"]?["value"]?.number)
      let rows = alternative["cash_flow"]?.array ?? []
      let sum = rows.reduce(0.0) { $0 + ($1["discounted"]?.number ?? .nan) }
      #expect(abs(sum - value) < 1e-6 * max(1, abs(value)), "\(alternative["id"]?.string ?? "")")
      let last = try #require(rows.last?["cumulative"]?.number)
      #expect(abs(rows.reduce(0.0) { $0 + ($1["net"]?.number ?? .nan) } - last) < 1e-6 * max(1, abs(last)))
    }
  }

  @Test("An unknown site is an error with what was probably meant")
  func unknown() throws {
    let portfolio = try ConceptTests.town().scored().portfolio()
    #expect(message { _ = try portfolio.dossier(of: "mil") }.contains("Did you mean mill?"))
    #expect(message { _ = try portfolio.dossier(of: "zzzzzz") }.contains("ranking.csv"))
  }

  @Test("A building's name and owner leave only if the study publishes them")
  func privacy() throws {
    var town = ConceptTests.town()
    town.buildings[0].fields["name"] = "Mill of Jane Doe"
    town.buildings[0].fields["owner"] = "Jane Doe"
    town.study = ["publish: [function]"]
    let study = try town.scored()
    let written =
      try study.portfolio().dossier(of: "mill").json.serialized() + "\(study.siteTable())" + study.record.jsonText
      + study.defectTable.map { column in (0..<column.count).compactMap { column.text($0) }.joined() }.joined()
    #expect(!written.contains("Jane Doe"))
    #expect(study.source.defects.kept.contains { $0.detail.contains("owner is no class") })
    town.study = ["publish: [name, owner]"]
    let open = try town.scored()
    #expect(try open.siteTable().attribute("pub_owner")?.text(0) == "Jane Doe")
    #expect(try open.siteTable().attribute("name")?.text(0) == "Mill of Jane Doe")
  }
}
