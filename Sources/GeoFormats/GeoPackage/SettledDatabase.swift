internal import Foundation
internal import TextFormats

/// A user's SQLite database in a state that can be read without writing, rolling back, creating or removing anything beside it.
///
/// Most files are read where they stand. One that its writer left in write-ahead mode, or with a log or a journal beside it, is copied with these to a
/// private folder and settled there: SQLite would merge or roll back beside the user's file. A journal that names another file (a super-journal, which
/// SQLite removes after rolling back) is refused.
struct SettledDatabase {
  /// The file to read: the user's own by its real path, or the copy.
  let file: String
  /// What a user should know of how the file was read.
  private(set) var notes: [String] = []
  /// Keeps the copy.
  private let folder: TemporaryFolder?

  /// Whether the file is a private copy.
  var isCopy: Bool { folder != nil }

  /// What the last eight bytes of a journal are when the name of a super-journal stands before them (sqlite.org/fileformat2.html and pager.c).
  private static let journalMagic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]

  /// Settles the database at `path`.
  /// - Parameter isCopied: whether a copy is made in any case.
  /// - Throws: `FormatError` when the file is not there, no regular file, no SQLite database, damaged, in use, or not safe to settle.
  init(_ path: String, format: String, isCopied: Bool = false) throws(FormatError) {
    let mode = try MappedFile(path: path, limit: 100).withBytes { bytes -> Int? in
      guard bytes.count >= 100, bytes.extracting(0..<15).equals("SQLite format 3") else { return nil }
      return Int(max(bytes[18], bytes[19]))
    }
    guard let mode else {
      throw .notOfFormat(path: path, format: format, reason: "it does not start like an SQLite database")
    }
    // SQLite keeps journals beside the file itself, not beside a link to it.
    let main = try realPath(path)
    let log = try Self.sizeOfSide(main + "-wal", path), journal = try Self.sizeOfSide(main + "-journal", path)
    guard isCopied || mode == 2 || log != nil || journal ?? 0 > 0 else {
      (file, folder) = (main, nil)
      return
    }
    let folder = try TemporaryFolder()
    self.folder = folder
    file = try realPath(folder.path) + "/database"
    let sides = (log == nil ? [] : ["-wal"]) + (journal == nil ? [] : ["-journal"])
    let stamps = ([""] + sides).map { FileStamp(of: main + $0) }
    for side in [""] + sides { try Self.copy(main + side, to: file + side, path) }
    guard stamps == ([""] + sides).map({ FileStamp(of: main + $0) }) else {
      throw .refusedDatabase(path: path, reason: "another program is writing to it; close it there and run again")
    }
    if journal ?? 0 > 0 { try Self.checkJournal(file + "-journal", path) }
    do throws(SQLiteFault) {
      let database = try GuardedDatabase(path: file, for: .settling)
      // Rolls back, or merges the log, and leaves the copy in one file.
      let mode = try database.rows("PRAGMA journal_mode = DELETE")
      guard mode.first?.first?.text == "delete" else {
        throw SQLiteFault(status: 1, message: "its write-ahead log cannot be merged")
      }
    } catch {
      throw .notOfFormat(path: path, format: format, reason: error.message)
    }
    let name = (main as NSString).lastPathComponent
    if log ?? 0 > 0 {
      notes.append("\(name): what stands in \(name)-wal and not yet in the file was read, too; the file's hash does not cover it.")
    }
    if journal ?? 0 > 0 {
      notes.append("\(name): its writer left the journal \(name)-journal; what it was writing then is not read if it was not done.")
    }
  }

  /// The size of a file beside the database; `nil` when there is none. Links, pipes and folders are refused: they are no journals of SQLite's.
  private static func sizeOfSide(_ side: String, _ path: String) throws(FormatError) -> Int? {
    var facts = stat()
    guard unsafe lstat(side, &facts) == 0 else { return nil }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw .refusedDatabase(
        path: path, reason: "\((side as NSString).lastPathComponent) beside it is no regular file; remove it if it does not belong there")
    }
    return Int(facts.st_size)
  }

  /// Refuses a journal that names a super-journal.
  private static func checkJournal(_ journal: String, _ path: String) throws(FormatError) {
    let isNamed = try MappedFile(path: journal).withBytes { bytes in
      bytes.count >= 8 && (0..<8).allSatisfy { bytes[bytes.count - 8 + $0] == journalMagic[$0] }
    }
    guard !isNamed else {
      throw .refusedDatabase(
        path: path,
        reason:
          "its journal names another file (a super-journal); open the database once with the program that wrote it, or restore it from its source"
      )
    }
  }

  private static func copy(_ source: String, to target: String, _ path: String) throws(FormatError) {
    let from = try openRegularFile(source)
    defer { close(from) }
    let to = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard to >= 0 else { throw .cannotWrite(path: target, reason: systemErrorText()) }
    defer { close(to) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe read(from, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadableFile(path: path, reason: systemErrorText()) }
      if count == 0 { return }
      var done = 0
      while done < count {
        let n = unsafe buffer.withUnsafeBytes { unsafe write(to, $0.baseAddress! + done, count - done) }
        if n < 0, errno == EINTR { continue }
        guard n >= 0 else { throw .cannotWrite(path: target, reason: systemErrorText()) }
        done += n
      }
    }
  }
}

// MARK: For the converter

extension SettledDatabase {
  /// Modules of virtual tables that read nothing but their own database: SpatiaLite's; those of SQLite itself are known to it.
  private static let harmlessModules: Set<String> = [
    "virtualspatialindex", "virtualelementary", "virtualknn", "virtualknn2", "rtree", "rtree_i32", "geopoly", "fts3", "fts4", "fts5",
  ]

  /// A private copy in which a converter finds tables only, whose SQLite may know functions and virtual tables that read files.
  ///
  /// Each table and each view is compiled by the engine's own SQLite, which knows none such. A virtual table of a module that it does not know, or a
  /// table that calls for an unknown function, refuses the file; such views are left out of the copy, and so are those that read virtual tables or
  /// recurse.
  init(forConverter path: String) throws(FormatError) {
    try self.init(path, format: "SQLite", isCopied: true)
    do throws(SQLiteFault) {
      let database = try GuardedDatabase(path: file, for: .settling)
      // Columns: schema, name, type.
      let entries = try database.rows("PRAGMA table_list")
      var left: [String] = []
      for entry in entries where entry[0].text == "main" {
        guard let name = entry[1].text, let kind = entry[2].text else { continue }
        let query = "SELECT * FROM \(name.quotedIdentifier)"
        do throws(SQLiteFault) {
          if try database.readsVirtualTable(query), kind == "view" { left.append(name) }
        } catch {
          switch kind {
          case "view": left.append(name)
          case "virtual":
            let module = error.message.split(separator: ": ").last.map { $0.lowercased() } ?? ""
            guard error.message.hasPrefix("no such module: "), Self.harmlessModules.contains(module) else {
              throw SQLiteFault(status: error.status, message: "its virtual table “\(name)” is not read (\(error.message))")
            }
          default: throw SQLiteFault(status: error.status, message: "its table “\(name)” cannot be read (\(error.message))")
          }
        }
      }
      for name in left { _ = try database.rows("DROP VIEW \(name.quotedIdentifier)") }
      if !left.isEmpty {
        notes.append(
          "\((path as NSString).lastPathComponent): views that need more than SQLite itself are not read: \(left.sorted().prefix(12).joined(separator: ", "))\(left.count > 12 ? " and \(left.count - 12) more" : ".")"
        )
      }
    } catch {
      throw .refusedDatabase(
        path: path, reason: "\(error.message); only tables with rows of their own are read: copy what is wanted into a GeoPackage")
    }
  }
}
