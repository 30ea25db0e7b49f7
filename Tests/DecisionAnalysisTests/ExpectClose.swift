import DecisionAnalysis
import Testing

/// Expects two lists to agree entry by entry within a tolerance.
func expectClose(
  _ found: [Double], _ expected: [Double], within tolerance: Double, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, comment, sourceLocation: sourceLocation)
  for (index, pair) in zip(found, expected).enumerated() {
    #expect(
      (pair.0 - pair.1).magnitude <= tolerance, "entry \(index): \(pair.0), expected \(pair.1); \(comment?.rawValue ?? "")",
      sourceLocation: sourceLocation)
  }
}

/// A random table with values above zero.
func randomMatrix(_ generator: inout SeededGenerator, alternatives n: Int, criteria m: Int) throws -> DecisionMatrix {
  let values = (0..<(n * m)).map { _ in 0.5 + 9 * generator.uniform() }
  let directions = (0..<m).map { _ in generator.uniform() < 0.5 ? Direction.maximise : .minimise }
  let weights = generator.dirichlet([Double](repeating: 2, count: m))
  return try DecisionMatrix(columns: values, alternativeCount: n, directions: directions, weights: weights)
}

/// Worth 0…1 against fixed scales, so that more is better on every criterion.
func worthOnFixedScale(_ matrix: DecisionMatrix, _ bounds: ClosedRange<Double>) -> [Double] {
  let width = bounds.upperBound - bounds.lowerBound
  return (0..<matrix.criterionCount).flatMap { j in
    matrix.column(j).map { matrix.directions[j] == .maximise ? ($0 - bounds.lowerBound) / width : (bounds.upperBound - $0) / width }
  }
}

/// Six suppliers, five criteria: Cebrián, Porcar (2009), Localización empresarial en Aragón, Rev. de Métodos Cuantitativos 7, 31–56.
func aragon() throws -> DecisionMatrix {
  try DecisionMatrix(
    rows: [[6, 5, 28, 5, 5], [4, 2, 25, 10, 9], [5, 7, 35, 9, 6], [6, 1, 27, 6, 7], [6, 8, 30, 7, 9], [5, 6, 26, 4, 8]],
    directions: [.maximise, .maximise, .minimise, .maximise, .maximise], weights: [0.25, 0.25, 0.1, 0.2, 0.2])
}

/// Four alternatives, three criteria: Tzeng, Huang (2011), Multiple Attribute Decision Making.
func tzengHuang() throws -> DecisionMatrix {
  try DecisionMatrix(
    rows: [[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], directions: [.maximise, .maximise, .maximise], weights: [0.3, 0.4, 0.3])
}
