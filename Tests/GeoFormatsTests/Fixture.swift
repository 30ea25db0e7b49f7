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

/// Whether the converter is installed.
let hasConverter = Programs.path(of: "ogr2ogr") != nil

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
