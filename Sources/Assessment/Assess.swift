import Foundation
import GeoFormats
import SimpleFeatures
import UrbanIndicators

/// Scores a study: data → indicators → screening → scores. Concepts and pages come after.
///
/// The pipeline in one place: read, measure, screen, score.
/// - Throws: `AssessmentError`, `FormatError` or `SpatialError` for what cannot be honoured; single bad records are defects of the result.
public func score(_ study: Study, folder: DataFolder, register: AssumptionRegister, options: RunOptions) throws -> ScoredStudy {
  func stage(_ name: String) {
    options.stage?(name)
    options.progress?(name, 0, nil)
  }
  stage("read settings")
  let profile = try Profile(named: study.profile, folder: folder, relativeTo: study.file)
  let sectors = try Sector.load(folder: folder)

  stage("read layers")
  let paths = Set((Array(study.layers.values) + study.constraints.map(\.layer)).map(\.reference.path)).sorted()
  let stamps = paths.map { FileStamp(of: $0) }, began = FileTime()
  var reader = try CityReader(study: study, folder: folder, register: register, sectors: sectors, options: options)
  var source = try reader.read()
  for (path, stamp) in zip(paths, stamps) where FileStamp(of: path) != stamp {
    throw AssessmentError(
      .badInput, "\(path) changed while it was read: its hash and its content may not belong together. Run the study again.")
  }
  if options.isStrict, let first = source.defects.kept.first {
    throw AssessmentError(
      .badInput,
      "--strict: \(source.defects.total) defects; the first is \(first.code.rawValue) in \(first.layer) \(first.feature): \(first.detail). Mend the data, or run without --strict."
    )
  }

  stage("measure")
  var measure = MeasureOptions()
  measure.threads = options.threads
  measure.priors = try BuildingPriors.load(folder: folder)
  let indicators = UrbanIndicators.measure(source.city, options: measure) { stage, isDone in
    if !isDone {
      options.stage?(stage.rawValue)
      options.progress?(stage.rawValue, 0, nil)
    }
  }

  for row in indicators.districtTies {
    source.defects.add(
      Defect(
        layer: "districts", feature: source.city.buildings.ids[row], code: .ambiguousMatch,
        detail: "two districts hold the same share of the building: it belongs to neither"))
  }

  stage("screen")
  let screening = Screening(source, indicators, rules: study.candidates)

  stage("score")
  let efficiency = try BuildingFunction.allCases.map { function in
    let name = function == .publicBuilding ? "public" : function == .unknown ? "other" : function.name
    return try register("efficiency.\(name)").value
  }
  let scoring = SiteScoring(
    profile: profile, sectors: sectors, source: source, table: indicators, efficiency: efficiency, constraints: study.constraints,
    threads: options.threads)
  let scores = scoring.scores(of: screening.scored, threads: options.threads)

  var record = RunRecord(study: study.id, seed: options.seed)
  record.crs = source.city.crs.description
  record.inputs = source.inputs
  record.counts.buildings = source.city.buildings.count
  record.counts.candidates = screening.candidateCount
  record.counts.scored = scores.count
  record.counts.excluded = source.city.buildings.count - scores.count
  record.defects = source.defects.counts.sorted { $0.key < $1.key }.map { ($0.key.rawValue, $0.value) }
  record.exclusions = ExclusionReason.allCases.compactMap { reason in
    let count = screening.reasons.reduce(0) { $0 + ($1 == reason ? 1 : 0) }
    return count > 0 ? (reason.rawValue, count) : nil
  }
  record.notes = source.notes
  if indicators.isStraightLineEstimate, source.city.places != nil {
    record.notes.append(Message(.noteStraightLines))
  }
  if scores.count == 0 {
    let evident = source.evidence.count
    record.notes.append(
      evident == 0
        ? Message(source.registerRows.count > 0 ? .noteNoRegisterEvidence : .noteNoEvidence)
        : Message(.noteNoneScored, .number(Double(evident))))
  }
  record.settings = try [profile.file, study.assumptions].compactMap(\.self).map { path in
    (URL(fileURLWithPath: path).lastPathComponent, try sha256(ofFile: path))
  }
  return ScoredStudy(
    study: study, profile: profile, sectors: sectors, source: source, indicators: indicators, scores: scores, exclusions: screening.reasons,
    record: record,
    scoring: scoring, scoringHalfLife: register.optional("vacancy.half-life")?.value ?? 4, readingBegan: began)
}

extension BuildingPriors {
  /// Reads storey heights from `functions.csv` and the ranges of clear height and load from `priors.csv`.
  static func load(folder: DataFolder) throws -> BuildingPriors {
    var height = [Double](repeating: 3, count: BuildingFunction.allCases.count)
    var single = [Bool](repeating: false, count: BuildingFunction.allCases.count)
    func function(_ table: DataTable, _ row: Int) throws -> BuildingFunction {
      let name = try table.requiredText("function", row)
      guard let function = name == "public" ? .publicBuilding : BuildingFunction(name: name) else {
        throw table.failure(row, "function", "\"\(name)\" is no function of the engine.")
      }
      return function
    }
    let functions = try DataTable(
      file: folder.geoData + "/functions.csv", required: ["function", "vocabulary", "storey_height_m", "single_storey"])
    for row in 0..<functions.count where functions.text("vocabulary", row) == "canonical" {
      let index = Int(try function(functions, row).rawValue)
      if let value = functions.number("storey_height_m", row) { height[index] = value }
      single[index] = functions.isYes("single_storey", row)
    }
    var clear: [Range] = [], load: [Range] = []
    let priors = try DataTable(
      file: folder.geoData + "/priors.csv", required: ["quantity", "function", "from_year", "to_year", "low", "high"])
    for row in 0..<priors.count {
      let range = Range(
        try function(priors, row), from: priors.number("from_year", row) ?? -.infinity, to: priors.number("to_year", row) ?? .infinity,
        low: try priors.requiredNumber("low", row), high: try priors.requiredNumber("high", row))
      switch try priors.requiredText("quantity", row) {
      case "clearHeight": clear.append(range)
      case "imposedLoad": load.append(range)
      case let other: throw priors.failure(row, "quantity", "\"\(other)\" is unknown; clearHeight or imposedLoad is expected.")
      }
    }
    return BuildingPriors(storeyHeight: height, isSingleStorey: single, clearHeight: clear, imposedLoad: load)
  }
}
