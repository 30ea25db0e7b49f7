public import SimpleFeatures

/// What a writer writes: columns of equal length, with or without geometry.
public struct ExportTable: Sendable {
  /// The geometries, one a row; `nil` for a table without.
  public var geometry: GeometryColumn?
  /// The attributes in the order in which they are written. NaN and unknown rows become null.
  public var columns: [AttributeColumn]

  /// Makes a table; geometry and columns have one row for each feature.
  public init(geometry: GeometryColumn? = nil, columns: [AttributeColumn]) {
    let count = geometry?.count ?? columns.first?.count ?? 0
    precondition(columns.allSatisfy { $0.count == count }, "columns of equal length")
    self.geometry = geometry
    self.columns = columns
  }

  /// Makes a table of a layer's features.
  public init(_ features: FeatureBatch) { self.init(geometry: features.geometry, columns: features.attributes) }

  /// Number of rows.
  public var count: Int { geometry?.count ?? columns.first?.count ?? 0 }
}

extension AttributeColumn {
  /// Makes a column of reals; NaN is unknown.
  public init(name: String, reals: [Double]) {
    self.init(name: name, values: .real(reals), validity: ValidityBitmap(count: reals.count) { reals[$0].isFinite })
  }

  /// Makes a column of whole numbers; `nil` is unknown.
  public init(name: String, integers: [Int64?]) {
    var validity = ValidityBitmap()
    for value in integers { validity.append(value != nil) }
    self.init(name: name, values: .integer(integers.map { $0 ?? 0 }), validity: validity)
  }

  /// Makes a column of texts; `nil` is unknown.
  public init(name: String, texts: [String?]) {
    var validity = ValidityBitmap()
    var text = TextColumn()
    for value in texts {
      validity.append(value != nil)
      text.append(value ?? "")
    }
    self.init(name: name, values: .text(text), validity: validity)
  }

  /// Makes a column of truth values; `nil` is unknown.
  public init(name: String, booleans: [Bool?]) {
    var validity = ValidityBitmap()
    for value in booleans { validity.append(value != nil) }
    self.init(name: name, values: .boolean(booleans.map { $0 ?? false }), validity: validity)
  }
}
