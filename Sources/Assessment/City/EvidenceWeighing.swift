import GeoFormats
import ProjectFinance
import SimpleFeatures
import UrbanIndicators

/// What the evidence of a building comes to.
extension CityReader {
  /// The highest decayed confidence wins, in-use evidence included; of equal confidence the newest, and of equal evidence of one day the one that
  /// claims least. Equal evidence of one day that contradicts itself makes the class unknown (method §1). The order of rows plays no part.
  mutating func weighEvidence(_ result: inout StudyCity, _ buildings: inout Buildings) {
    let halfLife = register.optional("vacancy.half-life")?.value ?? 4
    let n = buildings.count
    result.vacancy = Array(repeating: .unknown, count: n)
    result.vacancyConfidence = Array(repeating: .nan, count: n)
    result.vacancyConfidenceHigh = Array(repeating: .nan, count: n)
    result.decidingEvidence = Array(repeating: -1, count: n)
    result.isTaken = Array(repeating: false, count: n)
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
      // Of equal evidence the one that knows of plans counts.
      result.isTaken[row] = pieces.contains { ($0 == best || areEqual($0, best)) && evidence.isTaken($0) }
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
}
