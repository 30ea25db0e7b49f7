/// What the evidence says about a building's use.
public enum VacancyClass: String, Sendable, CaseIterable {
  case vacant
  case partlyVacant
  case derelict
  case inUse
  case unknown

  /// How much the class claims: of equal evidence that which claims least decides.
  var claim: Int {
    switch self {
    case .inUse: 0
    case .partlyVacant: 1
    case .vacant: 2
    case .derelict: 3
    case .unknown: 4
    }
  }
}
