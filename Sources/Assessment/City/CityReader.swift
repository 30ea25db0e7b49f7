import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// Reads a study's layers, brings them into one CRS, repairs footprints, decodes fields and weighs the evidence of vacancy.
struct CityReader {
  static let buildingFields = [
    "id", "name", "address", "street", "houseNumber", "site", "function", "storeys", "height", "floorHeight", "year", "condition",
    "grossFloorArea",
    "siteArea", "heritage", "owner", "zoning", "contamination", "energyClass", "vacancy", "vacantSince", "askingPrice", "askingRent",
    "lifecycle",
    "observed", "vacantArea",
  ]
  static let registerFields = ["status", "since", "observed", "source", "vacantArea", "id"]
  static let districtFields = [
    "id", "name", "population", "youngAdults", "unemployed", "labourForce", "income", "rent", "dwellings", "vacantDwellings", "jobs",
    "creativeJobs",
  ]
  static let placeFields = ["id", "name", "category"]
  static let companyFields = ["id", "name", "sector", "employees", "founded", "ambassador", "seeks", "offers"]
  static let streetFields = ["id", "name", "class", "walkable", "oneway"]
  static let unitFields = ["id", "name", "vacancy", "lifecycle", "observed", "address"]

  let study: Study
  let folder: DataFolder
  let register: AssumptionRegister
  let sectors: [Sector]
  let options: RunOptions
  private let codes: CodeTables
  private let tags: OSMTagTable
  private var osm: [String: OSMSource] = [:]
  private var hashes: [String: String] = [:]
  private var inputs: [InputRecord] = []
  private var defects: DefectTally
  private var notes: [String] = []
  private var crs = CoordinateReferenceSystem("")
  private var extent = Envelope()

  init(study: Study, folder: DataFolder, register: AssumptionRegister, sectors: [Sector], options: RunOptions) throws {
    (self.study, self.folder, self.register, self.sectors, self.options) = (study, folder, register, sectors, options)
    codes = try CodeTables(folder: folder)
    tags = try OSMTagTable(folder: folder)
    defects = DefectTally(limit: options.defectLimit)
  }

  // MARK: The whole city

  mutating func read() throws -> StudyCity {
    guard let source = study.layers["buildings"] else { throw AssessmentError(.badInput, "The study has no buildings layer.") }
    var layer = try load("buildings", source)
    var footprints = layer.features.geometry
    let sourceCRS = try knownCRS(layer, source, "buildings")
    crs = try study.crs ?? workingCRS(for: sourceCRS, extent: footprints.envelope())
    let facts = try describe(crs)
    guard facts.isProjected, facts.metresPerUnit == 1 else {
      throw AssessmentError(
        .badInput, "crs: \(crs) is not projected in metres. Leave `crs` out, or name a projected system such as an ETRS89 / UTM zone.")
    }
    notes.append(
      "Working CRS: \(facts.name.isEmpty ? "\(crs)" : "\(facts.name) (\(crs))")\(study.crs == nil ? sourceCRS == crs ? ", that of the buildings" : ", chosen from where the data lie" : ", set by the study")."
    )
    let unplaced = try reproject(&footprints, from: sourceCRS, layer: "buildings")
    extent = footprints.envelope()
    try checkExtent("buildings", footprints, of: extent)

    let fields = try FieldMapping(batch: layer.features, source: source, layer: "buildings", known: Self.buildingFields + study.publish)
    let (kept, ids) = identify(layer.features, fields, "buildings")
    if kept.count < layer.features.count { footprints = footprints.selecting(kept) }
    var lost = Array(repeating: false, count: kept.count)
    let unplacedSet = Set(unplaced)
    for (row, old) in kept.enumerated() where unplacedSet.contains(old) { lost[row] = true }
    layer.refusedCount += layer.features.count - kept.count
    record("buildings", source, layer, kept: kept.count)

    repairFootprints(&footprints, ids: ids, lost: &lost)
    var buildings = Buildings(ids: ids, geometry: footprints)
    var result = StudyCity(
      city: City(crs: crs, buildings: buildings), names: TextColumn(), addresses: TextColumn(), owners: [], contamination: [], zoning: [],
      published: [],
      evidence: [:], vacancy: [], vacancyConfidence: [], decidingEvidence: [], lostGeometry: lost,
      demolished: Array(repeating: false, count: kept.count),
      placeNames: TextColumn(), streetNames: TextColumn(), inputs: [], defects: DefectTally(), notes: [])
    decodeBuildings(fields, kept, source, &buildings, &result)

    let locator = FootprintLocator(footprints)
    if let source = study.layers["vacancy"] { try readRegister(source, ids: ids, locator: locator, into: &result) }
    if let units = try unitLayer() { try readUnits(units.layer, units.source, locator: locator, into: &result) }
    weighEvidence(&result, &buildings)

    result.city = City(crs: crs, buildings: buildings)
    if let (layer, source) = try optional("districts") { result.city.districts = try readDistricts(layer, source) }
    if let (layer, source) = try optional("places") { (result.city.places, result.placeNames) = try readPlaces(layer, source) }
    if let (layer, source) = try optional("companies") { result.city.companies = try readCompanies(layer, source) }
    if let (layer, source) = try optional("streets") { (result.city.streets, result.streetNames) = try readStreets(layer, source) }
    for constraint in study.constraints { result.city.constraints.append(try readConstraint(constraint)) }
    if let centre = study.centre {
      var x = [centre.x], y = [centre.y]
      _ = try CoordinateTransform(from: .wgs84, to: crs).transform(x: &x, y: &y)
      guard x[0].isFinite, y[0].isFinite else {
        throw AssessmentError(.badInput, "centre: [\(centre.x), \(centre.y)] lies outside \(crs).")
      }
      result.city.centre = Position(x: x[0], y: y[0])
    }
    for name in ["districts", "places", "companies", "streets"] where study.layers[name] == nil && !buildingsAreOSM {
      notes.append(Self.absence(name))
    }
    result.inputs = inputs
    result.defects = defects
    result.notes = notes
    return result
  }

  private var buildingsAreOSM: Bool { study.layers["buildings"]?.isOpenStreetMap ?? false }

  private static func absence(_ layer: String) -> String {
    switch layer {
    case "districts": "No district layer: the criteria of the district are unknown and widen every score."
    case "places": "No places layer: distances to stops, culture, food and parks are unknown and widen every score."
    case "companies": "No company layer: the creative ecosystem is unknown and widens every score."
    default: "No street layer: walking distances are straight lines × 1.3, street frontage is unknown."
    }
  }

  // MARK: One layer

  private func readOptions(_ layer: String, _ source: Study.LayerSource) -> ReadOptions {
    var read = ReadOptions()
    read.crs = source.crs
    read.layerName = layer
    read.defectLimit = options.defectLimit
    return read
  }

  private mutating func load(_ name: String, _ source: Study.LayerSource) throws -> Layer {
    let path = source.reference.path
    options.progress?("read \(name)", 0, nil)
    if hashes[path] == nil { hashes[path] = try sha256(ofFile: path) }
    let layer: Layer
    if source.isOpenStreetMap, source.reference.layer == nil {
      if osm[path] == nil { osm[path] = OSMSource(path: path, table: tags) }
      layer = try osm[path]!.layer(name, options: readOptions(name, source))
    } else {
      layer = try readLayer(source.reference, options: readOptions(name, source))
    }
    defects.add(layer.defects)
    return layer
  }

  /// The layer of that name from the study; or, when the buildings come from OpenStreetMap, from the same file.
  private mutating func optional(_ name: String) throws -> (Layer, Study.LayerSource)? {
    if let source = study.layers[name] { return (try load(name, source), source) }
    guard buildingsAreOSM, let source = study.layers["buildings"] else { return nil }
    var same = source
    same.fields = [:]
    let layer = try load(name, same)
    guard layer.features.count > 0 else {
      notes.append("The OpenStreetMap file holds no \(name). \(Self.absence(name))")
      return nil
    }
    return (layer, same)
  }

  private mutating func unitLayer() throws -> (layer: Layer, source: Study.LayerSource)? {
    if let source = study.layers["units"] { return (try load("units", source), source) }
    guard buildingsAreOSM, var source = study.layers["buildings"] else { return nil }
    source.fields = [:]
    let layer = try load("units", source)
    return layer.features.count > 0 ? (layer, source) : nil
  }

  private mutating func record(_ name: String, _ source: Study.LayerSource, _ layer: Layer, kept: Int) {
    inputs.append(
      InputRecord(
        path: relativePath(source.reference.path), sha256: hashes[source.reference.path] ?? "", layer: name,
        crs: (source.crs ?? layer.crs)?.description,
        read: layer.readCount, kept: kept, refused: layer.readCount - kept))
  }

  private func relativePath(_ path: String) -> String {
    let base = URL(fileURLWithPath: study.file).deletingLastPathComponent().standardizedFileURL.path
    let full = URL(fileURLWithPath: path).standardizedFileURL.path
    return full.hasPrefix(base + "/") ? String(full.dropFirst(base.count + 1)) : URL(fileURLWithPath: path).lastPathComponent
  }

  private func knownCRS(_ layer: Layer, _ source: Study.LayerSource, _ name: String) throws -> CoordinateReferenceSystem {
    guard let crs = source.crs ?? layer.crs else {
      throw AssessmentError(
        .badInput,
        "layers.\(name): \(source.reference.path) does not say its coordinate reference system. Add `crs: EPSG:…` to layers.\(name).")
    }
    return crs
  }

  /// Transforms into the working CRS; positions that cannot be transformed are defects and become null geometries.
  private mutating func reproject(_ geometry: inout GeometryColumn, from source: CoordinateReferenceSystem, layer: String) throws -> [Int] {
    guard source != crs else { return [] }
    let bad = try CoordinateTransform.transform(&geometry, from: source, to: crs, threads: options.threads)
    guard !bad.isEmpty else { return [] }
    let set = Set(bad)
    for feature in bad {
      defects.add(
        Defect(layer: layer, feature: "#\(feature + 1)", code: .coordinateOutOfRange, detail: "a position has no place in \(crs)"))
    }
    var clean = GeometryColumn()
    for feature in 0..<geometry.count {
      if set.contains(feature) { clean.appendNull() } else { clean.append(geometry, feature: feature) }
    }
    geometry = clean
    return bad
  }

  /// A layer farther than 50 km from the buildings, or a whole layer under a metre wide, is in the wrong place.
  private func checkExtent(_ name: String, _ geometry: GeometryColumn, of layerExtent: Envelope) throws {
    guard !layerExtent.isEmpty else { return }
    func text(_ e: Envelope) -> String {
      func km(_ v: Double) -> String { "\((v / 10).rounded() / 100)" }
      return "x \(km(e.minX))–\(km(e.maxX)) km, y \(km(e.minY))–\(km(e.maxY)) km"
    }
    let small = max(layerExtent.width, layerExtent.height) < 1
    if small, geometry.count > 1 || (geometry.count == 1 && !geometry.kinds[0].isPuntal) {
      throw AssessmentError(
        .badInput,
        "layers.\(name): the whole layer is \(max(layerExtent.width, layerExtent.height)) m wide in \(crs): wrong CRS or swapped axes? Its extent: \(text(layerExtent)); the buildings': \(text(extent))."
      )
    }
    if extent.distance(to: layerExtent) > 50_000 {
      throw AssessmentError(
        .badInput,
        "layers.\(name): lies \(Int(extent.distance(to: layerExtent) / 1000)) km from the buildings: wrong CRS or swapped axes? Its extent: \(text(layerExtent)); the buildings': \(text(extent))."
      )
    }
  }

  /// Reads the geometry of a layer into the working CRS and checks where it lies.
  private mutating func place(_ layer: Layer, _ source: Study.LayerSource, _ name: String) throws -> GeometryColumn {
    var geometry = layer.features.geometry
    guard !geometry.envelope().isEmpty else { return geometry }
    _ = try reproject(&geometry, from: knownCRS(layer, source, name), layer: name)
    try checkExtent(name, geometry, of: geometry.envelope())
    return geometry
  }

  // MARK: Buildings

  /// The rows with a unique id, and the ids. A missing id is the record's number; the second of two equal ids is refused.
  private mutating func identify(_ batch: FeatureBatch, _ fields: FieldMapping, _ layer: String) -> (rows: [Int], ids: TextColumn) {
    var rows: [Int] = []
    rows.reserveCapacity(batch.count)
    var ids = TextColumn()
    let field = fields["id"]
    var index = IdentifierIndex(capacity: batch.count)
    for row in 0..<batch.count {
      if let field {
        guard let text = field.text(row) else {
          defects.add(Defect(layer: layer, feature: "#\(batch.numbers[row])", code: .missingIdentifier, detail: "the id is empty"))
          continue
        }
        ids.append(text)
      } else {
        ids.append(String(batch.numbers[row]))
      }
      if index.insert(rows.count, of: ids) != nil {
        defects.add(
          Defect(
            layer: layer, feature: ids[rows.count], code: .duplicateIdentifier, detail: "the id stands twice; the first record is kept"))
        ids.removeLast(1)
        continue
      }
      rows.append(row)
    }
    return (rows, ids)
  }

  private mutating func repairFootprints(_ footprints: inout GeometryColumn, ids: TextColumn, lost: inout [Bool]) {
    options.progress?("repair", 0, nil)
    for row in 0..<footprints.count where !lost[row] && !footprints.kinds[row].isAreal {
      lost[row] = true
      let none = footprints.kinds[row] == .none
      defects.add(
        Defect(
          layer: "buildings", feature: ids[row], code: none ? .missingGeometry : .wrongGeometryType,
          detail: none ? "the building has no footprint" : "a footprint must be a polygon, found a \(footprints.kinds[row])"))
    }
    let repaired = repair(footprints, threads: options.threads)
    for row in repaired.repaired {
      defects.add(
        Defect(layer: "buildings", feature: ids[row], code: .invalidGeometryRepaired, detail: repaired.reasons[row] ?? "not valid"))
    }
    for row in repaired.lost where !lost[row] {
      lost[row] = true
      defects.add(
        Defect(
          layer: "buildings", feature: ids[row], code: .invalidGeometry,
          detail: "nothing areal is left after repair: \(repaired.reasons[row] ?? "not valid")"))
    }
    footprints = repaired.geometry
  }

  private mutating func decodeBuildings(
    _ fields: FieldMapping, _ kept: [Int], _ source: Study.LayerSource, _ buildings: inout Buildings, _ result: inout StudyCity
  ) {
    let n = kept.count
    let ids = buildings.ids
    func defect(_ row: Int, _ code: Defect.Code, _ detail: String) {
      defects.add(Defect(layer: "buildings", feature: ids[row], code: code, detail: detail))
    }
    /// Numbers within a range that makes sense; others are defects and unknown.
    func numbers(_ name: String, _ range: ClosedRange<Double>, into column: inout [Double]) {
      guard let field = fields[name] else { return }
      for row in 0..<n {
        guard let value = field.number(kept[row]) else {
          if let text = field.text(kept[row]), !text.isEmpty {
            defect(row, .unreadableValue, "\(name) is no number: \"\(text.prefix(60))\"")
          }
          continue
        }
        guard range.contains(value) else {
          defect(row, .implausibleValue, "\(name) \(value) lies outside \(range.lowerBound)–\(range.upperBound)")
          continue
        }
        column[row] = value
      }
    }
    numbers("storeys", 0.5...200, into: &buildings.storeys)
    numbers("height", 2...400, into: &buildings.height)
    numbers("floorHeight", 1.8...30, into: &buildings.floorHeight)
    numbers("grossFloorArea", 1...5_000_000, into: &buildings.grossFloorArea)
    numbers("siteArea", 1...100_000_000, into: &buildings.siteArea)
    numbers("vacantArea", 0...5_000_000, into: &buildings.vacantArea)
    if let field = fields["year"] {
      for row in 0..<n {
        guard let text = field.text(kept[row]) else { continue }
        // `1887`, `1887-05-01`, `1887-01-01T00:00:00`, `~1890`, `1890s`: the first four digits.
        let digits = text.drop { !$0.isNumber }.prefix(4)
        guard digits.count == 4, let year = Double(digits), (500...2100).contains(year) else {
          if text != "0" { defect(row, .unreadableValue, "year is not plausible: \"\(text.prefix(40))\"") }
          continue
        }
        buildings.year[row] = year
      }
    }
    if let field = fields["function"] {
      for row in 0..<n {
        guard let text = field.text(kept[row]) else { continue }
        if let function = codes.function(text) {
          buildings.function[row] = function
        } else {
          defect(row, .unknownCode, "function \"\(text.prefix(60))\" is in no table")
        }
      }
    }
    if let field = fields["condition"] {
      for row in 0..<n {
        guard let text = field.text(kept[row]) else { continue }
        if let condition = codes.condition(text, scale: field.scale) {
          buildings.condition[row] = condition
        } else if codes.cadastreVacancy(text) == nil {
          defect(row, .unknownCode, "condition \"\(text.prefix(60))\" is in no table")
        }
        if let (status, confidence) = codes.cadastreVacancy(text) {
          addEvidence(
            status, kind: .cadastre, source: "cadastre: condition of construction \"\(CodeTables.code(text))\"",
            observed: fields["observed"]?.text(kept[row]), since: nil,
            confidence: self.register.optional("vacancy.confidence.cadastre.\(CodeTables.code(text))")?.value ?? confidence, area: nil,
            row: row, &result)
        }
      }
    }
    if let field = fields["heritage"] {
      for row in 0..<n {
        guard let text = field.text(kept[row]) else { continue }
        buildings.heritage[row] = CodeTables.truth(text) == false ? .no : .yes
      }
    }
    if let field = fields["site"] {
      var sites: [String: Int32] = [:]
      for row in 0..<n {
        guard let text = field.text(kept[row]) else { continue }
        let next = Int32(sites.count)
        buildings.site[row] = sites[text, default: next]
        if buildings.site[row] == next { sites[text] = next }
      }
    }
    func category(_ name: String, _ decode: (String) -> String?) -> [String] {
      guard let field = fields[name] else { return Array(repeating: "", count: n) }
      return (0..<n).map { row in
        guard let text = field.text(kept[row]) else { return "" }
        if let code = decode(text) { return code }
        // The text itself is not repeated: an owner field may hold a person's name.
        defect(
          row, .unknownCode,
          name == "owner" ? "owner is no class (public, company, private, several)" : "\(name) \"\(text.prefix(60))\" is in no table")
        return ""
      }
    }
    result.owners = category("owner", CodeTables.owner)
    result.contamination = category("contamination") {
      ["none", "treated", "suspected", "present"].contains($0.lowercased()) ? $0.lowercased() : nil
    }
    result.zoning = category("zoning") {
      switch $0.lowercased() {
      case "permits", "permitted", "yes": "permits"
      case "needschange", "needs change", "needs_change": "needsChange"
      case "forbids", "forbidden", "no": "forbids"
      default: nil
      }
    }

    let name = study.publish.contains("name") ? fields["name"] : nil
    let address = study.publish.contains("address") ? fields["address"] : nil
    let street = study.publish.contains("address") ? fields["street"] : nil, number = fields["houseNumber"]
    for row in 0..<n {
      result.names.append(name?.text(kept[row]) ?? "")
      var text = address?.text(kept[row]) ?? ""
      if text.isEmpty, let road = street?.text(kept[row]) {
        text = [road, number?.text(kept[row])].compactMap(\.self).joined(separator: " ")
      }
      result.addresses.append(text)
    }
    for extra in study.publish where !["name", "address", "function"].contains(extra) {
      guard let field = fields[extra] else {
        notes.append("publish: the buildings have no field \"\(extra)\".")
        continue
      }
      var column = TextColumn(), validity = ValidityBitmap()
      for row in 0..<n {
        let text = field.text(kept[row])
        column.append(text ?? "")
        validity.append(text != nil)
      }
      result.published.append(AttributeColumn(name: "pub_" + extra, values: .text(column), validity: validity))
    }

    if let field = fields["vacancy"] {
      let lifecycle = fields["lifecycle"], observed = fields["observed"], since = fields["vacantSince"]
      let label = URL(fileURLWithPath: source.reference.path).lastPathComponent
      for row in 0..<n {
        guard let text = field.text(kept[row]) else { continue }
        let tag = lifecycle?.text(kept[row])
        let isTag = source.isOpenStreetMap || tag != nil
        let confidence =
          register.optional(isTag ? "vacancy.confidence.map-tag" : "vacancy.confidence.register")?.value ?? (isTag ? 0.7 : 0.95)
        let what = isTag ? "OpenStreetMap tag \(tag ?? "vacancy")" : "field `\(field.column.name)` of \(label)"
        addEvidence(
          text, kind: isTag ? .mapTag : .field, source: what, observed: observed?.text(kept[row]), since: since?.text(kept[row]),
          confidence: confidence,
          area: nil, row: row, &result)
      }
    }
  }

  // MARK: Evidence of vacancy

  private mutating func addEvidence(
    _ status: String, kind: VacancyEvidence.Kind, source: String, observed: String?, since: String?, confidence: Double, area: Double?,
    row: Int,
    _ result: inout StudyCity
  ) {
    if ["demolished", "notBuilt", "removed", "razed"].contains(status) {
      result.demolished[row] = true
      return
    }
    guard let vacancy = CodeTables.vacancy(status) else {
      defects.add(
        Defect(
          layer: "buildings", feature: result.city.buildings.ids[row], code: .unknownCode,
          detail: "vacancy status \"\(status.prefix(60))\" is in no table"))
      return
    }
    guard vacancy != .unknown else { return }
    var day: CalendarDate?
    if let observed {
      day = CalendarDate(partial: observed)
      if day == nil {
        defects.add(
          Defect(
            layer: "buildings", feature: result.city.buildings.ids[row], code: .unreadableValue,
            detail: "observed is no date: \"\(observed.prefix(40))\""))
      }
    }
    result.evidence[row, default: []].append(
      VacancyEvidence(status: vacancy, kind: kind, source: source, observed: day, since: since, confidence: confidence, vacantArea: area))
  }

  private mutating func readRegister(_ source: Study.LayerSource, ids: TextColumn, locator: FootprintLocator, into result: inout StudyCity)
    throws
  {
    let layer = try load("vacancy", source)
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "vacancy", known: Self.registerFields)
    var join: AttributeColumn?
    if let name = source.joinField {
      guard let column = layer.features.attribute(name) else {
        let names = layer.features.attributes.map(\.name)
        let hint = suggestion(for: name, among: names).map { " Did you mean `\($0)`?" } ?? " It has: \(names.joined(separator: ", "))."
        throw AssessmentError(.badInput, "layers.vacancy.join.id: \(source.reference.path) has no field \"\(name)\".\(hint)")
      }
      join = column
    }
    let geometry = join == nil ? try place(layer, source, "vacancy") : GeometryColumn()
    if join == nil, geometry.envelope().isEmpty {
      throw AssessmentError(
        .badInput,
        "layers.vacancy: \(source.reference.path) has no positions, and no `join: {id: FIELD}` says which field holds the building's id.")
    }
    var index = IdentifierIndex(capacity: ids.count)
    for row in 0..<ids.count { _ = index.insert(row, of: ids) }
    let label = URL(fileURLWithPath: source.reference.path).lastPathComponent
    let confidence = register.optional("vacancy.confidence.register")?.value ?? 0.95
    var matched = 0
    for row in 0..<layer.features.count {
      let number = "#\(layer.features.numbers[row])"
      let building: Int?
      if let join {
        let id = join.text(row)?.trimmed() ?? ""
        building = index.row(of: id, in: ids)
        if building == nil {
          defects.add(
            Defect(layer: "vacancy", feature: number, code: .unmatchedRecord, detail: "no building has the id \"\(id.prefix(80))\""))
        }
      } else {
        building = locator.building(of: geometry, feature: row)
        if building == nil {
          defects.add(
            Defect(
              layer: "vacancy", feature: number, code: geometry.kinds[row] == .none ? .missingGeometry : .unmatchedRecord,
              detail: "no footprint within 5 m of the record"))
        }
      }
      guard let building else { continue }
      guard let status = fields["status"]?.text(row) else {
        defects.add(Defect(layer: "vacancy", feature: number, code: .unreadableValue, detail: "status is empty"))
        continue
      }
      matched += 1
      let area = fields["vacantArea"]?.number(row)
      let before = result.evidence[building]?.count ?? 0
      addEvidence(
        status, kind: .register, source: fields["source"]?.text(row) ?? "register \(label)", observed: fields["observed"]?.text(row),
        since: fields["since"]?.text(row), confidence: confidence, area: area, row: building, &result)
      if before == (result.evidence[building]?.count ?? 0) { matched -= 1 }
    }
    record("vacancy", source, layer, kept: matched)
    if source.illustrative {
      notes.append(
        "Illustrative vacancy: the vacancy register of this study is invented for demonstration. It says nothing of the real buildings.")
    }
  }

  private mutating func readUnits(_ layer: Layer, _ source: Study.LayerSource, locator: FootprintLocator, into result: inout StudyCity)
    throws
  {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "units", known: Self.unitFields)
    let geometry = try place(layer, source, "units")
    let confidence = register.optional("vacancy.confidence.unit-tag")?.value ?? 0.35
    var matched = 0
    for row in 0..<layer.features.count {
      let name = fields["id"]?.text(row) ?? "#\(layer.features.numbers[row])"
      guard let building = locator.building(of: geometry, feature: row) else {
        defects.add(Defect(layer: "units", feature: name, code: .unmatchedRecord, detail: "no footprint within 5 m of the unit"))
        continue
      }
      matched += 1
      let tag = fields["lifecycle"]?.text(row) ?? "vacancy"
      addEvidence(
        fields["vacancy"]?.text(row) ?? "partlyVacant", kind: .unitTag, source: "OpenStreetMap \(name), tag \(tag)",
        observed: fields["observed"]?.text(row), since: nil,
        confidence: confidence, area: nil, row: building, &result)
    }
    record("units", source, layer, kept: matched)
  }

  /// The highest decayed confidence wins, in-use evidence included; ties go to the newest (method §1).
  private func weighEvidence(_ result: inout StudyCity, _ buildings: inout Buildings) {
    let halfLife = register.optional("vacancy.half-life")?.value ?? 4
    let n = buildings.count
    result.vacancy = Array(repeating: .unknown, count: n)
    result.vacancyConfidence = Array(repeating: .nan, count: n)
    result.decidingEvidence = Array(repeating: -1, count: n)
    for (row, pieces) in result.evidence {
      var best = 0
      for k in pieces.indices.dropFirst() {
        let a = pieces[k].confidence(on: study.asOf, halfLife: halfLife), b = pieces[best].confidence(on: study.asOf, halfLife: halfLife)
        if a > b || (a == b && (pieces[k].observed ?? study.asOf) > (pieces[best].observed ?? study.asOf)) { best = k }
      }
      result.vacancy[row] = pieces[best].status
      result.vacancyConfidence[row] = pieces[best].confidence(on: study.asOf, halfLife: halfLife)
      result.decidingEvidence[row] = Int32(best)
      if let area = pieces[best].vacantArea { buildings.vacantArea[row] = area }
      buildings.hasVacancyEvidence[row] = [.vacant, .partlyVacant, .derelict].contains(pieces[best].status)
    }
  }

  // MARK: The other layers

  private mutating func readDistricts(_ layer: Layer, _ source: Study.LayerSource) throws -> Districts {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "districts", known: Self.districtFields)
    let geometry = try place(layer, source, "districts")
    let (kept, ids) = identify(layer.features, fields, "districts")
    let areal = kept.indices.filter { geometry.kinds[kept[$0]].isAreal }
    for k in kept.indices where !geometry.kinds[kept[k]].isAreal {
      defects.add(Defect(layer: "districts", feature: ids[k], code: .wrongGeometryType, detail: "a district must be a polygon"))
    }
    var names = TextColumn(), keptIDs = TextColumn()
    for k in areal {
      keptIDs.append(ids[k])
      names.append(fields["name"]?.text(kept[k]) ?? ids[k])
    }
    let repaired = repair(geometry.selecting(areal.map { kept[$0] }), threads: options.threads)
    for row in repaired.repaired {
      defects.add(
        Defect(layer: "districts", feature: keptIDs[row], code: .invalidGeometryRepaired, detail: repaired.reasons[row] ?? "not valid"))
    }
    var districts = Districts(ids: keptIDs, names: names, geometry: repaired.geometry)
    func column(_ name: String, _ path: WritableKeyPath<Districts, [Double]>) {
      guard let field = fields[name] else { return }
      for (row, k) in areal.enumerated() {
        guard let value = field.number(kept[k]) else { continue }
        if value < 0 {
          defects.add(Defect(layer: "districts", feature: keptIDs[row], code: .implausibleValue, detail: "\(name) is \(value)"))
        } else {
          districts[keyPath: path][row] = value
        }
      }
    }
    column("population", \.population)
    column("youngAdults", \.youngAdults)
    column("unemployed", \.unemployed)
    column("labourForce", \.labourForce)
    column("income", \.income)
    column("rent", \.rent)
    column("dwellings", \.dwellings)
    column("vacantDwellings", \.vacantDwellings)
    column("jobs", \.jobs)
    column("creativeJobs", \.creativeJobs)
    record("districts", source, layer, kept: areal.count)
    return districts
  }

  private mutating func readPlaces(_ layer: Layer, _ source: Study.LayerSource) throws -> (Places, TextColumn) {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "places", known: Self.placeFields)
    let geometry = try place(layer, source, "places")
    var kept: [Int] = [], categories: [PlaceCategory] = [], names = TextColumn()
    for row in 0..<layer.features.count {
      let name = fields["id"]?.text(row) ?? "#\(layer.features.numbers[row])"
      guard geometry.kinds[row] != .none else {
        defects.add(Defect(layer: "places", feature: name, code: .missingGeometry, detail: "the place has no position"))
        continue
      }
      let text = fields["category"]?.text(row) ?? ""
      guard let category = Self.category(text) else {
        defects.add(
          Defect(
            layer: "places", feature: name, code: .unknownCode,
            detail: "category \"\(text.prefix(60))\" is none of \(PlaceCategory.allCases.map(\.name).joined(separator: ", "))"))
        continue
      }
      kept.append(row)
      categories.append(category)
      names.append(fields["name"]?.text(row) ?? "")
    }
    record("places", source, layer, kept: kept.count)
    return (Places(geometry: geometry.selecting(kept), category: categories), names)
  }

  private static func category(_ text: String) -> PlaceCategory? {
    if let category = PlaceCategory(name: text) { return category }
    switch text.lowercased() {
    case "university", "college", "higher_education", "higher education": return .higherEducation
    case "leisure", "theatre", "museum", "cinema": return .culture
    case "restaurant", "cafe", "bar": return .food
    case "stop", "bus_stop", "station": return .transit
    case "supermarket": return .grocery
    case "shop": return .retail
    default: return PlaceCategory(name: text.lowercased())
    }
  }

  private mutating func readCompanies(_ layer: Layer, _ source: Study.LayerSource) throws -> Companies {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "companies", known: Self.companyFields)
    let geometry = try place(layer, source, "companies")
    var x: [Double] = [], y: [Double] = [], sector: [Int16] = [], employees: [Double] = []
    func plain(_ text: String) -> String { text.lowercased().replacing("_", with: "-").replacing(" ", with: "-") }
    var sectorIndex: [String: Int16] = ["audiovisual": -1, "software": -1]
    for (k, s) in sectors.enumerated() { sectorIndex[s.id] = Int16(k) }
    for (word, id) in [
      ("software", "software-games"), ("games", "software-games"), ("audiovisual", "film"), ("art", "visual-arts"),
      ("theatre", "performing-arts"),
    ] {
      if let k = sectorIndex[id] { sectorIndex[word] = k }
    }
    for row in 0..<layer.features.count {
      let name = fields["id"]?.text(row) ?? "#\(layer.features.numbers[row])"
      guard geometry.kinds[row] != .none else {
        defects.add(Defect(layer: "companies", feature: name, code: .missingGeometry, detail: "the company has no position"))
        continue
      }
      let position = geometry.centroid(of: row)
      var index: Int16 = -1
      if let text = fields["sector"]?.text(row) {
        if let known = sectorIndex[plain(text)] {
          index = known
        } else {
          defects.add(
            Defect(
              layer: "companies", feature: name, code: .unknownCode,
              detail: "sector \"\(text.prefix(60))\" is none of the sub-markets; the company counts without sector"))
        }
      }
      x.append(position.x)
      y.append(position.y)
      sector.append(index)
      employees.append(fields["employees"]?.number(row) ?? .nan)
    }
    record("companies", source, layer, kept: x.count)
    return Companies(x: x, y: y, sector: sector, employees: employees)
  }

  private mutating func readStreets(_ layer: Layer, _ source: Study.LayerSource) throws -> (Streets, TextColumn) {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "streets", known: Self.streetFields)
    let geometry = try place(layer, source, "streets")
    var kept: [Int] = [], classes: [RoadClass] = [], walkable: [Bool] = [], names = TextColumn()
    let classField = fields["class"], walkField = fields["walkable"], nameField = fields["name"]
    for row in 0..<layer.features.count {
      guard geometry.kinds[row].isLinear else {
        let none = geometry.kinds[row] == .none
        defects.add(
          Defect(
            layer: "streets", feature: fields["id"]?.text(row) ?? "#\(layer.features.numbers[row])",
            code: none ? .missingGeometry : .wrongGeometryType, detail: none ? "the street has no line" : "a street must be a line"))
        continue
      }
      kept.append(row)
      let road = Self.roadClass(classField?.text(row) ?? "")
      classes.append(road)
      walkable.append(walkField?.text(row).flatMap(CodeTables.truth) ?? (road != .motorway && road != .trunk))
      names.append(nameField?.text(row) ?? "")
    }
    record("streets", source, layer, kept: kept.count)
    let column = kept.count == geometry.count ? geometry : geometry.selecting(kept)
    return (Streets(geometry: column, roadClass: classes, walkable: walkable), names)
  }

  /// OpenStreetMap's `highway` value as a road class; links count as their road.
  static func roadClass(_ text: String) -> RoadClass {
    let word = text.hasSuffix("_link") ? String(text.dropLast(5)) : text
    return RoadClass(name: word == "living_street" ? "livingStreet" : word) ?? .other
  }

  private mutating func readConstraint(_ constraint: Study.ConstraintSource) throws -> ConstraintLayer {
    let name = "constraints"
    let layer = try load(name, constraint.layer)
    let geometry = try place(layer, constraint.layer, name)
    let kept = (0..<geometry.count).filter { geometry.kinds[$0].isAreal }
    for row in 0..<geometry.count where !geometry.kinds[row].isAreal {
      defects.add(
        Defect(layer: name, feature: "#\(layer.features.numbers[row])", code: .wrongGeometryType, detail: "a constraint must be a polygon"))
    }
    record("constraints: \(constraint.kind)", constraint.layer, layer, kept: kept.count)
    let repaired = repair(geometry.selecting(kept), threads: options.threads)
    return ConstraintLayer(
      kind: ConstraintKind(name: constraint.kind)!, effect: ConstraintEffect(name: constraint.effect)!, above: constraint.above,
      geometry: repaired.geometry)
  }
}
