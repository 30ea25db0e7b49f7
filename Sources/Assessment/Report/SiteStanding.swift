import Foundation

/// How a site stands on the short list: the figures of the draws, and what joins its score.
struct SiteStanding: Sendable, Codable {
  var robustness: RobustnessReport
  var agreement: RankAgreement
  var stakeholders: [StakeholderRank]?
  var stability: SiteStability

  /// As it is kept.
  func kept() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  init(kept text: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(text.utf8)) }

  init(robustness: RobustnessReport, agreement: RankAgreement, stakeholders: [StakeholderRank]?, stability: SiteStability) {
    (self.robustness, self.agreement, self.stakeholders, self.stability) = (robustness, agreement, stakeholders, stability)
  }

  /// Adds it to the score.
  func complete(_ score: inout ScoreReport) {
    (score.robustness, score.agreement, score.stakeholders, score.stability) = (robustness, agreement, stakeholders, stability)
  }
}
