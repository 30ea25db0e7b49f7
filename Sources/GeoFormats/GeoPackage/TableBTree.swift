internal import TextFormats

/// Something in a table is not as SQLite's file format has it; SQLite itself is to read the table then, and to say what is wrong.
struct TableBTreeFault: Error {}

/// The b-tree of an ordinary table (one with row numbers) in an SQLite database file, read from the file's bytes without SQLite.
///
/// The format: sqlite.org/fileformat2.html. Only what SQLite would read alike is read: UTF-8, no reserved bytes, no write-ahead log. No number
/// of the file is trusted: pages must lie in the file and belong to the tree once, cells must lie in their page, records must fill their
/// payload to the byte. Whatever does not is a `TableBTreeFault`, never a wrong row and never a crash.
struct TableBTree: Sendable {
  /// Bytes of a page.
  let pageSize: Int
  private let pageCount: Int
  /// The page that holds the byte by which SQLite locks the file; no data are in it.
  private let lockPage: Int
  /// The leaf pages in the order of their row numbers.
  private(set) var leaves: [UInt32] = []

  /// A cell takes four bytes at least, and two for its place.
  private var cellLimit: Int { (pageSize - 8) / 6 }

  /// SQLite gives up deeper trees, too.
  private static let depthLimit = 19
  /// SQLite reads no longer records by default (SQLITE_MAX_LENGTH).
  private static let payloadLimit = 1_000_000_000

  /// Finds the leaves of the table whose root page is given. O(pages of the tree).
  init(_ file: Span<UInt8>, root: Int) throws(TableBTreeFault) {
    guard file.count >= 512, file.extracting(0..<15).equals("SQLite format 3"), file[15] == 0 else { throw TableBTreeFault() }
    let size = Self.word16(file, 16)
    pageSize = size == 1 ? 65_536 : size
    guard pageSize >= 512, pageSize & (pageSize - 1) == 0 else { throw TableBTreeFault() }
    // Rollback journal, no reserved bytes, the only payload fractions there are, no auto-vacuum (whose pointer map SQLite follows instead of
    // the pages' own pointers), UTF-8.
    guard file[18] == 1, file[19] == 1, file[20] == 0, file[21] == 64, file[22] == 32, file[23] == 32, Self.word32(file, 52) == 0,
      Self.word32(file, 56) == 1
    else { throw TableBTreeFault() }
    // The header's page count holds when the last writer knew of it.
    let claim = Self.word32(file, 28)
    pageCount = claim != 0 && Self.word32(file, 24) == Self.word32(file, 92) ? claim : file.count / pageSize
    guard pageCount <= file.count / pageSize else { throw TableBTreeFault() }
    lockPage = SQLitePage.lockPage(size: pageSize)
    var seen = [UInt64](repeating: 0, count: pageCount / 64 + 1)
    try collectLeaves(file, page: root, depth: 0, isLeaf: false, &seen)
  }

  /// Adds the leaves under a page. One that `isLeaf`, as its elder sister is one, is not looked at: it is when its rows are read, and a file larger
  /// than memory is not read twice.
  private mutating func collectLeaves(
    _ file: Span<UInt8>, page: Int, depth: Int, isLeaf: Bool, _ seen: inout [UInt64]
  ) throws(TableBTreeFault) {
    let start = try self.start(of: page)
    guard depth < Self.depthLimit, page > 1, seen[page >> 6] & (1 << UInt64(page & 63)) == 0 else { throw TableBTreeFault() }
    seen[page >> 6] |= 1 << UInt64(page & 63)
    if isLeaf { return leaves.append(UInt32(page)) }
    let cells = Self.word16(file, start + 3)
    switch file[start] {
    case 13: leaves.append(UInt32(page))
    case 5:
      guard cells > 0, cells <= cellLimit else { throw TableBTreeFault() }
      var areLeaves = false
      for k in 0..<cells {
        let cell = Self.word16(file, start + 12 + 2 * k)
        guard cell >= 12 + 2 * cells, cell + 5 <= pageSize else { throw TableBTreeFault() }
        let child = Self.word32(file, start + cell)
        try collectLeaves(file, page: child, depth: depth + 1, isLeaf: areLeaves, &seen)
        if k == 0 { areLeaves = try file[self.start(of: child)] == 13 }
      }
      try collectLeaves(file, page: Self.word32(file, start + 8), depth: depth + 1, isLeaf: areLeaves, &seen)
    default: throw TableBTreeFault()
    }
  }

  /// The bytes of the file from the first to the last of a run of leaves, and whether they are little more than these leaves.
  func extent(ofLeaves run: Range<Int>) -> (bytes: Range<Int>, isDense: Bool) {
    var low = UInt32.max, high: UInt32 = 0
    for leaf in leaves[run] {
      low = min(low, leaf)
      high = max(high, leaf)
    }
    guard low <= high else { return (0..<0, true) }
    return ((Int(low) - 1) * pageSize..<Int(high) * pageSize, Int(high - low) < 4 * run.count)
  }

  /// Calls `body` with the number and the record of every row of a run of leaves, in order.
  ///
  /// A record lies in the file, or in `overflow` when it is spread over several pages. Throws `TableBTreeFault`, and what `body` throws.
  func forEachRow(
    inLeaves run: Range<Int>, of file: Span<UInt8>, overflow: inout [UInt8], _ body: (Int64, Span<UInt8>) throws -> Void
  ) throws {
    for leaf in leaves[run] {
      let start = try self.start(of: Int(leaf))
      let page = file.extracting(start..<start + pageSize)
      let cells = Self.word16(page, 3)
      // Only a table without rows has a page without cells: its root.
      guard page[0] == 13, cells <= cellLimit, cells > 0 || leaves.count == 1 else { throw TableBTreeFault() }
      for k in 0..<cells {
        var at = Self.word16(page, 8 + 2 * k)
        guard at >= 8 + 2 * cells else { throw TableBTreeFault() }
        let cell = at
        let payload = try Varint.read(page, &at)
        guard payload >= 0, payload <= Self.payloadLimit, at - cell < 9 else { throw TableBTreeFault() }
        let row = try Varint.read(page, &at)
        let size = Int(payload)
        let local = SQLitePage.localBytes(payload: size, size: pageSize)
        if local == size {
          guard size <= pageSize - at else { throw TableBTreeFault() }
          try body(row, page.extracting(at..<at + size))
          continue
        }
        guard local + 4 <= pageSize - at, size <= file.count else { throw TableBTreeFault() }
        overflow.removeAll(keepingCapacity: true)
        overflow.reserveCapacity(size)
        Self.copy(page.extracting(at..<at + local), to: &overflow)
        var next = Self.word32(page, at + local)
        while overflow.count < size {
          let from = try self.start(of: next)
          guard next > 1 else { throw TableBTreeFault() }
          let some = min(size - overflow.count, pageSize - 4)
          Self.copy(file.extracting(from + 4..<from + 4 + some), to: &overflow)
          next = Self.word32(file, from)
        }
        try body(row, overflow.span)
      }
    }
  }

  private static func copy(_ bytes: Span<UInt8>, to buffer: inout [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
  }

  /// Where a page starts in the file; pages are counted from 1.
  private func start(of page: Int) throws(TableBTreeFault) -> Int {
    guard page >= 1, page <= pageCount, page != lockPage else { throw TableBTreeFault() }
    return (page - 1) * pageSize
  }

  @inline(__always)
  private static func word16(_ bytes: Span<UInt8>, _ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }

  @inline(__always)
  private static func word32(_ bytes: Span<UInt8>, _ at: Int) -> Int { word16(bytes, at) << 16 | word16(bytes, at + 2) }
}

/// The values of a record: what each is and where it lies.
struct RecordFields {
  /// A value of a record.
  enum Value {
    case null
    case integer(Int64)
    case real(Double)
    /// The bytes of the record that hold the text.
    case text(Range<Int>)
    /// The bytes of the record that hold the blob.
    case blob(Range<Int>)
  }

  /// Number of values; columns that were added to the table later are missing.
  private(set) var count = 0
  private var kinds: [Int]
  private var starts: [Int]

  /// Makes room for records of a table with so many columns.
  init(columns: Int) {
    kinds = Array(repeating: 0, count: columns)
    starts = Array(repeating: 0, count: columns)
  }

  /// Reads the head of a record. O(columns).
  mutating func parse(_ record: Span<UInt8>) throws(TableBTreeFault) {
    var at = 0
    let claim = try Varint.read(record, &at)
    guard claim >= at, claim <= record.count else { throw TableBTreeFault() }
    let head = Int(claim)
    var body = head
    count = 0
    while at < head {
      guard count < kinds.count else { throw TableBTreeFault() }
      let code = try Varint.read(record, &at)
      let size: Int
      switch code {
      case 0, 8, 9: size = 0
      case 1...4: size = Int(code)
      case 5: size = 6
      case 6, 7: size = 8
      case 12...0xFFFF_FFFF: size = (Int(code) - 12) / 2
      default: throw TableBTreeFault()
      }
      guard size <= record.count - body else { throw TableBTreeFault() }
      kinds[count] = Int(code)
      starts[count] = body
      body += size
      count += 1
    }
    guard at == head, body == record.count else { throw TableBTreeFault() }
  }

  /// A value of the record that was parsed last; null where the record has none.
  func value(_ column: Int, of record: Span<UInt8>) -> Value {
    guard column < count else { return .null }
    let start = starts[column]
    switch kinds[column] {
    case 0: return .null
    case 1: return .integer(Int64(Int8(bitPattern: record[start])))
    case 2: return .integer(Int64(Int16(truncatingIfNeeded: Self.bits(record, start, 2))))
    case 3: return .integer(Int64(bitPattern: Self.bits(record, start, 3) << 40) >> 40)
    case 4: return .integer(Int64(Int32(truncatingIfNeeded: Self.bits(record, start, 4))))
    case 5: return .integer(Int64(bitPattern: Self.bits(record, start, 6) << 16) >> 16)
    case 6: return .integer(Int64(bitPattern: Self.bits(record, start, 8)))
    case 7:
      // SQLite gives NaN as null.
      let value = Double(bitPattern: Self.bits(record, start, 8))
      return value.isNaN ? .null : .real(value)
    case 8: return .integer(0)
    case 9: return .integer(1)
    case let kind:
      let bytes = start..<start + (kind - 12) / 2
      return kind & 1 == 0 ? .blob(bytes) : .text(bytes)
    }
  }

  @inline(__always)
  private static func bits(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
    var bits: UInt64 = 0
    for k in 0..<count { bits = bits << 8 | UInt64(bytes[start + k]) }
    return bits
  }
}
