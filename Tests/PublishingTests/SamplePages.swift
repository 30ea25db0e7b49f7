import Assessment
import Foundation
import GeoFormats
import SimpleFeatures
import TextFormats

@testable import Publishing

/// The templates of this repository and small invented records to fill them with.
enum Sample {
  /// The repository's root, found from this file.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  static func library() throws -> TemplateLibrary { try TemplateLibrary(folder: root + "/Reports/templates") }

  /// A street with nine buildings of 20 × 12 m, one of them the site `way/1`; a district, a stop and a café.
  static func surroundings(district: String = "Old town") -> Surroundings {
    var buildings = GeometryColumn()
    var site = (TextColumn(), ValidityBitmap())
    var vacancy = (TextColumn(), ValidityBitmap())
    let classes = ["vacant", "inUse", "partlyVacant", "derelict", "unknown", "inUse", "inUse", "vacant", "unknown"]
    for k in 0..<9 {
      let (x, y) = (500_000 + Double(k % 3) * 40, 6_000_000 + Double(k / 3) * 30)
      for (dx, dy) in [(0.0, 0.0), (20, 0), (20, 12), (0, 12), (0, 0)] { buildings.add(x: x + dx, y: y + dy) }
      buildings.endRing()
      buildings.endPart()
      buildings.endFeature(.polygon)
      site.0.append(k == 0 ? "way/1" : k == 7 ? "way/8" : "")
      site.1.append(k == 0 || k == 7)
      vacancy.0.append(classes[k])
      vacancy.1.append(true)
    }
    var streets = GeometryColumn()
    streets.add(x: 499_000, y: 5_999_990)
    streets.add(x: 501_000, y: 5_999_990)
    streets.endRing()
    streets.endPart()
    streets.endFeature(.lineString)
    var places = GeometryColumn()
    places.appendPoint(x: 500_030, y: 5_999_980)
    places.appendPoint(x: 500_060, y: 6_000_080)
    var districts = GeometryColumn()
    for (x, y) in [(499_000.0, 5_999_000.0), (501_500, 5_999_000), (501_500, 6_001_000), (499_000, 6_001_000), (499_000, 5_999_000)] {
      districts.add(x: x, y: y)
    }
    districts.endRing()
    districts.endPart()
    districts.endFeature(.polygon)
    return Surroundings(
      crs: CoordinateReferenceSystem("EPSG:25833"),
      buildings: FeatureBatch(
        numbers: (1...9).map { Int64($0) }, geometry: buildings,
        attributes: [
          AttributeColumn(name: "site_id", values: .text(site.0), validity: site.1),
          AttributeColumn(name: "vacancy", values: .text(vacancy.0), validity: vacancy.1),
        ]),
      districts: FeatureBatch(numbers: [1], geometry: districts, attributes: [column("name", [district])]),
      places: FeatureBatch(numbers: [1, 2], geometry: places, attributes: [column("category", ["transit", "food"])]),
      streets: FeatureBatch(numbers: [1], geometry: streets, attributes: [column("class", ["residential"])]), attribution: ["© Surveyors"])
  }

  static func column(_ name: String, _ texts: [String]) -> AttributeColumn {
    var column = TextColumn()
    for text in texts { column.append(text) }
    return AttributeColumn(name: name, values: .text(column), validity: ValidityBitmap(repeating: true, count: texts.count))
  }

  static func fixture(_ name: String) throws -> JSON {
    let path = root + "/Tests/PublishingTests/Fixtures/" + name
    guard let bytes = FileManager.default.contents(atPath: path) else { throw CocoaError(.fileReadNoSuchFile) }
    return try JSON(parsing: Array(bytes))
  }

  static func site() throws -> JSON { try fixture("site.json") }
  static func portfolio() throws -> JSON { try fixture("portfolio.json") }

  /// A copy with a member replaced at a path of names and array positions.
  static func replacing(_ json: JSON, at path: [String], with value: JSON) -> JSON {
    guard let first = path.first else { return value }
    let rest = Array(path.dropFirst())
    if case .array(var values) = json, let index = Int(first) {
      values[index] = replacing(values[index], at: rest, with: value)
      return .array(values)
    }
    var members = json.object ?? []
    if let index = members.firstIndex(where: { $0.name == first }) {
      members[index].value = replacing(members[index].value, at: rest, with: value)
    } else {
      members.append(JSON.Member(first, replacing(.null, at: rest, with: value)))
    }
    return .object(members)
  }

  /// Every string of the record replaced, keys and structure kept.
  static func flooding(_ json: JSON, with text: String) -> JSON {
    switch json {
    case .string: .string(text)
    case .array(let values): .array(values.map { flooding($0, with: text) })
    case .object(let members): .object(members.map { JSON.Member($0.name, flooding($0.value, with: text)) })
    default: json
    }
  }
}
