/// How distance to the ideal and to the anti-ideal is measured.
public enum DistanceMetric: String, Sendable, Equatable, CaseIterable {
  /// Square root of the sum of squares.
  case euclidean
  /// Sum of magnitudes.
  case manhattan
  /// Largest magnitude.
  case chebyshev
}

/// TOPSIS: closeness to the ideal, d⁻/(d⁺ + d⁻), between the anti-ideal (0) and the ideal (1); higher is better.
///
/// The ideal is made of the best value of each criterion in the batch, so closeness depends on the batch and on the normalisation.
/// Source: Hwang, Yoon (1981), Multiple Attribute Decision Making, ch. III.
public struct TOPSIS: Sendable, Equatable {
  /// How values become comparable before they are weighted.
  public var normalisation: Normalisation
  /// How distance is measured.
  public var metric: DistanceMetric

  /// TOPSIS under a normalisation (vector unless said otherwise) and a metric (euclidean unless said otherwise).
  public init(normalisation: Normalisation = .vector, metric: DistanceMetric = .euclidean) {
    self.normalisation = normalisation
    self.metric = metric
  }

  /// Closeness and what it is made of.
  public struct Result: Sendable, Equatable {
    /// The normalisation that was used.
    public let normalisation: Normalisation
    /// The metric that was used.
    public let metric: DistanceMetric
    /// The best weighted, normalised value of each criterion.
    public let ideal: [Double]
    /// The worst weighted, normalised value of each criterion.
    public let antiIdeal: [Double]
    /// Distance of each alternative to the ideal.
    public let distanceToIdeal: [Double]
    /// Distance of each alternative to the anti-ideal.
    public let distanceToAntiIdeal: [Double]
    /// Closeness of each alternative, 0…1; 0.5 where every criterion is constant.
    public let closeness: [Double]
    /// Criteria on which all alternatives are equal, so that they do not count.
    public let constantCriteria: [Int]

    /// Competition ranks, 1 is best. O(n log n).
    public var ranks: [Int] { competitionRanks(closeness) }
  }

  /// Measures every alternative; weights are taken as given, their sum changes no closeness. O(n·m).
  ///
  /// Throws when values do not fit the normalisation.
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    try normalisation.requireFitting(matrix)
    let n = matrix.alternativeCount
    let m = matrix.criterionCount
    let summaries = matrix.columnSummaries()
    var scales: [Double] = []
    var best: [Double] = []
    var worst: [Double] = []
    var ideal: [Double] = []
    var antiIdeal: [Double] = []
    for j in 0..<m {
      let scale = matrix.weights[j] * normalisation.factor(summaries[j])
      let isMaximised = matrix.directions[j] == .maximise
      let high = scale * summaries[j].high
      let low = scale * summaries[j].low
      scales.append(scale)
      best.append(isMaximised ? high : low)
      worst.append(isMaximised ? low : high)
      if normalisation == .minMax {
        ideal.append(scale == 0 ? 0 : matrix.weights[j])
        antiIdeal.append(0)
      } else {
        ideal.append(isMaximised ? high : low)
        antiIdeal.append(isMaximised ? low : high)
      }
    }
    var plus: [Double] = []
    var minus: [Double] = []
    var closeness: [Double] = []
    plus = [Double](unsafeUninitializedCapacity: n) { plusBuffer, plusCount in
      minus = [Double](unsafeUninitializedCapacity: n) { minusBuffer, minusCount in
        closeness = [Double](unsafeUninitializedCapacity: n) { closenessBuffer, closenessCount in
          distanceKernel(
            matrix.values, n, scales, best, worst, metric, plusBuffer.baseAddress, minusBuffer.baseAddress, closenessBuffer.baseAddress)
          closenessCount = n
        }
        minusCount = n
      }
      plusCount = n
    }
    return Result(
      normalisation: normalisation, metric: metric, ideal: ideal, antiIdeal: antiIdeal, distanceToIdeal: plus,
      distanceToAntiIdeal: minus, closeness: closeness,
      constantCriteria: (0..<m).filter { summaries[$0].low == summaries[$0].high })
  }
}

/// Fills distances and closeness block by block; within a block four criteria go at a time, so that running sums stay in registers.
private func distanceKernel(
  _ columns: [Double], _ n: Int, _ scales: [Double], _ best: [Double], _ worst: [Double], _ metric: DistanceMetric,
  _ plus: UnsafeMutablePointer<Double>?, _ minus: UnsafeMutablePointer<Double>?, _ closeness: UnsafeMutablePointer<Double>?
) {
  guard let plus, let minus, let closeness else { return }
  let m = scales.count
  columns.withUnsafeBufferPointer { buffer in
    guard let source = buffer.baseAddress else { return }
    let block = 512
    var start = 0
    while start < n {
      let length = min(block, n - start)
      let p = plus + start
      let q = minus + start
      p.initialize(repeating: 0, count: length)
      q.initialize(repeating: 0, count: length)
      switch metric {
      case .euclidean:
        var j = 0
        while j + 4 <= m {
          squaresOfFour(source + (j * n + start), n, length, scales, best, worst, j, p, q)
          j += 4
        }
        while j < m {
          let column = source + (j * n + start)
          let (scale, b, w) = (scales[j], best[j], worst[j])
          for i in 0..<length {
            let v = scale * column[i]
            p[i] += (v - b) * (v - b)
            q[i] += (v - w) * (v - w)
          }
          j += 1
        }
        for i in 0..<length {
          p[i] = p[i].squareRoot()
          q[i] = q[i].squareRoot()
        }
      case .manhattan:
        for j in 0..<m {
          let column = source + (j * n + start)
          for i in 0..<length {
            let v = scales[j] * column[i]
            p[i] += (v - best[j]).magnitude
            q[i] += (v - worst[j]).magnitude
          }
        }
      case .chebyshev:
        for j in 0..<m {
          let column = source + (j * n + start)
          for i in 0..<length {
            let v = scales[j] * column[i]
            p[i] = max(p[i], (v - best[j]).magnitude)
            q[i] = max(q[i], (v - worst[j]).magnitude)
          }
        }
      }
      let c = closeness + start
      for i in 0..<length {
        let sum = p[i] + q[i]
        c[i] = sum > 0 ? q[i] / sum : 0.5
      }
      start += length
    }
  }
}

/// Adds squared distances on four neighbouring criteria; pairs of rows go through one vector.
@inline(__always)
private func squaresOfFour(
  _ first: UnsafePointer<Double>, _ stride: Int, _ length: Int, _ scales: [Double], _ best: [Double], _ worst: [Double], _ j: Int,
  _ p: UnsafeMutablePointer<Double>, _ q: UnsafeMutablePointer<Double>
) {
  let c0 = first
  let c1 = first + stride
  let c2 = first + 2 * stride
  let c3 = first + 3 * stride
  let s = SIMD4(scales[j], scales[j + 1], scales[j + 2], scales[j + 3])
  let b = SIMD4(best[j], best[j + 1], best[j + 2], best[j + 3])
  let w = SIMD4(worst[j], worst[j + 1], worst[j + 2], worst[j + 3])
  for i in 0..<length {
    let v0 = s[0] * c0[i]
    let v1 = s[1] * c1[i]
    let v2 = s[2] * c2[i]
    let v3 = s[3] * c3[i]
    let p01 = (v0 - b[0]) * (v0 - b[0]) + (v1 - b[1]) * (v1 - b[1])
    let p23 = (v2 - b[2]) * (v2 - b[2]) + (v3 - b[3]) * (v3 - b[3])
    let q01 = (v0 - w[0]) * (v0 - w[0]) + (v1 - w[1]) * (v1 - w[1])
    let q23 = (v2 - w[2]) * (v2 - w[2]) + (v3 - w[3]) * (v3 - w[3])
    p[i] += p01 + p23
    q[i] += q01 + q23
  }
}
