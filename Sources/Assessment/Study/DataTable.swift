import GeoFormats
import SimpleFeatures
import TextFormats

/// A table of the data folder (CSV with a header), read whole, with errors that name file, row and column.
struct DataTable {
  let file: String
  let rows: FeatureBatch

  /// Reads a table; every name of `required` must stand in the header.
  init(file: String, required: [String]) throws {
    self.file = file
    let layer = try readLayer(LayerReference(path: file), options: ReadOptions())
    rows = layer.features
    if let defect = layer.defects.kept.first {
      throw AssessmentError(.badInput, "\(file), row \(defect.feature): \(defect.detail)")
    }
    for name in required where rows.attribute(name) == nil {
      throw AssessmentError(
        .badInput, "\(file): column `\(name)` is missing; the header has \(rows.attributes.map(\.name).joined(separator: ", ")).")
    }
  }

  var count: Int { rows.count }

  func text(_ column: String, _ row: Int) -> String? {
    guard let text = rows.attribute(column)?.text(row)?.trimmed(), !text.isEmpty else { return nil }
    return text
  }

  /// Whether a column of the engine's own tables says yes.
  func isYes(_ column: String, _ row: Int) -> Bool { ["yes", "true", "1"].contains(text(column, row)?.lowercased()) }

  /// The number of a cell; in a table that a town has written decimals may stand behind a comma.
  func number(_ column: String, _ row: Int) -> Double? {
    guard let column = rows.attribute(column) else { return nil }
    return column.number(row) ?? column.text(row).flatMap { WrittenNumbers([$0])[0].value }
  }

  func failure(_ row: Int, _ column: String, _ message: String) -> AssessmentError {
    AssessmentError(.badInput, "\(file), row \(row + 1), column `\(column)`: \(message)")
  }

  func requiredText(_ column: String, _ row: Int) throws -> String {
    guard let text = text(column, row) else { throw failure(row, column, "is empty.") }
    return text
  }

  func requiredNumber(_ column: String, _ row: Int) throws -> Double {
    guard let value = number(column, row) else { throw failure(row, column, "a number is expected, found \"\(text(column, row) ?? "")\".") }
    return value
  }
}
