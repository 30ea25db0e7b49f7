import GeoFormats
import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// A register alone: nobody has given the buildings, so each row is a site of its own with a position and an unknown footprint.
extension CityReader {
  /// Reads the register's rows as sites. What needs a footprint stays unknown; where a row lies is known.
  mutating func readSites() throws -> StudyCity {
    guard let named = study.layers["vacancy"] else {
      throw AssessmentError(.badInput, "The study has neither buildings nor a register.")
    }
    let layer = try load("vacancy", named)
    let register = try withPreset(named, layer)
    let batch = layer.features
    var geometry = batch.geometry
    guard !geometry.envelope().isEmpty else {
      throw AssessmentError(
        .badInput,
        "layers.vacancy: \(register.reference.path) has no positions, and the study no buildings that its rows could be joined to. Name the fields with the positions (`geometry: {x: FIELD, y: FIELD}`), or add a buildings layer and `join`."
      )
    }
    let sourceCRS: CoordinateReferenceSystem
    if let named = register.columnCRS {
      (sourceCRS, crs) = (.wgs84, .wgs84)
      try bringRows(&geometry, layer, register, named, "vacancy")
    } else {
      sourceCRS = try knownCRS(layer, register, "vacancy")
    }
    var placed = layer
    placed.features.geometry = geometry
    _ = try settle(&geometry, of: placed, register, "vacancy", from: sourceCRS)
    geometry = repair(geometry, threads: options.threads).geometry.points(orOf: geometry)
    extent = geometry.envelope()

    let fields = try FieldMapping(
      batch: batch, source: register, layer: "vacancy", known: Self.buildingFields + Self.registerFields + study.publish, codes: codes,
      // What a register calls a name may be a person's, or the town's.
      hidden: ["name", "vacancy"])
    let ids = siteIDs(layer, fields)
    var buildings = Buildings(ids: ids, geometry: geometry)
    var result = StudyCity(crs: crs, buildings: buildings, lostGeometry: geometry.kinds.map { $0 == .none })
    let all = Array(0..<batch.count)
    decodeBuildings(fields, all, register, "vacancy", &buildings, &result)
    notes.append(Message(.noteSitesWithoutFootprint, .number(Double(batch.count))))
    let links = all.map { row in
      geometry.kinds[row] == .none
        ? RegisterLinker.Link(outcome: .noPosition, detail: "the record has no position")
        : RegisterLinker.Link(buildings: [row], outcome: .site)
    }
    addEvidence(of: layer, register, fields, links, buildings, into: &result)
    weighEvidence(&result, &buildings)
    result.city = City(crs: crs, buildings: buildings)
    try readSurroundings(into: &result)
    return result
  }

  /// The rows' own ids; several rows with one id are told apart by their number.
  private func siteIDs(_ layer: Layer, _ fields: FieldMapping) -> TextColumn {
    let field = fields["id"]
    let own = (0..<layer.features.count).map { field?.text($0) ?? layer.fallbackID($0) }
    var count: [String: Int] = [:]
    for id in own { count[id, default: 0] += 1 }
    var ids = TextColumn()
    for (row, id) in own.enumerated() { ids.append(count[id] == 1 ? id : "\(id) (row \(layer.features.numbers[row]))") }
    return ids
  }
}

extension GeometryColumn {
  /// A point in place of each feature: itself, the first of several, the centroid of a line or an outline; where this column has none, that of the
  /// other, from which it was repaired.
  fileprivate func points(orOf other: GeometryColumn) -> GeometryColumn {
    var result = GeometryColumn()
    for feature in 0..<count {
      let column = kinds[feature] == .none ? other : self
      guard column.kinds[feature] != .none else {
        result.appendNull()
        continue
      }
      let first = column.positions(of: feature).lowerBound
      let p = column.kinds[feature].isPuntal ? Position(x: column.x[first], y: column.y[first]) : column.centroid(of: feature)
      result.appendPoint(x: p.x, y: p.y)
    }
    return result
  }
}
