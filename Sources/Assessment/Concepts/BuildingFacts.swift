import ProjectFinance

/// What a concept needs to know of a building, with the intervals of what is not known.
struct BuildingFacts: Sendable {
  /// Gross floor area, m²: central value and interval.
  var grossFloorArea: Double, low: Double, high: Double
  /// Lettable share of the gross floor area.
  var efficiency: Double
  /// Site area, m².
  var siteArea: Double
  /// Storeys, central value; 1 when not known.
  var storeys: Double
  /// Year of construction.
  var year: Int?
  /// Former use.
  var function: String
  /// good, fair, poor or ruin; `nil` when not known.
  var condition: String?
  /// Whether the vacancy evidence says derelict, or the condition ruin.
  var isDerelict: Bool
  /// Listed.
  var isListed: Bool
  /// none, treated, suspected, present; `nil` when not known.
  var contamination: String?
  /// Share of the floor with daylight.
  var daylightShare: Double?
  /// Whether the clear height is an interval only.
  var isHeightUncertain: Bool
  /// Holding cost, EUR a year: security of the site, maintenance of the building.
  var security: Double, maintenance: Double
  /// The market rent.
  var rent: Assumption?
  /// Area the district takes up a year, m²; `nil` when not known.
  var demandPerYear: Double?
  /// Area one site can win while it fills up, m²; `nil` when not known.
  var demandLimit: Double?

  /// Lettable area of the whole building, m².
  var lettableArea: Double { grossFloorArea * efficiency }
  /// Holding cost, EUR a year.
  var holdingCost: Double { security + maintenance }
  /// Whether it is a hall.
  var isHall: Bool { ["industrial", "warehouse", "hall", "transportHall", "garage"].contains(function) }
}

extension ConceptBuilder {
  /// What is known of the building; what is missing goes to the notes.
  mutating func buildingFacts() throws -> BuildingFacts {
    let footprint = site.number("ind_footprint_area_m2") ?? 0
    var gross = site.number("ind_gross_floor_area_m2") ?? .nan
    var low = site.number("ind_gross_floor_area_low_m2") ?? gross, high = site.number("ind_gross_floor_area_high_m2") ?? gross
    if gross.isNaN {
      // Neither storeys nor height nor like buildings near by: one storey is certain, and the concept says so.
      let most = try figure("storeys.unknown.high")
      (gross, low, high) = (footprint, footprint, footprint * most)
      note(Message(.noteStoreys, .number(Double(Int(most)))))
    } else if low < high {
      note(Message(.noteFloorArea, .whole(low), .whole(high)))
    }
    let function = site.text("function") ?? "other"
    let efficiency = try figure("efficiency.\(function == "publicBuilding" ? "public" : function == "unknown" ? "other" : function)")
    var siteArea = site.number("site_area_m2")
    if siteArea == nil { siteArea = try footprint * figure("site.area.factor") }
    let condition = site.text("condition")
    if condition == nil { note(Message(.noteCondition)) }
    if site.number("year") == nil { note(Message(.noteYear)) }
    let demand = try demand()
    return BuildingFacts(
      grossFloorArea: gross, low: max(1, min(low, gross)), high: max(high, gross), efficiency: efficiency, siteArea: siteArea ?? 0,
      storeys: site.number("ind_storeys") ?? 1, year: site.number("year").map { Int($0) }, function: function, condition: condition,
      isDerelict: condition == "ruin" || site.text("vacancy") == "derelict", isListed: site.text("heritage") == "yes",
      contamination: site.text("contamination"), daylightShare: site.number("ind_daylight_share"),
      isHeightUncertain: (site.number("ind_clear_height_low_m") ?? 0) < (site.number("ind_clear_height_high_m") ?? 0),
      security: try price("hold.security").value * (siteArea ?? 0) / 10_000, maintenance: try price("hold.maintenance").value * gross,
      rent: try marketRent(), demandPerYear: demand?.perYear, demandLimit: demand?.limit)
  }

  private mutating func marketRent() throws -> Assumption? {
    let ids = [site.text("district_id").map { "rent.market.\($0)" }, "rent.market"].compactMap(\.self)
    // What is asked for this building is known; the market's rent is an assumption, unless somebody asks what if it were another.
    if let value = site.number("asking_rent_eur_m2_month"), !ids.contains(where: { register.optional($0)?.origin == "--set" }) {
      let rent = Assumption(
        id: "rent.market", title: "rent asked for the building", value: value, unit: "EUR/m2/month", areaBasis: "lettable",
        priceBase: study.priceDate.year, country: study.country, source: "buildings layer", kind: "observed", origin: "study")
      use(rent)
      return rent
    }
    if let known = ids.first(where: { register.optional($0) != nil }) { return try price(known) }
    if let value = site.number("ind_district_rent") {
      let rent = Assumption(
        id: "rent.market", title: "market rent of the district", value: value, unit: "EUR/m2/month", areaBasis: "lettable",
        priceBase: study.priceDate.year, country: study.country, source: "district layer of the study", kind: "observed", origin: "study")
      use(rent)
      return rent
    }
    note(Message(.noteRent))
    return nil
  }

  private mutating func demand() throws -> (perYear: Double, limit: Double)? {
    guard let perYear = site.number("ind_creative_space_demand_m2_per_year"), perYear > 0 else {
      note(Message(.noteDemandUnknown))
      return nil
    }
    return (perYear, try perYear * figure("demand.years") * figure("demand.capture"))
  }
}
