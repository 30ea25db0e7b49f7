/// What was read from one layer of a study.
public struct InputRecord: Sendable {
  /// Path as the study names it, relative to the study's folder.
  public var path: String
  /// SHA-256 of the file, hexadecimal.
  public var sha256: String
  /// The study's layer.
  public var layer: String
  /// CRS of the source.
  public var crs: String?
  /// Bytes of the file.
  public var size: Int
  /// Records read.
  public var read: Int
  /// Records kept.
  public var kept: Int
  /// Records refused; read = kept + refused.
  public var refused: Int
}
