import DecisionAnalysis
import Testing

@Suite struct PROMETHEETests {
  @Test("Zhao et al. (2013): preferences and flows under the usual criterion")
  func zhao() throws {
    let matrix = try DecisionMatrix(
      rows: [[4, 3, 2], [3, 2, 4], [5, 1, 3]], directions: [.maximise, .maximise, .maximise], weights: [0.5, 0.3, 0.2])
    let method = PROMETHEE(functions: [.usual, .usual, .usual])
    let result = try method.evaluate(matrix)
    expectClose(result.preferences, [0, 0.8, 0.3, 0.2, 0, 0.5, 0.7, 0.5, 0], within: 1e-12)
    for flows in [result.flows, try method.flows(matrix)] {
      expectClose(flows.positive, [0.55, 0.35, 0.6], within: 1e-12)
      expectClose(flows.negative, [0.45, 0.65, 0.4], within: 1e-12)
      expectClose(flows.net, [0.1, -0.3, 0.2], within: 1e-12)
      #expect(flows.ranks == [2, 3, 1])
      #expect(flows.outcome(2, 0) == .preferred && flows.outcome(1, 0) == .notPreferred)
    }
  }

  @Test("Six power plants under all six shapes: net flows as printed by Brans, Vincke, Mareschal (1986)")
  func powerPlants() throws {
    // How to select and how to rank projects: the PROMETHEE method, EJOR 24, 228–238. Manpower, power, construction cost, maintenance cost,
    // villages to evacuate, security level.
    let matrix = try DecisionMatrix(
      rows: [
        [80, 90, 600, 54, 8, 5], [65, 58, 200, 97, 1, 1], [83, 60, 400, 72, 4, 7], [40, 80, 1000, 75, 7, 10],
        [52, 72, 600, 20, 3, 8], [94, 96, 700, 36, 5, 6],
      ],
      directions: [.minimise, .maximise, .minimise, .minimise, .minimise, .maximise], weights: [1, 1, 1, 1, 1, 1])
    let method = PROMETHEE(functions: [
      .uShape(q: 10), .vShape(p: 30), .linear(q: 50, p: 500), .level(q: 10, p: 60), .usual, .gaussian(s: 5),
    ])
    let result = try method.evaluate(matrix)
    expectClose(result.flows.net, [-0.146, 0.017, -0.089, -0.021, 0.293, -0.054], within: 0.0015)
    #expect(result.flows.ranks == [6, 2, 5, 3, 1, 4])
  }

  @Test(
    "The sorted evaluation equals the pairwise one for every shape, with equals and exact thresholds",
    arguments: [41, 42, 43, 44] as [UInt64])
  func sortedEqualsPairwise(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let n = 211
    let shapes: [PreferenceFunction] = [
      .usual, .uShape(q: 2), .vShape(p: 3), .level(q: 1, p: 4), .linear(q: 1, p: 5), .gaussian(s: 2), .uShape(q: 0), .linear(q: 0, p: 2),
      .linear(q: 0.3, p: 0.7),
    ]
    // Whole numbers hit equals and thresholds; the last column is real, with a large common offset.
    var values: [Double] = []
    for j in shapes.indices {
      for _ in 0..<n { values.append(j == 8 ? 1e6 + generator.normal() : Double(Int.random(in: 0...12, using: &generator))) }
    }
    let directions = shapes.indices.map { $0 % 2 == 0 ? Direction.maximise : .minimise }
    let weights = generator.dirichlet([Double](repeating: 3, count: shapes.count))
    let matrix = try DecisionMatrix(columns: values, alternativeCount: n, directions: directions, weights: weights)
    let method = PROMETHEE(functions: shapes)
    let pairwise = try method.evaluate(matrix)
    let sorted = try method.flows(matrix)
    expectClose(sorted.positive, pairwise.flows.positive, within: 1e-10, "seed \(seed)")
    expectClose(sorted.negative, pairwise.flows.negative, within: 1e-10, "seed \(seed)")
    #expect(sorted.net.reduce(0, +).magnitude < 1e-9, "net flows sum to zero, seed \(seed)")
    let profile = (0..<n).map { i in shapes.indices.reduce(0.0) { $0 + matrix.relativeWeights[$1] * pairwise.criterionFlows[$1 * n + i] } }
    expectClose(profile, pairwise.flows.net, within: 1e-10, "the profile weighted adds up to the net flow, seed \(seed)")
  }

  @Test("Alternatives that win and lose on different criteria are incomparable; twins are indifferent")
  func partialOrder() throws {
    let matrix = try DecisionMatrix(
      rows: [[10, 0, 0], [0, 8, 4], [0, 8, 4], [5, 4, 9]], directions: [.maximise, .maximise, .maximise], weights: [2, 1, 1])
    let flows = try PROMETHEE(functions: [.usual, .usual, .usual]).flows(matrix)
    #expect(flows.outcome(1, 2) == .indifferent)
    // By hand: φ⁺ .5 against .25 and φ⁻ .5 against .4167, so the first is better in one flow and worse in the other.
    expectClose(flows.positive, [0.5, 0.25, 0.25, 2.0 / 3], within: 1e-15)
    expectClose(flows.negative, [0.5, 1.25 / 3, 1.25 / 3, 1.0 / 3], within: 1e-15)
    #expect(flows.outcome(0, 1) == .incomparable)
    #expect(flows.outcome(3, 1) == .preferred)
  }

  @Test("Thresholds out of order are refused with their column")
  func thresholds() throws {
    let matrix = try tzengHuang()
    let error = #expect(throws: DecisionError.self) {
      try PROMETHEE(functions: [.usual, .linear(q: 3, p: 2), .usual]).flows(matrix)
    }
    #expect(error?.description.contains("thresholds of column 2") == true)
    #expect(throws: DecisionError.count(what: "preference functions", found: 1, expected: 3)) {
      try PROMETHEE(functions: [.usual]).flows(matrix)
    }
  }
}
