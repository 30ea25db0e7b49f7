import ProjectFinance
import Testing

@Suite("Aid rules")
struct AidRuleTests {
  static func date(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

  static func rule(
    _ id: String, basis: AidBasis = .eligibleCost, intensity: Double?, threshold: Double?, cap: Double? = nil,
    appliesTo: String = "cultural infrastructure", from: String = "2023-07-01", to: String? = "2026-12-31"
  ) throws -> AidRule {
    AidRule(
      id: id, title: id, basis: basis, maximumIntensity: intensity, threshold: threshold, totalCostCap: cap, appliesTo: appliesTo,
      validFrom: try date(from), validTo: try to.map(date), source: "test", isVerified: true)
  }

  static func application(
    cost: Double = 3_000_000, profit: Double? = nil, on day: String, earlierAid: Double = 0,
    purposes: [String] = ["cultural infrastructure", "undertaking"]
  ) throws -> AidApplication {
    AidApplication(
      purposes: purposes, eligibleCost: cost, totalCost: cost, operatingProfit: profit, earlierAid: earlierAid, grantDate: try date(day))
  }

  @Test("Intensity binds below the threshold, the threshold above it")
  func intensityAndThreshold() throws {
    // GBER article 53, simplified: 80 % up to 2.2 million
    let rule = try Self.rule("GBER-53-SIMPLE", intensity: 0.8, threshold: 2_200_000)
    let small = try AidCeiling(rules: [rule], application: Self.application(cost: 1_000_000, on: "2026-06-01"))
    #expect(small.amount == 800_000 && small.applied?.boundBy == "intensity")
    let large = try AidCeiling(rules: [rule], application: Self.application(on: "2026-06-01"))
    #expect(large.amount == 2_200_000 && large.applied?.boundBy == "threshold")
  }

  @Test("A rule holds on its first and last day and on no other")
  func expiry() throws {
    let rule = try Self.rule("GBER-53-SIMPLE", intensity: 0.8, threshold: 2_200_000)
    for (day, holds) in [("2023-06-30", false), ("2023-07-01", true), ("2026-12-31", true), ("2027-01-01", false)] {
      let ceiling = try AidCeiling(rules: [rule], application: Self.application(on: day))
      #expect((ceiling.amount != nil) == holds, "\(day)")
    }
    let after = try AidCeiling(rules: [rule], application: Self.application(on: "2027-01-01"))
    #expect(after.amount == nil)
    #expect(after.expiredRuleIDs == ["GBER-53-SIMPLE"])
    let before = try AidCeiling(rules: [rule], application: Self.application(on: "2023-01-01"))
    #expect(before.refusals.map(\.reason) == [.notYetInForce])
  }

  @Test("De minimis of 2013 gives way to that of 2023 and counts aid already had")
  func deMinimis() throws {
    let rules = [
      try Self.rule(
        "DE-MINIMIS-2013", basis: .undertaking, intensity: 1, threshold: 200_000, appliesTo: "undertaking", from: "2014-01-01",
        to: "2023-12-31"),
      try Self.rule(
        "DE-MINIMIS-2023", basis: .undertaking, intensity: 1, threshold: 300_000, appliesTo: "undertaking", from: "2024-01-01",
        to: "2030-12-31"),
    ]
    #expect(try AidCeiling(rules: rules, application: Self.application(on: "2023-12-31")).amount == 200_000)
    #expect(try AidCeiling(rules: rules, application: Self.application(on: "2024-01-01")).amount == 300_000)
    #expect(try AidCeiling(rules: rules, application: Self.application(on: "2024-01-01", earlierAid: 250_000)).amount == 50_000)
    #expect(try AidCeiling(rules: rules, application: Self.application(on: "2031-01-01")).amount == nil)
  }

  @Test("Operating profit lowers the basis, and an unknown one gives no ceiling")
  func operatingProfit() throws {
    let rule = try Self.rule("GBER-53-GAP", basis: .eligibleCostMinusOperatingProfit, intensity: 1, threshold: 165_000_000)
    #expect(try AidCeiling(rules: [rule], application: Self.application(profit: 1_000_000, on: "2026-01-01")).amount == 2_000_000)
    #expect(try AidCeiling(rules: [rule], application: Self.application(profit: -5, on: "2026-01-01")).amount == 3_000_000)
    let unknown = try AidCeiling(rules: [rule], application: Self.application(on: "2026-01-01"))
    #expect(unknown.amount == nil && unknown.refusals.map(\.reason) == [.basisUnknown])
  }

  @Test("Rules for the same cost are not added up; the highest allowance is the ceiling")
  func cumulation() throws {
    let rules = [
      try Self.rule("A", intensity: 0.8, threshold: 2_200_000),
      try Self.rule(
        "DE-MINIMIS-2023", basis: .undertaking, intensity: 1, threshold: 300_000, appliesTo: "undertaking", from: "2024-01-01",
        to: "2030-12-31"),
    ]
    let ceiling = try AidCeiling(rules: rules, application: Self.application(cost: 1_000_000, on: "2026-01-01"))
    #expect(ceiling.amount == 800_000)
    #expect(ceiling.allowances.map(\.rule.id) == ["A", "DE-MINIMIS-2023"])
  }

  @Test("A project above the cost cap and a rule with an unknown intensity give no ceiling")
  func capAndUnknownIntensity() throws {
    let rules = [
      try Self.rule("CAPPED", intensity: 1, threshold: nil, cap: 2_000_000), try Self.rule("REGIONAL", intensity: nil, threshold: 1),
      try Self.rule("OTHER", intensity: 1, threshold: nil, appliesTo: "audiovisual"),
    ]
    let ceiling = try AidCeiling(rules: rules, application: Self.application(on: "2026-01-01"))
    #expect(ceiling.amount == nil)
    #expect(ceiling.refusals.map(\.reason) == [.aboveTotalCostCap, .intensityUnknown])
  }

  @Test("No allowance ever exceeds threshold or cost")
  func neverAboveCeilings() throws {
    var generator = SeededGenerator(seed: 23)
    for round in 0..<300 {
      let cost = Double.random(in: 0...1e7, using: &generator), threshold = Double.random(in: 0...5e6, using: &generator)
      let rule = try Self.rule("R", intensity: Double.random(in: 0...1, using: &generator), threshold: threshold)
      let amount = try #require(try AidCeiling(rules: [rule], application: Self.application(cost: cost, on: "2025-01-01")).amount)
      #expect(amount >= 0 && amount <= min(cost, threshold), "seed 23, round \(round)")
    }
  }

  @Test("Words of rule tables become bases")
  func basisWords() {
    #expect(AidBasis(ruleTableText: "eligible cost minus discounted operating profit") == .eligibleCostMinusDiscountedOperatingProfit)
    #expect(AidBasis(ruleTableText: "undertaking over three rolling years") == .undertaking)
    #expect(AidBasis(ruleTableText: "full moon") == nil)
  }
}
