import ProjectFinance
import TextFormats

/// The alternatives of a site and the verdict, as `site.json` holds them.
extension DossierContext {
  private var year: Int { study.priceDate.year }

  private func money(
    _ value: Double?, low: Double? = nil, high: Double? = nil, unit: String = "EUR", source: String, estimateClass: Int? = nil
  ) -> JSON {
    Figure(value, low: low, high: high, unit: unit, priceBase: year, kind: "computed", source: source, estimateClass: estimateClass).json
  }

  private func plain(_ value: Double?, unit: String, source: String) -> JSON {
    Figure(value, unit: unit, kind: "computed", source: source).json
  }

  private func rate(_ rate: InternalRateOfReturn?, _ source: String) -> JSON {
    var text = source
    switch rate {
    case .multiple(let roots):
      text += "; several rates solve it: \(roots.map { "\(($0 * 1000).rounded() / 10) %" }.joined(separator: ", "))"
    case .none(let reason)?: text += "; none: \(reason.rawValue.replacing("_", with: " "))"
    default: break
    }
    return plain(rate?.value, unit: "share", source: text)
  }

  func statusQuoJSON(_ concept: Concept) -> JSON {
    let s = concept.statusQuo
    return [
      "per_year": money(s.perYear, unit: "EUR/a", source: "security of the site and maintenance of the building while it is vacant"),
      "security": money(s.security, unit: "EUR/a", source: "holding cost per hectare × site area"),
      "maintenance": money(s.maintenance, unit: "EUR/a", source: "holding cost per m² × gross floor area"),
      "present_value": money(s.presentValue, source: "\(s.years) years of vacancy, discounted"),
    ]
  }

  func alternativeJSON(_ concept: Concept, _ k: Int) -> JSON {
    let alternative = concept.alternatives[k]
    let a = alternative.appraisal, value = alternative.conversion
    let flow = "cash flow of \(value.horizonYears) years at \(JSON.text(of: value.financialDiscountRate * 100)) % real"
    let opened = a.years.first { $0.occupancy >= value.occupancy.stabilised - 1e-9 && $0.occupancy > 0 } ?? a.years.last
    let estimateClass = alternative.cost?.estimate.estimateClass.number
    let area = max(1, value.grossFloorArea)
    var members: [JSON.Member] = [
      .init("id", .string(alternative.id)), .init("title", .string(alternative.title)),
      .init("description", .string(alternative.description)), .init("chosen", .bool(k == concept.chosen)),
      .init("verdict", .string(alternative.verdict.recommendation.rawValue)), .init("verdict_rule", .string(alternative.verdict.rule)),
      .init(
        "programme",
        .array(
          alternative.programme.map {
            [
              "title": .string($0.title), "sector": JSON($0.sector), "area_m2": JSON($0.area), "unit_m2": JSON($0.unitArea),
              "units": JSON($0.units.map(Double.init)), "jobs": JSON($0.jobs), "rent_eur_m2_month": JSON($0.rent),
            ]
          })),
      .init(
        "converted_area",
        plain(alternative.stage.grossFloorArea, unit: "m2", source: "gross floor area in use; at most what the district's demand absorbs")),
      .init("closed_area", plain(alternative.stage.closedArea, unit: "m2", source: "gross floor area that stays closed and is maintained")),
      .init(
        "closed_cost",
        money(
          alternative.closedCost, unit: "EUR/a",
          source: "maintenance of the part that stays closed: spent with or without the project, so no cost of a conversion")),
      .init(
        "lettable_area",
        plain(value.lettableArea, unit: "m2", source: "floor area × efficiency, less shared space, at most the district's demand")),
      .init("rent", money(value.rentPerSquareMetreMonth, unit: "EUR/m2/month", source: "market rent × what the sectors can pay, by area")),
      .init("occupancy", plain(value.occupancy.stabilised, unit: "share", source: "in the long run")),
      .init("jobs", plain(a.jobs, unit: "jobs", source: "let area ÷ floor area per job of the sectors × occupancy")),
      .init(
        "capex",
        money(
          a.capitalCost.central, low: a.capitalCost.low, high: a.capitalCost.high, source: alternative.cost?.text ?? "no investment",
          estimateClass: estimateClass)),
      .init(
        "capex_per_m2",
        money(
          a.capitalCost.central / area, low: a.capitalCost.low / area, high: a.capitalCost.high / area, unit: "EUR/m2",
          source: "per m² gross floor area converted", estimateClass: estimateClass)),
      .init(
        "capex_reference_class",
        money(
          alternative.cost?.estimate.referenceClassTotal,
          source: "central cost with the reference-class uplift of non-standard buildings: a scenario, not an estimate")),
      .init(
        "contingency", money(alternative.cost?.estimate.contingency, source: "lies inside the range of the estimate, not on top of it")),
      .init(
        "cost_groups",
        .array(
          (alternative.cost?.estimate.lines ?? []).map {
            let group = String($0.group.rawValue)
            return [
              "group": .string(group), "title": .string(Self.groupTitles[group] ?? group), "low": JSON($0.cost.low),
              "central": JSON($0.cost.central), "high": JSON($0.cost.high),
            ]
          })),
      .init("cost_factors", .array((alternative.cost?.factors ?? []).map { ["title": .string($0.name), "value": JSON($0.value)] })),
      .init(
        "cost_extras",
        .array(
          (alternative.cost?.extras ?? []).map {
            [
              "title": .string($0.name), "group": .string(String($0.group.rawValue)), "low": JSON($0.cost.low),
              "central": JSON($0.cost.central), "high": JSON($0.cost.high),
            ]
          })),
      .init(
        "revenue", money(opened?.revenue, unit: "EUR/a", source: "rents, service charges and other revenue in the first fully let year")),
      .init(
        "operating_cost",
        money(opened?.operatingCost, unit: "EUR/a", source: "operation, maintenance, management in the first fully let year")),
    ]
    members += financingJSON(alternative)
    members += returnsJSON(alternative, flow)
    members.append(.init("inverse", .array(inverseJSON(alternative))))
    members.append(.init("cash_flow", cashFlowJSON(alternative)))
    members += uncertaintyJSON(alternative)
    return .object(members)
  }

  private static let groupTitles = [
    "100": "Plot", "200": "Preparation", "300": "Building construction", "400": "Technical systems", "500": "Outdoor works",
    "600": "Fittings", "700": "Fees and charges",
  ]

  // MARK: Financing

  private func financingJSON(_ alternative: Alternative) -> [JSON.Member] {
    let financed = alternative.financed, stack = financed.stack
    var members: [JSON.Member] = [
      .init("grant", money(stack?.grant, source: "eligible cost × funding gap × grant rate, within the aid ceiling")),
      .init("public_cofinancing", money(stack?.publicCofinancing, source: "rest of the funding gap, within the aid ceiling")),
      .init("soft_loan", money(stack?.softLoan, source: "least public money, debt service cover respected")),
      .init("loan", money(stack?.bankLoan, source: "least public money, debt service cover respected")),
      .init("equity", money(stack?.equity, source: "rest of the uses")),
      .init("unfunded", money(stack?.unfunded, source: "uses that no lawful source pays for")),
      .init(
        "uses",
        money(
          stack?.totalUses,
          source: "investment, start-up losses and interest until the first repayment; equals the sources and what is unfunded")),
      .init("binding", .array((stack?.binding ?? []).map { .string($0.rawValue) })),
      .init("weighted_cost_of_capital", plain(stack?.weightedCostOfCapital, unit: "share", source: "real, public money at 0")),
      .init("financing_text", .string(stack.map(financingText) ?? "")),
    ]
    if let marginal = stack?.marginalGrant {
      members.append(
        .init(
          "marginal_grant",
          [
            "lawful": .bool(marginal.isLawful), "public_cofinancing": JSON(marginal.publicCofinancing),
            "soft_loan": JSON(marginal.softLoan),
            "loan": JSON(marginal.bankLoan), "equity": JSON(marginal.equity), "unfunded": JSON(marginal.unfunded),
            "owners_value": JSON(marginal.ownersNetPresentValue),
          ]))
    }
    if let route = alternative.aid { members.append(.init("aid", aidJSON(route, stack))) }
    return members
  }

  private static let limitTitles: [FinancingStack.Limit: String] = [
    .grantCeiling: "the funding gap caps the grant", .cofinancingCeiling: "the funding gap caps public co-financing",
    .cofinancingRate: "the programme's co-financing rate", .aidCeiling: "the aid ceiling", .softLoanCeiling: "the most a soft loan pays",
    .bankLoanCeiling: "the most a bank loan pays", .ownShare: "the own share", .equityCeiling: "the owner's means",
    .debtServiceCoverage: "debt service cover", .cumulatedCash: "cash that may never be negative", .equityReturn: "the return on equity",
  ]

  /// What binds the financing and what a further euro of grant buys, in words.
  private func financingText(_ stack: FinancingStack) -> String {
    var text = ""
    if stack.unfunded > 1 {
      text += "The financing does not close: \(Int(stack.unfunded.rounded())) EUR have no lawful source. "
    }
    if !stack.binding.isEmpty {
      text += "What binds: " + stack.binding.map { Self.limitTitles[$0] ?? $0.rawValue }.joined(separator: ", ") + ". "
    }
    guard let marginal = stack.marginalGrant else { return text + "A further euro of grant changes nothing." }
    let parts = [
      ("public co-financing", marginal.publicCofinancing), ("soft loan", marginal.softLoan), ("bank loan", marginal.bankLoan),
      ("equity", marginal.equity), ("what is unfunded", marginal.unfunded),
    ].compactMap { title, change -> String? in
      let cents = Int((change * 100).rounded())
      return cents == 0 ? nil : "\(title) by \(cents > 0 ? "+" : "−")\(Self.euros(abs(cents)))"
    }
    text += marginal.isLawful ? "A further euro of grant" : "A further euro of grant, which no ceiling allows today,"
    text += parts.isEmpty ? " changes no other source" : " changes " + parts.joined(separator: ", ")
    let cents = Int((marginal.ownersNetPresentValue * 100).rounded())
    text += cents == 0 ? "." : ", and the owner's present value by \(cents > 0 ? "+" : "−")\(Self.euros(abs(cents)))."
    return text
  }

  private static func euros(_ cents: Int) -> String { "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100) EUR" }

  private static let reasons: [AidCeiling.Reason: String] = [
    .expired: "ended before the grant date: unlawful unless renewed", .notYetInForce: "not yet in force on the grant date",
    .aboveTotalCostCap: "the project costs more than the rule covers",
    .intensityUnknown: "its intensity depends on a map that is not at hand",
    .basisUnknown: "a figure its basis needs is not known",
  ]

  private func aidJSON(_ route: FundingRoute, _ stack: FinancingStack?) -> JSON {
    let applied = route.ceiling.applied
    var routes: [JSON] = []
    func add(_ rule: AidRule, _ status: String, _ amount: Double?, _ text: String) {
      routes.append([
        "rule": .string(rule.id), "title": .string(rule.title), "status": .string(status), "ceiling_eur": JSON(amount),
        "valid_from": .string(rule.validFrom.description), "valid_to": JSON(rule.validTo?.description), "verified": .bool(rule.isVerified),
        "text": .string(text),
      ])
    }
    for allowance in route.ceiling.allowances {
      add(
        allowance.rule, allowance.rule.id == applied?.rule.id ? "applied" : "possible", allowance.amount,
        allowance.boundBy == "threshold" ? "bound by the notification threshold" : "bound by the aid intensity")
    }
    for refusal in route.ceiling.refusals {
      guard let rule = route.rules[refusal.ruleID] else { continue }
      add(
        rule, refusal.reason == .expired ? "unlawful unless renewed" : "not applicable", nil,
        Self.reasons[refusal.reason] ?? refusal.reason.rawValue)
    }
    if let rule = route.notAid {
      add(
        rule, "needs a legal opinion", route.notAidGrant,
        "outside State-aid law if the culture is mainly publicly funded and open without full price; then only the funding gap limits the grant"
      )
    }
    var text: String
    if let applied {
      let share = Int(((applied.rule.maximumIntensity ?? 0) * 100).rounded())
      text =
        applied.rule.basis == .undertaking
        ? "\(applied.rule.title) (\(applied.rule.source)): at most \(Int(applied.amount.rounded())) EUR to one undertaking over three years"
        : "\(applied.rule.title) (\(applied.rule.source)): at most \(share) % of \(applied.rule.basis.rawValue)"
      if applied.boundBy == "threshold", applied.rule.basis != .undertaking {
        text += ", and \(Int(applied.amount.rounded())) EUR by its threshold"
      }
      if applied.amount == 0 { text += ", here nothing, since the operating profit exceeds the cost: no aid is needed, and none is lawful" }
      if let end = applied.rule.validTo { text += "; ends \(end), before which the grant must be given" }
      if !applied.rule.isVerified { text += "; figures still to be verified" }
    } else {
      text = "No rule known on the grant date \(study.grantDate): no grant can be assumed"
    }
    let expired = route.ceiling.expiredRuleIDs
    if !expired.isEmpty { text += "; unlawful unless renewed: \(expired.joined(separator: ", "))" }
    let covered = route.ceiling.refusals.filter { $0.reason == .aboveTotalCostCap }.map(\.ruleID)
    if !covered.isEmpty { text += ". Costs more than is covered by \(covered.joined(separator: ", "))" }
    if let rule = route.notAid { text += ". Another route, after a legal opinion: \(rule.title)" }
    return [
      "rule": JSON(applied?.rule.id), "title": JSON(applied?.rule.title), "rate": JSON(applied?.rule.maximumIntensity),
      "ceiling_eur": JSON(applied?.amount), "valid_to": JSON(applied?.rule.validTo?.description),
      "verified": .bool(applied?.rule.isVerified ?? false), "text": .string(text + "."), "routes": .array(routes),
    ]
  }

  // MARK: Returns

  private func returnsJSON(_ alternative: Alternative, _ flow: String) -> [JSON.Member] {
    let a = alternative.appraisal, financed = alternative.financed, value = alternative.conversion
    let own = alternative.id == "meanwhile" ? "cash flow of the years of use" : flow
    var members: [JSON.Member] = [
      .init("funding_gap", plain(financed.fundingGap.flatMap { $0.rate }, unit: "share", source: "(DIC − DNR) ÷ DIC, \(own)")),
      .init("fnpv_c", money(a.netPresentValue, source: flow)), .init("frr_c", rate(a.rateOfReturn, flow)),
      .init("mirr", plain(a.modifiedRateOfReturn, unit: "share", source: "financed and reinvested at the financial discount rate")),
      .init("fnpv_k", money(financed.nationalNetPresentValue, source: "all national capital, " + own)),
      .init("frr_k", rate(financed.nationalRateOfReturn, "all national capital, " + own)),
      .init("fnpv_k_private", money(financed.ownersNetPresentValue, source: "private capital, " + own)),
      .init("frr_k_private", rate(financed.ownersRateOfReturn, "private capital, " + own)),
      .init(
        "enpv",
        money(
          a.economics?.netPresentValue,
          source: "economic appraisal at \(JSON.text(of: value.socialDiscountRate * 100)) % social discount rate")),
      .init("enpv_high_rate", money(alternative.economicValueAtHighRate, source: "economic appraisal at the higher social discount rate")),
      .init("err", rate(a.economics?.rateOfReturn, "economic flows")),
      .init("benefit_cost", plain(a.economics?.benefitCostRatio, unit: "ratio", source: "economic benefits ÷ costs")),
      .init("economics", economicsJSON(a.economics)),
      .init("dscr_min", plain(financed.coverage?.minimum, unit: "ratio", source: "lowest year, real terms")),
      .init(
        "dscr_min_nominal",
        plain(
          alternative.nominalCoverage, unit: "ratio", source: "lowest year in money of each year: nominal annuities weigh most at first")),
      .init("dscr_mean", plain(financed.coverage?.mean, unit: "ratio", source: "mean of the years")),
      .init("llcr", plain(financed.loanLifeCoverage, unit: "ratio", source: "loan life")),
      .init("sustainable", financed.isSustainable.map { .bool($0) } ?? nil),
      .init("break_even_rent", money(alternative.breakEvenRent, unit: "EUR/m2/month", source: "rent at which FNPV(C) is 0")),
      .init("payback", plain(a.payback, unit: "years", source: "undiscounted")),
      .init("discounted_payback", plain(a.discountedPayback, unit: "years", source: "at the financial discount rate")),
      .init("public_per_job", money(financed.publicMoneyPerJob, unit: "EUR/job", source: "grant and co-financing per job")),
    ]
    if a.capitalCost.central == 0 { members.removeAll { ["funding_gap", "mirr"].contains($0.name) } }
    return members
  }

  private static let benefitTitles = [
    "revenue": "Revenue, as willingness to pay", "avoided_holding_cost": "Holding cost avoided", "jobs": "Jobs",
    "property_uplift": "Value of property near by", "carbon": "Carbon avoided by not building new",
    "services": "Visits and advice beyond their price", "residual_value": "Residual value",
  ]

  private func economicsJSON(_ economics: EconomicAppraisal?) -> JSON {
    guard let economics else { return nil }
    return [
      "benefits": .array(
        economics.benefits.map {
          ["id": .string($0.name), "title": .string(Self.benefitTitles[$0.name] ?? $0.name), "present_value": JSON($0.presentValue)]
        }), "costs": JSON(economics.costs), "not_counted": .array(economics.notCounted.map { .string(Self.benefitTitles[$0] ?? $0) }),
    ]
  }

  private func inverseJSON(_ alternative: Alternative) -> [JSON] {
    var rows = alternative.inverse.map { answer -> JSON in
      [
        "id": .string(answer.id), "title": .string(answer.title),
        "figure": answer.unit.hasPrefix("EUR")
          ? money(answer.value, unit: answer.unit, source: answer.text) : plain(answer.value, unit: answer.unit, source: answer.text),
        "verified": .bool(answer.isVerified),
      ]
    }
    if let stack = alternative.financed.stack, let marginal = stack.marginalGrant {
      rows.append([
        "id": "marginal_grant",
        "title": .string("Owner's present value per further euro of grant" + (marginal.isLawful ? "" : " (above what the law allows)")),
        "figure": plain(marginal.ownersNetPresentValue, unit: "ratio", source: financingText(stack)), "verified": true,
      ])
    }
    return rows
  }

  private func cashFlowJSON(_ alternative: Alternative) -> JSON {
    let value = alternative.conversion, financed = alternative.financed.years
    let discount = DiscountSchedule.constant(value.financialDiscountRate)
    var cumulative = 0.0
    return .array(
      alternative.appraisal.years.enumerated().map { k, y in
        let f = k < financed.count ? financed[k] : nil
        cumulative += y.net ?? 0
        return [
          "year": .number(Double(year + y.year)), "capex": JSON(y.capitalCost), "revenue": JSON(y.revenue),
          "operating_cost": JSON(y.operatingCost), "replacements": JSON(y.replacements), "residual": JSON(y.residualValue),
          "occupancy": JSON(y.occupancy), "net": JSON(y.net), "discounted": JSON(y.net.map { $0 * discount.factor(year: y.year) }),
          "interest": JSON(f?.interest ?? 0), "principal": JSON(f?.principal ?? 0),
          "debt_service": JSON((f?.interest ?? 0) + (f?.principal ?? 0)),
          "grant": JSON(f?.grant ?? 0), "cofinancing": JSON(f?.publicCofinancing ?? 0), "soft_loan": JSON(f?.softLoan ?? 0),
          "bank_loan": JSON(f?.bankLoan ?? 0), "loan": JSON((f?.softLoan ?? 0) + (f?.bankLoan ?? 0)), "equity": JSON(f?.equity ?? 0),
          "unfunded": JSON(f?.unfunded ?? 0), "debt": JSON(f?.debtBalance ?? 0), "dscr": JSON(f?.debtServiceCoverage),
          "cash": JSON(f?.cumulatedCash), "cumulative": y.net == nil ? nil : JSON(cumulative),
        ]
      })
  }

  // MARK: Verdict

  func verdictJSON(_ concept: Concept, _ site: SiteRecord) -> JSON {
    let choice = concept.choice, v = choice.verdict
    let titles: [String: (String, String)] = [
      "completeness": ("Completeness of the data", "share"), "vacancy_confidence": ("Confidence of the vacancy", "share"),
      "rent_known": ("Market rent known", "1"), "fnpv_c": ("FNPV(C)", "EUR"),
      "dscr_min": ("Lowest debt service cover", "ratio"), "enpv": ("ENPV", "EUR"), "sustainable": ("Cash never below zero", "1"),
      "fnpv_k_private": ("Private FNPV(K)", "EUR"),
      "public_money_per_job": ("Public money per job", "EUR/job"), "fnpv_c_meanwhile": ("FNPV(C) of meanwhile use", "EUR"),
    ]
    let figures = v.figures.map { figure -> JSON in
      let (title, unit) = titles[figure.name] ?? (figure.name, "")
      return [
        "title": .string(title), "limit": JSON(figure.limit), "passes": .bool(figure.passes),
        "figure": Figure(
          figure.value, unit: unit, priceBase: unit.hasPrefix("EUR") ? year : nil, kind: "computed",
          source: figure.limit.map { "limit \(JSON.text(of: ($0 * 100).rounded() / 100))" } ?? ""
        ).json,
      ]
    }
    let name = site.text("name") ?? site.text("address") ?? site.id
    var summary: String
    let stage =
      choice.stage.closedArea > 1
      ? " It is a first stage of about \(Self.rounded(choice.stage.grossFloorArea)) of \(Self.rounded(choice.stage.grossFloorArea + choice.stage.closedArea)) m², as much as the district's demand fills."
      : ""
    switch v.recommendation {
    case .findOutFirst:
      summary =
        "Too little is known of \(name) to recommend an investment. The figures below show what follows from the assumptions; find out first: \(v.missingFacts.prefix(4).joined(separator: ", "))."
    case .invest: summary = "\(choice.title) pays for itself: the investment earns its discount rate and covers its debt." + stage
    case .investWithGrant:
      summary = "\(choice.title) is worth more to society than it costs and works with the lawful grant and co-financing." + stage
    case .meanwhileOnly:
      summary = "No conversion carries itself or stays within the limits; a meanwhile use costs less than keeping \(name) vacant."
    case .notViable:
      summary = "No alternative carries itself or stays within the limits, and a meanwhile use costs more than keeping \(name) vacant."
    }
    summary +=
      " Keeping it vacant costs about \(Self.rounded(concept.statusQuo.perYear)) EUR a year. A survey and feasibility study, about \(Self.rounded(concept.surveyCost)) EUR, would narrow the range."
    return [
      "verdict": .string(v.recommendation.rawValue), "rule": .string(v.rule), "figures": .array(figures),
      "missing": .array(v.missingFacts.map { .string($0) }), "alternative": .string(choice.id), "alternative_title": .string(choice.title),
      "survey_cost": money(concept.surveyCost, source: "survey and feasibility study per m² gross floor area, before the decision"),
      "summary": .string(summary),
    ]
  }

  /// Two significant figures, so that a sentence claims no more than it knows.
  private static func rounded(_ value: Double) -> String {
    guard value >= 10 else { return JSON.text(of: value.rounded()) }
    var scale = 1.0
    while value / scale >= 100 { scale *= 10 }
    return JSON.text(of: (value / scale).rounded() * scale)
  }
}
