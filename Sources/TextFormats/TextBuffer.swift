/// A growing run of bytes with fast formatting of numbers; the text of all writers passes through it.
///
/// Room is reserved first and then written without further checks, which is what makes a number cost tens of nanoseconds.
@safe
public struct TextBuffer: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<UInt8>
  @usableFromInline var capacity: Int
  /// How many bytes there are.
  @inlinable public var count: Int { filled }
  @usableFromInline var filled = 0

  /// Makes an empty buffer with room for `capacity` bytes.
  public init(capacity: Int = 1 << 16) {
    self.capacity = capacity
    unsafe base = .allocate(capacity: capacity)
  }

  deinit { unsafe base.deallocate() }

  /// Makes room for `n` more bytes.
  @inlinable @inline(__always)
  public mutating func reserve(_ n: Int) {
    if count + n > capacity { grow(n) }
  }

  @usableFromInline @inline(never)
  mutating func grow(_ n: Int) {
    let larger = max(capacity * 2, count + n)
    let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe fresh.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = fresh
    capacity = larger
  }

  /// Empties the buffer and keeps its room.
  @inlinable
  public mutating func removeAll() { filled = 0 }

  /// Writes a question mark over every control character of ECMA-48 but tab and line ends, also over both bytes of those above 127. O(bytes).
  package mutating func silenceControls() {
    var i = 0
    while i < count {
      let byte = unsafe base[i]
      if byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D || byte == 0x7F {
        unsafe base[i] = 0x3F
      } else if byte == 0xC2, i + 1 < count, unsafe (0x80...0x9F).contains(base[i + 1]) {
        unsafe base[i] = 0x3F
        unsafe base[i + 1] = 0x3F
      }
      i += 1
    }
  }

  /// Runs `body` on the bytes.
  @inlinable
  public func withBytes<Result, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Adds a byte.
  @inlinable @inline(__always)
  public mutating func append(byte: UInt8) {
    reserve(1)
    unsafe base[count] = byte
    filled += 1
  }

  /// Adds a text of the program.
  @inlinable @inline(__always)
  public mutating func append(literal text: StaticString) {
    let n = text.utf8CodeUnitCount
    reserve(n)
    unsafe (base + count).update(from: text.utf8Start, count: n)
    filled += n
  }

  /// Adds a text as UTF-8.
  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe appendBytes(start, bytes.count)
    }
  }

  /// Adds bytes.
  @inlinable
  public mutating func append(contentsOf bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe appendBytes(start, bytes.count)
    }
  }

  /// Adds the bytes of another buffer.
  @inlinable
  public mutating func append(contentsOf other: borrowing TextBuffer) { unsafe appendBytes(other.base, other.count) }

  /// Copies the bytes of a range to a place in an array that has room for them.
  @inlinable
  public func copy(_ range: Range<Int>, into target: inout [UInt8], at place: Int) {
    precondition(range.upperBound <= count && place + range.count <= target.count, "bytes that are there, and room for them")
    unsafe target.withUnsafeMutableBufferPointer { target in
      guard let start = target.baseAddress else { return }
      unsafe (start + place).update(from: base + range.lowerBound, count: range.count)
    }
  }

  @inlinable @inline(__always)
  mutating func appendBytes(_ start: UnsafePointer<UInt8>, _ n: Int) {
    reserve(n)
    unsafe (base + count).update(from: start, count: n)
    filled += n
  }

  /// The lowest `n` (0 to 8) bytes of a word, the highest first.
  @inlinable @inline(__always)
  public mutating func append(bigEndian word: UInt64, count n: Int) {
    guard n > 0 else { return }
    reserve(8)
    unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: (word << UInt64(64 - 8 * n)).bigEndian, as: UInt64.self)
    filled += n
  }

  /// Bytes of a run that has at least 15 more behind them.
  @inlinable @inline(__always)
  public mutating func append(padded bytes: Span<UInt8>, _ start: Int, _ n: Int) {
    reserve(n + 16)
    precondition(start >= 0 && n >= 0 && start + n + 15 < bytes.count, "padding behind the run")
    unsafe bytes.withUnsafeBytes { source in
      var done = 0
      repeat {
        let sixteen = unsafe source.loadUnaligned(fromByteOffset: start &+ done, as: SIMD16<UInt8>.self)
        unsafe UnsafeMutableRawPointer(base + count + done).storeBytes(of: sixteen, as: SIMD16<UInt8>.self)
        done &+= 16
      } while done < n
    }
    filled += n
  }

  /// Bytes of another buffer.
  @inlinable @inline(__always)
  public mutating func append(_ other: borrowing TextBuffer, _ start: Int, _ n: Int) {
    precondition(start >= 0 && n >= 0 && start + n <= other.count, "bytes of the other buffer")
    unsafe appendBytes(other.base + start, n)
  }

  /// Two reals as little-endian bytes.
  @inlinable
  public mutating func appendReals(_ a: Double, _ b: Double) {
    reserve(16)
    unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: a.bitPattern.littleEndian, as: UInt64.self)
    unsafe UnsafeMutableRawPointer(base + count + 8).storeBytes(of: b.bitPattern.littleEndian, as: UInt64.self)
    filled += 16
  }

  // MARK: Numbers

  /// Eight bytes at a place for which room has been made.
  @inline(__always)
  private func store(_ word: UInt64, at place: Int) {
    unsafe UnsafeMutableRawPointer(base + place).storeBytes(of: word.littleEndian, as: UInt64.self)
  }

  /// The eight decimal digits of a number below 10⁸ as bytes of value 0 to 9, the first digit in the lowest byte.
  ///
  /// The number is halved three times, each time in all lanes of the word at once; products with a reciprocal take the place of divisions.
  @inline(__always)
  static func eightDigits(_ number: UInt64) -> UInt64 {
    let upper = number / 10_000
    let fours = upper | (number &- upper &* 10_000) &<< 32
    let hundreds = (fours &* 10_486) &>> 20 & 0x0000_007F_0000_007F
    let twos = hundreds | (fours &- hundreds &* 100) &<< 16
    let tens = (twos &* 103) &>> 10 & 0x000F_000F_000F_000F
    return tens | (twos &- tens &* 10) &<< 8
  }

  private static let zeros: UInt64 = 0x3030_3030_3030_3030

  /// A number below 10⁸ without leading zeros; room for 8 bytes has been made.
  @inline(__always)
  private mutating func leading(_ number: UInt64) {
    let word = Self.eightDigits(number)
    let skipped = min(7, word.trailingZeroBitCount &>> 3)
    store((word | Self.zeros) &>> UInt64(skipped &<< 3), at: count)
    filled += 8 - skipped
  }

  /// A number below 10⁸ as eight digits; room for them has been made.
  @inline(__always)
  private mutating func eight(_ number: UInt64) {
    store(Self.eightDigits(number) | Self.zeros, at: count)
    filled += 8
  }

  /// Room for 24 bytes has been made.
  @inline(__always)
  private mutating func digits(_ magnitude: UInt64) {
    if magnitude < 100_000_000 { return leading(magnitude) }
    let (upper, last) = magnitude.quotientAndRemainder(dividingBy: 100_000_000)
    if upper < 100_000_000 {
      leading(upper)
    } else {
      let (first, middle) = upper.quotientAndRemainder(dividingBy: 100_000_000)
      leading(first)
      eight(middle)
    }
    eight(last)
  }

  /// The digits after the point of a fraction of 10¹⁶, at least 1, without trailing zeros; room for 16 bytes has been made.
  @inline(__always)
  private mutating func fraction(_ sixteenDigits: UInt64) {
    let (upper, last) = sixteenDigits.quotientAndRemainder(dividingBy: 100_000_000)
    let first = Self.eightDigits(upper)
    store(first | Self.zeros, at: count)
    if last == 0 {
      filled += 8 - first.leadingZeroBitCount &>> 3
    } else {
      let second = Self.eightDigits(last)
      store(second | Self.zeros, at: count + 8)
      filled += 16 - second.leadingZeroBitCount &>> 3
    }
  }

  @inline(__always)
  private mutating func sign(_ isNegative: Bool) {
    unsafe base[count] = 0x2D
    filled += isNegative ? 1 : 0
  }

  /// A whole number.
  public mutating func append(whole value: Int64) {
    reserve(32)
    sign(value < 0)
    digits(value.magnitude)
  }

  private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
  private static let wholePowers: [UInt64] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000]

  /// A finite number with at most `decimals` (0 to 9) decimals, rounded to nearest, without trailing zeros; never “-0”.
  public mutating func append(_ value: Double, decimals: Int) {
    let scaled = (value * Self.powers[decimals]).rounded()
    guard abs(scaled) < 9e15 else { return append(shortest: value) }
    reserve(48)
    sign(scaled < 0)
    let (units, rest) = UInt64(abs(scaled)).quotientAndRemainder(dividingBy: Self.wholePowers[decimals])
    digits(units)
    guard rest != 0 else { return }
    unsafe base[count] = 0x2E
    filled += 1
    fraction(rest * Self.wholePowers[9 - decimals] * 10_000_000)
  }

  /// The whole number nearest to a number from 0 to below 2⁵¹, of two the even one, as a real and as its digits: adding 2⁵² leaves no bits
  /// behind the point.
  @inline(__always)
  private static func nearestWhole(_ value: Double) -> (Double, UInt64) {
    let shifted = value + 0x1p52
    return (shifted - 0x1p52, shifted.bitPattern & 0x000F_FFFF_FFFF_FFFF)
  }

  /// A coordinate in degrees with at most seven decimals, as `append(_:decimals:)` writes it; room for 48 bytes has been made.
  @inline(__always)
  mutating func appendDegrees(_ value: Double) {
    let scaled = abs(value) * 1e7
    guard scaled < 0x1p51 else { return append(value, decimals: 7) }
    let (nearest, even) = Self.nearestWhole(scaled)
    // A half was rounded to even, but away from zero is wanted.
    let whole = even &+ (scaled - nearest == 0.5 ? 1 : 0)
    sign(value < 0 && whole > 0)
    let units = whole / 10_000_000
    digits(units)
    let rest = whole &- units &* 10_000_000
    guard rest != 0 else { return }
    appendFraction(rest &* 10)
  }

  /// A point and eight decimals but for the zeros at their end; not all are zero, and room has been made.
  @inline(__always)
  private mutating func appendFraction(_ decimals: UInt64) {
    unsafe base[count] = 0x2E
    let word = Self.eightDigits(decimals)
    store(word | Self.zeros, at: count + 1)
    filled += 9 - word.leadingZeroBitCount &>> 3
  }

  /// A GeoJSON position of degrees, after a comma unless it is the first.
  public mutating func appendPosition(_ x: Double, _ y: Double, isFirst: Bool) {
    reserve(128)
    unsafe base[count] = 0x2C
    filled += isFirst ? 0 : 1
    unsafe base[count] = 0x5B
    filled += 1
    appendDegrees(x)
    unsafe base[count] = 0x2C
    filled += 1
    appendDegrees(y)
    unsafe base[count] = 0x5D
    filled += 1
  }

  /// The shortest text that reads back as the same finite number.
  ///
  /// Few decimals are the common case: m ÷ 10⁶ with both exact reads back as the number it prints.
  public mutating func append(shortest value: Double) {
    reserve(64)
    let magnitude = abs(value)
    if magnitude < 1e9 {
      let scaled = magnitude * 1e6
      let (nearest, whole) = Self.nearestWhole(scaled)
      // Farther from a whole number than the product's rounding reaches, there is nothing to divide.
      if abs(scaled - nearest) <= scaled * 0x1p-51, nearest / 1e6 == magnitude, value != 0 || value.sign == .plus {
        sign(value < 0)
        let units = whole / 1_000_000
        digits(units)
        let rest = whole &- units &* 1_000_000
        guard rest != 0 else { return }
        return appendFraction(rest &* 100)
      }
    }
    // Outside, and for powers of two, whose neighbours lie at different distances, the standard library's text.
    guard magnitude >= 1e-4, magnitude < 1e15, let (number, exponent) = ShortestDecimal.find(magnitude) else {
      return append(value.description)
    }
    sign(value < 0)
    appendPlain(number, exponent, isBelowOne: magnitude < 1)
  }

  /// `digits`·10^`exponent`, 15 to 17 digits, from 10⁻⁴ to 10¹⁵, with a point; room has been made.
  @inline(__always)
  private mutating func appendPlain(_ number: UInt64, _ exponent: Int, isBelowOne: Bool) {
    if isBelowOne {
      let length = number >= 10_000_000_000_000_000 ? 17 : number >= 1_000_000_000_000_000 ? 16 : 15
      // “0.000”, of which as much stays as there are zeros after the point.
      store(0x3030_3030_3030_2E30, at: count)
      filled += 2 - exponent - length
      guard length == 17 else { return fraction(length == 16 ? number : number &* 10) }
      let (first, rest) = number.quotientAndRemainder(dividingBy: 10_000_000_000_000_000)
      unsafe base[count] = 0x30 + UInt8(truncatingIfNeeded: first)
      filled += 1
      if rest != 0 { fraction(rest) }
    } else if exponent >= 0 {
      digits(number &* Self.wholePowers[exponent])
      append(literal: ".0")
    } else {
      let scale = ShortestDecimal.powers[-exponent]
      let (units, rest) = number.quotientAndRemainder(dividingBy: scale)
      digits(units)
      unsafe base[count] = 0x2E
      filled += 1
      if rest == 0 {
        unsafe base[count] = 0x30
        filled += 1
      } else {
        fraction(rest &* ShortestDecimal.powers[16 + exponent])
      }
    }
  }

  // MARK: JSON

  /// A JSON string of UTF-8 bytes, quoted and escaped.
  public mutating func appendJSON(_ bytes: Span<UInt8>) {
    let n = bytes.count
    reserve(n + 16)
    append(byte: 0x22)
    unsafe bytes.withUnsafeBytes { source in
      var i = 0
      // Eight bytes at a time while there is nothing to escape.
      while i &+ 8 <= n {
        let word = unsafe source.loadUnaligned(fromByteOffset: i, as: UInt64.self)
        guard !Self.holdsEscape(word) else { break }
        unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: word, as: UInt64.self)
        filled += 8
        i &+= 8
      }
      while i < n {
        let c = unsafe source[i]
        i &+= 1
        if c < 0x20 || c == 0x22 || c == 0x5C {
          escape(c)
          // A longer text than had been made room for.
          reserve(n &- i + 16)
        } else {
          unsafe base[count] = c
          filled += 1
        }
      }
    }
    append(byte: 0x22)
  }

  /// Whether one of eight bytes is a control character, a quotation mark or a backslash.
  @inline(__always)
  private static func holdsEscape(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // A byte is below n ≤ 128 where subtracting n borrows into its highest bit, which it did not have itself.
    let below = (word &- ones &* 0x20) & ~word
    let quote = word ^ ones &* 0x22
    let backslash = word ^ ones &* 0x5C
    return (below | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & 0x8080_8080_8080_8080 != 0
  }

  private mutating func escape(_ c: UInt8) {
    switch c {
    case 0x22: append(literal: "\\\"")
    case 0x5C: append(literal: "\\\\")
    case 0x0A: append(literal: "\\n")
    case 0x0D: append(literal: "\\r")
    case 0x09: append(literal: "\\t")
    default:
      append(literal: "\\u00")
      let hex: StaticString = "0123456789abcdef"
      append(byte: unsafe hex.utf8Start[Int(c >> 4)])
      append(byte: unsafe hex.utf8Start[Int(c & 15)])
    }
  }

  /// A JSON string.
  public mutating func appendJSON(_ text: String) {
    let bytes = Array(text.utf8)
    appendJSON(bytes.span)
  }
}
