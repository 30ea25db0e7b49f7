internal import CSQLite
internal import SimpleFeatures
internal import TextFormats

/// Reads the feature and attribute tables of a GeoPackage (OGC 12-128r18).
///
/// The user's file is opened read-only and never changes, nor does anything beside it (`SettledDatabase`); nothing in it reaches beyond it
/// (`GuardedDatabase`).
///
/// A layer is read from the pages of the file (`GeoPackageReader.readPages`), where that is safe; SQLite reads the rest.
struct GeoPackageReader {
  /// The name in messages.
  let path: String
  /// The file as it is read: in place, or a private copy.
  let settled: SettledDatabase
  let database: GuardedDatabase
  /// Steps of SQLite's virtual machine that reading a view may take: minutes. A join without a condition would take years.
  private let viewSteps: Int

  /// Opens the file and checks that it is an SQLite database.
  init(
    path file: String, shownAs path: String? = nil, viewSteps: Int = 20_000_000_000, for purpose: GuardedDatabase.Purpose = .reading
  ) throws(FormatError) {
    self.path = path ?? file
    self.viewSteps = viewSteps
    settled = try SettledDatabase(file, format: "GeoPackage")
    do throws(SQLiteFault) { database = try GuardedDatabase(path: settled.file, for: purpose) } catch {
      throw .notOfFormat(path: file, format: "GeoPackage", reason: error.message)
    }
  }

  /// A field of a table.
  typealias Field = (name: String, type: FieldDescription.FieldType)

  /// A table that is a layer.
  struct Table {
    var name: String
    /// Whether the rows are its own: no view and no virtual table.
    var isOrdinary = false
    var geometryColumn: String?
    var geometryType: String?
    var crs: CoordinateReferenceSystem?
    /// What gives a row's number, as SQL; `nil` when nothing does.
    var key: String?
    /// The key as a field; `nil` when it is no column with a name.
    var keyField: Field?
    /// The fields but for the key.
    var fields: [Field] = []
    var claimedCount: Int?
  }

  /// The tables that are layers, in the order of `gpkg_contents`.
  func tables() throws(FormatError) -> [Table] {
    do throws(SQLiteFault) {
      // These tables, too, may be views.
      return try database.withinSteps(viewSteps) { () throws(SQLiteFault) in try listTables() }
    } catch {
      throw .notOfFormat(path: path, format: "GeoPackage", reason: error.message)
    }
  }

  /// Whether the database has the list of layers that makes it a GeoPackage.
  func isGeoPackage() throws(FormatError) -> Bool {
    do throws(SQLiteFault) { return try exists("gpkg_contents") } catch {
      throw .notOfFormat(path: path, format: "SQLite", reason: error.message)
    }
  }

  private func exists(_ table: String) throws(SQLiteFault) -> Bool {
    try !database.rows("SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) = \(table.quotedLiteral)").isEmpty
  }

  private func listTables() throws(SQLiteFault) -> [Table] {
    guard try exists("gpkg_contents") else {
      throw SQLiteFault(status: SQLITE_ERROR, message: "it has no table gpkg_contents")
    }
    let hasGeometry = try exists("gpkg_geometry_columns")
    let rows = try database.rows(
      """
      SELECT c.table_name, c.data_type\(hasGeometry ? ", g.column_name, g.geometry_type_name, g.srs_id" : ", NULL, NULL, NULL") \
      FROM gpkg_contents c \(hasGeometry ? "LEFT JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name)" : "") \
      WHERE lower(c.data_type) IN ('features', 'attributes', 'aspatial') AND lower(c.table_name) <> 'layer_styles' \
      ORDER BY c.rowid
      """)
    let hasCounts = try exists("gpkg_ogr_contents"), hasSystems = try exists("gpkg_spatial_ref_sys")
    var tables: [Table] = []
    for row in rows {
      guard let name = row[0].text else {
        throw SQLiteFault(status: SQLITE_ERROR, message: "gpkg_contents has a record without the name of a table")
      }
      var table = Table(name: name, geometryColumn: row[2].text, geometryType: row[3].text)
      if let system = row[4].integer, hasSystems { table.crs = try crs(system) }
      // What SQLite makes of the schema, whose records may claim what they like. Columns: schema, name, type.
      let kind = try database.rows("PRAGMA table_list(\(name.quotedIdentifier))").first { $0[0].text == "main" }?[2].text
      table.isOrdinary = kind == "table" || kind == "shadow"
      try describeColumns(of: &table)
      if hasCounts {
        table.claimedCount = try database.rows(
          "SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(\(name.quotedLiteral))"
        ).first?[0].integer.map { Int($0) }
      }
      tables.append(table)
    }
    return tables
  }

  /// Finds the fields of a table, generated ones too, and what numbers its rows.
  private func describeColumns(of table: inout Table) throws(SQLiteFault) {
    let columns: [[GuardedDatabase.Value]]
    do throws(SQLiteFault) { columns = try database.rows("PRAGMA table_xinfo(\(table.name.quotedIdentifier))") } catch {
      // A view that SQLite refuses hides no other layer; whoever reads it is told why.
      guard !table.isOrdinary else { throw error }
      return
    }
    // Columns: place, name, declared type, not null, default, place in the primary key, 1 where it is hidden.
    let known = columns.filter { $0.count > 6 && $0[1].text != nil && $0[6].integer != 1 }
    func name(_ column: [GuardedDatabase.Value]) -> String { column[1].text ?? "" }
    func isInteger(_ column: [GuardedDatabase.Value]) -> Bool { column[2].text?.uppercased() == "INTEGER" }
    let primary = known.filter { $0[5].integer ?? 0 > 0 }
    var keyName: String?
    if primary.count == 1, isInteger(primary[0]) {
      keyName = name(primary[0])
    } else if table.isOrdinary {
      let names = Set(known.map { name($0).lowercased() })
      table.key = ["rowid", "_rowid_", "oid"].first { alias in
        // Tables without row numbers do not know the word.
        !names.contains(alias) && (try? database.rows("EXPLAIN SELECT \(alias) FROM \(table.name.quotedIdentifier)")) != nil
      }
    } else {
      keyName = known.map(name).first { ["fid", "ogc_fid"].contains($0.lowercased()) }
      if keyName == nil, try firstColumnIsKey(of: table) { keyName = known.first.map(name) }
    }
    for column in known {
      let field = name(column)
      if let keyName, field == keyName {
        table.key = field.quotedIdentifier
        table.keyField = (field, .integer)
      } else if field.lowercased() != table.geometryColumn?.lowercased(), let type = Self.fieldType(column[2].text ?? "") {
        table.fields.append((field, type))
      }
    }
  }

  /// Whether the first column of a view is the whole-number key of an ordinary table; GDAL numbers such views alike.
  private func firstColumnIsKey(of view: Table) throws(SQLiteFault) -> Bool {
    let origin = try? unsafe database.withStatement("SELECT * FROM \(view.name.quotedIdentifier)") {
      statement -> (table: String, column: String)? in
      guard let table = unsafe sqlite3_column_table_name(statement, 0), let column = unsafe sqlite3_column_origin_name(statement, 0) else {
        return nil
      }
      return unsafe (String(cString: table), String(cString: column))
    }
    guard let origin = origin ?? nil else { return false }
    let primary = try database.rows("PRAGMA table_xinfo(\(origin.table.quotedIdentifier))").filter { $0[5].integer ?? 0 > 0 }
    return primary.count == 1 && primary[0][1].text == origin.column && primary[0][2].text?.uppercased() == "INTEGER"
  }

  private func crs(_ identifier: Int64) throws(SQLiteFault) -> CoordinateReferenceSystem? {
    guard identifier > 0,
      let row = try database.rows(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = \(identifier)"
      ).first
    else { return nil }
    let organization = row[0].text ?? ""
    let code = row[1].integer ?? 0
    if ["epsg", "esri", "iau_2015", "ignf"].contains(organization.lowercased()), code > 0 {
      return CoordinateReferenceSystem("\(organization.uppercased()):\(code)")
    }
    let definition = row[2].text ?? ""
    return definition.isEmpty || definition.lowercased() == "undefined" ? nil : CoordinateReferenceSystem(definition)
  }

  /// The type of a declared column type; `nil` for blobs, which no indicator reads.
  private static func fieldType(_ declared: String) -> FieldDescription.FieldType? {
    let type = declared.uppercased().prefix { $0 != "(" }
    switch type {
    case "BOOLEAN": return .boolean
    case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "INTEGER": return .integer
    case "FLOAT", "DOUBLE", "REAL", "NUMERIC": return .real
    case "BLOB", "GEOMETRY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION":
      return nil
    default: return .text
    }
  }

  /// The layers, in the order of `gpkg_contents`. Rows are counted, unless that is not wanted, when the file does not claim how many there are.
  /// - Parameter showingKey: whether a table's key is among its fields; the converter adds one of its own.
  func describe(counting: Bool = true, showingKey: Bool = true) throws(FormatError) -> [LayerDescription] {
    let tables = try tables()
    var descriptions: [LayerDescription] = []
    for table in tables {
      var count = table.claimedCount
      if count == nil, counting {
        count = try? reading(table) {
          try database.rows("SELECT count(*) FROM \(table.name.quotedIdentifier)").first?[0].integer.map { Int($0) }
        }
      }
      descriptions.append(
        LayerDescription(
          name: table.name, crs: table.crs, geometryType: table.geometryType, claimedCount: count,
          fields: (table.fields + (showingKey ? [table.keyField].compactMap(\.self) : [])).map {
            FieldDescription(name: $0.name, type: $0.type)
          },
          driver: "GeoPackage"))
    }
    return descriptions
  }

  /// Hands over the features of a layer in batches.
  func read(
    layer wanted: String?, options: ReadOptions, batchSize: Int, conversion: Conversion? = nil,
    body: @escaping (FeatureBatch) throws -> Void
  ) throws -> LayerSummary {
    let tables = try tables()
    let table: Table
    if let wanted {
      guard let found = tables.first(where: { $0.name == wanted }) ?? tables.first(where: { $0.name.lowercased() == wanted.lowercased() })
      else { throw FormatError.layerNotFound(path: path, layer: wanted, available: tables.map(\.name)) }
      table = found
    } else {
      let spatial = tables.filter { $0.geometryColumn != nil }
      let candidates = spatial.isEmpty ? tables : spatial
      guard let only = candidates.first else { throw FormatError.layerNotFound(path: path, layer: "", available: []) }
      guard candidates.count == 1 else { throw FormatError.layerNotNamed(path: path, available: candidates.map(\.name)) }
      table = only
    }
    var fields = table.fields.filter { options.wants($0.name) }
    if conversion?.isUnpacked ?? true, let key = table.keyField, options.fields == nil ? options.includesKey : options.wants(key.name) {
      fields.append(key)
    }
    let empty = assembler(for: table, fields: fields, options: options, batchSize: batchSize, body: body)
    var assembler = empty
    if try !readPages(of: table, fields: fields, into: &assembler) {
      if !assembler.hasHandedOver { assembler = empty }
      try readRows(of: table, fields: fields, into: &assembler)
    }
    if let conversion { Self.account(conversion, table: table.name, &assembler) }
    var summary = try assembler.finish(crs: table.crs)
    summary.isNumberedByPlace = table.key == nil
    summary.notes = (conversion?.notes ?? []) + settled.notes
    if table.key == nil {
      summary.notes.append(
        "Layer “\(table.name)” of \(path.split(separator: "/").last ?? ""): it has no whole-number key, so its features are numbered in the order in which they come, and nothing can refer to these numbers. Name the field that holds the id where ids matter."
      )
    }
    return summary
  }

  /// An assembler with a column for each field.
  func assembler(
    for table: Table, fields: [Field], options: ReadOptions, batchSize: Int, body: @escaping (FeatureBatch) throws -> Void
  ) -> LayerAssembler {
    var assembler = LayerAssembler(path: path, layer: table.name, options: options, batchSize: batchSize, body: body)
    assembler.columns = fields.map { ColumnBuilder(name: $0.name, kind: Self.kind($0.type)) }
    return assembler
  }

  /// Reads the rows through SQLite, but for those that the assembler has read; `condition` chooses among them.
  func readRows(of table: Table, fields: [Field], where condition: String = "1", into assembler: inout LayerAssembler) throws {
    let selected = ([table.key, table.geometryColumn?.quotedIdentifier].map { $0 ?? "NULL" }) + fields.map(\.name.quotedIdentifier)
    // In the order of the table, not of an index that happens to hold all that is wanted.
    let order = table.isOrdinary ? " NOT INDEXED" : ""
    let rest = assembler.readCount > 0 ? " LIMIT -1 OFFSET \(assembler.readCount)" : ""
    let query = "SELECT \(selected.joined(separator: ", ")) FROM \(table.name.quotedIdentifier)\(order) WHERE \(condition)\(rest)"
    do {
      try reading(table) {
        if !table.isOrdinary { try checkView(table, query) }
        try unsafe database.withStatement(query) { statement in
          try unsafe step(statement, fields: fields, hasKey: table.key != nil, hasGeometry: table.geometryColumn != nil, &assembler)
        }
      }
    } catch let fault as SQLiteFault {
      throw FormatError.corruptDatabase(path: path, layer: table.name, rowsRead: assembler.readCount, reason: fault.message)
    }
  }

  /// Refuses a view that takes rows from a virtual table, or that this SQLite, which knows no functions and tables but its own, cannot compile.
  private func checkView(_ view: Table, _ query: String) throws {
    let reason: String
    do throws(SQLiteFault) {
      guard try database.readsVirtualTable(query) else { return }
      reason = "reads a virtual table"
    } catch {
      // Recursion has a sentence of its own.
      guard !database.hasRefusedRecursion else { throw error }
      reason = "needs a virtual table or a function that is not read (\(error.message))"
    }
    throw FormatError.refusedDatabase(path: path, reason: "“\(view.name)” \(reason); copy its rows into a table of their own")
  }

  /// Runs queries on a table in `body`; on a view within a number of steps, and refusing what recurses.
  private func reading<Result>(_ table: Table, _ body: () throws -> Result) throws -> Result {
    guard !table.isOrdinary else { return try body() }
    do {
      return try database.withinSteps(viewSteps, body)
    } catch let fault as SQLiteFault {
      if fault.status & 0xFF == SQLITE_INTERRUPT {
        throw FormatError.refusedDatabase(
          path: path, reason: "the view “\(table.name)” is not done after \(viewSteps) steps; copy its rows into a table of their own")
      }
      if database.hasRefusedRecursion {
        throw FormatError.refusedDatabase(
          path: path, reason: "the view “\(table.name)” recurses, perhaps without end; copy its rows into a table of their own")
      }
      throw fault
    }
  }

  /// Counts what a converter has lost or complained about.
  private static func account(_ conversion: Conversion, table: String, _ assembler: inout LayerAssembler) {
    for message in conversion.messages {
      if message.contains("couldn't be converted") || message.contains("recode") || message.contains("UTF-8") {
        assembler.note(.badEncoding, feature: "", message)
      } else if message.hasPrefix("ERROR") {
        assembler.note(.unreadableGeometry, feature: "", message)
      }
    }
    if let claim = conversion.claimedCounts[table], claim > assembler.readCount {
      let arrived = assembler.readCount
      guard claim <= conversion.sourceSize else {
        // A record takes at least a byte, so this is no count but a damaged header.
        assembler.note(.unreadableRecord, feature: "", "the source claims \(claim) features, more than it has bytes")
        return
      }
      assembler.lost(claim - arrived, "the source claims \(claim) features, ogr2ogr handed over \(arrived)")
    }
  }

  private static func kind(_ type: FieldDescription.FieldType) -> ColumnBuilder.Kind {
    switch type {
    case .integer: .integer
    case .real: .real
    case .boolean: .boolean
    case .text: .text
    }
  }

  /// Steps through the rows. The statement belongs to the open read and outlives the loop.
  private func step(
    _ statement: OpaquePointer, fields: [Field], hasKey: Bool, hasGeometry: Bool, _ assembler: inout LayerAssembler
  ) throws {
    var row = Int64(assembler.readCount)
    while true {
      let status = unsafe sqlite3_step(statement)
      if status == SQLITE_DONE { return }
      guard status == SQLITE_ROW else {
        var fault = database.fault(status)
        fault.message += ", SQLite status \(status)"
        throw fault
      }
      row += 1
      let number = hasKey ? unsafe sqlite3_column_int64(statement, 0) : row
      // In a view anything may stand where the key is expected.
      guard unsafe !hasKey || sqlite3_column_type(statement, 0) == SQLITE_INTEGER else {
        try assembler.refuse(.missingIdentifier, feature: "#\(row)", "the key is no whole number")
        continue
      }
      if hasGeometry {
        let isAdded =
          switch unsafe sqlite3_column_type(statement, 1) {
          case SQLITE_NULL: assembler.appendNullGeometry()
          case SQLITE_BLOB: try unsafe assembler.append(geometry: Self.blob(statement, 1).bytes, feature: number)
          default: try assembler.refuse(geometryOfFeature: number)
          }
        guard isAdded else { continue }
      } else {
        assembler.geometry.appendNull()
      }
      for k in fields.indices { unsafe appendValue(statement, Int32(k + 2), fields[k].type, number, k, &assembler) }
      try assembler.keep(number: number)
    }
  }

  /// A blob, which SQLite keeps until the next step.
  private static func blob(_ statement: OpaquePointer, _ index: Int32) -> UnsafeRawBufferPointer {
    let count = Int(unsafe sqlite3_column_bytes(statement, index))
    return unsafe UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, index), count: count)
  }

  private func appendValue(
    _ statement: OpaquePointer, _ index: Int32, _ type: FieldDescription.FieldType, _ number: Int64, _ k: Int,
    _ assembler: inout LayerAssembler
  ) {
    switch unsafe sqlite3_column_type(statement, index) {
    case SQLITE_INTEGER: assembler.append(integer: unsafe sqlite3_column_int64(statement, index), as: type, to: k)
    case SQLITE_FLOAT: assembler.append(real: unsafe sqlite3_column_double(statement, index), to: k, feature: number)
    case SQLITE_TEXT:
      let count = Int(unsafe sqlite3_column_bytes(statement, index))
      let text = unsafe UnsafeBufferPointer(start: sqlite3_column_text(statement, index), count: count)
      assembler.append(text: unsafe text.span, to: k, feature: number)
    case SQLITE_BLOB: assembler.appendBytes(to: k, feature: number)
    default: assembler.columns[k].appendNull()
    }
  }
}

/// What becomes of a row's values, whoever reads them.
extension LayerAssembler {
  /// Adds no geometry for the open record; always true.
  mutating func appendNullGeometry() -> Bool {
    geometry.appendNull()
    return true
  }

  /// Adds a GeoPackage geometry; false when the record is refused because of it.
  mutating func append(geometry bytes: RawSpan, feature number: Int64) throws -> Bool {
    do throws(GeometryProblem) {
      let mending = try WKBDecoder.append(bytes, from: GeoPackageBinary.bodyOffset(bytes), to: &geometry)
      mending.note(in: &self, feature: number)
      return true
    } catch {
      try refuse(error.code, feature: "#\(number)", error.detail)
      return false
    }
  }

  /// Refuses a record whose geometry is neither a blob nor null; always false.
  mutating func refuse(geometryOfFeature number: Int64) throws -> Bool {
    try refuse(.unreadableGeometry, feature: "#\(number)", "the geometry is not a blob")
    return false
  }

  /// Adds a whole number to a field; 0 and 1 are truth values in a field of such.
  mutating func append(integer value: Int64, as type: FieldDescription.FieldType, to k: Int) {
    if type == .boolean, value == 0 || value == 1 { columns[k].append(value == 1) } else { columns[k].append(value) }
  }

  /// Adds a number to a field; an infinite one, which no indicator can take, is a defect and unknown.
  mutating func append(real value: Double, to k: Int, feature number: Int64) {
    guard value.isInfinite else { return columns[k].append(value) }
    columns[k].appendNull()
    note(.unreadableValue, feature: "#\(number)", "field \(columns[k].name) is infinite")
  }

  /// Adds a text to a field.
  mutating func append(text: Span<UInt8>, to k: Int, feature number: Int64) {
    if isWellFormedUTF8(text) { return columns[k].append(utf8: text) }
    columns[k].append(unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) })
    note(.badEncoding, feature: "#\(number)", "field \(columns[k].name) is not UTF-8; bad bytes are replaced")
  }

  /// Adds a null to a field that holds bytes.
  mutating func appendBytes(to k: Int, feature number: Int64) {
    columns[k].appendNull()
    note(.unreadableValue, feature: "#\(number)", "field \(columns[k].name) holds bytes")
  }
}
