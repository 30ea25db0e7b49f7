import Foundation
import GeoFormats
import SimpleFeatures
import SpatialEngine

/// Writes a commented study file from the files given, guessing layers and fields; the result runs unedited.
///
/// Guesses rest on layer names, geometry types and field names; each stands in the file with a comment, so that a planner sees what
/// was assumed and what is missing.
/// - Throws: `FormatError` when a file cannot be read, `AssessmentError` when no layer can be buildings.
public func guessStudy(files: [String], studyFile: String, folder: DataFolder, today: String) throws -> String {
  var isFolder: ObjCBool = false
  let named = files.count == 1 && FileManager.default.fileExists(atPath: files[0], isDirectory: &isFolder) && isFolder.boolValue
  var guess = StudyGuess(
    folder: folder, name: named ? URL(fileURLWithPath: files[0]).standardizedFileURL.lastPathComponent : nil,
    base: URL(fileURLWithPath: studyFile).deletingLastPathComponent().standardizedFileURL.path)
  for file in try StudyGuess.expanded(files) { try guess.add(file) }
  return try guess.text(today: today)
}

/// A commented study without data, to be filled in by hand.
public func emptyStudy(folder: DataFolder, today: String) throws -> String {
  """
  # A study for Rekindle. Name the files of your city, then: rekindle run study.yml
  study: my-city                   # id: a-z 0-9 -
  title: My city
  country: DE                      # two letters; price levels and aid rules depend on it
  currency: EUR
  price_date: \(today)           # year 0 of every cash flow
  # crs: EPSG:25833                # working CRS; else the buildings' own, or the UTM zone
  layers:
    buildings: {source: buildings.gpkg}          # required: footprints with an id
    vacancy: {source: register.csv, join: {id: building_id}}   # status, since, observed, source
    # districts: {source: districts.geojson}     # population, unemployed, rent …
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

private struct StudyGuess {
  struct Found {
    var path: String
    var layer: (name: String, crs: CoordinateReferenceSystem?, geometryType: String?, fields: [FieldDescription])
    var isOnlyLayer: Bool
    var isOpenStreetMap = false
  }

  let folder: DataFolder
  /// The name of the folder that was given; it names the study.
  let name: String?
  let base: String
  var found: [Found] = []

  init(folder: DataFolder, name: String?, base: String) {
    self.folder = folder
    self.name = name
    self.base = base
  }

  /// A folder stands for the files in it that are read as layers.
  static func expanded(_ files: [String]) throws -> [String] {
    let endings = [
      ".gpkg", ".geojson", ".geojsonl", ".geojsons", ".json", ".csv", ".gml", ".shp", ".fgb", ".osm.pbf", ".osm", ".zip", ".xlsx",
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
      found.append(
        Found(path: file, layer: ("", .wgs84, "MULTIPOLYGON", []), isOnlyLayer: true, isOpenStreetMap: true))
      return
    }
    let layers = try describeLayers(in: file, options: ReadOptions())
    for layer in layers {
      found.append(Found(path: file, layer: (layer.name, layer.crs, layer.geometryType, layer.fields), isOnlyLayer: layers.count == 1))
    }
  }

  // MARK: Guessing

  private static let wordsOfLayers: [(String, [String])] = [
    ("vacancy", ["vacan", "leerstand", "register", "empty"]), ("streets", ["street", "road", "edge", "highway"]),
    ("places", ["poi", "place", "amenit", "stop", "platform", "venue"]),
    ("companies", ["compan", "firm", "cci", "enterprise", "business"]), ("units", ["unit"]),
    ("districts", ["district", "stadtteil", "bezirk", "quarter", "neighbo", "paavo", "postal", "area"]),
    ("buildings", ["building", "footprint", "pand", "gebaeude", "gebäude", "edific", "bâti", "eubucco", "v0_1"]),
  ]

  private func role(_ f: Found) -> String? {
    let name = (f.layer.name + " " + URL(fileURLWithPath: f.path).lastPathComponent).lowercased()
    let type = (f.layer.geometryType ?? "").uppercased()
    let isArea = type.contains("POLYGON") || type.contains("SURFACE"), isLine = type.contains("LINE"), isPoint = type.contains("POINT")
    if name.contains("buildingpart") || name.contains("building_part") || name.contains("otherconstruction") { return nil }
    for (role, words) in Self.wordsOfLayers where words.contains(where: { name.contains($0) }) {
      switch role {
      case "streets" where !isLine, "districts" where !isArea, "buildings" where isPoint || isLine: continue
      default: return role
      }
    }
    if isLine { return "streets" }
    return nil
  }

  private static let synonyms: [String: [String: [String]]] = [
    "buildings": [
      "id": ["id", "gml_id", "localid", "osm_id", "building_id", "identificatie", "fid"], "name": ["name", "text", "designation"],
      "function": ["function", "use", "currentuse", "currentuse_href", "gebruiksdoel", "building", "type"],
      "storeys": ["storeys", "floors", "levels", "building:levels", "numberoffloorsaboveground", "stories"],
      "height": ["height", "hoogte", "hoehe"],
      "floorHeight": ["floor_height", "floorheight"],
      "year": ["year", "bouwjaar", "age", "construction_year", "year_built", "beginning", "dateofconstruction", "start_date"],
      "condition": ["condition", "conditionofconstruction_href", "conditionofconstruction"],
      "grossFloorArea": ["grossfloorarea", "gross_floor_area", "officialarea", "official_area", "value"],
      "heritage": ["heritage", "listed"], "owner": ["owner", "ownership"], "vacancy": ["vacant", "vacancy"], "address": ["address"],
    ],
    "vacancy": [
      "status": ["status", "vacancy", "state"], "since": ["since", "vacant_since"], "observed": ["observed", "date", "survey_date"],
      "source": ["source"], "vacantArea": ["vacant_area_m2", "vacantarea", "area"],
    ],
    "districts": [
      "id": ["id", "district", "posti_alue", "nr", "code", "stadtteil_nr", "bezirk_nr"],
      "name": ["name", "nimi", "district_name", "bezeichnung"], "population": ["population", "he_vakiy", "einwohner"],
      "unemployed": ["unemployed", "pt_tyott"],
      "labourForce": ["labourforce", "labour_force", "pt_tyovu"], "income": ["income", "hr_mtu"], "rent": ["rent"],
      "dwellings": ["dwellings", "ra_asunn"], "youngAdults": ["youngadults", "young_adults"],
      "jobs": ["jobs", "tp_tyopy"], "creativeJobs": ["creativejobs", "creative_jobs"],
    ],
    "places": ["id": ["id", "poi", "osm_id"], "name": ["name"], "category": ["category", "type"]],
    "companies": ["id": ["id", "company"], "name": ["name"], "sector": ["sector"], "employees": ["employees"]],
    "streets": ["id": ["id"], "class": ["class", "highway", "fclass"], "walkable": ["walkable"], "name": ["name"]],
    "units": ["id": ["id"], "vacancy": ["vacancy"]],
  ]

  /// Values of a field, for guesses that rest on what stands in it.
  private func examples(_ f: Found, _ field: String) -> [String] {
    guard
      let layer = try? readLayer(
        LayerReference(path: f.path, layer: f.isOnlyLayer ? nil : f.layer.name), options: ReadOptions(fields: [field]))
    else { return [] }
    guard let column = layer.features.attribute(field) else { return [] }
    return (0..<min(2000, column.count)).compactMap { column.text($0) }
  }

  private func fields(_ role: String, _ f: Found, comments: inout [String]) -> [(String, String)] {
    var result: [(String, String)] = []
    let available = f.layer.fields
    for (field, words) in (Self.synonyms[role] ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let hit = words.lazy.compactMap({ word in available.first { $0.name.lowercased() == word } }).first else { continue }
      var name = hit.name
      if role == "buildings", field == "condition" {
        let values = Set(examples(f, hit.name))
        if !values.isEmpty, values.allSatisfy({ Int($0).map { (1...5).contains($0) } ?? false }) {
          name += " [1-5]"
          comments.append("condition: marks 1–5 are read as 1 = worst, 5 = best; write [5-1] if it is the other way round")
        }
      }
      if role == "buildings", field == "heritage", hit.type == .integer || hit.type == .real, Set(examples(f, hit.name)).count > 2 {
        continue
      }
      if role == "buildings", field == "grossFloorArea", hit.name.lowercased() == "value" {
        let references = available.first { $0.name.lowercased().contains("officialareareference") }
        let kinds = references.map { Set(examples(f, $0.name)).map { $0.lowercased() } } ?? []
        guard kinds.contains(where: { $0.contains("gross") }) else { continue }
      }
      result.append((field, name))
      if let unit = available.first(where: { $0.name.lowercased() == hit.name.lowercased() + "_uom" }) {
        comments.append("\(field): unit \(Set(examples(f, unit.name)).sorted().prefix(2).joined(separator: ", "))")
      }
    }
    // The engine finds fields of its own name by itself.
    func plain(_ text: String) -> String { String(text.lowercased().filter { $0 != "_" && $0 != "-" }) }
    return result.filter { plain($0.0) != plain($0.1) }
  }

  private func extent(_ f: Found) -> Envelope? {
    if f.isOpenStreetMap {
      guard let layer = try? readLayer(LayerReference(path: f.path, layer: "multipolygons"), options: ReadOptions(fields: [])) else {
        return nil
      }
      return layer.features.geometry.envelope()
    }
    guard
      let layer = try? readLayer(LayerReference(path: f.path, layer: f.isOnlyLayer ? nil : f.layer.name), options: ReadOptions(fields: [])),
      let crs = layer.crs ?? f.layer.crs
    else { return nil }
    let e = layer.features.geometry.envelope()
    guard !e.isEmpty else { return nil }
    var x = [e.center.x], y = [e.center.y]
    guard let transform = try? CoordinateTransform(from: crs, to: .wgs84), transform.transform(x: &x, y: &y).isEmpty else { return nil }
    return Envelope(minX: x[0], minY: y[0], maxX: x[0], maxY: y[0])
  }

  /// The country a place lies in, by boxes of Europe's countries, the smallest first; a guess that the file says is one.
  static func country(lon: Double, lat: Double) -> String? {
    let boxes: [(String, Double, Double, Double, Double)] = [
      ("LU", 5.7, 49.4, 6.6, 50.2), ("SI", 13.3, 45.4, 16.6, 46.9), ("NL", 3.3, 50.75, 7.1, 53.6), ("BE", 2.5, 49.5, 6.2, 51.5),
      ("CH", 6.0, 45.8, 10.5, 47.8), ("DK", 8.0, 54.5, 12.7, 57.8),
      ("EE", 21.7, 57.5, 28.2, 59.7), ("LV", 20.9, 55.6, 28.2, 58.1), ("LT", 20.9, 53.9, 26.8, 56.4), ("PT", -9.6, 36.9, -6.2, 42.2),
      ("AT", 9.5, 46.4, 17.2, 49.0), ("CZ", 12.1, 48.5, 18.9, 51.1),
      ("IE", -10.6, 51.4, -6.0, 55.4), ("PL", 14.1, 49.0, 24.1, 54.8), ("DE", 5.9, 47.3, 15.0, 55.1), ("IT", 6.6, 36.6, 18.5, 47.1),
      ("ES", -9.3, 36.0, 3.3, 43.8), ("FI", 20.6, 59.7, 31.6, 70.1),
      ("UK", -8.2, 49.9, 1.8, 60.9), ("SE", 11.1, 55.3, 24.2, 69.1), ("FR", -5.1, 42.3, 8.2, 51.1),
    ]
    return boxes.first { lon >= $0.1 && lat >= $0.2 && lon <= $0.3 && lat <= $0.4 }?.0
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

  func text(today: String) throws -> String {
    var chosen: [String: Found] = [:]
    var leftOut: [String] = []
    for f in found {
      if f.isOpenStreetMap {
        if chosen["buildings"] == nil { chosen["buildings"] = f }
        continue
      }
      let label = "\(URL(fileURLWithPath: f.path).lastPathComponent)\(f.isOnlyLayer ? "" : "#\(f.layer.name)")"
      guard let role = role(f) else {
        leftOut.append("\(label) (\(f.layer.geometryType ?? "no geometry")): no layer of a study by its name")
        continue
      }
      if chosen[role] == nil {
        chosen[role] = f
      } else {
        leftOut.append("\(label): \(role) is taken by \(URL(fileURLWithPath: chosen[role]!.path).lastPathComponent)")
      }
    }
    if chosen["buildings"] == nil {
      // The one areal layer there is must be it.
      let areal = found.filter {
        ($0.layer.geometryType ?? "").uppercased().contains("POLYGON") || $0.layer.geometryType == nil
          || ($0.layer.geometryType ?? "").uppercased().contains("UNKNOWN")
      }
      let free = areal.filter { f in !chosen.values.contains { $0.path == f.path && $0.layer.name == f.layer.name } }
      guard free.count == 1 else {
        throw AssessmentError(
          .badInput,
          "None of the files has a layer that looks like buildings: \(found.map { "\(URL(fileURLWithPath: $0.path).lastPathComponent)#\($0.layer.name)" }.joined(separator: ", ")). Write the study by hand: `layers: {buildings: {source: FILE#LAYER}}`."
        )
      }
      chosen["buildings"] = free[0]
      leftOut.removeAll { $0.contains(URL(fileURLWithPath: free[0].path).lastPathComponent) }
    }
    let buildings = chosen["buildings"]!
    let centre = extent(buildings)?.center
    let country = centre.flatMap { Self.country(lon: $0.x, lat: $0.y) }
    var id = (name ?? URL(fileURLWithPath: buildings.path).lastPathComponent).lowercased()
    for ending in [".osm.pbf", ".gpkg.zip", ".geojson", ".gpkg", ".gml", ".zip", ".shp", ".csv", ".fgb"] where id.hasSuffix(ending) {
      id = String(id.dropLast(ending.count))
    }
    id = String(id.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    while id.contains("--") { id = id.replacing("--", with: "-") }
    id = id.trimmingCharacters(in: CharacterSet(charactersIn: "-"))
    if id.isEmpty || id == "templates" || id == "gallery" { id = "my-city" }

    var lines: [String] = [
      "# A study for Rekindle, guessed from the files named below. It runs as it is; look through what was guessed.",
      "# Run it:  rekindle run \(URL(fileURLWithPath: base).appendingPathComponent("study.yml").lastPathComponent)", "",
      "study: \(id)                 # id: a-z 0-9 -", "title: \(quoted(id))",
      country == nil
        ? "country: DE                     # GUESS: the place lies in no country the guess knows; price levels and aid rules depend on it"
        : "country: \(country!)                     # guessed from where the data lie; price levels depend on it",
      "currency: EUR", "price_date: \(today)            # year 0 of every cash flow",
      "grant_date: \(today)            # which aid rules apply", "", "layers:",
    ]
    for role in ["buildings", "vacancy", "units", "districts", "places", "companies", "streets"] {
      guard let f = chosen[role] else { continue }
      var comments: [String] = []
      let source = relative(f.path) + (f.isOnlyLayer ? "" : "#\(f.layer.name)")
      if f.isOpenStreetMap {
        lines.append(
          "  buildings: {source: \(quoted(source))}   # one OpenStreetMap file fills buildings, units, districts, places, companies and streets"
        )
        continue
      }
      let mapping = fields(role, f, comments: &comments)
      for comment in comments { lines.append("  # \(comment)") }
      var entry = "  \(role): {source: \(quoted(source))"
      if !mapping.isEmpty { entry += ", fields: {\(mapping.map { "\($0.0): \(quoted($0.1))" }.joined(separator: ", "))}" }
      if role == "vacancy", f.layer.geometryType == nil,
        let key = f.layer.fields.first(where: { $0.name.lowercased().contains("building") || $0.name.lowercased() == "id" })
      {
        entry += ", join: {id: \(quoted(key.name))}"
      }
      if f.layer.crs == nil, f.layer.geometryType != nil { entry += ", crs: EPSG:0000" }
      lines.append(entry + "}")
      if f.layer.crs == nil, f.layer.geometryType != nil {
        lines.append("  # ^ the file does not say its coordinate reference system: replace EPSG:0000 by its code")
      }
    }
    for layer in ["vacancy", "districts", "places", "companies", "streets"] where chosen[layer] == nil && !buildings.isOpenStreetMap {
      let consequence: String
      switch layer {
      case "vacancy": consequence = "only what the buildings' own fields say of vacancy counts"
      case "streets": consequence = "walking distances are straight lines × 1.3; frontage is unknown"
      default: consequence = "what it would tell stays unknown and widens every score"
      }
      lines.append("  # no \(layer) layer among the files: \(consequence)")
    }
    for text in leftOut { lines.append("  # not used: \(text)") }
    lines += [
      "", "candidates: {vacancy: [vacant, partlyVacant, derelict], min_confidence: 0.2, min_floor_area: 150}",
      "profile: cci-location             # GeoData/profiles/cci-location.yml; copy it to change weights",
      "report: {top: 10, formats: [html], languages: [en]}", "publish: [name, address, function]",
      "# attribution: [\"© …\"]            # whom maps and exports must name",
    ]
    if buildings.isOpenStreetMap { lines[lines.count - 1] = "attribution: [\"© OpenStreetMap contributors, ODbL 1.0\"]" }
    return lines.joined(separator: "\n") + "\n"
  }
}
