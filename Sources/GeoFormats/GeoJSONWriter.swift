internal import SimpleFeatures

/// Writes features as GeoJSON (RFC 7946) or as its text sequence (RFC 8142), streaming.
///
/// Positions must be WGS 84 longitude and latitude; they are written with seven decimals (1 cm), exterior rings counter-clockwise and holes
/// clockwise. Numbers are the shortest that read back the same; unknown values and NaN are null. The file appears under its name at `finish`.
public struct GeoJSONWriter: ~Copyable {
  /// Which of the two text formats.
  public enum Form: Sendable {
    /// One FeatureCollection.
    case collection
    /// One feature a record, each after a record separator.
    case sequence
  }

  private let file: OutputFile
  private let form: Form
  private let identifier: String?
  private var buffer = TextBuffer(capacity: 1 << 21)
  private var bounds = Envelope()
  private var isFirst = true

  /// Opens the output, `-` for standard output. `members` are put at the top of a collection, e.g. its name and attribution; `identifier` names
  /// the column that becomes the feature's `id` as well.
  public init(
    path: String, form: Form = .collection, members: [JSON.Member] = [], identifier: String? = nil
  ) throws(FormatError) {
    file = try OutputFile(path: path)
    self.form = form
    self.identifier = identifier
    guard form == .collection else { return }
    buffer.append(literal: "{\"type\":\"FeatureCollection\",\n")
    for member in members where !["type", "features", "bbox"].contains(member.name) {
      buffer.appendJSON(member.name)
      buffer.append(byte: 0x3A)
      buffer.append(member.value.serialized())
      buffer.append(literal: ",\n")
    }
    buffer.append(literal: "\"features\":[")
  }

  /// Writes the rows of a table, in order. O(bytes written).
  public mutating func append(_ table: borrowing ExportTable) throws(FormatError) {
    var names: [[UInt8]] = []
    for column in table.columns {
      var text = TextBuffer(capacity: 64)
      text.appendJSON(column.name)
      text.append(byte: 0x3A)
      names.append(unsafe text.withBytes { unsafe Array($0) })
    }
    let idColumn = identifier.flatMap { id in table.columns.firstIndex { $0.name == id } }
    for row in 0..<table.count {
      if form == .sequence {
        buffer.append(byte: 0x1E)
      } else {
        buffer.append(literal: isFirst ? "\n" : ",\n")
      }
      isFirst = false
      buffer.append(literal: "{\"type\":\"Feature\",")
      if let idColumn, table.columns[idColumn].validity[row] {
        buffer.append(literal: "\"id\":")
        buffer.appendJSONValue(table.columns[idColumn], row)
        buffer.append(byte: 0x2C)
      }
      buffer.append(literal: "\"properties\":{")
      for k in 0..<names.count {
        if k > 0 { buffer.append(byte: 0x2C) }
        let name = names[k]
        buffer.append(contentsOf: name.span)
        buffer.appendJSONValue(table.columns[k], row)
      }
      buffer.append(literal: "},\"geometry\":")
      if let geometry = table.geometry {
        bounds.add(geometry.envelope(of: row))
        buffer.appendGeoJSON(geometry, row)
      } else {
        buffer.append(literal: "null")
      }
      buffer.append(byte: 0x7D)
      if form == .sequence { buffer.append(byte: 0x0A) }
      if buffer.count > 1 << 20 { try file.write(&buffer) }
    }
  }

  /// Ends the text and gives the file its name.
  public consuming func finish() throws(FormatError) {
    if form == .collection {
      buffer.append(literal: "\n]")
      if !bounds.isEmpty {
        buffer.append(literal: ",\n\"bbox\":[")
        for (k, value) in [bounds.minX, bounds.minY, bounds.maxX, bounds.maxY].enumerated() {
          if k > 0 { buffer.append(byte: 0x2C) }
          buffer.append(value, decimals: 7)
        }
        buffer.append(byte: 0x5D)
      }
      buffer.append(literal: "}\n")
    }
    try file.write(&buffer)
    try file.finish()
  }
}

extension TextBuffer {
  /// A cell as a JSON value.
  @inline(__always)
  mutating func appendJSONValue(_ column: borrowing AttributeColumn, _ row: Int) {
    guard column.validity[row] else { return append(literal: "null") }
    switch column.values {
    case .integer(let v): append(whole: v[row])
    case .real(let v):
      guard v[row].isFinite else { return append(literal: "null") }
      append(shortest: v[row])
    case .boolean(let v): append(literal: v[row] ? "true" : "false")
    case .text(let v): appendJSON(v.bytes.span.extracting(v.range(of: row)))
    }
  }

  /// A feature's geometry as a GeoJSON object, `null` when it has none.
  mutating func appendGeoJSON(_ geometry: borrowing GeometryColumn, _ feature: Int) {
    let kind = geometry.kinds[feature]
    switch kind {
    case .none: return append(literal: "null")
    case .point: append(literal: "{\"type\":\"Point\",\"coordinates\":")
    case .lineString: append(literal: "{\"type\":\"LineString\",\"coordinates\":")
    case .polygon: append(literal: "{\"type\":\"Polygon\",\"coordinates\":")
    case .multiPoint: append(literal: "{\"type\":\"MultiPoint\",\"coordinates\":[")
    case .multiLineString: append(literal: "{\"type\":\"MultiLineString\",\"coordinates\":[")
    case .multiPolygon: append(literal: "{\"type\":\"MultiPolygon\",\"coordinates\":[")
    }
    let isMulti = kind.rawValue >= GeometryKind.multiPoint.rawValue
    var isFirstPart = true
    for part in geometry.parts(of: feature) {
      if !isFirstPart { append(byte: 0x2C) }
      isFirstPart = false
      let rings = geometry.rings(ofPart: part)
      if kind.isAreal { append(byte: 0x5B) }
      for ring in rings {
        if ring != rings.lowerBound { append(byte: 0x2C) }
        let positions = geometry.positions(ofRing: ring)
        if kind.isPuntal {
          appendPosition(geometry.x[positions.lowerBound], geometry.y[positions.lowerBound])
          continue
        }
        let isReversed = kind.isAreal && geometry.isClockwise(positions) != (ring != rings.lowerBound)
        appendPositions(geometry, positions, isReversed: isReversed)
      }
      if kind.isAreal { append(byte: 0x5D) }
    }
    if isMulti { append(byte: 0x5D) }
    append(byte: 0x7D)
  }

  private mutating func appendPositions(_ geometry: borrowing GeometryColumn, _ positions: Range<Int>, isReversed: Bool) {
    reserve(positions.count * 52 + 2)
    append(byte: 0x5B)
    if isReversed {
      for i in positions.reversed() {
        if i != positions.upperBound - 1 { append(byte: 0x2C) }
        appendPosition(geometry.x[i], geometry.y[i])
      }
    } else {
      for i in positions {
        if i != positions.lowerBound { append(byte: 0x2C) }
        appendPosition(geometry.x[i], geometry.y[i])
      }
    }
    append(byte: 0x5D)
  }

  @inline(__always)
  private mutating func appendPosition(_ x: Double, _ y: Double) {
    append(byte: 0x5B)
    append(x, decimals: 7)
    append(byte: 0x2C)
    append(y, decimals: 7)
    append(byte: 0x5D)
  }
}

extension GeometryColumn {
  /// Whether a closed ring runs clockwise, by the sign of its shoelace area about its first position.
  func isClockwise(_ positions: Range<Int>) -> Bool {
    guard positions.count > 3 else { return false }
    let x0 = x[positions.lowerBound]
    let y0 = y[positions.lowerBound]
    var twice = 0.0
    for i in positions.lowerBound + 1..<positions.upperBound - 1 {
      twice += (x[i] - x0) * (y[i + 1] - y0) - (x[i + 1] - x0) * (y[i] - y0)
    }
    return twice < 0
  }
}
