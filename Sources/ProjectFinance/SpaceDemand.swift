/// Demand for business space from the employees of a place, by the GIFPRO logic.
///
/// Each year a share of employees moves with its firm into (resettlement) or within (relocation) the place; those in commercial areas take up a given
/// floor or plot area each. Source: H. Stark et al., GIFPRO (Gewerbe- und Industrieflächenbedarfsprognose), ILS Nordrhein-Westfalen, 1981;
/// figures of the test: Kempten 2012.
public struct SpaceDemand: Sendable, Equatable {
  /// One group of firms.
  public struct Sector: Sendable, Equatable {
    /// Employees in the place.
    public var employees: Double
    /// Percent of them in firms that need space of this kind.
    public var percentInCommercialSpace: Double
    /// Employees per 100 whose firm settles in the place each year.
    public var resettlementRate: Double
    /// Employees per 100 whose firm moves within the place each year.
    public var relocationRate: Double
    /// Area per employee, m².
    public var areaPerEmployee: Double

    /// A group of firms.
    public init(
      employees: Double, percentInCommercialSpace: Double, resettlementRate: Double, relocationRate: Double, areaPerEmployee: Double
    ) {
      self.employees = employees
      self.percentInCommercialSpace = percentInCommercialSpace
      self.resettlementRate = resettlementRate
      self.relocationRate = relocationRate
      self.areaPerEmployee = areaPerEmployee
    }
  }

  /// Employees that look for space each year, by sector.
  public let employeesPerYear: [Double]
  /// Area sought each year, m², by sector.
  public let areaPerYear: [Double]
  /// Years of the forecast.
  public let years: Double

  /// Employees that look for space each year.
  public var totalEmployeesPerYear: Double { employeesPerYear.reduce(0, +) }
  /// Area sought each year, m².
  public var totalAreaPerYear: Double { areaPerYear.reduce(0, +) }
  /// Employees over all years.
  public var totalEmployees: Double { totalEmployeesPerYear * years }
  /// Area over all years, m².
  public var totalArea: Double { totalAreaPerYear * years }

  /// The demand of some sectors over some years.
  ///
  /// - Throws: `ProjectFinanceError` for negative figures or a percentage above 100.
  public init(sectors: [Sector], years: Double) throws(ProjectFinanceError) {
    try requireNonNegative(years, "years")
    var employees: [Double] = [], areas: [Double] = []
    for (index, sector) in sectors.enumerated() {
      try requireNonNegative(sector.employees, "emp[\(index)]")
      try require(sector.percentInCommercialSpace, in: 0...100, "share_in_commercial[\(index)]")
      try require(sector.resettlementRate, in: 0...100, "resettle[\(index)]")
      try require(sector.relocationRate, in: 0...100, "relocate[\(index)]")
      try requireNonNegative(sector.areaPerEmployee, "m2_per_emp[\(index)]")
      let moving =
        sector.employees * sector.percentInCommercialSpace / 100 * (sector.resettlementRate + sector.relocationRate) / 100
      employees.append(moving)
      areas.append(moving * sector.areaPerEmployee)
    }
    employeesPerYear = employees
    areaPerYear = areas
    self.years = years
  }
}
