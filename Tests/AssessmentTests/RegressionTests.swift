import Foundation
import SimpleFeatures
import Testing
import TextFormats

@testable import Assessment

/// Inputs that once brought the engine down, `Tests/Regressions/<reader>-<what>.<ext>`: layers are measured and scored, studies and requests decoded.
@Suite("Inputs of mended bugs, through the engine")
struct RegressionTests {
  static let folder = packageFolder + "/Tests/Regressions"

  static func names(_ readers: [String]) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { name in readers.contains { name.hasPrefix($0 + "-") } }
  }

  /// Takes an error of a kind that has an exit status; anything else is a failure.
  func expectRefusal(_ error: any Error, of name: String) {
    let kind = failureKind(of: error)
    #expect(kind == .badInput || kind == .usage, "\(name): \(error)")
    #expect("\(error)".count > 10, "\(name)")
  }

  @Test(
    "A layer is measured and, as buildings and as register, scored or refused; counts reconcile",
    arguments: try names(["geojson", "geopackage", "csv"]))
  func layers(name: String) throws {
    let path = Self.folder + "/" + name
    do {
      let measured = try measureFile(path, idField: nil, crs: nil, options: RunOptions())
      #expect(measured.table.count == measured.kept)
    } catch { expectRefusal(error, of: name) }
    let folder = try ScratchFolder()
    try folder.write(
      "id,wkt\na,\"POLYGON((385000 6671000,385020 6671000,385020 6671030,385000 6671030,385000 6671000))\"\n", to: "sound.csv")
    for layers in [
      "{buildings: {source: \"\(path)\", crs: EPSG:3067}}", "{buildings: {source: \"\(path)\"}}",
      "{buildings: {source: sound.csv, crs: EPSG:3067}, vacancy: {source: \"\(path)\", crs: EPSG:3067}, places: {source: \"\(path)\"}}",
    ] {
      let file = try folder.write(
        "study: x\ncountry: FI\nprice_date: 2026-01-01\nlayers: \(layers)\ncandidates: {vacancy: [all], min_floor_area: 0}\n",
        to: "study.yml")
      do {
        let data = try shippedData()
        let study = try Study(file: file)
        let scored = try score(
          study, folder: data, register: try AssumptionRegister(folder: data, studyFile: nil), options: RunOptions())
        let counts = scored.record.counts
        #expect(counts.buildings == counts.excluded + counts.scored, "\(layers)")
        for input in scored.record.inputs { #expect(input.read == input.kept + input.refused, "\(layers): \(input)") }
      } catch { expectRefusal(error, of: name) }
    }
  }

  @Test("A study is decoded or refused with its line", arguments: try names(["study"]))
  func studies(name: String) throws {
    do { _ = try Study(file: Self.folder + "/" + name) } catch {
      expectRefusal(error, of: name)
      #expect("\(error)".contains(name))
    }
  }

  @Test("A decision table is answered or refused by every method", arguments: try names(["decide"]))
  func decisions(name: String) throws {
    let bytes = [UInt8](try #require(FileManager.default.contents(atPath: Self.folder + "/" + name)))
    for method in decisionMethods {
      do {
        let answer = try decide(text: bytes, method: method, isIndented: false, isCSV: name.hasSuffix(".csv"))
        #expect(try JSON(parsing: answer).object != nil)
      } catch { expectRefusal(error, of: "\(name) by \(method)") }
    }
  }

  @Test("A cash flow is answered or refused", arguments: try names(["appraise"]))
  func appraisals(name: String) throws {
    let bytes = [UInt8](try #require(FileManager.default.contents(atPath: Self.folder + "/" + name)))
    do { #expect(try JSON(parsing: appraise(text: bytes, isIndented: false)).object != nil) } catch { expectRefusal(error, of: name) }
  }
}
