/// Memory for the convex hull of one feature after another.
///
/// Positions are kept relative to the first position that was given, so that large eastings cost no digits.
public struct ConvexHull: ~Copyable {
  @usableFromInline
  var points: UnsafeMutablePointer<Position>
  @usableFromInline
  var hull: UnsafeMutablePointer<Position>
  @usableFromInline
  var capacity: Int
  /// Number of corners: 0 for nothing, 1 for one position, 2 when all lie on a line.
  public private(set) var count = 0
  /// What the corners are relative to.
  public private(set) var origin = Position(x: 0, y: 0)

  /// Makes room for a first feature; it grows as needed.
  public init() {
    capacity = 64
    points = .allocate(capacity: 64)
    hull = .allocate(capacity: 66)
  }

  deinit {
    points.deallocate()
    hull.deallocate()
  }

  /// A corner relative to `origin`, counter-clockwise.
  @inlinable
  public subscript(i: Int) -> Position { hull[i] }

  /// The corners relative to `origin`, counter-clockwise, none of them on the line between its neighbours.
  @inlinable
  public var corners: UnsafeBufferPointer<Position> { UnsafeBufferPointer(start: hull, count: count) }

  /// Makes the hull of the exteriors of a feature (of all positions for lines and points): Andrew's monotone chain
  /// (A. M. Andrew, Information Processing Letters 9, 1979). O(n log n).
  public mutating func form(from column: UnsafeGeometryColumn, feature: Int) {
    let all = column.positions(of: feature)
    reserve(all.count)
    count = 0
    guard !all.isEmpty else { return }
    let x0 = column.x[all.lowerBound], y0 = column.y[all.lowerBound]
    origin = Position(x: x0, y: y0)
    let closed = column.kinds[feature].isAreal
    var n = 0
    for part in column.parts(of: feature) {
      let rings = column.rings(ofPart: part)
      guard !rings.isEmpty else { continue }
      let ring = column.positions(ofRing: rings.lowerBound)
      let end = closed ? ring.upperBound - 1 : ring.upperBound
      var i = ring.lowerBound
      while i < end {
        points[n] = Position(x: column.x[i] - x0, y: column.y[i] - y0)
        n += 1
        i += 1
      }
    }
    chain(n)
  }

  private mutating func reserve(_ n: Int) {
    guard n > capacity else { return }
    points.deallocate()
    hull.deallocate()
    capacity = max(n, 2 * capacity)
    points = .allocate(capacity: capacity)
    hull = .allocate(capacity: capacity + 2)
  }

  private mutating func chain(_ n: Int) {
    if n <= 24 {
      var i = 1
      while i < n {
        let p = points[i]
        var j = i - 1
        while j >= 0, points[j].x > p.x || (points[j].x == p.x && points[j].y > p.y) {
          points[j + 1] = points[j]
          j -= 1
        }
        points[j + 1] = p
        i += 1
      }
    } else {
      var run = UnsafeMutableBufferPointer(start: points, count: n)
      run.sort { $0.x < $1.x || ($0.x == $1.x && $0.y < $1.y) }
    }
    var k = 0
    var i = 0
    while i < n {
      let p = points[i]
      while k >= 2, turn(hull[k - 2], hull[k - 1], p) <= 0 { k -= 1 }
      hull[k] = p
      k += 1
      i += 1
    }
    let lower = k + 1
    i = n - 2
    while i >= 0 {
      let p = points[i]
      while k >= lower, turn(hull[k - 2], hull[k - 1], p) <= 0 { k -= 1 }
      hull[k] = p
      k += 1
      i -= 1
    }
    if k > 1 { k -= 1 }
    if k == 2, hull[0] == hull[1] { k = 1 }
    count = k
  }

  @inline(__always)
  private func turn(_ a: Position, _ b: Position, _ c: Position) -> Double {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  }

  /// The area of the hull; 0 with fewer than three corners. O(corners).
  public var area: Double {
    guard count >= 3 else { return 0 }
    let a = hull[0]
    var sum = 0.0
    var i = 2
    while i < count {
      let b = hull[i - 1], c = hull[i]
      sum += (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)
      i += 1
    }
    return sum / 2
  }
}
