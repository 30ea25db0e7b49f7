/// How numbers are written: what parts the decimals, and what parts groups of three digits.
public struct NumberNotation: Hashable, Sendable {
  /// `.` or `,`; `nil` where it is to be found out.
  public var decimal: Character?
  /// `,`, `.`, `'` or a space; `nil` where it is to be found out.
  public var group: Character?

  /// Makes a notation; what is left out is found from the values.
  public init(decimal: Character? = nil, group: Character? = nil) {
    self.decimal = decimal
    self.group = group
  }
}

/// The numbers that a column's texts name, read as people write them.
///
/// Read are decimals with a point or a comma, groups of three digits parted by comma, point, apostrophe or any space, a sign, a currency before or
/// behind, and a unit behind. A point or comma before exactly three digits may mean either; the column decides: a value with both signs, with one of
/// them twice, with other than three digits behind it, or with a nought before it. A text that nothing decides is not read.
public struct WrittenNumbers: Sendable {
  /// Why a text names no number.
  public enum Failure: Hashable, Sendable {
    case unreadable
    /// The sign before three digits may part decimals or thousands: the study must say `numbers:`.
    case ambiguous
  }

  /// A number with the unit that stands behind it, as it is written.
  public struct Reading: Hashable, Sendable {
    /// The number; `nil` where none can be read.
    public var value: Double?
    /// What stands behind it, such as `m` or `%`.
    public var unit: String?
    /// Why there is none.
    public var failure: Failure?
  }

  private var readings: [Reading] = []
  /// What parts decimals: told, or found in the values; `nil` where nothing tells.
  public private(set) var decimal: Character?

  /// Reads the different texts of a column. O(their length).
  /// - Parameters:
  ///   - told: as the study tells.
  ///   - neighbour: what parts decimals in the other columns of the file, where that is known; it decides where the column does not.
  public init(_ texts: [String], told: NumberNotation = NumberNotation(), neighbour: Character? = nil) {
    let parts = texts.map { Parts($0) }
    var decimal = told.decimal ?? told.group.flatMap { Self.other($0) } ?? Self.decided(parts)
    if decimal == nil, parts.contains(where: { $0?.isAmbiguous == true }) { decimal = neighbour }
    self.decimal = decimal
    readings = parts.map { $0?.read(decimal, told) ?? Reading(failure: .unreadable) }
  }

  /// The number of a text by its place, or why there is none.
  public subscript(text: Int) -> Reading { readings[text] }

  /// What parts decimals in these texts; `nil` where none tells, or where they contradict each other.
  public static func decimal(of texts: some Sequence<String>) -> Character? { decided(texts.map { Parts($0) }) }

  /// Whether a text is a number that may be read in two ways.
  public static func isAmbiguous(_ text: String) -> Bool { Parts(text)?.isAmbiguous == true }

  private static func other(_ group: Character) -> Character? { group == "," ? "." : group == "." ? "," : nil }

  private static func decided(_ parts: [Parts?]) -> Character? {
    var found: Set<Character> = []
    for part in parts { if let decimal = part?.tellsDecimal { found.insert(decimal) } }
    return found.count == 1 ? found.first : nil
  }

  // MARK: One text

  private struct Parts {
    var isNegative = false
    /// Digits between the marks.
    var digits: [Substring] = []
    /// The marks between them.
    var marks: [Character] = []
    var exponent: Int?
    var unit: String?

    /// `nil` for what is no number.
    init?(_ text: String) {
      var rest = Self.trimmed(text[...])
      func dropCurrency() {
        for word in Self.currencies where rest.count > word.count && rest.lowercased().hasPrefix(word) {
          let after = rest.dropFirst(word.count)
          guard let next = after.first, next.isNumber || next == " " || next == "\u{A0}" || next == "-" || next == "." || next == "," else {
            continue
          }
          rest = after.drop { Self.isSpace($0) }
          return
        }
      }
      dropCurrency()
      if let sign = rest.first, "+-−".contains(sign) {
        isNegative = sign != "+"
        rest = rest.dropFirst()
        dropCurrency()
      }
      var open = rest.startIndex
      var at = rest.startIndex
      while at < rest.endIndex {
        let c = rest[at]
        if c.isASCII, c.isNumber {
          at = rest.index(after: at)
          continue
        }
        let next = rest.index(after: at)
        let isMark = c == "." || c == "," || c == "'" || c == "’" || Self.isSpace(c)
        // A mark stands before a digit; a point or comma at the end belongs to nothing.
        guard isMark, next < rest.endIndex, rest[next].isASCII, rest[next].isNumber else { break }
        digits.append(rest[open..<at])
        marks.append(Self.isSpace(c) ? " " : c == "’" ? "'" : c)
        open = next
        at = next
      }
      digits.append(rest[open..<at])
      rest = rest[at...]
      if let e = rest.first, e == "e" || e == "E", let power = Int(rest.dropFirst()), abs(power) < 400 {
        exponent = power
        rest = rest[rest.endIndex...]
      }
      if rest.first == "." || rest.first == ",", rest.dropFirst().allSatisfy({ Self.isSpace($0) }) { rest = rest[rest.endIndex...] }
      let behind = rest.drop { Self.isSpace($0) }
      let word = String(Self.trimmed(behind))
      if !word.isEmpty, !Self.currencies.contains(word.lowercased()) {
        // A unit begins like a word or is a sign; a digit in it stands behind a letter, as in m2.
        guard let first = word.first, first.isLetter || "%°‰\"'′″".contains(first), word.utf8.count <= 16,
          word.count(where: { $0.isNumber }) <= 1, first != "x"
        else { return nil }
        unit = word
      }
      guard digits.contains(where: { !$0.isEmpty }), digits.dropFirst().allSatisfy({ !$0.isEmpty }) else { return nil }
      // Groups have three digits; only the last mark may part decimals.
      guard digits.dropFirst().dropLast().allSatisfy({ $0.count == 3 }) else { return nil }
      if marks.count > 1, digits[0].isEmpty || digits[0].count > 3 { return nil }
      let inner = Set(marks.dropLast())
      guard inner.count <= 1 else { return nil }
    }

    private static func isSpace(_ c: Character) -> Bool {
      c == " " || c == "\u{A0}" || c == "\u{202F}" || c == "\u{2009}" || c == "\u{2007}"
    }
    private static func trimmed(_ text: Substring) -> Substring {
      var text = text.drop { isSpace($0) || $0.isNewline || $0 == "\t" }
      while let last = text.last, isSpace(last) || last.isNewline || last == "\t" { text.removeLast() }
      return text
    }
    /// Longer words first: `kr.` before `kr`.
    private static let currencies = [
      "€", "$", "£", "¥", "zł", "kč", "kr.", "kr", "fr.", "euro", "eur", "usd", "gbp", "chf", "pln", "sek", "dkk", "nok", "czk", "huf",
    ]

    /// Whether the one mark may part decimals as well as thousands.
    var isAmbiguous: Bool {
      guard marks.count == 1, marks[0] == "." || marks[0] == ",", exponent == nil else { return false }
      return digits[1].count == 3 && (1...3).contains(digits[0].count) && digits[0].first != "0"
    }

    /// What parts decimals, where this text alone tells it.
    var tellsDecimal: Character? {
      guard let last = marks.last, !isAmbiguous else { return nil }
      let first = marks[0]
      if marks.count == 1 { return last == "." || last == "," ? last : nil }
      if first != last { return last == "." || last == "," ? last : nil }
      // One mark more than once parts groups.
      return first == "," ? "." : first == "." ? "," : nil
    }

    func read(_ decimal: Character?, _ told: NumberNotation) -> Reading {
      var whole = digits.joined()
      var fraction = ""
      if let last = marks.last, last == "." || last == "," {
        // A point or comma alone is decimal where the column says so, or where it can be nothing else.
        let isGroup = marks.count > 1 ? marks[0] == last : isAmbiguous && decimal != last
        if isAmbiguous, decimal == nil { return Reading(unit: unit, failure: .ambiguous) }
        if !isGroup {
          // Written against the column, such as 1.5 where the comma parts decimals.
          if let decimal, decimal != last { return Reading(unit: unit, failure: .unreadable) }
          whole = digits.dropLast().joined()
          fraction = String(digits[digits.count - 1])
        } else if digits[digits.count - 1].count != 3 {
          return Reading(unit: unit, failure: .unreadable)
        }
      } else if let last = digits.last, marks.count > 0, last.count != 3 {
        return Reading(unit: unit, failure: .unreadable)
      }
      let text =
        "\(isNegative ? "-" : "")\(whole.isEmpty ? "0" : whole)\(fraction.isEmpty ? "" : ".\(fraction)")\(exponent.map { "e\($0)" } ?? "")"
      guard let value = Double(text), value.isFinite else { return Reading(unit: unit, failure: .unreadable) }
      return Reading(value: value, unit: unit)
    }
  }
}
