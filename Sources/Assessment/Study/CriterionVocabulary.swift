extension Profile.Criterion {
  /// The ids that a profile may use.
  static let known = [
    "gross_floor_area", "daylight_share", "clear_height", "street_frontage", "imposed_load", "condition", "character", "walk_to_transit",
    "walk_to_centre",
    "food_places_400", "walk_to_culture", "walk_to_park", "distance_to_main_road", "company_density", "sector_diversity", "hot_spot",
    "pole_floor_area",
    "unemployment_ratio", "vacancy_rate", "young_adults_share", "rent_ratio", "owner", "flood_share", "contamination", "zoning",
  ]

  /// Those of them that are categories, not numbers.
  static let categorical: Set = ["condition", "character", "hot_spot", "owner", "contamination", "zoning"]
}
