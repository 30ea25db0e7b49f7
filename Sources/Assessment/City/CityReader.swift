import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// Reads a study's layers, brings them into one CRS, repairs footprints, decodes fields and weighs the evidence of vacancy.
struct CityReader {
  static let buildingFields = [
    "id", "name", "address", "street", "houseNumber", "function", "storeys", "height", "floorHeight", "year", "condition",
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
  /// One walks both ways along a one-way street: `oneway` may be named and changes nothing.
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
  private var notes: [Message] = []
  private var crs = CoordinateReferenceSystem("")
  private var zone: WorkingZone?
  private var middle: Position?
  private var extent = Envelope()
  /// Pieces of evidence without a readable date.
  private var undated = 0

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
    crs = try study.crs ?? chosenCRS(for: layer, in: sourceCRS, of: source.reference)
    zone = study.crs == nil && sourceCRS != crs ? WorkingZone(crs) : nil
    let facts = try describe(crs)
    guard facts.isProjected, facts.metresPerUnit == 1 else {
      throw AssessmentError(
        .badInput, "crs: \(crs) is not projected in metres. Leave `crs` out, or name a projected system such as an ETRS89 / UTM zone.")
    }
    notes.append(
      Message(
        study.crs != nil ? .noteCRSOfStudy : sourceCRS == crs ? .noteCRSOfBuildings : .noteCRSChosen,
        .text(facts.name.isEmpty ? "\(crs)" : "\(facts.name) (\(crs))")))
    let unplaced = try reproject(&footprints, from: sourceCRS, layer: "buildings")
    extent = footprints.envelope()
    guard !extent.isEmpty else {
      throw AssessmentError(
        .badInput,
        "layers.buildings, \(source.reference.path): no footprint has a position\(unplaced.isEmpty ? "" : " in \(crs): wrong CRS or swapped axes?"). \(layer.readCount) read = \(layer.features.count) kept + \(layer.readCount - layer.features.count) refused. Check the file and its CRS, or name another layer."
      )
    }
    try checkExtent("buildings", footprints, of: extent)

    try noteGrouping(layer.features, source)
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "buildings", known: Self.buildingFields + study.publish)
    let (kept, ids) = identify(layer, fields, "buildings")
    if kept.count < layer.features.count { footprints = footprints.selecting(kept) }
    var lost = Array(repeating: false, count: kept.count)
    let unplacedSet = Set(unplaced)
    for (row, old) in kept.enumerated() where unplacedSet.contains(old) { lost[row] = true }
    layer.refusedCount += layer.features.count - kept.count
    record("buildings", source, layer, kept: kept.count)

    repairFootprints(&footprints, ids: ids, lost: &lost)
    var buildings = Buildings(ids: ids, geometry: footprints)
    var result = StudyCity(
      city: City(crs: crs, buildings: buildings), names: TextColumn(), addresses: TextColumn(), owners: TextColumn(),
      contamination: TextColumn(), zoning: TextColumn(),
      published: [],
      evidence: EvidenceTable(), vacancy: [], vacancyConfidence: [], vacancyConfidenceHigh: [], decidingEvidence: [], lostGeometry: lost,
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
    if let (layer, source) = try optional("companies") { (result.city.companies, result.companyTable) = try readCompanies(layer, source) }
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
      notes.append(Message(Self.absence(name)))
    }
    result.inputs = inputs
    result.defects = defects
    result.notes = notes
    return result
  }

  private var buildingsAreOSM: Bool { study.layers["buildings"]?.isOpenStreetMap ?? false }

  private static func absence(_ layer: String) -> Sentence {
    switch layer {
    case "districts": .noteNoDistricts
    case "places": .noteNoPlaces
    case "companies": .noteNoCompanies
    default: .noteNoStreets
    }
  }

  // MARK: One layer

  private func readOptions(_ layer: String, _ source: Study.LayerSource) -> ReadOptions {
    var read = ReadOptions()
    read.crs = source.crs
    read.layerName = layer
    read.defectLimit = options.defectLimit
    read.maxMemory = options.memoryLimit
    read.threads = options.threads
    read.includesKey = true
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
    for note in layer.notes.map(Message.text) where !notes.contains(note) { notes.append(note) }
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
      notes.append(.sentences([Message(.noteOSMHoldsNo, .label(kind: "layer", id: name, english: name)), Message(Self.absence(name))]))
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
        crs: (source.crs ?? layer.crs)?.description, size: FileStamp(of: source.reference.path)?.size ?? 0, read: layer.readCount,
        kept: kept, refused: layer.readCount - kept))
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
    let settled = try geometry.settle(
      from: source, in: crs, zone: zone, around: layer == "buildings" ? nil : middle, threads: options.threads)
    if layer == "buildings" { middle = settled.middle }
    for stray in settled.strays {
      defects.add(Defect(layer: layer, feature: "#\(stray.feature + 1)", code: .coordinateOutOfRange, detail: stray.reason))
    }
    return settled.strays.map(\.feature)
  }

  /// A layer farther than 50 km from the buildings, or a whole layer under a metre wide, is in the wrong place.
  private func checkExtent(_ name: String, _ geometry: GeometryColumn, of layerExtent: Envelope) throws {
    guard !layerExtent.isEmpty else { return }
    func text(_ e: Envelope) -> String {
      func km(_ v: Double) -> String { "\((v / 10).rounded() / 100)" }
      return "x \(km(e.minX))–\(km(e.maxX)) km, y \(km(e.minY))–\(km(e.maxY)) km"
    }
    let path = name == "constraints" ? "constraints" : study.layers[name]?.reference.path ?? name
    if isInWrongUnits(geometry, extent: layerExtent) {
      throw AssessmentError(
        .badInput,
        "layers.\(name), \(path): the whole layer is \(max(layerExtent.width, layerExtent.height)) m wide in \(crs): wrong CRS or swapped axes? Its extent: \(text(layerExtent)); the buildings': \(text(extent))."
      )
    }
    if extent.distance(to: layerExtent) > 50_000 {
      throw AssessmentError(
        .badInput,
        "layers.\(name), \(path): lies \(Int(extent.distance(to: layerExtent) / 1000)) km from the buildings: wrong CRS or swapped axes? Its extent: \(text(layerExtent)); the buildings': \(text(extent))."
      )
    }
  }

  /// Reads the geometry of a layer into the working CRS and checks where it lies.
  private mutating func place(_ layer: Layer, _ source: Study.LayerSource, _ name: String) throws -> GeometryColumn {
    var geometry = layer.features.geometry
    let placed = geometry.kinds.count { $0 != .none }
    guard !geometry.envelope().isEmpty else { return geometry }
    let crs = try knownCRS(layer, source, name)
    let lost = try reproject(&geometry, from: crs, layer: name)
    // Single records may lie anywhere; a layer of which nothing is left lies in the wrong place as a whole.
    guard lost.count < placed else {
      let own = layer.features.geometry.envelope()
      throw AssessmentError(
        .badInput,
        "layers.\(name), \(source.reference.path): no record lies near the buildings, read in \(crs): wrong CRS or swapped axes? Its extent as it stands in the file: x \(own.minX)–\(own.maxX), y \(own.minY)–\(own.maxY); the buildings' in the working CRS: x \(extent.minX)–\(extent.maxX), y \(extent.minY)–\(extent.maxY)."
      )
    }
    try checkExtent(name, geometry, of: geometry.envelope())
    return geometry
  }

  // MARK: Buildings

  /// Footprints are not grouped into properties: who names a field for it is told, and so is who has one.
  private mutating func noteGrouping(_ batch: FeatureBatch, _ source: Study.LayerSource) throws {
    if source.fields["site"] != nil {
      throw AssessmentError(
        .badInput,
        "layers.buildings.fields.site: footprints cannot be grouped into properties yet; each is scored by itself. Leave `site` out, or unite the footprints of a property in \(source.reference.path)."
      )
    }
    if batch.attributes.contains(where: { $0.name.lowercased() == "site" }) {
      notes.append(Message(.noteSiteNotUsed))
    }
  }

  /// The rows with a unique id, and the ids. Without an id it is the record's number; where that is its place only, a word in front keeps a register
  /// from meaning it. The second of two equal ids is refused.
  private mutating func identify(_ source: Layer, _ fields: FieldMapping, _ layer: String) -> (rows: [Int], ids: TextColumn) {
    let batch = source.features
    var rows: [Int] = []
    rows.reserveCapacity(batch.count)
    var ids = TextColumn()
    let texts = fields["id"]?.texts(Array(0..<batch.count))
    ids.offsets.reserveCapacity(batch.count + 1)
    var index = IdentifierIndex(capacity: batch.count)
    for row in 0..<batch.count {
      if let texts {
        let range = texts.range(of: row)
        guard !range.isEmpty else {
          defects.add(Defect(layer: layer, feature: "#\(batch.numbers[row])", code: .missingIdentifier, detail: "the id is empty"))
          continue
        }
        texts.bytes.withUnsafeBufferPointer { ids.append(utf8: UnsafeBufferPointer(rebasing: $0[range])) }
      } else {
        ids.append(source.fallbackID(row))
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
    let repaired = repair(consume footprints, threads: options.threads)
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
    let absurd = PlausibleFootprint.violations(in: footprints)
    for (row, reason) in absurd {
      lost[row] = true
      defects.add(Defect(layer: "buildings", feature: ids[row], code: .implausibleFootprint, detail: reason))
    }
    footprints.empty(absurd.map(\.feature))
    for (row, first) in duplicateFootprints(in: footprints) {
      defects.add(
        Defect(
          layer: "buildings", feature: ids[row], code: .duplicateGeometry, detail: "the same footprint as \(ids[first]); both are kept"))
    }
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
      for (row, value) in field.numbers(kept).enumerated() {
        guard !value.isNaN else {
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
    result.askingPrices = Array(repeating: .nan, count: n)
    result.askingRents = result.askingPrices
    numbers("askingPrice", 1...10_000_000_000, into: &result.askingPrices)
    numbers("askingRent", 0.01...1_000, into: &result.askingRents)
    if let texts = fields["year"]?.distinct(kept) {
      // `1887`, `1887-05-01`, `1887-01-01T00:00:00`, `~1890`, `1890s`: the first four digits.
      let years = texts.map { text -> Double? in
        let digits = text.drop { !$0.isNumber }.prefix(4)
        guard digits.count == 4, let year = Double(digits), (500...2100).contains(year) else { return nil }
        return year
      }
      for (row, code) in texts.codes.enumerated() where code >= 0 {
        if let year = years[Int(code)] {
          buildings.year[row] = year
        } else if let text = texts[row], text != "0" {
          defect(row, .unreadableValue, "year is not plausible: \"\(text.prefix(40))\"")
        }
      }
    }
    if let texts = fields["function"]?.distinct(kept) {
      let functions = texts.map(codes.function)
      for (row, code) in texts.codes.enumerated() where code >= 0 {
        if let function = functions[Int(code)] {
          buildings.function[row] = function
        } else {
          defect(row, .unknownCode, "function \"\((texts[row] ?? "").prefix(60))\" is in no table")
        }
      }
    }
    if let field = fields["condition"] {
      let texts = field.distinct(kept)
      let conditions = texts.map { codes.condition($0, scale: field.scale) }
      let vacancies = texts.map { text in
        codes.cadastreVacancy(text).map { found in
          let code = CodeTables.code(text)
          return (
            status: found.status, source: "cadastre: condition of construction \"\(code)\"",
            confidence: register.optional("vacancy.confidence.cadastre.\(code)")?.value ?? found.confidence
          )
        }
      }
      let observed = observedDays(fields, kept, source)
      for (row, code) in texts.codes.enumerated() where code >= 0 {
        if let condition = conditions[Int(code)] {
          buildings.condition[row] = condition
        } else if vacancies[Int(code)] == nil {
          defect(row, .unknownCode, "condition \"\((texts[row] ?? "").prefix(60))\" is in no table")
        }
        if let vacancy = vacancies[Int(code)] {
          addEvidence(
            Self.meaning(vacancy.status), text: vacancy.status, kind: .cadastre, source: vacancy.source, observed: observed[row],
            since: nil,
            confidence: vacancy.confidence, area: nil, row: row, &result)
        }
      }
    }
    if let texts = fields["heritage"]?.distinct(kept) {
      let states = texts.texts.map { CodeTables.truth($0) == false ? Ternary.no : .yes }
      for (row, code) in texts.codes.enumerated() where code >= 0 { buildings.heritage[row] = states[Int(code)] }
    }
    func category(_ name: String, _ decode: (String) -> String?) -> TextColumn {
      var column = TextColumn()
      guard let texts = fields[name]?.distinct(kept) else {
        column.offsets = Array(repeating: 0, count: n + 1)
        return column
      }
      let words = texts.texts.map { (decode($0) ?? "").utf8.map { $0 } }
      for (row, code) in texts.codes.enumerated() {
        if code >= 0 {
          column.bytes.append(contentsOf: words[Int(code)])
          if words[Int(code)].isEmpty {
            // The text itself is not repeated: an owner field may hold a person's name.
            defect(
              row, .unknownCode,
              name == "owner"
                ? "owner is no class (public, company, private, several)" : "\(name) \"\((texts[row] ?? "").prefix(60))\" is in no table")
          }
        }
        column.offsets.append(column.bytes.count)
      }
      return column
    }
    result.owners = category("owner", CodeTables.owner)
    result.contamination = category("contamination") {
      ["none", "treated", "suspected", "present"].contains($0.lowercased()) ? $0.lowercased() : nil
    }
    // A letter, and what the country adds to it: A+++, F2018.
    result.energyClasses = category("energyClass") { text in
      let word = text.uppercased()
      guard let first = word.utf8.first, (65...73).contains(first), word.utf8.count <= 5,
        word.utf8.dropFirst().allSatisfy({ $0 == 43 || $0 == 45 || (48...57).contains($0) })
      else { return nil }
      return word
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
    var nothing = TextColumn()
    nothing.offsets = Array(repeating: 0, count: n + 1)
    result.names = name?.texts(kept) ?? nothing
    result.addresses = address?.texts(kept) ?? nothing
    if let street {
      let given = result.addresses
      result.addresses = TextColumn()
      for row in 0..<n {
        if given.range(of: row).isEmpty, let road = street.text(kept[row]) {
          result.addresses.append([road, number?.text(kept[row])].compactMap(\.self).joined(separator: " "))
        } else {
          given.bytes.withUnsafeBufferPointer { result.addresses.append(utf8: UnsafeBufferPointer(rebasing: $0[given.range(of: row)])) }
        }
      }
    }
    for extra in study.publish where !["name", "address", "function"].contains(extra) {
      guard let field = fields[extra] else {
        notes.append(Message(.noteNotPublished, .text(extra)))
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
      let lifecycle = fields["lifecycle"]?.distinct(kept), observed = observedDays(fields, kept, source)
      let since = fields["vacantSince"]?.distinct(kept), texts = field.distinct(kept)
      let label = URL(fileURLWithPath: source.reference.path).lastPathComponent
      let mapConfidence = register.optional("vacancy.confidence.map-tag")?.value ?? 0.7
      let registerConfidence = register.optional("vacancy.confidence.register")?.value ?? 0.95
      let ownName = "field `\(field.column.name)` of \(label)", plainTag = "OpenStreetMap tag vacancy"
      let tagNames = lifecycle?.texts.map { "OpenStreetMap tag \($0)" } ?? []
      let meanings = texts.texts.map(Self.meaning)
      for (row, code) in texts.codes.enumerated() where code >= 0 {
        let tag = lifecycle.map { Int($0.codes[row]) } ?? -1
        let isTag = source.isOpenStreetMap || tag >= 0
        addEvidence(
          meanings[Int(code)], text: texts.texts[Int(code)], kind: isTag ? .mapTag : .field,
          source: !isTag ? ownName : tag >= 0 ? tagNames[tag] : plainTag, observed: observed[row], since: since?[row],
          confidence: isTag ? mapConfidence : registerConfidence, area: nil, row: row, &result)
      }
    }
  }

  // MARK: Evidence of vacancy

  /// What a status word says.
  private enum StatusMeaning {
    case gone
    case vacancy(VacancyClass)
    case unreadable
  }

  private static func meaning(_ status: String) -> StatusMeaning {
    if ["demolished", "notBuilt", "removed", "razed"].contains(status) { return .gone }
    return CodeTables.vacancy(status).map { .vacancy($0) } ?? .unreadable
  }

  /// When the records of a layer were observed, as far as their dates can be read.
  private func observedDays(_ fields: FieldMapping, _ rows: [Int], _ source: Study.LayerSource) -> ObservedDays {
    ObservedDays(fields["observed"]?.distinct(rows), source: source, last: study.asOf)
  }

  /// Adds one piece of evidence; gives whether it says anything.
  @discardableResult
  private mutating func addEvidence(
    _ meaning: StatusMeaning, text: String, kind: VacancyEvidence.Kind, source: String, observed: ObservedDays.Observation, since: String?,
    confidence: Double, area: Double?, row: Int, _ result: inout StudyCity
  ) -> Bool {
    let vacancy: VacancyClass
    switch meaning {
    case .gone:
      result.demolished[row] = true
      return false
    case .unreadable:
      defects.add(
        Defect(
          layer: "buildings", feature: result.city.buildings.ids[row], code: .unknownCode,
          detail: "vacancy status \"\(text.prefix(60))\" is in no table"))
      return false
    case .vacancy(let found): vacancy = found
    }
    guard vacancy != .unknown else { return false }
    if let complaint = observed.complaint {
      defects.add(
        Defect(layer: "buildings", feature: result.city.buildings.ids[row], code: .unreadableValue, detail: complaint))
    }
    if observed.day == nil { undated += 1 }
    result.evidence.add(
      VacancyEvidence(
        status: vacancy, kind: kind, source: source, observed: observed.day, since: since, confidence: confidence, vacantArea: area),
      building: row)
    return true
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
    var buildings: [Int] = []
    defer { result.registerTable = Self.registerTable(fields, buildings, ids) }
    let statusField = fields["status"], areaField = fields["vacantArea"], sourceField = fields["source"]
    let observed = observedDays(fields, Array(0..<layer.features.count), source), sinceField = fields["since"]
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
      buildings.append(building ?? -1)
      guard let building else { continue }
      guard let status = statusField?.text(row) else {
        defects.add(Defect(layer: "vacancy", feature: number, code: .unreadableValue, detail: "status is empty"))
        continue
      }
      let isEvidence = addEvidence(
        Self.meaning(status), text: status, kind: .register, source: sourceField?.text(row) ?? "register \(label)", observed: observed[row],
        since: sinceField?.text(row), confidence: confidence, area: areaField?.number(row), row: building, &result)
      if isEvidence { matched += 1 }
    }
    record("vacancy", source, layer, kept: matched)
    if source.illustrative {
      notes.append(Message(.noteIllustrative))
    }
  }

  /// The rows of a register as they stand, each with the id of its building where one was found.
  private static func registerTable(_ fields: FieldMapping, _ buildings: [Int], _ ids: TextColumn) -> [AttributeColumn] {
    var table = TableColumns(), matched = TextColumn()
    ids.bytes.withUnsafeBufferPointer { bytes in
      for building in buildings {
        matched.append(utf8: UnsafeBufferPointer(rebasing: bytes[building < 0 ? 0..<0 : ids.range(of: building)]))
      }
    }
    table.add("building", known: matched)
    for name in registerFields {
      if name != "id", let field = fields[name] { table.add(name, known: field.texts(Array(buildings.indices))) }
    }
    return table.columns
  }

  private mutating func readUnits(_ layer: Layer, _ source: Study.LayerSource, locator: FootprintLocator, into result: inout StudyCity)
    throws
  {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "units", known: Self.unitFields)
    let geometry = try place(layer, source, "units")
    let confidence = register.optional("vacancy.confidence.unit-tag")?.value ?? 0.35
    var matched = 0
    let idField = fields["id"], lifecycleField = fields["lifecycle"], vacancyField = fields["vacancy"]
    let observed = observedDays(fields, Array(0..<layer.features.count), source)
    for row in 0..<layer.features.count {
      let name = idField?.text(row) ?? "#\(layer.features.numbers[row])"
      guard let building = locator.building(of: geometry, feature: row) else {
        defects.add(Defect(layer: "units", feature: name, code: .unmatchedRecord, detail: "no footprint within 5 m of the unit"))
        continue
      }
      matched += 1
      let tag = lifecycleField?.text(row) ?? "vacancy"
      let status = vacancyField?.text(row) ?? "partlyVacant"
      addEvidence(
        Self.meaning(status), text: status, kind: .unitTag, source: "OpenStreetMap \(name), tag \(tag)", observed: observed[row],
        since: nil,
        confidence: confidence, area: nil, row: building, &result)
    }
    record("units", source, layer, kept: matched)
  }

  /// The highest decayed confidence wins, in-use evidence included; of equal confidence the newest, and of equal evidence of one day the one that
  /// claims least. Equal evidence of one day that contradicts itself makes the class unknown (method §1). The order of rows plays no part.
  private mutating func weighEvidence(_ result: inout StudyCity, _ buildings: inout Buildings) {
    let halfLife = register.optional("vacancy.half-life")?.value ?? 4
    let n = buildings.count
    result.vacancy = Array(repeating: .unknown, count: n)
    result.vacancyConfidence = Array(repeating: .nan, count: n)
    result.vacancyConfidenceHigh = Array(repeating: .nan, count: n)
    result.decidingEvidence = Array(repeating: -1, count: n)
    result.evidence.arrange(buildings: n)
    let evidence = result.evidence
    // Evidence of one day has aged alike.
    let ages = evidence.days.map { EvidenceAge(observed: $0, asOf: study.asOf, halfLife: halfLife) }
    let unknownAge = EvidenceAge(observed: nil, asOf: study.asOf, halfLife: halfLife)
    func age(_ piece: Int) -> EvidenceAge {
      let day = evidence.observedIndex(piece)
      return day < 0 ? unknownAge : ages[day]
    }
    func confidence(_ piece: Int) -> Double { evidence.confidence(piece) * age(piece).share }
    func day(_ piece: Int) -> CalendarDate? {
      let index = evidence.observedIndex(piece)
      return index < 0 ? nil : evidence.days[index]
    }
    /// Whether two pieces weigh the same and are of the same day.
    func areEqual(_ a: Int, _ b: Int) -> Bool { confidence(a) == confidence(b) && day(a) == day(b) }
    func decides(_ a: Int, over b: Int) -> Bool {
      if confidence(a) != confidence(b) { return confidence(a) > confidence(b) }
      if day(a) != day(b) { return day(b).map { other in day(a).map { $0 > other } ?? false } ?? true }
      // Nothing but what they say is left: partly vacant claims less than vacant, a smaller area less than a larger one.
      if evidence.status(a) != evidence.status(b) { return evidence.status(a).claim < evidence.status(b).claim }
      let x = evidence.vacantArea(a), y = evidence.vacantArea(b)
      if x != y, !(x.isNaN && y.isNaN) { return y.isNaN || x < y }
      return evidence.words[evidence.sourceIndex(a)] < evidence.words[evidence.sourceIndex(b)]
    }
    for row in 0..<n {
      let pieces = evidence.pieces(of: row)
      guard !pieces.isEmpty else { continue }
      var best = pieces.lowerBound
      for k in pieces.dropFirst() where decides(k, over: best) { best = k }
      let status = evidence.status(best)
      if let other = pieces.first(where: { areEqual($0, best) && (evidence.status($0) == .inUse) != (status == .inUse) }) {
        defects.add(
          Defect(
            layer: "vacancy", feature: result.city.buildings.ids[row], code: .contradictingEvidence,
            detail:
              "\(status.rawValue) and \(evidence.status(other).rawValue) with the same confidence, \(day(best).map { "both of \($0)" } ?? "both undated"): the class is unknown"
          ))
        continue
      }
      result.vacancy[row] = status
      result.vacancyConfidence[row] = confidence(best)
      result.vacancyConfidenceHigh[row] = evidence.confidence(best) * age(best).highShare
      result.decidingEvidence[row] = Int32(best - pieces.lowerBound)
      let area = evidence.vacantArea(best)
      if !area.isNaN { buildings.vacantArea[row] = area }
      buildings.hasVacancyEvidence[row] = status == .vacant || status == .partlyVacant || status == .derelict
    }
    if undated > 0 {
      notes.append(Message(undated == 1 ? .noteUndatedRecord : .noteUndatedRecords, .whole(Double(undated)), .number(halfLife)))
    }
  }

  // MARK: The other layers

  private mutating func readDistricts(_ layer: Layer, _ source: Study.LayerSource) throws -> Districts {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "districts", known: Self.districtFields)
    let geometry = try place(layer, source, "districts")
    let (kept, ids) = identify(layer, fields, "districts")
    let areal = kept.indices.filter { geometry.kinds[kept[$0]].isAreal }
    for k in kept.indices where !geometry.kinds[kept[k]].isAreal {
      defects.add(Defect(layer: "districts", feature: ids[k], code: .wrongGeometryType, detail: "a district must be a polygon"))
    }
    var names = TextColumn(), keptIDs = TextColumn()
    let nameField = fields["name"]
    for k in areal {
      keptIDs.append(ids[k])
      names.append(nameField?.text(kept[k]) ?? ids[k])
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
    let idField = fields["id"], nameField = fields["name"]
    let texts = fields["category"]?.distinct(Array(0..<layer.features.count))
    let meanings = texts?.map(Self.category) ?? []
    for row in 0..<layer.features.count {
      func name() -> String { idField?.text(row) ?? "#\(layer.features.numbers[row])" }
      guard geometry.kinds[row] != .none else {
        defects.add(Defect(layer: "places", feature: name(), code: .missingGeometry, detail: "the place has no position"))
        continue
      }
      let text = texts?[row] ?? ""
      guard let texts, texts.codes[row] >= 0, let category = meanings[Int(texts.codes[row])] else {
        defects.add(
          Defect(
            layer: "places", feature: name(), code: .unknownCode,
            detail: "category \"\(text.prefix(60))\" is none of \(PlaceCategory.allCases.map(\.name).joined(separator: ", "))"))
        continue
      }
      kept.append(row)
      categories.append(category)
      names.append(nameField?.text(row) ?? "")
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

  private mutating func readCompanies(_ layer: Layer, _ source: Study.LayerSource) throws -> (Companies, [AttributeColumn]) {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "companies", known: Self.companyFields)
    let geometry = try place(layer, source, "companies")
    var x: [Double] = [], y: [Double] = [], sector: [Int16] = [], employees: [Double] = [], kept: [Int] = []
    func plain(_ text: String) -> String { text.lowercased().replacing("_", with: "-").replacing(" ", with: "-") }
    var sectorIndex: [String: Int16] = ["audiovisual": -1, "software": -1]
    for (k, s) in sectors.enumerated() { sectorIndex[s.id] = Int16(k) }
    for (word, id) in [
      ("software", "software-games"), ("games", "software-games"), ("audiovisual", "film"), ("art", "visual-arts"),
      ("theatre", "performing-arts"),
    ] {
      if let k = sectorIndex[id] { sectorIndex[word] = k }
    }
    let idField = fields["id"], sectorField = fields["sector"], employeesField = fields["employees"]
    for row in 0..<layer.features.count {
      func name() -> String { idField?.text(row) ?? "#\(layer.features.numbers[row])" }
      guard geometry.kinds[row] != .none else {
        defects.add(Defect(layer: "companies", feature: name(), code: .missingGeometry, detail: "the company has no position"))
        continue
      }
      let position = geometry.centroid(of: row)
      var index: Int16 = -1
      if let text = sectorField?.text(row) {
        if let known = sectorIndex[plain(text)] {
          index = known
        } else {
          defects.add(
            Defect(
              layer: "companies", feature: name(), code: .unknownCode,
              detail: "sector \"\(text.prefix(60))\" is none of the sub-markets; the company counts without sector"))
        }
      }
      kept.append(row)
      x.append(position.x)
      y.append(position.y)
      sector.append(index)
      employees.append(employeesField?.number(row) ?? .nan)
    }
    record("companies", source, layer, kept: x.count)
    var table = TableColumns()
    for name in Self.companyFields { if let field = fields[name] { table.add(name, known: field.texts(kept)) } }
    table.add("x", real: x)
    table.add("y", real: y)
    return (Companies(x: x, y: y, sector: sector, employees: employees), table.columns)
  }

  private mutating func readStreets(_ layer: Layer, _ source: Study.LayerSource) throws -> (Streets, TextColumn) {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "streets", known: Self.streetFields)
    let geometry = try place(layer, source, "streets")
    var kept: [Int] = [], classes: [RoadClass] = [], walkable: [Bool] = [], names = TextColumn()
    let all = Array(0..<layer.features.count)
    let classTexts = fields["class"]?.distinct(all), walkTexts = fields["walkable"]?.distinct(all), nameField = fields["name"]
    let roads = classTexts?.texts.map(Self.roadClass) ?? [], walks = walkTexts?.map(CodeTables.truth) ?? []
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
      let road = classTexts.map { $0.codes[row] < 0 ? .other : roads[Int($0.codes[row])] } ?? .other
      classes.append(road)
      let told = walkTexts.flatMap { $0.codes[row] < 0 ? nil : walks[Int($0.codes[row])] }
      walkable.append(told ?? (road != .motorway && road != .trunk))
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
    let unread = layer.readCount - kept.count + repaired.lost.count
    if unread > 0 {
      notes.append(
        Message(
          .noteUnreadConstraints, .whole(Double(unread)), .whole(Double(layer.readCount)),
          .text(String(constraint.layer.reference.path.split(separator: "/").last ?? "")),
          .label(kind: "constraint", id: constraint.kind, english: constraint.kind))
      )
    }
    return ConstraintLayer(
      kind: ConstraintKind(name: constraint.kind)!, effect: ConstraintEffect(name: constraint.effect)!, above: constraint.above,
      geometry: repaired.geometry, isWhole: unread == 0)
  }
}
