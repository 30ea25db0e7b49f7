internal import Glibc

/// Closed forms of the two projections that European cities come in, for whole runs of positions.
///
/// A kernel is used only after it has agreed with PROJ to a ten-millionth of a metre on positions all over its domain, and only for positions
/// inside the domain; PROJ does the rest. So it changes the speed and nothing else.
struct ProjectionKernel: Sendable {
  private enum Form: Sendable {
    case transverseMercator(TransverseMercator)
    case equalArea(EqualArea)
  }

  private let form: Form
  /// From degrees to metres, or back.
  private let isForward: Bool

  /// The kernels that may stand for the way between two systems, the most exact first; none for other systems.
  static func candidates(from source: String, to target: String) -> [ProjectionKernel] {
    let geographic: Set<String> = ["OGC:CRS84", "EPSG:4326", "EPSG:4258"]
    if geographic.contains(source) { return forms(target).map { ProjectionKernel(form: $0, isForward: true) } }
    if geographic.contains(target) { return forms(source).map { ProjectionKernel(form: $0, isForward: false) } }
    return []
  }

  private static func forms(_ definition: String) -> [Form] {
    guard definition.hasPrefix("EPSG:"), let code = Int(definition.dropFirst(5)) else { return [] }
    switch code {
    case 3035: return [.equalArea(EqualArea(series: .sixth)), .equalArea(EqualArea(series: .third))]
    case 3067: return [.transverseMercator(TransverseMercator(zone: 35, inverseFlattening: 298.257222101, falseNorthing: 0))]
    case 25828...25838:
      return [.transverseMercator(TransverseMercator(zone: code - 25800, inverseFlattening: 298.257222101, falseNorthing: 0))]
    case 32601...32660:
      return [.transverseMercator(TransverseMercator(zone: code - 32600, inverseFlattening: 298.257223563, falseNorthing: 0))]
    case 32701...32760:
      return [.transverseMercator(TransverseMercator(zone: code - 32700, inverseFlattening: 298.257223563, falseNorthing: 10_000_000))]
    default: return []
    }
  }

  /// Degrees of positions that span the domain.
  private var samples: (longitudes: [Double], latitudes: [Double]) {
    var x: [Double] = []
    var y: [Double] = []
    for i in 0...6 {
      for j in 0...6 {
        switch form {
        case .transverseMercator(let m):
          x.append(m.centralMeridian - 3.4 + 6.8 * Double(i) / 6)
          y.append((m.falseNorthing == 0 ? 0.5 : -79.5) + 79 * Double(j) / 6)
        case .equalArea:
          x.append(-30 + 80 * Double(i) / 6)
          y.append(28 + 54 * Double(j) / 6)
        }
      }
    }
    return (x, y)
  }

  /// Whether the kernel agrees with another transformation, which is given degrees or metres as the direction asks, to 1e-7 m over the domain.
  func agrees(with reference: (inout [Double], inout [Double]) -> Void) -> Bool {
    var (x, y) = samples
    if !isForward {
      // Metres to start from; whether they are the right ones, the way back tells.
      guard ProjectionKernel(form: form, isForward: true).transform(&x, &y).isEmpty else { return false }
    }
    var rx = x
    var ry = y
    guard transform(&x, &y).isEmpty else { return false }
    reference(&rx, &ry)
    // A degree of latitude has about 111,000 m.
    let tolerance = isForward ? 1e-7 : 1e-7 / 111_000
    for i in x.indices where !(abs(x[i] - rx[i]) <= tolerance && abs(y[i] - ry[i]) <= tolerance) { return false }
    return true
  }

  /// Transforms positions in place; those outside the domain are left as they are and named, ascending.
  func transform(_ x: inout [Double], _ y: inout [Double]) -> [Int] {
    var outside: [Int] = []
    unsafe x.withUnsafeMutableBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        for i in 0..<x.count {
          let p = unsafe (x[i], y[i])
          let result: (Double, Double)? =
            switch form {
            case .transverseMercator(let m): isForward ? m.forward(p.0, p.1) : m.inverse(p.0, p.1)
            case .equalArea(let e): isForward ? e.forward(p.0, p.1) : e.inverse(p.0, p.1)
            }
          if let result {
            unsafe x[i] = result.0
            unsafe y[i] = result.1
          } else {
            outside.append(i)
          }
        }
      }
    }
    return outside
  }
}

private let degree = Double.pi / 180

/// Σ cⱼ sin 2jθ for j = 1…6 from sin 2θ and cos 2θ (Clenshaw).
@inline(__always)
private func sineSeries(
  _ c: (Double, Double, Double, Double, Double, Double), _ sin2: Double, _ cos2: Double
) -> Double {
  let twice = 2 * cos2
  let b6 = c.5
  let b5 = c.4 + twice * b6
  let b4 = c.3 + twice * b5 - b6
  let b3 = c.2 + twice * b4 - b5
  let b2 = c.1 + twice * b3 - b4
  let b1 = c.0 + twice * b2 - b3
  return b1 * sin2
}

/// Universal Transverse Mercator by Krüger's series in the third flattening to the sixth order (Karney 2011, “Transverse Mercator with an accuracy
/// of a few nanometers”, J. Geodesy 85, p. 475, eqs. 7–15, 35 and 36).
private struct TransverseMercator: Sendable {
  typealias Six = (Double, Double, Double, Double, Double, Double)
  let centralMeridian: Double
  let falseNorthing: Double
  private let scale: Double
  private let alpha: Six
  private let beta: Six
  /// Conformal latitude from latitude, and back.
  private let conformal: Six
  private let geodetic: Six

  init(zone: Int, inverseFlattening: Double, falseNorthing: Double) {
    centralMeridian = Double(zone * 6 - 183)
    self.falseNorthing = falseNorthing
    let f = 1 / inverseFlattening
    let n = f / (2 - f)
    let n2 = n * n
    let n3 = n2 * n
    let n4 = n2 * n2
    let n5 = n4 * n
    let n6 = n3 * n3
    scale = 0.9996 * 6_378_137 / (1 + n) * (1 + n2 / 4 + n4 / 64 + n6 / 256)
    let a1 = n / 2 - n2 * 2 / 3 + n3 * 5 / 16 + n4 * 41 / 180 - n5 * 127 / 288 + n6 * 7_891 / 37_800
    let a2 = n2 * 13 / 48 - n3 * 3 / 5 + n4 * 557 / 1_440 + n5 * 281 / 630 - n6 * 1_983_433 / 1_935_360
    let a3 = n3 * 61 / 240 - n4 * 103 / 140 + n5 * 15_061 / 26_880 + n6 * 167_603 / 181_440
    let a4 = n4 * 49_561 / 161_280 - n5 * 179 / 168 + n6 * 6_601_661 / 7_257_600
    let a5 = n5 * 34_729 / 80_640 - n6 * 3_418_889 / 1_995_840
    alpha = (a1, a2, a3, a4, a5, n6 * 212_378_941 / 319_334_400)
    let b1 = n / 2 - n2 * 2 / 3 + n3 * 37 / 96 - n4 / 360 - n5 * 81 / 512 + n6 * 96_199 / 604_800
    let b2 = n2 / 48 + n3 / 15 - n4 * 437 / 1_440 + n5 * 46 / 105 - n6 * 1_118_711 / 3_870_720
    let b3 = n3 * 17 / 480 - n4 * 37 / 840 - n5 * 209 / 4_480 + n6 * 5_569 / 90_720
    let b4 = n4 * 4_397 / 161_280 - n5 * 11 / 504 - n6 * 830_251 / 7_257_600
    let b5 = n5 * 4_583 / 161_280 - n6 * 108_847 / 3_991_680
    beta = (b1, b2, b3, b4, b5, n6 * 20_648_693 / 638_668_800)
    let c1 = -n * 2 + n2 * 2 / 3 + n3 * 4 / 3 - n4 * 82 / 45 + n5 * 32 / 45 + n6 * 4_642 / 4_725
    let c2 = n2 * 5 / 3 - n3 * 16 / 15 - n4 * 13 / 9 + n5 * 904 / 315 - n6 * 1_522 / 945
    let c3 = -n3 * 26 / 15 + n4 * 34 / 21 + n5 * 8 / 5 - n6 * 12_686 / 2_835
    let c4 = n4 * 1_237 / 630 - n5 * 12 / 5 - n6 * 24_832 / 14_175
    conformal = (c1, c2, c3, c4, -n5 * 734 / 315 + n6 * 109_598 / 31_185, n6 * 444_337 / 155_925)
    let g1 = n * 2 - n2 * 2 / 3 - n3 * 2 + n4 * 116 / 45 + n5 * 26 / 45 - n6 * 2_854 / 675
    let g2 = n2 * 7 / 3 - n3 * 8 / 5 - n4 * 227 / 45 + n5 * 2_704 / 315 + n6 * 2_323 / 945
    let g3 = n3 * 56 / 15 - n4 * 136 / 35 - n5 * 1_262 / 105 + n6 * 73_814 / 2_835
    let g4 = n4 * 4_279 / 630 - n5 * 332 / 35 - n6 * 399_572 / 14_175
    geodetic = (g1, g2, g3, g4, n5 * 4_174 / 315 - n6 * 144_838 / 6_237, n6 * 601_676 / 22_275)
  }

  /// Σ cⱼ sin 2j(ξ + iη) as real and imaginary part (complex Clenshaw).
  @inline(__always)
  private static func complexSeries(
    _ c: Six, _ sin2: Double, _ cos2: Double, _ sinh2: Double, _ cosh2: Double
  ) -> (Double, Double) {
    // 2 cos 2ζ and sin 2ζ of the complex argument.
    let r = 2 * cos2 * cosh2
    let i = -2 * sin2 * sinh2
    var ar = c.5
    var ai = 0.0
    var br = 0.0
    var bi = 0.0
    func step(_ coefficient: Double) {
      let nr = r * ar - i * ai - br + coefficient
      let ni = r * ai + i * ar - bi
      (br, bi) = (ar, ai)
      (ar, ai) = (nr, ni)
    }
    step(c.4)
    step(c.3)
    step(c.2)
    step(c.1)
    step(c.0)
    let sr = sin2 * cosh2
    let si = cos2 * sinh2
    return (sr * ar - si * ai, sr * ai + si * ar)
  }

  @inline(__always)
  func forward(_ longitude: Double, _ latitude: Double) -> (Double, Double)? {
    let difference = longitude - centralMeridian
    guard abs(difference) <= 3.5, abs(latitude) <= 80 else { return nil }
    let phi = latitude * degree
    let sinPhi = sin(phi)
    let cosPhi = cos(phi)
    // The conformal latitude differs by at most 0.0034, so that its sine and cosine follow from those of the latitude.
    let shift = sineSeries(conformal, 2 * sinPhi * cosPhi, 1 - 2 * sinPhi * sinPhi)
    let (sinShift, cosShift) = Self.smallSineCosine(shift)
    let sinChi = sinPhi * cosShift + cosPhi * sinShift
    let cosChi = cosPhi * cosShift - sinPhi * sinShift
    let (sinLambda, cosLambda) = Self.smallSineCosine(difference * degree)
    // tanh η = cos χ sin λ and tan ξ = tan χ ÷ cos λ; double angles follow without further functions.
    let t = cosChi * sinLambda
    let c = cosChi * cosLambda
    let square = 1 - t * t
    let sum = Self.complexSeries(
      alpha, 2 * sinChi * c / square, (c * c - sinChi * sinChi) / square, 2 * t / square, (1 + t * t) / square)
    return (500_000 + scale * (Self.smallArtanh(t) + sum.1), falseNorthing + scale * (atan2(sinChi, c) + sum.0))
  }

  @inline(__always)
  func inverse(_ easting: Double, _ northing: Double) -> (Double, Double)? {
    let eta = (easting - 500_000) / scale
    let xi = (northing - falseNorthing) / scale
    guard abs(eta) <= 0.062, abs(xi) <= 1.4 else { return nil }
    let sinh2 = Self.smallSinh(2 * eta)
    let sum = Self.complexSeries(beta, sin(2 * xi), cos(2 * xi), sinh2, (1 + sinh2 * sinh2).squareRoot())
    let sinhEta = Self.smallSinh(eta - sum.1)
    let sinXi = sin(xi - sum.0)
    let cosXi = cos(xi - sum.0)
    let root = (sinhEta * sinhEta + cosXi * cosXi).squareRoot()
    let square = 1 + sinhEta * sinhEta
    let phi = atan2(sinXi, root) + sineSeries(geodetic, 2 * sinXi * root / square, 1 - 2 * sinXi * sinXi / square)
    let longitude = centralMeridian + atan2(sinhEta, cosXi) / degree
    // Zones 1 and 60 border on the antimeridian.
    return (longitude < -180 ? longitude + 360 : longitude > 180 ? longitude - 360 : longitude, phi / degree)
  }

  /// Sine and cosine for |z| ≤ 0.062, to the last bit by their series.
  @inline(__always)
  private static func smallSineCosine(_ z: Double) -> (Double, Double) {
    let s = z * z
    return (
      z * (1 - s * (1 / 6.0) * (1 - s * (1 / 20.0) * (1 - s * (1 / 42.0) * (1 - s * (1 / 72.0))))),
      1 - s * (1 / 2.0) * (1 - s * (1 / 12.0) * (1 - s * (1 / 30.0) * (1 - s * (1 / 56.0) * (1 - s * (1 / 90.0)))))
    )
  }

  /// Hyperbolic sine for |z| ≤ 0.125, to the last bit by its series.
  @inline(__always)
  private static func smallSinh(_ z: Double) -> Double {
    let s = z * z
    return z * (1 + s * (1 / 6.0) * (1 + s * (1 / 20.0) * (1 + s * (1 / 42.0) * (1 + s * (1 / 72.0) * (1 + s * (1 / 110.0))))))
  }

  /// artanh z for |z| ≤ 0.082, to the last bit by its series.
  @inline(__always)
  static func smallArtanh(_ z: Double) -> Double {
    let s = z * z
    let series = 1 / 11.0 + s * (1 / 13.0 + s * (1 / 15.0))
    return z * (1 + s * (1 / 3.0 + s * (1 / 5.0 + s * (1 / 7.0 + s * (1 / 9.0 + s * series)))))
  }
}

/// Lambert azimuthal equal area of Europe, EPSG:3035 on GRS 80 (Snyder 1987, “Map projections – a working manual”, USGS PP 1395, p. 187).
private struct EqualArea: Sendable {
  /// How the latitude follows from the authalic latitude.
  enum Series {
    /// In the third flattening to the sixth order (Karney 2024, “On auxiliary latitudes”, Survey Review 56, p. 165, table A).
    case sixth
    /// In the eccentricity to the sixth power, as PROJ before 9.5 has it (Snyder's eq. 3-18): off by less than a millimetre.
    case third
  }

  private let e: Double
  private let e2: Double
  private let qPole: Double
  private let radius: Double
  private let d: Double
  private let sinBeta1: Double
  private let cosBeta1: Double
  private let coefficients: (Double, Double, Double, Double, Double, Double)

  init(series: Series) {
    let a = 6_378_137.0
    let f = 1 / 298.257222101
    e2 = f * (2 - f)
    e = e2.squareRoot()
    qPole = Self.q(1, e, e2)
    radius = a * (qPole / 2).squareRoot()
    let sin1 = sin(52 * degree)
    sinBeta1 = Self.q(sin1, e, e2) / qPole
    cosBeta1 = (1 - sinBeta1 * sinBeta1).squareRoot()
    d = a * cos(52 * degree) / ((1 - e2 * sin1 * sin1).squareRoot() * radius * cosBeta1)
    switch series {
    case .third:
      let e4 = e2 * e2
      let e6 = e4 * e2
      coefficients = (
        e2 / 3 + e4 * 31 / 180 + e6 * 517 / 5_040, e4 * 23 / 360 + e6 * 251 / 3_780, e6 * 761 / 45_360, 0, 0, 0
      )
    case .sixth:
      let n = f / (2 - f)
      let n2 = n * n
      let n3 = n2 * n
      let n4 = n2 * n2
      let n5 = n4 * n
      let n6 = n3 * n3
      let c1 = n * 4 / 3 + n2 * 4 / 45 - n3 * 16 / 35 - n4 * 2_582 / 14_175 + n5 * 60_136 / 467_775 + n6 * 28_112_932 / 212_837_625
      let c2 = n2 * 46 / 45 + n3 * 152 / 945 - n4 * 11_966 / 14_175 - n5 * 21_016 / 51_975 + n6 * 251_310_128 / 638_512_875
      let c3 = n3 * 3_044 / 2_835 + n4 * 3_802 / 14_175 - n5 * 94_388 / 66_825 - n6 * 8_797_648 / 10_945_935
      let c4 = n4 * 6_059 / 4_725 + n5 * 41_072 / 93_555 - n6 * 1_472_637_812 / 638_512_875
      let c5 = n5 * 768_272 / 467_775 + n6 * 455_935_736 / 638_512_875
      coefficients = (c1, c2, c3, c4, c5, n6 * 4_210_684_958 / 1_915_538_625)
    }
  }

  /// Snyder's eq. 3-12 from the sine of the latitude.
  @inline(__always)
  private static func q(_ sinPhi: Double, _ e: Double, _ e2: Double) -> Double {
    (1 - e2) * (sinPhi / (1 - e2 * sinPhi * sinPhi) + TransverseMercator.smallArtanh(e * sinPhi) / e)
  }

  @inline(__always)
  func forward(_ longitude: Double, _ latitude: Double) -> (Double, Double)? {
    guard longitude >= -45, longitude <= 65, latitude >= 20, latitude <= 85 else { return nil }
    let lambda = (longitude - 10) * degree
    let sinBeta = Self.q(sin(latitude * degree), e, e2) / qPole
    let cosBeta = (1 - sinBeta * sinBeta).squareRoot()
    let cosLambda = cos(lambda)
    let b = radius * (2 / (1 + sinBeta1 * sinBeta + cosBeta1 * cosBeta * cosLambda)).squareRoot()
    return (
      4_321_000 + b * d * cosBeta * sin(lambda), 3_210_000 + b / d * (cosBeta1 * sinBeta - sinBeta1 * cosBeta * cosLambda)
    )
  }

  @inline(__always)
  func inverse(_ easting: Double, _ northing: Double) -> (Double, Double)? {
    let x = (easting - 4_321_000) / d
    let y = (northing - 3_210_000) * d
    let square = (x * x + y * y) / (radius * radius)
    guard square <= 0.55 else { return nil }
    // With ρ = 2R sin(C/2): cos C = 1 − ρ²/2R², sin C/ρ = √(1 − ρ²/4R²)/R.
    let cosC = 1 - square / 2
    let factor = (1 - square / 4).squareRoot() / radius
    let sinBeta = cosC * sinBeta1 + y * factor * cosBeta1
    let cosBeta = (1 - sinBeta * sinBeta).squareRoot()
    let lambda = atan2(x * factor, cosBeta1 * cosC - y * sinBeta1 * factor)
    let phi = atan2(sinBeta, cosBeta) + sineSeries(coefficients, 2 * sinBeta * cosBeta, 1 - 2 * sinBeta * sinBeta)
    guard phi <= 85 * degree, phi >= 20 * degree, abs(lambda) <= 60 * degree else { return nil }
    return (10 + lambda / degree, phi / degree)
  }
}
