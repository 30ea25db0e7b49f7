internal import CPROJ
internal import Glibc
public import SimpleFeatures

/// What PROJ knows about a coordinate reference system.
public struct CRSFacts: Hashable, Sendable {
  /// `EPSG:3067` or another authority's code when the system can be identified, else `nil`.
  public var code: String?
  /// The system's name, e.g. `ETRS89 / TM35FIN(E,N)`.
  public var name: String
  /// Whether positions are longitude and latitude.
  public var isGeographic: Bool
  /// Whether positions are eastings and northings of a map projection.
  public var isProjected: Bool
  /// Metres in one unit of the axes of a projected system; `nil` for a geographic one.
  public var metresPerUnit: Double?
  /// Whether the authority lists northing (latitude) first. Columns of the engine hold easting first all the same.
  public var axisOrderNorthing: Bool
  /// The system as WKT 2 (2019) on one line.
  public var wkt: String
  /// The system as WKT 1 in GDAL's dialect, which GeoPackage asks for; `nil` when it cannot be written so.
  public var wkt1: String?
}

/// A PROJ context: no network, no messages on the terminal. For one thread at a time.
@safe
struct PROJContext: ~Copyable {
  let handle: OpaquePointer

  init() {
    guard let handle = unsafe proj_context_create() else { fatalError("PROJ has no memory for a context") }
    unsafe self.handle = handle
    unsafe proj_log_level(handle, PJ_LOG_NONE)
    unsafe proj_context_set_enable_network(handle, 0)
  }

  deinit { unsafe proj_context_destroy(handle) }

  var lastError: String {
    let number = unsafe proj_context_errno(handle)
    guard number != 0, let text = unsafe proj_context_errno_string(handle, number) else { return "no reason given" }
    return unsafe String(cString: text)
  }

  /// The horizontal system of a definition.
  func horizontalCRS(_ definition: String) throws(SpatialError) -> PROJObject {
    guard !definition.utf8.contains(0), definition.utf8.count < 100_000, !definition.utf8.starts(with: "+init".utf8),
      let made = unsafe proj_create(handle, definition)
    else { throw .unknownCRS(definition: definition, reason: lastError) }
    var object = unsafe PROJObject(made)
    for _ in 0..<3 {
      switch object.type {
      case PJ_TYPE_BOUND_CRS:
        guard let source = unsafe proj_get_source_crs(handle, object.pointer) else { break }
        object = unsafe PROJObject(source)
        continue
      case PJ_TYPE_COMPOUND_CRS:
        guard let part = unsafe proj_crs_get_sub_crs(handle, object.pointer, 0) else { break }
        object = unsafe PROJObject(part)
        continue
      default: break
      }
      break
    }
    switch object.type {
    case PJ_TYPE_GEOGRAPHIC_2D_CRS, PJ_TYPE_GEOGRAPHIC_3D_CRS, PJ_TYPE_PROJECTED_CRS: return object
    case PJ_TYPE_GEOCENTRIC_CRS: throw .unsuitableCRS(definition: definition, kind: "geocentric")
    case PJ_TYPE_VERTICAL_CRS: throw .unsuitableCRS(definition: definition, kind: "vertical")
    case PJ_TYPE_ENGINEERING_CRS: throw .unsuitableCRS(definition: definition, kind: "local engineering")
    default: throw .unknownCRS(definition: definition, reason: "it is no coordinate reference system of the ground")
    }
  }
}

/// A PROJ object that is destroyed with the value.
@safe
struct PROJObject: ~Copyable {
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

  deinit { unsafe proj_destroy(pointer) }

  var type: PJ_TYPE { unsafe proj_get_type(pointer) }
}

/// Says what a coordinate reference system is. About 1 ms, up to 100 ms when a WKT string has to be identified.
public func describe(_ crs: CoordinateReferenceSystem) throws(SpatialError) -> CRSFacts {
  let context = PROJContext()
  let object = try context.horizontalCRS(crs.definition)
  let isProjected = object.type == PJ_TYPE_PROJECTED_CRS
  var metresPerUnit: Double?
  var northingFirst = false
  if let system = unsafe proj_crs_get_coordinate_system(context.handle, object.pointer) {
    let system = unsafe PROJObject(system)
    var direction: UnsafePointer<CChar>?
    var factor = 0.0
    if unsafe proj_cs_get_axis_info(context.handle, system.pointer, 0, nil, nil, &direction, &factor, nil, nil, nil) != 0 {
      if isProjected { metresPerUnit = factor }
      if let direction = unsafe direction { northingFirst = unsafe String(cString: direction) == "north" }
    }
  }
  let name = unsafe proj_get_name(object.pointer).map { unsafe String(cString: $0) } ?? crs.description
  let wkt = unsafe wellKnownText(context.handle, object.pointer, PJ_WKT2_2019, ["MULTILINE=NO"]) ?? ""
  let wkt1 = unsafe wellKnownText(context.handle, object.pointer, PJ_WKT1_GDAL, ["MULTILINE=NO"])
  return CRSFacts(
    code: code(of: object, definition: crs.definition, context), name: name, isGeographic: !isProjected, isProjected: isProjected,
    metresPerUnit: metresPerUnit, axisOrderNorthing: northingFirst, wkt: wkt, wkt1: wkt1)
}

/// PROJ's WKT of an object; options end with a null pointer.
private func wellKnownText(_ context: OpaquePointer, _ object: OpaquePointer, _ type: PJ_WKT_TYPE, _ options: [String]) -> String? {
  let text: String? = unsafe options[0].withCString { option in
    var list: [UnsafePointer<CChar>?] = unsafe [option, nil]
    return unsafe proj_as_wkt(context, object, type, &list).map { unsafe String(cString: $0) }
  }
  return text
}

private func code(of object: borrowing PROJObject, definition: String, _ context: borrowing PROJContext) -> String? {
  func identifier(_ pointer: OpaquePointer) -> String? {
    guard let authority = unsafe proj_get_id_auth_name(pointer, 0), let code = unsafe proj_get_id_code(pointer, 0) else { return nil }
    return unsafe String(cString: authority) + ":" + String(cString: code)
  }
  if let known = unsafe identifier(object.pointer) { return known }
  var confidences: UnsafeMutablePointer<Int32>?
  guard let matches = unsafe proj_identify(context.handle, object.pointer, "EPSG", nil, &confidences) else { return nil }
  defer {
    unsafe proj_list_destroy(matches)
    if let confidences = unsafe confidences { unsafe proj_int_list_destroy(confidences) }
  }
  // 70 % is what PROJ gives a system with the right parameters under another name, as Esri writes them.
  guard unsafe proj_list_get_count(matches) > 0, let list = unsafe confidences, unsafe list[0] >= 70,
    let best = unsafe proj_list_get(context.handle, matches, 0)
  else { return nil }
  if unsafe proj_list_get_count(matches) > 1, unsafe list[1] == list[0], unsafe list[0] < 90 {
    unsafe proj_destroy(best)
    return nil
  }
  let owned = unsafe PROJObject(best)
  return unsafe identifier(owned.pointer)
}

/// The projected system, in metres, that a layer is measured in: its own when it is projected in metres, else the UTM zone of the centre
/// of its extent (ETRS89, EPSG:258xx, in Europe; WGS 84, EPSG:326xx and 327xx, elsewhere; UPS within 6° of the north and 10° of the south pole).
///
/// Zones 32V and 31X–37X are as wide as UTM defines them for Norway and Svalbard. The extent is in the layer's CRS, x = easting or longitude.
public func workingCRS(
  for layerCRS: CoordinateReferenceSystem, extent: Envelope
) throws(SpatialError) -> CoordinateReferenceSystem {
  let facts = try describe(layerCRS)
  if facts.isProjected, facts.metresPerUnit == 1 {
    if let code = facts.code { return CoordinateReferenceSystem(code) }
    return layerCRS
  }
  guard !extent.isEmpty, extent.center.x.isFinite, extent.center.y.isFinite else { throw .emptyExtent(crs: layerCRS.description) }
  var x = [extent.center.x]
  var y = [extent.center.y]
  if layerCRS != .wgs84 {
    let toDegrees = try CoordinateTransform(from: layerCRS, to: .wgs84)
    guard toDegrees.transform(x: &x, y: &y).isEmpty else { throw .emptyExtent(crs: layerCRS.description) }
  }
  return CoordinateReferenceSystem("EPSG:\(utmCode(longitude: x[0], latitude: y[0]))")
}

/// The projected system, in metres, that a layer of features is measured in, as above, at the middle of its features; its own only where areas there
/// are right within 1 %.
///
/// The middle is the median of their first positions, of 10,000 evenly spaced features at most, so that records which strayed (to 0, 0 for
/// example) do not move it. Longitudes on both sides of the antimeridian are joined the shorter way round. O(1) beyond 10,000 features.
/// - Throws: `SpatialError.emptyExtent` when no feature has a finite position in a system that is not projected in metres.
public func workingCRS(
  for layerCRS: CoordinateReferenceSystem, of geometry: GeometryColumn
) throws(SpatialError) -> CoordinateReferenceSystem {
  let facts = try describe(layerCRS)
  if facts.isProjected, facts.metresPerUnit == 1 {
    let scale = try arealScale(of: layerCRS, amid: geometry)
    if scale.isNaN || abs(scale - 1) <= 0.01 { return try workingCRS(for: layerCRS, extent: Envelope()) }
  }
  var x: [Double] = []
  var y: [Double] = []
  for feature in stride(from: 0, to: geometry.count, by: max(1, geometry.count / 10_000)) {
    guard let k = geometry.positions(of: feature).first, geometry.x[k].isFinite, geometry.y[k].isFinite else { continue }
    x.append(geometry.x[k])
    y.append(geometry.y[k])
  }
  if layerCRS != .wgs84, !x.isEmpty {
    let unplaced = Set(try CoordinateTransform(from: layerCRS, to: .wgs84).transform(x: &x, y: &y))
    x = x.indices.filter { !unplaced.contains($0) }.map { x[$0] }
    y = y.indices.filter { !unplaced.contains($0) }.map { y[$0] }
  }
  guard !x.isEmpty else { throw .emptyExtent(crs: layerCRS.description) }
  // Numbers that are no degrees have no say, unless there are no others.
  let degrees = x.indices.filter { abs(x[$0]) <= 360 && abs(y[$0]) <= 90 }
  if !degrees.isEmpty { (x, y) = (degrees.map { x[$0] }, degrees.map { y[$0] }) }
  let middle = Position(x: middleLongitude(x), y: y.sorted()[y.count / 2])
  return CoordinateReferenceSystem("EPSG:\(utmCode(longitude: middle.x, latitude: middle.y))")
}

/// How many square metres of the map stand for one of the ground where the middle of a layer's features lies: 1 in a system that keeps areas, 3.6 in
/// Web Mercator at 58° north, 10.8 where the units are feet. NaN where no feature has a place.
///
/// By the map's own coordinates of a square of 100 units and the radii of curvature of the WGS 84 ellipsoid (Snyder, Map Projections: A Working Manual,
/// 1987, p. 24). O(1) beyond 10,000 features.
/// - Throws: `SpatialError` for a system that PROJ does not know.
public func arealScale(of crs: CoordinateReferenceSystem, amid geometry: GeometryColumn) throws(SpatialError) -> Double {
  guard try describe(crs).isProjected else { return .nan }
  var xs: [Double] = [], ys: [Double] = []
  for feature in stride(from: 0, to: geometry.count, by: max(1, geometry.count / 10_000)) {
    guard let k = geometry.positions(of: feature).first, geometry.x[k].isFinite, geometry.y[k].isFinite else { continue }
    xs.append(geometry.x[k])
    ys.append(geometry.y[k])
  }
  guard !xs.isEmpty else { return .nan }
  let (px, py, side) = (xs.sorted()[xs.count / 2], ys.sorted()[ys.count / 2], 100.0)
  var x = [px, px + side, px], y = [py, py, py + side]
  guard try CoordinateTransform(from: crs, to: .wgs84).transform(x: &x, y: &y).isEmpty else { return .nan }
  let radians = Double.pi / 180, sine = sin(y[0] * radians)
  let semiMajor = 6_378_137.0, e2 = 0.006_694_379_990_14
  let w = 1 - e2 * sine * sine
  let north = semiMajor * (1 - e2) / (w * w.squareRoot()), east = semiMajor / w.squareRoot() * cos(y[0] * radians)
  // Across the antimeridian the shorter way round.
  func ground(_ k: Int) -> (x: Double, y: Double) {
    ((x[k] - x[0]).remainder(dividingBy: 360) * radians * east, (y[k] - y[0]) * radians * north)
  }
  let a = ground(1), b = ground(2)
  let area = abs(a.x * b.y - a.y * b.x)
  return area > 0 ? side * side / area : .nan
}

/// The median of longitudes, counted from the Greenwich meridian or from the antimeridian, whichever keeps the middle half of them closer together.
private func middleLongitude(_ longitudes: [Double]) -> Double {
  func sorted(from west: Double) -> [Double] { longitudes.map { $0 - 360 * (($0 - west) / 360).rounded(.down) }.sorted() }
  func spread(_ values: [Double]) -> Double { values[values.count * 3 / 4] - values[values.count / 4] }
  let greenwich = sorted(from: -180)
  let antimeridian = sorted(from: 0)
  let chosen = spread(antimeridian) < spread(greenwich) ? antimeridian : greenwich
  return chosen[chosen.count / 2]
}

/// The EPSG code of the zone that holds a position in degrees.
func utmCode(longitude: Double, latitude: Double) -> Int {
  if latitude >= 84 { return 5041 }
  if latitude < -80 { return 5042 }
  let wrapped = longitude - 360 * ((longitude + 180) / 360).rounded(.down)
  var zone = min(60, Int((wrapped + 180) / 6) + 1)
  if latitude >= 56, latitude < 64, wrapped >= 3, wrapped < 12 { zone = 32 }
  if latitude >= 72, wrapped >= 0, wrapped < 42 { zone = wrapped < 9 ? 31 : wrapped < 21 ? 33 : wrapped < 33 ? 35 : 37 }
  if isInEurope(longitude: wrapped, latitude: latitude), (28...38).contains(zone) { return 25800 + zone }
  return (latitude >= 0 ? 32600 : 32700) + zone
}

/// Whether ETRS89 is the system of the place: the area of use that EPSG gives it, less the African coast and Asia east of the Bosporus' longitude
/// and south of the Black Sea.
private func isInEurope(longitude: Double, latitude: Double) -> Bool {
  guard longitude >= -16.1, longitude <= 40.18, latitude >= 34.5, latitude <= 84.17 else { return false }
  if latitude < 36, longitude < 14 { return false }
  if latitude < 37.5, longitude > -1.5, longitude < 11.6 { return false }
  if latitude < 41, longitude > 29.5, !(latitude < 35.8 && longitude < 34.7) { return false }
  return true
}
