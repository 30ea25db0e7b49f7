internal import SimpleFeatures
internal import TextFormats

/// Reads GeoJSON (RFC 7946), its text sequence (RFC 8142) and lines of GeoJSON by a scanner of our own.
///
/// A text that is not JSON is an error with byte and line, because nothing behind the fault can be trusted; a feature that is JSON but no
/// feature is a defect with byte and line. In a sequence each record stands alone, so there a fault is a defect too. The `crs` member of the
/// 2008 draft is honoured; otherwise positions are longitude and latitude of WGS 84. A third and further coordinates are dropped.
struct GeoJSONReader {
  private let path: String
  private let file: MappedFile

  init(path: String) throws(FormatError) {
    self.path = path
    file = try MappedFile(path: path)
  }

  /// Hands over the features of a document in batches.
  func readDocument(
    layer: String, options: ReadOptions, batchSize: Int, body: @escaping (FeatureBatch) throws -> Void
  ) throws -> LayerSummary {
    var scan = FeatureScan(LayerAssembler(path: path, layer: layer, options: options, batchSize: batchSize, body: body), options)
    return try file.withBytes { bytes in
      do {
        return try scan.document(bytes)
      } catch JSONFault.syntax(let byte, let reason) {
        throw FormatError.syntax(path: path, format: "GeoJSON", byte: byte, line: scan.line(bytes, byte), reason: reason)
      } catch JSONFault.unfit(let problem as GeometryProblem) {
        throw FormatError.notOfFormat(path: path, format: "GeoJSON", reason: problem.detail)
      }
    }
  }

  /// Hands over the features of a text sequence in batches.
  func readSequence(
    layer: String, options: ReadOptions, batchSize: Int, body: @escaping (FeatureBatch) throws -> Void
  ) throws -> LayerSummary {
    var scan = FeatureScan(LayerAssembler(path: path, layer: layer, options: options, batchSize: batchSize, body: body), options)
    return try file.withBytes { bytes in try scan.sequence(bytes) }
  }

  /// Whether the file looks like a sequence: a record separator first, or a first line that is a whole object with another behind it.
  func looksLikeSequence() -> Bool {
    file.withBytes { bytes in
      var cursor = JSONCursor(at: FeatureScan.byteOrderMarkLength(bytes))
      if cursor.at < bytes.count, bytes[cursor.at] == 0x1E { return true }
      guard cursor.peek(bytes) == 0x7B else { return false }
      // Only the first mebibyte is looked at: a document's first object is the document.
      let head = bytes.extracting(0..<min(bytes.count, 1 << 20))
      do throws(JSONFault) {
        try cursor.skipValue(head)
      } catch {
        return false
      }
      return cursor.peek(bytes) == 0x7B
    }
  }
}

/// Scans features into an assembler.
private struct FeatureScan {
  private var assembler: LayerAssembler
  private let options: ReadOptions
  private var cursor = JSONCursor()
  private var columnOf: [String: Int] = [:]
  /// Names that are not wanted.
  private var unwanted: Set<String> = []
  private var nextColumn = 0
  /// Feature ids, a column of their own until the names of the properties are known.
  private var identifiers = ColumnBuilder(name: "id")
  private var identifierColumn: Int?
  private var lastLine = (byte: 0, line: 1)
  private var mending = GeometryMending()
  private var nonFinite = false
  private var crs: CoordinateReferenceSystem? = .wgs84

  init(_ assembler: LayerAssembler, _ options: ReadOptions) {
    self.assembler = assembler
    self.options = options
  }

  static func byteOrderMarkLength(_ b: Span<UInt8>) -> Int {
    b.count >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF ? 3 : 0
  }

  /// The line of a byte, counted from 1. Amortised over ascending calls.
  mutating func line(_ b: Span<UInt8>, _ byte: Int) -> Int {
    if byte < lastLine.byte { lastLine = (0, 1) }
    for i in lastLine.byte..<min(byte, b.count) where b[i] == 10 { lastLine.line += 1 }
    lastLine.byte = min(byte, b.count)
    return lastLine.line
  }

  // MARK: Documents

  mutating func document(_ b: Span<UInt8>) throws -> LayerSummary {
    // A position takes some 20 bytes, mostly more than 40 with the properties of its feature.
    assembler.reserve(positions: b.count / 40)
    cursor.at = Self.byteOrderMarkLength(b)
    guard cursor.peek(b) == 0x7B else {
      // Tell text that is no JSON from JSON that is no GeoJSON.
      try cursor.skipValue(b)
      try end(b)
      throw JSONFault.meaning(.unreadableRecord, "the document is not an object")
    }
    let start = cursor.at
    cursor.at += 1
    var type: String?
    var hasFeatures = false
    var faultyFeatures = false
    /// A member of a feature or geometry that the collection must not have.
    var strange: String?
    if cursor.opens(0x7D, b) {
      repeat {
        let name = try cursor.name(b)
        switch cursor.text(b, name.range) {
        case "type" where cursor.peek(b) == 0x22: type = try cursor.stringText(b)
        case "crs":
          let from = cursor.at
          crs = try namedCRS(b)
          cursor.at = from
          try cursor.skipValue(b)
        case "features" where !hasFeatures && (type == nil || type == "FeatureCollection"):
          if cursor.peek(b) == 0x5B {
            hasFeatures = true
            try features(b)
          } else {
            faultyFeatures = true
            try cursor.skipValue(b)
          }
        case let other:
          if ["properties", "geometry", "coordinates", "geometries"].contains(other) { strange = other }
          try cursor.skipValue(b)
        }
      } while try cursor.continues(0x7D, b)
    }
    try end(b)
    switch type {
    case "FeatureCollection":
      if let strange {
        assembler.note(.unreadableValue, feature: "", "the collection's member “\(strange)” is not read (RFC 7946, 7.1)")
      }
      guard hasFeatures else {
        throw JSONFault.meaning(
          .unreadableRecord, faultyFeatures ? "“features” is not an array" : "a FeatureCollection without “features”")
      }
    case "Feature", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection":
      guard !hasFeatures else { throw JSONFault.meaning(.unreadableRecord, "a \(type ?? "") with “features”") }
      cursor.at = start
      try record(b, number: 1)
    case let type?: throw JSONFault.meaning(.unreadableRecord, "the type is “\(type.prefix(40))”, which GeoJSON does not know")
    case nil where hasFeatures:
      assembler.note(.unreadableValue, feature: "", "the document has no “type”; its “features” are read as a FeatureCollection's")
    case nil: throw JSONFault.meaning(.unreadableRecord, "the document has no “type”")
    }
    return try finish()
  }

  private mutating func end(_ b: Span<UInt8>) throws(JSONFault) {
    cursor.skipSpace(b)
    guard cursor.at == b.count else { throw cursor.syntax("the end of the text expected, \(cursor.found(b)) found") }
  }

  private mutating func features(_ b: Span<UInt8>) throws {
    try cursor.expect(0x5B, b)
    var number: Int64 = 0
    guard cursor.opens(0x5D, b) else { return }
    repeat {
      number += 1
      try record(b, number: number)
    } while try cursor.continues(0x5D, b)
  }

  private mutating func finish() throws -> LayerSummary {
    try assembler.finish(crs: crs)
  }

  // MARK: Sequences

  mutating func sequence(_ b: Span<UInt8>) throws -> LayerSummary {
    var at = Self.byteOrderMarkLength(b)
    var number: Int64 = 0
    // With record separators a record may span lines; without them a line is a record.
    let separator: UInt8 = b.count > at && b[at] == 0x1E ? 0x1E : 10
    while at < b.count {
      var end = at
      while end < b.count, b[end] != separator { end += 1 }
      cursor.at = at
      let record = b.extracting(0..<end)
      if cursor.peek(record) != 0, cursor.at < end {
        number += 1
        try sequenceRecord(record, number)
      }
      at = end + 1
    }
    return try finish()
  }

  private mutating func sequenceRecord(_ b: Span<UInt8>, _ number: Int64) throws {
    let start = cursor.at
    do {
      try record(b, number: number, mustEnd: true)
    } catch JSONFault.syntax(let byte, let reason) {
      nextColumn = 0
      identifiers.truncate(to: assembler.rows)
      try assembler.refuse(
        .unreadableRecord, feature: "#\(number)", "line \(line(b, start)), byte \(byte): \(reason)")
    }
  }

  // MARK: Features

  /// Members of a feature that have been met.
  private struct Met: OptionSet {
    let rawValue: Int
    static let type = Met(rawValue: 1)
    static let geometry = Met(rawValue: 2)
    static let properties = Met(rawValue: 4)
    static let id = Met(rawValue: 8)
  }

  /// Reads one feature or bare geometry; what is wrong with its meaning becomes a defect.
  private mutating func record(_ b: Span<UInt8>, number: Int64, mustEnd: Bool = false) throws {
    _ = cursor.peek(b)
    let start = cursor.at
    mending = GeometryMending()
    nonFinite = false
    cursor.hasBadEncoding = false
    nextColumn = 0
    do throws(JSONFault) {
      try feature(b)
      if mustEnd { try end(b) }
    } catch {
      guard case .unfit(let problem as GeometryProblem) = error else { throw error }
      // The rest of the record must still be JSON.
      cursor.at = start
      try cursor.skipValue(b)
      if mustEnd { try end(b) }
      try assembler.refuse(problem.code, feature: "#\(number)", "line \(line(b, start)), byte \(start): \(problem.detail)")
      return
    }
    if mending.closedRing || mending.droppedRing || cursor.hasBadEncoding {
      let place = "line \(line(b, start)), byte \(start): "
      mending.note(in: &assembler, feature: number, at: place)
      if cursor.hasBadEncoding { assembler.note(.badEncoding, feature: "#\(number)", place + "bytes that are not UTF-8 are replaced") }
    }
    try assembler.keep(number: number)
  }

  private mutating func feature(_ b: Span<UInt8>) throws(JSONFault) {
    guard cursor.peek(b) == 0x7B else { throw JSONFault.meaning(.unreadableRecord, "the feature is not an object") }
    let start = cursor.at
    cursor.at += 1
    var met: Met = []
    var type: Range<Int>?
    var hasGeometry = false
    if cursor.opens(0x7D, b) {
      repeat {
        let name = try cursor.name(b)
        let key = b.extracting(name.range)
        if key.equals("geometry") {
          try meet(.geometry, &met)
          hasGeometry = true
          try featureGeometry(b)
        } else if key.equals("properties") {
          try meet(.properties, &met)
          try properties(b)
        } else if key.equals("type") {
          try meet(.type, &met)
          guard cursor.peek(b) == 0x22 else { throw JSONFault.meaning(.unreadableRecord, "“type” is not a string") }
          type = try cursor.string(b).range
        } else if key.equals("id") {
          try meet(.id, &met)
          try identifier(b)
        } else if key.equals("coordinates") || key.equals("geometries") || key.equals("features") {
          // A bare geometry, or a member that RFC 7946, 7.1, forbids in a feature.
          if let type, b.extracting(type).equals("Feature") {
            throw JSONFault.meaning(.unreadableRecord, "a Feature with a member “\(cursor.text(b, name.range))” (RFC 7946, 7.1)")
          }
          try cursor.skipValue(b)
        } else if key.equals("bbox") {
          try boundingBox(b)
        } else {
          try cursor.skipValue(b)
        }
      } while try cursor.continues(0x7D, b)
    }
    guard let type else { throw JSONFault.meaning(.unreadableRecord, "the feature has no “type”") }
    if b.extracting(type).equals("Feature") {
      if !hasGeometry { throw JSONFault.meaning(.unreadableRecord, "a Feature without “geometry” (null would do)") }
      if !met.contains(.properties) { throw JSONFault.meaning(.unreadableRecord, "a Feature without “properties” (null would do)") }
      return
    }
    guard Self.kind(b.extracting(type)) != nil || b.extracting(type).equals("GeometryCollection") else {
      throw JSONFault.meaning(.unreadableRecord, "the type is “\(cursor.text(b, type).prefix(40))” instead of Feature")
    }
    guard met.isDisjoint(with: [.geometry, .properties]) else {
      throw JSONFault.meaning(.unreadableRecord, "a geometry with members of a feature (RFC 7946, 7.1)")
    }
    let end = cursor.at
    cursor.at = start
    try geometry(b)
    cursor.at = end
  }

  private mutating func meet(_ member: Met, _ met: inout Met) throws(JSONFault) {
    guard met.insert(member).inserted else { throw JSONFault.meaning(.unreadableRecord, "a member occurs twice") }
  }

  private mutating func boundingBox(_ b: Span<UInt8>) throws(JSONFault) {
    let wrong = JSONFault.meaning(.unreadableRecord, "“bbox” is not an array of four or six numbers")
    if cursor.peek(b) == 0x6E { return try cursor.null(b) }
    guard cursor.peek(b) == 0x5B else { throw wrong }
    cursor.at += 1
    var n = 0
    if cursor.opens(0x5D, b) {
      repeat {
        let c = cursor.peek(b)
        guard c == 0x2D || c &- 0x30 <= 9 else { throw wrong }
        _ = try cursor.number(b)
        n += 1
      } while try cursor.continues(0x5D, b)
    }
    guard n == 4 || n == 6 else { throw wrong }
  }

  private mutating func identifier(_ b: Span<UInt8>) throws(JSONFault) {
    if identifierColumn == nil, !options.wants("id") { return try cursor.skipValue(b) }
    switch cursor.peek(b) {
    case 0x22:
      let string = try cursor.string(b)
      let k = identifierIndex()
      append(b, string, k)
    case 0x2D, 0x30...0x39:
      let k = identifierIndex()
      switch try cursor.number(b) {
      case .whole(let v): assembler.columns[k].append(v)
      case .real(let v): assembler.columns[k].append(v)
      }
    case 0x6E: try cursor.null(b)
    default: throw JSONFault.meaning(.unreadableRecord, "“id” is neither a string nor a number")
    }
  }

  /// The column of feature ids. A property called `id` has a column of its own; the feature id is then found under `@id`.
  private mutating func identifierIndex() -> Int {
    if let k = identifierColumn { return k }
    let name = columnOf["id"] == nil ? "id" : "@id"
    let k = newColumn(name)
    identifierColumn = k
    return k
  }

  private mutating func newColumn(_ name: String) -> Int {
    var column = ColumnBuilder(name: name)
    for _ in 0..<assembler.rows { column.appendNull() }
    assembler.columns.append(column)
    return assembler.columns.count - 1
  }

  // MARK: Properties

  private mutating func properties(_ b: Span<UInt8>) throws(JSONFault) {
    switch cursor.peek(b) {
    case 0x6E: return try cursor.null(b)
    case 0x7B: cursor.at += 1
    default: throw JSONFault.meaning(.unreadableRecord, "“properties” is neither an object nor null")
    }
    guard cursor.opens(0x7D, b) else { return }
    repeat {
      let name = try cursor.name(b)
      guard let k = column(b, name) else {
        try cursor.skipValue(b)
        continue
      }
      guard assembler.columns[k].count == assembler.rows else {
        throw JSONFault.meaning(.unreadableRecord, "the property “\(cursor.text(b, name.range).prefix(60))” occurs twice")
      }
      switch cursor.peek(b) {
      case 0x22: append(b, try cursor.string(b), k)
      case 0x2D, 0x30...0x39:
        switch try cursor.number(b) {
        case .whole(let v): assembler.columns[k].append(v)
        case .real(let v): assembler.columns[k].append(v)
        }
      case 0x74, 0x66: assembler.columns[k].append(try cursor.boolean(b))
      case 0x6E:
        try cursor.null(b)
        assembler.columns[k].appendNull()
      case 0x7B, 0x5B:
        let start = cursor.at
        try cursor.skipValue(b)
        let text = b.extracting(start..<cursor.at)
        if isWellFormedUTF8(text) {
          assembler.columns[k].append(utf8: text)
        } else {
          assembler.columns[k].append(Self.decoded(text))
        }
      default: throw cursor.syntax("a value expected, \(cursor.found(b)) found")
      }
    } while try cursor.continues(0x7D, b)
  }

  private static func decoded(_ bytes: Span<UInt8>) -> String {
    unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }

  private mutating func append(_ b: Span<UInt8>, _ string: (range: Range<Int>, isPlain: Bool), _ k: Int) {
    if string.isPlain {
      assembler.columns[k].append(utf8: b.extracting(string.range))
    } else {
      assembler.columns[k].append(cursor.text(b, string.range))
    }
  }

  /// The column of a property, `nil` when it is not wanted. Properties mostly come in the same order in every feature.
  private mutating func column(_ b: Span<UInt8>, _ name: (range: Range<Int>, isPlain: Bool)) -> Int? {
    if nextColumn < assembler.columns.count, name.isPlain, nextColumn != identifierColumn,
      Self.same(b.extracting(name.range), assembler.columns[nextColumn].nameBytes)
    {
      nextColumn += 1
      return nextColumn - 1
    }
    let text = cursor.text(b, name.range)
    if let k = columnOf[text] {
      nextColumn = k + 1
      return k
    }
    if unwanted.contains(text) { return nil }
    guard options.wants(text) else {
      unwanted.insert(text)
      return nil
    }
    guard assembler.columns.count < LayerAssembler.fieldLimit else {
      unwanted.insert(text)
      if unwanted.count > 1_000_000 { unwanted.removeAll() }
      assembler.note(
        .unreadableValue, feature: "", "the field “\(text.prefix(60))” is not read: there are more than \(LayerAssembler.fieldLimit)")
      return nil
    }
    if text == "id", let k = identifierColumn, assembler.columns[k].name == "id" {
      // The name is taken by the feature ids: they move aside.
      assembler.columns[k].name = "@id"
    }
    let k = newColumn(text)
    columnOf[text] = k
    nextColumn = k + 1
    return k
  }

  @inline(__always)
  private static func same(_ a: Span<UInt8>, _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    for i in 0..<a.count where a[i] != b[i] { return false }
    return true
  }

  // MARK: Geometries

  private static func kind(_ type: Span<UInt8>) -> GeometryKind? {
    if type.equals("Polygon") { return .polygon }
    if type.equals("MultiPolygon") { return .multiPolygon }
    if type.equals("Point") { return .point }
    if type.equals("LineString") { return .lineString }
    if type.equals("MultiPoint") { return .multiPoint }
    if type.equals("MultiLineString") { return .multiLineString }
    return nil
  }

  /// A feature's geometry: an object or null. Closes the geometry column's feature.
  private mutating func featureGeometry(_ b: Span<UInt8>) throws(JSONFault) {
    switch cursor.peek(b) {
    case 0x6E:
      try cursor.null(b)
      assembler.geometry.appendNull()
    case 0x7B: try geometry(b)
    default: throw JSONFault.meaning(.unreadableGeometry, "“geometry” is neither an object nor null")
    }
  }

  private mutating func geometry(_ b: Span<UInt8>) throws(JSONFault) {
    var kind: GeometryKind = .none
    try part(b, &kind, isMember: false, depth: 0)
    if nonFinite { throw JSONFault.meaning(.nonFiniteCoordinate, "a coordinate is beyond the range of numbers") }
    if kind == .none {
      if mending.droppedRing { throw JSONFault.meaning(.tooFewPositions, "a ring of fewer than four positions") }
      assembler.geometry.discardOpenFeature()
    }
    assembler.geometry.endFeature(kind)
  }

  /// One geometry object; adds parts and says what they are.
  private mutating func part(_ b: Span<UInt8>, _ kind: inout GeometryKind, isMember: Bool, depth: Int) throws(JSONFault) {
    guard depth < 16 else { throw JSONFault.meaning(.unreadableGeometry, "geometry collections nested deeper than 16") }
    try cursor.expect(0x7B, b)
    var type: Range<Int>?
    var coordinatesAt: Int?
    var geometriesAt: Int?
    var done = false
    if cursor.opens(0x7D, b) {
      repeat {
        let name = try cursor.name(b)
        let key = b.extracting(name.range)
        if key.equals("coordinates") {
          guard coordinatesAt == nil else { throw JSONFault.meaning(.unreadableGeometry, "“coordinates” occurs twice") }
          coordinatesAt = cursor.at
          if let type, let known = Self.kind(b.extracting(type)) {
            try coordinates(b, known, &kind, isMember: isMember)
            done = true
          } else {
            try cursor.skipValue(b)
          }
        } else if key.equals("type") {
          guard cursor.peek(b) == 0x22, type == nil else {
            throw JSONFault.meaning(.unreadableGeometry, "the geometry's “type” is no string or occurs twice")
          }
          type = try cursor.string(b).range
        } else if key.equals("geometries") {
          guard geometriesAt == nil else { throw JSONFault.meaning(.unreadableGeometry, "“geometries” occurs twice") }
          geometriesAt = cursor.at
          try cursor.skipValue(b)
        } else if key.equals("geometry") || key.equals("properties") || key.equals("features") {
          throw JSONFault.meaning(.unreadableGeometry, "a geometry with a member “\(cursor.text(b, name.range))” (RFC 7946, 7.1)")
        } else if key.equals("bbox") {
          try boundingBox(b)
        } else {
          try cursor.skipValue(b)
        }
      } while try cursor.continues(0x7D, b)
    }
    guard let type else { throw JSONFault.meaning(.unreadableGeometry, "the geometry has no “type”") }
    if done { return }
    let end = cursor.at
    if let known = Self.kind(b.extracting(type)) {
      guard let coordinatesAt else { throw JSONFault.meaning(.unreadableGeometry, "the geometry has no “coordinates”") }
      cursor.at = coordinatesAt
      try coordinates(b, known, &kind, isMember: isMember)
    } else if b.extracting(type).equals("GeometryCollection") {
      guard let geometriesAt else { throw JSONFault.meaning(.unreadableGeometry, "the collection has no “geometries”") }
      cursor.at = geometriesAt
      guard cursor.peek(b) == 0x5B else { throw JSONFault.meaning(.unreadableGeometry, "“geometries” is not an array") }
      cursor.at += 1
      if cursor.opens(0x5D, b) {
        repeat {
          guard cursor.peek(b) == 0x7B else { throw JSONFault.meaning(.unreadableGeometry, "a member of the collection is no object") }
          try part(b, &kind, isMember: true, depth: depth + 1)
        } while try cursor.continues(0x5D, b)
      }
    } else {
      throw JSONFault.meaning(.unreadableGeometry, "the geometry's type is “\(cursor.text(b, type).prefix(40))”")
    }
    cursor.at = end
  }

  /// The coordinates of a geometry whose type is known. In a collection the kind is the multi form of what its members agree on.
  private mutating func coordinates(
    _ b: Span<UInt8>, _ type: GeometryKind, _ kind: inout GeometryKind, isMember: Bool
  ) throws(JSONFault) {
    var parts = 0
    switch type {
    case .none: break
    case .point: parts = try point(b, mayBeEmpty: true) ? 1 : 0
    case .lineString: parts = try line(b) ? 1 : 0
    case .polygon: parts = try polygon(b) ? 1 : 0
    case .multiPoint, .multiLineString, .multiPolygon:
      try open(b)
      if cursor.opens(0x5D, b) {
        repeat {
          let added =
            switch type {
            case .multiPoint: try point(b, mayBeEmpty: false)
            case .multiLineString: try line(b)
            default: try polygon(b)
            }
          if added { parts += 1 }
        } while try cursor.continues(0x5D, b)
      }
    }
    guard parts > 0 else { return }
    guard isMember else {
      kind = type
      return
    }
    let multi: GeometryKind = type.isPuntal ? .multiPoint : type.isLinear ? .multiLineString : .multiPolygon
    guard kind == .none || kind == multi else {
      throw JSONFault.meaning(.wrongGeometryType, "a geometry collection of several kinds")
    }
    kind = multi
  }

  private mutating func open(_ b: Span<UInt8>) throws(JSONFault) {
    guard cursor.peek(b) == 0x5B else {
      throw JSONFault.meaning(.unreadableGeometry, "an array of coordinates expected, \(cursor.found(b)) found")
    }
    cursor.at += 1
  }

  private mutating func point(_ b: Span<UInt8>, mayBeEmpty: Bool) throws(JSONFault) -> Bool {
    if mayBeEmpty {
      let start = cursor.at
      try open(b)
      if !cursor.opens(0x5D, b) { return false }
      cursor.at = start
    }
    try position(b)
    assembler.geometry.endRing()
    assembler.geometry.endPart()
    return true
  }

  @inline(__always)
  private mutating func position(_ b: Span<UInt8>) throws(JSONFault) {
    try open(b)
    let x = try coordinate(b)
    guard cursor.peek(b) == 0x2C else {
      if cursor.at < b.count, b[cursor.at] == 0x5D { throw JSONFault.meaning(.unreadableGeometry, "a position of one number") }
      throw cursor.syntax("“,” or “]” expected, \(cursor.found(b)) found")
    }
    cursor.at += 1
    let y = try coordinate(b)
    var further = 0
    while try cursor.continues(0x5D, b) {
      _ = try coordinate(b)
      further += 1
    }
    if (x - x) + (y - y) != 0 { nonFinite = true }
    assembler.geometry.add(x: x, y: y)
  }

  @inline(__always)
  private mutating func coordinate(_ b: Span<UInt8>) throws(JSONFault) -> Double {
    let c = cursor.peek(b)
    guard c == 0x2D || c &- 0x30 <= 9 else {
      switch c {
      case 0x22, 0x5B, 0x7B, 0x6E, 0x74, 0x66:
        throw JSONFault.meaning(.unreadableGeometry, "a number expected in a position, \(cursor.found(b)) found")
      default: throw cursor.syntax("a number expected, \(cursor.found(b)) found")
      }
    }
    return try cursor.double(b)
  }

  /// An array of positions; their number.
  private mutating func positions(_ b: Span<UInt8>) throws(JSONFault) -> Int {
    try open(b)
    guard cursor.opens(0x5D, b) else { return 0 }
    var n = 0
    repeat {
      try position(b)
      n += 1
    } while try cursor.continues(0x5D, b)
    return n
  }

  private mutating func line(_ b: Span<UInt8>) throws(JSONFault) -> Bool {
    let n = try positions(b)
    if n == 0 { return false }
    guard n >= 2 else { throw JSONFault.meaning(.tooFewPositions, "a line of one position") }
    assembler.geometry.endRing()
    assembler.geometry.endPart()
    return true
  }

  private mutating func polygon(_ b: Span<UInt8>) throws(JSONFault) -> Bool {
    try open(b)
    guard cursor.opens(0x5D, b) else { return false }
    var written = 0
    var isFirst = true
    repeat {
      let first = assembler.geometry.x.count
      let n = try positions(b)
      let isExterior = isFirst
      isFirst = false
      guard n > 0 else { continue }
      if assembler.geometry.closeRing(from: first) { mending.closedRing = true }
      if assembler.geometry.x.count - first < 4 { mending.droppedRing = true }
      // Without an exterior ring there is nothing for holes to lie in.
      if assembler.geometry.x.count - first < 4 || (!isExterior && written == 0) {
        assembler.geometry.dropPositions(from: first)
        continue
      }
      assembler.geometry.endRing()
      written += 1
    } while try cursor.continues(0x5D, b)
    if written > 0 { assembler.geometry.endPart() }
    return written > 0
  }

  // MARK: CRS

  /// The system that a `crs` member names (GeoJSON draft of 2008, section 3); `nil` for null or a link.
  private mutating func namedCRS(_ b: Span<UInt8>) throws(JSONFault) -> CoordinateReferenceSystem? {
    guard cursor.peek(b) == 0x7B else { return nil }
    let start = cursor.at
    try cursor.skipValue(b)
    let end = cursor.at
    // The member is small: look for its name or code among the strings and numbers inside.
    var name: String?
    var code: Int64?
    cursor.at = start + 1
    var depth = 1
    while cursor.at < end, depth > 0 {
      switch cursor.peek(b) {
      case 0x7B:
        depth += 1
        cursor.at += 1
      case 0x7D:
        depth -= 1
        cursor.at += 1
      case 0x22:
        let key = try cursor.stringText(b)
        guard cursor.peek(b) == 0x3A else { continue }
        cursor.at += 1
        if key == "name", cursor.peek(b) == 0x22 { name = try cursor.stringText(b) }
        let c = cursor.peek(b)
        if key == "code", c == 0x2D || c &- 0x30 <= 9, case .whole(let v) = try cursor.number(b) { code = v }
      default: cursor.at += 1
      }
    }
    cursor.at = end
    if let name { return CoordinateReferenceSystem(urn: name) }
    return code.map { CoordinateReferenceSystem("EPSG:\($0)") }
  }
}

extension CoordinateReferenceSystem {
  /// Reads `urn:ogc:def:crs:EPSG::3067`, `http://www.opengis.net/def/crs/EPSG/0/3067`, `EPSG:3067` or `CRS84`; anything else stays as it is.
  init(urn text: String) {
    let lower = text.lowercased()
    for (prefix, separator) in [
      ("urn:ogc:def:crs:", ":"), ("urn:x-ogc:def:crs:", ":"), ("http://www.opengis.net/def/crs/", "/"),
      ("https://www.opengis.net/def/crs/", "/"),
    ]
    where lower.hasPrefix(prefix) {
      let parts = text.dropFirst(prefix.count).split(separator: Character(separator), omittingEmptySubsequences: false)
      if let authority = parts.first, let code = parts.last, parts.count >= 2 {
        self.init("\(authority.uppercased()):\(code)")
        return
      }
    }
    switch lower {
    case "crs84", "ogc:crs84": self = .wgs84
    default: self.init(lower.hasPrefix("epsg:") ? "EPSG:\(text.dropFirst(5))" : text)
    }
  }
}

extension JSONFault {
  /// The text is JSON, but not the feature or geometry that it should be.
  fileprivate static func meaning(_ code: Defect.Code, _ detail: String) -> JSONFault {
    .unfit(GeometryProblem(code: code, detail: detail))
  }
}
