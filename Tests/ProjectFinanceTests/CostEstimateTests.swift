import ProjectFinance
import Testing

@Suite("Cost estimate")
struct CostEstimateTests {
  static let split: [(group: CostGroup, share: Double)] = [
    (.preparation, 0.02), (.construction, 0.694 * 0.77), (.technical, 0.694 * 0.23), (.outdoor, 0.04), (.fittings, 0.046), (.fees, 0.20),
  ]

  @Test("The groups of an all-in figure add up to it")
  func groupsAddUp() throws {
    let estimate = try CostEstimate(
      grossFloorArea: 1000, unitCost: CostRange(low: 1900, central: 1900, high: 1900), split: Self.split)
    #expect(abs(estimate.total.central - 1_900_000) < 1e-6)
    #expect(abs(estimate.total.low - 1_330_000) < 1e-6)
    #expect(abs(estimate.total.high - 2_850_000) < 1e-6)
    #expect(estimate.lines.map(\.group) == [.preparation, .construction, .technical, .outdoor, .fittings, .fees])
    #expect(estimate[.plot] == .zero)
    #expect(abs(estimate[.construction].central / estimate[.technical].central - 77.0 / 23) < 1e-9)
    #expect(abs(estimate.referenceClassTotal - 1_900_000 * 1.51) < 1e-6)
  }

  @Test("Contingency lies inside the range and is not stacked on it")
  func contingency() throws {
    let estimate = try CostEstimate(grossFloorArea: 100, unitCost: CostRange(low: 1000, central: 1000, high: 1000), split: Self.split)
    #expect(abs(estimate.contingency - 10_000) < 1e-9)
    #expect(estimate.total.central + estimate.contingency <= estimate.total.high)
    let certain = try CostEstimate(
      grossFloorArea: 100, unitCost: CostRange(low: 1000, central: 1000, high: 1000), split: Self.split,
      estimateClass: EstimateClass(number: 1, below: 0, above: 0.05))
    #expect(abs(certain.contingency - 5_000) < 1e-9)
  }

  @Test("Factors multiply the all-in figure, extras are added to their group")
  func factorsAndExtras() throws {
    let plain = try CostEstimate(grossFloorArea: 500, unitCost: CostRange(low: 900, central: 1150, high: 1400), split: Self.split)
    let listed = try CostEstimate(
      grossFloorArea: 500, unitCost: CostRange(low: 900, central: 1150, high: 1400), split: Self.split,
      factors: [.init(name: "condition poor", value: 1.15), .init(name: "listed", value: 1.15)],
      extras: [.init(name: "remediation", group: .preparation, cost: CostRange(low: 33_000, central: 33_000, high: 33_000))])
    #expect(abs(listed.factor - 1.3225) < 1e-12)
    #expect(abs(listed.total.central - (plain.total.central * 1.3225 + 33_000)) < 1e-6)
    #expect(abs(listed[.preparation].central - (plain[.preparation].central * 1.3225 + 33_000)) < 1e-6)
  }

  @Test("Ranges stay in order and scale with area, whatever the figures")
  func rangesInOrder() throws {
    var generator = SeededGenerator(seed: 17)
    for round in 0..<200 {
      let central = Double.random(in: 100...3000, using: &generator)
      let cost = CostRange(
        low: central * Double.random(in: 0.3...1, using: &generator), central: central,
        high: central * Double.random(in: 1...2, using: &generator))
      let area = Double.random(in: 10...20_000, using: &generator)
      let one = try CostEstimate(grossFloorArea: area, unitCost: cost, split: Self.split, estimateClass: .afterSiteVisit)
      let two = try CostEstimate(grossFloorArea: 2 * area, unitCost: cost, split: Self.split, estimateClass: .afterSiteVisit)
      #expect(one.total.low <= one.total.central && one.total.central <= one.total.high, "seed 17, round \(round)")
      #expect(abs(two.total.high - 2 * one.total.high) <= 1e-9 * two.total.high, "seed 17, round \(round)")
      #expect(one.total.low <= cost.low * area * (1 + 1e-12) && one.total.high >= cost.high * area * (1 - 1e-12))
    }
  }

  @Test("The S-curve starts and ends slowly and its months add up to the total", arguments: [1, 2, 7, 18, 36])
  func phasing(months: Int) {
    let draw = constructionDraw(total: 1_000_000, months: months)
    #expect(draw.count == months)
    #expect(abs(draw.reduce(0, +) - 1_000_000) < 1e-6)
    #expect(draw.allSatisfy { $0 > 0 })
    if months > 2 { #expect(draw[0] < draw[months / 2]) }
    #expect(constructionProgress(0.5) == 0.5)
  }

  @Test("A range out of order and an empty split are refused")
  func refusals() {
    #expect(throws: ProjectFinanceError.self) {
      try CostEstimate(grossFloorArea: 10, unitCost: CostRange(low: 5, central: 4, high: 6), split: Self.split)
    }
    #expect(throws: ProjectFinanceError.empty(field: "split")) {
      try CostEstimate(grossFloorArea: 10, unitCost: CostRange(low: 4, central: 4, high: 6), split: [])
    }
    #expect(throws: ProjectFinanceError.self) {
      try CostEstimate(
        grossFloorArea: 10, unitCost: CostRange(low: 4, central: 4, high: 6), split: Self.split,
        factors: [.init(name: "condition", value: 0)])
    }
  }

  @Test("A range out of order is refused at the end that is wrong, and groups sort by number")
  func rangeOutOfOrder() {
    #expect(throws: ProjectFinanceError.outOfRange(field: "unit_cost.high", value: 900, allowed: "of at least the central value 1000.0")) {
      try CostEstimate(grossFloorArea: 1, unitCost: CostRange(low: 800, central: 1000, high: 900), split: Self.split)
    }
    #expect(throws: ProjectFinanceError.outOfRange(field: "unit_cost.low", value: 1100, allowed: "of at most the central value 1000.0")) {
      try CostEstimate(grossFloorArea: 1, unitCost: CostRange(low: 1100, central: 1000, high: 1200), split: Self.split)
    }
    #expect([CostGroup.fees, .plot, .technical].sorted() == [.plot, .technical, .fees])
  }

  @Test("Every error names its field and says what to give instead")
  func errors() {
    let errors: [(ProjectFinanceError, String)] = [
      (.notFinite(field: "rent"), "finite number"), (.empty(field: "cashflow"), "at least one value"),
      (.outOfRange(field: "rate", value: -2, allowed: "above -1"), "give a value above -1"),
      (.unequalLengths(field: "amounts", count: 2, expected: 3), "2 values where 3 are needed"),
      (.notADate(field: "dates[0]", text: "2008-02-30"), "write YYYY-MM-DD"),
    ]
    for (error, words) in errors { #expect(error.description.hasPrefix(error.field) && error.description.contains(words)) }
  }

  @Test("Each figure of an estimate is refused by its own name")
  func refusedFigures() {
    func field(
      area: Double = 1, split: [(group: CostGroup, share: Double)] = Self.split, factor: Double = 1, extra: Double = 0,
      accuracy: EstimateClass = .withoutSurvey, contingency: Double = 0.1, uplift: Double = 0.5
    ) -> String? {
      do throws(ProjectFinanceError) {
        _ = try CostEstimate(
          grossFloorArea: area, unitCost: CostRange(low: 1, central: 1, high: 1), split: split,
          factors: [.init(name: "region", value: factor)],
          extras: [.init(name: "lift", group: .technical, cost: CostRange(low: extra, central: extra, high: extra))],
          estimateClass: accuracy, contingencyShare: contingency, referenceClassUplift: uplift)
        return nil
      } catch { return error.field }
    }
    #expect(field() == nil && field(area: .nan) == "gross_floor_area" && field(contingency: 2) == "contingency_share")
    #expect(field(uplift: -1) == "reference_class_uplift" && field(factor: .nan) == "factor.region" && field(factor: 0) == "factor.region")
    #expect(field(extra: -1) == "extra.lift.low" && field(split: []) == "split" && field(split: [(.technical, -1)]) == "split.kg400")
    #expect(field(accuracy: EstimateClass(number: 5, below: 2, above: 1)) == "estimate_class.below")
    #expect(field(accuracy: EstimateClass(number: 5, below: 0.2, above: -1)) == "estimate_class.above")
  }
}
