import Foundation

/// Which characters a font file has glyphs for, from its character map (OpenType 1.9, `cmap`, formats 4 and 12).
struct FontCoverage {
  /// Runs of code points, ascending.
  private var runs: [ClosedRange<UInt32>] = []

  /// Reads a font; a file that is none covers nothing. O(bytes of the character map).
  init(ofFile path: String) {
    guard let data = FileManager.default.contents(atPath: path) else { return }
    let bytes = [UInt8](data)
    func word(_ at: Int) -> Int { at >= 0 && at + 2 <= bytes.count ? Int(bytes[at]) << 8 | Int(bytes[at + 1]) : 0 }
    func long(_ at: Int) -> Int { word(at) << 16 | word(at + 2) }
    let tables = (0..<word(4)).map { 12 + 16 * $0 }
    guard let entry = tables.first(where: { long($0) == 0x636D_6170 }) else { return }
    let map = long(entry + 8)
    // The subtables for Unicode: platform 0, or 3 with encoding 1 or 10; those of format 12 reach beyond the first plane.
    let subtables = (0..<word(map + 2)).map { map + 4 + 8 * $0 }
      .filter { word($0) == 0 || (word($0) == 3 && [1, 10].contains(word($0 + 2))) }.map { map + long($0 + 4) }
    if let wide = subtables.first(where: { word($0) == 12 }) {
      for group in 0..<min(long(wide + 12), (bytes.count - wide) / 12) {
        let at = wide + 16 + 12 * group
        guard long(at) <= long(at + 4) else { continue }
        runs.append(UInt32(long(at))...UInt32(long(at + 4)))
      }
    } else if let plain = subtables.first(where: { word($0) == 4 }) {
      let count = word(plain + 6) / 2
      for k in 0..<count {
        let end = word(plain + 14 + 2 * k), start = word(plain + 16 + 2 * count + 2 * k)
        guard start <= end, start < 0xFFFF else { continue }
        runs.append(UInt32(start)...UInt32(min(end, 0xFFFE)))
      }
    }
    runs.sort { $0.lowerBound < $1.lowerBound }
  }

  /// Whether there is a glyph for a character. O(log runs).
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    var low = 0, high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
    }
    return low < runs.count && runs[low].contains(scalar.value)
  }
}

/// The fonts that reports are set with: a few that are always there, and others of the same family that are taken when a text needs them.
///
/// A character that no installed font has is shown as U+FFFD, since PDF/A allows none without a glyph.
struct ReportFonts {
  private var coverage: [FontCoverage]
  private var others: [(path: String, coverage: FontCoverage)]?
  private let source: String
  private let target: String
  private var known: [Unicode.Scalar: Bool] = [:]

  /// - Parameters:
  ///   - base: fonts that stand in `target` already.
  ///   - source: folder with the other fonts of the family.
  ///   - target: folder from which fonts are taken.
  init(base: [String], source: String, target: String) {
    coverage = base.map { FontCoverage(ofFile: $0) }
    (self.source, self.target) = (source, target)
  }

  /// A text with nothing in it that has no glyph. Fonts that it needs are linked into the folder of fonts.
  mutating func settable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value > 0x7E }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.value <= 0x7E || hasGlyph(scalar) {
        result.append(scalar)
      } else if !scalar.properties.isDefaultIgnorableCodePoint {
        result.append("\u{FFFD}")
      }
    }
    return String(result)
  }

  private mutating func hasGlyph(_ scalar: Unicode.Scalar) -> Bool {
    if let answer = known[scalar] { return answer }
    var found = coverage.contains { $0.contains(scalar) }
    if !found {
      let all = others ?? Self.family(in: source)
      others = all
      if let font = all.first(where: { $0.coverage.contains(scalar) }) {
        let name = URL(fileURLWithPath: font.path).lastPathComponent
        found = (try? FileManager.default.createSymbolicLink(atPath: target + "/" + name, withDestinationPath: font.path)) != nil
        if found { coverage.append(font.coverage) }
      }
    }
    known[scalar] = found
    return found
  }

  /// The upright sans-serif fonts of a folder, in the order of their names.
  private static func family(in folder: String) -> [(path: String, coverage: FontCoverage)] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    return names.filter { $0.hasPrefix("NotoSans") && $0.hasSuffix("-Regular.ttf") }.map {
      (folder + "/" + $0, FontCoverage(ofFile: folder + "/" + $0))
    }
  }
}
