import SimpleFeatures
import Testing

@Suite("Measures of single features")
struct MeasureTests {
  @Test("Area, length and centroid of six footprints are those of shapely")
  func againstShapely() {
    var column = GeometryColumn()
    for f in footprints { column.append(parts: f.parts) }
    for (i, e) in expected.enumerated() {
      #expect(agrees(column.area(of: i), e.area), "\(e.name)")
      #expect(agrees(column.length(of: i), e.perimeter), "\(e.name)")
      let c = column.centroid(of: i)
      #expect(agrees(c.x, e.centroidX, 1e-12) && agrees(c.y, e.centroidY, 1e-12), "\(e.name)")
    }
  }

  @Test("Holes are taken away whatever way they run")
  func holes() {
    let outer = [(0.0, 0.0), (10, 0), (10, 10), (0, 10), (0, 0)], hole = [(2.0, 2.0), (2, 4), (6, 4), (6, 2), (2, 2)]
    for (a, b) in [(outer, hole), (outer.reversed(), hole), (outer, hole.reversed()), (outer.reversed(), hole.reversed())] {
      var column = GeometryColumn()
      column.append(parts: [[Array(a), Array(b)]])
      #expect(column.area(of: 0) == 92)
      #expect(column.length(of: 0) == 52)
      let c = column.centroid(of: 0)
      #expect(agrees(c.x, (100 * 5 - 8 * 4) / 92.0) && agrees(c.y, (100 * 5 - 8 * 3) / 92.0))
    }
  }

  @Test("Lines, points and null have no area, and their centroid is that of their length or positions")
  func degenerate() {
    var column = GeometryColumn()
    column.append(line: [(0, 0), (3, 4), (3, 14)])
    column.appendPoint(x: 7, y: 8)
    column.appendNull()
    column.append(polygon: [(0, 0), (4, 0), (8, 0)])
    #expect(column.area(of: 0) == 0 && column.area(of: 1) == 0 && column.area(of: 2) == 0 && column.area(of: 3) == 0)
    #expect(column.length(of: 0) == 15 && column.length(of: 1) == 0 && column.length(of: 2) == 0)
    let line = column.centroid(of: 0)
    #expect(agrees(line.x, (5 * 1.5 + 10 * 3) / 15) && agrees(line.y, (5 * 2 + 10 * 9) / 15))
    #expect(column.centroid(of: 1) == Position(x: 7, y: 8))
    #expect(column.centroid(of: 2).x.isNaN)
    // A polygon without area falls back to its positions.
    #expect(column.centroid(of: 3) == Position(x: 3, y: 0))
  }

  @Test("The inner position lies inside when the centroid does not")
  func interior() {
    var column = GeometryColumn()
    column.append(polygon: [(0, 0), (10, 0), (10, 1), (1, 1), (1, 9), (10, 9), (10, 10), (0, 10)])
    column.append(parts: [
      [[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], [(1, 1), (1, 9), (9, 9), (9, 1), (1, 1)]]
    ])
    for i in 0..<2 {
      let c = column.centroid(of: i), p = column.interiorPosition(of: i)
      #expect(!column.contains(x: c.x, y: c.y, feature: i))
      #expect(column.contains(x: p.x, y: p.y, feature: i))
    }
  }

  @Test("Neighbours that share a border share no position, and none is lost")
  func partition() {
    var column = GeometryColumn()
    column.append(polygon: [(0, 0), (5, 0), (4, 3), (5, 7), (0, 7)])
    column.append(polygon: [(5, 0), (10, 0), (10, 7), (5, 7), (4, 3)])
    var generator = SplitMix64(seed: 5)
    for _ in 0..<2000 {
      // Multiples of 1/4: many lie on the borders and on the vertices.
      let x = Double.random(in: 0..<10, using: &generator)
      let y = (Double.random(in: 0..<7, using: &generator) * 4).rounded(.down) / 4
      for px in [x, (x * 4).rounded(.down) / 4, 4 + y / 3 - (y / 3).rounded(.down)] {
        let n = (0..<2).count { column.contains(x: px, y: y, feature: $0) }
        #expect(n == (px >= 0 && px < 10 ? 1 : 0), "(\(px), \(y))")
      }
    }
  }
}

@Suite("Hull, rectangle and circle")
struct EnclosingShapeTests {
  /// Second implementations that try everything.
  private func checkAll(_ ring: [(Double, Double)], seed: UInt64) {
    var column = GeometryColumn()
    column.append(polygon: ring)
    var hull = ConvexHull()
    column.withUnsafeColumn { hull.form(from: $0, feature: 0) }
    // Hull: no position outside, corners turn left.
    let corners = hull.corners.map { ($0.x + hull.origin.x, $0.y + hull.origin.y) }
    for i in corners.indices {
      let a = corners[i], b = corners[(i + 1) % corners.count]
      for p in ring {
        let turn = (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0)
        #expect(turn >= -1e-9, "seed \(seed)")
      }
    }
    // Rectangle: the best over all sides, by projection of all corners.
    var best = Double.infinity
    for i in corners.indices {
      let a = corners[i], b = corners[(i + 1) % corners.count]
      let l = ((b.0 - a.0) * (b.0 - a.0) + (b.1 - a.1) * (b.1 - a.1)).squareRoot()
      let ux = (b.0 - a.0) / l, uy = (b.1 - a.1) / l
      let along = ring.map { $0.0 * ux + $0.1 * uy }, across = ring.map { $0.1 * ux - $0.0 * uy }
      best = min(best, (along.max()! - along.min()!) * (across.max()! - across.min()!))
    }
    let rectangle = MinimumRotatedRectangle(hull)
    #expect(agrees(rectangle.area, best), "seed \(seed): \(rectangle.area) \(best)")
    #expect(rectangle.length >= rectangle.width)
    #expect(agrees(rectangle.direction.x * rectangle.direction.x + rectangle.direction.y * rectangle.direction.y, 1))
    // Circle: the best over all pairs and triples that holds all.
    var least = Double.infinity
    func holds(_ x: Double, _ y: Double, _ r: Double) -> Bool {
      ring.allSatisfy { ($0.0 - x) * ($0.0 - x) + ($0.1 - y) * ($0.1 - y) <= r * r * (1 + 1e-9) }
    }
    for i in ring.indices {
      for j in ring.indices where j > i {
        let (ax, ay) = ring[i], (bx, by) = ring[j]
        let r = ((ax - bx) * (ax - bx) + (ay - by) * (ay - by)).squareRoot() / 2
        if r < least, holds((ax + bx) / 2, (ay + by) / 2, r) { least = r }
        for k in ring.indices where k > j {
          let (cx, cy) = ring[k]
          let d = 2 * ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
          if abs(d) < 1e-9 { continue }
          let b2 = (bx - ax) * (bx - ax) + (by - ay) * (by - ay), c2 = (cx - ax) * (cx - ax) + (cy - ay) * (cy - ay)
          let ox = ((cy - ay) * b2 - (by - ay) * c2) / d, oy = ((bx - ax) * c2 - (cx - ax) * b2) / d
          let radius = (ox * ox + oy * oy).squareRoot()
          if radius < least, holds(ax + ox, ay + oy, radius) { least = radius }
        }
      }
    }
    let circle = MinimumBoundingCircle(hull)
    #expect(agrees(circle.radius, least, 1e-8), "seed \(seed): \(circle.radius) \(least)")
  }

  @Test("They agree with a search over all sides, pairs and triples")
  func againstSearch() {
    for seed in UInt64(1)...60 {
      var generator = SplitMix64(seed: seed)
      checkAll(randomStar(&generator, x: 40, y: -7, radius: 12), seed: seed)
    }
  }

  @Test("A right-angled triangle: circle on its longest side, rectangle of twice its area")
  func triangle() {
    var column = GeometryColumn()
    column.append(polygon: [(0, 0), (3, 0), (0, 4)])
    var hull = ConvexHull()
    column.withUnsafeColumn { hull.form(from: $0, feature: 0) }
    #expect(hull.count == 3 && hull.area == 6)
    let circle = MinimumBoundingCircle(hull)
    #expect(agrees(circle.radius, 2.5) && agrees(circle.center.x, 1.5) && agrees(circle.center.y, 2))
    // Each side gives a rectangle of 12; the longest side wins, so that rounding decides nothing.
    let rectangle = MinimumRotatedRectangle(hull)
    #expect(agrees(rectangle.area, 12) && agrees(rectangle.length, 5) && agrees(rectangle.width, 2.4))
  }

  @Test("One position, one line and a hundred equal positions do no harm")
  func collapsed() {
    var column = GeometryColumn()
    column.appendPoint(x: 5, y: 6)
    column.append(line: [(0, 0), (6, 8), (3, 4)])
    column.append(line: Array(repeating: (9.0, 9.0), count: 100))
    var hull = ConvexHull()
    column.withUnsafeColumn { hull.form(from: $0, feature: 0) }
    #expect(hull.count == 1 && hull.area == 0)
    #expect(MinimumBoundingCircle(hull) == MinimumBoundingCircle(hull) && MinimumBoundingCircle(hull).radius == 0)
    #expect(MinimumRotatedRectangle(hull).length == 0)
    column.withUnsafeColumn { hull.form(from: $0, feature: 1) }
    #expect(hull.count == 2 && MinimumRotatedRectangle(hull).length == 10 && MinimumBoundingCircle(hull).radius == 5)
    column.withUnsafeColumn { hull.form(from: $0, feature: 2) }
    #expect(hull.count == 1)
  }

  @Test("A circle of 2,000 vertices is its own hull and bounding circle")
  func manyVertices() {
    let ring = (0..<2000).map { k in (50 + 30 * cosine(Double(k) * .pi / 1000), 30 * cosine(Double(k) * .pi / 1000 - .pi / 2)) }
    var column = GeometryColumn()
    column.append(polygon: ring)
    var hull = ConvexHull()
    column.withUnsafeColumn { hull.form(from: $0, feature: 0) }
    #expect(hull.count > 1990)
    let circle = MinimumBoundingCircle(hull)
    #expect(agrees(circle.radius, 30, 1e-9) && agrees(circle.center.x, 50, 1e-9))
  }
}
