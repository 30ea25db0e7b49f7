public import SimpleFeatures

/// What a map shows around the sites: layers in the working CRS (projected, metres), as they stand in `sites.gpkg`.
public struct Surroundings: Sendable {
  /// The working CRS.
  public var crs: CoordinateReferenceSystem
  /// All buildings: `id`, `function`, `vacancy` (class of the evidence) and `site_id` (null unless scored).
  public var buildings: FeatureBatch
  /// Districts: `id`, `name`; empty when the study has none.
  public var districts: FeatureBatch
  /// Places as points: `category`, `name`.
  public var places: FeatureBatch
  /// Streets as lines: `class` (road class as in the street layer), `name` when the source has one.
  public var streets: FeatureBatch
  /// Whom the map must name, e.g. "© OpenStreetMap contributors".
  public var attribution: [String]

  /// Makes the layers of a map.
  public init(
    crs: CoordinateReferenceSystem, buildings: FeatureBatch, districts: FeatureBatch, places: FeatureBatch, streets: FeatureBatch,
    attribution: [String]
  ) {
    self.crs = crs
    self.buildings = buildings
    self.districts = districts
    self.places = places
    self.streets = streets
    self.attribution = attribution
  }
}
