import Foundation
import ProjectFinance
public import SimpleFeatures
import TextFormats
public import UrbanIndicators

/// A study after scoring: everything that tables, concepts and pages are made from.
public struct ScoredStudy: Sendable {
  /// The study.
  public var study: Study
  /// The profile it was scored by.
  public var profile: Profile
  /// The creative sub-markets.
  public var sectors: [Sector]
  /// The city as read.
  public var source: StudyCity
  /// What was measured.
  public var indicators: IndicatorTable
  /// The sites in the order of rank.
  public var scores: SiteScores
  /// Reason by building; `nil` = scored.
  public var exclusions: [ExclusionReason?]
  /// The record of the run.
  public var record: RunRecord
  let scoring: SiteScoring
  /// Years in which the confidence of evidence halves.
  let scoringHalfLife: Double
  /// When the first input was opened.
  let readingBegan: FileTime

  /// Dates a written record by when the inputs were read: what is newer than it may have changed since.
  public func date(record path: String) { readingBegan.date(path) }

  /// The site with that id.
  public func site(_ id: String) -> Int? { scores.rows.firstIndex { source.city.buildings.ids[$0] == id } }

  /// The first defects, a line each.
  public func defectLines(_ count: Int) -> [String] { source.defects.kept.prefix(count).map(\.line) }

  /// The working CRS.
  public var workingCRS: CoordinateReferenceSystem { source.city.crs }

  /// Id of a site.
  public func id(_ site: Int) -> String { source.city.buildings.ids[scores.rows[site]] }
}

extension FeatureBatch {
  /// The site table with the figures of the concepts, by position.
  public func adding(headlines: [Int: ConceptHeadline], acceptability: [Int: Double]) -> FeatureBatch {
    var table = TableColumns()
    table.add("verdict", text: (0..<count).map { headlines[$0]?.verdict })
    table.add("alternative", text: (0..<count).map { headlines[$0]?.alternative })
    for column in ConceptHeadline.columns { table.add(column, real: (0..<count).map { headlines[$0]?.figures[column] ?? .nan }) }
    table.add("rank_acceptability_first", real: (0..<count).map { acceptability[$0] ?? .nan })
    var result = self
    for column in table.columns {
      if let index = result.attributes.firstIndex(where: { $0.name == column.name }) { result.attributes[index] = column }
    }
    return result
  }
}

extension ScoredStudy {
  /// The table of sites `range` (positions by rank): one row each, columns as in the contract, geometry in the working CRS.
  ///
  /// The store keeps more than the exports: rank range, position, the interval and basis of every criterion, the evidence.
  /// O(sites × columns); built column by column from flat arrays.
  /// - Parameter columns: the columns beyond the contract's of which something is known of a site.
  func siteTable(
    _ range: Range<Int>, lonLat: (lon: [Double], lat: [Double]), columns: (district: Bool, published: [AttributeColumn])
  ) -> FeatureBatch {
    let rows = range.map { scores.rows[$0] }
    let buildings = source.city.buildings
    var table = TableColumns()
    func words<T: Hashable>(_ name: String, _ cases: [T], _ title: (T) -> String, _ value: (Int) -> T?) {
      let position = Dictionary(uniqueKeysWithValues: cases.enumerated().map { ($0.element, $0.offset) })
      table.add(name, words: cases.map(title), rows.map { value($0).flatMap { position[$0] } ?? -1 })
    }
    // The place of the deciding piece of evidence; −1 without.
    let evidence = source.evidence
    let pieces = rows.map { source.decidingEvidence[$0] < 0 ? -1 : evidence.pieces(of: $0).lowerBound + Int(source.decidingEvidence[$0]) }
    let districts = rows.map { district($0) ?? -1 }
    table.add("site_id", rows: rows, of: buildings.ids)
    table.add("name", rows: rows, of: source.names)
    table.add("rank", integer: range.map { $0 + 1 })
    table.add("score", real: Array(scores.score[range]))
    table.add("score_low", real: Array(scores.low[range]))
    table.add("score_high", real: Array(scores.high[range]))
    table.add("suitability", real: Array(scores.suitability[range]))
    table.add("regeneration_need", real: Array(scores.regenerationNeed[range]))
    table.add("completeness", real: Array(scores.completeness[range]))
    words("vacancy", VacancyClass.allCases, \.rawValue) { source.vacancy[$0] }
    table.add("vacancy_confidence", real: rows.map { source.vacancyConfidence[$0] })
    table.add("vacancy_source", words: evidence.words, pieces.map { $0 < 0 ? -1 : evidence.sourceIndex($0) })
    let (fits, best) = scoring.fits(of: rows)
    table.add("best_sector", words: sectors.map(\.id), best)
    table.add("best_sector_fit", real: best.indices.map { fits[best[$0]][$0] })
    for (s, sector) in sectors.enumerated() { table.add("fit_" + sector.id.replacing("-", with: "_"), real: fits[s]) }
    let worths = concurrentMap(scoring.evaluators.count, threads: scoring.threads) { c in scoring.evaluators[c].worths(rows) }
    for (c, criterion) in profile.criteria.enumerated() { table.add("value_" + criterion.id, real: worths[c].map(\.value)) }
    for indicator in Indicator.allCases { table.add("ind_" + indicator.id, real: indicators[indicator].values(rows)) }
    if let known = source.city.districts {
      table.add("district_id", words: (0..<known.count).map { known.ids[$0] }, districts)
    } else {
      table.add("district_id", words: [], districts)
    }
    let none = Array(repeating: -1, count: rows.count), unknown = Array(repeating: Double.nan, count: rows.count)
    table.add("verdict", words: [], none)
    table.add("alternative", words: [], none)
    for column in ConceptHeadline.columns { table.add(column, real: unknown) }
    table.add("rank_acceptability_first", real: unknown)
    // Beyond the contract's columns: what `report` and `explain` need. What may leave of it, `PrivateStore` says.
    table.add("rank_low", integer: Array(scores.rankLow[range]))
    table.add("rank_high", integer: Array(scores.rankHigh[range]))
    table.add("address", rows: rows, of: source.addresses)
    table.add("lon", real: lonLat.lon)
    table.add("lat", real: lonLat.lat)
    if columns.district, let known = source.city.districts {
      table.add("district", words: (0..<known.count).map { known.names[$0] }, districts)
    }
    // What is known of no building of the city has no column; every piece of the table has the same columns.
    func texts(_ name: String, _ column: TextColumn) { if !column.bytes.isEmpty { table.add(name, rows: rows, of: column) } }
    func numbers(_ name: String, _ column: [Double]) {
      if column.contains(where: { !$0.isNaN }) { table.add(name, real: rows.map { column[$0] }) }
    }
    if buildings.function.contains(where: { $0 != .unknown }) {
      words("function", BuildingFunction.allCases, \.name) { buildings.function[$0] == .unknown ? nil : buildings.function[$0] }
    }
    numbers("year", buildings.year)
    if buildings.condition.contains(where: { $0 != .unknown }) {
      words("condition", Condition.allCases, \.name) { buildings.condition[$0] == .unknown ? nil : buildings.condition[$0] }
    }
    if buildings.heritage.contains(where: { $0 != .unknown }) {
      words("heritage", Ternary.allCases, { $0 == .yes ? "yes" : "no" }) {
        buildings.heritage[$0] == .unknown ? nil : buildings.heritage[$0]
      }
    }
    texts("owner_class", source.owners)
    texts("contamination", source.contamination)
    texts("zoning", source.zoning)
    numbers("site_area_m2", buildings.siteArea)
    numbers("vacant_area_m2", buildings.vacantArea)
    numbers("asking_price_eur", source.askingPrices)
    numbers("asking_rent_eur_m2_month", source.askingRents)
    texts("energy_class", source.energyClasses)
    for (k, constraint) in study.constraints.enumerated() where constraint.effect != "veto" {
      table.add(Study.ConstraintSource.shareColumn(k), real: rows.map { indicators.constraintShares[k][$0] })
    }
    table.add("storeys_known", boolean: rows.map { indicators.storeysKnown.isEmpty ? false : indicators.storeysKnown[$0] })
    table.add("gross_floor_area_given", boolean: rows.map { !buildings.grossFloorArea[$0].isNaN })
    // One piece of evidence is told by columns; several stand together as JSON.
    if evidence.count > 0 {
      table.add("vacancy_kind", words: EvidenceTable.kindNames, pieces.map { $0 < 0 ? -1 : evidence.kindIndex($0) })
      table.add("vacancy_observed", words: evidence.days.map(\.description), pieces.map { $0 < 0 ? -1 : evidence.observedIndex($0) })
      table.add("vacancy_since", words: evidence.words, pieces.map { $0 < 0 ? -1 : evidence.sinceIndex($0) })
      table.add("vacancy_confidence_fresh", real: pieces.map { $0 < 0 ? .nan : evidence.confidence($0) })
      table.add("evidence", text: rows.map { evidence.pieces(of: $0).count > 1 ? evidenceJSON($0) : nil })
    }
    // A criterion that is known of every building of the city needs neither interval nor basis.
    let bases: [ValueBasis] = [.prior, .district, .cityMedian, .none]
    for (c, criterion) in profile.criteria.enumerated() where !scoring.evaluators[c].isKnownEverywhere {
      table.add("low_" + criterion.id, real: worths[c].map { $0.low == $0.high ? .nan : $0.low })
      table.add("high_" + criterion.id, real: worths[c].map { $0.low == $0.high ? .nan : $0.high })
      table.add("basis_" + criterion.id, words: bases.map(\.rawValue), worths[c].map { Self.place(of: $0.basis) })
    }
    for column in columns.published {
      if case .text(let text) = column.values { table.add(column.name, rows: rows, of: text) }
    }
    return FeatureBatch(numbers: range.map { Int64($0 + 1) }, geometry: buildings.geometry.selecting(rows), attributes: table.columns)
  }

  /// Place of a basis among those that are written; −1 for data.
  private static func place(of basis: ValueBasis) -> Int {
    switch basis {
    case .data: -1
    case .prior: 0
    case .district: 1
    case .cityMedian: 2
    case .none: 3
    }
  }

  /// Index of a building's district.
  func district(_ row: Int) -> Int? {
    guard !indicators.districtIndex.isEmpty, indicators.districtIndex[row] >= 0 else { return nil }
    return Int(indicators.districtIndex[row])
  }

  /// All evidence of a building as JSON text.
  private func evidenceJSON(_ row: Int) -> String? {
    guard let pieces = source.evidence[row], !pieces.isEmpty else { return nil }
    return JSON.array(
      pieces.enumerated().map { k, piece in
        [
          "source": .string(piece.source), "kind": .string(piece.kind.rawValue), "status": .string(piece.status.rawValue),
          "observed": JSON(piece.observed?.description), "since": JSON(piece.since), "confidence": JSON(piece.confidence),
          "decayed_confidence": JSON(piece.confidence(on: study.asOf, halfLife: scoringHalfLife)),
          "counts": .bool(Int32(k) == source.decidingEvidence[row]),
        ]
      }
    ).serialized()
  }

  /// The buildings of a range as a map shows them.
  public func buildingTable(_ range: Range<Int>) -> FeatureBatch {
    let buildings = source.city.buildings
    let rows = Array(range)
    let isWhole = range == 0..<buildings.count
    var table = TableColumns()
    table.add("id", rows: rows, of: buildings.ids)
    // What is null of all buildings has no column.
    if study.publishes("function"), buildings.function.contains(where: { $0 != .unknown }) {
      table.add(
        "function", words: BuildingFunction.allCases.map(\.name),
        rows.map { buildings.function[$0] != .unknown ? Int(buildings.function[$0].rawValue) : -1 })
    }
    table.add("vacancy", words: VacancyClass.allCases.map(\.rawValue), rows.map { Self.place(source.vacancy[$0], VacancyClass.allCases) })
    // A building that no reason excludes is scored.
    var siteIDs = TextColumn()
    siteIDs.offsets.reserveCapacity(rows.count + 1)
    buildings.ids.bytes.withUnsafeBufferPointer { bytes in
      for row in rows {
        siteIDs.append(utf8: UnsafeBufferPointer(rebasing: bytes[exclusions[row] == nil ? buildings.ids.range(of: row) : 0..<0]))
      }
    }
    if scores.count > 0 { table.add("site_id", known: siteIDs) }
    if scores.count < exclusions.count {
      table.add(
        "excluded", words: ExclusionReason.allCases.map(\.rawValue),
        rows.map { row in exclusions[row].map { Self.place($0, ExclusionReason.allCases) } ?? -1 })
    }
    return FeatureBatch(
      numbers: rows.map { Int64($0 + 1) }, geometry: isWhole ? buildings.geometry : buildings.geometry.selecting(range),
      attributes: table.columns)
  }

  private static func place<T: Equatable>(_ value: T, _ cases: [T]) -> Int { cases.firstIndex(of: value) ?? -1 }

  /// The layers of the maps.
  public var surroundings: Surroundings {
    surroundings(buildings: buildingTable(0..<source.city.buildings.count))
  }

  /// The layers of the maps without the buildings, which a batch writes piece by piece.
  public var surroundingsWithoutBuildings: Surroundings { surroundings(buildings: buildingTable(0..<0)) }

  private func surroundings(buildings: FeatureBatch) -> Surroundings {
    func batch(_ geometry: GeometryColumn, _ columns: TableColumns) -> FeatureBatch {
      FeatureBatch(numbers: (0..<geometry.count).map { Int64($0 + 1) }, geometry: geometry, attributes: columns.columns)
    }
    var districts = FeatureBatch(), places = FeatureBatch(), streets = FeatureBatch()
    if let d = source.city.districts {
      var columns = TableColumns()
      columns.add("id", text: (0..<d.count).map { d.ids[$0] })
      columns.add("name", text: (0..<d.count).map { d.names[$0] })
      for (name, values) in [
        ("population", d.population), ("young_adults", d.youngAdults), ("unemployed", d.unemployed), ("labour_force", d.labourForce),
        ("income", d.income),
        ("rent", d.rent), ("dwellings", d.dwellings), ("vacant_dwellings", d.vacantDwellings), ("jobs", d.jobs),
        ("creative_jobs", d.creativeJobs),
      ] { columns.add(name, real: values) }
      districts = batch(d.geometry, columns)
    }
    if let p = source.city.places {
      var geometry = GeometryColumn(), columns = TableColumns()
      for k in 0..<p.count { geometry.appendPoint(x: p.x[k], y: p.y[k]) }
      columns.add("category", words: PlaceCategory.allCases.map(\.name), p.category.map { Int($0.rawValue) })
      columns.add("name", rows: Array(0..<p.count), of: source.placeNames)
      places = batch(geometry, columns)
    }
    if let s = source.city.streets {
      var columns = TableColumns()
      columns.add("class", words: RoadClass.allCases.map(\.name), s.roadClass.map { Int($0.rawValue) })
      columns.add("name", rows: Array(0..<s.count), of: source.streetNames)
      streets = batch(s.geometry, columns)
    }
    return Surroundings(
      crs: source.city.crs, buildings: buildings, districts: districts, places: places, streets: streets,
      attribution: study.attribution)
  }
}
