/// What a quantity is measured in, and which units of a source are known for it (`GeoData/vocabulary/units.csv`).
struct UnitTable {
  /// What a field of the engine counts or measures.
  enum Quantity: String {
    /// Metres.
    case length
    /// Square metres.
    case area
    /// EUR per square metre and month.
    case rent
    /// Shares of one.
    case share
    /// Storeys, people, firms.
    case count
    /// EUR.
    case money
  }

  /// Fields that are measured; the others are counted.
  static let quantities: [String: Quantity] = [
    "height": .length, "floorHeight": .length, "grossFloorArea": .area, "siteArea": .area, "vacantArea": .area, "rent": .rent,
    "askingRent": .rent, "askingPrice": .money, "income": .money,
  ]

  private var units: [String: (quantity: Quantity, factor: Double)] = [:]

  init(folder: DataFolder) throws {
    let table = try DataTable(file: folder.geoData + "/vocabulary/units.csv", required: ["unit", "quantity", "factor"])
    for row in 0..<table.count {
      let name = try table.requiredText("quantity", row)
      guard let quantity = Quantity(rawValue: name) else {
        throw table.failure(row, "quantity", "\"\(name)\" is unknown; length, area, rent, share, count or money is expected.")
      }
      units[try table.requiredText("unit", row).lowercased()] = (quantity, try table.requiredNumber("factor", row))
    }
  }

  /// Into the engine's unit; `nil` for a unit that the field is not measured in.
  func factor(_ unit: String, for field: String) -> Double? {
    guard let known = units[unit.lowercased()] else { return nil }
    return known.quantity == Self.quantities[field] ?? .count ? known.factor : nil
  }

  /// The units of a field's quantity.
  func units(for field: String) -> [String] {
    let quantity = Self.quantities[field] ?? .count
    return units.filter { $0.value.quantity == quantity }.map(\.key).sorted()
  }
}
