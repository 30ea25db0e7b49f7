import TextFormats

/// What pages say of how firm a ranking is.
enum DecisionViews {
  /// Most sites and ranks of the heat map.
  private static let rowLimit = 20

  /// The fields of the front page's section; nothing where no short list was compared.
  static func fields(_ decisions: JSON?, catalogue: Catalogue) -> Any {
    guard let decisions, !decisions.list("sites").isEmpty else { return false }
    var fields = view(decisions, catalogue: catalogue).mustacheView as? [String: Any] ?? [:]
    let rows = decisions.list("sites").prefix(rowLimit).map {
      AcceptabilityHeatMap.Row(name: name($0), shares: $0.list("rank_acceptability").compactMap(\.number))
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
      narrow: AcceptabilityHeatMap.picture(rows, ranks: 8, width: SitePage.narrow, catalogue: catalogue))
    fields["picture"] = ["markup": picture.markup, "description": picture.description, "title": picture.title]
    return fields
  }

  private static func name(_ site: JSON) -> String { PageText.clean(site.text("name") ?? site.text("site_id") ?? "", limit: 90) }

  private static func names(_ sites: [JSON]) -> JSON { .string(sites.isEmpty ? "–" : sites.map(name).joined(separator: ", ")) }

  private static func method(_ id: String?, _ catalogue: Catalogue) -> String { catalogue.title("method", id) }

  private static func criterion(_ row: JSON, _ catalogue: Catalogue) -> JSON {
    .string(catalogue.title("criterion", row.text("criterion"), row.text("title")))
  }

  private static func range(_ low: Double?, _ high: Double?, decimals: Int = 0, _ catalogue: Catalogue) -> String {
    guard let low, let high else { return "–" }
    let a = catalogue.number(low, decimals: decimals), b = catalogue.number(high, decimals: decimals)
    return a == b ? a : catalogue.text(.interval, ["low": a, "high": b])
  }

  private static func view(_ decisions: JSON, catalogue: Catalogue) -> JSON {
    let sites = decisions.list("sites")
    let groups = decisions["stakeholders"]?.list("groups") ?? []
    let listed = catalogue.number(decisions.number("listed") ?? 1)
    let rows = sites.prefix(rowLimit).map { site -> JSON in
      let ranks = (site["ranks_by_method"]?.object ?? []).compactMap { $0.value.number }
      return .members([
        "rank": JSON(site.number("rank").map { catalogue.number($0) }), "name": .string(name(site)),
        "mean": JSON(site.number("mean_rank").map { catalogue.number($0, decimals: 1) }),
        "range": .string(range(site.number("rank_90_low"), site.number("rank_90_high"), catalogue)),
        "first": JSON(site.list("rank_acceptability").first?.number.map { catalogue.percent($0) }),
        "methods": .string(range(ranks.min(), ranks.max(), catalogue)),
        "groups": .array(
          groups.map { group in
            .string(site["ranks_by_stakeholder"]?.number(group.text("name") ?? "").map { catalogue.number($0) } ?? "–")
          }),
      ])
    }
    return .members([
      "lead": .string(
        catalogue.text(
          .firmLead,
          [
            "draws": catalogue.number(decisions.number("draws") ?? 0), "seed": JSON.text(of: decisions.number("seed") ?? 0),
            "among": catalogue.number(Double(sites.count)), "concentration": catalogue.number(decisions.number("concentration") ?? 0),
            "name": sites.first.map(name) ?? "", "first": catalogue.percent(sites.first?.list("rank_acceptability").first?.number ?? 0),
          ])), "sites": .array(Array(rows)), "heads": .array(groups.map { .clean($0.text("title"), limit: 60) }),
      "agreement": agreement(decisions, catalogue), "stakeholders": stakeholders(decisions, catalogue),
      "stability": stability(decisions["weight_stability"] ?? .null, catalogue), "information": information(decisions, listed, catalogue),
    ])
  }

  private static func agreement(_ decisions: JSON, _ catalogue: Catalogue) -> JSON {
    let agreement = decisions["agreement"] ?? .null
    let reversals = decisions.list("rank_reversal")
    let rows = agreement.list("methods").map { row -> JSON in
      let reversal = reversals.first { $0.text("id") == row.text("id") }
      let count = reversal?.number("reversals") ?? 0
      return .members([
        "title": .string(method(row.text("id"), catalogue)), "note": .string(catalogue.label("methodNote", row.text("id") ?? "") ?? ""),
        "tau": .string(row.number("kendall_with_score").map { catalogue.number($0, decimals: 2) } ?? "–"),
        "first": names(row.list("first")),
        "reversals": .string(
          count == 0
            ? catalogue.text(.firmNoReversal)
            : catalogue.text(
              .firmReversals,
              ["count": catalogue.number(count), "first": catalogue.number(reversal?.number("first_place_changes") ?? 0)])),
      ])
    }
    let unanimous = agreement.list("unanimous_first")
    return .members([
      "rows": .array(rows),
      "verdict": .string(
        unanimous.isEmpty
          ? catalogue.text(.firmNotUnanimous)
          : catalogue.text(.firmUnanimous, ["name": unanimous.map(name).joined(separator: ", ")])),
    ])
  }

  private static func stakeholders(_ decisions: JSON, _ catalogue: Catalogue) -> JSON {
    guard let comparison = decisions["stakeholders"], !comparison.isNull else { return .bool(false) }
    let groups = comparison.list("groups")
    let parts = groups.first?["weights"]?.object?.map(\.name) ?? []
    let listed = catalogue.number(comparison.number("listed") ?? 1)
    let shared = comparison.list("agreed")
    let disputes = comparison.list("disputed_sites").map { row -> JSON in
      .members([
        "name": .string(name(row)),
        "ranks": .array(
          groups.map { .string(row["ranks"]?.number($0.text("name") ?? "").map { catalogue.number($0) } ?? "–") }),
      ])
    }
    let criteria = comparison.list("disputed_criteria").map { row -> JSON in
      .members([
        "title": criterion(row, catalogue),
        "low": JSON(row.number("low").map { catalogue.number($0, decimals: $0 == $0.rounded() ? 0 : 1) }),
        "high": JSON(row.number("high").map { catalogue.number($0, decimals: $0 == $0.rounded() ? 0 : 1) }),
        "low_group": .clean(row.text("low_group")),
        "high_group": .clean(row.text("high_group")),
      ])
    }
    return .members([
      "heads": .array(parts.map { .string(catalogue.title("group", $0)) }),
      "rows": .array(
        groups.map { group in
          .members([
            "title": .clean(group.text("title"), limit: 80), "first": names(group.list("first")),
            "weights": .array(parts.map { .string(group["weights"]?.number($0).map { catalogue.number($0) } ?? "–") }),
          ])
        }), "first_together": names(comparison.list("first_together")),
      "agreed": .string(
        shared.isEmpty
          ? catalogue.text(.firmNoneAgreed, ["listed": listed])
          : catalogue.text(
            .firmAgreed,
            ["listed": listed, "count": catalogue.number(Double(shared.count)), "names": shared.map(name).joined(separator: ", ")])
      ), "names": .array(groups.map { .clean($0.text("title"), limit: 60) }), "disputes": .array(disputes),
      "has_disputes": .bool(!disputes.isEmpty), "criteria": .array(criteria), "has_criteria": .bool(!criteria.isEmpty),
    ])
  }

  private static func stability(_ stability: JSON, _ catalogue: Catalogue) -> JSON {
    let rows = stability.list("intervals").filter { $0["below"]?.isNull == false || $0["above"]?.isNull == false }
    let shown = rows.prefix(6).map { row -> JSON in
      let next = [(row["below"], Phrase.firmBelow), (row["above"], .firmAbove)].compactMap { site, phrase -> String? in
        guard let site, !site.isNull else { return nil }
        return catalogue.text(phrase, ["name": name(site)])
      }
      return .members([
        "title": criterion(row, catalogue), "weight": JSON(row.number("weight").map { catalogue.number($0, decimals: 1) }),
        "range": .string(range(row.number("low"), row.number("high"), decimals: 1, catalogue)),
        "next": .string(next.joined(separator: "; ")),
      ])
    }
    let leader = stability["leader"].map(name) ?? ""
    return .members([
      "lead": .string(
        stability.number("least_change").map {
          catalogue.text(.firmStability, ["name": leader, "change": catalogue.number(($0 * 100).rounded(.down) / 100, decimals: 2)])
        } ?? catalogue.text(.firmStabilityNever, ["name": leader])),
      "rows": .array(Array(shown)), "has_rows": .bool(!shown.isEmpty),
    ])
  }

  private static func information(_ decisions: JSON, _ listed: String, _ catalogue: Catalogue) -> JSON {
    let facts = (decisions["value_of_information"]?.list("facts") ?? []).prefix(8).map { row -> JSON in
      .members([
        "name": .string(name(row)), "title": criterion(row, catalogue),
        "chance": JSON(row.number("change_probability").map { catalogue.percent($0, decimals: 0) }),
        "ranks": .string(range(row.number("rank_best"), row.number("rank_worst"), catalogue)),
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
  static func site(_ score: JSON?, catalogue: Catalogue) -> JSON {
    guard let score, let agreement = score["agreement"], !agreement.isNull else { return .bool(false) }
    let among = catalogue.number(agreement.number("among") ?? 0)
    let stability = score["weight_stability"] ?? .null
    let isFirst = stability["is_first"]?.bool == true
    var lines: [JSON] = []
    if isFirst {
      lines.append(self.stability(stability, catalogue)["lead"] ?? .null)
      for row in stability.list("intervals").prefix(3) {
        guard row["below"]?.isNull == false || row["above"]?.isNull == false else { continue }
        lines.append(
          .string(
            catalogue.text(
              .firmHolds,
              [
                "criterion": catalogue.title("criterion", row.text("criterion"), row.text("title")),
                "weight": catalogue.number(row.number("weight") ?? 0, decimals: 1),
                "low": catalogue.number(row.number("low") ?? 0, decimals: 1),
                "high": catalogue.number(row.number("high") ?? 0, decimals: 1),
              ])))
      }
    } else {
      for row in stability.list("overtakes") {
        lines.append(
          .string(
            catalogue.text(
              .firmOvertakes,
              [
                "leader": stability["leader"].map(name) ?? "",
                "criterion": catalogue.title("criterion", row.text("criterion"), row.text("title")),
                "weight": catalogue.number(row.number("weight") ?? 0, decimals: 1),
                "needed": catalogue.number(row.number("needed") ?? 0, decimals: 1),
              ])))
      }
      if lines.isEmpty {
        lines.append(.string(catalogue.text(.firmNeverOvertakes, ["leader": stability["leader"].map(name) ?? ""])))
      }
    }
    let views = score.list("stakeholders").map { row -> JSON in
      .members([
        "title": .clean(row.text("title"), limit: 80), "rank": JSON(row.number("rank").map { catalogue.number($0) }),
        "score": JSON(row.number("score").map { catalogue.number($0, decimals: 1) }),
      ])
    }
    return .members([
      "caption": .string(catalogue.text(.firmSiteCaption, ["among": among])),
      "rows": .array(
        (agreement["ranks"]?.object ?? []).map {
          .members(["title": .string(method($0.name, catalogue)), "rank": JSON($0.value.number.map { catalogue.number($0) })])
        }), "views": .array(views), "has_views": .bool(!views.isEmpty), "lines": .array(lines), "is_first": .bool(isFirst),
    ])
  }
}
