import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import UrbanIndicators

/// Evidence of vacancy: the register, tagged units, what the buildings say themselves.
extension CityReader {
  static let unitFields = ["id", "name", "vacancy", "lifecycle", "observed", "address"]

  /// What a status word says.
  enum StatusMeaning {
    case gone
    case vacancy(VacancyClass, isTaken: Bool)
    case unreadable
  }

  /// What a status word says: by the study, else by the table.
  func meaning(_ status: String, _ field: FieldMapping.Field?) -> StatusMeaning {
    let own = field?.meaning(status)
    guard let meaning = codes.meaning(.status, own?.word ?? status) else { return .unreadable }
    guard let vacancy = VacancyClass(rawValue: meaning.word) else { return .gone }
    return .vacancy(vacancy, isTaken: own?.isTaken ?? meaning.isTaken)
  }

  /// When the records of a layer were observed, as far as their dates can be read.
  func observedDays(_ fields: FieldMapping, _ rows: [Int], _ source: Study.LayerSource) -> ObservedDays {
    ObservedDays(fields["observed"]?.distinct(rows), source: source, last: study.asOf)
  }

  /// Adds one piece of evidence; gives whether it says anything.
  @discardableResult
  mutating func addEvidence(
    _ meaning: StatusMeaning, text: String, kind: VacancyEvidence.Kind, source: String, observed: ObservedDays.Observation, since: String?,
    confidence: Double, area: Double?, row: Int, isTaken alsoTaken: Bool = false, _ result: inout StudyCity
  ) -> Bool {
    let vacancy: VacancyClass, isTaken: Bool
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
    case .vacancy(let found, let taken): (vacancy, isTaken) = (found, taken || alsoTaken)
    }
    guard vacancy != .unknown else { return false }
    if let complaint = observed.complaint {
      defects.add(
        Defect(layer: "buildings", feature: result.city.buildings.ids[row], code: .unreadableValue, detail: complaint))
    }
    if observed.day == nil { undated += 1 }
    result.evidence.add(
      VacancyEvidence(
        status: vacancy, kind: kind, source: source, observed: observed.day, since: since, confidence: confidence, vacantArea: area,
        isTaken: isTaken), building: row)
    return true
  }

  mutating func readUnits(_ layer: Layer, _ source: Study.LayerSource, locator: FootprintLocator, into result: inout StudyCity)
    throws
  {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "units", known: Self.unitFields, codes: codes)
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
        meaning(status, vacancyField), text: status, kind: .unitTag, source: "OpenStreetMap \(name), tag \(tag)", observed: observed[row],
        since: nil,
        confidence: confidence, area: nil, row: building, &result)
    }
    record("units", source, layer, kept: matched)
  }
}
