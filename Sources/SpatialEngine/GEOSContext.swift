internal import CGEOS
public import SimpleFeatures

/// The last message that GEOS gave on one context.
///
/// GEOS calls the handler on the thread that made the call, and a context is used by one thread at a time, so the box needs no lock.
final class GEOSMessages {
  var last = ""
}

/// One re-entrant GEOS context.
///
/// A context belongs to one task at a time: it cannot be copied, and only the `_r` functions are visible to this module. Make one for each
/// task (about 1 µs); geometries made on it die with the call that made them.
@safe
public struct GEOSContext: ~Copyable {
  let handle: GEOSContextHandle_t
  let messages = GEOSMessages()

  /// Makes a context whose messages are kept instead of printed.
  public init() {
    guard let handle = unsafe GEOS_init_r() else { fatalError("GEOS has no memory for a context") }
    unsafe self.handle = handle
    // The box outlives the handle: `deinit` finishes the context before `messages` is released.
    unsafe GEOSContext_setErrorMessageHandler_r(
      handle,
      { message, box in
        guard let message = unsafe message, let box = unsafe box else { return }
        unsafe Unmanaged<GEOSMessages>.fromOpaque(box).takeUnretainedValue().last = String(cString: message)
      }, Unmanaged.passUnretained(messages).toOpaque())
    unsafe GEOSContext_setNoticeMessageHandler_r(handle, { _, _ in }, nil)
  }

  deinit { unsafe GEOS_finish_r(handle) }

  func failure(_ name: String) -> SpatialError {
    .geometryOperation(name: name, reason: messages.last.isEmpty ? "no reason given" : messages.last)
  }

  // MARK: Between columns and GEOS

  /// A GEOS geometry that is destroyed with the value.
  @safe
  struct Geometry: ~Copyable {
    let pointer: OpaquePointer
    let handle: GEOSContextHandle_t

    init(_ pointer: OpaquePointer, _ handle: GEOSContextHandle_t) {
      unsafe self.pointer = pointer
      unsafe self.handle = handle
    }

    deinit { unsafe GEOSGeom_destroy_r(handle, pointer) }
  }

  /// The GEOS geometry of a feature; rings with fewer than four positions after closing are left out. `nil` when nothing is left.
  func geometry(_ column: borrowing GeometryColumn, feature: Int) -> Geometry? {
    var members: [OpaquePointer?] = unsafe []
    let kind = column.kinds[feature]
    for part in column.parts(of: feature) {
      if let member = unsafe partGeometry(column, part: part, kind: kind) { unsafe members.append(member) }
    }
    guard let type = Self.collectionType(kind) else {
      guard let first = unsafe members.first, let only = unsafe first else { return nil }
      // A single geometry has one part; more would be a fault of the column's maker.
      for k in unsafe 1..<max(1, members.count) { unsafe GEOSGeom_destroy_r(handle, members[k]) }
      return unsafe Geometry(only, handle)
    }
    guard unsafe !members.isEmpty else { return nil }
    let collection = unsafe members.withUnsafeMutableBufferPointer { list in
      unsafe GEOSGeom_createCollection_r(handle, type, list.baseAddress, UInt32(list.count))
    }
    guard let collection = unsafe collection else { return nil }
    return unsafe Geometry(collection, handle)
  }

  private static func collectionType(_ kind: GeometryKind) -> Int32? {
    switch kind {
    case .multiPoint: Int32(GEOS_MULTIPOINT.rawValue)
    case .multiLineString: Int32(GEOS_MULTILINESTRING.rawValue)
    case .multiPolygon: Int32(GEOS_MULTIPOLYGON.rawValue)
    case .none, .point, .lineString, .polygon: nil
    }
  }

  private func partGeometry(_ column: borrowing GeometryColumn, part: Int, kind: GeometryKind) -> OpaquePointer? {
    let rings = column.rings(ofPart: part)
    guard !rings.isEmpty else { return nil }
    switch kind {
    case .none: return nil
    case .point, .multiPoint:
      let i = column.positions(ofRing: rings.lowerBound).lowerBound
      return unsafe GEOSGeom_createPointFromXY_r(handle, column.x[i], column.y[i])
    case .lineString, .multiLineString:
      let positions = column.positions(ofRing: rings.lowerBound)
      guard positions.count >= 2, let sequence = unsafe sequence(column, positions, closing: false) else { return nil }
      return unsafe GEOSGeom_createLineString_r(handle, sequence)
    case .polygon, .multiPolygon:
      guard let shell = unsafe ring(column, rings.lowerBound) else { return nil }
      var holes: [OpaquePointer?] = unsafe []
      for hole in rings.dropFirst() {
        if let hole = unsafe ring(column, hole) { unsafe holes.append(hole) }
      }
      return unsafe holes.withUnsafeMutableBufferPointer {
        unsafe GEOSGeom_createPolygon_r(handle, shell, $0.baseAddress, UInt32($0.count))
      }
    }
  }

  private func ring(_ column: borrowing GeometryColumn, _ ring: Int) -> OpaquePointer? {
    let positions = column.positions(ofRing: ring)
    guard positions.count >= 4, let sequence = unsafe sequence(column, positions, closing: true) else { return nil }
    return unsafe GEOSGeom_createLinearRing_r(handle, sequence)
  }

  /// The coordinate sequence of a run of positions; a ring whose end differs from its start is closed.
  private func sequence(_ column: borrowing GeometryColumn, _ positions: Range<Int>, closing: Bool) -> OpaquePointer? {
    let first = positions.lowerBound
    let last = positions.upperBound - 1
    if closing, column.x[first] != column.x[last] || column.y[first] != column.y[last] {
      let x = Array(column.x[positions]) + [column.x[first]]
      let y = Array(column.y[positions]) + [column.y[first]]
      return unsafe GEOSCoordSeq_copyFromArrays_r(handle, x, y, nil, nil, UInt32(x.count))
    }
    return unsafe column.x.withUnsafeBufferPointer { x in
      unsafe column.y.withUnsafeBufferPointer { y in
        unsafe GEOSCoordSeq_copyFromArrays_r(
          handle, x.baseAddress! + first, y.baseAddress! + first, nil, nil, UInt32(positions.count))
      }
    }
  }

  /// Appends the areal parts of a GEOS geometry as one feature: polygon, multipolygon, or null when there are none.
  private func appendAreal(borrowed geometry: OpaquePointer, to column: inout GeometryColumn) {
    var parts = 0
    unsafe addPolygons(geometry, to: &column, parts: &parts)
    column.endFeature(parts == 0 ? .none : parts == 1 ? .polygon : .multiPolygon)
  }

  /// Appends the valid form of a feature by the structure method, null when nothing areal is left.
  ///
  /// Rounding can leave GEOS's answer invalid in its turn; then it is repaired again, at last by the buffer of width 0.
  func makeValid(_ column: borrowing GeometryColumn, feature: Int, into result: inout GeometryColumn) {
    guard let g = geometry(column, feature: feature) else { return result.appendNull() }
    var answer = GeometryColumn()
    unsafe appendAreal(owned: structure(of: g.pointer), to: &answer)
    for attempt in 0..<3 where !validity(of: answer, feature: 0).isValid {
      guard let again = geometry(answer, feature: 0) else { break }
      answer = GeometryColumn()
      unsafe appendAreal(owned: attempt < 2 ? structure(of: again.pointer) : GEOSBuffer_r(handle, again.pointer, 0, 8), to: &answer)
    }
    guard validity(of: answer, feature: 0).isValid else { return result.appendNull() }
    result.append(answer, feature: 0)
  }

  /// The structure method's answer, which the caller owns; `nil` when GEOS fails.
  private func structure(of geometry: OpaquePointer) -> OpaquePointer? {
    guard let parameters = unsafe GEOSMakeValidParams_create_r(handle) else { return nil }
    defer { unsafe GEOSMakeValidParams_destroy_r(handle, parameters) }
    _ = unsafe GEOSMakeValidParams_setMethod_r(handle, parameters, GEOS_MAKE_VALID_STRUCTURE)
    _ = unsafe GEOSMakeValidParams_setKeepCollapsed_r(handle, parameters, 0)
    return unsafe GEOSMakeValidWithParams_r(handle, geometry, parameters)
  }

  /// Appends the areal parts of a geometry, which is then destroyed; null when there are none or GEOS gave nothing.
  private func appendAreal(owned: OpaquePointer?, to column: inout GeometryColumn) {
    guard let pointer = unsafe owned else { return column.appendNull() }
    let geometry = unsafe Geometry(pointer, handle)
    unsafe appendAreal(borrowed: geometry.pointer, to: &column)
  }

  private func addPolygons(_ geometry: OpaquePointer, to column: inout GeometryColumn, parts: inout Int) {
    let type = unsafe GEOSGeomTypeId_r(handle, geometry)
    if type == Int32(GEOS_POLYGON.rawValue) {
      guard unsafe GEOSisEmpty_r(handle, geometry) == 0, let shell = unsafe GEOSGetExteriorRing_r(handle, geometry) else { return }
      unsafe addRing(shell, to: &column)
      for k in 0..<(unsafe GEOSGetNumInteriorRings_r(handle, geometry)) {
        if let hole = unsafe GEOSGetInteriorRingN_r(handle, geometry, k) { unsafe addRing(hole, to: &column) }
      }
      column.endPart()
      parts += 1
    } else if type == Int32(GEOS_MULTIPOLYGON.rawValue) || type == Int32(GEOS_GEOMETRYCOLLECTION.rawValue) {
      for k in 0..<(unsafe GEOSGetNumGeometries_r(handle, geometry)) {
        if let member = unsafe GEOSGetGeometryN_r(handle, geometry, k) { unsafe addPolygons(member, to: &column, parts: &parts) }
      }
    }
  }

  private func addRing(_ ring: OpaquePointer, to column: inout GeometryColumn) {
    if let sequence = unsafe GEOSGeom_getCoordSeq_r(handle, ring) {
      var n: UInt32 = 0
      _ = unsafe GEOSCoordSeq_getSize_r(handle, sequence, &n)
      var xs = [Double](repeating: 0, count: Int(n))
      var ys = [Double](repeating: 0, count: Int(n))
      _ = unsafe GEOSCoordSeq_copyToArrays_r(handle, sequence, &xs, &ys, nil, nil)
      column.x.append(contentsOf: xs)
      column.y.append(contentsOf: ys)
    }
    column.endRing()
  }

  // MARK: Predicates and overlay

  /// Whether the feature is valid in the sense of OGC Simple Features, and the reason when it is not. Null features are valid.
  /// O(n log n) in the feature's vertices.
  public func validity(of column: borrowing GeometryColumn, feature: Int) -> (isValid: Bool, reason: String) {
    guard column.kinds[feature] != .none else { return (true, "") }
    guard let g = geometry(column, feature: feature) else { return (false, "Too few positions") }
    var reason: UnsafeMutablePointer<CChar>?
    let result = unsafe GEOSisValidDetail_r(handle, g.pointer, 0, &reason, nil)
    defer { if let reason = unsafe reason { unsafe GEOSFree_r(handle, reason) } }
    if result == 1 { return (true, "") }
    if let reason = unsafe reason { return (false, unsafe String(cString: reason)) }
    return (false, messages.last)
  }

  /// The area that feature `feature` of `a` shares with feature `other` of `b`, in the square of the CRS's unit.
  ///
  /// Both must be valid and areal, else 0 is returned for what is not areal. Overlapping features of `b` are not added up here: see
  /// `intersectionArea(of:feature:with:features:)`. O(n log n) in the vertices of both.
  public func intersectionArea(
    of a: borrowing GeometryColumn, feature: Int, with b: borrowing GeometryColumn, feature other: Int
  ) throws(SpatialError) -> Double {
    guard a.kinds[feature].isAreal, b.kinds[other].isAreal else { return 0 }
    guard let p = geometry(a, feature: feature), let q = geometry(b, feature: other) else { return 0 }
    return try area(intersecting: p, q)
  }

  /// The area that a feature shares with the union of several features of another column; ground covered twice counts once.
  public func intersectionArea(
    of a: borrowing GeometryColumn, feature: Int, with b: borrowing GeometryColumn, features others: [Int]
  ) throws(SpatialError) -> Double {
    guard a.kinds[feature].isAreal, let p = geometry(a, feature: feature) else { return 0 }
    if others.count == 1 { return try intersectionArea(of: a, feature: feature, with: b, feature: others[0]) }
    let areal = others.filter { b.kinds[$0].isAreal }
    guard !areal.isEmpty else { return 0 }
    let selection = b.selecting(areal)
    let covered = try union(of: selection)
    guard covered.count == 1, let q = geometry(covered, feature: 0) else { return 0 }
    return try area(intersecting: p, q)
  }

  private func area(intersecting p: borrowing Geometry, _ q: borrowing Geometry) throws(SpatialError) -> Double {
    guard let shared = unsafe GEOSIntersection_r(handle, p.pointer, q.pointer) else { throw failure("intersection") }
    let result = unsafe Geometry(shared, handle)
    var area = 0.0
    guard unsafe GEOSArea_r(handle, result.pointer, &area) == 1 else { throw failure("area") }
    return area
  }

  /// The union of all areal features as a column of one feature, null when there is none. Input must be valid. O(n log n).
  public func union(of column: borrowing GeometryColumn) throws(SpatialError) -> GeometryColumn {
    var members: [OpaquePointer?] = unsafe []
    for feature in 0..<column.count where column.kinds[feature].isAreal {
      for part in column.parts(of: feature) {
        if let member = unsafe partGeometry(column, part: part, kind: .polygon) { unsafe members.append(member) }
      }
    }
    var result = GeometryColumn()
    guard unsafe !members.isEmpty else {
      result.appendNull()
      return result
    }
    let made = unsafe members.withUnsafeMutableBufferPointer {
      unsafe GEOSGeom_createCollection_r(handle, Int32(GEOS_GEOMETRYCOLLECTION.rawValue), $0.baseAddress, UInt32($0.count))
    }
    guard let made = unsafe made else { throw failure("collection") }
    let collection = unsafe Geometry(made, handle)
    guard let united = unsafe GEOSUnaryUnion_r(handle, collection.pointer) else { throw failure("union") }
    let owned = unsafe Geometry(united, handle)
    unsafe appendAreal(borrowed: owned.pointer, to: &result)
    return result
  }

  /// Every feature grown (or, with a negative distance, shrunk) by `distance` in the CRS's unit, with `quadrantSegments` chords a quarter
  /// circle. One areal feature each; null where nothing is left. O(n log n) a feature.
  public func buffer(
    _ column: borrowing GeometryColumn, distance: Double, quadrantSegments: Int = 8
  ) throws(SpatialError) -> GeometryColumn {
    var result = GeometryColumn()
    for feature in 0..<column.count {
      guard let g = geometry(column, feature: feature) else {
        result.appendNull()
        continue
      }
      guard let grown = unsafe GEOSBuffer_r(handle, g.pointer, distance, Int32(quadrantSegments)) else { throw failure("buffer") }
      let owned = unsafe Geometry(grown, handle)
      unsafe appendAreal(borrowed: owned.pointer, to: &result)
    }
    return result
  }

  /// Whether two features share at least one position. Null features share none.
  public func intersects(
    _ a: borrowing GeometryColumn, feature: Int, _ b: borrowing GeometryColumn, feature other: Int
  ) throws(SpatialError) -> Bool {
    guard let p = geometry(a, feature: feature), let q = geometry(b, feature: other) else { return false }
    let answer = unsafe GEOSIntersects_r(handle, p.pointer, q.pointer)
    guard answer != 2 else { throw failure("intersects") }
    return answer == 1
  }
}
