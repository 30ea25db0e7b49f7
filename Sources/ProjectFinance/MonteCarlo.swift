import Glibc

/// A figure that is not known for sure, as a multiplier of what it acts on.
///
/// The building's own unknowns belong here as much as prices: storeys act on `floorArea`, condition on `capitalCost`, floor height on `rent`.
public struct UncertainInput: Sendable, Equatable {
  /// What a multiplier acts on.
  public enum Effect: String, Sendable, Equatable, CaseIterable {
    /// Capital cost, renewals and residual value with it.
    case capitalCost = "capital_cost"
    /// Rent.
    case rent = "rent"
    /// Occupancy; the stabilised one never exceeds 1.
    case occupancy = "occupancy"
    /// Operating cost, the recovered part included.
    case operatingCost = "operating_cost"
    /// Floor area: capital cost, let area, operating cost, holding cost, jobs.
    case floorArea = "floor_area"
    /// Revenue besides rents.
    case otherRevenue = "other_revenue"
    /// Residual value alone.
    case residualValue = "residual_value"
  }

  /// Name that reports show.
  public var name: String
  /// What the multiplier acts on, all alike.
  public var effects: [Effect]
  /// The multiplier's spread; 1 leaves the case as it is.
  public var distribution: Distribution

  /// An uncertain figure.
  public init(name: String, effects: [Effect], distribution: Distribution) {
    self.name = name
    self.effects = effects
    self.distribution = distribution
  }
}

/// The spread of one figure over the draws.
public struct Spread: Sendable, Equatable {
  /// Values that 10, 50 and 90 % of the draws do not exceed.
  public let p10: Double, p50: Double, p90: Double
  /// Mean.
  public let mean: Double
  /// Standard deviation.
  public let deviation: Double
  /// Draws in which the figure exists.
  public let count: Int
  /// Least and greatest value.
  public let least: Double, greatest: Double
  /// Draws in each of 24 classes of equal width from `least` to `greatest`.
  public let histogram: [Int]

  /// The spread of finite values, by linear interpolation between order statistics (R. Hyndman and Y. Fan, Sample quantiles in statistical
  /// packages, 1996, type 7); `nil` for none.
  init?(_ values: inout [Double]) {
    guard !values.isEmpty else { return nil }
    values.sort()
    let n = values.count
    func quantile(_ p: Double) -> Double {
      let position = p * Double(n - 1)
      let index = min(n - 1, Int(position))
      let next = min(n - 1, index + 1)
      return values[index] + (values[next] - values[index]) * (position - Double(index))
    }
    p10 = quantile(0.1)
    p50 = quantile(0.5)
    p90 = quantile(0.9)
    var sum = 0.0
    for value in values { sum += value }
    mean = sum / Double(n)
    var squares = 0.0
    for value in values { squares += (value - mean) * (value - mean) }
    deviation = n > 1 ? (squares / Double(n - 1)).squareRoot() : 0
    count = n
    least = values[0]
    greatest = values[n - 1]
    let classes = 24, width = (greatest - least) / Double(classes)
    var counts = [Int](repeating: 0, count: classes)
    for value in values { counts[width > 0 ? min(classes - 1, Int((value - least) / width)) : 0] += 1 }
    histogram = counts
  }
}

/// What a case yields when its inputs are drawn many times.
///
/// The financing is that of the central case: grant, co-financing and loans are fixed once awarded, and the owner pays for overruns.
public struct Simulation: Sendable, Equatable {
  /// The share of one input in the variance of FNPV(C).
  public struct VarianceShare: Sendable, Equatable {
    /// Name of the input.
    public let name: String
    /// Squared correlation with FNPV(C), scaled to add up to 1 over the inputs.
    public let share: Double
    /// Correlation with FNPV(C).
    public let correlation: Double
  }

  /// Number of draws.
  public let draws: Int
  /// Seed of the draws.
  public let seed: UInt64
  /// Spreads of the headlines; `nil` where a figure never exists.
  public let capitalCost: Spread?, netPresentValue: Spread?, rateOfReturn: Spread?, ownersNetPresentValue: Spread?
  /// Spreads of ENPV, lowest debt service coverage, funding gap rate, gap grant, break-even rent.
  public let economicNetPresentValue: Spread?, minimumCoverage: Spread?, gapRate: Spread?, gapGrant: Spread?, breakEvenRent: Spread?
  /// Probability that FNPV(C) > 0.
  public let probabilityOfPositiveNetPresentValue: Double
  /// Probability that ENPV > 0.
  public let probabilityOfPositiveEconomicNetPresentValue: Double
  /// Probability that the lowest debt service coverage is at least the required one; `nil` without debt.
  public let probabilityOfCoverage: Double?
  /// Probability that capital cost exceeds the central estimate by more than the contingency share of 10 %.
  public let probabilityOfOverrun: Double
  /// What drives the spread, greatest first.
  public let varianceShares: [VarianceShare]
}

/// Draws a case's uncertain inputs and appraises each draw.
///
/// Correlated standard normal scores become multipliers through each input's quantile table (a Gaussian copula, so `correlations` are those of the scores).
/// FNPV, ENPV, gap and break-even rent are linear in products of multipliers and come from present values computed once; the rate of return and coverage
/// are worked out draw by draw. The same seed gives the same result.
/// - Parameters:
///   - value: The case; its central figures are multiplied.
///   - inputs: Uncertain figures, independent but for `correlations`.
///   - correlations: Pairs of input indices with their correlation.
///   - draws: Number of draws, 1 to 10 million.
///   - seed: Seed.
/// - Returns: `nil` when the rent is not known.
/// - Throws: `ProjectFinanceError` naming the field at fault.
///
/// Complexity: O(draws × years).
public func simulate(
  _ value: ConversionCase, inputs: [UncertainInput], correlations: [(first: Int, second: Int, value: Double)] = [], draws: Int = 10_000,
  seed: UInt64
) throws(ProjectFinanceError) -> Simulation? {
  try value.validate()
  try require(Double(draws), in: 1...1e7, "draws")
  let factor = try correlationFactor(count: inputs.count, correlations: correlations)
  var tables: [QuantileTable] = []
  for input in inputs { tables.append(try QuantileTable(input.distribution, field: "inputs.\(input.name)")) }
  guard let rent = value.rentPerSquareMetreMonth else { return nil }

  // The central case in parts, each of which scales with its own product of multipliers.
  let timing = Timing(annual: value)
  let years = timing.draw.count
  let capital = value.capitalCost.central
  let central = value.cashFlow(timing, capital: capital)
  let inflation = value.priceBasis.inflation
  let rate = nominalRate(real: value.financialDiscountRate, inflation: inflation)
  let rentYear = 12 * value.lettableArea * rent
  let operatingYear = value.operatingCostPerSquareMetreYear * value.grossFloorArea
  enum Part: Int, CaseIterable {
    case capital, residualOfCapital, residual, rent, recovered, otherRevenue, operating, otherOperating, holding
  }
  let parts = Part.allCases.count
  var flows = [Double](repeating: 0, count: years * parts)
  for year in 0..<years {
    let prices = timing.prices[year], isLast = year == years - 1
    flows[Part.capital.rawValue * years + year] = -(central.capitalCost[year] + central.replacements[year])
    flows[Part.residualOfCapital.rawValue * years + year] = isLast ? capital * value.residual.share * prices : 0
    flows[Part.residual.rawValue * years + year] = isLast ? value.residual.amount * prices : 0
    flows[Part.rent.rawValue * years + year] = rentYear * timing.occupied[year] * prices
    flows[Part.recovered.rawValue * years + year] = operatingYear * value.recoverableShare * timing.occupied[year] * prices
    flows[Part.otherRevenue.rawValue * years + year] = value.otherRevenuePerYear * timing.use[year] * prices
    flows[Part.operating.rawValue * years + year] = -operatingYear * timing.use[year] * prices
    flows[Part.otherOperating.rawValue * years + year] = -value.otherOperatingCostPerYear * timing.use[year] * prices
    flows[Part.holding.rawValue * years + year] = -value.holdingCostPerYear * timing.idle[year] * prices
  }
  func values(_ rate: Double, real: Bool = false) -> [Double] {
    let discount = DiscountSchedule.constant(rate).factors(count: years)
    var sums = [Double](repeating: 0, count: parts)
    for year in 0..<years {
      let weight = discount[year] / (real ? timing.prices[year] : 1)
      for part in 0..<parts { sums[part] += flows[part * years + year] * weight }
    }
    return sums
  }
  let financial = values(rate)
  let owners = values(value.funding.requiredEquityReturn)
  let social = values(value.socialDiscountRate, real: true)
  let investment = presentValue(central.capitalCost, rate: rate)
  let capitalSum = central.capitalCost.reduce(0, +)
  let capitalSocial = (0..<years).reduce(0) {
    $0 + central.capitalCost[$1] / timing.prices[$1] * DiscountSchedule.constant(value.socialDiscountRate).factor(year: $1)
  }

  // What the central financing fixes.
  let gap = try FundingGap(
    capitalCost: central.capitalCost, revenue: central.revenue ?? [], operatingCost: central.operatingCost,
    replacements: central.replacements, residualValue: central.residualValue[years - 1], discountRate: rate)
  let problem = try value.financingProblem(central, gap)
  let plan = try FinancingPlan(problem: problem, stack: try problem.solved())
  let service = plan.service
  let serviceYears = (0..<years).filter { service[$0] > 0 }
  var fixedFinance = 0.0
  let equityDiscount = DiscountSchedule.constant(value.funding.requiredEquityReturn).factors(count: years)
  for year in 0..<years {
    let received = plan.grant[year] + plan.cofinancing[year] + plan.softLoan[year] + plan.bankLoan[year]
    fixedFinance += (received - service[year] - plan.interestBefore[year]) * equityDiscount[year]
  }
  // Benefits to society besides the flows: those that grow with let area, with area held, and fixed ones.
  let base = try value.economicAppraisal()
  func benefit(_ name: String) -> Double { base?.benefits.first { $0.name == name }?.presentValue ?? 0 }
  let jobBenefit = benefit("jobs"), avoidedBenefit = benefit("avoided_holding_cost")
  let fixedBenefit = benefit("property_uplift") + benefit("carbon") + benefit("services")
  let shadow = (value.economics.capitalCostConversion - 1) * capitalSocial

  let count = inputs.count
  var generator = SeededGenerator(seed: seed)
  var independent = [Double](repeating: 0, count: count)
  var scores = independent, sumZ = independent, sumZZ = independent, sumZV = independent
  var sumV = 0.0, sumVV = 0.0
  var columns = Columns(draws: draws)
  var positive = 0, positiveSocial = 0, covered = 0, overruns = 0
  let fullest = max(value.occupancy.stabilised, value.occupancy.initial)
  let highestOccupancy = fullest > 0 ? 1 / fullest : 1
  var scale = [Double](repeating: 1, count: parts)
  var net = [Double](repeating: 0, count: years), cash = net
  let isPresent = (0..<parts).map { part in (0..<years).contains { flows[part * years + $0] != 0 } }
  let centralRate = try internalRateOfReturn(of: central.net ?? []).value
  let unitRent = rent > 0 ? rent : 0

  // Effects as indices into one row of multipliers, in the order of `UncertainInput.Effect`.
  let effects = UncertainInput.Effect.allCases
  var multipliers = [Double](repeating: 1, count: effects.count)
  var effectStarts = [0], effectSlots: [Int] = []
  for input in inputs {
    for effect in input.effects { if let slot = effects.firstIndex(of: effect) { effectSlots.append(slot) } }
    effectStarts.append(effectSlots.count)
  }
  let normal = try QuantileTable(.normal(mean: 0, deviation: 1))
  let firstOperating = Part.rent.rawValue

  for _ in 0..<draws {
    for i in 0..<count { independent[i] = normal.value(atProbability: generator.uniform()) }
    for i in 0..<multipliers.count { multipliers[i] = 1 }
    for i in 0..<count {
      var z = 0.0
      for k in 0...i { z += factor[i * count + k] * independent[k] }
      scores[i] = z
      let multiplier = max(0, tables[i].value(atNormalScore: z))
      for slot in effectStarts[i]..<effectStarts[i + 1] { multipliers[effectSlots[slot]] *= multiplier }
    }
    let cost = multipliers[0], rentFactor = multipliers[1], operating = multipliers[3], area = multipliers[4]
    let other = multipliers[5], residual = multipliers[6]
    var occupancy = multipliers[2]
    occupancy = min(occupancy, highestOccupancy)
    scale[Part.capital.rawValue] = cost * area
    scale[Part.residualOfCapital.rawValue] = cost * area * residual
    scale[Part.residual.rawValue] = residual
    scale[Part.rent.rawValue] = rentFactor * occupancy * area
    scale[Part.recovered.rawValue] = operating * occupancy * area
    scale[Part.otherRevenue.rawValue] = other
    scale[Part.operating.rawValue] = operating * area
    scale[Part.otherOperating.rawValue] = operating
    scale[Part.holding.rawValue] = area

    var npv = 0.0, owner = 0.0, enpv = 0.0
    for part in 0..<parts {
      npv += scale[part] * financial[part]
      owner += scale[part] * owners[part]
      enpv += scale[part] * social[part]
    }
    owner += fixedFinance
    enpv += jobBenefit * occupancy * area + avoidedBenefit * area + fixedBenefit - shadow * cost * area
    columns.capitalCost.append(capitalSum * cost * area)
    columns.netPresentValue.append(npv)
    columns.ownersNetPresentValue.append(owner)
    columns.economicNetPresentValue.append(enpv)
    if npv > 0 { positive += 1 }
    if enpv > 0 { positiveSocial += 1 }
    if cost * area > 1.1 { overruns += 1 }
    sumV += npv
    sumVV += npv * npv
    for i in 0..<count {
      sumZ[i] += scores[i]
      sumZZ[i] += scores[i] * scores[i]
      sumZV[i] += scores[i] * npv
    }
    // Funding gap and the rent at which FNPV(C) is zero follow from the same present values.
    let spent = investment * cost * area
    if spent > 0 {
      let gapRate = min(1, max(0, -npv / spent))
      columns.gapRate.append(gapRate)
      columns.gapGrant.append(capitalSum * cost * area * value.funding.eligibleShare * gapRate * value.funding.maximumGrantRate)
    }
    let rentValue = scale[Part.rent.rawValue] * financial[Part.rent.rawValue]
    if unitRent > 0, rentValue > 0 {
      columns.breakEvenRent.append(unitRent * rentFactor * (1 - npv / rentValue))
    }
    // Operating parts first: they alone cover the debt.
    flows.withUnsafeBufferPointer { flows in
      net.withUnsafeMutableBufferPointer { net in
        cash.withUnsafeMutableBufferPointer { cash in
          for year in 0..<years { cash[year] = 0 }
          for part in firstOperating..<parts where isPresent[part] {
            let weight = scale[part], at = part * years
            for year in 0..<years { cash[year] += weight * flows[at + year] }
          }
          for year in 0..<years { net[year] = cash[year] }
          for part in 0..<firstOperating where isPresent[part] {
            let weight = scale[part], at = part * years
            for year in 0..<years { net[year] += weight * flows[at + year] }
          }
        }
      }
    }
    if let centralRate, let rate = soleRate(near: centralRate, net) {
      columns.rateOfReturn.append(rate)
    } else if case .unique(let rate) = try internalRateOfReturn(of: net) {
      columns.rateOfReturn.append(rate)
    }
    if !serviceYears.isEmpty {
      var lowest = Double.infinity
      for year in serviceYears { lowest = min(lowest, cash[year] / service[year]) }
      columns.minimumCoverage.append(lowest)
      if lowest >= value.funding.requiredCoverage - 1e-9 { covered += 1 }
    }
  }

  let n = Double(draws)
  let varianceV = max(0, sumVV - sumV * sumV / n)
  var shares: [Simulation.VarianceShare] = []
  var total = 0.0
  var correlationsWithValue: [Double] = []
  for i in 0..<count {
    let varianceZ = max(0, sumZZ[i] - sumZ[i] * sumZ[i] / n)
    let product = (varianceZ * varianceV).squareRoot()
    let correlation = product > 0 ? min(1, max(-1, (sumZV[i] - sumZ[i] * sumV / n) / product)) : 0
    correlationsWithValue.append(correlation)
    total += correlation * correlation
  }
  for i in 0..<count {
    let correlation = correlationsWithValue[i]
    shares.append(
      Simulation.VarianceShare(
        name: inputs[i].name, share: total > 0 ? correlation * correlation / total : 0, correlation: correlation))
  }
  shares.sort { ($1.share, $0.name) < ($0.share, $1.name) }
  return Simulation(
    draws: draws, seed: seed, capitalCost: Spread(&columns.capitalCost), netPresentValue: Spread(&columns.netPresentValue),
    rateOfReturn: Spread(&columns.rateOfReturn), ownersNetPresentValue: Spread(&columns.ownersNetPresentValue),
    economicNetPresentValue: Spread(&columns.economicNetPresentValue), minimumCoverage: Spread(&columns.minimumCoverage),
    gapRate: Spread(&columns.gapRate), gapGrant: Spread(&columns.gapGrant), breakEvenRent: Spread(&columns.breakEvenRent),
    probabilityOfPositiveNetPresentValue: Double(positive) / n, probabilityOfPositiveEconomicNetPresentValue: Double(positiveSocial) / n,
    probabilityOfCoverage: serviceYears.isEmpty ? nil : Double(covered) / n, probabilityOfOverrun: Double(overruns) / n,
    varianceShares: shares)
}

/// The headlines of all draws.
private struct Columns {
  var capitalCost: [Double] = [], netPresentValue: [Double] = [], rateOfReturn: [Double] = [], ownersNetPresentValue: [Double] = []
  var economicNetPresentValue: [Double] = [], minimumCoverage: [Double] = [], gapRate: [Double] = [], gapGrant: [Double] = []
  var breakEvenRent: [Double] = []

  init(draws: Int) {
    capitalCost.reserveCapacity(draws)
    netPresentValue.reserveCapacity(draws)
    rateOfReturn.reserveCapacity(draws)
    ownersNetPresentValue.reserveCapacity(draws)
    economicNetPresentValue.reserveCapacity(draws)
  }
}
