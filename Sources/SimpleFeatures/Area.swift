extension UnsafeGeometryColumn {
  /// Twice the signed area of a ring, positive when it runs counter-clockwise (shoelace formula about the ring's first position, so
  /// that large eastings cost no digits). Square units of the CRS; 0 for fewer than four positions. O(vertices).
  @inlinable
  public func doubledSignedArea(ofRing ring: Int) -> Double {
    let range = positions(ofRing: ring)
    guard range.count >= 4 else { return 0 }
    let x0 = x[range.lowerBound], y0 = y[range.lowerBound]
    var sum = 0.0
    var ax = x[range.lowerBound + 1] - x0, ay = y[range.lowerBound + 1] - y0
    var i = range.lowerBound + 2
    while i < range.upperBound {
      let bx = x[i] - x0, by = y[i] - y0
      sum += ax * by - bx * ay
      ax = bx
      ay = by
      i += 1
    }
    return sum
  }

  /// The area of a polygon or multipolygon: exteriors less holes, whatever way the rings run. Square units of the CRS; 0 for lines,
  /// points and null. O(vertices).
  @inlinable
  public func area(of feature: Int) -> Double {
    guard kinds[feature].isAreal else { return 0 }
    var area = 0.0
    for part in parts(of: feature) {
      let rings = rings(ofPart: part)
      for ring in rings {
        let a = abs(doubledSignedArea(ofRing: ring)) / 2
        area += ring == rings.lowerBound ? a : -a
      }
    }
    return area
  }

  /// The length of all rings or lines of a feature, holes included. Units of the CRS; 0 for points and null. O(vertices).
  @inlinable
  public func length(of feature: Int) -> Double {
    var length = 0.0
    for ring in rings(of: feature) {
      let range = positions(ofRing: ring)
      var i = range.lowerBound + 1
      while i < range.upperBound {
        let dx = x[i] - x[i - 1], dy = y[i] - y[i - 1]
        length += (dx * dx + dy * dy).squareRoot()
        i += 1
      }
    }
    return length
  }
}

extension GeometryColumn {
  /// The area of a polygon or multipolygon: exteriors less holes, whatever way the rings run. Square units of the CRS; 0 for lines,
  /// points and null. O(vertices).
  public func area(of feature: Int) -> Double { withUnsafeColumn { $0.area(of: feature) } }

  /// The length of all rings or lines of a feature, holes included. Units of the CRS; 0 for points and null. O(vertices).
  public func length(of feature: Int) -> Double { withUnsafeColumn { $0.length(of: feature) } }
}
