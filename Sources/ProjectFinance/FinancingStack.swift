/// The cheapest lawful mix of grant, public co-financing, soft loan, bank loan and equity for one investment.
///
/// A linear programme over the five sources. It asks for the least money left unfunded, then the least public money (or the greatest present value of
/// the owner), then the least grant, then the lowest cost of capital, subject to: sources = uses; the grant's own ceiling; public co-financing's ceiling; the programme's
/// co-financing rate; all public support together under the aid ceiling (cumulation); own share; loan ceilings; debt service coverage in every
/// payment year; and, when equity has a required return, equity worth at least what it costs.
public struct FinancingProblem: Sendable, Equatable {
  /// What decides among lawful stacks once everything is funded.
  public enum Objective: String, Sendable, Equatable {
    /// The least public money, then the lowest cost of capital.
    case leastPublicMoney
    /// The greatest present value to the owner.
    case ownersPresentValue
  }

  /// A loan on offer.
  public struct LoanOffer: Sendable, Equatable {
    /// Rate, years, repayment, grace.
    public var terms: LoanTerms
    /// Highest amount lent; `nil` for no ceiling but the coverage of debt service.
    public var maximum: Double?

    /// A loan on offer.
    public init(terms: LoanTerms, maximum: Double? = nil) {
      self.terms = terms
      self.maximum = maximum
    }
  }

  /// Capital cost by year.
  public var capitalCost: [Double]
  /// Start-up losses by year, paid from the sources like the capital cost.
  public var startUpLoss: [Double]
  /// Cash available for debt service by year (revenue less operating cost).
  public var cashAvailable: [Double]
  /// Cash to the owner by year before debt service: revenue − operating cost − replacements + residual value, capital cost left out.
  public var ownersCash: [Double]
  /// Cash to the owner without residual value, whose running sum less debt service must never be negative; `nil` leaves that unchecked.
  public var cashInHand: [Double]?
  /// Index of the first year of debt service; interest before it is part of the uses.
  public var firstPaymentYear: Int
  /// Ceiling of the grant.
  public var grantCeiling: Double
  /// Ceiling of public co-financing.
  public var cofinancingCeiling: Double
  /// The grant's highest share of grant and co-financing together; `nil` for no rule.
  public var maximumGrantShare: Double?
  /// Ceiling of all public support together; `nil` when it is not State aid.
  public var aidCeiling: Double?
  /// The grant equivalent of a euro of soft loan, counted as public support.
  public var softLoanGrantEquivalent: Double
  /// Soft loan on offer; `nil` for none.
  public var softLoan: LoanOffer?
  /// Bank loan on offer; `nil` for none.
  public var bankLoan: LoanOffer?
  /// Lowest share of equity in the uses.
  public var minimumOwnShare: Double
  /// Lowest debt service coverage ratio in any payment year.
  public var requiredCoverage: Double
  /// Return the owner must earn; `nil` leaves equity without a claim.
  public var requiredEquityReturn: Double?
  /// Most equity the owner has; `nil` for no limit.
  public var maximumEquity: Double?
  /// What decides.
  public var objective: Objective

  /// A financing problem; ceilings that are not named are 0 or absent.
  public init(
    capitalCost: [Double], startUpLoss: [Double]? = nil, cashAvailable: [Double], ownersCash: [Double], cashInHand: [Double]? = nil,
    firstPaymentYear: Int, grantCeiling: Double = 0, cofinancingCeiling: Double = 0, maximumGrantShare: Double? = nil,
    aidCeiling: Double? = nil,
    softLoanGrantEquivalent: Double = 0, softLoan: LoanOffer? = nil, bankLoan: LoanOffer? = nil, minimumOwnShare: Double = 0,
    requiredCoverage: Double = 1.2, requiredEquityReturn: Double? = nil, maximumEquity: Double? = nil,
    objective: Objective = .leastPublicMoney
  ) {
    self.capitalCost = capitalCost
    self.startUpLoss = startUpLoss ?? [Double](repeating: 0, count: capitalCost.count)
    self.cashAvailable = cashAvailable
    self.ownersCash = ownersCash
    self.cashInHand = cashInHand
    self.firstPaymentYear = firstPaymentYear
    self.grantCeiling = grantCeiling
    self.cofinancingCeiling = cofinancingCeiling
    self.maximumGrantShare = maximumGrantShare
    self.aidCeiling = aidCeiling
    self.softLoanGrantEquivalent = softLoanGrantEquivalent
    self.softLoan = softLoan
    self.bankLoan = bankLoan
    self.minimumOwnShare = minimumOwnShare
    self.requiredCoverage = requiredCoverage
    self.requiredEquityReturn = requiredEquityReturn
    self.maximumEquity = maximumEquity
    self.objective = objective
  }
}

/// A financing plan: sources, what holds them, and what one more euro of grant would change.
public struct FinancingStack: Sendable, Equatable {
  /// A limit that a financing plan can run into.
  public enum Limit: String, Sendable, Equatable, CaseIterable {
    /// The grant's ceiling by funding gap or programme.
    case grantCeiling = "grant_ceiling"
    /// The ceiling of public co-financing.
    case cofinancingCeiling = "cofinancing_ceiling"
    /// The programme's co-financing rate.
    case cofinancingRate = "cofinancing_rate"
    /// The ceiling of all public support together.
    case aidCeiling = "aid_ceiling"
    /// The soft loan's ceiling.
    case softLoanCeiling = "soft_loan_ceiling"
    /// The bank loan's ceiling.
    case bankLoanCeiling = "bank_loan_ceiling"
    /// The own share.
    case ownShare = "own_share"
    /// The most equity the owner has.
    case equityCeiling = "equity_ceiling"
    /// Debt service coverage.
    case debtServiceCoverage = "debt_service_coverage"
    /// Cash in hand that may never be negative, renewals included.
    case cumulatedCash = "cumulated_cash"
    /// The return the owner must earn.
    case equityReturn = "equity_return"
  }

  /// What changes per further euro of grant.
  public struct MarginalEffect: Sendable, Equatable {
    /// Whether the further euro respects every ceiling; when not, the ceilings on public money were set aside to answer.
    public let isLawful: Bool
    /// Change of each source per euro of grant.
    public let publicCofinancing: Double, softLoan: Double, bankLoan: Double, equity: Double, unfunded: Double
    /// Change of the owner's net present value per euro of grant.
    public let ownersNetPresentValue: Double
  }

  /// Grant.
  public let grant: Double
  /// National or municipal co-financing, a line of its own.
  public let publicCofinancing: Double
  /// Soft loan.
  public let softLoan: Double
  /// Bank loan.
  public let bankLoan: Double
  /// Equity.
  public let equity: Double
  /// What no lawful mix pays for; 0 when the project can be funded.
  public let unfunded: Double
  /// Capital cost, start-up losses, and interest before the first payment year.
  public let uses: (capitalCost: Double, startUpLoss: Double, interestDuringConstruction: Double)
  /// Limits that hold with equality, in the order of `Limit`.
  public let binding: [Limit]
  /// Average cost of the sources per year, public money at 0, equity at its required return (0 when none).
  public let weightedCostOfCapital: Double
  /// Net present value of equity at its required return, or at 0 without one.
  public let ownersNetPresentValue: Double
  /// What one more euro of grant changes; `nil` when a further euro changes nothing that can be computed.
  public let marginalGrant: MarginalEffect?

  /// All uses.
  public var totalUses: Double { uses.capitalCost + uses.startUpLoss + uses.interestDuringConstruction }
  /// All sources, what is unfunded left out.
  public var totalSources: Double { grant + publicCofinancing + softLoan + bankLoan + equity }
  /// Grant and public co-financing.
  public var publicMoney: Double { grant + publicCofinancing }

  /// Compares every figure.
  public static func == (a: FinancingStack, b: FinancingStack) -> Bool {
    a.grant == b.grant && a.publicCofinancing == b.publicCofinancing && a.softLoan == b.softLoan && a.bankLoan == b.bankLoan
      && a.equity == b.equity && a.unfunded == b.unfunded && a.uses == b.uses && a.binding == b.binding
      && a.weightedCostOfCapital == b.weightedCostOfCapital && a.ownersNetPresentValue == b.ownersNetPresentValue
      && a.marginalGrant == b.marginalGrant
  }
}

extension FinancingProblem {
  /// Yearly figures of one euro of a loan drawn in proportion to the capital cost.
  private struct LoanUnit {
    var service: [Double]
    var interestBefore: Double
    /// Present value of that interest at the owner's rate.
    var interestBeforeValue: Double
    var maximum: Double
    var rate: Double
    /// Present value of service from the first payment year, at the owner's rate.
    var presentValue: Double
  }

  /// The optimal stack.
  ///
  /// Public money and loans pay for capital cost only; start-up losses and interest before the first payment are the owner's.
  ///
  /// - Throws: `ProjectFinanceError` for lists of unequal length or figures out of range.
  /// Exact and deterministic; money is scaled by the uses, so the result scales with the input. Complexity: O(years²) at most, then a few
  /// pivots of a tableau of some twenty rows.
  public func solved() throws(ProjectFinanceError) -> FinancingStack {
    let years = capitalCost.count
    let lists = [
      ("start_up_loss", startUpLoss), ("cash_available", cashAvailable), ("owners_cash", ownersCash),
      ("cash_in_hand", cashInHand ?? ownersCash),
    ]
    for (field, list) in lists where list.count != years {
      throw .unequalLengths(field: field, count: list.count, expected: years)
    }
    for year in 0..<years {
      try requireNonNegative(capitalCost[year], "capital_cost[\(year)]")
      try requireNonNegative(startUpLoss[year], "start_up_loss[\(year)]")
    }
    try requireAmounts(cashAvailable, "cash_available")
    try requireAmounts(ownersCash, "owners_cash")
    try requireAmounts(cashInHand ?? [], "cash_in_hand")
    try requireNonNegative(grantCeiling, "grant_ceiling")
    try requireNonNegative(cofinancingCeiling, "cofinancing_ceiling")
    try require(maximumGrantShare ?? 0, in: 0...1, "maximum_grant_share")
    try requireNonNegative(aidCeiling ?? 0, "aid_ceiling")
    try require(softLoanGrantEquivalent, in: 0...1, "soft_loan_grant_equivalent")
    try require(minimumOwnShare, in: 0...1, "minimum_own_share")
    try require(requiredCoverage, in: 0...100, "required_coverage")
    try requireNonNegative(maximumEquity ?? 0, "maximum_equity")
    try require(requiredEquityReturn ?? 0, in: 0...10, "required_equity_return")

    let capital = capitalCost.reduce(0, +), loss = startUpLoss.reduce(0, +)
    let scale = capital + loss
    guard scale > 0 else {
      return FinancingStack(
        grant: 0, publicCofinancing: 0, softLoan: 0, bankLoan: 0, equity: 0, unfunded: 0, uses: (0, 0, 0), binding: [],
        weightedCostOfCapital: 0, ownersNetPresentValue: presentValue(ownersCash, rate: requiredEquityReturn ?? 0), marginalGrant: nil)
    }
    let ownersRate = requiredEquityReturn ?? 0
    func unit(_ offer: LoanOffer?) throws(ProjectFinanceError) -> LoanUnit? {
      guard let offer, capital > 0, firstPaymentYear < years else { return nil }
      if let maximum = offer.maximum { try requireNonNegative(maximum, "loan.maximum") }
      let schedule = try LoanSchedule(terms: offer.terms, draw: capitalCost.map { $0 / capital }, firstPaymentYear: firstPaymentYear)
      return LoanUnit(
        service: schedule.debtService, interestBefore: schedule.interestDuringConstruction.reduce(0, +),
        interestBeforeValue: presentValue(schedule.interestDuringConstruction, rate: ownersRate), maximum: offer.maximum ?? scale,
        rate: offer.terms.rate, presentValue: presentValue(schedule.debtService, rate: ownersRate))
    }
    let soft = try unit(softLoan), bank = try unit(bankLoan)

    // Start-up losses are in the owner's cash and equity covers them as they come, so they need no term of their own here.
    let ownersValue = presentValue(ownersCash, rate: ownersRate)
    let capitalShare = capital / scale
    // Present value of one euro spent in proportion to the capital cost.
    let spentValue = capital > 0 ? presentValue(capitalCost, rate: ownersRate) / capital : 1

    // Unknowns, each as a share of capital cost and losses: grant, co-financing, soft loan, bank loan, unfunded. Equity is what remains.
    func programme(ceilings: Bool, grantAtLeast: Double?) -> LinearProgram {
      var lp = LinearProgram(unknowns: 5)
      let softBefore = soft?.interestBefore ?? 0, bankBefore = bank?.interestBefore ?? 0
      // equity = 1 + softBefore·S + bankBefore·B − G − P − S − B − U
      let equity = [-1, -1, softBefore - 1, bankBefore - 1, -1]
      lp.add("", [1, 1, 1, 1, 1], atMost: capitalShare)
      if ceilings {
        lp.add(FinancingStack.Limit.grantCeiling.rawValue, [1, 0, 0, 0, 0], atMost: grantCeiling / scale)
        lp.add(FinancingStack.Limit.cofinancingCeiling.rawValue, [0, 1, 0, 0, 0], atMost: cofinancingCeiling / scale)
        if let share = maximumGrantShare {
          lp.add(FinancingStack.Limit.cofinancingRate.rawValue, [1 - share, -share, 0, 0, 0], atMost: 0)
        }
        if let aidCeiling {
          lp.add(FinancingStack.Limit.aidCeiling.rawValue, [1, 1, softLoanGrantEquivalent, 0, 0], atMost: aidCeiling / scale)
        }
      }
      lp.add(FinancingStack.Limit.softLoanCeiling.rawValue, [0, 0, 1, 0, 0], atMost: (soft?.maximum ?? 0) / scale)
      lp.add(FinancingStack.Limit.bankLoanCeiling.rawValue, [0, 0, 0, 1, 0], atMost: (bank?.maximum ?? 0) / scale)
      if minimumOwnShare > 0 {
        // own share × (1 + interest before) ≤ equity
        let own = minimumOwnShare
        lp.add(
          FinancingStack.Limit.ownShare.rawValue,
          [1, 1, own * softBefore - softBefore + 1, own * bankBefore - bankBefore + 1, 1], atMost: 1 - own)
      }
      if let maximumEquity { lp.add(FinancingStack.Limit.equityCeiling.rawValue, equity, atMost: maximumEquity / scale - 1) }
      // Coverage: of all payment years only those can bind in which no other year has as much service and less cash.
      var rows: [(s: Double, b: Double, cash: Double)] = []
      for year in 0..<years {
        let s = soft?.service[year] ?? 0, b = bank?.service[year] ?? 0
        if s > 0 || b > 0 { rows.append((s, b, max(0, cashAvailable[year]) / scale)) }
      }
      for (index, row) in rows.enumerated() {
        let isDominated = rows.enumerated().contains { other in
          other.offset != index && other.element.s >= row.s - 1e-12 && other.element.b >= row.b - 1e-12
            && (other.element.cash < row.cash || (other.element.cash == row.cash && other.offset < index))
        }
        if !isDominated {
          lp.add(
            FinancingStack.Limit.debtServiceCoverage.rawValue, [0, 0, row.s * requiredCoverage, row.b * requiredCoverage, 0],
            atMost: row.cash)
        }
      }
      // Debt service up to a year may not exceed the cash earned until then. Losses without debt are not the loans' doing, so the bound is at least 0.
      if let cashInHand {
        var s = 0.0, b = 0.0, cash = 0.0
        for year in 0..<years {
          s += soft?.service[year] ?? 0
          b += bank?.service[year] ?? 0
          cash += cashInHand[year] + startUpLoss[year]
          // Only a year after which cash rises again, or the last, can be the worst.
          let isTurn = requiredCoverage < 1 || year == years - 1 || cashInHand[year] < cashAvailable[year] || cashInHand[year] < 0
          if isTurn, s > 0 || b > 0 {
            lp.add(FinancingStack.Limit.cumulatedCash.rawValue, [0, 0, s, b, 0], atMost: max(0, cash) / scale)
          }
        }
      }
      // Owner's present value = ownersValue − service − interest before − the owner's part of the capital cost ≥ 0.
      let ownersCost = [
        -spentValue, -spentValue, (soft?.presentValue ?? 0) + (soft?.interestBeforeValue ?? 0) - spentValue,
        (bank?.presentValue ?? 0) + (bank?.interestBeforeValue ?? 0) - spentValue, -spentValue,
      ]
      if requiredEquityReturn != nil {
        lp.add(FinancingStack.Limit.equityReturn.rawValue, ownersCost, atMost: ownersValue / scale - capitalShare * spentValue)
      }
      if let grantAtLeast { lp.add("", [-1, 0, 0, 0, 0], atMost: -grantAtLeast) }
      // Cost of capital: loans at their rates, equity at its return, each less what equity would cost in their place.
      let equityCost = ownersRate
      let costs = (0..<5).map { equity[$0] * equityCost + [0, 0, soft?.rate ?? 0, bank?.rate ?? 0, 0][$0] }
      let publicMoney: [Double] = [1, 1, softLoanGrantEquivalent, 0, 0]
      switch objective {
      case .leastPublicMoney: lp.objectives = [[0, 0, 0, 0, 1], publicMoney, [1, 0, 0, 0, 0], costs]
      case .ownersPresentValue: lp.objectives = [[0, 0, 0, 0, 1], ownersCost, publicMoney]
      }
      return lp
    }
    func value(_ x: [Double]) -> (equity: Double, npv: Double, interest: Double) {
      let interest = x[2] * (soft?.interestBefore ?? 0) + x[3] * (bank?.interestBefore ?? 0)
      let equity = max(0, 1 + interest - x.reduce(0, +))
      let npv =
        ownersValue / scale - x[2] * ((soft?.presentValue ?? 0) + (soft?.interestBeforeValue ?? 0))
        - x[3] * ((bank?.presentValue ?? 0) + (bank?.interestBeforeValue ?? 0)) - (capitalShare - x.reduce(0, +)) * spentValue
      return (equity, npv, interest)
    }
    // With all capital cost unfunded only the owner's return, the own share or the equity ceiling can still fail.
    guard let best = programme(ceilings: true, grantAtLeast: nil).solution() else {
      return FinancingStack(
        grant: 0, publicCofinancing: 0, softLoan: 0, bankLoan: 0, equity: loss, unfunded: capital, uses: (capital, loss, 0),
        binding: [.equityReturn], weightedCostOfCapital: 0, ownersNetPresentValue: 0,
        marginalGrant: nil)
    }
    let x = best.x
    let at = value(x)
    var marginal: FinancingStack.MarginalEffect?
    let step = 1e-3
    for lawful in [true, false] where marginal == nil {
      guard let more = programme(ceilings: lawful, grantAtLeast: x[0] + step).solution()?.x, more[0] <= x[0] + step + 1e-7 else { continue }
      let after = value(more)
      marginal = FinancingStack.MarginalEffect(
        isLawful: lawful, publicCofinancing: (more[1] - x[1]) / step, softLoan: (more[2] - x[2]) / step, bankLoan: (more[3] - x[3]) / step,
        equity: (after.equity - at.equity) / step, unfunded: (more[4] - x[4]) / step, ownersNetPresentValue: (after.npv - at.npv) / step)
    }
    let costly = x[2] * (soft?.rate ?? 0) + x[3] * (bank?.rate ?? 0) + at.equity * ownersRate
    let funded = x[0] + x[1] + x[2] + x[3] + at.equity
    return FinancingStack(
      grant: x[0] * scale, publicCofinancing: x[1] * scale, softLoan: x[2] * scale, bankLoan: x[3] * scale, equity: at.equity * scale,
      unfunded: x[4] * scale, uses: (capital, loss, at.interest * scale),
      binding: FinancingStack.Limit.allCases.filter { limit in
        guard best.binding.contains(limit.rawValue) else { return false }
        // A ceiling of nothing on a source nobody offers is no news.
        switch limit {
        case .grantCeiling: return grantCeiling > 0
        case .cofinancingCeiling: return cofinancingCeiling > 0
        case .cofinancingRate: return x[0] > 0
        case .softLoanCeiling: return softLoan != nil
        case .bankLoanCeiling: return bankLoan != nil
        default: return true
        }
      },
      weightedCostOfCapital: funded > 0 ? costly / funded : 0, ownersNetPresentValue: at.npv * scale, marginalGrant: marginal)
  }
}
