import DecisionAnalysis
import Testing

@Suite struct SeededGeneratorTests {
  @Test("A seed repeats, another differs, streams of one seed differ")
  func repeats() {
    var a = SeededGenerator(seed: 42)
    var b = SeededGenerator(seed: 42)
    var c = SeededGenerator(seed: 43)
    var d = SeededGenerator(seed: 42, stream: 1)
    let first = (0..<100).map { _ in a.next() }
    #expect(first == (0..<100).map { _ in b.next() })
    #expect(Set(first).isDisjoint(with: (0..<100).map { _ in c.next() }))
    #expect(Set(first).isDisjoint(with: (0..<100).map { _ in d.next() }))
  }

  @Test("Seed 0 starts SplitMix64 as published, so the first output of xoshiro256** is known")
  func published() {
    // SplitMix64 from 0 gives e220a8397b1dcdaf, 6e789e6aa1b965f4, …; xoshiro256** answers rotl(s₁·5, 7)·9.
    var generator = SeededGenerator(seed: 0)
    let product = 0x6e78_9e6a_a1b9_65f4 as UInt64 &* 5
    #expect(generator.next() == ((product << 7) | (product >> 57)) &* 9)
  }

  @Test("Means and variances of uniform, normal, exponential and gamma numbers", arguments: [1, 2] as [UInt64])
  func moments(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func check(_ mean: Double, _ variance: Double, _ name: String, _ draw: (inout SeededGenerator) -> Double) {
      let draws = (0..<100_000).map { _ in draw(&generator) }
      let found = draws.reduce(0, +) / 100_000
      let spread = draws.reduce(0) { $0 + ($1 - found) * ($1 - found) } / 99_999
      #expect((found - mean).magnitude < 5 * (variance / 100_000).squareRoot(), "mean of \(name), seed \(seed)")
      #expect((spread / variance - 1).magnitude < 0.04, "variance of \(name), seed \(seed)")
    }
    check(0.5, 1.0 / 12, "uniform") { $0.uniform() }
    check(0, 1, "normal") { $0.normal() }
    check(1, 1, "exponential") { $0.exponential() }
    check(0.3, 0.3, "gamma 0.3") { $0.gamma(shape: 0.3) }
    check(2.5, 2.5, "gamma 2.5") { $0.gamma(shape: 2.5) }
    check(0.25, 0.25 * 0.75 / 9, "first of Dirichlet(2, 6)") { $0.dirichlet([2, 6])[0] }
  }

  @Test("Shares of a Dirichlet vector are positive and sum to one, even for tiny concentrations")
  func shares() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<1_000 {
      let shares = generator.dirichlet([0.001, 1, 30])
      #expect((shares.reduce(0, +) - 1).magnitude < 1e-12 && shares.allSatisfy { $0 >= 0 })
    }
  }
}
