import UrbanIndicators

/// Why a building is not scored.
public enum ExclusionReason: String, Sendable, CaseIterable {
  case geometryDefect = "geometry-defect"
  case demolished
  case vacancyUnknown = "vacancy-unknown"
  case notVacant = "not-vacant"
  case vacancyNotCredible = "vacancy-not-credible"
  case alreadyTaken = "already-taken"
  case ruin
  case floorAreaBelowMinimum = "floor-area-below-minimum"
  case floodShareAboveLimit = "flood-share-above-limit"
  case vetoedByConstraint = "vetoed-by-constraint"
}

/// Which buildings are scored, and why the others are not (method §3): the first reason that applies, in the order of the cases.
struct Screening {
  /// Reason by building; `nil` = scored.
  let reasons: [ExclusionReason?]
  /// Rows that are scored, ascending.
  let scored: [Int]
  /// Buildings whose vacancy makes them candidates, before the other tests.
  let candidateCount: Int

  /// Highest share of the footprint in a flood zone.
  static let floodLimit = 0.5

  init(_ source: StudyCity, _ table: IndicatorTable, rules: Study.Candidates) {
    let n = source.city.buildings.count
    var reasons = [ExclusionReason?](repeating: nil, count: n)
    var scored: [Int] = []
    var candidates = 0
    let classes = Set(rules.vacancy)
    let floods = source.city.constraints.indices.filter { source.city.constraints[$0].kind == .flood }
    let vetoes = source.city.constraints.enumerated().filter { $0.element.effect == .veto }
    let buildings = source.city.buildings
    for row in 0..<n {
      let isClass = rules.all || classes.contains(source.vacancy[row])
      let isCredible = rules.all || !(source.vacancyConfidenceHigh[row] < rules.minimumConfidence)
      if isClass, isCredible { candidates += 1 }
      let reason: ExclusionReason?
      if source.lostGeometry[row] {
        reason = .geometryDefect
      } else if source.demolished[row] {
        reason = .demolished
      } else if !isClass {
        // What nobody knows is not known to be in use.
        reason = source.vacancy[row] == .unknown ? .vacancyUnknown : .notVacant
      } else if !isCredible {
        reason = .vacancyNotCredible
      } else if source.isTaken[row], !rules.includesTaken, !rules.all {
        reason = .alreadyTaken
      } else if buildings.condition[row] == .ruin {
        reason = .ruin
      } else if Self.floorAreaUpperEnd(buildings, table, row) < rules.minimumFloorArea {
        reason = .floorAreaBelowMinimum
      } else if table[.floodShare, row] > Self.floodLimit || floods.contains(where: { table.constraintShares[$0][row] > Self.floodLimit }) {
        reason = .floodShareAboveLimit
      } else if vetoes.contains(where: {
        $0.offset < table.constraintShares.count && table.constraintShares[$0.offset][row] > $0.element.above
      }) {
        reason = .vetoedByConstraint
      } else {
        reason = nil
      }
      reasons[row] = reason
      if reason == nil { scored.append(row) }
    }
    self.reasons = reasons
    self.scored = scored
    candidateCount = candidates
  }

  /// The largest floor area the building may have; +∞ when nothing is known, so that ignorance excludes nobody.
  static func floorAreaUpperEnd(_ buildings: Buildings, _ table: IndicatorTable, _ row: Int) -> Double {
    let given = buildings.grossFloorArea[row]
    if !given.isNaN { return given }
    let high = table[.grossFloorAreaHigh, row]
    if !high.isNaN { return high }
    let centre = table[.grossFloorArea, row]
    return centre.isNaN ? .infinity : centre
  }
}
