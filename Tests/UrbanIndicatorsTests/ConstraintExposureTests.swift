import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Exposure to constraints")
struct ConstraintExposureTests {
  private func share(_ footprint: (inout GeometryColumn) -> Void, _ areas: (inout GeometryColumn) -> Void) -> Double {
    var f = GeometryColumn(), a = GeometryColumn()
    footprint(&f)
    areas(&a)
    return exposureShares(of: f, in: a)[0]
  }

  @Test("Inside, outside, half, in a hole, and in two areas at once")
  func simple() {
    let box: (inout GeometryColumn) -> Void = { $0.append(boxFrom: 0, 0, to: 10, 10) }
    #expect(share(box) { $0.append(boxFrom: -50, -50, to: 50, 50) } == 1)
    #expect(share(box) { $0.append(boxFrom: 20, -50, to: 50, 50) } == 0)
    #expect(share(box) { $0.append(boxFrom: -60, -50, to: -20, 50) } == 0)
    #expect(agrees(share(box) { $0.append(boxFrom: 4, -50, to: 50, 50) }, 0.6))
    #expect(agrees(share(box) { $0.append(boxFrom: -40, -50, to: 4, 50) }, 0.4))
    #expect(agrees(share(box) { $0.append(boxFrom: 2, 3, to: 4, 5) }, 0.04))
    // Overlapping areas count once.
    #expect(
      agrees(
        share(box) {
          $0.append(boxFrom: -5, -5, to: 6, 20); $0.append(boxFrom: 4, -5, to: 8, 20)
        }, 0.8))
    // A diagonal border.
    #expect(agrees(share(box) { $0.append(polygon: [(0, 0), (100, 0), (100, 100)]) }, 0.5))
    // A footprint inside a hole, and one on the hole's edge.
    let ring: [[[(Double, Double)]]] = [
      [[(-90, -90), (90, -90), (90, 90), (-90, 90), (-90, -90)], [(-5, -5), (-5, 15), (15, 15), (15, -5), (-5, -5)]]
    ]
    #expect(share(box) { $0.append(parts: ring) } == 0)
    #expect(agrees(share({ $0.append(boxFrom: 10, 0, to: 20, 10) }) { $0.append(parts: ring) }, 0.5))
    // The courtyard of a footprint is not footprint.
    let court: (inout GeometryColumn) -> Void = {
      $0.append(parts: [[[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], [(2, 2), (2, 8), (8, 8), (8, 2), (2, 2)]]])
    }
    #expect(agrees(share(court) { $0.append(boxFrom: 0, 0, to: 5, 10) }, 0.5))
    #expect(share(court) { $0.append(boxFrom: 3, 3, to: 7, 7) } == 0)
  }

  @Test("No area: null; no areas: nothing exposed")
  func degenerate() {
    #expect(share({ $0.appendNull() }) { $0.append(boxFrom: 0, 0, to: 9, 9) }.isNaN)
    #expect(share({ $0.append(polygon: [(0, 0), (5, 5), (2, 2)]) }) { $0.append(boxFrom: -9, -9, to: 9, 9) }.isNaN)
    #expect(share({ $0.append(boxFrom: 0, 0, to: 1, 1) }) { _ in } == 0)
    #expect(share({ $0.append(boxFrom: 0, 0, to: 1, 1) }) { $0.appendNull() } == 0)
  }

  @Test("Areas of random polygons agree with clipping, and their union with in- and exclusion")
  func againstClipping() {
    // Sutherland–Hodgman against a convex window.
    func clip(_ ring: [(Double, Double)], _ window: [(Double, Double)]) -> [(Double, Double)] {
      var ring = ring
      for i in window.indices {
        let a = window[i], b = window[(i + 1) % window.count]
        func side(_ p: (Double, Double)) -> Double { (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0) }
        var kept: [(Double, Double)] = []
        for k in ring.indices {
          let p = ring[k], q = ring[(k + 1) % ring.count]
          let sp = side(p), sq = side(q)
          if sp >= 0 { kept.append(p) }
          if (sp >= 0) != (sq >= 0) {
            let t = sp / (sp - sq)
            kept.append((p.0 + t * (q.0 - p.0), p.1 + t * (q.1 - p.1)))
          }
        }
        ring = kept
        if ring.isEmpty { break }
      }
      return ring
    }
    func area(_ ring: [(Double, Double)]) -> Double {
      guard ring.count > 2 else { return 0 }
      var c = GeometryColumn()
      c.append(polygon: ring)
      return c.area(of: 0)
    }
    for seed in UInt64(1)...200 {
      var generator = SplitMix64(seed: seed)
      let star = randomStar(&generator, x: 0, y: 0, radius: 10)
      func window() -> [(Double, Double)] {
        let x = Double.random(in: -12..<12, using: &generator), y = Double.random(in: -12..<12, using: &generator)
        let r = Double.random(in: 2..<15, using: &generator), turn = Double.random(in: 0..<6, using: &generator)
        return (0..<5).map { (x + r * cosine(turn + Double($0) * 2 * .pi / 5), y + r * cosine(turn + Double($0) * 2 * .pi / 5 - .pi / 2)) }
      }
      let a = window(), b = window()
      let whole = area(star)
      #expect(agrees(share({ $0.append(polygon: star) }) { $0.append(polygon: a) } * whole, area(clip(star, a)), 1e-8), "seed \(seed)")
      let union = area(clip(star, a)) + area(clip(star, b)) - area(clip(clip(star, a), b))
      let both = share({ $0.append(polygon: star) }) {
        $0.append(polygon: a); $0.append(polygon: b)
      }
      #expect(agrees(both * whole, union, 1e-8), "seed \(seed): \(both * whole) \(union)")
    }
  }
}
