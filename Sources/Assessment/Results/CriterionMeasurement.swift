import TextFormats

/// The measurement behind a criterion, as the site table holds it, for tables and charts.
struct CriterionMeasurement {
  var x: JSON
  var low: Double?
  var high: Double?
  var source: String

  private static let columns: [String: (String, String)] = [
    "gross_floor_area": ("ind_gross_floor_area_m2", "floor area given, or footprint × storeys"),
    "daylight_share": ("ind_daylight_share", "footprint"),
    "clear_height": ("ind_clear_height_m", "height given, or prior of function and era"),
    "street_frontage": ("ind_street_frontage_m", "footprint and streets"),
    "imposed_load": ("ind_imposed_load_kn_m2", "EN 1991-1-1 category of the function"),
    "walk_to_transit": ("ind_walk_to_transit_m", "places and streets"),
    "walk_to_centre": ("ind_walk_to_centre_m", "centre and streets"), "food_places_400": ("ind_food_within_400_m", "places and streets"),
    "walk_to_park": ("ind_walk_to_park_m", "places and streets"), "distance_to_main_road": ("ind_main_road_distance_m", "streets"),
    "company_density": ("ind_company_density_per_km2", "companies"), "sector_diversity": ("ind_sector_diversity", "companies"),
    "pole_floor_area": ("ind_pole_floor_area_m2", "vacancy evidence of other buildings"),
    "unemployment_ratio": ("ind_unemployment_ratio", "districts"),
    "vacancy_rate": ("ind_dwelling_vacancy_rate", "districts"), "young_adults_share": ("ind_young_adults_share", "districts"),
    "rent_ratio": ("ind_rent_ratio", "districts"),
    "flood_share": ("ind_flood_share", "constraints"),
  ]

  static func of(_ criterion: String, _ site: SiteRecord) -> CriterionMeasurement {
    func text(_ column: String, _ source: String) -> CriterionMeasurement {
      CriterionMeasurement(x: JSON(site.text(column)), source: source)
    }
    switch criterion {
    case "condition": return text("condition", "buildings")
    case "character":
      return CriterionMeasurement(
        x: JSON(
          [site.number("year").map { String(Int($0)) }, site.text("heritage") == "yes" ? "listed" : nil].compactMap(\.self).joined(
            separator: ", ")), source: "year and heritage of the buildings layer")
    case "owner": return text("owner_class", "buildings")
    case "contamination": return text("contamination", "buildings")
    case "zoning": return text("zoning", "buildings")
    case "hot_spot":
      let x = site.number("ind_hot_spot")
      return CriterionMeasurement(
        x: JSON(x.map { $0 > 0 ? "hot spot" : $0 < 0 ? "cold spot" : "neither" }), source: "companies, Gi* with false-discovery control")
    case "walk_to_culture":
      let values = [site.number("ind_walk_to_culture_m"), site.number("ind_walk_to_higher_education_m")].compactMap(\.self)
      return CriterionMeasurement(x: JSON(values.min()), source: "places and streets")
    default:
      guard let (column, source) = columns[criterion] else { return CriterionMeasurement(x: nil, source: "") }
      let stem =
        column.hasSuffix("_m2")
        ? (String(column.dropLast(3)), "_m2")
        : column.hasSuffix("_kn_m2")
          ? (String(column.dropLast(6)), "_kn_m2") : column.hasSuffix("_m") ? (String(column.dropLast(2)), "_m") : (column, "")
      return CriterionMeasurement(
        x: JSON(site.number(column)), low: site.number(stem.0 + "_low" + stem.1), high: site.number(stem.0 + "_high" + stem.1),
        source: source)
    }
  }
}

/// What to find out next: the missing facts, how much each could move the score, and how it is found out.
enum FactToFind {
  private static let facts: [String: (String, String)] = [
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

  static func title(of criterion: String) -> String { facts[criterion]?.0 ?? criterion }

  static func json(_ criterion: Profile.Criterion, swing: Double) -> JSON {
    [
      "fact": .string(title(of: criterion.id)), "criterion": .string(criterion.id), "score_swing": JSON(swing), "rank_swing": nil,
      "how": .string(facts[criterion.id]?.1 ?? ""),
    ]
  }
}
