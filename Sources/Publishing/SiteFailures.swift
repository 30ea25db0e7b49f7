public import Assessment

/// Sites of which no report could be made: each costs itself only, the others' reports stand.
public struct SiteFailures: Error, CustomStringConvertible {
  /// The sites with the reasons, in the order of rank.
  public private(set) var failures: [(site: String, error: any Error)] = []
  /// How many reports were made.
  public private(set) var made = 0

  /// The kind of the first failure; `nil` for an error of this target.
  public var kind: FailureKind? { failures.first.flatMap { failureKind(of: $0.error) } }

  /// Which sites, why, and what stands.
  public var description: String {
    failures.map { "No report on site \($0.site): \($0.error)" }.joined(separator: "\n")
      + "\nEverything else is written, the reports on \(made) other \(made == 1 ? "site" : "sites") among it."
  }

  /// Makes something of a site; notes the site when that fails, and gives `nil`.
  mutating func attempt<T>(_ site: String, _ body: () throws -> T) -> T? {
    do {
      let result = try body()
      made += 1
      return result
    } catch {
      failures.append((site, error))
      return nil
    }
  }

  /// Notes a site of which nothing can be made.
  mutating func refuse(_ site: String, _ error: any Error) { failures.append((site, error)) }

  /// Nothing was made and something failed: the fault is not one site's. Throws what was found first.
  func throwIfAll() throws { if made == 0, let first = failures.first { throw first.error } }

  /// Throws itself when a site failed.
  func throwIfAny() throws { if !failures.isEmpty { throw self } }
}
