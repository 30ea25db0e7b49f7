internal import Glibc
internal import SimpleFeatures

/// Appends pages to an SQLite database file while no SQLite has it open.
///
/// Rows that go through SQLite's virtual machine one by one cost more than all else that a batch does; a table that is written once, in the
/// order of its keys, can be laid down as the pages that SQLite itself would read (“Database File Format”, sqlite.org/fileformat2.html).
/// The file's schema, its small tables and everything else stay SQLite's.
final class DatabasePages {
  /// Bytes of a page, all of which are usable: the files that are written here reserve none.
  let pageSize: Int
  private let path: String
  private let descriptor: Int32
  private var count: Int
  private var waiting: TextBuffer
  private var waitingFirst: Int
  private var isOpen = true

  /// Opens the file at `partial` for appending; `path` is what errors call it.
  init(partial: String, path: String, pageSize: Int) throws(FormatError) {
    self.path = path
    self.pageSize = pageSize
    waiting = TextBuffer(capacity: (1 << 20) + pageSize)
    descriptor = unsafe open(partial, O_RDWR | O_CLOEXEC)
    let size = descriptor < 0 ? -1 : Int(lseek(descriptor, 0, SEEK_END))
    count = size / pageSize
    waitingFirst = count
    guard size >= 0 else { throw .cannotWrite(path: path, reason: systemErrorText()) }
    precondition(size % pageSize == 0, "a database is whole pages")
  }

  deinit {
    if isOpen { close(descriptor) }
  }

  /// Appends a page and gives its number, from 1.
  ///
  /// The page that holds the byte at 2³⁰ is never used: SQLite takes its locks there.
  func append(_ page: Span<UInt8>) throws(FormatError) -> UInt32 {
    precondition(page.count == pageSize, "a whole page")
    if count == 0x4000_0000 / pageSize {
      for _ in 0..<pageSize { waiting.append(byte: 0) }
      count += 1
    }
    waiting.append(contentsOf: page)
    count += 1
    if waiting.count >= 1 << 20 { try flush() }
    return UInt32(count)
  }

  /// Writes a page that stands in the file already.
  func replace(_ number: UInt32, _ page: Span<UInt8>) throws(FormatError) {
    let start = (Int(number) - 1) * pageSize
    try unsafe page.bytes.withUnsafeBytes { bytes throws(FormatError) in try unsafe write(bytes, at: start) }
  }

  /// Writes what waits, tells the file's header its new length and closes the file.
  func finish() throws(FormatError) {
    try flush()
    let length = UInt32(count).bigEndian
    try unsafe withUnsafeBytes(of: length) { bytes throws(FormatError) in try unsafe write(bytes, at: 28) }
    isOpen = false
    guard close(descriptor) == 0 else { throw .cannotWrite(path: path, reason: systemErrorText()) }
  }

  private func flush() throws(FormatError) {
    let start = waitingFirst * pageSize
    try unsafe waiting.withBytes { bytes throws(FormatError) in try unsafe write(bytes, at: start) }
    waiting.removeAll()
    waitingFirst = count
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FormatError) {
    var done = 0
    while done < bytes.count {
      let n = unsafe pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
      if n < 0 {
        if errno == EINTR { continue }
        throw .cannotWrite(path: path, reason: systemErrorText())
      }
      done += n
    }
  }
}

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
    let size = pages.pageSize, payload = record.count
    // What of a long record stays on the leaf: section 1.6 of the format.
    let most = size - 35
    var local = payload
    if payload > most {
      let least = (size - 12) * 32 / 255 - 23
      let fitted = least + (payload - least) % (size - 4)
      local = fitted <= most ? fitted : least
    }
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

/// SQLite's whole numbers of one to nine bytes, seven bits each with the highest first; the ninth byte holds eight.
enum Varint {
  /// Bytes that a number takes.
  @inline(__always)
  static func count(_ value: UInt64) -> Int { value < 0x80 ? 1 : value >> 56 != 0 ? 9 : (70 - value.leadingZeroBitCount) / 7 }

  /// Writes a number and gives the place behind it.
  @inline(__always)
  static func put(_ value: UInt64, in bytes: inout [UInt8], at: Int) -> Int {
    let n = count(value)
    for k in 0..<n { bytes[at + k] = byte(k, of: n, value) }
    return at + n
  }

  /// The byte at `k` of the `n` that a number takes.
  @inline(__always)
  static func byte(_ k: Int, of n: Int, _ value: UInt64) -> UInt8 {
    if n == 9 { return k == 8 ? UInt8(truncatingIfNeeded: value) : UInt8(truncatingIfNeeded: value >> UInt64(57 - 7 * k)) | 0x80 }
    return UInt8(truncatingIfNeeded: value >> UInt64(7 * (n - 1 - k))) & 0x7F | (k < n - 1 ? 0x80 : 0)
  }
}

/// One row as SQLite stores it: the types of its values, then the values (section 2.1 of the format).
///
/// Whole reals are kept as whole numbers, as SQLite does in columns of type REAL.
struct TableRecord: ~Copyable {
  private var types = TextBuffer(capacity: 1_024)
  private var values = TextBuffer(capacity: 4_096)

  /// Bytes of the record.
  var count: Int { headerCount + values.count }

  /// The header's length counts itself.
  private var headerCount: Int { types.count + (types.count < 0x7F ? 1 : types.count < 0x3FFE ? 2 : 3) }

  mutating func removeAll() {
    types.removeAll()
    values.removeAll()
  }

  @inline(__always)
  mutating func appendNull() { types.append(byte: 0) }

  /// A number that `Stored` has classed.
  @inline(__always)
  mutating func append(_ stored: Stored, _ bits: UInt64) {
    types.append(byte: stored.type)
    values.append(bigEndian: bits, count: stored.byteCount)
  }

  mutating func append(whole value: Int64) {
    let stored = Stored(whole: value)
    append(stored, UInt64(bitPattern: value))
  }

  /// The text of a row.
  mutating func append(_ text: TextColumn, _ row: Int) {
    let range = text.range(of: row)
    appendType(UInt64(13 + 2 * range.count))
    values.append(contentsOf: text.bytes.span.extracting(range))
  }

  /// Bytes that `body` appends.
  mutating func appendBlob(_ body: (inout TextBuffer) -> Void) {
    let start = values.count
    body(&values)
    appendType(UInt64(12 + 2 * (values.count - start)))
  }

  @inline(__always)
  private mutating func appendType(_ type: UInt64) {
    if type < 0x80 { return types.append(byte: UInt8(type)) }
    let n = Varint.count(type)
    for k in 0..<n { types.append(byte: Varint.byte(k, of: n, type)) }
  }

  /// Copies the record to a place in a page that has room for it.
  fileprivate func copy(into page: inout [UInt8], at: Int) {
    var at = Varint.put(UInt64(headerCount), in: &page, at: at)
    types.copy(0..<types.count, into: &page, at: at)
    at += types.count
    values.copy(0..<values.count, into: &page, at: at)
  }

  fileprivate func append(to buffer: inout TextBuffer) {
    let header = UInt64(headerCount), n = Varint.count(header)
    for k in 0..<n { buffer.append(byte: Varint.byte(k, of: n, header)) }
    buffer.append(contentsOf: types)
    buffer.append(contentsOf: values)
  }

  /// How a number is stored: its serial type.
  struct Stored {
    /// The serial type, 0 to 9.
    var type: UInt8

    /// An unknown value.
    static let null = Stored(type: 0)
    /// A real with a fraction.
    static let real = Stored(type: 7)

    @inline(__always)
    init(type: UInt8) { self.type = type }

    /// The shortest form of a whole number.
    @inline(__always)
    init(whole value: Int64) {
      if value == 0 || value == 1 {
        type = 8 + UInt8(truncatingIfNeeded: value)
      } else {
        let bits = 65 - (value < 0 ? ~value : value).leadingZeroBitCount
        type = bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 24 ? 3 : bits <= 32 ? 4 : bits <= 48 ? 5 : 6
      }
    }

    /// Bytes that the value takes.
    @inline(__always)
    var byteCount: Int { type == 7 || type == 6 ? 8 : type == 5 ? 6 : type >= 8 ? 0 : Int(type) }
  }
}
