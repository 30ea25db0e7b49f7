import GeoFormats
import SimpleFeatures
import SpatialEngine
import TextFormats

/// Where a layer lies: brought into the working CRS, and refused where it cannot be right.
extension CityReader {
  /// Transforms into the working CRS; positions that cannot be transformed are defects and become null geometries.
  mutating func reproject(_ geometry: inout GeometryColumn, from source: CoordinateReferenceSystem, layer: String) throws -> [Int] {
    let settled = try geometry.settle(
      from: source, in: crs, zone: zone, around: layer == "buildings" ? nil : middle, threads: options.threads)
    if layer == "buildings" { middle = settled.middle }
    for stray in settled.strays {
      defects.add(Defect(layer: layer, feature: "#\(stray.feature + 1)", code: .coordinateOutOfRange, detail: stray.reason))
    }
    return settled.strays.map(\.feature)
  }

  /// A layer farther than 50 km from the buildings, or a whole layer under a metre wide, is in the wrong place.
  func checkExtent(_ name: String, _ geometry: GeometryColumn, of layerExtent: Envelope) throws {
    guard !layerExtent.isEmpty else { return }
    func text(_ e: Envelope) -> String {
      func km(_ v: Double) -> String { "\((v / 10).rounded() / 100)" }
      return "x \(km(e.minX))–\(km(e.maxX)) km, y \(km(e.minY))–\(km(e.maxY)) km"
    }
    let path = name == "constraints" ? "constraints" : study.layers[name]?.reference.path ?? name
    if isInWrongUnits(geometry, extent: layerExtent) {
      throw AssessmentError(
        .badInput,
        "layers.\(name), \(path): the whole layer is \(max(layerExtent.width, layerExtent.height)) m wide in \(crs): wrong CRS or swapped axes? Its extent: \(text(layerExtent)); the buildings': \(text(extent))."
      )
    }
    if extent.distance(to: layerExtent) > 50_000 {
      throw AssessmentError(
        .badInput,
        "layers.\(name), \(path): lies \(Int(extent.distance(to: layerExtent) / 1000)) km from the buildings: wrong CRS or swapped axes? Its extent: \(text(layerExtent)); the buildings': \(text(extent))."
      )
    }
  }

  /// Reads the geometry of a layer into the working CRS and checks where it lies.
  mutating func place(_ layer: Layer, _ source: Study.LayerSource, _ name: String) throws -> GeometryColumn {
    var geometry = layer.features.geometry
    let placed = geometry.kinds.count { $0 != .none }
    guard !geometry.envelope().isEmpty else { return geometry }
    let crs: CoordinateReferenceSystem
    if let named = source.columnCRS {
      crs = self.crs
      try bringRows(&geometry, layer, source, named, name)
    } else {
      crs = try knownCRS(layer, source, name)
    }
    let lost = try reproject(&geometry, from: crs, layer: name)
    // Single records may lie anywhere; a layer of which nothing is left lies in the wrong place as a whole.
    guard lost.count < placed else {
      let own = layer.features.geometry.envelope()
      throw AssessmentError(
        .badInput,
        "layers.\(name), \(source.reference.path): no record lies near the buildings, read in \(crs): wrong CRS or swapped axes? Its extent as it stands in the file: x \(own.minX)–\(own.maxX), y \(own.minY)–\(own.maxY); the buildings' in the working CRS: x \(extent.minX)–\(extent.maxX), y \(extent.minY)–\(extent.maxY)."
      )
    }
    try checkExtent(name, geometry, of: geometry.envelope())
    return geometry
  }

  /// Brings each row into the working CRS from the one that it names. Rows that name none or one that is not known, and positions that the named one
  /// cannot have, are defects and lose their place. O(positions + different words).
  mutating func bringRows(
    _ geometry: inout GeometryColumn, _ layer: Layer, _ source: Study.LayerSource, _ named: Study.LayerSource.ColumnCRS, _ name: String
  ) throws {
    let nothing = AttributeColumn(name: named.column, texts: Array(repeating: nil, count: layer.features.count))
    guard let column = layer.features.attribute(named.column) ?? (named.otherwise == nil ? nil : nothing) else {
      throw AssessmentError(
        .badInput,
        "layers.\(name).crs.column: \(source.reference.path) has no field \"\(named.column)\". It has: \(layer.features.attributes.map(\.name).joined(separator: ", "))."
      )
    }
    let words = DistinctTexts(column, rows: Array(0..<layer.features.count))
    let known = Dictionary(named.values.map { ($0.key.folded, $0.value) }, uniquingKeysWith: { first, _ in first })
    var lost: [Int] = []
    func lose(_ row: Int, _ code: Defect.Code, _ detail: String) {
      defects.add(Defect(layer: name, feature: "#\(layer.features.numbers[row])", code: code, detail: detail))
      lost.append(row)
    }
    var rowsOfWord = [[Int]](repeating: [], count: words.texts.count + 1)
    for row in 0..<layer.features.count where geometry.kinds[row] != .none {
      if words.codes[row] < 0, named.otherwise == nil {
        lose(row, .unknownCode, "\(named.column) is empty, so the position cannot be read")
      } else {
        rowsOfWord[words.codes[row] < 0 ? words.texts.count : Int(words.codes[row])].append(row)
      }
    }
    for (word, rows) in zip(words.texts + [""], rowsOfWord) where !rows.isEmpty {
      guard
        let from = word.isEmpty
          ? named.otherwise
          : known[word.folded] ?? (word.uppercased().hasPrefix("EPSG:") ? CoordinateReferenceSystem(word.uppercased()) : nil)
      else {
        for row in rows {
          lose(row, .unknownCode, "\(named.column) \"\(word.prefix(40))\" is not among the values that the study names a CRS for")
        }
        continue
      }
      let isGeographic = try describe(from).isGeographic
      let placed = rows.filter { row in
        let fits =
          !isGeographic || geometry.positions(of: row).allSatisfy { abs(geometry.x[$0]) <= 180 && abs(geometry.y[$0]) <= 90 }
        if !fits {
          let p = geometry.positions(of: row).lowerBound
          lose(
            row, .coordinateOutOfRange, "\(geometry.x[p]), \(geometry.y[p]) are no degrees, as \(named.column) \"\(word.prefix(40))\" says")
        }
        return fits
      }
      let positions = placed.flatMap { geometry.positions(of: $0) }
      var x = positions.map { geometry.x[$0] }, y = positions.map { geometry.y[$0] }
      _ = try CoordinateTransform(from: from, to: crs).transform(x: &x, y: &y)
      for (k, position) in positions.enumerated() { (geometry.x[position], geometry.y[position]) = (x[k], y[k]) }
    }
    let placed = geometry.kinds.count { $0 != .none }
    guard lost.count < placed else {
      let first = defects.kept.last.map { " The last: \($0.detail)." } ?? ""
      throw AssessmentError(
        .badInput,
        "layers.\(name), \(source.reference.path): none of the \(placed) positions can be read in the CRS that \(named.column) names.\(first) Correct `crs` of the layer; `crs: EPSG:…` names one for all rows."
      )
    }
    geometry.empty(lost)
  }
}
