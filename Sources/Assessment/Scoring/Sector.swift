import Foundation

/// One of the creative sub-markets with its needs (method §3, "Creative-sector fit"); a row of `GeoData/sectors.csv`.
public struct Sector: Sendable {
  /// Id, e.g. `visual-arts`.
  public var id: String
  /// Title for people.
  public var title: String
  /// Floor area a job takes, m².
  public var areaPerJob: Double
  /// Smallest unit, m².
  public var smallestUnit: Double
  /// Largest usual unit, m².
  public var usualUnit: Double
  /// Required clear height, m.
  public var clearHeight: Double
  /// Required imposed load, kN/m².
  public var load: Double
  /// high, medium or none.
  public var daylight: String
  /// Noise it makes: high, medium or low.
  public var noiseMade: String
  /// Noise it stands: high, medium or low.
  public var noiseTolerated: String
  /// Street frontage: high, medium or low.
  public var frontage: String
  /// Loading by truck: yes, some or no.
  public var loading: String
  /// Rent it can pay, × market rent.
  public var rentShare: Double

  /// Weight of each need in the fit, in the order of `needs`; they sum to 1. From `GeoData/sector-fit.csv`.
  public var needWeights: [Double]
  /// Lowest utility of a need that is not met at all.
  public var floor: Double

  /// The needs in the order of the fit's factors.
  public static let needs = ["height", "load", "daylight", "size", "frontage", "loading", "noise"]
}

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
    func clamp(_ u: Double) -> Double { u.isNaN ? 0.5 : min(1, max(floor, u)) }
    let height = (offer.clearHeight - 0.85 * clearHeight) / (0.15 * clearHeight)
    let load = (offer.load - 0.7 * load) / (0.3 * load)
    let light: Double
    switch daylight {
    case "high": light = offer.daylightShare / 0.7
    case "medium": light = offer.daylightShare / 0.4
    default: light = 1
    }
    let size = offer.area >= smallestUnit ? 1 : (offer.area - smallestUnit / 2) / (smallestUnit / 2)
    let front: Double
    switch frontage {
    case "high": front = offer.frontage / 20
    case "medium": front = offer.frontage / 8
    default: front = 1
    }
    let truck: Double
    switch loading {
    case "yes": truck = 1 - (offer.mainRoadDistance - 100) / 700
    case "some": truck = 1 - (offer.mainRoadDistance - 100) / 1400
    default: truck = 1
    }
    var noise = noiseMade == "high" && offer.sharesWallWithDwellings ? 0.3 : 1
    if noiseTolerated == "low", !offer.noiseShare.isNaN { noise = min(noise, 1 - offer.noiseShare) }
    return [clamp(height), clamp(load), clamp(light), clamp(offer.area.isNaN ? .nan : size), clamp(front), clamp(truck), clamp(noise)]
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

  /// Reads `GeoData/sectors.csv`.
  static func load(folder: DataFolder) throws -> [Sector] {
    let table = try DataTable(
      file: folder.geoData + "/sectors.csv",
      required: [
        "id", "title", "area_per_job_m2", "unit_min_m2", "unit_usual_m2", "clear_height_m", "load_kn_m2", "daylight", "noise_made",
        "noise_tolerated",
        "frontage", "loading", "rent_share",
      ])
    let needs = try DataTable(file: folder.geoData + "/sector-fit.csv", required: ["need", "weight", "floor"])
    var weights = Array(repeating: 0.0, count: Self.needs.count)
    var floor = 0.05
    for row in 0..<needs.count {
      guard let index = try Self.needs.firstIndex(of: needs.requiredText("need", row)) else {
        throw needs.failure(row, "need", "is none of \(Self.needs.joined(separator: ", ")).")
      }
      weights[index] = try needs.requiredNumber("weight", row)
      floor = try needs.requiredNumber("floor", row)
    }
    guard abs(weights.reduce(0, +) - 1) < 1e-9, floor > 0, floor < 1 else {
      throw AssessmentError(
        .badInput, "\(needs.file): the weights sum to \(weights.reduce(0, +)), not 1, or the floor is not between 0 and 1.")
    }
    return try (0..<table.count).map { row in
      Sector(
        id: try table.requiredText("id", row), title: try table.requiredText("title", row),
        areaPerJob: try table.requiredNumber("area_per_job_m2", row), smallestUnit: try table.requiredNumber("unit_min_m2", row),
        usualUnit: try table.requiredNumber("unit_usual_m2", row), clearHeight: try table.requiredNumber("clear_height_m", row),
        load: try table.requiredNumber("load_kn_m2", row), daylight: try table.requiredText("daylight", row),
        noiseMade: try table.requiredText("noise_made", row),
        noiseTolerated: try table.requiredText("noise_tolerated", row), frontage: try table.requiredText("frontage", row),
        loading: try table.requiredText("loading", row), rentShare: try table.requiredNumber("rent_share", row), needWeights: weights,
        floor: floor)
    }
  }
}
