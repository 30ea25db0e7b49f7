internal import SimpleFeatures

/// The rows of a table of an SQLite database, written column by column into blocks and from these row by row.
///
/// Columns lie far apart in memory and rows on a page are close together: a block of rows that stays in the processor's first cache stands
/// between them.
final class TableRows {
  /// Taken out while rows are appended: what a class holds is guarded at every access.
  private var tree: TableTreeWriter?
  private let pages: DatabasePages
  /// The `srs_id` of the geometries.
  private let system: Int32
  private var count: Int64 = 0

  /// Rows of a block.
  private static let block = 32
  /// What stands for the type of a text, whose length says it.
  private static let text: UInt8 = 255

  /// Begins the rows of the table whose empty root page is `root`.
  init(root: UInt32, system: Int32, pages: DatabasePages) {
    self.system = system
    tree = TableTreeWriter(root: root, pages: pages)
    self.pages = pages
  }

  /// Appends rows; their keys run on from 1. The first column is the key, the second the geometry where there is one, then the attributes.
  /// - Parameter note: told the key and the bounds of each row that has a geometry.
  func append(_ table: borrowing ExportTable, isMulti: Bool, note: (Int64, Envelope) -> Void) throws(FormatError) {
    guard var tree = tree.take() else { preconditionFailure("the table is not finished") }
    var record = TableRecord()
    let width = table.columns.count
    var types = [UInt8](repeating: 0, count: Self.block * width)
    var bits = [UInt64](repeating: 0, count: Self.block * width)
    let known = table.columns.indices.filter { table.columns[$0].validity.knownCount > 0 }
    let texts = table.columns.map { column in if case .text(let text) = column.values { text } else { TextColumn() } }
    for start in stride(from: 0, to: table.count, by: Self.block) {
      let rows = start..<min(table.count, start + Self.block)
      for k in known { Self.stage(table.columns[k], rows, k, width, &types, &bits) }
      for row in rows {
        count += 1
        record.removeAll()
        record.appendNull()
        if let geometry = table.geometry {
          if geometry.kinds[row] == .none {
            record.appendNull()
          } else {
            let envelope = geometry.envelope(of: row)
            note(count, envelope)
            record.appendBlob { $0.appendGeoPackageBinary(geometry, row, envelope, system: system, isMulti: isMulti) }
          }
        }
        let base = (row - start) * width
        for k in 0..<width {
          let type = types[base + k]
          if type == Self.text {
            record.append(texts[k], row)
          } else {
            record.append(TableRecord.Stored(type: type), bits[base + k])
          }
        }
        try tree.append(record, key: count)
      }
    }
    self.tree = consume tree
  }

  /// Writes the last pages.
  func finish() throws(FormatError) {
    guard var tree = tree.take() else { preconditionFailure("a table is finished once") }
    try tree.finish()
    try pages.finish()
  }

  /// Classes the values of a column and puts them where their rows stand in the block.
  private static func stage(
    _ column: borrowing AttributeColumn, _ rows: Range<Int>, _ k: Int, _ width: Int, _ types: inout [UInt8], _ bits: inout [UInt64]
  ) {
    let isWhole = column.validity.knownCount == column.count
    var at = k
    switch column.values {
    case .real(let values):
      for row in rows {
        let value = values[row]
        var stored = TableRecord.Stored.null
        if isWhole || column.validity[row], value.isFinite {
          stored = .real
          bits[at] = value.bitPattern
          // Whole numbers below 2⁴⁷ but for −0, as SQLite itself stores them.
          if value.rounded(.towardZero) == value, abs(value) < 0x1p47, value != 0 || value.sign == .plus {
            let whole = Int64(value)
            stored = TableRecord.Stored(whole: whole)
            bits[at] = UInt64(bitPattern: whole)
          }
        }
        types[at] = stored.type
        at += width
      }
    case .integer(let values):
      for row in rows {
        let isKnown = isWhole || column.validity[row]
        types[at] = isKnown ? TableRecord.Stored(whole: values[row]).type : 0
        bits[at] = UInt64(bitPattern: values[row])
        at += width
      }
    case .boolean(let values):
      for row in rows {
        types[at] = isWhole || column.validity[row] ? (values[row] ? 9 : 8) : 0
        at += width
      }
    case .text:
      for row in rows {
        types[at] = isWhole || column.validity[row] ? text : 0
        at += width
      }
    }
  }
}
