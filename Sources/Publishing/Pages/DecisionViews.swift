import Assessment
import TextFormats

/// What pages say of how firm a ranking is.
enum DecisionViews {
  /// Most sites and ranks of the heat map.
  private static let rowLimit = 20

  /// The fields of the front page's section; nothing where no short list was compared.
  static func fields(_ decisions: ShortListReport?, catalogue: Catalogue) -> Any {
    guard let decisions, !decisions.sites.isEmpty else { return false }
    var fields = view(decisions, catalogue: catalogue).mustacheView as? [String: Any] ?? [:]
    let rows = decisions.sites.prefix(rowLimit).map {
      AcceptabilityHeatMap.Row(name: name($0.name), shares: $0.rankAcceptability)
    }
    let first = rows[0]
    let description = catalogue.text(
      .firmHeatmapAlt,
      [
        "rows": catalogue.number(Double(rows.count)), "name": first.name,
        "first": catalogue.percent(first.shares.first ?? 0),
      ])
    let picture = ReportPicture(
      name: "firm-map", title: catalogue.text(.firmHeatmap), description: description,
      wide: AcceptabilityHeatMap.picture(rows, ranks: rowLimit, width: 1_000, catalogue: catalogue),
      narrow: AcceptabilityHeatMap.picture(rows, ranks: 8, width: ReportPicture.narrowWidth, catalogue: catalogue))
    fields["picture"] = ["markup": picture.markup, "description": picture.description, "title": picture.title]
    return fields
  }

  private static func name(_ name: String) -> String { PageText.clean(name, limit: 90) }

  private static func joined(_ sites: [SiteName]) -> String { sites.map { name($0.name) }.joined(separator: ", ") }

  private static func names(_ sites: [SiteName]) -> JSON { .string(sites.isEmpty ? "–" : joined(sites)) }

  private static func whole(_ value: Int, _ catalogue: Catalogue) -> String { catalogue.number(Double(value)) }

  private static func method(_ id: String, _ catalogue: Catalogue) -> String { catalogue.title("method", id) }

  private static func criterion(_ id: String, _ title: String, _ catalogue: Catalogue) -> JSON {
    .string(catalogue.title("criterion", id, title))
  }

  private static func range(_ low: Double?, _ high: Double?, decimals: Int = 0, _ catalogue: Catalogue) -> String {
    guard let low, let high else { return "–" }
    let a = catalogue.number(low, decimals: decimals), b = catalogue.number(high, decimals: decimals)
    return a == b ? a : catalogue.text(.interval, ["low": a, "high": b])
  }

  private static func view(_ decisions: ShortListReport, catalogue: Catalogue) -> JSON {
    let sites = decisions.sites
    let groups = decisions.stakeholders?.groups ?? []
    let listed = whole(decisions.listed, catalogue)
    let rows = sites.prefix(rowLimit).map { site -> JSON in
      let ranks = site.ranksByMethod.entries.compactMap(\.value)
      return .members([
        "rank": .string(whole(site.rank, catalogue)), "name": .string(name(site.name)),
        "mean": .string(catalogue.number(site.meanRank, decimals: 1)),
        "range": .string(range(Double(site.rank90Low), Double(site.rank90High), catalogue)),
        "first": JSON(site.rankAcceptability.first.map { catalogue.percent($0) }),
        "methods": .string(range(ranks.min(), ranks.max(), catalogue)),
        "groups": .array(
          groups.map { group in
            .string(site.ranksByStakeholder?(group.name).map { catalogue.number($0) } ?? "–")
          }),
      ])
    }
    return .members([
      "lead": .string(
        catalogue.text(
          .firmLead,
          [
            "draws": whole(decisions.draws, catalogue), "seed": JSON.text(of: decisions.seed),
            "among": catalogue.number(Double(sites.count)), "concentration": catalogue.number(decisions.concentration),
            "name": sites.first.map { name($0.name) } ?? "", "first": catalogue.percent(sites.first?.rankAcceptability.first ?? 0),
          ])), "sites": .array(Array(rows)), "heads": .array(groups.map { .clean($0.title, limit: 60) }),
      "agreement": agreement(decisions, catalogue),
      "stakeholders": decisions.stakeholders.map { stakeholders($0, catalogue) } ?? .bool(false),
      "stability": stability(decisions.stability, catalogue), "information": information(decisions, listed, catalogue),
    ])
  }

  private static func agreement(_ decisions: ShortListReport, _ catalogue: Catalogue) -> JSON {
    let rows = decisions.agreement.methods.map { row -> JSON in
      let reversal = decisions.reversals.first { $0.id == row.id }
      let count = reversal?.reversals ?? 0
      return .members([
        "title": .string(method(row.id, catalogue)), "note": .string(catalogue.label("methodNote", row.id) ?? ""),
        "tau": .string(row.kendall.map { catalogue.number($0, decimals: 2) } ?? "–"),
        "first": names(row.first),
        "reversals": .string(
          count == 0
            ? catalogue.text(.firmNoReversal)
            : catalogue.text(
              .firmReversals,
              ["count": whole(count, catalogue), "first": whole(reversal?.firstPlaceChanges ?? 0, catalogue)])),
      ])
    }
    let unanimous = decisions.agreement.unanimousFirst
    return .members([
      "rows": .array(rows),
      "verdict": .string(
        unanimous.isEmpty
          ? catalogue.text(.firmNotUnanimous)
          : catalogue.text(.firmUnanimous, ["name": joined(unanimous)])),
    ])
  }

  private static func stakeholders(_ comparison: StakeholderReport, _ catalogue: Catalogue) -> JSON {
    let groups = comparison.groups
    let parts = groups.first?.weights.entries.map(\.name) ?? []
    let listed = whole(comparison.listed, catalogue)
    let shared = comparison.agreed
    let disputes = comparison.disputedSites.map { row -> JSON in
      .members([
        "name": .string(name(row.name)),
        "ranks": .array(
          groups.map { .string(row.ranks($0.name).map { catalogue.number($0) } ?? "–") }),
      ])
    }
    let criteria = comparison.disputedCriteria.map { row -> JSON in
      .members([
        "title": criterion(row.criterion, row.title, catalogue),
        "low": .string(catalogue.number(row.low, decimals: row.low == row.low.rounded() ? 0 : 1)),
        "high": .string(catalogue.number(row.high, decimals: row.high == row.high.rounded() ? 0 : 1)),
        "low_group": .clean(row.lowGroup),
        "high_group": .clean(row.highGroup),
      ])
    }
    return .members([
      "heads": .array(parts.map { .string(catalogue.title("group", $0)) }),
      "rows": .array(
        groups.map { group in
          .members([
            "title": .clean(group.title, limit: 80), "first": names(group.first),
            "weights": .array(parts.map { .string(group.weights($0).map { catalogue.number($0) } ?? "–") }),
          ])
        }), "first_together": names(comparison.firstTogether),
      "agreed": .string(
        shared.isEmpty
          ? catalogue.text(.firmNoneAgreed, ["listed": listed])
          : catalogue.text(
            .firmAgreed,
            ["listed": listed, "count": catalogue.number(Double(shared.count)), "names": joined(shared)])
      ), "names": .array(groups.map { .clean($0.title, limit: 60) }), "disputes": .array(disputes),
      "has_disputes": .bool(!disputes.isEmpty), "criteria": .array(criteria), "has_criteria": .bool(!criteria.isEmpty),
    ])
  }

  private static func stability(_ stability: WeightRoom, _ catalogue: Catalogue) -> JSON {
    let rows = stability.intervals.filter { $0.below != nil || $0.above != nil }
    let shown = rows.prefix(6).map { row -> JSON in
      let next = [(row.below, Phrase.firmBelow), (row.above, .firmAbove)].compactMap { site, phrase in
        site.map { catalogue.text(phrase, ["name": name($0.name)]) }
      }
      return .members([
        "title": criterion(row.criterion, row.title, catalogue), "weight": .string(catalogue.number(row.weight, decimals: 1)),
        "range": .string(range(row.low, row.high, decimals: 1, catalogue)),
        "next": .string(next.joined(separator: "; ")),
      ])
    }
    return .members([
      "lead": .string(lead(stability, catalogue)), "rows": .array(Array(shown)), "has_rows": .bool(!shown.isEmpty),
    ])
  }

  private static func lead(_ stability: WeightRoom, _ catalogue: Catalogue) -> String {
    let leader = name(stability.leader.name)
    return stability.leastChange.map {
      catalogue.text(.firmStability, ["name": leader, "change": catalogue.number(($0 * 100).rounded(.down) / 100, decimals: 2)])
    } ?? catalogue.text(.firmStabilityNever, ["name": leader])
  }

  private static func information(_ decisions: ShortListReport, _ listed: String, _ catalogue: Catalogue) -> JSON {
    guard let information = decisions.information else { return .null }
    let facts = information.facts.prefix(8).map { row -> JSON in
      .members([
        "name": .string(name(row.name)), "title": criterion(row.criterion, row.title, catalogue),
        "chance": .string(catalogue.percent(row.changeProbability, decimals: 0)),
        "ranks": .string(range(Double(row.rankBest), Double(row.rankWorst), catalogue)),
      ])
    }
    return .members([
      "lead": .string(
        catalogue.text(facts.isEmpty ? .firmInformationNone : .firmInformation, ["listed": listed])), "rows": .array(Array(facts)),
      "has_rows": .bool(!facts.isEmpty),
    ])
  }

  // MARK: One site

  /// What a site's report says of its rank under other methods, points of view and weights; false where it is not on the short list.
  static func site(_ score: ScoreReport, catalogue: Catalogue) -> JSON {
    guard let agreement = score.agreement, let stability = score.stability else { return .bool(false) }
    var lines: [String] = []
    let isFirst: Bool
    switch stability {
    case .first(let room):
      isFirst = true
      lines.append(lead(room, catalogue))
      for row in room.intervals.prefix(3) where row.below != nil || row.above != nil {
        lines.append(
          catalogue.text(
            .firmHolds,
            [
              "criterion": catalogue.title("criterion", row.criterion, row.title), "weight": catalogue.number(row.weight, decimals: 1),
              "low": catalogue.number(row.low, decimals: 1), "high": catalogue.number(row.high, decimals: 1),
            ]))
      }
    case .behind(let leader, let overtakes):
      isFirst = false
      for row in overtakes {
        lines.append(
          catalogue.text(
            .firmOvertakes,
            [
              "leader": name(leader.name), "criterion": catalogue.title("criterion", row.criterion, row.title),
              "weight": catalogue.number(row.weight, decimals: 1), "needed": catalogue.number(row.needed, decimals: 1),
            ]))
      }
      if lines.isEmpty { lines.append(catalogue.text(.firmNeverOvertakes, ["leader": name(leader.name)])) }
    }
    let views = (score.stakeholders ?? []).map { row -> JSON in
      .members([
        "title": .clean(row.title, limit: 80), "rank": .string(whole(row.rank, catalogue)),
        "score": .string(catalogue.number(row.score, decimals: 1)),
      ])
    }
    return .members([
      "caption": .string(catalogue.text(.firmSiteCaption, ["among": whole(agreement.among, catalogue)])),
      "rows": .array(
        agreement.ranks.entries.map {
          .members(["title": .string(method($0.name, catalogue)), "rank": JSON($0.value.map { catalogue.number($0) })])
        }), "views": .array(views), "has_views": .bool(!views.isEmpty), "lines": .array(lines.map { .string($0) }),
      "is_first": .bool(isFirst),
    ])
  }
}
