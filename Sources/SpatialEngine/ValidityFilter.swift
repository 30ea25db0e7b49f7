internal import SimpleFeatures

/// Finds the areal features that can be invalid, so that only they pay for GEOS.
///
/// The filter never calls an invalid feature sound; it may suspect a valid one. A feature is sound when every ring is closed, finite,
/// of at least three distinct positions, and crosses or touches neither itself nor another ring of the feature, every hole lies in its
/// shell, no hole lies in another, and no part lies in another part. With all touching suspected, these conditions imply OGC validity.
enum ValidityFilter {
  /// One edge of a ring with its bounds in x for the sweep.
  private struct Edge {
    var minX: Double
    var maxX: Double
    var ax: Double
    var ay: Double
    var bx: Double
    var by: Double
    var ring: Int32
    /// Position of the edge in its ring, and how many edges the ring has, to know neighbours.
    var index: Int32
    var ringEdges: Int32
  }

  /// The features of a range that can be invalid, ascending. O(v log v) a feature with v vertices, O(v²) at worst.
  static func suspects(in column: borrowing GeometryColumn, features: Range<Int>) -> [Int] {
    var suspects: [Int] = []
    var edges: [Edge] = []
    for feature in features where column.kinds[feature].isAreal {
      let rings = column.rings(of: feature)
      if rings.count == 1, isConvex(column, column.positions(ofRing: rings.lowerBound)) { continue }
      if !isSound(column, feature, &edges) { suspects.append(feature) }
    }
    return suspects
  }

  /// Whether a ring turns the same way at each of its positions and goes around once: then it neither crosses nor touches itself. O(v).
  ///
  /// Directions of a ring that only turns one way sweep over whole turns, and point from left to right and back once a turn.
  private static func isConvex(_ column: borrowing GeometryColumn, _ ring: Range<Int>) -> Bool {
    let x = column.x.span.extracting(ring), y = column.y.span.extracting(ring)
    let n = ring.count - 1
    guard n >= 3, x[0] == x[n], y[0] == y[n] else { return false }
    var turn = 0, changes = 0
    var first = 0, last = 0
    var ax = x[n - 1], ay = y[n - 1], bx = x[0], by = y[0]
    for i in 1...n {
      let cx = x[i], cy = y[i]
      let side = orientation(ax, ay, bx, by, cx, cy)
      if turn == 0 { turn = side }
      guard side != 0, side == turn else { return false }
      if cx != bx {
        let direction = cx > bx ? 1 : -1
        if last == 0 { first = direction } else if direction != last { changes += 1 }
        last = direction
      }
      ax = bx
      ay = by
      bx = cx
      by = cy
    }
    return changes + (first == last ? 0 : 1) == 2
  }

  private static func isSound(_ column: borrowing GeometryColumn, _ feature: Int, _ edges: inout [Edge]) -> Bool {
    edges.removeAll(keepingCapacity: true)
    let rings = column.rings(of: feature)
    guard !rings.isEmpty else { return false }
    for ring in rings {
      let positions = column.positions(ofRing: ring)
      guard positions.count >= 4 else { return false }
      let last = positions.upperBound - 1
      guard column.x[positions.lowerBound] == column.x[last], column.y[positions.lowerBound] == column.y[last] else { return false }
      let first = edges.count
      var index: Int32 = 0
      for i in positions.lowerBound..<last {
        let ax = column.x[i]
        let ay = column.y[i]
        let bx = column.x[i + 1]
        let by = column.y[i + 1]
        guard ax.isFinite, ay.isFinite else { return false }
        if ax == bx, ay == by { continue }
        edges.append(
          Edge(
            minX: min(ax, bx), maxX: max(ax, bx), ax: ax, ay: ay, bx: bx, by: by, ring: Int32(truncatingIfNeeded: ring), index: index,
            ringEdges: 0))
        index += 1
      }
      guard index >= 3 else { return false }
      for k in first..<edges.count { edges[k].ringEdges = index }
    }
    if edges.count > 24 { edges.sort { $0.minX < $1.minX } }
    return !touch(edges, sorted: edges.count > 24) && nests(column, feature)
  }

  /// Whether two edges that are not neighbours share a position, or two neighbours share more than their common end.
  private static func touch(_ edges: [Edge], sorted: Bool) -> Bool {
    unsafe edges.withUnsafeBufferPointer { edges in
      for i in 0..<edges.count {
        let a = unsafe edges[i]
        let lowY = min(a.ay, a.by)
        let highY = max(a.ay, a.by)
        var j = i + 1
        while j < edges.count {
          let b = unsafe edges[j]
          j += 1
          if b.minX > a.maxX {
            if sorted { break }
            continue
          }
          if b.maxX < a.minX || min(b.ay, b.by) > highY || max(b.ay, b.by) < lowY { continue }
          if a.ring == b.ring {
            let gap = abs(a.index - b.index)
            if gap == 1 || gap == a.ringEdges - 1 {
              // Neighbours: wrong only when they fold back onto each other.
              let forward = (a.index + 1) % a.ringEdges == b.index
              let (p, q) = forward ? (a, b) : (b, a)
              if orientation(p.ax, p.ay, p.bx, p.by, q.bx, q.by) == 0,
                (p.bx - p.ax) * (q.bx - q.ax) + (p.by - p.ay) * (q.by - q.ay) < 0
              {
                return true
              }
              continue
            }
          }
          if meet(a, b) { return true }
        }
      }
      return false
    }
  }

  private static func meet(_ a: Edge, _ b: Edge) -> Bool {
    let o1 = orientation(a.ax, a.ay, a.bx, a.by, b.ax, b.ay)
    let o2 = orientation(a.ax, a.ay, a.bx, a.by, b.bx, b.by)
    if o1 * o2 > 0 { return false }
    let o3 = orientation(b.ax, b.ay, b.bx, b.by, a.ax, a.ay)
    let o4 = orientation(b.ax, b.ay, b.bx, b.by, a.bx, a.by)
    // Collinear edges come here too; their bounds overlap, so they meet. Neighbourhood of zero counts as meeting.
    return o3 * o4 <= 0
  }

  /// −1, 0 or 1: on which side of the line a–b the position c lies; 0 also when rounding leaves it open.
  ///
  /// The error bound is Shewchuk's (1997, “Adaptive precision floating-point arithmetic”, p. 341) for the first stage.
  @inline(__always)
  private static func orientation(_ ax: Double, _ ay: Double, _ bx: Double, _ by: Double, _ cx: Double, _ cy: Double) -> Int {
    let left = (ax - cx) * (by - cy)
    let right = (ay - cy) * (bx - cx)
    let determinant = left - right
    let bound = 3.330_669_073_875_472e-16 * (abs(left) + abs(right))
    return determinant > bound ? 1 : determinant < -bound ? -1 : 0
  }

  /// Whether holes lie in their shell and apart from each other, and parts lie apart. Edges are known not to touch.
  private static func nests(_ column: borrowing GeometryColumn, _ feature: Int) -> Bool {
    let parts = column.parts(of: feature)
    for part in parts {
      let rings = column.rings(ofPart: part)
      guard let shell = rings.first else { return false }
      for hole in rings.dropFirst() {
        guard contains(column, ring: shell, startOf: hole) == true else { return false }
        for other in rings.dropFirst() where other != hole {
          guard contains(column, ring: other, startOf: hole) == false else { return false }
        }
      }
      // A part inside another is sound in the hole of it; such cases are left to GEOS.
      for other in parts where other != part {
        let otherRings = column.rings(ofPart: other)
        guard let otherShell = otherRings.first, contains(column, ring: otherShell, startOf: shell) == false else { return false }
      }
    }
    return true
  }

  /// Whether the first position of a ring lies inside another ring (ray casting; the rings do not touch); `nil` when rounding leaves it open.
  private static func contains(_ column: borrowing GeometryColumn, ring: Int, startOf other: Int) -> Bool? {
    let start = column.positions(ofRing: other).lowerBound
    let px = column.x[start]
    let py = column.y[start]
    let positions = column.positions(ofRing: ring)
    var inside = false
    var i = positions.lowerBound
    while i + 1 < positions.upperBound {
      let ay = column.y[i]
      let by = column.y[i + 1]
      if (ay > py) != (by > py) {
        let side = orientation(column.x[i], ay, column.x[i + 1], by, px, py)
        if side == 0 { return nil }
        if (side > 0) == (by > ay) { inside.toggle() }
      }
      i += 1
    }
    return inside
  }
}
