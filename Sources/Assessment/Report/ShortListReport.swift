import TextFormats

/// A site by id and name.
public struct SiteName: ReportRecord, Codable {
  /// Id and name.
  public var id: String, name: String

  static var fields: [ReportField<Self>] { [.init("site_id", \.id), .init("name", \.name)] }
}

/// How firmly the first sites stand when weights, unknown facts, methods and points of view vary.
public struct ShortListReport: ReportRecord {
  /// Sites compared, and how many make the list whose members a fact may change.
  public var among: Int, listed: Int
  /// Number of draws, their seed, and the concentration of the weights around the profile's.
  public var draws: Int, seed: Double, concentration: Double
  /// Id of the method that ranks.
  public var method: String
  /// The sites by rank.
  public var sites: [Site]
  /// What other methods say.
  public var agreement: MethodAgreement
  /// What each group of people would choose; `nil` where the profile names none.
  public var stakeholders: StakeholderReport?
  /// The room of each weight.
  public var stability: WeightRoom
  /// Reversals by removal of a site, by method.
  public var reversals: [Reversal]
  /// Which missing fact would change the list; `nil` where it was not asked.
  public var information: InformationReport?

  static var fields: [ReportField<Self>] {
    [
      .init("among", \.among), .init("listed", \.listed), .init("draws", \.draws), .init("seed", \.seed),
      .init("concentration", \.concentration), .init("method", \.method), .init("sites", \.sites), .init("agreement", \.agreement),
      .init("stakeholders", \.stakeholders), .init("weight_stability", \.stability), .init("rank_reversal", \.reversals),
      .init("value_of_information", \.information),
    ]
  }

  /// A site of the list.
  public struct Site: ReportRecord {
    /// Id and name.
    public var id: String, name: String
    /// Rank, and score with the ends of what unknown facts allow.
    public var rank: Int, score: Double, scoreLow: Double, scoreHigh: Double
    /// Share of the draws in which the site has each rank, from 1.
    public var rankAcceptability: [Double]
    /// Mean rank, and the range of nine tenths of the draws.
    public var meanRank: Double, rank90Low: Int, rank90High: Int
    /// Confidence factor of SMAA.
    public var confidenceFactor: Double?
    /// Rank by id of the method and by name of the stakeholder group.
    public var ranksByMethod: NamedNumbers, ranksByStakeholder: NamedNumbers?

    static var fields: [ReportField<Self>] {
      [
        .init("site_id", \.id), .init("name", \.name), .init("rank", \.rank), .init("score", \.score), .init("score_low", \.scoreLow),
        .init("score_high", \.scoreHigh), .init("rank_acceptability", \.rankAcceptability), .init("mean_rank", \.meanRank),
        .init("rank_90_low", \.rank90Low), .init("rank_90_high", \.rank90High), .init("confidence_factor", \.confidenceFactor),
        .init("ranks_by_method", \.ranksByMethod), .init("ranks_by_stakeholder", \.ranksByStakeholder),
      ]
    }
  }

  /// A method's reversals when a site is removed.
  public struct Reversal: ReportRecord {
    /// A pair that changes its order.
    public struct Example: ReportRecord {
      /// The site removed, and the two that change places.
      public var removed: SiteName, wasAhead: SiteName, isAhead: SiteName

      static var fields: [ReportField<Self>] {
        [.init("removed", \.removed), .init("was_ahead", \.wasAhead), .init("is_ahead", \.isAhead)]
      }
    }

    /// Id of the method, and whether no removal reverses a pair.
    public var id: String, isStable: Bool
    /// Pairs reversed, and removals that change the first place.
    public var reversals: Int, firstPlaceChanges: Int
    /// One of them.
    public var example: Example?

    static var fields: [ReportField<Self>] {
      [
        .init("id", \.id), .init("stable", \.isStable), .init("reversals", \.reversals),
        .init("first_place_changes", \.firstPlaceChanges), .init("example", \.example),
      ]
    }
  }
}

/// What other methods say of the short list.
public struct MethodAgreement: ReportRecord {
  /// A method.
  public struct Method: ReportRecord {
    /// Id; correlations of its ranks with the score's; the sites it puts first; a note.
    public var id: String, kendall: Double?, spearman: Double?, first: [SiteName], note: String

    static var fields: [ReportField<Self>] {
      [
        .init("id", \.id), .init("kendall_with_score", \.kendall), .init("spearman_with_score", \.spearman), .init("first", \.first),
        .init("note", \.note),
      ]
    }
  }

  /// A method that the table does not allow.
  public struct LeftOut: ReportRecord {
    /// Id and reason.
    public var id: String, reason: String

    static var fields: [ReportField<Self>] { [.init("id", \.id), .init("reason", \.reason)] }
  }

  /// The methods, and Kendall's τ between each two.
  public var methods: [Method], kendall: [[Double?]]
  /// The sites that all put first.
  public var unanimousFirst: [SiteName]
  /// The methods left out.
  public var leftOut: [LeftOut]

  static var fields: [ReportField<Self>] {
    [
      .init("methods", \.methods), .init("kendall", \.kendall), .init("unanimous_first", \.unanimousFirst),
      .init("left_out", \.leftOut),
    ]
  }
}

/// How far each weight may move before the first place changes.
public struct WeightRoom: ReportRecord, Codable {
  /// The site in the first place, and the least change of a weight that moves it, points; `nil` when none does.
  public var leader: SiteName, leastChange: Double?
  /// The weights, the least room first.
  public var intervals: [Interval]

  /// The room of a weight, %.
  public struct Interval: ReportRecord, Codable {
    /// Id and title of the criterion.
    public var criterion: String, title: String
    /// The weight, and the ends of its room.
    public var weight: Double, low: Double, high: Double
    /// Who is first below and above it.
    public var below: SiteName?, above: SiteName?

    static var fields: [ReportField<Self>] {
      [
        .init("criterion", \.criterion), .init("title", \.title), .init("weight", \.weight), .init("low", \.low),
        .init("high", \.high), .init("below", \.below), .init("above", \.above),
      ]
    }
  }

  static var fields: [ReportField<Self>] {
    [.init("leader", \.leader), .init("least_change", \.leastChange), .init("intervals", \.intervals)]
  }
}

/// Which missing fact would change the list.
public struct InformationReport: ReportRecord {
  /// A missing fact of a site.
  public struct Fact: ReportRecord {
    /// Id and name of the site, id and title of the criterion.
    public var site: String, name: String, criterion: String, title: String
    /// Probability that knowing it changes the list; ranks and points it could bring.
    public var changeProbability: Double, rankBest: Int, rankWorst: Int, scoreSpan: Double

    static var fields: [ReportField<Self>] {
      [
        .init("site_id", \.site), .init("name", \.name), .init("criterion", \.criterion), .init("title", \.title),
        .init("change_probability", \.changeProbability), .init("rank_best", \.rankBest), .init("rank_worst", \.rankWorst),
        .init("score_span", \.scoreSpan),
      ]
    }
  }

  /// A criterion of which facts are missing.
  public struct Criterion: ReportRecord {
    /// Id and title, and changes of the list to expect from knowing it everywhere.
    public var criterion: String, title: String, expectedChanges: Double

    static var fields: [ReportField<Self>] {
      [.init("criterion", \.criterion), .init("title", \.title), .init("expected_changes", \.expectedChanges)]
    }
  }

  /// How many sites the list has.
  public var listed: Int
  /// The facts, most telling first, and the criteria likewise.
  public var facts: [Fact], byCriterion: [Criterion]

  static var fields: [ReportField<Self>] {
    [.init("listed", \.listed), .init("facts", \.facts), .init("by_criterion", \.byCriterion)]
  }
}

/// What each group of people would choose by its own weights.
public struct StakeholderReport: ReportRecord {
  /// A group.
  public struct Group: ReportRecord {
    /// Name, title, and importance.
    public var name: String, title: String, importance: Double
    /// The sites it puts first, and its list.
    public var first: [SiteName], list: [SiteName]
    /// Its weight by id of the profile's groups, %.
    public var weights: NamedNumbers

    static var fields: [ReportField<Self>] {
      [
        .init("name", \.name), .init("title", \.title), .init("importance", \.importance), .init("first", \.first),
        .init("list", \.list), .init("weights", \.weights),
      ]
    }
  }

  /// A site on which groups part.
  public struct DisputedSite: ReportRecord {
    /// Id, name, rank by group, best and worst of them.
    public var id: String, name: String, ranks: NamedNumbers, low: Int, high: Int

    static var fields: [ReportField<Self>] {
      [.init("site_id", \.id), .init("name", \.name), .init("ranks", \.ranks), .init("low", \.low), .init("high", \.high)]
    }
  }

  /// A criterion on which groups part.
  public struct DisputedCriterion: ReportRecord {
    /// Id and title; least and greatest weight, and which groups give them.
    public var criterion: String, title: String, low: Double, high: Double, lowGroup: String?, highGroup: String?

    static var fields: [ReportField<Self>] {
      [
        .init("criterion", \.criterion), .init("title", \.title), .init("low", \.low), .init("high", \.high),
        .init("low_group", \.lowGroup), .init("high_group", \.highGroup),
      ]
    }
  }

  /// How many sites a list has.
  public var listed: Int
  /// The groups, and Kendall's τ between each two.
  public var groups: [Group], kendall: [[Double?]]
  /// The sites first for all together, and the rank of each site for all together.
  public var firstTogether: [SiteName], ranksTogether: [Int]
  /// Sites that every group has on its list.
  public var agreed: [SiteName]
  /// Where groups part.
  public var disputedSites: [DisputedSite], disputedCriteria: [DisputedCriterion]

  static var fields: [ReportField<Self>] {
    [
      .init("listed", \.listed), .init("groups", \.groups), .init("kendall", \.kendall), .init("first_together", \.firstTogether),
      .init("ranks_together", \.ranksTogether), .init("agreed", \.agreed), .init("disputed_sites", \.disputedSites),
      .init("disputed_criteria", \.disputedCriteria),
    ]
  }
}

// MARK: One site

/// The figures of the draws for one site.
public struct RobustnessReport: ReportRecord, Codable {
  /// Draws, their seed, and how many sites are compared.
  public var draws: Int, seed: Double, among: Int
  /// Share of the draws in which the site has each rank, from 1, at most ten.
  public var rankAcceptability: [Double]
  /// Confidence factor of SMAA, share of first places, mean rank.
  public var confidenceFactor: Double?, firstPlaceShare: Double, meanRank: Double

  static var fields: [ReportField<Self>] {
    [
      .init("draws", \.draws), .init("seed", \.seed), .init("among", \.among), .init("rank_acceptability", \.rankAcceptability),
      .init("confidence_factor", \.confidenceFactor), .init("first_place_share", \.firstPlaceShare), .init("mean_rank", \.meanRank),
    ]
  }
}

/// The rank of a site by other methods.
public struct RankAgreement: ReportRecord, Codable {
  /// How many sites are compared.
  public var among: Int
  /// Rank by id of the method, best and worst of them.
  public var ranks: NamedNumbers, low: Int, high: Int

  static var fields: [ReportField<Self>] {
    [.init("among", \.among), .init("ranks", \.ranks), .init("low", \.low), .init("high", \.high)]
  }
}

/// The rank of a site by the weights of a group of people.
public struct StakeholderRank: ReportRecord, Codable {
  /// Name and title of the group.
  public var name: String, title: String
  /// Rank, score 0–100, and how many sites are compared.
  public var rank: Int, score: Double, among: Int

  static var fields: [ReportField<Self>] {
    [
      .init("name", \.name), .init("title", \.title), .init("rank", \.rank), .init("score", \.score), .init("among", \.among),
    ]
  }
}

/// For the first site the room of each weight; for another the single weights that would put it ahead of the first.
public enum SiteStability: ReportValue, Codable {
  case first(WeightRoom)
  case behind(leader: SiteName, overtakes: [Overtaking])

  /// A weight that would put a site first, %.
  public struct Overtaking: ReportRecord, Codable {
    /// Id and title of the criterion.
    public var criterion: String, title: String
    /// The weight, and the one it takes.
    public var weight: Double, needed: Double

    static var fields: [ReportField<Self>] {
      [.init("criterion", \.criterion), .init("title", \.title), .init("weight", \.weight), .init("needed", \.needed)]
    }
  }

  /// Both forms as one record.
  struct Written: ReportRecord {
    var isFirst: Bool, leader: SiteName, room: WeightRoom?, overtakes: [Overtaking]?

    static var fields: [ReportField<Self>] {
      [
        .init("leader", \.leader), .init("least_change", ifAny: { $0.room.map(\.leastChange) }),
        .init("intervals", ifAny: \.room?.intervals), .init("is_first", \.isFirst), .init("overtakes", ifAny: \.overtakes),
      ]
    }
  }

  var json: JSON {
    switch self {
    case .first(let room): Written(isFirst: true, leader: room.leader, room: room, overtakes: nil).json
    case .behind(let leader, let overtakes): Written(isFirst: false, leader: leader, room: nil, overtakes: overtakes).json
    }
  }

  static func schema(_ definitions: inout SchemaDefinitions) -> JSON { Written.schema(&definitions) }
}
