import DecisionAnalysis
import Foundation
public import ProjectFinance
import SimpleFeatures
public import TextFormats
import UrbanIndicators

/// Everything known and computed of one site, as `site.json`: the hinge between what is computed and what is printed.
public struct SiteDossier: Sendable {
  /// The site's id.
  public var id: String
  /// The record; see `site.schema.json`.
  public var json: JSON
  /// The figures of the site table.
  public var headline: ConceptHeadline
  /// The chosen alternative as it is appraised.
  public var plan: ConversionCase
  /// Its appraisal.
  public var appraisal: Appraisal
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
    let unknown = unknown(criteria)
    let missing = unknown.prefix(6).map { FactToFind.title(of: $0.criterion.id) }
    var builder = ConceptBuilder(study: study, register: register, rules: rules, sectors: sectors, site: site, seed: record.seed)
    let concept = try builder.build(missingFacts: missing)
    var members: [JSON.Member] = [.init("schema", "site.schema.json"), .init("study", studyJSON)]
    members += explanation(site, criteria, unknown, robustness)
    members += [
      .init("swot", try swot(site, criteria, concept)),
      .init("surroundings", surroundingsJSON(site)),
      .init("status_quo", statusQuoJSON(concept)),
      .init("alternatives", .array(concept.alternatives.indices.map { alternativeJSON(concept, $0) })),
      .init("verdict", verdictJSON(concept, site)), .init("risks", .array(risks(site, concept))),
      .init("timetable", try timetable(concept)),
      .init("assumptions", .array(concept.assumptions.map(assumptionJSON))), .init("method", methodJSON(concept.notes)),
    ]
    return SiteDossier(
      id: site.id, json: .object(members), headline: concept.headline, plan: concept.choice.conversion, appraisal: concept.choice.appraisal)
  }

  /// The members that explain a score; they need no concept.
  func explanation(_ site: SiteRecord, robustness: JSON) -> [JSON.Member] {
    let criteria = criteria(site)
    return explanation(site, criteria, unknown(criteria), robustness)
  }

  private func explanation(
    _ site: SiteRecord, _ criteria: [ScoredCriterion], _ unknown: [ScoredCriterion], _ robustness: JSON
  ) -> [JSON.Member] {
    [
      .init("site", siteJSON(site)), .init("vacancy", vacancyJSON(site)), .init("score", scoreJSON(site, criteria, robustness)),
      .init("find_out", .array(unknown.filter { $0.swing > 0 }.map { FactToFind.json($0.criterion, swing: $0.swing) })),
      .init("counterfactuals", .array(counterfactuals(criteria))), .init("sectors", .array(sectorJSON(site))),
    ]
  }

  /// The criteria that are not known from data, those first that could move the score most.
  private func unknown(_ criteria: [ScoredCriterion]) -> [ScoredCriterion] {
    criteria.filter { $0.basis != .data }.sorted { ($1.swing, $0.criterion.id) < ($0.swing, $1.criterion.id) }
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
    var facts: [(String, Figure)] = [
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
    // What the study does not publish is reckoned with and not shown.
    let function = study.publishes("function") ? site.text("function") ?? "unknown" : "unknown"
    for (id, column, unit) in [
      ("asking_price", "asking_price_eur", "EUR"), ("asking_rent", "asking_rent_eur_m2_month", "EUR/m2/month"),
    ] {
      if let value = site.number(column) { facts.append((id, Figure(value, unit: unit, kind: "given", source: "buildings layer"))) }
    }
    let district: JSON = site.text("district_id").map { ["id": .string($0), "name": .string(site.text("district") ?? $0)] } ?? nil
    return [
      "id": .string(site.id), "name": JSON(site.text("name")), "address": JSON(site.text("address")), "lon": JSON(site.number("lon")),
      "lat": JSON(site.number("lat")),
      "district": district, "function": .string(function), "function_title": .string(function), "year": JSON(site.number("year")),
      "heritage": site.text("heritage").map { .bool($0 == "yes") } ?? nil, "condition": JSON(site.text("condition")),
      "owner": JSON(site.text("owner_class")), "energy_class": JSON(site.text("energy_class")),
      "facts": .array(facts.map { ["id": .string($0.0), "title": .string(Self.factTitles[$0.0] ?? $0.0), "figure": $0.1.json] }),
    ]
  }

  private static let factTitles = [
    "footprint_area": "Footprint", "gross_floor_area": "Gross floor area", "storeys": "Storeys", "clear_height": "Clear height",
    "imposed_load": "Imposed floor load",
    "daylight_share": "Floor area with daylight", "street_frontage": "Street frontage",
    "shared_wall_ratio": "Boundary shared with neighbours", "unit_potential": "Unit potential",
    "convexity": "Convexity of the footprint", "courtyard_area": "Courtyards", "asking_price": "Asking price", "asking_rent": "Asking rent",
  ]

  private func vacancyJSON(_ site: SiteRecord) -> JSON {
    let single: JSON = [
      "source": JSON(site.text("vacancy_source")), "kind": JSON(site.text("vacancy_kind")), "status": JSON(site.text("vacancy")),
      "observed": JSON(site.text("vacancy_observed")), "since": JSON(site.text("vacancy_since")),
      "confidence": JSON(site.number("vacancy_confidence_fresh")),
      "decayed_confidence": JSON(site.number("vacancy_confidence")), "counts": true,
    ]
    let evidence =
      site.text("evidence").flatMap { try? JSON(parsing: $0) } ?? (site.text("vacancy_source") == nil ? .array([]) : .array([single]))
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

  /// What each constraint with `effect: penalty` takes from a site.
  func penalties(_ site: SiteRecord) -> [(constraint: Study.ConstraintSource, share: Double, factor: Double)] {
    study.constraints.enumerated().compactMap { k, constraint in
      guard let penalty = constraint.penalty, let share = site.number(Study.ConstraintSource.shareColumn(k)) else { return nil }
      let factor = penalty.factor(share)
      return factor < 1 ? (constraint, share, factor) : nil
    }
  }

  func criteria(_ site: SiteRecord) -> [ScoredCriterion] {
    let factor = penalties(site).reduce(1) { $0 * $1.factor }
    return profile.criteria.map { criterion in
      let value = site.number("value_" + criterion.id) ?? 0
      return ScoredCriterion(
        criterion: criterion, value: value, low: site.number("low_" + criterion.id) ?? value,
        high: site.number("high_" + criterion.id) ?? value,
        basis: site.text("basis_" + criterion.id).flatMap(ValueBasis.init(rawValue:)) ?? .data, factor: factor)
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
    // Each takes its share of what those before it have left: groups and penalties sum to the score.
    var left = criteria.reduce(0) { $0 + $1.criterion.weight * $1.value }
    let penalties = penalties(site).map { constraint, share, factor -> JSON in
      defer { left *= factor }
      return [
        "kind": .string(constraint.kind), "share": JSON(share), "strength": JSON(constraint.strength), "factor": JSON(factor),
        "points": JSON(left * (factor - 1)),
      ]
    }
    return [
      "score": JSON(site.number("score")), "low": JSON(site.number("score_low")), "high": JSON(site.number("score_high")),
      "rank": JSON(site.number("rank")),
      "rank_low": JSON(site.number("rank_low")), "rank_high": JSON(site.number("rank_high")), "of": .number(Double(siteCount)),
      "suitability": JSON(site.number("suitability")),
      "regeneration_need": JSON(site.number("regeneration_need")), "completeness": JSON(site.number("completeness")),
      "groups": .array(groups), "criteria": .array(rows), "penalties": .array(penalties),
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
      let delta = c.factor * c.criterion.weight * (best - c.value)
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
}

extension SiteRecord {
  /// Whether the table has the column.
  func hasColumn(_ name: String) -> Bool { table.attributes.contains { $0.name == name } }
}
