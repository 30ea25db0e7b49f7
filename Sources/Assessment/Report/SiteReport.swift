public import ProjectFinance
import TextFormats

/// Everything known and computed of one site: the hinge between what is computed and what is printed, written as `site.json`.
///
/// `null` means unknown. Keys are added with a new minor, changed or dropped with a new major number of `schemaVersion`.
public struct SiteReport: ReportRecord {
  /// Version of the record's form.
  public static let schemaVersion = "2.0"

  /// The study.
  public var study: StudyReport
  /// The building.
  public var site: BuildingReport
  /// Its vacancy with the evidence.
  public var vacancy: VacancyReport
  /// Its score.
  public var score: ScoreReport
  /// The missing facts that could move the score, most first.
  public var findOut: [FactToFind]
  /// What single changes would do to the score.
  public var counterfactuals: [Counterfactual]
  /// The creative sub-markets by fit, best first.
  public var sectors: [SectorReport]
  /// Strengths, weaknesses, opportunities, threats.
  public var swot: SWOTReport
  /// What lies around the site.
  public var surroundings: [FactReport]
  /// What keeping the building vacant costs.
  public var statusQuo: StatusQuoReport
  /// The alternatives side by side.
  public var alternatives: [AlternativeReport]
  /// The verdict on the chosen one.
  public var verdict: VerdictReport
  /// Its risks.
  public var risks: [RiskReport]
  /// Its timetable, months from the decision.
  public var timetable: [PhaseReport]
  /// The assumptions used.
  public var assumptions: [AssumptionReport]
  /// How the figures came about.
  public var method: MethodReport

  /// The alternative that the verdict is about.
  public var chosen: AlternativeReport? { alternatives.first(where: \.isChosen) }

  static var fields: [ReportField<Self>] {
    [
      .init("schema", always: "site.schema.json"), .init("schema_version", always: schemaVersion), .init("study", \.study),
      .init("site", \.site), .init("vacancy", \.vacancy), .init("score", \.score), .init("find_out", \.findOut),
      .init("counterfactuals", \.counterfactuals), .init("sectors", \.sectors), .init("swot", \.swot),
      .init("surroundings", \.surroundings), .init("status_quo", \.statusQuo), .init("alternatives", \.alternatives),
      .init("verdict", \.verdict), .init("risks", \.risks), .init("timetable", \.timetable), .init("assumptions", \.assumptions),
      .init("method", \.method),
    ]
  }

  /// The schema of `site.json`, JSON Schema 2020-12.
  static var schemaDocument: JSON {
    schemaDocument(
      id: "site.schema.json", title: "Site record of Rekindle",
      description: "Everything known and computed of one site. null means unknown; no number is ever NaN or infinite.")
  }
}

/// What explains a site's score; it needs no concept.
struct SiteExplanation: ReportRecord {
  var site: BuildingReport, vacancy: VacancyReport, score: ScoreReport
  var findOut: [FactToFind], counterfactuals: [Counterfactual], sectors: [SectorReport]

  static var fields: [ReportField<Self>] {
    [
      .init("site", \.site), .init("vacancy", \.vacancy), .init("score", \.score), .init("find_out", \.findOut),
      .init("counterfactuals", \.counterfactuals), .init("sectors", \.sectors),
    ]
  }
}

/// A study as reports name it.
public struct StudyReport: ReportRecord {
  /// Id, title, country code and currency code.
  public var id: String, title: String, country: String, currency: String
  /// Day of the prices, day on which evidence is judged, day on which grants are given.
  public var priceDate: CalendarDate, asOf: CalendarDate, grantDate: CalendarDate
  /// Whether the vacancy register is invented.
  public var isIllustrative: Bool
  /// Whom pages must name.
  public var attribution: [String]
  /// Working CRS and title of the profile.
  public var crs: String, profile: String
  /// Seed of every draw.
  public var seed: Double

  static var fields: [ReportField<Self>] {
    [
      .init("id", \.id), .init("title", \.title), .init("country", \.country), .init("currency", \.currency),
      .init("price_date", \.priceDate), .init("as_of", \.asOf), .init("grant_date", \.grantDate),
      .init("illustrative_vacancy", \.isIllustrative), .init("attribution", \.attribution), .init("crs", \.crs),
      .init("profile", \.profile), .init("seed", \.seed),
    ]
  }
}

/// A district by id and name.
public struct DistrictName: ReportRecord {
  /// Id and name.
  public var id: String, name: String

  static var fields: [ReportField<Self>] { [.init("id", \.id), .init("name", \.name)] }
}

/// A building as its report names it.
public struct BuildingReport: ReportRecord {
  /// Id, name and address; only what the study publishes.
  public var id: String, name: String?, address: String?
  /// Longitude and latitude, WGS 84.
  public var longitude: Double?, latitude: Double?
  /// The district.
  public var district: DistrictName?
  /// Code of the former use.
  public var function: String
  /// Year of construction.
  public var year: Int?
  /// Whether it is listed; `nil` when not known.
  public var isListed: Bool?
  /// Codes of condition and class of owner.
  public var condition: String?, owner: String?
  /// Class of the energy certificate, as the register writes it.
  public var energyClass: String?
  /// What was measured.
  public var facts: [FactReport]

  /// Name, else address, else id.
  public var title: String { name ?? address ?? id }

  static var fields: [ReportField<Self>] {
    [
      .init("id", \.id), .init("name", \.name), .init("address", \.address), .init("lon", \.longitude), .init("lat", \.latitude),
      .init("district", \.district), .init("function", \.function), .init("function_title", \.function), .init("year", \.year),
      .init("heritage", \.isListed), .init("condition", \.condition), .init("owner", \.owner),
      .init("energy_class", \.energyClass), .init("facts", \.facts),
    ]
  }
}

/// A measured fact.
public struct FactReport: ReportRecord {
  /// Id and title.
  public var id: String, title: Message
  /// The figure.
  public var figure: Figure

  static var fields: [ReportField<Self>] { [.init("id", \.id), .init("title", \.title), .init("figure", \.figure)] }
}

/// What is known of a vacancy.
public struct VacancyReport: ReportRecord {
  /// The class that the evidence supports.
  public var state: VacancyClass
  /// Confidence on the study's day, 0–1.
  public var confidence: Double?
  /// The evidence.
  public var evidence: [EvidenceReport]

  static var fields: [ReportField<Self>] {
    [.init("class", \.state), .init("confidence", in: 0...1, \.confidence), .init("evidence", \.evidence)]
  }
}

extension VacancyClass: ReportCode {}

/// A piece of vacancy evidence.
public struct EvidenceReport: ReportRecord {
  /// Who says so, codes of the kind of source and of what it says.
  public var source: String?, kind: String?, status: String?
  /// Day of the observation and since when, as the source writes them.
  public var observed: String?, since: String?
  /// Confidence when observed and on the study's day, 0–1.
  public var confidence: Double?, decayedConfidence: Double?
  /// Whether it decides.
  public var counts: Bool

  static var fields: [ReportField<Self>] {
    [
      .init("source", \.source), .init("kind", \.kind), .init("status", \.status), .init("observed", \.observed),
      .init("since", \.since), .init("confidence", in: 0...1, \.confidence), .init("decayed_confidence", in: 0...1, \.decayedConfidence),
      .init("counts", \.counts),
    ]
  }
}

/// What keeping a building vacant costs.
public struct StatusQuoReport: ReportRecord {
  /// Cost a year, its parts, and its present value over the horizon.
  public var perYear: Figure, security: Figure, maintenance: Figure, presentValue: Figure

  static var fields: [ReportField<Self>] {
    [
      .init("per_year", \.perYear), .init("security", \.security), .init("maintenance", \.maintenance),
      .init("present_value", \.presentValue),
    ]
  }
}

/// An assumption that was used.
public struct AssumptionReport: ReportRecord {
  /// Id and title.
  public var id: String, title: String
  /// Central value and ends of its range.
  public var value: Double, low: Double?, high: Double?
  /// Unit, year of the prices, country.
  public var unit: String, priceBase: Int?, country: String?
  /// observed, published, derived or assumption.
  public var kind: String
  /// Where it comes from, and the file that set it where it is not shipped.
  public var source: String, note: String

  static var fields: [ReportField<Self>] {
    [
      .init("id", \.id), .init("title", \.title), .init("value", \.value), .init("low", \.low), .init("high", \.high),
      .init("unit", \.unit), .init("price_base", \.priceBase), .init("country", \.country), .init("kind", \.kind),
      .init("source", \.source), .init("note", \.note),
    ]
  }
}

/// How figures came about.
public struct MethodReport: ReportRecord {
  /// A file that was read.
  public struct Input: ReportRecord {
    /// Path as the study names it, layer, and SHA-256.
    public var path: String, layer: String, digest: String

    static var fields: [ReportField<Self>] { [.init("path", \.path), .init("layer", \.layer), .init("sha256", \.digest)] }
  }

  /// Versions of engine and method, id of the profile.
  public var engineVersion: String, methodVersion: String, profile: String
  /// Seed of every draw.
  public var seed: Double
  /// What was read.
  public var inputs: [Input]
  /// What the reader must know.
  public var notes: [Message]

  static var fields: [ReportField<Self>] {
    [
      .init("engine_version", \.engineVersion), .init("method_version", \.methodVersion), .init("profile", \.profile),
      .init("seed", \.seed), .init("inputs", \.inputs), .init("notes", \.notes),
    ]
  }
}
