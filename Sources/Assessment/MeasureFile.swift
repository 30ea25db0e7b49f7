import Foundation
import GeoFormats
public import SimpleFeatures
import SpatialEngine
import UrbanIndicators

/// Raw indicators of every building of a file.
public struct MeasuredFile: Sendable {
  /// Id and indicators, one row a building; footprints in the working CRS.
  public var table: FeatureBatch
  /// The CRS they were measured in.
  public var crs: CoordinateReferenceSystem
  /// Records read, kept and refused.
  public var read: Int
  /// Buildings measured.
  public var kept: Int
  /// What was found wrong.
  public var defects: DefectTally

  /// What a user should know of how the file was read.
  public var notes: [String]

  /// The CRS by name.
  public var crsName: String { crs.description }
  /// `code: count` for each kind of defect.
  public var defectCounts: [String] { defects.counts.sorted { $0.key < $1.key }.map { "\($0.key.rawValue): \($0.value)" } }

  /// The first defects, a line each.
  public func defectLines(_ count: Int) -> [String] { defects.kept.prefix(count).map(\.line) }
}

extension Defect {
  /// The defect in a line.
  var line: String { "\(layer) \(feature): \(code.rawValue) — \(detail)" }
}

/// Measures the form of every building of a layer; no study needed.
///
/// Only a geographic layer is transformed (to the UTM zone of its centre, or to `crs`), and one whose own system gives areas that are wrong by more than
/// 1 %, such as Web Mercator or one in feet, since areas differ between projections.
/// The id is the named field, else a field called id, else the feature's number.
/// - Throws: `FormatError`, `SpatialError`, or `AssessmentError` for a missing CRS or id field.
public func measureFile(_ text: String, idField: String?, crs: String?, options: RunOptions) throws -> MeasuredFile {
  let reference = LayerReference(parsing: text)
  options.stage?("read")
  options.progress?("read", 0, nil)
  var read = ReadOptions(
    layerName: "buildings", defectLimit: options.defectLimit, maxMemory: options.memoryLimit, threads: options.threads)
  read.fields = [idField ?? "id"]
  var layer = try readLayer(reference, options: read)
  var geometry = layer.features.geometry
  guard let source = layer.crs ?? crs.map({ CoordinateReferenceSystem($0) }) else {
    throw AssessmentError(.badInput, "\(reference) does not say its coordinate reference system. Give it with --crs EPSG:…")
  }
  var working = source
  if try describe(source).isGeographic {
    working = try crs.map { CoordinateReferenceSystem($0) } ?? chosenCRS(for: layer, in: source, of: reference)
    if try describe(working).isGeographic { working = try chosenCRS(for: layer, in: source, of: reference) }
    options.stage?("reproject")
  } else {
    let scale = try arealScale(of: source, amid: geometry)
    if abs(scale - 1) > 0.01 {
      working = try chosenCRS(for: layer, in: source, of: reference)
      if working != source { layer.notes.append(Message.distorted(source, scale, working).english) }
    }
  }
  // One owner, so that what changes does so in place.
  layer.features.geometry = GeometryColumn()
  let zone = crs == nil && working != source ? WorkingZone(working) : nil
  for stray in try geometry.settle(from: source, in: working, zone: zone, threads: options.threads).strays {
    layer.defects.add(
      Defect(
        layer: "buildings", feature: "#\(layer.features.numbers[stray.feature])", code: .coordinateOutOfRange, detail: stray.reason))
  }
  let extent = geometry.envelope()
  if isInWrongUnits(geometry, extent: extent) {
    throw AssessmentError(
      .badInput,
      "Reading \(reference): the whole layer is \(max(extent.width, extent.height)) m wide in \(working): wrong CRS or swapped axes? x \(extent.minX)–\(extent.maxX), y \(extent.minY)–\(extent.maxY). Correct the file's CRS, or say it with --crs if the file does not."
    )
  }
  let column = layer.features.attribute(idField ?? "id")
  if let idField, column == nil {
    read.fields = nil
    let names = try readLayer(reference, options: read).features.attributes.map(\.name)
    let hint = suggestion(for: idField, among: names).map { " Did you mean \($0)?" } ?? ""
    throw AssessmentError(.usage, "--id \(idField): \(reference) has no such field.\(hint) It has: \(names.joined(separator: ", ")).")
  }
  let ids = identifiers(column, of: layer)

  options.stage?("repair")
  let others = geometry.kinds.indices.filter { !geometry.kinds[$0].isAreal }
  for row in others {
    let none = geometry.kinds[row] == .none
    layer.defects.add(
      Defect(
        layer: "buildings", feature: ids[row], code: none ? .missingGeometry : .wrongGeometryType,
        detail: none ? "no footprint" : "a footprint must be a polygon"))
  }
  geometry.empty(others)
  let repaired = repair(consume geometry, threads: options.threads)
  geometry = repaired.geometry
  for row in repaired.repaired {
    layer.defects.add(
      Defect(layer: "buildings", feature: ids[row], code: .invalidGeometryRepaired, detail: repaired.reasons[row] ?? "not valid"))
  }
  for row in repaired.lost {
    layer.defects.add(Defect(layer: "buildings", feature: ids[row], code: .invalidGeometry, detail: repaired.reasons[row] ?? "not valid"))
  }
  let absurd = PlausibleFootprint.violations(in: geometry)
  for (row, reason) in absurd {
    layer.defects.add(Defect(layer: "buildings", feature: ids[row], code: .implausibleFootprint, detail: reason))
  }
  geometry.empty(absurd.map(\.feature))
  for (row, first) in duplicateFootprints(in: geometry) {
    layer.defects.add(
      Defect(layer: "buildings", feature: ids[row], code: .duplicateGeometry, detail: "the same footprint as \(ids[first]); both are kept"))
  }

  var measure = MeasureOptions()
  measure.threads = options.threads
  var table = IndicatorTable(count: geometry.count)
  measureFootprints(geometry, options: measure, into: &table) { stage, isDone in
    if !isDone {
      options.stage?(stage.rawValue)
      options.progress?(stage.rawValue, 0, nil)
    }
  }
  var columns = [AttributeColumn(name: "id", values: .text(ids), validity: ValidityBitmap(repeating: true, count: ids.count))]
  for indicator in Indicator.ofFootprints {
    let values = if case .real(let values) = table[indicator] { values } else { (0..<table.count).map { table[indicator, $0] } }
    columns.append(AttributeColumn(name: indicator.id, reals: values))
  }
  return MeasuredFile(
    table: FeatureBatch(numbers: layer.features.numbers, geometry: geometry, attributes: columns), crs: working,
    read: layer.readCount, kept: layer.features.count,
    defects: layer.defects, notes: layer.notes)
}

extension MeasuredFile {
  /// What people call the columns, by name.
  public var columnTitles: [String: String] {
    Dictionary(Indicator.ofFootprints.map { ($0.id, $0.description.title) } + [("id", "Id of the building")]) { first, _ in first }
  }

  /// Unit and formula of each indicator, by column.
  public var columnDescriptions: [String: String] {
    Dictionary(Indicator.ofFootprints.map { ($0.id, "[\($0.description.unit)] \($0.description.formula)") }) { first, _ in first }
  }
}

extension Layer {
  /// The id of a feature without one: its number, or, where that is its place only, a word that no register has.
  func fallbackID(_ row: Int) -> String { (isNumberedByPlace ? "row-" : "") + String(features.numbers[row]) }
}

/// The id of every row as text; its number where it has none.
private func identifiers(_ column: AttributeColumn?, of layer: Layer) -> TextColumn {
  if let column, case .text(let texts) = column.values, column.validity.knownCount == column.count { return texts }
  var texts = TextColumn()
  for row in layer.features.numbers.indices { texts.append(column?.text(row) ?? layer.fallbackID(row)) }
  return texts
}
