/// What the evidence says about a building's use.
public enum VacancyClass: String, Sendable, CaseIterable {
  case vacant
  case partlyVacant
  case derelict
  case inUse
  case unknown
}
