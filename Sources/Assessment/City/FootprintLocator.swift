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
    return nearest(x: p.x, y: p.y, within: Self.reach)?.feature
  }

  /// The footprints whose envelopes meet a box, ascending.
  func footprints(meeting box: Envelope) -> [Int] {
    guard !box.isEmpty, let (xs, ys) = cells(of: box) else { return [] }
    var found: Set<Int> = []
    for j in ys {
      for i in xs {
        for k in members[Int(starts[j * columns + i])..<Int(starts[j * columns + i + 1])]
        where footprints.envelope(of: Int(k)).distance(to: box) == 0 { found.insert(Int(k)) }
      }
    }
    return found.sorted()
  }

  /// The cells that a box meets; `nil` for one outside the grid.
  private func cells(of box: Envelope) -> (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
    func clamp(_ v: Double, _ n: Int) -> Int { Int(min(Double(n - 1), max(0, (v / cell).rounded(.down)))) }
    let end = Position(x: origin.x + Double(columns) * cell, y: origin.y + Double(rows) * cell)
    guard box.maxX >= origin.x, box.maxY >= origin.y, box.minX <= end.x, box.minY <= end.y else { return nil }
    return (
      clamp(box.minX - origin.x, columns)...clamp(box.maxX - origin.x, columns),
      clamp(box.minY - origin.y, rows)...clamp(box.maxY - origin.y, rows)
    )
  }

  /// The footprint that holds a position (the smallest of several), else the nearest not farther than `reach`, with its distance, m; of equally near
  /// ones the smallest. O(footprints in the cells that the reach covers).
  func nearest(x: Double, y: Double, within reach: Double = .infinity) -> (feature: Int, distance: Double)? {
    guard x.isFinite, y.isFinite else { return nil }
    let column = Int(min(Double(columns - 1), max(0, ((x - origin.x) / cell).rounded(.down))))
    let row = Int(min(Double(rows - 1), max(0, ((y - origin.y) / cell).rounded(.down))))
    // How far the position lies outside the grid.
    let off = max(
      0, origin.x - x, x - origin.x - Double(columns) * cell, origin.y - y, y - origin.y - Double(rows) * cell)
    guard off <= reach else { return nil }
    var best: (feature: Int, distance: Double, area: Double)?
    func look(_ i: Int, _ j: Int) {
      for k in members[Int(starts[j * columns + i])..<Int(starts[j * columns + i + 1])] {
        let feature = Int(k)
        let distance = footprints.distance(x: x, y: y, feature: feature)
        guard distance <= reach, best.map({ distance <= $0.distance }) ?? true else { continue }
        let area = footprints.area(of: feature)
        if let known = best, known.distance == distance, (known.area, known.feature) <= (area, feature) { continue }
        best = (feature, distance, area)
      }
    }
    // Cells in growing squares; a footprint stands in every cell that its envelope and 5 m around it meet.
    for ring in 0...max(columns, rows) {
      let covered = Double(ring - 1) * cell + Self.reach
      if let best, best.distance <= covered { break }
      if ring > 0, covered >= reach { break }
      for j in max(0, row - ring)...min(rows - 1, row + ring) {
        if abs(j - row) == ring {
          for i in max(0, column - ring)...min(columns - 1, column + ring) { look(i, j) }
        } else {
          if column - ring >= 0 { look(column - ring, j) }
          if column + ring < columns, ring > 0 { look(column + ring, j) }
        }
      }
    }
    return best.map { ($0.feature, $0.distance) }
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
