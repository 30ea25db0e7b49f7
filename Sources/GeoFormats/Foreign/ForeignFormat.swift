internal import Foundation

/// A format that is read through the converter: the drivers that may open it and how.
struct ForeignFormat: Sendable {
  /// GDAL's names of the drivers that may open the file.
  var drivers: [String]
  /// Whether the layers are those of OpenStreetMap.
  var isOpenStreetMap = false
  /// Whether the reader counts features from an index without reading them, so that losses show.
  var claimsCount = false
  /// The name shown for the format; `nil` for that of the first driver.
  var name: String?
  /// How GDAL reaches into the file: `/vsizip/`, `/vsigzip/` or nothing.
  var wrapper = ""
  /// Whether the layers are sheets of a workbook, whose rows are read as text.
  var isWorkbook = false
  /// Whether the file is an SQLite database.
  var isDatabase = false
  /// Files of the same base name that belong to the data set, by extension.
  var companions: [String] = []

  /// The format by the file's name; `nil` when the engine does not read it.
  static func named(_ path: String) -> ForeignFormat? {
    let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    if name.hasSuffix(".gz") {
      guard var inner = named(String(name.dropLast(3))) ?? textFormat(String(name.dropLast(3))), inner.wrapper.isEmpty,
        inner.companions.isEmpty
      else { return nil }
      inner.wrapper = "/vsigzip/"
      return inner
    }
    switch name.split(separator: ".").last.map(String.init) {
    case "shp", "dbf":
      return ForeignFormat(drivers: ["ESRI Shapefile"], claimsCount: true, companions: ["shp", "shx", "dbf", "prj", "cpg", "cst"])
    case "shz": return ForeignFormat(drivers: ["ESRI Shapefile"], claimsCount: true)
    case "gml", "xml": return ForeignFormat(drivers: ["GML"], companions: ["xsd"])
    case "osm", "pbf": return ForeignFormat(drivers: ["OSM"], isOpenStreetMap: true)
    case "fgb": return ForeignFormat(drivers: ["FlatGeobuf"], claimsCount: true)
    case "xlsx", "xlsm": return ForeignFormat(drivers: ["XLSX"], isWorkbook: true)
    case "ods": return ForeignFormat(drivers: ["ODS"], isWorkbook: true)
    case "kml", "kmz": return ForeignFormat(drivers: ["LIBKML", "KML"])
    case "tab", "mif":
      return ForeignFormat(drivers: ["MapInfo File"], claimsCount: true, companions: ["tab", "dat", "map", "id", "ind", "mif", "mid"])
    case "gpx": return ForeignFormat(drivers: ["GPX"])
    case "dxf": return ForeignFormat(drivers: ["DXF"])
    case "topojson": return ForeignFormat(drivers: ["TopoJSON"])
    case "sqlite", "db": return ForeignFormat(drivers: ["SQLite"], claimsCount: true, isDatabase: true)
    case "parquet": return ForeignFormat(drivers: ["Parquet"], claimsCount: true)
    case "zip":
      return ForeignFormat(
        drivers: ["ESRI Shapefile", "GeoJSON", "GeoJSONSeq", "FlatGeobuf", "MapInfo File", "GML", "CSV", "LIBKML", "KML", "OSM"],
        claimsCount: true, name: "zip archive", wrapper: "/vsizip/")
    default: return nil
    }
  }

  /// Text formats that are read natively unless they are compressed.
  private static func textFormat(_ name: String) -> ForeignFormat? {
    switch name.split(separator: ".").last.map(String.init) {
    case "geojson", "json": ForeignFormat(drivers: ["GeoJSON"])
    case "geojsonl", "geojsons", "geojsonseq", "ndjson", "jsonl": ForeignFormat(drivers: ["GeoJSONSeq"])
    case "csv": ForeignFormat(drivers: ["CSV"])
    default: nil
    }
  }
}
