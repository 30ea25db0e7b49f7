/// Ranks of alternatives, 1 is best; equals share the better rank and the next rank is skipped (1, 2, 2, 4).
///
/// Scores that differ by less than `tolerance` times the largest magnitude count as equal, so that the last bit of a sum does not
/// break a tie. O(n log n).
public func competitionRanks(_ scores: [Double], higherIsBetter: Bool = true, tolerance: Double = 1e-12) -> [Int] {
  let order = orderBestFirst(scores, higherIsBetter: higherIsBetter)
  let margin = tolerance * (scores.lazy.map(\.magnitude).max() ?? 0)
  var ranks = [Int](repeating: 0, count: scores.count)
  var leader = 0
  for position in order.indices {
    if position == 0 || (scores[order[position]] - scores[order[leader]]).magnitude > margin { leader = position }
    ranks[order[position]] = leader + 1
  }
  return ranks
}

/// Alternatives from best to worst; equals stay in the order of the table. O(n log n).
public func orderBestFirst(_ scores: [Double], higherIsBetter: Bool = true) -> [Int] {
  let sorted = sortedByKey(scores)
  guard higherIsBetter else { return sorted.map { Int($0) } }
  // The sort is stable upwards; going down, runs of equals must be turned round to stay in table order.
  var order: [Int] = []
  order.reserveCapacity(scores.count)
  var end = sorted.count
  while end > 0 {
    var start = end - 1
    while start > 0 && scores[Int(sorted[start - 1])] == scores[Int(sorted[end - 1])] { start -= 1 }
    for index in start..<end { order.append(Int(sorted[index])) }
    end = start
  }
  return order
}

/// Average ranks upwards from 1 (the smallest value has rank 1), equals sharing the mean of their places. O(n log n).
func averageRanks(_ values: [Double]) -> [Double] {
  let sorted = sortedByKey(values)
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < sorted.count {
    var end = start + 1
    while end < sorted.count && values[Int(sorted[end])] == values[Int(sorted[start])] { end += 1 }
    let mean = Double(start + end + 1) / 2
    for index in start..<end { ranks[Int(sorted[index])] = mean }
    start = end
  }
  return ranks
}
