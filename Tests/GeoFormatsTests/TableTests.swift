import SimpleFeatures
import Testing

@testable import GeoFormats

@Suite("Tables as towns have them")
struct TableTests {
  private func positions(_ text: String, _ options: ReadOptions = ReadOptions()) throws -> Layer {
    let folder = try Folder()
    return try read(try folder.file("t.csv", text), options)
  }

  /// 46°07'37.94" = 46 + 7/60 + 37.94/3600 = 46.127205…, 3°25'42.3" = 3.428416…
  @Test(
    "Positions are found however they are written",
    arguments: [
      "id,lat,lon\n1,46.5,3.25\n", "id;latitude;longitude\n1;46,5;3,25\n", "id;Breitengrad;Längengrad\n1;46,5;3,25\n",
      "id,stop_lat,stop_lon\n1,46.5,3.25\n", "site_id;geompoint\nF1;POINT (3.25 46.5)\n", "id,location\n1,\"(46.5000, 3.2500)\"\n",
      "id;geo_point_2d\n1;46.5000, 3.2500\n", "id;Geo Point\n1;46.5000,3.2500\n", "id;g\n1;\"c(3.2500, 46.5000)\"\n",
      "id,latitude,longitude\n1,\"46°30'0\"\"N\",\"3°15'0\"\"E\"\n", "id,lat,lon\n1,N 46° 30',E 3° 15'\n",
      "id,where\n1,\"46°30'N, 3°15'E\"\n",
      "id,where\n1,\"3°15'E, 46°30'N\"\n", "id;GeoX;GeoY\n1;3,2500;46,5000\n",
    ])
  func found(text: String) throws {
    let layer = try positions(text)
    #expect(layer.features.geometry.kinds == [.point])
    #expect(layer.features.geometry.x == [3.25] && layer.features.geometry.y == [46.5])
    #expect(layer.crs == .wgs84 || text.contains("POINT"))
  }

  @Test(
    "Plane coordinates are found by their names in several languages and have no CRS of their own",
    arguments: [
      "id,GeoX,GeoY\n1,449980,129980\n", "id;Rechtswert;Hochwert\n1;449980;129980\n", "id;Easting;Northing\n1;449.980;129.980\n",
      "id;x;y\n1;449 980,0;129 980,0\n",
    ])
  func plane(text: String) throws {
    let layer = try positions(text)
    #expect(layer.features.geometry.x == [449_980] && layer.features.geometry.y == [129_980])
    #expect(layer.crs == nil)
  }

  @Test("Names alone do not make degrees: latitude 129,980 is a plane coordinate")
  func values() throws {
    let layer = try positions("id,longitude,latitude\n1,449980,129980\n")
    #expect(layer.crs == nil && layer.features.geometry.x == [449_980])
    #expect(layer.notes.contains { $0.contains("hold no degrees") })
  }

  @Test("An outline goes before a point; a row without one takes the other")
  func outlines() throws {
    let layer = try positions("id;geompoint;geomsurf\n1;POINT (1 1);POLYGON ((0 0, 2 0, 2 2, 0 0))\n2;POINT (5 5);NA\n3;;\n")
    #expect(layer.features.geometry.kinds == [.polygon, .point, .none])
    #expect(layer.features.attributes.map(\.name) == ["id"])
    #expect(layer.defects.total == 0)
  }

  @Test("Fields can be told, and one that is not there is an error with those that are")
  func told() throws {
    let text = "id,p,q,lat,lon\n1,3.25,46.5,1,2\n"
    let layer = try positions(text, ReadOptions(table: TableNotation(geometry: .pair(x: "p", y: "Q"))))
    #expect(layer.features.geometry.x == [3.25] && layer.features.geometry.y == [46.5])
    let error = #expect(throws: FormatError.self) {
      try positions(text, ReadOptions(table: TableNotation(geometry: .pair(x: "p", y: "r"))))
    }
    #expect(error?.description.contains("“r”") == true && error?.description.contains("lat") == true)
    let both = try positions("id,c\n1,3.25 46.5\n", ReadOptions(table: TableNotation(geometry: .cell("c", isLatitudeFirst: false))))
    #expect(both.features.geometry.x == [3.25])
  }

  @Test(
    "The header may stand below a title",
    arguments: [
      "Brownfield land register 2017;;;\nid;status;lat;lon\n1;vacant;46.5;3.25\n",
      "Leerstand 2025\n\nid;status;lat;lon\n1;vacant;46,5;3,25\n",
      "List;2025;;\n;;;\nid;status;lat;lon\n1;vacant;46.5;3.25\n", "sep=;\nid;status;lat;lon;;\n1;vacant;46.5;3.25;;\n",
      "id;status;lat;lon\n1;vacant;46.5;3.25;;;\n",
    ])
  func titles(text: String) throws {
    let layer = try positions(text)
    #expect(layer.features.attributes.map(\.name).prefix(4) == ["id", "status", "lat", "lon"])
    #expect(layer.features.count == 1 && layer.features.attribute("status")?.text(0) == "vacant")
    #expect(layer.features.geometry.x == [3.25] && layer.features.geometry.y == [46.5])
    #expect(layer.defects.total == 0)
  }

  @Test("Header and rows that are passed over can be told; a header that is not there is an error")
  func rows() throws {
    let text = "a,b\nid,status\n(text),(text)\n1,vacant\n"
    let layer = try positions(text, ReadOptions(table: TableNotation(headerRow: 2, skippedRows: [3])))
    #expect(layer.features.attributes.map(\.name) == ["id", "status"] && layer.readCount == 1)
    #expect(throws: FormatError.self) { try positions(text, ReadOptions(table: TableNotation(headerRow: 9))) }
  }

  @Test("A table of one column, of numbers only, or with a short first row keeps its first row as header")
  func ordinary() throws {
    #expect(try positions("name\nMill\nBarn\n").features.attributes.map(\.name) == ["name"])
    #expect(try positions("2019,2020\n1,2\n").features.attributes.map(\.name) == ["2019", "2020"])
    #expect(try positions("id,name\n").features.attributes.map(\.name) == ["id", "name"])
  }

  @Test("A row one cell short is filled up and noted, one of half the cells is refused")
  func short() throws {
    let layer = try positions("id,a,b,c\n1,2,3\n1,2\n1,2,3,4\n")
    #expect(layer.features.count == 2 && layer.readCount == 3 && layer.features.attribute("c")?.text(0) == nil)
    #expect(layer.defects.counts == [.raggedRow: 2])
  }

  @Test("A column whose points all stand before three digits stays text, because they may part thousands")
  func thousands() throws {
    let layer = try positions("id,a,b,c\n1,1.500,1.500,1.500\n2,12.000,2.5,0.250\n")
    let types = layer.features.attributes.map { FieldDescription($0).type }
    #expect(types == [.integer, .text, .real, .real])
  }

  @Test("The encoding is said aloud unless it is UTF-8")
  func encodings() throws {
    let folder = try Folder()
    let layer = try read(
      try folder.file("p.csv", Array("id,name\n1,Urz".utf8) + [0xB9] + Array("d \u{4C}".utf8) + [0xF3] + Array("dzki\n".utf8)))
    #expect(layer.features.attribute("name")?.text(0) == "Urząd Lódzki")
    #expect(layer.notes.count { $0.contains("CP1250") } == 1)
    #expect(try positions("id,name\n1,Łódź\n").notes == [])
    #expect(throws: FormatError.self) { try positions("id\n1\n", ReadOptions(table: TableNotation(encoding: "klingon"))) }
  }

  @Test(
    "An angle with minutes or seconds of 60, a second letter or a sign beside a letter is none",
    arguments: [
      "46°60'N", "46°10'60\"N", "46N°10'E", "-46°N", "91°N", "181°E", "46", "N", "46.5°30'N", "",
    ])
  func angles(text: String) { #expect(DegreesMinutesSeconds(text) == nil) }
}
