import DecisionAnalysis
import Testing

@Suite struct ValueFunctionTests {
  private func floorArea() throws -> ValueFunction {
    try .piecewiseLinear([
      .init(x: 150, value: 0), .init(x: 800, value: 1), .init(x: 6000, value: 1), .init(x: 12000, value: 0.5), .init(x: 30000, value: 0.2),
    ])
  }

  @Test("Straight lines between anchors, constant outside")
  func piecewise() throws {
    let function = try floorArea()
    expectClose(
      [100, 150, 475, 800, 3000, 9000, 12000, 21000, 40000].map(function.value), [0, 0, 0.5, 1, 1, 0.75, 0.5, 0.35, 0.2], within: 1e-12)
    #expect(function.values([475, .nan])[1].isNaN)
  }

  @Test("A tent's summit inside an interval counts, and so does a valley")
  func tent() throws {
    let tent = try ValueFunction.piecewiseLinear([.init(x: 0, value: 0), .init(x: 5, value: 1), .init(x: 10, value: 0)])
    #expect(tent.range(over: 3...9).upperBound == 1 && (tent.range(over: 3...9).lowerBound - 0.2).magnitude < 1e-12)
    #expect(tent.range(over: 6...9).upperBound == tent.value(6))
    let valley = try ValueFunction.piecewiseLinear([.init(x: 0, value: 1), .init(x: 5, value: 0.1), .init(x: 10, value: 1)])
    #expect(valley.range(over: 2...8).lowerBound == 0.1)
    #expect(tent.range == 0...1)
  }

  @Test("The range over an interval holds every value in it and is reached", arguments: [141, 142, 143] as [UInt64])
  func ranges(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let anchors = (0..<6).map { ValueFunction.Anchor(x: Double($0) * 3 + generator.uniform(), value: generator.uniform()) }
    for function in [try ValueFunction.piecewiseLinear(anchors), try .step(anchors, below: 0.3), try .logistic(midpoint: 8, scale: -2)] {
      for _ in 0..<40 {
        let low = 20 * generator.uniform() - 1
        let high = low + 8 * generator.uniform()
        let range = function.range(over: low...high)
        let samples = (0...2_000).map { function.value(low + (high - low) * Double($0) / 2_000) }
        #expect(samples.allSatisfy { range.lowerBound - 1e-12 <= $0 && $0 <= range.upperBound + 1e-12 }, "seed \(seed)")
        #expect((range.upperBound - (samples.max() ?? 0)) < 0.02 && ((samples.min() ?? 1) - range.lowerBound) < 0.02, "seed \(seed)")
      }
    }
  }

  @Test("Steps hold from their anchor on, categories by name, the logistic is one half at its midpoint")
  func others() throws {
    let step = try ValueFunction.step([.init(x: 1945, value: 0.4), .init(x: 1970, value: 0.2)], below: 0.8)
    #expect([1900, 1944, 1945, 1969, 1970, 2020].map(step.value) == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2])
    #expect(step.range(over: 1940...1946) == 0.4...0.8)
    let category = try ValueFunction.category([("ruin", 0), ("poor", 0.35), ("fair", 0.7), ("good", 1)])
    #expect(category.value(ofCategory: "fair") == 0.7 && category.value(ofCategory: "new") == nil)
    #expect(category.range(over: 1...2) == 0.35...0.7)
    #expect(category.categories == ["ruin", "poor", "fair", "good"])
    let logistic = try ValueFunction.logistic(midpoint: 500, scale: -100)
    #expect(logistic.value(500) == 0.5 && logistic.value(300) > 0.88 && logistic.value(-.infinity) == 1)
  }

  @Test("Functions that are not well formed are refused with the anchor at fault")
  func refusals() {
    let error = #expect(throws: DecisionError.self) {
      try ValueFunction.piecewiseLinear([.init(x: 1, value: 0), .init(x: 1, value: 1)])
    }
    #expect(error?.description.contains("anchor 2 at 1.0") == true)
    #expect(throws: DecisionError.self) { try ValueFunction.piecewiseLinear([.init(x: 1, value: 1.2)]) }
    #expect(throws: DecisionError.self) { try ValueFunction.step([]) }
    #expect(throws: DecisionError.self) { try ValueFunction.category([("a", 0.1), ("a", 0.2)]) }
    #expect(throws: DecisionError.self) { try ValueFunction.logistic(midpoint: 0, scale: 0) }
  }
}
