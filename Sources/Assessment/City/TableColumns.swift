import SimpleFeatures

/// Columns under construction, all of one length.
struct TableColumns {
  var columns: [AttributeColumn] = []

  mutating func add(_ name: String, real values: [Double]) {
    columns.append(
      AttributeColumn(name: name, values: .real(values), validity: ValidityBitmap(count: values.count) { values[$0].isFinite }))
  }

  mutating func add(_ name: String, integer values: [Int]) {
    columns.append(
      AttributeColumn(name: name, values: .integer(values.map(Int64.init)), validity: ValidityBitmap(repeating: true, count: values.count)))
  }

  mutating func add(_ name: String, text values: [String?]) {
    var column = TextColumn(), validity = ValidityBitmap()
    for value in values {
      column.append(value ?? "")
      validity.append(value?.isEmpty == false)
    }
    columns.append(AttributeColumn(name: name, values: .text(column), validity: validity))
  }

  /// Rows of a text column, copied as bytes; empty ones are unknown.
  mutating func add(_ name: String, rows: [Int], of source: TextColumn) {
    var column = TextColumn()
    column.offsets.reserveCapacity(rows.count + 1)
    source.bytes.withUnsafeBufferPointer { bytes in
      for row in rows { column.append(utf8: UnsafeBufferPointer(rebasing: bytes[source.range(of: row)])) }
    }
    add(name, known: column)
  }

  /// A word of a short list for each row; a negative index is unknown.
  mutating func add(_ name: String, words: [String], _ index: [Int]) {
    var list = TextColumn(), column = TextColumn()
    for word in words { list.append(word) }
    column.offsets.reserveCapacity(index.count + 1)
    list.bytes.withUnsafeBufferPointer { bytes in
      for k in index { column.append(utf8: UnsafeBufferPointer(rebasing: bytes[k < 0 ? 0..<0 : list.range(of: k)])) }
    }
    add(name, known: column)
  }

  /// Texts of which the empty ones are unknown.
  mutating func add(_ name: String, known column: TextColumn) {
    let offsets = column.offsets
    let validity = ValidityBitmap(count: column.count) { offsets[$0] < offsets[$0 + 1] }
    columns.append(AttributeColumn(name: name, values: .text(column), validity: validity))
  }

  mutating func add(_ name: String, boolean values: [Bool]) {
    columns.append(AttributeColumn(name: name, values: .boolean(values), validity: ValidityBitmap(repeating: true, count: values.count)))
  }
}
