import Foundation
import GeoFormats
import ProjectFinance
public import SimpleFeatures
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

  /// The site with that id.
  public func site(_ id: String) -> Int? { scores.rows.firstIndex { source.city.buildings.ids[$0] == id } }

  /// The first defects, a line each.
  public func defectLines(_ count: Int) -> [String] { source.defects.kept.prefix(count).map(\.line) }

  /// The working CRS.
  public var workingCRS: CoordinateReferenceSystem { source.city.crs }

  /// Id of a site.
  public func id(_ site: Int) -> String { source.city.buildings.ids[scores.rows[site]] }
}

/// Columns under construction, all of one length.
struct TableColumns {
  var columns: [AttributeColumn] = []

  mutating func add(_ name: String, real values: [Double]) {
    var validity = ValidityBitmap()
    for value in values { validity.append(value.isFinite) }
    columns.append(AttributeColumn(name: name, values: .real(values), validity: validity))
  }

  mutating func add(_ name: String, integer values: [Int]) {
    columns.append(
      AttributeColumn(name: name, values: .integer(values.map(Int64.init)), validity: ValidityBitmap(repeating: true, count: values.count)))
  }

  mutating func add(_ name: String, text values: [String?]) {
    var column = TextColumn(), validity = ValidityBitmap()
    for value in values {
      column.append(value ?? "")
      validity.append(value?.isEmpty == false)
    }
    columns.append(AttributeColumn(name: name, values: .text(column), validity: validity))
  }

  mutating func add(_ name: String, boolean values: [Bool]) {
    columns.append(AttributeColumn(name: name, values: .boolean(values), validity: ValidityBitmap(repeating: true, count: values.count)))
  }
}

/// The headline figures of a concept, as they stand in the site table; `nil` where not computed.
public struct ConceptHeadline: Sendable {
  /// The verdict in words.
  public var verdict: String
  /// Id of the alternative that is reported.
  public var alternative: String
  /// Money in EUR, rates as shares, by column name of the site table.
  public var figures: [String: Double]
  /// The columns in order.
  public static let columns = [
    "capex_eur", "capex_low_eur", "capex_high_eur", "grant_eur", "public_cofinancing_eur", "fnpv_c_eur", "frr_c", "fnpv_k_eur", "frr_k",
    "enpv_eur",
    "dscr_min", "break_even_rent_eur_m2_month", "jobs",
  ]
}

extension ScoredStudy {
  /// The table of sites `range` (positions by rank): one row each, columns as in the contract, geometry in the working CRS.
  ///
  /// The store keeps more than the exports: rank range, position, the interval and basis of every criterion, the evidence.
  public func siteTable(
    _ range: Range<Int>, headlines: [Int: ConceptHeadline] = [:], acceptability: [Int: Double] = [:], lonLat: (lon: [Double], lat: [Double])
  )
    -> FeatureBatch
  {
    let rows = range.map { scores.rows[$0] }
    let buildings = source.city.buildings
    var table = TableColumns()
    table.add("site_id", text: rows.map { buildings.ids[$0] })
    table.add("name", text: rows.map { source.names[$0] })
    table.add("rank", integer: range.map { scores.rank[$0] })
    table.add("score", real: range.map { scores.score[$0] })
    table.add("score_low", real: range.map { scores.low[$0] })
    table.add("score_high", real: range.map { scores.high[$0] })
    table.add("suitability", real: range.map { scores.suitability[$0] })
    table.add("regeneration_need", real: range.map { scores.regenerationNeed[$0] })
    table.add("completeness", real: range.map { scores.completeness[$0] })
    table.add("vacancy", text: rows.map { source.vacancy[$0].rawValue })
    table.add("vacancy_confidence", real: rows.map { source.vacancyConfidence[$0] })
    table.add(
      "vacancy_source",
      text: rows.map { row in source.decidingEvidence[row] >= 0 ? source.evidence[row]?[Int(source.decidingEvidence[row])].source : nil })
    table.add("best_sector", text: range.map { sectors[scores.bestSector[$0]].id })
    table.add("best_sector_fit", real: range.map { scores.fits[scores.bestSector[$0]][$0] })
    for (s, sector) in sectors.enumerated() {
      table.add("fit_" + sector.id.replacing("-", with: "_"), real: range.map { scores.fits[s][$0] })
    }
    let worths = scoring.evaluators.map { evaluator in rows.map { evaluator.worth($0) } }
    for (c, criterion) in profile.criteria.enumerated() { table.add("value_" + criterion.id, real: worths[c].map(\.value)) }
    for indicator in Indicator.allCases { table.add("ind_" + indicator.id, real: rows.map { indicators[indicator, $0] }) }
    table.add("district_id", text: rows.map { row in district(row).map { source.city.districts!.ids[$0] } })
    table.add("verdict", text: range.map { headlines[$0]?.verdict })
    table.add("alternative", text: range.map { headlines[$0]?.alternative })
    for column in ConceptHeadline.columns { table.add(column, real: range.map { headlines[$0]?.figures[column] ?? .nan }) }
    table.add("rank_acceptability_first", real: range.map { acceptability[$0] ?? .nan })
    // Beyond the contract's columns: what `report` and `explain` need.
    table.add("rank_low", integer: range.map { scores.rankLow[$0] })
    table.add("rank_high", integer: range.map { scores.rankHigh[$0] })
    table.add("address", text: rows.map { source.addresses[$0] })
    table.add("lon", real: Array(lonLat.lon))
    table.add("lat", real: Array(lonLat.lat))
    table.add("district", text: rows.map { row in district(row).map { source.city.districts!.names[$0] } })
    table.add(
      "function",
      text: rows.map { study.publish.contains("function") && buildings.function[$0] != .unknown ? buildings.function[$0].name : nil })
    table.add("year", real: rows.map { buildings.year[$0] })
    table.add("condition", text: rows.map { buildings.condition[$0] == .unknown ? nil : buildings.condition[$0].name })
    table.add("heritage", text: rows.map { buildings.heritage[$0] == .unknown ? nil : buildings.heritage[$0] == .yes ? "yes" : "no" })
    table.add("owner_class", text: rows.map { source.owners[$0] })
    table.add("contamination", text: rows.map { source.contamination[$0] })
    table.add("zoning", text: rows.map { source.zoning[$0] })
    table.add("site_area_m2", real: rows.map { buildings.siteArea[$0] })
    table.add("vacant_area_m2", real: rows.map { buildings.vacantArea[$0] })
    table.add("storeys_known", boolean: rows.map { indicators.storeysKnown.isEmpty ? false : indicators.storeysKnown[$0] })
    table.add("gross_floor_area_given", boolean: rows.map { !buildings.grossFloorArea[$0].isNaN })
    table.add("evidence", text: rows.map { evidenceJSON($0) })
    for (c, criterion) in profile.criteria.enumerated() {
      func bound(_ v: Double, _ worth: CriterionWorth) -> Double { worth.low == worth.high ? .nan : v }
      table.add("low_" + criterion.id, real: worths[c].map { bound($0.low, $0) })
      table.add("high_" + criterion.id, real: worths[c].map { bound($0.high, $0) })
      table.add("basis_" + criterion.id, text: worths[c].map { $0.basis == .data ? nil : $0.basis.rawValue })
    }
    for column in source.published { table.add(column.name, text: rows.map { column.text($0) }) }
    return FeatureBatch(
      numbers: range.map { Int64($0 + 1) }, geometry: buildings.geometry.selecting(rows), attributes: table.columns)
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

  /// All buildings as a map shows them.
  public var surroundings: Surroundings {
    let buildings = source.city.buildings
    var sites: [String?] = Array(repeating: nil, count: buildings.count)
    for row in scores.rows { sites[row] = buildings.ids[row] }
    var table = TableColumns()
    table.add("id", text: (0..<buildings.count).map { buildings.ids[$0] })
    table.add("function", text: buildings.function.map { $0 == .unknown ? nil : $0.name })
    table.add("vacancy", text: source.vacancy.map(\.rawValue))
    table.add("site_id", text: sites)
    table.add("excluded", text: exclusions.map { $0?.rawValue })
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
      columns.add("category", text: p.category.map(\.name))
      columns.add("name", text: (0..<p.count).map { source.placeNames[$0] })
      places = batch(geometry, columns)
    }
    if let s = source.city.streets {
      var columns = TableColumns()
      columns.add("class", text: s.roadClass.map(\.name))
      columns.add("name", text: (0..<s.count).map { source.streetNames[$0] })
      streets = batch(s.geometry, columns)
    }
    return Surroundings(
      crs: source.city.crs, buildings: batch(buildings.geometry, table), districts: districts, places: places, streets: streets,
      attribution: study.attribution)
  }
}
