internal import SimpleFeatures
internal import TextFormats

/// Turns tables into the text of GeoJSON features, which a `GeoJSONWriter` then takes over: so several tasks can make text, each with an encoder
/// of its own, while one writes.
///
/// Positions must be WGS 84 longitude and latitude. An encoder keeps its room from table to table.
public final class GeoJSONEncoder {
  var features: FeatureText

  /// Makes an encoder for one of the two text formats; `identifier` names the column that becomes the feature's `id` as well.
  public init(form: GeoJSONWriter.Form = .collection, identifier: String? = nil) {
    features = FeatureText(form: form, identifier: identifier)
  }

  /// Adds the rows of a table, in order. O(bytes made).
  public func encode(_ table: borrowing ExportTable) { features.encode(table, 0..<table.count) }
}

/// Features as text that has not been written yet.
struct FeatureText: ~Copyable {
  private(set) var text = TextBuffer(capacity: 1 << 21)
  /// The bounds of the features.
  private(set) var bounds = Envelope()
  /// What stands before each feature.
  let form: GeoJSONWriter.Form
  private let identifier: String?
  private var names: [String] = []
  private var members = MemberNames([])
  private var cells = CellBlock()

  init(form: GeoJSONWriter.Form, identifier: String?) {
    self.form = form
    self.identifier = identifier
  }

  /// Rows whose cells stand side by side at a time: few enough for the processor's cache.
  static let blockSize = 128

  /// Adds some of a table's rows, in order.
  mutating func encode(_ table: borrowing ExportTable, _ rows: Range<Int>) {
    let columns = table.columns
    if columns.count != names.count || !columns.indices.allSatisfy({ columns[$0].name == names[$0] }) {
      names = columns.map(\.name)
      members = MemberNames(names)
    }
    let idColumn = identifier.flatMap { id in names.firstIndex(of: id) }
    var start = rows.lowerBound
    while start < rows.upperBound {
      let block = start..<min(rows.upperBound, start + Self.blockSize)
      cells.fill(columns, block)
      if let geometry = table.geometry {
        geometry.withUnsafeColumn { geometry in
          for row in block {
            bounds.add(geometry.envelope(of: row))
            open(row - start, idColumn)
            text.appendGeoJSON(geometry, row)
            close()
          }
        }
      } else {
        for row in block {
          open(row - start, idColumn)
          text.append(literal: "null")
          close()
        }
      }
      start = block.upperBound
    }
  }

  private mutating func open(_ row: Int, _ idColumn: Int?) {
    if form == .sequence { text.append(byte: 0x1E) } else { text.append(literal: ",\n") }
    text.append(literal: "{\"type\":\"Feature\",")
    if let idColumn, cells.isKnown(row, idColumn) {
      text.append(literal: "\"id\":")
      cells.append(row, idColumn..<idColumn + 1, named: nil, to: &text)
      text.append(byte: 0x2C)
    }
    text.append(literal: "\"properties\":{")
    cells.append(row, 0..<names.count, named: members, to: &text)
    text.append(literal: "},\"geometry\":")
  }

  private mutating func close() {
    text.append(byte: 0x7D)
    if form == .sequence { text.append(byte: 0x0A) }
  }

  /// Hands the text over and forgets it.
  mutating func write(to file: OutputFile, from start: Int) throws(FormatError) {
    try file.write(&text, from: start)
    bounds = Envelope()
  }
}

/// The names of the members, quoted and with their colon, each but the first after a comma.
private struct MemberNames {
  fileprivate private(set) var bytes: [UInt8] = []
  /// Where each name starts and, last, the end.
  fileprivate private(set) var offsets: [Int] = [0]

  init(_ names: [String]) {
    for (k, name) in names.enumerated() {
      var text = TextBuffer(capacity: 64)
      if k > 0 { text.append(byte: 0x2C) }
      text.appendJSON(name)
      text.append(byte: 0x3A)
      unsafe text.withBytes { unsafe bytes.append(contentsOf: $0) }
      offsets.append(bytes.count)
    }
    // Names are copied 16 bytes at a time.
    bytes += Array(repeating: 0, count: 16)
  }
}

/// The cells of a block of rows, row by row: the type of a column is looked at once a block instead of once a cell.
private struct CellBlock: ~Copyable {
  private enum Form: UInt8 {
    case unknown
    case whole
    case real
    case no
    case yes
    case text
  }

  private var width = 0
  private var forms: [Form] = []
  /// By form the number, the bits of the real, or where in `texts` the text starts (upper half) and how long it is.
  private var words: [UInt64] = []
  /// Texts in JSON.
  private var texts = TextBuffer(capacity: 1 << 14)

  mutating func fill(_ columns: [AttributeColumn], _ rows: Range<Int>) {
    width = columns.count
    let size = width * rows.count
    if forms.count < size {
      forms = Array(repeating: .unknown, count: size)
      words = Array(repeating: 0, count: size)
    }
    texts.removeAll()
    for k in columns.indices { Self.fill(columns[k], k, width, rows, &forms, &words, &texts) }
  }

  private static func fill(
    _ column: borrowing AttributeColumn, _ first: Int, _ width: Int, _ rows: Range<Int>, _ forms: inout [Form], _ words: inout [UInt64],
    _ texts: inout TextBuffer
  ) {
    let validity = column.validity
    var forms = forms.mutableSpan
    var words = words.mutableSpan
    var at = first
    switch column.values {
    case .integer(let values):
      for row in rows {
        forms[at] = validity[row] ? .whole : .unknown
        words[at] = UInt64(bitPattern: values[row])
        at += width
      }
    case .real(let values):
      for row in rows {
        forms[at] = validity[row] && values[row].isFinite ? .real : .unknown
        words[at] = values[row].bitPattern
        at += width
      }
    case .boolean(let values):
      for row in rows {
        forms[at] = !validity[row] ? .unknown : values[row] ? .yes : .no
        at += width
      }
    case .text(let values):
      let bytes = values.bytes.span
      for row in rows {
        if validity[row] {
          let start = texts.count
          texts.appendJSON(bytes.extracting(values.range(of: row)))
          forms[at] = .text
          words[at] = UInt64(start) << 32 | UInt64(texts.count - start)
        } else {
          forms[at] = .unknown
        }
        at += width
      }
    }
  }

  func isKnown(_ row: Int, _ k: Int) -> Bool { forms[row * width + k] != .unknown }

  /// Writes some of a row's cells, each after its name unless `members` is `nil`.
  func append(_ row: Int, _ columns: Range<Int>, named members: MemberNames?, to text: inout TextBuffer) {
    let forms = forms.span, words = words.span, base = row * width
    guard let members else {
      for k in columns { append(forms[base + k], words[base + k], to: &text) }
      return
    }
    let names = members.bytes.span, offsets = members.offsets.span
    for k in columns {
      text.append(padded: names, offsets[k], offsets[k + 1] - offsets[k])
      append(forms[base + k], words[base + k], to: &text)
    }
  }

  @inline(__always)
  private func append(_ form: Form, _ word: UInt64, to text: inout TextBuffer) {
    switch form {
    case .unknown: text.append(literal: "null")
    case .whole: text.append(whole: Int64(bitPattern: word))
    case .real: text.append(shortest: Double(bitPattern: word))
    case .no: text.append(literal: "false")
    case .yes: text.append(literal: "true")
    case .text: text.append(texts, Int(word >> 32), Int(word & 0xFFFF_FFFF))
    }
  }
}

extension TextBuffer {
  /// A feature's geometry as a GeoJSON object, `null` when it has none.
  mutating func appendGeoJSON(_ geometry: UnsafeGeometryColumn, _ feature: Int) {
    let kind = unsafe geometry.kinds[feature]
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
          unsafe appendPosition(geometry.x[positions.lowerBound], geometry.y[positions.lowerBound], isFirst: true)
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

  private mutating func appendPositions(_ geometry: UnsafeGeometryColumn, _ positions: Range<Int>, isReversed: Bool) {
    append(byte: 0x5B)
    var i = isReversed ? positions.upperBound - 1 : positions.lowerBound
    let step = isReversed ? -1 : 1
    for k in 0..<positions.count {
      unsafe appendPosition(geometry.x[i], geometry.y[i], isFirst: k == 0)
      i += step
    }
    append(byte: 0x5D)
  }
}

extension UnsafeGeometryColumn {
  /// Whether a closed ring runs clockwise, by the sign of its shoelace area about its first position.
  fileprivate func isClockwise(_ positions: Range<Int>) -> Bool {
    guard positions.count > 3 else { return false }
    let x0 = unsafe x[positions.lowerBound]
    let y0 = unsafe y[positions.lowerBound]
    var twice = 0.0
    for i in positions.lowerBound + 1..<positions.upperBound - 1 {
      unsafe twice += (x[i] - x0) * (y[i + 1] - y0) - (x[i + 1] - x0) * (y[i] - y0)
    }
    return twice < 0
  }
}
