/// A coordinate reference system as its source names it; what it means is for `SpatialEngine` to say.
public struct CoordinateReferenceSystem: Hashable, Sendable, CustomStringConvertible {
  /// What PROJ accepts: `EPSG:3067`, `OGC:CRS84`, or a WKT string.
  public var definition: String

  /// Makes a CRS from an authority code or WKT.
  public init(_ definition: String) { self.definition = definition }

  /// WGS 84 with longitude first: RFC 7946 and OpenStreetMap.
  public static let wgs84 = CoordinateReferenceSystem("OGC:CRS84")

  /// The code, or the name inside a WKT string.
  public var description: String {
    guard definition.utf8.count > 40, let open = definition.firstIndex(of: "\"") else { return definition }
    let rest = definition[definition.index(after: open)...]
    return String(rest.prefix { $0 != "\"" })
  }
}

/// A run of features of one layer, as columns of equal length.
public struct FeatureBatch: Sendable {
  /// The source's feature number (GeoPackage fid, position in a text file from 1).
  public var numbers: [Int64]
  /// The geometries.
  public var geometry: GeometryColumn
  /// The attributes, in the source's order.
  public var attributes: [AttributeColumn]

  /// Makes a batch; every column has one row for each feature.
  public init(numbers: [Int64] = [], geometry: GeometryColumn = GeometryColumn(), attributes: [AttributeColumn] = []) {
    precondition(geometry.count == numbers.count && attributes.allSatisfy { $0.count == numbers.count })
    self.numbers = numbers
    self.geometry = geometry
    self.attributes = attributes
  }

  /// Number of features.
  public var count: Int { numbers.count }

  /// The attribute of that name, exact first, then without regard to ASCII case.
  public func attribute(_ name: String) -> AttributeColumn? {
    attributes.first { $0.name == name } ?? attributes.first { $0.name.lowercased() == name.lowercased() }
  }
}

/// A whole layer: its features, its CRS and what was refused while reading it.
public struct Layer: Sendable {
  /// The layer's name in its source.
  public var name: String
  /// The CRS of the positions; `nil` when the source does not say.
  public var crs: CoordinateReferenceSystem?
  /// The features that were kept.
  public var features: FeatureBatch
  /// Records in the source: kept plus refused.
  public var readCount: Int
  /// Records that were refused, each with a defect. Repaired records are kept and have a defect too.
  public var refusedCount: Int
  /// What was found wrong.
  public var defects: DefectTally
  /// Whether the features' numbers are their place in a table that has no key; no other table can know them.
  public var isNumberedByPlace = false
  /// What a user should know of how the layer was read, in whole sentences.
  public var notes: [String] = []

  /// Makes a layer; `readCount` must equal the features kept plus `refusedCount`.
  public init(
    name: String, crs: CoordinateReferenceSystem?, features: FeatureBatch, readCount: Int, refusedCount: Int = 0,
    defects: DefectTally = DefectTally()
  ) {
    precondition(readCount == features.count + refusedCount, "read = kept + refused")
    self.name = name
    self.crs = crs
    self.features = features
    self.readCount = readCount
    self.refusedCount = refusedCount
    self.defects = defects
  }
}
