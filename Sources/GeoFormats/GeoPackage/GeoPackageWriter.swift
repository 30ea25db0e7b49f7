internal import Foundation
internal import GRDB
internal import GRDBSQLite
public import SimpleFeatures
internal import TextFormats

/// The coordinate reference system of a written layer, as `gpkg_spatial_ref_sys` wants it.
public struct SpatialReference: Hashable, Sendable {
  /// The authority, e.g. `EPSG`; empty for a system without a code.
  public var organization: String
  /// The authority's code; 0 for a system without one.
  public var code: Int
  /// The system's name.
  public var name: String
  /// Well-known text, version 1.
  public var wkt: String

  /// Makes a reference from a code such as `EPSG:3067`, or `nil` for a system without one.
  public init(code: String?, name: String, wkt: String) {
    let parts = code?.split(separator: ":") ?? []
    organization = parts.count == 2 ? String(parts[0]).uppercased() : ""
    self.code = parts.count == 2 ? Int(Int32(parts[1]) ?? 0) : 0
    if self.code == 0 { organization = "" }
    // CRS84 is WGS 84 with longitude first, which is how every GeoPackage stores it.
    if code == "OGC:CRS84" { (organization, self.code) = ("EPSG", 4326) }
    self.name = name
    self.wkt = wkt
  }
}

/// One layer of a GeoPackage to be written.
public struct GeoPackageLayer: Sendable {
  /// The table's name.
  public var name: String
  /// Geometry and attributes; without geometry the layer is an attribute table.
  public var table: ExportTable
  /// The CRS of the positions; needed where there are geometries.
  public var reference: SpatialReference?
  /// A title for people.
  public var title: String?
  /// What the layer is, with attribution.
  public var description: String
  /// A QGIS style (QML), stored as the layer's default.
  public var styleQML: String?
  /// What people call the columns, by name; QGIS shows it as the alias.
  public var columnTitles: [String: String]
  /// What the columns mean, by name.
  public var columnDescriptions: [String: String]

  /// Describes a layer.
  public init(
    name: String, table: ExportTable, reference: SpatialReference? = nil, title: String? = nil, description: String = "",
    styleQML: String? = nil, columnTitles: [String: String] = [:], columnDescriptions: [String: String] = [:]
  ) {
    self.name = name
    self.table = table
    self.reference = reference
    self.title = title
    self.description = description
    self.styleQML = styleQML
    self.columnTitles = columnTitles
    self.columnDescriptions = columnDescriptions
  }
}

/// Writes a GeoPackage (OGC 12-128r17, version 1.3.0) with packed R-trees, styles for QGIS, titles and descriptions of the columns.
///
/// The same layers and `lastChange` give the same bytes with the same SQLite library. The file is written under another name and appears under
/// its own at `finish`; a file that stood there is replaced.
public final class GeoPackageWriter {
  private let path: String
  /// Where the file stands, behind a link.
  private let place: String
  private let partial: String
  private let existing: ExistingFile
  private let lastChange: String
  private let pageSize: Int
  private var isFinished = false
  private var styled = 0
  private var usesDataColumns = false
  private var customSystems: [SpatialReference: Int32] = [:]
  private var tableNames: Set<String> = []

  /// A layer of which rows are still being written.
  private struct OpenLayer {
    var layer: GeoPackageLayer
    var table: String
    var keyName: String
    var geometryName: String?
    var kind: (name: String, isMulti: Bool)?
    /// The `srs_id` of the geometries; `nil` without any.
    var system: Int32?
    var bounds = Envelope()
    var index = PackedRTree()
    var count = 0
    var rows: TableRows
  }
  private var current: OpenLayer?

  /// Opens a new file. `lastChange` is ISO 8601 in UTC with milliseconds, e.g. `2026-01-01T00:00:00.000Z`.
  ///
  /// `pageSize`, a power of two from 4,096 to 65,536 bytes, is that of the database: large pages waste less where rows are long and many.
  /// - Throws: `FormatError.cannotWrite` for a device or a pipe, too: a database needs a file.
  public init(path: String, lastChange: String, pageSize: Int = 4_096, existing: ExistingFile = .replaced) throws(FormatError) {
    precondition(Self.isTimestamp(lastChange), "a time in UTC with milliseconds")
    precondition((4_096...65_536).contains(pageSize) && pageSize & (pageSize - 1) == 0, "a page size of SQLite")
    self.path = path
    self.lastChange = lastChange
    self.pageSize = pageSize
    self.existing = existing
    let standing = try OutputPlace(path)
    guard !standing.isStream else { throw .cannotWrite(path: path, reason: "it is no regular file, and a GeoPackage needs one") }
    place = standing.path
    partial = OutputFile.partialName(place)
    unsafe unlink(partial)
    try database { db in
      try db.execute(sql: "PRAGMA application_id = 1196444487; PRAGMA user_version = 10300; " + Self.schema)
    }
  }

  /// Whether a text has the form of a GeoPackage's timestamps (requirement 15), such as `2026-01-01T00:00:00.000Z`.
  private static func isTimestamp(_ text: String) -> Bool {
    let form = Array("0000-00-00T00:00:00.000Z".utf8)
    return text.utf8.count == form.count && zip(text.utf8, form).allSatisfy { $1 == 0x30 ? (0x30...0x39).contains($0) : $0 == $1 }
  }

  deinit {
    if !isFinished { unsafe unlink(partial) }
  }

  /// What SQLite does to the file, which it opens for that alone: between these times the pages of long tables are appended.
  private func database(_ body: (Database) throws -> Void) throws(FormatError) {
    precondition(!isFinished, "the file is finished")
    var configuration = Configuration()
    configuration.prepareDatabase { [pageSize] db in
      try db.execute(
        sql: "PRAGMA page_size = \(pageSize); PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE")
    }
    configuration.foreignKeysEnabled = false
    do {
      let queue = try DatabaseQueue(path: partial, configuration: configuration)
      try queue.write(body)
      try queue.close()
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: any Error) -> FormatError {
    if let error = error as? FormatError { return error }
    if let error = error as? DatabaseError {
      return .cannotWrite(path: path, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
    }
    return .cannotWrite(path: path, reason: error.localizedDescription)
  }

  /// Tables that every GeoPackage has, and the systems that it must list (clause 1.1.2).
  private static let schema = """
    CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL, \
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
    CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, \
    description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, \
    max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
    CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, \
    srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), \
    CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), \
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
    CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, \
    scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
    INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system');
    INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system');
    INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,\
    298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",\
    0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]', \
    'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');
    """

  // MARK: Layers

  /// Writes a layer. Feature numbers run from 1 in the order of the rows.
  ///
  /// Polygons beside multipolygons are written as multipolygons, lines and points likewise; other mixtures make a layer of type GEOMETRY.
  public func add(_ layer: GeoPackageLayer) throws(FormatError) {
    try begin(layer, kinds: Set(layer.table.geometry?.kinds ?? []))
    try end()
  }

  /// Begins a layer that is written piece by piece, and writes its first rows; the bytes are those of a layer written at once.
  /// - Parameter kinds: all kinds of geometry that the layer will hold.
  public func begin(_ layer: GeoPackageLayer, kinds: Set<GeometryKind>) throws(FormatError) {
    precondition(current == nil, "one layer at a time")
    let key = layer.name.lowercased()
    precondition(!key.hasPrefix("gpkg_") && !key.hasPrefix("rtree_") && !key.hasPrefix("sqlite_"), "a layer's name is not reserved")
    precondition(tableNames.insert(key).inserted, "layers have different names")
    let columns = layer.table.columns
    if tableNames.count == 1 { try replacesOnly(fileWith: layer) }
    let table = layer.name.quotedIdentifier, keyName = Self.freeName("fid", columns)
    let geometryName = layer.table.geometry == nil ? nil : Self.freeName("geom", columns)
    let kind = layer.table.geometry == nil ? nil : Self.commonKind(kinds)
    var declarations = ["\(keyName.quotedIdentifier) INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    if let name = geometryName, let kind { declarations.append("\(name.quotedIdentifier) \(kind.name)") }
    for column in columns { declarations.append("\(column.name.quotedIdentifier) \(Self.declaredType(column))") }
    let sql = "CREATE TABLE \(table) (\(declarations.joined(separator: ", ")))"
    var root: UInt32 = 0
    // −1 is the undefined Cartesian system.
    var system: Int32? = geometryName == nil ? nil : -1
    try database { db in
      try db.execute(sql: sql)
      root = try Self.root(of: layer.name, db)
      if geometryName != nil, let reference = layer.reference { system = try addSystem(reference, db) }
    }
    let pages = try DatabasePages(partial: partial, path: path, pageSize: pageSize)
    var open = OpenLayer(
      layer: layer, table: table, keyName: keyName, geometryName: geometryName, kind: kind, system: system,
      rows: TableRows(root: root, system: system ?? -1, pages: pages))
    open.layer.table = ExportTable(columns: [])
    current = open
    try append(layer.table)
    current?.layer.table = ExportTable(columns: columns.map { AttributeColumn(name: $0.name, texts: []) })
  }

  /// Refuses to replace a file that is no GeoPackage with this layer and its columns, unless whatever stands there may go.
  private func replacesOnly(fileWith layer: GeoPackageLayer) throws(FormatError) {
    guard existing == .replacedIfAlike, unsafe access(place, F_OK) == 0 else { return }
    let found = (try? GeoPackageReader(path: place).describe(counting: false)) ?? []
    // Its key is a field, too.
    let columns = layer.table.columns.map(\.name), key = Self.freeName("fid", layer.table.columns)
    guard found.map(\.name) == [layer.name], found[0].fields.map(\.name).filter({ $0 != key }) == columns else {
      throw .notReplaced(path: path)
    }
  }

  /// Writes further rows of the layer that was begun; they have the columns of the first.
  public func append(_ rows: ExportTable) throws(FormatError) {
    guard var open = current else { preconditionFailure("a layer has been begun") }
    current = nil
    defer { current = open }
    try open.rows.append(rows, isMulti: open.kind?.isMulti ?? false) { number, envelope in
      open.bounds.add(envelope)
      open.index.add(number, envelope)
    }
    open.count += rows.count
  }

  /// Ends the layer: its entries in the file's own tables, its index, style and descriptions.
  public func end() throws(FormatError) {
    guard let open = current else { preconditionFailure("a layer has been begun") }
    current = nil
    try open.rows.finish()
    var roots: PackedRTree.Roots?
    try database { db in roots = try register(open, db) }
    if let roots {
      let pages = try DatabasePages(partial: partial, path: path, pageSize: pageSize)
      try open.index.write(to: roots, pages)
      try pages.finish()
    }
  }

  /// The page at which a table begins.
  static func root(of table: String, _ db: Database) throws -> UInt32 {
    try UInt32.fetchOne(db, sql: "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?", arguments: [table])!
  }

  /// Enters the layer into the file's own tables; gives the roots of its index when there is something to index.
  private func register(_ open: OpenLayer, _ db: Database) throws -> PackedRTree.Roots? {
    if open.count > 0 {
      try db.execute(sql: "INSERT INTO sqlite_sequence(name, seq) VALUES (?, ?)", arguments: [open.layer.name, open.count])
    }
    var roots: PackedRTree.Roots?
    let layer = open.layer, bounds = open.bounds
    try db.execute(
      sql: "INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        layer.name, open.geometryName == nil ? "attributes" : "features", layer.title ?? layer.name, layer.description, lastChange,
        bounds.isEmpty ? nil : bounds.minX, bounds.isEmpty ? nil : bounds.minY, bounds.isEmpty ? nil : bounds.maxX,
        bounds.isEmpty ? nil : bounds.maxY, open.system,
      ])
    if let geometryName = open.geometryName, let kind = open.kind {
      try db.execute(
        sql: "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
        arguments: [layer.name, geometryName, kind.name, open.system])
      roots = try SpatialIndexTable(layer: layer.name, key: open.keyName, geometry: geometryName).create(isEmpty: open.index.isEmpty, db)
      if let style = layer.styleQML { try addStyle(style, layer, geometryName, db) }
    }
    try addDescriptions(layer, db)
    return roots
  }

  /// `base`, or `base_1` and so on when a column has that name.
  private static func freeName(_ base: String, _ columns: [AttributeColumn]) -> String {
    var name = base
    var n = 1
    while columns.contains(where: { $0.name.lowercased() == name }) {
      name = "\(base)_\(n)"
      n += 1
    }
    return name
  }

  private static func declaredType(_ column: AttributeColumn) -> String {
    switch column.values {
    case .integer: "INTEGER"
    case .real: "REAL"
    case .boolean: "BOOLEAN"
    case .text: "TEXT"
    }
  }

  /// The geometry type that holds all rows, and whether single geometries must be promoted.
  private static func commonKind(_ all: Set<GeometryKind>) -> (name: String, isMulti: Bool) {
    let kinds = all.subtracting([.none])
    if kinds.count == 1, let only = kinds.first { return (only.wellKnownName, false) }
    if kinds == [.polygon, .multiPolygon] { return ("MULTIPOLYGON", true) }
    if kinds == [.lineString, .multiLineString] { return ("MULTILINESTRING", true) }
    if kinds == [.point, .multiPoint] { return ("MULTIPOINT", true) }
    return ("GEOMETRY", false)
  }

  /// The `srs_id` of a system, which is entered where it does not stand yet: its code, or a number of the file's own for one without a code or when
  /// another authority's system has that number.
  private func addSystem(_ reference: SpatialReference, _ db: Database) throws -> Int32 {
    let name = reference.organization
    if !name.isEmpty {
      let number = Int32(reference.code)
      let holder = try String.fetchOne(db, sql: "SELECT organization FROM gpkg_spatial_ref_sys WHERE srs_id = ?", arguments: [number])
      if holder == name { return number }
      if holder == nil {
        try db.execute(
          sql: "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)",
          arguments: [reference.name, number, name, number, reference.wkt])
        return number
      }
    }
    if let known = customSystems[reference] { return known }
    let number = try Int32.fetchOne(db, sql: "SELECT max(99999, max(srs_id)) + 1 FROM gpkg_spatial_ref_sys")!
    customSystems[reference] = number
    try db.execute(
      sql: "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)",
      arguments: [reference.name, number, name.isEmpty ? "NONE" : name, name.isEmpty ? number : Int32(reference.code), reference.wkt])
    return number
  }

  /// The table that QGIS looks for styles in.
  private func addStyle(_ style: String, _ layer: GeoPackageLayer, _ geometry: String, _ db: Database) throws {
    if styled == 0 {
      try db.execute(
        sql: """
          CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256), \
          f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, \
          description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
          """)
      try db.execute(
        sql: "INSERT INTO gpkg_contents VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, NULL, NULL, NULL, NULL, NULL)",
        arguments: [lastChange])
    }
    styled += 1
    try db.execute(
      sql: "INSERT INTO layer_styles VALUES (?, '', '', ?, ?, ?, ?, '', 1, ?, '', NULL, ?)",
      arguments: [styled, layer.name, geometry, String(layer.name.prefix(30)), style, layer.title ?? layer.name, lastChange])
  }

  /// The schema extension's titles and descriptions of columns (annex F.9).
  private func addDescriptions(_ layer: GeoPackageLayer, _ db: Database) throws {
    let described = layer.table.columns.map(\.name).filter { layer.columnTitles[$0] != nil || layer.columnDescriptions[$0] != nil }
    guard !described.isEmpty else { return }
    if !usesDataColumns {
      usesDataColumns = true
      try db.execute(
        sql: """
          CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, \
          mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), \
          CONSTRAINT gdc_tn UNIQUE (table_name, name));
          CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, \
          min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, CONSTRAINT gdcc_ntv UNIQUE (constraint_name, \
          constraint_type, value));
          INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', \
          'http://www.geopackage.org/spec121/#extension_schema', 'read-write');
          INSERT INTO gpkg_extensions VALUES ('gpkg_data_column_constraints', NULL, 'gpkg_schema', \
          'http://www.geopackage.org/spec121/#extension_schema', 'read-write');
          """)
    }
    let titles = described.map { layer.columnTitles[$0] ?? $0 }
    for (column, title) in zip(described, titles) {
      // GDAL, and QGIS with it, takes the name for the alias; it is the only one of its kind in the table.
      let name = titles.count { $0 == title } > 1 ? "\(title) (\(column))" : title
      try db.execute(
        sql: "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
        arguments: [layer.name, column, name, title, layer.columnDescriptions[column]])
    }
  }

  /// Closes the file and gives it its name.
  public func finish() throws(FormatError) {
    precondition(current == nil && !isFinished, "the file is finished, or a layer is not")
    let descriptor = unsafe open(partial, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, fsync(descriptor) == 0, close(descriptor) == 0, unsafe rename(partial, place) == 0 else {
      throw .cannotWrite(path: path, reason: systemErrorText())
    }
    isFinished = true
  }
}
