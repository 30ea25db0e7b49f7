import Foundation
import GeoFormats
import ProjectFinance
import Testing

@testable import Publishing

@Suite("Workbooks", .serialized)
struct SiteWorkbookTests {
  private static func plan(_ change: (inout ConversionCase) -> Void = { _ in }) -> ConversionCase {
    var plan = ConversionCase(
      capitalCost: CostRange(low: 2_000_000, central: 2_400_000, high: 3_600_000), grossFloorArea: 2450, lettableArea: 1610,
      rentPerSquareMetreMonth: 10.5, otherRevenuePerYear: 12_000, occupancy: OccupancyRamp(initial: 0.4, stabilised: 0.9, months: 30),
      operatingCostPerSquareMetreYear: 48, otherOperatingCostPerYear: 15_000, holdingCostPerYear: 22_000, constructionMonths: 14,
      replacements: [
        Replacement(yearsAfterOpening: 15, shareOfCapitalCost: 0.1), Replacement(yearsAfterOpening: 20, shareOfCapitalCost: 0.15),
      ],
      funding: FundingTerms(
        aid: .ceiling(900_000), softLoan: .init(terms: LoanTerms(rate: 0.01, years: 10), maximum: 200_000),
        bankLoan: .init(terms: LoanTerms(rate: 0.03, years: 15), maximum: 600_000)), jobs: 90)
    change(&plan)
    return plan
  }

  private static let plans: [(name: String, plan: ConversionCase)] = [
    ("grant", plan()), ("nominal", plan { $0.priceBasis = .nominal(inflation: 0.02) }),
    (
      "linear",
      plan {
        $0.funding.bankLoan?.terms.repayment = .linear
        $0.funding.bankLoan?.terms.graceYears = 2
        $0.constructionMonths = 30
      }
    ),
    (
      "meanwhile",
      plan {
        $0.useMonths = 48
        $0.constructionMonths = 3
        $0.residualValue = .none
        $0.capitalCost = CostRange(low: 50_000, central: 80_000, high: 120_000)
        $0.replacements = []
      }
    ),
    (
      "vacant",
      ConversionCase(
        capitalCost: .zero, grossFloorArea: 2450, lettableArea: 0, rentPerSquareMetreMonth: 0,
        occupancy: OccupancyRamp(initial: 0, stabilised: 0, months: 0), operatingCostPerSquareMetreYear: 0, holdingCostPerYear: 22_000,
        constructionMonths: 0, useMonths: 0, residualValue: .none, funding: FundingTerms(aid: .noRuleKnown))
    ), ("no rent", plan { $0.rentPerSquareMetreMonth = nil }),
  ]

  @Test("The curves of the sheet are those of the engine: its cash flow comes out year by year", arguments: plans)
  func curves(name: String, plan: ConversionCase) throws {
    let appraisal = try appraise(plan)
    let model = InvestmentModel(plan, appraisal)
    for (year, flow) in appraisal.years.enumerated() {
      let capital = plan.capitalCost.central * model.draw[year] * model.prices[year]
      #expect(abs(capital - flow.capitalCost) <= 1e-9 * max(1, capital), "\(name) \(year)")
      let renewals = plan.capitalCost.central * model.renewals[year] * model.prices[year]
      #expect(abs(renewals - flow.replacements) <= 1e-9 * max(1, renewals), "\(name) \(year)")
      let running = plan.operatingCostPerSquareMetreYear * plan.grossFloorArea
      let operating =
        ((running + plan.otherOperatingCostPerYear) * model.use[year] + plan.holdingCostPerYear * model.idle[year]) * model.prices[year]
      #expect(abs(operating - flow.operatingCost) <= 1e-9 * max(1, operating), "\(name) \(year)")
      if let revenue = flow.revenue, let rent = plan.rentPerSquareMetreMonth {
        let rented = (rent * 12 * plan.lettableArea + running * plan.recoverableShare) * model.occupied[year]
        let expected = (rented + plan.otherRevenuePerYear * model.use[year]) * model.prices[year]
        #expect(abs(expected - revenue) <= 1e-9 * max(1, revenue), "\(name) \(year)")
      }
    }
    let capital = appraisal.years.map(\.capitalCost)
    let total = capital.reduce(0, +)
    let spread = capital.map { total > 0 ? $0 / total : 0 }
    let soft = model.loan(plan.funding.softLoan?.terms, amount: appraisal.stack?.softLoan ?? 0, spread: spread)
    let bank = model.loan(plan.funding.bankLoan?.terms, amount: appraisal.stack?.bankLoan ?? 0, spread: spread)
    for (year, flow) in appraisal.years.enumerated() {
      #expect(abs(soft.balance[year] + bank.balance[year] - flow.debtBalance) < 1e-5, "\(name) \(year)")
      #expect(abs(soft.principal[year] + bank.principal[year] - flow.principal) < 1e-5, "\(name) \(year)")
    }
  }

  @Test("Two workbooks of one appraisal are equal byte for byte")
  func determinism() throws {
    let plan = Self.plan()
    let paths = ["a", "b"].map { NSTemporaryDirectory() + "rekindle-\(UUID().uuidString)-\($0).xlsx" }
    defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
    let files = try paths.map { path in
      try siteWorkbook(Sample.site(), plan: plan, appraisal: appraise(plan), library: Sample.library(), language: "de", to: path)
      return try #require(FileManager.default.contents(atPath: path))
    }
    #expect(files[0] == files[1])
    #expect(files[0].starts(with: [0x50, 0x4B, 3, 4]))
  }

  @Test("A place that cannot be written is an error that names it")
  func unwritable() throws {
    let plan = Self.plan()
    #expect(throws: WorkbookError.self) {
      try siteWorkbook(
        Sample.site(), plan: plan, appraisal: appraise(plan), library: Sample.library(), language: "en", to: "/nowhere/model.xlsx")
    }
  }

  @Test("Column letters go on after Z")
  func letters() {
    #expect([0, 25, 26, 51, 52, 701, 702].map(WorkbookSheet.letters) == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"])
  }

  /// A cell as a number; per cent is written with its sign.
  private func number(_ cell: Substring) -> Double? { cell.hasSuffix("%") ? Double(cell.dropLast()).map { $0 / 100 } : Double(cell) }

  @Test("A spreadsheet program that recalculates every formula gets the engine's figures within 1e-6", arguments: plans)
  func recalculation(name: String, plan: ConversionCase) throws {
    guard let office = ["/usr/bin/soffice", "/usr/local/bin/soffice"].first(where: FileManager.default.isExecutableFile(atPath:)) else {
      // On a user's machine the check is skipped aloud; in CI it must run.
      #expect(ProcessInfo.processInfo.environment["CI"] == nil, "LibreOffice is missing in CI")
      print("Skipped: recalculating the workbook needs LibreOffice (soffice).")
      return
    }
    let appraisal = try appraise(plan)
    let folder = NSTemporaryDirectory() + "rekindle-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder + "/profile/user", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // OOXMLRecalcMode 0: recalculate always.
    let setting =
      "<?xml version=\"1.0\"?><oor:items xmlns:oor=\"http://openoffice.org/2001/registry\"><item oor:path=\"/org.openoffice.Office.Calc/Formula/Load\"><prop oor:name=\"OOXMLRecalcMode\" oor:op=\"fuse\"><value>0</value></prop></item></oor:items>"
    try setting.write(toFile: folder + "/profile/user/registrymodifications.xcu", atomically: true, encoding: .utf8)
    try siteWorkbook(Sample.site(), plan: plan, appraisal: appraisal, library: Sample.library(), language: "en", to: folder + "/model.xlsx")
    let process = Process()
    process.executableURL = URL(filePath: office)
    // The first sheet as it is calculated, not as it is shown; comma, quote, UTF-8.
    process.arguments = [
      "-env:UserInstallation=file://\(folder)/profile", "--headless", "--convert-to",
      "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1", "--outdir", folder, folder + "/model.xlsx",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let csv = try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".csv") }
    let text = try String(contentsOfFile: folder + "/" + #require(csv), encoding: .utf8)
    var values: [String: Double] = [:]
    for line in text.split(separator: "\n") {
      let cells = line.replacing("\"", with: "").split(separator: ",", omittingEmptySubsequences: false)
      guard let at = cells.indices.dropFirst().first(where: { number(cells[$0]) != nil }), cells.indices.contains(at + 1) else { continue }
      values[String(cells[at + 1])] = number(cells[at])
    }
    let expected: [(String, Double?)] = [
      ("result_npv", appraisal.netPresentValue), ("result_irr", appraisal.rateOfReturn?.value),
      ("result_npv_owner", appraisal.ownersNetPresentValue), ("result_npv_national", appraisal.nationalNetPresentValue),
      ("result_dscr_min", appraisal.coverage?.minimum), ("result_dscr_mean", appraisal.coverage?.mean), ("grant", appraisal.stack?.grant),
      ("cofinancing", appraisal.stack?.publicCofinancing), ("result_equity", appraisal.stack?.equity),
      ("result_cash_min", appraisal.minimumCumulatedCash),
    ]
    for (key, value) in expected {
      guard let value else { continue }
      let found = try #require(values[key], "\(name) \(key)")
      #expect(abs(found - value) <= 1e-6 * max(1, abs(value)), "\(name) \(key): \(found) instead of \(value)")
    }
  }
}
