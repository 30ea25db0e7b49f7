import SimpleFeatures

/// The walkable streets as a graph: nodes where lines end or share a vertex, edges between them, undirected.
public struct StreetGraph: Sendable {
  /// One direction of an edge.
  struct Arc {
    var length: Double
    var target: Int32
    var edge: Int32
  }

  /// Number of nodes.
  public private(set) var nodeCount = 0
  /// First node of each edge.
  public private(set) var edgeStart: [Int32] = []
  /// Last node of each edge.
  public private(set) var edgeEnd: [Int32] = []
  /// Length of each edge, m.
  public private(set) var edgeLength: [Double] = []
  /// Component of each edge, numbered from 0.
  public private(set) var edgeComponent: [Int32] = []
  /// Number of components.
  public private(set) var componentCount = 0
  /// Arcs of each node: `firstArc[node] ..< firstArc[node + 1]`.
  private(set) var firstArc: [Int32] = [0]
  private(set) var arcs: [Arc] = []
  private var segments = SegmentIndex([])
  private var segmentEdge: [Int32] = []
  private var segmentOffset: [Double] = []
  private var segmentLength: [Double] = []

  /// Number of edges.
  public var edgeCount: Int { edgeLength.count }

  /// Length of all edges, m.
  public var totalLength: Double { edgeLength.reduce(0, +) }

  /// Components with at least 1 % of the length of all edges.
  public private(set) var largeComponents: [Bool] = []
  /// Metres within which a position attaches to a component that matters.
  public static let reach = 150.0

  /// Joins walkable lines where their vertices lie within `tolerance` metres of each other. Lines that cross without a common vertex
  /// (bridges) do not join. O(vertices).
  public init(_ streets: Streets, tolerance: Double = 0.01) {
    var vertices = VertexTable(capacity: streets.geometry.x.count, tolerance: tolerance)
    // Lines as runs of vertex numbers, without repetitions.
    var runs: [Int32] = []
    var runStarts: [Int] = [0]
    runs.reserveCapacity(streets.geometry.x.count)
    streets.geometry.withUnsafeColumn { column in
      for street in 0..<column.count where streets.walkable[street] && column.kinds[street].isLinear {
        for ring in column.rings(of: street) {
          let first = runs.count
          for i in column.positions(ofRing: ring) {
            let v = vertices.number(x: column.x[i], y: column.y[i])
            if runs.count == first || runs[runs.count - 1] != v { runs.append(v) }
          }
          if runs.count - first < 2 { runs.removeLast(runs.count - first) } else { runStarts.append(runs.count) }
        }
      }
    }
    var uses = [UInt8](repeating: 0, count: vertices.count)
    for v in runs { uses[Int(v)] = min(2, uses[Int(v)] + 1) }
    for k in 0..<(runStarts.count - 1) {
      uses[Int(runs[runStarts[k]])] = 2
      uses[Int(runs[runStarts[k + 1] - 1])] = 2
    }
    var node = [Int32](repeating: -1, count: vertices.count)
    for v in uses.indices where uses[v] == 2 {
      node[v] = Int32(nodeCount)
      nodeCount += 1
    }
    var pieces: [SegmentIndex.Segment] = []
    pieces.reserveCapacity(runs.count)
    for k in 0..<(runStarts.count - 1) {
      var length = 0.0
      var start = node[Int(runs[runStarts[k]])]
      for i in (runStarts[k] + 1)..<runStarts[k + 1] {
        let a = Int(runs[i - 1]), b = Int(runs[i])
        let ax = vertices.x[a], ay = vertices.y[a], bx = vertices.x[b], by = vertices.y[b]
        let l = ((bx - ax) * (bx - ax) + (by - ay) * (by - ay)).squareRoot()
        pieces.append(SegmentIndex.Segment(ax: ax, ay: ay, bx: bx, by: by, id: Int32(pieces.count)))
        segmentEdge.append(Int32(edgeLength.count))
        segmentOffset.append(length)
        segmentLength.append(l)
        length += l
        if node[b] >= 0 {
          edgeStart.append(start)
          edgeEnd.append(node[b])
          edgeLength.append(length)
          start = node[b]
          length = 0
        }
      }
    }
    segments = SegmentIndex(pieces)
    linkArcs()
    findComponents()
    var lengths = [Double](repeating: 0, count: componentCount)
    for e in edgeLength.indices { lengths[Int(edgeComponent[e])] += edgeLength[e] }
    let total = totalLength
    largeComponents = lengths.map { $0 * 100 >= total }
  }

  private mutating func linkArcs() {
    firstArc = Array(repeating: 0, count: nodeCount + 1)
    for e in edgeLength.indices {
      firstArc[Int(edgeStart[e]) + 1] += 1
      if edgeStart[e] != edgeEnd[e] { firstArc[Int(edgeEnd[e]) + 1] += 1 }
    }
    for k in 0..<nodeCount { firstArc[k + 1] += firstArc[k] }
    var next = firstArc
    arcs = Array(repeating: Arc(length: 0, target: 0, edge: 0), count: Int(firstArc[nodeCount]))
    for e in edgeLength.indices {
      let u = Int(edgeStart[e]), v = Int(edgeEnd[e])
      arcs[Int(next[u])] = Arc(length: edgeLength[e], target: Int32(v), edge: Int32(e))
      next[u] += 1
      // A loop leads nowhere else, one arc is enough to find it.
      if u != v {
        arcs[Int(next[v])] = Arc(length: edgeLength[e], target: Int32(u), edge: Int32(e))
        next[v] += 1
      }
    }
  }

  private mutating func findComponents() {
    var parent = (0..<Int32(nodeCount)).map { $0 }
    func root(_ k: Int32) -> Int32 {
      var k = k
      while parent[Int(k)] != k {
        parent[Int(k)] = parent[Int(parent[Int(k)])]
        k = parent[Int(k)]
      }
      return k
    }
    for e in edgeLength.indices {
      let a = root(edgeStart[e]), b = root(edgeEnd[e])
      if a != b { parent[Int(max(a, b))] = min(a, b) }
    }
    var number = [Int32](repeating: -1, count: nodeCount)
    edgeComponent = edgeLength.indices.map { e in
      let r = Int(root(edgeStart[e]))
      if number[r] < 0 {
        number[r] = Int32(componentCount)
        componentCount += 1
      }
      return number[r]
    }
  }

  /// Where positions stand on the graph: the foot of each on its nearest edge.
  public struct Feet: Sendable {
    /// The nearest edge; −1 when none is within the limit.
    public var edge: [Int32]
    /// Way from the edge's first node to the foot, m.
    public var offset: [Double]
    /// Straight way from the position to its foot, m.
    public var approach: [Double]
  }

  /// Projects positions onto the nearest edge within `limit` metres. O(positions).
  public func feet(x: [Double], y: [Double], limit: Double, threads: Int = 1) -> Feet {
    var edge = [Int32](repeating: -1, count: x.count)
    let columns = makeColumns(2, count: x.count) { out in
      edge.withUnsafeMutableBufferPointer { edge in
        forEachRange(of: x.count, threads: threads) { range in
          for i in range {
            let foot = segments.nearest(x: x[i], y: y[i], limit: limit)
            guard foot.segment >= 0 else { continue }
            let s = Int(foot.segment)
            edge[i] = segmentEdge[s]
            out[0][i] = segmentOffset[s] + foot.share * segmentLength[s]
            out[1][i] = foot.squaredDistance.squareRoot()
          }
        }
      }
    }
    return Feet(edge: edge, offset: columns[0], approach: columns[1])
  }

  /// The segments of some components.
  private func segments(of components: [Bool]) -> SegmentIndex {
    SegmentIndex(segments.all.filter { components[Int(edgeComponent[Int(segmentEdge[Int($0.id)])])] })
  }

  /// As `feet(x:y:limit:)`, but a position that stands nearest to another component stands on one of these where it is within `reach` of it.
  public func feet(x: [Double], y: [Double], limit: Double, preferring components: [Bool], threads: Int = 1) -> Feet {
    var feet = feet(x: x, y: y, limit: limit, threads: threads)
    let others = feet.edge.indices.filter { feet.edge[$0] >= 0 && !components[Int(edgeComponent[Int(feet.edge[$0])])] }
    guard !others.isEmpty else { return feet }
    let index = segments(of: components)
    for i in others {
      let foot = index.nearest(x: x[i], y: y[i], limit: Self.reach)
      guard foot.segment >= 0 else { continue }
      let s = Int(foot.segment)
      feet.edge[i] = segmentEdge[s]
      feet.offset[i] = segmentOffset[s] + foot.share * segmentLength[s]
      feet.approach[i] = foot.squaredDistance.squareRoot()
    }
    return feet
  }

  /// As `feet(x:y:limit:)` on some components only: a position that stands nearest to another component stands on one of these within `reach`, or
  /// nowhere. So a piece of path that leads nowhere takes no walk from a building beside it.
  public func feet(x: [Double], y: [Double], limit: Double, among components: [Bool], threads: Int = 1) -> Feet {
    var feet = feet(x: x, y: y, limit: limit, preferring: components, threads: threads)
    for i in feet.edge.indices where feet.edge[i] >= 0 && !components[Int(edgeComponent[Int(feet.edge[i])])] {
      feet.edge[i] = -1
      feet.offset[i] = .nan
      feet.approach[i] = .nan
    }
    return feet
  }
}

/// The arrays of a street graph as buffers, valid inside `withUnsafeGraph` only.
struct UnsafeStreetGraph {
  let nodeCount: Int
  let componentCount: Int
  let edgeStart: UnsafeBufferPointer<Int32>
  let edgeEnd: UnsafeBufferPointer<Int32>
  let edgeLength: UnsafeBufferPointer<Double>
  let edgeComponent: UnsafeBufferPointer<Int32>
  let firstArc: UnsafeBufferPointer<Int32>
  let arcs: UnsafeBufferPointer<StreetGraph.Arc>

  var edgeCount: Int { edgeLength.count }
}

extension StreetGraph {
  func withUnsafeGraph<Result>(_ body: (UnsafeStreetGraph) -> Result) -> Result {
    edgeStart.withUnsafeBufferPointer { edgeStart in
      edgeEnd.withUnsafeBufferPointer { edgeEnd in
        edgeLength.withUnsafeBufferPointer { edgeLength in
          edgeComponent.withUnsafeBufferPointer { edgeComponent in
            firstArc.withUnsafeBufferPointer { firstArc in
              arcs.withUnsafeBufferPointer { arcs in
                body(
                  UnsafeStreetGraph(
                    nodeCount: nodeCount, componentCount: componentCount, edgeStart: edgeStart, edgeEnd: edgeEnd, edgeLength: edgeLength,
                    edgeComponent: edgeComponent, firstArc: firstArc, arcs: arcs))
              }
            }
          }
        }
      }
    }
  }
}

/// Numbers for vertices such that vertices within the tolerance get the same number.
private struct VertexTable {
  let tolerance: Double
  /// Side of a hash cell, much more than the tolerance: few vertices need a look next door.
  let cell = 1.0
  var x: [Double] = []
  var y: [Double] = []
  private var next: [Int32] = []
  private var heads: [Int32]
  private let mask: Int

  var count: Int { x.count }

  init(capacity: Int, tolerance: Double) {
    self.tolerance = tolerance
    var size = 16
    while size < 2 * capacity { size *= 2 }
    heads = Array(repeating: -1, count: size)
    mask = size - 1
    x.reserveCapacity(capacity)
    y.reserveCapacity(capacity)
    next.reserveCapacity(capacity)
  }

  private func slot(_ cx: Int, _ cy: Int) -> Int {
    var h = UInt64(bitPattern: Int64(cx)) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: Int64(cy)) &* 0xC2B2_AE3D_27D4_EB4F
    h ^= h >> 29
    h = h &* 0xBF58_476D_1CE4_E5B9
    return Int(truncatingIfNeeded: (h ^ (h >> 32)) & UInt64(mask))
  }

  private func find(_ cx: Int, _ cy: Int, _ px: Double, _ py: Double) -> Int32 {
    var v = heads[slot(cx, cy)]
    while v >= 0 {
      let dx = x[Int(v)] - px, dy = y[Int(v)] - py
      if dx * dx + dy * dy <= tolerance * tolerance { return v }
      v = next[Int(v)]
    }
    return -1
  }

  mutating func number(x px: Double, y py: Double) -> Int32 {
    let fx = (px / cell).rounded(.down), fy = (py / cell).rounded(.down)
    let cx = Int(fx), cy = Int(fy)
    let found = find(cx, cy, px, py)
    if found >= 0 { return found }
    let left = px - fx * cell < tolerance ? -1 : 0, right = (fx + 1) * cell - px < tolerance ? 1 : 0
    let down = py - fy * cell < tolerance ? -1 : 0, up = (fy + 1) * cell - py < tolerance ? 1 : 0
    if left != 0 || right != 0 || down != 0 || up != 0 {
      for dy in down...up {
        for dx in left...right where dx != 0 || dy != 0 {
          let near = find(cx + dx, cy + dy, px, py)
          if near >= 0 { return near }
        }
      }
    }
    let v = Int32(x.count)
    x.append(px)
    y.append(py)
    let s = slot(cx, cy)
    next.append(heads[s])
    heads[s] = v
    return v
  }
}
