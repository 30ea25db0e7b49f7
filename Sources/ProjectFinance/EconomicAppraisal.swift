/// What an investment is worth to society, apart from what it is worth to its owner.
///
/// Benefits are revenue as willingness to pay, holding cost avoided, jobs, property uplift, carbon and residual value; costs are capital cost at its
/// shadow price, operating cost and replacements; all in money of the price date at the social discount rate
/// (European Commission, Guide to Cost-Benefit Analysis of Investment Projects, 2014, section 2.8).
public struct EconomicAppraisal: Sendable, Equatable {
  /// A named benefit.
  public struct Benefit: Sendable, Equatable {
    /// What benefits.
    public let name: String
    /// Present value; `nil` when not known, and then not in the sums.
    public let presentValue: Double?
  }

  /// Present value of each benefit; unknown ones are `nil`.
  public let benefits: [Benefit]
  /// Present value of the costs.
  public let costs: Double
  /// ENPV, benefits that are known less costs.
  public let netPresentValue: Double
  /// ERR.
  public let rateOfReturn: InternalRateOfReturn
  /// Benefits over costs; `nil` without costs.
  public let benefitCostRatio: Double?
  /// The economic flow by year.
  public let cashFlow: [Double]

  /// Names of benefits that are not known and hence not counted.
  public var notCounted: [String] { benefits.filter { $0.presentValue == nil }.map(\.name) }
}

extension ConversionCase {
  /// The economic appraisal; `nil` when the rent is not known.
  ///
  /// Always in real terms, whatever the price basis of the case. Jobs and carbon count in proportion to occupancy and use.
  /// - Throws: `ProjectFinanceError` for a figure the model cannot honour.
  public func economicAppraisal() throws(ProjectFinanceError) -> EconomicAppraisal? {
    var real = self
    real.priceBasis = .real
    try real.validate()
    let timing = Timing(annual: real)
    return try real.economicAppraisal(timing, real.cashFlow(timing, capital: capitalCost.central))
  }

  func economicAppraisal(_ timing: Timing, _ flow: CashFlow) throws(ProjectFinanceError) -> EconomicAppraisal? {
    guard let revenue = flow.revenue else { return nil }
    let years = flow.count, rate = socialDiscountRate
    func valued(_ name: String, _ yearly: [Double]?) -> (EconomicAppraisal.Benefit, [Double]?) {
      (EconomicAppraisal.Benefit(name: name, presentValue: yearly.map { presentValue($0, rate: rate) }), yearly)
    }
    // While the building is in use nobody pays for keeping it vacant; during works the site is secured as part of them.
    let avoided = (0..<years).map { holdingCostPerYear * (1 - timing.idle[$0]) }
    let jobYears = jobs.map { jobs in timing.occupied.map { jobs * $0 } }
    let jobBenefit: [Double]?
    if let jobYears, let perYear = economics.benefitPerJobYear {
      let last = economics.jobBenefitYears.map { constructionMonths / 12 + $0 } ?? years
      jobBenefit = (0..<years).map { $0 < last ? jobYears[$0] * perYear : 0 }
    } else {
      jobBenefit = nil
    }
    let services = economics.serviceBenefitPerYear.map { benefit in timing.use.map { $0 * benefit } }
    let uplift = economics.propertyUplift.map { amount in
      (0..<years).map { $0 == min(years - 1, constructionMonths / 12) ? amount : 0 }
    }
    let carbon: [Double]?
    if economics.carbonTonnesPerYear != nil || economics.carbonTonnesOnce != nil, let path = economics.carbonPrice {
      let yearly = economics.carbonTonnesPerYear ?? 0, once = economics.carbonTonnesOnce ?? 0
      carbon = (0..<years).map { year in
        let tonnes = yearly * timing.use[year] + (year == min(completionYear, years - 1) ? once : 0)
        return tonnes * path.price(year: economics.priceYear + year)
      }
    } else {
      carbon = nil
    }
    let parts = [
      valued("revenue", revenue), valued("avoided_holding_cost", avoided), valued("jobs", jobBenefit),
      valued("property_uplift", uplift), valued("carbon", carbon), valued("services", services),
      valued("residual_value", flow.residualValue),
    ]
    var net = [Double](repeating: 0, count: years), cost = net
    for year in 0..<years {
      cost[year] =
        flow.capitalCost[year] * economics.capitalCostConversion + flow.operatingCost[year] + flow.replacements[year]
      net[year] = -cost[year]
      for (_, yearly) in parts { net[year] += yearly?[year] ?? 0 }
    }
    let costs = presentValue(cost, rate: rate)
    let sum = parts.reduce(0) { $0 + ($1.0.presentValue ?? 0) }
    return EconomicAppraisal(
      benefits: parts.map(\.0), costs: costs, netPresentValue: sum - costs, rateOfReturn: try internalRateOfReturn(of: net),
      benefitCostRatio: costs > 0 ? sum / costs : nil, cashFlow: net)
  }
}
