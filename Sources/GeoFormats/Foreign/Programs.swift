public import Foundation
internal import Glibc
internal import SimpleFeatures
internal import Synchronization

/// The programs that the engine starts: found on the search path, and ended with it.
public enum Programs {
  private static let running = Lock<Set<pid_t>>([])

  /// Where a program stands on the search path; `nil` when it is not there.
  public static func path(of name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Starts a program, which `endAll` will end; gives its number for `forget`.
  /// - Throws: what `Process.run` throws.
  public static func start(_ process: Process) throws -> Int32 {
    try running.withLock { running in
      try process.run()
      running.insert(process.processIdentifier)
      return process.processIdentifier
    }
  }

  /// The program has ended: its number may be another's soon.
  public static func forget(_ process: Int32) { running.withLock { _ = $0.remove(process) } }

  /// Ends the programs that are running, removes all temporary folders and goes on to `end`, in a process that ends out of its order.
  ///
  /// Other threads may still be at work: none of them starts a program or makes a temporary folder any more.
  public static func endAll(then end: () -> Never) -> Never {
    running.withLock { processes in
      for process in processes { endTree(process) }
      TemporaryFolder.removeAll(then: end)
    }
  }

  /// Ends a process and all that it has started. Each is stopped before it is asked for its own, so that none is born meanwhile.
  static func endTree(_ process: pid_t) {
    kill(process, SIGSTOP)
    let children = (try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)) ?? ""
    for child in children.split(separator: " ") {
      if let child = pid_t(child) { endTree(child) }
    }
    kill(process, SIGKILL)
  }
}
