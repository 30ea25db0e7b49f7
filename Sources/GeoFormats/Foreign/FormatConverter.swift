internal import Foundation
internal import Synchronization

/// Converts foreign formats to GeoPackage by `ogr2ogr`, in a process of its own.
///
/// The process sees the input by a link in a private folder, so that GDAL finds no other side files than those of the data set and writes none
/// beside it; drivers outside the format's list are switched off; memory, processor time and the size of the output are limited; where `bwrap`
/// works there is no network and nothing but the private folder can be written.
enum FormatConverter {
  private struct Key: Hashable {
    var path: String
    var size: Int
    var modified: Double
    var filter: String?
  }

  private static let conversions = Mutex<[Key: Conversion]>([:])

  /// The conversion of a file; the same file is converted once in a process.
  static func convert(_ path: String, _ format: ForeignFormat, _ options: ReadOptions) throws(FormatError) -> Conversion {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let facts = try? FileManager.default.attributesOfItem(atPath: real) else { throw .fileNotFound(path: path) }
    guard facts[.type] as? FileAttributeType == .typeRegular else {
      throw .unreadableFile(path: path, reason: "it is not a regular file")
    }
    let key = Key(
      path: real, size: facts[.size] as? Int ?? 0, modified: (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0,
      filter: options.filter)
    if let done = conversions.withLock({ $0[key] }) { return done }
    guard key.size > 0 else { throw .converterFailed(path: path, reason: "the file is empty") }
    let conversion = try run(real, shownAs: path, format, options)
    conversions.withLock { $0[key] = conversion }
    return conversion
  }

  /// Where a program stands on the search path.
  static func program(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  // MARK: One conversion

  private static func run(
    _ real: String, shownAs path: String, _ format: ForeignFormat, _ options: ReadOptions
  ) throws(FormatError) -> Conversion {
    guard let ogr2ogr = program("ogr2ogr") else {
      throw .neededProgramMissing(name: "ogr2ogr", aptPackage: "gdal-bin", path: path)
    }
    let folder = try TemporaryFolder()
    let input = try link(real, format, into: folder.path + "/in", shownAs: path)
    let output = folder.path + "/out.gpkg"
    var sandbox = Sandbox(folder: folder.path, memory: options.maxMemory, seconds: options.converterTimeout)
    sandbox.environment["OGR_SKIP"] = try skipList(ogr2ogr, sandbox, allowed: format.drivers + ["GPKG"], path)
    var arguments = ["-f", "GPKG", output, input, "-gt", "65536"]
    arguments += ["-lco", "GEOMETRY_NAME=rekindle_geometry", "-lco", "FID=rekindle_fid", "-lco", "SPATIAL_INDEX=NO"]
    if let filter = options.filter { arguments += ["-where", filter] }
    if format.drivers == ["GML"] { arguments += ["-oo", "WRITE_GFS=NO"] }
    if format.isOpenStreetMap { arguments += ["points", "lines", "multilinestrings", "multipolygons"] }
    var result = try sandbox.run(ogr2ogr, arguments, path)
    if result.status != 0, result.complaints.contains(where: { $0.contains("Terminating translation prematurely") }) {
      // A feature that cannot be written must not take the others with it.
      try? FileManager.default.removeItem(atPath: output)
      result = try sandbox.run(ogr2ogr, ["-skipfailures"] + arguments, path)
    }
    if result.errors.contains("OSM_USE_CUSTOM_INDEXING=NO") {
      // Identifiers that do not ascend need the slower index; GDAL asks for it by this name.
      try? FileManager.default.removeItem(atPath: output)
      sandbox.environment["OSM_USE_CUSTOM_INDEXING"] = "NO"
      result = try sandbox.run(ogr2ogr, arguments, path)
    }
    guard result.status == 0, FileManager.default.fileExists(atPath: output) else {
      throw .converterFailed(path: path, reason: result.reason(instead: folder.path + "/in/"))
    }
    // GDAL ends some broken texts quietly, with status 0 and part of the features: what it says then is the error. Formats with an index of
    // their features show what is missing by its count instead.
    if let complaint = result.complaints.first(where: { $0.hasPrefix("ERROR") && (!format.claimsCount || $0.contains("pars")) }) {
      throw .converterFailed(path: path, reason: String(complaint.prefix(300)))
    }
    var claims: [String: Int] = [:]
    if format.claimsCount, let ogrinfo = program("ogrinfo"), options.filter == nil {
      let listing = try sandbox.run(ogrinfo, ["-ro", "-so", "-al", input], path)
      if listing.status == 0 { claims = Self.counts(listing.output) }
    }
    try? FileManager.default.removeItem(atPath: folder.path + "/in")
    return Conversion(
      folder: folder, output: output, driver: format.name ?? format.drivers[0],
      sourceSize: (try? FileManager.default.attributesOfItem(atPath: real)[.size] as? Int) ?? 0, claimedCounts: claims,
      messages: result.complaints.prefix(100).map { $0.replacingOccurrences(of: folder.path + "/in/", with: "") })
  }

  /// Links the file, and the files that belong to it, into a private folder and gives GDAL's name for it.
  private static func link(
    _ real: String, _ format: ForeignFormat, into folder: String, shownAs path: String
  ) throws(FormatError) -> String {
    let url = URL(fileURLWithPath: real)
    // The link bears the name that the user gave, because some drivers name the layer after it.
    let name = URL(fileURLWithPath: path).lastPathComponent
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: real)
      if !format.companions.isEmpty, format.wrapper.isEmpty {
        let base = url.deletingPathExtension().lastPathComponent
        let own = (name as NSString).deletingPathExtension
        for other in try FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path)
        where other != url.lastPathComponent {
          let parts = other as NSString
          guard parts.deletingPathExtension == base, format.companions.contains(parts.pathExtension.lowercased()) else { continue }
          try? FileManager.default.createSymbolicLink(
            atPath: "\(folder)/\(own).\(parts.pathExtension)", withDestinationPath: url.deletingLastPathComponent().path + "/" + other)
        }
      }
    } catch {
      throw .cannotWrite(path: folder, reason: error.localizedDescription)
    }
    return "\(format.wrapper)\(folder)/\(name)"
  }

  /// The drivers that are switched off: all that GDAL lists but the allowed ones.
  private static func skipList(
    _ ogr2ogr: String, _ sandbox: Sandbox, allowed: [String], _ path: String
  ) throws(FormatError) -> String {
    let all: [String]
    if let known = driverNames.withLock({ $0[ogr2ogr] }) {
      all = known
    } else {
      let listing = try sandbox.run(ogr2ogr, ["--formats"], path)
      // "  ESRI Shapefile -vector- (rw+v): ESRI Shapefile"
      all = listing.output.split(separator: "\n").compactMap { line in
        guard line.hasPrefix("  "), let mark = line.range(of: " -") else { return nil }
        return String(line[line.index(line.startIndex, offsetBy: 2)..<mark.lowerBound])
      }
      let found = all
      driverNames.withLock { $0[ogr2ogr] = found }
    }
    return all.filter { !allowed.contains($0) }.joined(separator: ",")
  }

  private static let driverNames = Mutex<[String: [String]]>([:])

  /// Layer names and feature counts in the listing of `ogrinfo -so -al`.
  private static func counts(_ listing: String) -> [String: Int] {
    var counts: [String: Int] = [:]
    var layer: String?
    for line in listing.split(separator: "\n") {
      if line.hasPrefix("Layer name: ") { layer = String(line.dropFirst(12)) }
      if line.hasPrefix("Feature Count: "), let layer, let count = Int(line.dropFirst(15)) { counts[layer] = count }
    }
    return counts
  }
}

/// Ends the converters that are running, removes all temporary folders and goes on to `end`, in a process that ends out of its order.
///
/// Other threads may still be reading: none of them starts a converter or makes a temporary folder any more.
public func endConversions(then end: () -> Never) -> Never {
  Sandbox.running.withLock { processes in
    for process in processes { kill(process, SIGKILL) }
    TemporaryFolder.removeAll(then: end)
  }
}

/// A place to run a converter that cannot do harm.
struct Sandbox {
  let folder: String
  var environment: [String: String]
  private let prefix: [String]
  private let seconds: Int
  /// Converters that have been started and not yet ended.
  fileprivate static let running = Mutex<Set<pid_t>>([])

  /// Whether `bwrap` can cut the network off on this machine; tried once.
  private static let canUnshare: Bool = {
    guard let bwrap = FormatConverter.program("bwrap") else { return false }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: bwrap)
    process.arguments = [
      "--unshare-net", "--unshare-ipc", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "/bin/true",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  init(folder: String, memory: Int?, seconds: Int) {
    self.folder = folder
    self.seconds = seconds
    let inherited = ProcessInfo.processInfo.environment
    environment = [
      "PATH": inherited["PATH"] ?? "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder, "CPL_TMPDIR": folder, "LC_ALL": "C.UTF-8",
      "LANG": "C.UTF-8",
      "CPL_DEBUG": "OFF", "GML_ATTRIBUTES_TO_OGR_FIELDS": "YES", "GML_SKIP_RESOLVE_ELEMS": "ALL", "OGR_SQLITE_SYNCHRONOUS": "OFF",
      "GDAL_PAM_ENABLED": "NO", "OGR_GML_NO_FEATURE_LIMIT": "YES", "CPL_VSIL_USE_TEMP_FILE_FOR_RANDOM_WRITE": "NO", "PROJ_NETWORK": "OFF",
      "GDAL_NUM_THREADS": "1", "GDAL_HTTP_TIMEOUT": "1", "GDAL_HTTP_MAX_RETRY": "0",
    ]
    for name in ["GDAL_DATA", "PROJ_LIB", "PROJ_DATA", "LD_LIBRARY_PATH", "GDAL_DRIVER_PATH"] {
      if let value = inherited[name] { environment[name] = value }
    }
    var prefix: [String] = []
    if Self.canUnshare, let bwrap = FormatConverter.program("bwrap") {
      prefix += [
        bwrap, "--unshare-net", "--unshare-ipc", "--die-with-parent", "--new-session", "--ro-bind", "/", "/", "--dev", "/dev", "--proc",
        "/proc",
        "--bind", folder, folder, "--",
      ]
    }
    if let prlimit = FormatConverter.program("prlimit") {
      let bytes = max(512 << 20, memory.map { $0 + $0 / 4 } ?? 4 << 30)
      prefix += [prlimit, "--as=\(bytes)", "--cpu=\(seconds)", "--fsize=\(16 << 30)", "--core=0", "--"]
    }
    self.prefix = prefix
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

    /// The last error in words.
    func reason(instead folder: String) -> String {
      let lines = complaints.filter { !$0.hasPrefix("Warning") && $0 != "FAILURE:" && !$0.hasPrefix("  -> ") }
      let text = lines.first { $0.hasPrefix("ERROR") } ?? lines.first ?? "it ended with status \(status) and gave no reason"
      return String(text.replacingOccurrences(of: folder, with: "").prefix(300))
    }
  }

  /// Ends a process and all that it has started. Each is stopped before it is asked for its own, so that none is born meanwhile.
  private static func end(_ process: pid_t) {
    kill(process, SIGSTOP)
    let children = (try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)) ?? ""
    for child in children.split(separator: " ") {
      if let child = pid_t(child) { end(child) }
    }
    kill(process, SIGKILL)
  }

  /// Runs a program to its end, or kills it when its time is over.
  func run(_ program: String, _ arguments: [String], _ path: String) throws(FormatError) -> Result {
    let command = prefix + [program] + arguments
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
      id = try Self.running.withLock { running in
        try process.run()
        running.insert(process.processIdentifier)
        return process.processIdentifier
      }
    } catch {
      throw .converterFailed(path: path, reason: "\(command[0]) cannot be started: \(error.localizedDescription)")
    }
    defer { Self.running.withLock { _ = $0.remove(id) } }
    if done.wait(timeout: .now() + .seconds(seconds)) == .timedOut {
      Self.end(process.processIdentifier)
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
