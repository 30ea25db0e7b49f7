import ArgumentParser
import Assessment
import Foundation
import GeoFormats
import Publishing

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
  @Flag(help: "Print only errors.") var quiet = false
  @Flag(help: "Print notes and the first defects, too.") var verbose = false
  @Flag(help: "Print the result as JSON on standard output.") var json = false
  @Option(help: "Threads; the results do not depend on it.") var threads: Int?
  @Option(help: "Seed of every draw.") var seed: UInt64 = 1
  @Flag(help: "Any defect is an error.") var strict = false
  @Option(help: "How many defects are kept in full; all are counted.") var maxDefects = 100_000
  @Option(help: "End with an error rather than take more memory than this, e.g. 2G or 512M; converters are bounded, too.")
  var maxMemory: String?
  @Option(help: "Write stage timings as JSON to this file.") var timings: String?
  @Flag(help: "Replace files that stand where -o and --timings write, whatever they are; never an input, a study or its results.")
  var force = false
  @Option(help: "Folder that holds GeoData and Reports.") var dataDir: String?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads: a number from 1 to 1024 is expected.") }
    if let maxMemory {
      guard let limit = MemoryWatch.bytes(maxMemory), limit >= 1 << 20 else {
        throw ValidationError("--max-memory \(maxMemory): a size from 1M on is expected, e.g. 2G or 512M.")
      }
      // Every command comes past here before it begins.
      MemoryWatch.start(limit: limit)
    }
    guard maxDefects >= 0 else { throw ValidationError("--max-defects: a count, not below 0, is expected.") }
  }

  func folder() throws -> DataFolder { try DataFolder(option: dataDir) }

  /// The engine's options with a progress bar on a terminal, and the stopwatch for `--timings`.
  func runOptions(_ progress: Progress) -> RunOptions {
    var options = RunOptions()
    if let threads { options.threads = threads }
    options.seed = seed
    options.isStrict = strict
    options.defectLimit = maxDefects
    options.memoryLimit = maxMemory.flatMap(MemoryWatch.bytes)
    options.progress = { progress.update($0, $1, $2) }
    options.stage = { progress.begin(stage: $0) }
    return options
  }

  /// What becomes of files that stand where `-o` and `--timings` write.
  var existing: ExistingFile { force ? .replaced : .replacedIfAlike }

  func makeProgress() -> Progress { Progress(isShown: !quiet && !json && isatty(FileHandle.standardError.fileDescriptor) != 0) }

  func say(_ text: String) throws { if !quiet && !json { try Terminal.write(text) } }

  /// Prints a command's result in the form that was asked for.
  func answer(json jsonText: @autoclosure () throws -> String, text: @autoclosure () throws -> String) throws {
    if json { try Terminal.write(json: jsonText()) } else { try Terminal.write(text()) }
  }
}

/// Shows stage, count and remaining time on a terminal's standard error, and keeps the time of each stage.
final class Progress: @unchecked Sendable {
  // Every member is read and written under the lock.
  private let lock = NSLock()
  private let isShown: Bool
  private var current = ""
  private var began = Date()
  private var width = 0
  private var stages: [(name: String, seconds: Double, cpu: Double)] = []
  private var stageName: String?
  private var stageStart = (Date(), 0.0)

  init(isShown: Bool) { self.isShown = isShown }

  private func processSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  func begin(stage: String) {
    MemoryWatch.begin(stage: stage)
    lock.withLock {
      let now = Date(), cpu = processSeconds()
      if let stageName { stages.append((stageName, now.timeIntervalSince(stageStart.0), cpu - stageStart.1)) }
      (stageName, stageStart) = (stage, (now, cpu))
    }
  }

  func update(_ stage: String, _ done: Int, _ total: Int?) {
    MemoryWatch.begin(stage: stage)
    guard isShown else { return }
    lock.withLock {
      if stage != current { (current, began) = (stage, Date()) }
      var text = stage
      if let total, total > 0 {
        let filled = done * 20 / total
        text += " [" + String(repeating: "█", count: filled) + String(repeating: "·", count: 20 - filled) + "] \(done)/\(total)"
        if done > 0 {
          let remaining = Date().timeIntervalSince(began) / Double(done) * Double(total - done)
          text += remaining >= 1 ? ", about \(Int(remaining.rounded(.up))) s" : ""
        }
      } else {
        text += " …"
      }
      FileHandle.standardError.write(Data(("\r" + text + String(repeating: " ", count: max(0, width - text.count))).utf8))
      width = text.count
    }
  }

  /// Clears the line.
  func end() {
    begin(stage: "")
    guard isShown, width > 0 else { return }
    lock.withLock { FileHandle.standardError.write(Data(("\r" + String(repeating: " ", count: width) + "\r").utf8)) }
  }

  /// Wall and CPU seconds of each stage as JSON, for `--timings`.
  func writeTimings(to path: String?, existing: ExistingFile) throws {
    guard let path else { return }
    let rows = lock.withLock { stages }.map {
      "  {\"stage\": \"\($0.name)\", \"wall_s\": \(($0.seconds * 1e4).rounded() / 1e4), \"cpu_s\": \(($0.cpu * 1e4).rounded() / 1e4)}"
    }
    let head = "[\n  {\"stage\": \""
    try writeText("[\n\(rows.joined(separator: ",\n"))\n]\n", to: path, existing: existing, head: head.utf8.count)
  }
}

/// The exit status of an error; `nil` for errors of the argument parser.
func exitStatus(of error: any Error) -> Int32? {
  if let kind = failureKind(of: error) { return kind.rawValue }
  if let error = error as? SiteFailures { return error.kind?.rawValue ?? exitStatus(of: error.failures[0].error) }
  if error is OutputError { return FailureKind.cannotWrite.rawValue }
  if let error = error as? PDFError {
    switch error {
    case .typstMissing, .fontsMissing: return FailureKind.neededProgramMissing.rawValue
    case .refused: return FailureKind.ourBug.rawValue
    case .cannotWrite: return FailureKind.cannotWrite.rawValue
    }
  }
  if error is WorkbookError { return FailureKind.cannotWrite.rawValue }
  if error is TemplateError { return FailureKind.badInput.rawValue }
  return nil
}

func printError(_ text: String) { Terminal.complain(text) }

/// Interrupted or told to end: what was being built stays beside its place for the next run, temporary files and converters go, and the status
/// says so (128 and the signal's number).
func installInterruptHandler() {
  for number in [SIGINT, SIGTERM, SIGHUP] {
    // A signal that whoever started this process has switched off (as nohup does) stays off.
    guard number == SIGINT || signal(number, SIG_IGN).map({ unsafeBitCast($0, to: Int.self) }) != 1 else { continue }
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler { abandon("\nInterrupted. The earlier results, if any, are unchanged.", status: 128 + number) }
    source.resume()
    interruptSources.append(source)
  }
}

/// Kept for the life of the process; set once before any command runs.
nonisolated(unsafe) private var interruptSources: [any DispatchSourceSignal] = []
