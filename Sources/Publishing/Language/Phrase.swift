/// The texts that code asks for; raw values are keys of the catalogue's `text`. Templates name theirs as `{{t.key}}`.
enum Phrase: String, CaseIterable {
  case acceptabilityChart, acceptabilityChartAlt, aidCeilingLabel, areaLabel, axisCapex, axisFit, axisMonths, axisNPV, axisPoints,
    axisRank, axisRisk, axisScore, bearableCost, benefitCost, bestSector, blankMeansHorizon, blankMeansNone, blankMeansRamp,
    breakEvenHead, breakEvenRent, builtIn, capex, capexChart, capexPerArea, capitalShare, cashFlowChart, cashFlowChartAlt, cashInHand,
    cashMinimum, central, checkAid, checkAll, checkCash, checkDraw, checkEngine, checkFailed, checkIdentity, checkLabel, checkSources,
    closeMap, cofinancing, cofinancingTaken, compactMillion, compactThousand, completeness, condition, constructionMonths, contextMap,
    costChart, costGroup, cumulative, date, debtService, discountFactor, discountRate, discounted, discountedInvestment,
    discountedNetRevenue, drawShare, dscrLabel, dscrMean, dscrMin, earlySurplus, eligibleShare, enpv, equity, equityReturn, err,
    estimateClass, financingChart, firstPayment, fixedColumns, fnpvC, fnpvK, formerUse, fromOptimiser, fromProgramme, frrC, frrK,
    fundingGap, gapCofinancing, gapGrant, grant, grantRateMax, grantTaken, grossArea, grossFloorArea, heritage, high, holdingCost,
    horizonYears, idleShare, inflation, inputNote, interestBefore, interval, jobs, legend, legendDistrict, legendScore, legendSite,
    legendStreet, lettableArea, limitedBy, listed, llcr, loan, loanBalance, loanDraw, loanGrace, loanInterest, loanKind,
    loanPrincipal, loanRate, loanYears, low, mapAlt, mapGeneralised, monteCarloChart, monteCarloText, monthsFromOpening,
    monthsUntilOpening, nameLabel, nationalFlow, net, netFlow, no, noRate, northLetter, notListed, notLive, noteNPV, noteNational,
    npvOwner, npvWhenChanged, occupancyFirst, occupancyStable, occupiedShare, ofPoints, ofSites, openingMonth, operatingCash,
    operatingCost, operatingCostPerArea, opportunities, otherOperatingCost, otherRevenue, owner, ownerBefore, ownerFlow, payback,
    plusCofinancing, portfolioMap, portfolioMapAlt, priceBase, priceIndex, pricesOf, programmeNote, publicMode, publicModeNote,
    publicNeeded, publicPerJob, pvCapital, pvOperating, pvRents, rampMonths, rank, rankBetween, rateUsed, realTerms, recoverableShare,
    renewalShare, renewalYear, rentLabel, rents, repaymentWait, replacements, residual, residualAmount, residualLife, residualShare,
    resultHead, returnChart, revenue, ringLabel, riskChart, riskChartAlt, robustnessText, rowLimitNote, scatterChart, scatterChartAlt,
    score, scoreChart, scoreChartAlt, scoreInterval, scoreStripAlt, sectionDerived, sectionFunding, sectionOperation, sectionTime,
    sectionValuation, sectorChart, sectorChartAlt, sensitivityNote, serviceCharges, severalRates, sheetChecks, sheetCosts, sheetFlow,
    sheetInputs, sheetProgramme, sheetResults, sheetSensitivity, softLoan, startUpLoss, strengths, summaryAlternative, summaryCost,
    summaryGrant, summaryReturn, summaryRisk, summaryWhat, summaryWhere, summaryWhom, threats, timetableChart, tornadoChart,
    tornadoChartAlt, total, unfunded, unitSizeLabel, unitsLabel, unknown, useEnd, useLabel, useMonths, useShare, vacancyState,
    valueLabel, verdict, weaknesses, yearBuilt, yearLabel, yearNumber, yearlyRent, yes
  // How firm a ranking is.
  case firmLead, firmHeatmap, firmHeatmapAlt, firmNoReversal, firmReversals, firmUnanimous, firmNotUnanimous, firmAgreed, firmNoneAgreed,
    firmStability, firmStabilityNever, firmBelow, firmAbove, firmHolds, firmOvertakes, firmNeverOvertakes, firmInformation,
    firmInformationNone, firmSiteCaption
  case convertedArea, referenceClass
}
