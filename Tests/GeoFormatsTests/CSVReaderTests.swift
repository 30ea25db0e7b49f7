import SimpleFeatures
import Testing

@testable import GeoFormats

@Suite("Comma-separated values")
struct CSVReaderTests {
  @Test("Every separator is found out", arguments: [",", ";", "\t", "|"])
  func separators(separator: String) throws {
    let folder = try Folder()
    let rows = [["id", "name", "lon", "lat"], ["1", "\"a\(separator) \"\"b\"\"\"", "24.5", "60.25"], ["2", "", "25", "61"]]
    let layer = try read(try folder.file("t.csv", rows.map { $0.joined(separator: separator) }.joined(separator: "\r\n") + "\r\n"))
    #expect(layer.features.attributes.map(\.name) == ["id", "name", "lon", "lat"])
    #expect(layer.features.attribute("name")?.text(0) == "a\(separator) \"b\"")
    #expect(layer.features.attribute("name")?.text(1) == nil)
    #expect(layer.features.geometry.kinds == [.point, .point])
    #expect(layer.features.geometry.x == [24.5, 25])
    #expect(layer.features.geometry.y == [60.25, 61])
    #expect(layer.crs == .wgs84)
  }

  @Test("UTF-8 with a mark, Windows-1252 and UTF-16 give the same text")
  func encodings() throws {
    let folder = try Folder()
    let text = "id,name\n1,Fröhlich – 5 €\n"
    let windows = text.unicodeScalars.map { scalar -> UInt8 in
      switch scalar {
      case "–": 0x96
      case "€": 0x80
      default: UInt8(scalar.value)
      }
    }
    var utf16: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { utf16 += [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)] }
    for bytes in [Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), windows, utf16] {
      let layer = try read(try folder.file("e.csv", bytes))
      #expect(layer.features.attributes.map(\.name) == ["id", "name"])
      #expect(layer.features.attribute("name")?.text(0) == "Fröhlich – 5 €")
      #expect(layer.defects.total == 0)
    }
  }

  @Test("A few bad bytes in a text of UTF-8 are replaced and counted by row")
  func mixedEncoding() throws {
    let folder = try Folder()
    var bytes = Array("id,name\n1,äöüßéèê\n2,caf".utf8)
    bytes += [0xE9, 10]
    let layer = try read(try folder.file("m.csv", bytes))
    #expect(layer.features.attribute("name")?.text(1) == "caf\u{FFFD}")
    #expect(layer.defects.counts == [.badEncoding: 1])
    #expect(layer.defects.kept[0].feature == "#2")
  }

  @Test("Types are those of all cells: postal codes and long identifiers stay text")
  func types() throws {
    let folder = try Folder()
    let layer = try read(
      try folder.file(
        "t.csv", "i,r,b,zip,long,mixed\n1,1,true,00100,12345678901234567890,1\n-2,2.5,FALSE,33200,2,x\n,,,,,\n"))
    let attributes = layer.features.attributes
    func type(_ k: Int) -> FieldDescription.FieldType { FieldDescription(attributes[k]).type }
    #expect((0..<6).map(type) == [.integer, .real, .boolean, .text, .text, .text])
    #expect(attributes[3].text(0) == "00100")
    #expect(attributes[4].text(0) == "12345678901234567890")
    #expect((0..<6).allSatisfy { attributes[$0].text(2) == nil })
  }

  @Test("Ragged rows are refused with their line, blank lines are skipped")
  func ragged() throws {
    let folder = try Folder()
    let layer = try read(try folder.file("r.csv", "a,b\n1,2\n\n3\n\"4\n5\",6\n7,8,9\n"))
    #expect(layer.readCount == 4)
    #expect(layer.features.count == 2)
    #expect(layer.defects.counts == [.raggedRow: 2])
    #expect(layer.defects.kept.map(\.detail) == ["line 4: 1 cells, the header has 2", "line 7: 3 cells, the header has 2"])
    #expect(layer.features.attribute("a")?.text(1) == "4\n5")
  }

  @Test("Plane coordinates have no CRS of their own; the option gives them one")
  func plane() throws {
    let folder = try Folder()
    let file = try folder.file("p.csv", "id,Easting,Northing\n1,385000,6672000.5\n2,\"385000,5\",x\n")
    let layer = try read(file)
    #expect(layer.crs == nil)
    #expect(layer.features.geometry.kinds == [.point, .none])
    #expect(layer.defects.counts == [.unreadableGeometry: 1])
    #expect(layer.features.count == 2)
    let crs = CoordinateReferenceSystem("EPSG:3067")
    #expect(try read(file, ReadOptions(crs: crs)).crs == crs)
  }

  @Test("Well-known text is read from its column; a column of that name without it stays an attribute")
  func wellKnownText() throws {
    let folder = try Folder()
    let layer = try read(
      try folder.file(
        "w.csv",
        "id;WKT\n1;\"SRID=3067;POLYGON Z ((0 0 1, 4 0 1, 4 4 1, 0 0 1),(1 0.5 1,2 0.5 1,2 1 1,1 0.5 1))\"\n2;MULTIPOINT((1 2),(3 4))\n3;\n"
          + "4;CIRCULARSTRING(0 0, 1 1, 2 0)\n5;POLYGON((0 0, 1\n6;multilinestring ((0 0,1 1),(2 2,3 3))\n"))
    #expect(layer.features.geometry.kinds == [.polygon, .multiPoint, .none, .none, .none, .multiLineString])
    #expect(layer.features.attributes.map(\.name) == ["id"])
    #expect(layer.defects.counts == [.curvedGeometry: 1, .unreadableGeometry: 1])
    let plain = try read(try folder.file("n.csv", "id,geom\n1,round\n"))
    #expect(plain.features.attributes.map(\.name) == ["id", "geom"])
  }

  @Test("Names are made unique and filled in")
  func names() throws {
    let folder = try Folder()
    let layer = try read(try folder.file("n.csv", "a,a,,a\n1,2,3,4\n"))
    #expect(layer.features.attributes.map(\.name) == ["a", "a_2", "field_3", "a_3"])
  }

  @Test("An empty file, a binary file and a quote that is never closed are errors")
  func errors() throws {
    let folder = try Folder()
    #expect(failure(reading: try folder.file("e.csv", ""))?.kind == .badInput)
    #expect(failure(reading: try folder.file("b.csv", [0x50, 0x4B, 3, 4, 0, 0, 1]))?.kind == .badInput)
    guard case .syntax(_, "CSV", _, 2, _) = failure(reading: try folder.file("q.csv", "a,b\n1,\"x\n2,3\n")) else {
      Issue.record("an open quote was accepted")
      return
    }
  }

  @Test("More fields than any table has are refused before a row is read")
  func tooManyFields() throws {
    let folder = try Folder()
    let header = (0...LayerAssembler.fieldLimit).map { "f\($0)" }.joined(separator: ",")
    let path = try folder.file("wide.csv", header + "\n1\n")
    guard case .tooLarge(_, _, "the number of fields", LayerAssembler.fieldLimit)? = failure(reading: path) else {
      Issue.record("\(String(describing: failure(reading: path)))")
      return
    }
  }

  @Test("Decimals beside a whole number of more digits than a real holds stay text, in either order, so that no digit is lost")
  func largeWholeNumbers() throws {
    let folder = try Folder()
    for cells in [["1.5", "9007199254740993", "2"], ["9007199254740993", "2", "1.5"], ["-9007199254740993", "1.5", "2"]] {
      let column = try #require(
        try read(try folder.file("n.csv", "n\n" + cells.joined(separator: "\n") + "\n")).features.attribute("n"))
      #expect((0..<3).map { column.text($0) } == cells)
    }
    let exact = try #require(try read(try folder.file("m.csv", "n\n1.5\n9007199254740992\n")).features.attribute("n"))
    #expect(exact.number(1) == 9_007_199_254_740_992)
  }

  @Test(
    "Well-known text: empty members, collections of one kind, rings too short",
    arguments: [
      ("GEOMETRYCOLLECTION(POINT(1 2),GEOMETRYCOLLECTION(POINT(3 4)))", .multiPoint, 2, nil),
      ("GEOMETRYCOLLECTION(POLYGON((0 0,4 0,4 4,0 0)),POLYGON EMPTY)", .multiPolygon, 4, nil),
      ("GEOMETRYCOLLECTION(LINESTRING(0 0,1 1),LINESTRING(2 2,3 3))", .multiLineString, 4, nil),
      ("MULTIPOLYGON(EMPTY,((0 0,4 0,4 4,0 0)))", .multiPolygon, 4, nil), ("POLYGON EMPTY", .none, 0, nil),
      ("POLYGON((0 0,4 0,4 4,0 0),(1 1,1 1))", .polygon, 4, .tooFewPositions),
      ("GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))", .none, 0, .wrongGeometryType),
      ("POLYGON((0 0,0 0))", .none, 0, .tooFewPositions), ("LINESTRING(0 0)", .none, 0, .tooFewPositions),
    ] as [(String, GeometryKind, Int, Defect.Code?)])
  func wellKnownTextForms(text: String, kind: GeometryKind, positions: Int, code: Defect.Code?) throws {
    let folder = try Folder()
    let layer = try read(try folder.file("w.csv", "id;WKT\n1;\(text)\n"))
    // The row stays, with its attributes and without a geometry.
    #expect(layer.readCount == 1 && layer.refusedCount == 0)
    #expect(layer.features.geometry.kinds == [kind])
    #expect(layer.features.geometry.x.count == positions && isConsistent(layer.features.geometry))
    #expect(Array(layer.defects.counts.keys) == (code.map { [$0] } ?? []))
  }
}
