internal import DecisionAnalysis
public import TextFormats

/// The methods that `decide` answers, as they are written in requests and on the command line.
public let decisionMethods = [
  "weighted-sum", "weighted-product", "topsis", "spotis", "vikor", "promethee", "electre", "electre1", "electre2", "electre3", "mrsort",
  "ahp", "critic", "entropy", "merec", "weights", "smaa", "agreement",
]

/// Decides on a table: takes a request as JSON and gives results as JSON.
///
/// Keys of a request: `matrix` (rows of alternatives), `dir` (`max` or `min` for each criterion), `weights`, `alternatives` (names, else A1,
/// A2 …), and what the method needs: `norm`, `metric` (topsis, weighted-sum) · `bounds`, `ideal` (spotis) · `v` (vikor) · `fn`, `q`, `p`, `s`
/// (promethee) · `norm`, `c`, `d` (electre1, electre2) · `q`, `p`, `v`, `s` (electre3) · `profiles`, `vetos`, `majority`, `lowest` (mrsort) ·
/// `matrix` or `hierarchy`, `order`, `prioritisation`, `random_index`, `accept_inconsistent` (ahp) · `values` or `alts` and `criteria`,
/// `concentration`, `ordinal`, `intervals`, `scales`, `draws`, `seed` (smaa). Every method that ranks also takes `groups` (stakeholders, each
/// with `name`, `weights`, `importance`) and `rank_reversal`. `weights` may name a method: `entropy`, `critic`, `merec` or `equal`.
/// `electre` is ELECTRE III where thresholds are given and ELECTRE I and II otherwise; `weights` answers CRITIC, entropy and MEREC together
/// (its own `weights` are those of MEREC, or of entropy where MEREC cannot be had, as `weights_by` says);
/// `agreement` ranks by every method that the table allows and compares the rankings.
/// Alternatives are counted from 1 where they are not named. What was not asked for but decided the result (`norm`, `random_index`, `seed` …)
/// is part of the answer.
/// - Throws: `AssessmentError` of kind `usage` for an unknown method, of kind `badInput` for anything else, naming field, row and column.
public func decide(_ request: JSON, method: String) throws -> JSON {
  guard decisionMethods.contains(method) else {
    let hint = suggestion(for: method, among: decisionMethods).map { " Did you mean \"\($0)\"?" } ?? ""
    throw AssessmentError(
      .badInput, "decide: there is no method \"\(method)\".\(hint) Methods: \(decisionMethods.joined(separator: ", ")).")
  }
  // A whole record of a test collection carries its request under "inputs".
  let inputs = request["inputs"] ?? request
  guard inputs.object != nil else {
    throw AssessmentError(.badInput, "decide \(method): the request is no JSON object. Give {\"matrix\": …}.")
  }
  let fields = DecisionFields(method: method, root: inputs)
  do {
    try fields.refuseMisspeltKeys()
    return try answer(fields)
  } catch let error as DecisionError {
    var sentence = error.description
    if case .inconsistent = error { sentence += " (\"accept_inconsistent\": true accepts it.)" }
    throw AssessmentError(.badInput, "decide \(method): \(sentence)")
  }
}

/// A request from a table as CSV, to be answered by `decide`.
///
/// The first line names the criteria, the first column the alternatives. Rows named `dir`, `weight`, `low` and `high` give directions, weights and
/// bounds; all other rows are alternatives. Cells are separated by commas, semicolons, tabs or bars, whichever part the lines most evenly; but for
/// commas a decimal comma is read as a point. Quotes follow RFC 4180.
/// - Throws: `AssessmentError` of kind `badInput` naming line and column.
/// - Complexity: O(bytes).
public func decisionRequest(csv text: String) throws -> JSON {
  func failure(_ detail: String) -> AssessmentError { AssessmentError(.badInput, "decide: reading the table as CSV: \(detail)") }
  let table: CSVText.Table
  do throws(CSVFault) { table = try CSVText.table(text) } catch {
    throw failure("a quote in line \(error.line) is never closed. Close it.")
  }
  guard let header = table.records.first, header.cells.count > 1 else {
    throw failure("the first line names no criteria. Give a line such as \"site,cost,area\" and one line for each alternative.")
  }
  let criteria = Array(header.cells.dropFirst())
  var seen: Set<String> = []
  for (index, name) in criteria.enumerated() {
    guard !name.isEmpty else { throw failure("line \(header.line), column \(index + 2) has no name. Name every criterion.") }
    guard seen.insert(name).inserted else {
      throw failure("line \(header.line) names the criterion \"\(name)\" twice. Give each its own name.")
    }
  }
  func number(_ cell: String, _ line: Int, _ column: Int) throws -> JSON {
    let point = table.isPartedByComma ? cell : cell.replacing(",", with: ".")
    guard let value = Double(point), value.isFinite else {
      throw failure("line \(line), column \(column) is \"\(cell)\", not a number. Give a number, or leave the row or the column out.")
    }
    return .number(value)
  }
  var names: [JSON] = []
  var rows: [JSON] = []
  var special: [String: [String]] = [:]
  var lines: [String: Int] = [:]
  for record in table.records.dropFirst() {
    guard record.cells.count == header.cells.count else {
      throw failure(
        "line \(record.line) has \(record.cells.count) cells but the first line has \(header.cells.count). Give every line one for each column."
      )
    }
    let cells = Array(record.cells.dropFirst())
    let name = record.cells[0]
    switch name.lowercased() {
    case "dir", "weight", "weights", "low", "high":
      let key = name.lowercased() == "weights" ? "weight" : name.lowercased()
      guard special[key] == nil else { throw failure("line \(record.line) is a second row \"\(key)\". Give one.") }
      special[key] = cells
      lines[key] = record.line
    default:
      names.append(.string(name))
      rows.append(.array(try cells.enumerated().map { try number($1, record.line, $0 + 2) }))
    }
  }
  func numbers(_ key: String) throws -> [JSON]? {
    try special[key].map { cells in try cells.enumerated().map { try number($1, lines[key] ?? 0, $0 + 2) } }
  }
  var members: [JSON.Member] = [
    .init("alternatives", .array(names)), .init("criteria", .array(criteria.map { .string($0) })), .init("matrix", .array(rows)),
  ]
  if let directions = special["dir"] { members.append(.init("dir", .array(directions.map { .string($0.lowercased()) }))) }
  if let weights = try numbers("weight") { members.append(.init("weights", .array(weights))) }
  let (low, high) = (try numbers("low"), try numbers("high"))
  if let low, let high {
    members.append(.init("bounds", .array(zip(low, high).map { .array([$0, $1]) })))
  } else if low != nil || high != nil {
    throw failure("there is a row \"\(low == nil ? "high" : "low")\" but no row \"\(low == nil ? "low" : "high")\". Give both or none.")
  }
  return .object(members)
}

private func answer(_ fields: DecisionFields) throws -> JSON {
  switch fields.method {
  case "weighted-sum": try weightedSum(fields)
  case "weighted-product": try weightedProduct(fields)
  case "topsis": try topsis(fields)
  case "spotis": try spotis(fields)
  case "vikor": try vikor(fields)
  case "promethee": try promethee(fields)
  case "electre1", "electre2": try electre(fields)
  case "electre3": try electreIII(fields)
  case "electre": fields.has("p") ? try electreIII(fields) : try electre(fields)
  case "mrsort": try mrsort(fields)
  case "ahp": try ahp(fields)
  case "critic", "entropy", "merec", "weights": try objectiveWeights(fields)
  case "smaa": try smaa(fields)
  default: try agreement(fields)
  }
}

// MARK: Scoring methods

private func weightedSum(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  let method = WeightedSum(normalisation: try fields.choice("norm", Normalisation.self) ?? .minMax)
  let result = try method.evaluate(matrix)
  var members: [JSON.Member] = [
    .init("score", JSON(result.scores)), .init("rank", integers(result.ranks)), .init("norm", .string(method.normalisation.rawValue)),
  ]
  if matrix.alternativeCount <= 10_000 {
    let rows = (0..<matrix.alternativeCount).map { i in
      JSON(
        (0..<matrix.criterionCount).map { result.scales[$0] * matrix.value(alternative: i, criterion: $0) + result.offsets[$0] })
    }
    members.append(.init("contributions", .array(rows)))
  }
  let n = matrix.alternativeCount
  let shares = matrix.relativeWeights
  let worth = matrix.values.indices.map { (result.scales[$0 / n] * matrix.values[$0] + result.offsets[$0 / n]) / shares[$0 / n] }
  let stability = try WeightStability(values: worth, alternativeCount: n, weights: matrix.weights)
  members.append(
    .init("weight_stability", .array(stability.intervals.map { .array([JSON($0.low), JSON($0.weight), JSON($0.high)]) })))
  return .object(members + (try robustness(fields, matrix) { matrix throws(DecisionError) in try method.evaluate(matrix).ranks }))
}

private func weightedProduct(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  let result = try WeightedProduct().evaluate(matrix)
  return .object(
    [
      .init("score", JSON(result.scores)), .init("rank", integers(result.ranks)),
      .init("limiting_criterion", integers(result.limitingCriterion.map { $0 + 1 })),
    ]
      + (try robustness(fields, matrix) { matrix throws(DecisionError) in try WeightedProduct().evaluate(matrix).ranks }))
}

private func topsis(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  let method = TOPSIS(
    normalisation: try fields.choice("norm", Normalisation.self) ?? .vector,
    metric: try fields.choice("metric", DistanceMetric.self) ?? .euclidean)
  let result = try method.evaluate(matrix)
  return .object(
    [
      .init("closeness", JSON(result.closeness)), .init("rank", integers(result.ranks)), .init("ideal", JSON(result.ideal)),
      .init("anti", JSON(result.antiIdeal)), .init("distance_to_ideal", JSON(result.distanceToIdeal)),
      .init("distance_to_anti", JSON(result.distanceToAntiIdeal)), .init("norm", .string(result.normalisation.rawValue)),
      .init("metric", .string(result.metric.rawValue)), .init("constant_criteria", integers(result.constantCriteria.map { $0 + 1 })),
    ]
      + (try robustness(fields, matrix) { matrix throws(DecisionError) in try method.evaluate(matrix).ranks }))
}

private func spotis(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  let method = SPOTIS(bounds: try fields.ranges("bounds"), ideal: try fields.optionalNumbers("ideal"))
  let result = try method.evaluate(matrix)
  return .object(
    [
      .init("distance", JSON(result.distances)), .init("order_best_first", integers(result.orderBestFirst.map { $0 + 1 })),
      .init("rank", integers(result.ranks)), .init("ideal", JSON(result.ideal)),
    ]
      + (try robustness(fields, matrix) { matrix throws(DecisionError) in try method.evaluate(matrix).ranks }))
}

private func vikor(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  let names = try fields.names(matrix.alternativeCount, prefix: "A")
  let method = VIKOR(strategyWeight: try fields.optionalNumber("v") ?? 0.5)
  let result = try method.evaluate(matrix)
  return .object(
    [
      .init("S", JSON(result.groupUtility)), .init("R", JSON(result.individualRegret)), .init("Q", JSON(result.compromise)),
      .init("rank", integers(result.ranks)), .init("acceptable_advantage", .bool(result.hasAcceptableAdvantage)),
      .init("acceptable_stability", .bool(result.hasAcceptableStability)),
      .init("compromise_set", .array(result.compromiseSet.map { .string(names[$0]) })), .init("v", JSON(method.strategyWeight)),
      .init("constant_criteria", integers(result.constantCriteria.map { $0 + 1 })),
    ]
      + (try robustness(fields, matrix) { matrix throws(DecisionError) in try method.evaluate(matrix).ranks }))
}

private func promethee(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  let method = PROMETHEE(functions: try fields.preferenceFunctions(matrix.criterionCount))
  let n = matrix.alternativeCount
  var members: [JSON.Member] = []
  let flows: PROMETHEE.Flows
  if n <= 1_000 {
    let result = try method.evaluate(matrix)
    flows = result.flows
    members.append(.init("pi", square(result.preferences, n)))
  } else {
    flows = try method.flows(matrix)
  }
  members += [
    .init("phi_plus", JSON(flows.positive)), .init("phi_minus", JSON(flows.negative)), .init("phi", JSON(flows.net)),
    .init("rank", integers(flows.ranks)),
  ]
  if n <= 1_000 {
    var incomparable: [JSON] = []
    for a in 0..<n {
      for b in stride(from: a + 1, to: n, by: 1) where flows.outcome(a, b) == .incomparable {
        incomparable.append(integers([a + 1, b + 1]))
      }
    }
    members.append(.init("incomparable", .array(incomparable)))
  }
  return .object(members + (try robustness(fields, matrix) { matrix throws(DecisionError) in try method.flows(matrix).ranks }))
}

// MARK: ELECTRE and MR-Sort

private func electre(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  let n = matrix.alternativeCount
  let normalisation = try fields.choice("norm", Normalisation.self) ?? .sum
  var first = ELECTREI(normalisation: normalisation)
  var second = ELECTREII(normalisation: normalisation)
  if fields.method == "electre2" {
    if let c = try fields.optionalNumbers("c") { second.concordanceThresholds = c }
    if let d = try fields.optionalNumbers("d") { second.discordanceThresholds = d }
  } else {
    if let c = try fields.optionalNumber("c") { first.concordanceThreshold = c }
    if let d = try fields.optionalNumber("d") { first.discordanceThreshold = d }
  }
  let choice = try first.evaluate(matrix)
  let ranking = try second.evaluate(matrix)
  func withoutDiagonal(_ values: [Double]) -> JSON {
    .array((0..<n).map { a in .array((0..<n).map { b in a == b ? .null : JSON(values[a * n + b]) }) })
  }
  func pairs(_ relation: [Bool]) -> JSON {
    .array(relation.indices.filter { relation[$0] }.map { integers([$0 / n + 1, $0 % n + 1]) })
  }
  return .object([
    .init("concordance", withoutDiagonal(choice.indices.concordance)), .init("discordance", withoutDiagonal(choice.indices.discordance)),
    .init("kernel", integers(choice.kernel.map { $0 + 1 })), .init("outranks", pairs(choice.outranks)),
    .init("circles", .array(choice.classes.filter { $0.count > 1 }.map { integers($0.map { $0 + 1 }) })),
    .init("electre2_rank", integers(ranking.ranks)), .init("electre2_descending", integers(ranking.descendingRanks)),
    .init("electre2_ascending", integers(ranking.ascendingRanks)), .init("electre2_strong", pairs(ranking.strong)),
    .init("electre2_weak", pairs(ranking.weak)), .init("norm", .string(normalisation.rawValue)),
    .init("c", JSON(first.concordanceThreshold)), .init("d", JSON(first.discordanceThreshold)),
    .init("electre2_c", JSON(second.concordanceThresholds)), .init("electre2_d", JSON(second.discordanceThresholds)),
  ])
}

private func electreIII(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  let m = matrix.criterionCount
  let names = try fields.names(matrix.alternativeCount, prefix: "P")
  let q = try fields.thresholds("q", m)
  let p = try fields.thresholds("p", m)
  let v = fields.has("v") ? try fields.thresholds("v", m) : [Double?](repeating: nil, count: m)
  var criteria: [PseudoCriterion] = []
  for j in 0..<m {
    guard let indifference = q[j] else { throw fields.failure("q", "column \(j + 1) is null. Give a number, 0 for none.") }
    guard let preference = p[j] else { throw fields.failure("p", "column \(j + 1) is null. Give a number.") }
    criteria.append(PseudoCriterion(indifference: indifference, preference: preference, veto: v[j]))
  }
  let (constant, slope) = try fields.discrimination()
  let method = ELECTREIII(criteria: criteria, discriminationConstant: constant, discriminationSlope: slope)
  let result = try method.evaluate(matrix)
  func named(_ classes: [[Int]]) -> JSON { .array(classes.map { .array($0.map { .string(names[$0]) }) }) }
  return .object(
    [
      .init("concordance", square(result.concordance, matrix.alternativeCount)),
      .init("credibility", square(result.credibility, matrix.alternativeCount)), .init("descending", named(result.descending)),
      .init("ascending_best_first", named(result.ascending)), .init("incomparable", named(result.incomparable)),
      .init("rank", integers(result.ranks)), .init("s", JSON([constant, slope])),
    ]
      + (try robustness(fields, matrix) { matrix throws(DecisionError) in try method.evaluate(matrix).ranks }))
}

private func mrsort(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  guard let profiles = fields.root["profiles"]?.object else {
    throw fields.failure("profiles", "it is missing. Give the categories from best to worst, for example {\"Good\": [3, 11, 3]}.")
  }
  let vetos = fields.root["vetos"]
  if let vetos, vetos.object == nil, !vetos.isNull { throw fields.failure("vetos", "it must be an object of categories.") }
  for member in vetos?.object ?? [] where !profiles.contains(where: { $0.name == member.name }) {
    throw fields.failure("vetos", "category \"\(member.name)\" has no profile. Name categories as in profiles.")
  }
  var categories: [MRSort.Category] = []
  for profile in profiles {
    let values = try fields.numberList(profile.value, "profiles.\(profile.name)")
    let own = try vetos?[profile.name].map { try fields.optionalList($0, "vetos.\(profile.name)") }
    categories.append(MRSort.Category(name: profile.name, profile: values, vetoes: own ?? []))
  }
  guard let majority = try fields.optionalNumber("majority") else {
    throw fields.failure("majority", "it is missing. Give the weight that must agree, in units of the weights.")
  }
  let lowest = fields.root["lowest"]?.string ?? "Bad"
  let result = try MRSort(categories: categories, lowestCategory: lowest, majority: majority).evaluate(matrix)
  let count = categories.count
  return .object([
    .init("assignment", .array(result.names.map { .string($0) })),
    .init("categories_best_first", .array((categories.map(\.name) + [lowest]).map { .string($0) })),
    .init(
      "support", .array((0..<matrix.alternativeCount).map { i in JSON(Array(result.support[i * count..<(i + 1) * count])) })),
    .init(
      "vetoed_by_criterion",
      .array(
        (0..<matrix.alternativeCount).map { i in
          .array((0..<count).map { k in JSON(result.vetoedBy[i * count + k].map { Double($0 + 1) }) })
        })),
  ])
}

// MARK: Weights

private func ahp(_ fields: DecisionFields) throws -> JSON {
  // An empty request asks for the tables themselves.
  if fields.root.object?.isEmpty == true {
    func table(_ index: RandomIndex) -> JSON { .object(index.sizes.map { .init(String($0), JSON(index.value(size: $0))) }) }
    return .object([
      .init("saaty1980", table(.saaty1980)), .init("saaty2005", table(.saaty2005)), .init("donegan_dodd", table(.donegan)),
      .init("r_mcda", table(.mcda)),
    ])
  }
  var method = AHP()
  method.prioritisation = try fields.choice("prioritisation", AHP.Prioritisation.self) ?? .eigenvector
  method.randomIndex = try fields.choice("random_index", RandomIndex.self) ?? .saaty2005
  if let accepted = fields.root["accept_inconsistent"] {
    guard let flag = accepted.bool else { throw fields.failure("accept_inconsistent", "it must be true or false.") }
    method.acceptsInconsistency = flag
  }
  if let root = fields.root["hierarchy"] {
    let weights = try fields.hierarchy(root, "hierarchy").weigh(method)
    return .object([
      .init(
        "leaves",
        .array(
          weights.leaves.map { leaf in
            .object([
              .init("path", .array(leaf.path.map { .string($0) })), .init("local", JSON(leaf.localWeight)),
              .init("weight", JSON(leaf.globalWeight)),
            ])
          })),
      .init(
        "levels",
        .array(weights.levels.map { level in .object([.init("name", .string(level.name))] + consistency(level.result)) })),
    ])
  }
  let judgements = try fields.judgements(fields.root["matrix"], "matrix")
  let result = try method.weigh(judgements)
  var members: [JSON.Member] = [.init("eig", JSON(result.weights))]
  if let order = try fields.optionalStrings("order") {
    guard order.count == judgements.size else {
      throw fields.failure("order", "it names \(order.count) items but the matrix judges \(judgements.size). Name each item once.")
    }
    members.append(.init("weights", .object(zip(order, result.weights).map { .init($0, JSON($1)) })))
  }
  return .object(members + consistency(result))
}

private func consistency(_ result: AHP.Result) -> [JSON.Member] {
  [
    .init("lmax", JSON(result.principalEigenvalue)), .init("CI", JSON(result.consistencyIndex)),
    .init("CR", JSON(result.consistencyRatio)), .init("random_index", .string(result.randomIndex.rawValue)),
    .init("CR_saaty1980", JSON(result.consistencyRatio(.saaty1980))), .init("CR_saaty2005", JSON(result.consistencyRatio(.saaty2005))),
    .init("CR_donegan", JSON(result.consistencyRatio(.donegan))), .init("CR_mcda", JSON(result.consistencyRatio(.mcda))),
    .init("prioritisation", .string(result.prioritisation.rawValue)), .init("consistent", .bool(result.consistencyRatio <= 0.10)),
    .init(
      "worst_judgements",
      .array(
        result.worstJudgements.map {
          .object([
            .init("row", JSON(Double($0.row + 1))), .init("column", JSON(Double($0.column + 1))), .init("value", JSON($0.value)),
            .init("implied", JSON($0.implied)),
          ])
        })),
  ]
}

private func objectiveWeights(_ fields: DecisionFields) throws -> JSON {
  let (columns, n, m) = try fields.table()
  func critic() throws -> [JSON.Member] {
    let directions = try fields.directions(m)
    let pearson = try CRITIC().weigh(columns: columns, alternativeCount: n, directions: directions)
    let spearman = try CRITIC(correlation: .spearman).weigh(columns: columns, alternativeCount: n, directions: directions)
    let unscaled = try CRITIC(isScaled: false).weigh(columns: columns, alternativeCount: n, directions: directions)
    return [
      .init("weights", JSON(pearson.weights)), .init("pearson", JSON(pearson.weights)), .init("spearman", JSON(spearman.weights)),
      .init("unscaled_pearson", JSON(unscaled.weights)), .init("deviations", JSON(pearson.deviations)),
      .init("correlations", square(pearson.correlations, m)),
    ]
  }
  func entropy() throws -> [JSON.Member] {
    let result = try EntropyWeights().weigh(columns: columns, alternativeCount: n)
    return [.init("weights", JSON(result.weights)), .init("entropies", JSON(result.entropies))]
  }
  func merec() throws -> [JSON.Member] {
    let result = try MEREC().weigh(columns: columns, alternativeCount: n, directions: try fields.directions(m))
    return [
      .init("weights", JSON(result.weights)), .init("removal_effects", JSON(result.removalEffects)),
      .init("performances", JSON(result.performances)),
    ]
  }
  switch fields.method {
  case "critic": return .object(try critic())
  case "entropy": return .object(try entropy())
  case "merec": return .object(try merec())
  default:
    // All that the table allows; what it does not allow says why.
    func attempt(_ body: () throws -> [JSON.Member]) throws -> JSON {
      do { return .object(try body()) } catch let error as DecisionError {
        return .object([.init("weights", .null), .init("reason", .string(error.description))])
      }
    }
    let shares = try attempt(entropy)
    guard fields.has("dir") else {
      return .object([.init("weights", shares["weights"] ?? .null), .init("weights_by", "entropy"), .init("entropy", shares)])
    }
    let conflict = try attempt(critic)
    let removal = try attempt(merec)
    let chosen = removal["weights"]?.isNull == false ? ("merec", removal) : ("entropy", shares)
    return .object([
      .init("weights", chosen.1["weights"] ?? .null), .init("weights_by", .string(chosen.0)),
      .init("pearson", conflict["pearson"] ?? .null), .init("spearman", conflict["spearman"] ?? .null),
      .init("unscaled_pearson", conflict["unscaled_pearson"] ?? .null), .init("entropy", shares), .init("critic", conflict),
      .init("merec", removal),
    ])
  }
}

// MARK: Robustness

private func smaa(_ fields: DecisionFields) throws -> JSON {
  let (table, names, isKeyed) = try fields.uncertainTable()
  let n = table.alternativeCount
  let m = table.directions.count
  let draws = try fields.optionalInteger("draws", in: 1...100_000_000) ?? (n * m <= 100 ? 300_000 : 10_000)
  let seed = try fields.optionalInteger("seed", in: 0...(1 << 53)) ?? 1
  let result = try SMAA(weights: try fields.weightSpace(m), draws: draws, seed: UInt64(seed)).evaluate(table)
  func rows(_ width: Int, _ values: [Double]) -> JSON {
    let rows = (0..<n).map { JSON(Array(values[$0 * width..<($0 + 1) * width])) }
    return isKeyed ? .object(zip(names, rows).map { .init($0, $1) }) : .array(rows)
  }
  func column(_ values: [Double?]) -> JSON {
    isKeyed ? .object(zip(names, values).map { .init($0, JSON($1)) }) : .array(values.map { JSON($0) })
  }
  let central = (0..<n).map { result.centralWeights(alternative: $0).map { JSON($0) } ?? .null }
  return .object([
    .init("scales", .array(result.scales.map { JSON([$0.lowerBound, $0.upperBound]) })),
    .init("rank_acceptability", rows(n, result.rankAcceptability)),
    .init("central_weights", isKeyed ? .object(zip(names, central).map { .init($0, $1) }) : .array(central)),
    .init("confidence", column(result.confidenceFactors)), .init("pairwise_winning", rows(n, result.pairwiseWinning)),
    .init("mean_rank", column(result.meanRanks)), .init("draws", JSON(Double(draws))), .init("seed", JSON(Double(seed))),
    .init("dir", .array(table.directions.map { .string($0.rawValue) })),
  ])
}

/// Ranks by every method that the table allows, and how far the rankings agree.
private func agreement(_ fields: DecisionFields) throws -> JSON {
  let matrix = try fields.matrix()
  var names: [String] = []
  var ranks: [[Int]] = []
  var skipped: [JSON.Member] = []
  func attempt(_ name: String, _ body: () throws(DecisionError) -> [Int]) {
    do throws(DecisionError) {
      let ranking = try body()
      names.append(name)
      ranks.append(ranking)
    } catch {
      skipped.append(.init(name, .string(error.description)))
    }
  }
  attempt("weighted-sum minmax") { () throws(DecisionError) in try WeightedSum().evaluate(matrix).ranks }
  attempt("weighted-product") { () throws(DecisionError) in try WeightedProduct().evaluate(matrix).ranks }
  attempt("topsis vector") { () throws(DecisionError) in try TOPSIS().evaluate(matrix).ranks }
  attempt("topsis minmax") { () throws(DecisionError) in try TOPSIS(normalisation: .minMax).evaluate(matrix).ranks }
  attempt("vikor") { () throws(DecisionError) in try VIKOR().evaluate(matrix).ranks }
  let usual = [PreferenceFunction](repeating: .usual, count: matrix.criterionCount)
  attempt("promethee usual") { () throws(DecisionError) in try PROMETHEE(functions: usual).flows(matrix).ranks }
  if fields.has("bounds") {
    let bounds = try fields.ranges("bounds")
    attempt("spotis") { () throws(DecisionError) in try SPOTIS(bounds: bounds).evaluate(matrix).ranks }
  }
  let result = try RankingAgreement(names: names, ranks: ranks)
  func correlations(_ values: [Double?]) -> JSON {
    .array((0..<names.count).map { a in .array((0..<names.count).map { b in JSON(values[a * names.count + b]) }) })
  }
  return .object([
    .init("methods", .array(names.map { .string($0) })), .init("ranks", .object(zip(names, ranks).map { .init($0, integers($1)) })),
    .init("kendall_tau", correlations(result.kendall)), .init("spearman", correlations(result.spearman)),
    .init("unanimous_first", integers(result.unanimousFirst.map { $0 + 1 })),
    .init("rank_range", .array(result.rankRanges.map { integers([$0.lowerBound, $0.upperBound]) })),
    .init("not_applicable", .object(skipped)),
  ])
}

/// Stakeholder groups side by side and the rank-reversal certificate, where the request asks for them.
private func robustness(
  _ fields: DecisionFields, _ matrix: DecisionMatrix, _ ranking: (DecisionMatrix) throws(DecisionError) -> [Int]
) throws -> [JSON.Member] {
  var members: [JSON.Member] = []
  if let groups = try fields.groups() {
    let comparison = try groups.compare(matrix, ranking: ranking)
    let names = groups.groups.map(\.name)
    func correlations(_ values: [Double?]) -> JSON {
      .array((0..<names.count).map { a in .array((0..<names.count).map { b in JSON(values[a * names.count + b]) }) })
    }
    members.append(
      .init(
        "groups",
        .object([
          .init("rank", .object(zip(names, comparison.ranks).map { .init($0, integers($1)) })),
          .init("aggregated_weights", JSON(comparison.aggregatedWeights)), .init("aggregated_rank", integers(comparison.aggregatedRanks)),
          .init("kendall_tau", correlations(comparison.agreement.kendall)), .init("weight_spread", JSON(comparison.weightSpread)),
          .init("criteria_by_dispute", integers(comparison.criteriaByDispute.map { $0 + 1 })),
          .init("alternatives_by_dispute", integers(comparison.alternativesByDispute.map { $0 + 1 })),
          .init("unanimous_first", integers(comparison.agreement.unanimousFirst.map { $0 + 1 })),
        ])))
  }
  if let wanted = fields.root["rank_reversal"] {
    guard let flag = wanted.bool else { throw fields.failure("rank_reversal", "it must be true or false.") }
    if flag {
      let certificate = try RankReversalCertificate(matrix, ranking: ranking)
      members.append(
        .init(
          "rank_reversal",
          .object([
            .init("stable", .bool(certificate.isStable)),
            .init(
              "reversals",
              .array(
                certificate.reversals.map {
                  .object([
                    .init("removed", JSON(Double($0.removed + 1))), .init("was_ahead", JSON(Double($0.wasAhead + 1))),
                    .init("is_ahead", JSON(Double($0.isAhead + 1))),
                  ])
                })),
            .init("first_place_changes", integers(certificate.firstPlaceChanges.map { $0 + 1 })),
          ])))
    }
  }
  return members
}

// MARK: JSON

private func integers(_ values: [Int]) -> JSON { .array(values.map { .number(Double($0)) }) }

private func square(_ values: [Double], _ n: Int) -> JSON {
  .array((0..<n).map { JSON(Array(values[$0 * n..<($0 + 1) * n])) })
}

/// The fields of a request, read with errors that name them.
private struct DecisionFields {
  let method: String
  let root: JSON

  private static let keys = [
    "matrix", "dir", "weights", "weights_unnormalised", "weights_renormalised", "alternatives", "criteria", "norm", "metric", "bounds",
    "ideal", "fn", "majority",
    "profiles", "vetos", "lowest", "order", "hierarchy", "prioritisation", "random_index", "accept_inconsistent", "values", "alts",
    "concentration", "ordinal", "intervals", "scales", "scale", "draws", "seed", "groups", "rank_reversal", "id", "family", "note",
    "source",
  ]

  func has(_ key: String) -> Bool { root[key].map { !$0.isNull } ?? false }

  func failure(_ field: String, _ detail: String) -> AssessmentError {
    AssessmentError(.badInput, "decide \(method): field \"\(field)\": \(detail)")
  }

  /// Other keys are welcome as notes, but one that all but spells a key would silently change the result. SMAA names criteria by keys.
  func refuseMisspeltKeys() throws {
    let criteria = Set((root["criteria"]?.array ?? []).compactMap { $0.string.map(Self.criterionName) })
    for member in root.object ?? [] where !Self.keys.contains(member.name) && member.name.count > 2 && !criteria.contains(member.name) {
      let near = Self.keys.first { $0.sorted() == member.name.sorted() } ?? suggestion(for: member.name, among: Self.keys)
      guard let near, near.sorted() == member.name.sorted() || editDistance(member.name, near) <= 1 + member.name.count / 8 else {
        continue
      }
      throw failure(member.name, "there is no such field. Did you mean \"\(near)\"?")
    }
  }

  static func criterionName(_ text: String) -> String {
    String(text.prefix { $0 != "(" }).trimmed
  }

  // MARK: Scalars and lists

  func optionalNumber(_ key: String) throws -> Double? {
    guard let value = root[key], !value.isNull else { return nil }
    guard let number = value.number else { throw failure(key, "it is \(kind(value)), not a number.") }
    return number
  }

  func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let number = try optionalNumber(key) else { return nil }
    guard let whole = Int(exactly: number), range.contains(whole) else {
      throw failure(key, "it is \(JSON.text(of: number)). Give a whole number between \(range.lowerBound) and \(range.upperBound).")
    }
    return whole
  }

  func choice<T: RawRepresentable & CaseIterable>(_ key: String, _: T.Type) throws -> T? where T.RawValue == String {
    guard let value = root[key], !value.isNull else { return nil }
    let allowed = T.allCases.map(\.rawValue)
    guard let text = value.string, let choice = T(rawValue: text) else {
      let hint = value.string.flatMap { suggestion(for: $0, among: allowed) }.map { " Did you mean \"\($0)\"?" } ?? ""
      throw failure(key, "\(value.serialized()) is not known.\(hint) Give one of \(allowed.joined(separator: ", ")).")
    }
    return choice
  }

  func numberList(_ value: JSON, _ field: String) throws -> [Double] {
    guard let items = value.array else { throw failure(field, "it is \(kind(value)), not a list of numbers.") }
    return try items.enumerated().map { index, item in
      guard let number = item.number else { throw failure(field, "entry \(index + 1) is \(kind(item)), not a number.") }
      return number
    }
  }

  func optionalList(_ value: JSON, _ field: String) throws -> [Double?] {
    guard let items = value.array else { throw failure(field, "it is \(kind(value)), not a list of numbers and nulls.") }
    return try items.enumerated().map { index, item in
      if item.isNull { return nil }
      guard let number = item.number else { throw failure(field, "entry \(index + 1) is \(kind(item)), not a number or null.") }
      return number
    }
  }

  func optionalNumbers(_ key: String) throws -> [Double]? {
    guard let value = root[key], !value.isNull else { return nil }
    return try numberList(value, key)
  }

  func optionalStrings(_ key: String) throws -> [String]? {
    guard let value = root[key], !value.isNull else { return nil }
    guard let items = value.array else { throw failure(key, "it is \(kind(value)), not a list of names.") }
    return try items.enumerated().map { index, item in
      guard let text = item.string else { throw failure(key, "entry \(index + 1) is \(kind(item)), not a name.") }
      return text
    }
  }

  func ranges(_ key: String) throws -> [ClosedRange<Double>] {
    guard let value = root[key], !value.isNull else {
      throw failure(key, "it is missing. Give [low, high] for each criterion.")
    }
    guard let items = value.array else { throw failure(key, "it is \(kind(value)), not a list of [low, high].") }
    return try items.enumerated().map { index, item in
      let ends = try numberList(item, "\(key)[\(index + 1)]")
      guard ends.count == 2, ends[0] <= ends[1] else {
        throw failure(key, "entry \(index + 1) is \(item.serialized()). Give [low, high] with the lower number first.")
      }
      return ends[0]...ends[1]
    }
  }

  func names(_ n: Int, prefix: String) throws -> [String] {
    guard let names = try optionalStrings("alternatives") else { return (1...max(n, 1)).map { "\(prefix)\($0)" } }
    guard names.count == n else {
      throw failure("alternatives", "it names \(names.count) alternatives but the matrix has \(n) rows. Name each row.")
    }
    guard Set(names).count == n else { throw failure("alternatives", "a name occurs twice. Give each row its own name.") }
    return names
  }

  private func kind(_ value: JSON) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(let number): "the number \(JSON.text(of: number))"
    case .string(let text): "the text \"\(text)\""
    case .array: "a list"
    case .object: "an object"
    }
  }

  // MARK: Tables

  /// The matrix column by column, with its numbers of rows and columns.
  func table() throws -> (columns: [Double], rows: Int, columnCount: Int) {
    guard let value = root["matrix"], !value.isNull else {
      throw failure("matrix", "it is missing. Give one list of numbers for each alternative.")
    }
    let rows = try matrixRows(value, "matrix")
    guard let first = rows.first else { throw failure("matrix", "it has no rows. Give one list of numbers for each alternative.") }
    guard !first.isEmpty else { throw failure("matrix", "row 1 has no values. Give one number for each criterion.") }
    for (index, row) in rows.enumerated() where row.count != first.count {
      throw failure(
        "matrix", "row \(index + 1) has \(row.count) values but row 1 has \(first.count). Give every row one value for each column.")
    }
    return (first.indices.flatMap { j in rows.map { $0[j] } }, rows.count, first.count)
  }

  private func matrixRows(_ value: JSON, _ field: String) throws -> [[Double]] {
    guard let rows = value.array else { throw failure(field, "it is \(kind(value)), not a list of rows.") }
    return try rows.enumerated().map { i, row in
      guard let cells = row.array else { throw failure(field, "row \(i + 1) is \(kind(row)), not a list of numbers.") }
      return try cells.enumerated().map { j, cell in
        if let number = cell.number { return number }
        if let text = cell.string, let number = Self.fraction(text) { return number }
        throw failure(field, "row \(i + 1), column \(j + 1) is \(kind(cell)), not a number. Give a number or a fraction such as \"1/3\".")
      }
    }
  }

  /// A fraction such as 1/9, or a number as text.
  private static func fraction(_ text: String) -> Double? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let numerator = parts.first.flatMap({ Double(String($0).trimmed) }), numerator.isFinite else { return nil }
    if parts.count == 1 { return numerator }
    guard parts.count == 2, let denominator = Double(String(parts[1]).trimmed), denominator.isFinite, denominator != 0 else { return nil }
    return numerator / denominator
  }

  func directions(_ m: Int) throws -> [Direction] {
    guard let value = root["dir"], !value.isNull else {
      throw failure("dir", "it is missing. Give \"max\" or \"min\" for each criterion.")
    }
    guard let items = value.array else { throw failure("dir", "it is \(kind(value)), not a list of \"max\" and \"min\".") }
    guard items.count == m else {
      throw failure("dir", "it has \(items.count) entries but the matrix has \(m) columns. Give \"max\" or \"min\" for each.")
    }
    return try items.enumerated().map { index, item in
      guard let direction = item.string.flatMap({ Direction(rawValue: $0) }) else {
        throw failure("dir", "column \(index + 1) is \(kind(item)). Give \"max\" or \"min\".")
      }
      return direction
    }
  }

  /// The table with directions and weights.
  func matrix() throws -> DecisionMatrix {
    let (columns, n, m) = try table()
    let directions = try directions(m)
    let weights = try weights(columns, n, directions)
    guard weights.count == m else {
      throw failure("weights", "it has \(weights.count) entries but the matrix has \(m) columns. Give one weight for each.")
    }
    for (index, weight) in weights.enumerated() where !(weight > 0) {
      throw failure(
        "weights",
        "column \(index + 1) has weight \(JSON.text(of: weight)). Weights must be above zero; leave the column out of the matrix "
          + "when it shall not count.")
    }
    return try DecisionMatrix(columns: columns, alternativeCount: n, directions: directions, weights: weights)
  }

  private func weights(_ columns: [Double], _ n: Int, _ directions: [Direction]) throws -> [Double] {
    guard let value = root["weights"] ?? root["weights_unnormalised"], !value.isNull else {
      if let groups = try groups() { return groups.aggregated() }
      throw failure("weights", "it is missing. Give one number above zero for each criterion, or \"equal\".")
    }
    switch value.string {
    case nil: return try numberList(value, "weights")
    case "equal": return directions.map { _ in 1 }
    case "entropy": return try EntropyWeights().weigh(columns: columns, alternativeCount: n).weights
    case "critic": return try CRITIC().weigh(columns: columns, alternativeCount: n, directions: directions).weights
    case "merec": return try MEREC().weigh(columns: columns, alternativeCount: n, directions: directions).weights
    case let name?: throw failure("weights", "\"\(name)\" is not known. Give numbers, or one of equal, entropy, critic, merec.")
    }
  }

  func groups() throws -> StakeholderGroups? {
    guard let value = root["groups"], !value.isNull else { return nil }
    guard let items = value.array else { throw failure("groups", "it is \(kind(value)), not a list of groups.") }
    let groups = try items.enumerated().map { index, item in
      guard let name = item["name"]?.string else { throw failure("groups", "group \(index + 1) has no name.") }
      guard let weights = item["weights"] else { throw failure("groups", "group \"\(name)\" has no weights.") }
      var importance = 1.0
      if let given = item["importance"] {
        guard let number = given.number else { throw failure("groups", "the importance of group \"\(name)\" is no number.") }
        importance = number
      }
      return StakeholderGroup(name: name, importance: importance, weights: try numberList(weights, "groups.\(name).weights"))
    }
    return try StakeholderGroups(groups)
  }

  // MARK: Thresholds

  /// One number for all criteria or a list of one for each.
  func thresholds(_ key: String, _ m: Int) throws -> [Double?] {
    guard let value = root[key], !value.isNull else { throw failure(key, "it is missing. Give a number, or one for each criterion.") }
    if let number = value.number { return [Double?](repeating: number, count: m) }
    let list = try optionalList(value, key)
    guard list.count == m else { throw failure(key, "it has \(list.count) entries but the matrix has \(m) columns. Give one for each.") }
    return list
  }

  func preferenceFunctions(_ m: Int) throws -> [PreferenceFunction] {
    guard let value = root["fn"], !value.isNull else {
      throw failure("fn", "it is missing. Give one of usual, ushape, vshape, level, linear, gaussian, or one for each criterion.")
    }
    let names: [String]
    if let name = value.string {
      names = [String](repeating: name, count: m)
    } else {
      names = try optionalStrings("fn") ?? []
    }
    guard names.count == m else { throw failure("fn", "it has \(names.count) entries but the matrix has \(m) columns. Give one for each.") }
    func threshold(_ key: String, _ j: Int) throws -> Double {
      guard let number = try thresholds(key, m)[j] else {
        throw failure(key, "column \(j + 1) is null but its function \(names[j]) needs it.")
      }
      return number
    }
    return try names.enumerated().map { j, name in
      switch name.lowercased().filter({ $0 != "-" && $0 != "_" && $0 != " " }) {
      case "usual": return .usual
      case "ushape": return .uShape(q: try threshold("q", j))
      case "vshape": return .vShape(p: try threshold("p", j))
      case "level": return .level(q: try threshold("q", j), p: try threshold("p", j))
      case "linear", "vshape2", "vshapeindifference": return .linear(q: try threshold("q", j), p: try threshold("p", j))
      case "gaussian": return .gaussian(s: try threshold("s", j))
      default:
        throw failure("fn", "column \(j + 1) is \"\(name)\". Give one of usual, ushape, vshape, level, linear, gaussian.")
      }
    }
  }

  /// s(λ) as [constant, slope] or as a sentence such as "0.3-0.15*lambda".
  func discrimination() throws -> (constant: Double, slope: Double) {
    guard let value = root["s"], !value.isNull else { return (0.3, -0.15) }
    if let pair = value.array {
      let numbers = try numberList(value, "s")
      guard pair.count == 2 else { throw failure("s", "it has \(pair.count) entries. Give [constant, slope].") }
      return (numbers[0], numbers[1])
    }
    if let number = value.number { return (number, 0) }
    let text = (value.string ?? "").lowercased().filter { $0 != " " && $0 != "*" }.replacing("lambda", with: "λ")
    guard let end = text.firstIndex(of: "λ"), text.index(after: end) == text.endIndex,
      let sign = text[..<end].lastIndex(where: { $0 == "+" || $0 == "-" }), sign > text.startIndex,
      let constant = Double(text[..<sign]), let slope = Double(text[sign..<end])
    else { throw failure("s", "it is \(value.serialized()). Give [constant, slope] or a text such as \"0.3-0.15*lambda\".") }
    return (constant, slope)
  }

  // MARK: Judgements

  func judgements(_ value: JSON?, _ field: String) throws -> PairwiseJudgements {
    guard let value, !value.isNull else {
      throw failure(field, "it is missing. Give a square list of judgements such as [[1, 3], [\"1/3\", 1]].")
    }
    let rows = try matrixRows(value, field)
    guard !rows.isEmpty else { throw failure(field, "it has no rows. Give a square list of judgements.") }
    return try PairwiseJudgements(rows: rows)
  }

  func hierarchy(_ value: JSON, _ field: String) throws -> CriterionHierarchy {
    guard let name = value["name"]?.string else {
      throw failure(field, "it has no name. Give {\"name\": …, \"matrix\": …, \"children\": …}.")
    }
    guard let children = value["children"]?.array, !children.isEmpty else { return CriterionHierarchy(leaf: name) }
    let nodes = try children.enumerated().map { try hierarchy($1, "\(field).children[\($0 + 1)]") }
    if nodes.count == 1 && value["matrix"] == nil {
      return try CriterionHierarchy(name, children: nodes, judgements: try PairwiseJudgements(rows: [[1]]))
    }
    return try CriterionHierarchy(name, children: nodes, judgements: try judgements(value["matrix"], "\(field).matrix"))
  }

  // MARK: Uncertain tables

  /// A table from `values` (alternatives by name), from `alts` and `criteria` (a list of cells for each criterion), or from `matrix`.
  func uncertainTable() throws -> (table: SMAA.Table, names: [String], isKeyed: Bool) {
    let scales = has("scales") ? try ranges("scales") : nil
    if let values = root["values"] {
      guard let members = values.object, !members.isEmpty else { throw failure("values", "it must be an object of alternatives.") }
      let rows = try members.map { member in
        guard let cells = member.value.array else { throw failure("values", "\"\(member.name)\" is no list of values.") }
        return try cells.enumerated().map { try distribution($1, nil, "values.\(member.name)", "column \($0 + 1)") }
      }
      let m = rows[0].count
      for (member, row) in zip(members, rows) where row.count != m {
        throw failure(
          "values", "\"\(member.name)\" has \(row.count) values but the first has \(m). Give each one value for each criterion.")
      }
      let directions = has("dir") ? try directions(m) : [Direction](repeating: .maximise, count: m)
      let columns = (0..<m).flatMap { j in rows.map { $0[j] } }
      let table = try SMAA.Table(columns: columns, alternativeCount: rows.count, directions: directions, scales: scales)
      return (table, members.map(\.name), true)
    }
    if let criteria = root["criteria"]?.array, has("alts") {
      let names = try optionalStrings("alts") ?? []
      var columns: [ValueDistribution] = []
      var directions: [Direction] = []
      for (index, criterion) in criteria.enumerated() {
        guard let text = criterion.string else { throw failure("criteria", "entry \(index + 1) is \(kind(criterion)), not a text.") }
        let name = Self.criterionName(text)
        let inside = String(text.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" })
        let parts = inside.split(separator: ",", maxSplits: 1).map { String($0).trimmed }
        guard let direction = parts.first.flatMap({ Direction(rawValue: $0) }) else {
          throw failure("criteria", "\"\(text)\" has no direction. Write for example \"\(name)(max, normal)\".")
        }
        let family = parts.count > 1 ? String(parts[1].prefix { $0 != ":" }).trimmed : "exact"
        guard let cells = root[name]?.array else {
          throw failure(name, "the values of this criterion are missing. Give one for each alternative.")
        }
        guard cells.count == names.count else {
          throw failure(name, "it has \(cells.count) entries but there are \(names.count) alternatives. Give one for each.")
        }
        directions.append(direction)
        for (row, cell) in cells.enumerated() { columns.append(try distribution(cell, family, name, "entry \(row + 1)")) }
      }
      let table = try SMAA.Table(columns: columns, alternativeCount: names.count, directions: directions, scales: scales)
      return (table, names, false)
    }
    guard let rows = root["matrix"]?.array, !rows.isEmpty else {
      throw failure("matrix", "it is missing. Give \"matrix\" with \"dir\", or \"values\", or \"alts\" with \"criteria\".")
    }
    let cells = try rows.enumerated().map { i, row in
      guard let cells = row.array else { throw failure("matrix", "row \(i + 1) is \(kind(row)), not a list of values.") }
      return try cells.enumerated().map { try distribution($1, nil, "matrix", "row \(i + 1), column \($0 + 1)") }
    }
    for (index, row) in cells.enumerated() where row.count != cells[0].count {
      throw failure(
        "matrix", "row \(index + 1) has \(row.count) values but row 1 has \(cells[0].count). Give every row one for each column.")
    }
    let m = cells[0].count
    let columns = (0..<m).flatMap { j in cells.map { $0[j] } }
    let table = try SMAA.Table(columns: columns, alternativeCount: cells.count, directions: try directions(m), scales: scales)
    return (table, try names(cells.count, prefix: "A"), false)
  }

  /// A number, a pair [low, high], a pair of parameters under a named family, or an object such as {"normal": [10, 2]}.
  private func distribution(_ cell: JSON, _ family: String?, _ field: String, _ place: String) throws -> ValueDistribution {
    if let number = cell.number { return .exact(number) }
    var family = family
    var parameters = cell
    if let member = cell.object?.first {
      family = member.name
      parameters = member.value
    }
    guard parameters.array?.count == 2 else {
      throw failure(field, "\(place) is \(kind(cell)). Give a number, [low, high], or for example {\"normal\": [10, 2]}.")
    }
    let pair = try numberList(parameters, "\(field), \(place)")
    switch family?.lowercased() {
    case nil, "uniform", "u", "exact": return .uniform(low: pair[0], high: pair[1])
    case "normal", "n", "gaussian": return .normal(mean: pair[0], deviation: pair[1])
    case "lognormal", "log-normal": return .logNormal(mean: pair[0], deviation: pair[1])
    case let name?: throw failure(field, "\(place) has the distribution \"\(name)\". Give uniform, normal or lognormal.")
    }
  }

  /// The space of weights: `ordinal`, `intervals`, `weights` with or without `concentration`, or the whole simplex.
  func weightSpace(_ m: Int) throws -> WeightSpace {
    if let value = root["ordinal"], !value.isNull {
      guard let items = value.array else {
        throw failure("ordinal", "it is \(kind(value)), not a list of criteria, the most important first.")
      }
      return .ordinal(
        try items.enumerated().map { index, item in
          try (item.array ?? [item]).map { entry in
            guard let number = entry.number, let whole = Int(exactly: number), whole >= 1 && whole <= m else {
              throw failure("ordinal", "entry \(index + 1) is \(kind(entry)). Give numbers of criteria from 1 to \(m), or lists of them.")
            }
            return whole - 1
          }
        })
    }
    if has("intervals") {
      let intervals = try ranges("intervals")
      return .intervals(low: intervals.map(\.lowerBound), high: intervals.map(\.upperBound))
    }
    guard let value = root["weights"], !value.isNull else { return .simplex }
    if let text = value.string {
      guard text.lowercased().hasPrefix("uniform") || text == "simplex" else {
        throw failure("weights", "\"\(text)\" is not known. Give numbers, or \"uniform\" for the whole simplex.")
      }
      return .simplex
    }
    let weights = try numberList(value, "weights")
    guard weights.count == m else {
      throw failure("weights", "it has \(weights.count) entries but there are \(m) criteria. Give one weight for each.")
    }
    if let concentration = try optionalNumber("concentration") { return .dirichlet(profile: weights, concentration: concentration) }
    return .fixed(weights)
  }
}

extension String {
  /// Without spaces at either end.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
