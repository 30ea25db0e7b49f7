import Glibc
import SimpleFeatures

/// How dense and how mixed are the companies around?
public struct CompanySurroundings: Sendable {
  /// Companies per km² by an Epanechnikov kernel; 0 where there is none.
  public var density: [Double]
  /// Shannon entropy of the sectors within the radius ÷ ln(number of sectors there), 0…1; 0 with fewer than two sectors; NaN when no
  /// company of the city has a known sector.
  public var diversity: [Double]
  /// Shannon entropy of the sectors within the radius, nats; NaN when no company of the city has a known sector.
  public var entropy: [Double]
}

/// Density and mixture of companies around each position.
///
/// The kernel is 2/(πh²)·(1 − d²/h²) for d < h (B. W. Silverman, Density Estimation, 1986, p. 76), each company counts one. The entropy is
/// −Σ p ln p over the companies with a known sector within `radius`, its evenness after E. C. Pielou (1966). NaN positions → NaN.
/// O(positions × companies near).
public func companySurroundings(
  x: [Double], y: [Double], companies: Companies, bandwidth: Double = 500, radius: Double = 800, threads: Int = 1
) -> CompanySurroundings {
  let index = PointIndex(x: companies.x, y: companies.y, cell: max(bandwidth, radius) / 8)
  let sector = index.id.map { Int(companies.sector[Int($0)]) }
  let sectors = (sector.max() ?? -1) + 1
  // k ln k, for the entropy from counts alone.
  let logs = (0...max(1, companies.count)).map { $0 == 0 ? 0 : Double($0) * log(Double($0)) }
  let columns = makeColumns(3, count: x.count) { out in
    forEachRange(of: x.count, chunk: 1024, threads: threads) { range in
      var counts = [Int](repeating: 0, count: sectors)
      let h2 = bandwidth * bandwidth, r2 = radius * radius
      let reach = max(bandwidth, radius)
      let scale = 2 / (Double.pi * h2) * 1e6
      for i in range where !x[i].isNaN {
        var sum = 0.0
        for k in counts.indices { counts[k] = 0 }
        let px = x[i], py = y[i]
        counts.withUnsafeMutableBufferPointer { counts in
          index.x.withUnsafeBufferPointer { cx in
            index.y.withUnsafeBufferPointer { cy in
              sector.withUnsafeBufferPointer { sector in
                index.forEachRun(x: px, y: py, radius: reach) { run in
                  for k in run {
                    let dx = cx[k] - px, dy = cy[k] - py
                    let d2 = dx * dx + dy * dy
                    if d2 < h2 { sum += 1 - d2 / h2 }
                    if d2 <= r2, sector[k] >= 0 { counts[sector[k]] += 1 }
                  }
                }
              }
            }
          }
        }
        out[0][i] = sum * scale
        guard sectors > 0 else { continue }
        var total = 0, present = 0
        var weighted = 0.0
        for count in counts where count > 0 {
          total += count
          present += 1
          weighted += logs[count]
        }
        let entropy = present > 1 ? log(Double(total)) - weighted / Double(total) : 0
        out[2][i] = entropy
        out[1][i] = present > 1 ? min(1, entropy / log(Double(present))) : 0
      }
    }
  }
  return CompanySurroundings(density: columns[0], diversity: columns[1], entropy: columns[2])
}

/// How much floor area near by has evidence of vacancy? Gross floor area in m² of *other* buildings with evidence within `radius` metres,
/// from position to position; the footprint stands in where the floor area is unknown. NaN positions → NaN. O(positions × vacant near).
public func poleFloorArea(
  x: [Double], y: [Double], grossFloorArea: [Double], footprint: [Double], hasVacancyEvidence: [Bool], radius: Double = 300,
  threads: Int = 1
) -> [Double] {
  var vx: [Double] = []
  var vy: [Double] = []
  var area: [Double] = []
  var building: [Int32] = []
  for i in x.indices where hasVacancyEvidence[i] && !x[i].isNaN {
    let known = grossFloorArea[i].isNaN ? footprint[i] : grossFloorArea[i]
    guard known > 0 else { continue }
    vx.append(x[i])
    vy.append(y[i])
    area.append(known)
    building.append(Int32(i))
  }
  let index = PointIndex(x: vx, y: vy, cell: radius / 4)
  return makeColumns(1, count: x.count) { out in
    forEachRange(of: x.count, threads: threads) { range in
      for i in range where !x[i].isNaN {
        var sum = 0.0
        index.forEachRun(x: x[i], y: y[i], radius: radius) { run in
          for k in run {
            let dx = index.x[k] - x[i], dy = index.y[k] - y[i]
            let v = Int(index.id[k])
            if dx * dx + dy * dy <= radius * radius, building[v] != Int32(i) { sum += area[v] }
          }
        }
        out[0][i] = sum
      }
    }
  }[0]
}
