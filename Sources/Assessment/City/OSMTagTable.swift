import GeoFormats
import SimpleFeatures

/// The documented table that maps OpenStreetMap's tags to the engine's layers; `GeoData/osm-tags.csv`.
///
/// Rows are tried from top to bottom; for each field of a layer the first row that matches wins. `*` matches any value or
/// copies it; `-` says "not this"; `with` names keys of which the object must have one, too. The first field of a layer decides whether an object belongs to it at all.
struct OSMTagTable {
  struct Rule {
    let key: String
    let value: String
    let to: String
    /// Keys of which the object must have one, too, with a value that is a use; none for a row without that condition.
    let with: [String]

    /// What the rule gives; `nil` where it does not match.
    func meaning(_ tags: [String: String]) -> String? {
      guard let found = tags[key], value == "*" || value == found else { return nil }
      guard with.isEmpty || with.contains(where: { tags[$0].map { !Self.noUse.contains($0) } ?? false }) else { return nil }
      return to == "*" ? found : to
    }

    private static let noUse: Set = ["no", "vacant", "disused", "abandoned", "none", "empty"]
  }

  /// By layer: the fields in the order of the table, each with its rules.
  private(set) var layers: [String: [(field: String, rules: [Rule])]] = [:]

  init(folder: DataFolder) throws {
    let table = try DataTable(file: folder.geoData + "/osm-tags.csv", required: ["layer", "key", "value", "field", "to"])
    for row in 0..<table.count {
      let layer = try table.requiredText("layer", row), field = try table.requiredText("field", row)
      let rule = Rule(
        key: try table.requiredText("key", row), value: try table.requiredText("value", row), to: try table.requiredText("to", row),
        with: (table.text("with", row) ?? "").split(separator: " ").map(String.init))
      var fields = layers[layer] ?? []
      if let index = fields.firstIndex(where: { $0.field == field }) {
        fields[index].rules.append(rule)
      } else {
        fields.append((field, [rule]))
      }
      layers[layer] = fields
    }
  }

  /// The fields that a layer's objects get.
  func fieldNames(of layer: String) -> [String] { (layers[layer] ?? []).map(\.field) }

  /// The field values of an object; `nil` when it does not belong to the layer.
  func fields(of layer: String, tags: [String: String]) -> [String?]? {
    guard let fields = layers[layer], let first = fields.first else { return nil }
    func match(_ rules: [Rule]) -> String? {
      for rule in rules { if let meaning = rule.meaning(tags) { return meaning } }
      return nil
    }
    guard let membership = match(first.rules), membership != "-" else { return nil }
    return [membership] + fields.dropFirst().map { field in match(field.rules).flatMap { $0 == "-" ? nil : $0 } }
  }

  /// The tag that decided a field, as `key=value`, for the evidence table.
  func decidingTag(of layer: String, field: String, tags: [String: String]) -> String? {
    guard let rules = layers[layer]?.first(where: { $0.field == field })?.rules else { return nil }
    return rules.first { $0.meaning(tags) != nil }.map { "\($0.key)=\(tags[$0.key] ?? "")" }
  }
}

/// Splits OGR's `other_tags` text (`"k"=>"v","k2"=>"v2"`, quotes and backslashes escaped by a backslash).
func parseOtherTags(_ text: String, into tags: inout [String: String]) {
  var bytes = text.utf8.makeIterator()
  var strings: [String] = []
  var current: [UInt8]?
  while let byte = bytes.next() {
    if current == nil {
      if byte == UInt8(ascii: "\"") { current = [] }
    } else if byte == UInt8(ascii: "\\") {
      if let next = bytes.next() { current!.append(next) }
    } else if byte == UInt8(ascii: "\"") {
      strings.append(String(decoding: current!, as: UTF8.self))
      current = nil
      if strings.count == 2 {
        tags[strings[0]] = strings[1]
        strings.removeAll(keepingCapacity: true)
      }
    } else {
      current!.append(byte)
    }
  }
}

/// Reads an OpenStreetMap file once and hands out the engine's layers.
struct OSMSource {
  let path: String
  let table: OSMTagTable
  private var raw: [String: Layer] = [:]

  init(path: String, table: OSMTagTable) {
    self.path = path
    self.table = table
  }

  /// The engine's layer of that name with text fields `id`, `name`, `tag` (what decided membership) and those of the table.
  mutating func layer(_ name: String, options: ReadOptions) throws -> Layer {
    let sources: [String]
    switch name {
    case "streets": sources = ["lines"]
    case "buildings", "districts": sources = ["multipolygons"]
    case "units": sources = ["points"]
    default: sources = ["points", "multipolygons"]
    }
    let fieldNames = table.fieldNames(of: name)
    var geometry = GeometryColumn()
    var numbers: [Int64] = []
    var texts = Array(repeating: TextColumn(), count: fieldNames.count + 3)
    var validity = Array(repeating: ValidityBitmap(), count: fieldNames.count + 3)
    var defects = DefectTally()
    var refused = 0
    var notes: [String] = []
    func put(_ column: Int, _ text: String?) {
      texts[column].append(text ?? "")
      validity[column].append(text != nil)
    }
    for source in sources {
      if raw[source] == nil { raw[source] = try readLayer(LayerReference(path: path, layer: source), options: options) }
      guard let layer = raw[source] else { continue }
      for note in layer.notes where !notes.contains(note) { notes.append(note) }
      let features = layer.features
      // Records that the converter refused cannot be told by layer; they count where the layer is read as a whole.
      if name == "buildings" || name == "streets" || name == "units" {
        defects.add(layer.defects)
        refused += layer.refusedCount
      }
      let wayID = features.attribute("osm_way_id"), osmID = features.attribute("osm_id"), other = features.attribute("other_tags")
      for row in 0..<features.count {
        var tags: [String: String] = [:]
        for column in features.attributes where column.name != "osm_id" && column.name != "osm_way_id" && column.name != "other_tags" {
          if let value = column.text(row), !value.isEmpty { tags[column.name] = value }
        }
        if let text = other?.text(row) { parseOtherTags(text, into: &tags) }
        guard let values = table.fields(of: name, tags: tags) else { continue }
        let id: String
        switch source {
        case "points": id = "node/" + (osmID?.text(row) ?? "\(features.numbers[row])")
        case "lines": id = "way/" + (osmID?.text(row) ?? "\(features.numbers[row])")
        default: id = wayID?.text(row).map { "way/" + $0 } ?? "relation/" + (osmID?.text(row) ?? "\(features.numbers[row])")
        }
        put(0, id)
        put(1, tags["name"])
        put(
          2,
          name == "buildings"
            ? table.decidingTag(of: name, field: "vacancy", tags: tags) : table.decidingTag(of: name, field: fieldNames[0], tags: tags))
        for (k, value) in values.enumerated() { put(3 + k, value) }
        geometry.append(features.geometry, feature: row)
        numbers.append(Int64(numbers.count + 1))
      }
    }
    if name == "buildings" { refused += try unclosedBuildings(options, &defects) }
    let names = ["id", "name", "lifecycle"] + fieldNames
    let attributes = names.indices.map { AttributeColumn(name: names[$0], values: .text(texts[$0]), validity: validity[$0]) }
    let batch = FeatureBatch(numbers: numbers, geometry: geometry, attributes: attributes)
    var result = Layer(
      name: name, crs: .wgs84, features: batch, readCount: batch.count + refused, refusedCount: refused, defects: defects)
    result.notes = notes
    return result
  }

  /// Ways that are tagged as buildings and not closed, which the converter takes for lines: each is refused and told. Gives their number.
  private mutating func unclosedBuildings(_ options: ReadOptions, _ defects: inout DefectTally) throws -> Int {
    if raw["lines"] == nil { raw["lines"] = try readLayer(LayerReference(path: path, layer: "lines"), options: options) }
    guard let features = raw["lines"]?.features else { return 0 }
    let osmID = features.attribute("osm_id"), other = features.attribute("other_tags")
    var count = 0
    for row in 0..<features.count {
      guard let text = other?.text(row), text.contains("building") else { continue }
      var tags: [String: String] = [:]
      parseOtherTags(text, into: &tags)
      guard table.fields(of: "buildings", tags: tags) != nil else { continue }
      count += 1
      defects.add(
        Defect(
          layer: "buildings", feature: "way/" + (osmID?.text(row) ?? "\(features.numbers[row])"), code: .unclosedRing,
          detail: "tagged as a building, but its way is not closed"))
    }
    return count
  }
}
