import SimpleFeatures

/// Makes foreign text fit for a page: control characters and direction marks go, length is bounded.
///
/// A name from a map or a register may hold anything. What leaves here is plain text; escaping for HTML, SVG or a workbook
/// is the writer's last step and not done here.
enum PageText {
  /// The text without control characters, private-use characters and direction overrides, white space joined to one space, cut with an
  /// ellipsis after `limit` characters.
  ///
  /// Direction marks (U+061C, U+200E, U+200F, U+202A–U+202E, U+2066–U+2069) would reorder what stands beside the name; pages isolate names
  /// with `<bdi>` instead. Characters that HTML must escape are kept apart from combining marks, because the template
  /// engine escapes whole grapheme clusters and would overlook them. O(length).
  static func clean(_ text: String, limit: Int = 2_000) -> String {
    var scalars = String.UnicodeScalarView()
    var count = 0
    var spaces = false
    var isCut = false
    for scalar in text.unicodeScalars {
      if isDropped(scalar) { continue }
      if scalar.properties.isWhitespace && !isNoBreakSpace(scalar) {
        spaces = !scalars.isEmpty
        continue
      }
      if count + (spaces ? 1 : 0) >= limit {
        isCut = true
        break
      }
      if spaces {
        scalars.append(" ")
        spaces = false
        count += 1
      }
      scalars.append(scalar)
      count += 1
    }
    if isCut { scalars.append("…") }
    return separated(String(scalars))
  }

  /// The text without control characters and direction overrides, markup characters apart from combining marks, length and spaces kept:
  /// the last guard before a template. O(length).
  static func inert(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 || $0 == 10 }) { return text }
    guard text.unicodeScalars.contains(where: { isDropped($0) && $0 != "\u{2060}" }) else { return separated(text) }
    return separated(String(String.UnicodeScalarView(text.unicodeScalars.filter { !isDropped($0) })))
  }

  private static func isNoBreakSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == "\u{A0}" || scalar == "\u{202F}" }

  private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: false
    case 0...0x1F, 0x7F...0x9F, 0x061C, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFC: true
    case 0xE000...0xF8FF, 0xE0000...0xE0FFF, 0xF0000...0x10FFFF: true
    default: scalar.value & 0xFFFE == 0xFFFE
    }
  }

  /// Puts a word joiner on both sides of a markup character that shares its grapheme cluster with another scalar.
  private static func separated(_ text: String) -> String {
    let isMarkup: (Unicode.Scalar) -> Bool = { $0 == "<" || $0 == ">" || $0 == "&" || $0 == "\"" || $0 == "'" }
    guard text.contains(where: { $0.unicodeScalars.count > 1 && $0.unicodeScalars.contains(where: isMarkup) }) else { return text }
    var out = String.UnicodeScalarView()
    for character in text {
      let shared = character.unicodeScalars.count > 1
      for scalar in character.unicodeScalars {
        guard shared, isMarkup(scalar) else {
          out.append(scalar)
          continue
        }
        out.append("\u{2060}")
        out.append(scalar)
        out.append("\u{2060}")
      }
    }
    return String(out)
  }

  /// Adds text to markup, the five characters of XML replaced. Works on scalars, so that no combining mark hides a character.
  static func escape(_ text: String, into out: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "<"): out.append(contentsOf: "&lt;".utf8)
      case UInt8(ascii: ">"): out.append(contentsOf: "&gt;".utf8)
      case UInt8(ascii: "&"): out.append(contentsOf: "&amp;".utf8)
      case UInt8(ascii: "\""): out.append(contentsOf: "&quot;".utf8)
      case UInt8(ascii: "'"): out.append(contentsOf: "&#39;".utf8)
      case 0..<32 where byte != 9 && byte != 10 && byte != 13: continue
      default: out.append(byte)
      }
    }
  }

  /// The text as content or attribute value of XML or HTML.
  static func escaped(_ text: String) -> String {
    var out: [UInt8] = []
    escape(text, into: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// The width of a line of text in a proportional sans-serif, as a multiple of its size: class averages of Noto Sans, a few
  /// per cent off. Good enough to decide where a label fits.
  static func width(_ text: String, size: Double) -> Double {
    var ems = 0.0
    for scalar in text.unicodeScalars {
      switch scalar {
      case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", " ", "\u{A0}", "\u{202F}": ems += 0.27
      case "f", "t", "r", "(", ")", "-", "/": ems += 0.37
      case "m", "w", "M", "W", "%", "—", "…": ems += 0.88
      case "A"..."Z": ems += 0.65
      default: ems += scalar.value >= 0x2E80 ? 1 : 0.56
      }
    }
    return ems * size
  }

  /// The text, cut with an ellipsis so that it is no wider than `width`.
  static func fitted(_ text: String, size: Double, width limit: Double) -> String {
    guard width(text, size: size) > limit else { return text }
    var end = text.endIndex
    while end > text.startIndex {
      end = text.index(before: end)
      let candidate = text[..<end].trimmed() + "…"
      if width(candidate, size: size) <= limit { return candidate }
    }
    return "…"
  }

  /// The text broken at spaces into lines no wider than `width`; the last of at most `lines` lines is cut.
  static func wrapped(_ text: String, size: Double, width limit: Double, lines: Int = 2) -> [String] {
    var result: [String] = []
    var line = ""
    let words = text.split(separator: " ")
    for (i, word) in words.enumerated() {
      let longer = line.isEmpty ? String(word) : line + " " + word
      if line.isEmpty || width(longer, size: size) <= limit {
        line = longer
        continue
      }
      if result.count == lines - 1 {
        result.append(fitted(line + " " + words[i...].joined(separator: " "), size: size, width: limit))
        return result
      }
      result.append(fitted(line, size: size, width: limit))
      line = String(word)
    }
    if !line.isEmpty { result.append(fitted(line, size: size, width: limit)) }
    return result
  }
}
