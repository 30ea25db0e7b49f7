import SimpleFeatures

/// Features with the same positions in the same order as an earlier one, and that one; null geometries are none.
///
/// O(positions) by an open-addressing table, 8 bytes a feature.
func duplicateFootprints(in geometry: GeometryColumn) -> [(feature: Int, first: Int)] {
  var size = 16
  while size < geometry.count * 2 { size *= 2 }
  var slots = [Int32](repeating: -1, count: size)
  var found: [(feature: Int, first: Int)] = []
  geometry.x.withUnsafeBufferPointer { x in
    geometry.y.withUnsafeBufferPointer { y in
      func isSame(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count else { return false }
        for k in 0..<a.count where x[a.lowerBound + k] != x[b.lowerBound + k] || y[a.lowerBound + k] != y[b.lowerBound + k] { return false }
        return true
      }
      features: for feature in 0..<geometry.count {
        let positions = geometry.positions(of: feature)
        guard !positions.isEmpty else { continue }
        var hash: UInt64 = 0
        for k in positions {
          hash = (hash ^ x[k].bitPattern) &* 0x9e37_79b9_7f4a_7c15
          hash = ((hash ^ hash >> 29) ^ y[k].bitPattern) &* 0xbf58_476d_1ce4_e5b9
        }
        var slot = Int(truncatingIfNeeded: (hash ^ hash >> 32) >> 1) & (size - 1)
        while slots[slot] >= 0 {
          let other = Int(slots[slot])
          if isSame(geometry.positions(of: other), positions) {
            found.append((feature, other))
            continue features
          }
          slot = (slot + 1) & (size - 1)
        }
        slots[slot] = Int32(feature)
      }
    }
  }
  return found
}
