import Testing
import UrbanIndicators

@Suite("Concentration, specialisation, interaction")
struct ConcentrationTests {
  @Test("Location quotient (R package REAT, locq.Rd, after Farhauer and Kröll)")
  func quotient() {
    #expect(
      agrees(
        locationQuotient(sectorHere: 1714, allHere: 79006, sectorEverywhere: 879_213, allEverywhere: 15_593_224), 0.3847623423013281, 1e-10)
    )
    #expect(locationQuotient(sectorHere: 0, allHere: 10, sectorEverywhere: 5, allEverywhere: 100) == 0)
    #expect(locationQuotient(sectorHere: 1, allHere: 0, sectorEverywhere: 5, allEverywhere: 100).isNaN)
  }

  @Test("Göttingen 2017 by sector (REAT, Goettingen.rda): printed totals, the sectors sum to less")
  func goettingen() {
    let city: [Double] = [45, 466, 7874, 1334, 7051, 2481, 2251, 2032, 1739, 7915, 4875, 3936, 7488, 16896, 900]
    let nation: [Double] = [
      248_052, 538_768, 6_797_172, 1_798_954, 4_380_223, 1_713_157, 1_062_982, 1_027_486, 975_126, 2_397_099, 2_357_313, 1_762_308,
      1_249_260, 4_676_036, 1_181_037,
    ]
    let expected = [
      0.0840765, 0.4008566, 0.5368737, 0.3436693, 0.7460354, 0.6711731, 0.9814192, 0.9165428, 0.8265018, 1.5302765, 0.9584342, 1.0350903,
      2.7779086, 1.6745997, 0.3531701,
    ]
    for i in city.indices {
      let q = locationQuotient(sectorHere: city[i], allHere: 69403, sectorEverywhere: nation[i], allEverywhere: 32_164_973)
      #expect(agrees(q, expected[i], 1e-7))
    }
    #expect(city.reduce(0, +) == 67283)
    #expect(agrees(giniOfLocationQuotients(part: city, whole: nation), 0.3598520294948464, 1e-10))
    #expect(agrees(krugmanIndex(city, nation), 0.4508468783615715, 1e-10))
  }

  @Test("Gini coefficients of concentration and of specialisation (REAT, gini.conc and gini.spec)")
  func gini() {
    #expect(
      agrees(
        giniOfLocationQuotients(part: [500, 500, 1000, 7000, 1000], whole: [20000, 15000, 20000, 40000, 5000]), 0.406896551724138, 1e-12))
    #expect(
      agrees(
        giniOfLocationQuotients(part: [700, 600, 500, 10000, 40000], whole: [30000, 15000, 10000, 60000, 50000]), 0.6222222222222222, 1e-12)
    )
    #expect(
      agrees(giniCoefficient([20, 50, 20, 10]), 0.3, 1e-12) && agrees(giniCoefficient([20, 50, 20, 10], normalised: true), 0.4, 1e-12))
    #expect(giniCoefficient([5, 5, 5]) == 0 && giniCoefficient([0, 0]).isNaN)
  }

  @Test("Herfindahl index (REAT, herf)")
  func herfindahl() {
    let h = HerfindahlIndex([20, 50, 20, 10])
    #expect(agrees(h.value, 0.34, 1e-12) && agrees(h.normalised, 0.12, 1e-12) && agrees(h.equivalentNumber, 2.9411764705882346, 1e-12))
    #expect(HerfindahlIndex([7]).value == 1 && HerfindahlIndex([7]).normalised.isNaN && HerfindahlIndex([0, 0]).value.isNaN)
  }

  @Test("Ellison–Glaeser index of three regions (REAT, ellison.a.Rd)")
  func ellisonGlaeser() {
    let e = EllisonGlaeserIndex(
      firms: [[200, 650, 12000, 100, 50], [16000, 13000, 1500, 1500], [25000]], employment: [500_000, 400_000, 100_000])
    #expect(agrees(e.rawConcentration, 0.1681632653061224, 1e-12) && agrees(e.plantHerfindahl, 0.2446887755102041, 1e-12))
    #expect(agrees(e.gamma, 0.05990628411653892, 1e-12))
  }

  @Test("Shift-share of three regions (REAT, shift.Rd, after Farhauer and Kröll 2013)")
  func shiftShare() {
    let before: [Double] = [400, 150, 150, 400], after: [Double] = [440, 210, 135, 480]
    let rows: [([Double], [Double], [Double])] = [
      ([90, 20, 10, 60], [100, 40, 10, 55], [25, 27, 1, -3, -2]), ([60, 30, 30, 40], [85, 55, 40, 35], [55, 24, -1, 32, 31]),
      ([250, 100, 110, 300], [255, 115, 85, 390], [85, 114, 0, -29, -29]),
    ]
    for (a, b, expected) in rows {
      let s = ShiftShare(regionBefore: a, regionAfter: b, nationBefore: before, nationAfter: after)
      for (v, e) in zip([s.growth, s.national, s.mix, s.regional, s.net], expected) { #expect(abs(v - e) < 1e-9, "\(s)") }
      #expect(abs(s.national + s.net - s.growth) < 1e-9)
    }
  }

  @Test("Huff's market areas and Hansen's accessibility (REAT, huff.Rd and hansen.Rd, after Levy and Weitz)")
  func huff() {
    let size = [5000.0, 10000], minutes = [[10.0, 5], [5, 15]], market = [5_000_000.0, 3_000_000]
    let u = huffUtilities(size: size, distance: minutes)
    let p = huffProbabilities(utilities: u)
    for (a, b) in zip(u.joined(), [50, 400, 200, 44.4444444444]) { #expect(agrees(a, b, 1e-8)) }
    for (a, b) in zip(p.joined(), [0.1111111111, 0.8888888889, 0.8181818182, 0.1818181818]) { #expect(agrees(a, b, 1e-8)) }
    let sales = [0, 1].map { j in p.indices.reduce(0) { $0 + p[$1][j] * market[$1] } }
    #expect(agrees(sales[0], 3_010_101.01010101, 1e-8) && agrees(sales[1], 4_989_898.98989899, 1e-8))
    let h = hansenAccessibility(size: size, distance: minutes)
    #expect(agrees(h[0], 450, 1e-8) && agrees(h[1], 244.4444444444, 1e-8))
  }
}
