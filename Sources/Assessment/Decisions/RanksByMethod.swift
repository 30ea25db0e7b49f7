import DecisionAnalysis

extension RankingMethod {
  /// Worth below this counts as this in a product, so that one criterion alone does not settle it; the same floor as in the sector fit.
  static let productFloor = 0.05
  /// Differences of worth that PROMETHEE takes for nothing, and for full preference (expert assumption).
  static let indifference = 0.05, preference = 0.5

  /// How the method is set up here, for people.
  var note: String {
    switch self {
    case .weightedSum: "the score of this study"
    case .weightedProduct: "worth below \(Self.productFloor) counts as \(Self.productFloor)"
    case .spotis: "bounds 0–1 of worth; the same order as the weighted sum, by construction"
    case .topsis: "worth as it is, Euclidean distance"
    case .vikor: "strategy weight 0.5"
    case .promethee: "PROMETHEE II, linear preference, q \(Self.indifference), p \(Self.preference) of worth"
    }
  }

  /// Whether ranks of two sites may turn round when a third one leaves.
  var dependsOnOthers: Bool { self == .topsis || self == .vikor || self == .promethee }

  /// Ranks of a table of worth, 1 is best, equals share the better rank.
  func ranks(_ worth: DecisionMatrix) throws(DecisionError) -> [Int] {
    let m = worth.criterionCount
    switch self {
    case .weightedSum: return try WeightedSum(normalisation: .none).evaluate(worth).ranks
    case .weightedProduct:
      let floored = try DecisionMatrix(
        columns: worth.values.map { max($0, Self.productFloor) }, alternativeCount: worth.alternativeCount, directions: worth.directions,
        weights: worth.weights)
      return try WeightedProduct().evaluate(floored).ranks
    case .spotis: return try SPOTIS(bounds: Array(repeating: 0...1, count: m)).evaluate(worth).ranks
    case .topsis: return try TOPSIS(normalisation: .none).evaluate(worth).ranks
    case .vikor: return try VIKOR().evaluate(worth).ranks
    case .promethee:
      let function = PreferenceFunction.linear(q: Self.indifference, p: Self.preference)
      return try PROMETHEE(functions: Array(repeating: function, count: m)).flows(worth).ranks
    }
  }
}
