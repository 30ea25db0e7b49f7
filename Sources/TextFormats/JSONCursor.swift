internal import Glibc

/// Why JSON text cannot be taken.
public enum JSONFault: Error {
  /// The text is not JSON (RFC 8259) at the byte.
  case syntax(byte: Int, reason: String)
  /// The text is JSON, but not what its reader asks for: the reader's own error.
  case unfit(any Error)
}

/// Walks through JSON text byte by byte; builds nothing that is not asked for.
public struct JSONCursor {
  /// The next byte.
  public var at = 0
  /// Whether a string held bytes that are not UTF-8.
  public var hasBadEncoding = false
  /// Deepest nesting that is followed.
  public static let depthLimit = 512

  /// Makes a cursor at a byte.
  @inlinable
  public init(at: Int = 0) { self.at = at }

  /// A fault at the cursor.
  public func syntax(_ reason: String) -> JSONFault { .syntax(byte: at, reason: reason) }

  /// Names the byte at the cursor for a message.
  public func found(_ b: Span<UInt8>) -> String {
    guard at < b.count else { return "the end of the text" }
    return b[at] > 32 && b[at] < 127 ? "“\(Character(UnicodeScalar(b[at])))”" : "byte 0x" + String(b[at], radix: 16)
  }

  /// Goes to the next byte that is no space.
  @inlinable @inline(__always)
  public mutating func skipSpace(_ b: Span<UInt8>) {
    while at < b.count, b[at] <= 32 {
      guard b[at] == 32 || b[at] == 10 || b[at] == 13 || b[at] == 9 else { return }
      at += 1
    }
  }

  /// Skips space and tells the next byte, 0 at the end.
  @inlinable @inline(__always)
  public mutating func peek(_ b: Span<UInt8>) -> UInt8 {
    skipSpace(b)
    return at < b.count ? b[at] : 0
  }

  /// Skips space and goes behind the byte that must stand next.
  @inlinable @inline(__always)
  public mutating func expect(_ c: UInt8, _ b: Span<UInt8>) throws(JSONFault) {
    guard peek(b) == c, at < b.count else { throw syntax("“\(Character(UnicodeScalar(c)))” expected, \(found(b)) found") }
    at += 1
  }

  /// After a member or element: true when another follows, false when `close` ends the list.
  @inlinable @inline(__always)
  public mutating func continues(_ close: UInt8, _ b: Span<UInt8>) throws(JSONFault) -> Bool {
    let c = peek(b)
    guard at < b.count, c == 0x2C || c == close else {
      throw syntax("“,” or “\(Character(UnicodeScalar(close)))” expected, \(found(b)) found")
    }
    at += 1
    if c == close { return false }
    if peek(b) == close, at < b.count { throw syntax("a comma before “\(Character(UnicodeScalar(close)))”") }
    return true
  }

  /// After an opening bracket: whether the list has members.
  @inlinable @inline(__always)
  public mutating func opens(_ close: UInt8, _ b: Span<UInt8>) -> Bool {
    guard peek(b) == close, at < b.count else { return true }
    at += 1
    return false
  }

  // MARK: Strings

  /// The bytes between the quotes and whether they hold escapes or bad UTF-8; the cursor goes behind the closing quote.
  @inlinable
  public mutating func string(_ b: Span<UInt8>) throws(JSONFault) -> (range: Range<Int>, isPlain: Bool) {
    try expect(0x22, b)
    let start = at
    var isPlain = true
    while at < b.count {
      let c = b[at]
      if c == 0x22 {
        at += 1
        return (start..<at - 1, isPlain)
      }
      if c >= 0x80 {
        let length = utf8SequenceLength(b, at: at)
        if length == 0 {
          hasBadEncoding = true
          isPlain = false
        }
        at += max(1, length)
      } else if c == 0x5C {
        isPlain = false
        try escape(b)
      } else if c < 0x20 {
        throw syntax("a control character inside a string")
      } else {
        at += 1
      }
    }
    throw syntax("a string without end")
  }

  @usableFromInline mutating func escape(_ b: Span<UInt8>) throws(JSONFault) {
    guard at + 1 < b.count else { throw syntax("a string without end") }
    switch b[at + 1] {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: at += 2
    case 0x75:
      for k in 2..<6 {
        guard at + k < b.count, hexDigit(b[at + k]) != nil else { throw syntax("\\u without four hexadecimal digits") }
      }
      at += 6
    default: throw syntax("an unknown escape in a string")
    }
  }

  private func hexDigit(_ c: UInt8) -> UInt32? {
    switch c {
    case 0x30...0x39: UInt32(c - 0x30)
    case 0x41...0x46: UInt32(c - 0x37)
    case 0x61...0x66: UInt32(c - 0x57)
    default: nil
    }
  }

  /// The text of a string that has been checked; lone surrogates and bad bytes become U+FFFD.
  public func text(_ b: Span<UInt8>, _ range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    var i = range.lowerBound
    func unit(_ k: Int) -> UInt32 { (2..<6).reduce(0) { $0 << 4 | (hexDigit(b[k + $1]) ?? 0) } }
    while i < range.upperBound {
      guard b[i] == 0x5C else {
        bytes.append(b[i])
        i += 1
        continue
      }
      switch b[i + 1] {
      case 0x62: bytes.append(8)
      case 0x66: bytes.append(12)
      case 0x6E: bytes.append(10)
      case 0x72: bytes.append(13)
      case 0x74: bytes.append(9)
      case 0x75:
        var value = unit(i)
        if value & 0xFC00 == 0xD800, i + 11 < range.upperBound, b[i + 6] == 0x5C, b[i + 7] == 0x75, unit(i + 6) & 0xFC00 == 0xDC00 {
          value = 0x10000 + (value & 0x3FF) << 10 + (unit(i + 6) & 0x3FF)
          i += 6
        }
        bytes.append(contentsOf: String(Character(UnicodeScalar(value) ?? "\u{FFFD}")).utf8)
        i += 4
      default: bytes.append(b[i + 1])
      }
      i += 2
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A string as text.
  public mutating func stringText(_ b: Span<UInt8>) throws(JSONFault) -> String {
    let string = try string(b)
    return text(b, string.range)
  }

  /// A member's name, with the colon behind it.
  @inlinable
  public mutating func name(_ b: Span<UInt8>) throws(JSONFault) -> (range: Range<Int>, isPlain: Bool) {
    guard peek(b) == 0x22, at < b.count else { throw syntax("a member name in quotes expected, \(found(b)) found") }
    let name = try string(b)
    try expect(0x3A, b)
    return name
  }

  // MARK: Numbers

  /// A number as it stands: whole when it has neither fraction nor exponent and fits 64 bits.
  public enum Number {
    case whole(Int64)
    case real(Double)
  }

  @usableFromInline static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Reads a number by the grammar of RFC 8259. A value beyond the doubles is infinite.
  @inlinable
  public mutating func number(_ b: Span<UInt8>) throws(JSONFault) -> Number {
    let start = at
    let negative = at < b.count && b[at] == 0x2D
    if negative { at += 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    let first = at
    while at < b.count, b[at] &- 0x30 <= 9 {
      // Nineteen digits fit 64 bits; what follows is left to the slow path.
      if digits < 19 { mantissa = mantissa &* 10 &+ UInt64(b[at] &- 0x30) }
      if mantissa != 0 { digits += 1 }
      at += 1
    }
    guard at > first else { throw syntax("a digit expected, \(found(b)) found") }
    if b[first] == 0x30, at > first + 1 {
      at = first
      throw syntax("a number with a leading zero")
    }
    var exponent = 0
    var isWhole = true
    if at < b.count, b[at] == 0x2E {
      isWhole = false
      at += 1
      let point = at
      while at < b.count, b[at] &- 0x30 <= 9 {
        if digits < 19 {
          mantissa = mantissa &* 10 &+ UInt64(b[at] &- 0x30)
          exponent -= 1
        }
        if mantissa != 0 { digits += 1 }
        at += 1
      }
      guard at > point else { throw syntax("a digit expected after the decimal point, \(found(b)) found") }
    }
    if at < b.count, b[at] | 0x20 == 0x65 {
      isWhole = false
      at += 1
      let down = at < b.count && b[at] == 0x2D
      if at < b.count, b[at] == 0x2D || b[at] == 0x2B { at += 1 }
      let power = at
      var value = 0
      while at < b.count, b[at] &- 0x30 <= 9 {
        value = min(100_000, value * 10 + Int(b[at] &- 0x30))
        at += 1
      }
      guard at > power else { throw syntax("a digit expected in the exponent, \(found(b)) found") }
      exponent += down ? -value : value
    }
    if isWhole, digits <= 19, mantissa <= UInt64(Int64.max) { return .whole(negative ? -Int64(mantissa) : Int64(mantissa)) }
    // Both factors are exact, so the one rounding is the right one (Clinger 1990, fast path).
    if digits <= 19, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
      let m = Double(mantissa)
      let value = exponent < 0 ? m / Self.powers[-exponent] : m * Self.powers[exponent]
      return .real(negative ? -value : value)
    }
    return .real(slowNumber(b, start..<at))
  }

  @usableFromInline func slowNumber(_ b: Span<UInt8>, _ range: Range<Int>) -> Double {
    // Digits beyond the 800th cannot change the nearest double by more than rounding; a longer literal is a claim like any other.
    var text: [CChar] = []
    text.reserveCapacity(min(range.count, 1_024) + 1)
    for i in range { text.append(CChar(bitPattern: b[i])) }
    text.append(0)
    return unsafe strtod(text, nil)
  }

  /// A number as a double.
  @inlinable @inline(__always)
  public mutating func double(_ b: Span<UInt8>) throws(JSONFault) -> Double {
    switch try number(b) {
    case .whole(let v): Double(v)
    case .real(let v): v
    }
  }

  // MARK: Values

  private mutating func literal(_ word: StaticString, _ b: Span<UInt8>) throws(JSONFault) {
    let n = word.utf8CodeUnitCount
    guard at + n <= b.count, b.extracting(at..<at + n).equals(word) else { throw syntax("a value expected, \(found(b)) found") }
    at += n
  }

  /// `true` or `false`.
  public mutating func boolean(_ b: Span<UInt8>) throws(JSONFault) -> Bool {
    if b[at] == 0x74 {
      try literal("true", b)
      return true
    }
    try literal("false", b)
    return false
  }

  /// `null`.
  public mutating func null(_ b: Span<UInt8>) throws(JSONFault) { try literal("null", b) }

  /// Goes behind the next value, checking every byte of it.
  public mutating func skipValue(_ b: Span<UInt8>) throws(JSONFault) {
    var open: [UInt8] = []
    while true {
      // At the start of a value.
      switch peek(b) {
      case 0x7B:
        at += 1
        guard open.count < Self.depthLimit else { throw syntax("nesting deeper than \(Self.depthLimit)") }
        if opens(0x7D, b) {
          open.append(0x7D)
          _ = try name(b)
          continue
        }
      case 0x5B:
        at += 1
        guard open.count < Self.depthLimit else { throw syntax("nesting deeper than \(Self.depthLimit)") }
        if opens(0x5D, b) {
          open.append(0x5D)
          continue
        }
      case 0x22: _ = try string(b)
      case 0x2D, 0x30...0x39: _ = try number(b)
      case 0x74, 0x66: _ = try boolean(b)
      case 0x6E: try null(b)
      default: throw syntax("a value expected, \(found(b)) found")
      }
      // Behind a value: close what ends here.
      while let close = open.last {
        if try continues(close, b) {
          if close == 0x7D { _ = try name(b) }
          break
        }
        open.removeLast()
      }
      if open.isEmpty { return }
    }
  }
}
