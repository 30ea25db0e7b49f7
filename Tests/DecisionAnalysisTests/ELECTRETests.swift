import DecisionAnalysis
import Testing

@Suite struct ELECTRETests {
  @Test("Cebrián, Porcar (2009): concordance, discordance and kernel of ELECTRE I")
  func electreI() throws {
    let result = try ELECTREI().evaluate(try aragon())
    let concordance: [[Double]] = [
      [1, 0.5, 0.35, 0.5, 0.35, 0.45], [0.5, 1, 0.5, 0.75, 0.5, 0.5], [0.65, 0.5, 1, 0.45, 0.2, 0.7],
      [0.75, 0.25, 0.55, 1, 0.35, 0.45], [0.9, 0.7, 0.8, 0.9, 1, 0.9], [0.55, 0.5, 0.55, 0.55, 0.1, 1],
    ]
    let discordance: [[Double]] = [
      [0, 0.5052, 0.4042, 0.1883, 0.4286, 0.2825], [0.4286, 0, 0.7143, 0.2589, 0.8571, 0.5714],
      [0.1696, 0.2825, 0, 0.1938, 0.2825, 0.218], [0.5714, 0.4042, 0.8571, 0, 1.0, 0.7143],
      [0.0485, 0.3031, 0.2021, 0.0727, 0, 0.0969], [0.1295, 0.6063, 0.5052, 0.2021, 0.3031, 0],
    ]
    expectClose(result.indices.concordance, concordance.flatMap { $0 }, within: 1e-4)
    expectClose(result.indices.discordance, discordance.flatMap { $0 }, within: 1e-4)
    #expect(result.kernel == [4])
  }

  @Test("Cebrián, Porcar (2009): places of ELECTRE II")
  func electreII() throws {
    let result = try ELECTREII().evaluate(try aragon())
    #expect(result.ranks == [6, 3, 2, 5, 1, 4])
  }

  @Test("Wang, Triantaphyllou (2008), Omega 36(1), 45–63: places of ELECTRE II on their five alternatives")
  func wang() throws {
    let matrix = try DecisionMatrix(
      rows: [[1, 2, 1, 5, 2, 2, 4], [3, 5, 3, 5, 3, 3, 3], [3, 5, 3, 5, 3, 2, 2], [1, 2, 2, 5, 1, 1, 1], [1, 1, 3, 5, 4, 1, 5]],
      directions: [Direction](repeating: .maximise, count: 7), weights: [0.0780, 0.1180, 0.1570, 0.3140, 0.2350, 0.0390, 0.0590])
    #expect(try ELECTREII(normalisation: .none).evaluate(matrix).ranks == [4, 1, 3, 5, 2])
  }

  @Test("A circle of outranking counts as one class, so the kernel holds all of it or nothing")
  func circle() throws {
    // Condorcet's circle: each beats the next on two of three criteria, deficits all equal.
    let matrix = try DecisionMatrix(
      rows: [[3, 2, 1], [1, 3, 2], [2, 1, 3], [0, 0, 0]], directions: [.maximise, .maximise, .maximise], weights: [1, 1, 1])
    let result = try ELECTREI(concordanceThreshold: 0.66, discordanceThreshold: 0.7, normalisation: .none).evaluate(matrix)
    #expect(result.classes == [[0, 1, 2], [3]])
    #expect(result.kernel == [0, 1, 2])
  }

  @Test(
    "The kernel is stable: nothing outside is left unbeaten, nothing inside is beaten from inside", arguments: [51, 52, 53, 54] as [UInt64])
  func kernel(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let matrix = try randomMatrix(&generator, alternatives: 14, criteria: 5)
    let result = try ELECTREI(concordanceThreshold: 0.6, discordanceThreshold: 0.5).evaluate(matrix)
    let classOf = (0..<14).map { i in result.classes.firstIndex { $0.contains(i) } ?? -1 }
    for b in 0..<14 {
      let beatenByKernel = result.kernel.contains { a in
        result.outranks[a * 14 + b] && classOf[a] != classOf[b]
      }
      let classBeaten = result.classes[classOf[b]].contains { member in
        result.kernel.contains { result.outranks[$0 * 14 + member] && classOf[$0] != classOf[member] }
      }
      #expect(result.kernel.contains(b) ? !beatenByKernel : classBeaten, "seed \(seed), alternative \(b)")
    }
  }

  @Test("ELECTRE III on six projects: concordance, credibility, both distillations and the incomparable pair")
  func electreIII() throws {
    // Data: man page ELECTREIIIDistillation of the R package MCDA (Meyer, Bigaret et al.).
    let matrix = try DecisionMatrix(
      rows: [
        [10, 20, 5, 10, 16], [0, 5, 5, 16, 10], [0, 10, 0, 16, 7], [20, 5, 10, 10, 13], [20, 10, 15, 10, 13], [20, 10, 20, 13, 13],
      ],
      directions: [Direction](repeating: .maximise, count: 5), weights: [3, 2, 3, 1, 1])
    let criteria = [PseudoCriterion](repeating: PseudoCriterion(indifference: 3, preference: 5, veto: 11), count: 5)
    let result = try ELECTREIII(criteria: criteria).evaluate(matrix)
    let concordance: [[Double]] = [
      [1, 0.9, 0.9, 0.4, 0.4, 0.4], [0.4, 1, 0.8, 0.4, 0.2, 0.2], [0.1, 0.7, 1, 0.3, 0.3, 0.3], [0.8, 0.9, 0.7, 1, 0.5, 0.5],
      [0.8, 0.9, 0.9, 1, 1, 0.7], [0.8, 1, 1, 1, 1, 1],
    ]
    let credibility: [[Double]] = [
      [1, 0.9, 0.9, 0.1111111111, 0.0308641975, 0], [0, 1, 0.8, 0, 0, 0], [0.0012701316, 0.7, 1, 0, 0, 0],
      [0, 0.9, 0.7, 1, 0.5, 0.1666666667], [0.6666666667, 0.9, 0.9, 1, 1, 0.7], [0.6666666667, 1, 1, 1, 1, 1],
    ]
    expectClose(result.concordance, concordance.flatMap { $0 }, within: 1e-9)
    expectClose(result.credibility, credibility.flatMap { $0 }, within: 1e-9)
    #expect(result.descending == [[5], [4], [0], [3], [1, 2]])
    #expect(result.ascending == [[5], [0], [4], [3], [2], [1]])
    #expect(result.incomparable == [[0, 4]])
    #expect(result.outcome(0, 4) == .incomparable && result.outcome(5, 0) == .preferred && result.outcome(1, 5) == .notPreferred)
  }

  @Test("ELECTRE III refuses thresholds out of order by column, and a discrimination below zero")
  func thresholds() throws {
    let matrix = try tzengHuang()
    let fine = PseudoCriterion(indifference: 0, preference: 1)
    let error = #expect(throws: DecisionError.self) {
      try ELECTREIII(criteria: [fine, fine, PseudoCriterion(indifference: 2, preference: 1)]).evaluate(matrix)
    }
    #expect(error?.description.contains("column 3") == true)
    #expect(throws: DecisionError.self) {
      try ELECTREIII(criteria: [fine, fine, fine], discriminationConstant: 0.1, discriminationSlope: -0.2).evaluate(matrix)
    }
  }

  @Test("ELECTRE III: concordance falls in a straight line from q to p, and median places join both distillations")
  func partialConcordance() throws {
    let matrix = try DecisionMatrix(rows: [[0], [2], [10]], directions: [.maximise], weights: [1])
    let result = try ELECTREIII(criteria: [PseudoCriterion(indifference: 1, preference: 5)]).evaluate(matrix)
    // A deficit of 2 with q = 1 and p = 5 leaves (5 − 2)/(5 − 1) = ¾.
    #expect(result.concordance == [1, 0.75, 0, 1, 1, 0, 1, 1, 1])
    #expect(result.ranks == [3, 2, 1] || result.ranks == [2, 2, 1])
    #expect(result.ranks[2] == 1)
  }
}
