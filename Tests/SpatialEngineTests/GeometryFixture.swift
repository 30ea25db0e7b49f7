import Foundation
import SimpleFeatures

extension GeometryColumn {
  /// Adds a polygon of rings, each a list of x and y in turn.
  mutating func appendPolygon(_ rings: [Double]...) {
    for ring in rings {
      for k in stride(from: 0, to: ring.count, by: 2) { add(x: ring[k], y: ring[k + 1]) }
      endRing()
    }
    endPart()
    endFeature(.polygon)
  }

  /// Adds a polygon or multipolygon of well-known text; false for anything else.
  mutating func appendAreal(wellKnownText text: String) -> Bool {
    let upper = text.uppercased().trimmingCharacters(in: .whitespacesAndNewlines)
    guard upper.hasPrefix("POLYGON") || upper.hasPrefix("MULTIPOLYGON") else { return false }
    let isMulti = upper.hasPrefix("MULTI")
    let shell = isMulti ? 2 : 1
    var depth = 0
    var numbers = ""
    for c in upper where c != "\n" {
      switch c {
      case "(": depth += 1
      case ")":
        if depth == shell + 1 {
          for pair in numbers.split(separator: ",") {
            let xy = pair.split(separator: " ").compactMap { Double($0) }
            guard xy.count >= 2 else { return false }
            add(x: xy[0], y: xy[1])
          }
          numbers = ""
          endRing()
        }
        if depth == shell { endPart() }
        depth -= 1
      default: if depth == shell + 1 { numbers.append(c) }
      }
    }
    if x.isEmpty || partOffsets.count == 1 || ringOffsets.count == 1 {
      discardOpenFeature()
      return false
    }
    endFeature(isMulti ? .multiPolygon : .polygon)
    return true
  }

  /// The area of a feature: exteriors less holes.
  func area(of feature: Int) -> Double {
    var total = 0.0
    for part in parts(of: feature) {
      for (k, ring) in rings(ofPart: part).enumerated() {
        let p = positions(ofRing: ring)
        var twice = 0.0
        for i in p.dropLast() {
          twice += (x[i] - x[p.lowerBound]) * (y[i + 1] - y[p.lowerBound]) - (x[i + 1] - x[p.lowerBound]) * (y[i] - y[p.lowerBound])
        }
        total += (k == 0 ? 1 : -1) * abs(twice) / 2
      }
    }
    return total
  }
}

/// The folder of real and malformed files, when it lies beside the package.
let corpora: String? = {
  let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let roots = [
    ProcessInfo.processInfo.environment["REKINDLE_CORPORA"] ?? "",
    package.deletingLastPathComponent().appendingPathComponent("shared/data").path,
    FileManager.default.currentDirectoryPath + "/../shared/data",
  ]
  let found = roots.first { FileManager.default.fileExists(atPath: $0 + "/malformed") }
  if found == nil { print("skipped: the corpora do not lie beside the package (REKINDLE_CORPORA)") }
  return found
}()
