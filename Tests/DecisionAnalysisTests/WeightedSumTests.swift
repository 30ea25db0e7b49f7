import DecisionAnalysis
import Testing

@Suite struct WeightedSumTests {
  @Test("By hand: min–max of two criteria, one of them minimised")
  func byHand() throws {
    let matrix = try DecisionMatrix(rows: [[10, 4], [20, 2], [15, 3]], directions: [.maximise, .minimise], weights: [3, 1])
    let result = try WeightedSum().evaluate(matrix)
    expectClose(result.scores, [0, 1, 0.5], within: 1e-15)
    #expect(result.ranks == [3, 1, 2])
    #expect(result.normalisation == .minMax)
  }

  @Test("Contributions by scale and offset add up to the score", arguments: Normalisation.allCases, [11, 12] as [UInt64])
  func contributions(normalisation: Normalisation, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let matrix = try randomMatrix(&generator, alternatives: 1_500, criteria: 7)
    let result = try WeightedSum(normalisation: normalisation).evaluate(matrix)
    for i in [0, 511, 1_024, 1_499] {
      let sum = (0..<7).reduce(0.0) { $0 + result.scales[$1] * matrix.value(alternative: i, criterion: $1) + result.offsets[$1] }
      #expect((sum - result.scores[i]).magnitude < 1e-12, "seed \(seed)")
    }
  }

  @Test("The weighted product of Triantaphyllou (2000), example 2-2: ratios 1.007, 1.067, 1.059 put A1 before A3 before A2")
  func weightedProduct() throws {
    // Multi-Criteria Decision Making Methods: A Comparative Study, p. 9: A1 (25, 20, 15, 30), A2 (10, 30, 20, 30), A3 (30, 10, 30, 10),
    // weights .20 .15 .40 .25; R(A1/A2) = 1.007, R(A1/A3) = 1.067, R(A2/A3) = 1.059.
    let matrix = try DecisionMatrix(
      rows: [[25, 20, 15, 30], [10, 30, 20, 30], [30, 10, 30, 10]], directions: [Direction](repeating: .maximise, count: 4),
      weights: [0.20, 0.15, 0.40, 0.25])
    let scores = try WeightedProduct().evaluate(matrix).scores
    #expect((scores[0] / scores[1] - 1.007).magnitude < 0.0006)
    #expect((scores[0] / scores[2] - 1.067).magnitude < 0.0006)
    #expect((scores[1] / scores[2] - 1.059).magnitude < 0.0006)
  }

  @Test("The weighted product refuses a zero by row and column, and names what holds an alternative back")
  func weightedProductLimits() throws {
    let zero = try DecisionMatrix(rows: [[1, 2], [3, 0]], directions: [.maximise, .maximise], weights: [1, 1])
    #expect(throws: DecisionError.notPositive(row: 1, column: 1, value: 0, method: "the weighted product")) {
      try WeightedProduct().evaluate(zero)
    }
    let matrix = try DecisionMatrix(rows: [[10, 1], [1, 10]], directions: [.maximise, .maximise], weights: [1, 1])
    #expect(try WeightedProduct().evaluate(matrix).limitingCriterion == [1, 0])
  }

  @Test("The weighted geometric mean names the limiting factor and one unmet need cannot be bought off")
  func geometricMean() throws {
    let fit = try weightedGeometricMean([1, 0.05, 1], weights: [0.4, 0.2, 0.4])
    #expect((fit.mean - 0.549280271653059).magnitude < 1e-12)  // 0.05^0.2
    #expect(fit.limiting == 1)
    #expect(try weightedGeometricMean([1, 0, 1], weights: [1, 1, 1], floor: 0.05).mean > 0.3)
    #expect(throws: DecisionError.self) { try weightedGeometricMean([1.2], weights: [1]) }
  }

  @Test("Units of measure change no score of the weighted product and none under min–max", arguments: [21, 22, 23] as [UInt64])
  func units(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let matrix = try randomMatrix(&generator, alternatives: 20, criteria: 4)
    let n = matrix.alternativeCount
    var scaled = matrix.values
    for i in 0..<n { scaled[n + i] *= 1000 }
    let other = try DecisionMatrix(columns: scaled, alternativeCount: n, directions: matrix.directions, weights: matrix.weights)
    expectClose(try WeightedProduct().evaluate(matrix).scores, try WeightedProduct().evaluate(other).scores, within: 1e-12, "seed \(seed)")
    for normalisation in Normalisation.allCases where normalisation != .none {
      let method = WeightedSum(normalisation: normalisation)
      expectClose(try method.evaluate(matrix).scores, try method.evaluate(other).scores, within: 1e-12, "seed \(seed)")
    }
    expectClose(try TOPSIS().evaluate(matrix).closeness, try TOPSIS().evaluate(other).closeness, within: 1e-12, "seed \(seed)")
    expectClose(try VIKOR().evaluate(matrix).compromise, try VIKOR().evaluate(other).compromise, within: 1e-12, "seed \(seed)")
  }
}
