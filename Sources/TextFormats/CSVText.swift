/// Why a text cannot be parted into cells: what was found at which byte.
public struct CSVFault: Error {
  /// Byte offset from 0.
  public var byte: Int
  /// Line from 1.
  public var line: Int
  /// What is wrong.
  public var reason: String
}

/// Comma-separated values (RFC 4180) as people write them: where the cells of a UTF-8 text stand. Builds nothing that is not asked for.
///
/// The separator is a comma, a semicolon, a tab or a bar. What stands between a closing quote and the next separator is no part of the cell.
public struct CSVText {
  /// One cell: where its text stands, whether it stands in quotes and whether quotes inside it are doubled.
  public struct Cell {
    /// The bytes without the quotes around them.
    public var range: Range<Int>
    /// Whether it stands in quotes.
    public var isQuoted: Bool
    /// Whether quotes inside it are doubled.
    public var hasDoubledQuotes: Bool
  }

  /// The byte between two cells.
  public let separator: UInt8
  /// Whether blanks before an opening quote are passed over, instead of making the quote a part of the cell.
  private var skipsBlanks = false

  private init(separator: UInt8, skipsBlanks: Bool) {
    self.separator = separator
    self.skipsBlanks = skipsBlanks
  }

  /// Finds the separator: the one under which most of the first 50 lines have as many cells as the header, and more than one.
  public init(_ b: Span<UInt8>, skipsBlanks: Bool = false) throws(CSVFault) {
    var best: (separator: UInt8, score: Int) = (0x2C, 0)
    for candidate: UInt8 in [0x2C, 0x3B, 0x09, 0x7C] {
      let text = CSVText(separator: candidate, skipsBlanks: skipsBlanks)
      var at = 0
      var cells: [Cell] = []
      guard try text.record(b, &at, &cells), cells.count > 1 else { continue }
      let width = cells.count
      var even = 1
      var lines = 1
      while lines < 50 {
        var more = false
        do throws(CSVFault) { more = try text.record(b, &at, &cells) } catch { break }
        guard more else { break }
        lines += 1
        if cells.count == width { even += 1 }
      }
      let score = even * 1_000 / lines * 100 + min(width, 99)
      if score > best.score { best = (candidate, score) }
    }
    self.init(separator: best.separator, skipsBlanks: skipsBlanks)
  }

  /// Reads the record at `at` into `cells`; `at` goes behind its line end. False at the end of the text.
  public func record(_ b: Span<UInt8>, _ at: inout Int, _ cells: inout [Cell]) throws(CSVFault) -> Bool {
    cells.removeAll(keepingCapacity: true)
    guard at < b.count else { return false }
    while true {
      var open = at
      if skipsBlanks { while open < b.count, b[open] == 32 || (b[open] == 9 && separator != 9) { open += 1 } }
      if open < b.count, b[open] == 0x22 {
        let start = open + 1
        var doubled = false
        at = start
        while true {
          guard at < b.count else {
            throw CSVFault(byte: start - 1, line: Self.line(b, start - 1), reason: "a quoted cell that is never closed")
          }
          if b[at] == 0x22 {
            guard at + 1 < b.count, b[at + 1] == 0x22 else { break }
            doubled = true
            at += 1
          }
          at += 1
        }
        let end = at
        at += 1
        while at < b.count, b[at] != separator, b[at] != 10, b[at] != 13 { at += 1 }
        cells.append(Cell(range: start..<end, isQuoted: true, hasDoubledQuotes: doubled))
      } else {
        let start = at
        while at < b.count, b[at] != separator, b[at] != 10, b[at] != 13 { at += 1 }
        cells.append(Cell(range: start..<at, isQuoted: false, hasDoubledQuotes: false))
      }
      guard at < b.count else { return true }
      if b[at] == separator {
        at += 1
        continue
      }
      if b[at] == 13, at + 1 < b.count, b[at + 1] == 10 { at += 1 }
      at += 1
      return true
    }
  }

  /// The line of a byte, from 1. O(byte).
  public static func line(_ b: Span<UInt8>, _ byte: Int) -> Int {
    var line = 1
    for i in 0..<min(byte, b.count) where b[i] == 10 { line += 1 }
    return line
  }

  /// The text of a cell, doubled quotes made single.
  public static func text(_ b: Span<UInt8>, _ cell: Cell) -> String {
    let text = unsafe b.extracting(cell.range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    guard cell.hasDoubledQuotes else { return text }
    var single = ""
    var wasQuote = false
    for c in text.unicodeScalars {
      if c == "\"", wasQuote {
        wasQuote = false
        continue
      }
      wasQuote = c == "\""
      single.unicodeScalars.append(c)
    }
    return single
  }

  // MARK: Small tables

  /// A table that is read whole: its records with the line each starts on, and the separator.
  public struct Table {
    /// The records, empty lines left out; cells without the blanks around them unless they are quoted.
    public var records: [(line: Int, cells: [String])]
    /// Whether a comma parts the cells; then it is no decimal comma.
    public var isPartedByComma: Bool
  }

  /// Reads a small table whole, with blanks before quotes passed over. O(bytes).
  public static func table(_ text: String) throws(CSVFault) -> Table {
    var bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    let b = bytes.span
    let csv = try CSVText(b, skipsBlanks: true)
    var table = Table(records: [], isPartedByComma: csv.separator == 0x2C)
    var (at, line, cells) = (0, 1, [Cell]())
    while true {
      let start = at
      guard try csv.record(b, &at, &cells) else { return table }
      let texts = cells.map { cell in
        var cell = cell
        if !cell.isQuoted { cell.range = Self.trimmed(b, cell.range) }
        return Self.text(b, cell)
      }
      if texts != [""] { table.records.append((line, texts)) }
      for i in start..<at where b[i] == 10 || (b[i] == 13 && (i + 1 == b.count || b[i + 1] != 10)) { line += 1 }
    }
  }

  private static func trimmed(_ b: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, b[start] == 32 || b[start] == 9 { start += 1 }
    while end > start, b[end - 1] == 32 || b[end - 1] == 9 { end -= 1 }
    return start..<end
  }

  // MARK: Encoding

  /// Windows-1252's characters of 0x80 to 0x9F; the five that it leaves open become U+FFFD.
  private static let windows: [UInt16] = [
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD,
    0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
  ]

  /// The text in UTF-8; `nil` when it is UTF-8 already, or nearly: then single bad bytes are left for the rows to report.
  public static func recoded(_ b: Span<UInt8>) -> [UInt8]? {
    if b.count >= 2, b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF {
      let isLittle = b[0] == 0xFF
      var units: [UInt16] = []
      for k in stride(from: 2, to: b.count - 1, by: 2) {
        units.append(isLittle ? UInt16(b[k]) | UInt16(b[k + 1]) << 8 : UInt16(b[k]) << 8 | UInt16(b[k + 1]))
      }
      return Array(String(decoding: units, as: UTF16.self).utf8)
    }
    var good = 0
    var bad = 0
    var i = 0
    while i < b.count {
      if b[i] < 0x80 {
        i += 1
        continue
      }
      let length = utf8SequenceLength(b, at: i)
      if length == 0 { bad += 1 } else { good += 1 }
      i += max(1, length)
    }
    guard bad > 0, good < 4 * bad else { return nil }
    var text: [UInt8] = []
    text.reserveCapacity(b.count + b.count / 8)
    for k in 0..<b.count {
      let c = b[k]
      if c < 0x80 {
        text.append(c)
      } else {
        let scalar = c < 0xA0 ? UnicodeScalar(windows[Int(c) - 0x80]) ?? "\u{FFFD}" : UnicodeScalar(c)
        text.append(contentsOf: String(Character(scalar)).utf8)
      }
    }
    return text
  }
}
