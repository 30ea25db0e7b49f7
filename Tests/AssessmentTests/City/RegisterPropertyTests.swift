import Foundation
import SimpleFeatures
import SpatialEngine
import Testing

@testable import Assessment

/// A register says the same however it is written: order of rows, CRS, sides of positions, groups of digits, dates, encoding, names of columns.
@Suite("A register in any writing")
struct RegisterPropertyTests {
  struct Row {
    var building: Int
    var status: String
    var day: Int
    var area: Int
  }

  @Test("Rows, positions, numbers, dates and bytes in any writing give the same evidence", arguments: 1...24)
  func writing(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func random(_ n: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % n
    }
    let buildings = (0..<8).map { SmallTown.Building(id: "b\($0)", x: $0 % 4, y: $0 / 4) }
    let words = [
      ["vacant", "leerstehend", "tühi", "inoccupé"], ["partlyVacant", "teilleerstehend", "delvis tom", "partiellement vacant"],
    ]
    // Each building once or not at all, with areas on both sides of a thousand.
    let rows = (0..<8).filter { _ in random(4) > 0 }.map {
      Row(building: $0, status: words[$0 % 2][random(4)], day: 13 + random(15), area: [250, 1_234, 999, 12_500][random(4)])
    }
    let folder = try ScratchFolder()
    let town = SmallTown(buildings: buildings)
    let file = try town.write(to: folder)
    let plain = try String(contentsOfFile: file, encoding: .utf8)

    func write(_ rows: [Row], isOdd: Bool) throws -> StudyCity {
      let code = isOdd ? ["EPSG:3067", "EPSG:4326", "EPSG:3857", "EPSG:25835"][random(4)] : "EPSG:3067"
      let separator = isOdd ? [";", "\t"][random(2)] : ";"
      let group = isOdd ? [".", "", "\u{A0}", "'"][random(4)] : ""
      let dates = isOdd ? random(4) : 0
      let isText = isOdd && random(2) == 0
      let names = isOdd && random(2) == 0 ? ["Zustand", "Stand", "leere Fläche"] : ["status", "observed", "vacantArea"]
      var text = isOdd && random(3) == 0 ? "sep=\(separator)\n" : ""
      if isOdd, random(3) == 0 { text += "Liste der Stadt\(separator)\(separator)\n" }
      text += (names + (isText ? ["lage"] : ["X", "Y"])).joined(separator: separator) + "\n"
      for row in rows {
        var x = [SmallTown.origin.x + Double(buildings[row.building].x) * 100 + 10]
        var y = [SmallTown.origin.y + Double(buildings[row.building].y) * 100 + 15]
        if code != "EPSG:3067" {
          _ = try CoordinateTransform(from: CoordinateReferenceSystem("EPSG:3067"), to: CoordinateReferenceSystem(code)).transform(
            x: &x, y: &y)
        }
        let area =
          row.area >= 1000 && !group.isEmpty ? "\(row.area / 1000)\(group)\(String(format: "%03d", row.area % 1000)),0" : "\(row.area)"
        let date = ["2025-06-\(row.day)", "\(row.day).06.2025", "\(row.day)/06/2025", "202506\(row.day)"][dates]
        let place = isText ? ["POINT(\(x[0]) \(y[0]))"] : ["\(x[0])", "\(y[0])"]
        text += ([row.status, date, "\(area) m²"] + place).joined(separator: separator) + "\n"
      }
      let encoding: String.Encoding = isOdd && !text.contains("\u{A0}") && random(2) == 0 ? .windowsCP1252 : .utf8
      try #require(text.data(using: encoding)).write(to: URL(fileURLWithPath: folder.path + "/list.csv"))
      try folder.write(
        plain
          + "  vacancy: {source: list.csv, crs: \"\(code)\", fields: {status: \(names[0]), observed: \(names[1]), vacantArea: \"\(names[2])\"}}\n",
        to: "study.yml")
      let study = try Study(file: file), data = try shippedData()
      return try score(study, folder: data, register: AssumptionRegister(folder: data, studyFile: nil), options: RunOptions()).source
    }

    let expected = try write(rows, isOdd: false)
    for row in rows {
      #expect(expected.vacancy[row.building] == (row.building % 2 == 0 ? .vacant : .partlyVacant))
      #expect(expected.evidence[row.building]?.first?.vacantArea == Double(row.area))
    }
    for _ in 0..<4 {
      var shuffled = rows
      for k in shuffled.indices.dropFirst() { shuffled.swapAt(k, random(k + 1)) }
      let found = try write(shuffled, isOdd: true)
      let text = try String(decoding: Data(contentsOf: URL(fileURLWithPath: folder.path + "/list.csv")), as: UTF8.self)
      #expect(found.vacancy == expected.vacancy, "seed \(seed): \(text)")
      for k in buildings.indices {
        #expect(found.evidence[k]?.first?.vacantArea == expected.evidence[k]?.first?.vacantArea, "seed \(seed), building \(k): \(text)")
        #expect(found.evidence[k]?.first?.observed == expected.evidence[k]?.first?.observed, "seed \(seed), building \(k): \(text)")
      }
    }
  }
}
