internal import GRDB
internal import GRDBSQLite
internal import SimpleFeatures

/// Packs an R-tree straight into SQLite's shadow tables instead of inserting row by row, which costs a third.
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

  /// Fills the shadow tables of an empty R-tree table. O(n log n).
  func write(to db: Database, table: String) throws {
    guard leaves.count > 0 else { return }
    func shadow(_ suffix: String) -> String { (table + suffix).quotedIdentifier }
    try db.execute(sql: "DELETE FROM \(shadow("_node"))")
    let node = try db.makeStatement(sql: "INSERT INTO \(shadow("_node")) VALUES (?, ?)")
    let parent = try db.makeStatement(sql: "INSERT INTO \(shadow("_parent")) VALUES (?, ?)")
    let rowid = try db.makeStatement(sql: "INSERT INTO \(shadow("_rowid")) VALUES (?, ?)")
    var level = leaves
    var depth = 0
    var nextNode: Int64 = 2
    // Node of each feature, to be written in the order of the features.
    var nodeOfFeature: [(feature: Int64, node: Int64)] = []
    while true {
      let isRoot = level.count <= Self.cellsPerNode
      let order = isRoot ? Array(level.identifiers.indices) : Self.tiled(level)
      var above = Level()
      for start in stride(from: 0, to: order.count, by: Self.cellsPerNode) {
        let members = order[start..<min(order.count, start + Self.cellsPerNode)]
        let number = isRoot ? 1 : nextNode
        nextNode += isRoot ? 0 : 1
        var box = (minX: Float.infinity, maxX: -Float.infinity, minY: Float.infinity, maxY: -Float.infinity)
        var bytes = [UInt8](repeating: 0, count: Self.nodeSize)
        Self.put(UInt16(isRoot ? depth : 0), in: &bytes, at: 0)
        Self.put(UInt16(members.count), in: &bytes, at: 2)
        var at = 4
        for k in members {
          Self.put(UInt64(bitPattern: level.identifiers[k]), in: &bytes, at: at)
          Self.put(level.minX[k].bitPattern, in: &bytes, at: at + 8)
          Self.put(level.maxX[k].bitPattern, in: &bytes, at: at + 12)
          Self.put(level.minY[k].bitPattern, in: &bytes, at: at + 16)
          Self.put(level.maxY[k].bitPattern, in: &bytes, at: at + 20)
          at += 24
          box.minX = min(box.minX, level.minX[k])
          box.maxX = max(box.maxX, level.maxX[k])
          box.minY = min(box.minY, level.minY[k])
          box.maxY = max(box.maxY, level.maxY[k])
          if depth == 0 {
            nodeOfFeature.append((level.identifiers[k], number))
          } else {
            try Self.insert(parent, level.identifiers[k], number)
          }
        }
        try Self.insert(node, number, bytes)
        above.append(number, box.minX, box.maxX, box.minY, box.maxY)
      }
      if isRoot { break }
      level = above
      depth += 1
    }
    nodeOfFeature.sort { $0.feature < $1.feature }
    for pair in nodeOfFeature { try Self.insert(rowid, pair.feature, pair.node) }
  }

  /// The order in which boxes fill nodes: vertical slices of the centres, each sorted by northing. Ties keep the order of the boxes.
  private static func tiled(_ level: Level) -> [Int] {
    let nodes = (level.count + cellsPerNode - 1) / cellsPerNode
    let slices = Int(Double(nodes).squareRoot().rounded(.up))
    let perSlice = (nodes + slices - 1) / slices * cellsPerNode
    func sorted(_ members: some Sequence<Int>, _ low: [Float], _ high: [Float]) -> [Int] {
      var keyed = members.map { (key: low[$0] + high[$0], index: $0) }
      keyed.sort { $0.key < $1.key || ($0.key == $1.key && $0.index < $1.index) }
      return keyed.map(\.index)
    }
    let byX = sorted(level.identifiers.indices, level.minX, level.maxX)
    var order: [Int] = []
    order.reserveCapacity(level.count)
    for start in stride(from: 0, to: byX.count, by: perSlice) {
      order += sorted(byX[start..<min(byX.count, start + perSlice)], level.minY, level.maxY)
    }
    return order
  }

  private static func put<T: FixedWidthInteger>(_ value: T, in bytes: inout [UInt8], at: Int) {
    for k in 0..<MemoryLayout<T>.size {
      bytes[at + k] = UInt8(truncatingIfNeeded: value >> T(8 * (MemoryLayout<T>.size - 1 - k)))
    }
  }

  private static func insert(_ statement: Statement, _ a: Int64, _ b: Int64) throws {
    let raw = unsafe statement.sqliteStatement
    unsafe sqlite3_bind_int64(raw, 1, a)
    unsafe sqlite3_bind_int64(raw, 2, b)
    try unsafe run(raw)
  }

  private static func insert(_ statement: Statement, _ a: Int64, _ bytes: [UInt8]) throws {
    let raw = unsafe statement.sqliteStatement
    unsafe sqlite3_bind_int64(raw, 1, a)
    // The array lives until the statement has run.
    try unsafe bytes.withUnsafeBytes { bytes in
      unsafe sqlite3_bind_blob(raw, 2, bytes.baseAddress, Int32(bytes.count), nil)
      try unsafe run(raw)
    }
  }

  private static func run(_ raw: OpaquePointer) throws {
    let status = unsafe sqlite3_step(raw)
    unsafe sqlite3_reset(raw)
    guard status == SQLITE_DONE else {
      throw DatabaseError(
        resultCode: ResultCode(rawValue: status), message: unsafe String(cString: sqlite3_errmsg(sqlite3_db_handle(raw))))
    }
  }
}
