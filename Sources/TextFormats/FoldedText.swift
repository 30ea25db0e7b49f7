import Foundation

extension StringProtocol {
  /// The text as it is compared with words of tables: without case and accents, `ß` as `ss`, and with one blank for every run of blanks, `_` and `-`.
  ///
  /// A text of nothing else, such as `-`, stands for itself. O(length).
  public var folded: String {
    var result = ""
    var isGap = false
    let plain = folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil).lowercased()
    for c in plain.unicodeScalars {
      switch c {
      case "_", "-", "\u{2010}", "\u{2011}", "\u{2013}": isGap = true
      case _ where c.properties.isWhitespace: isGap = true
      default:
        if isGap, !result.isEmpty { result += " " }
        isGap = false
        // Letters with a stroke are letters of their own to Unicode.
        switch c {
        case "ß": result += "ss"
        case "ł": result += "l"
        case "ø": result += "o"
        case "đ": result += "d"
        case "æ": result += "ae"
        case "œ": result += "oe"
        default: result.unicodeScalars.append(c)
        }
      }
    }
    return result.isEmpty ? String(self) : result
  }
}
