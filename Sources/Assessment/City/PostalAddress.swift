import TextFormats

/// Street and house numbers of an address, folded so that two spellings of one address are equal: `Hauptstr. 12a`, `12 A, HAUPTSTRASSE`.
struct PostalAddress {
  /// The street's words without punctuation, abbreviations written out.
  let street: String
  /// House numbers, each with its letter; `12–16` holds 12, 14 and 16.
  let numbers: Set<String>

  /// Reads an address from one or two cells; what follows a comma, such as the town, is left out. `nil` without a street.
  init?(_ cells: [String], abbreviations: StreetAbbreviations) {
    let parts = cells.flatMap { $0.split(separator: ",") }.map { Self.read(Self.tokens(String($0))) }
    // The part that has both, else the first name and the first number: a second name is a town, a second number its code.
    let whole = parts.first { !$0.words.isEmpty && !$0.numbers.isEmpty }
    let words = (whole ?? parts.first { !$0.words.isEmpty })?.words ?? []
    guard !words.isEmpty else { return nil }
    street = abbreviations.writtenOut(words)
    numbers = (whole ?? parts.first { !$0.numbers.isEmpty })?.numbers ?? []
  }

  /// Whether the addresses are the same: street and at least one number, or no number in either.
  func matches(_ other: PostalAddress) -> Bool {
    street == other.street && (numbers.isEmpty ? other.numbers.isEmpty : !numbers.isDisjoint(with: other.numbers))
  }

  private static func tokens(_ text: String) -> [String] {
    var tokens: [String] = []
    var token = ""
    for c in text.lowercased() {
      if c.isLetter || c.isNumber || c == "." || c == "'" || c == "’" {
        token.append(c)
        if c == "." {
          tokens.append(token)
          token = ""
        }
      } else if c == "-" || c == "–" || c == "/" || c == "+" || c == "&" {
        // Between numbers a sign of range or list; between words a blank.
        if !token.isEmpty { tokens.append(token) }
        token = ""
        if tokens.last?.first?.isNumber == true { tokens.append(c == "–" ? "-" : String(c)) }
      } else {
        if !token.isEmpty { tokens.append(token) }
        token = ""
      }
    }
    if !token.isEmpty { tokens.append(token) }
    return tokens
  }

  /// Names of the street and house numbers; a number that stands before or behind the words is one of the house, `2 bis` and `12 a` with their letter.
  private static func read(_ tokens: [String]) -> (words: [String], numbers: Set<String>) {
    var words: [String] = [], numbers: Set<String> = []
    var last: (value: Int, at: Int)?
    var sign: String?
    for (k, token) in tokens.enumerated() {
      if ["-", "/", "+", "&"].contains(token) {
        sign = token
        continue
      }
      let digits = token.prefix { $0.isNumber }
      let letters = token.dropFirst(digits.count).filter { $0 != "." }
      // A house number has up to five digits and a letter or two; `1st` and `17th` are names.
      if !digits.isEmpty, digits.count <= 5, let value = Int(digits), letters.count <= 1 || letters == "bis" || letters == "ter" {
        if sign == "-", let low = last, low.at == k - 2, value > low.value, value - low.value <= 60 {
          // A range runs along one side of the street, unless its ends lie on two.
          for number in stride(from: low.value, through: value, by: (value - low.value) % 2 == 0 ? 2 : 1) { numbers.insert("\(number)") }
        }
        numbers.insert("\(value)\(letters)")
        last = (value, k)
      } else if let low = last, low.at == k - 1, letters.count == 1 || token == "bis" || token == "ter", digits.isEmpty {
        numbers.remove("\(low.value)")
        numbers.insert("\(low.value)\(letters)")
        last = nil
      } else {
        words.append(token)
      }
      sign = nil
    }
    return (words, numbers)
  }
}

/// Abbreviations in the names of streets (`GeoData/vocabulary/streets.csv`).
struct StreetAbbreviations {
  private var words: [String: String] = [:]
  private var endings: [(short: String, long: String)] = []

  init(folder: DataFolder) throws {
    let table = try DataTable(file: folder.geoData + "/vocabulary/streets.csv", required: ["short", "long", "kind"])
    for row in 0..<table.count {
      let short = try table.requiredText("short", row).folded, long = try table.requiredText("long", row).folded
      switch try table.requiredText("kind", row) {
      case "word": words[short] = long
      case "ending": endings.append((short, long))
      case let kind: throw table.failure(row, "kind", "\"\(kind)\" is unknown; word or ending is expected.")
      }
    }
  }

  /// The words of a street's name, folded, with abbreviations written out, in one text.
  func writtenOut(_ names: [String]) -> String {
    names.map { name in
      let word = name.folded
      let bare = word.filter { $0 != "." && $0 != "'" && $0 != "’" }
      if let long = words[word] ?? words[bare] { return long }
      for (short, long) in endings where word.count > short.count && word.hasSuffix(short) { return word.dropLast(short.count) + long }
      return bare
    }.filter { !$0.isEmpty }.joined(separator: " ")
  }
}

/// Buildings by their address.
struct AddressLinks {
  private var rows: [String: [(row: Int, address: PostalAddress)]] = [:]
  private let abbreviations: StreetAbbreviations

  /// - Parameter cells: of each building: its address, or its street and number; empty where unknown.
  init(_ cells: [[String]], abbreviations: StreetAbbreviations) {
    self.abbreviations = abbreviations
    for (row, cells) in cells.enumerated() {
      guard let address = PostalAddress(cells, abbreviations: abbreviations) else { continue }
      rows[address.street, default: []].append((row, address))
    }
  }

  /// The buildings at an address: those that have one of its numbers; else, where the row gives a number without a letter, the one building that
  /// has it with a letter.
  func link(_ cells: [String]) -> RegisterLinker.Link {
    guard cells.contains(where: { !$0.isEmpty }) else {
      return RegisterLinker.Link(outcome: .noPosition, detail: "the field of the address is empty")
    }
    // What is written there is not repeated: who reads the results need not read the register.
    guard let wanted = PostalAddress(cells, abbreviations: abbreviations), let street = rows[wanted.street] else {
      return RegisterLinker.Link(outcome: .addressNotFound, detail: "no building has an address in the street of the row")
    }
    let found = street.filter { $0.address.matches(wanted) }.map(\.row)
    if !found.isEmpty { return RegisterLinker.Link(buildings: found) }
    let plain = street.filter { entry in
      entry.address.numbers.contains { number in wanted.numbers.contains { $0 == number.prefix { $0.isNumber } } }
    }.map(\.row)
    if plain.count == 1 { return RegisterLinker.Link(buildings: plain) }
    return plain.isEmpty
      ? RegisterLinker.Link(outcome: .addressNotFound, detail: "no building of the street has the number of the row")
      : RegisterLinker.Link(outcome: .addressAmbiguous, detail: "\(plain.count) buildings may be meant by the address of the row")
  }
}
