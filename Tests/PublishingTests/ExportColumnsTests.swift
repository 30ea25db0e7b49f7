import Assessment
import Testing

@testable import Publishing

@Suite("Columns of an export")
struct ExportColumnsTests {
  private let names = [
    "site_id", "name", "rank", "score", "value_owner", "ind_walk_to_park_m", "ind_noise_share", "rank_acceptability_first", "rank_low",
    "address",
    "owner_class", "pub_note",
  ]

  @Test("Without a request those of the contract and what the study publishes, in the order of the table")
  func plain() throws {
    #expect(try chosenColumns(nil, of: names) == Array(names.prefix(8)) + ["pub_note"])
  }

  @Test(
    "Names, patterns and the ranking are taken in the order of the request, each once, after the id of the site",
    arguments: [
      (["score"], ["site_id", "score"]), (["score", "site_id", "score"], ["score", "site_id"]),
      (["ind_*"], ["site_id", "ind_walk_to_park_m", "ind_noise_share"]),
      (["*_m", "ind_*"], ["site_id", "ind_walk_to_park_m", "ind_noise_share"]),
      (["*o*e"], ["site_id", "score", "ind_noise_share", "pub_note"]), (["rank"], ["site_id", "rank"]),
      (["ranking"], ["rank", "rank_low", "site_id", "name", "address", "score"]),
      (
        ["*"],
        [
          "site_id", "name", "rank", "score", "value_owner", "ind_walk_to_park_m", "ind_noise_share", "rank_acceptability_first",
          "pub_note", "rank_low", "address",
        ]
      ),
      (["address", "pub_*"], ["site_id", "address", "pub_note"]), ([], ["site_id"]),
    ])
  func requests(request: [String], expected: [String]) throws {
    #expect(try chosenColumns(request, of: names) == expected)
  }

  @Test(
    "What no column is called is refused with the nearest name; what the store keeps to itself, too",
    arguments: [
      ("scores", "Did you mean score?"), ("owner_class", "no column is called"), ("zzz*", "no column matches zzz*"), ("", "no column"),
      ("owner*", "matches"),
    ])
  func refusals(name: String, part: String) {
    let error = #expect(throws: AssessmentError.self) { try chosenColumns([name], of: names) }
    #expect(error?.description.contains(part) == true && error?.kind == .usage, "\(error as Any)")
  }
}
