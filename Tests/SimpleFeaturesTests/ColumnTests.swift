import SimpleFeatures
import Testing

@Suite("Columns")
struct ColumnTests {
  @Test("A validity bitmap counts what is known through all changes")
  func validity() {
    for seed in UInt64(1)...20 {
      var generator = SplitMix64(seed: seed)
      var bitmap = ValidityBitmap()
      var model: [Bool] = []
      for _ in 0..<500 {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0..<4:
          let known = Bool.random(using: &generator)
          bitmap.append(known)
          model.append(known)
        case 4 where !model.isEmpty:
          let row = Int.random(in: 0..<model.count, using: &generator)
          let known = Bool.random(using: &generator)
          bitmap.set(row, to: known)
          model[row] = known
        default:
          let k = min(model.count, Int.random(in: 0...3, using: &generator))
          bitmap.removeLast(k)
          model.removeLast(k)
        }
        #expect(bitmap.count == model.count && bitmap.knownCount == model.count { $0 }, "seed \(seed)")
      }
      #expect(model.indices.allSatisfy { bitmap[$0] == model[$0] }, "seed \(seed)")
    }
    #expect(ValidityBitmap(repeating: true, count: 130).knownCount == 130)
    #expect(
      ValidityBitmap(repeating: true, count: 70)
        == {
          var b = ValidityBitmap(); for _ in 0..<70 { b.append(true) }; return b
        }())
  }

  @Test("Text rows keep their bytes, ill-formed ones read with replacement")
  func text() {
    var column = TextColumn()
    column.append("Käpylä")
    column.append("")
    [UInt8(0xC3), 0x28].withUnsafeBufferPointer { column.append(utf8: $0) }
    #expect(column.count == 3 && column[0] == "Käpylä" && column[1] == "" && column[2] == "\u{FFFD}(")
    column.removeLast(2)
    #expect(column.count == 1 && column.bytes.count == 8)
  }

  @Test(
    "Numbers in text",
    arguments: [
      ("12", 12.0), (" -3.5 ", -3.5), ("3,5", 3.5), ("1e3", 1000), ("1,234.5", nil), ("1,2,3", nil), ("abc", nil), ("", nil), ("nan", nil),
      ("inf", nil), ("0x10", nil), ("1e999", nil), ("12 m", nil),
    ] as [(String, Double?)])
  func numbers(text: String, value: Double?) { #expect(AttributeColumn.number(from: text) == value) }

  @Test("A half-read feature can be dropped")
  func discard() {
    var column = GeometryColumn()
    column.append(boxFrom: 0, 0, to: 1, 1)
    column.add(x: 5, y: 5)
    column.endRing()
    column.endPart()
    column.add(x: 6, y: 6)
    column.endRing()
    column.add(x: 7, y: 7)
    column.discardOpenFeature()
    column.append(boxFrom: 2, 2, to: 4, 4)
    #expect(column.count == 2 && column.area(of: 0) == 1 && column.area(of: 1) == 4 && column.x.count == 10)
    #expect(column.selecting([1, 0]).area(of: 0) == 4)
    var joined = column
    joined.append(contentsOf: column)
    #expect(joined.count == 4 && joined.area(of: 3) == 4)
    #expect(joined.envelope() == Envelope(minX: 0, minY: 0, maxX: 4, maxY: 4))
  }

  @Test("Defects are counted beyond what is kept in full")
  func defects() {
    var tally = DefectTally(limit: 2)
    for k in 0..<5 {
      tally.add(Defect(layer: "buildings", feature: "\(k)", code: .zeroArea, detail: String(repeating: "x", count: 300)))
    }
    tally.add(Defect(layer: "buildings", feature: "9", code: .missingIdentifier, detail: ""))
    #expect(tally.total == 6 && tally.kept.count == 2 && tally.counts[.zeroArea] == 5 && tally.kept[0].detail.count == 200)
    var other = DefectTally()
    other.add(tally)
    #expect(other.total == 6 && other.kept.count == 2)
  }

  @Test("A bitmap made by a test is the bitmap filled row by row", arguments: [0, 1, 63, 64, 65, 200])
  func validityByTest(count: Int) {
    var filled = ValidityBitmap()
    for row in 0..<count { filled.append(row % 3 == 1) }
    #expect(ValidityBitmap(count: count) { $0 % 3 == 1 } == filled)
    #expect(filled.knownCount == (count + 1) / 3)
  }

  @Test("Cells of every type read as numbers and as text, unknown ones as neither")
  func cells() {
    var text = TextColumn()
    for word in ["3,5", "abc", ""] { text.append(word) }
    let known = ValidityBitmap(count: 3) { $0 < 2 }
    let integer = AttributeColumn(name: "i", values: .integer([3, -1, 9]), validity: known)
    let real = AttributeColumn(name: "r", values: .real([2, .infinity, 9]), validity: known)
    let boolean = AttributeColumn(name: "b", values: .boolean([true, false, true]), validity: known)
    let words = AttributeColumn(name: "t", values: .text(text), validity: known)
    #expect((0..<3).map { integer.number($0) } == [3, -1, nil] && (0..<3).map { integer.text($0) } == ["3", "-1", nil])
    #expect((0..<3).map { real.number($0) } == [2, nil, nil] && (0..<3).map { real.text($0) } == ["2", nil, nil])
    #expect((0..<3).map { boolean.number($0) } == [1, 0, nil] && (0..<3).map { boolean.text($0) } == ["true", "false", nil])
    #expect((0..<3).map { words.number($0) } == [3.5, nil, nil] && (0..<3).map { words.text($0) } == ["3,5", "abc", nil])
    let batch = FeatureBatch(
      numbers: [], geometry: GeometryColumn(), attributes: [AttributeColumn(name: "Id", values: .real([]), validity: .init())])
    #expect(batch.attribute("ID")?.name == "Id" && batch.attribute("x") == nil)
  }

  @Test("A defect that many records share is counted so often and kept once, codes sort by their text")
  func sharedDefects() {
    var tally = DefectTally(limit: 1)
    tally.add(Defect(layer: "a", feature: "", code: .unreadableRecord, detail: "lost"), times: 7)
    tally.add(Defect(layer: "a", feature: "", code: .zeroArea, detail: "lost"), times: 2)
    tally.add(Defect(layer: "a", feature: "", code: .zeroArea, detail: "none"), times: 0)
    #expect(tally.total == 9 && tally.counts == [.unreadableRecord: 7, .zeroArea: 2] && tally.kept.count == 1)
    let codes: [Defect.Code] = [.zeroArea, .ambiguousMatch, .missingIdentifier]
    #expect(codes.sorted().map(\.rawValue) == codes.map(\.rawValue).sorted())
  }

  @Test("A system given as text is shown by its name, a code as it is")
  func systemNames() {
    let text = "PROJCS[\"ETRS89 / TM35FIN(E,N)\",GEOGCS[\"ETRS89\"]]"
    #expect(CoordinateReferenceSystem(text).description == "ETRS89 / TM35FIN(E,N)")
    #expect(CoordinateReferenceSystem("EPSG:3067").description == "EPSG:3067")
  }

  @Test("The distance of two boxes is that of their nearest corners or edges, and the same from both sides")
  func boxDistance() {
    let box = Envelope(minX: 0, minY: 0, maxX: 2, maxY: 1)
    let cases: [(Envelope, Double)] = [
      (Envelope(minX: 5, minY: 5, maxX: 9, maxY: 9), 5), (Envelope(minX: 2, minY: 0, maxX: 3, maxY: 1), 0),
      (Envelope(minX: 1, minY: -4, maxX: 9, maxY: -3), 3), (Envelope(minX: -9, minY: 0.2, maxX: -0.5, maxY: 0.4), 0.5),
    ]
    for (other, distance) in cases { #expect(box.distance(to: other) == distance && other.distance(to: box) == distance) }
  }
}
