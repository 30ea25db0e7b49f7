import GeoFormats
import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// Constraint layers.
extension CityReader {
  mutating func readConstraint(_ constraint: Study.ConstraintSource) throws -> ConstraintLayer {
    let name = "constraints"
    let layer = try load(name, constraint.layer)
    let geometry = try place(layer, constraint.layer, name)
    let kept = (0..<geometry.count).filter { geometry.kinds[$0].isAreal }
    for row in 0..<geometry.count where !geometry.kinds[row].isAreal {
      defects.add(
        Defect(layer: name, feature: "#\(layer.features.numbers[row])", code: .wrongGeometryType, detail: "a constraint must be a polygon"))
    }
    record("constraints: \(constraint.kind)", constraint.layer, layer, kept: kept.count)
    let repaired = repair(geometry.selecting(kept), threads: options.threads)
    let unread = layer.readCount - kept.count + repaired.lost.count
    if unread > 0 {
      notes.append(
        Message(
          .noteUnreadConstraints, .whole(Double(unread)), .whole(Double(layer.readCount)),
          .text(String(constraint.layer.reference.path.split(separator: "/").last ?? "")),
          .label(kind: "constraint", id: constraint.kind, english: constraint.kind))
      )
    }
    return ConstraintLayer(
      kind: ConstraintKind(name: constraint.kind)!, effect: ConstraintEffect(name: constraint.effect)!, above: constraint.above,
      geometry: repaired.geometry, isWhole: unread == 0)
  }
}
