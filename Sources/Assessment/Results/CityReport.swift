/// What the front page of a study shows: its sites by rank and how they were found.
public struct CityReport: ReportRecord {
  /// Version of the record's form.
  public static let schemaVersion = "1.0"

  /// The study.
  public var study: StudyReport
  /// Counts; buildings = excluded + scored.
  public var counts: RunCounts
  /// Excluded buildings by reason, and defects by code.
  public var exclusions: [Count], defects: [Count]
  /// What was read.
  public var inputs: [InputRecord]
  /// What the reader must know.
  public var notes: [Message]
  /// The sites by rank.
  public var sites: [Site]
  /// The profile.
  public var profile: ProfileReport
  /// How firm the ranking of the first sites is; `nil` where none were compared.
  public var decisions: ShortListReport?
  /// How the figures came about.
  public var method: MethodReport

  static var fields: [ReportField<Self>] {
    [
      .init("schema_version", always: schemaVersion), .init("study", \.study), .init("counts", \.counts),
      .init("exclusions", \.exclusions), .init("defects", \.defects), .init("inputs", \.inputs), .init("notes", \.notes),
      .init("sites", \.sites), .init("profile", \.profile), .init("decisions", \.decisions), .init("method", \.method),
    ]
  }

  /// How often a code occurs.
  public struct Count: ReportRecord {
    /// Code and number.
    public var code: String, count: Int

    static var fields: [ReportField<Self>] { [.init("code", \.code), .init("count", \.count)] }
  }

  /// A site of the ranking.
  public struct Site: ReportRecord {
    /// Id, name, address; only what the study publishes.
    public var id: String, name: String?, address: String?
    /// Rank and the ends of what unknown facts allow.
    public var rank: Int?, rankLow: Int?, rankHigh: Int?
    /// Longitude and latitude, WGS 84.
    public var longitude: Double?, latitude: Double?
    /// Score 0–100 and the ends of what unknown facts allow; the two sub-scores.
    public var score: Double?, scoreLow: Double?, scoreHigh: Double?, suitability: Double?, regenerationNeed: Double?
    /// Share of the weight known from data; class of vacancy and its confidence.
    public var completeness: Double?, vacancy: String?, vacancyConfidence: Double?
    /// Id of the best sector and its fit.
    public var bestSector: String?, bestSectorFit: Double?
    /// Verdict and alternative of those reported.
    public var verdict: String?, alternative: String?
    /// Headline figures of the alternative, EUR, and its jobs.
    public var capex: Double?, capexLow: Double?, capexHigh: Double?, grant: Double?, fnpvC: Double?, jobs: Double?
    /// Path of its report.
    public var report: String?
    /// What each group of criteria adds to the score, by id.
    public var contributions: NamedNumbers

    /// Name, else address, else id.
    public var title: String { name ?? address ?? id }

    static var fields: [ReportField<Self>] {
      [
        .init("site_id", \.id), .init("rank", \.rank), .init("rank_low", \.rankLow), .init("rank_high", \.rankHigh),
        .init("name", \.name), .init("address", \.address), .init("lon", \.longitude), .init("lat", \.latitude),
        .init("score", \.score), .init("score_low", \.scoreLow), .init("score_high", \.scoreHigh),
        .init("suitability", \.suitability), .init("regeneration_need", \.regenerationNeed), .init("completeness", \.completeness),
        .init("vacancy", \.vacancy), .init("vacancy_confidence", \.vacancyConfidence), .init("best_sector", \.bestSector),
        .init("best_sector_fit", \.bestSectorFit), .init("verdict", \.verdict), .init("alternative", \.alternative),
        .init("capex_eur", \.capex), .init("capex_low_eur", \.capexLow), .init("capex_high_eur", \.capexHigh),
        .init("grant_eur", \.grant), .init("fnpv_c_eur", \.fnpvC), .init("jobs", \.jobs), .init("report", \.report),
        .init("groups", \.contributions),
      ]
    }
  }
}

/// A profile as its page shows it.
public struct ProfileReport: ReportRecord {
  /// A criterion.
  public struct Criterion: ReportRecord {
    /// Id, title, weight in %, unit, and value function in words.
    public var id: String, title: String, weight: Double, unit: String, valueFunction: String

    static var fields: [ReportField<Self>] {
      [
        .init("id", \.id), .init("title", \.title), .init("weight", \.weight), .init("unit", \.unit),
        .init("value_function", \.valueFunction),
      ]
    }
  }

  /// A group of criteria.
  public struct Group: ReportRecord {
    /// Id, title, weight in %.
    public var id: String, title: String, weight: Double
    /// Its criteria.
    public var criteria: [Criterion]

    static var fields: [ReportField<Self>] {
      [.init("id", \.id), .init("title", \.title), .init("weight", \.weight), .init("criteria", \.criteria)]
    }
  }

  /// Title.
  public var title: String
  /// The groups.
  public var groups: [Group]

  static var fields: [ReportField<Self>] { [.init("title", \.title), .init("groups", \.groups)] }
}

extension RunCounts: ReportRecord {
  static var fields: [ReportField<Self>] {
    [
      .init("buildings", \.buildings), .init("candidates", \.candidates), .init("excluded", \.excluded), .init("scored", \.scored),
      .init("reported", \.reported),
    ]
  }
}

extension InputRecord: ReportRecord {
  static var fields: [ReportField<Self>] {
    [
      .init("path", \.path), .init("layer", \.layer), .init("read", \.read), .init("kept", \.kept), .init("refused", \.refused),
      .init("crs", \.crs),
    ]
  }
}
