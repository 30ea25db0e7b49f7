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

  /// The rule that placed a risk, with its figures; shares of the capital cost are losses.
  public enum Ground: Sendable, Equatable {
    /// Probability of more than 10 % over the central estimate, and the high estimate above it as a share.
    case overrun(probability: Double, high: Double)
    /// Class of the estimate, and the high estimate above the central as a share.
    case estimateClass(Int, high: Double)
    /// Probability of a negative FNPV(C), and the loss at P10.
    case negativeValue(probability: Double, loss: Double)
    /// Probability of a coverage below the required ratio.
    case coverage(probability: Double)
    /// Years of district demand that the area equals, and what 20 % less revenue costs.
    case demand(years: Double?, loss: Double)
    /// What 15 % more operating cost costs.
    case operatingCost(loss: Double)
    /// Contamination is recorded.
    case contaminated
    /// Contamination is not known.
    case contaminationUnknown
    /// The building is listed.
    case listed
    /// Vacancy confidence below 50 %.
    case vacancyConfidence(Double?)
    /// Share of the criteria known, below 60 %.
    case completeness(Double)
    /// Share of the capital cost that public money pays for.
    case publicMoney(share: Double)
    /// No aid rule is known on the grant date.
    case noAidRule
  }

  /// Identifier, such as cost_overrun.
  public let id: String
  /// 1 (rare) to 5 (almost certain).
  public let likelihood: Int
  /// 1 (negligible) to 5 (ruinous).
  public let impact: Int
  /// The rule and the figures that placed it.
  public let ground: Ground

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
/// Each risk says by its ground which rule placed it. Impacts are losses of FNPV(C) as a share of the central capital cost. Without capital cost there are no risks to rate.
public func risks(_ appraisal: Appraisal, simulation: Simulation?, tornado bars: [Sensitivity]?, evidence: RiskEvidence) -> [Risk] {
  let capital = appraisal.capitalCost.central
  guard capital > 0 else { return [] }
  func loss(_ driver: Driver, _ change: Double) -> Double? {
    guard let bar = bars?.first(where: { $0.driver == driver }), bar.highChange > bar.lowChange else { return nil }
    let slope = (bar.high - bar.low) / (bar.highChange - bar.lowChange)
    return max(0, -slope * change) / capital
  }
  var risks: [Risk] = []
  func add(_ id: String, _ likelihood: Int, _ impact: Int, _ ground: Risk.Ground) {
    risks.append(Risk(id: id, likelihood: likelihood, impact: impact, ground: ground))
  }
  let overrun = appraisal.capitalCost.high / capital - 1
  if let simulation {
    add(
      "cost_overrun", Risk.likelihood(of: simulation.probabilityOfOverrun), Risk.impact(ofLoss: overrun),
      .overrun(probability: simulation.probabilityOfOverrun, high: overrun))
    let failing = 1 - simulation.probabilityOfPositiveNetPresentValue
    let shortfall = max(0, -(simulation.netPresentValue?.p10 ?? 0)) / capital
    add(
      "negative_value", Risk.likelihood(of: failing), Risk.impact(ofLoss: shortfall),
      .negativeValue(probability: failing, loss: shortfall))
    if let cover = simulation.probabilityOfCoverage {
      add(
        "debt_service", Risk.likelihood(of: 1 - cover), 4,
        .coverage(probability: 1 - cover))
    }
  } else {
    let likelihood = evidence.estimateClass >= 5 ? 4 : evidence.estimateClass == 4 ? 3 : 2
    add(
      "cost_overrun", likelihood, Risk.impact(ofLoss: overrun),
      .estimateClass(evidence.estimateClass, high: overrun))
  }
  if let revenueLoss = loss(.revenue, -0.2) {
    let likelihood = evidence.yearsOfDemand.map { $0 > 5 ? 5 : $0 > 2 ? 4 : $0 > 1 ? 3 : 2 } ?? 3
    add(
      "letting", likelihood, Risk.impact(ofLoss: revenueLoss),
      .demand(years: evidence.yearsOfDemand, loss: revenueLoss))
  }
  if let operatingLoss = loss(.operatingCost, 0.15) {
    add(
      "operating_cost", 2, Risk.impact(ofLoss: operatingLoss),
      .operatingCost(loss: operatingLoss))
  }
  switch evidence.isContaminated {
  case true?: add("contamination", 5, 3, .contaminated)
  case nil: add("contamination", 3, 3, .contaminationUnknown)
  case false?: break
  }
  if evidence.isListed == true { add("heritage", 3, 3, .listed) }
  if (evidence.vacancyConfidence ?? 0) < 0.5 {
    add(
      "availability", 4, 4, .vacancyConfidence(evidence.vacancyConfidence))
  }
  if evidence.completeness < 0.6 {
    add("missing_facts", 4, 3, .completeness(evidence.completeness))
  }
  if (appraisal.stack?.publicMoney ?? 0) > 0 || (appraisal.fundingGap?.rate ?? 0) > 0 {
    let share = (appraisal.stack?.publicMoney ?? 0) / capital
    add(
      "grant", evidence.isAidRuleKnown ? 3 : 5, max(Risk.impact(ofLoss: share), evidence.isAidRuleKnown ? 1 : 4),
      evidence.isAidRuleKnown ? .publicMoney(share: share) : .noAidRule)
  }
  return risks.sorted { ($1.score, $0.id) < ($0.score, $1.id) }
}
