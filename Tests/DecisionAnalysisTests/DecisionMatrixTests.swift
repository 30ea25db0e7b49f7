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
}
