internal import SimpleFeatures
internal import TextFormats

/// A sheet of a workbook as the text that it would be saved as, so that header, numbers and positions are found as in a CSV file.
enum Sheet {
  /// Lays down the rows of a layer without geometry, separated by commas, every filled cell in quotes. O(cells).
  static func text(_ rows: FeatureBatch) -> [UInt8] {
    var text: [UInt8] = []
    for row in 0..<rows.count {
      for (k, column) in rows.attributes.enumerated() {
        if k > 0 { text.append(0x2C) }
        guard let value = column.text(row) else { continue }
        text.append(0x22)
        for byte in value.utf8 {
          if byte == 0x22 { text.append(0x22) }
          text.append(byte)
        }
        text.append(0x22)
      }
      text.append(0x0A)
    }
    return text
  }
}
