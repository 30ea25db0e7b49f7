import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import SpatialEngine
import TextFormats
import UrbanIndicators

/// The vacancy register: each row a site with a place, an id, an address or a cadastral reference, linked to the buildings that it covers.
extension CityReader {
  static let registerFields = [
    "status", "since", "observed", "source", "vacantArea", "id", "name", "address", "street", "houseNumber", "owner", "contamination",
    "function", "condition", "heritage", "siteArea", "grossFloorArea", "taken", "ended",
  ]

  /// Reads the register upon the buildings.
  /// - Parameters:
  ///   - fields: those of the buildings, by which rows may be joined.
  ///   - kept: the buildings' rows in their layer.
  mutating func readRegister(
    _ source: Study.LayerSource, fields buildingFields: FieldMapping, kept: [Int], footprints: GeometryColumn, locator: FootprintLocator,
    _ buildings: inout Buildings, into result: inout StudyCity
  ) throws {
    let layer = try load("vacancy", source)
    let source = try withPreset(source, layer)
    let fields = try FieldMapping(
      batch: layer.features, source: source, layer: "vacancy", known: Self.registerFields, codes: codes, hidden: ["name", "vacancy"])
    let links = try links(layer, source, buildingFields, kept, footprints, locator, ids: result.city.buildings.ids)
    standIn(for: layer, source, fields, links, &buildings, &result)
    addEvidence(of: layer, source, fields, links, buildings, into: &result)
  }

  /// Adds what the rows of a register say of the buildings that they cover, and notes what became of each row.
  mutating func addEvidence(
    of layer: Layer, _ source: Study.LayerSource, _ fields: FieldMapping, _ links: [RegisterLinker.Link], _ buildings: Buildings,
    into result: inout StudyCity
  ) {
    let all = Array(0..<layer.features.count)
    let observed = observedDays(fields, all, source)
    let ended = fields["ended"].map { ObservedDays($0.distinct(all), source: source, last: study.asOf) }
    let areas = fields.numbers("vacantArea", all)
    for (row, complaint) in areas?.complaints ?? [] {
      defects.add(
        Defect(layer: "vacancy", feature: "#\(layer.features.numbers[row])", code: .unreadableValue, detail: complaint))
    }
    let idField = fields["id"], statusField = fields["status"], takenField = fields["taken"]
    let statuses = statusField?.distinct(all), sources = fields["source"]?.distinct(all), sinces = fields["since"]?.distinct(all)
    let meanings = statuses?.texts.map { meaning($0, statusField) } ?? []
    let taken = takenField?.distinct(all)
    let areTaken = taken?.texts.map { codes.truth(takenField?.word($0) ?? $0) } ?? []
    let label = URL(fileURLWithPath: source.reference.path).lastPathComponent
    let confidence = register.optional("vacancy.confidence.register")?.value ?? 0.95
    var rows = RegisterRows()
    for row in all {
      let number = "#\(layer.features.numbers[row])"
      let link = links[row]
      var outcome = link.outcome
      var isTaken = false
      if let taken, taken.codes[row] >= 0 {
        if let told = areTaken[Int(taken.codes[row])] {
          isTaken = told
        } else {
          defects.add(
            Defect(
              layer: "vacancy", feature: number, code: .unknownCode, detail: "taken \"\((taken[row] ?? "").prefix(60))\" is in no table"))
        }
      }
      if link.buildings.isEmpty {
        defects.add(
          Defect(
            layer: "vacancy", feature: number, code: link.outcome == .noPosition ? .missingGeometry : .unmatchedRecord, detail: link.detail)
        )
      } else if ended?[row].day != nil {
        outcome = .ended
      } else if let statuses, statuses.codes[row] >= 0 {
        let status = statuses.texts[Int(statuses.codes[row])], meaning = meanings[Int(statuses.codes[row])]
        let found = self.outcome(of: meaning, isTaken: isTaken)
        if found != .linked { outcome = found }
        let area = areas.map { $0.values[row] } ?? .nan
        let shares = vacantShares(link.buildings, buildings)
        for (building, share) in zip(link.buildings, shares) {
          addEvidence(
            meaning, text: status, kind: .register, source: sources?[row] ?? "register \(label)", observed: observed[row],
            since: sinces?[row], confidence: confidence, area: area.isNaN ? nil : area * share, row: building, isTaken: isTaken, &result)
        }
      } else {
        outcome = .statusMissing
        defects.add(Defect(layer: "vacancy", feature: number, code: .unreadableValue, detail: "status is empty"))
      }
      rows.append(
        layer.features.numbers[row], id: idField?.text(row) ?? "", outcome, distance: link.distance, buildings: link.buildings)
    }
    result.registerRows = rows
    result.registerTable = Self.registerTable(layer.features, rows, result.city.buildings.ids)
    record("vacancy", source, layer, kept: rows.outcomes.count(where: \.isLinked))
    noteOutcomes(rows)
    if source.illustrative { notes.append(Message(.noteIllustrative)) }
  }

  /// The buildings of each row.
  private mutating func links(
    _ layer: Layer, _ source: Study.LayerSource, _ buildingFields: FieldMapping, _ kept: [Int], _ footprints: GeometryColumn,
    _ locator: FootprintLocator, ids: TextColumn
  ) throws -> [RegisterLinker.Link] {
    let rows = 0..<layer.features.count
    func column(_ name: String, _ key: String) throws -> AttributeColumn {
      if let column = layer.features.attribute(name) { return column }
      let names = layer.features.attributes.map(\.name)
      let hint = suggestion(for: name, among: names).map { " Did you mean `\($0)`?" } ?? " It has: \(names.joined(separator: ", "))."
      throw AssessmentError(.badInput, "layers.vacancy.join.\(key): \(source.reference.path) has no field \"\(name)\".\(hint)")
    }
    func texts(_ field: String) -> TextColumn? { buildingFields[field]?.texts(kept) }
    switch source.join {
    case nil:
      let placed = try place(layer, source, "vacancy")
      guard !placed.envelope().isEmpty else {
        let proposal = JoinProposal(layer.features, upon: buildingFields.batch)
        throw AssessmentError(
          .badInput,
          "layers.vacancy: \(source.reference.path) has no positions. \(proposal?.advice ?? "Name the fields with the positions (`geometry: {x: FIELD, y: FIELD}`), or the field with the building's id (`join: {id: FIELD}`), its address (`join: {address: FIELD}`) or its cadastral reference (`join: {parcel: FIELD}`).")"
        )
      }
      let linker = RegisterLinker(footprints, locator)
      let geometry = repair(placed, threads: options.threads).geometry
      return rows.map { linker.link(geometry.kinds[$0] == .none ? placed : geometry, row: $0) }
    case .id(let name, let field):
      let join = try column(name, "id")
      var known = ids
      if let field {
        guard let other = buildingFields.batch.attribute(field) else {
          let names = buildingFields.batch.attributes.map(\.name)
          throw AssessmentError(
            .badInput, "layers.vacancy.join.field: the buildings have no field \"\(field)\". They have: \(names.joined(separator: ", ")).")
        }
        known = TextColumn()
        for row in kept { known.append(other.text(row)?.trimmed() ?? "") }
      }
      var index = RegisterLinker.IdentifierLinks(known)
      var respelled = 0
      let found = rows.map { row in
        let (link, isRespelled) = index.link(join.text(row)?.trimmed() ?? "")
        if isRespelled { respelled += 1 }
        return link
      }
      if respelled > 0 { notes.append(Message(.noteRespelledIdentifiers, .whole(Double(respelled)), .text(name))) }
      if !found.contains(where: { !$0.buildings.isEmpty }), let proposal = JoinProposal(layer.features, upon: buildingFields.batch) {
        notes.append(
          Message(
            .noteJoinProposal, .text(name), .text(proposal.field), .text(proposal.buildingField), .whole(Double(proposal.matches)),
            .whole(Double(rows.count))))
      }
      return found
    case .parcel(let name):
      let join = try column(name, "parcel")
      guard let parcels = texts("parcel") else {
        throw AssessmentError(
          .badInput,
          "layers.vacancy.join.parcel: the buildings have no field `parcel`. Name theirs: `layers: {buildings: {fields: {parcel: FIELD}}}`."
        )
      }
      let index = RegisterLinker.ParcelLinks(parcels)
      return rows.map { index.link(join.text($0) ?? "") }
    case .address(let names):
      let joins = try names.map { try column($0, "address") }
      let streets = texts("street"), numbers = texts("houseNumber"), addresses = texts("address")
      guard streets != nil || addresses != nil else {
        throw AssessmentError(
          .badInput,
          "layers.vacancy.join.address: the buildings have neither `address` nor `street` and `houseNumber`. Name theirs: `layers: {buildings: {fields: {address: FIELD}}}`."
        )
      }
      let cells = kept.indices.map { k -> [String] in
        if let streets, !streets.range(of: k).isEmpty { return [streets[k] + " " + (numbers?[k] ?? "")] }
        return [addresses?[k] ?? ""]
      }
      let index = AddressLinks(cells, abbreviations: try StreetAbbreviations(folder: folder))
      return rows.map { row in
        let text = joins.map { $0.text(row)?.trimmed() ?? "" }
        return index.link(text.count == 2 ? [text.joined(separator: " ")] : text)
      }
    }
  }

  /// What becomes of a row that stands on a building.
  func outcome(of meaning: StatusMeaning, isTaken: Bool = false) -> RegisterRows.Outcome {
    switch meaning {
    case .gone: .ended
    case .unreadable: .statusNotUnderstood
    case .vacancy(.unknown, _): .statusUnknown
    case .vacancy(let vacancy, let taken): (taken || isTaken) && vacancy != .inUse ? .taken : .linked
    }
  }

  /// How a row's vacant area is shared by its buildings: by floor area where all are known, else by footprint. Sums to 1.
  private func vacantShares(_ rows: [Int], _ buildings: Buildings) -> [Double] {
    guard rows.count > 1 else { return rows.map { _ in 1 } }
    var weights = rows.map { buildings.grossFloorArea[$0] }
    if weights.contains(where: \.isNaN) {
      let storeys = rows.map { buildings.storeys[$0] }
      let isKnown = !storeys.contains(where: \.isNaN)
      weights = zip(rows, storeys).map { buildings.geometry.area(of: $0) * (isKnown ? $1 : 1) }
    }
    let sum = weights.reduce(0, +)
    return weights.map { sum > 0 ? $0 / sum : 1 / Double(rows.count) }
  }

  /// The rows of a register as they stand, each with what became of it and the ids of its buildings.
  static func registerTable(_ batch: FeatureBatch, _ rows: RegisterRows, _ ids: TextColumn) -> [AttributeColumn] {
    var table = TableColumns()
    table.add("register_row", integer: rows.numbers.map { Int($0) })
    table.add("register_outcome", text: rows.outcomes.map(\.rawValue))
    table.add("register_buildings", text: (0..<rows.count).map { row in rows.buildings(of: row).map { ids[$0] }.joined(separator: "|") })
    let names = toldApart(table.columns.map(\.name) + batch.attributes.map(\.name)).dropFirst(table.columns.count)
    for (column, name) in zip(batch.attributes, names) { table.add(name, text: (0..<column.count).map { column.text($0) }) }
    return table.columns
  }

  /// Says how many rows of the register speak of a building, and what became of the others.
  mutating func noteOutcomes(_ rows: RegisterRows) {
    guard rows.count > 0 else { return }
    let outcomes = rows.counts.map { outcome, count in
      Message.list(
        [.label(kind: "registerOutcome", id: outcome.rawValue, english: outcome.english), .whole(Double(count))], separator: ": ")
    }
    notes.append(
      Message(
        .noteRegisterRows, .whole(Double(rows.count)), .whole(Double(rows.outcomes.count(where: \.isLinked))), .items(outcomes)))
  }
}
