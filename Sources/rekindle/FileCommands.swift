import ArgumentParser
import Assessment
import Foundation
import GeoFormats
import Publishing

struct IndicatorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "indicators", abstract: "Raw indicators of every building in any file, no study needed.")
  @Argument(help: "FILE or FILE#LAYER.", completion: .file()) var file: String
  @Option(help: "Field that holds the id; default: a field called id, else the feature's number.") var id: String?
  @Option(help: "CRS of a file that does not say it, or the projected CRS a geographic layer is measured in.") var crs: String?
  @Option(help: "csv, geojson, geojsonseq or gpkg.") var format = "csv"
  @Option(name: .shortAndLong, help: "File, or - for standard output.") var output = "-"
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard ["geojson", "geojsonseq", "gpkg", "csv"].contains(format) else {
      throw ValidationError("--format: csv, geojson, geojsonseq or gpkg is expected.")
    }
    guard format != "gpkg" || output != "-" else { throw ValidationError("A GeoPackage cannot go to standard output; give -o FILE.") }
  }

  func run() throws {
    let untouchable = Untouchable(files: [LayerReference(parsing: file).path], data: try? common.folder())
    try untouchable.refuse(output, "-o")
    try untouchable.refuse(common.timings, "--timings")
    let progress = common.makeProgress()
    let options = common.runOptions(progress)
    let measured = try measureFile(file, idField: id, crs: crs, options: options)
    if common.strict, !measured.defectCounts.isEmpty {
      throw AssessmentError(.badInput, "--strict: \(measured.defectLines(1).first ?? "the file has defects")")
    }
    options.stage?("write")
    try export(measured, format: format, to: output, threads: options.threads, existing: common.existing)
    progress.end()
    try progress.writeTimings(to: common.timings, existing: common.existing)
    if !common.quiet {
      printError(
        "\(measured.read) read = \(measured.kept) kept + \(measured.read - measured.kept) refused, measured in \(measured.crsName)")
      for line in measured.defectCounts { printError("  defect \(line)") }
      for note in measured.notes { printError(note) }
      if common.verbose { for line in measured.defectLines(20) { printError("    \(line)") } }
    }
  }
}

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "inspect", abstract: "Layers, counts, CRS, fields and defects of files.")
  @Argument(help: "FILE or FILE#LAYER.", completion: .file()) var files: [String]
  @OptionGroup var common: CommonOptions

  func run() throws {
    let progress = common.makeProgress()
    let options = common.runOptions(progress)
    var failed: (any Error)?
    var texts: [String] = []
    for file in files {
      do {
        let (text, failure) = try inspectionOutput(file, asJSON: common.json, options: options)
        texts.append(text)
        failed = failed ?? failure
      } catch {
        // One file that cannot be read does not hide the others.
        failed = failed ?? error
        printError("Error: \(error)")
      }
    }
    progress.end()
    try common.answer(
      json: files.count > 1 ? "[" + texts.joined(separator: ",\n") + "]" : texts.joined(), text: texts.joined(separator: "\n\n"))
    if let failed { throw ExitCode(exitStatus(of: failed) ?? 70) }
  }
}

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Writes a commented study file, guessing layers and fields from the files given.")
  @Argument(help: "Files or folders with the city's data.", completion: .file()) var files: [String] = []
  @Option(name: .shortAndLong, help: "The study file to write, or - for standard output.") var output = "study.yml"
  @OptionGroup var common: CommonOptions

  func run() throws {
    let folder = try common.folder()
    try Untouchable(files: files.map { LayerReference(parsing: $0).path }, data: folder).refuse(output, "-o")
    if output != "-", !common.force, FileManager.default.fileExists(atPath: output) {
      throw AssessmentError(.cannotWrite, "\(output) exists. Name another file with -o, or add --force to replace it.")
    }
    let target = output == "-" ? "study.yml" : output
    let draft =
      files.isEmpty
      ? StudyDraft(text: try emptyStudy(folder: folder, priceDate: priceDate()), notes: [])
      : try draftStudy(files: files, studyFile: target, folder: folder, priceDate: priceDate(), today: today())
    if output == "-" {
      try Terminal.write(draft.text, terminator: "")
      return
    }
    try writeText(draft.text, to: output, existing: .replaced, head: 0)
    try common.say("Wrote \(output). Look through what was guessed, then: rekindle run \(output)")
    for note in draft.notes { try common.say("  " + note) }
  }

  private func today() -> String {
    let day = Calendar(identifier: .gregorian).dateComponents([.year, .month, .day], from: Date())
    return String(format: "%04d-%02d-%02d", day.year ?? 0, day.month ?? 1, day.day ?? 1)
  }

  /// The first of January of this year: prices and rules are given by year.
  private func priceDate() -> String { "\(Calendar(identifier: .gregorian).component(.year, from: Date()))-01-01" }
}

struct AppraiseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "appraise", abstract: "Any cash flow: NPV, IRR, MIRR, XIRR, debt, funding gap.")
  @Argument(help: "JSON file, or - for standard input.", completion: .file(extensions: ["json"])) var input: String
  @OptionGroup var common: CommonOptions

  func run() throws { try Terminal.write(json: appraise(text: try readInput(input), isIndented: !common.json)) }
}

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Says what is installed, what is found where, and what is missing.")
  @OptionGroup var common: CommonOptions

  func run() throws {
    let report = diagnosis(dataDir: common.dataDir)
    try common.answer(json: report.jsonText, text: report.text)
    if !report.isHealthy { throw ExitCode(FailureKind.neededProgramMissing.rawValue) }
  }
}
