/// A risk with its place in a matrix of five by five, set by a written rule.
public struct Risk: Sendable, Equatable {
  /// How serious the product of likelihood and impact is.
  public enum Level: String, Sendable, Equatable, CaseIterable {
    /// 1 to 4.
    case low
    /// 5 to 9.
    case moderate
    /// 10 to 15.
    case high
    /// 16 to 25.
    case veryHigh = "very high"
  }

  /// Identifier, such as cost_overrun.
  public let id: String
  /// 1 (rare) to 5 (almost certain).
  public let likelihood: Int
  /// 1 (negligible) to 5 (ruinous).
  public let impact: Int
  /// The rule and the figures that placed it.
  public let rule: String
  /// What lowers it.
  public let response: String

  /// Likelihood × impact.
  public var score: Int { likelihood * impact }
  /// How serious it is.
  public var level: Level {
    switch score {
    case ..<5: .low
    case ..<10: .moderate
    case ..<16: .high
    default: .veryHigh
    }
  }

  /// Likelihood of a probability: below 10 % 1, below 30 % 2, below 50 % 3, below 70 % 4, else 5.
  public static func likelihood(of probability: Double) -> Int {
    switch probability {
    case ..<0.1: 1
    case ..<0.3: 2
    case ..<0.5: 3
    case ..<0.7: 4
    default: 5
    }
  }

  /// Impact of a loss as a share of the capital cost: below 2 % 1, below 5 % 2, below 10 % 3, below 20 % 4, else 5.
  public static func impact(ofLoss share: Double) -> Int {
    switch share {
    case ..<0.02: 1
    case ..<0.05: 2
    case ..<0.1: 3
    case ..<0.2: 4
    default: 5
    }
  }
}

/// What is known about a building and its market that risks follow from; `nil` means not known, which is a risk of its own.
public struct RiskEvidence: Sendable, Equatable {
  /// Contamination present.
  public var isContaminated: Bool?
  /// Listed.
  public var isListed: Bool?
  /// Confidence that the building is vacant.
  public var vacancyConfidence: Double?
  /// Share of the criteria known.
  public var completeness: Double
  /// Lettable area over the area the district takes up each year.
  public var yearsOfDemand: Double?
  /// Whether an aid rule in force on the grant date is known.
  public var isAidRuleKnown: Bool
  /// Class of the cost estimate, 5 for no survey.
  public var estimateClass: Int

  /// Evidence.
  public init(
    isContaminated: Bool? = nil, isListed: Bool? = nil, vacancyConfidence: Double? = nil, completeness: Double,
    yearsOfDemand: Double? = nil,
    isAidRuleKnown: Bool, estimateClass: Int
  ) {
    self.isContaminated = isContaminated
    self.isListed = isListed
    self.vacancyConfidence = vacancyConfidence
    self.completeness = completeness
    self.yearsOfDemand = yearsOfDemand
    self.isAidRuleKnown = isAidRuleKnown
    self.estimateClass = estimateClass
  }
}

/// The risks of an appraised alternative, most serious first, ties by identifier.
///
/// Each rule is written in the risk it places. Impacts are losses of FNPV(C) as a share of the central capital cost. Without capital cost there are no risks to rate.
public func risks(_ appraisal: Appraisal, simulation: Simulation?, tornado bars: [Sensitivity]?, evidence: RiskEvidence) -> [Risk] {
  let capital = appraisal.capitalCost.central
  guard capital > 0 else { return [] }
  func percent(_ share: Double) -> String { "\(Int((min(max(share, -1e6), 1e6) * 100).rounded())) %" }
  func loss(_ driver: Driver, _ change: Double) -> Double? {
    guard let bar = bars?.first(where: { $0.driver == driver }), bar.highChange > bar.lowChange else { return nil }
    let slope = (bar.high - bar.low) / (bar.highChange - bar.lowChange)
    return max(0, -slope * change) / capital
  }
  var risks: [Risk] = []
  func add(_ id: String, _ likelihood: Int, _ impact: Int, _ rule: String, _ response: String) {
    risks.append(Risk(id: id, likelihood: likelihood, impact: impact, rule: rule, response: response))
  }
  let overrun = appraisal.capitalCost.high / capital - 1
  if let simulation {
    add(
      "cost_overrun", Risk.likelihood(of: simulation.probabilityOfOverrun), Risk.impact(ofLoss: overrun),
      "probability of more than 10 % over the central estimate \(percent(simulation.probabilityOfOverrun)); high estimate \(percent(overrun)) above it",
      "survey the building, raise the estimate class")
    let failing = 1 - simulation.probabilityOfPositiveNetPresentValue
    let shortfall = max(0, -(simulation.netPresentValue?.p10 ?? 0)) / capital
    add(
      "negative_value", Risk.likelihood(of: failing), Risk.impact(ofLoss: shortfall),
      "probability of a negative FNPV(C) \(percent(failing)); P10 loses \(percent(shortfall)) of the capital cost",
      "secure grant and tenants before building")
    if let cover = simulation.probabilityOfCoverage {
      add(
        "debt_service", Risk.likelihood(of: 1 - cover), 4,
        "probability of coverage below the required ratio \(percent(1 - cover)); default is major",
        "less debt, longer term, reserve account")
    }
  } else {
    let likelihood = evidence.estimateClass >= 5 ? 4 : evidence.estimateClass == 4 ? 3 : 2
    add(
      "cost_overrun", likelihood, Risk.impact(ofLoss: overrun),
      "estimate class \(evidence.estimateClass); high estimate \(percent(overrun)) above the central",
      "survey the building, raise the estimate class")
  }
  if let revenueLoss = loss(.revenue, -0.2) {
    let likelihood = evidence.yearsOfDemand.map { $0 > 5 ? 5 : $0 > 2 ? 4 : $0 > 1 ? 3 : 2 } ?? 3
    add(
      "letting", likelihood, Risk.impact(ofLoss: revenueLoss),
      "\(evidence.yearsOfDemand.map { "area equals \(($0 * 10).rounded() / 10) years of district demand" } ?? "district demand not known"); 20 % less revenue costs \(percent(revenueLoss)) of the capital cost",
      "pre-let to anchor tenants, open in stages")
  }
  if let operatingLoss = loss(.operatingCost, 0.15) {
    add(
      "operating_cost", 2, Risk.impact(ofLoss: operatingLoss),
      "15 % more operating cost costs \(percent(operatingLoss)) of the capital cost",
      "energy concept, charges passed on to tenants")
  }
  switch evidence.isContaminated {
  case true?: add("contamination", 5, 3, "contamination is recorded", "remediate before purchase, seek aid for remediation")
  case nil: add("contamination", 3, 3, "contamination is not known", "historical and soil survey")
  case false?: break
  }
  if evidence.isListed == true { add("heritage", 3, 3, "the building is listed", "involve the heritage office from the first sketch") }
  if (evidence.vacancyConfidence ?? 0) < 0.5 {
    add(
      "availability", 4, 4, "vacancy confidence \(evidence.vacancyConfidence.map { percent($0) } ?? "not known"), below 50 %",
      "confirm vacancy and the owner's intention")
  }
  if evidence.completeness < 0.6 {
    add("missing_facts", 4, 3, "\(percent(evidence.completeness)) of the criteria known, below 60 %", "find out first")
  }
  if (appraisal.stack?.publicMoney ?? 0) > 0 || (appraisal.fundingGap?.rate ?? 0) > 0 {
    let share = (appraisal.stack?.publicMoney ?? 0) / capital
    add(
      "grant", evidence.isAidRuleKnown ? 3 : 5, max(Risk.impact(ofLoss: share), evidence.isAidRuleKnown ? 1 : 4),
      evidence.isAidRuleKnown ? "public money pays for \(percent(share)) of the capital cost" : "no aid rule is known on the grant date",
      "written commitment before contracts are let")
  }
  return risks.sorted { ($1.score, $0.id) < ($0.score, $1.id) }
}
