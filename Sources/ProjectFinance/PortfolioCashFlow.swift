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
    var result = Result(
      flows: [], netPresentValue: [Double](repeating: 0, count: n), rateOfReturn: [Double](repeating: 0, count: n),
      hasRateOfReturn: [Bool](repeating: true, count: n), minimumCoverage: [Double](repeating: 0, count: n))
    let service = loanToCost * annuityPayment(principal: 1, rate: loan.rate, years: loan.years)
    let horizon = years, payments = min(years, loan.years), exit = 1 + 1 / exitYield
    if keepsFlows { result.flows = [Double](repeating: 0, count: n * (horizon + 1)) }
    withUnsafeTemporaryAllocation(of: SIMD8<Double>.self, capacity: horizon + 1) { block in
      for start in stride(from: 0, to: n, by: 8) {
        let lanes = min(8, n - start)
        var capital = SIMD8<Double>(repeating: 1), income = SIMD8<Double>(repeating: 1), factor = capital, rate = SIMD8<Double>.zero
        for lane in 0..<lanes {
          capital[lane] = capitalCost[start + lane]
          income[lane] = netOperatingIncome[start + lane]
          factor[lane] = 1 + growth[start + lane]
          rate[lane] = discountRate[start + lane]
        }
        block[0] = -capital
        var lowest = income
        for year in 1...horizon {
          block[year] = income
          if year <= payments { lowest.replace(with: income, where: income .< lowest) }
          income *= factor
        }
        block[horizon] *= exit
        let discount = 1 / (1 + rate)
        let (value, slope) = hornerValueAndSlope(block, at: discount)
        // The tangent at the discount rate is a better start than any fixed rate.
        let (v, settled) = newtonRoot(block, from: discount, value, slope)
        let covered = lowest / (capital * service)
        for lane in 0..<lanes {
          let index = start + lane
          result.netPresentValue[index] = value[lane]
          result.minimumCoverage[index] = service > 0 && capital[lane] > 0 ? covered[lane] : 0
          result.rateOfReturn[index] = settled[lane] ? 1 / v[lane] - 1 : 0
          result.hasRateOfReturn[index] = settled[lane] && capital[lane] > 0
        }
        if keepsFlows {
          for year in 0...horizon { for lane in 0..<lanes { result.flows[year * n + start + lane] = block[year][lane] } }
        }
      }
    }
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
    }
    return result
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
