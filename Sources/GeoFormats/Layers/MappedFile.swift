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
