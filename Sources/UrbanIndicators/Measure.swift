public import SimpleFeatures

/// Measures every building of a city: shape, walls, floors, daylight, frontage, district, access, companies, hot spots, exposure.
///
/// `progress` is told the stage when it begins (false) and when it ends (true), on the calling thread. What needs a layer that is missing stays
/// unmeasured. The same city gives the same bytes for any number of threads.
public func measure(
  _ city: City, options: MeasureOptions = MeasureOptions(), progress: (_ stage: MeasureStage, _ isDone: Bool) -> Void = { _, _ in }
) -> IndicatorTable {
  var table = IndicatorTable(count: city.buildings.count)
  func run(_ stage: MeasureStage, _ body: () -> Void) {
    progress(stage, false)
    body()
    progress(stage, true)
  }
  measureBuildings(city.buildings, options: options, into: &table, progress: progress)
  let x = table.x, y = table.y
  let threads = options.threads
  let grossFloorArea: [Double] = if case .real(let v) = table[.grossFloorArea] { v } else { [] }
  let footprint: [Double] = if case .real(let v) = table[.footprintArea] { v } else { [] }

  if let streets = city.streets {
    run(.frontage) {
      table[.streetFrontage] = .real(
        streetFrontage(
          of: city.buildings.geometry, sharedWalls: table.sharedWalls, streets: streets, distance: options.frontageDistance,
          threads: threads))
    }
  }
  if let districts = city.districts {
    run(.districts) {
      (table.districtIndex, table.districtTies) = districtJoin(
        of: city.buildings.geometry, x: x, y: y, districts: districts.geometry, threads: threads)
    }
  }
  run(.access) { measureAccess(city, options: options, into: &table) }
  if let streets = city.streets {
    run(.mainRoads) {
      let distance = mainRoadDistance(x: x, y: y, streets: streets, limit: options.searchLimit, threads: threads)
      table[.mainRoadDistance] = .real(distance)
      let farther: AccessStatus = streets.roadClass.contains { $0.isMainRoad } ? .beyondSearch : .noPlaces
      table.mainRoadStatus = distance.map { $0.isNaN ? farther : .reached }
    }
  }
  if let companies = city.companies {
    run(.companies) {
      let around = companySurroundings(
        x: x, y: y, companies: companies, bandwidth: options.densityBandwidth, radius: options.diversityRadius, threads: threads)
      table[.companyDensity] = .real(around.density)
      table[.sectorDiversity] = .real(around.diversity)
      table[.sectorEntropy] = .real(around.entropy)
    }
    run(.hotSpots) {
      let spots = hotSpots(
        buildingX: x, buildingY: y, companies: companies, cell: options.hotSpotCell, falseDiscoveryRate: options.falseDiscoveryRate)
      table[.hotSpot] = .grouped(values: spots.state, group: spots.cellOfBuilding)
      table[.hotSpotScore] = .grouped(values: spots.score, group: spots.cellOfBuilding)
      table[.hotSpotFalseDiscoveryRate] = .grouped(values: spots.falseDiscoveryRate, group: spots.cellOfBuilding)
      table.isIslandCell = spots.cellOfBuilding.map { $0 >= 0 && spots.isIsland[Int($0)] }
      table.city.cells = spots.state.count
      table.city.islandCells = spots.isIsland.count { $0 }
      table.city.hotCells = spots.state.count { $0 > 0 }
      table.city.coldCells = spots.state.count { $0 < 0 }
    }
  }
  run(.poles) {
    table[.poleFloorArea] = .real(
      poleFloorArea(
        x: x, y: y, grossFloorArea: grossFloorArea, footprint: footprint, hasVacancyEvidence: city.buildings.hasVacancyEvidence,
        radius: options.poleRadius, threads: threads))
  }
  if let districts = city.districts {
    run(.districtFigures) { measureDistricts(districts, city: city, options: options, grossFloorArea, footprint, into: &table) }
  }
  if !city.constraints.isEmpty { run(.exposure) { measureExposure(city, options: options, into: &table) } }
  table.city.footprintArea = footprint.reduce(0) { $1.isNaN ? $0 : $0 + $1 }
  table.city.grossFloorArea = grossFloorArea.reduce(0) { $1.isNaN ? $0 : $0 + $1 }
  table.city.sharedWallLength = table.sharedWalls.length.reduce(0) { $1.isNaN ? $0 : $0 + $1 }
  return table
}

/// Measures what needs nothing but footprints (`Indicator.ofFootprints`): shape, shared walls, daylight at the clear height that is assumed
/// where nothing is known of a building.
public func measureFootprints(
  _ geometry: GeometryColumn, options: MeasureOptions = MeasureOptions(), into table: inout IndicatorTable,
  progress: (_ stage: MeasureStage, _ isDone: Bool) -> Void = { _, _ in }
) {
  measureForm(of: geometry, options: options, into: &table, progress: progress)
  progress(.daylight, false)
  let prior = BuildingPriors.range(options.priors.clearHeight, function: .unknown, year: .nan).map { ($0.low + $0.high) / 2 }
  let assumed = (options.assumedClearHeight.lowerBound + options.assumedClearHeight.upperBound) / 2
  let depth = daylightDepth(clearHeight: prior ?? assumed)
  table[.daylightShare] = .real(
    daylight(
      of: geometry, sharedWalls: table.sharedWalls, depth: Array(repeating: depth, count: geometry.count), threads: options.threads))
  progress(.daylight, true)
}

/// Shape and shared walls.
@discardableResult
private func measureForm(
  of geometry: GeometryColumn, options: MeasureOptions, into table: inout IndicatorTable,
  progress: (_ stage: MeasureStage, _ isDone: Bool) -> Void
) -> ShapeIndicators {
  progress(.shape, false)
  let shape = shapeIndicators(of: geometry, threads: options.threads)
  table.x = shape.x
  table.y = shape.y
  table[.footprintArea] = .real(shape.area)
  table[.perimeter] = .real(shape.perimeter)
  table[.isoperimetricQuotient] = .real(shape.isoperimetricQuotient)
  table[.circularCompactness] = .real(shape.circularCompactness)
  table[.elongation] = .real(shape.elongation)
  table[.orientation] = .real(shape.orientation)
  table[.rectangularity] = .real(shape.rectangularity)
  table[.convexity] = .real(shape.convexity)
  table[.courtyardArea] = .real(shape.courtyardArea)
  table[.corners] = .real(shape.corners)
  progress(.shape, true)

  progress(.sharedWalls, false)
  let walls = sharedWalls(of: geometry, tolerance: options.sharedWallTolerance, threads: options.threads)
  table.sharedWalls = walls
  table[.sharedWallLength] = .real(walls.length)
  table[.sharedWallRatio] = .real(walls.length.indices.map { shape.perimeter[$0] > 0 ? walls.length[$0] / shape.perimeter[$0] : .nan })
  progress(.sharedWalls, true)
  return shape
}

/// Measures what needs nothing but the buildings themselves: shape, shared walls, floors and priors, daylight with its interval, unit potential.
private func measureBuildings(
  _ buildings: Buildings, options: MeasureOptions, into table: inout IndicatorTable,
  progress: (_ stage: MeasureStage, _ isDone: Bool) -> Void
) {
  let shape = measureForm(of: buildings.geometry, options: options, into: &table, progress: progress)
  progress(.floors, false)
  let floors = floors(of: buildings, shape: shape, options: options)
  table.storeysKnown = floors.storeysKnown
  table.clearHeightKnown = floors.clearHeightKnown
  table[.storeys] = .real(floors.storeys)
  table[.storeysLow] = .real(floors.storeysLow)
  table[.storeysHigh] = .real(floors.storeysHigh)
  table[.grossFloorArea] = .real(floors.grossFloorArea)
  table[.grossFloorAreaLow] = .real(floors.grossFloorAreaLow)
  table[.grossFloorAreaHigh] = .real(floors.grossFloorAreaHigh)
  table[.clearHeight] = floors.clearHeight
  table[.clearHeightLow] = floors.clearHeightLow
  table[.clearHeightHigh] = floors.clearHeightHigh
  table[.imposedLoad] = floors.imposedLoad
  table[.imposedLoadLow] = floors.imposedLoadLow
  table[.imposedLoadHigh] = floors.imposedLoadHigh
  progress(.floors, true)

  progress(.daylight, false)
  measureDaylight(buildings, floors, options: options, into: &table)
  let outer = outerWallLength(of: buildings.geometry, sharedWalls: table.sharedWalls, threads: options.threads)
  table[.unitPotential] = .real(
    outer.indices.map { floors.grossFloorArea[$0] > 0 ? outer[$0] * floors.storeys[$0] / floors.grossFloorArea[$0] : .nan })
  progress(.daylight, true)
}

/// Day-lit shares at the clear height and, where that is not known, at both ends of its interval.
private func measureDaylight(
  _ buildings: Buildings, _ floors: BuildingFloors, options: MeasureOptions, into table: inout IndicatorTable
) {
  let n = buildings.count
  func depths(_ column: IndicatorColumn, otherwise: Double, unknownOnly: Bool) -> [Double] {
    (0..<n).map { b in
      if unknownOnly, floors.clearHeightKnown[b] { return .nan }
      let height = column[b]
      return daylightDepth(clearHeight: height.isNaN ? otherwise : height)
    }
  }
  func shares(_ depth: [Double]) -> [Double] {
    daylight(of: buildings.geometry, sharedWalls: table.sharedWalls, depth: depth, threads: options.threads)
  }
  let assumed = options.assumedClearHeight
  let middle = shares(depths(floors.clearHeight, otherwise: (assumed.lowerBound + assumed.upperBound) / 2, unknownOnly: false))
  table[.daylightShare] = .real(middle)
  var low = middle, high = middle
  if floors.clearHeightKnown.contains(false) {
    let least = shares(depths(floors.clearHeightLow, otherwise: assumed.lowerBound, unknownOnly: true))
    let most = shares(depths(floors.clearHeightHigh, otherwise: assumed.upperBound, unknownOnly: true))
    for b in 0..<n where !floors.clearHeightKnown[b] && !middle[b].isNaN {
      low[b] = min(middle[b], least[b])
      high[b] = max(middle[b], most[b])
    }
  }
  table[.daylightShareLow] = .real(low)
  table[.daylightShareHigh] = .real(high)
}

/// Length of the exterior walls that are not shared, m; walls of courtyards left out; NaN without a polygon. O(vertices).
public func outerWallLength(of geometry: GeometryColumn, sharedWalls: SharedWalls, threads: Int = 1) -> [Double] {
  makeColumns(1, count: geometry.count) { out in
    geometry.withUnsafeColumn { column in
      forEachRange(of: geometry.count, threads: threads) { range in
        for feature in range where column.kinds[feature].isAreal {
          var length = 0.0
          var k = sharedWalls.stretches(of: feature).lowerBound
          let end = sharedWalls.stretches(of: feature).upperBound
          for part in column.parts(of: feature) {
            let rings = column.rings(ofPart: part)
            for ring in rings {
              let isExterior = ring == rings.lowerBound
              let p = column.positions(ofRing: ring)
              if isExterior {
                var i = p.lowerBound + 1
                while i < p.upperBound {
                  let dx = column.x[i] - column.x[i - 1], dy = column.y[i] - column.y[i - 1]
                  length += (dx * dx + dy * dy).squareRoot()
                  i += 1
                }
              }
              while k < end, Int(sharedWalls.edge[k]) < p.upperBound {
                if isExterior { length -= sharedWalls.to[k] - sharedWalls.from[k] }
                k += 1
              }
            }
          }
          out[0][feature] = max(0, length)
        }
      }
    }
  }[0]
}

private func measureAccess(_ city: City, options: MeasureOptions, into table: inout IndicatorTable) {
  let places = city.places ?? Places(x: [], y: [], category: [])
  var centre = city.centre
  if centre == nil {
    var sx = 0.0, sy = 0.0, n = 0.0
    for i in 0..<places.count where places.category[i] == .culture || places.category[i] == .food {
      sx += places.x[i]
      sy += places.y[i]
      n += 1
    }
    if n > 0 { centre = Position(x: sx / n, y: sy / n) }
  }
  let limit = options.searchLimit
  let access: PlaceAccess
  var walk: (distance: [Double], status: [AccessStatus])?
  let graph = city.streets.map { StreetGraph($0) }
  if let graph, graph.edgeCount > 0 {
    table.city.streetLength = graph.totalLength
    table.city.streetComponents = graph.componentCount
    let placeFeet = PlaceFeet(places, graph: graph, limit: limit, threads: options.threads)
    let feet = graph.feet(
      x: table.x, y: table.y, limit: limit, among: placeFeet.majorComponents(of: graph), threads: options.threads)
    access = networkAccess(from: feet, to: placeFeet, graph: graph, places: places, limit: limit, threads: options.threads)
    if let centre { walk = networkWalk(from: feet, graph: graph, to: centre, limit: limit) }
  } else {
    table.isStraightLineEstimate = true
    access = straightLineAccess(
      x: table.x, y: table.y, places: places, detourFactor: options.detourFactor, limit: limit, threads: options.threads)
    if let centre {
      var distance = [Double](repeating: .nan, count: table.count)
      var status = [AccessStatus](repeating: .noPlaces, count: table.count)
      for i in 0..<table.count where !table.x[i].isNaN {
        let dx = table.x[i] - centre.x, dy = table.y[i] - centre.y
        let d = (dx * dx + dy * dy).squareRoot() * options.detourFactor
        status[i] = d <= limit ? .reached : .beyondSearch
        if d <= limit { distance[i] = d }
      }
      walk = (distance, status)
    }
  }
  if let walk, let centre {
    table[.walkToCentre] = .real(walk.distance)
    table.centreStatus = walk.status
    table.centreX = centre.x
    table.centreY = centre.y
  }
  guard city.places != nil else { return }
  table.accessStatus = access.status
  for category in PlaceCategory.allCases {
    let c = Int(category.rawValue)
    table[.walk(to: category)] = .real(access.nearest[c])
    table[.within400(category)] = .count(access.within400[c])
    table[.within800(category)] = .count(access.within800[c])
  }
}

private func measureDistricts(
  _ districts: Districts, city: City, options: MeasureOptions, _ grossFloorArea: [Double], _ footprint: [Double],
  into table: inout IndicatorTable
) {
  let group = table.districtIndex
  var vacant = [Double](repeating: 0, count: districts.count)
  for b in 0..<table.count where group[b] >= 0 && city.buildings.hasVacancyEvidence[b] {
    let area = grossFloorArea[b].isNaN ? footprint[b] : grossFloorArea[b]
    if area > 0 { vacant[Int(group[b])] += area }
  }
  let companyDistrict =
    city.companies.map { districtJoin(x: $0.x, y: $0.y, districts: districts.geometry, threads: options.threads) } ?? []
  let figures = districtFigures(
    districts, companies: city.companies, companyDistrict: companyDistrict, vacantFloorArea: vacant, rates: options.demand)
  table.city.unemploymentRate = figures.cityUnemploymentRate
  table.city.rent = figures.cityRent
  table.city.creativeShare = figures.cityCreativeShare
  for (indicator, values) in [
    (Indicator.creativeLocationQuotient, figures.creativeLocationQuotient), (.unemploymentRate, figures.unemploymentRate),
    (.unemploymentRatio, figures.unemploymentRatio), (.youngAdultsShare, figures.youngAdultsShare),
    (.dwellingVacancyRate, figures.dwellingVacancyRate), (.rent, figures.rent), (.rentRatio, figures.rentRatio),
    (.creativeSpaceDemand, figures.creativeSpaceDemand), (.vacantFloorArea, figures.vacantFloorArea),
  ] {
    table[indicator] = .grouped(values: values, group: group)
  }
}

private func measureExposure(_ city: City, options: MeasureOptions, into table: inout IndicatorTable) {
  let geometry = city.buildings.geometry
  table.constraintShares = city.constraints.map { exposureShares(of: geometry, in: $0.geometry, threads: options.threads) }
  for kind in ConstraintKind.allCases {
    let layers = city.constraints.indices.filter { city.constraints[$0].kind == kind }
    guard let first = layers.first else { continue }
    var shares = table.constraintShares[first]
    if layers.count > 1 {
      // Layers of a kind may overlap: the share is that of their union.
      var union = GeometryColumn()
      for layer in layers { union.append(contentsOf: city.constraints[layer].geometry) }
      shares = exposureShares(of: geometry, in: union, threads: options.threads)
    }
    forgetUncertified(&shares, geometry, layers.map { city.constraints[$0] })
    table[.exposure(to: kind)] = .real(shares)
  }
}

/// Makes shares unknown that nobody has looked at (method §2): where a record of a layer was not read, what was read is no more than a lower
/// bound; and outside the extent of the layers the map says nothing. A footprint that is covered whole is known to be.
private func forgetUncertified(_ shares: inout [Double], _ footprints: GeometryColumn, _ layers: [ConstraintLayer]) {
  let isWhole = layers.allSatisfy(\.isWhole)
  var extent = Envelope()
  for layer in layers {
    let own = layer.geometry.envelope()
    if !own.isEmpty { extent.add(own) }
  }
  for row in shares.indices where shares[row] < 1 {
    let box = footprints.envelope(of: row)
    let isMapped =
      !extent.isEmpty && box.minX >= extent.minX && box.maxX <= extent.maxX && box.minY >= extent.minY && box.maxY <= extent.maxY
    if !isWhole || !isMapped { shares[row] = .nan }
  }
}
