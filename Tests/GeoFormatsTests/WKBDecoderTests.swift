import SimpleFeatures
import Testing

@testable import GeoFormats

@Suite("Well-known binary")
struct WKBDecoderTests {
  @Test(
    "A polygon with a hole is read in both byte orders and with Z, M and both", arguments: [false, true], [0, 1000, 2000, 3000] as [UInt32])
  func polygon(isBigEndian: Bool, flavour: UInt32) throws {
    var g = BinaryGeometry()
    g.head(3 + flavour, isBigEndian: isBigEndian)
    g.word(2)
    for ring in [[0.0, 0, 10, 0, 10, 10, 0, 10, 0, 0], [2, 2, 2, 4, 4, 4, 4, 2, 2, 2]] {
      g.word(5)
      for k in stride(from: 0, to: 10, by: 2) {
        g.reals(ring[k], ring[k + 1])
        for extra in 0..<[0, 1, 1, 2][Int(flavour / 1000)] { g.reals(Double(extra) + 0.5) }
      }
    }
    let (column, mending) = try g.decoded()
    #expect(column.kinds == [.polygon])
    #expect(column.ringOffsets == [0, 5, 10])
    #expect(column.x == [0, 10, 10, 0, 0, 2, 2, 4, 4, 2])
    #expect(column.y == [0, 0, 10, 10, 0, 2, 4, 4, 2, 2])
    #expect(!mending.closedRing && !mending.droppedRing)
    #expect(isConsistent(column))
  }

  @Test("Extended well-known binary with its flags and spatial reference is read")
  func extended() throws {
    var g = BinaryGeometry()
    g.head(1 | 0x2000_0000 | 0x8000_0000)
    g.word(4326)
    g.reals(24.9, 60.2, 7)
    let (column, _) = try g.decoded()
    #expect(column.kinds == [.point])
    #expect(column.x == [24.9])
    #expect(column.y == [60.2])
  }

  @Test("Empty geometries have no kind", arguments: [2, 3, 4, 5, 6, 7] as [UInt32])
  func empty(type: UInt32) throws {
    var g = BinaryGeometry()
    g.head(type)
    g.word(0)
    let (column, _) = try g.decoded()
    #expect(column.kinds == [.none])
    #expect(column.x.isEmpty)
    #expect(isConsistent(column))
  }

  @Test("A point of NaN is empty, one infinite coordinate is a defect")
  func emptyPoint() throws {
    var g = BinaryGeometry()
    g.head(1)
    g.reals(.nan, .nan)
    #expect(try g.decoded().column.kinds == [.none])
    var infinite = BinaryGeometry()
    infinite.head(1)
    infinite.reals(.infinity, 1)
    #expect(throws: GeometryProblem.self) { try infinite.decoded() }
  }

  @Test("Curves are refused by name", arguments: [8, 9, 10, 11, 12, 13, 14, 15, 16, 17] as [UInt32])
  func curves(type: UInt32) {
    var g = BinaryGeometry()
    g.head(type)
    g.word(0)
    let problem = #expect(throws: GeometryProblem.self) { try g.decoded() }
    #expect(problem?.code == .curvedGeometry)
  }

  @Test("A count that the bytes cannot hold reserves nothing and is a defect", arguments: [2, 3, 4, 5, 6, 7] as [UInt32])
  func bombs(type: UInt32) {
    var g = BinaryGeometry()
    g.head(type)
    g.word(.max)
    g.reals(1, 2)
    let problem = #expect(throws: GeometryProblem.self) { try g.decoded() }
    #expect(problem?.code == .unreadableGeometry)
  }

  @Test("Collections nested without end are refused")
  func nesting() {
    var g = BinaryGeometry()
    for _ in 0..<100_000 {
      g.head(7)
      g.word(1)
    }
    #expect(throws: GeometryProblem.self) { try g.decoded() }
  }

  @Test("A collection of polygons becomes a multipolygon, one of several kinds is a defect")
  func collections() throws {
    var g = BinaryGeometry()
    g.head(7)
    g.word(2)
    for shift in [0.0, 10] {
      g.head(3)
      g.word(1)
      g.word(4)
      g.reals(shift, 0, shift + 1, 0, shift, 1, shift, 0)
    }
    let (column, _) = try g.decoded()
    #expect(column.kinds == [.multiPolygon])
    #expect(column.parts(of: 0).count == 2)
    var mixed = BinaryGeometry()
    mixed.head(7)
    mixed.word(2)
    mixed.head(1)
    mixed.reals(0, 0)
    mixed.head(2)
    mixed.word(2)
    mixed.reals(0, 0, 1, 1)
    let problem = #expect(throws: GeometryProblem.self) { try mixed.decoded() }
    #expect(problem?.code == .wrongGeometryType)
  }

  @Test("An open ring is closed; a hole without area is left out; an exterior without area is a defect")
  func mending() throws {
    var open = BinaryGeometry()
    open.head(3)
    open.word(2)
    open.word(4)
    open.reals(0, 0, 9, 0, 9, 9, 0, 9)
    open.word(2)
    open.reals(1, 1, 2, 2)
    let (column, mending) = try open.decoded()
    #expect(column.ringOffsets == [0, 5])
    #expect(mending.closedRing)
    #expect(mending.droppedRing)
    #expect(isConsistent(column))
    var flat = BinaryGeometry()
    flat.head(3)
    flat.word(1)
    flat.word(3)
    flat.reals(0, 0, 1, 1, 0, 0)
    let problem = #expect(throws: GeometryProblem.self) { try flat.decoded() }
    #expect(problem?.code == .tooFewPositions)
  }

  @Test("Bytes changed or cut at random are decoded or refused, and leave the column consistent")
  func noise() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    var g = BinaryGeometry()
    g.head(6)
    g.word(2)
    for shift in [0.0, 10] {
      g.head(3)
      g.word(2)
      for size in [5.0, 1] {
        g.word(5)
        g.reals(shift, 0, shift + size, 0, shift + size, size, shift, size, shift, 0)
      }
    }
    for _ in 0..<20_000 {
      var changed = g
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        changed.bytes[Int.random(in: 0..<changed.bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { changed.bytes.removeLast(Int.random(in: 0...changed.bytes.count, using: &random)) }
      var column = GeometryColumn()
      column.appendPoint(x: 1, y: 2)
      do throws(GeometryProblem) {
        _ = try WKBDecoder.append(changed.bytes.span.bytes, to: &column)
        #expect(column.count == 2 && isConsistent(column), "seed \(seed)")
      } catch {
        #expect(column.count == 1 && isConsistent(column), "seed \(seed)")
      }
    }
  }
}

@Suite("GeoPackage binary header")
struct GeoPackageBinaryTests {
  private func offset(_ bytes: [UInt8]) throws(GeometryProblem) -> Int {
    try GeoPackageBinary.bodyOffset(bytes.span.bytes)
  }

  @Test("Every envelope code leads to the body", arguments: zip([0, 1, 2, 3, 4] as [UInt8], [8, 40, 56, 56, 72]))
  func envelopes(code: UInt8, expected: Int) throws {
    #expect(try offset([0x47, 0x50, 0, code << 1 | 1] + Array(repeating: 0, count: 80)) == expected)
  }

  @Test("Wrong magic, reserved envelope codes, extended types and short blobs are defects")
  func refused() {
    #expect(throws: GeometryProblem.self) { try offset([0x50, 0x47, 0, 1, 0, 0, 0, 0]) }
    #expect(throws: GeometryProblem.self) { try offset([0x47, 0x50, 0, 5 << 1, 0, 0, 0, 0]) }
    #expect(throws: GeometryProblem.self) { try offset([0x47, 0x50, 0, 0x20, 0, 0, 0, 0]) }
    #expect(throws: GeometryProblem.self) { try offset([0x47, 0x50, 0, 3, 0, 0, 0, 0]) }
    #expect(throws: GeometryProblem.self) { try offset([0x47, 0x50]) }
    #expect(throws: GeometryProblem.self) { try offset([]) }
  }
}
