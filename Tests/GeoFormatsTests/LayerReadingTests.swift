import Foundation
import SimpleFeatures
import Testing

@testable import GeoFormats

@Suite("References, routes and names")
struct LayerReadingTests {
  @Test("A hash parts file and layer, unless a file bears the whole name")
  func references() throws {
    #expect(LayerReference(parsing: "city.gpkg#buildings") == LayerReference(path: "city.gpkg", layer: "buildings"))
    #expect(LayerReference(parsing: "city.gpkg") == LayerReference(path: "city.gpkg"))
    #expect(LayerReference(parsing: "city.gpkg#") == LayerReference(path: "city.gpkg"))
    #expect(LayerReference(parsing: "a#b.gpkg#c") == LayerReference(path: "a#b.gpkg", layer: "c"))
    let folder = try Folder()
    let odd = try folder.file("a#b.csv", "x\n1\n")
    #expect(LayerReference(parsing: odd) == LayerReference(path: odd))
    #expect(LayerReference(path: "a", layer: "b").description == "a#b")
    // The longest beginning that is a file is the file; a folder is none.
    let plain = try folder.file("city.gpkg", "x")
    #expect(LayerReference(parsing: plain + "#a#b") == LayerReference(path: plain, layer: "a#b"))
    #expect(LayerReference(parsing: odd + "#c#d") == LayerReference(path: odd, layer: "c#d"))
    #expect(LayerReference(parsing: folder.path + "#x.gpkg#c") == LayerReference(path: folder.path + "#x.gpkg", layer: "c"))
  }

  @Test(
    "Names that GDAL would take for something else are refused",
    arguments: [
      "/vsicurl/http", "/VSIZIP/a.zip", "https://example.org/a.geojson", "a\u{7}.csv", "<x>.csv", "",
    ])
  func refusedNames(name: String) {
    guard case .refusedName = failure(reading: name) else {
      Issue.record("\(name) was not refused")
      return
    }
  }

  @Test("Content decides where the name says nothing")
  func sniffing() throws {
    let folder = try Folder()
    #expect(try read(try folder.file("plain", #" {"type":"Point","coordinates":[1,2]}"#)).features.count == 1)
    guard case .unknownFormat = failure(reading: try folder.file("other.xyz", "hello")) else {
      Issue.record("an unknown format was read")
      return
    }
    #expect(failure(reading: folder.path)?.kind == .missingInput)
  }

  @Test("Every error says what was done and what to do, and has an exit class")
  func descriptions() {
    let errors: [(FormatError, FormatError.Kind)] = [
      (.fileNotFound(path: "a.gpkg"), .missingInput), (.unreadableFile(path: "a.gpkg", reason: "Permission denied"), .missingInput),
      (.refusedName(path: "a\u{1}", reason: "r"), .badInput), (.refusedDatabase(path: "a.gpkg", reason: "r\u{1}"), .badInput),
      (.unknownFormat(path: "a.gpkg"), .badInput),
      (.notOfFormat(path: "a.gpkg", format: "GeoPackage", reason: "r"), .badInput),
      (.layerNotFound(path: "a.gpkg", layer: "x", available: []), .missingInput),
      (.layerNotFound(path: "a.gpkg", layer: "x", available: (0..<20).map { "l\($0)" }), .missingInput),
      (.layerNotNamed(path: "a.gpkg", available: ["b", "c"]), .badInput),
      (.syntax(path: "a.gpkg", format: "GeoJSON", byte: 3, line: 1, reason: "r"), .badInput),
      (.tooLarge(path: "a.gpkg", layer: "l", what: "the memory in bytes", limit: 5), .badInput),
      (.corruptDatabase(path: "a.gpkg", layer: "l", rowsRead: 5, reason: "r"), .badInput),
      (.neededProgramMissing(name: "ogr2ogr", aptPackage: "gdal-bin", path: "a.gpkg"), .neededProgramMissing),
      (.converterFailed(path: "a.gpkg", reason: "r"), .badInput), (.converterTimedOut(path: "a.gpkg", seconds: 5), .badInput),
      (.cannotWrite(path: "a.gpkg", reason: "r"), .cannotWrite),
    ]
    for (error, kind) in errors {
      #expect(error.kind == kind)
      #expect(error.description.hasPrefix(kind == .cannotWrite ? "Writing a" : "Reading "))
      #expect(error.description.hasSuffix(".") && !error.description.unicodeScalars.contains { $0.value < 32 })
    }
  }

  @Test("Text files are described by reading them: fields with types, kind of geometry, system, driver")
  func descriptionsOfText() throws {
    let folder = try Folder()
    let csv = try folder.file("a.csv", "id;WKT;n;t\n1;POINT(1 2);1.5;x\n2;\"LINESTRING(0 0,1 1)\";;true\n")
    let table = try #require(try describeLayers(in: csv).first)
    #expect(table.name == "a" && table.driver == "CSV" && table.claimedCount == 2 && table.geometryType == "GEOMETRY")
    #expect(table.fields.map(\.name) == ["id", "n", "t"] && table.fields.map(\.type) == [.integer, .real, .text])
    let plain = try #require(try describeLayers(in: try folder.file("b.csv", "a,b\ntrue,1\n")).first)
    #expect(plain.geometryType == nil && plain.crs == nil && plain.fields.map(\.type) == [.boolean, .integer])
    for (kind, coordinates) in [
      ("Point", "[1,2]"), ("LineString", "[[1,2],[3,4]]"), ("Polygon", "[[[0,0],[1,0],[1,1],[0,0]]]"), ("MultiPoint", "[[1,2]]"),
      ("MultiLineString", "[[[1,2],[3,4]]]"), ("MultiPolygon", "[[[[0,0],[1,0],[1,1],[0,0]]]]"),
    ] {
      let feature = #"{"type":"Feature","properties":{},"geometry":{"type":"\#(kind)","bbox":[0,0,4,4],"coordinates":\#(coordinates)}}"#
      let document = try #require(try describeLayers(in: try folder.file("\(kind).geojson", feature)).first)
      #expect(document.geometryType == kind.uppercased() && document.driver == "GeoJSON" && document.crs == .wgs84)
      let sequence = try #require(try describeLayers(in: try folder.file("\(kind).geojsonl", feature + "\n" + feature + "\n")).first)
      #expect(sequence.geometryType == kind.uppercased() && sequence.driver == "GeoJSONSeq" && sequence.claimedCount == 2)
    }
  }

  @Test("A text file has one layer, its name's; another name is an error that says which there is")
  func onlyLayer() throws {
    let folder = try Folder()
    let path = try folder.file("towns.csv", "id\n1\n")
    #expect(try read(path, layer: "TOWNS").features.count == 1)
    #expect(failure(reading: path, layer: "villages") == .layerNotFound(path: path, layer: "villages", available: ["towns"]))
  }
}
