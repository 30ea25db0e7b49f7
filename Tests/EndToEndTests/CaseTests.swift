import Foundation
import GeoFormats
import SimpleFeatures
import Testing
import TextFormats

/// Small studies of the kinds that towns have, each with the answer that is right (`Tests/Regressions/case-*`).
@Suite("Cases")
struct CaseTests {
  static let folder = packageFolder + "/Tests/Regressions"

  /// Scores a study of a case and gives the outcome with the folder of its results.
  func score(_ study: String) throws -> (outcome: Outcome, scratch: ScratchFolder, out: String) {
    let scratch = try ScratchFolder()
    let out = scratch.path + "/out"
    return (try rekindle(["score", Self.folder + "/" + study, "--out", out]), scratch, out)
  }

  @Test("A flood layer that lies elsewhere is an error, whatever led it there; the right one excludes all three buildings")
  func floodElsewhere() throws {
    for study in ["swapped", "lest97-northing-first"] {
      let (outcome, _, out) = try score("case-01-flood-crs/\(study).yml")
      #expect(outcome.status == 65 && outcome.errors.contains("wrong CRS or swapped axes?"), "\(study): \(outcome)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
    let (outcome, scratch, out) = try score("case-01-flood-crs/right.yml")
    #expect(outcome.status == 0, "\(outcome)")
    withExtendedLifetime(scratch) {
      let rows = String(decoding: contents(of: out)["excluded.csv"] ?? Data(), as: UTF8.self).split(separator: "\n").dropFirst()
      #expect(rows.count == 3 && rows.allSatisfy { $0.contains("flood-share-above-limit") })
    }
  }

  @Test(
    "A constraint of which a record could not be read certifies nothing: the share is unknown, and the run says so",
    arguments: ["curve", "collection"])
  func curvedFlood(_ study: String) throws {
    let (outcome, scratch, out) = try score("case-02-curved-flood/\(study).yml")
    #expect(outcome.status == 0 && outcome.output.contains("no building is certified free of flood"), "\(outcome)")
    try withExtendedLifetime(scratch) {
      let sites = try JSON(parsing: [UInt8](contents(of: out)["sites.geojson"] ?? Data()))["features"]?.array ?? []
      #expect(!sites.isEmpty && sites.allSatisfy { ($0["properties"]?["ind_flood_share"] ?? .null) == .null })
    }
  }

  @Test("Dates of all ways of writing give the confidence of the ISO date; ambiguous and future ones count as undated")
  func dates() throws {
    let (outcome, scratch, out) = try score("case-04-dates/csv.yml")
    #expect(outcome.status == 0, "\(outcome)")
    try withExtendedLifetime(scratch) {
      // .95 × 2^(−13.8 years ÷ 4) = .086 for 2012-03-01: too old to be credible, however it is written.
      let excluded = String(decoding: contents(of: out)["excluded.csv"] ?? Data(), as: UTF8.self)
      for id in ["b1", "b2", "b3"] { #expect(excluded.contains("\(id),vacancy-not-credible"), "\(excluded)") }
      let defects = String(decoding: contents(of: out)["defects.csv"] ?? Data(), as: UTF8.self)
      #expect(defects.contains("dates: dmy") && defects.contains("future"))
      // One half-life: half of .95.
      let sites = try JSON(parsing: [UInt8](contents(of: out)["sites.geojson"] ?? Data()))["features"]?.array ?? []
      #expect(Set(sites.compactMap { $0["properties"]?["site_id"]?.string }) == ["b4", "b5"])
      #expect(sites.allSatisfy { $0["properties"]?["vacancy_confidence"]?.number == 0.475 })
    }
    let sheet = try score("case-04-dates/xlsx-pure.yml")
    #expect(sheet.outcome.status == 0, "\(sheet.outcome)")
    withExtendedLifetime(sheet.scratch) {
      let excluded = String(decoding: contents(of: sheet.out)["excluded.csv"] ?? Data(), as: UTF8.self)
      for id in ["b1", "b2", "b3", "b4", "b5"] { #expect(excluded.contains("\(id),vacancy-not-credible"), "\(excluded)") }
    }
  }

  @Test("A use beside a former one is in use; a former one alone is vacant; ways that are not closed are counted and told")
  func openStreetMap() throws {
    guard program("ogr2ogr") != nil else { return print("Notice: ogr2ogr is not installed; OpenStreetMap files are not read here.") }
    let (outcome, scratch, out) = try score("case-20-lifecycle/lifecycle.yml")
    #expect(outcome.status == 0, "\(outcome)")
    withExtendedLifetime(scratch) {
      let excluded = String(decoding: contents(of: out)["excluded.csv"] ?? Data(), as: UTF8.self)
      #expect(excluded.contains("way/1,not-vacant"), "\(excluded)")
      #expect(String(decoding: contents(of: out)["ranking.csv"] ?? Data(), as: UTF8.self).contains("way/2"))
    }
    let extract = try score("case-11-osm-incomplete/extract.yml")
    #expect(extract.outcome.status == 0 && extract.outcome.output.contains("buildings: 2 read = 1 kept + 1 refused"), "\(extract.outcome)")
    withExtendedLifetime(extract.scratch) {
      #expect(String(decoding: contents(of: extract.out)["defects.csv"] ?? Data(), as: UTF8.self).contains("buildings,way/4,unclosed-ring"))
    }
  }

  /// The sites of a case with their properties, by id.
  func sites(_ study: String) throws -> [String: JSON] {
    let (outcome, scratch, out) = try score(study)
    #expect(outcome.status == 0, "\(study): \(outcome)")
    return try withExtendedLifetime(scratch) {
      let features = try JSON(parsing: [UInt8](contents(of: out)["sites.geojson"] ?? Data()))["features"]?.array ?? []
      return Dictionary(
        uniqueKeysWithValues: features.compactMap { f in f["properties"]?["site_id"]?.string.map { ($0, f["properties"] ?? .null) } })
    }
  }

  @Test("Areas are those of the ground: in Web Mercator they are measured in the local zone and that is said, feet are converted")
  func distortion() throws {
    // A square of 14.15 m: 200.2 m² on the ellipsoid, 200.0 m² in the zone, whose scale is .9996² there.
    for study in ["mercator", "utm"] {
      let area = try sites("case-03-mercator/\(study).yml").values.first?["ind_footprint_area_m2"]?.number ?? 0
      #expect(abs(area - 200.2) < 0.5, "\(study): \(area)")
    }
    let said = try score("case-03-mercator/mercator.yml").outcome.output
    #expect(said.contains("EPSG:3857") && said.contains("3.63 times"), "\(said)")
    let told = try ScratchFolder()
    let study = try told.write(
      "study: told\ncountry: EE\nprice_date: 2026-01-01\ncrs: EPSG:3857\nlayers:\n  buildings: {source: \(Self.folder)/case-03-mercator/mercator.geojson}\n",
      to: "study.yml")
    let refused = try rekindle(["score", study, "--out", told.path + "/out"])
    #expect(refused.status == 65 && refused.errors.contains("Leave `crs` out"), "\(refused)")
    // 2,152.8 square feet are 200 m².
    let feet = try rekindle(["indicators", Self.folder + "/case-16-feet/feet.geojson", "-o", "-"])
    let area = feet.output.split(separator: "\n").dropFirst().first?.split(separator: ",")[1]
    #expect(feet.status == 0 && abs((area.flatMap { Double($0) } ?? 0) - 200) < 0.5 && feet.errors.contains("EPSG:2263"), "\(feet)")
  }

  @Test("A city that lies elsewhere than the study's country is an error, whatever led it there", arguments: ["swapped", "swapped-lest"])
  func elsewhere(_ study: String) throws {
    let (outcome, _, out) = try score("case-17-swapped-buildings/\(study).yml")
    #expect(outcome.status == 65 && outcome.errors.contains("Swapped axes or wrong CRS?"), "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test("A park is reached at its edge, and a piece of path that leads nowhere takes no walk")
  func walks() throws {
    // 30 m to the street and 60 m across it to the edge of the park; without streets 1.3 × 30 m, by an entry 5 m off at most.
    let park = try sites("case-08-park-edge/park.yml")["b1"]?["ind_walk_to_park_m"]?.number ?? .infinity
    #expect(park <= 90, "\(park)")
    let straight = try sites("case-08-park-edge/park-no-streets.yml")["b1"]?["ind_walk_to_park_m"]?.number ?? .infinity
    #expect((39...40).contains(straight), "\(straight)")
    for study in ["main", "with-path"] {
      #expect(try sites("case-12-island/\(study).yml")["b1"]?["ind_walk_to_transit_m"]?.number == 525, "\(study)")
    }
  }

  @Test("No answer depends on the order of rows or districts")
  func order() throws {
    for kind in ["register", "districts"] {
      let (a, b) = (try sites("case-10-order/\(kind)-1.yml"), try sites("case-10-order/\(kind)-2.yml"))
      #expect(a.keys.sorted() == b.keys.sorted(), "\(kind)")
      for (id, site) in a { #expect(site == b[id], "\(kind): \(id)") }
    }
  }

  @Test("Fields whose names differ in case alone are published under names of their own, in every format, and the run says so")
  func caseColumns() throws {
    let (outcome, scratch, out) = try score("case-13-case-columns/case.yml")
    #expect(outcome.status == 0 && outcome.output.contains("\"FIXME\"") && outcome.output.contains("pub_FIXME_2"), "\(outcome)")
    let study = Self.folder + "/case-13-case-columns/case.yml"
    try withExtendedLifetime(scratch) {
      for format in ["geojson", "geojsonseq", "csv", "gpkg"] {
        let file = scratch.path + "/export." + format
        let exported = try rekindle(["export", study, "--out", out, "--format", format, "-o", file])
        #expect(exported.status == 0, "\(exported)")
        guard format != "geojsonseq" else {
          let text = try String(contentsOfFile: file, encoding: .utf8)
          #expect(text.contains("\"pub_fixme\":\"roof\"") && text.contains("\"pub_FIXME_2\":\"check\""))
          continue
        }
        let features = try readLayer(LayerReference(path: file, layer: nil)).features
        #expect(features.attribute("pub_fixme")?.text(0) == "roof" && features.attribute("pub_FIXME_2")?.text(0) == "check", "\(format)")
      }
      for file in ["sites.geojson", "sites.gpkg"] {
        let reference = LayerReference(path: out + "/" + file, layer: file.hasSuffix("gpkg") ? "sites" : nil)
        let features = try readLayer(reference).features
        #expect(features.attribute("pub_fixme")?.text(0) == "roof" && features.attribute("pub_FIXME_2")?.text(0) == "check", "\(file)")
      }
    }
  }

  @Test("Three spellings, one of which is what another would be called, each keep their own values, in the register's rows too")
  func threeSpellings() throws {
    let folder = try ScratchFolder()
    try folder.write(
      RefusalTests.study + "  vacancy: {source: register.csv, join: {id: id}}\npublish: [note, NOTE, Note, note_2, note]\n", to: "study.yml"
    )
    try folder.write(
      """
      id,wkt,note_2,NOTE,Note,note
      a,"POLYGON((385000 6671000,385020 6671000,385020 6671030,385000 6671030,385000 6671000))",two,upper,title,lower

      """, to: "buildings.csv")
    try folder.write("id,status,observed,remark,Remark,register_row\na,vacant,2025-12-01,small,large,own\n", to: "register.csv")
    let outcome = try rekindle(["score", "study.yml", "--out", "out"], in: folder.path)
    #expect(outcome.status == 0, "\(outcome)")
    for file in ["sites.geojson", "sites.gpkg"] {
      let reference = LayerReference(path: folder.path + "/out/" + file, layer: file.hasSuffix("gpkg") ? "sites" : nil)
      let features = try readLayer(reference).features
      let found = features.attributes.filter { $0.name.hasPrefix("pub_") }.map { "\($0.name)=\($0.text(0) ?? "")" }
      #expect(Set(found) == ["pub_note=lower", "pub_NOTE_3=upper", "pub_Note_4=title", "pub_note_2=two"], "\(file)")
    }
    let register = try readLayer(LayerReference(path: folder.path + "/out.private/facts.sqlite", layer: "register")).features
    let kept = ["remark", "Remark_2", "register_row_2"].map { register.attribute($0)?.text(0) }
    #expect(kept == ["small", "large", "own"])
  }

  @Test("A column in another spelling is published under one name, and never as if it were a second one")
  func otherSpelling() throws {
    let folder = try ScratchFolder()
    try folder.write(RefusalTests.study + "publish: [note, NOTE, REMARK, Remark]\n", to: "study.yml")
    try folder.write(
      """
      id,wkt,vacancy,note,remark
      a,"POLYGON((385000 6671000,385020 6671000,385020 6671030,385000 6671030,385000 6671000))",vacant,one,two

      """, to: "buildings.csv")
    let outcome = try rekindle(["score", "study.yml", "--out", "out"], in: folder.path)
    #expect(outcome.status == 0, "\(outcome)")
    for name in ["NOTE", "Remark"] { #expect(outcome.output.contains("publish: the buildings have no field \"\(name)\"."), "\(outcome)") }
    let features = try readLayer(LayerReference(path: folder.path + "/out/sites.gpkg", layer: "sites")).features
    let found = features.attributes.filter { $0.name.hasPrefix("pub_") }.map { "\($0.name)=\($0.text(0) ?? "")" }
    #expect(Set(found) == ["pub_note=one", "pub_REMARK=two"])
  }

  @Test("What is null of all rows is not in sites.gpkg unless the contract says so; who reads the store misses nothing")
  func nullColumns() throws {
    let folder = try ScratchFolder()
    try folder.write(
      RefusalTests.study
        + "  districts: {source: districts.csv, crs: EPSG:3067}\npublish: [name, note, blank]\nreport: {top: 2, formats: [html]}\n",
      to: "study.yml")
    try folder.write(
      RefusalTests.footprints.split(separator: "\n").enumerated().map { "\($1),\(["note", "x", "", ""][$0]),\($0 == 0 ? "blank" : "")\n" }
        .joined(),
      to: "buildings.csv")
    try folder.write(
      "id,wkt,population\nd,\"POLYGON((384000 6670000,386000 6670000,386000 6672000,384000 6672000,384000 6670000))\",1000\n",
      to: "districts.csv")
    for command in ["run", "score"] {
      let outcome = try rekindle([command, "study.yml", "--out", command, "--quiet"], in: folder.path)
      #expect(outcome.status == 0, "\(outcome)")
      let file = folder.path + "/\(command)/sites.gpkg"
      func names(_ layer: String) throws -> [String] {
        try readLayer(LayerReference(path: file, layer: layer)).features.attributes.map(\.name)
      }
      let sites = try names("sites")
      #expect(sites.contains("pub_note") && !sites.contains("pub_blank"))
      // Those of the contract stay, known or not.
      for name in ["ind_flood_share", "grant_eur", "address", "name", "rank_acceptability_first"] {
        #expect(sites.contains(name), "\(name)")
      }
      #expect(Set(try names("districts")).subtracting(["fid"]) == ["id", "name", "population"])
      #expect(Set(try names("buildings")).subtracting(["fid"]) == ["id", "vacancy", "site_id", "excluded"])
      // Exports are the same with and without; a published field that is named and null has nulls.
      let export = ["export", "study.yml", "--out", command]
      #expect(try rekindle(export + ["-o", "\(command).geojson"], in: folder.path).status == 0)
      let exported = try readLayer(LayerReference(path: folder.path + "/\(command).geojson", layer: nil)).features
      let written = try readLayer(LayerReference(path: folder.path + "/\(command)/sites.geojson", layer: nil)).features
      #expect(exported.attributes.map(\.name) == written.attributes.map(\.name))
      let named = try rekindle(
        export + ["--format", "csv", "--columns", "site_id,pub_blank,pub_note,district_id", "-o", "-"], in: folder.path)
      #expect(named.status == 0, "\(named)")
      let rows = csvRows(named.output)
      #expect(rows.count == 2 && rows.allSatisfy { $0["pub_blank"] == "" && $0["district_id"] == "d" }, "\(named.output)")
      #expect(try rekindle(export + ["--columns", "pub_other", "-o", "-"], in: folder.path).status == 64)
      for request in ["explain", "report"] {
        let told = try rekindle([request, "study.yml", "a", "--out", command], in: folder.path)
        #expect(told.status == 0, "\(told)")
      }
    }
  }
}
