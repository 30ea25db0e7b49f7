import Foundation
import ProjectFinance
import Testing
import TextFormats

@testable import Assessment

@Suite("Figures of a concept")
struct ConceptFigureTests {
  func record(_ town: SmallTown = ConceptTests.town(), of id: String = "mill", set: [(String, Double)] = []) throws -> JSON {
    let study = try town.scored()
    let data = try shippedData()
    var register = try AssumptionRegister(folder: data, studyFile: nil)
    for (id, value) in set { try register.set(id, to: value) }
    return try Portfolio(study, register: register, folder: data, sites: study.siteTable(), record: study.record).dossier(of: id).json
  }

  func alternative(_ id: String, _ record: JSON) throws -> JSON {
    try #require(record["alternatives"]?.array?.first { $0["id"]?.string == id }, "\(id)")
  }

  func value(_ figure: JSON?) throws -> Double { try #require(figure?["value"]?.number) }

  func town(_ change: (inout SmallTown) -> Void) -> SmallTown {
    var town = ConceptTests.town()
    change(&town)
    return town
  }

  @Test("The unit cost is that of the table, by index and level, with the factors of this building")
  func unitCost() throws {
    let record = try record()
    // Light: 350 EUR/m² in France in 2015; index 145 to 100, level 118 to 112; listed 1.15, three storeys: fire 1.08, access 1.03.
    let factors: Double = 1.15 * 1.08 * 1.03
    let light: Double = 350.0 * (145.0 / 100.0) * (118.0 / 112.0) * factors
    let lightCost = try value(alternative("light", record)["capex_per_m2"])
    #expect(abs(lightCost - light) < 1e-9 * light)
    // Full: 1,900 in Austria in 2020, index 110, level 115.
    let full: Double = 1900.0 * (145.0 / 110.0) * (118.0 / 115.0) * factors
    let fullCost = try value(alternative("full", record)["capex_per_m2"])
    #expect(abs(fullCost - full) < 1e-9 * full)
    // A ruin takes the unit cost with structural work, and is not scaled by its condition once more.
    let ruin = try self.record(town { $0.buildings[0].fields["condition"] = "poor" })
    let poorCost = try value(alternative("full", ruin)["capex_per_m2"])
    #expect(abs(poorCost - full * 1.15) < 1e-9 * full)
    let derelict = try self.record(town { $0.buildings[0].fields["vacancy"] = "derelict" })
    let structural: Double = 2400.0 * (145.0 / 110.0) * (118.0 / 115.0) * factors
    let structuralCost = try value(alternative("full", derelict)["capex_per_m2"])
    #expect(abs(structuralCost - structural) < 1e-9 * structural)
    for id in ["index.construction.2015", "index.construction.2026", "level.construction.FI", "level.construction.FR", "factor.fire"] {
      #expect(record["assumptions"]?.array?.contains { $0["id"]?.string == id } == true, "\(id)")
    }
  }

  @Test("Sources and what is unfunded equal the uses, and a meanwhile use has paid its loan back when it ends")
  func sources() throws {
    for town in [ConceptTests.town(), ConceptTests.town(rent: "4"), ConceptTests.town(rent: "30")] {
      let record = try record(town)
      for row in record["alternatives"]?.array ?? [] {
        let sum = try ["grant", "public_cofinancing", "soft_loan", "loan", "equity", "unfunded"].reduce(0) { try $0 + value(row[$1]) }
        let uses = try value(row["uses"])
        #expect(abs(sum - uses) <= 1e-6 * max(1, sum), "\(row["id"]?.string ?? "")")
        #expect(abs(row["cash_flow"]?.array?.last?["debt"]?.number ?? .nan) < 1e-3, "\(row["id"]?.string ?? "")")
      }
      let meanwhile = try alternative("meanwhile", record)
      for year in meanwhile["cash_flow"]?.array?.dropFirst(5) ?? [] { #expect(year["debt_service"]?.number == 0) }
    }
  }

  @Test("Demand of the district limits what is converted; the rest stays closed and costs its maintenance")
  func demand() throws {
    let figures = ["population": "2000", "rent": "16", "creativeJobs": "500", "jobs": "2000"]
    let small = try record(
      town {
        $0.districts[0].figures.merge(figures) { _, new in new }
      })
    let perYear = (small["surroundings"]?.array ?? []).first { $0["title"]?.string?.hasPrefix("Demand for creative space") == true }
    let demand = try value(perYear?["figure"])
    let limit = demand * 4 * 0.3
    for id in ["meanwhile", "light", "full"] {
      let row = try alternative(id, small)
      let area = (row["programme"]?.array ?? []).reduce(0) { $0 + ($1["area_m2"]?.number ?? .nan) }
      #expect(area <= limit * (1 + 1e-9), "\(id): \(area) of \(limit)")
      // 40 × 30 m × 3 storeys
      let converted = try value(row["converted_area"]), closed = try value(row["closed_area"]), cost = try value(row["closed_cost"])
      #expect(abs(converted + closed - 3600) < 1e-6, "\(id)")
      #expect(cost > 0 && closed > 0, "\(id)")
    }
    #expect(small["verdict"]?["summary"]?.string?.isEmpty == false)
    // Unknown demand limits nothing, and the notes say so.
    let open = try record()
    let openClosed = try value(alternative("light", open)["closed_area"])
    #expect(openClosed == 0)
    #expect((open["method"]?["notes"]?.array ?? []).contains { $0.string?.contains("Creative jobs of the district are unknown") == true })
  }

  @Test("Asbestos is a scenario of the years in which it was used, and of unknown years; soil where nothing is known of it")
  func surprises() throws {
    func titles(_ record: JSON) throws -> [String] {
      (try alternative("full", record)["scenarios"]?.array ?? []).compactMap { $0["title"]?.string }
    }
    let old = try titles(record()), later = try titles(record(town { $0.buildings[0].fields["year"] = "1972" }))
    let unknown = try titles(
      record(
        town {
          $0.buildings[0].fields["year"] = ""
          $0.buildings[0].fields["contamination"] = ""
        }))
    #expect(!old.contains { $0.contains("Asbestos") } && !old.contains { $0.contains("Soil") })
    #expect(later.contains { $0.contains("Asbestos") && $0.contains("1972") })
    #expect(unknown.contains { $0.contains("Asbestos") } && unknown.contains { $0.contains("Soil") })
    // 75 EUR/m² of 2020 in France on 3,600 m²; paid with the works, so its present value is at most the sum.
    let record = try record(town { $0.buildings[0].fields["year"] = "1972" })
    let full = try alternative("full", record)
    let row = try #require(full["scenarios"]?.array?.first { $0["title"]?.string?.contains("Asbestos") == true })
    let extra: Double = 75.0 * (145.0 / 110.0) * (118.0 / 112.0) * 3600.0
    let loss = try value(full["fnpv_c"]) - (row["fnpv_c"]?.number ?? .nan)
    #expect(loss > 0.9 * extra && loss <= extra, "\(loss) of \(extra)")
    let central = try value(full["capex"]), dearer = try #require(row["capex"]?.number)
    #expect(abs(dearer - central - extra) < 1e-6 * extra)
  }

  @Test("Tornado, switching values and scenarios agree with the appraisal")
  func sensitivity() throws {
    let record = try record()
    for id in ["light", "full", "cultural_anchor", "meanwhile"] {
      let row = try alternative(id, record)
      let net = try value(row["fnpv_c"])
      let bars = row["tornado"]?.array ?? []
      #expect(bars.count >= 4, "\(id)")
      let widths = bars.map { abs(($0["high_value"]?.number ?? .nan) - ($0["low_value"]?.number ?? .nan)) }
      #expect(widths == widths.sorted(by: >), "\(id)")
      for bar in bars {
        let low = bar["low_value"]?.number ?? .nan, high = bar["high_value"]?.number ?? .nan
        #expect(min(low, high) <= net + 1e-6 * abs(net) && net <= max(low, high) + 1e-6 * abs(net), "\(id) \(bar)")
        #expect(bar["critical"]?.bool == ((bar["elasticity"]?.number).map { abs($0) >= 1 }), "\(id)")
      }
      // Scenarios move as their names say.
      func scenario(_ title: String) throws -> Double {
        try #require(row["scenarios"]?.array?.first { $0["title"]?.string == title }?["fnpv_c"]?.number, "\(id) \(title)")
      }
      let dearer = try scenario("Investment +20 %"), cheaper = try scenario("Investment −10 %")
      #expect(dearer < net && cheaper > net)
      let worse = try scenario("All three worse"), lessRevenue = try scenario("Revenue −20 %")
      let better = try scenario("All three better"), moreRevenue = try scenario("Revenue +15 %")
      #expect(worse < lessRevenue && better > moreRevenue)
      // FNPV(C) is linear: the change of the investment at its switching value takes all of it away.
      if let change = row["switching"]?.array?.first(where: { $0["id"]?.string == "capital_cost" })?["value"]?.number {
        let perShare = try (scenario("Investment +20 %") - net) / 0.2
        #expect(abs(net + perShare * change) < 1e-6 * max(1, abs(net)), "\(id)")
      }
    }
  }

  @Test("The simulation is seeded, its percentiles are in order, its shares add up, and it draws the building's own unknowns")
  func simulation() throws {
    let town = town {
      $0.buildings[0].fields["storeys"] = ""
      $0.buildings[0].fields["condition"] = ""
      $0.buildings.append(.init(id: "like", x: 0, y: 1, fields: ["function": "industrial", "storeys": "4"]))
      $0.buildings.append(.init(id: "like2", x: 1, y: 1, fields: ["function": "industrial", "storeys": "2"]))
    }
    let first = try record(town), second = try record(town)
    #expect(first == second)
    for row in first["alternatives"]?.array ?? [] where row["id"]?.string != "keep_vacant" {
      let name = row["id"]?.string ?? ""
      let draws = try #require(row["monte_carlo"], "\(name)")
      #expect(draws["draws"]?.number == (row["chosen"]?.bool == true ? 10_000 : 1_000), "\(name)")
      let p10 = try #require(draws["p10"]?.number), p50 = try #require(draws["p50"]?.number), p90 = try #require(draws["p90"]?.number)
      #expect(p10 < p50 && p50 < p90, "\(name)")
      let shares = (draws["drivers"]?.array ?? []).reduce(0) { $0 + ($1["share"]?.number ?? .nan) }
      #expect(abs(shares - 1) < 1e-9, "\(name)")
      let histogram = try #require(draws["histogram"])
      let counts = (histogram["counts"]?.array ?? []).reduce(0) { $0 + ($1.number ?? .nan) }
      #expect(counts == draws["draws"]?.number, "\(name)")
      #expect((histogram["from"]?.number ?? .nan) <= p10 && p90 <= (histogram["to"]?.number ?? .nan), "\(name)")
    }
    let ids = (try alternative("full", first)["monte_carlo"]?["drivers"]?.array ?? []).compactMap { $0["id"]?.string }
    for id in ["cost", "rent", "occupancy", "operating_cost", "condition"] { #expect(ids.contains(id), "\(id) of \(ids)") }
  }

  @Test("The route outside State-aid law is named but never applied; rules past their end are shown as unlawful unless renewed")
  func routes() throws {
    func routes(_ record: JSON) throws -> [(String, String)] {
      (try alternative("cultural_anchor", record)["aid"]?["routes"]?.array ?? []).map {
        ($0["rule"]?.string ?? "", $0["status"]?.string ?? "")
      }
    }
    let now = try routes(record())
    #expect(now.contains { $0 == ("NOT-AID-CULTURE", "needs a legal opinion") })
    #expect(now.contains { $0.0.hasPrefix("GBER-53") && $0.1 == "applied" })
    let later = try routes(record(ConceptTests.town(grantDate: "2027-06-01")))
    #expect(later.contains { $0 == ("GBER-53-GAP", "unlawful unless renewed") } && !later.contains { $0.1 == "applied" })
    // De minimis for a meanwhile use: the regulation in force, the older one shown as ended.
    let meanwhile = try alternative("meanwhile", record())["aid"]
    #expect(meanwhile?["rule"]?.string == "DE-MINIMIS-2023" && (meanwhile?["ceiling_eur"]?.number ?? .infinity) <= 300_000)
  }

  @Test("Real annuities flatter: cover in money of each year is no higher")
  func nominalCover() throws {
    // A meanwhile use ends within a year, whose months count more than the kind of annuity.
    for row in try record(ConceptTests.town(rent: "12"))["alternatives"]?.array ?? [] where row["id"]?.string != "meanwhile" {
      guard let real = row["dscr_min"]?["value"]?.number, let nominal = row["dscr_min_nominal"]?["value"]?.number else { continue }
      #expect(nominal <= real + 1e-9 && nominal > 0.5 * real, "\(row["id"]?.string ?? "")")
    }
  }

  @Test("What an empty building costs is security of the site and maintenance of the floor area")
  func statusQuo() throws {
    let quo = try #require(try record()["status_quo"])
    // 22,000 EUR per hectare and 7 EUR/m² of 2020 in France; the site is twice the footprint of 1,200 m².
    let factor: Double = (145.0 / 110.0) * (118.0 / 112.0)
    let security = try value(quo["security"]), maintenance = try value(quo["maintenance"]), perYear = try value(quo["per_year"])
    #expect(abs(security - 22_000 * factor * 0.24) < 1e-6)
    #expect(abs(maintenance - 7 * factor * 3600) < 1e-6)
    #expect(abs(perYear - security - maintenance) < 1e-9)
  }

  @Test("Limits of the verdict, numbers of the programme and months are data: changing them changes the concept")
  func data() throws {
    let strict = try record(set: [("verdict.completeness.min", 1.0)])
    #expect(strict["verdict"]?["verdict"]?.string == "find out first")
    let single = try alternative("full", record(set: [("programme.sectors.max", 1)]))
    #expect(single["programme"]?.array?.count == 2)
    let phases = try record(set: [("preparation.months", 20), ("preparation.months.meanwhile", 20)])["timetable"]?.array ?? []
    #expect(phases.first?["to_month"]?.number == 20)
  }
}
