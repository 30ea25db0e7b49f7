internal import Glibc

/// The bytes of a file, mapped read-only.
///
/// A mapped file that another program shortens while it is read raises SIGBUS; the process then ends with a sentence and exit status 65, because
/// nothing can be computed from an input that changes under way. Files under 1 MiB are read into memory instead.
///
/// Sendable because nothing changes after `init`.
@safe
final class MappedFile: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer?
  private let count: Int
  private let isMapped: Bool

  /// Opens the file, or its first `limit` bytes; throws when it is not there, not a regular file or not readable.
  init(path: String, limit: Int = .max) throws(FormatError) {
    let descriptor = try openRegularFile(path)
    defer { close(descriptor) }
    var facts = stat()
    guard unsafe fstat(descriptor, &facts) == 0 else { throw .unreadableFile(path: path, reason: systemErrorText()) }
    let size = min(limit, Int(facts.st_size))
    guard size > 0 else {
      unsafe base = nil
      count = 0
      isMapped = false
      return
    }
    if size >= 1 << 20 {
      _ = Self.handler
      let mapped = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard unsafe mapped != MAP_FAILED else { throw .unreadableFile(path: path, reason: systemErrorText()) }
      unsafe madvise(mapped, size, Int32(MADV_SEQUENTIAL))
      unsafe base = unsafe mapped
      count = size
      isMapped = true
      return
    }
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    var done = 0
    while done < size {
      let n = unsafe read(descriptor, buffer + done, size - done)
      if n < 0 {
        if errno == EINTR { continue }
        let reason = systemErrorText()
        unsafe buffer.deallocate()
        throw .unreadableFile(path: path, reason: reason)
      }
      if n == 0 { break }
      done += n
    }
    unsafe base = unsafe buffer
    count = done
    isMapped = false
  }

  /// Ends the process in good order when a mapped file becomes shorter; only calls that are safe in a signal handler are made.
  private static let handler: Void = {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in
      let text: StaticString = "rekindle: an input file was shortened by another program while it was read. Run again.\n"
      _ = unsafe Glibc.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      _exit(65)
    }
    _ = unsafe sigaction(SIGBUS, &action, nil)
  }()

  deinit {
    guard let base = unsafe base else { return }
    if isMapped { unsafe munmap(base, count) } else { unsafe base.deallocate() }
  }

  /// Lets the memory of bytes go that are not read again soon; read again, they come from the file once more.
  func release(_ bytes: Range<Int>) {
    guard let base = unsafe base, isMapped else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let from = (bytes.lowerBound + page - 1) / page * page
    let to = min(bytes.upperBound, count) / page * page
    guard from < to else { return }
    unsafe madvise(base + from, to - from, Int32(MADV_DONTNEED))
  }

  /// Runs `body` on the bytes.
  func withBytes<Result, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result {
    try body(unsafe UnsafeBufferPointer(start: base?.assumingMemoryBound(to: UInt8.self), count: count).span)
  }
}

extension Span<UInt8> {
  /// Whether the bytes are those of an ASCII text.
  func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for k in 0..<count where unsafe self[k] != text.utf8Start[k] { return false }
    return true
  }
}

/// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7). O(n).
func isWellFormedUTF8(_ bytes: Span<UInt8>) -> Bool {
  var i = 0
  let n = bytes.count
  while i < n {
    if bytes[i] < 0x80 {
      i += 1
      continue
    }
    let length = utf8SequenceLength(bytes, at: i)
    if length == 0 { return false }
    i += length
  }
  return true
}

/// The length of the well-formed sequence of two to four bytes at `i`, 0 when it is ill-formed.
func utf8SequenceLength(_ bytes: Span<UInt8>, at i: Int) -> Int {
  let lead = bytes[i]
  func continues(_ k: Int, _ low: UInt8 = 0x80, _ high: UInt8 = 0xBF) -> Bool {
    i + k < bytes.count && bytes[i + k] >= low && bytes[i + k] <= high
  }
  switch lead {
  case 0xC2...0xDF: return continues(1) ? 2 : 0
  case 0xE0: return continues(1, 0xA0) && continues(2) ? 3 : 0
  case 0xED: return continues(1, 0x80, 0x9F) && continues(2) ? 3 : 0
  case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : 0
  case 0xF0: return continues(1, 0x90) && continues(2) && continues(3) ? 4 : 0
  case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : 0
  case 0xF4: return continues(1, 0x80, 0x8F) && continues(2) && continues(3) ? 4 : 0
  default: return 0
  }
}
