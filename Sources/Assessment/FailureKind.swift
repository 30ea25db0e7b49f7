import DecisionAnalysis
import GeoFormats
import ProjectFinance
import SpatialEngine
import TextFormats

/// What kind of failure ended a command; each has an exit status.
public enum FailureKind: Int32, Sendable {
  case usage = 64
  case badInput = 65
  case missingInput = 66
  case neededProgramMissing = 69
  case ourBug = 70
  case cannotWrite = 73
}

/// The kind of an error of the engine's targets up to this one; `nil` for errors of others.
public func failureKind(of error: any Error) -> FailureKind? {
  switch error {
  case let error as AssessmentError:
    switch error.kind {
    case .badInput: .badInput
    case .missingInput: .missingInput
    case .cannotWrite: .cannotWrite
    case .usage: .usage
    }
  case let error as FormatError:
    switch error.kind {
    case .missingInput: .missingInput
    case .badInput: .badInput
    case .neededProgramMissing: .neededProgramMissing
    case .cannotWrite: .cannotWrite
    }
  case is SpatialError, is DecisionError, is ProjectFinanceError, is JSON.SyntaxError: .badInput
  default: nil
  }
}
