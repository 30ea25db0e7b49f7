/// How far the figures of an alternative may be off, and why.
public struct UncertaintyReport: Sendable {
  /// Inputs by the width of their effect, widest first.
  public var tornado: [Bar]
  /// Changes of inputs at which FNPV(C) is 0.
  public var switching: [Switch]
  /// FNPV(C) in scenarios.
  public var scenarios: [ScenarioReport]
  /// The simulation.
  public var simulation: SimulationReport

  /// FNPV(C) with one input at either end of its range.
  public struct Bar: ReportRecord {
    /// Id and title of the input.
    public var id: String, title: Message
    /// Change of the input as a share, and FNPV(C) there.
    public var lowChange: Double, highChange: Double, lowValue: Double, highValue: Double
    /// Per cent of FNPV(C) per cent of the input.
    public var elasticity: Double?
    /// Whether a change of 1 % moves FNPV(C) by at least 1 %.
    public var isCritical: Bool

    static var fields: [ReportField<Self>] {
      [
        .init("id", \.id), .init("title", \.title), .init("low_change", \.lowChange), .init("high_change", \.highChange),
        .init("low_value", \.lowValue), .init("high_value", \.highValue), .init("elasticity", \.elasticity),
        .init("critical", \.isCritical),
      ]
    }
  }

  /// The change of an input at which FNPV(C) is 0.
  public struct Switch: ReportRecord {
    /// Id and title of the input.
    public var id: String, title: Message
    /// The change as a share; `nil` when there is none.
    public var value: Double?
    /// In words.
    public var text: Message
    /// Whether a change of 1 % moves FNPV(C) by at least 1 %.
    public var isCritical: Bool

    static var fields: [ReportField<Self>] {
      [.init("id", \.id), .init("title", \.title), .init("value", \.value), .init("text", \.text), .init("critical", \.isCritical)]
    }
  }
}

/// FNPV(C) in a scenario, EUR.
public struct ScenarioReport: ReportRecord {
  /// The scenario.
  public var title: Message
  /// FNPV(C), investment, FRR(C).
  public var netPresentValue: Double, capex: Double, rateOfReturn: Double?

  static var fields: [ReportField<Self>] {
    [.init("title", \.title), .init("fnpv_c", \.netPresentValue), .init("capex", \.capex), .init("frr_c", \.rateOfReturn)]
  }
}

/// The simulation of an alternative.
public struct SimulationReport: ReportRecord {
  /// An input's part in the spread.
  public struct Driver: ReportRecord {
    /// Id and title of the input.
    public var id: String, title: Message
    /// Share of the variance, and correlation with FNPV(C).
    public var share: Double?, correlation: Double?

    static var fields: [ReportField<Self>] {
      [.init("id", \.id), .init("title", \.title), .init("share", in: 0...1, \.share), .init("correlation", in: -1...1, \.correlation)]
    }
  }

  /// Draws of FNPV(C) counted in classes of one width.
  public struct Histogram: ReportRecord {
    /// Ends of the first and the last class, EUR.
    public var from: Double, to: Double
    /// Draws by class.
    public var counts: [Int]

    static var fields: [ReportField<Self>] { [.init("from", \.from), .init("to", \.to), .init("counts", \.counts)] }
  }

  /// The spread of a headline figure.
  public struct Spread: ReportRecord {
    /// Id, title and unit.
    public var id: String, title: Message, unit: String
    /// Percentiles and mean, and the draws that have the figure.
    public var p10: Double?, p50: Double?, p90: Double?, mean: Double?, draws: Int

    static var fields: [ReportField<Self>] {
      [
        .init("id", \.id), .init("title", \.title), .init("unit", \.unit), .init("p10", \.p10), .init("p50", \.p50),
        .init("p90", \.p90), .init("mean", \.mean), .init("draws", \.draws),
      ]
    }
  }

  /// An input and how it is drawn.
  public struct Input: ReportRecord {
    /// Title, and spread in words.
    public var title: Message, spread: Message

    static var fields: [ReportField<Self>] { [.init("title", \.title), .init("spread", \.spread)] }
  }

  /// Number of draws and their seed.
  public var draws: Int, seed: Double
  /// FNPV(C): percentiles, mean, standard deviation, EUR.
  public var p10: Double?, p50: Double?, p90: Double?, mean: Double?, deviation: Double?
  /// Probabilities that FNPV(C) and ENPV are positive, that debt service is covered, that cost overruns.
  public var positiveValue: Double?, positiveEconomicValue: Double?, coverage: Double?, overrun: Double?
  /// What drives the spread.
  public var drivers: [Driver]
  /// The draws of FNPV(C).
  public var histogram: Histogram?
  /// Spreads of the headlines.
  public var spreads: [Spread]
  /// The inputs, how they hang together, and how the financing is taken.
  public var inputs: [Input], correlations: [Message], note: Message

  static var fields: [ReportField<Self>] {
    [
      .init("draws", in: 1...Double.infinity, \.draws), .init("seed", \.seed), .init("p10", \.p10), .init("p50", \.p50),
      .init("p90", \.p90), .init("mean", \.mean), .init("deviation", \.deviation),
      .init("probability_npv_positive", in: 0...1, \.positiveValue),
      .init("probability_enpv_positive", in: 0...1, \.positiveEconomicValue), .init("probability_dscr", in: 0...1, \.coverage),
      .init("probability_overrun", in: 0...1, \.overrun), .init("drivers", \.drivers), .init("histogram", \.histogram),
      .init("spreads", \.spreads), .init("inputs", \.inputs), .init("correlations", \.correlations), .init("note", \.note),
    ]
  }
}
