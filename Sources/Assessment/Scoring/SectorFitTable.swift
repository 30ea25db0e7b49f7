import Foundation

/// The fit of many buildings to all sectors: the same figures as `Sector.fit`, each need that several sectors share worked out once.
struct SectorFitTable: Sendable {
  private let requirements: [SectorRequirement]
  /// Requirements of each sector in the order of `Sector.needs`, flat.
  private let needs: [Int]
  let sectorCount: Int

  init(_ sectors: [Sector]) {
    var requirements: [SectorRequirement] = []
    var needs: [Int] = []
    for sector in sectors {
      for requirement in sector.requirements {
        if let k = requirements.firstIndex(of: requirement) {
          needs.append(k)
        } else {
          needs.append(requirements.count)
          requirements.append(requirement)
        }
      }
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
      let u = requirements[k].utility(offer)
      if memory.utilities[k] != u {
        memory.utilities[k] = u
        memory.losses[k] = u < 1 ? -requirements[k].weight * log(u) : 0
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
