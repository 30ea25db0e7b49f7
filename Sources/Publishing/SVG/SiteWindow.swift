import SimpleFeatures

/// How far the maps of a site reach.
enum SiteWindow {
  /// Ground width of the close map around a footprint, m.
  static func closeWidth(_ footprint: Envelope) -> Double { max(520, max(footprint.width, footprint.height) * 3) }

  /// Ground width of the map of the surroundings, m.
  static func contextWidth(_ footprint: Envelope) -> Double { max(2_000, closeWidth(footprint) * 3) }

  /// What both maps show, and a little more.
  static func window(_ footprint: Envelope) -> Envelope { footprint.expanded(by: contextWidth(footprint) / 2) }
}
