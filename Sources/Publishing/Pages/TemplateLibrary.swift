import Foundation
import GeoFormats
import Mustache
import TextFormats

/// Why the report templates cannot be used; the description says where and what to do.
public enum TemplateError: Error, Sendable, CustomStringConvertible, Equatable {
  /// The folder or a file in it is missing or cannot be read.
  case unreadable(path: String)
  /// A template is not well-formed Mustache.
  case malformedTemplate(path: String, reason: String)
  /// A catalogue is not well-formed.
  case malformedCatalogue(path: String, reason: String)
  /// A template uses texts that the English catalogue lacks.
  case missingTexts(template: String, keys: [String])
  /// There is no catalogue for the language.
  case unknownLanguage(String, known: [String])

  /// What was done, what was found, where, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let path):
      "Reading the report templates: \(path) is missing or cannot be read. Point --data-dir or REKINDLE_HOME at the folder that holds Reports/templates."
    case .malformedTemplate(let path, let reason): "Reading the report template \(path): \(reason). Mend the template."
    case .malformedCatalogue(let path, let reason): "Reading the language catalogue \(path): \(reason). Mend the catalogue."
    case .missingTexts(let template, let keys):
      "Checking the report template \(template): the English catalogue has no text for \(keys.joined(separator: ", ")). Add them to catalogue.en.json."
    case .unknownLanguage(let language, let known):
      "Looking for the report language '\(language)': there is no such catalogue. Known languages: \(known.joined(separator: ", "))."
    }
  }
}

/// Everything that shapes a page: Mustache templates, style sheets, scripts and language catalogues, read once.
public struct TemplateLibrary: Sendable {
  /// The folder that was read.
  public let folder: String
  let mustache: MustacheLibrary
  let files: [String: String]
  private let catalogues: [String: Catalogue]
  let palette: [String: String]

  /// Reads the folder `Reports/templates`.
  ///
  /// Every text that a template or the code asks for must stand in `catalogue.en.json`.
  /// - Throws: `TemplateError`.
  public init(folder: String) throws(TemplateError) {
    self.folder = folder
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder).sorted() else { throw .unreadable(path: folder) }
    var files: [String: String] = [:]
    var library = MustacheLibrary()
    var sources: [(name: String, text: String)] = []
    for name in names {
      let path = folder + "/" + name
      guard [".mustache", ".css", ".js", ".json", ".typ", ".py"].contains(where: { name.hasSuffix($0) }) else { continue }
      guard let text = Self.text(of: path) else { throw .unreadable(path: path) }
      guard name.hasSuffix(".mustache") else {
        files[name] = text
        continue
      }
      let template = String(name.dropLast(".mustache".utf8.count))
      do { try library.register(text, named: template) } catch { throw .malformedTemplate(path: path, reason: String(describing: error)) }
      sources.append((template, text))
    }
    for name in ["palette.css", "chart.css", "report.css", "portfolio.js", "report.typ", "press.py", "catalogue.en.json"]
    where files[name] == nil {
      throw .unreadable(path: folder + "/" + name)
    }
    mustache = library
    self.files = files
    catalogues = try Self.catalogues(files, folder: folder)
    palette = Self.variables(of: files["palette.css"] ?? "")
    let english = catalogues["en"]?.texts ?? [:]
    for source in sources {
      let missing = Self.textKeys(in: source.text).filter { english[$0] == nil }
      guard missing.isEmpty else { throw .missingTexts(template: source.name, keys: missing) }
    }
    let missing = Phrase.allCases.map(\.rawValue).filter { english[$0] == nil }
    guard missing.isEmpty else { throw .missingTexts(template: "(charts and tables)", keys: missing) }
  }

  fileprivate static func text(of path: String) -> String? {
    (try? bytes(ofFile: path)).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func catalogues(_ files: [String: String], folder: String) throws(TemplateError) -> [String: Catalogue] {
    var parsed: [String: Catalogue.File] = [:]
    for (name, text) in files where name.hasPrefix("catalogue.") {
      let language = String(name.dropFirst("catalogue.".utf8.count).dropLast(".json".utf8.count))
      let file: Catalogue.File
      do { file = try JSONDecoder().decode(Catalogue.File.self, from: Data(text.utf8)) } catch {
        throw .malformedCatalogue(path: folder + "/" + name, reason: "\(error)")
      }
      guard file.language == language else {
        throw .malformedCatalogue(path: folder + "/" + name, reason: "member 'language' is not '\(language)'")
      }
      parsed[language] = file
    }
    guard let source = parsed["en"] else { throw .unreadable(path: folder + "/catalogue.en.json") }
    let english = Catalogue(source, fallback: nil)
    var catalogues = ["en": english]
    for (language, file) in parsed where language != "en" { catalogues[language] = Catalogue(file, fallback: english) }
    return catalogues
  }

  /// The keys of `{{t.key}}` in a template, each once, sorted.
  static func textKeys(in template: String) -> [String] {
    var keys: Set<String> = []
    var rest = template[...]
    while let open = rest.range(of: "{{") {
      rest = rest[open.upperBound...]
      guard let close = rest.range(of: "}}") else { break }
      let tag = rest[..<close.lowerBound].drop { "#^/&{ ".contains($0) }
      if tag.hasPrefix("t.") {
        keys.insert(String(tag.dropFirst(2).prefix { $0.isLetter || $0.isNumber || $0 == "_" }))
      }
      rest = rest[close.upperBound...]
    }
    return keys.sorted()
  }

  /// The languages that have a catalogue, sorted.
  public var languages: [String] { catalogues.keys.sorted() }

  /// The catalogue of a language.
  /// - Throws: `TemplateError.unknownLanguage`.
  public func catalogue(_ language: String) throws(TemplateError) -> Catalogue {
    guard let catalogue = catalogues[language] else { throw .unknownLanguage(language, known: languages) }
    return catalogue
  }

  func render(_ view: [String: Any], with template: String) -> String {
    guard let page = mustache.render(view, withTemplate: template) else { preconditionFailure("no template '\(template)'") }
    return page
  }

  // MARK: Style

  /// The custom properties of the first `:root` block, name → value.
  static func variables(of css: String) -> [String: String] {
    var variables: [String: String] = [:]
    guard let open = css.range(of: ":root"), let brace = css[open.upperBound...].firstIndex(of: "{"),
      let close = css[brace...].firstIndex(of: "}")
    else { return [:] }
    for declaration in css[css.index(after: brace)..<close].split(separator: ";") {
      guard let colon = declaration.firstIndex(of: ":") else { continue }
      let name = declaration[..<colon].trimmingCharacters(in: .whitespacesAndNewlines)
      guard let start = name.range(of: "--") else { continue }
      variables[String(name[start.lowerBound...])] = declaration[declaration.index(after: colon)...].trimmingCharacters(
        in: .whitespacesAndNewlines)
    }
    return variables
  }

  /// The chart style with every `var(--name)` replaced by its light value: for pictures that stand alone, e.g. in a PDF.
  var standaloneChartStyle: String {
    var out = ""
    var rest = (files["chart.css"] ?? "")[...]
    while let open = rest.range(of: "var("), let close = rest[open.upperBound...].firstIndex(of: ")") {
      out += rest[..<open.lowerBound]
      let name = String(rest[open.upperBound..<close])
      out += name == "--sans" ? "'Noto Sans'" : palette[name] ?? "#000"
      rest = rest[rest.index(after: close)...]
    }
    return out + rest
  }
}

/// The QGIS styles (QML) of the GeoPackage's layers, by layer name, from the folder `Reports/templates`.
/// - Throws: `TemplateError.unreadable`.
public func layerStyles(templates folder: String) throws(TemplateError) -> [String: String] {
  var styles: [String: String] = [:]
  for layer in ["sites", "buildings", "districts", "places"] {
    let path = folder + "/styles/" + layer + ".qml"
    guard let text = TemplateLibrary.text(of: path) else { throw .unreadable(path: path) }
    styles[layer] = text
  }
  return styles
}
