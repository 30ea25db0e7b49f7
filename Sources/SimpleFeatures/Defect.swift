/// One bad record: it is counted and reported, and the run goes on.
public struct Defect: Hashable, Sendable {
  /// The stable codes; the raw value stands in `defects.csv` and `run.json`.
  public enum Code: String, CaseIterable, Sendable, Comparable {
    /// The record's bytes cannot be read as a feature.
    case unreadableRecord = "unreadable-record"
    /// The geometry's bytes cannot be read.
    case unreadableGeometry = "unreadable-geometry"
    /// A record that needs a geometry has none.
    case missingGeometry = "missing-geometry"
    /// Circular strings, compound curves, curve polygons and surfaces are not read.
    case curvedGeometry = "curved-geometry"
    /// The geometry's type does not fit the layer, e.g. a line among buildings.
    case wrongGeometryType = "wrong-geometry-type"
    /// A coordinate is NaN or infinite.
    case nonFiniteCoordinate = "non-finite-coordinate"
    /// A coordinate lies outside the CRS's domain.
    case coordinateOutOfRange = "coordinate-out-of-range"
    /// A ring with fewer than four positions, or a line with fewer than two.
    case tooFewPositions = "too-few-positions"
    /// A ring whose last position differs from its first; it is closed.
    case unclosedRing = "unclosed-ring"
    /// A polygon that crosses or touches itself wrongly; it is repaired.
    case invalidGeometryRepaired = "invalid-geometry-repaired"
    /// An invalid polygon that nothing areal is left of.
    case invalidGeometry = "invalid-geometry"
    /// A polygon without area.
    case zeroArea = "zero-area"
    /// A required id is missing.
    case missingIdentifier = "missing-id"
    /// Two records with the same id; the first is kept.
    case duplicateIdentifier = "duplicate-id"
    /// Two ids that give the same path.
    case collidingPath = "colliding-path"
    /// Two footprints with the same shape.
    case duplicateGeometry = "duplicate-geometry"
    /// A code that the field's table does not name.
    case unknownCode = "unknown-code"
    /// A value that cannot be read as the field's type.
    case unreadableValue = "unreadable-value"
    /// A value outside the range that makes sense, e.g. a height under 2 m.
    case implausibleValue = "implausible-value"
    /// An outline that is too large for a building.
    case implausibleFootprint = "implausible-footprint"
    /// A register row that finds no building.
    case unmatchedRecord = "unmatched-record"
    /// Evidence of equal weight and the same day says that a building is vacant and that it is in use.
    case contradictingEvidence = "contradicting-evidence"
    /// A record matched more than one building.
    case ambiguousMatch = "ambiguous-match"
    /// A row with more or fewer cells than the header.
    case raggedRow = "ragged-row"
    /// Bytes that are not in the file's encoding; they are replaced.
    case badEncoding = "bad-encoding"

    /// In the order of the raw value.
    public static func < (a: Code, b: Code) -> Bool { a.rawValue < b.rawValue }
  }

  /// The layer that the record belongs to, e.g. `buildings`.
  public var layer: String
  /// The record's id, or `#` and its position in the source.
  public var feature: String
  /// What is wrong.
  public var code: Code
  /// Facts in words, never more than 200 characters.
  public var detail: String

  /// Makes a defect; the detail is cut to 200 characters.
  public init(layer: String, feature: String, code: Code, detail: String) {
    self.layer = layer
    self.feature = feature
    self.code = code
    self.detail = String(detail.prefix(200))
  }
}

/// Counts every defect and keeps the first of them in full.
public struct DefectTally: Sendable {
  /// How many defects of each code.
  public private(set) var counts: [Defect.Code: Int] = [:]
  /// The defects that are kept in full, in the order of arrival.
  public private(set) var kept: [Defect] = []
  /// How many are kept in full at most.
  public var limit: Int

  /// Makes an empty tally that keeps at most `limit` defects in full.
  public init(limit: Int = 100_000) { self.limit = limit }

  /// Number of all defects.
  public var total: Int { counts.values.reduce(0, +) }

  /// Counts a defect.
  public mutating func add(_ defect: Defect) {
    counts[defect.code, default: 0] += 1
    if kept.count < limit { kept.append(defect) }
  }

  /// Counts a defect that so many records share; it is kept in full once.
  public mutating func add(_ defect: Defect, times: Int) {
    guard times > 0 else { return }
    counts[defect.code, default: 0] += times
    if kept.count < limit { kept.append(defect) }
  }

  /// Counts the defects of another tally.
  public mutating func add(_ other: DefectTally) {
    counts.merge(other.counts, uniquingKeysWith: +)
    kept.append(contentsOf: other.kept.prefix(max(0, limit - kept.count)))
  }
}
