internal import Glibc

/// Why a file or layer cannot be read or written. What is wrong with single records is a `Defect` instead.
public enum FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Which exit status the failure leads to.
  public enum Kind: Sendable {
    /// The file or layer is not there (66).
    case missingInput
    /// The file is there and cannot be understood (65).
    case badInput
    /// A program that the format needs is not installed (69).
    case neededProgramMissing
    /// The output cannot be written (73).
    case cannotWrite
  }

  /// No file stands at the path.
  case fileNotFound(path: String)
  /// The operating system refuses to give the bytes.
  case unreadableFile(path: String, reason: String)
  /// The name would mean something else to a converter than a file.
  case refusedName(path: String, reason: String)
  /// The database could reach beyond itself, or cannot be read without touching what lies beside it.
  case refusedDatabase(path: String, reason: String)
  /// Neither name nor content tell a format that the engine reads.
  case unknownFormat(path: String)
  /// The file is not what its name says.
  case notOfFormat(path: String, format: String, reason: String)
  /// The file has no layer of that name.
  case layerNotFound(path: String, layer: String, available: [String])
  /// A table has no field of the name that is to hold its positions.
  case fieldNotFound(path: String, field: String, available: [String])
  /// An encoding that is not known.
  case unknownEncoding(path: String, name: String)
  /// The row that is to name the fields is not there.
  case headerNotFound(path: String, row: Int, rows: Int)
  /// The file has several layers and none was named.
  case layerNotNamed(path: String, available: [String])
  /// The text breaks the rules of its format.
  case syntax(path: String, format: String, byte: Int, line: Int, reason: String)
  /// The layer does not fit the memory limit or the limits of a column.
  case tooLarge(path: String, layer: String, what: String, limit: Int)
  /// The database's pages contradict each other.
  case corruptDatabase(path: String, layer: String, rowsRead: Int, reason: String)
  /// The format needs a program that is not installed.
  case neededProgramMissing(name: String, aptPackage: String, path: String)
  /// The converter gave up.
  case converterFailed(path: String, reason: String)
  /// The converter used up its time.
  case converterTimedOut(path: String, seconds: Int)
  /// The output cannot be written.
  case cannotWrite(path: String, reason: String)
  /// Something else stands where the output is to be written.
  case notReplaced(path: String)

  /// Which exit status the failure leads to.
  public var kind: Kind {
    switch self {
    case .fileNotFound, .unreadableFile, .layerNotFound: .missingInput
    case .refusedName, .refusedDatabase, .unknownFormat, .notOfFormat, .layerNotNamed, .fieldNotFound, .unknownEncoding, .headerNotFound,
      .syntax, .tooLarge, .corruptDatabase,
      .converterFailed,
      .converterTimedOut:
      .badInput
    case .neededProgramMissing: .neededProgramMissing
    case .cannotWrite, .notReplaced: .cannotWrite
    }
  }

  /// What was done, what was found, where, and what to do.
  public var description: String {
    switch self {
    case .fileNotFound(let path):
      "Reading \(path): there is no such file. Check the path; in a study it is relative to the study file."
    case .unreadableFile(let path, let reason):
      "Reading \(path): \(reason). Check the file and its permissions."
    case .refusedName(let path, let reason):
      "Reading \(printable(path)): the name is refused because \(reason). Rename the file."
    case .refusedDatabase(let path, let reason):
      "Reading \(path): the database is refused because \(printable(reason))."
    case .unknownFormat(let path):
      "Reading \(path): the format is not known. Use GeoPackage, GeoJSON, GeoJSONSeq, CSV, Shapefile, GML, OSM PBF, FlatGeobuf, KML, XLSX or "
        + "another format of the list in the README, with its usual extension."
    case .notOfFormat(let path, let format, let reason):
      "Reading \(path) as \(format): \(reason). Check that the file is whole and of this format."
    case .layerNotFound(let path, let layer, let available):
      "Reading \(path): it has no layer “\(printable(layer))”. "
        + (available.isEmpty ? "It has no layers at all." : "It has \(list(available)).")
    case .layerNotNamed(let path, let available):
      "Reading \(path): it has \(available.count) layers. Name one, for example \(path)#\(available.first ?? ""): \(list(available))."
    case .fieldNotFound(let path, let field, let available):
      "Reading \(path): it has no field “\(printable(field))” for the positions. It has \(list(available)). Correct `geometry`."
    case .unknownEncoding(let path, let name):
      "Reading \(path): “\(printable(name))” is no encoding that is known. Use UTF-8, CP1250, CP1252, CP1257, ISO-8859-2 or another name that `iconv -l` prints."
    case .headerNotFound(let path, let row, let rows):
      "Reading \(path): row \(row) is to name the fields, and the file has \(rows) rows with text. Correct `rows.header`."
    case .syntax(let path, let format, let byte, let line, let reason):
      "Reading \(path) as \(format), line \(line), byte \(byte): \(reason). Correct the file at this place."
    case .tooLarge(let path, let layer, let what, let limit):
      "Reading layer \(printable(layer)) of \(path): \(what) would pass the limit of \(limit). Cut the layer, or raise --max-memory where memory is the limit."
    case .corruptDatabase(let path, let layer, let rows, let reason):
      "Reading layer \(printable(layer)) of \(path), after \(rows) rows: the database is damaged (\(reason)). Restore the file from its source."
    case .neededProgramMissing(let name, let package, let path):
      "Reading \(path): this format needs the program \(name). Install it, for example with apt-get install \(package)."
    case .converterFailed(let path, let reason):
      "Reading \(path) through ogr2ogr: \(reason). Check that the file is whole, or convert it to GeoPackage yourself."
    case .converterTimedOut(let path, let seconds):
      "Reading \(path) through ogr2ogr: not done after \(seconds) s. Convert it to GeoPackage yourself and name that."
    case .cannotWrite(let path, let reason):
      "Writing \(path): \(reason). Check the folder, its permissions and the free space."
    case .notReplaced(let path):
      "Writing \(path): a file stands there that this command did not write, and it is left as it is. Name another file, or add --force to replace it."
    }
  }

  private func list(_ names: [String]) -> String {
    let shown = names.prefix(12).map { "“\(printable($0))”" }.joined(separator: ", ")
    return names.count > 12 ? shown + " and \(names.count - 12) more" : shown
  }

  private func printable(_ text: String) -> String {
    String(text.unicodeScalars.prefix(200).map { $0.value < 32 || $0.value == 127 ? "�" : Character($0) })
  }
}

/// The text of the operating system's last error.
func systemErrorText(_ number: Int32 = errno) -> String {
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return unsafe String(cString: text)
}
