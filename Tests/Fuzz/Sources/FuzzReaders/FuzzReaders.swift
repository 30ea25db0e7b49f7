import GRDB
import Glibc
import SimpleFeatures
import TextFormats

@testable import Assessment
@testable import GeoFormats

/// What is fed, chosen by the environment variable `FUZZ_READER`.
private enum Reader: String {
  case wkb, geopackage, geojson, csv, study, decide, appraise, pages
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
  case .pages: writePages(bytes)
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

/// A table made of the bytes, laid down as pages in pieces: SQLite must find the file whole, and every row must read back as it was.
private func writePages(_ bytes: [UInt8]) {
  guard bytes.count > 4 else { return }
  let path = scratch + ".pages.gpkg"
  var rest = bytes[4...]
  func next() -> UInt8 { rest.popFirst() ?? 0 }
  let columnCount = Int(bytes[0] % 6), pieces = 1 + Int(bytes[1] % 3), pageSize = 4_096 << Int(bytes[2] % 5)
  let hasGeometry = bytes[3] & 1 == 1
  var written: [[[String?]]] = []
  func piece() -> ExportTable {
    let rows = Int(next())
    var texts = Array(repeating: [String?](), count: columnCount)
    var numbers: [Int64?] = []
    var reals: [Double] = []
    var geometry = GeometryColumn()
    for _ in 0..<rows {
      for column in 0..<columnCount {
        let kind = next()
        // Lengths around those at which a value runs over to pages of its own.
        let length = kind == 0 ? 0 : Int(kind) * (kind > 200 ? Int(next()) : 1)
        texts[column].append(kind == 255 ? nil : String(repeating: Character(UnicodeScalar(97 + kind % 26)), count: length))
      }
      let word = (0..<8).reduce(UInt64(0)) { word, _ in word << 8 | UInt64(next()) }
      numbers.append(word % 7 == 0 ? nil : Int64(bitPattern: word >> (word % 64)))
      reals.append(Double(bitPattern: word).isFinite ? Double(bitPattern: word) : .nan)
      guard hasGeometry else { continue }
      if word % 5 == 0 { geometry.appendNull() } else { geometry.appendPoint(x: Double(word % 1_000), y: Double(word >> 40)) }
    }
    let columns =
      texts.enumerated().map { AttributeColumn(name: "t\($0)", texts: $1) } + [
        AttributeColumn(name: "n", integers: numbers), AttributeColumn(name: "r", reals: reals),
      ]
    written.append((0..<rows).map { row in columns.map { $0.valueText(row) } })
    return ExportTable(geometry: hasGeometry ? geometry : nil, columns: columns)
  }
  do {
    let writer = try GeoPackageWriter(path: path, lastChange: "2026-01-01T00:00:00.000Z", pageSize: pageSize)
    let reference = SpatialReference(code: "EPSG:3067", name: "TM35", wkt: "")
    try writer.begin(GeoPackageLayer(name: "t", table: piece(), reference: reference), kinds: [.point])
    for _ in 1..<pieces { try writer.append(piece()) }
    try writer.end()
    try writer.finish()
    let layer = try readLayer(LayerReference(path: path, layer: "t"))
    let expected = written.flatMap(\.self)
    precondition(layer.readCount == expected.count && layer.refusedCount == 0, "as many rows as were written")
    let found = (0..<layer.features.count).map { row in layer.features.attributes.map { $0.valueText(row) } }
    precondition(found == expected, "rows read back as they were written")
    let queue = try DatabaseQueue(path: path)
    let verdict = try queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
    precondition(verdict == ["ok"], "SQLite finds the pages whole: \(verdict)")
    try queue.close()
  } catch {
    fatalError("what was written cannot be read: \(error)")
  }
}

extension AttributeColumn {
  /// A value in words that tell all values apart; `nil` for an unknown one.
  fileprivate func valueText(_ row: Int) -> String? {
    guard validity[row] else { return nil }
    switch values {
    case .integer(let all): return String(all[row])
    case .real(let all): return String(all[row].bitPattern)
    case .boolean(let all): return String(all[row])
    case .text(let all): return all[row]
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
