internal import Dispatch
internal import Synchronization

// Work on several threads whose results do not depend on how many there are. All of the engine's threads start in `forEachPart`; what goes by
// range, comes back in order or is taken in order stands on it. A part is thousands of features, so a call a part costs nothing.

/// Calls `body` for every number below `count`, on up to `threads` threads at a time, each as soon as a thread is free.
///
/// `body` must not touch shared state but by its number. Returns when all calls have.
private func forEachPart(_ count: Int, threads: Int, _ body: (Int) -> Void) {
  guard threads > 1, count > 1 else {
    for k in 0..<count { body(k) }
    return
  }
  withoutActuallyEscaping(body) { body in
    let shared = SharedBody(call: body)
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
      while true {
        let k = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard k < count else { return }
        shared.call(k)
      }
    }
  }
}

/// A closure that several threads call at once.
///
/// Sendable because `forEachPart` demands that its body writes by number only, and waits for all calls before it returns.
private struct SharedBody: @unchecked Sendable {
  let call: (Int) -> Void
}

/// Calls `body` for consecutive ranges that cover `0..<count`, on up to `threads` threads at a time.
///
/// The ranges depend on `count` and `chunk` alone, never on the number of threads, and each caller writes only what belongs to its range:
/// so results are the same for any number of threads. `body` must not touch shared state but by range.
public func forEachRange(of count: Int, chunk: Int = 4096, threads: Int, _ body: (Range<Int>) -> Void) {
  forEachPart((count + chunk - 1) / chunk, threads: threads) { k in body((k * chunk)..<min(count, (k + 1) * chunk)) }
}

/// As `forEachRange`, with a result for each range, in the order of the ranges.
public func mapRanges<Result>(of count: Int, chunk: Int = 4096, threads: Int, _ body: (Range<Int>) -> Result) -> [Result] {
  let chunks = (count + chunk - 1) / chunk
  return [Result](unsafeUninitializedCapacity: chunks) { buffer, initialized in
    // Each place is written by exactly one call, and counted only after all have ended.
    let start = buffer.baseAddress
    forEachPart(chunks, threads: threads) { k in (start! + k).initialize(to: body((k * chunk)..<min(count, (k + 1) * chunk))) }
    initialized = chunks
  }
}

/// Maps 0 ..< count over threads; the results stand in order whatever the number of threads.
public func concurrentMap<T: Sendable>(_ count: Int, threads: Int, _ body: @Sendable (Int) -> T) -> [T] {
  mapRanges(of: count, chunk: 1, threads: threads) { body($0.lowerBound) }
}

/// Makes parts on several threads and takes them one at a time, in the order of their numbers.
///
/// `make` is called at once on several threads and must touch nothing shared; `take` is never called at once with itself, but on any of the
/// threads. Threads run ahead of the part whose turn it is by no more than four parts each, so memory is bounded. Throws what `make` or `take`
/// throws for the lowest part that fails; no later part is taken then.
public func makeInOrder<Part>(
  _ count: Int, threads: Int, make: (Int) throws -> Part, take: (Part) throws -> Void
) throws {
  guard threads > 1, count > 1 else {
    for k in 0..<count { try take(make(k)) }
    return
  }
  try withoutActuallyEscaping(make) { make in
    try withoutActuallyEscaping(take) { take in
      let parts = PartsInOrder(count, ahead: 4 * threads, make: make, take: take)
      forEachPart(min(threads, count), threads: threads) { _ in parts.work() }
      if let failure = parts.failure { throw failure }
    }
  }
}

/// The state that the threads of `makeInOrder` share.
///
/// Sendable because all that changes is touched under the lock only, and `makeInOrder`, whose closures it holds, waits for all threads.
private final class PartsInOrder<Part>: @unchecked Sendable {
  private let count: Int
  private let make: (Int) throws -> Part
  private let take: (Part) throws -> Void
  /// Room ahead of the part whose turn it is.
  private let room: DispatchSemaphore
  private let lock = Lock(())
  private var started = 0
  private var turn = 0
  private var waiting: [Int: Result<Part, any Error>] = [:]
  private(set) var failure: (any Error)?

  init(_ count: Int, ahead: Int, make: @escaping (Int) throws -> Part, take: @escaping (Part) throws -> Void) {
    self.count = count
    self.make = make
    self.take = take
    room = DispatchSemaphore(value: ahead)
  }

  /// Makes part after part until none is left or one has failed.
  func work() {
    while true {
      // The part whose turn it is has its room already, so this waits for work that is under way.
      room.wait()
      guard let k = next() else {
        room.signal()
        return
      }
      let part = Result { try make(k) }
      deliver(k, part)
    }
  }

  private func next() -> Int? {
    lock.withLock { _ in
      guard failure == nil, started < count else { return nil }
      started += 1
      return started - 1
    }
  }

  private func deliver(_ k: Int, _ part: Result<Part, any Error>) {
    lock.withLock { _ in
      waiting[k] = part
      while let part = waiting.removeValue(forKey: turn) {
        turn += 1
        room.signal()
        guard failure == nil else { continue }
        do { try take(part.get()) } catch { failure = error }
      }
    }
  }
}
