internal import SimpleFeatures
internal import TextFormats

/// Where the positions of a table's rows stand among its columns, found from names and values or told.
///
/// Looked for, in this order: columns whose values are well-known text, whatever they are called (an outline before a point); a pair of columns named
/// like longitude and latitude, else like x and y, easting and northing; one column that holds both coordinates, such as `(46.1, 3.4)`.
struct TablePositions {
  enum Source: Equatable {
    case none
    /// Columns of well-known text; a row takes the first that is filled.
    case wellKnownText([Int])
    case pair(x: Int, y: Int)
    case cell(Int, isLatitudeFirst: Bool)
  }

  let source: Source
  /// Whether the coordinates are degrees of WGS 84, by their names or values.
  private(set) var isGeographic = false
  /// What a user should know of the choice.
  private(set) var notes: [String] = []
  /// What parts decimals in a pair, where its values tell.
  private var decimal: Character?

  /// How many filled values of a column are looked at.
  static let window = 200

  /// Finds the columns.
  /// - Parameters:
  ///   - names: the columns.
  ///   - told: the fields that the user names.
  ///   - prefersPlane: whether a CRS is known, so that a pair of plane coordinates goes before degrees.
  ///   - sample: the first filled values of a column, at most `window`.
  /// - Throws: `FormatError.fieldNotFound` when `told` names a field that is not there.
  init(
    _ names: [String], told: TableGeometry?, prefersPlane: Bool, path: String, sample: (Int) throws -> [String]
  ) throws {
    if let told {
      func column(_ name: String) throws(FormatError) -> Int {
        guard let k = names.firstIndex(of: name) ?? names.firstIndex(where: { Self.plain($0) == Self.plain(name) }) else {
          throw FormatError.fieldNotFound(path: path, field: name, available: names)
        }
        return k
      }
      switch told {
      case .pair(let x, let y): source = .pair(x: try column(x), y: try column(y))
      case .wellKnownText(let name): source = .wellKnownText([try column(name)])
      case .cell(let name, let isLatitudeFirst): source = .cell(try column(name), isLatitudeFirst: isLatitudeFirst)
      }
    } else {
      source = try Self.found(names, prefersPlane, sample, &notes)
    }
    switch source {
    case .none: break
    case .wellKnownText(let columns):
      guard !prefersPlane else { break }
      // Well-known text that names a CRS says it itself.
      let texts = try columns.flatMap { try sample($0) }.filter { !$0.uppercased().hasPrefix("SRID") }
      let numbers = texts.flatMap { $0.split { !$0.isNumber && !"+-.eE".contains($0) } }.filter { $0.contains(where: \.isNumber) }
      let values = numbers.compactMap { Double($0) }
      if !numbers.isEmpty, values.count == numbers.count, values.allSatisfy({ abs($0) <= 180 }),
        zip(numbers, values).allSatisfy({ Self.decimals(String($0)) >= 4 || $1 == 0 })
      {
        isGeographic = true
        notes.append("\(names[columns[0]]) holds degrees: it is read as longitude and latitude (WGS 84)")
      }
    case .cell: isGeographic = !prefersPlane
    case .pair(let x, let y):
      let (xs, ys) = (try sample(x), try sample(y))
      decimal = WrittenNumbers.decimal(of: xs + ys)
      let isNamedGeographic = Self.isOne(of: Self.longitudes, names[x]) && Self.isOne(of: Self.latitudes, names[y])
      let fits = areDegrees(xs, 180) && areDegrees(ys, 90)
      if isNamedGeographic {
        isGeographic = fits || xs.isEmpty
        if !isGeographic, !prefersPlane {
          notes.append("\(names[x]) and \(names[y]) hold no degrees: they are read as plane coordinates, whose CRS must be named")
        }
      } else if !prefersPlane, fits, (xs + ys).allSatisfy({ Self.decimals($0) >= 4 || coordinate($0) == 0 }) {
        isGeographic = true
        notes.append("\(names[x]) and \(names[y]) hold degrees: they are read as longitude and latitude (WGS 84)")
      }
    }
  }

  /// The columns whose values are the geometry and no attribute.
  func isGeometry(_ column: Int) -> Bool {
    if case .wellKnownText(let columns) = source { return columns.contains(column) }
    return false
  }

  // MARK: Finding

  private static let longitudes = [
    "longitude", "lon", "lng", "long", "gpslon", "geolon", "longitud", "longitudine", "laengengrad", "längengrad", "dlugoscgeogr", "ilguma",
    "pikkuskraad", "pituusaste", "lengdegrad", "longitud", "lengtegraad", "xwgs84", "wgs84x", "lonwgs84", "centroidlon",
  ]
  private static let latitudes = [
    "latitude", "lat", "gpslat", "geolat", "latitud", "latitudine", "breitengrad", "szerokoscgeogr", "platuma", "laiuskraad", "leveysaste",
    "breddegrad", "breedtegraad", "ywgs84", "wgs84y", "latwgs84", "centroidlat",
  ]
  private static let eastings = [
    "x", "easting", "eastings", "geox", "xcoord", "coordx", "coordonneex", "xkoord", "koordx", "rechtswert", "ostwert", "east", "xl93",
    "pointx",
    "xcoordinate", "xkoordinate", "itakoordinaatti", "xetrs89", "utmx", "utmeast", "coordenadax", "wspolrzednax",
  ]
  private static let northings = [
    "y", "northing", "northings", "geoy", "ycoord", "coordy", "coordonneey", "ykoord", "koordy", "hochwert", "nordwert", "north", "yl93",
    "pointy",
    "ycoordinate", "ykoordinate", "pohjoiskoordinaatti", "yetrs89", "utmy", "utmnorth", "coordenaday", "wspolrzednay",
  ]

  /// A name without case, blanks, hyphens, underscores and points.
  private static func plain(_ name: String) -> String { name.lowercased().filter { !" _-.".contains($0) } }

  private static func isOne(of list: [String], _ name: String) -> Bool {
    let name = plain(name)
    // `stop_lat` and the like.
    return list.contains(name) || list.prefix(4).contains { $0.count > 1 && name.hasSuffix($0) }
  }

  private static func found(
    _ names: [String], _ prefersPlane: Bool, _ sample: (Int) throws -> [String], _ notes: inout [String]
  ) throws -> Source {
    // Well-known text by its values; outlines first.
    var texts: [(column: Int, isAreal: Bool)] = []
    for k in names.indices {
      let values = try sample(k)
      guard !values.isEmpty, 10 * values.count(where: looksLikeText) >= 8 * values.count else { continue }
      texts.append((k, values.contains { $0.uppercased().contains("POLYGON") }))
    }
    if !texts.isEmpty { return .wellKnownText(texts.filter(\.isAreal).map(\.column) + texts.filter { !$0.isAreal }.map(\.column)) }

    func column(_ list: [String]) -> Int? {
      let plain = names.map(plain)
      for word in list { if let k = plain.firstIndex(of: word) { return k } }
      // The only one that ends like `stop_lat`.
      let ends = names.indices.filter { k in list.prefix(4).contains { names[k].lowercased().hasSuffix("_" + $0) } }
      return ends.count == 1 ? ends[0] : nil
    }
    var pairs: [Source] = []
    if let x = column(longitudes), let y = column(latitudes) { pairs.append(.pair(x: x, y: y)) }
    if let x = column(eastings), let y = column(northings) { pairs.append(.pair(x: x, y: y)) }
    // A pair whose columns are empty says nothing where the other is filled.
    let filled = try pairs.filter { pair in
      guard case .pair(let x, let y) = pair else { return false }
      return try !sample(x).isEmpty && !sample(y).isEmpty
    }
    if let pair = prefersPlane ? filled.last ?? pairs.last : filled.first ?? pairs.first { return pair }

    for k in names.indices {
      let values = try sample(k)
      // Both coordinates have at least four digits together and a decimal mark each; most texts have not.
      guard values.prefix(8).contains(where: mayHoldTwo) else { continue }
      let both = values.compactMap { bothCoordinates($0) }
      guard !values.isEmpty, 10 * both.count >= 9 * values.count, both.allSatisfy({ $0.decimals >= 3 }) else { continue }
      // R writes c(longitude, latitude); a number above 90 is no latitude.
      let isLongitudeFirst =
        values.allSatisfy { $0.hasPrefix("c(") } || both.contains { abs($0.first) > 90 } || plain(names[k]).contains("lonlat")
        || plain(names[k]).contains("lnglat")
      let fits = both.allSatisfy { abs(isLongitudeFirst ? $0.second : $0.first) <= 90 && max(abs($0.first), abs($0.second)) <= 180 }
      guard fits else { continue }
      notes.append(
        "\(names[k]) holds both coordinates: it is read as \(isLongitudeFirst ? "longitude, latitude" : "latitude, longitude") (WGS 84)")
      return .cell(k, isLatitudeFirst: !isLongitudeFirst)
    }
    return .none
  }

  private static func mayHoldTwo(_ text: String) -> Bool {
    var (digits, marks) = (0, 0)
    for byte in text.utf8 {
      if (48...57).contains(byte) { digits += 1 }
      // A point, a comma, the signs of degrees and minutes.
      if [0x2E, 0x2C, 0xB0, 0x27].contains(byte) { marks += 1 }
    }
    return digits >= 4 && marks >= 2
  }

  private static func looksLikeText(_ value: String) -> Bool {
    let bytes = Array(value.utf8)
    return WKTDecoder.looksLike(bytes.span) && value.contains("(")
  }

  // MARK: Values

  /// Digits behind the point or comma of a plain number.
  private static func decimals(_ text: String) -> Int {
    guard let mark = text.lastIndex(where: { $0 == "." || $0 == "," }) else { return 0 }
    return text[mark...].dropFirst().prefix { $0.isNumber }.count
  }

  private func areDegrees(_ values: [String], _ limit: Double) -> Bool {
    let read = values.compactMap { coordinate($0) }
    return !read.isEmpty && 2 * read.count { abs($0) <= limit } > read.count
  }

  /// A coordinate of a pair: a number, or degrees with minutes and seconds.
  ///
  /// A point or comma before three digits parts decimals in degrees (at most 180), thousands in plane coordinates.
  private func coordinate(_ text: String, isPlane: Bool = false) -> Double? {
    let bytes = Array(text.utf8)
    let isAmbiguous = decimal != "." && WrittenNumbers.isAmbiguous(text)
    switch writtenNumber(bytes.span) {
    case .whole(let v): return Double(v)
    case .real(let v) where !isAmbiguous: return v
    default: break
    }
    var notation = NumberNotation(decimal: decimal)
    if decimal == nil, isAmbiguous {
      let mark: Character = text.contains(",") ? "," : "."
      notation = isPlane ? NumberNotation(group: mark) : NumberNotation(decimal: mark)
    }
    let reading = WrittenNumbers([text], told: notation)[0]
    if let value = reading.value, reading.unit == nil || reading.unit == "°" || reading.unit == "m" { return value }
    return DegreesMinutesSeconds(text)?.value
  }

  /// Both coordinates in one text, such as `(46.1, 3.4)`, `46,1; 3,4`, `c(3.4, 46.1)` or `46°7'37.9"N 3°25'42"E`.
  private static func bothCoordinates(_ text: String) -> (first: Double, second: Double, decimals: Int)? {
    var inner = text.trimmed()[...]
    if inner.hasPrefix("c(") { inner = inner.dropFirst() }
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] where inner.hasPrefix(open) && inner.hasSuffix(close) {
      inner = inner.dropFirst().dropLast()
    }
    for separator in [";", ", ", ",", " "] {
      let parts = inner.split(separator: separator).map { $0.trimmed() }
      guard parts.count == 2 else { continue }
      if let a = DegreesMinutesSeconds(parts[0]), let b = DegreesMinutesSeconds(parts[1]) {
        // Letters say which is which.
        if a.isLatitude == false, b.isLatitude == true { return (b.value, a.value, 9) }
        return (a.value, b.value, 9)
      }
      let told = NumberNotation(decimal: separator == ";" ? WrittenNumbers.decimal(of: parts) ?? "." : ".")
      let read = WrittenNumbers(parts, told: told)
      if let a = read[0].value, let b = read[1].value, read[0].unit == nil, read[1].unit == nil {
        return (a, b, min(decimals(parts[0]), decimals(parts[1])))
      }
    }
    return nil
  }

  /// Adds the geometry of a row. Without a readable one the row has none, because a register can be joined by id.
  /// - Parameter value: the text of a column in this row; empty where there is none.
  func append(
    _ number: Int64, to assembler: inout LayerAssembler, value: (Int) -> String
  ) {
    switch source {
    case .none: assembler.geometry.appendNull()
    case .wellKnownText(let columns):
      // The first that is a geometry; else the first that should be one, to be told.
      let filled = columns.map { value($0) }.filter { !$0.isEmpty }
      guard let text = filled.first(where: Self.looksLikeText) ?? filled.first else { return assembler.geometry.appendNull() }
      let bytes = Array(text.utf8)
      do throws(GeometryProblem) {
        let mending = try WKTDecoder.append(bytes.span, to: &assembler.geometry)
        mending.note(in: &assembler, feature: number)
      } catch {
        assembler.geometry.appendNull()
        assembler.note(error.code, feature: "#\(number)", error.detail)
      }
    case .pair(let x, let y):
      let (a, b) = (value(x), value(y))
      if a.isEmpty, b.isEmpty { return assembler.geometry.appendNull() }
      guard let px = coordinate(a, isPlane: !isGeographic), let py = coordinate(b, isPlane: !isGeographic) else {
        return refuse("“\(a.prefix(40))”, “\(b.prefix(40))” are no coordinates", number, &assembler)
      }
      assembler.geometry.appendPoint(x: px, y: py)
    case .cell(let column, let isLatitudeFirst):
      let text = value(column)
      if text.isEmpty { return assembler.geometry.appendNull() }
      guard let both = Self.bothCoordinates(text) else { return refuse("“\(text.prefix(80))” are no coordinates", number, &assembler) }
      assembler.geometry.appendPoint(x: isLatitudeFirst ? both.second : both.first, y: isLatitudeFirst ? both.first : both.second)
    }
  }

  private func refuse(_ detail: String, _ number: Int64, _ assembler: inout LayerAssembler) {
    assembler.geometry.appendNull()
    assembler.note(.unreadableGeometry, feature: "#\(number)", detail)
  }
}

/// An angle as people write it: `46°07'37.94"N`, `N 46° 7,632'`, `3 25 42.3 E`.
struct DegreesMinutesSeconds {
  /// Decimal degrees, south and west negative.
  var value: Double
  /// What the letter says; `nil` without one. An O is no letter: it is east in German and west in French.
  var isLatitude: Bool?

  /// `nil` for what is no such angle; minutes and seconds are below 60.
  init?(_ text: String) {
    var letter: Character?
    var numbers: [Double] = []
    var isNegative = false
    var digits = ""
    var sawSign = false
    func close() -> Bool {
      guard !digits.isEmpty else { return true }
      guard let value = Double(digits) else { return false }
      numbers.append(value)
      digits = ""
      return true
    }
    for c in text.trimmed().uppercased() {
      switch c {
      case "0"..."9": digits.append(c)
      case ".", ",": digits.append(".")
      case "-", "−":
        guard numbers.isEmpty, digits.isEmpty else { return nil }
        isNegative = true
      case "N", "S", "E", "W":
        guard letter == nil, close() else { return nil }
        letter = c
      case "°", "º", "'", "’", "′", "\"", "”", "″", "´":
        sawSign = true
        guard close() else { return nil }
      case " ", "\u{A0}":
        guard close() else { return nil }
      default: return nil
      }
    }
    guard close(), (1...3).contains(numbers.count), letter != nil || sawSign, numbers.dropFirst().allSatisfy({ $0 < 60 }),
      numbers.dropLast().allSatisfy({ $0 == $0.rounded() }), !(isNegative && letter != nil)
    else { return nil }
    let angle = numbers.enumerated().reduce(0.0) { $0 + $1.element / [1, 60, 3_600][$1.offset] }
    isLatitude = letter.map { $0 == "N" || $0 == "S" }
    guard angle <= (isLatitude == true ? 90 : 180) else { return nil }
    value = isNegative || letter == "S" || letter == "W" ? -angle : angle
  }
}
