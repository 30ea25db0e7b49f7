import Testing
import TextFormats

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

  @Test("A sentence is taken apart into its words and its numbers, and put together in the language's own signs")
  func sentences() {
    #expect(Catalogue.pattern(of: "P10 loses 12.5 % of 1,200, then 3.").pattern == "P{1} loses {2} % of {3}, then {4}.")
    #expect(Catalogue.pattern(of: "P10 loses 12.5 % of 1,200, then 3.").numbers == ["10", "12.5", "1,200", "3"])
    let german = Catalogue(
      .object([
        JSON.Member("language", "de"), JSON.Member("number", .object([JSON.Member("decimal", ","), JSON.Member("group", ".")])),
        JSON.Member("sentence", .object([JSON.Member("fit {1} of {2} m²", "{2} m² zu {1}")])),
      ]), fallback: nil)
    #expect(german.narrative("fit 0.95 of 1,200 m²") == "1.200 m² zu 0,95")
    #expect(german.narrative("not in the table, 0.95") == "not in the table, 0.95")
    #expect(german.narrative("ENPV >= 0") == "ENPV ≥ 0")
  }

  @Test("Every translated sentence uses the numbers of its English one, each once")
  func sentencePlaceholders() throws {
    let library = try Sample.library()
    for language in library.languages {
      for (pattern, translation) in try library.catalogue(language).sentences {
        #expect(placeholders(pattern) == placeholders(translation), "\(language): \(pattern)")
      }
    }
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
