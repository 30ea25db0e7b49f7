import SimpleFeatures

/// What no building on Earth is: an outline of more than 2 km², or more than 5 km across.
///
/// The largest buildings by footprint cover .4 km² (Boeing's works at Everett, 398,000 m²) to .5 km² (Aalsmeer's flower auction, 518,000 m²), and the
/// longest is 3.1 km long (the klystron gallery of the linear accelerator at Stanford, 3,073 m). Land use, a district or a damaged number reads as
/// more.
enum PlausibleFootprint {
  /// m².
  static let largestArea = 2e6
  /// m.
  static let largestExtent = 5_000.0

  /// Features that cannot be footprints, with the reason, ascending. O(vertices).
  /// - Parameter footprints: areal geometry in a projected CRS in metres.
  static func violations(in footprints: borrowing GeometryColumn) -> [(feature: Int, reason: String)] {
    var found: [(feature: Int, reason: String)] = []
    for feature in 0..<footprints.count where footprints.kinds[feature].isAreal {
      let box = footprints.envelope(of: feature)
      let extent = max(box.width, box.height)
      // Small boxes hold small areas.
      guard extent > largestExtent || box.width * box.height > largestArea else { continue }
      let area = footprints.area(of: feature)
      if extent > largestExtent {
        found.append((feature, "\(Int(extent.rounded())) m across: no building is longer than \(Int(largestExtent)) m"))
      } else if area > largestArea {
        found.append((feature, "\(Int(area.rounded())) m²: no building covers more than \(Int(largestArea)) m²"))
      }
    }
    return found
  }
}
