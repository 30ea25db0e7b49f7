import GeoFormats
import SimpleFeatures
import UrbanIndicators

/// Places by category.
extension CityReader {
  static let placeFields = ["id", "name", "category"]

  mutating func readPlaces(_ layer: Layer, _ source: Study.LayerSource) throws -> (Places, TextColumn) {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "places", known: Self.placeFields, units: units)
    let geometry = try place(layer, source, "places")
    var kept: [Int] = [], categories: [PlaceCategory] = [], names = TextColumn()
    let idField = fields["id"], nameField = fields["name"]
    let texts = fields["category"]?.distinct(Array(0..<layer.features.count))
    let meanings = texts?.map(Self.placeCategory) ?? []
    for row in 0..<layer.features.count {
      func name() -> String { idField?.text(row) ?? "#\(layer.features.numbers[row])" }
      guard geometry.kinds[row] != .none else {
        defects.add(Defect(layer: "places", feature: name(), code: .missingGeometry, detail: "the place has no position"))
        continue
      }
      let text = texts?[row] ?? ""
      guard let texts, texts.codes[row] >= 0, let category = meanings[Int(texts.codes[row])] else {
        defects.add(
          Defect(
            layer: "places", feature: name(), code: .unknownCode,
            detail: "category \"\(text.prefix(60))\" is none of \(PlaceCategory.allCases.map(\.name).joined(separator: ", "))"))
        continue
      }
      kept.append(row)
      categories.append(category)
      names.append(nameField?.text(row) ?? "")
    }
    record("places", source, layer, kept: kept.count)
    return (Places(geometry: geometry.selecting(kept), category: categories), names)
  }

  static func placeCategory(_ text: String) -> PlaceCategory? {
    if let category = PlaceCategory(name: text) { return category }
    switch text.lowercased() {
    case "university", "college", "higher_education", "higher education": return .higherEducation
    case "leisure", "theatre", "museum", "cinema": return .culture
    case "restaurant", "cafe", "bar": return .food
    case "stop", "bus_stop", "station": return .transit
    case "supermarket": return .grocery
    case "shop": return .retail
    default: return PlaceCategory(name: text.lowercased())
    }
  }
}
