import DecisionAnalysis
import Testing

@Suite struct VIKORTests {
  /// Six hydropower systems on the Drina: Opricovic, Tzeng (2007), EJOR 178(2), 514–529, table 1.
  private func hydropower(_ weights: [Double]) throws -> DecisionMatrix {
    try DecisionMatrix(
      rows: [
        [4184.3, 2914.0, 407.2, 251.0, 195, 244, 15, 2.41], [5211.9, 3630.0, 501.7, 308.3, 282, 346, 21, 1.41],
        [5021.3, 3920.5, 504.0, 278.6, 12, 56, 3, 4.42], [5566.1, 3957.9, 559.5, 335.3, 167, 268, 16, 3.36],
        [5060.5, 3293.5, 514.1, 284.2, 69, 90, 7, 4.04], [4317.9, 2925.9, 432.8, 239.3, 12, 55, 3, 4.36],
      ],
      directions: [.maximise, .minimise, .maximise, .maximise, .minimise, .minimise, .minimise, .maximise], weights: weights)
  }

  @Test("Tzeng, Huang (2011): no acceptable advantage, so two alternatives make the compromise")
  func tzeng() throws {
    let result = try VIKOR().evaluate(try tzengHuang())
    expectClose(result.groupUtility, [0.6, 0.3, 0.15, 0.65], within: 1e-9)
    expectClose(result.individualRegret, [0.3, 0.2, 0.15, 0.4], within: 1e-9)
    expectClose(result.compromise, [0.75, 0.25, 0, 1], within: 1e-9)
    #expect(!result.hasAcceptableAdvantage && result.hasAcceptableStability)
    #expect(result.compromiseSet == [1, 2])
  }

  @Test("Opricovic, Tzeng (2004), the example of the mountain climber")
  func climber() throws {
    let matrix = try DecisionMatrix(
      rows: [[1, 3000], [2, 3750], [5, 4500]], directions: [.minimise, .maximise], weights: [0.5, 0.5])
    let result = try VIKOR().evaluate(matrix)
    expectClose(result.groupUtility, [0.5, 0.375, 0.5], within: 1e-9)
    expectClose(result.individualRegret, [0.5, 0.25, 0.5], within: 1e-9)
    expectClose(result.compromise, [1, 0, 1], within: 1e-9)
    #expect(result.ranks == [2, 1, 2])
  }

  @Test("Hydropower with equal weights: one winner")
  func equalWeights() throws {
    let result = try VIKOR().evaluate(try hydropower([1, 1, 1, 1, 1, 1, 1, 1]))
    expectClose(result.groupUtility, [0.692479, 0.700373, 0.289614, 0.422552, 0.27996, 0.34582], within: 1e-6)
    expectClose(result.individualRegret, [0.125, 0.125, 0.120522, 0.125, 0.066536, 0.125], within: 1e-6)
    expectClose(result.compromise, [0.990611, 1, 0.473181, 0.669585, 0, 0.578327], within: 1e-6)
    #expect(result.hasAcceptableAdvantage && result.hasAcceptableStability)
    #expect(result.compromiseSet == [4])
  }

  @Test("Hydropower with social criteria doubled: three make the compromise")
  func socialWeights() throws {
    let result = try VIKOR().evaluate(try hydropower([1, 1, 1, 1, 2, 2, 2, 2]))
    expectClose(result.groupUtility, [0.683461, 0.800249, 0.193363, 0.480069, 0.243295, 0.232208], within: 1e-6)
    expectClose(result.individualRegret, [0.112963, 0.166667, 0.080348, 0.121993, 0.044358, 0.083333], within: 1e-6)
    expectClose(result.compromise, [0.68424, 1, 0.147128, 0.553585, 0.041138, 0.191336], within: 1e-6)
    #expect(!result.hasAcceptableAdvantage && result.hasAcceptableStability)
    #expect(result.compromiseSet == [2, 4, 5])
  }

  @Test("Advantage without stability: first and second make the compromise (test of scikit-criteria)")
  func unstable() throws {
    let matrix = try DecisionMatrix(
      rows: [[1, 101, 1, 101, 1], [101, 1, 101, 1, 101], [1, 1, 1, 1, 101], [11, 11, 11, 16, 61], [56, 56, 56, 56, 56]],
      directions: [Direction](repeating: .minimise, count: 5), weights: [0.2, 0.2, 0.2, 0.2, 0.2])
    let result = try VIKOR().evaluate(matrix)
    expectClose(result.individualRegret, [0.2, 0.2, 0.2, 0.12, 0.11], within: 1e-3)
    expectClose(result.groupUtility, [0.4, 0.6, 0.2, 0.21, 0.55], within: 1e-3)
    expectClose(result.compromise, [0.75, 1, 0.5, 0.068, 0.4375], within: 1e-3)
    #expect(result.hasAcceptableAdvantage && !result.hasAcceptableStability)
    #expect(result.compromiseSet == [3, 4])
  }

  @Test("A strategy weight outside 0…1 is refused")
  func strategyWeight() throws {
    let matrix = try tzengHuang()
    #expect(throws: DecisionError.parameter(name: "v", value: 1.5, allowed: "between 0 and 1")) {
      try VIKOR(strategyWeight: 1.5).evaluate(matrix)
    }
  }
}
