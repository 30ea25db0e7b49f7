import SimpleFeatures

/// Points in a grid, for the nearest one and for all within a radius.
struct PointIndex: Sendable {
  private let grid: UniformGrid
  /// Eastings by cell.
  let x: [Double]
  /// Northings by cell.
  let y: [Double]
  /// The caller's index of each point, by cell.
  var id: [Int32] { grid.items }
  var count: Int { x.count }

  /// Sorts points into cells of at least `cell` metres; NaN positions are left out.
  init(x: [Double], y: [Double], cell: Double) {
    grid = UniformGrid.ofPoints(x: x, y: y, cell: cell)
    self.x = grid.items.map { x[Int($0)] }
    self.y = grid.items.map { y[Int($0)] }
  }

  /// Cells that hold about two points each.
  static func spacing(x: [Double], y: [Double]) -> Double {
    var box = Envelope()
    for i in x.indices where !x[i].isNaN { box.add(x: x[i], y: y[i]) }
    return max(25, (2 * max(box.width, 1) * max(box.height, 1) / Double(max(1, x.count))).squareRoot())
  }

  /// Calls `body` with runs of places in `x`, `y`, `id` that hold all points within the radius (and others).
  @inline(__always)
  func forEachRun(x px: Double, y py: Double, radius: Double, _ body: (Range<Int>) -> Void) {
    guard !px.isNaN else { return }
    grid.forEachRun(in: Envelope(minX: px - radius, minY: py - radius, maxX: px + radius, maxY: py + radius), body)
  }

  /// Distance to the nearest point within `limit` metres; infinity when there is none.
  func nearestDistance(x px: Double, y py: Double, limit: Double) -> Double {
    guard !px.isNaN, count > 0 else { return .infinity }
    var best = Double.infinity
    // Squares that double until the best found lies surely inside.
    var radius = min(limit, grid.cell)
    while true {
      x.withUnsafeBufferPointer { x in
        y.withUnsafeBufferPointer { y in
          forEachRun(x: px, y: py, radius: radius) { run in
            for k in run {
              let dx = x[k] - px, dy = y[k] - py
              best = min(best, dx * dx + dy * dy)
            }
          }
        }
      }
      if best <= radius * radius { return best.squareRoot() }
      if radius >= limit { return .infinity }
      radius = min(limit, radius * 2)
    }
  }

  /// The `limit` nearest points within a radius, nearest first, equally near ones by id: their ids.
  func nearest(_ limit: Int, x px: Double, y py: Double, radius farthest: Double, into found: inout [(d2: Double, id: Int32)]) {
    found.removeAll(keepingCapacity: true)
    guard !px.isNaN, count > 0 else { return }
    var radius = min(farthest, grid.cell)
    while true {
      found.removeAll(keepingCapacity: true)
      let r2 = radius * radius
      forEachRun(x: px, y: py, radius: radius) { run in
        for k in run {
          let dx = x[k] - px, dy = y[k] - py
          let d2 = dx * dx + dy * dy
          guard d2 <= r2 else { continue }
          if found.count == limit {
            guard d2 < found[limit - 1].d2 || (d2 == found[limit - 1].d2 && id[k] < found[limit - 1].id) else { continue }
            found.removeLast()
          }
          var place = found.count
          while place > 0, found[place - 1].d2 > d2 || (found[place - 1].d2 == d2 && found[place - 1].id > id[k]) { place -= 1 }
          found.insert((d2, id[k]), at: place)
        }
      }
      if found.count == limit || radius >= farthest { return }
      radius = min(farthest, radius * 2)
    }
  }
}
