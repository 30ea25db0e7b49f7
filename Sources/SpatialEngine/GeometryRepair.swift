internal import Glibc
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
  /// Puts fixes, ascending by feature, in the place of the features they replace. O(vertices); the memory of positions is that of the column
  /// when nobody else holds it.
  init(_ column: consuming GeometryColumn, fixes: [GeometryFix], suspiciousCount: Int) {
    self.init(geometry: column, repaired: [], lost: [], reasons: [:], suspiciousCount: suspiciousCount)
    guard !fixes.isEmpty else { return }
    for fix in fixes {
      reasons[fix.feature] = fix.reason
      if fix.geometry.kinds[0] == .none { lost.append(fix.feature) } else { repaired.append(fix.feature) }
    }
    geometry.replace(fixes)
  }
}

extension GeometryColumn {
  /// Replaces features by fixes, ascending by feature. O(vertices).
  mutating func replace(_ fixes: [GeometryFix]) {
    var offsets = GeometryColumn()
    offsets.partOffsets.reserveCapacity(partOffsets.count)
    offsets.ringOffsets.reserveCapacity(ringOffsets.count)
    offsets.featureOffsets.reserveCapacity(featureOffsets.count)
    // Positions that stay: from where to where they move.
    var kept: [(from: Range<Int>, to: Int)] = []
    var added: [Int] = []
    var next = 0, end = 0
    func keep(_ features: Range<Int>) {
      guard !features.isEmpty else { return }
      let positions = offsets.appendOffsets(of: self, features: features, positions: end)
      kept.append((positions, end))
      end += positions.count
    }
    for fix in fixes {
      keep(next..<fix.feature)
      added.append(end)
      end += offsets.appendOffsets(of: fix.geometry, features: 0..<1, positions: end).count
      kinds[fix.feature] = fix.geometry.kinds[0]
      next = fix.feature + 1
    }
    keep(next..<count)
    x.move(kept, count: end)
    y.move(kept, count: end)
    for (fix, start) in zip(fixes, added) {
      for i in fix.geometry.x.indices {
        x[start + i] = fix.geometry.x[i]
        y[start + i] = fix.geometry.y[i]
      }
    }
    featureOffsets = offsets.featureOffsets
    partOffsets = offsets.partOffsets
    ringOffsets = offsets.ringOffsets
  }

  /// Adds the offsets of a run of features of another column whose positions start at `positions` in this one; gives where they are there.
  fileprivate mutating func appendOffsets(of other: borrowing GeometryColumn, features: Range<Int>, positions start: Int) -> Range<Int> {
    let part = Int(other.featureOffsets[features.lowerBound])..<Int(other.featureOffsets[features.upperBound])
    let ring = Int(other.partOffsets[part.lowerBound])..<Int(other.partOffsets[part.upperBound])
    let position = Int(other.ringOffsets[ring.lowerBound])..<Int(other.ringOffsets[ring.upperBound])
    let partShift = Int32(partOffsets.count - 1) - Int32(part.lowerBound)
    let ringShift = Int32(ringOffsets.count - 1) - Int32(ring.lowerBound)
    let positionShift = Int32(start) - Int32(position.lowerBound)
    featureOffsets.append(contentsOf: other.featureOffsets[(features.lowerBound + 1)...features.upperBound].lazy.map { $0 + partShift })
    partOffsets.append(contentsOf: other.partOffsets[(part.lowerBound + 1)..<(part.upperBound + 1)].lazy.map { $0 + ringShift })
    ringOffsets.append(contentsOf: other.ringOffsets[(ring.lowerBound + 1)..<(ring.upperBound + 1)].lazy.map { $0 + positionShift })
    return position
  }
}

extension [Double] {
  /// Moves runs, ascending and apart from each other both where they are and where they go, in place; the array gets `count` values.
  fileprivate mutating func move(_ runs: [(from: Range<Int>, to: Int)], count: Int) {
    if count > self.count { append(contentsOf: repeatElement(0, count: count - self.count)) }
    unsafe withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      // A run that moves down meets none that is still to move, if those before it have moved; likewise upwards from the end.
      for run in runs where run.to < run.from.lowerBound { unsafe memmove(base + run.to, base + run.from.lowerBound, run.from.count * 8) }
      for run in runs.reversed() where run.to > run.from.lowerBound {
        unsafe memmove(base + run.to, base + run.from.lowerBound, run.from.count * 8)
      }
    }
    if count < self.count { removeLast(self.count - count) }
  }
}

/// Repairs a whole column on several threads: the column is cut into runs of features, each with a context of its own.
///
/// The result does not depend on `threads`. See `GEOSContext.repair(_:)` for what a repair does. Positions are moved in place when the caller
/// gives the column away (`consume`).
public func repair(_ column: consuming GeometryColumn, threads: Int) -> RepairedGeometry {
  let found = fixes(in: column, threads: threads)
  return RepairedGeometry(
    column, fixes: found.flatMap(\.fixes), suspiciousCount: found.reduce(0) { $0 + $1.suspiciousCount })
}

private func fixes(in column: GeometryColumn, threads: Int) -> [(fixes: [GeometryFix], suspiciousCount: Int)] {
  let cuts = runs(of: column.count, threads: threads, least: 4_096)
  return concurrentMap(cuts.count, threads: cuts.count) { k in GEOSContext().fixes(in: column, features: cuts[k]) }
}
