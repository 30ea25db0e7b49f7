import Glibc

/// How the value of a euro falls with the years: one rate for all of them, or rates that step down.
///
/// Year 0 is the price date and has factor 1. Under a stepped schedule the factor of a year is that of the year before,
/// divided by one plus the rate of the step the year falls in (HM Treasury, The Green Book, 2022, annex 6, table 7).
public enum DiscountSchedule: Sendable, Equatable {
  /// One rate per year for every year, as a share (0.04 for 4 %).
  case constant(Double)
  /// Rates by step; the last step runs on without end.
  case stepped([Step])

  /// The years up to and including `throughYear` that no earlier step covers, discounted at `rate`.
  public struct Step: Sendable, Equatable {
    /// The last year of the step, counted from the price date.
    public var throughYear: Int
    /// The rate per year as a share.
    public var rate: Double

    /// A step that ends with a year.
    public init(throughYear: Int, rate: Double) {
      self.throughYear = throughYear
      self.rate = rate
    }
  }

  /// The declining social time preference rate of the United Kingdom: 3.5 % to year 30, 3.0 % to 75, 2.5 % to 125,
  /// 2.0 % to 200, 1.5 % to 300, 1.0 % beyond (HM Treasury, The Green Book, 2022, annex 6).
  public static let greenBook = DiscountSchedule.stepped([
    Step(throughYear: 30, rate: 0.035), Step(throughYear: 75, rate: 0.030), Step(throughYear: 125, rate: 0.025),
    Step(throughYear: 200, rate: 0.020), Step(throughYear: 300, rate: 0.015), Step(throughYear: .max, rate: 0.010),
  ])

  /// The present value of one euro received `year` years after the price date.
  ///
  /// A stepped schedule without steps discounts nothing. Complexity: O(steps).
  public func factor(year: Int) -> Double {
    switch self {
    case .constant(let rate): return pow(1 + rate, -Double(year))
    case .stepped(let steps):
      var factor = 1.0
      var covered = 0
      for (index, step) in steps.enumerated() {
        let isLast = index == steps.count - 1
        let until = isLast ? year : min(step.throughYear, year)
        if until > covered {
          factor *= pow(1 + step.rate, -Double(until - covered))
          covered = until
        }
        if covered >= year { break }
      }
      return factor
    }
  }

  /// The factors of years 0 to `count` − 1.
  public func factors(count: Int) -> [Double] {
    (0..<max(0, count)).map { factor(year: $0) }
  }

  /// Refuses rates at which a factor has no meaning.
  func validate(_ field: String) throws(ProjectFinanceError) {
    switch self {
    case .constant(let rate): try requireRate(rate, field)
    case .stepped(let steps):
      guard !steps.isEmpty else { throw .empty(field: field) }
      for step in steps { try requireRate(step.rate, field) }
    }
  }
}

/// The present value of one euro paid at the end of each of `years` years: (1 − (1 + i)⁻ⁿ) / i, and n when i is 0.
///
/// - Parameters:
///   - rate: Rate per year as a share, above −1.
///   - years: Number of payments; 0 or less gives 0.
public func annuityFactor(rate: Double, years: Int) -> Double {
  guard years > 0 else { return 0 }
  guard rate != 0 else { return Double(years) }
  // expm1 and log1p keep all digits when the rate is close to zero.
  return -expm1(-Double(years) * log1p(rate)) / rate
}

/// The level payment at the end of each of `years` years that repays a principal with interest.
///
/// Money in the unit of `principal`. No payments (`years` of 0 or less) give 0.
public func annuityPayment(principal: Double, rate: Double, years: Int) -> Double {
  guard years > 0 else { return 0 }
  return principal / annuityFactor(rate: rate, years: years)
}

/// The nominal rate that leaves a present value unchanged when all flows rise with inflation: (1 + r)(1 + i) − 1.
///
/// Source: I. Fisher, The Theory of Interest, 1930, chapter 2.
public func nominalRate(real: Double, inflation: Double) -> Double {
  (1 + real) * (1 + inflation) - 1
}

/// The real rate behind a nominal one: (1 + n) / (1 + i) − 1.
public func realRate(nominal: Double, inflation: Double) -> Double {
  (1 + nominal) / (1 + inflation) - 1
}
