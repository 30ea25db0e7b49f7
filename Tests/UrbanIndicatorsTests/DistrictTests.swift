import SimpleFeatures
import Testing
import UrbanIndicators

@Suite("Districts")
struct DistrictTests {
  @Test("Positions fall into the first polygon that holds them; holes and the outside into none")
  func join() {
    var column = GeometryColumn()
    column.append(parts: [
      [[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], [(4, 4), (4, 6), (6, 6), (6, 4), (4, 4)]]
    ])
    column.append(parts: [[[(10, 0), (20, 0), (20, 10), (10, 10), (10, 0)]], [[(4, 4), (6, 4), (6, 6), (4, 6), (4, 4)]]])
    column.appendNull()
    column.append(boxFrom: 5, 5, to: 30, 30)
    let x = [1.0, 10, 15, 5, 25, 40, .nan, 4, 9.5], y = [1.0, 5, 5, 4.5, 25, 5, 5, 4, 9.5]
    #expect(districtJoin(x: x, y: y, districts: column) == [0, 1, 1, 1, 3, -1, -1, 1, 0])
    #expect(districtJoin(x: x, y: y, districts: GeometryColumn()) == Array(repeating: -1, count: x.count))
  }

  @Test("The index agrees with testing every polygon")
  func againstAll() {
    for seed in UInt64(1)...8 {
      var generator = SplitMix64(seed: seed)
      var column = GeometryColumn()
      for _ in 0..<60 {
        column.append(
          polygon: randomStar(
            &generator, x: Double.random(in: 0..<1000, using: &generator), y: Double.random(in: 0..<1000, using: &generator),
            radius: Double.random(in: 10..<300, using: &generator)))
      }
      let x = (0..<800).map { _ in Double.random(in: -100..<1100, using: &generator) }
      let y = (0..<800).map { _ in Double.random(in: -100..<1100, using: &generator) }
      let joined = districtJoin(x: x, y: y, districts: column, threads: 2)
      for i in x.indices {
        let first = (0..<60).first { column.contains(x: x[i], y: y[i], feature: $0) }
        #expect(joined[i] == Int32(first ?? -1), "seed \(seed)")
      }
    }
  }

  @Test("Rates, ratios to the city, demand and supply")
  func figures() {
    var ids = TextColumn()
    var column = GeometryColumn()
    for k in 0..<3 {
      ids.append("d\(k)")
      column.append(boxFrom: Double(k) * 10, 0, to: Double(k + 1) * 10, 10)
    }
    var d = Districts(ids: ids, names: ids, geometry: column)
    d.unemployed = [10, 30, .nan]
    d.labourForce = [100, 100, 50]
    d.population = [200, 400, 100]
    d.youngAdults = [50, 40, .nan]
    d.dwellings = [100, 300, 50]
    d.vacantDwellings = [5, 30, .nan]
    d.rent = [10, 14, .nan]
    d.jobs = [100, 300, .nan]
    d.creativeJobs = [20, 20, .nan]
    let companies = Companies(x: [25, 26, 5], y: [5, 5, 5], sector: [0, 0, 0], employees: [40, 60, 7])
    let f = districtFigures(
      d, companies: companies, companyDistrict: [2, 2, 0], vacantFloorArea: [1, 2, 3], rates: CreativeSpaceDemandRates())
    #expect(agrees(f.cityUnemploymentRate, 0.2) && agrees(f.unemploymentRatio[0], 0.5) && agrees(f.unemploymentRatio[1], 1.5))
    #expect(f.unemploymentRate[2].isNaN && f.unemploymentRatio[2].isNaN && f.youngAdultsShare[0] == 0.25 && f.youngAdultsShare[2].isNaN)
    #expect(agrees(f.cityRent, 13) && agrees(f.rentRatio[0], 10.0 / 13) && f.rentRatio[2].isNaN)
    #expect(f.dwellingVacancyRate[1] == 0.1 && f.dwellingVacancyRate[2].isNaN)
    #expect(agrees(f.cityCreativeShare, 0.1) && agrees(f.creativeLocationQuotient[0], 2) && f.creativeLocationQuotient[2].isNaN)
    // 20 jobs × 1 % × 18 m²; where creative jobs are unknown, the companies' 100 employees.
    #expect(agrees(f.creativeSpaceDemand[0], 3.6) && agrees(f.creativeSpaceDemand[2], 18))
    // Without dwellings of every district with a rent the mean is plain.
    d.dwellings[0] = .nan
    #expect(
      agrees(
        districtFigures(d, companies: nil, companyDistrict: [], vacantFloorArea: [1, 2, 3], rates: CreativeSpaceDemandRates()).cityRent, 12)
    )
  }

  @Test("Kempten 2012: jobs that move and the space they look for, by the GIFPRO logic")
  func gifpro() {
    // R package REAT, gifpro.Rd (Kempten 2012): rates per 100, 148 m² a job; figures recomputed.
    let rates = CreativeSpaceDemandRates(resettlement: 0.003, relocation: 0.007, areaPerJob: 148)
    let jobs = [7228 * 1.0, 12452 * 0.4, 11589 * 0.1]
    let moving = jobs.map { rates.movingJobs(perYearOf: $0) }, area = jobs.map { rates.area(perYearOf: $0) }
    for (a, b) in zip(moving, [72.28, 49.808, 11.589]) { #expect(agrees(a, b, 1e-12)) }
    for (a, b) in zip(area, [10697.44, 7371.584, 1715.172]) { #expect(agrees(a, b, 1e-12)) }
    #expect(agrees(moving.reduce(0, +), 133.677) && agrees(area.reduce(0, +), 19784.196) && agrees(area.reduce(0, +) * 13, 257194.548))
  }
}
