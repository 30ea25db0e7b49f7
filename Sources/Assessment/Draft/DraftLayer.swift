import Foundation
import GeoFormats
import ProjectFinance
import SimpleFeatures
import TextFormats

/// A layer of the files that `init` was given, and what its name, its fields and its values tell.
final class DraftLayer {
  let path: String
  let name: String
  let crs: CoordinateReferenceSystem?
  let geometryType: String
  let isOnlyLayer: Bool
  let isOpenStreetMap: Bool
  let header: [String]
  private var rows: FeatureBatch?

  /// A layer of raw OpenStreetMap data.
  init(openStreetMap path: String) {
    (self.path, name, crs, geometryType, isOnlyLayer, isOpenStreetMap, header) = (path, "", .wgs84, "MULTIPOLYGON", true, true, [])
  }

  init(_ path: String, _ description: LayerDescription, isOnlyLayer: Bool) {
    self.path = path
    name = description.name
    crs = description.crs
    geometryType = (description.geometryType ?? "").uppercased()
    self.isOnlyLayer = isOnlyLayer
    isOpenStreetMap = false
    header = description.fields.map(\.name)
  }

  var isTable: Bool { geometryType.isEmpty }
  var isAreal: Bool { geometryType.contains("POLYGON") || geometryType.contains("SURFACE") }
  var isLinear: Bool { geometryType.contains("LINE") }
  var isPuntal: Bool { geometryType.contains("POINT") }
  /// Any kind of geometry, which its values would tell.
  var isUnsaid: Bool { !isTable && !isAreal && !isLinear && !isPuntal }
  /// File and layer as messages name them.
  var label: String { "\(URL(fileURLWithPath: path).lastPathComponent)\(isOnlyLayer ? "" : "#\(name)")" }
  var reference: LayerReference { LayerReference(path: path, layer: isOnlyLayer ? nil : name) }

  /// The layer's records; none where they cannot be read.
  var features: FeatureBatch {
    if let rows { return rows }
    let reference = isOpenStreetMap ? LayerReference(path: path, layer: "multipolygons") : reference
    let read = (try? readLayer(reference, options: ReadOptions()).features) ?? FeatureBatch()
    rows = read
    return read
  }

  /// The different texts of a field, and how many records say something.
  func texts(_ field: String) -> (texts: DistinctTexts, known: Int)? {
    guard let column = features.attribute(field) else { return nil }
    let texts = DistinctTexts(column, rows: Array(0..<features.count))
    return (texts, texts.codes.count { $0 >= 0 })
  }
}

/// What the tables know of names and words, for guesses.
struct DraftTables {
  let codes: CodeTables
  let presets: [Preset]
  /// Words in names of files and layers, by the study's layer, in the order of the table.
  let layers: [(layer: String, words: [String])]
  /// Names of fields, by layer and field of the engine, in the order of the table.
  let fields: [String: [(field: String, names: [String])]]

  init(folder: DataFolder) throws {
    codes = try CodeTables(folder: folder)
    presets = try Preset.all(in: folder)
    let words = try DataTable(file: folder.geoData + "/vocabulary/layers.csv", required: ["layer", "word"])
    var layers: [(layer: String, words: [String])] = []
    for row in 0..<words.count {
      let (layer, word) = (try words.requiredText("layer", row), try words.requiredText("word", row))
      if let k = layers.firstIndex(where: { $0.layer == layer }) { layers[k].words.append(word) } else { layers.append((layer, [word])) }
    }
    self.layers = layers
    let names = try DataTable(file: folder.geoData + "/vocabulary/fields.csv", required: ["layer", "field", "name"])
    var fields: [String: [(field: String, names: [String])]] = [:]
    for row in 0..<names.count {
      let (layer, field) = (try names.requiredText("layer", row), try names.requiredText("field", row))
      let name = try names.requiredText("name", row)
      if let k = fields[layer]?.firstIndex(where: { $0.field == field }) {
        fields[layer]?[k].names.append(name)
      } else {
        fields[layer, default: []].append((field, [name]))
      }
    }
    self.fields = fields
  }

  /// The column whose words say whether a building is vacant: at least half of what it says is in the table of states, and it says at least one thing
  /// that is no yes or no. Of several the one with most; `nil` when two say equally much.
  func statusField(_ layer: DraftLayer) -> String? {
    var best: (name: String, share: Double)?
    var isTied = false
    for name in layer.header {
      guard let (texts, known) = layer.texts(name), known > 0, texts.texts.count <= 100, texts.texts.count * 2 <= known || known < 8 else {
        continue
      }
      let means = texts.texts.map { codes.word(.status, $0) != nil }
      guard texts.texts.contains(where: { codes.word(.status, $0) != nil && codes.word(.truth, $0) == nil }) else { continue }
      let share = Double(texts.codes.count { $0 >= 0 && means[Int($0)] }) / Double(known)
      guard share >= 0.5 else { continue }
      if let known = best {
        if share == known.share { isTied = true }
        if share <= known.share { continue }
      }
      best = (name, share)
      isTied = false
    }
    return isTied ? nil : best?.name
  }
}
