internal import CPROJ
public import SimpleFeatures

/// Transforms positions from one coordinate reference system to another.
///
/// x is easting or longitude and y is northing or latitude on both sides, whatever axis order the authorities list; degrees for geographic
/// systems. A transform costs about 7 ms to make and 0.05 to 0.2 µs a position, belongs to one task at a time (it cannot be copied), and never uses the
/// network: grids that are not installed are not used.
@safe
public struct CoordinateTransform: ~Copyable {
  /// The system of the input.
  public let source: CoordinateReferenceSystem
  /// The system of the output.
  public let target: CoordinateReferenceSystem
  private let context = PROJContext()
  private let operation: PROJObject?
  /// A closed form that has proved equal to the operation.
  private let kernel: ProjectionKernel?

  /// Prepares the transformation. Throws when PROJ does not know a system or no operation joins the two.
  public init(from source: CoordinateReferenceSystem, to target: CoordinateReferenceSystem) throws(SpatialError) {
    self.source = source
    self.target = target
    let from = try context.horizontalCRS(source.definition)
    let to = try context.horizontalCRS(target.definition)
    if source == target {
      operation = nil
      kernel = nil
      return
    }
    guard let made = unsafe proj_create_crs_to_crs_from_pj(context.handle, from.pointer, to.pointer, nil, nil) else {
      throw .noTransformation(from: source.description, to: target.description, reason: context.lastError)
    }
    let plain = unsafe PROJObject(made)
    guard let normalised = unsafe proj_normalize_for_visualization(context.handle, plain.pointer) else {
      throw .noTransformation(from: source.description, to: target.description, reason: context.lastError)
    }
    let ready = unsafe PROJObject(normalised)
    kernel = ProjectionKernel.candidates(from: source.definition, to: target.definition).first { candidate in
      candidate.agrees { x, y in Self.run(ready, &x, &y) }
    }
    operation = consume ready
  }

  /// Whether a closed form does the work inside its domain.
  var usesKernel: Bool { kernel != nil }

  /// Transforms positions in place and gives the indices whose result is not finite, ascending; those positions become NaN.
  public func transform(x: inout [Double], y: inout [Double]) -> [Int] {
    precondition(x.count == y.count)
    switch operation {
    case .none: break
    case .some(let operation):
      if let kernel {
        let outside = kernel.transform(&x, &y)
        if !outside.isEmpty {
          var xs = outside.map { x[$0] }
          var ys = outside.map { y[$0] }
          Self.run(operation, &xs, &ys)
          for (k, i) in outside.enumerated() {
            x[i] = xs[k]
            y[i] = ys[k]
          }
        }
      } else {
        Self.run(operation, &x, &y)
      }
    }
    return Self.nonFinite(&x, &y)
  }

  private static func run(_ operation: borrowing PROJObject, _ x: inout [Double], _ y: inout [Double]) {
    let n = x.count
    guard n > 0 else { return }
    let stride = MemoryLayout<Double>.stride
    _ = unsafe proj_trans_generic(operation.pointer, PJ_FWD, &x, stride, n, &y, stride, n, nil, 0, 0, nil, 0, 0)
  }

  private static func nonFinite(_ x: inout [Double], _ y: inout [Double]) -> [Int] {
    var bad: [Int] = []
    for i in x.indices where !(x[i].isFinite && y[i].isFinite) {
      bad.append(i)
      x[i] = .nan
      y[i] = .nan
    }
    return bad
  }

  /// Transforms the positions of a column in place and gives the features with a result that is not finite, ascending.
  ///
  /// Their positions become NaN where the projection has no answer; the caller refuses them with a defect.
  public func transform(_ geometry: inout GeometryColumn) -> [Int] {
    let bad = transform(x: &geometry.x, y: &geometry.y)
    return geometry.features(atPositions: bad)
  }

  /// Transforms a large column on several threads, with a transform of its own on each. The result does not depend on `threads`.
  public static func transform(
    _ geometry: inout GeometryColumn, from source: CoordinateReferenceSystem, to target: CoordinateReferenceSystem, threads: Int
  ) throws(SpatialError) -> [Int] {
    let first = try CoordinateTransform(from: source, to: target)
    let cuts = runs(of: geometry.x.count, threads: threads, least: 100_000)
    guard cuts.count > 1 else { return first.transform(&geometry) }
    let x = geometry.x
    let y = geometry.y
    let done = concurrentMap(cuts.count, threads: cuts.count) { k -> (x: [Double], y: [Double], bad: [Int]) in
      var xs = Array(x[cuts[k]])
      var ys = Array(y[cuts[k]])
      // The same pair of systems has just been accepted; a failure now can only be want of memory.
      guard let transform = try? CoordinateTransform(from: source, to: target) else { fatalError("PROJ has no memory for a transform") }
      let bad = transform.transform(x: &xs, y: &ys)
      return (xs, ys, bad.map { $0 + cuts[k].lowerBound })
    }
    geometry.x.removeAll(keepingCapacity: true)
    geometry.y.removeAll(keepingCapacity: true)
    for part in done {
      geometry.x.append(contentsOf: part.x)
      geometry.y.append(contentsOf: part.y)
    }
    return geometry.features(atPositions: done.flatMap(\.bad))
  }
}

extension GeometryColumn {
  /// The features that own the given positions (ascending), each once, ascending. O(features) when there are any.
  func features(atPositions positions: [Int]) -> [Int] {
    guard !positions.isEmpty else { return [] }
    var features: [Int] = []
    var k = 0
    for feature in 0..<count where k < positions.count {
      let end = Int(ringOffsets[Int(partOffsets[Int(featureOffsets[feature + 1])])])
      guard positions[k] < end else { continue }
      features.append(feature)
      while k < positions.count, positions[k] < end { k += 1 }
    }
    return features
  }
}
