import ProjectFinance
import SimpleFeatures

/// The year that a text names, read as registers and cadastres write it: `1887`, `~1890`, `1890s`, `1887-05-01`, `01.05.1887`, a day as one number
/// (Excel's, seconds or milliseconds since 1970).
///
/// Days that programs write for nothing are no year: 1899-12-30 and 1899-12-31 (0 and 1 in spreadsheets), 0001-01-01, 9999-12-31.
enum WrittenYear: Equatable {
  case year(Double)
  /// Nothing is known, and nothing is wrong.
  case nothing
  case unreadable

  private static let empty: Set = ["1899-12-30", "1899-12-31", "0001-01-01", "9999-12-31"]

  /// Reads a text.
  /// - Parameter last: the year after which nothing is built yet.
  init(_ text: String, last: Int) {
    let text = text.trimmed()
    let date = String(text.prefix { $0 != "T" && $0 != " " }).replacing("/", with: "-").replacing(".", with: "-")
    if Self.empty.contains(date) || text == "0" || text == "9999" {
      self = .nothing
      return
    }
    if let number = Double(text), number >= 10_000 || number < 0 {
      guard let day = WrittenDates.day(ofNumber: number, digits: text.prefix { $0 != "." }.filter(\.isNumber).count) else {
        self = .unreadable
        return
      }
      self = Self.empty.contains("\(day)") ? .nothing : Self.checked(day.year, last)
      return
    }
    // The first number of four digits, which stands alone: behind a day and a month, or before a month, an `s`, a sign of range.
    let numbers = text.split { !$0.isNumber }
    guard let year = numbers.first(where: { $0.count == 4 }).flatMap({ Int($0) }), numbers.allSatisfy({ $0.count <= 4 }) else {
      self = .unreadable
      return
    }
    self = Self.checked(year, last)
  }

  private static func checked(_ year: Int, _ last: Int) -> WrittenYear { (500...last).contains(year) ? .year(Double(year)) : .unreadable }
}
