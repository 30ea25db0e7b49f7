import SimpleFeatures
import Testing

@testable import SpatialEngine

@Suite("Coordinate reference systems")
struct CoordinateTransformTests {
  @Test("A known point lands where its authority puts it")
  func knownPoints() throws {
    // EPSG Guidance Note 7-2, 3.5.1.1 (Transverse Mercator, OSGB 1936 / British National Grid): 50°30′N 0°30′E → E 577274.99, N 69740.50.
    let grid = try CoordinateTransform(from: CoordinateReferenceSystem("EPSG:4277"), to: CoordinateReferenceSystem("EPSG:27700"))
    var x = [0.5]
    var y = [50.5]
    #expect(grid.transform(x: &x, y: &y).isEmpty)
    #expect(abs(x[0] - 577_274.99) < 0.01 && abs(y[0] - 69_740.50) < 0.01)
    // The same note, 3.2.2 (Lambert Azimuthal Equal Area, ETRS89 / LAEA Europe): 50°N 5°E → N 2999718.85, E 3962799.45.
    let equalArea = try CoordinateTransform(from: CoordinateReferenceSystem("EPSG:4258"), to: CoordinateReferenceSystem("EPSG:3035"))
    x = [5]
    y = [50]
    #expect(equalArea.transform(x: &x, y: &y).isEmpty)
    #expect(abs(x[0] - 3_962_799.45) < 0.01 && abs(y[0] - 2_999_718.85) < 0.01)
  }

  @Test("There and back is the same place, and threads do not change a bit")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var g = GeometryColumn()
    for _ in 0..<250_000 { g.appendPoint(x: .random(in: 20...30, using: &random), y: .random(in: 58...68, using: &random)) }
    var one = g
    var two = g
    let finnish = CoordinateReferenceSystem("EPSG:3067")
    #expect(try CoordinateTransform.transform(&one, from: .wgs84, to: finnish, threads: 1).isEmpty)
    #expect(try CoordinateTransform.transform(&two, from: .wgs84, to: finnish, threads: 2).isEmpty)
    #expect(one.x == two.x && one.y == two.y)
    #expect(try CoordinateTransform(from: finnish, to: .wgs84).transform(&one).isEmpty)
    for i in stride(from: 0, to: g.count, by: 97) {
      #expect(abs(one.x[i] - g.x[i]) < 1e-9 && abs(one.y[i] - g.y[i]) < 1e-9, "seed \(seed)")
    }
  }

  @Test(
    "The closed forms agree with PROJ to a millionth of a metre over the zone, and beyond it PROJ answers",
    arguments: [
      "EPSG:3067", "EPSG:25828", "EPSG:25832", "EPSG:25837", "EPSG:32601", "EPSG:32633", "EPSG:32721", "EPSG:32760", "EPSG:3035",
    ])
  func kernels(code: String) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let target = CoordinateReferenceSystem(code)
    let number = try #require(Int(code.dropFirst(5)))
    let zone = number == 3067 ? 35 : number % 100
    let middle = number == 3035 ? 10 : Double(zone * 6 - 183)
    let forward = try CoordinateTransform(from: .wgs84, to: target)
    let back = try CoordinateTransform(from: target, to: .wgs84)
    #expect(forward.usesKernel && back.usesKernel)
    var x: [Double] = []
    var y: [Double] = []
    for k in 0..<20_000 {
      // One in ten lies outside the domain of the closed form.
      let width = number == 3035 ? (k % 10 == 0 ? 70.0 : 40) : (k % 10 == 0 ? 8 : 3.4)
      x.append(middle + .random(in: -width...width, using: &random))
      let latitude = Double.random(in: number == 3035 ? 25...83 : 0...83.5, using: &random)
      y.append(number / 100 == 327 ? -min(latitude, 80) : latitude)
    }
    // A definition as text has no closed form.
    let text = CoordinateReferenceSystem(try describe(target).wkt)
    let reference = try CoordinateTransform(from: .wgs84, to: text)
    let referenceBack = try CoordinateTransform(from: text, to: .wgs84)
    #expect(!reference.usesKernel && !referenceBack.usesKernel)
    var (ax, ay) = (x, y)
    var (bx, by) = (x, y)
    #expect(forward.transform(x: &ax, y: &ay).isEmpty)
    #expect(reference.transform(x: &bx, y: &by).isEmpty)
    for i in x.indices { #expect(abs(ax[i] - bx[i]) < 1e-6 && abs(ay[i] - by[i]) < 1e-6, "\(x[i]) \(y[i]), seed \(seed)") }
    (ax, ay) = (bx, by)
    #expect(back.transform(x: &ax, y: &ay).isEmpty)
    #expect(referenceBack.transform(x: &bx, y: &by).isEmpty)
    for i in x.indices { #expect(abs(ax[i] - bx[i]) < 1e-11 && abs(ay[i] - by[i]) < 1e-11, "\(x[i]) \(y[i]), seed \(seed)") }
  }

  @Test("Features without an answer are named, and only they")
  func nonFinite() throws {
    var g = GeometryColumn()
    g.appendPolygon([24, 60, 25, 60, 25, 61, 24, 60])
    g.appendNull()
    g.appendPolygon([24, 60, 25, 95, 25, 61, 24, 60])
    g.appendPoint(x: .nan, y: 1)
    g.appendPoint(x: 24, y: 60)
    #expect(try CoordinateTransform(from: .wgs84, to: CoordinateReferenceSystem("EPSG:3067")).transform(&g) == [2, 3])
    #expect(g.x[0].isFinite && g.x.last?.isFinite == true)
  }

  @Test("Facts of systems given by code, by name and by text")
  func facts() throws {
    let finnish = try describe(CoordinateReferenceSystem("EPSG:3067"))
    #expect(
      finnish.code == "EPSG:3067" && finnish.isProjected && !finnish.isGeographic && finnish.metresPerUnit == 1
        && !finnish.axisOrderNorthing)
    let degrees = try describe(CoordinateReferenceSystem("EPSG:4326"))
    #expect(degrees.isGeographic && degrees.axisOrderNorthing && degrees.metresPerUnit == nil)
    #expect(try describe(.wgs84).axisOrderNorthing == false)
    // Northing first (German DHDN zone 2 as the authority lists it), feet, compound, and well-known text with and without a code.
    #expect(try describe(CoordinateReferenceSystem("EPSG:31466")).axisOrderNorthing)
    let feet = try describe(CoordinateReferenceSystem("EPSG:2263"))
    #expect(abs((feet.metresPerUnit ?? 0) - 0.304_800_6) < 1e-6)
    #expect(try describe(CoordinateReferenceSystem("EPSG:7415")).code == "EPSG:28992")
    #expect(try describe(CoordinateReferenceSystem(finnish.wkt)).code == "EPSG:3067")
    let anonymous = finnish.wkt.replacing(",ID[\"EPSG\",3067]", with: "")
    #expect(try describe(CoordinateReferenceSystem(anonymous)).code == "EPSG:3067")
    #expect(finnish.wkt1?.hasPrefix("PROJCS[") == true)
  }

  @Test(
    "What is no system of the ground is an error with a sentence",
    arguments: ["EPSG:99999999", "", "hello", "EPSG:5703", "EPSG:4978", "+init=epsg:3067", "a\0b"])
  func unknown(definition: String) {
    let error = #expect(throws: SpatialError.self) { try describe(CoordinateReferenceSystem(definition)) }
    #expect(error?.description.isEmpty == false)
    #expect(throws: SpatialError.self) { _ = try CoordinateTransform(from: CoordinateReferenceSystem(definition), to: .wgs84) }
  }

  @Test(
    "The working system is the layer's own in metres, else the zone of its centre",
    arguments: [
      ("EPSG:3067", 385_000.0, 6_672_000.0, "EPSG:3067"), ("EPSG:3035", 4_321_000, 3_210_000, "EPSG:3035"),
      ("OGC:CRS84", 24.94, 60.17, "EPSG:25835"),
      ("EPSG:4326", 6.14, 46.2, "EPSG:25832"), ("OGC:CRS84", 5.32, 60.39, "EPSG:25832"), ("OGC:CRS84", 15.6, 78.2, "EPSG:25833"),
      ("OGC:CRS84", -58.4, -34.6, "EPSG:32721"), ("OGC:CRS84", -74, 40.7, "EPSG:32618"), ("OGC:CRS84", 10.18, 36.8, "EPSG:32632"),
      ("OGC:CRS84", 32.85, 39.93, "EPSG:32636"), ("OGC:CRS84", 23.73, 37.98, "EPSG:25834"), ("OGC:CRS84", 180, 10, "EPSG:32601"),
      ("OGC:CRS84", 0, 89, "EPSG:5041"), ("OGC:CRS84", 0, -85, "EPSG:5042"), ("EPSG:2263", 990_000, 200_000, "EPSG:32618"),
    ])
  func workingSystem(crs: String, x: Double, y: Double, expected: String) throws {
    let extent = Envelope(minX: x - 0.01, minY: y - 0.01, maxX: x + 0.01, maxY: y + 0.01)
    #expect(try workingCRS(for: CoordinateReferenceSystem(crs), extent: extent).definition == expected)
  }

  @Test(
    "The zone is that of most features: strays do not move it, the antimeridian does not part it, numbers that are no degrees have no say",
    arguments: [
      ([(24.9, 60.2), (24.8, 60.1), (25, 60.2), (0, 0)], "EPSG:25835"), ([(179.9, -16.8), (-179.9, -16.9), (179.8, -17)], "EPSG:32760"),
      ([(-179.9, -16.8), (179.9, -16.9), (-179.8, -17)], "EPSG:32701"), ([(180.1, -16.8)], "EPSG:32701"),
      ([(24.9, 60.2), (385_000, 6_672_000), (25, 91)], "EPSG:25835"), ([(90, 89.9), (-90, 89.9), (180, 89.9)], "EPSG:5041"),
      ([(.nan, 3), (6.1, 46.2)], "EPSG:25832"),
    ] as [([(Double, Double)], String)])
  func zoneOfMost(positions: [(x: Double, y: Double)], expected: String) throws {
    var geometry = GeometryColumn()
    for position in positions { geometry.appendPoint(x: position.x, y: position.y) }
    geometry.appendNull()
    #expect(try workingCRS(for: .wgs84, of: geometry).definition == expected)
  }

  @Test("A layer without positions has no working system")
  func emptyExtent() {
    #expect(throws: SpatialError.emptyExtent(crs: "OGC:CRS84")) { try workingCRS(for: .wgs84, extent: Envelope()) }
    #expect(throws: SpatialError.emptyExtent(crs: "OGC:CRS84")) { try workingCRS(for: .wgs84, of: GeometryColumn()) }
  }

  @Test("A system is the same through text: bound to another datum, compound, or known to no register")
  func texts() throws {
    // A bound system is looked at by its source (ISO 19162, 18): TOWGS84 parameters change neither axes nor unit.
    let bound = try describe(
      CoordinateReferenceSystem(
        "+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=3500000 +y_0=0 +ellps=bessel +towgs84=598,74,418 +units=m +type=crs"))
    #expect(bound.isProjected && bound.metresPerUnit == 1)
    let own = CoordinateReferenceSystem("+proj=laea +lat_0=47.3 +lon_0=11.7 +x_0=7 +y_0=9 +ellps=GRS80 +units=m +type=crs")
    #expect(try describe(own).code == nil)
    // In metres and without a code the layer's own system is the working system, as its text.
    #expect(try workingCRS(for: own, extent: Envelope(minX: 0, minY: 0, maxX: 1, maxY: 1)) == own)
    // One origin, one place: the centre of the projection is its false origin.
    var x = [11.7], y = [47.3]
    #expect(try CoordinateTransform(from: .wgs84, to: own).transform(x: &x, y: &y).isEmpty)
    #expect(abs(x[0] - 7) < 1e-6 && abs(y[0] - 9) < 1e-6)
  }

  @Test("From a system to itself every position stays, bit by bit")
  func identity() throws {
    let same = try CoordinateTransform(from: CoordinateReferenceSystem("EPSG:3067"), to: CoordinateReferenceSystem("EPSG:3067"))
    var x = [385_000.123456789, -0.0], y = [6_672_000.987654321, 1e-300]
    #expect(same.transform(x: &x, y: &y).isEmpty)
    #expect(x == [385_000.123456789, -0.0] && y == [6_672_000.987654321, 1e-300])
  }

  @Test("Every error is a sentence that names what was given")
  func sentences() {
    let errors: [(SpatialError, String)] = [
      (.unknownCRS(definition: "hello", reason: "r"), "hello"), (.noTransformation(from: "A:1", to: "B:2", reason: "r"), "from A:1 to B:2"),
      (.unsuitableCRS(definition: "C:3", kind: "vertical"), "vertical"), (.emptyExtent(crs: "D:4"), "D:4"),
      (.geometryOperation(name: "union", reason: "r"), "union failed: r"),
    ]
    for (error, fact) in errors { #expect(error.description.contains(fact) && error.description.hasSuffix(".")) }
  }
}
