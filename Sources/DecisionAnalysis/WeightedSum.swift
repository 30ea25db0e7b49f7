/// The weighted sum: score = Σ wⱼ·rᵢⱼ over normalised values rᵢⱼ, weights divided by their sum; higher is better.
///
/// Source: Fishburn (1967), Additive utilities with incomplete product sets, Operations Research 15(3). Under `minMax`, `vector`,
/// `sum` and `max` the score depends on the batch; `none` does not, nor does an `AdditiveValueModel`.
public struct WeightedSum: Sendable, Equatable {
  /// How values become comparable.
  public var normalisation: Normalisation

  /// A weighted sum under the named normalisation, min–max unless said otherwise.
  public init(normalisation: Normalisation = .minMax) { self.normalisation = normalisation }

  /// Scores, ranks and the linear map of each criterion.
  public struct Result: Sendable, Equatable {
    /// The normalisation that was used.
    public let normalisation: Normalisation
    /// Weighted scale of each criterion: wⱼ times the normalising factor, negative where less is better.
    public let scales: [Double]
    /// Weighted offset of each criterion; the contribution of a value x is scale·x + offset.
    public let offsets: [Double]
    /// One score for each alternative.
    public let scores: [Double]
    /// Competition ranks, 1 is best.
    public let ranks: [Int]
  }

  /// Scores every alternative. Throws when values do not fit the normalisation. O(n·m + n log n).
  public func evaluate(_ matrix: DecisionMatrix) throws(DecisionError) -> Result {
    let (scales, offsets, scores) = try self.scores(matrix)
    return Result(
      normalisation: normalisation, scales: scales, offsets: offsets, scores: scores, ranks: competitionRanks(scores))
  }

  /// Scores without ranks, for batches. Throws when values do not fit the normalisation. O(n·m).
  public func scores(_ matrix: DecisionMatrix) throws(DecisionError) -> (scales: [Double], offsets: [Double], scores: [Double]) {
    try normalisation.requireFitting(matrix)
    let weights = matrix.relativeWeights
    var scales = [Double](repeating: 1, count: matrix.criterionCount)
    var offsets = [Double](repeating: 0, count: matrix.criterionCount)
    if normalisation == .none {
      for j in 0..<matrix.criterionCount where matrix.directions[j] == .minimise { scales[j] = -1 }
    } else {
      for (j, summary) in matrix.columnSummaries().enumerated() {
        (scales[j], offsets[j]) = normalisation.affine(summary, matrix.directions[j])
      }
    }
    for j in 0..<matrix.criterionCount {
      scales[j] *= weights[j]
      offsets[j] *= weights[j]
    }
    let scores = affineSum(matrix.values, count: matrix.alternativeCount, scales: scales, offset: offsets.reduce(0, +))
    return (scales, offsets, scores)
  }
}

/// offset + Σⱼ scaleⱼ·column ⱼ for every row, in blocks that stay in the first-level cache. O(n·m).
func affineSum(_ columns: [Double], count: Int, scales: [Double], offset: Double) -> [Double] {
  [Double](unsafeUninitializedCapacity: count) { out, initialised in
    initialised = count
    columns.withUnsafeBufferPointer { values in
      guard let source = values.baseAddress, let target = out.baseAddress else { return }
      let block = 1024
      var start = 0
      while start < count {
        let length = min(block, count - start)
        let row = target + start
        row.initialize(repeating: offset, count: length)
        for j in 0..<scales.count {
          let scale = scales[j]
          let column = source + (j * count + start)
          for i in 0..<length { row[i] += scale * column[i] }
        }
        start += length
      }
    }
  }
}
