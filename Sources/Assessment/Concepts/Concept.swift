import ProjectFinance

/// What could be done with one building, priced side by side, and which of it the figures support.
struct Concept: Sendable {
  /// What an empty building costs its owner.
  struct StatusQuo: Sendable {
    /// EUR a year for securing the site.
    var security: Double
    /// EUR a year for maintaining the building.
    var maintenance: Double
    /// Present value over the horizon, negative.
    var presentValue: Double
    /// Years of the horizon.
    var years: Int
    /// EUR a year.
    var perYear: Double { security + maintenance }
  }

  /// The alternatives in the order of the method.
  var alternatives: [Alternative]
  /// Index of the alternative that is reported.
  var chosen: Int
  /// What keeping the building vacant costs.
  var statusQuo: StatusQuo
  /// Cost of a survey and feasibility study before the decision, EUR.
  var surveyCost: Double
  /// Whole lettable area over the area the district takes up each year; `nil` when the demand is not known.
  var yearsOfDemand: Double?
  /// The assumptions used, by id.
  var assumptions: [Assumption]
  /// What the reader must know.
  var notes: [Message]

  /// The chosen alternative.
  var choice: Alternative { alternatives[chosen] }

  /// The figures of the site table.
  var headline: ConceptHeadline {
    let a = choice.appraisal, financed = choice.financed
    var figures: [String: Double] = [:]
    func put(_ name: String, _ value: Double?) { if let value, value.isFinite { figures[name] = value } }
    put("capex_eur", a.capitalCost.central)
    put("capex_low_eur", a.capitalCost.low)
    put("capex_high_eur", a.capitalCost.high)
    put("grant_eur", financed.stack?.grant)
    put("public_cofinancing_eur", financed.stack?.publicCofinancing)
    put("fnpv_c_eur", a.netPresentValue)
    put("frr_c", a.rateOfReturn?.value)
    put("fnpv_k_eur", financed.nationalNetPresentValue)
    put("frr_k", financed.nationalRateOfReturn?.value)
    put("enpv_eur", a.economics?.netPresentValue)
    put("dscr_min", financed.coverage?.minimum)
    put("break_even_rent_eur_m2_month", choice.breakEvenRent)
    put("jobs", a.jobs)
    return ConceptHeadline(verdict: choice.verdict.recommendation.rawValue, alternative: choice.id, figures: figures)
  }
}
