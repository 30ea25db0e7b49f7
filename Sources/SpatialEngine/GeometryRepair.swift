public import SimpleFeatures

/// What became of the areal features of a column.
public struct RepairedGeometry: Sendable {
  /// The geometries, one for each feature of the input; what nothing areal is left of has kind `none`.
  public var geometry: GeometryColumn
  /// Features that were invalid and are valid now, ascending.
  public var repaired: [Int]
  /// Features that nothing areal is left of, ascending.
  public var lost: [Int]
  /// Why each feature of `repaired` and then of `lost` was invalid, in GEOS's words.
  public var reasons: [Int: String]
  /// How many features the filter passed on to GEOS.
  public var suspiciousCount: Int
}

extension GEOSContext {
  /// Makes every areal feature valid by GEOS's structure method: rings are corrected, holes cut from shells, collapsed parts dropped.
  ///
  /// A filter of our own finds the features that can be invalid: rings are walked once for repeated or non-finite positions and swept for
  /// crossing or touching edges, holes and parts for anything but plain containment. Only those go to `GEOSisValid` and `GEOSMakeValid`, so
  /// that a valid city costs little more than reading it. Points and lines pass unchanged. O(v log v) a ring with v vertices.
  public func repair(_ column: GeometryColumn) -> RepairedGeometry {
    let found = fixes(in: column, features: 0..<column.count)
    return RepairedGeometry(column, fixes: found.fixes, suspiciousCount: found.suspiciousCount)
  }

  /// The fixes of a run of features.
  func fixes(in column: borrowing GeometryColumn, features: Range<Int>) -> (fixes: [GeometryFix], suspiciousCount: Int) {
    let suspects = ValidityFilter.suspects(in: column, features: features)
    return (suspects.compactMap { fix(column, feature: $0) }, suspects.count)
  }

  /// The valid form of one feature, `nil` when it is valid as it is.
  private func fix(_ column: borrowing GeometryColumn, feature: Int) -> GeometryFix? {
    var fixed = GeometryColumn()
    for i in column.positions(of: feature) where !column.x[i].isFinite || !column.y[i].isFinite {
      fixed.appendNull()
      return GeometryFix(feature: feature, geometry: fixed, reason: "Non-finite coordinate")
    }
    let validity = validity(of: column, feature: feature)
    var whole = true
    for ring in column.rings(of: feature) where column.positions(ofRing: ring).count < 4 { whole = false }
    if validity.isValid, whole { return nil }
    makeValid(column, feature: feature, into: &fixed)
    return GeometryFix(
      feature: feature, geometry: fixed, reason: validity.isValid ? "Ring with fewer than four positions" : validity.reason)
  }
}

/// The valid form of one invalid feature.
struct GeometryFix: Sendable {
  var feature: Int
  /// A column of one feature.
  var geometry: GeometryColumn
  var reason: String
}

extension RepairedGeometry {
  /// Puts fixes, ascending by feature, in the place of the features they replace. O(vertices).
  init(_ column: GeometryColumn, fixes: [GeometryFix], suspiciousCount: Int) {
    self.init(geometry: column, repaired: [], lost: [], reasons: [:], suspiciousCount: suspiciousCount)
    guard !fixes.isEmpty else { return }
    geometry = GeometryColumn()
    geometry.x.reserveCapacity(column.x.count)
    geometry.y.reserveCapacity(column.y.count)
    geometry.ringOffsets.reserveCapacity(column.ringOffsets.count)
    geometry.partOffsets.reserveCapacity(column.partOffsets.count)
    geometry.featureOffsets.reserveCapacity(column.featureOffsets.count)
    geometry.kinds.reserveCapacity(column.kinds.count)
    var next = 0
    for fix in fixes {
      geometry.append(column, features: next..<fix.feature)
      geometry.append(fix.geometry, feature: 0)
      next = fix.feature + 1
      reasons[fix.feature] = fix.reason
      if fix.geometry.kinds[0] == .none { lost.append(fix.feature) } else { repaired.append(fix.feature) }
    }
    geometry.append(column, features: next..<column.count)
  }
}

extension GeometryColumn {
  /// Adds copies of a run of features of another column. O(vertices of the run).
  mutating func append(_ other: borrowing GeometryColumn, features: Range<Int>) {
    guard !features.isEmpty else { return }
    let part = Int(other.featureOffsets[features.lowerBound])..<Int(other.featureOffsets[features.upperBound])
    let ring = Int(other.partOffsets[part.lowerBound])..<Int(other.partOffsets[part.upperBound])
    let position = Int(other.ringOffsets[ring.lowerBound])..<Int(other.ringOffsets[ring.upperBound])
    let partShift = Int32(partOffsets.count - 1) - Int32(part.lowerBound)
    let ringShift = Int32(ringOffsets.count - 1) - Int32(ring.lowerBound)
    let positionShift = Int32(x.count) - Int32(position.lowerBound)
    kinds.append(contentsOf: other.kinds[features])
    for k in other.featureOffsets[(features.lowerBound + 1)...features.upperBound] { featureOffsets.append(k + partShift) }
    if !part.isEmpty { for k in other.partOffsets[(part.lowerBound + 1)...part.upperBound] { partOffsets.append(k + ringShift) } }
    if !ring.isEmpty { for k in other.ringOffsets[(ring.lowerBound + 1)...ring.upperBound] { ringOffsets.append(k + positionShift) } }
    x.append(contentsOf: other.x[position])
    y.append(contentsOf: other.y[position])
  }
}

/// Repairs a whole column on several threads: the column is cut into runs of features, each with a context of its own.
///
/// The result does not depend on `threads`. See `GEOSContext.repair(_:)` for what a repair does.
public func repair(_ column: GeometryColumn, threads: Int) -> RepairedGeometry {
  let cuts = runs(of: column.count, threads: threads, least: 4_096)
  guard cuts.count > 1 else { return GEOSContext().repair(column) }
  let found = concurrently(cuts.count) { k in GEOSContext().fixes(in: column, features: cuts[k]) }
  return RepairedGeometry(
    column, fixes: found.flatMap(\.fixes), suspiciousCount: found.reduce(0) { $0 + $1.suspiciousCount })
}
