import ProjectFinance
import Testing

@Suite("Published figures of other tools")
struct PublishedFigureTests {
  @Test("Kempten's commercial space demand of 2012 comes out as published")
  func gifpro() throws {
    // R package REAT, data of gifpro; recomputed
    let sectors = zip([7228.0, 12452, 11589], [100.0, 40, 10]).map {
      SpaceDemand.Sector(
        employees: $0, percentInCommercialSpace: $1, resettlementRate: 0.3, relocationRate: 0.7, areaPerEmployee: 148)
    }
    let demand = try SpaceDemand(sectors: sectors, years: 13)
    for (a, b) in zip(demand.employeesPerYear, [72.28, 49.808, 11.589]) { #expect(abs(a - b) <= 1e-9) }
    for (a, b) in zip(demand.areaPerYear, [10697.44, 7371.584, 1715.172]) { #expect(abs(a - b) <= 1e-9) }
    #expect(abs(demand.totalEmployeesPerYear - 133.677) <= 1e-9)
    #expect(abs(demand.totalAreaPerYear - 19784.196) <= 1e-9)
    #expect(abs(demand.totalEmployees - 1737.801) <= 1e-9)
    #expect(abs(demand.totalArea - 257194.548) <= 1e-9)
    #expect(throws: ProjectFinanceError.self) {
      try SpaceDemand(
        sectors: [.init(employees: -1, percentInCommercialSpace: 1, resettlementRate: 1, relocationRate: 1, areaPerEmployee: 1)], years: 1)
    }
  }

  @Test("Benefits are discounted from k = 0, unless a sum says it starts later")
  func discountedBenefits() throws {
    // ADEME Bénéfriches, unit tests
    #expect(try RegenerationBenefits.discountedSum(83, years: 50).rounded() == 1714)
    #expect(try RegenerationBenefits.discountedSum(83, years: 50, from: 1, to: 34).rounded() == 1413)
    #expect(try RegenerationBenefits.discountedSum(83, years: 10, from: 1).rounded() == 603)
    #expect(try RegenerationBenefits.discountedSum(93, years: 10).rounded() == 769)
    // The sum that starts at k = 1 is not the published one: the trap.
    #expect(try RegenerationBenefits.discountedSum(93, years: 11, from: 1).rounded() != 769)
    #expect(try RegenerationBenefits.discountedSumWithGrowth(133_912, years: 50, openingYear: 2025).rounded() == 3_511_611)
    #expect(try RegenerationBenefits.discountedCarbon(tonnesPerYear: 15_000, years: 50, openingYear: 2025).rounded() == 145_146_579)
  }

  @Test("Property values rise around a former wasteland as published")
  func propertyUplift() throws {
    let uplift = try RegenerationBenefits.propertyUplift(
      siteArea: 36_000, cityArea: 20_000_000, cityPopulation: 36_946, pricePerSquareMetre: 974, years: 10)
    #expect(uplift.presentValue.rounded() == 455_339)
    #expect(uplift.transferDuties.rounded() == 6_637)
    let green = try RegenerationBenefits.propertyUplift(
      siteArea: 36_000, cityArea: 20_000_000, cityPopulation: 36_946, pricePerSquareMetre: 974, years: 10, isRenatured: true)
    #expect(green.presentValue.rounded() == 2_286_071)
    #expect(abs(RegenerationBenefits.influenceArea(siteArea: 10_000, radius: 500) - 962_643.55) < 0.01)
    #expect(RegenerationBenefits.influenceArea(siteArea: 10_000, radius: 100).rounded() == 66_865)
  }

  @Test(
    "Carbon prices follow the French path",
    arguments: [(2025, 150.0), (2027, 184), (2030, 250), (2034, 330), (2050, 775), (2074, 775), (2010, 90)])
  func carbonPath(year: Int, price: Double) {
    #expect(PricePath.frenchClimateAction.price(year: year).rounded() == price)
    #expect(PricePath(points: []) == nil && PricePath(points: [.init(year: 1, price: 0)]) == nil)
  }

  @Test("Square-foot pro formas of homes come out as the UDST developer prints them")
  func residentialProForma() throws {
    // UDST developer, fixture of its pro forma tests, with financing
    let parcels = [(1e6, 10_000.0, 2.0, 40.0), (2e6, 20_000, 3, 60), (3e6, 30_000, 4, 80)]
    let expected = [
      (20_000.0, 3_740_000.0, 182_490.0, 4_922_490.0, 8_960_000.0, 4_037_510.0, 14.0),
      (60_000, 11_220_000, 601_510, 13_821_510, 26_880_000, 13_058_490, 18),
      (120_000, 24_552_000, 1_253_616, 28_805_616, 53_760_000, 24_954_384, 18),
    ]
    for (parcel, figures) in zip(parcels, expected) {
      let proposal = try #require(
        try SquareFootProForma.bestProposal(
          on: .init(landCost: parcel.0, area: parcel.1, maximumFloorAreaRatio: parcel.2, maximumHeight: parcel.3, rent: 40),
          use: .residential))
      #expect(abs(proposal.builtArea - figures.0) <= 0.01)
      #expect(abs(proposal.buildingCost - figures.1) <= 0.01)
      #expect(abs(proposal.financingCost - figures.2) <= 0.01)
      #expect(abs(proposal.totalCost - figures.3) <= 0.01)
      #expect(abs(proposal.revenue - figures.4) <= 0.01)
      #expect(abs(proposal.profit - figures.5) <= 0.01)
      #expect(proposal.months == figures.6)
    }
  }

  @Test("Square-foot pro formas of offices on cheap land come out as printed")
  func officeProForma() throws {
    let parcels = [(1e4, 10_000.0, 2.0, 40.0, 15.0), (2e4, 20_000, 3, 60, 18), (3e4, 30_000, 4, 80, 15)]
    let expected = [
      (7_500.0, 49_148.75, 1_453_398.75, 1_575_000.0, 121_601.25), (30_000, 234_542, 6_326_542, 7_560_000, 1_233_458),
      (22_500, 147_446.25, 4_360_196.25, 4_725_000, 364_803.75),
    ]
    for (parcel, figures) in zip(parcels, expected) {
      let proposal = try #require(
        try SquareFootProForma.bestProposal(
          on: .init(landCost: parcel.0, area: parcel.1, maximumFloorAreaRatio: parcel.2, maximumHeight: parcel.3, rent: parcel.4),
          use: .office))
      #expect(abs(proposal.builtArea - figures.0) <= 0.01)
      #expect(abs(proposal.financingCost - figures.1) <= 0.01)
      #expect(abs(proposal.totalCost - figures.2) <= 0.01)
      #expect(abs(proposal.revenue - figures.3) <= 0.01)
      #expect(abs(proposal.profit - figures.4) <= 0.01)
    }
    // At full land prices offices do not pay: nothing is proposed, and nothing is dropped silently either.
    #expect(
      try SquareFootProForma.bestProposal(
        on: .init(landCost: 2e7, area: 10_000, maximumFloorAreaRatio: 2, maximumHeight: 40, rent: 15), use: .office) == nil)
  }

  @Test("Demand, benefits and uplift refuse each figure by its own name")
  func refusals() {
    func field(_ body: () throws -> Void) -> String? {
      do {
        try body()
        return nil
      } catch { return (error as? ProjectFinanceError)?.field }
    }
    func demand(_ spoil: (inout SpaceDemand.Sector) -> Void, years: Double = 10) -> String? {
      var sector = SpaceDemand.Sector(
        employees: 100, percentInCommercialSpace: 30, resettlementRate: 0.1, relocationRate: 0.5, areaPerEmployee: 50)
      spoil(&sector)
      return field { _ = try SpaceDemand(sectors: [sector], years: years) }
    }
    #expect(demand { _ in } == nil && demand({ _ in }, years: -1) == "years")
    #expect(demand { $0.employees = .nan } == "emp[0]" && demand { $0.percentInCommercialSpace = 101 } == "share_in_commercial[0]")
    #expect(demand { $0.resettlementRate = -1 } == "resettle[0]" && demand { $0.relocationRate = 101 } == "relocate[0]")
    #expect(demand { $0.areaPerEmployee = -1 } == "m2_per_emp[0]")
    #expect(field { _ = try RegenerationBenefits.discountedSum(.nan, years: 5) } == "yearly_benefit")
    #expect(field { _ = try RegenerationBenefits.discountedSum(1, years: -1) } == "years")
    #expect(field { _ = try RegenerationBenefits.discountedSum(1, years: 5, from: -1) } == "start")
    func uplift(site: Double = 1, city: Double = 1, people: Double = 1, price: Double = 1) -> String? {
      field {
        _ = try RegenerationBenefits.propertyUplift(
          siteArea: site, cityArea: city, cityPopulation: people, pricePerSquareMetre: price, years: 10)
      }
    }
    #expect(uplift() == nil && uplift(site: -1) == "site_area" && uplift(people: .nan) == "city_population")
    #expect(uplift(price: -1) == "price_per_m2" && uplift(city: .nan) == "city_area" && uplift(city: 0) == "city_area")
  }
}
