import DecisionAnalysis
import Testing

@Suite struct RobustnessTests {
  @Test("Kendall's τ-b and Spearman's ρ by hand and against pair counting", arguments: [101, 102, 103] as [UInt64])
  func correlations(seed: UInt64) {
    // Kendall (1938): 1 2 3 4 5 against 3 1 2 5 4 has 3 exchanges of 10, τ = 0.4; ρ = 1 − 6·8/120 = 0.6.
    #expect((kendallTau([1, 2, 3, 4, 5], [3, 1, 2, 5, 4]) ?? 0) == 0.4)
    #expect(((spearmanCorrelation([1, 2, 3, 4, 5], [3, 1, 2, 5, 4]) ?? 0) - 0.6).magnitude < 1e-15)
    #expect(kendallTau([1, 2, 3], [3, 2, 1]) == -1)
    #expect(kendallTau([1, 1, 1], [1, 2, 3]) == nil)
    var generator = SeededGenerator(seed: seed)
    let x = (0..<90).map { _ in Double(Int.random(in: 0...12, using: &generator)) }
    let y = x.map { $0 + Double(Int.random(in: 0...9, using: &generator)) }
    var score = 0.0
    var untiedX = 0.0
    var untiedY = 0.0
    for a in 0..<90 {
      for b in 0..<a {
        let sx: Double = x[a] == x[b] ? 0 : x[a] < x[b] ? -1 : 1
        let sy: Double = y[a] == y[b] ? 0 : y[a] < y[b] ? -1 : 1
        score += sx * sy
        untiedX += sx * sx
        untiedY += sy * sy
      }
    }
    #expect(((kendallTau(x, y) ?? 0) - score / (untiedX * untiedY).squareRoot()).magnitude < 1e-12, "seed \(seed)")
  }

  @Test("Agreement of rankings: range of ranks, unanimous winners, matrix of correlations")
  func agreement() throws {
    let agreement = try RankingAgreement(names: ["a", "b", "c"], ranks: [[1, 2, 3], [1, 3, 2], [1, 2, 3]])
    #expect(agreement.unanimousFirst == [0])
    #expect(agreement.rankRanges == [1...1, 2...3, 2...3])
    #expect(agreement.kendall[2] == 1)
    #expect(((agreement.kendall[1] ?? 0) - 1.0 / 3).magnitude < 1e-15)
    #expect(throws: DecisionError.self) { try RankingAgreement(names: ["a", "b"], ranks: [[1, 2], [1]]) }
  }

  @Test("Weight stability by hand: two alternatives that cross at one half")
  func stabilityByHand() throws {
    let result = try WeightStability(values: [1, 0, 0, 1], alternativeCount: 2, weights: [7, 3])
    #expect(result.leader == 0)
    #expect((result.intervals[0].low - 0.5).magnitude < 1e-15 && result.intervals[0].high == 1)
    #expect(result.intervals[0].successorBelow == 1 && result.intervals[0].successorAbove == nil)
    #expect(result.intervals[1].low == 0 && (result.intervals[1].high - 0.5).magnitude < 1e-15)
  }

  @Test("Just inside a stability interval the leader stays, just outside the successor leads", arguments: [111, 112, 113, 114] as [UInt64])
  func stability(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let (n, m) = (30, 6)
    let values = (0..<(n * m)).map { _ in generator.uniform() }
    let weights = generator.dirichlet([Double](repeating: 4, count: m))
    let result = try WeightStability(values: values, alternativeCount: n, weights: weights)
    func leader(_ j: Int, _ share: Double) -> Int {
      let others = 1 - weights[j]
      let changed = weights.indices.map { $0 == j ? share : weights[$0] * (1 - share) / others }
      let scores = (0..<n).map { i in (0..<m).reduce(0.0) { $0 + changed[$1] * values[$1 * n + i] } }
      return orderBestFirst(scores)[0]
    }
    for (j, interval) in result.intervals.enumerated() {
      #expect(interval.low <= interval.weight && interval.weight <= interval.high, "seed \(seed)")
      #expect(leader(j, interval.low + 1e-9) == result.leader && leader(j, interval.high - 1e-9) == result.leader, "seed \(seed)")
      if let successor = interval.successorBelow { #expect(leader(j, interval.low - 1e-9) == successor, "seed \(seed)") }
      if let successor = interval.successorAbove { #expect(leader(j, interval.high + 1e-9) == successor, "seed \(seed)") }
      if interval.successorAbove == nil { #expect(interval.high == 1 && leader(j, 1) == result.leader, "seed \(seed)") }
    }
  }

  @Test("TOPSIS and min–max sums can turn ranks round when one leaves; SPOTIS never does", arguments: [121, 122, 123] as [UInt64])
  func reversal(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let matrix = try randomMatrix(&generator, alternatives: 25, criteria: 4)
    let stable = try RankReversalCertificate(matrix) { matrix throws(DecisionError) in
      try SPOTIS(bounds: [ClosedRange<Double>](repeating: 0...10, count: 4)).evaluate(matrix).ranks
    }
    #expect(stable.isStable && stable.firstPlaceChanges.isEmpty, "seed \(seed)")
    let topsis = try RankReversalCertificate(matrix) { matrix throws(DecisionError) in try TOPSIS().evaluate(matrix).ranks }
    for reversal in topsis.reversals {
      let rest = try TOPSIS().evaluate(try matrix.removing(alternative: reversal.removed)).ranks
      func rank(_ i: Int) -> Int { rest[i < reversal.removed ? i : i - 1] }
      #expect(topsis.ranks[reversal.wasAhead] < topsis.ranks[reversal.isAhead], "seed \(seed)")
      #expect(rank(reversal.wasAhead) > rank(reversal.isAhead), "seed \(seed)")
    }
  }

  @Test("A known reversal: under min–max sums the removal of the worst turns first and second round")
  func knownReversal() throws {
    // A leads B by the stretch that D's poor first value gives; without D the first criterion stretches and B leads.
    let matrix = try DecisionMatrix(rows: [[6, 10], [8, 7], [0, 0]], directions: [.maximise, .maximise], weights: [1, 1])
    let certificate = try RankReversalCertificate(matrix) { matrix throws(DecisionError) in
      try WeightedSum().evaluate(try matrix.with(weights: [0.45, 0.55])).ranks
    }
    let before = try WeightedSum().evaluate(try matrix.with(weights: [0.45, 0.55]))
    expectClose(before.scores, [0.45 * 0.75 + 0.55, 0.45 + 0.55 * 0.7, 0], within: 1e-12)
    #expect(certificate.ranks == [1, 2, 3])
    #expect(certificate.isStable, "without the third, .55 against .45 keeps the order")
    let tilted = try RankReversalCertificate(matrix) { matrix throws(DecisionError) in
      try WeightedSum().evaluate(try matrix.with(weights: [0.52, 0.48])).ranks
    }
    #expect(tilted.ranks == [1, 2, 3])
    #expect(tilted.reversals.map { [$0.removed, $0.wasAhead, $0.isAhead] } == [[2, 0, 1]])
    #expect(tilted.firstPlaceChanges == [2])
  }

  @Test("A dominated alternative never outranks its dominator, whatever the method", arguments: [131, 132, 133, 134, 135] as [UInt64])
  func dominance(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let (n, m) = (12, 4)
    var rows = (0..<n).map { _ in (0..<m).map { _ in 1 + (8 * generator.uniform()).rounded() } }
    let directions = (0..<m).map { _ in generator.uniform() < 0.5 ? Direction.maximise : .minimise }
    // The last is the first made worse on some criteria.
    rows[n - 1] = rows[0].enumerated().map { j, value in
      let loss = generator.uniform() < 0.5 ? 0 : generator.uniform() * 0.9
      return directions[j] == .maximise ? value - loss : value + loss
    }
    let matrix = try DecisionMatrix(rows: rows, directions: directions, weights: generator.dirichlet([2, 2, 2, 2]))
    var rankings: [(String, [Int])] = []
    for normalisation in Normalisation.allCases {
      rankings.append(("weighted sum \(normalisation)", try WeightedSum(normalisation: normalisation).evaluate(matrix).ranks))
      for metric in DistanceMetric.allCases where metric != .chebyshev {
        rankings.append(
          ("TOPSIS \(normalisation) \(metric)", try TOPSIS(normalisation: normalisation, metric: metric).evaluate(matrix).ranks))
      }
    }
    rankings.append(("weighted product", try WeightedProduct().evaluate(matrix).ranks))
    rankings.append(("SPOTIS", try SPOTIS(bounds: [ClosedRange<Double>](repeating: 0...11, count: m)).evaluate(matrix).ranks))
    rankings.append(("VIKOR", try VIKOR().evaluate(matrix).ranks))
    for function in [PreferenceFunction.usual, .vShape(p: 3), .linear(q: 0.5, p: 2), .gaussian(s: 1)] {
      let flows = try PROMETHEE(functions: [PreferenceFunction](repeating: function, count: m)).flows(matrix)
      rankings.append(("PROMETHEE \(function)", flows.ranks))
    }
    for (method, ranks) in rankings { #expect(ranks[0] <= ranks[n - 1], "\(method), seed \(seed)") }
    let smaa = try SMAA(draws: 300, seed: seed).evaluate(
      try SMAA.Table(columns: matrix.values.map { .exact($0) }, alternativeCount: n, directions: directions))
    #expect(smaa.pairwiseWinning[n - 1] >= 0.5, "SMAA, seed \(seed)")
  }

  @Test("What to find out next: the fact that decides about the short list comes first, with its chance by hand")
  func information() throws {
    let model = try AdditiveValueModel(criteria: ["a", "b"], groups: ["g", "g"], weights: [1, 1])
    // Scores 80, 60, 55, 10. The third is unknown on a between .3 and .8 (expected .5): 45…70, above 60 in 10/25 of cases.
    // The first is unknown on b by a little and cannot fall out of two.
    let columns = [
      AdditiveValueModel.Column(
        expected: [0.8, 0.6, 0.5, 0.1], low: [0.8, 0.6, 0.3, 0.1], high: [0.8, 0.6, 0.8, 0.1], isKnown: [true, true, false, true]),
      AdditiveValueModel.Column(
        expected: [0.8, 0.6, 0.6, 0.1], low: [0.7, 0.6, 0.6, 0.1], high: [0.9, 0.6, 0.6, 0.1], isKnown: [false, true, true, true]),
    ]
    let result = try ValueOfInformation(model, columns, shortListCount: 2)
    #expect(result.facts.count == 2)
    let first = try #require(result.facts.first)
    #expect(first.alternative == 2 && first.criterion == 0)
    #expect((first.changeProbability - 0.4).magnitude < 1e-12)
    #expect(first.bestRank == 2 && first.worstRank == 3)
    #expect((first.scoreSpan - 25).magnitude < 1e-12)
    #expect(result.facts[1].changeProbability == 0 && result.facts[1].bestRank == 1 && result.facts[1].worstRank == 1)
    expectClose(result.byCriterion, [0.4, 0], within: 1e-12)
    #expect(try ValueOfInformation(model, columns, shortListCount: 2, limit: 1).facts.count == 1)
  }

  @Test("Facts that are as likely to decide come by the ranks they span, then by points, then in the order of the table")
  func ties() throws {
    let model = try AdditiveValueModel(criteria: ["a", "b"], groups: ["g", "g"], weights: [1, 1])
    // Scores 90, 50, 49, 10 with a short list of one: nobody can change it. The second may span ranks 2…3, the last neither.
    func column(_ expected: [Double], _ reach: [Double]) -> AdditiveValueModel.Column {
      AdditiveValueModel.Column(
        expected: expected, low: zip(expected, reach).map { $0 - $1 }, high: zip(expected, reach).map { $0 + $1 },
        isKnown: reach.map { $0 == 0 })
    }
    let columns = [column([0.9, 0.5, 0.49, 0.1], [0, 0.1, 0, 0.05]), column([0.9, 0.5, 0.49, 0.1], [0, 0, 0, 0.1])]
    let result = try ValueOfInformation(model, columns, shortListCount: 1)
    #expect(result.facts.map(\.changeProbability) == [0, 0, 0])
    #expect(result.facts.map { [$0.alternative, $0.criterion] } == [[1, 0], [3, 1], [3, 0]])
    let even = try ValueOfInformation(model, [columns[1], columns[1]], shortListCount: 1)
    #expect(even.facts.map(\.criterion) == [0, 1])
  }
}
