internal import SimpleFeatures
internal import TextFormats

/// Reads comma-separated values (RFC 4180) as towns publish them.
///
/// The separator (comma, semicolon, tab, bar) is the one that a line `sep=;` names or that parts the first lines most evenly; the encoding is found
/// out (`TextEncoding`), the header may stand below a title (`HeaderRow`), the positions are found by names and values (`TablePositions`); each of
/// them can be told. A column whose cells all read as numbers or truth values has that type, unless a point before three digits might part thousands;
/// an empty cell is unknown. A row that is a little short is filled up, empty cells too many are passed over; other ragged rows are refused.
struct CSVReader {
  private let path: String
  /// The text in UTF-8.
  private let text: Source
  private let notation: TableNotation
  /// What a user should know of the encoding.
  private var notes: [String] = []

  private enum Source {
    case file(MappedFile, start: Int)
    case bytes([UInt8])
  }

  init(path: String, notation: TableNotation = TableNotation()) throws(FormatError) {
    (self.path, self.notation) = (path, notation)
    let file = try MappedFile(path: path)
    let encoding: TextEncoding
    do {
      encoding = try file.withBytes { try TextEncoding($0, told: notation.encoding, languages: notation.languages) }
    } catch {
      throw .unknownEncoding(path: path, name: notation.encoding ?? "")
    }
    text = encoding.recoded.map { .bytes($0) } ?? .file(file, start: encoding.start)
    guard encoding.isRemarkable, notation.encoding == nil else { return }
    let others =
      encoding.alternatives.isEmpty
      ? "" : ", though \(encoding.alternatives.joined(separator: ", ")) would fit as well: name it by `encoding`"
    notes.append("\(path.split(separator: "/").last ?? "") is no UTF-8: it is read as \(encoding.name)\(others)")
  }

  /// Reads the text of a sheet, in UTF-8.
  init(sheet: [UInt8], path: String, notation: TableNotation) {
    (self.path, self.notation, text) = (path, notation, .bytes(sheet))
  }

  private func withText<Result>(_ body: (Span<UInt8>) throws -> Result) throws -> Result {
    switch text {
    case .bytes(let bytes): try body(bytes.span)
    case .file(let file, let start): try file.withBytes { try body($0.extracting(start..<$0.count)) }
    }
  }

  /// Says where a text cannot be parted into cells.
  private func failure(_ fault: CSVFault) -> FormatError {
    .syntax(path: path, format: "CSV", byte: fault.byte, line: fault.line, reason: fault.reason)
  }

  private func record(_ text: CSVText, _ b: Span<UInt8>, _ at: inout Int, _ cells: inout [CSVText.Cell]) throws(FormatError) -> Bool {
    do throws(CSVFault) { return try text.record(b, &at, &cells) } catch { throw failure(error) }
  }

  /// Reads a record; false at the end and at what cannot be parted into cells.
  private func isRecord(_ text: CSVText, _ b: Span<UInt8>, _ at: inout Int, _ cells: inout [CSVText.Cell]) -> Bool {
    (try? text.record(b, &at, &cells)) ?? false
  }

  // MARK: Header

  private struct Header {
    var names: [String]
    var text: CSVText
    var positions: TablePositions
    /// Row of the header, from 0, and where the next begins.
    var row: Int
    var bodyStart: Int
    var notes: [String] = []
  }

  private func header(_ b: Span<UInt8>, crs: CoordinateReferenceSystem?) throws -> Header {
    for i in 0..<min(b.count, 65_536) where b[i] == 0 {
      throw FormatError.notOfFormat(path: path, format: "CSV", reason: "byte \(i) is zero, so this is no text")
    }
    let text: CSVText
    do throws(CSVFault) { text = try CSVText(b) } catch { throw failure(error) }
    // The rows among which the header is looked for; the row that is told may stand farther down.
    let wanted = max(HeaderRow.window, notation.headerRow ?? 0)
    var (at, cells) = (text.start, [CSVText.Cell]())
    var rows: [[String]] = [], ends: [Int] = []
    while rows.count < wanted {
      // What is broken behind the first row is for the rows to report.
      let more = rows.isEmpty ? try record(text, b, &at, &cells) : isRecord(text, b, &at, &cells)
      guard more else { break }
      let isSkipped = notation.skippedRows.contains(rows.count + 1)
      rows.append(isSkipped ? [] : cells.map { CSVText.text(b, $0).trimmed() })
      ends.append(at)
    }
    guard rows.contains(where: { $0.contains { !$0.isEmpty } }) else {
      throw FormatError.notOfFormat(path: path, format: "CSV", reason: "it has no header line")
    }
    let row: Int
    if let told = notation.headerRow {
      guard told >= 1, told <= rows.count, rows[told - 1].contains(where: { !$0.isEmpty }) else {
        throw FormatError.headerNotFound(path: path, row: told, rows: rows.count { $0.contains { !$0.isEmpty } })
      }
      row = told - 1
    } else {
      row = HeaderRow.find(rows)
    }
    guard rows[row].count <= LayerAssembler.fieldLimit else {
      throw FormatError.tooLarge(path: path, layer: path, what: "the number of fields", limit: LayerAssembler.fieldLimit)
    }
    let names = Self.unique(rows[row])
    let samples = samples(b, text, names.count, row: row, from: ends[row])
    let positions = try TablePositions(names, told: notation.geometry, prefersPlane: crs != nil, path: path) { samples[$0] }
    var header = Header(names: names, text: text, positions: positions, row: row, bodyStart: ends[row], notes: notes + positions.notes)
    let above = rows[..<row].map { $0.filter { !$0.isEmpty }.joined(separator: " ") }.filter { !$0.isEmpty }
    if notation.headerRow == nil, !above.isEmpty {
      header.notes.append("row \(row + 1) names the fields; above it stands “\(above.joined(separator: " / ").prefix(120))”")
    }
    return header
  }

  /// Names without a double, a name for what has none.
  private static func unique(_ cells: [String]) -> [String] {
    var taken: Set<String> = []
    return cells.enumerated().map { k, name in
      let base = name.isEmpty ? "field_\(k + 1)" : name
      var unique = base
      var n = 2
      while !taken.insert(unique).inserted {
        unique = "\(base)_\(n)"
        n += 1
      }
      return unique
    }
  }

  /// The first filled values of each column among the first thousand rows.
  private func samples(_ b: Span<UInt8>, _ text: CSVText, _ columns: Int, row: Int, from start: Int) -> [[String]] {
    var samples = [[String]](repeating: [], count: columns)
    var (at, cells) = (start, [CSVText.Cell]())
    for number in (row + 1)..<(row + 1_001) {
      guard isRecord(text, b, &at, &cells) else { break }
      if notation.skippedRows.contains(number + 1) { continue }
      for k in 0..<min(columns, cells.count) where !cells[k].range.isEmpty && samples[k].count < TablePositions.window {
        let value = CSVText.text(b, cells[k]).trimmed()
        if !value.isEmpty, !Self.isMissing(value) { samples[k].append(value) }
      }
    }
    return samples
  }

  /// What programs write for a value that is not there.
  private static func isMissing(_ value: String) -> Bool { ["NA", "N/A", "NULL", "null", "NaN", "-"].contains(value) }

  // MARK: Reading

  /// Hands over the rows in batches.
  func read(
    layer: String, options: ReadOptions, batchSize: Int, body: @escaping (FeatureBatch) throws -> Void
  ) throws -> LayerSummary {
    try withText { b in
      let header = try header(b, crs: options.crs)
      var assembler = LayerAssembler(path: path, layer: layer, options: options, batchSize: batchSize, body: body)
      var columns: [Int] = []
      for (k, name) in header.names.enumerated() where options.wants(name) && !header.positions.isGeometry(k) {
        columns.append(k)
        assembler.columns.append(ColumnBuilder(name: name, kind: .text, readsText: true))
      }
      let width = header.names.count
      var at = header.bodyStart
      var cells: [CSVText.Cell] = []
      var row = header.row + 1
      var number: Int64 = 0
      var line = CSVText.line(b, at)
      var counted = at
      while true {
        let start = at
        guard try record(header.text, b, &at, &cells) else { break }
        row += 1
        if notation.skippedRows.contains(row) { continue }
        if cells.allSatisfy(\.range.isEmpty) { continue }
        number += 1
        if cells.count != width {
          for i in counted..<start where b[i] == 10 { line += 1 }
          counted = start
          let found = "line \(line): \(cells.count) cells, the header has \(width)"
          if cells.count > width, cells[width...].allSatisfy(\.range.isEmpty) {
            cells.removeLast(cells.count - width)
          } else if cells.count < width, 2 * cells.count > width {
            assembler.note(.raggedRow, feature: "#\(number)", found + "; what is missing is unknown")
            while cells.count < width { cells.append(.missing) }
          } else {
            try assembler.refuse(.raggedRow, feature: "#\(number)", found)
            continue
          }
        }
        header.positions.append(number, to: &assembler) { k in
          let value = CSVText.text(b, cells[k]).trimmed()
          return Self.isMissing(value) ? "" : value
        }
        for (column, k) in columns.enumerated() { append(b, cells[k], column, number, &assembler) }
        try assembler.keep(number: number)
      }
      var summary = try assembler.finish(crs: header.positions.isGeographic ? .wgs84 : nil)
      summary.notes += header.notes
      return summary
    }
  }

  private func append(_ b: Span<UInt8>, _ cell: CSVText.Cell, _ column: Int, _ number: Int64, _ assembler: inout LayerAssembler) {
    guard !cell.range.isEmpty else { return assembler.columns[column].appendNull() }
    let bytes = b.extracting(cell.range)
    let isWellFormed = isWellFormedUTF8(bytes)
    if isWellFormed, !cell.hasDoubledQuotes { return assembler.columns[column].append(utf8: bytes) }
    assembler.columns[column].append(CSVText.text(b, cell))
    if !isWellFormed {
      assembler.note(
        .badEncoding, feature: "#\(number)", "field \(assembler.columns[column].name) is not UTF-8; bad bytes are replaced")
    }
  }
}

extension FieldDescription {
  init(_ column: AttributeColumn) {
    let type: FieldType =
      switch column.values {
      case .integer: .integer
      case .real: .real
      case .boolean: .boolean
      case .text: .text
      }
    self.init(name: column.name, type: type)
  }
}
