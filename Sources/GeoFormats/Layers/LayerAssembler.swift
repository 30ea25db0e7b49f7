internal import SimpleFeatures

/// Collects records into batches, counts them and hands each batch over when it is full.
struct LayerAssembler {
  var numbers: [Int64] = []
  var geometry = GeometryColumn()
  var columns: [ColumnBuilder] = []
  private(set) var readCount = 0
  private(set) var refusedCount = 0
  private(set) var defects: DefectTally
  let path: String
  let layer: String
  let options: ReadOptions
  private let batchSize: Int
  private let body: (FeatureBatch) throws -> Void
  /// Whether a batch has left, so that there is no way back to the first record.
  private(set) var hasHandedOver = false
  private var checkAt = 4_096

  init(
    path: String, layer: String, options: ReadOptions, batchSize: Int, body: @escaping (FeatureBatch) throws -> Void
  ) {
    self.path = path
    self.layer = layer
    self.options = options
    self.batchSize = batchSize
    self.body = body
    defects = DefectTally(limit: options.defectLimit)
  }

  /// More fields than this are not read: a file could name a new one in every record.
  static let fieldLimit = 2_000

  /// Whether the layer is handed over in one batch.
  var isWhole: Bool { batchSize == .max }

  /// Rows of the batch that is being filled.
  var rows: Int { numbers.count }

  /// Makes room for about so many positions of a layer that is read in one batch, so that the columns do not grow step by step.
  mutating func reserve(positions: Int) {
    guard batchSize == .max, positions > 0 else { return }
    let positions = min(positions, 1 << 26, (options.maxMemory ?? .max) / 32)
    geometry.x.reserveCapacity(positions)
    geometry.y.reserveCapacity(positions)
  }

  /// Counts a defect of a record that is kept.
  mutating func note(_ code: Defect.Code, feature: String, _ detail: String) {
    defects.add(Defect(layer: options.layerName ?? layer, feature: feature, code: code, detail: detail))
  }

  /// Drops what the open record has added and counts it as refused.
  mutating func refuse(_ code: Defect.Code, feature: String, _ detail: String) throws {
    geometry.truncate(to: rows)
    for k in columns.indices { columns[k].truncate(to: rows) }
    note(code, feature: feature, detail)
    refusedCount += 1
    try counted()
  }

  /// Counts records that the converter has lost.
  mutating func lost(_ count: Int, _ detail: String) {
    guard count > 0 else { return }
    defects.add(Defect(layer: options.layerName ?? layer, feature: "", code: .unreadableRecord, detail: detail), times: count)
    refusedCount += count
    readCount += count
  }

  /// Closes the open record, whose geometry and attributes have been added; columns that it does not name get a null.
  mutating func keep(number: Int64) throws {
    numbers.append(number)
    for k in columns.indices where columns[k].count < rows { columns[k].appendNull() }
    try counted()
    if rows >= batchSize { try handOver() }
  }

  /// An assembler for a part of the same layer, to be added later; with room for about `share` times what this one holds.
  func part(share: Double) -> LayerAssembler {
    var options = options
    options.progress = nil
    options.maxMemory = nil
    var part = LayerAssembler(path: path, layer: layer, options: options, batchSize: .max) { _ in }
    part.columns = columns.map { ColumnBuilder(name: $0.name, kind: $0.kind) }
    let expected: Double = 1.1 * share * Double(geometry.x.count)
    let positions = min(Int(expected), 1_048_576)
    part.geometry.x.reserveCapacity(positions)
    part.geometry.y.reserveCapacity(positions)
    return part
  }

  /// Adds the records of a part whose columns have the kinds of these.
  mutating func append(_ part: borrowing LayerAssembler) throws {
    precondition(batchSize == .max, "parts are added to layers that are read in one batch")
    guard geometry.x.count + part.geometry.x.count < Int(Int32.max) - 16_777_216 else {
      throw FormatError.tooLarge(path: path, layer: layer, what: "the number of positions", limit: Int(Int32.max))
    }
    numbers.append(contentsOf: part.numbers)
    geometry.append(contentsOf: part.geometry)
    for k in columns.indices { columns[k].append(contentsOf: part.columns[k]) }
    defects.add(part.defects)
    readCount += part.readCount
    refusedCount += part.refusedCount
    try check()
  }

  /// Makes room for a layer that is `times` what has been read of it, so that the columns do not grow step by step.
  mutating func reserve(times: Double) {
    guard batchSize == .max, rows > 0, times > 1 else { return }
    let share = times - 1
    func more(_ count: Int) -> Int { min(Int(Double(count) * share * 1.02) + 64, 1 << 26, (options.maxMemory ?? .max) / 32) }
    numbers.reserveCapacity(rows + more(rows))
    geometry.x.reserveCapacity(geometry.x.count + more(geometry.x.count))
    geometry.y.reserveCapacity(geometry.y.count + more(geometry.y.count))
    geometry.kinds.reserveCapacity(rows + more(rows))
    geometry.featureOffsets.reserveCapacity(rows + more(rows))
    geometry.partOffsets.reserveCapacity(geometry.partOffsets.count + more(geometry.partOffsets.count))
    geometry.ringOffsets.reserveCapacity(geometry.ringOffsets.count + more(geometry.ringOffsets.count))
    for k in columns.indices { columns[k].reserve(more(rows)) }
  }

  private mutating func counted() throws {
    readCount += 1
    guard readCount >= checkAt else { return }
    try check()
  }

  private mutating func check() throws {
    checkAt = readCount + 4_096
    options.progress?(readCount)
    guard geometry.x.count < Int(Int32.max) - 16_777_216 else {
      throw FormatError.tooLarge(path: path, layer: layer, what: "the number of positions", limit: Int(Int32.max))
    }
    if let limit = options.maxMemory {
      let used =
        geometry.x.count * 16 + geometry.ringOffsets.count * 4 + geometry.count * 20 + columns.reduce(0) { $0 + $1.memory }
      guard used <= limit else { throw FormatError.tooLarge(path: path, layer: layer, what: "the memory in bytes", limit: limit) }
    }
  }

  private mutating func handOver() throws {
    let batch = FeatureBatch(numbers: numbers, geometry: geometry, attributes: columns.indices.map { columns[$0].take() })
    numbers = []
    geometry = GeometryColumn()
    hasHandedOver = true
    try body(batch)
  }

  /// Hands over the last batch, or an empty one when there was none, so that the fields are known.
  mutating func finish(crs: CoordinateReferenceSystem?) throws -> LayerSummary {
    if rows > 0 || !hasHandedOver { try handOver() }
    options.progress?(readCount)
    return LayerSummary(name: layer, crs: options.crs ?? crs, readCount: readCount, refusedCount: refusedCount, defects: defects)
  }
}

extension GeometryColumn {
  /// Drops features, and whatever is open, until `features` are left.
  mutating func truncate(to features: Int) {
    discardOpenFeature()
    while count > features {
      kinds.removeLast()
      featureOffsets.removeLast()
    }
    discardOpenFeature()
  }
}
