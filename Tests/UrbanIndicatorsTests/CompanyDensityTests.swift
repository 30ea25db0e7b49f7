import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Companies around")
struct CompanyDensityTests {
  @Test("One company gives the kernel's value; the kernel sums to one company")
  func kernel() {
    let one = Companies(x: [0], y: [0], sector: [0], employees: [.nan])
    let a = companySurroundings(x: [0, 250, 499, 500, 900, .nan], y: [0, 0, 0, 0, 0, 0], companies: one)
    let peak = 2 / (.pi * 0.25)
    #expect(agrees(a.density[0], peak) && agrees(a.density[1], peak * 0.75) && a.density[2] > 0)
    #expect(a.density[3] == 0 && a.density[4] == 0 && a.density[5].isNaN)
    // Sum over a grid of 20 m: the integral is one.
    var x: [Double] = []
    var y: [Double] = []
    for i in -26...26 { for j in -26...26 { x.append(Double(i) * 20 + 3); y.append(Double(j) * 20 + 7) } }
    let sum = companySurroundings(x: x, y: y, companies: one).density.reduce(0, +) * 0.02 * 0.02
    #expect(abs(sum - 1) < 1e-3)
  }

  @Test("Evenness is one for equal shares, less for unequal ones, zero for one sector")
  func diversity() {
    let c = Companies(
      x: [0, 10, 20, 30, 5000, 5001, 5002, 5003, 9000], y: Array(repeating: 0, count: 9), sector: [0, 1, 2, 3, 0, 0, 0, 1, -1],
      employees: Array(repeating: .nan, count: 9))
    let a = companySurroundings(x: [0, 5000, 9000, 20000], y: [0, 0, 0, 0], companies: c)
    #expect(agrees(a.diversity[0], 1) && agrees(a.entropy[0], 1.3862943611198906))
    // −(¾ ln ¾ + ¼ ln ¼) = 0.562335…, ÷ ln 2 = 0.811278…
    #expect(agrees(a.entropy[1], 0.5623351446188083) && agrees(a.diversity[1], 0.8112781244591328))
    #expect(a.diversity[2] == 0 && a.entropy[3] == 0 && a.density[2] > 0)
    let unknown = Companies(x: [0], y: [0], sector: [-1], employees: [.nan])
    #expect(companySurroundings(x: [0], y: [0], companies: unknown).diversity[0].isNaN)
  }

  @Test("Density agrees with the sum over all companies, for any number of threads")
  func againstSum() {
    for seed in UInt64(1)...5 {
      var generator = SplitMix64(seed: seed)
      let n = 300
      let companies = Companies(
        x: (0..<n).map { _ in Double.random(in: 0..<4000, using: &generator) },
        y: (0..<n).map { _ in Double.random(in: 0..<4000, using: &generator) },
        sector: (0..<n).map { _ in Int16.random(in: -1..<9, using: &generator) }, employees: Array(repeating: 1, count: n))
      let x = (0..<2100).map { _ in Double.random(in: -900..<4900, using: &generator) }
      let y = (0..<2100).map { _ in Double.random(in: -900..<4900, using: &generator) }
      let a = companySurroundings(x: x, y: y, companies: companies), b = companySurroundings(x: x, y: y, companies: companies, threads: 2)
      #expect(a.density == b.density && a.diversity == b.diversity && a.entropy == b.entropy)
      for i in stride(from: 0, to: 2100, by: 7) {
        var sum = 0.0
        for k in 0..<n {
          let d2 = (x[i] - companies.x[k]) * (x[i] - companies.x[k]) + (y[i] - companies.y[k]) * (y[i] - companies.y[k])
          sum += max(0, 1 - d2 / 250_000)
        }
        #expect(agrees(a.density[i], sum * 2 / (.pi * 0.25), 1e-10), "seed \(seed)")
      }
    }
  }

  @Test("Vacant floor area near by is that of other buildings")
  func poles() {
    let p = poleFloorArea(
      x: [0, 100, 300, 301, 50], y: [0, 0, 0, 0, 0], grossFloorArea: [500, 800, 900, 100, .nan], footprint: [100, 100, 100, 100, 70],
      hasVacancyEvidence: [true, false, true, true, true])
    // 0 sees 300 and 50 (its footprint stands in), not itself nor 301.
    let expected: [Double] = [970, 1570, 670, 970, 1500]
    #expect(p == expected)
  }
}
