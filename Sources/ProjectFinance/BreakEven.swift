/// A value at which a target is met, with the proof by substitution.
public struct SolvedValue: Sendable, Equatable {
  /// The value.
  public let value: Double
  /// The target figure with the value put into the model; close to 0 when the solution is right.
  public let residual: Double
  /// Whether the value can be had (an occupancy of at most 1, a cost of at least 0).
  public let isAttainable: Bool
}

/// The inverse answers of a case: at which rent, cost, occupancy it breaks even, and the least grant that makes it work.
///
/// FNPV(C) is linear in each of them, so each is solved from two runs of the model and verified by a third.
public struct BreakEven: Sendable, Equatable {
  /// Rent per m² and month at which FNPV(C) is 0; `nil` when nothing can be let.
  public let rentPerSquareMetreMonth: SolvedValue?
  /// Highest central capital cost at which FNPV(C) is 0; `nil` when the rent is not known or there is no capital cost.
  public let capitalCost: SolvedValue?
  /// Stabilised occupancy at which FNPV(C) is 0, the ramp in proportion; `nil` when the rent is not known or nothing is let.
  public let occupancy: SolvedValue?

  /// Solves a case that has been validated.
  init(of value: ConversionCase, timing: Timing, rate: Double) throws(ProjectFinanceError) {
    let capital = value.capitalCost.central
    func npv(_ flow: CashFlow) -> Double { presentValue(flow.net ?? [], rate: rate) }
    func solve(from a: Double, to b: Double, attainable: (Double) -> Bool, _ target: (Double) -> Double) -> SolvedValue? {
      let atA = target(a), slope = (target(b) - atA) / (b - a)
      guard slope != 0 else { return nil }
      let solution = a - atA / slope
      guard solution.isFinite else { return nil }
      return SolvedValue(value: solution, residual: target(solution), isAttainable: attainable(solution))
    }
    if value.lettableArea > 0 {
      rentPerSquareMetreMonth = solve(from: 0, to: 10, attainable: { $0 >= 0 }) { rent in
        var changed = value
        changed.rentPerSquareMetreMonth = rent
        return npv(changed.cashFlow(timing, capital: capital))
      }
    } else {
      rentPerSquareMetreMonth = nil
    }
    guard value.rentPerSquareMetreMonth != nil else {
      capitalCost = nil
      occupancy = nil
      return
    }
    if capital > 0 {
      capitalCost = solve(from: 0, to: capital, attainable: { $0 >= 0 }) { npv(value.cashFlow(timing, capital: $0)) }
    } else {
      capitalCost = nil
    }
    if value.occupancy.stabilised > 0, value.lettableArea > 0 {
      occupancy = solve(from: 0, to: value.occupancy.stabilised, attainable: { (0...1).contains($0) }) { occupancy in
        var scaled = timing
        for year in scaled.occupied.indices { scaled.occupied[year] *= occupancy / value.occupancy.stabilised }
        return npv(value.cashFlow(scaled, capital: capital))
      }
    } else {
      occupancy = nil
    }
  }
}

/// The least grant that funds a case with the terms' loans and gives equity its return, whatever the law allows.
///
/// Solved as a financing problem with every ceiling on the grant set aside and no public co-financing.
/// - Returns: The grant with the owner's net present value as residual (0 unless other limits leave the owner more), attainable when it is at most the capital cost;
///   `nil` when the rent is not known or no grant suffices because operation alone loses money.
/// - Throws: `ProjectFinanceError` for a figure the model cannot honour.
public func minimumGrant(_ value: ConversionCase) throws(ProjectFinanceError) -> SolvedValue? {
  try value.validate()
  guard value.rentPerSquareMetreMonth != nil else { return nil }
  let flow = try value.annualCashFlow()
  let rate = nominalRate(real: value.financialDiscountRate, inflation: value.priceBasis.inflation)
  let gap = try FundingGap(
    capitalCost: flow.capitalCost, revenue: flow.revenue ?? [], operatingCost: flow.operatingCost, replacements: flow.replacements,
    residualValue: flow.residualValue[flow.count - 1], discountRate: rate)
  var problem = try value.financingProblem(flow, gap)
  let capital = problem.capitalCost.reduce(0, +)
  problem.grantCeiling = capital
  problem.cofinancingCeiling = 0
  problem.maximumGrantShare = nil
  problem.aidCeiling = nil
  problem.objective = .leastPublicMoney
  let stack = try problem.solved()
  guard stack.unfunded <= 1e-7 * max(1, capital) else { return nil }
  return SolvedValue(value: stack.grant, residual: stack.ownersNetPresentValue, isAttainable: stack.grant <= capital)
}
