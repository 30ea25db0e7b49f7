/// The recommendation for a building, by written rules, with the rule that fired and its figures.
public struct Verdict: Sendable, Equatable {
  /// What is recommended, best first.
  public enum Recommendation: String, Sendable, Equatable, CaseIterable {
    /// It pays for itself.
    case invest = "invest"
    /// It is worth it to society and works with the lawful grant.
    case investWithGrant = "invest with grant"
    /// Better than an empty building until more is possible.
    case meanwhileOnly = "meanwhile only"
    /// Nothing works.
    case notViable = "not viable"
    /// Too little is known to say.
    case findOutFirst = "find out first"
  }

  /// A figure a rule looked at.
  public struct Figure: Sendable, Equatable {
    /// Name of the figure.
    public let name: String
    /// Its value; `nil` when not known.
    public let value: Double?
    /// What it was compared with.
    public let limit: Double?
    /// Whether it passed.
    public let passes: Bool
  }

  /// The rule that fired, with its limits.
  public enum Rule: Sendable, Equatable {
    /// Completeness or vacancy confidence below a limit, or no rent.
    case tooLittleKnown(completeness: Double, confidence: Double)
    /// FNPV(C) ≥ 0 and debt service covered so many times.
    case paysForItself(coverage: Double)
    /// ENPV ≥ 0, sustainable, private FNPV(K) ≥ 0, public money per job within the limit.
    case worthPublicMoney
    /// FNPV(C) of meanwhile use above that of keeping vacant.
    case betterThanVacant
    /// None of these.
    case noneHolds
  }

  /// What is recommended.
  public let recommendation: Recommendation
  /// The rule that fired.
  public let rule: Rule
  /// The figures that fired it.
  public let figures: [Figure]
  /// Facts to find out first; empty for other recommendations.
  public let missingFacts: [String]
}

/// The figures the verdict rules look at.
public struct VerdictEvidence: Sendable, Equatable {
  /// Share of the weighted criteria that are known.
  public var completeness: Double
  /// Confidence that the building is vacant; `nil` when there is no evidence.
  public var vacancyConfidence: Double?
  /// Whether a rent is known.
  public var isRentKnown: Bool
  /// Facts that are missing, most useful first.
  public var missingFacts: [String]
  /// FNPV(C).
  public var netPresentValue: Double?
  /// Lowest debt service coverage; `nil` without debt.
  public var minimumCoverage: Double?
  /// Whether the stack has debt; without debt the coverage rule holds.
  public var hasDebt: Bool
  /// ENPV.
  public var economicNetPresentValue: Double?
  /// Whether cumulated cash is never negative.
  public var isSustainable: Bool?
  /// FNPV(K) of private capital at the lawful grant and co-financing.
  public var ownersNetPresentValue: Double?
  /// Grant and co-financing per job.
  public var publicMoneyPerJob: Double?
  /// The study's limit to public money per job.
  public var publicMoneyPerJobLimit: Double
  /// FNPV(C) of meanwhile use; `nil` when not priced.
  public var meanwhileNetPresentValue: Double?
  /// FNPV(C) of keeping the building vacant.
  public var vacantNetPresentValue: Double?
  /// The size of money, below a billionth of which a negative present value is rounding.
  public var moneyScale: Double

  /// The figures of an appraisal with what is known about the building.
  public init(
    completeness: Double, vacancyConfidence: Double?, missingFacts: [String] = [], appraisal: Appraisal?,
    publicMoneyPerJobLimit: Double = 60_000, meanwhileNetPresentValue: Double?, vacantNetPresentValue: Double?
  ) {
    self.completeness = completeness
    self.vacancyConfidence = vacancyConfidence
    isRentKnown = appraisal?.netPresentValue != nil
    self.missingFacts = missingFacts
    netPresentValue = appraisal?.netPresentValue
    minimumCoverage = appraisal?.coverage?.minimum
    hasDebt = appraisal?.coverage != nil
    economicNetPresentValue = appraisal?.economics?.netPresentValue
    isSustainable = appraisal?.isSustainable
    ownersNetPresentValue = appraisal?.ownersNetPresentValue
    publicMoneyPerJob = appraisal?.publicMoneyPerJob
    self.publicMoneyPerJobLimit = publicMoneyPerJobLimit
    self.meanwhileNetPresentValue = meanwhileNetPresentValue
    self.vacantNetPresentValue = vacantNetPresentValue
    moneyScale = appraisal?.stack?.totalUses ?? 0
  }
}

/// The first rule that matches, in the order find out first, invest, invest with grant, meanwhile only, not viable.
///
/// - Parameters:
///   - coverage: Debt service coverage an investor asks for.
///   - completenessLimit: Share of known criteria below which too little is known.
///   - confidenceLimit: Vacancy confidence below which the vacancy is not sure.
///
/// - find out first: completeness < 60 %, vacancy confidence < 0.5 or unknown, or no rent.
/// - invest: FNPV(C) ≥ 0, sources complete and debt service coverage ≥ 1.2 (no debt passes).
/// - invest with grant: ENPV ≥ 0, sustainable, private FNPV(K) ≥ 0, public money per job within the limit (unknown jobs do not pass).
/// - meanwhile only: FNPV(C) of meanwhile use above that of keeping vacant.
public func verdict(
  _ evidence: VerdictEvidence, coverage: Double = 1.2, completenessLimit: Double = 0.6, confidenceLimit: Double = 0.5
) -> Verdict {
  typealias Figure = Verdict.Figure
  func atLeast(_ name: String, _ value: Double?, _ limit: Double, slack: Double = 0) -> Figure {
    Figure(name: name, value: value, limit: limit, passes: value.map { $0 >= limit - slack } ?? false)
  }
  let completeness = atLeast("completeness", evidence.completeness, completenessLimit)
  let confidence = atLeast("vacancy_confidence", evidence.vacancyConfidence, confidenceLimit)
  let rent = Figure(name: "rent_known", value: evidence.isRentKnown ? 1 : 0, limit: 1, passes: evidence.isRentKnown)
  if !completeness.passes || !confidence.passes || !rent.passes {
    var facts = evidence.missingFacts
    if !rent.passes, !facts.contains("rent") { facts.insert("rent", at: 0) }
    if !confidence.passes, !facts.contains("vacancy") { facts.append("vacancy") }
    return Verdict(
      recommendation: .findOutFirst,
      rule: .tooLittleKnown(completeness: completenessLimit, confidence: confidenceLimit),
      figures: [completeness, confidence, rent].filter { !$0.passes }, missingFacts: facts)
  }
  let slack = 1e-9 * max(1, evidence.moneyScale)
  let npv = atLeast("fnpv_c", evidence.netPresentValue, 0, slack: slack)
  let cover =
    evidence.hasDebt
    ? atLeast("dscr_min", evidence.minimumCoverage, coverage, slack: 1e-9)
    : Figure(name: "dscr_min", value: nil, limit: coverage, passes: true)
  if npv.passes, cover.passes {
    return Verdict(
      recommendation: .invest, rule: .paysForItself(coverage: coverage), figures: [npv, cover], missingFacts: [])
  }
  let enpv = atLeast("enpv", evidence.economicNetPresentValue, 0, slack: slack)
  let sustainable = Figure(
    name: "sustainable", value: evidence.isSustainable.map { $0 ? 1 : 0 }, limit: 1, passes: evidence.isSustainable ?? false)
  let owner = atLeast("fnpv_k_private", evidence.ownersNetPresentValue, 0, slack: slack * 1e3)
  let perJob = Figure(
    name: "public_money_per_job", value: evidence.publicMoneyPerJob, limit: evidence.publicMoneyPerJobLimit,
    passes: evidence.publicMoneyPerJob.map { $0 <= evidence.publicMoneyPerJobLimit } ?? false)
  let grantFigures = [enpv, sustainable, owner, perJob]
  if grantFigures.allSatisfy(\.passes) {
    return Verdict(
      recommendation: .investWithGrant, rule: .worthPublicMoney,
      figures: grantFigures, missingFacts: [])
  }
  let meanwhile = Figure(
    name: "fnpv_c_meanwhile", value: evidence.meanwhileNetPresentValue, limit: evidence.vacantNetPresentValue,
    passes: zip2(evidence.meanwhileNetPresentValue, evidence.vacantNetPresentValue).map { $0 > $1 } ?? false)
  if meanwhile.passes {
    return Verdict(
      recommendation: .meanwhileOnly, rule: .betterThanVacant, figures: [meanwhile], missingFacts: [])
  }
  return Verdict(
    recommendation: .notViable, rule: .noneHolds, figures: ([npv, cover] + grantFigures + [meanwhile]).filter { !$0.passes },
    missingFacts: [])
}

private func zip2(_ a: Double?, _ b: Double?) -> (Double, Double)? {
  guard let a, let b else { return nil }
  return (a, b)
}

/// The alternative to report: best recommendation, then highest ENPV, then the first.
///
/// An unknown ENPV comes after every known one. Returns `nil` for no alternatives.
public func chosenAlternative(_ candidates: [(verdict: Verdict, economicNetPresentValue: Double?)]) -> Int? {
  let order = Verdict.Recommendation.allCases
  func rank(_ verdict: Verdict) -> Int { order.firstIndex(of: verdict.recommendation) ?? order.count }
  return candidates.indices.min { a, b in
    let ra = rank(candidates[a].verdict), rb = rank(candidates[b].verdict)
    if ra != rb { return ra < rb }
    switch (candidates[a].economicNetPresentValue, candidates[b].economicNetPresentValue) {
    case (let x?, let y?) where x != y: return x > y
    case (_?, nil): return true
    case (nil, _?): return false
    default: return a < b
    }
  }
}
