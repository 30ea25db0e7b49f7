import Foundation
import GeoFormats
import TextFormats

/// What the fields of a known register mean (`GeoData/presets/*.yml`): found from its header, or named by the study.
///
/// What the study says itself goes before the preset.
struct Preset {
  /// By which a study names it: that of its file.
  let name: String
  /// For people.
  let title: String
  /// Fields that all stand in its header.
  let recognised: [String]
  /// Fields that may name people; they stay out of what is handed out.
  let personal: [String]
  /// Other names of fields, by the name that is used in the preset.
  private let aliases: [String: [String]]
  private let fields: [String: [String]]
  private let layer: Study.LayerSource

  /// Reads a preset.
  /// - Throws: `AssessmentError` that names file, line and key.
  init(file: String) throws {
    let yaml = try YAMLMapping.root(ofFile: file)
    try yaml.allow(["title", "source", "licence", "recognise", "aliases", "layer", "personal"])
    name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    title = try yaml.requiredString("title")
    _ = try (yaml.requiredString("source"), yaml.requiredString("licence"))
    recognised = try yaml.strings("recognise") ?? []
    guard recognised.count >= 3 else { throw yaml.failure("recognise", "at least three fields of the header are expected.") }
    personal = try yaml.strings("personal") ?? []
    var aliases: [String: [String]] = [:]
    if let map = try yaml.mapping("aliases") { for key in map.keys { aliases[key] = try map.strings(key) ?? [] } }
    self.aliases = aliases
    guard let map = try yaml.mapping("layer") else { throw yaml.failure("layer", "is missing.") }
    try map.allow(["fields", "values", "constants", "missing", "crs", "dates", "numbers"])
    var fields: [String: [String]] = [:]
    if let names = try map.mapping("fields") { for key in names.keys { fields[key] = try names.strings(key) ?? [] } }
    self.fields = fields
    var layer = Study.LayerSource(reference: .init(path: file))
    try layer.decode(map, readsFields: false)
    self.layer = layer
  }

  /// All presets that ship.
  static func all(in folder: DataFolder) throws -> [Preset] {
    let place = folder.geoData + "/presets"
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).filter { $0.hasSuffix(".yml") }.sorted()
    return try names.map { try Preset(file: place + "/" + $0) }
  }

  /// The preset whose fields all stand in a header; `nil` when none does, or several that ask for equally many.
  static func found(for header: [String], among presets: [Preset]) -> Preset? {
    let fitting = presets.filter { preset in preset.recognised.allSatisfy { preset.column($0, in: header) != nil } }
    guard let most = fitting.map(\.recognised.count).max() else { return nil }
    let best = fitting.filter { $0.recognised.count == most }
    return best.count == 1 ? best[0] : nil
  }

  /// The source with what the preset knows of it.
  func applied(to source: Study.LayerSource, header: [String]) -> Study.LayerSource {
    var result = source
    for (field, names) in fields where source.fields[field] == nil && source.constants[field] == nil {
      if let column = names.lazy.compactMap({ column($0, in: header) }).first { result.fields[field] = column }
    }
    for (field, value) in layer.constants where source.constants[field] == nil && source.fields[field] == nil {
      result.constants[field] = value
    }
    for (field, words) in layer.values { result.values[field] = words.merging(source.values[field] ?? [:]) { $1 } }
    result.missing += layer.missing
    if source.crs == nil, source.columnCRS == nil {
      result.crs = layer.crs
      result.columnCRS = layer.columnCRS
      if let column = layer.columnCRS.flatMap({ column($0.column, in: header) }) { result.columnCRS?.column = column }
    }
    result.dateOrder = source.dateOrder ?? layer.dateOrder
    if source.numbers == .init() { result.numbers = layer.numbers }
    return result
  }

  /// The columns that may name people.
  func personalColumns(in header: [String]) -> [String] { personal.compactMap { column($0, in: header) } }

  /// The column that a name of the preset stands for, without regard to case, blanks and punctuation; a unit in brackets stays.
  private func column(_ text: String, in header: [String]) -> String? {
    var name = text, unit = ""
    if text.hasSuffix("]"), let open = text.lastIndex(of: "[") {
      (name, unit) = (String(text[..<open]), " " + text[open...])
      while name.hasSuffix(" ") { name.removeLast() }
    }
    func plain(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }
    for wanted in [name] + (aliases[name] ?? []) {
      if let found = header.first(where: { plain($0) == plain(wanted) }) { return found + unit }
    }
    return nil
  }
}
