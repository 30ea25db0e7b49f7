import GeoFormats
import ProjectFinance

/// Strengths, weaknesses, opportunities, threats; risks; timetable: each line from a written rule that it carries with it, so
/// that cities compare like with like (method §5).
extension DossierContext {
  func swot(_ site: SiteRecord, _ criteria: [ScoredCriterion], _ concept: Concept) -> JSON {
    func line(_ text: String, _ rule: String, _ figure: String) -> JSON {
      ["text": .string(text), "rule": .string(rule), "figure": .string(figure)]
    }
    func points(_ c: ScoredCriterion) -> String { "worth \(rounded(c.value, 2)) of 1, weight \(JSON.text(of: c.criterion.weight)) %" }
    let known = criteria.filter { $0.basis == .data || $0.basis == .prior }
    let isBuilding = { (c: ScoredCriterion) in ["building", "deliverability"].contains(profile.groups[c.criterion.group].id) }
    let strong = known.filter { $0.value >= 0.75 && isBuilding($0) }.sorted {
      ($1.criterion.weight * $1.value, $0.criterion.id) < ($0.criterion.weight * $0.value, $1.criterion.id)
    }
    let weak = known.filter { $0.value <= 0.25 && isBuilding($0) }.sorted {
      ($1.criterion.weight, $0.criterion.id) < ($0.criterion.weight, $1.criterion.id)
    }
    var strengths = strong.prefix(4).map { line($0.criterion.title, "building criterion worth at least 0.75", points($0)) }
    var weaknesses = weak.prefix(4).map { line($0.criterion.title, "building criterion worth at most 0.25", points($0)) }
    let around = known.filter { !isBuilding($0) }
    var opportunities = around.filter { $0.value >= 0.75 }.sorted {
      ($1.criterion.weight, $0.criterion.id) < ($0.criterion.weight, $1.criterion.id)
    }.prefix(4).map {
      line($0.criterion.title, "place or district criterion worth at least 0.75", points($0))
    }
    var threats = around.filter { $0.value <= 0.25 }.sorted {
      ($1.criterion.weight, $0.criterion.id) < ($0.criterion.weight, $1.criterion.id)
    }.prefix(4).map {
      line($0.criterion.title, "place or district criterion worth at most 0.25", points($0))
    }
    if let fit = site.number("best_sector_fit"), fit >= 0.8, let sector = sectors.first(where: { $0.id == site.text("best_sector") }) {
      strengths.append(line("Suits \(sector.title.lowercased())", "best sector fit at least 0.8", "fit \(rounded(fit, 2))"))
    }
    if let completeness = site.number("completeness"), completeness < 0.6 {
      weaknesses.append(line("Little is known of the building", "completeness below 60 %", "\(Int((completeness * 100).rounded())) %"))
    }
    if let confidence = site.number("vacancy_confidence"), confidence < 0.5 {
      threats.append(line("The vacancy itself is not sure", "vacancy confidence below 0.5", rounded(confidence, 2)))
    }
    if let gap = concept.choice.appraisal.stack, gap.unfunded > 1 {
      threats.append(line("The financing does not close", "part of the uses has no lawful source", "\(Int(gap.unfunded.rounded())) EUR"))
    }
    if let pole = site.number("ind_pole_floor_area_m2"), pole >= 5000 {
      opportunities.append(
        line(
          "Could become a creative pole with other vacant buildings", "at least 5,000 m² vacant floor area within 300 m",
          "\(Int(pole.rounded())) m²"))
    }
    return [
      "strengths": .array(Array(strengths)), "weaknesses": .array(Array(weaknesses)), "opportunities": .array(Array(opportunities)),
      "threats": .array(Array(threats)),
    ]
  }

  /// Risks with likelihood and impact 1–5 by rule.
  func risks(_ site: SiteRecord, _ criteria: [ScoredCriterion], _ concept: Concept) -> [JSON] {
    let a = concept.choice.appraisal
    func level(_ value: Double, _ steps: [Double]) -> Int { 1 + steps.filter { value >= $0 }.count }
    func risk(_ id: String, _ title: String, _ likelihood: Int, _ impact: Int, _ rule: String, _ mitigation: String) -> JSON {
      [
        "id": .string(id), "title": .string(title), "likelihood": .number(Double(likelihood)), "impact": .number(Double(impact)),
        "rule": .string(rule), "mitigation": .string(mitigation),
      ]
    }
    let confidence = site.number("vacancy_confidence") ?? 0
    let unknownBuilding = criteria.filter {
      ["condition", "imposed_load", "clear_height", "contamination"].contains($0.criterion.id) && $0.basis != .data
    }.count
    let overrun = a.capitalCost.central > 0 ? a.capitalCost.high / a.capitalCost.central - 1 : 0
    let margin: Double
    if let rent = concept.choice.conversion.rentPerSquareMetreMonth, let even = a.breakEven.rentPerSquareMetreMonth?.value, even > 0 {
      margin = rent / even
    } else {
      margin = 0
    }
    let publicShare = a.stack.map { $0.totalUses > 0 ? $0.publicMoney / $0.totalUses : 0 } ?? 0
    return [
      risk(
        "vacancy", "The building is not, or no longer, vacant", 6 - level(confidence, [0.2, 0.4, 0.6, 0.8]), 5,
        "likelihood by vacancy confidence \(rounded(confidence, 2))",
        "Confirm with the owner before any cost is spent."),
      risk(
        "fabric", "The fabric is worse than assumed", level(Double(unknownBuilding), [1, 2, 3, 4]), level(overrun, [0.1, 0.2, 0.35, 0.5]),
        "likelihood by \(unknownBuilding) of 4 unknown facts of the fabric; impact by upper cost + \(Int((overrun * 100).rounded())) %",
        "Survey of structure, hazardous substances and services; estimate class 4."),
      risk(
        "demand", "Space stays unlet", concept.notes.contains { $0.contains("demand absorbs") } ? 4 : 2,
        level(1 / max(margin, 0.2), [0.5, 0.8, 1, 1.5]),
        "likelihood by the district's demand; impact by break-even rent ÷ rent \(rounded(1 / max(margin, 0.2), 2))",
        "Expressions of interest before works; let in stages."),
      risk(
        "funding", "Public money does not come", level(publicShare, [0.1, 0.3, 0.5, 0.7]), level(publicShare, [0.1, 0.25, 0.4, 0.6]),
        "likelihood and impact by public share of the uses \(Int((publicShare * 100).rounded())) %",
        "Talk to the programme early; keep the meanwhile use as a fallback."),
      risk(
        "law", "The aid rule lapses or does not fit", concept.choice.aid?.applied.map { $0.rule.isVerified ? 2 : 3 } ?? 4, 4,
        "likelihood by whether the rule is known and verified for the grant date",
        "Legal opinion on State aid before application."),
    ]
  }

  /// Preparation, works and ramp-up of the chosen alternative, months from the price date.
  func timetable(_ concept: Concept) -> JSON {
    let value = concept.choice.conversion
    let preparation = Int(register.optional("preparation.months")?.value ?? 12)
    let isMeanwhile = concept.choice.id == "meanwhile"
    var rows: [(String, Int, Int)] = []
    let start = isMeanwhile ? 3 : preparation
    rows.append((isMeanwhile ? "Agreement with the owner, permits" : "Survey, design, permits, tender", 0, start))
    if value.constructionMonths > 0 { rows.append(("Works", start, start + value.constructionMonths)) }
    let open = start + value.constructionMonths
    if value.occupancy.months > 0 { rows.append(("Letting up", open, open + value.occupancy.months)) }
    if let months = value.useMonths, months > 0 { rows.append(("Use", open, open + months)) }
    return .array(rows.map { ["phase": .string($0.0), "from_month": .number(Double($0.1)), "to_month": .number(Double($0.2))] })
  }

  private func rounded(_ value: Double, _ digits: Int) -> String {
    let scale = digits == 0 ? 1.0 : digits == 1 ? 10 : 100
    return JSON.text(of: (value * scale).rounded() / scale)
  }
}
