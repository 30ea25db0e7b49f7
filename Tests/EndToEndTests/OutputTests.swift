import Foundation
import GeoFormats
import Testing
import TextFormats

/// What `-o`, `--timings` and `--out` may replace, tried with files that the tests make.
@Suite("Outputs and the user's files")
struct OutputTests {
  /// A town of one building with its study, scored into `out`.
  final class Town: Sendable {
    let scratch: ScratchFolder
    var path: String { scratch.path }
    var study: String { path + "/study.yml" }
    var out: String { path + "/out" }

    init() throws {
      scratch = try ScratchFolder()
      let building = { (id: String, x: Int) in
        """
        {"type":"Feature","properties":{"id":"\(id)","vacancy":"vacant","levels":2},"geometry":{"type":"Polygon","coordinates":
        [[[\(x),6670000],[\(x + 20),6670000],[\(x + 20),6670030],[\(x),6670030],[\(x),6670000]]]}}
        """
      }
      try scratch.write(
        """
        {"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3067"}},
        "features":[\(building("a", 385_000)),\(building("b", 385_100))]}
        """, to: "b.geojson")
      try scratch.write(
        """
        study: town
        title: Town
        country: FI
        price_date: 2026-01-01
        layers:
          buildings: {source: b.geojson, fields: {id: id, vacancy: vacancy, storeys: levels}}
        profile: mine.yml
        """, to: "study.yml")
      try FileManager.default.copyItem(
        atPath: packageFolder + "/GeoData/profiles/cci-location.yml", toPath: scratch.path + "/mine.yml")
      let scored = try rekindle(["run", study, "--out", out, "--top", "1", "--quiet"])
      guard scored.status == 0 else { throw Failure(description: scored.errors) }
    }
  }

  struct Failure: Error, CustomStringConvertible { var description: String }

  static let town = Result { try Town() }

  @Test("Inputs, studies and stores are never outputs, with --force neither, whatever name they are called by")
  func neverOutputs() throws {
    let town = try Town()
    try FileManager.default.createSymbolicLink(atPath: town.path + "/alias.geojson", withDestinationPath: "b.geojson")
    try FileManager.default.linkItem(atPath: town.path + "/b.geojson", toPath: town.path + "/twin.geojson")
    let before = contents(of: town.path)
    let indicators = ["indicators", town.path + "/b.geojson", "--format", "geojson"]
    let export = ["export", town.study, "--out", town.out]
    let attempts: [[String]] = [
      indicators + ["-o", town.path + "/b.geojson"], indicators + ["-o", town.path + "/alias.geojson"],
      indicators + ["-o", town.path + "/twin.geojson"], indicators + ["-o", town.path + "/./out/../b.geojson"],
      indicators + ["--timings", town.path + "/b.geojson"],
      export + ["-o", town.study], export + ["-o", town.path + "/b.geojson"], export + ["-o", town.path + "/mine.yml"],
      export + ["-o", town.out + "/sites.geojson"], export + ["-o", town.out + "/run.json"],
      export + ["--format", "csv", "-o", town.out + "/ranking.csv"], export + ["--format", "gpkg", "-o", town.out + "/sites.gpkg"],
      export + ["--timings", town.out + "/run.json"],
      ["score", town.study, "--out", town.out, "--timings", town.path + "/b.geojson"],
      ["run", town.study, "--out", town.out, "--timings", town.study],
      ["init", town.path + "/b.geojson", "-o", town.path + "/b.geojson"],
    ]
    for attempt in attempts {
      for arguments in [attempt, attempt + ["--force"]] {
        let outcome = try rekindle(arguments)
        #expect(outcome.status == 73 && outcome.errors.contains("left as it is"), "\(arguments): \(outcome)")
      }
    }
    #expect(differences(before, contents(of: town.path)) == [])
  }

  @Test(
    "Another file is replaced only if it has the output's format and header, so that a command can be run again",
    arguments: ["csv", "geojson", "geojsonseq", "gpkg"])
  func again(_ format: String) throws {
    let town = try Self.town.get()
    let folder = try ScratchFolder()
    let file = folder.path + "/x." + format
    for command in [["indicators", town.path + "/b.geojson"], ["export", town.study, "--out", town.out]] {
      try? FileManager.default.removeItem(atPath: file)
      let arguments = command + ["--format", format, "-o", file]
      #expect(try rekindle(arguments).status == 0)
      let first = FileManager.default.contents(atPath: file)
      #expect(try rekindle(arguments).status == 0)
      #expect(FileManager.default.contents(atPath: file) == first, "\(arguments)")
      // Of the same ending, but not of this command's making.
      for text in ["id,remark\na,mine\n", "{\"type\":\"FeatureCollection\",\"features\":[]}", "", "my diary"] {
        try folder.write(text, to: "x." + format)
        let refused = try rekindle(arguments)
        #expect(refused.status == 73 && refused.errors.contains("--force"), "\(arguments): \(refused)")
        #expect(FileManager.default.contents(atPath: file) == Data(text.utf8))
      }
      #expect(try rekindle(arguments + ["--force"]).status == 0)
      #expect(FileManager.default.contents(atPath: file) == first)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x." + format])
  }

  @Test("Timings can be written again, and replace nothing else")
  func timings() throws {
    let town = try Self.town.get()
    let folder = try ScratchFolder()
    let arguments = ["indicators", town.path + "/b.geojson", "-o", folder.path + "/i.csv", "--timings", folder.path + "/t.json"]
    #expect(try rekindle(arguments).status == 0)
    #expect(try rekindle(arguments).status == 0)
    try folder.write("[1, 2]", to: "t.json")
    let refused = try rekindle(arguments)
    #expect(refused.status == 73 && refused.errors.contains("t.json"))
    #expect(FileManager.default.contents(atPath: folder.path + "/t.json") == Data("[1, 2]".utf8))
  }

  @Test("Devices and pipes are written to and stay what they are; a link leads to its file and stays")
  func devices() throws {
    let town = try Self.town.get()
    let folder = try ScratchFolder()
    let expected = try rekindle(["indicators", town.path + "/b.geojson"]).output
    for device in ["/dev/full", "/dev/null"] {
      let outcome = try rekindle(["indicators", town.path + "/b.geojson", "-o", device])
      #expect(outcome.status == (device == "/dev/full" ? 73 : 0), "\(outcome)")
      var facts = stat()
      #expect(stat(device, &facts) == 0 && facts.st_mode & S_IFMT == S_IFCHR, "\(device)")
    }
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let reader = Process()
    reader.executableURL = URL(fileURLWithPath: "/bin/sh")
    reader.arguments = ["-c", "cat '\(pipe)' > '\(folder.path)/read'"]
    try reader.run()
    #expect(try rekindle(["indicators", town.path + "/b.geojson", "-o", pipe]).status == 0)
    reader.waitUntilExit()
    #expect(String(decoding: FileManager.default.contents(atPath: folder.path + "/read") ?? Data(), as: UTF8.self) == expected)
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link.csv", withDestinationPath: "real.csv")
    let dangling = try rekindle(["indicators", town.path + "/b.geojson", "-o", folder.path + "/link.csv"])
    #expect(dangling.status == 73 && dangling.errors.contains("leads nowhere"), "\(dangling)")
    try folder.write(expected, to: "real.csv")
    #expect(try rekindle(["indicators", town.path + "/b.geojson", "-o", folder.path + "/link.csv"]).status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link.csv") == "real.csv")
    #expect(try rekindle(["indicators", town.path + "/b.geojson", "--format", "gpkg", "-o", pipe]).status == 73)
    #expect(try rekindle(["indicators", town.path + "/b.geojson", "-o", folder.path]).status == 73)
  }

  @Test("A link where the preparation would stand is refused by the command, and its target stays")
  func links() throws {
    let town = try Self.town.get()
    let folder = try ScratchFolder()
    try folder.write("precious", to: "victim/letters.txt")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/.out.partial", withDestinationPath: "victim")
    let outcome = try rekindle(["score", town.study, "--out", folder.path + "/out"])
    #expect(outcome.status == 73 && outcome.errors.contains("link"), "\(outcome)")
    #expect(contents(of: folder.path + "/victim") == ["letters.txt": Data("precious".utf8)])
    // The default place, too.
    try folder.write("precious", to: "Reports/letters.txt")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/Reports/town", withDestinationPath: ".")
    let standard = try rekindle(["score", town.study], in: folder.path)
    #expect(standard.status == 73 && standard.errors.contains("link"), "\(standard)")
    #expect(contents(of: folder.path + "/Reports")["letters.txt"] == Data("precious".utf8))
  }

  @Test("What-ifs, comments and projects of the user's outlive reports and runs; an edited report is kept")
  func amongResults() throws {
    let town = try Town()
    let site = town.out + "/sites/a"
    let isFirst = FileManager.default.fileExists(atPath: site)
    let place = isFirst ? site : town.out + "/sites/b", id = isFirst ? "a" : "b"
    #expect(try rekindle(["report", town.study, id, "--out", town.out, "--set", "cost.full.complete=9999"]).status == 0)
    let whatIf = contents(of: place + "/what-if")
    #expect(whatIf.keys.contains("report.html") && whatIf.keys.contains("site.json"))
    try town.scratch.write("a comment", to: "out/sites/\(id)/comment.md")
    try town.scratch.write("project", to: "out/project.qgz")
    for command in [["report", town.study, id], ["run", town.study, "--top", "1"], ["score", town.study]] {
      let outcome = try rekindle(command + ["--out", town.out])
      #expect(outcome.status == 0, "\(outcome)")
      #expect(differences(whatIf, contents(of: place + "/what-if")) == [], "\(command)")
      #expect(contents(of: town.out)["project.qgz"] == Data("project".utf8) && contents(of: place)["comment.md"] == Data("a comment".utf8))
      #expect(!contents(of: town.out).keys.contains { $0.contains("kept") }, "\(command)")
    }
    // score writes no report: the old ones went, the user's files did not.
    #expect(Set(contents(of: place).keys) == Set(["comment.md"] + whatIf.keys.map { "what-if/" + $0 }))
    // The same what-if again replaces its own files.
    #expect(try rekindle(["report", town.study, id, "--out", town.out, "--set", "cost.full.complete=9999"]).status == 0)
    #expect(!contents(of: place).keys.contains { $0.contains("kept") })
    // A report that is listed in the record, and edited.
    #expect(try rekindle(["report", town.study, id, "--out", town.out]).status == 0)
    try town.scratch.write("edited", to: "out/sites/\(id)/report.html")
    #expect(try rekindle(["run", town.study, "--out", town.out]).status == 0)
    #expect(contents(of: place)["report.html.kept-1"] == Data("edited".utf8))
    let listed = try JSON(parsing: [UInt8](contents(of: town.out)["run.json"] ?? Data()))["outputs"]?.array?.compactMap {
      $0["path"]?.string
    }
    #expect(
      listed?.contains("sites/\(id)/report.html") == true && listed?.contains { $0.contains("kept") || $0.contains("what-if") } == false)
  }

  @Test("A second study with the same id does not replace the first; a study that moved, or is copied with its results, may")
  func sameID() throws {
    let town = try Town()
    try FileManager.default.copyItem(atPath: town.study, toPath: town.path + "/second.yml")
    let before = contents(of: town.out)
    let second = try rekindle(["score", town.path + "/second.yml", "--out", town.out])
    #expect(second.status == 73 && second.errors.contains("same id") && second.errors.contains("study.yml"), "\(second)")
    #expect(differences(before, contents(of: town.out)) == [])
    let mode = try FileManager.default.attributesOfItem(atPath: town.out + ".private")[.posixPermissions] as? Int
    #expect(mode == 0o700)
    // The whole project as a copy: each goes on with its own.
    let copy = try ScratchFolder()
    try FileManager.default.removeItem(atPath: copy.path)
    try FileManager.default.copyItem(atPath: town.path, toPath: copy.path)
    #expect(try rekindle(["score", copy.path + "/study.yml", "--out", copy.path + "/out"]).status == 0)
    // The study file under another name.
    try FileManager.default.moveItem(atPath: town.study, toPath: town.path + "/renamed.yml")
    #expect(try rekindle(["score", town.path + "/renamed.yml", "--out", town.out]).status == 0)
  }
}
