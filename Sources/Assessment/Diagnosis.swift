import Foundation
import GeoFormats
import TextFormats

/// The engine's version.
public let engineVersion = RunRecord.engineVersion

/// What is installed and found where.
public struct Diagnosis: Sendable {
  /// One thing that was looked for.
  public struct Finding: Sendable {
    /// What was looked for.
    public var name: String
    /// Whether it is there.
    public var isThere: Bool
    /// Where, or what to do.
    public var detail: String
    /// Whether nothing works without it.
    public var isNeeded: Bool
  }

  /// The findings.
  public var findings: [Finding]

  /// Whether all that is needed is there.
  public var isHealthy: Bool { findings.allSatisfy { $0.isThere || !$0.isNeeded } }

  /// For people.
  public var text: String {
    (["Rekindle \(engineVersion)"]
      + findings.map { "\($0.isThere ? "ok     " : $0.isNeeded ? "MISSING" : "absent ") \($0.name): \($0.detail)" }).joined(separator: "\n")
  }

  /// For machines.
  public var jsonText: String {
    JSON.object([
      .init("version", .string(engineVersion)),
      .init(
        "findings",
        .array(
          findings.map {
            ["name": .string($0.name), "there": .bool($0.isThere), "detail": .string($0.detail), "needed": .bool($0.isNeeded)]
          })),
    ]).serialized(indent: 2)
  }
}

/// Looks for the data folder and the programs that some formats need, and tries the sandbox in which converters run.
public func diagnosis(dataDir: String?) -> Diagnosis {
  var findings: [Diagnosis.Finding] = []
  do {
    let folder = try DataFolder(option: dataDir)
    findings.append(.init(name: "data folder", isThere: true, detail: "\(folder.home) (found by \(folder.foundBy))", isNeeded: true))
    let templates = FileManager.default.fileExists(atPath: folder.templates + "/report.mustache")
    findings.append(.init(name: "report templates", isThere: templates, detail: folder.templates, isNeeded: true))
  } catch { findings.append(.init(name: "data folder", isThere: false, detail: "\(error)", isNeeded: true)) }
  let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
  let ownPython = (try? DataFolder(option: dataDir)).map { $0.home + "/.venv/bin/python" } ?? ""
  let hasOwnPython = FileManager.default.isExecutableFile(atPath: ownPython)
  if hasOwnPython { findings.append(.init(name: "typst", isThere: true, detail: "\(ownPython), PDF reports", isNeeded: false)) }
  for (program, use, package) in [
    ("ogr2ogr", "Shapefile, GML, OpenStreetMap and other formats", "apt install gdal-bin"),
    ("prlimit", "bounds the converter's memory and time", "apt install util-linux"),
    ("typst", "PDF reports", "pip install typst"),
  ] where !(hasOwnPython && program == "typst") {
    let there = path.first { FileManager.default.isExecutableFile(atPath: $0 + "/" + program) }
    findings.append(
      .init(name: program, isThere: there != nil, detail: there.map { "\($0)/\(program), \(use)" } ?? "\(use); \(package)", isNeeded: false)
    )
  }
  let confinement = Confinement.ofConverters
  findings.append(
    .init(
      name: "sandbox", isThere: confinement.isWorking,
      detail: confinement.isWorking
        ? "\(confinement.detail), tried: a converter sees its input only, and no network"
        : "\(confinement.detail): a converter sees all that you see; apt install bubblewrap, and allow user namespaces", isNeeded: false))
  return Diagnosis(findings: findings)
}
