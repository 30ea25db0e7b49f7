import DecisionAnalysis
import Testing

@Suite struct MRSortTests {
  private let good = MRSort.Category(name: "Good", profile: [3, 11, 3], vetoes: [9, nil, nil])
  private let medium = MRSort.Category(name: "Medium", profile: [7, 25, 2], vetoes: [nil, nil, 0])

  private func transport() throws -> DecisionMatrix {
    try DecisionMatrix(
      rows: [[1, 10, 1], [4, 20, 2], [2, 20, 0], [6, 40, 0], [30, 30, 3]], directions: [.minimise, .minimise, .maximise],
      weights: [1, 3, 2])
  }

  @Test("Five ways to travel sorted with vetoes, as asserted in the tests of the R package MCDA")
  func published() throws {
    let result = try MRSort(categories: [good, medium], lowestCategory: "Bad", majority: 3).evaluate(try transport())
    #expect(result.names == ["Good", "Medium", "Bad", "Bad", "Bad"])
    #expect(result.support[0] == 4)
    #expect(result.vetoedBy[2 * 2 + 1] == 2, "the third is shut out of Medium by its third criterion")
  }

  @Test("Crossing profiles, double names and a majority beyond all weights are refused")
  func refusals() throws {
    let matrix = try transport()
    let error = #expect(throws: DecisionError.self) {
      try MRSort(categories: [medium, good], lowestCategory: "Bad", majority: 3).evaluate(matrix)
    }
    #expect(error == .profileOrder(category: "Medium", column: 0, value: 7, next: 3))
    #expect(throws: DecisionError.name(what: "category", name: "Good", detail: "occurs twice")) {
      try MRSort(categories: [good, good], lowestCategory: "Bad", majority: 3).evaluate(matrix)
    }
    #expect(throws: DecisionError.self) {
      try MRSort(categories: [good], lowestCategory: "Bad", majority: 6.5).evaluate(matrix)
    }
  }

  @Test("An alternative that dominates another is never sorted below it", arguments: [61, 62, 63] as [UInt64])
  func monotone(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<50 {
      let base = (0..<3).map { _ in 10 * generator.uniform() }
      let better = base.map { $0 + generator.uniform() }
      let matrix = try DecisionMatrix(rows: [base, better], directions: [.maximise, .maximise, .maximise], weights: [1, 2, 1.5])
      let method = MRSort(
        categories: [
          .init(name: "A", profile: [7, 7, 7], vetoes: [2, nil, 1]), .init(name: "B", profile: [4, 4, 4], vetoes: [nil, 1, nil]),
        ],
        lowestCategory: "C", majority: 2.5)
      let category = try method.evaluate(matrix).category
      #expect(category[1] <= category[0], "seed \(seed)")
    }
  }
}
