/// A method that ranks sites on the same table of worth (0 useless, 1 ideal), for comparison with the score.
public enum RankingMethod: String, Sendable, CaseIterable {
  /// Σ wᵢvᵢ, the score itself.
  case weightedSum = "weighted-sum"
  /// Π vᵢ^wᵢ: a poor worth weighs more than a good one can make up for.
  case weightedProduct = "weighted-product"
  /// Distance to the ideal point of fixed bounds.
  case spotis
  /// Closeness to the best and distance from the worst of the sites compared.
  case topsis
  /// Group utility and the strongest single regret, half and half.
  case vikor
  /// Net outranking flow with linear preference.
  case promethee
}
