import ProjectFinance
import Testing

@testable import Assessment

@Suite("Dates as people write them")
struct WrittenDatesTests {
  static let last = CalendarDate(year: 2026, month: 1, day: 1)!

  func read(_ texts: [String], _ order: DateOrder? = nil) -> [String] {
    let dates = WrittenDates(texts, order: order, last: Self.last)
    return texts.indices.map { dates[$0].day.map { "\($0)" } ?? "\(dates[$0].failure!)" }
  }

  @Test("One day in all the ways that need no order")
  func oneDay() {
    // 40969 is Excel's number of 2012-03-01 (LibreOffice: DATEVALUE("2012-03-01")); 1330560000 its midnight in seconds since 1970 (date -u +%s).
    for text in [
      "2012-03-01", "2012/03/01", "2012.03.01", "20120301", "2012-03", "2012-03-01T10:15:00Z", "2012-03-01 10:15", "01.03.2012", "1.3.2012",
      "01.03.12", "40969", "40969.0", "40969.75", "1330560000", "1330560000000", " 2012-03-01 ",
    ] { #expect(read([text]) == ["2012-03-01"], "\(text)") }
    #expect(read(["2012"]) == ["2012-01-01"])
  }

  @Test("Day or month first is what the column decides; alone it is ambiguous, unless the study tells or both are the same")
  func order() {
    #expect(read(["01/03/2012"]) == ["ambiguous"])
    #expect(read(["01/03/2012"], .dayFirst) == ["2012-03-01"] && read(["01/03/2012"], .monthFirst) == ["2012-01-03"])
    #expect(read(["01/03/2012", "28/02/2005"]) == ["2012-03-01", "2005-02-28"])
    #expect(read(["01/03/2012", "2/15/18"]) == ["2012-01-03", "2018-02-15"])
    #expect(read(["05/05/2020"]) == ["2020-05-05"])
    // Both orders in one column: what can be one day only is read, the rest is not.
    #expect(read(["01/03/2012", "28/02/2005", "02/28/2005"]) == ["ambiguous", "2005-02-28", "2005-02-28"])
    // The order of the rows plays no part.
    #expect(read(["28/02/2005", "01/03/2012"]) == ["2005-02-28", "2012-03-01"])
  }

  @Test("A word among dates spoils only its own row, and a day to come is none")
  func others() {
    #expect(
      read(["last summer", "28/02/2005", "2205-03-01", "2026-01-02", "31.02.2012", "99999"]) == [
        "unreadable", "2005-02-28", "future", "future", "unreadable", "unreadable",
      ])
    // Two digits: the latest century that has come.
    #expect(read(["15.06.27", "15.06.25"]) == ["1927-06-15", "2025-06-15"])
  }
}
