import GeoFormats
import SimpleFeatures
import UrbanIndicators

/// The code lists that ship as data: words of many sources to the engine's terms.
struct CodeTables {
  private var functions: [String: BuildingFunction] = [:]
  private var inspire: [String: [(field: String, to: String, confidence: Double?)]] = [:]

  init(folder: DataFolder) throws {
    let terms = try DataTable(file: folder.geoData + "/functions.csv", required: ["term", "function"])
    for row in 0..<terms.count {
      let name = try terms.requiredText("function", row)
      guard let function = Self.function(named: name) else {
        throw terms.failure(row, "function", "\"\(name)\" is no function of the engine.")
      }
      let term = try terms.requiredText("term", row).lowercased()
      if functions[term] == nil { functions[term] = function }
    }
    let codes = try DataTable(file: folder.geoData + "/inspire-codes.csv", required: ["codelist", "code", "field", "to"])
    for row in 0..<codes.count {
      inspire[try codes.requiredText("code", row), default: []].append(
        (try codes.requiredText("field", row), try codes.requiredText("to", row), codes.number("confidence", row)))
    }
  }

  private static func function(named name: String) -> BuildingFunction? {
    name == "public" ? .publicBuilding : BuildingFunction.allCases.first { $0.name == name }
  }

  /// The last part of a code's URI, e.g. `ruin` of `http://inspire.ec.europa.eu/codelist/ConditionOfConstructionValue/ruin`.
  static func code(_ text: String) -> String {
    guard let slash = text.lastIndex(where: { $0 == "/" || $0 == "#" }) else { return text }
    return String(text[text.index(after: slash)...])
  }

  /// The function that a word means; `nil` when no table names it.
  func function(_ text: String) -> BuildingFunction? {
    let code = Self.code(text)
    if let to = inspire[code]?.first(where: { $0.field == "function" })?.to { return Self.function(named: to) }
    if let function = functions[code.lowercased()] ?? functions[text.lowercased()] { return function }
    // Several uses in one field, e.g. `woonfunctie,winkelfunctie`: one meaning stands for itself, several are mixed.
    let parts = text.split(whereSeparator: { $0 == "," || $0 == ";" || $0 == "|" }).map { $0.trimmed().lowercased() }
    guard parts.count > 1 else { return nil }
    let meanings = Set(parts.compactMap { functions[$0] })
    return meanings.count == 1 ? meanings.first : meanings.isEmpty ? nil : .mixed
  }

  /// What an INSPIRE condition says of vacancy: status word and confidence.
  func cadastreVacancy(_ text: String) -> (status: String, confidence: Double)? {
    inspire[Self.code(text)]?.first { $0.field == "vacancy" }.map { ($0.to, $0.confidence ?? 0.6) }
  }

  /// The condition that a word or a mark means; `nil` when unknown to the tables.
  func condition(_ text: String, scale: String?) -> Condition? {
    if let scale, let mark = AttributeColumn.number(from: text), (1...5).contains(mark) {
      let goodness = scale == "1-5" ? mark : 6 - mark
      return goodness >= 3.5 ? .good : goodness >= 2.5 ? .fair : .poor
    }
    let code = Self.code(text)
    if let to = inspire[code]?.first(where: { $0.field == "condition" })?.to { return Condition.allCases.first { $0.name == to } }
    switch code.lowercased() {
    case "good", "very good", "excellent", "renovated": return .good
    case "fair", "average", "moderate", "normal", "ok": return .fair
    case "poor", "bad", "dilapidated", "derelict", "disrepair", "declined": return .poor
    case "ruin", "ruins", "collapsed": return .ruin
    case "functional", "unknown": return .unknown
    default: return nil
    }
  }

  /// yes / no in the words of registers.
  static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "yes", "true", "1", "y", "t", "ja", "oui", "si", "sí", "tak", "kyllä": true
    case "no", "false", "0", "n", "f", "nein", "non", "nie", "ei", "none": false
    default: nil
    }
  }

  /// The class that a status word means.
  static func vacancy(_ text: String) -> VacancyClass? {
    switch text.lowercased() {
    case "vacant", "empty", "unoccupied", "disused", "abandoned", "yes", "true", "1", "leer", "leerstand", "vide", "leegstand": .vacant
    case "partlyvacant", "partly vacant", "partly_vacant", "partial", "partially vacant", "teilweise": .partlyVacant
    case "derelict", "ruin", "ruins", "ruinous": .derelict
    case "inuse", "in use", "in_use", "occupied", "used", "functional", "no", "false", "0", "active": .inUse
    case "unknown", "": .unknown
    default: nil
    }
  }

  /// Owner classes of the profile; names of people are no class.
  static func owner(_ text: String) -> String? {
    switch text.lowercased() {
    case "public", "municipal", "municipality", "city", "state", "government", "national", "regional", "county", "federal": "public"
    case "company", "corporate", "business", "cooperative": "company"
    case "private", "individual", "person", "church", "foundation", "association": "private"
    case "several", "multiple", "condominium", "community", "heirs": "several"
    default: nil
    }
  }
}
