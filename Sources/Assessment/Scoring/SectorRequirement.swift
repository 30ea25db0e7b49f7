/// What a sector requires of an offer on one need: what is measured, two numbers of the requirement, and the weight and floor of its utility.
struct SectorRequirement: Sendable, Hashable {
  enum Kind: Sendable { case height, load, daylight, size, frontage, loading, noise, none }
  var kind: Kind
  var from = 0.0
  var span = 1.0
  var weight = 0.0
  var floor = 0.0

  /// The utility in [floor, 1] (method §3). An unknown offer counts 0.5: neither met nor unmet. O(1).
  @inline(__always)
  func utility(_ offer: SectorOffer) -> Double {
    var u: Double
    switch kind {
    case .height: u = (offer.clearHeight - from) / span
    case .load: u = (offer.load - from) / span
    case .daylight: u = offer.daylightShare / span
    case .size: u = offer.area >= from ? 1 : (offer.area - span) / span
    case .frontage: u = offer.frontage / span
    case .loading: u = 1 - (offer.mainRoadDistance - from) / span
    case .noise:
      u = offer.sharesWallWithDwellings ? from : 1
      if span == 1, !offer.noiseShare.isNaN { u = min(u, 1 - offer.noiseShare) }
    case .none: u = 1
    }
    return u.isNaN ? 0.5 : min(1, max(floor, u))
  }
}

extension Sector {
  /// The requirements in the order of `needs`: the one table of the thresholds of method §3.
  var requirements: [SectorRequirement] {
    let light: SectorRequirement =
      switch daylight {
      case "high": SectorRequirement(kind: .daylight, span: 0.7)
      case "medium": SectorRequirement(kind: .daylight, span: 0.4)
      default: SectorRequirement(kind: .none)
      }
    let front: SectorRequirement =
      switch frontage {
      case "high": SectorRequirement(kind: .frontage, span: 20)
      case "medium": SectorRequirement(kind: .frontage, span: 8)
      default: SectorRequirement(kind: .none)
      }
    let truck: SectorRequirement =
      switch loading {
      case "yes": SectorRequirement(kind: .loading, from: 100, span: 700)
      case "some": SectorRequirement(kind: .loading, from: 100, span: 1400)
      default: SectorRequirement(kind: .none)
      }
    // Loud neighbours to dwellings are worth 0.3; those who need quiet mind the noise of the place.
    let noise = SectorRequirement(kind: .noise, from: noiseMade == "high" ? 0.3 : 1, span: noiseTolerated == "low" ? 1 : 0)
    return [
      SectorRequirement(kind: .height, from: 0.85 * clearHeight, span: 0.15 * clearHeight),
      SectorRequirement(kind: .load, from: 0.7 * load, span: 0.3 * load), light,
      SectorRequirement(kind: .size, from: smallestUnit, span: smallestUnit / 2), front, truck, noise,
    ].enumerated().map { need, requirement in
      var requirement = requirement
      (requirement.weight, requirement.floor) = (needWeights[need], floor)
      return requirement
    }
  }
}
