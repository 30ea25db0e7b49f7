internal import SimpleFeatures

/// Writes a table as comma-separated values (RFC 4180): UTF-8, one header line, lines ended by LF, cells quoted where they must be.
///
/// Unknown values and NaN are empty. A text that a spreadsheet would take for a formula, because it starts with `=`, `+`, `-`, `@`, a tab or a
/// carriage return, gets an apostrophe before it, unless it is a number (OWASP, CSV injection). The file appears under its name at `finish`.
public struct CSVWriter: ~Copyable {
  private let file: OutputFile
  private let geometryName: String?
  private var buffer = TextBuffer(capacity: 1 << 20)
  private var names: [String] = []

  /// Opens the output, `-` for standard output. Geometries are written as well-known text in a last column when `geometryName` names it.
  public init(path: String, geometryName: String? = nil) throws(FormatError) {
    file = try OutputFile(path: path)
    self.geometryName = geometryName
  }

  /// Writes the rows of a table, in order; before the first table its column names. All tables must have the same columns.
  public mutating func append(_ table: borrowing ExportTable) throws(FormatError) {
    if names.isEmpty {
      names = table.columns.map(\.name)
      writeHeader()
    }
    precondition(names == table.columns.map(\.name), "all tables of a file have the same columns")
    for row in 0..<table.count {
      for k in 0..<table.columns.count {
        if k > 0 { buffer.append(byte: 0x2C) }
        append(table.columns[k], row)
      }
      if geometryName != nil, let geometry = table.geometry {
        if !names.isEmpty { buffer.append(byte: 0x2C) }
        appendGeometry(geometry, row)
      }
      buffer.append(byte: 0x0A)
      if buffer.count > 1 << 19 { try file.write(&buffer) }
    }
  }

  private mutating func writeHeader() {
    for (k, name) in (names + (geometryName.map { [$0] } ?? [])).enumerated() {
      if k > 0 { buffer.append(byte: 0x2C) }
      let bytes = Array(name.utf8)
      appendText(bytes.span)
    }
    buffer.append(byte: 0x0A)
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

  private mutating func appendText(_ text: Span<UInt8>) {
    guard text.count > 0 else { return }
    let isInert: Bool
    switch text[0] {
    case 0x3D, 0x40, 0x09, 0x0D: isInert = false
    case 0x2B: isInert = ColumnBuilder.number(text.extracting(1..<text.count)) != nil && text[min(1, text.count - 1)] != 0x2D
    case 0x2D: isInert = ColumnBuilder.number(text) != nil
    default: isInert = true
    }
    var mustQuote = false
    for i in 0..<text.count where text[i] == 0x22 || text[i] == 0x2C || text[i] == 0x0A || text[i] == 0x0D { mustQuote = true }
    guard mustQuote else {
      if !isInert { buffer.append(byte: 0x27) }
      return buffer.append(contentsOf: text)
    }
    buffer.append(byte: 0x22)
    if !isInert { buffer.append(byte: 0x27) }
    var start = 0
    for i in 0..<text.count where text[i] == 0x22 {
      buffer.append(contentsOf: text.extracting(start...i))
      buffer.append(byte: 0x22)
      start = i + 1
    }
    buffer.append(contentsOf: text.extracting(start..<text.count))
    buffer.append(byte: 0x22)
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

  /// Gives the file its name.
  public consuming func finish() throws(FormatError) {
    if names.isEmpty, geometryName != nil { writeHeader() }
    try file.write(&buffer)
    try file.finish()
  }
}
