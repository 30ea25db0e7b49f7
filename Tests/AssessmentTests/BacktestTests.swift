import Testing
import TextFormats

@testable import Assessment

@Suite("Back-test")
struct BacktestTests {
  func backtest() throws -> Backtest {
    let data = try shippedData()
    return try Backtest(folder: data, register: AssumptionRegister(folder: data, studyFile: nil))
  }

  @Test("No project is measured with a record that it feeds")
  func leaveOneOut() throws {
    for c in try backtest().comparisons where c.leftOut != nil { #expect(c.record != c.leftOut, "\(c.id)") }
  }

  @Test("The first case: plan of the Klaipėda culture factory, per m², beside the figure of the table for Lithuania in 2008")
  func klaipeda() throws {
    let plan = try #require(try backtest().comparisons.first { $0.id == "klaipeda-plan" })
    // 36 M LTL at 3.4528 on 11,400 m²
    let observed = try #require(plan.observed), central = try #require(plan.central)
    #expect(abs(observed.lowerBound - 914.6) < 0.1)
    // 1,150 EUR/m² in France in 2014; index 93 to 99, level 72 to 112.
    let expected: Double = 1150.0 * (93.0 / 99.0) * (72.0 / 112.0)
    #expect(abs(central - expected) < 1e-9)
    #expect(plan.outcome == .held)
    let realised = try #require(try backtest().comparisons.first { $0.id == "klaipeda-realised" })
    #expect(realised.outcome == .notEstimated && realised.explanation.contains("area"))
  }

  @Test("Tallies add up, widths are printed, every miss is explained, and nothing is claimed from so few")
  func tally() throws {
    let backtest = try backtest()
    let counted = ["cost", "rent", "grant"].reduce(0) { $0 + backtest.tally($1).count }
    #expect(counted == backtest.estimated.count)
    #expect(try #require(backtest.tally("cost").width) > 0.5)
    for c in backtest.comparisons where c.outcome != .held { #expect(!c.explanation.isEmpty, "\(c.id)") }
    #expect(backtest.estimated.count < Backtest.fewest && backtest.claim.contains("no claim"))
    let json = try JSON(parsing: backtest.jsonText)
    #expect(backtest.text.contains("no claim") && json["claim"]?.string == backtest.claim)
  }

  @Test("An estimate that needs a missing price index says so instead of guessing")
  func missingIndex() throws {
    let data = try shippedData()
    let register = try AssumptionRegister(folder: data, studyFile: nil)
    #expect(message { _ = try register.converted("cost.full.complete", country: "LT", year: 1999) }.contains("1999"))
    #expect(message { _ = try register.converted("cost.full.complete", country: "XX", year: 2020) }.contains("XX"))
  }
}
