internal import GRDB
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
  }
}

/// Reading a layer from the pages of the file, beside SQLite: with SQLite's interface most of the time goes into stepping and fetching values.
extension GeoPackageReader {
  /// Whether a table is one with rows of its own: no view and no virtual table.
  static func isOrdinary(_ table: Table, _ db: Database) throws -> Bool {
    try Int.fetchOne(
      db, sql: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND lower(name) = lower(?)",
      arguments: [table.name]) == 1
  }

  /// Reads all rows of a table from the pages of the file, on several threads; false when SQLite is to read them from the start, or those
  /// behind the batches that have been handed over.
  ///
  /// SQLite is asked what the table looks like and holds its shared lock meanwhile, so that no other program writes. Leaves are cut into runs of
  /// some 256 KiB, which are decoded side by side and put together in order: the same for any number of threads. Whatever is out of the
  /// ordinary, in the table's definition or in a page, leaves the table to SQLite. Memory: the layer, and a few runs for each thread.
  func readPages(of table: Table, fields: [Field], into assembler: inout LayerAssembler) throws -> Bool {
    guard copy == nil else { return false }
    let mapped = try MappedFile(path: file)
    var isRead = false
    do {
      try queue.inTransaction(.deferred) { db in
        if let layout = try Self.layout(of: table, fields: fields, db) {
          try Self.readPages(mapped, layout, hasKey: table.key != nil, into: &assembler)
          isRead = true
        }
        return .commit
      }
    } catch is TableBTreeFault {
      isRead = false
    } catch is DatabaseError {
      isRead = false
    }
    // What another program has written in spite of the lock.
    let isUnchanged = try Self.head(mapped) == Self.head(MappedFile(path: file, limit: 100))
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
  private static func layout(of table: Table, fields: [Field], _ db: Database) throws -> TableLayout? {
    let roots = try Int.fetchAll(
      db, sql: "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND lower(name) = lower(?)", arguments: [table.name])
    guard roots.count == 1, roots[0] > 1 else { return nil }
    // An index for the primary key means that this is not the row's number.
    let indexes = try Row.fetchAll(db, sql: "PRAGMA index_list(\(table.name.quotedIdentifier))")
    guard !indexes.contains(where: { $0.known("origin") == "pk" }) else { return nil }
    let columns = try Row.fetchAll(db, sql: "PRAGMA table_xinfo(\(table.name.quotedIdentifier))")
    var places: [String: (column: Int, declared: String)] = [:]
    var leastColumns = 0
    for (k, column) in columns.enumerated() {
      // Generated columns are not in the record; a name that is not UTF-8 is not found by SQLite.
      guard column.known("cid") == k, column.known("hidden") == 0, let name: String = column.known("name"), !name.contains("\u{FFFD}")
      else { return nil }
      if let given: String = column.known("dflt_value"), given.uppercased() != "NULL" { leastColumns = k + 1 }
      places[name.lowercased()] = (k, column.known("type") ?? "")
    }
    guard places.count == columns.count else { return nil }
    var layout = TableLayout(root: roots[0], columnCount: columns.count, leastColumns: leastColumns, geometry: nil, fields: [])
    if let name = table.geometryColumn {
      guard let place = places[name.lowercased()] else { return nil }
      layout.geometry = place.column
    }
    for field in fields {
      guard let place = places[field.name.lowercased()] else { return nil }
      layout.fields.append(.init(column: place.column, type: field.type, isReal: hasRealAffinity(place.declared)))
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
        switch record.value(field.column, of: bytes) {
        case .null: assembler.columns[k].appendNull()
        case .integer(let value):
          if field.isReal { assembler.columns[k].append(Double(value)) } else { assembler.append(integer: value, as: field.type, to: k) }
        case .real(let value): assembler.columns[k].append(value)
        case .text(let range): assembler.append(text: bytes.extracting(range), to: k, feature: number)
        case .blob: assembler.appendBytes(to: k, feature: number)
        }
      }
      try assembler.keep(number: number)
    }
  }
}
