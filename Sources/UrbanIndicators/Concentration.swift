import Glibc

/// How much more of a sector does a place have than the whole? (e_ij / e_j) ÷ (e_i / e): the place's share of the sector by the whole's
/// (P. S. Florence, 1939). NaN when a total is 0 or unknown.
public func locationQuotient(sectorHere: Double, allHere: Double, sectorEverywhere: Double, allEverywhere: Double) -> Double {
  guard allHere > 0, allEverywhere > 0, sectorEverywhere > 0 else { return .nan }
  return (sectorHere / allHere) / (sectorEverywhere / allEverywhere)
}

/// Half the sum of absolute differences of two distributions' shares times two: 0 equal, 2 disjoint (P. Krugman, Geography and Trade,
/// 1991). NaN when a sum is 0.
public func krugmanIndex(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "distributions over the same sectors")
  let sumA = a.reduce(0, +), sumB = b.reduce(0, +)
  guard sumA > 0, sumB > 0 else { return .nan }
  return a.indices.reduce(0) { $0 + abs(a[$1] / sumA - b[$1] / sumB) }
}

/// Gini coefficient of location quotients: of a sector over regions (concentration) or of a region over sectors (specialisation).
///
/// With Rᵢ the quotient of the i-th of n members in ascending order and R̄ their mean: 2/(n² R̄) Σ i (Rᵢ − R̄) (T. Farhauer, A. Kröll,
/// Standorttheorien, 2013). NaN when a sum is 0.
public func giniOfLocationQuotients(part: [Double], whole: [Double]) -> Double {
  precondition(part.count == whole.count, "members of the same list")
  let sumPart = part.reduce(0, +), sumWhole = whole.reduce(0, +)
  guard sumPart > 0, sumWhole > 0 else { return .nan }
  let quotients = part.indices.map { (part[$0] / sumPart) / (whole[$0] / sumWhole) }.sorted()
  let n = Double(quotients.count)
  let mean = quotients.reduce(0, +) / n
  var sum = 0.0
  for (i, r) in quotients.enumerated() { sum += Double(i + 1) * (r - mean) }
  return 2 / (n * n * mean) * sum
}

/// Gini coefficient of the sizes of members, 0 equal to (n−1)/n; divided by (n−1)/n when `normalised`. NaN when the sum is 0.
public func giniCoefficient(_ x: [Double], normalised: Bool = false) -> Double {
  let sorted = x.sorted()
  let n = Double(x.count)
  let sum = x.reduce(0, +)
  guard sum > 0 else { return .nan }
  var weighted = 0.0
  for (i, v) in sorted.enumerated() { weighted += (2 * Double(i + 1) - n - 1) * v }
  let gini = weighted / (n * sum)
  return normalised ? gini * n / (n - 1) : gini
}

/// Concentration of sizes: the sum of squared shares (O. C. Herfindahl, 1950; A. O. Hirschman).
public struct HerfindahlIndex: Sendable, Hashable {
  /// Σ s², from 1/n to 1.
  public var value: Double
  /// (H − 1/n)/(1 − 1/n), from 0 to 1; NaN for one member.
  public var normalised: Double
  /// 1/H: as many members of equal size would give the same.
  public var equivalentNumber: Double { 1 / value }

  /// Computes the index; NaN when the sum is 0.
  public init(_ x: [Double]) {
    let sum = x.reduce(0, +)
    let n = Double(x.count)
    value = sum > 0 ? x.reduce(0) { $0 + ($1 / sum) * ($1 / sum) } : .nan
    normalised = n > 1 ? (value - 1 / n) / (1 - 1 / n) : .nan
  }
}

/// Do firms of a sector cluster more than their sizes make them? (G. Ellison, E. Glaeser, Journal of Political Economy 105, 1997.)
public struct EllisonGlaeserIndex: Sendable, Hashable {
  /// Σ (sector's share − all employment's share)² over regions.
  public var rawConcentration: Double
  /// Herfindahl index of the firms' sizes.
  public var plantHerfindahl: Double
  /// γ = (G − (1 − Σ x²) H) / ((1 − Σ x²)(1 − H)); above 0.05 counts as strong.
  public var gamma: Double

  /// Computes the index from the sizes of the sector's firms by region and all employment by region.
  public init(firms: [[Double]], employment: [Double]) {
    precondition(firms.count == employment.count, "one employment figure for each region")
    let all = firms.joined().reduce(0, +), total = employment.reduce(0, +)
    var g = 0.0, squares = 0.0
    for (region, sizes) in firms.enumerated() {
      let s = sizes.reduce(0, +) / all, x = employment[region] / total
      g += (s - x) * (s - x)
      squares += x * x
    }
    let h = firms.joined().reduce(0) { $0 + ($1 / all) * ($1 / all) }
    rawConcentration = g
    plantHerfindahl = h
    gamma = (g - (1 - squares) * h) / ((1 - squares) * (1 - h))
  }
}

/// What a region's growth owes to the nation, to its mix of sectors and to itself (E. S. Dunn, 1960).
public struct ShiftShare: Sendable, Hashable {
  /// Change of employment.
  public var growth: Double
  /// Growth at the national rate.
  public var national: Double
  /// More or less because of the mix of sectors.
  public var mix: Double
  /// More or less because its sectors grow otherwise than the nation's.
  public var regional: Double
  /// mix + regional.
  public var net: Double { mix + regional }

  /// Computes the shares from employment by sector before and after.
  public init(regionBefore: [Double], regionAfter: [Double], nationBefore: [Double], nationAfter: [Double]) {
    let rate = nationAfter.reduce(0, +) / nationBefore.reduce(0, +) - 1
    growth = regionAfter.reduce(0, +) - regionBefore.reduce(0, +)
    national = regionBefore.reduce(0, +) * rate
    mix = 0
    regional = 0
    for s in regionBefore.indices {
      let sector = nationAfter[s] / nationBefore[s] - 1
      mix += regionBefore[s] * (sector - rate)
      regional += regionAfter[s] - regionBefore[s] * (1 + sector)
    }
  }
}
