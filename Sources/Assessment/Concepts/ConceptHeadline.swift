/// The headline figures of a concept, as they stand in the site table; `nil` where not computed.
public struct ConceptHeadline: Sendable {
  /// The verdict in words.
  public var verdict: String
  /// Id of the alternative that is reported.
  public var alternative: String
  /// Money in EUR, rates as shares, by column name of the site table.
  public var figures: [String: Double]
  /// The columns in order.
  public static let columns = [
    "capex_eur", "capex_low_eur", "capex_high_eur", "grant_eur", "public_cofinancing_eur", "fnpv_c_eur", "frr_c", "fnpv_k_eur", "frr_k",
    "enpv_eur",
    "dscr_min", "break_even_rent_eur_m2_month", "jobs",
  ]
}
