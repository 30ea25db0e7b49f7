import GeoFormats
import ProjectFinance

/// The values that the workbook's formulas have when it is opened: the same arithmetic as in its cells, year by year.
///
/// What the engine has computed is taken from its appraisal; what stands between (curves, balances, sums) is repeated here so that a viewer that does
/// not calculate still shows a full sheet.
struct InvestmentModel {
  let plan: ConversionCase
  let appraisal: Appraisal
  let count: Int
  let inflation: Double
  let rate: Double
  let useEnd: Double
  let firstPayment: Int
  let residualShare: Double
  let residualAmount: Double
  var draw: [Double] = []
  var use: [Double] = []
  var fromOpening: [Double] = []
  var untilOpening: [Double] = []
  var occupied: [Double] = []
  var idle: [Double] = []
  var prices: [Double] = []
  var renewals: [Double] = []
  var factors: [Double] = []

  init(_ plan: ConversionCase, _ appraisal: Appraisal) {
    self.plan = plan
    self.appraisal = appraisal
    count = plan.horizonYears
    if case .nominal(let value) = plan.priceBasis { inflation = value } else { inflation = 0 }
    rate = (1 + plan.financialDiscountRate) * (1 + inflation) - 1
    let horizon = Double(plan.horizonYears * 12)
    let opening = Double(plan.constructionMonths)
    useEnd = min(horizon, opening + Double(plan.useMonths ?? plan.horizonYears * 12))
    let completion = plan.constructionMonths == 0 ? 0 : (plan.constructionMonths - 1) / 12
    firstPayment = completion + 1 + (plan.yearsBeforeRepayment ?? (plan.occupancy.months + 11) / 12)
    switch plan.residualValue {
    case .none: (residualShare, residualAmount) = (0, 0)
    case .amount(let amount): (residualShare, residualAmount) = (0, amount)
    case .remainingLife(let years): (residualShare, residualAmount) = (max(0, 1 - (horizon - opening) / 12 / years), 0)
    }
    func progress(_ months: Double) -> Double {
      let t = opening == 0 ? 1 : min(1, max(0, months / opening))
      return t * t * (3 - 2 * t)
    }
    let ramp = Double(plan.occupancy.months)
    func months(_ e: Double) -> Double {
      let (a, b) = (plan.occupancy.initial, plan.occupancy.stabilised)
      return ramp > 0 && e < ramp ? e * (a + (b - a) * e / ramp / 2) : ramp * (a + b) / 2 + (e - ramp) * b
    }
    for year in 0..<count {
      let (from, to) = (Double(year * 12), Double(year * 12 + 12))
      draw.append(opening == 0 ? (year == 0 ? 1 : 0) : progress(to) - progress(from))
      let (e0, e1) = (max(from, opening) - opening, max(min(to, useEnd) - opening, max(from, opening) - opening))
      fromOpening.append(e0)
      untilOpening.append(e1)
      use.append((e1 - e0) / 12)
      occupied.append(e1 > e0 ? (months(e1) - months(e0)) / 12 : 0)
      idle.append(max(0, to - max(from, max(useEnd, opening))) / 12)
      var price = 1.0
      var factor = 1.0
      for _ in 0..<year {
        price *= 1 + inflation
        factor /= 1 + rate
      }
      prices.append(price)
      factors.append(factor)
      renewals.append(
        plan.replacements.reduce(0) { sum, renewal in
          let month = opening + Double(renewal.yearsAfterOpening * 12)
          return sum + (month >= from && month < to && month < useEnd ? renewal.shareOfCapitalCost : 0)
        })
    }
  }

  /// Σ of products of two or three rows.
  func sum(_ a: [Double], _ b: [Double], _ c: [Double]? = nil) -> Double {
    var sum = 0.0
    for year in 0..<count { sum += a[year] * b[year] * (c?[year] ?? 1) }
    return sum
  }

  /// One loan's schedule: the arithmetic of the sheet's rows.
  struct Loan {
    var draw: [Double] = []
    var due: [Double] = []
    var principal: [Double] = []
    var balance: [Double] = []
  }

  /// - Parameter spread: share of the amount drawn in each year.
  func loan(_ terms: LoanTerms?, amount: Double, spread: [Double]) -> Loan {
    var loan = Loan()
    let rate = terms?.rate ?? 0
    let years = terms?.years ?? 1
    let level = annuityPayment(principal: amount, rate: rate, years: years)
    let first = firstPayment + (terms?.graceYears ?? 0)
    let last = first + years - 1
    var balance = 0.0
    for year in 0..<count {
      let due = balance * rate
      var principal = 0.0
      if year == last {
        principal = balance
      } else if year >= first, year < last {
        switch terms?.repayment ?? .annuity {
        case .annuity: principal = min(balance, level - due)
        case .linear: principal = min(balance, amount / Double(years))
        case .bullet: principal = 0
        }
      }
      let drawn = amount * spread[year]
      balance += drawn - principal
      loan.draw.append(drawn)
      loan.due.append(due)
      loan.principal.append(principal)
      loan.balance.append(balance)
    }
    return loan
  }
}
