import DecisionAnalysis
import Testing

@Suite struct AdditiveValueModelTests {
  private func batch(_ generator: inout SeededGenerator, _ n: Int, _ m: Int) -> [AdditiveValueModel.Column] {
    (0..<m).map { _ in
      var column = AdditiveValueModel.Column(known: (0..<n).map { _ in generator.uniform() })
      for i in 0..<n where generator.uniform() < 0.3 {
        column.low[i] = column.expected[i] * generator.uniform()
        column.high[i] = column.expected[i] + (1 - column.expected[i]) * generator.uniform()
        column.isKnown[i] = false
      }
      return column
    }
  }

  @Test("Contributions added in order are the score to the last bit, and low ≤ score ≤ high", arguments: [151, 152] as [UInt64])
  func contributions(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let (n, m) = (500, 25)
    let columns = batch(&generator, n, m)
    let model = try AdditiveValueModel(
      criteria: (0..<m).map { "c\($0)" }, groups: (0..<m).map { "g\($0 % 4)" },
      weights: (0..<m).map { _ in 1 + (5 * generator.uniform()).rounded() })
    let scores = try model.scores(columns)
    for i in 0..<n {
      #expect(model.contributions(columns, alternative: i).reduce(0, +) == scores.score[i], "seed \(seed)")
      #expect(model.score(columns.map { $0.expected[i] }) == scores.score[i], "seed \(seed)")
      #expect(scores.low[i] <= scores.score[i] && scores.score[i] <= scores.high[i], "seed \(seed)")
      let known = (0..<m).reduce(0.0) { $0 + (columns[$1].isKnown[i] ? model.weights[$1] : 0) }
      #expect((scores.completeness[i] - known).magnitude < 1e-12, "seed \(seed)")
    }
  }

  @Test("Scores do not change when alternatives leave or come in another order", arguments: [161, 162] as [UInt64])
  func independence(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let (n, m) = (200, 9)
    let columns = batch(&generator, n, m)
    let model = try AdditiveValueModel(
      criteria: (0..<m).map { "c\($0)" }, groups: (0..<m).map { _ in "g" }, weights: [Double](repeating: 1, count: m))
    let all = try model.scores(columns)
    let chosen = (0..<n).filter { _ in generator.uniform() < 0.4 }.shuffled(using: &generator)
    let part = try model.scores(
      columns.map { column in
        AdditiveValueModel.Column(
          expected: chosen.map { column.expected[$0] }, low: chosen.map { column.low[$0] }, high: chosen.map { column.high[$0] },
          isKnown: chosen.map { column.isKnown[$0] })
      })
    #expect(part.score == chosen.map { all.score[$0] } && part.low == chosen.map { all.low[$0] }, "seed \(seed)")
    #expect(part.high == chosen.map { all.high[$0] } && part.completeness == chosen.map { all.completeness[$0] }, "seed \(seed)")
  }

  @Test("By hand: two groups, sub-scores stretched to 0–100, and the lift of one change")
  func byHand() throws {
    let model = try AdditiveValueModel(
      criteria: ["light", "height", "need"], groups: ["building", "building", "district"], weights: [7, 3, 10])
    let columns = [AdditiveValueModel.Column(known: [0.5]), .init(known: [1]), .init(known: [0.2])]
    #expect((try model.scores(columns).score[0] - 42.5).magnitude < 1e-12)
    expectClose(try model.scores(columns, inGroups: ["building"]) ?? [], [65], within: 1e-12)
    expectClose(try model.scores(columns, inGroups: ["district"]) ?? [], [20], within: 1e-12)
    #expect(try model.scores(columns, inGroups: ["none"]) == nil)
    #expect((model.lift(criterion: 0, from: 0.5, to: 0.9) - 14).magnitude < 1e-12)
  }

  @Test("Single changes come by falling gain, up to what is attainable, and say whether they reach a target")
  func lifts() throws {
    let model = try AdditiveValueModel(criteria: ["light", "height", "need"], groups: ["b", "b", "d"], weights: [7, 3, 10])
    let lifts = model.lifts([0.5, 1, 0.2], attainable: [0.9, 1, 0.3], target: 55)
    #expect(lifts.map(\.criterion) == [0, 2])
    expectClose(lifts.map(\.points), [14, 5], within: 1e-12)
    #expect(lifts.map(\.reachesTarget) == [true, false])
    #expect(model.lifts([1, 1, 1]).isEmpty)
  }

  @Test("A worth outside its interval or 0…1 is refused by row and column")
  func refusals() throws {
    let model = try AdditiveValueModel(criteria: ["a", "b"], groups: ["g", "g"], weights: [1, 1])
    let fine = AdditiveValueModel.Column(known: [0.1, 0.2])
    for bad in [
      AdditiveValueModel.Column(expected: [0.5, 0.5], low: [0, 0.6], high: [1, 1], isKnown: [true, true]),
      AdditiveValueModel.Column(known: [0.5, .nan]), AdditiveValueModel.Column(known: [0.5, 1.5]),
    ] {
      let error = #expect(throws: DecisionError.self) { try model.scores([fine, bad]) }
      #expect(error?.description.contains("Row 2, column 2") == true)
    }
    #expect(throws: DecisionError.count(what: "entries of criterion b", found: 1, expected: 2)) {
      try model.scores([fine, AdditiveValueModel.Column(known: [0.5])])
    }
    #expect(throws: DecisionError.name(what: "criterion", name: "a", detail: "occurs twice")) {
      try AdditiveValueModel(criteria: ["a", "a"], groups: ["g", "g"], weights: [1, 1])
    }
  }

  @Test("Printed parts add up to the printed whole", arguments: [171, 172, 173] as [UInt64])
  func apportionment(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let parts = (0..<25).map { _ in 6 * generator.uniform() }
      let printed = apportioned(parts, decimals: 1)
      let whole = (parts.reduce(0, +) * 10).rounded() / 10
      #expect((printed.reduce(0, +) - whole).magnitude < 1e-9, "seed \(seed)")
      #expect(zip(parts, printed).allSatisfy { ($0 - $1).magnitude < 0.1 + 1e-9 }, "seed \(seed)")
    }
  }
}
