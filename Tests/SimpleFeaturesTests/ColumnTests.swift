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
}
