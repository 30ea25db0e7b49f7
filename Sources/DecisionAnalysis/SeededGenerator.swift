import Glibc

/// A deterministic generator of random numbers: xoshiro256**, seeded by SplitMix64. The same seed gives the same draws everywhere.
///
/// Source: Blackman, Vigna (2021), Scrambled linear pseudorandom number generators, ACM TOMS 47(4). Period 2²⁵⁶ − 1; not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64
  private var spare: Double?

  /// A generator for a seed; any seed is good, neighbouring seeds give unrelated streams.
  public init(seed: UInt64) {
    var state = seed
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    s0 = next()
    s1 = next()
    s2 = next()
    s3 = next()
  }

  /// A generator for one of many independent streams under a seed, for example one for each site.
  public init(seed: UInt64, stream: UInt64) {
    var mixer = SeededGenerator(seed: seed ^ (stream &* 0xD134_2543_DE82_EF95))
    self.init(seed: mixer.next() ^ stream)
  }

  /// The next 64 random bits.
  @inline(__always)
  public mutating func next() -> UInt64 {
    let product = s1 &* 5
    let result = ((product << 7) | (product >> 57)) &* 9
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = (s3 << 45) | (s3 >> 19)
    return result
  }

  /// A number in [0, 1) on the grid of 2⁻⁵³.
  @inline(__always)
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in (0, 1), safe for logarithms.
  @inline(__always)
  public mutating func openUniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// A standard normal number by the polar method of Marsaglia, Bray (1964), two at a time.
  public mutating func normal() -> Double {
    if let kept = spare {
      spare = nil
      return kept
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square < 1 && square > 0 {
        let factor = (-2 * log(square) / square).squareRoot()
        spare = y * factor
        return x * factor
      }
    }
  }

  /// An exponential number of mean 1.
  public mutating func exponential() -> Double { -log(openUniform()) }

  /// A gamma number of the given shape above zero and scale 1, by Marsaglia, Tsang (2000), ACM TOMS 26(3), 363–372.
  public mutating func gamma(shape: Double) -> Double {
    precondition(shape > 0, "a gamma shape must be above zero")
    if shape < 1 {
      // Γ(a) = Γ(a + 1)·U^(1/a).
      return gamma(shape: shape + 1) * pow(openUniform(), 1 / shape)
    }
    let d = shape - 1.0 / 3.0
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      let u = openUniform()
      if u < 1 - 0.0331 * (x * x) * (x * x) { return d * v }
      if log(u) < 0.5 * x * x + d * (1 - v + log(v)) { return d * v }
    }
  }

  /// A Dirichlet vector: shares that sum to 1, with the given concentrations above zero.
  public mutating func dirichlet(_ alpha: [Double]) -> [Double] {
    var shares = alpha
    fillDirichlet(alpha, &shares)
    return shares
  }

  /// Draws a Dirichlet vector into an array of the same length, without another allocation.
  mutating func fillDirichlet(_ alpha: [Double], _ shares: inout [Double]) {
    var sum = 0.0
    repeat {
      sum = 0
      for k in alpha.indices {
        let value = alpha[k] == 1 ? exponential() : gamma(shape: alpha[k])
        shares[k] = value
        sum += value
      }
    } while !(sum > 0)
    for k in alpha.indices { shares[k] /= sum }
  }
}
