import DecisionAnalysis
import Foundation
import Testing
import TextFormats

@testable import Assessment

/// Profiles with methods and points of view, the comparison of a short list, and weights from pairs.
@Suite struct DecisionSurfaceTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  private func data() throws -> DataFolder { try DataFolder(option: Self.folder) }

  /// Reads a profile from text.
  private func profile(_ text: String) throws -> Profile {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("profile-\(UUID().uuidString).yml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try Profile(file: file.path)
  }

  private func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return "\(error)" }
  }

  private static let groups = """
    groups:
      - id: building
        criteria:
          - {id: gross_floor_area, weight: 30, anchors: [[0, 0], [1000, 1]]}
          - {id: clear_height, weight: 10, anchors: [[2, 0], [4, 1]]}
      - id: location
        criteria:
          - {id: walk_to_transit, weight: 40, anchors: [[100, 1], [1000, 0]]}
          - {id: owner, weight: 20, categories: {public: 1, private: 0.5}}

    """

  // MARK: Profiles

  @Test("The shipped points of view sum to 100 and spread a group's weight in the profile's proportions")
  func shippedStakeholders() throws {
    let profile = try Profile(argument: "cci-stakeholders", folder: data())
    #expect(profile.stakeholders.map(\.name) == ["owner", "artists", "city"])
    for stakeholder in profile.stakeholders { #expect(abs(stakeholder.weights.reduce(0, +) - 100) < 1e-9) }
    // The city gives the district 35 %, of which the profile's unemployment has 4 of 15.
    let city = profile.stakeholders[2]
    let unemployment = try #require(profile.criteria.firstIndex { $0.id == "unemployment_ratio" })
    #expect(abs(city.weights[unemployment] - 35.0 * 4 / 15) < 1e-12)
    // The same criteria and weights as the default profile, so that the two score alike.
    let standard = try Profile(argument: "cci-location", folder: data())
    #expect(profile.criteria.map(\.id) == standard.criteria.map(\.id) && profile.criteria.map(\.weight) == standard.criteria.map(\.weight))
    #expect(profile.criteria.map(\.value) == standard.criteria.map(\.value))
  }

  @Test("Weights of groups by AHP are those of decide, and criteria keep their proportions")
  func derivedWeights() throws {
    let read = try profile("profile: p\nweights: {ahp: [[1, 3], [1/3, 1]]}\n" + Self.groups)
    for (found, expected) in zip(read.criteria.map(\.weight), [56.25, 18.75, 50.0 / 3, 25.0 / 3]) { #expect(abs(found - expected) < 1e-9) }
    let swing = try profile("profile: p\nweights: {swing: {building: 100, location: 25}}\n" + Self.groups)
    for (found, expected) in zip(swing.criteria.map(\.weight), [60, 20, 40.0 / 3, 20.0 / 3]) { #expect(abs(found - expected) < 1e-9) }
  }

  @Test(
    "Mistakes are refused with their line and what was probably meant",
    arguments: [
      ("profile: p\nmethod: topsys\n", ":2: `method`: ", "`topsis`"),
      ("profile: p\nweights: entropy\n", ":2: `weights`: ", "decide --method entropy"),
      ("profile: p\nweights: {ahp: [[1, 3, 1], [1, 1, 1]]}\n", ":2: ", "judgements in row 1"),
      ("profile: p\nweights: {ahp: [[1, 3], [3, 1]]}\n", ":2: ", "reciprocal"),
      ("profile: p\nweights: {ahp: [[1, x], [3, 1]]}\n", ":2: ", "row 1, column 2"),
      (
        "profile: p\nstakeholders:\n  a: {building: 60, location: 40}\n  b: {building: 60, location: 30}\n", ":4: `stakeholders.b`: ",
        "sum to 90"
      ),
      ("profile: p\nstakeholders:\n  a: {bulding: 60, location: 40}\n", ":3: `stakeholders.a.bulding`: ", "`building`"),
      ("profile: p\nstakeholders:\n  a: {building: 60, location: 40}\n", "`stakeholders`: ", "two or more"),
    ])
  func mistakes(head: String, place: String, remedy: String) {
    let sentence = refusal { _ = try profile(head + Self.groups) }
    #expect(sentence.contains(place) && sentence.contains(remedy), "\(sentence)")
  }

  @Test("A number cannot have categories, nor a category anchors")
  func kinds() {
    let number = refusal {
      _ = try profile("profile: p\ngroups:\n  - {id: a, criteria: [{id: clear_height, weight: 100, categories: {high: 1}}]}\n")
    }
    #expect(number.contains("give `anchors`"), "\(number)")
    let category = refusal {
      _ = try profile("profile: p\ngroups:\n  - {id: a, criteria: [{id: owner, weight: 100, anchors: [[0, 0], [1, 1]]}]}\n")
    }
    #expect(category.contains("give `categories`"), "\(category)")
  }

  @Test("A profile documents itself: every criterion with its weight and worth, every point of view")
  func documentation() throws {
    let profile = try Profile(argument: "cci-stakeholders", folder: data())
    for criterion in profile.criteria { #expect(profile.documentation.contains("`\(criterion.id)`) | \(criterion.unit) | ")) }
    for stakeholder in profile.stakeholders { #expect(profile.documentation.contains(stakeholder.title)) }
    #expect(try Profile.shipped(folder: data()).contains("cci-location"))
  }

  // MARK: The short list

  private struct Town {
    let profile: Profile
    /// Worth by site, best first.
    let worth: [[ScoredCriterion]]
    let scores: [Double]
  }

  /// Sites with worth drawn at random, some of it unknown, in the order of their scores.
  private func town(_ profile: Profile, sites: Int, seed: UInt64) -> Town {
    var generator = SeededGenerator(seed: seed)
    let drawn = (0..<sites).map { _ in
      profile.criteria.map { criterion -> ScoredCriterion in
        let value = generator.uniform()
        let isKnown = generator.uniform() < 0.7
        return ScoredCriterion(
          criterion: criterion, value: value, low: isKnown ? value : value * generator.uniform(),
          high: isKnown ? value : value + (1 - value) * generator.uniform(), basis: isKnown ? .data : .prior)
      }
    }
    func score(_ site: [ScoredCriterion]) -> Double { site.reduce(0) { $0 + $1.criterion.weight * $1.value } }
    let sorted = drawn.sorted { score($0) > score($1) }
    return Town(profile: profile, worth: sorted, scores: sorted.map(score))
  }

  private func decision(_ town: Town, top: Int = 5, draws: Int = 500) throws -> ShortListDecision {
    try ShortListDecision(
      ids: town.worth.indices.map { "site \($0)" }, names: town.worth.indices.map { "site \($0)" }, criteria: town.worth,
      profile: town.profile, top: top, draws: draws, seed: 1)
  }

  @Test("Shares of the draws sum to one for each site and each rank", arguments: [1, 2, 3] as [UInt64])
  func acceptability(seed: UInt64) throws {
    let decision = try decision(town(try Profile(argument: "cci-stakeholders", folder: data()), sites: 12, seed: seed))
    for k in 0..<12 {
      #expect(abs((1...12).reduce(0) { $0 + decision.smaa.acceptability(alternative: k, rank: $1) } - 1) < 1e-9, "seed \(seed)")
      #expect(abs((0..<12).reduce(0) { $0 + decision.smaa.acceptability(alternative: $1, rank: k + 1) } - 1) < 1e-9, "seed \(seed)")
    }
  }

  @Test("By every method a site that another equals or beats on all criteria never stands ahead of it", arguments: [4, 5, 6] as [UInt64])
  func dominance(seed: UInt64) throws {
    var town = town(try Profile(argument: "cci-location", folder: data()), sites: 15, seed: seed)
    // A poorer copy of the fourth site at the end.
    var poorer = town.worth[3]
    for c in poorer.indices { poorer[c].value *= 0.9 }
    for c in poorer.indices { poorer[c].low = min(poorer[c].low, poorer[c].value) }
    town = Town(profile: town.profile, worth: town.worth + [poorer], scores: town.scores)
    let decision = try decision(town)
    #expect(decision.leftOut.isEmpty && decision.rankings.count == RankingMethod.allCases.count)
    for ranking in decision.rankings { #expect(ranking.ranks[3] <= ranking.ranks[15], "seed \(seed), \(ranking.method)") }
  }

  @Test(
    "Scores and their order stay as they are when sites leave; methods that compare with the others are certified",
    arguments: [7, 8] as [UInt64])
  func removal(seed: UInt64) throws {
    let town = town(try Profile(argument: "cci-location", folder: data()), sites: 14, seed: seed)
    let all = try decision(town)
    for gone in 0..<14 {
      let rest = try decision(
        Town(profile: town.profile, worth: town.worth.enumerated().filter { $0.offset != gone }.map(\.element), scores: []), draws: 1)
      #expect(rest.scores.score == all.scores.score.enumerated().filter { $0.offset != gone }.map(\.element), "seed \(seed)")
    }
    for ranking in all.rankings where !ranking.method.dependsOnOthers { #expect(ranking.reversals?.isStable == true, "\(ranking.method)") }
    let spotis = try #require(all.rankings.first { $0.method == .spotis }),
      sum = try #require(all.rankings.first { $0.method == .weightedSum })
    #expect(spotis.ranks == sum.ranks, "SPOTIS within fixed bounds is the weighted sum turned round")
  }

  @Test("A point of view with the profile's own weights ranks as the score does", arguments: [9, 10] as [UInt64])
  func ownView(seed: UInt64) throws {
    let read = try profile(
      "profile: p\nstakeholders:\n  same: {building: 40, location: 60}\n  other: {title: T, importance: 3, weights: {owner: 100}}\n"
        + Self.groups)
    #expect(read.stakeholders[0].weights == [30, 10, 40, 20] && read.stakeholders[1].weights == [0, 0, 0, 100])
    let town = town(read, sites: 9, seed: seed)
    let comparison = try #require(try decision(town).stakeholders)
    #expect(comparison.ranks[0] == Array(1...9), "seed \(seed)")
    // Together: a quarter the one, three quarters the other.
    for (found, expected) in zip(comparison.together, [7.5, 2.5, 10, 80]) { #expect(abs(found - expected) < 1e-12) }
  }

  @Test(
    "The room of a weight ends where the first place changes hands, and a weight that draws level does",
    arguments: [11, 12, 13] as [UInt64])
  func room(seed: UInt64) throws {
    let town = town(try Profile(argument: "cci-location", folder: data()), sites: 10, seed: seed)
    let decision = try decision(town, draws: 1)
    let model = decision.model
    func score(_ site: Int, _ column: Int, _ weight: Double) -> Double {
      model.weights.indices.reduce(0) { sum, j in
        let w = j == column ? weight : model.weights[j] * (1 - weight) / (1 - model.weights[column])
        return sum + w * decision.columns[j].expected[site]
      }
    }
    for (column, interval) in decision.stability.intervals.enumerated() {
      guard let next = interval.successorAbove, interval.high < 1 else { continue }
      #expect(abs(score(0, column, interval.high) - score(next, column, interval.high)) < 1e-9, "seed \(seed)")
      let beyond = min(1, interval.high + 1e-4)
      #expect(score(next, column, beyond) > score(0, column, beyond), "seed \(seed)")
    }
    for site in 1..<10 {
      guard case .behind(_, let overtakes) = decision.siteStability(site) else {
        Issue.record("seed \(seed), site \(site) is not first")
        continue
      }
      for change in overtakes {
        let column = try #require(decision.weighted.firstIndex { town.profile.criteria[$0].id == change.criterion })
        let needed = change.needed / 100
        #expect(abs(score(site, column, needed) - score(0, column, needed)) < 1e-6, "seed \(seed), site \(site)")
      }
    }
  }

  @Test("Few sites and one site are compared, too")
  func fewSites() throws {
    let profile = try Profile(argument: "cci-stakeholders", folder: data())
    for count in [1, 2, 3] {
      let report = try decision(town(profile, sites: count, seed: 1), top: 10).report
      #expect(report.sites.count == count && report.information?.listed == 1)
    }
  }

  // MARK: Requests

  @Test("Another unit of a criterion changes no rank where theory says so", arguments: [21, 22, 23, 24] as [UInt64])
  func units(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let rows = (0..<8).map { _ in (0..<4).map { _ in 1 + 9 * generator.uniform() } }
    let scales = (0..<4).map { _ in 0.001 + 100 * generator.uniform() }
    func table(_ scale: [Double], _ extra: [JSON.Member]) -> JSON {
      .object(
        [
          .init("matrix", .array(rows.map { JSON(zip($0, scale).map { $0 * $1 }) })),
          .init("dir", .array(["max", "min", "max", "max"].map { .string($0) })), .init("weights", JSON([0.4, 0.3, 0.2, 0.1])),
        ] + extra)
    }
    let ones = [1.0, 1, 1, 1]
    for (method, extra) in [
      ("weighted-sum", [JSON.Member("norm", "minmax")]), ("weighted-product", []), ("topsis", [.init("norm", "vector")]),
      ("topsis", [.init("norm", "minmax")]), ("vikor", []),
    ] {
      let plain = try decide(table(ones, extra), method: method), scaled = try decide(table(scales, extra), method: method)
      #expect(plain["rank"] == scaled["rank"] && plain["rank"] != nil, "seed \(seed), \(method)")
    }
    // PROMETHEE's thresholds are in the unit of the criterion and go with it.
    func thresholds(_ scale: [Double]) -> [JSON.Member] {
      [
        .init("fn", .array(Array(repeating: .string("linear"), count: 4))), .init("q", JSON(scale.map { 0.5 * $0 })),
        .init("p", JSON(scale.map { 4 * $0 })),
      ]
    }
    let plain = try decide(table(ones, thresholds(ones)), method: "promethee")
    let scaled = try decide(table(scales, thresholds(scales)), method: "promethee")
    #expect(plain["rank"] == scaled["rank"] && plain["rank"] != nil, "seed \(seed)")
  }

  @Test("A table as CSV is answered as the same table in JSON")
  func table() throws {
    let csv = "site,cost,area\ndir,min,max\nweight,0.4,0.6\nA,100,20\nB,80,15\nC,120,35\n"
    let json =
      #"{"alternatives":["A","B","C"],"criteria":["cost","area"],"matrix":[[100,20],[80,15],[120,35]],"dir":["min","max"],"weights":[0.4,0.6]}"#
    #expect(
      try decide(text: Array(csv.utf8), method: "topsis", isIndented: false)
        == decide(text: Array(json.utf8), method: "topsis", isIndented: false))
    #expect(try decide(text: Array(json.utf8), method: "topsis", isIndented: false, isCSV: false).contains("closeness"))
  }

  // MARK: Weights from pairs

  /// Saaty (1980), The Analytic Hierarchy Process: 1–3–5, 1–2 has λmax 3.0037 and weights 0.648, 0.230, 0.122.
  @Test("Pairs give weights and consistency from every form of the file")
  func pairs() throws {
    let forms = [
      #"{"items":["a","b","c"],"matrix":[[1,3,5],["1/3",1,2],["1/5","1/2",1]]}"#,
      #"{"judgements":[["a","b",3],["c","b","1/2"],["a","c",5]]}"#, "more,than,times\na,b,3\na,c,5\nb,c,2\n",
      ",a,b,c\na,1,3,5\nb,1/3,1,2\nc,1/5,1/2,1\n", ";a;b;c\na;1;3;5\nb;1/3;1;2\nc;0,2;0,5;1\n",
    ]
    for form in forms {
      let weights = try PairwiseWeights(reading: Array(form.utf8))
      #expect(weights.items == ["a", "b", "c"] || weights.items == ["a", "b", "c"].sorted(), "\(form)")
      for (found, expected) in zip(weights.weights, [64.83, 22.97, 12.20]) { #expect(abs(found - expected) < 0.01, "\(form)") }
      #expect(abs((weights.json["lambda_max"]?.number ?? 0) - 3.0037) < 1e-4 && weights.isConsistent)
      #expect(abs(weights.roundedWeights.reduce(0, +) - 100) < 1e-9)
    }
  }

  @Test("Contradictions are named with the pairs to judge anew")
  func contradiction() throws {
    let weights = try PairwiseWeights(items: ["a", "b", "c"], judgements: [3, 1.0 / 5, 4])
    #expect(!weights.isConsistent && weights.worstPairs.count == 3)
    #expect(weights.inconsistency.description.contains("above 0.10. Judge anew: ") && weights.inconsistency.kind == .badInput)
  }

  @Test(
    "Judgements that cannot be used are refused with their place",
    arguments: [
      (#"{"items":["a","b"],"matrix":[[1,"x"],[1,1]]}"#, "row 1, column 2"), (#"{"items":["a"],"matrix":[[1,2],[0.5,1]]}"#, "as many"),
      (#"{"judgements":[["a","b",3],["b","a",2]]}"#, "a second time"), (#"{"judgements":[["a","b",3],["b","c",2]]}"#, "\"a\" and \"c\""),
      ("more,than,times\na,b,-1\n", "line 2, column 3"), (",a,b\na,1,2\nc,1/2,1\n", "\"b\" is expected"), ("", "empty"),
    ])
  func badJudgements(text: String, place: String) {
    let sentence = refusal { _ = try PairwiseWeights(reading: Array(text.utf8)) }
    #expect(sentence.hasPrefix("weights: ") && sentence.contains(place), "\(sentence)")
  }

  @Test("The lines for a profile read back to the same weights")
  func roundTrip() throws {
    let weights = try PairwiseWeights(items: ["building", "location"], judgements: [1.0 / 3])
    let read = try profile("profile: p\n" + weights.profileLines(groups: ["building", "location"]) + "\n" + Self.groups)
    for (found, expected) in zip(read.derivedWeights?.groupWeights ?? [], weights.weights) { #expect(abs(found - expected) < 1e-9) }
    #expect(read.derivedWeights?.groupWeights.count == 2)
  }

  // MARK: Scoring many

  @Test("The fit of many buildings is that of each, bit for bit", arguments: [31, 32, 33] as [UInt64])
  func fits(seed: UInt64) throws {
    let sectors = try Sector.load(folder: data())
    let table = SectorFitTable(sectors)
    var memory = table.memory()
    var fits = Array(repeating: 0.0, count: sectors.count)
    var generator = SeededGenerator(seed: seed)
    func draw(_ high: Double) -> Double {
      let u = generator.uniform()
      return u < 0.1 ? .nan : u < 0.2 ? 0 : high * generator.uniform()
    }
    for _ in 0..<500 {
      let offer = SectorOffer(
        clearHeight: draw(6), load: draw(6), daylightShare: draw(1), area: draw(400), frontage: draw(30), mainRoadDistance: draw(2_000),
        sharesWallWithDwellings: generator.uniform() < 0.5, noiseShare: draw(1))
      table.fits(offer, &memory, into: &fits)
      for (sector, fit) in zip(sectors, fits) { #expect(fit == sector.fit(offer).fit, "seed \(seed), \(sector.id), \(offer)") }
    }
  }

  @Test("Worth of a column is that of each value, bit for bit", arguments: [41, 42] as [UInt64])
  func columns(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for criterion in try Profile(argument: "cci-location", folder: data()).criteria where criterion.value.categories == nil {
      let x = (0..<400).map { _ in
        [generator.uniform(), 10 * generator.uniform(), 20_000 * generator.uniform(), 150, 0.7][Int(generator.next() % 5)]
      }
      #expect(criterion.value.values(x) == x.map { criterion.value.value($0) }, "seed \(seed), \(criterion.id)")
      #expect(criterion.value.values([.nan])[0].isNaN)
    }
  }
}
