import Foundation
import GeoFormats
import Testing
import TextFormats

@testable import Assessment
@testable import Publishing

@Suite("Report pages")
struct PageTests {
  /// Whether a page holds a text; apart, so that a failure does not print the page.
  private func isIn(_ page: String, _ text: String) -> Bool { page.contains(text) }

  @Test("A site report carries the headline figures of its record, each with its raw value")
  func figures() throws {
    let report = try Sample.site()
    let page = try sitePage(report, surroundings: Sample.surroundings(), library: Sample.library(), language: "en")
    #expect(isIn(page, "<h1><bdi>Old mill</bdi></h1>"))
    let chosen = try #require(report.chosen)
    for figure in [chosen.capex, chosen.grant, chosen.fnpvC, chosen.enpv, chosen.jobs, chosen.breakEvenRent] {
      let value = try #require(figure.value)
      #expect(isIn(page, "<data value=\"\(JSON.text(of: value))\">"), "\(value)")
    }
    for alternative in report.alternatives { #expect(isIn(page, try Sample.library().catalogue("en").text(of: alternative.title))) }
    for section in ["summary", "h-building", "h-place", "h-score", "h-sectors", "h-alternatives", "h-chosen", "h-risks", "h-assumptions"] {
      #expect(isIn(page, "id=\"\(section)\""), "\(section)")
    }
  }

  @Test("Every note number leads to a source, and every inner link to an element")
  func notes() throws {
    let page = try sitePage(Sample.site(), surroundings: Sample.surroundings(), library: Sample.library(), language: "en")
    let targets = page.matches(of: /href="#([^"]+)"/).map { String($0.output.1) }
    #expect(!targets.isEmpty)
    let ids = page.matches(of: /\sid="([^"]+)"/).map { String($0.output.1) }
    #expect(Set(ids).count == ids.count, "ids are unique")
    for target in targets { #expect(ids.contains(target), "\(target)") }
  }

  @Test("No page asks the network for anything")
  func offline() throws {
    let library = try Sample.library()
    let pages = [
      try sitePage(Sample.site(), surroundings: Sample.surroundings(), library: library, language: "en"),
      try cityPage(Sample.city(), surroundings: Sample.surroundings(), library: library, language: "en"),
    ]
    for page in pages {
      #expect(!isIn(page, "src="))
      #expect(!isIn(page, "url("))
      #expect(!isIn(page, "@import"))
      #expect(!isIn(page, "http://") && !isIn(page, "https://"))
      #expect(isIn(page, "Content-Security-Policy"))
    }
  }

  @Test("Invented vacancy is said on every page, and only then")
  func banner() throws {
    let library = try Sample.library()
    let surroundings = Sample.surroundings()
    var site = try Sample.site(), city = try Sample.city()
    for illustrative in [true, false] {
      (site.study.isIllustrative, city.study.isIllustrative) = (illustrative, illustrative)
      for language in library.languages {
        let text = try library.catalogue(language).text(key: "illustrativeBanner")
        #expect(try sitePage(site, surroundings: surroundings, library: library, language: language).contains(text) == illustrative)
        #expect(try cityPage(city, surroundings: surroundings, library: library, language: language).contains(text) == illustrative)
      }
    }
  }

  @Test("A record of which nothing is known still gives a page, without a number that was not there")
  func empty() throws {
    let library = try Sample.library()
    for report in try Sample.oddSites() {
      let page = try sitePage(report, surroundings: Sample.surroundings(), library: library, language: "en")
      #expect(isIn(page, "unknown") && isIn(page, "</html>"))
      #expect(!isIn(page, "NaN") && !isIn(page, ">inf"))
    }
    var city = try Sample.city()
    (city.sites, city.decisions) = ([], nil)
    #expect(try cityPage(city, surroundings: Sample.surroundings(), library: library, language: "en").contains("</html>"))
  }

  @Test(
    "Hostile text comes out inert",
    arguments: [
      "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</style></svg><script>alert(1)</script>",
      "</script><script>alert(1)</script>", "<\u{301}script>alert(1)</script>", "\u{600}<script>alert(1)</script>",
      "{{t.footer}}{{{style}}}",
      "\u{202E}gnp.exe\u{2066}", "javascript:alert(1)", "<!--", "]]>", "\u{0}\u{1B}[31m",
    ])
  func hostile(text: String) throws {
    let library = try Sample.library()
    let surroundings = Sample.surroundings(district: text)
    let clean = try sitePage(Sample.site(), surroundings: Sample.surroundings(), library: library, language: "en")
    let site = Sample.flooding(try Sample.site(), with: text), city = Sample.flooding(try Sample.city(), with: text)
    let cleanIndex = try cityPage(Sample.city(), surroundings: Sample.surroundings(), library: library, language: "en")
    for (page, reference) in [
      (try sitePage(site, surroundings: surroundings, library: library, language: "en"), clean),
      (try cityPage(city, surroundings: surroundings, library: library, language: "en"), cleanIndex),
    ] {
      let tags = { (page: String) in page.unicodeScalars.indices.filter { page.unicodeScalars[$0] == "<" }.compactMap { tag(page, $0) } }
      let allowed = Set(tags(reference))
      for tag in Set(tags(page)) { #expect(allowed.contains(tag), "new element <\(tag)>") }
      #expect(tags(page).filter { $0 == "script" }.count == tags(reference).filter { $0 == "script" }.count)
      #expect(!hasHandler(page), "no event handler in a tag")
      #expect(!isIn(page, "href=\"javascript:"))
      let marks = page.unicodeScalars.contains { $0.value == 0x202E || $0.value == 0x2066 || $0.value == 0x1B || $0.value == 0 }
      #expect(!marks, "no direction override or control character")
    }
  }

  /// Whether a tag has an attribute whose name begins with "on", outside of quoted values; reads bytes as a browser's tokenizer does.
  private func hasHandler(_ page: String) -> Bool {
    var isTag = false
    var isQuoted = false
    var previous: [UInt8] = [0, 0, 0]
    for byte in page.utf8 {
      if isTag {
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        if !isQuoted, byte == UInt8(ascii: ">") { isTag = false }
        if !isQuoted, previous[0] == 32, previous[1] | 32 == UInt8(ascii: "o"), previous[2] | 32 == UInt8(ascii: "n"), byte | 32 >= 97,
          byte | 32 <= 122
        {
          return true
        }
      } else if previous[2] == UInt8(ascii: "<"), byte | 32 >= 97, byte | 32 <= 122 {
        isTag = true
        isQuoted = false
      }
      previous = [previous[1], previous[2], byte]
    }
    return false
  }

  /// The element's name after a `<`, as a browser reads it.
  private func tag(_ page: String, _ at: String.Index) -> String? {
    let rest = page.unicodeScalars[page.unicodeScalars.index(after: at)...]
    guard let first = rest.first, first.properties.isAlphabetic && first.isASCII || first == "!" else { return nil }
    return String(
      String.UnicodeScalarView(rest.prefix { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "!") }))
  }

  @Test("A name of ten thousand characters is cut in headings")
  func longNames() throws {
    var site = try Sample.site()
    site.site.name = String(repeating: "Long ", count: 2_000)
    let page = try sitePage(site, surroundings: Sample.surroundings(), library: Sample.library(), language: "en")
    let heading = try #require(page.firstMatch(of: /<h1><bdi>(.*?)<\/bdi>/)).output.1
    #expect(heading.count <= 121 && heading.hasSuffix("…"))
  }

  @Test("The ranking's counts reconcile on the page, and a page that does not says so")
  func reconciliation() throws {
    let library = try Sample.library()
    var city = try Sample.city()
    let warning = try library.catalogue("en").text(key: "notReconciled")
    #expect(try !cityPage(city, surroundings: Sample.surroundings(), library: library, language: "en").contains(warning))
    city.counts.scored += 1
    #expect(try cityPage(city, surroundings: Sample.surroundings(), library: library, language: "en").contains(warning))
  }

  @Test("A report's link is a harmless relative path or none")
  func links() {
    #expect(CityPage.safeLink("sites/way%252f12/report.html") == "sites/way%252f12/report.html")
    for bad in ["javascript:alert(1)", "//host/x", "/etc/passwd", "https://host", "a b", "x\"y", ""] {
      #expect(CityPage.safeLink(bad) == nil, "\(bad)")
    }
  }

  @Test("Two renderings of one record are equal byte for byte")
  func determinism() throws {
    let library = try Sample.library()
    let first = try sitePage(Sample.site(), surroundings: Sample.surroundings(), library: library, language: "de")
    #expect(try sitePage(Sample.site(), surroundings: Sample.surroundings(), library: Sample.library(), language: "de") == first)
  }
}
