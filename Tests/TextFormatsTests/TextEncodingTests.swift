import Testing

@testable import TextFormats

@Suite("Encodings of text")
struct TextEncodingTests {
  private func read(_ bytes: [UInt8], told: String? = nil, languages: [String] = []) throws -> (
    name: String, text: String, others: [String]
  ) {
    let encoding = try TextEncoding(bytes.span, told: told, languages: languages)
    let text = encoding.recoded ?? Array(bytes[encoding.start...])
    return (encoding.name, String(decoding: text, as: UTF8.self), encoding.alternatives)
  }

  @Test(
    "A byte order mark, UTF-8 and Windows' western page are told apart",
    arguments: [
      ([0xFF, 0xFE, 0x61, 0x00, 0xAC, 0x20], "a€"), ([0xFE, 0xFF, 0x00, 0x61, 0x20, 0xAC], "a€"),
      ([0x63, 0x61, 0x66, 0xE9, 0x20, 0x35, 0x20, 0x80], "café 5 €"),
      ([0xEF, 0xBB, 0xBF, 0x61], "a"), (Array("Łódź".utf8), "Łódź"),
    ] as [([UInt8], String)])
  func encodings(bytes: [UInt8], text: String) throws {
    #expect(try read(bytes).text == text)
  }

  /// The bytes of the words were looked up in the tables of Unicode's mapping files (CP1250.TXT, CP1257.TXT, 8859-2.TXT, CP852.TXT, CP1252.TXT).
  @Test(
    "The code page is the one under which the letters are those of a language",
    arguments: [
      ("CP1250", "Urz\u{B9}d Miasta \u{A3}\u{F3}d\u{9F}", "Urząd Miasta Łódź"),
      ("ISO-8859-2", "Urz\u{B1}d Miasta \u{A3}\u{F3}d\u{BC}, \u{B6}w", "Urząd Miasta Łódź, św"),
      ("CP852", "Urz\u{A5}d Miasta \u{9D}\u{A2}d\u{AB}, \u{98}w", "Urząd Miasta Łódź, św"),
      ("CP1257", "\u{D0}iauli\u{F8} gatv\u{EB}, \u{FE}em\u{EB}s", "Šiaulių gatvė, žemės"),
      ("CP1252", "Fr\u{F6}hliche Stra\u{DF}e 5 \u{96} 7 \u{80}", "Fröhliche Straße 5 – 7 €"),
      ("CP850", "Fr\u{94}hliche Stra\u{E1}e", "Fröhliche Straße"),
    ])
  func pages(page: String, bytes: String, text: String) throws {
    let found = try read(bytes.unicodeScalars.map { UInt8($0.value) })
    #expect(found.text == text, "\(found)")
    #expect(found.name == page, "\(found)")
  }

  @Test("Where two code pages read as well both are named, and the language of the country decides")
  func ties() throws {
    // 0xE6 is ć under CP1250 and æ under CP1252.
    let bytes = Array("Pi".utf8) + [0xE6]
    let alone = try read(bytes)
    #expect(([alone.name] + alone.others).contains("CP1250") && ([alone.name] + alone.others).contains("CP1252"))
    #expect(try read(bytes, languages: ["pl"]).text == "Pić")
    #expect(try read(bytes, languages: ["da"]).text == "Piæ")
  }

  @Test("An encoding that is told is used as it is; one that is unknown is an error")
  func told() throws {
    #expect(try read([0xB9], told: "cp1250").text == "ą")
    #expect(try read([0xB9], told: "latin2").text == "š")
    #expect(throws: EncodingFault.self) { try read([0x61], told: "klingon") }
    #expect(throws: EncodingFault.self) { try read([0x61], told: "") }
  }

  @Test("Long texts are converted whole, and what is no character of the page is replaced")
  func long() throws {
    // 0x81 is not assigned in CP1252.
    let bytes = Array(repeating: UInt8(0xE9), count: 200_000) + [0x81, 0x61]
    let found = try read(bytes, told: "CP1252")
    #expect(found.text == String(repeating: "é", count: 200_000) + "\u{FFFD}a")
  }
}
