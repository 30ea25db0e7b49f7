/// The arrays of a geometry column as buffers, for loops over all features.
///
/// It is valid only inside the closure of `GeometryColumn.withUnsafeColumn`. Sendable because every buffer is read-only and the closure
/// keeps the arrays alive until all readers have returned.
public struct UnsafeGeometryColumn: @unchecked Sendable {
  /// One kind for each feature.
  public let kinds: UnsafeBufferPointer<GeometryKind>
  /// Part offsets by feature.
  public let featureOffsets: UnsafeBufferPointer<Int32>
  /// Ring offsets by part.
  public let partOffsets: UnsafeBufferPointer<Int32>
  /// Position offsets by ring.
  public let ringOffsets: UnsafeBufferPointer<Int32>
  /// Eastings or longitudes.
  public let x: UnsafeBufferPointer<Double>
  /// Northings or latitudes.
  public let y: UnsafeBufferPointer<Double>

  @usableFromInline
  init(
    kinds: UnsafeBufferPointer<GeometryKind>, featureOffsets: UnsafeBufferPointer<Int32>, partOffsets: UnsafeBufferPointer<Int32>,
    ringOffsets: UnsafeBufferPointer<Int32>, x: UnsafeBufferPointer<Double>, y: UnsafeBufferPointer<Double>
  ) {
    self.kinds = kinds
    self.featureOffsets = featureOffsets
    self.partOffsets = partOffsets
    self.ringOffsets = ringOffsets
    self.x = x
    self.y = y
  }

  /// Number of features.
  @inlinable
  public var count: Int { kinds.count }

  /// The parts of a feature.
  @inlinable
  public func parts(of feature: Int) -> Range<Int> {
    Range(uncheckedBounds: (Int(featureOffsets[feature]), Int(featureOffsets[feature + 1])))
  }

  /// The rings of a part.
  @inlinable
  public func rings(ofPart part: Int) -> Range<Int> {
    Range(uncheckedBounds: (Int(partOffsets[part]), Int(partOffsets[part + 1])))
  }

  /// The rings of all parts of a feature.
  @inlinable
  public func rings(of feature: Int) -> Range<Int> {
    Range(
      uncheckedBounds: (Int(partOffsets[Int(featureOffsets[feature])]), Int(partOffsets[Int(featureOffsets[feature + 1])])))
  }

  /// The positions of a ring.
  @inlinable
  public func positions(ofRing ring: Int) -> Range<Int> {
    Range(uncheckedBounds: (Int(ringOffsets[ring]), Int(ringOffsets[ring + 1])))
  }

  /// The positions of all rings of a feature.
  @inlinable
  public func positions(of feature: Int) -> Range<Int> {
    let rings = rings(of: feature)
    return Range(uncheckedBounds: (Int(ringOffsets[rings.lowerBound]), Int(ringOffsets[rings.upperBound])))
  }

  /// The bounds of a feature; empty for a null geometry. O(vertices).
  @inlinable
  public func envelope(of feature: Int) -> Envelope {
    var envelope = Envelope()
    for i in positions(of: feature) { envelope.add(x: x[i], y: y[i]) }
    return envelope
  }
}

extension GeometryColumn {
  /// Lends the arrays as buffers; they must not leave the closure.
  @inlinable
  public func withUnsafeColumn<Result>(_ body: (UnsafeGeometryColumn) throws -> Result) rethrows -> Result {
    try kinds.withUnsafeBufferPointer { kinds in
      try featureOffsets.withUnsafeBufferPointer { features in
        try partOffsets.withUnsafeBufferPointer { parts in
          try ringOffsets.withUnsafeBufferPointer { rings in
            try x.withUnsafeBufferPointer { x in
              try y.withUnsafeBufferPointer { y in
                try body(
                  UnsafeGeometryColumn(
                    kinds: kinds, featureOffsets: features, partOffsets: parts, ringOffsets: rings, x: x, y: y))
              }
            }
          }
        }
      }
    }
  }
}
