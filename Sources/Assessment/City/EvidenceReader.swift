import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import UrbanIndicators

/// Evidence of vacancy: the register, tagged units, what the buildings say themselves.
extension CityReader {
  static let registerFields = ["status", "since", "observed", "source", "vacantArea", "id"]

  static let unitFields = ["id", "name", "vacancy", "lifecycle", "observed", "address"]

  /// What a status word says.
  enum StatusMeaning {
    case gone
    case vacancy(VacancyClass)
    case unreadable
  }

  static func meaning(_ status: String) -> StatusMeaning {
    if ["demolished", "notBuilt", "removed", "razed"].contains(status) { return .gone }
    return CodeTables.vacancy(status).map { .vacancy($0) } ?? .unreadable
  }

  /// When the records of a layer were observed, as far as their dates can be read.
  func observedDays(_ fields: FieldMapping, _ rows: [Int], _ source: Study.LayerSource) -> ObservedDays {
    ObservedDays(fields["observed"]?.distinct(rows), source: source, last: study.asOf)
  }

  /// Adds one piece of evidence; gives whether it says anything.
  @discardableResult
  mutating func addEvidence(
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

  mutating func readRegister(_ source: Study.LayerSource, ids: TextColumn, locator: FootprintLocator, into result: inout StudyCity)
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
  static func registerTable(_ fields: FieldMapping, _ buildings: [Int], _ ids: TextColumn) -> [AttributeColumn] {
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

  mutating func readUnits(_ layer: Layer, _ source: Study.LayerSource, locator: FootprintLocator, into result: inout StudyCity)
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
}
