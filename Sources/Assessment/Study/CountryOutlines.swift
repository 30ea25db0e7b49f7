import Foundation
import GeoFormats
import SimpleFeatures
import Synchronization

/// In which country a place lies, by outlines (`GeoData/countries.geojson`: Natural Earth 1:10m, simplified).
///
/// The outlines are true to about 1 km. So a place within 3 km of another country is left open.
struct CountryOutlines: Sendable {
  /// What the outlines say of a place.
  enum Answer: Equatable {
    /// The country, by the two letters that a study uses.
    case country(String)
    /// It may be any of these, ascending.
    case open([String])
    /// No country is within 25 km.
    case nowhere
  }

  /// Metres within which another country leaves the answer open.
  static let margin = 3_000.0
  /// Metres that a place may lie off the coast.
  static let reach = 25_000.0

  private let codes: [String]
  private let geometry: GeometryColumn
  private let boxes: [Envelope]

  /// Outlines that have been read, by file: they are the same for every study of a process.
  private static let known = Lock<[String: CountryOutlines]>([:])

  /// Reads the outlines, once in a process.
  init(folder: DataFolder) throws {
    let file = folder.geoData + "/countries.geojson"
    if let known = Self.known.withLock({ $0[file] }) {
      self = known
      return
    }
    try self.init(file: file)
    let read = self
    Self.known.withLock { $0[file] = read }
  }

  private init(file: String) throws {
    let layer = try readLayer(LayerReference(path: file), options: ReadOptions())
    guard let names = layer.features.attribute("country") else {
      throw AssessmentError(.badInput, "\(file): the field `country` is missing.")
    }
    codes = (0..<layer.features.count).map { names.text($0) ?? "" }
    geometry = layer.features.geometry
    boxes = (0..<layer.features.count).map { [geometry] in geometry.envelope(of: $0) }
  }

  /// The country of a place given in WGS 84, degrees. O(vertices of the countries near).
  func country(longitude: Double, latitude: Double) -> Answer {
    // Metres to a degree on a sphere of 6,371 km; distances of a few kilometres are right within 1 %.
    let metres = 111_195.0, scale = cos(latitude * .pi / 180)
    let off = Self.reach / metres
    let around = Envelope(
      minX: longitude - off / max(0.05, scale), minY: latitude - off, maxX: longitude + off / max(0.05, scale), maxY: latitude + off)
    var nearest: [String: Double] = [:]
    for feature in codes.indices where !codes[feature].isEmpty && boxes[feature].distance(to: around) == 0 {
      let distance = distance(longitude, latitude, scale, feature) * metres
      nearest[codes[feature]] = min(nearest[codes[feature]] ?? .infinity, distance)
    }
    guard let least = nearest.values.min(), least <= Self.reach else { return .nowhere }
    let near = nearest.filter { $0.value <= least + Self.margin }.map(\.key).sorted()
    return near.count == 1 ? .country(near[0]) : .open(near)
  }

  /// Metres from a place to a country; 0 inside, infinity where none has that code or it is farther than 1,000 km.
  func distance(longitude: Double, latitude: Double, toCountry code: String) -> Double {
    let scale = cos(latitude * .pi / 180)
    var best = Double.infinity
    for feature in codes.indices where codes[feature] == code {
      best = min(best, distance(longitude, latitude, scale, feature) * 111_195)
    }
    return best <= 1_000_000 ? best : .infinity
  }

  /// Whether a country of that code is among the outlines.
  func has(_ code: String) -> Bool { codes.contains(code) }

  /// Degrees of latitude from a position to an outline; 0 inside.
  private func distance(_ px: Double, _ py: Double, _ scale: Double, _ feature: Int) -> Double {
    var inside = false
    var best = Double.infinity
    for ring in geometry.rings(of: feature) {
      let positions = geometry.positions(ofRing: ring)
      for i in positions.dropLast() {
        let ax = geometry.x[i] - px, ay = geometry.y[i] - py, bx = geometry.x[i + 1] - px, by = geometry.y[i + 1] - py
        if (ay > 0) != (by > 0), 0 < (bx - ax) * -ay / (by - ay) + ax { inside.toggle() }
        let dx = (bx - ax) * scale, dy = by - ay
        let length = dx * dx + dy * dy
        let t = length > 0 ? min(1, max(0, -(ax * scale * dx + ay * dy) / length)) : 0
        let ex = ax * scale + t * dx, ey = ay + t * dy
        best = min(best, ex * ex + ey * ey)
      }
    }
    return inside ? 0 : best.squareRoot()
  }
}
