import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// Reads a study's layers, brings them into one CRS, repairs footprints, decodes fields and weighs the evidence of vacancy.
struct CityReader {
  let study: Study
  let folder: DataFolder
  let register: AssumptionRegister
  let sectors: [Sector]
  let options: RunOptions
  let codes: CodeTables
  let tags: OSMTagTable
  /// Languages of the study's country, for texts whose encoding must be found out.
  let languages: [String]
  var osm: [String: OSMSource] = [:]
  var hashes: [String: String] = [:]
  var inputs: [InputRecord] = []
  var defects: DefectTally
  var notes: [Message] = []
  var crs = CoordinateReferenceSystem("")
  var zone: WorkingZone?
  var middle: Position?
  var extent = Envelope()
  /// Pieces of evidence without a readable date.
  var undated = 0

  init(study: Study, folder: DataFolder, register: AssumptionRegister, sectors: [Sector], options: RunOptions) throws {
    (self.study, self.folder, self.register, self.sectors, self.options) = (study, folder, register, sectors, options)
    tags = try OSMTagTable(folder: folder)
    languages = try Self.languages(of: study.country, folder)
    codes = try CodeTables(folder: folder, languages: languages)
    defects = DefectTally(limit: options.defectLimit)
  }

  private static func languages(of country: String, _ folder: DataFolder) throws -> [String] {
    let table = try DataTable(file: folder.geoData + "/vocabulary/languages.csv", required: ["country", "languages"])
    for row in 0..<table.count where table.text("country", row) == country {
      return try table.requiredText("languages", row).split(separator: " ").map(String.init)
    }
    return []
  }

  /// The source with what a preset knows of it: the one that it names, or the one that its header shows.
  mutating func withPreset(_ source: Study.LayerSource, _ layer: Layer) throws -> Study.LayerSource {
    let header = layer.features.attributes.map(\.name)
    let presets = try Preset.all(in: folder)
    let preset: Preset?
    switch source.preset {
    case .none: return source
    case .found: preset = Preset.found(for: header, among: presets)
    case .named(let name):
      preset = presets.first { $0.name == name }
      guard preset != nil else {
        throw AssessmentError(
          .badInput, "layers.vacancy.preset: there is no preset \"\(name)\". There are: \(presets.map(\.name).joined(separator: ", ")).")
      }
    }
    guard let preset else { return source }
    notes.append(Message(.notePreset, .text(preset.title), .text(preset.name)))
    return preset.applied(to: source, header: header)
  }

  // MARK: The whole city

  mutating func read() throws -> StudyCity {
    guard let source = study.layers["buildings"] else { return try readSites() }
    var layer = try load("buildings", source)
    var footprints = layer.features.geometry
    let unplaced = try settle(&footprints, of: layer, source, "buildings", from: try knownCRS(layer, source, "buildings"))
    try checkExtent("buildings", footprints, of: extent)

    try noteGrouping(layer.features, source)
    let fields = try FieldMapping(
      batch: layer.features, source: source, layer: "buildings", known: Self.buildingFields + study.publish, codes: codes)
    let (kept, ids) = identify(layer, fields, "buildings")
    if kept.count < layer.features.count { footprints = footprints.selecting(kept) }
    var lost = Array(repeating: false, count: kept.count)
    let unplacedSet = Set(unplaced)
    for (row, old) in kept.enumerated() where unplacedSet.contains(old) { lost[row] = true }
    layer.refusedCount += layer.features.count - kept.count
    record("buildings", source, layer, kept: kept.count)

    repairFootprints(&footprints, ids: ids, lost: &lost)
    var buildings = Buildings(ids: ids, geometry: footprints)
    var result = StudyCity(crs: crs, buildings: buildings, lostGeometry: lost)
    decodeBuildings(fields, kept, source, "buildings", &buildings, &result)

    let locator = FootprintLocator(footprints)
    if let source = study.layers["vacancy"] {
      try readRegister(source, fields: fields, kept: kept, footprints: footprints, locator: locator, &buildings, into: &result)
    }
    if let units = try unitLayer() { try readUnits(units.layer, units.source, locator: locator, into: &result) }
    weighEvidence(&result, &buildings)
    result.city = City(crs: crs, buildings: buildings)
    try readSurroundings(into: &result)
    return result
  }

  /// Chooses the working CRS and brings the first layer into it. Gives the features without a place there.
  mutating func settle(
    _ geometry: inout GeometryColumn, of layer: Layer, _ source: Study.LayerSource, _ name: String,
    from sourceCRS: CoordinateReferenceSystem
  ) throws -> [Int] {
    crs = try study.crs ?? chosenCRS(for: layer, in: sourceCRS, of: source.reference)
    zone = study.crs == nil && sourceCRS != crs ? WorkingZone(crs) : nil
    let facts = try describe(crs)
    guard facts.isProjected, facts.metresPerUnit == 1 else {
      throw AssessmentError(
        .badInput, "crs: \(crs) is not projected in metres. Leave `crs` out, or name a projected system such as an ETRS89 / UTM zone.")
    }
    let scale = try arealScale(of: sourceCRS, amid: geometry)
    if study.crs == nil, sourceCRS != crs, abs(scale - 1) > 0.01 { notes.append(.distorted(sourceCRS, scale, crs)) }
    notes.append(
      Message(
        study.crs != nil ? .noteCRSOfStudy : sourceCRS == crs ? .noteCRSOfBuildings : .noteCRSChosen,
        .text(facts.name.isEmpty ? "\(crs)" : "\(facts.name) (\(crs))")))
    let unplaced = try reproject(&geometry, from: sourceCRS, layer: "buildings")
    extent = geometry.envelope()
    guard !extent.isEmpty else {
      throw AssessmentError(
        .badInput,
        "layers.\(name), \(source.reference.path): no \(name == "buildings" ? "footprint" : "row") has a position\(unplaced.isEmpty ? "" : " in \(crs): wrong CRS or swapped axes?"). \(layer.readCount) read = \(layer.features.count) kept + \(layer.readCount - layer.features.count) refused. Check the file and its CRS, or name another layer."
      )
    }
    // The zone that the engine chooses is right where it is used, within 1.2 % at the poles.
    let own = study.crs == nil ? 1 : try arealScale(of: crs, amid: geometry)
    guard !(abs(own - 1) > 0.01) else {
      throw AssessmentError(
        .badInput,
        "crs: areas in \(crs) are \(Int((own * 100).rounded())) % of those on the ground where the data lie, so nothing can be measured in it. Leave `crs` out, or name a projected system made for the place, such as its ETRS89 / UTM zone."
      )
    }
    try checkCountry(geometry, name, source, from: sourceCRS, layer.features.geometry)
    return unplaced
  }

  /// The data lie in the study's country, or within 50 km of it. Where they would lie there with their axes changed, that is what is wrong; else it is
  /// said where they lie.
  private mutating func checkCountry(
    _ geometry: GeometryColumn, _ name: String, _ source: Study.LayerSource, from sourceCRS: CoordinateReferenceSystem,
    _ original: GeometryColumn
  ) throws {
    guard let middle = geometry.middle() else { return }
    var x = [middle.x], y = [middle.y]
    guard try CoordinateTransform(from: crs, to: .wgs84).transform(x: &x, y: &y).isEmpty else { return }
    let outlines = try CountryOutlines(folder: folder)
    guard outlines.has(study.country) else { return }
    let off = outlines.distance(longitude: x[0], latitude: y[0], toCountry: study.country)
    guard off > 50_000 else { return }
    var isSwapped = false
    if let first = original.middle() {
      var easting = [first.y], northing = [first.x]
      var isPlaced = sourceCRS == .wgs84
      if !isPlaced { isPlaced = try CoordinateTransform(from: sourceCRS, to: .wgs84).transform(x: &easting, y: &northing).isEmpty }
      isSwapped =
        isPlaced && abs(northing[0]) <= 90
        && outlines.distance(longitude: easting[0], latitude: northing[0], toCountry: study.country) <= 50_000
    }
    guard isSwapped else {
      notes.append(
        Message(.noteElsewhere, .number((y[0] * 100).rounded() / 100), .number((x[0] * 100).rounded() / 100), .text(study.country)))
      return
    }
    let place = "\((y[0] * 100).rounded() / 100)° north, \((x[0] * 100).rounded() / 100)° east"
    let found =
      switch outlines.country(longitude: x[0], latitude: y[0]) {
      case .country(let code): "that is in \(code)"
      case .open(let codes): "that is in \(codes.joined(separator: " or "))"
      case .nowhere: "no country is there"
      }
    throw AssessmentError(
      .badInput,
      "layers.\(name), \(source.reference.path): the data lie at \(place), and not in \(study.country), the study's country: \(found). Swapped axes or wrong CRS? Correct the file's CRS (`crs` of the layer), or `country`."
    )
  }

  /// Reads what stands around the buildings.
  mutating func readSurroundings(into result: inout StudyCity) throws {
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
  }

  var buildingsAreOSM: Bool { study.layers["buildings"]?.isOpenStreetMap ?? false }

  static func absence(_ layer: String) -> Sentence {
    switch layer {
    case "districts": .noteNoDistricts
    case "places": .noteNoPlaces
    case "companies": .noteNoCompanies
    default: .noteNoStreets
    }
  }

  // MARK: One layer

  func readOptions(_ layer: String, _ source: Study.LayerSource) -> ReadOptions {
    var read = ReadOptions()
    read.crs = source.crs
    read.layerName = layer
    read.defectLimit = options.defectLimit
    read.maxMemory = options.memoryLimit
    read.threads = options.threads
    read.includesKey = true
    read.table = source.table
    read.table.languages = languages
    return read
  }

  mutating func load(_ name: String, _ source: Study.LayerSource) throws -> Layer {
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
  mutating func optional(_ name: String) throws -> (Layer, Study.LayerSource)? {
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

  mutating func unitLayer() throws -> (layer: Layer, source: Study.LayerSource)? {
    if let source = study.layers["units"] { return (try load("units", source), source) }
    guard buildingsAreOSM, var source = study.layers["buildings"] else { return nil }
    source.fields = [:]
    let layer = try load("units", source)
    return layer.features.count > 0 ? (layer, source) : nil
  }

  mutating func record(_ name: String, _ source: Study.LayerSource, _ layer: Layer, kept: Int) {
    inputs.append(
      InputRecord(
        path: relativePath(source.reference.path), sha256: hashes[source.reference.path] ?? "", layer: name,
        crs: (source.crs ?? layer.crs)?.description, size: FileStamp(of: source.reference.path)?.size ?? 0, read: layer.readCount,
        kept: kept, refused: layer.readCount - kept))
  }

  func relativePath(_ path: String) -> String {
    let base = URL(fileURLWithPath: study.file).deletingLastPathComponent().standardizedFileURL.path
    let full = URL(fileURLWithPath: path).standardizedFileURL.path
    return full.hasPrefix(base + "/") ? String(full.dropFirst(base.count + 1)) : URL(fileURLWithPath: path).lastPathComponent
  }

  func knownCRS(_ layer: Layer, _ source: Study.LayerSource, _ name: String) throws -> CoordinateReferenceSystem {
    guard let crs = source.crs ?? layer.crs else {
      throw AssessmentError(
        .badInput,
        "layers.\(name): \(source.reference.path) does not say its coordinate reference system. Add `crs: EPSG:…` to layers.\(name).")
    }
    return crs
  }
}
