import Testing

@testable import TextFormats

@Suite("Text buffer")
struct TextBufferTests {
  private func shown(_ write: (inout TextBuffer) -> Void) -> String {
    var buffer = TextBuffer(capacity: 1)
    write(&buffer)
    return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    "Numbers with fixed decimals are rounded to nearest, without trailing zeros or a negative zero",
    arguments: [
      (0.0, "0"), (-0.0, "0"), (-0.00000001, "0"), (1.5, "1.5"), (-24.123456789, "-24.1234568"), (60.1, "60.1"), (179.99999999, "180"),
      (0.0000001, "0.0000001"),
      (-0.05, "-0.05"), (1e17, "1e+17"),
    ])
  func fixedDecimals(value: Double, expected: String) {
    #expect(shown { $0.append(value, decimals: 7) } == expected)
  }

  @Test(
    "Whole numbers of every length are written",
    arguments: [
      0, 9, 10, 99, 100, -1, 12_345, 999_999_999_999_999_999, 1_000_000_000_000_000_000, Int64.max, Int64.min,
    ])
  func wholeNumbers(value: Int64) {
    #expect(shown { $0.append(whole: value) } == String(value))
  }

  @Test("The shortest text of a number reads back as the same number")
  func shortest() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for k in 0..<50_000 {
      var value = Double(bitPattern: random.next())
      if k % 3 == 0 { value = Double(Int.random(in: -1_000_000...1_000_000, using: &random)) / 100 }
      if k % 3 == 1 { value = Double.random(in: -1e6...1e6, using: &random) }
      guard value.isFinite else { continue }
      let text = shown { $0.append(shortest: value) }
      #expect(Double(text) == value, "\(text), seed \(seed)")
      #expect(text.utf8.count <= value.description.utf8.count, "\(text), seed \(seed)")
    }
  }

  @Test("Shortest numbers have the digits of the standard library, over the range of the own way and beyond")
  func shortestDigits() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var values = [
      1e-4, 1e15, 0x1p-13, 0x1p49, 0x1p-13.nextUp, 0x1p49.nextDown, 5e14, 1.0.nextUp, 1.0.nextDown, 123_456_789.123_456_78, 0.3, 2 / 3.0,
    ]
    for k in 0..<100_000 {
      let power = Double.random(in: -6...17, using: &random)
      let value = Double.exponential(power, random.next())
      // Beside few digits, where the neighbours have fewer or more.
      let short = Double(Int.random(in: 1...9999, using: &random)) * Double.exponential(power.rounded(), 0)
      values.append(k % 2 == 0 ? value : [short, short.nextUp, short.nextDown][k % 3])
    }
    for value in values.flatMap({ [$0, -$0] }) {
      let text = shown { $0.append(shortest: value) }
      guard abs(value) >= 1e-4 else {
        #expect(Double(text) == value, "\(text), seed \(seed)")
        continue
      }
      var expected = value.description
      if abs(value) < 1e9, expected.hasSuffix(".0") { expected.removeLast(2) }
      #expect(text == expected, "seed \(seed)")
    }
  }

  @Test("The tables of powers are what they say")
  func powers() {
    var ten: UInt64 = 1
    var five: UInt64 = 1
    for n in 0..<28 {
      if n < 20 { #expect(ShortestDecimal.powers[n] == ten) }
      #expect(ShortestDecimal.significands[n] == five << UInt64(five.leadingZeroBitCount))
      if n < 19 { ten *= 10 }
      if n < 27 { five *= 5 }
    }
    #expect(ShortestDecimal.powers.count == 20 && ShortestDecimal.significands.count == 28)
  }

  @Test("Degrees are written as numbers with seven decimals are")
  func degrees() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var values = [
      0, -0.0, 4.9999999999999994e-8, 5e-8, -5e-8, 1e-8, 179.99999999, -179.99999995, 180, 99_999_999.95, 123_456_789.123_456_78, 1e12,
    ]
    for _ in 0..<20_000 {
      values.append(Double.random(in: -180...180, using: &random))
      // Exactly between two.
      values.append((Double(Int.random(in: -1_800_000_000...1_800_000_000, using: &random)) + 0.5) / 1e7)
    }
    for value in values {
      let expected = shown { $0.append(value, decimals: 7) }
      let text = shown {
        $0.reserve(48)
        $0.appendDegrees(value)
      }
      #expect(text == expected, "\(value), seed \(seed)")
      if abs(value) < 1e6 { #expect(abs((Double(text) ?? .nan) - value) <= 5e-8 + abs(value) * 0x1p-51, "seed \(seed)") }
    }
  }

  @Test("Texts are escaped wherever in them the character stands")
  func escapes() throws {
    for length in 0..<20 {
      for place in 0..<max(1, length) {
        for character in ["\"", "\\", "\n", "\u{1}", "\u{1f}", "\u{7f}", "é", "€", "x"] {
          var pieces = Array(repeating: "a", count: length)
          if length > 0 { pieces[place] = character }
          let text = pieces.joined()
          let json = shown { $0.appendJSON(text) }
          #expect(try JSON(parsing: json).string == text, "\(json)")
          #expect(json.utf8.allSatisfy { $0 >= 0x20 })
        }
      }
    }
  }
}

extension Double {
  /// A real of about 10^`power` whose last bits are those given.
  fileprivate static func exponential(_ power: Double, _ bits: UInt64) -> Double {
    var value = 1.0
    for _ in 0..<Int(abs(power)) { value *= power < 0 ? 0.1 : 10 }
    return Double(bitPattern: value.bitPattern ^ (bits & 0x000F_FFFF_FFFF_FFFF))
  }
}
