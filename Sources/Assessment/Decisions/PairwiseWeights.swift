import DecisionAnalysis
import Foundation
public import TextFormats

/// Weights from pairwise judgements (AHP): what was judged, the weights, and how far the judgements contradict each other.
public struct PairwiseWeights: Sendable {
  /// How weights follow from judgements.
  public struct Settings: Sendable {
    /// `eigenvector` or `geometric_mean`.
    public var prioritisation = "eigenvector"
    /// Table of random indices: `saaty2005`, `saaty1980`, `donegan` or `mcda`.
    public var randomIndex = "saaty2005"
    /// Names that `prioritisation` may have.
    public static var prioritisations: [String] { AHP.Prioritisation.allCases.map(\.rawValue) }
    /// Names that `randomIndex` may have.
    public static var randomIndices: [String] { RandomIndex.allCases.map(\.rawValue) }

    /// The principal eigenvector under the table of Saaty (2005).
    public init() {}
  }

  /// What is weighed.
  public var items: [String]
  private let judgements: PairwiseJudgements
  private let result: AHP.Result

  /// Weighs items by judgements above the diagonal: (1, 2), (1, 3) … (n−1, n), each how many times more the first counts.
  /// - Throws: `AssessmentError` naming the judgement; contradiction is no error here, see `isConsistent`.
  public init(items: [String], judgements upper: [Double], settings: Settings = Settings()) throws {
    try self.init(items: items, settings: settings) { () throws(DecisionError) in
      try PairwiseJudgements(upperTriangle: upper, size: items.count)
    }
  }

  private init(items: [String], settings: Settings, _ make: () throws(DecisionError) -> PairwiseJudgements) throws {
    guard items.count > 1 else { throw AssessmentError(.badInput, "weights: \(items.count) items; two or more are needed to compare.") }
    guard let prioritisation = AHP.Prioritisation(rawValue: settings.prioritisation),
      let table = RandomIndex(rawValue: settings.randomIndex)
    else {
      throw AssessmentError(
        .usage,
        "weights: known methods are \(Settings.prioritisations.joined(separator: ", ")); known random indices \(Settings.randomIndices.joined(separator: ", "))."
      )
    }
    self.items = items
    do throws(DecisionError) {
      judgements = try make()
      result = try AHP(prioritisation: prioritisation, randomIndex: table, acceptsInconsistency: true).weigh(judgements)
    } catch {
      throw AssessmentError(.badInput, "weights: \(error.description) (Rows and columns are \(items.joined(separator: ", ")).)")
    }
  }

  /// Reads judgements from JSON or CSV.
  ///
  /// JSON: `{"items": […], "matrix": [[1, 3], ["1/3", 1]]}` or `{"judgements": [["a", "b", 3], …]}` with every pair once. CSV: a first line with
  /// the items and a row for each, or lines `a,b,3` under the line `more,than,times`.
  /// - Throws: `AssessmentError` naming line, row or column.
  public init(reading bytes: [UInt8], settings: Settings = Settings()) throws {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw AssessmentError(.badInput, "weights: the judgements are no UTF-8 text. Save the file as UTF-8.")
    }
    let start = bytes.first { $0 > 32 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
    if start == UInt8(ascii: "{") || start == UInt8(ascii: "[") {
      let json: JSON
      do { json = try JSON(parsing: bytes) } catch { throw AssessmentError(.badInput, "weights: the judgements are no JSON: \(error)") }
      try self.init(json: json, settings: settings)
    } else {
      try self.init(csv: text, settings: settings)
    }
  }

  private init(json: JSON, settings: Settings) throws {
    func failure(_ detail: String) -> AssessmentError { AssessmentError(.badInput, "weights: \(detail)") }
    func value(_ cell: JSON, _ place: String) throws -> Double {
      if let number = cell.number { return number }
      guard let number = cell.string.flatMap(ratio) else {
        throw failure("\(place) is neither a number above 0 nor a fraction such as \"1/3\".")
      }
      return number
    }
    let names = json["items"]?.array?.compactMap(\.string)
    if let matrix = (json["matrix"] ?? (json.array == nil ? nil : json))?.array {
      let rows = try matrix.enumerated().map { r, row in
        guard let cells = row.array else { throw failure("row \(r + 1) of `matrix` is no list.") }
        return try cells.enumerated().map { try value($1, "row \(r + 1), column \($0 + 1) of `matrix`") }
      }
      let items = names ?? rows.indices.map { "item \($0 + 1)" }
      guard items.count == rows.count else { throw failure("`items` has \(items.count) names, `matrix` \(rows.count) rows. Give as many.") }
      try self.init(items: items, settings: settings) { () throws(DecisionError) in try PairwiseJudgements(rows: rows) }
      return
    }
    guard let list = json["judgements"]?.array else {
      throw failure("`matrix` or `judgements` is expected, e.g. {\"judgements\": [[\"building\", \"location\", 2]]}.")
    }
    let pairs = try list.enumerated().map { k, entry in
      guard let cells = entry.array, cells.count == 3, let a = cells[0].string, let b = cells[1].string else {
        throw failure("judgement \(k + 1): [\"more\", \"than\", times] is expected.")
      }
      return (a, b, try value(cells[2], "judgement \(k + 1)"), "judgement \(k + 1)")
    }
    try self.init(pairs: pairs, items: names, settings: settings)
  }

  private init(csv text: String, settings: Settings) throws {
    func failure(_ detail: String) -> AssessmentError { AssessmentError(.badInput, "weights: reading the judgements as CSV: \(detail)") }
    let table: CSVText.Table
    do throws(CSVFault) { table = try CSVText.table(text) } catch {
      throw failure("a quote in line \(error.line) is never closed. Close it.")
    }
    guard let first = table.records.first else { throw failure("the file is empty.") }
    func value(_ cell: String, _ line: Int, _ column: Int) throws -> Double {
      guard let number = ratio(table.isPartedByComma ? cell : cell.replacing(",", with: ".")) else {
        throw failure("line \(line), column \(column): \"\(cell.prefix(40))\" is neither a number above 0 nor a fraction such as 1/3.")
      }
      return number
    }
    let header = first.cells
    if header.count == 3, header.map({ $0.lowercased() }) == ["more", "than", "times"] {
      let pairs = try table.records.dropFirst().map { line, row in
        guard row.count == 3 else { throw failure("line \(line): three cells are expected, \(row.count) found.") }
        return (row[0], row[1], try value(row[2], line, 3), "line \(line)")
      }
      try self.init(pairs: pairs, items: nil, settings: settings)
      return
    }
    let items = Array(header.dropFirst())
    guard table.records.count == items.count + 1 else {
      throw failure("the first line names \(items.count) items but \(table.records.count - 1) rows follow. Give one row for each.")
    }
    let rows = try table.records.dropFirst().enumerated().map { k, record in
      let (line, row) = record
      guard row.count == items.count + 1 else { throw failure("line \(line) has \(row.count) cells, not \(items.count + 1).") }
      guard row[0] == items[k] else {
        throw failure(
          "line \(line) is of \"\(row[0].prefix(40))\"; rows stand in the order of the columns, so \"\(items[k])\" is expected.")
      }
      return try row.dropFirst().enumerated().map { try value($1, line, $0 + 2) }
    }
    try self.init(items: items, settings: settings) { () throws(DecisionError) in try PairwiseJudgements(rows: rows) }
  }

  private init(pairs: [(more: String, than: String, times: Double, place: String)], items given: [String]?, settings: Settings) throws {
    var items = given ?? []
    if given == nil {
      for pair in pairs { for name in [pair.more, pair.than] where !items.contains(name) { items.append(name) } }
    }
    let n = items.count
    var upper: [Double?] = Array(repeating: nil, count: max(0, n * (n - 1) / 2))
    for pair in pairs {
      guard let a = items.firstIndex(of: pair.more), let b = items.firstIndex(of: pair.than), a != b else {
        throw AssessmentError(
          .badInput,
          "weights: \(pair.place): \"\(pair.more)\" over \"\(pair.than)\" are not two of the items \(items.joined(separator: ", ")).")
      }
      let k = Self.position(min(a, b), max(a, b), n)
      guard upper[k] == nil else {
        throw AssessmentError(.badInput, "weights: \(pair.place): \"\(pair.more)\" and \"\(pair.than)\" are compared a second time.")
      }
      guard pair.times > 0 else { throw AssessmentError(.badInput, "weights: \(pair.place): \(pair.times) is not above 0.") }
      upper[k] = a < b ? pair.times : 1 / pair.times
    }
    for a in 0..<n {
      for b in stride(from: a + 1, to: n, by: 1) where upper[Self.position(a, b, n)] == nil {
        throw AssessmentError(.badInput, "weights: \"\(items[a])\" and \"\(items[b])\" are not compared. Add that judgement.")
      }
    }
    try self.init(items: items, judgements: upper.compactMap(\.self), settings: settings)
  }

  /// Place of the pair (a, b), a < b, among the judgements above the diagonal.
  public static func position(_ a: Int, _ b: Int, _ n: Int) -> Int { a * (2 * n - a - 1) / 2 + b - a - 1 }

  // MARK: Results

  /// Weights in %, one for each item.
  public var weights: [Double] { result.weights.map { $0 * 100 } }
  /// Weights in % with two decimals that sum to exactly 100.
  public var roundedWeights: [Double] { apportioned(weights, decimals: 2) }
  /// Consistency ratio under the table of random indices.
  public var consistencyRatio: Double { result.consistencyRatio }
  /// Whether the ratio is at most 0.10, above which judgements should be made anew.
  public var isConsistent: Bool { result.consistencyRatio <= 0.10 }
  /// Up to three pairs of items that fit worst to the others, the worst first.
  public var worstPairs: [(row: Int, column: Int)] { result.worstJudgements.map { ($0.row, $0.column) } }

  /// The refusal of contradicting judgements, with what to do.
  public var inconsistency: AssessmentError {
    AssessmentError(
      .badInput,
      "weights: the consistency ratio is \(Self.text(consistencyRatio, 3)), above 0.10. Judge anew: \(worstLines.joined(separator: "; ")). Or add --accept-inconsistent."
    )
  }

  private static func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  /// A judgement as people say it: 3, or 1/3.
  private static func spoken(_ value: Double) -> String {
    func short(_ x: Double) -> String { x == x.rounded() ? text(x, 0) : text(x, 2) }
    return value >= 1 ? short(value) : "1/" + short(1 / value)
  }

  private var worstLines: [String] {
    result.worstJudgements.map {
      "\(items[$0.row]) over \(items[$0.column]) is \(Self.spoken($0.value)), the others imply \(Self.spoken($0.implied))"
    }
  }

  /// The result as text for people.
  public var text: String {
    let width = items.map(\.count).max() ?? 0
    var lines = zip(items, roundedWeights).map { item, weight in
      item + String(repeating: " ", count: width - item.count) + String(repeating: " ", count: 7 - Self.text(weight, 2).count + 2)
        + Self.text(weight, 2) + " %  " + String(repeating: "█", count: Int((weight / 2.5).rounded()))
    }
    lines.append("")
    lines.append(
      "λmax \(Self.text(result.principalEigenvalue, 4)) for \(items.count) items, CI \(Self.text(result.consistencyIndex, 4)), CR \(Self.text(consistencyRatio, 4)) (\(result.randomIndex.rawValue)): \(isConsistent ? "consistent enough, at most 0.10" : "above 0.10, judge anew")"
    )
    if !worstLines.isEmpty {
      lines.append("Judgements that fit worst to the others:")
      lines += worstLines.map { "  " + $0 }
    }
    return lines.joined(separator: "\n")
  }

  /// The result as JSON.
  public var json: JSON {
    [
      "items": .array(items.map { .string($0) }), "weights": JSON(result.weights), "weights_percent": JSON(roundedWeights),
      "prioritisation": .string(result.prioritisation.rawValue), "lambda_max": JSON(result.principalEigenvalue),
      "ci": JSON(result.consistencyIndex), "cr": JSON(consistencyRatio), "random_index": .string(result.randomIndex.rawValue),
      "consistent": .bool(isConsistent),
      "worst_judgements": .array(
        result.worstJudgements.map {
          [
            "more": .string(items[$0.row]), "than": .string(items[$0.column]), "times": JSON($0.value), "implied": JSON($0.implied),
            "factor": JSON($0.factor),
          ]
        }),
      "matrix": .array((0..<items.count).map { row in .array((0..<items.count).map { JSON(judgements.value(row, $0)) }) }),
    ]
  }

  /// The result as JSON text.
  public func jsonText(isIndented: Bool) -> String { json.serialized(indent: isIndented ? 2 : 0) }

  /// Lines for a profile: `weights: {ahp: …}` where the items are its groups, else a weight for each item, as for `stakeholders:`.
  public func profileLines(groups: [String]) -> String {
    var lines = [
      "# \(items.count) items judged in pairs (AHP, \(result.prioritisation.rawValue)): λmax \(Self.text(result.principalEigenvalue, 4)), CR \(Self.text(consistencyRatio, 4)) (\(result.randomIndex.rawValue))"
    ]
    if items == groups {
      lines.append("# gives " + zip(items, roundedWeights).map { "\($0) \(Self.text($1, 2)) %" }.joined(separator: ", "))
      lines += ["weights:", "  ahp:", "    random_index: \(result.randomIndex.rawValue)"]
      if result.prioritisation != .eigenvector { lines.append("    prioritisation: \(result.prioritisation.rawValue)") }
      if !isConsistent { lines.append("    accept_inconsistent: true") }
      lines.append("    matrix:                # rows and columns: \(items.joined(separator: ", "))")
      for row in items.indices {
        lines.append("      - [" + items.indices.map { Self.exact(judgements.value(row, $0)) }.joined(separator: ", ") + "]")
      }
    } else {
      lines += zip(items, roundedWeights).map { "\($0): \(JSON.text(of: $1))" }
    }
    return lines.joined(separator: "\n")
  }

  /// A judgement that reads back to the same weights: whole numbers and their reciprocals as such.
  private static func exact(_ value: Double) -> String {
    if value < 1, (1 / value - (1 / value).rounded()).magnitude < 1e-9 { return "1/\(JSON.text(of: (1 / value).rounded()))" }
    return JSON.text(of: value)
  }
}
