internal import Dispatch
internal import Synchronization

/// Cuts `0 ..< count` into equal runs, one for each thread, none shorter than `least` unless it is the only one.
func runs(of count: Int, threads: Int, least: Int) -> [Range<Int>] {
  let pieces = max(1, min(threads, count / max(1, least)))
  return (0..<pieces).map { count * $0 / pieces..<count * ($0 + 1) / pieces }
}

/// Runs `body` for each index on the machine's threads and gives the results in the order of the indices.
func concurrently<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
  let results = Mutex<[Result?]>(Array(repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { k in
    let result = body(k)
    results.withLock { $0[k] = result }
  }
  return results.withLock { $0.map { $0! } }
}
