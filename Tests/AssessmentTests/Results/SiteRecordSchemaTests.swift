import Foundation
import SimpleFeatures
import Testing
import TextFormats

@testable import Assessment

/// Checks a record by the keywords of JSON Schema 2020-12 that `site.schema.json` uses.
struct SchemaCheck {
  let root: JSON

  init() throws {
    let path = try shippedData().geoData + "/schema/site.schema.json"
    root = try JSON(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
  }

  func problems(_ value: JSON) -> [String] { problems(value, root, "") }

  private func type(_ value: JSON) -> String {
    if value.isNull { return "null" }
    if value.bool != nil { return "boolean" }
    if value.number != nil { return "number" }
    if value.string != nil { return "string" }
    return value.array != nil ? "array" : "object"
  }

  private func problems(_ value: JSON, _ schema: JSON, _ path: String) -> [String] {
    if let name = schema["$ref"]?.string?.split(separator: "/").last {
      guard let target = root["$defs"]?[String(name)] else { return ["\(path): no \(name)"] }
      return problems(value, target, path)
    }
    if let forms = schema["anyOf"]?.array {
      let results = forms.map { problems(value, $0, path) }
      return results.contains([]) ? [] : results.min { $0.count < $1.count } ?? []
    }
    var found: [String] = []
    let types = schema["type"]?.array?.compactMap(\.string) ?? (schema["type"]?.string.map { [$0] } ?? [])
    if !types.isEmpty, !types.contains(type(value)) { return ["\(path): \(type(value)) instead of \(types)"] }
    if let constant = schema["const"], constant != value { found.append("\(path): not \(constant)") }
    if let allowed = schema["enum"]?.array, !allowed.contains(value) { found.append("\(path): \(value) is none of \(allowed)") }
    if let number = value.number {
      if let least = schema["minimum"]?.number, number < least { found.append("\(path): \(number) below \(least)") }
      if let most = schema["maximum"]?.number, number > most { found.append("\(path): \(number) above \(most)") }
    }
    if let text = value.string, let pattern = schema["pattern"]?.string, text.range(of: pattern, options: .regularExpression) == nil {
      found.append("\(path): \(text)")
    }
    if let rows = value.array {
      if let least = schema["minItems"]?.number, Double(rows.count) < least { found.append("\(path): \(rows.count) items") }
      if let items = schema["items"] { for (k, row) in rows.enumerated() { found += problems(row, items, "\(path)[\(k)]") } }
    }
    if let members = value.object {
      for name in (schema["required"]?.array ?? []).compactMap(\.string) where value[name] == nil { found.append("\(path): no \(name)") }
      for member in members {
        if let property = schema["properties"]?[member.name] {
          found += problems(member.value, property, path + "." + member.name)
        } else if schema["additionalProperties"]?.bool == false {
          found.append("\(path): \(member.name) is not in the schema")
        }
      }
    }
    return found
  }
}

@Suite("Schema of the site record")
struct SiteRecordSchemaTests {
  @Test("The schema that is shipped is the one that the types give; REKINDLE_WRITE_SCHEMA=1 writes it anew")
  func derived() throws {
    let path = try shippedData().geoData + "/schema/site.schema.json"
    let derived = SiteReport.schemaDocument.serialized(indent: 2) + "\n"
    if ProcessInfo.processInfo.environment["REKINDLE_WRITE_SCHEMA"] == "1" {
      try derived.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == derived)
  }

  @Test("Records of a town of many cases follow the schema", arguments: [4, 5] as [UInt64])
  func varied(_ seed: UInt64) throws {
    let check = try SchemaCheck(), portfolio = try SmallTown.varied(seed: seed).scored().portfolio()
    for site in 0..<min(5, portfolio.sites.count) {
      let id = try #require(portfolio.siteID(site))
      #expect(check.problems(try portfolio.dossier(of: id).json) == [], "seed \(seed), \(id)")
    }
  }

  @Test("So do records where all or next to nothing is known")
  func extremes() throws {
    let check = try SchemaCheck()
    for town in [ConceptTests.town(), ConceptTests.town(rent: ""), ConceptTests.town(grantDate: "2031-01-01")] {
      #expect(check.problems(try town.scored().portfolio().dossier(of: "mill").json) == [])
    }
    let bare = SmallTown(buildings: [.init(id: "bare", x: 0, y: 0, fields: ["vacancy": "vacant"])])
    #expect(check.problems(try bare.scored().portfolio().dossier(of: "bare").json) == [])
  }

  @Test("The check finds what is missing, of the wrong type or out of range")
  func violations() throws {
    let check = try SchemaCheck()
    let record = try ConceptTests.town().scored().portfolio().dossier(of: "mill").json
    var members = try #require(record.object)
    members.removeAll { $0.name == "verdict" }
    #expect(check.problems(.object(members)) == [": no verdict"])
    members = try #require(record.object)
    members.append(.init("verdikt", 1))
    #expect(check.problems(.object(members)) == [": verdikt is not in the schema"])
    members = try #require(record.object)
    let at = try #require(members.firstIndex { $0.name == "risks" })
    members[at].value = [["id": "x", "title": 3, "likelihood": 6, "impact": 1, "level": "low", "rule": "", "mitigation": ""]]
    #expect(check.problems(.object(members)).count == 2)
  }
}
