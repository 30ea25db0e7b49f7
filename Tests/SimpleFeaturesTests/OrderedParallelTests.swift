import Glibc
import SimpleFeatures
import Synchronization
import Testing

@Suite("Ordered work on several threads")
struct OrderedParallelTests {
  private struct Failure: Error, Equatable { var part: Int }

  @Test("Parts are taken in the order of their numbers, each once", arguments: [1, 2, 5], [0, 1, 7, 300])
  func order(threads: Int, count: Int) throws {
    var taken: [Int] = []
    try makeInOrder(count, threads: threads) { k in
      if k % 13 == 0 { usleep(500) }
      return k * k
    } take: {
      taken.append($0)
    }
    #expect(taken == (0..<count).map { $0 * $0 })
  }

  @Test("The failure of the lowest part is thrown, and nothing after it is taken", arguments: [1, 4])
  func failure(threads: Int) {
    var taken: [Int] = []
    #expect(throws: Failure(part: 30)) {
      try makeInOrder(100, threads: threads) { k in
        if k >= 30 { throw Failure(part: k) }
        return k
      } take: {
        taken.append($0)
      }
    }
    #expect(taken == Array(0..<30))
    taken = []
    #expect(throws: Failure(part: 5)) {
      try makeInOrder(100, threads: threads) {
        $0
      } take: { k in
        if k == 5 { throw Failure(part: k) }
        taken.append(k)
      }
    }
    #expect(taken == Array(0..<5))
  }

  @Test(
    "Ranges cover everything once and depend on the chunk alone; results stand in their order", arguments: [1, 2, 7], [0, 1, 10, 1_000])
  func ranges(threads: Int, count: Int) {
    let expected = stride(from: 0, to: count, by: 10).map { $0..<min(count, $0 + 10) }
    let found = mapRanges(of: count, chunk: 10, threads: threads) { range in
      if range.lowerBound % 130 == 0 { usleep(500) }
      return range
    }
    #expect(found == expected)
    let met = Mutex<[Int]>(Array(repeating: 0, count: count))
    forEachRange(of: count, chunk: 10, threads: threads) { range in met.withLock { for k in range { $0[k] += 1 } } }
    #expect(met.withLock { $0 } == Array(repeating: 1, count: count))
    #expect(concurrentMap(count, threads: threads) { String($0) } == (0..<count).map { String($0) })
  }
}
