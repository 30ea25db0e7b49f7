import Foundation
import GeoFormats
public import ProjectFinance
import SimpleFeatures

/// What could be done with one building, priced side by side, and which of it the figures support.
public struct Concept: Sendable {
  /// A line of the space programme.
  public struct ProgrammeLine: Sendable {
    /// What the space is.
    public var title: String
    /// Sector it is for; `nil` for shared and event space.
    public var sector: String?
    /// Lettable area, m².
    public var area: Double
    /// Size of a unit, m²; `nil` when not divided.
    public var unitArea: Double?
    /// Number of units.
    public var units: Int?
    /// Jobs at full occupancy.
    public var jobs: Double
    /// Rent, EUR per m² and month; `nil` when the market rent is not known.
    public var rent: Double?
  }

  /// One alternative.
  public struct Alternative: Sendable {
    /// keep_vacant, meanwhile, light, full, cultural_anchor, coaching_centre.
    public var id: String
    /// Title.
    public var title: String
    /// What is done, in a sentence.
    public var description: String
    /// Space programme.
    public var programme: [ProgrammeLine]
    /// Cost estimate; `nil` without investment.
    public var estimate: CostEstimate?
    /// What is appraised.
    public var conversion: ConversionCase
    /// The appraisal.
    public var appraisal: Appraisal
    /// The aid law that was applied.
    public var aid: AidCeiling?
    /// The verdict on this alternative.
    public var verdict: Verdict
    /// The least grant that makes it work.
    public var minimumGrant: SolvedValue?
  }

  /// The alternatives in the order of the method.
  public var alternatives: [Alternative]
  /// Index of the alternative that is reported.
  public var chosen: Int
  /// The assumptions used, by id.
  public var assumptions: [Assumption]
  /// What the reader must know.
  public var notes: [String]

  /// The chosen alternative.
  public var choice: Alternative { alternatives[chosen] }

  /// The figures of the site table.
  public var headline: ConceptHeadline {
    let a = choice.appraisal
    var figures: [String: Double] = [:]
    func put(_ name: String, _ value: Double?) { if let value, value.isFinite { figures[name] = value } }
    put("capex_eur", a.capitalCost.central)
    put("capex_low_eur", a.capitalCost.low)
    put("capex_high_eur", a.capitalCost.high)
    put("grant_eur", a.stack?.grant)
    put("public_cofinancing_eur", a.stack?.publicCofinancing)
    put("fnpv_c_eur", a.netPresentValue)
    put("frr_c", a.rateOfReturn?.value)
    put("fnpv_k_eur", a.nationalNetPresentValue)
    put("frr_k", a.nationalRateOfReturn?.value)
    put("enpv_eur", a.economics?.netPresentValue)
    put("dscr_min", a.coverage?.minimum)
    put("break_even_rent_eur_m2_month", a.breakEven.rentPerSquareMetreMonth.flatMap { $0.isAttainable ? $0.value : nil })
    put("jobs", a.jobs)
    return ConceptHeadline(verdict: choice.verdict.recommendation.rawValue, alternative: choice.id, figures: figures)
  }
}

/// Shapes and prices the alternatives for one site (method §4 and §5).
struct ConceptBuilder {
  let study: Study
  let register: AssumptionRegister
  let rules: [AidRule]
  let sectors: [Sector]
  let site: SiteRecord
  private(set) var used: [String: Assumption] = [:]
  private(set) var notes: [String] = []

  init(study: Study, register: AssumptionRegister, rules: [AidRule], sectors: [Sector], site: SiteRecord) {
    (self.study, self.register, self.rules, self.sectors, self.site) = (study, register, rules, sectors, site)
  }

  /// A figure without price base, remembered for the register of assumptions.
  private mutating func figure(_ id: String) throws -> Double {
    let record = try register(id)
    used[id] = record
    return record.value
  }

  /// A price in the study's country and year.
  private mutating func price(_ id: String) throws -> Assumption {
    let record = try register.converted(id, country: study.country, year: study.priceDate.year)
    used[id] = record
    return record
  }

  private struct Building {
    var grossFloorArea: Double
    var low: Double
    var high: Double
    var lettable: Double
    var footprint: Double
    var siteArea: Double
    var function: String
    var isHall: Bool
    var condition: String?
    var isListed: Bool
    var isContaminated: Bool
    var holdingCost: Double
    var marketRent: Double?
    var demandLimit: Double?
  }

  /// The concept.
  /// - Throws: `AssessmentError` when an assumption is missing, or the floor area is not known.
  mutating func build(missingFacts: [String]) throws -> Concept {
    let building = try describeBuilding()
    let fits = sectors.map { sector in (sector, site.number("fit_" + sector.id.replacing("-", with: "_")) ?? 0) }
      .sorted { ($1.1, $0.0.id) < ($0.1, $1.0.id) }
    var alternatives = [
      try keepVacant(building), try meanwhile(building, fits), try light(building, fits, coaching: false), try full(building, fits),
      try anchor(building, fits),
      try light(building, fits, coaching: true),
    ]
    let limit = try figure("limit.cost.per.job")
    let coverage = try figure("dscr.min")
    let vacantNPV = alternatives[0].appraisal.netPresentValue, meanwhileNPV = alternatives[1].appraisal.netPresentValue
    for k in alternatives.indices {
      alternatives[k].verdict = verdict(
        VerdictEvidence(
          completeness: site.number("completeness") ?? 0, vacancyConfidence: site.number("vacancy_confidence"), missingFacts: missingFacts,
          appraisal: building.marketRent == nil ? nil : alternatives[k].appraisal, publicMoneyPerJobLimit: limit,
          meanwhileNetPresentValue: meanwhileNPV,
          vacantNetPresentValue: vacantNPV), coverage: coverage)
    }
    // Keeping vacant is what the others are compared with, never a recommendation of its own.
    let candidates = alternatives.indices.dropFirst()
    let best =
      chosenAlternative(candidates.map { (alternatives[$0].verdict, alternatives[$0].appraisal.economics?.netPresentValue) }).map {
        candidates[candidates.startIndex + $0]
      } ?? 1
    var chosen = best
    if alternatives[best].verdict.recommendation == .meanwhileOnly { chosen = 1 }
    return Concept(
      alternatives: alternatives, chosen: chosen, assumptions: used.values.sorted { $0.id < $1.id }, notes: notes)
  }

  private mutating func describeBuilding() throws -> Building {
    let footprint = site.number("ind_footprint_area_m2") ?? 0
    var gross = site.number("ind_gross_floor_area_m2") ?? .nan
    var low = site.number("ind_gross_floor_area_low_m2") ?? gross, high = site.number("ind_gross_floor_area_high_m2") ?? gross
    if gross.isNaN {
      // Neither storeys nor height nor like buildings near by: one storey is certain, and the concept says so.
      (gross, low, high) = (footprint, footprint, footprint * 3)
      notes.append("Number of storeys unknown: the concept counts one storey, and up to three in the upper cost.")
    } else if low < high {
      notes.append("Floor area inferred, \(Int(low.rounded()))–\(Int(high.rounded())) m²: the cost range includes it.")
    }
    let function = site.text("function") ?? "other"
    let efficiency = try figure("efficiency.\(function == "publicBuilding" ? "public" : function == "unknown" ? "other" : function)")
    let isHall = ["industrial", "warehouse", "hall", "transportHall", "garage"].contains(function)
    var siteArea = site.number("site_area_m2")
    if siteArea == nil { siteArea = try footprint * figure("site.area.factor") }
    let security = try price("hold.security"), maintenance = try price("hold.maintenance")
    let holding = security.value * siteArea! / 10_000 + maintenance.value * gross

    var rent: Double?
    if let district = site.text("district_id"), register.optional("rent.market.\(district)") != nil {
      rent = try price("rent.market.\(district)").value
    } else if register.optional("rent.market") != nil {
      rent = try price("rent.market").value
    } else if let value = site.number("ind_district_rent") {
      rent = value
      used["rent.market"] = Assumption(
        id: "rent.market", title: "market rent of the district", value: value, unit: "EUR/m2/month", areaBasis: "lettable",
        priceBase: study.priceDate.year, country: study.country,
        source: "district layer of the study", kind: "observed", origin: "study")
    } else {
      notes.append(
        "No market rent is known for this site: revenue and all that follows from it are unknown. Add `rent.market` or `rent.market.DISTRICT` to the study's assumptions."
      )
    }

    var demand: Double?
    if let perYear = site.number("ind_creative_space_demand_m2_per_year"), perYear > 0 {
      demand = try perYear * figure("demand.years") * figure("demand.capture")
    } else {
      notes.append("Creative jobs of the district are unknown: the district's demand for space does not limit the programme.")
    }
    return Building(
      grossFloorArea: gross, low: max(1, min(low, gross)), high: max(high, gross), lettable: gross * efficiency, footprint: footprint,
      siteArea: siteArea!,
      function: function, isHall: isHall, condition: site.text("condition"), isListed: site.text("heritage") == "yes",
      isContaminated: ["suspected", "present"].contains(site.text("contamination") ?? ""), holdingCost: holding, marketRent: rent,
      demandLimit: demand)
  }

  // MARK: Programme

  /// Splits an area among the best-fitting sectors in proportion to their fit; at most three, none under half the best fit.
  private mutating func programme(_ area: Double, _ b: Building, _ fits: [(Sector, Double)], rentShare: Double, cap: Double) -> [Concept
    .ProgrammeLine]
  {
    let best = fits[0].1
    let chosen = fits.prefix(3).filter { $0.1 >= best / 2 && $0.0.smallestUnit <= area }
    let sum = chosen.reduce(0) { $0 + $1.1 }
    guard sum > 0 else {
      let (sector, _) = fits[0]
      return [line(sector, area, b, rentShare: rentShare, cap: cap)]
    }
    return chosen.map { line($0.0, area * $0.1 / sum, b, rentShare: rentShare, cap: cap) }
  }

  private func line(_ sector: Sector, _ area: Double, _ b: Building, rentShare: Double, cap: Double) -> Concept.ProgrammeLine {
    let usual = max(sector.smallestUnit, min(sector.usualUnit, (sector.smallestUnit * sector.usualUnit).squareRoot()))
    let units = max(1, Int((area / usual).rounded()))
    // Sectors that pay below market pay at most the affordable cap of it (method §4).
    let ability = sector.rentShare < 1 ? min(sector.rentShare, cap) : sector.rentShare
    return Concept.ProgrammeLine(
      title: sector.title, sector: sector.id, area: area, unitArea: area / Double(units), units: units, jobs: area / sector.areaPerJob,
      rent: b.marketRent.map { $0 * ability * rentShare })
  }

  /// Area-weighted rent of the lines that are let.
  private static func rent(_ lines: [Concept.ProgrammeLine], over area: Double) -> Double? {
    var sum = 0.0
    for line in lines where line.sector != nil {
      guard let rent = line.rent else { return nil }
      sum += rent * line.area
    }
    return area > 0 ? sum / area : 0
  }

  // MARK: Cost

  private mutating func estimate(_ b: Building, unit id: String, isShell: Bool, extras: [CostEstimate.Extra]) throws -> CostEstimate {
    let unit = try price(id)
    let below = -(try register("risk.class5.building").low ?? -0.3), above = try register("risk.class5.building").high ?? 0.5
    used["risk.class5.building"] = try register("risk.class5.building")
    let groups: [(CostGroup, String)] = [
      (.preparation, "split.kg200"), (.outdoor, "split.kg500"), (.fittings, "split.kg600"), (.fees, "split.kg700"),
    ]
    let kg300 = try figure(splitID(b.function)), both = try figure("split.kg300400")
    var split: [(group: CostGroup, share: Double)] = [(.construction, both * kg300), (.technical, both * (1 - kg300))]
    for (group, id) in groups { split.append((group, try figure(id))) }
    var factors: [CostEstimate.Factor] = []
    if isShell {
      let condition = b.condition == "ruin" ? "derelict" : b.condition ?? "fair"
      if b.condition == nil { notes.append("Condition unknown: the cost is that of a fair one.") }
      factors.append(.init(name: "condition \(condition)", value: try figure("factor.condition.\(condition)")))
      if b.isListed { factors.append(.init(name: "listed", value: try figure("factor.listed"))) }
    }
    var all = extras
    if isShell, b.isContaminated {
      let remediation = try price("cost.remediation")
      let cost = remediation.value * b.siteArea
      all.append(
        .init(
          name: "soil remediation", group: .preparation,
          cost: CostRange(low: site.text("contamination") == "present" ? cost : 0, central: cost, high: cost)))
    }
    let scaled = CostRange(
      low: (unit.low ?? unit.value) * b.low / b.grossFloorArea, central: unit.value,
      high: (unit.high ?? unit.value) * b.high / b.grossFloorArea)
    return try CostEstimate(
      grossFloorArea: b.grossFloorArea, unitCost: scaled, split: split, factors: factors, extras: all,
      estimateClass: EstimateClass(number: 5, below: below, above: above), contingencyShare: figure("contingency"),
      referenceClassUplift: figure("risk.optimism.nonstandard"))
  }

  private func splitID(_ function: String) -> String {
    switch function {
    case "office", "publicBuilding", "mixed": "split.kg300.office"
    case "school": "split.kg300.school"
    case "culture", "church": "split.kg300.theatre"
    case "warehouse", "garage", "outbuilding": "split.kg300.storage"
    default: "split.kg300"
    }
  }

  // MARK: Money

  private mutating func terms(_ purposes: [String], cost: Double, operatingProfit: Double?) throws -> (FundingTerms, AidCeiling?) {
    let ceiling = try AidCeiling(
      rules: rules,
      application: AidApplication(
        purposes: purposes, eligibleCost: cost, totalCost: cost, operatingProfit: operatingProfit, grantDate: study.grantDate))
    let inflation = try figure("rate.inflation")
    func offer(_ kind: String) throws -> FinancingProblem.LoanOffer {
      let rate = try figure("loan.\(kind).rate"), years = try figure("loan.\(kind).years"), share = try figure("loan.\(kind).share")
      return FinancingProblem.LoanOffer(
        terms: LoanTerms(
          rate: max(0, realRate(nominal: rate, inflation: inflation)), years: Int(years), repayment: .annuity, graceYears: 0),
        maximum: share * cost)
    }
    return (
      FundingTerms(
        maximumGrantRate: try figure("cofinancing.rate.max"), eligibleShare: 1, aid: ceiling.amount.map { .ceiling($0) } ?? .noRuleKnown,
        softLoan: try offer("soft"),
        bankLoan: try offer("bank"), minimumOwnShare: try figure("equity.share.min"), requiredCoverage: try figure("dscr.min"),
        requiredEquityReturn: try figure("rate.financial")), ceiling
    )
  }

  private mutating func economics(_ b: Building, carbon: String) throws -> EconomicTerms {
    let horizon = try figure("horizon.building")
    var points: [PricePath.Point] = []
    for year in [2020, 2030, 2040, 2050] { points.append(.init(year: year, price: try figure("carbon.\(year)"))) }
    return EconomicTerms(
      benefitPerJobYear: try figure("benefit.job") * figure("benefit.additionality"), propertyUplift: nil,
      carbonTonnesPerYear: try figure(carbon) * b.grossFloorArea / 1000 / horizon, carbonPrice: PricePath(points: points),
      priceYear: study.priceDate.year)
  }

  private mutating func alternative(
    _ id: String, _ title: String, _ description: String, _ b: Building, lines: [Concept.ProgrammeLine], estimate: CostEstimate?,
    rent: Double?, lettable: Double,
    otherRevenue: Double = 0, otherCost: Double = 0, occupancy: OccupancyRamp, operating: Double, recoverable: Double, months: Int,
    useMonths: Int?,
    replacements: [Replacement], residual: ResidualValue, purposes: [String], carbon: String?
  ) throws -> Concept.Alternative {
    let horizon = Int(try figure("horizon.building"))
    let cost = estimate?.total ?? .zero
    let jobs = lines.reduce(0) { $0 + $1.jobs } * occupancy.stabilised
    var value = ConversionCase(
      capitalCost: cost, grossFloorArea: b.grossFloorArea, lettableArea: lettable, rentPerSquareMetreMonth: rent,
      otherRevenuePerYear: otherRevenue,
      occupancy: occupancy, operatingCostPerSquareMetreYear: operating, recoverableShare: recoverable, otherOperatingCostPerYear: otherCost,
      holdingCostPerYear: b.holdingCost, constructionMonths: months, useMonths: useMonths, replacements: replacements,
      residualValue: residual,
      horizonYears: horizon, financialDiscountRate: try figure("rate.financial"), socialDiscountRate: try figure("rate.social"),
      funding: FundingTerms(aid: .noRuleKnown),
      economics: try carbon.map { try economics(b, carbon: $0) } ?? EconomicTerms(priceYear: study.priceDate.year), jobs: jobs)
    var aid: AidCeiling?
    if cost.central > 0 {
      let flow = try value.annualCashFlow()
      let profit = try flow.operatingCash.map { try netPresentValue(of: $0, rate: value.financialDiscountRate) }
      (value.funding, aid) = try terms(purposes, cost: cost.central, operatingProfit: profit)
    }
    let appraisal = try appraise(value)
    let placeholder = verdict(
      VerdictEvidence(completeness: 0, vacancyConfidence: nil, appraisal: nil, meanwhileNetPresentValue: nil, vacantNetPresentValue: nil))
    return Concept.Alternative(
      id: id, title: title, description: description, programme: lines, estimate: estimate, conversion: value, appraisal: appraisal,
      aid: aid, verdict: placeholder,
      minimumGrant: cost.central > 0 ? try minimumGrant(value) : nil)
  }

  // MARK: The alternatives

  private mutating func keepVacant(_ b: Building) throws -> Concept.Alternative {
    try alternative(
      "keep_vacant", "Keep vacant", "Nothing is done: the building is secured and maintained, and earns nothing.", b, lines: [],
      estimate: nil, rent: 0, lettable: 0,
      occupancy: OccupancyRamp(initial: 0, stabilised: 0, months: 0), operating: 0, recoverable: 0, months: 0, useMonths: 0,
      replacements: [], residual: .none,
      purposes: [], carbon: nil)
  }

  private mutating func meanwhile(_ b: Building, _ fits: [(Sector, Double)]) throws -> Concept.Alternative {
    let years = try figure("meanwhile.years"), share = try figure("rent.meanwhile.share"), cap = try figure("rent.affordable.cap")
    let lines = programme(absorbed(b.lettable, b), b, fits, rentShare: share, cap: cap)
    let area = lines.reduce(0) { $0 + $1.area }
    let target = try figure("occupancy.target.meanwhile")
    return try alternative(
      "meanwhile", "Meanwhile use", "Made safe and let as it stands for \(Int(years)) years; then vacant again.", b, lines: lines,
      estimate: try estimate(b, unit: "cost.meanwhile.makesafe", isShell: false, extras: []), rent: Self.rent(lines, over: area),
      lettable: area,
      occupancy: OccupancyRamp(initial: target, stabilised: target, months: 0),
      operating: try price("opex.meanwhile").value * area / max(area, b.lettable),
      recoverable: try figure("opex.recoverable"), months: Int(try figure("construction.months.meanwhile")), useMonths: Int(years * 12),
      replacements: [], residual: .none,
      purposes: ["undertaking"], carbon: nil)
  }

  private mutating func absorbed(_ area: Double, _ b: Building) -> Double {
    guard let limit = b.demandLimit, limit < area else { return area }
    let note =
      "The district's demand absorbs \(Int(limit.rounded())) m² of \(Int(area.rounded())) m² lettable: the rest stays unlet in every alternative."
    if !notes.contains(note) { notes.append(note) }
    return limit
  }

  private mutating func ramp(_ target: String) throws -> OccupancyRamp {
    let level = try figure(target)
    return OccupancyRamp(
      initial: level * (try figure("occupancy.first")), stabilised: level,
      months: Int((try figure("occupancy.rampup.years") * 12).rounded()))
  }

  /// Renewal of technical systems and fittings at the end of their lives.
  private mutating func renewals(_ estimate: CostEstimate, horizon: Int) throws -> [Replacement] {
    let share = try figure("replacement.share")
    var result: [Replacement] = []
    for (group, life) in [(CostGroup.technical, try figure("life.kg400")), (.fittings, try figure("life.kg600"))]
    where estimate.total.central > 0 {
      var year = Int(life)
      while year < horizon - 2 {
        result.append(Replacement(yearsAfterOpening: year, shareOfCapitalCost: share * estimate[group].central / estimate.total.central))
        year += Int(life)
      }
    }
    return result
  }

  private mutating func running(_ b: Building, _ base: String) throws -> Double {
    try price(base).value + price("opex.insurance").value + price("opex.reserve").value
  }

  private mutating func light(_ b: Building, _ fits: [(Sector, Double)], coaching: Bool) throws -> Concept.Alternative {
    let share = try figure("rent.light.share"), cap = try figure("rent.affordable.cap"), common = try figure("share.common")
    let available = absorbed(b.lettable, b)
    var lines: [Concept.ProgrammeLine] = []
    var extras: [CostEstimate.Extra] = []
    var revenue = 0.0, cost = 0.0, rooms = 0.0
    if coaching {
      rooms = min(try figure("coaching.area"), available * 0.5)
      let fitout = try price("cost.coaching.fitout")
      extras.append(
        .init(
          name: "coaching centre", group: .fittings,
          cost: CostRange(
            low: (fitout.low ?? fitout.value) * rooms, central: fitout.value * rooms, high: (fitout.high ?? fitout.value) * rooms)))
      let staff = try figure("coaching.staff")
      revenue = try price("coaching.revenue").value
      cost = try staff * price("coaching.staff.cost").value + price("coaching.programme").value
      lines.append(
        .init(title: "Coaching centre: rooms and advice", sector: nil, area: rooms, unitArea: nil, units: nil, jobs: staff, rent: nil))
    }
    lines.append(
      .init(title: "Shared space", sector: nil, area: (available - rooms) * common, unitArea: nil, units: nil, jobs: 0, rent: nil))
    lines += programme((available - rooms) * (1 - common), b, fits, rentShare: share, cap: cap)
    let rented = lines.filter { $0.sector != nil }.reduce(0) { $0 + $1.area }
    let estimate = try estimate(b, unit: "cost.light.frugal", isShell: true, extras: extras)
    let rent = Self.rent(lines, over: rented)
    let management = try figure("opex.management.share")
    return try alternative(
      coaching ? "coaching_centre" : "light", coaching ? "Light conversion with coaching centre" : "Light conversion",
      coaching
        ? "The light conversion with a centre that advises creative firms: rooms, staff and a programme."
        : "Frugal conversion: safe, warm and dry; finishes left to the tenants.",
      b, lines: lines, estimate: estimate, rent: rent, lettable: rented, otherRevenue: revenue,
      otherCost: cost + (rent ?? 0) * 12 * rented * management,
      occupancy: try ramp("occupancy.target.light"), operating: try running(b, b.isHall ? "opex.industrial" : "opex.office"),
      recoverable: try figure("opex.recoverable"),
      months: Int(try figure("construction.months.light")), useMonths: nil,
      replacements: try renewals(estimate, horizon: Int(try figure("horizon.building"))),
      residual: .remainingLife(years: try figure("life.kg300")), purposes: ["local infrastructure"], carbon: "carbon.reuse.light")
  }

  private mutating func full(_ b: Building, _ fits: [(Sector, Double)]) throws -> Concept.Alternative {
    let cap = try figure("rent.affordable.cap"), common = try figure("share.common")
    let available = absorbed(b.lettable, b)
    var lines = [
      Concept.ProgrammeLine(title: "Shared space", sector: nil, area: available * common, unitArea: nil, units: nil, jobs: 0, rent: nil)
    ]
    lines += programme(available * (1 - common), b, fits, rentShare: 1, cap: cap)
    let rented = lines.filter { $0.sector != nil }.reduce(0) { $0 + $1.area }
    let isStructural = ["poor", "ruin"].contains(b.condition ?? "") || site.text("vacancy") == "derelict"
    let unit = b.condition == "good" ? "cost.full.simple" : isStructural ? "cost.full.structural" : "cost.full.complete"
    let estimate = try estimate(b, unit: unit, isShell: true, extras: [])
    let rent = Self.rent(lines, over: rented)
    return try alternative(
      "full", "Full conversion",
      "Complete conversion to the standard of new work space\(isStructural ? ", with work on the structure" : "").", b, lines: lines,
      estimate: estimate, rent: rent,
      lettable: rented, otherCost: (rent ?? 0) * 12 * rented * (try figure("opex.management.share")),
      occupancy: try ramp("occupancy.target"),
      operating: try running(b, "opex.office"),
      recoverable: try figure("opex.recoverable"),
      months: Int(try figure(isStructural ? "construction.months.structural" : "construction.months.full")), useMonths: nil,
      replacements: try renewals(estimate, horizon: Int(try figure("horizon.building"))),
      residual: .remainingLife(years: try figure("life.kg300")),
      purposes: ["local infrastructure"], carbon: "carbon.reuse")
  }

  private mutating func anchor(_ b: Building, _ fits: [(Sector, Double)]) throws -> Concept.Alternative {
    let cap = try figure("rent.affordable.cap"), share = try figure("event.area.share")
    let available = b.lettable
    let event = available * share
    let equipment = try price("cost.venue.equipment")
    let venue = fits.filter { ["performing-arts", "music", "film", "visual-arts"].contains($0.0.id) }
    var lines = [Concept.ProgrammeLine(title: "Event space", sector: nil, area: event, unitArea: nil, units: nil, jobs: 0, rent: nil)]
    lines += programme(absorbed(available - event, b), b, venue.isEmpty ? fits : venue, rentShare: 1, cap: cap)
    let rented = lines.filter { $0.sector != nil }.reduce(0) { $0 + $1.area }
    let revenue = try event * figure("event.days") * price("event.revenue").value
    let estimate = try estimate(
      b, unit: "cost.culture.industrial", isShell: true,
      extras: [
        .init(
          name: "venue equipment", group: .fittings,
          cost: CostRange(
            low: (equipment.low ?? equipment.value) * event, central: equipment.value * event,
            high: (equipment.high ?? equipment.value) * event))
      ])
    let rent = Self.rent(lines, over: rented)
    return try alternative(
      "cultural_anchor", "Cultural anchor", "A venue for performances and exhibitions, with space for artists around it.", b, lines: lines,
      estimate: estimate, rent: rent, lettable: rented,
      otherRevenue: rent == nil ? 0 : revenue,
      otherCost: revenue * (try figure("event.cost.share")) + (rent ?? 0) * 12 * rented * (try figure("opex.management.share")),
      occupancy: try ramp("occupancy.target.venue"), operating: try price("opex.culture").value,
      recoverable: try figure("opex.recoverable") * rented / max(1, available),
      months: Int(try figure("construction.months.venue")), useMonths: nil,
      replacements: try renewals(estimate, horizon: Int(try figure("horizon.building"))),
      residual: .remainingLife(years: try figure("life.kg300")), purposes: ["cultural infrastructure"], carbon: "carbon.reuse")
  }
}

extension AidRule {
  /// Reads `aid-rules.csv`.
  static func load(folder: DataFolder) throws -> [AidRule] {
    let table = try DataTable(
      file: folder.geoData + "/assumptions/aid-rules.csv",
      required: ["rule", "title", "basis", "max_intensity", "applies_to", "valid_from", "valid_to", "source", "verified"])
    return try (0..<table.count).map { row in
      let text = try table.requiredText("basis", row)
      guard let basis = AidBasis(ruleTableText: text) else {
        throw table.failure(row, "basis", "\"\(text)\" is no basis the engine knows.")
      }
      guard let from = CalendarDate(partial: try table.requiredText("valid_from", row)) else {
        throw table.failure(row, "valid_from", "is no date.")
      }
      var to: CalendarDate?
      if let text = table.text("valid_to", row) {
        to = CalendarDate(partial: text)
        if to == nil { throw table.failure(row, "valid_to", "is no date.") }
      }
      return AidRule(
        id: try table.requiredText("rule", row), title: try table.requiredText("title", row), basis: basis,
        maximumIntensity: table.number("max_intensity", row),
        threshold: table.number("aid_threshold_eur", row), totalCostCap: table.number("total_cost_cap_eur", row),
        appliesTo: try table.requiredText("applies_to", row),
        cumulatesWith: table.text("cumulates_with", row).map { [$0] } ?? [], validFrom: from, validTo: to,
        source: try table.requiredText("source", row),
        isVerified: table.text("verified", row).flatMap(CodeTables.truth) ?? false)
    }
  }
}
