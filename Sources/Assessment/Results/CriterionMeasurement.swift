/// The measurement behind a criterion, as the site table holds it, for tables and charts.
struct CriterionMeasurement {
  var x: Measurement
  var low: Double?
  var high: Double?
  var source: Sentence?

  private static let columns: [String: (String, Sentence)] = [
    "gross_floor_area": ("ind_gross_floor_area_m2", .fromFloorArea),
    "daylight_share": ("ind_daylight_share", .fromOutline),
    "clear_height": ("ind_clear_height_m", .fromHeight),
    "street_frontage": ("ind_street_frontage_m", .fromFootprintAndStreets),
    "imposed_load": ("ind_imposed_load_kn_m2", .fromLoadCategory),
    "walk_to_transit": ("ind_walk_to_transit_m", .fromPlacesAndStreets),
    "walk_to_centre": ("ind_walk_to_centre_m", .fromCentreAndStreets), "food_places_400": ("ind_food_within_400_m", .fromPlacesAndStreets),
    "walk_to_park": ("ind_walk_to_park_m", .fromPlacesAndStreets), "distance_to_main_road": ("ind_main_road_distance_m", .fromStreets),
    "company_density": ("ind_company_density_per_km2", .fromCompanies), "sector_diversity": ("ind_sector_diversity", .fromCompanies),
    "pole_floor_area": ("ind_pole_floor_area_m2", .fromOtherVacancies),
    "unemployment_ratio": ("ind_unemployment_ratio", .fromDistricts),
    "vacancy_rate": ("ind_dwelling_vacancy_rate", .fromDistricts), "young_adults_share": ("ind_young_adults_share", .fromDistricts),
    "rent_ratio": ("ind_rent_ratio", .fromDistricts),
    "flood_share": ("ind_flood_share", .fromConstraints),
  ]

  static func of(_ criterion: String, _ site: SiteRecord) -> CriterionMeasurement {
    func text(_ column: String, _ source: Sentence) -> CriterionMeasurement {
      CriterionMeasurement(x: site.text(column).map { .codes([$0]) } ?? .unknown, source: source)
    }
    switch criterion {
    case "condition": return text("condition", .fromBuildings)
    case "character":
      return CriterionMeasurement(
        x: .built(year: site.number("year").map { Int($0) }, isListed: site.text("heritage") == "yes"), source: .fromYearAndHeritage)
    case "owner": return text("owner_class", .fromBuildings)
    case "contamination": return text("contamination", .fromBuildings)
    case "zoning": return text("zoning", .fromBuildings)
    case "hot_spot":
      let x = site.number("ind_hot_spot")
      return CriterionMeasurement(
        x: x.map { .codes([$0 > 0 ? "hot spot" : $0 < 0 ? "cold spot" : "neither"]) } ?? .unknown, source: .fromHotSpotTest)
    case "walk_to_culture":
      let values = [site.number("ind_walk_to_culture_m"), site.number("ind_walk_to_higher_education_m")].compactMap(\.self)
      return CriterionMeasurement(x: values.min().map { .number($0) } ?? .unknown, source: .fromPlacesAndStreets)
    default:
      guard let (column, source) = columns[criterion] else { return CriterionMeasurement(x: .unknown) }
      let stem =
        column.hasSuffix("_m2")
        ? (String(column.dropLast(3)), "_m2")
        : column.hasSuffix("_kn_m2")
          ? (String(column.dropLast(6)), "_kn_m2") : column.hasSuffix("_m") ? (String(column.dropLast(2)), "_m") : (column, "")
      return CriterionMeasurement(
        x: site.number(column).map { .number($0) } ?? .unknown, low: site.number(stem.0 + "_low" + stem.1),
        high: site.number(stem.0 + "_high" + stem.1),
        source: source)
    }
  }
}

extension FactToFind {
  /// Fact and way to find it out, by criterion.
  static let facts: [String: (String, String)] = [
    "gross_floor_area": ("number of storeys or floor area", "look at the building or its plans"),
    "daylight_share": ("clear height", "measure one storey"),
    "clear_height": ("clear height", "measure one storey"), "street_frontage": ("street frontage", "add a street layer"),
    "imposed_load": ("floor load", "ask for the structural file, else a structural engineer"), "condition": ("condition", "a site visit"),
    "character": ("year of construction and listing", "heritage register or building file"),
    "walk_to_transit": ("public transport stops", "add a places layer"),
    "walk_to_centre": ("the centre", "add a places layer or name the centre"),
    "food_places_400": ("food places near by", "add a places layer"),
    "walk_to_culture": ("culture and higher education near by", "add a places layer"),
    "walk_to_park": ("parks near by", "add a places layer"),
    "distance_to_main_road": ("main roads", "add a street layer"),
    "company_density": ("creative firms near by", "business register of the creative sectors"),
    "sector_diversity": ("sectors of the creative firms", "business register of the creative sectors"),
    "hot_spot": ("creative firms in the city", "business register of the creative sectors"),
    "pole_floor_area": ("other vacant buildings near by", "extend the vacancy register"),
    "unemployment_ratio": ("unemployment by district", "statistical office"),
    "vacancy_rate": ("vacancy rate by district", "statistical office or vacancy survey"),
    "young_adults_share": ("age structure by district", "statistical office"),
    "rent_ratio": ("rents by district", "broker or rent index"), "owner": ("owner", "land register"),
    "flood_share": ("flood zones", "flood hazard map of the water authority"),
    "contamination": ("contamination", "register of contaminated sites"), "zoning": ("zoning", "land-use plan"),
  ]

  /// The fact behind a criterion, or behind the verdict's `rent` and `vacancy`.
  static func title(of criterion: String) -> Message {
    .label(kind: "missing", id: criterion, english: facts[criterion]?.0 ?? criterion)
  }

  /// The fact behind a criterion, which may still move the score by so many points.
  init(of criterion: String, swing: Double) {
    self.init(
      fact: Self.title(of: criterion), criterion: criterion, scoreSwing: swing,
      how: .label(kind: "how", id: criterion, english: Self.facts[criterion]?.1 ?? ""))
  }
}
