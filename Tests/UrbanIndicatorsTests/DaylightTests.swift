import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Day-lit share")
struct DaylightTests {
  private func shares(_ column: GeometryColumn, depth: Double, _ integration: DaylightIntegration) -> [Double] {
    daylight(
      of: column, sharedWalls: sharedWalls(of: column), depth: Array(repeating: depth, count: column.count), integration: integration)
  }

  @Test("A free-standing rectangle is dark in its core only", arguments: [DaylightIntegration.estimate, .exact])
  func rectangle(_ integration: DaylightIntegration) {
    var column = GeometryColumn()
    column.append(boxFrom: 100, 50, to: 130, 70)
    // 30 × 20 m with 4.8 m of daylight: a core of 20.4 × 10.4 m.
    #expect(agrees(shares(column, depth: 4.8, integration)[0], 1 - 20.4 * 10.4 / 600, 1e-7))
    #expect(agrees(shares(column, depth: 10, integration)[0], 1))
    #expect(agrees(shares(column, depth: 0.01, integration)[0], 1 - 29.98 * 19.98 / 600, 1e-7))
    // Turned by any angle it is the same.
    let c = 0.8, s = 0.6
    let turned = column.mapped { ($0 * c - $1 * s, $0 * s + $1 * c) }
    #expect(agrees(shares(turned, depth: 4.8, integration)[0], 1 - 20.4 * 10.4 / 600, 1e-6))
  }

  @Test("A terraced house gets light from front and back", arguments: [DaylightIntegration.estimate, .exact])
  func terrace(_ integration: DaylightIntegration) {
    var column = GeometryColumn()
    for k in 0..<3 { column.append(boxFrom: Double(k) * 6, 0, to: Double(k + 1) * 6, 14) }
    let v = shares(column, depth: 4.8, integration)
    #expect(agrees(v[1], 9.6 / 14, 1e-7))
    // The house at the end has a gable too: dark are 1.2 × 4.4 m.
    #expect(agrees(v[0], 1 - 1.2 * 4.4 / 84, 1e-7))
  }

  @Test("An opening in a shared wall lights a quarter disc beyond its end")
  func partial() {
    var column = GeometryColumn()
    column.append(boxFrom: 0, 0, to: 20, 20)
    // Neighbours on all sides but five metres of the south wall.
    column.append(polygon: [(5, 0), (20, 0), (20, 20), (0, 20), (0, 0), (-3, 0), (-3, 23), (23, 23), (23, -3), (5, -3)])
    let lit = 5 * 4.8 + .pi * 4.8 * 4.8 / 4
    #expect(agrees(shares(column, depth: 4.8, .exact)[0], lit / 400, 1e-6))
    #expect(abs(shares(column, depth: 4.8, .estimate)[0] - lit / 400) < 0.01)
  }

  @Test("Curved and slanted footprints: exact as shapely, estimate within a percent")
  func againstShapely() {
    var column = GeometryColumn()
    for f in footprints { column.append(parts: f.parts) }
    // shapely 2.2.0: area of footprint ∩ buffer of its boundary by 4.8 m with 2,048 segments a quarter.
    let oracle = [0.9792105741630076, 1, 1, 1, 1, 0.9672466044807861]
    let exact = shares(column, depth: 4.8, .exact), estimate = shares(column, depth: 4.8, .estimate)
    for i in oracle.indices {
      #expect(agrees(exact[i], oracle[i], 2e-6), "\(footprints[i].name): \(exact[i])")
      #expect(abs(estimate[i] - oracle[i]) < 0.01, "\(footprints[i].name): \(estimate[i])")
    }
  }

  @Test("Estimate and exact share agree within two percent on average-sized odd footprints")
  func estimateError() {
    var generator = SplitMix64(seed: 11)
    var column = GeometryColumn()
    for k in 0..<300 { column.append(polygon: randomStar(&generator, x: Double(k) * 60, y: 0, radius: 22)) }
    let exact = shares(column, depth: 4.8, .exact), estimate = shares(column, depth: 4.8, .estimate)
    let errors = exact.indices.map { abs(exact[$0] - estimate[$0]) }.sorted()
    #expect(errors[errors.count * 95 / 100] < 0.02, "p95 \(errors[errors.count * 95 / 100])")
    #expect(exact.allSatisfy { $0 > 0 && $0 <= 1 })
  }

  @Test("No depth, no area, no open wall")
  func edges() {
    var column = GeometryColumn()
    column.append(boxFrom: 0, 0, to: 5, 5)
    column.appendNull()
    column.append(polygon: [(0, 0), (5, 5), (2, 2)])
    let walls = sharedWalls(of: column)
    let v = daylight(of: column, sharedWalls: walls, depth: [.nan, 4.8, 4.8])
    #expect(v[0].isNaN && v[1].isNaN)
    var enclosed = GeometryColumn()
    enclosed.append(boxFrom: 0, 0, to: 5, 5)
    enclosed.append(boxFrom: 0, 0, to: 5, 5)
    #expect(shares(enclosed, depth: 4.8, .exact) == [0, 0])
    #expect(agrees(daylightDepth(clearHeight: 2.7), 4.8) && daylightDepth(clearHeight: 0.2).isNaN && daylightDepth(clearHeight: .nan).isNaN)
  }
}
