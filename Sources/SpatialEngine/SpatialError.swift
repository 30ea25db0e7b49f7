/// Why a spatial operation cannot be honoured.
public enum SpatialError: Error, Hashable, Sendable, CustomStringConvertible {
  /// PROJ does not know the coordinate reference system.
  case unknownCRS(definition: String, reason: String)
  /// No operation leads from one system to the other.
  case noTransformation(from: String, to: String, reason: String)
  /// The system is of a kind that cannot carry a layer, e.g. vertical or geocentric.
  case unsuitableCRS(definition: String, kind: String)
  /// The layer's extent holds no finite position, so no zone can be chosen.
  case emptyExtent(crs: String)
  /// A GEOS operation failed.
  case geometryOperation(name: String, reason: String)

  /// What was done, what was found and what to do.
  public var description: String {
    switch self {
    case .unknownCRS(let definition, let reason):
      "Looking up the coordinate reference system “\(definition.prefix(120))”: PROJ does not know it (\(reason)). "
        + "Name it by code, for example EPSG:3067."
    case .noTransformation(let from, let to, let reason):
      "Preparing a transformation from \(from) to \(to): there is none (\(reason)). Check both systems."
    case .unsuitableCRS(let definition, let kind):
      "“\(definition)” is a \(kind) coordinate reference system. A layer needs a geographic or projected one."
    case .emptyExtent(let crs):
      "Choosing a working coordinate reference system: the layer in \(crs) has no finite position. Check its geometries."
    case .geometryOperation(let name, let reason):
      "The geometry operation \(name) failed: \(reason)."
    }
  }
}
