import Foundation

/// What a building offers to a sector; NaN where unknown.
public struct SectorOffer: Sendable {
  /// Clear height, m.
  public var clearHeight: Double
  /// Imposed load, kN/m².
  public var load: Double
  /// Share of the floor area with daylight.
  public var daylightShare: Double
  /// Lettable floor area, m².
  public var area: Double
  /// Street frontage, m.
  public var frontage: Double
  /// Distance to a main road, m.
  public var mainRoadDistance: Double
  /// Whether a wall is shared with dwellings.
  public var sharesWallWithDwellings: Bool
  /// Noise exposure of the footprint, share; NaN when no noise layer is there.
  public var noiseShare: Double

  /// Makes an offer.
  public init(
    clearHeight: Double, load: Double, daylightShare: Double, area: Double, frontage: Double, mainRoadDistance: Double,
    sharesWallWithDwellings: Bool,
    noiseShare: Double
  ) {
    self.clearHeight = clearHeight
    self.load = load
    self.daylightShare = daylightShare
    self.area = area
    self.frontage = frontage
    self.mainRoadDistance = mainRoadDistance
    self.sharesWallWithDwellings = sharesWallWithDwellings
    self.noiseShare = noiseShare
  }
}

extension Sector {
  /// The utilities uₖ ∈ [floor, 1] in the order of `needs` (method §3). An unknown offer counts 0.5: neither met nor unmet.
  public func utilities(_ offer: SectorOffer) -> [Double] {
    requirements.map { $0.utility(offer) }
  }

  /// The fit Π uₖ^wₖ, a weighted geometric mean: one unmet need cannot be bought off. Also names the limiting need, the
  /// one whose weighted shortfall is largest (`nil` when all are met).
  public func fit(_ offer: SectorOffer) -> (fit: Double, limiting: String?, utilities: [Double]) {
    let utilities = utilities(offer)
    var logarithm = 0.0
    var worst = (index: -1, loss: 0.0)
    for (k, u) in utilities.enumerated() where u < 1 {
      let loss = -needWeights[k] * log(u)
      logarithm -= loss
      if loss > worst.loss { worst = (k, loss) }
    }
    return (exp(logarithm), worst.index >= 0 ? Self.needs[worst.index] : nil, utilities)
  }
}
