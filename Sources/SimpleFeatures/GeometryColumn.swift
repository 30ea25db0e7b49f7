/// The OGC geometry types that a layer of the engine may hold; `none` stands for a null or empty geometry.
public enum GeometryKind: UInt8, Sendable {
  case none = 0
  case point = 1
  case lineString = 2
  case polygon = 3
  case multiPoint = 4
  case multiLineString = 5
  case multiPolygon = 6

  /// Whether the geometry encloses an area.
  @inlinable
  public var isAreal: Bool { self == .polygon || self == .multiPolygon }

  /// Whether the geometry is made of lines.
  @inlinable
  public var isLinear: Bool { self == .lineString || self == .multiLineString }

  /// Whether the geometry is made of points.
  @inlinable
  public var isPuntal: Bool { self == .point || self == .multiPoint }
}

/// The geometries of a layer as flat columns: feature → parts → rings → positions.
///
/// Feature `f` owns parts `featureOffsets[f] ..< featureOffsets[f + 1]`; part `p` owns rings
/// `partOffsets[p] ..< partOffsets[p + 1]`; ring `r` owns positions `ringOffsets[r] ..< ringOffsets[r + 1]` of `x` and `y`.
/// A point is one part with one ring of one position; a line is one part with one ring; the first ring of a polygon's
/// part is its exterior, further rings are holes, and rings are closed (first position = last). An empty or null geometry
/// has kind `none` and no parts. Positions are in the layer's CRS. Offsets are 32-bit: at most 2³¹−1 positions a column.
public struct GeometryColumn: Sendable {
  /// One kind for each feature.
  public var kinds: [GeometryKind] = []
  /// Part offsets by feature, `count + 1` values.
  public var featureOffsets: [Int32] = [0]
  /// Ring offsets by part, one more than there are parts.
  public var partOffsets: [Int32] = [0]
  /// Position offsets by ring, one more than there are rings.
  public var ringOffsets: [Int32] = [0]
  /// Eastings or longitudes.
  public var x: [Double] = []
  /// Northings or latitudes.
  public var y: [Double] = []

  /// Makes an empty column.
  public init() {}

  /// Number of features.
  @inlinable
  public var count: Int { kinds.count }

  /// The parts of a feature.
  @inlinable
  public func parts(of feature: Int) -> Range<Int> { Int(featureOffsets[feature])..<Int(featureOffsets[feature + 1]) }

  /// The rings of a part.
  @inlinable
  public func rings(ofPart part: Int) -> Range<Int> { Int(partOffsets[part])..<Int(partOffsets[part + 1]) }

  /// The rings of all parts of a feature.
  @inlinable
  public func rings(of feature: Int) -> Range<Int> {
    Int(partOffsets[Int(featureOffsets[feature])])..<Int(partOffsets[Int(featureOffsets[feature + 1])])
  }

  /// The positions of a ring.
  @inlinable
  public func positions(ofRing ring: Int) -> Range<Int> { Int(ringOffsets[ring])..<Int(ringOffsets[ring + 1]) }

  /// The positions of all rings of a feature.
  @inlinable
  public func positions(of feature: Int) -> Range<Int> {
    let rings = rings(of: feature)
    return Int(ringOffsets[rings.lowerBound])..<Int(ringOffsets[rings.upperBound])
  }

  /// The bounds of a feature; empty for a null geometry. O(vertices).
  @inlinable
  public func envelope(of feature: Int) -> Envelope {
    var envelope = Envelope()
    for i in positions(of: feature) { envelope.add(x: x[i], y: y[i]) }
    return envelope
  }

  /// The bounds of all features. O(vertices).
  public func envelope() -> Envelope {
    var envelope = Envelope()
    for i in x.indices { envelope.add(x: x[i], y: y[i]) }
    return envelope
  }

  // MARK: Building

  /// Adds a position to the open ring.
  @inlinable
  public mutating func add(x: Double, y: Double) {
    self.x.append(x)
    self.y.append(y)
  }

  /// Closes the open ring (line, point).
  @inlinable
  public mutating func endRing() { ringOffsets.append(Int32(x.count)) }

  /// Closes the open part.
  @inlinable
  public mutating func endPart() { partOffsets.append(Int32(ringOffsets.count - 1)) }

  /// Closes the open feature with its kind.
  @inlinable
  public mutating func endFeature(_ kind: GeometryKind) {
    kinds.append(kind)
    featureOffsets.append(Int32(partOffsets.count - 1))
  }

  /// Drops what was added since the last `endFeature`, e.g. when the rest of a record turns out to be bad.
  public mutating func discardOpenFeature() {
    let parts = Int(featureOffsets[featureOffsets.count - 1])
    partOffsets.removeLast(partOffsets.count - 1 - parts)
    let rings = Int(partOffsets[parts])
    ringOffsets.removeLast(ringOffsets.count - 1 - rings)
    let positions = Int(ringOffsets[rings])
    x.removeLast(x.count - positions)
    y.removeLast(y.count - positions)
  }

  /// Adds a point feature.
  public mutating func appendPoint(x: Double, y: Double) {
    add(x: x, y: y)
    endRing()
    endPart()
    endFeature(.point)
  }

  /// Adds a feature without geometry.
  public mutating func appendNull() { endFeature(.none) }

  /// Adds a copy of a feature of another column. O(vertices of the feature).
  public mutating func append(_ other: borrowing GeometryColumn, feature: Int) {
    for part in other.parts(of: feature) {
      for ring in other.rings(ofPart: part) {
        let positions = other.positions(ofRing: ring)
        x.append(contentsOf: other.x[positions])
        y.append(contentsOf: other.y[positions])
        endRing()
      }
      endPart()
    }
    endFeature(other.kinds[feature])
  }

  /// Adds all features of another column. O(vertices).
  public mutating func append(contentsOf other: borrowing GeometryColumn) {
    let parts = featureOffsets[featureOffsets.count - 1]
    let rings = partOffsets[partOffsets.count - 1]
    let positions = ringOffsets[ringOffsets.count - 1]
    kinds.append(contentsOf: other.kinds)
    featureOffsets.append(contentsOf: other.featureOffsets.dropFirst().lazy.map { $0 + parts })
    partOffsets.append(contentsOf: other.partOffsets.dropFirst().lazy.map { $0 + rings })
    ringOffsets.append(contentsOf: other.ringOffsets.dropFirst().lazy.map { $0 + positions })
    x.append(contentsOf: other.x)
    y.append(contentsOf: other.y)
  }

  /// A column with the given features, in the given order. O(their vertices).
  public func selecting(_ features: some Sequence<Int>) -> GeometryColumn {
    var selection = GeometryColumn()
    for feature in features { selection.append(self, feature: feature) }
    return selection
  }
}
