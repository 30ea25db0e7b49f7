import Glibc
public import SimpleFeatures

/// Which stretches of a building's boundary stand against another building?
///
/// A stretch is shared where a wall of another building runs alongside (directions up to 15° apart, either way) and its foot on that wall is
/// within the tolerance. This holds for noded walls (equal vertices), for walls noded differently and for walls that nearly touch. Walls
/// that only meet at a corner share nothing. A stretch shared with several buildings counts once; identical footprints share all.
///
/// momepy's `shared_walls` finds noded walls of footprints that touch without overlap, and counts a stretch once for each neighbour: there, and
/// only there, it gives more; where footprints overlap by a hair or a gap is left, it gives less.
public struct SharedWalls: Sendable {
  /// Length of shared stretches by building, m; NaN without a polygon.
  public var length: [Double] = []
  /// Stretches of building `b`: `offsets[b] ..< offsets[b + 1]`.
  public var offsets: [Int32] = [0]
  /// Index of the edge's first position in the geometry column, ascending inside a building.
  public var edge: [Int32] = []
  /// Where the stretch begins, m from the edge's first position.
  public var from: [Double] = []
  /// Where it ends, m from the edge's first position.
  public var to: [Double] = []

  /// No buildings.
  public init() {}

  /// The stretches of a building.
  @inlinable
  public func stretches(of building: Int) -> Range<Int> { Int(offsets[building])..<Int(offsets[building + 1]) }
}

/// The arrays of shared walls as buffers, valid inside `withUnsafeWalls` only.
struct UnsafeSharedWalls {
  let offsets: UnsafeBufferPointer<Int32>
  let edge: UnsafeBufferPointer<Int32>
  let from: UnsafeBufferPointer<Double>
  let to: UnsafeBufferPointer<Double>

  @inline(__always)
  func stretches(of building: Int) -> Range<Int> {
    Range(uncheckedBounds: (Int(offsets[building]), Int(offsets[building + 1])))
  }
}

extension SharedWalls {
  func withUnsafeWalls<Result>(_ body: (UnsafeSharedWalls) -> Result) -> Result {
    offsets.withUnsafeBufferPointer { offsets in
      edge.withUnsafeBufferPointer { edge in
        from.withUnsafeBufferPointer { from in
          to.withUnsafeBufferPointer { to in body(UnsafeSharedWalls(offsets: offsets, edge: edge, from: from, to: to)) }
        }
      }
    }
  }
}

/// A stretch of an edge.
struct WallStretch {
  var edge: Int32
  var from: Double
  var to: Double
}

/// Greatest angle between walls that run alongside: sin²(15°).
private let squaredSineOfAlongside = 0.0669872981077807

/// Finds the shared walls of all buildings with a grid over their bounds. O(buildings + pairs of touching bounds × their edges there); the
/// same bytes for any number of threads.
public func sharedWalls(of geometry: GeometryColumn, tolerance: Double = 0.1, threads: Int = 1) -> SharedWalls {
  var result = SharedWalls()
  let n = geometry.count
  geometry.withUnsafeColumn { column in
    let boxes = envelopes(of: column, threads: threads)
    var extent = 0.0
    var areal = 0
    for (i, box) in boxes.enumerated() where !box.isEmpty && column.kinds[i].isAreal {
      extent += box.width + box.height
      areal += 1
    }
    let grid = UniformGrid.ofBoxes(boxes, cell: areal > 0 ? max(4, extent / Double(areal)) : 1)
    let parts = mapRanges(of: n, threads: threads) { range in
      var finder = SharedWallFinder(column: column, tolerance: tolerance)
      boxes.withUnsafeBufferPointer { boxes in
        for building in range { finder.find(building, boxes: boxes, grid: grid) }
      }
      return finder.found
    }
    result.collect(parts)
  }
  return result
}

extension SharedWalls {
  /// Puts the parts, in order, into flat columns. O(buildings + stretches).
  fileprivate mutating func collect(_ parts: [SharedStretches]) {
    let n = parts.reduce(0) { $0 + $1.counts.count }
    let total = parts.reduce(0) { $0 + $1.stretches.count }
    length.reserveCapacity(n)
    offsets.reserveCapacity(n + 1)
    var end: Int32 = 0
    for part in parts {
      length.append(contentsOf: part.lengths)
      for count in part.counts {
        end += count
        offsets.append(end)
      }
    }
    edge.reserveCapacity(total)
    from.reserveCapacity(total)
    to.reserveCapacity(total)
    for part in parts {
      edge.append(contentsOf: part.stretches.lazy.map(\.edge))
      from.append(contentsOf: part.stretches.lazy.map(\.from))
      to.append(contentsOf: part.stretches.lazy.map(\.to))
    }
  }
}

/// What one range of buildings shares.
fileprivate struct SharedStretches {
  var counts: [Int32] = []
  var lengths: [Double] = []
  var stretches: [WallStretch] = []
}

/// An edge of a neighbour: start and vector.
private struct NearEdge {
  var x, y, dx, dy: Double
  var lowX: Double { dx < 0 ? x + dx : x }
}

private struct SharedWallFinder {
  let column: UnsafeGeometryColumn
  let tolerance: Double
  var found = SharedStretches()
  /// Edges of one neighbour near the building: start and vector.
  private var near: [NearEdge] = []
  private var open: [WallStretch] = []

  init(column: UnsafeGeometryColumn, tolerance: Double) {
    self.column = column
    self.tolerance = tolerance
  }

  mutating func find(_ a: Int, boxes: UnsafeBufferPointer<Envelope>, grid: UniformGrid) {
    guard column.kinds[a].isAreal else {
      found.counts.append(0)
      found.lengths.append(.nan)
      return
    }
    open.removeAll(keepingCapacity: true)
    let box = boxes[a].expanded(by: tolerance)
    let c0 = grid.column(box.minX), c1 = grid.column(box.maxX)
    let r0 = grid.row(box.minY), r1 = grid.row(box.maxY)
    grid.starts.withUnsafeBufferPointer { starts in
      grid.items.withUnsafeBufferPointer { items in
        for r in r0...r1 {
          for c in c0...c1 {
            let cell = r * grid.columns + c
            for k in Int(starts[cell])..<Int(starts[cell + 1]) {
              let b = Int(items[k])
              guard b != a, boxes[b].intersects(box) else { continue }
              // Each neighbour once: in the cell of the lower left corner of the overlap.
              guard grid.row(max(box.minY, boxes[b].minY)) == r, grid.column(max(box.minX, boxes[b].minX)) == c else { continue }
              guard column.kinds[b].isAreal else { continue }
              compare(a, box, b, boxes[b])
            }
          }
        }
      }
    }
    close()
  }

  /// Adds what building `a` shares with building `b`.
  private mutating func compare(_ a: Int, _ boxA: Envelope, _ b: Int, _ boxB: Envelope) {
    // Only edges that touch the overlap of both bounds, grown by the tolerance, can be alongside.
    let lowX = max(boxA.minX, boxB.minX - tolerance), highX = min(boxA.maxX, boxB.maxX + tolerance)
    let lowY = max(boxA.minY, boxB.minY - tolerance), highY = min(boxA.maxY, boxB.maxY + tolerance)
    let x = column.x, y = column.y
    near.removeAll(keepingCapacity: true)
    for ring in column.rings(of: b) {
      let positions = column.positions(ofRing: ring)
      var i = positions.lowerBound + 1
      while i < positions.upperBound {
        let px = x[i - 1], py = y[i - 1], qx = x[i], qy = y[i]
        if min(px, qx) <= highX, max(px, qx) >= lowX, min(py, qy) <= highY, max(py, qy) >= lowY {
          near.append(NearEdge(x: px, y: py, dx: qx - px, dy: qy - py))
        }
        i += 1
      }
    }
    guard !near.isEmpty else { return }
    // Footprints of thousands of vertices: only edges whose bounds along x can overlap are compared.
    let isSorted = near.count > 64
    var widest = 0.0
    if isSorted {
      near.sort { $0.lowX < $1.lowX }
      for f in near { widest = max(widest, abs(f.dx)) }
    }
    near.withUnsafeBufferPointer { near in
      for ring in column.rings(of: a) {
        let positions = column.positions(ofRing: ring)
        var i = positions.lowerBound + 1
        while i < positions.upperBound {
          let px = x[i - 1], py = y[i - 1], qx = x[i], qy = y[i]
          if min(px, qx) <= highX, max(px, qx) >= lowX, min(py, qy) <= highY, max(py, qy) >= lowY {
            let ex = qx - px, ey = qy - py
            let e2 = ex * ex + ey * ey
            if e2 > 0 {
              var k = 0, end = near.count
              if isSorted {
                // A micrometre more on both sides against rounding.
                k = Self.firstEdge(near, from: min(px, qx) - tolerance - widest - 1e-6)
                end = Self.firstEdge(near, from: max(px, qx) + tolerance + 1e-6)
              }
              while k < end {
                let f = near[k]
                k += 1
                let cross = f.dx * ey - f.dy * ex
                let f2 = f.dx * f.dx + f.dy * f.dy
                guard cross * cross <= squaredSineOfAlongside * e2 * f2, f2 > 0 else { continue }
                add(edge: i - 1, px: px, py: py, ex: ex, ey: ey, e2: e2, f: f, f2: f2)
              }
            }
          }
          i += 1
        }
      }
    }
  }

  /// The first edge whose lowest x is not less than `x`.
  private static func firstEdge(_ near: UnsafeBufferPointer<NearEdge>, from x: Double) -> Int {
    var low = 0, high = near.count
    while low < high {
      let middle = (low + high) / 2
      if near[middle].lowX < x { low = middle + 1 } else { high = middle }
    }
    return low
  }

  @inline(__always)
  private mutating func add(
    edge: Int, px: Double, py: Double, ex: Double, ey: Double, e2: Double, f: NearEdge, f2: Double
  ) {
    let l = e2.squareRoot(), m = f2.squareRoot()
    let ux = ex / l, uy = ey / l, fx = f.dx / m, fy = f.dy / m
    let wx = px - f.x, wy = py - f.y
    // Height above the other wall and place along it, both linear in t, the way along this wall.
    let h0 = fx * wy - fy * wx, hk = fx * uy - fy * ux
    let s0 = fx * wx + fy * wy, sk = fx * ux + fy * uy
    var low = 0.0, high = l
    // |sk| ≥ cos 15°
    let t0 = -s0 / sk, t1 = (m - s0) / sk
    low = max(low, min(t0, t1))
    high = min(high, max(t0, t1))
    guard high > low else { return }
    if abs(hk) * l > 1e-12 {
      let g0 = (-tolerance - h0) / hk, g1 = (tolerance - h0) / hk
      low = max(low, min(g0, g1))
      high = min(high, max(g0, g1))
      guard high > low else { return }
    } else if abs(h0) > tolerance {
      return
    }
    // Less than a micrometre is rounding, not a wall.
    guard high - low > 1e-6 else { return }
    open.append(WallStretch(edge: Int32(edge), from: low, to: high))
  }

  /// Joins overlapping stretches of each edge and closes the building.
  private mutating func close() {
    var length = 0.0
    var count: Int32 = 0
    if open.count > 1 { open.sort { $0.edge < $1.edge || ($0.edge == $1.edge && $0.from < $1.from) } }
    var k = 0
    while k < open.count {
      var stretch = open[k]
      k += 1
      while k < open.count, open[k].edge == stretch.edge, open[k].from <= stretch.to {
        stretch.to = max(stretch.to, open[k].to)
        k += 1
      }
      length += stretch.to - stretch.from
      found.stretches.append(stretch)
      count += 1
    }
    found.counts.append(count)
    found.lengths.append(length)
  }
}
