import Glibc

/// A price by calendar year, growing at a constant rate between known years and level outside them.
public struct PricePath: Sendable, Equatable {
  /// A known price.
  public struct Point: Sendable, Equatable {
    /// Calendar year.
    public var year: Int
    /// Price, above 0.
    public var price: Double

    /// A known price.
    public init(year: Int, price: Double) {
      self.year = year
      self.price = price
    }
  }

  /// Known prices by year.
  public let points: [Point]

  /// A path through known prices, or `nil` when there is none, two are of one year, or one is not above 0.
  public init?(points: [Point]) {
    let sorted = points.sorted { $0.year < $1.year }
    guard !sorted.isEmpty, sorted.allSatisfy({ $0.price > 0 && $0.price.isFinite }) else { return nil }
    for index in sorted.indices.dropFirst() where sorted[index].year == sorted[index - 1].year { return nil }
    self.points = sorted
  }

  /// The price in a year.
  public func price(year: Int) -> Double {
    guard let next = points.firstIndex(where: { $0.year > year }) else { return points[points.count - 1].price }
    guard next > 0 else { return points[0].price }
    let a = points[next - 1], b = points[next]
    return a.price * pow(b.price / a.price, Double(year - a.year) / Double(b.year - a.year))
  }

  /// The French value for climate action in euros per tonne: 90 in 2020, 250 in 2030, 500 in 2040, 775 from 2050
  /// (A. Quinet, La valeur de l'action pour le climat, France Stratégie, 2019; in prices of 2018–2020 as published).
  public static let frenchClimateAction = PricePath(uncheckedPoints: [
    Point(year: 2020, price: 90), Point(year: 2030, price: 250), Point(year: 2040, price: 500), Point(year: 2050, price: 775),
  ])

  private init(uncheckedPoints: [Point]) {
    points = uncheckedPoints
  }
}
