import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import SpatialEngine

/// A study file made from the files of a city, with comments that say what was guessed.
public struct StudyDraft: Sendable {
  /// The study file.
  public var text: String
  /// What is missing, was left out or is left to do, a line each.
  public var notes: [String]

  /// A draft of that text.
  public init(text: String, notes: [String]) { (self.text, self.notes) = (text, notes) }
}

/// Writes a commented study file from the files given, guessing layers and fields; the result runs unedited.
///
/// Guesses rest on names, geometry, fields and values: a register is known by its header or by its words, a join is proposed only where it matches at
/// least half of the rows, the country is that in which the data lie. Each guess stands in the file with a comment; what could not be told is left
/// to do.
/// - Parameters:
///   - today: the day until which evidence ages.
/// - Throws: `FormatError` when a file cannot be read, `AssessmentError` when no layer can be buildings or a register with positions.
public func draftStudy(files: [String], studyFile: String, folder: DataFolder, priceDate: String, today: String) throws -> StudyDraft {
  var isFolder: ObjCBool = false
  let named = files.count == 1 && FileManager.default.fileExists(atPath: files[0], isDirectory: &isFolder) && isFolder.boolValue
  var drafting = Drafting(
    folder: folder, tables: try DraftTables(folder: folder),
    name: named ? URL(fileURLWithPath: files[0]).standardizedFileURL.lastPathComponent : nil,
    base: URL(fileURLWithPath: studyFile).deletingLastPathComponent().standardizedFileURL.path,
    file: URL(fileURLWithPath: studyFile).lastPathComponent)
  for file in try Drafting.expanded(files) { try drafting.add(file) }
  try drafting.choose()
  return try drafting.draft(priceDate: priceDate, today: today)
}

/// A commented study without data, to be filled in by hand.
public func emptyStudy(folder: DataFolder, priceDate: String) throws -> String {
  """
  # A study for Rekindle. Name the files of your city, then: rekindle run study.yml
  study: my-city                   # id: a-z 0-9 -
  title: My city
  country: DE                      # two letters; price levels and aid rules depend on it
  currency: EUR
  price_date: \(priceDate)           # year 0 of every cash flow
  # crs: EPSG:25833                # working CRS; else the buildings' own, or the UTM zone
  layers:
    buildings: {source: buildings.gpkg}          # footprints with an id
    vacancy: {source: register.csv, join: {id: building_id}}   # status, since, observed, source; or join: {address: …}, {parcel: …}, or by place
    # districts: {source: districts.geojson, table: {source: statistics.xlsx, join: {id: name}}}   # population, unemployed, rent …
    # places: {source: places.gpkg}              # category: transit, food, culture, higherEducation, school, grocery, park, health, retail
    # companies: {source: companies.csv}         # sector, x, y
    # streets: {source: streets.gpkg}            # class, walkable
    # constraints: [{source: flood.gpkg, kind: flood, effect: veto, above: 0.5}]
  candidates: {vacancy: [vacant, partlyVacant, derelict], min_confidence: 0.2, min_floor_area: 150}
  profile: cci-location
  report: {top: 10, formats: [html], languages: [en]}
  publish: [name, address, function]

  """
}

private struct Drafting {
  let folder: DataFolder
  let tables: DraftTables
  /// The name of the folder that was given; it names the study.
  let name: String?
  let base: String
  let file: String
  var found: [DraftLayer] = []
  var chosen: [String: DraftLayer] = [:]
  /// Statistics for the districts, with the field that names them.
  var statistics: (table: DraftLayer, field: String)?
  var notes: [String] = []

  /// A folder stands for the files in it that are read as layers.
  static func expanded(_ files: [String]) throws -> [String] {
    let endings = [
      ".gpkg", ".geojson", ".geojsonl", ".geojsons", ".json", ".csv", ".tsv", ".gml", ".shp", ".fgb", ".osm.pbf", ".osm", ".zip", ".xlsx",
      ".ods",
    ]
    return try files.flatMap { file -> [String] in
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else {
        throw AssessmentError(.missingInput, "\(file): no such file or folder. Give the files a study shall read.")
      }
      guard isFolder.boolValue else { return [file] }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: file).sorted()) ?? []
      let kept = names.filter { name in endings.contains { name.lowercased().hasSuffix($0) } && !name.hasPrefix(".") }
      guard !kept.isEmpty else {
        throw AssessmentError(
          .missingInput, "\(file): the folder holds no file that is read as a layer (\(endings.joined(separator: ", "))).")
      }
      return kept.map { (file.hasSuffix("/") ? file : file + "/") + $0 }
    }
  }

  mutating func add(_ file: String) throws {
    if Study.isOpenStreetMap(file) {
      found.append(DraftLayer(openStreetMap: file))
      return
    }
    let layers = try describeLayers(in: file, options: ReadOptions())
    for layer in layers { found.append(DraftLayer(file, layer, isOnlyLayer: layers.count == 1)) }
  }

  // MARK: Which layer is what

  private func preset(_ layer: DraftLayer) -> Preset? { Preset.found(for: layer.header, among: tables.presets) }

  /// What a layer is by its header, its words or its name; `nil` when nothing tells.
  private func role(_ layer: DraftLayer) -> String? {
    if layer.isOpenStreetMap { return "buildings" }
    if preset(layer) != nil { return "vacancy" }
    let name = (layer.name + " " + URL(fileURLWithPath: layer.path).lastPathComponent).lowercased()
    if ["buildingpart", "building_part", "otherconstruction"].contains(where: name.contains) { return nil }
    for (role, words) in tables.layers where words.contains(where: { name.contains($0) }) {
      switch role {
      case "vacancy" where layer.isLinear, "streets" where !layer.isLinear, "districts" where !layer.isAreal,
        "buildings" where !layer.isAreal && !layer.isUnsaid, "places" where layer.isTable, "companies" where layer.isTable:
        continue
      default: return role
      }
    }
    if layer.isLinear { return "streets" }
    if layer.isTable || layer.isPuntal, tables.statusField(layer) != nil { return "vacancy" }
    return nil
  }

  mutating func choose() throws {
    var tablesLeft: [DraftLayer] = []
    for layer in found {
      guard let role = role(layer) else {
        if layer.isTable { tablesLeft.append(layer) } else { leaveOut(layer, "no layer of a study by its name") }
        continue
      }
      if let taken = chosen[role] { leaveOut(layer, "\(role) is taken by \(taken.label)") } else { chosen[role] = layer }
    }
    if chosen["buildings"] == nil {
      // The one areal layer that there is must be it.
      let free = found.filter { layer in (layer.isAreal || layer.isUnsaid) && !chosen.values.contains { $0 === layer } }
      if free.count == 1 {
        chosen["buildings"] = free[0]
        notes.removeAll { $0.contains(free[0].label) }
      } else if chosen["vacancy"].map({ $0.isTable }) ?? true {
        throw AssessmentError(
          .badInput,
          "None of the files has a layer that looks like buildings, and none a register with positions: \(found.map(\.label).joined(separator: ", ")). Write the study by hand: `layers: {buildings: {source: FILE#LAYER}}`."
        )
      }
    }
    for layer in tablesLeft {
      // A table without a place: figures of the districts, if it names them.
      if statistics == nil, let districts = chosen["districts"], let proposal = JoinProposal(layer.features, upon: districts.features) {
        statistics = (layer, proposal.field)
      } else {
        leaveOut(layer, "a table without positions that names neither buildings nor districts in half of its rows")
      }
    }
  }

  private mutating func leaveOut(_ layer: DraftLayer, _ why: String) {
    notes.append("not used: \(layer.label) (\(layer.isTable ? "no geometry" : layer.geometryType)): \(why)")
  }

  // MARK: Fields

  private func fields(_ role: String, _ layer: DraftLayer, comments: inout [String]) -> [(String, String)] {
    let preset = role == "vacancy" ? preset(layer) : nil
    let known = preset?.applied(to: Study.LayerSource(reference: layer.reference), header: layer.header)
    var result: [(String, String)] = []
    for (field, names) in tables.fields[role] ?? [] where known?.fields[field] == nil && known?.constants[field] == nil {
      guard let hit = names.lazy.compactMap({ name in layer.header.first { $0.lowercased() == name } }).first else { continue }
      var name = hit
      let values = layer.texts(hit)?.texts.texts ?? []
      if role == "buildings", field == "condition", !values.isEmpty, values.allSatisfy({ Int($0).map { (1...5).contains($0) } ?? false }) {
        name += " [1-5]"
        comments.append("condition: marks 1–5 are read as 1 = worst, 5 = best; write [5-1] if it is the other way round")
      }
      // Numbers of a monument, not yes and no.
      if field == "heritage", values.count > 2, values.allSatisfy({ Double($0) != nil }) { continue }
      if role == "buildings", field == "grossFloorArea", hit.lowercased() == "value" {
        let reference = layer.header.first { $0.lowercased().contains("officialareareference") }
        let kinds = reference.flatMap { layer.texts($0)?.texts.texts } ?? []
        guard kinds.contains(where: { $0.lowercased().contains("gross") }) else { continue }
      }
      result.append((field, name))
      if let unit = layer.header.first(where: { $0.lowercased() == hit.lowercased() + "_uom" }), let units = layer.texts(unit) {
        comments.append("\(field): unit \(units.texts.texts.sorted().prefix(2).joined(separator: ", "))")
      }
    }
    if role == "vacancy", preset == nil, let status = tables.statusField(layer) {
      result.removeAll { $0.0 == "status" }
      result.append(("status", status))
    }
    // The engine finds fields of its own name by itself.
    return result.filter { !FieldMapping.isCalled($0.1, $0.0) }.sorted { $0.0 < $1.0 }
  }

  /// What the study says of a register beside its fields.
  private mutating func register(_ layer: DraftLayer, _ mapping: [(String, String)], comments: inout [String]) -> String {
    var entry = ""
    let known = preset(layer)?.applied(to: Study.LayerSource(reference: layer.reference), header: layer.header)
    if let preset = preset(layer) {
      comments.append("\(preset.title): found from the header; `preset: none` reads the table without that knowledge")
      entry += ", preset: \(preset.name)"
    }
    func column(_ field: String) -> String? {
      known?.fields[field] ?? mapping.first { $0.0 == field }?.1 ?? layer.header.first { FieldMapping.isCalled($0, field) }
    }
    if let buildings = chosen["buildings"], !buildings.isOpenStreetMap {
      let proposal = JoinProposal(layer.features, upon: buildings.features)
      let address = column("address")
      // Addresses are written in many ways: the same field is joined as what it is.
      if let proposal, layer.isTable, proposal.field == address {
        comments.append(
          "\(proposal.matches) of \(proposal.rows) rows have the address of a building word for word: they are joined by address")
        entry += ", join: {address: \(quoted(proposal.field))}"
      } else if let proposal, layer.isTable || proposal.matches * 10 >= proposal.rows * 9 {
        comments.append("\(proposal.matches) of \(proposal.rows) rows name a building by its \"\(proposal.buildingField)\"")
        entry += ", join: {id: \(quoted(proposal.field))"
        if proposal.buildingField.lowercased() != "id" { entry += ", field: \(quoted(proposal.buildingField))" }
        entry += "}"
      } else if layer.isTable {
        if let address {
          comments.append("the rows have no positions and no id of the buildings: they are joined by address")
          entry += ", join: {address: \(quoted(address))}"
        } else {
          toDo("\(layer.label) has no positions, and none of its fields names the buildings: add `join` to layers.vacancy")
        }
      }
    } else if layer.isTable {
      if let address = column("address") {
        entry += ", join: {address: \(quoted(address))}"
      } else {
        toDo("\(layer.label) has no positions: add `join` to layers.vacancy")
      }
    }
    if column("status") == nil, known?.constants["status"] == nil {
      comments.append("no field says whether a site is vacant: being listed is taken as vacant")
      entry += ", constants: {status: vacant}"
      toDo("look whether every row of \(layer.label) is vacant: no field says so")
    }
    if known?.dateOrder == nil, let field = column("observed"), let (texts, _) = layer.texts(field) {
      guard let lastDay = CalendarDate(year: 2100, month: 1, day: 1) else { return entry }
      let dates = WrittenDates(texts.texts, order: nil, last: lastDay)
      if texts.texts.indices.contains(where: { dates[$0].failure == .ambiguous }) {
        toDo(
          "dates of \(layer.label) such as \"\(texts.texts[texts.texts.indices.first { dates[$0].failure == .ambiguous } ?? 0])\" may be day/month or month/day: add `dates: dmy` or `dates: mdy`"
        )
      }
    }
    return entry
  }

  private mutating func toDo(_ what: String) { notes.append("to do: " + what) }

  // MARK: Where it lies

  /// The middle of a layer in WGS 84.
  private func middle(_ layer: DraftLayer, _ known: Study.LayerSource?) -> Position? {
    var crs = layer.crs ?? known?.crs
    if crs == nil, let named = known?.columnCRS {
      let words = layer.texts(named.column)?.texts.texts ?? []
      crs = words.count == 1 ? named.values.first { $0.key == words[0] }?.value ?? named.otherwise : words.isEmpty ? named.otherwise : nil
    }
    guard let crs, let middle = layer.features.geometry.middle() else { return nil }
    var x = [middle.x], y = [middle.y]
    guard let transform = try? CoordinateTransform(from: crs, to: .wgs84), transform.transform(x: &x, y: &y).isEmpty else { return nil }
    return Position(x: x[0], y: y[0])
  }

  /// The country by what the data say, else by where they lie; with what is left to ask.
  private mutating func country(_ layer: DraftLayer, _ known: Study.LayerSource?) throws -> (code: String, comment: String) {
    let outlines = try CountryOutlines(folder: folder)
    if let field = layer.header.first(where: { $0.lowercased() == "addr:country" || $0.lowercased() == "addr_country" }),
      let (texts, _) = layer.texts(field), texts.texts.count == 1
    {
      let code = texts.texts[0].uppercased() == "GB" ? "UK" : texts.texts[0].uppercased()
      if outlines.has(code) { return (code, "as the data say (\(field)); price levels and aid rules depend on it") }
    }
    guard let place = middle(layer, known) else {
      toDo("country: where the data lie could not be told; DE stands in its place")
      return ("DE", "to do: where the data lie could not be told")
    }
    switch outlines.country(longitude: place.x, latitude: place.y) {
    case .country(let code): return (code, "where the data lie; price levels and aid rules depend on it")
    case .open(let codes):
      let nearest = codes.min { a, b in
        let x = outlines.distance(longitude: place.x, latitude: place.y, toCountry: a)
        let y = outlines.distance(longitude: place.x, latitude: place.y, toCountry: b)
        return (x, a) < (y, b)
      }
      toDo("country: the data lie within 3 km of a border, in \(codes.joined(separator: " or "))")
      return (nearest ?? codes[0], "to do: the data lie within 3 km of a border, in \(codes.joined(separator: " or "))")
    case .nowhere:
      toDo("country: the data lie in no country, at \(place.x)° east, \(place.y)° north: wrong CRS or swapped axes?")
      return ("DE", "to do: the data lie in no country")
    }
  }

  // MARK: Writing

  private func relative(_ path: String) -> String {
    let full = URL(fileURLWithPath: path).standardizedFileURL.path
    if full.hasPrefix(base + "/") { return String(full.dropFirst(base.count + 1)) }
    return full
  }

  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private func source(_ layer: DraftLayer) -> String { quoted(relative(layer.path) + (layer.isOnlyLayer ? "" : "#\(layer.name)")) }

  private func flow(_ mapping: [(String, String)]) -> String {
    mapping.isEmpty ? "" : ", fields: {\(mapping.map { "\($0.0): \(quoted($0.1))" }.joined(separator: ", "))}"
  }

  private func identifier(_ first: DraftLayer) -> String {
    var id = (name ?? URL(fileURLWithPath: first.path).lastPathComponent).lowercased()
    for ending in [".osm.pbf", ".gpkg.zip", ".geojson", ".gpkg", ".gml", ".zip", ".shp", ".csv", ".fgb", ".xlsx"] where id.hasSuffix(ending)
    {
      id = String(id.dropLast(ending.count))
    }
    id = String(id.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    while id.contains("--") { id = id.replacing("--", with: "-") }
    id = id.trimmingCharacters(in: CharacterSet(charactersIn: "-"))
    return id.isEmpty || id == "templates" || id == "gallery" ? "my-city" : id
  }

  mutating func draft(priceDate: String, today: String) throws -> StudyDraft {
    guard let first = chosen["buildings"] ?? chosen["vacancy"] else { return StudyDraft(text: "", notes: notes) }
    let known = preset(first)?.applied(to: Study.LayerSource(reference: first.reference), header: first.header)
    let (country, reason) = try country(first, known)
    let id = identifier(first)
    let assumptions = try AssumptionRegister(folder: folder, studyFile: nil)
    let hasPrices = assumptions.optional("level.construction.\(country)") != nil
    if !hasPrices {
      toDo(
        "no construction price level of \(country) ships, so no site is costed (`top: 0`): add `level.construction.\(country)` to a file of `assumptions`, then raise `top`"
      )
    }
    let languages = try DataTable(file: folder.geoData + "/vocabulary/languages.csv", required: ["country", "languages"])
    let spoken =
      (0..<languages.count).first { languages.text("country", $0) == country }.flatMap { languages.text("languages", $0) } ?? "en"
    let catalogues = spoken.split(separator: " ").map(String.init).filter {
      FileManager.default.fileExists(atPath: "\(folder.templates)/catalogue.\($0).json")
    }
    let ownLanguage = catalogues.first ?? "en"

    var lines: [String] = []
    for role in ["buildings", "vacancy", "units", "districts", "places", "companies", "streets"] {
      guard let layer = chosen[role] else { continue }
      if layer.isOpenStreetMap {
        lines.append(
          "  buildings: {source: \(source(layer))}   # one OpenStreetMap file fills buildings, units, districts, places, companies and streets"
        )
        continue
      }
      var comments: [String] = []
      let mapping = fields(role, layer, comments: &comments)
      var entry = "  \(role): {source: \(source(layer))" + flow(mapping)
      if role == "vacancy" { entry += register(layer, mapping, comments: &comments) }
      if layer.crs == nil, !layer.isTable, known?.crs == nil, known?.columnCRS == nil || role != "vacancy" {
        toDo("\(layer.label) does not say its coordinate reference system: add `crs: EPSG:…` to layers.\(role)")
      }
      if role == "districts", let (table, field) = statistics {
        var more: [String] = []
        entry += ", table: {source: \(source(table)), join: {id: \(quoted(field))}\(flow(fields("districts", table, comments: &more)))}"
        comments.append("\(table.label) holds figures of the districts, named by its \"\(field)\"")
      }
      for comment in comments { lines.append("  # \(comment)") }
      lines.append(entry + "}")
    }
    for layer in ["buildings", "vacancy", "districts", "places", "companies", "streets"]
    where chosen[layer] == nil && !first.isOpenStreetMap {
      let consequence: String
      switch layer {
      case "buildings": consequence = "each row of the register is a site of unknown footprint, scored by where it lies"
      case "vacancy": consequence = "only what the buildings' own fields say of vacancy counts"
      case "streets": consequence = "walking distances are straight lines × 1.3; frontage is unknown"
      default: consequence = "what it would tell stays unknown and widens every score"
      }
      notes.append("no \(layer) layer among the files: \(consequence)")
    }
    let text =
      ([
        "# A study for Rekindle, guessed from the files named below. It runs as it is; look through what was guessed.",
        "# Run it:  rekindle run \(file)", "", "study: \(id)                 # id: a-z 0-9 -", "title: \(quoted(id))",
        "country: \(country)                     # \(reason)", "currency: EUR",
        "price_date: \(priceDate)            # year 0 of every cash flow",
        "as_of: \(today)                 # evidence of vacancy ages until this day",
        "grant_date: \(priceDate)            # which aid rules apply", "", "layers:",
      ] + lines + notes.map { "  # \($0)" } + [
        "", "candidates: {vacancy: [vacant, partlyVacant, derelict], min_confidence: 0.2, min_floor_area: 150}",
        "profile: cci-location             # GeoData/profiles/cci-location.yml; copy it to change weights",
        "report: {top: \(hasPrices ? 10 : 0), formats: [html], languages: [\(ownLanguage)]}", "publish: [name, address, function]",
        first.isOpenStreetMap
          ? "attribution: [\"© OpenStreetMap contributors, ODbL 1.0\"]"
          : "# attribution: [\"© …\"]            # whom maps and exports must name",
      ]).joined(separator: "\n") + "\n"
    return StudyDraft(text: text, notes: notes)
  }
}
