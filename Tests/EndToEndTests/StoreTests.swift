import Foundation
import GeoFormats
import Testing
import TextFormats

@Suite("The output folder and the private store beside it", .serialized)
struct StoreTests {
  /// A town of three vacant buildings that takes a second to run.
  static func town() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(RefusalTests.study + "report: {top: 2, formats: [html]}\n", to: "study.yml")
    var rows = "id,wkt,vacancy,function,storeys\n"
    for (k, use) in ["industrial", "office", "school"].enumerated() {
      let x = 385_000 + 100 * k
      rows += "\(use),\"POLYGON((\(x) 6671000,\(x + 20 + k) 6671000,\(x + 20 + k) 6671030,\(x) 6671030,\(x) 6671000))\",vacant,\(use),3\n"
    }
    try folder.write(rows, to: "buildings.csv")
    return folder
  }

  @Test("Two runs write the same bytes into both; a score explains a site as a run does")
  func same() throws {
    let folder = try Self.town()
    for out in ["one", "two"] { #expect(try rekindle(["run", "study.yml", "--out", out, "--quiet"], in: folder.path).status == 0) }
    for part in ["", ".private"] {
      #expect(differences(contents(of: folder.path + "/one" + part), contents(of: folder.path + "/two" + part)) == [])
    }
    #expect(try rekindle(["score", "study.yml", "--out", "batch", "--quiet"], in: folder.path).status == 0)
    let run = try rekindle(["explain", "study.yml", "office", "--out", "one", "--json"], in: folder.path)
    let score = try rekindle(["explain", "study.yml", "office", "--out", "batch", "--json"], in: folder.path)
    #expect(run.status == 0 && run.output == score.output, "\(run.errors) \(score.errors)")
  }

  @Test("Sites whose ids share a hash are told apart")
  func collision() throws {
    // Found by an independent program: the upper 36 bits of FNV-1a are 35,545,347,103 for both.
    let ids = ["b1540789", "b2630502"]
    let folder = try Self.town()
    var rows = "id,wkt,vacancy,storeys\n"
    for (k, id) in ids.enumerated() {
      let x = 385_000 + 100 * k
      rows += "\(id),\"POLYGON((\(x) 6671000,\(x + 20 + 9 * k) 6671000,\(x + 20 + 9 * k) 6671030,\(x) 6671030,\(x) 6671000))\",vacant,3\n"
    }
    try folder.write(rows, to: "buildings.csv")
    #expect(try rekindle(["score", "study.yml", "--out", "out", "--quiet"], in: folder.path).status == 0)
    for id in ids {
      let told = try rekindle(["explain", "study.yml", id, "--out", "out", "--json"], in: folder.path)
      #expect(try JSON(parsing: told.output)["site_id"]?.string == id, "\(told)")
    }
  }

  @Test("Without the private store, or with that of another run, what is computed from it says what to do; what may leave is exported")
  func bound() throws {
    let folder = try Self.town()
    for (out, seed) in [("one", "1"), ("two", "2")] {
      #expect(try rekindle(["run", "study.yml", "--out", out, "--seed", seed, "--quiet"], in: folder.path).status == 0)
    }
    let files = FileManager.default, store = folder.path + "/one.private"
    func replace(with other: String?) throws {
      try files.removeItem(atPath: store)
      if let other { try files.copyItem(atPath: folder.path + "/" + other, toPath: store) }
    }
    try replace(with: "two.private")
    for command in ["explain", "report"] {
      let outcome = try rekindle([command, "study.yml", "office", "--out", "one"], in: folder.path)
      #expect(
        outcome.status == 65 && outcome.errors.contains("another run") && outcome.errors.contains("Run the study again"), "\(outcome)")
    }
    try replace(with: nil)
    let missing = try rekindle(["explain", "study.yml", "office", "--out", "one"], in: folder.path)
    #expect(missing.status == 66 && missing.errors.contains("one.private/facts.sqlite"), "\(missing)")
    #expect(try rekindle(["export", "study.yml", "--out", "one", "--format", "csv"], in: folder.path).status == 0)
  }

  @Test("A kill before or after the output folder is exchanged leaves a store that answers as the results in place do")
  func exchange() throws {
    let folder = try Self.town(), files = FileManager.default
    for (out, seed) in [("one", "1"), ("two", "2")] {
      #expect(try rekindle(["run", "study.yml", "--out", out, "--seed", seed, "--quiet"], in: folder.path).status == 0)
    }
    func explain(_ out: String) throws -> Outcome {
      try rekindle(["explain", "study.yml", "office", "--out", out, "--json"], in: folder.path)
    }
    let answers = (try explain("one").output, try explain("two").output)
    #expect(answers.0 != answers.1 && answers.0.contains("\"seed\": 1"))
    // The facts of the second run wait beside those of the first, which are still in place.
    try files.copyItem(atPath: folder.path + "/two.private/facts.sqlite", toPath: folder.path + "/one.private/facts.next.sqlite")
    #expect(try explain("one").output == answers.0)
    // The output folder has been exchanged, the facts have not.
    try files.removeItem(atPath: folder.path + "/one")
    try files.copyItem(atPath: folder.path + "/two", toPath: folder.path + "/one")
    #expect(try explain("one").output == answers.1)
    // Half-written facts belong to no run; the next run begins anew.
    try files.removeItem(atPath: folder.path + "/one.private/facts.sqlite")
    try folder.write("SQLite format 3\u{0}half", to: "one.private/facts.next.sqlite")
    #expect(try explain("one").status == 65)
    #expect(try rekindle(["run", "study.yml", "--out", "one", "--quiet"], in: folder.path).status == 0)
    #expect(try explain("one").output == answers.0)
    #expect(Set(contents(of: folder.path + "/one.private").keys) == ["facts.sqlite", "study"])
  }

  @Test("An input that was changed, even to the same size and with its date set back, is noticed; one that was only touched is not")
  func changed() throws {
    let folder = try Self.town(), file = folder.path + "/buildings.csv"
    #expect(try rekindle(["score", "study.yml", "--out", "out", "--quiet"], in: folder.path).status == 0)
    let recorded = try JSON(parsing: String(contentsOfFile: folder.path + "/out/run.json", encoding: .utf8))
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(recorded["inputs"]?.array?.first?["size"]?.number == Double(text.utf8.count))
    func explain() throws -> Outcome { try rekindle(["explain", "study.yml", "office", "--out", "out"], in: folder.path) }
    let date = try #require(FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
    try folder.write(text, to: "buildings.csv")
    #expect(try explain().status == 0)
    try folder.write(text.replacing(",office,3", with: ",office,4"), to: "buildings.csv")
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
    let stale = try explain()
    #expect(stale.status == 65 && stale.errors.contains("buildings.csv") && stale.errors.contains("Run the study again"), "\(stale)")
  }
}
