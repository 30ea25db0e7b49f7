/// What a district's figures say beside those of the whole city; one row for each district, NaN where an input is missing.
public struct DistrictFigures: Sendable {
  /// Unemployed ÷ labour force.
  public var unemploymentRate: [Double]
  /// Rate ÷ rate of all districts together.
  public var unemploymentRatio: [Double]
  /// Inhabitants of 20 to 34 years ÷ inhabitants.
  public var youngAdultsShare: [Double]
  /// Vacant dwellings ÷ dwellings.
  public var dwellingVacancyRate: [Double]
  /// Rent per m² and month.
  public var rent: [Double]
  /// Rent ÷ mean rent of the city.
  public var rentRatio: [Double]
  /// Location quotient of creative jobs.
  public var creativeLocationQuotient: [Double]
  /// Space that creative firms look for, m² a year.
  public var creativeSpaceDemand: [Double]
  /// Gross floor area of buildings with evidence of vacancy, m².
  public var vacantFloorArea: [Double]
  /// Rate of all districts that know unemployed and labour force.
  public var cityUnemploymentRate: Double
  /// Mean rent, weighted by dwellings where every district with a rent knows them.
  public var cityRent: Double
  /// Creative jobs ÷ jobs of all districts that know both.
  public var cityCreativeShare: Double
}

/// Computes ratios, quotients, demand and vacant supply of every district.
///
/// Demand is creative jobs × (resettlement + relocation) × m² per job (GIFPRO); where creative jobs are unknown, the employees of the
/// companies in the district stand in. O(districts + buildings + companies).
public func districtFigures(
  _ districts: Districts, companies: Companies?, companyDistrict: [Int32], vacantFloorArea: [Double], rates: CreativeSpaceDemandRates
) -> DistrictFigures {
  let n = districts.count
  func ratio(_ a: [Double], _ b: [Double]) -> [Double] { (0..<n).map { b[$0] > 0 ? a[$0] / b[$0] : .nan } }
  func pooled(_ a: [Double], _ b: [Double]) -> Double {
    var sa = 0.0, sb = 0.0
    for k in 0..<n where !a[k].isNaN && b[k] > 0 {
      sa += a[k]
      sb += b[k]
    }
    return sb > 0 ? sa / sb : .nan
  }
  let unemployment = ratio(districts.unemployed, districts.labourForce)
  let cityUnemployment = pooled(districts.unemployed, districts.labourForce)
  let known = (0..<n).filter { !districts.rent[$0].isNaN }
  let isWeighted = known.allSatisfy { districts.dwellings[$0] > 0 }
  var rentSum = 0.0, weightSum = 0.0
  for k in known {
    let weight = isWeighted ? districts.dwellings[k] : 1
    rentSum += weight * districts.rent[k]
    weightSum += weight
  }
  let cityRent = weightSum > 0 ? rentSum / weightSum : .nan
  let creativeShare = pooled(districts.creativeJobs, districts.jobs)
  var employees = [Double](repeating: .nan, count: n)
  if let companies {
    for (i, d) in companyDistrict.enumerated() where d >= 0 && !companies.employees[i].isNaN {
      employees[Int(d)] = (employees[Int(d)].isNaN ? 0 : employees[Int(d)]) + companies.employees[i]
    }
  }
  return DistrictFigures(
    unemploymentRate: unemployment, unemploymentRatio: unemployment.map { cityUnemployment > 0 ? $0 / cityUnemployment : .nan },
    youngAdultsShare: ratio(districts.youngAdults, districts.population),
    dwellingVacancyRate: ratio(districts.vacantDwellings, districts.dwellings), rent: districts.rent,
    rentRatio: districts.rent.map { cityRent > 0 ? $0 / cityRent : .nan },
    creativeLocationQuotient: (0..<n).map {
      districts.jobs[$0] > 0 && creativeShare > 0 ? districts.creativeJobs[$0] / districts.jobs[$0] / creativeShare : .nan
    },
    creativeSpaceDemand: (0..<n).map {
      rates.area(perYearOf: districts.creativeJobs[$0].isNaN ? employees[$0] : districts.creativeJobs[$0])
    },
    vacantFloorArea: vacantFloorArea, cityUnemploymentRate: cityUnemployment, cityRent: cityRent, cityCreativeShare: creativeShare)
}
