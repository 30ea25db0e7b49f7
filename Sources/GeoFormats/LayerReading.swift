internal import Foundation
public import SimpleFeatures
internal import TextFormats

/// How a file is read.
private enum Route {
  case geoPackage
  case geoJSON
  case geoJSONSequence
  case csv
  case foreign(ForeignFormat)
}

/// Finds out how to read a file, by its name and then by its first bytes.
private func route(_ path: String) throws(FormatError) -> Route {
  try refuseName(path)
  switch path.split(separator: "/").last?.split(separator: ".").last.map({ $0.lowercased() }) {
  case "gpkg": return .geoPackage
  case "geojson", "json":
    return try GeoJSONReader(path: path).looksLikeSequence() ? .geoJSONSequence : .geoJSON
  case "geojsonl", "geojsons", "geojsonseq", "ndjson", "jsonl": return .geoJSONSequence
  case "csv", "tsv", "txt": return .csv
  default: break
  }
  if let format = ForeignFormat.named(path) {
    // A GeoPackage needs no converter, whatever it is called.
    if format.isDatabase, format.wrapper.isEmpty, try isGeoPackage(path) { return .geoPackage }
    return .foreign(format)
  }
  let file = try MappedFile(path: path, limit: 4_096)
  let first = file.withBytes { b -> UInt8 in
    if b.count >= 15, b.extracting(0..<15).equals("SQLite format 3") { return 0x53 }
    var cursor = JSONCursor()
    return cursor.peek(b)
  }
  switch first {
  case 0x53: return .geoPackage
  case 0x7B: return try GeoJSONReader(path: path).looksLikeSequence() ? .geoJSONSequence : .geoJSON
  case 0x1E: return .geoJSONSequence
  default: throw .unknownFormat(path: path)
  }
}

/// Whether a database has the tables of a GeoPackage. What is no database at all is for the converter's door to refuse.
private func isGeoPackage(_ path: String) throws(FormatError) -> Bool {
  let isDatabase = try MappedFile(path: path, limit: 100).withBytes { $0.count == 100 && $0.extracting(0..<15).equals("SQLite format 3") }
  guard isDatabase else { return false }
  return try GeoPackageReader(path: path).isGeoPackage()
}

/// Refuses names that GDAL takes for something else than a file, and names that would not survive a page or a terminal.
private func refuseName(_ path: String) throws(FormatError) {
  if path.isEmpty { throw .refusedName(path: path, reason: "it is empty") }
  if path.lowercased().hasPrefix("/vsi") { throw .refusedName(path: path, reason: "it starts with /vsi, GDAL's virtual file systems") }
  if path.contains("://") { throw .refusedName(path: path, reason: "it is an address; download the file first") }
  if path.contains("<") { throw .refusedName(path: path, reason: "it holds markup") }
  if path.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
    throw .refusedName(path: path, reason: "it holds control characters")
  }
}

/// The name that a file without layers lends to its only layer.
private func baseName(_ path: String) -> String {
  let file = path.split(separator: "/").last.map(String.init) ?? path
  guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
  return String(file[..<dot])
}

/// Says which layers a file has. Text formats are read whole for it; foreign formats are converted.
/// - Parameter counting: whether rows of a GeoPackage that does not claim their number are counted, which takes a look at all of them.
public func describeLayers(
  in path: String, options: ReadOptions = ReadOptions(), counting: Bool = true
) throws(FormatError) -> [LayerDescription] {
  switch try route(path) {
  case .geoPackage: return try GeoPackageReader(path: path).describe(counting: counting)
  case .foreign(let format):
    let conversion = try FormatConverter.convert(path, format, options)
    return try GeoPackageReader(path: conversion.output).describe(showingKey: conversion.isUnpacked).map { layer throws(FormatError) in
      var described = layer
      if format.isWorkbook {
        let sheet = try readLayer(LayerReference(path: path, layer: layer.name), options: options)
        described = description(of: sheet, driver: "")
      }
      described.driver = conversion.driver
      return described
    }
  case .geoJSON, .geoJSONSequence, .csv:
    let driver =
      switch try route(path) {
      case .csv: "CSV"
      case .geoJSONSequence: "GeoJSONSeq"
      default: "GeoJSON"
      }
    return [description(of: try readLayer(LayerReference(path: path), options: options), driver: driver)]
  }
}

/// A layer that is known from having been read.
private func description(of layer: Layer, driver: String) -> LayerDescription {
  let kinds = Set(layer.features.geometry.kinds).subtracting([.none])
  let type = kinds.isEmpty ? nil : kinds.count == 1 ? kinds.first?.wellKnownName : "GEOMETRY"
  return LayerDescription(
    name: layer.name, crs: layer.crs, geometryType: type, claimedCount: layer.readCount,
    fields: layer.features.attributes.map { FieldDescription($0) }, driver: driver)
}

/// Reads a layer whole. Counts reconcile: read = kept + refused, each refused record with a defect.
public func readLayer(_ reference: LayerReference, options: ReadOptions = ReadOptions()) throws(FormatError) -> Layer {
  var features = FeatureBatch()
  do {
    let summary = try forEachBatch(of: reference, options: options, size: .max) { features = $0 }
    var layer = Layer(
      name: summary.name, crs: summary.crs, features: features, readCount: summary.readCount, refusedCount: summary.refusedCount,
      defects: summary.defects)
    (layer.isNumberedByPlace, layer.notes) = (summary.isNumberedByPlace, summary.notes)
    return layer
  } catch let error as FormatError {
    throw error
  } catch {
    // The body above throws nothing, and readers throw format errors; what is left comes from the system.
    throw .unreadableFile(path: reference.path, reason: error.localizedDescription)
  }
}

/// Reads a layer in batches of at most `size` features, in the order of the source.
///
/// Every batch has the fields that have been met so far; the types of text formats may widen from batch to batch (whole number, number, text).
/// At least one batch is handed over, if need be an empty one. Throws what `body` throws, and `FormatError`.
public func forEachBatch(
  of reference: LayerReference, options: ReadOptions = ReadOptions(), size: Int, _ body: (FeatureBatch) throws -> Void
) throws -> LayerSummary {
  precondition(size > 0, "a batch holds at least one feature")
  let path = reference.path
  return try withoutActuallyEscaping(body) { body in
    switch try route(path) {
    case .geoPackage: return try GeoPackageReader(path: path).read(layer: reference.layer, options: options, batchSize: size, body: body)
    case .geoJSON:
      let name = try onlyLayer(reference)
      return try GeoJSONReader(path: path).readDocument(layer: name, options: options, batchSize: size, body: body)
    case .geoJSONSequence:
      let name = try onlyLayer(reference)
      return try GeoJSONReader(path: path).readSequence(layer: name, options: options, batchSize: size, body: body)
    case .csv:
      let name = try onlyLayer(reference)
      return try CSVReader(path: path, notation: options.table).read(layer: name, options: options, batchSize: size, body: body)
    case .foreign(let format):
      let conversion = try FormatConverter.convert(path, format, options)
      let reader = try GeoPackageReader(path: conversion.output, shownAs: path)
      guard !format.isWorkbook else { return try readSheet(reader, reference, options, size, conversion, body) }
      return try reader.read(
        layer: reference.layer, options: options, batchSize: size, conversion: conversion, body: body)
    }
  }
}

/// Reads a sheet of a workbook as the text that it would be saved as.
private func readSheet(
  _ reader: GeoPackageReader, _ reference: LayerReference, _ options: ReadOptions, _ size: Int, _ conversion: Conversion,
  _ body: @escaping (FeatureBatch) throws -> Void
) throws -> LayerSummary {
  var cells = options
  (cells.fields, cells.progress) = (nil, nil)
  var rows = FeatureBatch()
  let read = try reader.read(layer: reference.layer, options: cells, batchSize: .max, conversion: conversion) { rows = $0 }
  var summary = try CSVReader(sheet: Sheet.text(rows), path: reference.path, notation: options.table).read(
    layer: read.name, options: options, batchSize: size, body: body)
  summary.notes = read.notes + summary.notes
  return summary
}

private func onlyLayer(_ reference: LayerReference) throws(FormatError) -> String {
  let name = baseName(reference.path)
  guard let wanted = reference.layer, wanted.lowercased() != name.lowercased() else { return name }
  throw .layerNotFound(path: reference.path, layer: wanted, available: [name])
}

extension GeometryKind {
  /// The name in well-known text.
  var wellKnownName: String {
    switch self {
    case .none: "GEOMETRY"
    case .point: "POINT"
    case .lineString: "LINESTRING"
    case .polygon: "POLYGON"
    case .multiPoint: "MULTIPOINT"
    case .multiLineString: "MULTILINESTRING"
    case .multiPolygon: "MULTIPOLYGON"
    }
  }
}
