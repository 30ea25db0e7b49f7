internal import SimpleFeatures
internal import TextFormats

/// Packs an R-tree straight into the pages of SQLite's shadow tables instead of inserting row by row, which costs a third.
///
/// Sort-tile-recursive packing (Leutenegger, Lopez and Edgington 1997, “STR: a simple and efficient algorithm for R-tree packing”, ICDE, p. 499).
/// The layout of a node is that of SQLite's R*Tree module: depth and cell count as big-endian 16-bit numbers, then cells of a 64-bit id and four
/// 32-bit reals; 51 cells a node. Bounds are rounded outwards, so that no feature falls out of its box.
struct PackedRTree {
  private static let cellsPerNode = 51
  private static let nodeSize = 4 + 51 * 24

  /// Boxes of one level, with the id of what they hold: a feature or a node.
  private struct Level {
    var identifiers: [Int64] = []
    var minX: [Float] = []
    var maxX: [Float] = []
    var minY: [Float] = []
    var maxY: [Float] = []

    var count: Int { identifiers.count }

    mutating func append(_ id: Int64, _ minX: Float, _ maxX: Float, _ minY: Float, _ maxY: Float) {
      identifiers.append(id)
      self.minX.append(minX)
      self.maxX.append(maxX)
      self.minY.append(minY)
      self.maxY.append(maxY)
    }
  }

  private var leaves = Level()

  /// Adds a feature's bounds.
  mutating func add(_ identifier: Int64, _ bounds: Envelope) {
    leaves.append(identifier, Self.down(bounds.minX), Self.up(bounds.maxX), Self.down(bounds.minY), Self.up(bounds.maxY))
  }

  private static func down(_ value: Double) -> Float {
    let near = Float(value)
    return Double(near) > value ? near.nextDown : near
  }

  private static func up(_ value: Double) -> Float {
    let near = Float(value)
    return Double(near) < value ? near.nextUp : near
  }

  /// Whether no feature has been added.
  var isEmpty: Bool { leaves.count == 0 }

  /// Root pages of the empty shadow tables of an R-tree.
  struct Roots {
    var node: UInt32
    var parent: UInt32
    var rowid: UInt32
  }

  /// Fills the shadow tables. O(n log n).
  func write(to roots: Roots, _ pages: DatabasePages) throws(FormatError) {
    precondition(!isEmpty, "SQLite's own root node stands for an empty tree")
    // From the features upwards, each level in the order in which it fills its nodes. Nodes are numbered from 2; the root is 1.
    var levels: [(boxes: Level, order: [Int], firstNode: Int64)] = []
    var level = leaves
    var nextNode: Int64 = 2
    while true {
      let isRoot = level.count <= Self.cellsPerNode
      let order = isRoot ? Array(level.identifiers.indices) : Self.tiled(level)
      levels.append((level, order, isRoot ? 1 : nextNode))
      if isRoot { break }
      var above = Level()
      for start in stride(from: 0, to: order.count, by: Self.cellsPerNode) {
        var box = (minX: Float.infinity, maxX: -Float.infinity, minY: Float.infinity, maxY: -Float.infinity)
        for k in order[start..<min(order.count, start + Self.cellsPerNode)] {
          box.minX = min(box.minX, level.minX[k])
          box.maxX = max(box.maxX, level.maxX[k])
          box.minY = min(box.minY, level.minY[k])
          box.maxY = max(box.maxY, level.maxY[k])
        }
        above.append(nextNode, box.minX, box.maxX, box.minY, box.maxY)
        nextNode += 1
      }
      level = above
    }
    var record = TableRecord()
    var nodes = TableTreeWriter(root: roots.node, pages: pages)
    for depth in [levels.count - 1] + levels.indices.dropLast() {
      let (boxes, order, first) = levels[depth]
      for start in stride(from: 0, to: order.count, by: Self.cellsPerNode) {
        let members = order[start..<min(order.count, start + Self.cellsPerNode)]
        record.removeAll()
        record.appendNull()
        // Only the root knows how deep the tree is.
        record.appendBlob { bytes in Self.append(members, of: boxes, depth: depth == levels.count - 1 ? depth : 0, to: &bytes) }
        try nodes.append(record, key: first + Int64(start / Self.cellsPerNode))
      }
    }
    try nodes.finish()

    /// Appends rows of key and node.
    func rows(_ root: UInt32, _ pairs: some Sequence<(key: Int64, node: Int64)>) throws(FormatError) {
      var tree = TableTreeWriter(root: root, pages: pages)
      for pair in pairs {
        record.removeAll()
        record.appendNull()
        record.append(whole: pair.node)
        try tree.append(record, key: pair.key)
      }
      try tree.finish()
    }
    /// The node of each member of a level, in the order of the members.
    func nodesOfMembers(_ depth: Int) -> [Int64] {
      var node = [Int64](repeating: 0, count: levels[depth].order.count)
      for (place, k) in levels[depth].order.enumerated() { node[k] = levels[depth].firstNode + Int64(place / Self.cellsPerNode) }
      return node
    }
    // The members of a level stand in ascending order: features as they were added, nodes as they are numbered.
    let features = nodesOfMembers(0)
    try rows(roots.rowid, features.indices.lazy.map { (leaves.identifiers[$0], features[$0]) })
    var parents: [(key: Int64, node: Int64)] = []
    for depth in levels.indices.dropFirst() { parents += zip(levels[depth].boxes.identifiers, nodesOfMembers(depth)).map { ($0, $1) } }
    try rows(roots.parent, parents)
  }

  /// A node's bytes.
  private static func append(_ members: ArraySlice<Int>, of level: Level, depth: Int, to bytes: inout TextBuffer) {
    bytes.append(bigEndian: UInt64(depth), count: 2)
    bytes.append(bigEndian: UInt64(members.count), count: 2)
    for k in members {
      bytes.append(bigEndian: UInt64(bitPattern: level.identifiers[k]), count: 8)
      bytes.append(bigEndian: UInt64(level.minX[k].bitPattern), count: 4)
      bytes.append(bigEndian: UInt64(level.maxX[k].bitPattern), count: 4)
      bytes.append(bigEndian: UInt64(level.minY[k].bitPattern), count: 4)
      bytes.append(bigEndian: UInt64(level.maxY[k].bitPattern), count: 4)
    }
    for _ in 0..<(nodeSize - 4 - 24 * members.count) { bytes.append(byte: 0) }
  }

  /// The order in which boxes fill nodes: vertical slices of the centres, each sorted by northing. Ties keep the order of the boxes.
  private static func tiled(_ level: Level) -> [Int] {
    let nodes = (level.count + cellsPerNode - 1) / cellsPerNode
    let slices = Int(Double(nodes).squareRoot().rounded(.up))
    let perSlice = (nodes + slices - 1) / slices * cellsPerNode
    // The centre's order and the box's place in one whole number: plain numbers sort several times faster than pairs.
    func sorted(_ members: some Sequence<Int>, _ low: [Float], _ high: [Float]) -> [Int] {
      var keyed = members.map { k -> UInt64 in
        // Adding 0 turns −0 into 0; of negative numbers all bits are turned over, of the others the sign.
        let bits = (low[k] + high[k] + 0).bitPattern
        return UInt64(bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits) << 32 | UInt64(k)
      }
      keyed.sort()
      return keyed.map { Int($0 & 0xFFFF_FFFF) }
    }
    let byX = sorted(level.identifiers.indices, level.minX, level.maxX)
    var order: [Int] = []
    order.reserveCapacity(level.count)
    for start in stride(from: 0, to: byX.count, by: perSlice) {
      order += sorted(byX[start..<min(byX.count, start + perSlice)], level.minY, level.maxY)
    }
    return order
  }
}
