import DecisionAnalysis
import Testing

@Suite struct BatchAcceptabilityTests {
  @Test("Ranks of every draw are those of the table method on the same seed", arguments: [91, 92, 93] as [UInt64])
  func sameAsTable(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let n = 150
    let m = 5
    // One decimal makes equals; one row is far off, so that the others crowd into few distances.
    var utilities = (0..<(n * m)).map { _ in (generator.uniform() * 10).rounded() / 10 }
    if seed == 93 { for j in 0..<m { utilities[j * n + 7] = 1e9 } }
    let table = try SMAA.Table(
      columns: utilities.map { .exact($0) }, alternativeCount: n, directions: [Direction](repeating: .maximise, count: m),
      scales: [ClosedRange<Double>](repeating: 0...1, count: m))
    let weights = WeightSpace.dirichlet(profile: [1, 2, 3, 4, 5], concentration: 30)
    let draws = 203
    let slow = try SMAA(weights: weights, draws: draws, seed: seed).evaluate(table)
    let fast = try BatchAcceptability(weights: weights, draws: draws, seed: seed, shortListCount: 15)
      .evaluate(utilities: utilities, alternativeCount: n)
    expectClose(fast.meanRanks, slow.meanRanks, within: 0.05, "seed \(seed)")
    for (position, alternative) in fast.shortList.enumerated() {
      #expect(
        (fast.firstAcceptability[alternative] - slow.acceptability(alternative: alternative, rank: 1)).magnitude < 1e-9, "seed \(seed)")
      let total = fast.acceptabilities(position: position).reduce(0) { $0 + $1.share }
      #expect((total - 1).magnitude < 1e-9, "seed \(seed)")
      let mean = fast.acceptabilities(position: position).reduce(0) { $0 + Double($1.rank) * $1.share }
      #expect((mean - fast.meanRanks[alternative]).magnitude < 1e-6, "seed \(seed)")
    }
    #expect(fast.firstAcceptability.reduce(0, +) >= 1 - 1e-9, "seed \(seed)")
  }

  @Test("Exact ranks by sorting, draw by draw, for one fixed weight vector on a large batch", arguments: [94, 95] as [UInt64])
  func fixedWeights(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let n = 5_003
    // The second seed squeezes all but a few into a sliver of the range, which the quick sort must notice.
    let utilities = (0..<(2 * n)).map { k in seed == 95 && k % n > 3 ? 1e-13 * generator.uniform() : generator.uniform() }
    let result = try BatchAcceptability(weights: .fixed([1, 3]), draws: 1, seed: seed, shortListCount: 50)
      .evaluate(utilities: utilities, alternativeCount: n)
    let scores = (0..<n).map { 0.25 * utilities[$0] + 0.75 * utilities[n + $0] }
    #expect(result.meanRanks.map { Int($0) } == competitionRanks(scores, tolerance: 0), "seed \(seed)")
    #expect(result.shortListAcceptability.filter { $0 == 1 }.count == 50, "seed \(seed)")
    #expect(result.shortList == Array(orderBestFirst(scores).prefix(50)), "seed \(seed)")
    #expect(result.rankRange(position: 3) == 4...4, "seed \(seed)")
  }

  @Test("Alternatives that are all the same are all first in every draw")
  func equals() throws {
    let result = try BatchAcceptability(weights: .fixed([1, 1]), draws: 7, seed: 5, shortListCount: 2)
      .evaluate(utilities: [Double](repeating: 0.25, count: 12), alternativeCount: 6)
    #expect(result.meanRanks == [Double](repeating: 1, count: 6) && result.rankDeviations.allSatisfy { $0 == 0 })
    #expect(result.firstAcceptability == [Double](repeating: 1, count: 6) && result.shortList == [0, 1])
  }
}
