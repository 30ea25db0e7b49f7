import Glibc
import SimpleFeatures
import TextFormats

@testable import Assessment
@testable import GeoFormats

/// What is fed, chosen by the environment variable `FUZZ_READER`.
private enum Reader: String {
  case wkb, geopackage, geojson, csv, study, decide, appraise
}

private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

private let reader = Reader(rawValue: environment("FUZZ_READER") ?? "")
/// The run ends in good order once it has used so much of a processor: a busy machine does not shorten it.
private let secondsAllowed = environment("FUZZ_CPU_SECONDS").flatMap(Double.init) ?? .infinity
/// Files stand in memory, where the system has such a folder.
private let scratch = (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/rekindle-fuzz-\(getpid())"

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// libFuzzer's loop.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
  _ feed: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

/// Where the program starts: the package manager gives every executable's entry point the name of its target.
@_cdecl("FuzzReaders_main")
public func start(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
  var count = count, arguments = arguments
  atexit { tellTime() }
  return runDriver(&count, &arguments, { feed($0, $1) })
}

private nonisolated(unsafe) var executions = 0

private func tellTime() {
  let line = Array("CPU seconds: \(Int(secondsUsed()))\n".utf8)
  _ = Glibc.write(STDERR_FILENO, line, line.count)
}

private func secondsUsed() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

/// Called by libFuzzer with each input: an error is an answer, a trap or a wrong count is a finding.
private func feed(_ start: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  executions += 1
  if executions % 256 == 0, secondsUsed() > secondsAllowed {
    tellTime()
    raise(SIGUSR1)  // libFuzzer's own signal: it prints its figures and leaves with status 0.
  }
  let bytes = Array(UnsafeBufferPointer(start: start, count: size))
  switch reader {
  case .wkb: decodeGeometry(bytes)
  case .geopackage: readFile(bytes, "gpkg")
  case .geojson: readFile(bytes, "geojson")
  case .csv: readFile(bytes, "csv")
  case .study:
    if let text = String(validating: bytes, as: UTF8.self) { _ = try? Study(YAMLMapping.root(of: text, file: "study.yml")) }
  case .decide: answerDecision(bytes)
  case .appraise:
    if let json = try? JSON(parsing: bytes), let answer = try? appraise(json) { checkAnswer(answer) }
  case nil: fatalError("FUZZ_READER names no reader")
  }
  return 0
}

/// The first byte chooses the method, or the way through a table.
private func answerDecision(_ bytes: [UInt8]) {
  guard let first = bytes.first else { return }
  let choice = Int(first) % (decisionMethods.count + 1)
  let rest = Array(bytes.dropFirst())
  let request =
    choice < decisionMethods.count
    ? try? JSON(parsing: rest) : String(validating: rest, as: UTF8.self).flatMap { try? decisionRequest(csv: $0) }
  guard let request, let answer = try? decide(request, method: choice < decisionMethods.count ? decisionMethods[choice] : "topsis") else {
    return
  }
  checkAnswer(answer)
}

/// An answer is JSON that reads back as itself.
private func checkAnswer(_ answer: JSON) {
  let text = answer.serialized()
  precondition((try? JSON(parsing: text).serialized()) == text, "an answer reads back as itself")
}

/// Well-known binary, plain and behind GeoPackage's header; offsets must stay in step whatever comes.
private func decodeGeometry(_ bytes: [UInt8]) {
  var column = GeometryColumn()
  bytes.withUnsafeBytes { buffer in
    let span = RawSpan(_unsafeBytes: buffer)
    _ = try? WKBDecoder.append(span, to: &column)
    if let body = try? GeoPackageBinary.bodyOffset(span) { _ = try? WKBDecoder.append(span, from: body, to: &column) }
  }
  check(column)
}

/// A file of that format, read whole, and some of them again in small batches, which must give as much.
private func readFile(_ bytes: [UInt8], _ ending: String) {
  let path = scratch + "." + ending
  write(bytes, to: path)
  let layers: [LayerDescription?]
  if ending == "gpkg" {
    guard let described = try? describeLayers(in: path) else { return }
    layers = described.count > 1 ? Array(described.prefix(4)) : [nil]
  } else {
    if bytes.count % 16 == 0 { _ = try? describeLayers(in: path) }
    layers = [nil]
  }
  for description in layers {
    let reference = LayerReference(path: path, layer: description?.name)
    let whole = try? readLayer(reference)
    if let whole {
      precondition(whole.readCount == whole.features.count + whole.refusedCount, "read = kept + refused")
      check(whole.features)
    }
    guard bytes.count % 4 == 0 else { continue }
    var kept = 0
    let summary = try? forEachBatch(of: reference, size: 2) { batch in
      kept += batch.count
      check(batch)
    }
    precondition((summary == nil) == (whole == nil), "batches are refused when the whole is")
    if let summary, let whole {
      precondition(summary.readCount == whole.readCount && kept == whole.features.count, "batches hold as much as the whole")
    }
  }
}

private func write(_ bytes: [UInt8], to path: String) {
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count else { fatalError("\(path) cannot be written") }
  close(file)
}

private func check(_ features: FeatureBatch) {
  precondition(features.attributes.allSatisfy { $0.count == features.count }, "columns are as long as the layer")
  precondition(features.geometry.count == features.count, "one geometry a feature")
  check(features.geometry)
}

private func check(_ column: GeometryColumn) {
  precondition(column.featureOffsets.count == column.count + 1 && column.x.count == column.y.count, "offsets are in step")
  precondition(Int(column.ringOffsets.last ?? 0) == column.x.count, "every position belongs to a ring")
  precondition(column.x.allSatisfy(\.isFinite) && column.y.allSatisfy(\.isFinite), "no position without a place")
}
