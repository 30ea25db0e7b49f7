import DecisionAnalysis
import Foundation
import Yams

extension Profile {
  /// A group of people with weights of its own, set beside the profile's.
  public struct Stakeholder: Sendable {
    /// Name in the file.
    public var name: String
    /// Title for people.
    public var title: String
    /// How much the group counts among the groups, of any unit.
    public var importance: Double
    /// Weight of each criterion, %; they sum to 100, and 0 is a weight.
    public var weights: [Double]
  }

  /// How the weights of the groups of criteria came about, where a profile derives them.
  public struct DerivedWeights: Sendable {
    /// `ahp` or `swing`.
    public var method: String
    /// Weight of each group of criteria, %.
    public var groupWeights: [Double]
    /// λmax of the judgements; `nil` but for AHP.
    public var principalEigenvalue: Double?
    /// Consistency ratio; `nil` but for AHP.
    public var consistencyRatio: Double?
    /// The table of random indices that the ratio is taken with; `nil` but for AHP.
    public var randomIndex: String?
  }

  /// Reads `weights:`, which weighs the groups of criteria by AHP or swing; criteria keep their proportions within a group.
  static func deriveWeights(_ yaml: YAMLMapping, _ groups: [Group], _ criteria: inout [Criterion]) throws -> DerivedWeights? {
    guard yaml.has("weights") else { return nil }
    if let name = yaml.node["weights"]?.scalar?.string {
      let reason =
        ["entropy", "critic", "merec"].contains(name)
        ? "weights by \(name) follow from the sites compared, so that a score would change when a candidate comes or goes; `rekindle decide --method \(name)` answers them for a table."
        : "\"\(name.prefix(40))\" is no way to weigh."
      throw yaml.failure("weights", "\(reason) Give {ahp: matrix} or {swing: {group: points}}, or leave it out and weigh each criterion.")
    }
    guard let map = try yaml.mapping("weights") else { return nil }
    try map.allow(["ahp", "swing"])
    guard map.keys.count == 1, let key = map.keys.first else { throw yaml.failure("weights", "one of ahp and swing is expected.") }
    let ids = groups.map(\.id)
    let derived: DerivedWeights
    do {
      if key == "ahp" {
        let settings = map.node["ahp"]?.mapping == nil ? nil : try map.mapping("ahp")
        try settings?.allow(["matrix", "random_index", "prioritisation", "accept_inconsistent"])
        let rows = try settings?.judgements("matrix") ?? map.judgements("ahp")
        guard rows.count == groups.count else {
          throw map.failure(
            "ahp",
            "\(rows.count) rows for \(groups.count) groups (\(ids.joined(separator: ", "))). Give one row for each group, in their order.")
        }
        let ahp = AHP(
          prioritisation: try settings?.choice("prioritisation", AHP.Prioritisation.self) ?? .eigenvector,
          randomIndex: try settings?.choice("random_index", RandomIndex.self) ?? .saaty2005,
          acceptsInconsistency: try settings?.bool("accept_inconsistent") ?? false)
        let result = try ahp.weigh(PairwiseJudgements(rows: rows))
        derived = DerivedWeights(
          method: key, groupWeights: result.weights.map { $0 * 100 }, principalEigenvalue: result.principalEigenvalue,
          consistencyRatio: result.consistencyRatio, randomIndex: result.randomIndex.rawValue)
      } else {
        guard let points = try map.mapping("swing") else { throw map.failure("swing", "{group: points} is expected.") }
        try points.allow(ids)
        let ratings = try groups.map { group in
          guard let value = try points.number(group.id) else { throw map.failure("swing", "no points for the group \"\(group.id)\".") }
          return value
        }
        derived = DerivedWeights(method: key, groupWeights: try RatedWeights.swing(ratings).map { $0 * 100 })
      }
    } catch let error as DecisionError {
      var sentence = error.description
      if case .inconsistent = error {
        sentence += " The rows are \(ids.joined(separator: ", ")). Judge those anew, or write {matrix: …, accept_inconsistent: true}."
      }
      throw map.failure(key, sentence)
    }
    for (k, group) in groups.enumerated() {
      let total = criteria.reduce(0) { $0 + ($1.group == k ? $1.weight : 0) }
      guard total > 0 else { throw yaml.failure("weights", "the group \"\(group.id)\" has no criterion with a weight above 0.") }
      for c in criteria.indices where criteria[c].group == k { criteria[c].weight *= derived.groupWeights[k] / total }
    }
    return derived
  }

  /// Reads `stakeholders:`. Keys are criteria or groups of criteria; a group's weight is shared in the profile's proportions among those of its
  /// criteria that are not named themselves. What is not named weighs 0.
  static func stakeholders(_ yaml: YAMLMapping, _ groups: [Group], _ criteria: [Criterion]) throws -> [Stakeholder] {
    guard let all = try yaml.mapping("stakeholders") else { return [] }
    var result: [Stakeholder] = []
    for name in all.keys {
      guard !result.contains(where: { $0.name == name }) else { throw all.failure(name, "stands twice.") }
      guard let own = try all.mapping(name) else { throw all.failure(name, "{criterion: weight} is expected.") }
      var table = own
      var title = name
      var importance = 1.0
      if own.has("weights") {
        try own.allow(["title", "importance", "weights", "note", "source"])
        title = try own.string("title") ?? name
        importance = try own.number("importance") ?? 1
        guard importance > 0 else { throw own.failure("importance", "a number above 0 is expected.") }
        guard let weights = try own.mapping("weights") else { throw own.failure("weights", "{criterion: weight} is expected.") }
        table = weights
      }
      try table.allow(criteria.map(\.id) + groups.map(\.id))
      var weights = Array(repeating: 0.0, count: criteria.count)
      for key in table.keys {
        guard let weight = try table.number(key), weight >= 0 else { throw table.failure(key, "a weight in %, not below 0, is expected.") }
        if let c = criteria.firstIndex(where: { $0.id == key }) {
          weights[c] = weight
        } else if let g = groups.firstIndex(where: { $0.id == key }) {
          let members = criteria.indices.filter { criteria[$0].group == g && !table.has(criteria[$0].id) }
          let total = members.reduce(0) { $0 + criteria[$1].weight }
          guard total > 0 || weight == 0 else {
            throw table.failure(key, "no criterion of this group is left to carry the weight. Name the criteria instead.")
          }
          for c in members where total > 0 { weights[c] = weight * criteria[c].weight / total }
        }
      }
      let sum = weights.reduce(0, +)
      guard (sum - 100).magnitude < 1e-6 else {
        throw all.failure(
          name,
          "the weights sum to \((sum * 1e6).rounded() / 1e6), not 100. Change them so that they do; the engine does not rescale silently.")
      }
      result.append(Stakeholder(name: name, title: title, importance: importance, weights: weights))
    }
    guard result.count != 1 else {
      throw yaml.failure("stakeholders", "one group alone compares with nobody. Name two or more, or give its weights to the criteria.")
    }
    return result
  }
}

extension YAMLMapping {
  /// Pairwise judgements: rows of numbers above zero or fractions such as 1/3.
  fileprivate func judgements(_ key: String) throws -> [[Double]] {
    guard let rows = node[key]?.sequence else { throw failure(key, "a list of rows is expected, e.g. [[1, 3], [1/3, 1]].") }
    return try rows.enumerated().map { r, row in
      guard let cells = row.sequence else { throw failure(key, "row \(r + 1) is no list of judgements.") }
      return try cells.enumerated().map { c, cell in
        guard let value = cell.scalar.flatMap({ ratio($0.string) }) else {
          throw failure(
            key,
            "row \(r + 1), column \(c + 1): \"\(cell.scalar?.string.prefix(40) ?? "?")\" is neither a number above 0 nor a fraction such as 1/3."
          )
        }
        return value
      }
    }
  }

  /// One of the named values of a setting.
  fileprivate func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type) throws -> Choice?
  where Choice.RawValue == String {
    guard let text = try string(key) else { return nil }
    guard let value = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue)
      let hint = suggestion(for: text, among: known).map { " Did you mean `\($0)`?" } ?? ""
      throw failure(key, "\"\(text.prefix(40))\" is unknown.\(hint) Known: \(known.joined(separator: ", ")).")
    }
    return value
  }

  /// The profile's `method:`.
  func rankingMethod() throws -> RankingMethod { try choice("method", RankingMethod.self) ?? .weightedSum }
}

/// A judgement as people write it: `3`, `0.5` or `1/3`; `nil` for anything that is not a number above zero.
public func judgement(_ text: String) -> Double? { ratio(text) }

func ratio(_ text: String) -> Double? {
  let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map {
    Double($0.trimmingCharacters(in: .whitespaces))
  }
  guard var value = parts[0] else { return nil }
  if parts.count == 2 {
    guard let divisor = parts[1] else { return nil }
    value /= divisor
  }
  return value > 0 && value.isFinite ? value : nil
}
