import ProjectFinance
import TextFormats

/// Strengths, weaknesses, opportunities, threats; risks; timetable: each line from a written rule that it carries with it, so
/// that cities compare like with like (method §5).
extension DossierContext {
  func swot(_ site: SiteRecord, _ criteria: [ScoredCriterion], _ concept: Concept) throws -> SWOTReport {
    let high = try register("swot.strong").value, low = try register("swot.weak").value, lines = Int(try register("swot.lines").value)
    let fitLimit = try register("swot.fit").value, poleLimit = try register("swot.pole").value
    let complete = try register("verdict.completeness.min").value, sure = try register("verdict.confidence.min").value
    func line(_ text: Message, _ rule: Message, _ figure: Message) -> SWOTReport.Line { .init(text: text, rule: rule, figure: figure) }
    func line(_ c: ScoredCriterion, _ rule: Sentence, _ limit: Double) -> SWOTReport.Line {
      line(
        .label(kind: "criterion", id: c.criterion.id, english: c.criterion.title), Message(rule, .rounded(limit, 2)),
        Message(.worthOfOne, .rounded(c.value, 2), .number(c.criterion.weight)))
    }
    let known = criteria.filter { $0.basis == .data || $0.basis == .prior }
    let isBuilding = { (c: ScoredCriterion) in ["building", "deliverability"].contains(profile.groups[c.criterion.group].id) }
    let strong = known.filter { $0.value >= high && isBuilding($0) }.sorted {
      ($1.criterion.weight * $1.value, $0.criterion.id) < ($0.criterion.weight * $0.value, $1.criterion.id)
    }
    let weak = known.filter { $0.value <= low && isBuilding($0) }.sorted {
      ($1.criterion.weight, $0.criterion.id) < ($0.criterion.weight, $1.criterion.id)
    }
    var strengths = strong.prefix(max(0, lines)).map {
      line($0, .buildingAtLeast, high)
    }
    var weaknesses = weak.prefix(max(0, lines)).map {
      line($0, .buildingAtMost, low)
    }
    let around = known.filter { !isBuilding($0) }
    var opportunities = around.filter { $0.value >= high }.sorted {
      ($1.criterion.weight, $0.criterion.id) < ($0.criterion.weight, $1.criterion.id)
    }.prefix(max(0, lines)).map {
      line($0, .placeAtLeast, high)
    }
    var threats = around.filter { $0.value <= low }.sorted {
      ($1.criterion.weight, $0.criterion.id) < ($0.criterion.weight, $1.criterion.id)
    }.prefix(max(0, lines)).map {
      line($0, .placeAtMost, low)
    }
    if let fit = site.number("best_sector_fit"), fit >= fitLimit, let sector = sectors.first(where: { $0.id == site.text("best_sector") }) {
      strengths.append(
        line(
          Message(.suits, .label(kind: "sector", id: sector.id, english: sector.title.lowercased())),
          Message(.bestFitAtLeast, .rounded(fitLimit, 2)), Message(.fit, .rounded(fit, 2))))
    }
    if let completeness = site.number("completeness"), completeness < complete {
      weaknesses.append(
        line(
          Message(.littleKnown), Message(.completenessBelow, .percent(complete)), Message(.inPercent, .percent(completeness))))
    }
    if let confidence = site.number("vacancy_confidence"), confidence < sure {
      threats.append(line(Message(.vacancyUnsure), Message(.confidenceBelow, .rounded(sure, 2)), .rounded(confidence, 2)))
    }
    if let gap = concept.choice.financed.stack, gap.unfunded > 1 {
      threats.append(line(Message(.financingOpen), Message(.usesWithoutSource), Message(.inEuros, .whole(gap.unfunded))))
    }
    if let pole = site.number("ind_pole_floor_area_m2"), pole >= poleLimit {
      opportunities.append(
        line(
          Message(.couldBePole), Message(.poleAtLeast, .number(Double(Int(poleLimit)))), Message(.inSquareMetres, .whole(pole))))
    }
    return SWOTReport(strengths: strengths, weaknesses: weaknesses, opportunities: opportunities, threats: threats)
  }

  private static let riskTitles: [String: Sentence] = [
    "cost_overrun": .riskCostOverrun, "negative_value": .riskNegativeValue, "debt_service": .riskDebtService, "letting": .riskLetting,
    "operating_cost": .riskOperatingCost, "contamination": .riskContamination, "heritage": .riskHeritage,
    "availability": .riskAvailability, "missing_facts": .riskMissingFacts, "grant": .riskGrant, "aid_rule": .riskAidRule,
  ]

  /// The rule of a risk in words, and what lowers the risk.
  private func words(_ ground: Risk.Ground) -> (rule: Message, response: Sentence) {
    func share(_ value: Double) -> Message { .percent(min(max(value, -1e6), 1e6)) }
    return switch ground {
    case .overrun(let probability, let high): (Message(.groundOverrun, share(probability), share(high)), .surveyBuilding)
    case .estimateClass(let number, let high): (Message(.groundEstimateClass, .number(Double(number)), share(high)), .surveyBuilding)
    case .negativeValue(let probability, let loss): (Message(.groundNegativeValue, share(probability), share(loss)), .secureGrant)
    case .coverage(let probability): (Message(.groundCoverage, share(probability)), .lessDebt)
    case .demand(let years?, let loss): (Message(.groundDemand, .rounded(years, 1), share(loss)), .preLet)
    case .demand(nil, let loss): (Message(.groundDemandUnknown, share(loss)), .preLet)
    case .operatingCost(let loss): (Message(.groundOperatingCost, share(loss)), .energyConcept)
    case .contaminated: (Message(.groundContaminated), .remediate)
    case .contaminationUnknown: (Message(.groundContaminationUnknown), .soilSurvey)
    case .listed: (Message(.groundListed), .involveHeritageOffice)
    case .vacancyConfidence(let confidence?): (Message(.groundConfidence, share(confidence)), .confirmVacancy)
    case .vacancyConfidence(nil): (Message(.groundConfidenceUnknown), .confirmVacancy)
    case .completeness(let known): (Message(.groundCompleteness, share(known)), .findOutFirst)
    case .publicMoney(let part): (Message(.groundPublicMoney, share(part)), .writtenCommitment)
    case .noAidRule: (Message(.groundNoAidRule), .writtenCommitment)
    }
  }

  /// Risks of the chosen alternative in the matrix of five by five.
  func risks(_ site: SiteRecord, _ concept: Concept) -> [RiskReport] {
    let choice = concept.choice
    let contamination = site.text("contamination")
    let evidence = RiskEvidence(
      isContaminated: contamination.flatMap {
        ["present", "suspected"].contains($0) ? true : ["none", "treated"].contains($0) ? false : nil
      },
      isListed: site.text("heritage").map { $0 == "yes" }, vacancyConfidence: site.number("vacancy_confidence"),
      completeness: site.number("completeness") ?? 0, yearsOfDemand: concept.yearsOfDemand,
      isAidRuleKnown: choice.aid?.ceiling.applied != nil, estimateClass: choice.cost?.estimate.estimateClass.number ?? 5)
    var rows = ProjectFinance.risks(
      choice.financed, simulation: choice.uncertainty?.simulation, tornado: choice.uncertainty?.drivers, evidence: evidence
    ).map { risk in
      let (rule, response) = words(risk.ground)
      return RiskReport(
        id: risk.id, title: Self.riskTitles[risk.id].map { Message($0) } ?? .text(risk.id), likelihood: risk.likelihood,
        impact: risk.impact, level: risk.level.rawValue, rule: rule, mitigation: Message(response))
    }
    if let rule = choice.aid?.ceiling.applied?.rule, !rule.isVerified, (choice.financed.stack?.publicMoney ?? 0) > 0 {
      rows.append(
        RiskReport(
          id: "aid_rule", title: Message(.riskAidRule), likelihood: 3, impact: 4, level: Risk.Level.high.rawValue,
          rule: Message(.groundUnverified, .text(rule.id)), mitigation: Message(.legalOpinion)))
    }
    return rows.sorted { ($1.likelihood * $1.impact, $0.id) < ($0.likelihood * $0.impact, $1.id) }
  }

  /// Preparation, works and ramp-up of the chosen alternative, months from the decision.
  func timetable(_ concept: Concept) throws -> [PhaseReport] {
    let value = concept.choice.conversion
    let isMeanwhile = concept.choice.id == "meanwhile"
    let start = Int(try register(isMeanwhile ? "preparation.months.meanwhile" : "preparation.months").value)
    let open = start + value.constructionMonths
    var phases = [(id: "preparation", title: isMeanwhile ? Sentence.phaseAgreement : .phaseSurvey, from: 0, months: start)]
    phases.append(("works", .phaseWorks, start, value.constructionMonths))
    phases.append(("letting", .phaseLetting, open, value.occupancy.months))
    phases.append(("use", .phaseUse, open, value.useMonths ?? 0))
    return phases.enumerated().filter { $0.offset == 0 || $0.element.months > 0 }.map { _, phase in
      PhaseReport(id: phase.id, title: Message(phase.title), from: phase.from, to: phase.from + phase.months)
    }
  }
}
