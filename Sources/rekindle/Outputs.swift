import Assessment
import Foundation
import GeoFormats

/// Files and folders that no option may name as an output, whatever they hold and even with `--force`: what is read, and what was stored.
struct Untouchable {
  private var files: [String]
  private var folders: [String]

  /// - Parameters:
  ///   - files: files that are read, and folders that are read as one data set; `-` is none.
  ///   - store: the output folder of a study.
  ///   - data: the engine's own tables and templates.
  init(files: [String], store: String? = nil, data: DataFolder? = nil) {
    self.files = files.filter { $0 != "-" }
    folders = [store, store.map { $0 + ".private" }, data?.geoData, data?.templates].compactMap(\.self)
  }

  /// What a study reads and has written.
  init(of study: Study, store: String, data: DataFolder) {
    let layers = Array(study.layers.values) + study.constraints.map(\.layer)
    let profile = URL(fileURLWithPath: study.file).deletingLastPathComponent().appendingPathComponent(study.profile).path
    self.init(
      files: [study.file, profile] + [study.assumptions].compactMap(\.self) + layers.map(\.reference.path), store: store, data: data)
  }

  /// Refuses an output that is one of these, by whatever name it is called.
  /// - Parameter option: how the user named it, for the message.
  /// - Throws: `AssessmentError` (73).
  func refuse(_ output: String?, _ option: String) throws {
    guard let output, output != "-" else { return }
    func fail(_ what: String) -> AssessmentError {
      AssessmentError(.cannotWrite, "\(option) \(output): this is \(what), and it is left as it is. Name another file.")
    }
    let place = realPath(ofOutput: output)
    for file in files {
      let own = realPath(ofOutput: file)
      if isSame(place, own) { throw fail("a file that is read") }
      if place.hasPrefix(own + "/") { throw fail("a file within \(file), which is read") }
      // What a database or a data set of several files keeps beside its main file belongs to it.
      let stem = (own as NSString).deletingPathExtension, ending = (own as NSString).pathExtension.lowercased()
      let isSibling =
        ["-wal", "-shm", "-journal"].contains { place == own + $0 }
        || ["shp", "dbf", "tab", "mif", "gml"].contains(ending) && place.hasPrefix(stem + ".")
          && !place.dropFirst(stem.count + 1).contains("/")
      if isSibling { throw fail("a file that belongs to \(file), which is read") }
    }
    guard FileManager.default.fileExists(atPath: place) else { return }
    for folder in folders where place.hasPrefix(realPath(ofOutput: folder) + "/") { throw fail("a file of \(folder)") }
  }

  /// Whether two paths are one file, by a second name (hard link), too.
  private func isSame(_ a: String, _ b: String) -> Bool {
    if a == b { return true }
    var one = stat(), other = stat()
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_ino == other.st_ino && one.st_dev == other.st_dev
  }
}
