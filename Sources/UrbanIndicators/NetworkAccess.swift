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

/// Where places can be reached on the street graph: the feet of each place's entries.
public struct PlaceFeet: Sendable {
  /// The feet of place `p` are `first[p] ..< first[p + 1]`.
  var first: [Int32]
  var feet: StreetGraph.Feet

  /// Entries that are this much farther from a street than the nearest one are ways in, too, m.
  static let way = 50.0

  /// Finds where places can be reached. An entry stands on the nearest edge of a large component within `StreetGraph.reach`, else on the nearest of any.
  public init(_ places: Places, graph: StreetGraph, limit: Double = 5000, threads: Int = 1) {
    let all = graph.feet(x: places.entryX, y: places.entryY, limit: limit, preferring: graph.largeComponents, threads: threads)
    (first, feet) = ([0], StreetGraph.Feet(edge: [], offset: [], approach: []))
    for place in 0..<places.count {
      let entries = Int(places.firstEntry[place])..<Int(places.firstEntry[place + 1])
      let nearest = entries.filter { all.edge[$0] >= 0 }.min { all.approach[$0] < all.approach[$1] } ?? entries.lowerBound
      for entry in entries
      where entry == nearest || (all.edge[entry] >= 0 && all.approach[entry] <= all.approach[nearest] + Self.way) {
        feet.edge.append(all.edge[entry])
        feet.offset.append(all.offset[entry])
        feet.approach.append(all.approach[entry])
      }
      first.append(Int32(feet.edge.count))
    }
  }

  /// Components of the graph that matter for walks: those that hold a place or 1 % of the network.
  public func majorComponents(of graph: StreetGraph) -> [Bool] {
    var major = graph.largeComponents
    for edge in feet.edge where edge >= 0 { major[Int(graph.edgeComponent[Int(edge)])] = true }
    return major
  }
}

/// Walks along the street graph to the places of each category.
///
/// A walk leads straight from the position to the nearest edge, along the graph, and straight from the place's nearest edge to the place;
/// both stand on edges, not on nodes. A place with an outline is reached at its edge, wherever that is nearest. One search from all places of a
/// category at once (E. W. Dijkstra, 1959) gives every position its
/// nearest; a search from each place up to 800 m gives the counts. Farther than `limit` → NaN and `beyondSearch`; no way → NaN and
/// `unreachable`; a category without places → NaN and `noPlaces`.
public func networkAccess(
  from feet: StreetGraph.Feet, to placeFeet: PlaceFeet, graph: StreetGraph, places: Places, limit: Double = 5000, threads: Int = 1
) -> PlaceAccess {
  let order = EdgeOrder(feet, graph: graph)
  let categories = PlaceCategory.allCases.count
  var members: [[Int32]] = Array(repeating: [], count: categories)
  for i in 0..<places.count { members[Int(places.category[i].rawValue)].append(Int32(i)) }
  // What a category without places gives, once for all of them.
  let nothing = CategoryAccess(count: feet.edge.count)
  let results = graph.withUnsafeGraph { graph in
    order.withUnsafeOrder { order in
      mapRanges(of: categories, chunk: 1, threads: threads) { range -> CategoryAccess in
        let c = range.lowerBound
        guard !members[c].isEmpty else { return nothing }
        var search = GraphSearch(graph)
        let entries = members[c].flatMap { placeFeet.first[Int($0)]..<placeFeet.first[Int($0) + 1] }
        var access = search.nearest(entries, placeFeet.feet, feet, order, limit: limit)
        search.count(
          members[c].map { Int(placeFeet.first[Int($0)])..<Int(placeFeet.first[Int($0) + 1]) }, placeFeet.feet, order, into: &access)
        return access
      }
    }
  }
  return PlaceAccess(
    nearest: results.map(\.nearest), status: results.map(\.status), within400: results.map(\.within400),
    within800: results.map(\.within800))
}

/// The walk along the street graph to one position, e.g. the centre: distance in metres (NaN where not reached) and how the walk ended.
public func networkWalk(
  from feet: StreetGraph.Feet, graph: StreetGraph, to target: Position, limit: Double = 5000
) -> (distance: [Double], status: [AccessStatus]) {
  let targetFeet = graph.feet(x: [target.x], y: [target.y], limit: limit, preferring: graph.largeComponents)
  let order = EdgeOrder(feet, graph: graph)
  let access = graph.withUnsafeGraph { graph in
    order.withUnsafeOrder { order in
      var search = GraphSearch(graph)
      return search.nearest([0], targetFeet, feet, order, limit: limit)
    }
  }
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
    var place: [Int32] = []
    for i in 0..<places.count where places.category[i] == category {
      for entry in Int(places.firstEntry[i])..<Int(places.firstEntry[i + 1]) {
        px.append(places.entryX[entry])
        py.append(places.entryY[entry])
        place.append(Int32(i))
      }
    }
    let areOutlines = Set(place).count < place.count
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
                  if areOutlines {
                    // A place counts once, by its nearest entry.
                    var best: [Int32: Double] = [:]
                    index.forEachRun(x: x[i], y: y[i], radius: r800) { run in
                      for k in run {
                        let dx = index.x[k] - x[i], dy = index.y[k] - y[i]
                        let d2 = dx * dx + dy * dy
                        let id = place[Int(index.id[k])]
                        if d2 <= r800 * r800 { best[id] = min(best[id] ?? .infinity, d2) }
                      }
                    }
                    k800 = best.count
                    k400 = best.values.count { $0 <= r400 * r400 }
                    within400[i] = UInt16(min(65534, k400))
                    within800[i] = UInt16(min(65534, k800))
                    continue
                  }
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
  /// Where a position stands on its edge.
  struct Stand {
    var offset: Double
    var approach: Double
  }

  /// First place in `item` of each edge.
  var first: [Int32]
  /// Positions by edge.
  var item: [Int32]
  /// Their stands, in the same order.
  var stands: [Stand]

  init(_ feet: StreetGraph.Feet, graph: StreetGraph) {
    first = Array(repeating: 0, count: graph.edgeCount + 1)
    for e in feet.edge where e >= 0 { first[Int(e) + 1] += 1 }
    for e in 0..<graph.edgeCount { first[e + 1] += first[e] }
    var next = first
    item = Array(repeating: 0, count: Int(first[graph.edgeCount]))
    stands = Array(repeating: Stand(offset: 0, approach: 0), count: item.count)
    for (i, e) in feet.edge.enumerated() where e >= 0 {
      let k = Int(next[Int(e)])
      item[k] = Int32(i)
      stands[k] = Stand(offset: feet.offset[i], approach: feet.approach[i])
      next[Int(e)] += 1
    }
  }

  func withUnsafeOrder<Result>(_ body: (UnsafeEdgeOrder) -> Result) -> Result {
    first.withUnsafeBufferPointer { first in
      item.withUnsafeBufferPointer { item in
        stands.withUnsafeBufferPointer { stands in body(UnsafeEdgeOrder(first: first, item: item, stands: stands)) }
      }
    }
  }
}

/// The arrays of an edge order as buffers, valid inside `withUnsafeOrder` only.
private struct UnsafeEdgeOrder {
  let first: UnsafeBufferPointer<Int32>
  let item: UnsafeBufferPointer<Int32>
  let stands: UnsafeBufferPointer<EdgeOrder.Stand>
}

/// Shortest ways from sources to all nodes, with buckets of equal width as queue (R. B. Dial, 1969; a node that improves inside the open
/// bucket is taken again, so the result is exact for any width).
///
/// Plain memory instead of arrays: every relaxed arc touches it.
private struct GraphSearch: ~Copyable {
  /// A node that waits in a bucket.
  private struct Entry {
    var key: Double
    var node: Int32
    var next: Int32
  }

  private let graph: UnsafeStreetGraph
  private let distance: UnsafeMutablePointer<Double>
  private let touched: UnsafeMutablePointer<Int32>
  private var touchedCount = 0
  private var heads: [Int32] = []
  private var entries: UnsafeMutablePointer<Entry>
  private var entryCount = 0
  private var entryCapacity = 1024
  /// About half the length of a usual edge, m.
  private let width = 20.0

  init(_ graph: UnsafeStreetGraph) {
    self.graph = graph
    let n = max(1, graph.nodeCount)
    distance = .allocate(capacity: n)
    distance.initialize(repeating: .infinity, count: n)
    touched = .allocate(capacity: n)
    entries = .allocate(capacity: entryCapacity)
  }

  deinit {
    distance.deallocate()
    touched.deallocate()
    entries.deallocate()
  }

  /// Opens buckets up to a limit, all empty.
  private mutating func open(limit: Double) {
    let buckets = Int(limit / width) + 1
    if heads.count < buckets { heads = Array(repeating: -1, count: buckets) }
    entryCount = 0
  }

  @inline(__always)
  private mutating func relax(_ node: Int32, _ key: Double, _ limit: Double, _ heads: UnsafeMutableBufferPointer<Int32>) {
    let old = distance[Int(node)]
    guard key <= limit, key < old else { return }
    if old == .infinity {
      touched[touchedCount] = node
      touchedCount += 1
    }
    distance[Int(node)] = key
    if entryCount == entryCapacity {
      let larger = UnsafeMutablePointer<Entry>.allocate(capacity: 2 * entryCapacity)
      larger.moveInitialize(from: entries, count: entryCount)
      entries.deallocate()
      entries = larger
      entryCapacity *= 2
    }
    let bucket = Int(key / width)
    entries[entryCount] = Entry(key: key, node: node, next: heads[bucket])
    heads[bucket] = Int32(entryCount)
    entryCount += 1
  }

  /// Searches from the seeds; distances beyond `limit` stay infinite.
  private mutating func run(_ seeds: some Sequence<(node: Int32, key: Double)>, limit: Double) {
    open(limit: limit)
    // Moved out, so that the buckets are written without a check for other owners.
    var heads = heads
    self.heads = []
    heads.withUnsafeMutableBufferPointer { heads in
      for seed in seeds { relax(seed.node, seed.key, limit, heads) }
      let buckets = Int(limit / width) + 1
      var bucket = 0
      while bucket < buckets {
        while heads[bucket] >= 0 {
          let entry = entries[Int(heads[bucket])]
          heads[bucket] = entry.next
          guard entry.key <= distance[Int(entry.node)] else { continue }
          var a = Int(graph.firstArc[Int(entry.node)])
          let end = Int(graph.firstArc[Int(entry.node) + 1])
          while a < end {
            let arc = graph.arcs[a]
            relax(arc.target, entry.key + arc.length, limit, heads)
            a += 1
          }
        }
        bucket += 1
      }
    }
    self.heads = heads
  }

  private mutating func clear() {
    for t in 0..<touchedCount { distance[Int(touched[t])] = .infinity }
    touchedCount = 0
  }

  /// Both ends of the edge that a place stands on.
  private func seeds(_ place: Int, _ places: StreetGraph.Feet) -> [(node: Int32, key: Double)] {
    let e = Int(places.edge[place])
    return [
      (graph.edgeStart[e], places.approach[place] + places.offset[place]),
      (graph.edgeEnd[e], places.approach[place] + (graph.edgeLength[e] - places.offset[place])),
    ]
  }

  mutating func nearest(
    _ members: [Int32], _ places: StreetGraph.Feet, _ feet: StreetGraph.Feet, _ order: UnsafeEdgeOrder, limit: Double
  ) -> CategoryAccess {
    let n = feet.edge.count
    var access = CategoryAccess(count: n)
    var hasPlace = [Bool](repeating: false, count: graph.componentCount)
    var all: [(node: Int32, key: Double)] = []
    for p in members where places.edge[Int(p)] >= 0 {
      hasPlace[Int(graph.edgeComponent[Int(places.edge[Int(p)])])] = true
      all.append(contentsOf: seeds(Int(p), places))
    }
    run(all, limit: limit)
    access.nearest.withUnsafeMutableBufferPointer { nearest in
      for e in 0..<graph.edgeCount where order.first[e] < order.first[e + 1] {
        let du = distance[Int(graph.edgeStart[e])], dv = distance[Int(graph.edgeEnd[e])] + graph.edgeLength[e]
        for k in Int(order.first[e])..<Int(order.first[e + 1]) {
          let stand = order.stands[k]
          nearest[Int(order.item[k])] = stand.approach + min(du + stand.offset, dv - stand.offset)
        }
      }
      // Places on the same edge need no node.
      for p in members {
        let e = Int(places.edge[Int(p)])
        guard e >= 0 else { continue }
        let offset = places.offset[Int(p)], approach = places.approach[Int(p)]
        for k in Int(order.first[e])..<Int(order.first[e + 1]) {
          let stand = order.stands[k]
          let i = Int(order.item[k])
          nearest[i] = min(nearest[i], stand.approach + approach + abs(stand.offset - offset))
        }
      }
      access.status.withUnsafeMutableBufferPointer { status in
        for i in 0..<n {
          let e = Int(feet.edge[i])
          if e < 0 {
            status[i] = .unreachable
          } else if nearest[i] <= limit {
            status[i] = .reached
          } else {
            nearest[i] = .nan
            status[i] = hasPlace[Int(graph.edgeComponent[e])] ? .beyondSearch : .unreachable
          }
        }
      }
    }
    clear()
    return access
  }

  /// Counts each place once, by whichever of its feet is nearest.
  mutating func count(
    _ members: [Range<Int>], _ places: StreetGraph.Feet, _ order: UnsafeEdgeOrder, into access: inout CategoryAccess
  ) {
    // Counted in the order of the edges, so that neighbours lie together in memory.
    var within400 = [UInt16](repeating: 0, count: order.item.count), within800 = within400
    within400.withUnsafeMutableBufferPointer { within400 in
      within800.withUnsafeMutableBufferPointer { within800 in
        for entries in members {
          let reached = entries.filter { places.edge[$0] >= 0 && places.approach[$0] <= far }
          guard let first = reached.first else { continue }
          run(reached.count == 1 ? seeds(first, places) : reached.flatMap { seeds($0, places) }, limit: far)
          // Edges that the place stands on itself, which need no node.
          let single = reached.count == 1 ? Int(places.edge[first]) : -1
          var own: [Int: [Int]] = [:]
          if single < 0 { for entry in reached { own[Int(places.edge[entry]), default: []].append(entry) } }
          var ownDone = false
          for t in 0..<touchedCount {
            let u = Int(touched[t])
            var a = Int(graph.firstArc[u])
            let end = Int(graph.firstArc[u + 1])
            while a < end {
              let e = Int(graph.arcs[a].edge), v = Int(graph.arcs[a].target)
              a += 1
              // Each edge once: from its lower end, or from its only end that was reached.
              guard u <= v || distance[v] == .infinity else { continue }
              if single >= 0 {
                if e == single { ownDone = true }
                count(e, e == single ? CollectionOfOne(first) : nil, places, order, within400, within800)
              } else {
                count(e, own.removeValue(forKey: e), places, order, within400, within800)
              }
            }
          }
          if single >= 0 {
            if !ownDone { count(single, CollectionOfOne(first), places, order, within400, within800) }
          } else {
            for (e, entries) in own { count(e, entries, places, order, within400, within800) }
          }
          clear()
        }
      }
    }
    for k in order.item.indices {
      access.within400[Int(order.item[k])] = within400[k]
      access.within800[Int(order.item[k])] = within800[k]
    }
  }

  /// Counts a place for the positions on an edge; `entries` are those of its feet that stand on the same edge.
  @inline(__always)
  private func count(
    _ e: Int, _ entries: (some Collection<Int>)?, _ places: StreetGraph.Feet, _ order: UnsafeEdgeOrder,
    _ within400: UnsafeMutableBufferPointer<UInt16>, _ within800: UnsafeMutableBufferPointer<UInt16>
  ) {
    var k = Int(order.first[e])
    let end = Int(order.first[e + 1])
    guard k < end else { return }
    let du = distance[Int(graph.edgeStart[e])], dv = distance[Int(graph.edgeEnd[e])] + graph.edgeLength[e]
    while k < end {
      let stand = order.stands[k]
      var d = min(du + stand.offset, dv - stand.offset)
      if let entries { for entry in entries { d = min(d, places.approach[entry] + abs(stand.offset - places.offset[entry])) } }
      d += stand.approach
      if d <= far {
        within800[k] = min(65534, within800[k] + 1)
        if d <= near { within400[k] = min(65534, within400[k] + 1) }
      }
      k += 1
    }
  }
}
