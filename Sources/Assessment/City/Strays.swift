import SimpleFeatures
import SpatialEngine

/// What of a layer has no place in the working CRS.
extension GeometryColumn {
  /// Writes −180° as 180° in WGS 84, so that the parts of a footprint that RFC 7946, 3.1.9, cuts at the antimeridian meet in one place of the
  /// projection and repair joins them.
  private mutating func joinAtAntimeridian(of source: CoordinateReferenceSystem) {
    guard source == .wgs84 || source.definition == "EPSG:4326" else { return }
    for k in x.indices where x[k] == -180 { x[k] = 180 }
  }

  /// Features with a position farther than 3,000 km east, west, north or south of the middle, ascending: records at 0, 0 of a national grid, for
  /// example, or damaged numbers. No country of Europe is as wide. O(positions).
  func strays(from middle: Position?) -> [Int] {
    guard let middle else { return [] }
    return features { !(abs(x[$0] - middle.x) <= 3e6 && abs(y[$0] - middle.y) <= 3e6) }
  }

  /// Features with a position farther than 100,000 km from the origin of a projected CRS, twice around the Earth: damaged numbers.
  func featuresBeyondTheEarth() -> [Int] { features { !(abs(x[$0]) <= 1e8 && abs(y[$0]) <= 1e8) } }

  /// Features with a position, by its place in the columns, that the test finds, ascending. O(positions).
  func features(with test: (Int) -> Bool) -> [Int] {
    guard x.indices.contains(where: test) else { return [] }
    return (0..<count).filter { positions(of: $0).contains(where: test) }
  }

  /// Brings a layer into the working CRS and takes away the geometries that have no place in it; the first reason counts.
  ///
  /// What is left lies on the Earth, within 3,000 km of the middle (`nil`: the layer's own) and, where the engine chose the zone, in its reach.
  /// - Throws: `SpatialError` when there is no way between the two systems.
  mutating func settle(
    from source: CoordinateReferenceSystem, in crs: CoordinateReferenceSystem, zone: WorkingZone?, around middle: Position? = nil,
    threads: Int
  ) throws -> (strays: [(feature: Int, reason: String)], middle: Position?) {
    var unplaced: [Int] = []
    if source != crs {
      joinAtAntimeridian(of: source)
      unplaced = try CoordinateTransform.transform(&self, from: source, to: crs, threads: threads)
    }
    var seen: Set<Int> = []
    var strays: [(feature: Int, reason: String)] = []
    func add(_ features: [Int], _ reason: String) {
      for feature in features where seen.insert(feature).inserted { strays.append((feature, reason)) }
    }
    add(Set(unplaced).union(featuresBeyondTheEarth()).sorted(), "a position has no place in \(crs)")
    let middle = middle ?? self.middle()
    add(self.strays(from: middle), "a position is farther than 3,000 km from the middle of the buildings")
    add(
      zone?.featuresOutside(self) ?? [],
      "too far from the other buildings for \(crs), which the engine chose: areas there would be wrong by more than 1 %")
    empty(strays.map(\.feature))
    return (strays, middle)
  }

  /// Takes the geometries of some features away. O(vertices) when there are any.
  mutating func empty(_ features: [Int]) {
    guard !features.isEmpty else { return }
    let taken = Set(features)
    var left = GeometryColumn()
    for feature in 0..<count {
      if taken.contains(feature) { left.appendNull() } else { left.append(self, feature: feature) }
    }
    self = left
  }
}
