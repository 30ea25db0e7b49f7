/// One SVG picture under construction: shapes carry class names only, colours come from `chart.css` and `palette.css`, so the same
/// picture follows a page's light and dark scheme and prints.
struct SVGPicture {
  /// Where a text's position lies in the text.
  enum Anchor: String {
    case start, middle, end
  }

  /// Width in user units; in pages one unit is at most one CSS pixel.
  let width: Double
  /// Height in user units.
  var height: Double
  private(set) var body: [UInt8] = []

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  // MARK: Marks

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    add("<line class=\"")
    add(style)
    attribute("x1", x1)
    attribute("y1", y1)
    attribute("x2", x2)
    attribute("y2", y2)
    add("\"/>")
  }

  /// A rectangle between two corners in any order; `radius` rounds its corners.
  mutating func rect(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String, radius: Double = 0) {
    add("<rect class=\"")
    add(style)
    attribute("x", min(x1, x2))
    attribute("y", min(y1, y2))
    attribute("width", abs(x2 - x1))
    attribute("height", abs(y2 - y1))
    if radius > 0 { attribute("rx", radius) }
    add("\"/>")
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
    add("<circle class=\"")
    add(style)
    attribute("cx", x)
    attribute("cy", y)
    attribute("r", radius)
    add("\"/>")
  }

  /// A line of plain text; it is escaped here.
  mutating func text(_ text: String, _ x: Double, _ y: Double, _ style: String, _ anchor: Anchor = .start) {
    add("<text class=\"")
    add(style)
    attribute("x", x)
    attribute("y", y)
    if anchor != .start {
      add("\" text-anchor=\"")
      add(anchor.rawValue)
    }
    add("\">")
    PageText.escape(text, into: &body)
    add("</text>")
  }

  mutating func path(_ path: SVGPath, _ style: String) {
    guard !path.isEmpty else { return }
    add("<path class=\"")
    add(style)
    add("\" d=\"")
    body.append(contentsOf: path.bytes)
    add("\"/>")
  }

  /// A group with attributes that are safe markup already, e.g. `data-site="3"`.
  mutating func open(_ style: String, attributes: String = "") {
    add("<g class=\"")
    add(style)
    add("\"")
    add(attributes)
    add(">")
  }

  mutating func close() { add("</g>") }

  /// A hover text for the open group.
  mutating func hover(_ text: String) {
    add("<title>")
    PageText.escape(text, into: &body)
    add("</title>")
  }

  private mutating func add(_ text: String) { body.append(contentsOf: text.utf8) }

  private mutating func attribute(_ name: String, _ value: Double) {
    add("\" ")
    add(name)
    add("=\"")
    SVGPath.append(value, to: &body)
  }

  // MARK: Text

  /// The picture as an element of a page, named by `title` and described by `description` for those who cannot see it.
  /// - Parameters:
  ///   - id: unique on the page.
  ///   - style: class of the element.
  ///   - sheet: a style sheet to put inside, for a file of its own.
  func element(id: String, title: String, description: String, style: String, sheet: String? = nil) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(body.count + 600)
    func add(_ text: String) { out.append(contentsOf: text.utf8) }
    add(sheet != nil ? "<svg xmlns=\"http://www.w3.org/2000/svg\"" : "<svg")
    add(" class=\"\(style)\" viewBox=\"0 0 ")
    SVGPath.append(width, to: &out)
    add(" ")
    SVGPath.append(height, to: &out)
    add("\" width=\"")
    SVGPath.append(width, to: &out)
    add("\" height=\"")
    SVGPath.append(height, to: &out)
    add("\" role=\"img\" aria-labelledby=\"\(id)-t \(id)-d\"><title id=\"\(id)-t\">")
    PageText.escape(title, into: &out)
    add("</title><desc id=\"\(id)-d\">")
    PageText.escape(description, into: &out)
    add("</desc>")
    if let sheet { add("<style>" + sheet + "</style>") }
    out.append(contentsOf: body)
    add("</svg>")
    return String(decoding: out, as: UTF8.self)
  }

  /// The picture as a file of its own, with the given style sheet inside.
  func document(title: String, description: String, style: String) -> String {
    element(id: "p", title: title, description: description, style: "chart", sheet: style)
  }
}

/// Path data with one decimal, relative where shorter; positions are in user units.
struct SVGPath {
  private(set) var bytes: [UInt8] = []
  private var lastX = 0
  private var lastY = 0
  private var isFirst = true

  var isEmpty: Bool { bytes.isEmpty }

  /// Starts a new sub-path.
  mutating func move(_ x: Double, _ y: Double) {
    let (tx, ty) = (Self.tenths(x), Self.tenths(y))
    bytes.append(UInt8(ascii: "M"))
    Self.append(tenths: tx, to: &bytes)
    separate(ty)
    Self.append(tenths: ty, to: &bytes)
    (lastX, lastY) = (tx, ty)
    isFirst = true
  }

  /// Draws a straight line; a step shorter than a tenth of a unit is left out.
  mutating func line(_ x: Double, _ y: Double) {
    let (tx, ty) = (Self.tenths(x), Self.tenths(y))
    let (dx, dy) = (tx - lastX, ty - lastY)
    if dx == 0 && dy == 0 { return }
    if isFirst { bytes.append(UInt8(ascii: "l")) } else if dx >= 0 { bytes.append(32) }
    isFirst = false
    Self.append(tenths: dx, to: &bytes)
    separate(dy)
    Self.append(tenths: dy, to: &bytes)
    (lastX, lastY) = (tx, ty)
  }

  mutating func close() {
    bytes.append(UInt8(ascii: "z"))
    isFirst = true
  }

  /// Adds a closed shape around a centre, offsets in turn.
  mutating func shape(_ x: Double, _ y: Double, _ offsets: [(Double, Double)]) {
    for (i, offset) in offsets.enumerated() {
      if i == 0 { move(x + offset.0, y + offset.1) } else { line(x + offset.0, y + offset.1) }
    }
    close()
  }

  /// Adds a circle.
  mutating func circle(_ x: Double, _ y: Double, _ radius: Double) {
    move(x - radius, y)
    let r = Self.tenths(radius)
    for sign in [1, -1] {
      bytes.append(UInt8(ascii: "a"))
      Self.append(tenths: r, to: &bytes)
      bytes.append(32)
      Self.append(tenths: r, to: &bytes)
      bytes.append(contentsOf: " 0 1 0 ".utf8)
      Self.append(tenths: 2 * r * sign, to: &bytes)
      bytes.append(contentsOf: " 0".utf8)
    }
    close()
    isFirst = true
  }

  private mutating func separate(_ next: Int) { if next >= 0 { bytes.append(32) } }

  private static func tenths(_ value: Double) -> Int {
    value.isFinite ? Int((min(max(value, -1e7), 1e7) * 10).rounded(.toNearestOrAwayFromZero)) : 0
  }

  /// Writes a number with one decimal.
  static func append(_ value: Double, to out: inout [UInt8]) { append(tenths: tenths(value), to: &out) }

  private static func append(tenths: Int, to out: inout [UInt8]) {
    var t = tenths
    if t < 0 {
      out.append(UInt8(ascii: "-"))
      t = -t
    }
    let whole = t / 10
    if whole > 0 || t % 10 == 0 {
      if whole < 10 { out.append(UInt8(48 + whole)) } else { out.append(contentsOf: String(whole).utf8) }
    }
    if t % 10 != 0 {
      out.append(UInt8(ascii: "."))
      out.append(UInt8(48 + t % 10))
    }
  }
}
