import ProjectFinance
import TextFormats

/// Strengths, weaknesses, opportunities, threats; risks; timetable: each line from a written rule that it carries with it, so
/// that cities compare like with like (method §5).
extension DossierContext {
  func swot(_ site: SiteRecord, _ criteria: [ScoredCriterion], _ concept: Concept) throws -> JSON {
    let high = try register("swot.strong").value, low = try register("swot.weak").value, lines = Int(try register("swot.lines").value)
    let fitLimit = try register("swot.fit").value, poleLimit = try register("swot.pole").value
    let complete = try register("verdict.completeness.min").value, sure = try register("verdict.confidence.min").value
    func line(_ text: String, _ rule: String, _ figure: String) -> JSON {
      ["text": .string(text), "rule": .string(rule), "figure": .string(figure)]
    }
    func points(_ c: ScoredCriterion) -> String { "worth \(rounded(c.value, 2)) of 1, weight \(JSON.text(of: c.criterion.weight)) %" }
    let known = criteria.filter { $0.basis == .data || $0.basis == .prior }
    let isBuilding = { (c: ScoredCriterion) in ["building", "deliverability"].contains(profile.groups[c.criterion.group].id) }
    let strong = known.filter { $0.value >= high && isBuilding($0) }.sorted {
      ($1.criterion.weight * $1.value, $0.criterion.id) < ($0.criterion.weight * $0.value, $1.criterion.id)
    }
    let weak = known.filter { $0.value <= low && isBuilding($0) }.sorted {
      ($1.criterion.weight, $0.criterion.id) < ($0.criterion.weight, $1.criterion.id)
    }
    var strengths = strong.prefix(max(0, lines)).map {
      line($0.criterion.title, "building criterion worth at least \(rounded(high, 2))", points($0))
    }
    var weaknesses = weak.prefix(max(0, lines)).map {
      line($0.criterion.title, "building criterion worth at most \(rounded(low, 2))", points($0))
    }
    let around = known.filter { !isBuilding($0) }
    var opportunities = around.filter { $0.value >= high }.sorted {
      ($1.criterion.weight, $0.criterion.id) < ($0.criterion.weight, $1.criterion.id)
    }.prefix(max(0, lines)).map {
      line($0.criterion.title, "place or district criterion worth at least \(rounded(high, 2))", points($0))
    }
    var threats = around.filter { $0.value <= low }.sorted {
      ($1.criterion.weight, $0.criterion.id) < ($0.criterion.weight, $1.criterion.id)
    }.prefix(max(0, lines)).map {
      line($0.criterion.title, "place or district criterion worth at most \(rounded(low, 2))", points($0))
    }
    if let fit = site.number("best_sector_fit"), fit >= fitLimit, let sector = sectors.first(where: { $0.id == site.text("best_sector") }) {
      strengths.append(
        line("Suits \(sector.title.lowercased())", "best sector fit at least \(rounded(fitLimit, 2))", "fit \(rounded(fit, 2))"))
    }
    if let completeness = site.number("completeness"), completeness < complete {
      weaknesses.append(
        line(
          "Little is known of the building", "completeness below \(Int((complete * 100).rounded())) %",
          "\(Int((completeness * 100).rounded())) %"))
    }
    if let confidence = site.number("vacancy_confidence"), confidence < sure {
      threats.append(line("The vacancy itself is not sure", "vacancy confidence below \(rounded(sure, 2))", rounded(confidence, 2)))
    }
    if let gap = concept.choice.financed.stack, gap.unfunded > 1 {
      threats.append(line("The financing does not close", "part of the uses has no lawful source", "\(Int(gap.unfunded.rounded())) EUR"))
    }
    if let pole = site.number("ind_pole_floor_area_m2"), pole >= poleLimit {
      opportunities.append(
        line(
          "Could become a creative pole with other vacant buildings", "at least \(Int(poleLimit)) m² vacant floor area within 300 m",
          "\(Int(pole.rounded())) m²"))
    }
    return [
      "strengths": .array(Array(strengths)), "weaknesses": .array(Array(weaknesses)), "opportunities": .array(Array(opportunities)),
      "threats": .array(Array(threats)),
    ]
  }

  private static let riskTitles = [
    "cost_overrun": "The investment costs more than estimated", "negative_value": "The investment does not earn its discount rate",
    "debt_service": "Debt service is not covered", "letting": "Space stays unlet or rents fall", "operating_cost": "Operation costs more",
    "contamination": "The ground is contaminated", "heritage": "The heritage office limits the conversion",
    "availability": "The building is not, or no longer, vacant", "missing_facts": "Facts that matter are not known",
    "grant": "Public money does not come", "aid_rule": "The aid rule does not fit as assumed",
  ]

  /// Risks of the chosen alternative in the matrix of five by five.
  func risks(_ site: SiteRecord, _ concept: Concept) -> [JSON] {
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
    ).map { ($0.id, $0.likelihood, $0.impact, $0.level.rawValue, $0.rule, $0.response) }
    if let rule = choice.aid?.ceiling.applied?.rule, !rule.isVerified, (choice.financed.stack?.publicMoney ?? 0) > 0 {
      rows.append(
        (
          "aid_rule", 3, 4, Risk.Level.high.rawValue, "the figures of \(rule.id) are still to be verified",
          "legal opinion before the application"
        ))
    }
    rows.sort { ($1.1 * $1.2, $0.0) < ($0.1 * $0.2, $1.0) }
    return rows.map { id, likelihood, impact, level, rule, response in
      [
        "id": .string(id), "title": .string(Self.riskTitles[id] ?? id), "likelihood": .number(Double(likelihood)),
        "impact": .number(Double(impact)), "level": .string(level), "rule": .string(rule), "mitigation": .string(response),
      ]
    }
  }

  /// Preparation, works and ramp-up of the chosen alternative, months from the decision.
  func timetable(_ concept: Concept) throws -> JSON {
    let value = concept.choice.conversion
    let isMeanwhile = concept.choice.id == "meanwhile"
    let start = Int(try register(isMeanwhile ? "preparation.months.meanwhile" : "preparation.months").value)
    var rows = [("preparation", isMeanwhile ? "Agreement with the owner, permits" : "Survey, design, permits, tender", 0, start)]
    if value.constructionMonths > 0 { rows.append(("works", "Works", start, start + value.constructionMonths)) }
    let open = start + value.constructionMonths
    if value.occupancy.months > 0 { rows.append(("letting", "Letting up", open, open + value.occupancy.months)) }
    if let months = value.useMonths, months > 0 { rows.append(("use", "Use", open, open + months)) }
    return .array(
      rows.map {
        [
          "id": .string($0.0), "phase": .string($0.1), "from_month": .number(Double($0.2)), "to_month": .number(Double($0.3)),
        ]
      })
  }

  private func rounded(_ value: Double, _ digits: Int) -> String {
    let scale = digits == 0 ? 1.0 : digits == 1 ? 10 : 100
    return JSON.text(of: (value * scale).rounded() / scale)
  }
}
