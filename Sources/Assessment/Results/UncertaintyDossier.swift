import ProjectFinance
import TextFormats

/// Tornado, switching values, scenarios and simulation of an alternative, as `site.json` holds them.
extension DossierContext {
  func uncertaintyJSON(_ alternative: Alternative) -> [JSON.Member] {
    guard let u = alternative.uncertainty else { return [] }
    let tornado = u.tornado.map { bar -> JSON in
      [
        "id": .string(bar.id), "title": .string(bar.title), "low_change": JSON(bar.low - 1), "high_change": JSON(bar.high - 1),
        "low_value": JSON(bar.lowValue), "high_value": JSON(bar.highValue), "elasticity": JSON(bar.elasticity),
        "critical": .bool(bar.isCritical),
      ]
    }
    var switching: [JSON] = []
    func add(_ id: String, _ title: String, _ change: Double?, _ elasticity: Double?, isCritical: Bool) {
      let move = elasticity.map { "a change of 1 % moves FNPV(C) by \((abs($0) * 10).rounded() / 10) %" } ?? ""
      let text: String
      if let change, change >= -1 {
        let percent = (abs(change) * 1000).rounded() / 10
        text = "FNPV(C) is 0 at \(change < 0 ? "−" : "+")\(percent) %\(move.isEmpty ? "" : "; " + move)\(isCritical ? " (critical)" : "")"
      } else {
        text = "no value makes FNPV(C) 0\(move.isEmpty ? "" : "; " + move)\(isCritical ? " (critical)" : "")"
      }
      switching.append([
        "id": .string(id), "title": .string(title), "value": JSON(change.flatMap { $0 >= -1 ? $0 : nil }), "text": .string(text),
        "critical": .bool(isCritical),
      ])
    }
    for driver in u.drivers where driver.low != driver.high {
      add(
        driver.driver.rawValue, Self.driverTitles[driver.driver] ?? driver.driver.rawValue, driver.switchingChange, driver.elasticity,
        isCritical: driver.isCritical)
    }
    for bar in u.tornado where bar.id == "rent" || bar.id == "occupancy" {
      add(bar.id, bar.title, bar.switchingChange, bar.elasticity, isCritical: bar.isCritical)
    }
    return [
      .init("tornado", .array(tornado)), .init("switching", .array(switching)),
      .init(
        "scenarios",
        .array(
          u.scenarios.map {
            [
              "title": .string($0.title), "fnpv_c": JSON($0.netPresentValue), "capex": JSON($0.capitalCost), "frr_c": JSON($0.rateOfReturn),
            ]
          })), .init("monte_carlo", simulationJSON(u, isFinancedApart: alternative.id == "meanwhile")),
    ]
  }

  private static let driverTitles: [Driver: String] = [
    .capitalCost: "Investment and renewals", .revenue: "Revenue", .operatingCost: "Operating cost", .residualValue: "Residual value",
  ]

  /// - Parameter isFinancedApart: Whether the financing covers other years than the flow that is simulated, so that it has no spread.
  private func simulationJSON(_ u: UncertaintyAnalysis, isFinancedApart: Bool) -> JSON {
    let s = u.simulation
    let spreads: [(String, String, String, Spread?)] = [
      ("capex", "Investment", "EUR", s.capitalCost), ("fnpv_c", "FNPV(C)", "EUR", s.netPresentValue),
      ("frr_c", "FRR(C)", "share", s.rateOfReturn), ("fnpv_k_private", "Private FNPV(K)", "EUR", s.ownersNetPresentValue),
      ("enpv", "ENPV", "EUR", s.economicNetPresentValue), ("dscr_min", "Lowest debt service cover", "ratio", s.minimumCoverage),
      ("funding_gap", "Funding gap", "share", s.gapRate), ("grant", "Grant by the funding gap", "EUR", s.gapGrant),
      ("break_even_rent", "Break-even rent", "EUR/m2/month", s.breakEvenRent),
    ]
    let titles = Dictionary(u.tornado.map { ($0.id, $0.title) }, uniquingKeysWith: { a, _ in a })
    return [
      "draws": .number(Double(s.draws)), "seed": .number(Double(s.seed)), "p10": JSON(s.netPresentValue?.p10),
      "p50": JSON(s.netPresentValue?.p50), "p90": JSON(s.netPresentValue?.p90), "mean": JSON(s.netPresentValue?.mean),
      "deviation": JSON(s.netPresentValue?.deviation), "probability_npv_positive": JSON(s.probabilityOfPositiveNetPresentValue),
      "probability_enpv_positive": JSON(s.probabilityOfPositiveEconomicNetPresentValue), "probability_dscr": JSON(s.probabilityOfCoverage),
      "probability_overrun": JSON(s.probabilityOfOverrun),
      "drivers": .array(
        s.varianceShares.map {
          [
            "id": .string($0.name), "title": .string(titles[$0.name] ?? $0.name), "share": JSON($0.share),
            "correlation": JSON($0.correlation),
          ]
        }),
      "histogram": s.netPresentValue.map {
        ["from": JSON($0.least), "to": JSON($0.greatest), "counts": JSON($0.histogram.map(Double.init))]
      } ?? nil,
      "spreads": .array(
        spreads.compactMap { id, title, unit, spread in
          // A rate that few draws have says nothing about the others.
          guard let spread, 2 * spread.count > s.draws else { return nil }
          if isFinancedApart, ["fnpv_k_private", "dscr_min", "funding_gap", "grant"].contains(id) { return nil }
          return Optional(spread).map {
            [
              "id": .string(id), "title": .string(title), "unit": .string(unit), "p10": JSON($0.p10), "p50": JSON($0.p50),
              "p90": JSON($0.p90),
              "mean": JSON($0.mean), "draws": .number(Double($0.count)),
            ]
          }
        }),
      "inputs": .array(u.inputs.map { ["title": .string($0.title), "spread": .string($0.spread)] }),
      "correlations": .array(u.correlations.map { .string($0) }),
      "note": "Financing as in the central case: grant, co-financing and loans stay as awarded, the owner pays for overruns.",
    ]
  }
}
