/// What a run of the measures may be told.
public struct MeasureOptions: Sendable {
  /// Threads to use; results do not depend on it.
  public var threads = 1
  /// Farthest walk that is searched, m.
  public var searchLimit = 5000.0
  /// Factor from a straight line to a walk where there are no streets.
  public var detourFactor = 1.3
  /// Farthest from another building's wall that a wall counts as shared, m.
  public var sharedWallTolerance = 0.1
  /// Farthest from a street that a wall fronts it, m.
  public var frontageDistance = 15.0
  /// What is known of buildings nobody has looked at.
  public var priors = BuildingPriors.standard
  /// From floor-to-floor to clear height, m (an expert assumption).
  public var floorConstruction = 0.4
  /// Clear height in metres where neither the building nor a prior tells, for the day-lit share only (an expert assumption); its middle
  /// gives the share, its ends the interval.
  public var assumedClearHeight = 2.4...3.6
  /// Bandwidth of company density, m.
  public var densityBandwidth = 500.0
  /// Radius of sector diversity, m.
  public var diversityRadius = 800.0
  /// Side of the cells of the hot spots, m.
  public var hotSpotCell = 250.0
  /// False-discovery rate below which a cell is hot or cold.
  public var falseDiscoveryRate = 0.10
  /// Radius of vacant floor area near by, m.
  public var poleRadius = 300.0
  /// Rates of the demand for creative space.
  public var demand = CreativeSpaceDemandRates()

  /// The method's defaults, on one thread.
  public init() {}
}

/// The stages of a run, in order; the names stand in progress and timings.
public enum MeasureStage: String, Sendable, CaseIterable {
  case shape = "shape"
  case sharedWalls = "shared walls"
  case floors = "floors and priors"
  case daylight = "daylight"
  case frontage = "street frontage"
  case districts = "district join"
  case access = "network access"
  case mainRoads = "main roads"
  case companies = "company density"
  case hotSpots = "hot spots"
  case poles = "vacant floor area near by"
  case districtFigures = "district figures"
  case exposure = "exposure"
}
