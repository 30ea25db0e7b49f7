import GeoFormats
import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// Districts with their statistics.
extension CityReader {
  static let districtFields = [
    "id", "name", "population", "youngAdults", "unemployed", "labourForce", "income", "rent", "dwellings", "vacantDwellings", "jobs",
    "creativeJobs",
  ]

  mutating func readDistricts(_ layer: Layer, _ source: Study.LayerSource) throws -> Districts {
    let fields = try FieldMapping(batch: layer.features, source: source, layer: "districts", known: Self.districtFields)
    let geometry = try place(layer, source, "districts")
    let (kept, ids) = identify(layer, fields, "districts")
    let areal = kept.indices.filter { geometry.kinds[kept[$0]].isAreal }
    for k in kept.indices where !geometry.kinds[kept[k]].isAreal {
      defects.add(Defect(layer: "districts", feature: ids[k], code: .wrongGeometryType, detail: "a district must be a polygon"))
    }
    var names = TextColumn(), keptIDs = TextColumn()
    let nameField = fields["name"]
    for k in areal {
      keptIDs.append(ids[k])
      names.append(nameField?.text(kept[k]) ?? ids[k])
    }
    let repaired = repair(geometry.selecting(areal.map { kept[$0] }), threads: options.threads)
    for row in repaired.repaired {
      defects.add(
        Defect(layer: "districts", feature: keptIDs[row], code: .invalidGeometryRepaired, detail: repaired.reasons[row] ?? "not valid"))
    }
    var districts = Districts(ids: keptIDs, names: names, geometry: repaired.geometry)
    func column(_ name: String, _ path: WritableKeyPath<Districts, [Double]>) {
      guard let field = fields[name] else { return }
      for (row, k) in areal.enumerated() {
        guard let value = field.number(kept[k]) else { continue }
        if value < 0 {
          defects.add(Defect(layer: "districts", feature: keptIDs[row], code: .implausibleValue, detail: "\(name) is \(value)"))
        } else {
          districts[keyPath: path][row] = value
        }
      }
    }
    column("population", \.population)
    column("youngAdults", \.youngAdults)
    column("unemployed", \.unemployed)
    column("labourForce", \.labourForce)
    column("income", \.income)
    column("rent", \.rent)
    column("dwellings", \.dwellings)
    column("vacantDwellings", \.vacantDwellings)
    column("jobs", \.jobs)
    column("creativeJobs", \.creativeJobs)
    record("districts", source, layer, kept: areal.count)
    return districts
  }
}
