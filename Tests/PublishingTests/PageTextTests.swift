import Testing

@testable import Publishing

@Suite("Foreign text on pages")
struct PageTextTests {
  @Test("Control characters and direction marks go, white space is joined")
  func cleaning() {
    #expect(PageText.clean("  A\u{202E}b\u{0007}c \n\t d\u{200F} ") == "Abc d")
    #expect(PageText.clean("Łódź Ąžuolas Õismäe Größe Åäö") == "Łódź Ąžuolas Õismäe Größe Åäö")
  }

  @Test("Ten thousand characters are cut with an ellipsis")
  func cutting() {
    let text = PageText.clean(String(repeating: "x", count: 10_000), limit: 120)
    #expect(text.count == 121)
    #expect(text.hasSuffix("…"))
  }

  @Test("A combining mark hides no markup character from the template engine's escaping")
  func combiningMarks() {
    for hostile in ["<\u{301}script>", "\"\u{301} onload=x", "\u{600}<b>", "&\u{200D}amp;", "'\u{FE0F}"] {
      let clean = PageText.clean(hostile)
      #expect(
        !clean.contains { $0.unicodeScalars.count > 1 && $0.unicodeScalars.contains { "<>&\"'".unicodeScalars.contains($0) } }, "\(hostile)"
      )
    }
  }

  @Test("Escaping replaces the five characters of XML")
  func escaping() { #expect(PageText.escaped("<a href=\"x\">&'") == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;") }

  @Test("Text that is too wide is cut, text that fits is not")
  func fitting() {
    #expect(PageText.fitted("short", size: 12, width: 100) == "short")
    let cut = PageText.fitted(String(repeating: "wide ", count: 20), size: 12, width: 80)
    #expect(cut.hasSuffix("…"))
    #expect(PageText.width(cut, size: 12) <= 80)
  }
}
