public import SimpleFeatures

/// Which share of each footprint lies in an area? Area of footprint ∩ union of the polygons ÷ footprint area; NaN without area.
///
/// Exact: between two heights where no edges begin, end or cross, the covered length is linear in the height, so that one cross-section
/// gives the area of the strip. Polygons may overlap each other; each is filled by the even-odd rule. Footprints that no edge comes near
/// need one test. O(edges near², for the few footprints on a border).
public func exposureShares(of footprints: GeometryColumn, in areas: GeometryColumn, threads: Int = 1) -> [Double] {
  let index = PolygonIndex(areas)
  return makeColumns(1, count: footprints.count) { out in
    footprints.withUnsafeColumn { column in
      forEachRange(of: footprints.count, chunk: 1024, threads: threads) { range in
        var section = OverlaySection()
        for feature in range { out[0][feature] = section.share(column, feature, index) }
      }
    }
  }[0]
}

/// The district of each building: the one that holds the largest share of its footprint; of a position alone, the one that holds it. −1 outside all.
///
/// Where two districts hold equal shares (they overlap, or halve the building) none is right: −1, and the building is among the ties.
/// - Returns: the districts, and the buildings that two hold equally, ascending.
public func districtJoin(
  of footprints: GeometryColumn, x: [Double], y: [Double], districts: GeometryColumn, threads: Int = 1
) -> (district: [Int32], ties: [Int]) {
  let index = PolygonIndex(districts)
  var district = [Int32](repeating: -1, count: x.count)
  district.withUnsafeMutableBufferPointer { district in
    footprints.withUnsafeColumn { column in
      forEachRange(of: x.count, chunk: 1024, threads: threads) { range in
        var section = OverlaySection()
        var near: [Int32] = []
        for i in range where !x[i].isNaN {
          let isAreal = column.kinds[i].isAreal
          index.polygons(near: isAreal ? column.envelope(of: i) : Envelope(minX: x[i], minY: y[i], maxX: x[i], maxY: y[i]), into: &near)
          var best: (district: Int32, share: Double) = (-1, 0)
          var isTied = false
          for d in near {
            let holds = index.contains(x: x[i], y: y[i], polygon: Int(d))
            // The only district near a building that holds its middle holds most of it, or there is no other.
            if near.count == 1, holds {
              best = (d, 1)
              break
            }
            let share = isAreal ? section.share(column, i, index, only: d) : .nan
            let measured = share.isNaN ? (holds ? 1 : 0) : share
            guard measured > 0 else { continue }
            // Shares are exact but for rounding.
            if abs(measured - best.share) <= 1e-9 {
              isTied = true
            } else if measured > best.share {
              best = (d, measured)
              isTied = false
            }
          }
          district[i] = isTied ? -2 : best.district
        }
      }
    }
  }
  let ties = district.indices.filter { district[$0] == -2 }
  for i in ties { district[i] = -1 }
  return (district, ties)
}

private struct OverlaySection {
  private struct Edge {
    var ax, ay, bx, by: Double
    /// Which polygon; −1 the footprint.
    var polygon: Int32
  }

  private var near: [Int32] = []
  private var edges: [Edge] = []
  private var levels: [Double] = []
  private var footprint: [Double] = []
  private var crossings: [(polygon: Int32, x: Double)] = []
  private var covered: [(low: Double, high: Double)] = []

  /// - Parameter only: the one polygon that counts; `nil` for the union of all.
  mutating func share(_ column: UnsafeGeometryColumn, _ feature: Int, _ index: PolygonIndex, only: Int32? = nil) -> Double {
    guard column.kinds[feature].isAreal else { return .nan }
    let box = column.envelope(of: feature)
    guard !box.isEmpty, box.height > 0, box.width > 0 else { return .nan }
    if let only { near = [only] } else { index.polygons(near: box, into: &near) }
    guard !near.isEmpty else { return column.area(of: feature) > 0 ? 0 : .nan }
    // Edges of the areas at these heights. Those left of the footprint only tell inside from outside.
    edges.removeAll(keepingCapacity: true)
    var touching = false
    for polygon in near {
      index.forEachEdge(of: Int(polygon), from: box.minY, to: box.maxY) { e in
        guard min(e.ax, e.bx) <= box.maxX else { return }
        edges.append(Edge(ax: e.ax - box.minX, ay: e.ay - box.minY, bx: e.bx - box.minX, by: e.by - box.minY, polygon: polygon))
        if max(e.ax, e.bx) >= box.minX { touching = true }
      }
    }
    if !touching {
      // Whole or not at all: the box lies on one side of every edge.
      let x = (box.minX + box.maxX) / 2, y = (box.minY + box.maxY) / 2
      guard column.area(of: feature) > 0 else { return .nan }
      return near.contains { index.contains(x: x, y: y, polygon: Int($0)) } ? 1 : 0
    }
    let width = box.width, height = box.height
    for ring in column.rings(of: feature) {
      let p = column.positions(ofRing: ring)
      var i = p.lowerBound + 1
      while i < p.upperBound {
        edges.append(
          Edge(
            ax: column.x[i - 1] - box.minX, ay: column.y[i - 1] - box.minY, bx: column.x[i] - box.minX, by: column.y[i] - box.minY,
            polygon: -1))
        i += 1
      }
    }
    collectLevels(width: width, height: height)
    var area = 0.0, inside = 0.0
    var below = 0.0
    for level in levels {
      let h = level - below
      if h > 0 {
        let (c, a) = measure((below + level) / 2, width: width)
        area += a * h
        inside += c * h
        below = level
      }
    }
    return area > 0 ? min(1, max(0, inside / area)) : .nan
  }

  /// Heights where an edge begins or ends, or where two cross.
  private mutating func collectLevels(width: Double, height: Double) {
    levels.removeAll(keepingCapacity: true)
    levels.append(height)
    for e in edges where max(e.ax, e.bx) >= 0 {
      if e.ay > 0, e.ay < height { levels.append(e.ay) }
      if e.by > 0, e.by < height { levels.append(e.by) }
      // Where an edge comes in from the left it begins to count.
      if (e.ax < 0) != (e.bx < 0) {
        let y = e.ay + (0 - e.ax) / (e.bx - e.ax) * (e.by - e.ay)
        if y > 0, y < height { levels.append(y) }
      }
    }
    for i in edges.indices where max(edges[i].ax, edges[i].bx) >= 0 {
      let a = edges[i]
      let dx = a.bx - a.ax, dy = a.by - a.ay
      for j in (i + 1)..<edges.count {
        let b = edges[j]
        if a.polygon == b.polygon || max(b.ax, b.bx) < 0 { continue }
        if max(a.ay, a.by) < min(b.ay, b.by) || max(b.ay, b.by) < min(a.ay, a.by) { continue }
        let ex = b.bx - b.ax, ey = b.by - b.ay
        let cross = dx * ey - dy * ex
        guard cross != 0 else { continue }
        let t = ((b.ax - a.ax) * ey - (b.ay - a.ay) * ex) / cross
        let s = ((b.ax - a.ax) * dy - (b.ay - a.ay) * dx) / cross
        guard t > 0, t < 1, s > 0, s < 1 else { continue }
        let y = a.ay + t * dy
        if y > 0, y < height { levels.append(y) }
      }
    }
    levels.sort()
  }

  private mutating func measure(_ y: Double, width: Double) -> (Double, Double) {
    footprint.removeAll(keepingCapacity: true)
    crossings.removeAll(keepingCapacity: true)
    for e in edges where (e.ay > y) != (e.by > y) {
      let x = e.ax + (y - e.ay) / (e.by - e.ay) * (e.bx - e.ax)
      if e.polygon < 0 { footprint.append(x) } else { crossings.append((e.polygon, x)) }
    }
    footprint.sort()
    crossings.sort { $0.polygon < $1.polygon || ($0.polygon == $1.polygon && $0.x < $1.x) }
    covered.removeAll(keepingCapacity: true)
    var k = 0
    while k < crossings.count {
      // Edges right of the footprint were left out: an open end reaches at least to its right side.
      let polygon = crossings[k].polygon
      let isPair = k + 1 < crossings.count && crossings[k + 1].polygon == polygon
      let high = isPair ? crossings[k + 1].x : .infinity
      if high > 0, crossings[k].x < width { covered.append((max(0, crossings[k].x), min(width, high))) }
      k += isPair ? 2 : 1
    }
    covered.sort { $0.low < $1.low }
    var whole = 0.0, inside = 0.0
    k = 0
    while k + 1 < footprint.count {
      let from = footprint[k], to = footprint[k + 1]
      whole += to - from
      var at = from
      for interval in covered {
        if interval.low >= to { break }
        let low = max(at, interval.low), high = min(to, interval.high)
        if high > low {
          inside += high - low
          at = high
        }
      }
      k += 2
    }
    return (inside, whole)
  }
}
