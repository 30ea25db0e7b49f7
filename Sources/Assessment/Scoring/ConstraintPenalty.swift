import UrbanIndicators

/// What a footprint loses of its score where it lies in a constraint with `effect: penalty`: the score is multiplied by 1 − share × strength.
///
/// Every scored building has a footprint, so that its share is known.
struct ConstraintPenalty: Sendable {
  /// Share of the footprint above which it sets in.
  let above: Double
  /// Share of the score that a footprint wholly inside loses.
  let strength: Double

  /// The factor of a footprint of which that share lies inside.
  func factor(_ share: Double) -> Double { share > above ? 1 - share * strength : 1 }
}

extension Study.ConstraintSource {
  /// The penalty; `nil` when the effect is another.
  var penalty: ConstraintPenalty? { effect == "penalty" ? ConstraintPenalty(above: above, strength: strength) : nil }

  /// The column of the site table with the share of the footprint inside, for the constraint at a place among those of the study.
  static func shareColumn(_ place: Int) -> String { "constraint_share_\(place + 1)" }
}

extension SiteScoring {
  /// What the penalties leave of the scores of buildings; `nil` when the study has none.
  func penaltyFactors(of rows: some Collection<Int>) -> [Double]? {
    let all = constraints.enumerated().compactMap { place, constraint in constraint.penalty.map { (penalty: $0, place: place) } }
    guard !all.isEmpty else { return nil }
    return rows.map { row in all.reduce(1) { $0 * $1.penalty.factor(table.constraintShares[$1.place][row]) } }
  }
}
