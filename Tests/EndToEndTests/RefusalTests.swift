import Foundation
import Testing
import TextFormats

@Suite("What cannot be honoured is refused with file and remedy", .serialized)
struct RefusalTests {
  static let footprints = """
    id,name,wkt,vacancy,storeys
    a,House A,"POLYGON((385000 6671000,385020 6671000,385020 6671030,385000 6671030,385000 6671000))",vacant,2
    b,House B,"POLYGON((385100 6671000,385120 6671000,385120 6671030,385100 6671030,385100 6671000))",vacant,3
    c,House C,"POLYGON((385200 6671000,385220 6671000,385220 6671030,385200 6671030,385200 6671000))",,3

    """
  static let study = """
    study: tiny
    country: FI
    price_date: 2026-01-01
    layers:
      buildings: {source: buildings.csv, crs: EPSG:3067}

    """

  func folder(study: String = Self.study, footprints: String = Self.footprints) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(study, to: "study.yml")
    try folder.write(footprints, to: "buildings.csv")
    return folder
  }

  @Test("The tiny study runs, so that what follows is refused for its own reason")
  func sound() throws {
    let folder = try self.folder()
    let run = try rekindle(["run", "study.yml"], in: folder.path)
    #expect(run.status == 0 && run.output.contains("3 buildings = 1 excluded + 2 scored"), "\(run)")
  }

  @Test("64: a request that makes no sense")
  func usage() throws {
    let folder = try self.folder()
    for arguments in [
      ["run"], ["fly"], ["run", "study.yml", "--threads", "0"], ["export", "study.yml", "--format", "shp"], ["report", "study.yml"],
      ["export", "study.yml", "--format", "gpkg"], ["run", "study.yml", "--unknown"],
      ["export", "study.yml", "--format", "geojson", "--crs", "EPSG:3067"],
    ] {
      let outcome = try rekindle(arguments, in: folder.path)
      #expect(outcome.status == 64 && outcome.errors.contains("Error:") && outcome.output == "", "\(arguments): \(outcome)")
    }
    #expect(try rekindle(["score", "study.yml", "--quiet"], in: folder.path).status == 0)
    let change = try rekindle(["report", "study.yml", "a", "--set", "cost.full.complet=1"], in: folder.path)
    #expect(change.status == 64 && change.errors.contains("Did you mean cost.full.complete?"), "\(change)")
    let value = try rekindle(["report", "study.yml", "a", "--set", "cost.full.complete=dear"], in: folder.path)
    #expect(value.status == 64 && value.errors.contains("ID=NUMBER"))
  }

  /// A study, its footprints, what the refusal says, and further arguments.
  static let badData: [(study: String, footprints: String, parts: [String], extra: [String])] = [
    (study.replacing("layers:", with: "layer:"), footprints, ["study.yml:4:", "Did you mean `layers`?"], []),
    ("study: [", footprints, ["study.yml", "YAML"], []),
    (study.replacing(", crs: EPSG:3067", with: ""), footprints, ["buildings.csv", "coordinate reference system", "crs: EPSG:"], []),
    (study.replacing("EPSG:3067", with: "EPSG:9999999"), footprints, ["9999999"], []),
    (study.replacing("EPSG:3067}", with: "EPSG:3067, fields: {storeys: levels}}"), footprints, ["levels", "It has:"], []),
    (study + "crs: EPSG:4326\n", footprints, ["projected"], []),
    (study, footprints.replacing(",vacant,3", with: ",vacant,three"), ["--strict", "three"], ["--strict"]),
    (study + "assumptions: buildings.csv\n", footprints, ["buildings.csv", "column"], []),
    // A degree grid read as metres: the whole city is a few centimetres wide.
    (study, footprints.replacing("385", with: "0.0").replacing("6671", with: "0.0"), ["wrong CRS"], []),
  ]

  @Test("65: bad data, named by file and place", arguments: badData.indices)
  func refuseBadData(_ k: Int) throws {
    let (study, footprints, parts, extra) = Self.badData[k]
    let folder = try self.folder(study: study, footprints: footprints)
    let outcome = try rekindle(["run", "study.yml"] + extra, in: folder.path)
    #expect(outcome.status == 65, "\(parts): \(outcome)")
    for part in parts { #expect(outcome.errors.contains(part), "\(part): \(outcome.errors)") }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/Reports"), "\(parts)")
  }

  @Test("Positions that no place on Earth has are defects, and the rest is scored")
  func beyondTheEarth() throws {
    for number in ["1e300", "-1e18", "2e8"] {
      let folder = try self.folder(
        footprints: Self.footprints
          + "d,House D,\"POLYGON((\(number) 6671000,385020 6671000,385020 6671030,385000 6671030,\(number) 6671000))\",vacant,2\n")
      try folder.write("x,y,status\n385010,6671010,vacant\n\(number),6671010,vacant\n", to: "register.csv")
      try folder.write(Self.study + "  vacancy: {source: register.csv, crs: EPSG:3067}\n", to: "study.yml")
      let run = try rekindle(["run", "study.yml", "--json"], in: folder.path)
      #expect(run.status == 0, "\(number): \(run.errors)")
      let json = try JSON(parsing: run.output)
      #expect(json["exclusions"]?["geometry-defect"]?.number == 1 && json["counts"]?["scored"]?.number == 2, "\(number): \(run.output)")
      #expect((json["defects"]?["coordinate-out-of-range"]?.number ?? 0) >= 2, "\(number): \(run.output)")
      try folder.write(
        "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:3067\"}},\"features\":[{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[\(number),0],[\(number),10],[0,0]]]}}]}",
        to: "far.geojson")
      let measured = try rekindle(["indicators", "far.geojson"], in: folder.path)
      #expect(measured.status == 0 && csvRows(measured.output).first?["footprint_area_m2"] == "", "\(number): \(measured)")
    }
  }

  @Test("65: a GeoPackage that is none")
  func brokenGeoPackage() throws {
    let scratch = try folder(study: Self.study.replacing("buildings.csv", with: "buildings.gpkg"))
    try scratch.write("SQLite format 3\u{0}" + String(repeating: "x", count: 5000), to: "buildings.gpkg")
    let broken = try rekindle(["run", "study.yml"], in: scratch.path)
    #expect(broken.status == 65 && broken.errors.contains("buildings.gpkg"), "\(broken)")
  }

  @Test("66: what is named but not there, with what to do")
  func missing() throws {
    let folder = try self.folder()
    func refuse(_ arguments: [String], _ parts: [String]) throws {
      let outcome = try rekindle(arguments, in: folder.path)
      #expect(outcome.status == 66, "\(arguments): \(outcome)")
      for part in parts { #expect(outcome.errors.contains(part), "\(part): \(outcome.errors)") }
    }
    try refuse(["run", "other.yml"], ["other.yml", "rekindle init"])
    try refuse(["explain", "study.yml", "a"], ["run.json", "rekindle score"])
    try folder.write(Self.study.replacing("buildings.csv", with: "houses.csv"), to: "gone.yml")
    try refuse(["run", "gone.yml"], ["houses.csv"])
    try folder.write(Self.study + "profile: ours\n", to: "profile.yml")
    try refuse(["run", "profile.yml"], ["ours", "cci-location"])
    try refuse(["run", "study.yml", "--data-dir", "/nonexistent"], ["/nonexistent", "GeoData"])
    #expect(try rekindle(["score", "study.yml"], in: folder.path).status == 0)
    try refuse(["explain", "study.yml", "aa"], ["aa", "Did you mean a?"])
    try refuse(["export", "study.yml", "--sites", "a,zzzz"], ["zzzz"])
  }

  @Test("69: a program that a format needs")
  func program() throws {
    let folder = try self.folder()
    try folder.write("x", to: "houses.shp")
    let outcome = try rekindle(["inspect", "houses.shp"], in: folder.path, environment: ["PATH": "/nonexistent"])
    #expect(outcome.status == 69 && outcome.errors.contains("ogr2ogr") && outcome.errors.contains("gdal-bin"), "\(outcome)")
  }

  @Test("73: results that cannot be written, and folders that are somebody else's")
  func cannotWrite() throws {
    let folder = try self.folder()
    try folder.write("precious", to: "mine/diary.txt")
    let mine = try rekindle(["run", "study.yml", "--out", "mine"], in: folder.path)
    #expect(mine.status == 73 && mine.errors.contains("--out"), "\(mine)")
    #expect(contents(of: folder.path + "/mine") == ["diary.txt": Data("precious".utf8)])
    for place in ["/proc/rekindle/out", folder.path + "/buildings.csv/out", folder.path + "/buildings.csv"] {
      let outcome = try rekindle(["score", "study.yml", "--out", place], in: folder.path)
      #expect(
        outcome.status == 73 && outcome.errors.contains(place.hasSuffix("/out") ? String(place.dropLast(4)) : place), "\(place): \(outcome)"
      )
    }
    #expect(contents(of: folder.path)["buildings.csv"] == Data(Self.footprints.utf8))
    #expect(try rekindle(["score", "study.yml"], in: folder.path).status == 0)
    let export = try rekindle(["export", "study.yml", "-o", "/proc/rekindle.geojson"], in: folder.path)
    #expect(export.status == 73 && export.errors.contains("/proc/rekindle.geojson"), "\(export)")
    if getuid() != 0 {
      try FileManager.default.createDirectory(atPath: folder.path + "/locked", withIntermediateDirectories: true)
      chmod(folder.path + "/locked", 0o555)
      let locked = try rekindle(["score", "study.yml", "--out", "locked/out"], in: folder.path)
      #expect(locked.status == 73 && locked.errors.contains("locked"))
    }
  }

  @Test("Results of changed inputs are refused until the study runs again")
  func stale() throws {
    let folder = try self.folder()
    #expect(try rekindle(["score", "study.yml"], in: folder.path).status == 0)
    try folder.write(Self.footprints.replacing("vacant,3", with: "vacant,5"), to: "buildings.csv")
    for arguments in [["explain", "study.yml", "a"], ["export", "study.yml"], ["report", "study.yml", "a"]] {
      let outcome = try rekindle(arguments, in: folder.path)
      #expect(
        outcome.status == 65 && outcome.errors.contains("buildings.csv") && outcome.errors.contains("again"), "\(arguments): \(outcome)")
    }
    #expect(try rekindle(["score", "study.yml"], in: folder.path).status == 0)
    #expect(try rekindle(["explain", "study.yml", "a"], in: folder.path).status == 0)
  }

  @Test("Hostile names of files stay names, and addresses and virtual files are refused")
  func fileNames() throws {
    let folder = try self.folder()
    let name = "a b;$(touch pwned)`touch pwned`'&|<b>ä.csv"
    try folder.write(Self.footprints, to: name)
    try folder.write(Self.study.replacing("buildings.csv", with: "\"\(name)\""), to: "hostile.yml")
    let outcome = try rekindle(["run", "hostile.yml", "--json"], in: folder.path)
    #expect(outcome.errors.contains("refused") || outcome.status == 0, "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/pwned"))
    for source in ["/vsicurl/http://127.0.0.1:9/a.gpkg", "http://127.0.0.1:9/a.geojson", "/vsizip/x.zip/a.shp", "PG:dbname=x"] {
      let refused = try rekindle(["inspect", source], in: folder.path)
      #expect([65, 66].contains(refused.status) && refused.errors.contains("refused") || refused.status == 66, "\(source): \(refused)")
    }
  }

  @Test("Hostile ids and names neither leave the output folder nor become markup")
  func identifiers() throws {
    let evil = "<script>alert(1)</script>", climb = "../../../escape"
    let folder = try self.folder(
      footprints: Self.footprints.replacing("\na,House A", with: "\n\(climb),\(evil)").replacing(
        "\nb,House B", with: "\n\(evil),\"{{name}} & \"\"x\"\"\""))
    let run = try rekindle(["run", "study.yml"], in: folder.path)
    #expect(run.status == 0, "\(run)")
    let files = contents(of: folder.path)
    let own: Set = ["study.yml", "buildings.csv", "Reports/tiny.private/facts.sqlite", "Reports/tiny.private/study"]
    #expect(files.keys.allSatisfy { $0.hasPrefix("Reports/tiny/") || own.contains($0) }, "\(files.keys)")
    #expect(files.keys.contains("Reports/tiny/sites/..%2f..%2f..%2fescape/report.html"))
    #expect(files.keys.contains("Reports/tiny/sites/%3cscript%3ealert%281%29%3c%2fscript%3e/report.html"))
    for (name, bytes) in files where name.hasSuffix(".html") {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains(evil) && !text.contains("alert(1)</script>"), "\(name)")
    }
    let explained = try rekindle(["explain", "study.yml", climb, "--json"], in: folder.path)
    #expect(explained.status == 0)
    #expect(try JSON(parsing: explained.output)["name"]?.string == evil)
    #expect(geoJSONFaults(String(decoding: files["Reports/tiny/sites.geojson"] ?? Data(), as: UTF8.self)) == [])
  }
}
