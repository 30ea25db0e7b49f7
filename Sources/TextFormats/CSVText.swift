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
  public struct Cell: Sendable {
    /// The bytes without the quotes around them.
    public var range: Range<Int>
    /// Whether it stands in quotes.
    public var isQuoted: Bool
    /// Whether quotes inside it are doubled.
    public var hasDoubledQuotes: Bool

    /// An empty cell, for a row that is too short.
    public static let missing = Cell(range: 0..<0, isQuoted: false, hasDoubledQuotes: false)
  }

  /// The byte between two cells.
  public let separator: UInt8
  /// Where the first record begins: behind a line `sep=;`, which Excel writes to name the separator.
  public let start: Int
  /// Whether blanks before an opening quote are passed over, instead of making the quote a part of the cell.
  private var skipsBlanks = false

  private init(separator: UInt8, start: Int, skipsBlanks: Bool) {
    self.separator = separator
    self.start = start
    self.skipsBlanks = skipsBlanks
  }

  /// Finds the separator: the one that a line `sep=` names, else the one under which most of the first 50 lines have as many cells as most of them,
  /// and more than one.
  public init(_ b: Span<UInt8>, skipsBlanks: Bool = false) throws(CSVFault) {
    if let named = Self.namedSeparator(b) {
      self.init(separator: named.separator, start: named.end, skipsBlanks: skipsBlanks)
      return
    }
    var best: (separator: UInt8, score: Int) = (0x2C, 0)
    var fault: CSVFault?
    for candidate: UInt8 in [0x2C, 0x3B, 0x09, 0x7C] {
      let text = CSVText(separator: candidate, start: 0, skipsBlanks: skipsBlanks)
      var at = 0
      var cells: [Cell] = []
      var widths: [Int: Int] = [:]
      var lines = 0
      while lines < 50 {
        do throws(CSVFault) {
          guard try text.record(b, &at, &cells) else { break }
        } catch {
          // A quote that is never closed in the first line is an error; further down the rows report it.
          if lines == 0 { fault = error }
          break
        }
        // An empty line says nothing.
        if cells.count == 1, cells[0].range.isEmpty { continue }
        lines += 1
        widths[cells.count, default: 0] += 1
      }
      // Of widths that are as frequent the larger one.
      guard let width = widths.filter({ $0.key > 1 }).max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { continue }
      let score = width.value * 1_000 / lines * 100 + min(width.key, 99)
      if score > best.score { best = (candidate, score) }
    }
    if best.score == 0, let fault { throw fault }
    self.init(separator: best.separator, start: 0, skipsBlanks: skipsBlanks)
  }

  /// The separator of a first line `sep=;`, and where the next line begins.
  private static func namedSeparator(_ b: Span<UInt8>) -> (separator: UInt8, end: Int)? {
    var at = b.count > 0 && b[0] == 0x22 ? 1 : 0
    let isQuoted = at == 1
    guard b.count > at + 5, b[at] | 0x20 == 0x73, b[at + 1] | 0x20 == 0x65, b[at + 2] | 0x20 == 0x70, b[at + 3] == 0x3D,
      [0x2C, 0x3B, 0x09, 0x7C].contains(b[at + 4])
    else { return nil }
    let separator = b[at + 4]
    at += 5
    if isQuoted, b[at] == 0x22 { at += 1 }
    guard at < b.count, b[at] == 10 || b[at] == 13 else { return nil }
    if b[at] == 13, at + 1 < b.count, b[at + 1] == 10 { at += 1 }
    return (separator, at + 1)
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
    var (at, line, cells) = (csv.start, csv.start > 0 ? 2 : 1, [Cell]())
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
}
