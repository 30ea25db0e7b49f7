import SimpleFeatures

/// Which field of a table names the buildings, found from the values.
struct JoinProposal {
  /// Field of the table.
  let field: String
  /// Field of the buildings.
  let buildingField: String
  /// Rows of the table whose value a building has.
  let matches: Int
  /// Rows looked at.
  let rows: Int

  /// The pair of fields that matches most rows, and at least half of those that say something; `nil` when none does, or when two pairs match
  /// equally many by different values. Fields of which the buildings share values, such as a town, name none.
  ///
  /// O(cells of both), at most 5,000 rows of the table.
  init?(_ table: FeatureBatch, upon buildings: FeatureBatch) {
    let rows = Array(0..<min(5000, table.count))
    guard !rows.isEmpty else { return nil }
    var names: [(name: String, ids: Set<String>)] = []
    for column in buildings.attributes {
      let texts = DistinctTexts(column, rows: Array(0..<buildings.count))
      let known = texts.codes.count { $0 >= 0 }
      if known > 0, texts.texts.count * 10 >= known * 9 { names.append((column.name, Set(texts.texts))) }
    }
    var best: (field: String, other: String, matches: Int)?
    for column in table.attributes {
      let texts = DistinctTexts(column, rows: rows)
      let known = texts.codes.count { $0 >= 0 }
      // Small numbers are found in every column of numbers.
      guard known > 0, !texts.texts.allSatisfy({ $0.count < 3 && Int($0) != nil }) || table.count < 20 else { continue }
      for (name, ids) in names {
        let isFound = texts.texts.map(ids.contains)
        let matches = texts.codes.count { $0 >= 0 && isFound[Int($0)] }
        guard matches * 2 >= known else { continue }
        // Of equal ones the fields that are called alike, then those called ids.
        func rank(_ a: String, _ b: String) -> Int {
          a.lowercased() == b.lowercased() ? 3 : b.lowercased() == "id" ? 2 : a.lowercased().contains("id") ? 1 : 0
        }
        if let known = best,
          (known.matches, rank(known.field, known.other), known.field + known.other) >= (
            matches, rank(column.name, name), column.name + name
          )
        {
          continue
        }
        best = (column.name, name, matches)
      }
    }
    guard let best else { return nil }
    (field, buildingField, matches, self.rows) = (best.field, best.other, best.matches, rows.count)
  }

  /// What the study should say.
  var advice: String {
    "Its field \"\(field)\" holds the buildings' \"\(buildingField)\" in \(matches) of \(rows) rows: add `join: {id: \"\(field)\"\(buildingField.lowercased() == "id" ? "" : ", field: \"\(buildingField)\"")}`."
  }
}
