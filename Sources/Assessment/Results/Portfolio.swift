import DecisionAnalysis
import Foundation
import ProjectFinance
public import SimpleFeatures
public import TextFormats

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

  /// The context of `index.html`.
  /// - Parameters:
  ///   - reports: Path of the report by site id, for those that have one.
  ///   - decisions: How firm the ranking of the first sites is, from `robustness(top:)`.
  public func json(reports: [String: String], decisions: JSON = nil) -> JSON {
    let rows = (0..<sites.count).map { row -> JSON in
      let site = SiteRecord(sites, row: row)
      let criteria = context.criteria(site)
      func number(_ name: String) -> JSON { JSON(site.number(name)) }
      func text(_ name: String) -> JSON { JSON(site.text(name)) }
      return .object([
        .init("site_id", .string(site.id)), .init("rank", number("rank")), .init("rank_low", number("rank_low")),
        .init("rank_high", number("rank_high")), .init("name", text("name")),
        .init("address", text("address")), .init("lon", number("lon")), .init("lat", number("lat")), .init("score", number("score")),
        .init("score_low", number("score_low")),
        .init("score_high", number("score_high")), .init("suitability", number("suitability")),
        .init("regeneration_need", number("regeneration_need")),
        .init("completeness", number("completeness")), .init("vacancy", text("vacancy")),
        .init("vacancy_confidence", number("vacancy_confidence")),
        .init("best_sector", text("best_sector")), .init("best_sector_fit", number("best_sector_fit")), .init("verdict", text("verdict")),
        .init("alternative", text("alternative")),
        .init("capex_eur", number("capex_eur")), .init("capex_low_eur", number("capex_low_eur")),
        .init("capex_high_eur", number("capex_high_eur")), .init("grant_eur", number("grant_eur")),
        .init("fnpv_c_eur", number("fnpv_c_eur")), .init("jobs", number("jobs")), .init("report", JSON(reports[site.id])),
        .init(
          "groups",
          .array(
            context.profile.groups.enumerated().map { k, group in
              [
                "id": .string(group.id),
                "contribution": JSON(criteria.filter { $0.criterion.group == k }.reduce(0) { $0 + $1.criterion.weight * $1.value }),
              ]
            })),
      ])
    }
    let groups = context.profile.groups.enumerated().map { k, group -> JSON in
      let criteria = context.profile.criteria.filter { $0.group == k }
      return [
        "id": .string(group.id), "title": .string(group.title), "weight": JSON(criteria.reduce(0) { $0 + $1.weight }),
        "criteria": .array(
          criteria.map {
            [
              "id": .string($0.id), "title": .string($0.title), "weight": JSON($0.weight), "unit": .string($0.unit),
              "value_function": .string($0.valueText),
            ]
          }),
      ]
    }
    let counts = record.counts
    return [
      "study": context.studyJSON,
      "counts": [
        "buildings": .number(Double(counts.buildings)), "candidates": .number(Double(counts.candidates)),
        "excluded": .number(Double(counts.excluded)),
        "scored": .number(Double(counts.scored)), "reported": .number(Double(counts.reported)),
      ],
      "exclusions": .array(record.exclusions.map { ["reason": .string($0.reason), "count": .number(Double($0.count))] }),
      "defects": .array(record.defects.map { ["code": .string($0.code), "count": .number(Double($0.count))] }),
      "inputs": .array(
        record.inputs.map {
          [
            "path": .string($0.path), "layer": .string($0.layer), "read": .number(Double($0.read)), "kept": .number(Double($0.kept)),
            "refused": .number(Double($0.refused)),
            "crs": JSON($0.crs),
          ]
        }), "notes": .array(record.notes.map { .string($0) }), "sites": .array(rows),
      "profile": ["title": .string(context.profile.title), "groups": .array(groups)], "decisions": decisions,
      "method": context.methodJSON([]),
    ]
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
