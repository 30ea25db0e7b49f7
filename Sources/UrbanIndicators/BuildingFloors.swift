import SimpleFeatures

/// How many floors, how much floor area, how high and how strong? Known values where the data have them, else intervals.
public struct BuildingFloors: Sendable {
  /// Storeys: given, by height, or the median of neighbours; NaN when nothing tells.
  public var storeys: [Double]
  /// Lower end of storeys.
  public var storeysLow: [Double]
  /// Upper end of storeys.
  public var storeysHigh: [Double]
  /// Whether storeys are given, follow from the height, or are one by the function.
  public var storeysKnown: [Bool]
  /// Gross floor area in m²: given, else footprint × storeys.
  public var grossFloorArea: [Double]
  /// Lower end of the gross floor area.
  public var grossFloorAreaLow: [Double]
  /// Upper end of the gross floor area.
  public var grossFloorAreaHigh: [Double]
  /// Clear height in m: from the floor height, else the middle of the prior.
  public var clearHeight: IndicatorColumn
  /// Lower end of the clear height.
  public var clearHeightLow: IndicatorColumn
  /// Upper end of the clear height.
  public var clearHeightHigh: IndicatorColumn
  /// Whether the clear height follows from the floor height.
  public var clearHeightKnown: [Bool]
  /// Imposed load in kN/m²: the middle of the prior.
  public var imposedLoad: IndicatorColumn
  /// Lower end of the imposed load.
  public var imposedLoadLow: IndicatorColumn
  /// Upper end of the imposed load.
  public var imposedLoadHigh: IndicatorColumn
}

/// How many neighbours of like function tell storeys, and how few may.
private let storeyNeighbours = 15, fewestStoreyNeighbours = 3
/// How far away they may stand, m.
private let storeyRadius = 800.0

/// Infers storeys, floor areas, clear heights and loads.
///
/// Storeys are given, else 1 for halls, else max(1, round(height ÷ storey height)), else from the 15 nearest buildings of like function
/// within 800 m whose storeys are known: their median, with the 2nd lowest and 2nd highest as interval; where fewer than 3 of like function
/// are known, the same with buildings of any function; else null. A height under 2 m tells nothing.
public func floors(of buildings: Buildings, shape: ShapeIndicators, options: MeasureOptions = MeasureOptions()) -> BuildingFloors {
  let n = buildings.count
  let priors = options.priors
  let unknown = [Double](repeating: .nan, count: n)
  var result = BuildingFloors(
    storeys: unknown, storeysLow: [], storeysHigh: [], storeysKnown: Array(repeating: false, count: n), grossFloorArea: unknown,
    grossFloorAreaLow: [], grossFloorAreaHigh: [], clearHeight: .unmeasured, clearHeightLow: .unmeasured, clearHeightHigh: .unmeasured,
    clearHeightKnown: Array(repeating: false, count: n), imposedLoad: .unmeasured, imposedLoadLow: .unmeasured,
    imposedLoadHigh: .unmeasured)
  var missing: [Int] = []
  for b in 0..<n {
    let function = Int(buildings.function[b].rawValue)
    var storeys = buildings.storeys[b]
    if !(storeys >= 1) {
      if priors.isSingleStorey[function] {
        storeys = 1
      } else if buildings.height[b] >= 2 {
        storeys = max(1, (buildings.height[b] / priors.storeyHeight[function]).rounded())
      } else {
        missing.append(b)
        continue
      }
    }
    result.storeys[b] = storeys
    result.storeysKnown[b] = true
  }
  // The ends are the same memory until they differ.
  result.storeysLow = result.storeys
  result.storeysHigh = result.storeys
  if !missing.isEmpty { inferStoreys(of: missing, buildings: buildings, shape: shape, result: &result, threads: options.threads) }
  for b in 0..<n {
    let given = buildings.grossFloorArea[b]
    result.grossFloorArea[b] = given > 0 ? given : shape.area[b] * result.storeys[b]
  }
  result.grossFloorAreaLow = result.grossFloorArea
  result.grossFloorAreaHigh = result.grossFloorArea
  for b in missing where !(buildings.grossFloorArea[b] > 0) {
    result.grossFloorAreaLow[b] = shape.area[b] * result.storeysLow[b]
    result.grossFloorAreaHigh[b] = shape.area[b] * result.storeysHigh[b]
  }
  measureClearHeights(of: buildings, options: options, into: &result)
  return result
}

/// Ranges by class, so that a building needs one byte: its class.
private struct RangeClasses {
  var low: [Double] = []
  var high: [Double] = []
  var middle: [Double] { low.indices.map { (low[$0] + high[$0]) / 2 } }

  mutating func number(_ range: (low: Double, high: Double)?) -> UInt8 {
    guard let range else { return 254 }
    for k in low.indices where low[k] == range.low && high[k] == range.high { return UInt8(k) }
    precondition(low.count < 254, "at most 254 different ranges of a prior")
    low.append(range.low)
    high.append(range.high)
    return UInt8(low.count - 1)
  }
}

private func measureClearHeights(of buildings: Buildings, options: MeasureOptions, into result: inout BuildingFloors) {
  let n = buildings.count
  var heights: [Double] = []
  var heightClass = [UInt8](repeating: 254, count: n), loadClass = heightClass
  var heightRanges = RangeClasses(), loadRanges = RangeClasses()
  for b in 0..<n {
    let function = buildings.function[b], year = buildings.year[b]
    let clear = buildings.floorHeight[b] - options.floorConstruction
    if clear > 0 {
      if heights.isEmpty { heights = Array(repeating: .nan, count: n) }
      heights[b] = clear
      heightClass[b] = 255
      result.clearHeightKnown[b] = true
    } else {
      heightClass[b] = heightRanges.number(BuildingPriors.range(options.priors.clearHeight, function: function, year: year))
    }
    loadClass[b] = loadRanges.number(BuildingPriors.range(options.priors.imposedLoad, function: function, year: year))
  }
  result.clearHeight = .known(heights, byClass: heightRanges.middle, class: heightClass)
  result.clearHeightLow = .known(heights, byClass: heightRanges.low, class: heightClass)
  result.clearHeightHigh = .known(heights, byClass: heightRanges.high, class: heightClass)
  result.imposedLoad = .known([], byClass: loadRanges.middle, class: loadClass)
  result.imposedLoadLow = .known([], byClass: loadRanges.low, class: loadClass)
  result.imposedLoadHigh = .known([], byClass: loadRanges.high, class: loadClass)
}

private func inferStoreys(
  of missing: [Int], buildings: Buildings, shape: ShapeIndicators, result: inout BuildingFloors, threads: Int
) {
  let functions = BuildingFunction.allCases.count
  var x: [[Double]] = Array(repeating: [], count: functions + 1)
  var y = x
  var storeys = x
  for b in 0..<buildings.count where result.storeysKnown[b] && !shape.x[b].isNaN {
    for k in [Int(buildings.function[b].rawValue), functions] {
      x[k].append(shape.x[b])
      y[k].append(shape.y[b])
      storeys[k].append(result.storeys[b])
    }
  }
  let index = (0...functions).map { PointIndex(x: x[$0], y: y[$0], cell: PointIndex.spacing(x: x[$0], y: y[$0])) }
  let columns = makeColumns(3, count: missing.count) { out in
    forEachRange(of: missing.count, chunk: 1024, threads: threads) { range in
      var near: [(d2: Double, id: Int32)] = []
      var values: [Double] = []
      for m in range {
        let b = missing[m]
        var k = Int(buildings.function[b].rawValue)
        if k == 0 { k = functions }
        index[k].nearest(storeyNeighbours, x: shape.x[b], y: shape.y[b], radius: storeyRadius, into: &near)
        if near.count < fewestStoreyNeighbours, k != functions {
          k = functions
          index[k].nearest(storeyNeighbours, x: shape.x[b], y: shape.y[b], radius: storeyRadius, into: &near)
        }
        guard near.count >= fewestStoreyNeighbours else { continue }
        values.removeAll(keepingCapacity: true)
        for neighbour in near { values.append(storeys[k][Int(neighbour.id)]) }
        values.sort()
        let half = values.count / 2
        out[0][m] = values.count % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2
        // Of five and more the outermost are left out.
        let cut = values.count >= 5 ? 1 : 0
        out[1][m] = values[cut]
        out[2][m] = values[values.count - 1 - cut]
      }
    }
  }
  for (m, b) in missing.enumerated() {
    result.storeys[b] = columns[0][m]
    result.storeysLow[b] = columns[1][m]
    result.storeysHigh[b] = columns[2][m]
  }
}
