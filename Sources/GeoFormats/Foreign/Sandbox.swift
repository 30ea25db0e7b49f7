internal import Foundation
internal import Glibc

/// Whether converters are confined on this machine.
public struct Confinement: Sendable {
  /// Whether a converter sees its input only and no network.
  public var isWorking: Bool
  /// What was tried and found.
  public var detail: String

  /// What `bwrap` does on this machine; tried once in a process, by running a command in the sandbox in which converters run.
  public static let ofConverters: Confinement = Sandbox.tried(Programs.path(of: "bwrap"))
}

/// A place to run a converter that cannot do harm.
///
/// Where `bwrap` works, a program sees the system's libraries, the data of PROJ and GDAL, the input and the files that belong to it, and a private
/// folder, the only place that it can write to; there is no network and no other process. Elsewhere it runs with the user's rights, and the
/// conversion says so.
struct Sandbox {
  let folder: String
  var environment: [String: String]
  private let seconds: Int
  private let memory: Int?
  private let confinement: (bwrap: String, inputs: [String])?

  /// What a user should know when converters are not confined.
  static var note: String? {
    Confinement.ofConverters.isWorking
      ? nil
      : "ogr2ogr ran without a sandbox (\(Confinement.ofConverters.detail)): a hostile file could have made it read others. Install bubblewrap; `rekindle doctor` tries it."
  }

  /// A sandbox whose private folder is `folder`; in it, under `in`, stand the inputs by the names that they are given.
  /// - Throws: `FormatError` when the folder cannot be written to.
  init(folder: String, inputs: [(file: String, name: String)], memory: Int?, seconds: Int) throws(FormatError) {
    self.folder = folder
    self.seconds = seconds
    self.memory = memory
    let inherited = ProcessInfo.processInfo.environment
    environment = [
      "PATH": inherited["PATH"] ?? "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "CPL_TMPDIR": folder, "LC_ALL": "C.UTF-8",
      "LANG": "C.UTF-8",
      "CPL_DEBUG": "OFF", "GML_ATTRIBUTES_TO_OGR_FIELDS": "YES", "GML_SKIP_RESOLVE_ELEMS": "ALL", "GML_DOWNLOAD_WFS_SCHEMA": "NO",
      "OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_STATIC_VIRTUAL_OGR": "NO",
      "GDAL_PAM_ENABLED": "NO", "OGR_GML_NO_FEATURE_LIMIT": "YES", "CPL_VSIL_USE_TEMP_FILE_FOR_RANDOM_WRITE": "NO", "PROJ_NETWORK": "OFF",
      "GDAL_NUM_THREADS": "1", "GDAL_HTTP_TIMEOUT": "1", "GDAL_HTTP_MAX_RETRY": "0",
      // Whatever still asks for an address is sent to a port of this machine where nobody answers.
      "GDAL_HTTP_PROXY": "127.0.0.1:1", "GDAL_HTTPS_PROXY": "127.0.0.1:1", "http_proxy": "http://127.0.0.1:1",
      "https_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1",
    ]
    for name in Self.placesInEnvironment { if let value = inherited[name] { environment[name] = value } }
    let inner = folder + "/in"
    do { try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true) } catch {
      throw .cannotWrite(path: inner, reason: error.localizedDescription)
    }
    if Confinement.ofConverters.isWorking, let bwrap = Programs.path(of: "bwrap") {
      confinement = (bwrap, inputs.flatMap { ["--ro-bind", $0.file, "\(inner)/\($0.name)"] })
    } else {
      confinement = nil
      for input in inputs {
        do { try FileManager.default.createSymbolicLink(atPath: "\(inner)/\(input.name)", withDestinationPath: input.file) } catch {
          throw .cannotWrite(path: inner, reason: error.localizedDescription)
        }
      }
    }
  }

  /// Variables that name places of libraries and of GDAL's and PROJ's data.
  private static let placesInEnvironment = ["GDAL_DATA", "PROJ_LIB", "PROJ_DATA", "LD_LIBRARY_PATH", "GDAL_DRIVER_PATH"]

  /// The arguments by which `bwrap` shows a program what it needs and nothing else.
  private static func arguments(folder: String, program: String, environment: [String: String]) -> [String] {
    var arguments = ["--unshare-net", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--die-with-parent", "--new-session"]
    arguments += ["--dev", "/dev", "--tmpfs", "/tmp"]
    let system = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"]
    for place in system + ["/etc/ld.so.cache", "/etc/alternatives"] {
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: place) {
        arguments += ["--symlink", target, place]
      } else if FileManager.default.fileExists(atPath: place) {
        arguments += ["--ro-bind", place, place]
      }
    }
    // A program outside these places brings its libraries and data along.
    let real = URL(fileURLWithPath: program).resolvingSymlinksInPath().path
    var own = placesInEnvironment.flatMap { environment[$0]?.split(separator: ":").map(String.init) ?? [] }
    for path in [program, real] {
      let prefix = URL(fileURLWithPath: path).deletingLastPathComponent().deletingLastPathComponent().path
      own += [URL(fileURLWithPath: path).deletingLastPathComponent().path] + ["lib", "lib64", "share"].map { "\(prefix)/\($0)" }
    }
    for place in own where place.hasPrefix("/") && place != "/" && !system.contains(where: { place == $0 || place.hasPrefix($0 + "/") }) {
      arguments += ["--ro-bind-try", place, place]
    }
    return arguments + ["--bind", folder, folder, "--chdir", folder]
  }

  /// Tries the sandbox: a shell in it must find the file that is bound and write down so, and must not find another.
  static func tried(_ bwrap: String?) -> Confinement {
    guard let bwrap else { return Confinement(isWorking: false, detail: "bwrap is not installed") }
    guard let shell = Programs.path(of: "sh"), let inside = try? TemporaryFolder(), let outside = try? TemporaryFolder() else {
      return Confinement(isWorking: false, detail: "\(bwrap) could not be tried: no shell, or no temporary folder")
    }
    let hidden = outside.path + "/hidden", shown = outside.path + "/shown", proof = inside.path + "/proof", said = inside.path + "/said"
    for file in [hidden, shown, said] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: bwrap)
    process.arguments =
      arguments(folder: inside.path, program: shell, environment: ProcessInfo.processInfo.environment) + [
        "--ro-bind", shown, inside.path + "/input", "--", shell, "-c",
        "test -e \"$1\" && exit 9; test -e input && echo confined >proof", "sh", hidden,
      ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: said) ?? FileHandle.nullDevice
    do { try process.run() } catch { return Confinement(isWorking: false, detail: "\(bwrap) cannot be started") }
    process.waitUntilExit()
    if process.terminationStatus == 0, FileManager.default.contents(atPath: proof) == Data("confined\n".utf8) {
      return Confinement(isWorking: true, detail: bwrap)
    }
    let reason = String(decoding: (FileManager.default.contents(atPath: said) ?? Data()).prefix(200), as: UTF8.self).split(separator: "\n")
      .first
    return Confinement(
      isWorking: false,
      detail: process.terminationStatus == 9
        ? "\(bwrap) hides nothing" : "\(bwrap) does not work here\(reason.map { " (\($0))" } ?? ", status \(process.terminationStatus)")")
  }

  /// A limit that may be set: one that is in force already cannot be raised from within.
  private static func within(_ kind: __rlimit_resource, _ wanted: Int) -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(kind.rawValue), &limit) == 0 else { return wanted }
    return min(wanted, Int(clamping: limit.rlim_max))
  }

  /// What a run left behind.
  struct Result {
    var status: Int32
    var output: String
    var errors: String

    /// Lines of warnings and errors.
    var complaints: [String] {
      errors.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.isEmpty }
    }

    /// Whether the program ended for want of room on the disk, or passed a limit on the size of files (signal 25, as the shell and bwrap give it).
    var lacksRoom: Bool {
      guard status != 0 else { return false }
      return status == SIGXFSZ || status == 128 + SIGXFSZ
        || ["No space left on device", "File too large", "database or disk is full", "disk I/O error"].contains(where: errors.contains)
    }

    /// The last error in words.
    func reason(instead folder: String) -> String {
      let lines = complaints.filter { !$0.hasPrefix("Warning") && $0 != "FAILURE:" && !$0.hasPrefix("  -> ") }
      let text = lines.first { $0.hasPrefix("ERROR") } ?? lines.first ?? "it ended with status \(status) and gave no reason"
      return String(text.replacingOccurrences(of: folder, with: "").prefix(300))
    }
  }

  /// Runs a program to its end, or kills it when its time is over.
  func run(_ program: String, _ arguments: [String], _ path: String) throws(FormatError) -> Result {
    var command: [String] = []
    if let confinement {
      command +=
        [confinement.bwrap] + Self.arguments(folder: folder, program: program, environment: environment) + confinement.inputs + ["--"]
    }
    if let prlimit = Programs.path(of: "prlimit") {
      let bytes = max(512 << 20, memory.map { $0 + $0 / 4 } ?? 4 << 30)
      command += [
        prlimit, "--as=\(Self.within(RLIMIT_AS, bytes))", "--cpu=\(Self.within(RLIMIT_CPU, seconds))",
        "--fsize=\(Self.within(RLIMIT_FSIZE, 16 << 30))", "--core=0", "--",
      ]
    }
    command += [program] + arguments
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = environment
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    // Files instead of pipes: a pipe that nobody empties stops the program.
    let outputs = ["stdout", "stderr"].map { "\(folder)/\($0)" }
    for output in outputs { _ = FileManager.default.createFile(atPath: output, contents: nil) }
    guard let out = FileHandle(forWritingAtPath: outputs[0]), let err = FileHandle(forWritingAtPath: outputs[1]) else {
      throw .cannotWrite(path: folder, reason: systemErrorText())
    }
    process.standardOutput = out
    process.standardError = err
    let done = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in done.signal() }
    let id: pid_t
    do {
      id = try Programs.start(process)
    } catch {
      throw .converterFailed(path: path, reason: "\(command[0]) cannot be started: \(error.localizedDescription)")
    }
    defer { Programs.forget(id) }
    if done.wait(timeout: .now() + .seconds(seconds)) == .timedOut {
      Programs.endTree(process.processIdentifier)
      // Not without limit: what a program has started may outlive it and hold what tells of its end.
      _ = done.wait(timeout: .now() + .seconds(5))
      throw .converterTimedOut(path: path, seconds: seconds)
    }
    try? out.close()
    try? err.close()
    func text(_ name: String) -> String {
      guard let file = FileHandle(forReadingAtPath: name), let bytes = try? file.read(upToCount: 1 << 20) else { return "" }
      return String(decoding: bytes, as: UTF8.self)
    }
    return Result(status: process.terminationStatus, output: text(outputs[0]), errors: text(outputs[1]))
  }
}
