/// Weights from ratings that people give directly.
public enum RatedWeights {
  /// Direct rating: points given to each criterion, divided by their sum.
  ///
  /// Source: von Winterfeldt, Edwards (1986), Decision Analysis and Behavioral Research, ch. 8. Throws when points are not above zero.
  public static func direct(_ points: [Double]) throws(DecisionError) -> [Double] {
    guard !points.isEmpty else { throw .empty(what: "criteria") }
    for (column, value) in points.enumerated() where !(value > 0 && value.isFinite) { throw .weight(column: column, value: value) }
    let sum = points.reduce(0, +)
    return points.map { $0 / sum }
  }

  /// Swing weighting: 100 for the swing from worst to best that matters most, the others in relation to it.
  ///
  /// Source: von Winterfeldt, Edwards (1986), ch. 8. Throws unless the largest rating is 100 and all are above zero.
  public static func swing(_ ratings: [Double]) throws(DecisionError) -> [Double] {
    let weights = try direct(ratings)
    let largest = ratings.max() ?? 0
    guard largest == 100 else {
      throw .parameter(name: "largest swing", value: largest, allowed: "100, given to the swing that matters most")
    }
    return weights
  }

  /// Rank-order centroid: the mean of all weights that respect an order of importance, the first criterion of `order` leading.
  ///
  /// Source: Barron, Barrett (1996), Decision quality using ranked attribute weights, Management Science 42(11), 1515–1523.
  /// Throws unless `order` names each criterion once.
  public static func rankOrderCentroid(order: [Int]) throws(DecisionError) -> [Double] {
    guard !order.isEmpty else { throw .empty(what: "criteria") }
    guard order.sorted() == Array(0..<order.count) else {
      throw .infeasible(detail: "the order of importance must name each of the \(order.count) criteria once")
    }
    let m = order.count
    var weights = [Double](repeating: 0, count: m)
    var sum = 0.0
    for place in stride(from: m - 1, through: 0, by: -1) {
      sum += 1 / Double(place + 1)
      weights[order[place]] = sum / Double(m)
    }
    return weights
  }
}
