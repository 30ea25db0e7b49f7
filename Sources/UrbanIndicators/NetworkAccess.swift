public import SimpleFeatures

/// How far is the walk to the nearest place of each kind, and how many are within reach?
public struct PlaceAccess: Sendable {
  /// Walk to the nearest place by category and position, m; NaN where there is none to be reached.
  public var nearest: [[Double]]
  /// How the walk ended, by category and position.
  public var status: [[AccessStatus]]
  /// Places within 400 m by category and position; 65535 unknown.
  public var within400: [[UInt16]]
  /// Places within 800 m by category and position; 65535 unknown.
  public var within800: [[UInt16]]
}

/// Distances at which places are counted, m.
private let near = 400.0, far = 800.0

/// Walks along the street graph to the places of each category.
///
/// A walk leads straight from the position to the nearest edge, along the graph, and straight from the place's nearest edge to the place;
/// both stand on edges, not on nodes. One search from all places of a category at once (E. W. Dijkstra, 1959) gives every position its
/// nearest; a search from each place up to 800 m gives the counts. Farther than `limit` → NaN and `beyondSearch`; no way → NaN and
/// `unreachable`; a category without places → NaN and `noPlaces`.
public func networkAccess(
  from feet: StreetGraph.Feet, graph: StreetGraph, places: Places, limit: Double = 5000, threads: Int = 1
) -> PlaceAccess {
  let placeFeet = graph.feet(x: places.x, y: places.y, limit: limit, threads: threads)
  let order = EdgeOrder(feet, graph: graph)
  let categories = PlaceCategory.allCases.count
  var members: [[Int32]] = Array(repeating: [], count: categories)
  for i in 0..<places.count { members[Int(places.category[i].rawValue)].append(Int32(i)) }
  let n = feet.edge.count
  let results = mapRanges(of: categories, chunk: 1, threads: threads) { range -> CategoryAccess in
    let c = range.lowerBound
    guard !members[c].isEmpty else { return CategoryAccess(count: n) }
    var search = GraphSearch(graph)
    var access = search.nearest(members[c], placeFeet, feet, order, limit: limit)
    search.count(members[c], placeFeet, feet, order, into: &access)
    return access
  }
  return PlaceAccess(
    nearest: results.map(\.nearest), status: results.map(\.status), within400: results.map(\.within400),
    within800: results.map(\.within800))
}

/// The walk along the street graph to one position, e.g. the centre: distance in metres (NaN where not reached) and how the walk ended.
public func networkWalk(
  from feet: StreetGraph.Feet, graph: StreetGraph, to target: Position, limit: Double = 5000
) -> (distance: [Double], status: [AccessStatus]) {
  let targetFeet = graph.feet(x: [target.x], y: [target.y], limit: limit)
  var search = GraphSearch(graph)
  let access = search.nearest([0], targetFeet, feet, EdgeOrder(feet, graph: graph), limit: limit)
  return (access.nearest, access.status)
}

/// Straight lines times a detour factor where there are no streets; statuses and counts as in `networkAccess`.
public func straightLineAccess(
  x: [Double], y: [Double], places: Places, detourFactor: Double = 1.3, limit: Double = 5000, threads: Int = 1
) -> PlaceAccess {
  let n = x.count
  var access = PlaceAccess(nearest: [], status: [], within400: [], within800: [])
  for category in PlaceCategory.allCases {
    var px: [Double] = []
    var py: [Double] = []
    for i in 0..<places.count where places.category[i] == category {
      px.append(places.x[i])
      py.append(places.y[i])
    }
    var result = CategoryAccess(count: n)
    if !px.isEmpty {
      let index = PointIndex(x: px, y: py, cell: PointIndex.spacing(x: px, y: py))
      let r400 = near / detourFactor, r800 = far / detourFactor
      result.nearest.withUnsafeMutableBufferPointer { nearest in
        result.status.withUnsafeMutableBufferPointer { status in
          result.within400.withUnsafeMutableBufferPointer { within400 in
            result.within800.withUnsafeMutableBufferPointer { within800 in
              forEachRange(of: n, threads: threads) { range in
                for i in range where !x[i].isNaN {
                  let d = index.nearestDistance(x: x[i], y: y[i], limit: limit / detourFactor) * detourFactor
                  status[i] = d <= limit ? .reached : .beyondSearch
                  if d <= limit { nearest[i] = d }
                  var k400 = 0, k800 = 0
                  index.forEachRun(x: x[i], y: y[i], radius: r800) { run in
                    for k in run {
                      let dx = index.x[k] - x[i], dy = index.y[k] - y[i]
                      let d2 = dx * dx + dy * dy
                      if d2 <= r800 * r800 { k800 += 1 }
                      if d2 <= r400 * r400 { k400 += 1 }
                    }
                  }
                  within400[i] = UInt16(min(65534, k400))
                  within800[i] = UInt16(min(65534, k800))
                }
              }
            }
          }
        }
      }
    }
    access.nearest.append(result.nearest)
    access.status.append(result.status)
    access.within400.append(result.within400)
    access.within800.append(result.within800)
  }
  return access
}

/// The results of one category.
private struct CategoryAccess {
  var nearest: [Double]
  var status: [AccessStatus]
  var within400: [UInt16]
  var within800: [UInt16]

  init(count: Int) {
    nearest = Array(repeating: .nan, count: count)
    status = Array(repeating: .noPlaces, count: count)
    within400 = Array(repeating: .max, count: count)
    within800 = Array(repeating: .max, count: count)
  }
}

/// Positions by the edge they stand on.
private struct EdgeOrder {
  /// First place in `item` of each edge.
  var first: [Int32]
  /// Positions by edge.
  var item: [Int32]

  init(_ feet: StreetGraph.Feet, graph: StreetGraph) {
    first = Array(repeating: 0, count: graph.edgeCount + 1)
    for e in feet.edge where e >= 0 { first[Int(e) + 1] += 1 }
    for e in 0..<graph.edgeCount { first[e + 1] += first[e] }
    var next = first
    item = Array(repeating: 0, count: Int(first[graph.edgeCount]))
    for (i, e) in feet.edge.enumerated() where e >= 0 {
      item[Int(next[Int(e)])] = Int32(i)
      next[Int(e)] += 1
    }
  }
}

/// Shortest ways from sources to all nodes, with buckets of equal width as queue (R. B. Dial, 1969; a node that improves inside the open
/// bucket is taken again, so the result is exact for any width).
private struct GraphSearch {
  private let graph: StreetGraph
  private var distance: [Double]
  private var touched: [Int32] = []
  private var heads: [Int32] = []
  private var entryNode: [Int32] = []
  private var entryNext: [Int32] = []
  private var entryKey: [Double] = []
  /// About half the length of a usual edge, m.
  private let width = 20.0

  init(_ graph: StreetGraph) {
    self.graph = graph
    distance = Array(repeating: .infinity, count: graph.nodeCount)
  }

  private mutating func push(_ node: Int32, _ key: Double) {
    let bucket = Int(key / width)
    while heads.count <= bucket { heads.append(-1) }
    entryNode.append(node)
    entryKey.append(key)
    entryNext.append(heads[bucket])
    heads[bucket] = Int32(entryNode.count - 1)
  }

  private mutating func relax(_ node: Int32, _ key: Double, _ limit: Double) {
    guard key <= limit, key < distance[Int(node)] else { return }
    if distance[Int(node)] == .infinity { touched.append(node) }
    distance[Int(node)] = key
    push(node, key)
  }

  private mutating func run(limit: Double) {
    var bucket = 0
    while bucket < heads.count {
      while heads[bucket] >= 0 {
        let entry = Int(heads[bucket])
        heads[bucket] = entryNext[entry]
        let node = Int(entryNode[entry])
        let key = entryKey[entry]
        guard key <= distance[node] else { continue }
        for a in Int(graph.firstArc[node])..<Int(graph.firstArc[node + 1]) {
          let arc = graph.arcs[a]
          relax(arc.target, key + arc.length, limit)
        }
      }
      bucket += 1
    }
    heads.removeAll(keepingCapacity: true)
    entryNode.removeAll(keepingCapacity: true)
    entryNext.removeAll(keepingCapacity: true)
    entryKey.removeAll(keepingCapacity: true)
  }

  private mutating func clear() {
    for node in touched { distance[Int(node)] = .infinity }
    touched.removeAll(keepingCapacity: true)
  }

  private mutating func seed(_ place: Int, _ places: StreetGraph.Feet, _ limit: Double) {
    let e = Int(places.edge[place])
    relax(graph.edgeStart[e], places.approach[place] + places.offset[place], limit)
    relax(graph.edgeEnd[e], places.approach[place] + (graph.edgeLength[e] - places.offset[place]), limit)
  }

  mutating func nearest(
    _ members: [Int32], _ places: StreetGraph.Feet, _ feet: StreetGraph.Feet, _ order: EdgeOrder, limit: Double
  ) -> CategoryAccess {
    let n = feet.edge.count
    var access = CategoryAccess(count: n)
    var hasPlace = [Bool](repeating: false, count: graph.componentCount)
    for p in members where places.edge[Int(p)] >= 0 {
      hasPlace[Int(graph.edgeComponent[Int(places.edge[Int(p)])])] = true
      seed(Int(p), places, limit)
    }
    run(limit: limit)
    for i in 0..<n {
      let e = Int(feet.edge[i])
      guard e >= 0 else {
        access.status[i] = .unreachable
        continue
      }
      let d =
        feet.approach[i]
        + min(
          distance[Int(graph.edgeStart[e])] + feet.offset[i],
          distance[Int(graph.edgeEnd[e])] + (graph.edgeLength[e] - feet.offset[i]))
      access.nearest[i] = d
    }
    // Places on the same edge need no node.
    for p in members {
      let e = Int(places.edge[Int(p)])
      guard e >= 0 else { continue }
      for k in Int(order.first[e])..<Int(order.first[e + 1]) {
        let i = Int(order.item[k])
        let d = feet.approach[i] + places.approach[Int(p)] + abs(feet.offset[i] - places.offset[Int(p)])
        if d < access.nearest[i] { access.nearest[i] = d }
      }
    }
    for i in 0..<n where feet.edge[i] >= 0 {
      if access.nearest[i] <= limit {
        access.status[i] = .reached
      } else {
        access.nearest[i] = .nan
        access.status[i] = hasPlace[Int(graph.edgeComponent[Int(feet.edge[i])])] ? .beyondSearch : .unreachable
      }
    }
    clear()
    return access
  }

  mutating func count(
    _ members: [Int32], _ places: StreetGraph.Feet, _ feet: StreetGraph.Feet, _ order: EdgeOrder, into access: inout CategoryAccess
  ) {
    for i in feet.edge.indices where feet.edge[i] >= 0 {
      access.within400[i] = 0
      access.within800[i] = 0
    }
    for p in members {
      let place = Int(p)
      let own = Int(places.edge[place])
      guard own >= 0, places.approach[place] <= far else { continue }
      seed(place, places, far)
      run(limit: far)
      var ownDone = false
      for t in touched.indices {
        let u = Int(touched[t])
        for a in Int(graph.firstArc[u])..<Int(graph.firstArc[u + 1]) {
          let e = Int(graph.arcs[a].edge), v = Int(graph.arcs[a].target)
          // Each edge once: from its lower end, or from its only end that was reached.
          guard order.first[e] < order.first[e + 1], u <= v || distance[v] == .infinity else { continue }
          if e == own { ownDone = true }
          count(edge: e, place: place, places, feet, order, isOwn: e == own, into: &access)
        }
      }
      if !ownDone { count(edge: own, place: place, places, feet, order, isOwn: true, into: &access) }
      clear()
    }
  }

  private func count(
    edge e: Int, place: Int, _ places: StreetGraph.Feet, _ feet: StreetGraph.Feet, _ order: EdgeOrder, isOwn: Bool,
    into access: inout CategoryAccess
  ) {
    let du = distance[Int(graph.edgeStart[e])], dv = distance[Int(graph.edgeEnd[e])] + graph.edgeLength[e]
    for k in Int(order.first[e])..<Int(order.first[e + 1]) {
      let i = Int(order.item[k])
      var d = min(du + feet.offset[i], dv - feet.offset[i])
      if isOwn { d = min(d, places.approach[place] + abs(feet.offset[i] - places.offset[place])) }
      d += feet.approach[i]
      if d <= far, access.within800[i] < 65534 { access.within800[i] += 1 }
      if d <= near, access.within400[i] < 65534 { access.within400[i] += 1 }
    }
  }
}
