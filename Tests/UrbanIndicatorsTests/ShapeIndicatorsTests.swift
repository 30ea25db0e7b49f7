import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Form of footprints")
struct ShapeIndicatorsTests {
  private var column: GeometryColumn {
    var column = GeometryColumn()
    for f in footprints { column.append(parts: f.parts) }
    return column
  }

  @Test("Six footprints measure as in momepy 0.11")
  func againstMomepy() {
    let s = shapeIndicators(of: column)
    for (i, e) in expected.enumerated() {
      #expect(agrees(s.area[i], e.area), "\(e.name)")
      #expect(agrees(s.perimeter[i], e.perimeter), "\(e.name)")
      #expect(agrees(s.courtyardArea[i], e.courtyard), "\(e.name)")
      #expect(agrees(s.circularCompactness[i], e.circular), "\(e.name)")
      #expect(agrees(s.rectangularity[i], e.rectangularity), "\(e.name)")
      #expect(agrees(s.convexity[i], e.convexity), "\(e.name)")
      // momepy solves a quadratic for the sides and loses half the digits on squares.
      #expect(agrees(s.elongation[i], e.elongation, 1e-7), "\(e.name)")
      #expect(agrees(s.orientation[i], e.orientation, 1e-6), "\(e.name)")
      #expect(s.corners[i] == Double(e.corners), "\(e.name)")
      #expect(agrees(s.isoperimetricQuotient[i], 4 * .pi * e.area / (e.perimeter * e.perimeter)), "\(e.name)")
      #expect(column.contains(x: s.x[i], y: s.y[i], feature: i), "\(e.name)")
    }
  }

  @Test("Turning rings, moving, turning by a right angle and more threads change nothing")
  func metamorphic() {
    var column = column
    var generator = SplitMix64(seed: 3)
    for k in 0..<5000 { column.append(polygon: randomStar(&generator, x: Double(k % 70) * 30, y: Double(k / 70) * 30, radius: 12)) }
    let s = shapeIndicators(of: column)
    let same = shapeIndicators(of: column, threads: 3)
    #expect(s.area == same.area && s.orientation == same.orientation && s.circularCompactness == same.circularCompactness && s.x == same.x)
    let variants: [(String, GeometryColumn)] = [
      ("rings reversed", column.reversedRings()), ("moved", column.mapped { ($0 + 4096, $1 - 1024) }),
      ("quarter turn", column.mapped { (-$1, $0) }), ("mirrored", column.mapped { ($1, $0) }),
    ]
    for (name, variant) in variants {
      let v = shapeIndicators(of: variant)
      for i in 0..<s.count {
        #expect(agrees(s.area[i], v.area[i], 1e-8) && agrees(s.perimeter[i], v.perimeter[i], 1e-8), "\(name) \(i)")
        #expect(agrees(s.convexity[i], v.convexity[i], 1e-7) && s.corners[i] == v.corners[i], "\(name) \(i)")
        #expect(agrees(s.circularCompactness[i], v.circularCompactness[i], 1e-7), "\(name) \(i)")
        #expect(agrees(s.rectangularity[i], v.rectangularity[i], 1e-7), "\(name) \(i)")
        #expect(agrees(s.orientation[i], v.orientation[i], 1e-5), "\(name) \(i)")
      }
    }
    // Twice the size: four times the area, the same form.
    let v = shapeIndicators(of: column.mapped { ($0 * 2, $1 * 2) })
    for i in 0..<s.count { #expect(agrees(s.area[i] * 4, v.area[i]) && agrees(s.elongation[i], v.elongation[i], 1e-7)) }
  }

  @Test("What has no area has no form")
  func degenerate() {
    var column = GeometryColumn()
    column.appendNull()
    column.appendPoint(x: 3, y: 4)
    column.append(line: [(0, 0), (1, 1)])
    column.append(polygon: [(0, 0), (5, 5), (2, 2)])
    column.append(polygon: [(0, 0), (1e-4, 0), (1e-4, 1e-4), (0, 1e-4)])
    column.append(polygon: Array(repeating: (1.0, 1.0), count: 5))
    let s = shapeIndicators(of: column)
    #expect(s.area[0].isNaN && s.area[1].isNaN && s.area[2].isNaN && s.x[0].isNaN && s.x[1] == 3)
    #expect(s.area[3] == 0 && s.convexity[3].isNaN && s.elongation[3].isNaN && s.isoperimetricQuotient[3].isNaN)
    // A tiny square is a square.
    #expect(agrees(s.area[4], 1e-8, 1e-15) && agrees(s.rectangularity[4], 1) && agrees(s.circularCompactness[4], 2 / .pi))
    #expect(s.area[5] == 0 && s.perimeter[5] == 0 && s.rectangularity[5].isNaN)
    #expect(shapeIndicators(of: GeometryColumn()).count == 0)
  }

  @Test("Orientation counts from the nearest axis, both ways")
  func orientation() {
    for degrees in [0.0, 10, 44, 45, 46, 80, 90, 100, 135, 170] {
      let c = cosine(degrees * .pi / 180), s = cosine((degrees - 90) * .pi / 180)
      var column = GeometryColumn()
      column.append(polygon: [(0, 0), (30 * c, 30 * s), (30 * c - 10 * s, 30 * s + 10 * c), (-10 * s, 10 * c)])
      let fold = degrees.truncatingRemainder(dividingBy: 90)
      #expect(agrees(shapeIndicators(of: column).orientation[0], min(fold, 90 - fold), 1e-9), "\(degrees)")
    }
  }
}
