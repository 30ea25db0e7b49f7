import Foundation
import ProjectFinance

/// What time leaves of a piece of evidence: its confidence halves every half-life between the observation and the study's day (method §1).
///
/// Evidence without a readable date is never fresh: it counts as if one half-life old, and may be one to ten years old.
struct EvidenceAge {
  /// Share of the fresh confidence that is left, 0–1.
  let share: Double
  /// Share that may be left at the least.
  let lowShare: Double
  /// Share that may be left at the most.
  let highShare: Double

  /// - Parameters:
  ///   - observed: day of the observation, at most `asOf`; `nil` when it is not known.
  ///   - halfLife: years.
  init(observed: CalendarDate?, asOf: CalendarDate, halfLife: Double) {
    func left(_ years: Double) -> Double { exp2(-max(0, years) / halfLife) }
    guard let observed else {
      (share, lowShare, highShare) = (left(halfLife), left(10), left(1))
      return
    }
    share = left(asOf.years(since: observed))
    (lowShare, highShare) = (share, share)
  }
}

/// When the records of a layer were observed.
struct ObservedDays {
  /// The day of one record, and what is wrong with what stands there.
  struct Observation {
    var day: CalendarDate?
    var complaint: String?
  }

  private let texts: DistinctTexts?
  private let dates: WrittenDates
  /// The day of records that name none.
  private let standing: CalendarDate?

  /// - Parameters:
  ///   - texts: the layer's column of dates; `nil` when it has none.
  ///   - last: the day after which no observation can lie.
  init(_ texts: DistinctTexts?, source: Study.LayerSource, last: CalendarDate) {
    self.texts = texts
    dates = WrittenDates(texts?.texts ?? [], order: source.dateOrder, last: last)
    standing = source.asOf.flatMap { $0 <= last ? $0 : nil }
  }

  subscript(row: Int) -> Observation {
    guard let texts, texts.codes[row] >= 0 else { return Observation(day: standing) }
    let (day, failure) = dates[Int(texts.codes[row])]
    let text = (texts[row] ?? "").prefix(40)
    switch failure {
    case nil: return Observation(day: day)
    case .unreadable: return Observation(day: standing, complaint: "observed is no date: \"\(text)\"; it counts as undated")
    case .future: return Observation(day: standing, complaint: "observed lies in the future: \"\(text)\"; it counts as undated")
    case .ambiguous:
      return Observation(
        day: standing,
        complaint:
          "observed may be day/month or month/day: \"\(text)\"; it counts as undated. Add `dates: dmy` or `dates: mdy` to the layer")
    }
  }
}
