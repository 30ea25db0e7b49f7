/// A key of an alternative and the alternative, so that sorting moves 16 bytes in a row and never looks aside.
struct KeyedIndex {
  var key: UInt64
  var index: UInt32
}

/// Bits whose unsigned order is the order of the numbers; −0 and +0 are one key.
@inline(__always)
func orderedBits(_ value: Double) -> UInt64 {
  let bits = (value + 0).bitPattern
  return bits ^ ((bits & 0x8000_0000_0000_0000) != 0 ? ~0 : 0x8000_0000_0000_0000)
}

/// The number that `orderedBits` turned into a key.
@inline(__always)
func fromOrderedBits(_ key: UInt64) -> Double {
  Double(bitPattern: (key & 0x8000_0000_0000_0000) != 0 ? key ^ 0x8000_0000_0000_0000 : ~key)
}

/// Indices of values in ascending order, equals in the order given. Values must be finite.
///
/// Least-significant-digit radix sort on the bits, digits that never vary left out: O(n) for large n; insertion sort below 48.
func sortedByKey(_ values: [Double]) -> [UInt32] {
  let n = values.count
  if n < 48 {
    var order = (0..<UInt32(n)).map { $0 }
    for i in stride(from: 1, to: n, by: 1) {
      let item = order[i]
      let value = values[Int(item)]
      var j = i
      while j > 0 && values[Int(order[j - 1])] > value {
        order[j] = order[j - 1]
        j -= 1
      }
      order[j] = item
    }
    return order
  }
  return withUnsafeTemporaryAllocation(of: KeyedIndex.self, capacity: n) { first in
    withUnsafeTemporaryAllocation(of: KeyedIndex.self, capacity: n) { second in
      for i in 0..<n { first[i] = KeyedIndex(key: orderedBits(values[i]), index: UInt32(i)) }
      let sorted = radixSort(first, second)
      return (0..<n).map { sorted[$0].index }
    }
  }
}

/// Sorts by key with the help of a second buffer of the same size; answers the buffer that holds the result.
func radixSort(_ first: UnsafeMutableBufferPointer<KeyedIndex>, _ second: UnsafeMutableBufferPointer<KeyedIndex>)
  -> UnsafeMutableBufferPointer<KeyedIndex>
{
  let n = first.count
  let digitBits: UInt64 = 11
  let radix = 1 << Int(digitBits)
  let passes = 6
  return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: radix * passes) { counts in
    counts.initialize(repeating: 0)
    let mask = UInt64(radix - 1)
    for i in 0..<n {
      let key = first[i].key
      counts[Int(key & mask)] &+= 1
      counts[radix + Int(key >> 11 & mask)] &+= 1
      counts[2 * radix + Int(key >> 22 & mask)] &+= 1
      counts[3 * radix + Int(key >> 33 & mask)] &+= 1
      counts[4 * radix + Int(key >> 44 & mask)] &+= 1
      counts[5 * radix + Int(key >> 55)] &+= 1
    }
    var source = first
    var target = second
    for pass in 0..<passes {
      let shift = UInt64(pass) * digitBits
      let base = pass * radix
      if n > 0 && counts[base + Int(source[0].key >> shift & mask)] == UInt32(n) { continue }
      var start: UInt32 = 0
      for digit in 0..<radix {
        let count = counts[base + digit]
        counts[base + digit] = start
        start &+= count
      }
      for i in 0..<n {
        let item = source[i]
        let slot = base + Int(item.key >> shift & mask)
        target[Int(counts[slot])] = item
        counts[slot] &+= 1
      }
      swap(&source, &target)
    }
    return source
  }
}
