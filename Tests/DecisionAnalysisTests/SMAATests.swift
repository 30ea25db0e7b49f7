import DecisionAnalysis
import Testing

@Suite struct SMAATests {
  private func exact(_ rows: [[Double]], scales: [ClosedRange<Double>]? = nil) throws -> SMAA.Table {
    let columns = rows[0].indices.flatMap { j in rows.map { ValueDistribution.exact($0[j]) } }
    return try SMAA.Table(
      columns: columns, alternativeCount: rows.count, directions: [Direction](repeating: .maximise, count: rows[0].count), scales: scales)
  }

  @Test("Two alternatives and three criteria: acceptability ¾ and ¼ and central weights in closed form", arguments: [1, 2, 3] as [UInt64])
  func closedForm(seed: UInt64) throws {
    // The first is better where w₂ < ½: volume ¾. Set-up of the JSMAA test of two alternatives with opposite values.
    let result = try SMAA(draws: 60_000, seed: seed).evaluate(try exact([[1, 0, 1], [0, 1, 0]]))
    expectClose(result.rankAcceptability, [0.75, 0.25, 0.25, 0.75], within: 0.008, "seed \(seed)")
    expectClose(result.centralWeights(alternative: 0) ?? [], [7.0 / 18, 2.0 / 9, 7.0 / 18], within: 0.005, "seed \(seed)")
    expectClose(result.centralWeights(alternative: 1) ?? [], [1.0 / 6, 2.0 / 3, 1.0 / 6], within: 0.006, "seed \(seed)")
    #expect(result.confidenceFactors == [1, 1])
    expectClose(result.pairwiseWinning, [0.5, 0.75, 0.25, 0.5], within: 0.008, "seed \(seed)")
  }

  @Test("The first tie-free symmetric case: three unit alternatives share every rank evenly")
  func symmetric() throws {
    let result = try SMAA(draws: 60_000, seed: 9).evaluate(try exact([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    expectClose(result.rankAcceptability, [Double](repeating: 1.0 / 3, count: 9), within: 0.008)
    // The mean of the largest of three uniform shares is 11/18.
    expectClose(result.centralWeights(alternative: 0) ?? [], [11.0 / 18, 3.5 / 18, 3.5 / 18], within: 0.005)
  }

  @Test("Drugs of Tervonen et al. (2011): scales, acceptabilities, central weights and confidence factors")
  func drugs() throws {
    // A stochastic multicriteria model for evidence-based decision making in drug benefit-risk analysis, Statistics in Medicine 30, 1419–1428.
    let measures: [[(Double, Double)]] = [
      [(0, 0), (0.086, 0.056), (0.095, 0.044), (0.113, 0.048)], [(11.7, 2.5), (9.2, 1.86), (15.4, 2.65), (5.5, 2.32)],
      [(7.2, 1.45), (10.6, 1.58), (7.5, 1.48), (15.7, 4.44)], [(16.6, 3.27), (21.2, 5.15), (20.2, 3.78), (12.8, 2.45)],
      [(13.7, 1.89), (14.3, 2.93), (15.0, 3.21), (11.2, 3.98)], [(18.6, 1.79), (18.3, 3.7), (19.5, 2.6), (31.0, 1.68)],
    ]
    let columns = measures.enumerated().flatMap { j, column in
      column.map { j == 0 ? ValueDistribution.logNormal(mean: $0.0, deviation: $0.1) : .normal(mean: $0.0, deviation: $0.1) }
    }
    let table = try SMAA.Table(
      columns: columns, alternativeCount: 4, directions: [.maximise] + [Direction](repeating: .minimise, count: 5))
    let scales: [(Double, Double)] = [(0.98, 1.23), (0.95, 20.59), (4.36, 24.4), (8.0, 31.29), (3.4, 21.29), (11.05, 34.29)]
    for (scale, expected) in zip(table.scales, scales) {
      #expect((scale.lowerBound - expected.0).magnitude <= 0.005 && (scale.upperBound - expected.1).magnitude <= 0.005)
    }
    let result = try SMAA(draws: 200_000, seed: 4).evaluate(table)
    let acceptability: [Double] = [
      0.1944, 0.2817, 0.2998, 0.2241, 0.2541, 0.2935, 0.2674, 0.185, 0.1697, 0.243, 0.2855, 0.3018, 0.3817, 0.1818, 0.1474, 0.2891,
    ]
    expectClose(result.rankAcceptability, acceptability, within: 0.005)
    let central: [Double] = [
      0.0758, 0.1355, 0.2374, 0.1796, 0.1595, 0.2123, 0.1804, 0.1696, 0.1493, 0.1263, 0.1512, 0.2232, 0.2079, 0.0943, 0.2214, 0.1319,
      0.1496, 0.1948, 0.1853, 0.213, 0.1179, 0.2019, 0.1885, 0.0934,
    ]
    expectClose(result.centralWeights, central, within: 0.005)
    expectClose(result.confidenceFactors.map { $0 ?? -1 }, [0.4865, 0.4432, 0.3477, 0.7299], within: 0.005)
  }

  @Test("An order of importance: the mean of the weights is the rank-order centroid")
  func ordinal() throws {
    // Values that read the weights off: with alternative k worth 1 on criterion k alone, its mean score is the mean weight; here the order
    // w₂ ≥ w₀ ≥ w₁ makes the third alternative first in every draw.
    let smaa = SMAA(weights: .ordinal([[2], [0], [1]]), draws: 40_000, seed: 5)
    let result = try smaa.evaluate(try exact([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    #expect(result.acceptability(alternative: 2, rank: 1) == 1)
    #expect(result.acceptability(alternative: 1, rank: 3) == 1)
    expectClose(
      result.centralWeights(alternative: 2) ?? [], try RatedWeights.rankOrderCentroid(order: [2, 0, 1]), within: 0.005)
  }

  @Test("Within a group of an order nothing is known: equals share the group's places")
  func partialOrder() throws {
    let smaa = SMAA(weights: .ordinal([[0], [1, 2]]), draws: 40_000, seed: 6)
    let result = try smaa.evaluate(try exact([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    #expect(result.acceptability(alternative: 0, rank: 1) == 1)
    #expect((result.acceptability(alternative: 1, rank: 2) - 0.5).magnitude < 0.01)
    expectClose(result.centralWeights(alternative: 0) ?? [], [11.0 / 18, 3.5 / 18, 3.5 / 18], within: 0.005)
  }

  @Test("Weight intervals hold in every draw, by rejection and by random walk", arguments: [false, true])
  func intervals(narrow: Bool) throws {
    // One criterion out of many kept in a sliver makes rejection hopeless and starts the walk; the mean stays in closed form by symmetry.
    let m = narrow ? 8 : 3
    let low = [Double](repeating: 0, count: m)
    let high = [Double](repeating: narrow ? 0.2 : 0.5, count: m)
    let rows = (0..<m).map { i in (0..<m).map { $0 == i ? 1.0 : 0 } } + [[Double](repeating: narrow ? 0.2001 : 0.5001, count: m)]
    let smaa = SMAA(weights: .intervals(low: low, high: high), draws: 20_000, seed: 7)
    let result = try smaa.evaluate(try exact(rows, scales: [ClosedRange<Double>](repeating: 0...1, count: m)))
    #expect(result.acceptability(alternative: m, rank: 1) == 1, "no weight exceeds its upper end")
    expectClose(result.centralWeights(alternative: m) ?? [], [Double](repeating: 1 / Double(m), count: m), within: 0.006)
  }

  @Test("Weight intervals of two criteria are uniform between their ends")
  func intervalMean() throws {
    let smaa = SMAA(weights: .intervals(low: [0.2, 0], high: [0.6, 1]), draws: 40_000, seed: 8)
    let result = try smaa.evaluate(try exact([[1, 0], [0, 1]]))
    // First where w₀ > ½: a quarter of 0.2…0.6; its mean weight there is 0.55.
    #expect((result.acceptability(alternative: 0, rank: 1) - 0.25).magnitude < 0.01)
    expectClose(result.centralWeights(alternative: 0) ?? [], [0.55, 0.45], within: 0.005)
  }

  @Test("A Dirichlet around a profile has the profile as its mean, and tightens as concentration grows")
  func dirichlet() throws {
    let profile = [0.5, 0.3, 0.2]
    let alone = try exact([[1, 1, 1]])
    let loose = try SMAA(weights: .dirichlet(profile: profile, concentration: 5), draws: 40_000, seed: 3).evaluate(alone)
    expectClose(loose.centralWeights(alternative: 0) ?? [], profile, within: 0.005)
    let table = try exact([[1, 0, 0], [0, 1, 0]])
    let wide = try SMAA(weights: .dirichlet(profile: profile, concentration: 10), draws: 20_000, seed: 3).evaluate(table)
    let tight = try SMAA(weights: .dirichlet(profile: profile, concentration: 1_000), draws: 20_000, seed: 3).evaluate(table)
    #expect(tight.acceptability(alternative: 0, rank: 1) > 0.999)
    // w₀/(w₀ + w₁) is Beta(5, 3): P(> ½) = 99/128.
    #expect((wide.acceptability(alternative: 0, rank: 1) - 99.0 / 128).magnitude < 0.01)
  }

  @Test("Uniform values: chances in closed form")
  func uniformValues() throws {
    // One criterion; U(0, 1) against U(0.5, 1): the first wins in a quarter of cases (½·½).
    let table = try SMAA.Table(
      columns: [.uniform(low: 0, high: 1), .uniform(low: 0.5, high: 1)], alternativeCount: 2, directions: [.maximise])
    let result = try SMAA(draws: 60_000, seed: 10).evaluate(table)
    #expect((result.pairwiseWinning[1] - 0.25).magnitude < 0.006)
    #expect(result.rankRange(alternative: 1, share: 0.9) == 1...2)
    expectClose(result.meanRanks, [1.75, 1.25], within: 0.006)
  }

  @Test(
    "Rows and columns of acceptabilities sum to one, twins share ranks, and a seed repeats to the last bit",
    arguments: [81, 82] as [UInt64])
  func invariants(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let n = 9
    let values = (0..<(n * 4)).map { k in
      k % 3 == 0 ? ValueDistribution.uniform(low: 0, high: 0.2 + generator.uniform()) : .exact(generator.uniform())
    }
    let table = try SMAA.Table(columns: values, alternativeCount: n, directions: [Direction](repeating: .maximise, count: 4))
    let result = try SMAA(draws: 500, seed: seed).evaluate(table)
    for i in 0..<n {
      #expect(((0..<n).reduce(0.0) { $0 + result.rankAcceptability[i * n + $1] } - 1).magnitude < 1e-9, "seed \(seed)")
      #expect(((0..<n).reduce(0.0) { $0 + result.rankAcceptability[$1 * n + i] } - 1).magnitude < 1e-9, "seed \(seed)")
      for k in 0..<n { #expect((result.pairwiseWinning[i * n + k] + result.pairwiseWinning[k * n + i] - 1).magnitude < 1e-9) }
    }
    #expect(try SMAA(draws: 500, seed: seed).evaluate(table) == result)
    let twins = try SMAA(draws: 100, seed: seed).evaluate(try exact([[0.4, 0.6], [0.4, 0.6], [0.1, 0.2]]))
    #expect(twins.acceptability(alternative: 0, rank: 1) == 1 && twins.acceptability(alternative: 1, rank: 1) == 1)
    #expect(twins.pairwiseWinning[1] == 0.5 && !twins.isEverFirst[2] && twins.confidenceFactors[2] == nil)
  }

  @Test("Spaces without weights and tables out of order are refused")
  func refusals() throws {
    let table = try exact([[1, 0], [0, 1]])
    #expect(throws: DecisionError.self) { try SMAA(weights: .intervals(low: [0.6, 0.6], high: [1, 1])).evaluate(table) }
    #expect(throws: DecisionError.self) { try SMAA(weights: .intervals(low: [0, 0], high: [0.4, 0.4])).evaluate(table) }
    #expect(throws: DecisionError.self) { try SMAA(weights: .ordinal([[0]])).evaluate(table) }
    #expect(throws: DecisionError.weight(column: 1, value: 0)) {
      try SMAA(weights: .dirichlet(profile: [1, 0], concentration: 10)).evaluate(table)
    }
    #expect(throws: DecisionError.self) { try SMAA(draws: 0).evaluate(table) }
    #expect(throws: DecisionError.bounds(column: 0, low: 2, high: 1)) {
      try SMAA.Table(columns: [.uniform(low: 2, high: 1)], alternativeCount: 1, directions: [.maximise])
    }
  }

  @Test("The range of ranks leaves out what hardly ever happens, on both sides")
  func rankRange() throws {
    // Rank of the middle alternative is 2 whatever the weights; the other two change places at a weight of 0.02 for the second criterion.
    let table = try exact([[1, 0], [0.7, 0.7], [0, 1]])
    let result = try SMAA(weights: .fixed([0.6, 0.4]), draws: 100, seed: 3).evaluate(table)
    // 0.6, 0.7, 0.4 under these weights: second, first, third in every draw.
    #expect((0..<3).map { result.rankRange(alternative: $0) } == [2...2, 1...1, 3...3])
    let free = try SMAA(draws: 20_000, seed: 4).evaluate(table)
    for alternative in 0..<3 {
      let range = free.rankRange(alternative: alternative)
      let inside = range.reduce(0) { $0 + free.acceptability(alternative: alternative, rank: $1) }
      #expect(inside >= 0.9 - 1e-9)
    }
    // The compromise is never last: the worse of its two rivals has at most ½.
    #expect(free.rankRange(alternative: 1).upperBound <= 2)
  }

  @Test("Rows of a value model are drawn as they stand: known worth exactly, unknown worth evenly between its ends")
  func worth() throws {
    let columns: [AdditiveValueModel.Column] = [
      .init(expected: [0.2, 0.9, 0.5], low: [0.2, 0.9, 0], high: [0.2, 0.9, 1], isKnown: [true, true, false]),
      .init(known: [0.4, 0.1, 0.5]),
    ]
    let table = try SMAA.Table(worth: columns, rows: [2, 0])
    #expect(table.values == [.uniform(low: 0, high: 1), .exact(0.2), .exact(0.5), .exact(0.4)])
    #expect(table.scales == [0...1, 0...1] && table.alternativeCount == 2 && table.directions == [.maximise, .maximise])
    // With all weight on the first criterion the unknown row wins when it is above 0.2.
    let result = try SMAA(weights: .fixed([1, 1e-12]), draws: 40_000, seed: 8).evaluate(table)
    #expect((result.acceptability(alternative: 0, rank: 1) - 0.8).magnitude < 0.01)
  }
}
