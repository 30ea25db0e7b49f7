import DecisionAnalysis
import Testing

@Suite struct SPOTISTests {
  private func dezert() throws -> (DecisionMatrix, SPOTIS) {
    let matrix = try DecisionMatrix(
      rows: [[10.5, -3.1, 1.7], [-4.7, 0, 3.4], [8.1, 0.3, 1.3], [3.2, 7.3, -5.3]],
      directions: [.maximise, .minimise, .maximise], weights: [0.2, 0.3, 0.5])
    return (matrix, SPOTIS(bounds: [-5...12, -6...10, -8...5]))
  }

  @Test("Dezert et al. (2020), section VI: distances and order")
  func published() throws {
    let (matrix, method) = try dezert()
    let result = try method.evaluate(matrix)
    expectClose(result.distances, [0.19894514, 0.37050905, 0.30631505, 0.74905826], within: 1e-8)
    #expect(result.orderBestFirst == [0, 2, 1, 3])
    #expect(result.ideal == [12, -6, 5])
  }

  @Test("Scores stay to the last bit when an alternative leaves", arguments: 0..<4)
  func reversalFree(removed: Int) throws {
    let (matrix, method) = try dezert()
    let all = try method.evaluate(matrix).distances
    let rest = try method.evaluate(try matrix.removing(alternative: removed)).distances
    #expect(rest == all.indices.filter { $0 != removed }.map { all[$0] })
  }

  @Test("A value outside its bounds is refused by row and column with the bounds; so are empty bounds")
  func bounds() throws {
    let (matrix, _) = try dezert()
    let error = #expect(throws: DecisionError.self) { try SPOTIS(bounds: [-5...12, -3...10, -8...5]).evaluate(matrix) }
    #expect(error == .outsideBounds(row: 0, column: 1, value: -3.1, low: -3, high: 10))
    #expect(throws: DecisionError.bounds(column: 0, low: 1, high: 1)) {
      try SPOTIS(bounds: [1...1, -6...10, -8...5]).evaluate(matrix)
    }
    #expect(throws: DecisionError.count(what: "bounds", found: 1, expected: 3)) { try SPOTIS(bounds: [0...1]).evaluate(matrix) }
  }

  @Test("An expected solution point inside the bounds becomes the ideal")
  func idealPoint() throws {
    let matrix = try DecisionMatrix(rows: [[5], [7]], directions: [.maximise], weights: [1])
    let result = try SPOTIS(bounds: [0...10], ideal: [6]).evaluate(matrix)
    expectClose(result.distances, [0.1, 0.1], within: 1e-15)
    #expect(result.ranks == [1, 1])
  }
}
