import DecisionAnalysis
import UrbanIndicators

/// Where the value of a criterion comes from.
public enum ValueBasis: String, Sendable {
  /// Measured or stated.
  case data
  /// A range that function and era, or like buildings near by, make plausible.
  case prior
  /// The district's median.
  case district
  /// The city's median.
  case cityMedian = "city-median"
  /// Nothing is known: the middle.
  case none
}

/// What is known of one building on one criterion, as worth in [0, 1].
public struct CriterionWorth: Sendable, Equatable {
  /// Worth that is reckoned with.
  public var value: Double
  /// Lowest worth it may have.
  public var low: Double
  /// Highest worth it may have.
  public var high: Double
  /// Where it comes from.
  public var basis: ValueBasis
}

/// Measures one criterion of the profile on every building: the bridge from indicators and fields to worth.
struct CriterionInput {
  /// What a building is on a criterion, before the value function.
  enum Measurement {
    /// A known number or category index.
    case known(Double)
    /// A known worth of 0: farther than the search reaches.
    case worthless
    /// Between two numbers, most likely the middle one.
    case between(Double, Double, Double)
    /// Not known.
    case unknown
  }

  /// The ids that a profile may use.
  static let known = [
    "gross_floor_area", "daylight_share", "clear_height", "street_frontage", "imposed_load", "condition", "character", "walk_to_transit",
    "walk_to_centre",
    "food_places_400", "walk_to_culture", "walk_to_park", "distance_to_main_road", "company_density", "sector_diversity", "hot_spot",
    "pole_floor_area",
    "unemployment_ratio", "vacancy_rate", "young_adults_share", "rent_ratio", "owner", "flood_share", "contamination", "zoning",
  ]

  let criterion: Profile.Criterion
  let source: StudyCity
  let table: IndicatorTable
  private let categoryIndex: [String: Double]
  private let hasExposure: Bool

  init(_ criterion: Profile.Criterion, source: StudyCity, table: IndicatorTable) {
    (self.criterion, self.source, self.table) = (criterion, source, table)
    var index: [String: Double] = [:]
    for (k, name) in (criterion.value.categories ?? []).enumerated() { index[name] = Double(k) }
    categoryIndex = index
    hasExposure = source.city.constraints.contains { $0.kind == .flood }
  }

  /// What a building is on this criterion.
  func measurement(_ row: Int) -> Measurement {
    let buildings = source.city.buildings
    func number(_ indicator: Indicator) -> Measurement {
      let x = table[indicator, row]
      return x.isNaN ? .unknown : .known(x)
    }
    func range(_ centre: Indicator, _ low: Indicator, _ high: Indicator) -> Measurement {
      let c = table[centre, row], l = table[low, row], h = table[high, row]
      if l.isNaN || h.isNaN { return c.isNaN ? .unknown : .known(c) }
      if c.isNaN { return .between(l, (l + h) / 2, h) }
      return l == h ? .known(c) : .between(l, c, h)
    }
    func category(_ name: String) -> Measurement { categoryIndex[name].map { .known($0) } ?? .unknown }
    func walk(_ categories: [PlaceCategory]) -> Measurement {
      var best = Double.infinity
      var beyond = false
      for place in categories {
        let x = table[Indicator.walk(to: place), row]
        if !x.isNaN { best = min(best, x) } else if table.status(place, row) == .beyondSearch { beyond = true }
      }
      return best.isFinite ? .known(best) : beyond ? .worthless : .unknown
    }
    switch criterion.id {
    case "gross_floor_area":
      if !buildings.grossFloorArea[row].isNaN { return .known(buildings.grossFloorArea[row]) }
      return range(.grossFloorArea, .grossFloorAreaLow, .grossFloorAreaHigh)
    case "daylight_share": return number(.daylightShare)
    case "clear_height": return range(.clearHeight, .clearHeightLow, .clearHeightHigh)
    case "imposed_load": return range(.imposedLoad, .imposedLoadLow, .imposedLoadHigh)
    case "street_frontage": return number(.streetFrontage)
    case "condition": return buildings.condition[row] == .unknown ? .unknown : category(buildings.condition[row].name)
    case "character":
      let year = buildings.year[row]
      let industrial = [.industrial, .warehouse, .transportHall].contains(buildings.function[row])
      if buildings.heritage[row] == .yes || (industrial && year < 1945) { return category("heritage") }
      guard !year.isNaN else { return .unknown }
      return category(year < 1945 ? "before1945" : year < 1970 ? "before1970" : "later")
    case "walk_to_transit": return walk([.transit])
    case "walk_to_culture": return walk([.culture, .higherEducation])
    case "walk_to_park": return walk([.park])
    case "walk_to_centre":
      let x = table[.walkToCentre, row]
      if !x.isNaN { return .known(x) }
      return row < table.centreStatus.count && table.centreStatus[row] == .beyondSearch ? .worthless : .unknown
    case "food_places_400": return number(.foodWithin400)
    case "distance_to_main_road": return number(.mainRoadDistance)
    case "company_density": return number(.companyDensity)
    case "sector_diversity": return number(.sectorDiversity)
    case "hot_spot":
      let x = table[.hotSpot, row]
      return x.isNaN ? .unknown : category(x > 0 ? "hot" : x < 0 ? "cold" : "none")
    case "pole_floor_area": return number(.poleFloorArea)
    case "unemployment_ratio": return number(.unemploymentRatio)
    case "vacancy_rate": return number(.dwellingVacancyRate)
    case "young_adults_share": return number(.youngAdultsShare)
    case "rent_ratio": return number(.rentRatio)
    case "owner": return category(source.owners[row])
    case "flood_share": return hasExposure ? number(.floodShare) : .unknown
    case "contamination": return category(source.contamination[row])
    case "zoning": return category(source.zoning[row])
    default: preconditionFailure("the profile's decoder lets no other criterion pass")
    }
  }

  /// The worth where the measurement alone gives one; `nil` when it is unknown.
  func worth(_ row: Int) -> CriterionWorth? {
    switch measurement(row) {
    case .known(let x):
      let v = criterion.value.value(x)
      return CriterionWorth(value: v, low: v, high: v, basis: .data)
    case .worthless: return CriterionWorth(value: 0, low: 0, high: 0, basis: .data)
    case .between(let low, let centre, let high):
      let range = criterion.value.range(over: low...high)
      return CriterionWorth(value: criterion.value.value(centre), low: range.lowerBound, high: range.upperBound, basis: .prior)
    case .unknown: return nil
    }
  }
}

/// A criterion with what an unknown building is reckoned with: the district's median worth, then the city's, then 0.5 (method §3).
///
/// Medians run over all buildings with a known worth, by histograms of 1e-4, so that they do not depend on which are candidates.
struct CriterionEvaluator: Sendable {
  let weight: Double
  let group: Int
  private let input: CriterionInput
  private let cityMedian: Double?
  private let districtMedian: [Double]
  private let bounds: ClosedRange<Double>

  init(_ criterion: Profile.Criterion, source: StudyCity, table: IndicatorTable) {
    weight = criterion.weight
    group = criterion.group
    input = CriterionInput(criterion, source: source, table: table)
    bounds = criterion.value.range
    let n = source.city.buildings.count
    let districts = source.city.districts?.count ?? 0
    var city = FixedWidthHistogram(low: 0, high: 1, bins: 10_000)
    var byDistrict: [Int: FixedWidthHistogram] = [:]
    var anyUnknown = false
    var anyKnown = false
    for row in 0..<n {
      guard let worth = input.worth(row) else {
        anyUnknown = true
        continue
      }
      guard worth.basis == .data else { continue }
      anyKnown = true
      city.add(worth.value)
    }
    cityMedian = anyKnown ? city.quantile(0.5) : nil
    guard anyUnknown, anyKnown, districts > 0, !table.districtIndex.isEmpty else {
      districtMedian = []
      return
    }
    for row in 0..<n {
      let district = Int(table.districtIndex[row])
      guard district >= 0, let worth = input.worth(row), worth.basis == .data else { continue }
      byDistrict[district, default: FixedWidthHistogram(low: 0, high: 1, bins: 10_000)].add(worth.value)
    }
    districtMedian = (0..<districts).map { byDistrict[$0]?.quantile(0.5) ?? .nan }
  }

  /// The worth of a building, whatever is known of it.
  func worth(_ row: Int) -> CriterionWorth {
    if let worth = input.worth(row) { return worth }
    let district = input.table.districtIndex.isEmpty ? -1 : Int(input.table.districtIndex[row])
    if district >= 0, district < districtMedian.count, !districtMedian[district].isNaN {
      return CriterionWorth(value: districtMedian[district], low: bounds.lowerBound, high: bounds.upperBound, basis: .district)
    }
    if let cityMedian { return CriterionWorth(value: cityMedian, low: bounds.lowerBound, high: bounds.upperBound, basis: .cityMedian) }
    return CriterionWorth(value: 0.5, low: 0, high: 1, basis: .none)
  }

  func measurement(_ row: Int) -> CriterionInput.Measurement { input.measurement(row) }
}
