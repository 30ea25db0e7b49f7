import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Shared walls")
struct SharedWallsTests {
  private func lengths(_ build: (inout GeometryColumn) -> Void) -> [Double] {
    var column = GeometryColumn()
    build(&column)
    return sharedWalls(of: column).length
  }

  @Test("Equal, shifted and divided party walls")
  func party() {
    // Noded: ten metres from both sides.
    #expect(
      lengths {
        $0.append(boxFrom: 0, 0, to: 8, 10); $0.append(boxFrom: 8, 0, to: 20, 10)
      } == [10, 10])
    // Shifted by four metres: six in common.
    #expect(
      lengths {
        $0.append(boxFrom: 0, 0, to: 8, 10); $0.append(boxFrom: 8, 4, to: 20, 14)
      }.allSatisfy { agrees($0, 6) })
    // One long wall against two short ones; they share the wall between them too.
    let three = lengths {
      $0.append(boxFrom: 0, 0, to: 8, 10)
      $0.append(boxFrom: 8, 0, to: 20, 5)
      $0.append(boxFrom: 8, 5, to: 20, 10)
    }
    #expect(agrees(three[0], 10) && agrees(three[1], 5 + 12) && agrees(three[2], 5 + 12))
    // Opposite noding of the same line.
    let divided = lengths {
      $0.append(polygon: [(0, 0), (8, 0), (8, 3), (8, 7), (8, 10), (0, 10)])
      $0.append(polygon: [(8, 0), (20, 0), (20, 10), (8, 10), (8, 5)])
    }
    #expect(agrees(divided[0], 10) && agrees(divided[1], 10))
  }

  @Test("Walls that nearly touch count up to the tolerance")
  func nearlyTouching() {
    // Where footprints overlap, their fronts run together for the depth of the overlap, too.
    for (gap, expected) in [(0.05, 10.0), (-0.05, 10.1), (0.0999, 10), (0.11, 0), (-0.2, 0.4), (3, 0)] {
      let l = lengths {
        $0.append(boxFrom: 0, 0, to: 8, 10); $0.append(boxFrom: 8 + gap, 0, to: 20, 10)
      }
      #expect(agrees(l[0], expected, 1e-9), "gap \(gap): \(l)")
    }
    // A gap that opens from 0 to 0.4 m over 10 m is within 0.1 m for a quarter of the wall.
    let wedge = lengths {
      $0.append(boxFrom: 0, 0, to: 8, 10); $0.append(polygon: [(8, 0), (20, 0), (20, 10), (8.4, 10)])
    }
    #expect(agrees(wedge[1], 2.5 * (100 + 0.16).squareRoot() / 10 + 0, 0.01) && abs(wedge[0] - 2.5) < 0.01, "\(wedge)")
  }

  @Test("Corners and walls that meet at an angle share nothing")
  func corners() {
    #expect(
      lengths {
        $0.append(boxFrom: 0, 0, to: 8, 10); $0.append(boxFrom: 8, 10, to: 20, 20)
      } == [0, 0])
    // A gable against a long wall: the gable's width only, not 0.1 m of its flanks.
    let tee = lengths {
      $0.append(boxFrom: 0, 0, to: 30, 10); $0.append(boxFrom: 10, 10, to: 16, 30)
    }
    #expect(agrees(tee[0], 6) && agrees(tee[1], 6))
    // Walls at 20° share nothing even where they touch.
    #expect(
      lengths {
        $0.append(boxFrom: 0, 0, to: 10, 5); $0.append(polygon: [(0, 5), (10, 5 + 3.64), (0, 20)])
      } == [0, 0])
  }

  @Test("Identical footprints share everything, once")
  func duplicates() {
    let l = lengths { for _ in 0..<3 { $0.append(boxFrom: 0, 0, to: 8, 10) } }
    #expect(l.allSatisfy { agrees($0, 36) })
  }

  @Test("Footprints of thousands of vertices share as those of few")
  func manyVertices() {
    // A round tower of 4,000 vertices in a hole that fits it, noded otherwise.
    func circle(_ n: Int, _ turn: Double) -> [(Double, Double)] {
      (0...n).map { k in
        let a = (Double(k % n) + turn) * 2 * .pi / Double(n)
        return (20 * cosine(a), 20 * cosine(a - .pi / 2))
      }
    }
    var column = GeometryColumn()
    column.append(parts: [[circle(4000, 0)]])
    column.append(parts: [[[(-50, -50), (50, -50), (50, 50), (-50, 50), (-50, -50)], circle(3000, 0.5)]])
    let l = sharedWalls(of: column).length
    #expect(agrees(l[0], column.length(of: 0), 1e-6) && agrees(l[1], column.length(of: 1) - 400, 1e-6), "\(l)")
  }

  @Test("A building in a courtyard, a multipolygon's own parts, lines and null")
  func oddities() {
    var column = GeometryColumn()
    column.append(parts: [
      [[(0, 0), (30, 0), (30, 30), (0, 30), (0, 0)], [(10, 10), (10, 20), (20, 20), (20, 10), (10, 10)]]
    ])
    column.append(boxFrom: 10, 12, to: 20, 18)
    column.append(parts: [
      [[(50, 0), (60, 0), (60, 10), (50, 10), (50, 0)]], [[(60, 0), (70, 0), (70, 10), (60, 10), (60, 0)]],
    ])
    column.append(line: [(50, 0), (60, 0)])
    column.appendNull()
    let walls = sharedWalls(of: column)
    #expect(agrees(walls.length[0], 12) && agrees(walls.length[1], 12) && walls.length[2] == 0)
    #expect(walls.length[3].isNaN && walls.length[4].isNaN)
    #expect(walls.offsets.count == 6 && walls.stretches(of: 1).count == 2)
    #expect(sharedWalls(of: GeometryColumn()).length.isEmpty)
  }

  @Test("The grid finds what comparing all pairs finds, in any order and on any number of threads")
  func againstAllPairs() {
    for seed in UInt64(1)...6 {
      var generator = SplitMix64(seed: seed)
      // Terraces of houses with walls in common, of different depth, some with a gap; in shuffled order.
      var rings: [[(Double, Double)]] = []
      for row in 0..<12 {
        var x = 0.0
        let y = Double(row) * Double.random(in: 9...12, using: &generator)
        for _ in 0..<15 {
          let w = Double.random(in: 2...40, using: &generator), d = Double.random(in: 4...9, using: &generator)
          rings.append([(x, y), (x + w, y), (x + w, y + d), (x, y + d)])
          x += w + [0, 0, 0.05, 0.3][Int.random(in: 0..<4, using: &generator)]
        }
      }
      let order = rings.indices.shuffled(using: &generator)
      var column = GeometryColumn(), shuffled = GeometryColumn()
      for ring in rings { column.append(polygon: ring) }
      for i in order { shuffled.append(polygon: rings[i]) }
      let whole = sharedWalls(of: column).length
      let other = sharedWalls(of: shuffled, threads: 2).length
      for (k, i) in order.enumerated() { #expect(agrees(whole[i], other[k], 1e-12), "seed \(seed)") }
      // Second implementation: level and upright walls only, intervals by sorting.
      for i in rings.indices {
        var total = 0.0
        for side in 0..<4 {
          let a = rings[i][side], b = rings[i][(side + 1) % 4]
          let level = a.1 == b.1
          let at = level ? a.1 : a.0
          let low = level ? min(a.0, b.0) : min(a.1, b.1), high = level ? max(a.0, b.0) : max(a.1, b.1)
          var cover: [(Double, Double)] = []
          for j in rings.indices where j != i {
            for other in 0..<4 {
              let c = rings[j][other], d = rings[j][(other + 1) % 4]
              guard (c.1 == d.1) == level, abs((level ? c.1 : c.0) - at) <= 0.1 else { continue }
              let from = max(low, level ? min(c.0, d.0) : min(c.1, d.1)), to = min(high, level ? max(c.0, d.0) : max(c.1, d.1))
              if to > from { cover.append((from, to)) }
            }
          }
          var reached = -Double.infinity
          for (from, to) in cover.sorted(by: { $0.0 < $1.0 }) where to > reached {
            total += to - max(from, reached)
            reached = to
          }
        }
        #expect(agrees(whole[i], total, 1e-9), "seed \(seed) building \(i): \(whole[i]) \(total)")
      }
    }
  }
}
