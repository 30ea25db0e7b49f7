/// Why a study, a request or an input cannot be honoured.
public struct AssessmentError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is; the command line maps each to its exit code.
  public enum Kind: Sendable {
    /// The input is there but cannot be used (exit 65).
    case badInput
    /// A file or site that was named does not exist (exit 66).
    case missingInput
    /// A result cannot be written (exit 73).
    case cannotWrite
    /// The request itself makes no sense (exit 64).
    case usage
  }

  /// The kind.
  public var kind: Kind
  /// What was being done, what was found, where, and what to do.
  public var description: String

  /// Makes an error.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
