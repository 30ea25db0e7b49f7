import Foundation
import GeoFormats
import SimpleFeatures
import Testing
import TextFormats

@testable import Assessment
@testable import Publishing

/// The templates of this repository, reports that the engine makes of small towns, and a small street for their maps.
enum Sample {
  /// The repository's root, found from this file.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  static func library() throws -> TemplateLibrary { try TemplateLibrary(folder: root + "/Reports/templates") }

  /// A street with nine buildings of 20 × 12 m, one of them the site `way/1`; a district, a stop and a café.
  static func surroundings(district: String = "Old town") -> Surroundings {
    var buildings = GeometryColumn()
    var site = (TextColumn(), ValidityBitmap())
    var vacancy = (TextColumn(), ValidityBitmap())
    let classes = ["vacant", "inUse", "partlyVacant", "derelict", "unknown", "inUse", "inUse", "vacant", "unknown"]
    for k in 0..<9 {
      let (x, y) = (500_000 + Double(k % 3) * 40, 6_000_000 + Double(k / 3) * 30)
      for (dx, dy) in [(0.0, 0.0), (20, 0), (20, 12), (0, 12), (0, 0)] { buildings.add(x: x + dx, y: y + dy) }
      buildings.endRing()
      buildings.endPart()
      buildings.endFeature(.polygon)
      site.0.append(k == 0 ? "way/1" : k == 7 ? "way/8" : "")
      site.1.append(k == 0 || k == 7)
      vacancy.0.append(classes[k])
      vacancy.1.append(true)
    }
    var streets = GeometryColumn()
    streets.add(x: 499_000, y: 5_999_990)
    streets.add(x: 501_000, y: 5_999_990)
    streets.endRing()
    streets.endPart()
    streets.endFeature(.lineString)
    var places = GeometryColumn()
    places.appendPoint(x: 500_030, y: 5_999_980)
    places.appendPoint(x: 500_060, y: 6_000_080)
    var districts = GeometryColumn()
    for (x, y) in [(499_000.0, 5_999_000.0), (501_500, 5_999_000), (501_500, 6_001_000), (499_000, 6_001_000), (499_000, 5_999_000)] {
      districts.add(x: x, y: y)
    }
    districts.endRing()
    districts.endPart()
    districts.endFeature(.polygon)
    return Surroundings(
      crs: CoordinateReferenceSystem("EPSG:25833"),
      buildings: FeatureBatch(
        numbers: (1...9).map { Int64($0) }, geometry: buildings,
        attributes: [
          AttributeColumn(name: "site_id", values: .text(site.0), validity: site.1),
          AttributeColumn(name: "vacancy", values: .text(vacancy.0), validity: vacancy.1),
        ]),
      districts: FeatureBatch(numbers: [1], geometry: districts, attributes: [column("name", [district])]),
      places: FeatureBatch(numbers: [1, 2], geometry: places, attributes: [column("category", ["transit", "food"])]),
      streets: FeatureBatch(numbers: [1], geometry: streets, attributes: [column("class", ["residential"])]), attribution: ["© Surveyors"])
  }

  static func column(_ name: String, _ texts: [String]) -> AttributeColumn {
    var column = TextColumn()
    for text in texts { column.append(text) }
    return AttributeColumn(name: name, values: .text(column), validity: ValidityBitmap(repeating: true, count: texts.count))
  }

  /// The engine's report on the mill of the small town, of which nearly all is known; the maps show it as `way/1`.
  static func site() throws -> SiteReport {
    let portfolio = try SmallTown.mill().scored().portfolio()
    var report = try portfolio.dossier(at: 0, robustness: portfolio.robustness(top: 1, draws: 200)).report
    (report.site.id, report.site.name) = ("way/1", "Old mill")
    return report
  }

  /// The engine's reports on sites of which much is not known: without a rent, without anything, without a rule for aid, by other points of view.
  static func oddSites() throws -> [SiteReport] {
    var bare = SmallTown(buildings: [.init(id: "bare", x: 0, y: 0, fields: ["vacancy": "vacant"])])
    bare.study = ["title: Bare"]
    var judged = SmallTown.varied(seed: 2)
    judged.profile = "cci-stakeholders"
    return try [SmallTown.mill(rent: ""), bare, SmallTown.mill(grantDate: "2031-01-01"), SmallTown.varied(seed: 1), judged].flatMap {
      town in
      let portfolio = try town.scored().portfolio()
      let robustness = try portfolio.robustness(top: 3, draws: 200)
      return try (0..<min(3, portfolio.sites.count)).map { try portfolio.dossier(at: $0, robustness: robustness).report }
    }
  }

  /// The engine's report on a city of many cases; the first two sites are shown by the maps.
  static func city(profile: String = "cci-location") throws -> CityReport {
    var town = SmallTown.varied(seed: 1)
    town.profile = profile
    let portfolio = try town.scored().portfolio()
    let id = try #require(portfolio.siteID(0))
    let decisions = try portfolio.robustness(top: 3, draws: 200).report
    var report = portfolio.report(reports: [id: "sites/\(id)/report.html"], decisions: decisions)
    for (k, id) in ["way/1", "way/8"].enumerated() { report.sites[k].id = id }
    return report
  }

  /// A report with foreign text wherever it may hold some.
  static func flooding(_ report: SiteReport, with text: String) -> SiteReport {
    var r = report
    let message = Message.text(text)
    (r.study.id, r.study.title, r.study.currency, r.study.crs, r.study.profile, r.study.attribution) = (
      text, text, text, text, text, [text]
    )
    (r.site.name, r.site.address, r.site.function, r.site.condition, r.site.owner) = (text, text, text, text, text)
    r.site.district = r.site.district.map { district in
      var district = district
      (district.id, district.name) = (text, text)
      return district
    }
    for k in r.site.facts.indices {
      (r.site.facts[k].title, r.site.facts[k].figure.source, r.site.facts[k].figure.unit) = (message, message, text)
    }
    for k in r.surroundings.indices { (r.surroundings[k].title, r.surroundings[k].figure.source) = (message, message) }
    for k in r.vacancy.evidence.indices {
      r.vacancy.evidence[k].source = text
      (r.vacancy.evidence[k].kind, r.vacancy.evidence[k].status, r.vacancy.evidence[k].observed) = (text, text, text)
    }
    for k in r.score.groups.indices { r.score.groups[k].title = text }
    for k in r.score.criteria.indices {
      (r.score.criteria[k].id, r.score.criteria[k].title, r.score.criteria[k].unit) = (text, text, text)
      (r.score.criteria[k].measured, r.score.criteria[k].source) = (.codes([text]), message)
    }
    for k in r.sectors.indices { (r.sectors[k].id, r.sectors[k].title, r.sectors[k].limitingTitle) = (text, text, message) }
    for k in r.alternatives.indices {
      (r.alternatives[k].title, r.alternatives[k].description, r.alternatives[k].financing) = (message, message, message)
      r.alternatives[k].capex.source = message
      for l in r.alternatives[k].programme.indices { r.alternatives[k].programme[l].title = message }
      for l in r.alternatives[k].costGroups.indices {
        (r.alternatives[k].costGroups[l].group, r.alternatives[k].costGroups[l].title) = (text, text)
      }
      if var aid = r.alternatives[k].aid {
        (aid.title, aid.rule, aid.text) = (text, text, message)
        r.alternatives[k].aid = aid
      }
    }
    (r.verdict.rule, r.verdict.summary, r.verdict.missing) = (message, message, [message])
    for k in r.risks.indices { (r.risks[k].title, r.risks[k].rule, r.risks[k].mitigation) = (message, message, message) }
    for k in r.timetable.indices { r.timetable[k].title = message }
    for k in r.assumptions.indices {
      (r.assumptions[k].id, r.assumptions[k].title, r.assumptions[k].source, r.assumptions[k].unit) = (text, text, text, text)
    }
    (r.method.profile, r.method.notes) = (text, [message])
    for k in r.method.inputs.indices { r.method.inputs[k].path = text }
    return r
  }

  /// A front page's report with foreign text wherever it may hold some.
  static func flooding(_ report: CityReport, with text: String) -> CityReport {
    var r = report
    (r.study.id, r.study.title, r.study.currency, r.study.attribution, r.notes) = (text, text, text, [text], [.text(text)])
    for k in r.sites.indices {
      (r.sites[k].name, r.sites[k].address, r.sites[k].report, r.sites[k].vacancy) = (text, text, text, text)
      (r.sites[k].bestSector, r.sites[k].verdict) = (text, text)
    }
    for k in r.exclusions.indices { r.exclusions[k].code = text }
    for k in r.inputs.indices { (r.inputs[k].path, r.inputs[k].layer, r.inputs[k].crs) = (text, text, text) }
    r.profile.title = text
    for k in r.profile.groups.indices {
      r.profile.groups[k].title = text
      for l in r.profile.groups[k].criteria.indices { r.profile.groups[k].criteria[l].valueFunction = text }
    }
    if var decisions = r.decisions {
      for k in decisions.sites.indices { decisions.sites[k].name = text }
      decisions.stability.leader.name = text
      r.decisions = decisions
    }
    return r
  }
}
