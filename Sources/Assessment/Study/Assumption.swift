import Foundation
import TextFormats

/// A dated figure with its pedigree: no number enters a concept without one.
public struct Assumption: Sendable, Hashable {
  /// Id, e.g. `cost.full.complete`; a study overrides by it.
  public var id: String
  /// What it is, for people.
  public var title: String
  /// Central value.
  public var value: Double
  /// Lower end of the plausible range, if any.
  public var low: Double?
  /// Upper end of the plausible range, if any.
  public var high: Double?
  /// Unit, e.g. EUR/m2.
  public var unit: String
  /// What an area figure is per: gross floor area, lettable, site …
  public var areaBasis: String?
  /// Year of the prices.
  public var priceBase: Int?
  /// What a cost covers, e.g. KG 200-700.
  public var scope: String?
  /// net, gross or unknown.
  public var vat: String?
  /// Country of the price level.
  public var country: String?
  /// AACE estimate class, 1–5.
  public var estimateClass: Int?
  /// Where the figure comes from.
  public var source: String
  /// observed, published, derived or assumption (an expert's, labelled as such in reports).
  public var kind: String
  /// The file the record came from: shipped, study, or `--set`.
  public var origin: String
}

/// All assumptions of a run by id, and which of them were used.
public struct AssumptionRegister: Sendable {
  /// The records by id.
  public private(set) var records: [String: Assumption] = [:]

  /// Reads the shipped tables of `GeoData/assumptions` and then the study's own, whose rows override by id.
  /// - Throws: `AssessmentError` naming file, row and column.
  public init(folder: DataFolder, studyFile: String?) throws {
    let shipped = folder.geoData + "/assumptions"
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: shipped))?.filter { $0.hasSuffix(".csv") && $0 != "aid-rules.csv" }.sorted()
      ?? []
    guard !names.isEmpty else { throw AssessmentError(.missingInput, "No assumption tables in \(shipped).") }
    for name in names { try add(file: shipped + "/" + name, origin: "shipped") }
    if let studyFile { try add(file: studyFile, origin: "study") }
  }

  mutating func add(file: String, origin: String) throws {
    let table = try DataTable(file: file, required: ["id", "value", "unit", "source", "kind"])
    for row in 0..<table.count {
      let id = try table.requiredText("id", row)
      guard let value = table.number("value", row) else {
        // A range without a central value (accuracy classes): the centre is no figure of the source, so it is 0 by convention.
        guard let low = table.number("low", row), let high = table.number("high", row) else {
          throw table.failure(row, "value", "a number is expected.")
        }
        records[id] = try record(table, row, id: id, value: 0, low: low, high: high, origin: origin)
        continue
      }
      let low = table.number("low", row), high = table.number("high", row)
      if let low, let high, !(low <= value && value <= high) {
        throw table.failure(row, "value", "\(value) lies outside its range \(low)–\(high).")
      }
      records[id] = try record(table, row, id: id, value: value, low: low, high: high, origin: origin)
    }
  }

  private func record(_ table: DataTable, _ row: Int, id: String, value: Double, low: Double?, high: Double?, origin: String) throws
    -> Assumption
  {
    Assumption(
      id: id, title: table.text("title", row) ?? table.text("item", row) ?? id, value: value, low: low, high: high,
      unit: try table.requiredText("unit", row),
      areaBasis: table.text("area_basis", row), priceBase: (table.number("price_base", row) ?? table.number("year", row)).map { Int($0) },
      scope: table.text("scope", row), vat: table.text("vat", row), country: table.text("country", row),
      estimateClass: table.number("estimate_class", row).map { Int($0) }, source: try table.requiredText("source", row),
      kind: try table.requiredText("kind", row),
      origin: origin)
  }

  /// Overrides a record's value for a what-if (`--set id=value`); the range goes with it.
  public mutating func set(_ id: String, to value: Double) throws {
    guard var record = records[id] else {
      let hint = suggestion(for: id, among: records.keys).map { " Did you mean \($0)?" } ?? ""
      throw AssessmentError(.usage, "--set \(id): no such assumption.\(hint)")
    }
    record.value = value
    (record.low, record.high) = (nil, nil)
    (record.source, record.kind, record.origin) = (
      "what-if on the command line; was \(JSON.text(of: records[id]!.value)), \(record.source)", "assumption", "--set"
    )
    records[id] = record
  }

  /// The record, or an error that names what to add.
  public func callAsFunction(_ id: String) throws -> Assumption {
    guard let record = records[id] else {
      throw AssessmentError(
        .badInput, "The concept needs the assumption `\(id)`, which no table holds. Add a row with this id to the study's assumptions file."
      )
    }
    return record
  }

  /// The record if there is one.
  public func optional(_ id: String) -> Assumption? { records[id] }

  /// A price level or index; a missing one is an error that names year and country.
  func level(country: String) throws -> Assumption {
    guard let record = records["level.construction.\(country)"] else {
      throw AssessmentError(
        .badInput,
        "No construction price level for \(country). Add `level.construction.\(country)` (EU27 = 100) to the study's assumptions file.")
    }
    return record
  }

  func index(year: Int) throws -> Assumption {
    guard let record = records["index.construction.\(year)"] else {
      throw AssessmentError(
        .badInput,
        "No construction price index for \(year) (EU27, 2015 = 100). Add `index.construction.\(year)` to the study's assumptions file.")
    }
    return record
  }

  /// A cost figure in prices of another country and year: value × index(to)/index(from) × level(to)/level(from).
  /// A figure without country or price base counts as already there (shares, factors).
  public func converted(_ id: String, country: String, year: Int) throws -> Assumption {
    var record = try self(id)
    var factor = 1.0
    var words: [String] = []
    if let base = record.priceBase, base != year {
      let from = try index(year: base), to = try index(year: year)
      factor *= to.value / from.value
      words.append("price index \(base)→\(year) × \(JSON.text(of: (to.value / from.value * 1000).rounded() / 1000))")
    }
    if let origin = record.country, origin != country, origin != "EU" {
      let from = try level(country: origin), to = try level(country: country)
      factor *= to.value / from.value
      words.append("price level \(origin)→\(country) × \(JSON.text(of: (to.value / from.value * 1000).rounded() / 1000))")
    }
    guard !words.isEmpty else { return record }
    record.value *= factor
    record.low = record.low.map { $0 * factor }
    record.high = record.high.map { $0 * factor }
    record.priceBase = year
    record.country = country
    record.source += "; " + words.joined(separator: ", ")
    return record
  }
}
