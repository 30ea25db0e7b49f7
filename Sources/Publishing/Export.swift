public import Assessment
import Foundation
import GeoFormats
import SimpleFeatures

/// Writes what was scored for other tools: `geojson`, `geojsonseq`, `gpkg` or `csv`, to a file or `-`.
/// - Throws: `AssessmentError` for an unknown site, `FormatError` when the output cannot be written.
public func export(
  _ portfolio: Portfolio, format: String, sites ids: [String]?, crs: String?, to path: String, lastChange: String, threads: Int,
  styles: [String: String]
) throws {
  let working = portfolio.surroundings.crs
  let target = crs.map { CoordinateReferenceSystem($0) } ?? (format.hasPrefix("geojson") ? .wgs84 : working)
  var sites = portfolio.sites
  if let ids { sites = try sites.selecting(ids.map { try portfolio.row(of: $0) }) }
  sites = try reprojected(sites, from: working, to: format.hasPrefix("geojson") ? .wgs84 : target, threads: threads)
  switch format {
  case "geojson": try writeGeoJSON(sites, study: portfolio.study, form: .collection, to: path)
  case "geojsonseq": try writeGeoJSON(sites, study: portfolio.study, form: .sequence, to: path)
  case "csv":
    var table = exportTable(sites)
    if portfolio.study.isIllustrative {
      table.columns.append(AttributeColumn(name: "note", texts: Array(repeating: "illustrative vacancy", count: sites.count)))
    }
    var writer = try CSVWriter(path: path, geometryName: "wkt")
    try writer.append(table)
    try writer.finish()
  default:
    let writer = try GeoPackageWriter(path: path, lastChange: lastChange)
    try writer.add(
      GeoPackageLayer(
        name: "sites", table: exportTable(sites), reference: try spatialReference(of: target), title: portfolio.study.title,
        description: (portfolio.study.isIllustrative ? "Illustrative vacancy: the register is invented for demonstration. " : "")
          + portfolio.study.attribution.joined(separator: "; "),
        styleQML: styles["sites"]))
    try writer.finish()
  }
}

/// Writes the indicators of a file; CSV has no geometry.
/// - Throws: `FormatError` when the output cannot be written.
public func export(_ measured: MeasuredFile, format: String, to path: String, threads: Int) throws {
  switch format {
  case "csv": try writeCSV(measured.table.attributes, to: path)
  case "gpkg":
    let writer = try GeoPackageWriter(path: path, lastChange: "1970-01-01T00:00:00.000Z")
    try writer.add(
      GeoPackageLayer(name: "indicators", table: ExportTable(measured.table), reference: try spatialReference(of: measured.crs)))
    try writer.finish()
  default:
    let table = try reprojected(measured.table, from: measured.crs, to: .wgs84, threads: threads)
    var writer = try GeoJSONWriter(path: path, form: format == "geojson" ? .collection : .sequence)
    try writer.append(ExportTable(table))
    try writer.finish()
  }
}

extension FeatureBatch {
  /// The rows in the given order.
  func selecting(_ rows: [Int]) -> FeatureBatch {
    FeatureBatch(
      numbers: rows.map { numbers[$0] }, geometry: geometry.selecting(rows),
      attributes: attributes.map { column in
        var validity = ValidityBitmap()
        for row in rows { validity.append(column.validity[row]) }
        let values: AttributeColumn.Values
        switch column.values {
        case .integer(let v): values = .integer(rows.map { v[$0] })
        case .real(let v): values = .real(rows.map { v[$0] })
        case .boolean(let v): values = .boolean(rows.map { v[$0] })
        case .text(let v):
          var text = TextColumn()
          for row in rows { text.append(v[row]) }
          values = .text(text)
        }
        return AttributeColumn(name: column.name, values: values, validity: validity)
      })
  }
}
