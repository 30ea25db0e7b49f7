import SimpleFeatures
import Testing

@testable import GeoFormats

@Suite("GeoJSON")
struct GeoJSONReaderTests {
  @Test("Features, ids, nested values and types that widen are read whole")
  func wholeFeatures() throws {
    let folder = try Folder()
    let file = try folder.file(
      "town.geojson",
      """
      {"type":"FeatureCollection","features":[
       {"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[1,2,3]},
        "properties":{"n":1,"r":1,"t":"a\\u00e9\\ud83d\\ude00","b":true,"o":{"k":[1, 2]}}},
       {"properties":{"r":2.5,"n":-3,"late":"x","t":null},"geometry":{"coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]]],"type":"Polygon"},"type":"Feature"},
       {"type":"Feature","geometry":null,"properties":null}]}
      """)
    let layer = try read(file)
    #expect(layer.name == "town")
    #expect(layer.crs == .wgs84)
    #expect(layer.readCount == 3 && layer.refusedCount == 0 && layer.defects.total == 0)
    #expect(layer.features.geometry.kinds == [.point, .polygon, .none])
    #expect(isConsistent(layer.features.geometry))
    #expect(layer.features.attributes.map(\.name) == ["id", "n", "r", "t", "b", "o", "late"])
    #expect(layer.features.attribute("id")?.number(0) == 7)
    #expect(layer.features.attribute("id")?.number(1) == nil)
    #expect(layer.features.attribute("n")?.number(1) == -3)
    #expect(layer.features.attribute("r")?.number(1) == 2.5)
    #expect(layer.features.attribute("t")?.text(0) == "aé😀")
    #expect(layer.features.attribute("t")?.text(1) == nil)
    #expect(layer.features.attribute("b")?.text(0) == "true")
    #expect(layer.features.attribute("o")?.text(0) == #"{"k":[1, 2]}"#)
    #expect(layer.features.attribute("late")?.text(1) == "x")
    #expect(layer.features.attribute("late")?.text(2) == nil)
  }

  @Test("A column of numbers and texts becomes text without losing a digit")
  func widening() throws {
    let folder = try Folder()
    let values = ["1", "2.50", "\"x\"", "true", "null", "9007199254740993"]
    let file = try folder.file(
      "a.geojson",
      "{\"type\":\"FeatureCollection\",\"features\":["
        + values.map { "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"v\":\($0)}}" }.joined(separator: ",") + "]}")
    let column = try #require(try read(file).features.attribute("v"))
    #expect((0..<6).map { column.text($0) } == ["1", "2.5", "x", "true", nil, "9007199254740993"])
  }

  @Test(
    "The crs member of the old draft is honoured wherever it stands",
    arguments: [
      (#"{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3067"}}"#, "EPSG:3067"),
      (#"{"type":"name","properties":{"name":"EPSG:25832"}}"#, "EPSG:25832"),
      (#"{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}"#, "OGC:CRS84"),
      (#"{"type":"EPSG","properties":{"code":2056}}"#, "EPSG:2056"),
    ])
  func crsMember(member: String, code: String) throws {
    let folder = try Folder()
    let feature = #"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{}}"#
    for text in [
      #"{"type":"FeatureCollection","crs":\#(member),"features":[\#(feature)]}"#,
      #"{"features":[\#(feature)],"crs":\#(member),"type":"FeatureCollection"}"#,
    ] {
      let layer = try read(try folder.file("c.geojson", text))
      #expect(layer.crs?.definition == code)
      #expect(layer.features.count == 1)
    }
  }

  @Test("A bad feature is a defect with its place; the others are kept")
  func defects() throws {
    let folder = try Folder()
    let file = try folder.file(
      "bad.geojson",
      """
      {"type":"FeatureCollection","features":[
      {"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"a":1}},
      {"type":"Feature","geometry":{"type":"Point","coordinates":["1",2]},"properties":{"a":2}},
      {"type":"Feature","geometry":{"type":"Point","coordinates":[1e400,2]},"properties":{"a":3}},
      {"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,2]]},"properties":{"a":4}},
      {"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]},"properties":{"a":5}},
      17,
      {"type":"Feature","geometry":{"type":"Circle","coordinates":[1,2]},"properties":{"a":6}},
      {"type":"Feature","geometry":null,"properties":{"a":7,"a":8}}]}
      """)
    let layer = try read(file)
    #expect(layer.readCount == 8)
    #expect(layer.refusedCount == 6)
    #expect(layer.features.numbers == [1, 5])
    #expect(layer.features.attribute("a")?.number(1) == 5)
    #expect(
      layer.defects.counts == [
        .unreadableGeometry: 2, .nonFiniteCoordinate: 1, .tooFewPositions: 1, .unclosedRing: 1, .unreadableRecord: 2,
      ])
    #expect(layer.defects.kept[0].feature == "#2")
    #expect(layer.defects.kept[0].detail.contains("line 3"))
    #expect(layer.features.geometry.ringOffsets.last == 6)
  }

  @Test(
    "A text that is not JSON is an error with byte and line",
    arguments: [
      ("{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",]}", 2), ("{", 1), ("{\"a\":1}}", 1), ("{\"a\":\n\n01}", 3),
      ("", 1),
      ("{\"a\":\"\u{1}\"}", 1), ("[1,]", 1), ("{\"a\":nul}", 1), ("{\"a\":\"\\x\"}", 1),
      ("{\"type\":\"FeatureCollection\",\"features\":[", 1),
    ])
  func syntax(text: String, line: Int) throws {
    let folder = try Folder()
    let error = failure(reading: try folder.file("s.geojson", text))
    guard case .syntax(_, "GeoJSON", _, line, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.kind == .badInput)
  }

  @Test("Nesting without end is an error, not a crash", arguments: ["[", "{\"a\":", "{\"type\":\"FeatureCollection\",\"features\":["])
  func nesting(unit: String) throws {
    let folder = try Folder()
    let file = try folder.file("deep.json", String(repeating: unit, count: 200_000))
    guard case .syntax = failure(reading: file) else {
      Issue.record("no syntax error")
      return
    }
  }

  @Test(
    "JSON that is no GeoJSON is told from text that is no JSON",
    arguments: ["[]", "17", "\"x\"", "{}", "{\"type\":\"Topology\"}", "null", "{\"features\":7}"])
  func otherJSON(text: String) throws {
    let folder = try Folder()
    guard case .notOfFormat = failure(reading: try folder.file("o.geojson", text)) else {
      Issue.record("\(text) was taken for GeoJSON or for no JSON")
      return
    }
  }

  @Test("A sequence loses only its bad records", arguments: [false, true])
  func sequence(hasSeparators: Bool) throws {
    let folder = try Folder()
    let records = [
      #"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"a":1}}"#,
      #"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2}"#, "", #"{"type":"Point","coordinates":[5,6]}"#,
    ]
    let text = records.map { (hasSeparators ? "\u{1E}" : "") + $0 + "\n" }.joined()
    let layer = try read(try folder.file("s.geojsonl", text))
    #expect(layer.readCount == 3)
    #expect(layer.features.numbers == [1, 3])
    #expect(layer.defects.counts == [.unreadableRecord: 1])
    #expect(layer.features.geometry.x == [1, 5])
    #expect(try read(try folder.file("s.json", text)).features.count == 2)
  }

  @Test("Batches have all features in order and the counts of the whole")
  func batches() throws {
    let folder = try Folder()
    let file = try folder.file(
      "b.geojson",
      "{\"type\":\"FeatureCollection\",\"features\":["
        + (1...25).map { "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[\($0),0]},\"properties\":{\"k\":\($0)}}" }
        .joined(separator: ",") + "]}")
    var sizes: [Int] = []
    var x: [Double] = []
    let summary = try forEachBatch(of: LayerReference(path: file), size: 10) { batch in
      sizes.append(batch.count)
      x += batch.geometry.x
    }
    #expect(sizes == [10, 10, 5])
    #expect(x == (1...25).map(Double.init))
    #expect(summary.readCount == 25 && summary.refusedCount == 0)
  }

  @Test("Only the wanted fields are kept")
  func wantedFields() throws {
    let folder = try Folder()
    let file = try folder.file(
      "f.geojson", #"{"type":"Feature","id":"i","geometry":null,"properties":{"a":1,"B":2,"c":[1,{"x":"]"}]}}"#)
    let layer = try read(file, ReadOptions(fields: ["b"]))
    #expect(layer.features.attributes.map(\.name) == ["B"])
    #expect(layer.features.attribute("B")?.number(0) == 2)
  }

  @Test("Bytes that are not UTF-8 are replaced and counted")
  func encoding() throws {
    let folder = try Folder()
    var bytes = Array(#"{"type":"Feature","geometry":null,"properties":{"n":"caf"#.utf8)
    bytes += [0xE9, 0x22, 0x7D, 0x7D]
    let layer = try read(try folder.file("e.geojson", bytes))
    #expect(layer.features.attribute("n")?.text(0) == "caf\u{FFFD}")
    #expect(layer.defects.counts == [.badEncoding: 1])
  }

  @Test("A limit on memory is an error that names it")
  func memory() throws {
    let folder = try Folder()
    let feature = #"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"t":"0123456789"}}"#
    let file = try folder.file(
      "m.geojson", "{\"type\":\"FeatureCollection\",\"features\":[" + Array(repeating: feature, count: 10_000).joined(separator: ",") + "]}"
    )
    guard case .tooLarge(_, _, _, 100_000) = failure(reading: file, ReadOptions(maxMemory: 100_000)) else {
      Issue.record("the limit was not held")
      return
    }
    #expect(try read(file, ReadOptions(maxMemory: 10_000_000)).features.count == 10_000)
  }

  @Test("A file that names new fields without end is read, and what is left out is counted")
  func fields() throws {
    let folder = try Folder()
    let features = (0..<3_000).map { "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"f\($0)\":\($0)}}" }
    let layer = try read(
      try folder.file("f.geojson", "{\"type\":\"FeatureCollection\",\"features\":[" + features.joined(separator: ",") + "]}"))
    #expect(layer.features.count == 3_000)
    #expect(layer.features.attributes.count == 2_000)
    #expect(layer.defects.counts == [.unreadableValue: 1_000])
  }

  @Test("Text changed at random is read or refused, never worse")
  func noise() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let folder = try Folder()
    let good = Array(
      """
      {"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:3067"}},"features":[
      {"type":"Feature","id":"a","geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[4.5,0],[4,4e0],[0,0]],[[1,1],[1,2],[2,1],[1,1]]]]},"properties":{"n":1,"s":"\\u00e9x","o":[1,{"k":null}]}},
      {"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]},"properties":{"n":2.5,"s":null}}]}
      """.utf8)
    for round in 0..<1_500 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        default: bytes.insert(contentsOf: "[]{},:\"-0e.\\".utf8.shuffled(using: &random).prefix(2), at: at)
        }
      }
      let file = try folder.file("n.json", bytes)
      do throws(FormatError) {
        let layer = try readLayer(LayerReference(path: file))
        #expect(layer.readCount == layer.features.count + layer.refusedCount, "round \(round), seed \(seed)")
        #expect(isConsistent(layer.features.geometry), "round \(round), seed \(seed)")
      } catch {
        #expect(error.kind == .badInput, "round \(round), seed \(seed)")
      }
    }
  }

  @Test("Feature ids give way when a property is called id as well")
  func twoIds() throws {
    let folder = try Folder()
    let layer = try read(
      try folder.file(
        "ids.geojson",
        #"{"type":"FeatureCollection","features":[{"type":"Feature","id":"a","properties":{},"geometry":null},{"type":"Feature","id":"b","properties":{"id":7},"geometry":null}]}"#
      ))
    let own = try #require(layer.features.attribute("@id")), property = try #require(layer.features.attribute("id"))
    #expect((0..<2).map { own.text($0) } == ["a", "b"] && (0..<2).map { property.text($0) } == [nil, "7"])
  }

  @Test("A geometry may have a box of its own, which must be one")
  func boxOfGeometry() throws {
    let folder = try Folder()
    func read(_ box: String) throws -> Layer {
      try GeoFormatsTests.read(
        try folder.file("box.geojson", #"{"type":"Point","bbox":\#(box),"coordinates":[1,2]}"#))
    }
    #expect(try read("[0,0,2,3]").features.count == 1)
    #expect(try read("[0,0,2]").refusedCount == 1)
  }

  @Test("Decimals beside a whole number of more digits than a real holds become text with every digit, in either order")
  func largeWholeNumbers() throws {
    let folder = try Folder()
    for numbers in [["1.5", "9007199254740993"], ["9007199254740993", "1.5"]] {
      let features = numbers.map { #"{"type":"Feature","properties":{"n":\#($0)},"geometry":null}"# }
      let layer = try read(try folder.file("n.geojsonl", features.joined(separator: "\n") + "\n"))
      let column = try #require(layer.features.attribute("n"))
      #expect((0..<2).map { column.text($0) } == numbers)
    }
  }
}
