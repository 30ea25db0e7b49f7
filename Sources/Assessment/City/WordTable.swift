import SimpleFeatures
import TextFormats

/// Words of sources and what they mean in the engine's terms (`GeoData/vocabulary/*.csv`).
///
/// Words are compared without case and accents, blanks, `_` and `-` alike. A word that means different things in different languages is decided by the
/// languages of the study's country; where that decides nothing, it means nothing.
struct WordTable {
  private var meanings: [String: Study.LayerSource.Meaning] = [:]

  /// Reads a table with the columns word, language, meaning and, perhaps, taken.
  /// - Parameters:
  ///   - languages: ISO 639 codes of the country's languages; words without a language belong to all.
  ///   - allowed: what words may mean.
  init(file: String, languages: [String], allowed: Set<String>) throws {
    let table = try DataTable(file: file, required: ["word", "language", "meaning"])
    var all: [String: [(language: String, meaning: Study.LayerSource.Meaning)]] = [:]
    for row in 0..<table.count {
      let meaning = try table.requiredText("meaning", row)
      guard allowed.contains(meaning) else {
        throw table.failure(row, "meaning", "\"\(meaning)\" is unknown; one of \(allowed.sorted().joined(separator: ", ")) is expected.")
      }
      all[try table.requiredText("word", row).folded, default: []].append(
        (table.text("language", row) ?? "", Study.LayerSource.Meaning(word: meaning, isTaken: table.isYes("taken", row))))
    }
    for (word, entries) in all {
      var found = Set(entries.map(\.meaning))
      if found.count > 1 { found = Set(entries.filter { $0.language.isEmpty || languages.contains($0.language) }.map(\.meaning)) }
      if found.count == 1 { meanings[word] = found.first }
    }
  }

  /// What a word means; `nil` for one that is in no row. Of a cell of several lines the first counts where the whole is in no row.
  func meaning(_ text: String) -> Study.LayerSource.Meaning? {
    meanings[text.folded] ?? Self.firstLine(text).flatMap { meanings[$0.folded] }
  }

  /// The first line of a text of several; `nil` of one.
  static func firstLine(_ text: String) -> Substring? {
    text.firstIndex(where: \.isNewline).map { text[..<$0] }
  }

  /// The folded words that mean something.
  var words: some Collection<String> { meanings.keys }
}
