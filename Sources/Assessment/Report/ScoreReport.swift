import TextFormats

/// The score of a site with all that it is made of.
public struct ScoreReport: ReportRecord {
  /// Score 0–100 and the ends of what unknown facts allow.
  public var score: Double?, low: Double?, high: Double?
  /// Rank, 1 = best, and the ends of what unknown facts allow.
  public var rank: Int?, rankLow: Int?, rankHigh: Int?
  /// How many sites are ranked.
  public var of: Int
  /// The two sub-scores, 0–100.
  public var suitability: Double?, regenerationNeed: Double?
  /// Weight of the criteria known from data, as a share.
  public var completeness: Double?
  /// The groups of the profile, and its criteria.
  public var groups: [Group], criteria: [Criterion]
  /// What constraints take from the points of the criteria.
  public var penalties: [Penalty]
  /// How firm the rank is; `nil` outside the short list.
  public var robustness: RobustnessReport?
  /// The rank by other methods; `nil` outside the short list.
  public var agreement: RankAgreement?
  /// The rank by the stakeholders' weights.
  public var stakeholders: [StakeholderRank]?
  /// What single weights would change.
  public var stability: SiteStability?

  static var fields: [ReportField<Self>] {
    [
      .init("score", \.score), .init("low", \.low), .init("high", \.high), .init("rank", \.rank), .init("rank_low", \.rankLow),
      .init("rank_high", \.rankHigh), .init("of", \.of), .init("suitability", \.suitability),
      .init("regeneration_need", \.regenerationNeed), .init("completeness", in: 0...1, \.completeness), .init("groups", \.groups),
      .init("criteria", \.criteria), .init("penalties", \.penalties), .init("robustness", \.robustness),
      .init("agreement", ifAny: \.agreement),
      .init("stakeholders", ifAny: { $0.agreement == nil ? nil : .some($0.stakeholders) }),
      .init("weight_stability", ifAny: \.stability),
    ]
  }

  /// A group of criteria.
  public struct Group: ReportRecord {
    /// Id and title.
    public var id: String, title: String
    /// Weight in %, and what it adds to the score: expected, least, most.
    public var weight: Double, contribution: Double, low: Double, high: Double

    static var fields: [ReportField<Self>] {
      [
        .init("id", \.id), .init("title", \.title), .init("weight", \.weight), .init("contribution", \.contribution),
        .init("low", \.low), .init("high", \.high),
      ]
    }
  }

  /// What a constraint takes; each takes its share of what those before it have left, so that groups and penalties sum to the score.
  public struct Penalty: ReportRecord {
    /// Kind of the constraint.
    public var kind: String
    /// Share of the footprint inside, and the share of the score that a footprint wholly inside loses.
    public var share: Double, strength: Double
    /// What is left of the score, as a share, and the points taken, at most 0.
    public var factor: Double, points: Double

    static var fields: [ReportField<Self>] {
      [
        .init("kind", \.kind), .init("share", in: 0...1, \.share), .init("strength", in: 0...1, \.strength),
        .init("factor", in: 0...1, \.factor), .init("points", \.points),
      ]
    }
  }

  /// A criterion as measured and valued.
  public struct Criterion: ReportRecord {
    /// Id, id of its group, title and unit.
    public var id: String, group: String, title: String, unit: String
    /// Weight in %.
    public var weight: Double
    /// What was measured, with the ends of its range.
    public var measured: Measurement, measuredLow: Double?, measuredHigh: Double?
    /// Worth 0–1 with the ends of its range.
    public var worth: Double, worthLow: Double, worthHigh: Double
    /// What the worth rests on.
    public var basis: ValueBasis
    /// Where the measurement comes from.
    public var source: Message

    /// What it adds to the score.
    public var contribution: Double { weight * worth }
    /// The least it may add.
    public var contributionLow: Double { weight * worthLow }
    /// The most it may add.
    public var contributionHigh: Double { weight * worthHigh }

    static var fields: [ReportField<Self>] {
      [
        .init("id", \.id), .init("group", \.group), .init("title", \.title), .init("unit", \.unit), .init("weight", \.weight),
        .init("x", \.measured), .init("x_low", \.measuredLow), .init("x_high", \.measuredHigh), .init("v", in: 0...1, \.worth),
        .init("v_low", in: 0...1, \.worthLow), .init("v_high", in: 0...1, \.worthHigh), .init("contribution", \.contribution),
        .init("contribution_low", \.contributionLow), .init("contribution_high", \.contributionHigh), .init("basis", \.basis),
        .init("source", \.source),
      ]
    }
  }
}

extension ValueBasis: ReportCode {}

/// What was measured for a criterion.
public enum Measurement: ReportValue {
  /// A number in the criterion's unit.
  case number(Double)
  /// Codes, such as a condition.
  case codes([String])
  /// Year of construction, and whether the building is listed.
  case built(year: Int?, isListed: Bool)
  /// Nothing.
  case unknown

  var json: JSON {
    switch self {
    case .number(let value): JSON(value)
    case .codes(let codes): .string(codes.joined(separator: ", "))
    case .built(let year, let isListed):
      .string(([year.map { "\($0)" }, isListed ? "listed" : nil].compactMap(\.self)).joined(separator: ", "))
    case .unknown: .null
    }
  }

  static func schema(_ definitions: inout SchemaDefinitions) -> JSON { ["type": ["number", "string", "null"]] }
}

/// A missing fact.
public struct FactToFind: ReportRecord {
  /// The fact, and the id of its criterion.
  public var fact: Message, criterion: String
  /// How far the score may still move, points.
  public var scoreSwing: Double
  /// Worst less best rank that knowing it could bring, and both; `nil` where ranks are not known.
  public var rankSwing: Int?, rankBest: Int?, rankWorst: Int?
  /// How it is found out.
  public var how: Message

  static var fields: [ReportField<Self>] {
    [
      .init("fact", \.fact), .init("criterion", \.criterion), .init("score_swing", \.scoreSwing), .init("rank_swing", \.rankSwing),
      .init("how", \.how), .init("rank_best", \.rankBest), .init("rank_worst", \.rankWorst),
    ]
  }
}

/// What one change would do to the score.
public struct Counterfactual: ReportRecord {
  /// The change.
  public var change: Message
  /// Points that it adds.
  public var scoreDelta: Double

  static var fields: [ReportField<Self>] { [.init("change", \.change), .init("score_delta", \.scoreDelta)] }
}

/// How well a building suits a creative sub-market.
public struct SectorReport: ReportRecord {
  /// Id and title.
  public var id: String, title: String
  /// Fit 0–1.
  public var fit: Double
  /// Id and title of the need that limits it.
  public var limiting: String?, limitingTitle: Message?
  /// How far each need is met, 0–1, by id of the need.
  public var utilities: NamedNumbers
  /// What the sector can pay of the market rent.
  public var rentShare: Double

  static var fields: [ReportField<Self>] {
    [
      .init("id", \.id), .init("title", \.title), .init("fit", in: 0...1, \.fit), .init("limiting", \.limiting),
      .init("limiting_title", \.limitingTitle), .init("utilities", \.utilities), .init("rent_share", \.rentShare),
    ]
  }
}

/// Strengths, weaknesses, opportunities, threats.
public struct SWOTReport: ReportRecord {
  /// A line with the written rule that set it and the figure it looked at.
  public struct Line: ReportRecord {
    /// The line, its rule, its figure.
    public var text: Message, rule: Message, figure: Message

    static var fields: [ReportField<Self>] { [.init("text", \.text), .init("rule", \.rule), .init("figure", \.figure)] }
  }

  /// The four parts.
  public var strengths: [Line], weaknesses: [Line], opportunities: [Line], threats: [Line]

  static var fields: [ReportField<Self>] {
    [
      .init("strengths", \.strengths), .init("weaknesses", \.weaknesses), .init("opportunities", \.opportunities),
      .init("threats", \.threats),
    ]
  }
}

/// A risk in the matrix of five by five.
public struct RiskReport: ReportRecord {
  /// Id and title.
  public var id: String, title: Message
  /// 1 to 5 each.
  public var likelihood: Int, impact: Int
  /// Code of how serious it is.
  public var level: String
  /// The rule that placed it, and what lowers it.
  public var rule: Message, mitigation: Message

  static var fields: [ReportField<Self>] {
    [
      .init("id", \.id), .init("title", \.title), .init("likelihood", in: 1...5, \.likelihood), .init("impact", in: 1...5, \.impact),
      .init("level", \.level), .init("rule", \.rule), .init("mitigation", \.mitigation),
    ]
  }
}

/// A phase of the timetable, months from the decision.
public struct PhaseReport: ReportRecord {
  /// Id and title.
  public var id: String, title: Message
  /// First month and the one after the last.
  public var from: Int, to: Int

  static var fields: [ReportField<Self>] {
    [
      .init("id", \.id), .init("phase", \.title), .init("from_month", in: 0...Double.infinity, \.from),
      .init("to_month", in: 0...Double.infinity, \.to),
    ]
  }
}
