import SimpleFeatures

/// A grid of square cells over a plane and what lies in each cell, by counting sort.
///
/// Items of a cell stand in ascending order, and so do the cells of a row: a run of cells is a run of items.
struct UniformGrid: Sendable {
  var minX = 0.0
  var minY = 0.0
  var cell = 1.0
  var inverse = 1.0
  var columns = 1
  var rows = 1
  /// Start of each cell in `items`, `columns × rows + 1` values.
  var starts: [Int32] = [0, 0]
  /// Items by cell.
  var items: [Int32] = []

  /// A grid over an envelope with cells of at least `cell` metres, larger where there would be more than `limit` cells.
  init(over box: Envelope, cell wanted: Double, limit: Int) {
    guard !box.isEmpty else { return }
    minX = box.minX
    minY = box.minY
    cell = max(wanted, 1e-6)
    let bound = Double(max(limit, 16))
    while (box.width / cell + 1) * (box.height / cell + 1) > bound { cell *= 1.25 }
    inverse = 1 / cell
    columns = Int(box.width * inverse) + 1
    rows = Int(box.height * inverse) + 1
  }

  @inline(__always)
  func column(_ x: Double) -> Int { min(columns - 1, max(0, Int(max(-1, min(Double(columns), (x - minX) * inverse))))) }

  @inline(__always)
  func row(_ y: Double) -> Int { min(rows - 1, max(0, Int(max(-1, min(Double(rows), (y - minY) * inverse))))) }

  /// Sorts points into their cells; NaN positions are left out.
  static func ofPoints(x: [Double], y: [Double], cell: Double) -> UniformGrid {
    var box = Envelope()
    for i in x.indices where !x[i].isNaN { box.add(x: x[i], y: y[i]) }
    var grid = UniformGrid(over: box, cell: cell, limit: 8 * x.count + 4096)
    grid.starts = [Int32](repeating: 0, count: grid.columns * grid.rows + 1)
    var key = [Int32](repeating: -1, count: x.count)
    var kept = 0
    for i in x.indices where !x[i].isNaN {
      let k = grid.row(y[i]) * grid.columns + grid.column(x[i])
      key[i] = Int32(k)
      grid.starts[k + 1] += 1
      kept += 1
    }
    for k in 1..<grid.starts.count { grid.starts[k] += grid.starts[k - 1] }
    var next = grid.starts
    grid.items = [Int32](repeating: 0, count: kept)
    for i in x.indices where key[i] >= 0 {
      let k = Int(key[i])
      grid.items[Int(next[k])] = Int32(i)
      next[k] += 1
    }
    return grid
  }

  /// Sorts boxes into every cell they touch; empty boxes are left out.
  static func ofBoxes(_ boxes: [Envelope], cell: Double) -> UniformGrid {
    var box = Envelope()
    for b in boxes { box.add(b) }
    var grid = UniformGrid(over: box, cell: cell, limit: 8 * boxes.count + 4096)
    var starts = [Int32](repeating: 0, count: grid.columns * grid.rows + 1)
    starts.withUnsafeMutableBufferPointer { starts in
      for b in boxes where !b.isEmpty {
        let c0 = grid.column(b.minX), c1 = grid.column(b.maxX)
        for r in grid.row(b.minY)...grid.row(b.maxY) {
          for c in c0...c1 { starts[r * grid.columns + c + 1] += 1 }
        }
      }
      for k in 1..<starts.count { starts[k] += starts[k - 1] }
    }
    var next = starts
    var items = [Int32](repeating: 0, count: Int(starts[starts.count - 1]))
    items.withUnsafeMutableBufferPointer { items in
      next.withUnsafeMutableBufferPointer { next in
        for (i, b) in boxes.enumerated() where !b.isEmpty {
          let c0 = grid.column(b.minX), c1 = grid.column(b.maxX)
          for r in grid.row(b.minY)...grid.row(b.maxY) {
            for c in c0...c1 {
              let k = r * grid.columns + c
              items[Int(next[k])] = Int32(i)
              next[k] += 1
            }
          }
        }
      }
    }
    grid.starts = starts
    grid.items = items
    return grid
  }

  /// Calls `body` with each run of items in cells that a box touches, one run for each row of cells.
  @inline(__always)
  func forEachRun(in box: Envelope, _ body: (Range<Int>) -> Void) {
    guard box.maxX >= minX, box.maxY >= minY, !items.isEmpty else { return }
    let c0 = column(box.minX), c1 = column(box.maxX)
    let r0 = row(box.minY), r1 = row(box.maxY)
    guard box.minX < minX + Double(columns) * cell, box.minY < minY + Double(rows) * cell else { return }
    starts.withUnsafeBufferPointer { starts in
      for r in r0...r1 {
        let lower = Int(starts[r * columns + c0]), upper = Int(starts[r * columns + c1 + 1])
        if lower < upper { body(Range(uncheckedBounds: (lower, upper))) }
      }
    }
  }
}

/// The bounds of every feature. O(vertices).
func envelopes(of column: UnsafeGeometryColumn, threads: Int) -> [Envelope] {
  [Envelope](unsafeUninitializedCapacity: column.count) { buffer, initialized in
    let start = buffer.baseAddress
    forEachRange(of: column.count, threads: threads) { range in
      for feature in range { (start! + feature).initialize(to: column.envelope(of: feature)) }
    }
    initialized = column.count
  }
}
