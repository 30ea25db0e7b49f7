import ProjectFinance

/// How far the figures of an alternative may be off, and why.
struct UncertaintyAnalysis: Sendable {
  /// FNPV(C) with one input at either end of its range.
  struct Bar: Sendable {
    /// Id of the input.
    var id: String
    /// Input.
    var title: Message
    /// Multiplier at the low and high end.
    var low: Double, high: Double
    /// FNPV(C) there.
    var lowValue: Double, highValue: Double
    /// Change of FNPV(C) in percent per percent of the input; `nil` when FNPV(C) is 0.
    var elasticity: Double?
    /// Change of the input, as a share, at which FNPV(C) is 0; `nil` when it never is.
    var switchingChange: Double?

    /// Whether a change of 1 % moves FNPV(C) by at least 1 %.
    var isCritical: Bool { elasticity.map { abs($0) >= 1 } ?? false }
  }

  /// FNPV(C) in a scenario.
  struct Outcome: Sendable {
    /// Scenario.
    var title: Message
    /// FNPV(C).
    var netPresentValue: Double
    /// Investment cost.
    var capitalCost: Double
    /// FRR(C).
    var rateOfReturn: Double?
  }

  /// Inputs by the width of their effect on FNPV(C), widest first.
  var tornado: [Bar]
  /// The same by groups of the cash flow.
  var drivers: [Sensitivity]
  /// Scenarios.
  var scenarios: [Outcome]
  /// The simulation.
  var simulation: Simulation
  /// Title and spread of each input of the simulation, for people.
  var inputs: [(title: Message, spread: Message)]
  /// Correlations of the inputs, for people.
  var correlations: [Message]
}

extension ConceptBuilder {
  /// An uncertain input with the ends of its range as multipliers.
  private struct Input {
    var id: String
    var title: Message
    var effects: [UncertainInput.Effect]
    var low: Double
    var high: Double
    var isLognormal = false

    var uncertain: UncertainInput {
      UncertainInput(
        name: id, effects: effects,
        distribution: isLognormal ? .lognormal(median: 1, percentile90: high) : .pert(low: min(low, 1), mode: 1, high: max(high, 1)))
    }
  }

  private mutating func range(_ record: Assumption, _ id: String, _ title: Sentence, _ effects: [UncertainInput.Effect]) -> Input? {
    if used[record.id] == nil { use(record) }
    guard record.value > 0, let low = record.low, let high = record.high, low < high else { return nil }
    return Input(id: id, title: Message(title), effects: effects, low: low / record.value, high: high / record.value)
  }

  private mutating func inputs(_ a: Alternative, _ b: BuildingFacts, _ cost: ConversionCost) throws -> [Input] {
    var inputs: [Input] = []
    func add(_ input: Input?) { if let input { inputs.append(input) } }
    // The class's range is where eight of ten estimates end, so its upper end is the 90th percentile.
    add(
      Input(
        id: "cost", title: Message(.inputCost, .number(Double(cost.estimate.estimateClass.number))), effects: [.capitalCost],
        low: 1 - cost.estimate.estimateClass.below, high: 1 + cost.estimate.estimateClass.above, isLognormal: true))
    if a.id != "meanwhile" {
      if let condition = b.condition {
        add(
          range(
            try register("factor.condition.\(condition == "ruin" ? "derelict" : condition)"), "condition", .inputCondition,
            [.capitalCost]))
      } else {
        let record = try register("uncertainty.condition")
        add(range(record, "condition", .inputConditionUnknown, [.capitalCost]))
      }
    }
    if b.low < b.high, a.stage.closedArea == 0 {
      add(
        Input(
          id: "floor_area", title: Message(.inputFloorArea), effects: [.floorArea], low: b.low / b.grossFloorArea,
          high: b.high / b.grossFloorArea))
    }
    if a.conversion.lettableArea > 0, let rent = b.rent {
      var market = range(rent, "rent", .inputRent, [.rent])
      if market == nil {
        let record = try register("uncertainty.rent")
        market = range(record, "rent", .inputRent, [.rent])
      }
      add(market)
      if b.isHeightUncertain {
        let record = try register("uncertainty.height.rent")
        add(range(record, "clear_height", .inputHeight, [.rent]))
      }
      let occupancy = [
        "meanwhile": "occupancy.target.meanwhile", "full": "occupancy.target", "cultural_anchor": "occupancy.target.venue",
      ]
      add(range(try register(occupancy[a.id] ?? "occupancy.target.light"), "occupancy", .inputOccupancy, [.occupancy]))
    }
    let operating = [
      "meanwhile": "opex.meanwhile", "cultural_anchor": "opex.culture", "full": "opex.office",
    ]
    add(
      range(
        try register(operating[a.id] ?? (b.isHall ? "opex.industrial" : "opex.office")), "operating_cost", .inputOperatingCost,
        [.operatingCost]))
    if a.conversion.otherRevenuePerYear > 0 {
      let record = try register("uncertainty.venue")
      add(range(record, "other_revenue", .inputOtherRevenue, [.otherRevenue]))
    }
    return inputs
  }

  /// Tornado, switching values, scenarios and simulation of an alternative; `nil` when the rent is not known.
  mutating func uncertainty(_ a: Alternative, _ b: BuildingFacts, draws: Int) throws -> UncertaintyAnalysis? {
    guard let cost = a.cost, let net = a.appraisal.netPresentValue, let drivers = try tornado(a.conversion) else { return nil }
    let value = a.conversion, rate = value.financialDiscountRate
    func worth(_ changed: ConversionCase) throws -> Double { try netPresentValue(of: changed.annualCashFlow().net ?? [], rate: rate) }
    let inputs = try inputs(a, b, cost)
    let bars = try inputs.map { input -> UncertaintyAnalysis.Bar in
      let low = try worth(value.scaled(input.effects, by: input.low)), high = try worth(value.scaled(input.effects, by: input.high))
      // FNPV(C) is linear in each input, so a small step below the central value gives its slope.
      let slope = (net - (try worth(value.scaled(input.effects, by: 0.99)))) / 0.01
      return .init(
        id: input.id, title: input.title, low: input.low, high: input.high, lowValue: low, highValue: high,
        elasticity: net != 0 ? slope / net : nil, switchingChange: slope != 0 ? -net / slope : nil)
    }.sorted { (abs($1.highValue - $1.lowValue), $0.id) < (abs($0.highValue - $0.lowValue), $1.id) }

    var pairs: [(first: Int, second: Int, value: Double)] = [], words: [Message] = []
    for (id, first, second) in [
      ("correlation.cost.rent", "cost", "rent"), ("correlation.cost.condition", "cost", "condition"),
      ("correlation.rent.occupancy", "rent", "occupancy"),
    ] {
      guard let i = inputs.firstIndex(where: { $0.id == first }), let j = inputs.firstIndex(where: { $0.id == second }) else { continue }
      let correlation = try figure(id)
      pairs.append((i, j, correlation))
      words.append(Message(.correlation, inputs[i].title, inputs[j].title, .number(correlation)))
    }
    guard
      let simulation = try simulate(value, inputs: inputs.map(\.uncertain), correlations: pairs, draws: draws, seed: seed)
    else { return nil }
    func percent(_ multiplier: Double) -> Message {
      let change = ((multiplier - 1) * 100).rounded()
      return change == 0 ? .text("±0") : .signed(change, decimals: nil)
    }
    return UncertaintyAnalysis(
      tornado: bars, drivers: drivers, scenarios: try outcomes(a, cost, net, simulation: simulation), simulation: simulation,
      inputs: inputs.map {
        ($0.title, $0.isLognormal ? Message(.spreadLognormal, percent($0.high)) : Message(.spreadPERT, percent($0.low), percent($0.high)))
      }, correlations: words)
  }

  private mutating func outcomes(_ a: Alternative, _ cost: ConversionCost, _ net: Double, simulation: Simulation) throws
    -> [UncertaintyAnalysis.Outcome]
  {
    let value = a.conversion
    func percent(_ share: Double) -> Message { .signed((share * 100).rounded(), decimals: nil) }
    var changes: [(title: Message, changes: [Driver: Double])] = [], worse: [Driver: Double] = [:], better: [Driver: Double] = [:]
    for (driver, title, bad, good) in [
      (Driver.capitalCost, Sentence.scenarioInvestment, "scenario.capex.high", "scenario.capex.low"),
      (.operatingCost, .scenarioOperatingCost, "scenario.opex.high", "scenario.opex.low"),
      (.revenue, .scenarioRevenue, "scenario.revenue.low", "scenario.revenue.high"),
    ] {
      for (id, isBad) in [(bad, true), (good, false)] {
        let share = try figure(id)
        changes.append((Message(title, percent(share)), [driver: share]))
        if isBad { worse[driver] = share } else { better[driver] = share }
      }
    }
    changes.append((Message(.scenarioWorse), worse))
    changes.append((Message(.scenarioBetter), better))
    let uplift = try figure("risk.optimism.nonstandard")
    changes.append((Message(.scenarioReferenceClass, percent(uplift)), [.capitalCost: uplift]))
    let found = try scenarios(value, changes.enumerated().map { Scenario(name: "\($0.offset)", changes: $0.element.changes) }) ?? []
    var outcomes = zip(changes, found).map { change, outcome in
      UncertaintyAnalysis.Outcome(
        title: change.title, netPresentValue: outcome.netPresentValue, capitalCost: outcome.capitalCost,
        rateOfReturn: outcome.rateOfReturn.value)
    }
    if value.lettableArea > 0 {
      let lost = try figure("scenario.tenants.lost")
      let flow = try value.scaled([.occupancy], by: 1 + lost).annualCashFlow().net ?? []
      outcomes.append(
        .init(
          title: Message(.scenarioTenantLost, percent(lost)),
          netPresentValue: try netPresentValue(of: flow, rate: value.financialDiscountRate), capitalCost: value.capitalCost.central,
          rateOfReturn: try internalRateOfReturn(of: flow).value))
    }
    // What only a survey can tell: paid with the works, without renewal or residual value.
    let spent = a.appraisal.years.map(\.capitalCost), total = value.capitalCost.central
    for (title, extra) in cost.possible where total > 0 {
      var flow = a.appraisal.years.map { $0.net ?? 0 }
      for year in flow.indices { flow[year] -= extra * spent[year] / total }
      outcomes.append(
        .init(
          title: title, netPresentValue: try netPresentValue(of: flow, rate: value.financialDiscountRate), capitalCost: total + extra,
          rateOfReturn: try internalRateOfReturn(of: flow).value))
    }
    return outcomes
  }
}

extension ConversionCase {
  /// The case with what some effects act on multiplied; occupancy never exceeds 1.
  func scaled(_ effects: [UncertainInput.Effect], by factor: Double) -> ConversionCase {
    var value = self
    for effect in effects {
      switch effect {
      case .capitalCost: value.capitalCost = value.capitalCost.scaled(by: factor)
      case .rent: value.rentPerSquareMetreMonth = value.rentPerSquareMetreMonth.map { $0 * factor }
      case .occupancy:
        value.occupancy.initial = min(1, value.occupancy.initial * factor)
        value.occupancy.stabilised = min(1, value.occupancy.stabilised * factor)
      case .operatingCost:
        value.operatingCostPerSquareMetreYear *= factor
        value.otherOperatingCostPerYear *= factor
      case .floorArea:
        value.capitalCost = value.capitalCost.scaled(by: factor)
        value.grossFloorArea *= factor
        value.lettableArea *= factor
        value.holdingCostPerYear *= factor
        value.jobs = value.jobs.map { $0 * factor }
      case .otherRevenue: value.otherRevenuePerYear *= factor
      case .residualValue:
        if case .amount(let amount) = value.residualValue { value.residualValue = .amount(amount * factor) }
      }
    }
    return value
  }
}
