internal import TextFormats

/// Finds the row of a table that names its fields: the first that is nearly as wide as the rows under it and holds words, none of them twice.
///
/// Towns write a title, a date and an empty row above the header of a list.
enum HeaderRow {
  /// How many rows are looked at.
  static let window = 30

  /// The place of the header among the first rows; 0 where no later row is a better one.
  /// - Parameter rows: the first rows, cells as texts without blanks around them.
  static func find(_ rows: [[String]]) -> Int {
    let filled = rows.map { row in row.count { !$0.isEmpty } }
    for (k, row) in rows.enumerated() {
      // Wide enough against what comes after it, so that a title in one cell is none, and a table of one column is one.
      guard filled[k] > 0 else { continue }
      let below = filled[(k + 1)...].filter { $0 > 0 }.sorted()
      guard let usual = below.isEmpty ? filled[k] : below[below.count / 2] as Int?, 2 * filled[k] > usual else { continue }
      let names = row.filter { !$0.isEmpty }
      let words = names.count { WrittenNumbers([$0])[0].value == nil }
      // A title in one of two columns is no header where the next row names them all.
      if filled[k] < usual, k + 1 < rows.count, filled[k + 1] >= usual, isHeader(rows[k + 1]) { continue }
      if 2 * words > names.count { return k }
    }
    return rows.indices.first { filled[$0] > 0 } ?? 0
  }

  private static func isHeader(_ row: [String]) -> Bool {
    let names = row.filter { !$0.isEmpty }
    return Set(names).count == names.count && names.allSatisfy { WrittenNumbers([$0])[0].value == nil }
  }
}
