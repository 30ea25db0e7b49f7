internal import SimpleFeatures
public import TextFormats

/// Writes features as GeoJSON (RFC 7946) or as its text sequence (RFC 8142), streaming.
///
/// Positions must be WGS 84 longitude and latitude; they are written with seven decimals (1 cm), exterior rings counter-clockwise and holes
/// clockwise. Numbers are the shortest that read back the same; unknown values and NaN are null. The file appears under its name at `finish`.
public struct GeoJSONWriter: ~Copyable {
  /// Which of the two text formats.
  public enum Form: Sendable {
    /// One FeatureCollection.
    case collection
    /// One feature a record, each after a record separator.
    case sequence
  }

  private let file: OutputFile
  private let form: Form
  private let own: GeoJSONEncoder
  private var head: TextBuffer
  private var bounds = Envelope()
  private var isFirst = true

  /// Opens the output, `-` for standard output. `members` are put at the top of a collection, e.g. its name and attribution; `identifier` names
  /// the column that becomes the feature's `id` as well.
  public init(
    path: String, form: Form = .collection, members: [JSON.Member] = [], identifier: String? = nil, existing: ExistingFile = .replaced
  ) throws(FormatError) {
    let file = try OutputFile(path: path, existing: existing)
    var head = TextBuffer(capacity: 4_096)
    if form == .collection {
      head.append(literal: "{\"type\":\"FeatureCollection\",\n")
      for member in members where !["type", "features", "bbox"].contains(member.name) {
        head.appendJSON(member.name)
        head.append(byte: 0x3A)
        head.append(member.value.serialized())
        head.append(literal: ",\n")
      }
      head.append(literal: "\"features\":[")
      try file.replacesOnly(fileWithHead: head)
    } else {
      // What every feature begins with; it is written with the features.
      head.append(literal: "\u{1E}{\"type\":\"Feature\",")
      try file.replacesOnly(fileWithHead: head)
      head.removeAll()
    }
    self.file = file
    self.form = form
    self.head = head
    own = GeoJSONEncoder(form: form, identifier: identifier)
  }

  /// Writes the rows of a table, in order. O(bytes written).
  public mutating func append(_ table: borrowing ExportTable) throws(FormatError) {
    var start = 0
    while start < table.count {
      let end = min(table.count, start + FeatureText.blockSize)
      own.features.encode(table, start..<end)
      if own.features.text.count > 1 << 20 { try append(own) }
      start = end
    }
  }

  /// Writes the features that an encoder of the same form has made, and empties it. O(bytes written).
  public mutating func append(_ encoder: GeoJSONEncoder) throws(FormatError) {
    precondition(encoder.features.form == form, "features of the same form")
    // Rows of tables that were handed over earlier come first.
    if encoder !== own, own.features.text.count > 0 { try append(own) }
    bounds.add(encoder.features.bounds)
    let isHead = form == .collection && isFirst && encoder.features.text.count > 0
    if isHead {
      try file.write(&head)
      isFirst = false
    }
    // The first feature has no comma before it.
    try encoder.features.write(to: file, from: isHead ? 1 : 0)
  }

  /// Ends the text and gives the file its name.
  public consuming func finish() throws(FormatError) {
    try append(own)
    if form == .collection {
      head.append(literal: "\n]")
      if !bounds.isEmpty {
        head.append(literal: ",\n\"bbox\":[")
        for (k, value) in [bounds.minX, bounds.minY, bounds.maxX, bounds.maxY].enumerated() {
          if k > 0 { head.append(byte: 0x2C) }
          head.append(value, decimals: 7)
        }
        head.append(byte: 0x5D)
      }
      head.append(literal: "}\n")
    }
    try file.write(&head)
    try file.finish()
  }
}
