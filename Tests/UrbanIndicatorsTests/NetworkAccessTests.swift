import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Walks along streets")
struct NetworkAccessTests {
  private func streets(_ lines: [[(Double, Double)]], walkable: [Bool]? = nil) -> Streets {
    var column = GeometryColumn()
    for line in lines { column.append(line: line) }
    return Streets(
      geometry: column, roadClass: Array(repeating: .residential, count: lines.count),
      walkable: walkable ?? Array(repeating: true, count: lines.count))
  }

  private func access(
    _ streets: Streets, from: [(Double, Double)], to: [(Double, Double, PlaceCategory)], limit: Double = 5000
  ) -> PlaceAccess {
    let graph = StreetGraph(streets)
    return access(graph, from: from, to: Places(x: to.map(\.0), y: to.map(\.1), category: to.map(\.2)), limit: limit)
  }

  private func access(_ graph: StreetGraph, from: [(Double, Double)], to places: Places, limit: Double = 5000) -> PlaceAccess {
    let placeFeet = PlaceFeet(places, graph: graph, limit: limit)
    let feet = graph.feet(x: from.map(\.0), y: from.map(\.1), limit: limit, among: placeFeet.majorComponents(of: graph))
    return networkAccess(from: feet, to: placeFeet, graph: graph, places: places, limit: limit)
  }

  @Test("Lines join at common vertices, ends or not; crossings without a vertex do not join")
  func joining() {
    let graph = StreetGraph(
      streets([[(0, 0), (100, 0), (200, 0)], [(100, 0.004), (100, 50)], [(150, -20), (150, 20)], [(300, 0), (300, 9), (300, 9)]]))
    // The first line is cut where the second joins; the third crosses on a bridge; a repeated vertex makes no edge.
    #expect(graph.edgeCount == 5 && graph.nodeCount == 8 && graph.componentCount == 3)
    #expect(agrees(graph.totalLength, 200 + 50 + 40 + 9, 1e-4))
    #expect(StreetGraph(streets([])).edgeCount == 0)
    // The tolerance reaches over the border of a hash cell.
    #expect(StreetGraph(streets([[(0, 0), (7.0001, 5)], [(6.9999, 5), (20, 20)]])).componentCount == 1)
    // It is a distance, the same in every direction: 9.9 mm along the diagonal join, 11.3 mm do not.
    #expect(StreetGraph(streets([[(0, 0), (10, 10)], [(10.007, 10.007), (20, 20)]])).componentCount == 1)
    #expect(StreetGraph(streets([[(0, 0), (10, 10)], [(10.008, 10.008), (20, 20)]])).componentCount == 2)
  }

  @Test("Both ends of a walk stand on edges, with the ways to them")
  func projection() {
    // A street of 1,000 m; building 5 m off at 300, place 10 m off at 450 on the same edge, another beyond a corner.
    let s = streets([[(0, 0), (1000, 0)], [(1000, 0), (1000, 500)]])
    let a = access(s, from: [(300, 5), (980, -2)], to: [(450, -10, .transit), (1003, 100, .food)])
    #expect(agrees(a.nearest[0][0], 5 + 150 + 10) && agrees(a.nearest[0][1], 2 + 530 + 10))
    #expect(agrees(a.nearest[1][0], 5 + 700 + 100 + 3) && agrees(a.nearest[1][1], 2 + 20 + 100 + 3))
    #expect(a.within400[0] == [1, 0] && a.within800[0] == [1, 1] && a.within800[1] == [0, 1])
    #expect(a.status[0] == [.reached, .reached])
    // No grocery in the city: nothing can be said.
    let grocery = Int(PlaceCategory.grocery.rawValue)
    #expect(a.nearest[grocery][0].isNaN && a.status[grocery][0] == .noPlaces && a.within400[grocery][0] == .max)
  }

  /// A park as a box.
  private func park(_ x: Double, _ y: Double, _ toX: Double, _ toY: Double) -> Places {
    var geometry = GeometryColumn()
    geometry.append(boxFrom: x, y, to: toX, toY)
    geometry.append(line: [(x + 1, -1), (x + 1, -1.001)])
    return Places(geometry: geometry, category: [.park, .food])
  }

  @Test("A place with an outline is reached at its edge, wherever that comes near a street, and counts once")
  func outlines() {
    let c = Int(PlaceCategory.park.rawValue)
    // A street 60 m south of a park of 3 km: 30 m to the street, 60 m to the edge across it.
    let along = StreetGraph(streets([[(0, 0), (500, 0), (1000, 0), (3000, 0)]]))
    let a = access(along, from: [(510, 30), (2700, 30)], to: park(0, 60, 3000, 1060))
    #expect(abs(a.nearest[c][0] - 90) <= 2.5 && abs(a.nearest[c][1] - 90) <= 2.5)
    #expect(a.within400[c] == [1, 1] && a.within800[c] == [1, 1])
    // A park at the end of a street: 5 m to it, 400 m along it, 20 m to the western edge.
    let end = StreetGraph(streets([[(0, 0), (400, 0)]]))
    let b = access(end, from: [(0, 5)], to: park(420, -100, 900, 100))
    #expect(abs(b.nearest[c][0] - 425) <= 2.5 && b.within400[c] == [0] && b.within800[c] == [1])
    // Without streets: 1.3 times the way to the edge, 100 m and 700 m.
    let s = straightLineAccess(x: [0, -600], y: [0, 0], places: park(100, -50, 900, 50))
    #expect(abs(s.nearest[c][0] - 130) <= 0.1 && abs(s.nearest[c][1] - 910) <= 0.1)
    #expect(s.within400[c] == [1, 0] && s.within800[c] == [1, 0])
  }

  @Test("A piece of path that leads nowhere takes no walk from a building beside it; far from all that leads somewhere there is none")
  func islands() {
    // A street of 2 km with a stop on it, and a path of 15 m apart from it: less than 1 % of the network.
    let lines: [[(Double, Double)]] = [[(0, 0), (2000, 0)], [(500, 40), (515, 40)]]
    let transit = Int(PlaceCategory.transit.rawValue)
    let a = access(streets(lines), from: [(500, 42), (500, 160)], to: [(1000, 5, .transit)])
    // 42 m to the street, 500 m along it, 5 m to the stop.
    #expect(agrees(a.nearest[transit][0], 547) && a.status[transit][0] == .reached)
    #expect(a.nearest[transit][1].isNaN && a.status[transit][1] == .unreachable)
    // The stop beside the path stands on the street, which is within 150 m, and so does the building.
    let b = access(streets(lines), from: [(500, 42)], to: [(515, 43, .transit)])
    #expect(agrees(b.nearest[transit][0], 42 + 15 + 43))
    // A path with a place that no street is near holds that place: walks upon it are walks.
    let c = access(streets(lines + [[(0, 900), (15, 900)]]), from: [(0, 901)], to: [(15, 899, .transit)])
    #expect(agrees(c.nearest[transit][0], 1 + 15 + 1))
  }

  @Test("Too far is not the same as no way")
  func unreachable() {
    let s = streets([[(0, 0), (9000, 0)], [(0, 100), (300, 100)]])
    let a = access(s, from: [(10, 1), (10, 99), (5500, 3), (10, 9000)], to: [(6000, 0, .park), (8990, 0, .park)])
    let park = Int(PlaceCategory.park.rawValue)
    #expect(a.nearest[park][0].isNaN && a.status[park][0] == .beyondSearch)
    #expect(a.nearest[park][1].isNaN && a.status[park][1] == .unreachable)
    #expect(agrees(a.nearest[park][2], 503) && a.status[park][2] == .reached)
    #expect(a.status[park][3] == .unreachable && a.within400[park][3] == .max && a.within400[park][0] == 0)
    // Streets one may not walk along are no way.
    let motorway = streets([[(0, 0), (100, 0)], [(100, 0), (200, 0)]], walkable: [true, false])
    #expect(access(motorway, from: [(10, 0)], to: [(190, 0, .park)]).nearest[park] == [10 + 0 + 90 + 90 - 10])
  }

  @Test("Walk to one position")
  func centre() {
    let graph = StreetGraph(streets([[(0, 0), (100, 0), (100, 100)]]))
    let feet = graph.feet(x: [0, 90], y: [3, 50], limit: 5000)
    let walk = networkWalk(from: feet, graph: graph, to: Position(x: 105, y: 80))
    #expect(agrees(walk.distance[0], 3 + 180 + 5) && agrees(walk.distance[1], 10 + 30 + 5))
  }

  @Test("Searches agree with all-pairs shortest paths on random graphs")
  func againstFloydWarshall() {
    for seed in UInt64(1)...12 {
      var generator = SplitMix64(seed: seed)
      // Random junctions, each joined to a few others by bent lines; some loops, parallel lines and islands arise.
      let junctions = (0..<30).map { _ in
        (Double.random(in: 0..<1500, using: &generator).rounded(), Double.random(in: 0..<1500, using: &generator).rounded())
      }
      var lines: [[(Double, Double)]] = []
      for _ in 0..<45 {
        let a = Int.random(in: 0..<30, using: &generator), b = Int.random(in: 0..<30, using: &generator)
        let bend = (Double.random(in: 0..<1500, using: &generator).rounded(), Double.random(in: 0..<1500, using: &generator).rounded())
        lines.append([junctions[a], bend, junctions[b]])
      }
      func point() -> (Double, Double) { (Double.random(in: 0..<1500, using: &generator), Double.random(in: 0..<1500, using: &generator)) }
      let from = (0..<40).map { _ in point() }
      let to = (0..<25).map { k -> (Double, Double, PlaceCategory) in
        let p = point()
        return (p.0, p.1, [.food, .transit, .culture][k % 3])
      }
      let result = access(streets(lines), from: from, to: to, limit: 1600)
      // Second implementation: every vertex and every foot a node, Floyd–Warshall.
      struct Piece { var a: (Double, Double), b: (Double, Double) }
      let pieces = lines.flatMap { [Piece(a: $0[0], b: $0[1]), Piece(a: $0[1], b: $0[2])] }
      func length(_ a: (Double, Double), _ b: (Double, Double)) -> Double {
        ((a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1)).squareRoot()
      }
      func foot(_ p: (Double, Double)) -> (piece: Int, at: (Double, Double), way: Double) {
        var best = (piece: -1, at: (0.0, 0.0), way: Double.infinity)
        for (k, s) in pieces.enumerated() {
          let l2 = length(s.a, s.b) * length(s.a, s.b)
          guard l2 > 0 else { continue }
          let t = max(0, min(1, ((p.0 - s.a.0) * (s.b.0 - s.a.0) + (p.1 - s.a.1) * (s.b.1 - s.a.1)) / l2))
          let at = (s.a.0 + t * (s.b.0 - s.a.0), s.a.1 + t * (s.b.1 - s.a.1))
          if length(p, at) < best.way { best = (k, at, length(p, at)) }
        }
        return best
      }
      var vertices: [(Double, Double)] = []
      func vertex(_ p: (Double, Double)) -> Int {
        if let k = vertices.firstIndex(where: { $0 == p }) { return k }
        vertices.append(p)
        return vertices.count - 1
      }
      let feet = (from + to.map { ($0.0, $0.1) }).map(foot)
      var onPiece: [[Int]] = Array(repeating: [], count: pieces.count)
      for p in pieces.indices { onPiece[p] = [vertex(pieces[p].a), vertex(pieces[p].b)] }
      let footVertex = feet.map { f -> Int in
        vertices.append(f.at)
        onPiece[f.piece].append(vertices.count - 1)
        return vertices.count - 1
      }
      var d = Array(repeating: Array(repeating: Double.infinity, count: vertices.count), count: vertices.count)
      for i in vertices.indices { d[i][i] = 0 }
      for list in onPiece {
        for i in list { for j in list { d[i][j] = min(d[i][j], length(vertices[i], vertices[j])) } }
      }
      for k in vertices.indices {
        for i in vertices.indices where d[i][k] < .infinity {
          for j in vertices.indices where d[i][k] + d[k][j] < d[i][j] { d[i][j] = d[i][k] + d[k][j] }
        }
      }
      for category in [PlaceCategory.food, .transit, .culture] {
        let c = Int(category.rawValue)
        for i in from.indices {
          let walks = to.indices.filter { to[$0].2 == category }.map { p in
            feet[i].way + d[footVertex[i]][footVertex[from.count + p]] + feet[from.count + p].way
          }
          let best = walks.min()!
          let expected: AccessStatus = best <= 1600 ? .reached : best < .infinity ? .beyondSearch : .unreachable
          #expect(result.status[c][i] == expected, "seed \(seed)")
          #expect(best <= 1600 ? agrees(result.nearest[c][i], best) : result.nearest[c][i].isNaN, "seed \(seed)")
          #expect(Int(result.within400[c][i]) == walks.count { $0 <= 400 }, "seed \(seed)")
          #expect(Int(result.within800[c][i]) == walks.count { $0 <= 800 }, "seed \(seed)")
        }
      }
    }
  }

  @Test("Without streets: straight lines times 1.3")
  func straight() {
    let places = Places(x: [100, 300, 5000], y: [0, 0, 0], category: [.food, .food, .park])
    let a = straightLineAccess(x: [0, 4990, .nan], y: [0, 0, 0], places: places)
    let food = Int(PlaceCategory.food.rawValue), park = Int(PlaceCategory.park.rawValue)
    #expect(agrees(a.nearest[food][0], 130) && a.within400[food][0] == 2 && a.within800[food][0] == 2)
    #expect(a.nearest[food][1].isNaN && a.status[food][1] == .beyondSearch && agrees(a.nearest[park][1], 13))
    #expect(a.nearest[food][2].isNaN && a.within400[food][2] == .max)
    // 307.7 m is the straight line of 400 m on foot.
    let edge = straightLineAccess(x: [0, 0], y: [0, 0], places: Places(x: [307.6, 307.8], y: [0, 0], category: [.food, .food]))
    #expect(edge.within400[food][0] == 1 && edge.within800[food][0] == 2)
  }

  @Test("Many streets from one square: the search keeps more open ends than it began with room for")
  func manyOpenEnds() {
    // 2,400 streets from one point to a row of ends 2 m apart: all ends are open at once, and each walk is its street.
    let ends = (0..<2_400).map { (Double($0) * 2, 1_000.0) }
    let a = access(streets(ends.map { [(0, 0), $0] }), from: [(0, 0)], to: [(ends[2_399].0, 1_000, .food)])
    #expect(agrees(a.nearest[Int(PlaceCategory.food.rawValue)][0], (ends[2_399].0 * ends[2_399].0 + 1e6).squareRoot()))
  }
}
