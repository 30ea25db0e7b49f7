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
    return (
      files: contents(of: folder.path + "/out"), facts: contents(of: folder.path + "/out.private"), seconds: Date().timeIntervalSince(began)
    )
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
    let study = try study(), (expected, facts, seconds) = try Self.short.get()
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
      #expect(differences(facts, contents(of: out + ".private")) == [], "killed at \(share) of the run; seed 20261122")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix("log") }.sorted()
      #expect(left == ["out", "out.private"], "killed at \(share): \(left)")
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

  @Test("Told to end, a run leaves as when interrupted", arguments: [SIGTERM, SIGHUP])
  func toldToEnd(_ number: Int32) throws {
    let study = try study()
    let folder = try ScratchFolder()
    let process = try BuiltExecutable.start(
      study.shortArguments(to: folder.path + "/out"), in: folder.path, environment: ["TMPDIR": folder.path], log: folder.path + "/log")
    wait(for: folder.path + "/.out.partial/ranking.csv", of: process)
    send(number, to: process)
    let outcome = BuiltExecutable.outcome(of: process, log: folder.path + "/log")
    #expect(outcome.status == 128 + number && outcome.errors.contains("Interrupted"), "\(outcome)")
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) == [".out.partial", "out.private", "log.out", "log.err"])
  }

  @Test("Interrupted at any moment, run and score end with 130, leave nothing behind but what the next run goes on from, and no converter")
  func interruptions() throws {
    let study = try study(), seconds = try Self.short.get().seconds
    let folder = try ScratchFolder()
    // The same city as a foreign format, so that some moments fall into a conversion.
    let foreign = folder.path + "/foreign"
    try FileManager.default.createDirectory(atPath: foreign, withIntermediateDirectories: true)
    var hasConversion = false
    if let ogr2ogr = program("ogr2ogr") {
      let made = try EndToEndTests.run(
        ogr2ogr,
        ["-f", "GML", foreign + "/city.gml", packageFolder + "/GeoData/kotka-karhula/city.gpkg", "buildings", "-lco", "NO_SCHEMA=YES"])
      hasConversion = made.status == 0
      try folder.write(
        "study: foreign\ncountry: FI\nprice_date: 2026-01-01\nlayers:\n  buildings: {source: city.gml, crs: EPSG:3067}\n",
        to: "foreign/study.yml")
    }
    var state: UInt64 = 20_261_123
    var ended = 0
    for (round, job) in [["run"], ["score"], ["run"], ["score"], ["foreign"], ["foreign"]].enumerated() {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let chance = Double(state >> 11) * 0x1p-53
      if job == ["foreign"], !hasConversion { continue }
      let out = folder.path + "/out\(round)", temporary = folder.path + "/tmp\(round)"
      try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
      if round < 2 { try FileManager.default.copyItem(atPath: study.out, toPath: out) }
      let before = contents(of: out)
      let arguments =
        switch job[0] {
        case "run": study.shortArguments(to: out)
        case "score": ["score", study.file, "--out", out, "--quiet"]
        default: ["score", foreign + "/study.yml", "--out", out, "--quiet"]
        }
      let log = folder.path + "/log\(round)"
      let process = try BuiltExecutable.start(arguments, in: folder.path, environment: ["TMPDIR": temporary], log: log)
      if job == ["foreign"] {
        for _ in 0..<3000 where process.isRunning {
          if try !FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty { break }
          usleep(1_000)
        }
        usleep(UInt32(chance * 100_000))
      } else {
        usleep(UInt32((0.1 + 0.5 * chance) * seconds * 1e6))
      }
      let children = descendants(of: process.processIdentifier)
      send(SIGINT, to: process)
      let outcome = BuiltExecutable.outcome(of: process, log: log)
      let what = "\(job) after \(chance), seed 20261123: \(outcome)"
      #expect(outcome.status == 130 && outcome.errors.contains("Interrupted") || outcome.status == 0, "\(what)")
      if outcome.status == 130 {
        ended += 1
        #expect(differences(before, contents(of: out)) == [], "\(what)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [], "\(what)")
      for _ in 0..<100 where children.contains(where: isRunning) { usleep(10_000) }
      #expect(!children.contains(where: isRunning), "\(what)")
      if job == ["run"] {
        #expect(try study.runShort(to: out).status == 0, "\(what)")
        #expect(try differences(Self.short.get().files, contents(of: out)) == [], "\(what)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/.out\(round).partial"), "\(what)")
      }
    }
    #expect(ended >= 3, "\(ended) interruptions met a living process")
    print("Interruptions: \(ended) of 6 met a living process and ended with 130")
  }

  @Test("Told to end while a program hangs that ignores signals, a run ends and so does the program", arguments: [SIGTERM, SIGINT, SIGHUP])
  func hangingPrograms(_ number: Int32) throws {
    let folder = try ScratchFolder()
    try folder.write(
      "id,wkt,vacancy,storeys\nb,\"POLYGON((385000 6671000,385020 6671000,385020 6671030,385000 6671030,385000 6671000))\",vacant,3\n",
      to: "buildings.csv")
    try folder.write("<gml/>", to: "buildings.gml")
    func study(_ source: String) -> String {
      "study: hang\ncountry: FI\nprice_date: 2026-01-01\nlayers:\n  buildings: {source: \(source), crs: EPSG:3067}\nreport: {top: 1, formats: [html, pdf], languages: [en]}\n"
    }
    try folder.write(study("buildings.csv"), to: "typeset.yml")
    try folder.write(study("buildings.gml"), to: "convert.yml")
    // Both write down that they have begun, and sleep whatever they are told.
    let asleep = "trap '' TERM INT HUP\necho $$ > '\(folder.path)/begun'\nwhile :; do sleep 1; done\n"
    let worker = try folder.write("#!/bin/sh\necho '{\"ready\": true}'\nread job\n" + asleep, to: "python")
    let converter = try folder.write("#!/bin/sh\n" + asleep, to: "bin/ogr2ogr")
    // Without a sandbox, so that it can write beside itself.
    let confinement = try folder.write("#!/bin/sh\nexit 1\n", to: "bin/bwrap")
    for file in [worker, converter, confinement] { chmod(file, 0o755) }
    let path = folder.path + "/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    for (name, environment) in [("typeset", ["REKINDLE_PYTHON": worker]), ("convert", ["PATH": path])] {
      try? FileManager.default.removeItem(atPath: folder.path + "/begun")
      let temporary = folder.path + "/tmp"
      try? FileManager.default.removeItem(atPath: temporary)
      try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
      let process = try BuiltExecutable.start(
        ["run", folder.path + "/\(name).yml", "--out", folder.path + "/\(name)", "--quiet"], in: folder.path,
        environment: environment.merging(["TMPDIR": temporary]) { $1 }, log: folder.path + "/log")
      wait(for: folder.path + "/begun", of: process)
      let children = descendants(of: process.processIdentifier)
      #expect(process.isRunning && !children.isEmpty, "\(name): \(BuiltExecutable.outcome(of: process, log: folder.path + "/log"))")
      send(number, to: process)
      let outcome = BuiltExecutable.outcome(of: process, log: folder.path + "/log")
      #expect(outcome.status == 128 + number, "\(name): \(outcome)")
      for _ in 0..<200 where children.contains(where: isRunning) { usleep(10_000) }
      #expect(!children.contains(where: isRunning), "\(name)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [], "\(name)")
    }
  }

  /// The processes that a process has started, and theirs, by proc(5).
  private func descendants(of parent: Int32) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let parents = names.compactMap { Int32($0) }.compactMap { id -> (Int32, Int32)? in
      // “12 (name) S 7 …”: the name may hold anything.
      let text = String(decoding: FileManager.default.contents(atPath: "/proc/\(id)/stat") ?? Data(), as: UTF8.self)
      guard let close = text.lastIndex(of: ")") else { return nil }
      return text[close...].split(separator: " ").dropFirst(2).first.flatMap { Int32($0) }.map { (id, $0) }
    }
    var found = [parent]
    var k = 0
    while k < found.count {
      found += parents.filter { $0.1 == found[k] }.map(\.0)
      k += 1
    }
    return Array(found.dropFirst())
  }

  private func isRunning(_ process: Int32) -> Bool {
    FileManager.default.fileExists(atPath: "/proc/\(process)/exe") && kill(process, 0) == 0
  }

  @Test("More memory than --max-memory allows is an error with stage and remedy, and nothing is left; with enough the layer is scored")
  func memoryLimit() throws {
    let folder = try ScratchFolder()
    // 600 round buildings of 240 corners: 2.3 MB of positions, 3 MB of text.
    var text = "id,wkt,vacancy,storeys\n"
    for row in 0..<600 {
      let x = 385_000 + Double(row % 30) * 50, y = 6_671_000 + Double(row / 30) * 50
      var ring = (0..<240).map { k in
        let angle = Double(k) * .pi / 120
        return "\(((x + 20 * cos(angle)) * 100).rounded() / 100) \(((y + 20 * sin(angle)) * 100).rounded() / 100)"
      }
      ring.append(ring[0])
      text += "b\(row),\"POLYGON((\(ring.joined(separator: ","))))\",vacant,3\n"
    }
    try folder.write(text, to: "buildings.csv")
    try folder.write(RefusalTests.study, to: "study.yml")
    let before = contents(of: folder.path)
    for command in [
      ["score", "study.yml", "--out", "out"], ["indicators", "buildings.csv", "--crs", "EPSG:3067"], ["inspect", "buildings.csv"],
    ] {
      let small = try rekindle(command + ["--max-memory", "6M"], in: folder.path)
      #expect(small.status == 65 && small.errors.contains("--max-memory") && small.output.isEmpty, "\(command): \(small)")
      #expect(differences(before, contents(of: folder.path)) == [], "\(command)")
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
    }
    let enough = try rekindle(["score", "study.yml", "--out", "out", "--max-memory", "1.5G"], in: folder.path)
    #expect(enough.status == 0 && enough.output.contains("600 buildings"), "\(enough)")
    for wrong in ["much", "-1G", "0", "1K", "2X", "nan"] {
      let outcome = try rekindle(["inspect", "buildings.csv", "--max-memory=" + wrong], in: folder.path)
      #expect(outcome.status == 64 && outcome.errors.contains("--max-memory"), "\(wrong): \(outcome)")
    }
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
