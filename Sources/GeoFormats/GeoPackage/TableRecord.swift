internal import SimpleFeatures
internal import TextFormats

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
  func copy(into page: inout [UInt8], at: Int) {
    var at = Varint.put(UInt64(headerCount), in: &page, at: at)
    types.copy(0..<types.count, into: &page, at: at)
    at += types.count
    values.copy(0..<values.count, into: &page, at: at)
  }

  func append(to buffer: inout TextBuffer) {
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
