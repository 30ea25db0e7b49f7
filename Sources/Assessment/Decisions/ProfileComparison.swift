import DecisionAnalysis
import Foundation
import SimpleFeatures
public import TextFormats
import UrbanIndicators

/// Which ranks change when a study is scored by another profile, and why.
public struct ProfileComparison: Sendable {
  private let before: Profile
  private let after: Profile
  private let ids: [String]
  private let names: [String]
  private let changes: [RankChange]
  private let tau: Double?
  private let kept: Int
  private let listed: Int

  /// Scores a study by two profiles: layers are read and measured once.
  /// - Parameters:
  ///   - before, after: Names of shipped profiles, or paths of files from where the user stands.
  /// - Throws: `AssessmentError` and what scoring throws.
  public init(
    _ before: String, _ after: String, study: Study, folder: DataFolder, register: AssumptionRegister, options: RunOptions
  ) throws {
    let here = FileManager.default.currentDirectoryPath + "/profile.yml"
    let first = try Profile(named: before, folder: folder, relativeTo: here)
    let second = try Profile(named: after, folder: folder, relativeTo: here)
    var study = study
    study.profile = first.file
    let scored = try score(study, folder: folder, register: register, options: options)
    let rows = scored.scores.rows
    guard !rows.isEmpty else { throw AssessmentError(.badInput, "\(study.file): no building is scored, so no rank can change.") }
    let other = SiteScoring(
      profile: second, sectors: scored.sectors, source: scored.source, table: scored.indicators, efficiency: scored.scoring.efficiency,
      constraints: study.constraints, threads: options.threads)
    do {
      let (oldModel, oldColumns) = try Self.model(first, scored.scoring, rows, options.threads)
      let (newModel, newColumns) = try Self.model(second, other, rows, options.threads)
      changes = try RankChange.between(oldModel, oldColumns, newModel, newColumns)
      let old = try oldModel.scores(oldColumns).score, new = try newModel.scores(newColumns).score
      tau = kendallTau(old, new)
      listed = min(study.report.top, rows.count)
      let list = Set(orderBestFirst(old).prefix(listed))
      kept = orderBestFirst(new).prefix(listed).count { list.contains($0) }
    } catch { throw AssessmentError(.badInput, "Comparing the profiles \(first.id) and \(second.id): \(error.description)") }
    (self.before, self.after) = (first, second)
    let buildings = scored.source.city.buildings
    ids = rows.map { buildings.ids[$0] }
    names = rows.map { row in
      let name = scored.source.names[row]
      return name.isEmpty ? buildings.ids[row] : name
    }
  }

  private static func model(_ profile: Profile, _ scoring: SiteScoring, _ rows: [Int], _ threads: Int) throws(DecisionError)
    -> (AdditiveValueModel, [AdditiveValueModel.Column])
  {
    let weighted = profile.criteria.indices.filter { profile.criteria[$0].weight > 0 }
    let model = try AdditiveValueModel(
      criteria: weighted.map { profile.criteria[$0].id }, groups: weighted.map { profile.groups[profile.criteria[$0].group].id },
      weights: weighted.map { profile.criteria[$0].weight })
    // Worth as it counts in the score, after the penalties of constraints.
    let factors = scoring.penaltyFactors(of: rows)
    let columns = concurrentMap(weighted.count, threads: threads) { k in
      var worths = scoring.evaluators[weighted[k]].worths(rows)
      if let factors {
        for (site, factor) in factors.enumerated() {
          worths[site].value *= factor
          worths[site].low *= factor
          worths[site].high *= factor
        }
      }
      return AdditiveValueModel.Column(
        expected: worths.map(\.value), low: worths.map { min($0.low, $0.value) }, high: worths.map { max($0.high, $0.value) },
        isKnown: worths.map { $0.basis == .data })
    }
    return (model, columns)
  }

  private func title(_ criterion: String) -> String {
    (before.criteria + after.criteria).first { $0.id == criterion }?.title ?? criterion
  }

  /// The comparison as JSON: what the profiles weigh differently, and every site whose rank changes with its causes.
  public var json: JSON {
    let criteria = before.criteria + after.criteria.filter { c in !before.criteria.contains { $0.id == c.id } }
    let differing = criteria.compactMap { c -> JSON? in
      let old = before.criteria.first { $0.id == c.id }, new = after.criteria.first { $0.id == c.id }
      guard old?.weight != new?.weight || old?.value != new?.value else { return nil }
      return [
        "criterion": .string(c.id), "title": .string(c.title), "weight_before": JSON(old?.weight ?? 0),
        "weight_after": JSON(new?.weight ?? 0),
        "value_before": JSON(old?.valueText), "value_after": JSON(new?.valueText),
      ]
    }
    return [
      "before": .string(before.id), "after": .string(after.id), "sites": .number(Double(ids.count)), "kendall": JSON(tau),
      "listed": .number(Double(listed)), "kept_on_list": .number(Double(kept)), "criteria": .array(differing),
      "changes": .array(
        changes.filter { $0.rankBefore != $0.rankAfter }.map { change in
          [
            "site_id": .string(ids[change.alternative]), "name": .string(names[change.alternative]),
            "rank_before": .number(Double(change.rankBefore)), "rank_after": .number(Double(change.rankAfter)),
            "score_before": JSON(change.scoreBefore), "score_after": JSON(change.scoreAfter),
            "causes": .array(
              change.causes.map {
                ["criterion": .string($0.criterion), "before": JSON($0.before), "after": JSON($0.after), "points": JSON($0.points)]
              }),
          ]
        }),
    ]
  }

  /// The comparison as JSON text.
  public var jsonText: String { json.serialized(indent: 2) }

  /// The comparison as text: the sites that move most, with the three criteria that move them most.
  public func text(limit: Int) -> String {
    func f(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
    func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + f(value) }
    let moved = changes.filter { $0.rankBefore != $0.rankAfter }
    var lines = [
      "\(before.id) → \(after.id): \(moved.count) of \(ids.count) sites change rank\(tau.map { ", Kendall τ \(f($0, 3))" } ?? ""); \(kept) of the first \(listed) stay among the first \(listed)."
    ]
    let differing = json["criteria"]?.array ?? []
    if !differing.isEmpty {
      lines.append("\nWhat differs:")
      for c in differing {
        let old = c["weight_before"]?.number ?? 0, new = c["weight_after"]?.number ?? 0
        let weight = old == new ? "weight \(f(old))" : "weight \(f(old)) → \(f(new))"
        let isSame = c["value_before"] == c["value_after"] || old == 0 || new == 0
        lines.append(
          "  \(c["title"]?.string ?? ""): \(weight)\(isSame ? "" : "; worth \(c["value_before"]?.string ?? "–") → \(c["value_after"]?.string ?? "–")")"
        )
      }
    }
    if !moved.isEmpty { lines.append("\nWhich ranks change, and why (points of the score):") }
    for change in moved.prefix(limit) {
      let causes = change.causes.prefix(3).map { "\(title($0.criterion)) \(signed($0.points))" }.joined(separator: ", ")
      lines.append(
        "  \(change.rankBefore) → \(change.rankAfter)  \(names[change.alternative])  score \(f(change.scoreBefore)) → \(f(change.scoreAfter)): \(causes)"
      )
    }
    if moved.count > limit { lines.append("  … and \(moved.count - limit) more; --json gives all.") }
    return lines.joined(separator: "\n")
  }
}
