import DecisionAnalysis
import Foundation
public import GeoFormats
import ProjectFinance
import SimpleFeatures
import UrbanIndicators

/// Everything known and computed of one site, as `site.json`: the hinge between what is computed and what is printed.
public struct SiteDossier: Sendable {
  /// The site's id.
  public var id: String
  /// The record; see `site.schema.json`.
  public var json: JSON
  /// The figures of the site table.
  public var headline: ConceptHeadline
}

/// What a dossier is made with.
struct DossierContext {
  let study: Study
  let profile: Profile
  let sectors: [Sector]
  let register: AssumptionRegister
  let rules: [AidRule]
  let record: RunRecord
  let siteCount: Int

  /// The dossier of a row of the site table.
  func dossier(_ site: SiteRecord, robustness: JSON = nil) throws -> SiteDossier {
    let criteria = criteria(site)
    let unknown = criteria.filter { $0.basis != .data }.sorted { ($1.swing, $0.criterion.id) < ($0.swing, $1.criterion.id) }
    let missing = unknown.prefix(6).map { FactToFind.title(of: $0.criterion.id) }
    var builder = ConceptBuilder(study: study, register: register, rules: rules, sectors: sectors, site: site)
    let concept = try builder.build(missingFacts: missing)
    let json = JSON.object([
      .init("schema", "site.schema.json"), .init("study", studyJSON), .init("site", siteJSON(site)), .init("vacancy", vacancyJSON(site)),
      .init("score", scoreJSON(site, criteria, robustness)),
      .init("find_out", .array(unknown.filter { $0.swing > 0 }.map { FactToFind.json($0.criterion, swing: $0.swing) })),
      .init("counterfactuals", .array(counterfactuals(criteria))), .init("sectors", .array(sectorJSON(site))),
      .init("swot", swot(site, criteria, concept)),
      .init("surroundings", surroundingsJSON(site)),
      .init("alternatives", .array(concept.alternatives.indices.map { alternativeJSON(concept, $0) })),
      .init("verdict", verdictJSON(concept, site)), .init("risks", .array(risks(site, criteria, concept))),
      .init("timetable", timetable(concept)),
      .init("assumptions", .array(concept.assumptions.map(assumptionJSON))), .init("method", methodJSON(concept.notes)),
    ])
    return SiteDossier(id: site.id, json: json, headline: concept.headline)
  }

  // MARK: Study and method

  var studyJSON: JSON {
    [
      "id": .string(study.id), "title": .string(study.title), "country": .string(study.country), "currency": .string(study.currency),
      "price_date": .string(study.priceDate.description), "as_of": .string(study.asOf.description),
      "grant_date": .string(study.grantDate.description),
      "illustrative_vacancy": .bool(study.isIllustrative), "attribution": .array(study.attribution.map { .string($0) }),
      "crs": .string(record.crs),
      "profile": .string(profile.title), "seed": .number(Double(record.seed)),
    ]
  }

  func methodJSON(_ notes: [String]) -> JSON {
    [
      "engine_version": .string(RunRecord.engineVersion), "method_version": .string(RunRecord.methodVersion),
      "profile": .string(profile.id),
      "seed": .number(Double(record.seed)),
      "inputs": .array(record.inputs.map { ["path": .string($0.path), "layer": .string($0.layer), "sha256": .string($0.sha256)] }),
      "notes": .array((notes + record.notes).map { .string($0) }),
    ]
  }

  private func assumptionJSON(_ a: Assumption) -> JSON {
    [
      "id": .string(a.id), "title": .string(a.title), "value": JSON(a.value), "low": JSON(a.low), "high": JSON(a.high),
      "unit": .string(a.unit),
      "price_base": JSON(a.priceBase.map(Double.init)), "country": JSON(a.country), "kind": .string(a.kind), "source": .string(a.source),
      "note": .string(a.origin == "shipped" ? "" : a.origin),
    ]
  }

  // MARK: The site

  private func siteJSON(_ site: SiteRecord) -> JSON {
    func range(_ id: String, _ centre: String, _ low: String, _ high: String, _ unit: String, known: Bool, source: String, prior: String)
      -> (String, Figure)
    {
      let l = site.number(low), h = site.number(high)
      let isRange = !known && l != nil && h != nil && l != h
      return (
        id,
        Figure(
          site.number(centre), low: isRange ? l : nil, high: isRange ? h : nil, unit: unit,
          kind: known ? "given" : isRange ? "prior" : "computed", source: known ? source : prior)
      )
    }
    let storeysKnown = site.flag("storeys_known")
    let facts: [(String, Figure)] = [
      ("footprint_area", Figure(site.number("ind_footprint_area_m2"), unit: "m2", kind: "computed", source: "building footprint")),
      range(
        "gross_floor_area", "ind_gross_floor_area_m2", "ind_gross_floor_area_low_m2", "ind_gross_floor_area_high_m2", "m2",
        known: site.flag("gross_floor_area_given"),
        source: "buildings layer", prior: storeysKnown ? "footprint × storeys" : "footprint × inferred storeys"),
      range(
        "storeys", "ind_storeys", "ind_storeys_low", "ind_storeys_high", "storeys", known: storeysKnown, source: "buildings layer",
        prior: "like buildings near by"),
      range(
        "clear_height", "ind_clear_height_m", "ind_clear_height_low_m", "ind_clear_height_high_m", "m", known: false, source: "",
        prior: "prior of function and era (expert assumption)"),
      range(
        "imposed_load", "ind_imposed_load_kn_m2", "ind_imposed_load_low_kn_m2", "ind_imposed_load_high_kn_m2", "kN/m2", known: false,
        source: "",
        prior: "EN 1991-1-1 category of the function"),
      (
        "daylight_share",
        Figure(
          site.number("ind_daylight_share"), unit: "share", kind: "computed", source: "floor within 2 × window-head height of an outer wall"
        )
      ),
      (
        "street_frontage",
        Figure(site.number("ind_street_frontage_m"), unit: "m", kind: "computed", source: "outer wall facing a street within 15 m")
      ),
      (
        "shared_wall_ratio",
        Figure(site.number("ind_shared_wall_ratio"), unit: "share", kind: "computed", source: "boundary within 0.1 m of another building")
      ),
      (
        "unit_potential",
        Figure(site.number("ind_unit_potential_m_per_m2"), unit: "m/m2", kind: "computed", source: "outer wall × storeys ÷ floor area")
      ),
      ("convexity", Figure(site.number("ind_convexity"), unit: "1", kind: "computed", source: "area ÷ area of the convex hull")),
      ("courtyard_area", Figure(site.number("ind_courtyard_area_m2"), unit: "m2", kind: "computed", source: "holes of the footprint")),
    ]
    let district: JSON = site.text("district_id").map { ["id": .string($0), "name": .string(site.text("district") ?? $0)] } ?? nil
    return [
      "id": .string(site.id), "name": JSON(site.text("name")), "address": JSON(site.text("address")), "lon": JSON(site.number("lon")),
      "lat": JSON(site.number("lat")),
      "district": district, "function": .string(site.text("function") ?? "unknown"),
      "function_title": .string(site.text("function") ?? "unknown"), "year": JSON(site.number("year")),
      "heritage": site.text("heritage").map { .bool($0 == "yes") } ?? nil, "condition": JSON(site.text("condition")),
      "owner": JSON(site.text("owner_class")),
      "facts": .array(facts.map { ["id": .string($0.0), "title": .string(Self.factTitles[$0.0] ?? $0.0), "figure": $0.1.json] }),
    ]
  }

  private static let factTitles = [
    "footprint_area": "Footprint", "gross_floor_area": "Gross floor area", "storeys": "Storeys", "clear_height": "Clear height",
    "imposed_load": "Imposed floor load",
    "daylight_share": "Floor area with daylight", "street_frontage": "Street frontage",
    "shared_wall_ratio": "Boundary shared with neighbours", "unit_potential": "Unit potential",
    "convexity": "Convexity of the footprint", "courtyard_area": "Courtyards",
  ]

  private func vacancyJSON(_ site: SiteRecord) -> JSON {
    let evidence = site.text("evidence").flatMap { try? JSON(parsing: $0) } ?? .array([])
    return [
      "class": .string(site.text("vacancy") ?? "unknown"), "confidence": JSON(site.number("vacancy_confidence")), "evidence": evidence,
    ]
  }

  private func surroundingsJSON(_ site: SiteRecord) -> JSON {
    let straight = record.notes.contains { $0.contains("straight lines × 1.3") }
    let rows: [(String, String, String)] = [
      ("Walk to public transport", "walk_to_transit_m", "m"), ("Walk to food and drink", "walk_to_food_m", "m"),
      ("Walk to culture", "walk_to_culture_m", "m"),
      ("Walk to higher education", "walk_to_higher_education_m", "m"), ("Walk to a park", "walk_to_park_m", "m"),
      ("Walk to a grocery", "walk_to_grocery_m", "m"),
      ("Walk to the centre", "walk_to_centre_m", "m"), ("Food places within 400 m", "food_within_400_m", "count"),
      ("Cultural places within 800 m", "culture_within_800_m", "count"),
      ("Distance to a main road", "main_road_distance_m", "m"), ("Creative firms per km²", "company_density_per_km2", "1/km2"),
      ("Diversity of sectors within 800 m", "sector_diversity", "share"),
      ("Other vacant floor area within 300 m", "pole_floor_area_m2", "m2"), ("Unemployment in the district", "unemployment_rate", "share"),
      ("People aged 20–34 in the district", "young_adults_share", "share"),
      ("Market rent in the district", "district_rent", "EUR/m2/month"),
      ("Demand for creative space in the district", "creative_space_demand_m2_per_year", "m2/a"),
    ]
    return .array(
      rows.compactMap { title, indicator, unit in
        guard site.hasColumn("ind_" + indicator) else { return nil }
        let isWalk = title.hasPrefix("Walk")
        return [
          "title": .string(title),
          "figure": Figure(
            site.number("ind_" + indicator), unit: unit, kind: "computed",
            source: isWalk ? straight ? "straight line × 1.3" : "along the street network" : "layers of the study"
          ).json,
        ]
      })
  }

  // MARK: Score

  struct ScoredCriterion {
    var criterion: Profile.Criterion
    var value: Double
    var low: Double
    var high: Double
    var basis: ValueBasis
    /// How far the score may still move, points.
    var swing: Double { criterion.weight * (high - low) }
  }

  func criteria(_ site: SiteRecord) -> [ScoredCriterion] {
    profile.criteria.map { criterion in
      let value = site.number("value_" + criterion.id) ?? 0
      return ScoredCriterion(
        criterion: criterion, value: value, low: site.number("low_" + criterion.id) ?? value,
        high: site.number("high_" + criterion.id) ?? value,
        basis: site.text("basis_" + criterion.id).flatMap(ValueBasis.init(rawValue:)) ?? .data)
    }
  }

  private func scoreJSON(_ site: SiteRecord, _ criteria: [ScoredCriterion], _ robustness: JSON) -> JSON {
    func sum(_ group: Int, _ part: (ScoredCriterion) -> Double) -> Double {
      criteria.filter { $0.criterion.group == group }.reduce(0) { $0 + $1.criterion.weight * part($1) }
    }
    let groups = profile.groups.enumerated().map { k, group -> JSON in
      [
        "id": .string(group.id), "title": .string(group.title),
        "weight": JSON(criteria.filter { $0.criterion.group == k }.reduce(0) { $0 + $1.criterion.weight }),
        "contribution": JSON(sum(k) { $0.value }), "low": JSON(sum(k) { $0.low }), "high": JSON(sum(k) { $0.high }),
      ]
    }
    let rows = criteria.map { c -> JSON in
      let measured = CriterionMeasurement.of(c.criterion.id, site)
      return [
        "id": .string(c.criterion.id), "group": .string(profile.groups[c.criterion.group].id), "title": .string(c.criterion.title),
        "unit": .string(c.criterion.unit),
        "weight": JSON(c.criterion.weight), "x": measured.x, "x_low": JSON(measured.low), "x_high": JSON(measured.high), "v": JSON(c.value),
        "v_low": JSON(c.low), "v_high": JSON(c.high),
        "contribution": JSON(c.criterion.weight * c.value), "contribution_low": JSON(c.criterion.weight * c.low),
        "contribution_high": JSON(c.criterion.weight * c.high),
        "basis": .string(c.basis.rawValue), "source": .string(measured.source),
      ]
    }
    return [
      "score": JSON(site.number("score")), "low": JSON(site.number("score_low")), "high": JSON(site.number("score_high")),
      "rank": JSON(site.number("rank")),
      "rank_low": JSON(site.number("rank_low")), "rank_high": JSON(site.number("rank_high")), "of": .number(Double(siteCount)),
      "suitability": JSON(site.number("suitability")),
      "regeneration_need": JSON(site.number("regeneration_need")), "completeness": JSON(site.number("completeness")),
      "groups": .array(groups), "criteria": .array(rows),
      "robustness": robustness,
    ]
  }

  /// What one change would do to the score: the criteria that an owner or a city can change, taken to their best.
  private func counterfactuals(_ criteria: [ScoredCriterion]) -> [JSON] {
    let changes = [
      "daylight_share": "Daylight opened up to the whole floor", "condition": "Condition brought to good",
      "zoning": "Zoning changed to permit the use",
      "contamination": "Contamination treated", "owner": "Owned by a public body", "street_frontage": "A full street frontage opened",
      "sector_diversity": "A balanced mix of creative sectors near by",
    ]
    return criteria.compactMap { c -> (String, Double)? in
      guard let change = changes[c.criterion.id] else { return nil }
      let best = c.criterion.id == "contamination" ? min(0.8, c.criterion.value.range.upperBound) : c.criterion.value.range.upperBound
      let delta = c.criterion.weight * (best - c.value)
      return delta > 0.05 ? (change, delta) : nil
    }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(5).map { ["change": .string($0.0), "score_delta": JSON($0.1)] }
  }

  private func offer(_ site: SiteRecord) -> SectorOffer {
    SectorOffer(
      clearHeight: site.number("ind_clear_height_m") ?? .nan, load: site.number("ind_imposed_load_kn_m2") ?? .nan,
      daylightShare: site.number("ind_daylight_share") ?? .nan,
      area: (site.number("ind_gross_floor_area_m2") ?? .nan) * (register.optional("efficiency.\(efficiencyName(site))")?.value ?? 0.75),
      frontage: site.number("ind_street_frontage_m") ?? .nan, mainRoadDistance: site.number("ind_main_road_distance_m") ?? .nan,
      sharesWallWithDwellings: (site.number("ind_shared_wall_length_m") ?? 0) > 1
        && ["residential", "mixed", "unknown"].contains(site.text("function") ?? "unknown"),
      noiseShare: study.constraints.contains { $0.kind == "noise" } ? site.number("ind_noise_share") ?? .nan : .nan)
  }

  private func efficiencyName(_ site: SiteRecord) -> String {
    switch site.text("function") {
    case "publicBuilding": "public"
    case nil, "unknown": "other"
    case let name?: name
    }
  }

  private func sectorJSON(_ site: SiteRecord) -> [JSON] {
    let offer = offer(site)
    return sectors.map { sector in (sector, sector.fit(offer)) }.sorted { ($1.1.fit, $0.0.id) < ($0.1.fit, $1.0.id) }.map { sector, fit in
      [
        "id": .string(sector.id), "title": .string(sector.title), "fit": JSON(fit.fit), "limiting": JSON(fit.limiting),
        "limiting_title": JSON(fit.limiting.flatMap { Self.needTitles[$0] }),
        "utilities": .object(zip(Sector.needs, fit.utilities).map { .init($0, JSON($1)) }), "rent_share": JSON(sector.rentShare),
      ]
    }
  }

  private static let needTitles = [
    "height": "clear height", "load": "floor load", "daylight": "daylight", "size": "size", "frontage": "street frontage",
    "loading": "loading", "noise": "noise",
  ]

  // MARK: Alternatives

  private var year: Int { study.priceDate.year }

  private func money(
    _ value: Double?, low: Double? = nil, high: Double? = nil, unit: String = "EUR", source: String, estimateClass: Int? = nil
  ) -> JSON {
    Figure(value, low: low, high: high, unit: unit, priceBase: year, kind: "computed", source: source, estimateClass: estimateClass).json
  }

  private func plain(_ value: Double?, unit: String, source: String) -> JSON {
    Figure(value, unit: unit, kind: "computed", source: source).json
  }

  private func rate(_ rate: InternalRateOfReturn?, _ source: String) -> JSON {
    var text = source
    switch rate {
    case .multiple(let roots):
      text += "; several rates solve it: \(roots.map { "\(($0 * 1000).rounded() / 10) %" }.joined(separator: ", "))"
    case .none(let reason)?: text += "; none: \(reason.rawValue.replacing("_", with: " "))"
    default: break
    }
    return plain(rate?.value, unit: "share", source: text)
  }

  private static let groupTitles = [
    "100": "Plot", "200": "Preparation", "300": "Building construction", "400": "Technical systems", "500": "Outdoor works",
    "600": "Fittings", "700": "Fees and charges",
  ]

  private func alternativeJSON(_ concept: Concept, _ k: Int) -> JSON {
    let alternative = concept.alternatives[k]
    let a = alternative.appraisal, value = alternative.conversion
    let flow = "cash flow of \(value.horizonYears) years at \(JSON.text(of: value.financialDiscountRate * 100)) % real"
    let opened = a.years.first { $0.occupancy >= value.occupancy.stabilised - 1e-9 } ?? a.years.last
    var members: [JSON.Member] = [
      .init("id", .string(alternative.id)), .init("title", .string(alternative.title)),
      .init("description", .string(alternative.description)), .init("chosen", .bool(k == concept.chosen)),
      .init("verdict", .string(alternative.verdict.recommendation.rawValue)),
      .init(
        "programme",
        .array(
          alternative.programme.map {
            [
              "title": .string($0.title), "sector": JSON($0.sector), "area_m2": JSON($0.area), "unit_m2": JSON($0.unitArea),
              "units": JSON($0.units.map(Double.init)), "jobs": JSON($0.jobs),
              "rent_eur_m2_month": JSON($0.rent),
            ]
          })),
      .init(
        "lettable_area",
        plain(value.lettableArea, unit: "m2", source: "floor area × efficiency, less shared space, at most the district's demand")),
      .init("jobs", plain(a.jobs, unit: "jobs", source: "let area ÷ floor area per job of the sectors × occupancy")),
      .init(
        "capex",
        money(
          a.capitalCost.central, low: a.capitalCost.low, high: a.capitalCost.high,
          source: alternative.estimate == nil
            ? "no investment" : "unit cost × gross floor area × factors, DIN 276 groups 200–700, net of VAT where known",
          estimateClass: alternative.estimate?.estimateClass.number)),
      .init(
        "capex_per_m2",
        money(
          a.capitalCost.central / value.grossFloorArea, low: a.capitalCost.low / value.grossFloorArea,
          high: a.capitalCost.high / value.grossFloorArea, unit: "EUR/m2",
          source: "per m² gross floor area", estimateClass: alternative.estimate?.estimateClass.number)),
      .init(
        "cost_groups",
        .array(
          (alternative.estimate?.lines ?? []).map {
            let group = String($0.group.rawValue)
            return [
              "group": .string(group), "title": .string(Self.groupTitles[group] ?? group), "low": JSON($0.cost.low),
              "central": JSON($0.cost.central), "high": JSON($0.cost.high),
            ]
          })),
      .init(
        "revenue", money(opened?.revenue, unit: "EUR/a", source: "rents, service charges and other revenue in the first fully let year")),
      .init(
        "operating_cost",
        money(opened?.operatingCost, unit: "EUR/a", source: "operation, maintenance, management in the first fully let year")),
      .init("grant", money(a.stack?.grant, source: "eligible cost × funding gap × grant rate, within the aid ceiling")),
      .init("public_cofinancing", money(a.stack?.publicCofinancing, source: "rest of the funding gap, within the aid ceiling")),
      .init("soft_loan", money(a.stack?.softLoan, source: "least public money, debt service cover respected")),
      .init("loan", money(a.stack?.bankLoan, source: "least public money, debt service cover respected")),
      .init("equity", money(a.stack?.equity, source: "rest of the uses")),
      .init("unfunded", money(a.stack?.unfunded, source: "uses that no lawful source pays for")),
      .init("binding", .array((a.stack?.binding ?? []).map { .string($0.rawValue) })),
    ]
    if let aid = alternative.aid {
      let applied = aid.applied
      members.append(
        .init(
          "aid",
          [
            "rule": JSON(applied?.rule.id), "title": JSON(applied?.rule.title), "rate": JSON(applied?.rule.maximumIntensity),
            "ceiling_eur": JSON(applied?.amount),
            "valid_to": JSON(applied?.rule.validTo?.description), "verified": .bool(applied?.rule.isVerified ?? false),
            "text": .string(
              applied.map {
                "\($0.rule.title) (\($0.rule.source)): at most \(JSON.text(of: (($0.rule.maximumIntensity ?? 0) * 100).rounded())) % of \($0.rule.basis.rawValue)\($0.rule.isVerified ? "" : "; figures still to be verified")"
              }
                ?? "No rule known on the grant date\(aid.expiredRuleIDs.isEmpty ? "" : "; unlawful unless renewed: \(aid.expiredRuleIDs.joined(separator: ", "))")"
            ),
          ]))
    }
    members += [
      .init("funding_gap", plain(a.fundingGap.flatMap { $0.rate }, unit: "share", source: "(DIC − DNR) ÷ DIC")),
      .init("fnpv_c", money(a.netPresentValue, source: flow)), .init("frr_c", rate(a.rateOfReturn, flow)),
      .init("fnpv_k", money(a.nationalNetPresentValue, source: "all national capital, " + flow)),
      .init("frr_k", rate(a.nationalRateOfReturn, "all national capital, " + flow)),
      .init("fnpv_k_private", money(a.ownersNetPresentValue, source: "private capital, " + flow)),
      .init("enpv", money(a.economics?.netPresentValue, source: "social discount rate \(JSON.text(of: value.socialDiscountRate * 100)) %")),
      .init("err", rate(a.economics?.rateOfReturn, "economic flows")),
      .init("benefit_cost", plain(a.economics?.benefitCostRatio, unit: "ratio", source: "economic benefits ÷ costs")),
      .init("dscr_min", plain(a.coverage?.minimum, unit: "ratio", source: "lowest year")),
      .init("dscr_mean", plain(a.coverage?.mean, unit: "ratio", source: "mean of the years")),
      .init("llcr", plain(a.loanLifeCoverage, unit: "ratio", source: "loan life")),
      .init(
        "break_even_rent",
        money(
          a.breakEven.rentPerSquareMetreMonth.flatMap { $0.isAttainable ? $0.value : nil }, unit: "EUR/m2/month",
          source: "rent at which FNPV(C) is 0")),
      .init("payback", plain(a.payback, unit: "years", source: "undiscounted")),
      .init("public_per_job", money(a.publicMoneyPerJob, unit: "EUR/job", source: "grant and co-financing per job")),
    ]
    var inverse: [JSON] = []
    func solved(_ title: String, _ value: SolvedValue?, _ unit: String, scale: Double) {
      guard let value else { return }
      inverse.append([
        "title": .string(title),
        "figure": money(
          value.isAttainable ? value.value : nil, unit: unit,
          source: value.isAttainable ? "solved and verified by substitution" : "cannot be reached"),
        "verified": .bool(abs(value.residual) < 1e-6 * max(1, scale)),
      ])
    }
    let scale = max(1, a.capitalCost.central)
    solved("Break-even rent", a.breakEven.rentPerSquareMetreMonth, "EUR/m2/month", scale: scale)
    solved("Highest bearable cost", a.breakEven.capitalCost, "EUR", scale: scale)
    solved("Required occupancy", a.breakEven.occupancy, "share", scale: scale)
    if let grant = alternative.minimumGrant {
      inverse.append([
        "title": "Minimum grant",
        "figure": money(grant.value, source: "least grant that funds it with the loans on offer, whatever the law allows"),
        "verified": .bool(grant.isAttainable),
      ])
    }
    members.append(.init("inverse", .array(inverse)))
    var cumulative = 0.0
    members.append(
      .init(
        "cash_flow",
        .array(
          a.years.map { y in
            let factor = DiscountSchedule.constant(value.financialDiscountRate).factor(year: y.year)
            cumulative += y.net ?? 0
            return [
              "year": .number(Double(year + y.year)), "capex": JSON(y.capitalCost), "revenue": JSON(y.revenue),
              "operating_cost": JSON(y.operatingCost), "replacements": JSON(y.replacements),
              "residual": JSON(y.residualValue), "net": JSON(y.net), "discounted": JSON(y.net.map { $0 * factor }),
              "debt_service": JSON(y.interest + y.principal), "grant": JSON(y.grant),
              "cofinancing": JSON(y.publicCofinancing), "loan": JSON(y.softLoan + y.bankLoan), "equity": JSON(y.equity),
              "cash": JSON(y.cumulatedCash), "cumulative": y.net == nil ? nil : JSON(cumulative),
            ]
          })))
    return .object(members)
  }

  private func verdictJSON(_ concept: Concept, _ site: SiteRecord) -> JSON {
    let choice = concept.choice, v = choice.verdict
    let titles: [String: (String, String)] = [
      "completeness": ("Completeness of the data", "share"), "vacancy_confidence": ("Confidence of the vacancy", "share"),
      "rent_known": ("Market rent known", "1"), "fnpv_c": ("FNPV(C)", "EUR"),
      "dscr_min": ("Lowest debt service cover", "ratio"), "enpv": ("ENPV", "EUR"), "sustainable": ("Cash never below zero", "1"),
      "fnpv_k_private": ("Private FNPV(K)", "EUR"),
      "public_money_per_job": ("Public money per job", "EUR/job"), "fnpv_c_meanwhile": ("FNPV(C) of meanwhile use", "EUR"),
    ]
    let figures = v.figures.map { figure -> JSON in
      let (title, unit) = titles[figure.name] ?? (figure.name, "")
      return [
        "title": .string(title), "limit": JSON(figure.limit), "passes": .bool(figure.passes),
        "figure": Figure(
          figure.value, unit: unit, priceBase: unit.hasPrefix("EUR") ? year : nil, kind: "computed",
          source: figure.limit.map { "limit \(JSON.text(of: ($0 * 100).rounded() / 100))" } ?? ""
        ).json,
      ]
    }
    let summary: String
    let name = site.text("name") ?? site.text("address") ?? site.id
    switch v.recommendation {
    case .findOutFirst:
      summary =
        "Too little is known of \(name) to recommend an investment. The figures below show what follows from the assumptions; find out first: \(v.missingFacts.prefix(4).joined(separator: ", "))."
    case .invest: summary = "\(choice.title) pays for itself: the investment earns its discount rate and covers its debt."
    case .investWithGrant:
      summary = "\(choice.title) is worth more to society than it costs and works with the lawful grant and co-financing."
    case .meanwhileOnly:
      summary = "No conversion carries itself or stays within the limits; a meanwhile use costs less than keeping \(name) vacant."
    case .notViable:
      summary = "No alternative carries itself or stays within the limits, and a meanwhile use costs more than keeping \(name) vacant."
    }
    return [
      "verdict": .string(v.recommendation.rawValue), "rule": .string(v.rule), "figures": .array(figures),
      "missing": .array(v.missingFacts.map { .string($0) }),
      "alternative": .string(choice.id), "alternative_title": .string(choice.title), "summary": .string(summary),
    ]
  }
}

extension SiteRecord {
  /// Whether the table has the column.
  func hasColumn(_ name: String) -> Bool { table.attributes.contains { $0.name == name } }
}
