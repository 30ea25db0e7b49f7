import ProjectFinance
import Testing

@Suite("Internal rate of return")
struct InternalRateOfReturnTests {
  @Test(
    "Published cash flows give all their published rates",
    arguments: [
      // numpy-financial, unit tests of irr
      ([-150_000, 15_000, 25_000, 35_000, 45_000, 60_000], [0.052432888859]),
      ([-100, 0, 0, 74], [-0.095495830349]),
      // Two real rates above −100 %; tools that stop at the first Newton root print one of them.
      ([-100, 100, 0, -7], [-0.678894373632, -0.083299666185]),
      ([-50, -100, 600, 300, -100], [-0.768895470681, 1.854417828456]),
      // Hungarian TOP Plusz guide to cost-benefit analysis: 15.1 %
      ([-200, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40], [0.150984144771]),
      // massing, unit test
      ([-1000, 500, 600], [0.0639410298049754]),
    ] as [([Double], [Double])])
  func publishedRates(flow: [Double], expected: [Double]) throws {
    let rates = try internalRateOfReturn(of: flow).roots
    try #require(rates.count == expected.count)
    for (rate, value) in zip(rates, expected) { #expect(abs(rate - value) <= 1e-9) }
  }

  @Test("The Hungarian guide prints −2.5 % for a flow whose rate is −8.351 %; the printed figure does not zero the value")
  func printedRateIsWrong() throws {
    let flow = [-200.0] + [Double](repeating: 12, count: 10)
    let rate = try #require(try internalRateOfReturn(of: flow).value)
    #expect(abs(rate - -0.08351) < 1e-5)
    #expect(abs(try netPresentValue(of: flow, rate: rate)) < 1e-9)
    #expect(try abs(netPresentValue(of: flow, rate: -0.025)) > 60)
  }

  @Test("A flow without both signs, without flows or without a real root says why it has no rate")
  func absence() throws {
    #expect(try internalRateOfReturn(of: []) == .none(.noFlows))
    #expect(try internalRateOfReturn(of: [0, 0]) == .none(.noFlows))
    #expect(try internalRateOfReturn(of: [-5, -1]) == .none(.noSignChange))
    #expect(try internalRateOfReturn(of: [3, 0, 1]) == .none(.noSignChange))
    // v² − v + 1 has no real root.
    #expect(try internalRateOfReturn(of: [1, -1, 1]) == .none(.noRealRoot))
    #expect(throws: ProjectFinanceError.notFinite(field: "cashflow[1]")) { try internalRateOfReturn(of: [-1, .nan]) }
    #expect(throws: ProjectFinanceError.notFinite(field: "cashflow[0]")) { try internalRateOfReturn(of: [.infinity, 1]) }
  }

  @Test("A curve that only touches zero has one rate: −100, 220, −121 at 10 %")
  func doubleRoot() throws {
    let result = try internalRateOfReturn(of: [-100, 220, -121])
    try #require(result.roots.count == 1)
    #expect(abs(result.roots[0] - 0.1) < 1e-7)
  }

  @Test("A rate of exactly zero is found beside another")
  func zeroRate() throws {
    // (v − 1)(v − 1/1.25), scaled: rates 0 and 25 %.
    let rates = try internalRateOfReturn(of: [80, -180, 100]).roots
    try #require(rates.count == 2)
    #expect(rates[0] == 0)
    #expect(abs(rates[1] - 0.25) < 1e-12)
    #expect(try internalRateOfReturn(of: [-100, 50, 50]) == .unique(0))
  }

  @Test("Polynomials built from known rates give those rates back, whatever their number")
  func knownRoots() throws {
    var generator = SeededGenerator(seed: 20_261_122)
    for round in 0..<300 {
      let count = Int.random(in: 1...6, using: &generator)
      var rates: [Double] = []
      while rates.count < count {
        let rate = Double.random(in: -0.7...1.5, using: &generator)
        if rates.allSatisfy({ abs($0 - rate) > 0.05 }) { rates.append(rate) }
      }
      rates.sort()
      // Π (1 − (1 + r) v), ascending in v.
      var flow = [1.0]
      for rate in rates {
        var next = [Double](repeating: 0, count: flow.count + 1)
        for (index, coefficient) in flow.enumerated() {
          next[index] += coefficient
          next[index + 1] -= coefficient * (1 + rate)
        }
        flow = next
      }
      let found = try internalRateOfReturn(of: flow.map { $0 * -1e6 }).roots
      #expect(found.count == count, "seed 20261122, round \(round), rates \(rates), found \(found)")
      guard found.count == count else { continue }
      for (a, b) in zip(found, rates) { #expect(abs(a - b) < 1e-6, "seed 20261122, round \(round)") }
    }
  }

  @Test("The net present value at every rate found is zero to rounding")
  func valueAtRateIsZero() throws {
    var generator = SeededGenerator(seed: 7)
    for round in 0..<500 {
      let flow = (0..<Int.random(in: 2...40, using: &generator)).map { _ in Double.random(in: -1e6...1e6, using: &generator) }
      for rate in try internalRateOfReturn(of: flow).roots {
        var magnitude = 0.0, v = 1.0
        for amount in flow {
          magnitude += abs(amount) * v
          v /= 1 + rate
        }
        let value = try netPresentValue(of: flow, rate: rate)
        #expect(abs(value) <= 1e-8 * magnitude, "seed 7, round \(round), rate \(rate)")
      }
    }
  }

  @Test("Every change of sign of the net present value on a fine grid is one of the rates")
  func noRateIsMissed() throws {
    var generator = SeededGenerator(seed: 11)
    for round in 0..<100 {
      let flow = (0..<Int.random(in: 3...12, using: &generator)).map { _ in Double.random(in: -10...10, using: &generator).rounded() }
      let rates = try internalRateOfReturn(of: flow).roots
      var previous = try netPresentValue(of: flow, rate: -0.9)
      for step in 1...4000 {
        let rate = -0.9 + Double(step) * 0.001
        let value = try netPresentValue(of: flow, rate: rate)
        if previous != 0, value != 0, (previous < 0) != (value < 0) {
          #expect(rates.contains { $0 >= rate - 0.001001 && $0 <= rate + 1e-6 }, "seed 11, round \(round), flow \(flow), near \(rate)")
        }
        previous = value
      }
    }
  }

  @Test("Scaling money leaves the rates as they are")
  func scaling() throws {
    let flow = [-50.0, -100, 600, 300, -100]
    let plain = try internalRateOfReturn(of: flow).roots
    for factor in [1e-12, 1e-3, 1e9, 1e200] {
      let scaled = try internalRateOfReturn(of: flow.map { $0 * factor }).roots
      try #require(scaled.count == plain.count)
      for (a, b) in zip(plain, scaled) { #expect(abs(a - b) < 1e-12) }
    }
  }

  @Test("A long monthly flow has one rate, which the yearly one confirms")
  func monthlyFlow() throws {
    let flow = [-100_000.0] + [Double](repeating: 1_000, count: 240)
    let monthly = try #require(try internalRateOfReturn(of: flow).value)
    #expect(abs(annuityFactor(rate: monthly, years: 240) - 100) < 1e-9)
  }

  @Test("The modified rate matches the spreadsheet's example")
  func modified() throws {
    // Microsoft Excel, documentation of MIRR
    let flow: [Double] = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000]
    let rate = try #require(try modifiedInternalRateOfReturn(of: flow, financeRate: 0.10, reinvestmentRate: 0.12))
    #expect(abs(rate - 0.1260941303659051) <= 1e-12)
    #expect(try modifiedInternalRateOfReturn(of: [1, 2], financeRate: 0.1, reinvestmentRate: 0.1) == nil)
    #expect(try modifiedInternalRateOfReturn(of: [-1], financeRate: 0.1, reinvestmentRate: 0.1) == nil)
  }
}
