import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// The buildings: which rows, their footprints, their fields.
extension CityReader {
  static let buildingFields = [
    "id", "name", "address", "street", "houseNumber", "parcel", "function", "storeys", "height", "floorHeight", "year", "condition",
    "grossFloorArea",
    "siteArea", "heritage", "owner", "zoning", "contamination", "energyClass", "vacancy", "vacantSince", "askingPrice", "askingRent",
    "lifecycle",
    "observed", "vacantArea",
  ]

  /// Footprints are not grouped into properties: who names a field for it is told, and so is who has one.
  mutating func noteGrouping(_ batch: FeatureBatch, _ source: Study.LayerSource) throws {
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
  mutating func identify(_ source: Layer, _ fields: FieldMapping, _ layer: String) -> (rows: [Int], ids: TextColumn) {
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

  mutating func repairFootprints(_ footprints: inout GeometryColumn, ids: TextColumn, lost: inout [Bool]) {
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

  mutating func decodeBuildings(
    _ fields: FieldMapping, _ kept: [Int], _ source: Study.LayerSource, _ layer: String, _ buildings: inout Buildings,
    _ result: inout StudyCity
  ) {
    let n = kept.count
    let ids = buildings.ids
    func defect(_ row: Int, _ code: Defect.Code, _ detail: String) {
      defects.add(Defect(layer: layer, feature: ids[row], code: code, detail: detail))
    }
    /// Numbers that make sense; others are defects and unknown.
    func numbers(_ name: String, into column: inout [Double]) {
      guard let numbers = fields.numbers(name, kept) else { return }
      for (row, complaint) in numbers.complaints { defect(row, .unreadableValue, complaint) }
      let plausible = PlausibleValue(name, units: codes.units)
      for (row, value) in numbers.values.enumerated() where !value.isNaN {
        if let complaint = plausible.complaint(value) {
          defect(row, .implausibleValue, complaint)
        } else {
          column[row] = value
        }
      }
    }
    numbers("storeys", into: &buildings.storeys)
    numbers("height", into: &buildings.height)
    numbers("floorHeight", into: &buildings.floorHeight)
    numbers("grossFloorArea", into: &buildings.grossFloorArea)
    numbers("siteArea", into: &buildings.siteArea)
    numbers("vacantArea", into: &buildings.vacantArea)
    result.askingPrices = Array(repeating: .nan, count: n)
    result.askingRents = result.askingPrices
    numbers("askingPrice", into: &result.askingPrices)
    numbers("askingRent", into: &result.askingRents)
    if let texts = fields["year"]?.distinct(kept) {
      // A building may be planned, but not for the next century.
      let years = texts.texts.map { WrittenYear($0, last: study.asOf.year + 10) }
      for (row, code) in texts.codes.enumerated() where code >= 0 {
        switch years[Int(code)] {
        case .year(let year): buildings.year[row] = year
        case .nothing: break
        case .unreadable: defect(row, .unreadableValue, "year is not plausible: \"\((texts[row] ?? "").prefix(40))\"")
        }
      }
    }
    if let field = fields["function"] {
      let texts = field.distinct(kept)
      let functions = texts.map { codes.function(field.word($0)) }
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
      let conditions = texts.map { codes.condition(field.word($0), scale: field.scale) }
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
            meaning(vacancy.status, nil), text: vacancy.status, kind: .cadastre, source: vacancy.source, observed: observed[row],
            since: nil,
            confidence: vacancy.confidence, area: nil, row: row, &result)
        }
      }
    }
    if let field = fields["heritage"] {
      let texts = field.distinct(kept)
      let states = texts.texts.map { text -> Ternary? in
        let word = field.word(text)
        switch codes.word(.heritage, word) ?? codes.word(.truth, word) {
        case "yes": return .yes
        case "no": return .no
        case "unknown": return .unknown
        default: return nil
        }
      }
      for (row, code) in texts.codes.enumerated() where code >= 0 {
        if let state = states[Int(code)] {
          buildings.heritage[row] = state
        } else {
          defect(row, .unknownCode, "heritage \"\((texts[row] ?? "").prefix(60))\" is in no table")
        }
      }
    }
    func category(_ name: String, _ decode: (String) -> String?) -> TextColumn {
      var column = TextColumn()
      guard let field = fields[name] else {
        column.offsets = Array(repeating: 0, count: n + 1)
        return column
      }
      let texts = field.distinct(kept)
      // What is known to be unknown is no defect.
      let decoded = texts.texts.map { decode(field.word($0)) }
      let words = decoded.map { ($0 == "unknown" ? "" : $0 ?? "").utf8.map { $0 } }
      for (row, code) in texts.codes.enumerated() {
        if code >= 0 {
          column.bytes.append(contentsOf: words[Int(code)])
          if decoded[Int(code)] == nil {
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
    result.owners = category("owner") { codes.word(.owner, $0) }
    result.contamination = category("contamination") { codes.word(.contamination, $0) }
    // A letter, and what the country adds to it: A+++, F2018.
    result.energyClasses = category("energyClass") { text in
      let word = text.uppercased()
      guard let first = word.utf8.first, (65...73).contains(first), word.utf8.count <= 5,
        word.utf8.dropFirst().allSatisfy({ $0 == 43 || $0 == 45 || (48...57).contains($0) })
      else { return nil }
      return word
    }
    result.zoning = category("zoning") { codes.word(.zoning, $0) }

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
    var taken: Set<String> = []
    let extras = study.publishedExtras.filter { extra in
      guard let column = fields[extra]?.column.name else { return false }
      // A column in another spelling stands for one name, and not beside its own.
      return column == extra || !FieldMapping.isCalled(column, extra)
        || !study.publishedExtras.contains(column) && taken.insert(column).inserted
    }
    for extra in study.publishedExtras where !extras.contains(extra) { notes.append(Message(.noteNotPublished, .text(extra))) }
    for (extra, name) in zip(extras, toldApart(extras)) {
      guard let field = fields[extra] else { continue }
      if name != extra { notes.append(Message(.notePublishedApart, .text(extra), .text("pub_" + name))) }
      var column = TextColumn(), validity = ValidityBitmap()
      for row in 0..<n {
        let text = field.text(kept[row])
        column.append(text ?? "")
        validity.append(text != nil)
      }
      result.published.append(AttributeColumn(name: "pub_" + name, values: .text(column), validity: validity))
    }

    if let field = fields["vacancy"] {
      let lifecycle = fields["lifecycle"]?.distinct(kept), observed = observedDays(fields, kept, source)
      let since = fields["vacantSince"]?.distinct(kept), texts = field.distinct(kept)
      let label = URL(fileURLWithPath: source.reference.path).lastPathComponent
      let mapConfidence = register.optional("vacancy.confidence.map-tag")?.value ?? 0.7
      let registerConfidence = register.optional("vacancy.confidence.register")?.value ?? 0.95
      let ownName = "field `\(field.column.name)` of \(label)", plainTag = "OpenStreetMap tag vacancy"
      let tagNames = lifecycle?.texts.map { "OpenStreetMap tag \($0)" } ?? []
      let meanings = texts.texts.map { meaning($0, field) }
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
}
