import GeoFormats
import SimpleFeatures
import SpatialEngine
import TextFormats
import UrbanIndicators

/// Districts with their statistics.
extension CityReader {
  static let districtFields = [
    "id", "name", "population", "youngAdults", "unemployed", "labourForce", "income", "rent", "dwellings", "vacantDwellings", "jobs",
    "creativeJobs",
  ]

  mutating func readDistricts(_ layer: Layer, _ source: Study.LayerSource) throws -> Districts {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "districts", known: Self.districtFields, codes: codes)
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
    decode(fields, rows: areal.map { kept[$0] }, to: Array(areal.indices), &districts)
    for table in source.tables { try joinStatistics(table, to: &districts) }
    // Where a part is larger than its whole, one of the two is wrong, and nobody knows which.
    for (part, whole) in PlausibleValue.parts {
      guard let part = Self.figures[part].map({ (part, $0) }), let whole = Self.figures[whole].map({ (whole, $0) }) else { continue }
      for row in areal.indices where districts[keyPath: part.1][row] > districts[keyPath: whole.1][row] {
        defects.add(
          Defect(
            layer: "districts", feature: keptIDs[row], code: .implausibleValue,
            detail:
              "\(part.0) \(districts[keyPath: part.1][row]) is more than \(whole.0) \(districts[keyPath: whole.1][row]): both count as unknown"
          ))
        districts[keyPath: part.1][row] = .nan
        districts[keyPath: whole.1][row] = .nan
      }
    }
    record("districts", source, layer, kept: areal.count)
    return districts
  }

  private static var figures: [String: WritableKeyPath<Districts, [Double]>] {
    [
      "population": \.population, "youngAdults": \.youngAdults, "unemployed": \.unemployed, "labourForce": \.labourForce,
      "income": \.income, "rent": \.rent, "dwellings": \.dwellings, "vacantDwellings": \.vacantDwellings, "jobs": \.jobs,
      "creativeJobs": \.creativeJobs,
    ]
  }

  /// Reads the figures of rows into districts; values that make no sense are defects and unknown.
  private mutating func decode(_ fields: FieldMapping, rows: [Int], to targets: [Int], _ districts: inout Districts) {
    for name in Self.districtFields {
      guard let path = Self.figures[name], let numbers = fields.numbers(name, rows) else { continue }
      for (k, complaint) in numbers.complaints {
        defects.add(Defect(layer: "districts", feature: districts.ids[targets[k]], code: .unreadableValue, detail: complaint))
      }
      let plausible = PlausibleValue(name, units: codes.units)
      for (k, value) in numbers.values.enumerated() where !value.isNaN {
        if let complaint = plausible.complaint(value) {
          defects.add(Defect(layer: "districts", feature: districts.ids[targets[k]], code: .implausibleValue, detail: complaint))
        } else {
          districts[keyPath: path][targets[k]] = value
        }
      }
    }
  }

  /// Adds the figures of a table to the districts that its rows name by id or name; a figure of the table goes before one of the polygons.
  ///
  /// Rows that name no district, or one that another row names, too, are defects.
  /// - Throws: `AssessmentError` when no row names a district.
  private mutating func joinStatistics(_ source: Study.LayerSource, to districts: inout Districts) throws {
    guard case .id(let name, _)? = source.join else { return }
    let layer = try load("districts.table", source)
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "districts.table", known: Self.districtFields, codes: codes)
    guard let column = layer.features.attribute(name) else {
      throw AssessmentError(
        .badInput,
        "layers.districts.table.join.id: \(source.reference.path) has no field \"\(name)\". It has: \(layer.features.attributes.map(\.name).joined(separator: ", "))."
      )
    }
    var byID = RegisterLinker.IdentifierLinks(districts.ids)
    var byName: [String: [Int]] = [:]
    for row in 0..<districts.names.count { byName[districts.names[row].folded, default: []].append(row) }
    var rowsOf = [[Int]](repeating: [], count: districts.ids.count)
    for row in 0..<layer.features.count {
      let key = column.text(row)?.trimmed() ?? ""
      var found = byID.link(key).link.buildings
      if found.isEmpty, !key.isEmpty { found = byName[key.folded] ?? [] }
      guard found.count == 1 else {
        defects.add(
          Defect(
            layer: "districts.table", feature: "#\(layer.features.numbers[row])", code: found.isEmpty ? .unmatchedRecord : .ambiguousMatch,
            detail: found.isEmpty
              ? "no district has the id or name \"\(key.prefix(80))\"" : "\(found.count) districts are called \"\(key.prefix(80))\""))
        continue
      }
      rowsOf[found[0]].append(row)
    }
    for (district, rows) in rowsOf.enumerated() where rows.count > 1 {
      defects.add(
        Defect(
          layer: "districts.table", feature: districts.ids[district], code: .duplicateIdentifier,
          detail: "\(rows.count) rows name the district: none is used"))
    }
    let joined = rowsOf.indices.filter { rowsOf[$0].count == 1 }
    guard !joined.isEmpty else {
      throw AssessmentError(
        .badInput,
        "layers.districts.table: none of the \(layer.features.count) values of \"\(name)\" is the id or name of a district. The first value is \"\((column.text(0) ?? "").prefix(40))\", the first district \"\(districts.ids[0])\" (\(districts.names[0]))."
      )
    }
    decode(fields, rows: joined.map { rowsOf[$0][0] }, to: joined, &districts)
    record("districts.table", source, layer, kept: joined.count)
  }
}
