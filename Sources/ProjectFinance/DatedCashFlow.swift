import Glibc

/// A day of the proleptic Gregorian calendar.
public struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Year of the Common Era.
  public let year: Int
  /// Month, 1 to 12.
  public let month: Int
  /// Day of the month, 1 to 31.
  public let day: Int

  /// A day, or `nil` when the calendar has no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, year: year) else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// A day written YYYY-MM-DD (ISO 8601), or `nil` when the text is anything else.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
    var fields = [0, 0, 0]
    for (field, range) in [0..<4, 5..<7, 8..<10].enumerated() {
      for index in range {
        guard (0x30...0x39).contains(bytes[index]) else { return nil }
        fields[field] = fields[field] * 10 + Int(bytes[index] - 0x30)
      }
    }
    self.init(year: fields[0], month: fields[1], day: fields[2])
  }

  /// Whether a year has a 29 February.
  public static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static func days(inMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1 January of year 1.
  public var dayNumber: Int {
    let past = year - 1
    var days = past * 365 + past / 4 - past / 100 + past / 400
    for earlier in 1..<month { days += Self.days(inMonth: earlier, year: year) }
    return days + day - 1
  }

  /// Earlier days come first.
  public static func < (a: CalendarDate, b: CalendarDate) -> Bool {
    (a.year, a.month, a.day) < (b.year, b.month, b.day)
  }

  /// The day as YYYY-MM-DD.
  public var description: String {
    func padded(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}

/// How the days between two dates become a fraction of a year.
public enum DayCount: String, Sendable, CaseIterable {
  /// Days elapsed / 365, as spreadsheets do.
  case actual365Fixed = "act/365f"
  /// Days elapsed / 360.
  case actual360 = "act/360"
  /// Days in leap years / 366 and the others / 365 (ISDA 1998).
  case actualActual = "act/act"
  /// Months of 30 days and years of 360 (30E/360, ISMA).
  case thirty360European = "30e/360"

  /// The years from one day to another; negative when the second comes first.
  public func years(from start: CalendarDate, to end: CalendarDate) -> Double {
    let days = Double(end.dayNumber - start.dayNumber)
    switch self {
    case .actual365Fixed: return days / 365
    case .actual360: return days / 360
    case .actualActual:
      func position(_ date: CalendarDate) -> Double {
        let newYear = date.dayNumber - ((CalendarDate(year: date.year, month: 1, day: 1)?.dayNumber) ?? 0)
        return Double(date.year) + Double(newYear) / (CalendarDate.isLeap(date.year) ? 366 : 365)
      }
      return position(end) - position(start)
    case .thirty360European:
      func position(_ date: CalendarDate) -> Int { date.year * 360 + date.month * 30 + min(date.day, 30) }
      return Double(position(end) - position(start)) / 360
    }
  }
}

/// The net present value of dated flows, discounted to the earliest date.
///
/// - Parameters:
///   - amounts: One flow per date, in any order.
///   - dates: The days the flows fall on.
///   - rate: Effective rate per year.
///   - dayCount: How days become years.
/// - Throws: `ProjectFinanceError` for no flows, unequal lengths, a flow that is not finite, or a rate of −1 or less.
public func datedNetPresentValue(
  amounts: [Double], dates: [CalendarDate], rate: Double, dayCount: DayCount = .actual365Fixed
) throws(ProjectFinanceError) -> Double {
  let times = try datedTimes(amounts: amounts, dates: dates, dayCount: dayCount)
  try requireRate(rate, "rate")
  let force = log1p(rate)
  var total = 0.0
  for index in amounts.indices { total += amounts[index] * exp(-force * times[index]) }
  return try finiteSum(total)
}

/// All internal rates of return above −100 % of dated flows, as effective rates per year.
///
/// Flows of one day are added together. One change of sign in time order means exactly one rate (Descartes' rule holds for
/// real exponents: G. Pólya and G. Szegő, Aufgaben und Lehrsätze aus der Analysis II, 1925, part V, problem 77); then it is
/// bracketed and bisected. With more changes the force of interest ln(1 + r) is searched from −12 to 12 in 24,000 steps,
/// so two rates closer than about 0.1 % of 1 + r can go unseen.
/// - Throws: `ProjectFinanceError` for no flows, unequal lengths, or a flow that is not finite.
public func datedInternalRateOfReturn(
  amounts: [Double], dates: [CalendarDate], dayCount: DayCount = .actual365Fixed
) throws(ProjectFinanceError) -> InternalRateOfReturn {
  let times = try datedTimes(amounts: amounts, dates: dates, dayCount: dayCount)
  let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
  var t: [Double] = [], c: [Double] = []
  for index in order {
    if let last = t.last, last == times[index] {
      c[c.count - 1] += amounts[index]
    } else {
      t.append(times[index])
      c.append(amounts[index])
    }
  }
  guard c.contains(where: { $0 != 0 }) else { return .none(.noFlows) }
  let scale = c.reduce(0) { max($0, abs($1)) }
  for index in c.indices { c[index] /= scale }
  let changes = signChanges(c)
  if changes == 0 { return .none(.noSignChange) }

  // Centred on the middle of the period, so that neither end overflows.
  let centre = ((t.first ?? 0) + (t.last ?? 0)) / 2
  func value(_ force: Double) -> Double {
    var total = 0.0
    for index in c.indices { total += c[index] * exp(-force * (t[index] - centre)) }
    return total
  }
  func bisected(_ low: Double, _ high: Double) -> Double {
    var low = low, high = high
    let sign = value(low) < 0
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      let at = value(middle)
      if at == 0 { return middle }
      if (at < 0) == sign { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
  var forces: [Double] = []
  if changes == 1 {
    var reach = 0.1
    while reach < 700, (value(-reach) < 0) == (value(reach) < 0) { reach *= 2 }
    if (value(-reach) < 0) != (value(reach) < 0) { forces.append(bisected(-reach, reach)) }
  } else {
    let steps = 24_000
    var previousForce = -12.0, previous = value(-12)
    for step in 1...steps {
      let force = -12 + 24 * Double(step) / Double(steps)
      let at = value(force)
      if at == 0 {
        forces.append(force)
      } else if previous != 0, (at < 0) != (previous < 0) {
        forces.append(bisected(previousForce, force))
      }
      previousForce = force
      previous = at
    }
  }
  return InternalRateOfReturn(sortedRoots: forces.map(expm1).filter { $0.isFinite && $0 > -1 })
}

private func datedTimes(
  amounts: [Double], dates: [CalendarDate], dayCount: DayCount
) throws(ProjectFinanceError) -> [Double] {
  guard let start = dates.min() else { throw .empty(field: "dates") }
  guard amounts.count == dates.count else {
    throw .unequalLengths(field: "amounts", count: amounts.count, expected: dates.count)
  }
  try requireFinite(amounts, "amounts")
  return dates.map { dayCount.years(from: start, to: $0) }
}
