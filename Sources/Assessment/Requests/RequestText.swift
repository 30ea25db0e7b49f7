import GeoFormats

/// Decides on a table given as JSON text; see `decide(_:method:)`.
/// - Throws: `JSON.SyntaxError` with the place, or an error that names the field.
public func decide(text: [UInt8], method: String, isIndented: Bool) throws -> String {
  try decide(JSON(parsing: text), method: method).serialized(indent: isIndented ? 2 : 0)
}

/// Appraises a cash flow or funding-gap case given as JSON text; see `appraise(_:)`.
/// - Throws: `JSON.SyntaxError` with the place, or an error that names the field.
public func appraise(text: [UInt8], isIndented: Bool) throws -> String {
  try appraise(JSON(parsing: text)).serialized(indent: isIndented ? 2 : 0)
}
