import Glibc

/// Social benefits of bringing a derelict site back, as the French Bénéfriches method values them.
///
/// Source: ADEME, Bénéfriches, published unit tests of the open tool. Discounting is at 4.5 % a year; a benefit of `n` years is summed over k = 0…n − 1,
/// that is with the first year undiscounted. A sum that starts at k = 1 is 4.5 % lower: the trap when such sums are compared.
public enum RegenerationBenefits {
  /// The method's discount rate.
  public static let discountRate = 0.045

  /// The present value of a level yearly benefit over the years `first` ..< `end`, counted from the year of opening.
  ///
  /// - Parameters:
  ///   - yearly: Benefit per year.
  ///   - years: Years of the evaluation; later ones are cut off.
  ///   - first: First year counted, 0 for the year of opening.
  ///   - end: Year before which counting stops; `nil` for the end of the evaluation.
  /// - Throws: `ProjectFinanceError` for figures that are not finite or negative years.
  public static func discountedSum(
    _ yearly: Double, years: Int, from first: Int = 0, to end: Int? = nil
  ) throws(ProjectFinanceError) -> Double {
    try weightedSum(yearly, years: years, from: first, to: end) { _ in 1 }
  }

  /// The present value of a benefit that grows with gross domestic product per head, 1.2 % a year from an index of 1 in 2022.
  ///
  /// - Throws: `ProjectFinanceError` for figures that are not finite or negative years.
  public static func discountedSumWithGrowth(_ yearly: Double, years: Int, openingYear: Int) throws(ProjectFinanceError) -> Double {
    try weightedSum(yearly, years: years) { pow(1.012, Double(openingYear + $0 - 2022)) }
  }

  /// The present value of tonnes of CO₂ avoided each year at a price by calendar year.
  ///
  /// - Throws: `ProjectFinanceError` for figures that are not finite or negative years.
  public static func discountedCarbon(
    tonnesPerYear: Double, years: Int, openingYear: Int, price: PricePath = .frenchClimateAction
  ) throws(ProjectFinanceError) -> Double {
    try weightedSum(tonnesPerYear, years: years) { price.price(year: openingYear + $0) }
  }

  private static func weightedSum(
    _ yearly: Double, years: Int, from first: Int = 0, to end: Int? = nil, weight: (Int) -> Double
  ) throws(ProjectFinanceError) -> Double {
    try require(yearly, in: -largestAmount...largestAmount, "yearly_benefit")
    try require(Double(years), in: 0...1000, "years")
    try requireNonNegative(Double(first), "start")
    var total = 0.0
    for year in stride(from: first, to: min(years, end ?? years), by: 1) {
      total += yearly * weight(year) * pow(1 + discountRate, -Double(year))
    }
    return total
  }

  /// The area within a distance of a site, the site left out, in m², for a site taken as a circle.
  public static func influenceArea(siteArea: Double, radius: Double) -> Double {
    let siteRadius = (siteArea / Double.pi).squareRoot()
    return Double.pi * (siteRadius + radius) * (siteRadius + radius) - siteArea
  }

  /// What a site's return adds to the value of homes near by.
  public struct PropertyUplift: Sendable, Equatable {
    /// Rise in value, private homes only, undiscounted.
    public let rise: Double
    /// The rise spread over five years from the year after opening, discounted.
    public let presentValue: Double
    /// Present value of the duties on the sales of risen homes, from the year after opening.
    public let transferDuties: Double
  }

  /// The rise in property value around a site.
  ///
  /// Within 100 m homes gain 3.5 % and within 200 m 3 % (with renaturation 5, 4, 3, 2 and 1 % within 100 to 500 m); zones are full discs that overlap, as
  /// published. 32 m² of home per inhabitant, 20 % social homes left out, a home changes hands every 33 years at duties of 5.81 %.
  /// - Parameters:
  ///   - siteArea: m².
  ///   - cityArea: m².
  ///   - cityPopulation: Inhabitants.
  ///   - pricePerSquareMetre: Price of homes per m².
  ///   - years: Years of the evaluation.
  /// - Throws: `ProjectFinanceError` for figures that are negative or a city without area.
  public static func propertyUplift(
    siteArea: Double, cityArea: Double, cityPopulation: Double, pricePerSquareMetre: Double, years: Int, isRenatured: Bool = false
  ) throws(ProjectFinanceError) -> PropertyUplift {
    try requireNonNegative(siteArea, "site_area")
    try requireNonNegative(cityPopulation, "city_population")
    try requireNonNegative(pricePerSquareMetre, "price_per_m2")
    try requireFinite(cityArea, "city_area")
    guard cityArea > 0 else { throw .outOfRange(field: "city_area", value: cityArea, allowed: "above 0") }
    let zones: [(radius: Double, share: Double)] =
      isRenatured ? [(100, 0.05), (200, 0.04), (300, 0.03), (400, 0.02), (500, 0.01)] : [(100, 0.035), (200, 0.03)]
    let homesPerSquareMetre = cityPopulation / cityArea * 32
    var rise = 0.0
    for zone in zones {
      rise += influenceArea(siteArea: siteArea, radius: zone.radius) * homesPerSquareMetre * pricePerSquareMetre * zone.share
    }
    rise *= 0.8
    return PropertyUplift(
      rise: rise, presentValue: try discountedSum(rise / 5, years: years, from: 1, to: 6),
      transferDuties: try discountedSum(rise / 33 * 0.0581, years: years, from: 1, to: 34))
  }
}
