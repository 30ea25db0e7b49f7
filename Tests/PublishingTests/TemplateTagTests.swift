import Foundation
import Testing

@testable import Assessment
@testable import Publishing

/// A tag of a Mustache template, or a section with what stands in it.
private indirect enum Tag {
  case value(String)
  case section(String, isInverted: Bool, [Tag])
  case partial(String)

  /// The tags of a template.
  static func parse(_ text: String) -> [Tag] {
    var rest = text[...]
    return parse(&rest, until: nil)
  }

  private static func parse(_ rest: inout Substring, until end: String?) -> [Tag] {
    var tags: [Tag] = []
    while let open = rest.range(of: "{{") {
      let isTriple = rest[open.upperBound...].hasPrefix("{")
      let start = isTriple ? rest.index(after: open.upperBound) : open.upperBound
      guard let close = rest[start...].range(of: isTriple ? "}}}" : "}}") else { break }
      let inner = rest[start..<close.lowerBound].trimmingCharacters(in: .whitespaces)
      rest = rest[close.upperBound...]
      let name = String(inner.dropFirst()).trimmingCharacters(in: .whitespaces)
      switch inner.first {
      case "#": tags.append(.section(name, isInverted: false, parse(&rest, until: name)))
      case "^": tags.append(.section(name, isInverted: true, parse(&rest, until: name)))
      case "/": return tags
      case ">": tags.append(.partial(name))
      case "!": break
      default: tags.append(.value(inner))
      }
    }
    return tags
  }
}

/// Fills templates with views as Mustache does, and notes which tags were reached and which name nothing.
private struct TagCheck {
  let templates: [String: [Tag]]
  var reached: Set<String> = []
  var unknown: Set<String> = []

  private func value(_ path: String, _ stack: [Any]) -> Any? {
    if path == "." { return stack.last }
    var names = path.split(separator: ".").map(String.init)
    let first = names.removeFirst()
    guard var value = stack.reversed().lazy.compactMap({ ($0 as? [String: Any])?[first] }).first else { return nil }
    for name in names {
      guard let next = (value as? [String: Any])?[name] else { return nil }
      value = next
    }
    return value
  }

  mutating func fill(_ template: String, _ stack: [Any]) { fill(templates[template] ?? [], template, stack) }

  private mutating func fill(_ tags: [Tag], _ template: String, _ stack: [Any]) {
    for tag in tags {
      switch tag {
      case .partial(let name):
        reached.insert("\(template): >\(name)")
        fill(name, stack)
      case .value(let path):
        reached.insert("\(template): \(path)")
        if value(path, stack) == nil { unknown.insert("\(template): \(path)") }
      case .section(let path, let isInverted, let inner):
        reached.insert("\(template): #\(path)")
        let found = value(path, stack)
        // A picture that was not drawn is not there; all else is, if need be as null.
        if found == nil, !path.hasPrefix("pictures.") { unknown.insert("\(template): #\(path)") }
        let list = found as? [Any]
        let isFalse = found == nil || found is NSNull || (found as? Bool) == false || list?.isEmpty == true
        if isInverted {
          if isFalse { fill(inner, template, stack) }
        } else if !isFalse {
          for element in list ?? [found as Any] { fill(inner, template, stack + [element]) }
        }
      }
    }
  }

  /// All tags of the templates, written as `reached` writes them.
  var all: Set<String> {
    var names: Set<String> = []
    func add(_ tags: [Tag], _ template: String) {
      for tag in tags {
        switch tag {
        case .partial(let name): names.insert("\(template): >\(name)")
        case .value(let path): names.insert("\(template): \(path)")
        case .section(let path, _, let inner):
          names.insert("\(template): #\(path)")
          add(inner, template)
        }
      }
    }
    for (template, tags) in templates { add(tags, template) }
    return names
  }
}

@Suite("Tags of the templates")
struct TemplateTagTests {
  @Test("Every tag of every template is filled by some page and names a field of its view")
  func tags() throws {
    let folder = Sample.root + "/Reports/templates"
    var templates: [String: [Tag]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".mustache") {
      templates[String(name.dropLast(".mustache".utf8.count))] = .some(
        Tag.parse(try String(contentsOfFile: folder + "/" + name, encoding: .utf8)))
    }
    #expect(templates.count >= 8)
    var check = TagCheck(templates: templates)
    let library = try Sample.library(), atlas = Atlas(Sample.surroundings())
    for (k, report) in try ([Sample.site()] + Sample.oddSites()).enumerated() {
      check.fill("report", [try sitePageFields(report, atlas: atlas, library: library, language: k == 0 ? "pl" : "en")])
    }
    var illustrative = try Sample.site()
    (illustrative.study.isIllustrative, illustrative.study.attribution, illustrative.site.address) = (true, ["© Surveyors"], "Mill lane 1")
    illustrative.alternatives = illustrative.alternatives.map { alternative in
      var alternative = alternative
      alternative.costExtras = [CostExtra(title: Message(.extraVenue), group: "600", low: 1, central: 2, high: 3)]
      return alternative
    }
    check.fill("report", [try sitePageFields(illustrative, atlas: atlas, library: library, language: "en")])
    for profile in ["cci-location", "cci-stakeholders"] {
      var city = try Sample.city(profile: profile)
      check.fill("portfolio", [try cityPageFields(city, atlas: atlas, library: library, language: "en")])
      city.study.attribution = ["© Surveyors"]
      (city.sites[0].name, city.sites[0].address, city.sites[0].verdict) = ("Mill", "Mill lane 1", "invest")
      (city.sites[0].capex, city.sites[0].fnpvC, city.sites[0].grant, city.sites[0].jobs) = (1e6, -1e5, 2e5, 12)
      (city.counts.scored, city.defects) = (0, [.init(code: "ring-not-closed", count: 1)])
      check.fill("portfolio", [try cityPageFields(city, atlas: atlas, library: library, language: "en")])
      city.sites = (0..<1_001).map { _ in city.sites[0] }
      check.fill("portfolio", [try cityPageFields(city, atlas: atlas, library: library, language: "en")])
    }
    #expect(check.unknown.isEmpty, "\(check.unknown.sorted())")
    // Only a map of more than 5,000 footprints is generalised.
    let left = check.all.subtracting(check.reached).subtracting(["portfolio: map_note"])
    #expect(left.isEmpty, "never filled: \(left.sorted())")
  }
}
