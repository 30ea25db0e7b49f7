import Foundation
import GeoFormats
import SimpleFeatures
import Testing
import TextFormats

@Suite("What is published is a choice of what leaves, not of what is computed", .serialized)
struct PublicationTests {
  /// A shipped study with other fields published, its sources named by whole paths.
  static func variant(of study: String, publish: String, in folder: ScratchFolder) throws -> String {
    let file = packageFolder + "/GeoData/" + study
    let home = URL(fileURLWithPath: file).deletingLastPathComponent().path
    var text = try String(contentsOfFile: file, encoding: .utf8)
    for name in ["city.gpkg", "districts.gpkg", "register.csv"] {
      text = text.replacing("source: \(name)", with: "source: \(home)/\(name)")
    }
    text = text.replacing("publish: [name, address, function]", with: "publish: \(publish)")
    return try folder.write(text, to: "study.yml")
  }

  /// Every number of a document by its path.
  static func numbers(_ json: JSON, _ path: String = "") -> [String: Double] {
    if let number = json.number { return [path: number] }
    var found: [String: Double] = [:]
    for member in json.object ?? [] { found.merge(numbers(member.value, path + "/" + member.name)) { $1 } }
    for (k, row) in (json.array ?? []).enumerated() { found.merge(numbers(row, path + "/\(k)")) { $1 } }
    return found
  }

  /// Every number that a run left behind, by file and place.
  static func numbers(of out: String) throws -> [String: Double] {
    var found: [String: Double] = [:]
    for (name, bytes) in contents(of: out) where name.hasSuffix("site.json") || name.hasSuffix(".geojson") {
      found.merge(numbers(try JSON(parsing: [UInt8](bytes)), name)) { $1 }
    }
    for (k, row) in csvRows(String(decoding: try #require(FileManager.default.contents(atPath: out + "/ranking.csv")), as: UTF8.self))
      .enumerated()
    {
      for (column, cell) in row where !["name", "address"].contains(column) { found["ranking.csv/\(k)/\(column)"] = Double(cell) }
    }
    for layer in ["sites", "buildings"] {
      let features = try readLayer(LayerReference(path: out + "/sites.gpkg", layer: layer)).features
      for row in 0..<features.count {
        for column in features.attributes { found["sites.gpkg/\(layer)/\(row)/\(column.name)"] = column.number(row) }
        found["sites.gpkg/\(layer)/\(row)/area"] = features.geometry.envelope(of: row).width
      }
    }
    return found
  }

  @Test("Not one number of a shipped study changes with what it publishes", arguments: ["kotka-karhula/study.yml"])
  func permuted(_ study: String) throws {
    var expected: [String: Double] = [:]
    for publish in ["[name, address, function]", "[name, address]", "[]"] {
      let folder = try ScratchFolder()
      let file = try Self.variant(of: study, publish: publish, in: folder)
      let ran = try rekindle(["run", file, "--out", folder.path + "/out", "--top", "3", "--formats", "html", "--quiet"], in: folder.path)
      try #require(ran.status == 0, "\(ran.errors)")
      let found = try Self.numbers(of: folder.path + "/out")
      #expect(found.count > 20_000, "\(found.count) numbers")
      if expected.isEmpty { expected = found }
      let other = Set(expected.keys).union(found.keys).filter { expected[$0] != found[$0] }.sorted()
      #expect(other == [], "\(publish): \(other.count) numbers differ, \(other.prefix(5))")
      let functions = try contents(of: folder.path + "/out").filter { $0.key.hasSuffix("site.json") }
        .map { try JSON(parsing: [UInt8]($0.value))["site"]?["function"]?.string ?? "missing" }
      #expect(functions.count == 3 && functions.contains { $0 != "unknown" } == publish.contains("function"), "\(publish): \(functions)")
    }
  }
}
