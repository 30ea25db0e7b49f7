internal import CZlib
internal import Glibc

/// The entries of a ZIP archive (PKWARE's APPNOTE 6.3, with the sizes of ZIP64), so that a database in it can be taken out and read like any other.
///
/// No number of the archive is trusted: whatever does not lie in the file is not there.
struct ZipArchive {
  /// A file in the archive.
  struct Entry {
    var name: String
    fileprivate var method = 0
    fileprivate var isEncrypted = false
    fileprivate var checksum: UInt = 0
    fileprivate var packedSize = 0
    fileprivate var size = 0
    fileprivate var header = 0

    /// The ending of the name, in small letters.
    var ending: String { name.split(separator: ".").last.map { $0.lowercased() } ?? "" }
  }

  /// The files, in the order of the central directory; none when it cannot be read.
  let entries: [Entry]
  private let file: MappedFile
  private let path: String

  /// More bytes are not unpacked, as a converter may not write more.
  private static let sizeLimit = 16 << 30

  /// Reads the central directory. O(entries).
  init(path: String) throws(FormatError) {
    self.path = path
    let file = try MappedFile(path: path)
    self.file = file
    entries = file.withBytes { Self.entries($0) }
  }

  private static func word(_ bytes: Span<UInt8>, _ at: Int, _ count: Int) -> Int? {
    guard at >= 0, count <= bytes.count, at <= bytes.count - count else { return nil }
    var value: UInt64 = 0
    for k in (0..<count).reversed() { value = value << 8 | UInt64(bytes[at + k]) }
    return Int(exactly: value)
  }

  private static func entries(_ bytes: Span<UInt8>) -> [Entry] {
    // The end of the directory is behind it, before a comment of at most 65,535 bytes.
    var end = bytes.count - 22
    while end >= max(0, bytes.count - 65_557), word(bytes, end, 4) != 0x0605_4B50 { end -= 1 }
    guard end >= 0, word(bytes, end, 4) == 0x0605_4B50, var count = word(bytes, end + 10, 2), var at = word(bytes, end + 16, 4) else {
      return []
    }
    if count == 0xFFFF || at == 0xFFFF_FFFF, word(bytes, end - 20, 4) == 0x0706_4B50, let more = word(bytes, end - 12, 8),
      word(bytes, more, 4) == 0x0606_4B50, let wideCount = word(bytes, more + 32, 8), let wideAt = word(bytes, more + 48, 8)
    {
      (count, at) = (wideCount, wideAt)
    }
    var entries: [Entry] = []
    while entries.count < count, word(bytes, at, 4) == 0x0201_4B50, let entry = entry(bytes, &at) { entries.append(entry) }
    return entries
  }

  private static func entry(_ bytes: Span<UInt8>, _ at: inout Int) -> Entry? {
    let start = at
    func field(_ offset: Int, _ count: Int) -> Int? { word(bytes, start + offset, count) }
    guard let flags = field(8, 2), let method = field(10, 2), let checksum = field(16, 4), let packed = field(20, 4),
      let size = field(24, 4),
      let nameLength = field(28, 2), let extraLength = field(30, 2), let commentLength = field(32, 2), let header = field(42, 4),
      nameLength + extraLength <= bytes.count - start - 46
    else { return nil }
    at = start + 46 + nameLength + extraLength + commentLength
    let name = bytes.extracting(start + 46..<start + 46 + nameLength)
    var entry = Entry(name: unsafe name.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) })
    (entry.method, entry.isEncrypted, entry.checksum) = (method, flags & 1 == 1, UInt(checksum))
    (entry.size, entry.packedSize, entry.header) = (size, packed, header)
    // ZIP64: what does not fit 32 bits stands in an extra field, in this order.
    var extra = start + 46 + nameLength
    let extraEnd = extra + extraLength
    while extra + 4 <= extraEnd, let id = word(bytes, extra, 2), let length = word(bytes, extra + 2, 2) {
      if id == 1 {
        var wide = extra + 4
        for target in [\Entry.size, \.packedSize, \.header] where entry[keyPath: target] == 0xFFFF_FFFF {
          guard wide + 8 <= extraEnd, let value = word(bytes, wide, 8) else { return nil }
          entry[keyPath: target] = value
          wide += 8
        }
      }
      extra += 4 + length
    }
    return entry
  }

  /// Unpacks a file of the archive to `target`, which must not be there. O(bytes).
  /// - Throws: `FormatError` when the entry is damaged, encrypted, packed in another way than Deflate, larger than 16 GiB, or cannot be written.
  func unpack(_ entry: Entry, to target: String) throws(FormatError) {
    func damaged(_ reason: String) -> FormatError { .notOfFormat(path: path, format: "ZIP archive", reason: "\(entry.name): \(reason)") }
    guard !entry.isEncrypted else { throw damaged("it is encrypted") }
    guard entry.method == 0 || entry.method == 8 else { throw damaged("it is packed by method \(entry.method), not by Deflate") }
    guard entry.size <= Self.sizeLimit else { throw .tooLarge(path: path, layer: entry.name, what: "its size", limit: Self.sizeLimit) }
    let descriptor = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannotWrite(path: target, reason: systemErrorText()) }
    defer { close(descriptor) }
    var writtenCount = 0
    var checksum = crc32(0, nil, 0)
    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(FormatError) {
      writtenCount += bytes.count
      guard writtenCount <= entry.size else { throw damaged("it is larger than the archive says") }
      checksum = unsafe crc32(checksum, bytes.baseAddress, uInt(bytes.count))
      var done = 0
      while done < bytes.count {
        let n = unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if n < 0, errno == EINTR { continue }
        guard n >= 0 else { throw .cannotWrite(path: target, reason: systemErrorText()) }
        done += n
      }
    }
    try file.withBytes { bytes throws(FormatError) in
      guard Self.word(bytes, entry.header, 4) == 0x0403_4B50, let name = Self.word(bytes, entry.header + 26, 2),
        let extra = Self.word(bytes, entry.header + 28, 2), entry.packedSize <= bytes.count,
        entry.header + 30 + name + extra <= bytes.count - entry.packedSize
      else { throw damaged("its bytes do not lie in the archive") }
      let start = entry.header + 30 + name + extra
      let packed = bytes.extracting(start..<start + entry.packedSize)
      try unsafe packed.withUnsafeBufferPointer { packed throws(FormatError) in
        if entry.method == 0 {
          try unsafe write(packed)
        } else if try unsafe !Self.inflate(packed, write) {
          throw damaged("its bytes are damaged")
        }
      }
    }
    guard writtenCount == entry.size, UInt(checksum) == entry.checksum else { throw damaged("its bytes are damaged") }
  }

  /// Inflates a raw stream in pieces; false when it is damaged or cut short.
  private static func inflate(
    _ packed: UnsafeBufferPointer<UInt8>, _ write: (UnsafeBufferPointer<UInt8>) throws(FormatError) -> Void
  ) throws(FormatError) -> Bool {
    var stream = unsafe z_stream()
    guard unsafe rekindle_inflate_begin(&stream) == Z_OK else { return false }
    defer { unsafe inflateEnd(&stream) }
    let size = 1 << 18
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
    defer { unsafe piece.deallocate() }
    var at = 0
    while true {
      if unsafe stream.avail_in == 0, at < packed.count {
        // The count of bytes is a 32-bit number.
        let count = min(packed.count - at, 1 << 30)
        unsafe stream.next_in = unsafe UnsafeMutablePointer(mutating: packed.baseAddress! + at)
        unsafe stream.avail_in = uInt(count)
        at += count
      }
      unsafe stream.next_out = piece.baseAddress
      unsafe stream.avail_out = uInt(size)
      let status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
      let made = size - Int(unsafe stream.avail_out)
      try unsafe write(UnsafeBufferPointer(rebasing: piece[..<made]))
      if status == Z_STREAM_END { return true }
      guard status == Z_OK, unsafe made > 0 || stream.avail_in > 0 || at < packed.count else { return false }
    }
  }
}
