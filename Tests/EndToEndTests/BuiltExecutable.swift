import Foundation
import Synchronization
import TextFormats

/// The folder of the package, which holds `GeoData` and `Reports`.
let packageFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// Sample files that lie beside the package on some machines; `nil` elsewhere, and then the tests that read them say so and pass.
let sampleFolder: String? = {
  let path = URL(fileURLWithPath: packageFolder).deletingLastPathComponent().appendingPathComponent("shared/data").path
  return FileManager.default.fileExists(atPath: path) ? path : nil
}()

/// What a command left behind.
struct Outcome {
  var status: Int32
  var output: String
  var errors: String
}

/// The executable as it was built, run as a user runs it.
enum BuiltExecutable {
  /// `rekindle` beside the tests' own executable, else in the package's build folder.
  static let path: String = {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let candidates = [
      own.appendingPathComponent("rekindle").path,
      URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("rekindle").path,
      packageFolder + "/.build/debug/rekindle", packageFolder + "/.build/release/rekindle",
    ]
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[2]
  }()

  /// Starts the executable; what it prints goes to files in `folder`.
  static func start(_ arguments: [String], in folder: String, input: String? = nil, environment: [String: String] = [:], log: String)
    throws -> Process
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var variables = ProcessInfo.processInfo.environment
    variables["REKINDLE_HOME"] = packageFolder
    variables.merge(environment) { $1 }
    process.environment = variables
    for (name, target) in [("out", \Process.standardOutput), ("err", \Process.standardError)] {
      let file = log + "." + name
      _ = FileManager.default.createFile(atPath: file, contents: nil)
      process[keyPath: target] = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    }
    if let input {
      try Data(input.utf8).write(to: URL(fileURLWithPath: log + ".in"))
      process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: log + ".in"))
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    return process
  }

  /// What a started process left behind, once it has ended.
  static func outcome(of process: Process, log: String) -> Outcome {
    process.waitUntilExit()
    func text(_ name: String) -> String {
      String(decoding: FileManager.default.contents(atPath: log + "." + name) ?? Data(), as: UTF8.self)
    }
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus, output: text("out"),
      errors: text("err"))
  }
}

/// Runs the executable to its end in a folder of its own, or in `folder`.
@discardableResult
func rekindle(_ arguments: [String], in folder: String? = nil, input: String? = nil, environment: [String: String] = [:]) throws -> Outcome
{
  let scratch = try ScratchFolder()
  let log = scratch.path + "/log"
  let place = folder ?? scratch.path + "/here"
  try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
  let process = try BuiltExecutable.start(arguments, in: place, input: input, environment: environment, log: log)
  return BuiltExecutable.outcome(of: process, log: log)
}

/// A folder of its own, gone when nobody holds it any more.
final class ScratchFolder: Sendable {
  let path: String

  /// Folders that are there; those that live as long as the process are removed at its end.
  private static let open = Mutex<Set<String>>([])
  private static let prepared: Void = {
    atexit { ScratchFolder.open.withLock { paths in for path in paths { try? FileManager.default.removeItem(atPath: path) } } }
  }()

  init() throws {
    _ = Self.prepared
    let path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appendingPathComponent("rekindle-e2e-\(UUID().uuidString)")
      .path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    Self.open.withLock { _ = $0.insert(path) }
    self.path = path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    let path = path
    Self.open.withLock { _ = $0.remove(path) }
  }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: file).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// All files of a folder with their bytes, by relative path.
func contents(of folder: String) -> [String: Data] {
  var result: [String: Data] = [:]
  for name in (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? [] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder), !isFolder.boolValue else { continue }
    result[name] = FileManager.default.contents(atPath: folder + "/" + name)
  }
  return result
}

/// The names whose bytes differ between two folders.
func differences(_ a: [String: Data], _ b: [String: Data]) -> [String] {
  Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
}

/// A shipped study, run once for all tests.
final class ShippedStudy: Sendable, CustomStringConvertible {
  let file: String
  let out: String
  let outcome: Outcome
  let seconds: Double
  private let scratch: ScratchFolder

  init(_ name: String) throws {
    file = packageFolder + "/GeoData/" + name
    scratch = try ScratchFolder()
    out = scratch.path + "/out"
    let began = Date()
    outcome = try rekindle(["run", file, "--out", out, "--json", "--threads", "2"], in: scratch.path)
    seconds = Date().timeIntervalSince(began)
  }

  /// The same study with one report, into a folder: short enough to be killed and repeated.
  func runShort(to out: String) throws -> Outcome { try rekindle(shortArguments(to: out)) }

  /// The arguments of a short run.
  func shortArguments(to out: String) -> [String] { ["run", file, "--out", out, "--quiet", "--top", "1"] }

  var description: String { URL(fileURLWithPath: file).pathComponents.suffix(2).joined(separator: "/") }

  func text(_ name: String) -> String { String(decoding: FileManager.default.contents(atPath: out + "/" + name) ?? Data(), as: UTF8.self) }
  func json(_ name: String) throws -> JSON { try JSON(parsing: text(name)) }

  /// Ids in the order of rank.
  func ids() throws -> [String] {
    (try json("sites.geojson")["features"]?.array ?? []).compactMap { $0["properties"]?["site_id"]?.string }
  }

  static let helsinki = Result { try ShippedStudy("helsinki-centre/study.yml") }
  static let evidence = Result { try ShippedStudy("helsinki-centre/study-evidence.yml") }
  static let kotka = Result { try ShippedStudy("kotka-karhula/study.yml") }
  static let all = [helsinki, evidence, kotka]
}

/// Whether a program is on the path.
func program(_ name: String) -> String? {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { $0 + "/" + name }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// Runs another program and gives its standard output and error.
func run(_ program: String, _ arguments: [String]) throws -> Outcome {
  let scratch = try ScratchFolder()
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.standardInput = FileHandle.nullDevice
  for (name, target) in [("out", \Process.standardOutput), ("err", \Process.standardError)] {
    _ = FileManager.default.createFile(atPath: scratch.path + "/log." + name, contents: nil)
    process[keyPath: target] = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.path + "/log." + name))
  }
  try process.run()
  return BuiltExecutable.outcome(of: process, log: scratch.path + "/log")
}
