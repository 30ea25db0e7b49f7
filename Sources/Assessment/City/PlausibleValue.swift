import SimpleFeatures

/// What values of a field make sense, and what has probably happened to those that do not.
struct PlausibleValue {
  /// In the engine's units.
  private static let ranges: [String: ClosedRange<Double>] = [
    "storeys": 0.5...200, "height": 2...300, "floorHeight": 1.8...30, "grossFloorArea": 1...5_000_000, "siteArea": 1...100_000_000,
    "vacantArea": 0...5_000_000, "askingPrice": 1...10_000_000_000, "askingRent": 1...60, "rent": 1...60,
  ]
  /// Fields of a district of which the first counts a part of the second.
  static let parts = [
    ("unemployed", "labourForce"), ("youngAdults", "population"), ("vacantDwellings", "dwellings"), ("creativeJobs", "jobs"),
  ]

  private let field: String
  private let range: ClosedRange<Double>
  private let units: UnitTable

  /// Counts and sums of money of a field without a range of its own are not below 0.
  init(_ field: String, units: UnitTable) {
    self.field = field
    range = Self.ranges[field] ?? 0...Double.greatestFiniteMagnitude
    self.units = units
  }

  /// What is wrong with a value; `nil` when it makes sense.
  func complaint(_ value: Double) -> String? {
    guard !range.contains(value) else { return nil }
    let others = units.units(for: field).filter { unit in
      guard let factor = units.factor(unit, for: field), factor != 1 else { return false }
      return range.contains(value * factor)
    }
    let cause =
      value <= 0 || others.isEmpty
      ? "" : "; is it per or in \(others.joined(separator: ", "))? Then name the unit: `\(field): \"FIELD [\(others[0])]\"`"
    return range.upperBound == .greatestFiniteMagnitude
      ? "\(field) is \(value)" : "\(field) \(value) lies outside \(range.lowerBound)–\(range.upperBound)\(cause)"
  }
}
