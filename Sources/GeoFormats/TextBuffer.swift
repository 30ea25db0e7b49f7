internal import Glibc
internal import SimpleFeatures

/// A growing run of bytes with fast formatting of numbers; the text of all writers passes through it.
///
/// Room is reserved first and then written without further checks, which is what makes a number cost tens of nanoseconds.
@safe
struct TextBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 1 << 16) {
    self.capacity = capacity
    unsafe base = .allocate(capacity: capacity)
  }

  deinit { unsafe base.deallocate() }

  /// Makes room for `n` more bytes.
  @inline(__always)
  mutating func reserve(_ n: Int) {
    if count + n > capacity { grow(n) }
  }

  @inline(never)
  private mutating func grow(_ n: Int) {
    let larger = max(capacity * 2, count + n)
    let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    unsafe fresh.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = fresh
    capacity = larger
  }

  mutating func removeAll() { count = 0 }

  /// Runs `body` on the bytes.
  func withBytes<Result, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }

  @inline(__always)
  mutating func append(byte: UInt8) {
    reserve(1)
    unsafe base[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(literal text: StaticString) {
    let n = text.utf8CodeUnitCount
    reserve(n)
    unsafe (base + count).update(from: text.utf8Start, count: n)
    count += n
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe appendBytes(start, bytes.count)
    }
  }

  mutating func append(contentsOf bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe appendBytes(start, bytes.count)
    }
  }

  mutating func append(contentsOf other: borrowing TextBuffer) { unsafe appendBytes(other.base, other.count) }

  /// Copies the bytes of a range to a place in an array that has room for them.
  func copy(_ range: Range<Int>, into target: inout [UInt8], at place: Int) {
    precondition(range.upperBound <= count && place + range.count <= target.count, "bytes that are there, and room for them")
    unsafe target.withUnsafeMutableBufferPointer { target in
      guard let start = target.baseAddress else { return }
      unsafe (start + place).update(from: base + range.lowerBound, count: range.count)
    }
  }

  @inline(__always)
  private mutating func appendBytes(_ start: UnsafePointer<UInt8>, _ n: Int) {
    reserve(n)
    unsafe (base + count).update(from: start, count: n)
    count += n
  }

  /// The lowest `n` (0 to 8) bytes of a word, the highest first.
  @inline(__always)
  mutating func append(bigEndian word: UInt64, count n: Int) {
    guard n > 0 else { return }
    reserve(8)
    unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: (word << UInt64(64 - 8 * n)).bigEndian, as: UInt64.self)
    count += n
  }

  /// Two reals as little-endian bytes.
  mutating func appendReals(_ a: Double, _ b: Double) {
    reserve(16)
    unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: a.bitPattern.littleEndian, as: UInt64.self)
    unsafe UnsafeMutableRawPointer(base + count + 8).storeBytes(of: b.bitPattern.littleEndian, as: UInt64.self)
    count += 16
  }

  /// Positions as little-endian pairs of reals.
  mutating func appendPairs(_ geometry: borrowing GeometryColumn, _ positions: Range<Int>) {
    reserve(positions.count * 16)
    for i in positions { appendReals(geometry.x[i], geometry.y[i]) }
  }

  // MARK: Numbers

  /// A whole number.
  mutating func append(whole value: Int64) {
    reserve(20)
    if value < 0 {
      unsafe base[count] = 0x2D
      count += 1
    }
    digits(value.magnitude)
  }

  /// Room for 20 digits has been made.
  @inline(__always)
  private mutating func digits(_ magnitude: UInt64) {
    var n = 1
    var bound: UInt64 = 10
    while n < 20, magnitude >= bound {
      n += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    if n == 19, magnitude >= 10_000_000_000_000_000_000 { n = 20 }
    padded(magnitude, n)
  }

  /// Exactly `n` digits.
  @inline(__always)
  private mutating func padded(_ magnitude: UInt64, _ n: Int) {
    var rest = magnitude
    var at = count + n
    while at > count {
      at -= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      unsafe base[at] = 0x30 + UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
    count += n
  }

  private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
  private static let wholePowers: [UInt64] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000]

  /// A finite number with at most `decimals` (0 to 9) decimals, rounded to nearest, without trailing zeros; never “-0”.
  mutating func append(_ value: Double, decimals: Int) {
    let scaled = (value * Self.powers[decimals]).rounded()
    guard abs(scaled) < 9e15 else { return append(shortest: value) }
    var whole = Int64(scaled)
    reserve(24)
    if whole < 0 {
      unsafe base[count] = 0x2D
      count += 1
      whole = -whole
    }
    let (units, fraction) = UInt64(whole).quotientAndRemainder(dividingBy: Self.wholePowers[decimals])
    digits(units)
    guard fraction != 0 else { return }
    unsafe base[count] = 0x2E
    count += 1
    padded(fraction, decimals)
    while unsafe base[count - 1] == 0x30 { count -= 1 }
  }

  /// The shortest text that reads back as the same finite number.
  mutating func append(shortest value: Double) {
    // Few decimals are the common case: m ÷ 10ᵏ with both exact reads back as the number it prints.
    if abs(value) < 1e9 {
      for k in stride(from: 0, through: 6, by: 2) {
        let scaled = (value * Self.powers[k]).rounded()
        if scaled / Self.powers[k] == value, value != 0 || value.sign == .plus { return append(value, decimals: k) }
      }
    }
    append(value.description)
  }

  // MARK: JSON

  /// A JSON string of UTF-8 bytes, quoted and escaped.
  mutating func appendJSON(_ bytes: Span<UInt8>) {
    append(byte: 0x22)
    var start = 0
    for i in 0..<bytes.count {
      let c = bytes[i]
      guard c < 0x20 || c == 0x22 || c == 0x5C else { continue }
      append(contentsOf: bytes.extracting(start..<i))
      start = i + 1
      switch c {
      case 0x22: append(literal: "\\\"")
      case 0x5C: append(literal: "\\\\")
      case 0x0A: append(literal: "\\n")
      case 0x0D: append(literal: "\\r")
      case 0x09: append(literal: "\\t")
      default:
        append(literal: "\\u00")
        let hex: StaticString = "0123456789abcdef"
        append(byte: unsafe hex.utf8Start[Int(c >> 4)])
        append(byte: unsafe hex.utf8Start[Int(c & 15)])
      }
    }
    append(contentsOf: bytes.extracting(start..<bytes.count))
    append(byte: 0x22)
  }

  /// A JSON string.
  mutating func appendJSON(_ text: String) {
    let bytes = Array(text.utf8)
    appendJSON(bytes.span)
  }
}

/// A file that appears under its name when it is whole: it is written beside it under another name and renamed at the end.
///
/// `-` is standard output, where nothing can be renamed.
final class OutputFile {
  let path: String
  private let partial: String?
  private var descriptor: Int32
  private var isDone = false

  init(path: String) throws(FormatError) {
    self.path = path
    if path == "-" {
      partial = nil
      descriptor = STDOUT_FILENO
      return
    }
    let name = Self.partialName(path)
    partial = name
    descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: systemErrorText()) }
  }

  deinit {
    guard let partial, !isDone else { return }
    close(descriptor)
    unsafe unlink(partial)
  }

  /// The name of a file that is not whole yet, hidden and in the same folder so that renaming is atomic.
  ///
  /// What a process that is gone has left under such a name is removed.
  static func partialName(_ path: String) -> String {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "./"
    let stem = ".\(slash.map { path[path.index(after: $0)...] } ?? path[...])."
    if let entries = unsafe opendir(folder) {
      while let entry = unsafe readdir(entries) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
        guard name.hasPrefix(stem), name.hasSuffix(".partial"), let process = Int32(name.dropFirst(stem.count).dropLast(8)), process > 0,
          kill(process, 0) != 0, errno == ESRCH
        else { continue }
        unsafe unlink(folder + name)
      }
      unsafe closedir(entries)
    }
    return "\(folder)\(stem)\(getpid()).partial"
  }

  /// Writes the buffer's bytes and empties it.
  func write(_ buffer: inout TextBuffer) throws(FormatError) {
    let path = path
    let descriptor = descriptor
    try unsafe buffer.withBytes { bytes throws(FormatError) in
      var done = 0
      while done < bytes.count {
        let n = unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if n < 0 {
          if errno == EINTR { continue }
          throw .cannotWrite(path: path, reason: systemErrorText())
        }
        done += n
      }
    }
    buffer.removeAll()
  }

  /// Gives the file its name.
  func finish() throws(FormatError) {
    guard let partial, !isDone else { return }
    guard fsync(descriptor) == 0 || errno == EINVAL, close(descriptor) == 0 else {
      throw .cannotWrite(path: path, reason: systemErrorText())
    }
    guard unsafe rename(partial, path) == 0 else {
      let reason = systemErrorText()
      unsafe unlink(partial)
      isDone = true
      throw .cannotWrite(path: path, reason: reason)
    }
    isDone = true
  }
}
