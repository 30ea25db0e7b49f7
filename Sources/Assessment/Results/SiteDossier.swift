import DecisionAnalysis
import Foundation
public import ProjectFinance
import SimpleFeatures
public import TextFormats
import UrbanIndicators

/// The report on one site with what only the engine and the workbook need beside it.
public struct SiteDossier: Sendable {
  /// The site's id.
  public var id: String
  /// Everything that is printed.
  public var report: SiteReport
  /// The figures of the site table.
  public var headline: ConceptHeadline
  /// The chosen alternative as it is appraised.
  public var plan: ConversionCase
  /// Its appraisal.
  public var appraisal: Appraisal

  /// The report as `site.json`.
  public var json: JSON { report.json }
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
  func dossier(_ site: SiteRecord) throws -> SiteDossier {
    let criteria = criteria(site)
    var builder = ConceptBuilder(study: study, register: register, rules: rules, sectors: sectors, site: site, seed: record.seed)
    let concept = try builder.build(missingFacts: unknown(criteria).prefix(6).map(\.criterion.id))
    let explanation = explanation(site)
    let report = SiteReport(
      study: studyReport, site: explanation.site, vacancy: explanation.vacancy, score: explanation.score, findOut: explanation.findOut,
      counterfactuals: explanation.counterfactuals, sectors: explanation.sectors, swot: try swot(site, criteria, concept),
      surroundings: surroundings(site), statusQuo: statusQuo(concept),
      alternatives: concept.alternatives.indices.map { alternative(concept, $0) }, verdict: verdict(concept, site),
      risks: risks(site, concept), timetable: try timetable(concept), assumptions: concept.assumptions.map(AssumptionReport.init),
      method: method(concept.notes))
    return SiteDossier(
      id: site.id, report: report, headline: concept.headline, plan: concept.choice.conversion, appraisal: concept.choice.appraisal)
  }

  /// What explains the score of a row of the site table.
  func explanation(_ site: SiteRecord) -> SiteExplanation {
    let criteria = criteria(site)
    return SiteExplanation(
      site: building(site), vacancy: vacancy(site), score: score(site, criteria),
      findOut: unknown(criteria).filter { $0.swing > 0 }.map { FactToFind(of: $0.criterion.id, swing: $0.swing) },
      counterfactuals: counterfactuals(criteria), sectors: sectorReports(site))
  }

  /// The criteria that are not known from data, those first that could move the score most.
  private func unknown(_ criteria: [ScoredCriterion]) -> [ScoredCriterion] {
    criteria.filter { $0.basis != .data }.sorted { ($1.swing, $0.criterion.id) < ($0.swing, $1.criterion.id) }
  }

  // MARK: Study and method

  var studyReport: StudyReport {
    StudyReport(
      id: study.id, title: study.title, country: study.country, currency: study.currency, priceDate: study.priceDate, asOf: study.asOf,
      grantDate: study.grantDate, isIllustrative: study.isIllustrative, attribution: study.attribution, crs: record.crs,
      profile: profile.title, seed: Double(record.seed))
  }

  func method(_ notes: [Message]) -> MethodReport {
    MethodReport(
      engineVersion: RunRecord.engineVersion, methodVersion: RunRecord.methodVersion, profile: profile.id, seed: Double(record.seed),
      inputs: record.inputs.map { .init(path: $0.path, layer: $0.layer, digest: $0.sha256) }, notes: notes + record.notes)
  }

  // MARK: The site

  private func building(_ site: SiteRecord) -> BuildingReport {
    func fact(_ id: String, _ figure: Figure) -> FactReport {
      FactReport(id: id, title: .label(kind: "fact", id: id, english: Self.factTitles[id] ?? id), figure: figure)
    }
    func measured(_ id: String, _ column: String, _ unit: String, _ source: Sentence) -> FactReport {
      fact(id, Figure(site.number(column), unit: unit, kind: .computed, source: Message(source)))
    }
    func range(_ id: String, _ stem: String, _ ending: String, _ unit: String, known: Sentence?, prior: Sentence) -> FactReport {
      let low = site.number(stem + "_low" + ending), high = site.number(stem + "_high" + ending)
      let isRange = known == nil && low != nil && high != nil && low != high
      return fact(
        id,
        Figure(
          site.number(stem + ending), low: isRange ? low : nil, high: isRange ? high : nil, unit: unit,
          kind: known != nil ? .given : isRange ? .prior : .computed, source: Message(known ?? prior)))
    }
    let areStoreysKnown = site.flag("storeys_known")
    // What is asked stands there only where the buildings layer says it.
    let asked = [("asking_price", "asking_price_eur", "EUR"), ("asking_rent", "asking_rent_eur_m2_month", "EUR/m2/month")]
      .compactMap { id, column, unit in
        site.number(column).map { fact(id, Figure($0, unit: unit, kind: .given, source: Message(.fromBuildingsLayer))) }
      }
    return BuildingReport(
      id: site.id, name: site.text("name"), address: site.text("address"), longitude: site.number("lon"), latitude: site.number("lat"),
      district: site.text("district_id").map { DistrictName(id: $0, name: site.text("district") ?? $0) },
      // What the study does not publish is reckoned with and not shown.
      function: study.publishes("function") ? site.text("function") ?? "unknown" : "unknown", year: site.number("year").map { Int($0) },
      isListed: site.text("heritage").map { $0 == "yes" }, condition: site.text("condition"), owner: site.text("owner_class"),
      energyClass: site.text("energy_class"),
      facts: [
        measured("footprint_area", "ind_footprint_area_m2", "m2", .fromFootprint),
        range(
          "gross_floor_area", "ind_gross_floor_area", "_m2", "m2", known: site.flag("gross_floor_area_given") ? .fromBuildingsLayer : nil,
          prior: areStoreysKnown ? .fromStoreys : .fromInferredStoreys),
        range(
          "storeys", "ind_storeys", "", "storeys", known: areStoreysKnown ? .fromBuildingsLayer : nil, prior: .fromLikeBuildings),
        range("clear_height", "ind_clear_height", "_m", "m", known: nil, prior: .fromFunctionAndEra),
        range("imposed_load", "ind_imposed_load", "_kn_m2", "kN/m2", known: nil, prior: .fromLoadCategory),
        measured("daylight_share", "ind_daylight_share", "share", .fromDaylightZone),
        measured("street_frontage", "ind_street_frontage_m", "m", .fromStreetWall),
        measured("shared_wall_ratio", "ind_shared_wall_ratio", "share", .fromSharedBoundary),
        measured("unit_potential", "ind_unit_potential_m_per_m2", "m/m2", .fromOuterWall),
        measured("convexity", "ind_convexity", "1", .fromConvexHull),
        measured("courtyard_area", "ind_courtyard_area_m2", "m2", .fromHoles),
      ] + asked)
  }

  static let factTitles = [
    "footprint_area": "Footprint", "gross_floor_area": "Gross floor area", "storeys": "Storeys", "clear_height": "Clear height",
    "imposed_load": "Imposed floor load",
    "daylight_share": "Floor area with daylight", "street_frontage": "Street frontage",
    "shared_wall_ratio": "Boundary shared with neighbours", "unit_potential": "Unit potential",
    "convexity": "Convexity of the footprint", "courtyard_area": "Courtyards", "asking_price": "Asking price", "asking_rent": "Asking rent",
  ]

  private func vacancy(_ site: SiteRecord) -> VacancyReport {
    var evidence: [EvidenceReport] = []
    if let pieces = site.text("evidence").flatMap({ try? JSON(parsing: $0) })?.array {
      evidence = pieces.map { piece in
        EvidenceReport(
          source: piece["source"]?.string, kind: piece["kind"]?.string, status: piece["status"]?.string,
          observed: piece["observed"]?.string, since: piece["since"]?.string, confidence: piece["confidence"]?.number,
          decayedConfidence: piece["decayed_confidence"]?.number, counts: piece["counts"]?.bool ?? false)
      }
    } else if let source = site.text("vacancy_source") {
      evidence = [
        EvidenceReport(
          source: source, kind: site.text("vacancy_kind"), status: site.text("vacancy"), observed: site.text("vacancy_observed"),
          since: site.text("vacancy_since"), confidence: site.number("vacancy_confidence_fresh"),
          decayedConfidence: site.number("vacancy_confidence"), counts: true)
      ]
    }
    return VacancyReport(
      state: site.text("vacancy").flatMap(VacancyClass.init(rawValue:)) ?? .unknown, confidence: site.number("vacancy_confidence"),
      evidence: evidence)
  }

  /// The rows of the surroundings: id of the fact, English title, indicator, unit, whether it is a walk.
  static let surroundingRows: [(id: String, title: String, indicator: String, unit: String, isWalk: Bool)] = [
    ("walk_to_transit", "Walk to public transport", "walk_to_transit_m", "m", true),
    ("walk_to_food", "Walk to food and drink", "walk_to_food_m", "m", true),
    ("walk_to_culture", "Walk to culture", "walk_to_culture_m", "m", true),
    ("walk_to_higher_education", "Walk to higher education", "walk_to_higher_education_m", "m", true),
    ("walk_to_park", "Walk to a park", "walk_to_park_m", "m", true),
    ("walk_to_grocery", "Walk to a grocery", "walk_to_grocery_m", "m", true),
    ("walk_to_centre", "Walk to the centre", "walk_to_centre_m", "m", true),
    ("food_within_400", "Food places within 400 m", "food_within_400_m", "count", false),
    ("culture_within_800", "Cultural places within 800 m", "culture_within_800_m", "count", false),
    ("main_road_distance", "Distance to a main road", "main_road_distance_m", "m", false),
    ("company_density", "Creative firms per km²", "company_density_per_km2", "1/km2", false),
    ("sector_diversity", "Diversity of sectors within 800 m", "sector_diversity", "share", false),
    ("pole_floor_area", "Other vacant floor area within 300 m", "pole_floor_area_m2", "m2", false),
    ("unemployment_rate", "Unemployment in the district", "unemployment_rate", "share", false),
    ("young_adults_share", "People aged 20–34 in the district", "young_adults_share", "share", false),
    ("district_rent", "Market rent in the district", "district_rent", "EUR/m2/month", false),
    (
      "creative_space_demand", "Demand for creative space in the district", "creative_space_demand_m2_per_year", "m2/a", false
    ),
  ]

  private func surroundings(_ site: SiteRecord) -> [FactReport] {
    let walk: Sentence = record.walksAreStraight ? .fromStraightLine : .fromStreetNetwork
    return Self.surroundingRows.compactMap { row in
      guard site.hasColumn("ind_" + row.indicator) else { return nil }
      return FactReport(
        id: row.id, title: .label(kind: "fact", id: row.id, english: row.title),
        figure: Figure(
          site.number("ind_" + row.indicator), unit: row.unit, kind: .computed, source: Message(row.isWalk ? walk : .fromStudyLayers)))
    }
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

  private func score(_ site: SiteRecord, _ criteria: [ScoredCriterion]) -> ScoreReport {
    func sum(_ group: Int, _ part: (ScoredCriterion) -> Double) -> Double {
      criteria.filter { $0.criterion.group == group }.reduce(0) { $0 + $1.criterion.weight * part($1) }
    }
    func whole(_ column: String) -> Int? { site.number(column).map { Int($0) } }
    // Each takes its share of what those before it have left: groups and penalties sum to the score.
    var left = criteria.reduce(0) { $0 + $1.criterion.weight * $1.value }
    let penalties = penalties(site).map { constraint, share, factor -> ScoreReport.Penalty in
      defer { left *= factor }
      return .init(kind: constraint.kind, share: share, strength: constraint.strength, factor: factor, points: left * (factor - 1))
    }
    return ScoreReport(
      score: site.number("score"), low: site.number("score_low"), high: site.number("score_high"), rank: whole("rank"),
      rankLow: whole("rank_low"), rankHigh: whole("rank_high"), of: siteCount, suitability: site.number("suitability"),
      regenerationNeed: site.number("regeneration_need"), completeness: site.number("completeness"),
      groups: profile.groups.enumerated().map { k, group in
        .init(
          id: group.id, title: group.title, weight: sum(k) { _ in 1 }, contribution: sum(k) { $0.value }, low: sum(k) { $0.low },
          high: sum(k) { $0.high })
      },
      criteria: criteria.map { c in
        let measured = CriterionMeasurement.of(c.criterion.id, site)
        return .init(
          id: c.criterion.id, group: profile.groups[c.criterion.group].id, title: c.criterion.title, unit: c.criterion.unit,
          weight: c.criterion.weight, measured: measured.x, measuredLow: measured.low, measuredHigh: measured.high, worth: c.value,
          worthLow: c.low, worthHigh: c.high, basis: c.basis, source: measured.source.map { Message($0) } ?? .none)
      }, penalties: penalties)
  }

  /// The criteria that an owner or a city can change, and the change.
  static let changes = [
    "daylight_share": "Daylight opened up to the whole floor", "condition": "Condition brought to good",
    "zoning": "Zoning changed to permit the use",
    "contamination": "Contamination treated", "owner": "Owned by a public body", "street_frontage": "A full street frontage opened",
    "sector_diversity": "A balanced mix of creative sectors near by",
  ]

  /// What one change would do to the score: the criteria that an owner or a city can change, taken to their best.
  private func counterfactuals(_ criteria: [ScoredCriterion]) -> [Counterfactual] {
    criteria.compactMap { c -> (id: String, change: String, delta: Double)? in
      guard let change = Self.changes[c.criterion.id] else { return nil }
      let best = c.criterion.id == "contamination" ? min(0.8, c.criterion.value.range.upperBound) : c.criterion.value.range.upperBound
      let delta = c.factor * c.criterion.weight * (best - c.value)
      return delta > 0.05 ? (c.criterion.id, change, delta) : nil
    }.sorted { ($1.delta, $0.change) < ($0.delta, $1.change) }.prefix(5).map {
      Counterfactual(change: .label(kind: "change", id: $0.id, english: $0.change), scoreDelta: $0.delta)
    }
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

  private func sectorReports(_ site: SiteRecord) -> [SectorReport] {
    let offer = offer(site)
    return sectors.map { sector in (sector, sector.fit(offer)) }.sorted { ($1.1.fit, $0.0.id) < ($0.1.fit, $1.0.id) }.map { sector, fit in
      SectorReport(
        id: sector.id, title: sector.title, fit: fit.fit, limiting: fit.limiting,
        limitingTitle: fit.limiting.map { .label(kind: "utility", id: $0, english: Self.needTitles[$0] ?? $0) },
        utilities: NamedNumbers(entries: zip(Sector.needs, fit.utilities).map { ($0, $1) }), rentShare: sector.rentShare)
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

extension RunRecord {
  /// Whether walking distances are straight lines × 1.3, for want of streets to walk on.
  var walksAreStraight: Bool { notes.flatMap(\.parts).contains { [Message(.noteStraightLines), Message(.noteNoStreets)].contains($0) } }
}

extension AssumptionReport {
  /// An assumption that was used.
  init(_ a: Assumption) {
    self.init(
      id: a.id, title: a.title, value: a.value, low: a.low, high: a.high, unit: a.unit, priceBase: a.priceBase, country: a.country,
      kind: a.kind, source: a.source, note: a.origin == "shipped" ? "" : a.origin)
  }
}
