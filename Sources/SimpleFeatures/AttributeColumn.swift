/// One bit a row: set where the value is known.
public struct ValidityBitmap: Sendable, Hashable {
  @usableFromInline
  var words: [UInt64] = []
  /// Number of rows.
  public private(set) var count = 0
  /// Number of known rows.
  public private(set) var knownCount = 0

  /// Makes a bitmap without rows.
  public init() {}

  /// Makes a bitmap of `count` rows, all known or all unknown.
  public init(repeating known: Bool, count: Int) {
    words = Array(repeating: known ? .max : 0, count: (count + 63) / 64)
    if known, count % 64 != 0 { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
    self.count = count
    knownCount = known ? count : 0
  }

  /// Makes a bitmap of `count` rows of which those are known that the test finds so. O(count).
  @inlinable
  public init(count: Int, where isKnown: (Int) -> Bool) {
    var words: [UInt64] = []
    words.reserveCapacity((count + 63) / 64)
    for start in stride(from: 0, to: count, by: 64) {
      var word: UInt64 = 0
      for row in start..<Swift.min(count, start + 64) where isKnown(row) { word |= 1 &<< UInt64(row &- start) }
      words.append(word)
    }
    self.init(words: words, count: count)
  }

  /// Makes a bitmap from its words; bits beyond `count` are clear.
  @usableFromInline
  init(words: [UInt64], count: Int) {
    self.words = words
    self.count = count
    knownCount = words.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  /// Whether the row is known.
  @inlinable
  public subscript(row: Int) -> Bool { words[row >> 6] & (1 << UInt64(row & 63)) != 0 }

  /// Adds a row.
  public mutating func append(_ known: Bool) {
    if count & 63 == 0 { words.append(0) }
    if known {
      words[count >> 6] |= 1 << UInt64(count & 63)
      knownCount += 1
    }
    count += 1
  }

  /// Changes a row.
  public mutating func set(_ row: Int, to known: Bool) {
    let old = self[row]
    guard old != known else { return }
    if known {
      words[row >> 6] |= 1 << UInt64(row & 63)
      knownCount += 1
    } else {
      words[row >> 6] &= ~(1 << UInt64(row & 63))
      knownCount -= 1
    }
  }

  /// Drops the last rows.
  public mutating func removeLast(_ k: Int) {
    for row in (count - k)..<count where self[row] {
      words[row >> 6] &= ~(1 << UInt64(row & 63))
      knownCount -= 1
    }
    count -= k
    words.removeLast(words.count - (count + 63) / 64)
  }
}

/// Strings of a column as one run of UTF-8 bytes with offsets.
public struct TextColumn: Sendable, Hashable {
  /// The bytes of all rows, one after another.
  public var bytes: [UInt8] = []
  /// Start of each row and, last, the end: `count + 1` values.
  public var offsets: [Int] = [0]

  /// Makes a column without rows.
  public init() {}

  /// Number of rows.
  @inlinable
  public var count: Int { offsets.count - 1 }

  /// The byte range of a row.
  @inlinable
  public func range(of row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

  /// The string of a row; ill-formed UTF-8 is replaced. O(length).
  public subscript(row: Int) -> String { String(decoding: bytes[range(of: row)], as: UTF8.self) }

  /// Adds a row.
  public mutating func append(_ text: some StringProtocol) {
    bytes.append(contentsOf: text.utf8)
    offsets.append(bytes.count)
  }

  /// Adds a row of bytes that are known to be UTF-8.
  @inlinable
  public mutating func append(utf8: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: utf8)
    offsets.append(bytes.count)
  }

  /// Drops the last rows.
  public mutating func removeLast(_ k: Int) {
    offsets.removeLast(k)
    bytes.removeLast(bytes.count - offsets[offsets.count - 1])
  }
}

/// One attribute of a layer: typed values and which of them are known.
public struct AttributeColumn: Sendable {
  /// The values; a row that is unknown holds 0, NaN, false or "".
  public enum Values: Sendable {
    case integer([Int64])
    case real([Double])
    case boolean([Bool])
    case text(TextColumn)
  }

  /// Field name as in the source.
  public var name: String
  /// The values by row.
  public var values: Values
  /// Which rows are known.
  public var validity: ValidityBitmap

  /// Makes a column from values and validity of equal length.
  public init(name: String, values: Values, validity: ValidityBitmap) {
    self.name = name
    self.values = values
    self.validity = validity
  }

  /// Number of rows.
  public var count: Int { validity.count }

  /// The row as a number: integers and reals as they are, booleans as 0 or 1, text when it reads as a finite decimal number
  /// (one decimal comma is taken as a point); `nil` when unknown or not a number.
  public func number(_ row: Int) -> Double? {
    guard validity[row] else { return nil }
    switch values {
    case .integer(let v): return Double(v[row])
    case .real(let v): return v[row].isFinite ? v[row] : nil
    case .boolean(let v): return v[row] ? 1 : 0
    case .text(let v): return Self.number(from: v[row])
    }
  }

  /// The row as text; `nil` when unknown. Whole reals print without a fraction.
  public func text(_ row: Int) -> String? {
    guard validity[row] else { return nil }
    switch values {
    case .integer(let v): return String(v[row])
    case .real(let v):
      let d = v[row]
      guard d.isFinite else { return nil }
      return d == d.rounded() && abs(d) < 1e15 ? String(Int64(d)) : String(d)
    case .boolean(let v): return v[row] ? "true" : "false"
    case .text(let v): return v[row]
    }
  }

  /// Reads a decimal number from text, `nil` if any other character stands beside it; a single comma counts as decimal point.
  public static func number(from text: String) -> Double? {
    var t = text.trimmed()
    if !t.utf8.contains(UInt8(ascii: ".")), t.utf8.filter({ $0 == UInt8(ascii: ",") }).count == 1 {
      t = String(t.map { $0 == "," ? "." : $0 })
    }
    guard t.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 43 || $0 == 45 || $0 == 46 || $0 == 69 || $0 == 101 }) else { return nil }
    guard let d = Double(t), d.isFinite else { return nil }
    return d
  }
}

extension StringProtocol {
  /// The text without leading and trailing ASCII white space. O(length).
  public func trimmed() -> String {
    let space: (UInt8) -> Bool = { $0 == 32 || ($0 >= 9 && $0 <= 13) }
    let bytes = Array(utf8)
    guard let first = bytes.firstIndex(where: { !space($0) }), let last = bytes.lastIndex(where: { !space($0) }) else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
