/// MR-Sort (ELECTRE TRI by majority rule): assigns each alternative to the best category whose limiting profile it outranks.
///
/// An alternative outranks a profile when the criteria on which it is at least as good weigh at least the majority and no veto speaks against
/// it. A veto is a value: an alternative that is as bad as it or worse cannot enter the category.
/// Source: Leroy, Mousseau, Pirlot (2011), Learning the parameters of a multiple criteria sorting method, ADT 2011, 219–233; vetoes as in
/// Meyer, Olteanu (2017), Integrating large positive and negative performance differences into multicriteria majority-rule sorting models.
public struct MRSort: Sendable, Equatable {
  /// A category with the lowest profile that still belongs to it.
  public struct Category: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The least acceptable value of each criterion.
    public let profile: [Double]
    /// For each criterion the value that shuts an alternative out, or nil; empty for no vetoes.
    public let vetoes: [Double?]

    /// A category with its limiting profile and its vetoes.
    public init(name: String, profile: [Double], vetoes: [Double?] = []) {
      self.name = name
      self.profile = profile
      self.vetoes = vetoes
    }
  }

  /// Categories with a profile, the best first.
  public let categories: [Category]
  /// The name of the category that needs nothing.
  public let lowestCategory: String
  /// The weight that must agree, in the units of the weights as given.
  public let majority: Double

  /// MR-Sort with categories from best to worst, the name of the category below them all, and the majority.
  public init(categories: [Category], lowestCategory: String, majority: Double) {
    self.categories = categories
    self.lowestCategory = lowestCategory
    self.majority = majority
  }

  /// Categories and what spoke for and against them.
  public struct Result: Sendable, Equatable {
    /// The index of the category of each alternative: 0 is the best, `categories.count` the lowest.
    public let category: [Int]
    /// The name of the category of each alternative.
    public let names: [String]
    /// Weight that agrees with each category, at `alternative * categories.count + category`.
    public let support: [Double]
    /// The first criterion that vetoes each category, at `alternative * categories.count + category`, or nil.
    public let vetoedBy: [Int?]
  }

  /// Sorts every alternative. O(n·m·categories).
  ///
  /// Throws when profiles are missing, cross each other, or the majority is not within the sum of weights.
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    let m = matrix.criterionCount
    let n = matrix.alternativeCount
    guard !categories.isEmpty else { throw .empty(what: "categories") }
    var seen: Set<String> = [lowestCategory]
    for category in categories {
      guard seen.insert(category.name).inserted else { throw .name(what: "category", name: category.name, detail: "occurs twice") }
      guard category.profile.count == m else {
        throw .count(what: "profile values of category \(category.name)", found: category.profile.count, expected: m)
      }
      guard category.vetoes.isEmpty || category.vetoes.count == m else {
        throw .count(what: "vetoes of category \(category.name)", found: category.vetoes.count, expected: m)
      }
      for (j, value) in category.profile.enumerated() where !value.isFinite {
        throw .thresholds(column: j, detail: "the profile of category \(category.name) is \(value)")
      }
    }
    for k in 0..<(categories.count - 1) {
      for j in 0..<m {
        let better = categories[k].profile[j]
        let worse = categories[k + 1].profile[j]
        guard matrix.directions[j] == .maximise ? better >= worse : better <= worse else {
          throw .profileOrder(category: categories[k].name, column: j, value: better, next: worse)
        }
      }
    }
    let total = matrix.weights.reduce(0, +)
    guard majority > 0 && majority <= total * (1 + 1e-12) else {
      throw .parameter(name: "majority", value: majority, allowed: "above 0 and at most the sum of the weights, \(total)")
    }
    let count = categories.count
    var support = [Double](repeating: 0, count: n * count)
    var vetoedBy = [Int?](repeating: nil, count: n * count)
    var assigned = [Int](repeating: count, count: n)
    for i in 0..<n {
      for k in 0..<count {
        for j in 0..<m {
          let value = matrix.values[j * n + i]
          let isMaximised = matrix.directions[j] == .maximise
          let limit = categories[k].profile[j]
          if isMaximised ? value >= limit : value <= limit { support[i * count + k] += matrix.weights[j] }
          if vetoedBy[i * count + k] == nil, j < categories[k].vetoes.count, let veto = categories[k].vetoes[j],
            isMaximised ? value <= veto : value >= veto
          {
            vetoedBy[i * count + k] = j
          }
        }
        if assigned[i] == count, support[i * count + k] >= majority - thresholdSlack * total, vetoedBy[i * count + k] == nil {
          assigned[i] = k
        }
      }
    }
    return Result(
      category: assigned, names: assigned.map { $0 < count ? categories[$0].name : lowestCategory }, support: support,
      vetoedBy: vetoedBy)
  }
}
