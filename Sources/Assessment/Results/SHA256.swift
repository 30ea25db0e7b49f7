import CCrypto
import GeoFormats
import Glibc

/// The SHA-256 digest (FIPS 180-4) of the system's libcrypto, so that a run names its inputs and outputs by content. O(bytes).
struct SHA256: ~Copyable {
  private let context: OpaquePointer

  init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      fatalError("libcrypto has no memory for a digest, or no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds a run of bytes.
  mutating func update(buffer: UnsafeRawBufferPointer) {
    guard EVP_DigestUpdate(context, buffer.baseAddress, buffer.count) == 1 else { fatalError("libcrypto cannot go on with a digest") }
  }

  /// Ends the message and gives its digest in hexadecimal.
  mutating func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { fatalError("libcrypto cannot end a digest") }
    let hex = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [hex[Int($0 >> 4)], hex[Int($0 & 15)]] }, as: UTF8.self)
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
