import Foundation
import ProjectFinance
import SimpleFeatures

/// The days that a column's texts name, read as people write them.
///
/// Read are years, months and days of ISO 8601 with `-`, `.`, `/` or nothing between them (a time after `T` or a blank is left out), day, month and
/// year with dots, Excel's day numbers (1954–2099), seconds and milliseconds since 1970, and day and month before the year with `/` or `-` in the
/// order that the column decides: one value above 12 tells it. A text that nothing decides is not read.
struct WrittenDates {
  /// Why a text names no day.
  enum Failure: Hashable {
    case unreadable
    /// Day and month may change places: the study must say `dates: dmy` or `dates: mdy`.
    case ambiguous
    /// The day lies after the one until which evidence ages.
    case future
  }

  private var days: [CalendarDate?] = []
  private var failures: [Failure?] = []

  /// Reads the different texts of a column. O(texts).
  /// - Parameters:
  ///   - order: as the study tells; `nil` where the column decides.
  ///   - last: the day after which no observation can lie; it also gives years of two digits their century.
  init(_ texts: [String], order: DateOrder?, last: CalendarDate) {
    let parts = texts.map { Self.dayAndMonth($0, last: last) }
    var decided = order
    if decided == nil {
      let dayFirst = parts.contains { ($0?.first ?? 0) > 12 }, monthFirst = parts.contains { ($0?.second ?? 0) > 12 }
      if dayFirst != monthFirst { decided = dayFirst ? .dayFirst : .monthFirst }
    }
    for (text, parts) in zip(texts, parts) {
      var day: CalendarDate?
      var failure: Failure?
      if let parts {
        (day, failure) = Self.read(parts, decided)
      } else {
        day = Self.unambiguous(text)
        if day == nil { failure = .unreadable }
      }
      if let found = day, found > last { (day, failure) = (nil, .future) }
      days.append(day)
      failures.append(failure)
    }
  }

  /// The day of a text by its place, or why there is none.
  subscript(text: Int) -> (day: CalendarDate?, failure: Failure?) { (days[text], failures[text]) }

  private struct Parts {
    var first: Int
    var second: Int
    var year: Int
    var isDotted: Bool
  }

  private static func read(_ parts: Parts, _ order: DateOrder?) -> (CalendarDate?, Failure?) {
    let dayFirst = CalendarDate(year: parts.year, month: parts.second, day: parts.first)
    let monthFirst = CalendarDate(year: parts.year, month: parts.first, day: parts.second)
    // Dots are written where the day comes first.
    if parts.isDotted { return (dayFirst, dayFirst == nil ? .unreadable : nil) }
    switch (dayFirst, monthFirst, order) {
    case (nil, nil, _): return (nil, .unreadable)
    case (let day?, nil, _), (nil, let day?, _): return (day, nil)
    case (let day?, let other?, _) where day == other: return (day, nil)
    case (let day, _, .dayFirst): return (day, nil)
    case (_, let day, .monthFirst): return (day, nil)
    default: return (nil, .ambiguous)
    }
  }

  /// `28/02/2005`, `2-15-18`, `1.3.2012`: two numbers of at most two digits and a year.
  private static func dayAndMonth(_ text: String, last: CalendarDate) -> Parts? {
    let date = text.trimmed().prefix { $0 != "T" && $0 != " " }
    for separator in ["/", "-", "."] as [Character] {
      let fields = date.split(separator: separator, omittingEmptySubsequences: false)
      guard fields.count == 3, fields.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }), fields[0].count <= 2,
        fields[1].count <= 2, fields[2].count == 4 || fields[2].count == 2, let first = Int(fields[0]), let second = Int(fields[1]),
        var year = Int(fields[2])
      else { continue }
      if fields[2].count == 2 {
        // The latest century in which the year is not to come.
        year += last.year / 100 * 100
        if year > last.year { year -= 100 }
      }
      return Parts(first: first, second: second, year: year, isDotted: separator == ".")
    }
    return nil
  }

  private static func unambiguous(_ text: String) -> CalendarDate? {
    let text = text.trimmed()
    if let number = Double(text), number.rounded(.down) >= 10_000 { return day(ofNumber: number, digits: text.prefix { $0 != "." }.count) }
    let date = String(text.prefix { $0 != "T" && $0 != " " })
    return CalendarDate(partial: date.replacing("/", with: "-").replacing(".", with: "-"))
  }

  /// A day that is written as one number.
  static func day(ofNumber number: Double, digits: Int) -> CalendarDate? {
    let whole = Int(exactly: number.rounded(.down)) ?? 0
    switch digits {
    case 5 where (19_725...73_050).contains(whole):
      // Excel counts days from 1899-12-30 on (its 1900 is a leap year by mistake); 25,569 is 1970-01-01.
      return day(since1970: whole - 25_569)
    case 8: return CalendarDate(year: whole / 10_000, month: whole / 100 % 100, day: whole % 100)
    case 9, 10: return day(since1970: Int((number / 86_400).rounded(.down)))
    case 11, 12, 13: return day(since1970: Int((number / 86_400_000).rounded(.down)))
    default: return nil
    }
  }

  /// Days since 1970-01-01 in the calendar of today (Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
  private static func day(since1970 days: Int) -> CalendarDate? {
    let z = days + 719_468
    let era = z / 146_097, dayOfEra = z % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return CalendarDate(year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}
