// CPU time of the kernels on a synthetic town, one thread: `swift run -c release KernelBenchmarks [BUILDINGS]`.
//
// Each line: kernel, items, CPU milliseconds (least of three runs), nanoseconds an item. Inputs are seeded, so two runs measure the same work.

import DecisionAnalysis
import Glibc
import ProjectFinance
import SimpleFeatures
import UrbanIndicators

/// CPU time of the process, seconds.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func report(_ name: String, items: Int, seconds: Double) {
  func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
  let milliseconds = String((seconds * 1e5).rounded() / 100), each = String((seconds * 1e10 / Double(items)).rounded() / 10)
  print(
    name + String(repeating: " ", count: max(1, 34 - name.count)) + pad("\(items)", 10) + pad(milliseconds, 12) + " ms" + pad(each, 12)
      + " ns")
}

func measured(_ name: String, items: Int, _ body: () throws -> Void) rethrows {
  var best = Double.infinity
  for _ in 0..<3 {
    let start = processorTime()
    try body()
    best = min(best, processorTime() - start)
  }
  report(name, items: items, seconds: best)
}

/// Terraces of houses along a grid of streets: every second pair of neighbours shares a wall; places and companies are strewn about.
func town(_ count: Int) -> City {
  var random = DecisionAnalysis.SeededGenerator(seed: 7)
  var footprints = GeometryColumn(), ids = TextColumn()
  let side = max(1, Int(Double(count).squareRoot()))
  for k in 0..<count {
    let x = Double(k % side) * 12 + Double(k % side / 8) * 12, y = Double(k / side) * 34
    let width = Double.random(in: 8...12, using: &random), depth = Double.random(in: 9...16, using: &random)
    let w = k % 2 == 0 ? 12 : width
    for (dx, dy) in [(0.0, 0.0), (w, 0), (w, depth), (w / 2, depth), (w / 2, depth + 4), (0, depth + 4), (0, 0)] {
      footprints.add(x: x + dx, y: y + dy)
    }
    footprints.endRing()
    footprints.endPart()
    footprints.endFeature(.polygon)
    ids.append("b\(k)")
  }
  var city = City(crs: CoordinateReferenceSystem("EPSG:3035"), buildings: Buildings(ids: ids, geometry: footprints))
  let extent = footprints.envelope()
  func anywhere(_ n: Int) -> (x: [Double], y: [Double]) {
    (
      (0..<n).map { _ in Double.random(in: extent.minX...extent.maxX, using: &random) },
      (0..<n).map { _ in Double.random(in: extent.minY...extent.maxY, using: &random) }
    )
  }
  let places = anywhere(max(9, count / 50)), companies = anywhere(max(9, count / 100))
  city.places = Places(
    x: places.x, y: places.y, category: places.x.indices.map { PlaceCategory.allCases[$0 % PlaceCategory.allCases.count] })
  city.companies = Companies(
    x: companies.x, y: companies.y, sector: companies.x.indices.map { Int16($0 % 12) }, employees: companies.x.map { _ in 5 })
  var lines = GeometryColumn()
  for y in stride(from: extent.minY - 5, through: extent.maxY + 34, by: 34) {
    for x in stride(from: extent.minX - 6, through: extent.maxX, by: 108) {
      for end in [(x + 108, y), (x, y + 34)] {
        lines.add(x: x, y: y)
        lines.add(x: end.0, y: end.1)
        lines.endRing()
        lines.endPart()
        lines.endFeature(.lineString)
      }
    }
  }
  city.streets = Streets(
    geometry: lines, roadClass: Array(repeating: .residential, count: lines.count), walkable: Array(repeating: true, count: lines.count))
  return city
}

func run() throws {
  let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
  print("kernel                                 items         CPU       an item")

  let city = town(count)
  var seconds: [MeasureStage: Double] = [:], began = 0.0
  for round in 0..<3 {
    _ = measure(city) { stage, isDone in
      if isDone {
        let taken = processorTime() - began
        seconds[stage] = round == 0 ? taken : min(seconds[stage] ?? taken, taken)
      } else {
        began = processorTime()
      }
    }
  }
  for stage in MeasureStage.allCases { if let taken = seconds[stage] { report(stage.rawValue, items: count, seconds: taken) } }

  var random = DecisionAnalysis.SeededGenerator(seed: 11)
  let criteria = 20
  func matrix(_ n: Int) throws -> DecisionMatrix {
    try DecisionMatrix(
      columns: (0..<n * criteria).map { _ in Double.random(in: 0.01...8, using: &random) }, alternativeCount: n,
      directions: (0..<criteria).map { $0 % 3 == 2 ? .minimise : .maximise },
      weights: Array(repeating: 1 / Double(criteria), count: criteria))
  }
  let table = try matrix(count)
  try measured("TOPSIS, 20 criteria", items: count) { _ = try TOPSIS().evaluate(table) }
  let functions = Array(repeating: PreferenceFunction.linear(q: 0, p: 2), count: criteria)
  try measured("PROMETHEE II, 20 criteria", items: count) { _ = try PROMETHEE(functions: functions).flows(table) }
  let draws = 10_000, listed = 50
  let short = try SMAA.Table(
    columns: (0..<listed * criteria).map { _ in
      let low = Double.random(in: 0...0.6, using: &random)
      return .uniform(low: low, high: low + 0.3)
    }, alternativeCount: listed, directions: Array(repeating: .maximise, count: criteria))
  try measured("SMAA, 50 sites, a draw", items: draws) { _ = try SMAA(draws: draws).evaluate(short) }

  let flows = 10_000
  let projects = (0..<flows).map { (k: Int) -> [Double] in
    var flow = [-1_000_000 - Double(k)]
    for year in 1...25 { flow.append(60_000 + 1_500 * Double(year) + Double(k % 97)) }
    return flow
  }
  try measured("net present value, 25 years", items: flows) { for flow in projects { _ = try netPresentValue(of: flow, rate: 0.04) } }
  try measured("internal rate of return", items: flows) { for flow in projects { _ = try internalRateOfReturn(of: flow) } }
}

do { try run() } catch {
  print("The benchmark's own input is refused: \(error)")
  exit(70)
}
