/// The texts that code asks for; raw values are keys of the catalogue's `text`. Templates name theirs as `{{t.key}}`.
enum Phrase: String, CaseIterable {
  case acceptabilityChart, acceptabilityChartAlt, axisCapex, axisFit, axisMonths, axisNPV, axisPoints, axisRank, axisRisk, axisScore,
    benefitCost, bestSector, breakEvenRent, builtIn, capex, capexChart, capexPerArea, cashFlowChart, cashFlowChartAlt, closeMap,
    cofinancing, compactMillion, compactThousand, completeness, condition, contextMap, costChart, cumulative, date, debtService,
    discounted, dscrMin, enpv, equity, err, estimateClass, financingChart, fnpvC, fnpvK, formerUse, frrC, frrK, fundingGap, grant,
    grossArea, heritage, interval, jobs, legend, legendDistrict, legendScore, legendSite, legendStreet, lettableArea, limitedBy,
    listed, loan, mapAlt, mapGeneralised, monteCarloChart, monteCarloText, net, no, northLetter, notListed, ofPoints, ofSites,
    operatingCost, opportunities, owner, payback, plusCofinancing, portfolioMap, portfolioMapAlt, priceBase, pricesOf, publicPerJob,
    rank, rankBetween, replacements, residual, returnChart, revenue, ringLabel, riskChart, riskChartAlt, robustnessText, rowLimitNote,
    scatterChart, scatterChartAlt, score, scoreChart, scoreChartAlt, scoreInterval, scoreStripAlt, sectorChart, sectorChartAlt,
    softLoan, strengths, summaryAlternative, summaryCost, summaryGrant, summaryReturn, summaryRisk, summaryWhat, summaryWhere,
    summaryWhom, threats, timetableChart, tornadoChart, tornadoChartAlt, unknown, vacancyState, verdict, weaknesses, yearBuilt, yes
}
