import ProjectFinance
import Testing

@Suite("Dated cash flows")
struct DatedCashFlowTests {
  func dates(_ texts: [String]) throws -> [CalendarDate] { try texts.map { try #require(CalendarDate($0)) } }

  @Test("The spreadsheet's example of dated flows gives its rate and value")
  func spreadsheetExample() throws {
    // Microsoft Excel, documentation of XIRR and XNPV
    let days = try dates(["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"])
    let amounts: [Double] = [-10_000, 2_750, 4_250, 3_250, 2_750]
    let rate = try #require(try datedInternalRateOfReturn(amounts: amounts, dates: days).value)
    #expect(abs(rate - 0.3733625335095556) <= 1e-9)
    #expect(abs(try datedNetPresentValue(amounts: amounts, dates: days, rate: 0.09) - 2086.6476020315363) <= 1e-9)
  }

  @Test("The order of the dates does not matter")
  func unorderedDates() throws {
    // pyxirr, unit tests
    let days = try dates(["2015-06-11", "2015-07-21", "2018-06-10", "2015-10-17"])
    let amounts: [Double] = [-1_000, -9_000, 20_000, -3_000]
    let rate = try #require(try datedInternalRateOfReturn(amounts: amounts, dates: days).value)
    #expect(abs(rate - 0.16353715844326394) <= 1e-9)
    #expect(abs(try datedNetPresentValue(amounts: amounts, dates: days, rate: 0.1) - 2218.4256636567075) <= 1e-9)
  }

  @Test("Yearly dates in years without 29 February give the rates of the yearly flow, all of them")
  func agreesWithYearlyFlow() throws {
    // 2001, 2002, 2003: 365 days each.
    let days = try dates(["2001-01-01", "2002-01-01", "2003-01-01", "2004-01-01"])
    let yearly = try internalRateOfReturn(of: [-100, 100, 0, -7]).roots
    let dated = try datedInternalRateOfReturn(amounts: [-100, 100, 0, -7], dates: days).roots
    try #require(dated.count == yearly.count)
    for (a, b) in zip(dated, yearly) { #expect(abs(a - b) < 1e-9) }
  }

  @Test("Day counts follow their conventions")
  func dayCounts() throws {
    let days = try dates(["2007-12-31", "2008-12-31"])
    #expect(DayCount.actual365Fixed.years(from: days[0], to: days[1]) == 366.0 / 365)
    #expect(DayCount.actual360.years(from: days[0], to: days[1]) == 366.0 / 360)
    // One day of 2007 and 365 of 2008.
    #expect(abs(DayCount.actualActual.years(from: days[0], to: days[1]) - (1.0 / 365 + 365.0 / 366)) < 1e-12)
    #expect(DayCount.thirty360European.years(from: days[0], to: days[1]) == 1)
  }

  @Test("Days number on without gaps over leap years and centuries")
  func calendar() throws {
    #expect(CalendarDate("1970-01-01")?.dayNumber == 719_162)
    #expect(CalendarDate("2000-02-29") != nil)
    #expect(CalendarDate("1900-02-29") == nil)
    #expect(CalendarDate("2026-13-01") == nil)
    #expect(CalendarDate("2026-6-1") == nil)
    #expect(CalendarDate("2026/06/01") == nil)
    #expect(CalendarDate("2026-06-01")?.description == "2026-06-01")
    #expect(try #require(CalendarDate("2023-12-31")) < #require(CalendarDate("2024-01-01")))
  }

  @Test("Lists that do not match are refused")
  func refusals() throws {
    let days = try dates(["2008-01-01", "2009-01-01"])
    #expect(throws: ProjectFinanceError.unequalLengths(field: "amounts", count: 1, expected: 2)) {
      try datedInternalRateOfReturn(amounts: [1], dates: days)
    }
    #expect(throws: ProjectFinanceError.empty(field: "dates")) { try datedNetPresentValue(amounts: [], dates: [], rate: 0.1) }
    #expect(try datedInternalRateOfReturn(amounts: [5, 5], dates: days) == .none(.noSignChange))
    #expect(try datedInternalRateOfReturn(amounts: [-5, 5], dates: [days[0], days[0]]) == .none(.noFlows))
  }

  @Test("A rate of exactly zero is found among several")
  func zeroRate() throws {
    // 1 − 4v + 3v² has the roots v = 1 and v = ⅓: rates of 0 and 200 %. 2021 and 2022 have 365 days each.
    let rates = try datedInternalRateOfReturn(amounts: [1, -4, 3], dates: try dates(["2021-01-01", "2022-01-01", "2023-01-01"]))
    try #require(rates.roots.count == 2)
    #expect(abs(rates.roots[0]) < 1e-12 && abs(rates.roots[1] - 2) < 1e-9)
  }
}
