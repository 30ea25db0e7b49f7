import Foundation
import GeoFormats
import TextFormats

/// Small steps to build what a template is filled with. A view is JSON, so that the same view fills a Mustache page and a Typst document.
extension JSON {
  /// An object from names and values in their order.
  static func members(_ pairs: KeyValuePairs<String, JSON>) -> JSON { .object(pairs.map { Member($0.key, $0.value) }) }

  /// Text of a result, cleaned for a page; null for null and empty text.
  static func clean(_ text: String?, limit: Int = 2_000) -> JSON {
    guard let text else { return .null }
    let clean = PageText.clean(text, limit: limit)
    return clean.isEmpty ? .null : .string(clean)
  }

  /// What Mustache renders: dictionaries, arrays, text and truth values; null stays present so that no outer value shows through.
  var mustacheView: Any {
    switch self {
    case .null: NSNull()
    case .bool(let value): value
    case .number(let value): JSON.text(of: value)
    case .string(let value): PageText.inert(value)
    case .array(let values): values.map(\.mustacheView)
    case .object(let members): Dictionary(members.map { ($0.name, $0.value.mustacheView) }) { $1 }
    }
  }
}

/// The sources that a page cites, numbered in the order of their first use.
struct SourceNotes {
  private(set) var texts: [String] = []
  private var numbers: [String: Int] = [:]

  /// The number of a source's note; `nil` for no source.
  mutating func number(of source: String?) -> Int? {
    guard let source else { return nil }
    let text = PageText.clean(source, limit: 600)
    guard !text.isEmpty else { return nil }
    if let number = numbers[text] { return number }
    texts.append(text)
    numbers[text] = texts.count
    return texts.count
  }
}

/// A picture of a report with its name, caption and text alternative; `narrow` is drawn for a phone.
struct ReportPicture {
  var name: String
  var title: String
  var description: String
  var wide: SVGPicture
  var narrow: SVGPicture?
  var style = "chart"

  /// Width of a drawing for a phone.
  static let narrowWidth = 344.0

  /// Both drawings as markup; the style sheet shows the one that fits.
  var markup: String {
    guard let narrow else { return wide.element(id: name, title: title, description: description, style: style) }
    return wide.element(id: name, title: title, description: description, style: style + " wide")
      + narrow.element(id: name + "-n", title: title, description: description, style: style + " narrow")
  }
}

/// Collects the pictures of a page in the order of their drawing, while the page's sections are being built.
final class PictureAlbum {
  var pictures: [ReportPicture] = []
}
