import GeoFormats
import SimpleFeatures
import UrbanIndicators

/// What a register knows of its sites stands in where the buildings know nothing.
extension CityReader {
  /// Fills what is unknown of the buildings that rows cover. Where several rows cover a building and say different things, it stays unknown; an area
  /// of a site is that of a building only where the row covers no other.
  mutating func standIn(
    for layer: Layer, _ source: Study.LayerSource, _ fields: FieldMapping, _ links: [RegisterLinker.Link], _ buildings: inout Buildings,
    _ result: inout StudyCity
  ) {
    let all = Array(0..<layer.features.count)
    // The rows are read as if they were buildings. What the register says of vacancy is evidence, and read elsewhere.
    var ids = TextColumn(), nowhere = GeometryColumn()
    for row in all {
      ids.append("#\(layer.features.numbers[row])")
      nowhere.appendNull()
    }
    var sites = Buildings(ids: ids, geometry: nowhere)
    var known = StudyCity(crs: crs, buildings: sites, lostGeometry: all.map { _ in true })
    let (kept, count) = (notes, undated)
    decodeBuildings(fields, all, source, "vacancy", &sites, &known)
    (notes, undated) = (kept, count)

    var rowsOf: [Int: [Int]] = [:]
    for row in all { for building in links[row].buildings { rowsOf[building, default: []].append(row) } }
    guard !rowsOf.isEmpty else { return }
    /// The one value that the rows of a building agree on.
    func agreed<T: Hashable>(_ building: Int, _ value: (Int) -> T?) -> T? {
      let values = Set((rowsOf[building] ?? []).compactMap(value))
      return values.count == 1 ? values.first : nil
    }
    for (building, rows) in rowsOf {
      if buildings.function[building] == .unknown {
        buildings.function[building] =
          agreed(building) { row -> BuildingFunction? in sites.function[row] == .unknown ? nil : sites.function[row] } ?? .unknown
      }
      if buildings.condition[building] == .unknown {
        buildings.condition[building] =
          agreed(building) { row -> Condition? in sites.condition[row] == .unknown ? nil : sites.condition[row] } ?? .unknown
      }
      if buildings.heritage[building] == .unknown {
        buildings.heritage[building] =
          agreed(building) { row -> Ternary? in sites.heritage[row] == .unknown ? nil : sites.heritage[row] } ?? .unknown
      }
      guard rows.allSatisfy({ links[$0].buildings.count == 1 }) else { continue }
      func fill(_ path: WritableKeyPath<Buildings, [Double]>) {
        guard buildings[keyPath: path][building].isNaN else { return }
        buildings[keyPath: path][building] =
          agreed(building) { sites[keyPath: path][$0].isNaN ? nil : sites[keyPath: path][$0] } ?? .nan
      }
      fill(\.siteArea)
      fill(\.grossFloorArea)
    }
    func fill(_ path: WritableKeyPath<StudyCity, TextColumn>) {
      let given = result[keyPath: path], sites = known[keyPath: path]
      guard !sites.bytes.isEmpty else { return }
      var filled = TextColumn()
      for building in 0..<buildings.count {
        let own = given.range(of: building)
        let stand = own.isEmpty ? agreed(building) { sites.range(of: $0).isEmpty ? nil : sites[$0] } : nil
        if let stand {
          filled.append(stand)
        } else {
          given.bytes.withUnsafeBufferPointer { filled.append(utf8: UnsafeBufferPointer(rebasing: $0[own])) }
        }
      }
      result[keyPath: path] = filled
    }
    fill(\.names)
    fill(\.addresses)
    fill(\.owners)
    fill(\.contamination)
  }
}
