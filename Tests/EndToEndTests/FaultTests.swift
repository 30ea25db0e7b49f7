import Foundation
import Testing

@Suite("Interruptions and faults", .serialized)
struct FaultTests {
  func study() throws -> ShippedStudy { try ShippedStudy.kotka.get() }

  /// What an undisturbed short run gives, and how long it takes.
  static let short = Result {
    let folder = try ScratchFolder()
    let began = Date()
    let outcome = try ShippedStudy.kotka.get().runShort(to: folder.path + "/out")
    #expect(outcome.status == 0, "\(outcome)")
    return (files: contents(of: folder.path + "/out"), seconds: Date().timeIntervalSince(began))
  }

  /// Sends a signal, but never to a process that has ended.
  func send(_ signal: Int32, to process: Process) {
    let id = process.processIdentifier
    if process.isRunning, id > 1 { kill(id, signal) }
  }

  /// Waits until a file is there, or the process has ended.
  func wait(for file: String, of process: Process) {
    for _ in 0..<3000 where process.isRunning && !FileManager.default.fileExists(atPath: file) { usleep(10_000) }
  }

  @Test("Killed at five seeded moments, a run is taken up and ends with the bytes of an undisturbed one")
  func kills() throws {
    let study = try study(), (expected, seconds) = try Self.short.get()
    var state: UInt64 = 20_261_122
    for round in 0..<5 {
      let folder = try ScratchFolder()
      let out = folder.path + "/out"
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let share = (Double(round) + Double(state >> 11) * 0x1p-53) / 5
      let process = try BuiltExecutable.start(study.shortArguments(to: out), in: folder.path, log: folder.path + "/log")
      usleep(UInt32(share * seconds * 1e6))
      send(SIGKILL, to: process)
      process.waitUntilExit()
      // Nothing under the final name, or all of it.
      if FileManager.default.fileExists(atPath: out) { #expect(differences(expected, contents(of: out)) == [], "killed at \(share)") }
      #expect(try study.runShort(to: out).status == 0, "killed at \(share)")
      #expect(differences(expected, contents(of: out)) == [], "killed at \(share) of the run; seed 20261122")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix("log") }
      #expect(left == ["out"], "killed at \(share): \(left)")
    }
  }

  @Test("Interrupted, a run ends with 130 and leaves the old results as they were")
  func interrupt() throws {
    let study = try study()
    let folder = try ScratchFolder()
    let out = folder.path + "/out"
    try FileManager.default.copyItem(atPath: study.out, toPath: out)
    let before = contents(of: out)
    let process = try BuiltExecutable.start(["run", study.file, "--out", out, "--seed", "7"], in: folder.path, log: folder.path + "/log")
    wait(for: folder.path + "/.out.partial/ranking.csv", of: process)
    send(SIGINT, to: process)
    let outcome = BuiltExecutable.outcome(of: process, log: folder.path + "/log")
    #expect(outcome.status == 130 && outcome.errors.contains("Interrupted"), "\(outcome)")
    #expect(differences(before, contents(of: out)) == [])
  }

  @Test("Of two runs into one folder at once the second is refused and the first is not disturbed")
  func twoAtOnce() throws {
    let study = try study()
    let folder = try ScratchFolder()
    let out = folder.path + "/out"
    let first = try BuiltExecutable.start(study.shortArguments(to: out), in: folder.path, log: folder.path + "/log")
    wait(for: folder.path + "/.out.partial/ranking.csv", of: first)
    // The first stands still while the second tries.
    send(SIGSTOP, to: first)
    let second = try rekindle(["score", study.file, "--out", out])
    send(SIGCONT, to: first)
    #expect(second.status == 73 && second.errors.contains("Another run is writing \(out)") && second.errors.contains("--out"), "\(second)")
    #expect(BuiltExecutable.outcome(of: first, log: folder.path + "/log").status == 0)
    #expect(try differences(Self.short.get().files, contents(of: out)) == [])
  }

  @Test("The user's files are the same byte for byte after a run, and nothing stands beside them")
  func readOnly() throws {
    let folder = try ScratchFolder()
    let city = folder.path + "/city"
    try FileManager.default.copyItem(atPath: packageFolder + "/GeoData/helsinki-centre", toPath: city)
    let before = contents(of: city)
    let times = try before.keys.map { try FileManager.default.attributesOfItem(atPath: city + "/" + $0)[.modificationDate] as? Date }
    #expect(try rekindle(["score", city + "/study.yml", "--out", folder.path + "/out"]).status == 0)
    #expect(try rekindle(["inspect", city + "/city.gpkg"]).status == 0)
    #expect(try rekindle(["export", city + "/study.yml", "--out", folder.path + "/out"]).status == 0)
    #expect(differences(before, contents(of: city)) == [])
    #expect(try before.keys.map { try FileManager.default.attributesOfItem(atPath: city + "/" + $0)[.modificationDate] as? Date } == times)
    // A read-only folder is enough.
    chmod(city, 0o555)
    #expect(try rekindle(["score", city + "/study.yml", "--out", folder.path + "/out"]).status == 0)
    chmod(city, 0o755)
  }

  @Test("What a killed run left behind does not end up in the results", arguments: [["--seed", "2"], []])
  func leftBehind(_ arguments: [String]) throws {
    // With other arguments the next run starts anew; with the same ones it goes on.
    let study = try study()
    let folder = try ScratchFolder()
    let out = folder.path + "/out", partial = folder.path + "/.out.partial"
    let process = try BuiltExecutable.start(
      study.shortArguments(to: out) + arguments, in: folder.path, log: folder.path + "/log")
    wait(for: partial + "/sites.gpkg", of: process)
    send(SIGKILL, to: process)
    process.waitUntilExit()
    try #require(FileManager.default.fileExists(atPath: partial))
    try FileManager.default.createDirectory(atPath: partial + "/sites/empty", withIntermediateDirectories: true)
    for stray in [".dat.nosync1234", "stray.txt", "sites/stray.txt", "sites/.dat.nosync5678", "sites.gpkg-journal"] {
      _ = FileManager.default.createFile(atPath: partial + "/" + stray, contents: Data("stray".utf8))
    }
    #expect(try study.runShort(to: out).status == 0)
    #expect(try differences(Self.short.get().files, contents(of: out)) == [])
    #expect(!FileManager.default.fileExists(atPath: out + "/sites/empty") && !FileManager.default.fileExists(atPath: partial))
  }
}
