import Testing

@testable import Assessment

@Suite("Assumptions")
struct AssumptionTests {
  static let header = "id,title,value,low,high,unit,price_base,country,source,kind\n"

  func register(_ rows: String) throws -> AssumptionRegister {
    let folder = try ScratchFolder()
    return try AssumptionRegister(folder: shippedData(), studyFile: folder.write(Self.header + rows, to: "own.csv"))
  }

  func register() throws -> AssumptionRegister { try AssumptionRegister(folder: shippedData(), studyFile: nil) }

  @Test("The shipped records all have unit, source and kind, and lie in their ranges")
  func shipped() throws {
    let records = try register().records
    #expect(records.count > 100)
    for record in records.values {
      #expect(!record.unit.isEmpty && !record.source.isEmpty, "\(record.id)")
      #expect(["observed", "published", "derived", "assumption"].contains(record.kind), "\(record.id): \(record.kind)")
      #expect(record.origin == "shipped" && record.value.isFinite)
      if let low = record.low, let high = record.high { #expect(low <= high, "\(record.id)") }
    }
  }

  @Test("A price is brought to another country and year by level and index, and says so")
  func conversion() throws {
    let plain = try register("cost.test,test,1000,900,1200,EUR/m2,2015,DE,somebody,observed\n")
    // DE 118, FI 118 (EU27 = 100); index 2015 = 100, 2026 = 145: factor 1.45 × 1
    let there = try plain.converted("cost.test", country: "FI", year: 2026)
    #expect(abs(there.value - 1450) < 1e-9 && abs(there.low! - 1305) < 1e-9 && abs(there.high! - 1740) < 1e-9)
    #expect(there.priceBase == 2026 && there.country == "FI")
    #expect(there.source == "somebody; price index 2015→2026 × 1.45, price level DE→FI × 1")
    // FR 112: × 112/118 × 110/100
    let france = try plain.converted("cost.test", country: "FR", year: 2020)
    #expect(abs(france.value - 1000 * 1.1 * 112 / 118) < 1e-9)
    #expect(try plain.converted("cost.test", country: "DE", year: 2015) == plain("cost.test"))
  }

  @Test("A share or factor without country and year stays as it is; EU figures need no level")
  func unconverted() throws {
    let plain = try register("share.test,test,0.7,,,share,,,somebody,observed\neu.test,test,10,,,EUR,2015,EU,somebody,observed\n")
    #expect(try plain.converted("share.test", country: "XX", year: 1900).value == 0.7)
    #expect(abs(try plain.converted("eu.test", country: "FI", year: 2026).value - 14.5) < 1e-12)
  }

  @Test("A missing index names its year, a missing level its country, a missing record its id")
  func missing() throws {
    let plain = try register("cost.test,test,1000,,,EUR/m2,1970,DE,somebody,observed\nlevel.test,test,1,,,EUR,,ZZ,somebody,observed\n")
    let year = message { _ = try plain.converted("cost.test", country: "FI", year: 2026) }
    #expect(year.contains("1970") && year.contains("index.construction.1970"), "\(year)")
    let country = message { _ = try plain.converted("level.test", country: "FI", year: 2026) }
    #expect(country.contains("ZZ") && country.contains("level.construction.ZZ"), "\(country)")
    let target = message { _ = try plain.converted("cost.light.frugal", country: "QQ", year: 2026) }
    #expect(target.contains("level.construction.QQ"), "\(target)")
    let record = message { _ = try plain("no.such") }
    #expect(record.contains("no.such") && record.contains("Add a row"), "\(record)")
  }

  @Test("The study's rows override the shipped ones by id")
  func override() throws {
    let own = try register(
      "vacancy.half-life,mine,8,,,a,,,our archive,observed\nrent.market,rent,12,,,EUR/m2/month,2026,FI,broker,observed\n")
    #expect(try own("vacancy.half-life").value == 8 && own("vacancy.half-life").origin == "study")
    #expect(own.optional("rent.market")?.value == 12)
    #expect(try register()("vacancy.half-life").value == 4)
  }

  @Test("A what-if changes one record, drops its range and says what it was")
  func whatIf() throws {
    var own = try register()
    let before = try own("cost.full.complete")
    try own.set("cost.full.complete", to: 2100)
    let after = try own("cost.full.complete")
    #expect(after.value == 2100 && after.low == nil && after.high == nil && after.origin == "--set" && after.kind == "assumption")
    #expect(after.source.contains("1900") && after.source.contains(before.source))
    let text = message { try own.set("cost.full.complet", to: 1) }
    #expect(text.contains("Did you mean cost.full.complete?"), "\(text)")
  }

  static let mistakes: [(row: String, expected: String)] = [
    ("a,a,,,,EUR,2015,DE,s,observed\n", "a number is expected"), ("a,a,x,,,EUR,2015,DE,s,observed\n", "a number is expected"),
    ("a,a,10,11,12,EUR,2015,DE,s,observed\n", "outside its range"), (",a,10,,,EUR,2015,DE,s,observed\n", "`id`: is empty"),
    ("a,a,10,,,,2015,DE,s,observed\n", "`unit`: is empty"), ("a,a,10,,,EUR,2015,DE,,observed\n", "`source`: is empty"),
    ("a,a,10,,,EUR,2015,DE,s,\n", "`kind`: is empty"),
  ]

  @Test("A row without pedigree is refused with file, row and column", arguments: mistakes.indices)
  func refused(_ k: Int) {
    let text = message { _ = try register("ok,ok,1,,,EUR,2015,DE,s,observed\n" + Self.mistakes[k].row) }
    #expect(text.contains("own.csv") && text.contains("row 2") && text.contains(Self.mistakes[k].expected), "\(Self.mistakes[k]): \(text)")
  }

  @Test("A missing column is named with what is there")
  func columns() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("id,value,unit\na,1,EUR\n", to: "own.csv")
    let text = message { _ = try AssumptionRegister(folder: shippedData(), studyFile: file) }
    #expect(text.contains("column `source` is missing") && text.contains("id, value, unit"), "\(text)")
  }
}
