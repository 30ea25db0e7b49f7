/// Which fields of a table say where its rows lie.
public enum TableGeometry: Hashable, Sendable {
  /// A field each for x (easting, longitude) and y (northing, latitude), as numbers or as degrees, minutes and seconds.
  case pair(x: String, y: String)
  /// Well-known text.
  case wellKnownText(String)
  /// Both coordinates in one field.
  case cell(String, isLatitudeFirst: Bool)
}

/// Where a table's rows and header stand, and how its text is written.
public struct TableNotation: Hashable, Sendable {
  /// Row of the header, from 1; `nil` where it is to be found out.
  public var headerRow: Int?
  /// Rows that are passed over, from 1.
  public var skippedRows: Set<Int>
  /// Encoding of a text file; `nil` where it is to be found out.
  public var encoding: String?
  /// ISO 639 codes of the languages that the text is likely to be in.
  public var languages: [String]
  /// The fields with the positions; `nil` where they are to be found out.
  public var geometry: TableGeometry?

  /// Makes a notation; by default everything is found out.
  public init(
    headerRow: Int? = nil, skippedRows: Set<Int> = [], encoding: String? = nil, languages: [String] = [], geometry: TableGeometry? = nil
  ) {
    self.headerRow = headerRow
    self.skippedRows = skippedRows
    self.encoding = encoding
    self.languages = languages
    self.geometry = geometry
  }
}
