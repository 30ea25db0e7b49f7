/// The shortest decimal that reads back as a given real, and of several the nearest (Giulietti 2021, “The Schubfach way to render doubles”,
/// sections 8 and 9), for the range in which the power of ten that is needed fits a word: there every product below is exact.
enum ShortestDecimal {
  /// Powers of ten up to 10¹⁹.
  static let powers: [UInt64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
    1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  /// 5ⁿ for n up to 27, shifted until its highest bit is set: 10ⁿ but for a power of two.
  static let significands: [UInt64] = [
    0x8000_0000_0000_0000, 0xA000_0000_0000_0000, 0xC800_0000_0000_0000, 0xFA00_0000_0000_0000,
    0x9C40_0000_0000_0000, 0xC350_0000_0000_0000, 0xF424_0000_0000_0000, 0x9896_8000_0000_0000,
    0xBEBC_2000_0000_0000, 0xEE6B_2800_0000_0000, 0x9502_F900_0000_0000, 0xBA43_B740_0000_0000,
    0xE8D4_A510_0000_0000, 0x9184_E72A_0000_0000, 0xB5E6_20F4_8000_0000, 0xE35F_A931_A000_0000,
    0x8E1B_C9BF_0400_0000, 0xB1A2_BC2E_C500_0000, 0xDE0B_6B3A_7640_0000, 0x8AC7_2304_89E8_0000,
    0xAD78_EBC5_AC62_0000, 0xD8D7_26B7_177A_8000, 0x8786_7832_6EAC_9000, 0xA968_163F_0A57_B400,
    0xD3C2_1BCE_CCED_A100, 0x8459_5161_4014_84A0, 0xA56F_A5B9_9019_A5C8, 0xCECB_8F27_F420_0F3A,
  ]

  /// Digits and exponent with `magnitude` = digits·10^exponent once rounded; the digits, 15 to 17, may end with zeros.
  ///
  /// `nil` outside of 10⁻⁴ to 10¹⁵ and for powers of two, below which the next real is half as far as above. O(1).
  @inline(__always)
  static func find(_ magnitude: Double) -> (digits: UInt64, exponent: Int)? {
    let fraction = magnitude.significandBitPattern
    guard fraction != 0, magnitude >= 1e-4, magnitude < 1e15 else { return nil }
    // magnitude = c·2^q; k = ⌊log₁₀ 2^q⌋, so that the interval of reals that round to it spans 1 to 10 units of 10^k.
    let c = fraction | 1 << 52
    let q = Int(magnitude.exponentBitPattern) - 1_075
    let k = (q * 1_262_611) >> 22
    // 4c·2^q·10^−k and the ends of the interval, each rounded to odd, which keeps every comparison below exact.
    let shift = UInt64(q + ((-k * 1_741_647) >> 19) + 1)
    let power = significands[-k]
    @inline(__always)
    func scaled(_ quarters: UInt64) -> UInt64 {
      let product = power.multipliedFullWidth(by: quarters << shift)
      return product.high | (product.low == 0 ? 0 : 1)
    }
    // An odd significand does not own the ends.
    let isOdd = c & 1
    let low = scaled(4 * c - 2) + isOdd
    let value = scaled(4 * c)
    let high = scaled(4 * c + 2) - isOdd
    let units = value / 4
    // One digit less, if exactly one of the two neighbours lies inside.
    let tens = units / 10
    let isLowerInside = low <= 40 * tens
    let isUpperInside = 40 * tens + 40 <= high
    if isLowerInside != isUpperInside { return (isUpperInside ? tens + 1 : tens, k + 1) }
    let isFloorInside = low <= 4 * units
    let isCeilingInside = 4 * units + 4 <= high
    if isFloorInside != isCeilingInside { return (isCeilingInside ? units + 1 : units, k) }
    // Both inside: the nearer, and of two as near the even one.
    let middle = 4 * units + 2
    return (value > middle || (value == middle && units & 1 == 1) ? units + 1 : units, k)
  }
}
