import DecisionAnalysis
import Testing

@Suite struct AHPTests {
  /// Drink consumption in the USA: Saaty (2008), Relative measurement and its generalization, RACSAM 102(2), and IJSSCI 1(1), 83–98.
  /// Coffee, wine, tea, beer, sodas, milk, water.
  private func drinks() throws -> PairwiseJudgements {
    try PairwiseJudgements(rows: [
      [1, 9, 5, 2, 1, 1, 0.5], [1.0 / 9, 1, 1.0 / 3, 1.0 / 9, 1.0 / 9, 1.0 / 9, 1.0 / 9],
      [0.2, 3, 1, 1.0 / 3, 0.25, 1.0 / 3, 1.0 / 9], [0.5, 9, 3, 1, 0.5, 1, 1.0 / 3], [1, 9, 4, 2, 1, 2, 0.5],
      [1, 9, 3, 1, 0.5, 1, 1.0 / 3], [2, 9, 9, 3, 2, 3, 1],
    ])
  }

  /// An inconsistent matrix: Wang, Chin (2011), Fuzzy analytic hierarchy process, IJPR, as used in pymcdm.
  private func wangChin() throws -> PairwiseJudgements {
    try PairwiseJudgements(rows: [
      [1, 4, 3, 1, 3, 4], [0.25, 1, 7, 3, 0.2, 1], [1.0 / 3, 1.0 / 7, 1, 0.2, 0.2, 1.0 / 6], [1, 1.0 / 3, 5, 1, 1, 1.0 / 3],
      [1.0 / 3, 5, 5, 1, 1, 3], [0.25, 1, 6, 3, 1.0 / 3, 1],
    ])
  }

  @Test("Saaty's drinks: weights near the real shares, λmax, CI and CR under named tables")
  func saaty() throws {
    let result = try AHP().weigh(try drinks())
    expectClose(
      result.weights, [0.1774567474, 0.019149476, 0.0418311817, 0.1164170317, 0.1895723753, 0.1287805485, 0.3267926393], within: 1e-9)
    #expect((result.principalEigenvalue - 7.1766290393).magnitude < 1e-9)
    #expect((result.consistencyIndex - 0.0294381732).magnitude < 1e-9)
    #expect((result.consistencyRatio - 0.021806).magnitude < 1e-6)
    #expect(((result.consistencyRatio(.donegan) ?? 0) - 0.023515).magnitude < 1e-6)
    expectClose(result.weights, [0.18, 0.01, 0.04, 0.12, 0.18, 0.14, 0.33], within: 0.015, "real shares of consumption")
  }

  @Test("An inconsistent matrix is refused with its ratio, its table and the three worst judgements")
  func refused() throws {
    let judgements = try wangChin()
    let error = #expect(throws: DecisionError.self) { try AHP().weigh(judgements) }
    guard case .inconsistent(let ratio, let table, let worst)? = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect((ratio - 0.2271792).magnitude < 1e-7)
    #expect(table == "saaty2005")
    #expect(worst.count == 3)
    #expect(worst[0].factor >= worst[1].factor && worst[1].factor >= worst[2].factor)
    #expect(error?.description.contains("row 2 over column 5") == true)
  }

  @Test("Accepted, the inconsistent matrix gives the published weights and both ratios")
  func accepted() throws {
    let result = try AHP(randomIndex: .saaty1980, acceptsInconsistency: true).weigh(try wangChin())
    expectClose(result.weights, [0.32077018, 0.13950275, 0.03476831, 0.12848602, 0.23738999, 0.13908275], within: 1e-8)
    #expect((result.principalEigenvalue - 7.41987010192).magnitude < 1e-8)
    #expect((result.consistencyRatio - 0.2290113).magnitude < 1e-7)
    #expect(((result.consistencyRatio(.saaty2005) ?? 0) - 0.2271792).magnitude < 1e-7)
  }

  @Test("Random-index tables are those printed by their authors")
  func tables() {
    let saaty1980 = [0.58, 0.9, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49]
    let saaty2005 = [0.52, 0.89, 1.11, 1.25, 1.35, 1.4, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59]
    let donegan = [0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055]
    let mcda = [0.525, 0.882, 1.115, 1.252, 1.341, 1.404, 1.452, 1.484]
    for (table, values) in [(RandomIndex.saaty1980, saaty1980), (.saaty2005, saaty2005), (.donegan, donegan), (.mcda, mcda)] {
      #expect(table.sizes.compactMap { table.value(size: $0) } == values)
      #expect(table.value(size: 2) == 0 && table.value(size: table.sizes.upperBound + 1) == nil)
    }
  }

  @Test("Consistent judgements give back their weights exactly, both ways, with CR 0", arguments: [71, 72, 73] as [UInt64])
  func consistent(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let weights = generator.dirichlet([3, 3, 3, 3, 3])
    let judgements = try PairwiseJudgements(rows: weights.map { a in weights.map { a / $0 } })
    for prioritisation in AHP.Prioritisation.allCases {
      let result = try AHP(prioritisation: prioritisation).weigh(judgements)
      expectClose(result.weights, weights, within: 1e-12, "seed \(seed)")
      #expect(result.consistencyRatio.magnitude < 1e-12 && result.worstJudgements.isEmpty, "seed \(seed)")
    }
  }

  @Test("Reciprocal violations, zeros and ragged rows are refused where they stand; roundings such as 0.33 pass")
  func judgements() throws {
    let error = #expect(throws: DecisionError.self) { try PairwiseJudgements(rows: [[1, 3], [3, 1]]) }
    #expect(error == .notReciprocal(row: 0, column: 1, value: 3, mirror: 3))
    #expect(error?.description.contains("row 1, column 2") == true)
    #expect(throws: DecisionError.judgement(row: 1, column: 0, value: 0)) { try PairwiseJudgements(rows: [[1, 3], [0, 1]]) }
    #expect(throws: DecisionError.count(what: "judgements in row 2", found: 1, expected: 2)) {
      try PairwiseJudgements(rows: [[1, 3], [1]])
    }
    #expect(throws: DecisionError.notReciprocal(row: 0, column: 0, value: 2, mirror: 2)) {
      try PairwiseJudgements(rows: [[2, 3], [1.0 / 3, 1]])
    }
    #expect(try PairwiseJudgements(rows: [[1, 3], [0.33, 1]]).size == 2)
    #expect(try PairwiseJudgements(upperTriangle: [2, 6, 3], size: 3).value(2, 0) == 1.0 / 6)
  }

  @Test("A table without an entry for this many items says so")
  func tooMany() throws {
    let rows = (0..<12).map { _ in [Double](repeating: 1, count: 12) }
    let judgements = try PairwiseJudgements(rows: rows)
    #expect(throws: DecisionError.randomIndex(table: "saaty1980", size: 12)) { try AHP(randomIndex: .saaty1980).weigh(judgements) }
    #expect(try AHP().weigh(judgements).weights.allSatisfy { ($0 - 1.0 / 12).magnitude < 1e-15 })
  }

  @Test("A hierarchy multiplies local weights down to leaves that sum to one")
  func hierarchy() throws {
    let location = try CriterionHierarchy(
      "location", children: [.init(leaf: "transit"), .init(leaf: "centre")],
      judgements: try PairwiseJudgements(rows: [[1, 3], [1.0 / 3, 1]]))
    let goal = try CriterionHierarchy(
      "goal", children: [location, .init(leaf: "building")], judgements: try PairwiseJudgements(rows: [[1, 0.25], [4, 1]]))
    let weights = try goal.weigh()
    #expect(weights.leaves.map(\.path) == [["location", "transit"], ["location", "centre"], ["building"]])
    expectClose(weights.leaves.map(\.globalWeight), [0.15, 0.05, 0.8], within: 1e-12)
    #expect(weights.levels.map(\.name) == ["goal", "location"])
    #expect(throws: DecisionError.self) {
      try CriterionHierarchy("goal", children: [location], judgements: try PairwiseJudgements(rows: [[1, 2], [0.5, 1]]))
    }
  }

  @Test("Judgements of a group are geometric means, so opposite members cancel out")
  func group() throws {
    let one = try PairwiseJudgements(rows: [[1, 4], [0.25, 1]])
    let other = try PairwiseJudgements(rows: [[1, 0.25], [4, 1]])
    let mean = try PairwiseJudgements.aggregate([one, other])
    #expect((mean.value(0, 1) - 1).magnitude < 1e-15)
    let leaning = try PairwiseJudgements.aggregate([one, other], importance: [3, 1])
    #expect((leaning.value(0, 1) - 2).magnitude < 1e-12)
  }
}
