import Foundation
import GeoFormats
import SimpleFeatures
import Testing
import TextFormats

@testable import Assessment

@Suite("Fields of the buildings are used or refused")
struct KnownFieldTests {
  private func town(_ fields: [String: String]) -> SmallTown {
    var town = ConceptTests.town()
    town.buildings[0].fields.merge(fields) { $1 }
    return town
  }

  private func record(_ town: SmallTown) throws -> JSON { try town.scored().portfolio().dossier(of: "mill").json }

  private func fact(_ id: String, _ record: JSON) -> JSON? { record["site"]?["facts"]?.array?.first { $0["id"]?.string == id }?["figure"] }

  @Test("The rent that is asked stands for the market's, with its source")
  func askingRent() throws {
    let asked = try record(town(["askingRent": "7.5"])), market = try record(town([:]))
    let rent = asked["assumptions"]?.array?.first { $0["id"]?.string == "rent.market" }
    #expect(rent?["value"]?.number == 7.5 && rent?["source"]?.string == "buildings layer")
    #expect(fact("asking_rent", asked)?["value"]?.number == 7.5 && fact("asking_rent", market) == nil)
    func value(_ record: JSON) -> Double? {
      record["alternatives"]?.array?.first { $0["id"]?.string == "full" }?["fnpv_c"]?["value"]?.number
    }
    // Half of what the district pays: the conversion is worth less.
    let worth = try (#require(value(asked)), #require(value(market)))
    #expect(worth.0 < worth.1)
    // Without any rent of a district the asking rent alone gives a verdict.
    var alone = town(["askingRent": "7.5"])
    alone.districts = []
    #expect(value(try record(alone)) != nil)
  }

  @Test("The asking price is a fact and is held against what the conversion bears")
  func askingPrice() throws {
    let free = try record(town([:])), cheap = try record(town(["askingPrice": "1"])), dear = try record(town(["askingPrice": "90000000"]))
    func notes(_ record: JSON) -> String { (record["method"]?["notes"]?.array ?? []).compactMap(\.string).joined(separator: "\n") }
    #expect(fact("asking_price", dear)?["value"]?.number == 90_000_000 && fact("asking_price", dear)?["kind"]?.string == "given")
    #expect(notes(dear).contains("Asked for the building are 90000000 EUR") && notes(dear).contains("loses money"))
    #expect(notes(cheap).contains("Asked for the building are 1 EUR") && !notes(free).contains("Asked for"))
  }

  @Test(
    "The energy class is shown; what is none is a defect", arguments: [("C", "C"), ("a+++", "A+++"), ("F2018", "F2018"), ("Jane Doe", nil)])
  func energyClass(_ given: String, _ shown: String?) throws {
    let study = try town(["energyClass": given]).scored()
    let json = try study.portfolio().dossier(of: "mill").json
    #expect(json["site"]?["energy_class"]?.string == shown)
    #expect(study.source.defects.kept.contains { $0.detail.contains("energyClass") } == (shown == nil))
  }

  @Test("A field that would group footprints is refused where it is mapped, and said to be unused where it is only there")
  func site() throws {
    let there = try town(["site": "works"]).scored()
    #expect(there.record.notes.contains { $0.english.contains("`site` is not used") })
    #expect(try !town([:]).scored().record.notes.contains { $0.english.contains("`site`") })
    let folder = try ScratchFolder()
    let file = try town(["works": "w1"]).write(to: folder)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try folder.write(
      text.replacing("buildings.csv, crs: EPSG:3067", with: "buildings.csv, crs: EPSG:3067, fields: {site: works}"), to: "study.yml")
    let data = try shippedData()
    let complaint = message {
      _ = try score(
        Study(file: file), folder: data, register: AssumptionRegister(folder: data, studyFile: nil), options: RunOptions())
    }
    #expect(complaint.contains("layers.buildings.fields.site") && complaint.contains("Leave `site` out"), "\(complaint)")
  }

  @Test("Companies and rows of the register are kept as they were read; one-way streets change nothing on foot")
  func kept() throws {
    let folder = try ScratchFolder()
    var town = ConceptTests.town()
    town.register = [("mill", "vacant", "2025-05-01"), ("nowhere", "vacant", "2025-05-01")]
    let file = try town.write(to: folder)
    try folder.write(
      "id,sector,founded,ambassador,seeks,offers,wkt\nc1,design,2011,yes,a hall,training,POINT(385100 6671100)\n", to: "companies.csv")
    func streets(_ oneway: String) throws -> ScoredStudy {
      try folder.write(
        "class,oneway,wkt\nresidential,\(oneway),\"LINESTRING(384900 6670990,385400 6670990)\"\n", to: "streets.csv")
      let text = try String(contentsOfFile: file, encoding: .utf8)
      if !text.contains("streets.csv") { try folder.write(text + "  streets: {source: streets.csv, crs: EPSG:3067}\n", to: "study.yml") }
      let data = try shippedData()
      return try score(
        Study(file: file), folder: data, register: AssumptionRegister(folder: data, studyFile: nil), options: RunOptions())
    }
    let open = try streets("no"), oneway = try streets("yes")
    let tables = try ("\(open.siteTable())", "\(oneway.siteTable())")
    #expect(tables.0 == tables.1)
    let companies = Dictionary(uniqueKeysWithValues: open.source.companyTable.map { ($0.name, $0.text(0)) })
    #expect(companies["seeks"] == "a hall" && companies["offers"] == "training" && companies["founded"] == "2011")
    let register = Dictionary(uniqueKeysWithValues: open.source.registerTable.map { ($0.name, [$0.text(0), $0.text(1)]) })
    #expect(register["register_buildings"] == ["mill", nil] && register["status"] == ["vacant", "vacant"])
  }

  @Test("An input of the recorded size, not touched since it was read, is taken to be the same; all others are hashed")
  func trust() throws {
    let folder = try ScratchFolder()
    let scored = try ConceptTests.town().scored(in: folder)
    let late = try folder.write("later", to: "later")
    var record = scored.record
    func changed(since file: String?) throws -> [String] {
      try record.changedInputs(study: scored.study, profile: scored.profile, since: file.flatMap { FileStamp(of: $0) })
    }
    #expect(try changed(since: nil) == [] && changed(since: late) == [])
    for k in record.inputs.indices { record.inputs[k].sha256 = "another" }
    let all = Set(record.inputs.map(\.path)).sorted()
    #expect(try changed(since: nil) == all && changed(since: folder.path + "/buildings.csv") == all)
    #expect(try changed(since: late) == [], "sizes are those of the record, dates are older")
    record.inputs[0].size += 1
    #expect(try changed(since: late) == [record.inputs[0].path])
  }
}
