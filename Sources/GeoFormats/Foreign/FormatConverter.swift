internal import Foundation
internal import SimpleFeatures
internal import Synchronization
internal import TextFormats

/// Converts foreign formats to GeoPackage by `ogr2ogr`, in a process of its own.
///
/// The process finds the input in a private folder, so that GDAL finds no other side files than those of the data set and writes none beside it;
/// drivers outside the format's list are switched off; memory, processor time and the size of the output are limited; where `bwrap` works it sees
/// no network and no other file (`Sandbox`). A database is looked through by the engine's own SQLite first, and the converter is given a copy without
/// views (`SettledDatabase`); one that hides under another format's name, or in an archive, is refused.
enum FormatConverter {
  private struct Key: Hashable {
    var path: String
    var stamps: [FileStamp?]
    var filter: String?
  }

  private static let conversions = Lock<[Key: Conversion]>([:])

  /// The conversion of a file; the same file is converted once in a process.
  static func convert(_ path: String, _ format: ForeignFormat, _ options: ReadOptions) throws(FormatError) -> Conversion {
    let head = try MappedFile(path: path, limit: 100)
    let real = try realPath(path)
    let key = Key(path: real, stamps: ["", "-wal", "-journal"].map { FileStamp(of: real + $0) }, filter: options.filter)
    if let done = conversions.withLock({ $0[key] }) { return done }
    let (isEmpty, isDatabase) = head.withBytes { ($0.count == 0, $0.count >= 15 && $0.extracting(0..<15).equals("SQLite format 3")) }
    guard !isEmpty else { throw .converterFailed(path: path, reason: "the file is empty") }
    guard isDatabase == (format.isDatabase && format.wrapper.isEmpty) else {
      throw .converterFailed(
        path: path,
        reason: isDatabase
          ? "it is an SQLite database under the name of another format"
          : format.isDatabase && !format.wrapper.isEmpty
            ? "it is a database in an archive; unpack it first" : "it does not start like an SQLite database")
    }
    let conversion: Conversion
    if let unpacked = try unpacked(path, format) {
      conversion = unpacked
    } else {
      conversion = try run(real, shownAs: path, format, options)
    }
    conversions.withLock { $0[key] = conversion }
    return conversion
  }

  /// Why an archive holds no layer, which GDAL does not say; `nil` for other formats.
  private static func archiveReason(_ path: String, _ format: ForeignFormat) throws(FormatError) -> String? {
    guard format.wrapper == "/vsizip/" else { return nil }
    let names = try ZipArchive(path: path).entries.map(\.name)
    guard !names.isEmpty else { return "it is no whole zip archive, or an empty one" }
    let shown = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    return "of its files (\(shown)) GDAL reads none as a layer; a database that hides in one of them must be unpacked first"
  }

  /// The GeoPackage in an archive, which needs no converter; `nil` when the archive holds no database. One of several, and other databases, are refused.
  private static func unpacked(_ path: String, _ format: ForeignFormat) throws(FormatError) -> Conversion? {
    guard format.wrapper == "/vsizip/" else { return nil }
    let archive = try ZipArchive(path: path)
    let databases = archive.entries.filter { ["gpkg", "sqlite", "db", "mbtiles"].contains($0.ending) && !$0.name.hasPrefix("__MACOSX/") }
    guard let first = databases.first else { return nil }
    guard databases.count == 1, first.ending == "gpkg" else {
      throw .refusedDatabase(
        path: path,
        reason: "it is an archive with \(databases.count == 1 ? first.name : "\(databases.count) databases"); unpack it and name the file")
    }
    let folder = try TemporaryFolder()
    let output = folder.path + "/unpacked.gpkg"
    try archive.unpack(first, to: output)
    return Conversion(
      folder: folder, output: output, driver: "GeoPackage in a zip archive", isUnpacked: true, sourceSize: .max, claimedCounts: [:],
      messages: [], notes: [])
  }

  // MARK: One conversion

  private static func run(
    _ real: String, shownAs path: String, _ format: ForeignFormat, _ options: ReadOptions
  ) throws(FormatError) -> Conversion {
    guard let ogr2ogr = Programs.path(of: "ogr2ogr") else {
      throw .neededProgramMissing(name: "ogr2ogr", aptPackage: "gdal-bin", path: path)
    }
    let folder = try TemporaryFolder()
    // The input bears the name that the user gave, because some drivers name the layer after it.
    let name = URL(fileURLWithPath: path).lastPathComponent
    let database = format.isDatabase ? try SettledDatabase(forConverter: path) : nil
    let inputs = [(file: database?.file ?? real, name: name)] + (try companions(of: real, named: name, format, path))
    let input = "\(format.wrapper)\(folder.path)/in/\(name)", output = folder.path + "/out.gpkg"
    var sandbox = try Sandbox(folder: folder.path, inputs: inputs, memory: options.maxMemory, seconds: options.converterTimeout)
    // First without GeoPackage's driver, which the output needs: what opens so is no database that hides in an archive.
    sandbox.environment["OGR_SKIP"] = try skipList(ogr2ogr, sandbox, allowed: format.drivers, path)
    var claims: [String: Int] = [:]
    let counts = format.claimsCount && options.filter == nil
    if counts || !format.wrapper.isEmpty {
      guard let ogrinfo = Programs.path(of: "ogrinfo") else {
        throw .neededProgramMissing(name: "ogrinfo", aptPackage: "gdal-bin", path: path)
      }
      let listing = try sandbox.run(ogrinfo, ["-ro", "-so"] + (counts ? ["-al"] : []) + [input], path)
      if listing.status == 0 {
        claims = counts ? Self.counts(listing.output) : [:]
      } else if !format.wrapper.isEmpty {
        throw .converterFailed(
          path: path,
          reason: try archiveReason(path, format)
            ?? "\(listing.reason(instead: folder.path + "/in/")); if a database hides in it, unpack it first")
      }
    }
    sandbox.environment["OGR_SKIP"] = try skipList(ogr2ogr, sandbox, allowed: format.drivers + ["GPKG"], path)
    var arguments = ["-f", "GPKG", output, input, "-gt", "65536"]
    arguments += ["-lco", "GEOMETRY_NAME=rekindle_geometry", "-lco", "FID=rekindle_fid", "-lco", "SPATIAL_INDEX=NO"]
    // The keys of a database are what other tables refer to.
    if format.isDatabase { arguments.append("-preserve_fid") }
    if let filter = options.filter { arguments += ["-where", filter] }
    // Which row is the header is found out by the reader of tables, and cells keep their digits.
    if format.isWorkbook {
      for driver in format.drivers {
        sandbox.environment["OGR_\(driver)_HEADERS"] = "DISABLE"
        sandbox.environment["OGR_\(driver)_FIELD_TYPES"] = "STRING"
      }
    }
    if format.drivers == ["GML"] { arguments += ["-oo", "WRITE_GFS=NO", "-oo", "DOWNLOAD_SCHEMA=NO"] }
    if format.isOpenStreetMap { arguments += ["points", "lines", "multilinestrings", "multipolygons"] }
    var result = try sandbox.run(ogr2ogr, arguments, path)
    if result.status != 0, result.complaints.contains(where: { $0.contains("Terminating translation prematurely") }) {
      // A feature that cannot be written must not take the others with it.
      try? FileManager.default.removeItem(atPath: output)
      result = try sandbox.run(ogr2ogr, ["-skipfailures"] + arguments, path)
    }
    if result.errors.contains("OSM_USE_CUSTOM_INDEXING=NO") {
      // Identifiers that do not ascend need the slower index; GDAL asks for it by this name.
      try? FileManager.default.removeItem(atPath: output)
      sandbox.environment["OSM_USE_CUSTOM_INDEXING"] = "NO"
      result = try sandbox.run(ogr2ogr, arguments, path)
    }
    guard !result.lacksRoom else {
      throw .cannotWrite(path: folder.path, reason: "the temporary folder has no room for the conversion of \(path)")
    }
    guard result.status == 0, FileManager.default.fileExists(atPath: output) else {
      throw .converterFailed(path: path, reason: result.reason(instead: folder.path + "/in/"))
    }
    // GDAL ends some broken texts quietly, with status 0 and part of the features: what it says then is the error. Formats with an index of
    // their features show what is missing by its count instead.
    if let complaint = result.complaints.first(where: { $0.hasPrefix("ERROR") && (!format.claimsCount || $0.contains("pars")) }) {
      throw .converterFailed(path: path, reason: String(complaint.prefix(300)))
    }
    try? FileManager.default.removeItem(atPath: folder.path + "/in")
    return Conversion(
      folder: folder, output: output, driver: format.name ?? format.drivers[0], isUnpacked: false,
      sourceSize: (try? FileManager.default.attributesOfItem(atPath: real)[.size] as? Int) ?? 0, claimedCounts: claims,
      messages: result.complaints.prefix(100).map { $0.replacingOccurrences(of: folder.path + "/in/", with: "") },
      notes: (database?.notes ?? []) + [Sandbox.note].compactMap(\.self))
  }

  /// The files beside the input that belong to it, and the names under which the converter finds them.
  private static func companions(
    of real: String, named name: String, _ format: ForeignFormat, _ path: String
  ) throws(FormatError) -> [(file: String, name: String)] {
    guard !format.companions.isEmpty, format.wrapper.isEmpty else { return [] }
    let url = URL(fileURLWithPath: real), folder = url.deletingLastPathComponent().path
    let base = url.deletingPathExtension().lastPathComponent, own = (name as NSString).deletingPathExtension
    var files: [(file: String, name: String)] = []
    for other in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() where other != url.lastPathComponent {
      let parts = other as NSString
      guard parts.deletingPathExtension == base, format.companions.contains(parts.pathExtension.lowercased()) else { continue }
      // A pipe among them would hold the converter for ever.
      close(try openRegularFile(folder + "/" + other))
      files.append((try realPath(folder + "/" + other), "\(own).\(parts.pathExtension)"))
    }
    return files
  }

  /// The drivers that are switched off: all that GDAL lists but the allowed ones.
  private static func skipList(
    _ ogr2ogr: String, _ sandbox: Sandbox, allowed: [String], _ path: String
  ) throws(FormatError) -> String {
    let all: [String]
    if let known = driverNames.withLock({ $0[ogr2ogr] }) {
      all = known
    } else {
      let listing = try sandbox.run(ogr2ogr, ["--formats"], path)
      // "  ESRI Shapefile -vector- (rw+v): ESRI Shapefile"
      all = listing.output.split(separator: "\n").compactMap { line in
        guard line.hasPrefix("  "), let mark = line.range(of: " -") else { return nil }
        return String(line[line.index(line.startIndex, offsetBy: 2)..<mark.lowerBound])
      }
      let found = all
      driverNames.withLock { $0[ogr2ogr] = found }
    }
    return all.filter { !allowed.contains($0) }.joined(separator: ",")
  }

  private static let driverNames = Lock<[String: [String]]>([:])

  /// Layer names and feature counts in the listing of `ogrinfo -so -al`.
  private static func counts(_ listing: String) -> [String: Int] {
    var counts: [String: Int] = [:]
    var layer: String?
    for line in listing.split(separator: "\n") {
      if line.hasPrefix("Layer name: ") { layer = String(line.dropFirst(12)) }
      if line.hasPrefix("Feature Count: "), let layer, let count = Int(line.dropFirst(15)) { counts[layer] = count }
    }
    return counts
  }
}
