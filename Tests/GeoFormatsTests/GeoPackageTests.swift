import Foundation
import GRDB
import SimpleFeatures
import Testing

@testable import GeoFormats

@Suite("GeoPackage")
struct GeoPackageTests {
  private func sample() -> ExportTable {
    var g = GeometryColumn()
    func ring(_ values: [Double]) {
      for k in stride(from: 0, to: values.count, by: 2) { g.add(x: values[k], y: values[k + 1]) }
      g.endRing()
    }
    ring([0, 0, 10, 0, 10, 10, 0, 10, 0, 0])
    ring([2, 2, 2, 4, 4, 4, 2, 2])
    g.endPart()
    g.endFeature(.polygon)
    ring([20, 0, 21, 0, 21, 1, 20, 0])
    g.endPart()
    ring([30, 0, 31, 0, 31, 1, 30, 0])
    g.endPart()
    g.endFeature(.multiPolygon)
    g.appendNull()
    return ExportTable(
      geometry: g,
      columns: [
        AttributeColumn(name: "name", texts: ["Tehdas “A”", nil, ""]), AttributeColumn(name: "score", reals: [0.1, .nan, -3]),
        AttributeColumn(name: "storeys", integers: [3, nil, .max]), AttributeColumn(name: "heritage", booleans: [true, false, nil]),
      ])
  }

  private let reference = SpatialReference(code: "EPSG:3067", name: "ETRS89 / TM35FIN(E,N)", wkt: "PROJCS[\"x\"]")

  private func write(_ path: String, _ layers: [GeoPackageLayer]) throws {
    let writer = try GeoPackageWriter(path: path, lastChange: "2026-01-01T00:00:00.000Z")
    for layer in layers { try writer.add(layer) }
    try writer.finish()
  }

  @Test("What is written is read back: geometries, types, nulls, CRS and layers")
  func roundTrip() throws {
    let folder = try Folder()
    let path = folder.path + "/a.gpkg"
    let table = sample()
    try write(
      path,
      [
        GeoPackageLayer(
          name: "sites", table: table, reference: reference, styleQML: "<qgis/>", columnTitles: ["score": "Score"],
          columnDescriptions: ["score": "0 to 1"]),
        GeoPackageLayer(name: "plain", table: ExportTable(columns: table.columns)),
      ])
    let described = try describeLayers(in: path)
    #expect(described.map(\.name) == ["sites", "plain"])
    #expect(described[0].geometryType == "MULTIPOLYGON")
    #expect(described[0].claimedCount == 3)
    let layer = try read(path, layer: "Sites")
    #expect(layer.crs?.definition == "EPSG:3067")
    #expect(layer.features.numbers == [1, 2, 3])
    // Beside a multipolygon a polygon is written as one.
    #expect(layer.features.geometry.kinds == [.multiPolygon, .multiPolygon, .none])
    #expect(layer.features.geometry.x == table.geometry?.x)
    #expect(layer.features.geometry.ringOffsets == table.geometry?.ringOffsets)
    for (k, column) in table.columns.enumerated() {
      let back = layer.features.attributes[k]
      #expect(back.name == column.name)
      #expect((0..<3).map { back.text($0) } == (0..<3).map { column.text($0) })
    }
    #expect(try read(path, layer: "plain").features.geometry.kinds == [.none, .none, .none])
    #expect(failure(reading: path, layer: "x") == .layerNotFound(path: path, layer: "x", available: ["sites", "plain"]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.gpkg"])
  }

  @Test("Names with quotes are names and no SQL")
  func quotedNames() throws {
    let folder = try Folder()
    let path = folder.path + "/q.gpkg"
    let name = "a\" FROM sqlite_master; --"
    try write(
      path, [GeoPackageLayer(name: name, table: ExportTable(geometry: nil, columns: [AttributeColumn(name: "x\"y", integers: [7])]))])
    #expect(try read(path, layer: name).features.attribute("x\"y")?.number(0) == 7)
  }

  @Test("The same layers give the same bytes")
  func deterministic() throws {
    let folder = try Folder()
    let layers = [GeoPackageLayer(name: "sites", table: sample(), reference: reference, styleQML: "<qgis/>")]
    try write(folder.path + "/a.gpkg", layers)
    try write(folder.path + "/b.gpkg", layers)
    #expect(FileManager.default.contentsEqual(atPath: folder.path + "/a.gpkg", andPath: folder.path + "/b.gpkg"))
  }

  @Test(
    "The packed index passes SQLite's check and finds what a search of all boxes finds", arguments: [0, 1, 51, 52, 2_601, 2_602, 7_000])
  func index(count: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var g = GeometryColumn()
    for k in 0..<count {
      if k % 97 == 5 {
        g.appendNull()
      } else if k % 2 == 0 {
        g.appendPoint(x: .random(in: 4e6...5e6, using: &random), y: .random(in: -1e6...1e6, using: &random))
      } else {
        for _ in 0..<3 { g.add(x: .random(in: 4e6...5e6, using: &random), y: .random(in: -1e6...1e6, using: &random)) }
        g.endRing()
        g.endPart()
        g.endFeature(.lineString)
      }
    }
    let folder = try Folder()
    let path = folder.path + "/i.gpkg"
    try write(path, [GeoPackageLayer(name: "t", table: ExportTable(geometry: g, columns: []), reference: reference)])
    let queue = try DatabaseQueue(path: path)
    try queue.read { db in
      #expect(try String.fetchOne(db, sql: "SELECT rtreecheck('rtree_t_geom')") == "ok", "seed \(seed)")
      #expect(try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok")
      let window = Envelope(minX: 4.2e6, minY: -2e5, maxX: 4.6e6, maxY: 3e5)
      let found = try Int64.fetchAll(
        db, sql: "SELECT id FROM rtree_t_geom WHERE maxx >= 4.2e6 AND minx <= 4.6e6 AND maxy >= -2e5 AND miny <= 3e5 ORDER BY id")
      let expected = (0..<count).filter { g.kinds[$0] != .none && g.envelope(of: $0).intersects(window) }.map { Int64($0 + 1) }
      // Boxes are single precision and rounded outwards: nothing is missed, and what is found beyond lies within a metre of the window.
      #expect(Set(found).isSuperset(of: expected), "seed \(seed)")
      for extra in Set(found).subtracting(expected) {
        #expect(g.envelope(of: Int(extra - 1)).intersects(window.expanded(by: 1)), "seed \(seed)")
      }
    }
  }

  @Test("A file that is given up leaves nothing behind")
  func abandoned() throws {
    let folder = try Folder()
    do {
      let writer = try GeoPackageWriter(path: folder.path + "/a.gpkg", lastChange: "2026-01-01T00:00:00.000Z")
      try writer.add(GeoPackageLayer(name: "sites", table: sample(), reference: reference))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    let error = #expect(throws: FormatError.self) {
      try GeoPackageWriter(path: folder.path + "/missing/a.gpkg", lastChange: "2026-01-01T00:00:00.000Z")
    }
    #expect(error?.kind == .cannotWrite)
  }

  /// A GeoPackage made by hand, with whatever a table may hold.
  private func made(_ path: String, wal: Bool = false, _ statements: [String]) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      if wal { try db.execute(sql: "PRAGMA journal_mode = WAL") }
      try db.execute(
        sql: """
          CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT);
          CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
          CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
          INSERT INTO gpkg_spatial_ref_sys VALUES ('a', 3067, 'epsg', 3067, 'x'), ('b', 900914, 'NONE', 900914, 'LOCAL_CS["mine"]');
          """)
      for statement in statements { try db.execute(sql: statement) }
    }
    try queue.close()
  }

  @Test("Records that cannot be read are defects, and values of the wrong type widen their column")
  func defects() throws {
    let folder = try Folder()
    let path = folder.path + "/d.gpkg"
    try made(
      path,
      [
        "CREATE TABLE t (fid INTEGER PRIMARY KEY, geom GEOMETRY, n INTEGER, s TEXT, raw BLOB)",
        "INSERT INTO gpkg_contents VALUES ('t', 'features', 't')",
        "INSERT INTO gpkg_geometry_columns VALUES ('t', 'geom', 'GEOMETRY', 3067, 0, 0)",
        // A point, a header cut short, a text, a curve, a null and a claim of four thousand million positions.
        "INSERT INTO t VALUES (3, x'47500001000000000101000000000000000000F03F0000000000000040', 5, 'a', NULL)",
        "INSERT INTO t VALUES (4, x'4750', 6, 'b', NULL)", "INSERT INTO t VALUES (5, 'POINT(1 2)', 7, 'c', NULL)",
        "INSERT INTO t VALUES (6, x'475000010000000001080000000000000000', 8, 'd', NULL)",
        "INSERT INTO t VALUES (7, NULL, 'many', CAST(x'41FF42' AS TEXT), x'00')",
        "INSERT INTO t VALUES (8, x'47500001000000000102000000FFFFFFFF', 9, 'e', NULL)",
      ])
    let layer = try read(path)
    #expect(layer.readCount == 6 && layer.refusedCount == 4)
    #expect(layer.features.numbers == [3, 7])
    #expect(layer.crs?.definition == "EPSG:3067")
    #expect(layer.defects.counts == [.unreadableGeometry: 3, .curvedGeometry: 1, .badEncoding: 1])
    #expect(layer.features.attribute("n").map { n in (0..<2).map { n.text($0) } } == ["5", "many"])
    #expect(layer.features.attribute("s")?.text(1) == "A\u{FFFD}B")
    #expect(isConsistent(layer.features.geometry))
  }

  @Test("A user's file is never changed, whatever state its writer left it in", arguments: [false, true])
  func untouched(wal: Bool) throws {
    let folder = try Folder()
    let path = folder.path + "/u.gpkg"
    try made(
      path, wal: wal,
      [
        "CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT)", "INSERT INTO gpkg_contents VALUES ('t', 'attributes', 't')",
        "INSERT INTO t VALUES (1, 'x')",
      ])
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(before[18] == (wal ? 2 : 1))
    #expect(try read(path).features.attribute("a")?.text(0) == "x")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["u.gpkg"])
  }

  @Test("A damaged page is an error that says how far reading came")
  func damaged() throws {
    let folder = try Folder()
    let path = folder.path + "/c.gpkg"
    let row = String(repeating: "x", count: 500)
    try made(
      path,
      ["CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT)", "INSERT INTO gpkg_contents VALUES ('t', 'attributes', 't')"]
        + (1...200).map { "INSERT INTO t VALUES (\($0), '\(row)')" })
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    for k in (bytes.count * 2 / 3)..<bytes.count { bytes[k] = 0xFF }
    _ = try folder.file("c.gpkg", bytes)
    guard case .corruptDatabase(_, "t", let rows, _) = failure(reading: path) else {
      Issue.record("damage was not found")
      return
    }
    #expect(rows > 0 && rows < 200)
  }

  @Test("Files that are no GeoPackage, and layers that are not named, are errors")
  func errors() throws {
    let folder = try Folder()
    #expect(failure(reading: folder.path + "/none.gpkg") == .fileNotFound(path: folder.path + "/none.gpkg"))
    #expect(failure(reading: try folder.file("t.gpkg", "hello"))?.kind == .badInput)
    #expect(failure(reading: try folder.file("e.gpkg", ""))?.kind == .badInput)
    let sqlite = folder.path + "/s.gpkg"
    let queue = try DatabaseQueue(path: sqlite)
    try queue.write { try $0.execute(sql: "CREATE TABLE t (a)") }
    try queue.close()
    guard case .notOfFormat = failure(reading: sqlite) else {
      Issue.record("a plain database was taken for a GeoPackage")
      return
    }
    let two = folder.path + "/two.gpkg"
    try write(two, ["a", "b"].map { GeoPackageLayer(name: $0, table: sample(), reference: reference) })
    #expect(failure(reading: two) == .layerNotNamed(path: two, available: ["a", "b"]))
  }
}
