public import GeoFormats
public import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// How a GeoPackage names a CRS.
/// - Throws: `SpatialError` when PROJ does not know it.
public func spatialReference(of crs: CoordinateReferenceSystem) throws -> SpatialReference {
  let facts = try describe(crs)
  return SpatialReference(code: facts.code, name: facts.name, wkt: facts.wkt1 ?? facts.wkt)
}

/// Features in another CRS; those that have no place in it get null geometries.
/// - Throws: `SpatialError` when PROJ knows no way between the two.
public func reprojected(
  _ features: FeatureBatch, from source: CoordinateReferenceSystem, to target: CoordinateReferenceSystem, threads: Int = 1
) throws -> FeatureBatch {
  guard source != target else { return features }
  var result = features
  let bad = try CoordinateTransform.transform(&result.geometry, from: source, to: target, threads: threads)
  result.geometry.empty(bad)
  return result
}

/// The way from one CRS to another, prepared once for many batches. It belongs to one task at a time.
public final class Reprojection {
  private let transform: CoordinateTransform?

  /// Prepares the way.
  /// - Throws: `SpatialError` when PROJ knows none.
  public init(from source: CoordinateReferenceSystem, to target: CoordinateReferenceSystem) throws {
    transform = source == target ? nil : try CoordinateTransform(from: source, to: target)
  }

  /// Features in the other CRS; those that have no place in it get null geometries. O(vertices).
  public func callAsFunction(_ features: FeatureBatch) -> FeatureBatch {
    switch transform {
    case .none: return features
    case .some(let transform):
      var result = features
      let bad = transform.transform(&result.geometry)
      result.geometry.empty(bad)
      return result
    }
  }
}

extension Reprojection {
  /// The centroids of some features in the other CRS; NaN without geometry or where there is no place for it.
  func centroids(of rows: [Int], in geometry: GeometryColumn) -> (x: [Double], y: [Double]) {
    var x: [Double] = [], y: [Double] = []
    x.reserveCapacity(rows.count)
    y.reserveCapacity(rows.count)
    for row in rows {
      let p = geometry.kinds[row] == .none ? Position(x: .nan, y: .nan) : geometry.centroid(of: row)
      x.append(p.x)
      y.append(p.y)
    }
    switch transform {
    case .none: break
    case .some(let transform): _ = transform.transform(x: &x, y: &y)
    }
    return (x, y)
  }
}

/// Makes the site table of a study, whole or in pieces. It belongs to one task at a time.
public final class SiteTable {
  private let study: ScoredStudy
  private let toWGS84: Reprojection
  private let columns: (district: Bool, published: [AttributeColumn])

  /// Prepares the way to longitude and latitude, once for all pieces.
  /// - Throws: `SpatialError` when PROJ knows none.
  public init(_ study: ScoredStudy) throws {
    self.study = study
    toWGS84 = try Reprojection(from: study.workingCRS, to: .wgs84)
    // What is null of all sites has no column, unless the contract says so; every piece of the table has the same columns.
    let rows = study.scores.rows, names = study.source.city.districts?.names
    columns = (
      district: names.map { names in rows.contains { study.district($0).map { !names.range(of: $0).isEmpty } ?? false } } ?? false,
      published: study.source.published.filter { column in rows.contains { column.validity[$0] } }
    )
  }

  /// The rows of some sites, by rank; see `ScoredStudy.siteTable(_:lonLat:columns:)`.
  public func rows(_ range: Range<Int>) -> FeatureBatch {
    let place = toWGS84.centroids(of: Array(study.scores.rows[range]), in: study.source.city.buildings.geometry)
    return study.siteTable(range, lonLat: (place.x, place.y), columns: columns)
  }
}

extension ScoredStudy {
  /// The whole site table; see `siteTable(_:lonLat:columns:)`.
  public func siteTable() throws -> FeatureBatch { try SiteTable(self).rows(0..<scores.count) }

  /// The kinds of the sites' footprints.
  public var siteKinds: Set<GeometryKind> {
    let kinds = source.city.buildings.geometry.kinds
    return scores.rows.reduce(into: []) { $0.insert(kinds[$1]) }
  }

  /// Number of buildings, scored and excluded.
  public var buildingCount: Int { source.city.buildings.count }

  /// The kinds of all footprints.
  public var buildingKinds: Set<GeometryKind> { source.city.buildings.geometry.kinds.reduce(into: []) { $0.insert($1) } }

  /// Excluded buildings: id and reason, in the order of the buildings.
  public var excludedTable: [AttributeColumn] {
    let rows = exclusions.indices.filter { exclusions[$0] != nil }
    var table = TableColumns()
    table.add("id", rows: rows, of: source.city.buildings.ids)
    table.add(
      "reason", words: ExclusionReason.allCases.map(\.rawValue),
      rows.map { row in ExclusionReason.allCases.firstIndex { $0 == exclusions[row] } ?? -1 })
    return table.columns
  }

  /// Rows of the vacancy register in its order: row, id, outcome, buildings, distance; `nil` for a study without one.
  public var registerOutcomes: [AttributeColumn]? {
    guard study.layers["vacancy"] != nil else { return nil }
    let rows = source.registerRows, ids = source.city.buildings.ids
    var table = TableColumns()
    table.add("row", integer: rows.numbers.map { Int($0) })
    table.add("id", known: rows.ids)
    table.add("outcome", text: rows.outcomes.map(\.rawValue))
    table.add("buildings", text: (0..<rows.count).map { row in rows.buildings(of: row).map { ids[$0] }.joined(separator: "|") })
    // To the decimetre: positions of registers are no better.
    table.add("distance_m", real: rows.distances.map { ($0 * 10).rounded() / 10 })
    return table.columns
  }

  /// Defects: layer, feature, code, detail, in the order found.
  public var defectTable: [AttributeColumn] {
    let kept = source.defects.kept
    var table = TableColumns()
    table.add("layer", text: kept.map(\.layer))
    table.add("feature", text: kept.map(\.feature))
    table.add("code", text: kept.map(\.code.rawValue))
    table.add("detail", text: kept.map(\.detail))
    return table.columns
  }
}
