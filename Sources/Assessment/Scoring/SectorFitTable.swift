import Foundation

/// The fit of many buildings to all sectors: the same figures as `Sector.fit`, each need that several sectors share worked out once.
struct SectorFitTable: Sendable {
  /// One requirement on an offer: what is measured, two numbers of the requirement, and the weight and floor of its utility.
  private struct Requirement: Sendable, Hashable {
    enum Kind: Sendable { case height, load, daylight, size, frontage, loading, noise, none }
    var kind: Kind
    var from: Double
    var span: Double
    var weight: Double
    var floor: Double
  }

  private let requirements: [Requirement]
  /// Requirements of each sector in the order of `Sector.needs`, flat.
  private let needs: [Int]
  let sectorCount: Int

  init(_ sectors: [Sector]) {
    var requirements: [Requirement] = []
    var needs: [Int] = []
    for sector in sectors {
      func add(_ need: Int, _ kind: Requirement.Kind, _ from: Double = 0, _ span: Double = 1) {
        let requirement = Requirement(kind: kind, from: from, span: span, weight: sector.needWeights[need], floor: sector.floor)
        if let k = requirements.firstIndex(of: requirement) {
          needs.append(k)
        } else {
          needs.append(requirements.count)
          requirements.append(requirement)
        }
      }
      add(0, .height, 0.85 * sector.clearHeight, 0.15 * sector.clearHeight)
      add(1, .load, 0.7 * sector.load, 0.3 * sector.load)
      switch sector.daylight {
      case "high": add(2, .daylight, 0, 0.7)
      case "medium": add(2, .daylight, 0, 0.4)
      default: add(2, .none)
      }
      add(3, .size, sector.smallestUnit, sector.smallestUnit / 2)
      switch sector.frontage {
      case "high": add(4, .frontage, 0, 20)
      case "medium": add(4, .frontage, 0, 8)
      default: add(4, .none)
      }
      switch sector.loading {
      case "yes": add(5, .loading, 100, 700)
      case "some": add(5, .loading, 100, 1400)
      default: add(5, .none)
      }
      // Loud neighbours to dwellings are worth 0.3; those who need quiet mind the noise of the place.
      add(6, .noise, sector.noiseMade == "high" ? 0.3 : 1, sector.noiseTolerated == "low" ? 1 : 0)
    }
    (self.requirements, self.needs, sectorCount) = (requirements, needs, sectors.count)
  }

  /// What repeats from building to building: the last utility of each requirement and what it costs.
  struct Memory {
    fileprivate var utilities: [Double]
    fileprivate var losses: [Double]
  }

  func memory() -> Memory {
    Memory(utilities: Array(repeating: 1, count: requirements.count), losses: Array(repeating: 0, count: requirements.count))
  }

  /// Fits of one building to each sector, in their order.
  func fits(_ offer: SectorOffer, _ memory: inout Memory, into fits: inout [Double]) {
    for k in requirements.indices {
      let r = requirements[k]
      var u: Double
      switch r.kind {
      case .height: u = (offer.clearHeight - r.from) / r.span
      case .load: u = (offer.load - r.from) / r.span
      case .daylight: u = offer.daylightShare / r.span
      case .size: u = offer.area >= r.from ? 1 : (offer.area - r.span) / r.span
      case .frontage: u = offer.frontage / r.span
      case .loading: u = 1 - (offer.mainRoadDistance - r.from) / r.span
      case .noise:
        u = offer.sharesWallWithDwellings ? r.from : 1
        if r.span == 1, !offer.noiseShare.isNaN { u = min(u, 1 - offer.noiseShare) }
      case .none: u = 1
      }
      u = u.isNaN ? 0.5 : min(1, max(r.floor, u))
      if memory.utilities[k] != u {
        memory.utilities[k] = u
        memory.losses[k] = u < 1 ? -r.weight * log(u) : 0
      }
    }
    let count = Sector.needs.count
    for sector in 0..<sectorCount {
      var logarithm = 0.0
      for k in 0..<count { logarithm -= memory.losses[needs[sector * count + k]] }
      fits[sector] = exp(logarithm)
    }
  }
}
