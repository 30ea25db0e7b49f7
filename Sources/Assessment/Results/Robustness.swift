import DecisionAnalysis
import SimpleFeatures
public import TextFormats

/// How firmly the first places stand when weights, unknown facts, methods and points of view vary.
public struct Robustness: Sendable {
  let decision: ShortListDecision

  /// Share of the draws in which the site (position by rank) is first; `nil` outside the short list.
  public func firstPlaceShare(_ site: Int) -> Double? {
    site < decision.ids.count ? decision.smaa.acceptability(alternative: site, rank: 1) : nil
  }

  /// The whole comparison: members `sites`, `agreement`, `stakeholders`, `weight_stability`, `rank_reversal`, `value_of_information`.
  public var json: JSON { decision.json }

  /// The figures of a site as in `site.json`; `null` outside the short list.
  func json(_ site: Int) -> JSON { site < decision.ids.count ? decision.robustnessJSON(site) : nil }
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
    var dossier = try context.dossier(SiteRecord(sites, row: row), robustness: standing?.robustness ?? nil)
    try complete(&dossier.json, row, standing)
    return dossier
  }

  /// Adds what the other sites tell of a site: its place on the short list, and the ranks that missing facts could bring.
  func complete(_ json: inout JSON, _ row: Int, _ standing: SiteStanding?) throws {
    json.update("score") { score in
      for member in standing?.scoreMembers ?? [] { score.set(member.name, member.value) }
    }
    let facts = try findOut(json["find_out"] ?? nil, row: row)
    json.update("find_out") { $0 = facts }
  }

  /// Adds to each missing fact the best and the worst rank that knowing it could bring, all else as expected. O(facts · log sites).
  private func findOut(_ facts: JSON, row: Int) throws -> JSON {
    guard let column = sites.attribute("score"), let items = facts.array else { return facts }
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
    return .array(
      try items.map { item in
        guard let id = item["criterion"]?.string, let c = criteria[id] else { return item }
        var item = item
        let best = try rank(own + c.factor * c.criterion.weight * (c.high - c.value)),
          worst = try rank(own - c.factor * c.criterion.weight * (c.value - c.low))
        item.set("rank_swing", .number(Double(worst - best)))
        item.set("rank_best", .number(Double(best)))
        item.set("rank_worst", .number(Double(worst)))
        return item
      })
  }
}

extension JSON {
  /// Sets a member of an object, in its place or at the end.
  mutating func set(_ name: String, _ value: JSON) {
    guard case .object(var members) = self else { return }
    if let k = members.lastIndex(where: { $0.name == name }) { members[k].value = value } else { members.append(Member(name, value)) }
    self = .object(members)
  }

  /// Changes a member of an object in place; nothing happens where it is missing.
  mutating func update(_ name: String, _ change: (inout JSON) -> Void) {
    guard case .object(var members) = self, let k = members.lastIndex(where: { $0.name == name }) else { return }
    change(&members[k].value)
    self = .object(members)
  }
}
