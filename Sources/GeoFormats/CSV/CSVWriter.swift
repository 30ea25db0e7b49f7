internal import SimpleFeatures
internal import TextFormats

/// Writes a table as comma-separated values (RFC 4180): UTF-8, one header line, lines ended by LF, cells quoted where they must be.
///
/// Unknown values and NaN are empty. A text that a spreadsheet would take for a formula, because it starts with `=`, `+`, `-`, `@`, a tab or a
/// carriage return, gets an apostrophe before it, unless it is a number (OWASP, CSV injection); so does what would begin such a text in a program
/// that takes `;` or a tab for the separator. The file appears under its name at `finish`.
public struct CSVWriter: ~Copyable {
  private let file: OutputFile
  private let geometryName: String?
  private var rows = CSVRows()
  private var names: [String] = []

  /// Opens the output, `-` for standard output. Geometries are written as well-known text in a last column when `geometryName` names it.
  public init(path: String, geometryName: String? = nil, existing: ExistingFile = .replaced) throws(FormatError) {
    file = try OutputFile(path: path, existing: existing)
    self.geometryName = geometryName
  }

  /// Writes the rows of a table, in order; before the first table its column names. All tables must have the same columns.
  ///
  /// Rows are put into words on `threads` threads; the bytes are the same for any number.
  public mutating func append(_ table: borrowing ExportTable, threads: Int = 1) throws(FormatError) {
    if names.isEmpty {
      names = table.columns.map(\.name)
      writeHeader()
      try file.replacesOnly(fileWithHead: rows.buffer)
    }
    precondition(names == table.columns.map(\.name), "all tables of a file have the same columns")
    try file.write(&rows.buffer)
    let size = 2_048
    let count = (table.count + size - 1) / size
    let total = table.count
    func range(_ k: Int) -> Range<Int> { k * size..<min(total, (k + 1) * size) }
    guard threads > 1, count > 1 else {
      for k in 0..<count {
        rows.append(table, range(k), geometry: geometryName != nil)
        try file.write(&rows.buffer)
      }
      return
    }
    let table = copy table
    let file = file, hasGeometry = geometryName != nil
    do {
      try makeInOrder(count, threads: threads) { k in
        let part = CSVPart()
        part.rows.append(table, range(k), geometry: hasGeometry)
        return part
      } take: { part in
        try file.write(&part.rows.buffer)
      }
    } catch let error as FormatError {
      throw error
    } catch {
      preconditionFailure("only writing throws, and it throws format errors")
    }
  }

  private mutating func writeHeader() {
    for (k, name) in (names + (geometryName.map { [$0] } ?? [])).enumerated() {
      if k > 0 { rows.buffer.append(byte: 0x2C) }
      let bytes = Array(name.utf8)
      rows.appendText(bytes.span)
    }
    rows.buffer.append(byte: 0x0A)
  }

  /// Gives the file its name.
  public consuming func finish() throws(FormatError) {
    if names.isEmpty, geometryName != nil { writeHeader() }
    try file.write(&rows.buffer)
    try file.finish()
  }
}

/// Rows that one thread has put into words.
private final class CSVPart {
  var rows = CSVRows()
}

/// Rows as text.
struct CSVRows: ~Copyable {
  var buffer = TextBuffer(capacity: 1 << 16)
  /// The reals of some rows, row after row, NaN where unknown.
  private var reals: [Double] = []

  /// Adds rows of a table.
  mutating func append(_ table: borrowing ExportTable, _ range: Range<Int>, geometry: Bool) {
    let width = table.columns.count
    let isReal = table.columns.map { if case .real = $0.values { true } else { false } }
    // Reals are gathered column by column first: to look at a column's kind for each cell costs more than its digits.
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 256) {
      let end = min(range.upperBound, start + 256)
      gather(table.columns, start..<end)
      for row in start..<end {
        for k in 0..<width {
          if k > 0 { buffer.append(byte: 0x2C) }
          if isReal[k] {
            let value = reals[(row - start) * width + k]
            if value.isFinite { buffer.append(shortest: value) }
          } else {
            append(table.columns[k], row)
          }
        }
        if geometry, let geometry = table.geometry {
          if width > 0 { buffer.append(byte: 0x2C) }
          appendGeometry(geometry, row)
        }
        buffer.append(byte: 0x0A)
      }
    }
  }

  private mutating func gather(_ columns: [AttributeColumn], _ range: Range<Int>) {
    let width = columns.count
    if reals.count < range.count * width { reals = Array(repeating: .nan, count: range.count * width) }
    for (k, column) in columns.enumerated() {
      guard case .real(let values) = column.values else { continue }
      for row in range { reals[(row - range.lowerBound) * width + k] = column.validity[row] ? values[row] : .nan }
    }
  }

  private mutating func append(_ column: borrowing AttributeColumn, _ row: Int) {
    guard column.validity[row] else { return }
    switch column.values {
    case .integer(let v): buffer.append(whole: v[row])
    case .real(let v): if v[row].isFinite { buffer.append(shortest: v[row]) }
    case .boolean(let v): buffer.append(literal: v[row] ? "true" : "false")
    case .text(let v): appendText(v.bytes.span.extracting(v.range(of: row)))
    }
  }

  mutating func appendText(_ text: Span<UInt8>) {
    guard text.count > 0 else { return }
    var mustQuote = false
    for i in 0..<text.count {
      switch text[i] {
      case 0x22, 0x2C, 0x0A, 0x0D, 0x3B, 0x09: mustQuote = true
      default: break
      }
    }
    guard mustQuote else {
      if Self.isFormula(text) { buffer.append(byte: 0x27) }
      return buffer.append(contentsOf: text)
    }
    buffer.append(byte: 0x22)
    var start = 0
    var isCellStart = true
    for i in 0..<text.count {
      if isCellStart, Self.isFormula(text.extracting(i..<Self.cellEnd(text, from: i))) {
        buffer.append(contentsOf: text.extracting(start..<i))
        buffer.append(byte: 0x27)
        start = i
      }
      // A program that takes `;` or a tab for the separator sees no quotes that do not begin its cell, and a new cell here.
      isCellStart = text[i] == 0x3B || text[i] == 0x09 || text[i] == 0x0A || text[i] == 0x0D
      if text[i] == 0x22 {
        buffer.append(contentsOf: text.extracting(start...i))
        buffer.append(byte: 0x22)
        start = i + 1
      }
    }
    buffer.append(contentsOf: text.extracting(start..<text.count))
    buffer.append(byte: 0x22)
  }

  /// Where the cell ends that begins at `start` for a program that separates by `;` or tabs.
  private static func cellEnd(_ text: Span<UInt8>, from start: Int) -> Int {
    var end = start + 1
    while end < text.count, text[end] != 0x3B, text[end] != 0x09, text[end] != 0x0A, text[end] != 0x0D { end += 1 }
    return end
  }

  /// Whether a spreadsheet would take a text for a formula by its beginning; a number is none.
  private static func isFormula(_ text: Span<UInt8>) -> Bool {
    guard text.count > 0 else { return false }
    switch text[0] {
    case 0x3D, 0x40, 0x09, 0x0D: return true
    case 0x2B: return writtenNumber(text.extracting(1..<text.count)) == nil || text[min(1, text.count - 1)] == 0x2D
    case 0x2D: return writtenNumber(text) == nil
    default: return false
    }
  }

  private mutating func appendGeometry(_ geometry: borrowing GeometryColumn, _ row: Int) {
    let kind = geometry.kinds[row]
    guard kind != .none else { return }
    buffer.append(byte: 0x22)
    buffer.append(kind.wellKnownName)
    buffer.append(literal: " ")
    let isMulti = kind.rawValue >= GeometryKind.multiPoint.rawValue
    if isMulti { buffer.append(byte: 0x28) }
    let parts = geometry.parts(of: row)
    for part in parts {
      if part != parts.lowerBound { buffer.append(byte: 0x2C) }
      if kind.isAreal { buffer.append(byte: 0x28) }
      let rings = geometry.rings(ofPart: part)
      for ring in rings {
        if ring != rings.lowerBound { buffer.append(byte: 0x2C) }
        buffer.append(byte: 0x28)
        let positions = geometry.positions(ofRing: ring)
        for i in positions {
          if i != positions.lowerBound { buffer.append(byte: 0x2C) }
          buffer.append(shortest: geometry.x[i])
          buffer.append(byte: 0x20)
          buffer.append(shortest: geometry.y[i])
        }
        buffer.append(byte: 0x29)
      }
      if kind.isAreal { buffer.append(byte: 0x29) }
    }
    if isMulti { buffer.append(byte: 0x29) }
    buffer.append(byte: 0x22)
  }
}
