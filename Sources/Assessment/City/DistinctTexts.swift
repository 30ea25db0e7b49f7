import SimpleFeatures

/// The different texts of a column, in the order in which they first stand there, and which of them each row holds.
///
/// Registers and maps say a few words a million times; what a word means is then decoded once. Texts are trimmed and empty ones are unknown.
/// O(bytes of the column).
struct DistinctTexts {
  /// The texts that occur.
  private(set) var texts: [String] = []
  /// Index into `texts` by row; −1 where nothing is known.
  private(set) var codes: [Int32] = []

  /// The texts of the given rows of a column.
  init(_ column: AttributeColumn, rows: [Int]) {
    codes = Array(repeating: -1, count: rows.count)
    switch column.values {
    case .text(let values): collect(values, column.validity, rows)
    case .boolean(let values):
      collect(rows, column) { values[$0] ? 1 : 0 }
    case .integer(let values):
      collect(rows, column) { UInt64(bitPattern: values[$0]) }
    case .real(let values):
      collect(rows, column) { values[$0].bitPattern }
    }
  }

  private mutating func collect(_ rows: [Int], _ column: AttributeColumn, _ key: (Int) -> UInt64) {
    var seen: [UInt64: Int32] = [:]
    var last: (key: UInt64, code: Int32)?
    for (k, row) in rows.enumerated() where column.validity[row] {
      let value = key(row)
      if let last, last.key == value {
        codes[k] = last.code
        continue
      }
      let code: Int32
      if let known = seen[value] {
        code = known
      } else {
        code = add(column.text(row))
        seen[value] = code
      }
      codes[k] = code
      last = (value, code)
    }
  }

  private mutating func add(_ text: String?) -> Int32 {
    guard let text, !text.isEmpty else { return -1 }
    texts.append(text)
    return Int32(texts.count - 1)
  }

  private mutating func collect(_ values: TextColumn, _ validity: ValidityBitmap, _ rows: [Int]) {
    values.bytes.withUnsafeBufferPointer { bytes in
      // An open-addressing table of the first range of bytes of each text.
      var slots: [Int32] = Array(repeating: -1, count: 256)
      var ranges: [Range<Int>] = []
      var last = (range: 0..<0, code: Int32(-1))
      for (k, row) in rows.enumerated() where validity[row] {
        let range = Self.trimmed(values.range(of: row), bytes)
        guard !range.isEmpty else { continue }
        if Self.isSame(range, last.range, bytes) {
          codes[k] = last.code
          continue
        }
        var slot = Self.hash(range, bytes) & (slots.count - 1)
        while slots[slot] >= 0, !Self.isSame(ranges[Int(slots[slot])], range, bytes) { slot = (slot + 1) & (slots.count - 1) }
        if slots[slot] < 0 {
          slots[slot] = Int32(ranges.count)
          ranges.append(range)
          texts.append(String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self))
          codes[k] = Int32(ranges.count - 1)
          if ranges.count * 2 > slots.count {
            slots = Array(repeating: -1, count: slots.count * 4)
            for (code, known) in ranges.enumerated() {
              var place = Self.hash(known, bytes) & (slots.count - 1)
              while slots[place] >= 0 { place = (place + 1) & (slots.count - 1) }
              slots[place] = Int32(code)
            }
          }
        } else {
          codes[k] = slots[slot]
        }
        last = (range, codes[k])
      }
    }
  }

  /// The range without ASCII white space at its ends.
  static func trimmed(_ range: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, isSpace(bytes[low]) { low += 1 }
    while low < high, isSpace(bytes[high - 1]) { high -= 1 }
    return low..<high
  }

  private static func isSame(_ a: Range<Int>, _ b: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    for k in 0..<a.count where bytes[a.lowerBound + k] != bytes[b.lowerBound + k] { return false }
    return true
  }

  /// FNV-1a, 64 bit, finished with a multiplicative shuffle.
  private static func hash(_ range: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var h: UInt64 = 0xcbf2_9ce4_8422_2325
    for k in range { h = (h ^ UInt64(bytes[k])) &* 0x100_0000_01b3 }
    h ^= h >> 32
    return Int(truncatingIfNeeded: h &* 0x9e37_79b9_7f4a_7c15 >> 16)
  }

  /// The same without the texts that say nothing.
  func without(_ isNothing: (String) -> Bool) -> DistinctTexts {
    let dropped = texts.map(isNothing)
    guard dropped.contains(true) else { return self }
    var result = self
    for (row, code) in codes.enumerated() where code >= 0 && dropped[Int(code)] { result.codes[row] = -1 }
    return result
  }

  /// What `decode` makes of each text, asked once a text; nil where nothing is known.
  func map<T>(_ decode: (String) -> T?) -> [T?] { texts.map(decode) }

  /// The text of a row.
  subscript(row: Int) -> String? { codes[row] < 0 ? nil : texts[Int(codes[row])] }
}
