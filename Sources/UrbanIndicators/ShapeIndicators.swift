import Glibc
public import SimpleFeatures

/// How big is the footprint, and what form has it? One row for each feature, NaN where a measure has no meaning.
///
/// Definitions as in momepy 0.11; units of the CRS, which must be projected. Holes are not part of the area; their rings are part of the
/// perimeter. A feature without area (null, point, line, collapsed polygon) has null ratios.
///
/// Where momepy gives something else: it loses the corner at a repeated position (a NaN angle); it has no corners for multipolygons; its
/// rotated rectangle comes from GEOS, which at eastings and northings of millions is off by up to 3e-4 of the area (moved to the origin, both
/// agree to 1e-14), and of rectangles of equal area (every side of a triangle) it may take another, so that elongation and orientation differ.
public struct ShapeIndicators: Sendable {
  /// Exteriors less holes, m².
  public var area: [Double]
  /// Length of all rings, m.
  public var perimeter: [Double]
  /// 4πA/P², 1 for a circle.
  public var isoperimetricQuotient: [Double]
  /// A / (π r²) of the minimum bounding circle (E. C. Reock, 1961).
  public var circularCompactness: [Double]
  /// Shorter by longer side of the minimum rotated rectangle.
  public var elongation: [Double]
  /// How far the longer side of the minimum rotated rectangle turns from the nearest grid axis, 0…45 degrees.
  public var orientation: [Double]
  /// A / area of the minimum rotated rectangle.
  public var rectangularity: [Double]
  /// A / area of the convex hull.
  public var convexity: [Double]
  /// Area of the holes, m².
  public var courtyardArea: [Double]
  /// Vertices where the boundary turns by more than 10 degrees, exteriors only.
  public var corners: [Double]
  /// Easting of a position inside the footprint.
  public var x: [Double]
  /// Northing of a position inside the footprint.
  public var y: [Double]

  /// Number of features.
  public var count: Int { area.count }
}

/// The turn from which a vertex counts as a corner, as the square of the cosine: 10 degrees, as in momepy.
private let squaredCosineOfCorner = 0.9698463103929542  // cos²(10°)

/// Measures the form of every footprint. O(vertices log vertices of a feature); the same bytes for any number of threads.
public func shapeIndicators(of geometry: GeometryColumn, threads: Int = 1) -> ShapeIndicators {
  let n = geometry.count
  let columns = makeColumns(12, count: n, threads: threads) { out in
    geometry.withUnsafeColumn { column in
      forEachRange(of: n, threads: threads) { range in
        var hull = ConvexHull()
        let area = out[0], perimeter = out[1], quotient = out[2], circular = out[3], elongation = out[4], orientation = out[5]
        let rectangularity = out[6], convexity = out[7], courtyard = out[8], corners = out[9], px = out[10], py = out[11]
        for feature in range {
          guard column.kinds[feature].isAreal else {
            let c = column.centroid(of: feature)
            px[feature] = c.x
            py[feature] = c.y
            continue
          }
          let m = RingSums(column, feature: feature)
          area[feature] = m.area
          perimeter[feature] = m.perimeter
          courtyard[feature] = m.holes
          corners[feature] = Double(m.corners)
          let inside = column.interiorPosition(of: feature, centroid: m.centroid)
          px[feature] = inside.x
          py[feature] = inside.y
          guard m.area > 0 else { continue }
          quotient[feature] = 4 * Double.pi * m.area / (m.perimeter * m.perimeter)
          hull.form(from: column, feature: feature)
          convexity[feature] = m.area / hull.area
          let rectangle = MinimumRotatedRectangle(hull)
          rectangularity[feature] = m.area / rectangle.area
          elongation[feature] = rectangle.width / rectangle.length
          orientation[feature] = deviationFromAxes(rectangle.direction)
          let circle = MinimumBoundingCircle(hull)
          circular[feature] = m.area / (Double.pi * circle.radius * circle.radius)
        }
      }
    }
  }
  return ShapeIndicators(
    area: columns[0], perimeter: columns[1], isoperimetricQuotient: columns[2], circularCompactness: columns[3], elongation: columns[4],
    orientation: columns[5], rectangularity: columns[6], convexity: columns[7], courtyardArea: columns[8], corners: columns[9],
    x: columns[10], y: columns[11])
}

/// How far a direction turns from the nearest axis of the grid, 0…45 degrees (momepy: |((azimuth + 45) mod 90) − 45|).
func deviationFromAxes(_ direction: Position) -> Double {
  // Folded into the first octant before the arc tangent, so that the result never leaves [0, 45].
  let a = abs(direction.x), b = abs(direction.y)
  return atan2(min(a, b), max(a, b)) * 180 / Double.pi
}

/// All that one walk along the rings of a polygon tells.
struct RingSums {
  var area = 0.0
  var holes = 0.0
  var perimeter = 0.0
  var corners = 0
  var centroid: Position

  @inline(__always)
  init(_ column: UnsafeGeometryColumn, feature: Int) {
    let first = column.positions(of: feature).lowerBound
    let x0 = column.x[first], y0 = column.y[first]
    var mx = 0.0, my = 0.0
    for part in column.parts(of: feature) {
      let rings = column.rings(ofPart: part)
      for ring in rings {
        let positions = column.positions(ofRing: ring)
        guard positions.count >= 4 else { continue }
        let isExterior = ring == rings.lowerBound
        var doubled = 0.0, sx = 0.0, sy = 0.0
        let end = positions.upperBound - 1
        var ax = column.x[positions.lowerBound] - x0, ay = column.y[positions.lowerBound] - y0
        // Direction of the edge that ends in the ring's first position; repeated positions make no edge.
        var last = end - 1
        var ux = column.x[end] - column.x[last], uy = column.y[end] - column.y[last]
        while ux == 0, uy == 0, last > positions.lowerBound {
          last -= 1
          ux = column.x[end] - column.x[last]
          uy = column.y[end] - column.y[last]
        }
        var i = positions.lowerBound + 1
        while i <= end {
          let bx = column.x[i] - x0, by = column.y[i] - y0
          let vx = bx - ax, vy = by - ay
          let v2 = vx * vx + vy * vy
          perimeter += v2.squareRoot()
          let cross = ax * by - bx * ay
          doubled += cross
          sx += (ax + bx) * cross
          sy += (ay + by) * cross
          if v2 > 0 {
            if isExterior {
              let dot = ux * vx + uy * vy
              if dot <= 0 || dot * dot < squaredCosineOfCorner * (ux * ux + uy * uy) * v2 { corners += 1 }
            }
            ux = vx
            uy = vy
          }
          ax = bx
          ay = by
          i += 1
        }
        let sign: Double = (doubled < 0) == isExterior ? -1 : 1
        area += sign * doubled / 2
        if !isExterior { holes += abs(doubled) / 2 }
        mx += sign * sx
        my += sign * sy
      }
    }
    if area > 0 {
      centroid = Position(x: x0 + mx / (6 * area), y: y0 + my / (6 * area))
    } else {
      centroid = column.centroid(of: feature)
    }
  }
}
