import Testing

@testable import ProjectFinance

@Suite("Financing stack")
struct FinancingStackTests {
  static func problem() -> FinancingProblem {
    let years = 25
    let capital = [600_000.0, 400_000] + [Double](repeating: 0, count: years - 2)
    let cash = [0.0, 0] + [Double](repeating: 50_000, count: years - 2)
    return FinancingProblem(
      capitalCost: capital, cashAvailable: cash, ownersCash: cash, firstPaymentYear: 2, grantCeiling: 400_000, cofinancingCeiling: 100_000,
      maximumGrantShare: 0.8, aidCeiling: 450_000, softLoan: .init(terms: LoanTerms(rate: 0.01, years: 15), maximum: 150_000),
      bankLoan: .init(terms: LoanTerms(rate: 0.04, years: 20)), minimumOwnShare: 0.2, requiredEquityReturn: 0.06)
  }

  /// The optimum by visiting every vertex: all choices of as many rows as unknowns, solved as equations.
  static func bestVertex(of lp: LinearProgram) -> [Double]? {
    let n = lp.unknowns
    var rows = lp.rows.map { ($0.coefficients, $0.bound) }
    for k in 0..<n { rows.append(((0..<n).map { $0 == k ? -1 : 0 }, 0)) }
    var best: [Double]?
    func isBetter(_ x: [Double]) -> Bool {
      guard let best else { return true }
      for objective in lp.objectives {
        let a = zip(objective, x).reduce(0) { $0 + $1.0 * $1.1 }, b = zip(objective, best).reduce(0) { $0 + $1.0 * $1.1 }
        if abs(a - b) > 1e-9 { return a < b }
      }
      return false
    }
    func visit(_ chosen: [Int], from: Int) {
      if chosen.count == n {
        var m = chosen.map { rows[$0].0 + [rows[$0].1] }
        for c in 0..<n {
          guard let p = (c..<n).max(by: { abs(m[$0][c]) < abs(m[$1][c]) }), abs(m[p][c]) > 1e-11 else { return }
          m.swapAt(p, c)
          for r in 0..<n where r != c {
            let f = m[r][c] / m[c][c]
            for k in 0...n { m[r][k] -= f * m[c][k] }
          }
        }
        let x = (0..<n).map { m[$0][n] / m[$0][$0] }
        if rows.allSatisfy({ row in zip(row.0, x).reduce(0) { $0 + $1.0 * $1.1 } <= row.1 + 1e-9 }), isBetter(x) { best = x }
        return
      }
      for next in stride(from: from, to: rows.count, by: 1) { visit(chosen + [next], from: next + 1) }
    }
    visit([], from: 0)
    return best
  }

  @Test("The simplex method finds the optimum that a visit to every vertex finds")
  func simplexAgreesWithVertices() {
    var generator = SeededGenerator(seed: 59)
    var feasible = 0
    for round in 0..<200 {
      var lp = LinearProgram(unknowns: 3)
      for _ in 0..<Int.random(in: 2...6, using: &generator) {
        lp.add(
          "row", (0..<3).map { _ in Double.random(in: -1...2, using: &generator) }, atMost: Double.random(in: -0.5...3, using: &generator))
      }
      lp.add("box", [1, 1, 1], atMost: 5)
      lp.objectives = (0..<2).map { _ in (0..<3).map { _ in Double.random(in: -1...1, using: &generator) } }
      let expected = Self.bestVertex(of: lp), found = lp.solution()?.x
      #expect((expected == nil) == (found == nil), "seed 59, round \(round)")
      guard let expected, let found else { continue }
      feasible += 1
      for objective in lp.objectives.prefix(1) {
        let a = zip(objective, expected).reduce(0) { $0 + $1.0 * $1.1 }, b = zip(objective, found).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(a - b) <= 1e-7, "seed 59, round \(round)")
      }
    }
    #expect(feasible > 100)
  }

  @Test("A second objective decides among optima of the first")
  func lexicographicOrder() throws {
    var lp = LinearProgram(unknowns: 2)
    lp.add("", [-1, -1], atMost: -1)
    lp.add("", [1, 1], atMost: 2)
    lp.objectives = [[1, 1], [1, 0]]
    #expect(try #require(lp.solution()).x == [0, 1])
    lp.objectives = [[1, 1], [0, 1]]
    #expect(try #require(lp.solution()).x == [1, 0])
  }

  @Test("Every euro less of public money than the optimum breaks a rule")
  func optimumIsTight() throws {
    let problem = Self.problem()
    let stack = try problem.solved()
    #expect(stack.unfunded == 0 && stack.publicMoney > 0)
    #expect(stack.binding.contains(.equityReturn))
    #expect(abs(stack.ownersNetPresentValue) < 1e-3)
    // With public money cut by 1 % the owner can no longer earn 6 %.
    var cut = problem
    cut.aidCeiling = stack.publicMoney * 0.99
    let short = try cut.solved()
    #expect(short.unfunded > 0)
    #expect(short.binding.contains(.aidCeiling))
  }

  @Test("Rich projects need no public money, poor ones stay unfunded and say by what")
  func extremes() throws {
    var rich = Self.problem()
    rich.cashAvailable = rich.cashAvailable.map { $0 * 10 }
    rich.ownersCash = rich.cashAvailable
    let a = try rich.solved()
    #expect(a.publicMoney == 0 && a.unfunded == 0)
    #expect(a.binding.contains(.ownShare))
    var poor = Self.problem()
    poor.cashAvailable = poor.cashAvailable.map { _ in 0 }
    poor.ownersCash = poor.cashAvailable
    let b = try poor.solved()
    #expect(b.unfunded > 0 && b.softLoan == 0 && b.bankLoan == 0)
    #expect(b.binding == [.equityReturn])
  }

  @Test("A further euro of grant takes the place of exactly one euro of other sources")
  func marginalGrant() throws {
    let marginal = try #require(try Self.problem().solved().marginalGrant)
    let others = marginal.publicCofinancing + marginal.softLoan + marginal.bankLoan + marginal.equity + marginal.unfunded
    // Loans carry interest before the first payment, so the uses move a little with them.
    #expect(abs(1 + others) < 0.05)
  }

  @Test("The owner's view takes public money where the public view spares it")
  func ownersObjective() throws {
    var rich = Self.problem()
    rich.cashAvailable = rich.cashAvailable.map { $0 * 2 }
    rich.ownersCash = rich.cashAvailable
    let sparing = try rich.solved()
    rich.objective = .ownersPresentValue
    let taking = try rich.solved()
    #expect(taking.publicMoney >= sparing.publicMoney)
    #expect(taking.ownersNetPresentValue >= sparing.ownersNetPresentValue - 1e-6)
  }

  @Test("No aid rule known means no public money")
  func noRuleKnown() throws {
    var value = ConversionCases.works(rent: 8)
    value.funding.aid = .noRuleKnown
    let stack = try #require(try appraise(value).stack)
    #expect(stack.publicMoney == 0 && stack.unfunded > 0)
    #expect(stack.binding.contains(.aidCeiling))
  }
}
