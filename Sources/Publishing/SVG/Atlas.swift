public import Assessment
import SimpleFeatures

/// The surroundings prepared for drawing many maps: bounds and a grid over buildings, streets and places, and which building belongs to which site.
///
/// Made once for a study and shared by all its pages. O(vertices) to make; a map then visits only what lies in its window.
public struct Atlas: Sendable {
  /// What is drawn.
  public let surroundings: Surroundings
  let buildings: EnvelopeGrid
  let streets: EnvelopeGrid
  let places: EnvelopeGrid
  let vacancies: [VacancyStyle]
  let streetWidths: [UInt8]
  let categories: [UInt8]
  private let rowsOfSite: [String: [Int]]

  /// Prepares the layers.
  public init(_ surroundings: Surroundings) {
    self.surroundings = surroundings
    buildings = EnvelopeGrid(surroundings.buildings.geometry)
    streets = EnvelopeGrid(surroundings.streets.geometry)
    places = EnvelopeGrid(surroundings.places.geometry)
    let vacancy = surroundings.buildings.attribute("vacancy")
    vacancies = (0..<surroundings.buildings.count).map { VacancyStyle(rawValue: vacancy?.text($0) ?? "") ?? .unknown }
    let roadClass = surroundings.streets.attribute("class")
    streetWidths = (0..<surroundings.streets.count).map { Self.width(ofRoad: roadClass?.text($0) ?? "") }
    let category = surroundings.places.attribute("category")
    categories = (0..<surroundings.places.count).map { row in
      UInt8(PlaceStyle.allCases.firstIndex { $0.rawValue == category?.text(row) } ?? PlaceStyle.allCases.count)
    }
    var rows: [String: [Int]] = [:]
    if let site = surroundings.buildings.attribute("site_id") {
      for row in 0..<surroundings.buildings.count {
        if let id = site.text(row), !id.isEmpty { rows[id, default: []].append(row) }
      }
    }
    rowsOfSite = rows
  }

  /// The buildings of a site; empty when the map has none.
  func buildings(ofSite id: String) -> [Int] { rowsOfSite[id] ?? [] }

  /// The bounds of a site's buildings, `nil` when the map has none.
  func envelope(ofSite id: String) -> Envelope? {
    var envelope = Envelope()
    for row in buildings(ofSite: id) { envelope.add(buildings.envelopes[row]) }
    return envelope.isEmpty ? nil : envelope
  }

  /// Line class by road class: 3 main road, 2 collector, 1 street, 0 path.
  private static func width(ofRoad road: String) -> UInt8 {
    switch road.hasSuffix("_link") ? String(road.dropLast(5)) : road {
    case "motorway", "trunk", "primary", "main": 3
    case "secondary", "tertiary", "collector": 2
    case "footway", "path", "steps", "cycleway", "track", "bridleway", "corridor", "pedestrian": 0
    default: 1
    }
  }
}

/// How a building's vacancy class is drawn; raw values as in the buildings layer.
enum VacancyStyle: String, CaseIterable {
  case inUse, unknown, partlyVacant, vacant, derelict
}

/// How a place is drawn; raw values as in the places layer.
enum PlaceStyle: String, CaseIterable {
  case transit, culture, higherEducation, food, park, school, grocery, retail, health

  /// Adds the category's mark around a position: shapes differ as well as colours.
  func add(to path: inout SVGPath, _ x: Double, _ y: Double, _ r: Double) {
    switch self {
    case .transit: path.shape(x, y, [(-r, -r), (r, -r), (r, r), (-r, r)])
    case .culture:
      path.shape(
        x, y,
        (0..<10).map { k in
          let spoke = Self.star[k]
          let length = k.isMultiple(of: 2) ? r * 1.45 : r * 0.62
          return (spoke.0 * length, spoke.1 * length)
        })
    case .higherEducation: path.shape(x, y, [(0, -1.35 * r), (1.25 * r, r), (-1.25 * r, r)])
    case .food: path.circle(x, y, r)
    case .park: path.shape(x, y, [(0, -1.35 * r), (1.35 * r, 0), (0, 1.35 * r), (-1.35 * r, 0)])
    case .school: path.shape(x, y, [(0, 1.35 * r), (1.25 * r, -r), (-1.25 * r, -r)])
    case .grocery: path.shape(x, y, [(-r, -0.55 * r), (r, -0.55 * r), (r, 0.55 * r), (-r, 0.55 * r)])
    case .retail: path.shape(x, y, [(-0.55 * r, -r), (0.55 * r, -r), (0.55 * r, r), (-0.55 * r, r)])
    case .health:
      let a = 0.4 * r
      path.shape(x, y, [(-a, -r), (a, -r), (a, -a), (r, -a), (r, a), (a, a), (a, r), (-a, r), (-a, a), (-r, a), (-r, -a), (-a, -a)])
    }
  }

  /// Directions of a five-pointed star's ten corners, from the top clockwise.
  private static let star: [(Double, Double)] = [
    (0, -1), (0.588, -0.809), (0.951, -0.309), (0.951, 0.309), (0.588, 0.809), (0, 1), (-0.588, 0.809), (-0.951, 0.309), (-0.951, -0.309),
    (-0.588, -0.809),
  ]
}

/// Bounds of features in a regular grid, to find those in a window.
struct EnvelopeGrid: Sendable {
  let envelopes: [Envelope]
  private let bounds: Envelope
  private let columns: Int
  private let rows: Int
  private let cellSize: Double
  /// Start of each cell in `items`; large features stand in every cell that they touch.
  private let starts: [Int32]
  private let items: [Int32]

  /// Sorts the features into cells of about the size that gives four features a cell, at least 50 m. O(vertices + cells touched).
  init(_ geometry: GeometryColumn) {
    envelopes = (0..<geometry.count).map { geometry.envelope(of: $0) }
    var bounds = Envelope()
    for envelope in envelopes { bounds.add(envelope) }
    self.bounds = bounds
    let area = max(bounds.width * bounds.height, 1)
    cellSize = max(50, (area / Double(max(geometry.count, 1)) * 4).squareRoot())
    columns = max(1, min(4_000, Int(bounds.width / cellSize) + 1))
    rows = max(1, min(4_000, Int(bounds.height / cellSize) + 1))
    var counts = [Int32](repeating: 0, count: columns * rows + 1)
    let size = cellSize
    let (width, height) = (columns, rows)
    func cells(_ envelope: Envelope, _ visit: (Int) -> Void) {
      guard !envelope.isEmpty else { return }
      let x0 = max(0, min(width - 1, Int((envelope.minX - bounds.minX) / size)))
      let x1 = max(0, min(width - 1, Int((envelope.maxX - bounds.minX) / size)))
      let y0 = max(0, min(height - 1, Int((envelope.minY - bounds.minY) / size)))
      let y1 = max(0, min(height - 1, Int((envelope.maxY - bounds.minY) / size)))
      for y in y0...y1 { for x in x0...x1 { visit(y * width + x) } }
    }
    for envelope in envelopes { cells(envelope) { counts[$0 + 1] += 1 } }
    for cell in 1..<counts.count { counts[cell] += counts[cell - 1] }
    starts = counts
    var next = counts
    var items = [Int32](repeating: 0, count: Int(counts[counts.count - 1]))
    for (feature, envelope) in envelopes.enumerated() {
      cells(envelope) {
        items[Int(next[$0])] = Int32(feature)
        next[$0] += 1
      }
    }
    self.items = items
  }

  /// The features whose bounds meet the window, ascending.
  func features(in window: Envelope) -> [Int] {
    guard !bounds.isEmpty, bounds.intersects(window) else { return [] }
    let x0 = max(0, min(columns - 1, Int((window.minX - bounds.minX) / cellSize)))
    let x1 = max(0, min(columns - 1, Int((window.maxX - bounds.minX) / cellSize)))
    let y0 = max(0, min(rows - 1, Int((window.minY - bounds.minY) / cellSize)))
    let y1 = max(0, min(rows - 1, Int((window.maxY - bounds.minY) / cellSize)))
    var found: [Int] = []
    for y in y0...y1 {
      for cell in (y * columns + x0)...(y * columns + x1) {
        for k in starts[cell]..<starts[cell + 1] {
          let feature = Int(items[Int(k)])
          if envelopes[feature].intersects(window) { found.append(feature) }
        }
      }
    }
    found.sort()
    var last = -1
    found.removeAll { feature in
      defer { last = feature }
      return feature == last
    }
    return found
  }
}
