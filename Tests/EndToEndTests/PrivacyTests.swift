import Foundation
import GeoFormats
import Testing

@Suite("Personal fields do not leave unless the study names them", .serialized)
struct PrivacyTests {
  static let personal = ["owner", "owner_name", "contact", "phone", "email", "e-mail", "tenant", "operator", "ownerName"]

  /// What is planted in a field: no other text looks like it.
  static func marker(_ layer: String, _ field: String, _ row: Int) -> String { "ZQ\(layer)\(field.filter(\.isLetter))\(row)ZQ" }

  /// A small town in which every layer has fields with names of persons.
  func town(publish: String?) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    func cells(_ layer: String, _ row: Int) -> String { Self.personal.map { Self.marker(layer, $0, row) }.joined(separator: ",") }
    let heads = Self.personal.joined(separator: ",")
    try folder.write(
      """
      study: town
      country: FI
      price_date: 2026-01-01
      layers:
        buildings: {source: buildings.csv, crs: EPSG:3067}
        vacancy: {source: register.csv, join: {id: building_id}}
        units: {source: units.csv, crs: EPSG:3067}
        districts: {source: districts.geojson}
        places: {source: places.geojson}
        companies: {source: companies.csv, crs: EPSG:3067}
        streets: {source: streets.geojson}
      report: {top: 1, formats: [html, pdf, xlsx], languages: [en]}
      \(publish.map { "publish: \($0)" } ?? "")

      """, to: "study.yml")
    var buildings = "id,name,address,wkt,vacancy,storeys,\(heads)\n"
    for (row, id) in ["a", "b", "c"].enumerated() {
      let x = 385_000 + 100 * row
      buildings +=
        "\(id),ZQhouse\(row)ZQ,ZQaddress\(row)ZQ,\"POLYGON((\(x) 6671000,\(x + 20) 6671000,\(x + 20) 6671030,\(x) 6671030,\(x) 6671000))\",\(row < 2 ? "vacant" : ""),3,\(cells("b", row))\n"
    }
    try folder.write(buildings, to: "buildings.csv")
    // A row that matches, one with a status in no table, one of no building.
    try folder.write(
      "building_id,status,since,observed,source,\(heads)\na,vacant,2020,2025-05-01,survey,\(cells("r", 0))\nb,strange,2020,2025-05-01,survey,\(cells("r", 1))\nzz,vacant,2020,never,survey,\(cells("r", 2))\n",
      to: "register.csv")
    try folder.write(
      "id,name,x,y,vacancy,address,\(heads)\nu1,\(Self.marker("u", "name", 0)),385010,6671010,partlyVacant,S,\(cells("u", 0))\nu2,\(Self.marker("u", "name", 1)),389010,6671010,vacant,S,\(cells("u", 1))\n",
      to: "units.csv")
    try folder.write(
      "id,name,x,y,sector,employees,\(heads)\nc1,\(Self.marker("c", "name", 0)),385030,6671040,film,4,\(cells("c", 0))\nc2,\(Self.marker("c", "name", 1)),385040,6671040,strange,4,\(cells("c", 1))\n",
      to: "companies.csv")
    func layer(_ name: String, _ features: [(geometry: String, properties: String)]) throws {
      let rows = features.enumerated().map { row, feature in
        let fields = Self.personal.map { "\"\($0)\":\"\(Self.marker(name, $0, row))\"" }.joined(separator: ",")
        return "{\"type\":\"Feature\",\"geometry\":\(feature.geometry),\"properties\":{\(feature.properties),\(fields)}}"
      }
      try folder.write(
        "{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:3067\"}},\"features\":[\(rows.joined(separator: ","))]}",
        to: name + ".geojson")
    }
    let point = "{\"type\":\"Point\",\"coordinates\":[385050,6671050]}"
    try layer(
      "places", [(point, "\"id\":\"p\",\"name\":\"Café\",\"category\":\"food\""), (point, "\"id\":\"q\",\"category\":\"strange\"")])
    try layer(
      "districts",
      [
        (
          "{\"type\":\"Polygon\",\"coordinates\":[[[384000,6670000],[386000,6670000],[386000,6672000],[384000,6672000],[384000,6670000]]]}",
          "\"id\":\"d\",\"name\":\"Centre\",\"population\":1000"
        )
      ])
    try layer(
      "streets",
      [("{\"type\":\"LineString\",\"coordinates\":[[384000,6670990],[386000,6670990]]}", "\"id\":\"s\",\"class\":\"residential\"")]
    )
    return folder
  }

  /// All text of a folder: files as they are, with zip archives and the compressed streams of PDFs unpacked, attachments included, and the text of
  /// PDFs as a reader sees it. One file a line: its name, and the markers in it.
  static let unpacker = """
    import io, os, re, subprocess, sys, zipfile, zlib
    def texts(data):
        yield data
        if data[:2] == b'PK':
            archive = zipfile.ZipFile(io.BytesIO(data))
            for name in archive.namelist():
                yield from texts(archive.read(name))
        if data[:4] == b'%PDF':
            for stream in re.findall(rb'stream\\r?\\n(.*?)endstream', data, re.S):
                try:
                    yield from texts(zlib.decompress(stream))
                except zlib.error:
                    yield stream
    count = 0
    for folder, _, names in os.walk(sys.argv[1]):
        for name in names:
            path = os.path.join(folder, name)
            found = set()
            all = list(texts(open(path, 'rb').read()))
            if name.endswith('.pdf'):
                if sys.argv[2]:
                    all.append(subprocess.run([sys.argv[2], path, '-'], capture_output=True).stdout)
            for text in all:
                found.update(re.findall(rb'ZQ[A-Za-z]+[0-9]+ZQ', text))
                found.update(re.findall(rb'ZQ[A-Za-z]+[0-9]+ZQ', text.replace(b'\\0', b'')))
            count += len(all)
            print(os.path.relpath(path, sys.argv[1]) + '\\t' + ' '.join(sorted(f.decode() for f in found)))
    print('texts\\t%d' % count)
    """

  /// The markers in each file of a folder, and how many texts were looked through.
  func markers(in folder: String) throws -> (files: [String: Set<String>], texts: Int)? {
    guard let python = EndToEndTests.program("python3") else { return nil }
    let outcome = try run(python, ["-c", Self.unpacker, folder, EndToEndTests.program("pdftotext") ?? ""])
    try #require(outcome.status == 0, "\(outcome.errors)")
    var found: [String: Set<String>] = [:]
    var texts = 0
    for line in outcome.output.split(separator: "\n") {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      if cells[0] == "texts" {
        texts = Int(cells[1]) ?? 0
      } else {
        found[String(cells[0])] = Set(cells[1].split(separator: " ").map(String.init))
      }
    }
    return (found, texts)
  }

  /// Runs the study, and what reads its store, into `everything`; PDFs only where Typst is there.
  func everything(of folder: ScratchFolder) throws -> String {
    let out = folder.path + "/everything"
    var ran = try rekindle(["run", "study.yml", "--out", out + "/run", "--verbose"], in: folder.path)
    if ran.status == 69, ProcessInfo.processInfo.environment["CI"] == nil {
      print("Notice: Typst is not installed; personal fields were not looked for in PDF reports.")
      ran = try rekindle(["run", "study.yml", "--out", out + "/run", "--verbose", "--formats", "html,xlsx"], in: folder.path)
    }
    #expect(ran.status == 0, "\(ran.errors)")
    try folder.write(ran.output + ran.errors, to: "everything/run.txt")
    for (name, arguments) in [
      ("explain.json", ["explain", "study.yml", "a", "--json"]), ("explain.txt", ["explain", "study.yml", "a"]),
      ("export.csv", ["export", "study.yml", "--format", "csv"]), ("export.geojson", ["export", "study.yml"]),
      ("export.geojsonl", ["export", "study.yml", "--format", "geojsonseq"]),
    ] {
      let outcome = try rekindle(arguments + ["--out", out + "/run"], in: folder.path)
      #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
      try folder.write(outcome.output + outcome.errors, to: "everything/" + name)
    }
    let package = try rekindle(
      ["export", "study.yml", "--format", "gpkg", "-o", out + "/export.gpkg", "--out", out + "/run"], in: folder.path)
    #expect(package.status == 0, "\(package.errors)")
    return out
  }

  @Test(
    "Nothing personal is in any output, packed or not; names and addresses stay when the study publishes nothing", arguments: [nil, "[]"])
  func silence(publish: String?) throws {
    let folder = try town(publish: publish)
    let out = try everything(of: folder)
    guard let (files, texts) = try markers(in: out) else {
      #expect(ProcessInfo.processInfo.environment["CI"] == nil, "python3 must be there where CI is set")
      print("Notice: python3 is not installed; outputs were not searched for personal fields.")
      return
    }
    #expect(files.count >= 18 && files.keys.contains("run/sites/a/model.xlsx"), "\(files.keys.sorted())")
    // What is known and does not leave stands beside the output folder, for the user alone.
    #expect(
      files["run.private/facts.sqlite"]?.contains(Self.marker("c", "name", 0)) == true, "companies are stored for partners to be found")
    for (path, mode) in [("/run.private", 0o700), ("/run.private/facts.sqlite", 0o600)] {
      #expect(try FileManager.default.attributesOfItem(atPath: out + path)[.posixPermissions] as? Int == mode, "\(path)")
    }
    let allowed: Set<String> = publish == nil ? Set((0..<3).flatMap { ["ZQhouse\($0)ZQ", "ZQaddress\($0)ZQ"] }) : []
    for (name, found) in files where !name.hasPrefix("run.private/") { #expect(found.subtracting(allowed) == [], "\(name)") }
    if publish == nil { #expect(files["run/sites/a/report.html"]?.contains("ZQhouse0ZQ") == true) }
    print("Privacy: \(files.count) outputs, \(texts) texts searched for \(Self.personal.count) personal fields in 7 layers, none found")
  }

  @Test("A field that the study names leaves, and no other")
  func named() throws {
    let folder = try town(publish: "[name, owner, phone]")
    let out = try everything(of: folder)
    guard let (files, _) = try markers(in: out) else { return }
    var allowed = Set((0..<3).map { "ZQhouse\($0)ZQ" })
    for field in ["owner", "phone"] { for row in 0..<3 { allowed.insert(Self.marker("b", field, row)) } }
    for (name, found) in files where !name.hasPrefix("run.private/") { #expect(found.subtracting(allowed) == [], "\(name)") }
    for name in ["run/sites.geojson", "run/sites.gpkg", "run/sites/a/site.geojson", "export.geojson", "export.csv", "export.gpkg"] {
      #expect(files[name]?.isSuperset(of: [Self.marker("b", "owner", 0), Self.marker("b", "phone", 0)]) == true, "\(name)")
    }
  }
}
