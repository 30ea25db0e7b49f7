import Foundation
import SimpleFeatures

@testable import Assessment
@testable import GeoFormats

/// What is fed, chosen by the environment variable `FUZZ_READER`.
private enum Reader: String {
  case wkb, geopackage, geojson, csv, study, decide, appraise
}

private let reader = Reader(rawValue: ProcessInfo.processInfo.environment["FUZZ_READER"] ?? "")
private let scratch =
  (FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp") + "/rekindle-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
private let methods = [
  "topsis", "spotis", "vikor", "promethee", "electre1", "electre2", "electre3", "mrsort", "ahp", "critic", "entropy", "merec", "smaa",
  "weighted-sum", "weighted-product",
]

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
  return runDriver(&count, &arguments, { feed($0, $1) })
}

/// Called by libFuzzer with each input: an error is an answer, a trap or a wrong count is a finding.
private func feed(_ start: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: size))
  switch reader {
  case .wkb: decodeGeometry(bytes)
  case .geopackage: readFile(bytes, "gpkg")
  case .geojson: readFile(bytes, "geojson")
  case .csv: readFile(bytes, "csv")
  case .study:
    if let text = String(validating: bytes, as: UTF8.self) { _ = try? Study(YAMLMapping.root(of: text, file: "study.yml")) }
  case .decide:
    guard let first = bytes.first else { return 0 }
    if let json = try? JSON(parsing: Array(bytes.dropFirst())) { _ = try? decide(json, method: methods[Int(first) % methods.count]) }
  case .appraise:
    if let json = try? JSON(parsing: bytes) { _ = try? appraise(json) }
  case nil: fatalError("FUZZ_READER names no reader")
  }
  return 0
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

/// A file of that format, read whole.
private func readFile(_ bytes: [UInt8], _ ending: String) {
  let path = scratch + "." + ending
  guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { fatalError("\(path) cannot be written") }
  guard let layers = try? describeLayers(in: path) else { return }
  for description in layers.prefix(4) {
    guard let layer = try? readLayer(LayerReference(path: path, layer: layers.count > 1 ? description.name : nil)) else { continue }
    precondition(layer.readCount == layer.features.count + layer.refusedCount, "read = kept + refused")
    precondition(layer.features.attributes.allSatisfy { $0.count == layer.features.count }, "columns are as long as the layer")
    precondition(layer.features.geometry.count == layer.features.count, "one geometry a feature")
    check(layer.features.geometry)
  }
}

private func check(_ column: GeometryColumn) {
  precondition(column.featureOffsets.count == column.count + 1 && column.x.count == column.y.count, "offsets are in step")
  precondition(Int(column.ringOffsets.last ?? 0) == column.x.count, "every position belongs to a ring")
  precondition(column.x.allSatisfy(\.isFinite) && column.y.allSatisfy(\.isFinite), "no position without a place")
}
