import Foundation
import GRDB
import SimpleFeatures
import Testing

@testable import GeoFormats

/// Databases as users, programs that crashed and attackers leave them.
@Suite("Databases of users")
struct UserDatabaseTests {
  private let schema = """
    CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT);
    CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
    """
  /// A point (1, 2) as GeoPackage has it.
  private let point = "x'47500001000000000101000000000000000000F03F0000000000000040'"

  /// A GeoPackage made by hand.
  private func make(_ path: String, _ sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in try db.execute(sql: schema + sql) }
    try queue.close()
  }

  private func numbers(_ layer: Layer) -> [Int64] { layer.features.numbers }

  /// The files of a folder with their bytes.
  private func contents(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      files[name] = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
    }
    return files
  }

  // MARK: Journals and logs

  /// A journal that ends with the name of a super-journal, as SQLite writes it in a transaction over several databases (pager.c, writeSuperJournal).
  private func journal(naming superJournal: String, pages: Int, pageSize: Int) -> [UInt8] {
    let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    // Records, random number, pages before, sector and page size.
    var bytes = magic + word(0) + word(7) + word(pages) + word(512) + word(pageSize)
    bytes += [UInt8](repeating: 0, count: 512 - bytes.count)
    let name = Array(superJournal.utf8)
    bytes += word(0x4000_0000 / pageSize + 1) + name + word(name.count) + word(name.reduce(0) { $0 + Int($1) }) + magic
    return bytes
  }

  @Test("A journal that names another file is refused, and the file stays", arguments: [false, true])
  func superJournal(isLinked: Bool) throws {
    let folder = try Folder(), path = folder.path + "/city.gpkg"
    try make(
      path, "CREATE TABLE t (fid INTEGER PRIMARY KEY); INSERT INTO t VALUES (1); INSERT INTO gpkg_contents VALUES ('t', 'attributes', 't')")
    let victim = try folder.file("thesis.txt", "three years of work")
    let size = try #require(FileManager.default.contents(atPath: path)).count
    _ = try folder.file("city.gpkg-journal", journal(naming: victim, pages: size / 4096, pageSize: 4096))
    let before = try contents(folder.path)
    let links = try Folder(), link = links.path + "/linked.gpkg"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    guard case .refusedDatabase(_, let reason) = failure(reading: isLinked ? link : path), reason.contains("super-journal") else {
      Issue.record("\(String(describing: failure(reading: path)))")
      return
    }
    #expect(try contents(folder.path) == before)
  }

  @Test("What a program that crashed had half written is rolled back in a copy, the user's files stay as they are")
  func hotJournal() throws {
    let folder = try Folder(), crashed = try Folder(), path = folder.path + "/a.gpkg"
    try make(
      path,
      """
      CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT); INSERT INTO gpkg_contents VALUES ('t', 'attributes', 't');
      WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 500) INSERT INTO t SELECT i, hex(zeroblob(400)) FROM k;
      """)
    // A cache of one page makes SQLite write the pages into the file before the transaction ends.
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA cache_size = 1; BEGIN; UPDATE t SET a = 'half done' || hex(zeroblob(300)); DELETE FROM t WHERE fid > 100")
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        try FileManager.default.copyItem(atPath: folder.path + "/" + name, toPath: crashed.path + "/" + name)
      }
      try db.execute(sql: "ROLLBACK")
    }
    try queue.close()
    let before = try contents(crashed.path)
    #expect(before.keys.sorted() == ["a.gpkg", "a.gpkg-journal"])
    let layer = try read(crashed.path + "/a.gpkg")
    #expect(layer.features.count == 500 && layer.features.attribute("a")?.text(0) == String(repeating: "0", count: 800))
    #expect(layer.notes.count == 1 && layer.notes[0].contains("a.gpkg-journal"))
    #expect(try contents(crashed.path) == before)
  }

  /// A database with two rows in the file and a third in its write-ahead log, as a program leaves it that is still running.
  private func makeUnflushed(_ path: String, _ sql: String) throws {
    let folder = try Folder(), own = folder.path + "/own"
    let queue = try DatabaseQueue(path: own)
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; \(sql) INSERT INTO t VALUES (1, 'a'), (2, 'b')")
      try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3, 'c')")
      for side in ["", "-wal"] { try FileManager.default.copyItem(atPath: own + side, toPath: path + side) }
    }
    try queue.close()
  }

  @Test(
    "What stands in a write-ahead log is read and said, by the file's own name and by a link; nothing beside it changes",
    arguments: [false, true])
  func unflushed(isLinked: Bool) throws {
    let folder = try Folder(), links = try Folder(), path = folder.path + "/w.gpkg", link = links.path + "/l.gpkg"
    try makeUnflushed(
      path, schema + "CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT); INSERT INTO gpkg_contents VALUES ('t', 'attributes', 't');")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    let before = try contents(folder.path)
    #expect(before.keys.sorted() == ["w.gpkg", "w.gpkg-wal"])
    let layer = try read(isLinked ? link : path)
    #expect(numbers(layer) == [1, 2, 3] && layer.notes.count == 1 && layer.notes[0].contains("w.gpkg-wal"), "\(layer.notes)")
    #expect(try contents(folder.path) == before && FileManager.default.contentsOfDirectory(atPath: links.path) == ["l.gpkg"])
  }

  @Test("A pipe or a link where a journal would be is refused and never opened", arguments: ["-journal", "-wal"])
  func oddSides(side: String) throws {
    let folder = try Folder()
    for (k, isPipe) in [true, false].enumerated() {
      let path = folder.path + "/\(k).gpkg"
      try make(path, "CREATE TABLE t (fid INTEGER PRIMARY KEY); INSERT INTO gpkg_contents VALUES ('t', 'attributes', 't')")
      if isPipe {
        #expect(mkfifo(path + side, 0o600) == 0)
      } else {
        try FileManager.default.createSymbolicLink(atPath: path + side, withDestinationPath: try folder.file("other", "hello"))
      }
      guard case .refusedDatabase(_, let reason) = failure(reading: path), reason.contains("no regular file") else {
        Issue.record("\(String(describing: failure(reading: path)))")
        continue
      }
    }
  }

  @Test("An empty log beside a file makes nothing appear there")
  func emptyLog() throws {
    let folder = try Folder(), path = folder.path + "/e.gpkg"
    try make(
      path, "CREATE TABLE t (fid INTEGER PRIMARY KEY); INSERT INTO t VALUES (4); INSERT INTO gpkg_contents VALUES ('t', 'attributes', 't')")
    _ = try folder.file("e.gpkg-wal", "")
    let before = try contents(folder.path)
    #expect(try numbers(read(path)) == [4])
    #expect(try contents(folder.path) == before)
  }

  // MARK: What a schema may do

  @Test("Nothing but reading is allowed")
  func authorizer() throws {
    let folder = try Folder(), path = try realPath(folder.path) + "/a.gpkg"
    try make(path, "CREATE TABLE t (a)")
    let database = try GuardedDatabase(path: path)
    #expect(try database.rows("SELECT count(*) FROM t").first?.first?.integer == 0)
    for sql in [
      "ATTACH '\(path)' AS other", "CREATE TABLE u (a)", "CREATE TEMP TABLE u (a)", "CREATE VIRTUAL TABLE u USING rtree(a, b, c)",
      "INSERT INTO t VALUES (1)",
      "DELETE FROM t", "SELECT load_extension('x')", "PRAGMA writable_schema = ON", "PRAGMA journal_mode = WAL", "PRAGMA wal_checkpoint",
      "VACUUM INTO '\(path)2'",
      "WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i FROM k) SELECT i FROM k LIMIT 1",
    ] {
      #expect(throws: SQLiteFault.self, "\(sql)") { try database.rows(sql) }
    }
  }

  @Test("A view over a virtual table, whatever stands between, and a virtual table as a layer are refused")
  func virtualTables() throws {
    let folder = try Folder(), path = folder.path + "/v.gpkg"
    try make(
      path,
      """
      CREATE VIRTUAL TABLE boxes USING rtree(fid, a, b); INSERT INTO boxes VALUES (1, 2, 3);
      CREATE VIEW v AS SELECT fid, a FROM boxes; CREATE VIEW w AS SELECT (SELECT max(a) FROM v) AS m;
      CREATE VIEW x AS SELECT name AS a FROM pragma_function_list; CREATE VIEW ok AS SELECT 5 AS fid;
      INSERT INTO gpkg_contents VALUES ('boxes', 'attributes', ''), ('v', 'attributes', ''), ('w', 'attributes', ''), ('x', 'attributes', ''),
        ('ok', 'attributes', '');
      """)
    for name in ["boxes", "v", "w", "x"] { #expect(failure(reading: path, layer: name)?.kind == .badInput, "\(name)") }
    guard case .refusedDatabase(_, let reason) = failure(reading: path, layer: "w"), reason.contains("virtual table") else {
      Issue.record("w is read")
      return
    }
    #expect(try numbers(read(path, layer: "ok")) == [5])
  }

  @Test("A view that recurses, and one that takes more steps than are allowed, are refused in words")
  func endlessViews() throws {
    let folder = try Folder(), path = folder.path + "/r.gpkg"
    try make(
      path,
      """
      CREATE VIEW forever AS WITH RECURSIVE k(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM k) SELECT fid FROM k;
      CREATE TABLE t (fid INTEGER PRIMARY KEY, a INTEGER);
      WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 300) INSERT INTO t SELECT i, i % 7 FROM k;
      CREATE VIEW crossed AS SELECT a.fid FROM t a, t b, t c, t d, t e, t f, t g WHERE a.a + b.a + c.a + d.a + e.a + f.a + g.a < 0;
      CREATE VIEW plain AS SELECT fid, a FROM t;
      INSERT INTO gpkg_contents VALUES ('forever', 'attributes', ''), ('crossed', 'attributes', ''), ('plain', 'attributes', '');
      """)
    func refusal(_ name: String) -> String? {
      do {
        _ = try GeoPackageReader(path: path, viewSteps: 2_000_000).read(layer: name, options: ReadOptions(), batchSize: .max) { _ in }
        return nil
      } catch FormatError.refusedDatabase(_, let reason) { return reason } catch { return "another error: \(error)" }
    }
    #expect(refusal("forever")?.contains("“forever” recurses") == true, "\(String(describing: refusal("forever")))")
    #expect(refusal("crossed")?.contains("“crossed” is not done after 2000000 steps") == true, "\(String(describing: refusal("crossed")))")
    #expect(refusal("plain") == nil)
    // Counting, too, ends; what could not be counted is unknown.
    let counts = try GeoPackageReader(path: path, viewSteps: 2_000_000).describe().map(\.claimedCount)
    #expect(counts == [nil, nil, 300])
  }

  // MARK: Numbers and columns

  @Test("Features bear the numbers by which other tables know them: fid, else rowid, in tables and views alike")
  func featureNumbers() throws {
    let folder = try Folder(), path = folder.path + "/n.gpkg"
    try make(
      path,
      """
      CREATE TABLE keyed (fid INTEGER PRIMARY KEY, a TEXT); INSERT INTO keyed VALUES (7, 'x'), (9, 'y'), (30, 'z');
      CREATE TABLE keyless (a TEXT); INSERT INTO keyless (rowid, a) VALUES (7, 'x'), (9, 'y'), (30, 'z');
      CREATE TABLE taken (rowid TEXT, a TEXT); INSERT INTO taken (_rowid_, a) VALUES (7, 'x'), (9, 'y'), (30, 'z');
      CREATE TABLE named (code TEXT PRIMARY KEY, a TEXT); INSERT INTO named (rowid, code, a) VALUES (7, 'c', 'x'), (9, 'b', 'y'), (30, 'a', 'z');
      CREATE VIEW first AS SELECT fid AS building, a FROM keyed WHERE fid > 7; CREATE VIEW later AS SELECT a, fid AS OGC_FID FROM keyed;
      CREATE VIEW none AS SELECT a FROM keyed; CREATE VIEW worded AS SELECT a, a AS fid FROM keyed;
      CREATE TABLE rowless (code TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID; INSERT INTO rowless VALUES ('c', 'x'), ('b', 'y');
      """
        + ["keyed", "keyless", "taken", "named", "first", "later", "none", "worded", "rowless"].map {
          "INSERT INTO gpkg_contents VALUES ('\($0)', 'attributes', '');"
        }.joined())
    for name in ["keyed", "keyless", "taken", "named", "later"] {
      let layer = try read(path, layer: name)
      #expect(numbers(layer) == [7, 9, 30] && !layer.isNumberedByPlace && layer.notes.isEmpty, "\(name): \(numbers(layer))")
    }
    #expect(try numbers(read(path, layer: "first")) == [9, 30])
    for name in ["none", "rowless"] {
      let layer = try read(path, layer: name)
      #expect(
        layer.isNumberedByPlace && layer.notes.count == 1 && layer.notes[0].contains("“\(name)” of n.gpkg"), "\(name): \(layer.notes)")
    }
    let worded = try read(path, layer: "worded")
    #expect(worded.refusedCount == 3 && worded.defects.counts == [.missingIdentifier: 3])
  }

  @Test("A key of several columns loses no row and hides no column", arguments: [1, 3])
  func compositeKey(threads: Int) throws {
    let folder = try Folder(), path = folder.path + "/c.gpkg"
    try make(
      path,
      """
      CREATE TABLE t (block INTEGER, house INTEGER, a TEXT, PRIMARY KEY (block, house));
      INSERT INTO t VALUES (1, 1, 'x'), (1, 2, 'y'), (2, 1, 'z'); INSERT INTO gpkg_contents VALUES ('t', 'attributes', '');
      """)
    let layer = try read(path, ReadOptions(threads: threads))
    #expect(numbers(layer) == [1, 2, 3] && layer.features.attributes.map(\.name) == ["block", "house", "a"])
    #expect((0..<3).map { layer.features.attribute("house")?.number($0) } == [1, 2, 1])
  }

  @Test("Generated columns are columns")
  func generated() throws {
    let folder = try Folder(), path = folder.path + "/g.gpkg"
    try make(
      path,
      """
      CREATE TABLE t (fid INTEGER PRIMARY KEY, w REAL, h REAL, area REAL AS (w * h), label TEXT AS ('no. ' || fid) STORED);
      INSERT INTO t (fid, w, h) VALUES (1, 2, 3), (2, 4, 5); INSERT INTO gpkg_contents VALUES ('t', 'attributes', '');
      """)
    #expect(try describeLayers(in: path)[0].fields.map(\.name) == ["w", "h", "area", "label", "fid"])
    let features = try read(path).features
    #expect((0..<2).map { features.attribute("area")?.number($0) } == [6, 20] && features.attribute("label")?.text(1) == "no. 2")
  }

  @Test("An infinite number is a defect and unknown, from pages and through SQLite alike")
  func infinite() throws {
    let folder = try Folder()
    for (name, more) in [("pages", ""), ("rows", ", c AS (1)")] {
      let path = folder.path + "/\(name).gpkg"
      try make(
        path,
        """
        CREATE TABLE t (fid INTEGER PRIMARY KEY, height REAL\(more)); INSERT INTO t VALUES (1, 9e999), (2, -9e999), (3, 12.5);
        INSERT INTO gpkg_contents VALUES ('t', 'attributes', '');
        """)
      let layer = try read(path)
      #expect(layer.defects.counts == [.unreadableValue: 2] && layer.defects.kept[0].feature == "#1", "\(name): \(layer.defects.counts)")
      #expect((0..<3).map { layer.features.attribute("height")?.number($0) } == [nil, nil, 12.5])
    }
  }

  @Test("Letter case in the lists of a GeoPackage hides no geometry")
  func letterCase() throws {
    let folder = try Folder(), path = folder.path + "/u.gpkg"
    try make(
      path,
      """
      CREATE TABLE Buildings (fid INTEGER PRIMARY KEY, Geom BLOB); INSERT INTO Buildings VALUES (1, \(point));
      INSERT INTO gpkg_contents VALUES ('buildings', 'Features', ''); INSERT INTO gpkg_geometry_columns VALUES ('BUILDINGS', 'geom', 'POINT', 3067, 0, 0);
      """)
    let layer = try read(path)
    #expect(layer.features.geometry.kinds == [.point] && layer.features.attributes.isEmpty)
  }

  @Test("A table's key can be named as a field, from pages and through SQLite alike")
  func keyAsField() throws {
    let folder = try Folder()
    for (name, more) in [("pages", ""), ("rows", ", c AS (1)")] {
      let path = folder.path + "/\(name).gpkg"
      try make(
        path,
        """
        CREATE TABLE t (a TEXT, fid INTEGER PRIMARY KEY\(more)); INSERT INTO t VALUES ('x', 7), ('y', 9); INSERT INTO gpkg_contents VALUES ('t', 'attributes', '');
        """)
      for options in [ReadOptions(fields: ["FID"]), ReadOptions(includesKey: true)] {
        let features = try read(path, options).features
        #expect((0..<2).map { features.attribute("fid")?.number($0) } == [7, 9] && features.numbers == [7, 9], "\(name)")
      }
      #expect(try read(path).features.attribute("fid") == nil)
    }
  }
}
