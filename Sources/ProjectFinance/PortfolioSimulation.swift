/// What is not known for sure about the buildings of a portfolio; drawn independently for each building.
public struct PortfolioUncertainty: Sendable, Equatable {
  /// Multiplier of the capital cost.
  public var capitalCost: Distribution
  /// Multipliers of the net operating income, such as rent, let share, cost share.
  public var income: [Distribution]
  /// Added to the growth rate.
  public var growth: Distribution
  /// Added to the discount rate.
  public var discountRate: Distribution

  /// Spreads around the portfolio's own figures; `.fixed` for what is certain.
  public init(
    capitalCost: Distribution, income: [Distribution], growth: Distribution = .fixed(0), discountRate: Distribution = .fixed(0)
  ) {
    self.capitalCost = capitalCost
    self.income = income
    self.growth = growth
    self.discountRate = discountRate
  }
}

/// The spread of net present value and rate of return of each building in a portfolio, in the order of its columns.
public struct PortfolioSimulation: Sendable, Equatable {
  /// Net present value that 10, 50 and 90 % of the draws do not exceed.
  public internal(set) var p10: [Double], p50: [Double], p90: [Double]
  /// Probability of a negative net present value.
  public internal(set) var probabilityOfLoss: [Double]
  /// Median rate of return; empty when not asked for, and 0 where less than half of the draws have one.
  public internal(set) var medianRateOfReturn: [Double]
}

extension PortfolioCashFlow {
  /// Draws every building's uncertain figures.
  ///
  /// Eight draws are worked on side by side. Building i draws from its own sequence, so the result of one does not depend on the others and a portfolio may be
  /// cut anywhere.
  /// - Parameters:
  ///   - draws: Draws per building, 1 to 1 million.
  ///   - ratesOfReturn: Whether to work out the rate of return of every draw.
  /// - Throws: `ProjectFinanceError` for columns of unequal length or figures out of range.
  ///
  /// Complexity: O(buildings × draws × years).
  public func simulated(
    _ uncertainty: PortfolioUncertainty, draws: Int, seed: UInt64, ratesOfReturn: Bool = false
  ) throws(ProjectFinanceError) -> PortfolioSimulation {
    try validate()
    try require(Double(draws), in: 1...1e6, "draws")
    let capitalTable = try QuantileTable(uncertainty.capitalCost, field: "capital_cost")
    var incomeTables: [QuantileTable] = []
    for distribution in uncertainty.income { incomeTables.append(try QuantileTable(distribution, field: "income")) }
    let growthTable = try QuantileTable(uncertainty.growth, field: "growth")
    let discountTable = try QuantileTable(uncertainty.discountRate, field: "discount_rate")
    let n = capitalCost.count
    let zero = [Double](repeating: 0, count: n)
    var result = PortfolioSimulation(
      p10: zero, p50: zero, p90: zero, probabilityOfLoss: zero, medianRateOfReturn: ratesOfReturn ? zero : [])
    let exit = 1 + 1 / exitYield, horizon = years
    let padded = (draws + 7) / 8 * 8
    var values = [Double](repeating: 0, count: padded), rates: [Double] = []
    rates.reserveCapacity(padded)
    withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: horizon + 1) { block in
      for building in 0..<n {
        var generator = SeededGenerator(seed: seed &+ UInt64(building) &* 0xD134_2543_DE82_EF95)
        var losses = 0
        rates.removeAll(keepingCapacity: true)
        for start in stride(from: 0, to: draws, by: 8) {
          let lanes = min(8, draws - start)
          var capital = SIMD8<Double>(repeating: capitalCost[building])
          var income = SIMD8<Double>(repeating: netOperatingIncome[building])
          var factor = SIMD8<Double>(repeating: 1 + growth[building])
          var rate = SIMD8<Double>(repeating: discountRate[building])
          for lane in 0..<8 {
            capital[lane] *= max(0, capitalTable.value(atProbability: generator.uniform()))
            for table in incomeTables { income[lane] *= table.value(atProbability: generator.uniform()) }
            factor[lane] = max(1e-6, factor[lane] + growthTable.value(atProbability: generator.uniform()))
            rate[lane] = max(-0.99, rate[lane] + discountTable.value(atProbability: generator.uniform()))
          }
          block[0] = -capital
          for year in 1...horizon {
            block[year] = income
            income *= factor
          }
          block[horizon] *= exit
          let discount = 1 / (1 + rate)
          let value: SIMD8<Double>
          if ratesOfReturn {
            let (atRate, slope) = hornerValueAndSlope(block, at: discount)
            value = atRate
            let (v, settled) = newtonRoot(block, from: discount, atRate, slope)
            for lane in 0..<lanes where settled[lane] && capital[lane] > 0 { rates.append(1 / v[lane] - 1) }
          } else {
            value = hornerValue(block, at: discount)
          }
          for lane in 0..<lanes {
            values[start + lane] = value[lane]
            if value[lane] < 0 { losses += 1 }
          }
        }
        values.withUnsafeMutableBufferPointer { values in
          let drawn = UnsafeMutableBufferPointer(rebasing: values[0..<draws])
          // The median first: the outer quantiles then lie in its halves.
          let middle = Int(0.5 * Double(draws - 1))
          result.p50[building] = quantile(0.5, of: drawn, within: 0..<draws)
          result.p10[building] = quantile(0.1, of: drawn, within: 0..<(middle + 1))
          result.p90[building] = quantile(0.9, of: drawn, within: middle..<draws)
        }
        result.probabilityOfLoss[building] = Double(losses) / Double(draws)
        if ratesOfReturn, rates.count * 2 >= draws {
          rates.sort()
          result.medianRateOfReturn[building] = (rates[(rates.count - 1) / 2] + rates[rates.count / 2]) / 2
        }
      }
    }
    return result
  }
}

/// A quantile by linear interpolation between order statistics, whose ranks lie within a range that holds just the values of those ranks.
///
/// The values are put in order only as far as needed. Complexity: O(values) on average.
private func quantile(_ p: Double, of values: UnsafeMutableBufferPointer<Double>, within range: Range<Int>) -> Double {
  let position = p * Double(values.count - 1)
  let rank = Int(position)
  placeRank(rank, in: values, within: range)
  guard position > Double(rank) else { return values[rank] }
  var next = Double.infinity
  for index in (rank + 1)..<values.count where values[index] < next { next = values[index] }
  return values[rank] + (next - values[rank]) * (position - Double(rank))
}

/// Moves values within a range so that the one of a rank stands in its place, none greater before and none smaller behind it (C. Hoare, Algorithm 65: find,
/// Communications of the ACM 4(7), 1961, with the median of three as the pivot).
private func placeRank(_ rank: Int, in values: UnsafeMutableBufferPointer<Double>, within range: Range<Int>) {
  var low = range.lowerBound, high = range.upperBound - 1
  while low < high {
    let a = values[low], b = values[(low + high) / 2], c = values[high]
    let pivot = max(min(a, b), min(max(a, b), c))
    var i = low, j = high
    while i <= j {
      while values[i] < pivot { i += 1 }
      while values[j] > pivot { j -= 1 }
      if i <= j {
        values.swapAt(i, j)
        i += 1
        j -= 1
      }
    }
    if rank <= j {
      high = j
    } else if rank >= i {
      low = i
    } else {
      return
    }
  }
}

/// The present values of eight flows, period by period side by side, at eight discount factors.
@inline(__always)
func hornerValue(_ block: UnsafeMutableBufferPointer<SIMD8<Double>>, at discount: SIMD8<Double>) -> SIMD8<Double> {
  var value = SIMD8<Double>.zero
  for year in stride(from: block.count - 1, through: 0, by: -1) { value = value * discount + block[year] }
  return value
}

/// The present values and their slopes in the discount factor.
@inline(__always)
func hornerValueAndSlope(
  _ block: UnsafeMutableBufferPointer<SIMD8<Double>>, at discount: SIMD8<Double>
) -> (value: SIMD8<Double>, slope: SIMD8<Double>) {
  var value = SIMD8<Double>.zero, slope = SIMD8<Double>.zero
  for year in stride(from: block.count - 1, through: 0, by: -1) {
    slope = slope * discount + value
    value = value * discount + block[year]
  }
  return (value, slope)
}

/// The discount factors at which eight flows have no value, by Newton's iteration from a point where value and slope are known, and which of them settled.
///
/// The last step is below 1e-7 of v, after which the error of a quadratic method is of the order of rounding.
@inline(__always)
func newtonRoot(
  _ block: UnsafeMutableBufferPointer<SIMD8<Double>>, from start: SIMD8<Double>, _ value: SIMD8<Double>, _ slope: SIMD8<Double>
) -> (SIMD8<Double>, SIMDMask<SIMD8<Int64>>) {
  var v = start, value = value, slope = slope
  var settled = SIMDMask<SIMD8<Int64>>(repeating: false)
  for _ in 0..<40 {
    var step = value / slope
    // A step of at most half of v keeps v positive; a lane without a slope never settles.
    let limit = v * 0.5
    step.replace(with: limit, where: step .> limit)
    step.replace(with: -limit, where: step .< -limit)
    v -= step
    settled = (step .<= v * 1e-7) .& (step .>= v * -1e-7)
    if all(settled) { break }
    (value, slope) = hornerValueAndSlope(block, at: v)
  }
  return (v, settled)
}
