import DecisionAnalysis
import Testing

@Suite struct DecisionMatrixTests {
  @Test("A ragged row is named by its number, with what it has and what it should have")
  func ragged() {
    let error = #expect(throws: DecisionError.self) {
      try DecisionMatrix(rows: [[1, 2], [3]], directions: [.maximise, .maximise], weights: [1, 1])
    }
    #expect(error == .ragged(row: 1, found: 1, expected: 2))
    #expect(error?.description.contains("Row 2 has 1 values but there are 2 criteria") == true)
  }

  @Test("A value that is not finite is named by row and column, wherever it stands", arguments: [0, 1, 7, 8, 15, 16, 22])
  func notFinite(index: Int) {
    for bad in [Double.nan, .infinity, -.infinity] {
      var values = (0..<24).map { Double($0) }
      values[index] = bad
      let error = #expect(throws: DecisionError.self) {
        try DecisionMatrix(columns: values, alternativeCount: 8, directions: [.maximise, .minimise, .maximise], weights: [1, 1, 1])
      }
      guard case .notFinite(let row, let column, _)? = error else {
        Issue.record("found \(String(describing: error))")
        continue
      }
      #expect(row == index % 8 && column == index / 8)
    }
  }

  @Test("Zero, negative and missing weights are refused with their column", arguments: [0, -0.2, Double.nan, .infinity])
  func weights(bad: Double) {
    let error = #expect(throws: DecisionError.self) {
      try DecisionMatrix(rows: [[1, 2]], directions: [.maximise, .maximise], weights: [1, bad])
    }
    #expect(error?.description.contains("weight of column 2") == true)
    #expect(throws: DecisionError.count(what: "weights", found: 1, expected: 2)) {
      try DecisionMatrix(rows: [[1, 2]], directions: [.maximise, .maximise], weights: [1])
    }
  }

  @Test("An empty table is an error, not an empty answer")
  func empty() {
    #expect(throws: DecisionError.empty(what: "alternatives")) {
      try DecisionMatrix(rows: [], directions: [.maximise], weights: [1])
    }
    #expect(throws: DecisionError.empty(what: "criteria")) { try DecisionMatrix(rows: [[]], directions: [], weights: []) }
  }

  @Test("Equals share the better rank and the next one is skipped")
  func ranks() {
    #expect(competitionRanks([3, 5, 5, 1]) == [3, 1, 1, 4])
    #expect(competitionRanks([0.1 + 0.2, 0.3, 0.2]) == [1, 1, 3])
    #expect(competitionRanks([2, 1, 1], higherIsBetter: false) == [3, 1, 1])
    #expect(orderBestFirst([1, 3, 3, 2]) == [1, 2, 3, 0])
  }

  @Test("Orders of long lists are those of the standard sort, with negative and equal values", arguments: [1, 2, 3] as [UInt64])
  func sorting(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<2_000).map { _ in (generator.normal() * 50).rounded() * (generator.uniform() < 0.1 ? 1e12 : 1) }
    let expected = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    #expect(orderBestFirst(values, higherIsBetter: false) == expected, "seed \(seed)")
  }

  @Test("Columns of the wrong length are refused with both counts")
  func wrongLength() {
    #expect(throws: DecisionError.count(what: "values", found: 5, expected: 6)) {
      try DecisionMatrix(columns: [1, 2, 3, 4, 5], alternativeCount: 3, directions: [.maximise, .maximise], weights: [1, 1])
    }
  }

  @Test("Every method names what is missing: thresholds, profiles, ideals, judgements, intervals")
  func missingParameters() throws {
    let matrix = try DecisionMatrix(rows: [[1, 2], [3, 4]], directions: [.maximise, .minimise], weights: [1, 1])
    func expect(_ expected: DecisionError, _ body: () throws -> Void) { #expect(throws: expected, performing: body) }
    expect(.count(what: "concordance thresholds", found: 2, expected: 3)) {
      _ = try ELECTREII(concordanceThresholds: [0.7, 0.6]).evaluate(matrix)
    }
    expect(.count(what: "discordance thresholds", found: 1, expected: 2)) {
      _ = try ELECTREII(discordanceThresholds: [0.3]).evaluate(matrix)
    }
    expect(.parameter(name: "discordance threshold q1", value: 0.4, allowed: "at most q0 = 0.3")) {
      _ = try ELECTREII(discordanceThresholds: [0.3, 0.4]).evaluate(matrix)
    }
    let pseudo = PseudoCriterion(indifference: 0, preference: 1)
    expect(.count(what: "thresholds", found: 1, expected: 2)) { _ = try ELECTREIII(criteria: [pseudo]).evaluate(matrix) }
    expect(.thresholds(column: 1, detail: "v is 0.5 and p is 1.0; give v ≥ p and above zero, or none")) {
      _ = try ELECTREIII(criteria: [pseudo, PseudoCriterion(indifference: 0, preference: 1, veto: 0.5)]).evaluate(matrix)
    }
    expect(.count(what: "profile values of category A", found: 1, expected: 2)) {
      _ = try MRSort(categories: [.init(name: "A", profile: [1])], lowestCategory: "B", majority: 1).evaluate(matrix)
    }
    expect(.count(what: "vetoes of category A", found: 1, expected: 2)) {
      _ = try MRSort(categories: [.init(name: "A", profile: [1, 2], vetoes: [nil])], lowestCategory: "B", majority: 1).evaluate(matrix)
    }
    expect(.count(what: "ideal values", found: 1, expected: 2)) { _ = try SPOTIS(bounds: [0...5, 0...5], ideal: [1]).evaluate(matrix) }
    expect(.count(what: "judgements", found: 2, expected: 3)) { _ = try PairwiseJudgements(upperTriangle: [1, 2], size: 3) }
    expect(.valueFunction(detail: "category x has the value 1.5, not in 0…1")) { _ = try ValueFunction.category([("x", 1.5)]) }
    expect(.parameter(name: "standard deviation in row 2, column 1", value: -1, allowed: "finite and zero or more")) {
      _ = try SMAA.Table(columns: [.exact(1), .normal(mean: 0, deviation: -1)], alternativeCount: 2, directions: [.maximise])
    }
    let table = try SMAA.Table(columns: [.exact(1), .exact(2)], alternativeCount: 2, directions: [.maximise])
    expect(.count(what: "weight intervals", found: 2, expected: 1)) {
      _ = try SMAA(weights: .intervals(low: [0, 0], high: [1, 1]), draws: 1, seed: 1).evaluate(table)
    }
    expect(.parameter(name: "concentration", value: 0, allowed: "finite and above zero")) {
      _ = try SMAA(weights: .dirichlet(profile: [1], concentration: 0), draws: 1, seed: 1).evaluate(table)
    }
    expect(.count(what: "values", found: 3, expected: 4)) {
      _ = try WeightStability(values: [1, 2, 3], alternativeCount: 2, weights: [1, 1])
    }
  }

  @Test("A criterion that tells nothing apart counts for nobody in VIKOR; a single criterion leads whatever it weighs")
  func nothingToTell() throws {
    let rows = [[5.0, 8], [7, 8], [6, 8]]
    let both = try VIKOR().evaluate(try DecisionMatrix(rows: rows, directions: [.maximise, .minimise], weights: [1, 3]))
    #expect(both.constantCriteria == [1] && both.ranks == [3, 1, 2])
    // S and R are the weighted distances to the best on the criterion that is left: ¼·(1, 0, ½).
    expectClose(both.groupUtility, [0.25, 0, 0.125], within: 1e-15)
    let sole = try WeightStability(values: [0.2, 0.9], alternativeCount: 2, weights: [4])
    #expect(sole.leader == 1 && sole.intervals.count == 1)
    #expect(sole.intervals[0].low == 1 && sole.intervals[0].high == 1 && sole.intervals[0].successorBelow == nil)
  }
}
