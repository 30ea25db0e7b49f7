import DecisionAnalysis
import SimpleFeatures
import UrbanIndicators

/// Where the value of a criterion comes from.
public enum ValueBasis: String, Sendable, CaseIterable {
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

  /// Where the measurements come from: resolved once, so that nothing is looked up by name for a building.
  private enum Column {
    /// A number by building.
    case number(IndicatorColumn)
    /// A number that is given, else known to lie in a range.
    case range(given: [Double], centre: IndicatorColumn, low: IndicatorColumn, high: IndicatorColumn)
    /// Index of the category by building; `noCategory` where it is not known.
    case category([UInt16])
    /// The shortest of several walks, each with how it ended.
    case walk([(distance: IndicatorColumn, status: [AccessStatus])])
    /// Nothing is measured.
    case nothing
  }

  private static let noCategory = UInt16.max

  let criterion: Profile.Criterion
  let count: Int
  let districtIndex: [Int32]
  private let column: Column

  init(_ criterion: Profile.Criterion, source: StudyCity, table: IndicatorTable) {
    self.criterion = criterion
    count = source.city.buildings.count
    districtIndex = table.districtIndex
    let buildings = source.city.buildings
    var index: [String: UInt16] = [:]
    for (k, name) in (criterion.value.categories ?? []).enumerated() { index[name] = UInt16(k) }
    func category(_ name: String) -> UInt16 { index[name] ?? Self.noCategory }
    func walk(_ categories: [PlaceCategory]) -> Column {
      .walk(categories.map { (table[Indicator.walk(to: $0)], table.accessStatus.isEmpty ? [] : table.accessStatus[Int($0.rawValue)]) })
    }
    func number(_ indicator: Indicator) -> Column { .number(table[indicator]) }
    switch criterion.id {
    case "gross_floor_area":
      column = .range(
        given: buildings.grossFloorArea, centre: table[.grossFloorArea], low: table[.grossFloorAreaLow], high: table[.grossFloorAreaHigh])
    case "daylight_share": column = number(.daylightShare)
    case "clear_height":
      column = .range(given: [], centre: table[.clearHeight], low: table[.clearHeightLow], high: table[.clearHeightHigh])
    case "imposed_load":
      column = .range(given: [], centre: table[.imposedLoad], low: table[.imposedLoadLow], high: table[.imposedLoadHigh])
    case "street_frontage": column = number(.streetFrontage)
    case "condition":
      let known = Condition.allCases.map { $0 == .unknown ? Self.noCategory : category($0.name) }
      let places = Dictionary(uniqueKeysWithValues: zip(Condition.allCases, known))
      column = .category(buildings.condition.map { places[$0] ?? Self.noCategory })
    case "character":
      let heritage = category("heritage"), before1945 = category("before1945"), before1970 = category("before1970"),
        later = category("later")
      column = .category(
        (0..<count).map { row in
          let year = buildings.year[row]
          let function = buildings.function[row]
          let isIndustrial = function == .industrial || function == .warehouse || function == .transportHall
          if buildings.heritage[row] == .yes || (isIndustrial && year < 1945) { return heritage }
          return year.isNaN ? Self.noCategory : year < 1945 ? before1945 : year < 1970 ? before1970 : later
        })
    case "walk_to_transit": column = walk([.transit])
    case "walk_to_culture": column = walk([.culture, .higherEducation])
    case "walk_to_park": column = walk([.park])
    case "walk_to_centre": column = .walk([(table[.walkToCentre], table.centreStatus)])
    case "food_places_400": column = number(.foodWithin400)
    case "distance_to_main_road": column = number(.mainRoadDistance)
    case "company_density": column = number(.companyDensity)
    case "sector_diversity": column = number(.sectorDiversity)
    case "hot_spot":
      let hot = category("hot"), cold = category("cold"), none = category("none")
      let spots = table[.hotSpot]
      column = .category(
        (0..<count).map { row in
          let x = spots[row]
          return x.isNaN ? Self.noCategory : x > 0 ? hot : x < 0 ? cold : none
        })
    case "pole_floor_area": column = number(.poleFloorArea)
    case "unemployment_ratio": column = number(.unemploymentRatio)
    case "vacancy_rate": column = number(.dwellingVacancyRate)
    case "young_adults_share": column = number(.youngAdultsShare)
    case "rent_ratio": column = number(.rentRatio)
    case "owner": column = .category(Self.codes(count, index) { source.owners[$0] })
    case "flood_share": column = source.city.constraints.contains { $0.kind == .flood } ? number(.floodShare) : .nothing
    case "contamination": column = .category(Self.codes(count, index) { source.contamination[$0] })
    case "zoning": column = .category(Self.codes(count, index) { source.zoning[$0] })
    default: preconditionFailure("the profile's decoder lets no other criterion pass")
    }
  }

  /// The category of each text. Few texts differ, so the first of each is looked up and then met again by comparison.
  private static func codes(_ count: Int, _ index: [String: UInt16], _ text: (Int) -> String) -> [UInt16] {
    var seen: [(text: String, code: UInt16)] = []
    return (0..<count).map { row in
      let text = text(row)
      for entry in seen where entry.text == text { return entry.code }
      let code = index[text] ?? noCategory
      if seen.count < 16 { seen.append((text, code)) }
      return code
    }
  }

  /// What a building is on this criterion.
  private func measurement(_ row: Int) -> Measurement {
    switch column {
    case .number(let values):
      let x = values[row]
      return x.isNaN ? .unknown : .known(x)
    case .range(let given, let centre, let low, let high):
      if !given.isEmpty, !given[row].isNaN { return .known(given[row]) }
      let c = centre[row], l = low[row], h = high[row]
      if l.isNaN || h.isNaN { return c.isNaN ? .unknown : .known(c) }
      if c.isNaN { return .between(l, (l + h) / 2, h) }
      return l == h ? .known(c) : .between(l, c, h)
    case .category(let codes):
      return codes[row] == Self.noCategory ? .unknown : .known(Double(codes[row]))
    case .walk(let ways):
      var best = Double.infinity
      var isBeyond = false
      for way in ways {
        let x = way.distance[row]
        if !x.isNaN { best = min(best, x) } else if row < way.status.count, way.status[row] == .beyondSearch { isBeyond = true }
      }
      return best.isFinite ? .known(best) : isBeyond ? .worthless : .unknown
    case .nothing: return .unknown
    }
  }

  /// The worth of buildings where the measurement alone gives one; `nil` where it is unknown.
  ///
  /// Ranges repeat, because priors go by function and era, so what the last ones are worth is kept.
  func worths(_ rows: some Collection<Int>) -> [CriterionWorth?] {
    var worths: [CriterionWorth?] = []
    worths.reserveCapacity(rows.count)
    let categories = (criterion.value.categories ?? []).indices.map { criterion.value.value(Double($0)) }
    let value = criterion.value
    func known(_ v: Double) -> CriterionWorth { CriterionWorth(value: v, low: v, high: v, basis: .data) }
    switch column {
    case .nothing: return Array(repeating: nil, count: rows.count)
    case .category(let codes):
      for row in rows { worths.append(codes[row] == Self.noCategory ? nil : known(categories[Int(codes[row])])) }
    case .number(let column):
      for v in value.values(Self.gather(column, rows)) { worths.append(v.isNaN ? nil : known(v)) }
    case .range, .walk:
      var ranges = RangeMemory()
      for row in rows {
        switch measurement(row) {
        case .known(let x): worths.append(known(value.value(x)))
        case .worthless: worths.append(known(0))
        case .between(let low, let centre, let high): worths.append(ranges.worth(low, centre, high, value))
        case .unknown: worths.append(nil)
        }
      }
    }
    return worths
  }

  /// The values of a column, its kind looked at once.
  private static func gather(_ column: IndicatorColumn, _ rows: some Collection<Int>) -> [Double] {
    switch column {
    case .real(let values): rows.map { values[$0] }
    case .grouped(let values, let group): rows.map { group[$0] < 0 ? .nan : values[Int(group[$0])] }
    default: rows.map { column[$0] }
    }
  }

  /// What the last few ranges were worth.
  private struct RangeMemory {
    private var keys: [(Double, Double, Double)] = Array(repeating: (.nan, .nan, .nan), count: 256)
    private var worths: [CriterionWorth] = Array(repeating: CriterionWorth(value: 0, low: 0, high: 0, basis: .prior), count: 256)

    mutating func worth(_ low: Double, _ centre: Double, _ high: Double, _ value: ValueFunction) -> CriterionWorth {
      let mixed = (low.bitPattern &* 0x9E37_79B9_7F4A_7C15) ^ (centre.bitPattern &* 0xC2B2_AE3D_27D4_EB4F) ^ high.bitPattern
      let place = Int(truncatingIfNeeded: (mixed &* 0x9E37_79B9_7F4A_7C15) >> 56)
      if keys[place] == (low, centre, high) { return worths[place] }
      let range = value.range(over: low...high)
      let worth = CriterionWorth(value: value.value(centre), low: range.lowerBound, high: range.upperBound, basis: .prior)
      (keys[place], worths[place]) = ((low, centre, high), worth)
      return worth
    }
  }
}

/// A criterion with what an unknown building is reckoned with: the district's median worth, then the city's, then 0.5 (method §3).
///
/// Medians run over all buildings with a known worth, by histograms of 1e-4, so that they do not depend on which are candidates.
struct CriterionEvaluator: Sendable {
  let weight: Double
  let group: Int
  /// Whether it is known from data of every building of the city.
  let isKnownEverywhere: Bool
  private let input: CriterionInput
  private let cityMedian: Double?
  private let districtMedian: [Double]
  private let bounds: ClosedRange<Double>

  /// Rows that are evaluated together.
  static let chunk = 4096

  init(_ criterion: Profile.Criterion, source: StudyCity, table: IndicatorTable) {
    weight = criterion.weight
    group = criterion.group
    input = CriterionInput(criterion, source: source, table: table)
    bounds = criterion.value.range
    let n = input.count
    let districts = source.city.districts?.count ?? 0
    var city = FixedWidthHistogram(low: 0, high: 1, bins: 10_000)
    var isAnyUnknown = false
    /// Worth known from data by building, NaN for all else.
    var values: [Double] = []
    values.reserveCapacity(n)
    for start in stride(from: 0, to: n, by: Self.chunk) {
      for worth in input.worths(start..<min(n, start + Self.chunk)) {
        guard let worth else {
          isAnyUnknown = true
          values.append(.nan)
          continue
        }
        guard case .data = worth.basis else {
          values.append(.nan)
          continue
        }
        values.append(worth.value)
        city.add(worth.value)
      }
    }
    isKnownEverywhere = city.total == n
    cityMedian = city.quantile(0.5)
    guard isAnyUnknown, city.total > 0, districts > 0, !table.districtIndex.isEmpty else {
      districtMedian = []
      return
    }
    var byDistrict: [FixedWidthHistogram?] = Array(repeating: nil, count: districts)
    for row in 0..<n {
      let district = Int(table.districtIndex[row])
      guard district >= 0, !values[row].isNaN else { continue }
      byDistrict[district, default: FixedWidthHistogram(low: 0, high: 1, bins: 10_000)].add(values[row])
    }
    districtMedian = byDistrict.map { $0?.quantile(0.5) ?? .nan }
  }

  /// The worth of buildings, whatever is known of them, in the order of `rows`.
  func worths(_ rows: some Collection<Int>) -> [CriterionWorth] {
    zip(rows, input.worths(rows)).map { row, worth in worth ?? unknown(row) }
  }

  /// The worth of a building of which nothing is measured.
  private func unknown(_ row: Int) -> CriterionWorth {
    let district = input.districtIndex.isEmpty ? -1 : Int(input.districtIndex[row])
    if district >= 0, district < districtMedian.count, !districtMedian[district].isNaN {
      return CriterionWorth(value: districtMedian[district], low: bounds.lowerBound, high: bounds.upperBound, basis: .district)
    }
    if let cityMedian { return CriterionWorth(value: cityMedian, low: bounds.lowerBound, high: bounds.upperBound, basis: .cityMedian) }
    return CriterionWorth(value: 0.5, low: 0, high: 1, basis: .none)
  }

  /// The worth of a building, whatever is known of it.
  func worth(_ row: Int) -> CriterionWorth { worths(CollectionOfOne(row))[0] }
}

extension Array where Element == FixedWidthHistogram? {
  /// The histogram at a place, made when it is first asked for.
  fileprivate subscript(place: Int, default fresh: @autoclosure () -> FixedWidthHistogram) -> FixedWidthHistogram {
    get { self[place] ?? fresh() }
    _modify {
      var histogram = self[place].take() ?? fresh()
      defer { self[place] = histogram }
      yield &histogram
    }
  }
}
