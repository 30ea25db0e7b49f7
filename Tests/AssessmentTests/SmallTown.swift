import Foundation
import GeoFormats
import SimpleFeatures
import UrbanIndicators

@testable import Assessment

/// The folder that holds `GeoData` and `Reports`: that of the package these tests belong to.
let packageFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

func shippedData() throws -> DataFolder { try DataFolder(option: packageFolder) }

/// A folder of its own for a test, gone when the test is over.
final class ScratchFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("rekindle-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// What an error says; "" when there is none.
func message(of body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch { return "\(error)" }
}

/// A town of rectangles in ETRS-TM35FIN, written as the files a planner would have: footprints as well-known text, a register, districts.
///
/// Every building stands on its own plot of 100 m; `x` and `y` count plots.
struct SmallTown {
  struct Building {
    var id: String
    var x: Int
    var y: Int
    var width = 20.0
    var depth = 30.0
    /// Columns by name; a column that a building does not name is empty.
    var fields: [String: String] = [:]
    /// Well-known text instead of the rectangle.
    var wkt: String?
  }

  static let origin = Position(x: 385_000, y: 6_671_000)

  var buildings: [Building]
  /// District id, and the plots it spans (x from, y from, x to, y to).
  var districts: [(id: String, x: Int, y: Int, toX: Int, toY: Int, figures: [String: String])] = []
  /// Rows of the register: building, status, observed.
  var register: [(building: String, status: String, observed: String)] = []
  /// Places: category, plot.
  var places: [(category: String, x: Double, y: Double)] = []
  /// Companies: sector, plot.
  var companies: [(sector: String, x: Double, y: Double)] = []
  /// Constraint polygons: kind, effect, above, plots.
  var constraints: [(kind: String, effect: String, above: Double, x: Double, y: Double, toX: Double, toY: Double)] = []
  /// Further lines of the study.
  var study: [String] = []
  var candidates = "{vacancy: [vacant, partlyVacant, derelict], min_confidence: 0.2, min_floor_area: 150}"
  var grantDate = "2026-06-01"
  var profile = "cci-location"

  static func rectangle(_ x: Double, _ y: Double, _ toX: Double, _ toY: Double) -> String {
    let a = origin.x + x * 100, b = origin.y + y * 100, c = origin.x + toX * 100, d = origin.y + toY * 100
    return "POLYGON((\(a) \(b),\(c) \(b),\(c) \(d),\(a) \(d),\(a) \(b)))"
  }

  /// What a constraint says beside its effect.
  private static let terms = ["penalty": ", strength: 0.5", "cost": ", cost: {value: 60, low: 40, high: 90, source: an offer of 2025}"]

  private static func table(_ header: [String], _ rows: [[String]]) -> String {
    func cell(_ text: String) -> String { text.contains(",") ? "\"\(text)\"" : text }
    return ([header] + rows).map { $0.map(cell).joined(separator: ",") }.joined(separator: "\n") + "\n"
  }

  /// Writes the files and gives the path of the study.
  func write(to folder: ScratchFolder) throws -> String {
    let columns = Set(buildings.flatMap { $0.fields.keys }).sorted()
    try folder.write(
      Self.table(
        ["id", "wkt"] + columns,
        buildings.map { b in
          let x = Double(b.x), y = Double(b.y)
          return [b.id, b.wkt ?? Self.rectangle(x, y, x + b.width / 100, y + b.depth / 100)] + columns.map { b.fields[$0] ?? "" }
        }), to: "buildings.csv")
    var lines = [
      "study: small-town", "country: FI", "price_date: 2026-01-01", "grant_date: \(grantDate)", "crs: EPSG:3067",
      "profile: \(profile)", "candidates: \(candidates)",
    ]
    lines += study
    lines += ["layers:", "  buildings: {source: buildings.csv, crs: EPSG:3067}"]
    if !register.isEmpty {
      try folder.write(
        Self.table(["building", "status", "observed"], register.map { [$0.building, $0.status, $0.observed] }), to: "register.csv")
      lines.append("  vacancy: {source: register.csv, join: {id: building}}")
    }
    if !districts.isEmpty {
      let names = Set(districts.flatMap { $0.figures.keys }).sorted()
      try folder.write(
        Self.table(
          ["id", "wkt"] + names,
          districts.map { d in
            [d.id, Self.rectangle(Double(d.x), Double(d.y), Double(d.toX), Double(d.toY))] + names.map { d.figures[$0] ?? "" }
          }), to: "districts.csv")
      lines.append("  districts: {source: districts.csv, crs: EPSG:3067}")
    }
    func points(_ rows: [(String, Double, Double)]) -> [[String]] {
      rows.map { [$0.0, "POINT(\(Self.origin.x + $0.1 * 100) \(Self.origin.y + $0.2 * 100))"] }
    }
    if !places.isEmpty {
      try folder.write(Self.table(["category", "wkt"], points(places.map { ($0.category, $0.x, $0.y) })), to: "places.csv")
      lines.append("  places: {source: places.csv, crs: EPSG:3067}")
    }
    if !companies.isEmpty {
      try folder.write(Self.table(["sector", "wkt"], points(companies.map { ($0.sector, $0.x, $0.y) })), to: "companies.csv")
      lines.append("  companies: {source: companies.csv, crs: EPSG:3067}")
    }
    if !constraints.isEmpty {
      lines.append("  constraints:")
      for (k, c) in constraints.enumerated() {
        try folder.write(Self.table(["id", "wkt"], [["1", Self.rectangle(c.x, c.y, c.toX, c.toY)]]), to: "constraint\(k).csv")
        lines.append(
          "    - {source: constraint\(k).csv, crs: EPSG:3067, kind: \(c.kind), effect: \(c.effect), above: \(c.above)\(Self.terms[c.effect] ?? "")}"
        )
      }
    }
    return try folder.write(lines.joined(separator: "\n") + "\n", to: "study.yml")
  }

  /// Writes, reads, measures and scores the town.
  func scored(threads: Int = 1, in folder: ScratchFolder? = nil) throws -> ScoredStudy {
    let folder = try folder ?? ScratchFolder()
    let study = try Study(file: write(to: folder))
    let data = try shippedData()
    var options = RunOptions()
    options.threads = threads
    return try score(study, folder: data, register: AssumptionRegister(folder: data, studyFile: study.assumptions), options: options)
  }

  /// A town whose first building is vacant and well known.
  static func mill(rent: String = "16", grantDate: String = "2026-06-01") -> SmallTown {
    var town = SmallTown(buildings: [
      .init(
        id: "mill", x: 0, y: 0, width: 40, depth: 30,
        fields: [
          "vacancy": "vacant", "function": "industrial", "storeys": "3", "condition": "fair", "year": "1905", "owner": "public",
          "contamination": "none", "zoning": "permits", "heritage": "yes",
        ]),
      .init(id: "house", x: 1, y: 0, fields: ["function": "residential", "storeys": "2", "condition": "good"]),
    ])
    town.districts = [
      (
        "d1", -1, -1, 3, 3,
        [
          "unemployed": "120", "labourForce": "1000", "population": "2000", "youngAdults": "400", "rent": rent, "dwellings": "900",
          "vacantDwellings": "90",
        ]
      )
    ]
    town.places = [("transit", 1, 1), ("food", 1, 1), ("culture", 2, 1), ("park", 0, 2)]
    town.companies = [("design", 1, 1), ("film", 2, 1)]
    town.constraints = [("flood", "penalty", 0.5, 50, 50, 51, 51)]
    town.grantDate = grantDate
    return town
  }

  /// A town of 24 buildings with everything in it: some facts missing, some vacant, companies, places and two districts.
  static func varied(seed: UInt64) -> SmallTown {
    var state = seed
    func random(_ n: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(n))
    }
    let functions = ["office", "residential", "industrial", "school", "retail", ""]
    let conditions = ["good", "fair", "poor", ""]
    var buildings: [Building] = []
    var register: [(building: String, status: String, observed: String)] = []
    for k in 0..<24 {
      var building = Building(id: "b\(k)", x: k % 6, y: k / 6, width: Double(15 + random(40)), depth: Double(15 + random(40)))
      building.fields = [
        "function": functions[random(functions.count)], "condition": conditions[random(conditions.count)],
        "storeys": random(3) == 0 ? "" : "\(1 + random(5))", "year": random(3) == 0 ? "" : "\(1880 + random(130))",
        "owner": ["public", "private", "several", ""][random(4)],
      ]
      buildings.append(building)
      if random(2) == 0 { register.append(("b\(k)", ["vacant", "partlyVacant", "derelict"][random(3)], "2025-0\(1 + random(9))-15")) }
    }
    if register.isEmpty { register.append(("b0", "vacant", "2025-06-01")) }
    var town = SmallTown(buildings: buildings, register: register)
    town.districts = [
      (
        "west", 0, 0, 3, 5,
        ["unemployed": "120", "labourForce": "1000", "population": "2000", "youngAdults": "400", "rent": "14", "dwellings": "900"]
      ),
      (
        "east", 3, 0, 7, 5,
        ["unemployed": "60", "labourForce": "1000", "population": "1800", "youngAdults": "300", "rent": "18", "dwellings": "800"]
      ),
    ]
    for k in 0..<12 {
      town.places.append((["transit", "food", "culture", "park"][k % 4], Double(random(60)) / 10, Double(random(40)) / 10))
      town.companies.append((["design", "film", "music"][k % 3], Double(random(60)) / 10, Double(random(40)) / 10))
    }
    return town
  }
}

extension ScoredStudy {
  /// Position by rank of a site that must be scored.
  func position(_ id: String) -> Int { site(id) ?? -1 }

  /// Row of a building in the city.
  func row(_ id: String) -> Int { (0..<source.city.buildings.count).first { source.city.buildings.ids[$0] == id } ?? -1 }

  /// What is known of a building on a criterion.
  func worth(_ building: String, _ criterion: String) -> CriterionWorth {
    let k = profile.criteria.firstIndex { $0.id == criterion }!
    return scoring.evaluators[k].worth(row(building))
  }

  /// The portfolio as pages get it.
  func portfolio() throws -> Portfolio {
    let data = try shippedData()
    return try Portfolio(
      self, register: AssumptionRegister(folder: data, studyFile: study.assumptions), folder: data, sites: siteTable(), record: record)
  }
}
