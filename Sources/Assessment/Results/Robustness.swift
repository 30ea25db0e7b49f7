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
  public func robustness(top: Int, draws: Int = 10_000) throws -> Robustness {
    let count = min(sites.count, max(20, top, min(top * 2, ShortListDecision.limit)))
    let records = (0..<count).map { SiteRecord(sites, row: $0) }
    do {
      return Robustness(
        decision: try ShortListDecision(
          ids: records.map(\.id), names: records.map { $0.text("name") ?? $0.text("address") ?? $0.id },
          criteria: records.map { context.criteria($0) }, profile: context.profile, top: top, draws: draws, seed: record.seed))
    } catch {
      throw AssessmentError(.badInput, "Comparing the first \(count) sites: \(error.description)")
    }
  }

  /// How firm the ranking is among as many sites as the run reported, else as the study asks for.
  public func robustness() throws -> Robustness {
    try robustness(top: record.counts.reported > 0 ? record.counts.reported : study.report.top)
  }

  /// The dossier of the site at a position by rank, with the robustness of its rank.
  public func dossier(at site: Int, robustness: Robustness) throws -> SiteDossier {
    var dossier = try context.dossier(SiteRecord(sites, row: site))
    if site < robustness.decision.ids.count { robustness.decision.complete(&dossier.report.score, of: site) }
    addRanks(to: &dossier.report.findOut, of: site)
    return dossier
  }

  /// Adds to each missing fact the best and the worst rank that knowing it could bring, all else as expected.
  private func addRanks(to facts: inout [FactToFind], of site: Int) {
    guard let column = sites.attribute("score") else { return }
    let criteria = Dictionary(
      context.criteria(SiteRecord(sites, row: site)).map { ($0.criterion.id, $0) }, uniquingKeysWith: { first, _ in first })
    let own = column.number(site) ?? 0
    /// Rank that a score would have among all other sites; the table is in the order of rank.
    func rank(_ score: Double) -> Int {
      var low = 0, high = sites.count
      while low < high {
        let middle = (low + high) / 2
        if (column.number(middle) ?? 0) > score { low = middle + 1 } else { high = middle }
      }
      return low + (own > score ? 0 : 1)
    }
    for k in facts.indices {
      guard let c = criteria[facts[k].criterion] else { continue }
      let best = rank(own + c.criterion.weight * (c.high - c.value)), worst = rank(own - c.criterion.weight * (c.value - c.low))
      (facts[k].rankSwing, facts[k].rankBest, facts[k].rankWorst) = (worst - best, best, worst)
    }
  }
}
