import Assessment
import GeoFormats
import SimpleFeatures

/// How tables and layers say that a study's vacancy register is invented.
extension Study {
  /// The last column of a table: a note in each row; `nil` when the register is real.
  func illustrativeNote(rows: Int) -> AttributeColumn? {
    isIllustrative ? AttributeColumn(name: "note", texts: Array(repeating: "illustrative vacancy", count: rows)) : nil
  }

  /// What a layer says of itself: the warning, then whom it must name.
  var layerDescription: String {
    (isIllustrative ? "Illustrative vacancy: the register is invented for demonstration. " : "") + attribution.joined(separator: "; ")
  }
}
