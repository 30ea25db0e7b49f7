import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Hot spots")
struct HotSpotTests {
  // Six points of esda's tests/test_getisord.py; G, EG, VG and Gi are asserted there, the rest was computed with esda 2.x and by hand.
  private let x = [10.0, 20, 40, 15, 30, 30], y = [10.0, 10, 10, 20, 20, 30]
  private let values = [2, 3, 3.2, 5, 8, 7]

  @Test("General G of six points is that of esda")
  func general() {
    let g = GeneralG(values: values, neighbourhood: Neighbourhood(x: x, y: y, band: 15))
    #expect(agrees(g.value, 0.5570977917981073) && agrees(g.expectation, 0.4666666666666667))
    #expect(agrees(g.variance, 0.009203550195101468) && agrees(g.score, 0.942627795324094))
    #expect(agrees(g.oneSidedProbability, 0.17293565873591432, 1e-7))
  }

  @Test("Local Gi and Gi*, binary and row-standardised, are those of esda")
  func local() {
    let w = Neighbourhood(x: x, y: y, band: 15)
    let oracle: [(Bool, Bool, [Double])] = [
      (false, false, [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941]),
      (true, false, [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]),
      (false, true, [-0.62074534, -0.01780611, 1.31558703, -0.12824171, 0.28843496, 1.77833941]),
      (true, true, [-0.62488094, -0.09144599, 0.41150696, -0.09144599, 0.24690418, 1.28024388]),
    ]
    for (star, row, expected) in oracle {
      let scores = getisOrdScores(values: values, neighbourhood: w, includingSelf: star, rowStandardised: row)
      for (a, b) in zip(scores, expected) { #expect(agrees(a, b, 1e-7), "self \(star) row \(row): \(scores)") }
    }
  }

  @Test("Multiple testing: a point with p = 0.043 is no hot spot")
  func falseDiscovery() {
    let scores = getisOrdScores(values: values, neighbourhood: Neighbourhood(x: x, y: y, band: 15))
    let p = scores.map(twoSidedProbability(ofScore:))
    for (a, b) in zip(p, [0.16233051, 0.77244546, 0.51527268, 0.77244546, 0.21700887, 0.04294512]) { #expect(agrees(a, b, 1e-7)) }
    let q = falseDiscoveryRates(p)
    for (a, b) in zip(q, [0.43401774, 0.77244546, 0.77244546, 0.77244546, 0.43401774, 0.25767074]) { #expect(agrees(a, b, 1e-7)) }
    let some = falseDiscoveryRates([0.01, .nan, 0.02])
    #expect(some[0] == 0.02 && some[1].isNaN && some[2] == 0.02)
    #expect(falseDiscoveryRates([]).isEmpty)
  }

  @Test("Equal values have no score; a site alone has none in Gi")
  func degenerate() {
    let w = Neighbourhood(first: [0, 1, 2, 2], neighbours: [1, 0])
    #expect(getisOrdScores(values: [4, 4, 4], neighbourhood: w).allSatisfy { $0.isNaN })
    #expect(getisOrdScores(values: [1, 2, 3], neighbourhood: w, includingSelf: false)[2].isNaN)
  }

  @Test("A cluster of companies is hot, islands are marked, companies without buildings around are left out")
  func cells() {
    var bx: [Double] = [], by: [Double] = []
    for r in 0..<12 { for c in -6..<6 { bx.append(Double(c) * 250 + 100); by.append(Double(r) * 250 + 20) } }
    bx.append(100_010)
    by.append(100_010)
    bx.append(.nan)
    by.append(.nan)
    // Nine companies in each of the 3 × 3 cells around column 0, row 5; one far from any building, one on the island.
    var cx: [Double] = [], cy: [Double] = []
    for r in 4...6 { for c in -1...1 { for k in 0..<9 { cx.append(Double(c) * 250 + Double(k)); cy.append(Double(r) * 250 + 1) } } }
    cx += [50_000, 100_100]
    cy += [50_000, 100_100]
    let n = cx.count
    let s = hotSpots(
      buildingX: bx, buildingY: by,
      companies: Companies(x: cx, y: cy, sector: Array(repeating: 0, count: n), employees: Array(repeating: .nan, count: n)))
    #expect(s.state.count == 145 && s.companies.reduce(0, +) == 82)
    #expect(s.isIsland.count { $0 } == 1 && s.isIsland[144] && s.falseDiscoveryRate[144].isNaN && s.state[144] == 0)
    let middle = s.state.indices.first { s.column[$0] == 0 && s.row[$0] == 5 }!
    #expect(s.state[middle] == 1 && s.score[middle] == s.score.max())
    #expect(s.companies[middle] == 9)
    let corner = s.state.indices.first { s.column[$0] == -6 && s.row[$0] == 11 }!
    #expect(s.state[corner] == 0 && s.score[corner] < 0)
    #expect(s.cellOfBuilding[145] == -1 && s.cellOfBuilding[144] == 144)
    // Gi* by hand for the middle: all 81 of 82 companies in nine of 145 cells.
    let mean = 82.0 / 145, spread = ((9 * 81.0 + 1) / 145 - mean * mean).squareRoot()
    #expect(agrees(s.score[middle], (81 - 9 * mean) / (spread * ((145 * 9.0 - 81) / 144).squareRoot())))
  }
}
