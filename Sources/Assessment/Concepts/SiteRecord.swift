import GeoFormats
public import SimpleFeatures

/// One row of the site table, read by column name: the same whether the row was just scored or comes from `sites.gpkg`.
public struct SiteRecord: Sendable {
  let table: FeatureBatch
  let row: Int
  private let index: [String: Int]

  /// The row of a site table.
  public init(_ table: FeatureBatch, row: Int) {
    self.table = table
    self.row = row
    index = Dictionary(table.attributes.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { a, _ in a })
  }

  /// The row with that site id.
  public init(_ table: FeatureBatch, id: String) throws {
    guard let ids = table.attribute("site_id"), let row = (0..<table.count).first(where: { ids.text($0) == id }) else {
      let known = table.attribute("site_id").map { ids in (0..<table.count).compactMap { ids.text($0) } } ?? []
      throw AssessmentError(unknownSite: id, among: known)
    }
    self.init(table, row: row)
  }

  /// The number in a column; `nil` when unknown or no such column.
  public func number(_ column: String) -> Double? { index[column].flatMap { table.attributes[$0].number(row) } }

  /// The text in a column; `nil` when unknown, empty or no such column.
  public func text(_ column: String) -> String? {
    guard let text = index[column].flatMap({ table.attributes[$0].text(row) }), !text.isEmpty else { return nil }
    return text
  }

  /// Whether a truth column holds.
  public func flag(_ column: String) -> Bool { (number(column) ?? 0) != 0 || text(column) == "true" }

  /// The site's id.
  public var id: String { text("site_id") ?? "" }
}

extension AssessmentError {
  /// No scored site has that id; the nearest of the first 20,000 is proposed.
  public init(unknownSite id: String, among known: [String]) {
    let hint = suggestion(for: id, among: known.prefix(20_000)).map { " Did you mean \($0)?" } ?? ""
    self.init(
      .missingInput,
      "No scored site has the id \(id).\(hint) `ranking.csv` lists the sites, `excluded.csv` says why others are not among them.")
  }
}

/// A site id in a path: percent-encoded to `[a-z0-9._%-]`, so `way/12` gives `way%2f12`.
///
/// Upper-case letters are encoded too, since some file systems do not tell case; a lone `.` or `..` is encoded.
public func pathComponent(ofSite id: String) -> String {
  let hex = Array("0123456789abcdef".utf8)
  var out: [UInt8] = []
  let onlyDots = id.utf8.allSatisfy { $0 == UInt8(ascii: ".") }
  // What Windows keeps for its devices, with any ending, and names that end with a dot cannot exist there.
  let isDevice = devices.contains(String(id.prefix { $0 != "." }))
  let last = id.utf8.count - 1
  for (k, byte) in id.utf8.enumerated() {
    let plain =
      (byte >= 97 && byte <= 122 && !(k == 0 && isDevice)) || (byte >= 48 && byte <= 57) || byte == 95 || byte == 45
      || (byte == 46 && !onlyDots && k < last)
    if plain { out.append(byte) } else { out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]] }
  }
  // Longer than a file system's limit of 255 bytes: the start, and a digest that keeps it unique.
  guard out.count > 200 else { return String(decoding: out, as: UTF8.self) }
  return String(decoding: out.prefix(150), as: UTF8.self) + "-" + sha256(of: Array(id.utf8)).prefix(16)
}

/// Names of devices, which no file on Windows can bear.
private let devices = Set(["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] })
