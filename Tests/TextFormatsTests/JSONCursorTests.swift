import Testing

@testable import TextFormats

@Suite("JSON cursor")
struct JSONCursorTests {
  @Test("Numbers are read to the nearest double, as the C library reads them")
  func numbers() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<50_000 {
      let digits = Int.random(in: 1...25, using: &random)
      var text = Bool.random(using: &random) ? "-" : ""
      text += "\(Int.random(in: 1...9, using: &random))"
      for _ in 1..<max(3, digits) { text += "\(Int.random(in: 0...9, using: &random))" }
      if Bool.random(using: &random) {
        text.insert(".", at: text.index(text.startIndex, offsetBy: Int.random(in: 2..<text.count, using: &random)))
      }
      if text.last == "." { text += "0" }
      if Int.random(in: 0..<4, using: &random) == 0 { text += "e\(Int.random(in: -40...40, using: &random))" }
      let bytes = Array(text.utf8)
      var cursor = JSONCursor()
      let value = try cursor.double(bytes.span)
      #expect(cursor.at == bytes.count, "\(text), seed \(seed)")
      #expect(value == Double(text), "\(text), seed \(seed)")
    }
  }
}
