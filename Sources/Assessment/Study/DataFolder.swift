import Foundation

/// Where the shipped data and templates lie.
public struct DataFolder: Sendable {
  /// The folder that holds `GeoData` and `Reports`.
  public var home: String
  /// How it was found, for `doctor`.
  public var foundBy: String

  /// The shipped tables, profiles and studies.
  public var geoData: String { home + "/GeoData" }
  /// The report templates, style sheet and catalogues.
  public var templates: String { home + "/Reports/templates" }
  /// Where results go unless told otherwise: `Reports` under the current directory when it is the repository, else there.
  public var reports: String { home + "/Reports" }

  /// Finds the folder: `--data-dir`, `REKINDLE_HOME`, beside the executable (`../share/rekindle`), then the repository the
  /// executable was built in, then the current directory and its parents.
  /// - Throws: `AssessmentError` (missing input) that lists where it looked.
  public init(option: String? = nil, environment: [String: String]? = nil) throws {
    let environment = environment ?? ProcessInfo.processInfo.environment
    func holds(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/GeoData/profiles") }
    var tried: [String] = []
    func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
    if let option {
      guard holds(absolute(option)) else {
        throw AssessmentError(
          .missingInput, "--data-dir \(option): no GeoData/profiles in it. Name the folder that holds GeoData and Reports.")
      }
      (home, foundBy) = (absolute(option), "--data-dir")
      return
    }
    if let variable = environment["REKINDLE_HOME"], !variable.isEmpty {
      guard holds(absolute(variable)) else {
        throw AssessmentError(.missingInput, "REKINDLE_HOME is \(variable), but no GeoData/profiles is in it.")
      }
      (home, foundBy) = (absolute(variable), "REKINDLE_HOME")
      return
    }
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    var candidates = [(executable.appendingPathComponent("../share/rekindle").standardizedFileURL.path, "beside the executable")]
    var folder = executable
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      candidates.append((folder.path, "the repository of the executable"))
    }
    folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    while true {
      candidates.append((folder.path, "the current directory"))
      if folder.path == "/" { break }
      folder.deleteLastPathComponent()
    }
    for (path, how) in candidates {
      if holds(path) {
        (home, foundBy) = (path, how)
        return
      }
      tried.append(path)
    }
    throw AssessmentError(
      .missingInput,
      "No GeoData folder found (looked in \(tried.prefix(3).joined(separator: ", ")) …). Set REKINDLE_HOME or give --data-dir.")
  }
}
