import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Street frontage and main roads")
struct StreetFrontageTests {
  private func streets(_ lines: [[(Double, Double)]], _ classes: [RoadClass]? = nil) -> Streets {
    var column = GeometryColumn()
    for line in lines { column.append(line: line) }
    return Streets(
      geometry: column, roadClass: classes ?? Array(repeating: .residential, count: lines.count),
      walkable: Array(repeating: true, count: lines.count))
  }

  private func frontage(_ column: GeometryColumn, _ streets: Streets) -> [Double] {
    streetFrontage(of: column, sharedWalls: sharedWalls(of: column), streets: streets)
  }

  @Test("A wall fronts a street that its normal meets within 15 m")
  func parallel() {
    var box = GeometryColumn()
    box.append(boxFrom: 0, 0, to: 20, 10)
    let both = [box, box.reversedRings()]
    for column in both {
      #expect(agrees(frontage(column, streets([[(-50, -8), (50, -8)]]))[0], 20))
      #expect(frontage(column, streets([[(-50, -15.1), (50, -15.1)]])) == [0])
      // Half as long as the wall.
      #expect(agrees(frontage(column, streets([[(5, -8), (15, -8)]]))[0], 10))
      // A street that runs into the wall is met by no stretch of it; the side walls are 15 m off.
      #expect(frontage(column, streets([[(10, -50), (10, -1)]])) == [0])
      // A corner site has two fronts; two lines of one street count once.
      #expect(agrees(frontage(column, streets([[(-50, -8), (28, -8), (28, 60)], [(-50, -9), (50, -9)]]))[0], 30))
      // Slanted: within 15 m for the first half only.
      #expect(agrees(frontage(column, streets([[(0, -10), (20, -20)]]))[0], 10))
    }
  }

  @Test("Shared walls, courtyards and paths do not count")
  func excluded() {
    var row = GeometryColumn()
    row.append(boxFrom: 0, 0, to: 20, 10)
    row.append(boxFrom: 4, -3, to: 9, 0)
    #expect(agrees(frontage(row, streets([[(-50, -8), (50, -8)]]))[0], 15))
    var court = GeometryColumn()
    court.append(parts: [
      [[(0, 0), (40, 0), (40, 40), (0, 40), (0, 0)], [(10, 10), (10, 30), (30, 30), (30, 10), (10, 10)]]
    ])
    #expect(frontage(court, streets([[(12, 20), (28, 20)]])) == [0])
    #expect(frontage(row, streets([[(-50, -8), (50, -8)]], [.footway])) == [0, 0])
    row.appendNull()
    #expect(frontage(row, streets([[(-50, -8), (50, -8)]]))[2].isNaN)
  }

  @Test("The next main road is the nearest line of its classes, within the limit")
  func mainRoads() {
    let s = streets([[(0, 0), (100, 0)], [(0, 50), (100, 50)], [(0, 20), (100, 20)]], [.primary, .motorway, .residential])
    let d = mainRoadDistance(x: [50, 50, 130, 50, .nan], y: [49, -3, 40, 6000, 0], streets: s)
    #expect(agrees(d[0], 49) && agrees(d[1], 3) && agrees(d[2], 50) && d[3].isNaN && d[4].isNaN)
    #expect(mainRoadDistance(x: [0], y: [0], streets: streets([[(0, 0), (9, 9)]]))[0].isNaN)
  }

  @Test("The nearest segment is the one that a search over all finds")
  func nearestAgainstSearch() {
    for seed in UInt64(1)...10 {
      var generator = SplitMix64(seed: seed)
      var lines: [[(Double, Double)]] = []
      for _ in 0..<80 {
        let x = Double.random(in: 0..<2000, using: &generator), y = Double.random(in: 0..<300, using: &generator)
        let reach = [1.0, 30, 600][Int.random(in: 0..<3, using: &generator)]
        lines.append([
          (x, y),
          (x + Double.random(in: -reach...reach, using: &generator), y + Double.random(in: -reach...reach, using: &generator)),
        ])
      }
      let s = streets(lines, Array(repeating: .secondary, count: lines.count))
      let x = (0..<200).map { _ in Double.random(in: -900..<2900, using: &generator) }
      let y = (0..<200).map { _ in Double.random(in: -900..<1200, using: &generator) }
      let d = mainRoadDistance(x: x, y: y, streets: s, limit: 700)
      for i in x.indices {
        let best = lines.map { line -> Double in
          let (ax, ay) = line[0], (bx, by) = line[1]
          let t = max(0, min(1, ((x[i] - ax) * (bx - ax) + (y[i] - ay) * (by - ay)) / ((bx - ax) * (bx - ax) + (by - ay) * (by - ay))))
          let dx = ax + t * (bx - ax) - x[i], dy = ay + t * (by - ay) - y[i]
          return (dx * dx + dy * dy).squareRoot()
        }.min()!
        #expect(best <= 700 ? agrees(d[i], best) : d[i].isNaN, "seed \(seed)")
      }
    }
  }
}
