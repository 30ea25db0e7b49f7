import Assessment
import Foundation
import GeoFormats
import Glibc

/// From which study file the results of an output folder came, noted beside it in `<out>.private/study`.
///
/// Two studies may have the same id; a path tells them apart, and a path is nobody's business in a folder that is handed out. It is relative to
/// the output folder, so that a project that is moved or copied as a whole stays itself.
enum StudyOrigin {
  /// Refuses an output folder that belongs to another study file of the same id which is still there.
  /// - Throws: `OutputError`.
  static func check(_ out: String, belongsTo study: Study) throws(OutputError) {
    guard FileEntry(out) != nil, let noted = try? String(decoding: bytes(ofFile: place(out)), as: UTF8.self), !noted.isEmpty else { return }
    let old = URL(fileURLWithPath: noted, relativeTo: URL(fileURLWithPath: out, isDirectory: true)).standardizedFileURL.path
    let new = realPath(ofOutput: study.file)
    guard old != new, FileManager.default.fileExists(atPath: old) else { return }
    throw OutputError(
      "\(out) holds the results of \(old), a study with the same id \"\(study.id)\"; nothing is replaced. Give one of them another id, or name another folder with --out."
    )
  }

  /// Notes whose results stand in an output folder.
  static func note(_ out: String, of study: Study) throws(OutputError) {
    let path = place(out)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST, FileEntry(folder)?.isFolder == true else {
      throw OutputError("Cannot make the folder \(folder): \(FileEntry(folder) == nil ? "no permission" : "something else stands there").")
    }
    do { try Data(relative(realPath(ofOutput: study.file), to: out).utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw OutputError("Cannot write \(path): \(error.localizedDescription)")
    }
  }

  private static func place(_ out: String) -> String { out + ".private/study" }

  /// The way from a folder to a file, e.g. `../../town/study.yml`.
  private static func relative(_ file: String, to folder: String) -> String {
    let from = URL(fileURLWithPath: folder).standardizedFileURL.pathComponents, to = URL(fileURLWithPath: file).pathComponents
    let shared = zip(from, to).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: from.count - shared) + to[shared...]).joined(separator: "/")
  }
}
