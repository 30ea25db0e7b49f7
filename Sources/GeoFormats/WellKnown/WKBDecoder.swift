internal import SimpleFeatures

/// What was put right while a geometry was read.
struct GeometryMending {
  /// A ring was closed.
  var closedRing = false
  /// A ring of fewer than four positions, which encloses nothing, was left out.
  var droppedRing = false

  /// Counts it in an assembler, at a place such as `line 7: `.
  func note(in assembler: inout LayerAssembler, feature number: Int64, at place: String = "") {
    guard closedRing || droppedRing else { return }
    let feature = "#\(number)"
    if closedRing { assembler.note(.unclosedRing, feature: feature, place + "a ring whose ends differ; closed") }
    if droppedRing { assembler.note(.tooFewPositions, feature: feature, place + "a ring of fewer than four positions; left out") }
  }
}

/// Why a geometry cannot be taken.
struct GeometryProblem: Error {
  var code: Defect.Code
  var detail: String
}

/// Decodes well-known binary (OGC 06-103r4, ISO 13249-3) with Z, M and ZM in ISO and EWKB form, in both byte orders.
///
/// Every count is a claim: it is held against the bytes that remain before anything is reserved. Empty geometries become `none`.
struct WKBDecoder {
  private var at: Int
  private var mending = GeometryMending()
  private var hasNonFinite = false

  private init(at offset: Int) { at = offset }

  /// The head of one geometry: its base type, the bytes of a position and the byte order.
  private struct Head {
    var type: UInt32
    var dimensions: Int
    var isSwapped: Bool
  }

  /// Decodes the geometry that starts at `offset` and adds it to the column as one feature.
  ///
  /// On failure the column is as it was before.
  static func append(
    _ bytes: RawSpan, from offset: Int = 0, to column: inout GeometryColumn
  ) throws(GeometryProblem) -> GeometryMending {
    var decoder = WKBDecoder(at: offset)
    do throws(GeometryProblem) {
      let kind = try decoder.feature(bytes, &column)
      if decoder.hasNonFinite { throw GeometryProblem(code: .nonFiniteCoordinate, detail: "a coordinate is NaN or infinite") }
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

  // MARK: Bytes

  private mutating func byte(_ bytes: RawSpan) throws(GeometryProblem) -> UInt8 {
    guard at < bytes.byteCount else { throw truncated }
    defer { at += 1 }
    return unsafe bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
  }

  private mutating func word(_ bytes: RawSpan, swapped: Bool) throws(GeometryProblem) -> UInt32 {
    guard bytes.byteCount - at >= 4 else { throw truncated }
    defer { at += 4 }
    let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self)
    return swapped ? word.byteSwapped : word
  }

  private var truncated: GeometryProblem {
    GeometryProblem(code: .unreadableGeometry, detail: "the well-known binary ends early, at byte \(at)")
  }

  private mutating func head(_ bytes: RawSpan) throws(GeometryProblem) -> Head {
    let order = try byte(bytes)
    guard order <= 1 else { throw GeometryProblem(code: .unreadableGeometry, detail: "byte order \(order) at byte \(at - 1)") }
    let isSwapped = order == 0
    var type = try word(bytes, swapped: isSwapped)
    var dimensions = 2
    // EWKB sets the three highest bits; the spatial reference follows the type.
    if type & 0xE000_0000 != 0 {
      if type & 0x8000_0000 != 0 { dimensions += 1 }
      if type & 0x4000_0000 != 0 { dimensions += 1 }
      if type & 0x2000_0000 != 0 { _ = try word(bytes, swapped: isSwapped) }
      type &= 0x1FFF_FFFF
    }
    switch type / 1000 {
    case 0: break
    case 1, 2: dimensions += 1
    case 3: dimensions += 2
    default: throw GeometryProblem(code: .unreadableGeometry, detail: "geometry type \(type)")
    }
    guard dimensions <= 4 else { throw GeometryProblem(code: .unreadableGeometry, detail: "geometry type \(type) with dimension flags") }
    return Head(type: type % 1000, dimensions: dimensions, isSwapped: isSwapped)
  }

  /// A count of items of at least `size` bytes each.
  private mutating func count(_ bytes: RawSpan, _ head: Head, size: Int) throws(GeometryProblem) -> Int {
    let claim = Int(try word(bytes, swapped: head.isSwapped))
    guard claim <= (bytes.byteCount - at) / size else {
      throw GeometryProblem(
        code: .unreadableGeometry, detail: "a count of \(claim) at byte \(at - 4), but only \(bytes.byteCount - at) bytes follow")
    }
    return claim
  }

  // MARK: Geometries

  private mutating func feature(_ bytes: RawSpan, _ column: inout GeometryColumn) throws(GeometryProblem) -> GeometryKind {
    let head = try head(bytes)
    switch head.type {
    case 1: return try point(bytes, head, &column) ? .point : .none
    case 2: return try line(bytes, head, &column) ? .lineString : .none
    case 3: return try polygon(bytes, head, &column) ? .polygon : .none
    case 4: return try members(bytes, head, &column) > 0 ? .multiPoint : .none
    case 5: return try members(bytes, head, &column) > 0 ? .multiLineString : .none
    case 6: return try members(bytes, head, &column) > 0 ? .multiPolygon : .none
    case 7:
      var dimension: UInt32 = 0
      let parts = try collection(bytes, head, &column, dimension: &dimension, depth: 0)
      guard parts > 0 else { return .none }
      return dimension == 1 ? .multiPoint : dimension == 2 ? .multiLineString : .multiPolygon
    case 8...17: throw GeometryProblem(code: .curvedGeometry, detail: "geometry type \(Self.curveName(head.type)) is not read")
    default: throw GeometryProblem(code: .unreadableGeometry, detail: "geometry type \(head.type)")
    }
  }

  private static func curveName(_ type: UInt32) -> String {
    switch type {
    case 8: "CircularString"
    case 9: "CompoundCurve"
    case 10: "CurvePolygon"
    case 11: "MultiCurve"
    case 12: "MultiSurface"
    case 13: "Curve"
    case 14: "Surface"
    case 15: "PolyhedralSurface"
    case 16: "TIN"
    default: "Triangle"
    }
  }

  /// The parts of a multi geometry; the number of those that are not empty.
  private mutating func members(_ bytes: RawSpan, _ head: Head, _ column: inout GeometryColumn) throws(GeometryProblem) -> Int {
    let claim = try count(bytes, head, size: 9)
    var parts = 0
    for _ in 0..<claim {
      let member = try self.head(bytes)
      if member.type >= 8, member.type <= 17 {
        throw GeometryProblem(code: .curvedGeometry, detail: "geometry type \(Self.curveName(member.type)) is not read")
      }
      guard member.type == head.type - 3 else {
        throw GeometryProblem(code: .unreadableGeometry, detail: "a geometry of type \(member.type) inside one of type \(head.type)")
      }
      let added =
        switch member.type {
        case 1: try point(bytes, member, &column)
        case 2: try line(bytes, member, &column)
        default: try polygon(bytes, member, &column)
        }
      if added { parts += 1 }
    }
    return parts
  }

  /// The parts of a collection whose members are all points, all lines or all polygons.
  private mutating func collection(
    _ bytes: RawSpan, _ head: Head, _ column: inout GeometryColumn, dimension: inout UInt32, depth: Int
  ) throws(GeometryProblem) -> Int {
    guard depth < 16 else { throw GeometryProblem(code: .unreadableGeometry, detail: "collections nested deeper than 16") }
    let claim = try count(bytes, head, size: 9)
    var parts = 0
    for _ in 0..<claim {
      let member = try self.head(bytes)
      var added = 0
      switch member.type {
      case 1: added = try point(bytes, member, &column) ? 1 : 0
      case 2: added = try line(bytes, member, &column) ? 1 : 0
      case 3: added = try polygon(bytes, member, &column) ? 1 : 0
      case 4, 5, 6: added = try members(bytes, member, &column)
      case 7:
        parts += try collection(bytes, member, &column, dimension: &dimension, depth: depth + 1)
        continue
      case 8...17: throw GeometryProblem(code: .curvedGeometry, detail: "geometry type \(Self.curveName(member.type)) is not read")
      default: throw GeometryProblem(code: .unreadableGeometry, detail: "geometry type \(member.type)")
      }
      guard added > 0 else { continue }
      let its = (member.type - 1) % 3 + 1
      guard dimension == 0 || dimension == its else {
        throw GeometryProblem(code: .wrongGeometryType, detail: "a geometry collection of several kinds")
      }
      dimension = its
      parts += added
    }
    return parts
  }

  private mutating func point(_ bytes: RawSpan, _ head: Head, _ column: inout GeometryColumn) throws(GeometryProblem) -> Bool {
    guard bytes.byteCount - at >= head.dimensions * 8 else { throw truncated }
    let x = coordinate(bytes, at, head.isSwapped)
    let y = coordinate(bytes, at + 8, head.isSwapped)
    at += head.dimensions * 8
    // An empty point is written with NaN coordinates (OGC 12-128r18, 2.1.3).
    if x.isNaN, y.isNaN { return false }
    if !x.isFinite || !y.isFinite { hasNonFinite = true }
    column.add(x: x, y: y)
    column.endRing()
    column.endPart()
    return true
  }

  private mutating func line(_ bytes: RawSpan, _ head: Head, _ column: inout GeometryColumn) throws(GeometryProblem) -> Bool {
    let n = try positions(bytes, head, &column)
    if n == 0 { return false }
    guard n >= 2 else { throw GeometryProblem(code: .tooFewPositions, detail: "a line of one position") }
    column.endRing()
    column.endPart()
    return true
  }

  private mutating func polygon(_ bytes: RawSpan, _ head: Head, _ column: inout GeometryColumn) throws(GeometryProblem) -> Bool {
    let rings = try count(bytes, head, size: 4)
    var written = 0
    for k in 0..<rings {
      let first = column.x.count
      let n = try positions(bytes, head, &column)
      guard n > 0 else { continue }
      if column.closeRing(from: first) { mending.closedRing = true }
      if column.x.count - first < 4 { mending.droppedRing = true }
      // Without an exterior ring there is nothing for holes to lie in.
      if column.x.count - first < 4 || (k > 0 && written == 0) {
        column.dropPositions(from: first)
        continue
      }
      column.endRing()
      written += 1
    }
    guard written > 0 else { return false }
    column.endPart()
    return true
  }

  private mutating func positions(_ bytes: RawSpan, _ head: Head, _ column: inout GeometryColumn) throws(GeometryProblem) -> Int {
    let stride = head.dimensions * 8
    let n = try count(bytes, head, size: stride)
    var offset = at
    var check = 0.0
    if head.isSwapped {
      for _ in 0..<n {
        let x = coordinate(bytes, offset, true)
        let y = coordinate(bytes, offset + 8, true)
        check += x * 0 + y * 0
        column.add(x: x, y: y)
        offset += stride
      }
    } else {
      for _ in 0..<n {
        let x = coordinate(bytes, offset, false)
        let y = coordinate(bytes, offset + 8, false)
        check += x * 0 + y * 0
        column.add(x: x, y: y)
        offset += stride
      }
    }
    if check != 0 { hasNonFinite = true }
    at += n * stride
    return n
  }

  @inline(__always)
  private func coordinate(_ bytes: RawSpan, _ offset: Int, _ isSwapped: Bool) -> Double {
    let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    return Double(bitPattern: isSwapped ? bits.byteSwapped : bits)
  }
}

extension GeometryColumn {
  /// Repeats the open ring's first position at its end when the ends differ; whether it did.
  mutating func closeRing(from first: Int) -> Bool {
    let last = x.count - 1
    guard x[first] != x[last] || y[first] != y[last] else { return false }
    add(x: x[first], y: y[first])
    return true
  }

  /// Drops the positions of the open ring.
  mutating func dropPositions(from first: Int) {
    x.removeLast(x.count - first)
    y.removeLast(y.count - first)
  }
}

/// The header that GeoPackage puts before well-known binary (OGC 12-128r18, 2.1.3).
enum GeoPackageBinary {
  /// Where the well-known binary starts.
  static func bodyOffset(_ bytes: RawSpan) throws(GeometryProblem) -> Int {
    func byte(_ k: Int) -> UInt8 { unsafe bytes.unsafeLoad(fromByteOffset: k, as: UInt8.self) }
    guard bytes.byteCount >= 8, byte(0) == 0x47, byte(1) == 0x50 else {
      throw GeometryProblem(code: .unreadableGeometry, detail: "the geometry does not start with GP")
    }
    let flags = byte(3)
    guard flags & 0x20 == 0 else { throw GeometryProblem(code: .unreadableGeometry, detail: "an extended GeoPackage geometry") }
    let envelope: Int
    switch (flags >> 1) & 7 {
    case 0: envelope = 0
    case 1: envelope = 32
    case 2, 3: envelope = 48
    case 4: envelope = 64
    default: throw GeometryProblem(code: .unreadableGeometry, detail: "envelope code \((flags >> 1) & 7)")
    }
    guard bytes.byteCount >= 8 + envelope else { throw GeometryProblem(code: .unreadableGeometry, detail: "the envelope ends early") }
    return 8 + envelope
  }
}
