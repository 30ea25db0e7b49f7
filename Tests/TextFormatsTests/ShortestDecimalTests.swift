import Foundation
import Testing

@testable import TextFormats

@Suite("Shortest decimals")
struct ShortestDecimalTests {
  /// Where numbers are written without an exponent, and whole ones without a fraction.
  private static let plain = 1e-4..<1e9

  private func text(_ value: Double) -> String {
    var buffer = TextBuffer()
    buffer.append(shortest: value)
    return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
  }

  /// The standard library's shortest decimal, whole numbers without a fraction.
  private func expected(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  @Test("Reals are written as the standard library has them, none longer than needed")
  func agreement() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    for round in 0..<100_000 {
      let magnitude: Double
      switch round % 4 {
      case 0: magnitude = .random(in: 1e-4..<1e9, using: &random)
      case 1: magnitude = pow(10, .random(in: -4..<9, using: &random))
      case 2: magnitude = Double(Int.random(in: 1..<1_000_000_000, using: &random)) / pow(10, Double(Int.random(in: 0..<6, using: &random)))
      default: magnitude = 1 / Double(Int.random(in: 1...9_999, using: &random))
      }
      let value = round % 8 < 4 ? magnitude : -magnitude
      guard Self.plain.contains(magnitude) else { continue }
      #expect(text(value) == expected(value), "seed \(seed), \(value.bitPattern)")
    }
  }

  @Test("Powers of two, whose lower neighbour is nearer, and the neighbours of powers of ten")
  func edges() {
    for power in -13...29 {
      let two = scalbn(1, power)
      for value in [two, two.nextUp, two.nextDown] where Self.plain.contains(value) { #expect(text(value) == expected(value)) }
    }
    for power in -4...9 {
      let ten = pow(10, Double(power))
      for value in [ten, ten.nextUp, ten.nextDown, ten.nextDown.nextDown] where Self.plain.contains(value) {
        #expect(text(value) == expected(value))
      }
    }
  }

  @Test(
    "Numbers outside are as before",
    arguments: [
      (0, "0"), (-0.0, "-0.0"), (1e-5, "0.00001"), (1.234567e-5, "1.234567e-05"), (1e9, "1000000000.0"),
      (12_345_678_912.5, "12345678912.5"), (1e300, "1e+300"),
    ])
  func outside(value: Double, text expected: String) {
    #expect(text(value) == expected)
  }
}
