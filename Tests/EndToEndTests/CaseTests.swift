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

  @Test("Published fields that differ in letter case only are both published, under names that every format can tell apart")
  func caseColumns() throws {
    let (outcome, scratch, out) = try score("case-13-case-columns/case.yml")
    #expect(outcome.status == 0 && outcome.output.contains("pub_FIXME_2"), "\(outcome)")
    try withExtendedLifetime(scratch) {
      let sites = try JSON(parsing: [UInt8](contents(of: out)["sites.geojson"] ?? Data()))["features"]?.array ?? []
      #expect(sites.first?["properties"]?["pub_fixme"]?.string == "roof" && sites.first?["properties"]?["pub_FIXME_2"]?.string == "check")
      let table = try readLayer(LayerReference(path: out + "/sites.gpkg", layer: "sites"), options: ReadOptions()).features
      #expect(table.attribute("pub_fixme")?.text(0) == "roof" && table.attribute("pub_FIXME_2")?.text(0) == "check")
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
      return Dictionary(uniqueKeysWithValues: features.compactMap { f in f["properties"]?["site_id"]?.string.map { ($0, f["properties"] ?? .null) } })
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
}
