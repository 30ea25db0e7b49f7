import Glibc

/// A moment by the clock that dates files.
struct FileTime: Sendable {
  private let time: timespec

  /// Now.
  init() {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    self.time = time
  }

  /// Dates a file.
  func date(_ path: String) {
    withUnsafePointer(to: (time, time)) { both in
      both.withMemoryRebound(to: timespec.self, capacity: 2) { _ = utimensat(AT_FDCWD, path, $0, 0) }
    }
  }
}
