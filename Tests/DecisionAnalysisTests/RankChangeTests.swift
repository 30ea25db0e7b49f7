import DecisionAnalysis
import Testing

@Suite struct RankChangeTests {
  @Test("Two profiles: which ranks change, and which criterion brought how many points")
  func causes() throws {
    let first = try AdditiveValueModel(criteria: ["light", "height"], groups: ["g", "g"], weights: [1, 1])
    let second = try AdditiveValueModel(criteria: ["light", "need"], groups: ["g", "g"], weights: [1, 3])
    let light = AdditiveValueModel.Column(known: [1, 0.4, 0.2])
    let height = AdditiveValueModel.Column(known: [0.5, 0.5, 0.2])
    let need = AdditiveValueModel.Column(known: [0, 1, 0.1])
    // Scores 75, 45, 20 become 25, 85, 12.5.
    let changes = try RankChange.between(first, [light, height], second, [light, need])
    #expect(changes.map(\.alternative) == [0, 1, 2])
    #expect(changes.map(\.rankBefore) == [1, 2, 3] && changes.map(\.rankAfter) == [2, 1, 3])
    expectClose(changes.map(\.scoreAfter), [25, 85, 12.5], within: 1e-12)
    #expect(changes[1].causes.map(\.criterion) == ["need", "height", "light"])
    expectClose(changes[1].causes.map(\.points), [75, -25, -10], within: 1e-12)
  }

  @Test("Causes add up to the change of the score, and the same model changes nothing", arguments: [181, 182] as [UInt64])
  func sums(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let names = ["a", "b", "c", "d"]
    func model() throws -> AdditiveValueModel {
      try AdditiveValueModel(criteria: names, groups: ["g", "g", "h", "h"], weights: generator.dirichlet([2, 2, 2, 2]))
    }
    let columns = (0..<4).map { _ in AdditiveValueModel.Column(known: (0..<60).map { _ in generator.uniform() }) }
    let first = try model()
    let second = try model()
    #expect(try RankChange.between(first, columns, first, columns).isEmpty, "seed \(seed)")
    for change in try RankChange.between(first, columns, second, columns) {
      let sum = change.causes.reduce(0.0) { $0 + $1.points }
      #expect((sum - (change.scoreAfter - change.scoreBefore)).magnitude < 1e-10, "seed \(seed)")
    }
  }
}
