import Assessment
import Foundation
import GeoFormats
import Synchronization

/// Ends the process with a sentence, instead of a trap or the system's axe, when it takes more memory than `--max-memory` allows.
///
/// Allocation cannot fail softly in Swift, so the limit is watched: the anonymous resident pages (mapped input files do not count) are looked at
/// every 5 ms. What a layer's columns and a converter may take is bounded beforehand by `RunOptions.memoryLimit`.
enum MemoryWatch {
  private static let stage = Mutex("")

  /// Names what is being done, for the sentence.
  static func begin(stage name: String) {
    guard !name.isEmpty else { return }
    stage.withLock { $0 = name }
  }

  /// Watches from now until the end of the process.
  static func start(limit: Int) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    let thread = Thread {
      while true {
        if let used = anonymousPages().map({ $0 * page }), used > limit {
          let doing = stage.withLock { $0 }
          abandon(
            "Error: --max-memory \(text(limit)): \(text(used)) were in use\(doing.isEmpty ? "" : " at the stage “\(doing)”"). The earlier results, if any, are unchanged. Allow more, or cut the layers to a smaller area.",
            status: FailureKind.badInput.rawValue)
        }
        usleep(5_000)
      }
    }
    thread.name = "memory watch"
    thread.start()
  }

  /// Resident pages that belong to no file, from `/proc/self/statm` (proc(5): size, resident, shared …); `nil` where there is none.
  static func anonymousPages() -> Int? {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let fields = bytes[..<count].split(separator: 32).prefix(3).compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    return fields.count == 3 ? fields[1] - fields[2] : nil
  }

  /// Bytes from text such as `2G`, `512M`, `1.5G` or a plain number; `nil` for anything else.
  static func bytes(_ text: String) -> Int? {
    let units: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
    let upper = text.uppercased()
    let unit = upper.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? upper[...] : upper.dropLast()), number.isFinite, number > 0 else { return nil }
    let value = number * (unit ?? 1)
    return value < 0x1p62 ? Int(value) : nil
  }

  private static func text(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }
}

/// Ends the process out of its order: converters and temporary folders go, what was being built stays beside its place for the next run.
///
/// `exit` would run the libraries' own clean-up while other threads still use them.
func abandon(_ text: String, status: Int32) -> Never {
  printError(text)
  Programs.endAll { _exit(status) }
}
