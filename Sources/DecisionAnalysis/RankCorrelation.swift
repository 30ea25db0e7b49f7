/// The product-moment correlation of two lists; nil when one of them does not vary. O(n).
public func pearsonCorrelation(_ x: [Double], _ y: [Double]) -> Double? {
  precondition(x.count == y.count, "lists of different length")
  guard x.count > 1 else { return nil }
  let meanX = x.reduce(0, +) / Double(x.count)
  let meanY = y.reduce(0, +) / Double(y.count)
  var xx = 0.0
  var yy = 0.0
  var xy = 0.0
  for i in x.indices {
    let a = x[i] - meanX
    let b = y[i] - meanY
    xx += a * a
    yy += b * b
    xy += a * b
  }
  guard xx > 0 && yy > 0 else { return nil }
  return min(1, max(-1, xy / (xx * yy).squareRoot()))
}

/// Spearman's rank correlation, equals sharing mean ranks; nil when one list does not vary. O(n log n).
///
/// Source: Spearman (1904), The proof and measurement of association between two things.
public func spearmanCorrelation(_ x: [Double], _ y: [Double]) -> Double? {
  pearsonCorrelation(averageRanks(x), averageRanks(y))
}

/// Kendall's τ-b, corrected for equals; nil when one list does not vary. O(n log n).
///
/// Source: Kendall (1945), The treatment of ties in ranking problems; Knight (1966), A computer method for calculating Kendall's tau, JASA 61.
public func kendallTau(_ x: [Double], _ y: [Double]) -> Double? {
  precondition(x.count == y.count, "lists of different length")
  let n = x.count
  guard n > 1 else { return nil }
  let rankX = averageRanks(x)
  let rankY = averageRanks(y)
  // By x, equals of x by y: two stable sorts.
  let byY = sortedByKey(rankY)
  let reordered = byY.map { rankX[Int($0)] }
  let order = sortedByKey(reordered).map { Int(byY[Int($0)]) }
  var tiesX = 0.0
  var tiesY = 0.0
  var tiesBoth = 0.0
  var runX = 1.0
  var runBoth = 1.0
  for i in 1..<n {
    let sameX = rankX[order[i]] == rankX[order[i - 1]]
    let sameY = rankY[order[i]] == rankY[order[i - 1]]
    if sameX {
      runX += 1
    } else {
      tiesX += runX * (runX - 1) / 2
      runX = 1
    }
    if sameX && sameY {
      runBoth += 1
    } else {
      tiesBoth += runBoth * (runBoth - 1) / 2
      runBoth = 1
    }
  }
  tiesX += runX * (runX - 1) / 2
  tiesBoth += runBoth * (runBoth - 1) / 2
  var runY = 1.0
  for i in 1..<n {
    if rankY[Int(byY[i])] == rankY[Int(byY[i - 1])] {
      runY += 1
    } else {
      tiesY += runY * (runY - 1) / 2
      runY = 1
    }
  }
  tiesY += runY * (runY - 1) / 2
  var sequence = order.map { rankY[$0] }
  let exchanges = Double(inversions(&sequence))
  let pairs = Double(n) * Double(n - 1) / 2
  let denominator = ((pairs - tiesX) * (pairs - tiesY)).squareRoot()
  guard denominator > 0 else { return nil }
  let score = pairs - tiesX - tiesY + tiesBoth - 2 * exchanges
  return min(1, max(-1, score / denominator))
}

/// Pairs out of order, counted by a merge sort; the sequence ends sorted.
private func inversions(_ sequence: inout [Double]) -> Int {
  var count = 0
  var width = 1
  var source = sequence
  var target = sequence
  let n = sequence.count
  while width < n {
    var start = 0
    while start < n {
      let middle = min(start + width, n)
      let end = min(start + 2 * width, n)
      var left = start
      var right = middle
      for place in start..<end {
        if left < middle && (right >= end || source[left] <= source[right]) {
          target[place] = source[left]
          left += 1
        } else {
          target[place] = source[right]
          count += middle - left
          right += 1
        }
      }
      start = end
    }
    swap(&source, &target)
    width *= 2
  }
  sequence = source
  return count
}

/// How far several rankings of the same alternatives agree.
public struct RankingAgreement: Sendable, Equatable {
  /// The names of the rankings.
  public let names: [String]
  /// Kendall's τ-b of each pair of rankings, row by row; nil where a ranking does not vary.
  public let kendall: [Double?]
  /// Spearman's rank correlation of each pair, row by row; nil where a ranking does not vary.
  public let spearman: [Double?]
  /// Alternatives that every ranking puts first, alone or with others.
  public let unanimousFirst: [Int]
  /// The lowest and the highest rank of each alternative over all rankings.
  public let rankRanges: [ClosedRange<Int>]

  /// Compares rankings (1 is best). Throws when there are none or they rank different numbers of alternatives. O(k²·n log n).
  public init(names: [String], ranks: [[Int]]) throws(DecisionError) {
    guard let first = ranks.first, !first.isEmpty else { throw .empty(what: "rankings") }
    guard names.count == ranks.count else { throw .count(what: "names", found: names.count, expected: ranks.count) }
    for ranking in ranks where ranking.count != first.count {
      throw .count(what: "ranks", found: ranking.count, expected: first.count)
    }
    let lists = ranks.map { $0.map(Double.init) }
    var kendall: [Double?] = []
    var spearman: [Double?] = []
    for a in lists {
      for b in lists {
        kendall.append(kendallTau(a, b))
        spearman.append(spearmanCorrelation(a, b))
      }
    }
    self.names = names
    self.kendall = kendall
    self.spearman = spearman
    unanimousFirst = first.indices.filter { i in ranks.allSatisfy { $0[i] == 1 } }
    rankRanges = first.indices.map { i in
      let own = ranks.map { $0[i] }
      return (own.min() ?? 1)...(own.max() ?? 1)
    }
  }
}
