/// The smallest circle that holds a feature.
public struct MinimumBoundingCircle: Sendable, Hashable {
  /// Its centre, in the CRS of the feature.
  public var center: Position
  /// Its radius; 0 for a single position, NaN for nothing.
  public var radius: Double

  /// The circle of a hull: E. Welzl's incremental construction (New Results and New Trends in Computer Science, 1991) over the corners in
  /// a fixed order that puts far corners first. Expected O(corners).
  public init(_ hull: borrowing ConvexHull) {
    let n = hull.count
    guard n > 0 else {
      center = Position(x: .nan, y: .nan)
      radius = .nan
      return
    }
    let h = hull.corners
    // Corners in steps of about n/3 (coprime to n): neighbours, which change nothing, come late.
    var step = max(1, n / 3)
    while Self.commonDivisor(step, n) != 1 { step += 1 }
    var c = h[0]
    var r2 = 0.0
    // A corner counts as outside only beyond rounding.
    let slack = 1 + 1e-14
    var order = 0
    for i in 1..<max(n, 1) {
      order = (order + step) % n
      let p = h[order]
      if Self.squaredDistance(c, p) <= r2 * slack { continue }
      c = p
      r2 = 0
      var second = 0
      for j in 0..<i {
        let q = h[second]
        second = (second + step) % n
        _ = j
        if Self.squaredDistance(c, q) <= r2 * slack { continue }
        c = Position(x: (p.x + q.x) / 2, y: (p.y + q.y) / 2)
        r2 = max(Self.squaredDistance(c, p), Self.squaredDistance(c, q))
        var third = 0
        for _ in 0..<j {
          let s = h[third]
          third = (third + step) % n
          if Self.squaredDistance(c, s) <= r2 * slack { continue }
          if let o = Self.circumcenter(p, q, s) {
            c = o
            r2 = max(Self.squaredDistance(c, p), max(Self.squaredDistance(c, q), Self.squaredDistance(c, s)))
          }
        }
      }
    }
    center = Position(x: hull.origin.x + c.x, y: hull.origin.y + c.y)
    radius = r2.squareRoot()
  }

  private static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonDivisor(b, a % b) }

  @inline(__always)
  private static func squaredDistance(_ a: Position, _ b: Position) -> Double {
    (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)
  }

  private static func circumcenter(_ a: Position, _ b: Position, _ c: Position) -> Position? {
    let bx = b.x - a.x, by = b.y - a.y, cx = c.x - a.x, cy = c.y - a.y
    let d = 2 * (bx * cy - by * cx)
    guard d != 0 else { return nil }
    let b2 = bx * bx + by * by, c2 = cx * cx + cy * cy
    return Position(x: a.x + (cy * b2 - by * c2) / d, y: a.y + (bx * c2 - cx * b2) / d)
  }
}
