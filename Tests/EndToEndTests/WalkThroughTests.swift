import Foundation
import GeoFormats
import SimpleFeatures
import Testing
import TextFormats

/// The README's way from a town's list to a report, walked with the footprints of the shipped study.
@Suite("From an Excel list to a report")
struct WalkThroughTests {
  @Test("A list as a town has it, statistics in a workbook and three rents become reports; every row of the list is accounted for")
  func walk() throws {
    let folder = try ScratchFolder()
    let shipped = packageFolder + "/GeoData/helsinki-centre"
    // The footprints alone, with addresses that stand at one building only.
    let buildings = try readLayer(LayerReference(path: shipped + "/city.gpkg", layer: "buildings"), options: ReadOptions()).features
    let addresses = try #require(buildings.attribute("address")), ids = try #require(buildings.attribute("id"))
    var rowsOf: [String: [Int]] = [:]
    for row in 0..<buildings.count { if let text = addresses.text(row), !text.isEmpty { rowsOf[text, default: []].append(row) } }
    let single = rowsOf.filter { $0.value.count == 1 && $0.key.split(separator: " ").count == 2 && $0.key.allSatisfy { $0 != "," } }
    let chosen = single.keys.filter { $0.last?.isNumber == true }.sorted().prefix(3).map { $0 }
    try #require(chosen.count == 3)
    let place = folder.path + "/town"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    for name in ["city.gpkg", "districts.gpkg"] {
      try FileManager.default.copyItem(atPath: shipped + "/" + name, toPath: place + "/" + name)
    }
    // Windows-1252, a title, a semicolon, German words, numbers and dates; street and number in another order and case.
    let turned = chosen[0].split(separator: " ").reversed().joined(separator: " ").uppercased()
    let list = """
      Leerstandsliste der Stadt, Stand Juni 2026;;;;
      Nr;Anschrift;Zustand;leere Fläche;Stand
      1;\(turned);leerstehend;1.200,5 m²;28.05.2026
      2;\(chosen[1]);teilweise leer;350 m²;12.06.2026
      3;Nirgendwostraße 1;leerstehend;;12.06.2026
      4;\(chosen[2]);verkauft;;01.06.2026
      5;\(chosen[1]);halb voll;;01.06.2026

      """
    try #require(list.data(using: .windowsCP1252)).write(to: URL(fileURLWithPath: place + "/Leerstand.csv"))
    let made = try rekindle(["init", place, "-o", folder.path + "/study.yml"])
    #expect(made.status == 0, "\(made)")
    var study = try String(contentsOfFile: folder.path + "/study.yml", encoding: .utf8)
    #expect(study.contains("country: FI") && study.contains("join: {address: \"Anschrift\"}"), "\(study)")
    #expect(study.contains("status: \"Zustand\"") && study.contains("languages: [fi]") == false || study.contains("languages:"), "\(study)")
    // The clerk adds the statistics, the area and the rents.
    let districts = try readLayer(LayerReference(path: place + "/districts.gpkg", layer: "districts"), options: ReadOptions()).features
    let district = try #require(districts.attribute("id")?.text(0))
    try folder.write("Stadtteil;Einwohner;Miete\n\(district);12.345;19,50 €\n", to: "town/Statistik.csv")
    try folder.write(
      "id,value,low,high,unit,source,kind\nrent.market,7.5,6,9,EUR/m2/month,a broker,quote\nrent.market.\(district),9,8,11,EUR/m2/month,a broker,quote\nrent.market.none,6,5,7,EUR/m2/month,a broker,quote\n",
      to: "town/rents.csv")
    study = study.replacing(
      "status: \"Zustand\"", with: "status: \"Zustand\", vacantArea: \"leere Fläche\"")
    let line = try #require(study.split(separator: "\n").first { $0.contains("  districts: {") })
    study = study.replacing(
      line,
      with: line.dropLast()
        + ", table: {source: town/Statistik.csv, join: {id: Stadtteil}, fields: {population: Einwohner, rent: Miete}, numbers: {decimal: \",\"}}}"
    )
    study += "assumptions: town/rents.csv\n"
    study = study.replacing(try Regex("as_of: [0-9-]+"), with: "as_of: 2026-07-01").replacing(
      try Regex("price_date: [0-9-]+"), with: "price_date: 2026-07-01")
    try folder.write(study, to: "study.yml")
    let run = try rekindle(["run", folder.path + "/study.yml", "--out", folder.path + "/out"])
    #expect(run.status == 0, "\(run)")
    let files = contents(of: folder.path + "/out")
    let outcomes = csvRows(String(decoding: files["registers.csv"] ?? Data(), as: UTF8.self))
    #expect(
      outcomes.map { $0["outcome"] } == ["linked", "linked", "address-not-found", "taken", "status-not-understood"], "\(outcomes)")
    let first = try #require(single[chosen[0]]?.first.flatMap { ids.text($0) })
    #expect(outcomes[0]["buildings"] == first)
    let ranked = csvRows(String(decoding: files["ranking.csv"] ?? Data(), as: UTF8.self)).map { $0["site_id"] }
    #expect(ranked.contains(first))
    let page = try #require(files.first { $0.key.hasPrefix("sites/") && $0.key.hasSuffix("report.html") })
    #expect(String(decoding: page.value, as: UTF8.self).contains("a broker"))
    // What the list says of people stays beside the results.
    #expect(!files.values.contains { String(decoding: $0, as: UTF8.self).contains("Nirgendwostra") })
  }
}
