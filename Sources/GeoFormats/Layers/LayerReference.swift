internal import Glibc
public import SimpleFeatures

/// A file and, where it has several, one of its layers.
public struct LayerReference: Hashable, Sendable, CustomStringConvertible {
  /// The file's path.
  public var path: String
  /// The layer's name; `nil` for the only one.
  public var layer: String?

  /// Names a layer of a file.
  public init(path: String, layer: String? = nil) {
    self.path = path
    self.layer = layer
  }

  /// Reads `city.gpkg#buildings`. File and layer may both have a `#` in their names: the longest beginning that is a file is the file; where none
  /// is there, the last `#` parts the two.
  public init(parsing text: String) {
    func isFile(_ path: some StringProtocol) -> Bool {
      var facts = stat()
      return unsafe stat(String(path), &facts) == 0 && facts.st_mode & S_IFMT != S_IFDIR
    }
    let marks = text.indices.filter { text[$0] == "#" && $0 != text.startIndex }
    guard let last = marks.last, !isFile(text) else {
      self.init(path: text)
      return
    }
    let mark = marks.last { isFile(text[..<$0]) } ?? last
    let layer = text[text.index(after: mark)...]
    self.init(path: String(text[..<mark]), layer: layer.isEmpty ? nil : String(layer))
  }

  /// As typed: `city.gpkg#buildings`.
  public var description: String { layer.map { "\(path)#\($0)" } ?? path }
}

/// A field of a layer.
public struct FieldDescription: Hashable, Sendable {
  /// The types that an attribute column can have.
  public enum FieldType: String, Sendable {
    case integer
    case real
    case boolean
    case text
  }

  /// The field's name.
  public var name: String
  /// The field's type, declared or found.
  public var type: FieldType

  /// Describes a field.
  public init(name: String, type: FieldType) {
    self.name = name
    self.type = type
  }
}

/// What a file says about one of its layers, before its features are read.
public struct LayerDescription: Hashable, Sendable {
  /// The layer's name.
  public var name: String
  /// The CRS; `nil` when the source does not say.
  public var crs: CoordinateReferenceSystem?
  /// The geometry type in the source's words, e.g. `MULTIPOLYGON`; `nil` for a table without geometry.
  public var geometryType: String?
  /// How many features the source claims or, where it does not, that were counted; `nil` when unknown.
  public var claimedCount: Int?
  /// The fields in the source's order.
  public var fields: [FieldDescription]
  /// The format, e.g. `GeoPackage`.
  public var driver: String
}

/// How a layer is read.
public struct ReadOptions: Sendable {
  /// Takes the place of the CRS that the source names.
  public var crs: CoordinateReferenceSystem?
  /// The fields that are wanted, without regard to ASCII case; `nil` for all.
  public var fields: Set<String>?
  /// The layer's name in defects; `nil` for its name in the source.
  public var layerName: String?
  /// Whether a table's whole-number key is read as a field, too, behind the others; a key that `fields` names always is.
  public var includesKey: Bool
  /// How many defects are kept in full.
  public var defectLimit: Int
  /// Bytes that the columns of one batch may take, and a quarter more for a converter; `nil` for no limit.
  public var maxMemory: Int?
  /// How a table is written: header, encoding, fields with the positions.
  public var table: TableNotation
  /// An SQL condition handed to the converter; native formats ignore it.
  public var filter: String?
  /// Seconds that a converter may take.
  public var converterTimeout: Int
  /// Threads that may decode records at once; the layer is the same for any number.
  public var threads: Int
  /// Called now and then with the number of records read, on any thread but never twice at once.
  public var progress: (@Sendable (Int) -> Void)?

  /// Makes options; everything is read by default.
  public init(
    crs: CoordinateReferenceSystem? = nil, fields: Set<String>? = nil, includesKey: Bool = false, layerName: String? = nil,
    defectLimit: Int = 100_000,
    maxMemory: Int? = nil, table: TableNotation = TableNotation(), filter: String? = nil, converterTimeout: Int = 900, threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) {
    self.crs = crs
    self.fields = fields
    self.includesKey = includesKey
    self.layerName = layerName
    self.defectLimit = defectLimit
    self.maxMemory = maxMemory
    self.table = table
    self.filter = filter
    self.converterTimeout = converterTimeout
    self.threads = threads
    self.progress = progress
  }

  /// Whether a field is wanted.
  func wants(_ field: String) -> Bool {
    guard let fields else { return true }
    return fields.contains(field) || fields.contains { $0.lowercased() == field.lowercased() }
  }
}

/// What is known of a layer when its last batch has been handed over.
public struct LayerSummary: Sendable {
  /// The layer's name in its source.
  public var name: String
  /// The CRS of the positions; `nil` when the source does not say.
  public var crs: CoordinateReferenceSystem?
  /// Records in the source: kept plus refused.
  public var readCount: Int
  /// Records that were refused, each with a defect.
  public var refusedCount: Int
  /// What was found wrong.
  public var defects: DefectTally
  /// Whether the features' numbers are their place in the source because it has no others.
  public var isNumberedByPlace = false
  /// What a user should know of how the layer was read, in whole sentences.
  public var notes: [String] = []
}
