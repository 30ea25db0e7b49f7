import GeoFormats
import SimpleFeatures
import SpatialEngine

/// The part of a UTM zone in which areas are right within 1 %, and of a UPS zone in which they are within 1.2 %.
///
/// UTM's scale is 0.9996 · (1 + d²/2R²) at a distance d from the central meridian (Snyder, Map Projections: A Working Manual, 1987, p. 61), so areas
/// are 1 % too large at 650 km; beyond a pole the projection turns back. UPS, with 0.994 at its pole (p. 157), gives areas
/// from 1.2 % too small there to 0.6 % too large at 1,200 km.
struct WorkingZone {
  private let x: Double
  private let y: Double
  private let reach: Double
  private let isPolar: Bool

  /// The zone that a code such as EPSG:32635 names; `nil` for other systems.
  init?(_ crs: CoordinateReferenceSystem) {
    guard crs.definition.hasPrefix("EPSG:"), let code = Int(crs.definition.dropFirst(5)) else { return nil }
    switch code {
    case 25828...25838, 32601...32660: (x, y, reach, isPolar) = (500_000, 0, 650_000, false)
    case 32701...32760: (x, y, reach, isPolar) = (500_000, 10_000_000, 650_000, false)
    case 5041, 5042: (x, y, reach, isPolar) = (2_000_000, 2_000_000, 1_200_000, true)
    default: return nil
    }
  }

  /// Whether a position lies where areas are right.
  func holds(x easting: Double, y northing: Double) -> Bool {
    let dx = easting - x
    let dy = northing - y
    // A quarter of the meridian is 10,001,966 m on the ellipsoid.
    return isPolar ? dx * dx + dy * dy <= reach * reach : abs(dx) <= reach && abs(dy) <= 10_001_966 * 0.9996
  }

  /// Features with a position outside, ascending. O(positions).
  func featuresOutside(_ geometry: GeometryColumn) -> [Int] {
    geometry.features { !holds(x: geometry.x[$0], y: geometry.y[$0]) }
  }
}

extension GeometryColumn {
  /// The median of the features' first positions, of 10,000 evenly spaced ones at most; `nil` without any. Strays do not move it.
  func middle() -> Position? {
    var xs: [Double] = [], ys: [Double] = []
    for feature in stride(from: 0, to: count, by: Swift.max(1, count / 10_000)) {
      guard let k = positions(of: feature).first, x[k].isFinite, y[k].isFinite else { continue }
      xs.append(x[k])
      ys.append(y[k])
    }
    guard !xs.isEmpty else { return nil }
    xs.sort()
    ys.sort()
    return Position(x: xs[xs.count / 2], y: ys[ys.count / 2])
  }
}

extension Message {
  /// That areas in a CRS are not those of the ground, and where they are measured instead.
  static func distorted(_ source: CoordinateReferenceSystem, _ scale: Double, _ working: CoordinateReferenceSystem) -> Message {
    Message(.noteDistorted, .text("\(source)"), .rounded(scale, 2), .text("\(working)"))
  }
}

/// The working CRS for footprints whose layer is not projected in metres.
/// - Throws: `AssessmentError` that names the file and what was wrong with its records when no footprint has a position.
func chosenCRS(for layer: Layer, in source: CoordinateReferenceSystem, of reference: LayerReference) throws -> CoordinateReferenceSystem {
  do throws(SpatialError) {
    return try workingCRS(for: source, of: layer.features.geometry)
  } catch {
    guard case .emptyExtent = error else { throw error }
    let codes = layer.defects.counts.sorted { $0.key < $1.key }.map { "\($0.key.rawValue): \($0.value)" }.joined(separator: ", ")
    let first = layer.defects.kept.first.map { " The first is \($0.line)." } ?? ""
    throw AssessmentError(
      .badInput,
      "Reading \(reference): no footprint has a position, so no projected CRS can be chosen. \(layer.readCount) read = \(layer.features.count) kept + \(layer.refusedCount) refused\(codes.isEmpty ? "" : " (\(codes))").\(first) Check the file, or name another layer."
    )
  }
}

/// Whether a whole layer is less than a metre wide, as when degrees are read as metres.
///
/// Points on one spot are several records of one building.
func isInWrongUnits(_ geometry: GeometryColumn, extent: Envelope) -> Bool {
  guard !extent.isEmpty, max(extent.width, extent.height) < 1 else { return false }
  return geometry.kinds.contains { $0 != .none && !$0.isPuntal }
}
