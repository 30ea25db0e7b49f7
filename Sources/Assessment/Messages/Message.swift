public import ProjectFinance
import TextFormats

/// What the engine has to say: the id of a sentence with its arguments, so that pages say it in the reader's language and no code looks into words.
public indirect enum Message: Sendable, Equatable {
  /// A sentence of the engine with its arguments in the order of its gaps `{1}`, `{2}`, …
  case sentence(Sentence, [Message])
  /// The title of a coded value, e.g. `label("sector", "film")`, with its English wording.
  case label(kind: String, id: String, english: String)
  /// Text of a data file or a name, the same in every language.
  case text(String)
  /// A number, written in the language's own signs; with `decimals`, else with as many as it has.
  case number(Double, decimals: Int?)
  /// A number with its sign always written.
  case signed(Double, decimals: Int?)
  /// A day.
  case date(CalendarDate)
  /// Several in a row.
  case list([Message], separator: String)

  /// A sentence with its arguments.
  public init(_ sentence: Sentence, _ arguments: Message...) { self = .sentence(sentence, arguments) }

  /// A number as it is.
  static func number(_ value: Double) -> Message { .number(value, decimals: nil) }

  /// A number rounded to whole.
  static func whole(_ value: Double) -> Message { .number(value.rounded() + 0, decimals: nil) }

  /// A number rounded to at most so many decimals.
  static func rounded(_ value: Double, _ decimals: Int) -> Message {
    let scale = decimals == 0 ? 1.0 : decimals == 1 ? 10 : 100
    return .number((value * scale).rounded() / scale, decimals: nil)
  }

  /// A share in whole per cent, without the sign for per cent.
  static func percent(_ share: Double) -> Message { .whole(share * 100) }

  /// Sentences one after the other; those that say nothing are left out.
  static func sentences(_ parts: [Message]) -> Message { .list(parts, separator: " ") }

  /// Items after commas.
  static func items(_ parts: [Message]) -> Message { .list(parts, separator: ", ") }

  /// Nothing.
  static var none: Message { .text("") }

  // MARK: Words

  /// The wording in another language; `nil` stands for English.
  public struct Wording {
    /// The pattern of a sentence.
    public var pattern: (Sentence) -> String?
    /// The title of a coded value.
    public var label: (_ kind: String, _ id: String) -> String?
    /// A number with so many decimals.
    public var number: (Double, Int?) -> String
    /// A day, from its ISO form.
    public var date: (String) -> String

    /// Makes a wording.
    public init(
      pattern: @escaping (Sentence) -> String?, label: @escaping (String, String) -> String?,
      number: @escaping (Double, Int?) -> String, date: @escaping (String) -> String
    ) { (self.pattern, self.label, self.number, self.date) = (pattern, label, number, date) }
  }

  /// The English wording with numbers as JSON writes them: what stands in `site.json`.
  public var english: String {
    text(in: Wording(pattern: { $0.english }, label: { _, _ in nil }, number: Self.plain, date: { $0 }))
  }

  /// A number with `decimals` in JSON's signs.
  private static func plain(_ value: Double, _ decimals: Int?) -> String {
    guard let decimals else { return JSON.text(of: value) }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    var digits = String(Int((abs(value) * scale).rounded()))
    while digits.utf8.count <= decimals { digits = "0" + digits }
    let sign = value < 0 ? "-" : ""
    return decimals == 0 ? sign + digits : sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
  }

  /// The message in a wording; what it lacks comes out in English. O(length).
  public func text(in wording: Wording) -> String {
    switch self {
    case .sentence(let sentence, let arguments):
      fill(wording.pattern(sentence) ?? sentence.english, arguments.map { $0.text(in: wording) })
    case .label(let kind, let id, let english): wording.label(kind, id) ?? english
    case .text(let text): text
    case .number(let value, let decimals): wording.number(value, decimals)
    case .signed(let value, let decimals): (value < 0 ? "−" : "+") + wording.number(abs(value), decimals)
    case .date(let day): wording.date(day.description)
    case .list(let parts, let separator): parts.map { $0.text(in: wording) }.filter { !$0.isEmpty }.joined(separator: separator)
    }
  }

  /// The pattern with its gaps filled.
  private func fill(_ pattern: String, _ arguments: [String]) -> String {
    guard !arguments.isEmpty else { return pattern }
    var out = "", rest = pattern[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      out += rest[..<open]
      let place = Int(rest[rest.index(after: open)..<close]) ?? 0
      out += arguments.indices.contains(place - 1) ? arguments[place - 1] : ""
      rest = rest[rest.index(after: close)...]
    }
    return out + rest
  }

  /// The message and all that stands in it.
  public var parts: [Message] {
    switch self {
    case .sentence(_, let inner), .list(let inner, _): [self] + inner.flatMap(\.parts)
    default: [self]
    }
  }
}

// MARK: In records

extension Message {
  /// The message with its ids and arguments, to be read back by `init(reading:)`.
  var record: JSON {
    switch self {
    case .sentence(let sentence, let arguments): ["sentence": .string(sentence.id), "arguments": .array(arguments.map(\.record))]
    case .label(let kind, let id, let english): ["kind": .string(kind), "id": .string(id), "english": .string(english)]
    case .text(let text): .string(text)
    case .number(let value, let decimals): ["number": JSON(value), "decimals": JSON(decimals.map(Double.init))]
    case .signed(let value, let decimals): ["signed": JSON(value), "decimals": JSON(decimals.map(Double.init))]
    case .date(let day): ["date": .string(day.description)]
    case .list(let parts, let separator): ["list": .array(parts.map(\.record)), "separator": .string(separator)]
    }
  }

  /// The message of a record; `nil` for a sentence that this engine does not have.
  init?(reading record: JSON) {
    let decimals = record["decimals"]?.number.map { Int($0) }
    if let text = record.string {
      self = .text(text)
    } else if let id = record["sentence"]?.string {
      guard let sentence = Sentence(id: id) else { return nil }
      self = .sentence(sentence, (record["arguments"]?.array ?? []).compactMap { Message(reading: $0) })
    } else if let kind = record["kind"]?.string, let id = record["id"]?.string {
      self = .label(kind: kind, id: id, english: record["english"]?.string ?? id)
    } else if let number = record["number"]?.number {
      self = .number(number, decimals: decimals)
    } else if let number = record["signed"]?.number {
      self = .signed(number, decimals: decimals)
    } else if let day = record["date"]?.string.flatMap({ CalendarDate($0) }) {
      self = .date(day)
    } else if let list = record["list"]?.array {
      self = .list(list.compactMap { Message(reading: $0) }, separator: record["separator"]?.string ?? " ")
    } else {
      return nil
    }
  }
}
