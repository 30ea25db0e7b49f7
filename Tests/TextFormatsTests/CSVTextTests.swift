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

  @Test("A line sep=; names the separator and is no row", arguments: ["sep=;\n", "SEP=;\r\n", "\"sep=;\"\n"])
  func namedSeparator(line: String) throws {
    let table = try CSVText.table(line + "a;b,c\n1;2,3\n")
    #expect(table.records.map(\.cells) == [["a", "b,c"], ["1", "2,3"]] && table.records.map(\.line) == [2, 3])
  }

  @Test("A title above the header does not hide the separator")
  func title() throws {
    let table = try CSVText.table("Empty buildings, as of 2025\n\na;b;c\n1;2;3\n4;5;6\n")
    #expect(table.records.map(\.cells).suffix(3) == [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]])
  }
}
