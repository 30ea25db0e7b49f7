import GeoFormats
import ProjectFinance
import Testing
import TextFormats

@testable import Assessment
@testable import Publishing

@Suite("Language catalogues")
struct CatalogueTests {
  @Test("English has every text that templates and code ask for; the library refuses to load otherwise")
  func english() throws {
    let library = try Sample.library()
    let english = try library.catalogue("en")
    for phrase in Phrase.allCases { #expect(english.texts[phrase.rawValue] != nil, "\(phrase)") }
  }

  @Test("A language that calls itself complete has every text and every label of English, with the same placeholders")
  func complete() throws {
    let library = try Sample.library()
    let english = try library.catalogue("en")
    for language in library.languages {
      let catalogue = try library.catalogue(language)
      #expect(catalogue.ownKeys.isSubset(of: english.ownKeys), "\(language): \(catalogue.ownKeys.subtracting(english.ownKeys))")
      for key in catalogue.ownKeys {
        #expect(placeholders(catalogue.text(key: key)) == placeholders(english.text(key: key)), "\(language) \(key)")
      }
      guard catalogue.isComplete else { continue }
      #expect(
        english.ownKeys.subtracting(catalogue.ownKeys).isEmpty, "\(language): \(english.ownKeys.subtracting(catalogue.ownKeys).sorted())")
    }
  }

  private func placeholders(_ text: String) -> Set<String> { Set(text.matches(of: /\{([a-z0-9]+)\}/).map { String($0.output.1) }) }

  @Test("Numbers, money, shares and dates follow the language")
  func formats() throws {
    let library = try Sample.library()
    let english = try library.catalogue("en")
    let german = try library.catalogue("de")
    #expect(english.number(1_234_567.891, decimals: 2) == "1,234,567.89")
    #expect(german.number(1_234_567.891, decimals: 2) == "1.234.567,89")
    #expect(english.number(-0.4) == "0")
    #expect(english.number(-1234.5) == "−1,235")
    #expect(english.money(-1_916_622.5, currency: "EUR") == "−€1,916,623")
    #expect(german.money(1_916_622.5, currency: "EUR") == "1.916.623\u{A0}€")
    #expect(english.money(12.5, currency: "CHF") == "CHF\u{A0}12.50")
    #expect(english.compactMoney(1_180_000, currency: "EUR") == "€1.18\u{A0}m")
    #expect(english.compactMoney(-1_500_000, currency: "EUR") == "−€1.5\u{A0}m")
    #expect(english.percent(0.042) == "4.2%")
    #expect(german.percent(0.8) == "80\u{A0}%")
    #expect(english.date("2026-06-01") == "1 June 2026")
    #expect(german.date("2026-06-01") == "1. Juni 2026")
    #expect(english.date("soon") == "soon")
  }

  @Test("A complete language words every sentence of the engine with the gaps of the English one, and no other")
  func messages() throws {
    let library = try Sample.library()
    for language in library.languages {
      let catalogue = try library.catalogue(language)
      #expect(Set(catalogue.messages.keys).isSubset(of: Set(Sentence.allCases.map(\.id))), "\(language)")
      for sentence in Sentence.allCases {
        guard let wording = catalogue.messages[sentence.id] else {
          #expect(!catalogue.isComplete || language == "en", "\(language) lacks \(sentence.id)")
          continue
        }
        #expect(placeholders(wording) == placeholders(sentence.english), "\(language) \(sentence.id)")
      }
    }
  }

  @Test("German has a title for every code that the engine may print")
  func codes() throws {
    let german = try Sample.library().catalogue("de")
    var codes: [(kind: String, ids: [String])] = [
      ("fact", Array(DossierContext.factTitles.keys) + DossierContext.surroundingRows.map(\.id)),
      ("missing", Array(FactToFind.facts.keys) + ["rent", "vacancy"]), ("how", Array(FactToFind.facts.keys)),
      ("change", Array(DossierContext.changes.keys)), ("benefit", Array(DossierContext.benefitTitles.keys)),
      ("status", AidReport.Status.allCases.map(\.rawValue)), ("verdict", Verdict.Recommendation.allCases.map(\.rawValue)),
      ("vacancy", VacancyClass.allCases.map(\.rawValue)), ("basis", ValueBasis.allCases.map(\.rawValue)), ("utility", Sector.needs),
      ("kind", Figure.Kind.allCases.map(\.rawValue)), ("layer", ["districts", "places", "companies", "streets"]),
    ]
    codes.append(("aidBasis", Set(try AidRule.load(folder: shippedData()).map(\.basis.rawValue)).sorted()))
    for (kind, ids) in codes { for id in ids { #expect(german.label(kind, id) != nil, "\(kind).\(id)") } }
  }

  @Test("No sentence and no title of the engine stays English in German reports")
  func untranslated() throws {
    let german = try Sample.library().catalogue("de")
    for report in try [Sample.site()] + Sample.oddSites() {
      var left: Set<String> = []
      for part in report.messages.flatMap(\.parts) {
        switch part {
        case .sentence(let sentence, _): if german.messages[sentence.id] == nil { left.insert(sentence.id) }
        case .label(let kind, let id, _): if german.label(kind, id) == nil { left.insert("\(kind).\(id)") }
        default: break
        }
      }
      #expect(left.isEmpty, "\(report.site.id): \(left.sorted())")
    }
  }

  @Test("A message takes the words, the numbers and the days of its language")
  func wording() throws {
    let library = try Sample.library()
    let demand = Message(.noteDemand, .whole(1234.4), .whole(5678))
    #expect(demand.english.hasPrefix("The district's demand absorbs about 1234 m² of 5678 m²"))
    #expect(try library.catalogue("en").text(of: demand).hasPrefix("The district's demand absorbs about 1,234 m² of 5,678 m²"))
    #expect(try library.catalogue("de").text(of: demand).contains("etwa 1.234 m² von 5.678 m²"))
    let change = Message(.cofinancingBy, .signed(-0.5, decimals: 2))
    #expect(change.english == "public co-financing by −0.50 EUR")
    #expect(try library.catalogue("de").text(of: change) == "die öffentliche Kofinanzierung um −0,50 EUR")
    let end = Message(.aidEnds, .date(try #require(CalendarDate("2026-12-31"))))
    #expect(try library.catalogue("de").text(of: end) == "; endet am 31. Dezember 2026, davor muss der Zuschuss bewilligt sein")
    #expect(Message(reading: demand.record) == demand && Message(reading: change.record) == change && Message(reading: end.record) == end)
  }

  @Test("Intervals name their unit once")
  func intervals() throws {
    let library = try Sample.library()
    #expect(try library.catalogue("en").interval(1, 6, unit: "storeys") == "1 to 6\u{A0}storeys")
    #expect(try library.catalogue("de").interval(826_000, 1_770_000, unit: "EUR") == "826.000 bis 1.770.000\u{A0}€")
    #expect(try library.catalogue("en").interval(3, 3, unit: "m") == "3\u{A0}m")
  }

  @Test("Units are printed as people write them")
  func units() throws {
    let english = try Sample.library().catalogue("en")
    #expect(english.quantity(13.85, unit: "EUR/m2/month") == "13.85\u{A0}€/m²·month")
    #expect(english.quantity(2450, unit: "m2") == "2,450\u{A0}m²")
    #expect(english.quantity(3.2, unit: "m") == "3.2\u{A0}m")
    #expect(english.quantity(2, unit: "") == "2")
    #expect(english.quantity(0.31, unit: "share") == "31%")
    #expect(english.quantity(12, unit: "CHF/m2/month") == "12\u{A0}CHF/m²·month")
  }

  @Test("An unknown language is an error that names the known ones")
  func unknownLanguage() throws {
    let library = try Sample.library()
    #expect(throws: TemplateError.self) { try library.catalogue("xx") }
    #expect(library.languages.contains("en") && library.languages.contains("de"))
  }

  @Test("A missing folder is an error that names it")
  func missingFolder() { #expect(throws: TemplateError.unreadable(path: "/nowhere")) { try TemplateLibrary(folder: "/nowhere") } }

  @Test("Texts that a template asks for are found in all kinds of tags")
  func keys() { #expect(TemplateLibrary.textKeys(in: "{{t.a}}{{#t.b}}x{{/t.b}}{{ t.c }}{{{t.d}}}{{u.e}}") == ["a", "b", "c", "d"]) }

  @Test("The four QGIS styles are there and are XML for the right renderer")
  func styles() throws {
    let styles = try layerStyles(templates: Sample.root + "/Reports/templates")
    #expect(Set(styles.keys) == ["sites", "buildings", "districts", "places"])
    #expect(styles["sites"]?.contains("type=\"graduatedSymbol\" attr=\"score\"") == true)
    #expect(styles["buildings"]?.contains("attr=\"vacancy\"") == true)
  }
}
