import Foundation
import ProjectFinance
import TextFormats

/// How the cost table would have done on projects that are finished, or were planned, elsewhere.
public struct Backtest: Sendable {
  /// One figure of a project beside what the tables say.
  public struct Comparison: Sendable {
    /// What came of it.
    public enum Outcome: String, Sendable {
      /// Inside the range.
      case held
      /// The project came out above the range.
      case above
      /// The project came out below the range.
      case below
      /// The project's figures or the tables do not allow an estimate.
      case notEstimated = "not estimated"
    }

    /// Id.
    public var id: String
    /// Project.
    public var title: String
    /// cost, rent or grant.
    public var measure: String
    /// Unit of the figures.
    public var unit: String
    /// What was observed: one value, or a range.
    public var observed: ClosedRange<Double>?
    /// What the tables say; low, central, high.
    public var low: Double?, central: Double?, high: Double?
    /// The record that was used.
    public var record: String?
    /// The record that was left out, since the project is a source of it.
    public var leftOut: String?
    /// What came of it.
    public var outcome: Outcome
    /// Why it was missed or not estimated, or what the reader must know.
    public var explanation: String
    /// Source of the observation.
    public var source: String

    /// Width of the range to its central value.
    public var width: Double? {
      guard let low, let central, let high, central > 0 else { return nil }
      return (high - low) / central
    }
  }

  /// All comparisons, in the order of the table.
  public var comparisons: [Comparison]

  /// Comparisons with an estimate.
  public var estimated: [Comparison] { comparisons.filter { $0.outcome != .notEstimated } }

  /// How often the range held, by measure: n, held, mean width.
  public func tally(_ measure: String) -> (count: Int, held: Int, width: Double?) {
    let rows = estimated.filter { $0.measure == measure }
    let widths = rows.compactMap(\.width)
    return (
      rows.count, rows.filter { $0.outcome == .held }.count, widths.isEmpty ? nil : widths.reduce(0, +) / Double(widths.count)
    )
  }

  /// Fewest comparisons from which a share of hits would say anything.
  public static let fewest = 20

  /// Tests the shipped tables.
  /// - Throws: `AssessmentError` for a table that cannot be read.
  public init(folder: DataFolder, register: AssumptionRegister) throws {
    let table = try DataTable(
      file: folder.geoData + "/backtest/projects.csv",
      required: ["id", "title", "country", "year", "measure", "amount", "per_eur", "area_m2", "record", "left_out", "fallback", "source"])
    comparisons = try (0..<table.count).map { try Self.comparison(table, $0, register) }
  }

  private static func comparison(_ table: DataTable, _ row: Int, _ register: AssumptionRegister) throws -> Comparison {
    let measure = try table.requiredText("measure", row), country = try table.requiredText("country", row)
    let year = Int(try table.requiredNumber("year", row))
    let leftOut = table.text("left_out", row), wanted = try table.requiredText("record", row)
    let record = leftOut == wanted ? table.text("fallback", row) : wanted
    var result = Comparison(
      id: try table.requiredText("id", row), title: try table.requiredText("title", row), measure: measure,
      unit: measure == "cost" ? "EUR/m2" : "share", observed: nil, record: record, leftOut: leftOut, outcome: .notEstimated,
      explanation: table.text("explanation", row) ?? "", source: try table.requiredText("source", row))
    // Observed: a range as published, else amount ÷ rate ÷ area.
    if let low = table.number("observed_low", row), let high = table.number("observed_high", row), low <= high {
      result.observed = low...high
    } else if let amount = table.number("amount", row) {
      var value = amount / (try table.requiredNumber("per_eur", row))
      if measure == "cost" {
        guard let area = table.number("area_m2", row), area > 0 else { return result }
        value /= area
        if table.text("area_basis", row) == "usable" { value *= try register("efficiency.office").value }
      }
      result.observed = value...value
    }
    guard let observed = result.observed, let record else { return result }
    switch measure {
    case "cost":
      let accuracy = try register("risk.class5.building"), unit: Assumption
      do { unit = try register.converted(record, country: country, year: year) } catch {
        result.explanation = "\(error)"
        return result
      }
      result.central = unit.value
      result.low = min(unit.low ?? unit.value, unit.value * (1 + (accuracy.low ?? 0)))
      result.high = max(unit.high ?? unit.value, unit.value * (1 + (accuracy.high ?? 0)))
    case "rent":
      // Rent let to rent asked, beside the scenario of the revenue.
      (result.low, result.central, result.high) = (
        1 + (try register(record + ".low").value), 1, 1 + (try register(record + ".high").value)
      )
    default:
      let share = try register(record)
      (result.low, result.central, result.high) = (share.low ?? share.value, share.value, share.high ?? share.value)
    }
    guard let low = result.low, let high = result.high else { return result }
    let middle = (observed.lowerBound + observed.upperBound) / 2
    result.outcome = middle > high ? .above : middle < low ? .below : .held
    return result
  }

  // MARK: Text and JSON

  /// The claim the numbers allow.
  public var claim: String {
    let cost = tally("cost")
    return estimated.count < Self.fewest
      ? "n = \(cost.count) for cost is too few for a rate of hits: no claim of accuracy is made from it. It shows that nothing is hidden, and where the tables are weak."
      : "n = \(cost.count) for cost: \(cost.held) held."
  }

  /// A page of text.
  public var text: String {
    func number(_ value: Double?, _ unit: String) -> String {
      guard let value else { return "–" }
      return unit == "share" ? JSON.text(of: (value * 100).rounded() / 100) : String(Int(value.rounded()))
    }
    var lines = ["Back-test: figures of projects elsewhere beside what the tables say for their country and year.", ""]
    for c in comparisons {
      var line = "\(c.title) [\(c.measure), \(c.unit)]: "
      if let observed = c.observed {
        line +=
          "observed \(number(observed.lowerBound, c.unit))"
          + (observed.lowerBound < observed.upperBound ? "–\(number(observed.upperBound, c.unit))" : "")
      } else {
        line += "observed not known per m²"
      }
      if c.outcome != .notEstimated {
        line += "; estimate \(number(c.central, c.unit)) (\(number(c.low, c.unit))–\(number(c.high, c.unit))) from \(c.record ?? "")"
      }
      lines.append(line + ": \(c.outcome.rawValue)")
      if let leftOut = c.leftOut { lines.append("    left out, since the project is its source: \(leftOut)") }
      if c.outcome != .held, !c.explanation.isEmpty { lines.append("    why: \(c.explanation)") }
      lines.append("    source: \(c.source)")
    }
    lines.append("")
    for measure in ["cost", "rent", "grant"] {
      let t = tally(measure)
      lines.append(
        "\(measure): n = \(t.count), the range held in \(t.held)"
          + (t.width.map { ", mean width \(Int(($0 * 100).rounded())) % of the central value" } ?? ""))
    }
    lines.append("not estimated: \(comparisons.count - estimated.count)")
    lines.append(claim)
    return lines.joined(separator: "\n")
  }

  /// The same as JSON text.
  public var jsonText: String {
    let rows = comparisons.map { c -> JSON in
      [
        "id": .string(c.id), "title": .string(c.title), "measure": .string(c.measure), "unit": .string(c.unit),
        "observed_low": JSON(c.observed?.lowerBound), "observed_high": JSON(c.observed?.upperBound), "low": JSON(c.low),
        "central": JSON(c.central), "high": JSON(c.high), "record": JSON(c.record), "left_out": JSON(c.leftOut),
        "outcome": .string(c.outcome.rawValue), "explanation": .string(c.explanation), "source": .string(c.source),
      ]
    }
    let tallies = ["cost", "rent", "grant"].map { measure -> JSON in
      let t = tally(measure)
      return ["measure": .string(measure), "n": .number(Double(t.count)), "held": .number(Double(t.held)), "mean_width": JSON(t.width)]
    }
    return JSON.object([
      .init("comparisons", .array(rows)), .init("tally", .array(tallies)),
      .init("not_estimated", .number(Double(comparisons.count - estimated.count))), .init("claim", .string(claim)),
    ]).serialized(indent: 2)
  }
}
