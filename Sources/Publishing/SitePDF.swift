public import Assessment
import Foundation
import GeoFormats
import ProjectFinance
import TextFormats

#if canImport(Glibc)
  import Glibc
#endif

/// Why no PDF came; the description says what was tried and what to do.
public enum PDFError: Error, Sendable, CustomStringConvertible, Equatable {
  /// Neither the Python package nor the program is there; HTML reports do not need it (exit 69).
  case typstMissing(tried: [String])
  /// The fonts are not installed (exit 69).
  case fontsMissing(searched: [String])
  /// Typst refused the document, which is a fault of the template (exit 70).
  case refused(site: String, reason: String)
  /// A file cannot be written (exit 73).
  case cannotWrite(path: String)

  /// What was done, what was found, where, and what to do.
  public var description: String {
    switch self {
    case .typstMissing(let tried):
      "Typesetting a PDF: Typst was not found (tried \(tried.joined(separator: ", "))). Install it with `pip install typst` or put `typst` on the path; HTML reports do not need it."
    case .fontsMissing(let searched):
      "Typesetting a PDF: the Noto fonts were not found in \(searched.joined(separator: ", ")). Install them, on Debian with `apt-get install fonts-noto-core`."
    case .refused(let site, let reason): "Typesetting the report on site \(site): Typst says: \(reason). This is a fault of report.typ."
    case .cannotWrite(let path): "Typesetting a PDF: \(path) cannot be written. Check the place and its free space."
    }
  }
}

/// A file that travels inside a PDF (PDF/A-3).
public struct PDFAttachment: Sendable {
  /// File name without folders.
  public var name: String
  /// Content.
  public var bytes: [UInt8]
  /// Media type, e.g. `application/geo+json`.
  public var mediaType: String
  /// `source`, `data`, `alternative` or `supplement` (ISO 19005-3, AFRelationship).
  public var relationship: String
  /// What it is, in a sentence.
  public var description: String

  /// Makes an attachment.
  public init(name: String, bytes: [UInt8], mediaType: String, relationship: String, description: String) {
    (self.name, self.bytes, self.mediaType, self.relationship, self.description) = (name, bytes, mediaType, relationship, description)
  }
}

/// Typesets reports with Typst in a process of its own, which stays up from report to report.
///
/// PDF/UA-1 and PDF/A-3, tagged, with bookmarks; the date in the file is the study's price date, so equal input gives equal bytes.
/// A worker in Python (`press.py`) keeps fonts and templates warm: about a fifth of a second a report against half a second for a new process.
/// Not for use from several tasks at once.
public final class PDFPress {
  private let library: TemplateLibrary
  private let temporary: TemporaryFolder
  private var folder: String { temporary.path }
  private let worker: Process?
  private let input: FileHandle?
  private let output: FileHandle?
  private var pending: [UInt8] = []
  private let program: String?
  private var fonts: ReportFonts
  /// Seconds that one report may take; setting one takes a fifth of a second.
  private static let limit: Int32 = 120

  /// Finds Typst and the fonts.
  ///
  /// Typst is looked for as a Python package of `REKINDLE_PYTHON` (else `python3`), then as a program `typst` on the path.
  /// - Throws: `PDFError.typstMissing`, `.fontsMissing` or `.cannotWrite`.
  public init(library: TemplateLibrary) throws(PDFError) {
    self.library = library
    do throws(FormatError) { temporary = try TemporaryFolder() } catch { throw .cannotWrite(path: NSTemporaryDirectory()) }
    let folder = temporary.path
    let fonts = folder + "/fonts"
    do { try FileManager.default.createDirectory(atPath: fonts, withIntermediateDirectories: true) } catch {
      throw .cannotWrite(path: fonts)
    }
    self.fonts = try Self.linkFonts(into: fonts)
    for name in ["report.typ", "press.py"] { try Self.write(Array((library.files[name] ?? "").utf8), to: folder + "/" + name) }
    // `make` puts Typst into an environment of its own beside the templates' repository.
    let own = library.folder + "/../../.venv/bin/python"
    let python =
      ProcessInfo.processInfo.environment["REKINDLE_PYTHON"] ?? (FileManager.default.isExecutableFile(atPath: own) ? own : "python3")
    if let started = Self.start(python: python, script: folder + "/press.py") {
      (worker, input, output, program) = (started.process, started.input, started.output, nil)
    } else if let path = Programs.path(of: "typst") {
      (worker, input, output, program) = (nil, nil, nil, path)
    } else {
      throw .typstMissing(tried: ["the package typst of \(python)", "typst on the path"])
    }
  }

  deinit {
    try? input?.close()
    guard let worker else { return }
    // It ends when its input does; one that hangs is not waited for.
    for _ in 0..<200 where worker.isRunning { usleep(10_000) }
    if worker.isRunning { kill(worker.processIdentifier, SIGKILL) }
    worker.waitUntilExit()
    Programs.forget(worker.processIdentifier)
  }

  /// The report on one site as a PDF file.
  /// - Parameters:
  ///   - attachments: files that travel inside, e.g. the workbook and the site's GeoJSON.
  /// - Throws: `PDFError` or `TemplateError.unknownLanguage`.
  public func sitePDF(_ site: SiteReport, atlas: Atlas, language: String, attachments: [PDFAttachment] = []) throws -> [UInt8] {
    let catalogue = try library.catalogue(language)
    var page = SitePage(site: site, catalogue: catalogue)
    let view = page.view(atlas: atlas)
    let job = folder + "/job"
    try? FileManager.default.removeItem(atPath: job)
    do { try FileManager.default.createDirectory(atPath: job, withIntermediateDirectories: true) } catch {
      throw PDFError.cannotWrite(path: job)
    }
    let day = site.study.priceDate
    let style = library.standaloneChartStyle
    var pictures: [JSON.Member] = []
    for picture in page.pictures {
      try Self.write(
        Array(fonts.settable(picture.wide.document(title: picture.title, description: picture.description, style: style)).utf8),
        to: "\(job)/\(picture.name).svg")
      if let narrow = picture.narrow {
        try Self.write(
          Array(fonts.settable(narrow.document(title: picture.title, description: picture.description, style: style)).utf8),
          to: "\(job)/\(picture.name)-n.svg")
      }
      pictures.append(
        JSON.Member(
          picture.name,
          .members([
            "file": .string("job/\(picture.name).svg"), "narrow": .string("job/\(picture.name)\(picture.narrow == nil ? "" : "-n").svg"),
            "title": .string(picture.title), "description": .string(picture.description),
          ])))
    }
    var files: [JSON] = []
    for (i, attachment) in attachments.enumerated() {
      let name = attachment.name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_") }
      let path = "job/\(name.isEmpty ? "attachment-\(i)" : name)"
      try Self.write(attachment.bytes, to: folder + "/" + path)
      files.append(
        .members([
          "path": .string(path), "relationship": .string(attachment.relationship), "mime": .string(attachment.mediaType),
          "description": .string(PageText.clean(attachment.description, limit: 200)),
        ]))
    }
    var members = view.object ?? []
    members.append(JSON.Member("t", .object(catalogue.texts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) })))
    members.append(JSON.Member("pictures", .object(pictures)))
    members.append(JSON.Member("attachments", .array(files)))
    members.append(JSON.Member("language", .string(language)))
    members.append(JSON.Member("translated", .bool(catalogue.isComplete)))
    members.append(
      JSON.Member(
        "date", .members(["year": .number(Double(day.year)), "month": .number(Double(day.month)), "day": .number(Double(day.day))])))
    members.append(
      JSON.Member("colours", .object(library.palette.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) })))
    try Self.write(Array(fonts.settable(JSON.object(members).serialized()).utf8), to: folder + "/view.json")
    let result = job + "/report.pdf"
    let seconds = Self.secondsSince1970(year: day.year, month: day.month, day: day.day)
    let name = site.site.id
    if worker != nil {
      try typesetWarm(result, seconds: seconds, site: name)
    } else {
      try typesetCold(result, seconds: seconds, site: name)
    }
    guard let bytes = FileManager.default.contents(atPath: result) else { throw PDFError.cannotWrite(path: result) }
    return Array(bytes)
  }

  private static let standards = ["ua-1", "a-3a"]

  // MARK: Typst

  private func typesetWarm(_ result: String, seconds: Int, site: String) throws(PDFError) {
    let job = JSON.members([
      "folder": .string(folder), "document": .string("report.typ"), "pdf": .string(result), "fonts": .array([.string(folder + "/fonts")]),
      "standards": .array(Self.standards.map { .string($0) }), "timestamp": .number(Double(seconds)),
    ])
    do { try input?.write(contentsOf: Data((job.serialized() + "\n").utf8)) } catch {
      throw .refused(site: site, reason: "its process has ended")
    }
    guard let line = try readLine(site: site), let answer = try? JSON(parsing: line) else {
      throw .refused(site: site, reason: "its process has ended")
    }
    guard answer["done"]?.bool == true else { throw .refused(site: site, reason: answer["reason"]?.string ?? "no reason") }
  }

  private func typesetCold(_ result: String, seconds: Int, site: String) throws(PDFError) {
    let process = Process()
    let errors = Pipe()
    process.executableURL = URL(filePath: program ?? "/usr/bin/typst")
    process.arguments = [
      "compile", folder + "/report.typ", result, "--root", folder, "--font-path", folder + "/fonts", "--ignore-system-fonts",
      "--pdf-standard",
      Self.standards.joined(separator: ","), "--creation-timestamp", String(seconds), "--package-path", folder, "--package-cache-path",
      folder,
    ]
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    let id: Int32
    do { id = try Programs.start(process) } catch { throw .typstMissing(tried: [program ?? "typst"]) }
    defer { Programs.forget(id) }
    let text = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw .refused(site: site, reason: String(String(decoding: text, as: UTF8.self).prefix(2_000)))
    }
  }

  /// A line of the worker's; `nil` when it has ended.
  private func readLine(site: String) throws(PDFError) -> String? {
    while true {
      if let end = pending.firstIndex(of: 10) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        return line
      }
      if let output, !Self.hasMore(output) {
        // Out of memory it may neither answer nor end.
        if let worker { kill(worker.processIdentifier, SIGKILL) }
        throw .refused(site: site, reason: "its process did not answer for \(Self.limit) s and was ended")
      }
      guard let more = output?.availableData, !more.isEmpty else { return nil }
      pending.append(contentsOf: more)
    }
  }

  /// Waits until something can be read, or the end; gives whether that came within the limit of time.
  private static func hasMore(_ file: FileHandle) -> Bool {
    var request = pollfd(fd: file.fileDescriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let count = poll(&request, 1, limit * 1_000)
      if count < 0, errno == EINTR { continue }
      return count != 0
    }
  }

  private static func start(python: String, script: String) -> (process: Process, input: FileHandle, output: FileHandle)? {
    guard let path = python.contains("/") ? python : Programs.path(of: python) else { return nil }
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    // Foundation starts what a link points at; a Python environment is known by the link itself.
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [path, "-I", script]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    // A worker that ends early must not end the engine: a write to its closed pipe is an error, not a signal.
    signal(SIGPIPE, SIG_IGN)
    guard let id = try? Programs.start(process) else { return nil }
    guard hasMore(output.fileHandleForReading) else {
      kill(id, SIGKILL)
      Programs.forget(id)
      return nil
    }
    let greeting = output.fileHandleForReading.availableData
    guard let json = try? JSON(parsing: String(decoding: greeting, as: UTF8.self)), json["ready"]?.bool == true else {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
      Programs.forget(id)
      return nil
    }
    return (process, input.fileHandleForWriting, output.fileHandleForReading)
  }

  // MARK: Files

  private static let fontFolders = ["/usr/share/fonts/truetype/noto", "/usr/share/fonts/noto", "/usr/share/fonts/google-noto"]
  private static let fontFiles = [
    "NotoSans-Regular", "NotoSans-Bold", "NotoSans-Italic", "NotoSans-BoldItalic", "NotoSerif-Regular", "NotoSerif-Bold",
    "NotoSansMono-Regular", "NotoSansMath-Regular",
    "NotoSansArabic-Regular", "NotoSansHebrew-Regular",
  ]

  /// Links the few fonts that reports use: reading all of Noto would take longer than typesetting.
  private static func linkFonts(into folder: String) throws(PDFError) -> ReportFonts {
    for source in fontFolders {
      let found = fontFiles.map { source + "/" + $0 + ".ttf" }.filter { FileManager.default.fileExists(atPath: $0) }
      guard found.contains(where: { $0.hasSuffix("/NotoSans-Regular.ttf") }) else { continue }
      for path in found {
        let link = folder + "/" + (path.split(separator: "/").last.map(String.init) ?? "font.ttf")
        do { try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path) } catch { throw .cannotWrite(path: link) }
      }
      // What a heading's font lacks comes from another one, so that all of them count.
      return ReportFonts(base: found, source: source, target: folder)
    }
    throw .fontsMissing(searched: fontFolders)
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(PDFError) {
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { throw .cannotWrite(path: path) }
  }

  /// Days from the civil calendar (Hinnant 2013, "chrono-compatible low-level date algorithms") in seconds.
  static func secondsSince1970(year: Int, month: Int, day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * 86_400
  }
}

/// The report on one site as a PDF, typeset by a process for this one report; for many make a `PDFPress` once.
/// - Throws: `PDFError` or `TemplateError.unknownLanguage`.
public func sitePDF(
  _ site: SiteReport, atlas: Atlas, library: TemplateLibrary, language: String, attachments: [PDFAttachment] = []
) throws -> [UInt8] {
  try PDFPress(library: library).sitePDF(site, atlas: atlas, language: language, attachments: attachments)
}
