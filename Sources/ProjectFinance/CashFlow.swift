import Glibc

/// The flows of an investment by period, before financing.
///
/// Convention: period k of the monthly engine is month k after the price date; year t holds months 12t to 12t + 11 and is discounted by t
/// years. Prices step once a year. Under this convention the annual engine, which integrates the curves, equals the monthly one, which takes each
/// month at its middle, up to rounding.
public struct CashFlow: Sendable, Equatable {
  /// Capital cost.
  public internal(set) var capitalCost: [Double]
  /// Rents, tenants' payments toward operating cost, other revenue; `nil` when the rent is not known.
  public internal(set) var revenue: [Double]?
  /// Operating cost, and holding cost where the building is not in use after opening.
  public internal(set) var operatingCost: [Double]
  /// Renewals.
  public internal(set) var replacements: [Double]
  /// Residual value, in the last period.
  public internal(set) var residualValue: [Double]
  /// Let share of the lettable area, averaged over the part of the period in use; 0 before opening.
  public internal(set) var occupancy: [Double]

  /// Number of periods.
  public var count: Int { capitalCost.count }

  /// Revenue − operating cost by period; `nil` when the rent is not known.
  public var operatingCash: [Double]? {
    revenue.map { revenue in revenue.indices.map { revenue[$0] - operatingCost[$0] } }
  }

  /// The flow of the investment, the basis of FNPV(C); `nil` when the rent is not known.
  public var net: [Double]? {
    operatingCash.map { operating in
      operating.indices.map { operating[$0] - capitalCost[$0] - replacements[$0] + residualValue[$0] }
    }
  }
}

/// When things happen in a case, free of money: shares and durations by year or month.
struct Timing {
  /// Share of the capital cost spent.
  var draw: [Double]
  /// Time in use, in years.
  var use: [Double]
  /// Occupied time, in years of full occupancy.
  var occupied: [Double]
  /// Time after use has ended, in years.
  var idle: [Double]
  /// Renewals as a share of the capital cost.
  var replacements: [Double]
  /// Price index by period.
  var prices: [Double]

  /// By year, from integrals of the curves.
  init(annual value: ConversionCase) {
    self.init(value, periods: value.horizonYears, monthsPerPeriod: 12)
  }

  /// By month, each taken at its middle.
  init(monthly value: ConversionCase) {
    self.init(value, periods: value.horizonYears * 12, monthsPerPeriod: 1)
  }

  private init(_ value: ConversionCase, periods: Int, monthsPerPeriod step: Int) {
    let opening = value.constructionMonths, horizon = value.horizonYears * 12
    let end = min(horizon, opening + (value.useMonths ?? horizon))
    let zero = [Double](repeating: 0, count: periods)
    draw = zero
    use = zero
    occupied = zero
    idle = zero
    replacements = zero
    prices = zero
    let inflation = value.priceBasis.inflation
    for period in 0..<periods {
      let from = period * step, to = from + step
      if opening == 0 {
        draw[period] = period == 0 ? 1 : 0
      } else {
        draw[period] =
          constructionProgress(Double(to) / Double(opening)) - constructionProgress(Double(from) / Double(opening))
      }
      let useFrom = max(from, opening), useTo = min(to, end)
      if useTo > useFrom {
        use[period] = Double(useTo - useFrom) / 12
        if step == 1 {
          occupied[period] = value.occupancy.occupancy(at: Double(from - opening) + 0.5) / 12
        } else {
          occupied[period] =
            (value.occupancy.occupiedMonths(until: Double(useTo - opening))
              - value.occupancy.occupiedMonths(until: Double(useFrom - opening)))
            / 12
        }
      }
      idle[period] = Double(max(0, to - max(from, max(end, opening)))) / 12
      prices[period] = pow(1 + inflation, Double(from / 12))
    }
    for replacement in value.replacements {
      let month = opening + replacement.yearsAfterOpening * 12
      if month < end { replacements[month / step] += replacement.shareOfCapitalCost }
    }
  }
}

extension ConversionCase {
  /// Residual value as a share of the capital cost, and as an amount, in money of the price date.
  var residual: (share: Double, amount: Double) {
    switch residualValue {
    case .none: return (0, 0)
    case .amount(let amount): return (0, amount)
    case .remainingLife(let life):
      let used = Double(horizonYears * 12 - constructionMonths) / 12
      return (max(0, 1 - used / life), 0)
    }
  }

  /// Index of the year in which construction ends.
  var completionYear: Int { constructionMonths == 0 ? 0 : (constructionMonths - 1) / 12 }

  /// Index of the year of the first debt service: after completion and, unless said otherwise, after the ramp-up.
  var firstPaymentYear: Int { completionYear + 1 + (yearsBeforeRepayment ?? (occupancy.months + 11) / 12) }

  func cashFlow(_ timing: Timing, capital: Double) -> CashFlow {
    let count = timing.draw.count
    let zero = [Double](repeating: 0, count: count)
    var flow = CashFlow(
      capitalCost: zero, revenue: rentPerSquareMetreMonth == nil ? nil : zero, operatingCost: zero, replacements: zero, residualValue: zero,
      occupancy: zero)
    let rentPerYear = (rentPerSquareMetreMonth ?? 0) * 12 * lettableArea
    let operatingPerYear = operatingCostPerSquareMetreYear * grossFloorArea
    let recovered = operatingPerYear * recoverableShare
    var revenue = zero
    for period in 0..<count {
      let prices = timing.prices[period]
      flow.capitalCost[period] = capital * timing.draw[period] * prices
      revenue[period] = ((rentPerYear + recovered) * timing.occupied[period] + otherRevenuePerYear * timing.use[period]) * prices
      flow.operatingCost[period] =
        ((operatingPerYear + otherOperatingCostPerYear) * timing.use[period] + holdingCostPerYear * timing.idle[period]) * prices
      flow.replacements[period] = capital * timing.replacements[period] * prices
      flow.occupancy[period] = timing.use[period] > 0 ? timing.occupied[period] / timing.use[period] : 0
    }
    if flow.revenue != nil { flow.revenue = revenue }
    flow.residualValue[count - 1] = (capital * residual.share + residual.amount) * timing.prices[count - 1]
    return flow
  }

  /// The flows by year, by integrals of the construction and occupancy curves, at the central capital cost.
  ///
  /// - Throws: `ProjectFinanceError` for a figure the model cannot honour.
  public func annualCashFlow() throws(ProjectFinanceError) -> CashFlow {
    try validate()
    return cashFlow(Timing(annual: self), capital: capitalCost.central)
  }

  /// The flows by month, each month at its middle, at the central capital cost; months 12t to 12t + 11 add up to year t.
  ///
  /// - Throws: `ProjectFinanceError` for a figure the model cannot honour.
  public func monthlyCashFlow() throws(ProjectFinanceError) -> CashFlow {
    try validate()
    return cashFlow(Timing(monthly: self), capital: capitalCost.central)
  }
}
