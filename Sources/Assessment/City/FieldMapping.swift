import GeoFormats
import SimpleFeatures
import TextFormats

/// Finds the source's column for a field of the engine and reads it in the engine's unit.
///
/// A study maps a field by name, with a unit in brackets where it is not the engine's: `height: "hgt [ft]"`,
/// `siteArea: "parcel [ha]"`, `condition: "state [1-5]"`. Without a mapping, a column of the field's own name is taken
/// (case, `_` and `-` do not matter). A constant stands for a column in which every row says the same.
struct FieldMapping {
  struct Field {
    let column: AttributeColumn
    let factor: Double
    let scale: String?
    /// Words of the study that go before the tables, by their folded text.
    let values: [String: Study.LayerSource.Meaning]
    /// Folded texts that say that nothing is known, by the tables.
    let missing: Set<String>
    /// Texts that say so by the study, as they stand.
    let ownMissing: Set<String>

    /// What stands in the row, trimmed; `nil` where nothing.
    func text(_ row: Int) -> String? {
      guard let text = column.text(row)?.trimmed(), !text.isEmpty else { return nil }
      return text
    }

    /// Whether a text says that nothing is known. By the tables none does that begins with a digit.
    func isMissing(_ text: String) -> Bool {
      if ownMissing.contains(text) { return true }
      guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
      return missing.contains(text.folded)
    }

    /// The engine's word for a text, where the study tells it; else the text.
    func word(_ text: String) -> String { meaning(text)?.word ?? text }

    /// What the study says that a text means.
    func meaning(_ text: String) -> Study.LayerSource.Meaning? {
      values.isEmpty ? nil : values[text.folded] ?? WordTable.firstLine(text).flatMap { values[$0.folded] }
    }

    /// The different texts of the given rows that say something.
    func distinct(_ rows: [Int]) -> DistinctTexts { DistinctTexts(column, rows: rows).without(isMissing) }

    /// The texts of the given rows, trimmed; empty where there is none.
    func texts(_ rows: [Int]) -> TextColumn {
      var result = TextColumn()
      result.offsets.reserveCapacity(rows.count + 1)
      guard case .text(let values) = column.values else {
        for row in rows { result.append(text(row) ?? "") }
        return result
      }
      values.bytes.withUnsafeBufferPointer { bytes in
        for row in rows {
          let range = column.validity[row] ? DistinctTexts.trimmed(values.range(of: row), bytes) : 0..<0
          result.append(utf8: UnsafeBufferPointer(rebasing: bytes[range]))
        }
      }
      return result
    }
  }

  /// The numbers of a field in the engine's unit.
  struct Numbers {
    /// By row; NaN where there is none.
    var values: [Double]
    /// What is wrong with texts that name none, by row, ascending.
    var complaints: [(row: Int, detail: String)] = []
  }

  let batch: FeatureBatch
  let source: Study.LayerSource
  let layer: String
  private let codes: CodeTables
  private let values: [String: [String: Study.LayerSource.Meaning]]
  private let ownMissing: Set<String>
  private let hidden: Set<String>

  /// Checks every mapped name against the source.
  /// - Parameter hidden: fields that no column is taken for by its name alone.
  init(
    batch: FeatureBatch, source: Study.LayerSource, layer: String, known: [String], codes: CodeTables, hidden: Set<String> = []
  ) throws {
    self.hidden = hidden
    (self.batch, self.source, self.layer, self.codes) = (batch, source, layer, codes)
    ownMissing = Set(source.missing.map { $0.trimmed() })
    values = source.values.mapValues { Dictionary($0.map { ($0.key.folded, $0.value) }, uniquingKeysWith: { first, _ in first }) }
    for (key, names) in [
      ("fields", source.fields.keys.sorted()), ("values", source.values.keys.sorted()), ("constants", source.constants.keys.sorted()),
    ] {
      for field in names where !known.contains(field) {
        let hint = suggestion(for: field, among: known).map { " Did you mean `\($0)`?" } ?? " Known: \(known.joined(separator: ", "))."
        throw AssessmentError(.badInput, "layers.\(layer).\(key): the layer has no field `\(field)`.\(hint)")
      }
    }
    for (field, name) in source.fields.sorted(by: { $0.key < $1.key }) {
      let (column, _, _) = try split(name, field: field)
      guard batch.attribute(column) != nil else {
        let names = batch.attributes.map(\.name)
        let hint = suggestion(for: column, among: names).map { " Did you mean `\($0)`?" } ?? ""
        throw AssessmentError(
          .badInput,
          "layers.\(layer).fields.\(field): \(source.reference.path) has no field \"\(column)\".\(hint) It has: \(names.joined(separator: ", "))."
        )
      }
    }
  }

  private func split(_ name: String, field: String) throws -> (String, Double, String?) {
    guard name.hasSuffix("]"), let open = name.lastIndex(of: "[") else { return (name, 1, nil) }
    let unit = String(name[name.index(after: open)...].dropLast()).trimmed()
    let column = String(name[..<open]).trimmed()
    if unit == "1-5" || unit == "5-1" { return (column, 1, unit) }
    guard let factor = codes.units.factor(unit, for: field) else {
      throw AssessmentError(
        .badInput,
        "layers.\(layer).fields.\(field): unit [\(unit)] is unknown for it; use \(codes.units.units(for: field).joined(separator: ", "))\(field == "condition" ? ", 1-5 or 5-1" : "")."
      )
    }
    return (column, factor, nil)
  }

  /// The column of a field, first the one of its very name, or `nil` when the source has none.
  subscript(field: String) -> Field? {
    guard let (column, factor, scale) = column(of: field) else { return nil }
    return Field(
      column: column, factor: factor, scale: scale, values: values[field] ?? [:], missing: codes.missing(for: field),
      ownMissing: ownMissing)
  }

  private func column(of field: String) -> (AttributeColumn, Double, String?)? {
    if let constant = source.constants[field] {
      var texts = TextColumn()
      for _ in 0..<batch.count { texts.append(constant) }
      return (
        AttributeColumn(name: field, values: .text(texts), validity: ValidityBitmap(repeating: true, count: batch.count)), 1, nil
      )
    }
    if let name = source.fields[field] {
      guard let (column, factor, scale) = try? split(name, field: field), let values = batch.attribute(column) else { return nil }
      return (values, factor, scale)
    }
    if hidden.contains(field) { return nil }
    // `FIXME` beside `fixme` is itself.
    let found = batch.attributes.first { $0.name == field } ?? batch.attributes.first { Self.isCalled($0.name, field) }
    return found.map { ($0, 1, nil) }
  }

  /// Whether a column has the name of a field, without regard to case, `_` and `-`.
  static func isCalled(_ column: String, _ field: String) -> Bool {
    func plain(_ text: String) -> String { String(text.lowercased().filter { $0 != "_" && $0 != "-" }) }
    return plain(column) == plain(field)
  }

  /// The numbers of the given rows in the engine's unit; `nil` when the source has no such column.
  ///
  /// Texts are read as people write them: what parts decimals and thousands is told, or decided by the column, or by the other columns of the file; a
  /// unit behind a number goes before that of the study. O(rows + bytes of the different texts).
  func numbers(_ name: String, _ rows: [Int]) -> Numbers? {
    guard let field = self[name] else { return nil }
    let nothing = Set(ownMissing.compactMap { Double($0) })
    func isNothing(_ value: Double) -> Bool { !nothing.isEmpty && nothing.contains(value) }
    switch field.column.values {
    case .real(let values):
      return Numbers(
        values: rows.map { field.column.validity[$0] && values[$0].isFinite && !isNothing(values[$0]) ? values[$0] * field.factor : .nan })
    case .integer(let values):
      return Numbers(
        values: rows.map { field.column.validity[$0] && !isNothing(Double(values[$0])) ? Double(values[$0]) * field.factor : .nan })
    default: break
    }
    let texts = field.distinct(rows)
    let words = texts.texts.map { field.word($0) }
    let written = WrittenNumbers(
      words, told: source.numbers,
      neighbour: words.contains(where: WrittenNumbers.isAmbiguous) && WrittenNumbers.decimal(of: words) == nil ? fileDecimal : nil)
    var readings: [Double] = [], complaints: [String?] = []
    for (k, text) in texts.texts.enumerated() {
      let reading = written[k]
      var value = reading.value.map { $0 * field.factor }
      var complaint: String?
      switch reading.failure {
      case nil: break
      case .unreadable: complaint = "\(name) is no number: \"\(text.prefix(60))\""
      case .ambiguous:
        complaint =
          "\(name) \"\(text.prefix(60))\" may part decimals or thousands: add `numbers: {decimal: \".\"}` or `numbers: {decimal: \",\"}` to the layer"
      }
      if let unit = reading.unit, let number = reading.value {
        value = codes.units.factor(unit, for: name).map { number * $0 }
        if value == nil { complaint = "\(name) \"\(text.prefix(60))\": \(unit) is no unit of it" }
      }
      readings.append(value ?? .nan)
      complaints.append(complaint)
    }
    var result = Numbers(values: texts.codes.map { $0 < 0 ? .nan : readings[Int($0)] })
    for (k, code) in texts.codes.enumerated() where code >= 0 {
      if let complaint = complaints[Int(code)] { result.complaints.append((k, complaint)) }
    }
    return result
  }

  /// What parts decimals in the file's texts; `nil` where none tells, or where they contradict each other.
  private var fileDecimal: Character? {
    var found: Set<Character> = []
    for column in batch.attributes {
      guard case .text = column.values else { continue }
      let texts = DistinctTexts(column, rows: Array(0..<batch.count)).texts
      if let decimal = WrittenNumbers.decimal(of: texts) { found.insert(decimal) }
    }
    return found.count == 1 ? found.first : nil
  }
}
