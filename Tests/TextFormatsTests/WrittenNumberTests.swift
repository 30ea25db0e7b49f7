import Testing

@testable import TextFormats

@Suite("Numbers as people write them")
struct WrittenNumberTests {
  private func values(_ texts: [String], decimal: Character? = nil, group: Character? = nil, neighbour: Character? = nil) -> [Double?] {
    let read = WrittenNumbers(texts, told: NumberNotation(decimal: decimal, group: group), neighbour: neighbour)
    return texts.indices.map { read[$0].value }
  }

  @Test("Groups of three by comma, point, apostrophe and every space")
  func groups() {
    let spaces = ["1 234 567,5", "1\u{A0}234\u{A0}567,5", "1\u{202F}234\u{202F}567,5", "1.234.567,5"]
    for text in spaces { #expect(values([text]) == [1_234_567.5], "\(text)") }
    for text in ["1,234,567.5", "1'234'567.5", "1’234’567.5"] { #expect(values([text]) == [1_234_567.5], "\(text)") }
    #expect(values(["12 000", "1 500"]) == [12_000, 1_500])
  }

  @Test("A sign before three digits is decided by the column, by the study or by the file, else not read")
  func decided() {
    #expect(values(["1,500"]) == [nil])
    #expect(WrittenNumbers(["1.500"])[0].failure == .ambiguous)
    #expect(values(["1,500", "12,5"]) == [1.5, 12.5])
    #expect(values(["1,500", "12.5"]) == [1_500, 12.5])
    #expect(values(["1.500", "1.234.567"]) == [1_500, 1_234_567])
    #expect(values(["1,500", "0,250"]) == [1.5, 0.25])
    #expect(values(["1,500"], group: ",") == [1_500])
    #expect(values(["1,500"], decimal: ",") == [1.5])
    #expect(values(["1,500"], neighbour: ".") == [1_500])
    // The column goes before the rest of the file.
    #expect(values(["1,500", "2,25"], neighbour: ".") == [1.5, 2.25])
    // A column that contradicts itself decides nothing.
    #expect(values(["1,500", "2,25", "2.25"]) == [nil, 2.25, 2.25])
  }

  @Test("The order of the texts plays no part", arguments: 0..<20)
  func order(seed: Int) {
    let texts = ["1.500", "2,5", "1.234,5", "x", "", "12 000", "7"]
    var generator = SystemRandomNumberGenerator()
    let shuffled = texts.shuffled(using: &generator)
    let expected = Dictionary(uniqueKeysWithValues: zip(texts, values(texts)))
    for (text, value) in zip(shuffled, values(shuffled)) { #expect(expected[text]! == value, "\(shuffled)") }
  }

  @Test("Currencies are passed over, units are handed on, minus signs are read")
  func decorations() {
    let read = WrittenNumbers(["€ 9.50", "9,50 €", "12 m", "40 ft", "0.425 hectares", "10 %", "−3", "zł 5", "1e3", "SEK 12"])
    #expect((0..<10).map { read[$0].value } == [9.5, 9.5, 12, 40, 0.425, 10, -3, 5, 1_000, 12])
    #expect((0..<10).map { read[$0].unit } == [nil, nil, "m", "ft", "hectares", "%", nil, nil, nil, nil])
  }

  @Test(
    "What is no number is none",
    arguments: [
      "", "abc", "1.2.3", "1,23,456", "1 23", "12-13", "1/2", ".", ",", "-", "1 234 56", "€", "5 5 5", "1,2345,678", "0x10", "NaN", "inf",
    ])
  func unreadable(text: String) { #expect(values([text]) == [nil]) }
}
