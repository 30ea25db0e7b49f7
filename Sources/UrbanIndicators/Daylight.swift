public import SimpleFeatures

/// How the day-lit share is integrated.
public enum DaylightIntegration: Sendable {
  /// One exact cross-section for each strip between vertices: for all buildings of a city.
  case estimate
  /// Cross-sections refined until the area is known to 1e-7 of the footprint: for a short list.
  case exact
}

/// Which share of the floor lies within `depth` metres of a wall that is not shared? One value for each feature; NaN without area or depth.
///
/// The depth is 2 × the height of the window heads. Walls of courtyards count; distance is straight. The share is the same on every storey.
/// Cross-sections of the footprint and of the day-lit zone (segments grown by the depth) are exact; they run along the footprint's
/// longest edge, so that right-angled footprints are integrated without error even by the estimate. O(vertices² of a feature).
public func daylight(
  of geometry: GeometryColumn, sharedWalls: SharedWalls, depth: [Double], integration: DaylightIntegration = .estimate, threads: Int = 1
) -> [Double] {
  makeColumns(1, count: geometry.count) { out in
    geometry.withUnsafeColumn { column in
      forEachRange(of: geometry.count, chunk: 1024, threads: threads) { range in
        var section = DaylightSection()
        for feature in range {
          out[0][feature] = section.share(column, feature: feature, walls: sharedWalls, depth: depth[feature], integration: integration)
        }
      }
    }
  }[0]
}

/// Depth of daylight for a clear height: 2 × (clear height − 0.3 m); NaN for NaN and where nothing is left.
public func daylightDepth(clearHeight: Double) -> Double { clearHeight > 0.3 ? 2 * (clearHeight - 0.3) : .nan }

private struct DaylightSection {
  private struct Edge {
    var ax, ay, bx, by: Double
  }

  private var outline: [Edge] = []
  private var open: [Edge] = []
  private var levels: [Double] = []
  private var crossings: [Double] = []
  private var lit: [(low: Double, high: Double)] = []

  mutating func share(
    _ column: UnsafeGeometryColumn, feature: Int, walls: SharedWalls, depth: Double, integration: DaylightIntegration
  ) -> Double {
    guard column.kinds[feature].isAreal, depth > 0 else { return .nan }
    let all = column.positions(of: feature)
    let x0 = column.x[all.lowerBound], y0 = column.y[all.lowerBound]
    // Along the longest edge.
    var ux = 1.0, uy = 0.0, longest = 0.0
    for ring in column.rings(of: feature) {
      let p = column.positions(ofRing: ring)
      var i = p.lowerBound + 1
      while i < p.upperBound {
        let dx = column.x[i] - column.x[i - 1], dy = column.y[i] - column.y[i - 1]
        let l2 = dx * dx + dy * dy
        if l2 > longest {
          longest = l2
          ux = dx
          uy = dy
        }
        i += 1
      }
    }
    guard longest > 0 else { return .nan }
    ux /= longest.squareRoot()
    uy /= longest.squareRoot()
    outline.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    var box = Envelope()
    var k = walls.stretches(of: feature).lowerBound
    let end = walls.stretches(of: feature).upperBound
    let noneShared = k == end
    for ring in column.rings(of: feature) {
      let p = column.positions(ofRing: ring)
      var i = p.lowerBound + 1
      while i < p.upperBound {
        let px = column.x[i - 1] - x0, py = column.y[i - 1] - y0, qx = column.x[i] - x0, qy = column.y[i] - y0
        let e = Edge(ax: px * ux + py * uy, ay: py * ux - px * uy, bx: qx * ux + qy * uy, by: qy * ux - qx * uy)
        box.add(x: e.ax, y: e.ay)
        box.add(x: e.bx, y: e.by)
        outline.append(e)
        let dx = e.bx - e.ax, dy = e.by - e.ay
        let l = (dx * dx + dy * dy).squareRoot()
        if l > 0 {
          var at = 0.0
          while k < end, Int(walls.edge[k]) == i - 1 {
            addOpen(e, dx / l, dy / l, from: at, to: walls.from[k])
            at = walls.to[k]
            k += 1
          }
          addOpen(e, dx / l, dy / l, from: at, to: l)
        }
        i += 1
      }
    }
    if open.isEmpty { return 0 }
    // Nothing is farther from the outline than half the width.
    if noneShared, min(box.width, box.height) <= 2 * depth { return 1 }
    levels.removeAll(keepingCapacity: true)
    for e in outline { levels.append(e.ay) }
    var isSlanted = false
    for e in open {
      let dx = e.bx - e.ax, dy = e.by - e.ay
      let l = (dx * dx + dy * dy).squareRoot()
      let lift = abs(dx) / l * depth
      if min(abs(dx), abs(dy)) > 0.03 * l { isSlanted = true }
      if integration == .exact {
        levels.append(e.ay)
        levels.append(e.by)
        for y in [e.ay, e.by] {
          levels.append(contentsOf: [y - depth, y + depth, y - lift, y + lift])
        }
      } else {
        let low = min(e.ay, e.by), high = max(e.ay, e.by)
        levels.append(low - depth)
        levels.append(high + depth)
        if lift > 0.9 * depth, high - low < 0.1 * depth {
          // Almost level: its zone begins and ends there.
          levels.append(low + depth)
          levels.append(high - depth)
        }
      }
    }
    levels.sort()
    var litArea = 0.0, area = 0.0
    let hair = integration == .exact ? 1e-9 * (1 + box.height) : min(0.04 * depth, 0.02 * box.height)
    var below = box.minY
    let tolerance = 1e-8 * box.width * box.height
    for level in levels + [box.maxY] {
      let upper = min(level, box.maxY)
      guard upper - below > hair || (level >= box.maxY && upper > below) else { continue }
      if integration == .exact {
        let (l, a) = refine(below, upper, depth, gauss(below, upper, depth), tolerance, 0)
        litArea += l
        area += a
      } else {
        let steps = isSlanted ? min(8, Int((upper - below) / (0.5 * depth)) + 1) : 1
        let h = (upper - below) / Double(steps)
        for step in 0..<steps {
          if isSlanted, h > 0.15 * depth {
            let (l, a) = gauss(below + Double(step) * h, below + Double(step + 1) * h, depth)
            litArea += l
            area += a
          } else {
            let (l, a) = measure(below + (Double(step) + 0.5) * h, depth)
            litArea += l * h
            area += a * h
          }
        }
      }
      below = upper
      if below >= box.maxY { break }
    }
    return area > 0 ? min(1, max(0, litArea / area)) : .nan
  }

  private mutating func addOpen(_ e: Edge, _ ux: Double, _ uy: Double, from: Double, to: Double) {
    guard to - from > 1e-6 else { return }
    open.append(Edge(ax: e.ax + ux * from, ay: e.ay + uy * from, bx: e.ax + ux * to, by: e.ay + uy * to))
  }

  /// Two-point Gauss rule.
  private mutating func gauss(_ a: Double, _ b: Double, _ depth: Double) -> (Double, Double) {
    let m = (a + b) / 2, h = (b - a) / 2, offset = h * 0.5773502691896257
    let (l0, a0) = measure(m - offset, depth)
    let (l1, a1) = measure(m + offset, depth)
    return (h * (l0 + l1), h * (a0 + a1))
  }

  private mutating func refine(
    _ a: Double, _ b: Double, _ depth: Double, _ whole: (Double, Double), _ tolerance: Double, _ level: Int
  ) -> (Double, Double) {
    let m = (a + b) / 2
    let left = gauss(a, m, depth), right = gauss(m, b, depth)
    let sum = (left.0 + right.0, left.1 + right.1)
    if level >= 24 || (level >= 2 && abs(sum.0 - whole.0) <= tolerance) { return sum }
    let l = refine(a, m, depth, left, tolerance / 2, level + 1), r = refine(m, b, depth, right, tolerance / 2, level + 1)
    return (l.0 + r.0, l.1 + r.1)
  }

  /// Lit length and whole length of the footprint at a height.
  private mutating func measure(_ y: Double, _ depth: Double) -> (Double, Double) {
    crossings.removeAll(keepingCapacity: true)
    for e in outline where (e.ay > y) != (e.by > y) {
      let at = e.ax + (y - e.ay) / (e.by - e.ay) * (e.bx - e.ax)
      var place = crossings.count
      crossings.append(at)
      while place > 0, crossings[place - 1] > at {
        crossings[place] = crossings[place - 1]
        place -= 1
      }
      crossings[place] = at
    }
    guard crossings.count > 1 else { return (0, 0) }
    lit.removeAll(keepingCapacity: true)
    for e in open {
      guard min(e.ay, e.by) - depth < y, max(e.ay, e.by) + depth > y else { continue }
      var low = Double.infinity, high = -Double.infinity
      let d2 = depth * depth
      let ra = d2 - (y - e.ay) * (y - e.ay)
      if ra > 0 {
        let w = ra.squareRoot()
        low = min(low, e.ax - w)
        high = max(high, e.ax + w)
      }
      let rb = d2 - (y - e.by) * (y - e.by)
      if rb > 0 {
        let w = rb.squareRoot()
        low = min(low, e.bx - w)
        high = max(high, e.bx + w)
      }
      // The long sides of the grown segment.
      let dx = e.bx - e.ax, dy = e.by - e.ay
      if dy != 0 {
        let l = (dx * dx + dy * dy).squareRoot()
        let nx = -dy / l * depth, ny = dx / l * depth
        let t0 = (y - e.ay - ny) / dy, t1 = (y - e.ay + ny) / dy
        if t0 >= 0, t0 <= 1 {
          let at = e.ax + nx + t0 * dx
          low = min(low, at)
          high = max(high, at)
        }
        if t1 >= 0, t1 <= 1 {
          let at = e.ax - nx + t1 * dx
          low = min(low, at)
          high = max(high, at)
        }
      }
      if low < high {
        var place = lit.count
        lit.append((low, high))
        while place > 0, lit[place - 1].low > low {
          lit[place] = lit[place - 1]
          place -= 1
        }
        lit[place] = (low, high)
      }
    }
    var whole = 0.0, bright = 0.0
    var k = 0
    while k + 1 < crossings.count {
      let from = crossings[k], to = crossings[k + 1]
      whole += to - from
      var at = from
      for interval in lit {
        if interval.low >= to { break }
        let low = max(at, interval.low), high = min(to, interval.high)
        if high > low {
          bright += high - low
          at = high
        }
      }
      k += 2
    }
    return (bright, whole)
  }
}
