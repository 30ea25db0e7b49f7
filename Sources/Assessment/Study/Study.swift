import Foundation
import GeoFormats
public import ProjectFinance
public import SimpleFeatures

/// What a planner asks for: which layers to read, what counts as a candidate, by which profile to score, what to report.
///
/// Decoded from a YAML file (see the contract in the README); paths are relative to that file.
public struct Study: Sendable {
  /// A constraint layer with its effect.
  public struct ConstraintSource: Sendable {
    /// Where it comes from.
    public var layer: LayerSource
    /// flood, contamination, noise, nature or zoning.
    public var kind: String
    /// veto, penalty or cost.
    public var effect: String
    /// Share of the footprint above which the effect sets in.
    public var above: Double
    /// Share of the score that a footprint wholly inside loses; 0 unless the effect is penalty.
    public var strength: Double
    /// EUR per m² of footprint inside, with range and source; `nil` unless the effect is cost.
    public var cost: Assumption?
  }

  /// Which buildings are scored.
  public struct Candidates: Sendable {
    /// Classes of vacancy evidence that count.
    public var vacancy: [VacancyClass] = [.vacant, .partlyVacant, .derelict]
    /// Lowest decayed confidence that counts.
    public var minimumConfidence = 0.2
    /// Lowest gross floor area, m².
    public var minimumFloorArea = 150.0
    /// Whether buildings are scored for which somebody has plans already.
    public var includesTaken = false
    /// Whether every building is scored whatever its vacancy (for batch work and tests).
    public var all = false
  }

  /// What is written for the best sites.
  public struct Report: Sendable {
    /// How many sites get a concept and a report.
    public var top = 10
    /// html, pdf, xlsx.
    public var formats = ["html"]
    /// Languages of the pages.
    public var languages = ["en"]
  }

  /// Id: a–z, 0–9 and hyphen.
  public var id: String
  /// Title for people.
  public var title: String
  /// ISO 3166 code of the country, e.g. FI.
  public var country: String
  /// ISO 4217 code, EUR unless given.
  public var currency: String
  /// Year 0 of every cash flow and the base of every price.
  public var priceDate: CalendarDate
  /// Evidence ages until this day.
  public var asOf: CalendarDate
  /// Chooses the aid rules.
  public var grantDate: CalendarDate
  /// Working CRS demanded by the study.
  public var crs: CoordinateReferenceSystem?
  /// The layers by name: buildings, vacancy, units, districts, places, companies, streets.
  public var layers: [String: LayerSource]
  /// Constraint layers in the order of the file.
  public var constraints: [ConstraintSource]
  /// Which buildings are scored.
  public var candidates: Candidates
  /// Name of a shipped profile or path of a profile file.
  public var profile: String
  /// Path of a CSV whose rows override shipped assumptions by id.
  public var assumptions: String?
  /// What is written.
  public var report: Report
  /// Source fields that may leave in exports and pages. What is computed does not depend on it.
  public var publish: [String]
  /// The city's centre (longitude, latitude); else it is computed.
  public var centre: Position?
  /// Whom every map and export names.
  public var attribution: [String]
  /// The study file.
  public var file: String

  /// Whether any layer is invented for demonstration.
  public var isIllustrative: Bool { layers.values.contains { $0.illustrative } }

  /// Whether a source field may leave.
  func publishes(_ field: String) -> Bool { publish.contains(field) }

  /// Published fields that are none of the engine's, each once: they are columns `pub_…`.
  var publishedExtras: [String] {
    var seen: Set = ["name", "address", "function"]
    return publish.filter { seen.insert($0).inserted }
  }

  static let layerNames = ["buildings", "vacancy", "units", "districts", "places", "companies", "streets"]
  static let keys = [
    "study", "title", "country", "currency", "price_date", "crs", "as_of", "grant_date", "layers", "candidates", "profile", "assumptions",
    "report",
    "publish", "centre", "attribution",
  ]

  /// Reads a study file.
  /// - Throws: `AssessmentError` naming file, line and key.
  public init(file: String) throws {
    try self.init(YAMLMapping.root(ofFile: file))
  }

  init(_ yaml: YAMLMapping) throws {
    try yaml.allow(Self.keys)
    file = yaml.file
    let folder = URL(fileURLWithPath: yaml.file).deletingLastPathComponent().path
    id = try yaml.requiredString("study")
    guard !id.isEmpty, id.utf8.allSatisfy({ ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 }) else {
      throw yaml.failure("study", "only a–z, 0–9 and - may stand in an id, found \"\(id.prefix(40))\".")
    }
    guard id != "templates", id != "gallery" else { throw yaml.failure("study", "this id is reserved.") }
    title = try yaml.string("title") ?? id
    country = try yaml.requiredString("country").uppercased()
    guard country.utf8.count == 2, country.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }) else {
      throw yaml.failure("country", "a two-letter country code is expected, e.g. FI.")
    }
    currency = try yaml.string("currency") ?? "EUR"
    guard currency == "EUR" else {
      throw yaml.failure("currency", "only EUR is supported so far; convert prices and rents, and say the rate in the assumptions.")
    }
    guard let priceDate = try yaml.date("price_date") else {
      throw yaml.failure("price_date", "is missing: the date of all prices, e.g. 2026-01-01.")
    }
    self.priceDate = priceDate
    asOf = try yaml.date("as_of") ?? priceDate
    grantDate = try yaml.date("grant_date") ?? priceDate
    crs = try yaml.string("crs").map { CoordinateReferenceSystem($0) }
    profile = try yaml.string("profile") ?? "cci-location"
    assumptions = try yaml.string("assumptions").map { Self.resolve($0, in: folder) }
    publish = try yaml.strings("publish") ?? ["name", "address", "function"]
    attribution = try yaml.strings("attribution") ?? []
    centre = nil
    if yaml.has("centre") {
      let values = try (yaml.strings("centre") ?? []).compactMap { Double($0) }
      guard values.count == 2, abs(values[0]) <= 180, abs(values[1]) <= 90 else {
        throw yaml.failure("centre", "[longitude, latitude] in degrees is expected.")
      }
      centre = Position(x: values[0], y: values[1])
    }

    guard let layerMap = try yaml.mapping("layers") else {
      throw yaml.failure("layers", "is missing: name at least `buildings: {source: FILE}`.")
    }
    try layerMap.allow(Self.layerNames + ["constraints"])
    layers = [:]
    for name in Self.layerNames where layerMap.has(name) {
      layers[name] = try Self.layer(layerMap, name, folder: folder)
    }
    guard layers["buildings"] != nil || layers["vacancy"] != nil else {
      throw layerMap.failure(
        "buildings", "is missing: a study needs building footprints, or a vacancy register whose rows are scored by where they lie.")
    }
    constraints = []
    for item in try layerMap.mappings("constraints") ?? [] {
      try item.allow(
        LayerSource.keys.filter { !["join", "table", "illustrative", "preset"].contains($0) } + [
          "kind", "effect", "above", "strength", "cost",
        ])
      let kind = try item.requiredString("kind"), effect = try item.requiredString("effect")
      guard ["flood", "contamination", "noise", "nature", "zoning"].contains(kind) else {
        throw item.failure("kind", "one of flood, contamination, noise, nature, zoning is expected.")
      }
      guard ["veto", "penalty", "cost"].contains(effect) else { throw item.failure("effect", "one of veto, penalty, cost is expected.") }
      let above = try item.number("above") ?? (effect == "veto" ? 0.5 : 0)
      guard (0...1).contains(above) else { throw item.failure("above", "a share between 0 and 1 is expected.") }
      constraints.append(
        ConstraintSource(
          layer: try LayerSource(item, folder: folder), kind: kind, effect: effect, above: above,
          strength: try Self.strength(item, effect),
          cost: try Self.cost(item, effect, id: "constraint.\(constraints.count + 1).\(kind)", priceBase: priceDate.year, country: country))
      )
    }

    candidates = Candidates()
    if let map = try yaml.mapping("candidates") {
      try map.allow(["vacancy", "min_confidence", "min_floor_area", "taken"])
      if let taken = try map.string("taken") {
        guard ["include", "exclude"].contains(taken) else { throw map.failure("taken", "include or exclude is expected.") }
        candidates.includesTaken = taken == "include"
      }
      if let classes = try map.strings("vacancy") {
        if classes == ["all"] {
          candidates.all = true
        } else {
          candidates.vacancy = try classes.map {
            guard let value = VacancyClass(rawValue: $0) else {
              throw map.failure("vacancy", "\"\($0)\" is no class: use vacant, partlyVacant, derelict, inUse, unknown, or all.")
            }
            return value
          }
        }
      }
      if let value = try map.number("min_confidence") {
        guard (0...1).contains(value) else { throw map.failure("min_confidence", "a share between 0 and 1 is expected.") }
        candidates.minimumConfidence = value
      }
      if let value = try map.number("min_floor_area") {
        guard value >= 0 else { throw map.failure("min_floor_area", "an area in m², not below 0, is expected.") }
        candidates.minimumFloorArea = value
      }
    }
    report = Report()
    if let map = try yaml.mapping("report") {
      try map.allow(["top", "formats", "languages"])
      if let top = try map.integer("top") {
        guard top >= 0 else { throw map.failure("top", "a count, not below 0, is expected.") }
        report.top = top
      }
      if let formats = try map.strings("formats") {
        for format in formats where !["html", "pdf", "xlsx"].contains(format) {
          throw map.failure("formats", "\"\(format)\" is unknown; html, pdf and xlsx can be written.")
        }
        report.formats = formats
      }
      if let languages = try map.strings("languages") { report.languages = languages }
    }
  }

  /// How much of the score a penalty takes.
  private static func strength(_ item: YAMLMapping, _ effect: String) throws -> Double {
    guard effect == "penalty" else {
      if item.has("strength") { throw item.failure("strength", "belongs to `effect: penalty`, found with `effect: \(effect)`.") }
      return 0
    }
    guard let strength = try item.number("strength") else {
      throw item.failure(
        "effect", "a penalty needs `strength`: the share of the score, above 0 and up to 1, that a footprint wholly inside loses.")
    }
    guard strength > 0, strength <= 1 else { throw item.failure("strength", "a share above 0 and up to 1 is expected.") }
    return strength
  }

  /// What a constraint costs: `{value: 60, low: 40, high: 90, source: "…"}`.
  private static func cost(_ item: YAMLMapping, _ effect: String, id: String, priceBase: Int, country: String) throws -> Assumption? {
    guard effect == "cost" else {
      if item.has("cost") { throw item.failure("cost", "belongs to `effect: cost`, found with `effect: \(effect)`.") }
      return nil
    }
    guard let map = try item.mapping("cost") else {
      throw item.failure(
        "effect", "a cost needs `cost: {value: EUR per m² of footprint inside, low: …, high: …, source: \"who says so\"}`.")
    }
    try map.allow(["value", "low", "high", "source", "title"])
    guard let value = try map.number("value") else { throw map.failure("value", "is missing: EUR per m² of footprint inside.") }
    let low = try map.number("low"), high = try map.number("high")
    guard value >= 0, (low ?? value) >= 0, (low ?? value) <= value, value <= (high ?? value) else {
      throw map.failure("value", "0 ≤ low ≤ value ≤ high is expected.")
    }
    return Assumption(
      id: id, title: try map.string("title") ?? "what the constraint asks for (\(try item.requiredString("kind")))", value: value, low: low,
      high: high, unit: "EUR/m2", areaBasis: "footprint inside the constraint", priceBase: priceBase, country: country,
      source: try map.requiredString("source"), kind: "assumption", origin: "study")
  }

  static func resolve(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : folder == "/" ? "/" + path : folder + "/" + path
  }

  private static func layer(_ map: YAMLMapping, _ name: String, folder: String) throws -> LayerSource {
    guard let item = try map.mapping(name) else { throw map.failure(name, "{source: FILE} is expected.") }
    try item.allow(LayerSource.keys)
    if item.has("table"), name != "districts" { throw item.failure("table", "statistics are joined to `districts` only.") }
    return try LayerSource(item, folder: folder)
  }

  /// Whether a file's name is that of raw OpenStreetMap data.
  static func isOpenStreetMap(_ path: String) -> Bool {
    [".osm.pbf", ".osm", ".osm.gz", ".osm.bz2"].contains { path.lowercased().hasSuffix($0) }
  }
}
