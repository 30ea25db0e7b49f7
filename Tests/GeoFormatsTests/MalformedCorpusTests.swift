import Foundation
import SimpleFeatures
import Testing
import TextFormats

@testable import GeoFormats

/// What reading a file must end in.
private enum Verdict: Equatable, CustomStringConvertible {
  /// The text is not JSON: an error with byte and line.
  case syntax
  /// JSON, but not GeoJSON: an error.
  case notGeoJSON
  /// So many features kept and so many refused, with these defects.
  case read(kept: Int, refused: Int, [Defect.Code: Int] = [:])
  /// Any other error.
  case error(FormatError)

  init(_ path: String) {
    do throws(FormatError) {
      let layer = try readLayer(LayerReference(path: path))
      precondition(layer.readCount == layer.features.count + layer.refusedCount && isConsistent(layer.features.geometry))
      self = .read(kept: layer.features.count, refused: layer.refusedCount, layer.defects.counts)
    } catch {
      switch error {
      case .syntax(_, _, let byte, let line, _) where byte >= 0 && line >= 1: self = .syntax
      case .notOfFormat: self = .notGeoJSON
      default: self = .error(error)
      }
    }
  }

  var description: String {
    switch self {
    case .syntax: "syntax"
    case .notGeoJSON: "not GeoJSON"
    case .read(let kept, let refused, let codes):
      "kept \(kept), refused \(refused) \(codes.map { "\($0.key.rawValue): \($0.value)" }.sorted())"
    case .error(let error): error.description
    }
  }
}

private func refused(_ code: Defect.Code) -> Verdict { .read(kept: 0, refused: 1, [code: 1]) }
private func kept(_ count: Int = 1) -> Verdict { .read(kept: count, refused: 0) }

@Suite("Corpora of malformed files", .enabled(if: Corpus.isPresent))
struct MalformedCorpusTests {
  /// geojsonhint's bad files. Those that are read whole break a recommendation of RFC 7946 and not a rule: winding order (3.1.6: parsers should
  /// not reject), precision (11.2), a collection of one or of nested collections (3.1.8), positions of more than three numbers (3.1.1).
  private static let bad: [String: Verdict] = [
    "bad-duplicate-properties": refused(.unreadableRecord), "bad-featurelist": refused(.unreadableGeometry), "bad-json": .syntax,
    "bad-object-type": .notGeoJSON, "bad-polygon-interiorring-rhr": kept(), "bad-polygonloop": refused(.unreadableGeometry),
    "bad-properties-as-array": refused(.unreadableRecord), "badcoord": refused(.unreadableGeometry),
    "badcoordtype": refused(.unreadableGeometry), "badfeature": refused(.unreadableRecord), "badfeatureid": refused(.unreadableRecord),
    "bbox-4or6elements": refused(.unreadableRecord), "bbox-contains-string": refused(.unreadableRecord),
    "bbox-string": refused(.unreadableRecord), "different-first-last": .read(kept: 1, refused: 0, [.unclosedRing: 1]),
    // The ends differ in height only, which is not kept.
    "different-first-size": kept(), "excessive_precision_truncated": kept(), "expected_object": refused(.unreadableRecord),
    "false": refused(.unreadableGeometry), "feature_changed_semantics": refused(.unreadableRecord), "featurecollection-obj": .notGeoJSON,
    "featurecollection-type-case": .notGeoJSON, "featurecollection": .notGeoJSON,
    "featurecollection_changed_semantics": .read(kept: 3, refused: 0, [.unreadableValue: 1]),
    "geometry_changed_semantics": refused(.unreadableRecord), "geometrycollection_nested": refused(.wrongGeometryType),
    "geometrycollection_single": kept(),
    "multiple_problems": .read(kept: 1, refused: 3, [.unreadableRecord: 2, .unreadableGeometry: 1]),
    "multipoint-multidimension": refused(.unreadableGeometry), "multipoint-nondimension": refused(.unreadableGeometry),
    "nofeaturetype": refused(.unreadableRecord), "notype": .notGeoJSON, "point-labeled-as-a-multipolygon": refused(.unreadableGeometry),
    "point-string": refused(.unreadableGeometry), "point-toofew": refused(.unreadableGeometry), "point-toomany": kept(),
    "point": refused(.unreadableGeometry), "polygon_winding_order": kept(), "rootstring": .notGeoJSON,
    "short-line": refused(.tooFewPositions), "short-linearring": .read(kept: 1, refused: 0, [.unclosedRing: 1]),
    "short-multilinestring": refused(.tooFewPositions), "stringcoord": .read(kept: 1, refused: 1, [.unreadableGeometry: 1]),
    "unknowntype": .notGeoJSON,
  ]

  /// geojsonhint's good files. A collection of points and lines is no layer of one kind, hence a defect.
  private static let good: [String: Verdict] = [
    "good-feature-with-id": kept(), "good-feature-with-string-id": kept(), "good-feature": kept(), "good-featurecollection-bbox": kept(2),
    "good-featurecollection-bbox3d": kept(2), "good-featurecollection-extensions": kept(3), "good-featurecollection": kept(3),
    "good-geometrycollection": refused(.wrongGeometryType), "good-linestring": kept(), "good-multilinestring": kept(),
    "good-multipoint": kept(), "good-point-3d": kept(), "good-point": kept(), "good-polygon": kept(), "issue82": kept(),
    "multipolygon": kept(), "nullgeometry": kept(), "nullproperties": kept(),
  ]

  @Test("Every file of geojsonhint ends as the table says, and the table is complete", arguments: ["bad", "good"])
  func geojsonhint(folder: String) throws {
    let table = folder == "bad" ? Self.bad : Self.good
    let files = try Corpus.files("malformed/geojsonhint/test/data/" + folder, ".geojson")
    #expect(Set(files.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }) == Set(table.keys))
    for file in files {
      let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
      #expect(Verdict(file) == table[name], "\(name)")
    }
  }

  /// JSONTestSuite's files that a parser may take or refuse, of which these are refused: UTF-16, which RFC 8259, 8.1, forbids.
  private static let refusedEither: Set<String> = [
    "i_string_UTF-16LE_with_BOM.json", "i_string_utf16BE_no_BOM.json", "i_string_utf16LE_no_BOM.json",
  ]

  @Test("JSONTestSuite: what must fail fails with a place, what must pass passes, and none of it is GeoJSON")
  func jsonTestSuite() throws {
    let files = try Corpus.files("malformed/JSONTestSuite/test_parsing", ".json")
    var counts: [String: Int] = [:]
    for file in files {
      let name = URL(fileURLWithPath: file).lastPathComponent
      counts[String(name.prefix(2)), default: 0] += 1
      let expected: Verdict = name.hasPrefix("n_") || Self.refusedEither.contains(name) ? .syntax : .notGeoJSON
      #expect(Verdict(file) == expected, "\(name)")
    }
    #expect(counts == ["n_": 188, "y_": 95, "i_": 35])
  }

  @Test("JSONTestSuite as requests: what must fail fails with line and byte, what must pass passes and is written as it was read")
  func jsonValues() throws {
    let files = try Corpus.files("malformed/JSONTestSuite/test_parsing", ".json")
    var counts: [String: Int] = [:]
    for file in files {
      let name = URL(fileURLWithPath: file).lastPathComponent, kind = String(name.prefix(2))
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      do throws(JSON.SyntaxError) {
        let value = try JSON(parsing: bytes)
        #expect(kind != "n_", "\(name) is taken")
        #expect(try JSON(parsing: value.serialized()) == value, "\(name)")
        counts[kind + "taken", default: 0] += 1
      } catch {
        #expect(kind != "y_", "\(name): \(error)")
        #expect("\(error)".contains("line"), "\(name): \(error)")
        counts[kind + "refused", default: 0] += 1
      }
    }
    #expect(counts["n_refused"] == 188 && counts["y_taken"] == 95)
  }

  @Test("The odd GeoJSON files are read whole")
  func oddGeoJSON() throws {
    let table: [String: Verdict] = [
      "additionalProps": kept(1), "complex": kept(3), "data": kept(1), "feature": kept(1),
      // A collection that does not say so.
      "features": .read(kept: 3, refused: 0, [.unreadableValue: 1]), "geometry": kept(1), "null": kept(6), "road_emptylinestring": kept(3),
      "startNull": kept(2),
      "urn_crs84": kept(1),
    ]
    let files = try Corpus.files("malformed/shp-gml", ".geojson")
    #expect(Set(files.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }) == Set(table.keys))
    for file in files {
      let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
      #expect(Verdict(file) == table[name], "\(name)")
    }
    let roads = try read(try #require(files.first { $0.hasSuffix("road_emptylinestring.geojson") }))
    #expect(roads.crs?.definition == "EPSG:2154")
    #expect(roads.features.geometry.kinds.contains(.none))
  }

  @Test("The odd shapefiles and GML are read or counted", .enabled(if: hasConverter))
  func oddForeign() throws {
    let folder = try #require(Corpus.path) + "/malformed/shp-gml/"
    let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    // Solids have no footprint; each is a defect.
    #expect(Verdict(folder + "lux.gml") == .read(kept: 0, refused: 554, [.curvedGeometry: 554]))
    #expect(Verdict(folder + "sachsen.gml") == kept(17))
    #expect(Verdict(folder + "waternetwork_without_epsg.shp") == kept(382))
    let water = try read(folder + "waternetwork_without_epsg.shp")
    #expect(water.crs != nil)
    let towns = try read(folder + "encoding_test.dbf")
    #expect(towns.readCount == 3_574)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
  }

  @Test(
    "OpenStreetMap's odd multipolygons are read layer by layer", .enabled(if: hasConverter),
    arguments: [
      "osm-real/san_diego_invalid_polygon.osm", "osm-real/redon_degenerate_rings.osm.gz", "osm-real/san_diegeo_complex_polygon.osm",
      "osm-testdata/all.osm", "osm-testdata/multipolygon_testcases.osm.gz",
    ])
  func openStreetMap(name: String) throws {
    let path = try #require(Corpus.path) + "/malformed/" + name
    let layers = try describeLayers(in: path)
    #expect(layers.contains { $0.name == "multipolygons" })
    for layer in layers {
      let features = try read(path, layer: layer.name)
      #expect(features.readCount == layer.claimedCount)
      #expect(features.crs?.definition == "EPSG:4326")
      #expect(isConsistent(features.features.geometry))
      #expect(Set(features.defects.counts.keys).isSubset(of: [.tooFewPositions, .unclosedRing]))
    }
  }

  @Test("Texts of other kinds are refused by name or by content", .enabled(if: hasConverter))
  func otherTexts() throws {
    let folder = try #require(Corpus.path) + "/malformed/"
    for file in try Corpus.files("malformed/geos", ".xml") { #expect(failure(reading: file)?.kind == .badInput, "\(file)") }
    #expect(failure(reading: folder + "kuressaare_schema_mojibake_sample.md")?.kind == .badInput)
  }

  @Test(
    "Files that were cut off are errors, never a part of the features", .enabled(if: hasConverter),
    arguments: [
      ("geneva/geneva.osm.pbf", "cut.osm.pbf"), ("melque/A.ES.SDGC.BU.40146.building.gml", "cut.gml"),
      ("vichy/v0_1-FRA_1_2_3_11_1-Vichy.gpkg.zip", "cut.gpkg.zip"), ("doesburg/bag_doesburg.gpkg", "cut.gpkg"),
      ("flensburg/flensburg_stadtteile.geojson", "cut.geojson"),
    ])
  func cutOff(source: String, name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try #require(Corpus.path) + "/" + source)))
    let folder = try Folder()
    for share in [0.3, 0.9] {
      let error = failure(reading: try folder.file(name, Array(bytes.prefix(Int(Double(bytes.count) * share)))))
      #expect(error?.kind == .badInput, "\(name) \(share)")
    }
  }
}

@Suite("Real layers", .enabled(if: Corpus.isPresent))
struct RealLayerTests {
  @Test(
    "Layers of real cities are read whole", .enabled(if: hasConverter),
    arguments: [
      ("doesburg/bag_doesburg.gpkg", nil, 7_797, 0, "EPSG:28992"),
      ("vichy/v0_1-FRA_1_2_3_11_1-Vichy.gpkg.zip", nil, 11_141, 0, "EPSG:3035"),
      ("melque/A.ES.SDGC.BU.40146.building.gml", nil, 246, 0, "EPSG:25830"),
      ("helsinki/paavo_helsinki_2023_3067.geojson", nil, 84, 0, "EPSG:3067"),
      ("kotka/karhula_kotka_20190414.osm.pbf", "multipolygons", 2_302, 31, "EPSG:4326"),
      ("geneva/geneva.osm.pbf", "multipolygons", 16_052, 53, "EPSG:4326"),
      ("flensburg/flensburg_denkmale.geojson", nil, 1_030, 0, "OGC:CRS84"),
      ("baltic-pois/osm_poi_2019_klaipeda.csv", nil, 975, 0, "OGC:CRS84"),
    ] as [(String, String?, Int, Int, String)])
  func whole(file: String, layer: String?, count: Int, refused: Int, crs: String) throws {
    let path = try #require(Corpus.path) + "/" + file
    let layer = try read(path, layer: layer)
    #expect(layer.readCount == count)
    #expect(layer.refusedCount == refused)
    #expect(layer.crs?.definition == crs)
    #expect(isConsistent(layer.features.geometry))
  }

  @Test("The Spanish cadastre's condition survives", .enabled(if: hasConverter))
  func condition() throws {
    let path = try #require(Corpus.path) + "/melque/A.ES.SDGC.BU.40146.building.gml"
    let layer = try read(path)
    let column = try #require(layer.features.attribute("conditionOfConstruction"))
    var counts: [String: Int] = [:]
    for row in 0..<column.count { counts[column.text(row) ?? "", default: 0] += 1 }
    #expect(counts == ["functional": 216, "declined": 21, "ruin": 9])
  }
}
