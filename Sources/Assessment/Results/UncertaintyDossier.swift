import ProjectFinance
import TextFormats

/// Tornado, switching values, scenarios and simulation of an alternative, as its report holds them.
extension DossierContext {
  func uncertainty(_ alternative: Alternative) -> UncertaintyReport? {
    guard let u = alternative.uncertainty else { return nil }
    var switching: [UncertaintyReport.Switch] = []
    for driver in u.drivers where driver.low != driver.high {
      switching.append(
        Self.switching(
          driver.driver.rawValue, Message(Self.title(of: driver.driver)), driver.switchingChange, driver.elasticity,
          isCritical: driver.isCritical))
    }
    for bar in u.tornado where bar.id == "rent" || bar.id == "occupancy" {
      switching.append(Self.switching(bar.id, bar.title, bar.switchingChange, bar.elasticity, isCritical: bar.isCritical))
    }
    return UncertaintyReport(
      tornado: u.tornado.map {
        .init(
          id: $0.id, title: $0.title, lowChange: $0.low - 1, highChange: $0.high - 1, lowValue: $0.lowValue, highValue: $0.highValue,
          elasticity: $0.elasticity, isCritical: $0.isCritical)
      }, switching: switching,
      scenarios: u.scenarios.map {
        ScenarioReport(title: $0.title, netPresentValue: $0.netPresentValue, capex: $0.capitalCost, rateOfReturn: $0.rateOfReturn)
      }, simulation: simulation(u, isFinancedApart: alternative.id == "meanwhile"))
  }

  private static func switching(_ id: String, _ title: Message, _ change: Double?, _ elasticity: Double?, isCritical: Bool)
    -> UncertaintyReport.Switch
  {
    let value = change.flatMap { $0 >= -1 ? $0 : nil }
    let move = elasticity.map { Message.number((abs($0) * 10).rounded() / 10, decimals: 1) }
    let text: Message
    if let value {
      let percent = Message.signed((value * 1000).rounded() / 10, decimals: 1)
      text =
        move.map { Message(isCritical ? .zeroAtMovesCritical : .zeroAtMoves, percent, $0) } ?? Message(.zeroAt, percent)
    } else {
      text = move.map { Message(isCritical ? .zeroNeverMovesCritical : .zeroNeverMoves, $0) } ?? Message(.zeroNever)
    }
    return .init(id: id, title: title, value: value, text: text, isCritical: isCritical)
  }

  private static func title(of driver: Driver) -> Sentence {
    switch driver {
    case .capitalCost: .driverCapital
    case .revenue: .driverRevenue
    case .operatingCost: .inputOperatingCost
    case .residualValue: .driverResidual
    }
  }

  /// - Parameter isFinancedApart: Whether the financing covers other years than the flow that is simulated, so that it has no spread.
  private func simulation(_ u: UncertaintyAnalysis, isFinancedApart: Bool) -> SimulationReport {
    let s = u.simulation
    let spreads: [(id: String, title: Sentence, unit: String, spread: Spread?)] = [
      ("capex", .spreadInvestment, "EUR", s.capitalCost), ("fnpv_c", .fnpvC, "EUR", s.netPresentValue),
      ("frr_c", .frrC, "share", s.rateOfReturn), ("fnpv_k_private", .privateFnpvK, "EUR", s.ownersNetPresentValue),
      ("enpv", .enpv, "EUR", s.economicNetPresentValue), ("dscr_min", .lowestCover, "ratio", s.minimumCoverage),
      ("funding_gap", .spreadGap, "share", s.gapRate), ("grant", .spreadGrant, "EUR", s.gapGrant),
      ("break_even_rent", .spreadRent, "EUR/m2/month", s.breakEvenRent),
    ]
    let titles = Dictionary(u.tornado.map { ($0.id, $0.title) }, uniquingKeysWith: { a, _ in a })
    return SimulationReport(
      draws: s.draws, seed: Double(s.seed), p10: s.netPresentValue?.p10, p50: s.netPresentValue?.p50, p90: s.netPresentValue?.p90,
      mean: s.netPresentValue?.mean, deviation: s.netPresentValue?.deviation, positiveValue: s.probabilityOfPositiveNetPresentValue,
      positiveEconomicValue: s.probabilityOfPositiveEconomicNetPresentValue, coverage: s.probabilityOfCoverage,
      overrun: s.probabilityOfOverrun,
      drivers: s.varianceShares.map {
        .init(id: $0.name, title: titles[$0.name] ?? .text($0.name), share: $0.share, correlation: $0.correlation)
      },
      histogram: s.netPresentValue.map { .init(from: $0.least, to: $0.greatest, counts: $0.histogram) },
      spreads: spreads.compactMap { id, title, unit, spread in
        // A rate that few draws have says nothing about the others.
        guard let spread, 2 * spread.count > s.draws else { return nil }
        if isFinancedApart, ["fnpv_k_private", "dscr_min", "funding_gap", "grant"].contains(id) { return nil }
        return .init(
          id: id, title: Message(title), unit: unit, p10: spread.p10, p50: spread.p50, p90: spread.p90, mean: spread.mean,
          draws: spread.count)
      }, inputs: u.inputs.map { .init(title: $0.title, spread: $0.spread) }, correlations: u.correlations,
      note: Message(.simulationNote))
  }
}
