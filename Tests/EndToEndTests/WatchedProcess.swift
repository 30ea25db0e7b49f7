import Foundation

/// A run of the built executable with a limit on its time and its memory.
struct WatchedRun {
  /// Exit status; the negative number of a signal; `nil` when the time was over.
  var status: Int32?
  var output: String
  var errors: String
  /// The most memory that was seen in use, in bytes: `VmHWM` of proc(5), looked at every 5 ms.
  var peak: Int
  var seconds: Double

  /// Runs `rekindle` with `arguments` in a folder.
  ///
  /// `memory` bounds the private writable memory (`RLIMIT_DATA`, inherited by converters): a process that wants more traps and does not pass unseen.
  static func rekindle(_ arguments: [String], in folder: String, memory: Int?, seconds limit: Double) throws -> WatchedRun {
    let log = folder + "/.watched"
    var command = [BuiltExecutable.path] + arguments
    if let memory, let prlimit = program("prlimit") { command = [prlimit, "--data=\(memory)", "--core=0", "--"] + command }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var variables = ProcessInfo.processInfo.environment
    variables["REKINDLE_HOME"] = packageFolder
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    var handles: [FileHandle] = []
    for (name, target) in [(".out", \Process.standardOutput), (".err", \Process.standardError)] {
      _ = FileManager.default.createFile(atPath: log + name, contents: nil)
      handles.append(try FileHandle(forWritingTo: URL(fileURLWithPath: log + name)))
      process[keyPath: target] = handles[handles.count - 1]
    }
    let began = Date()
    try process.run()
    var peak = 0
    var isOver = false
    while process.isRunning {
      peak = max(peak, highWaterMark(of: process.processIdentifier) ?? 0)
      if Date().timeIntervalSince(began) > limit {
        isOver = true
        kill(process.processIdentifier, SIGKILL)
        break
      }
      usleep(5_000)
    }
    process.waitUntilExit()
    for handle in handles { try? handle.close() }
    func text(_ name: String) -> String { String(decoding: FileManager.default.contents(atPath: log + name) ?? Data(), as: UTF8.self) }
    let result = WatchedRun(
      status: isOver ? nil : process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: text(".out"), errors: text(".err"), peak: peak, seconds: Date().timeIntervalSince(began))
    for name in [".out", ".err"] { try? FileManager.default.removeItem(atPath: log + name) }
    return result
  }

  /// Between fork and exec a child still has the memory of the tests, under their name; that is not the executable's.
  private static func highWaterMark(of process: Int32) -> Int? {
    guard let status = FileManager.default.contents(atPath: "/proc/\(process)/status"),
      status.starts(with: Array("Name:\trekindle\n".utf8))
    else { return nil }
    for line in status.split(separator: 10) where line.starts(with: Array("VmHWM:".utf8)) {
      return Int(String(decoding: line.filter { (48...57).contains($0) }, as: UTF8.self)).map { $0 * 1_024 }
    }
    return nil
  }
}
