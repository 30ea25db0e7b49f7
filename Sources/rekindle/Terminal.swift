import Assessment
import Foundation
import Glibc

/// The one place through which words reach the terminal: text of data cannot steer it, and what cannot be written is an error.
enum Terminal {
  /// Writes a line, or several, to standard output.
  /// - Throws: `AssessmentError` (73) when it takes no more, e.g. on a full disk.
  static func write(_ text: String, terminator: String = "\n") throws { try put(shown(text) + terminator) }

  /// Writes JSON to standard output. What could steer a terminal is written as its escape, so that a program reads the same.
  /// - Throws: as `write`.
  static func write(json text: String) throws {
    try put(
      replacing(text) { "\\u" + String(repeating: "0", count: 4 - String($0.value, radix: 16).count) + String($0.value, radix: 16) } + "\n")
  }

  /// Writes a line to standard error; nobody can be told when that fails.
  static func complain(_ text: String) { _ = send(Array((shown(text) + "\n").utf8), to: STDERR_FILENO) }

  /// A text in which control characters, and those that turn the direction of writing, are seen instead of obeyed.
  static func shown(_ text: String) -> String { replacing(text) { _ in "\u{FFFD}" } }

  /// C0 but line feed and tab, delete, C1 (ECMA-48), and the bidirectional controls (UAX #9).
  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private static func replacing(_ text: String, with sign: (Unicode.Scalar) -> String) -> String {
    guard text.unicodeScalars.contains(where: steers) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if steers(scalar) { result.append(contentsOf: sign(scalar).unicodeScalars) } else { result.append(scalar) }
    }
    return String(result)
  }

  private static func put(_ text: String) throws {
    let failure = send(Array(text.utf8), to: STDOUT_FILENO)
    guard failure != 0 else { return }
    // Whoever read has read enough (`| head`): end as a program does that the signal ends.
    if failure == EPIPE { _exit(128 + SIGPIPE) }
    throw AssessmentError(.cannotWrite, "Standard output cannot be written: \(String(cString: strerror(failure))).")
  }

  /// Writes all bytes; gives the system's error number, 0 for none.
  private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return errno }
      done += count
    }
    return 0
  }
}
