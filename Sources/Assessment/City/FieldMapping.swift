import GeoFormats
import SimpleFeatures

/// Finds the source's column for a field of the engine and reads it in the engine's unit.
///
/// A study maps a field by name, with a unit in brackets where it is not the engine's: `height: "hgt [ft]"`,
/// `siteArea: "parcel [ha]"`, `condition: "state [1-5]"`. Without a mapping, a column of the field's own name is taken
/// (case, `_` and `-` do not matter).
struct FieldMapping {
  struct Field {
    let column: AttributeColumn
    let factor: Double
    let scale: String?

    func number(_ row: Int) -> Double? { column.number(row).map { $0 * factor } }
    func text(_ row: Int) -> String? {
      guard let text = column.text(row)?.trimmed(), !text.isEmpty else { return nil }
      return text
    }

    /// The numbers of the given rows; NaN where there is none.
    func numbers(_ rows: [Int]) -> [Double] {
      switch column.values {
      case .real(let values): rows.map { column.validity[$0] && values[$0].isFinite ? values[$0] * factor : .nan }
      case .integer(let values): rows.map { column.validity[$0] ? Double(values[$0]) * factor : .nan }
      default: rows.map { number($0) ?? .nan }
      }
    }

    /// The different texts of the given rows.
    func distinct(_ rows: [Int]) -> DistinctTexts { DistinctTexts(column, rows: rows) }

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

  let batch: FeatureBatch
  let source: Study.LayerSource
  let layer: String

  /// Lengths to metres, areas to square metres, rents to a month.
  static let units: [String: Double] = [
    "m": 1, "cm": 0.01, "mm": 0.001, "km": 1000, "ft": 0.3048, "m2": 1, "m²": 1, "ha": 10_000, "km2": 1e6, "ft2": 0.09290304,
    "sqft": 0.09290304,
    "%": 0.01, "share": 1, "1": 1, "year": 1.0 / 12, "month": 1, "thousand": 1000,
  ]

  /// Checks every mapped name against the source.
  init(batch: FeatureBatch, source: Study.LayerSource, layer: String, known: [String]) throws {
    (self.batch, self.source, self.layer) = (batch, source, layer)
    for (field, name) in source.fields.sorted(by: { $0.key < $1.key }) {
      guard known.contains(field) else {
        let hint = suggestion(for: field, among: known).map { " Did you mean `\($0)`?" } ?? " Known: \(known.joined(separator: ", "))."
        throw AssessmentError(.badInput, "layers.\(layer).fields: the layer has no field `\(field)`.\(hint)")
      }
      let (column, _, _) = try Self.split(name, layer: layer, field: field)
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

  private static func split(_ name: String, layer: String, field: String) throws -> (String, Double, String?) {
    guard name.hasSuffix("]"), let open = name.lastIndex(of: "[") else { return (name, 1, nil) }
    let unit = String(name[name.index(after: open)...].dropLast()).trimmed()
    let column = String(name[..<open]).trimmed()
    if unit == "1-5" || unit == "5-1" { return (column, 1, unit) }
    guard let factor = units[unit] else {
      throw AssessmentError(
        .badInput,
        "layers.\(layer).fields.\(field): unit [\(unit)] is unknown; use \(units.keys.sorted().joined(separator: ", ")), 1-5 or 5-1.")
    }
    return (column, factor, nil)
  }

  /// The column of a field, or `nil` when the source has none.
  subscript(field: String) -> Field? {
    if let name = source.fields[field] {
      guard let (column, factor, scale) = try? Self.split(name, layer: layer, field: field), let values = batch.attribute(column) else {
        return nil
      }
      return Field(column: values, factor: factor, scale: scale)
    }
    func plain(_ text: String) -> String { String(text.lowercased().filter { $0 != "_" && $0 != "-" }) }
    return batch.attributes.first { plain($0.name) == plain(field) }.map { Field(column: $0, factor: 1, scale: nil) }
  }
}
