extension UnsafeGeometryColumn {
  /// The centre of gravity: of the area for polygons, of the length for lines, of the positions for points and for features whose area
  /// or length is 0. NaN for null. O(vertices).
  public func centroid(of feature: Int) -> Position {
    let range = positions(of: feature)
    guard !range.isEmpty else { return Position(x: .nan, y: .nan) }
    let x0 = x[range.lowerBound], y0 = y[range.lowerBound]
    if kinds[feature].isAreal {
      var area = 0.0, mx = 0.0, my = 0.0
      for part in parts(of: feature) {
        let rings = rings(ofPart: part)
        for ring in rings {
          var a = 0.0, sx = 0.0, sy = 0.0
          let r = positions(ofRing: ring)
          var i = r.lowerBound + 1
          while i < r.upperBound {
            let ax = x[i - 1] - x0, ay = y[i - 1] - y0, bx = x[i] - x0, by = y[i] - y0
            let cross = ax * by - bx * ay
            a += cross
            sx += (ax + bx) * cross
            sy += (ay + by) * cross
            i += 1
          }
          // Exteriors count, holes are taken away, whatever way they run.
          let sign: Double = (a < 0) == (ring == rings.lowerBound) ? -1 : 1
          area += sign * a
          mx += sign * sx
          my += sign * sy
        }
      }
      if area > 0 { return Position(x: x0 + mx / (3 * area), y: y0 + my / (3 * area)) }
    }
    if kinds[feature].isLinear {
      var length = 0.0, mx = 0.0, my = 0.0
      for ring in rings(of: feature) {
        let r = positions(ofRing: ring)
        var i = r.lowerBound + 1
        while i < r.upperBound {
          let ax = x[i - 1] - x0, ay = y[i - 1] - y0, bx = x[i] - x0, by = y[i] - y0
          let l = ((bx - ax) * (bx - ax) + (by - ay) * (by - ay)).squareRoot()
          length += l
          mx += l * (ax + bx) / 2
          my += l * (ay + by) / 2
          i += 1
        }
      }
      if length > 0 { return Position(x: x0 + mx / length, y: y0 + my / length) }
    }
    var mx = 0.0, my = 0.0
    for i in range {
      mx += x[i] - x0
      my += y[i] - y0
    }
    return Position(x: x0 + mx / Double(range.count), y: y0 + my / Double(range.count))
  }

  /// A position inside the feature: the centroid where it lies inside, else the middle of the widest stretch on a horizontal line
  /// between two vertices near half height. For lines and points the centroid; NaN for null. O(vertices), rarely O(vertices log vertices).
  public func interiorPosition(of feature: Int) -> Position {
    interiorPosition(of: feature, centroid: centroid(of: feature))
  }

  /// As `interiorPosition(of:)`, for a caller that has the centroid already.
  public func interiorPosition(of feature: Int, centroid c: Position) -> Position {
    guard kinds[feature].isAreal else { return c }
    if contains(x: c.x, y: c.y, feature: feature) { return c }
    let range = positions(of: feature)
    guard !range.isEmpty else { return c }
    let box = envelope(of: feature)
    let middle = (box.minY + box.maxY) / 2
    var below = box.minY, above = box.maxY
    for i in range {
      if y[i] <= middle { below = max(below, y[i]) } else { above = min(above, y[i]) }
    }
    let level = (below + above) / 2
    var crossings: [Double] = []
    for ring in rings(of: feature) {
      let r = positions(ofRing: ring)
      var i = r.lowerBound + 1
      while i < r.upperBound {
        let ay = y[i - 1], by = y[i]
        if (ay > level) != (by > level) { crossings.append(x[i - 1] + (level - ay) / (by - ay) * (x[i] - x[i - 1])) }
        i += 1
      }
    }
    crossings.sort()
    var widest = -1.0
    var position = c
    var k = 0
    while k + 1 < crossings.count {
      let width = crossings[k + 1] - crossings[k]
      if width > widest {
        widest = width
        position = Position(x: (crossings[k] + crossings[k + 1]) / 2, y: level)
      }
      k += 2
    }
    return position
  }
}

extension GeometryColumn {
  /// The centre of gravity: of the area for polygons, of the length for lines, of the positions for points. NaN for null. O(vertices).
  public func centroid(of feature: Int) -> Position { withUnsafeColumn { $0.centroid(of: feature) } }

  /// A position inside the polygon (the centroid where that lies inside); the centroid of lines and points; NaN for null. O(vertices).
  public func interiorPosition(of feature: Int) -> Position { withUnsafeColumn { $0.interiorPosition(of: feature) } }
}
