/// What reading and writing of an SQLite database's pages share (“Database File Format”, sqlite.org/fileformat2.html).
enum SQLitePage {
  /// The page that holds the byte at 2³⁰, counted from 1: SQLite takes its locks there, and no data are in it.
  static func lockPage(size: Int) -> Int { 0x4000_0000 / size + 1 }

  /// How many bytes of a record stay on its leaf: all, or as many as let the rest fill whole pages where that can be (section 1.6).
  @inline(__always)
  static func localBytes(payload: Int, size: Int) -> Int {
    let most = size - 35
    if payload <= most { return payload }
    let least = (size - 12) * 32 / 255 - 23
    let fitting = least + (payload - least) % (size - 4)
    return fitting <= most ? fitting : least
  }
}

/// SQLite's whole numbers of one to nine bytes, seven bits each with the highest first; the ninth byte holds eight.
enum Varint {
  /// Bytes that a number takes.
  @inline(__always)
  static func count(_ value: UInt64) -> Int { value < 0x80 ? 1 : value >> 56 != 0 ? 9 : (70 - value.leadingZeroBitCount) / 7 }

  /// Writes a number and gives the place behind it.
  @inline(__always)
  static func put(_ value: UInt64, in bytes: inout [UInt8], at: Int) -> Int {
    let n = count(value)
    for k in 0..<n { bytes[at + k] = byte(k, of: n, value) }
    return at + n
  }

  /// The byte at `k` of the `n` that a number takes.
  @inline(__always)
  static func byte(_ k: Int, of n: Int, _ value: UInt64) -> UInt8 {
    if n == 9 { return k == 8 ? UInt8(truncatingIfNeeded: value) : UInt8(truncatingIfNeeded: value >> UInt64(57 - 7 * k)) | 0x80 }
    return UInt8(truncatingIfNeeded: value >> UInt64(7 * (n - 1 - k))) & 0x7F | (k < n - 1 ? 0x80 : 0)
  }

  /// Reads a number and moves behind it.
  @inline(__always)
  static func read(_ bytes: Span<UInt8>, _ at: inout Int) throws(TableBTreeFault) -> Int64 {
    guard at < bytes.count else { throw TableBTreeFault() }
    let first = bytes[at]
    at += 1
    if first < 0x80 { return Int64(first) }
    return try readLong(bytes, &at, first)
  }

  private static func readLong(_ bytes: Span<UInt8>, _ at: inout Int, _ first: UInt8) throws(TableBTreeFault) -> Int64 {
    var value = UInt64(first & 0x7F)
    for k in 1...8 {
      guard at < bytes.count else { throw TableBTreeFault() }
      let byte = bytes[at]
      at += 1
      if k == 8 { return Int64(bitPattern: value << 8 | UInt64(byte)) }
      value = value << 7 | UInt64(byte & 0x7F)
      if byte < 0x80 { break }
    }
    return Int64(bitPattern: value)
  }
}
