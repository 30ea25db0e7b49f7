/// A quantity of a case that can turn out differently.
public enum Driver: String, Sendable, Equatable, CaseIterable {
  /// Capital cost and renewals.
  case capitalCost = "capital_cost"
  /// All revenue.
  case revenue = "revenue"
  /// Operating and holding cost.
  case operatingCost = "operating_cost"
  /// Residual value.
  case residualValue = "residual_value"
}

/// How FNPV(C) answers to one driver.
public struct Sensitivity: Sendable, Equatable {
  /// The driver.
  public let driver: Driver
  /// FNPV(C) with the driver at the low and the high end of its range.
  public let low: Double, high: Double
  /// Change of the driver, as a share, at the low and high end.
  public let lowChange: Double, highChange: Double
  /// Change of FNPV(C) in percent per percent of the driver; `nil` when FNPV(C) is 0.
  public let elasticity: Double?
  /// Whether a change of 1 % moves FNPV(C) by 1 % or more.
  public let isCritical: Bool
  /// Change of the driver, as a share, at which FNPV(C) is 0; `nil` when it never is.
  public let switchingChange: Double?

  /// Width of the bar.
  public var swing: Double { abs(high - low) }
}

/// The tornado of a case: drivers by the width of their effect on FNPV(C), widest first.
///
/// FNPV(C) is linear in each driver, so the figures are exact.
/// - Parameters:
///   - value: The case.
///   - ranges: Change of a driver as a share at its low and high end; drivers left out get −10 % and +10 %, the capital cost its own range.
/// - Returns: `nil` when the rent is not known.
/// - Throws: `ProjectFinanceError` for a figure the model cannot honour.
public func tornado(
  _ value: ConversionCase, ranges: [Driver: ClosedRange<Double>] = [:]
) throws(ProjectFinanceError) -> [Sensitivity]? {
  let flow = try value.annualCashFlow()
  guard let parts = driverValues(value, flow) else { return nil }
  let npv = parts.reduce(0) { $0 + $1.value }
  var bars: [Sensitivity] = []
  for (driver, part) in parts {
    var range = ranges[driver] ?? (-0.1)...0.1
    let cost = value.capitalCost
    if driver == .capitalCost, ranges[driver] == nil, cost.central > 0 {
      range = (cost.low / cost.central - 1)...(cost.high / cost.central - 1)
    }
    let elasticity = npv != 0 ? part / npv : nil
    bars.append(
      Sensitivity(
        driver: driver, low: npv + part * range.lowerBound, high: npv + part * range.upperBound, lowChange: range.lowerBound,
        highChange: range.upperBound, elasticity: elasticity, isCritical: elasticity.map { abs($0) >= 1 } ?? (part != 0),
        switchingChange: part != 0 ? -npv / part : nil))
  }
  return bars.sorted { ($1.swing, $0.driver.rawValue) < ($0.swing, $1.driver.rawValue) }
}

/// Present value of each driver's part of FNPV(C), in the order of `Driver`; `nil` when the rent is not known.
private func driverValues(_ value: ConversionCase, _ flow: CashFlow) -> [(driver: Driver, value: Double)]? {
  guard let revenue = flow.revenue else { return nil }
  let rate = nominalRate(real: value.financialDiscountRate, inflation: value.priceBasis.inflation)
  let spent = presentValue(flow.capitalCost, rate: rate) + presentValue(flow.replacements, rate: rate)
  return [
    (.capitalCost, -spent), (.revenue, presentValue(revenue, rate: rate)), (.operatingCost, -presentValue(flow.operatingCost, rate: rate)),
    (.residualValue, presentValue(flow.residualValue, rate: rate)),
  ]
}

/// A named set of changes to a case.
public struct Scenario: Sendable, Equatable {
  /// Name.
  public var name: String
  /// Change of each driver as a share; drivers left out stay.
  public var changes: [Driver: Double]

  /// A scenario.
  public init(name: String, changes: [Driver: Double]) {
    self.name = name
    self.changes = changes
  }

  /// Capital cost +20 %, operating cost +15 %, revenue −20 %.
  public static let pessimistic = Scenario(name: "pessimistic", changes: [.capitalCost: 0.2, .operatingCost: 0.15, .revenue: -0.2])
  /// Capital cost −10 %, operating cost −10 %, revenue +15 %.
  public static let optimistic = Scenario(name: "optimistic", changes: [.capitalCost: -0.1, .operatingCost: -0.1, .revenue: 0.15])
  /// The reference class of non-standard buildings: capital cost +51 % (HM Treasury, Green Book supplementary guidance: optimism bias, 2013, upper bound).
  public static let referenceClass = Scenario(name: "reference class", changes: [.capitalCost: 0.51])
}

/// What a case yields in a scenario, before financing.
public struct ScenarioResult: Sendable, Equatable {
  /// Name of the scenario.
  public let name: String
  /// Sum of the capital cost.
  public let capitalCost: Double
  /// FNPV(C).
  public let netPresentValue: Double
  /// FRR(C).
  public let rateOfReturn: InternalRateOfReturn
  /// The funding gap rate; `nil` without capital cost.
  public let gapRate: Double?
}

/// Appraises a case in each scenario.
///
/// - Returns: `nil` when the rent is not known.
/// - Throws: `ProjectFinanceError` for a figure the model cannot honour or a change below −100 %.
public func scenarios(
  _ value: ConversionCase, _ scenarios: [Scenario] = [.pessimistic, .optimistic, .referenceClass]
) throws(ProjectFinanceError) -> [ScenarioResult]? {
  let flow = try value.annualCashFlow()
  guard let revenue = flow.revenue else { return nil }
  let rate = nominalRate(real: value.financialDiscountRate, inflation: value.priceBasis.inflation)
  var results: [ScenarioResult] = []
  for scenario in scenarios {
    func factor(_ driver: Driver) throws(ProjectFinanceError) -> Double {
      let change = scenario.changes[driver] ?? 0
      try require(change, in: -1...Double.greatestFiniteMagnitude, "scenario.\(scenario.name).\(driver.rawValue)")
      return 1 + change
    }
    let cost = try factor(.capitalCost), income = try factor(.revenue), running = try factor(.operatingCost)
    let residual = try factor(.residualValue)
    let net = revenue.indices.map { year in
      revenue[year] * income - flow.operatingCost[year] * running - (flow.capitalCost[year] + flow.replacements[year]) * cost
        + flow.residualValue[year] * residual
    }
    let npv = presentValue(net, rate: rate)
    let invested = presentValue(flow.capitalCost, rate: rate) * cost
    results.append(
      ScenarioResult(
        name: scenario.name, capitalCost: flow.capitalCost.reduce(0, +) * cost, netPresentValue: npv,
        rateOfReturn: try internalRateOfReturn(of: net), gapRate: invested > 0 ? min(1, max(0, -npv / invested)) : nil))
  }
  return results
}
