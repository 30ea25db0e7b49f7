import Foundation
import Testing

@testable import GeoFormats

@Suite("Parts in order")
struct PartsInOrderTests {
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
}
