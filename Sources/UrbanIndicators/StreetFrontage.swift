public import SimpleFeatures

/// How much wall looks onto a street? Metres of outer wall, not shared, whose normal meets a street's line within the distance.
///
/// Streets are those that buildings front on: no motorways, service ways, tracks and paths. A wall that stands across the end of a street is
/// not counted, nor are walls of courtyards. NaN without a polygon. O(buildings × edges near streets).
public func streetFrontage(
  of geometry: GeometryColumn, sharedWalls: SharedWalls, streets: Streets, distance: Double = 15, threads: Int = 1
) -> [Double] {
  var segments: [SegmentIndex.Segment] = []
  streets.geometry.forEachSegment { street, ax, ay, bx, by in
    guard streets.roadClass[street].isFronted else { return }
    segments.append(SegmentIndex.Segment(ax: ax, ay: ay, bx: bx, by: by, id: Int32(segments.count)))
  }
  let index = SegmentIndex(segments)
  return makeColumns(1, count: geometry.count) { out in
    geometry.withUnsafeColumn { column in
      forEachRange(of: geometry.count, threads: threads) { range in
        var near: [SegmentIndex.Segment] = []
        var seen: [(from: Double, to: Double)] = []
        for feature in range {
          guard column.kinds[feature].isAreal else { continue }
          let box = column.envelope(of: feature).expanded(by: distance)
          near.removeAll(keepingCapacity: true)
          index.forEach(near: box) { s in
            guard min(s.ax, s.bx) <= box.maxX, max(s.ax, s.bx) >= box.minX, min(s.ay, s.by) <= box.maxY, max(s.ay, s.by) >= box.minY
            else { return }
            // A segment comes once from each cell that it passes.
            for other in near where other.id == s.id { return }
            near.append(s)
          }
          guard !near.isEmpty else {
            out[0][feature] = 0
            continue
          }
          out[0][feature] = frontage(column, feature, near, distance, sharedWalls, &seen)
        }
      }
    }
  }[0]
}

private func frontage(
  _ column: UnsafeGeometryColumn, _ feature: Int, _ near: [SegmentIndex.Segment], _ distance: Double, _ walls: SharedWalls,
  _ seen: inout [(from: Double, to: Double)]
) -> Double {
  var total = 0.0
  let stretches = walls.stretches(of: feature)
  for part in column.parts(of: feature) {
    let rings = column.rings(ofPart: part)
    guard !rings.isEmpty else { continue }
    let exterior = rings.lowerBound
    // Outside lies to the right of a ring that runs counter-clockwise.
    let side: Double = column.doubledSignedArea(ofRing: exterior) >= 0 ? 1 : -1
    let p = column.positions(ofRing: exterior)
    var i = p.lowerBound + 1
    while i < p.upperBound {
      let ax = column.x[i - 1], ay = column.y[i - 1]
      let dx = column.x[i] - ax, dy = column.y[i] - ay
      let l = (dx * dx + dy * dy).squareRoot()
      if l > 0 {
        let ux = dx / l, uy = dy / l
        seen.removeAll(keepingCapacity: true)
        for s in near {
          // Street in the wall's frame: t along the wall, h outwards.
          let px = s.ax - ax, py = s.ay - ay, qx = s.bx - ax, qy = s.by - ay
          var t0 = px * ux + py * uy, t1 = qx * ux + qy * uy
          var h0 = side * (px * uy - py * ux), h1 = side * (qx * uy - qy * ux)
          // A street that touches the wall's line touches it whatever the rounding of the coordinates.
          if abs(h0) < 1e-6 { h0 = 0 }
          if abs(h1) < 1e-6 { h1 = 0 }
          if h0 > h1 {
            swap(&h0, &h1)
            swap(&t0, &t1)
          }
          guard h1 >= 0, h0 <= distance else { continue }
          // Cut to 0 ≤ h ≤ distance.
          let th0 = h0, th1 = h1, tt0 = t0, tt1 = t1
          if th0 < 0 { t0 = tt0 + (0 - th0) / (th1 - th0) * (tt1 - tt0) }
          if th1 > distance { t1 = tt0 + (distance - th0) / (th1 - th0) * (tt1 - tt0) }
          let from = max(0, min(t0, t1)), to = min(l, max(t0, t1))
          if to > from { seen.append((from, to)) }
        }
        if !seen.isEmpty {
          seen.sort { $0.from < $1.from }
          // What is seen, less what is shared.
          var at = 0.0
          for interval in seen where interval.to > at {
            let from = max(at, interval.from)
            at = interval.to
            total += at - from
            for k in stretches where Int(walls.edge[k]) == i - 1 {
              total -= max(0, min(at, walls.to[k]) - max(from, walls.from[k]))
            }
          }
        }
      }
      i += 1
    }
  }
  return total
}

extension GeometryColumn {
  /// Calls `body` with every segment of positive length: feature, start and end.
  func forEachSegment(_ body: (_ feature: Int, _ ax: Double, _ ay: Double, _ bx: Double, _ by: Double) -> Void) {
    withUnsafeColumn { column in
      for feature in 0..<column.count where !column.kinds[feature].isPuntal {
        for ring in column.rings(of: feature) {
          let p = column.positions(ofRing: ring)
          var i = p.lowerBound + 1
          while i < p.upperBound {
            let ax = column.x[i - 1], ay = column.y[i - 1], bx = column.x[i], by = column.y[i]
            if ax != bx || ay != by { body(feature, ax, ay, bx, by) }
            i += 1
          }
        }
      }
    }
  }
}

/// How far is the next main road? Straight distance in metres from each position to a trunk, primary, secondary or tertiary road; NaN
/// beyond `limit` and without such a road.
public func mainRoadDistance(x: [Double], y: [Double], streets: Streets, limit: Double = 5000, threads: Int = 1) -> [Double] {
  var segments: [SegmentIndex.Segment] = []
  streets.geometry.forEachSegment { street, ax, ay, bx, by in
    guard streets.roadClass[street].isMainRoad else { return }
    segments.append(SegmentIndex.Segment(ax: ax, ay: ay, bx: bx, by: by, id: Int32(segments.count)))
  }
  let index = SegmentIndex(segments)
  return makeColumns(1, count: x.count) { out in
    forEachRange(of: x.count, threads: threads) { range in
      for i in range {
        let foot = index.nearest(x: x[i], y: y[i], limit: limit)
        if foot.segment >= 0 { out[0][i] = foot.squaredDistance.squareRoot() }
      }
    }
  }[0]
}
