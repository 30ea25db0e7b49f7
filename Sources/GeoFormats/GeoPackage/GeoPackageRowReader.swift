public import SimpleFeatures
internal import Synchronization

/// Answers for single rows of a GeoPackage and for what lies in a window, without reading a layer as a whole.
///
/// The file stays open, read-only. Rows are found by their key, features by the layer's R-tree: O(log n) a row, and O(vertices) of what is read.
///
/// Sendable: the connection is used under the lock alone.
public final class GeoPackageRowReader: @unchecked Sendable {
  private let lock = Lock(())
  private let reader: GeoPackageReader
  private let tables: [GeoPackageReader.Table]

  /// Opens the file.
  /// - Throws: `FormatError` when it is not there or no GeoPackage.
  public init(path: String) throws(FormatError) {
    reader = try GeoPackageReader(path: path, for: .windows)
    tables = try reader.tables()
  }

  private func table(_ layer: String) throws(FormatError) -> GeoPackageReader.Table {
    guard let table = tables.first(where: { $0.name == layer }), table.key != nil else {
      throw FormatError.layerNotFound(path: reader.path, layer: layer, available: tables.map(\.name))
    }
    return table
  }

  /// Whether the file has a layer or table of that name.
  public func has(_ layer: String) -> Bool { tables.contains { $0.name == layer } }

  /// The CRS of a layer; `nil` when the file does not say.
  public func crs(of layer: String) -> CoordinateReferenceSystem? { tables.first { $0.name == layer }?.crs }

  /// The rows with the given keys, in the order of the keys; a key without a row is left out.
  /// - Parameter columns: the attributes that are wanted, without geometry; `nil` for all, and the geometry.
  /// - Throws: `FormatError` when the layer is not there or the file is damaged.
  public func rows(_ keys: some Sequence<Int64>, of layer: String, columns: Set<String>? = nil) throws -> FeatureBatch {
    var table = try table(layer)
    let key = table.key!
    if let columns {
      table.fields.removeAll { !columns.contains($0.name) }
      table.geometryColumn = nil
    }
    return try read(table, where: "\(key) IN (\(keys.sorted().map(String.init).joined(separator: ","))) ORDER BY \(key)")
  }

  /// All rows of a short table.
  public func rows(of layer: String) throws -> FeatureBatch { try read(table(layer), where: "1") }

  /// The features of a layer whose bounds meet the window, in the order of their keys; all of them where the layer has no index.
  /// - Throws: `FormatError` when the layer is not there or the file is damaged.
  public func features(of layer: String, meeting window: Envelope) throws -> FeatureBatch {
    let table = try table(layer), key = table.key!
    guard let geometry = table.geometryColumn, try hasTable("rtree_\(layer)_\(geometry)") else { return try rows(of: layer) }
    let index = "rtree_\(layer)_\(geometry)".quotedIdentifier
    return try read(
      table,
      where: """
        \(key) IN (SELECT id FROM \(index) WHERE minx <= \(window.maxX) AND maxx >= \(window.minX) AND miny <= \(window.maxY) \
        AND maxy >= \(window.minY)) ORDER BY \(key)
        """)
  }

  /// A number of one row; `nil` when there is no such row or it is unknown there.
  public func number(_ column: String, ofRow key: Int64, in layer: String) throws -> Double? {
    switch try value(column, ofRow: key, in: layer) {
    case .real(let value)?: value
    case .integer(let value)?: Double(value)
    default: nil
    }
  }

  /// A whole number of one row; `nil` when there is no such row or it is unknown there.
  public func integer(_ column: String, ofRow key: Int64, in layer: String) throws -> Int64? {
    try value(column, ofRow: key, in: layer)?.integer
  }

  /// Column and layer are those of the caller, never of a file's content.
  private func value(_ column: String, ofRow key: Int64, in layer: String) throws -> GuardedDatabase.Value? {
    let table = try table(layer)
    return try look("SELECT \(column.quotedIdentifier) FROM \(layer.quotedIdentifier) WHERE \(table.key!) = \(key)").first?.first
  }

  private func hasTable(_ name: String) throws -> Bool {
    try !look("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = \(name.quotedLiteral)").isEmpty
  }

  private func look(_ query: String) throws -> [[GuardedDatabase.Value]] {
    do throws(SQLiteFault) { return try lock.withLock { _ throws(SQLiteFault) in try reader.database.rows(query) } } catch {
      throw FormatError.corruptDatabase(path: reader.path, layer: "", rowsRead: 0, reason: error.message)
    }
  }

  private func read(_ table: GeoPackageReader.Table, where condition: String) throws -> FeatureBatch {
    var features = FeatureBatch()
    var assembler = reader.assembler(for: table, fields: table.fields, options: ReadOptions(), batchSize: .max) { features = $0 }
    let summary = try lock.withLock { _ in
      try reader.readRows(of: table, fields: table.fields, where: condition, into: &assembler)
      return try assembler.finish(crs: table.crs)
    }
    guard summary.refusedCount == 0 else {
      throw FormatError.corruptDatabase(
        path: reader.path, layer: table.name, rowsRead: summary.readCount, reason: "\(summary.refusedCount) rows cannot be read")
    }
    return features
  }
}
