/// ELECTRE I: chooses the kernel, the alternatives that together outrank all others and do not outrank each other.
///
/// a outranks b when concordance ≥ c and discordance ≤ d. Alternatives that outrank each other in a circle count as one class (Roy), so a
/// kernel always exists and is unique. Source: Roy (1968), RIRO 2(8), 57–75; Figueira, Mousseau, Roy (2016), ELECTRE methods, 155–185.
public struct ELECTREI: Sendable, Equatable {
  /// Least share of weight that must agree.
  public var concordanceThreshold: Double
  /// Largest deficit that is borne.
  public var discordanceThreshold: Double
  /// How deficits become comparable.
  public var normalisation: Normalisation

  /// ELECTRE I with thresholds 0.65 and 0.35 and division by column sums unless said otherwise.
  public init(concordanceThreshold: Double = 0.65, discordanceThreshold: Double = 0.35, normalisation: Normalisation = .sum) {
    self.concordanceThreshold = concordanceThreshold
    self.discordanceThreshold = discordanceThreshold
    self.normalisation = normalisation
  }

  /// The kernel and the relation behind it.
  public struct Result: Sendable, Equatable {
    /// Concordance and discordance of every pair.
    public let indices: OutrankingIndices
    /// Whether a outranks b, at `a * n + b`; false on the diagonal.
    public let outranks: [Bool]
    /// Classes of alternatives that outrank each other in a circle, each in table order; most hold one alternative.
    public let classes: [[Int]]
    /// The kernel, in table order.
    public let kernel: [Int]
  }

  /// Compares every pair and finds the kernel. O(m·n² + n³ at worst for circles).
  ///
  /// Throws when a threshold leaves [0, 1], values do not fit the normalisation or no criterion varies.
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    try requireShare(concordanceThreshold, "concordance threshold")
    try requireShare(discordanceThreshold, "discordance threshold")
    let indices = try OutrankingIndices(matrix, normalisation: normalisation)
    let n = matrix.alternativeCount
    var outranks = [Bool](repeating: false, count: n * n)
    for a in 0..<n {
      for b in 0..<n where a != b {
        outranks[a * n + b] =
          indices.concordance[a * n + b] >= concordanceThreshold - thresholdSlack
          && indices.discordance[a * n + b] <= discordanceThreshold + thresholdSlack
      }
    }
    let classes = circles(outranks, n)
    return Result(indices: indices, outranks: outranks, classes: classes, kernel: kernel(outranks, n, classes))
  }
}

/// Strongly connected classes of a relation, ordered by their first member. O(n²) for each class found.
func circles(_ relation: [Bool], _ n: Int) -> [[Int]] {
  var classOf = [Int](repeating: -1, count: n)
  var classes: [[Int]] = []
  for start in 0..<n where classOf[start] < 0 {
    let forward = reachable(relation, n, start, forward: true)
    let backward = reachable(relation, n, start, forward: false)
    let members = (0..<n).filter { forward[$0] && backward[$0] }
    for member in members { classOf[member] = classes.count }
    classes.append(members)
  }
  return classes
}

private func reachable(_ relation: [Bool], _ n: Int, _ start: Int, forward: Bool) -> [Bool] {
  var seen = [Bool](repeating: false, count: n)
  seen[start] = true
  var open = [start]
  while let node = open.popLast() {
    for other in 0..<n where !seen[other] && (forward ? relation[node * n + other] : relation[other * n + node]) {
      seen[other] = true
      open.append(other)
    }
  }
  return seen
}

/// The kernel of the classes: repeatedly takes classes that no undecided class outranks and drops what they outrank.
private func kernel(_ relation: [Bool], _ n: Int, _ classes: [[Int]]) -> [Int] {
  let count = classes.count
  var over = [Bool](repeating: false, count: count * count)
  for a in 0..<count {
    for b in 0..<count where a != b {
      over[a * count + b] = classes[a].contains { x in classes[b].contains { relation[x * n + $0] } }
    }
  }
  var undecided = [Bool](repeating: true, count: count)
  var chosen: [Int] = []
  var remaining = count
  while remaining > 0 {
    let top = (0..<count).filter { b in undecided[b] && !(0..<count).contains { undecided[$0] && over[$0 * count + b] } }
    for a in top {
      undecided[a] = false
      remaining -= 1
      chosen += classes[a]
    }
    for b in 0..<count where undecided[b] && top.contains(where: { over[$0 * count + b] }) {
      undecided[b] = false
      remaining -= 1
    }
  }
  return chosen.sorted()
}
