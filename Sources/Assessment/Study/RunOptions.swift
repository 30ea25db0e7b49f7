import Foundation

/// How a run is carried out; nothing here changes a result, except the seed.
public struct RunOptions: Sendable {
  /// Threads for measuring and scoring; the bytes written do not depend on it.
  public var threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
  /// Seed of every draw.
  public var seed: UInt64 = 1
  /// Any defect is an error.
  public var isStrict = false
  /// How many defects are kept in full.
  public var defectLimit = 100_000
  /// Bytes that the columns of a layer may take, and a quarter more for a converter; `nil` for no limit.
  public var memoryLimit: Int?
  /// Called with the stage's name, how much is done and of how much.
  public var progress: (@Sendable (String, Int, Int?) -> Void)?
  /// Called with a stage's name when it begins; for timings.
  public var stage: (@Sendable (String) -> Void)?

  /// Makes the default options.
  public init() {}
}
