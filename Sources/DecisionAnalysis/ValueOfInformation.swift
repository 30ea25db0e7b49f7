/// Which missing fact, once known, would change the short list most.
///
/// A fact is the worth of one alternative on one criterion, anywhere between low and high with equal chance, all else at its expected worth.
/// The alternative's score then moves along a straight line, so the chance that it enters or leaves the short list is exact.
/// Source: the value of perfect information of Howard (1966), Information value theory, IEEE Trans. SSC 2(1), 22–26, with the membership of
/// the short list as the payoff.
public struct ValueOfInformation: Sendable, Equatable {
  /// One missing fact.
  public struct Fact: Sendable, Equatable {
    /// The alternative.
    public let alternative: Int
    /// The criterion.
    public let criterion: Int
    /// Chance that knowing it changes who is on the short list, 0…1.
    public let changeProbability: Double
    /// The rank at the best worth the fact may have, all else as expected.
    public let bestRank: Int
    /// The rank at the worst.
    public let worstRank: Int
    /// By how many points of the score the fact decides.
    public let scoreSpan: Double
  }

  /// Facts by falling chance to change the short list, then by rank span, score span, alternative and criterion.
  public let facts: [Fact]
  /// Sum of chances over all facts of each criterion: what to survey everywhere.
  public let byCriterion: [Double]

  /// Weighs every unknown entry of a batch; entries with low = high tell nothing. O(u log n + n·m) for u unknown entries.
  ///
  /// `limit` keeps the most telling facts only. Throws when columns do not fit the model, or the short list is empty.
  public init(_ model: AdditiveValueModel, _ columns: [AdditiveValueModel.Column], shortListCount: Int, limit: Int = .max)
    throws(DecisionError)
  {
    guard shortListCount > 0 else { throw .parameter(name: "short list", value: Double(shortListCount), allowed: "1 or more") }
    let scores = try model.scores(columns).score
    let n = scores.count
    let order = orderBestFirst(scores)
    var place = [Int](repeating: 0, count: n)
    for (position, alternative) in order.enumerated() { place[alternative] = position }
    let sorted = order.map { scores[$0] }
    let k = min(shortListCount, n)
    var facts: [Fact] = []
    var byCriterion = [Double](repeating: 0, count: columns.count)
    for (j, column) in columns.enumerated() {
      let points = model.weights[j] * 100
      for i in 0..<n where column.high[i] > column.low[i] {
        let low = scores[i] + points * (column.low[i] - column.expected[i])
        let high = scores[i] + points * (column.high[i] - column.expected[i])
        var chance = 0.0
        if k < n {
          // On the list: out when it falls below the first outside. Outside: in when it rises above the last inside.
          let isListed = place[i] < k
          let mark = isListed ? sorted[k] : sorted[k - 1]
          let share = min(1, max(0, (mark - low) / (high - low)))
          chance = isListed ? share : 1 - share
        }
        byCriterion[j] += chance
        let best = 1 + Self.countAbove(sorted, high, excluding: scores[i])
        let worst = 1 + Self.countAbove(sorted, low, excluding: scores[i])
        facts.append(
          Fact(alternative: i, criterion: j, changeProbability: chance, bestRank: best, worstRank: worst, scoreSpan: high - low))
      }
    }
    facts.sort { a, b in
      if a.changeProbability != b.changeProbability { return a.changeProbability > b.changeProbability }
      let spanA = a.worstRank - a.bestRank
      let spanB = b.worstRank - b.bestRank
      if spanA != spanB { return spanA > spanB }
      if a.scoreSpan != b.scoreSpan { return a.scoreSpan > b.scoreSpan }
      return (a.alternative, a.criterion) < (b.alternative, b.criterion)
    }
    self.facts = limit < facts.count ? Array(facts.prefix(limit)) : facts
    self.byCriterion = byCriterion
  }

  /// How many of the descending scores lie above a mark, the one of the alternative itself left out.
  private static func countAbove(_ descending: [Double], _ mark: Double, excluding own: Double) -> Int {
    var low = 0
    var high = descending.count
    while low < high {
      let middle = (low + high) / 2
      if descending[middle] > mark { low = middle + 1 } else { high = middle }
    }
    return own > mark ? low - 1 : low
  }
}
