import Foundation
import Testing
import TextFormats

@Suite("Footprints in odd places and of odd shapes")
struct OddPlaceTests {
  typealias Ring = [(x: Double, y: Double)]

  /// A rectangle of `size` degrees with its south-west corner at a position.
  static func square(_ x: Double, _ y: Double, _ size: Double = 0.0005) -> Ring {
    [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]
  }

  /// A layer of polygons, each of several parts of one ring.
  func write(_ polygons: [[Ring]], crs: String? = nil, to folder: ScratchFolder) throws -> String {
    let features = polygons.enumerated().map { row, parts in
      let rings = parts.map { "[[" + $0.map { "[\($0.x),\($0.y)]" }.joined(separator: ",") + "]]" }
      let geometry =
        parts.isEmpty ? "null" : "{\"type\":\"MultiPolygon\",\"coordinates\":[\(rings.joined(separator: ","))]}"
      return "{\"type\":\"Feature\",\"properties\":{\"id\":\"b\(row)\"},\"geometry\":\(geometry)}"
    }
    let system = crs.map { "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"\($0)\"}}," } ?? ""
    return try folder.write(
      "{\"type\":\"FeatureCollection\",\(system)\"features\":[\(features.joined(separator: ","))]}", to: "buildings.geojson")
  }

  /// Areas by id, `nil` where there is none, and what was said.
  func measure(_ polygons: [[Ring]], crs: String? = nil) throws -> (areas: [Double?], perimeters: [Double?], errors: String) {
    let folder = try ScratchFolder()
    let outcome = try rekindle(["indicators", try write(polygons, crs: crs, to: folder)], in: folder.path)
    #expect(outcome.status == 0, "\(outcome)")
    let rows = csvRows(outcome.output)
    #expect(rows.count == polygons.count)
    // The same through a whole study: read = kept + refused, buildings = excluded + scored.
    try folder.write(
      "study: odd\ncountry: FI\nprice_date: 2026-01-01\nlayers:\n  buildings: {source: buildings.geojson}\ncandidates: {vacancy: [all], min_floor_area: 0}\n",
      to: "study.yml")
    let scored = try rekindle(["run", "study.yml", "--json", "--out", "out"], in: folder.path)
    #expect(scored.status == 0, "\(scored.errors)")
    let counts = try JSON(parsing: scored.output)["counts"]
    #expect(counts?["buildings"]?.number == Double(polygons.count))
    #expect(counts?["buildings"]?.number == (counts?["excluded"]?.number ?? -1) + (counts?["scored"]?.number ?? -1))
    return (rows.map { Double($0["footprint_area_m2"] ?? "") }, rows.map { Double($0["perimeter_m"] ?? "") }, outcome.errors)
  }

  /// The area of a small rectangle of degrees on the WGS 84 ellipsoid: M · N · cos φ · Δφ · Δλ (Snyder 1987, p. 25).
  static func area(latitude: Double, _ size: Double = 0.0005) -> Double {
    let phi = (latitude + size / 2) * .pi / 180, e2 = 0.00669437999014, a = 6_378_137.0, step = size * .pi / 180
    let w = (1 - e2 * sin(phi) * sin(phi)).squareRoot()
    return a * (1 - e2) / (w * w * w) * a / w * cos(phi) * step * step
  }

  /// Whether an area is right within the scale of a zone.
  ///
  /// UTM's scale at the meridian is 0.9996, that of UPS at the pole 0.994, so areas are 1.2 % too small there.
  func isRight(_ area: Double?, latitude: Double) -> Bool {
    guard let area else { return false }
    return abs(area / Self.area(latitude: latitude) - 1) < (abs(latitude) > 84 ? 0.013 : 0.01)
  }

  @Test("A city on both sides of the antimeridian is one city, whether footprints are cut there, cross it, or count on to 180.0003")
  func antimeridian() throws {
    let cut: [Ring] = [
      [(179.9998, -16.8), (180, -16.8), (180, -16.7995), (179.9998, -16.7995), (179.9998, -16.8)],
      [(-180, -16.8), (-179.9997, -16.8), (-179.9997, -16.7995), (-180, -16.7995), (-180, -16.8)],
    ]
    let crossing: Ring = [(179.9998, -16.8), (-179.9997, -16.8), (-179.9997, -16.7995), (179.9998, -16.7995), (179.9998, -16.8)]
    let onward: Ring = [(179.9998, -16.81), (180.0003, -16.81), (180.0003, -16.8095), (179.9998, -16.8095), (179.9998, -16.81)]
    let (areas, perimeters, errors) = try measure([
      [Self.square(179.99, -16.85)], [Self.square(-179.995, -16.85)], cut, [crossing], [onward],
    ])
    for (area, perimeter) in zip(areas, perimeters) {
      #expect(isRight(area, latitude: -16.8) && abs((perimeter ?? 0) - 217.4) < 1, "\(areas) \(perimeters)")
    }
    #expect(errors.contains("EPSG:32760") || errors.contains("EPSG:32701"), "\(errors)")
    #expect(errors.contains("duplicate-geometry") == false)
  }

  @Test("Svalbard is measured in its wide zone, the poles in UPS")
  func poles() throws {
    let svalbard = try measure([[Self.square(15.65, 78.22)]])
    #expect(isRight(svalbard.areas[0], latitude: 78.22) && svalbard.errors.contains("EPSG:25833"))
    // A footprint around the pole: a square with half a diagonal of 0.001° of latitude.
    let polar = try measure([[Self.square(20, 88)], [[(0, 89.999), (90, 89.999), (180, 89.999), (-90, 89.999), (0, 89.999)]]])
    #expect(isRight(polar.areas[0], latitude: 88) && polar.errors.contains("EPSG:5041"))
    let half = 111.694
    #expect(abs((polar.areas[1] ?? 0) / (2 * half * half) - 1) < 0.015, "\(polar.areas)")
    let south = try measure([[Self.square(0, -89.5)]])
    #expect(isRight(south.areas[0], latitude: -89.5) && south.errors.contains("EPSG:5042"))
  }

  @Test("One record at 0, 0 or beyond the Earth is a defect and does not move the zone of the others")
  func strays() throws {
    let city = (0..<5).map { [Self.square(25, 60.2 + Double($0) * 0.001)] }
    for stray in [Self.square(0, 0), Self.square(25, 91), Self.square(-155, 60.2), Self.square(385_000, 6_671_000, 20)] {
      let (areas, _, errors) = try measure(city + [[stray]])
      for area in areas.prefix(5) { #expect(isRight(area, latitude: 60.2)) }
      #expect(areas[5] == nil && errors.contains("coordinate-out-of-range: 1") && errors.contains("EPSG:25835"), "\(areas) \(errors)")
    }
  }

  @Test("One record at 0, 0 of a national grid, or where no grid reaches, is a defect and not scored")
  func straysInMetres() throws {
    for (x, y) in [(0.0, 0.0), (9.9e7, 6_671_000), (385_000, -9.9e7)] {
      let (areas, _, errors) = try measure(
        [[Self.square(385_000, 6_671_000, 20)], [Self.square(386_000, 6_672_000, 20)], [Self.square(x, y, 20)]], crs: "EPSG:3067")
      #expect(areas == [400, 400, nil] && errors.contains("coordinate-out-of-range: 1"), "\(areas) \(errors)")
    }
  }

  @Test("Empty, doubled, self-touching, crossing and needle-thin footprints are kept, repaired or told, each with its code")
  func shapes() throws {
    // In metres, so that areas are exact.
    let touching: Ring = [(0, 0), (20, 0), (10, 10), (20, 20), (0, 20), (10, 10), (0, 0)]
    let bow: Ring = [(100, 0), (120, 20), (120, 0), (100, 20), (100, 0)]
    let needle: Ring = [(200, 0), (400, 0), (400, 1e-6), (200, 0)]
    let flat: Ring = [(500, 0), (520, 0), (500, 0), (520, 0), (500, 0)]
    let place = { (ring: Ring) in ring.map { (x: $0.x + 385_000, y: $0.y + 6_671_000) } }
    let plain = Self.square(600, 0, 20)
    let (areas, _, errors) = try measure(
      [[touching], [bow], [needle], [flat], [], [plain], [plain], [plain.reversed()]].map { $0.map(place) }, crs: "EPSG:3067")
    #expect(areas[0] == 200 && areas[1] == 200 && areas[5] == 400 && areas[6] == 400 && areas[7] == 400, "\(areas)")
    #expect(abs((areas[2] ?? 1) - 1e-4) < 1e-5 && areas[3] == nil && areas[4] == nil, "\(areas)")
    for defect in ["invalid-geometry: 1", "invalid-geometry-repaired: 2", "missing-geometry: 1", "duplicate-geometry: 1"] {
      #expect(errors.contains("defect " + defect), "\(defect): \(errors)")
    }
  }

  @Test("Degrees read as metres, and layers without a position, are refused with file and counts")
  func refusals() throws {
    for command in ["indicators", "score"] {
      func refuse(_ polygons: [[Ring]], _ crs: String?, _ parts: [String]) throws {
        let folder = try ScratchFolder()
        let file = try write(polygons, crs: crs, to: folder)
        try folder.write(
          "study: odd\ncountry: FI\nprice_date: 2026-01-01\nlayers:\n  buildings: {source: buildings.geojson}\n", to: "study.yml")
        let outcome = try rekindle([command, command == "score" ? "study.yml" : file], in: folder.path)
        #expect(outcome.status == 65, "\(command): \(outcome)")
        for part in ["buildings.geojson"] + parts { #expect(outcome.errors.contains(part), "\(part): \(outcome.errors)") }
      }
      try refuse([[Self.square(25, 60.2)]], "EPSG:3067", ["wrong CRS"])
      try refuse([[], []], nil, ["no footprint has a position", "2 read = 2 kept + 0 refused"])
    }
  }
}
