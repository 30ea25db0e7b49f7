/// The net present value of yearly cash flows, the first of which falls on the price date and is not discounted.
///
/// - Parameters:
///   - cashFlow: Flows of years 0, 1, 2, … in money of the price date (real) or of the year (nominal), as the rate is.
///   - rate: Discount rate per year as a share.
/// - Returns: The sum of flow × (1 + rate)⁻ᵗ; 0 for no flows.
/// - Throws: `ProjectFinanceError` when a flow is not finite, the rate is −1 or less, or the sum exceeds what a number can hold.
///
/// Complexity: O(years). Spreadsheet functions called NPV discount the first flow as well; multiply theirs by 1 + rate.
public func netPresentValue(of cashFlow: [Double], rate: Double) throws(ProjectFinanceError) -> Double {
  try requireFinite(cashFlow, "cashflow")
  try requireRate(rate, "rate")
  return try finiteSum(presentValue(cashFlow, rate: rate))
}

/// Refuses a present value that has overflowed.
func finiteSum(_ value: Double) throws(ProjectFinanceError) -> Double {
  guard value.isFinite else {
    throw .outOfRange(field: "cashflow", value: .greatestFiniteMagnitude, allowed: "small enough for its present value to be a number")
  }
  return value
}

/// The net present value under a discount schedule; see `netPresentValue(of:rate:)`.
public func netPresentValue(
  of cashFlow: [Double], schedule: DiscountSchedule
) throws(ProjectFinanceError) -> Double {
  try requireFinite(cashFlow, "cashflow")
  try schedule.validate("rate")
  var total = 0.0
  for (year, flow) in cashFlow.enumerated() { total += flow * schedule.factor(year: year) }
  return try finiteSum(total)
}

/// The present value of flows that are known to be finite, by Horner's rule in the discount factor.
@inlinable
func presentValue(_ flows: [Double], rate: Double) -> Double {
  let v = 1 / (1 + rate)
  var total = 0.0
  for flow in flows.reversed() { total = total * v + flow }
  return total
}

/// The number of years until cumulated flows stop being negative, with the last year split in proportion.
///
/// - Parameters:
///   - cashFlow: Flows of years 0, 1, 2, ….
///   - rate: 0 for the plain payback, the discount rate for the discounted payback.
/// - Returns: Years from the price date to the first moment after which the cumulated flow is never negative again;
///   0 when it never is negative; `nil` when it ends negative.
/// - Throws: `ProjectFinanceError` when a flow is not finite or the rate is −1 or less.
public func paybackYears(of cashFlow: [Double], rate: Double = 0) throws(ProjectFinanceError) -> Double? {
  try requireFinite(cashFlow, "cashflow")
  try requireRate(rate, "rate")
  var cumulated = 0.0, magnitude = 0.0
  var recovered: Double? = 0
  var factor = 1.0
  for (year, flow) in cashFlow.enumerated() {
    let before = cumulated
    let discounted = flow * factor
    cumulated += discounted
    magnitude += abs(discounted)
    factor /= 1 + rate
    // A sum that is zero but for rounding is paid back.
    if cumulated < -1e-12 * magnitude {
      recovered = nil
    } else if recovered == nil {
      recovered = Double(year) - 1 + min(1, max(0, -before / discounted))
    }
  }
  return recovered.flatMap { $0.isFinite ? $0 : nil }
}
