import GeoFormats
import SimpleFeatures
import SpatialEngine

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
    let crs = try knownCRS(layer, source, name)
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
}
