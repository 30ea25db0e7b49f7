import Dispatch

/// Maps 0 ..< count over threads; the results stand in order whatever the number of threads.
public func concurrentMap<T: Sendable>(_ count: Int, threads: Int, _ body: @Sendable (Int) -> T) -> [T] {
  guard threads > 1, count > 1 else { return (0..<count).map(body) }
  let slots = UnsafeMutablePointer<T?>.allocate(capacity: count)
  slots.initialize(repeating: nil, count: count)
  defer {
    slots.deinitialize(count: count)
    slots.deallocate()
  }
  // Each slot is written by exactly one task, and read only after all have ended.
  nonisolated(unsafe) let shared = slots
  DispatchQueue.concurrentPerform(iterations: min(threads, count)) { worker in
    var k = worker
    while k < count {
      shared[k] = body(k)
      k += threads
    }
  }
  return (0..<count).map { slots[$0]! }
}
