import Foundation
import SimpleFeatures
import Testing

@testable import GeoFormats
@testable import TextFormats

@Suite("Text writers")
struct WriterTests {
  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test("Text that several encoders have made is that of one writer", arguments: [GeoJSONWriter.Form.collection, .sequence])
  func encoders(form: GeoJSONWriter.Form) throws {
    let folder = try Folder()
    let tables = (0..<4).map { k in
      var geometry = GeometryColumn()
      // The third table is empty, the first longer than a block.
      let rows = [300, 7, 0, 129][k]
      for row in 0..<rows { if row % 5 == 4 { geometry.appendNull() } else { geometry.appendPoint(x: Double(k), y: Double(row) / 8) } }
      return ExportTable(
        geometry: geometry,
        columns: [
          AttributeColumn(name: "whole", integers: (0..<rows).map { $0 % 3 == 0 ? nil : Int64($0 - 100) }),
          AttributeColumn(
            name: "a name that is longer than sixteen bytes, and than thirty-two",
            reals: (0..<rows).map { $0 % 4 == 0 ? .nan : 1 / Double($0) }),
          AttributeColumn(name: "text", texts: (0..<rows).map { $0 % 7 == 0 ? nil : String(repeating: "ü\"", count: $0 % 40) }),
          AttributeColumn(name: "truth", booleans: (0..<rows).map { $0 % 3 == 0 ? nil : $0 % 2 == 0 }),
        ])
    }
    var plain = try GeoJSONWriter(path: folder.path + "/plain", form: form, members: [JSON.Member("name", "x")], identifier: "whole")
    for table in tables { try plain.append(table) }
    try plain.finish()
    var pieces = try GeoJSONWriter(path: folder.path + "/pieces", form: form, members: [JSON.Member("name", "x")], identifier: "whole")
    let encoders = (0..<4).map { _ in GeoJSONEncoder(form: form, identifier: "whole") }
    for k in tables.indices.reversed() { encoders[k].encode(tables[k]) }
    for encoder in encoders { try pieces.append(encoder) }
    // What has been written is forgotten.
    try pieces.append(encoders[0])
    try pieces.finish()
    #expect(try text(folder.path + "/plain") == text(folder.path + "/pieces"))
    if form == .collection {
      let features = try JSON(parsing: try text(folder.path + "/plain"))["features"]?.array ?? []
      #expect(features.count == 436)
      let last = features.last?["properties"]
      #expect(last?["whole"]?.number == 28 && last?["truth"]?.bool == true && last?["text"]?.string == String(repeating: "ü\"", count: 8))
      #expect(features[3]["properties"]?["a name that is longer than sixteen bytes, and than thirty-two"]?.number == 1 / 3.0)
    }
  }

  @Test("GeoJSON obeys RFC 7946: right-hand rule, seven decimals, bounds, null for what is unknown")
  func geoJSON() throws {
    let folder = try Folder()
    let path = folder.path + "/o.geojson"
    var g = GeometryColumn()
    // Clockwise exterior, counter-clockwise hole: both the wrong way round.
    for (x, y) in [(0, 0), (0, 4), (4, 4), (4, 0), (0, 0)] { g.add(x: Double(x), y: Double(y)) }
    g.endRing()
    for (x, y) in [(1, 1), (2, 1), (2, 2), (1, 1)] { g.add(x: Double(x), y: Double(y)) }
    g.endRing()
    g.endPart()
    g.endFeature(.polygon)
    g.appendNull()
    g.appendPoint(x: -1.123456789, y: 5)
    var writer = try GeoJSONWriter(path: path, members: [JSON.Member("attribution", "© “x”\n")], identifier: "id")
    try writer.append(
      ExportTable(
        geometry: g,
        columns: [AttributeColumn(name: "id", texts: ["a\"\\\u{1}", nil, "c"]), AttributeColumn(name: "v", reals: [.nan, 1, 0.1])]))
    try writer.finish()
    let expected = """
      {"type":"FeatureCollection",
      "attribution":"© “x”\\n",
      "features":[
      {"type":"Feature","id":"a\\"\\\\\\u0001","properties":{"id":"a\\"\\\\\\u0001","v":null},"geometry":{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[2,2],[2,1],[1,1]]]}},
      {"type":"Feature","properties":{"id":null,"v":1},"geometry":null},
      {"type":"Feature","id":"c","properties":{"id":"c","v":0.1},"geometry":{"type":"Point","coordinates":[-1.1234568,5]}}
      ],
      "bbox":[-1.1234568,0,4,5]}

      """
    #expect(try text(path) == expected)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["o.geojson"])
  }

  @Test("Every geometry type comes back from both text forms", arguments: [GeoJSONWriter.Form.collection, .sequence])
  func roundTrip(form: GeoJSONWriter.Form) throws {
    let folder = try Folder()
    let path = folder.path + (form == .collection ? "/r.geojson" : "/r.geojsonl")
    let source = try read(
      try folder.file(
        "w.csv",
        "id;WKT\n1;POINT(1 2)\n2;LINESTRING(0 0,1 1.5)\n3;POLYGON((0 0,4 0,4 4,0 0),(1 0.5,2 1,2 0.5,1 0.5))\n4;MULTIPOINT((1 2),(3 4))\n"
          + "5;MULTILINESTRING((0 0,1 1),(2 2,3 3))\n6;MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))\n7;\n"))
    var writer = try GeoJSONWriter(path: path, form: form)
    try writer.append(ExportTable(source.features))
    try writer.finish()
    let back = try read(path)
    #expect(back.features.geometry.kinds == source.features.geometry.kinds)
    #expect(back.features.geometry.x == source.features.geometry.x)
    #expect(back.features.geometry.y == source.features.geometry.y)
    #expect(back.features.geometry.partOffsets == source.features.geometry.partOffsets)
    let csv = folder.path + "/back.csv"
    var table = try CSVWriter(path: csv, geometryName: "wkt")
    try table.append(ExportTable(source.features))
    try table.finish()
    let third = try read(csv)
    #expect(third.features.geometry.kinds == source.features.geometry.kinds)
    #expect(third.features.geometry.x == source.features.geometry.x)
  }

  @Test("CSV holds no formula either for a spreadsheet that splits at semicolons, tabs or line ends inside quotes")
  func formulasBehindOtherSeparators() throws {
    let folder = try Folder()
    let path = folder.path + "/o.csv"
    var writer = try CSVWriter(path: path)
    let texts: [String?] = ["A;=cmd|' /C calc'!A0", "a\t@x", "a\n+b;c", "a\r-b", "1;-2.5;+3", "a;b", "x;;=1", "\t=1", "a,=1"]
    try writer.append(ExportTable(columns: [AttributeColumn(name: "t", texts: texts)]))
    try writer.finish()
    // A separator other than the comma does not know these quotes where they stand within its cell: `7,"A;=cmd"` is the cells
    // `7,"A` and `=cmd"`. So what follows a separator is made inert as the start of a text is; a number stays a number.
    let expected = [
      "t", "\"A;'=cmd|' /C calc'!A0\"", "\"a\t'@x\"", "\"a\n'+b;c\"", "\"a\r'-b\"", "\"1;-2.5;+3\"", "\"a;b\"", "\"x;;'=1\"",
      "\"'\t'=1\"", "\"a,=1\"", "",
    ]
    #expect(try text(path) == expected.joined(separator: "\n"))
  }

  @Test("CSV quotes what must be quoted and makes formulas inert")
  func csv() throws {
    let folder = try Folder()
    let path = folder.path + "/o.csv"
    var writer = try CSVWriter(path: path)
    let texts = ["a,b", "a\"b", "a\nb", "=1+1", "+cmd", "-2+3", "@x", "\tx", "-2.5", "+7", nil, "plain", "+-1"]
    try writer.append(
      ExportTable(columns: [
        AttributeColumn(name: "te xt", texts: texts),
        AttributeColumn(name: "n,", reals: texts.indices.map { $0 == 1 ? .nan : Double($0) / 4 }),
      ]))
    try writer.finish()
    #expect(
      try text(path) == """
        te xt,"n,"
        "a,b",0
        "a""b",
        "a
        b",0.5
        '=1+1,0.75
        '+cmd,1
        '-2+3,1.25
        '@x,1.5
        "'\tx",1.75
        -2.5,2
        +7,2.25
        ,2.5
        plain,2.75
        '+-1,3

        """)
  }

  @Test("CSV is the same for any number of threads")
  func threads() throws {
    let folder = try Folder()
    let n = 9_000
    let table = ExportTable(columns: [
      AttributeColumn(name: "id", texts: (0..<n).map { $0 % 7 == 0 ? nil : "B,\($0)" }),
      AttributeColumn(name: "x", reals: (0..<n).map { $0 % 5 == 0 ? .nan : Double($0) / 7 }),
      AttributeColumn(name: "k", integers: (0..<n).map { Int64(exactly: $0) }),
    ])
    var files: [String] = []
    for threads in [1, 2, 3] {
      let path = folder.path + "/\(threads).csv"
      var writer = try CSVWriter(path: path)
      try writer.append(table, threads: threads)
      try writer.append(table, threads: threads)
      try writer.finish()
      files.append(try text(path))
    }
    #expect(files[0].hasPrefix("id,x,k\n,,0\n\"B,1\",0.14285714285714285,1\n"))
    #expect(files[0].utf8.count { $0 == 0x0A } == 2 * n + 1)
    #expect(files[1] == files[0] && files[2] == files[0])
  }

  @Test("What a killed process left half written is removed by the next writer, what a living one writes is not")
  func leftovers() throws {
    let folder = try Folder()
    _ = try folder.file(".o.csv.2147483000.partial", "x")
    _ = try folder.file(".o.csv.1.partial", "x")
    _ = try folder.file(".other.csv.2147483000.partial", "x")
    var writer = try CSVWriter(path: folder.path + "/o.csv")
    try writer.append(ExportTable(columns: [AttributeColumn(name: "a", integers: [1])]))
    try writer.finish()
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        ".o.csv.1.partial", ".other.csv.2147483000.partial", "o.csv",
      ])
  }

  @Test("A folder that is not there and a full disk are errors that name the output")
  func cannotWrite() throws {
    let folder = try Folder()
    let error = #expect(throws: FormatError.self) { try CSVWriter(path: folder.path + "/no/o.csv").finish() }
    #expect(error?.kind == .cannotWrite)
  }

  @Test("A table without geometry is written with null geometries and read back as it was")
  func withoutGeometry() throws {
    let folder = try Folder()
    let path = folder.path + "/plain.geojson"
    var writer = try GeoJSONWriter(path: path)
    try writer.append(ExportTable(columns: [AttributeColumn(name: "n", integers: [1, nil])]))
    try writer.finish()
    let layer = try read(path)
    let column = try #require(layer.features.attribute("n"))
    #expect(layer.features.geometry.kinds == [.none, .none] && (0..<2).map { column.number($0) } == [1, nil])
  }

  @Test("A file that cannot get its name is an error, and nothing half-written stays")
  func nameTaken() throws {
    let folder = try Folder()
    let path = folder.path + "/taken.csv"
    try FileManager.default.createDirectory(atPath: path + "/full", withIntermediateDirectories: true)
    let error = #expect(throws: FormatError.self) {
      let file = try OutputFile(path: path)
      var buffer = TextBuffer(capacity: 1)
      buffer.append(literal: "x")
      try file.write(&buffer)
      try file.finish()
    }
    #expect(error?.kind == .cannotWrite)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken.csv"])
    #expect(throws: FormatError.self) { _ = try OutputFile(path: folder.path + "/absent/x.csv") }
  }

  @Test("A file that is given up leaves nothing, and the one before it stays")
  func givenUp() throws {
    let folder = try Folder()
    let path = try folder.file("kept.csv", "before")
    do {
      let file = try OutputFile(path: path)
      var buffer = TextBuffer(capacity: 1)
      buffer.append(literal: "after")
      try file.write(&buffer)
    }
    #expect(try text(path) == "before")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["kept.csv"])
  }
}
