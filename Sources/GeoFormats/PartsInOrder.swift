internal import Dispatch
internal import Synchronization

/// Makes parts on several threads and takes them one at a time, in the order of their numbers.
///
/// `make` is called at once on several threads and must touch nothing shared; `take` is never called at once with itself, but on any of the
/// threads. Threads run ahead of the part whose turn it is by no more than four parts each, so memory is bounded. Throws what `make` or `take`
/// throws for the lowest part that fails; no later part is taken then.
func makeInOrder<Part>(
  _ count: Int, threads: Int, make: (Int) throws -> Part, take: (Part) throws -> Void
) throws {
  guard threads > 1, count > 1 else {
    for k in 0..<count { try take(make(k)) }
    return
  }
  try withoutActuallyEscaping(make) { make in
    try withoutActuallyEscaping(take) { take in
      let parts = PartsInOrder(count, ahead: 4 * threads, make: make, take: take)
      DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in parts.work() }
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
  private let lock = Mutex(())
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
