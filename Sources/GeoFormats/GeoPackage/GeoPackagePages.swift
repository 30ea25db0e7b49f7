internal import SimpleFeatures

/// How the rows of an ordinary table lie in its records.
private struct TableLayout: Sendable {
  /// The root page of the table's b-tree.
  var root: Int
  /// Number of columns.
  var columnCount: Int
  /// Columns that no record may lack, because one that was added later has a default that is not null.
  var leastColumns: Int
  /// Place of the geometry in a record.
  var geometry: Int?
  /// The wanted fields.
  var fields: [Field]

  /// Place and type of a field in a record.
  struct Field: Sendable {
    var column: Int
    var type: FieldDescription.FieldType
    /// Whether SQLite gives whole numbers of the column as reals.
    var isReal: Bool
    /// Whether it is the row's number, in whose place a record has null.
    var isKey: Bool
  }
}

/// Reading a layer from the pages of the file, beside SQLite: with SQLite's interface most of the time goes into stepping and fetching values.
extension GeoPackageReader {
  /// Reads all rows of a table from the pages of the file, on several threads; false when SQLite is to read them from the start, or those
  /// behind the batches that have been handed over.
  ///
  /// SQLite is asked what the table looks like and holds its shared lock meanwhile, so that no other program writes. Leaves are cut into runs of
  /// some 256 KiB, which are decoded side by side and put together in order: the same for any number of threads. Whatever is out of the
  /// ordinary, in the table's definition or in a page, leaves the table to SQLite. Memory: the layer, and a few runs for each thread.
  func readPages(of table: Table, fields: [Field], into assembler: inout LayerAssembler) throws -> Bool {
    guard table.isOrdinary else { return false }
    let mapped = try MappedFile(path: settled.file)
    var isRead = false
    do {
      _ = try database.rows("BEGIN")
      defer { _ = try? database.rows("COMMIT") }
      if let layout = try layout(of: table, fields: fields) {
        try Self.readPages(mapped, layout, hasKey: table.key != nil, into: &assembler)
        isRead = true
      }
    } catch is TableBTreeFault {
      isRead = false
    } catch is SQLiteFault {
      isRead = false
    }
    // What another program has written in spite of the lock.
    let isUnchanged = try Self.head(mapped) == Self.head(MappedFile(path: settled.file, limit: 100))
    guard isUnchanged || !assembler.hasHandedOver else {
      throw FormatError.corruptDatabase(
        path: path, layer: table.name, rowsRead: assembler.readCount, reason: "another program has changed the file meanwhile")
    }
    return isRead && isUnchanged
  }

  private static func head(_ file: MappedFile) -> [UInt8] {
    file.withBytes { bytes in
      (0..<min(100, bytes.count)).map { bytes[$0] }
    }
  }

  /// Where the wanted values of a table are; `nil` when it is none that can be read from its pages.
  private func layout(of table: Table, fields: [Field]) throws(SQLiteFault) -> TableLayout? {
    let roots = try database.rows(
      "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND lower(name) = lower(\(table.name.quotedLiteral))")
    guard roots.count == 1, let root = roots[0][0].integer, root > 1, root <= Int64(UInt32.max) else { return nil }
    // An index for the primary key means that this is not the row's number. Columns: number, name, whether unique, origin, whether partial.
    let indexes = try database.rows("PRAGMA index_list(\(table.name.quotedIdentifier))")
    guard !indexes.contains(where: { $0.count > 3 && $0[3].text == "pk" }) else { return nil }
    let columns = try database.rows("PRAGMA table_xinfo(\(table.name.quotedIdentifier))")
    var places: [String: (column: Int, declared: String)] = [:]
    var leastColumns = 0
    for (k, column) in columns.enumerated() {
      // Generated columns are not in the record; a name that is not UTF-8 is not found by SQLite.
      guard column.count > 6, column[0].integer == Int64(k), column[6].integer == 0, let name = column[1].text, !name.contains("\u{FFFD}")
      else { return nil }
      if let given = column[4].text, given.uppercased() != "NULL" { leastColumns = k + 1 }
      places[name.lowercased()] = (k, column[2].text ?? "")
    }
    guard places.count == columns.count else { return nil }
    var layout = TableLayout(root: Int(root), columnCount: columns.count, leastColumns: leastColumns, geometry: nil, fields: [])
    if let name = table.geometryColumn {
      guard let place = places[name.lowercased()] else { return nil }
      layout.geometry = place.column
    }
    for field in fields {
      guard let place = places[field.name.lowercased()] else { return nil }
      layout.fields.append(
        .init(
          column: place.column, type: field.type, isReal: Self.hasRealAffinity(place.declared), isKey: field.name == table.keyField?.name))
    }
    return layout
  }

  /// Whether a column of a declared type has the affinity REAL (sqlite.org/datatype3.html, 3.1).
  static func hasRealAffinity(_ declared: String) -> Bool {
    let type = declared.uppercased()
    if ["INT", "CHAR", "CLOB", "TEXT", "BLOB"].contains(where: { type.contains($0) }) { return false }
    return ["REAL", "FLOA", "DOUB"].contains { type.contains($0) }
  }

  private static func readPages(_ file: MappedFile, _ layout: TableLayout, hasKey: Bool, into assembler: inout LayerAssembler) throws {
    let tree = try file.withBytes { bytes throws(TableBTreeFault) in try TableBTree(bytes, root: layout.root) }
    // Runs of some 256 KiB: what a thread makes of one stays in its cache until it is put with the others.
    let first = min(32, tree.leaves.count), size = max(4, 1 << 18 / tree.pageSize)
    let count = first == 0 ? 0 : 1 + (tree.leaves.count - first + size - 1) / size
    func leaves(_ part: Int) -> Range<Int> {
      part == 0 ? 0..<first : first + (part - 1) * size..<min(tree.leaves.count, first + part * size)
    }
    func read(_ part: Int, into assembler: inout LayerAssembler) throws {
      try file.withBytes { bytes in try decode(leaves(part), of: tree, bytes, layout, hasKey: hasKey, into: &assembler) }
      let extent = tree.extent(ofLeaves: leaves(part))
      if extent.isDense { file.release(extent.bytes) }
    }
    guard count > 0 else { return }
    // The first run shows how much room the others need.
    try read(0, into: &assembler)
    assembler.reserve(times: Double(tree.leaves.count) / Double(leaves(0).count))
    // Without a key rows are counted from the first one on; batches leave as they fill.
    guard assembler.options.threads > 1, hasKey, assembler.isWhole else {
      for part in 1..<count { try read(part, into: &assembler) }
      return
    }
    let model = assembler
    try makeInOrder(count - 1, threads: assembler.options.threads) { k in
      var part = model.part(share: Double(size) / Double(first))
      try read(k + 1, into: &part)
      return (k + 1, part)
    } take: { (k, part) in
      // A column that has widened does so row by row.
      if zip(part.columns, assembler.columns).allSatisfy({ $0.kind == $1.kind && $1.kind == $1.declaredKind }) {
        try assembler.append(part)
      } else {
        try read(k, into: &assembler)
      }
    }
  }

  private static func decode(
    _ leaves: Range<Int>, of tree: TableBTree, _ file: Span<UInt8>, _ layout: TableLayout, hasKey: Bool,
    into assembler: inout LayerAssembler
  ) throws {
    var record = RecordFields(columns: layout.columnCount)
    var overflow: [UInt8] = []
    try tree.forEachRow(inLeaves: leaves, of: file, overflow: &overflow) { row, bytes in
      try record.parse(bytes)
      guard record.count >= layout.leastColumns else { throw TableBTreeFault() }
      let number = hasKey ? row : Int64(assembler.readCount + 1)
      let isAdded =
        switch layout.geometry.map({ record.value($0, of: bytes) }) {
        case nil, .null: assembler.appendNullGeometry()
        case .blob(let range): try unsafe assembler.append(geometry: bytes.extracting(range).bytes, feature: number)
        default: try assembler.refuse(geometryOfFeature: number)
        }
      guard isAdded else { return }
      for (k, field) in layout.fields.enumerated() {
        guard !field.isKey else {
          assembler.append(integer: row, as: field.type, to: k)
          continue
        }
        switch record.value(field.column, of: bytes) {
        case .null: assembler.columns[k].appendNull()
        case .integer(let value):
          if field.isReal { assembler.columns[k].append(Double(value)) } else { assembler.append(integer: value, as: field.type, to: k) }
        case .real(let value): assembler.append(real: value, to: k, feature: number)
        case .text(let range): assembler.append(text: bytes.extracting(range), to: k, feature: number)
        case .blob: assembler.appendBytes(to: k, feature: number)
        }
      }
      try assembler.keep(number: number)
    }
  }
}
