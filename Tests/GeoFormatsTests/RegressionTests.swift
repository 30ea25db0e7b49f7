import Foundation
import SimpleFeatures
import Testing

@testable import GeoFormats

/// Inputs that once brought a reader down, `Tests/Regressions/<reader>-<what>.<ext>`; each goes through the reader that its name says.
///
/// The layers are also measured and scored, and studies and requests decoded, by the tests of Assessment.
@Suite("Inputs of mended bugs, read again")
struct RegressionTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Regressions"
  static let readers = ["wkb", "geojson", "geopackage", "csv", "study", "decide", "appraise"]

  static func names(_ readers: [String]) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { name in readers.contains { name.hasPrefix($0 + "-") } }
  }

  @Test("Every file names its reader; folders are cases of studies")
  func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { !$0.hasPrefix("case-") }.sorted()
    #expect(try Self.names(Self.readers) == files)
  }

  @Test(
    "A layer is read to its end or refused, whole and in batches, and read = kept + refused",
    arguments: try names(["geojson", "geopackage", "csv"]))
  func layers(name: String) throws {
    do {
      for layer in try describeLayers(in: Self.folder + "/" + name) {
        let reference = LayerReference(path: Self.folder + "/" + name, layer: layer.name)
        let read = try readLayer(reference)
        var kept = 0
        let summary = try forEachBatch(of: reference, size: 2) { kept += $0.count }
        #expect(summary.readCount == read.readCount && kept == read.features.count)
        #expect(read.readCount == read.features.count + read.refusedCount && isConsistent(read.features.geometry))
        #expect(read.defects.total >= read.refusedCount)
      }
    } catch let error as FormatError { #expect(error.kind == .badInput && error.description.contains(name), "\(error)") }
  }

  @Test("Well-known binary is decoded or refused with a reason, and leaves nothing behind", arguments: try names(["wkb"]))
  func wellKnownBinary(name: String) throws {
    let bytes = [UInt8](try #require(FileManager.default.contents(atPath: Self.folder + "/" + name)))
    var column = GeometryColumn()
    do throws(GeometryProblem) {
      _ = try WKBDecoder.append(bytes.span.bytes, from: 0, to: &column)
      #expect(column.count == 1)
    } catch {
      #expect(!error.detail.isEmpty)
      #expect(column.count == 0 && column.x.isEmpty)
    }
    #expect(isConsistent(column))
  }
}
