import SimpleFeatures
import UrbanIndicators

/// Finds the footprint that a register's record or a tagged unit stands on: the one that holds it, else the nearest within 5 m.
///
/// A uniform grid over the footprints' envelopes, filled by counting sort. O(n) to make, O(footprints in a cell) a look-up.
struct FootprintLocator {
  static let reach = 5.0
  private let footprints: GeometryColumn
  private let origin: Position
  private let cell: Double
  private let columns: Int
  private let rows: Int
  private var starts: [Int32]
  private var members: [Int32]

  init(_ footprints: GeometryColumn) {
    self.footprints = footprints
    let extent = footprints.envelope().expanded(by: Self.reach)
    origin = Position(x: extent.minX, y: extent.minY)
    let area = max(1, extent.width * extent.height)
    // Neither more cells than footprints by area, nor a long thin row of them.
    let count = Double(max(1, footprints.count))
    cell = max(20, (area / count).squareRoot(), max(extent.width, extent.height) / (4 * count + 1024))
    columns = extent.isEmpty ? 1 : Int(extent.width / cell) + 1
    rows = extent.isEmpty ? 1 : Int(extent.height / cell) + 1
    starts = Array(repeating: 0, count: columns * rows + 1)
    members = []
    guard !extent.isEmpty else { return }
    func cells(_ feature: Int) -> (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
      let e = footprints.envelope(of: feature).expanded(by: Self.reach)
      guard !e.isEmpty else { return nil }
      func clamp(_ v: Double, _ n: Int) -> Int { min(n - 1, max(0, Int(v / cell))) }
      return (
        clamp(e.minX - origin.x, columns)...clamp(e.maxX - origin.x, columns),
        clamp(e.minY - origin.y, rows)...clamp(e.maxY - origin.y, rows)
      )
    }
    for feature in 0..<footprints.count {
      guard let (xs, ys) = cells(feature) else { continue }
      for j in ys { for i in xs { starts[j * columns + i + 1] += 1 } }
    }
    for k in 1..<starts.count { starts[k] += starts[k - 1] }
    members = Array(repeating: 0, count: Int(starts[starts.count - 1]))
    var next = starts
    for feature in 0..<footprints.count {
      guard let (xs, ys) = cells(feature) else { continue }
      for j in ys {
        for i in xs {
          members[Int(next[j * columns + i])] = Int32(feature)
          next[j * columns + i] += 1
        }
      }
    }
  }

  /// The footprint under a record: that of its point, or of a polygon's centroid.
  func building(of geometry: GeometryColumn, feature: Int) -> Int? {
    guard geometry.kinds[feature] != .none else { return nil }
    let p = geometry.centroid(of: feature)
    return building(x: p.x, y: p.y)
  }

  /// The footprint that holds the position (the smallest of several), else the nearest within 5 m.
  func building(x: Double, y: Double) -> Int? {
    let column = ((x - origin.x) / cell).rounded(.down), row = ((y - origin.y) / cell).rounded(.down)
    // Compared as numbers: NaN and what no integer holds fail here, too.
    guard column >= 0, row >= 0, column < Double(columns), row < Double(rows) else { return nil }
    let i = Int(column), j = Int(row)
    var inside: (feature: Int, area: Double)?
    var near: (feature: Int, distance: Double)?
    for k in Int(starts[j * columns + i])..<Int(starts[j * columns + i + 1]) {
      let feature = Int(members[k])
      let distance = footprints.distance(x: x, y: y, feature: feature)
      if distance == 0 {
        let area = footprints.area(of: feature)
        if inside == nil || area < inside!.area { inside = (feature, area) }
      } else if distance <= Self.reach, near == nil || distance < near!.distance {
        near = (feature, distance)
      }
    }
    return inside?.feature ?? near?.feature
  }
}

extension GeometryColumn {
  /// The distance from a position to an areal feature; 0 inside it (holes are outside). O(vertices).
  fileprivate func distance(x px: Double, y py: Double, feature: Int) -> Double {
    var inside = false
    var best = Double.infinity
    for ring in rings(of: feature) {
      let positions = positions(ofRing: ring)
      guard positions.count > 1 else { continue }
      for i in positions.lowerBound..<positions.upperBound - 1 {
        let ax = x[i], ay = y[i], bx = x[i + 1], by = y[i + 1]
        if (ay > py) != (by > py), px < (bx - ax) * (py - ay) / (by - ay) + ax { inside.toggle() }
        let dx = bx - ax, dy = by - ay
        let length = dx * dx + dy * dy
        let t = length > 0 ? min(1, max(0, ((px - ax) * dx + (py - ay) * dy) / length)) : 0
        let ex = ax + t * dx - px, ey = ay + t * dy - py
        best = min(best, ex * ex + ey * ey)
      }
    }
    return inside ? 0 : best.squareRoot()
  }
}
