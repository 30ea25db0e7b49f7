import ProjectFinance
import TextFormats

/// The alternatives of a site and the verdict, as its report holds them.
extension DossierContext {
  private var year: Int { study.priceDate.year }

  private func money(
    _ value: Double?, low: Double? = nil, high: Double? = nil, unit: String = "EUR", _ source: Message, estimateClass: Int? = nil
  ) -> Figure {
    Figure(value, low: low, high: high, unit: unit, priceBase: year, kind: .computed, source: source, estimateClass: estimateClass)
  }

  private func money(_ value: Double?, unit: String = "EUR", _ source: Sentence) -> Figure { money(value, unit: unit, Message(source)) }

  private func plain(_ value: Double?, unit: String, _ source: Message) -> Figure {
    Figure(value, unit: unit, kind: .computed, source: source)
  }

  private func plain(_ value: Double?, unit: String, _ source: Sentence) -> Figure { plain(value, unit: unit, Message(source)) }

  private func rate(_ rate: InternalRateOfReturn?, _ source: Message) -> Figure {
    var text = source
    switch rate {
    case .multiple(let roots):
      let rates = roots.map {
        Message(.inPercent, .number(($0 * 1000).rounded() / 10, decimals: ($0 * 1000).rounded().remainder(dividingBy: 10) == 0 ? 1 : nil))
      }
      text = Message(.severalRates, source, .items(rates))
    case .none(.noFlows)?: text = Message(.noRateNoFlows, source)
    case .none(.noSignChange)?: text = Message(.noRateNoSignChange, source)
    case .none(.noRealRoot)?: text = Message(.noRateNoRoot, source)
    case .unique, nil: break
    }
    return plain(rate?.value, unit: "share", text)
  }

  func statusQuo(_ concept: Concept) -> StatusQuoReport {
    let s = concept.statusQuo
    return StatusQuoReport(
      perYear: money(s.perYear, unit: "EUR/a", .fromHoldingCost), security: money(s.security, unit: "EUR/a", .fromSiteArea),
      maintenance: money(s.maintenance, unit: "EUR/a", .fromGrossArea),
      presentValue: money(s.presentValue, Message(.fromVacantYears, .number(Double(s.years)))))
  }

  func alternative(_ concept: Concept, _ k: Int) -> AlternativeReport {
    let alternative = concept.alternatives[k]
    let a = alternative.appraisal, value = alternative.conversion, financed = alternative.financed, stack = financed.stack
    let flow = Message(.cashFlow, .number(Double(value.horizonYears)), .number(value.financialDiscountRate * 100))
    let own = alternative.id == "meanwhile" ? Message(.cashFlowOfUse) : flow
    let opened = a.years.first { $0.occupancy >= value.occupancy.stabilised - 1e-9 && $0.occupancy > 0 } ?? a.years.last
    let estimate = alternative.cost?.estimate
    let estimateClass = estimate?.estimateClass.number
    let area = max(1, value.grossFloorArea)
    let hasInvestment = a.capitalCost.central != 0
    let national = Message(.nationalCapital, own), privately = Message(.privateCapital, own)
    return AlternativeReport(
      id: alternative.id, title: alternative.title, description: alternative.description, isChosen: k == concept.chosen,
      verdict: alternative.verdict.recommendation, verdictRule: words(alternative.verdict.rule), programme: alternative.programme,
      convertedArea: plain(alternative.stage.grossFloorArea, unit: "m2", .fromDemand),
      closedArea: plain(alternative.stage.closedArea, unit: "m2", .fromClosedArea),
      closedCost: money(alternative.closedCost, unit: "EUR/a", .fromClosedCost),
      lettableArea: plain(value.lettableArea, unit: "m2", .fromEfficiency),
      rent: money(value.rentPerSquareMetreMonth, unit: "EUR/m2/month", .fromMarketRent),
      occupancy: plain(value.occupancy.stabilised, unit: "share", .fromLongRun), jobs: plain(a.jobs, unit: "jobs", .fromLetArea),
      capex: money(
        a.capitalCost.central, low: a.capitalCost.low, high: a.capitalCost.high, alternative.cost?.text ?? Message(.noInvestment),
        estimateClass: estimateClass),
      capexPerArea: money(
        a.capitalCost.central / area, low: a.capitalCost.low / area, high: a.capitalCost.high / area, unit: "EUR/m2",
        Message(.perConvertedArea), estimateClass: estimateClass),
      capexReferenceClass: money(estimate?.referenceClassTotal, .fromReferenceClass),
      contingency: money(estimate?.contingency, .fromContingency),
      costGroups: (estimate?.lines ?? []).map {
        let group = String($0.group.rawValue)
        return CostGroupLine(
          group: group, title: Self.groupTitles[group] ?? group, low: $0.cost.low, central: $0.cost.central, high: $0.cost.high)
      }, costFactors: (alternative.cost?.factors ?? []).map { CostFactor(title: $0.title, value: $0.value) },
      costExtras: (alternative.cost?.extras ?? []).map { title, extra in
        CostExtra(
          title: title, group: String(extra.group.rawValue), low: extra.cost.low, central: extra.cost.central, high: extra.cost.high)
      }, revenue: money(opened?.revenue, unit: "EUR/a", .fromFirstFullRevenue),
      operatingCost: money(opened?.operatingCost, unit: "EUR/a", .fromFirstFullCost), grant: money(stack?.grant, .fromGrantRule),
      cofinancing: money(stack?.publicCofinancing, .fromCofinancingRule), softLoan: money(stack?.softLoan, .fromLeastPublicMoney),
      loan: money(stack?.bankLoan, .fromLeastPublicMoney), equity: money(stack?.equity, .fromRestOfUses),
      unfunded: money(stack?.unfunded, .fromUnfunded), uses: money(stack?.totalUses, .fromUses),
      binding: (stack?.binding ?? []).map(\.rawValue),
      costOfCapital: plain(stack?.weightedCostOfCapital, unit: "share", .fromCostOfCapital),
      financing: stack.map(financing) ?? .none, marginalGrant: stack?.marginalGrant.map(MarginalGrant.init),
      aid: alternative.aid.map(aid),
      fundingGap: hasInvestment ? plain(financed.fundingGap.flatMap { $0.rate }, unit: "share", Message(.fromGapFormula, own)) : nil,
      modifiedRate: hasInvestment ? plain(a.modifiedRateOfReturn, unit: "share", .fromModifiedRate) : nil,
      fnpvC: money(a.netPresentValue, flow), frrC: rate(a.rateOfReturn, flow), fnpvK: money(financed.nationalNetPresentValue, national),
      frrK: rate(financed.nationalRateOfReturn, national), fnpvKPrivate: money(financed.ownersNetPresentValue, privately),
      frrKPrivate: rate(financed.ownersRateOfReturn, privately),
      enpv: money(a.economics?.netPresentValue, Message(.fromSocialRate, .number(value.socialDiscountRate * 100))),
      enpvHighRate: money(alternative.economicValueAtHighRate, .fromHighSocialRate),
      err: rate(a.economics?.rateOfReturn, Message(.economicFlows)),
      benefitCost: plain(a.economics?.benefitCostRatio, unit: "ratio", .fromBenefits), economics: a.economics.map(economics),
      dscrMin: plain(financed.coverage?.minimum, unit: "ratio", .lowestYearReal),
      dscrMinNominal: plain(alternative.nominalCoverage, unit: "ratio", .lowestYearNominal),
      dscrMean: plain(financed.coverage?.mean, unit: "ratio", .meanOfYears),
      llcr: plain(financed.loanLifeCoverage, unit: "ratio", .loanLife), isSustainable: financed.isSustainable,
      breakEvenRent: money(alternative.breakEvenRent, unit: "EUR/m2/month", .rentForZero),
      payback: plain(a.payback, unit: "years", .undiscounted),
      discountedPayback: plain(a.discountedPayback, unit: "years", .atFinancialRate),
      publicPerJob: money(financed.publicMoneyPerJob, unit: "EUR/job", .publicMoneyPerJob), inverse: inverse(alternative),
      cashFlow: cashFlow(alternative), uncertainty: uncertainty(alternative))
  }

  private static let groupTitles = [
    "100": "Plot", "200": "Preparation", "300": "Building construction", "400": "Technical systems", "500": "Outdoor works",
    "600": "Fittings", "700": "Fees and charges",
  ]

  // MARK: Financing

  private func limitTitle(_ limit: FinancingStack.Limit) -> Sentence {
    switch limit {
    case .grantCeiling: .bindsGrant
    case .cofinancingCeiling: .bindsCofinancing
    case .cofinancingRate: .bindsCofinancingRate
    case .aidCeiling: .bindsAid
    case .softLoanCeiling: .bindsSoftLoan
    case .bankLoanCeiling: .bindsBankLoan
    case .ownShare: .bindsOwnShare
    case .equityCeiling: .bindsMeans
    case .debtServiceCoverage: .bindsCoverage
    case .cumulatedCash: .bindsCash
    case .equityReturn: .bindsReturn
    }
  }

  /// What binds the financing and what a further euro of grant buys.
  private func financing(_ stack: FinancingStack) -> Message {
    var text: [Message] = []
    if stack.unfunded > 1 { text.append(Message(.financingGap, .whole(stack.unfunded))) }
    if !stack.binding.isEmpty { text.append(Message(.whatBinds, .items(stack.binding.map { Message(limitTitle($0)) }))) }
    guard let marginal = stack.marginalGrant else { return .sentences(text + [Message(.euroChangesNothing)]) }
    func cents(_ change: Double) -> Message? {
      let cents = (change * 100).rounded()
      return cents == 0 ? nil : .signed(cents / 100, decimals: 2)
    }
    let parts = [
      (Sentence.cofinancingBy, marginal.publicCofinancing), (.softLoanBy, marginal.softLoan), (.bankLoanBy, marginal.bankLoan),
      (.equityBy, marginal.equity), (.unfundedBy, marginal.unfunded),
    ].compactMap { sentence, change in cents(change).map { Message(sentence, $0) } }
    let isLawful = marginal.isLawful
    switch (parts.isEmpty, cents(marginal.ownersNetPresentValue)) {
    case (false, nil): text.append(Message(isLawful ? .euroChanges : .unlawfulEuroChanges, .items(parts)))
    case (false, let value?): text.append(Message(isLawful ? .euroChangesAndValue : .unlawfulEuroChangesAndValue, .items(parts), value))
    case (true, nil): text.append(Message(isLawful ? .euroChangesNoSource : .unlawfulEuroChangesNoSource))
    case (true, let value?): text.append(Message(isLawful ? .euroChangesValueOnly : .unlawfulEuroChangesValueOnly, value))
    }
    return .sentences(text)
  }

  private func refusalText(_ reason: AidCeiling.Reason) -> Sentence {
    switch reason {
    case .expired: .aidExpired
    case .notYetInForce: .aidNotYet
    case .aboveTotalCostCap: .aidTooDear
    case .intensityUnknown: .aidIntensityUnknown
    case .basisUnknown: .aidBasisUnknown
    }
  }

  private func aid(_ route: FundingRoute) -> AidReport {
    let applied = route.ceiling.applied
    var routes: [AidReport.Route] = []
    func add(_ rule: AidRule, _ status: AidReport.Status, _ amount: Double?, _ text: Sentence) {
      routes.append(
        .init(
          rule: rule.id, title: rule.title, status: status, ceiling: amount, validFrom: rule.validFrom, validTo: rule.validTo,
          isVerified: rule.isVerified, text: Message(text)))
    }
    for allowance in route.ceiling.allowances {
      add(
        allowance.rule, allowance.rule.id == applied?.rule.id ? .applied : .possible, allowance.amount,
        allowance.boundBy == "threshold" ? .aidByThreshold : .aidByIntensity)
    }
    for refusal in route.ceiling.refusals {
      guard let rule = route.rules[refusal.ruleID] else { continue }
      add(rule, refusal.reason == .expired ? .unlawful : .notApplicable, nil, refusalText(refusal.reason))
    }
    if let rule = route.notAid { add(rule, .needsOpinion, route.notAidGrant, .aidNotAid) }
    return AidReport(
      rule: applied?.rule.id, title: applied?.rule.title, rate: applied?.rule.maximumIntensity, ceiling: applied?.amount,
      validTo: applied?.rule.validTo, isVerified: applied?.rule.isVerified ?? false, text: aidText(route), routes: routes)
  }

  /// What the aid law allows, in words.
  private func aidText(_ route: FundingRoute) -> Message {
    var text: [Message] = []
    if let applied = route.ceiling.applied {
      let rule = applied.rule
      if rule.basis == .undertaking {
        text.append(Message(.aidUndertaking, .text(rule.title), .text(rule.source), .whole(applied.amount)))
      } else {
        text.append(
          Message(
            .aidShare, .text(rule.title), .text(rule.source), .percent(rule.maximumIntensity ?? 0),
            .label(kind: "aidBasis", id: rule.basis.rawValue, english: rule.basis.rawValue)))
        if applied.boundBy == "threshold" { text.append(Message(.aidThreshold, .whole(applied.amount))) }
      }
      if applied.amount == 0 { text.append(Message(.aidNothing)) }
      if let end = rule.validTo { text.append(Message(.aidEnds, .date(end))) }
      if !rule.isVerified { text.append(Message(.aidUnverified)) }
    } else {
      text.append(Message(.aidNoRule, .date(study.grantDate)))
    }
    let expired = route.ceiling.expiredRuleIDs
    if !expired.isEmpty { text.append(Message(.aidUnlawful, .items(expired.map { .text($0) }))) }
    let covered = route.ceiling.refusals.filter { $0.reason == .aboveTotalCostCap }.map(\.ruleID)
    if !covered.isEmpty { text.append(Message(.aidNotCovered, .items(covered.map { .text($0) }))) }
    if let rule = route.notAid { text.append(Message(.aidOtherRoute, .text(rule.title))) }
    return .list(text + [.text(".")], separator: "")
  }

  // MARK: Returns

  /// The benefits, by their English titles.
  static let benefitTitles = [
    "revenue": "Revenue, as willingness to pay", "avoided_holding_cost": "Holding cost avoided", "jobs": "Jobs",
    "property_uplift": "Value of property near by", "carbon": "Carbon avoided by not building new",
    "services": "Visits and advice beyond their price", "residual_value": "Residual value",
  ]

  private func economics(_ economics: EconomicAppraisal) -> EconomicsReport {
    func title(_ id: String) -> Message { .label(kind: "benefit", id: id, english: Self.benefitTitles[id] ?? id) }
    return EconomicsReport(
      benefits: economics.benefits.map { .init(id: $0.name, title: title($0.name), presentValue: $0.presentValue) },
      costs: economics.costs, notCounted: economics.notCounted.map(title))
  }

  private func inverse(_ alternative: Alternative) -> [InverseReport] {
    var rows = alternative.inverse.map { answer in
      InverseReport(
        id: answer.id, title: answer.title,
        figure: answer.unit.hasPrefix("EUR")
          ? money(answer.value, unit: answer.unit, answer.text) : plain(answer.value, unit: answer.unit, answer.text),
        isVerified: answer.isVerified)
    }
    if let stack = alternative.financed.stack, let marginal = stack.marginalGrant {
      rows.append(
        InverseReport(
          id: "marginal_grant", title: Message(marginal.isLawful ? .ownersValuePerEuro : .ownersValuePerUnlawfulEuro),
          figure: plain(marginal.ownersNetPresentValue, unit: "ratio", financing(stack)), isVerified: true))
    }
    return rows
  }

  private func cashFlow(_ alternative: Alternative) -> [CashFlowYear] {
    let value = alternative.conversion, financed = alternative.financed.years
    let discount = DiscountSchedule.constant(value.financialDiscountRate)
    var cumulative = 0.0
    return alternative.appraisal.years.enumerated().map { k, y in
      let f = k < financed.count ? financed[k] : nil
      cumulative += y.net ?? 0
      return CashFlowYear(
        year: year + y.year, capex: y.capitalCost, revenue: y.revenue, operatingCost: y.operatingCost, replacements: y.replacements,
        residual: y.residualValue, occupancy: y.occupancy, net: y.net, discounted: y.net.map { $0 * discount.factor(year: y.year) },
        interest: f?.interest ?? 0, principal: f?.principal ?? 0, grant: f?.grant ?? 0, cofinancing: f?.publicCofinancing ?? 0,
        softLoan: f?.softLoan ?? 0, bankLoan: f?.bankLoan ?? 0, equity: f?.equity ?? 0, unfunded: f?.unfunded ?? 0,
        debt: f?.debtBalance ?? 0, coverage: f?.debtServiceCoverage, cash: f?.cumulatedCash, cumulative: y.net == nil ? nil : cumulative)
    }
  }

  // MARK: Verdict

  private func words(_ rule: Verdict.Rule) -> Message {
    switch rule {
    case .tooLittleKnown(let completeness, let confidence): Message(.ruleFindOut, .percent(completeness), .number(confidence))
    case .paysForItself(let coverage): Message(.ruleInvest, .number(coverage))
    case .worthPublicMoney: Message(.ruleInvestWithGrant)
    case .betterThanVacant: Message(.ruleMeanwhile)
    case .noneHolds: Message(.ruleNotViable)
    }
  }

  private static let testTitles: [String: (title: Sentence, unit: String)] = [
    "completeness": (.completenessOfData, "share"), "vacancy_confidence": (.confidenceOfVacancy, "share"),
    "rent_known": (.marketRentKnown, "1"), "fnpv_c": (.fnpvC, "EUR"), "dscr_min": (.lowestCover, "ratio"), "enpv": (.enpv, "EUR"),
    "sustainable": (.neverNegative, "1"), "fnpv_k_private": (.privateFnpvK, "EUR"), "public_money_per_job": (.moneyPerJob, "EUR/job"),
    "fnpv_c_meanwhile": (.fnpvCOfMeanwhile, "EUR"),
  ]

  func verdict(_ concept: Concept, _ site: SiteRecord) -> VerdictReport {
    let choice = concept.choice, v = choice.verdict
    let figures = v.figures.map { figure -> VerdictReport.Test in
      let known = Self.testTitles[figure.name]
      let unit = known?.unit ?? ""
      return .init(
        title: known.map { Message($0.title) } ?? .text(figure.name), limit: figure.limit, passes: figure.passes,
        figure: Figure(
          figure.value, unit: unit, priceBase: unit.hasPrefix("EUR") ? year : nil, kind: .computed,
          source: figure.limit.map { Message(.limit, .rounded($0, 2)) } ?? .none))
    }
    let name = Message.text(site.text("name") ?? site.text("address") ?? site.id)
    let missing = v.missingFacts.map(FactToFind.title(of:))
    var summary: [Message]
    switch v.recommendation {
    case .findOutFirst: summary = [Message(.summaryFindOut, name, .items(Array(missing.prefix(4))))]
    case .invest: summary = [Message(.summaryInvest, choice.title)]
    case .investWithGrant: summary = [Message(.summaryInvestWithGrant, choice.title)]
    case .meanwhileOnly: summary = [Message(.summaryMeanwhile, name)]
    case .notViable: summary = [Message(.summaryNotViable, name)]
    }
    if [.invest, .investWithGrant].contains(v.recommendation), choice.stage.closedArea > 1 {
      let used = choice.stage.grossFloorArea
      summary.append(Message(.summaryStage, Self.rounded(used), Self.rounded(used + choice.stage.closedArea)))
    }
    summary.append(Message(.summaryVacantCost, Self.rounded(concept.statusQuo.perYear)))
    summary.append(Message(.summarySurvey, Self.rounded(concept.surveyCost)))
    return VerdictReport(
      verdict: v.recommendation, rule: words(v.rule), figures: figures, missing: missing, alternative: choice.id,
      alternativeTitle: choice.title, surveyCost: money(concept.surveyCost, .fromSurvey), summary: .sentences(summary))
  }

  /// Two significant figures, so that a sentence claims no more than it knows.
  private static func rounded(_ value: Double) -> Message {
    guard value >= 10 else { return .whole(value) }
    var scale = 1.0
    while value / scale >= 100 { scale *= 10 }
    return .number((value / scale).rounded() * scale)
  }
}

extension MarginalGrant {
  init(_ marginal: FinancingStack.MarginalEffect) {
    self.init(
      isLawful: marginal.isLawful, cofinancing: marginal.publicCofinancing, softLoan: marginal.softLoan, loan: marginal.bankLoan,
      equity: marginal.equity, unfunded: marginal.unfunded, ownersValue: marginal.ownersNetPresentValue)
  }
}
