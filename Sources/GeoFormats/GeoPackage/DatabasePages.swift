internal import Glibc
internal import TextFormats

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
    if count + 1 == SQLitePage.lockPage(size: pageSize) {
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
