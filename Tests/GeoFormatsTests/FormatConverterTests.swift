import Foundation
import GRDB
import SimpleFeatures
import Testing

@testable import GeoFormats

@Suite("Formats through ogr2ogr", .enabled(if: hasConverter, "ogr2ogr is not installed"))
struct FormatConverterTests {
  private func gml(_ name: String, in folder: Folder) throws -> String {
    let member = { (k: Int) in
      """
      <gml:featureMember><b:Building gml:id="b\(k)" xmlns:b="http://x/b"><b:condition xlink:href="http://x/declined" xmlns:xlink="http://www.w3.org/1999/xlink"/>
      <b:geometry><gml:Polygon gml:id="g\(k)" srsName="urn:ogc:def:crs:EPSG::25830"><gml:exterior><gml:LinearRing>
      <gml:posList>\(k) 0 \(k + 1) 0 \(k + 1) 1 \(k) 0</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></b:geometry></b:Building></gml:featureMember>
      """
    }
    return try folder.file(
      name,
      "<?xml version=\"1.0\"?><gml:FeatureCollection xmlns:gml=\"http://www.opengis.net/gml/3.2\">\((0..<3).map(member).joined())</gml:FeatureCollection>"
    )
  }

  @Test("GML keeps the attributes of references and gets no side files")
  func gml() throws {
    let folder = try Folder()
    let path = try gml("towns.gml", in: folder)
    let layer = try read(path)
    #expect(layer.features.count == 3)
    #expect(layer.crs?.definition == "EPSG:25830")
    #expect(layer.features.attribute("condition_href")?.text(0) == "http://x/declined")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["towns.gml"])
    #expect(try describeLayers(in: path).map(\.driver) == ["GML"])
  }

  @Test("An entity bomb ends as an error")
  func entityBomb() throws {
    let folder = try Folder()
    var entities = "<!ENTITY a \"aaaaaaaaaaaaaaaaaaaa\">"
    for (inner, outer) in zip("abcdefghij", "bcdefghijk") {
      entities += "<!ENTITY \(outer) \"\(String(repeating: "&\(inner);", count: 20))\">"
    }
    let path = try folder.file(
      "bomb.gml",
      "<?xml version=\"1.0\"?><!DOCTYPE x [\(entities)]><gml:FeatureCollection xmlns:gml=\"http://www.opengis.net/gml\"><gml:featureMember>"
        + "<t><n>&k;</n><g><gml:Point><gml:pos>1 2</gml:pos></gml:Point></g></t></gml:featureMember></gml:FeatureCollection>")
    #expect(failure(reading: path, ReadOptions(converterTimeout: 60))?.kind == .badInput)
  }

  @Test("A shapefile brings its companions, and a record that its index claims and that is gone is counted")
  func shapefile() throws {
    let folder = try Folder()
    let csv = try folder.file("p.csv", "id;WKT\n1;POINT(1 2)\n2;POINT(3 4)\n3;POINT(5 6)\n")
    var writer = try GeoJSONWriter(path: folder.path + "/p.geojson")
    try writer.append(ExportTable(try read(csv).features))
    try writer.finish()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Programs.path(of: "ogr2ogr")))
    process.arguments = ["-q", folder.path + "/points.shp", folder.path + "/p.geojson"]
    try process.run()
    process.waitUntilExit()
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let layer = try read(folder.path + "/points.shp")
    #expect(layer.name == "points")
    #expect(layer.features.geometry.x == [1, 3, 5])
    #expect(layer.features.attribute("id")?.number(2) == 3)
    #expect(layer.crs?.definition == "EPSG:4326")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
  }

  @Test(
    "A file that is not what its ending says is an error, not a crash",
    arguments: [
      "a.shp", "a.gml", "a.osm.pbf", "a.fgb", "a.xlsx", "a.ods", "a.kml", "a.zip", "a.dxf", "a.tab", "a.topojson", "a.sqlite",
    ])
  func wrongContent(name: String) throws {
    let folder = try Folder()
    for text in ["", "hello", String(repeating: "PK\u{3}\u{4}", count: 400)] {
      let error = failure(reading: try folder.file(name, text))
      #expect(error?.kind == .badInput, "\(name): \(String(describing: error))")
    }
  }

  @Test("A driver outside the format's list does not open the file")
  func driverList() throws {
    let folder = try Folder()
    // A virtual layer of GDAL, which could name any file or address, under another format's name.
    let vrt = "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    for name in ["v.kml", "v.gml", "v.xlsx", "v.zip"] {
      #expect(failure(reading: try folder.file(name, vrt))?.kind == .badInput, "\(name)")
    }
  }

  @Test("Compressed text goes through the converter")
  func compressed() throws {
    let folder = try Folder()
    _ = try folder.file(
      "c.geojson",
      #"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"a":1}}]}"#)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/gzip")
    process.arguments = [folder.path + "/c.geojson"]
    try process.run()
    process.waitUntilExit()
    #expect(try read(folder.path + "/c.geojson.gz").features.geometry.x == [1])
  }

  @Test("No folder of ours is left when a conversion has failed")
  func tidy() throws {
    let folder = try Folder()
    let before = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory()).filter {
      $0.hasPrefix("rekindle-\(getpid())-")
    }.count
    for k in 0..<3 { _ = failure(reading: try folder.file("bad\(k).kml", "hello \(k)")) }
    let after = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory()).filter { $0.hasPrefix("rekindle-\(getpid())-") }
      .count
    // Other tests convert at the same time, so only growth by every failure would tell.
    #expect(after < before + 40)
  }

  @Test("A folder under a foreign name is refused, and a converter that takes too long is ended")
  func refusedAndEnded() throws {
    let folder = try Folder()
    let directory = folder.path + "/folder.shp"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    #expect(failure(reading: directory) == .unreadableFile(path: directory, reason: "it is a folder"))
    #expect(failure(reading: folder.path + "/absent.shp") == .fileNotFound(path: folder.path + "/absent.shp"))
    let slow = try gml("slow.gml", in: folder)
    #expect(failure(reading: slow, ReadOptions(converterTimeout: 0)) == .converterTimedOut(path: slow, seconds: 0))
  }

  // MARK: What a hostile file reaches for

  /// Runs a program to its end.
  private func run(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(program) \(arguments)")
  }

  /// A database with a table of its own and a virtual table that a bare SQLite does not know, as a hostile supplier writes it.
  private func hostile(_ path: String, module: String, more: String = "") throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (7, 'x'), (9, 'y');
          \(more)
          PRAGMA writable_schema = ON;
          INSERT INTO sqlite_master VALUES ('table', 'leak', 'leak', 0, \("CREATE VIRTUAL TABLE leak USING \(module)".quotedLiteral));
          """)
    }
    try queue.close()
  }

  @Test(
    "A database with a virtual table that could read other files is refused before the converter sees it",
    arguments: ["city.sqlite", "city.db", "city.gpkg", "city.gpkg.zip", "city.sqlite.zip"])
  func virtualTables(name: String) throws {
    let folder = try Folder(), secret = try folder.file("secret.txt", "password\nswordfish\n")
    let isPacked = name.hasSuffix(".zip"), path = folder.path + "/" + (isPacked ? String(name.dropLast(4)) : name)
    let module = "VirtualText('\(secret)', 'UTF-8', 0, POINT, DOUBLEQUOTE, ',')"
    try hostile(
      path, module: module,
      more: name.contains("gpkg")
        ? """
        CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT); INSERT INTO gpkg_contents VALUES ('leak', 'attributes', '');
        CREATE VIEW v AS SELECT * FROM leak; INSERT INTO gpkg_contents VALUES ('v', 'attributes', ''), ('t', 'attributes', '');
        """ : "")
    if isPacked { try run("python3", ["-m", "zipfile", "-c", folder.path + "/" + name, path]) }
    let file = folder.path + "/" + name
    guard name.contains("gpkg") else {
      guard case .refusedDatabase(_, let reason)? = failure(reading: file) else {
        Issue.record("\(String(describing: failure(reading: file)))")
        return
      }
      #expect(reason.contains(isPacked ? "unpack it" : "“leak” is not read (no such module: VirtualText)"), "\(reason)")
      return
    }
    for layer in ["leak", "v"] {
      guard case .refusedDatabase(_, let reason)? = failure(reading: file, layer: layer), reason.contains("VirtualText") else {
        Issue.record("\(layer): \(String(describing: failure(reading: file, layer: layer)))")
        continue
      }
    }
    #expect(try read(file, layer: "t").features.numbers == [7, 9])
  }

  @Test(
    "A database under another format's name, plain or compressed, is refused",
    arguments: ["a.kml", "a.gml", "a.xlsx", "a.geojson.gz", "a.osm.gz", "a.zip"])
  func disguised(name: String) throws {
    let folder = try Folder(), path = folder.path + "/plain"
    let writer = try GeoPackageWriter(path: path, lastChange: "2026-01-01T00:00:00.000Z")
    try writer.add(GeoPackageLayer(name: "t", table: ExportTable(columns: [AttributeColumn(name: "a", integers: [1])])))
    try writer.finish()
    let file = folder.path + "/" + name
    switch name.split(separator: ".").last {
    case "gz":
      try FileManager.default.moveItem(atPath: path, toPath: String(file.dropLast(3)))
      try run("gzip", [String(file.dropLast(3))])
    case "zip": try run("python3", ["-m", "zipfile", "-c", file, path])
    default: try FileManager.default.moveItem(atPath: path, toPath: file)
    }
    guard case .converterFailed(_, let reason)? = failure(reading: file), reason.contains("database") else {
      Issue.record("\(String(describing: failure(reading: file)))")
      return
    }
  }

  @Test("An archive without a layer says what it holds; one that is none says so")
  func archives() throws {
    let folder = try Folder()
    let text = try folder.file("notes.txt", "hello"), archive = folder.path + "/a.zip"
    try run("python3", ["-m", "zipfile", "-c", archive, text])
    guard case .converterFailed(_, let reason)? = failure(reading: archive) else {
      Issue.record("\(String(describing: failure(reading: archive)))")
      return
    }
    #expect(reason.contains("notes.txt") && reason.contains("none as a layer"), "\(reason)")
    guard case .converterFailed(_, let none)? = failure(reading: try folder.file("b.zip", "hello")) else {
      Issue.record("a text file was read as an archive")
      return
    }
    #expect(none.contains("no whole zip archive"), "\(none)")
  }

  @Test(
    "A database keeps its keys through the converter; views that need more than SQLite are left out and said; GeoPackages need no converter"
  )
  func database() throws {
    let folder = try Folder(), path = folder.path + "/d.sqlite"
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { db in
      try db.execute(
        sql: """
          CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (7, 'x'), (9, 'y'); CREATE VIEW plain AS SELECT a FROM t;
          CREATE VIEW spatial AS SELECT a FROM t; CREATE VIRTUAL TABLE r USING rtree(id, x, y); CREATE VIEW boxes AS SELECT id FROM r;
          PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE VIEW spatial AS SELECT BlobFromFile(''/etc/passwd'') FROM t' WHERE name = 'spatial';
          """)
    }
    try queue.close()
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let layer = try read(path, layer: "t")
    #expect(layer.features.numbers == [7, 9] && layer.features.attribute("a")?.text(1) == "y")
    #expect(layer.notes.contains { $0.contains("not read: boxes, spatial.") }, "\(layer.notes)")
    #expect(try describeLayers(in: path).map(\.name).filter { ["boxes", "spatial"].contains($0) } == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == before)
    let geoPackage = folder.path + "/g.db"
    let writer = try GeoPackageWriter(path: geoPackage, lastChange: "2026-01-01T00:00:00.000Z")
    try writer.add(GeoPackageLayer(name: "t", table: ExportTable(columns: [AttributeColumn(name: "a", integers: [1])])))
    try writer.finish()
    #expect(try describeLayers(in: geoPackage).map(\.driver) == ["GeoPackage"])
  }

  @Test("A GeoPackage in an archive is unpacked and read as it is; a damaged one is refused", arguments: [true, false])
  func archive(isStored: Bool) throws {
    let folder = try Folder(), path = folder.path + "/in.gpkg", file = folder.path + "/city.gpkg.zip"
    let writer = try GeoPackageWriter(path: path, lastChange: "2026-01-01T00:00:00.000Z")
    try writer.add(
      GeoPackageLayer(
        name: "t", table: ExportTable(columns: [AttributeColumn(name: "a", texts: (0..<20_000).map { "row \($0 * 7919 % 20_000)" })])))
    try writer.finish()
    try run(
      "python3",
      [
        "-c",
        "import sys, zipfile as z; z.ZipFile(sys.argv[1], 'w', z.\(isStored ? "ZIP_STORED" : "ZIP_DEFLATED")).write(sys.argv[2], 'in.gpkg')",
        file, path,
      ])
    let layer = try read(file)
    let plain = try read(path)
    #expect(layer.features.count == 20_000 && layer.features.attribute("a")?.text(19_999) == plain.features.attribute("a")?.text(19_999))
    #expect(layer.notes.isEmpty)
    let bytes = [UInt8](try #require(FileManager.default.contents(atPath: file)))
    // Damage in the middle, and an archive that is cut short.
    var damaged = bytes
    damaged[bytes.count / 2] ^= 0x55
    #expect(failure(reading: try folder.file("damaged.gpkg.zip", damaged))?.kind == .badInput)
    #expect(failure(reading: try folder.file("cut.gpkg.zip", Array(bytes.dropLast(bytes.count / 3))))?.kind == .badInput)
    var seed = SeededGenerator(seed: 11)
    for round in 0..<200 {
      var odd = bytes
      // The directory at the end, where all counts and places stand.
      for _ in 0..<3 { odd[bytes.count - .random(in: 1...100, using: &seed)] = .random(in: 0...255, using: &seed) }
      let archive = try ZipArchive(path: try folder.file("odd.zip", odd))
      for (k, entry) in archive.entries.enumerated() {
        do throws(FormatError) { try archive.unpack(entry, to: folder.path + "/out\(round)-\(k)") } catch {
          #expect(error.kind == .badInput, "\(error)")
        }
      }
    }
  }

  @Test("GML of a web feature service, which names its schema by an address, is read without asking for it")
  func schemaAddress() throws {
    let folder = try Folder()
    let path = try folder.file(
      "wfs.gml",
      """
      <?xml version="1.0"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml" xmlns:b="http://x/b"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://x/b \
      http://127.0.0.1:9/wfs?service=WFS&amp;version=1.1.0&amp;request=DescribeFeatureType&amp;typeName=b:Building http://www.opengis.net/wfs \
      http://schemas.opengis.net/wfs/1.1.0/wfs.xsd"><gml:featureMembers><b:Building gml:id="b1"><b:storeys>4</b:storeys><b:geometry>
      <gml:Point srsName="EPSG:3067"><gml:pos>1 2</gml:pos></gml:Point></b:geometry></b:Building></gml:featureMembers></wfs:FeatureCollection>
      """)
    let layer = try read(path)
    #expect(layer.features.attribute("storeys")?.number(0) == 4 && layer.features.geometry.kinds == [.point])
  }

  @Test("A pipe among a shapefile's files is refused and holds nobody")
  func pipeBeside() throws {
    let folder = try Folder(), path = try folder.file("a.shp", "hello")
    #expect(mkfifo(folder.path + "/a.dbf", 0o600) == 0)
    #expect(failure(reading: path) == .unreadableFile(path: folder.path + "/a.dbf", reason: "it is a pipe, not a regular file"))
  }

  @Test(
    "A converter in the sandbox sees its input and no other file, and writes nowhere else",
    .enabled(if: Confinement.ofConverters.isWorking, "bwrap does not work here: \(Confinement.ofConverters.detail)"))
  func sandbox() throws {
    let outside = try Folder(), folder = try TemporaryFolder()
    let input = try outside.file("input", "shown"), secret = try outside.file("secret", "hidden")
    let sandbox = try Sandbox(folder: folder.path, inputs: [(file: input, name: "city.sqlite")], memory: nil, seconds: 60)
    func shell(_ script: String) throws -> Sandbox.Result { try sandbox.run("/bin/sh", ["-c", script], "x") }
    #expect(try shell("cat in/city.sqlite").output == "shown")
    #expect(try shell("cat '\(secret)'").status != 0)
    for place in ["/etc/passwd", "/etc/hostname", "/proc/self", "/root", "/home", "/var", #filePath] {
      #expect(try shell("test -e '\(place)'").status == 1, "\(place)")
    }
    #expect(try shell("echo changed >in/city.sqlite").status != 0)
    #expect(try shell("echo lost >'\(outside.path)/lost'").status != 0)
    #expect(try shell("echo mine >made && cat made").output == "mine\n")
    // No interface but the loop of its own.
    #expect(try shell("ls /usr >/dev/null && exec 3<>/dev/tcp/127.0.0.1/9").status != 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path).sorted() == ["input", "secret"])
    #expect(try String(contentsOfFile: input, encoding: .utf8) == "shown")
  }

  @Test("A bwrap that does nothing, fails or hides nothing is not taken for a sandbox")
  func falseSandbox() throws {
    let folder = try Folder()
    func tried(_ script: String) throws -> Confinement {
      let path = try folder.file("bwrap", "#!/bin/sh\n" + script)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      return Sandbox.tried(path)
    }
    #expect(try !tried("exit 1").isWorking)
    #expect(try !tried("exit 0").isWorking)
    #expect(try tried("echo no user namespaces >&2; exit 1").detail.contains("no user namespaces"))
    // Runs the command with all rights.
    let open = try tried("while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"")
    #expect(!open.isWorking && open.detail.contains("hides nothing"), "\(open)")
    #expect(!Sandbox.tried(nil).isWorking)
  }
}
