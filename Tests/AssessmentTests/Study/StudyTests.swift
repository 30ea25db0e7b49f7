import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import Testing

@testable import Assessment

@Suite("Study files")
struct StudyTests {
  static let smallest = """
    study: my-town
    country: fi
    price_date: 2026-01-01
    layers:
      buildings: {source: city.gpkg#houses}
    """

  func study(_ text: String) throws -> Study { try Study(YAMLMapping.root(of: text, file: "/data/town/study.yml")) }

  /// The smallest study with further lines.
  func complaint(_ lines: String, replacing: (String, String) = ("", "")) -> String {
    let text = replacing.0.isEmpty ? Self.smallest : Self.smallest.replacing(replacing.0, with: replacing.1)
    return message { _ = try study(text + "\n" + lines) }
  }

  @Test("The smallest study has the documented defaults")
  func defaults() throws {
    let study = try study(Self.smallest)
    #expect(study.id == "my-town" && study.title == "my-town")
    #expect(study.country == "FI" && study.currency == "EUR")
    #expect(study.asOf == study.priceDate && study.grantDate == study.priceDate)
    #expect(study.priceDate == CalendarDate(year: 2026, month: 1, day: 1))
    #expect(study.profile == "cci-location" && study.assumptions == nil && study.crs == nil && study.centre == nil)
    #expect(study.candidates.vacancy == [.vacant, .partlyVacant, .derelict])
    #expect(study.candidates.minimumConfidence == 0.2 && study.candidates.minimumFloorArea == 150 && !study.candidates.all)
    #expect(study.report.top == 10 && study.report.formats == ["html"] && study.report.languages == ["en"])
    #expect(study.publish == ["name", "address", "function"])
    #expect(!study.isIllustrative)
    let buildings = try #require(study.layers["buildings"])
    #expect(buildings.reference.path == "/data/town/city.gpkg" && buildings.reference.layer == "houses")
  }

  @Test("Everything a study may say is understood")
  func whole() throws {
    let study = try study(
      """
      study: my-town
      title: "My town: empty houses"
      country: DE
      currency: EUR
      price_date: 2025-07-01
      crs: EPSG:25832
      as_of: 2025-03
      grant_date: 2026-06-01
      centre: [10.5, 52.25]
      layers:
        buildings: {source: /abs/city.gpkg, fields: {storeys: levels, height: "hgt [ft]"}}
        vacancy: {source: register.csv, join: {id: building_id}, illustrative: true}
        districts: {source: districts.geojson, crs: EPSG:4326}
        constraints:
          - {source: flood.shp, kind: flood, effect: veto, above: 0.25}
          - {source: noise.gpkg#roads, kind: noise, effect: penalty, strength: 0.4}
          - {source: mire.gpkg, kind: nature, effect: cost, cost: {value: 60, low: 40, high: 90, source: "city, 2025"}}
      candidates: {vacancy: [vacant], min_confidence: 0.4, min_floor_area: 0}
      profile: mine.yml
      assumptions: own/assumptions.csv
      report: {top: 3, formats: [html, xlsx], languages: [de, en]}
      publish: [name, owner]
      attribution: "© Somebody"
      """)
    #expect(study.asOf == CalendarDate(year: 2025, month: 3, day: 1))
    #expect(study.centre == Position(x: 10.5, y: 52.25))
    #expect(study.crs == CoordinateReferenceSystem("EPSG:25832"))
    #expect(study.layers["buildings"]?.reference.path == "/abs/city.gpkg")
    #expect(study.layers["buildings"]?.fields == ["storeys": "levels", "height": "hgt [ft]"])
    #expect(study.layers["vacancy"]?.join == .id("building_id", field: nil) && study.isIllustrative)
    #expect(study.layers["districts"]?.crs == CoordinateReferenceSystem("EPSG:4326"))
    #expect(
      study.constraints.map(\.kind) == ["flood", "noise", "nature"] && study.constraints.map(\.effect) == ["veto", "penalty", "cost"])
    #expect(study.constraints.map(\.above) == [0.25, 0, 0] && study.constraints.map(\.strength) == [0, 0.4, 0])
    let cost = study.constraints[2].cost
    #expect(cost?.value == 60 && cost?.low == 40 && cost?.high == 90 && cost?.source == "city, 2025" && cost?.unit == "EUR/m2")
    #expect(study.constraints[1].layer.reference.layer == "roads")
    #expect(study.assumptions == "/data/town/own/assumptions.csv")
    #expect(study.report.top == 3 && study.report.formats == ["html", "xlsx"] && study.report.languages == ["de", "en"])
    #expect(study.publish == ["name", "owner"] && study.attribution == ["© Somebody"])
  }

  @Test("`vacancy: all` scores every building")
  func all() throws { #expect(try study(Self.smallest + "\ncandidates: {vacancy: all}").candidates.all) }

  @Test("A key that nobody reads is refused with its line and what was probably meant")
  func unknownKeys() {
    let top = complaint("profil: cci-location")
    #expect(top.contains("/data/town/study.yml:6:") && top.contains("`profil`") && top.contains("Did you mean `profile`?"), "\(top)")
    let layer = complaint("", replacing: ("buildings: {source", "building: {source"))
    #expect(layer.contains("layers.building") && layer.contains("Did you mean `buildings`?"), "\(layer)")
    let nested = complaint("candidates:\n  vacancy: [vacant]\n  min_confidense: 0.3")
    #expect(nested.contains(":8:") && nested.contains("`candidates.min_confidense`") && nested.contains("`min_confidence`"), "\(nested)")
    let source = complaint("", replacing: ("{source: city.gpkg#houses}", "{sorce: city.gpkg}"))
    #expect(source.contains("Did you mean `source`?"), "\(source)")
    let nothingNear = complaint("zzzzzzzzzzzz: 1")
    #expect(nothingNear.contains("Known keys: study, title"), "\(nothingNear)")
  }

  /// A constraint whose terms do not fit its effect, and what is said of it.
  @Test(
    "A penalty without strength, a cost without figure or source, and terms of another effect are refused",
    arguments: [
      ("effect: penalty", ["needs `strength`"]), ("effect: penalty, strength: 0", ["`layers.constraints[1].strength`", "above 0"]),
      ("effect: penalty, strength: 1.5", ["up to 1"]), ("effect: veto, strength: 0.5", ["belongs to `effect: penalty`"]),
      ("effect: cost", ["needs `cost:"]), ("effect: cost, cost: {source: x}", ["value", "is missing"]),
      ("effect: cost, cost: {value: 5}", ["source", "is missing"]),
      ("effect: cost, cost: {value: 5, low: 6, source: x}", ["low ≤ value"]), ("effect: cost, cost: {value: -1, source: x}", ["0 ≤ low"]),
      ("effect: penalty, strength: 0.5, cost: {value: 5, source: x}", ["belongs to `effect: cost`"]),
    ])
  func constraintTerms(_ terms: String, _ expected: [String]) {
    let text = complaint(
      "",
      replacing: ("{source: city.gpkg#houses}", "{source: city.gpkg#houses}\n  constraints:\n    - {source: a.shp, kind: flood, \(terms)}"))
    for part in expected { #expect(text.contains(part), "\(terms): \(text)") }
  }

  static let mistakes: [(lines: String, what: String, with: String, expected: [String])] = [
    ("", "study: my-town", "study: My Town", [":1:", "`study`", "a–z, 0–9"]),
    ("", "study: my-town", "study: templates", [":1:", "reserved"]),
    ("", "study: my-town", "study: gallery", ["reserved"]),
    ("", "study: my-town\n", "", ["`study`", "is missing"]),
    ("", "country: fi", "country: Finland", [":2:", "two-letter"]),
    ("", "country: fi\n", "", ["`country`", "is missing"]),
    ("", "price_date: 2026-01-01", "price_date: soon", [":3:", "date", "soon"]),
    ("", "price_date: 2026-01-01", "price_date: 2026-02-30", [":3:", "date"]),
    ("", "price_date: 2026-01-01\n", "", ["`price_date`", "is missing"]),
    ("currency: USD", "", "", [":6:", "EUR"]),
    ("as_of: yesterday", "", "", [":6:", "`as_of`"]),
    ("centre: [1]", "", "", [":6:", "longitude"]),
    ("centre: [200, 10]", "", "", ["longitude"]),
    ("centre: [10, 95]", "", "", ["longitude"]),
    ("candidates: {vacancy: [empty-ish]}", "", "", ["empty-ish", "partlyVacant"]),
    ("candidates: {min_confidence: 20}", "", "", ["`candidates.min_confidence`", "between 0 and 1"]),
    ("candidates: {min_confidence: much}", "", "", ["a number is expected", "much"]),
    ("candidates: {min_confidence: nan}", "", "", ["a number is expected"]),
    ("candidates: {min_floor_area: -1}", "", "", ["not below 0"]),
    ("candidates: [vacant]", "", "", ["`candidates`", "mapping"]),
    ("report: {top: 2.5}", "", "", ["`report.top`", "whole number"]),
    ("report: {top: -1}", "", "", ["not below 0"]),
    ("report: {top: 1e30}", "", "", ["whole number"]),
    ("report: {formats: [docx]}", "", "", ["docx", "html, pdf and xlsx"]),
    ("title: [a, b]", "", "", ["`title`", "single value"]),
    ("", "{source: city.gpkg#houses}", "city.gpkg", ["layers.buildings", "mapping"]),
    ("", "{source: city.gpkg#houses}", "{crs: EPSG:3067}", ["layers.buildings.source", "is missing"]),
    ("", "buildings: {source: city.gpkg#houses}", "places: {source: p.csv}", ["layers.buildings", "a study needs building footprints"]),
    ("", "layers:\n  buildings: {source: city.gpkg#houses}", "", ["`layers`", "is missing"]),
    ("  constraints: [{source: f.shp, kind: storm, effect: veto}]", "", "", ["layers.constraints[1].kind", "flood"]),
    ("  constraints: [{source: f.shp, kind: flood, effect: maybe}]", "", "", ["layers.constraints[1].effect", "veto"]),
    ("  constraints: [{source: f.shp, kind: flood, effect: veto, above: 50}]", "", "", ["layers.constraints[1].above", "between 0 and 1"]),
    ("  constraints: [{source: a.shp, kind: flood, effect: veto}, {kind: flood, effect: veto}]", "", "", ["layers.constraints[2].source"]),
    ("  vacancy: {source: r.csv, join: id}", "", "", ["layers.vacancy.join", "mapping"]),
    ("  vacancy: {source: r.csv, illustrative: perhaps}", "", "", ["illustrative", "true or false"]),
  ]

  @Test("Every mistake is refused with file, place and what is expected", arguments: mistakes.indices)
  func refused(_ k: Int) {
    let mistake = Self.mistakes[k]
    let text = complaint(mistake.lines, replacing: (mistake.what, mistake.with))
    #expect(text.hasPrefix("/data/town/study.yml:"), "\(mistake): \(text)")
    for part in mistake.expected { #expect(text.contains(part), "\(mistake) does not say \"\(part)\": \(text)") }
  }

  @Test("What is no YAML, or no mapping, is refused with the file's name")
  func noYAML() {
    #expect(message { _ = try study("a: [1, 2") }.contains("/data/town/study.yml is no YAML"))
    #expect(message { _ = try study("- a\n- b") }.contains("mapping of keys"))
    #expect(message { _ = try study("") }.contains("mapping of keys"))
    #expect(message { _ = try study("study: a\nstudy: b") }.contains("study.yml"))
    let missing = message { _ = try Study(file: "/nowhere/study.yml") }
    #expect(missing.contains("/nowhere/study.yml") && missing.contains("rekindle init"))
  }

  @Test("A file that is not UTF-8 is refused and told how to save it")
  func encoding() throws {
    let folder = try ScratchFolder()
    let file = folder.path + "/study.yml"
    try Data([0x74, 0x3a, 0x20, 0xff, 0xfe]).write(to: URL(fileURLWithPath: file))
    let text = message { _ = try Study(file: file) }
    #expect(text.contains("UTF-8") && text.contains(file))
  }

  @Test("The shipped studies are understood")
  func shipped() throws {
    for (name, file) in [("helsinki-centre", "study.yml"), ("helsinki-centre", "study-evidence.yml"), ("kotka-karhula", "study.yml")] {
      let study = try Study(file: packageFolder + "/GeoData/\(name)/\(file)")
      #expect(study.id.hasPrefix(name) && study.country == "FI")
      #expect(study.isIllustrative == (file == "study.yml"))
    }
  }

  @Test("A misspelt word finds its neighbour, and nothing when none is near")
  func suggestions() {
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(editDistance("", "abc") == 3 && editDistance("abc", "") == 3 && editDistance("same", "same") == 0)
    #expect(suggestion(for: "distrikts", among: ["districts", "places"]) == "districts")
    #expect(suggestion(for: "Places", among: ["districts", "places"]) == "places")
    #expect(suggestion(for: "zzz", among: ["districts", "places"]) == nil)
  }

  @Test("Dates may be a year, a month or a day; what is no date is none")
  func dates() {
    #expect(CalendarDate(partial: "2019") == CalendarDate(year: 2019, month: 1, day: 1))
    #expect(CalendarDate(partial: "2019-04") == CalendarDate(year: 2019, month: 4, day: 1))
    #expect(CalendarDate(partial: "2019-04-21T10:00:00Z") == CalendarDate(year: 2019, month: 4, day: 21))
    #expect(CalendarDate(partial: "2019-04-21 10:00") == CalendarDate(year: 2019, month: 4, day: 21))
    for text in ["", "19", "2019-13", "2019-02-29", "2019-1-2-3", "20x9", "-2019", "2019--01"] {
      #expect(CalendarDate(partial: text) == nil, "\(text)")
    }
  }
}
