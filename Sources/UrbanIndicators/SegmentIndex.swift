import SimpleFeatures

/// Straight segments in a grid, for the nearest one and for all near a box.
struct SegmentIndex: Sendable {
  /// One segment, in a cell that it passes.
  struct Segment {
    var ax, ay, bx, by: Double
    var id: Int32
  }

  /// Where the nearest segment was found.
  struct Foot {
    /// The segment; −1 when none is within the limit.
    var segment: Int32 = -1
    /// Square of the distance.
    var squaredDistance = Double.infinity
    /// Way along the segment as a share of its length, 0…1.
    var share = 0.0
  }

  private var grid: UniformGrid
  /// Copies of the segments by cell, so that a row of cells is read in one run.
  private var segments: [Segment] = []
  let count: Int

  /// Sorts segments into the cells they pass. O(segments + cells passed).
  init(_ all: [Segment]) {
    count = all.count
    var box = Envelope()
    var length = 0.0
    for s in all {
      box.add(x: s.ax, y: s.ay)
      box.add(x: s.bx, y: s.by)
      length += abs(s.bx - s.ax) + abs(s.by - s.ay)
    }
    // About one segment a cell where streets are dense.
    let spread = (max(box.width, 1) * max(box.height, 1) / Double(max(all.count, 1))).squareRoot()
    let mean = length / Double(max(all.count, 1))
    grid = UniformGrid(over: box, cell: max(1, min(max(spread, mean / 2), 500)), limit: 4 * all.count + 4096)
    var starts = [Int32](repeating: 0, count: grid.columns * grid.rows + 1)
    for s in all { Self.forEachCell(of: s, in: grid) { starts[$0 + 1] += 1 } }
    for k in 1..<starts.count { starts[k] += starts[k - 1] }
    var next = starts
    segments = Array(repeating: Segment(ax: 0, ay: 0, bx: 0, by: 0, id: 0), count: Int(starts[starts.count - 1]))
    for s in all {
      Self.forEachCell(of: s, in: grid) { k in
        segments[Int(next[k])] = s
        next[k] += 1
      }
    }
    grid.starts = starts
  }

  @inline(__always)
  private static func forEachCell(of s: Segment, in grid: UniformGrid, _ body: (Int) -> Void) {
    let r0 = grid.row(min(s.ay, s.by)), r1 = grid.row(max(s.ay, s.by))
    let dx = s.bx - s.ax, dy = s.by - s.ay
    for r in r0...r1 {
      var lowX = min(s.ax, s.bx), highX = max(s.ax, s.bx)
      if r0 != r1 {
        // The part of the segment inside the row, a hair wider against rounding.
        let y0 = grid.minY + Double(r) * grid.cell, y1 = y0 + grid.cell
        let t0 = (y0 - s.ay) / dy, t1 = (y1 - s.ay) / dy
        let x0 = s.ax + max(0, min(1, min(t0, t1))) * dx, x1 = s.ax + max(0, min(1, max(t0, t1))) * dx
        let hair = grid.cell * 1e-9
        lowX = max(lowX, min(x0, x1) - hair)
        highX = min(highX, max(x0, x1) + hair)
      }
      let c0 = grid.column(lowX), c1 = grid.column(highX)
      if c0 <= c1 { for c in c0...c1 { body(r * grid.columns + c) } }
    }
  }

  /// Each segment once, by id.
  var all: [Segment] {
    var found: [Int32: Segment] = [:]
    for s in segments { found[s.id] = s }
    return found.values.sorted { $0.id < $1.id }
  }

  /// The nearest segment within `limit` metres; of equally near ones that with the lowest id.
  func nearest(x: Double, y: Double, limit: Double) -> Foot {
    var best = Foot()
    guard count > 0, !x.isNaN else { return best }
    let bound = limit * limit
    let fx = (x - grid.minX) * grid.inverse, fy = (y - grid.minY) * grid.inverse
    let reach = limit * grid.inverse + 2
    guard fx > -reach, fy > -reach, fx < Double(grid.columns) + reach, fy < Double(grid.rows) + reach else { return best }
    let c = Int(fx.rounded(.down)), r = Int(fy.rounded(.down))
    let margin = min(min(fx - Double(c), Double(c + 1) - fx), min(fy - Double(r), Double(r + 1) - fy)) * grid.cell
    // Rings that lie outside the grid altogether are skipped.
    let first = max(0, max(max(-c, c - grid.columns + 1), max(-r, r - grid.rows + 1)))
    let last = max(max(c, grid.columns - 1 - c), max(r, grid.rows - 1 - r))
    guard first <= last else { return best }
    grid.starts.withUnsafeBufferPointer { starts in
      segments.withUnsafeBufferPointer { segments in
        var ring = first
        while ring <= last {
          if ring > 0 {
            let clear = Double(ring - 1) * grid.cell + margin
            if clear * clear > min(best.squaredDistance, bound) { break }
          }
          let lowRow = max(0, r - ring), highRow = min(grid.rows - 1, r + ring)
          if lowRow <= highRow {
            for row in lowRow...highRow {
              let base = row * grid.columns
              if row == r - ring || row == r + ring {
                let c0 = max(0, c - ring), c1 = min(grid.columns - 1, c + ring)
                if c0 <= c1 { Self.scan(segments, Int(starts[base + c0]), Int(starts[base + c1 + 1]), x, y, &best) }
              } else {
                let left = c - ring, right = c + ring
                if left >= 0, left < grid.columns {
                  Self.scan(segments, Int(starts[base + left]), Int(starts[base + left + 1]), x, y, &best)
                }
                if right >= 0, right < grid.columns {
                  Self.scan(segments, Int(starts[base + right]), Int(starts[base + right + 1]), x, y, &best)
                }
              }
            }
          }
          ring += 1
        }
      }
    }
    return best.squaredDistance <= bound ? best : Foot()
  }

  @inline(__always)
  private static func scan(
    _ segments: UnsafeBufferPointer<Segment>, _ lower: Int, _ upper: Int, _ x: Double, _ y: Double, _ best: inout Foot
  ) {
    var k = lower
    while k < upper {
      let s = segments[k]
      let dx = s.bx - s.ax, dy = s.by - s.ay
      let l2 = dx * dx + dy * dy
      let t = ((x - s.ax) * dx + (y - s.ay) * dy) / l2
      var px = s.ax, py = s.ay, share = 0.0
      if t >= 1 {
        px = s.bx
        py = s.by
        share = 1
      } else if t > 0 {
        px = s.ax + t * dx
        py = s.ay + t * dy
        share = t
      }
      let d2 = (px - x) * (px - x) + (py - y) * (py - y)
      if d2 < best.squaredDistance || (d2 == best.squaredDistance && s.id < best.segment) {
        best = Foot(segment: s.id, squaredDistance: d2, share: share)
      }
      k += 1
    }
  }

  /// Calls `body` with every segment in cells that the box touches; a segment may come more than once.
  @inline(__always)
  func forEach(near box: Envelope, _ body: (Segment) -> Void) {
    guard count > 0 else { return }
    guard box.maxX >= grid.minX, box.maxY >= grid.minY, box.minX <= grid.minX + Double(grid.columns) * grid.cell,
      box.minY <= grid.minY + Double(grid.rows) * grid.cell
    else { return }
    let c0 = grid.column(box.minX), c1 = grid.column(box.maxX)
    segments.withUnsafeBufferPointer { segments in
      for r in grid.row(box.minY)...grid.row(box.maxY) {
        for k in Int(grid.starts[r * grid.columns + c0])..<Int(grid.starts[r * grid.columns + c1 + 1]) { body(segments[k]) }
      }
    }
  }
}
