/// A point of the plane: x is easting or longitude, y is northing or latitude, in the units of the layer's CRS.
public struct Position: Hashable, Sendable {
  /// Easting or longitude.
  public var x: Double
  /// Northing or latitude.
  public var y: Double

  /// Makes a position from easting (longitude) and northing (latitude).
  @inlinable
  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

/// An axis-parallel rectangle, empty while no position has been added.
public struct Envelope: Hashable, Sendable {
  /// Lowest x; +∞ when empty.
  public var minX = Double.infinity
  /// Lowest y; +∞ when empty.
  public var minY = Double.infinity
  /// Highest x; −∞ when empty.
  public var maxX = -Double.infinity
  /// Highest y; −∞ when empty.
  public var maxY = -Double.infinity

  /// Makes an empty envelope.
  @inlinable
  public init() {}

  /// Makes an envelope from its four bounds.
  @inlinable
  public init(minX: Double, minY: Double, maxX: Double, maxY: Double) {
    self.minX = minX
    self.minY = minY
    self.maxX = maxX
    self.maxY = maxY
  }

  /// Whether no position has been added.
  @inlinable
  public var isEmpty: Bool { !(minX <= maxX && minY <= maxY) }

  /// Extent along x; 0 when empty.
  @inlinable
  public var width: Double { isEmpty ? 0 : maxX - minX }

  /// Extent along y; 0 when empty.
  @inlinable
  public var height: Double { isEmpty ? 0 : maxY - minY }

  /// The middle; NaN coordinates when empty.
  @inlinable
  public var center: Position { Position(x: (minX + maxX) / 2, y: (minY + maxY) / 2) }

  /// Grows to hold a position.
  @inlinable
  public mutating func add(x: Double, y: Double) {
    if x < minX { minX = x }
    if x > maxX { maxX = x }
    if y < minY { minY = y }
    if y > maxY { maxY = y }
  }

  /// Grows to hold another envelope.
  @inlinable
  public mutating func add(_ other: Envelope) {
    guard !other.isEmpty else { return }
    add(x: other.minX, y: other.minY)
    add(x: other.maxX, y: other.maxY)
  }

  /// The envelope grown by `margin` on all four sides.
  @inlinable
  public func expanded(by margin: Double) -> Envelope {
    Envelope(minX: minX - margin, minY: minY - margin, maxX: maxX + margin, maxY: maxY + margin)
  }

  /// Whether both share at least one position (edges count).
  @inlinable
  public func intersects(_ other: Envelope) -> Bool {
    minX <= other.maxX && other.minX <= maxX && minY <= other.maxY && other.minY <= maxY
  }

  /// Whether the position lies inside or on the edge.
  @inlinable
  public func contains(x: Double, y: Double) -> Bool { x >= minX && x <= maxX && y >= minY && y <= maxY }

  /// The straight distance between two envelopes; 0 where they touch or overlap.
  @inlinable
  public func distance(to other: Envelope) -> Double {
    let dx = Swift.max(0, Swift.max(other.minX - maxX, minX - other.maxX))
    let dy = Swift.max(0, Swift.max(other.minY - maxY, minY - other.maxY))
    return (dx * dx + dy * dy).squareRoot()
  }
}
