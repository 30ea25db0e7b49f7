/// What is taken for granted about a building of a function and an era as long as nobody has looked.
public struct BuildingPriors: Sendable {
  /// A range for one function and one era.
  public struct Range: Sendable, Hashable {
    /// The function.
    public var function: BuildingFunction
    /// First year of construction, inclusive.
    public var fromYear: Double
    /// Last year of construction, inclusive.
    public var toYear: Double
    /// Lower end.
    public var low: Double
    /// Upper end.
    public var high: Double

    /// Makes a range; without years it holds for all eras.
    public init(_ function: BuildingFunction, from: Double = -.infinity, to: Double = .infinity, low: Double, high: Double) {
      self.function = function
      fromYear = from
      toYear = to
      self.low = low
      self.high = high
    }
  }

  /// Height of a storey in metres that turns a building's height into storeys, by function (raw value).
  public var storeyHeight: [Double]
  /// Functions whose halls count one storey unless given, by function (raw value).
  public var isSingleStorey: [Bool]
  /// Clear heights in metres.
  public var clearHeight: [Range]
  /// Imposed loads in kN/m².
  public var imposedLoad: [Range]

  /// Makes priors; `storeyHeight` and `isSingleStorey` have one entry for each function.
  public init(storeyHeight: [Double], isSingleStorey: [Bool], clearHeight: [Range], imposedLoad: [Range]) {
    precondition(storeyHeight.count == BuildingFunction.allCases.count && isSingleStorey.count == storeyHeight.count)
    self.storeyHeight = storeyHeight
    self.isSingleStorey = isSingleStorey
    self.clearHeight = clearHeight
    self.imposedLoad = imposedLoad
  }

  /// The values of the method's section 2 (expert assumptions; loads after the categories of EN 1991-1-1).
  public static let standard: BuildingPriors = {
    var height = [Double](repeating: 3.0, count: BuildingFunction.allCases.count)
    height[Int(BuildingFunction.office.rawValue)] = 3.4
    height[Int(BuildingFunction.publicBuilding.rawValue)] = 3.4
    height[Int(BuildingFunction.school.rawValue)] = 3.8
    height[Int(BuildingFunction.retail.rawValue)] = 3.8
    var single = [Bool](repeating: false, count: BuildingFunction.allCases.count)
    for function in [BuildingFunction.industrial, .warehouse, .church, .hall, .transportHall] { single[Int(function.rawValue)] = true }
    return BuildingPriors(
      storeyHeight: height, isSingleStorey: single,
      clearHeight: [
        Range(.industrial, low: 3.6, high: 6), Range(.warehouse, low: 4, high: 6),
        Range(.office, to: 1917, low: 3.0, high: 3.6), Range(.office, from: 1950, low: 2.6, high: 3),
        Range(.residential, to: 1917, low: 3.0, high: 3.6), Range(.residential, from: 1950, low: 2.4, high: 2.6),
        Range(.school, to: 1944, low: 3.4, high: 4), Range(.retail, low: 3, high: 4), Range(.barracks, low: 3, high: 3.4),
        Range(.church, low: 7, high: 15), Range(.transportHall, low: 5, high: 9),
      ],
      imposedLoad: [
        Range(.residential, low: 1.5, high: 2), Range(.office, low: 2, high: 3), Range(.school, low: 3, high: 5),
        Range(.culture, low: 3, high: 5), Range(.church, low: 3, high: 5), Range(.hall, low: 3, high: 5),
        Range(.retail, low: 4, high: 5), Range(.industrial, low: 5, high: 7.5), Range(.warehouse, low: 5, high: 7.5),
      ])
  }()

  /// The range of a function in a year: the row whose era holds the year; where the year is unknown or no era holds it, from the lowest
  /// to the highest of all the function's rows; `nil` for a function without rows.
  public static func range(_ rows: [Range], function: BuildingFunction, year: Double) -> (low: Double, high: Double)? {
    var low = Double.infinity, high = -Double.infinity
    for row in rows where row.function == function {
      if year >= row.fromYear && year <= row.toYear { return (row.low, row.high) }
      low = min(low, row.low)
      high = max(high, row.high)
    }
    return low <= high ? (low, high) : nil
  }
}
