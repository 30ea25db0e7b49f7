import ProjectFinance

/// Shapes and prices the alternatives for one site (method §4 and §5).
struct ConceptBuilder {
  let study: Study
  let register: AssumptionRegister
  let rules: [AidRule]
  let sectors: [Sector]
  let site: SiteRecord
  let seed: UInt64
  private(set) var used: [String: Assumption] = [:]
  private(set) var notes: [Message] = []

  init(study: Study, register: AssumptionRegister, rules: [AidRule], sectors: [Sector], site: SiteRecord, seed: UInt64) {
    (self.study, self.register, self.rules, self.sectors, self.site, self.seed) = (study, register, rules, sectors, site, seed)
  }

  /// Remembers a record for the register of assumptions that the report prints.
  mutating func use(_ record: Assumption) { used[record.id] = record }

  /// Tells the reader something, once.
  mutating func note(_ message: Message) { if !notes.contains(message) { notes.append(message) } }

  /// A figure without price base.
  mutating func figure(_ id: String) throws -> Double {
    let record = try register(id)
    use(record)
    return record.value
  }

  /// A price in the study's country and year.
  mutating func price(_ id: String) throws -> Assumption {
    let record = try register.converted(id, country: study.country, year: study.priceDate.year)
    use(record)
    // The indices and price levels it was converted with are assumptions too.
    if let original = register.optional(id) {
      if let base = original.priceBase, base != study.priceDate.year {
        for year in [base, study.priceDate.year] { register.optional("index.construction.\(year)").map { use($0) } }
      }
      if let origin = original.country, origin != "EU", origin != study.country {
        for country in [origin, study.country] { register.optional("level.construction.\(country)").map { use($0) } }
      }
    }
    return record
  }

  /// The concept.
  /// - Throws: `AssessmentError` when an assumption is missing, `ProjectFinanceError` for one the model cannot honour.
  mutating func build(missingFacts: [String]) throws -> Concept {
    let b = try buildingFacts()
    let fits = sectors.map { sector in (sector, site.number("fit_" + sector.id.replacing("-", with: "_")) ?? 0) }
      .sorted { ($1.1, $0.0.id) < ($0.1, $1.0.id) }
    var alternatives = [
      try keepVacant(b), try meanwhile(b, fits), try light(b, fits, coaching: false), try full(b, fits), try anchor(b, fits),
      try light(b, fits, coaching: true),
    ]
    let limit = try figure("limit.cost.per.job"), coverage = try figure("dscr.min")
    let completeness = try figure("verdict.completeness.min"), confidence = try figure("verdict.confidence.min")
    let vacantNPV = alternatives[0].appraisal.netPresentValue, meanwhileNPV = alternatives[1].appraisal.netPresentValue
    for k in alternatives.indices {
      var evidence = VerdictEvidence(
        completeness: site.number("completeness") ?? 0, vacancyConfidence: site.number("vacancy_confidence"), missingFacts: missingFacts,
        appraisal: b.rent == nil ? nil : alternatives[k].financed, publicMoneyPerJobLimit: limit, meanwhileNetPresentValue: meanwhileNPV,
        vacantNetPresentValue: vacantNPV)
      if b.rent != nil {
        // Over the whole horizon; the financing of a meanwhile use ends with it.
        evidence.netPresentValue = alternatives[k].appraisal.netPresentValue
        evidence.economicNetPresentValue = alternatives[k].appraisal.economics?.netPresentValue
      }
      alternatives[k].verdict = verdict(evidence, coverage: coverage, completenessLimit: completeness, confidenceLimit: confidence)
    }
    // Keeping vacant is what the others are compared with, never a recommendation of its own.
    let candidates = Array(alternatives.indices.dropFirst())
    var chosen =
      chosenAlternative(candidates.map { (alternatives[$0].verdict, alternatives[$0].appraisal.economics?.netPresentValue) })
      .map { candidates[$0] } ?? 1
    if [.meanwhileOnly, .notViable].contains(alternatives[chosen].verdict.recommendation) { chosen = 1 }
    for k in alternatives.indices where alternatives[k].cost != nil {
      alternatives[k].uncertainty = try uncertainty(
        alternatives[k], b, draws: Int(try figure(k == chosen ? "draws.chosen" : "draws.other")))
    }
    note(Message(.notePrice))
    if let asked = site.number("asking_price_eur") {
      let choice = alternatives[chosen], borne = choice.inverse.first { $0.id == "bearable_purchase" }?.value
      note(
        Message(
          (borne ?? 0) >= asked ? .noteAskedBorne : .noteAskedNotBorne, .whole(asked), choice.title,
          borne.map { Message(.inEuros, .whole($0)) } ?? Message(.noteNoPrice)))
    }
    note(Message(.noteMoney, .text("\(study.priceDate.year)")))
    // The written rules of SWOT and timetable look these up.
    for id in ["swot.strong", "swot.weak", "swot.fit", "swot.pole", "swot.lines", "preparation.months", "preparation.months.meanwhile"] {
      _ = try figure(id)
    }
    let horizon = Int(try figure("horizon.building"))
    return Concept(
      alternatives: alternatives, chosen: chosen,
      statusQuo: .init(
        security: b.security, maintenance: b.maintenance, presentValue: alternatives[0].appraisal.statusQuoNetPresentValue, years: horizon),
      surveyCost: try price("cost.survey").value * b.grossFloorArea,
      yearsOfDemand: b.demandPerYear.map { alternatives[chosen].stage.available / $0 }, assumptions: used.values.sorted { $0.id < $1.id },
      notes: notes)
  }

  // MARK: One alternative

  /// What an alternative is made of before it is appraised.
  struct Draft {
    var id: String
    var title: String
    var description: [Message]
    var stage: Stage
    var lines: [ProgrammeLine] = []
    var cost: ConversionCost?
    var otherRevenue = 0.0
    var otherCost = 0.0
    var occupancy = OccupancyRamp(initial: 0, stabilised: 0, months: 0)
    /// EUR per m² of gross floor area in use and year.
    var operating = 0.0
    var recoverable = 0.0
    var months = 0
    var useMonths: Int?
    /// Purposes that aid rules apply to.
    var purposes: [String] = []
    /// Purpose of a route outside State-aid law.
    var notAidPurpose: String?
    /// Assumption of the carbon that re-use avoids.
    var carbon: String?
    var serviceBenefit = 0.0
  }

  private mutating func economics(_ draft: Draft) throws -> EconomicTerms {
    var points: [PricePath.Point] = []
    for year in [2020, 2030, 2040, 2050] { points.append(.init(year: year, price: try figure("carbon.\(year)"))) }
    guard let carbon = draft.carbon else {
      return EconomicTerms(priceYear: study.priceDate.year)
    }
    return EconomicTerms(
      benefitPerJobYear: try price("benefit.job").value * figure("benefit.additionality"), propertyUplift: nil,
      carbonPrice: PricePath(points: points), priceYear: study.priceDate.year, jobBenefitYears: Int(try figure("benefit.years")),
      serviceBenefitPerYear: draft.serviceBenefit, carbonTonnesOnce: try figure(carbon) * draft.stage.grossFloorArea / 1000)
  }

  private mutating func appraised(_ draft: Draft, _ b: BuildingFacts) throws -> Alternative {
    let letting = Self.letting(draft.lines)
    let horizon = Int(try figure("horizon.building")), capital = draft.cost?.estimate.total ?? .zero
    let managementShare = try draft.cost == nil ? 0 : figure("opex.management.share")
    let management = managementShare * 12 * (letting.rent ?? 0) * letting.area * draft.occupancy.stabilised
    let isTemporary = draft.useMonths != nil
    let closed = b.grossFloorArea > 0 && draft.cost != nil ? b.maintenance * draft.stage.closedArea / b.grossFloorArea : 0
    let renewals = try draft.cost.map { try self.renewals($0, months: draft.months) } ?? ([], .none)
    var value = ConversionCase(
      capitalCost: capital, grossFloorArea: draft.cost == nil ? b.grossFloorArea : draft.stage.grossFloorArea, lettableArea: letting.area,
      rentPerSquareMetreMonth: letting.rent, otherRevenuePerYear: draft.otherRevenue, occupancy: draft.occupancy,
      operatingCostPerSquareMetreYear: draft.operating, recoverableShare: draft.recoverable,
      otherOperatingCostPerYear: draft.otherCost + management + (isTemporary ? closed : 0),
      holdingCostPerYear: b.holdingCost - (isTemporary ? 0 : closed),
      constructionMonths: draft.months, useMonths: draft.useMonths, replacements: isTemporary ? [] : renewals.replacements,
      residualValue: isTemporary ? .none : renewals.residual, horizonYears: horizon, financialDiscountRate: try figure("rate.financial"),
      socialDiscountRate: try figure("rate.social"), funding: FundingTerms(aid: .noRuleKnown), economics: try economics(draft),
      jobs: draft.lines.reduce(0) { $0 + $1.jobs })
    if capital.central > 0, !isTemporary { value.yearsBeforeRepayment = Int(try figure("loan.bank.grace")) }
    // What a closed part costs is spent with or without the project, so it is no cost of a conversion; a meanwhile use is compared with
    // keeping the whole building vacant, so there it counts, but public money does not pay for it.
    var financed = value
    financed.otherOperatingCostPerYear = draft.otherCost + management
    if let months = draft.useMonths, capital.central > 0 {
      // A meanwhile use is financed over its own years: what the building costs afterwards is not what its money pays for.
      financed.horizonYears = max(1, (draft.months + months + 11) / 12)
      financed.holdingCostPerYear = 0
      financed.yearsBeforeRepayment = 0
    }
    // Loans end with the horizon, a meanwhile use's with the use.
    let loanYears = max(1, financed.horizonYears - max(1, (draft.months + 11) / 12) - (financed.yearsBeforeRepayment ?? 0))
    var route: FundingRoute?
    if capital.central > 0 {
      let profit = try financed.annualCashFlow().operatingCash.map { try netPresentValue(of: $0, rate: value.financialDiscountRate) }
      let (terms, found) = try funding(draft.purposes, cost: capital.central, operatingProfit: profit, loanYears: loanYears)
      (value.funding, financed.funding, route) = (terms, terms, found)
      if isTemporary { (value.funding.aid, value.funding.softLoan, value.funding.bankLoan) = (.noRuleKnown, nil, nil) }
      if let purpose = draft.notAidPurpose,
        let rule = rules.first(where: { $0.appliesTo == purpose && $0.isInForce(on: study.grantDate) })
      {
        var free = financed
        free.funding.aid = .notStateAid
        route?.notAid = rule
        route?.notAidGrant = try appraise(free).stack?.grant
      }
    }
    let appraisal = try appraise(value)
    let financing = isTemporary && capital.central > 0 ? try appraise(financed) : appraisal
    var high = value
    high.socialDiscountRate = try figure("rate.social.high")
    return Alternative(
      id: draft.id, title: .label(kind: "alternative", id: draft.id, english: draft.title), description: .sentences(draft.description),
      programme: draft.lines, stage: draft.stage, cost: draft.cost,
      closedCost: closed,
      conversion: value, appraisal: appraisal, financed: financing, aid: route,
      verdict: verdict(
        VerdictEvidence(completeness: 0, vacancyConfidence: nil, appraisal: nil, meanwhileNetPresentValue: nil, vacantNetPresentValue: nil)),
      inverse: try inverseAnswers(
        value, appraisal, managementShare: managementShare, least: capital.central > 0 ? try minimumGrant(financed) : nil),
      nominalCoverage: try nominalCoverage(financing, loanYears: loanYears),
      economicValueAtHighRate: try high.economicAppraisal()?.netPresentValue)
  }

  // MARK: The alternatives

  private func stageText(_ stage: Stage) -> [Message] {
    stage.closedArea > 1 ? [Message(.describeStage, .whole(stage.grossFloorArea), .whole(stage.closedArea))] : []
  }

  private mutating func ramp(_ target: String) throws -> OccupancyRamp {
    let level = try figure(target)
    return OccupancyRamp(
      initial: level * (try figure("occupancy.first")), stabilised: level,
      months: Int((try figure("occupancy.rampup.years") * 12).rounded()))
  }

  private mutating func running(_ base: String) throws -> Double {
    try price(base).value + price("opex.insurance").value + price("opex.reserve").value
  }

  private mutating func extra(_ title: Sentence, _ id: String, area: Double) throws -> (title: Message, extra: CostEstimate.Extra) {
    let unit = try price(id)
    let cost = CostRange(low: (unit.low ?? unit.value) * area, central: unit.value * area, high: (unit.high ?? unit.value) * area)
    return (Message(title), .init(name: title.id, group: .fittings, cost: cost))
  }

  private mutating func keepVacant(_ b: BuildingFacts) throws -> Alternative {
    var draft = Draft(
      id: "keep_vacant", title: "Keep vacant", description: [Message(.describeVacant)],
      stage: Stage(grossFloorArea: 0, closedArea: b.grossFloorArea, available: 0))
    draft.useMonths = 0
    return try appraised(draft, b)
  }

  private mutating func meanwhile(_ b: BuildingFacts, _ fits: [(Sector, Double)]) throws -> Alternative {
    let stage = try stage(b), years = try figure("meanwhile.years"), target = try figure("occupancy.target.meanwhile")
    var draft = Draft(
      id: "meanwhile", title: "Meanwhile use",
      description: [Message(.describeMeanwhile, .number(Double(Int(years))))] + stageText(stage), stage: stage)
    draft.lines = try programme(stage.available, b, fits, rentShare: try figure("rent.meanwhile.share"))
    draft.cost = try cost(b, stage, unit: "cost.meanwhile.makesafe", isShell: false)
    draft.occupancy = OccupancyRamp(initial: target, stabilised: target, months: 0)
    draft.operating = try price("opex.meanwhile").value
    draft.recoverable = try figure("opex.recoverable")
    draft.months = Int(try figure("construction.months.meanwhile"))
    draft.useMonths = Int((years * 12).rounded())
    draft.purposes = ["undertaking"]
    return try appraised(draft, b)
  }

  private mutating func light(_ b: BuildingFacts, _ fits: [(Sector, Double)], coaching: Bool) throws -> Alternative {
    let common = try figure("share.common")
    let rooms = coaching ? min(try figure("coaching.area"), try figure("coaching.area.share") * b.lettableArea) : 0
    let stage = try stage(b, further: rooms)
    let tenants = stage.available - rooms
    var draft = Draft(
      id: coaching ? "coaching_centre" : "light", title: coaching ? "Light conversion with coaching centre" : "Light conversion",
      description: [Message(coaching ? .describeCoaching : .describeLight)] + stageText(stage),
      stage: stage)
    var extras: [(title: Message, extra: CostEstimate.Extra)] = []
    if coaching {
      extras.append(try extra(.extraCoaching, "cost.coaching.fitout", area: rooms))
      let staff = try figure("coaching.staff"), firms = try figure("coaching.firms")
      draft.otherRevenue = try price("coaching.revenue").value
      draft.otherCost = try staff * price("coaching.staff.cost").value + price("coaching.programme").value
      draft.serviceBenefit = try firms * price("benefit.firm.advised").value
      draft.description.append(Message(.describeAdvice, .number(Double(Int(firms)))))
      draft.lines.append(shared(.coachingRooms, rooms, jobs: staff))
    }
    draft.lines.append(shared(.sharedSpace, tenants * common))
    draft.lines += try programme(tenants * (1 - common), b, fits, rentShare: try figure("rent.light.share"))
    draft.cost = try cost(b, stage, unit: "cost.light.frugal", isShell: true, extras: extras)
    draft.occupancy = try ramp("occupancy.target.light")
    draft.operating = try running(b.isHall ? "opex.industrial" : "opex.office")
    draft.recoverable = try figure("opex.recoverable")
    draft.months = Int(try figure("construction.months.light"))
    draft.purposes = ["local infrastructure"]
    draft.carbon = "carbon.reuse.light"
    if b.isDerelict { note(Message(.noteDerelict)) }
    return try appraised(draft, b)
  }

  private mutating func full(_ b: BuildingFacts, _ fits: [(Sector, Double)]) throws -> Alternative {
    let stage = try stage(b), common = try figure("share.common")
    var draft = Draft(
      id: "full", title: "Full conversion",
      description: [Message(b.isDerelict ? .describeStructural : .describeFull)] + stageText(stage),
      stage: stage)
    draft.lines = [shared(.sharedSpace, stage.available * common)]
    draft.lines += try programme(stage.available * (1 - common), b, fits, rentShare: 1)
    // The unit cost with structural work is that of a derelict building; it is not scaled by condition a second time.
    draft.cost = try cost(
      b, stage, unit: b.isDerelict ? "cost.full.structural" : "cost.full.complete", isShell: true, countsCondition: !b.isDerelict)
    draft.occupancy = try ramp("occupancy.target")
    draft.operating = try running("opex.office")
    draft.recoverable = try figure("opex.recoverable")
    draft.months = Int(try figure(b.isDerelict ? "construction.months.structural" : "construction.months.full"))
    draft.purposes = ["local infrastructure"]
    draft.carbon = "carbon.reuse"
    return try appraised(draft, b)
  }

  private mutating func anchor(_ b: BuildingFacts, _ fits: [(Sector, Double)]) throws -> Alternative {
    let event = min(try figure("event.area.share") * b.lettableArea, try figure("event.area.max"))
    let stage = try stage(b, further: event)
    let arts = ["performing-arts", "music", "film", "visual-arts"]
    var draft = Draft(
      id: "cultural_anchor", title: "Cultural anchor",
      description: [Message(.describeAnchor)] + stageText(stage), stage: stage)
    draft.lines = [shared(.eventSpace, event)]
    draft.lines += try programme(stage.available - event, b, fits.filter { arts.contains($0.0.id) }, rentShare: 1)
    let days = try figure("event.days"), rented = Self.letting(draft.lines)
    draft.otherRevenue = rented.rent == nil ? 0 : try event * days * price("event.revenue").value
    draft.otherCost = draft.otherRevenue * (try figure("event.cost.share"))
    draft.serviceBenefit = try event * days * figure("event.visitors") * price("benefit.visit").value
    draft.cost = try cost(
      b, stage, unit: "cost.culture.industrial", isShell: true, isAssembly: true,
      extras: [try extra(.extraVenue, "cost.venue.equipment", area: event)])
    draft.occupancy = try ramp("occupancy.target.venue")
    draft.operating = try price("opex.culture").value
    draft.recoverable = try figure("opex.recoverable") * rented.area / max(1, stage.available)
    draft.months = Int(try figure("construction.months.venue"))
    draft.purposes = ["cultural infrastructure"]
    draft.notAidPurpose = "culture mainly publicly funded and open without full price"
    draft.carbon = "carbon.reuse"
    return try appraised(draft, b)
  }
}
