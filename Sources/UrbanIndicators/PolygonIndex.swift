public import SimpleFeatures

/// Polygons with their edges in horizontal strips, so that a position is tested against few edges only.
struct PolygonIndex: Sendable {
  /// An edge in a strip that it passes.
  struct Edge {
    var ax, ay, bx, by: Double
  }

  let boxes: [Envelope]
  private let grid: UniformGrid
  /// First strip of each polygon, `polygons + 1` values.
  private var firstStrip: [Int32] = [0]
  /// First edge of each strip, `strips + 1` values.
  private var firstEdge: [Int32] = [0]
  private var edges: [Edge] = []

  /// Sorts the edges of every polygon into strips. O(edges + strips passed).
  init(_ geometry: GeometryColumn) {
    var boxes: [Envelope] = []
    boxes.reserveCapacity(geometry.count)
    for f in 0..<geometry.count { boxes.append(geometry.kinds[f].isAreal ? geometry.envelope(of: f) : Envelope()) }
    self.boxes = boxes
    var extent = 0.0
    var areal = 0
    for box in boxes where !box.isEmpty {
      extent += box.width + box.height
      areal += 1
    }
    grid = UniformGrid.ofBoxes(boxes, cell: areal > 0 ? max(1, extent / Double(areal) / 4) : 1)
    var counts: [Int32] = []
    for f in 0..<geometry.count {
      let box = boxes[f]
      let strips = box.isEmpty ? 0 : max(1, min(4096, geometry.positions(of: f).count / 2))
      counts.removeAll(keepingCapacity: true)
      counts.append(contentsOf: repeatElement(0, count: strips + 1))
      let scale = box.height > 0 ? Double(strips) / box.height : 0
      func strip(_ y: Double) -> Int { min(strips - 1, Int((y - box.minY) * scale)) }
      func forEachEdge(_ body: (Edge, ClosedRange<Int>) -> Void) {
        for ring in geometry.rings(of: f) {
          let p = geometry.positions(ofRing: ring)
          guard p.count > 1 else { continue }
          for i in (p.lowerBound + 1)..<p.upperBound where geometry.y[i] != geometry.y[i - 1] {
            let e = Edge(ax: geometry.x[i - 1], ay: geometry.y[i - 1], bx: geometry.x[i], by: geometry.y[i])
            body(e, strip(min(e.ay, e.by))...strip(max(e.ay, e.by)))
          }
        }
      }
      if strips > 0 {
        forEachEdge { _, range in for s in range { counts[s + 1] += 1 } }
        for s in 1...strips { counts[s] += counts[s - 1] }
        let base = Int32(edges.count)
        edges.append(contentsOf: repeatElement(Edge(ax: 0, ay: 0, bx: 0, by: 0), count: Int(counts[strips])))
        for s in 1...strips { firstEdge.append(base + counts[s]) }
        forEachEdge { e, range in
          for s in range {
            edges[Int(base + counts[s])] = e
            counts[s] += 1
          }
        }
      }
      firstStrip.append(firstStrip[f] + Int32(strips))
    }
  }

  /// Strips of a polygon that a band of heights passes.
  private func strips(of polygon: Int, from low: Double, to high: Double) -> ClosedRange<Int> {
    let first = Int(firstStrip[polygon]), count = Int(firstStrip[polygon + 1]) - first
    let box = boxes[polygon]
    let scale = box.height > 0 ? Double(count) / box.height : 0
    let s0 = max(0, min(count - 1, Int((low - box.minY) * scale))), s1 = max(0, min(count - 1, Int((high - box.minY) * scale)))
    return (first + s0)...(first + s1)
  }

  /// Whether a position lies in a polygon (even-odd; of the boundary, lower and left edges).
  func contains(x: Double, y: Double, polygon: Int) -> Bool {
    guard boxes[polygon].contains(x: x, y: y) else { return false }
    let strip = strips(of: polygon, from: y, to: y).lowerBound
    var inside = false
    edges.withUnsafeBufferPointer { edges in
      for k in Int(firstEdge[strip])..<Int(firstEdge[strip + 1]) {
        let e = edges[k]
        guard (e.ay > y) != (e.by > y) else { continue }
        let crossing =
          e.ay < e.by ? e.ax + (y - e.ay) / (e.by - e.ay) * (e.bx - e.ax) : e.bx + (y - e.by) / (e.ay - e.by) * (e.ax - e.bx)
        if x < crossing { inside.toggle() }
      }
    }
    return inside
  }

  /// The polygon of the lowest index that holds a position; −1 for none.
  func polygon(containingX x: Double, y: Double) -> Int32 {
    guard !x.isNaN else { return -1 }
    var found: Int32 = -1
    grid.forEachRun(in: Envelope(minX: x, minY: y, maxX: x, maxY: y)) { run in
      for k in run where found < 0 {
        let p = grid.items[k]
        if contains(x: x, y: y, polygon: Int(p)) { found = p }
      }
    }
    return found
  }

  /// Polygons whose bounds touch a box, ascending.
  func polygons(near box: Envelope, into found: inout [Int32]) {
    found.removeAll(keepingCapacity: true)
    grid.forEachRun(in: box) { run in
      for k in run where boxes[Int(grid.items[k])].intersects(box) { found.append(grid.items[k]) }
    }
    guard found.count > 1 else { return }
    found.sort()
    var kept = 1
    for k in 1..<found.count where found[k] != found[kept - 1] {
      found[kept] = found[k]
      kept += 1
    }
    found.removeLast(found.count - kept)
  }

  /// Calls `body` once with every edge of a polygon that passes a band of heights and is not level.
  func forEachEdge(of polygon: Int, from low: Double, to high: Double, _ body: (Edge) -> Void) {
    let range = strips(of: polygon, from: low, to: high)
    let first = Int(firstStrip[polygon]), count = Int(firstStrip[polygon + 1]) - first
    let box = boxes[polygon]
    let scale = box.height > 0 ? Double(count) / box.height : 0
    for strip in range {
      for k in Int(firstEdge[strip])..<Int(firstEdge[strip + 1]) {
        let e = edges[k]
        let lower = min(e.ay, e.by)
        guard lower <= high, max(e.ay, e.by) >= low else { continue }
        // Once: in the edge's lowest strip, or in the band's lowest.
        let own = first + min(count - 1, Int((lower - box.minY) * scale))
        if own == strip || (strip == range.lowerBound && own < strip) { body(e) }
      }
    }
  }
}

/// The district of each building: the one of lowest index that holds the building's inner position; −1 outside all of them.
public func districtJoin(x: [Double], y: [Double], districts: GeometryColumn, threads: Int = 1) -> [Int32] {
  let index = PolygonIndex(districts)
  return [Int32](unsafeUninitializedCapacity: x.count) { buffer, initialized in
    let start = buffer.baseAddress
    forEachRange(of: x.count, threads: threads) { range in
      for i in range { (start! + i).initialize(to: index.polygon(containingX: x[i], y: y[i])) }
    }
    initialized = x.count
  }
}
