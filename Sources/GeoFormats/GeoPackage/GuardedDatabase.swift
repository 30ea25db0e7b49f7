internal import CSQLite

/// What SQLite says is wrong.
struct SQLiteFault: Error {
  var status: Int32
  var message: String
}

/// A connection to an SQLite database that somebody else made, opened so that nothing in the database reaches beyond it.
///
/// SQLite is defensive, trusts no schema, loads no extensions and fires no triggers; an authorizer lets it read, ask for the shape of tables and call
/// functions, and refuses all else: no other file is attached, nothing is created, no view recurses. One thread at a time uses a connection.
@safe
final class GuardedDatabase {
  /// What may be done.
  enum Purpose {
    /// Reading; the file is opened read-only.
    case reading
    /// Reading by window: as `reading`, and an R-tree may be asked. It compiles statements that write as soon as it is looked at; none can run.
    case windows
    /// Bringing a private copy into a state that can be read: rolling back, merging the write-ahead log, removing views.
    case settling
  }

  /// A value of a row, without the bytes of blobs.
  enum Value {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob

    /// The text; `nil` for a value of another kind: in a damaged file anything may stand anywhere.
    var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The whole number; `nil` for a value of another kind.
    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  }

  private let connection: OpaquePointer
  private let purpose: Purpose
  /// Whether a query was refused because it recurses.
  private(set) var hasRefusedRecursion = false
  private var stepsLeft = 0

  /// SQLite calls back after so many steps of its virtual machine.
  private static let stepsBetween: Int32 = 65_536

  /// Opens the database file at an absolute path without symbolic links.
  init(path: String, for purpose: Purpose = .reading) throws(SQLiteFault) {
    self.purpose = purpose
    var opened: OpaquePointer?
    let access = purpose == .settling ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
    let status = unsafe sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nil)
    guard status == SQLITE_OK, let opened = unsafe opened else {
      let fault = unsafe Self.fault(status, opened)
      unsafe sqlite3_close_v2(opened)
      throw fault
    }
    unsafe connection = unsafe opened
    guard sqlite3_libversion_number() >= 3_037_000, unsafe rekindle_sqlite_defend(opened) == 0 else {
      throw SQLiteFault(status: SQLITE_MISUSE, message: "the SQLite library is too old: 3.37 or later is needed")
    }
    unsafe sqlite3_busy_timeout(opened, 5_000)
    unsafe sqlite3_set_authorizer(
      opened,
      { context, action, first, second, _, _ in
        guard let context = unsafe context else { return SQLITE_DENY }
        let database = unsafe Unmanaged<GuardedDatabase>.fromOpaque(context).takeUnretainedValue()
        return unsafe database.answer(action, first, second)
      }, Unmanaged.passUnretained(self).toOpaque())
    // Of pages that it maps instead of copying, SQLite takes values that run over the end of a damaged page from what lies behind it.
    _ = try rows("PRAGMA mmap_size = 0")
  }

  deinit { unsafe sqlite3_close_v2(connection) }

  private static let pragmas: Set<String> = ["mmap_size", "table_xinfo", "table_list", "index_list"]
  /// What SQLite's own virtual tables ask when they are looked at, and what settles a copy.
  private static let settlingPragmas: Set<String> = ["journal_mode", "page_size", "data_version"]

  private func answer(_ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?) -> Int32 {
    func name(_ text: UnsafePointer<CChar>?) -> String { unsafe text.map { unsafe String(cString: $0).lowercased() } ?? "" }
    switch action {
    case SQLITE_SELECT, SQLITE_READ, SQLITE_TRANSACTION: return SQLITE_OK
    case SQLITE_FUNCTION: return unsafe name(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK
    case SQLITE_PRAGMA:
      let pragma = unsafe name(first)
      return Self.pragmas.contains(pragma) || purpose != .reading && Self.settlingPragmas.contains(pragma) ? SQLITE_OK : SQLITE_DENY
    // Dropping a view deletes from the schema; SQLite's own virtual tables compile statements that write as soon as they are looked at.
    case SQLITE_DROP_VIEW: return purpose == .settling ? SQLITE_OK : SQLITE_DENY
    case SQLITE_DELETE, SQLITE_UPDATE, SQLITE_INSERT: return purpose == .reading ? SQLITE_DENY : SQLITE_OK
    case SQLITE_RECURSIVE:
      hasRefusedRecursion = true
      return SQLITE_DENY
    default: return SQLITE_DENY
    }
  }

  private static func fault(_ status: Int32, _ connection: OpaquePointer?) -> SQLiteFault {
    guard let connection = unsafe connection, let text = unsafe sqlite3_errmsg(connection) else {
      return SQLiteFault(status: status, message: "SQLite status \(status)")
    }
    return SQLiteFault(status: status, message: unsafe String(cString: text))
  }

  /// What SQLite said last.
  func fault(_ status: Int32) -> SQLiteFault { unsafe Self.fault(status, connection) }

  /// Runs `body` with a compiled statement.
  func withStatement<Result>(_ sql: String, _ body: (OpaquePointer) throws -> Result) throws -> Result {
    let statement = try unsafe compile(sql)
    defer { unsafe sqlite3_finalize(statement) }
    return try unsafe body(statement)
  }

  private func compile(_ sql: String) throws(SQLiteFault) -> OpaquePointer {
    var compiled: OpaquePointer?
    let status = unsafe sqlite3_prepare_v2(connection, sql, -1, &compiled, nil)
    guard status == SQLITE_OK, let statement = unsafe compiled else {
      throw status == SQLITE_OK ? SQLiteFault(status: SQLITE_MISUSE, message: "no statement") : fault(status)
    }
    return unsafe statement
  }

  /// All rows of a query. O(rows).
  func rows(_ sql: String) throws(SQLiteFault) -> [[Value]] {
    let statement = try unsafe compile(sql)
    defer { unsafe sqlite3_finalize(statement) }
    var rows: [[Value]] = []
    while true {
      let status = unsafe sqlite3_step(statement)
      if status == SQLITE_DONE { return rows }
      guard status == SQLITE_ROW else { throw fault(status) }
      rows.append((0..<(unsafe sqlite3_column_count(statement))).map { unsafe Self.value(statement, $0) })
    }
  }

  private static func value(_ statement: OpaquePointer, _ column: Int32) -> Value {
    switch unsafe sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(statement, column))
    case SQLITE_FLOAT: return .real(unsafe sqlite3_column_double(statement, column))
    case SQLITE_TEXT:
      let count = Int(unsafe sqlite3_column_bytes(statement, column))
      return .text(
        unsafe String(decoding: UnsafeBufferPointer(start: sqlite3_column_text(statement, column), count: count), as: UTF8.self))
    case SQLITE_BLOB: return .blob
    default: return .null
    }
  }

  /// Whether a query takes rows from a virtual table, whatever views stand between.
  func readsVirtualTable(_ sql: String) throws(SQLiteFault) -> Bool {
    try rows("EXPLAIN " + sql).contains { $0.count > 1 && $0[1].text == "VOpen" }
  }

  /// Runs queries in `body` that together may take so many steps of SQLite's virtual machine; beyond, they end with `SQLITE_INTERRUPT`.
  ///
  /// Steps and not seconds, so that the same file is read or refused on every machine.
  func withinSteps<Result, Failure: Error>(_ limit: Int, _ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    stepsLeft = limit
    unsafe sqlite3_progress_handler(
      connection, min(Self.stepsBetween, Int32(clamping: limit)),
      { context in
        guard let context = unsafe context else { return 1 }
        let database = unsafe Unmanaged<GuardedDatabase>.fromOpaque(context).takeUnretainedValue()
        database.stepsLeft -= Int(GuardedDatabase.stepsBetween)
        return database.stepsLeft < 0 ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
    defer { unsafe sqlite3_progress_handler(connection, 0, nil, nil) }
    return try body()
  }
}

extension String {
  /// The name as an SQL identifier: in double quotes, with those inside doubled.
  var quotedIdentifier: String { "\"\(replacing("\"", with: "\"\""))\"" }
  /// The text as an SQL literal: in single quotes, with those inside doubled.
  var quotedLiteral: String { "'\(replacing("'", with: "''"))'" }
}
