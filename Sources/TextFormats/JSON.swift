/// A JSON value that keeps the order of an object's members.
///
/// For small documents: requests, schemas, site records. Layers go through `readLayer`, which builds no value per member.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  /// One name and value of an object.
  public struct Member: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value.
    public var value: JSON

    /// Makes a member.
    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  // MARK: Reading values

  /// The member of that name; `nil` for another kind of value or a missing member. The last of equal names wins.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  /// The number, if this is one.
  public var number: Double? { if case .number(let v) = self { v } else { nil } }
  /// The string, if this is one.
  public var string: String? { if case .string(let v) = self { v } else { nil } }
  /// The truth value, if this is one.
  public var bool: Bool? { if case .bool(let v) = self { v } else { nil } }
  /// The elements, if this is an array.
  public var array: [JSON]? { if case .array(let v) = self { v } else { nil } }
  /// The members, if this is an object.
  public var object: [Member]? { if case .object(let v) = self { v } else { nil } }
  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  // MARK: Making values

  /// The number, or `null` for nil, NaN and infinities: a result never holds what JSON cannot say.
  public init(_ number: Double?) {
    if let number, number.isFinite { self = .number(number) } else { self = .null }
  }

  /// The string, or `null`.
  public init(_ string: String?) { self = string.map { .string($0) } ?? .null }

  /// The numbers as an array.
  public init(_ numbers: [Double]) { self = .array(numbers.map { JSON($0) }) }

  // MARK: Text

  /// Why a text is no JSON: what was found, and at which byte, line and column (from 1).
  public struct SyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public var reason: String
    /// Byte offset from 0.
    public var byte: Int
    /// Line from 1.
    public var line: Int
    /// Byte in the line from 1.
    public var column: Int

    /// The reason with its place.
    public var description: String { "\(reason) at line \(line), column \(column) (byte \(byte))" }
  }

  /// Reads one JSON text (RFC 8259) strictly: no comments, no trailing commas, no lone surrogates, numbers that fit a double,
  /// at most 512 levels deep, UTF-8 with or without a byte order mark.
  /// - Throws: `SyntaxError` with the place.
  /// - Complexity: O(bytes).
  public init(parsing bytes: [UInt8]) throws(SyntaxError) {
    var parser = Parser(bytes: bytes)
    self = try parser.document()
  }

  /// Reads one JSON text.
  public init(parsing text: String) throws(SyntaxError) { try self.init(parsing: Array(text.utf8)) }

  /// The value as JSON text; the same value gives the same bytes. Whole numbers print without a fraction.
  /// - Parameter indent: spaces a level, 0 for one line.
  public func serialized(indent: Int = 0) -> String {
    var out: [UInt8] = []
    write(to: &out, indent: indent, level: 0)
    return String(decoding: out, as: UTF8.self)
  }

  private func write(to out: inout [UInt8], indent: Int, level: Int) {
    func newline(_ level: Int) {
      guard indent > 0 else { return }
      out.append(10)
      out.append(contentsOf: repeatElement(32, count: indent * level))
    }
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(let v): out.append(contentsOf: (v ? "true" : "false").utf8)
    case .number(let v): out.append(contentsOf: Self.text(of: v).utf8)
    case .string(let v): Self.writeString(v, to: &out)
    case .array(let values):
      out.append(UInt8(ascii: "["))
      let flat = values.allSatisfy { if case .array = $0 { false } else if case .object = $0 { false } else { true } }
      for (i, value) in values.enumerated() {
        if i > 0 { out.append(UInt8(ascii: ",")) }
        if flat { if i > 0, indent > 0 { out.append(32) } } else { newline(level + 1) }
        value.write(to: &out, indent: indent, level: level + 1)
      }
      if !flat { newline(level) }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (i, member) in members.enumerated() {
        if i > 0 { out.append(UInt8(ascii: ",")) }
        newline(level + 1)
        Self.writeString(member.name, to: &out)
        out.append(UInt8(ascii: ":"))
        if indent > 0 { out.append(32) }
        member.value.write(to: &out, indent: indent, level: level + 1)
      }
      if !members.isEmpty { newline(level) }
      out.append(UInt8(ascii: "}"))
    }
  }

  /// The shortest decimal text that reads back as the same double; `null` when it is not finite.
  public static func text(of number: Double) -> String {
    guard number.isFinite else { return "null" }
    if number == number.rounded(), abs(number) < 1e15 { return number == 0 ? "0" : String(Int64(number)) }
    return number.description
  }

  /// Writes a JSON string. Beside what JSON demands, `<`, `>`, `&` and the two Unicode line ends are escaped, so that the text
  /// stays inert inside an HTML script element.
  public static func writeString(_ text: String, to out: inout [UInt8]) {
    let hex = Array("0123456789abcdef".utf8)
    out.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out.append(contentsOf: "\\\"".utf8)
      case "\\": out.append(contentsOf: "\\\\".utf8)
      case "\n": out.append(contentsOf: "\\n".utf8)
      case "\r": out.append(contentsOf: "\\r".utf8)
      case "\t": out.append(contentsOf: "\\t".utf8)
      case _
      where scalar.value < 32 || scalar.value == 127 || scalar == "<" || scalar == ">" || scalar == "&" || scalar.value == 0x2028
        || scalar.value == 0x2029:
        out.append(contentsOf: "\\u".utf8)
        for shift in [12, 8, 4, 0] { out.append(hex[Int(scalar.value >> UInt32(shift)) & 15]) }
      default: out.append(contentsOf: String(scalar).utf8)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  // MARK: Parser

  private struct Parser {
    let bytes: [UInt8]
    var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    func failure(_ reason: String, at byte: Int? = nil) -> SyntaxError {
      let place = min(byte ?? at, bytes.count)
      var line = 1
      var start = 0
      for i in 0..<place where bytes[i] == 10 {
        line += 1
        start = i + 1
      }
      return SyntaxError(reason: reason, byte: place, line: line, column: place - start + 1)
    }

    mutating func document() throws(SyntaxError) -> JSON {
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
      skipSpace()
      let value = try value(depth: 0)
      skipSpace()
      guard at == bytes.count else { throw failure("text after the end of the JSON value") }
      return value
    }

    mutating func skipSpace() {
      while at < bytes.count, bytes[at] == 32 || bytes[at] == 10 || bytes[at] == 13 || bytes[at] == 9 { at += 1 }
    }

    mutating func value(depth: Int) throws(SyntaxError) -> JSON {
      guard at < bytes.count else { throw failure("the text ends where a value is expected") }
      switch bytes[at] {
      case UInt8(ascii: "{"):
        guard depth < 512 else { throw failure("nested deeper than 512 levels") }
        return try object(depth: depth + 1)
      case UInt8(ascii: "["):
        guard depth < 512 else { throw failure("nested deeper than 512 levels") }
        return try array(depth: depth + 1)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t"): return try literal("true", .bool(true))
      case UInt8(ascii: "f"): return try literal("false", .bool(false))
      case UInt8(ascii: "n"): return try literal("null", .null)
      default: return .number(try number())
      }
    }

    mutating func literal(_ word: String, _ value: JSON) throws(SyntaxError) -> JSON {
      guard bytes[at...].starts(with: word.utf8) else { throw failure("no JSON value") }
      at += word.utf8.count
      return value
    }

    mutating func object(depth: Int) throws(SyntaxError) -> JSON {
      at += 1
      var members: [Member] = []
      skipSpace()
      if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
        at += 1
        return .object(members)
      }
      while true {
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure("a member name in quotes is expected") }
        let name = try string()
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else {
          throw failure("':' is expected after member name \"\(name.prefix(40))\"")
        }
        at += 1
        skipSpace()
        members.append(Member(name, try value(depth: depth)))
        skipSpace()
        guard at < bytes.count else { throw failure("the text ends inside an object") }
        if bytes[at] == UInt8(ascii: "}") {
          at += 1
          return .object(members)
        }
        guard bytes[at] == UInt8(ascii: ",") else { throw failure("',' or '}' is expected") }
        at += 1
      }
    }

    mutating func array(depth: Int) throws(SyntaxError) -> JSON {
      at += 1
      var values: [JSON] = []
      skipSpace()
      if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
        at += 1
        return .array(values)
      }
      while true {
        skipSpace()
        values.append(try value(depth: depth))
        skipSpace()
        guard at < bytes.count else { throw failure("the text ends inside an array") }
        if bytes[at] == UInt8(ascii: "]") {
          at += 1
          return .array(values)
        }
        guard bytes[at] == UInt8(ascii: ",") else { throw failure("',' or ']' is expected") }
        at += 1
      }
    }

    mutating func number() throws(SyntaxError) -> Double {
      let start = at
      func digit() -> Bool { at < bytes.count && bytes[at] >= 48 && bytes[at] <= 57 }
      if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
      guard digit() else { throw failure("no JSON value", at: start) }
      if bytes[at] == 48 {
        at += 1
        if digit() { throw failure("a number may not start with 0", at: start) }
      } else {
        while digit() { at += 1 }
      }
      if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
        at += 1
        guard digit() else { throw failure("a digit is expected after '.'") }
        while digit() { at += 1 }
      }
      if at < bytes.count, bytes[at] | 32 == UInt8(ascii: "e") {
        at += 1
        if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
        guard digit() else { throw failure("a digit is expected in the exponent") }
        while digit() { at += 1 }
      }
      guard let value = Double(String(decoding: bytes[start..<at], as: UTF8.self)), value.isFinite else {
        throw failure("the number does not fit a double", at: start)
      }
      return value
    }

    mutating func string() throws(SyntaxError) -> String {
      let open = at
      at += 1
      var out: [UInt8] = []
      while true {
        guard at < bytes.count else { throw failure("a string is not closed", at: open) }
        let byte = bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let text = String(validating: out, as: UTF8.self) else { throw failure("a string is not UTF-8", at: open) }
          return text
        case UInt8(ascii: "\\"):
          guard at < bytes.count else { throw failure("a string is not closed", at: open) }
          let escape = bytes[at]
          at += 1
          switch escape {
          case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(escape)
          case UInt8(ascii: "b"): out.append(8)
          case UInt8(ascii: "f"): out.append(12)
          case UInt8(ascii: "n"): out.append(10)
          case UInt8(ascii: "r"): out.append(13)
          case UInt8(ascii: "t"): out.append(9)
          case UInt8(ascii: "u"):
            var unit = try hex4()
            if unit >= 0xD800, unit < 0xDC00 {
              guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
                throw failure("a lone surrogate", at: at - 6)
              }
              at += 2
              let low = try hex4()
              guard low >= 0xDC00, low < 0xE000 else { throw failure("a lone surrogate", at: at - 6) }
              unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else { throw failure("a lone surrogate", at: at - 6) }
            out.append(contentsOf: String(scalar).utf8)
          default: throw failure("an unknown escape", at: at - 2)
          }
        case 0..<32: throw failure("a control character inside a string", at: at - 1)
        default: out.append(byte)
        }
      }
    }

    mutating func hex4() throws(SyntaxError) -> UInt32 {
      guard at + 4 <= bytes.count else { throw failure("four hexadecimal digits are expected") }
      var value: UInt32 = 0
      for byte in bytes[at..<at + 4] {
        let digit: UInt8
        switch byte {
        case 48...57: digit = byte - 48
        case 65...70: digit = byte - 55
        case 97...102: digit = byte - 87
        default: throw failure("four hexadecimal digits are expected")
        }
        value = value << 4 | UInt32(digit)
      }
      at += 4
      return value
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// Makes a string value.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Makes a number value.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Makes a number value.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// Makes a truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Makes an array value.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// Makes an object value with the members in the order written.
  public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements.map { Member($0, $1) }) }
  /// Makes `null`.
  public init(nilLiteral: ()) { self = .null }
}
