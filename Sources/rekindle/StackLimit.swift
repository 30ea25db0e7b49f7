import Glibc

/// Room for the stacks of all threads: their size follows the limit with which the process was started.
enum StackLimit {
  private static let least: rlim_t = 1 << 20
  private static let wanted: rlim_t = 8 << 20
  private static let mark = "REKINDLE_STACK_RAISED"

  /// Starts the process anew with a larger limit where it is too small, or ends with a sentence where that is not allowed.
  static func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0, limit.rlim_cur < least else { return }
    let found = limit.rlim_cur
    limit.rlim_cur = min(wanted, max(limit.rlim_max, found))
    if limit.rlim_cur < least { (limit.rlim_cur, limit.rlim_max) = (wanted, wanted) }
    if getenv(mark) == nil, setrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0 {
      setenv(mark, "1", 1)
      execv("/proc/self/exe", CommandLine.unsafeArgv)
    }
    printError(
      "Error: the stack of \(found >> 10) KiB is too small; \(least >> 10) KiB are needed. Allow more, e.g. with `ulimit -s 8192`.")
    exit(70)
  }
}
