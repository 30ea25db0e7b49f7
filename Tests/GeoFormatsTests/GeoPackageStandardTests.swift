import Foundation
import GRDB
import SimpleFeatures
import Testing

@testable import GeoFormats

@Suite("GeoPackages as the standard (OGC 12-128r17, version 1.3.0) has them")
struct GeoPackageStandardTests {
  private func points(_ count: Int) -> ExportTable {
    var geometry = GeometryColumn()
    for k in 0..<count { geometry.appendPoint(x: Double(k), y: 1) }
    return ExportTable(geometry: geometry, columns: [AttributeColumn(name: "n", integers: (0..<count).map { Int64($0) })])
  }

  private func look<T>(_ layers: [GeoPackageLayer], _ body: (Database) throws -> T) throws -> T {
    let folder = try Folder()
    let writer = try GeoPackageWriter(path: folder.path + "/a.gpkg", lastChange: "2026-01-01T00:00:00.000Z")
    for layer in layers { try writer.add(layer) }
    try writer.finish()
    return try DatabaseQueue(path: folder.path + "/a.gpkg").read(body)
  }

  @Test(
    "Every geometry carries the srs_id of its layer; systems of two authorities with one code, or without a code, have numbers of their own"
  )
  func systems() throws {
    // Bytes 5 to 8 of a blob, least significant first (clause 2.1.3): 3067 = 0x0BFB, 4326 = 0x10E6, 100000 = 0x0186A0, −1 is all ones.
    let expected: [(code: String?, wkt: String, srs: Int, hex: String, organization: String, of: Int)] = [
      ("EPSG:3067", "a", 3067, "FB0B0000", "EPSG", 3067), ("OGC:CRS84", "b", 4326, "E6100000", "EPSG", 4326),
      (nil, "c", 100_000, "A0860100", "NONE", 100_000), ("ESRI:3067", "d", 100_001, "A1860100", "ESRI", 3067),
      (nil, "c", 100_000, "A0860100", "NONE", 100_000), ("ESRI:102100", "e", 102_100, "D48E0100", "ESRI", 102_100),
      (nil, "f", 102_101, "D58E0100", "NONE", 102_101), ("EPSG:99999999999", "g", 102_102, "D68E0100", "NONE", 102_102),
    ]
    var layers = expected.enumerated().map { k, system in
      GeoPackageLayer(
        name: "t\(k)", table: points(3), reference: SpatialReference(code: system.code, name: system.wkt, wkt: system.wkt))
    }
    layers.append(GeoPackageLayer(name: "plain", table: points(3)))
    try look(layers) { db in
      for (k, system) in (expected + [(nil, "", -1, "FFFFFFFF", "NONE", -1)]).enumerated() {
        let name = k < expected.count ? "t\(k)" : "plain"
        #expect(try String.fetchAll(db, sql: "SELECT DISTINCT hex(substr(geom, 5, 4)) FROM \(name)") == [system.hex], "\(name)")
        for table in ["gpkg_contents", "gpkg_geometry_columns"] {
          #expect(try Int.fetchOne(db, sql: "SELECT srs_id FROM \(table) WHERE table_name = '\(name)'") == system.srs, "\(name)")
        }
        let row = try #require(try Row.fetchOne(db, sql: "SELECT * FROM gpkg_spatial_ref_sys WHERE srs_id = \(system.srs)"))
        #expect(row["organization"] == system.organization && row["organization_coordsys_id"] == system.of, "\(name)")
      }
    }
  }

  @Test("Triggers are those of version 1.3, to the word")
  func triggers() throws {
    // Annex F.3 with <t> = "t", <c> = "geom", <i> = "fid"; update3 as corrected in 1.2.1.
    let put = """
        INSERT OR REPLACE INTO "rtree_t_geom" VALUES (
          NEW."fid",
          ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"),
          ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")
        );
      """
    let filled = #"(NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))"#, empty = #"(NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom"))"#
    let same = #"OLD."fid" = NEW."fid" AND"#, moved = #"OLD."fid" != NEW."fid" AND"#
    let remove = #"DELETE FROM "rtree_t_geom" WHERE id = OLD."fid";"#
    let expected = [
      "delete": #"AFTER DELETE ON "t" WHEN old."geom" NOT NULL BEGIN "# + remove + " END",
      "insert": #"AFTER INSERT ON "t" WHEN (new."geom" NOT NULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN "# + put + " END",
      "update1": #"AFTER UPDATE OF "geom" ON "t" WHEN "# + "\(same) \(filled) BEGIN \(put) END",
      "update2": #"AFTER UPDATE OF "geom" ON "t" WHEN "# + "\(same) \(empty) BEGIN \(remove) END",
      "update3": #"AFTER UPDATE ON "t" WHEN "# + "\(moved) \(filled) BEGIN \(remove) \(put) END",
      "update4": #"AFTER UPDATE ON "t" WHEN "# + "\(moved) \(empty)"
        + #" BEGIN DELETE FROM "rtree_t_geom" WHERE id IN (OLD."fid", NEW."fid"); END"#,
    ]
    func words(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    try look([GeoPackageLayer(name: "t", table: points(2))]) { db in
      #expect(try Int.fetchOne(db, sql: "PRAGMA user_version") == 10_300)
      let rows = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
      #expect(rows.map { $0["name"] as String } == expected.keys.sorted().map { "rtree_t_geom_\($0)" })
      for row in rows {
        let name: String = row["name"], key = String(name.dropFirst("rtree_t_geom_".count))
        #expect(words(row["sql"]) == words("CREATE TRIGGER \"\(name)\" \(expected[key] ?? "")"), "\(name)")
      }
    }
  }

  @Test("Times have milliseconds; each column has its title, and names that stand apart")
  func titles() throws {
    let table = ExportTable(columns: ["a", "b", "c", "d"].map { AttributeColumn(name: $0, integers: [1]) })
    let layer = GeoPackageLayer(
      name: "t", table: table, columnTitles: ["a": "Length", "b": "Length", "c": "Width"], columnDescriptions: ["c": "[m]", "d": "[s]"])
    try look([layer, GeoPackageLayer(name: "u", table: points(1), styleQML: "<qgis/>")]) { db in
      let rows = try Row.fetchAll(db, sql: "SELECT * FROM gpkg_data_columns ORDER BY column_name")
      #expect(rows.map { $0["table_name"] as String } == ["t", "t", "t", "t"])
      #expect(rows.map { $0["title"] as String } == ["Length", "Length", "Width", "d"])
      #expect(rows.map { $0["name"] as String } == ["Length (a)", "Length (b)", "Width", "d"])
      #expect(rows.map { $0["description"] as String? } == [nil, nil, "[m]", "[s]"])
      let known = try String.fetchAll(
        db, sql: "SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_schema' AND column_name IS NULL ORDER BY 1")
      #expect(known == ["gpkg_data_column_constraints", "gpkg_data_columns"])
      let times = try String.fetchAll(db, sql: "SELECT last_change FROM gpkg_contents UNION ALL SELECT update_time FROM layer_styles")
      #expect(times.count == 4 && times.allSatisfy { $0 == "2026-01-01T00:00:00.000Z" })
    }
  }

  @Test("A blob is read whatever srs_id it carries")
  func anySystem() throws {
    let folder = try Folder()
    let path = folder.path + "/a.gpkg"
    let writer = try GeoPackageWriter(path: path, lastChange: "2026-01-01T00:00:00.000Z")
    try writer.add(GeoPackageLayer(name: "t", table: points(3), reference: SpatialReference(code: "EPSG:3067", name: "", wkt: "a")))
    try writer.finish()
    let before = try read(path)
    for word in ["00000000", "FFFFFFFF", "E6100000"] {
      let queue = try DatabaseQueue(path: path)
      try queue.write { db in
        let triggers = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for name in triggers { try db.execute(sql: "DROP TRIGGER \(name)") }
        try db.execute(sql: "UPDATE t SET geom = CAST(substr(geom, 1, 4) || x'\(word)' || substr(geom, 9) AS BLOB)")
      }
      try queue.close()
      let after = try read(path)
      #expect(after.crs?.definition == "EPSG:3067" && after.features.geometry.x == before.features.geometry.x, "\(word)")
      #expect(after.features.geometry.y == before.features.geometry.y && after.refusedCount == 0)
    }
  }
}
