/// What the intensity of an aid rule is a share of.
public enum AidBasis: String, Sendable, Equatable, CaseIterable {
  /// The eligible cost.
  case eligibleCost = "eligible cost"
  /// The eligible cost less the operating profit over the life of the investment.
  case eligibleCostMinusOperatingProfit = "eligible cost minus operating profit"
  /// The eligible cost less the discounted operating profit.
  case eligibleCostMinusDiscountedOperatingProfit = "eligible cost minus discounted operating profit"
  /// The eligible cost less the increase in value of the land.
  case eligibleCostMinusLandValueIncrease = "eligible cost minus increase of land value"
  /// The cost of energy measures alone.
  case energyMeasures = "eligible cost of energy measures"
  /// Nothing: an amount per undertaking over three years.
  case undertaking = "undertaking over three years"
  /// The total project cost.
  case totalProjectCost = "total project cost"
  /// The cost of preparing a project.
  case preparationCost = "preparation cost"
  /// A loan, part of which need not be paid back.
  case loan = "loan"

  /// The basis a rule table names; `nil` for words the engine does not know.
  public init?(ruleTableText text: String) {
    if text.hasPrefix("undertaking over three") { self = .undertaking } else { self.init(rawValue: text) }
  }
}

/// A legal ceiling on public aid, with the dates between which it holds.
public struct AidRule: Sendable, Equatable {
  /// Identifier, such as GBER-53-SIMPLE.
  public var id: String
  /// Title.
  public var title: String
  /// What the intensity is a share of.
  public var basis: AidBasis
  /// Highest share of the basis; `nil` when it depends on a map or list that is not at hand.
  public var maximumIntensity: Double?
  /// Highest amount of aid per project or undertaking; `nil` for none.
  public var threshold: Double?
  /// Total cost above which the rule does not apply; `nil` for none.
  public var totalCostCap: Double?
  /// What the rule applies to, such as "cultural infrastructure".
  public var appliesTo: String
  /// Identifiers of rules whose aid may be added, up to the higher of the two intensities.
  public var cumulatesWith: [String]
  /// First day the rule holds.
  public var validFrom: CalendarDate
  /// Last day the rule holds; `nil` for no end.
  public var validTo: CalendarDate?
  /// Where the rule is written.
  public var source: String
  /// Whether the figures were checked against the legal text.
  public var isVerified: Bool

  /// A rule with its dates.
  public init(
    id: String, title: String, basis: AidBasis, maximumIntensity: Double?, threshold: Double?, totalCostCap: Double?, appliesTo: String,
    cumulatesWith: [String] = [], validFrom: CalendarDate, validTo: CalendarDate?, source: String, isVerified: Bool
  ) {
    self.id = id
    self.title = title
    self.basis = basis
    self.maximumIntensity = maximumIntensity
    self.threshold = threshold
    self.totalCostCap = totalCostCap
    self.appliesTo = appliesTo
    self.cumulatesWith = cumulatesWith
    self.validFrom = validFrom
    self.validTo = validTo
    self.source = source
    self.isVerified = isVerified
  }

  /// Whether the rule holds on a day, both ends included.
  public func isInForce(on date: CalendarDate) -> Bool {
    validFrom <= date && (validTo.map { date <= $0 } ?? true)
  }
}

/// The figures of a project that aid rules look at.
public struct AidApplication: Sendable, Equatable {
  /// What is aided; only rules that apply to one of these words are considered.
  public var purposes: [String]
  /// Eligible cost.
  public var eligibleCost: Double
  /// Total project cost.
  public var totalCost: Double
  /// Operating profit over the life of the investment, discounted; `nil` when unknown.
  public var operatingProfit: Double?
  /// Increase in value of the land; `nil` when unknown.
  public var landValueIncrease: Double?
  /// Cost of energy measures; `nil` when unknown.
  public var energyMeasuresCost: Double?
  /// Aid the undertaking has had in the last three years.
  public var earlierAid: Double
  /// The day the grant is given.
  public var grantDate: CalendarDate

  /// An application for aid.
  public init(
    purposes: [String], eligibleCost: Double, totalCost: Double, operatingProfit: Double? = nil, landValueIncrease: Double? = nil,
    energyMeasuresCost: Double? = nil, earlierAid: Double = 0, grantDate: CalendarDate
  ) {
    self.purposes = purposes
    self.eligibleCost = eligibleCost
    self.totalCost = totalCost
    self.operatingProfit = operatingProfit
    self.landValueIncrease = landValueIncrease
    self.energyMeasuresCost = energyMeasuresCost
    self.earlierAid = earlierAid
    self.grantDate = grantDate
  }
}

/// The most aid that is lawful on the grant date, or that no rule is known.
public struct AidCeiling: Sendable, Equatable {
  /// A rule that applies, with the aid it allows.
  public struct Allowance: Sendable, Equatable {
    /// The rule.
    public let rule: AidRule
    /// The aid it allows, at least 0.
    public let amount: Double
    /// What holds it down: "intensity" or "threshold".
    public let boundBy: String
  }

  /// A rule that was looked at and left out, with the reason.
  public struct Refusal: Sendable, Equatable {
    /// Identifier of the rule.
    public let ruleID: String
    /// Why it does not apply.
    public let reason: Reason
  }

  /// Why a rule does not give a ceiling.
  public enum Reason: String, Sendable, Equatable {
    /// The grant date is past the rule's end: unlawful unless renewed.
    case expired = "expired"
    /// The grant date is before the rule's start.
    case notYetInForce = "not_yet_in_force"
    /// The project costs more than the rule covers.
    case aboveTotalCostCap = "above_total_cost_cap"
    /// The intensity depends on a map or list that is not at hand.
    case intensityUnknown = "intensity_unknown"
    /// A figure the basis needs is not known.
    case basisUnknown = "basis_unknown"
  }

  /// Rules that apply, the highest allowance first, ties by identifier.
  public let allowances: [Allowance]
  /// Rules for this purpose that do not apply, by identifier.
  public let refusals: [Refusal]

  /// The rule used: the one that allows most; `nil` when no rule is known on the grant date.
  public var applied: Allowance? { allowances.first }
  /// The lawful ceiling; `nil` when no rule is known. `nil` never means "unlimited".
  public var amount: Double? { applied?.amount }
  /// Rules of this purpose that ended before the grant date, which may be shown as "unlawful unless renewed".
  public var expiredRuleIDs: [String] { refusals.filter { $0.reason == .expired }.map(\.ruleID) }

  /// The ceiling for a project.
  ///
  /// An expired rule is never applied. Aid under several rules for the same eligible cost may not exceed the highest of them,
  /// so the ceiling is the highest allowance and never a sum (Commission Regulation (EU) 651/2014, article 8(3)).
  /// - Throws: `ProjectFinanceError` for figures that are negative or not finite.
  public init(rules: [AidRule], application: AidApplication) throws(ProjectFinanceError) {
    try requireNonNegative(application.eligibleCost, "eligible_cost")
    try requireNonNegative(application.totalCost, "total_cost")
    try requireNonNegative(application.earlierAid, "earlier_aid")
    try requireFinite(application.operatingProfit ?? 0, "operating_profit")
    try requireFinite(application.landValueIncrease ?? 0, "land_value_increase")
    try requireFinite(application.energyMeasuresCost ?? 0, "energy_measures_cost")
    var allowed: [Allowance] = [], refused: [Refusal] = []
    for rule in rules where application.purposes.contains(rule.appliesTo) {
      let reason: Reason?
      if application.grantDate < rule.validFrom {
        reason = .notYetInForce
      } else if !rule.isInForce(on: application.grantDate) {
        reason = .expired
      } else if let cap = rule.totalCostCap, application.totalCost > cap {
        reason = .aboveTotalCostCap
      } else if rule.maximumIntensity == nil {
        reason = .intensityUnknown
      } else {
        reason = nil
      }
      if let reason {
        refused.append(Refusal(ruleID: rule.id, reason: reason))
        continue
      }
      let basis: Double?
      switch rule.basis {
      case .eligibleCost, .preparationCost, .loan: basis = application.eligibleCost
      case .totalProjectCost: basis = application.totalCost
      case .eligibleCostMinusOperatingProfit, .eligibleCostMinusDiscountedOperatingProfit:
        basis = application.operatingProfit.map { application.eligibleCost - max(0, $0) }
      case .eligibleCostMinusLandValueIncrease: basis = application.landValueIncrease.map { application.eligibleCost - max(0, $0) }
      case .energyMeasures: basis = application.energyMeasuresCost.map { min($0, application.eligibleCost) }
      case .undertaking: basis = application.eligibleCost
      }
      guard let basis, let intensity = rule.maximumIntensity else {
        refused.append(Refusal(ruleID: rule.id, reason: .basisUnknown))
        continue
      }
      let byIntensity = max(0, basis * intensity)
      let byThreshold = rule.threshold.map { max(0, rule.basis == .undertaking ? $0 - application.earlierAid : $0) }
      if let byThreshold, byThreshold < byIntensity {
        allowed.append(Allowance(rule: rule, amount: byThreshold, boundBy: "threshold"))
      } else {
        allowed.append(Allowance(rule: rule, amount: byIntensity, boundBy: "intensity"))
      }
    }
    allowances = allowed.sorted { ($1.amount, $0.rule.id) < ($0.amount, $1.rule.id) }
    refusals = refused.sorted { ($0.ruleID, $0.reason.rawValue) < ($1.ruleID, $1.reason.rawValue) }
  }
}
