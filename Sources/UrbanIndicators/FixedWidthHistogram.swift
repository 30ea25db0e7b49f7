/// Counts of values in bins of equal width: a summary that can be merged from tiles in any order.
public struct FixedWidthHistogram: Sendable, Hashable {
  /// Lower end of the first bin.
  public let low: Double
  /// Upper end of the last bin.
  public let high: Double
  /// Values in each bin.
  public private(set) var counts: [Int]
  /// Values in all bins.
  public private(set) var total = 0

  /// Makes an empty histogram; `low ≤ high`.
  public init(low: Double, high: Double, bins: Int) {
    precondition(low <= high && bins > 0, "a histogram has a range")
    self.low = low
    self.high = high
    counts = Array(repeating: 0, count: bins)
  }

  /// Counts a value; NaN is left out, values outside the range fall into the outer bins.
  public mutating func add(_ value: Double) {
    guard !value.isNaN else { return }
    let bins = counts.count
    let k = high > low ? (value - low) / (high - low) * Double(bins) : 0
    counts[min(bins - 1, max(0, Int(min(Double(bins), max(0, k)))))] += 1
    total += 1
  }

  /// Adds the counts of another histogram of the same bins.
  public mutating func merge(_ other: FixedWidthHistogram) {
    precondition(low == other.low && high == other.high && counts.count == other.counts.count, "histograms of the same bins")
    for k in counts.indices { counts[k] += other.counts[k] }
    total += other.total
  }

  /// The value that a share of all values lies below, by even spread inside the bin; `nil` when empty. O(bins).
  public func quantile(_ share: Double) -> Double? {
    guard total > 0 else { return nil }
    let rank = share * Double(total)
    var below = 0
    for k in counts.indices where counts[k] > 0 {
      if Double(below + counts[k]) >= rank {
        let inside = (rank - Double(below)) / Double(counts[k])
        return min(high, low + (Double(k) + inside) * (high - low) / Double(counts.count))
      }
      below += counts[k]
    }
    return high
  }
}
