public import GeoFormats
public import ProjectFinance
public import SimpleFeatures
public import TextFormats

extension Study {
  /// Where a layer comes from, how it is written and how its fields are named.
  public struct LayerSource: Sendable {
    /// How rows without a place, or a table of statistics, find what they speak of.
    public enum Join: Hashable, Sendable {
      /// A field with the id, and the buildings' field that it names; `nil` for their id.
      case id(String, field: String?)
      /// Fields with the address: one with all of it, or street and number.
      case address([String])
      /// A field with cadastral references.
      case parcel(String)
    }

    /// What a word of the source means in this layer.
    public struct Meaning: Hashable, Sendable {
      /// The engine's word.
      public var word: String
      /// Whether somebody has plans for the site already: a permission, a project, a sale.
      public var isTaken: Bool
    }

    /// A CRS named row by row.
    public struct ColumnCRS: Hashable, Sendable {
      /// The field.
      public var column: String
      /// Its words; a word that stands for itself, such as `EPSG:27700`, need not be listed.
      public var values: [String: CoordinateReferenceSystem]
      /// The CRS of rows that name none, and of all when there is no such column.
      public var otherwise: CoordinateReferenceSystem?
    }

    /// Which preset names the fields.
    public enum PresetChoice: Hashable, Sendable {
      /// The one that the header shows, if any.
      case found
      /// None, although the header may show one.
      case none
      /// The one of that name.
      case named(String)
    }

    /// File and layer.
    public var reference: LayerReference
    /// Engine's field name → the source's field name.
    public var fields: [String: String] = [:]
    /// How its rows find their buildings; `nil` by place.
    public var join: Join?
    /// CRS given by the study, for a source that does not say.
    public var crs: CoordinateReferenceSystem?
    /// CRS by row; `nil` where all rows have one.
    public var columnCRS: ColumnCRS?
    /// Whether the content is invented for demonstration.
    public var illustrative = false
    /// The day of records that name none: when the list was made.
    public var asOf: CalendarDate?
    /// In which order day and month stand, where the values do not tell.
    public var dateOrder: DateOrder?
    /// Which OSM layer the tag table reads this source as; `nil` unless the source is raw OpenStreetMap.
    public var isOpenStreetMap = false
    /// Header, encoding and fields with the positions, where the study tells them.
    public var table = TableNotation()
    /// What parts decimals and groups, where the values do not tell.
    public var numbers = NumberNotation()
    /// Words of a field and what they mean, by the engine's field; they go before the tables.
    public var values: [String: [String: Meaning]] = [:]
    /// What every row says, by the engine's field.
    public var constants: [String: String] = [:]
    /// Texts that say that nothing is known, beside those of the tables.
    public var missing: [String] = []
    /// Which preset names the fields that the study does not.
    public var preset = PresetChoice.found
    /// Tables whose rows are joined to this layer by id or name.
    public var tables: [LayerSource] = []

    /// A source of which nothing but the file is told.
    public init(reference: LayerReference) { self.reference = reference }
  }
}

extension Study.LayerSource {
  static let keys = [
    "source", "fields", "join", "crs", "illustrative", "as_of", "dates", "encoding", "rows", "geometry", "numbers", "values", "constants",
    "missing", "preset", "table",
  ]

  /// Reads a layer of a study.
  init(_ item: YAMLMapping, folder: String) throws {
    self.init(reference: LayerReference(parsing: Study.resolve(try item.requiredString("source"), in: folder)))
    try decode(item)
    isOpenStreetMap = Study.isOpenStreetMap(reference.path)
    guard let table = try item.mapping("table") else { return }
    try table.allow(["source", "join", "fields", "dates", "encoding", "rows", "numbers", "values", "missing"])
    let statistics = try Self(table, folder: folder)
    guard case .id? = statistics.join else {
      throw table.failure("join", "`{id: FIELD}` is expected: the field of the table that holds the id or name of this layer's records.")
    }
    tables = [statistics]
  }

  /// Reads the keys beside the file and those that a preset may name, too.
  /// - Parameter readsFields: whether `fields` names one column for each field.
  mutating func decode(_ item: YAMLMapping, readsFields: Bool = true) throws {
    if readsFields, let map = try item.mapping("fields") { for key in map.keys { fields[key] = try map.requiredString(key) } }
    if let map = try item.mapping("join") { join = try Self.join(map) }
    try decodeCRS(item)
    illustrative = try item.bool("illustrative") ?? illustrative
    asOf = try item.date("as_of") ?? asOf
    if let text = try item.string("dates") {
      guard let order = DateOrder(rawValue: text) else {
        throw item.failure("dates", "\"\(text)\" is unknown; dmy (day first) or mdy (month first) is expected.")
      }
      dateOrder = order
    }
    table.encoding = try item.string("encoding") ?? table.encoding
    if let map = try item.mapping("rows") {
      try map.allow(["header", "skip"])
      table.headerRow = try Self.row(map, "header")
      table.skippedRows = Set(
        try (map.strings("skip") ?? []).map { text in
          guard let row = Int(text), row > 0 else { throw map.failure("skip", "numbers of rows, from 1, are expected.") }
          return row
        })
    }
    if let map = try item.mapping("geometry") { table.geometry = try Self.geometry(map) }
    if let map = try item.mapping("numbers") {
      try map.allow(["decimal", "group"])
      func mark(_ key: String, _ allowed: String) throws -> Character? {
        guard let text = try map.string(key) else { return nil }
        guard text.count == 1, let mark = text.first, allowed.contains(mark) else {
          throw map.failure(key, "one of \(allowed.map { "\"\($0)\"" }.joined(separator: ", ")) is expected, found \"\(text.prefix(20))\".")
        }
        return mark
      }
      numbers = NumberNotation(decimal: try mark("decimal", ".,"), group: try mark("group", ",.' "))
      if let mark = numbers.decimal, mark == numbers.group { throw map.failure("group", "the same sign parts decimals.") }
    }
    if let map = try item.mapping("values") {
      for field in map.keys {
        guard let words = try map.mapping(field) else { throw map.failure(field, "{\"word of the source\": meaning} is expected.") }
        for word in words.keys { values[field, default: [:]][word] = try Self.meaning(words, word) }
      }
    }
    if let map = try item.mapping("constants") {
      for key in map.keys {
        constants[key] = try map.requiredString(key)
        if fields[key] != nil { throw map.failure(key, "stands in `fields`, too; either every row says the same, or a field tells.") }
      }
    }
    missing += try item.strings("missing") ?? []
    if item.has("preset") {
      let name = try item.requiredString("preset")
      preset = name == "none" || name == "false" ? .none : .named(name)
    }
  }

  private mutating func decodeCRS(_ item: YAMLMapping) throws {
    guard item.has("crs") else { return }
    guard item.isMapping("crs"), let map = try item.mapping("crs") else {
      crs = try item.string("crs").map { CoordinateReferenceSystem($0) }
      return
    }
    try map.allow(["column", "values", "otherwise"])
    var named = ColumnCRS(column: try map.requiredString("column"), values: [:])
    if let words = try map.mapping("values") {
      for word in words.keys { named.values[word] = CoordinateReferenceSystem(try words.requiredString(word)) }
    }
    named.otherwise = try map.string("otherwise").map { CoordinateReferenceSystem($0) }
    columnCRS = named
  }

  private static func join(_ map: YAMLMapping) throws -> Join {
    try map.allow(["id", "field", "address", "parcel"])
    let kinds = ["id", "address", "parcel"].filter(map.has)
    guard kinds.count == 1 else { throw map.failure(nil, "one of `id`, `address`, `parcel` is expected: the field of this source.") }
    if map.has("field"), kinds != ["id"] { throw map.failure("field", "belongs to `id`: the buildings' field that it names.") }
    switch kinds[0] {
    case "id": return .id(try map.requiredString("id"), field: try map.string("field"))
    case "parcel": return .parcel(try map.requiredString("parcel"))
    default:
      let fields = try map.strings("address") ?? []
      guard (1...2).contains(fields.count) else {
        throw map.failure("address", "a field with the address, or [street, number], is expected.")
      }
      return .address(fields)
    }
  }

  private static func row(_ map: YAMLMapping, _ key: String) throws -> Int? {
    guard let row = try map.integer(key) else { return nil }
    guard row > 0 else { throw map.failure(key, "the number of a row, from 1, is expected.") }
    return row
  }

  private static func geometry(_ map: YAMLMapping) throws -> TableGeometry {
    try map.allow(["x", "y", "wkt", "latlon", "lonlat", "dms"])
    let keys = map.keys.sorted()
    switch keys {
    case ["x", "y"]: return .pair(x: try map.requiredString("x"), y: try map.requiredString("y"))
    case ["wkt"]: return .wellKnownText(try map.requiredString("wkt"))
    case ["latlon"]: return .cell(try map.requiredString("latlon"), isLatitudeFirst: true)
    case ["lonlat"]: return .cell(try map.requiredString("lonlat"), isLatitudeFirst: false)
    case ["dms"]:
      let names = try map.strings("dms") ?? []
      guard names.count == 2 else { throw map.failure("dms", "[field of the latitude, field of the longitude] is expected.") }
      return .pair(x: names[1], y: names[0])
    default:
      throw map.failure(
        nil, "{x: FIELD, y: FIELD}, {wkt: FIELD}, {latlon: FIELD}, {lonlat: FIELD} or {dms: [LATITUDE, LONGITUDE]} is expected.")
    }
  }

  private static func meaning(_ words: YAMLMapping, _ word: String) throws -> Meaning {
    guard words.isMapping(word), let map = try words.mapping(word) else {
      return Meaning(word: try words.requiredString(word), isTaken: false)
    }
    // {vacant: true, taken: true}
    let engine = try map.keys.filter { try $0 != "taken" && map.bool($0) == true }
    guard engine.count == 1 else { throw words.failure(word, "one meaning is expected, such as `{vacant: true, taken: true}`.") }
    return Meaning(word: engine[0], isTaken: try map.bool("taken") ?? false)
  }
}
