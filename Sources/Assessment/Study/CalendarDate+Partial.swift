import ProjectFinance

extension CalendarDate {
  /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD` (anything after `T` or a blank is ignored); missing parts are 1.
  init?(partial text: some StringProtocol) {
    let date = text.prefix { $0 != "T" && $0 != " " }
    let parts = date.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), parts[0].utf8.count == 4, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    self.init(year: Int(parts[0]) ?? 0, month: parts.count > 1 ? Int(parts[1]) ?? 0 : 1, day: parts.count > 2 ? Int(parts[2]) ?? 0 : 1)
  }

  /// Years from another day to this one, of 365.25 days; negative when the other is later.
  func years(since other: CalendarDate) -> Double { Double(dayNumber - other.dayNumber) / 365.25 }
}
