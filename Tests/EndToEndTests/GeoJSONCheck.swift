import TextFormats

/// Checks a text against RFC 7946 and gives what is wrong: members, positions in range, closed rings by the right-hand rule, bounding box,
/// seven decimals, numbers that are numbers.
func geoJSONFaults(_ text: String) -> [String] {
  var faults: [String] = []
  let json: JSON
  do { json = try JSON(parsing: text) } catch { return ["no JSON: \(error)"] }
  guard json["type"]?.string == "FeatureCollection", let features = json["features"]?.array else { return ["no FeatureCollection"] }
  if json["crs"] != nil { faults.append("a crs member, which RFC 7946 removed") }
  var whole: (Double, Double, Double, Double)?
  for (k, feature) in features.enumerated() {
    guard feature["type"]?.string == "Feature" else {
      faults.append("feature \(k) is none")
      continue
    }
    guard let properties = feature["properties"], properties.object != nil || properties.isNull else {
      faults.append("feature \(k) has no properties")
      continue
    }
    for member in properties.object ?? [] where member.value.array != nil || member.value.object != nil {
      faults.append("feature \(k): property \(member.name) is not flat")
    }
    guard let geometry = feature["geometry"] else {
      faults.append("feature \(k) has no geometry member")
      continue
    }
    if geometry.isNull { continue }
    var polygons: [[JSON]] = []
    switch geometry["type"]?.string {
    case "Polygon": polygons = [geometry["coordinates"]?.array ?? []]
    case "MultiPolygon": polygons = (geometry["coordinates"]?.array ?? []).map { $0.array ?? [] }
    default: faults.append("feature \(k): geometry \(geometry["type"]?.string ?? "?")")
    }
    if polygons.contains(where: \.isEmpty) || polygons.isEmpty { faults.append("feature \(k): empty coordinates") }
    for rings in polygons {
      for (r, ring) in rings.enumerated() {
        let positions = (ring.array ?? []).map { ($0.array ?? []).compactMap(\.number) }
        guard positions.count >= 4, positions.allSatisfy({ $0.count == 2 }) else {
          faults.append("feature \(k): a ring of \(positions.count) positions")
          continue
        }
        if positions.first! != positions.last! { faults.append("feature \(k): ring \(r) is open") }
        var area = 0.0
        for (a, b) in zip(positions, positions.dropFirst()) {
          area += (a[0] - positions[0][0]) * (b[1] - positions[0][1]) - (b[0] - positions[0][0]) * (a[1] - positions[0][1])
          let (lon, lat) = (a[0], a[1])
          if !(abs(lon) <= 180 && abs(lat) <= 90) { faults.append("feature \(k): position \(lon), \(lat)") }
          for value in a {
            let digits = JSON.text(of: value).split(separator: ".").dropFirst().first?.count ?? 0
            if digits > 7 { faults.append("feature \(k): \(value) has \(digits) decimals") }
          }
          whole = whole.map { (min($0.0, lon), min($0.1, lat), max($0.2, lon), max($0.3, lat)) } ?? (lon, lat, lon, lat)
        }
        if r == 0 ? area <= 0 : area >= 0 { faults.append("feature \(k): ring \(r) breaks the right-hand rule") }
      }
    }
  }
  if let whole {
    let box = (json["bbox"]?.array ?? []).compactMap(\.number)
    if box != [whole.0, whole.1, whole.2, whole.3] { faults.append("bbox \(box) instead of \(whole)") }
  }
  return faults
}
