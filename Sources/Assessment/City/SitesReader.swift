import GeoFormats
import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// A register alone: nobody has given the buildings, so each row is a site of its own with a position and an unknown footprint.
extension CityReader {
  /// Fields that a register calls otherwise than the buildings.
  private static let renamed = ["status": "vacancy", "since": "vacantSince"]

  /// Reads the register's rows as sites. What needs a footprint stays unknown; where a row lies is known.
  mutating func readSites() throws -> StudyCity {
    guard let register = study.layers["vacancy"] else {
      throw AssessmentError(.badInput, "The study has neither buildings nor a register.")
    }
    let layer = try load("vacancy", register)
    let batch = layer.features
    let source = asBuildings(register, batch)
    var geometry = batch.geometry
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
      batch: batch, source: source, layer: "vacancy", known: Self.buildingFields + Self.registerFields + study.publish, codes: codes)
    let ids = siteIDs(layer, fields)
    var buildings = Buildings(ids: ids, geometry: geometry)
    var result = StudyCity(crs: crs, buildings: buildings, lostGeometry: geometry.kinds.map { $0 == .none })
    let all = Array(0..<batch.count)
    decodeBuildings(fields, all, source, &buildings, &result)
    var rows = RegisterRows()
    let status = fields["vacancy"]
    for row in all {
      let outcome: RegisterRows.Outcome
      if geometry.kinds[row] == .none {
        outcome = .noPosition
        defects.add(Defect(layer: "vacancy", feature: ids[row], code: .missingGeometry, detail: "the record has no position"))
      } else {
        outcome = status?.text(row).map { self.outcome(of: meaning($0, status)) } ?? .statusMissing
      }
      rows.append(batch.numbers[row], id: ids[row], outcome, distance: .nan, buildings: geometry.kinds[row] == .none ? [] : [row])
    }
    result.registerRows = rows
    result.registerTable = Self.registerTable(batch, rows, ids)
    record("vacancy", register, layer, kept: rows.outcomes.count(where: \.isLinked))
    notes.append(Message(.noteSitesWithoutFootprint, .whole(Double(batch.count))))
    noteOutcomes(rows)
    if register.illustrative { notes.append(Message(.noteIllustrative)) }
    weighEvidence(&result, &buildings)
    result.city = City(crs: crs, buildings: buildings)
    try readSurroundings(into: &result)
    return result
  }

  /// The register with its fields under the names that the buildings have for them.
  private func asBuildings(_ register: Study.LayerSource, _ batch: FeatureBatch) -> Study.LayerSource {
    var source = register
    for (old, new) in Self.renamed {
      if register.constants[old] == nil {
        source.fields[new] = register.fields[old] ?? batch.attributes.first { FieldMapping.isCalled($0.name, old) }?.name
      }
      source.fields[old] = nil
      source.constants[new] = register.constants[old]
      source.constants[old] = nil
      source.values[new] = register.values[old]
      source.values[old] = nil
    }
    return source
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
