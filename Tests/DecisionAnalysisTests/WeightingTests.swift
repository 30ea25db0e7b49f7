import DecisionAnalysis
import Testing

@Suite struct WeightingTests {
  private let diakoulaki: [[Double]] = [
    [61, 1.08, 4.33], [20.7, 0.26, 4.34], [16.3, 1.98, 2.53], [9, 3.29, 1.65], [5.4, 2.77, 2.33], [4, 4.12, 1.21],
    [-6.1, 3.52, 2.1], [-34.6, 3.31, 0.98],
  ]

  private func columns(_ rows: [[Double]]) -> [Double] { rows[0].indices.flatMap { j in rows.map { $0[j] } } }

  @Test("CRITIC on the eight firms of Diakoulaki, Mavrotas, Papayannakis (1995): product-moment, ranks, and unscaled")
  func critic() throws {
    let values = columns(diakoulaki)
    let directions = [Direction](repeating: .maximise, count: 3)
    let pearson = try CRITIC().weigh(columns: values, alternativeCount: 8, directions: directions)
    expectClose(pearson.weights, [0.20222554, 0.48090173, 0.31687273], within: 1e-8)
    let spearman = try CRITIC(correlation: .spearman).weigh(columns: values, alternativeCount: 8, directions: directions)
    expectClose(spearman.weights, [0.21454645, 0.4898563, 0.29559726], within: 1e-8)
    let unscaled = try CRITIC(isScaled: false).weigh(columns: values, alternativeCount: 8, directions: directions)
    expectClose(unscaled.weights, [0.86874234, 0.08341434, 0.04784331], within: 1e-8)
  }

  @Test("Entropy weights on the twelve alternatives of Elsayed et al. (2017), as tested in pymcdm")
  func entropy() throws {
    let rows: [[Double]] = [
      [7, 312, 1891, 6613, 163], [72, 88, 728, 941804, 1078], [10, 252, 2594, 3466, 117471], [10, 145, 980, 2371, 86329],
      [65, 54, 350, 501, 29897], [29, 48, 380, 912, 34051], [7, 476, 3300, 78470, 2212], [70, 87, 650, 733, 819000],
      [4, 86, 591, 3015, 103], [12, 79, 579, 3240, 96098], [21, 45, 261, 1253, 453], [1, 72, 530, 4333, 0.1048],
    ]
    let result = try EntropyWeights().weigh(columns: columns(rows), alternativeCount: 12)
    expectClose(result.weights, [0.10499069, 0.06912398, 0.07137315, 0.44993707, 0.3045751], within: 1e-8)
  }

  @Test("MEREC on the example of Keshavarz-Ghorabaee et al. (2021)")
  func merec() throws {
    let rows: [[Double]] = [[450, 8000, 54, 145], [10, 9100, 2, 160], [100, 8200, 31, 153], [220, 9300, 1, 162], [5, 8400, 23, 158]]
    let result = try MEREC().weigh(
      columns: columns(rows), alternativeCount: 5, directions: [.maximise, .maximise, .minimise, .minimise])
    expectClose(result.weights, [0.57522167, 0.01409659, 0.40156136, 0.00912038], within: 1e-8)
  }

  @Test("A constant criterion gets no weight; a table without any difference is refused")
  func constant() throws {
    let values: [Double] = [1, 2, 3, 5, 5, 5]
    #expect(try EntropyWeights().weigh(columns: values, alternativeCount: 3).weights[1] < 1e-12)
    #expect(try CRITIC().weigh(columns: values, alternativeCount: 3, directions: [.maximise, .maximise]).weights == [1, 0])
    #expect(try MEREC().weigh(columns: values, alternativeCount: 3, directions: [.maximise, .maximise]).weights == [1, 0])
    let flat: [Double] = [4, 4, 5, 5]
    #expect(throws: DecisionError.indistinguishable(method: "entropy weighting")) {
      try EntropyWeights().weigh(columns: flat, alternativeCount: 2)
    }
    #expect(throws: DecisionError.indistinguishable(method: "CRITIC")) {
      try CRITIC().weigh(columns: flat, alternativeCount: 2, directions: [.maximise, .maximise])
    }
    #expect(throws: DecisionError.indistinguishable(method: "MEREC")) {
      try MEREC().weigh(columns: flat, alternativeCount: 2, directions: [.maximise, .maximise])
    }
  }

  @Test("Entropy refuses a negative value, MEREC a zero, by row and column")
  func signs() {
    #expect(throws: DecisionError.negative(row: 1, column: 1, value: -2, method: "entropy weighting")) {
      try EntropyWeights().weigh(columns: [1, 1, 3, -2], alternativeCount: 2)
    }
    #expect(throws: DecisionError.notPositive(row: 0, column: 1, value: 0, method: "MEREC")) {
      try MEREC().weigh(columns: [1, 1, 0, 2], alternativeCount: 2, directions: [.maximise, .maximise])
    }
  }

  @Test("Direct points and swings become shares; the largest swing must be 100")
  func rated() throws {
    expectClose(try RatedWeights.direct([30, 10, 60]), [0.3, 0.1, 0.6], within: 1e-15)
    expectClose(try RatedWeights.swing([100, 60, 40]), [0.5, 0.3, 0.2], within: 1e-15)
    #expect(throws: DecisionError.self) { try RatedWeights.swing([90, 60]) }
    #expect(throws: DecisionError.weight(column: 1, value: 0)) { try RatedWeights.direct([1, 0]) }
  }

  @Test("Rank-order centroids of four criteria are those of Barron, Barrett (1996)")
  func centroids() throws {
    expectClose(try RatedWeights.rankOrderCentroid(order: [2, 0, 1, 3]), [0.2708, 0.1458, 0.5208, 0.0625], within: 5e-5)
    #expect(throws: DecisionError.self) { try RatedWeights.rankOrderCentroid(order: [0, 0]) }
  }

  @Test("Groups side by side: means of weights, the disputed criterion, and the short list all share")
  func groups() throws {
    let groups = try StakeholderGroups([
      .init(name: "city", weights: [6, 2, 2]), .init(name: "artists", importance: 3, weights: [2, 6, 2]),
    ])
    expectClose(groups.aggregated(), [0.3, 0.5, 0.2], within: 1e-15)
    let geometric = groups.aggregated(.geometric)
    #expect((geometric.reduce(0, +) - 1).magnitude < 1e-15)
    #expect((geometric[1] / geometric[0] - 3.0.squareRoot()).magnitude < 1e-12)  // (6·6·6·2 / 2·2·2·6)^(1/4) = √3
    let matrix = try DecisionMatrix(
      rows: [[9, 2, 5], [2, 9, 5], [7, 7, 9], [1, 1, 1]], directions: [.maximise, .maximise, .maximise], weights: [1, 1, 1])
    let comparison = try groups.compare(matrix, shortList: 2) { matrix throws(DecisionError) in
      try SPOTIS(bounds: [0...10, 0...10, 0...10]).evaluate(matrix).ranks
    }
    #expect(comparison.ranks == [[2, 3, 1, 4], [3, 2, 1, 4]])
    #expect(comparison.sharedShortList == [2])
    #expect(comparison.agreement.unanimousFirst == [2])
    expectClose(comparison.weightSpread, [0.4, 0.4, 0], within: 1e-15)
    #expect(comparison.criteriaByDispute.last == 2)
    #expect(Set(comparison.alternativesByDispute.prefix(2)) == [0, 1])
    #expect(throws: DecisionError.self) {
      try StakeholderGroups([.init(name: "a", weights: [1, 2]), .init(name: "b", weights: [1])])
    }
  }
}
