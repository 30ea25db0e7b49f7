/// The values of one indicator; null is NaN.
public enum IndicatorColumn: Sendable {
  /// The stage that measures it has not run, or the layer it needs is missing: null in every row.
  case unmeasured
  /// One value for each building.
  case real([Double])
  /// One count for each building, 65535 for null.
  case count([UInt16])
  /// One value for each group (district, cell, class), and each building's group; −1 for null.
  case grouped(values: [Double], group: [Int32])
  /// A value where it is known, else one by class; class 255 marks the known, 254 null.
  case known([Double], byClass: [Double], class: [UInt8])

  /// The value of a building, NaN for null.
  public subscript(row: Int) -> Double {
    switch self {
    case .unmeasured: .nan
    case .real(let values): values[row]
    case .count(let counts): counts[row] == .max ? .nan : Double(counts[row])
    case .grouped(let values, let group): group[row] < 0 ? .nan : values[Int(group[row])]
    case .known(let values, let byClass, let classes):
      classes[row] == 255 ? values[row] : classes[row] == 254 ? .nan : byClass[Int(classes[row])]
    }
  }

  /// The values of the given buildings, NaN for null: the kind of the column is looked at once.
  public func values(_ rows: [Int]) -> [Double] {
    switch self {
    case .unmeasured: rows.map { _ in .nan }
    case .real(let values): rows.map { values[$0] }
    case .count(let counts): rows.map { counts[$0] == .max ? .nan : Double(counts[$0]) }
    case .grouped(let values, let group): rows.map { group[$0] < 0 ? .nan : values[Int(group[$0])] }
    case .known: rows.map { self[$0] }
    }
  }

  /// Whether a stage has measured it.
  public var isMeasured: Bool { if case .unmeasured = self { false } else { true } }
}

/// How a walk ended.
public enum AccessStatus: UInt8, Sendable, Hashable {
  /// A place was reached; the distance is known.
  case reached = 0
  /// The city has no such place, or no layer of places: nothing can be said.
  case noPlaces
  /// The nearest place is farther than the search limit: null, scored as farthest.
  case beyondSearch
  /// No way leads there along the streets: null.
  case unreachable
}

/// Figures of the whole city that ratios refer to; NaN where no district has what is needed.
public struct CitySummary: Sendable, Hashable {
  /// Unemployed ÷ labour force over all districts that know both.
  public var unemploymentRate = Double.nan
  /// Mean rent over all districts that know it, weighted by dwellings where all of those know them.
  public var rent = Double.nan
  /// Creative jobs ÷ jobs over all districts that know both.
  public var creativeShare = Double.nan
  /// Number of 250 m cells that hold a building.
  public var cells = 0
  /// Cells without a neighbour: no statement about clustering is made for them.
  public var islandCells = 0
  /// Cells that are hot at the chosen false-discovery rate.
  public var hotCells = 0
  /// Cells that are cold at the chosen false-discovery rate.
  public var coldCells = 0
  /// Sum of all footprints, m².
  public var footprintArea = 0.0
  /// Sum of all known or inferred gross floor areas, m².
  public var grossFloorArea = 0.0
  /// Length of all shared walls, m, each counted from both sides.
  public var sharedWallLength = 0.0
  /// Length of the walkable street graph, m.
  public var streetLength = 0.0
  /// Connected components of the street graph.
  public var streetComponents = 0

  /// A summary of nothing.
  public init() {}
}

/// All that was measured of all buildings, one column for each indicator.
public struct IndicatorTable: Sendable {
  /// Number of buildings.
  public let count: Int
  private var columns: [IndicatorColumn]
  /// Easting of a position inside each footprint; NaN without geometry.
  public var x: [Double] = []
  /// Northing of a position inside each footprint; NaN without geometry.
  public var y: [Double] = []
  /// The district of each building; −1 outside all of them.
  public var districtIndex: [Int32] = []
  /// Buildings that two districts hold equally, ascending: they belong to neither.
  public var districtTies: [Int] = []
  /// The shared stretches of each building's walls.
  public var sharedWalls = SharedWalls()
  /// How the walk to each category ended, by category and building; empty without places.
  public var accessStatus: [[AccessStatus]] = []
  /// How the walk to the centre ended; empty without a centre.
  public var centreStatus: [AccessStatus] = []
  /// Whether a main road was found within the search limit; empty without streets.
  public var mainRoadStatus: [AccessStatus] = []
  /// Whether distances on foot are straight lines × 1.3 because there are no streets.
  public var isStraightLineEstimate = false
  /// Whether the building's cell has no neighbours, so that nothing is said about clustering.
  public var isIslandCell: [Bool] = []
  /// Whether storeys are known from data: given or by height.
  public var storeysKnown: [Bool] = []
  /// Whether the clear height follows from the floor height; else it, the imposed load and the day-lit share are priors.
  public var clearHeightKnown: [Bool] = []
  /// Share of each footprint in each constraint layer, by layer and building.
  public var constraintShares: [[Double]] = []
  /// Figures of the whole city.
  public var city = CitySummary()
  /// The centre that walks were measured to.
  public var centreX = Double.nan
  /// The centre that walks were measured to.
  public var centreY = Double.nan

  /// Makes a table in which nothing has been measured.
  public init(count: Int) {
    self.count = count
    columns = Array(repeating: .unmeasured, count: Indicator.allCases.count)
  }

  /// The column of an indicator.
  public subscript(indicator: Indicator) -> IndicatorColumn {
    get { columns[indicator.rawValue] }
    set { columns[indicator.rawValue] = newValue }
  }

  /// The value of a building, NaN for null.
  public subscript(indicator: Indicator, row: Int) -> Double { columns[indicator.rawValue][row] }

  /// How the walk to the nearest place of a category ended.
  public func status(_ category: PlaceCategory, _ row: Int) -> AccessStatus {
    accessStatus.isEmpty ? .noPlaces : accessStatus[Int(category.rawValue)][row]
  }

  /// The middle of all known values by a histogram of 10,000 equal bins between the least and the greatest, so that it can be merged
  /// from parts; within 1e-4 of the range of the exact median. `nil` when no value is known. O(buildings).
  public func median(of indicator: Indicator) -> Double? {
    let column = columns[indicator.rawValue]
    guard column.isMeasured else { return nil }
    var low = Double.infinity, high = -Double.infinity
    for row in 0..<count {
      let v = column[row]
      if v < low { low = v }
      if v > high { high = v }
    }
    guard low <= high else { return nil }
    var histogram = FixedWidthHistogram(low: low, high: high, bins: 10_000)
    for row in 0..<count { histogram.add(column[row]) }
    return histogram.quantile(0.5)
  }
}
