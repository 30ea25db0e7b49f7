import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Measuring a city")
struct MeasureTests {
  /// A small city of every kind of layer.
  private func city(seed: UInt64, order: ((Int) -> [Int])? = nil) -> City {
    var generator = SplitMix64(seed: seed)
    var rings: [[(Double, Double)]] = []
    for k in 0..<600 {
      let x = Double(k % 30) * 20 + 385_000, y = Double(k / 30) * 20 + 6_672_000
      let w = k % 3 == 0 ? 20 : Double.random(in: 6..<18, using: &generator)
      rings.append(
        k % 7 == 0 ? randomStar(&generator, x: x + 8, y: y + 8, radius: 8) : [(x, y), (x + w, y), (x + w, y + 12), (x, y + 12)])
    }
    let storeys = rings.indices.map { _ in Double.random(in: 0..<6, using: &generator).rounded() }
    let years = rings.indices.map { _ in Double.random(in: 1850..<2020, using: &generator).rounded() }
    let vacant = rings.indices.map { _ in Int.random(in: 0..<10, using: &generator) == 0 }
    let functions = rings.indices.map { _ in BuildingFunction.allCases.randomElement(using: &generator)! }
    let rows = order?(rings.count) ?? Array(rings.indices)
    var ids = TextColumn()
    var column = GeometryColumn()
    for row in rows {
      ids.append("b\(row)")
      column.append(polygon: rings[row])
    }
    var buildings = Buildings(ids: ids, geometry: column)
    buildings.storeys = rows.map { storeys[$0] == 0 ? .nan : storeys[$0] }
    buildings.year = rows.map { years[$0] }
    buildings.function = rows.map { functions[$0] }
    buildings.hasVacancyEvidence = rows.map { vacant[$0] }
    var lines = GeometryColumn()
    for k in 0...10 { lines.append(line: (0...30).map { (385_000 + Double($0) * 20, 6_672_000 + Double(k) * 40 - 3) }) }
    for k in 0...10 { lines.append(line: (0...10).map { (385_000 + Double(k) * 60, 6_672_000 + Double($0) * 40 - 3) }) }
    var districts = GeometryColumn()
    districts.append(boxFrom: 384_000, 6_671_000, to: 385_300, 6_673_000)
    districts.append(boxFrom: 385_300, 6_671_000, to: 387_000, 6_673_000)
    var names = TextColumn()
    names.append("west")
    names.append("east")
    var d = Districts(ids: names, names: names, geometry: districts)
    d.unemployed = [10, 20]
    d.labourForce = [100, 100]
    d.rent = [9, 11]
    func x() -> Double { 385_000 + Double.random(in: 0..<600, using: &generator) }
    func y() -> Double { 6_672_000 + Double.random(in: 0..<400, using: &generator) }
    let places = Places(
      x: (0..<40).map { _ in x() }, y: (0..<40).map { _ in y() }, category: (0..<40).map { PlaceCategory.allCases[$0 % 8] })
    let companies = Companies(
      x: (0..<90).map { _ in x() }, y: (0..<90).map { _ in y() }, sector: (0..<90).map { Int16($0 % 5) - 1 },
      employees: Array(repeating: 3, count: 90))
    var flood = GeometryColumn()
    flood.append(polygon: randomStar(&generator, x: 385_200, y: 6_672_200, radius: 200))
    var nature = GeometryColumn()
    nature.append(boxFrom: 385_000, 6_672_000, to: 385_055, 6_672_400)
    return City(
      crs: CoordinateReferenceSystem("EPSG:3067"), buildings: buildings, districts: d, places: places, companies: companies,
      streets: Streets(
        geometry: lines, roadClass: (0..<lines.count).map { $0 == 0 ? .primary : .residential },
        walkable: Array(repeating: true, count: lines.count)),
      constraints: [
        ConstraintLayer(kind: .flood, effect: .veto, above: 0.5, geometry: flood),
        ConstraintLayer(kind: .nature, effect: .penalty, above: 0, geometry: nature),
        ConstraintLayer(kind: .nature, effect: .penalty, above: 0, geometry: nature),
      ])
  }

  @Test("Where the map of a constraint does not reach, and where a record of it was not read, the share is unknown, never 0")
  func uncertified() {
    var footprints = GeometryColumn()
    // Inside the map and free, half inside an area, wholly inside it, beyond the map.
    for x in [0.0, 25, 60, 300] { footprints.append(boxFrom: x, 0, to: x + 10, 10) }
    var areas = GeometryColumn()
    areas.append(boxFrom: 30, -50, to: 100, 50)
    areas.append(boxFrom: -50, 40, to: -40, 50)
    var ids = TextColumn()
    for id in ["a", "b", "c", "d"] { ids.append(id) }
    func shares(isWhole: Bool) -> [Double] {
      let layer = ConstraintLayer(kind: .flood, effect: .veto, above: 0.5, geometry: areas, isWhole: isWhole)
      let city = City(
        crs: CoordinateReferenceSystem("EPSG:3067"),
        buildings: Buildings(ids: ids, geometry: footprints), constraints: [layer])
      let table = measure(city, options: MeasureOptions())
      return (0..<4).map { table[.floodShare, $0] }
    }
    let whole = shares(isWhole: true)
    #expect(whole[0] == 0 && whole[1] == 0.5 && whole[2] == 1 && whole[3].isNaN)
    let torn = shares(isWhole: false)
    // A footprint that lies wholly inside one area is known to.
    #expect(torn[0].isNaN && torn[1].isNaN && torn[2] == 1 && torn[3].isNaN)
  }

  @Test("Every number of threads gives the same bytes")
  func threads() {
    let city = city(seed: 1)
    var options = MeasureOptions()
    let one = measure(city, options: options)
    for threads in [2, 3, 8] {
      options.threads = threads
      let many = measure(city, options: options)
      for indicator in Indicator.allCases {
        for row in 0..<one.count {
          #expect(one[indicator, row].bitPattern == many[indicator, row].bitPattern, "\(indicator.id) \(row)")
        }
      }
      // By text: NaN equals NaN.
      #expect("\(one.city)" == "\(many.city)" && one.districtIndex == many.districtIndex && one.accessStatus == many.accessStatus)
    }
  }

  @Test("The order of buildings does not change what is measured")
  func order() {
    var generator = SplitMix64(seed: 99)
    var rows: [Int] = []
    let a = measure(city(seed: 2))
    let b = measure(
      city(seed: 2) { n in
        rows = Array(0..<n).shuffled(using: &generator)
        return rows
      })
    for indicator in Indicator.allCases {
      for (k, row) in rows.enumerated() {
        #expect(agrees(a[indicator, row], b[indicator, k], 1e-9), "\(indicator.id) \(row): \(a[indicator, row]) \(b[indicator, k])")
      }
    }
  }

  @Test("With all layers all indicators are measured, and stages come in order")
  func stages() {
    var begun: [MeasureStage] = []
    var open: MeasureStage?
    let t = measure(city(seed: 3)) { stage, isDone in
      if isDone {
        #expect(open == stage)
        open = nil
      } else {
        #expect(open == nil)
        open = stage
        begun.append(stage)
      }
    }
    #expect(begun == MeasureStage.allCases)
    for indicator in Indicator.allCases {
      let kinds: [Indicator] = [.contaminationShare, .noiseShare, .zoningShare]
      #expect(t[indicator].isMeasured != kinds.contains(indicator), "\(indicator.id)")
    }
    #expect(t.constraintShares.count == 3 && t[.natureShare, 1] == t.constraintShares[1][1])
    for row in 0..<t.count {
      #expect((0...1).contains(t[.daylightShare, row]) && (0...45).contains(t[.orientation, row]), "\(row)")
      #expect(t[.sharedWallLength, row] <= t[.perimeter, row] * (1 + 1e-12) && t[.convexity, row] <= 1 + 1e-12)
      #expect(t[.streetFrontage, row] <= t[.perimeter, row] && !(t[.floodShare, row] < 0) && !(t[.floodShare, row] > 1))
      #expect(!(t[.storeysLow, row] > t[.storeys, row]) && !(t[.storeysHigh, row] < t[.storeys, row]))
      #expect(t[.within400(.food), row] <= t[.within800(.food), row])
      #expect((t[.within800(.food), row] > 0) == (t[.walk(to: .food), row] <= 800))
    }
    #expect(t.status(.retail, 0) == .noPlaces && t[.walk(to: .retail), 0].isNaN)
    #expect(t.city.unemploymentRate == 0.15 && t.city.rent == 10)
    let median = t.median(of: .footprintArea)!
    let sorted = (0..<t.count).map { t[.footprintArea, $0] }.sorted()
    #expect(
      abs(median - sorted[t.count / 2]) <= 1e-4 * (sorted[t.count - 1] - sorted[0]) + abs(sorted[t.count / 2] - sorted[t.count / 2 - 1]))
  }

  @Test("Missing layers leave nulls, never numbers")
  func missingLayers() {
    var bare = city(seed: 4)
    bare.streets = nil
    bare.places = nil
    bare.companies = nil
    bare.districts = nil
    bare.constraints = []
    let t = measure(bare)
    for indicator in [
      Indicator.streetFrontage, .walkToFood, .foodWithin400, .walkToCentre, .mainRoadDistance, .companyDensity, .hotSpot, .rentRatio,
      .floodShare,
    ] {
      #expect(!t[indicator].isMeasured && t[indicator, 0].isNaN)
      #expect(t.median(of: indicator) == nil)
    }
    #expect(t[.poleFloorArea, 0] >= 0 && t.status(.food, 0) == .noPlaces)
    // Places without streets: straight lines, and the table says so.
    var straight = city(seed: 4)
    straight.streets = nil
    let s = measure(straight)
    #expect(s.isStraightLineEstimate && s[.walk(to: .food), 0] > 0 && s[.walkToCentre, 0] > 0)
    // An empty city.
    let empty = measure(City(crs: bare.crs, buildings: Buildings(ids: TextColumn(), geometry: GeometryColumn())))
    #expect(empty.count == 0)
  }

  @Test("Ids are unique snake case, and every indicator has unit, formula and source")
  func dictionary() {
    let all = IndicatorDescription.all
    #expect(all.count == Indicator.allCases.count && Set(all.map(\.id)).count == all.count)
    for d in all {
      #expect(d.id.allSatisfy { ($0 >= "a" && $0 <= "z") || ($0 >= "0" && $0 <= "9") || $0 == "_" }, "\(d.id)")
      #expect(!d.unit.isEmpty && !d.title.isEmpty && !d.formula.isEmpty && !d.source.isEmpty, "\(d.id)")
    }
    #expect(Indicator.walk(to: .retail).id == "walk_to_retail_m" && Indicator.within400(.transit).id == "transit_within_400_m")
    #expect(
      Indicator.within800(.higherEducation).id == "higher_education_within_800_m" && Indicator.exposure(to: .zoning).id == "zoning_share")
    #expect(
      Indicator.ofFootprints.map(\.id) == [
        "footprint_area_m2", "perimeter_m", "isoperimetric_quotient", "circular_compactness", "elongation", "orientation_deg",
        "rectangularity", "convexity", "courtyard_area_m2", "corners", "shared_wall_length_m", "shared_wall_ratio", "daylight_share",
      ])
  }

  @Test("Codes of enumerations read back")
  func codes() {
    #expect(BuildingFunction(name: "transportHall") == .transportHall && BuildingFunction(name: "barn") == nil)
    #expect(BuildingFunction.allCases.allSatisfy { BuildingFunction(name: $0.name) == $0 })
    #expect(PlaceCategory.allCases.allSatisfy { PlaceCategory(name: $0.name) == $0 } && Condition(name: "ruin") == .ruin)
    #expect(RoadClass.allCases.allSatisfy { RoadClass(name: $0.name) == $0 } && ConstraintKind(name: "flood") == .flood)
    #expect(ConstraintEffect.allCases.allSatisfy { ConstraintEffect(name: $0.name) == $0 } && ConstraintEffect(name: "flood") == nil)
    #expect(!RoadClass.motorway.isMainRoad && RoadClass.tertiary.isMainRoad && !RoadClass.footway.isFronted)
  }

  @Test("Chosen rows of a column, of every kind, are those of the table one by one")
  func chosenRows() {
    let columns: [IndicatorColumn] = [
      .unmeasured, .real([1, .nan, 3]), .count([7, .max, 9]), .grouped(values: [5, 6], group: [1, -1, 0]),
      .known([1, 2, 3], byClass: [8], class: [0, 254, 255]),
    ]
    let expected: [[Double]] = [[.nan, .nan, .nan], [3, 1, .nan], [9, 7, .nan], [5, 6, .nan], [3, 8, .nan]]
    for (column, values) in zip(columns, expected) {
      for (a, b) in zip(column.values([2, 0, 1]), values) { #expect(agrees(a, b, 0)) }
      for row in 0..<3 { #expect(agrees(column.values([row])[0], column[row], 0)) }
    }
  }

  @Test("Footprints measured alone are those measured with the city, and a place is where its geometry has its middle")
  func parts() {
    var city = city(seed: 5)
    // Nothing is known but footprints.
    city.buildings = Buildings(ids: city.buildings.ids, geometry: city.buildings.geometry)
    let whole = measure(city)
    var alone = IndicatorTable(count: city.buildings.count)
    measureFootprints(city.buildings.geometry, into: &alone)
    for indicator in Indicator.ofFootprints {
      for row in 0..<whole.count { #expect(agrees(alone[indicator, row], whole[indicator, row], 0), "\(indicator.id) \(row)") }
    }
    var geometry = GeometryColumn()
    geometry.append(boxFrom: 0, 0, to: 4, 2)
    geometry.append(line: [(0, 0), (0, 10)])
    let places = Places(geometry: geometry, category: [.park, .transit])
    #expect(places.x == [2, 0] && places.y == [1, 5] && places.count == 2)
  }

  @Test("Histograms merge, and their quantiles are within a bin")
  func histogram() {
    var generator = SplitMix64(seed: 12)
    var a = FixedWidthHistogram(low: -3, high: 7, bins: 1000), b = a, whole = a
    var values: [Double] = []
    for k in 0..<5000 {
      let v = Double.random(in: -3...7, using: &generator)
      values.append(v)
      whole.add(v)
      if k % 2 == 0 { a.add(v) } else { b.add(v) }
    }
    a.merge(b)
    a.add(.nan)
    #expect(a == whole && a.total == 5000)
    values.sort()
    for share in [0.01, 0.25, 0.5, 0.9] {
      #expect(abs(a.quantile(share)! - values[Int(share * 5000)]) < 0.02)
    }
    #expect(FixedWidthHistogram(low: 0, high: 1, bins: 3).quantile(0.5) == nil)
    var one = FixedWidthHistogram(low: 4, high: 4, bins: 10)
    one.add(4)
    #expect(one.quantile(0.5) == 4)
  }
}
