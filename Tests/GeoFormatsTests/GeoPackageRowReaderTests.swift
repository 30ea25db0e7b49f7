import Foundation
import SimpleFeatures
import Testing

@testable import GeoFormats

@Suite("Single rows and windows of a GeoPackage")
struct GeoPackageRowReaderTests {
  /// 2,000 squares on a jittered grid, and a table without geometry.
  private func made(seed: UInt64) throws -> (folder: TemporaryFolder, path: String, boxes: [Envelope]) {
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: seed)
    var geometry = GeometryColumn(), boxes: [Envelope] = []
    for _ in 0..<2_000 {
      let x = Double.random(in: 385_000...389_000, using: &random), y = Double.random(in: 6_671_000...6_675_000, using: &random)
      let size = Double.random(in: 5...65, using: &random)
      for (dx, dy) in [(0.0, 0.0), (size, 0), (size, size), (0, size), (0, 0)] { geometry.add(x: x + dx, y: y + dy) }
      geometry.endRing()
      geometry.endPart()
      geometry.endFeature(.polygon)
      boxes.append(Envelope(minX: x, minY: y, maxX: x + size, maxY: y + size))
    }
    let path = folder.path + "/rows.gpkg"
    let writer = try GeoPackageWriter(path: path, lastChange: "2026-01-01T00:00:00.000Z")
    try writer.add(
      GeoPackageLayer(
        name: "squares",
        table: ExportTable(
          geometry: geometry,
          columns: [
            AttributeColumn(name: "name", texts: (0..<2_000).map { "s\($0)" }),
            AttributeColumn(name: "half", reals: (0..<2_000).map { $0 == 7 ? .nan : Double($0) / 2 }),
          ])))
    try writer.add(GeoPackageLayer(name: "facts", table: ExportTable(columns: [AttributeColumn(name: "hash", integers: [.max, -4, nil])])))
    try writer.finish()
    return (folder, path, boxes)
  }

  @Test("Rows are found by key, in the order of the keys; those that are not there are left out")
  func rows() throws {
    let (folder, path, _) = try made(seed: 1)
    let reader = try GeoPackageRowReader(path: path)
    let rows = try reader.rows([1_999, 3, 5_000, -1], of: "squares")
    #expect(rows.numbers == [3, 1_999] && rows.attribute("name")?.text(0) == "s2" && rows.attribute("name")?.text(1) == "s1998")
    #expect(rows.geometry.kinds.count == 2 && rows.geometry.kinds[0] == .polygon)
    #expect(try reader.rows([], of: "squares").count == 0)
    let names = try reader.rows([3], of: "squares", columns: ["name"])
    #expect(names.attributes.map(\.name) == ["name"] && names.geometry.kinds == [.none] && names.attributes[0].text(0) == "s2")
    #expect(try reader.rows(of: "facts").count == 3 && reader.has("facts") && !reader.has("fact"))
    #expect(try reader.number("half", ofRow: 4, in: "squares") == 1.5)
    #expect(try reader.number("half", ofRow: 8, in: "squares") == nil && reader.number("half", ofRow: 9_999, in: "squares") == nil)
    #expect(try reader.integer("hash", ofRow: 1, in: "facts") == .max && reader.integer("hash", ofRow: 2, in: "facts") == -4)
    #expect(throws: FormatError.self) { try reader.rows([1], of: "circles") }
    withExtendedLifetime(folder) {}
  }

  @Test("A window holds the features whose bounds meet it, in the order of the file", arguments: [1, 2, 3] as [UInt64])
  func windows(seed: UInt64) throws {
    let (folder, path, boxes) = try made(seed: seed)
    let reader = try GeoPackageRowReader(path: path)
    for window in [
      Envelope(minX: 386_000.5, minY: 6_672_000.25, maxX: 387_000, maxY: 6_672_800), Envelope(minX: 0, minY: 0, maxX: 1, maxY: 1),
      Envelope(minX: 384_000, minY: 6_670_000, maxX: 390_000, maxY: 6_680_000),
    ] {
      // Bounds in the index are rounded outwards to 32-bit reals: half a metre at most this far north.
      let found = Set(try reader.features(of: "squares", meeting: window).numbers)
      let inside = Set(boxes.indices.filter { boxes[$0].intersects(window) }.map { Int64($0 + 1) })
      let near = Set(boxes.indices.filter { boxes[$0].intersects(window.expanded(by: 1)) }.map { Int64($0 + 1) })
      #expect(found.isSuperset(of: inside) && found.isSubset(of: near), "seed \(seed), \(window)")
      #expect(try reader.features(of: "squares", meeting: window).numbers == found.sorted())
    }
    withExtendedLifetime(folder) {}
  }
}
