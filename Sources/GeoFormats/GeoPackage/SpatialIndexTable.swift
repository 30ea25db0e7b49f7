internal import GRDB

/// The R-tree extension of a layer (OGC 12-128r17, annex F.3) with the triggers of version 1.3, which keep the index right when the file is edited.
///
/// The triggers are those of the version that the file declares, to the word: programs that know this version find them by name when they rename a
/// layer, drop a column or disable the index, and would leave those of 1.4 (`update5` to `update7`) behind.
struct SpatialIndexTable {
  let layer: String
  let key: String
  let geometry: String

  private var name: String { "rtree_\(layer)_\(geometry)" }

  /// Makes the index, its triggers and its entry among the extensions; gives the roots of its tables when there is something to index.
  func create(isEmpty: Bool, _ db: Database) throws -> PackedRTree.Roots? {
    try db.execute(sql: "CREATE VIRTUAL TABLE \(name.quotedIdentifier) USING rtree(id, minx, maxx, miny, maxy)")
    var roots: PackedRTree.Roots?
    if !isEmpty {
      // The module begins with an empty root node, which the packed tree replaces.
      try db.execute(sql: "DELETE FROM \((name + "_node").quotedIdentifier)")
      func root(_ part: String) throws -> UInt32 { try GeoPackageWriter.root(of: name + part, db) }
      roots = try PackedRTree.Roots(node: root("_node"), parent: root("_parent"), rowid: root("_rowid"))
    }
    try db.execute(
      sql:
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
      arguments: [layer, geometry])
    for trigger in triggers { try db.execute(sql: trigger) }
    return roots
  }

  /// The statements that make the triggers.
  private var triggers: [String] {
    let r = name.quotedIdentifier, t = layer.quotedIdentifier, c = geometry.quotedIdentifier, i = key.quotedIdentifier
    let isFilled = "(NEW.\(c) NOTNULL AND NOT ST_IsEmpty(NEW.\(c)))", isEmpty = "(NEW.\(c) ISNULL OR ST_IsEmpty(NEW.\(c)))"
    let remove = "DELETE FROM \(r) WHERE id = OLD.\(i);"
    let put = """
      INSERT OR REPLACE INTO \(r) VALUES (
          NEW.\(i),
          ST_MinX(NEW.\(c)), ST_MaxX(NEW.\(c)),
          ST_MinY(NEW.\(c)), ST_MaxY(NEW.\(c))
        );
      """
    func trigger(_ suffix: String, _ event: String, _ condition: String, _ actions: String...) -> String {
      """
      CREATE TRIGGER \("\(name)_\(suffix)".quotedIdentifier) AFTER \(event) ON \(t)
        WHEN \(condition)
      BEGIN
        \(actions.joined(separator: "\n  "))
      END
      """
    }
    return [
      trigger("insert", "INSERT", "(new.\(c) NOT NULL AND NOT ST_IsEmpty(NEW.\(c)))", put),
      trigger("update1", "UPDATE OF \(c)", "OLD.\(i) = NEW.\(i) AND\n       \(isFilled)", put),
      trigger("update2", "UPDATE OF \(c)", "OLD.\(i) = NEW.\(i) AND\n       \(isEmpty)", remove),
      trigger("update3", "UPDATE", "OLD.\(i) != NEW.\(i) AND\n       \(isFilled)", remove, put),
      trigger("update4", "UPDATE", "OLD.\(i) != NEW.\(i) AND\n       \(isEmpty)", "DELETE FROM \(r) WHERE id IN (OLD.\(i), NEW.\(i));"),
      trigger("delete", "DELETE", "old.\(c) NOT NULL", remove),
    ]
  }
}
