/// The rectangle of least area, at any angle, that holds a feature.
public struct MinimumRotatedRectangle: Sendable, Hashable {
  /// The longer side.
  public var length: Double
  /// The shorter side.
  public var width: Double
  /// Direction of the longer side as a unit vector; (0, 0) for a single position.
  public var direction: Position

  /// Its area.
  public var area: Double { length * width }

  /// The rectangle of a hull by rotating calipers: one side of the rectangle of least area lies on a side of the hull
  /// (H. Freeman, R. Shapira, Communications of the ACM 18, 1975; G. Toussaint 1983). Of areas that differ by rounding only (every
  /// side of a triangle gives the same) that on the longest side wins. O(corners).
  public init(_ hull: borrowing ConvexHull) {
    let n = hull.count
    guard n >= 3 else {
      direction = Position(x: 0, y: 0)
      length = 0
      width = 0
      if n == 2 {
        let dx = hull[1].x - hull[0].x, dy = hull[1].y - hull[0].y
        length = (dx * dx + dy * dy).squareRoot()
        direction = Position(x: dx / length, y: dy / length)
      }
      return
    }
    var best = Double.greatestFiniteMagnitude
    var along = 0.0, across = 0.0, ex = 0.0, ey = 0.0
    var far = 1, high = 1, back = 1
    let h = hull.corners
    for i in 0..<n {
      let next = i + 1 == n ? 0 : i + 1
      let ux = h[next].x - h[i].x, uy = h[next].y - h[i].y
      // Farthest along the side, farthest from it, farthest back: each pointer only ever moves on.
      if i == 0 { far = next }
      while true {
        let following = far + 1 == n ? 0 : far + 1
        guard (h[following].x - h[far].x) * ux + (h[following].y - h[far].y) * uy > 0 else { break }
        far = following
      }
      if i == 0 { high = far }
      while true {
        let following = high + 1 == n ? 0 : high + 1
        guard (h[following].y - h[high].y) * ux - (h[following].x - h[high].x) * uy > 0 else { break }
        high = following
      }
      if i == 0 { back = high }
      while true {
        let following = back + 1 == n ? 0 : back + 1
        guard (h[following].x - h[back].x) * ux + (h[following].y - h[back].y) * uy < 0 else { break }
        back = following
      }
      let l2 = ux * ux + uy * uy
      let a = (h[far].x - h[back].x) * ux + (h[far].y - h[back].y) * uy
      let c = (h[high].y - h[i].y) * ux - (h[high].x - h[i].x) * uy
      let area = a * c / l2
      if area < best * (1 - 1e-12) || (area <= best * (1 + 1e-12) && l2 > ex * ex + ey * ey) {
        best = area
        along = a
        across = c
        ex = ux
        ey = uy
      }
    }
    let l = (ex * ex + ey * ey).squareRoot()
    along /= l
    across /= l
    if along >= across {
      length = along
      width = across
      direction = Position(x: ex / l, y: ey / l)
    } else {
      length = across
      width = along
      direction = Position(x: -ey / l, y: ex / l)
    }
  }
}
