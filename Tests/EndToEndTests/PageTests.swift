import Foundation
import GeoFormats
import Testing
import TextFormats

@Suite("Pages as a browser gets them", .serialized)
struct PageTests {
  /// Addresses in `src`, `href` of resources, `url(…)` and `@import`; plain links are no resources.
  func resources(_ text: String) -> [String] {
    var found: [String] = []
    for pattern in [
      #/(?i)\ssrc(?:set)?\s*=\s*["']?([^"'\s>]+)/#, #/(?i)<link\b[^>]*\bhref\s*=\s*["']?([^"'\s>]+)/#, #/(?i)url\(\s*["']?([^"')\s]+)/#,
      #/(?i)@import\s+["']([^"']+)/#, #/(?i)<(?:use|image)\b[^>]*\bhref\s*=\s*["']?([^"'\s>]+)/#,
      #/(?i)\b(?:fetch|importScripts|WebSocket|EventSource)\s*\(\s*["'`]([^"'`]+)/#,
    ] { found += text.matches(of: pattern).map { String($0.output.1) } }
    return found
  }

  @Test("No page asks for anything beyond itself", arguments: 0..<3)
  func selfContained(_ k: Int) throws {
    let study = try ShippedStudy.all[k].get()
    for name in contents(of: study.out).keys.sorted() where name.hasSuffix(".html") {
      let text = study.text(name)
      #expect(text.hasPrefix("<!DOCTYPE html>") || text.hasPrefix("<!doctype html>"), "\(name)")
      #expect(text.contains("<html lang=") && text.contains("charset") && text.contains("viewport"), "\(name)")
      #expect(resources(text).allSatisfy { $0.hasPrefix("data:") || $0.hasPrefix("#") }, "\(name): \(resources(text))")
      for address in ["NaN", "undefined", "{{", "}}"] { #expect(!text.contains(">\(address)"), "\(name) shows \(address)") }
    }
    // Every link to a report leads to one.
    let index = study.text("index.html")
    let links = Set(index.matches(of: #/href="(sites\/[^"]+)"/#).map { String($0.output.1) })
    let reported = try #require(try study.json("run.json")["counts"]?["reported"]?.number)
    #expect(Double(links.filter { $0.hasSuffix("report.html") }.count) == reported)
    for link in links {
      let path = try #require(link.removingPercentEncoding)
      #expect(FileManager.default.fileExists(atPath: study.out + "/" + path), "\(link)")
    }
  }

  @Test("A browser shows the pages at desktop and phone width, asks nobody and complains of nothing")
  func browser() throws {
    guard let chromium = ["chromium", "chromium-browser", "google-chrome"].compactMap({ program($0) }).first else {
      #expect(ProcessInfo.processInfo.environment["CI"] == nil, "Chromium is missing in CI")
      print("Skipped: opening the pages needs Chromium.")
      return
    }
    let study = try ShippedStudy.kotka.get()
    let report = try #require(contents(of: study.out).keys.filter { $0.hasSuffix("/report.html") }.min())
    for (page, width) in [("index.html", 1280), (report, 390)] {
      let scratch = try ScratchFolder()
      let address = "file://" + study.out + "/" + page.replacing("%", with: "%25")
      let seen = try run(
        chromium,
        [
          "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
          "--disable-background-networking", "--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND",
          "--user-data-dir=\(scratch.path)", "--window-size=\(width),900", "--enable-logging=stderr", "--log-level=0",
          "--virtual-time-budget=2000",
          "--dump-dom", address,
        ])
      #expect(seen.status == 0 && seen.output.contains("</html>"), "\(page): \(seen.errors.suffix(400))")
      let console = seen.errors.split(separator: "\n").filter { $0.contains("CONSOLE") || $0.contains("Content Security Policy") }
      #expect(console == [], "\(page) at \(width)")
      #expect(resources(seen.output).allSatisfy { $0.hasPrefix("data:") || $0.hasPrefix("#") }, "\(page) after its script ran")
    }
  }
}
