extension UnsafeGeometryColumn {
  /// Whether a position lies inside a polygon by the even-odd rule over all its rings. Of positions on the boundary those on lower and
  /// left edges count as inside, so that polygons which share a border share no position. False for lines, points, null. O(vertices).
  @inlinable
  public func contains(x px: Double, y py: Double, feature: Int) -> Bool {
    guard kinds[feature].isAreal else { return false }
    var inside = false
    for ring in rings(of: feature) {
      let range = positions(ofRing: ring)
      var i = range.lowerBound + 1
      while i < range.upperBound {
        let ay = y[i - 1], by = y[i]
        if (ay > py) != (by > py) {
          // Always measured from the lower end, so that both neighbours of a shared edge compute the same number.
          let ax = x[i - 1], bx = x[i]
          let crossing = ay < by ? ax + (py - ay) / (by - ay) * (bx - ax) : bx + (py - by) / (ay - by) * (ax - bx)
          if px < crossing { inside.toggle() }
        }
        i += 1
      }
    }
    return inside
  }
}

extension GeometryColumn {
  /// Whether a position lies inside a polygon by the even-odd rule over all its rings. O(vertices).
  public func contains(x: Double, y: Double, feature: Int) -> Bool { withUnsafeColumn { $0.contains(x: x, y: y, feature: feature) } }
}
