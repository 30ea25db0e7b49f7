import Foundation
import GeoFormats
import SimpleFeatures
import Testing
import UrbanIndicators

@testable import Assessment

/// Registers and tables as towns have them (`Tests/Regressions/case-*`), each with what a person reads in it.
@Suite("Registers and tables as towns have them")
struct RegisterCaseTests {
  static let regressions = packageFolder + "/Tests/Regressions"

  func scored(_ file: String) throws -> ScoredStudy {
    let study = try Study(file: file), data = try shippedData()
    return try score(study, folder: data, register: AssumptionRegister(folder: data, studyFile: nil), options: RunOptions())
  }

  /// A study of a file of `case-registers` upon its four buildings: A stands under the records.
  func register(_ file: String, _ keys: String = "", country: String = "FR") throws -> ScoredStudy {
    let folder = try ScratchFolder()
    let base = Self.regressions + "/case-registers/"
    let text = """
      study: register
      country: \(country)
      price_date: 2026-01-01
      layers:
        buildings: {source: \(base)b.geojson}
        vacancy: {source: \(base)\(file)\(keys.isEmpty ? "" : ", " + keys)}
      """
    return try scored(folder.write(text, to: "study.yml"))
  }

  func outcomes(_ study: ScoredStudy) -> [String] { study.source.registerRows.outcomes.map(\.rawValue) }

  func buildings(_ study: ScoredStudy, _ row: Int) -> [String] {
    study.source.registerRows.buildings(of: row).map { study.source.city.buildings.ids[$0] }
  }

  // MARK: Positions

  @Test(
    "A position is found whatever its columns are called and however it is written",
    arguments: [
      "m01-short-row.csv", "m03a-geompoint.csv", "m03b-latlon-one-cell.csv", "m03c-geo-point-2d.csv", "m03d-dms.csv",
      "m03e-decimal-comma.csv", "m03g-geopoint-ods.csv", "m15-register.xlsx", "m16-title-row.csv",
    ])
  func positions(_ file: String) throws {
    let study = try register(file, file.contains("m03a") ? "fields: {status: site_statut, observed: site_actu_date}" : "")
    #expect(outcomes(study) == ["linked"] && buildings(study, 0) == ["A"], "\(file): \(study.source.defects.kept)")
    #expect(study.source.vacancy[study.row("A")] == .vacant)
  }

  @Test("Longitude and latitude that have changed places in the file are found by their values, or refused")
  func swapped() throws {
    let complaint = message { _ = try register("m03f-swapped.csv") }
    #expect(complaint.contains("wrong CRS or swapped axes?"), "\(complaint)")
  }

  @Test("A CRS named row by row is used where the values can be in it, and refused where they cannot")
  func columnCRS() throws {
    // 449980, 129980 of the British grid lies in Hampshire, 615 km from the buildings in Vichy: the layer as a whole is in the wrong place.
    let keys =
      "geometry: {x: GeoX, y: GeoY}, crs: {column: CoordinateReferenceSystem, values: {OSGB36: \"EPSG:27700\", WGS84: \"EPSG:4326\"}}"
    let far = message { _ = try register("m02-geox-geoy.csv", keys) }
    #expect(far.contains("wrong CRS or swapped axes?"), "\(far)")
    // The same values as degrees are no position at all.
    let wrong = message { _ = try register("m02b-wrong-crs-column.csv", keys) }
    #expect(wrong.contains("no degrees") && wrong.contains("WGS84"), "\(wrong)")
  }

  @Test("A CRS named row by row brings each row to its place")
  func mixedCRS() throws {
    let folder = try ScratchFolder()
    let base = Self.regressions + "/case-registers/"
    // The same spot in WGS 84 and, by GDAL's gdaltransform, in RGF93 / Lambert-93.
    try folder.write(
      "id,status,observed,system,GeoX,GeoY\n1,vacant,2025-06-01,WGS 84,3.428339577599868,46.12722088229659\n2,vacant,2025-06-01,EPSG:2154,733073.6623,6558691.5162\n3,vacant,2025-06-01,ED50,1,2\n",
      to: "r.csv")
    let study = try scored(
      folder.write(
        """
        study: mixed
        country: FR
        price_date: 2026-01-01
        layers:
          buildings: {source: \(base)b.geojson}
          vacancy: {source: r.csv, geometry: {x: GeoX, y: GeoY}, crs: {column: system, values: {wgs_84: "EPSG:4326"}}}
        """, to: "study.yml"))
    #expect(outcomes(study) == ["linked", "linked", "no-position"], "\(study.source.defects.kept)")
    #expect(buildings(study, 0) == ["A"] && buildings(study, 1) == ["A"])
  }

  // MARK: Links

  @Test("A parcel covers every building with at least half of its area inside")
  func parcel() throws {
    let study = try register("m08-parcel.geojson")
    #expect(buildings(study, 0) == ["A", "B", "C", "D"], "\(study.source.defects.kept)")
    let plot = try scored(Self.regressions + "/case-18-plot-register/plot.yml")
    #expect(Set(buildings(plot, 0)) == ["hall-a", "hall-b", "boiler-house"])
    #expect(Set(plot.source.vacancy) == [.vacant])
  }

  @Test("What the register knows stands in where the buildings know nothing; rows that disagree leave it unknown; an area is shared")
  func standIn() throws {
    let folder = try ScratchFolder()
    let town = SmallTown(
      buildings: [
        .init(id: "a", x: 0, y: 0, fields: ["condition": "good", "storeys": "1"]),
        .init(id: "b", x: 1, y: 0, width: 40, fields: ["storeys": "2"]), .init(id: "c", x: 2, y: 0),
      ])
    let file = try town.write(to: folder)
    // A plot around a and b, two notices on c that contradict each other in owner and agree in heritage.
    let o = SmallTown.origin
    let c = "POINT(\(o.x + 210) \(o.y + 15))"
    try folder.write(
      """
      id;wkt;status;observed;vacantArea;owner;condition;heritage;siteArea
      1;\(SmallTown.rectangle(-0.1, -0.1, 1.5, 0.5));vacant;2025-06-01;900 m²;Stadt;poor;nein;2 ha
      2;\(c);vacant;2025-06-01;;privat;fair;ja;500
      3;\(c);vacant;2025-07-01;;Firma;fair;ja;500
      4;POINT(\(o.x + 223) \(o.y + 15));vacant;2025-07-01;;;;;
      5;POINT(\(o.x + 170) \(o.y + 15));vacant;2025-07-01;;;;;
      6;POINT(\(o.x + 9000) \(o.y + 15));vacant;2025-07-01;;;;;

      """, to: "sites.csv")
    let text = try String(contentsOfFile: file, encoding: .utf8) + "  vacancy: {source: sites.csv, crs: EPSG:3067}\n"
    let study = try scored(folder.write(text, to: "study.yml"))
    let source = study.source
    #expect(outcomes(study) == ["linked", "linked", "linked", "linked-near", "no-building-near", "outside-extent"])
    #expect(buildings(study, 0) == ["a", "b"] && buildings(study, 3) == ["c"])
    // c runs from 200 to 220 m, b ends at 140 m: 223 is 3 m off, 170 is 30 m off.
    #expect(source.registerRows.distances[3] == 3 && source.registerRows.distances[4] == 30)
    // a: 20 × 30 m on one floor, b: 40 × 30 m on two: 600 to 2,400 m² of 900.
    #expect(abs((source.evidence[0]?[0].vacantArea ?? 0) - 180) < 1e-9 && abs((source.evidence[1]?[0].vacantArea ?? 0) - 720) < 1e-9)
    #expect(source.city.buildings.condition == [.good, .poor, .fair] && source.city.buildings.heritage == [.no, .no, .yes])
    #expect((0..<3).map { source.owners[$0] } == ["public", "public", ""])
    // The plot is that of two buildings.
    #expect(source.city.buildings.siteArea[0].isNaN && source.city.buildings.siteArea[2] == 500)
    // The rows in another order say the same.
    let lines = try String(contentsOfFile: folder.path + "/sites.csv", encoding: .utf8).split(separator: "\n")
    try folder.write(([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n") + "\n", to: "sites.csv")
    let again = try scored(file).source
    #expect(again.city.buildings.condition == source.city.buildings.condition && again.vacancyConfidence == source.vacancyConfidence)
    #expect(again.registerRows.outcomes.reversed() == source.registerRows.outcomes)
  }

  @Test("Addresses are joined whatever their case, order and abbreviations")
  func addresses() throws {
    let study = try register("m17-join-address.csv", "join: {address: building_address}")
    #expect(outcomes(study) == ["linked"] && buildings(study, 0) == ["A"])
    let sheet = try register("m15c-join.xlsx", "join: {id: building_id}")
    #expect(sheet.source.registerRows.outcomes.contains(.linked), "\(sheet.source.defects.kept)")
    // Without a join the field that names the buildings is proposed.
    let advice = message { _ = try register("m15b-title-row.xlsx") }
    #expect(advice.contains("join: {id: \"building_id\"}"), "\(advice)")
    #expect(outcomes(try register("m15b-title-row.xlsx", "join: {id: building_id}")) == ["linked"])
  }

  @Test("A list in which being listed is the status says so by a constant")
  func constants() throws {
    let silent = try register("m06-no-status.csv")
    #expect(outcomes(silent) == ["status-missing"] && silent.scores.count == 0)
    #expect(silent.record.notes.contains { $0.english.contains("registers.csv") })
    let told = try register("m06-no-status.csv", "constants: {status: vacant, observed: 2025-06-30}")
    #expect(outcomes(told) == ["linked"])
    // .95 × 2^(−185 days ÷ 365.25 ÷ 4)
    #expect(abs(told.source.vacancyConfidence[told.row("A")] - 0.95 * exp2(-185.0 / 365.25 / 4)) < 1e-12)
  }

  // MARK: Text and numbers

  @Test("A code page is found by the letters of the country's language, and told")
  func codePage() throws {
    let study = try scored(Self.regressions + "/case-14-cp1250/pl.yml")
    let sources = Set((0..<2).flatMap { study.source.evidence[$0] ?? [] }.map(\.source))
    #expect(sources.contains("Urząd Miasta Zielona Góra"), "\(sources)")
    #expect(study.source.notes.contains { $0.english.contains("CP1250") })
    #expect(outcomes(study) == ["linked", "linked"])
  }

  @Test("A sheet without types has its header in the first row; a `sep=` line, surplus and missing cells lose no row")
  func sheets() throws {
    for (file, rows) in [("15-xlsx-header/text", 2), ("21-csv-excel/plain", 3), ("21-csv-excel/sep", 3), ("21-csv-excel/trailing", 3)] {
      let study = try scored(Self.regressions + "/case-\(file).yml")
      #expect(outcomes(study) == Array(repeating: "linked", count: rows), "\(file): \(study.source.defects.kept)")
    }
  }

  @Test("A comma before three digits is a defect and unknown until the study tells what it parts")
  func thousands() throws {
    let silent = try scored(Self.regressions + "/case-05-thousands/floor-area.yml")
    #expect(silent.source.city.buildings.grossFloorArea[silent.row("b1")].isNaN)
    #expect(silent.source.city.buildings.grossFloorArea[silent.row("b2")].isNaN)
    #expect(silent.source.city.buildings.grossFloorArea[silent.row("b3")] == 950)
    #expect(silent.source.defects.kept.filter { $0.code == .unreadableValue && $0.detail.contains("numbers:") }.count == 2)
    let districts = try scored(Self.regressions + "/case-05-thousands/comma.yml").source.city.districts
    #expect(districts?.population[0].isNaN == true && districts?.labourForce[0].isNaN == true)
    let folder = try ScratchFolder()
    let base = Self.regressions + "/case-05-thousands/"
    let told = try scored(
      folder.write(
        """
        study: told
        country: EE
        price_date: 2026-01-01
        layers:
          buildings: {source: \(base)buildings.geojson, numbers: {group: ","}}
          districts: {source: \(base)districts-comma.geojson, numbers: {group: ","}}
        """, to: "study.yml"))
    #expect(told.source.city.buildings.grossFloorArea == [1500, 12500, 950])
    let plain = try #require(try scored(base + "plain.yml").source.city.districts), same = try #require(told.source.city.districts)
    #expect(same.population == plain.population && same.labourForce == plain.labourForce && same.unemployed == plain.unemployed)
  }

  @Test("A rent outside what is paid is unknown and names the likely cause; told as a year's it is a twelfth")
  func rents() throws {
    let base = Self.regressions + "/case-09-rent-year/"
    let untold = try scored(base + "year-untold.yml")
    #expect(untold.source.city.districts?.rent[0].isNaN == true)
    #expect(untold.source.defects.kept.contains { $0.code == .implausibleValue && $0.detail.contains("[year]") })
    // 108 a year is 9 a month.
    #expect(try scored(base + "year-told.yml").source.city.districts?.rent == [9])
    #expect(try scored(base + "month.yml").source.city.districts?.rent == [9])
  }

  @Test("A part that is larger than its whole makes both unknown")
  func parts() throws {
    let town = SmallTown(
      buildings: [.init(id: "a", x: 0, y: 0)],
      districts: [
        ("one", -1, -1, 5, 5, ["population": "100", "youngAdults": "120", "labourForce": "50", "unemployed": "5", "rent": "9"])
      ])
    let study = try town.scored()
    let districts = try #require(study.source.city.districts)
    #expect(districts.population[0].isNaN && districts.youngAdults[0].isNaN && districts.labourForce == [50] && districts.unemployed == [5])
    #expect(study.source.defects.kept.filter { $0.layer == "districts" && $0.code == .implausibleValue }.count == 1)
  }

  @Test("Days written as numbers are years; days that programs write for nothing are none")
  func years() throws {
    let study = try scored(Self.regressions + "/case-19-year-sentinel/year.yml")
    let years = study.source.city.buildings.year
    #expect(years[study.row("epoch-ms-2019")] == 2019 && years[study.row("excel-null")].isNaN && years[study.row("none")].isNaN)
    let cases: [(String, WrittenYear)] = [
      ("1887", .year(1887)), ("~1890", .year(1890)), ("1890s", .year(1890)), ("1887-05-01T00:00:00", .year(1887)),
      ("01.05.1887", .year(1887)), ("1900-01-01", .year(1900)), ("1546300800", .year(2019)), ("-2208988800000", .year(1900)),
      ("43466", .year(2019)), ("1987.0", .year(1987)), ("1899-12-30", .nothing), ("0001-01-01", .nothing),
      ("9999-12-31T23:59:59", .nothing),
      ("0", .nothing), ("9999", .nothing), ("3021", .unreadable), ("new", .unreadable), ("12", .unreadable),
      ("99999999999999", .unreadable),
    ]
    for (text, year) in cases { #expect(WrittenYear(text, last: 2036) == year, "\(text)") }
  }

  @Test("Statistics are joined to districts by id or name; rows that name none, or one twice, are told")
  func statistics() throws {
    let folder = try ScratchFolder()
    var town = SmallTown(buildings: [.init(id: "a", x: 0, y: 0)])
    town.districts = [
      ("01", -1, -1, 5, 5, ["name": "Süd-Ost", "population": "100"]), ("02", 5, -1, 9, 5, ["name": "Nord"]),
      ("03", 9, -1, 12, 5, ["name": "West"]),
    ]
    let file = try town.write(to: folder)
    try folder.write(
      "Statistik 2025;;\nBezirk;Einwohner;Miete\n1;1.234;9,50 €\nNORD;2.000;8,00 €\n03;12;7,00 €\n3;13;7,00 €\nAltstadt;1;1\n",
      to: "stats.csv")
    let text = try String(contentsOfFile: file, encoding: .utf8).replacing(
      "districts: {source: districts.csv, crs: EPSG:3067}",
      with:
        "districts: {source: districts.csv, crs: EPSG:3067, table: {source: stats.csv, join: {id: Bezirk}, fields: {population: Einwohner, rent: Miete}}}"
    )
    try folder.write(text, to: "study.yml")
    let study = try scored(file)
    let districts = try #require(study.source.city.districts)
    // 1.234 is read by the comma of the other column.
    #expect(districts.population[0] == 1234 && districts.population[1] == 2000 && districts.rent[0] == 9.5 && districts.rent[1] == 8)
    #expect(districts.population[2].isNaN && districts.rent[2].isNaN)
    let codes = study.source.defects.kept.filter { $0.layer == "districts.table" }.map(\.code)
    #expect(codes == [.unmatchedRecord, .duplicateIdentifier], "\(study.source.defects.kept)")
  }
}
