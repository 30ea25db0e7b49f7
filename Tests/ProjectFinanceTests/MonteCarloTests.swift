import Testing

@testable import ProjectFinance

@Suite("Uncertainty")
struct MonteCarloTests {
  static let inputs = [
    UncertainInput(name: "capital cost", effects: [.capitalCost], distribution: .pert(low: 0.7, mode: 1, high: 1.5)),
    UncertainInput(name: "rent", effects: [.rent], distribution: .lognormal(median: 1, percentile90: 1.25)),
    UncertainInput(name: "operating cost", effects: [.operatingCost], distribution: .pert(low: 0.67, mode: 1, high: 1.26)),
    UncertainInput(name: "storeys", effects: [.floorArea], distribution: .triangular(low: 0.8, mode: 1, high: 1.3)),
  ]

  @Test(
    "Normal quantiles agree with published values",
    arguments: [
      // Abramowitz and Stegun, Handbook of Mathematical Functions, table 26.5 and beyond
      (0.5, 0), (0.9, 1.2815515655446004), (0.975, 1.959963984540054), (0.999, 3.090232306167813), (1e-10, -6.361340902404056),
      (1e-20, -9.262340089798408),
    ])
  func normalQuantiles(p: Double, z: Double) {
    #expect(abs(normalQuantile(p) - z) <= 1e-9 * max(1, abs(z)))
  }

  @Test("The generator repeats its sequence for a seed and fills the unit interval evenly")
  func generator() {
    var a = SeededGenerator(seed: 1), b = SeededGenerator(seed: 1), c = SeededGenerator(seed: 2)
    #expect((0..<10).map { _ in a.next() } == (0..<10).map { _ in b.next() })
    #expect(a.next() != c.next())
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 { counts[Int(a.uniform() * 10)] += 1 }
    for count in counts { #expect(abs(count - 10_000) < 500) }
  }

  @Test("Tables of quantiles have the mean and deviation of their distribution")
  func momentsOfTables() throws {
    // PERT mean (low + 4 mode + high) / 6; beta(2, 18) mean .1; lognormal mean median × exp(σ²/2)
    let sigma = 0.22314355131420976 / 1.2815515655446004
    let cases: [(Distribution, Double)] = [
      (.pert(low: 0.7, mode: 1, high: 1.5), (0.7 + 4 + 1.5) / 6), (.beta(a: 2, b: 18), 0.1), (.uniform(low: 2, high: 4), 3),
      (.triangular(low: 0.9, mode: 1, high: 1.4), 3.3 / 3), (.normal(mean: 5, deviation: 2), 5), (.fixed(3), 3),
      (.lognormal(median: 1, percentile90: 1.25), 1 + sigma * sigma / 2 + sigma * sigma * sigma * sigma / 8),
    ]
    var generator = SeededGenerator(seed: 61)
    for (distribution, mean) in cases {
      let table = try QuantileTable(distribution)
      var sum = 0.0
      for _ in 0..<200_000 { sum += table.value(atNormalScore: generator.normal()) }
      #expect(abs(sum / 200_000 - mean) < 0.012 * max(0.1, abs(mean)), "\(distribution)")
    }
    #expect(throws: ProjectFinanceError.self) { try QuantileTable(.pert(low: 2, mode: 1, high: 3)) }
  }

  @Test("The same seed gives the same simulation, another seed another")
  func seeded() throws {
    let value = ConversionCases.works()
    let a = try simulate(value, inputs: Self.inputs, draws: 300, seed: 9)
    #expect(a == (try simulate(value, inputs: Self.inputs, draws: 300, seed: 9)))
    #expect(a != (try simulate(value, inputs: Self.inputs, draws: 300, seed: 10)))
  }

  @Test("Without uncertainty every draw is the appraisal itself")
  func certainDraws() throws {
    var generator = SeededGenerator(seed: 67)
    for round in 0..<60 {
      var value = ConversionCases.random(using: &generator)
      if round % 3 == 2 { value.priceBasis = .nominal(inflation: 0.02) }
      let a = try appraise(value)
      let s = try #require(
        try simulate(value, inputs: [UncertainInput(name: "none", effects: [.capitalCost], distribution: .fixed(1))], draws: 3, seed: 1))
      let tolerance = 1e-8 * value.capitalCost.central * 10
      func agree(_ spread: Spread?, _ expected: Double?, _ name: String, _ tolerance: Double) {
        #expect((spread == nil) == (expected == nil), "seed 67, round \(round), \(name)")
        guard let spread, let expected else { return }
        #expect(
          abs(spread.p10 - expected) <= tolerance && abs(spread.p90 - expected) <= tolerance,
          "seed 67, round \(round), \(name): \(spread.p50) \(expected)")
      }
      agree(s.netPresentValue, a.netPresentValue, "FNPV(C)", tolerance)
      agree(s.economicNetPresentValue, a.economics?.netPresentValue, "ENPV", tolerance)
      if (a.stack?.unfunded ?? 0) == 0 { agree(s.ownersNetPresentValue, a.ownersNetPresentValue, "FNPV(K)", tolerance) }
      agree(s.rateOfReturn, a.rateOfReturn?.value, "FRR", 1e-9)
      agree(s.minimumCoverage, a.coverage?.minimum, "DSCR", 1e-8)
      agree(s.gapRate, a.fundingGap?.rate, "R", 1e-9)
      agree(s.breakEvenRent, a.breakEven.rentPerSquareMetreMonth?.value, "rent", 1e-6)
    }
  }

  @Test("Draws agree with single appraisals of changed cases")
  func drawsAgreeWithAppraisals() throws {
    // One input with a fixed multiplier at a time is a changed case.
    let value = ConversionCases.works()
    func npv(_ effect: UncertainInput.Effect, _ multiplier: Double) throws -> Double {
      let input = UncertainInput(name: "one", effects: [effect], distribution: .fixed(multiplier))
      return try #require(try simulate(value, inputs: [input], draws: 1, seed: 1)?.netPresentValue).p50
    }
    var changed = value
    changed.rentPerSquareMetreMonth = 8 * 1.2
    #expect(abs(try npv(.rent, 1.2) - (try #require(try appraise(changed).netPresentValue))) < 1e-5)
    changed = value
    changed.capitalCost = value.capitalCost.scaled(by: 1.3)
    #expect(abs(try npv(.capitalCost, 1.3) - (try #require(try appraise(changed).netPresentValue))) < 1e-5)
    changed = value
    changed.operatingCostPerSquareMetreYear *= 0.8
    #expect(abs(try npv(.operatingCost, 0.8) - (try #require(try appraise(changed).netPresentValue))) < 1e-5)
    changed = value
    changed.occupancy.initial *= 0.9
    changed.occupancy.stabilised *= 0.9
    #expect(abs(try npv(.occupancy, 0.9) - (try #require(try appraise(changed).netPresentValue))) < 1e-5)
  }

  @Test("Quantiles are in order, shares of variance add up to one, probabilities lie between 0 and 1")
  func consistency() throws {
    let s = try #require(
      try simulate(ConversionCases.works(rent: 14), inputs: Self.inputs, correlations: [(0, 2, 0.5)], draws: 1_000, seed: 3))
    for spread in [
      s.capitalCost, s.netPresentValue, s.rateOfReturn, s.ownersNetPresentValue, s.economicNetPresentValue, s.gapRate, s.gapGrant,
      s.breakEvenRent,
    ] {
      let spread = try #require(spread)
      #expect(spread.p10 <= spread.p50 && spread.p50 <= spread.p90)
      #expect(spread.mean.isFinite && spread.deviation >= 0 && spread.count <= 1_000)
    }
    #expect(abs(s.varianceShares.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    #expect((0...1).contains(s.probabilityOfPositiveNetPresentValue) && (0...1).contains(s.probabilityOfOverrun))
    #expect(try simulate(ConversionCases.works(rent: nil), inputs: Self.inputs, draws: 10, seed: 1) == nil)
  }

  @Test("Correlated inputs are correlated as asked, and an impossible matrix is refused")
  func correlation() throws {
    let value = ConversionCases.works()
    let same = [
      UncertainInput(name: "a", effects: [.rent], distribution: .normal(mean: 1, deviation: 0.1)),
      UncertainInput(name: "b", effects: [.rent], distribution: .normal(mean: 1, deviation: 0.1)),
    ]
    let apart = try #require(try simulate(value, inputs: same, draws: 2_000, seed: 5)?.netPresentValue).deviation
    let together = try #require(try simulate(value, inputs: same, correlations: [(0, 1, 1)], draws: 2_000, seed: 5)?.netPresentValue)
      .deviation
    let opposed = try #require(try simulate(value, inputs: same, correlations: [(0, 1, -1)], draws: 2_000, seed: 5)?.netPresentValue)
      .deviation
    // Fully correlated deviations add, independent ones add in squares, opposed ones cancel.
    #expect(abs(together / apart - 2.0.squareRoot()) < 0.08)
    #expect(opposed < 0.15 * apart)
    #expect(throws: ProjectFinanceError.self) {
      try simulate(value, inputs: Self.inputs, correlations: [(0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.9)], draws: 1, seed: 1)
    }
    #expect(throws: ProjectFinanceError.self) { try simulate(value, inputs: same, correlations: [(0, 7, 0.5)], draws: 1, seed: 1) }
  }

  @Test("A distribution without width is its one value, of whatever shape")
  func withoutWidth() throws {
    for shape in [Distribution.triangular(low: 2, mode: 2, high: 2), .pert(low: 2, mode: 2, high: 2), .uniform(low: 2, high: 2)] {
      let table = try QuantileTable(shape)
      #expect([-5, -0.3, 0, 2, 7].allSatisfy { table.value(atNormalScore: $0) == 2 }, "\(shape)")
    }
  }
}
