/// One measure of a building; the order of the cases is the order of columns in files.
public enum Indicator: Int, Sendable, CaseIterable, Hashable {
  case footprintArea = 0
  case perimeter, isoperimetricQuotient, circularCompactness, elongation, orientation, rectangularity, convexity, courtyardArea, corners
  case sharedWallLength, sharedWallRatio
  case daylightShare, daylightShareLow, daylightShareHigh
  case streetFrontage
  case unitPotential
  case storeys, storeysLow, storeysHigh
  case grossFloorArea, grossFloorAreaLow, grossFloorAreaHigh
  case clearHeight, clearHeightLow, clearHeightHigh
  case imposedLoad, imposedLoadLow, imposedLoadHigh
  case walkToTransit, walkToFood, walkToCulture, walkToHigherEducation, walkToSchool, walkToGrocery, walkToPark, walkToHealth,
    walkToRetail
  case transitWithin400, foodWithin400, cultureWithin400, higherEducationWithin400, schoolWithin400, groceryWithin400, parkWithin400,
    healthWithin400, retailWithin400
  case transitWithin800, foodWithin800, cultureWithin800, higherEducationWithin800, schoolWithin800, groceryWithin800, parkWithin800,
    healthWithin800, retailWithin800
  case walkToCentre
  case mainRoadDistance
  case companyDensity, sectorDiversity, sectorEntropy
  case hotSpot, hotSpotScore, hotSpotFalseDiscoveryRate
  case poleFloorArea
  case creativeLocationQuotient, unemploymentRate, unemploymentRatio, youngAdultsShare, dwellingVacancyRate, rent, rentRatio,
    creativeSpaceDemand, vacantFloorArea
  case floodShare, contaminationShare, noiseShare, natureShare, zoningShare

  /// Walking distance to the nearest place of a category.
  public static func walk(to category: PlaceCategory) -> Indicator {
    Indicator(rawValue: walkToTransit.rawValue + Int(category.rawValue))!
  }

  /// Number of places of a category within 400 m on foot.
  public static func within400(_ category: PlaceCategory) -> Indicator {
    Indicator(rawValue: transitWithin400.rawValue + Int(category.rawValue))!
  }

  /// Number of places of a category within 800 m on foot.
  public static func within800(_ category: PlaceCategory) -> Indicator {
    Indicator(rawValue: transitWithin800.rawValue + Int(category.rawValue))!
  }

  /// Share of the footprint inside constraints of a kind.
  public static func exposure(to kind: ConstraintKind) -> Indicator {
    Indicator(rawValue: floodShare.rawValue + Int(kind.rawValue))!
  }

  /// The columns that need nothing but footprints: those of `rekindle indicators`.
  public static let ofFootprints: [Indicator] = [
    .footprintArea, .perimeter, .isoperimetricQuotient, .circularCompactness, .elongation, .orientation, .rectangularity, .convexity,
    .courtyardArea, .corners, .sharedWallLength, .sharedWallRatio, .daylightShare,
  ]

  /// Id, unit, formula and source for files and the data dictionary.
  public var description: IndicatorDescription { IndicatorDescription.all[rawValue] }

  /// The id in files, e.g. `footprint_area_m2`.
  public var id: String { description.id }
}

/// What a data dictionary says about an indicator.
public struct IndicatorDescription: Sendable, Hashable {
  /// Name of the column in files: snake case with the unit.
  public var id: String
  /// Unit, e.g. `m²`; `1` for a pure number.
  public var unit: String
  /// A line for people.
  public var title: String
  /// How it is computed, and when it is null.
  public var formula: String
  /// Where the definition comes from.
  public var source: String

  /// All of them, in the order of `Indicator`.
  public static let all: [IndicatorDescription] = {
    var rows: [IndicatorDescription] = []
    func add(_ id: String, _ unit: String, _ title: String, _ formula: String, _ source: String) {
      rows.append(IndicatorDescription(id: id, unit: unit, title: title, formula: formula, source: source))
    }
    let momepy = "as in momepy 0.11 (Fleischmann 2019)"
    let own = "Rekindle"
    add("footprint_area_m2", "m²", "Footprint area", "exteriors less holes", momepy)
    add("perimeter_m", "m", "Perimeter", "length of all rings", momepy)
    add("isoperimetric_quotient", "1", "Isoperimetric quotient", "4πA/P²; null without area", "Osserman 1978")
    add(
      "circular_compactness", "1", "Circular compactness", "A/(πr²) of the minimum bounding circle; null without area",
      "Reock 1961; \(momepy)")
    add("elongation", "1", "Elongation", "shorter by longer side of the minimum rotated rectangle; null without area", momepy)
    add(
      "orientation_deg", "°", "Orientation", "deviation of the minimum rotated rectangle from the grid's axes, 0…45; null without area",
      momepy)
    add(
      "rectangularity", "1", "Rectangularity", "A/area of the minimum rotated rectangle; null without area", "Dibble et al. 2019; \(momepy)"
    )
    add("convexity", "1", "Convexity", "A/area of the convex hull; null without area", "Dibble et al. 2019; \(momepy)")
    add("courtyard_area_m2", "m²", "Courtyard area", "area of the holes", "Schirmer & Axhausen 2015; \(momepy)")
    add("corners", "1", "Corners", "vertices of exteriors where the boundary turns by more than 10°", momepy)
    add(
      "shared_wall_length_m", "m", "Shared wall length",
      "boundary within 0.1 m of a wall of another building that runs alongside (up to 15° apart)",
      "Hamaina et al. 2012; tolerance: Rekindle")
    add("shared_wall_ratio", "1", "Shared wall ratio", "shared wall length / perimeter; null without perimeter", "Hamaina et al. 2012")
    add(
      "daylight_share", "1", "Day-lit share of the floor",
      "share of the floor within 2 × (clear height − 0.3 m) of a wall that is not shared",
      "rule of thumb of daylight codes")
    add(
      "daylight_share_low", "1", "Day-lit share, lower end", "at the lower end of the clear height where that is a prior",
      "rule of thumb of daylight codes")
    add(
      "daylight_share_high", "1", "Day-lit share, upper end", "at the upper end of the clear height where that is a prior",
      "rule of thumb of daylight codes")
    add(
      "street_frontage_m", "m", "Street frontage", "outer wall not shared whose normal meets a street within 15 m; null without streets",
      own)
    add(
      "unit_potential_m_per_m2", "m/m²", "Unit potential", "outer wall not shared × storeys / gross floor area; null without storeys", own)
    let storeys =
      "given, else height ÷ storey height of the function, else median of the 15 nearest buildings of like function within 800 m"
    add("storeys", "1", "Storeys", storeys, own)
    add("storeys_low", "1", "Storeys, lower end", "2nd lowest of those 15 where inferred", own)
    add("storeys_high", "1", "Storeys, upper end", "2nd highest of those 15 where inferred", own)
    add("gross_floor_area_m2", "m²", "Gross floor area", "given, else footprint × storeys", own)
    add("gross_floor_area_low_m2", "m²", "Gross floor area, lower end", "footprint × lower end of storeys where inferred", own)
    add("gross_floor_area_high_m2", "m²", "Gross floor area, upper end", "footprint × upper end of storeys where inferred", own)
    let prior = "else middle of the prior of function and era; null without one"
    add("clear_height_m", "m", "Clear height", "floor-to-floor height − 0.4 m, \(prior)", "expert assumption")
    add("clear_height_low_m", "m", "Clear height, lower end", "lower end of the prior", "expert assumption")
    add("clear_height_high_m", "m", "Clear height, upper end", "upper end of the prior", "expert assumption")
    add("imposed_load_kn_m2", "kN/m²", "Imposed load", "middle of the prior of the function; null without one", "EN 1991-1-1 categories")
    add("imposed_load_low_kn_m2", "kN/m²", "Imposed load, lower end", "lower end of the prior", "EN 1991-1-1 categories")
    add("imposed_load_high_kn_m2", "kN/m²", "Imposed load, upper end", "upper end of the prior", "EN 1991-1-1 categories")
    let names: [(PlaceCategory, String, String)] = [
      (.transit, "transit", "public transport stop"), (.food, "food", "food place"), (.culture, "culture", "cultural place"),
      (.higherEducation, "higher_education", "place of higher education"), (.school, "school", "school"),
      (.grocery, "grocery", "grocery"), (.park, "park", "park"), (.health, "health", "health place"), (.retail, "retail", "shop"),
    ]
    for (_, id, title) in names {
      add(
        "walk_to_\(id)_m", "m", "Walk to the nearest \(title)",
        "along the street graph from the nearest edge to the place's, with the ways to both; up to 5,000 m; straight × 1.3 without streets",
        "Dijkstra 1959")
    }
    for metres in ["400", "800"] {
      for (_, id, title) in names {
        add(
          "\(id)_within_\(metres)_m", "1", "\(title.prefix(1).uppercased() + title.dropFirst()): number within \(metres) m on foot",
          "distance as in walk_to_\(id)_m", own)
      }
    }
    add(
      "walk_to_centre_m", "m", "Walk to the centre",
      "along the street graph to the study's centre, else the mean of culture and food places", own)
    add(
      "main_road_distance_m", "m", "Distance to a main road",
      "straight line to a trunk, primary, secondary or tertiary road, up to 5,000 m", own)
    add(
      "company_density_per_km2", "1/km²", "Company density", "Epanechnikov kernel of 500 m over creative companies", "Silverman 1986, p. 76"
    )
    add(
      "sector_diversity", "1", "Sector diversity",
      "Shannon entropy of companies by sector within 800 m ÷ ln(sectors there); 0 with fewer than two sectors", "Pielou 1966")
    add("sector_entropy_nats", "nat", "Sector entropy", "−Σ p ln p of companies by sector within 800 m", "Shannon 1948")
    add(
      "hot_spot", "1", "Hot spot", "1 hot, −1 cold, 0 neither: Gi* of the building's 250 m cell, false-discovery rate < 0.10",
      "Getis & Ord 1992")
    add("hot_spot_z", "1", "Gi* of the cell", "standard score of companies in the cell and its 8 neighbours", "Ord & Getis 1995")
    add(
      "hot_spot_q", "1", "False-discovery rate of the cell", "adjusted p value over all cells with neighbours", "Benjamini & Hochberg 1995")
    add(
      "pole_floor_area_m2", "m²", "Vacant floor area near by", "gross floor area of other buildings with evidence of vacancy within 300 m",
      own)
    add(
      "creative_location_quotient", "1", "Location quotient of creative jobs", "share of creative jobs in the district ÷ share in the city",
      "Florence 1939")
    add("unemployment_rate", "1", "Unemployment rate of the district", "unemployed / labour force", own)
    add("unemployment_ratio", "1", "Unemployment ÷ city's", "rate of the district / rate of all districts together", own)
    add("young_adults_share", "1", "Young adults in the district", "inhabitants of 20 to 34 years / inhabitants", own)
    add("dwelling_vacancy_rate", "1", "Vacancy rate of the district", "vacant dwellings / dwellings", own)
    add("district_rent", "currency/m²·month", "Rent in the district", "as given", own)
    add("rent_ratio", "1", "Rent ÷ city's", "rent of the district / mean of all districts, weighted by dwellings where known", own)
    add(
      "creative_space_demand_m2_per_year", "m²/a", "Demand for creative space in the district",
      "creative jobs × (resettlement + relocation rate) × m² per job", "GIFPRO, Bauer & Bonny 1987")
    add(
      "district_vacant_floor_area_m2", "m²", "Vacant floor area in the district",
      "gross floor area of its buildings with evidence of vacancy", own)
    for (id, title) in [
      ("flood", "Flood"), ("contamination", "Contamination"), ("noise", "Noise"), ("nature", "Nature"), ("zoning", "Zoning"),
    ] {
      add("\(id)_share", "1", "\(title) constraint: share of the footprint", "area of footprint ∩ union of the areas / footprint area", own)
    }
    precondition(rows.count == Indicator.allCases.count, "one description for each indicator")
    return rows
  }()
}
