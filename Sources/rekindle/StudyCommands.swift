import ArgumentParser
import Assessment
import Foundation
import Publishing

/// The study file and where its results go.
struct StudyArguments: ParsableArguments {
  @Argument(help: "Study file (YAML).", completion: .file(extensions: ["yml", "yaml"])) var study: String
  @Option(help: "Output folder; default Reports/<study>/.", completion: .directory) var out: String?

  func outputPath(_ study: Study, _ folder: DataFolder) -> String {
    if let out { return out }
    // In the repository results go beside the templates; elsewhere to Reports/ where the user stands.
    let here = FileManager.default.currentDirectoryPath
    return (here == folder.home || here.hasPrefix(folder.home + "/") ? folder.reports : here + "/Reports") + "/" + study.id
  }
}

private func lastChange(_ study: Study) -> String { "\(study.priceDate)T00:00:00.000Z" }

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "The whole job: read, measure, score, concepts, reports, exports.")
  @OptionGroup var arguments: StudyArguments
  @OptionGroup var common: CommonOptions
  @Option(help: "How many sites get a report; default from the study.") var top: Int?
  @Option(help: "html, pdf, xlsx, separated by commas; default from the study.") var formats: String?

  func validate() throws {
    if let top, top < 0 { throw ValidationError("--top: a count, not below 0, is expected.") }
    for format in chosenFormats ?? [] where !["html", "pdf", "xlsx"].contains(format) {
      throw ValidationError("--formats \(format): html, pdf and xlsx can be written.")
    }
  }

  private var chosenFormats: [String]? { formats?.split(separator: ",").map(String.init) }

  func run() throws { try runStudy(arguments, common, isBatch: false, top: top, formats: chosenFormats) }
}

struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "The batch job: read, measure, score, export; no reports.")
  @OptionGroup var arguments: StudyArguments
  @Flag(inversion: .prefixedNo, help: "Whether sites.geojson is written; sites.gpkg holds the same, and export makes it later.")
  var geojson = true
  @OptionGroup var common: CommonOptions

  func run() throws { try runStudy(arguments, common, isBatch: true, top: 0, hasGeoJSON: geojson) }
}

private func runStudy(
  _ arguments: StudyArguments, _ common: CommonOptions, isBatch: Bool, top: Int?, formats: [String]? = nil, hasGeoJSON: Bool = true
)
  throws
{
  let folder = try common.folder()
  let study = try Study(file: arguments.study)
  let register = try AssumptionRegister(folder: folder, studyFile: study.assumptions)
  let out = arguments.outputPath(study, folder)
  try Untouchable(of: study, store: out, data: folder).refuse(common.timings, "--timings")
  let progress = common.makeProgress()
  let options = common.runOptions(progress)
  let scored = try score(study, folder: folder, register: register, options: options)
  if common.strict, scored.record.defects.contains(where: { $0.count > 0 }) {
    throw AssessmentError(.badInput, "--strict: the data have defects.")
  }
  options.stage?("write")
  var publishing = PublishOptions(
    top: top ?? study.report.top, formats: formats ?? study.report.formats, languages: study.report.languages, isBatch: isBatch,
    progress: { progress.update($0, $1, $2) })
  publishing.hasGeoJSON = hasGeoJSON
  publishing.followsLink = arguments.out != nil
  publishing.threads = options.threads
  let record = try publish(scored, register: register, data: folder, to: out, options: publishing, lastChange: lastChange(study))
  progress.end()
  try progress.writeTimings(to: common.timings, existing: common.existing)
  if common.json { try Terminal.write(json: record.jsonText) }
  try common.say(summary(record, scored, verbose: common.verbose))
  try common.say("")
  if isBatch {
    try common.say("Results: \(out)/ranking.csv, \(hasGeoJSON ? "sites.geojson, " : "")sites.gpkg")
  } else {
    try common.say("Open \(out)/index.html")
    for path in record.outputs.map(\.path).filter({ $0.hasPrefix("sites/") && ($0.hasSuffix("report.html") || $0.hasSuffix("report.pdf")) })
      .prefix(12)
    { try common.say("     \(out)/\(path)") }
  }
}

private func summary(_ record: RunRecord, _ scored: ScoredStudy, verbose: Bool) -> String {
  var lines: [String] = []
  for input in record.inputs {
    lines.append("\(input.layer): \(input.read) read = \(input.kept) kept + \(input.refused) refused  (\(input.path))")
  }
  let counts = record.counts
  lines.append(
    "\(counts.buildings) buildings = \(counts.excluded) excluded + \(counts.scored) scored; \(counts.candidates) candidates, \(counts.reported) reported"
  )
  for exclusion in record.exclusions { lines.append("  excluded \(exclusion.reason): \(exclusion.count)") }
  for defect in record.defects { lines.append("  defect \(defect.code): \(defect.count)") }
  if verbose { lines += firstDefects(scored) }
  for note in record.notes { lines.append(note.english) }
  return lines.joined(separator: "\n")
}

private func firstDefects(_ scored: ScoredStudy) -> [String] { scored.defectLines(20).map { "    " + $0 } }

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Concepts and reports for chosen sites of a study that was scored.")
  @OptionGroup var arguments: StudyArguments
  @Argument(help: "Ids of the sites.") var sites: [String] = []
  @Option(help: "The best N sites instead of, or beside, those named.") var top: Int?
  @Option(help: "What-if: an assumption's value, e.g. --set cost.full.complete=2100. Repeatable.") var set: [String] = []
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard !sites.isEmpty || (top ?? 0) > 0 else { throw ValidationError("Name at least one site, or give --top N.") }
  }

  func run() throws {
    let folder = try common.folder()
    let study = try Study(file: arguments.study)
    var register = try AssumptionRegister(folder: folder, studyFile: study.assumptions)
    for change in set {
      let parts = change.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let value = Double(parts[1]), value.isFinite else {
        throw ValidationError("--set \(change): ID=NUMBER is expected.")
      }
      try register.set(String(parts[0]), to: value)
    }
    let out = arguments.outputPath(study, folder)
    let portfolio = try Portfolio(store: out, sites: sites, top: top ?? 0, study: study, folder: folder, register: register)
    let progress = common.makeProgress()
    let written = try publishSites(
      sites, top: top ?? 0, of: portfolio, data: folder, into: out,
      options: PublishOptions(
        top: 0, formats: study.report.formats, languages: study.report.languages, isBatch: false, progress: { progress.update($0, $1, $2) }),
      isWhatIf: !set.isEmpty)
    progress.end()
    if common.json { try Terminal.write(json: written.jsonText) } else { for path in written.paths { try common.say(path) } }
  }
}

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "What was scored, for other tools.",
    discussion: """
      All columns of a hundred thousand sites are half a gigabyte of GeoJSON. A web map needs few:
        rekindle export study.yml --columns ranking,ind_walk_* -o sites.geojson
      sites.schema.json in the output folder says what each column is.
      """)
  @OptionGroup var arguments: StudyArguments
  @Option(help: "geojson, geojsonseq, gpkg or csv.") var format = "geojson"
  @Option(help: "Ids of the sites, separated by commas; all when left out.") var sites: String?
  @Option(
    help: "Columns, separated by commas; * stands for any characters, ranking for the columns of ranking.csv. Default: all of the contract."
  )
  var columns: String?
  @Option(help: "CRS of the positions; default WGS 84 for GeoJSON, the working CRS else.") var crs: String?
  @Option(name: .shortAndLong, help: "File, or - for standard output.") var output = "-"
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard ["geojson", "geojsonseq", "gpkg", "csv"].contains(format) else {
      throw ValidationError("--format: geojson, geojsonseq, gpkg or csv is expected.")
    }
    guard format != "gpkg" || output != "-" else { throw ValidationError("A GeoPackage cannot go to standard output; give -o FILE.") }
    guard !(format.hasPrefix("geojson") && crs != nil && crs != "EPSG:4326" && crs != "OGC:CRS84") else {
      throw ValidationError("GeoJSON is always WGS 84 (RFC 7946); use gpkg or csv for another CRS.")
    }
  }

  func run() throws {
    let folder = try common.folder()
    let study = try Study(file: arguments.study)
    let out = arguments.outputPath(study, folder)
    let untouchable = Untouchable(of: study, store: out, data: folder)
    try untouchable.refuse(output, "-o")
    try untouchable.refuse(common.timings, "--timings")
    let progress = common.makeProgress()
    var options = ExportOptions()
    options.existing = common.existing
    options.format = format
    options.sites = names(sites)
    options.columns = names(columns)
    options.crs = crs
    options.lastChange = lastChange(study)
    options.threads = common.runOptions(progress).threads
    options.styles = format == "gpkg" ? try layerStyles(templates: folder.templates) : [:]
    options.progress = { progress.update("export", $0, $1) }
    let store = try StudyStore(out, study: study, folder: folder)
    try export(store, to: output, options: options)
    progress.end()
    try progress.writeTimings(to: common.timings, existing: common.existing)
    if output != "-" { try common.say("Wrote \(output)") }
  }

  private func names(_ list: String?) -> [String]? { list?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
}

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "explain", abstract: "Why this score and rank, and what to find out next.")
  @OptionGroup var arguments: StudyArguments
  @Argument(help: "Id of the site.") var site: String
  @OptionGroup var common: CommonOptions

  func run() throws {
    let folder = try common.folder()
    let study = try Study(file: arguments.study)
    let register = try AssumptionRegister(folder: folder, studyFile: study.assumptions)
    let portfolio = try Portfolio(
      store: arguments.outputPath(study, folder), sites: [site], top: 0, study: study, folder: folder, register: register)
    try common.answer(json: portfolio.explanationJSONText(of: site), text: portfolio.explanationText(of: site))
  }
}
