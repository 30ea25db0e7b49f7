/// A small linear programme with several objectives in order of rank.
///
/// Minimises the objectives, the first first, subject to rows `coefficients · x ≤ bound` and x ≥ 0, by the simplex method with Bland's rule
/// (R. Bland, New finite pivoting rules for the simplex method, Mathematics of Operations Research 2(2), 1977), which cannot cycle and takes the
/// same steps on every machine. A later objective only decides among optima of the earlier ones: a column enters when the first reduced
/// cost in it that is not zero is negative. Rows that x = 0 violates get an artificial unknown, whose sum is the objective of rank zero.
struct LinearProgram {
  /// A row `coefficients · x ≤ bound` with the name reports give it.
  struct Row {
    var name: String
    var coefficients: [Double]
    var bound: Double
  }

  /// An optimum with the names of the rows that hold with equality there, each once.
  struct Solution {
    var x: [Double]
    var binding: [String]
  }

  /// Differences below this count as none; callers scale unknowns to the order of 1.
  static let tolerance = 1e-9

  var unknowns: Int
  var rows: [Row] = []
  /// Objectives to minimise, the first first; later ones break ties.
  var objectives: [[Double]] = []

  mutating func add(_ name: String, _ coefficients: [Double], atMost bound: Double) {
    rows.append(Row(name: name, coefficients: coefficients, bound: bound))
  }

  /// An optimum, or `nil` when no point satisfies all rows or an objective has no lower bound.
  func solution() -> Solution? {
    let n = unknowns, m = rows.count
    let artificial = rows.indices.filter { rows[$0].bound < 0 }
    let columns = n + m + artificial.count
    let width = columns + 1
    let ranks = objectives.count + 1
    var t = [Double](repeating: 0, count: (m + ranks) * width)
    var basis = [Int](repeating: 0, count: m)
    for (index, row) in rows.enumerated() {
      let sign: Double = row.bound < 0 ? -1 : 1
      for k in 0..<n { t[index * width + k] = sign * row.coefficients[k] }
      t[index * width + n + index] = sign
      t[index * width + columns] = sign * row.bound
      basis[index] = n + index
    }
    for (offset, index) in artificial.enumerated() {
      let column = n + m + offset
      t[index * width + column] = 1
      basis[index] = column
      t[m * width + column] = 1
      for k in 0..<width { t[m * width + k] -= t[index * width + k] }
    }
    for (rank, objective) in objectives.enumerated() {
      for k in 0..<n { t[(m + 1 + rank) * width + k] = objective[k] }
    }
    func entersBasis(_ column: Int) -> Bool {
      for rank in 0..<ranks {
        let reduced = t[(m + rank) * width + column]
        if abs(reduced) > Self.tolerance { return reduced < 0 }
      }
      return false
    }
    var pivots = 0
    while let entering = (0..<columns).first(where: entersBasis) {
      var leaving = -1
      var least = Double.infinity
      for row in 0..<m {
        let a = t[row * width + entering]
        guard a > Self.tolerance else { continue }
        let ratio = t[row * width + columns] / a
        if leaving < 0 || ratio < least - 1e-12 || (ratio <= least + 1e-12 && basis[row] < basis[leaving]) {
          least = min(least, ratio)
          leaving = row
        }
      }
      pivots += 1
      guard leaving >= 0, pivots < 10_000 else { return nil }
      let pivot = t[leaving * width + entering]
      for k in 0..<width { t[leaving * width + k] /= pivot }
      for row in 0..<(m + ranks) where row != leaving {
        let factor = t[row * width + entering]
        if factor == 0 { continue }
        for k in 0..<width { t[row * width + k] -= factor * t[leaving * width + k] }
      }
      basis[leaving] = entering
    }
    // The first objective is minus the artificial unknowns' sum.
    guard -t[m * width + columns] <= 1e-8 else { return nil }
    var x = [Double](repeating: 0, count: n)
    for row in 0..<m where basis[row] < n { x[basis[row]] = max(0, t[row * width + columns]) }
    for k in 0..<n where x[k] < Self.tolerance { x[k] = 0 }
    var binding: [String] = []
    for row in rows where !binding.contains(row.name) {
      var left = 0.0
      for k in 0..<n { left += row.coefficients[k] * x[k] }
      if abs(row.bound - left) <= 1e-7 { binding.append(row.name) }
    }
    return Solution(x: x, binding: binding)
  }
}
