import Foundation
import SimpleFeatures
import Testing

@testable import GeoFormats

/// A folder for one test, removed with it.
final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("geoformats-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file of text and gives its path.
  func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }

  /// Writes a file of bytes and gives its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// The corpora of real and malformed files, when they lie beside the package (or where `REKINDLE_CORPORA` says).
enum Corpus {
  static let path: String? = {
    var roots = [String]()
    if let named = ProcessInfo.processInfo.environment["REKINDLE_CORPORA"] { roots.append(named) }
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    roots.append(package.deletingLastPathComponent().appendingPathComponent("shared/data").path)
    roots.append(FileManager.default.currentDirectoryPath + "/../shared/data")
    return roots.first { FileManager.default.fileExists(atPath: $0 + "/malformed") }
  }()

  /// Whether the corpora are there; says so once when they are not.
  static let isPresent: Bool = {
    if path == nil { print("skipped: the corpora of malformed files do not lie beside the package (REKINDLE_CORPORA)") }
    return path != nil
  }()

  static func files(_ folder: String, _ suffix: String) throws -> [String] {
    let root = try #require(path) + "/" + folder
    return try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.hasSuffix(suffix) }.sorted().map { root + "/" + $0 }
  }
}

/// Whether the converter is installed.
let hasConverter = FormatConverter.program("ogr2ogr") != nil

/// Reads a layer of a file.
func read(_ path: String, layer: String? = nil, _ options: ReadOptions = ReadOptions()) throws -> Layer {
  try readLayer(LayerReference(path: path, layer: layer), options: options)
}

/// The error that reading a file throws.
func failure(reading path: String, layer: String? = nil, _ options: ReadOptions = ReadOptions()) -> FormatError? {
  do throws(FormatError) {
    _ = try readLayer(LayerReference(path: path, layer: layer), options: options)
    return nil
  } catch {
    return error
  }
}

/// A generator with a seed that tests print (SplitMix64; Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Well-known binary, written by the book for tests.
struct BinaryGeometry {
  var bytes: [UInt8] = []
  var isBigEndian = false

  mutating func head(_ type: UInt32, isBigEndian: Bool? = nil) {
    if let isBigEndian { self.isBigEndian = isBigEndian }
    bytes.append(self.isBigEndian ? 0 : 1)
    word(type)
  }

  mutating func word(_ value: UInt32) {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func reals(_ values: Double...) {
    for value in values {
      withUnsafeBytes(of: isBigEndian ? value.bitPattern.bigEndian : value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  /// Decodes into a fresh column.
  func decoded() throws -> (column: GeometryColumn, mending: GeometryMending) {
    var column = GeometryColumn()
    let mending = try WKBDecoder.append(bytes.span.bytes, to: &column)
    return (column, mending)
  }
}

/// Whether the offsets of a column agree with each other and with its positions.
func isConsistent(_ g: GeometryColumn) -> Bool {
  g.x.count == g.y.count && Int(g.ringOffsets.last ?? -1) == g.x.count && Int(g.partOffsets.last ?? -1) == g.ringOffsets.count - 1
    && Int(g.featureOffsets.last ?? -1) == g.partOffsets.count - 1 && g.featureOffsets.count == g.kinds.count + 1
    && zip(g.ringOffsets, g.ringOffsets.dropFirst()).allSatisfy { $0 < $1 }
    && zip(g.partOffsets, g.partOffsets.dropFirst()).allSatisfy { $0 < $1 }
}
