import GeoFormats
import SimpleFeatures
import UrbanIndicators

/// Places by category.
extension CityReader {
  static let placeFields = ["id", "name", "category"]

  mutating func readPlaces(_ layer: Layer, _ source: Study.LayerSource) throws -> (Places, TextColumn) {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "places", known: Self.placeFields, codes: codes)
    let geometry = try place(layer, source, "places")
    var kept: [Int] = [], categories: [PlaceCategory] = [], names = TextColumn()
    let idField = fields["id"], nameField = fields["name"]
    let categoryField = fields["category"]
    let texts = categoryField?.distinct(Array(0..<layer.features.count))
    let meanings =
      texts?.map { text -> PlaceCategory? in
        let word = categoryField?.word(text) ?? text
        return PlaceCategory(name: word) ?? PlaceCategory(name: codes.word(.places, word) ?? word.lowercased())
      } ?? []
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
}
