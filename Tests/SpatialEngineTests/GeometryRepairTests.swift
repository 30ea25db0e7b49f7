import Foundation
import SimpleFeatures
import Testing

@testable import SpatialEngine

@Suite("Validity and repair")
struct GeometryRepairTests {
  @Test("Valid features pass unchanged and are not even suspected")
  func sound() {
    var g = GeometryColumn()
    g.appendPolygon([0, 0, 10, 0, 10, 10, 0, 10, 0, 0], [2, 2, 4, 2, 4, 4, 2, 4, 2, 2])
    g.appendPoint(x: 1, y: 2)
    g.appendNull()
    g.appendPolygon([0, 0, 0, 5, 5, 5, 0, 0])
    let result = GEOSContext().repair(g)
    #expect(result.suspiciousCount == 0)
    #expect(result.repaired.isEmpty && result.lost.isEmpty)
    #expect(result.geometry.x == g.x && result.geometry.kinds == g.kinds)
  }

  @Test("A bow-tie becomes its two triangles, with their area")
  func bowTie() {
    var g = GeometryColumn()
    g.appendPolygon([0, 0, 1, 0, 1, 1, 0, 0])
    g.appendPolygon([0, 0, 4, 4, 4, 0, 0, 4, 0, 0])
    g.appendPolygon([5, 5, 6, 5, 6, 6, 5, 5])
    let result = GEOSContext().repair(g)
    #expect(result.repaired == [1])
    #expect(result.geometry.kinds == [.polygon, .multiPolygon, .polygon])
    #expect(result.geometry.area(of: 1) == 8)
    #expect(result.reasons[1]?.hasPrefix("Self-intersection") == true)
    #expect(result.geometry.count == 3)
  }

  @Test("What has no area is lost, what has a coordinate that is not finite too")
  func lost() {
    var g = GeometryColumn()
    g.appendPolygon([0, 0, 4, 4, 8, 8, 0, 0])
    g.appendPolygon([0, 0, .nan, 4, 8, 8, 0, 0])
    g.appendPolygon([0, 0, .infinity, 4, 8, 8, 0, 0])
    g.appendPolygon([1, 1, 1, 1, 1, 1, 1, 1])
    let result = GEOSContext().repair(g)
    #expect(result.lost == [0, 1, 2, 3])
    #expect(result.geometry.kinds == [.none, .none, .none, .none])
    #expect(result.geometry.x.isEmpty)
  }

  @Test(
    "Area is kept: holes outside, overlapping parts, rings that touch themselves, spikes",
    arguments: [
      ([[0.0, 0, 4, 0, 4, 4, 0, 4, 0, 0], [10, 10, 11, 10, 11, 11, 10, 10]], 16.5),
      ([[0.0, 0, 4, 0, 4, 4, 0, 4, 0, 0], [1, 1, 3, 1, 3, 3, 1, 3, 1, 1], [1, 1, 2, 1, 2, 2, 1, 1]], 12.5),
      ([[0.0, 0, 4, 0, 4, 4, 9, 9, 4, 4, 0, 4, 0, 0]], 16.0),
    ] as [([[Double]], Double)])
  func areaSemantics(rings: [[Double]], most: Double) {
    var g = GeometryColumn()
    for ring in rings {
      for k in stride(from: 0, to: ring.count, by: 2) { g.add(x: ring[k], y: ring[k + 1]) }
      g.endRing()
    }
    g.endPart()
    g.endFeature(.polygon)
    let context = GEOSContext()
    let result = context.repair(g)
    #expect(result.repaired == [0])
    #expect(context.validity(of: result.geometry, feature: 0).isValid)
    #expect(result.geometry.area(of: 0) <= most)
    #expect(result.geometry.area(of: 0) >= 12)
  }

  @Test("The filter never passes a polygon that GEOS calls invalid, and threads do not change the result")
  func agreesWithGEOS() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var g = GeometryColumn()
    for k in 0..<12_000 {
      // Small integer grids make touching, collinear and repeated vertices common.
      let span = [3.0, 6, 1e3, 1e6][k % 4]
      func ring(_ n: Int) {
        let first = g.x.count
        for _ in 0..<n {
          g.add(x: Double.random(in: 0...span, using: &random).rounded(), y: Double.random(in: 0...span, using: &random).rounded())
        }
        g.add(x: g.x[first], y: g.y[first])
        g.endRing()
      }
      let parts = k % 5 == 0 ? 2 : 1
      for _ in 0..<parts {
        ring(Int.random(in: 3...7, using: &random))
        if k % 3 == 0 { ring(3) }
        g.endPart()
      }
      g.endFeature(parts == 1 ? .polygon : .multiPolygon)
    }
    let suspects = Set(ValidityFilter.suspects(in: g, features: 0..<g.count))
    let context = GEOSContext()
    var sound = 0
    for feature in 0..<g.count where !suspects.contains(feature) {
      sound += 1
      #expect(context.validity(of: g, feature: feature).isValid, "feature \(feature), seed \(seed)")
    }
    #expect(sound > 500)
    let one = context.repair(g)
    let two = repair(g, threads: 2)
    #expect(one.repaired == two.repaired && one.lost == two.lost && one.geometry.x == two.geometry.x)
    for feature in one.repaired {
      #expect(context.validity(of: one.geometry, feature: feature).isValid, "feature \(feature), seed \(seed)")
    }
    #expect(one.geometry.count == g.count)
  }

  @Test("A ring that turns one way only is passed when it goes around once, suspected when it goes around twice")
  func turnsOneWay() {
    var g = GeometryColumn()
    func ring(corners: Int, step: Int, x0: Double, y0: Double) {
      var values: [Double] = []
      for k in 0...corners {
        let angle = 2 * Double.pi * Double(k % corners * step) / Double(corners) + 0.1
        values += [x0 + 10 * cos(angle), y0 + 10 * sin(angle)]
      }
      g.appendPolygon(values)
    }
    for corners in 3...40 {
      ring(corners: corners, step: 1, x0: 385_000, y0: 6_672_000)
      ring(corners: corners, step: corners - 1, x0: 385_000, y0: 6_672_000)
      // A star.
      if corners > 4 { ring(corners: corners, step: 2, x0: 385_000, y0: 6_672_000) }
    }
    // Around twice by the same four corners, moved a little.
    g.appendPolygon([0, 0, 9, 0, 9, 9, 0, 9, -0.5, -0.5, 9.5, -0.5, 9.5, 9.5, 0, 9.5, 0, 0])
    let suspects = Set(ValidityFilter.suspects(in: g, features: 0..<g.count))
    let context = GEOSContext()
    for feature in 0..<g.count { #expect(suspects.contains(feature) != context.validity(of: g, feature: feature).isValid) }
  }

  @Test("Fixes of any size take the place of their features, whatever stays moves as a whole")
  func replacement() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    func feature(_ vertices: Int, parts: Int) -> GeometryColumn {
      var g = GeometryColumn()
      for _ in 0..<parts {
        for _ in 0..<vertices { g.add(x: .random(in: 0...9, using: &random), y: .random(in: 0...9, using: &random)) }
        g.endRing()
        g.endPart()
      }
      g.endFeature(parts == 0 ? .none : parts == 1 ? .polygon : .multiPolygon)
      return g
    }
    for _ in 0..<200 {
      var column = GeometryColumn(), expected = GeometryColumn()
      var fixes: [GeometryFix] = []
      for k in 0..<Int.random(in: 1...30, using: &random) {
        let old = feature(.random(in: 1...9, using: &random), parts: .random(in: 0...3, using: &random))
        column.append(contentsOf: old)
        if Int.random(in: 0..<3, using: &random) == 0 {
          let new = feature(.random(in: 1...20, using: &random), parts: .random(in: 0...2, using: &random))
          fixes.append(GeometryFix(feature: k, geometry: new, reason: ""))
          expected.append(contentsOf: new)
        } else {
          expected.append(contentsOf: old)
        }
      }
      column.replace(fixes)
      #expect(column.x == expected.x && column.y == expected.y && column.kinds == expected.kinds, "seed \(seed)")
      #expect(
        column.featureOffsets == expected.featureOffsets && column.partOffsets == expected.partOffsets
          && column.ringOffsets == expected.ringOffsets, "seed \(seed)")
    }
  }

  @Test("Large coordinates and slivers do not mislead the filter")
  func slivers() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var g = GeometryColumn()
    for _ in 0..<5_000 {
      let x0 = 4_321_000 + Double.random(in: 0...1, using: &random)
      let y0 = 3_210_000 + Double.random(in: 0...1, using: &random)
      let e = Double.random(in: 0...1e-8, using: &random)
      g.appendPolygon([x0, y0, x0 + 10, y0 + e, x0 + 20, y0, x0 + 10, y0 - e * Double(Int.random(in: -1...1, using: &random)), x0, y0])
    }
    let suspects = Set(ValidityFilter.suspects(in: g, features: 0..<g.count))
    let context = GEOSContext()
    for feature in 0..<g.count where !suspects.contains(feature) {
      #expect(context.validity(of: g, feature: feature).isValid, "feature \(feature), seed \(seed)")
    }
  }

  @Test(
    "Every areal case of the GEOS suites is classified as GEOS expects", .enabled(if: corpora != nil),
    arguments: [
      "TestValid.xml", "TestValid2.xml", "TestValid2-big.xml", "TestIsValid.xml",
    ])
  func geosSuite(file: String) throws {
    let text = try String(contentsOfFile: try #require(corpora) + "/malformed/geos/" + file, encoding: .utf8)
    let context = GEOSContext()
    var cases = 0
    for block in text.components(separatedBy: "<case>").dropFirst() {
      guard let open = block.range(of: "<a>"), let close = block.range(of: "</a>") else { continue }
      let wkt = String(block[open.upperBound..<close.lowerBound])
      var g = GeometryColumn()
      guard g.appendAreal(wellKnownText: wkt) else { continue }
      guard let op = block.range(of: "isValid\""),
        let expectation = block[op.upperBound...].range(of: #"(true|false)"#, options: .regularExpression)
      else {
        continue
      }
      let expected = block[expectation] == "true"
      cases += 1
      // Rings that are not closed or too short cannot be built in GEOS; they are suspected all the same.
      let suspects = ValidityFilter.suspects(in: g, features: 0..<1)
      if !expected { #expect(suspects == [0], "\(wkt.prefix(200))") }
      #expect(context.validity(of: g, feature: 0).isValid == expected, "\(wkt.prefix(200))")
      let result = context.repair(g)
      #expect(result.repaired == (expected || result.lost == [0] ? [] : [0]))
      #expect(context.validity(of: result.geometry, feature: 0).isValid)
    }
    print("\(file): \(cases) areal cases")
    #expect(cases > 0 || file == "TestIsValid.xml")
  }
}

@Suite("Overlay")
struct OverlayTests {
  private func squares(_ corners: [(Double, Double)], _ side: Double) -> GeometryColumn {
    var g = GeometryColumn()
    for (x, y) in corners { g.appendPolygon([x, y, x + side, y, x + side, y + side, x, y + side, x, y]) }
    return g
  }

  @Test("Shared area counts ground covered twice once")
  func intersectionArea() throws {
    let a = squares([(0, 0)], 4)
    let b = squares([(2, 2), (2, 2), (3, 0), (10, 10)], 4)
    let context = GEOSContext()
    #expect(try context.intersectionArea(of: a, feature: 0, with: b, feature: 0) == 4)
    #expect(try context.intersectionArea(of: a, feature: 0, with: b, features: [0, 1]) == 4)
    #expect(try context.intersectionArea(of: a, feature: 0, with: b, features: [0, 1, 2, 3]) == 6)
    #expect(try context.intersectionArea(of: a, feature: 0, with: b, features: [3]) == 0)
    #expect(try context.intersectionArea(of: a, feature: 0, with: b, features: []) == 0)
    #expect(try context.intersects(a, feature: 0, b, feature: 2))
    #expect(try !context.intersects(a, feature: 0, b, feature: 3))
  }

  @Test("Union and buffer")
  func unionAndBuffer() throws {
    let context = GEOSContext()
    let united = try context.union(of: squares([(0, 0), (2, 0), (10, 0)], 4))
    #expect(united.kinds == [.multiPolygon])
    #expect(united.area(of: 0) == 40)
    #expect(try context.union(of: GeometryColumn()).kinds == [.none])
    var point = GeometryColumn()
    point.appendPoint(x: 5, y: 5)
    point.appendNull()
    let grown = try context.buffer(point, distance: 2, quadrantSegments: 64)
    #expect(grown.kinds == [.polygon, .none])
    // 256 chords: area n/2 · r² · sin(2π/n).
    #expect(abs(grown.area(of: 0) - 128 * 4 * sin(2 * Double.pi / 256)) < 1e-9)
    #expect(try context.buffer(squares([(0, 0)], 4), distance: -3).kinds == [.none])
  }
}
