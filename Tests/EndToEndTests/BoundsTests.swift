import Foundation
import GeoFormats
import Testing
import TextFormats

/// One record, one full disk or one odd character must not end a run, hang it or steer the terminal.
@Suite("One record does not end the run")
struct BoundsTests {
  /// A town of buildings of 20 × 30 m, 100 m apart, with names.
  func town(_ names: [String], more: String = "", formats: String = "html") throws -> (folder: ScratchFolder, study: String) {
    let folder = try ScratchFolder()
    var rows = "id,name,address,wkt,vacancy,storeys\n"
    for (k, name) in names.enumerated() {
      let x = 385_000 + 100 * k
      rows +=
        "b\(k),\"\(name)\",Street \(k),\"POLYGON((\(x) 6671000,\(x + 20) 6671000,\(x + 20) 6671030,\(x) 6671030,\(x) 6671000))\",vacant,3\n"
    }
    try folder.write(rows + more, to: "buildings.csv")
    let study = try folder.write(
      """
      study: town
      country: FI
      price_date: 2026-01-01
      layers:
        buildings: {source: buildings.csv, crs: EPSG:3067}
      report: {top: 5, formats: [\(formats)], languages: [en]}
      publish: [name, address]

      """, to: "study.yml")
    return (folder, study)
  }

  @Test("Text of data cannot steer the terminal: control and direction characters are shown, not sent; JSON carries them as escapes")
  func terminal() throws {
    let hostile = "Hall\u{1B}[2J\u{9B}31m\u{202E}x\u{7F}"
    let (folder, study) = try town([hostile, "Depot"], more: "b\u{1B}[1m,n,a,\"POLYGON((0 0,1 1))\",vacant,1\n")
    let out = folder.path + "/out"
    let run = try rekindle(["run", study, "--out", out, "--verbose", "--top", "1"])
    #expect(run.status == 0, "\(run)")
    for arguments in [
      ["run", study, "--out", out, "--verbose", "--top", "1"], ["explain", study, "b0", "--out", out],
      ["explain", study, "no\u{1B}[1m", "--out", out], ["inspect", folder.path + "/buildings.csv", "--verbose"],
      ["indicators", folder.path + "/buildings.csv", "--crs", "EPSG:3067", "--verbose", "-o", folder.path + "/i.csv"],
      ["inspect", folder.path + "/no\u{1B}[1m.csv"],
    ] {
      let outcome = try rekindle(arguments)
      let all = outcome.output + outcome.errors
      #expect(!all.isEmpty && !all.unicodeScalars.contains { [0x1B, 0x9B, 0x7F, 0x202E].contains($0.value) }, "\(arguments.prefix(1))")
    }
    let json = try rekindle(["explain", study, "b0", "--out", out, "--json"])
    #expect(json.status == 0 && !json.output.unicodeScalars.contains { [0x1B, 0x9B, 0x7F, 0x202E].contains($0.value) })
    #expect(throws: Never.self) { _ = try JSON(parsing: json.output) }
  }

  @Test("A full standard output is an error for every command that prints; a reader that has had enough is none")
  func standardOutput() throws {
    let (folder, study) = try town(["Hall"])
    let out = folder.path + "/out"
    #expect(try rekindle(["run", study, "--out", out, "--quiet"]).status == 0)
    try folder.write("{\"cashflow\":[-100,60,60]}", to: "flow.json")
    try folder.write("{\"matrix\":[[1,2],[2,1]],\"dir\":[\"max\",\"max\"],\"weights\":[0.5,0.5]}", to: "table.json")
    for command in [
      "run \(study) --out \(out)", "score \(study) --out \(out)-2", "export \(study) --out \(out)", "explain \(study) b0 --out \(out)",
      "report \(study) b0 --out \(out)", "inspect \(folder.path)/buildings.csv", "indicators \(folder.path)/buildings.csv --crs EPSG:3067",
      "appraise \(folder.path)/flow.json", "decide \(folder.path)/table.json --method topsis", "doctor", "profile show", "backtest",
      "init \(folder.path)/buildings.csv -o -",
    ] {
      let full = try EndToEndTests.run(
        "/bin/sh", ["-c", "REKINDLE_HOME='\(packageFolder)' '\(BuiltExecutable.path)' \(command) > /dev/full"])
      #expect(full.status == 73 && full.errors.contains("Standard output") || full.errors.contains("Writing -"), "\(command): \(full)")
    }
    let head = try EndToEndTests.run(
      "/bin/sh", ["-c", "REKINDLE_HOME='\(packageFolder)' '\(BuiltExecutable.path)' profile show cci-location | head -1"])
    #expect(head.status == 0 && head.errors.isEmpty, "\(head)")
  }

  @Test("No footprint with a place is an error, with and without a CRS and other layers, never a trap")
  func nowhere() throws {
    let folder = try ScratchFolder()
    try folder.write(
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"id\":\"a\"},\"geometry\":null}]}",
      to: "a.geojson")
    try folder.write(
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"category\":\"food\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[24.9,60.1]}}]}",
      to: "p.geojson")
    for crs in ["crs: EPSG:3067", "title: without"] {
      let study = try folder.write(
        "study: x\ncountry: FI\nprice_date: 2026-01-01\n\(crs)\nlayers:\n  buildings: {source: a.geojson}\n  places: {source: p.geojson}\n",
        to: "s.yml")
      for command in ["score", "run"] {
        let outcome = try rekindle([command, study, "--out", folder.path + "/out"])
        #expect(outcome.status == 65 && outcome.errors.contains("no footprint has a position"), "\(outcome)")
      }
    }
  }

  @Test("An outline that no building has is a defect and takes nothing else with it")
  func absurd() throws {
    // 20 × 20 km, and one 6 km long.
    let (folder, study) = try town(
      ["Hall", "Depot"],
      more: "huge,Land use,,\"POLYGON((385000 6671000,405000 6671000,405000 6691000,385000 6691000,385000 6671000))\",vacant,3\n"
        + "long,Wall,,\"POLYGON((385000 6672000,391000 6672000,391000 6672010,385000 6672010,385000 6672000))\",vacant,3\n")
    let outcome = try rekindle(["run", study, "--out", folder.path + "/out"])
    #expect(outcome.status == 0 && outcome.output.contains("implausible-footprint: 2"), "\(outcome)")
    let files = contents(of: folder.path + "/out")
    let defects = String(decoding: files["defects.csv"] ?? Data(), as: UTF8.self)
    #expect(defects.contains("huge,implausible-footprint") && defects.contains("long,implausible-footprint"))
    #expect(files["sites/b0/report.html"] != nil && files["sites/b1/report.html"] != nil && files["sites/huge/report.html"] == nil)
  }

  @Test("Characters outside the usual fonts end no PDF: others of the family are taken, what none has is shown as a replacement")
  func fonts() throws {
    let names = ["Depot", "ቤት ሙዚየም", "โรงงาน", "한글 漢字", "Halle 😀"]
    let (folder, study) = try town(names, formats: "html, pdf")
    let outcome = try rekindle(["run", study, "--out", folder.path + "/out", "--quiet"])
    // Without Typst there is no PDF at all, and 69 says so.
    guard outcome.status != 69 else { return print("Notice: Typst is not installed; the letters of PDFs are not checked here.") }
    #expect(outcome.status == 0, "\(outcome)")
    let files = contents(of: folder.path + "/out")
    for k in names.indices { #expect(files["sites/b\(k)/report.pdf"]?.starts(with: Data("%PDF-".utf8)) == true, "\(names[k])") }
    guard let pdftotext = program("pdftotext") else { return }
    for (k, wanted) in [(1, "ሙዚየም"), (2, "โรงงาน"), (3, "\u{FFFD}"), (4, "Halle \u{FFFD}")] {
      let text = try EndToEndTests.run(pdftotext, [folder.path + "/out/sites/b\(k)/report.pdf", "-"]).output
      #expect(text.contains(wanted), "\(names[k])")
    }
  }

  @Test("A typesetter that does not answer, or ends, costs the PDFs and nothing else")
  func typesetter() throws {
    let (folder, study) = try town(["Hall"], formats: "html, pdf")
    // It greets as the real one does, and ends at the first job.
    let worker = try folder.write("#!/bin/sh\necho '{\"ready\": true}'\nread job\nexit 1\n", to: "python")
    chmod(worker, 0o755)
    let outcome = try rekindle(["run", study, "--out", folder.path + "/out", "--quiet"], environment: ["REKINDLE_PYTHON": worker])
    #expect(outcome.status == 70 && outcome.errors.contains("b0") && outcome.errors.contains("has ended"), "\(outcome)")
    let files = contents(of: folder.path + "/out")
    #expect(files["sites/b0/report.html"] != nil && files["index.html"] != nil && files["sites/b0/report.pdf"] == nil)
  }

  @Test("A concept that cannot be made costs its own site: it is named, the others are delivered, and the status says so")
  func concept() throws {
    // Tables that lack the cost of removing asbestos: only what was built when it was used cannot be costed.
    let home = try ScratchFolder()
    for name in ["GeoData", "Reports/templates"] {
      try FileManager.default.createDirectory(atPath: home.path + "/Reports", withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: packageFolder + "/" + name, toPath: home.path + "/" + name)
    }
    let costs = home.path + "/GeoData/assumptions/unit-costs.csv"
    let lines = try String(contentsOfFile: costs, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    let left = lines.filter { !$0.hasPrefix("cost.asbestos,") }
    #expect(left.count == lines.count - 1)
    try Data(left.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: costs))
    let (folder, study) = try town(["Hall", "Depot"])
    let table = try String(contentsOfFile: folder.path + "/buildings.csv", encoding: .utf8).split(separator: "\n")
    try folder.write(
      zip(table, ["year", "1900", "1970"]).map { "\($0),\($1)" }.joined(separator: "\n") + "\n", to: "buildings.csv")
    let outcome = try rekindle(["run", study, "--out", folder.path + "/out", "--data-dir", home.path, "--quiet"])
    #expect(outcome.status == 65, "\(outcome)")
    #expect(outcome.errors.contains("No report on site b1") && outcome.errors.contains("cost.asbestos"), "\(outcome)")
    let files = contents(of: folder.path + "/out")
    #expect(files["sites/b0/report.html"] != nil && files["index.html"] != nil && files["sites/b1/report.html"] == nil)
    let ranking = String(decoding: files["ranking.csv"] ?? Data(), as: UTF8.self)
    #expect(ranking.contains("b0") && ranking.contains("b1"))
    // Where no site can be costed the fault is none of theirs, and nothing is delivered.
    try folder.write(
      zip(table, ["year", "1970", "1970"]).map { "\($0),\($1)" }.joined(separator: "\n") + "\n", to: "buildings.csv")
    let none = try rekindle(["run", study, "--out", folder.path + "/none", "--data-dir", home.path, "--quiet"])
    #expect(none.status == 65 && none.errors.contains("cost.asbestos"), "\(none)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/none"))
  }

  @Test("Tables and templates that are no files are refused, not waited for")
  func pipes() throws {
    let (folder, study) = try town(["Hall"])
    for name in [
      "GeoData/priors.csv", "GeoData/profiles/cci-location.yml", "Reports/templates/report.mustache", "Reports/templates/catalogue.de.json",
    ] {
      let home = try ScratchFolder()
      try FileManager.default.createDirectory(atPath: home.path + "/Reports", withIntermediateDirectories: true)
      for part in ["GeoData", "Reports/templates"] {
        try FileManager.default.copyItem(atPath: packageFolder + "/" + part, toPath: home.path + "/" + part)
      }
      try FileManager.default.removeItem(atPath: home.path + "/" + name)
      #expect(mkfifo(home.path + "/" + name, 0o600) == 0)
      let run = try WatchedRun.rekindle(
        ["run", study, "--out", folder.path + "/out", "--data-dir", home.path, "--quiet"], in: folder.path, memory: nil, seconds: 30)
      #expect(run.status != nil && run.status != 0, "\(name): \(run)")
    }
  }

  @Test(
    "Few descriptors and a small stack end in an answer or an error, not in a signal",
    arguments: ["ulimit -n 16", "ulimit -n 12", "ulimit -s 256"])
  func limits(_ limit: String) throws {
    let (folder, study) = try town(["Hall"])
    let outcome = try EndToEndTests.run(
      "/bin/sh",
      [
        "-c",
        "\(limit); REKINDLE_HOME='\(packageFolder)' exec '\(BuiltExecutable.path)' run \(study) --out \(folder.path)/out --quiet --threads 2",
      ])
    #expect([0, 65, 66, 70, 73].contains(outcome.status), "\(limit): \(outcome)")
  }

  @Test("A full temporary disk is an output that cannot be written (73)")
  func temporaryDisk() throws {
    let (folder, _) = try town(["Hall"])
    // A shapefile goes through a temporary folder; the limit on the size of files is that of a disk that is full.
    let shape = try ScratchFolder()
    guard let ogr2ogr = program("ogr2ogr") else {
      return print("Notice: ogr2ogr is not installed; a full temporary disk is not tried here.")
    }
    #expect(
      try EndToEndTests.run(
        ogr2ogr,
        [
          shape.path + "/b.shp", folder.path + "/buildings.csv", "-a_srs", "EPSG:3067", "-oo", "GEOM_POSSIBLE_NAMES=wkt", "-lco",
          "ENCODING=UTF-8",
        ]
      ).status == 0)
    let missing = try rekindle(["inspect", shape.path + "/b.shp"], environment: ["TMPDIR": "/proc/none"])
    #expect(missing.status == 73, "\(missing)")
    let full = try EndToEndTests.run(
      "/bin/sh", ["-c", "ulimit -f 8; REKINDLE_HOME='\(packageFolder)' exec '\(BuiltExecutable.path)' inspect \(shape.path)/b.shp"])
    #expect(full.status == 73, "\(full)")
  }
}
