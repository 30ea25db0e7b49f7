import Foundation
import GeoFormats
import Testing
import TextFormats

@testable import Publishing

@Suite("PDF reports", .serialized)
struct SitePDFTests {
  /// A press, or nil where Typst or its fonts are not installed.
  private static func press() throws -> PDFPress? {
    let library = try Sample.library()
    do throws(PDFError) { return try PDFPress(library: library) } catch {
      // On a user's machine the check is skipped aloud; in CI what it needs must be there.
      guard ProcessInfo.processInfo.environment["CI"] == nil else { throw error }
      switch error {
      case .typstMissing, .fontsMissing:
        print("Skipped: \(error)")
        return nil
      default: throw error
      }
    }
  }

  @Test("A report is a tagged PDF/A-3 and PDF/UA-1 file, equal byte for byte from run to run, in every language")
  func typesetting() throws {
    guard let press = try Self.press() else { return }
    let atlas = Atlas(Sample.surroundings())
    let attachment = PDFAttachment(
      name: "site.geojson", bytes: Array("{}".utf8), mediaType: "application/geo+json", relationship: "data", description: "The site")
    for language in try Sample.library().languages {
      let first = try press.sitePDF(Sample.site(), atlas: atlas, language: language, attachments: [attachment])
      let text = String(decoding: first, as: UTF8.self)
      #expect(first.starts(with: "%PDF-1.7".utf8))
      #expect(text.contains("pdfuaid:part"), "\(language)")
      #expect(text.contains("pdfaid:part"), "\(language)")
      let second = try #require(try Self.press()).sitePDF(Sample.site(), atlas: atlas, language: language, attachments: [attachment])
      #expect(first == second, "\(language)")
    }
  }

  @Test("A record of which nothing is known, and one of hostile text, are typeset too")
  func odd() throws {
    guard let press = try Self.press() else { return }
    let atlas = Atlas(Sample.surroundings())
    for report in try Sample.oddSites().prefix(2) { #expect(try !press.sitePDF(report, atlas: atlas, language: "en").isEmpty) }
    for text in ["#panic(\"x\") $x$ @y *z* _w_ <script> \\ `", "\u{202E}=cmd|' /C calc'!A0", String(repeating: "W", count: 10_000)] {
      let site = Sample.flooding(try Sample.site(), with: text)
      #expect(try !press.sitePDF(site, atlas: atlas, language: "en").isEmpty, "\(text.prefix(40))")
    }
  }

  @Test("The date in the file is the civil date's midnight")
  func dates() {
    #expect(PDFPress.secondsSince1970(year: 1970, month: 1, day: 1) == 0)
    #expect(PDFPress.secondsSince1970(year: 2026, month: 1, day: 1) == 1_767_225_600)
    #expect(PDFPress.secondsSince1970(year: 2024, month: 2, day: 29) == 1_709_164_800)
  }

  @Test("A missing Typst is an error that says how to install it and that HTML does not need it")
  func missing() {
    let text = PDFError.typstMissing(tried: ["typst on the path"]).description
    #expect(text.contains("pip install typst") && text.contains("HTML"))
  }
}
