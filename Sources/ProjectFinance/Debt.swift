/// How a loan is paid back once its grace period is over.
public enum Repayment: String, Sendable, Equatable, CaseIterable {
  /// Level payments of interest and principal together.
  case annuity
  /// Level payments of principal, falling interest.
  case linear
  /// Interest only, all principal with the last payment.
  case bullet
}

/// The terms of a loan, in yearly periods and the price basis (real or nominal) of the cash flow it serves.
public struct LoanTerms: Sendable, Equatable {
  /// Interest per year as a share.
  public var rate: Double
  /// Number of yearly payments after the grace period.
  public var years: Int
  /// How principal is paid back.
  public var repayment: Repayment
  /// Years of interest-only payments before principal is paid back.
  public var graceYears: Int

  /// Terms of a loan; an annuity without grace unless said otherwise.
  public init(rate: Double, years: Int, repayment: Repayment = .annuity, graceYears: Int = 0) {
    self.rate = rate
    self.years = years
    self.repayment = repayment
    self.graceYears = graceYears
  }

  func validate(_ field: String) throws(ProjectFinanceError) {
    try require(rate, in: 0...1, "\(field).rate")
    try require(Double(years), in: 1...100, "\(field).years")
    try require(Double(graceYears), in: 0...50, "\(field).grace_years")
  }
}

/// The payments and balances of a loan by year of the cash flow.
///
/// Interest of a year falls due on the balance at the end of the year before; draws are made at year ends. The balance closes:
/// opening balance + draw − principal = closing balance, and the last closing balance is 0 when the horizon is long enough.
public struct LoanSchedule: Sendable, Equatable {
  /// Amount drawn in each year.
  public internal(set) var draw: [Double]
  /// Interest due in each year before the first payment year: interest during construction and grace, paid, not capitalised.
  public internal(set) var interestDuringConstruction: [Double]
  /// Interest paid in each year from the first payment year on.
  public internal(set) var interest: [Double]
  /// Principal paid back in each year.
  public internal(set) var principal: [Double]
  /// Balance at the end of each year.
  public internal(set) var balance: [Double]

  /// Interest and principal of a year from the first payment year on.
  public func debtService(year: Int) -> Double { interest[year] + principal[year] }

  /// Interest and principal by year, interest during construction left out.
  public var debtService: [Double] { interest.indices.map { interest[$0] + principal[$0] } }

  /// The schedule of a loan drawn over some years and paid back from `firstPaymentYear` on.
  ///
  /// - Parameters:
  ///   - terms: Rate, years, repayment, grace.
  ///   - draw: Amount drawn in each year of the horizon; its count is the horizon.
  ///   - firstPaymentYear: Index of the year of the first payment; every draw must come earlier.
  /// - Throws: `ProjectFinanceError` when an amount is negative or not finite, or a draw does not precede the first payment.
  public init(terms: LoanTerms, draw: [Double], firstPaymentYear: Int) throws(ProjectFinanceError) {
    try terms.validate("loan")
    for (year, amount) in draw.enumerated() {
      try requireNonNegative(amount, "loan.draw[\(year)]")
      if amount > 0, year >= firstPaymentYear {
        throw .outOfRange(
          field: "loan.first_payment_year", value: Double(firstPaymentYear), allowed: "after the last draw, in year \(year)")
      }
    }
    let horizon = draw.count
    let total = draw.reduce(0, +)
    let zero = [Double](repeating: 0, count: horizon)
    self.draw = draw
    interestDuringConstruction = zero
    interest = zero
    principal = zero
    balance = zero
    let level = annuityPayment(principal: total, rate: terms.rate, years: terms.years)
    let firstPrincipal = firstPaymentYear + terms.graceYears
    let last = firstPrincipal + terms.years - 1
    var outstanding = 0.0
    for year in 0..<horizon {
      let due = outstanding * terms.rate
      if year < firstPaymentYear {
        interestDuringConstruction[year] = due
      } else if year <= last {
        interest[year] = due
        if year == last {
          principal[year] = outstanding
        } else if year >= firstPrincipal {
          switch terms.repayment {
          case .annuity: principal[year] = min(outstanding, level - due)
          case .linear: principal[year] = min(outstanding, total / Double(terms.years))
          case .bullet: principal[year] = 0
          }
        }
      }
      outstanding += draw[year] - principal[year]
      balance[year] = outstanding
    }
  }
}

/// How well the cash of a project covers its debt service.
public struct DebtCoverage: Sendable, Equatable {
  /// The lowest ratio of cash available to debt service in any year with debt service.
  public let minimum: Double
  /// The mean of those ratios.
  public let mean: Double
  /// The year of the lowest ratio, the first when several share it.
  public let weakestYear: Int

  /// The debt service coverage ratios, or `nil` when no year has debt service.
  ///
  /// Cash available for debt service is revenue less operating cost of the same year (E. Yescombe, Principles of Project Finance, 2014,
  /// chapter 12). Both lists run over the same years.
  public init?(cashAvailable: [Double], debtService: [Double]) {
    var lowest = Double.infinity
    var sum = 0.0
    var count = 0
    var year = 0
    for index in 0..<min(cashAvailable.count, debtService.count) where debtService[index] > 0 {
      let ratio = cashAvailable[index] / debtService[index]
      guard ratio.isFinite else { continue }
      if ratio < lowest {
        lowest = ratio
        year = index
      }
      sum += ratio
      count += 1
    }
    guard count > 0 else { return nil }
    minimum = lowest
    mean = sum / Double(count)
    weakestYear = year
  }
}

/// The loan life coverage ratio: the present value, at the loan's rate, of the cash available over the remaining life of a loan, divided by
/// the balance at the start of the first payment year.
///
/// - Returns: `nil` without a balance or without payments.
/// Source: E. Yescombe, Principles of Project Finance, 2014, chapter 12.
public func loanLifeCoverageRatio(cashAvailable: [Double], schedule: LoanSchedule, rate: Double) -> Double? {
  let service = schedule.debtService
  guard let first = service.firstIndex(where: { $0 > 0 }), let last = service.lastIndex(where: { $0 > 0 }), first > 0 else { return nil }
  let outstanding = schedule.balance[first - 1]
  guard outstanding > 0, last < cashAvailable.count else { return nil }
  var value = 0.0
  var factor = 1.0
  for year in first...last {
    factor /= 1 + rate
    value += cashAvailable[year] * factor
  }
  let ratio = value / outstanding
  return ratio.isFinite ? ratio : nil
}
