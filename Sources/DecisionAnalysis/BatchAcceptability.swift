/// SMAA for large batches on known utilities: exact ranks of every alternative in every draw of weights, in linear memory.
///
/// For each alternative it keeps the mean and the deviation of its rank and how often it is first or among the best `shortListCount`; for the
/// short list (the best under the mean of the weight space) it keeps the rank in every draw, hence full rank acceptability.
/// Source: Lahdelma, Salminen (2001), SMAA-2, Operations Research 49(3), 444–454.
public struct BatchAcceptability: Sendable, Equatable {
  /// The weights that are thought possible.
  public var weights: WeightSpace
  /// How many draws.
  public var draws: Int
  /// The seed; the same seed gives the same result.
  public var seed: UInt64
  /// How many alternatives make the short list.
  public var shortListCount: Int

  /// SMAA over a space of weights with 1,000 draws unless said otherwise.
  public init(weights: WeightSpace = .simplex, draws: Int = 1_000, seed: UInt64 = 1, shortListCount: Int) {
    self.weights = weights
    self.draws = draws
    self.seed = seed
    self.shortListCount = shortListCount
  }

  /// What the draws say about a batch.
  public struct Result: Sendable, Equatable {
    /// The number of draws.
    public let draws: Int
    /// Mean rank of each alternative, from 1.
    public let meanRanks: [Double]
    /// Standard deviation of the rank of each alternative over the draws.
    public let rankDeviations: [Double]
    /// Share of draws in which each alternative is first, alone or with equals.
    public let firstAcceptability: [Double]
    /// Share of draws in which each alternative is among the best `shortListCount`.
    public let shortListAcceptability: [Double]
    /// The short list, best first under the mean of the weight space.
    public let shortList: [Int]
    /// Rank of each short-listed alternative in each draw, from 1, at `position * draws + draw`.
    public let shortListRanks: [UInt32]

    /// Ranks that the alternative at a position of the short list took with the share of draws, by rising rank. O(draws log draws).
    public func acceptabilities(position: Int) -> [(rank: Int, share: Double)] {
      let ranks = shortListRanks[position * draws..<(position + 1) * draws].sorted()
      var result: [(rank: Int, share: Double)] = []
      var start = 0
      while start < ranks.count {
        var end = start
        while end < ranks.count && ranks[end] == ranks[start] { end += 1 }
        result.append((Int(ranks[start]), Double(end - start) / Double(draws)))
        start = end
      }
      return result
    }

    /// The lowest and highest rank between which the alternative at a position lies in at least `share` of the draws, tails cut evenly.
    public func rankRange(position: Int, share: Double = 0.9) -> ClosedRange<Int> {
      let ranks = shortListRanks[position * draws..<(position + 1) * draws].sorted()
      let cut = Int((1 - share) / 2 * Double(draws) + 1e-9)
      return Int(ranks[cut])...Int(ranks[draws - 1 - cut])
    }
  }

  /// Draws weights over a column-major table of utilities, higher is better. O(draws·n·m); memory O(n + short list · draws).
  ///
  /// Throws when counts do not fit, a utility is not finite, or the space of weights does not fit or is empty.
  public func evaluate(utilities: [Double], alternativeCount n: Int) throws(DecisionError) -> Result {
    let m = try criterionCount(utilities, n)
    try weights.validate(m)
    guard draws > 0 else { throw .parameter(name: "draws", value: Double(draws), allowed: "1 or more") }
    guard shortListCount > 0 else { throw .parameter(name: "short list", value: Double(shortListCount), allowed: "1 or more") }
    let k = min(shortListCount, n)
    var generator = SeededGenerator(seed: seed, stream: 1)
    var sampler = WeightSampler(weights, m, &generator)
    // All weights first: their mean chooses the short list, and draws can then go four at a time.
    var drawn = [Double](repeating: 0, count: draws * m)
    var mean = [Double](repeating: 0, count: m)
    var w = mean
    for draw in 0..<draws {
      sampler.draw(&generator, into: &w)
      for j in 0..<m {
        drawn[draw * m + j] = w[j]
        mean[j] += w[j] / Double(draws)
      }
    }
    let central = affineSum(utilities, count: n, scales: mean, offset: 0)
    let shortList = Array(orderBestFirst(central).prefix(k))
    var tally = RankTally(n, shortList, draws)
    var scores = [Double](repeating: 0, count: 4 * n)
    var start = 0
    while start < draws {
      let lanes = min(4, draws - start)
      scoreFourDraws(utilities, n, m, drawn, start, lanes, &scores)
      for lane in 0..<lanes { tally.add(scores, lane * n, draw: start + lane, best: k) }
      start += lanes
    }
    let share = 1 / Double(draws)
    var deviations = [Double](repeating: 0, count: n)
    var means = deviations
    for i in 0..<n {
      means[i] = Double(tally.sum[i]) * share
      deviations[i] = max(0, tally.squares[i] * share - means[i] * means[i]).squareRoot()
    }
    return Result(
      draws: draws, meanRanks: means, rankDeviations: deviations, firstAcceptability: tally.firsts.map { Double($0) * share },
      shortListAcceptability: tally.best.map { Double($0) * share }, shortList: shortList, shortListRanks: tally.shortListRanks)
  }
}

/// Weighted sums of every alternative under four weight vectors: a tile of four rows by four draws stays in registers over all criteria.
private func scoreFourDraws(
  _ utilities: [Double], _ n: Int, _ m: Int, _ drawn: [Double], _ start: Int, _ lanes: Int, _ scores: inout [Double]
) {
  withUnsafeTemporaryAllocation(of: SIMD4<Double>.self, capacity: 4 * m) { splat in
    for j in 0..<m {
      for lane in 0..<4 { splat[4 * j + lane] = SIMD4(repeating: drawn[(start + min(lane, lanes - 1)) * m + j]) }
    }
    utilities.withUnsafeBytes { source in
      scores.withUnsafeMutableBytes { target in
        let stride = n * 8
        let tiles = n / 4
        for tile in 0..<tiles {
          var a0 = SIMD4<Double>(repeating: 0)
          var a1 = a0
          var a2 = a0
          var a3 = a0
          var offset = tile * 32
          for j in 0..<m {
            let x = source.loadUnaligned(fromByteOffset: offset, as: SIMD4<Double>.self)
            a0 += x * splat[4 * j]
            a1 += x * splat[4 * j + 1]
            a2 += x * splat[4 * j + 2]
            a3 += x * splat[4 * j + 3]
            offset += stride
          }
          target.storeBytes(of: a0, toByteOffset: tile * 32, as: SIMD4<Double>.self)
          target.storeBytes(of: a1, toByteOffset: stride + tile * 32, as: SIMD4<Double>.self)
          target.storeBytes(of: a2, toByteOffset: 2 * stride + tile * 32, as: SIMD4<Double>.self)
          target.storeBytes(of: a3, toByteOffset: 3 * stride + tile * 32, as: SIMD4<Double>.self)
        }
      }
    }
    for i in (n / 4 * 4)..<n {
      for lane in 0..<4 {
        var sum = 0.0
        for j in 0..<m { sum += utilities[j * n + i] * splat[4 * j + lane][0] }
        scores[lane * n + i] = sum
      }
    }
  }
}

/// Ranks of one draw after the other, added up.
private struct RankTally {
  var sum: [Int]
  var squares: [Double]
  var firsts: [UInt32]
  var best: [UInt32]
  var shortListRanks: [UInt32]
  private let shortList: [Int]
  private let draws: Int
  private var rank: [UInt32]
  private var first: [UInt64]
  private var second: [UInt64]

  init(_ n: Int, _ shortList: [Int], _ draws: Int) {
    sum = [Int](repeating: 0, count: n)
    squares = [Double](repeating: 0, count: n)
    firsts = [UInt32](repeating: 0, count: n)
    best = firsts
    rank = firsts
    first = [UInt64](repeating: 0, count: n)
    second = first
    self.shortList = shortList
    self.draws = draws
    shortListRanks = [UInt32](repeating: 0, count: shortList.count * draws)
  }

  mutating func add(_ scores: [Double], _ offset: Int, draw: Int, best k: Int) {
    let n = sum.count
    scores.withUnsafeBufferPointer { all in
      let scores = UnsafeBufferPointer(rebasing: all[offset..<offset + n])
      first.withUnsafeMutableBufferPointer { a in
        second.withUnsafeMutableBufferPointer { b in
          rank.withUnsafeMutableBufferPointer { rank in rankDescending(scores, a, b, rank) }
        }
      }
    }
    rank.withUnsafeBufferPointer { rank in
      sum.withUnsafeMutableBufferPointer { sum in
        squares.withUnsafeMutableBufferPointer { squares in
          for i in 0..<n {
            sum[i] &+= Int(rank[i])
            let value = Double(rank[i])
            squares[i] += value * value
          }
        }
      }
      let limit = UInt32(truncatingIfNeeded: k)
      firsts.withUnsafeMutableBufferPointer { firsts in
        best.withUnsafeMutableBufferPointer { best in
          for i in 0..<n { firsts[i] &+= rank[i] == 1 ? 1 : 0 }
          for i in 0..<n { best[i] &+= rank[i] <= limit ? 1 : 0 }
        }
      }
      for (position, alternative) in shortList.enumerated() { shortListRanks[position * draws + draw] = rank[alternative] }
    }
  }
}

/// Competition ranks, 1 for the highest score, exact for any scores.
///
/// Scores become 32-bit distances from the best, sorted by their upper 22 bits in two passes; a walk then sets right what the lower bits, or
/// scores that share a distance, got wrong. Scores so unevenly spread that the walk would be long are sorted on all their bits instead.
private func rankDescending(
  _ scores: UnsafeBufferPointer<Double>, _ a: UnsafeMutableBufferPointer<UInt64>, _ b: UnsafeMutableBufferPointer<UInt64>,
  _ rank: UnsafeMutableBufferPointer<UInt32>
) {
  let n = scores.count
  let raw = UnsafeRawBufferPointer(scores)
  var lows = SIMD4<Double>(repeating: .infinity)
  var highs = SIMD4<Double>(repeating: -.infinity)
  for block in 0..<(n / 4) {
    let x = raw.loadUnaligned(fromByteOffset: block * 32, as: SIMD4<Double>.self)
    lows = x.replacing(with: lows, where: lows .< x)
    highs = x.replacing(with: highs, where: highs .> x)
  }
  var low = lows.min()
  var high = highs.max()
  for i in (n / 4 * 4)..<n {
    low = min(low, scores[i])
    high = max(high, scores[i])
  }
  let range = high - low
  guard range > 0 else {
    for i in 0..<n { rank[i] = 1 }
    return
  }
  let scale = 4_294_967_040 / range
  var isWellSpread = scale.isFinite
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4096) { counts in
    guard isWellSpread else { return }
    counts.initialize(repeating: 0)
    for i in 0..<n {
      let distance = UInt64(UInt32(truncatingIfNeeded: Int64((high - scores[i]) * scale)))
      counts[Int(distance >> 10 & 2047)] &+= 1
      counts[2048 + Int(distance >> 21)] &+= 1
      a[i] = distance << 32 | UInt64(truncatingIfNeeded: i)
    }
    var lower: UInt32 = 0
    var upper: UInt32 = 0
    for digit in 0..<2048 {
      let l = counts[digit]
      counts[digit] = lower
      lower &+= l
      let u = counts[2048 + digit]
      counts[2048 + digit] = upper
      upper &+= u
    }
    for i in 0..<n {
      let item = a[i]
      let digit = Int(item >> 42 & 2047)
      b[Int(counts[digit])] = item
      counts[digit] &+= 1
    }
    for i in 0..<n {
      let item = b[i]
      let digit = 2048 + Int(item >> 53)
      a[Int(counts[digit])] = item
      counts[digit] &+= 1
    }
    var moves = 0
    for i in stride(from: 1, to: n, by: 1) {
      let item = a[i]
      let key = item >> 32
      guard a[i - 1] >> 32 >= key else { continue }
      let score = scores[Int(item & 0xFFFF_FFFF)]
      var place = i
      while place > 0 {
        let other = a[place - 1] >> 32
        guard other > key || (other == key && scores[Int(a[place - 1] & 0xFFFF_FFFF)] < score) else { break }
        a[place] = a[place - 1]
        place -= 1
      }
      a[place] = item
      moves += i - place
      if moves > 16 * n {
        isWellSpread = false
        return
      }
    }
  }
  if isWellSpread {
    // Different distances are different scores; only equal ones need a second look.
    var leader = 1
    var before = UInt64.max
    for position in 0..<n {
      let item = a[position]
      let alternative = Int(item & 0xFFFF_FFFF)
      if item >> 32 != before || scores[alternative] < scores[Int(a[position - 1] & 0xFFFF_FFFF)] { leader = position + 1 }
      before = item >> 32
      rank[alternative] = UInt32(truncatingIfNeeded: leader)
    }
    return
  }
  let order = sortedByKey(scores.map { -$0 })
  var leader = 0
  for position in 0..<n {
    if scores[Int(order[position])] < scores[Int(order[leader])] { leader = position }
    rank[Int(order[position])] = UInt32(leader + 1)
  }
}
