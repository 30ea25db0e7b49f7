internal import SimpleFeatures
internal import TextFormats

/// Decodes well-known text (OGC 06-103r4, clause 7), with an `SRID=n;` prefix, Z, M and ZM, in any case of letters.
struct WKTDecoder {
  private var at = 0
  private var mending = GeometryMending()
  private var nonFinite = false

  private init() {}

  /// Whether a cell starts like well-known text.
  static func looksLike(_ b: Span<UInt8>) -> Bool {
    var decoder = WKTDecoder()
    decoder.skipReference(b)
    switch decoder.word(b) {
    case "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION": return true
    default: return false
    }
  }

  /// Decodes a geometry and adds it to the column as one feature. On failure the column is as before.
  static func append(_ b: Span<UInt8>, to column: inout GeometryColumn) throws(GeometryProblem) -> GeometryMending {
    var decoder = WKTDecoder()
    do throws(GeometryProblem) {
      decoder.skipReference(b)
      var kind: GeometryKind = .none
      try decoder.geometry(b, &column, &kind, isMember: false, depth: 0)
      decoder.skipSpace(b)
      guard decoder.at == b.count else { throw decoder.problem("text behind the geometry") }
      if decoder.nonFinite { throw GeometryProblem(code: .nonFiniteCoordinate, detail: "a coordinate is beyond the range of numbers") }
      if kind == .none {
        if decoder.mending.droppedRing { throw GeometryProblem(code: .tooFewPositions, detail: "a ring of fewer than four positions") }
        column.discardOpenFeature()
      }
      column.endFeature(kind)
    } catch {
      column.discardOpenFeature()
      throw error
    }
    return decoder.mending
  }

  private func problem(_ what: String) -> GeometryProblem {
    GeometryProblem(code: .unreadableGeometry, detail: "well-known text, character \(at + 1): \(what)")
  }

  private mutating func skipSpace(_ b: Span<UInt8>) {
    while at < b.count, b[at] == 32 || (b[at] >= 9 && b[at] <= 13) { at += 1 }
  }

  private mutating func skipReference(_ b: Span<UInt8>) {
    skipSpace(b)
    let start = at
    guard word(b) == "SRID" else {
      at = start
      return
    }
    while at < b.count, b[at] != 0x3B { at += 1 }
    at = min(b.count, at + 1)
  }

  private mutating func word(_ b: Span<UInt8>) -> String {
    skipSpace(b)
    var word = ""
    while at < b.count, word.utf8.count < 24, b[at] | 0x20 >= 0x61, b[at] | 0x20 <= 0x7A {
      word.unicodeScalars.append(UnicodeScalar(b[at] & 0xDF))
      at += 1
    }
    return word
  }

  private mutating func take(_ c: UInt8, _ b: Span<UInt8>) -> Bool {
    skipSpace(b)
    guard at < b.count, b[at] == c else { return false }
    at += 1
    return true
  }

  private mutating func open(_ b: Span<UInt8>) throws(GeometryProblem) {
    guard take(0x28, b) else { throw problem("“(” expected") }
  }

  private mutating func continues(_ b: Span<UInt8>) throws(GeometryProblem) -> Bool {
    if take(0x2C, b) { return true }
    guard take(0x29, b) else { throw problem("“,” or “)” expected") }
    return false
  }

  private mutating func isEmpty(_ b: Span<UInt8>) -> Bool {
    let start = at
    if word(b) == "EMPTY" { return true }
    at = start
    return false
  }

  private mutating func geometry(
    _ b: Span<UInt8>, _ column: inout GeometryColumn, _ kind: inout GeometryKind, isMember: Bool, depth: Int
  ) throws(GeometryProblem) {
    guard depth < 16 else { throw problem("collections nested deeper than 16") }
    let name = word(b)
    let type: GeometryKind? =
      switch name {
      case "POINT", "POINTZ", "POINTM", "POINTZM": .point
      case "LINESTRING", "LINESTRINGZ", "LINESTRINGM", "LINESTRINGZM": .lineString
      case "POLYGON", "POLYGONZ", "POLYGONM", "POLYGONZM": .polygon
      case "MULTIPOINT", "MULTIPOINTZ", "MULTIPOINTM", "MULTIPOINTZM": .multiPoint
      case "MULTILINESTRING", "MULTILINESTRINGZ", "MULTILINESTRINGM", "MULTILINESTRINGZM": .multiLineString
      case "MULTIPOLYGON", "MULTIPOLYGONZ", "MULTIPOLYGONM", "MULTIPOLYGONZM": .multiPolygon
      case "GEOMETRYCOLLECTION", "GEOMETRYCOLLECTIONZ", "GEOMETRYCOLLECTIONM", "GEOMETRYCOLLECTIONZM": nil
      case "CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE", "MULTISURFACE", "CURVE", "SURFACE", "POLYHEDRALSURFACE", "TIN",
        "TRIANGLE":
        throw GeometryProblem(code: .curvedGeometry, detail: "geometry type \(name) is not read")
      default: throw problem("a geometry type expected")
      }
    let start = at
    switch word(b) {
    case "Z", "M", "ZM": break
    default: at = start
    }
    if isEmpty(b) { return }
    guard let type else {
      try open(b)
      repeat { try geometry(b, &column, &kind, isMember: true, depth: depth + 1) } while try continues(b)
      return
    }
    var parts = 0
    switch type {
    case .none: break
    case .point:
      try open(b)
      try position(b, &column)
      guard take(0x29, b) else { throw problem("“)” expected") }
      column.endRing()
      column.endPart()
      parts = 1
    case .lineString: parts = try line(b, &column) ? 1 : 0
    case .polygon: parts = try polygon(b, &column) ? 1 : 0
    case .multiPoint, .multiLineString, .multiPolygon:
      try open(b)
      repeat {
        if isEmpty(b) { continue }
        var added = true
        switch type {
        case .multiPoint:
          let isWrapped = take(0x28, b)
          try position(b, &column)
          if isWrapped, !take(0x29, b) { throw problem("“)” expected") }
          column.endRing()
          column.endPart()
        case .multiLineString: added = try line(b, &column)
        default: added = try polygon(b, &column)
        }
        if added { parts += 1 }
      } while try continues(b)
    }
    guard parts > 0 else { return }
    guard isMember else {
      kind = type
      return
    }
    let multi: GeometryKind = type.isPuntal ? .multiPoint : type.isLinear ? .multiLineString : .multiPolygon
    guard kind == .none || kind == multi else {
      throw GeometryProblem(code: .wrongGeometryType, detail: "a geometry collection of several kinds")
    }
    kind = multi
  }

  private mutating func number(_ b: Span<UInt8>) throws(GeometryProblem) -> Double {
    skipSpace(b)
    if at < b.count, b[at] == 0x2B { at += 1 }
    var cursor = JSONCursor(at: at)
    do throws(JSONFault) {
      let value = try cursor.double(b)
      at = cursor.at
      if !value.isFinite { nonFinite = true }
      return value
    } catch {
      throw problem("a number expected")
    }
  }

  private mutating func position(_ b: Span<UInt8>, _ column: inout GeometryColumn) throws(GeometryProblem) {
    let x = try number(b)
    let y = try number(b)
    column.add(x: x, y: y)
    // Z and M.
    for _ in 0..<2 {
      skipSpace(b)
      guard at < b.count, b[at] != 0x2C, b[at] != 0x29 else { return }
      _ = try number(b)
    }
  }

  private mutating func positions(_ b: Span<UInt8>, _ column: inout GeometryColumn) throws(GeometryProblem) -> Int {
    if isEmpty(b) { return 0 }
    try open(b)
    var n = 0
    repeat {
      try position(b, &column)
      n += 1
    } while try continues(b)
    return n
  }

  private mutating func line(_ b: Span<UInt8>, _ column: inout GeometryColumn) throws(GeometryProblem) -> Bool {
    let n = try positions(b, &column)
    if n == 0 { return false }
    guard n >= 2 else { throw GeometryProblem(code: .tooFewPositions, detail: "a line of one position") }
    column.endRing()
    column.endPart()
    return true
  }

  private mutating func polygon(_ b: Span<UInt8>, _ column: inout GeometryColumn) throws(GeometryProblem) -> Bool {
    try open(b)
    var written = 0
    var isFirst = true
    repeat {
      let first = column.x.count
      let n = try positions(b, &column)
      let isExterior = isFirst
      isFirst = false
      guard n > 0 else { continue }
      if column.closeRing(from: first) { mending.closedRing = true }
      if column.x.count - first < 4 { mending.droppedRing = true }
      if column.x.count - first < 4 || (!isExterior && written == 0) {
        column.dropPositions(from: first)
        continue
      }
      column.endRing()
      written += 1
    } while try continues(b)
    if written > 0 { column.endPart() }
    return written > 0
  }
}
