public import ProjectFinance

/// An alternative as it is priced and appraised.
public struct AlternativeReport: ReportRecord {
  /// Id, title and what is done.
  public var id: String, title: Message, description: Message
  /// Whether it is the one reported.
  public var isChosen: Bool
  /// The verdict on it and the rule that fired.
  public var verdict: Verdict.Recommendation, verdictRule: Message
  /// The space programme.
  public var programme: [ProgrammeLine]
  /// Areas, m², and cost of what stays closed.
  public var convertedArea: Figure, closedArea: Figure, closedCost: Figure, lettableArea: Figure
  /// Rent, occupancy in the long run, jobs.
  public var rent: Figure, occupancy: Figure, jobs: Figure
  /// Investment, whole and per m², with the reference-class scenario and the contingency in it.
  public var capex: Figure, capexPerArea: Figure, capexReferenceClass: Figure, contingency: Figure
  /// The investment by DIN 276 group, the factors of its unit cost, and what comes on top.
  public var costGroups: [CostGroupLine], costFactors: [CostFactor], costExtras: [CostExtra]
  /// Revenue and operating cost of the first fully let year.
  public var revenue: Figure, operatingCost: Figure
  /// The sources of the money, and the uses they pay for.
  public var grant: Figure, cofinancing: Figure, softLoan: Figure, loan: Figure, equity: Figure, unfunded: Figure, uses: Figure
  /// Codes of what binds the financing, its cost, and its description.
  public var binding: [String], costOfCapital: Figure, financing: Message
  /// What a further euro of grant buys.
  public var marginalGrant: MarginalGrant?
  /// The aid law.
  public var aid: AidReport?
  /// Funding gap and modified rate of return; `nil` without investment.
  public var fundingGap: Figure?, modifiedRate: Figure?
  /// Financial returns of the investment, of national capital, of private capital.
  public var fnpvC: Figure, frrC: Figure, fnpvK: Figure, frrK: Figure, fnpvKPrivate: Figure, frrKPrivate: Figure
  /// Economic returns.
  public var enpv: Figure, enpvHighRate: Figure, err: Figure, benefitCost: Figure
  /// What the economic return is made of.
  public var economics: EconomicsReport?
  /// Debt service cover: lowest year, the same in money of each year, mean; loan life cover.
  public var dscrMin: Figure, dscrMinNominal: Figure, dscrMean: Figure, llcr: Figure
  /// Whether cumulated cash is never negative.
  public var isSustainable: Bool?
  /// Rent at which FNPV(C) is 0, years to pay back, public money per job.
  public var breakEvenRent: Figure, payback: Figure, discountedPayback: Figure, publicPerJob: Figure
  /// Answers to questions asked backwards.
  public var inverse: [InverseReport]
  /// The cash flow by year.
  public var cashFlow: [CashFlowYear]
  /// How far the figures may be off; `nil` when the rent is not known.
  public var uncertainty: UncertaintyReport?

  static var fields: [ReportField<Self>] {
    [
      .init("id", \.id), .init("title", \.title), .init("description", \.description), .init("chosen", \.isChosen),
      .init("verdict", \.verdict), .init("verdict_rule", \.verdictRule), .init("programme", \.programme),
      .init("converted_area", \.convertedArea), .init("closed_area", \.closedArea), .init("closed_cost", \.closedCost),
      .init("lettable_area", \.lettableArea), .init("rent", \.rent), .init("occupancy", \.occupancy), .init("jobs", \.jobs),
      .init("capex", \.capex), .init("capex_per_m2", \.capexPerArea), .init("capex_reference_class", \.capexReferenceClass),
      .init("contingency", \.contingency), .init("cost_groups", \.costGroups), .init("cost_factors", \.costFactors),
      .init("cost_extras", \.costExtras), .init("revenue", \.revenue), .init("operating_cost", \.operatingCost),
    ] + moneyFields + returnFields
  }

  private static var moneyFields: [ReportField<Self>] {
    [
      .init("grant", \.grant), .init("public_cofinancing", \.cofinancing), .init("soft_loan", \.softLoan), .init("loan", \.loan),
      .init("equity", \.equity), .init("unfunded", \.unfunded), .init("uses", \.uses), .init("binding", \.binding),
      .init("weighted_cost_of_capital", \.costOfCapital), .init("financing_text", \.financing),
      .init("marginal_grant", ifAny: \.marginalGrant), .init("aid", ifAny: \.aid), .init("funding_gap", ifAny: \.fundingGap),
    ]
  }

  private static var returnFields: [ReportField<Self>] {
    [
      .init("fnpv_c", \.fnpvC), .init("frr_c", \.frrC), .init("mirr", ifAny: \.modifiedRate), .init("fnpv_k", \.fnpvK),
      .init("frr_k", \.frrK), .init("fnpv_k_private", \.fnpvKPrivate), .init("frr_k_private", \.frrKPrivate), .init("enpv", \.enpv),
      .init("enpv_high_rate", \.enpvHighRate), .init("err", \.err), .init("benefit_cost", \.benefitCost),
      .init("economics", \.economics), .init("dscr_min", \.dscrMin), .init("dscr_min_nominal", \.dscrMinNominal),
      .init("dscr_mean", \.dscrMean), .init("llcr", \.llcr), .init("sustainable", \.isSustainable),
      .init("break_even_rent", \.breakEvenRent), .init("payback", \.payback), .init("discounted_payback", \.discountedPayback),
      .init("public_per_job", \.publicPerJob), .init("inverse", \.inverse), .init("cash_flow", \.cashFlow),
      .init("tornado", ifAny: \.uncertainty?.tornado), .init("switching", ifAny: \.uncertainty?.switching),
      .init("scenarios", ifAny: \.uncertainty?.scenarios), .init("monte_carlo", ifAny: \.uncertainty?.simulation),
    ]
  }
}

extension Verdict.Recommendation: ReportCode {}

/// A line of a space programme.
public struct ProgrammeLine: ReportRecord {
  /// What the space is, and the id of its sector; `nil` for shared space.
  public var title: Message, sector: String?
  /// Area and size of a unit, m²; `nil` when not divided.
  public var area: Double, unitArea: Double?
  /// Number of units, jobs at full occupancy, rent in EUR per m² and month.
  public var units: Int?, jobs: Double, rent: Double?

  static var fields: [ReportField<Self>] {
    [
      .init("title", \.title), .init("sector", \.sector), .init("area_m2", in: 0...Double.infinity, \.area), .init("unit_m2", \.unitArea),
      .init("units", \.units), .init("jobs", in: 0...Double.infinity, \.jobs), .init("rent_eur_m2_month", \.rent),
    ]
  }
}

/// The cost of a DIN 276 group, EUR.
public struct CostGroupLine: ReportRecord {
  /// Number and English title of the group.
  public var group: String, title: String
  /// The cost.
  public var low: Double, central: Double, high: Double

  static var fields: [ReportField<Self>] {
    [
      .init("group", \.group), .init("title", \.title), .init("low", in: 0...Double.infinity, \.low),
      .init("central", in: 0...Double.infinity, \.central), .init("high", in: 0...Double.infinity, \.high),
    ]
  }
}

/// A factor of the unit cost.
public struct CostFactor: ReportRecord {
  /// What it stands for, and the factor.
  public var title: Message, value: Double

  static var fields: [ReportField<Self>] { [.init("title", \.title), .init("value", in: 0...Double.infinity, \.value)] }
}

/// A cost on top of the unit cost, EUR.
public struct CostExtra: ReportRecord {
  /// What it is, and number of its DIN 276 group.
  public var title: Message, group: String
  /// The cost.
  public var low: Double, central: Double, high: Double

  static var fields: [ReportField<Self>] {
    [.init("title", \.title), .init("group", \.group), .init("low", \.low), .init("central", \.central), .init("high", \.high)]
  }
}

/// What a further euro of grant changes, EUR.
public struct MarginalGrant: ReportRecord {
  /// Whether the further euro respects every ceiling.
  public var isLawful: Bool
  /// Change of each source and of the owner's present value.
  public var cofinancing: Double, softLoan: Double, loan: Double, equity: Double, unfunded: Double, ownersValue: Double

  static var fields: [ReportField<Self>] {
    [
      .init("lawful", \.isLawful), .init("public_cofinancing", \.cofinancing), .init("soft_loan", \.softLoan), .init("loan", \.loan),
      .init("equity", \.equity), .init("unfunded", \.unfunded), .init("owners_value", \.ownersValue),
    ]
  }
}

/// The aid law of an alternative.
public struct AidReport: ReportRecord {
  /// What a rule means for the alternative.
  public enum Status: String, ReportCode {
    case applied, possible
    case notApplicable = "not applicable"
    case unlawful = "unlawful unless renewed"
    case needsOpinion = "needs a legal opinion"
  }

  /// A rule that was looked at.
  public struct Route: ReportRecord {
    /// Id and title of the rule.
    public var rule: String, title: String
    /// What it means here, and the most it allows, EUR.
    public var status: Status, ceiling: Double?
    /// First and last day.
    public var validFrom: CalendarDate, validTo: CalendarDate?
    /// Whether its figures were verified.
    public var isVerified: Bool
    /// Why.
    public var text: Message

    static var fields: [ReportField<Self>] {
      [
        .init("rule", \.rule), .init("title", \.title), .init("status", \.status), .init("ceiling_eur", \.ceiling),
        .init("valid_from", \.validFrom), .init("valid_to", \.validTo), .init("verified", \.isVerified), .init("text", \.text),
      ]
    }
  }

  /// Id and title of the rule that applies; `nil` when none is known.
  public var rule: String?, title: String?
  /// Its intensity, the most it allows in EUR, its last day.
  public var rate: Double?, ceiling: Double?, validTo: CalendarDate?
  /// Whether its figures were verified.
  public var isVerified: Bool
  /// What follows.
  public var text: Message
  /// All rules that were looked at.
  public var routes: [Route]

  static var fields: [ReportField<Self>] {
    [
      .init("rule", \.rule), .init("title", \.title), .init("rate", \.rate), .init("ceiling_eur", \.ceiling),
      .init("valid_to", \.validTo), .init("verified", \.isVerified), .init("text", \.text), .init("routes", \.routes),
    ]
  }
}

/// What the economic return is made of, present values in EUR.
public struct EconomicsReport: ReportRecord {
  /// A benefit.
  public struct Benefit: ReportRecord {
    /// Id and title.
    public var id: String, title: Message
    /// Present value.
    public var presentValue: Double?

    static var fields: [ReportField<Self>] { [.init("id", \.id), .init("title", \.title), .init("present_value", \.presentValue)] }
  }

  /// What is counted.
  public var benefits: [Benefit]
  /// Costs.
  public var costs: Double
  /// What is not, for want of figures.
  public var notCounted: [Message]

  static var fields: [ReportField<Self>] {
    [.init("benefits", \.benefits), .init("costs", \.costs), .init("not_counted", \.notCounted)]
  }
}

/// An answer to a question asked backwards.
public struct InverseReport: ReportRecord {
  /// Id and question.
  public var id: String, title: Message
  /// The answer.
  public var figure: Figure
  /// Whether the model confirms it.
  public var isVerified: Bool

  static var fields: [ReportField<Self>] {
    [.init("id", \.id), .init("title", \.title), .init("figure", \.figure), .init("verified", \.isVerified)]
  }
}

/// A year of the cash flow, EUR; `nil` where the rent is not known.
public struct CashFlowYear: ReportRecord {
  /// Calendar year.
  public var year: Int
  /// Flows of the project.
  public var capex: Double, revenue: Double?, operatingCost: Double, replacements: Double, residual: Double
  /// Share let.
  public var occupancy: Double
  /// Net flow, and its present value.
  public var net: Double?, discounted: Double?
  /// Debt service in its parts.
  public var interest: Double, principal: Double
  /// Sources of the money.
  public var grant: Double, cofinancing: Double, softLoan: Double, bankLoan: Double, equity: Double, unfunded: Double
  /// Debt at the end of the year, cover of its service, cumulated cash, cumulated net flow.
  public var debt: Double, coverage: Double?, cash: Double?, cumulative: Double?

  /// Interest and principal.
  public var debtService: Double { interest + principal }

  static var fields: [ReportField<Self>] {
    [
      .init("year", \.year), .init("capex", \.capex), .init("revenue", \.revenue), .init("operating_cost", \.operatingCost),
      .init("replacements", \.replacements), .init("residual", \.residual), .init("occupancy", \.occupancy), .init("net", \.net),
      .init("discounted", \.discounted), .init("interest", \.interest), .init("principal", \.principal),
      .init("debt_service", \.debtService), .init("grant", \.grant), .init("cofinancing", \.cofinancing),
      .init("soft_loan", \.softLoan), .init("bank_loan", \.bankLoan), .init("loan", { $0.softLoan + $0.bankLoan }),
      .init("equity", \.equity), .init("unfunded", \.unfunded), .init("debt", \.debt), .init("dscr", \.coverage), .init("cash", \.cash),
      .init("cumulative", \.cumulative),
    ]
  }
}

/// The verdict on the chosen alternative.
public struct VerdictReport: ReportRecord {
  /// A figure that a rule looked at.
  public struct Test: ReportRecord {
    /// What it is.
    public var title: Message
    /// What it was compared with, and whether it passed.
    public var limit: Double?, passes: Bool
    /// The figure.
    public var figure: Figure

    static var fields: [ReportField<Self>] {
      [.init("title", \.title), .init("limit", \.limit), .init("passes", \.passes), .init("figure", \.figure)]
    }
  }

  /// What is recommended, and the rule that fired.
  public var verdict: Verdict.Recommendation, rule: Message
  /// The figures that fired it.
  public var figures: [Test]
  /// Facts to find out first.
  public var missing: [Message]
  /// Id and title of the alternative.
  public var alternative: String, alternativeTitle: Message
  /// Cost of a survey before the decision.
  public var surveyCost: Figure
  /// All of it in a few sentences.
  public var summary: Message

  static var fields: [ReportField<Self>] {
    [
      .init("verdict", \.verdict), .init("rule", \.rule), .init("figures", \.figures), .init("missing", \.missing),
      .init("alternative", \.alternative), .init("alternative_title", \.alternativeTitle), .init("survey_cost", \.surveyCost),
      .init("summary", \.summary),
    ]
  }
}
