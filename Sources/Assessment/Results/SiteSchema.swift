import DecisionAnalysis
public import TextFormats
import UrbanIndicators

/// The data dictionary of the site table: what each column is and in which unit; written as `sites.schema.json`.
public func siteSchema(profileOf portfolio: Portfolio) -> JSON {
  let fixed: [(String, String, String, String)] = [
    ("site_id", "string", "", "Id of the building"), ("name", "string", "", "Name, if published"),
    ("rank", "integer", "", "Rank by score, 1 = best; ties ordered by id"),
    ("score", "number", "0-100", "Weighted sum of the criteria's worth"),
    ("score_low", "number", "0-100", "Lowest score that unknown facts allow"),
    ("score_high", "number", "0-100", "Highest score that unknown facts allow"),
    ("suitability", "number", "0-100", "Sub-score of building, location, ecosystem, deliverability"),
    ("regeneration_need", "number", "0-100", "Sub-score of the district"),
    ("completeness", "number", "share", "Weight of the criteria known from data"),
    ("vacancy", "string", "", "Class that the evidence supports: vacant, partlyVacant, derelict, inUse, unknown"),
    ("vacancy_confidence", "number", "share", "Confidence of the deciding evidence, decayed to the study's date"),
    ("vacancy_source", "string", "", "Who says so"), ("best_sector", "string", "", "Creative sub-market with the highest fit"),
    ("best_sector_fit", "number", "0-1", "Its fit"),
    ("district_id", "string", "", "District the building lies in"),
    ("verdict", "string", "", "Verdict of the written rules; null when not reported"),
    ("alternative", "string", "", "Alternative the figures below belong to"),
    ("capex_eur", "number", "EUR", "Investment cost, central, real, net"),
    ("capex_low_eur", "number", "EUR", "Lower end of its class range"), ("capex_high_eur", "number", "EUR", "Upper end of its class range"),
    ("grant_eur", "number", "EUR", "Grant by funding gap within the aid ceiling"),
    ("public_cofinancing_eur", "number", "EUR", "Rest of the funding gap, national or municipal"),
    ("fnpv_c_eur", "number", "EUR", "Financial net present value of the investment"),
    ("frr_c", "number", "share", "Financial rate of return of the investment; null when not unique"),
    ("fnpv_k_eur", "number", "EUR", "Financial net present value of all national capital"),
    ("frr_k", "number", "share", "Its rate of return"), ("enpv_eur", "number", "EUR", "Economic net present value"),
    ("dscr_min", "number", "ratio", "Lowest debt service coverage ratio"),
    ("break_even_rent_eur_m2_month", "number", "EUR/m2/month", "Rent at which FNPV(C) is 0"),
    ("jobs", "number", "jobs", "Jobs at stabilised occupancy"),
    ("rank_acceptability_first", "number", "share", "Share of weight draws in which the site is first"),
  ]
  func property(_ type: String, _ unit: String, _ title: String, _ note: String = "") -> JSON {
    .object(
      [.init("type", .array([.string(type), "null"])), .init("title", .string(title))]
        + (unit.isEmpty ? [] : [.init("x-unit", .string(unit))])
        + (note.isEmpty ? [] : [.init("description", .string(note))]))
  }
  var properties = fixed.map { JSON.Member($0.0, property($0.1, $0.2, $0.3)) }
  for sector in portfolio.context.sectors {
    properties.append(.init("fit_" + sector.id.replacing("-", with: "_"), property("number", "0-1", "Fit for " + sector.title)))
  }
  for criterion in portfolio.context.profile.criteria {
    properties.append(
      .init(
        "value_" + criterion.id,
        property("number", "0-1", "Worth of: " + criterion.title, "weight \(JSON.text(of: criterion.weight)) %; \(criterion.valueText)")))
  }
  for indicator in Indicator.allCases {
    let d = indicator.description
    properties.append(.init("ind_" + d.id, property("number", d.unit, d.title, "\(d.formula) (\(d.source))")))
  }
  return [
    "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Site table of Rekindle",
    "description": "Properties of the features of sites.geojson and of the layer sites of sites.gpkg.",
    "type": "object", "required": ["site_id", "rank", "score"], "properties": .object(properties),
  ]
}
