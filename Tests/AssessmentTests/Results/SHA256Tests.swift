import Foundation
import Testing

@testable import Assessment

@Suite("SHA-256")
struct SHA256Tests {
  /// FIPS 180-4's examples as published by NIST (Cryptographic Standards, Examples with Intermediate Values), and the empty message.
  @Test("The published messages give the published digests")
  func published() {
    #expect(sha256(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(sha256(of: Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      sha256(of: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      sha256(
        of: Array("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu".utf8))
        == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1")
    #expect(sha256(of: [UInt8](repeating: 0x61, count: 1_000_000)) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("The digest does not depend on how the bytes arrive", arguments: [0, 1, 55, 56, 63, 64, 65, 119, 128, 1000])
  func pieces(_ length: Int) throws {
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    let whole = sha256(of: bytes)
    for size in [1, 7, 64, 100] {
      var digest = SHA256()
      var at = 0
      while at < bytes.count {
        let end = min(bytes.count, at + size)
        Array(bytes[at..<end]).withUnsafeBytes { digest.update(buffer: $0) }
        at = end
      }
      #expect(digest.finish() == whole, "\(length) bytes in pieces of \(size)")
    }
    let folder = try ScratchFolder()
    let file = folder.path + "/bytes"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    #expect(try sha256(ofFile: file) == whole)
  }

  @Test("A file that is not there is an error that names it")
  func missing() { #expect(message { _ = try sha256(ofFile: "/nowhere/x") }.contains("/nowhere/x")) }
}
