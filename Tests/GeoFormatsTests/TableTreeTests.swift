import Foundation
import GRDB
import SimpleFeatures
import Testing

@testable import GeoFormats

/// Pages that are laid down without SQLite are read by SQLite, which is the oracle.
@Suite("Tables written as pages")
struct TableTreeTests {
  /// Rows with every kind of value, at the edges of every stored size.
  private func table(_ count: Int, longest: Int, _ random: inout SeededGenerator) -> ExportTable {
    let wholes: [Int64] = [
      0, 1, -1, 2, 127, -128, 128, -129, 32_767, 32_768, -32_769, 8_388_607, 8_388_608, -8_388_609, 2_147_483_647, 2_147_483_648,
      140_737_488_355_327, 140_737_488_355_328, -140_737_488_355_329, .max, .min,
    ]
    let reals: [Double] = [
      0, -0.0, 1, -1, 0.1, 1e300, -1e-300, .leastNonzeroMagnitude, 0x1p47, 0x1p47 - 1, -0x1p47, 3_004_005.0625, .nan, .infinity, 65_536,
    ]
    var geometry = GeometryColumn()
    for k in 0..<count {
      if k % 7 == 3 {
        geometry.appendNull()
      } else {
        geometry.appendPoint(x: .random(in: 0...1e6, using: &random), y: .random(in: 0...1e6, using: &random))
      }
    }
    return ExportTable(
      geometry: geometry,
      columns: [
        AttributeColumn(name: "whole", integers: (0..<count).map { k in k % 5 == 4 ? nil : wholes.randomElement(using: &random)! }),
        AttributeColumn(name: "real", reals: (0..<count).map { _ in reals.randomElement(using: &random)! }),
        AttributeColumn(name: "truth", booleans: (0..<count).map { _ in [true, false, nil].randomElement(using: &random)! }),
        AttributeColumn(name: "never_known", reals: Array(repeating: .nan, count: count)),
        AttributeColumn(
          name: "text",
          texts: (0..<count).map { k in
            let length = k % 11 == 0 ? longest : k % 3 == 0 ? 0 : Int.random(in: 0...200, using: &random)
            return k % 13 == 5 ? nil : String(repeating: "aä€", count: length / 6) + String(repeating: "x", count: length % 6)
          }),
      ])
  }

  @Test(
    "SQLite finds every value, in one leaf or in a tree of three levels, with records longer than a page",
    arguments: [
      (0, 10, 4_096), (1, 20_000, 4_096), (40, 4_061, 4_096), (3_300, 9_000, 4_096), (500, 70_000, 16_384), (900, 66_000, 65_536),
    ])
  func readBySQLite(count: Int, longest: Int, pageSize: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let table = table(count, longest: longest, &random)
    let folder = try Folder()
    let path = folder.path + "/t.gpkg"
    let writer = try GeoPackageWriter(path: path, lastChange: "2026-01-01T00:00:00.000Z", pageSize: pageSize)
    let reference = SpatialReference(code: "EPSG:3067", name: "ETRS89 / TM35FIN(E,N)", wkt: "PROJCS[\"x\"]")
    try writer.add(GeoPackageLayer(name: "t", table: table, reference: reference))
    try writer.finish()
    try DatabaseQueue(path: path).write { db in
      #expect(try String.fetchAll(db, sql: "PRAGMA integrity_check") == ["ok"], "seed \(seed)")
      #expect(try String.fetchOne(db, sql: "SELECT rtreecheck('rtree_t_geom')") == "ok")
      var k = 0
      let rows = try Row.fetchCursor(db, sql: "SELECT fid, geom, whole, real, truth, never_known, text FROM t ORDER BY fid")
      while let row = try rows.next() {
        #expect(row[0] == Int64(k + 1))
        #expect((row[1] as Data?) == nil || table.geometry?.kinds[k] == .point)
        #expect((row[2] as Int64?).map(String.init) == table.columns[0].text(k), "row \(k), seed \(seed)")
        guard case .real(let reals) = table.columns[1].values else { preconditionFailure("a column of reals") }
        #expect((row[3] as Double?)?.bitPattern == (reals[k].isFinite ? reals[k].bitPattern : nil), "row \(k), seed \(seed)")
        #expect((row[4] as Bool?).map(String.init) == table.columns[2].text(k))
        #expect(row.hasNull(atIndex: 5))
        #expect((row[6] as String?) == table.columns[4].text(k), "row \(k), seed \(seed)")
        k += 1
      }
      #expect(k == count)
      // Binary search by key goes down the levels; a new row comes behind the last.
      for key in [1, count / 2, count] where count > 0 && key > 0 {
        #expect(try Int.fetchOne(db, sql: "SELECT fid FROM t WHERE fid = ?", arguments: [key]) == key)
      }
      // The index's triggers call functions that plain SQLite lacks.
      for name in try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'") {
        try db.execute(sql: "DROP TRIGGER \(name.quotedIdentifier)")
      }
      try db.execute(sql: "INSERT INTO t (whole) VALUES (42)")
      #expect(db.lastInsertedRowID == Int64(count + 1))
      try db.execute(sql: "DELETE FROM t WHERE geom IS NULL AND fid % 2 = 0")
      #expect(try String.fetchAll(db, sql: "PRAGMA integrity_check") == ["ok"], "seed \(seed)")
    }
  }

  @Test("The page in which SQLite takes its locks stays unused")
  func lockPage() throws {
    let folder = try Folder()
    let path = folder.path + "/large"
    try Data().write(to: URL(filePath: path))
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    // A sparse file that ends a page before 2³⁰ bytes.
    try file.truncate(atOffset: 0x4000_0000 - 65_536)
    try file.close()
    let pages = try DatabasePages(partial: path, path: path, pageSize: 65_536)
    let page = [UInt8](repeating: 7, count: 65_536)
    #expect(try pages.append(page.span) == 16_384)
    #expect(try pages.append(page.span) == 16_386)
    #expect(try pages.append(page.span) == 16_387)
    try pages.finish()
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int == 16_387 * 65_536)
    let header = try FileHandle(forReadingFrom: URL(filePath: path))
    try header.seek(toOffset: 28)
    #expect(try header.read(upToCount: 4).map { [UInt8]($0) } == [0, 0, 0x40, 0x03])
  }

  @Test(
    "Whole numbers of one to nine bytes, as SQLite writes them",
    arguments: [
      (UInt64(0), [0x00]), (127, [0x7F]), (128, [0x81, 0x00]), (16_383, [0xFF, 0x7F]), (16_384, [0x81, 0x80, 0x00]),
      (UInt64(1) << 56 - 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
      (UInt64(1) << 56, [0x80, 0xC0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]),
      (UInt64.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
    ] as [(UInt64, [UInt8])])
  func varints(value: UInt64, expected: [UInt8]) {
    var bytes = [UInt8](repeating: 0, count: 9)
    let end = Varint.put(value, in: &bytes, at: 0)
    #expect(Array(bytes[..<end]) == expected)
    #expect(Varint.count(value) == expected.count)
  }
}
