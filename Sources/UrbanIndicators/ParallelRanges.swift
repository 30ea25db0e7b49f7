import Dispatch
import Synchronization

/// Calls `body` for consecutive ranges that cover `0..<count`, on up to `threads` threads at a time.
///
/// The ranges depend on `count` and `chunk` alone, never on the number of threads, and each caller writes only what belongs to its range:
/// so results are the same for any number of threads. `body` must not touch shared state but by range.
func forEachRange(of count: Int, chunk: Int = 4096, threads: Int, _ body: (Range<Int>) -> Void) {
  let chunks = (count + chunk - 1) / chunk
  guard threads > 1, chunks > 1 else {
    for k in 0..<chunks { body((k * chunk)..<min(count, (k + 1) * chunk)) }
    return
  }
  withoutActuallyEscaping(body) { body in
    let shared = SharedBody(call: body)
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, chunks)) { _ in
      while true {
        let k = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard k < chunks else { return }
        shared.call((k * chunk)..<min(count, (k + 1) * chunk))
      }
    }
  }
}

/// A closure that several threads call at once.
///
/// Sendable because `forEachRange` demands that its body writes by range only, and waits for all calls before it returns.
private struct SharedBody: @unchecked Sendable {
  let call: (Range<Int>) -> Void
}

/// As `forEachRange`, with a result for each range, in the order of the ranges.
func mapRanges<Result>(of count: Int, chunk: Int = 4096, threads: Int, _ body: (Range<Int>) -> Result) -> [Result] {
  let chunks = (count + chunk - 1) / chunk
  return [Result](unsafeUninitializedCapacity: chunks) { buffer, initialized in
    let start = buffer.baseAddress
    forEachRange(of: chunks, chunk: 1, threads: threads) { range in
      for k in range { (start! + k).initialize(to: body((k * chunk)..<min(count, (k + 1) * chunk))) }
    }
    initialized = chunks
  }
}

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
