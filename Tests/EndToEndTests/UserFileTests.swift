import Foundation
import GeoFormats
import Testing
import TextFormats

@Suite("Files that are not what they seem, through the built executable", .serialized)
struct UserFileTests {
  /// Runs to the end within half a minute; a run that hangs has no status.
  private func watched(_ arguments: [String], in folder: String) throws -> WatchedRun {
    try WatchedRun.rekindle(arguments, in: folder, memory: nil, seconds: 30)
  }

  @Test("A pipe, a device or a folder as any input is refused by name and never waited for")
  func kinds() throws {
    let folder = try ScratchFolder()
    try folder.write(RefusalTests.footprints, to: "buildings.csv")
    for ending in ["gpkg", "geojson", "csv", "shp", "sqlite", "gml", "zip", "json", "yml", "odd"] {
      #expect(mkfifo(folder.path + "/pipe." + ending, 0o600) == 0)
    }
    try FileManager.default.createDirectory(atPath: folder.path + "/folder.gpkg", withIntermediateDirectories: true)
    func study(_ name: String, _ text: String) throws -> String {
      try folder.write("study: \(name)\ncountry: FI\nprice_date: 2026-01-01\n\(text)\n", to: name + ".yml")
      return name + ".yml"
    }
    let source = try study("piped", "layers: {buildings: {source: pipe.gpkg, crs: EPSG:3067}}")
    let profile = try study("profiled", "profile: ./pipe.yml\nlayers: {buildings: {source: buildings.csv, crs: EPSG:3067}}")
    let assumed = try study("assumed", "assumptions: pipe.csv\nlayers: {buildings: {source: buildings.csv, crs: EPSG:3067}}")
    let commands: [[String]] =
      ["gpkg", "geojson", "csv", "shp", "sqlite", "gml", "zip", "odd"].flatMap {
        [["inspect", "pipe." + $0], ["indicators", "pipe." + $0]]
      } + [
        ["inspect", "folder.gpkg"], ["indicators", "/dev/zero"], ["inspect", "/dev/zero"], ["run", "pipe.yml"], ["score", source],
        ["score", profile],
        ["score", assumed], ["decide", "pipe.json", "--method", "topsis"], ["decide", "/dev/zero", "--method", "topsis"],
        ["appraise", "pipe.json"],
        ["weights", "pipe.json"], ["profile", "show", "./pipe.yml"], ["init", "pipe.gpkg", "-o", "-"],
      ]
    for arguments in commands {
      let run = try watched(arguments, in: folder.path)
      #expect(run.status == 66, "\(arguments): \(String(describing: run.status)) \(run.errors)")
      #expect(["pipe", "device", "folder"].contains { run.errors.contains("it is a " + $0) }, "\(arguments): \(run.errors)")
    }
    // Standard input stays one.
    #expect(
      try rekindle(
        ["decide", "-", "--method", "topsis"], input: #"{"matrix": [[1, 2], [2, 1]], "dir": ["max", "max"], "weights": [1, 1]}"#
      ).status == 0)
  }

  /// A folder with the programs that a conversion needs, but no `bwrap`.
  private func pathWithoutSandbox(_ folder: ScratchFolder) throws -> String {
    let place = folder.path + "/programs"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    for name in ["ogr2ogr", "ogrinfo", "prlimit", "sh"] {
      guard let program = program(name) else { continue }
      try FileManager.default.createSymbolicLink(atPath: place + "/" + name, withDestinationPath: program)
    }
    return place
  }

  @Test(
    "A database with an unflushed log has the same rows with and without the sandbox, and who reads without one is told",
    .enabled(if: program("ogr2ogr") != nil && program("sqlite3") != nil, "ogr2ogr or sqlite3 is not installed"))
  func unflushed() throws {
    let folder = try ScratchFolder()
    let place = folder.path + "/city", own = place + "/own"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    // The copy is made while the database is open, before its log is merged.
    let made = try run(
      try #require(program("sqlite3")),
      [
        own,
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (7, 'x'), (9, 'y');"
          + " PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (30, 'z');",
        ".shell cp own city.sqlite; cp own-wal city.sqlite-wal".replacing("own", with: own)
          .replacing("city.sqlite", with: place + "/city.sqlite"),
      ])
    #expect(made.status == 0, "\(made)")
    for name in ["own", "own-wal", "own-shm"] { try? FileManager.default.removeItem(atPath: place + "/" + name) }
    let before = contents(of: place)
    #expect(before.keys.sorted() == ["city.sqlite", "city.sqlite-wal"])
    for path in [nil, try pathWithoutSandbox(folder)] {
      let outcome = try rekindle(["inspect", "--json", place + "/city.sqlite"], environment: path.map { ["PATH": $0] } ?? [:])
      let layer = try JSON(parsing: outcome.output)["layers"]?.array?.first
      #expect(layer?["read"]?.number == 3, "\(outcome)")
      let notes = layer?["notes"]?.array?.compactMap(\.string) ?? []
      #expect(notes.contains { $0.contains("city.sqlite-wal") }, "\(notes)")
      if path != nil { #expect(notes.contains { $0.contains("without a sandbox (bwrap is not installed)") }, "\(notes)") }
      #expect(contents(of: place) == before)
    }
  }

  @Test(
    "Nothing is fetched for a file, even without the sandbox; the run says that there was none, once, and doctor says why",
    .enabled(if: program("ogr2ogr") != nil, "ogr2ogr is not installed"))
  func network() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    try #require(isBound)
    let server = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    let folder = try ScratchFolder()
    let gml = { (k: Int) in
      """
      <?xml version="1.0"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml" xmlns:b="http://x/b"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://x/b \(server)/wfs?service=WFS&amp;version=1.1.0&amp;request=DescribeFeatureType&amp;typeName=b:B \(server)/wfs.xsd"
      ><gml:featureMembers><b:B gml:id="b\(k)"><b:storeys>4</b:storeys><b:vacancy>vacant</b:vacancy><b:geometry><gml:Polygon srsName="EPSG:3067"><gml:exterior><gml:LinearRing><gml:posList>\(385000 + 100 * k) 6671000 \(385020 + 100 * k) 6671000 \(385020 + 100 * k) 6671030 \(385000 + 100 * k) 6671030 \(385000 + 100 * k) 6671000</gml:posList>
      </gml:LinearRing></gml:exterior></gml:Polygon></b:geometry></b:B></gml:featureMembers></wfs:FeatureCollection>
      """
    }
    try folder.write(gml(0), to: "buildings.gml")
    try folder.write(gml(1), to: "districts.gml")
    try folder.write(
      #"{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"\#(server)/crs","type":"ogcwkt"}},"features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{}}]}"#,
      to: "linked.geojson")
    _ = try run("/bin/gzip", [folder.path + "/linked.geojson"])
    try folder.write(
      "study: s\ncountry: FI\nprice_date: 2026-01-01\nlayers: {buildings: {source: buildings.gml}, districts: {source: districts.gml}}\n",
      to: "study.yml")
    let environment = ["PATH": try pathWithoutSandbox(folder)]
    let scored = try rekindle(["score", "study.yml", "--out", "out"], in: folder.path, environment: environment)
    #expect(scored.status == 0, "\(scored)")
    #expect(scored.output.components(separatedBy: "ogr2ogr ran without a sandbox (bwrap is not installed)").count == 2, "\(scored.output)")
    _ = try rekindle(["inspect", "linked.geojson.gz"], in: folder.path, environment: environment)
    #expect(accept(listener, nil, nil) < 0 && errno == EAGAIN, "a converter asked for an address")
    // No converter, no word of it.
    try folder.write(RefusalTests.footprints, to: "buildings.csv")
    try folder.write(RefusalTests.study, to: "plain.yml")
    let plain = try rekindle(["score", "plain.yml", "--out", "plain"], in: folder.path, environment: environment)
    #expect(plain.status == 0 && !plain.output.contains("sandbox"), "\(plain)")
    // A bwrap that only fails is no sandbox.
    let wrapper = try folder.write("#!/bin/sh\nexit 1\n", to: "programs/bwrap")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper)
    let doctor = try rekindle(["doctor", "--json"], environment: environment)
    let finding = try JSON(parsing: doctor.output)["findings"]?.array?.first { $0["name"]?.string == "sandbox" }
    #expect(finding?["there"]?.bool == false && finding?["detail"]?.string?.contains("does not work here") == true, "\(doctor)")
  }

  @Test("A register that names buildings by fid marks the buildings that have it, in views and in tables without a whole-number key")
  func register() throws {
    let folder = try ScratchFolder()
    guard let sqlite = program("sqlite3") else {
      print("Notice: sqlite3 is not installed; registers by fid were not tried.")
      return
    }
    func polygon(_ x: Int) -> String {
      // GeoPackage's header without a box, then well-known binary: a polygon of one ring of five positions.
      let xs = [x, x + 20, x + 20, x, x], ys = [6_671_000, 6_671_000, 6_671_030, 6_671_030, 6_671_000]
      func hex(_ value: Double) -> String {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { $0.map { String(format: "%02X", $0) }.joined() }
      }
      return "x'47500001FB0B0000010300000001000000" + "05000000" + zip(xs, ys).map { hex(Double($0)) + hex(Double($1)) }.joined() + "'"
    }
    let rows = [(7, 385_000), (9, 385_100), (30, 385_200)]
    let sql =
      """
      CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT);
      CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
      CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
      INSERT INTO gpkg_spatial_ref_sys VALUES ('a', 3067, 'EPSG', 3067, 'x');
      CREATE TABLE keyed (fid INTEGER PRIMARY KEY, geom BLOB); CREATE TABLE keyless (geom BLOB);
      \(rows.map { "INSERT INTO keyed VALUES (\($0), \(polygon($1))); INSERT INTO keyless (rowid, geom) VALUES (\($0), \(polygon($1)));" }.joined(separator: "\n"))
      CREATE VIEW viewed AS SELECT geom, fid FROM keyed; CREATE VIEW nameless AS SELECT geom FROM keyed;
      """
      + ["keyed", "keyless", "viewed", "nameless"].map {
        "INSERT INTO gpkg_contents VALUES ('\($0)', 'features', ''); INSERT INTO gpkg_geometry_columns VALUES ('\($0)', 'geom', 'POLYGON', 3067, 0, 0);"
      }.joined()
    #expect(try run(sqlite, [folder.path + "/city.gpkg", sql]).status == 0)
    try folder.write("id,status\n9,vacant\n", to: "register.csv")
    for (layer, mapping) in [("keyed", ""), ("keyed", ", fields: {id: fid}"), ("keyless", ""), ("viewed", ""), ("nameless", "")] {
      try folder.write(
        "study: s\ncountry: FI\nprice_date: 2026-01-01\nlayers: {buildings: {source: \"city.gpkg#\(layer)\"\(mapping)}, vacancy: {source: register.csv, join: {id: id}}}\ncandidates: {min_floor_area: 0}\n",
        to: "study.yml")
      let outcome = try rekindle(["score", "study.yml", "--out", "out"], in: folder.path)
      #expect(outcome.status == 0, "\(layer): \(outcome)")
      let ranking = String(decoding: FileManager.default.contents(atPath: folder.path + "/out/ranking.csv") ?? Data(), as: UTF8.self)
      let ids = csvRows(ranking).compactMap { $0["site_id"] }
      if layer == "nameless" {
        // Nothing can refer to places in a view: the register's row finds no building, and both are said.
        #expect(
          ids == [] && outcome.output.contains("no whole-number key") && outcome.output.contains("unmatched-record"), "\(outcome.output)")
      } else {
        #expect(ids == ["9"], "\(layer)\(mapping): \(ids) \(outcome.output)")
      }
    }
  }
}
