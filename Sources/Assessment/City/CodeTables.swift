import GeoFormats
import SimpleFeatures
import TextFormats
import UrbanIndicators

/// The code lists that ship as data: words of many sources to the engine's terms.
struct CodeTables {
  /// Units of fields that are measured.
  let units: UnitTable
  private var tables: [Field: WordTable] = [:]
  private var missing: Set<String> = []
  private var functions: [String: BuildingFunction] = [:]
  private var inspire: [String: [(field: String, to: String, confidence: Double?)]] = [:]

  /// Fields whose values are words of a table, by the table's name.
  enum Field: String, CaseIterable {
    case status, condition, heritage, owner, contamination, zoning, truth, places, sectors

    /// What the words may mean; `nil` for sub-markets, which are a table of their own.
    fileprivate func allowed(_ folder: DataFolder) throws -> Set<String> {
      switch self {
      case .status: Set(VacancyClass.allCases.map(\.rawValue) + ["gone"])
      case .condition: Set(Condition.allCases.map(\.name))
      case .heritage: ["yes", "no", "unknown"]
      case .owner: ["public", "company", "private", "several", "unknown"]
      case .contamination: ["none", "treated", "suspected", "present", "unknown"]
      case .zoning: ["permits", "needsChange", "forbids", "unknown"]
      case .truth: ["yes", "no"]
      case .places: Set(PlaceCategory.allCases.map(\.name))
      case .sectors: Set(try Sector.load(folder: folder).map(\.id))
      }
    }

    /// The table in which the words of a field of the engine stand.
    init?(ofField field: String) {
      switch field {
      case "vacancy", "status": self = .status
      case "category": self = .places
      case "sector": self = .sectors
      case "walkable", "taken": self = .truth
      default: self.init(rawValue: field)
      }
    }
  }

  /// Reads the tables.
  /// - Parameter languages: ISO 639 codes, which decide what a word means that has several meanings.
  init(folder: DataFolder, languages: [String] = []) throws {
    units = try UnitTable(folder: folder)
    let vocabulary = folder.geoData + "/vocabulary"
    for field in Field.allCases {
      tables[field] = try WordTable(file: "\(vocabulary)/\(field.rawValue).csv", languages: languages, allowed: field.allowed(folder))
    }
    let words = try DataTable(file: vocabulary + "/missing.csv", required: ["word"])
    for row in 0..<words.count { missing.insert(try words.requiredText("word", row).folded) }
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

  /// What a word of a field means; `nil` for a word that is in no table.
  func meaning(_ field: Field, _ text: String) -> Study.LayerSource.Meaning? { tables[field]?.meaning(text) }

  /// What a word of a field means in the engine's terms; `nil` for a word that is in no table.
  func word(_ field: Field, _ text: String) -> String? { meaning(field, text)?.word }

  /// Folded texts that say of a field that nothing is known; a word that the field's own table knows is none of them.
  func missing(for field: String) -> Set<String> {
    guard let table = Field(ofField: field).flatMap({ tables[$0] }) else { return missing }
    return missing.subtracting(table.words)
  }

  /// The condition that a word or a mark means; `nil` when unknown to the tables.
  func condition(_ text: String, scale: String?) -> Condition? {
    if let scale, let mark = AttributeColumn.number(from: text), (1...5).contains(mark) {
      let goodness = scale == "1-5" ? mark : 6 - mark
      return goodness >= 3.5 ? .good : goodness >= 2.5 ? .fair : .poor
    }
    let code = Self.code(text)
    let name = inspire[code]?.first { $0.field == "condition" }?.to ?? word(.condition, code) ?? word(.condition, text)
    return name.flatMap { name in Condition.allCases.first { $0.name == name } }
  }

  /// yes or no; `nil` when the word is in no table.
  func truth(_ text: String) -> Bool? { word(.truth, text).map { $0 == "yes" } }
}
