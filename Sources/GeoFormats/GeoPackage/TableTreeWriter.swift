internal import TextFormats

/// Lays down the b-tree of an SQLite table whose rows come in the order of their keys.
///
/// Leaves are filled to the last byte, one after another; the levels above are written at the end and the topmost takes the place of the empty
/// root that `CREATE TABLE` has left. O(bytes); in memory stand one leaf and a number for each page.
struct TableTreeWriter: ~Copyable {
  private let pages: DatabasePages
  private let root: UInt32
  private var leaf: [UInt8]
  private var cellCount = 0
  private var contentStart: Int
  private var lastKey = Int64.min
  private var leaves: [(page: UInt32, key: Int64)] = []
  private var overflow: [UInt8] = []
  private var spilled = TextBuffer(capacity: 4_096)

  private static let headerSize = 8

  /// Begins the tree of the table whose empty root page is `root`.
  init(root: UInt32, pages: DatabasePages) {
    self.root = root
    self.pages = pages
    leaf = Array(repeating: 0, count: pages.pageSize)
    contentStart = pages.pageSize
  }

  /// Appends a row; keys ascend.
  mutating func append(_ record: borrowing TableRecord, key: Int64) throws(FormatError) {
    precondition(key > lastKey, "keys ascend")
    let payload = record.count, local = SQLitePage.localBytes(payload: payload, size: pages.pageSize)
    let keyBits = UInt64(bitPattern: key)
    let cell = Varint.count(UInt64(payload)) + Varint.count(keyBits) + local + (payload > local ? 4 : 0)
    if Self.headerSize + 2 * (cellCount + 1) + cell > contentStart { try closeLeaf() }
    contentStart -= cell
    var at = contentStart
    let pointer = Self.headerSize + 2 * cellCount
    leaf[pointer] = UInt8(truncatingIfNeeded: contentStart >> 8)
    leaf[pointer + 1] = UInt8(truncatingIfNeeded: contentStart)
    at = Varint.put(UInt64(payload), in: &leaf, at: at)
    at = Varint.put(keyBits, in: &leaf, at: at)
    if payload == local {
      record.copy(into: &leaf, at: at)
    } else {
      spilled.removeAll()
      record.append(to: &spilled)
      let first = try writeOverflow(from: local)
      spilled.copy(0..<local, into: &leaf, at: at)
      Self.put(first, in: &leaf, at: at + local)
    }
    cellCount += 1
    lastKey = key
  }

  /// Writes the rest of a long record as a chain of pages, each of which names the next; gives the first.
  private mutating func writeOverflow(from start: Int) throws(FormatError) -> UInt32 {
    let size = pages.pageSize
    let share = size - 4
    let number = (spilled.count - start + share - 1) / share
    var next: UInt32 = 0
    // From the last to the first, since each names the one behind it.
    for k in stride(from: number - 1, through: 0, by: -1) {
      overflow = Array(repeating: 0, count: size)
      Self.put(next, in: &overflow, at: 0)
      let from = start + k * share
      spilled.copy(from..<min(spilled.count, from + share), into: &overflow, at: 4)
      next = try pages.append(overflow.span)
    }
    return next
  }

  private mutating func closeLeaf() throws(FormatError) {
    finishLeaf()
    leaves.append((try pages.append(leaf.span), lastKey))
    cellCount = 0
    contentStart = pages.pageSize
  }

  /// The header of the leaf, and zeros between its pointers and its cells.
  private mutating func finishLeaf() {
    leaf[0] = 0x0D
    for k in 1..<Self.headerSize { leaf[k] = 0 }
    leaf[3] = UInt8(truncatingIfNeeded: cellCount >> 8)
    leaf[4] = UInt8(truncatingIfNeeded: cellCount)
    leaf[5] = UInt8(truncatingIfNeeded: contentStart >> 8)
    leaf[6] = UInt8(truncatingIfNeeded: contentStart)
    for k in (Self.headerSize + 2 * cellCount)..<contentStart { leaf[k] = 0 }
  }

  /// Writes the last leaf and the levels above it.
  mutating func finish() throws(FormatError) {
    guard !leaves.isEmpty else {
      finishLeaf()
      return try pages.replace(root, leaf.span)
    }
    try closeLeaf()
    var level = leaves
    // A cell takes four bytes of page number, at most nine of key and two of pointer.
    let perPage = (pages.pageSize - 12) / 15
    while level.count > perPage + 1 {
      var above: [(page: UInt32, key: Int64)] = []
      // Children are shared out evenly, so that no page is left with less than two.
      let groups = (level.count + perPage) / (perPage + 1)
      for group in 0..<groups {
        let members = level[(level.count * group / groups)..<(level.count * (group + 1) / groups)]
        above.append((try pages.append(Self.interior(members, pages.pageSize).span), members.last!.key))
      }
      level = above
    }
    try pages.replace(root, Self.interior(level[...], pages.pageSize).span)
  }

  /// An interior page: a cell of page and largest key for each child but the last, which stands in the header.
  private static func interior(_ children: ArraySlice<(page: UInt32, key: Int64)>, _ size: Int) -> [UInt8] {
    var page = [UInt8](repeating: 0, count: size)
    var start = size
    for (k, child) in children.dropLast().enumerated() {
      let key = UInt64(bitPattern: child.key)
      start -= 4 + Varint.count(key)
      put(child.page, in: &page, at: start)
      _ = Varint.put(key, in: &page, at: start + 4)
      page[12 + 2 * k] = UInt8(truncatingIfNeeded: start >> 8)
      page[13 + 2 * k] = UInt8(truncatingIfNeeded: start)
    }
    page[0] = 0x05
    page[3] = UInt8(truncatingIfNeeded: (children.count - 1) >> 8)
    page[4] = UInt8(truncatingIfNeeded: children.count - 1)
    page[5] = UInt8(truncatingIfNeeded: start >> 8)
    page[6] = UInt8(truncatingIfNeeded: start)
    put(children.last!.page, in: &page, at: 8)
    return page
  }

  private static func put(_ value: UInt32, in bytes: inout [UInt8], at: Int) {
    for k in 0..<4 { bytes[at + k] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * k)) }
  }
}
