import SimpleFeatures
import Testing

@testable import Assessment

@Suite("Finding the footprint under a record")
struct FootprintLocatorTests {
  /// Adds a polygon of rings.
  func add(_ rings: [[(Double, Double)]], to column: inout GeometryColumn) {
    for ring in rings {
      for (x, y) in ring { column.add(x: x, y: y) }
      column.endRing()
    }
    column.endPart()
    column.endFeature(.polygon)
  }

  func building(_ locator: FootprintLocator, _ x: Double, _ y: Double) -> Int? {
    locator.nearest(x: x, y: y, within: FootprintLocator.reach)?.feature
  }

  func square(_ x: Double, _ y: Double, _ size: Double) -> [(Double, Double)] {
    [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]
  }

  @Test("Inside wins over near, small over large, and 5 m is as far as it reaches")
  func rules() {
    var column = GeometryColumn()
    add([square(0, 0, 100)], to: &column)
    add([square(40, 40, 10)], to: &column)
    add([square(200, 0, 10)], to: &column)
    let locator = FootprintLocator(column)
    #expect(building(locator, 10, 10) == 0)
    #expect(building(locator, 45, 45) == 1)
    #expect(building(locator, 196, 5) == 2)
    #expect(building(locator, 194.9, 5) == nil)
    #expect(building(locator, 103, 50) == 0)
    #expect(building(locator, .nan, 5) == nil && building(locator, 1e300, 5) == nil && building(locator, -1e12, 0) == nil)
  }

  @Test("A courtyard is outside")
  func courtyard() {
    var column = GeometryColumn()
    add([square(0, 0, 100), square(30, 30, 40)], to: &column)
    let locator = FootprintLocator(column)
    #expect(building(locator, 50, 50) == nil)
    #expect(building(locator, 33, 50) == 0)
    #expect(building(locator, 10, 50) == 0)
  }

  @Test("Records may be points or polygons; one without geometry finds nothing")
  func records() {
    var column = GeometryColumn()
    add([square(0, 0, 20)], to: &column)
    var records = GeometryColumn()
    records.appendPoint(x: 5, y: 5)
    records.appendNull()
    add([square(8, 8, 4)], to: &records)
    let locator = FootprintLocator(column)
    #expect((0..<3).map { locator.building(of: records, feature: $0) } == [0, nil, 0])
  }

  @Test("Without footprints nothing is found")
  func none() {
    #expect(building(FootprintLocator(GeometryColumn()), 0, 0) == nil)
    var empty = GeometryColumn()
    empty.appendNull()
    #expect(building(FootprintLocator(empty), 0, 0) == nil)
  }

  @Test("Footprints at the ends of the world do not blow up the grid")
  func farApart() {
    var column = GeometryColumn()
    add([square(0, 0, 20)], to: &column)
    add([square(1e12, 5, 20)], to: &column)
    let locator = FootprintLocator(column)
    #expect(building(locator, 5, 5) == 0 && building(locator, 1e12 + 5, 10) == 1 && building(locator, 1e6, 0) == nil)
  }

  @Test("The grid finds what a full search finds (seeded)")
  func fullSearch() {
    var state: UInt64 = 7
    func random() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
    var column = GeometryColumn()
    var squares: [(x: Double, y: Double, size: Double)] = []
    for _ in 0..<300 {
      let s = (x: random() * 1000, y: random() * 1000, size: 3 + random() * 60)
      squares.append(s)
      add([square(s.x, s.y, s.size)], to: &column)
    }
    let locator = FootprintLocator(column)
    for _ in 0..<2000 {
      let x = random() * 1100 - 50, y = random() * 1100 - 50
      var inside: Int?, near: Int?, nearest = Double.infinity
      for (k, s) in squares.enumerated() {
        let dx = max(0, s.x - x, x - s.x - s.size), dy = max(0, s.y - y, y - s.y - s.size)
        let distance = (dx * dx + dy * dy).squareRoot()
        if distance == 0 {
          if inside == nil || s.size < squares[inside!].size { inside = k }
        } else if distance < nearest {
          (near, nearest) = (k, distance)
        }
      }
      #expect(building(locator, x, y) == inside ?? (nearest <= 5 ? near : nil), "(\(x), \(y)); seed 7")
      let anywhere = locator.nearest(x: x, y: y)
      #expect(anywhere?.feature == inside ?? near, "(\(x), \(y)); seed 7")
      #expect(abs((anywhere?.distance ?? -1) - (inside == nil ? nearest : 0)) < 1e-9, "(\(x), \(y)); seed 7")
    }
  }
}
