import Foundation
import Testing

@testable import Publishing

@Suite("The output folder")
struct OutputFolderTests {
  /// A folder of its own for a test, gone when the test is over.
  final class Place {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("rekindle-output-\(UUID().uuidString)").path
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var names: [String] { ((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []).sorted() }
  }

  @Test("It appears whole when it is finished and not before, and replaces what stood there")
  func swap() throws {
    let place = try Place()
    for text in ["old", "new"] {
      let folder = try OutputFolder(path: place.path + "/out", signature: text)
      try folder.write(text, to: "run.json")
      try folder.write(text, to: "sites/a/site.json")
      #expect((try? String(contentsOfFile: place.path + "/out/run.json", encoding: .utf8)) == (text == "old" ? nil : "old"))
      try folder.finish()
      #expect(place.names == ["out", "out/run.json", "out/sites", "out/sites/a", "out/sites/a/site.json"])
      #expect(try String(contentsOfFile: place.path + "/out/sites/a/site.json", encoding: .utf8) == text)
    }
  }

  @Test("A folder that holds no results is not replaced, nor a file")
  func somebodyElses() throws {
    let place = try Place()
    try FileManager.default.createDirectory(atPath: place.path + "/out", withIntermediateDirectories: true)
    try Data("diary".utf8).write(to: URL(fileURLWithPath: place.path + "/out/diary"))
    #expect(throws: OutputError.self) { _ = try OutputFolder(path: place.path + "/out", signature: "") }
    #expect(throws: OutputError.self) { _ = try OutputFolder(path: place.path + "/out/diary", signature: "") }
    #expect(place.names == ["out", "out/diary"])
  }

  @Test("While one builds it, another is refused; afterwards it may")
  func lock() throws {
    let place = try Place()
    var first: OutputFolder? = try OutputFolder(path: place.path + "/out", signature: "")
    #expect(throws: OutputError.self) { _ = try OutputFolder(path: place.path + "/out", signature: "") }
    try first?.write("x", to: "run.json")
    first = nil
    #expect(throws: Never.self) { _ = try OutputFolder(path: place.path + "/out", signature: "") }
  }

  @Test("Finished parts of an interrupted run are kept for the same signature and thrown away for another")
  func takenUp() throws {
    let place = try Place()
    for (signature, expected) in [("a", nil), ("a", "done"), ("b", nil)] {
      let folder = try OutputFolder(path: place.path + "/out", signature: signature)
      #expect(folder.read("sites/x/site.json") == expected)
      try folder.write("done", to: "sites/x/site.json")
    }
  }

  @Test("Only what is expected stays: neither stray nor hidden files nor empty folders")
  func onlyExpected() throws {
    let place = try Place()
    let folder = try OutputFolder(path: place.path + "/out", signature: "a")
    for name in ["run.json", "sites/x/site.json", "stray", ".dat.nosync1", "sites/.dat.nosync2", "sites/x/.hidden", "sites/y/z/deep"] {
      try folder.write("text", to: name)
    }
    folder.keepOnly(["run.json", "sites/x/site.json"])
    #expect(folder.files() == ["run.json", "sites/x/site.json"])
    try folder.finish()
    #expect(place.names == ["out", "out/run.json", "out/sites", "out/sites/x", "out/sites/x/site.json"])
  }

  @Test("Where nothing can be written the error names the place")
  func unwritable() {
    do {
      _ = try OutputFolder(path: "/proc/rekindle/out", signature: "")
      Issue.record("/proc was written to")
    } catch { #expect(error.description.contains("/proc/rekindle")) }
  }
}
