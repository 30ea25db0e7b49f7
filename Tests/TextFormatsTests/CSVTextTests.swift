import Testing

@testable import TextFormats

@Suite("Comma-separated text")
struct CSVTextTests {
  @Test("Quotes, doubled quotes, line ends inside quotes, empty lines and blanks are read as RFC 4180 has them")
  func table() throws {
    let table = try CSVText.table("\u{FEFF}site, cost ,\"light, share\"\r\n\r\nMill,10, \"a \"\"b\"\"\nc\"\rBarn,,x y \n")
    #expect(table.isPartedByComma)
    #expect(table.records.map(\.line) == [1, 3, 5])
    #expect(table.records.map(\.cells) == [["site", "cost", "light, share"], ["Mill", "10", "a \"b\"\nc"], ["Barn", "", "x y"]])
  }

  @Test("The separator is the one that parts the lines most evenly", arguments: [";", "\t", "|", ","])
  func separators(separator: String) throws {
    let rows = [["a", "b", "c"], ["1", "2 , 3", "x;y"], ["\"p|q\"", "4\t5", "z"]]
    let quoted = rows.map { $0.map { $0.hasPrefix("\"") ? $0 : "\"\($0)\"" } }
    let table = try CSVText.table(quoted.map { $0.joined(separator: separator) }.joined(separator: "\n"))
    #expect(table.records.map(\.cells) == [rows[0], rows[1], ["p|q", "4\t5", "z"]])
    #expect(table.isPartedByComma == (separator == ","))
  }

  @Test("A quote that is never closed is named by its line")
  func open() {
    let fault = #expect(throws: CSVFault.self) { try CSVText.table("a,b\n1,2\n3,\"4\n5,6\n") }
    #expect(fault?.line == 3 && fault?.byte == 10)
  }

  @Test(
    "Text of other encodings becomes UTF-8",
    arguments: [
      ([0xFF, 0xFE, 0x61, 0x00, 0xAC, 0x20], "a€"), ([0xFE, 0xFF, 0x00, 0x61, 0x20, 0xAC], "a€"), ([0x61, 0x80, 0xE9], "a€é"),
    ] as [([UInt8], String)])
  func encodings(bytes: [UInt8], text: String) {
    #expect(CSVText.recoded(bytes.span).map { String(decoding: $0, as: UTF8.self) } == text)
    #expect(CSVText.recoded(Array(text.utf8).span) == nil)
  }
}
