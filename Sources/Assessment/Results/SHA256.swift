import CSHA256
import GeoFormats
import Glibc

/// The SHA-256 digest of FIPS 180-4, so that a run names its inputs and outputs by content. O(bytes).
struct SHA256 {
  private static let k: [UInt32] = primes(64).map { cubeRootFraction($0) }
  private var state: [UInt32] = primes(8).map { squareRootFraction($0) }
  private var pending: [UInt8] = []
  private var length: UInt64 = 0
  private static let hasInstructions = rekindle_has_sha256_instructions() != 0

  private static func primes(_ count: Int) -> [Int] {
    var found: [Int] = []
    var n = 2
    while found.count < count {
      if found.allSatisfy({ n % $0 != 0 }) { found.append(n) }
      n += 1
    }
    return found
  }

  /// The first 32 bits of the fraction of √n, by integer search.
  private static func squareRootFraction(_ n: Int) -> UInt32 {
    var low: UInt64 = 0, high: UInt64 = 1 << 36
    let target = UInt64(n).multipliedFullWidth(by: 1 << 63)  // n · 2^63, compared with (root · 2^32)² / 2
    while high - low > 1 {
      let middle = (low + high) / 2
      let square = middle.multipliedFullWidth(by: middle)
      let half = (high: square.high >> 1, low: square.low >> 1 | (square.high & 1) << 63)
      if half.high < target.high || (half.high == target.high && half.low <= target.low) { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }

  /// The first 32 bits of the fraction of ∛n, by integer search on r³ ≤ n · 2^96 with r = root · 2^32 < 2^35.
  private static func cubeRootFraction(_ n: Int) -> UInt32 {
    var low: UInt64 = 0, high: UInt64 = 1 << 35
    while high - low > 1 {
      let middle = (low + high) / 2
      let square = middle.multipliedFullWidth(by: middle)
      let lower = square.low.multipliedFullWidth(by: middle)
      let top = square.high &* middle &+ lower.high  // r³ = top · 2^64 + lower.low; n · 2^96 = (n << 32) · 2^64
      if top < UInt64(n) << 32 { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }

  mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      pending.append(byte)
      length += 1
      if pending.count == 64 {
        pending.withUnsafeBytes { compress($0.baseAddress!, 1) }
        pending.removeAll(keepingCapacity: true)
      }
    }
  }

  /// Adds a run of bytes, whole blocks without copying.
  mutating func update(buffer: UnsafeRawBufferPointer) {
    var at = 0
    if pending.isEmpty, let start = buffer.baseAddress {
      let blocks = buffer.count / 64
      compress(start, blocks)
      at = blocks * 64
      length += UInt64(at)
    }
    update(buffer[at...])
  }

  private mutating func compress(_ start: UnsafeRawPointer, _ blocks: Int) {
    guard Self.hasInstructions else { return compressPlainly(start, blocks) }
    let k = Self.k
    state.withUnsafeMutableBufferPointer { state in
      k.withUnsafeBufferPointer { k in
        rekindle_sha256_blocks(state.baseAddress!, start.assumingMemoryBound(to: UInt8.self), blocks, k.baseAddress!)
      }
    }
  }

  /// The same in plain Swift, for processors without the instructions.
  mutating func compressPlainly(_ start: UnsafeRawPointer, _ blocks: Int) {
    @inline(__always) func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x &>> n | x &<< (32 &- n) }
    let k = Self.k
    k.withUnsafeBufferPointer { k in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
        for block in 0..<blocks {
          for t in 0..<16 { w[t] = UInt32(bigEndian: start.loadUnaligned(fromByteOffset: 64 &* block &+ 4 &* t, as: UInt32.self)) }
          for t in 16..<64 {
            let s0 = rotate(w[t &- 15], 7) ^ rotate(w[t &- 15], 18) ^ w[t &- 15] &>> 3
            let s1 = rotate(w[t &- 2], 17) ^ rotate(w[t &- 2], 19) ^ w[t &- 2] &>> 10
            w[t] = w[t &- 16] &+ s0 &+ w[t &- 7] &+ s1
          }
          var (a, b, c, d) = (state[0], state[1], state[2], state[3])
          var (e, f, g, h) = (state[4], state[5], state[6], state[7])
          for t in 0..<64 {
            let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ k[t] &+ w[t]
            let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let t2 = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
          }
          state[0] &+= a
          state[1] &+= b
          state[2] &+= c
          state[3] &+= d
          state[4] &+= e
          state[5] &+= f
          state[6] &+= g
          state[7] &+= h
        }
      }
    }
  }

  /// Ends the message and gives its digest in hexadecimal.
  mutating func finish() -> String {
    let bits = length * 8
    update([0x80])
    while pending.count != 56 { update([0]) }
    update((0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) })
    let hex = Array("0123456789abcdef".utf8)
    return String(decoding: state.flatMap { word in (0..<8).map { hex[Int(word >> UInt32(28 - 4 * $0) & 15)] } }, as: UTF8.self)
  }
}

/// The SHA-256 of a regular file's bytes, hexadecimal.
/// - Throws: `FormatError` when the file is not there or no regular file, `AssessmentError` when it cannot be read to its end.
public func sha256(ofFile path: String) throws -> String {
  let descriptor = try openRegularFile(path)
  defer { close(descriptor) }
  var digest = SHA256()
  let size = 1 << 18
  return try withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) { buffer in
    while true {
      let count = read(descriptor, buffer.baseAddress, size)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw AssessmentError(.missingInput, "Cannot read \(path): \(String(cString: strerror(errno))).") }
      if count == 0 { return digest.finish() }
      digest.update(buffer: UnsafeRawBufferPointer(start: buffer.baseAddress, count: count))
    }
  }
}

/// The SHA-256 of bytes, hexadecimal.
func sha256(of bytes: [UInt8]) -> String {
  var digest = SHA256()
  bytes.withUnsafeBytes { digest.update(buffer: $0) }
  return digest.finish()
}
