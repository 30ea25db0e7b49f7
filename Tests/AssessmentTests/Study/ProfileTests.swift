import DecisionAnalysis
import Testing

@testable import Assessment

@Suite("Profiles")
struct ProfileTests {
  func profile(_ criteria: String, head: String = "profile: test") throws -> Profile {
    let folder = try ScratchFolder()
    return try Profile(
      file: folder.write("\(head)\ngroups:\n  - id: all\n    role: suitability\n    criteria:\n\(criteria)\n", to: "test.yml"))
  }

  @Test("The shipped profile has the method's groups and weights, and sums to 100")
  func shipped() throws {
    let profile = try Profile(named: "cci-location", folder: shippedData(), relativeTo: "/nowhere/study.yml")
    #expect(profile.criteria.reduce(0) { $0 + $1.weight } == 100)
    let weights = Dictionary(grouping: profile.criteria) { profile.groups[$0.group].id }.mapValues { $0.reduce(0) { $0 + $1.weight } }
    // method.md §3: Building 30, Location 25, Ecosystem 20, District 15, Deliverability 10
    #expect(weights == ["building": 30, "location": 25, "ecosystem": 20, "district": 15, "deliverability": 10])
    #expect(profile.groups.filter { $0.role == .need }.map(\.id) == ["district"])
    #expect(Set(profile.criteria.map(\.id)) == Set(Profile.Criterion.known))
    #expect(profile.concentration == 100)
    func value(_ id: String, _ x: Double) throws -> Double { try #require(profile.criteria.first { $0.id == id }).value.value(x) }
    // gross_floor_area: 0@150, 1@800, 1@6000, .5@12000, .2@30000
    #expect(try value("gross_floor_area", 150) == 0 && value("gross_floor_area", 475) == 0.5 && value("gross_floor_area", 3000) == 1)
    #expect(try value("gross_floor_area", 9000) == 0.75 && value("gross_floor_area", 50_000) == 0.2)
    // walk_to_transit: 1@150, .5@500, 0@1200
    #expect(try value("walk_to_transit", 0) == 1 && value("walk_to_transit", 850) == 0.25 && value("walk_to_transit", 2000) == 0)
  }

  @Test("Weights that do not sum to 100 are refused, not rescaled")
  func sum() {
    let text = message {
      _ = try profile(
        "      - {id: daylight_share, weight: 60, anchors: [[0, 0], [1, 1]]}\n      - {id: clear_height, weight: 39, anchors: [[2, 0], [4, 1]]}"
      )
    }
    #expect(text.contains("99") && text.contains("not 100") && text.contains("test.yml"), "\(text)")
  }

  @Test("A criterion that the engine does not measure is refused with what was probably meant")
  func unknownCriterion() {
    let text = message { _ = try profile("      - {id: daylight_shares, weight: 100, anchors: [[0, 0], [1, 1]]}") }
    #expect(text.contains("test.yml:6:") && text.contains("daylight_shares") && text.contains("Did you mean `daylight_share`?"), "\(text)")
    let far = message { _ = try profile("      - {id: feng-shui, weight: 100, anchors: [[0, 0], [1, 1]]}") }
    #expect(far.contains("Known: gross_floor_area"), "\(far)")
  }

  static let mistakes: [(criteria: String, expected: String)] = [
    (
      "      - {id: daylight_share, weight: 50, anchors: [[0, 0], [1, 1]]}\n      - {id: daylight_share, weight: 50, anchors: [[0, 0], [1, 1]]}",
      "stands twice"
    ),
    ("      - {id: daylight_share, weight: -1, anchors: [[0, 0], [1, 1]]}", "not below 0"),
    ("      - {id: daylight_share, weight: heavy, anchors: [[0, 0], [1, 1]]}", "a number is expected"),
    ("      - {id: daylight_share, anchors: [[0, 0], [1, 1]]}", "a weight in %"),
    ("      - {id: daylight_share, weight: 100}", "exactly one of"),
    ("      - {id: daylight_share, weight: 100, anchors: [[0, 0], [1, 1]], categories: {a: 1}}", "exactly one of"),
    ("      - {id: daylight_share, weight: 100, anchors: [[0, 0]]}", "at least two"),
    ("      - {id: daylight_share, weight: 100, anchors: [[0, 0], [1]]}", "at least two"),
    ("      - {id: daylight_share, weight: 100, anchors: [0, 1]}", "pairs is expected"),
    ("      - {id: daylight_share, weight: 100, anchors: [[0, 0], [1, x]]}", "numbers are expected"),
    ("      - {id: daylight_share, weight: 100, anchors: [[1, 0], [0, 1]]}", "`groups[1].criteria[1].anchors`"),
    ("      - {id: daylight_share, weight: 100, anchors: [[0, 0], [1, 1.5]]}", "`groups[1].criteria[1].anchors`"),
    ("      - {id: condition, weight: 100, categories: {good: 2}}", "`groups[1].criteria[1].categories`"),
    ("      - {id: condition, weight: 100, categories: {good: }}", "between 0 and 1"),
    ("      - {id: daylight_share, weight: 100, logistic: {midpoint: 1}}", "{midpoint: x, scale: s}"),
    ("      - {id: daylight_share, weight: 100, anchors: [[0, 0], [1, 1]], colour: red}", "unknown key"),
  ]

  @Test("Every mistake is refused with file, line and what is expected", arguments: mistakes.indices)
  func refused(_ k: Int) {
    let text = message { _ = try profile(Self.mistakes[k].criteria) }
    #expect(text.contains("test.yml:") && text.contains(Self.mistakes[k].expected), "\(Self.mistakes[k]): \(text)")
  }

  @Test("Head and groups are checked, too")
  func head() throws {
    #expect(message { _ = try profile("      []", head: "profile: x") }.contains("no criterion"))
    let row = "      - {id: daylight_share, weight: 100, anchors: [[0, 0], [1, 1]]}"
    #expect(message { _ = try profile(row, head: "title: x") }.contains("`profile`: is missing"))
    #expect(message { _ = try profile(row, head: "profile: x\nconcentration: 0") }.contains("above 0"))
    let folder = try ScratchFolder()
    let file = try folder.write("profile: x\ngroups:\n  - {id: a, role: want, criteria: []}\n", to: "x.yml")
    #expect(message { _ = try Profile(file: file) }.contains("suitability or need"))
  }

  @Test("Anchors, steps, categories and the logistic curve are read")
  func kinds() throws {
    let profile = try profile(
      """
            - {id: daylight_share, weight: 25, anchors: [[0, 0], [1, 1]]}
            - {id: food_places_400, weight: 25, steps: [[1, 0.5], [5, 1]]}
            - {id: condition, weight: 25, categories: {good: 1, poor: 0.25}}
            - {id: clear_height, weight: 25, logistic: {midpoint: 3, scale: 0.5}}
      """)
    #expect(profile.criteria[0].value.value(0.3) == 0.3)
    #expect(profile.criteria[1].value.value(0) == 0 && profile.criteria[1].value.value(1) == 0.5 && profile.criteria[1].value.value(7) == 1)
    #expect(profile.criteria[2].value.value(ofCategory: "poor") == 0.25)
    #expect(profile.criteria[3].value.value(3) == 0.5)
    #expect(profile.criteria[0].valueText == "0 @ 0, 1 @ 1" && profile.criteria[2].valueText == "good 1, poor 0.25")
  }

  @Test("A profile is found by name or beside the study; else both places are named")
  func places() throws {
    let folder = try ScratchFolder()
    try folder.write(
      "profile: mine\ngroups:\n  - {id: a, criteria: [{id: daylight_share, weight: 100, anchors: [[0, 0], [1, 1]]}]}\n", to: "mine.yml")
    #expect(try Profile(named: "mine.yml", folder: shippedData(), relativeTo: folder.path + "/study.yml").id == "mine")
    let text = message { _ = try Profile(named: "ours", folder: shippedData(), relativeTo: folder.path + "/study.yml") }
    #expect(text.contains("cci-location") && text.contains(folder.path + "/ours"), "\(text)")
  }
}
