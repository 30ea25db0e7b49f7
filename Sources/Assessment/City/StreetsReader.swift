import GeoFormats
import SimpleFeatures
import UrbanIndicators

/// Streets by class.
extension CityReader {
  /// One walks both ways along a one-way street: `oneway` may be named and changes nothing.
  static let streetFields = ["id", "name", "class", "walkable", "oneway"]

  mutating func readStreets(_ layer: Layer, _ source: Study.LayerSource) throws -> (Streets, TextColumn) {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "streets", known: Self.streetFields, codes: codes)
    let geometry = try place(layer, source, "streets")
    var kept: [Int] = [], classes: [RoadClass] = [], walkable: [Bool] = [], names = TextColumn()
    let all = Array(0..<layer.features.count)
    let classTexts = fields["class"]?.distinct(all), walkTexts = fields["walkable"]?.distinct(all), nameField = fields["name"]
    let roads = classTexts?.texts.map(Self.roadClass) ?? [], walks = walkTexts?.map(codes.truth) ?? []
    for row in 0..<layer.features.count {
      guard geometry.kinds[row].isLinear else {
        let none = geometry.kinds[row] == .none
        defects.add(
          Defect(
            layer: "streets", feature: fields["id"]?.text(row) ?? "#\(layer.features.numbers[row])",
            code: none ? .missingGeometry : .wrongGeometryType, detail: none ? "the street has no line" : "a street must be a line"))
        continue
      }
      kept.append(row)
      let road = classTexts.map { $0.codes[row] < 0 ? .other : roads[Int($0.codes[row])] } ?? .other
      classes.append(road)
      let told = walkTexts.flatMap { $0.codes[row] < 0 ? nil : walks[Int($0.codes[row])] }
      walkable.append(told ?? (road != .motorway && road != .trunk))
      names.append(nameField?.text(row) ?? "")
    }
    record("streets", source, layer, kept: kept.count)
    let column = kept.count == geometry.count ? geometry : geometry.selecting(kept)
    return (Streets(geometry: column, roadClass: classes, walkable: walkable), names)
  }

  /// OpenStreetMap's `highway` value as a road class; links count as their road.
  static func roadClass(_ text: String) -> RoadClass {
    let word = text.hasSuffix("_link") ? String(text.dropLast(5)) : text
    return RoadClass(name: word == "living_street" ? "livingStreet" : word) ?? .other
  }
}
