import Assessment
import GeoFormats
import TextFormats

/// The words and number formats of one language: the one mechanism for text, labels, numbers, money, units and dates.
///
/// A catalogue is a JSON file `catalogue.<language>.json` with members `language`, `name`, `complete`, `number`
/// (`decimal`, `group`, `minus`, `percent`, `money`, `range`), `months`, `text` (key → sentence with `{placeholders}`), `message`
/// (id of a sentence of the engine → wording with numbered gaps), `unit` and `label` (`kind.id` → title). What a language lacks comes from
/// English.
public struct Catalogue: Sendable {
  /// The language's code, e.g. `de`.
  public let language: String
  /// The language's own name.
  public let name: String
  /// Whether every text is translated; if not, pages say that the narrative is English.
  public let isComplete: Bool
  /// Key → text, English where the language lacks it.
  let texts: [String: String]
  /// Keys of the language's own texts.
  let ownKeys: Set<String>
  private let units: [String: String]
  private let labels: [String: String]
  private let months: [String]
  /// Wordings of the engine's sentences by their ids; English ones stand here only where a page words them otherwise than a record.
  let messages: [String: String]
  private let formats: [String: String]

  /// A catalogue as its file holds it.
  struct File: Decodable {
    var language: String
    var name: String?
    var complete: Bool?
    var number: [String: String]?
    var months: [String]?
    var text: [String: String]?
    var message: [String: String]?
    var unit: [String: String]?
    var label: [String: String]?
  }

  init(_ file: File, fallback: Catalogue?) {
    language = file.language
    name = file.name ?? ""
    isComplete = file.complete ?? false
    let own = file.text ?? [:]
    ownKeys = Set(own.keys)
    texts = (fallback?.texts ?? [:]).merging(own) { $1 }
    units = (fallback?.units ?? [:]).merging(file.unit ?? [:]) { $1 }
    labels = (isComplete ? [:] : fallback?.labels ?? [:]).merging(file.label ?? [:]) { $1 }
    messages = file.message ?? [:]
    formats = (fallback?.formats ?? [:]).merging(file.number ?? [:]) { $1 }
    let ownMonths = file.months ?? []
    months = ownMonths.count == 12 ? ownMonths : fallback?.months ?? []
  }

  // MARK: Text

  /// The text of a phrase, its `{placeholders}` replaced by the arguments.
  func text(_ phrase: Phrase, _ arguments: [String: String] = [:]) -> String { text(key: phrase.rawValue, arguments) }

  func text(key: String, _ arguments: [String: String] = [:]) -> String {
    guard let text = texts[key] else { preconditionFailure("the English catalogue has no text '\(key)'") }
    return Self.fill(text, arguments)
  }

  private static func fill(_ text: String, _ arguments: [String: String]) -> String {
    guard !arguments.isEmpty, text.utf8.contains(UInt8(ascii: "{")) else { return text }
    var out = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      out += rest[..<open]
      let name = String(rest[rest.index(after: open)..<close])
      out += arguments[name] ?? "{\(name)}"
      rest = rest[rest.index(after: close)...]
    }
    return out + rest
  }

  /// The title of a coded value in this language, e.g. `label("criterion", "clear_height")`; `nil` when the catalogue has none.
  func label(_ kind: String, _ id: String) -> String? { labels[kind + "." + id] }

  /// The title of a coded value, else the title that the result carries, else the code with spaces.
  func title(_ kind: String, _ id: String?, _ given: String? = nil) -> String {
    if let id, let label = label(kind, id) { return label }
    if let given, !given.isEmpty { return PageText.clean(given, limit: 300) }
    return PageText.clean(String((id ?? "").map { $0 == "_" ? " " : $0 }), limit: 300)
  }

  /// A message of the engine in this language; a sentence that the catalogue lacks stays English.
  func text(of message: Message) -> String {
    message.text(
      in: Message.Wording(
        pattern: { messages[$0.id] }, label: { label($0, $1) }, number: { number($0, decimals: $1 ?? Self.decimals(of: $0)) },
        date: { date($0) }))
  }

  /// Decimals that a number has, at most six.
  private static func decimals(of value: Double) -> Int {
    var power = 1.0
    for decimals in 0..<6 {
      if abs((value * power).rounded() / power - value) <= 1e-9 * max(1, abs(value)) { return decimals }
      power *= 10
    }
    return 6
  }

  // MARK: Numbers

  /// A number with a fixed count of decimals, digits grouped in threes; "−" for minus; rounded half away from zero.
  public func number(_ value: Double, decimals: Int = 0) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return text(.unknown) }
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let units = Int64((abs(value) * power).rounded(.toNearestOrAwayFromZero))
    let whole = units / Int64(power)
    var fraction = decimals > 0 ? String(units % Int64(power)) : ""
    while fraction.utf8.count < decimals { fraction = "0" + fraction }
    let digits = Array(String(whole))
    let group = formats["group"] ?? ""
    let groups = digits.count > 4 || (formats["group_four"] == "yes" && digits.count == 4)
    var out = value < 0 && units != 0 ? formats["minus"] ?? "-" : ""
    for (i, digit) in digits.enumerated() {
      if i > 0, groups, (digits.count - i) % 3 == 0 { out += group }
      out.append(digit)
    }
    return decimals > 0 ? out + (formats["decimal"] ?? ".") + fraction : out
  }

  /// A number with about `figures` significant figures, never in exponent form.
  func significant(_ value: Double, figures: Int = 3) -> String {
    var decimals = figures - 1
    var magnitude = abs(value)
    while magnitude >= 10, decimals > 0 {
      magnitude /= 10
      decimals -= 1
    }
    return number(value, decimals: decimals)
  }

  /// A share as per cent.
  func percent(_ share: Double, decimals: Int? = nil) -> String {
    let p = share * 100
    let decimals = decimals ?? (abs(p) < 10 && abs(p - p.rounded()) > 0.05 ? 1 : 0)
    return number(p, decimals: decimals) + (formats["percent"] ?? "%")
  }

  /// An amount in full, e.g. `€1,234,567` or `1.234.567 €`.
  func money(_ value: Double, currency: String) -> String {
    let whole = abs(value) >= 100 || abs(value - value.rounded()) < 0.005
    return amount(value, number(abs(value), decimals: whole ? 0 : 2), currency)
  }

  /// An amount in millions or thousands, three significant figures: for headlines and axes.
  func compactMoney(_ value: Double, currency: String) -> String {
    let magnitude = abs(value)
    if magnitude >= 999_500 {
      return amount(value, text(.compactMillion, ["value": trimmedDecimal(magnitude / 1e6)]), currency)
    }
    if magnitude >= 10_000 {
      return amount(value, text(.compactThousand, ["value": trimmedDecimal(magnitude / 1e3)]), currency)
    }
    return amount(value, number(magnitude), currency)
  }

  private func amount(_ value: Double, _ text: String, _ currency: String) -> String {
    let isNegative = value < 0 && text.unicodeScalars.contains { $0 >= "1" && $0 <= "9" }
    let pattern = formats[currency == "EUR" ? "money" : "money_code"] ?? "{value} {symbol}"
    return (isNegative ? formats["minus"] ?? "-" : "") + Self.fill(pattern, ["value": text, "symbol": symbol(currency)])
  }

  private func symbol(_ currency: String) -> String { currency == "EUR" ? "€" : currency }

  /// The printed form of a unit code such as `EUR/m2/month`, `kN/m2` or `share`.
  func unit(_ code: String) -> String {
    if let unit = units[code] { return unit }
    let parts = code.split(separator: "/").map { part -> String in
      if part.utf8.count == 3, part.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }) { return symbol(String(part)) }
      return units[String(part)] ?? PageText.clean(String(part), limit: 40)
    }
    guard let first = parts.first else { return "" }
    return parts.count == 1 ? first : first + "/" + parts.dropFirst().joined(separator: "·")
  }

  /// A number with its unit.
  func quantity(_ value: Double, unit code: String) -> String {
    switch code {
    case "share", "percent_share": return percent(value)
    case "", "1", "ratio": return trimmedDecimal(value)
    case "score", "points": return number(value, decimals: 1)
    case "m2", "m3", "people", "persons", "firms", "count": return number(value, decimals: 0) + "\u{A0}" + unit(code)
    case "jobs": return number(value, decimals: abs(value) < 10 && value != value.rounded() ? 1 : 0) + "\u{A0}" + unit(code)
    case "year": return PageText.clean(JSON.text(of: value.rounded()))
    case "years": return number(value, decimals: value == value.rounded() ? 0 : 1) + "\u{A0}" + unit(code)
    case "EUR/m2/month": return number(value, decimals: 2) + "\u{A0}" + unit(code)
    default:
      if code.utf8.count == 3, code.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }) { return money(value, currency: code) }
      if abs(value) >= 1000 { return number(value) + "\u{A0}" + unit(code) }
      return trimmedDecimal(value) + "\u{A0}" + unit(code)
    }
  }

  /// About three significant figures, no zeros at the end of the decimals.
  private func trimmedDecimal(_ value: Double) -> String {
    var decimals = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
    while decimals > 0 {
      let power = decimals == 2 ? 10.0 : 1
      guard abs((value * power).rounded() / power - value) < 1e-9 * max(1, abs(value)) else { break }
      decimals -= 1
    }
    return number(value, decimals: decimals)
  }

  /// Two ends of an interval with the unit once, where the language allows it.
  func interval(_ low: Double, _ high: Double, unit code: String) -> String {
    var a = quantity(low, unit: code)
    let b = quantity(high, unit: code)
    if a == b { return a }
    let suffix = "\u{A0}" + unit(code)
    if a.hasSuffix(suffix), b.hasSuffix(suffix) { a = String(a.dropLast(suffix.count)) }
    return text(.interval, ["low": a, "high": b])
  }

  /// An ISO date as people write it; the text itself when it is no date.
  func date(_ iso: String) -> String {
    let parts = iso.prefix(10).split(separator: "-")
    guard parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month),
      (1...31).contains(day), months.count == 12
    else { return PageText.clean(iso, limit: 40) }
    return text(.date, ["day": String(day), "month": months[month - 1], "year": String(year)])
  }
}
