import SimpleFeatures

/// Makes columns of `count` values, NaN at first, and lends them all at once to be filled by range.
func makeColumns(_ number: Int, count: Int, threads: Int = 1, _ body: ([UnsafeMutablePointer<Double>]) -> Void) -> [[Double]] {
  var columns: [[Double]] = []
  columns.reserveCapacity(number)
  func descend(_ pointers: [UnsafeMutablePointer<Double>]) {
    if pointers.count == number {
      forEachRange(of: count, chunk: 16_384, threads: threads) { range in
        for column in pointers { (column + range.lowerBound).initialize(repeating: .nan, count: range.count) }
      }
      body(pointers)
      return
    }
    columns.append(
      [Double](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
        descend(pointers + [buffer.baseAddress!])
        initialized = count
      })
  }
  descend([])
  columns.reverse()
  return columns
}
