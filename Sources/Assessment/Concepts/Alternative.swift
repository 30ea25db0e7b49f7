import ProjectFinance

/// One thing that could be done with a building, priced.
struct Alternative: Sendable {
  /// keep_vacant, meanwhile, light, full, cultural_anchor, coaching_centre.
  var id: String
  /// Title.
  var title: Message
  /// What is done, in a sentence.
  var description: Message
  /// Space programme.
  var programme: [ProgrammeLine]
  /// The part of the building it uses.
  var stage: Stage
  /// Cost estimate with what went into it; `nil` without investment.
  var cost: ConversionCost?
  /// EUR a year for maintaining the part that stays closed: spent with or without the project, and so no cost of a conversion.
  var closedCost: Double
  /// What is appraised.
  var conversion: ConversionCase
  /// The appraisal.
  var appraisal: Appraisal
  /// The appraisal whose financing is reported: for a meanwhile use that of its own years, since public money does not pay for holding
  /// cost that comes later; else `appraisal`.
  var financed: Appraisal
  /// The aid law that was applied.
  var aid: FundingRoute?
  /// The verdict on this alternative.
  var verdict: Verdict
  /// Answers to inverse questions.
  var inverse: [InverseAnswer]
  /// Lowest debt service cover in money of each year, with nominal annuities; `nil` without debt.
  var nominalCoverage: Double?
  /// ENPV at the higher social discount rate.
  var economicValueAtHighRate: Double?
  /// How far the figures may be off; `nil` when the rent is not known.
  var uncertainty: UncertaintyAnalysis?

  /// The rent at which FNPV(C) is 0, management cost moving with it; `nil` when nothing is let or no rent reaches it.
  var breakEvenRent: Double? { inverse.first { $0.id == "break_even_rent" }?.value }
}

/// The part of a building that an alternative uses; the rest stays closed and is maintained.
struct Stage: Sendable {
  /// Gross floor area in use, m².
  var grossFloorArea: Double
  /// Gross floor area that stays closed, m².
  var closedArea: Double
  /// Area let or shared, m²; at most what the district's demand absorbs.
  var available: Double

  /// Share of the building in use.
  var share: Double { grossFloorArea + closedArea > 0 ? grossFloorArea / (grossFloorArea + closedArea) : 1 }
}
