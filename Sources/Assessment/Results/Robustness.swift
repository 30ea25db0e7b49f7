import DecisionAnalysis
import SimpleFeatures

/// How firmly the first places stand when weights, unknown facts, methods and points of view vary.
public struct Robustness: Sendable {
  let decision: ShortListDecision

  /// Share of the draws in which the site (position by rank) is first; `nil` outside the short list.
  public func firstPlaceShare(_ site: Int) -> Double? {
    site < decision.ids.count ? decision.smaa.acceptability(alternative: site, rank: 1) : nil
  }

  /// The whole comparison.
  public var report: ShortListReport { decision.report }
}

extension Portfolio {
  /// Varies weights around the profile's (Dirichlet with its concentration) and unknown worth within its interval, over the short list: twice
  /// the reported sites, at least 20 and at most 60 unless more are reported, where there are as many; and compares its sites by other methods
  /// and by the stakeholders' weights.
  /// - Throws: `AssessmentError` for a table that no method can rank.
  public func robustness(top: Int, draws: Int = 10_000) throws -> Robustness { try robustness(top: top, draws: draws, isWhole: true) }

  /// See `robustness(top:draws:)`; without the comparison of the whole list when only single sites are asked for.
  func robustness(top: Int, draws: Int, isWhole: Bool) throws -> Robustness {
    let count = Self.shortListLength(top: top, of: sites.count)
    let records = (0..<count).map { SiteRecord(sites, row: $0) }
    do {
      return Robustness(
        decision: try ShortListDecision(
          ids: records.map(\.id), names: records.map { $0.text("name") ?? $0.text("address") ?? $0.id },
          criteria: records.map { context.criteria($0).map(\.penalised) }, profile: context.profile, top: top, draws: draws,
          seed: record.seed, isWhole: isWhole))
    } catch {
      throw AssessmentError(.badInput, "Comparing the first \(count) sites: \(error.description)")
    }
  }

  /// How firm the ranking is among as many sites as the run reported, else as the study asks for.
  public func robustness() throws -> Robustness { try robustness(top: shortListTop) }

  /// As many sites as the run reported, else as the study asks for.
  var shortListTop: Int { record.counts.reported > 0 ? record.counts.reported : study.report.top }

  /// How many sites are compared when so many are reported.
  static func shortListLength(top: Int, of count: Int) -> Int { min(count, max(20, top, min(top * 2, ShortListDecision.limit))) }

  /// The dossier of the site at a position by rank, with the robustness of its rank.
  public func dossier(at site: Int, robustness: Robustness) throws -> SiteDossier {
    try dossier(at: site, standing: robustness.standing(site))
  }

  /// The dossier of a row of the site table, with how it stands on the short list.
  func dossier(at row: Int, standing: SiteStanding?) throws -> SiteDossier {
    var dossier = try context.dossier(SiteRecord(sites, row: row))
    standing?.complete(&dossier.report.score)
    try addRanks(to: &dossier.report.findOut, row: row)
    return dossier
  }

  /// Whether the size of a site is known, by its footprint or by what the source says.
  public func hasFloorArea(_ row: Int) -> Bool {
    ["ind_footprint_area_m2", "ind_gross_floor_area_m2"].contains { sites.attribute($0)?.number(row) != nil }
  }

  /// What explains the score of a row of the site table.
  func explanation(at row: Int) throws -> SiteExplanation {
    var explanation = context.explanation(SiteRecord(sites, row: row))
    try standing(row)?.complete(&explanation.score)
    try addRanks(to: &explanation.findOut, row: row)
    return explanation
  }

  /// Adds to each missing fact the best and the worst rank that knowing it could bring, all else as expected. O(facts · log sites).
  private func addRanks(to facts: inout [FactToFind], row: Int) throws {
    guard let column = sites.attribute("score") else { return }
    let criteria = Dictionary(
      context.criteria(SiteRecord(sites, row: row)).map { ($0.criterion.id, $0) }, uniquingKeysWith: { first, _ in first })
    let own = column.number(row) ?? 0, count = context.siteCount
    // Of a store the same few scores are asked for again and again.
    var seen: [Int: Double] = [:]
    func score(_ place: Int) throws -> Double {
      guard let store else { return column.number(place) ?? 0 }
      if let known = seen[place] { return known }
      let score = try store.score(place + 1)
      seen[place] = score
      return score
    }
    /// Rank that a score would have among all other sites, which are in the order of rank.
    func rank(_ wanted: Double) throws -> Int {
      var low = 0, high = count
      while low < high {
        let middle = (low + high) / 2
        if try score(middle) > wanted { low = middle + 1 } else { high = middle }
      }
      return low + (own > wanted ? 0 : 1)
    }
    for k in facts.indices {
      guard let c = criteria[facts[k].criterion] else { continue }
      let best = try rank(own + c.factor * c.criterion.weight * (c.high - c.value)),
        worst = try rank(own - c.factor * c.criterion.weight * (c.value - c.low))
      (facts[k].rankSwing, facts[k].rankBest, facts[k].rankWorst) = (worst - best, best, worst)
    }
  }
}
