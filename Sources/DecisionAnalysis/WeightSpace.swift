/// The weights that are thought possible, as a distribution on the simplex of shares that sum to 1.
public enum WeightSpace: Sendable, Equatable {
  /// Every weight vector is equally likely.
  case simplex
  /// Dirichlet around a profile: α = concentration · profile, so that the mean is the profile and a higher concentration is tighter.
  case dirichlet(profile: [Double], concentration: Double)
  /// Every weight vector that respects an order of importance; groups lead from most to least important, nothing is known within a group.
  case ordinal([[Int]])
  /// Every weight vector with lowₖ ≤ wₖ ≤ highₖ.
  case intervals(low: [Double], high: [Double])
  /// One weight vector.
  case fixed([Double])

  /// Throws unless the space fits the number of criteria and holds a weight vector.
  func validate(_ m: Int) throws(DecisionError) {
    switch self {
    case .simplex: return
    case .dirichlet(let profile, let concentration):
      try requireWeights(profile, m)
      guard concentration > 0 && concentration.isFinite else {
        throw .parameter(name: "concentration", value: concentration, allowed: "finite and above zero")
      }
    case .fixed(let weights): try requireWeights(weights, m)
    case .ordinal(let groups):
      guard groups.flatMap({ $0 }).sorted() == Array(0..<m) else {
        throw .infeasible(detail: "the order of importance must name each of the \(m) criteria once")
      }
    case .intervals(let low, let high):
      guard low.count == m && high.count == m else {
        throw .count(what: "weight intervals", found: min(low.count, high.count), expected: m)
      }
      for j in 0..<m where !(low[j] >= 0 && low[j] <= high[j] && high[j] <= 1) { throw .bounds(column: j, low: low[j], high: high[j]) }
      let least = low.reduce(0, +)
      let most = high.reduce(0, +)
      guard least <= 1 + 1e-12 && most >= 1 - 1e-12 else {
        throw .infeasible(detail: "weights sum to 1, but the lower ends sum to \(least) and the upper ends to \(most)")
      }
    }
  }

  private func requireWeights(_ weights: [Double], _ m: Int) throws(DecisionError) {
    guard weights.count == m else { throw .count(what: "weights", found: weights.count, expected: m) }
    for (column, weight) in weights.enumerated() where !(weight > 0 && weight.isFinite) { throw .weight(column: column, value: weight) }
  }
}

/// Draws weight vectors one after the other.
struct WeightSampler {
  private let space: WeightSpace
  private let alpha: [Double]
  private var current: [Double]
  private var scratch: [Double]
  private var order: [Int] = []
  private let walks: Bool

  /// A sampler of a validated space of m criteria.
  ///
  /// Weight intervals are drawn by rejection from the shifted simplex while that succeeds often enough, else by a random walk.
  init(_ space: WeightSpace, _ m: Int, _ generator: inout SeededGenerator) {
    self.space = space
    var walks = false
    var start = [Double](repeating: 1 / Double(m), count: m)
    switch space {
    case .dirichlet(let profile, let concentration):
      let sum = profile.reduce(0, +)
      alpha = profile.map { $0 / sum * concentration }
    case .fixed(let weights):
      let sum = weights.reduce(0, +)
      start = weights.map { $0 / sum }
      alpha = start
    case .intervals(let low, let high):
      alpha = [Double](repeating: 1, count: m)
      let slack = 1 - low.reduce(0, +)
      let room = zip(low, high).reduce(0) { $0 + ($1.1 - $1.0) }
      start = (0..<m).map { low[$0] + (room > 0 ? slack * (high[$0] - low[$0]) / room : 0) }
      var hits = 0
      var trial = generator
      for _ in 0..<200 {
        let shares = trial.dirichlet(alpha)
        if (0..<m).allSatisfy({ low[$0] + slack * shares[$0] <= high[$0] }) { hits += 1 }
      }
      walks = hits < 4
    case .ordinal(let groups):
      alpha = [Double](repeating: 1, count: m)
      order = groups.flatMap { $0 }
    case .simplex:
      alpha = [Double](repeating: 1, count: m)
    }
    current = start
    scratch = start
    self.walks = walks
    if walks { for _ in 0..<50 { step(&generator) } }
  }

  /// The next weight vector; it sums to 1.
  mutating func draw(_ generator: inout SeededGenerator, into weights: inout [Double]) {
    switch space {
    case .fixed: weights = current
    case .simplex, .dirichlet: generator.fillDirichlet(alpha, &weights)
    case .ordinal(let groups):
      generator.fillDirichlet(alpha, &scratch)
      scratch.sort(by: >)
      // Any order within a group is as likely as another: shuffle its members over its places.
      var place = 0
      for group in groups {
        var members = group
        members.shuffle(using: &generator)
        for member in members {
          weights[member] = scratch[place]
          place += 1
        }
      }
    case .intervals(let low, let high):
      if walks {
        step(&generator)
        weights = current
        return
      }
      let slack = 1 - low.reduce(0, +)
      repeat {
        generator.fillDirichlet(alpha, &weights)
        for j in weights.indices { weights[j] = low[j] + slack * weights[j] }
      } while !weights.indices.allSatisfy { weights[$0] <= high[$0] }
    }
  }

  /// A sweep of the random walk: weight moves between random pairs, uniformly over what both intervals allow (Gibbs sampling).
  private mutating func step(_ generator: inout SeededGenerator) {
    guard case .intervals(let low, let high) = space, current.count > 1 else { return }
    let m = current.count
    for _ in 0..<(4 * m) {
      let a = Int.random(in: 0..<m, using: &generator)
      let b = (a + Int.random(in: 1..<m, using: &generator)) % m
      let sum = current[a] + current[b]
      let least = max(low[a], sum - high[b])
      let most = min(high[a], sum - low[b])
      guard most > least else { continue }
      current[a] = least + (most - least) * generator.uniform()
      current[b] = sum - current[a]
    }
  }
}
