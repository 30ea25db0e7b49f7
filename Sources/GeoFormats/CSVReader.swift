internal import SimpleFeatures

/// Reads comma-separated values (RFC 4180) with a header line.
///
/// The separator (comma, semicolon, tab, bar) is the one that parts the first lines most evenly. The encoding is UTF-8, with or without byte
/// order mark, or UTF-16 with one; other bytes are read as Windows-1252, of which Latin-1 is a part. Points come from a pair of columns
/// (longitude and latitude, then x and y or easting and northing), other geometry from a column of well-known text; without them the layer is a
/// table. A column whose cells all read as numbers or truth values has that type; an empty cell is unknown.
struct CSVReader {
  private let path: String
  private let file: MappedFile
  /// The text in UTF-8 when the file is in another encoding.
  private let recoded: [UInt8]?

  init(path: String) throws(FormatError) {
    self.path = path
    file = try MappedFile(path: path)
    recoded = file.withBytes { Self.recode($0) }
  }

  private func withText<Result>(_ body: (Span<UInt8>) throws -> Result) throws -> Result {
    if let recoded { return try body(recoded.span) }
    return try file.withBytes { bytes in
      let start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
      return try body(bytes.extracting(start..<bytes.count))
    }
  }

  // MARK: Encoding

  /// Windows-1252's characters of 0x80 to 0x9F; the five that it leaves open become U+FFFD.
  private static let windows: [UInt16] = [
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD,
    0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
  ]

  /// The text in UTF-8; `nil` when it is UTF-8 already, or nearly: then single bad bytes are left for the rows to report.
  private static func recode(_ b: Span<UInt8>) -> [UInt8]? {
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

  // MARK: Cells

  /// One cell: where its text stands, whether quotes inside it are doubled.
  private struct Cell {
    var range: Range<Int>
    var hasDoubledQuotes: Bool
  }

  /// Reads the record at `at` into `cells`; `at` goes behind its line end. False at the end of the text.
  private func record(_ b: Span<UInt8>, _ at: inout Int, _ separator: UInt8, _ cells: inout [Cell]) throws(FormatError) -> Bool {
    cells.removeAll(keepingCapacity: true)
    guard at < b.count else { return false }
    while true {
      if at < b.count, b[at] == 0x22 {
        let start = at + 1
        var doubled = false
        at = start
        while true {
          guard at < b.count else {
            throw .syntax(
              path: path, format: "CSV", byte: start - 1, line: line(b, start - 1), reason: "a quoted cell that is never closed")
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
        // Anything between the closing quote and the separator is not part of the cell.
        while at < b.count, b[at] != separator, b[at] != 10, b[at] != 13 { at += 1 }
        cells.append(Cell(range: start..<end, hasDoubledQuotes: doubled))
      } else {
        let start = at
        while at < b.count, b[at] != separator, b[at] != 10, b[at] != 13 { at += 1 }
        cells.append(Cell(range: start..<at, hasDoubledQuotes: false))
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

  private func line(_ b: Span<UInt8>, _ byte: Int) -> Int {
    var line = 1
    for i in 0..<min(byte, b.count) where b[i] == 10 { line += 1 }
    return line
  }

  private func text(_ b: Span<UInt8>, _ cell: Cell) -> String {
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

  /// The separator under which most of the first lines have as many cells as the header, and more than one.
  private func separator(_ b: Span<UInt8>) throws(FormatError) -> UInt8 {
    var best: (separator: UInt8, score: Int) = (0x2C, 0)
    for candidate: UInt8 in [0x2C, 0x3B, 0x09, 0x7C] {
      var at = 0
      var cells: [Cell] = []
      guard try record(b, &at, candidate, &cells), cells.count > 1 else { continue }
      let width = cells.count
      var even = 1
      var lines = 1
      while lines < 50 {
        var more = false
        do throws(FormatError) { more = try record(b, &at, candidate, &cells) } catch { break }
        guard more else { break }
        lines += 1
        if cells.count == width { even += 1 }
      }
      let score = even * 1_000 / lines * 100 + min(width, 99)
      if score > best.score { best = (candidate, score) }
    }
    return best.separator
  }

  // MARK: Header

  /// The columns that hold the geometry.
  private enum GeometrySource {
    case none
    case text(Int)
    case pair(x: Int, y: Int, isGeographic: Bool)
  }

  private struct Header {
    var names: [String]
    var separator: UInt8
    var geometry: GeometrySource
    var bodyStart: Int
  }

  private func header(_ b: Span<UInt8>, crs: CoordinateReferenceSystem?) throws(FormatError) -> Header {
    for i in 0..<min(b.count, 65_536) where b[i] == 0 {
      throw .notOfFormat(path: path, format: "CSV", reason: "byte \(i) is zero, so this is no text")
    }
    let separator = try separator(b)
    var at = 0
    var cells: [Cell] = []
    repeat {
      guard try record(b, &at, separator, &cells) else {
        throw .notOfFormat(path: path, format: "CSV", reason: "it has no header line")
      }
    } while cells.count == 1 && cells[0].range.isEmpty
    guard cells.count <= LayerAssembler.fieldLimit else {
      throw .tooLarge(path: path, layer: path, what: "the number of fields", limit: LayerAssembler.fieldLimit)
    }
    var names: [String] = []
    for (k, cell) in cells.enumerated() {
      let name = text(b, cell).trimmed()
      let base = name.isEmpty ? "field_\(k + 1)" : name
      var unique = base
      var n = 2
      while names.contains(unique) {
        unique = "\(base)_\(n)"
        n += 1
      }
      names.append(unique)
    }
    var geometry = Self.geometrySource(names, prefersPlane: crs != nil)
    // A column of the right name is well-known text only if its first filled cell is.
    if case .text(let k) = geometry {
      var probe = at
      var isText = false
      while try record(b, &probe, separator, &cells) {
        guard cells.count > k, !cells[k].range.isEmpty else { continue }
        isText = WKTDecoder.looksLike(b.extracting(cells[k].range))
        break
      }
      if !isText { geometry = Self.geometrySource(names, prefersPlane: crs != nil, withText: false) }
    }
    return Header(names: names, separator: separator, geometry: geometry, bodyStart: at)
  }

  private static func geometrySource(_ names: [String], prefersPlane: Bool, withText: Bool = true) -> GeometrySource {
    let lower = names.map { $0.lowercased() }
    func first(_ wanted: [String]) -> Int? {
      for name in wanted { if let k = lower.firstIndex(of: name) { return k } }
      return nil
    }
    /// A single column that ends like `stop_lat`.
    func only(_ endings: [String]) -> Int? {
      let found = lower.indices.filter { k in endings.contains { lower[k].hasSuffix("_" + $0) } }
      return found.count == 1 ? found[0] : nil
    }
    if withText, let k = first(["wkt", "the_geom", "geom", "geometry", "wkt_geom", "geom_wkt", "wkb_geometry"]) { return .text(k) }
    var pairs: [GeometrySource] = []
    let longitudes = ["longitude", "lon", "lng", "long"]
    let latitudes = ["latitude", "lat"]
    if let x = first(longitudes) ?? only(longitudes), let y = first(latitudes) ?? only(latitudes) {
      pairs.append(.pair(x: x, y: y, isGeographic: true))
    }
    if let x = first(["x", "easting", "x_coord", "xcoord", "coord_x"]), let y = first(["y", "northing", "y_coord", "ycoord", "coord_y"]) {
      pairs.append(.pair(x: x, y: y, isGeographic: false))
    }
    return (prefersPlane ? pairs.last : pairs.first) ?? .none
  }

  // MARK: Reading

  /// Hands over the rows in batches.
  func read(
    layer: String, options: ReadOptions, batchSize: Int, body: @escaping (FeatureBatch) throws -> Void
  ) throws -> LayerSummary {
    try withText { b in
      let header = try header(b, crs: options.crs)
      var assembler = LayerAssembler(path: path, layer: layer, options: options, batchSize: batchSize, body: body)
      var columns: [Int] = []
      for (k, name) in header.names.enumerated() where options.wants(name) {
        if case .text(k) = header.geometry { continue }
        columns.append(k)
        assembler.columns.append(ColumnBuilder(name: name, kind: .text, readsText: true))
      }
      var at = header.bodyStart
      var cells: [Cell] = []
      var number: Int64 = 0
      var line = line(b, at)
      var counted = at
      while true {
        let start = at
        guard try record(b, &at, header.separator, &cells) else { break }
        if cells.count == 1, cells[0].range.isEmpty { continue }
        number += 1
        guard cells.count == header.names.count else {
          for i in counted..<start where b[i] == 10 { line += 1 }
          counted = start
          try assembler.refuse(
            .raggedRow, feature: "#\(number)", "line \(line): \(cells.count) cells, the header has \(header.names.count)")
          continue
        }
        appendGeometry(b, cells, header.geometry, number, &assembler)
        for (column, k) in columns.enumerated() { append(b, cells[k], column, number, &assembler) }
        try assembler.keep(number: number)
      }
      var crs: CoordinateReferenceSystem?
      if case .pair(_, _, isGeographic: true) = header.geometry { crs = .wgs84 }
      return try assembler.finish(crs: crs)
    }
  }

  private func append(_ b: Span<UInt8>, _ cell: Cell, _ column: Int, _ number: Int64, _ assembler: inout LayerAssembler) {
    guard !cell.range.isEmpty else { return assembler.columns[column].appendNull() }
    let bytes = b.extracting(cell.range)
    let isWellFormed = isWellFormedUTF8(bytes)
    if isWellFormed, !cell.hasDoubledQuotes { return assembler.columns[column].append(utf8: bytes) }
    assembler.columns[column].append(text(b, cell))
    if !isWellFormed {
      assembler.note(
        .badEncoding, feature: "#\(number)", "field \(assembler.columns[column].name) is not UTF-8; bad bytes are replaced")
    }
  }

  /// Adds the row's geometry. A row whose geometry cannot be read is kept without it, because a register can be joined by id.
  private func appendGeometry(
    _ b: Span<UInt8>, _ cells: [Cell], _ source: GeometrySource, _ number: Int64, _ assembler: inout LayerAssembler
  ) {
    switch source {
    case .none: assembler.geometry.appendNull()
    case .text(let k):
      guard !cells[k].range.isEmpty else { return assembler.geometry.appendNull() }
      do throws(GeometryProblem) {
        let mending = try WKTDecoder.append(b.extracting(cells[k].range), to: &assembler.geometry)
        mending.note(in: &assembler, feature: number)
      } catch {
        assembler.geometry.appendNull()
        assembler.note(error.code, feature: "#\(number)", error.detail)
      }
    case .pair(let x, let y, _):
      if cells[x].range.isEmpty, cells[y].range.isEmpty { return assembler.geometry.appendNull() }
      guard let px = AttributeColumn.number(from: text(b, cells[x])), let py = AttributeColumn.number(from: text(b, cells[y])) else {
        assembler.geometry.appendNull()
        assembler.note(
          .unreadableGeometry, feature: "#\(number)",
          "“\(text(b, cells[x]).prefix(40))”, “\(text(b, cells[y]).prefix(40))” are no coordinates")
        return
      }
      assembler.geometry.appendPoint(x: px, y: py)
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
