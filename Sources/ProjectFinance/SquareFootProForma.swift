import Glibc

/// The square-foot pro forma of city-scale feasibility studies: which building on a parcel earns most, new build only.
///
/// Kept as the yardstick that conversion has to beat. All candidate densities and ways of parking are priced and the most profitable kept.
/// Source: UDST developer (UrbanSim), documented defaults in US dollars and square feet; figures of the test from a run of it. Construction time, as there, is that
/// of a reference parcel of 10,000 sq ft at the same density.
public struct SquareFootProForma: Sendable, Equatable {
  /// Use of the building.
  public enum Use: String, Sendable, Equatable, CaseIterable {
    /// Shops.
    case retail
    /// Industry.
    case industrial
    /// Offices.
    case office
    /// Homes.
    case residential
  }

  /// How cars are parked.
  public enum Parking: String, Sendable, Equatable, CaseIterable {
    /// On open ground.
    case surface
    /// In storeys above ground, part of the building's bulk.
    case deck
    /// Below ground.
    case underground

    fileprivate var areaPerStall: Double { self == .surface ? 300 : 250 }
    fileprivate var costPerArea: Double {
      switch self {
      case .surface: 30
      case .deck: 90
      case .underground: 110
      }
    }
  }

  /// A piece of land with what may be built on it.
  public struct Parcel: Sendable, Equatable {
    /// Price of the land.
    public var landCost: Double
    /// Area, sq ft.
    public var area: Double
    /// Highest floor area ratio.
    public var maximumFloorAreaRatio: Double
    /// Greatest height, ft.
    public var maximumHeight: Double
    /// Yearly rent per sq ft.
    public var rent: Double

    /// A parcel.
    public init(landCost: Double, area: Double, maximumFloorAreaRatio: Double, maximumHeight: Double, rent: Double) {
      self.landCost = landCost
      self.area = area
      self.maximumFloorAreaRatio = maximumFloorAreaRatio
      self.maximumHeight = maximumHeight
      self.rent = rent
    }
  }

  /// The most profitable building on a parcel.
  public struct Proposal: Sendable, Equatable {
    /// How cars are parked.
    public let parking: Parking
    /// Floor area ratio.
    public let floorAreaRatio: Double
    /// Built area, sq ft, decks and cellars included.
    public let builtArea: Double
    /// Construction cost with profit margin.
    public let buildingCost: Double
    /// Interest during construction and loan fee.
    public let financingCost: Double
    /// Building, land and financing.
    public let totalCost: Double
    /// Capitalised rent.
    public let revenue: Double
    /// Revenue less total cost.
    public let profit: Double
    /// Months of construction.
    public let months: Double
  }

  private static let densities = [
    0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 1.8, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 9.0, 11.0,
  ]
  private static let profitFactor = 1.1, efficiency = 0.7, coverage = 0.8, capRate = 0.05, storeyHeight = 12.0, referenceParcel = 10_000.0
  private static let loanToCost = 0.7, drawdown = 0.6, interest = 0.05, fee = 0.02

  private static func costs(_ use: Use) -> [Double] {
    switch use {
    case .retail, .office: [160, 175, 200, 230]
    case .industrial: [140, 175, 200, 230]
    case .residential: [170, 190, 210, 240]
    }
  }

  private static func stallsPerArea(_ use: Use) -> Double {
    switch use {
    case .retail: 2.0 / 1000
    case .industrial: 0.6 / 1000
    case .office, .residential: 1.0 / 1000
    }
  }

  /// The first of ascending limits that a value does not exceed.
  private static func band(_ value: Double, _ limits: [Double]) -> Int {
    limits.firstIndex { value <= $0 } ?? limits.count
  }

  /// The most profitable lawful building of one use, or `nil` when none makes a profit.
  ///
  /// - Throws: `ProjectFinanceError` for a parcel with negative or missing figures.
  public static func bestProposal(on parcel: Parcel, use: Use) throws(ProjectFinanceError) -> Proposal? {
    try requireNonNegative(parcel.landCost, "land_cost")
    try requireNonNegative(parcel.area, "parcel_size_sqft")
    try requireNonNegative(parcel.maximumFloorAreaRatio, "max_far")
    try requireNonNegative(parcel.maximumHeight, "max_height")
    try requireNonNegative(parcel.rent, "rent")
    let densest = min(parcel.maximumFloorAreaRatio, parcel.maximumHeight / storeyHeight * coverage)
    var best: Proposal?
    for parking in Parking.allCases {
      for density in densities where density <= densest + 0.01 {
        if use == .retail || use == .industrial, density > 2 { continue }
        let stallRate = stallsPerArea(use)
        var bulk = referenceParcel * density
        if parking == .deck { bulk /= 1 + stallRate * parking.areaPerStall }
        let stallArea = bulk * stallRate * parking.areaPerStall
        var parkingArea = stallArea
        let storeys: Double
        switch parking {
        case .underground: storeys = bulk / referenceParcel
        case .deck: storeys = (bulk + stallArea) / referenceParcel
        case .surface:
          parkingArea = 0
          storeys = bulk / (referenceParcel - stallArea)
          if storeys < 0 || storeys > 5 { continue }
        }
        let covered = storeys / coverage
        if covered.rounded(.up) * storeyHeight > parcel.maximumHeight + 0.01 { continue }
        let rate = costs(use)[band(covered * storeyHeight, [15, 55, 120])]
        let built = bulk + parkingArea
        let costPerArea = (rate * bulk + parking.costPerArea * stallArea) / built * profitFactor
        let months = [12.0, 14, 18, 24][band(bulk, [10_000, 20_000, 50_000])]
        let area = parcel.area * density
        let cost = area * costPerArea
        let loan = (cost + parcel.landCost) * loanToCost
        let financing = loan * drawdown * interest / 12 * months + loan * fee
        let total = cost + parcel.landCost + financing
        let revenue = area * (1 - parkingArea / built) * efficiency * parcel.rent / capRate
        let profit = revenue - total
        if profit > 0, profit > (best?.profit ?? 0) {
          best = Proposal(
            parking: parking, floorAreaRatio: density, builtArea: area, buildingCost: cost, financingCost: financing, totalCost: total,
            revenue: revenue, profit: profit, months: months)
        }
      }
    }
    return best
  }
}
