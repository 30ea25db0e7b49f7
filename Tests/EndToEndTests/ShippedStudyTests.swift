import Foundation
import Testing
import TextFormats

@Suite("The shipped studies, run by the built executable", .serialized)
struct ShippedStudyTests {
  static let files: Set<String> = [
    "index.html", "sites.geojson", "sites.gpkg", "sites.schema.json", "ranking.csv", "excluded.csv", "defects.csv", "run.json",
  ]

  func study(_ k: Int) throws -> ShippedStudy { try ShippedStudy.all[k].get() }

  @Test("A run ends well, and its output folder holds what the contract names and nothing else", arguments: 0..<3)
  func outputs(_ k: Int) throws {
    let study = try study(k)
    #expect(study.outcome.status == 0, "\(study): \(study.outcome.errors)")
    let names = Set(contents(of: study.out).keys)
    #expect(names.isSuperset(of: Self.files), "\(study) lacks \(Self.files.subtracting(names))")
    #expect(names.contains("registers.csv") == (try String(contentsOfFile: study.file, encoding: .utf8).contains("\n  vacancy:")))
    let run = try study.json("run.json")
    let reported = Int(run["counts"]?["reported"]?.number ?? -1)
    let sites = Set(names.filter { $0.hasPrefix("sites/") }.map { $0.split(separator: "/")[1] })
    #expect(sites.count == reported && reported == min(10, Int(run["counts"]?["scored"]?.number ?? -1)))
    for site in sites {
      #expect(site.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || [37, 45, 46, 95].contains($0) }, "\(site)")
      for name in ["report.html", "site.json"] { #expect(names.contains("sites/\(site)/\(name)"), "\(site) lacks \(name)") }
    }
    #expect(names.allSatisfy { !($0.split(separator: "/").last?.hasPrefix(".") ?? false) }, "hidden files in \(study)")
    #expect(!FileManager.default.fileExists(atPath: URL(fileURLWithPath: study.out).deletingLastPathComponent().path + "/.out.partial"))
  }

  @Test("Counts reconcile: read = kept + refused, buildings = excluded + scored, and the tables say the same", arguments: 0..<3)
  func counts(_ k: Int) throws {
    let study = try study(k)
    let run = try study.json("run.json")
    func count(_ name: String) -> Int { Int(run["counts"]?[name]?.number ?? -1) }
    let inputs = run["inputs"]?.array ?? []
    #expect(inputs.count >= 5)
    for input in inputs {
      let read = try #require(input["read"]?.number), kept = try #require(input["kept"]?.number),
        refused = try #require(input["refused"]?.number)
      #expect(read == kept + refused && kept >= 0 && refused >= 0, "\(input)")
    }
    #expect(count("buildings") == count("excluded") + count("scored") && count("scored") > 0)
    #expect(count("buildings") == Int(inputs.first { $0["layer"]?.string == "buildings" }?["kept"]?.number ?? -1))
    #expect(count("scored") <= count("candidates"))
    let excluded = csvRows(study.text("excluded.csv")), ranking = csvRows(study.text("ranking.csv")),
      defects = csvRows(study.text("defects.csv"))
    #expect(excluded.count == count("excluded") && ranking.count == count("scored"))
    #expect(Set(excluded.compactMap { $0["id"] }).isDisjoint(with: Set(ranking.compactMap { $0["site_id"] })))
    for member in run["exclusions"]?.object ?? [] {
      #expect(Double(excluded.count { $0["reason"] == member.name }) == member.value.number, "\(member.name)")
    }
    for member in run["defects"]?.object ?? [] {
      #expect(Double(defects.count { $0["code"] == member.name }) == member.value.number, "\(member.name)")
    }
    #expect(try study.ids() == ranking.compactMap { $0["site_id"] })
    #expect(ranking.compactMap { $0["rank"] } == (1...count("scored")).map(String.init))
  }

  @Test("The ranking has the contract's columns, and money only where a concept was made", arguments: 0..<3)
  func ranking(_ k: Int) throws {
    let study = try study(k)
    let text = study.text("ranking.csv")
    let header =
      "rank,rank_low,rank_high,site_id,name,address,lon,lat,score,score_low,score_high,suitability,regeneration_need,completeness,vacancy,vacancy_confidence,best_sector,verdict,capex_eur,fnpv_c_eur,grant_eur"
    #expect(text.hasPrefix(header))
    let reported = Int(try study.json("run.json")["counts"]?["reported"]?.number ?? -1)
    for (position, row) in csvRows(text).enumerated() {
      let score = try #require(Double(row["score"] ?? "")), low = try #require(Double(row["score_low"] ?? ""))
      #expect(low <= score && score <= Double(row["score_high"] ?? "") ?? -1 && (0...100).contains(score))
      #expect((row["verdict"]?.isEmpty == false) == (position < reported), "\(row)")
      #expect((row["capex_eur"]?.isEmpty == false) == (position < reported))
    }
    for row in csvRows(text) { #expect(!row.values.contains { ["nan", "-nan", "inf", "-inf"].contains($0.lowercased()) }, "\(row)") }
  }

  @Test("run.json names no host, clock or absolute path, and its hashes are those of the files", arguments: 0..<3)
  func record(_ k: Int) throws {
    let study = try study(k)
    let text = study.text("run.json")
    #expect(!text.contains("\"/") && !text.contains(packageFolder) && !text.contains(FileManager.default.temporaryDirectory.path))
    #expect(!text.contains(ProcessInfo.processInfo.hostName) || ProcessInfo.processInfo.hostName.count < 4)
    #expect(try JSON(parsing: study.outcome.output) == study.json("run.json"))
    let run = try study.json("run.json")
    for name in ["study", "engine_version", "method_version", "seed", "inputs", "counts", "defects", "outputs"] {
      #expect(run[name] != nil, "\(name)")
    }
    let outputs = run["outputs"]?.array ?? []
    #expect(Set(outputs.compactMap { $0["path"]?.string }) == Set(contents(of: study.out).keys).subtracting(["run.json"]))
    guard let tool = program("sha256sum") else { return }
    let folder = URL(fileURLWithPath: study.file).deletingLastPathComponent().path
    for (row, base) in outputs.map({ ($0, study.out) }) + (run["inputs"]?.array ?? []).map({ ($0, folder) }) {
      let path = base + "/" + (row["path"]?.string ?? "")
      #expect(
        try EndToEndTests.run(tool, [path]).output.split(separator: " ").first.map(String.init)?.hasSuffix(row["sha256"]?.string ?? "?")
          == true, "\(path)")
    }
  }

  @Test("sites.geojson is RFC 7946, with the contract's properties and no NaN", arguments: 0..<3)
  func geoJSON(_ k: Int) throws {
    let study = try study(k)
    #expect(geoJSONFaults(study.text("sites.geojson")) == [])
    let first = try #require(try study.json("sites.geojson")["features"]?.array?.first?["properties"])
    for name in [
      "site_id", "name", "rank", "score", "score_low", "score_high", "suitability", "regeneration_need", "completeness", "vacancy",
      "vacancy_confidence", "vacancy_source", "best_sector", "best_sector_fit", "fit_visual_arts", "value_gross_floor_area",
      "ind_footprint_area_m2", "district_id", "verdict", "alternative", "capex_eur", "capex_low_eur", "capex_high_eur", "grant_eur",
      "public_cofinancing_eur", "fnpv_c_eur", "frr_c", "fnpv_k_eur", "frr_k", "enpv_eur", "dscr_min", "break_even_rent_eur_m2_month",
      "jobs",
      "rank_acceptability_first",
    ] { #expect(first[name] != nil, "\(name)") }
    let schema = try study.json("sites.schema.json")["properties"]
    for member in first.object ?? [] where !member.name.hasPrefix("pub_") {
      #expect(schema?[member.name] != nil, "\(member.name) is in no data dictionary")
    }
  }

  @Test("What is invented says so in the table, the map, the record and on every page; what is real does not")
  func illustrative() throws {
    for k in [0, 2] {
      let study = try study(k)
      for name in contents(of: study.out).keys where name.hasSuffix(".html") || ["ranking.csv", "sites.geojson", "run.json"].contains(name)
      {
        #expect(study.text(name).lowercased().contains("illustrative"), "\(study) \(name)")
      }
    }
    let real = try study(1)
    #expect(!real.text("ranking.csv").contains("illustrative") && !real.text("sites.geojson").contains("llustrative"))
  }

  @Test("ogrinfo opens sites.gpkg, finds the layers styled, and counts what run.json counts", arguments: 0..<3)
  func geoPackage(_ k: Int) throws {
    guard let ogrinfo = program("ogrinfo") else {
      print("ogrinfo is not installed: sites.gpkg was not opened by GDAL")
      return
    }
    let study = try study(k)
    let counts = try study.json("run.json")["counts"]
    let all = try run(ogrinfo, ["-ro", "-al", "-so", study.out + "/sites.gpkg"])
    #expect(all.status == 0 && !all.errors.contains("ERROR") && !all.errors.contains("Warning"), "\(all.errors)")
    var found: [String: Int] = [:]
    var layer = ""
    for line in all.output.split(separator: "\n") {
      if line.hasPrefix("Layer name: ") { layer = String(line.dropFirst(12)) }
      if line.hasPrefix("Feature Count: ") { found[layer] = Int(line.dropFirst(15)) }
    }
    #expect(found["sites"].map(Double.init) == counts?["scored"]?.number)
    #expect(found["buildings"].map(Double.init) == counts?["buildings"]?.number)
    for name in ["districts", "places", "layer_styles"] { #expect((found[name] ?? 0) > 0, "\(name): \(found)") }
    #expect(all.output.contains("ETRS89") || all.output.contains("3067"))
    // As another reader sees the ids and scores: the same as in the ranking.
    let rows = try run(ogrinfo, ["-ro", "-q", "-geom=NO", "-sql", "SELECT site_id FROM sites ORDER BY rank", study.out + "/sites.gpkg"])
    let ids = rows.output.split(separator: "\n").filter { $0.contains("site_id") }.map {
      String($0.split(separator: "=", maxSplits: 1)[1].dropFirst())
    }
    #expect(ids == (try study.ids()))
  }

  @Test("GDAL's validator finds nothing in sites.gpkg", arguments: 0..<3)
  func validGeoPackage(_ k: Int) throws {
    guard let python = GeoPackageEditTests.python else { return }
    #expect(try GeoPackageEditTests.findings(study(k).out + "/sites.gpkg", python) == "")
  }

  @Test("Every site.json parses, its contributions sum to its score, its figures have unit and source", arguments: 0..<3)
  func siteRecords(_ k: Int) throws {
    let study = try study(k)
    func walk(_ json: JSON, _ path: String, _ visit: (JSON, String) -> Void) {
      visit(json, path)
      for (k, value) in (json.array ?? []).enumerated() { walk(value, path + "[\(k)]", visit) }
      for member in json.object ?? [] { walk(member.value, path + "." + member.name, visit) }
    }
    for name in contents(of: study.out).keys.sorted() where name.hasSuffix("/site.json") {
      let json = try study.json(name)
      let score = try #require(json["score"]?["score"]?.number)
      let sum = (json["score"]?["criteria"]?.array ?? []).reduce(0) { $0 + ($1["contribution"]?.number ?? .nan) }
      #expect(sum == score, "\(name)")
      walk(json, name) { value, path in
        guard value["value"] != nil, value["unit"] != nil, value["kind"] != nil else { return }
        #expect(value["unit"]?.string?.isEmpty == false && value["source"]?.string?.isEmpty == false, "\(path): \(value)")
      }
      let ids = (json["alternatives"]?.array ?? []).compactMap { $0["id"]?.string }
      #expect(Set(ids).isSuperset(of: ["keep_vacant", "meanwhile", "light", "full", "cultural_anchor", "coaching_centre"]), "\(name)")
    }
  }

  @Test("A second run gives the same bytes, with one thread as with two")
  func deterministic() throws {
    // The first run had two threads.
    let study = try study(0)
    let folder = try ScratchFolder()
    #expect(try rekindle(["run", study.file, "--out", folder.path + "/again", "--threads", "1", "--quiet"]).status == 0)
    #expect(differences(contents(of: study.out), contents(of: folder.path + "/again")) == [])
  }

  @Test("score writes the tables and layers of run, without pages and money")
  func batch() throws {
    let study = try study(2)
    let folder = try ScratchFolder()
    #expect(try rekindle(["score", study.file, "--out", folder.path + "/s", "--timings", folder.path + "/t.json"]).status == 0)
    #expect(Set(contents(of: folder.path + "/s").keys) == Self.files.subtracting(["index.html"]).union(["registers.csv"]))
    let rows = csvRows(String(decoding: try #require(FileManager.default.contents(atPath: folder.path + "/s/ranking.csv")), as: UTF8.self))
    #expect(rows.map { $0["site_id"] } == csvRows(study.text("ranking.csv")).map { $0["site_id"] })
    #expect(rows.map { $0["score"] } == csvRows(study.text("ranking.csv")).map { $0["score"] })
    #expect(rows.allSatisfy { $0["capex_eur"] == "" && $0["verdict"] == "" })
    let timings = try JSON(parsing: [UInt8](try #require(FileManager.default.contents(atPath: folder.path + "/t.json"))))
    #expect((timings.array ?? []).count > 4 && (timings.array ?? []).allSatisfy { ($0["wall_s"]?.number ?? -1) >= 0 })
  }
}
