import Foundation
import Testing
import TextFormats

/// What reading a file of the corpora must come to.
private enum Expectation {
  /// No geodata, or broken beyond use: exit 65, naming the file.
  case refused
  /// Good, or at odds with a recommendation only: every record is read and kept.
  case whole
  /// Bad records: refused, or kept with a defect, or the whole file is refused.
  case counted

  /// geojsonhint's bad files that break a recommendation of RFC 7946 and no rule: winding, precision, a collection of one, a fourth number.
  private static let onlyUnusual: Set<String> = [
    "bad-polygon-interiorring-rhr", "different-first-size", "excessive_precision_truncated", "geometrycollection_single", "point-toomany",
    "polygon_winding_order",
  ]

  /// The expectation of a file by its path in the corpora; `nil` for a file that nobody has thought of.
  init?(_ path: String) {
    let parts = path.split(separator: "/").map(String.init)
    let name = parts[parts.count - 1], base = String(name.prefix { $0 != "." }), ending = String(name.drop { $0 != "." })
    switch parts[0] {
    case "JSONTestSuite":
      // JSON or not, none of it is GeoJSON.
      guard name == "LICENSE" || ["n_", "y_", "i_"].contains(String(name.prefix(2))) else { return nil }
      self = .refused
    case "geojsonhint":
      guard ending == ".geojson" else {
        // What geojsonhint prints for its files.
        guard
          name == "LICENSE" || [".result", ".result-object", ".cli-output-json", ".cli-output-pretty"].contains(where: ending.hasSuffix)
        else { return nil }
        self = .refused
        return
      }
      switch parts[parts.count - 2] {
      case "good": self = base == "good-geometrycollection" ? .counted : .whole
      case "bad": self = Self.onlyUnusual.contains(base) ? .whole : .counted
      default: return nil
      }
    case "geos":
      guard ending == ".xml" else { return nil }
      self = .refused
    case "osm-real", "osm-testdata":
      guard [".osm", ".osm.gz", ".json"].contains(ending) else { return nil }
      self = ending == ".json" ? .refused : .counted
    case "shp-gml":
      switch ending {
      case ".gfs", ".prj", ".shx": self = .refused
      case ".geojson": self = base == "features" ? .counted : .whole
      case ".shp", ".dbf": self = .whole
      // Solids without a footprint in one, buildings with their parts in the other.
      case ".gml": self = base == "lux" ? .counted : .whole
      default: return nil
      }
    case "Tartu_linnaosad_wgs84_WRONGCRS.geojson": self = .whole
    case "kuressaare_schema_mojibake_sample.md": self = .refused
    default: return nil
    }
  }
}

/// What `inspect` says of a file.
private struct Inspected {
  var layers: [JSON] = []
  /// The line that refuses the file.
  var refusal: String?

  func total(_ name: String) -> Int { layers.reduce(0) { $0 + Int($1[name]?.number ?? -1_000_000) } }
  var hasDefects: Bool { layers.contains { $0["defects"]?.object?.isEmpty == false } }
  /// Polygons somewhere on Earth: what can be measured as buildings.
  var isMeasurable: Bool {
    layers.count == 1 && layers[0]["geometry"]?.string?.contains("POLYGON") == true && layers[0]["crs"]?.string != nil
      && layers[0]["extent"]?.array != nil
  }
}

@Suite("Hostile files through the built executable", .serialized)
struct HostileFileTests {
  /// The corpora; where they are not beside the package the tests say so, and fail only where `CI` says that they must be there.
  static let folder: String? = {
    let path = sampleFolder.map { $0 + "/malformed" }
    if path == nil { print("Notice: no sample data beside the package; hostile files were not tried on the executable.") }
    return path
  }()

  /// Memory that a process may take for a file: 200 MiB and eight times the file's size.
  static func bound(_ size: Int) -> Int { 200 << 20 + 8 * size }

  /// Findings and totals of several threads.
  private final class Record: @unchecked Sendable {
    // Every member is read and written under the lock.
    private let lock = NSLock()
    private(set) var failures: [String] = []
    private(set) var executions = 0
    private(set) var peak = (bytes: 0, of: "")
    private(set) var slowest = (seconds: 0.0, of: "")
    private(set) var statuses: [Int32: Int] = [:]

    /// Checks what holds of every run: it ended, by itself, with a status of the contract, within its memory.
    func ended(_ run: WatchedRun, _ name: String, bound: Int) {
      lock.withLock {
        executions += 1
        if run.peak > peak.bytes { peak = (run.peak, name) }
        if run.seconds > slowest.seconds { slowest = (run.seconds, name) }
        statuses[run.status ?? .min, default: 0] += 1
        if run.status == nil { failures.append("\(name): did not end in time") }
        if let status = run.status, status != 0, status != 65 { failures.append("\(name): status \(status): \(run.errors.suffix(400))") }
        if run.peak > bound { failures.append("\(name): \(run.peak) bytes, more than \(bound)") }
      }
    }

    func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
      if !condition { lock.withLock { failures.append(what()) } }
    }
  }

  /// Runs `body` for each index on two threads.
  private func concurrently(_ count: Int, _ body: @Sendable (Int) throws -> Void, _ record: Record) {
    DispatchQueue.concurrentPerform(iterations: 2) { worker in
      for k in stride(from: worker, to: count, by: 2) {
        do { try body(k) } catch { record.expect(false, "\(error)") }
      }
    }
  }

  @Test("Every file of the corpora: no crash, no hang, no silent loss, bounded memory, in inspect, indicators and score")
  func corpora() throws {
    guard let folder = Self.folder, program("ogr2ogr") != nil else {
      #expect(ProcessInfo.processInfo.environment["CI"] == nil, "the corpora and ogr2ogr must be there where CI is set")
      return
    }
    let files = contents(of: folder).mapValues(\.count).sorted { $0.key < $1.key }
    #expect(files.count > 500)
    let expectations = files.map { Expectation($0.key) }
    for (file, expectation) in zip(files, expectations) where expectation == nil { Issue.record("\(file.key) has no expectation") }
    let record = Record()
    let scratch = try ScratchFolder()
    @Sendable func place(_ name: String) throws -> String {
      let path = scratch.path + "/" + name
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      return path
    }

    // inspect takes many files at once, and one that is refused hides no other.
    let chunks = stride(from: 0, to: files.count, by: 24).map { $0..<min($0 + 24, files.count) }
    let inspected = Inspections(count: files.count)
    concurrently(
      chunks.count,
      { c in
        let chunk = chunks[c], paths = chunk.map { folder + "/" + files[$0].key }
        let bound = Self.bound(chunk.map { files[$0].value }.max() ?? 0)
        let run = try WatchedRun.rekindle(["inspect", "--json"] + paths, in: try place("inspect\(c)"), memory: bound, seconds: 120)
        record.ended(run, "inspect \(files[chunk.lowerBound].key) …", bound: bound)
        let answers = try JSON(parsing: run.output).array ?? []
        var next = 0
        for (file, path) in zip(chunk, paths) {
          if let line = run.errors.split(separator: "\n").first(where: {
            $0.hasPrefix("Error: ") && ($0.contains(path + ":") || $0.contains(path + " "))
          }) {
            inspected[file] = Inspected(refusal: String(line))
          } else {
            let answer = next < answers.count ? answers[next] : .null
            next += 1
            record.expect(
              answer["file"]?.string == URL(fileURLWithPath: path).lastPathComponent, "inspect says nothing of \(files[file].key)")
            inspected[file] = Inspected(layers: answer["layers"]?.array ?? [])
          }
        }
        record.expect(next == answers.count, "inspect: \(answers.count) answers, \(next) expected")
      }, record)

    for (k, file) in files.enumerated() {
      guard let found = inspected[k] else { continue }
      let read = found.total("read"), kept = found.total("kept"), refused = found.total("refused")
      record.expect(found.refusal != nil || read == kept + refused, "inspect \(file.key): \(read) read ≠ \(kept) + \(refused)")
      switch expectations[k] {
      case .refused: record.expect(found.refusal != nil, "inspect takes \(file.key)")
      case .whole: record.expect(found.refusal == nil && refused == 0 && kept > 0, "inspect \(file.key): \(found)")
      case .counted: record.expect(found.refusal != nil || found.hasDefects || kept == read, "inspect \(file.key): \(found)")
      case nil: break
      }
      // Counted a second time, by a parser that knows nothing of features.
      if found.refusal == nil, file.key.hasSuffix(".geojson"), let json = try? JSON(parsing: [UInt8](bytes(of: folder + "/" + file.key))) {
        let kind = json.object?.last { $0.name == "type" }?.value.string ?? "FeatureCollection"
        let count = kind == "FeatureCollection" ? json["features"]?.array?.count ?? 0 : 1
        record.expect(count == read, "inspect \(file.key): \(read) read, the text has \(count)")
      }
    }

    // indicators and score: one process a file.
    concurrently(
      files.count,
      { k in
        let (name, size) = files[k]
        guard let found = inspected[k] else { return }
        let isOpenStreetMap = found.layers.contains { $0["layer"]?.string == "multipolygons" }
        let path = folder + "/" + name, here = try place("file\(k)"), bound = Self.bound(size)
        let isInWrongPlace = name.contains("WRONGCRS")
        let measured = try WatchedRun.rekindle(
          ["indicators", isOpenStreetMap ? path + "#multipolygons" : path], in: here, memory: bound, seconds: 60)
        record.ended(measured, "indicators \(name)", bound: bound)
        if measured.status == 0 {
          // “3 read = 2 kept + 1 refused, measured in …”
          let numbers = measured.errors.prefix { $0 != "," }.split(separator: " ").compactMap { Int($0) }
          record.expect(numbers.count == 3 && numbers[0] == numbers[1] + numbers[2], "indicators \(name): \(measured.errors)")
          if !isOpenStreetMap, numbers.count == 3 {
            record.expect(numbers[0] == found.total("read"), "indicators \(name): \(measured.errors)")
          }
          record.expect(csvRows(measured.output).count == numbers.dropFirst().first, "indicators \(name): rows")
          record.expect(found.refusal == nil, "indicators takes \(name), which inspect refuses")
        } else {
          record.expect(measured.errors.contains(path), "indicators \(name) does not name the file: \(measured.errors)")
          record.expect(
            isInWrongPlace || !(found.isMeasurable && found.total("refused") == 0), "indicators refuses \(name): \(measured.errors)")
        }

        // What is no geometry by its name goes no further.
        guard name.hasSuffix(".geojson") || name.hasPrefix("osm-") || name.hasPrefix("shp-gml/") else { return }
        try Data(
          """
          study: hostile
          country: FI
          price_date: 2026-01-01
          layers:
            buildings: {source: "\(path)"}
          candidates: {vacancy: [all], min_floor_area: 0}

          """.utf8
        ).write(to: URL(fileURLWithPath: here + "/study.yml"))
        let scored = try WatchedRun.rekindle(["score", "study.yml", "--json", "--out", "out"], in: here, memory: bound, seconds: 60)
        record.ended(scored, "score \(name)", bound: bound)
        if scored.status == 0 {
          let json = try JSON(parsing: scored.output), counts = json["counts"]
          for input in json["inputs"]?.array ?? [] {
            record.expect(
              input["read"]?.number == (input["kept"]?.number ?? -1) + (input["refused"]?.number ?? -1), "score \(name): \(input)")
            if !isOpenStreetMap { record.expect(input["read"]?.number == Double(found.total("read")), "score \(name): \(input)") }
          }
          record.expect(
            counts?["buildings"]?.number == (counts?["excluded"]?.number ?? -1) + (counts?["scored"]?.number ?? -1),
            "score \(name): \(scored.output)")
        } else {
          record.expect(scored.errors.contains(path), "score \(name) does not name the file: \(scored.errors)")
          // Where no outline lies on Earth, nothing can be scored.
          let isNowhere = scored.errors.contains("no footprint has a position") && measured.errors.contains("coordinate-out-of-range")
          record.expect(
            isInWrongPlace || isNowhere || !(found.isMeasurable && found.total("refused") == 0), "score refuses \(name): \(scored.errors)")
          record.expect(Set(contents(of: here).keys) == ["study.yml"], "score \(name) leaves \(contents(of: here).keys)")
        }
      }, record)
    for failure in record.failures { Issue.record("\(failure)") }
    print(
      "Hostile files: \(files.count) files, \(record.executions) executions, \(record.statuses[0] ?? 0) done and \(record.statuses[65] ?? 0) refused, \(record.failures.count) failures; largest peak \(record.peak.bytes >> 20) MiB (\(record.peak.of)), longest \(Int((record.slowest.seconds * 1000).rounded())) ms (\(record.slowest.of))"
    )
  }

  private func bytes(of path: String) -> Data { FileManager.default.contents(atPath: path) ?? Data() }
}

/// What was found of each file, written from several threads.
private final class Inspections: @unchecked Sendable {
  // The array is read and written under the lock.
  private let lock = NSLock()
  private var found: [Inspected?]

  init(count: Int) { found = Array(repeating: nil, count: count) }

  subscript(file: Int) -> Inspected? {
    get { lock.withLock { found[file] } }
    set { lock.withLock { found[file] = newValue } }
  }
}
