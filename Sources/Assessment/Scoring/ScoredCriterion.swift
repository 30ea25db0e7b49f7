/// What one criterion of the profile adds to a site's score; worth in [0, 1].
struct ScoredCriterion {
  var criterion: Profile.Criterion
  /// Worth that is reckoned with, and the interval it may lie in.
  var value: Double
  var low: Double
  var high: Double
  /// Where it comes from.
  var basis: ValueBasis
  /// How far the score may still move, points.
  var swing: Double { criterion.weight * (high - low) }
}
