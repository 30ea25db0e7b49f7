import SimpleFeatures

/// The window of a map: ground metres to user units, north up, with clipping and simplification.
struct MapFrame {
  let window: Envelope
  let width: Double
  let height: Double
  /// User units a metre.
  let scale: Double

  /// A window of the given ground width around a position.
  init(center: Position, groundWidth: Double, width: Double, height: Double) {
    scale = width / groundWidth
    let halfHeight = height / scale / 2
    window = Envelope(
      minX: center.x - groundWidth / 2, minY: center.y - halfHeight, maxX: center.x + groundWidth / 2, maxY: center.y + halfHeight)
    self.width = width
    self.height = height
  }

  /// A window that holds an envelope.
  init(fitting envelope: Envelope, width: Double, height: Double) {
    let groundWidth = max(envelope.width, envelope.height * width / height, 100)
    self.init(center: envelope.center, groundWidth: groundWidth, width: width, height: height)
  }

  func x(_ east: Double) -> Double { (east - window.minX) * scale }
  func y(_ north: Double) -> Double { (window.maxY - north) * scale }

  /// Adds the rings of an areal feature, clipped to the window and without corners that a reader could not see.
  func add(_ geometry: borrowing GeometryColumn, area feature: Int, to path: inout SVGPath, tolerance: Double = 0.6) {
    for ring in geometry.rings(of: feature) {
      let positions = geometry.positions(ofRing: ring)
      var corners: [Position] = []
      corners.reserveCapacity(positions.count)
      for i in positions { corners.append(Position(x: x(geometry.x[i]), y: y(geometry.y[i]))) }
      let clipped = clip(thinned(corners, tolerance: tolerance))
      guard clipped.count >= 3 else { continue }
      for (i, corner) in clipped.enumerated() {
        if i == 0 { path.move(corner.x, corner.y) } else { path.line(corner.x, corner.y) }
      }
      path.close()
    }
  }

  /// Adds the lines of a feature, clipped to the window.
  func add(_ geometry: borrowing GeometryColumn, line feature: Int, to path: inout SVGPath, tolerance: Double = 0.8) {
    for ring in geometry.rings(of: feature) {
      let positions = geometry.positions(ofRing: ring)
      var points: [Position] = []
      points.reserveCapacity(positions.count)
      for i in positions { points.append(Position(x: x(geometry.x[i]), y: y(geometry.y[i]))) }
      points = thinned(points, tolerance: tolerance)
      var pen: Position?
      for (a, b) in zip(points, points.dropFirst()) {
        guard let (p, q) = clip(a, b) else {
          pen = nil
          continue
        }
        if pen != p { path.move(p.x, p.y) }
        path.line(q.x, q.y)
        pen = q
      }
    }
  }

  /// Drops points nearer than `tolerance` to the last kept one and points on a straight line between their neighbours; the ends stay.
  private func thinned(_ points: [Position], tolerance: Double) -> [Position] {
    guard points.count > 3 else { return points }
    var kept = [points[0]]
    for i in 1..<points.count - 1 {
      let (a, b, c) = (kept[kept.count - 1], points[i], points[i + 1])
      let (dx, dy) = (b.x - a.x, b.y - a.y)
      if dx * dx + dy * dy < tolerance * tolerance { continue }
      let (ex, ey) = (c.x - a.x, c.y - a.y)
      let length = (ex * ex + ey * ey).squareRoot()
      if length > 0, abs(dx * ey - dy * ex) / length < tolerance / 2, dx * ex + dy * ey > 0, dx * dx + dy * dy < length * length {
        continue
      }
      kept.append(b)
    }
    kept.append(points[points.count - 1])
    return kept
  }

  /// Sutherland–Hodgman clipping against the frame with a margin of two units (Sutherland & Hodgman 1974).
  private func clip(_ ring: [Position]) -> [Position] {
    let low = -2.0
    let (right, bottom) = (width + 2, height + 2)
    if ring.allSatisfy({ $0.x >= low && $0.x <= right && $0.y >= low && $0.y <= bottom }) {
      return ring.first == ring.last ? Array(ring.dropLast()) : ring
    }
    var result = ring.first == ring.last ? Array(ring.dropLast()) : ring
    for side in 0..<4 {
      let input = result
      result = []
      guard var previous = input.last else { return [] }
      func isInside(_ p: Position) -> Bool {
        switch side {
        case 0: p.x >= low
        case 1: p.x <= right
        case 2: p.y >= low
        default: p.y <= bottom
        }
      }
      func crossing(_ a: Position, _ b: Position) -> Position {
        switch side {
        case 0, 1:
          let edge = side == 0 ? low : right
          return Position(x: edge, y: a.y + (b.y - a.y) * (edge - a.x) / (b.x - a.x))
        default:
          let edge = side == 2 ? low : bottom
          return Position(x: a.x + (b.x - a.x) * (edge - a.y) / (b.y - a.y), y: edge)
        }
      }
      for current in input {
        if isInside(current) {
          if !isInside(previous) { result.append(crossing(previous, current)) }
          result.append(current)
        } else if isInside(previous) {
          result.append(crossing(previous, current))
        }
        previous = current
      }
    }
    return result
  }

  /// The part of a segment inside the frame with a margin of two units (Liang & Barsky 1984).
  private func clip(_ a: Position, _ b: Position) -> (Position, Position)? {
    var t0 = 0.0
    var t1 = 1.0
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    for (p, q) in [(-dx, a.x + 2), (dx, width + 2 - a.x), (-dy, a.y + 2), (dy, height + 2 - a.y)] {
      if p == 0 {
        if q < 0 { return nil }
        continue
      }
      let r = q / p
      if p < 0 { t0 = max(t0, r) } else { t1 = min(t1, r) }
      if t0 > t1 { return nil }
    }
    return (Position(x: a.x + t0 * dx, y: a.y + t0 * dy), t1 == 1 ? b : Position(x: a.x + t1 * dx, y: a.y + t1 * dy))
  }
}
