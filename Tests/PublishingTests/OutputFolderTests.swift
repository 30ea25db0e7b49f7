import Assessment
import Foundation
import GeoFormats
import Testing
import TextFormats

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

  /// A folder of results of the study `town`, opened for building.
  func open(_ path: String, signature: String = "", followsLink: Bool = false) throws(OutputError) -> OutputFolder {
    try OutputFolder(path: path, signature: signature, followsLink: followsLink) { place throws(OutputError) in
      try ResultsRecord.files(in: place, ofStudy: "town")
    }
  }

  /// Writes files and the record that lists them, as a run does.
  func fill(_ folder: OutputFolder, _ files: KeyValuePairs<String, String>, study: String = "town") throws {
    for (name, text) in files { try folder.write(text, to: name) }
    let outputs = try files.map { ["path": JSON.string($0.key), "sha256": .string(try sha256(ofFile: folder.place($0.key)))] as JSON }
    let record: JSON = ["study": .string(study), "engine_version": "1", "outputs": .array(outputs)]
    try folder.write(record.serialized(), to: "run.json")
  }

  /// Puts results into place.
  func publish(_ path: String, _ files: KeyValuePairs<String, String>, study: String = "town") throws {
    let folder = try open(path)
    try fill(folder, files, study: study)
    try folder.finish()
  }

  func write(_ text: String, _ path: String) throws {
    try FileManager.default.createDirectory(at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

  @Test("It appears whole when it is finished and not before, and replaces what stood there")
  func swap() throws {
    let place = try Place()
    for text in ["old", "new"] {
      let folder = try open(place.path + "/out", signature: text)
      try fill(folder, ["sites/a/site.json": text, "ranking.csv": text])
      #expect(self.text(place.path + "/out/ranking.csv") == (text == "old" ? nil : "old"))
      try folder.finish()
      #expect(place.names == ["out", "out/ranking.csv", "out/run.json", "out/sites", "out/sites/a", "out/sites/a/site.json"])
      #expect(self.text(place.path + "/out/sites/a/site.json") == text)
    }
  }

  @Test("A folder that holds no results is not replaced, nor a file, nor a folder whose run.json is something else")
  func somebodyElses() throws {
    let place = try Place()
    try write("diary", place.path + "/out/diary")
    try write("{\"laps\": 12, \"runner\": \"me\"}", place.path + "/thesis/run.json")
    try write("chapter", place.path + "/thesis/chapter.tex")
    for path in ["/out", "/out/diary", "/thesis"] {
      #expect(throws: OutputError.self) { _ = try open(place.path + path) }
    }
    #expect(place.names == ["out", "out/diary", "thesis", "thesis/chapter.tex", "thesis/run.json"])
  }

  @Test("Results of another study are not replaced")
  func anotherStudy() throws {
    let place = try Place()
    try publish(place.path + "/out", ["ranking.csv": "theirs"], study: "village")
    do {
      _ = try open(place.path + "/out")
      Issue.record("the results of another study were opened for replacing")
    } catch { #expect("\(error)".contains("village") && "\(error)".contains("--out")) }
    #expect(text(place.path + "/out/ranking.csv") == "theirs")
  }

  @Test("What a user put among the results is there after the next run: files, folders, links, hidden files")
  func carriedOver() throws {
    let place = try Place()
    let out = place.path + "/out"
    try publish(out, ["ranking.csv": "1", "sites/a/report.html": "a", "sites/b/report.html": "b"])
    try write("my notes", out + "/notes.txt")
    try write("project", out + "/qgis/city.qgz")
    try write("comment", out + "/sites/b/comment.md")
    try write("Require all", out + "/.htaccess")
    try FileManager.default.createDirectory(atPath: out + "/empty", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: out + "/outside", withDestinationPath: "/etc")
    // The second run writes no report on b.
    try publish(out, ["ranking.csv": "2", "sites/a/report.html": "a2"])
    #expect(
      place.names.map { String($0.dropFirst(4)) }.sorted() == [
        "", ".htaccess", "empty", "notes.txt", "outside", "qgis", "qgis/city.qgz", "ranking.csv", "run.json", "sites", "sites/a",
        "sites/a/report.html", "sites/b", "sites/b/comment.md",
      ])
    #expect(text(out + "/notes.txt") == "my notes" && text(out + "/ranking.csv") == "2" && text(out + "/sites/b/comment.md") == "comment")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: out + "/outside") == "/etc")
  }

  @Test("A result that was edited is kept as NAME.kept-N, again and again, with what its database keeps beside it")
  func edited() throws {
    let place = try Place()
    let out = place.path + "/out"
    try publish(out, ["sites.gpkg": "layers", "ranking.csv": "1"])
    for (edit, kept) in [("edit one", "kept-1"), ("edit two", "kept-2")] {
      try write(edit, out + "/sites.gpkg")
      try publish(out, ["sites.gpkg": "layers", "ranking.csv": "1"])
      #expect(text(out + "/sites.gpkg") == "layers" && text(out + "/sites.gpkg.\(kept)") == edit)
    }
    // A change that is still in the log beside the database: the log must never come to stand beside a new one.
    try write("log", out + "/sites.gpkg-wal")
    try publish(out, ["sites.gpkg": "new layers", "ranking.csv": "1"])
    #expect(text(out + "/sites.gpkg") == "new layers" && text(out + "/sites.gpkg-wal") == nil)
    #expect(text(out + "/sites.gpkg.kept-3") == "layers" && text(out + "/sites.gpkg.kept-3-wal") == "log")
    // A link in the place of a result is a user's, too, and is not written through.
    try write("far away", place.path + "/elsewhere.csv")
    try FileManager.default.removeItem(atPath: out + "/ranking.csv")
    try FileManager.default.createSymbolicLink(atPath: out + "/ranking.csv", withDestinationPath: "../elsewhere.csv")
    try publish(out, ["sites.gpkg": "new layers", "ranking.csv": "2"])
    #expect(text(out + "/ranking.csv") == "2" && text(place.path + "/elsewhere.csv") == "far away")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: out + "/ranking.csv.kept-1") == "../elsewhere.csv")
  }

  @Test("A file of the user's whose name a new result needs steps aside")
  func nameTaken() throws {
    let place = try Place()
    let out = place.path + "/out"
    try publish(out, ["ranking.csv": "1"])
    try write("mine", out + "/sites/a/report.pdf")
    try publish(out, ["ranking.csv": "1", "sites/a/report.pdf": "pdf"])
    #expect(text(out + "/sites/a/report.pdf") == "pdf" && text(out + "/sites/a/report.pdf.kept-1") == "mine")
  }

  @Test("Links where the results or their preparation would stand are refused, and what they lead to stays")
  func links() throws {
    let place = try Place()
    let victim = place.path + "/victim"
    try write("precious", victim + "/letters.txt")
    // Where the folder is built.
    try FileManager.default.createSymbolicLink(atPath: place.path + "/.out.partial", withDestinationPath: "victim")
    #expect(throws: OutputError.self) { _ = try open(place.path + "/out") }
    // Where the results appear.
    try FileManager.default.createSymbolicLink(atPath: place.path + "/town", withDestinationPath: "victim")
    #expect(throws: OutputError.self) { _ = try open(place.path + "/town") }
    // Inside a folder that an interrupted run seems to have left.
    try write("", place.path + "/.other.partial/.state")
    try FileManager.default.createSymbolicLink(atPath: place.path + "/.other.partial/sites", withDestinationPath: "../victim")
    let folder = try open(place.path + "/other")
    try fill(folder, ["sites/a/report.html": "x"])
    try folder.finish()
    #expect(text(victim + "/letters.txt") == "precious")
    #expect(try FileManager.default.contentsOfDirectory(atPath: victim) == ["letters.txt"])
    #expect(text(place.path + "/other/sites/a/report.html") == "x")
  }

  @Test("A link that was named on purpose is followed and stays; a folder of somebody's in the place of the preparation is not touched")
  func namedLink() throws {
    let place = try Place()
    try FileManager.default.createDirectory(atPath: place.path + "/disk", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: place.path + "/out", withDestinationPath: "disk")
    for _ in 0..<2 {
      let folder = try open(place.path + "/out", followsLink: true)
      try fill(folder, ["ranking.csv": "1"])
      try folder.finish()
    }
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: place.path + "/out") == "disk")
    #expect(place.names == ["disk", "disk/ranking.csv", "disk/run.json", "out"])
    try write("mine", place.path + "/.else.partial/draft.txt")
    #expect(throws: OutputError.self) { _ = try open(place.path + "/else") }
    #expect(text(place.path + "/.else.partial/draft.txt") == "mine")
  }

  @Test("A run that was killed between putting its results in place and clearing away the old ones loses nothing")
  func killedWhileClearing() throws {
    let place = try Place()
    let out = place.path + "/out"
    try publish(out, ["ranking.csv": "new"])
    // What the exchange leaves: the old results, with a user's file that came in at the last moment and one that was edited.
    try publish(place.path + "/.out.partial", ["ranking.csv": "old", "sites.geojson": "old"])
    try write("late", place.path + "/.out.partial/late.txt")
    try write("edited", place.path + "/.out.partial/sites.geojson")
    try publish(out, ["ranking.csv": "newer", "sites.geojson": "newer"])
    #expect(text(out + "/late.txt") == "late" && text(out + "/ranking.csv") == "newer" && text(out + "/sites.geojson.kept-1") == "edited")
    #expect(FileManager.default.fileExists(atPath: place.path + "/.out.partial") == false)
  }

  @Test("While one builds it, another is refused; afterwards it may")
  func lock() throws {
    let place = try Place()
    var first: OutputFolder? = try open(place.path + "/out")
    #expect(throws: OutputError.self) { _ = try open(place.path + "/out") }
    try first?.write("x", to: "run.json")
    first = nil
    #expect(throws: Never.self) { _ = try open(place.path + "/out") }
  }

  @Test("Finished parts of an interrupted run are kept for the same signature and thrown away for another")
  func takenUp() throws {
    let place = try Place()
    for (signature, expected) in [("a", nil), ("a", "done"), ("b", nil)] {
      let folder = try open(place.path + "/out", signature: signature)
      #expect(folder.read("sites/x/site.json") == expected)
      try folder.write("done", to: "sites/x/site.json")
    }
  }

  @Test("Only what is expected stays: neither stray nor hidden files nor empty folders")
  func onlyExpected() throws {
    let place = try Place()
    let folder = try open(place.path + "/out", signature: "a")
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
      _ = try open("/proc/rekindle/out")
      Issue.record("/proc was written to")
    } catch { #expect("\(error)".contains("/proc/rekindle")) }
  }
}
