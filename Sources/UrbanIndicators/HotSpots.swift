import Glibc

/// Who is whose neighbour: binary weights as rows of indices.
public struct Neighbourhood: Sendable {
  /// Neighbours of `i`: `neighbours[first[i] ..< first[i + 1]]`.
  public var first: [Int32]
  /// Neighbours of all, without the site itself.
  public var neighbours: [Int32]

  /// Makes a neighbourhood from rows; no row holds its own index.
  public init(first: [Int32], neighbours: [Int32]) {
    self.first = first
    self.neighbours = neighbours
  }

  /// All pairs of points no farther apart than `band`. O(n²): for small sets.
  public init(x: [Double], y: [Double], band: Double) {
    first = [0]
    neighbours = []
    for i in x.indices {
      for j in x.indices where j != i {
        let dx = x[i] - x[j], dy = y[i] - y[j]
        if (dx * dx + dy * dy).squareRoot() <= band { neighbours.append(Int32(j)) }
      }
      first.append(Int32(neighbours.count))
    }
  }

  /// Number of sites.
  public var count: Int { first.count - 1 }

  /// How many neighbours a site has.
  public func degree(_ i: Int) -> Int { Int(first[i + 1] - first[i]) }
}

/// The general statistic G of clustering (A. Getis, J. K. Ord, Geographical Analysis 24, 1992).
public struct GeneralG: Sendable {
  /// Σ w x x / Σ x x over pairs.
  public var value: Double
  /// Its expectation under randomness.
  public var expectation: Double
  /// Its variance under randomness.
  public var variance: Double

  /// Standard score.
  public var score: Double { (value - expectation) / variance.squareRoot() }

  /// Probability of a score at least as far from 0 on the same side, under randomness.
  public var oneSidedProbability: Double { erfc(abs(score) / 2.0.squareRoot()) / 2 }

  /// Computes G for binary symmetric weights; needs four sites.
  public init(values x: [Double], neighbourhood w: Neighbourhood) {
    let n = Double(x.count)
    var pairs = 0.0, s1 = 0.0, s2 = 0.0, numerator = 0.0
    for i in x.indices {
      let degree = Double(w.degree(i))
      pairs += degree
      s1 += 2 * degree  // ½ Σ (w_ij + w_ji)² with both 1
      s2 += 4 * degree * degree
      for k in Int(w.first[i])..<Int(w.first[i + 1]) { numerator += x[i] * x[Int(w.neighbours[k])] }
    }
    var m1 = 0.0, m2 = 0.0, m3 = 0.0, m4 = 0.0
    for v in x {
      m1 += v
      m2 += v * v
      m3 += v * v * v
      m4 += v * v * v * v
    }
    let w2 = pairs * pairs
    let b0 = (n * n - 3 * n + 3) * s1 - n * s2 + 3 * w2
    let b1 = -((n * n - n) * s1 - 2 * n * s2 + 6 * w2)
    let b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * w2)
    let b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * w2
    let b4 = s1 - s2 + w2
    let square = b0 * m2 * m2 + b1 * m4 + b2 * m1 * m1 * m2 + b3 * m1 * m3 + b4 * m1 * m1 * m1 * m1
    let falling = n * (n - 1) * (n - 2) * (n - 3)
    let spread = m1 * m1 - m2
    value = numerator / spread
    expectation = pairs / (n * (n - 1))
    variance = square / (spread * spread * falling) - expectation * expectation
  }
}

/// The local statistic Gi or Gi* as a standard score for each site (J. K. Ord, A. Getis, Geographical Analysis 27, 1995).
///
/// With `includingSelf` (Gi*) a site is its own neighbour and mean and variance run over all sites; without (Gi) they run over the
/// others. Row-standardised weights divide by the number of neighbours; as in esda the variance then is that of the 1992 paper, in which the
/// sum of the weights stands where the sum of their squares would. NaN for a site without neighbours in Gi, and where all values are
/// equal. O(sites + neighbours).
public func getisOrdScores(
  values x: [Double], neighbourhood w: Neighbourhood, includingSelf: Bool = true, rowStandardised: Bool = false
) -> [Double] {
  let count = x.count
  let n = Double(count)
  let sum = x.reduce(0, +), squares = x.reduce(0) { $0 + $1 * $1 }
  return x.indices.map { i in
    var local = includingSelf ? x[i] : 0
    for k in Int(w.first[i])..<Int(w.first[i + 1]) { local += x[Int(w.neighbours[k])] }
    let members = Double(w.degree(i) + (includingSelf ? 1 : 0))
    guard members > 0 else { return .nan }
    let weight = rowStandardised ? 1 / members : 1
    let total = weight * members
    let m = includingSelf ? n : n - 1
    let mean = (includingSelf ? sum : sum - x[i]) / m
    let variance = (includingSelf ? squares : squares - x[i] * x[i]) / m - mean * mean
    let spread = variance * (m * total - total * total) / (m - 1)
    guard spread > 0 else { return .nan }
    return (weight * local - total * mean) / spread.squareRoot()
  }
}

/// Probability of a standard score at least as far from 0 on either side.
public func twoSidedProbability(ofScore z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

/// The false-discovery rate at which each hypothesis would just be rejected: min over ranks j ≥ i of p(j)·m/j
/// (Y. Benjamini, Y. Hochberg, JRSS B 57, 1995). NaN stays NaN and is no hypothesis. O(n log n).
public func falseDiscoveryRates(_ p: [Double]) -> [Double] {
  let order = p.indices.filter { !p[$0].isNaN }.sorted { p[$0] < p[$1] || (p[$0] == p[$1] && $0 < $1) }
  var q = [Double](repeating: .nan, count: p.count)
  let m = Double(order.count)
  var least = 1.0
  for rank in order.indices.reversed() {
    least = min(least, p[order[rank]] * m / Double(rank + 1))
    q[order[rank]] = least
  }
  return q
}

/// Where do companies cluster? Gi* of their number in square cells.
public struct HotSpots: Sendable {
  /// Column of each cell: ⌊easting / side⌋.
  public var column: [Int32]
  /// Row of each cell: ⌊northing / side⌋.
  public var row: [Int32]
  /// Companies in each cell.
  public var companies: [Double]
  /// Gi* of each cell; NaN when all cells are equal.
  public var score: [Double]
  /// False-discovery rate of each cell; NaN for islands.
  public var falseDiscoveryRate: [Double]
  /// 1 hot, −1 cold, 0 neither; 0 for islands.
  public var state: [Double]
  /// Cells without neighbours: nothing is said about clustering there.
  public var isIsland: [Bool]
  /// The cell of each building; −1 without a position.
  public var cellOfBuilding: [Int32]
}

/// Gi* of company counts over cells aligned to the CRS origin that hold a building; a cell's neighbours are the up to eight around it.
///
/// Binary weights, the cell itself included; counts, never a smoothed density, whose smoothness would pass for clustering. Companies in
/// cells without a building are left out. Cells without neighbours are marked and are no hypothesis. O(buildings + companies, sorted).
public func hotSpots(
  buildingX: [Double], buildingY: [Double], companies: Companies, cell side: Double = 250, falseDiscoveryRate limit: Double = 0.10
) -> HotSpots {
  // Cells sorted by row, then column, so that neighbours are found by bisection and the order is that of the plane.
  func key(_ x: Double, _ y: Double) -> Int64 {
    Int64((y / side).rounded(.down)) << 32 + (Int64((x / side).rounded(.down)) + 0x4000_0000)
  }
  let keys = buildingX.indices.map { buildingX[$0].isNaN ? Int64.min : key(buildingX[$0], buildingY[$0]) }
  var cells = keys.filter { $0 != .min }
  cells.sort()
  var kept = 0
  for k in cells.indices where k == 0 || cells[k] != cells[kept - 1] {
    cells[kept] = cells[k]
    kept += 1
  }
  cells.removeLast(cells.count - kept)
  func find(_ key: Int64) -> Int32 {
    var low = 0, high = cells.count
    while low < high {
      let middle = (low + high) / 2
      if cells[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low < cells.count && cells[low] == key ? Int32(low) : -1
  }
  var last: (key: Int64, cell: Int32) = (.min, -1)
  let cellOfBuilding = keys.map { key -> Int32 in
    if key != last.key { last = (key, key == .min ? -1 : find(key)) }
    return last.cell
  }
  var counts = [Double](repeating: 0, count: cells.count)
  for i in 0..<companies.count where !companies.x[i].isNaN {
    let c = find(key(companies.x[i], companies.y[i]))
    if c >= 0 { counts[Int(c)] += 1 }
  }
  var first: [Int32] = [0]
  var neighbours: [Int32] = []
  for cell in cells {
    for dy in [-1, 0, 1] as [Int64] {
      for dx in [-1, 0, 1] as [Int64] where dx != 0 || dy != 0 {
        let c = find(cell + dy << 32 + dx)
        if c >= 0 { neighbours.append(c) }
      }
    }
    first.append(Int32(neighbours.count))
  }
  let neighbourhood = Neighbourhood(first: first, neighbours: neighbours)
  let score = getisOrdScores(values: counts, neighbourhood: neighbourhood)
  let isIsland = cells.indices.map { neighbourhood.degree($0) == 0 }
  let q = falseDiscoveryRates(cells.indices.map { isIsland[$0] ? .nan : twoSidedProbability(ofScore: score[$0]) })
  return HotSpots(
    column: cells.map { Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF - 0x4000_0000) }, row: cells.map { Int32($0 >> 32) }, companies: counts,
    score: score, falseDiscoveryRate: q,
    state: cells.indices.map { q[$0] < limit ? (score[$0] > 0 ? 1 : -1) : 0 }, isIsland: isIsland, cellOfBuilding: cellOfBuilding)
}
