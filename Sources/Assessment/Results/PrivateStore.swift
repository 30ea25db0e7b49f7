import Foundation
import GeoFormats
public import SimpleFeatures

/// What is known of a study and does not leave: a folder beside the output folder, for this computer's user alone.
///
/// `sites.gpkg` holds what may be handed out. What else a score, a concept or an explanation is made from stands in `<out>.private/facts.sqlite`:
/// people put a whole output folder on a web server. The two belong together by the digest of `run.json` without its list of outputs,
/// to which `report` adds.
///
/// The facts of a new run wait as `facts.next.sqlite` while the output folder is exchanged. Whichever of the two files names the record that
/// stands in the output folder is the one that counts, so a kill at any moment leaves a whole store.
enum PrivateStore {
  /// Layers, which are tables without geometry.
  static let sites = "sites", identifiers = "identifiers", standing = "standing", binding = "binding"

  static func folder(beside out: String) -> String { URL(fileURLWithPath: out).standardizedFileURL.path + ".private" }
  static func file(beside out: String) -> String { folder(beside: out) + "/facts.sqlite" }
  static func nextFile(beside out: String) -> String { folder(beside: out) + "/facts.next.sqlite" }

  /// Opens the facts that belong to the record of a run.
  /// - Throws: `AssessmentError` when there are none, or those of another run.
  static func open(beside out: String, record digest: String) throws -> GeoPackageRowReader {
    var isThere = false
    for path in [file(beside: out), nextFile(beside: out)] where FileManager.default.fileExists(atPath: path) {
      isThere = true
      if let facts = bound(path, to: digest) { return facts }
    }
    throw isThere
      ? AssessmentError(
        .badInput, "\(file(beside: out)) belongs to another run than \(out)/run.json, or is damaged. Run the study again.")
      : AssessmentError(
        .missingInput,
        "\(file(beside: out)) is not there: it holds what of the study does not leave, and scores and concepts are explained from it. Bring the folder along, or run the study again."
      )
  }

  /// The facts in a file if they belong to that record; a file that cannot be read belongs to none.
  private static func bound(_ path: String, to digest: String) -> GeoPackageRowReader? {
    guard let facts = try? GeoPackageRowReader(path: path), facts.has(binding),
      let row = try? facts.rows(of: binding), row.attribute("run_sha256")?.text(0) == digest
    else { return nil }
    return facts
  }

  /// Puts right what a kill between two steps has left: facts that belong to the record in place take theirs, others go.
  static func settle(beside out: String) {
    let next = nextFile(beside: out)
    guard FileManager.default.fileExists(atPath: next) else { return }
    if let digest = RunRecord.binding(ofFile: out + "/run.json"), bound(next, to: digest) != nil {
      rename(next, file(beside: out))
    } else {
      unlink(next)
    }
  }

  /// Bits of a rank beside its hash in one whole number: plain numbers sort several times faster than pairs.
  static let rankBits = 28

  /// A number for a site's id, by which it is found again: the upper 36 bits of FNV-1a with 64. Ids may share one.
  static func hash(_ id: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in id { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash >> UInt64(rankBits)
  }

  /// Columns of the site table beside those of the contract that may leave.
  private static let placing: Set = ["rank_low", "rank_high", "address", "lon", "lat", "district"]

  /// Whether each column of the site table may leave: those of the contract, where the site lies, and what the study publishes.
  static func leaves(_ names: [String]) -> [Bool] {
    let end = names.firstIndex(of: "rank_acceptability_first") ?? names.endIndex
    return names.enumerated().map { $0.offset <= end || placing.contains($0.element) || $0.element.hasPrefix("pub_") }
  }
}

extension FeatureBatch {
  /// The site table as it may be handed out.
  public var handedOut: FeatureBatch { FeatureBatch(numbers: numbers, geometry: geometry, attributes: columns(thatLeave: true)) }

  /// The columns of the site table that satisfy or do not satisfy `PrivateStore.leaves`.
  func columns(thatLeave wanted: Bool) -> [AttributeColumn] {
    zip(attributes, PrivateStore.leaves(attributes.map(\.name))).filter { $0.1 == wanted }.map(\.0)
  }
}

/// Writes the private store of a run, piece by piece beside the tables of the output folder.
public final class PrivateStoreWriter {
  private let out: String
  private let writer: GeoPackageWriter
  private var hasSites = false
  /// Hash of each site's id, and its rank.
  private var identifiers: [UInt64] = []

  /// Makes the folder beside `out`, mode 0700, and begins the facts.
  /// - Parameter pageSize: that of the database; see `GeoPackageWriter`.
  /// - Throws: `AssessmentError` or `FormatError` when they cannot be written.
  public init(beside out: String, lastChange: String, pageSize: Int) throws {
    self.out = out
    let folder = PrivateStore.folder(beside: out)
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST, chmod(folder, 0o700) == 0 else {
      throw AssessmentError(
        .cannotWrite, "Cannot make the folder \(folder), which holds what of the study does not leave: \(String(cString: strerror(errno)))")
    }
    PrivateStore.settle(beside: out)
    writer = try GeoPackageWriter(path: PrivateStore.nextFile(beside: out), lastChange: lastChange, pageSize: pageSize)
  }

  /// Appends sites in the order of rank: of their whole rows the columns that do not leave.
  public func append(_ rows: FeatureBatch) throws {
    let table = ExportTable(columns: rows.columns(thatLeave: false))
    if hasSites {
      try writer.append(table)
    } else {
      try writer.begin(
        GeoPackageLayer(name: PrivateStore.sites, table: table, title: "What is known of the sites and does not leave"), kinds: [])
      hasSites = true
    }
    guard case .text(let ids)? = rows.attribute("site_id")?.values else { return }
    for row in 0..<ids.count {
      let rank = UInt64(identifiers.count + 1)
      precondition(rank >> UInt64(PrivateStore.rankBits) == 0, "fewer sites than 2²⁸")
      identifiers.append(PrivateStore.hash(ids.bytes[ids.range(of: row)]) << UInt64(PrivateStore.rankBits) | rank)
    }
  }

  /// Ends the sites and adds the tables beside them.
  /// - Parameter robustness: how firmly the first sites stand; `nil` when no draws were made.
  public func finish(_ scored: ScoredStudy, robustness: Robustness?) throws {
    try writer.end()
    identifiers.sort()
    let mask = (UInt64(1) << UInt64(PrivateStore.rankBits)) - 1
    try add(
      PrivateStore.identifiers, "Ranks by hash of the site's id, ascending",
      [
        AttributeColumn(name: "hash", integers: identifiers.map { Int64($0 >> UInt64(PrivateStore.rankBits)) }),
        AttributeColumn(name: "rank", integers: identifiers.map { Int64($0 & mask) }),
      ])
    identifiers = []
    if let robustness {
      let count = robustness.decision.ids.count
      try add(
        PrivateStore.standing, "How the first sites stand against each other, by rank",
        [AttributeColumn(name: "standing", texts: try (0..<count).map { try robustness.standing($0)?.kept() })])
    }
    try add("companies", "Companies as they were read", scored.source.companyTable)
    try add("register", "Rows of the vacancy register as they were read", scored.source.registerTable)
  }

  private func add(_ name: String, _ title: String, _ columns: [AttributeColumn]) throws {
    let known = columns.filter { $0.validity.knownCount > 0 }
    guard !known.isEmpty else { return }
    try writer.add(GeoPackageLayer(name: name, table: ExportTable(columns: known), title: title))
  }

  /// Binds the facts to the record of the run, and closes them. They count once the record stands in the output folder.
  /// - Parameter record: what is written as `run.json`.
  public func seal(_ record: RunRecord) throws {
    try add(PrivateStore.binding, "The run", [AttributeColumn(name: "run_sha256", texts: [record.binding])])
    try writer.finish()
    chmod(PrivateStore.nextFile(beside: out), 0o600)
  }

  /// Takes its place, once the output folder stands in its own.
  public func settle() { PrivateStore.settle(beside: out) }
}

extension Robustness {
  /// How the site at a place of the short list stands, from 0; `nil` outside the list.
  func standing(_ place: Int) -> SiteStanding? { place < decision.ids.count ? decision.standing(place) : nil }
}
