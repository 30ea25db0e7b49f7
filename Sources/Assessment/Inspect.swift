import Foundation
public import GeoFormats
import SimpleFeatures
import TextFormats

/// What a file holds: its layers with counts, CRS, fields, extent and defects.
/// - Throws: `FormatError` when the file cannot be read at all.
func inspect(_ text: String, options: ReadOptions) throws -> (json: JSON, failure: FormatError?) {
  let reference = LayerReference(parsing: text)
  let layers = try describeLayers(in: reference.path, options: options)
  var failure: FormatError?
  var rows: [JSON] = []
  for layer in layers where reference.layer == nil || reference.layer == layer.name {
    var members: [JSON.Member] = [
      .init("layer", .string(layer.name)), .init("driver", .string(layer.driver)), .init("geometry", JSON(layer.geometryType)),
      .init("crs", JSON(layer.crs?.description)),
      .init("claimed", JSON(layer.claimedCount.map(Double.init))),
    ]
    do {
      let read = try readLayer(LayerReference(path: reference.path, layer: layer.name), options: options)
      let extent = read.features.geometry.envelope()
      members += [
        .init("read", .number(Double(read.readCount))), .init("kept", .number(Double(read.features.count))),
        .init("refused", .number(Double(read.refusedCount))),
        .init("notes", .array(read.notes.map { .string($0) })),
        .init("extent", extent.isEmpty ? nil : JSON([extent.minX, extent.minY, extent.maxX, extent.maxY])),
        .init("defects", .object(read.defects.counts.sorted { $0.key < $1.key }.map { .init($0.key.rawValue, .number(Double($0.value))) })),
        .init(
          "first_defects",
          .array(
            read.defects.kept.prefix(5).map {
              ["feature": .string($0.feature), "code": .string($0.code.rawValue), "detail": .string($0.detail)]
            })),
        .init(
          "fields",
          .array(
            layer.fields.map { field in
              let column = read.features.attribute(field.name)
              let example = column.flatMap { c in (0..<c.count).lazy.compactMap { c.text($0) }.first }
              return [
                "name": .string(field.name), "type": .string(field.type.rawValue),
                "known": JSON(column.map { Double($0.validity.knownCount) }),
                "example": JSON(example.map { String($0.prefix(40)) }),
              ]
            })),
      ]
    } catch {
      failure = failure ?? error
      members.append(.init("error", .string(error.description)))
    }
    rows.append(.object(members))
  }
  guard !layers.isEmpty else {
    throw AssessmentError(.badInput, "Reading \(reference.path): it holds no layers. Check that the file is whole and of its format.")
  }
  guard !rows.isEmpty else {
    throw AssessmentError(
      .missingInput, "\(reference.path) has no layer \"\(reference.layer ?? "")\"; it has: \(layers.map(\.name).joined(separator: ", ")).")
  }
  return (["file": .string(URL(fileURLWithPath: reference.path).lastPathComponent), "layers": .array(rows)], failure)
}

/// What a file holds, as JSON text or as text for people, and why the first layer that could not be read was not.
/// - Throws: `FormatError` when the file cannot be read at all.
public func inspectionOutput(_ text: String, asJSON: Bool, options: RunOptions) throws -> (text: String, failure: FormatError?) {
  let (json, failure) = try inspect(
    text, options: ReadOptions(includesKey: true, defectLimit: options.defectLimit, maxMemory: options.memoryLimit))
  return (asJSON ? json.serialized(indent: 2) : inspectionText(json), failure)
}

/// The inspection as text for people.
func inspectionText(_ json: JSON) -> String {
  var lines: [String] = [json["file"]?.string ?? ""]
  for layer in json["layers"]?.array ?? [] {
    func number(_ name: String) -> String { layer[name]?.number.map { JSON.text(of: $0) } ?? "?" }
    lines.append("")
    lines.append(
      "  layer \(layer["layer"]?.string ?? "") — \(layer["driver"]?.string ?? ""), \(layer["geometry"]?.string ?? "no geometry"), \(layer["crs"]?.string ?? "CRS unknown")"
    )
    if let error = layer["error"]?.string {
      lines.append("    cannot be read: \(error)")
      continue
    }
    lines.append("    read \(number("read")) = kept \(number("kept")) + refused \(number("refused"))")
    if let e = layer["extent"]?.array, e.count == 4 {
      lines.append("    extent \(e.map { JSON.text(of: (($0.number ?? 0) * 1e6).rounded() / 1e6) }.joined(separator: " "))")
    }
    for note in layer["notes"]?.array ?? [] { lines.append("    note: \(note.string ?? "")") }
    for field in layer["fields"]?.array ?? [] {
      let name = field["name"]?.string ?? ""
      lines.append(
        "    \(name.padding(toLength: max(28, name.count + 1), withPad: " ", startingAt: 0))\((field["type"]?.string ?? "").padding(toLength: 9, withPad: " ", startingAt: 0)) known \(field["known"]?.number.map { JSON.text(of: $0) } ?? "?")\(field["example"]?.string.map { ", e.g. \($0)" } ?? "")"
      )
    }
    for member in layer["defects"]?.object ?? [] { lines.append("    defect \(member.name): \(JSON.text(of: member.value.number ?? 0))") }
    for defect in layer["first_defects"]?.array ?? [] {
      lines.append("      \(defect["feature"]?.string ?? ""): \(defect["code"]?.string ?? "") — \(defect["detail"]?.string ?? "")")
    }
  }
  return lines.joined(separator: "\n")
}
