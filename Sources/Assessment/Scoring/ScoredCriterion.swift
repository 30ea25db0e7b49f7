/// What one criterion of the profile adds to a site's score; worth in [0, 1].
struct ScoredCriterion {
  var criterion: Profile.Criterion
  /// Worth that is reckoned with, and the interval it may lie in.
  var value: Double
  var low: Double
  var high: Double
  /// Where it comes from.
  var basis: ValueBasis
  /// What the penalties of constraints leave of its points.
  var factor = 1.0
  /// How far the score may still move, points.
  var swing: Double { factor * criterion.weight * (high - low) }
  /// With worth as it counts in the score.
  var penalised: ScoredCriterion {
    ScoredCriterion(criterion: criterion, value: value * factor, low: low * factor, high: high * factor, basis: basis)
  }
}
