extension Span<UInt8> {
  /// Whether the bytes are those of an ASCII text.
  @inlinable
  public func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for k in 0..<count where unsafe self[k] != text.utf8Start[k] { return false }
    return true
  }
}

/// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7). O(n).
public func isWellFormedUTF8(_ bytes: Span<UInt8>) -> Bool {
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
public func utf8SequenceLength(_ bytes: Span<UInt8>, at i: Int) -> Int {
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
