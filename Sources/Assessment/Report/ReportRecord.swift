import ProjectFinance
import TextFormats

/// A value of a report: it writes itself as JSON and describes by JSON Schema what it writes.
protocol ReportValue: Sendable {
  /// The value as in `site.json`.
  var json: JSON { get }
  /// The messages in it.
  var messages: [Message] { get }
  /// What the JSON looks like; records put themselves among the definitions and give a reference.
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON
}

extension ReportValue {
  var messages: [Message] { [] }
}

/// The definitions of a schema by name of their type.
struct SchemaDefinitions {
  /// The definitions.
  var byName: [String: JSON] = [:]
}

/// A record of a report. JSON, schema and messages all come from its one list of fields.
protocol ReportRecord: ReportValue {
  /// The fields in their order.
  static var fields: [ReportField<Self>] { get }
}

/// A field of a record: its name and where its value comes from.
struct ReportField<Record> {
  let name: String
  /// Whether the field always stands there, if need be as `null`.
  let isRequired: Bool
  /// The value; `nil` leaves the field out.
  let json: (Record) -> JSON?
  let messages: (Record) -> [Message]
  let schema: (inout SchemaDefinitions) -> JSON

  /// A field that always stands there.
  /// - Parameter range: What its number may be.
  init<Value: ReportValue>(_ name: String, in range: ClosedRange<Double>? = nil, _ value: @escaping (Record) -> Value) {
    (self.name, isRequired) = (name, true)
    json = { value($0).json }
    messages = { value($0).messages }
    schema = { definitions in
      var schema = Value.schema(&definitions)
      if let range, case .object(var members) = schema {
        members.append(.init("minimum", JSON(range.lowerBound)))
        if range.upperBound.isFinite { members.append(.init("maximum", JSON(range.upperBound))) }
        schema = .object(members)
      }
      return schema
    }
  }

  /// A field that is left out where there is no value.
  init<Value: ReportValue>(_ name: String, ifAny value: @escaping (Record) -> Value?) {
    (self.name, isRequired) = (name, false)
    json = { value($0)?.json }
    messages = { value($0)?.messages ?? [] }
    schema = { Value.schema(&$0) }
  }

  /// A text that is the same in every record.
  init(_ name: String, always text: String) {
    (self.name, isRequired) = (name, true)
    json = { _ in .string(text) }
    messages = { _ in [] }
    schema = { _ in ["const": .string(text)] }
  }
}

extension ReportRecord {
  var json: JSON {
    .object(Self.fields.compactMap { field in field.json(self).map { JSON.Member(field.name, $0) } })
  }

  var messages: [Message] { Self.fields.flatMap { $0.messages(self) } }

  static func schema(_ definitions: inout SchemaDefinitions) -> JSON {
    // The type's name without its module, so that nested types of one name stay apart.
    let name = String(reflecting: Self.self).split(separator: ".").dropFirst().joined()
    if definitions.byName[name] == nil { definitions.byName[name] = description(&definitions) }
    return ["$ref": .string("#/$defs/" + name)]
  }

  private static func description(_ definitions: inout SchemaDefinitions) -> JSON {
    [
      "type": "object", "required": .array(fields.filter(\.isRequired).map { .string($0.name) }),
      "properties": .object(fields.map { .init($0.name, $0.schema(&definitions)) }), "additionalProperties": false,
    ]
  }

  /// The schema of a document of which this is the root, by JSON Schema 2020-12.
  static func schemaDocument(id: String, title: String, description text: String) -> JSON {
    var definitions = SchemaDefinitions()
    let root = description(&definitions)
    return .object(
      [
        .init("$schema", "https://json-schema.org/draft/2020-12/schema"), .init("$id", .string(id)), .init("title", .string(title)),
        .init("description", .string(text)),
      ] + (root.object ?? [])
        + [.init("$defs", .object(definitions.byName.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }))])
  }
}

// MARK: Plain values

extension Message: ReportValue {
  var json: JSON { .string(english) }
  var messages: [Message] { [self] }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON { ["type": "string"] }
}

extension String: ReportValue {
  var json: JSON { .string(self) }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON { ["type": "string"] }
}

extension Double: ReportValue {
  var json: JSON { JSON(self) }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON { ["type": "number"] }
}

extension Int: ReportValue {
  var json: JSON { .number(Double(self)) }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON { ["type": "number"] }
}

extension Bool: ReportValue {
  var json: JSON { .bool(self) }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON { ["type": "boolean"] }
}

extension CalendarDate: ReportValue {
  var json: JSON { .string(description) }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON {
    ["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"]
  }
}

extension Array: ReportValue where Element: ReportValue {
  var json: JSON { .array(map(\.json)) }
  var messages: [Message] { flatMap(\.messages) }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON {
    ["type": "array", "items": Element.schema(&definitions)]
  }
}

extension Optional: ReportValue where Wrapped: ReportValue {
  var json: JSON { self?.json ?? .null }
  var messages: [Message] { self?.messages ?? [] }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON {
    let known = Wrapped.schema(&definitions)
    guard case .object(var members) = known, let at = members.firstIndex(where: { $0.name == "type" }), members[at].value.string != nil
    else { return ["anyOf": [known, ["type": "null"]]] }
    members[at].value = [members[at].value, "null"]
    return .object(members)
  }
}

/// A code of a short list of words.
protocol ReportCode: ReportValue, RawRepresentable, CaseIterable where RawValue == String {}

extension ReportCode {
  var json: JSON { .string(rawValue) }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON { ["enum": .array(allCases.map { .string($0.rawValue) })] }
}

/// Numbers by name, in their order.
public struct NamedNumbers: ReportValue {
  /// Names and numbers; `nil` is unknown.
  public var entries: [(name: String, value: Double?)]

  /// The number of a name.
  public func callAsFunction(_ name: String) -> Double? { entries.first { $0.name == name }?.value }

  var json: JSON { .object(entries.map { .init($0.name, JSON($0.value)) }) }
  static func schema(_ definitions: inout SchemaDefinitions) -> JSON {
    ["type": "object", "additionalProperties": ["type": ["number", "null"]]]
  }
}

extension NamedNumbers: Codable {
  private struct Entry: Codable {
    var name: String
    var value: Double?
  }

  /// Reads what `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    entries = try [Entry](from: decoder).map { ($0.name, $0.value) }
  }

  /// Writes the entries in their order.
  public func encode(to encoder: any Encoder) throws { try entries.map { Entry(name: $0.name, value: $0.value) }.encode(to: encoder) }
}
