/// Income, financing and value of many buildings at once, in columns.
///
/// Each building costs its capital in year 0, earns a first-year net operating income that grows at its own rate, and is worth the last income over the exit yield
/// at the end. Used to screen a whole stock; a single concept is a `ConversionCase`.
public struct PortfolioCashFlow: Sendable {
  /// Capital cost in year 0, per building.
  public var capitalCost: [Double]
  /// Net operating income of year 1, per building.
  public var netOperatingIncome: [Double]
  /// Growth of the income per year, per building.
  public var growth: [Double]
  /// Discount rate, per building.
  public var discountRate: [Double]
  /// Years of income.
  public var years: Int
  /// Yield at which the last income is sold.
  public var exitYield: Double
  /// Loan as a share of the capital cost.
  public var loanToCost: Double
  /// Terms of the loan, an annuity.
  public var loan: LoanTerms

  /// Columns of equal length.
  public init(
    capitalCost: [Double], netOperatingIncome: [Double], growth: [Double], discountRate: [Double], years: Int = 30,
    exitYield: Double = 0.065,
    loanToCost: Double = 0.6, loan: LoanTerms = LoanTerms(rate: 0.045, years: 20)
  ) {
    self.capitalCost = capitalCost
    self.netOperatingIncome = netOperatingIncome
    self.growth = growth
    self.discountRate = discountRate
    self.years = years
    self.exitYield = exitYield
    self.loanToCost = loanToCost
    self.loan = loan
  }

  /// Results per building, in the order of the columns; a figure that does not exist is `nil` in the accessors and NaN nowhere.
  public struct Result: Sendable, Equatable {
    /// Flows by year, then building: flow of year t of building i at t × count + i, years 0 to `years`; empty unless they were asked for.
    public internal(set) var flows: [Double]
    /// Net present value.
    public internal(set) var netPresentValue: [Double]
    /// Rate of return; meaningful where `hasRateOfReturn`.
    public internal(set) var rateOfReturn: [Double]
    /// Whether the rate of return exists.
    public internal(set) var hasRateOfReturn: [Bool]
    /// Lowest debt service coverage over the loan's years; 0 without a loan.
    public internal(set) var minimumCoverage: [Double]
  }

  /// Flows, net present value, rate of return and lowest debt service coverage of every building.
  ///
  /// Eight buildings are worked on side by side, so the long chains of Horner's rule overlap. The flows change sign at most once, so Newton's
  /// iteration in the discount factor meets the only root; buildings it does not settle for go to `internalRateOfReturn(of:)`.
  /// - Parameter keepsFlows: Whether to store the flows of all buildings and years as well.
  /// - Throws: `ProjectFinanceError` for columns of unequal length or figures out of range.
  ///
  /// Complexity: O(buildings × years).
  public func evaluated(keepsFlows: Bool = false) throws(ProjectFinanceError) -> Result {
    try validate()
    let n = capitalCost.count
    let service = loanToCost * annuityPayment(principal: 1, rate: loan.rate, years: loan.years)
    let horizon = years, payments = min(years, loan.years), exit = 1 + 1 / exitYield
    // One row of eight lanes per block; lanes beyond the last building repeat a harmless flow.
    let blocks = (n + 7) / 8
    let one = SIMD8<Double>(repeating: 1)
    var values = [SIMD8<Double>](repeating: .zero, count: blocks), rates = values, coverages = values
    var flows = [Double](repeating: 0, count: keepsFlows ? n * (horizon + 1) : 0)
    var hasRate = [Bool](repeating: true, count: n)
    withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: horizon + 1) { row in
      for block in 0..<blocks {
        let start = block * 8, lanes = min(8, n - block * 8)
        let capital = Self.lanes(of: capitalCost, from: start, else: 1)
        var income = Self.lanes(of: netOperatingIncome, from: start, else: 1)
        let factor = one + Self.lanes(of: growth, from: start, else: 0)
        let discount = one / (one + Self.lanes(of: discountRate, from: start, else: 0))
        row[0] = -capital
        var lowest = income
        for year in 1...horizon {
          row[year] = income
          if year <= payments { lowest = pointwiseMin(lowest, income) }
          income *= factor
        }
        row[horizon] *= exit
        let (value, slope) = hornerValueAndSlope(row, at: discount)
        // The tangent at the discount rate is a better start than any fixed rate.
        let (v, settled) = newtonRoot(row, from: discount, value, slope)
        values[block] = value
        rates[block] = one / v - one
        coverages[block] = lowest / (capital * service)
        if !all(settled) || !all(capital .> .zero) {
          for lane in 0..<lanes { hasRate[start + lane] = settled[lane] && capital[lane] > 0 }
        }
        if keepsFlows {
          for year in 0...horizon { for lane in 0..<lanes { flows[year * n + start + lane] = row[year][lane] } }
        }
      }
    }
    var result = Result(
      flows: flows, netPresentValue: Self.column(values, count: n), rateOfReturn: Self.column(rates, count: n), hasRateOfReturn: hasRate,
      minimumCoverage: Self.column(coverages, count: n))
    if service <= 0 { result.minimumCoverage = [Double](repeating: 0, count: n) }
    for index in 0..<n where !result.hasRateOfReturn[index] {
      var flow = [-capitalCost[index]], income = netOperatingIncome[index]
      for _ in 1...horizon {
        flow.append(income)
        income *= 1 + growth[index]
      }
      flow[horizon] *= exit
      let rate = try internalRateOfReturn(of: flow).value
      result.rateOfReturn[index] = rate ?? 0
      result.hasRateOfReturn[index] = rate != nil
      if capitalCost[index] <= 0 { result.minimumCoverage[index] = 0 }
    }
    return result
  }

  /// Eight values of a column, with a filler beyond its end.
  @inline(__always)
  private static func lanes(of column: [Double], from start: Int, else filler: Double) -> SIMD8<Double> {
    if start + 8 <= column.count {
      return column.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start * 8, as: SIMD8<Double>.self) }
    }
    var lanes = SIMD8<Double>(repeating: filler)
    for lane in 0..<(column.count - start) { lanes[lane] = column[start + lane] }
    return lanes
  }

  /// Rows of eight lanes as one column of `count` values.
  private static func column(_ rows: [SIMD8<Double>], count: Int) -> [Double] {
    rows.withUnsafeBytes { Array(UnsafeBufferPointer(rebasing: $0.bindMemory(to: Double.self)[0..<count])) }
  }

  /// Refuses columns of unequal length and figures out of range.
  func validate() throws(ProjectFinanceError) {
    let n = capitalCost.count
    for (field, column) in [("net_operating_income", netOperatingIncome), ("growth", growth), ("discount_rate", discountRate)]
    where column.count != n {
      throw .unequalLengths(field: field, count: column.count, expected: n)
    }
    try require(Double(years), in: 1...200, "years")
    try require(exitYield, in: 1e-6...10, "exit_yield")
    try require(loanToCost, in: 0...1, "loan_to_cost")
    try loan.validate("loan")
    try requireAmounts(capitalCost, "capital_cost")
    try requireAmounts(netOperatingIncome, "net_operating_income")
    for index in 0..<n {
      try require(growth[index], in: -0.99...1, "growth[\(index)]")
      try requireDiscountRate(discountRate[index], "discount_rate[\(index)]")
    }
  }
}
