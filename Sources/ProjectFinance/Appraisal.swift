/// One year of a financed project. Uses equal sources in each year, and every balance closes.
public struct FinancedYear: Sendable, Equatable {
  /// Year after the price date.
  public let year: Int
  /// Let share while in use.
  public let occupancy: Double
  /// Capital cost, a use.
  public let capitalCost: Double
  /// Start-up loss the sources pay for, a use; it comes back in `netToOwner`.
  public let startUpLoss: Double
  /// Interest before the first payment year, a use.
  public let interestDuringConstruction: Double
  /// Sources.
  public let grant: Double, publicCofinancing: Double, softLoan: Double, bankLoan: Double, equity: Double
  /// Uses that no lawful source pays for.
  public let unfunded: Double
  /// Revenue; `nil` when the rent is not known.
  public let revenue: Double?
  /// Operating cost.
  public let operatingCost: Double
  /// Renewals.
  public let replacements: Double
  /// Residual value, in the last year.
  public let residualValue: Double
  /// Interest and principal paid from revenue.
  public let interest: Double, principal: Double
  /// Debt at the year's end.
  public let debtBalance: Double
  /// The investment's flow, the basis of FNPV(C); `nil` when the rent is not known.
  public let net: Double?
  /// The flow to private capital (equity and what is unfunded); `nil` when the rent is not known.
  public let netToOwner: Double?
  /// The flow to all national capital, public co-financing included; `nil` when the rent is not known.
  public let netToNationalCapital: Double?
  /// Cash in hand at the year's end: sources − uses + revenue − operating cost − replacements − debt service + start-up cover, cumulated.
  public let cumulatedCash: Double?
  /// Revenue less operating cost over debt service; `nil` without debt service or rent.
  public let debtServiceCoverage: Double?

  /// All uses of the year.
  public var uses: Double { capitalCost + startUpLoss + interestDuringConstruction }
  /// All sources of the year, what is unfunded included so that the two sides compare.
  public var sources: Double { grant + publicCofinancing + softLoan + bankLoan + equity + unfunded }
}

/// What one alternative costs, earns and needs; every figure that depends on a rent nobody knows is `nil`, and none is NaN or infinite.
public struct Appraisal: Sendable, Equatable {
  /// Investment cost with range.
  public let capitalCost: CostRange
  /// Jobs at stabilised occupancy; `nil` when not known.
  public let jobs: Double?
  /// Year by year.
  public let years: [FinancedYear]
  /// FNPV(C) at the financial discount rate.
  public let netPresentValue: Double?
  /// FRR(C).
  public let rateOfReturn: InternalRateOfReturn?
  /// Modified rate of return at the financial discount rate for both rates.
  public let modifiedRateOfReturn: Double?
  /// Years to payback, plain and discounted; `nil` also when never.
  public let payback: Double?, discountedPayback: Double?
  /// The funding gap; `nil` when the rent is not known.
  public let fundingGap: FundingGap?
  /// The highest grant by eligible cost × R × maximum rate, before State aid; `nil` without a gap.
  public let gapGrant: Double?
  /// The rest of the gap, before State aid.
  public let gapCofinancing: Double?
  /// The financing; `nil` when the rent is not known.
  public let stack: FinancingStack?
  /// FNPV(K) of private capital at the required return of equity, and FRR(K).
  public let ownersNetPresentValue: Double?, ownersRateOfReturn: InternalRateOfReturn?
  /// FNPV(K) of all national capital at the financial discount rate, and FRR(K).
  public let nationalNetPresentValue: Double?, nationalRateOfReturn: InternalRateOfReturn?
  /// Debt service coverage; `nil` without debt service.
  public let coverage: DebtCoverage?
  /// Loan life coverage ratio; `nil` without a loan.
  public let loanLifeCoverage: Double?
  /// Whether cash in hand is never negative and nothing is unfunded; `nil` when the rent is not known.
  public let isSustainable: Bool?
  /// The lowest cash in hand at any year's end.
  public let minimumCumulatedCash: Double?
  /// What it is worth to society; `nil` when the rent is not known.
  public let economics: EconomicAppraisal?
  /// Where it breaks even.
  public let breakEven: BreakEven
  /// Present value of keeping the building vacant over the same horizon, negative.
  public let statusQuoNetPresentValue: Double
  /// Grant and co-financing per job; `nil` without jobs or financing.
  public let publicMoneyPerJob: Double?
}

/// Appraises one alternative for one building.
///
/// Cash flow, funding gap, financing under the terms, returns to the investment, to private and to national capital, coverage, sustainability,
/// economic value and break-even answers. Uncertainty is apart: `simulate(_:inputs:…)`, `tornado(_:…)`, `scenarios(_:…)`.
/// - Throws: `ProjectFinanceError` naming the field that cannot be honoured.
///
/// Complexity: O(years) but for rates of return of flows with several changes of sign; some tens of microseconds.
public func appraise(_ value: ConversionCase) throws(ProjectFinanceError) -> Appraisal {
  try value.validate()
  let timing = Timing(annual: value)
  let flow = value.cashFlow(timing, capital: value.capitalCost.central)
  let inflation = value.priceBasis.inflation
  let rate = nominalRate(real: value.financialDiscountRate, inflation: inflation)
  let count = flow.count

  let jobs = value.jobs.map { $0 * value.occupancy.stabilised }
  var statusQuo = 0.0
  for year in 0..<count {
    statusQuo -= value.holdingCostPerYear * timing.prices[year] * DiscountSchedule.constant(rate).factor(year: year)
  }
  let breakEven = try BreakEven(of: value, timing: timing, rate: rate)

  guard let revenue = flow.revenue, let operating = flow.operatingCash, let net = flow.net else {
    let years = (0..<count).map { year in
      FinancedYear(
        year: year, occupancy: flow.occupancy[year], capitalCost: flow.capitalCost[year], startUpLoss: 0, interestDuringConstruction: 0,
        grant: 0, publicCofinancing: 0, softLoan: 0, bankLoan: 0, equity: 0, unfunded: flow.capitalCost[year], revenue: nil,
        operatingCost: flow.operatingCost[year], replacements: flow.replacements[year], residualValue: flow.residualValue[year],
        interest: 0, principal: 0, debtBalance: 0, net: nil, netToOwner: nil, netToNationalCapital: nil, cumulatedCash: nil,
        debtServiceCoverage: nil)
    }
    return Appraisal(
      capitalCost: value.capitalCost, jobs: jobs, years: years, netPresentValue: nil, rateOfReturn: nil, modifiedRateOfReturn: nil,
      payback: nil, discountedPayback: nil, fundingGap: nil, gapGrant: nil, gapCofinancing: nil, stack: nil, ownersNetPresentValue: nil,
      ownersRateOfReturn: nil, nationalNetPresentValue: nil, nationalRateOfReturn: nil, coverage: nil, loanLifeCoverage: nil,
      isSustainable: nil, minimumCumulatedCash: nil, economics: nil, breakEven: breakEven, statusQuoNetPresentValue: statusQuo,
      publicMoneyPerJob: nil)
  }

  let gap = try FundingGap(
    capitalCost: flow.capitalCost, revenue: revenue, operatingCost: flow.operatingCost, replacements: flow.replacements,
    residualValue: flow.residualValue[count - 1], discountRate: rate)
  let problem = try value.financingProblem(flow, gap)
  let stack = try problem.solved()
  let plan = try FinancingPlan(problem: problem, stack: stack)

  var years: [FinancedYear] = []
  var cumulated = 0.0, lowest = Double.infinity
  for year in 0..<count {
    let service = plan.interest[year] + plan.principal[year]
    let operatingNet = operating[year] - flow.replacements[year]
    let toOwner = problem.ownersCash[year] + problem.startUpLoss[year] - service - plan.equity[year] - plan.unfunded[year]
    cumulated += operatingNet + problem.startUpLoss[year] - service
    lowest = min(lowest, cumulated)
    years.append(
      FinancedYear(
        year: year, occupancy: flow.occupancy[year], capitalCost: flow.capitalCost[year], startUpLoss: problem.startUpLoss[year],
        interestDuringConstruction: plan.interestBefore[year], grant: plan.grant[year], publicCofinancing: plan.cofinancing[year],
        softLoan: plan.softLoan[year], bankLoan: plan.bankLoan[year], equity: plan.equity[year], unfunded: plan.unfunded[year],
        revenue: revenue[year], operatingCost: flow.operatingCost[year], replacements: flow.replacements[year],
        residualValue: flow.residualValue[year], interest: plan.interest[year], principal: plan.principal[year],
        debtBalance: plan.balance[year], net: net[year], netToOwner: toOwner, netToNationalCapital: toOwner - plan.cofinancing[year],
        cumulatedCash: cumulated, debtServiceCoverage: service > 0 ? operating[year] / service : nil))
  }
  let owner = years.map { $0.netToOwner ?? 0 }, national = years.map { $0.netToNationalCapital ?? 0 }
  // A rounding error of a cent in millions does not make a project unsustainable.
  let slack = 1e-9 * max(1, stack.totalUses)
  return Appraisal(
    capitalCost: value.capitalCost, jobs: jobs, years: years, netPresentValue: presentValue(net, rate: rate),
    rateOfReturn: try internalRateOfReturn(of: net),
    modifiedRateOfReturn: try modifiedInternalRateOfReturn(of: net, financeRate: rate, reinvestmentRate: rate),
    payback: try paybackYears(of: net), discountedPayback: try paybackYears(of: net, rate: rate), fundingGap: gap,
    gapGrant: gap.grant(eligibleCost: problem.eligibleCost(value), maximumRate: value.funding.maximumGrantRate),
    gapCofinancing: gap.publicCofinancing(eligibleCost: problem.eligibleCost(value), maximumRate: value.funding.maximumGrantRate),
    stack: stack, ownersNetPresentValue: presentValue(owner, rate: value.funding.requiredEquityReturn),
    ownersRateOfReturn: try internalRateOfReturn(of: owner), nationalNetPresentValue: presentValue(national, rate: rate),
    nationalRateOfReturn: try internalRateOfReturn(of: national),
    coverage: DebtCoverage(cashAvailable: operating, debtService: plan.service),
    loanLifeCoverage: plan.loanLifeCoverage(cashAvailable: operating), isSustainable: lowest >= -slack && stack.unfunded <= slack,
    minimumCumulatedCash: lowest,
    economics: try value.priceBasis == .real ? value.economicAppraisal(timing, flow) : value.economicAppraisal(),
    breakEven: breakEven, statusQuoNetPresentValue: statusQuo,
    publicMoneyPerJob: jobs.flatMap { $0 > 0 ? stack.publicMoney / $0 : nil })
}

extension ConversionCase {
  /// The financing problem of a cash flow under the terms of the case.
  func financingProblem(_ flow: CashFlow, _ gap: FundingGap) throws(ProjectFinanceError) -> FinancingProblem {
    let count = flow.count
    let revenue = flow.revenue ?? [Double](repeating: 0, count: count)
    let operating = revenue.indices.map { revenue[$0] - flow.operatingCost[$0] }
    // Losses before the first payment year that earlier surpluses do not cover are part of what must be financed.
    var startUp = [Double](repeating: 0, count: count)
    if capitalCost.central > 0 {
      var surplus = 0.0
      for year in 0..<min(firstPaymentYear, count) {
        surplus += operating[year] - flow.replacements[year]
        if surplus < 0 {
          startUp[year] = -surplus
          surplus = 0
        }
      }
    }
    let eligible = flow.capitalCost.reduce(0, +) * funding.eligibleShare
    let grant = gap.grant(eligibleCost: eligible, maximumRate: funding.maximumGrantRate) ?? 0
    let cofinancing = gap.publicCofinancing(eligibleCost: eligible, maximumRate: funding.maximumGrantRate) ?? 0
    let ceiling: Double?
    switch funding.aid {
    case .ceiling(let amount): ceiling = amount
    case .notStateAid: ceiling = nil
    case .noRuleKnown: ceiling = 0
    }
    return FinancingProblem(
      capitalCost: flow.capitalCost, startUpLoss: startUp, cashAvailable: operating,
      ownersCash: operating.indices.map { operating[$0] - flow.replacements[$0] + flow.residualValue[$0] },
      cashInHand: operating.indices.map { operating[$0] - flow.replacements[$0] }, firstPaymentYear: firstPaymentYear, grantCeiling: grant,
      cofinancingCeiling: cofinancing,
      maximumGrantShare: funding.maximumGrantRate, aidCeiling: ceiling, softLoanGrantEquivalent: funding.softLoanGrantEquivalent,
      softLoan: funding.softLoan, bankLoan: funding.bankLoan, minimumOwnShare: funding.minimumOwnShare,
      requiredCoverage: funding.requiredCoverage, requiredEquityReturn: funding.requiredEquityReturn, objective: funding.objective)
  }
}

extension FinancingProblem {
  fileprivate func eligibleCost(_ value: ConversionCase) -> Double { capitalCost.reduce(0, +) * value.funding.eligibleShare }
}

/// A financing stack spread over the years.
struct FinancingPlan {
  var grant: [Double]
  var cofinancing: [Double]
  var softLoan: [Double]
  var bankLoan: [Double]
  var equity: [Double]
  var unfunded: [Double]
  var interestBefore: [Double]
  var interest: [Double]
  var principal: [Double]
  var balance: [Double]
  private let loans: [(schedule: LoanSchedule, rate: Double)]

  var service: [Double] { interest.indices.map { interest[$0] + principal[$0] } }

  /// Public money, loans and what is unfunded follow the capital cost; equity pays the rest of each year's uses.
  init(problem: FinancingProblem, stack: FinancingStack) throws(ProjectFinanceError) {
    let count = problem.capitalCost.count
    let capital = problem.capitalCost.reduce(0, +)
    let share = problem.capitalCost.map { capital > 0 ? $0 / capital : 0 }
    func spread(_ amount: Double) -> [Double] { share.map { $0 * amount } }
    grant = spread(stack.grant)
    cofinancing = spread(stack.publicCofinancing)
    softLoan = spread(stack.softLoan)
    bankLoan = spread(stack.bankLoan)
    unfunded = spread(min(stack.unfunded, capital))
    let zero = [Double](repeating: 0, count: count)
    interestBefore = zero
    interest = zero
    principal = zero
    balance = zero
    var loans: [(LoanSchedule, Double)] = []
    for (offer, draw) in [(problem.softLoan, softLoan), (problem.bankLoan, bankLoan)] {
      guard let offer, draw.contains(where: { $0 > 0 }) else { continue }
      let schedule = try LoanSchedule(terms: offer.terms, draw: draw, firstPaymentYear: problem.firstPaymentYear)
      loans.append((schedule, offer.terms.rate))
      for year in 0..<count {
        interestBefore[year] += schedule.interestDuringConstruction[year]
        interest[year] += schedule.interest[year]
        principal[year] += schedule.principal[year]
        balance[year] += schedule.balance[year]
      }
    }
    self.loans = loans.map { (schedule: $0.0, rate: $0.1) }
    equity = zero
    for year in 0..<count {
      let others = grant[year] + cofinancing[year] + softLoan[year] + bankLoan[year] + unfunded[year]
      let uses = problem.capitalCost[year] + problem.startUpLoss[year] + interestBefore[year]
      equity[year] = max(0, uses - others)
    }
  }

  /// The loan life coverage ratio of all loans together, at their average rate by balance.
  func loanLifeCoverage(cashAvailable: [Double]) -> Double? {
    let service = service
    guard let first = service.firstIndex(where: { $0 > 0 }), first > 0, let last = service.lastIndex(where: { $0 > 0 }) else { return nil }
    let outstanding = balance[first - 1]
    guard outstanding > 0 else { return nil }
    let rate = loans.reduce(0) { $0 + $1.schedule.balance[first - 1] * $1.rate } / outstanding
    var value = 0.0, factor = 1.0
    for year in first...last {
      factor /= 1 + rate
      value += cashAvailable[year] * factor
    }
    return value / outstanding
  }
}
