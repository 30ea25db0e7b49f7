internal import SimpleFeatures
internal import TextFormats

/// An attribute column whose type is found while it grows: integer widens to real, and anything widens to text.
struct ColumnBuilder {
  enum Kind {
    /// Only nulls so far.
    case unknown
    case integer
    case real
    case boolean
    case text
  }

  var name: String
  let nameBytes: [UInt8]
  private(set) var kind: Kind
  /// The kind that it started with.
  let declaredKind: Kind
  private(set) var validity = ValidityBitmap()
  private var integers: [Int64] = []
  private var reals: [Double] = []
  private var booleans: [Bool] = []
  private var text = TextColumn()

  /// Whether text that reads as whole numbers, numbers or truth values throughout is handed over as such.
  private let readsText: Bool

  init(name: String, kind: Kind = .unknown, readsText: Bool = false) {
    self.name = name
    nameBytes = Array(name.utf8)
    self.kind = kind
    declaredKind = kind
    self.readsText = readsText
  }

  var count: Int { validity.count }

  /// Bytes that the rows take, roughly.
  var memory: Int { integers.count * 8 + reals.count * 8 + booleans.count + text.bytes.count + text.offsets.count * 8 + count / 8 }

  mutating func appendNull() {
    validity.append(false)
    switch kind {
    case .unknown: break
    case .integer: integers.append(0)
    case .real: reals.append(.nan)
    case .boolean: booleans.append(false)
    case .text: text.offsets.append(text.bytes.count)
    }
  }

  mutating func append(_ value: Int64) {
    if kind == .unknown { become(.integer) }
    switch kind {
    case .integer: integers.append(value)
    case .real:
      // A whole number that a real cannot hold keeps its digits as text.
      if value.magnitude > 1 << 53 {
        become(.text)
        text.append(String(value))
      } else {
        reals.append(Double(value))
      }
    case .unknown, .boolean, .text:
      become(.text)
      text.append(String(value))
    }
    validity.append(true)
  }

  mutating func append(_ value: Double) {
    if kind == .unknown { become(.real) }
    if kind == .integer { become(integers.contains { $0.magnitude > 1 << 53 } ? .text : .real) }
    switch kind {
    case .real: reals.append(value)
    case .unknown, .integer, .boolean, .text:
      become(.text)
      text.append(shortest(value))
    }
    validity.append(value.isFinite)
  }

  mutating func append(_ value: Bool) {
    if kind == .unknown { become(.boolean) }
    if kind == .boolean {
      booleans.append(value)
    } else {
      become(.text)
      text.append(value ? "true" : "false")
    }
    validity.append(true)
  }

  mutating func append(utf8 bytes: Span<UInt8>) {
    if kind != .text { become(.text) }
    unsafe bytes.withUnsafeBufferPointer { unsafe text.append(utf8: $0) }
    validity.append(true)
  }

  mutating func append(_ value: String) {
    if kind != .text { become(.text) }
    text.append(value)
    validity.append(true)
  }

  /// Adds the rows of a builder of the same kind. O(their values).
  mutating func append(contentsOf other: borrowing ColumnBuilder) {
    precondition(kind == other.kind, "columns of one kind")
    for row in 0..<other.count { validity.append(other.validity[row]) }
    switch kind {
    case .unknown: break
    case .integer: integers.append(contentsOf: other.integers)
    case .real: reals.append(contentsOf: other.reals)
    case .boolean: booleans.append(contentsOf: other.booleans)
    case .text:
      let start = text.bytes.count
      text.bytes.append(contentsOf: other.text.bytes)
      for row in 1..<other.text.offsets.count { text.offsets.append(start + other.text.offsets[row]) }
    }
  }

  /// Makes room for so many more rows like those that are there.
  mutating func reserve(_ rows: Int) {
    switch kind {
    case .unknown: break
    case .integer: integers.reserveCapacity(count + rows)
    case .real: reals.reserveCapacity(count + rows)
    case .boolean: booleans.reserveCapacity(count + rows)
    case .text:
      text.offsets.reserveCapacity(count + rows + 1)
      text.bytes.reserveCapacity(text.bytes.count + text.bytes.count / max(count, 1) * rows)
    }
  }

  /// Drops rows until `count` are left.
  mutating func truncate(to count: Int) {
    let surplus = self.count - count
    guard surplus > 0 else { return }
    validity.removeLast(surplus)
    switch kind {
    case .unknown: break
    case .integer: integers.removeLast(surplus)
    case .real: reals.removeLast(surplus)
    case .boolean: booleans.removeLast(surplus)
    case .text: text.removeLast(surplus)
    }
  }

  private mutating func become(_ new: Kind) {
    guard new != kind else { return }
    let old = kind
    kind = new
    switch (old, new) {
    case (_, .unknown): break
    case (.unknown, .integer): integers = Array(repeating: 0, count: count)
    case (.unknown, .real): reals = Array(repeating: .nan, count: count)
    case (.unknown, .boolean): booleans = Array(repeating: false, count: count)
    case (.unknown, .text): text.offsets = Array(repeating: 0, count: count + 1)
    case (.integer, .real):
      reals = integers.indices.map { validity[$0] ? Double(integers[$0]) : .nan }
      integers = []
    case (_, .text):
      for row in 0..<count {
        guard validity[row] else {
          text.append("")
          continue
        }
        switch old {
        case .integer: text.append(String(integers[row]))
        case .real: text.append(shortest(reals[row]))
        case .boolean: text.append(booleans[row] ? "true" : "false")
        case .unknown, .text: text.append("")
        }
      }
      integers = []
      reals = []
      booleans = []
    default: preconditionFailure("a column only widens")
    }
  }

  private func shortest(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }

  /// The rows as a column; the builder keeps name and type and starts again without rows.
  mutating func take() -> AttributeColumn {
    let values: AttributeColumn.Values
    switch kind {
    case .unknown: values = .text(Self.nulls(count))
    case .integer: values = .integer(integers)
    case .real: values = .real(reals)
    case .boolean: values = .boolean(booleans)
    case .text: values = readsText ? readText() ?? .text(text) : .text(text)
    }
    let column = AttributeColumn(name: name, values: values, validity: validity)
    validity = ValidityBitmap()
    integers = []
    reals = []
    booleans = []
    text = TextColumn()
    return column
  }

  /// The known texts as whole numbers, else numbers, else truth values; `nil` when they are none of these throughout.
  ///
  /// A number with a leading zero, such as a postal code, or with more digits than fit, stays text; so does a column in which every point stands
  /// before three digits, as in 1.500, and may part thousands.
  private func readText() -> AttributeColumn.Values? {
    guard validity.knownCount > 0 else { return nil }
    var whole: [Int64] = []
    var real: [Double] = []
    var isWhole = true
    var isUndecided = true
    return unsafe text.bytes.withUnsafeBufferPointer { all -> AttributeColumn.Values? in
      let all = unsafe all.span
      for row in 0..<count {
        guard validity[row] else {
          if isWhole { whole.append(0) } else { real.append(.nan) }
          continue
        }
        switch writtenNumber(all.extracting(text.range(of: row))) {
        case .whole(let v):
          // Beside decimals, a whole number that a real cannot hold is an identifier too.
          if !isWhole, v.magnitude > 1 << 53 { return nil }
          if isWhole { whole.append(v) } else { real.append(Double(v)) }
        case .real(let v):
          if isWhole {
            if whole.contains(where: { $0.magnitude > 1 << 53 }) { return nil }
            isWhole = false
            real = whole.indices.map { validity[$0] ? Double(whole[$0]) : .nan }
          }
          real.append(v)
          if isUndecided { isUndecided = mayPartThousands(all.extracting(text.range(of: row))) }
        case nil: return truthValues(all)
        }
      }
      return isWhole ? .integer(whole) : isUndecided ? nil : .real(real)
    }
  }

  /// Whether the point of a number stands before exactly three digits and behind one to three, of which the first is no nought.
  private func mayPartThousands(_ cell: Span<UInt8>) -> Bool {
    let start = cell.count > 0 && cell[0] == 0x2D ? 1 : 0
    let point = cell.count - 4
    guard point > start, point <= start + 3, cell[point] == 0x2E, cell[start] != 0x30 else { return false }
    for k in start..<cell.count where k != point && !(0x30...0x39).contains(cell[k]) { return false }
    return true
  }

  private func truthValues(_ all: Span<UInt8>) -> AttributeColumn.Values? {
    var values: [Bool] = []
    for row in 0..<count {
      let cell = all.extracting(text.range(of: row))
      if !validity[row] || cell.equals("false") || cell.equals("False") || cell.equals("FALSE") {
        values.append(false)
      } else if cell.equals("true") || cell.equals("True") || cell.equals("TRUE") {
        values.append(true)
      } else {
        return nil
      }
    }
    return .boolean(values)
  }

  private static func nulls(_ count: Int) -> TextColumn {
    var text = TextColumn()
    text.offsets = Array(repeating: 0, count: count + 1)
    return text
  }
}
