import SimpleFeatures

/// Footprints at the coordinates of a real projected CRS, rounded to millimetres.
struct Footprint {
  var name: String
  /// Parts → rings → positions.
  var parts: [[[(Double, Double)]]]
}

let footprints: [Footprint] = [
  Footprint(
    name: "rectangle",
    parts: [
      [
        [(385000.0, 6672000.0), (385017.321, 6672010.0), (385012.321, 6672018.66), (384995.0, 6672008.66), (385000.0, 6672000.0)]
      ]
    ]),
  Footprint(
    name: "ell",
    parts: [
      [
        [
          (385100.0, 6672000.0), (385117.607, 6672003.742), (385116.151, 6672010.589), (385104.414, 6672008.095), (385102.75, 6672015.92),
          (385096.881, 6672014.672), (385100.0, 6672000.0),
        ]
      ]
    ]),
  Footprint(
    name: "horseshoe",
    parts: [
      [
        [
          (385200.0, 6672000.0), (385211.276, 6671995.896), (385222.553, 6671991.792), (385229.393, 6672010.585), (385229.393, 6672010.585),
          (385222.815, 6672012.98), (385218.711, 6672001.703), (385209.314, 6672005.123), (385213.418, 6672016.4), (385206.84, 6672018.794),
          (385200.0, 6672000.0),
        ]
      ]
    ]),
  Footprint(
    name: "courtyard",
    parts: [
      [
        [(385300.0, 6672000.0), (385329.776, 6672003.656), (385326.73, 6672028.47), (385296.953, 6672024.814), (385300.0, 6672000.0)],
        [
          (385306.965, 6672008.915), (385305.869, 6672017.848), (385319.764, 6672019.554), (385320.861, 6672010.621),
          (385306.965, 6672008.915),
        ],
      ]
    ]),
  Footprint(
    name: "twins",
    parts: [
      [
        [(385400.0, 6672000.0), (385406.894, 6672005.785), (385401.109, 6672012.679), (385394.215, 6672006.894), (385400.0, 6672000.0)]
      ],
      [
        [
          (385408.796, 6672011.297), (385417.989, 6672019.011), (385413.489, 6672024.373), (385406.965, 6672022.814),
          (385404.297, 6672016.659), (385408.796, 6672011.297),
        ]
      ],
    ]),
  Footprint(
    name: "star",
    parts: [
      [
        [
          (385511.5, 6672000.0), (385511.474, 6672004.445), (385510.243, 6672009.338), (385504.191, 6672008.418), (385500.484, 6672005.226),
          (385497.618, 6672008.372), (385493.991, 6672007.957), (385487.169, 6672007.945), (385488.504, 6672002.149),
          (385492.644, 6671998.625), (385493.942, 6671996.249), (385495.733, 6671994.35), (385496.143, 6671986.445),
          (385501.194, 6671987.112), (385504.847, 6671990.267), (385505.525, 6671994.963), (385504.797, 6671998.142), (385511.5, 6672000.0),
        ]
      ]
    ]),
]

/// What momepy 0.11.0 with shapely 2.2.0 (GEOS 3.14) gives for `footprints` moved to their first coordinates' hundreds (GEOS loses digits of
/// the rotated rectangle at large coordinates; the areas and lengths are the same). The horseshoe repeats a position: momepy drops that
/// corner (its angle is NaN there) and counts 7 of 8; the figure here is 8.
struct Expected {
  var name: String
  var area, perimeter, courtyard, circular, elongation, orientation, rectangularity, convexity: Double
  var corners: Int
  var centroidX, centroidY: Double
}

let expected: [Expected] = [
  Expected(
    name: "rectangle", area: 199.99986000254876, perimeter: 60.00041203633687, courtyard: 0.0, circular: 0.5092724005212187,
    elongation: 0.499972100295762, orientation: 29.99929538534252, rectangularity: 0.9999875006925139, convexity: 1.0, corners: 4,
    centroidX: 385006.1605, centroidY: 6672009.33),
  Expected(
    name: "ell", area: 174.00904499946913, perimeter: 65.99944690892933, courtyard: 0.0, circular: 0.4035378755953058,
    elongation: 0.8333836936205308, orientation: 12.001382900052704, rectangularity: 0.6444210746825444, convexity: 0.7838066424615096,
    corners: 6, centroidX: 385106.02637923957, centroidY: 6672006.9743172545),
  Expected(
    name: "horseshoe", area: 360.0003359982941, perimeter: 112.0009109280578, courtyard: 0.0, circular: 0.4696349087494345,
    elongation: 0.8333220579222346, orientation: 19.99877086984695, rectangularity: 0.7499776598930109, convexity: 0.7499913485347708,
    corners: 8, centroidX: 385214.2404606554, centroidY: 6672004.039991338),
  Expected(
    name: "courtyard", area: 624.012944497799, perimeter: 156.0005972997081, courtyard: 125.99913049580516, circular: 0.5209838347272867,
    elongation: 0.8333291733247304, orientation: 6.999704534110776, rectangularity: 0.8319880731822482, convexity: 0.8320038640752824,
    corners: 4, centroidX: 385313.3647208927, centroidY: 6672014.235191669),
  Expected(
    name: "twins", area: 182.99069299432495, perimeter: 75.41482135215628, courtyard: 0.0, circular: 0.3002475677474638,
    elongation: 0.39828525052206537, orientation: 39.99254629504193, rectangularity: 0.6145714949253608, convexity: 0.6944911044125142,
    corners: 9, centroidX: 385406.1718494791, centroidY: 6672013.0860208105),
  Expected(
    name: "star", area: 315.0661885043662, perimeter: 84.73371219255914, courtyard: 0.0, circular: 0.4949040072010971,
    elongation: 0.9148353197002995, orientation: 3.4548092533009935, rectangularity: 0.595431489199461, convexity: 0.8178470068509639,
    corners: 16, centroidX: 385499.99915224756, centroidY: 6672000.000241244),
]

extension GeometryColumn {
  mutating func append(parts: [[[(Double, Double)]]]) {
    for part in parts {
      for ring in part {
        for (x, y) in ring { add(x: x, y: y) }
        endRing()
      }
      endPart()
    }
    endFeature(parts.count == 1 ? .polygon : .multiPolygon)
  }

  mutating func append(polygon ring: [(Double, Double)]) { append(parts: [[ring + [ring[0]]]]) }

  mutating func append(line: [(Double, Double)]) {
    for (x, y) in line { add(x: x, y: y) }
    endRing()
    endPart()
    endFeature(.lineString)
  }

  mutating func append(boxFrom x0: Double, _ y0: Double, to x1: Double, _ y1: Double) {
    append(polygon: [(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
  }

  /// The column with every position moved by a function.
  func mapped(_ move: (Double, Double) -> (Double, Double)) -> GeometryColumn {
    var result = self
    for i in x.indices { (result.x[i], result.y[i]) = move(x[i], y[i]) }
    return result
  }

  /// The column with every ring running the other way.
  func reversedRings() -> GeometryColumn {
    var result = self
    for ring in 0..<(ringOffsets.count - 1) {
      let range = positions(ofRing: ring)
      result.x[range].reverse()
      result.y[range].reverse()
    }
    return result
  }
}

/// SplitMix64 (G. Steele, D. Lea, C. Flood, 2014): the same numbers for the same seed everywhere.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A star-shaped polygon round a centre.
func randomStar(_ generator: inout SplitMix64, x: Double, y: Double, radius: Double) -> [(Double, Double)] {
  let n = Int.random(in: 3...20, using: &generator)
  return (0..<n).map { k in
    let a = (Double(k) + Double.random(in: 0..<0.9, using: &generator)) * 2 * .pi / Double(n)
    let r = radius * Double.random(in: 0.3...1, using: &generator)
    return (x + r * cosine(a), y + r * cosine(a - .pi / 2))
  }
}

/// Cosine by its series, so that tests need no C library: enough digits for test shapes.
func cosine(_ angle: Double) -> Double {
  let a = angle.remainder(dividingBy: 2 * .pi)
  var term = 1.0, sum = 1.0
  for k in 1...20 {
    term *= -a * a / Double((2 * k - 1) * (2 * k))
    sum += term
  }
  return sum
}

/// Whether two numbers agree to a relative (for small numbers absolute) tolerance; NaN agrees with NaN.
func agrees(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
  (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * max(1, max(abs(a), abs(b)))
}
