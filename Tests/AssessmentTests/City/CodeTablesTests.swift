import GeoFormats
import SimpleFeatures
import Testing
import UrbanIndicators

@testable import Assessment

@Suite("Words of sources")
struct CodeTablesTests {
  let codes: CodeTables

  init() throws { codes = try CodeTables(folder: shippedData()) }

  @Test("INSPIRE codes are known by the last part of their address")
  func inspire() {
    #expect(CodeTables.code("http://inspire.ec.europa.eu/codelist/ConditionOfConstructionValue/ruin") == "ruin")
    #expect(CodeTables.code("ruin") == "ruin" && CodeTables.code("a#b") == "b")
    #expect(codes.cadastreVacancy("declined")?.status == "vacant" && codes.cadastreVacancy("declined")?.confidence == 0.6)
    #expect(codes.cadastreVacancy("http://inspire.ec.europa.eu/codelist/ConditionOfConstructionValue/ruin")?.confidence == 0.9)
    #expect(codes.cadastreVacancy("splendid") == nil)
  }

  @Test("Several uses in one field are mixed, one use named twice is itself")
  func functions() {
    #expect(codes.function("apartments") == .residential && codes.function("APARTMENTS") == .residential)
    #expect(codes.function("house,detached") == .residential)
    #expect(codes.function("house,office") == .mixed)
    #expect(codes.function("no such use") == nil && codes.function("qq1,qq2") == nil)
    #expect(codes.function("public") == .publicBuilding)
  }

  @Test("Condition marks are read by their scale")
  func marks() {
    #expect(
      codes.condition("5", scale: "1-5") == .good && codes.condition("3", scale: "1-5") == .fair
        && codes.condition("1", scale: "1-5") == .poor)
    #expect(codes.condition("1", scale: "5-1") == .good && codes.condition("5", scale: "5-1") == .poor)
    #expect(codes.condition("7", scale: "1-5") == nil && codes.condition("nice", scale: nil) == nil)
  }

  @Test("Owners become classes; a person's name is none")
  func owners() throws {
    let codes = try CodeTables(folder: shippedData())
    #expect(codes.word(.owner, "Municipality") == "public" && codes.word(.owner, "heirs") == "several")
    #expect(codes.word(.owner, "Jane Doe") == nil)
  }

  func mapping(_ fields: [String: String]) throws -> FieldMapping {
    let batch = FeatureBatch(
      numbers: [1, 2], geometry: GeometryColumn.nulls(2),
      attributes: [
        AttributeColumn(name: "hgt", texts: ["10", " "]), AttributeColumn(name: "Site-Area", texts: ["2.5", "x"]),
        AttributeColumn(name: "storeys", texts: ["3", nil]),
      ])
    let source = try Study(
      YAMLMapping.root(of: "study: a\ncountry: FI\nprice_date: 2026\nlayers: {buildings: {source: a.csv}}", file: "s.yml")
    ).layers["buildings"]!
    var changed = source
    changed.fields = fields
    return try FieldMapping(
      batch: batch, source: changed, layer: "buildings", known: CityReader.buildingFields, codes: CodeTables(folder: shippedData()))
  }

  func isUnknown(_ fields: FieldMapping, _ name: String, _ row: Int) -> Bool { fields.numbers(name, [0, 1])?.values[row].isNaN == true }

  @Test("Fields are found by mapping or by name, in the engine's unit")
  func fields() throws {
    let plain = try mapping(["height": "hgt [ft]", "siteArea": "Site-Area [ha]"])
    #expect(plain.numbers("height", [0, 1])?.values[0] == 10 * 0.3048 && isUnknown(plain, "height", 1))
    #expect(plain.numbers("siteArea", [0, 1])?.values[0] == 25_000 && isUnknown(plain, "siteArea", 1))
    #expect(plain.numbers("storeys", [0, 1])?.values[0] == 3 && plain["storeys"]?.text(1) == nil)
    #expect(plain["year"] == nil)
    #expect(try mapping([:]).numbers("siteArea", [0, 1])?.values[0] == 2.5)
  }

  @Test("A mapping to nothing, or in an unknown unit, is refused with what was probably meant")
  func mistakes() {
    #expect(message { _ = try mapping(["heigth": "hgt"]) }.contains("Did you mean `height`?"))
    let column = message { _ = try mapping(["height": "hgts"]) }
    #expect(column.contains("layers.buildings.fields.height") && column.contains("Did you mean `hgt`?"), "\(column)")
    #expect(message { _ = try mapping(["height": "hgt [cubit]"]) }.contains("[cubit] is unknown"))
  }

  @Test("OpenStreetMap's roads are classed, links as their road")
  func roads() {
    #expect(CityReader.roadClass("primary_link") == .primary && CityReader.roadClass("living_street") == .livingStreet)
    #expect(CityReader.roadClass("moon path") == .other)
  }
}

extension GeometryColumn {
  /// Features without geometry.
  static func nulls(_ count: Int) -> GeometryColumn {
    var column = GeometryColumn()
    for _ in 0..<count { column.appendNull() }
    return column
  }
}
