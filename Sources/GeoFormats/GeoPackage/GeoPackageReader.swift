internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import SimpleFeatures
internal import TextFormats

/// Reads the feature and attribute tables of a GeoPackage (OGC 12-128r18).
///
/// The user's file is opened read-only and never changes: no journal, no write-ahead log. A file that its writer left in write-ahead mode, or
/// with a journal to roll back, is copied to a private folder first, because SQLite cannot read such a file without writing beside it.
///
/// A layer is read from the pages of the file (`GeoPackageReader.readPages`), where that is safe; SQLite reads the rest.
struct GeoPackageReader {
  /// The name in messages.
  let path: String
  /// The file itself.
  let file: String
  let queue: DatabaseQueue
  /// Where the file had to be copied to.
  let copy: TemporaryFolder?

  /// Opens the file and checks that it is a GeoPackage.
  init(path file: String, shownAs path: String? = nil) throws(FormatError) {
    self.path = path ?? file
    self.file = file
    let path = file
    let needsCopy = try Self.needsCopy(path)
    do {
      if needsCopy {
        let folder = try TemporaryFolder()
        let target = folder.path + "/copy.gpkg"
        try FileManager.default.copyItem(atPath: path, toPath: target)
        for suffix in ["-wal", "-journal"] where FileManager.default.fileExists(atPath: path + suffix) {
          try FileManager.default.copyItem(atPath: path + suffix, toPath: target + suffix)
        }
        copy = folder
        queue = try DatabaseQueue(path: target)
      } else {
        copy = nil
        var configuration = Configuration()
        configuration.readonly = true
        // Of pages that it maps instead of copying, SQLite takes values that run over the end of a damaged page from what lies behind it.
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA mmap_size = 0") }
        queue = try DatabaseQueue(path: path, configuration: configuration)
      }
    } catch let error as FormatError {
      throw error
    } catch {
      throw .notOfFormat(path: path, format: "GeoPackage", reason: Self.reason(error))
    }
  }

  private static func reason(_ error: any Error) -> String {
    if let error = error as? DatabaseError { return error.message ?? "SQLite error \(error.resultCode.rawValue)" }
    return "\(error.localizedDescription)"
  }

  /// Whether reading the file in place would write beside it. Throws when it is no SQLite database.
  private static func needsCopy(_ path: String) throws(FormatError) -> Bool {
    let mode = try MappedFile(path: path, limit: 100).withBytes { bytes -> Int? in
      guard bytes.count >= 100, bytes.extracting(0..<15).equals("SQLite format 3") else { return nil }
      return Int(max(bytes[18], bytes[19]))
    }
    guard let mode else {
      throw .notOfFormat(path: path, format: "GeoPackage", reason: "it does not start like an SQLite database")
    }
    let journal = (try? FileManager.default.attributesOfItem(atPath: path + "-journal")[.size] as? Int) ?? 0
    return mode == 2 || journal > 0
  }

  /// A field of a table.
  typealias Field = (name: String, type: FieldDescription.FieldType)

  /// A table that is a layer.
  struct Table {
    var name: String
    var geometryColumn: String?
    var geometryType: String?
    var crs: CoordinateReferenceSystem?
    var key: String?
    var fields: [Field]
    var claimedCount: Int?
  }

  /// The tables that are layers, in the order of `gpkg_contents`.
  func tables() throws(FormatError) -> [Table] {
    do {
      return try queue.read { db in
        guard try db.tableExists("gpkg_contents") else { return nil }
        let hasCounts = try db.tableExists("gpkg_ogr_contents")
        let hasGeometry = try db.tableExists("gpkg_geometry_columns")
        let hasSystems = try db.tableExists("gpkg_spatial_ref_sys")
        let rows = try Row.fetchAll(
          db,
          sql: """
            SELECT c.table_name, c.data_type\(hasGeometry ? ", g.column_name, g.geometry_type_name, g.srs_id" : ", NULL, NULL, NULL") \
            FROM gpkg_contents c \(hasGeometry ? "LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name" : "") \
            WHERE c.data_type IN ('features', 'attributes', 'aspatial') AND lower(c.table_name) <> 'layer_styles' \
            ORDER BY c.rowid
            """)
        return try rows.map { row in
          guard let name: String = row.known(0) else {
            throw FormatError.notOfFormat(
              path: path, format: "GeoPackage", reason: "gpkg_contents has a record without the name of a table")
          }
          var table = Table(name: name, fields: [])
          table.geometryColumn = row.known(2)
          table.geometryType = row.known(3)
          if let system: Int64 = row.known(4), hasSystems { table.crs = try Self.crs(db, system) }
          for column in try Row.fetchAll(db, sql: "PRAGMA table_info(\(name.quotedIdentifier))") {
            guard let field: String = column.known("name"), let key: Int = column.known("pk") else { continue }
            let declared: String = column.known("type") ?? ""
            if key == 1, declared.uppercased() == "INTEGER" { table.key = field }
            guard key == 0 || declared.uppercased() != "INTEGER" else { continue }
            guard field.lowercased() != table.geometryColumn?.lowercased() else { continue }
            if let type = Self.fieldType(declared) { table.fields.append((field, type)) }
          }
          if hasCounts {
            table.claimedCount = try Int.fetchOne(
              db, sql: "SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(?)", arguments: [name])
          }
          return table
        }
      } ?? { throw FormatError.notOfFormat(path: path, format: "GeoPackage", reason: "it has no table gpkg_contents") }()
    } catch let error as FormatError {
      throw error
    } catch {
      throw .notOfFormat(path: path, format: "GeoPackage", reason: Self.reason(error))
    }
  }

  private static func crs(_ db: Database, _ identifier: Int64) throws -> CoordinateReferenceSystem? {
    guard identifier > 0,
      let row = try Row.fetchOne(
        db, sql: "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        arguments: [identifier])
    else { return nil }
    let organization: String = row.known(0) ?? ""
    let code: Int64 = row.known(1) ?? 0
    if ["epsg", "esri", "iau_2015", "ignf"].contains(organization.lowercased()), code > 0 {
      return CoordinateReferenceSystem("\(organization.uppercased()):\(code)")
    }
    let definition: String = row.known(2) ?? ""
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
  func describe(counting: Bool = true) throws(FormatError) -> [LayerDescription] {
    let tables = try tables()
    var descriptions: [LayerDescription] = []
    for table in tables {
      var count = table.claimedCount
      if count == nil, counting {
        count = try? queue.read { db in
          try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table.name.quotedIdentifier)")
        }
      }
      descriptions.append(
        LayerDescription(
          name: table.name, crs: table.crs, geometryType: table.geometryType, claimedCount: count,
          fields: table.fields.map { FieldDescription(name: $0.name, type: $0.type) }, driver: "GeoPackage"))
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
    let fields = table.fields.filter { options.wants($0.name) }
    let empty = assembler(for: table, fields: fields, options: options, batchSize: batchSize, body: body)
    var assembler = empty
    if try !readPages(of: table, fields: fields, into: &assembler) {
      if !assembler.hasHandedOver { assembler = empty }
      try readRows(of: table, fields: fields, into: &assembler)
    }
    if let conversion { Self.account(conversion, table: table.name, &assembler) }
    return try assembler.finish(crs: table.crs)
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
    let selected =
      ([table.key, table.geometryColumn].map { $0?.quotedIdentifier ?? "NULL" })
      + fields.map(\.name.quotedIdentifier)
    do {
      try queue.read { db in
        // In the order of the table, not of an index that happens to hold all that is wanted.
        let order = try Self.isOrdinary(table, db) ? " NOT INDEXED" : ""
        let rest = assembler.readCount > 0 ? " LIMIT -1 OFFSET \(assembler.readCount)" : ""
        let statement = try db.makeStatement(
          sql: "SELECT \(selected.joined(separator: ", ")) FROM \(table.name.quotedIdentifier)\(order) WHERE \(condition)\(rest)")
        try unsafe step(
          statement.sqliteStatement, fields: fields, hasKey: table.key != nil, hasGeometry: table.geometryColumn != nil, &assembler)
      }
    } catch let error as DatabaseError {
      throw FormatError.corruptDatabase(path: path, layer: table.name, rowsRead: assembler.readCount, reason: Self.reason(error))
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
        let text = unsafe String(cString: sqlite3_errmsg(sqlite3_db_handle(statement)))
        throw FormatError.corruptDatabase(
          path: path, layer: assembler.layer, rowsRead: assembler.readCount, reason: "\(text), SQLite status \(status)")
      }
      row += 1
      let number = hasKey ? unsafe sqlite3_column_int64(statement, 0) : row
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
    case SQLITE_FLOAT: assembler.columns[k].append(unsafe sqlite3_column_double(statement, index))
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

extension String {
  /// The name as an SQL identifier: in double quotes, with those inside doubled.
  var quotedIdentifier: String { "\"\(replacingOccurrences(of: "\"", with: "\"\""))\"" }
}

extension Row {
  /// The value of a column, `nil` where it is null or of another kind.
  ///
  /// GRDB's own subscripts end the process at a value of another kind, and in a damaged file anything may stand anywhere.
  func known<Value: DatabaseValueConvertible>(_ index: Int) -> Value? { Value.fromDatabaseValue(self[index] as DatabaseValue) }

  /// The value of a column by its name, `nil` where it is null or of another kind.
  func known<Value: DatabaseValueConvertible>(_ name: String) -> Value? { Value.fromDatabaseValue(self[name] as DatabaseValue) }
}
