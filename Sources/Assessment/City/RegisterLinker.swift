import GeoFormats
import SimpleFeatures
import TextFormats
import UrbanIndicators

/// Finds the buildings that each row of a register covers.
///
/// By place: every building with at least half of its area inside an outline, else the one that holds the outline's middle; the building under each
/// point; for a point outside all buildings the nearest within 5 m. By id, address or cadastral reference: every building that has it.
struct RegisterLinker {
  /// What was found for a row.
  struct Link {
    /// Rows of the buildings, ascending.
    var buildings: [Int] = []
    var outcome = RegisterRows.Outcome.linked
    /// Metres to the nearest building or to their extent; NaN inside.
    var distance = Double.nan
    /// What was looked for and not found.
    var detail = ""
  }

  /// Share of its area that a building has inside an outline that covers it.
  static let coveredShare = 0.5

  private let footprints: GeometryColumn
  private let locator: FootprintLocator
  private let extent: Envelope

  init(_ footprints: GeometryColumn, _ locator: FootprintLocator) {
    (self.footprints, self.locator) = (footprints, locator)
    extent = footprints.envelope()
  }

  // MARK: By place

  /// The buildings that a record covers where it lies.
  func link(_ geometry: GeometryColumn, row: Int) -> Link {
    let kind = geometry.kinds[row]
    guard kind != .none else { return Link(outcome: .noPosition, detail: "the record has no position") }
    if kind.isAreal {
      let near = locator.footprints(meeting: geometry.envelope(of: row))
      if !near.isEmpty {
        let shares = exposureShares(of: footprints.selecting(near), in: geometry.selecting([row]))
        let covered = zip(near, shares).filter { $0.1 >= Self.coveredShare }.map(\.0)
        if !covered.isEmpty { return Link(buildings: covered) }
      }
      return link(points: [geometry.centroid(of: row)])
    }
    if kind.isPuntal { return link(points: geometry.positions(of: row).map { Position(x: geometry.x[$0], y: geometry.y[$0]) }) }
    return link(points: [geometry.centroid(of: row)])
  }

  private func link(points: [Position]) -> Link {
    var result = Link()
    var near = Double.nan
    for p in points {
      guard let found = locator.nearest(x: p.x, y: p.y, within: FootprintLocator.reach) else { continue }
      if !result.buildings.contains(found.feature) { result.buildings.append(found.feature) }
      if found.distance > 0 { near = near.isNaN ? found.distance : max(near, found.distance) }
    }
    result.buildings.sort()
    if !result.buildings.isEmpty {
      if !near.isNaN { (result.outcome, result.distance) = (.linkedNear, near) }
      return result
    }
    let p = points[0]
    let off = extent.distance(to: Envelope(minX: p.x, minY: p.y, maxX: p.x, maxY: p.y))
    if off > FootprintLocator.reach {
      return Link(outcome: .outsideExtent, distance: off, detail: "\(Self.metres(off)) from the extent of the buildings")
    }
    let nearest = points.compactMap { locator.nearest(x: $0.x, y: $0.y)?.distance }.min() ?? .nan
    return Link(outcome: .noBuildingNear, distance: nearest, detail: "the nearest footprint is \(Self.metres(nearest)) from the record")
  }

  private static func metres(_ value: Double) -> String {
    value >= 1000 ? "\(Int((value / 1000).rounded())) km" : "\(Int(value.rounded(.up))) m"
  }

  // MARK: By what is written

  /// The buildings with an id, or with one that differs in prefix, case or leading zeros only.
  struct IdentifierLinks {
    private let ids: TextColumn
    private var index: IdentifierIndex
    /// The rows beyond the first with an id.
    private var others: [String: [Int]] = [:]
    private var plain: [String: [Int]]?

    init(_ ids: TextColumn) {
      self.ids = ids
      index = IdentifierIndex(capacity: ids.count)
      for row in 0..<ids.count where !ids.range(of: row).isEmpty {
        if index.insert(row, of: ids) != nil { others[ids[row], default: []].append(row) }
      }
    }

    /// Without what stands before the last `/`, `:` or `#`, without zeros in front of a number, and without case.
    static func plain(_ id: String) -> String {
      let last = id.split { $0 == "/" || $0 == ":" || $0 == "#" }.last.map(String.init) ?? id
      let zeros = last.drop { $0 == "0" }
      return (zeros.isEmpty ? last : String(zeros)).lowercased()
    }

    /// The rows, and whether the spelling differs.
    mutating func link(_ id: String) -> (link: Link, isRespelled: Bool) {
      guard !id.isEmpty else { return (Link(outcome: .noPosition, detail: "the field of the id is empty"), false) }
      if let first = index.row(of: id, in: ids) { return (Link(buildings: [first] + (others[id] ?? [])), false) }
      if plain == nil {
        plain = [:]
        for row in 0..<ids.count where !ids.range(of: row).isEmpty { plain?[Self.plain(ids[row]), default: []].append(row) }
      }
      // Two buildings whose ids differ in nothing else cannot be told apart.
      if let found = plain?[Self.plain(id)], Set(found.map { ids[$0] }).count == 1 { return (Link(buildings: found), true) }
      return (Link(outcome: .idNotFound, detail: "no building has the id \"\(id.prefix(80))\""), false)
    }
  }

  /// The buildings with one of a row's cadastral references; several stand in a cell between `|`, `;` or `,`.
  struct ParcelLinks {
    private var rows: [String: [Int]] = [:]

    init(_ parcels: TextColumn) {
      for row in 0..<parcels.count { for parcel in Self.parts(parcels[row]) { rows[parcel, default: []].append(row) } }
    }

    static func parts(_ text: String) -> [String] {
      text.split { $0 == "|" || $0 == ";" || $0 == "," }.map { $0.filter { !$0.isWhitespace }.uppercased() }.filter { !$0.isEmpty }
    }

    func link(_ text: String) -> Link {
      let parts = Self.parts(text)
      guard !parts.isEmpty else { return Link(outcome: .noPosition, detail: "the field of the cadastral reference is empty") }
      let found = Set(parts.flatMap { rows[$0] ?? [] }).sorted()
      return found.isEmpty
        ? Link(outcome: .parcelNotFound, detail: "no building has the cadastral reference \"\(text.prefix(80))\"") : Link(buildings: found)
    }
  }
}
