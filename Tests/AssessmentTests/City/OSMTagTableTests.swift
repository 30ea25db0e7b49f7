import Testing

@testable import Assessment

@Suite("OpenStreetMap tags")
struct OSMTagTableTests {
  let table: OSMTagTable

  init() throws { table = try OSMTagTable(folder: shippedData()) }

  func field(_ name: String, of layer: String, _ tags: [String: String]) -> String? {
    guard let values = table.fields(of: layer, tags: tags), let k = table.fieldNames(of: layer).firstIndex(of: name) else { return nil }
    return values[k]
  }

  @Test("A building tag makes a building; demolished ones, roofs and `no` make none")
  func membership() {
    #expect(table.fields(of: "buildings", tags: ["building": "yes"]) != nil)
    #expect(table.fields(of: "buildings", tags: ["disused:building": "warehouse"]) != nil)
    for value in ["no", "demolished", "roof", "construction"] { #expect(table.fields(of: "buildings", tags: ["building": value]) == nil) }
    #expect(table.fields(of: "buildings", tags: ["highway": "primary"]) == nil)
    #expect(table.fields(of: "no such layer", tags: ["building": "yes"]) == nil)
  }

  @Test("Lifecycle tags are evidence of vacancy; the first row that matches decides")
  func lifecycle() {
    #expect(field("vacancy", of: "buildings", ["building": "yes", "disused": "yes"]) == "vacant")
    #expect(field("vacancy", of: "buildings", ["building": "yes", "ruins": "yes", "disused": "yes"]) == "derelict")
    #expect(field("vacancy", of: "buildings", ["building": "retail", "shop": "vacant"]) == "partlyVacant")
    #expect(field("vacancy", of: "buildings", ["building": "yes", "disused:building": "no"]) == nil)
    #expect(field("vacancy", of: "buildings", ["building": "yes"]) == nil)
    #expect(table.decidingTag(of: "buildings", field: "vacancy", tags: ["building": "yes", "abandoned": "yes"]) == "abandoned=yes")
    #expect(table.decidingTag(of: "buildings", field: "vacancy", tags: ["building": "yes"]) == nil)
  }

  @Test("A unit in use, and street furniture out of use, is no vacant unit")
  func units() {
    #expect(table.fields(of: "units", tags: ["shop": "vacant"])?.first == "partlyVacant")
    #expect(table.fields(of: "units", tags: ["shop": "books", "disused:shop": "shoes"]) == nil)
    #expect(table.fields(of: "units", tags: ["disused:amenity": "post_box"]) == nil)
    #expect(table.fields(of: "units", tags: ["highway": "bus_stop", "disused:shop": "kiosk"]) == nil)
  }

  @Test("Values are copied or translated")
  func values() {
    #expect(field("storeys", of: "buildings", ["building": "yes", "building:levels": "4"]) == "4")
    #expect(field("year", of: "buildings", ["building": "yes", "start_date": "1903"]) == "1903")
    #expect(field("condition", of: "buildings", ["building": "yes", "building:condition": "dilapidated"]) == "poor")
    #expect(field("owner", of: "buildings", ["building": "yes", "ownership": "municipal"]) == "public")
    #expect(field("function", of: "buildings", ["building": "yes", "disused:amenity": "school"]) == "school")
  }

  @Test("Every function and condition that the table names is one of the engine's")
  func terms() throws {
    let codes = try CodeTables(folder: shippedData())
    for rule in table.layers["buildings"]?.first(where: { $0.field == "function" })?.rules ?? [] where rule.to != "*" && rule.to != "-" {
      #expect(codes.function(rule.to) != nil, "\(rule)")
    }
    for rule in table.layers["buildings"]?.first(where: { $0.field == "condition" })?.rules ?? [] {
      #expect(codes.condition(rule.to, scale: nil) != nil, "\(rule)")
    }
    for layer in ["buildings", "units"] {
      for rule in table.layers[layer]?.first(where: { $0.field == "vacancy" })?.rules ?? [] where rule.to != "-" {
        #expect(codes.word(.status, rule.to) != nil, "\(rule)")
      }
    }
  }

  static let texts: [(text: String, tags: [String: String])] = [
    (#""a"=>"b""#, ["a": "b"]), (#""a"=>"b","c"=>"d""#, ["a": "b", "c": "d"]), ("", [:]),
    (#""name"=>"The \"Old\" Mill","x"=>"1""#, ["name": #"The "Old" Mill"#, "x": "1"]), (#""a"=>"back\\slash""#, ["a": #"back\slash"#]),
    (#""a"=>"","b"=>"1""#, ["a": "", "b": "1"]), (#""a=>b"=>"=>,","c"=>"ä""#, ["a=>b": "=>,", "c": "ä"]),
    // Cut off: what is whole is kept.
    (#""a"=>"b","c"=>"d"#, ["a": "b"]), (#""a"=>"b","c""#, ["a": "b"]), (#""a"=>"b\"#, [:]), (#"a=>b"#, [:]),
  ]

  @Test("OGR's other_tags are taken apart, quotes and backslashes included", arguments: texts.indices)
  func otherTags(_ k: Int) {
    var tags: [String: String] = [:]
    parseOtherTags(Self.texts[k].text, into: &tags)
    #expect(tags == Self.texts[k].tags, "\(Self.texts[k].text)")
  }
}
