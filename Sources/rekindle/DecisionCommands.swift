import ArgumentParser
import Assessment
import Foundation
import GeoFormats

/// The bytes of a regular file, or of standard input for `-`.
func readInput(_ path: String) throws -> [UInt8] {
  if path == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
  return try bytes(ofFile: path)
}

struct DecideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decide", abstract: "Any decision table: weights, methods, SMAA.",
    discussion: """
      A table comes as JSON, {"matrix": [[…]], "dir": ["max", "min", …], "weights": […]}, or as CSV: criteria in the first line, alternatives in
      the first column, and rows named dir, weight, low and high for directions, weights and bounds.
      Methods: \(decisionMethods.joined(separator: ", ")).
      """)
  @Argument(help: "JSON or CSV file, or - for standard input.", completion: .file(extensions: ["json", "csv"])) var input: String
  @Option(help: "One of the methods above.", completion: .list(decisionMethods)) var method: String
  @OptionGroup var common: CommonOptions

  func run() throws {
    try Terminal.write(
      json: decide(text: try readInput(input), method: method, isIndented: !common.json, isCSV: input.lowercased().hasSuffix(".csv")))
  }
}

struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights", abstract: "Weights from pairwise judgements, asked in the terminal or read from a file.",
    discussion: """
      A file is JSON, {"items": […], "matrix": [[1, 3], ["1/3", 1]]} or {"judgements": [["a", "b", 3], …]}, or CSV: a square table with the items in
      its first line and first column, or lines under "more,than,times". Without a file every pair is asked.
      """)
  @Argument(help: "File with judgements, or - for standard input.", completion: .file(extensions: ["json", "csv"])) var file: String?
  @Option(help: "What to weigh, separated by commas; default the groups of the profile given by --of.") var items: String?
  @Option(help: "Profile whose groups are weighed: a shipped name or a file.") var of = "cci-location"
  @Flag(name: .customLong("profile"), help: "Print lines for a profile instead of a table.") var printsProfile = false
  @Option(name: .customLong("prioritisation"), help: "\(PairwiseWeights.Settings.prioritisations.joined(separator: " or ")).")
  var prioritisation = "eigenvector"
  @Option(help: "Table of random indices: \(PairwiseWeights.Settings.randomIndices.joined(separator: ", ")).") var randomIndex = "saaty2005"
  @Flag(help: "Take judgements with a consistency ratio above 0.10.") var acceptInconsistent = false
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard PairwiseWeights.Settings.prioritisations.contains(prioritisation) else {
      throw ValidationError("--prioritisation: \(PairwiseWeights.Settings.prioritisations.joined(separator: " or ")) is expected.")
    }
    guard PairwiseWeights.Settings.randomIndices.contains(randomIndex) else {
      throw ValidationError("--random-index: one of \(PairwiseWeights.Settings.randomIndices.joined(separator: ", ")) is expected.")
    }
    guard file == nil || items == nil else { throw ValidationError("--items goes with questions; a file names its own items.") }
  }

  func run() throws {
    var settings = PairwiseWeights.Settings()
    (settings.prioritisation, settings.randomIndex) = (prioritisation, randomIndex)
    let groups = items == nil || printsProfile ? try Profile(argument: of, folder: try common.folder()).groups : []
    let weights: PairwiseWeights
    if let file {
      weights = try PairwiseWeights(reading: try readInput(file), settings: settings)
    } else {
      let names = items?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? groups.map(\.id)
      let titles = items == nil ? groups.map(\.title) : names
      weights = try ask(names, titles: titles, settings: settings)
    }
    if printsProfile {
      try Terminal.write(weights.profileLines(groups: groups.map(\.id)))
    } else {
      try common.answer(json: weights.jsonText(isIndented: false), text: weights.text)
    }
    guard weights.isConsistent || acceptInconsistent else { throw weights.inconsistency }
  }

  /// Asks every pair on standard error and reads the answers from standard input; pairs that contradict the others are asked again.
  private func ask(_ names: [String], titles: [String], settings: PairwiseWeights.Settings) throws -> PairwiseWeights {
    guard names.count > 1, Set(names).count == names.count else {
      throw ValidationError("--items: two or more different names are expected.")
    }
    printError(
      "How many times more important is the first than the second? 1 equal, 3 somewhat, 5 clearly, 7 much, 9 utterly; 1/3 … 1/9 the other way round."
    )
    func answer(_ a: Int, _ b: Int, _ prefix: String) throws -> Double {
      while true {
        FileHandle.standardError.write(Data("\(prefix)\(titles[a]) over \(titles[b])? ".utf8))
        guard let line = readLine() else {
          throw AssessmentError(.badInput, "weights: the answers end before \(names[a]) over \(names[b]). Answer every pair.")
        }
        if let value = judgement(line), value >= 1 / 9 - 1e-9, value <= 9 + 1e-9 { return value }
        printError("  A number from 1 to 9, or a fraction from 1/9, is expected.")
      }
    }
    let n = names.count
    var upper = Array(repeating: 1.0, count: n * (n - 1) / 2)
    for a in 0..<n {
      for b in (a + 1)..<max(n, a + 1) {
        let k = PairwiseWeights.position(a, b, n)
        upper[k] = try answer(a, b, "[\(k + 1)/\(upper.count)] ")
      }
    }
    var weights = try PairwiseWeights(items: names, judgements: upper, settings: settings)
    while !weights.isConsistent, !acceptInconsistent, isatty(FileHandle.standardInput.fileDescriptor) != 0 {
      printError(weights.text + "\nThese contradict the others most; think again:")
      for pair in weights.worstPairs { upper[PairwiseWeights.position(pair.row, pair.column, n)] = try answer(pair.row, pair.column, "") }
      weights = try PairwiseWeights(items: names, judgements: upper, settings: settings)
    }
    return weights
  }
}

struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Scoring profiles: what they say, and what another one would change.",
    subcommands: [ProfileShowCommand.self, ProfileDiffCommand.self])
}

struct ProfileShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "A profile's documentation, made from the profile as it runs.")
  @Argument(help: "Shipped name or file; the shipped names when left out.", completion: .file(extensions: ["yml", "yaml"])) var profile:
    String?
  @OptionGroup var common: CommonOptions

  func run() throws {
    let folder = try common.folder()
    guard let profile else {
      for name in Profile.shipped(folder: folder) {
        try Terminal.write("\(name)  \(try Profile(argument: name, folder: folder).title)")
      }
      return
    }
    let read = try Profile(argument: profile, folder: folder)
    try common.answer(json: read.jsonText, text: read.documentation)
  }
}

struct ProfileDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Which ranks of a study change from one profile to another, and why.")
  @Argument(help: "Profile before: shipped name or file.") var before: String
  @Argument(help: "Profile after: shipped name or file.") var after: String
  @Argument(help: "Study file (YAML).", completion: .file(extensions: ["yml", "yaml"])) var study: String
  @Option(help: "How many sites are printed; --json gives all.") var limit = 20
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard limit >= 0 else { throw ValidationError("--limit: a count, not below 0, is expected.") }
  }

  func run() throws {
    let folder = try common.folder()
    let study = try Study(file: study)
    let progress = common.makeProgress()
    let comparison = try ProfileComparison(
      before, after, study: study, folder: folder, register: try AssumptionRegister(folder: folder, studyFile: study.assumptions),
      options: common.runOptions(progress))
    progress.end()
    try progress.writeTimings(to: common.timings, existing: common.existing)
    try common.answer(json: comparison.jsonText, text: comparison.text(limit: limit))
  }
}
