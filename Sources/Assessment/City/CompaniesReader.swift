import GeoFormats
import SimpleFeatures
import TextFormats
import UrbanIndicators

/// Companies by sub-market.
extension CityReader {
  static let companyFields = ["id", "name", "sector", "employees", "founded", "ambassador", "seeks", "offers"]

  mutating func readCompanies(_ layer: Layer, _ source: Study.LayerSource) throws -> (Companies, [AttributeColumn]) {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "companies", known: Self.companyFields, codes: codes)
    let geometry = try place(layer, source, "companies")
    var x: [Double] = [], y: [Double] = [], sector: [Int16] = [], employees: [Double] = [], kept: [Int] = []
    var sectorIndex: [String: Int16] = [:]
    for (k, s) in sectors.enumerated() { sectorIndex[s.id.folded] = Int16(k) }
    let idField = fields["id"], sectorField = fields["sector"], sectorTexts = sectorField?.distinct(Array(0..<layer.features.count))
    let known =
      sectorTexts?.texts.map { text -> Int16? in
        let word = sectorField?.word(text) ?? text
        return sectorIndex[word.folded] ?? codes.word(.sectors, word).flatMap { sectorIndex[$0.folded] }
      } ?? []
    let staff = fields.numbers("employees", Array(0..<layer.features.count))
    for (row, complaint) in staff?.complaints ?? [] {
      defects.add(
        Defect(
          layer: "companies", feature: idField?.text(row) ?? "#\(layer.features.numbers[row])", code: .unreadableValue, detail: complaint))
    }
    for row in 0..<layer.features.count {
      func name() -> String { idField?.text(row) ?? "#\(layer.features.numbers[row])" }
      guard geometry.kinds[row] != .none else {
        defects.add(Defect(layer: "companies", feature: name(), code: .missingGeometry, detail: "the company has no position"))
        continue
      }
      let position = geometry.centroid(of: row)
      var index: Int16 = -1
      if let sectorTexts, sectorTexts.codes[row] >= 0 {
        let text = sectorTexts.texts[Int(sectorTexts.codes[row])]
        if let sector = known[Int(sectorTexts.codes[row])] {
          index = sector
        } else {
          defects.add(
            Defect(
              layer: "companies", feature: name(), code: .unknownCode,
              detail: "sector \"\(text.prefix(60))\" is none of the sub-markets; the company counts without sector"))
        }
      }
      kept.append(row)
      x.append(position.x)
      y.append(position.y)
      sector.append(index)
      employees.append(staff?.values[row] ?? .nan)
    }
    record("companies", source, layer, kept: x.count)
    var table = TableColumns()
    for name in Self.companyFields { if let field = fields[name] { table.add(name, known: field.texts(kept)) } }
    table.add("x", real: x)
    table.add("y", real: y)
    return (Companies(x: x, y: y, sector: sector, employees: employees), table.columns)
  }
}
