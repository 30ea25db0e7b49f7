import Foundation
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
    process.executableURL = URL(fileURLWithPath: try #require(FormatConverter.program("ogr2ogr")))
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
    #expect(failure(reading: directory) == .unreadableFile(path: directory, reason: "it is not a regular file"))
    #expect(failure(reading: folder.path + "/absent.shp") == .fileNotFound(path: folder.path + "/absent.shp"))
    let slow = try gml("slow.gml", in: folder)
    #expect(failure(reading: slow, ReadOptions(converterTimeout: 0)) == .converterTimedOut(path: slow, seconds: 0))
  }
}
