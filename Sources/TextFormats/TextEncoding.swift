internal import Glibc

/// The encoding of a text file, found or told, and the text in UTF-8.
///
/// A byte order mark decides, then well-formed UTF-8. Other bytes are read in the code page under which most of the characters beyond ASCII are
/// letters of one of the languages (CLDR's main exemplar characters); the languages of the reader's country come first where that is a tie.
/// Conversion is the C library's (`iconv`).
public struct TextEncoding: Sendable {
  /// The name as `iconv` knows it, e.g. `UTF-8`, `CP1250`.
  public var name: String
  /// The text in UTF-8; `nil` when the file's own bytes are, from `start` on.
  public var recoded: [UInt8]?
  /// Where the text begins in the file: behind a byte order mark.
  public var start = 0
  /// Code pages under which the text reads as well, where nothing decides.
  public var alternatives: [String] = []

  /// Whether someone should be told: the bytes were no UTF-8.
  public var isRemarkable: Bool { recoded != nil && !name.hasPrefix("UTF-16") }

  /// Letters beyond ASCII by language: CLDR 45, main exemplar characters.
  private static let letters: [(language: String, letters: String)] = [
    ("de", "äöüßÄÖÜẞ"), ("pl", "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"), ("lt", "ąčęėįšųūžĄČĘĖĮŠŲŪŽ"), ("lv", "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ"),
    ("et", "äõöüšžÄÕÖÜŠŽ"), ("sv", "åäöÅÄÖ"), ("fi", "äöåÄÖÅ"), ("da", "æøåÆØÅ"), ("nb", "æøåÆØÅ"),
    ("fr", "àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ"), ("it", "àèéìòóùÀÈÉÌÒÓÙ"), ("es", "áéíñóúüÁÉÍÑÓÚÜ"), ("nl", "áäéëíïóöúüÁÄÉËÍÏÓÖÚÜ"),
    ("pt", "ãáàâçéêíóôõúÃÁÀÂÇÉÊÍÓÔÕÚ"), ("cs", "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ"), ("sk", "áäčďéíĺľňóôŕšťúýžÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽ"),
    ("hu", "áéíóöőúüűÁÉÍÓÖŐÚÜŰ"), ("sl", "čšžČŠŽ"), ("hr", "čćđšžČĆĐŠŽ"), ("ro", "ăâîșțşţĂÂÎȘȚŞŢ"),
    ("ru", "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"),
    ("uk", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ"),
  ]

  /// Code pages in the order in which they are asked where texts read alike: those of Windows, those of ISO, those of DOS.
  private static let pages = [
    "CP1252", "CP1250", "CP1257", "CP1251", "ISO-8859-15", "ISO-8859-2", "ISO-8859-13", "ISO-8859-4", "CP850", "CP852", "CP775", "KOI8-R",
    "MACINTOSH",
  ]

  /// Signs that people write beside letters, under any code page.
  private static let signs: Set<Unicode.Scalar> = Set("€§°²³½¼¾«»„“”‘’‚‹›–—…·×±µ©®™£¡¿ºª№•†‰\u{A0}\u{AD}".unicodeScalars)

  /// Finds the encoding of a file's bytes. O(bytes · code pages) where they are no UTF-8, else O(bytes).
  /// - Parameters:
  ///   - told: the encoding that the user names; it is used as it is.
  ///   - languages: ISO 639 codes of the languages that are expected.
  /// - Throws: `EncodingFault` when `told` is no encoding that is known.
  public init(_ b: Span<UInt8>, told: String? = nil, languages: [String] = []) throws(EncodingFault) {
    if let told {
      guard let text = Self.convert(b, from: told) else { throw EncodingFault(name: told) }
      (name, recoded) = (told, text)
      if text.starts(with: [0xEF, 0xBB, 0xBF]) { recoded = Array(text.dropFirst(3)) }
      return
    }
    if b.count >= 3, b[0] == 0xEF, b[1] == 0xBB, b[2] == 0xBF {
      (name, start) = ("UTF-8", 3)
      return
    }
    if b.count >= 2, b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF {
      name = b[0] == 0xFF ? "UTF-16LE" : "UTF-16BE"
      recoded = Self.utf16(b, isLittle: b[0] == 0xFF)
      return
    }
    guard Self.isForeign(b) else {
      name = "UTF-8"
      return
    }
    let ranked = Self.ranked(b, languages)
    name = ranked[0]
    alternatives = Array(ranked.dropFirst())
    recoded = Self.convert(b, from: name) ?? []
  }

  /// Whether the bytes are no UTF-8, nor nearly: single bad bytes in much good text are left for the rows to report.
  private static func isForeign(_ b: Span<UInt8>) -> Bool {
    var (good, bad, i) = (0, 0, 0)
    while i < b.count {
      if b[i] < 0x80 {
        i += 1
        continue
      }
      let length = utf8SequenceLength(b, at: i)
      if length == 0 { bad += 1 } else { good += 1 }
      i += max(1, length)
    }
    return bad > 0 && good < 4 * bad
  }

  private static func utf16(_ b: Span<UInt8>, isLittle: Bool) -> [UInt8] {
    var units: [UInt16] = []
    units.reserveCapacity(b.count / 2)
    for k in stride(from: 2, to: b.count - 1, by: 2) {
      units.append(isLittle ? UInt16(b[k]) | UInt16(b[k + 1]) << 8 : UInt16(b[k]) << 8 | UInt16(b[k + 1]))
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  // MARK: Letter statistics

  /// The best code page, and behind it those under which the text reads otherwise and as well.
  private static func ranked(_ b: Span<UInt8>, _ languages: [String]) -> [String] {
    // How often each byte beyond ASCII stands, and how often next to a letter: there it should be one.
    var counts = [Int](repeating: 0, count: 256), inWords = counts, afterSmall = counts, besideLatin = counts
    func isLatin(_ c: UInt8) -> Bool { (0x41...0x5A).contains(c & 0xDF) && c < 0x80 }
    func isLetter(_ c: UInt8) -> Bool { c >= 0x80 || (0x41...0x5A).contains(c & 0xDF) }
    for i in 0..<b.count where b[i] >= 0x80 {
      counts[Int(b[i])] += 1
      if i > 0, (0x61...0x7A).contains(b[i - 1]) { afterSmall[Int(b[i])] += 1 }
      if i > 0 && isLatin(b[i - 1]) || i + 1 < b.count && isLatin(b[i + 1]) { besideLatin[Int(b[i])] += 1 }
      if i > 0 && isLetter(b[i - 1]) || i + 1 < b.count && isLetter(b[i + 1]) { inWords[Int(b[i])] += 1 }
    }
    let bytes = (0x80...0xFF).filter { counts[$0] > 0 }
    var found: [(page: String, score: Int, text: [Unicode.Scalar?])] = []
    for page in pages {
      let table = scalars[page] ?? []
      let text = bytes.map { table[$0 - 0x80] }
      func score(_ letters: Set<Unicode.Scalar>) -> Int {
        zip(bytes, text).reduce(0) { sum, entry in
          let (byte, scalar) = entry
          guard let scalar, scalar.value >= 0xA0 else { return sum - 8 * counts[byte] }
          // A capital behind a small letter is hardly one; no word mixes Latin letters with Greek or Cyrillic ones.
          var sum = scalar.properties.isUppercase ? sum - 3 * afterSmall[byte] : sum
          if scalar.value >= 0x370, scalar.properties.isAlphabetic { sum -= 6 * besideLatin[byte] }
          if letters.contains(scalar) { return sum + 2 * counts[byte] }
          // A letter of another language, or a sign where no letter is expected.
          if scalar.properties.isAlphabetic { return sum }
          return signs.contains(scalar) ? sum + counts[byte] - 3 * inWords[byte] : sum - 4 * counts[byte]
        }
      }
      let scores = Self.letters.map { entry in
        // A language that is expected counts a little more than one that is not.
        (languages.contains(entry.language) ? 1 : 0) + 2 * score(Set(entry.letters.unicodeScalars))
      }
      found.append((page, scores.max() ?? 0, text))
    }
    let best = found.map(\.score).max() ?? 0
    let winner = found.first { $0.score == best }!
    // Where the same text comes out it is no alternative.
    let others = found.filter { $0.score == best && $0.text != winner.text }
    return [winner.page] + others.map(\.page)
  }

  /// The characters of each code page beyond ASCII, asked of the C library once.
  private static let scalars = Dictionary(uniqueKeysWithValues: pages.map { page in (page, (0x80...0xFF).map { scalar($0, page) }) })

  private static func scalar(_ byte: Int, _ page: String) -> Unicode.Scalar? {
    let one: [UInt8] = [UInt8(byte)]
    guard let text = convert(one.span, from: page) else { return nil }
    let scalar = String(decoding: text, as: UTF8.self).unicodeScalars.first
    return scalar == "\u{FFFD}" ? nil : scalar
  }

  /// The bytes in UTF-8, U+FFFD for what the encoding does not hold; `nil` for an encoding that the C library does not know.
  private static func convert(_ b: Span<UInt8>, from name: String) -> [UInt8]? {
    guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 0x2F }) else { return nil }
    let converter = unsafe iconv_open("UTF-8", name)
    guard unsafe converter != iconv_t(bitPattern: -1) else { return nil }
    defer { _ = unsafe iconv_close(converter) }
    var result: [UInt8] = []
    result.reserveCapacity(b.count + b.count / 8)
    var chunk = [CChar](repeating: 0, count: 65_536)
    unsafe b.withUnsafeBytes { all in
      var at = 0
      while at < all.count {
        var left = all.count - at
        var written = 0
        let status = unsafe chunk.withUnsafeMutableBufferPointer { room -> Int in
          var free = room.count
          // The C library reads from it only.
          var from: UnsafeMutablePointer<CChar>? = unsafe UnsafeMutablePointer(
            mutating: all.baseAddress!.advanced(by: at).assumingMemoryBound(to: CChar.self))
          var to = room.baseAddress
          let status = unsafe iconv(converter, &from, &left, &to, &free)
          written = room.count - free
          return status
        }
        let reason = errno
        for k in 0..<written { result.append(UInt8(bitPattern: chunk[k])) }
        at = all.count - left
        guard status == -1 else { break }
        // A full chunk goes on; what is no character is replaced.
        if reason == E2BIG { continue }
        result += [0xEF, 0xBF, 0xBD]
        at += 1
      }
    }
    return result
  }
}

/// An encoding that is not known.
public struct EncodingFault: Error {
  /// As it was named.
  public var name: String
}
