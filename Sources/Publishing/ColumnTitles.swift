import GeoFormats
import SimpleFeatures
import TextFormats

/// What people call the columns of the layers of a GeoPackage, and what they mean; QGIS shows a title in the place of a column's name.
struct ColumnTitles: Sendable {
  private let sites: [String: String]
  private let notes: [String: String]

  /// Takes titles, units and formulas of the site table from its schema.
  init(schema: JSON?) {
    var titles = Self.layers["sites"] ?? [:], notes: [String: String] = [:]
    for member in schema?["properties"]?.object ?? [] {
      titles[member.name] = member.value["title"]?.string
      let note = [member.value["x-unit"]?.string.map { "[\($0)]" }, member.value["description"]?.string].compactMap(\.self)
      if !note.isEmpty { notes[member.name] = note.joined(separator: " ") }
    }
    (sites, self.notes) = (titles, notes)
  }

  /// The title of each column; a published field of the buildings has its own name.
  func titles(of columns: [AttributeColumn], in layer: String) -> [String: String] {
    let known = layer == "sites" ? sites : Self.layers[layer] ?? [:]
    return Dictionary(
      columns.map { column in
        let name = column.name
        return (name, known[name] ?? (name.hasPrefix("pub_") ? String(name.dropFirst(4)) : name))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Unit and formula of the columns that have one.
  func descriptions(in layer: String) -> [String: String] { layer == "sites" ? notes : [:] }

  /// Titles of the columns that no schema describes, by layer.
  private static let layers: [String: [String: String]] = [
    "sites": [
      "rank_low": "Best rank that unknown facts allow", "rank_high": "Worst rank that unknown facts allow",
      "address": "Address of the building", "lon": "Longitude of the centroid, WGS 84", "lat": "Latitude of the centroid, WGS 84",
      "district": "Name of the district",
    ],
    "buildings": [
      "id": "Id of the building", "function": "Use", "vacancy": "Class that the evidence supports",
      "site_id": "Id among the scored sites", "excluded": "Why it is not scored",
    ],
    "districts": [
      "id": "Id of the district", "name": "Name", "population": "Inhabitants", "young_adults": "Young adults", "unemployed": "Unemployed",
      "labour_force": "Labour force", "income": "Income [EUR]", "rent": "Rent [EUR/m2/month]", "dwellings": "Dwellings",
      "vacant_dwellings": "Vacant dwellings", "jobs": "Jobs", "creative_jobs": "Creative jobs",
    ],
    "places": ["category": "Kind of place", "name": "Name"],
    "streets": ["class": "Class of road", "name": "Name"],
  ]
}

extension ExportTable {
  /// Without the columns that are null in every row; those that a style draws by stay.
  var withoutNullColumns: ExportTable {
    ExportTable(
      geometry: geometry, columns: columns.filter { $0.validity.knownCount > 0 || ["id", "category", "class"].contains($0.name) })
  }
}
