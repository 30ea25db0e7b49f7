import Foundation
import ProjectFinance
import Testing
import TextFormats

@testable import Assessment

@Suite("Concepts")
struct ConceptTests {
  static let ids = ["keep_vacant", "meanwhile", "light", "full", "cultural_anchor", "coaching_centre"]

  static func town(rent: String = "16", grantDate: String = "2026-06-01") -> SmallTown { .mill(rent: rent, grantDate: grantDate) }

  /// The record of the mill, with assumptions changed.
  func record(_ town: SmallTown = Self.town(), set: [(String, Double)] = []) throws -> JSON {
    let study = try town.scored()
    let data = try shippedData()
    var register = try AssumptionRegister(folder: data, studyFile: nil)
    for (id, value) in set { try register.set(id, to: value) }
    return try Portfolio(study, register: register, folder: data, sites: study.siteTable(), record: study.record).dossier(of: "mill").json
  }

  func alternative(_ id: String, _ record: JSON) throws -> JSON {
    try #require(record["alternatives"]?.array?.first { $0["id"]?.string == id }, "\(id)")
  }

  func value(_ figure: JSON?) -> Double? { figure?["value"]?.number }

  @Test("The six alternatives stand side by side, one is chosen, and it is not to keep vacant")
  func alternatives() throws {
    let record = try record()
    let rows = record["alternatives"]?.array ?? []
    for id in Self.ids { #expect(rows.filter { $0["id"]?.string == id }.count == 1, "\(id)") }
    let chosen = rows.filter { $0["chosen"]?.bool == true }.compactMap { $0["id"]?.string }
    #expect(chosen.count == 1 && chosen != ["keep_vacant"])
    #expect(record["verdict"]?["alternative"]?.string == chosen.first)
    let vacant = try alternative("keep_vacant", record)
    #expect(value(vacant["capex"]) == 0 && vacant["cost_groups"]?.array?.isEmpty == true)
    #expect(try #require(value(vacant["fnpv_c"])) < 0)
  }

  @Test("The cost groups sum to the investment, which lies in its range")
  func costs() throws {
    for row in try record()["alternatives"]?.array ?? [] where row["cost_groups"]?.array?.isEmpty == false {
      let name = row["id"]?.string ?? ""
      let capex = try #require(row["capex"])
      let sum = (row["cost_groups"]?.array ?? []).reduce(0) { $0 + ($1["central"]?.number ?? .nan) }
      #expect(abs(sum - (value(capex) ?? .nan)) <= 1e-9 * sum, "\(name)")
      let low = try #require(capex["low"]?.number), high = try #require(capex["high"]?.number)
      #expect(low < sum && sum < high, "\(name)")
      for line in row["cost_groups"]?.array ?? [] {
        let low = try #require(line["low"]?.number), central = try #require(line["central"]?.number)
        #expect(0 <= low && low <= central && central <= (line["high"]?.number ?? .nan), "\(name) \(line)")
      }
      #expect(capex["class"]?.number == 5 && capex["price_base"]?.number == 2026, "\(name)")
    }
  }

  @Test("Costs follow the country's price level and the year's index")
  func conversion() throws {
    // FI 118 of EU27 = 100; index 145 for 2026.
    let plain = try record()
    for changed in [try record(set: [("level.construction.FI", 236)]), try record(set: [("index.construction.2026", 290)])] {
      for id in ["light", "full"] {
        let before = try #require(value(try alternative(id, plain)["capex_per_m2"]))
        let after = try #require(value(try alternative(id, changed)["capex_per_m2"]))
        #expect(abs(after - 2 * before) <= 1e-9 * after, "\(id): \(before) → \(after)")
      }
    }
  }

  @Test("A programme never lets more than the lettable area, and units make up their line")
  func programme() throws {
    for row in try record()["alternatives"]?.array ?? [] {
      let lines = row["programme"]?.array ?? []
      // 40 × 30 m × 3 storeys; industrial buildings let 85 % of the gross floor area.
      #expect(lines.reduce(0) { $0 + ($1["area_m2"]?.number ?? .nan) } <= 3600 * 0.85 + 1e-6, "\(row["id"]?.string ?? "")")
      for line in lines {
        let area = try #require(line["area_m2"]?.number)
        #expect(area >= 0 && (line["jobs"]?.number ?? -1) >= 0)
        if let unit = line["unit_m2"]?.number, let units = line["units"]?.number { #expect(abs(unit * units - area) < 1e-6 * max(1, area)) }
      }
    }
  }

  @Test("Grant and co-financing stay below the aid ceiling, and the sources pay for the investment")
  func sources() throws {
    for row in try record()["alternatives"]?.array ?? [] {
      let name = row["id"]?.string ?? ""
      let capex = try #require(value(row["capex"]))
      guard capex > 0, let grant = value(row["grant"]) else { continue }
      let publicMoney = grant + (value(row["public_cofinancing"]) ?? 0)
      if let ceiling = row["aid"]?["ceiling_eur"]?.number { #expect(publicMoney <= ceiling * (1 + 1e-9), "\(name)") }
      let sources =
        publicMoney
        + ["soft_loan", "loan", "equity", "unfunded"].reduce(0) { $0 + (value(row[$1]) ?? 0) }
      #expect(sources >= capex * (1 - 1e-6), "\(name): \(sources) for \(capex)")
    }
  }

  @Test("After 2026 the block exemption has expired: no rule is known, no grant is reckoned, and the page says why")
  func expiredAid() throws {
    let before = try alternative("light", record())
    #expect(before["aid"]?["rule"]?.string == "GBER-56")
    let after = try record(Self.town(grantDate: "2027-01-15"))
    for id in ["light", "full", "cultural_anchor"] {
      let row = try alternative(id, after)
      #expect((value(row["grant"]) ?? 0) == 0, "\(id)")
      let text = row["aid"]?["text"]?.string ?? ""
      #expect(text.contains("No rule known on the grant date") && text.contains("unlawful unless renewed"), "\(id): \(text)")
    }
    // On its last day the rule still holds.
    #expect(try alternative("light", record(Self.town(grantDate: "2026-12-31")))["aid"]?["rule"]?.string == "GBER-56")
  }

  @Test("Without a market rent revenue is unknown, and the verdict is to find out first")
  func noRent() throws {
    let record = try record(Self.town(rent: ""))
    #expect(record["verdict"]?["verdict"]?.string == "find out first")
    let light = try alternative("light", record)
    #expect(value(light["fnpv_c"]) == nil && value(light["dscr_min"]) == nil)
    #expect((light["programme"]?.array ?? []).allSatisfy { $0["rent_eur_m2_month"]?.isNull ?? true })
    let notes = (record["method"]?["notes"]?.array ?? []).compactMap(\.string)
    #expect(notes.contains { $0.contains("No market rent") })
  }

  @Test("Inverse answers that are given have been verified")
  func inverse() throws {
    for row in try record()["alternatives"]?.array ?? [] {
      for answer in row["inverse"]?.array ?? [] where value(answer["figure"]) != nil {
        #expect(answer["verified"]?.bool == true, "\(row["id"]?.string ?? ""): \(answer)")
      }
    }
  }

  @Test("Assumptions that were used are listed once each with their source; a what-if shows")
  func assumptions() throws {
    let rows = try record(set: [("rate.financial", 0.06)])["assumptions"]?.array ?? []
    let ids = rows.compactMap { $0["id"]?.string }
    #expect(ids == ids.sorted() && Set(ids).count == ids.count)
    for id in ["hold.security", "rate.financial", "efficiency.industrial", "rent.market"] { #expect(ids.contains(id), "\(id)") }
    #expect(rows.allSatisfy { $0["source"]?.string?.isEmpty == false && $0["unit"]?.string?.isEmpty == false })
    let changed = try #require(rows.first { $0["id"]?.string == "rate.financial" })
    #expect(changed["value"]?.number == 0.06 && changed["note"]?.string == "--set")
  }

  @Test("Aid rules are read from the shipped table, with their dates")
  func rules() throws {
    let rules = try AidRule.load(folder: shippedData())
    #expect(rules.count >= 20 && Set(rules.map(\.id)).count == rules.count)
    let infrastructure = try #require(rules.first { $0.id == "GBER-56" })
    #expect(infrastructure.isInForce(on: try #require(CalendarDate(year: 2026, month: 12, day: 31))))
    #expect(!infrastructure.isInForce(on: try #require(CalendarDate(year: 2027, month: 1, day: 1))))
  }
}
