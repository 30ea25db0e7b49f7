import Foundation
public import ProjectFinance

/// One piece of evidence that a building is, or is not, vacant.
public struct VacancyEvidence: Sendable, Hashable {
  /// What kind of source it is; each has a confidence of its own when fresh.
  public enum Kind: String, Sendable {
    case register
    case cadastre
    case mapTag = "map-tag"
    case unitTag = "unit-tag"
    case field
  }

  /// What it says.
  public var status: VacancyClass
  /// What kind of source it is.
  public var kind: Kind
  /// Who says so.
  public var source: String
  /// The day of the observation; `nil` when it is not known, which is never fresh.
  public var observed: CalendarDate?
  /// Vacant since, as the source writes it.
  public var since: String?
  /// Confidence on the day of observation, 0–1.
  public var confidence: Double
  /// Vacant floor area, m², if stated.
  public var vacantArea: Double?
  /// Whether somebody has plans for the building already: a permission, a project, a sale.
  public var isTaken = false

  /// The confidence on a later day: it halves every `halfLife` years (method §1); without a date it counts as one half-life old.
  public func confidence(on day: CalendarDate, halfLife: Double) -> Double {
    confidence * EvidenceAge(observed: observed, asOf: day, halfLife: halfLife).share
  }
}
