import Foundation
import SimpleFeatures
import Testing
import TextFormats
import UrbanIndicators

@testable import Assessment

@Suite("Words of registers")
struct WordTableTests {
  /// What a person who speaks the language reads in the words of `case-registers/m05-words.csv`, and whether somebody has plans.
  static let status: [String: (VacancyClass, Bool)] = [
    "friche sans projet": (.vacant, false), "friche avec projet": (.vacant, true), "friche potentielle": (.unknown, false),
    "friche reconvertie": (.inUse, false), "totalement inoccupé": (.vacant, false), "partiellement inoccupé": (.partlyVacant, false),
    "vacant": (.vacant, false), "partiellement vacant": (.partlyVacant, false), "inconnu": (.unknown, false),
    "permissioned": (.vacant, true), "not permissioned": (.vacant, false), "pending decision": (.vacant, true),
    "Leerstand": (.vacant, false), "leerstehend": (.vacant, false), "leer": (.vacant, false), "teilleerstehend": (.partlyVacant, false),
    "ungenutzt": (.vacant, false), "Brache": (.vacant, false), "bewohnt": (.inUse, false), "pustostan": (.vacant, false),
    "niezamieszkany": (.vacant, false), "wolny lokal": (.vacant, false), "nieużytkowany": (.vacant, false), "zajęty": (.inUse, false),
    "tuščias": (.vacant, false), "laisvas": (.vacant, false), "nenaudojamas": (.vacant, false), "apleistas": (.vacant, false),
    "tühi": (.vacant, false), "kasutamata": (.vacant, false), "mahajäetud": (.vacant, false), "kasutuses": (.inUse, false),
    "tom": (.vacant, false), "vakant": (.vacant, false), "outnyttjad": (.vacant, false), "outhyrd": (.vacant, false),
    "ledig": (.vacant, false), "tyhjä": (.vacant, false), "käyttämätön": (.vacant, false), "inutilizzato": (.vacant, false),
    "dismesso": (.vacant, false), "sfitto": (.vacant, false), "libero": (.vacant, false), "in uso": (.inUse, false),
    "vacío": (.vacant, false), "desocupado": (.vacant, false), "en desuso": (.vacant, false), "sin uso": (.vacant, false),
    "ocupado": (.inUse, false), "leegstaand": (.vacant, false), "leegstand": (.vacant, false), "Vacant": (.vacant, false),
    "VACANT": (.vacant, false), "vacant building": (.vacant, false), "boarded": (.vacant, false), "Abandoned": (.vacant, false),
    "Unoccupied": (.vacant, false), "Owner Occupied": (.inUse, false), "Partially Vacant": (.partlyVacant, false),
  ]

  @Test("Sixty status words of eleven languages mean what a person reads in them")
  func statusWords() throws {
    let codes = try CodeTables(folder: shippedData())
    let file = packageFolder + "/Tests/Regressions/case-registers/m05-words.csv"
    let words = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").dropFirst().map {
      String($0.split(separator: ",")[2])
    }
    #expect(words.count == 60)
    for word in words {
      // A lot without a building is no vacant building.
      if word == "Vacant Lot" {
        #expect(codes.word(.status, word) == "gone")
        continue
      }
      let expected = try #require(Self.status[word], "\(word)")
      let meaning = try #require(codes.meaning(.status, word), "\(word)")
      #expect(meaning.word == expected.0.rawValue && meaning.isTaken == expected.1, "\(word): \(meaning)")
    }
  }

  @Test("Case, blanks, hyphens and underscores make no other word; a word in no table means nothing (seeded)")
  func variants() throws {
    let codes = try CodeTables(folder: shippedData())
    var state: UInt64 = 20_261_201
    func random(_ n: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % n
    }
    for field in CodeTables.Field.allCases {
      let table = try DataTable(file: packageFolder + "/GeoData/vocabulary/\(field.rawValue).csv", required: ["word", "meaning"])
      for row in 0..<table.count {
        let word = try table.requiredText("word", row)
        var variant = random(2) == 0 ? word.uppercased() : word.lowercased()
        if random(2) == 0 { variant = variant.replacing(" ", with: ["_", "-", "  ", "\u{A0}"][random(4)]) }
        if random(2) == 0 { variant = "  " + variant + " " }
        #expect(codes.meaning(field, variant) == codes.meaning(field, word), "\(field): \"\(variant)\"; seed 20261201")
        #expect(codes.meaning(field, word + "q\(random(1000))") == nil)
      }
    }
  }

  @Test("A word with two meanings is decided by the country's languages, and else means nothing")
  func languages() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("word,language,meaning\nsi,it,yes\nsi,xx,no\nja,,yes\nei,et,no\nei,fi,no\n", to: "t.csv")
    func meaning(_ word: String, _ languages: [String]) throws -> String? {
      try WordTable(file: file, languages: languages, allowed: ["yes", "no"]).meaning(word)?.word
    }
    #expect(try meaning("si", ["it"]) == "yes" && meaning("si", ["xx", "de"]) == "no")
    #expect(try meaning("si", []) == nil && meaning("si", ["it", "xx"]) == nil)
    #expect(try meaning("Ja", []) == "yes" && meaning("EI", []) == "no")
  }

  @Test("What a table cannot mean is refused with file and row")
  func unknownMeaning() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("word,language,meaning\nfull,en,brimming\n", to: "t.csv")
    let complaint = message { _ = try WordTable(file: file, languages: [], allowed: ["yes"]) }
    #expect(complaint.contains("row 1") && complaint.contains("brimming"))
  }

  @Test("An unknown word never means listed: it is unknown and a defect; words for none and for nothing known are none")
  func heritage() throws {
    let study = try Study(file: packageFolder + "/Tests/Regressions/case-07-heritage/heritage.yml"), data = try shippedData()
    let scored = try score(study, folder: data, register: AssumptionRegister(folder: data, studyFile: nil), options: RunOptions())
    func state(_ id: String) -> Ternary { scored.source.city.buildings.heritage[scored.row(id)] }
    #expect(state("h0") == .yes)
    // no, not listed, keine, brak, ei ole
    for id in ["h1", "h3", "h6", "h7", "h8"] { #expect(state(id) == .no, "\(id)") }
    // unknown, n/a, -, nothing
    for id in ["h2", "h4", "h5", "h9"] { #expect(state(id) == .unknown, "\(id)") }
    #expect(!scored.source.defects.kept.contains { $0.code == .unknownCode }, "\(scored.source.defects.kept)")
    let town = SmallTown(buildings: [.init(id: "a", x: 0, y: 0, fields: ["heritage": "mystery", "vacancy": "vacant"])])
    let odd = try town.scored()
    #expect(odd.source.city.buildings.heritage == [.unknown])
    #expect(odd.source.defects.kept.contains { $0.code == .unknownCode && $0.detail.contains("mystery") })
  }

  @Test("A text for nothing known is missing in every field, not unreadable; the study may add its own")
  func missing() throws {
    let fields = ["storeys": "k. A.", "year": "NA", "function": "-", "condition": "n/a", "owner": "brak danych", "vacancy": "vacant"]
    let town = SmallTown(buildings: [.init(id: "a", x: 0, y: 0, fields: fields)], register: [("a", "vacant", "NA")])
    let scored = try town.scored()
    #expect(scored.source.defects.total == 0, "\(scored.source.defects.kept)")
    #expect(scored.source.city.buildings.storeys[0].isNaN && scored.source.city.buildings.year[0].isNaN)
    #expect(scored.source.vacancy == [.vacant])
  }

  @Test("What a study calls missing is missing, numbers among it, and nothing else is")
  func ownMissing() throws {
    let folder = try ScratchFolder()
    let town = SmallTown(
      buildings: [
        .init(id: "a", x: 0, y: 0, fields: ["storeys": "99", "year": "1901-01-01", "height": "12"]),
        .init(id: "b", x: 1, y: 0, fields: ["storeys": "9", "year": "1902", "height": "12,5"]),
      ])
    let file = try town.write(to: folder)
    let text = try String(contentsOfFile: file, encoding: .utf8).replacing(
      "{source: buildings.csv, crs: EPSG:3067}", with: "{source: buildings.csv, crs: EPSG:3067, missing: [\"99\", \"1901-01-01\", \"12\"]}")
    let data = try shippedData(), study = try Study(file: folder.write(text, to: "study.yml"))
    let source = try score(study, folder: data, register: AssumptionRegister(folder: data, studyFile: nil), options: RunOptions()).source
    #expect(source.city.buildings.storeys[0].isNaN && source.city.buildings.storeys[1] == 9)
    #expect(source.city.buildings.year[0].isNaN && source.city.buildings.year[1] == 1902)
    #expect(source.city.buildings.height[0].isNaN && source.city.buildings.height[1] == 12.5)
    #expect(source.defects.total == 0, "\(source.defects.kept)")
  }

  @Test("A site for which somebody has plans is screened out, unless the study asks for it; words of the study go first")
  func taken() throws {
    let folder = try ScratchFolder()
    var town = SmallTown(buildings: [.init(id: "a", x: 0, y: 0), .init(id: "b", x: 1, y: 0)])
    town.register = [("a", "friche avec projet", "2025-06-01"), ("b", "en projet", "2025-06-01")]
    let file = try town.write(to: folder)
    let plain = try String(contentsOfFile: file, encoding: .utf8)
    let own = plain.replacing(
      "join: {id: building}",
      with: "join: {id: building}, values: {status: {EN-PROJET: {vacant: true, taken: true}, friche avec projet: vacant}}")
    let data = try shippedData()
    func scored(_ text: String) throws -> ScoredStudy {
      let study = try Study(file: folder.write(text, to: "study.yml"))
      return try score(study, folder: data, register: AssumptionRegister(folder: data, studyFile: nil), options: RunOptions())
    }
    let shipped = try scored(plain)
    #expect(shipped.exclusions == [.alreadyTaken, .vacancyUnknown])
    #expect(shipped.source.registerRows.outcomes == [.taken, .statusNotUnderstood])
    let told = try scored(own)
    #expect(told.exclusions == [nil, .alreadyTaken] && told.source.registerRows.outcomes == [.linked, .taken])
    #expect(try scored(own.replacing("min_floor_area: 150", with: "min_floor_area: 150, taken: include")).exclusions == [nil, nil])
  }
}
