import Foundation
import Testing
import TextFormats

@Suite("Commands of the built executable", .serialized)
struct CommandTests {
  func study() throws -> ShippedStudy { try ShippedStudy.kotka.get() }

  @Test("Version, help and completion are there; every command has help")
  func help() throws {
    #expect(try rekindle(["--version"]).output.split(separator: ".").count == 3)
    let help = try rekindle(["--help"])
    for command in ["run", "score", "report", "export", "explain", "indicators", "inspect", "init", "decide", "appraise", "doctor"] {
      #expect(help.output.contains("  \(command) "), "\(command)")
      let own = try rekindle([command, "--help"])
      #expect(own.status == 0 && own.output.contains("USAGE"), "\(command)")
    }
    #expect(try rekindle(["--generate-completion-script", "bash"]).output.contains("rekindle"))
    #expect(try rekindle([]).output.contains("SUBCOMMANDS"))
  }

  @Test("explain says why: the points sum to the score, as text and as JSON")
  func explain() throws {
    let study = try study()
    let id = try #require(try study.ids().first)
    let text = try rekindle(["explain", study.file, id, "--out", study.out])
    #expect(text.status == 0 && text.output.contains("Rank 1 of") && text.output.contains(id))
    let answer = try rekindle(["explain", study.file, id, "--out", study.out, "--json"])
    let json = try JSON(parsing: answer.output)
    let sum = (json["score"]?["criteria"]?.array ?? []).reduce(0) { $0 + ($1["contribution"]?.number ?? .nan) }
    // What the run wrote of the site is what is explained, the draws of the short list among it.
    let record = try study.json("sites/" + id.replacing("/", with: "%2f") + "/site.json")
    for name in ["vacancy", "score", "find_out", "counterfactuals"] { #expect(json[name] == record[name], "\(name)") }
    #expect(sum == json["score"]?["score"]?.number && json["find_out"]?.array?.isEmpty == false)
  }

  @Test("export gives the scored sites in all four formats, to files and to standard output")
  func export() throws {
    let study = try study()
    let folder = try ScratchFolder()
    let ids = try study.ids()
    let collection = try rekindle(["export", study.file, "--out", study.out])
    #expect(collection.status == 0 && geoJSONFaults(collection.output) == [])
    #expect(collection.output == study.text("sites.geojson"))
    let sequence = try rekindle(["export", study.file, "--out", study.out, "--format", "geojsonseq"])
    let records = sequence.output.split(separator: "\u{1e}")
    #expect(records.count == ids.count)
    for record in records { #expect(try JSON(parsing: String(record))["type"]?.string == "Feature") }
    let table = try rekindle(["export", study.file, "--out", study.out, "--format", "csv"])
    #expect(csvRows(table.output).compactMap { $0["site_id"] } == ids)
    let one = try rekindle(["export", study.file, "--out", study.out, "--format", "csv", "--sites", ids[1], "--crs", "EPSG:4326"])
    let row = try #require(csvRows(one.output).first)
    #expect(csvRows(one.output).count == 1 && row["site_id"] == ids[1])
    #expect(row["wkt"]?.contains("POLYGON") == true && row["wkt"]?.contains("60.") == true)
    let file = folder.path + "/sites.gpkg"
    let package = try rekindle(["export", study.file, "--out", study.out, "--format", "gpkg", "-o", file])
    #expect(package.status == 0 && package.output.contains(file))
    let inspected = try JSON(parsing: try rekindle(["inspect", file, "--json"]).output)
    #expect(inspected["layers"]?.array?.first?["read"]?.number == Double(ids.count))
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["sites.gpkg"])
  }

  @Test("export writes the columns that are asked for, and the same bytes for any number of threads")
  func exportedColumns() throws {
    let study = try study()
    let ids = try study.ids()
    let few = try rekindle(["export", study.file, "--out", study.out, "--columns", "score, ind_walk_*"])
    let features = try JSON(parsing: few.output)["features"]?.array ?? []
    #expect(few.status == 0 && features.count == ids.count && geoJSONFaults(few.output) == [])
    let names = features.first?["properties"]?.object?.map(\.name) ?? []
    #expect(names.prefix(2) == ["site_id", "score"] && names.count > 5 && names.dropFirst(2).allSatisfy { $0.hasPrefix("ind_walk_") })
    let ranking = try rekindle(["export", study.file, "--out", study.out, "--columns", "ranking", "--format", "csv", "--sites", ids[2]])
    let row = try #require(csvRows(ranking.output).first)
    let original = try #require(csvRows(study.text("ranking.csv")).first { $0["site_id"] == ids[2] })
    #expect(original.allSatisfy { row[$0.key] == $0.value }, "\(row)")
    // What the store holds beyond the contract and the ranking stays there.
    let inner = try rekindle(["export", study.file, "--out", study.out, "--columns", "owner_class"])
    #expect(inner.status == 64 && inner.errors.contains("owner_class"), "\(inner)")
    let wrong = try rekindle(["export", study.file, "--out", study.out, "--columns", "scores"])
    #expect(wrong.status == 64 && wrong.errors.contains("Did you mean score?") && wrong.output == "", "\(wrong)")
    for format in ["geojson", "geojsonseq", "csv"] {
      let outputs = try ["1", "2", "5"].map {
        try rekindle(["export", study.file, "--out", study.out, "--format", format, "--threads", $0]).output
      }
      #expect(Set(outputs).count == 1 && !outputs[0].isEmpty, "\(format)")
    }
  }

  @Test("report writes a site again as it was, and a what-if beside it")
  func report() throws {
    let study = try study()
    let folder = try ScratchFolder()
    let out = folder.path + "/out"
    for part in ["", ".private"] { try FileManager.default.copyItem(atPath: study.out + part, toPath: out + part) }
    let before = contents(of: out)
    let id = try #require(try study.ids().first)
    let again = try rekindle(["report", study.file, id, "--out", out])
    #expect(again.status == 0 && again.output.contains("report.html"), "\(again.errors)")
    #expect(differences(before, contents(of: out)) == [])
    let plain = contents(of: out)
    let whatIf = try rekindle(["report", study.file, id, "--out", out, "--set", "cost.full.complete=9999", "--json"])
    #expect(whatIf.status == 0)
    let added = differences(plain, contents(of: out))
    #expect(!added.isEmpty && added.allSatisfy { $0.contains("/what-if/") }, "\(added)")
    let record = (try JSON(parsing: whatIf.output)["assumptions"]?.array ?? []).first { $0["id"]?.string == "cost.full.complete" }
    if let record { #expect(record["source"]?.string?.contains("what-if") == true) }
    let top = try rekindle(["report", study.file, "--top", "2", "--out", out])
    #expect(top.status == 0 && top.output.split(separator: "\n").filter { $0.hasSuffix("report.html") }.count == 2)
  }

  @Test("indicators measures any file, in all formats, with the contract's columns")
  func indicators() throws {
    let folder = try ScratchFolder()
    let source = packageFolder + "/GeoData/kotka-karhula/city.gpkg#buildings"
    let table = try rekindle(["indicators", source])
    let header = table.output.split(separator: "\n").first ?? ""
    #expect(
      header.hasPrefix(
        "id,footprint_area_m2,perimeter_m,isoperimetric_quotient,circular_compactness,elongation,orientation_deg,rectangularity,convexity,courtyard_area_m2,corners,shared_wall_length_m,shared_wall_ratio,daylight_share"
      ))
    let rows = csvRows(table.output)
    let counts = table.errors.split(separator: " ")
    #expect(table.status == 0 && counts.first.flatMap { Int($0) }! >= rows.count, "\(table.errors)")
    #expect(rows.allSatisfy { $0["orientation_deg"] == "" || (0...45).contains(Double($0["orientation_deg"] ?? "") ?? -1) })
    for format in ["geojson", "geojsonseq", "gpkg"] {
      let file = folder.path + "/i." + format
      #expect(try rekindle(["indicators", source, "--format", format, "-o", file, "--quiet"]).errors == "", "\(format)")
      let json = try JSON(parsing: try rekindle(["inspect", file, "--json"]).output)
      #expect(json["layers"]?.array?.first?["kept"]?.number == Double(rows.count), "\(format)")
    }
    let wrong = try rekindle(["indicators", source, "--id", "osmid"])
    #expect(wrong.status == 64 && wrong.errors.contains("osmid") && wrong.errors.contains("It has:"))
  }

  @Test("inspect shows layers, counts, CRS and fields")
  func inspect() throws {
    let file = packageFolder + "/GeoData/helsinki-centre/city.gpkg"
    let text = try rekindle(["inspect", file])
    #expect(text.status == 0 && text.output.contains("layer buildings") && text.output.contains("EPSG:3067"))
    let json = try JSON(parsing: try rekindle(["inspect", file, "--json"]).output)
    for layer in json["layers"]?.array ?? [] {
      #expect(layer["read"]?.number == (layer["kept"]?.number ?? 0) + (layer["refused"]?.number ?? 0), "\(layer)")
    }
    let two = try rekindle(["inspect", file, "/nowhere.gpkg", "--json"])
    #expect(two.status == 66 && two.errors.contains("/nowhere.gpkg"))
    #expect(try JSON(parsing: two.output).array?.count == 1)
  }

  @Test("doctor finds the data and says what each missing program is for")
  func doctor() throws {
    let json = try JSON(parsing: try rekindle(["doctor", "--json"]).output)
    #expect(json["findings"]?.array?.contains { $0["name"]?.string == "data folder" && $0["there"]?.bool == true } == true)
    let text = try rekindle(["doctor"])
    #expect(text.status == 0 && text.output.contains(packageFolder))
    let bare = try rekindle(["doctor"], environment: ["PATH": "/nonexistent"])
    #expect(bare.status == 0 && bare.output.contains("absent") && bare.output.contains("apt install gdal-bin"))
    let lost = try rekindle(["doctor"], environment: ["REKINDLE_HOME": "/nonexistent"])
    #expect(lost.status == 69 && lost.output.contains("/nonexistent"))
  }

  @Test("decide and appraise answer the contract's examples and refuse nonsense by its field")
  func requests() throws {
    let topsis = try rekindle(
      ["decide", "-", "--method", "topsis", "--json"],
      input: #"{"matrix":[[5,8,4],[7,6,8]],"dir":["max","max","max"],"weights":[0.3,0.4,0.3],"norm":"vector"}"#)
    let decided = try JSON(parsing: topsis.output)
    #expect(topsis.status == 0 && decided["closeness"]?.array?.count == 2 && decided["rank"]?.array?.compactMap(\.number) == [2, 1])
    let appraised = try JSON(parsing: try rekindle(["appraise", "-", "--json"], input: #"{"cashflow":[-100,100,0,-7]}"#).output)
    #expect(appraised["irr"]?["kind"]?.string == "multiple")
    let roots = (appraised["irr"]?["roots"]?.array ?? []).compactMap(\.number)
    try #require(roots.count == 2)
    #expect(abs(roots[0] + 0.678894373632) < 1e-9 && abs(roots[1] + 0.083299666185) < 1e-9)
    for (arguments, input, field) in [
      (["decide", "-", "--method", "topsis"], #"{"matrix":[[5,8],[7,"x"]],"dir":["max","max"],"weights":[0.5,0.5]}"#, "matrix"),
      (["decide", "-", "--method", "topsis"], #"{"matrix":[[5,8],[7,6]],"dir":["max","up"],"weights":[0.5,0.5]}"#, "dir"),
      (["decide", "-", "--method", "astrology"], #"{"matrix":[[5,8],[7,6]]}"#, "astrology"),
      (["appraise", "-"], #"{"cashflow":"lots"}"#, "cashflow"), (["appraise", "-"], "{", "line 1"), (["appraise", "-"], "", "line 1"),
    ] {
      let refused = try rekindle(arguments, input: input)
      #expect(
        [64, 65].contains(refused.status) && refused.errors.contains(field) && refused.output == "", "\(arguments) \(input): \(refused)")
    }
  }

  @Test("init writes a study that runs as it is from a GeoPackage")
  func initialise() throws {
    let folder = try ScratchFolder()
    try FileManager.default.copyItem(atPath: packageFolder + "/GeoData/kotka-karhula/city.gpkg", toPath: folder.path + "/my city.gpkg")
    let made = try rekindle(["init", "my city.gpkg"], in: folder.path)
    #expect(made.status == 0 && made.output.contains("no vacancy layer"), "\(made)")
    let again = try rekindle(["init", "my city.gpkg"], in: folder.path)
    #expect(again.status == 73 && again.errors.contains("--force"))
    let printed = try rekindle(["init", "my city.gpkg", "-o", "-"], in: folder.path)
    #expect(printed.output.contains("study: my-city") && printed.output.contains("my city.gpkg#buildings"))
    let run = try rekindle(["score", "study.yml", "--json"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let counts = try JSON(parsing: run.output)["counts"]
    #expect(counts?["buildings"]?.number == (counts?["excluded"]?.number ?? -1) + (counts?["scored"]?.number ?? -1))
    #expect(FileManager.default.fileExists(atPath: folder.path + "/Reports/my-city/ranking.csv"))
    #expect(try rekindle(["init"], in: folder.path + "/Reports").status == 0)
  }

  @Test("init writes a study that runs as it is from a folder of INSPIRE buildings and from OpenStreetMap")
  func initialiseSamples() throws {
    guard let sampleFolder, program("ogr2ogr") != nil else {
      print("No sample data beside the package, or no ogr2ogr: init was not tried on INSPIRE GML and OpenStreetMap PBF")
      return
    }
    for (source, command) in [("melque", "run"), ("kotka/karhula_kotka_20190414.osm.pbf", "score")] {
      let folder = try ScratchFolder()
      #expect(try rekindle(["init", sampleFolder + "/" + source], in: folder.path).status == 0, "\(source)")
      let run = try rekindle([command, "study.yml", "--json"], in: folder.path)
      #expect(run.status == 0, "\(source): \(run.errors)")
      let json = try JSON(parsing: run.output), counts = json["counts"]
      #expect(counts?["buildings"]?.number == (counts?["excluded"]?.number ?? -1) + (counts?["scored"]?.number ?? -1))
      for input in json["inputs"]?.array ?? [] {
        #expect(input["read"]?.number == (input["kept"]?.number ?? -1) + (input["refused"]?.number ?? -1), "\(source): \(input)")
      }
      // Nothing is written beside the user's files.
      if source == "melque" {
        // Real cadastre: 21 buildings declined and 9 ruins; ruins and small houses are screened out.
        #expect(counts?["candidates"]?.number == 30 && counts?["scored"]?.number == 5)
        #expect(json["exclusions"]?["ruin"]?.number == 9)
      }
    }
  }
}
