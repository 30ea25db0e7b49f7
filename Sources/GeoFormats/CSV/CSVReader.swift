internal import SimpleFeatures
internal import TextFormats

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
    recoded = file.withBytes { CSVText.recoded($0) }
  }

  private func withText<Result>(_ body: (Span<UInt8>) throws -> Result) throws -> Result {
    if let recoded { return try body(recoded.span) }
    return try file.withBytes { bytes in
      let start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
      return try body(bytes.extracting(start..<bytes.count))
    }
  }

  /// Says where a text cannot be parted into cells.
  private func failure(_ fault: CSVFault) -> FormatError {
    .syntax(path: path, format: "CSV", byte: fault.byte, line: fault.line, reason: fault.reason)
  }

  private func record(_ text: CSVText, _ b: Span<UInt8>, _ at: inout Int, _ cells: inout [CSVText.Cell]) throws(FormatError) -> Bool {
    do throws(CSVFault) { return try text.record(b, &at, &cells) } catch { throw failure(error) }
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
    var text: CSVText
    var geometry: GeometrySource
    var bodyStart: Int
  }

  private func header(_ b: Span<UInt8>, crs: CoordinateReferenceSystem?) throws(FormatError) -> Header {
    for i in 0..<min(b.count, 65_536) where b[i] == 0 {
      throw .notOfFormat(path: path, format: "CSV", reason: "byte \(i) is zero, so this is no text")
    }
    let text: CSVText
    do throws(CSVFault) { text = try CSVText(b) } catch { throw failure(error) }
    var at = 0
    var cells: [CSVText.Cell] = []
    repeat {
      guard try record(text, b, &at, &cells) else {
        throw .notOfFormat(path: path, format: "CSV", reason: "it has no header line")
      }
    } while cells.count == 1 && cells[0].range.isEmpty
    guard cells.count <= LayerAssembler.fieldLimit else {
      throw .tooLarge(path: path, layer: path, what: "the number of fields", limit: LayerAssembler.fieldLimit)
    }
    var names: [String] = []
    for (k, cell) in cells.enumerated() {
      let name = CSVText.text(b, cell).trimmed()
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
      while try record(text, b, &probe, &cells) {
        guard cells.count > k, !cells[k].range.isEmpty else { continue }
        isText = WKTDecoder.looksLike(b.extracting(cells[k].range))
        break
      }
      if !isText { geometry = Self.geometrySource(names, prefersPlane: crs != nil, withText: false) }
    }
    return Header(names: names, text: text, geometry: geometry, bodyStart: at)
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
      var cells: [CSVText.Cell] = []
      var number: Int64 = 0
      var line = CSVText.line(b, at)
      var counted = at
      while true {
        let start = at
        guard try record(header.text, b, &at, &cells) else { break }
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

  /// Adds the row's geometry. A row whose geometry cannot be read is kept without it, because a register can be joined by id.
  private func appendGeometry(
    _ b: Span<UInt8>, _ cells: [CSVText.Cell], _ source: GeometrySource, _ number: Int64, _ assembler: inout LayerAssembler
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
      guard let px = AttributeColumn.number(from: CSVText.text(b, cells[x])),
        let py = AttributeColumn.number(from: CSVText.text(b, cells[y]))
      else {
        assembler.geometry.appendNull()
        assembler.note(
          .unreadableGeometry, feature: "#\(number)",
          "“\(CSVText.text(b, cells[x]).prefix(40))”, “\(CSVText.text(b, cells[y]).prefix(40))” are no coordinates")
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
