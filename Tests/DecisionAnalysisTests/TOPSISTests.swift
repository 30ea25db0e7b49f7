import DecisionAnalysis
import Testing

@Suite struct TOPSISTests {
  @Test("Two alternatives without normalisation: ideal, anti-ideal and closeness (test of scikit-criteria)")
  func unnormalised() throws {
    let matrix = try DecisionMatrix(
      rows: [[1, 0, 3], [0, 5, 6]], directions: [.maximise, .maximise, .maximise], weights: [1, 1, 1])
    let result = try TOPSIS(normalisation: .none).evaluate(matrix)
    #expect(result.ideal == [1, 5, 6])
    #expect(result.antiIdeal == [0, 0, 3])
    expectClose(result.closeness, [0.1463924817, 0.8536075183], within: 1e-8)
  }

  @Test("Tzeng, Huang (2011): closeness under vector normalisation")
  func tzeng() throws {
    let result = try TOPSIS().evaluate(try tzengHuang())
    expectClose(result.closeness, [0.5037196586, 0.658084772, 0.7482486599, 0.3339974369], within: 1e-9)
    #expect(result.ranks == [3, 2, 1, 4])
  }

  @Test("Weights need not sum to one: two alternatives of Hodgett (2016), as tested in the R package MCDA")
  func hodgett() throws {
    let matrix = try DecisionMatrix(
      rows: [[5490, 51.4, 8.5], [6500, 70.6, 7]], directions: [.minimise, .maximise, .maximise], weights: [0.35, 0.25, 0.25])
    expectClose(try TOPSIS().evaluate(matrix).closeness, [0.4942820837, 0.5057179163], within: 1e-9)
  }

  @Test("Distances equal those of a plain second implementation", arguments: DistanceMetric.allCases, [31, 32] as [UInt64])
  func secondImplementation(metric: DistanceMetric, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let matrix = try randomMatrix(&generator, alternatives: 777, criteria: 6)
    for normalisation in Normalisation.allCases {
      let result = try TOPSIS(normalisation: normalisation, metric: metric).evaluate(matrix)
      let weighted = (0..<6).map { j -> [Double] in
        let column = Array(matrix.column(j))
        let low = column.min() ?? 0
        let high = column.max() ?? 0
        let norm: Double
        switch normalisation {
        case .none: norm = 1
        case .vector: norm = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
        case .minMax: norm = high - low
        case .sum: norm = column.reduce(0, +)
        case .max: norm = high
        }
        return column.map { $0 / norm * matrix.weights[j] }
      }
      func distance(_ i: Int, toBest: Bool) -> Double {
        let parts = (0..<6).map { j in
          let target = (matrix.directions[j] == .maximise) == toBest ? weighted[j].max() ?? 0 : weighted[j].min() ?? 0
          return (weighted[j][i] - target).magnitude
        }
        switch metric {
        case .euclidean: return parts.reduce(0) { $0 + $1 * $1 }.squareRoot()
        case .manhattan: return parts.reduce(0, +)
        case .chebyshev: return parts.max() ?? 0
        }
      }
      expectClose(result.distanceToIdeal, (0..<777).map { distance($0, toBest: true) }, within: 1e-9, "seed \(seed)")
      expectClose(result.distanceToAntiIdeal, (0..<777).map { distance($0, toBest: false) }, within: 1e-9, "seed \(seed)")
    }
  }

  @Test("A constant criterion does not count and is reported; when all are constant closeness is one half")
  func constant() throws {
    let matrix = try DecisionMatrix(rows: [[1, 7], [3, 7], [2, 7]], directions: [.maximise, .minimise], weights: [1, 1])
    let result = try TOPSIS().evaluate(matrix)
    #expect(result.constantCriteria == [1])
    expectClose(result.closeness, [0, 1, 0.5], within: 1e-15)
    let flat = try DecisionMatrix(rows: [[0], [0]], directions: [.maximise], weights: [1])
    #expect(try TOPSIS().evaluate(flat).closeness == [0.5, 0.5])
  }

  @Test("Sum normalisation refuses a negative value by row and column")
  func negative() throws {
    let matrix = try DecisionMatrix(rows: [[1], [-2]], directions: [.maximise], weights: [1])
    let error = #expect(throws: DecisionError.self) { try TOPSIS(normalisation: .sum).evaluate(matrix) }
    #expect(error?.description.contains("Row 2, column 1 is -2.0") == true)
  }
}
