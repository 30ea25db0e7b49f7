import ProjectFinance
import Testing

@Suite("Sensitivity and scenarios")
struct SensitivityTests {
  @Test("At its switching value each driver puts FNPV(C) at zero")
  func switchingValues() throws {
    let value = ConversionCases.works()
    for bar in try #require(try tornado(value)) {
      let change = try #require(bar.switchingChange)
      let scenario = Scenario(name: "switch", changes: [bar.driver: change])
      guard change >= -1 else { continue }
      let result = try #require(try scenarios(value, [scenario])).first
      #expect(abs(try #require(result?.netPresentValue)) < 1e-5, "\(bar.driver)")
    }
  }

  @Test("Bars come widest first, and elasticities mark what is critical")
  func bars() throws {
    let bars = try #require(try tornado(ConversionCases.works()))
    #expect(bars.count == Driver.allCases.count)
    for (a, b) in zip(bars, bars.dropFirst()) { #expect(a.swing >= b.swing) }
    #expect(bars.first?.driver == .capitalCost)
    for bar in bars { #expect(bar.isCritical == (abs(bar.elasticity ?? 0) >= 1)) }
    #expect(try tornado(ConversionCases.works(rent: nil)) == nil)
  }

  @Test("Scenarios shift the value the way their names say")
  func scenarioOrder() throws {
    let value = ConversionCases.works(rent: 12)
    let base = try #require(try appraise(value).netPresentValue)
    let results = try #require(try scenarios(value))
    #expect(results.map(\.name) == ["pessimistic", "optimistic", "reference class"])
    #expect(results[0].netPresentValue < base && base < results[1].netPresentValue)
    #expect(abs(results[2].capitalCost - 1_900_000 * 1.51) < 1e-6)
    #expect(throws: ProjectFinanceError.self) { try scenarios(value, [Scenario(name: "x", changes: [.revenue: -2])]) }
  }
}
