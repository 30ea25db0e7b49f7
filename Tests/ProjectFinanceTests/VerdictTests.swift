import Testing

@testable import ProjectFinance

@Suite("Verdict and risks")
struct VerdictTests {
  func evidence(_ rent: Double?, completeness: Double = 0.8, confidence: Double? = 0.9) throws -> VerdictEvidence {
    VerdictEvidence(
      completeness: completeness, vacancyConfidence: confidence, missingFacts: ["storeys"],
      appraisal: try appraise(ConversionCases.works(rent: rent)),
      meanwhileNetPresentValue: -100_000, vacantNetPresentValue: -200_000)
  }

  @Test("Too little knowledge comes before every other rule and names what is missing")
  func findOutFirst() throws {
    let noRent = verdict(try evidence(nil))
    #expect(noRent.recommendation == .findOutFirst && noRent.missingFacts == ["rent", "storeys"])
    #expect(noRent.figures.map(\.name) == ["rent_known"])
    #expect(verdict(try evidence(30, completeness: 0.59)).recommendation == .findOutFirst)
    #expect(verdict(try evidence(30, completeness: 0.60)).recommendation == .invest)
    let unsure = verdict(try evidence(30, confidence: nil))
    #expect(unsure.recommendation == .findOutFirst && unsure.missingFacts.contains("vacancy"))
  }

  @Test("A rent that pays for all means invest; one that does not, with benefits and a lawful grant, invest with grant")
  func investWithOrWithoutGrant() throws {
    let rich = verdict(try evidence(20))
    #expect(rich.recommendation == .invest)
    #expect(rich.figures.first?.name == "fnpv_c" && (rich.figures.first?.value ?? -1) >= 0)
    let granted = verdict(try evidence(9))
    #expect(granted.recommendation == .investWithGrant)
    #expect(granted.figures.map(\.name) == ["enpv", "sustainable", "fnpv_k_private", "public_money_per_job"])
    #expect(granted.figures.allSatisfy { $0.passes })
  }

  @Test("Public money per job above the limit turns a grant down")
  func publicMoneyPerJob() throws {
    var known = try evidence(9)
    known.publicMoneyPerJobLimit = 1_000
    #expect(verdict(known).recommendation == .meanwhileOnly)
    known.publicMoneyPerJob = nil
    known.publicMoneyPerJobLimit = 60_000
    #expect(verdict(known).recommendation == .meanwhileOnly)
  }

  @Test("Nothing better than an empty building is not viable, and says what failed")
  func notViable() throws {
    var known = try evidence(0)
    known.meanwhileNetPresentValue = -300_000
    let result = verdict(known)
    #expect(result.recommendation == .notViable && !result.figures.isEmpty && result.figures.allSatisfy { !$0.passes })
    known.meanwhileNetPresentValue = nil
    #expect(verdict(known).recommendation == .notViable)
  }

  @Test("Of several alternatives the best verdict wins, then the highest ENPV")
  func choice() throws {
    let invest = verdict(try evidence(20)), grant = verdict(try evidence(9)), unknown = verdict(try evidence(nil))
    #expect(chosenAlternative([(unknown, nil), (grant, 5), (invest, 1), (invest, 2)]) == 3)
    #expect(chosenAlternative([(grant, nil), (grant, -3)]) == 1)
    #expect(chosenAlternative([]) == nil)
  }

  @Test("Risks are placed by their rules, most serious first")
  func riskMatrix() throws {
    let value = ConversionCases.works()
    let list = risks(
      try appraise(value), simulation: try simulate(value, inputs: MonteCarloTests.inputs, draws: 1_000, seed: 1),
      tornado: try tornado(value),
      evidence: RiskEvidence(
        isContaminated: nil, isListed: true, vacancyConfidence: 0.3, completeness: 0.5, isAidRuleKnown: false, estimateClass: 5))
    for (a, b) in zip(list, list.dropFirst()) { #expect(a.score >= b.score) }
    for risk in list { #expect((1...5).contains(risk.likelihood) && (1...5).contains(risk.impact)) }
    let ids = Set(list.map(\.id))
    #expect(
      ids.isSuperset(of: ["cost_overrun", "letting", "contamination", "heritage", "availability", "missing_facts", "grant", "debt_service"])
    )
    #expect(Risk.likelihood(of: 0.3) == 3 && Risk.impact(ofLoss: 0.2) == 5)
    #expect(
      risks(
        try appraise(ConversionCases.vacant()), simulation: nil, tornado: nil,
        evidence: RiskEvidence(completeness: 1, isAidRuleKnown: true, estimateClass: 5)
      ).isEmpty)
  }

  @Test("A risk is as serious as likelihood times impact, in four steps")
  func levels() {
    func level(_ likelihood: Int, _ impact: Int) -> Risk.Level {
      Risk(id: "x", likelihood: likelihood, impact: impact, ground: .listed).level
    }
    #expect(
      [level(1, 4), level(1, 5), level(3, 3), level(2, 5), level(3, 5), level(4, 4), level(5, 5)] == [
        .low, .moderate, .moderate, .high, .high, .veryHigh, .veryHigh,
      ])
    #expect([0.05, 0.1, 0.3, 0.5, 0.7].map { Risk.likelihood(of: $0) } == [1, 2, 3, 4, 5])
    #expect([0.01, 0.02, 0.05, 0.1, 0.2].map { Risk.impact(ofLoss: $0) } == [1, 2, 3, 4, 5])
  }

  @Test("Without a simulation the class of the estimate says how likely an overrun is", arguments: [(3, 2), (4, 3), (5, 4)])
  func overrunByClass(estimateClass: Int, likelihood: Int) throws {
    let list = risks(
      try appraise(ConversionCases.works()), simulation: nil, tornado: nil,
      evidence: RiskEvidence(
        isContaminated: false, vacancyConfidence: 0.9, completeness: 1, isAidRuleKnown: true, estimateClass: estimateClass))
    let overrun = try #require(list.first { $0.id == "cost_overrun" })
    // The works' high estimate is half above the central one: the highest impact.
    #expect(overrun.likelihood == likelihood && overrun.impact == 5)
    #expect(!list.contains { ["contamination", "heritage", "availability", "missing_facts", "debt_service"].contains($0.id) })
  }
}
