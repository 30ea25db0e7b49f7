import TextFormats

/// Decides on a table given as text: JSON, or CSV where `isCSV` says so or the text starts with no bracket; see `decide(_:method:)`.
/// - Throws: `JSON.SyntaxError` with the place, or an error that names the field.
public func decide(text: [UInt8], method: String, isIndented: Bool, isCSV: Bool = false) throws -> String {
  let start = text.first { $0 > 32 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
  let isJSON = start == UInt8(ascii: "{") || start == UInt8(ascii: "[") || start == nil
  guard isCSV || !isJSON else { return try decide(JSON(parsing: text), method: method).serialized(indent: isIndented ? 2 : 0) }
  guard let table = String(validating: text, as: UTF8.self) else {
    throw AssessmentError(.badInput, "decide: the table is no UTF-8 text. Save it as UTF-8.")
  }
  return try decide(decisionRequest(csv: table), method: method).serialized(indent: isIndented ? 2 : 0)
}

/// Appraises a cash flow or funding-gap case given as JSON text; see `appraise(_:)`.
/// - Throws: `JSON.SyntaxError` with the place, or an error that names the field.
public func appraise(text: [UInt8], isIndented: Bool) throws -> String {
  try appraise(JSON(parsing: text)).serialized(indent: isIndented ? 2 : 0)
}
