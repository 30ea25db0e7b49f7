import Foundation

/// The SHA-256 digest of FIPS 180-4, so that a run names its inputs and outputs by content. O(bytes).
struct SHA256 {
  private static let k: [UInt32] = primes(64).map { cubeRootFraction($0) }
  private var state: [UInt32] = primes(8).map { squareRootFraction($0) }
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

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
        pending.withUnsafeBufferPointer { compress($0.baseAddress!) }
        pending.removeAll(keepingCapacity: true)
      }
    }
  }

  /// Adds a run of bytes, whole blocks without copying.
  mutating func update(buffer: UnsafeRawBufferPointer) {
    var at = 0
    if pending.isEmpty {
      let bytes = buffer.bindMemory(to: UInt8.self)
      while at + 64 <= bytes.count {
        compress(bytes.baseAddress! + at)
        at += 64
      }
      length += UInt64(at)
    }
    update(buffer[at...])
  }

  private mutating func compress(_ block: UnsafePointer<UInt8>) {
    func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      for t in 0..<16 {
        w[t] = UInt32(block[4 * t]) << 24 | UInt32(block[4 * t + 1]) << 16 | UInt32(block[4 * t + 2]) << 8 | UInt32(block[4 * t + 3])
      }
      for t in 16..<64 {
        let s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3
        let s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10
        w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      Self.k.withUnsafeBufferPointer { k in
        for t in 0..<64 {
          let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
          let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ k[t] &+ w[t]
          let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
          let t2 = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
          (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
        }
      }
      for (i, v) in [a, b, c, d, e, f, g, h].enumerated() { state[i] = state[i] &+ v }
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

/// The SHA-256 of a file's bytes, hexadecimal.
/// - Throws: `AssessmentError` when the file cannot be read.
public func sha256(ofFile path: String) throws -> String {
  guard let file = FileHandle(forReadingAtPath: path) else {
    throw AssessmentError(.missingInput, "Cannot read \(path): no such file, or no permission.")
  }
  defer { try? file.close() }
  var digest = SHA256()
  while let data = try? file.read(upToCount: 1 << 20), !data.isEmpty {
    data.withUnsafeBytes { digest.update(buffer: $0) }
  }
  return digest.finish()
}

/// The SHA-256 of bytes, hexadecimal.
func sha256(of bytes: [UInt8]) -> String {
  var digest = SHA256()
  bytes.withUnsafeBytes { digest.update(buffer: $0) }
  return digest.finish()
}
