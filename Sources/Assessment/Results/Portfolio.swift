import DecisionAnalysis
import Foundation
import ProjectFinance
public import SimpleFeatures

/// What pages are made from: the same whether a study was just scored or is read back from its output folder.
public struct Portfolio: Sendable {
  /// The study.
  public var study: Study
  /// The site table in the working CRS, in the order of rank: all sites of a study that was just scored, of a store those that were asked for.
  public var sites: FeatureBatch
  /// The layers of the maps.
  public var surroundings: Surroundings
  /// The record of the run.
  public var record: RunRecord
  let context: DossierContext
  /// Where the other sites and the layers of the maps are; `nil` when all stand here.
  let store: StoreRows?
  /// How the first sites of a store stand, by rank.
  private var standings: [Int: SiteStanding] = [:]

  init(
    study: Study, profile: Profile, sectors: [Sector], register: AssumptionRegister, rules: [AidRule], record: RunRecord,
    sites: FeatureBatch, surroundings: Surroundings, store: StoreRows? = nil
  ) {
    (self.study, self.record, self.sites, self.surroundings, self.store) = (study, record, sites, surroundings, store)
    context = DossierContext(
      study: study, profile: profile, sectors: sectors, register: register, rules: rules, record: record,
      siteCount: store?.count ?? sites.count)
  }

  /// The portfolio of a study that was just scored.
  public init(_ scored: ScoredStudy, register: AssumptionRegister, folder: DataFolder, sites: FeatureBatch, record: RunRecord) throws {
    self.init(
      study: scored.study, profile: scored.profile, sectors: scored.sectors, register: register, rules: try AidRule.load(folder: folder),
      record: record, sites: sites,
      surroundings: scored.surroundings)
  }

  /// The portfolio of a study that was just scored without its sites and buildings: what a batch, which writes those piece by piece, needs.
  public init(frameOf scored: ScoredStudy, register: AssumptionRegister, folder: DataFolder, record: RunRecord) throws {
    self.init(
      study: scored.study, profile: scored.profile, sectors: scored.sectors, register: register, rules: try AidRule.load(folder: folder),
      record: record, sites: FeatureBatch(), surroundings: scored.surroundingsWithoutBuildings)
  }

  /// The dossier of a site, with its place on the short list where it is on it.
  /// - Throws: `AssessmentError` for an unknown id or a missing assumption.
  public func dossier(of id: String) throws -> SiteDossier {
    let row = try row(of: id)
    return try dossier(at: row, standing: standing(row))
  }

  /// Place of a row of the site table in the order of rank, from 1.
  func place(_ row: Int) -> Int { Int(sites.numbers[row]) }

  /// How a row stands on the short list: as the run found it, else by draws of its own.
  func standing(_ row: Int) throws -> SiteStanding? {
    try store == nil ? robustness().standing(row) : standings[place(row)]
  }

  /// The layers that maps of a site need.
  /// - Parameter window: what the maps show around the bounds of its footprint.
  public func surroundings(around id: String, _ window: (Envelope) -> Envelope) throws -> Surroundings {
    guard let store else { return surroundings }
    return try store.surroundings(
      in: window(sites.geometry.envelope(of: row(of: id))), attribution: surroundings.attribution, crs: surroundings.crs)
  }

  /// The id of the site at a position by rank.
  public func siteID(_ site: Int) -> String? { sites.attribute("site_id")?.text(site) }

  /// The row of a site.
  /// - Throws: `AssessmentError` for an unknown id.
  public func row(of id: String) throws -> Int { try SiteRecord(sites, id: id).row }

  /// What `index.html` shows.
  /// - Parameters:
  ///   - reports: Path of the report by site id, for those that have one.
  ///   - decisions: How firm the ranking of the first sites is, from `robustness(top:)`.
  public func report(reports: [String: String], decisions: ShortListReport? = nil) -> CityReport {
    let profile = context.profile
    return CityReport(
      study: context.studyReport, counts: record.counts, exclusions: record.exclusions.map { .init(code: $0.reason, count: $0.count) },
      defects: record.defects.map { .init(code: $0.code, count: $0.count) }, inputs: record.inputs, notes: record.notes,
      sites: (0..<sites.count).map { row in
        let site = SiteRecord(sites, row: row)
        return self.row(site, report: reports[site.id])
      },
      profile: ProfileReport(
        title: profile.title,
        groups: profile.groups.enumerated().map { k, group in
          let criteria = profile.criteria.filter { $0.group == k }
          return .init(
            id: group.id, title: group.title, weight: criteria.reduce(0) { $0 + $1.weight },
            criteria: criteria.map {
              .init(id: $0.id, title: $0.title, weight: $0.weight, unit: $0.unit, valueFunction: $0.valueText)
            })
        }), decisions: decisions, method: context.method([]))
  }

  private func row(_ site: SiteRecord, report: String?) -> CityReport.Site {
    let criteria = context.criteria(site)
    func whole(_ column: String) -> Int? { site.number(column).map { Int($0) } }
    let contributions = context.profile.groups.enumerated().map { k, group in
      (name: group.id, value: Double?.some(criteria.filter { $0.criterion.group == k }.reduce(0) { $0 + $1.criterion.weight * $1.value }))
    }
    return CityReport.Site(
      id: site.id, name: site.text("name"), address: site.text("address"), rank: whole("rank"), rankLow: whole("rank_low"),
      rankHigh: whole("rank_high"), longitude: site.number("lon"), latitude: site.number("lat"), score: site.number("score"),
      scoreLow: site.number("score_low"), scoreHigh: site.number("score_high"), suitability: site.number("suitability"),
      regenerationNeed: site.number("regeneration_need"), completeness: site.number("completeness"), vacancy: site.text("vacancy"),
      vacancyConfidence: site.number("vacancy_confidence"), bestSector: site.text("best_sector"),
      bestSectorFit: site.number("best_sector_fit"), verdict: site.text("verdict"), alternative: site.text("alternative"),
      capex: site.number("capex_eur"), capexLow: site.number("capex_low_eur"), capexHigh: site.number("capex_high_eur"),
      grant: site.number("grant_eur"), fnpvC: site.number("fnpv_c_eur"), jobs: site.number("jobs"), report: report,
      contributions: NamedNumbers(entries: contributions))
  }
}

// MARK: The store

extension Portfolio {
  /// Reads sites back from a study's output folder and the private store beside it: their rows, not the layers.
  /// - Parameters:
  ///   - ids: the sites that are asked for.
  ///   - top: how many of the best sites besides.
  /// - Throws: `AssessmentError` when there is no store, an input has changed since it was written, or a site is unknown.
  public init(store out: String, sites ids: [String], top: Int, study: Study, folder: DataFolder, register: AssumptionRegister) throws {
    let store = try StudyStore(out, study: study, folder: folder), rows = try store.rows(), record = store.record
    let ranks = Set(try ids.map(rows.rank)).union((0..<max(0, min(top, rows.count))).map { $0 + 1 })
    self.init(
      study: study, profile: store.profile, sectors: try Sector.load(folder: folder), register: register,
      rules: try AidRule.load(folder: folder), record: record, sites: try rows.sites(ranks),
      surroundings: Surroundings(
        crs: rows.crs ?? CoordinateReferenceSystem(record.crs), buildings: FeatureBatch(), districts: FeatureBatch(),
        places: FeatureBatch(),
        streets: FeatureBatch(), attribution: study.attribution), store: rows)
    if let known = try rows.standings() {
      standings = known
    } else {
      // A batch makes no draws: they are made now if one of the sites is among those that are compared.
      let compared = Self.shortListLength(top: shortListTop, of: rows.count)
      if ranks.contains(where: { $0 <= compared }) {
        var list = self
        list.sites = try rows.sites(1...compared)
        let robustness = try list.robustness(top: shortListTop, draws: 10_000, isWhole: false)
        for place in 0..<compared { standings[place + 1] = robustness.standing(place) }
      }
    }
  }
}
