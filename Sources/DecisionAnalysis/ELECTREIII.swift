/// Indifference, preference and veto thresholds of one criterion, in its units.
public struct PseudoCriterion: Sendable, Equatable {
  /// Differences up to q mean nothing.
  public let indifference: Double
  /// Differences from p on are strict preference.
  public let preference: Double
  /// A deficit of v or more cannot be made up for; nil for no veto.
  public let veto: Double?

  /// Thresholds 0 ≤ q ≤ p ≤ v; they are checked when a table is evaluated.
  public init(indifference: Double, preference: Double, veto: Double? = nil) {
    self.indifference = indifference
    self.preference = preference
    self.veto = veto
  }

  /// How far "a is at least as good as b" holds when b is better by `deficit`: 1 up to q, 0 from p.
  func concordance(_ deficit: Double) -> Double {
    if deficit <= indifference { return 1 }
    if deficit >= preference { return 0 }
    return (preference - deficit) / (preference - indifference)
  }

  /// How far the criterion objects when b is better by `deficit`: 0 up to p, 1 from v.
  func discordance(_ deficit: Double) -> Double {
    guard let veto, deficit > preference else { return 0 }
    if deficit >= veto { return 1 }
    return (deficit - preference) / (veto - preference)
  }

  func validate(column: Int) throws(DecisionError) {
    guard indifference >= 0 && indifference <= preference && preference.isFinite else {
      throw .thresholds(column: column, detail: "q is \(indifference) and p is \(preference); give 0 ≤ q ≤ p")
    }
    if let veto, !(veto >= preference && veto > 0 && veto.isFinite) {
      throw .thresholds(column: column, detail: "v is \(veto) and p is \(preference); give v ≥ p and above zero, or none")
    }
  }
}

/// ELECTRE III: credibility of outranking under indifference, preference and veto thresholds, and two distillations.
///
/// Distillation peels classes off from the best (descending) and from the worst (ascending) under the discrimination s(λ) = α + βλ; the final
/// partial order is their intersection, so alternatives on which the two disagree stay incomparable.
/// Source: Roy (1978), ELECTRE III, Cahiers du CERO 20(1), 3–24; Figueira, Mousseau, Roy (2016), 155–185.
public struct ELECTREIII: Sendable, Equatable {
  /// Thresholds of each criterion.
  public let criteria: [PseudoCriterion]
  /// α in s(λ) = α + βλ.
  public var discriminationConstant: Double
  /// β in s(λ) = α + βλ.
  public var discriminationSlope: Double

  /// ELECTRE III with thresholds for each criterion and s(λ) = 0.3 − 0.15λ unless said otherwise.
  public init(criteria: [PseudoCriterion], discriminationConstant: Double = 0.3, discriminationSlope: Double = -0.15) {
    self.criteria = criteria
    self.discriminationConstant = discriminationConstant
    self.discriminationSlope = discriminationSlope
  }

  /// Credibility, both distillations and the partial order.
  public struct Result: Sendable, Equatable {
    /// The number of alternatives n; matrices hold n·n values row by row.
    public let alternativeCount: Int
    /// Concordance of a over b at `a * n + b`.
    public let concordance: [Double]
    /// Credibility of "a is at least as good as b" at `a * n + b`.
    public let credibility: [Double]
    /// Classes of the descending distillation, the best first, each in table order.
    public let descending: [[Int]]
    /// Classes of the ascending distillation, the best first, each in table order.
    public let ascending: [[Int]]
    /// Pairs on which the distillations disagree, the lower index first.
    public let incomparable: [[Int]]

    /// How two alternatives stand to each other in the intersection of both distillations.
    public func outcome(_ a: Int, _ b: Int) -> OutrankingOutcome {
      let d = place(b, descending) - place(a, descending)
      let u = place(b, ascending) - place(a, ascending)
      if d == 0 && u == 0 { return .indifferent }
      if d >= 0 && u >= 0 { return .preferred }
      if d <= 0 && u <= 0 { return .notPreferred }
      return .incomparable
    }

    /// Median places: the mean of both distillations, equals together, 1 is best.
    public var ranks: [Int] {
      let sums = (0..<alternativeCount).map { Double(place($0, descending) + place($0, ascending)) }
      return competitionRanks(sums, higherIsBetter: false)
    }

    private func place(_ alternative: Int, _ classes: [[Int]]) -> Int {
      classes.firstIndex { $0.contains(alternative) } ?? classes.count
    }
  }

  /// Compares every pair and distils. O(m·n² + n⁴ at worst in the distillations).
  ///
  /// Throws when thresholds are missing or not in order, or the discrimination is not positive on [0, 1].
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    guard criteria.count == matrix.criterionCount else {
      throw .count(what: "thresholds", found: criteria.count, expected: matrix.criterionCount)
    }
    for (j, criterion) in criteria.enumerated() { try criterion.validate(column: j) }
    guard discriminationConstant >= 0 && discriminationConstant + discriminationSlope >= 0 else {
      throw .parameter(
        name: "s(λ) = \(discriminationConstant) + \(discriminationSlope)·λ", value: discriminationConstant + discriminationSlope,
        allowed: "zero or more for every λ between 0 and 1")
    }
    let n = matrix.alternativeCount
    let weights = matrix.relativeWeights
    var concordance = [Double](repeating: 0, count: n * n)
    for (j, criterion) in criteria.enumerated() {
      let sign = matrix.directions[j] == .maximise ? 1.0 : -1.0
      for a in 0..<n {
        for b in 0..<n {
          let deficit = sign * (matrix.values[j * n + b] - matrix.values[j * n + a])
          concordance[a * n + b] += weights[j] * criterion.concordance(deficit)
        }
      }
    }
    for pair in concordance.indices { concordance[pair] = min(1, concordance[pair]) }
    var credibility = concordance
    for (j, criterion) in criteria.enumerated() where criterion.veto != nil {
      let sign = matrix.directions[j] == .maximise ? 1.0 : -1.0
      for a in 0..<n {
        for b in 0..<n where a != b {
          let pair = a * n + b
          let objection = criterion.discordance(sign * (matrix.values[j * n + b] - matrix.values[j * n + a]))
          if objection > concordance[pair] { credibility[pair] *= (1 - objection) / (1 - concordance[pair]) }
        }
      }
    }
    let descending = distil(credibility, n, takingBest: true)
    let ascending = Array(distil(credibility, n, takingBest: false).reversed())
    var incomparable: [[Int]] = []
    let partial = Result(
      alternativeCount: n, concordance: concordance, credibility: credibility, descending: descending, ascending: ascending,
      incomparable: [])
    for a in 0..<n {
      for b in stride(from: a + 1, to: n, by: 1) where partial.outcome(a, b) == .incomparable { incomparable.append([a, b]) }
    }
    return Result(
      alternativeCount: n, concordance: concordance, credibility: credibility, descending: descending, ascending: ascending,
      incomparable: incomparable)
  }

  /// Peels classes off by qualification; within a candidate class the cut-off level keeps falling until it is single or 0.
  private func distil(_ credibility: [Double], _ n: Int, takingBest: Bool) -> [[Int]] {
    var left = Array(0..<n)
    var classes: [[Int]] = []
    while !left.isEmpty {
      var candidates = left
      var level = largest(credibility, n, candidates, below: .infinity)
      while candidates.count > 1 {
        let next = largest(credibility, n, candidates, below: level - discrimination(level))
        var qualification = [Int](repeating: 0, count: n)
        for a in candidates {
          for b in candidates where a != b {
            let forward = credibility[a * n + b]
            if forward > next && forward - credibility[b * n + a] > discrimination(forward) {
              qualification[a] += 1
              qualification[b] -= 1
            }
          }
        }
        let extreme = candidates.map { qualification[$0] }.reduce(takingBest ? Int.min : Int.max) { takingBest ? max($0, $1) : min($0, $1) }
        candidates.removeAll { qualification[$0] != extreme }
        level = next
        if level == 0 { break }
      }
      classes.append(candidates)
      left.removeAll { candidates.contains($0) }
    }
    return classes
  }

  private func discrimination(_ level: Double) -> Double { discriminationConstant + discriminationSlope * level }

  /// The largest credibility between different candidates that is below a limit; 0 when there is none.
  private func largest(_ credibility: [Double], _ n: Int, _ candidates: [Int], below limit: Double) -> Double {
    var result = 0.0
    for a in candidates {
      for b in candidates where a != b && credibility[a * n + b] < limit { result = max(result, credibility[a * n + b]) }
    }
    return result
  }
}
