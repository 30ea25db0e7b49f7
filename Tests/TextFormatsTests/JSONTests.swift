import Foundation
import Testing

@testable import TextFormats

@Suite("JSON values")
struct JSONTests {
  @Test("Every kind of value is read, members keep their order and the last of equal names wins")
  func kinds() throws {
    let value = try JSON(parsing: "\u{FEFF} {\"b\": [1, -2.5e-1, true, false, null], \"a\": \"x\", \"a\": {}, \"é\": []} \r\n\t")
    #expect(value.object?.map(\.name) == ["b", "a", "a", "é"])
    #expect(value["b"]?.array == [1, -0.25, true, false, nil])
    #expect(value["b"]?.array?[2].bool == true && value["b"]?.array?[0].bool == nil)
    #expect(value["a"]?.object?.isEmpty == true && value["é"]?.array?.isEmpty == true)
    #expect(value["c"] == nil && JSON.string("x")["a"] == nil)
    #expect(value.number == nil && value.string == nil && value.array == nil && JSON.null.object == nil)
    #expect(JSON.null.isNull && !value.isNull)
    #expect(value["a"]?.string == nil && JSON("x").string == "x")
  }

  @Test("What JSON cannot say becomes null")
  func unsayable() {
    #expect(JSON(Double.nan).isNull && JSON(Double.infinity).isNull && JSON(nil as Double?).isNull && JSON(nil as String?).isNull)
    #expect(JSON([1, .nan]) == [1, nil])
    #expect(JSON.text(of: -.infinity) == "null")
    let built: JSON = ["a": 1.5, "b": [true, "x"]]
    #expect(built.serialized() == #"{"a":1.5,"b":[true,"x"]}"#)
  }

  @Test(
    "Numbers print as the shortest text that reads back",
    arguments: [
      (0.0, "0"), (-0.0, "0"), (12, "12"), (-3, "-3"), (0.1, "0.1"), (1e15, "1000000000000000.0"), (1e16, "1e+16"),
      (999_999_999_999_999, "999999999999999"),
      (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
    ])
  func numbers(value: Double, text: String) throws {
    #expect(JSON.text(of: value) == text)
    #expect(try JSON(parsing: text).number == value)
  }

  @Test("Strings: every escape is read, and what could end a script element is written as an escape")
  func strings() throws {
    #expect(try JSON(parsing: #""\"\\\/\b\f\n\r\t\u0041\u00e4\ud83D\uDE00""#).string == "\"\\/\u{8}\u{C}\n\r\tAä😀")
    let odd = "\"\\\n\r\t</script>&\u{1}\u{7F}\u{2028}\u{2029}ä😀"
    let written = JSON.string(odd).serialized()
    #expect(written == #""\"\\\n\r\t\u003c/script\u003e\u0026\u0001\u007f\u2028\u2029ä😀""#)
    #expect(try JSON(parsing: written).string == odd)
  }

  @Test("Indented text has a member a line, lists of plain values stay on one")
  func indentation() {
    let value: JSON = ["a": [1, 2], "b": [[1], ["x": nil]], "c": [:], "d": []]
    #expect(
      value.serialized(indent: 2) == """
        {
          "a": [1, 2],
          "b": [
            [1],
            {
              "x": null
            }
          ],
          "c": {},
          "d": []
        }
        """)
  }

  @Test(
    "What is no JSON is refused with reason, line and column",
    arguments: [
      ("", "the text ends where a value", 1, 1), ("{\"a\":1}\n x", "text after the end", 2, 2), ("tru", "no JSON value", 1, 1),
      ("[1,\n 2", "ends inside an array", 2, 3), ("[1 2]", "',' or ']'", 1, 4), ("{\"a\":1", "ends inside an object", 1, 7),
      ("{\"a\":1 2}", "',' or '}'", 1, 8), ("{a:1}", "a member name in quotes", 1, 2),
      ("{\"a\" 1}", "':' is expected after member name \"a\"", 1, 6),
      ("{\"a\":1,}", "a member name in quotes", 1, 8), ("01", "may not start with 0", 1, 1), ("-", "no JSON value", 1, 1),
      ("1.", "after '.'", 1, 3), ("[1.x]", "after '.'", 1, 4), ("1e", "in the exponent", 1, 3), ("1e+", "in the exponent", 1, 4),
      ("1e400", "does not fit a double", 1, 1), ("\"a", "not closed", 1, 1), ("\"\\", "not closed", 1, 1),
      ("\"\u{9}\"", "control character", 1, 2),
      ("\"\\x\"", "an unknown escape", 1, 2), ("\"\\u12G4\"", "four hexadecimal", 1, 4), ("\"\\u12", "four hexadecimal", 1, 4),
      ("\"\\ud800x\"", "a lone surrogate", 1, 2), ("\"\\ud800\\u0041\"", "a lone surrogate", 1, 8),
      ("\"\\udc00\"", "a lone surrogate", 1, 2),
    ])
  func refusals(text: String, reason: String, line: Int, column: Int) {
    let error = #expect(throws: JSON.SyntaxError.self) { _ = try JSON(parsing: text) }
    #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
    #expect(error?.description == "\(error?.reason ?? "") at line \(line), column \(column) (byte \(error?.byte ?? -1))")
  }

  @Test("Bytes that are no UTF-8 are refused, and 512 levels are enough")
  func limits() throws {
    #expect(throws: JSON.SyntaxError.self) { _ = try JSON(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    func nested(_ levels: Int, _ open: String, _ close: String) -> String {
      String(repeating: open, count: levels) + String(repeating: close, count: levels)
    }
    #expect(try JSON(parsing: nested(512, "[", "]")).array?.count == 1)
    #expect(throws: JSON.SyntaxError.self) { _ = try JSON(parsing: nested(513, "[", "]")) }
    #expect(throws: JSON.SyntaxError.self) { _ = try JSON(parsing: String(repeating: "{\"a\":", count: 513) + "1") }
  }

  @Test("What is written reads back as itself, compact and indented")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    func text() -> String {
      String(
        String.UnicodeScalarView(
          (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in
            Unicode.Scalar(UInt32.random(in: 0...0x2FFFF, using: &random) >> UInt32.random(in: 0...11, using: &random))
          }))
    }
    func value(_ depth: Int) -> JSON {
      switch Int.random(in: 0..<(depth > 4 ? 4 : 6), using: &random) {
      case 0: .null
      case 1: .bool(.random(using: &random))
      case 2: JSON(Double(bitPattern: random.next()))
      case 3: .string(text())
      case 4: .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth + 1) })
      default: .object((0..<Int.random(in: 0...4, using: &random)).map { _ in .init(text(), value(depth + 1)) })
      }
    }
    for _ in 0..<500 {
      let original = value(0)
      #expect(try JSON(parsing: original.serialized()) == original, "seed \(seed)")
      #expect(try JSON(parsing: original.serialized(indent: 3)) == original, "seed \(seed)")
    }
  }

  @Test(
    "JSONTestSuite: what must pass passes and keeps its meaning, what must fail fails, the rest does either", .enabled(if: Corpus.isPresent)
  )
  func testSuite() throws {
    // Numbers beyond a double and bytes that are no text are refused, which RFC 8259 (6 and 8.1) leaves to the reader; a byte order mark,
    // and numbers too small for a double, are taken.
    let taken: Set<String> = [
      "i_number_double_huge_neg_exp.json", "i_number_real_underflow.json", "i_structure_500_nested_arrays.json",
      "i_structure_UTF-8_BOM_empty_object.json", "i_number_too_big_neg_int.json", "i_number_too_big_pos_int.json",
      "i_number_very_big_negative_int.json",
    ]
    for file in try Corpus.files("malformed/JSONTestSuite/test_parsing", ".json") {
      let name = URL(fileURLWithPath: file).lastPathComponent
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      let value = try? JSON(parsing: bytes)
      #expect((value != nil) == (name.hasPrefix("y_") || taken.contains(name)), "\(name)")
      if let value { #expect(try JSON(parsing: value.serialized()) == value, "\(name)") }
    }
  }
}
