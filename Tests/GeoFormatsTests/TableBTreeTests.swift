import Foundation
import GRDB
import SimpleFeatures
import Testing

@testable import GeoFormats

/// A layer as its page reader and as SQLite give it must be the same in every bit.
@Suite("Tables read from their pages")
struct TableBTreeTests {
  /// Everything of a layer, in lines that can be compared.
  private func lines(_ assembler: LayerAssembler) -> [String] {
    var assembler = assembler
    let g = assembler.geometry
    var lines = [
      "\(assembler.readCount) read, \(assembler.refusedCount) refused", "\(assembler.numbers)", "\(g.kinds.map(\.rawValue))",
      "\(g.featureOffsets) \(g.partOffsets) \(g.ringOffsets)", "\(g.x.map(\.bitPattern))", "\(g.y.map(\.bitPattern))",
    ]
    for k in assembler.columns.indices {
      let column = assembler.columns[k].take()
      let values =
        switch column.values {
        case .integer(let v): "integer \(v)"
        case .real(let v): "real \(v.map(\.bitPattern))"
        case .boolean(let v): "boolean \(v)"
        case .text(let v): "text \(v.offsets) \(v.bytes)"
        }
      lines.append("\(column.name) \(column.validity.knownCount) \((0..<column.count).map { column.validity[$0] }) \(values)")
    }
    return lines + assembler.defects.kept.map { "\($0)" }
  }

  /// A layer through SQLite, or the error.
  private func throughSQLite(_ path: String) -> Result<[String], FormatError> {
    result(path) { try $0.readRows(of: $1, fields: $1.fields, into: &$2) }
  }

  /// A layer from its pages, `nil` when these are left to SQLite, or the error.
  private func throughPages(_ path: String, threads: Int) -> Result<[String]?, FormatError> {
    var isRead = false
    return result(path, threads: threads) { isRead = try $0.readPages(of: $1, fields: $1.fields, into: &$2) }.map { isRead ? $0 : nil }
  }

  /// The first line that differs, in short.
  private func difference(_ lines: [String]?, _ expected: [String]) -> String? {
    guard let lines else { return "not read from pages" }
    if let k = zip(lines, expected).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
      return "line \(k): \(lines[k].prefix(300)) instead of \(expected[k].prefix(300))"
    }
    return lines.count == expected.count ? nil : "\(lines.count) lines instead of \(expected.count)"
  }

  private func result(
    _ path: String, threads: Int = 1, _ read: (GeoPackageReader, GeoPackageReader.Table, inout LayerAssembler) throws -> Void
  ) -> Result<[String], FormatError> {
    do {
      let reader = try GeoPackageReader(path: path)
      guard let table = try reader.tables().first else { return .success([]) }
      var assembler = reader.assembler(
        for: table, fields: table.fields, options: ReadOptions(threads: threads), batchSize: .max, body: { _ in })
      try read(reader, table, &assembler)
      return .success(lines(assembler))
    } catch let error as FormatError {
      return .failure(error)
    } catch {
      return .failure(.unreadableFile(path: path, reason: "\(error)"))
    }
  }

  /// A GeoPackage with one table of what a table may hold.
  private func make(_ path: String, pageSize: Int, rows: Int, random: inout SeededGenerator) throws {
    let key = ["fid INTEGER PRIMARY KEY", "fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"].randomElement(using: &random)!
    let queue = try DatabaseQueue(path: path)
    var g = random
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA page_size = \(pageSize)")
      try db.execute(
        sql: """
          CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT);
          CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
          INSERT INTO gpkg_contents VALUES ('t', 'features', 't');
          INSERT INTO gpkg_geometry_columns VALUES ('t', 'Geom', 'GEOMETRY', 3067, 0, 0);
          CREATE TABLE t (s TEXT, geom BLOB, \(key), n MEDIUMINT, r DOUBLE, b BOOLEAN, d DATE, v);
          BEGIN;
          """)
      func insert(_ more: [String]) throws {
        let row: Int64? =
          switch Int.random(in: 0..<20, using: &g) {
          case 0: .random(in: -1_000_000...1_000_000, using: &g)
          case 1: .random(in: .min...(.max - 100_000), using: &g)
          default: nil
          }
        // The largest number there is leaves no next one.
        let names = ["fid", "s", "geom", "n", "r", "b", "d", "v"] + more
        var values: [DatabaseValue] = [row.databaseValue, value(&g), geometry(&g)]
        while values.count < names.count { values.append(value(&g)) }
        try db.execute(
          sql: "INSERT OR REPLACE INTO t (\(names.joined(separator: ", "))) VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))",
          arguments: StatementArguments(values))
      }
      for k in 0..<rows {
        try insert([])
        if k % 7 == 3 { try db.execute(sql: "DELETE FROM t WHERE fid % 11 = \(k % 11) AND n IS NOT NULL") }
      }
      try db.execute(sql: "COMMIT; ALTER TABLE t ADD COLUMN late TEXT")
      for _ in 0..<(rows / 10) { try insert(["late"]) }
      if Bool.random(using: &g) { try db.execute(sql: "VACUUM") }
    }
    random = g
    try queue.close()
  }

  private func value(_ random: inout SeededGenerator) -> DatabaseValue {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: .null
    case 1: Int64.random(in: 0...1, using: &random).databaseValue
    case 2: (Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<64, using: &random)).databaseValue
    case 3: Double.random(in: -1e9...1e9, using: &random).databaseValue
    case 4: Double(Int.random(in: -9...9, using: &random)).databaseValue
    case 5: Data([1, 2, 3]).databaseValue
    case 6: Double.infinity.databaseValue
    case 7: String(repeating: "ä", count: Int.random(in: 0..<900, using: &random)).databaseValue
    case 8: Int64(Int.random(in: -40_000...40_000, using: &random)).databaseValue
    default: "text \(Int.random(in: 0...99, using: &random))".databaseValue
    }
  }

  /// Mostly polygons, of any length.
  private func geometry(_ random: inout SeededGenerator) -> DatabaseValue {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: return .null
    case 1: return "POINT(1 2)".databaseValue
    case 2: return Data([0x47, 0x50, 0, 1]).databaseValue
    default: break
    }
    let n = Int.random(in: 0..<10, using: &random) == 0 ? Int.random(in: 3...1_500, using: &random) : Int.random(in: 2...9, using: &random)
    var bytes: [UInt8] = [0x47, 0x50, 0, 1, 0xFB, 0x0B, 0, 0, 1, 3, 0, 0, 0, 1, 0, 0, 0]
    func add(_ word: UInt64, _ count: Int) { for k in 0..<count { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * k))) } }
    add(UInt64(n), 4)
    for _ in 0..<(2 * n) { add(Double.random(in: 0...1e6, using: &random).bitPattern, 8) }
    return Data(bytes).databaseValue
  }

  @Test("Every row is as SQLite gives it, for any page size, depth and number of threads", arguments: [512, 1_024, 4_096, 65_536])
  func sameRows(pageSize: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let folder = try Folder()
    for (k, rows) in [0, 1, 40, 900].enumerated() {
      let path = folder.path + "/\(k).gpkg"
      try make(path, pageSize: pageSize, rows: rows, random: &random)
      let expected = try throughSQLite(path).get()
      for threads in [1, 2, 5] {
        let difference = try difference(throughPages(path, threads: threads).get(), expected)
        #expect(difference == nil, "seed \(seed), \(rows) rows, \(threads) threads")
      }
    }
  }

  @Test("A column that keeps its type to the end, and one that widens in the middle, are the same on several threads")
  func widening() throws {
    let folder = try Folder()
    let path = folder.path + "/w.gpkg"
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          PRAGMA page_size = 512;
          CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT);
          INSERT INTO gpkg_contents VALUES ('t', 'attributes', 't');
          CREATE TABLE t (fid INTEGER PRIMARY KEY, plain INTEGER, real INTEGER, text INTEGER, name TEXT);
          WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 30000)
          INSERT INTO t SELECT i, i, CASE WHEN i = 12000 THEN 0.5 ELSE i END, CASE WHEN i = 20000 THEN 'x' ELSE i END, 'name ' || i FROM k;
          """)
    }
    try queue.close()
    let expected = try throughSQLite(path).get()
    for threads in [1, 2, 4] { #expect(try difference(throughPages(path, threads: threads).get(), expected) == nil) }
  }

  @Test("Batches are the rows of the layer, and where SQLite goes on behind those that have left, too", arguments: [1, 3])
  func batches(threads: Int) throws {
    let folder = try Folder()
    let path = folder.path + "/b.gpkg"
    let writer = try GeoPackageWriter(path: path, lastChange: "2026-01-01T00:00:00.000Z")
    try writer.add(
      GeoPackageLayer(
        name: "b",
        table: ExportTable(columns: [
          AttributeColumn(name: "whole", integers: (0..<3_000).map { $0 % 7 == 3 ? nil : Int64($0) }),
          AttributeColumn(name: "real", reals: (0..<3_000).map { $0 % 5 == 0 ? .nan : Double($0) / 3 }),
          AttributeColumn(name: "text", texts: (0..<3_000).map { $0 % 11 == 0 ? nil : String(repeating: "ü", count: $0 % 90) }),
        ])))
    try writer.finish()
    func rows(_ batch: FeatureBatch) -> [String] {
      (0..<batch.count).map { row in
        "\(batch.numbers[row]) " + batch.attributes.map { "\($0.name)=\($0.text(row) ?? "–")" }.joined(separator: ", ")
      }
    }
    func compare(_ size: Int) throws -> [String] {
      var found: [String] = []
      let summary = try forEachBatch(of: LayerReference(path: path, layer: "b"), options: ReadOptions(threads: threads), size: size) {
        #expect($0.count <= size)
        found += rows($0)
      }
      #expect(summary.readCount == 3_000 && found.count == 3_000)
      #expect(try found == rows(readLayer(LayerReference(path: path, layer: "b")).features))
      return found
    }
    for size in [1, 256, 2_999, 3_000, 10_000] { _ = try compare(size) }
    // Rows that were there before the column have no place for it in their records; the first thousand are written anew.
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "ALTER TABLE b ADD COLUMN later TEXT DEFAULT 'given'; UPDATE b SET later = 'set' WHERE fid <= 1000")
    }
    try queue.close()
    for size in [100, 999, 1_000, 5_000] {
      let found = try compare(size)
      #expect(found[999].hasSuffix("later=set") && found[1_000].hasSuffix("later=given"))
    }
  }

  @Test("What is no ordinary table, or not in the file alone, is left to SQLite")
  func leftToSQLite() throws {
    let folder = try Folder()
    func isLeft(_ name: String, _ sql: String) throws -> Bool {
      let path = folder.path + "/\(name).gpkg"
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "CREATE TABLE IF NOT EXISTS gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT)")
        try db.execute(sql: "INSERT INTO gpkg_contents VALUES ('t', 'attributes', 't')")
        try db.execute(sql: sql)
      }
      try queue.close()
      guard case .success(let rows) = throughSQLite(path) else {
        Issue.record("\(name) is not read at all")
        return false
      }
      #expect(rows[0] == "2 read, 0 refused", "\(name)")
      return throughPages(path, threads: 1) == .success(nil)
    }
    let rows = "INSERT INTO t VALUES (1, 'a'), (2, 'b')"
    #expect(try !isLeft("plain", "CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT); \(rows)"))
    #expect(try !isLeft("keyless", "CREATE TABLE t (n INT, a TEXT); \(rows)"))
    #expect(
      try isLeft(
        "view",
        "CREATE TABLE u (fid INTEGER PRIMARY KEY, a TEXT); INSERT INTO u VALUES (1, 'a'), (2, 'b'); CREATE VIEW t AS SELECT * FROM u"))
    #expect(try isLeft("rowless", "CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT) WITHOUT ROWID; \(rows)"))
    #expect(try isLeft("descending", "CREATE TABLE t (fid INTEGER PRIMARY KEY DESC, a TEXT); \(rows)"))
    #expect(try isLeft("composite", "CREATE TABLE t (fid INTEGER, a TEXT, PRIMARY KEY (fid, a)); \(rows)"))
    #expect(
      try isLeft("generated", "CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT, c AS (a || 'x')); INSERT INTO t VALUES (1, 'a'), (2, 'b')"))
    #expect(
      try isLeft("default", "CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT); \(rows); ALTER TABLE t ADD COLUMN c INTEGER DEFAULT 7"))
    #expect(
      try !isLeft("null", "CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT); \(rows); ALTER TABLE t ADD COLUMN c INTEGER DEFAULT NULL"))
    // Settled in a copy, it is a file like any other.
    #expect(try !isLeft("wal", "PRAGMA journal_mode = WAL; CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT); \(rows)"))
    // These are settled with a file's first table.
    for (name, pragma) in [("utf16", "encoding = 'UTF-16le'"), ("vacuum", "auto_vacuum = 1")] {
      let queue = try DatabaseQueue(path: folder.path + "/\(name).gpkg")
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA \(pragma); CREATE TABLE first (a)") }
      try queue.close()
      #expect(try isLeft(name, "CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT); \(rows)"))
    }
  }

  @Test("Whatever bytes are damaged, the rows are SQLite's or the table is left to it", arguments: [512, 4_096])
  func damage(pageSize: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let folder = try Folder()
    let sound = folder.path + "/sound.gpkg"
    try make(sound, pageSize: pageSize, rows: 120, random: &random)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sound)))
    var left = 0, same = 0
    for round in 0..<250 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        // Heads of pages and records hold most of what can go wrong.
        let page = Int.random(in: 0..<(bytes.count / pageSize), using: &random) * pageSize
        let at = Bool.random(using: &random) ? page + .random(in: 0..<pageSize, using: &random) : page + .random(in: 0..<40, using: &random)
        damaged[at] =
          Bool.random(using: &random)
          ? .random(in: 0...255, using: &random) : damaged[at] ^ (UInt8(1) << UInt8.random(in: 0..<8, using: &random))
      }
      if round % 20 == 0 { damaged.removeLast(.random(in: 1..<damaged.count, using: &random)) }
      let path = try folder.file("d.gpkg", damaged)
      switch throughPages(path, threads: round % 3 + 1) {
      case .failure(let error): #expect(throughSQLite(path) == .failure(error), "seed \(seed), round \(round)")
      case .success(nil): left += 1
      case .success(let rows?):
        same += 1
        guard case .success(let expected) = throughSQLite(path) else {
          Issue.record("SQLite refuses what was read from the pages: seed \(seed), round \(round)")
          continue
        }
        #expect(difference(rows, expected) == nil, "seed \(seed), round \(round)")
      }
    }
    #expect(left > 0 && same > 0, "seed \(seed)")
  }

  @Test(
    "Whole numbers of one to nine bytes",
    arguments: [(0, [0]), (127, [0x7F]), (128, [0x81, 0]), (16_384, [0x81, 0x80, 0]), (-1, Array(repeating: 0xFF, count: 9))]
      as [(Int64, [UInt8])])
  func varints(value: Int64, bytes: [UInt8]) throws {
    var at = 0
    #expect(try Varint.read(bytes.span, &at) == value)
    #expect(at == bytes.count)
    for short in 0..<bytes.count {
      let cut = Array(bytes[..<short])
      #expect(throws: TableBTreeFault.self) {
        var at = 0
        return try Varint.read(cut.span, &at)
      }
    }
  }

  @Test(
    "The affinity REAL by the declared type (sqlite.org/datatype3.html, 3.1)",
    arguments: [
      ("REAL", true), ("double precision", true), ("FLOAT", true), ("INTEGER", false), ("FLOATING POINT", false), ("CHARREAL", false),
      ("NUMERIC", false), ("", false), ("BLOB", false),
    ])
  func affinity(declared: String, isReal: Bool) {
    #expect(GeoPackageReader.hasRealAffinity(declared) == isReal)
  }
}
